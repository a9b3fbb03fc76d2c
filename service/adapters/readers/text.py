"""TXT and Markdown: tab-separated tables between lines of text."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath, PureWindowsPath

from service.domain.errors import (
    EmptyDocumentError,
    OversizedDocumentError,
    UnreadableDocumentError,
    UnsupportedDocumentError,
)
from service.ingestion.blocks import Block, Grid, GridRow, Reading, TextLine

SUFFIXES = frozenset({".txt", ".md", ".markdown", ".tsv"})
#: Beginnings of files that are no text whatever their name says.
_MAGIC = {
    b"%PDF": "PDF", b"PK\x03\x04": "Office或ZIP压缩", b"\xd0\xcf\x11\xe0": "旧版Office",
    b"\x89PNG": "图片", b"\xff\xd8\xff": "图片", b"\x1f\x8b": "压缩", b"\x7fELF": "程序", b"MZ": "程序",
}  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_LINE = re.compile(r"\r\n|\r|\n")


def safe_name(name: str) -> str:
    r"""Return a file name without folders and control characters, 200 characters at most.

    Example:
        >>> safe_name("../../etc/pass\x07wd.txt")
        'passwd.txt'

    """
    last = PureWindowsPath(PurePosixPath(name).name).name
    return _CONTROL.sub("", last)[:200] or "未命名.txt"


def read_text(data: bytes, name: str, *, max_bytes: int) -> Reading:
    """Read a text file.

    Args:
        data: The bytes of the file.
        name: Its name; only the ending matters.
        max_bytes: Size limit.

    Raises:
        OversizedDocumentError: It is larger than *max_bytes*.
        EmptyDocumentError: It holds no visible character.
        UnreadableDocumentError: It is binary, or neither UTF-8 nor GB18030.
        UnsupportedDocumentError: Its ending is not one this reader takes.
    """
    shown = safe_name(name)
    suffix = PurePosixPath(shown).suffix.lower()
    if len(data) > max_bytes:
        raise OversizedDocumentError(
            f"“{shown}”有{len(data) / 1048576:.1f}MB，超过上限{max_bytes / 1048576:.0f}MB。"
            "请只上传预算文本，或由管理员调大 YOUJU_MAX_FILE_MB。"
        )
    if not data.strip():
        raise EmptyDocumentError(f"“{shown}”是空文件，没有可读的文字。请检查是否选错了文件。")
    for magic, kind in _MAGIC.items():
        if data.startswith(magic):
            raise UnreadableDocumentError(
                f"“{shown}”的内容是{kind}文件，不是文本。本版能读TXT和Markdown，请先另存为文本再上传。"
            )
    if suffix and suffix not in SUFFIXES:
        raise UnsupportedDocumentError(f"“{shown}”的类型“{suffix}”还不能读。本版能读：{'、'.join(sorted(SUFFIXES))}。")
    text = _decode(data, shown)
    if not text.strip():
        raise EmptyDocumentError(f"“{shown}”里没有可见文字。请检查是否选错了文件。")
    return Reading(shown, hashlib.sha256(data).hexdigest(), text, _blocks(text))


def _decode(data: bytes, name: str) -> str:
    """Decode as UTF-8, else as GB18030; guessing more widely took Chinese for other encodings."""
    text = None
    for encoding in ("utf-8-sig", "gb18030"):
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


def _blocks(text: str) -> tuple[Block, ...]:
    """Split into lines of text and grids; a blank line between two table rows is a page break."""
    blocks: list[Block] = []
    rows: list[GridRow] = []
    blanks: list[TextLine] = []
    start = 0

    def close() -> None:
        if rows:
            blocks.append(Grid(tuple(rows)))
            rows.clear()
        blocks.extend(blanks)
        blanks.clear()

    for number, found in enumerate([*_LINE.finditer(text), None], 1):
        end = found.start() if found else len(text)
        line = text[start:end]
        position = start
        start = found.end() if found else end
        if "\t" in line and line.strip():
            rows.append(GridRow(tuple(line.split("\t")), number, after_break=bool(rows and blanks)))
            blanks.clear()
        elif not line.strip() and rows:
            blanks.append(TextLine(line, number, position))
        else:
            close()
            blocks.append(TextLine(line, number, position))
    close()
    return tuple(blocks)
