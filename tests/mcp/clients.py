"""A client as other programs have one: the SDK's, in the same process or over the pipes of a real one."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import anyio
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.server import Server
from mcp_types import CallToolResult

T = TypeVar("T")

#: The SDK's client speaks the newest revision of the protocol, or, as most programs still do, shakes hands first.
MODES = ("auto", "legacy")


def process(home: Path) -> StdioServerParameters:
    """Return how a desktop assistant starts `youju mcp` over the store in *home*."""
    environment = {"YOUJU_HOME": str(home), "PATH": os.environ.get("PATH", "")}
    return StdioServerParameters(command=sys.executable, args=["-m", "service.cli", "mcp"], env=environment)


def over(
    server: Server[Any] | StdioServerParameters | str, work: Callable[[Client], Awaitable[T]], *, mode: str = "auto"
) -> T:
    """Return what *work* makes of a connected client."""

    async def connected() -> T:
        async with Client(server, mode=mode) as client:
            return await work(client)

    return anyio.run(connected)


def called(
    server: Server[Any] | StdioServerParameters | str, name: str, *, mode: str = "auto", **arguments: Any
) -> CallToolResult:
    """Call one tool."""
    return over(server, lambda client: client.call_tool(name, arguments), mode=mode)


def text_of(result: CallToolResult) -> str:
    """Return the text of a result."""
    return "".join(block.text for block in result.content if block.type == "text")
