"""Count the amounts a file prints, with other means than the readers of the service.

The count is the measure of what a reading loses: it comes from poppler's words for a PDF, from the cells of
the XML for a Word document, from openpyxl for a workbook, and from the plain text otherwise. Nothing of
``service`` takes part, so a table that the service takes for text still counts here.
"""

from __future__ import annotations

import html
import io
import re
import shutil
import subprocess
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path

_AMOUNT = re.compile(r"^[-－−(（]?(?:\d{1,3}(?:[,，]\d{3})+(?:\.\d{1,8})?|\d+\.\d{1,8})[)）]?$")
_CUT = re.compile(r"^[-\d,]+\.\d$")
_CJK = re.compile(r"[\u4e00-\u9fff]")
_PROSE = re.compile(r"[，。；]")
_UNIT_NEXT = re.compile(r"^(?:万(?!以)|亿|元|分|%|％|个百分点)")
_PAGE = re.compile(r"<page [^>]*>(.*?)</page>", re.S)
_WORD = re.compile(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>')
_TAGS = re.compile(r"<[^>]+>")
_CELL = re.compile(r"<w:tc[ >].*?</w:tc>", re.S)
_RUN = re.compile(r"<w:t(?: [^>]*)?>([^<]*)</w:t>")
_PROSE_CJK = 15


@dataclass(frozen=True, slots=True)
class Printed:
    """An amount that stands by itself, as the figures of a table do.

    Attributes:
        value: Its number, a minus for one in parentheses.
        page: 1-based page, 0 where the format has none.
        line: The words of its line, joined by spaces, for whoever looks into a loss.
    """

    value: Decimal
    page: int
    line: str


@dataclass(frozen=True, slots=True)
class _Word:
    x0: float
    top: float
    x1: float
    bottom: float
    text: str


def amount(text: str) -> Decimal | None:
    """Return the number of a text that is an amount and nothing else.

    An amount has decimals or thousands separators, or is 0: other whole numbers may as well be codes.

    Example:
        >>> amount("1,234.50"), amount("(3.2)"), amount("2010301"), amount("3.2万元")
        (Decimal('1234.50'), Decimal('-3.2'), None, None)

    """
    text = re.sub(r"\s", "", text)
    if text == "0":
        return Decimal(0)
    if not _AMOUNT.match(text):
        return None
    is_negative = text[0] in "-－−(（"
    try:
        value = Decimal(text.strip("-－−()（）").replace(",", "").replace("，", ""))
    except InvalidOperation:
        return None
    return -value if is_negative else value


def printed_amounts(path: Path) -> list[Printed] | None:
    """Return every amount of a file that stands by itself; None where no independent means is at hand."""
    data = path.read_bytes()
    if data.startswith(b"%PDF"):
        return _of_pdf(path)
    if data.startswith(b"PK"):
        return list(_of_package(data))
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return None
    text = data.decode("utf-8", errors="replace")
    pieces = _TAGS.sub("\x00", text).split("\x00") if "<html" in text[:3000].lower() else re.split(r"[\t\n]", text)
    return list(_of_texts(html.unescape(p) for p in pieces))


def _of_texts(texts: Iterable[str]) -> Iterator[Printed]:
    for text in texts:
        value = amount(text)
        if value is not None:
            yield Printed(value, 0, text.strip())


def _of_package(data: bytes) -> Iterator[Printed]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        if "word/document.xml" in package.namelist():
            body = package.read("word/document.xml").decode("utf-8")
            yield from _of_texts(html.unescape("".join(_RUN.findall(cell))) for cell in _CELL.findall(body))
            return
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), data_only=True)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, float) or (cell.value == 0 and cell.value is not False):
                    yield Printed(Decimal(str(cell.value)), 0, f"{sheet.title}!{cell.coordinate}")
                elif isinstance(cell.value, str) and (value := amount(cell.value)) is not None:
                    yield Printed(value, 0, f"{sheet.title}!{cell.coordinate}")


