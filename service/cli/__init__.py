"""The command line: documents in, questions answered, texts checked, drafts written, the service served.

Exit status: 0 done; 1 an error was found in a document or text, or a question was refused; 2 bad usage or input.
Answers go to stdout, everything else to stderr. Heavy libraries are imported inside the commands.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TextIO, cast

import typer

from service.cli import commands, conversations, drafts, mcp
from service.cli.console import BAD, COMMANDS, DONE, INTERRUPTED, Desk, ReaderGoneError, app, note, show, unexpected
from service.domain.errors import YoujuError

if TYPE_CHECKING:
    from service.application import Application
    from service.drafts import Drafts
    from service.settings import Settings

__all__ = ["app", "commands", "conversations", "drafts", "main", "mcp"]
#: Typer does not name it: what is raised for every misuse of the command line.
_UsageError = cast(type[Exception], typer.BadParameter.__mro__[1])


def _usage_message(error: Exception) -> str:
    """Say in Chinese what is wrong with the command line."""
    said = getattr(error, "message", str(error))
    match type(error).__name__:
        case "NoSuchOption":
            name = str(getattr(error, "option_name", ""))
            near = getattr(error, "possibilities", None) or ()
            hint = f"是不是 {'、'.join(near)}？" if near else ""
            return f"没有选项“{name}”。{hint}"
        case "MissingParameter":
            parameter: Any = getattr(error, "param", None)
            name = getattr(parameter, "metavar", None) or getattr(parameter, "name", "") or ""
            return f"缺少“{name}”。"
        case "BadParameter":
            parameter = getattr(error, "param", None)
            name = "/".join(getattr(parameter, "opts", ())) or getattr(parameter, "name", "") or ""
            given = re.search(r"'(.*)'", said)
            return f"“{name}”的值{f'“{given[1]}”' if given else ''}不对。"
        case "BadOptionUsage":
            return f"选项“{getattr(error, 'option_name', '')}”后面要跟一个值。"
    unknown = re.search(r"No such command '(.*?)'", said, re.DOTALL)
    if unknown:
        near = get_close_matches(unknown[1], COMMANDS, n=1)
        hint = f"是不是 youju {near[0]}？" if near else f"可用的命令：{'、'.join(COMMANDS)}。"
        return f"没有命令“{unknown[1]}”。{hint}"
    if "Missing command" in said:
        return f"请给出命令：{'、'.join(COMMANDS)}。"
    surplus = re.search(r"unexpected extra argument\S* \((.*)\)", said, re.DOTALL)
    if surplus:
        return f"多出来的参数：{surplus[1]}。问题里有空格时请加引号。"
    return f"命令写法有误：{said}"


def _quieten(stream: TextIO) -> None:
    """Let the interpreter close *stream* without complaint: nobody reads it any more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())


def _read_settings() -> Settings:
    from service.logs import log_to_file
    from service.settings import read_settings

    settings = read_settings()
    log_to_file(settings.logs_folder)
    return settings


def _build(settings: Settings) -> Application:
    from service.bootstrap import build_application

    return build_application(settings)


def _draw(settings: Settings, application: Application) -> Drafts:
    from service.bootstrap import build_drafts

    return build_drafts(settings, application)


def main(
    arguments: Sequence[str] | None = None,
    *,
    read: Callable[[], Settings] = _read_settings,
    build: Callable[[Settings], Application] = _build,
    draw: Callable[[Settings, Application], Drafts] = _draw,
) -> int:
    """Run a command and return its exit status; never lets a traceback out.

    Args:
        arguments: Of the command line, without the program's name; None for those of this process.
        read: Reads the settings.
        build: Makes the application; tests hand in a finished one.
        draw: Makes what drafting needs, beside the application.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    given = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    try:
        if given == ["--version"]:
            from service.bootstrap import program_version

            show(f"有据 {program_version()}")
            return DONE
        status = app(given, prog_name="youju", standalone_mode=False, obj=Desk(read, build, draw))
        if status == INTERRUPTED and given[0] != "ingest":  # which says more about it
            note("已中断。")
        return status if isinstance(status, int) else DONE
    except _UsageError as error:
        note(f"{_usage_message(error)}（用法见 youju --help）")
    except YoujuError as error:
        note(error.message)
    except (KeyboardInterrupt, typer.Abort):
        note("已中断。")
        return INTERRUPTED
    except ReaderGoneError:
        _quieten(sys.stdout)
        return DONE
    except Exception as error:  # a traceback must not reach a person
        note(unexpected(error))
    return BAD
