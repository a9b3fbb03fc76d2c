"""An OpenAI-compatible server over loopback that plays a script. It knows the protocol and nothing of the service."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

from starlette.responses import Response, StreamingResponse

from evals.model.behaviours import BEHAVIOURS, Call, Script, Spoken, Wire
from evals.model.messages import DRAFT, PLACEHOLDER, Told, read_body, sentences_of, words_of

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI
    from starlette.types import Receive, Scope, Send

MODEL = "scripted"
_PIECE = 7
_USAGE = {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and what became of it.

    Attributes:
        task: Which step asked.
        applied: Whether the behaviour damaged something.
        text: What was said, "" where the wire was the behaviour.
        given: The text that was to be worded, its names filled in.
        reworded: Of a draft: how many sentences were said otherwise than they were given.
        ms: Milliseconds the server took.
    """

    task: str
    applied: bool
    text: str
    given: str
    ms: float
    reworded: int = 0


class ScriptedServer:
    """The server, in a thread of its own while it is entered as a context.

    Attributes:
        base_url: What a client is given: ``http://127.0.0.1:…/v1``.
        exchanges: Every request since the last `play`.
    """

    def __init__(self) -> None:
        self.base_url = ""
        self.exchanges: list[Exchange] = []
        self._script = Script(BEHAVIOURS[0])
        self._number = 0
        self._open = True
        self._running = Running(_application(self))

    def play(self, script: Script) -> None:
        """Behave so from now on."""
        self._script, self._number, self.exchanges = script, 0, []

    def __enter__(self) -> ScriptedServer:
        self.base_url = f"{self._running.start()}/v1"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._open = False
        self._running.stop()

    async def complete(self, body: Mapping[str, Any]) -> Response:
        """Answer a request for a completion."""
        begun = time.perf_counter()
        told, number = read_body(body), self._number
        self._number += 1
        behaviour = self._script.behaviour
        wire = behaviour.wire(number) if behaviour.wire else None
        spoken = self._script.say(told)
        if wire is not None and wire.kind == "late":
            await asyncio.sleep(wire.seconds)
        is_cut = wire is not None and wire.kind != "late"
        response = self._wired(wire, told, spoken) if wire is not None and is_cut else _spoken(told, spoken)
        said = "" if is_cut else spoken.text
        applied = wire is not None or spoken.applied
        took = (time.perf_counter() - begun) * 1000
        self.exchanges.append(Exchange(told.task, applied, said, given_of(told), took, reworded_in(told, said)))
        return response

    def _wired(self, wire: Wire, told: Told, spoken: Spoken) -> Response:
        if wire.kind == "status":
            return Response(wire.body, wire.status, dict(wire.headers))
        whole = b"".join(_pieces(spoken)) if told.is_streaming else json.dumps(_message(spoken)).encode()
        kind = "text/event-stream" if told.is_streaming else "application/json"
        if wire.kind == "cut":
            return _Cut(whole[: len(whole) // 2], len(whole), kind)
        sent = b"" if wire.kind == "hang" else whole
        return StreamingResponse(self._slowly(sent), media_type=kind, headers={"content-length": str(len(whole))})

    async def _slowly(self, sent: bytes) -> AsyncIterator[bytes]:
        """Send a byte at a time; with none to send, hold on until the server is closed."""
        for at in range(len(sent)):
            await asyncio.sleep(0.2)
            yield sent[at : at + 1]
        while self._open:
            await asyncio.sleep(0.05)


def given_of(told: Told) -> str:
    """Return the text that is to be worded, its names filled in."""
    words = words_of(told)
    return PLACEHOLDER.sub(lambda m: words.value(m[1]), words.text)


def reworded_in(told: Told, said: str) -> int:
    """Count the sentences of a draft that a reply says otherwise than they were given."""
    if told.task != DRAFT:
        return 0
    try:
        sentences = json.loads(said)
    except ValueError:
        return 0
    given = sentences_of(told)
    return sum(i in given and t != given[i].text for i, t in sentences.items()) if isinstance(sentences, dict) else 0


def _application(server: ScriptedServer) -> FastAPI:
    from fastapi import FastAPI, Request

    app = FastAPI()

    async def complete(request: Request) -> Response:
        return await server.complete(await request.json())

    async def models() -> dict[str, Any]:
        return {"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": "evals"}]}

    async def embeddings(request: Request) -> dict[str, Any]:
        given = (await request.json())["input"]
        texts = given if isinstance(given, list) else [given]
        data = [{"object": "embedding", "index": i, "embedding": _vector(str(t))} for i, t in enumerate(texts)]
        return {"object": "list", "model": MODEL, "data": data, "usage": {"prompt_tokens": 1, "total_tokens": 1}}

    # Given as values, since the annotations of this module are text that FastAPI could not resolve in a function.
    complete.__annotations__ = {"request": Request}
    embeddings.__annotations__ = {"request": Request}
    app.add_api_route("/v1/chat/completions", complete, methods=["POST"], response_model=None)
    app.add_api_route("/v1/models", models, methods=["GET"], response_model=None)
    app.add_api_route("/v1/embeddings", embeddings, methods=["POST"], response_model=None)
    return app


