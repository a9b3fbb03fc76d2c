"""Drawn lines to grid: the rules of a page enclose cells, and the words within a cell are its text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from service.ingestion.pages import PlacedGrid, Word, join_lines, rows_of, text_of
from service.ingestion.placing import PlacedCell, place

#: Lines this close are one, in tenths of a point: double rules, and borders drawn by both neighbours.
_SNAP = 25
#: More lines than this on a page are a drawing, not tables.
_MOST = 3_000
#: More enclosed places than this in one table are a drawing too.
_MOST_PLACES = 40_000


@dataclass(frozen=True, slots=True)
class Rule:
    """A drawn line with its box, in tenths of a point; the longer side tells its direction."""

    x0: int
    top: int
    x1: int
    bottom: int


@dataclass(slots=True)
class _Line:
    """A line along one axis: where it stands across, and from where to where it reaches."""

    at: int
    start: int
    end: int


@dataclass(slots=True)
class _Frame:
    """Lines that touch one another."""

    across: list[_Line] = field(default_factory=list)
    down: list[_Line] = field(default_factory=list)


def ruled_grids(
    rules: Iterable[Rule], words: Sequence[Word], page: int, *, by_ocr: bool = False
) -> tuple[tuple[PlacedGrid, ...], tuple[Word, ...]]:
    """Find the tables that lines enclose and put the words into their cells.

    A frame with fewer than two rows or two columns, or without text in two cells, is no table: its words stay
    running text.

    Args:
        rules: The drawn lines of one page, in any order, pieces of a line included.
        words: All words of the page.
        page: 1-based.
        by_ocr: Whether the words were recognised from an image.

    Returns:
        The tables, and the words that are in none.
    """
    across, down = _lines(rules)
    grids: list[PlacedGrid] = []
    rest = list(words)
    if len(across) + len(down) > _MOST:
        return (), tuple(rest)
    for frame in _frames(across, down):
        found = _grid(frame, rest, page, by_ocr=by_ocr)
        if found is not None:
            grid, rest = found
            grids.append(grid)
    return tuple(grids), tuple(rest)


def _lines(rules: Iterable[Rule]) -> tuple[list[_Line], list[_Line]]:
    """Sort rules by direction and join the pieces of each line."""
    across: list[_Line] = []
    down: list[_Line] = []
    for rule in rules:
        width, height = rule.x1 - rule.x0, rule.bottom - rule.top
        if height <= _SNAP < width:
            across.append(_Line((rule.top + rule.bottom) // 2, rule.x0, rule.x1))
        elif width <= _SNAP < height:
            down.append(_Line((rule.x0 + rule.x1) // 2, rule.top, rule.bottom))
    return _joined(across), _joined(down)


def _joined(lines: list[_Line]) -> list[_Line]:
    edges = _clusters(line.at for line in lines)
    by_place: dict[int, list[_Line]] = defaultdict(list)
    for line in lines:
        by_place[edges[line.at]].append(line)
    out: list[_Line] = []
    for at, pieces in by_place.items():
        last: _Line | None = None
        for piece in sorted(pieces, key=lambda p: p.start):
            if last is not None and piece.start <= last.end + _SNAP:
                last.end = max(last.end, piece.end)
            else:
                last = _Line(at, piece.start, piece.end)
                out.append(last)
    return out


def _clusters(values: Iterable[int]) -> dict[int, int]:
    """Map each value to the first of those that lie close to it."""
    out: dict[int, int] = {}
    first: int | None = None
    for value in sorted(set(values)):
        if first is None or value - first > _SNAP:
            first = value
        out[value] = first
    return out


def _frames(across: list[_Line], down: list[_Line]) -> list[_Frame]:
    """Group lines that cross or touch, from top to bottom."""
    group = list(range(len(across) + len(down)))

    def find(i: int) -> int:
        while group[i] != i:
            group[i] = group[group[i]]
            i = group[i]
        return i

    for i, a in enumerate(across):
        for j, d in enumerate(down, len(across)):
            if a.start - _SNAP <= d.at <= a.end + _SNAP and d.start - _SNAP <= a.at <= d.end + _SNAP:
                group[find(i)] = find(j)
    frames: dict[int, _Frame] = defaultdict(_Frame)
    for i, line in enumerate(across):
        frames[find(i)].across.append(line)
    for j, line in enumerate(down, len(across)):
        frames[find(j)].down.append(line)
    kept = [f for f in frames.values() if f.across and f.down]
    return sorted(kept, key=lambda f: (min(a.at for a in f.across), min(d.at for d in f.down)))


def _edges(lines: Sequence[_Line], crossing: Sequence[_Line]) -> list[int]:
    """Return the places of *lines*, and the ends of those that cross them where these reach further."""
    places = sorted({line.at for line in lines})
    first, last = min(c.start for c in crossing), max(c.end for c in crossing)
    if places[0] - first > 2 * _SNAP:
        places.insert(0, first)
    if last - places[-1] > 2 * _SNAP:
        places.append(last)
    return places


def _grid(
    frame: _Frame, words: Sequence[Word], page: int, *, by_ocr: bool
) -> tuple[PlacedGrid, list[Word]] | None:
    xs, ys = _edges(frame.down, frame.across), _edges(frame.across, frame.down)
    columns, rows = len(xs) - 1, len(ys) - 1
    if columns < 1 or rows < 1 or columns * rows < 2 or columns * rows > _MOST_PLACES:
        return None
    inside = [w for w in words if _anchored(w, xs[0], ys[0], xs[-1], ys[-1])]
    cells: list[PlacedCell] = []
    by_place = _by_place(inside, xs, ys)
    for region in _regions(frame, xs, ys):
        text = _text([w for p in region for w in by_place.get(p, ())])
        top, left = min(r for r, _ in region), min(c for _, c in region)
        bottom, right = max(r for r, _ in region) + 1, max(c for _, c in region) + 1
        cells.append(PlacedCell(text, xs[left], ys[top], xs[right], ys[bottom]))
    if sum(bool(c.text) for c in cells) < 2:
        return None
    grid = place(cells, page=page, by_ocr=by_ocr)
    if len(grid.rows) < 2 or grid.width < 2:
        return None
    taken = {id(w) for w in inside}
    return PlacedGrid(xs[0], ys[0], xs[-1], ys[-1], grid), [w for w in words if id(w) not in taken]


def _anchored(word: Word, x0: int, top: int, x1: int, bottom: int) -> bool:
    x, y = _anchor(word)
    return x0 <= x <= x1 and top <= y <= bottom


def _anchor(word: Word) -> tuple[int, int]:
    """Return the point that decides where a word belongs: in its first character, for runs may be too wide."""
    height = word.bottom - word.top
    return word.x0 + min(word.x1 - word.x0, height) // 2, (word.top + word.bottom) // 2


def _by_place(words: Sequence[Word], xs: Sequence[int], ys: Sequence[int]) -> dict[tuple[int, int], list[Word]]:
    out: dict[tuple[int, int], list[Word]] = defaultdict(list)
    for word in words:
        x, y = _anchor(word)
        column = next(i for i in range(len(xs) - 1, 0, -1) if x >= xs[i - 1]) - 1
        row = next(i for i in range(len(ys) - 1, 0, -1) if y >= ys[i - 1]) - 1
        out[row, column].append(word)
    return out


def _regions(frame: _Frame, xs: Sequence[int], ys: Sequence[int]) -> list[list[tuple[int, int]]]:
    """Return the places of each cell: those with no line between them, as far as they make a rectangle."""
    right_wall = _walls(frame.down, xs, ys)
    lower_wall = _walls(frame.across, ys, xs)
    rows, columns = len(ys) - 1, len(xs) - 1
    seen: set[tuple[int, int]] = set()
    out: list[list[tuple[int, int]]] = []
    for row in range(rows):
        for column in range(columns):
            if (row, column) in seen:
                continue
            end = column + 1
            while end < columns and (row, end) not in seen and (end, row) not in right_wall:
                end += 1
            below = row + 1
            while below < rows and all(
                (below, c) not in seen and (below, c) not in lower_wall for c in range(column, end)
            ) and all((c, below) not in right_wall for c in range(column + 1, end)):
                below += 1
            region = [(r, c) for r in range(row, below) for c in range(column, end)]
            seen.update(region)
            out.append(region)
    return out


def _walls(lines: Sequence[_Line], places: Sequence[int], steps: Sequence[int]) -> set[tuple[int, int]]:
    """Return (place, step) for each stretch between two steps along which a line stands at that place."""
    index = {p: i for i, p in enumerate(places)}
    out: set[tuple[int, int]] = set()
    for line in lines:
        at = index[line.at]
        for step in range(len(steps) - 1):
            if line.start <= (steps[step] + steps[step + 1]) // 2 <= line.end:
                out.add((at, step))
    return out


def _text(words: Sequence[Word]) -> str:
    text = ""
    for row in rows_of(words):
        text = join_lines(text, text_of(row))
    return text
