"""Plant one error in what a reader hands over: a figure, a word, a cell or a row is changed, all else is kept.

Everything is drawn from a seeded generator over lists in the order of the document, so a seed and a document give
the same plants again.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from evals.checking_witness import DOWN, UP, Figure, Witnesses, measure, sentence_at, sentences
from evals.printed import amount
from service.domain.paragraph import Paragraph
from service.ingestion.blocks import Block, Grid, Reading, TextLine

#: Kinds of plants: key → what it is called in the report.
KINDS = {
    "amount": "文中金额×1.1",
    "amount-swap": "文中金额相邻两位对调",
    "amount-point": "文中金额小数点移位",
    "amount-last": "文中金额末位±1",
    "direction": "方向词反写",
    "unit": "万元与元互换",
    "year": "数字的年份±1",
    "percent": "比率×1.1",
    "percent-last": "比率末位±1",
    "list-item": "列举项×1.1",
    "list-drop": "列举项漏一项",
    "three-text": "三公分项（文）×1.1",
    "contradiction": "同一句话另一个数",
    "reason": "原因写空",
    "residue": "模板残留",
    "cell": "明细格×1.1",
    "cell-swap": "明细格相邻两位对调",
    "cell-last": "明细格末位±1",
    "subtotal": "小计格×1.1",
    "total": "合计格×1.1",
    "three-cell": "三公表格×1.1",
    "cells-exchanged": "同行或同列两格互换",
    "row-dropped": "漏一行",
}
#: The three groups the requirement sets a share for.
NARRATIVE = frozenset({"amount", "amount-swap", "amount-point", "list-item", "three-text"})
RATES = frozenset({"percent"})
CELLS = frozenset({"cell", "cell-swap", "subtotal", "total", "three-cell"})
#: Kinds drawn twice as often: the requirement speaks of them.
WEIGHTY = frozenset({"amount", "amount-swap", "percent", "direction", "cell", "cell-swap"})
LAST = frozenset({"amount-last", "percent-last", "cell-last"})

_YEAR = re.compile(r"20[0-3]\d(?=年)")
_REASON = re.compile(r"(?:主要)?原因(?:是|为|：|:|主要是)+(?P<why>[^。；;（(]{4,})")
_DIRECTION = re.compile("|".join((*UP, *DOWN)))
_FLIPPED = {
    "增加": "减少", "减少": "增加", "增长": "下降", "下降": "增长", "上升": "下降", "提高": "降低", "降低": "提高",
}  # fmt: skip
_BASE = re.compile(r"相比|[与比较].{0,6}$|收入|支出|预算|安排|执行|决算")
_THREE = re.compile(r"因公出国|公务接待|公务用车")
_TOTAL = re.compile(r"^(?:合计|总计|收入合计|支出合计|收入总计|支出总计|本年收入合计|本年支出合计|本年收入|本年支出)[:：]?$")
_SUB = re.compile(r"^(?:小计|\d{3}|[一二三四五六七八九十]+、.*|20\d{3})$")
#: One of two items taken out leaves a sentence that may stand: 其中 promises no whole.
_LISTED = 3
_MONTH = re.compile(r"^年\d{1,2}月")


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters of the running text exchanged: offsets in the text of the reading."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class CellEdit:
    """A cell exchanged, or its row taken out.

    Attributes:
        block: Index of the grid among the blocks.
        row: Index of the row in it.
        column: Index of the cell, -1 to take out the row.
        new: What it then says.
    """

    block: int
    row: int
    column: int
    new: str = ""


@dataclass(frozen=True, slots=True)
class Plant:
    """One planted error.

    Attributes:
        document: Key of the document.
        kind: Of `KINDS`.
        edits: Changes of the running text, or ...
        cells: ... of the grids.
        place: Offsets of the sentence (paragraph for a dropped item) as published; (-1, -1) for a table.
        before: What is printed.
        after: What is planted.
        fragment: The sentence, or the row, for whoever looks into a miss.
        witnesses: What bears out the figure as published.
        contradicted: How much of that the planted one contradicts; 0 where nobody could notice.
    """

    document: str
    kind: str
    edits: tuple[Edit, ...] = ()
    cells: tuple[CellEdit, ...] = ()
    place: tuple[int, int] = (-1, -1)
    before: str = ""
    after: str = ""
    fragment: str = ""
    witnesses: int = 0
    contradicted: int = 0

    @property
    def growth(self) -> int:
        """By how many characters the text grows."""
        return sum(len(e.new) - (e.end - e.start) for e in self.edits)

    def back(self, offset: int) -> int:
        """Return where a character of the changed text stood as published."""
        moved = 0
        for edit in self.edits:
            begins = edit.start + moved
            if offset < begins:
                break
            grown = len(edit.new) - (edit.end - edit.start)
            if offset < begins + len(edit.new):
                return edit.start
            moved += grown
        return offset - moved


def planted(reading: Reading, plant: Plant) -> Reading:
    """Return the reading with the one error in it."""
    if plant.cells:
        return _with_cells(reading, plant.cells)
    return _with_text(reading, plant.edits)


def _with_text(reading: Reading, edits: Sequence[Edit]) -> Reading:
    text, blocks, starts = reading.text, list(reading.blocks), list(reading.page_starts)
    for edit in sorted(edits, key=lambda e: -e.start):
        grown = len(edit.new) - (edit.end - edit.start)
        text = text[: edit.start] + edit.new + text[edit.end :]
        blocks = [b for b in (_edited(b, edit, grown) for b in blocks) if b is not None]
        starts = [s + grown if s >= edit.end and s > edit.start else s for s in starts]
    return replace(reading, text=text, blocks=tuple(blocks), page_starts=tuple(starts))


def _edited(block: Block, edit: Edit, grown: int) -> Block | None:
    if not isinstance(block, TextLine):
        return block
    at, end = block.start, block.start + len(block.text)
    if at <= edit.start and edit.end <= end and (edit.start < end or edit.end > edit.start or edit.start == end):
        inside = block.text[: edit.start - at] + edit.new + block.text[edit.end - at :]
        if not inside.strip() and block.text.strip():
            return None
        return replace(block, text=inside)
    return replace(block, start=at + grown) if at >= edit.end else block


def _with_cells(reading: Reading, edits: Sequence[CellEdit]) -> Reading:
    blocks = list(reading.blocks)
    for edit in edits:
        grid = blocks[edit.block]
        assert isinstance(grid, Grid)
        rows = list(grid.rows)
        if edit.column < 0:
            del rows[edit.row]
            spans = grid.spans and {
                (r - (r > edit.row), c): s for (r, c), s in grid.spans.items() if r != edit.row
            }  # fmt: skip
            blocks[edit.block] = replace(grid, rows=tuple(rows), spans=spans)
            continue
        cells = list(rows[edit.row].cells)
        cells[edit.column] = edit.new
        rows[edit.row] = replace(rows[edit.row], cells=tuple(cells))
        blocks[edit.block] = replace(grid, rows=tuple(rows))
    return replace(reading, blocks=tuple(blocks))


# ------------------------------------------------------------------------------------------ changed numbers


def times(number: str) -> str:
    """Return a printed number ×1.1 with its decimals and separators, or itself where that changes nothing.

    Example:
        >>> times("1,234.50"), times("0.00")
        ('1,357.95', '0.00')

    """
    value = _value(number)
    places = len(number.partition(".")[2])
    return _printed(round(value * Decimal("1.1"), places), places, number)


def swapped(number: str) -> str:
    """Return it with two neighbouring digits of most weight exchanged, or itself where none can be.

    Example:
        >>> swapped("950.47"), swapped("11.11"), swapped("3.05")
        ('590.47', '11.11', '0.35')

    """
    plain = number.replace(",", "").replace("，", "")
    digits = [i for i, c in enumerate(plain) if c.isdigit()]
    for i, j in pairwise(digits):
        if plain[i] == plain[j]:
            continue
        signs = list(plain)
        signs[i], signs[j] = signs[j], signs[i]
        changed = "".join(signs)
        if re.match(r"-?0\d", changed):
            continue
        return _printed(Decimal(changed), len(number.partition(".")[2]), number)
    return number


def pointed(number: str, *, left: bool) -> str:
    """Return it with the decimal point one place further left or right.

    Example:
        >>> pointed("950.47", left=True), pointed("950.47", left=False)
        ('95.047', '9504.7')

    """
    places = len(number.partition(".")[2])
    if not left and not places:
        return number
    value = _value(number)
    return _printed(value / 10, places + 1, number) if left else _printed(value * 10, places - 1, number)


def last_changed(number: str, *, up: bool) -> str:
    """Return it with its last digit one more or less.

    Example:
        >>> last_changed("950.47", up=True), last_changed("12%"[:2], up=False)
        ('950.48', '11')

    """
    places = len(number.partition(".")[2])
    step = Decimal(1).scaleb(-places)
    return _printed(_value(number) + (step if up else -step), places, number)


def _value(number: str) -> Decimal:
    return Decimal(number.replace(",", "").replace("，", ""))


def _printed(value: Decimal, places: int, like: str) -> str:
    return f"{value:,.{places}f}" if "," in like or "，" in like else f"{value:.{places}f}"


# --------------------------------------------------------------------------------------------- text plants


def candidates(document: str, reading: Reading, witnesses: Witnesses, rng: random.Random) -> dict[str, list[Plant]]:
    """Return every plant of every kind a document offers, in random order."""
    out: dict[str, list[Plant]] = defaultdict(list)
    for plant in (*_of_text(document, reading, witnesses, rng), *_of_cells(document, reading, rng)):
        out[plant.kind].append(plant)
    for kind in KINDS:
        rng.shuffle(out[kind])
    return out


def draw(found: dict[str, list[Plant]], count: int) -> list[Plant]:
    """Take plants in turn from each kind that has any left, two at a time where a share is required."""
    out: list[Plant] = []
    left = {kind: list(found[kind]) for kind in KINDS}
    while len(out) < count and any(left.values()):
        row = []
        for kind in KINDS:
            size = 2 if kind in WEIGHTY else 1
            row += left[kind][:size]
            left[kind] = left[kind][size:]
        out += row[: count - len(out)]
    return out


def _of_text(document: str, reading: Reading, witnesses: Witnesses, rng: random.Random) -> Iterator[Plant]:
    lines = _Lines(reading)
    for figure in witnesses.figures:
        yield from _of_figure(document, witnesses, figure, lines, rng)
    for index, paragraph in witnesses.paragraphs.items():
        yield from _of_lists(document, witnesses, index, lines)
        for match in _DIRECTION.finditer(paragraph.text):
            yield from _of_direction(document, witnesses, index, match, lines)
        yield from _of_years(document, witnesses, index, lines, rng)
        yield from _of_sentences(document, witnesses, index, lines)
        for why in _REASON.finditer(paragraph.text):
            span = why.span("why")
            yield from _plant(document, "reason", paragraph, span, "", lines, borne=True)
        yield from _of_names(document, witnesses, index, lines)


def _of_names(document: str, witnesses: Witnesses, index: int, lines: _Lines) -> Iterator[Plant]:
    """Put the residue of a template in the place of the entity's name."""
    paragraph = witnesses.paragraphs[index]
    names = sorted(witnesses.document.entity_names or (witnesses.document.entity,), key=len, reverse=True)
    name = next((n for n in names if n and n in paragraph.text), "")
    figures = any(f.paragraph == index for f in witnesses.figures)
    if name and figures:
        at = paragraph.text.index(name)
        yield from _plant(document, "residue", paragraph, (at, at + len(name)), "XX" + name[-1], lines, borne=True)


