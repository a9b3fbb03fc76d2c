"""Tables drawn in plain text: Markdown pipes, box characters, columns set with spaces."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from service.ingestion.blocks import Grid, GridRow
from service.ingestion.lattice import Rule, ruled_tables
from service.ingestion.pages import Word
from service.ingestion.placing import PlacedCell, place

_PIPE_RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_PIPE = re.compile(r"(?<!\\)\|")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)

_ACROSS = "─━═┄┅┈┉╌╍╴╶╸╺╼╾-="
_DOWN = "│┃║┆┇┊┋╎╏|"
_CORNERS = "┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬╭╮╯╰┏┓┗┛┣┫┳┻╋╞╡╪╟╢╫╒╕╘╛╤╧╥╨┠┨┯┷┿┝┥┰┸╂+"
_OPEN_ABOVE, _OPEN_BELOW = "┌┐┬╔╗╦╭╮┏┓┳╒╤╕╓╥╖┯┰", "└┘┴╚╝╩╰╯┗┛┻╘╧╛╙╨╜┷┸"
_OPEN_LEFT, _OPEN_RIGHT = "┌├└╔╠╚╭╰┏┣┗╒╞╘╓╟╙┠┝", "┐┤┘╗╣╝╮╯┓┫┛╕╡╛╖╢╜┨┥"
_DRAWN = frozenset("─━═│┃║" + _CORNERS) - {"+"}
_ASCII_RULE = re.compile(r"^\s*\+(?:[-=]+\+)+\s*$")
#: A character is this wide and a line this high, in the units of a page, when a drawing in text becomes rules.
_WIDE, _HIGH = 60, 120

_GAP = re.compile(r" {2,}|[ \u3000]*\u3000[ \u3000]+")
_FIGURE = re.compile(r"^[-－+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?%?$|^[-—－/]+$")
_SENTENCE = re.compile(r"[。；！？]")
_FEWEST_ROWS = 3
_MOST_HEADER_ROWS = 3
#: A longer stretch is no table that somebody drew in text.
_MOST_LINES = 5_000


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text file: its characters and its 1-based number."""

    text: str
    number: int


