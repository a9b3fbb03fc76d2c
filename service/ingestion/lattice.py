"""Rulings and words become grids: cells are the places that walls close in. Shared by PDF and OCR."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from service.ingestion.pages import PlacedGrid, Word, join_lines, rows_of, text_of
from service.ingestion.placing import PlacedCell, place

#: Rulings at most this far apart are one, in tenths of a point: both lines of a double rule.
_SNAP = 30
#: Dashes at most this far apart are one ruling.
_DASH = 45
#: Shorter marks are no rulings.
_SHORTEST = 40
#: An open side lies this far outside the outermost ruling before it counts as a column or row of its own.
_OPEN = 60
#: Room that text leaves at both sides of a cell together.
_PADDING = 120
_FIGURE_CHARACTERS = frozenset("0123456789.,-%")
_WHOLE = re.compile(r"^-?(?:\d{1,3}(?:,\d{3})*|\d+)(?:\.\d+)?%?$")
#: One amount, which two that touch are not.
_AMOUNT = re.compile(r"^-?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+)%?$")
#: No character has room in a column narrower than this.
_STRIP = 150
#: Places of one lattice at most.
_MOST_PLACES = 200_000


@dataclass(frozen=True, slots=True)
class Rule:
    """A thin level or upright mark, in tenths of a point from the upper left of the page."""

    x0: int
    top: int
    x1: int
    bottom: int


@dataclass(slots=True)
class _Line:
    """A ruling: where it lies across, and from where to where it runs."""

    at: int
    start: int
    end: int


@dataclass(slots=True)
class _Lattice:
    """The rulings of one table, its columns and rows between them, and the cell of each place."""

    xs: list[int]
    ys: list[int]
    owner: list[list[int]]
    cells: list[_Cell]

    @property
    def box(self) -> tuple[int, int, int, int]:
        return self.xs[0], self.ys[0], self.xs[-1], self.ys[-1]

    @property
    def area(self) -> int:
        return (self.xs[-1] - self.xs[0]) * (self.ys[-1] - self.ys[0])

    def cell_at(self, x: int, y: int) -> _Cell | None:
        if not (self.xs[0] <= x < self.xs[-1] and self.ys[0] <= y < self.ys[-1]):
            return None
        index = self.owner[bisect_right(self.ys, y) - 1][bisect_right(self.xs, x) - 1]
        return self.cells[index] if index >= 0 else None


@dataclass(slots=True)
class _Cell:
    row: int
    column: int
    below: int
    beyond: int
    words: list[Word] = field(default_factory=list)


def ruled_tables(
    words: Sequence[Word], rules: Iterable[Rule], *, page: int = 0, by_ocr: bool = False
) -> tuple[tuple[PlacedGrid, ...], tuple[Word, ...]]:
    """Return the tables that rulings make, and the words that stand outside them.

    Sides that are not ruled are taken as closed where the rulings end. A frame with a single column is no table:
    its words are running text.

    Args:
        words: Everything printed on the page.
        rules: Everything ruled on it; double, dotted and invisible rulings count like others.
        page: 1-based page for the rows.
        by_ocr: Whether the words were recognised from an image.
    """
    lattices = sorted(_lattices(rules), key=lambda one: one.area)
    rest = _assign(words, lattices)
    grids: list[PlacedGrid] = []
    for lattice in lattices:
        if not _is_table(lattice):
            rest += [w for c in lattice.cells for w in c.words]
            continue
        cells = list(_placed(lattice))
        grids.append(PlacedGrid(*lattice.box, place(cells, page=page, by_ocr=by_ocr)))
    return tuple(sorted(grids, key=lambda g: (g.top, g.x0))), tuple(rest)


def _placed(lattice: _Lattice) -> Iterator[PlacedCell]:
    """Yield a lattice's cells; a row that holds several lines of figures and no rulings between them is several."""
    first, last = _inner_columns(lattice)
    cuts = _cuts(lattice)
    for cell in lattice.cells:
        if cell.beyond <= first or cell.column >= last:
            continue
        left, right = lattice.xs[max(cell.column, first)], lattice.xs[min(cell.beyond, last)]
        inner = cuts.get(cell.row, ()) if cell.below == cell.row + 1 else ()
        edges = [lattice.ys[cell.row], *inner, lattice.ys[cell.below]]
        parts: list[list[Word]] = [[] for _ in edges[1:]]
        for word in cell.words:
            parts[bisect_right(inner, (word.top + word.bottom) // 2)].append(word)
        for top, bottom, words in zip(edges, edges[1:], parts, strict=False):
            yield PlacedCell(cell_text(words, lattice.xs[cell.column], lattice.xs[cell.beyond]), left, top, right, bottom)


def _cuts(lattice: _Lattice) -> dict[int, list[int]]:
    """Return where rows are cut that lack the rulings between their lines, by row.

    Two cells at least must hold as many whole amounts below one another, at the same heights.
    """
    seen: dict[int, list[list[int]]] = defaultdict(list)
    for cell in lattice.cells:
        if cell.below == cell.row + 1 and len(cell.words) > 1:
            heights = _amount_heights(cell.words, lattice.xs[cell.beyond] - lattice.xs[cell.column])
            if heights:
                seen[cell.row].append(heights)
    out: dict[int, list[int]] = {}
    for row, columns in seen.items():
        most = max(columns, key=len)
        agreeing = [c for c in columns if all(any(abs(a - b) < _SNAP for b in most) for a in c)]
        if len(agreeing) == len(columns) > 1 and sum(len(c) == len(most) for c in columns) > 1:
            out[row] = [(a + b) // 2 for a, b in pairwise(most)]
    return out


def _amount_heights(words: Sequence[Word], width: int) -> list[int]:
    """Return the heights of a cell's lines where each is a whole amount and none was wrapped, else none."""
    rows = [[w for w in row if w.text.strip()] for row in rows_of(words)]
    rows = [row for row in rows if row]
    texts = [text_of(row).replace(" ", "") for row in rows]
    decimals = {len(t.partition(".")[2]) for t in texts if t != "0"}
    if len(rows) < 2 or len(decimals) > 1 or not all(_WHOLE.match(t) for t in texts):
        return []
    if any(row[-1].x1 - row[0].x0 + (row[0].x1 - row[0].x0) > width - _PADDING for row in rows[:-1]):
        return []
    return [(row[0].top + row[0].bottom) // 2 for row in rows]


def cell_text(words: Sequence[Word], x0: int, x1: int) -> str:
    """Return a cell's text, its lines from top to bottom.

    Lines that fill the cell are one text that was wrapped; a line that ends early is ended by a line feed.

    Args:
        words: Those in the cell.
        x0: Left edge of the cell, in tenths of a point.
        x1: Right edge.
    """
    lines = [[w for w in row if w.text.strip()] for row in rows_of(words)]
    texts = [text_of(row) for row in rows_of(words)]
    widths = [row[-1].x1 - row[0].x0 if row else 0 for row in lines]
    inner = (x1 - x0) - _PADDING
    out = ""
    before = 0
    for line, row, width in zip(texts, lines, widths, strict=True):
        if not line:
            continue
        token = (row[0].x1 - row[0].x0) // len(row[0].text)
        if not out:
            out = line
        elif before + token > inner or (
            not (out[-1].isdigit() and line[0].isdigit()) and before + token > max(widths)
        ) or (len(line) == 1 and len(out.rsplit("\n", 1)[-1]) == 1 and not line.isdigit()):  # fmt: skip
            out = join_lines(out, line)
        else:
            out += "\n" + line
        before = width
    return out


def _inner_columns(lattice: _Lattice) -> tuple[int, int]:
    """Return where the columns begin and end without the blank strips that a frame leaves at the sides.

    A strip that holds words of its own stays, also where they stand in a cell over several strips.
    """
    filled = [c for c in lattice.cells if c.words]
    single = {c.column for c in filled if c.beyond == c.column + 1}
    first, last = 0, len(lattice.xs) - 1
    first_end = min((c.beyond for c in filled), default=last)
    last_start = max((c.column for c in filled), default=0)
    while (
        last - first > 2 and first not in single and first + 1 < first_end
        and lattice.xs[first + 1] - lattice.xs[first] < _STRIP
    ):  # fmt: skip
        first += 1
    while (
        last - first > 2 and last - 1 not in single and last - 1 > last_start
        and lattice.xs[last] - lattice.xs[last - 1] < _STRIP
    ):  # fmt: skip
        last -= 1
    return first, last


def _is_table(lattice: _Lattice) -> bool:
    """Whether a lattice holds a table: text in two columns, or a header waiting for figures."""
    filled = [c for c in lattice.cells if any(w.text.strip() for w in c.words)]
    return len({c.column for c in filled}) > 1


def _assign(words: Sequence[Word], lattices: Sequence[_Lattice]) -> list[Word]:
    """Give each word to the cell it begins in, of the innermost lattice; return those in none.

    A figure whose characters touch is never torn by a wall it runs over: it goes where most of it lies.
    """
    rest: list[Word] = []
    for token in _tokens(words):
        cells = [_cell_of(word, lattices) for word in token]
        if any(c is not cells[0] for c in cells) and _AMOUNT.match("".join(w.text for w in token)):
            most = max(cells, key=lambda cell: sum(1 for c in cells if c is cell))
            cells = [most] * len(token)
        for word, cell in zip(token, cells, strict=True):
            (rest if cell is None else cell.words).append(word)
    return rest


def _cell_of(word: Word, lattices: Sequence[_Lattice]) -> _Cell | None:
    # the first character decides, for the boxes of whole runs may be wider than what is printed
    x = word.x0 + min(word.x1 - word.x0, word.bottom - word.top) // 2
    y = (word.top + word.bottom) // 2
    for lattice in lattices:
        cell = lattice.cell_at(x, y)
        if cell is not None:
            return cell
    return None


def _tokens(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Group the characters of each figure that touch, in the order in which they are printed."""
    token: list[Word] = []
    for word in words:
        touches = token and (
            word.text in _FIGURE_CHARACTERS and token[-1].text in _FIGURE_CHARACTERS
            and abs(word.top - token[-1].top) * 4 < word.bottom - word.top
            and abs(word.x0 - token[-1].x1) * 12 < word.bottom - word.top
        )  # fmt: skip
        if token and not touches:
            yield token
            token = []
        token.append(word)
    if token:
        yield token


def _lattices(rules: Iterable[Rule]) -> list[_Lattice]:
    level, upright = _lines(rules)
    found: list[_Lattice] = []
    for across, down in _components(level, upright):
        lattice = _lattice(across, down)
        if lattice is not None:
            found.append(lattice)
    return found


def _lines(rules: Iterable[Rule]) -> tuple[list[_Line], list[_Line]]:
    """Return the level and the upright rulings, pieces on one line joined."""
    level: list[_Line] = []
    upright: list[_Line] = []
    for rule in rules:
        width, height = rule.x1 - rule.x0, rule.bottom - rule.top
        if width >= height or width > _SNAP:
            level.append(_Line((rule.top + rule.bottom) // 2, rule.x0, rule.x1))
        if height >= width or height > _SNAP:
            upright.append(_Line((rule.x0 + rule.x1) // 2, rule.top, rule.bottom))
    return _joined(level), _joined(upright)


def _joined(lines: list[_Line]) -> list[_Line]:
    out: list[_Line] = []
    for group in _clusters(lines, lambda one: one.at):
        at = sorted(line.at for line in group)[len(group) // 2]
        current: _Line | None = None
        for line in sorted(group, key=lambda one: one.start):
            if current is not None and line.start - current.end <= _DASH:
                current.end = max(current.end, line.end)
            else:
                current = _Line(at, line.start, line.end)
                out.append(current)
    return [line for line in out if line.end - line.start >= _SHORTEST]


def _clusters(lines: list[_Line], key: Callable[[_Line], int]) -> list[list[_Line]]:
    out: list[list[_Line]] = []
    for line in sorted(lines, key=key):
        if out and key(line) - key(out[-1][0]) <= _SNAP:
            out[-1].append(line)
        else:
            out.append([line])
    return out


def _components(level: list[_Line], upright: list[_Line]) -> list[tuple[list[_Line], list[_Line]]]:
    """Return the rulings that hang together."""
    parent = list(range(len(level) + len(upright)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    order = sorted(range(len(upright)), key=lambda i: upright[i].at)
    ats = [upright[i].at for i in order]
    for h, line in enumerate(level):
        for position in range(bisect_right(ats, line.start - _SNAP - 1), bisect_right(ats, line.end + _SNAP)):
            v = order[position]
            if upright[v].start - _SNAP <= line.at <= upright[v].end + _SNAP:
                parent[root(len(level) + v)] = root(h)
    groups: dict[int, tuple[list[_Line], list[_Line]]] = defaultdict(lambda: ([], []))
    for h, line in enumerate(level):
        groups[root(h)][0].append(line)
    for v, line in enumerate(upright):
        groups[root(len(level) + v)][1].append(line)
    return [g for g in groups.values() if g[0] and g[1] and len(g[0]) + len(g[1]) > 3]


def _lattice(level: list[_Line], upright: list[_Line]) -> _Lattice | None:
    xs = _edges([line.at for line in upright], [e for line in level for e in (line.start, line.end)])
    ys = _edges([line.at for line in level], [e for line in upright for e in (line.start, line.end)])
    columns, rows = len(xs) - 1, len(ys) - 1
    if columns < 1 or rows < 1 or columns * rows > _MOST_PLACES:
        return None
    right = _walls(upright, xs, ys)
    below = _walls(level, ys, xs)
    owner = [[-1] * columns for _ in range(rows)]
    cells: list[_Cell] = []
    for row in range(rows):
        for column in range(columns):
            if owner[row][column] < 0:
                for cell in _rectangles(_region(row, column, right, below, rows, columns)):
                    for r in range(cell.row, cell.below):
                        for c in range(cell.column, cell.beyond):
                            owner[r][c] = len(cells)
                    cells.append(cell)
    return _Lattice(xs, ys, owner, cells)


def _edges(lines: Sequence[int], ends: Sequence[int]) -> list[int]:
    """Return the places of rulings across, and the outermost ends of the others where those reach further."""
    out = sorted(set(lines))
    if not out:
        return []
    if min(ends) < out[0] - _OPEN:
        out.insert(0, min(ends))
    if max(ends) > out[-1] + _OPEN:
        out.append(max(ends))
    return out


def _walls(lines: Sequence[_Line], at: Sequence[int], along: Sequence[int]) -> set[tuple[int, int]]:
    """Return (edge, place along it) of every wall: a ruling that covers most of the place."""
    position = {a: i for i, a in enumerate(at)}
    out: set[tuple[int, int]] = set()
    for line in lines:
        edge = position[line.at]
        for place_ in range(max(bisect_right(along, line.start) - 1, 0), len(along) - 1):
            start, end = along[place_], along[place_ + 1]
            if start >= line.end:
                break
            if 5 * (min(end, line.end) - max(start, line.start)) >= 3 * (end - start):
                out.add((edge, place_))
    return out


def _region(
    row: int, column: int, right: set[tuple[int, int]], below: set[tuple[int, int]], rows: int, columns: int
) -> set[tuple[int, int]]:
    """Return the places that no wall parts from this one."""
    seen = {(row, column)}
    todo = [(row, column)]
    while todo:
        r, c = todo.pop()
        for r2, c2, wall in (
            (r, c + 1, (c + 1, r) in right), (r, c - 1, (c, r) in right),
            (r + 1, c, (r + 1, c) in below), (r - 1, c, (r, c) in below),
        ):  # fmt: skip
            if not wall and 0 <= r2 < rows and 0 <= c2 < columns and (r2, c2) not in seen:
                seen.add((r2, c2))
                todo.append((r2, c2))
    return seen


def _rectangles(region: set[tuple[int, int]]) -> list[_Cell]:
    """Return the cells a region is made of: one where it is a rectangle, else one per run of equal rows."""
    by_row: dict[int, list[int]] = defaultdict(list)
    for r, c in region:
        by_row[r].append(c)
    out: list[_Cell] = []
    open_: dict[tuple[int, int], _Cell] = {}
    for r in sorted(by_row):
        following: dict[tuple[int, int], _Cell] = {}
        for start, end in _runs(sorted(by_row[r])):
            cell = open_.get((start, end))
            if cell is not None and cell.below == r:
                cell.below = r + 1
            else:
                cell = _Cell(r, start, r + 1, end)
                out.append(cell)
            following[start, end] = cell
        open_ = following
    return out


def _runs(columns: Sequence[int]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for column in columns:
        if out and out[-1][1] == column:
            out[-1] = (out[-1][0], column + 1)
        else:
            out.append((column, column + 1))
    return out
