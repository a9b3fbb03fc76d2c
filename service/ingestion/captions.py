"""What is printed around a grid: title, form number, department, unit, notes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from service.domain.quantity import FIXED_UNITS, Unit
from service.ingestion.blocks import Block, Grid, Reading, TextLine
from service.vocabulary.names import squeeze

_UNITS = "千元|百万元|万元|亿元|元"
_NUMBER = (
    r"(?:(?:预算|公开|附|预|决算|财决|部门|单位)*(?:表|附件)?[一二三四五六七八九十]{1,3}(?:表)?"
    r"|(?:预算|公开|附|预|决算|财决|财|部|单)*(?:表|附件)?[-－—]?\d{1,2}(?:[-－—]\d{1,2})?(?:表)?)"
)
_NUMBER_LINE = re.compile(rf"^(?!\d+$)[（(]?{_NUMBER}[)）]?[:：]?$")
_NUMBER_AHEAD = re.compile(
    r"^[（(]?((?:预算|公开|附|预|决算|财决)?(?:表|附件)?[-－—]?\d{1,2}表|(?:附?表|公开表|预算表|附件)[-－—]?(?:\d{1,2}?(?=20\d\d年)|\d{1,2}(?:[-－—]\d{1,2})?|[一二三四五六七八九十]{1,3}))[)）]?"
    r"[:：、.．]?(?=.{4,})"
)
_NUMBER_BEHIND = re.compile(r"[（(]((?:预算|公开|附)*表[-－—]?(?:\d{1,2}|[一二三四五六七八九十]{1,3}))[)）]$")
_OWNER = re.compile(
    r"^(?:编制|填报|预算|公开|主管|申报|预算主管|预算编制|部门预算编制)?(?:部门|单位)(?:（单位）|\(单位\)|及单位)?(?:名称)?[（(]?(?:盖章|公章)?[)）]?[:：](.*)$"
)
_UNIT = re.compile(rf"(?:金额|货币|计量)?单位[:：]?(?:人民币)?({_UNITS})")
_UNIT_BARE = re.compile(rf"^[（(]?(?:人民币|金额)?({_UNITS})[)）]?$")
_DATE = re.compile(r"^(?:[（(]?20\d\d年度?[)）]?|(?:编制|填报|公开)(?:日期|时间)[:：].*)$")
_NOTE = re.compile(r"^[（(]?(?:备注|注|说明|附注|注释)\s*\d*[:：.、]|^本表(?:无|为空|没有|不)|^(?:此|该|本)表.{0,6}空")
_TITLE = re.compile(r"^[^。；，,：:]{3,70}[表单](?:[（(][^（）()]{1,30}[)）]){0,2}$")
#: A line this long is prose.
_LONGEST_CAPTION = 70
#: How many lines above a grid may belong to it.
_ABOVE = 8


@dataclass(frozen=True, slots=True)
class Caption:
    """What is printed above and below a grid.

    Attributes:
        title: The table's title.
        number: Form number, or "".
        owner: Department named in the caption, or "".
        unit: Unit of the caption, or None.
        notes: Remarks below.
        page: Page of the grid, 0 where there are none.
    """

    title: str
    number: str = ""
    owner: str = ""
    unit: Unit | None = None
    notes: tuple[str, ...] = ()
    page: int = 0


@dataclass(frozen=True, slots=True)
class CaptionedGrid:
    """A grid with what is printed around it.

    Attributes:
        grid: The grid.
        caption: What is printed around it.
        lines: First and last line of the text that hold it; a grid that is not part of the text stands before the
            first, and the last is one less.
    """

    grid: Grid
    caption: Caption
    lines: tuple[int, int] = (1, 0)


def split_grids(reading: Reading) -> tuple[tuple[CaptionedGrid, ...], tuple[TextLine, ...]]:
    """Return the grids with their captions, and the lines that are running text.

    A grid with nothing in it is dropped. Rows at the top of a grid that hold captions are taken off it.
    """
    grids: list[CaptionedGrid] = []
    taken: set[int] = set()
    blocks = reading.blocks
    own = frozenset(b.number for b in blocks if isinstance(b, TextLine))
    line = 0
    for index, block in enumerate(blocks):
        if isinstance(block, TextLine):
            line = block.number
        else:
            grid, inside = take_captions(block)
            above, used = _above(blocks, index)
            below, noted = _below(blocks, index)
            taken |= used | noted
            if not grid.rows:
                continue
            page = next((r.page for r in grid.rows if r.page), 0)
            caption = _caption([*above, *inside], below, block.name, page)
            grids.append(CaptionedGrid(grid, caption, _lines_of(block, own, line)))
    lines = tuple(b for i, b in enumerate(blocks) if isinstance(b, TextLine) and i not in taken)
    return tuple(grids), lines


def _lines_of(grid: Grid, own: frozenset[int], before: int) -> tuple[int, int]:
    """Return the lines that hold a grid: those of its rows in a text file, else the gap behind the line *before*."""
    numbers = [r.number for r in grid.rows]
    if numbers and own and min(numbers) > before and own.isdisjoint(numbers):
        return numbers[0], numbers[-1]
    return before + 1, before


def is_title(text: str) -> bool:
    """Whether a line reads as a table's title.

    Example:
        >>> is_title("2024年部门收支总体情况表"), is_title("部门：某局"), is_title("收入总表（预算表2）")
        (True, False, True)

    """
    plain = squeeze(text)
    if _NUMBER_LINE.match(plain) or plain.startswith(("-", "—")) or plain.endswith("附件表"):
        return False
    return bool(_TITLE.match(_NUMBER_AHEAD.sub("", plain)))


def take_captions(grid: Grid) -> tuple[Grid, list[str]]:
    """Return the grid without the rows at its top that hold captions, and what they said.

    Such a row holds nothing but a title, a form number, a department, a unit or a date.
    """
    said: list[str] = []
    count = 0
    for row in grid.rows[:8]:
        filled = [c for c in row.cells if c.strip()]
        captions = list(_pieces(filled))
        if filled and not (captions and _is_caption_row(captions, row.cells)):
            break
        if filled and grid.spans is None and not any(_OWNER.match(squeeze(c)) or _UNIT.search(squeeze(c)) for c in filled):
            break  # a tab-separated file prints its titles as lines of their own
        said += captions
        count += 1
    if count == len(grid.rows):
        return grid if grid.spans is None else replace(grid, rows=()), said
    spans = grid.spans
    if spans is not None:
        spans = {(r - count, c): span for (r, c), span in spans.items() if r >= count}
    return replace(grid, rows=grid.rows[count:], spans=spans), said


def _pieces(cells: Sequence[str]) -> Iterator[str]:
    for cell in cells:
        yield from (p for p in re.split(r"\n|\s{3,}|　{2,}", cell.strip()) if p.strip())


def _is_caption_row(pieces: Sequence[str], cells: Sequence[str]) -> bool:
    plain = [squeeze(p) for p in pieces]
    joined = "".join(plain)
    if _UNIT.search(joined) and len(plain) <= 3 and len(cells) > 2 and _OWNER.match(plain[0]):
        return True
    if all(_is_caption(p) for p in plain):
        return True
    # a title in one cell over the whole width, whatever it is called
    return len(plain) == 1 and len(cells) > 3 and is_title(plain[0])


def _is_caption(text: str) -> bool:
    return bool(
        _NUMBER_LINE.match(text) or _OWNER.match(text) or _UNIT.search(text) or _UNIT_BARE.match(text)
        or _DATE.match(text) or is_title(text)
    )  # fmt: skip


def _above(blocks: Sequence[Block], index: int) -> tuple[list[str], set[int]]:
    """Return the caption lines above a grid, top down, and their positions; nothing without a title or unit."""
    found: list[tuple[int, str]] = []
    title_at: int | None = None
    for i in range(index - 1, max(-1, index - 2 * _ABOVE), -1):
        block = blocks[i]
        if isinstance(block, Grid):
            break
        text = squeeze(block.text)
        if not text:
            continue
        if title_at is not None:
            if _NUMBER_LINE.match(text):
                found.insert(0, (i, text))
            break
        if len(found) >= _ABOVE or len(text) > _LONGEST_CAPTION:
            break
        if is_title(text):
            title_at = i
            found.insert(0, (i, text))
            continue
        if not _may_stand_between(text):
            break
        found.insert(0, (i, text))
    if title_at is None and not any(_is_caption(t) for _, t in found):
        return [], set()
    if title_at is None:
        found = [f for f in found if _is_caption(f[1])]
    return [t for _, t in found], {i for i, _ in found}


def _may_stand_between(text: str) -> bool:
    """Whether a line may stand between a title and its table: a caption, or a piece of a torn one."""
    return _is_caption(text) or (len(text) <= 40 and text[-1] not in "。；，" and not _NOTE.match(text))


def _below(blocks: Sequence[Block], index: int) -> tuple[list[str], set[int]]:
    notes: list[str] = []
    used: set[int] = set()
    for i in range(index + 1, min(len(blocks), index + 8)):
        block = blocks[i]
        if isinstance(block, Grid):
            break
        text = block.text.strip()
        if _NOTE.match(squeeze(text)):
            notes.append(text)
            used.add(i)
        elif text:
            break
    return notes, used


def _caption(lines: Sequence[str], notes: Sequence[str], sheet: str, page: int) -> Caption:
    plain = [squeeze(t) for t in lines]
    title_at = next((i for i in reversed(range(len(plain))) if is_title(plain[i])), -1)
    title = plain[title_at] if title_at >= 0 else ""
    number = next((t.strip("（()）：:") for t in plain if _NUMBER_LINE.match(t)), "")
    for pattern in (_NUMBER_AHEAD, _NUMBER_BEHIND):
        found = pattern.search(title)
        if found:
            number = number or found.group(1)
            title = pattern.sub("", title)
    if not title and sheet:
        title = squeeze(sheet)
    around = [t for i, t in enumerate(plain) if i != title_at]
    owner = next((o for t in around if (o := _owner(t))), "")
    unit = _UNIT.search("".join(around)) or _UNIT.search(title)
    bare = next((m for t in around if (m := _UNIT_BARE.match(t))), None)
    symbol = unit.group(1) if unit else bare.group(1) if bare else ""
    return Caption(title, number, owner, FIXED_UNITS[symbol] if symbol else None, tuple(notes), page)


def _owner(text: str) -> str:
    found = _OWNER.match(text)
    if not found:
        return ""
    name = re.split(rf"(?:金额)?单位[:：]|(?:{_UNITS})$|20\d\d年", found.group(1))[0].strip()
    return name if len(name) >= 4 else ""