def _pages(path: Path) -> list[str] | None:
    tool = shutil.which("pdftotext")
    if tool is None:
        return None
    done = subprocess.run([tool, "-bbox", str(path), "-"], capture_output=True, check=False)  # noqa: S603
    return _PAGE.findall(done.stdout.decode("utf-8", errors="replace"))


def _of_pdf(path: Path) -> list[Printed] | None:
    pages = _pages(path)
    if pages is None:
        return None
    return [p for number, page in enumerate(pages, 1) for p in _of_page(page, number)]


def lines_of_amounts(path: Path) -> list[list[list[tuple[Decimal, float, float]]]]:
    """Return the amounts of a PDF with their left and right edges: pages of lines of amounts, left to right."""
    return [
        [[(v, w.x0, w.x1) for w in line if (v := amount(w.text)) is not None] for line in _lines_of_page(page)]
        for page in _pages(path) or []
    ]


def _lines_of_page(page: str) -> list[list[_Word]]:
    words = [
        _Word(float(x0), float(top), float(x1), float(bottom), html.unescape(text))
        for x0, top, x1, bottom, text in _WORD.findall(page)
    ]
    upright = sum(w.x1 - w.x0 > w.bottom - w.top for w in words if len(w.text) > 2)
    if upright * 2 < sum(len(w.text) > 2 for w in words):  # text that runs down the page
        words = [_Word(w.top, -w.x1, w.bottom, -w.x0, w.text) for w in words]
    return _lines(_mended(words))


def _of_page(page: str, number: int) -> Iterator[Printed]:
    lines = _lines_of_page(page)
    for index, line in enumerate(lines):
        text = " ".join(w.text for w in line)
        is_prose = bool(_PROSE.search(text)) and len(_CJK.findall(text)) > _PROSE_CJK
        for place, word in enumerate(line):
            value = amount(word.text)
            if value is None or (is_prose and word.text == "0"):
                continue
            after = line[place + 1] if place + 1 < len(line) else None
            follows = after if after is not None else lines[index + 1][0] if index + 1 < len(lines) else None
            if follows is not None and (
                _UNIT_NEXT.match(follows.text) or (word.text == "0" and _CJK.match(follows.text))
            ):
                continue
            before = line[place - 1] if place else None
            height = word.bottom - word.top
            touching = [
                w for w, gap in ((before, word.x0 - before.x1 if before else 0), (after, after.x0 - word.x1 if after else 0))
                if w is not None and _CJK.search(w.text) and abs(gap) < height / 4
            ]  # fmt: skip
            if len(touching) < 2:
                yield Printed(value, number, text)


def _mended(words: list[_Word]) -> list[_Word]:
    """Join an amount with the last digit that a narrow cell left to the line below."""
    digits = [w for w in words if len(w.text) == 1 and w.text.isdigit()]
    joined: dict[int, _Word] = {}
    used: set[int] = set()
    for word in words:
        if not _CUT.match(word.text):
            continue
        height = word.bottom - word.top
        below = [
            d for d in digits
            if id(d) not in used and word.x0 - 1 <= d.x0 and d.x1 <= word.x1 + 1 and 0 < d.top - word.top < 1.8 * height
        ]  # fmt: skip
        if below:
            used.add(id(below[0]))
            joined[id(word)] = replace(word, text=word.text + below[0].text)
    return [joined.get(id(w), w) for w in words if id(w) not in used]


def _lines(words: list[_Word]) -> list[list[_Word]]:
    rows: dict[int, list[_Word]] = defaultdict(list)
    last, key = -1e9, 0
    for word in sorted(words, key=lambda w: (w.top + w.bottom) / 2):
        middle = (word.top + word.bottom) / 2
        if middle - last > 3:
            key += 1
        last = middle
        rows[key].append(word)
    return [sorted(row, key=lambda w: w.x0) for row in rows.values()]
