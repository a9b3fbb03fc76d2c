"""A real endpoint, listened to: every exchange is kept in a file, from which it can be played again without a key.

It stands between the service and the endpoint, on the loopback. A line of the file holds the SHA-256 of what was asked
(messages, tools and form of the reply; neither the key nor the model's name) and what came back.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from evals.model.behaviours import Script
from evals.model.messages import read_body
from evals.model.server import Exchange, Running, given_of, reworded_in

if TYPE_CHECKING:
    from fastapi import FastAPI, Request, Response

_ASKED = ("messages", "tools", "tool_choice", "response_format", "stream")
_MISSING = {"error": {"message": "这一问不在录下的文件里：资料、提示词或程序与录制时不同。", "type": "not_recorded", "code": "not_recorded"}}
_PASSED_ON = ("authorization", "content-type", "accept")
_SECONDS = 600.0


class CassetteError(ValueError):
    """A file of exchanges cannot be read; the message says where, in Chinese."""


def key_of(body: Mapping[str, Any]) -> str:
    """Return the hash of what is asked."""
    asked = {name: body[name] for name in _ASKED if name in body}
    return sha256(json.dumps(asked, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


class Listener:
    """Stands in for an endpoint while it is entered as a context.

    Args:
        upstream: Address of the endpoint, "" to play what was kept.
        file: Where exchanges are kept; None to keep none.

    Attributes:
        base_url: What a client is given.
        exchanges: Every request since the last `play`.
    """

    def __init__(self, upstream: str, file: Path | None) -> None:
        self.base_url = ""
        self.exchanges: list[Exchange] = []
        self._upstream = upstream.rstrip("/")
        self._file = file
        self._kept = read_cassette(file) if file is not None and not upstream else {}
        self._played: dict[str, int] = defaultdict(int)
        self._running = Running(_application(self))

    def play(self, script: Script) -> None:
        """Forget the requests before; what is said is the endpoint's."""
        del script
        self.exchanges = []

    def __enter__(self) -> Listener:
        self.base_url = f"{self._running.start()}/v1"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._running.stop()

    async def answer(self, path: str, request: Request) -> Response:
        """Pass a request on and keep what comes back, or play what was kept."""
        from fastapi import Response

        begun = time.perf_counter()
        raw = await request.body()
        body = json.loads(raw or b"{}")
        key = key_of(body)
        status, kind, text = await self._passed_on(path, raw, request) if self._upstream else self._replayed(key)
        if self._upstream and self._file is not None:
            kept = {"request": key, "status": status, "type": kind, "body": text}
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(kept, ensure_ascii=False) + "\n")
        told, said = read_body(body), _said(text)
        took = (time.perf_counter() - begun) * 1000
        self.exchanges.append(Exchange(told.task, False, said, given_of(told), took, reworded_in(told, said)))
        return Response(text.encode(), status, media_type=kind)

    async def _passed_on(self, path: str, raw: bytes, request: Request) -> tuple[int, str, str]:
        import httpx

        headers = {name: value for name in _PASSED_ON if (value := request.headers.get(name))}
        try:
            async with httpx.AsyncClient(timeout=_SECONDS) as client:
                done = await client.request(request.method, f"{self._upstream}/{path}", content=raw, headers=headers)
        except httpx.HTTPError as error:
            return 502, "application/json", json.dumps({"error": {"message": type(error).__name__}})
        return done.status_code, done.headers.get("content-type", "application/json"), done.text

    def _replayed(self, key: str) -> tuple[int, str, str]:
        known = self._kept.get(key)
        if not known:
            return 404, "application/json", json.dumps(_MISSING, ensure_ascii=False)
        at = min(self._played[key], len(known) - 1)
        self._played[key] += 1
        return known[at]


def read_cassette(file: Path) -> dict[str, list[tuple[int, str, str]]]:
    """Read what was kept, by the hash of what was asked; the same asked again is in order.

    Raises:
        CassetteError: There is no such file, or a line is no exchange.
    """
    kept: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError:
        raise CassetteError(f"读不了录制文件“{file}”。") from None
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
            kept[record["request"]].append((int(record["status"]), str(record["type"]), str(record["body"])))
        except (ValueError, KeyError, TypeError):
            raise CassetteError(f"录制文件“{file}”第{number}行不是一次问答。请重新录制。") from None
    return kept


def _said(text: str) -> str:
    try:
        return str(json.loads(text)["choices"][0]["message"]["content"] or "")
    except (ValueError, KeyError, IndexError, TypeError):
        return ""


def _application(listener: Listener) -> FastAPI:
    from fastapi import FastAPI, Request

    app = FastAPI()

    async def answer(path: str, request: Request) -> Response:
        return await listener.answer(path, request)

    answer.__annotations__ = {"path": str, "request": Request}
    app.add_api_route("/v1/{path:path}", answer, methods=["GET", "POST"], response_model=None)
    return app