class _Lines:
    """Which block each character of the running text stands in, to keep an edit within one."""

    def __init__(self, reading: Reading) -> None:
        self.spans = [(b.start, b.start + len(b.text)) for b in reading.blocks if isinstance(b, TextLine)]
        self.text = reading.text

    def edits(self, offsets: Sequence[int], new: str) -> tuple[Edit, ...] | None:
        """Return the edits that turn the characters at these offsets into others, line by line."""
        groups: list[list[int]] = []
        for offset in offsets:
            if groups and offset == groups[-1][-1] + 1 and self._line(offset) == self._line(groups[-1][0]):
                groups[-1].append(offset)
            else:
                groups.append([offset])
        out, used = [], 0
        for n, group in enumerate(groups):
            piece = new[used:] if n == len(groups) - 1 else new[used : used + len(group)]
            used += len(piece)
            if self._line(group[0]) < 0:
                return None
            out.append(Edit(group[0], group[-1] + 1, piece))
        return tuple(e for e in out if self.text[e.start : e.end] != e.new) or None

    def _line(self, offset: int) -> int:
        return next((i for i, (a, b) in enumerate(self.spans) if a <= offset < b), -1)


def _plant(
    document: str, kind: str, paragraph: Paragraph, span: tuple[int, int], new: str, lines: _Lines, *,
    borne: bool = False, found: tuple[int, int] = (0, 0), whole: bool = False,
) -> Iterator[Plant]:  # fmt: skip
    old = paragraph.text[span[0] : span[1]]
    if old == new:
        return
    edits = lines.edits(paragraph.offsets[span[0] : span[1]], new)
    if edits is None:
        return
    first, last = (0, len(paragraph.text)) if whole else sentence_at(paragraph.text, span[0])
    place = (paragraph.offsets[first], paragraph.offsets[last - 1] + 1)
    fragment = paragraph.text[max(first, span[0] - 60) : min(last, span[1] + 40)]
    yield Plant(
        document, kind, edits=edits, place=place, before=old, after=new, fragment=fragment,
        witnesses=1 if borne else found[0], contradicted=1 if borne else found[1],
    )  # fmt: skip


