"""The server: lists the tools, runs them in threads, and tells errors. Knows no transport."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from anyio import CapacityLimiter, to_thread
from mcp.server import Server, ServerRequestContext
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp_types import Tool as OfferedTool

from service.domain.errors import YoujuError
from service.logs import record_incident
from service.mcp.arguments import schema_of
from service.mcp.results import clean
from service.mcp.tools import INSTRUCTIONS, Tool

#: Calls worked on side by side; the others wait.
MOST_AT_ONCE = 8

Context = ServerRequestContext[Any]


def create_server(tools: Sequence[Tool[Any]], *, version: str = "", most_question_chars: int = 0) -> Server[Any]:
    """Return a server of the Model Context Protocol.

    Args:
        tools: What it offers.
        version: Of the program.
        most_question_chars: Longest question that is taken, told to the assistant; 0 not to tell.
    """
    by_name = {each.name: each for each in tools}
    offered = [_offered(each, most_question_chars) for each in tools]
    limiter = CapacityLimiter(MOST_AT_ONCE)

    async def list_tools(context: Context, params: PaginatedRequestParams | None) -> ListToolsResult:
        del context, params
        return ListToolsResult(tools=offered)

    async def call_tool(context: Context, params: CallToolRequestParams) -> CallToolResult:
        del context
        # A call that is cancelled still holds its place until its work is done: threads cannot be stopped, and a
        # client that calls and cancels must not pile them up.
        work = partial(answered, by_name, params.name, params.arguments or {})
        return await to_thread.run_sync(work, limiter=limiter)

    return Server(
        "youju", version=version, title="有据", instructions=INSTRUCTIONS,
        on_list_tools=list_tools, on_call_tool=call_tool,
    )  # fmt: skip


def _offered(tool: Tool[Any], most_question_chars: int) -> OfferedTool:
    takes = schema_of(tool.takes)
    for name in ("question", "query"):
        if most_question_chars and name in takes["properties"]:
            takes["properties"][name]["maxLength"] = most_question_chars
    return OfferedTool(
        name=tool.name, title=tool.title, description=tool.description, input_schema=takes, output_schema=tool.gives,
        annotations=ToolAnnotations(
            title=tool.title, read_only_hint=not tool.keeps, destructive_hint=False, idempotent_hint=not tool.keeps,
            open_world_hint=False,
        ),
    )  # fmt: skip


def answered(tools: Mapping[str, Tool[Any]], name: str, arguments: dict[str, Any]) -> CallToolResult:
    """Run a tool; never raises: what goes wrong is told in the result.

    Args:
        tools: By name.
        name: Of the tool.
        arguments: As sent.
    """
    tool = tools.get(name)
    if tool is None:
        return _refused(f"没有工具“{name[:40]}”。可用的有：{'、'.join(tools)}。", "invalid-input")
    try:
        found = tool.call(arguments)
    except YoujuError as error:
        return _refused(error.message, error.code)
    except Exception as error:  # a traceback must not reach an assistant
        incident = record_incident(error)
        return _refused(
            f"程序内部出错，编号 {incident}。请把编号告诉管理员，详情在日志里。", "internal-error", incident=incident
        )
    return CallToolResult(content=[TextContent(type="text", text=found.text)], structured_content=found.said)


def _refused(message: str, code: str, **more: str) -> CallToolResult:
    text = TextContent(type="text", text=clean(f"{message}（错误代码 {code}）"))
    return CallToolResult(content=[text], is_error=True, _meta={"code": code, **more})