class TextTables:
    """Finds the tables among the lines of a text; asked line by line, from the first on."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._no_box_before = 0  # a stretch that is no table is looked at once, not once per line
        self._no_columns_before = 0

    def at(self, at: int) -> tuple[Grid, int] | None:
        """Return the table that begins on a line, and how many lines it takes; None where none begins."""
        text = self._lines[at].text
        if "|" in text and (found := _pipe_table(self._lines, at)):
            return found
        if at >= self._no_box_before and (_is_drawn(text) or _ASCII_RULE.match(text)):
            end = _end_of_drawing(self._lines, at)
            grid = _box_table(self._lines[at:end])
            if grid is not None:
                return grid, end - at
            self._no_box_before = end
        if at >= self._no_columns_before and _GAP.search(text.strip()):
            header, end = _stretch(self._lines, at)
            grid = _spaced_table(self._lines[at:end], header)
            if grid is not None:
                return grid, end - at
            self._no_columns_before = end if header == 0 else 0
        return None


def _pipe_table(lines: Sequence[Line], at: int) -> tuple[Grid, int] | None:
    """Read ``| a | b |`` rows: with a rule below the first, or all framed by pipes and of one width."""
    width = len(_pipe_cells(lines[at].text))
    ruled = at + 1 < len(lines) and "|" in lines[at + 1].text and bool(_PIPE_RULE.match(lines[at + 1].text))
    if width < 2 or _PIPE_RULE.match(lines[at].text) or not (ruled or _is_framed(lines[at].text)):
        return None
    end = at
    rows: list[GridRow] = []
    while end < len(lines) and _PIPE.search(lines[end].text):
        cells = _pipe_cells(lines[end].text)
        if not ruled and not (_is_framed(lines[end].text) and len(cells) == width):
            break
        if not _PIPE_RULE.match(lines[end].text):
            rows.append(GridRow(tuple(cells), lines[end].number))
        end += 1
    return (Grid(tuple(rows)), end - at) if len(rows) > 1 else None


def _is_framed(text: str) -> bool:
    return text.strip().startswith("|") and text.strip().endswith("|")


def _pipe_cells(text: str) -> list[str]:
    inner = text.strip()
    inner = inner[1:] if inner.startswith("|") else inner
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [_BREAK.sub("", c).replace("\\|", "|").strip() for c in _PIPE.split(inner)]


def _is_drawn(text: str) -> bool:
    return sum(c in _DRAWN for c in text) > 1


def _end_of_drawing(lines: Sequence[Line], at: int) -> int:
    end = at
    while end < len(lines) and (_is_drawn(lines[end].text) or _is_ascii_row(lines[end].text)):
        end += 1
    return end


def _box_table(region: Sequence[Line]) -> Grid | None:
    """Read a table drawn with box characters, or with ``+---+`` and pipes."""
    if not 3 <= len(region) <= _MOST_LINES:
        return None
    found = [g for ambiguous in (2, 1) if (g := _drawn_grid(region, ambiguous)) is not None]
    return min(found, key=lambda g: g.width, default=None)


def _is_ascii_row(text: str) -> bool:
    stripped = text.strip()
    return bool(_ASCII_RULE.match(text)) or (stripped.startswith("|") and stripped.endswith("|") and len(stripped) > 2)


def _drawn_grid(region: Sequence[Line], ambiguous: int) -> Grid | None:
    """Turn the drawing into rules and words, and let their places tell the cells.

    Fonts disagree on whether a line character is one or two columns wide; *ambiguous* says which to assume.
    """
    rules: list[Rule] = []
    words: list[Word] = []
    are_rules = [_is_rule(line.text) for line in region]
    top = _HIGH // 2 if are_rules[0] else 0
    bottom = len(region) * _HIGH - (_HIGH // 2 if are_rules[-1] else 0)
    bars = 0
    for row, line in enumerate(region):
        run, begin = "", 0
        if not are_rules[row]:
            bars = max(bars, sum(c in _DOWN or c in _CORNERS[:-1] for c in line.text))
        for char, x, width in _columns(line.text, ambiguous):
            drawn = _strokes(char, x, row, width, is_rule=are_rules[row])
            if drawn:
                rules += drawn
                words += _word(run, begin, row, ambiguous)
                run = ""
                continue
            begin = begin if run else x
            run += char
        words += _word(run, begin, row, ambiguous)
    if _parts(are_rules) < _FEWEST_ROWS:  # only the header is ruled off: every line is a row
        edge = max((r.x1 for r in rules), default=0)
        between = [r for r in range(1, len(region)) if not are_rules[r - 1] and not are_rules[r]]
        rules += [Rule(0, r * _HIGH, edge, r * _HIGH) for r in between]
    kept = [Rule(r.x0, max(r.top, top), r.x1, min(r.bottom, bottom)) for r in rules]
    grids, rest = ruled_tables(words, kept)
    if len(grids) != 1 or rest or grids[0].grid.width != bars - 1:
        return None
    return _numbered(grids[0].grid, region)


def _is_rule(text: str) -> bool:
    """Whether a line is drawn throughout, with no text on it."""
    return all(c in _ACROSS or c in _DOWN or c in _CORNERS or c.isspace() for c in text) and any(
        c in _ACROSS for c in text
    )


def _parts(are_rules: Sequence[bool]) -> int:
    """Count the stretches of text between ruled lines."""
    return sum(not rule and (row == 0 or are_rules[row - 1]) for row, rule in enumerate(are_rules))


def _strokes(char: str, x: int, row: int, width: int, *, is_rule: bool) -> list[Rule]:
    """Return the lines that a character draws; dashes and pluses count only in lines that are drawn throughout."""
    out: list[Rule] = []
    left, right, top = x * _WIDE, (x + width) * _WIDE, row * _HIGH
    middle = (left + right) // 2
    is_corner = char in _CORNERS and (char != "+" or is_rule)
    if char in _DOWN or is_corner:
        upper, lower = top + _HIGH // 2 * (char in _OPEN_ABOVE), top + _HIGH - _HIGH // 2 * (char in _OPEN_BELOW)
        out.append(Rule(middle, upper, middle, lower))
    if is_corner or (char in _ACROSS and (is_rule or char in _DRAWN)):
        begin = middle if char in _OPEN_LEFT else left
        end = middle if char in _OPEN_RIGHT else right
        out.append(Rule(begin, top + _HIGH // 2, end, top + _HIGH // 2))
    return out


def _columns(text: str, ambiguous: int) -> Iterator[tuple[str, int, int]]:
    """Yield each character with its column and width on a screen."""
    x = 0
    for char in text:
        kind = unicodedata.east_asian_width(char)
        width = 2 if kind in "WF" else ambiguous if kind == "A" else 1
        yield char, x, width
        x += width


def _word(run: str, begin: int, row: int, ambiguous: int) -> list[Word]:
    text = run.strip()
    if not text:
        return []
    blank = sum(w for _, _, w in _columns(run[: len(run) - len(run.lstrip())], ambiguous))
    width = sum(w for _, _, w in _columns(text, ambiguous))
    x = (begin + blank) * _WIDE
    return [Word(text, x, row * _HIGH + 10, x + width * _WIDE, (row + 1) * _HIGH - 10)]


def _numbered(grid: Grid, region: Sequence[Line]) -> Grid:
    """Give each row the number of the line on which its first text stands."""
    rows: list[GridRow] = []
    at = 0
    for row in grid.rows:
        first = next((c for c in row.cells if c), "")
        at = next((i for i in range(at, len(region)) if first[:2] and first[:2] in region[i].text), at)
        rows.append(replace(row, number=region[at].number))
    return replace(grid, rows=tuple(rows))


@dataclass(frozen=True, slots=True)
class _Field:
    """A piece of a line between wide gaps, with its columns on a screen."""

    text: str
    x0: int
    x1: int


def _stretch(lines: Sequence[Line], at: int) -> tuple[int, int]:
    """Return how many lines look like a header set in columns, and where the rows of figures below them end."""
    header = 0
    while header < _MOST_HEADER_ROWS and at + header < len(lines) and _is_header(lines[at + header].text):
        header += 1
    end = at + header
    while end < len(lines) and _is_body(lines[end].text):
        end += 1
    return header, end


def _spaced_table(lines: Sequence[Line], header: int) -> Grid | None:
    """Read columns set with spaces: at least three rows of a label and figures that stand below one another."""
    body = [_fields(line.text) for line in lines[header:]]
    if not _FEWEST_ROWS <= len(body) <= _MOST_LINES:
        return None
    columns = _bands(body)
    if len(columns) < 2 or not _are_columns(body, columns):
        return None
    cells: list[PlacedCell] = []
    for row, line in enumerate(lines):
        placed = _in_columns(_fields(line.text), columns, row)
        if placed is None:
            return None
        cells += placed
    grid = place(cells)
    rows = tuple(replace(r, number=lines[n].number) for n, r in enumerate(grid.rows))
    return replace(grid, rows=rows)


def _fields(text: str) -> list[_Field]:
    out: list[_Field] = []
    starts = [0]
    for _, _, width in _columns(text, 2):
        starts.append(starts[-1] + width)
    begin = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    cuts = [m.span() for m in _GAP.finditer(text, begin, end)]
    for left, right in zip([begin, *(c[1] for c in cuts)], [*(c[0] for c in cuts), end], strict=True):
        if right > left:
            out.append(_Field(text[left:right], starts[left], starts[right]))
    return out


def _is_body(text: str) -> bool:
    """Whether a line is a label followed by figures only."""
    fields = _fields(text)
    figures = sum(bool(_FIGURE.match(f.text)) for f in fields)
    return len(fields) > 1 and figures >= 1 and bool(_FIGURE.match(fields[-1].text)) and not _SENTENCE.search(text)


def _is_header(text: str) -> bool:
    return len(_fields(text)) > 1 and not _is_body(text) and not _SENTENCE.search(text)


def _bands(body: Sequence[Sequence[_Field]]) -> list[tuple[int, int]]:
    """Return the columns: stretches in which some row has text, with a gap that none crosses between them."""
    out: list[tuple[int, int]] = []
    for field in sorted((f for row in body for f in row), key=lambda f: f.x0):
        if out and field.x0 < out[-1][1] + 1:
            out[-1] = (out[-1][0], max(out[-1][1], field.x1))
        else:
            out.append((field.x0, field.x1))
    return out


def _are_columns(body: Sequence[Sequence[_Field]], columns: Sequence[tuple[int, int]]) -> bool:
    """Whether the first column names the rows and the last holds figures that end or begin at one place."""
    widest = max(len(row) for row in body)
    if len(columns) != widest or sum(len(row) == widest for row in body) * 2 < len(body):
        return False
    if any(_FIGURE.match(row[0].text) and row[0].x0 > columns[0][1] for row in body):
        return False
    for start, end in columns[1:]:
        inside = [f for row in body for f in row if start <= f.x0 < end]
        figures = [f for f in inside if _FIGURE.match(f.text)]
        if figures and len({f.x1 for f in figures}) > 1 and len({f.x0 for f in figures}) > 1:
            ends = [f.x1 for f in figures]
            if max(ends.count(e) for e in set(ends)) * 2 < len(ends):
                return False
    return True


def _in_columns(fields: Sequence[_Field], columns: Sequence[tuple[int, int]], row: int) -> list[PlacedCell] | None:
    """Give each piece of a line the columns below or above it; None where two claim the same."""
    out: list[PlacedCell] = []
    taken = 0
    for field in fields:
        over = [i for i, (start, end) in enumerate(columns) if field.x0 < end and field.x1 > start]
        if not over:
            over = [min(range(len(columns)), key=lambda i: abs(sum(columns[i]) - field.x0 - field.x1))]
        if over[0] < taken:
            return None
        out += [PlacedCell("", c, row, c + 1, row + 1) for c in range(taken, over[0])]
        out.append(PlacedCell(field.text, over[0], row, over[-1] + 1, row + 1))
        taken = over[-1] + 1
    out += [PlacedCell("", c, row, c + 1, row + 1) for c in range(taken, len(columns))]
    return out