def _of_figure(
    document: str, witnesses: Witnesses, figure: Figure, lines: _Lines, rng: random.Random
) -> Iterator[Plant]:
    paragraph = witnesses.paragraphs[figure.paragraph]
    if not figure.value:
        return
    span = (figure.start, figure.start + len(figure.number))
    up, left = rng.random() < 0.5, rng.random() < 0.5
    ways: list[tuple[str, Callable[[str], str]]] = [("percent", times), ("percent-last", lambda n: last_changed(n, up=up))]
    if figure.is_money:
        clause = paragraph.text[max(0, paragraph.text.rfind("。", 0, figure.start)) : figure.start][-30:]
        ways = [
            ("three-text" if _THREE.search(clause) else "amount", times), ("amount-swap", swapped),
            ("amount-point", lambda n: pointed(n, left=left)), ("amount-last", lambda n: last_changed(n, up=up)),
        ]  # fmt: skip
    for kind, change in ways:
        new = change(figure.number)
        found = witnesses.of(figure, *measure(new, figure.unit))
        yield from _plant(document, kind, paragraph, span, new, lines, found=found)
    other = {"万元": "元", "元": "万元"}.get(figure.unit)
    if other and paragraph.text[figure.end - len(figure.unit) : figure.end] == figure.unit:
        found = witnesses.of(figure, *measure(figure.number, other))
        unit = (figure.end - len(figure.unit), figure.end)
        yield from _plant(document, "unit", paragraph, unit, other, lines, found=found)


