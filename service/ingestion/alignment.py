"""Words that stand in columns without rulings become grids, where they are clearly a table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from service.ingestion.lattice import Rule, cell_text
from service.ingestion.pages import PlacedGrid, Word, rows_of, text_of
from service.ingestion.placing import PlacedCell, place

_FIGURE = re.compile(r"^[-—－+]?[¥￥]?\d[\d,，]*(?:[.．]\d+)?[%％]?$|^[-—－]{1,2}$")
_AMOUNT = re.compile(r"\d[\d,，]*[.．]\d|\d[,，]\d{3}|^\d{4,}$|^0$|[%％]$")
_CAPTION = re.compile(r"(?:单位|部门|日期|编制)(?:名称)?\s*[:：]|^注|^备注|^说明|第.{1,3}部分")
_SENTENCE = re.compile(r"[。；]|，.*，|[.…．·]{4,}")
#: Rows with figures that a table has at least, and how many figures stand in a column that counts.
_FEWEST_ROWS = 3
_FEWEST_FIGURES = 3
#: Lines of a header at most.
_HEADER = 5


@dataclass(slots=True)
class _Piece:
    """Words of a line that stand together, apart from the others."""

    words: list[Word]
    text: str
    x0: int
    x1: int

    @property
    def is_figure(self) -> bool:
        return bool(_FIGURE.match(self.text.replace(" ", "")))


@dataclass(slots=True)
class _Row:
    """A line of pieces."""

    pieces: list[_Piece]
    top: int
    bottom: int
    em: int

    @property
    def figures(self) -> int:
        return sum(1 for p in self.pieces if p.is_figure)

    @property
    def is_prose(self) -> bool:
        return any(_SENTENCE.search(p.text) for p in self.pieces)


    @property
    def is_caption(self) -> bool:
        return any(_CAPTION.search(p.text) for p in self.pieces)


@dataclass(slots=True)
class _Column:
    x0: int
    x1: int
    figures: list[_Piece] = field(default_factory=list)


def aligned_tables(
    words: Sequence[Word], rules: Iterable[Rule] = (), *, page: int = 0, by_ocr: bool = False
) -> tuple[tuple[PlacedGrid, ...], tuple[Word, ...]]:
    """Return the tables that alignment alone makes, and the words that stand outside them.

    A table has at least three lines in which a figure stands apart from other words, and figures of several of
    them stand below one another. Running text, tables of contents and single lines are never taken.

    Args:
        words: What stands outside ruled tables.
        rules: Level rulings between lines end a row.
        page: 1-based page for the rows.
        by_ocr: Whether the words were recognised from an image.
    """
    rows = _rows(words)
    levels = sorted((r.top + r.bottom) // 2 for r in rules if r.x1 - r.x0 > 10 * (r.bottom - r.top))
    grids: list[PlacedGrid] = []
    taken: set[int] = set()
    for first, last in _blocks(rows):
        columns = _columns(rows[first:last])
        if len(columns) < 2 or not _is_table(rows[first:last], columns):
            continue
        table = rows[_with_header(rows, first, columns) : last]
        grids.append(_grid(table, columns, levels, page, by_ocr=by_ocr))
        taken |= {id(w) for r in table for p in r.pieces for w in p.words}
    return tuple(grids), tuple(w for w in words if id(w) not in taken)


def _rows(words: Sequence[Word]) -> list[_Row]:
    out: list[_Row] = []
    for line in rows_of(words):
        seen = [w for w in line if w.text.strip()]
        if not seen:
            continue
        heights = sorted(w.bottom - w.top for w in seen)
        em = max(heights[len(heights) // 2], 1)
        pieces: list[list[Word]] = []
        end = seen[0].x0
        for word in seen:
            gap = word.x0 - end
            if not pieces or gap > em or (5 * gap > 3 * em and _ends_figure(pieces[-1], word)):
                pieces.append([])
            pieces[-1].append(word)
            end = max(end, word.x1)
        out.append(
            _Row(
                [_Piece(p, text_of(p), p[0].x0, max(w.x1 for w in p)) for p in pieces],
                min(w.top for w in seen), max(w.bottom for w in seen), em,
            )
        )  # fmt: skip
    return out


def _ends_figure(piece: Sequence[Word], word: Word) -> bool:
    """Whether a whole figure ends or begins between a piece and the next word."""
    before = text_of(piece)
    return bool(_FIGURE.match(before)) or (word.text[0].isdigit() and not before[-1].isdigit())


def _blocks(rows: Sequence[_Row]) -> list[tuple[int, int]]:
    """Return from where to where lines may be one table: figures apart from words, little else between."""
    out: list[tuple[int, int]] = []
    start: int | None = None
    last = 0
    for i, row in enumerate(rows):
        ends = row.is_prose or row.is_caption or row.top - rows[i - 1].bottom > 4 * row.em
        if start is not None and (ends or i - last > 4):
            out.append((start, last + 1))
            start = None
        if not ends and len(row.pieces) > 1 and (row.figures or start is not None):
            start = i if start is None else start
            last = i
    if start is not None:
        out.append((start, last + 1))
    return [(a, b) for a, b in out if sum(1 for r in rows[a:b] if r.figures and len(r.pieces) > 1) >= _FEWEST_ROWS]


def _columns(rows: Sequence[_Row]) -> list[_Column]:
    """Return the columns: stretches of figures below one another, and of words beside them."""
    figures = [p for r in rows if len(r.pieces) > 1 for p in r.pieces if p.is_figure]
    columns = _merged(figures)
    for column in columns:
        column.figures = [p for p in figures if column.x0 <= p.x0 and p.x1 <= column.x1]
    words = [
        p for r in rows for p in r.pieces
        if not p.is_figure and not any(p.x0 < c.x1 and c.x0 < p.x1 for c in columns)
    ]  # fmt: skip
    return sorted(columns + _merged(words), key=lambda c: c.x0)


def _merged(pieces: Sequence[_Piece]) -> list[_Column]:
    out: list[_Column] = []
    for piece in sorted(pieces, key=lambda p: p.x0):
        if out and piece.x0 < out[-1].x1:
            out[-1].x1 = max(out[-1].x1, piece.x1)
        else:
            out.append(_Column(piece.x0, piece.x1))
    return out


def _is_table(rows: Sequence[_Row], columns: Sequence[_Column]) -> bool:
    """Whether figures are aligned, are amounts, and most lines take part."""
    em = rows[0].em
    aligned = [c for c in columns if len(c.figures) >= _FEWEST_FIGURES and _is_aligned(c.figures, em)]
    amounts = [p for c in aligned for p in c.figures if _AMOUNT.search(p.text)]
    taking_part = sum(1 for r in rows if len(r.pieces) > 1)
    return len(amounts) >= _FEWEST_FIGURES and 2 * taking_part > len(rows)


def _is_aligned(pieces: Sequence[_Piece], em: int) -> bool:
    """Whether most pieces share their right edge, their left edge or their middle."""
    for places in ([p.x1 for p in pieces], [p.x0 for p in pieces], [(p.x0 + p.x1) // 2 for p in pieces]):
        counts: Counter[int] = Counter()
        for at in places:
            counts.update((at * 2 // em, at * 2 // em + 1))
        if 10 * max(counts.values()) >= 7 * len(pieces):
            return True
    return False


def _with_header(rows: Sequence[_Row], first: int, columns: Sequence[_Column]) -> int:
    """Return where a table begins with the lines of its header: several pieces above its columns."""
    left, right = columns[0].x0, columns[-1].x1
    start = first
    for i in range(first - 1, max(first - _HEADER - 1, -1), -1):
        row = rows[i]
        far = rows[i + 1].top - row.bottom > 3 * row.em
        outside = any(p.x1 < left - 2 * row.em or p.x0 > right + 2 * row.em for p in row.pieces)
        if far or outside or row.is_prose or row.is_caption:
            break
        if len(row.pieces) > 1:
            start = i
    return start


def _grid(
    rows: Sequence[_Row], columns: Sequence[_Column], levels: Sequence[int], page: int, *, by_ocr: bool
) -> PlacedGrid:
    edges = [columns[0].x0, *((a.x1 + b.x0) // 2 for a, b in pairwise(columns)), columns[-1].x1]
    edges[0] = min(edges[0], *(p.x0 for r in rows for p in r.pieces))
    edges[-1] = max(edges[-1], *(p.x1 for r in rows for p in r.pieces))
    cells: list[PlacedCell] = []
    for group in _grouped(rows, levels):
        top, bottom = group[0].top, group[-1].bottom
        held: dict[tuple[int, int], list[Word]] = {}
        for piece in (p for r in group for p in r.pieces):
            held.setdefault(_reach(piece, edges), []).extend(piece.words)
        for (a, b), words in _apart(held):
            cells.append(PlacedCell(cell_text(words, edges[a], edges[b]), edges[a], top, edges[b], bottom))
    grid = place(_closed(cells), page=page, by_ocr=by_ocr)
    return PlacedGrid(edges[0], rows[0].top, edges[-1], rows[-1].bottom, grid)


def _apart(held: dict[tuple[int, int], list[Word]]) -> list[tuple[tuple[int, int], list[Word]]]:
    """Put pieces of one row that reach into each other's columns together."""
    out: list[tuple[tuple[int, int], list[Word]]] = []
    for (a, b), words in sorted(held.items()):
        if out and a < out[-1][0][1]:
            (a0, b0), before = out[-1]
            out[-1] = ((a0, max(b0, b)), before + words)
        else:
            out.append(((a, b), words))
    return out


