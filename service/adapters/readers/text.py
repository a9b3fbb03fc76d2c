"""TXT and Markdown: tables set with tabs, pipes, box characters or spaces between lines of text."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

from service.adapters.readers.limits import check_size
from service.adapters.readers.text_tables import Line, TextTables
from service.domain.errors import EmptyDocumentError, UnreadableDocumentError
from service.ingestion.blocks import Block, Grid, GridRow, Reading, TextLine

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
#: Unicode categories of characters that do not show or that turn the writing direction.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_LONGEST_NAME = 200
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*\S)")
_LINE = re.compile(r"\r\n|\r|\n")


def safe_name(name: str) -> str:
    r"""Return a file name without folders and control characters, 200 characters at most, its ending kept.

    Example:
        >>> safe_name("../../etc/pass\x07wd.txt")
        'passwd.txt'

    """
    last = PureWindowsPath(PurePosixPath(name).name).name
    visible = "".join(c for c in last if unicodedata.category(c) not in _INVISIBLE).strip()
    suffix = PurePosixPath(visible).suffix[:20]
    short = visible if len(visible) <= _LONGEST_NAME else visible[: _LONGEST_NAME - len(suffix)] + suffix
    return short if short.strip(".") else "未命名"


def read_text(data: bytes, name: str, *, max_bytes: int) -> Reading:
    """Read a text file.

    Args:
        data: The bytes of the file.
        name: Its name.
        max_bytes: Size limit.

    Raises:
        OversizedDocumentError: It is larger than *max_bytes*.
        EmptyDocumentError: It holds no visible character.
        UnreadableDocumentError: It is binary, or neither UTF-8 nor GB18030 nor marked UTF-16.
    """
    shown = safe_name(name)
    check_size(data, shown, max_bytes)
    text = decode(data, shown)
    if not text.strip():
        raise EmptyDocumentError(f"“{shown}”里没有可见文字。请检查是否选错了文件。")
    is_markdown = shown.lower().endswith((".md", ".markdown"))
    return Reading(shown, hashlib.sha256(data).hexdigest(), text, _blocks(text, is_markdown=is_markdown))


def decode(data: bytes, name: str) -> str:
    """Decode as UTF-8, else as GB18030; guessing more widely took Chinese for other encodings.

    UTF-16, as spreadsheets save "Unicode text", is told by its mark.
    """
    text = None
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    if text is None or "\x00" in text or len(_CONTROL.findall(text)) * 100 > len(text):
        raise UnreadableDocumentError(
            f"“{name}”不是文本，或不是UTF-8、GB18030编码。请用记事本或WPS另存为UTF-8文本后再上传。"
        )
    return text


def _blocks(text: str, *, is_markdown: bool) -> tuple[Block, ...]:
    """Split into lines of text and grids; a blank line between two tab-separated rows is a page break."""
    blocks: list[Block] = []
    rows: list[GridRow] = []
    blanks: list[TextLine] = []

    def close() -> None:
        if rows:
            blocks.append(Grid(tuple(rows)))
            rows.clear()
        blocks.extend(blanks)
        blanks.clear()

    lines, starts = _lines(text)
    tables = TextTables(lines)
    at = 0
    while at < len(lines):
        line, number, position = lines[at].text, lines[at].number, starts[at]
        at += 1
        if "\t" in line and line.strip():
            rows.append(GridRow(tuple(line.split("\t")), number, after_break=bool(rows and blanks)))
            blanks.clear()
        elif not line.strip() and rows:
            blanks.append(TextLine(line, number, position))
        elif found := tables.at(at - 1):
            close()
            blocks.append(found[0])
            at += found[1] - 1
        else:
            close()
            blocks.append(_text_line(line, number, position, is_markdown=is_markdown))
    close()
    return tuple(blocks)


def _lines(text: str) -> tuple[list[Line], list[int]]:
    """Return the lines of a text, and the offsets at which they begin."""
    lines: list[Line] = []
    starts = [0]
    for number, found in enumerate([*_LINE.finditer(text), None], 1):
        lines.append(Line(text[starts[-1] : found.start() if found else len(text)], number))
        starts.append(found.end() if found else len(text))
    return lines, starts


def _text_line(line: str, number: int, position: int, *, is_markdown: bool) -> TextLine:
    found = _HEADING.match(line) if is_markdown else None
    if found:
        return TextLine(found.group(2), number, position + found.start(2), heading=len(found.group(1)))
    return TextLine(line, number, position)
