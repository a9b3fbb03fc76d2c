"""What every command works with: its desk, the screen, the files it writes, and help in Chinese."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from service.application import Application
    from service.drafts import Drafts
    from service.settings import Settings

DONE, FOUND, BAD = 0, 1, 2
#: What shells report after Ctrl-C.
INTERRUPTED = 130
#: Longest name of a file in bytes; of one that is made up here, without its number and ending.
_LONGEST_NAME, _LONGEST_STEM = 255, 230
_ENDINGS = {"txt": "text", "markdown": "md", "htm": "html"}
PASTED = "标准输入.txt"
COMMANDS = (
    "ingest", "tables", "documents", "ask", "check", "draft", "drafts", "recheck", "approve", "explain", "chats",
    "doctor", "serve", "mcp", "eval",
)  # fmt: skip
#: A hostile document must not steer the terminal it is printed on.
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_HELP = {
    "Usage:": "用法：", "[OPTIONS]": "[选项]", "COMMAND [ARGS]...": "命令 [参数]…", "Options:": "选项：",
    "Commands:": "命令：", "Arguments:": "参数：", "Show this message and exit.": "显示本说明。",
    "[required]": "［必填］", "[default: ": "［默认：",
}  # fmt: skip


@dataclass(slots=True)
class Desk:
    """What a command works with.

    Attributes:
        read: Reads the settings.
        build: Makes the application from them.
        draw: Makes what drafting needs, beside the application.
    """

    read: Callable[[], Settings]
    build: Callable[[Settings], Application]
    draw: Callable[[Settings, Application], Drafts]

    def application(self) -> Application:
        """Return the application. Each command asks once."""
        return self.build(self.read())

    def drafts(self) -> tuple[Application, Drafts]:
        """Return the application and its drafts. Each command asks once."""
        settings = self.read()
        application = self.build(settings)
        return application, self.draw(settings, application)


class Group(typer.core.TyperGroup):
    """The commands in the order of `COMMANDS`, help in Chinese."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names in order."""
        return sorted(super().list_commands(ctx), key=COMMANDS.index)

    def get_help(self, ctx: Any) -> str:
        """Return the help in Chinese."""
        return _in_chinese(super().get_help(ctx))


class Command(typer.core.TyperCommand):
    """A command with its help in Chinese."""

    def get_help(self, ctx: Any) -> str:
        """Return the help in Chinese."""
        return _in_chinese(super().get_help(ctx))


app = typer.Typer(
    cls=Group,
    help="有据：部门预算问答，每个数字都有出处。",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=False,
)

Context = typer.Context

AsJson = Annotated[bool, typer.Option("--json", help="输出JSON，供程序使用。")]


def desk_of(context: Context) -> Desk:
    """Return the desk that `main` gave a command."""
    found = context.obj
    if not isinstance(found, Desk):
        raise TypeError("main() gives every command its desk")
    return found


class ReaderGoneError(Exception):
    """Nobody reads stdout any more. Typer would end the process with status 1 on a BrokenPipeError."""


def show(text: str) -> None:
    """Write a line to stdout. Raises ReaderGoneError."""
    try:
        sys.stdout.write(f"{CONTROLS.sub('', text)}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise ReaderGoneError from None


def note(text: str) -> None:
    """Write a line to stderr."""
    sys.stderr.write(f"{CONTROLS.sub('', text)}\n")
    sys.stderr.flush()


def status_of(findings: Any) -> int:
    """Return the exit status that findings (as dictionaries) call for."""
    return FOUND if any(each["severity"] == "error" for each in findings) else DONE


def unexpected(error: BaseException) -> str:
    """Keep an error that should not be in the log, and say under which number."""
    from service.logs import record_incident

    return f"程序内部出错，编号 {record_incident(error)}。请把编号告诉管理员，详情在日志里。"


def _in_chinese(text: str) -> str:
    for english, chinese in _HELP.items():
        text = text.replace(english, chinese)
    return text


# ------------------------------------------------------------------ what is asked, what is written


def format_of(asked: str, output: Path | None, *, as_json: bool, formats: Sequence[str]) -> str:
    """Return the format to write: the one asked for, else that of the file to write, else text."""
    if as_json:
        if asked not in ("", "json"):
            raise InvalidInputError(f"--json 和 --format {asked} 只能给一个。")
        return "json"
    if not asked:
        ending = output.suffix.lower().lstrip(".") if output is not None else ""
        named = _ENDINGS.get(ending, ending)
        return named if named in formats else "text"
    if asked.lower() not in formats:
        near = get_close_matches(asked.lower(), formats, n=1)
        hint = f"是不是 {near[0]}？" if near else ""
        raise InvalidInputError(f"“--format”的值“{asked}”不对。{hint}可用的有：{'、'.join(formats)}。")
    return asked.lower()


def place_for(output: Path | None, stem: str, form: str) -> Path:
    """Return the file to write: the one asked for, else one of a free name in the folder asked for or the current one."""
    if output is not None and not _is_folder(output):
        return output
    folder = output or Path()
    ending = "txt" if form == "text" else form
    stem = stem.encode()[:_LONGEST_STEM].decode(errors="ignore")
    names = (f"{stem}{number if number > 1 else ''}.{ending}" for number in range(1, 10_000))
    return next(place for name in names if not (place := folder / name).exists())


def refuse_unwritable(output: Path | None) -> None:
    """Raise InvalidInputError for a file that cannot be written, before there is anything to write."""
    if output is not None and not os.access(output if _is_folder(output) else output.parent, os.W_OK):
        raise cannot_write(output)


def _is_folder(path: Path) -> bool:
    """Whether a path is a folder. Raises InvalidInputError for one that no file can have."""
    longest = max((len(os.fsencode(part)) for part in path.parts), default=0)
    if longest > _LONGEST_NAME:
        raise InvalidInputError(
            f"文件名“{path.name[:20]}…”太长：有{longest}字节，最多{_LONGEST_NAME}字节（约85个汉字）。请换一个短的名字。"
        )
    try:
        return path.is_dir()
    except OSError:
        raise cannot_write(path) from None


def cannot_write(path: Path) -> InvalidInputError:
    """Return the error for a file that cannot be written, with its folder."""
    name, folder = path.name, path.absolute().parent
    return InvalidInputError(f"不能写入“{name}”（文件夹“{folder}”）。请检查文件夹是否存在、是否有写权限。")


def keep_file(path: Path, data: bytes, given: Sequence[Path]) -> None:
    """Write a file whole or not at all, and never over one that was handed in."""
    import tempfile

    if path.exists() and any(each.exists() and path.samefile(each) for each in given):
        raise InvalidInputError(f"“{path.name}”是交来的文件，不能覆盖。请用 --output 换一个名字。")
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".youju-", delete=False) as written:
            written.write(data)
        made = Path(written.name)
        try:
            made.chmod(0o666 & ~_umask())
            made.replace(path)
        except OSError:
            made.unlink(missing_ok=True)
            raise
    except OSError:
        raise cannot_write(path) from None


def _umask() -> int:
    """Return the mask of new files; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def refuse_no_year(year: int) -> None:
    """Raise InvalidInputError for a number that is no budget year; 0 is none given."""
    if year and not 1949 <= year <= 2999:
        raise InvalidInputError(f"“--year”的值“{year}”不是预算年度。应如：--year 2024。")


def refuse_broken_text(*texts: str) -> None:
    """Raise InvalidInputError for half characters, which no store and no output can hold."""
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        raise InvalidInputError("问题里有无法识别的字符。请用UTF-8编码输入。") from None