def _reach(piece: _Piece, edges: Sequence[int]) -> tuple[int, int]:
    """Return the columns a piece lies over, those it only touches left out."""
    over = [min(piece.x1, b) - max(piece.x0, a) for a, b in pairwise(edges)]
    width = max(piece.x1 - piece.x0, 1)
    if piece.is_figure:
        best = over.index(max(over))
        return best, best + 1
    hit = [i for i, o in enumerate(over) if 3 * o > width or 2 * o > edges[i + 1] - edges[i]]
    if not hit:
        hit = [over.index(max(over))]
    return hit[0], hit[-1] + 1


def _grouped(rows: Sequence[_Row], levels: Sequence[int]) -> list[list[_Row]]:
    """Put the lines of one table row together: those of a wrapped name stand closer than rows do."""
    gaps = sorted(b.top - a.bottom for a, b in pairwise(rows))
    usual = gaps[len(gaps) // 2] if gaps else 0
    groups: list[list[_Row]] = []
    for row in rows:
        before = groups[-1] if groups else None
        if before is not None and _is_wrapped(before, row, usual, levels):
            before.append(row)
        else:
            groups.append([row])
    return groups


def _is_wrapped(group: Sequence[_Row], row: _Row, usual: int, levels: Sequence[int]) -> bool:
    last = group[-1]
    if any(last.bottom - last.em // 3 <= y <= row.top + row.em // 3 for y in levels):
        return False
    with_figures = sum(1 for r in (*group, row) if r.figures)
    gap = row.top - last.bottom
    return with_figures <= 1 and min(len(row.pieces), len(last.pieces)) == 1 and 2 * gap < usual and gap < row.em // 2


def _closed(cells: Sequence[PlacedCell]) -> list[PlacedCell]:
    """Let each row reach to the next, so that no blank row stands between them."""
    tops = sorted({c.top for c in cells})
    following = dict(pairwise(tops))
    return [PlacedCell(c.text, c.x0, c.top, c.x1, following.get(c.top, c.bottom)) for c in cells]
