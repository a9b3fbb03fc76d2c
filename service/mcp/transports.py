"""How the server is reached: over stdin and stdout, or over HTTP."""

from __future__ import annotations

import json
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterable
from contextlib import redirect_stdout
from typing import Any

import anyio
from anyio.abc import ObjectSendStream
from mcp.server import Server
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.message import SessionMessage
from mcp_types import PARSE_ERROR, ErrorData, JSONRPCError
from pydantic import ValidationError

from service.logs import logger, record_incident

#: Names of this machine that only this machine has.
LOOPBACK = ("127.0.0.1", "localhost", "::1")
PATH = "/mcp"


def serve_stdio(server: Server[Any]) -> None:
    """Serve one client over stdin and stdout until it closes them. Meanwhile what prints to stdout goes to stderr."""
    quieten_libraries()
    # A thread waits for the next line and cannot be woken: Ctrl-C ends the process itself. Stores survive that.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        anyio.run(_serve_stdio, server)
    except* BrokenPipeError:
        logger.warning("the client went without waiting for its answers")


async def _serve_stdio(server: Server[Any]) -> None:
    # The SDK points the descriptor of stdout at stderr meanwhile; what waits in Python's own buffer would come out later.
    async with stdio_server() as (reading, writing), anyio.create_task_group() as group:
        with redirect_stdout(sys.stderr):
            send, understood = anyio.create_memory_object_stream[SessionMessage | Exception]()
            group.start_soon(_refuse_garbled, reading, send, writing)
            await server.run(understood, writing, server.create_initialization_options())


async def _refuse_garbled(
    reading: AsyncIterable[SessionMessage | Exception],
    send: ObjectSendStream[SessionMessage | Exception],
    writing: ObjectSendStream[SessionMessage],
) -> None:
    """Pass messages on; answer a line that is none. The SDK drops it, and the client would wait for ever."""
    async with send:
        async for item in reading:
            try:
                if isinstance(item, Exception):
                    await writing.send(SessionMessage(_garbled(item)))
                else:
                    await send.send(item)
            except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                return  # the server has ended


def _garbled(error: Exception) -> JSONRPCError:
    """Return the answer to a line that is no message, under the number it gives itself where it has one."""
    try:
        # Python reads half characters (\\ud800), which the SDK does not.
        line = error.errors()[0]["input"] if isinstance(error, ValidationError) else None
        found = json.loads(line) if isinstance(line, str) else line
    except (ValueError, RecursionError):
        found = None
    told = "这一行不是JSON-RPC消息，或其中有不成字的编码（如\\ud800）。请改正后重发。"
    wrong = ErrorData(code=PARSE_ERROR, message=told)
    try:
        answer = JSONRPCError(jsonrpc="2.0", id=found["id"] if isinstance(found, dict) else None, error=wrong)
        answer.model_dump_json()
    except (KeyError, ValueError):  # it has no number, or one that is none
        return JSONRPCError(jsonrpc="2.0", id=None, error=wrong)
    return answer


def serve_http(server: Server[Any], listening: socket.socket, host: str, *, max_bytes: int) -> None:
    """Serve streamable HTTP on a bound socket until stopped.

    Each request stands alone: the tools keep nothing between calls, and a restart is not noticed.

    Args:
        server: The server.
        listening: Bound.
        host: The address it was asked to listen on.
        max_bytes: Largest request body.
    """
    import uvicorn

    quieten_libraries()
    names = [f"[{name}]" if ":" in name else name for name in dict.fromkeys((*LOOPBACK, host, socket.gethostname()))]
    # A page of another site that points its own name at this address is turned away by the name it asks for.
    security = TransportSecuritySettings(
        allowed_hosts=[f"{name}:*" for name in names] + names,
        allowed_origins=[f"http://{name}{port}" for name in names for port in (":*", "")],
    )
    application = server.streamable_http_app(
        streamable_http_path=PATH, json_response=True, stateless_http=True, transport_security=security, host=host,
        max_request_body_size=max_bytes,
    )  # fmt: skip
    config = uvicorn.Config(application, workers=1, log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[listening])


class _Bare(logging.Handler):
    """Takes what libraries log, without the words: they may quote a question or a document."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log where a record comes from, and the error it tells of under a number."""
        if record.exc_info and record.exc_info[1]:
            record_incident(record.exc_info[1])
        elif record.levelno >= logging.WARNING:
            logger.warning(
                "library warning", extra={"error": record.name, "frames": [f"{record.filename}:{record.lineno}"]}
            )


def quieten_libraries() -> None:
    """Let nothing of what libraries log reach stderr or the log in their own words."""
    root = logging.getLogger()
    if not any(isinstance(each, _Bare) for each in root.handlers):
        root.addHandler(_Bare(logging.WARNING))