def _vector(text: str, size: int = 64) -> list[float]:
    """Return a vector that is near that of a text with the same characters."""
    made = [0.0] * size
    for character in text:
        made[ord(character) % size] += 1.0
    return made


class Running:
    """An application in a thread, on a free port of the loopback.

    Args:
        app: To be served.
    """

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> str:
        """Serve; return the address.

        Raises:
            RuntimeError: It does not come up.
        """
        import uvicorn

        config = uvicorn.Config(
            self._app, host="127.0.0.1", port=0, log_level="critical", lifespan="off", timeout_graceful_shutdown=1,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        deadline = time.monotonic() + 10
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise RuntimeError("the scripted server does not come up")
            time.sleep(0.01)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        """Stop serving."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(5)


# ------------------------------------------------------------------------------------------------- the protocol


def _spoken(told: Told, spoken: Spoken) -> Response:
    if not told.is_streaming:
        return Response(json.dumps(_message(spoken), ensure_ascii=False).encode(), media_type="application/json")

    async def pieces() -> AsyncIterator[bytes]:
        for each in _pieces(spoken):
            yield each

    return StreamingResponse(pieces(), media_type="text/event-stream")


def _message(spoken: Spoken) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": spoken.text or (None if spoken.calls else "")}
    if spoken.reasoning:
        message["reasoning_content"] = spoken.reasoning
    if spoken.calls:
        message["tool_calls"] = [_call(i, c) for i, c in enumerate(spoken.calls)]
    choice = {"index": 0, "message": message, "finish_reason": spoken.finish}
    return _envelope("chat.completion") | {"choices": [choice], "usage": _USAGE}


def _call(number: int, call: Call) -> dict[str, Any]:
    return {"id": f"call_{number}", "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def _envelope(kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-scripted", "object": kind, "created": 0, "model": MODEL}


def _pieces(spoken: Spoken) -> list[bytes]:
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"reasoning_content": part} for part in _parts(spoken.reasoning)]
    deltas += [{"content": part} for part in _parts(spoken.text)]
    for number, call in enumerate(spoken.calls):
        named = _call(number, Call(call.name, ""))
        deltas.append({"tool_calls": [{"index": number, **named}]})
        deltas += [{"tool_calls": [{"index": number, "function": {"arguments": part}}]} for part in _parts(call.arguments)]
    chunks: list[dict[str, Any]] = [{"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": spoken.finish}]})
    chunks.append({"choices": [], "usage": _USAGE})
    lines = [json.dumps(_envelope("chat.completion.chunk") | chunk, ensure_ascii=False) for chunk in chunks]
    return [f"data: {line}\n\n".encode() for line in (*lines, "[DONE]")]


def _parts(text: str) -> list[str]:
    size = max(_PIECE, len(text) // 200)
    return [text[i : i + size] for i in range(0, len(text), size)]


class _Cut(Response):
    """A response that breaks off: it promises more bytes than it sends, then closes the connection.

    Args:
        part: What is sent.
        promised: Length that the header names.
        kind: Content type.
    """

    def __init__(self, part: bytes, promised: int, kind: str) -> None:
        super().__init__(part, media_type=kind)
        self._promised = promised

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        kept = [(name, value) for name, value in self.raw_headers if name != b"content-length"]
        headers = [*kept, (b"content-length", str(self._promised).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        raise ConnectionResetError("cut on purpose")
