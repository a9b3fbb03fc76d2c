"""Cells of a grid cleaned of layout: spaces, markup, page breaks inside rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from service.ingestion.blocks import Anchor, Grid, GridRow, Span
from service.ingestion.outline import is_total
from service.vocabulary.names import strip_ordinal

_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]{0,10}\s*/?>")
_HAN = "[\u4e00-\u9fff]"
#: A space beside an ideograph is layout, except after a list number such as 「1. 」.
_SPACE = re.compile(rf"(?<!\d\.)\s+(?={_HAN})|(?<={_HAN})\s+")
_VALUE = re.compile(
    r"^(?:[≥≤>＞<＜=＝]|不[低少高超]于?|大于|小于)?\s*[\d.,]+\s*(?:%|％|‰|[^\d\s]{1,4})?$"
    r"|^(?:\d{4}年|\d{1,2}月).{0,12}(?:前|底|末|日|月|内)$|^\d{4}年$"
)


def clean_cell(text: str) -> str:
    """Return a cell's text without markup left by an export and without layout spaces.

    Example:
        >>> clean_cell("2024年 12月31 日前"), clean_cell("<p>政府采购 执行率</p>"), clean_cell("1. 是否")
        ('2024年12月31日前', '政府采购执行率', '1. 是否')

    """
    return _SPACE.sub("", _TAG.sub("", text)).strip()


def is_target_value(text: str) -> bool:
    """Whether a cell reads as an indicator's target: a number with unit, or a date.

    Example:
        >>> is_target_value("≥95%"), is_target_value("2024年12月31日前"), is_target_value("日前")
        (True, True, False)

    """
    return bool(_VALUE.match(text))


@dataclass(slots=True)
class LaidRow:
    """A row being mended.

    Attributes:
        cells: In column order.
        lines: Lines, or rows of the grid, that they came from.
        after_break: Whether a page break stands before it.
        repairs: What was mended in it, in Chinese.
        page: 1-based page, 0 where there are none.
        after_blank: Whether a blank row stood before it.
    """

    cells: list[str]
    lines: list[int]
    after_break: bool = False
    repairs: list[str] = field(default_factory=list)
    page: int = 0
    after_blank: bool = False


def lay_out(rows: Sequence[GridRow]) -> list[LaidRow]:
    """Clean the cells, give every row one width, and drop columns that are empty at the right."""
    laid = [LaidRow([clean_cell(c) for c in r.cells], [r.number], r.after_break) for r in rows]
    if not laid:
        return []
    usual = Counter(len(r.cells) for r in laid).most_common(1)[0][0]
    filled = max((i + 1 for r in laid for i, c in enumerate(r.cells) if c), default=1)
    shortest = min(len(r.cells) for r in laid)
    width = max(filled, min(usual, shortest) if shortest > 1 else usual)
    for row in laid:
        row.cells = (row.cells + [""] * width)[:width]
    return [r for r in laid if any(r.cells)]


def compact(grid: Grid) -> tuple[list[LaidRow], dict[Anchor, Span]]:
    """Clean the cells of a grid whose merged cells are known; drop rows and columns that hold no text at all.

    Returns:
        The rows, and how far the merged cells reach in what is left.
    """
    spans = grid.spans or {}
    texts = [[clean_cell(c) for c in r.cells] for r in grid.rows]
    covered = {
        r for (top, c), (down, _) in spans.items() if texts[top][c] for r in range(top + 1, min(top + down, len(texts)))
    }
    keep_rows = [i for i, cells in enumerate(texts) if any(cells) or _holds_header(i, covered, texts)]
    keep_columns = [c for c in range(grid.width) if any(cells[c] for cells in texts)]
    row_at = {old: new for new, old in enumerate(keep_rows)}
    column_at = {old: new for new, old in enumerate(keep_columns)}
    laid = [
        LaidRow(
            [texts[i][c] for c in keep_columns], [grid.rows[i].number], grid.rows[i].after_break,
            page=grid.rows[i].page, after_blank=i > 0 and i - 1 not in row_at,
        )
        for i in keep_rows
    ]  # fmt: skip
    kept: dict[Anchor, Span] = {}
    for (row, column), (down, across) in spans.items():
        if row not in row_at or column not in column_at:
            continue
        rows = sum(1 for r in range(row, row + down) if r in row_at)
        columns = sum(1 for c in range(column, column + across) if c in column_at)
        if (rows, columns) != (1, 1):
            kept[row_at[row], column_at[column]] = (rows, columns)
    return laid, kept


def _holds_header(row: int, covered: set[int], texts: Sequence[Sequence[str]]) -> bool:
    """Whether a row without text of its own is kept because labels beside it reach over it and more follow."""
    return row in covered and row + 1 < len(texts) and row + 1 in covered


def fill_down(rows: list[LaidRow], spans: Mapping[Anchor, Span], columns: Collection[int], start: int) -> None:
    """Repeat a label that reaches over several rows in each of them; *rows* is changed in place.

    Args:
        rows: Body rows.
        spans: Merged cells by their place in the grid.
        columns: Columns whose labels are repeated.
        start: Row of the grid at which the body begins.
    """
    for (row, column), (down, _) in spans.items():
        top = row - start
        if column in columns and top >= 0 and down > 1:
            for below in rows[top + 1 : top + down]:
                below.cells[column] = below.cells[column] or rows[top].cells[column]


def join_page_breaks(
    rows: list[LaidRow],
    *,
    roles: Sequence[str],
    is_figure: Callable[[str], bool],
    is_known: Callable[[str], bool],
) -> list[str]:
    """Put back together the cells that a page break tore apart; *rows* is changed in place.

    A row right after a break that brings no figure of its own is looked at cell by cell: what is no
    complete label or target by itself is the rest of the cell above it.

    Args:
        rows: Body rows.
        roles: Role of each column; ``figure`` columns hold amounts.
        is_figure: Whether a cell is an amount.
        is_known: Whether a label stands for something by itself.

    Returns:
        What was mended, in Chinese.
    """
    repairs: list[str] = []
    for index in range(len(rows) - 1, 0, -1):
        row = rows[index]
        if not row.after_break or any(
            is_figure(c) for c, role in zip(row.cells, roles, strict=True) if role == "figure"
        ):
            continue
        for column, cell in enumerate(row.cells):
            if cell and _is_fragment(row, column, roles, is_known):
                above = next((r for r in reversed(rows[:index]) if r.cells[column]), None)
                if above is None or is_total(above.cells[column]):
                    continue
                above.cells[column] += cell
                above.lines += [n for n in row.lines if n not in above.lines]
                row.cells[column] = ""
                repairs.append(f"第{row.lines[0]}行“{cell}”是分页断开的，已并入“{above.cells[column]}”")
    rows[:] = [r for r in rows if any(r.cells)]
    return repairs[::-1]


def _is_fragment(row: LaidRow, column: int, roles: Sequence[str], is_known: Callable[[str], bool]) -> bool:
    cell, role = row.cells[column], roles[column]
    if role == "target":
        return not is_target_value(cell)
    if role == "indicator":
        paired = column + 1 < len(row.cells) and row.cells[column + 1]
        return not paired and not is_target_value(cell)
    if role in {"figure", "code", "unit_code", "class", "section", "subsection"}:
        return False
    return strip_ordinal(cell) == cell and not is_known(cell)


def align_targets(rows: list[LaidRow], roles: Sequence[str]) -> list[str]:
    """Put indicator names and targets back under their headers; *rows* is changed in place.

    Returns:
        What was mended, in Chinese.
    """
    repairs: list[str] = []
    last_name: dict[int, str] = {}
    for row in rows:
        for column in reversed(range(2, len(roles) - 1)):
            if roles[column] == "indicator":
                _shift_pair(row, column, repairs)
        for column, role in enumerate(roles):
            if role != "indicator" or column + 1 >= len(roles):
                continue
            name, target = row.cells[column], row.cells[column + 1]
            if is_target_value(name) and not target:
                row.cells[column], row.cells[column + 1] = "", name
                repairs.append(f"第{row.lines[0]}行“{name}”落在指标名列，已移到指标值列")
                name, target = "", name
            if target and not name and column in last_name:
                row.cells[column] = name = last_name[column]
                repairs.append(f"第{row.lines[0]}行“{target}”没有指标名，沿用上行“{name}”")
            if name:
                last_name[column] = name
    return repairs


def _shift_pair(row: LaidRow, column: int, repairs: list[str]) -> None:
    """Move a pair that stands one column to the left of *column* back under it."""
    name, target = row.cells[column - 1], row.cells[column]
    free = not row.cells[column + 1]
    if free and name and is_target_value(target) and not is_target_value(name):
        owner_is_empty = not row.cells[column - 2]
        if owner_is_empty:
            row.cells[column - 1 : column + 2] = ["", name, target]
            repairs.append(f"第{row.lines[0]}行“{name}／{target}”左移了一列，已复原")
