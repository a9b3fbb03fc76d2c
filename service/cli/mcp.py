"""The command `mcp`: serves other assistants over the Model Context Protocol."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.console import DONE, Command, Context, app, desk_of, note
from service.domain.errors import ConfigurationError, InvalidInputError

if TYPE_CHECKING:
    import socket

    from service.application import Application
    from service.drafts import Drafts
    from service.mcp.tools import Tool

_HOST, _PORT = "127.0.0.1", 8765
_OLDEST = 2


@app.command(cls=Command, help="让其他助手（MCP客户端）用有据的工具：默认走标准输入输出，由助手启动；--http 则走HTTP。")
def mcp(
    context: Context,
    host: Annotated[str, typer.Option("--host", metavar="地址", help="监听地址，只用于 --http。")] = _HOST,
    port: Annotated[
        int, typer.Option("--port", metavar="端口", min=0, max=65535, help="监听端口，只用于 --http。")
    ] = _PORT,
    *,
    http: Annotated[bool, typer.Option("--http", help="走HTTP（streamable HTTP），不走标准输入输出。")] = False,
) -> int:
    """Serve the tools until the client goes, or until stopped."""
    _refuse_without_sdk()
    if not http and (host, port) != (_HOST, _PORT):
        raise InvalidInputError("--host 和 --port 只用于 --http。走HTTP请运行：youju mcp --http")
    return _over_http(context, host, port) if http else _over_stdio(context)


def _over_stdio(context: Context) -> int:
    with redirect_stdout(sys.stderr):  # stdout belongs to the protocol, from the first byte
        from service.mcp.server import create_server
        from service.mcp.transports import serve_stdio

        application, drafts = desk_of(context).drafts()
        server = create_server(
            offered(application, drafts), version=_version(), most_question_chars=application.limits.max_question_chars
        )
    if sys.stdin.isatty():
        note("有据的MCP服务在标准输入输出上等候，通常由助手启动，配置见 docs/mcp.md。按 Ctrl-C 停止。")
    serve_stdio(server)
    return DONE


def _over_http(context: Context, host: str, port: int) -> int:
    from service import logs
    from service.mcp.server import create_server
    from service.mcp.transports import LOOPBACK, PATH, serve_http

    desk = desk_of(context)
    settings = desk.read()
    with _bound(host, port) as listening:
        logs.log_to_stderr(settings.log_level)
        application = desk.build(settings)
        tools = offered(application, desk.draw(settings, application))
        server = create_server(tools, version=_version(), most_question_chars=application.limits.max_question_chars)
        name, at = f"[{host}]" if ":" in host else host, listening.getsockname()[1]
        note(f"有据的MCP服务已启动：http://{name}:{at}{PATH}（按 Ctrl-C 停止）")
        if host not in LOOPBACK:
            note("注意：本服务不验证身份，对外开放时请放在有身份验证的网关后面。")
        serve_http(server, listening, host, max_bytes=application.limits.max_file_bytes)
    return DONE


def offered(application: Application, drafts: Drafts) -> tuple[Tool[Any], ...]:
    """Return the tools; what they give has the shapes that are described for HTTP."""
    from service.mcp.tools import Contracts, tools
    from service.web import models

    return tools(
        application, drafts,
        Contracts(
            answer=models.Answer.model_json_schema(), result=models.Result.model_json_schema(),
            report=models.CheckReport.model_json_schema(), draft=models.Draft.model_json_schema(),
        ),
    )  # fmt: skip


def _bound(host: str, port: int) -> socket.socket:
    """Return a socket bound to an address. Raises InvalidInputError where that cannot be done."""
    import socket

    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except OSError as error:
        found.close()
        raise InvalidInputError(
            f"不能在 {host}:{port} 上提供服务（{error.__class__.__name__}）。"
            "端口可能已被占用，或地址不属于本机。请用 --port 或 --host 换一个。"
        ) from None
    return found


def _refuse_without_sdk() -> None:
    """Raise ConfigurationError where the SDK of the protocol is not installed, or too old."""
    try:
        found = version("mcp")
    except PackageNotFoundError:
        raise ConfigurationError("没有安装MCP部分。请运行：pip install 'youju[mcp]'") from None
    if int(found.partition(".")[0]) < _OLDEST:
        raise ConfigurationError(f"安装的 mcp 是{found}，太旧。请运行：pip install -U 'youju[mcp]'")


def _version() -> str:
    from service.bootstrap import program_version

    return program_version()