def _of_lists(document: str, witnesses: Witnesses, index: int, lines: _Lines) -> Iterator[Plant]:
    paragraph = witnesses.paragraphs[index]
    seen: set[int] = set()
    for total, parts in witnesses.lists(index):
        is_loose = "主要" in paragraph.text[total.end : parts[0].start]
        if is_loose and len(parts) < _LISTED:
            continue
        for part in parts:
            if part.start in seen:
                continue
            seen.add(part.start)
            new = times(part.number)
            found = witnesses.of(part, *measure(new, part.unit))
            span = (part.start, part.start + len(part.number))
            yield from _plant(document, "list-item", paragraph, span, new, lines, found=found)
            begins = max(paragraph.text.rfind(c, 0, part.start) for c in "，；。：;:、") + 1
            if begins > 0 and paragraph.text[part.end : part.end + 1] in {"，", "；", ";", "、"}:
                drop = (begins, part.end + 1)
                told = int(not is_loose and len(parts) >= _LISTED)
                yield from _plant(document, "list-drop", paragraph, drop, "", lines, found=(told, told), whole=True)


def _of_direction(
    document: str, witnesses: Witnesses, index: int, match: re.Match[str], lines: _Lines
) -> Iterator[Plant]:
    paragraph = witnesses.paragraphs[index]
    figure = re.match(r"(?:了|额)?(?:为)?([\d.,，]+)\s*(?:万元|元|%|％)", paragraph.text[match.end() :])
    if not figure or not figure.group(1).strip("0.,，"):
        return
    borne = witnesses.direction_is_borne_out(index, match.start())
    found = (int(borne), int(borne))
    yield from _plant(document, "direction", paragraph, match.span(), _FLIPPED[match.group()], lines, found=found)
    if match.group() in {"增加", "减少"}:
        yield from _plant(document, "residue", paragraph, match.span(), "增加（减少）", lines, borne=True)


def _of_years(
    document: str, witnesses: Witnesses, index: int, lines: _Lines, rng: random.Random
) -> Iterator[Plant]:
    paragraph, year = witnesses.paragraphs[index], witnesses.document.year
    text = paragraph.text
    for match in _YEAR.finditer(text):
        first, last = sentence_at(text, match.start())
        before, after = text[first : match.start()], text[match.end() : last]
        if before.count("《") > before.count("》") or _MONTH.match(after) or "截至" in before[-6:] or "底" in after[:3]:
            continue
        figures = [f for f in witnesses.figures if f.paragraph == index and first <= f.start < last]
        if not figures:
            continue
        new = str(int(match.group()) + rng.choice((1, -1)))
        borne = int(match.group()) in {year, year - 1} and bool(_BASE.search(after[:12]))
        said = any(new == m.group() for m in _YEAR.finditer(text[first:last]) if m.start() + first != match.start())
        found = (int(borne), int(borne and (not said or int(match.group()) == year)))
        yield from _plant(document, "year", paragraph, match.span(), new, lines, found=found)


