"""Pages that are images: rendered by pdfium, their rulings found, their text recognised by an installed tesseract."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from service.ingestion.alignment import aligned_tables
from service.ingestion.lattice import Rule, ruled_tables
from service.ingestion.pages import PageLayout, PlacedGrid, Word

#: pdfium is not safe to use from two threads at once.
PDFIUM = threading.Lock()
#: Pages of one document recognised at most.
MAX_PAGES = 100
#: Seconds that one page may take.
_PAGE_SECONDS = 90
_ALL_SECONDS = 900
#: What the recogniser is told of the surroundings it runs in.
_PASSED_ON = ("PATH", "TESSDATA_PREFIX", "LD_LIBRARY_PATH", "LANG", "SYSTEMROOT")
#: Points of one page's image at most, and how fine it is rendered where that allows.
_MAX_POINTS = 20_000_000
_DOTS_PER_INCH = 300
#: Darker than this is ink.
_INK = 140
#: A ruling is at least this many points long at 300 dots per inch: about 7 mm.
_RULING = 80


#: Of half the words of a page of text the program is surer than this; of a picture's it is not.
_SURE = 50
#: What is left of a ruling in front of a figure of a table.
_STRAY = re.compile(r"^[，,.。、‘’'“”\"|_]+(?=\d)")


@cache
def is_installed() -> bool:
    """Whether tesseract is installed with its data for simplified Chinese."""
    program = shutil.which("tesseract")
    if program is None:
        return False
    try:
        listed = subprocess.run([program, "--list-langs"], capture_output=True, timeout=20, check=False)  # noqa: S603 - found on the path, no shell
    except (OSError, subprocess.TimeoutExpired):
        return False
    return b"chi_sim" in (listed.stdout + listed.stderr).split()


def recognise_pages(data: bytes, numbers: Sequence[int]) -> dict[int, PageLayout]:
    """Recognise pages of a PDF.

    Args:
        data: The bytes of the file.
        numbers: 1-based pages; those beyond MAX_PAGES, or beyond a quarter of an hour's work, are left out.

    Returns:
        What stands on each page that yielded text, its tables marked as recognised.
    """
    out: dict[int, PageLayout] = {}
    until = time.monotonic() + _ALL_SECONDS
    for number in list(numbers)[:MAX_PAGES]:
        if time.monotonic() > until:
            break
        layout = _recognise(data, number)
        if layout is not None:
            out[number] = layout
    return out


def _recognise(data: bytes, number: int) -> PageLayout | None:
    """Recognise a page, turned when it makes no sense as it lies: wide tables are often scanned on their side."""
    rendered = _render(data, number)
    if rendered is None:
        return None
    layout = _layout(*rendered, number)
    if layout is None and (turn := _turn(*rendered)):
        rendered = _render(data, number, turn)
        layout = _layout(*rendered, number) if rendered else None
    return layout


def _turn(width: int, height: int, dots: int, grey: bytes) -> int:
    """Return by how many degrees clockwise a page must be turned to be upright, as far as tesseract can tell."""
    said = re.search(rb"Rotate: (\d+)", _run(["--psm", "0", "--dpi", str(dots)], width, height, grey))
    return int(said.group(1)) if said else 0


def _render(data: bytes, number: int, turn: int = 0) -> tuple[int, int, int, bytes] | None:
    """Return width, height, dots per inch and the grey values of a page turned clockwise by *turn* degrees."""
    import pypdfium2

    with PDFIUM:
        try:
            document = pypdfium2.PdfDocument(data)
            page = document[number - 1]
            width, height = page.get_size()
            dots = _DOTS_PER_INCH
            while dots > 40 and width * height * dots * dots > _MAX_POINTS * 72 * 72:
                dots -= 10
            bitmap = page.render(scale=dots / 72, grayscale=True, rotation=turn)
            grey = bytes(bitmap.buffer)
            stride, columns, rows = bitmap.stride, bitmap.width, bitmap.height
            bitmap.close()
            page.close()
            document.close()
        except Exception:  # a page that cannot be rendered stays unread
            return None
    if stride != columns:
        grey = b"".join(grey[r * stride : r * stride + columns] for r in range(rows))
    return columns, rows, dots, grey


def _layout(width: int, height: int, dots: int, grey: bytes, number: int) -> PageLayout | None:
    level, upright = _rulings(width, height, dots, grey)
    clean = _without(width, grey, level, upright)
    words = _words(width, height, dots, clean)
    if not words:
        return None
    rules = [Rule(*(_tenths(v, dots) for v in box)) for box in (*level, *upright)]
    ruled, rest = ruled_tables(words, rules, page=number, by_ocr=True)
    aligned, rest = aligned_tables(rest, rules, page=number, by_ocr=True)
    grids = tuple(_without_strays(g) for g in (*ruled, *aligned))
    return PageLayout(number, _tenths(width, dots), _tenths(height, dots), rest, grids)


def _without_strays(placed: PlacedGrid) -> PlacedGrid:
    rows = tuple(replace(r, cells=tuple(_STRAY.sub("", c) for c in r.cells)) for r in placed.grid.rows)
    return replace(placed, grid=replace(placed.grid, rows=rows))


def _tenths(points: int, dots: int) -> int:
    return points * 720 // dots


_Mark = tuple[int, int, int, int]


def _rulings(width: int, height: int, dots: int, grey: bytes) -> tuple[list[_Mark], list[_Mark]]:
    """Return the boxes of long level and upright strokes of ink."""
    ink = grey.translate(bytes(1 if v < _INK else 0 for v in range(256)))
    long = max(_RULING * dots // 300, 20)
    run = re.compile(rb"\x01{%d,}" % long)
    level: list[_Mark] = []
    for y in range(height):
        row = ink[y * width : (y + 1) * width]
        level += [(m.start(), y, m.end(), y + 1) for m in run.finditer(row)]
    upright: list[_Mark] = []
    for x in range(width):
        column = ink[x::width]
        upright += [(x, m.start(), x + 1, m.end()) for m in run.finditer(column)]
    thick = max(dots // 20, 6)
    return _thin(level, thick, 1), _thin(upright, thick, 0)


def _thin(marks: list[_Mark], thick: int, axis: int) -> list[_Mark]:
    """Put strokes that lie side by side together, and drop those too thick for a ruling: pictures, bars, seals."""
    groups: list[list[int]] = []
    open_: list[list[int]] = []
    for mark in sorted(marks, key=lambda m: m[axis]):
        start, end = mark[1 - axis], mark[3 - axis]
        open_ = [g for g in open_ if g[3] >= mark[axis] - 1]
        group = next((g for g in open_ if g[0] < end and start < g[1]), None)
        if group is None:
            group = [start, end, mark[axis], mark[axis + 2]]
            groups.append(group)
            open_.append(group)
        else:
            group[0], group[1] = min(group[0], start), max(group[1], end)
            group[3] = mark[axis + 2]
    kept = [g for g in groups if g[3] - g[2] <= thick]
    return [(g[0], g[2], g[1], g[3]) if axis else (g[2], g[0], g[3], g[1]) for g in kept]


def _without(width: int, grey: bytes, level: Iterable[_Mark], upright: Iterable[_Mark]) -> bytes:
    """Return the image without its rulings, which a recogniser takes for strokes of characters."""
    out = bytearray(grey)
    for x0, y0, x1, y1 in (*level, *upright):
        for y in range(max(y0 - 1, 0), y1 + 1):
            start = y * width + max(x0 - 1, 0)
            end = min(y * width + min(x1 + 1, width), len(out))
            if end > start:
                out[start:end] = b"\xff" * (end - start)
    return bytes(out)


def _words(width: int, height: int, dots: int, grey: bytes) -> list[Word]:
    """Return the words that tesseract finds, each as high as its line."""
    settings = ["-l", "chi_sim", "--dpi", str(dots), "--psm", "6", "-c", "preserve_interword_spaces=1", "tsv"]
    table = _run(settings, width, height, grey)
    found = list(_parsed(table.decode("utf-8", "replace"), dots))
    sure = sorted(confidence for confidence, _ in found)
    if not found or sure[len(sure) // 2] < _SURE:
        return []
    return _put_together([word for _, word in found])


def _run(settings: Sequence[str], width: int, height: int, grey: bytes) -> bytes:
    """Return what tesseract says of an image, nothing where it fails or takes too long."""
    program = shutil.which("tesseract")
    if program is None:
        return b""
    try:
        done = subprocess.run(  # noqa: S603 - found on the path, no shell
            [program, "stdin", "stdout", *settings], input=b"P5 %d %d 255\n" % (width, height) + grey,
            capture_output=True, timeout=_PAGE_SECONDS, check=False,
            env={"OMP_THREAD_LIMIT": "1", **{k: v for k in _PASSED_ON if (v := os.environ.get(k))}},
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return b""
    return done.stdout


def _parsed(table: str, dots: int) -> Iterator[tuple[int, Word]]:
    """Yield each word with how sure the program is of it, in hundredths."""
    top, bottom = 0, 0
    for line in table.splitlines()[1:]:
        fields = line.split("\t")
        if len(fields) < 12:
            continue
        x, y, w, h = (int(v) for v in fields[6:10])
        if fields[0] == "4":
            top, bottom = y, y + h
        elif fields[0] == "5" and fields[11].strip():
            word = Word(fields[11].strip(), *(_tenths(v, dots) for v in (x, top, x + w, bottom)))
            yield int(fields[10].partition(".")[0]), word


def _put_together(words: Sequence[Word]) -> list[Word]:
    """Put the pieces of a number and of a run of ideographs together: 「101,」「673.」「03」, 「预」「算」."""
    out: list[Word] = []
    for word in words:
        last = out[-1] if out else None
        near = (
            last is not None and (last.top, last.bottom) == (word.top, word.bottom)
            and 0 <= word.x0 - last.x1 < word.bottom - word.top
        )  # fmt: skip
        if near and last is not None and _belong(last.text, word.text):
            out[-1] = Word(last.text + word.text, last.x0, last.top, word.x1, last.bottom)
        else:
            out.append(word)
    return out


def _belong(before: str, after: str) -> bool:
    number = re.search(r"\d[,.]$", before) and re.match(r"\d{2}|\d\s*[%％]", after)
    fraction = re.search(r"\d{2}\.$", before) and after[0].isdigit()
    return bool(number or fraction or (_is_ideograph(before[-1]) and _is_ideograph(after[0])))


def _is_ideograph(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"
