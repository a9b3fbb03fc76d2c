"""The gate every request passes: it gets an id, a bound on its body, a log line and a count."""

from __future__ import annotations

import re
import time
import uuid

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.logs import logger, record_incident
from service.web.error_responses import (
    BODY_TOO_LARGE,
    CLIENT_GONE,
    CROSS_SITE,
    INTERNAL_ERROR,
    UNKNOWN_HOST,
    refusal_bytes,
)
from service.web.metrics import Metrics
from service.web.senders import is_of_another_site, is_unknown_host

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
#: How many times the limit is read and thrown away before the connection is cut.
_MOST_DRAINED = 4
_METHODS = frozenset({"GET", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "PATCH"})


class Gate:
    """ASGI middleware.

    A body that grows beyond the limit while it is read ends early for the application; whatever the
    application then says is replaced by the refusal.
    """

    def __init__(self, app: ASGIApp, *, max_body_bytes: int, metrics: Metrics, hosts: frozenset[str] | None = None) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._metrics = metrics
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await _Passage(self._app, scope, receive, send, self._max_body_bytes, self._hosts).run(self._metrics)


class _Passage:
    """One request on its way through."""

    def __init__(
        self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, most: int, hosts: frozenset[str] | None
    ) -> None:
        self._app, self._scope, self._receive, self._send = app, scope, receive, send
        self._most = most
        self._taken = 0
        self._ended = False
        self._status = 0
        given = dict(scope["headers"])
        asked = given.get(b"x-request-id", b"")
        self._id = asked.decode() if _REQUEST_ID.fullmatch(asked) else uuid.uuid4().hex[:16]
        self._is_misled = is_unknown_host(given, hosts)
        self._is_foreign = is_of_another_site(scope["method"], given)
        length = given.get(b"content-length", b"")
        self._refused = self._is_misled or self._is_foreign or (length.isdigit() and int(length) > most)

    async def run(self, metrics: Metrics) -> None:
        """Serve the request, count it and log it."""
        started = time.monotonic_ns()
        incident = ""
        self._scope.setdefault("state", {})["request_id"] = self._id
        try:
            if not self._refused:
                await self._app(self._scope, self._take, self._give)
        except ClientDisconnect:
            self._scope["state"]["code"] = CLIENT_GONE
        except Exception as error:  # the one place where a traceback would reach a caller
            incident = record_incident(error, request=self._id)
        if not self._status:
            if self._refused:
                await self._drain()
            await self._refuse(incident)
        route = getattr(self._scope.get("route"), "path", "unmatched")
        method = self._scope["method"] if self._scope["method"] in _METHODS else "OTHER"
        metrics.count_request(method, route, self._status)
        fields = {
            "request": self._id, "method": method, "route": route, "status": self._status,
            "ms": (time.monotonic_ns() - started) // 1_000_000,
        }  # fmt: skip
        code = self._scope["state"].get("code")
        logger.info("request", extra=fields | ({"code": code} if code else {}))

    async def _take(self) -> Message:
        if self._refused:
            return {"type": "http.request", "body": b"", "more_body": False}
        message = await self._next()
        if self._taken > self._most:
            self._refused = True
            return {"type": "http.request", "body": b"", "more_body": False}
        return message

    async def _give(self, message: Message) -> None:
        if self._refused:
            return
        if message["type"] == "http.response.start":
            self._status = message["status"]
            own = (b"x-request-id", self._id.encode())
            given = [*message.get("headers", ())]
            kept = () if any(name == b"cache-control" for name, _ in given) else (_NOT_KEPT,)
            message = {**message, "headers": [*given, own, _AS_SAID, *kept]}
        await self._send(message)

    async def _drain(self) -> None:
        """Read on without keeping: a client that is still sending would not see the refusal."""
        while not self._ended and self._taken <= self._most * _MOST_DRAINED:
            await self._next()

    async def _next(self) -> Message:
        message = await self._receive()
        self._taken += len(message.get("body", b""))
        self._ended = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    async def _refuse(self, incident: str) -> None:
        path = self._scope["path"]
        if incident:
            code = INTERNAL_ERROR
            detail = f"程序内部出错，编号 {incident}。请把编号告诉管理员。"
            status, media_type, body = refusal_bytes(path, 500, code, detail, incident=incident)
        elif self._is_misled:
            code = UNKNOWN_HOST
            detail = "网址里的主机名不是本服务的。请用启动时显示的地址打开；要用别的名字，请管理员写进 YOUJU_HOSTS。"
            status, media_type, body = refusal_bytes(path, 403, code, detail)
        elif self._is_foreign:
            code = CROSS_SITE
            detail = "这个请求是别的网站的页面发来的，没有执行。请在有据自己的页面上操作。"
            status, media_type, body = refusal_bytes(path, 403, code, detail)
        else:
            code = BODY_TOO_LARGE
            detail = f"请求超过上限{self._most / 1048576:.0f}MB。请只上传预算文本。"
            status, media_type, body = refusal_bytes(path, 413, code, detail)
        self._scope["state"]["code"] = code
        self._refused = False
        headers = [
            (b"content-type", media_type.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        await self._give({"type": "http.response.start", "status": status, "headers": headers})
        await self._give({"type": "http.response.body", "body": body})


_AS_SAID = (b"x-content-type-options", b"nosniff")
#: But for what says itself how long it holds: the static files of the page.
_NOT_KEPT = (b"cache-control", b"no-store")
