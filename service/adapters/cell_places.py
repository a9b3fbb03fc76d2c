"""Where the figures of a table are printed on a page of a PDF: its rows are laid over the lines of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.adapters.pdf_letters import Box, around, letters_of, lines_seen, turn, words_of
from service.adapters.readers.ocr import PDFIUM
from service.locating import squeeze
from service.ports import Spot

#: What a row's figures on a line count for, each; and how much more where the line holds no others.
_EACH, _WHOLE = 2, 3
#: Letters of a page beyond which nobody looks for cells.
_MOST_LETTERS = 30_000


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a line: its plain characters and its box on the page."""

    text: str
    box: Box


def find_cells(data: bytes, page: int, rows: Mapping[int, Mapping[int, str]]) -> tuple[Spot, ...]:
    """Find the figures of a table on a page (the CellPlaces port).

    Each row is one line of the page, in the same order; a row whose figures do not all stand on a line has no places.
    Text may be drawn in another direction than the page is turned.

    Args:
        data: The bytes of the PDF; what is none, or is damaged, has no places.
        page: From 1.
        rows: Row → column → the figure as printed.
    """
    wanted = {
        number: {column: squeeze(text).text for column, text in sorted(cells.items()) if text.strip()}
        for number, cells in sorted(rows.items())
    }
    wanted = {number: cells for number, cells in wanted.items() if cells}
    if not wanted:
        return ()
    try:
        found = _looked_at(data, page)
    except Exception:  # a damaged page has no places
        return ()
    if found is None:
        return ()
    letters, crop, turned = found
    best: list[tuple[int, list[_Word]]] = []
    most = 0
    for direction in (0, 90, 180, 270):
        lines = [
            [_Word(squeeze("".join(x.text for x in word)).text, around([x.box for x in word])) for word in words_of(line)]
            for line in lines_seen(letters, (turned + direction) % 360)
        ]
        score, pairs = _laid(list(wanted.items()), lines)
        if score > most:
            most, best = score, pairs
        if most >= _EACH * sum(map(len, wanted.values())) * 3 // 4:
            break
    frame = turn(crop, turned)
    return tuple(
        _spot(number, column, turn(word.box, turned), frame)
        for number, words in best
        for column, word in zip(wanted[number], words, strict=True)
    )


def _looked_at(data: bytes, number: int) -> tuple[list[Any], Box, int] | None:
    """Return the letters of a page, its visible box and how it is turned; None where nothing is to be found."""
    import pypdfium2

    with PDFIUM:
        document = pypdfium2.PdfDocument(data)
        try:
            if not 1 <= number <= len(document):
                return None
            page = document[number - 1]
            turned = page.get_rotation()
            letters, _ = letters_of(page, turned)
            crop = page.get_cropbox()
            page.close()
        finally:
            document.close()
    return (letters, crop, turned) if 0 < len(letters) <= _MOST_LETTERS else None


def _laid(
    rows: Sequence[tuple[int, Mapping[int, str]]], lines: Sequence[Sequence[_Word]]
) -> tuple[int, list[tuple[int, list[_Word]]]]:
    """Lay rows over lines in order, so that most figures find their place; return how many count, and the pairs."""
    fits = {
        (r, n): fit
        for r, (_, cells) in enumerate(rows)
        for n, line in enumerate(lines)
        if (fit := _fit(list(cells.values()), line))
    }
    best = [[0] * (len(lines) + 1) for _ in range(len(rows) + 1)]
    for r in range(len(rows)):
        for n in range(len(lines)):
            with_it = best[r][n] + fits[r, n][0] if (r, n) in fits else -1
            best[r + 1][n + 1] = max(best[r][n + 1], best[r + 1][n], with_it)
    pairs: list[tuple[int, list[_Word]]] = []
    r, n = len(rows), len(lines)
    while r and n:
        if (r - 1, n - 1) in fits and best[r][n] == best[r - 1][n - 1] + fits[r - 1, n - 1][0]:
            pairs.append((rows[r - 1][0], fits[r - 1, n - 1][1]))
            r, n = r - 1, n - 1
        elif best[r][n] == best[r - 1][n]:
            r -= 1
        else:
            n -= 1
    return best[-1][-1], pairs[::-1]


def _fit(figures: Sequence[str], line: Sequence[_Word]) -> tuple[int, list[_Word]] | None:
    """Return how well a row's figures fit a line, and their words; None where they do not all stand on it in order."""
    numbers = [word for word in line if any(c.isdigit() for c in word.text) or word.text in figures]
    if [word.text for word in numbers] == list(figures):
        return _EACH * len(figures) + _WHOLE, numbers
    found: list[_Word] = []
    at = len(line)
    # From the right: codes and years stand on the left of the figures.
    for figure in reversed(figures):
        at = next((n for n in range(at - 1, -1, -1) if line[n].text == figure), -1)
        if at < 0:
            return None
        found.append(line[at])
    return _EACH * len(figures), found[::-1]


def _spot(row: int, column: int, box: Box, frame: Box) -> Spot:
    left, bottom, right, top = box
    width, height = frame[2] - frame[0], frame[3] - frame[1]
    return Spot(
        row, column, (left - frame[0]) / width, (frame[3] - top) / height, (right - left) / width, (top - bottom) / height
    )