def _of_sentences(document: str, witnesses: Witnesses, index: int, lines: _Lines) -> Iterator[Plant]:
    paragraph = witnesses.paragraphs[index]
    for first, last in sentences(paragraph.text):
        text = paragraph.text[first:last]
        money = [f for f in witnesses.figures if f.paragraph == index and first <= f.start < last and f.is_money]
        if not text.endswith("。") or not money or not money[0].value or len(text) > 120:
            continue
        figure = money[0]
        new = times(figure.number)
        at, until = figure.start - first, figure.start - first + len(figure.number)
        again = text[:at] + new + text[until:]
        if new == figure.number or last - 1 < 1:
            continue
        edits = lines.edits([paragraph.offsets[last - 1]], text[-1] + again)
        if edits is None:
            continue
        place = (paragraph.offsets[first], paragraph.offsets[last - 1] + 1)
        yield Plant(
            document, "contradiction", edits=edits, place=place, before=figure.number, after=new, fragment=text[:100],
            witnesses=1, contradicted=1,
        )  # fmt: skip


# --------------------------------------------------------------------------------------------- cell plants


def _of_cells(document: str, reading: Reading, rng: random.Random) -> Iterator[Plant]:
    """Return changes of the grids; whether they can be noticed is told when they are tried."""
    above = ""
    for b, block in enumerate(reading.blocks):
        if isinstance(block, TextLine):
            above = (above + block.text)[-60:]
            continue
        is_three = "三公" in above or any("三公" in c for r in block.rows[:4] for c in r.cells)
        above = ""
        yield from _of_grid(document, b, block, is_three=is_three, rng=rng)


def _of_grid(document: str, b: int, grid: Grid, *, is_three: bool, rng: random.Random) -> Iterator[Plant]:
    for r, row in enumerate(grid.rows):
        amounts = [c for c, text in enumerate(row.cells) if amount(text)]
        if not amounts:
            continue
        words = [re.sub(r"\s", "", t) for t in row.cells if t.strip() and amount(t) is None]
        label = " ".join(words[:3])
        kind = "total" if any(_TOTAL.match(w) for w in words[:2]) else "subtotal" if any(_SUB.match(w) for w in words[:1]) else "cell"
        named = "three-cell" if is_three and kind == "cell" else kind
        c = rng.choice(amounts)
        raw = row.cells[c].strip()
        if raw[0].isdigit():
            up = rng.random() < 0.5
            changes = [(named, times(raw))]
            if kind == "cell":
                changes += [("cell-swap", swapped(raw)), ("cell-last", last_changed(raw, up=up))]
            for each, new in changes:
                if new != raw:
                    yield _cells(document, each, (CellEdit(b, r, c, new),), raw, new, f"{label} | {raw}")
        yield from _exchanges(document, b, grid, r, amounts, label)
        if kind == "cell" and not any(down > 1 for (at, _), (down, _x) in (grid.spans or {}).items() if at == r):
            yield _cells(document, "row-dropped", (CellEdit(b, r, -1),), label, "", " | ".join(row.cells)[:100])


def _exchanges(
    document: str, b: int, grid: Grid, r: int, amounts: Sequence[int], label: str
) -> Iterator[Plant]:
    cells = grid.rows[r].cells
    beside = next(((a, c) for a, c in pairwise(amounts) if amount(cells[a]) != amount(cells[c])), None)
    if beside:
        one, other = cells[beside[0]], cells[beside[1]]
        edits = CellEdit(b, r, beside[0], other), CellEdit(b, r, beside[1], one)
        yield _cells(document, "cells-exchanged", edits, one.strip(), other.strip(), f"{label} | {one} ↔ {other}")
    if r + 1 >= len(grid.rows):
        return
    below = grid.rows[r + 1].cells
    c = next((c for c in amounts if c < len(below) and amount(below[c]) and amount(below[c]) != amount(cells[c])), None)
    if c is not None:
        edits = CellEdit(b, r, c, below[c]), CellEdit(b, r + 1, c, cells[c])
        shown = f"{label} | {cells[c]} ↕ {below[c]}"
        yield _cells(document, "cells-exchanged", edits, cells[c].strip(), below[c].strip(), shown)


def _cells(document: str, kind: str, edits: tuple[CellEdit, ...], before: str, after: str, fragment: str) -> Plant:
    return Plant(document, kind, cells=edits, before=before, after=after, fragment=fragment)
