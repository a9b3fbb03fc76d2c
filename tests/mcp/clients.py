"""A client as other programs have one: the SDK's, in the same process or over HTTP."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import anyio
from mcp import Client
from mcp.server import Server
from mcp_types import CallToolResult

from service.application import Application
from service.cli.mcp import offered
from service.drafts import Drafts
from service.mcp.server import create_server

T = TypeVar("T")
#: A server in this process, or the address of one.
Reached = Server[Any] | str

#: The SDK's client speaks the newest revision of the protocol, or, as most programs still do, shakes hands first.
MODES = ("auto", "legacy")


def server_over(application: Application, drafts: Drafts) -> Server[Any]:
    """Return the server as the command makes it."""
    return create_server(
        offered(application, drafts), version="1", most_question_chars=application.limits.max_question_chars
    )


def environment(home: Path) -> dict[str, str]:
    """Return the environment in which `youju mcp` works over the store in *home*."""
    return {"YOUJU_HOME": str(home), "PATH": os.environ.get("PATH", "")}


def over(reached: Reached, work: Callable[[Client], Awaitable[T]], *, mode: str = "auto") -> T:
    """Return what *work* makes of a connected client."""

    async def connected() -> T:
        async with Client(reached, mode=mode) as client:
            return await work(client)

    return anyio.run(connected)


def called(reached: Reached, name: str, arguments: Mapping[str, Any], *, mode: str = "auto") -> CallToolResult:
    """Call one tool."""
    return over(reached, lambda client: client.call_tool(name, dict(arguments)), mode=mode)


def text_of(result: CallToolResult) -> str:
    """Return the text of a result."""
    return "".join(block.text for block in result.content if block.type == "text")
