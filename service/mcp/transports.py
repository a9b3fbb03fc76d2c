"""How the server is reached: over stdin and stdout, or over HTTP."""

from __future__ import annotations

import logging
import socket
from typing import Any

import anyio
from mcp.server import Server
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings

from service.logs import logger, record_incident

#: Names of this machine that only this machine has.
LOOPBACK = ("127.0.0.1", "localhost", "::1")
PATH = "/mcp"


def serve_stdio(server: Server[Any]) -> None:
    """Serve one client over stdin and stdout until it closes them. Meanwhile what prints to stdout goes to stderr."""
    quieten_libraries()
    anyio.run(_serve_stdio, server)


async def _serve_stdio(server: Server[Any]) -> None:
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


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
