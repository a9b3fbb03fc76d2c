"""Form-like tables: the overall performance form (部门整体绩效目标表), sections of which have own columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from service.domain.document import Cell, Row, RowKind, Table
from service.domain.fact import CellState
from service.domain.quantity import WAN_YUAN, Unit
from service.ingestion.layout import LaidRow
from service.numerals import parse_cell

COLUMNS = ("一级指标（或板块）", "二级指标（或项目）", "三级指标", "指标值（或内容）", "指标值说明")
_ROLES = ("label", "label", "indicator", "target", "label")
_AMOUNT = re.compile(r"^[\d,，.]+$")
_GROUP = re.compile(r"^\d[、.．]([^:：]+)[:：](.*)$")
_ITEM = re.compile(r"^[（(]\d[)）](.*)$")
#: First cells that open a section without being indicator levels.
_BUDGET, _TASKS, _GOALS = "预算情况", "年度主要任务", "年度履职目标"


def read_form(
    rows: Sequence[LaidRow], table_id: str, kind: str, title: str, unit: Unit | None
) -> tuple[Table, tuple[str, ...]]:
    """Read a 部门整体绩效目标表 into five columns.

    Merged cells are filled down. A section label one row too early or too late is put where its
    content begins; a second-level label printed in the first column is recognised by the first
    level above it that is still open.

    Returns:
        The table, and the role of each of its columns.
    """
    repairs: list[str] = []
    out: list[Row] = []
    level1 = level2 = group = ""
    in_indicators = False
    for row in rows:
        cells = (row.cells + [""] * 5)[:5]
        first, second, third, value, note = cells
        if third == "三级指标" or (first, second) == ("一级指标", "二级指标"):
            in_indicators, level1, level2 = True, "", ""
        elif not in_indicators:
            level1, group, made = _preamble(cells, level1, group, row.lines, repairs, unit)
            out += made
        elif not any((first, second, third, value)) and note and out:
            out[-1] = _append_note(out[-1], note, row.lines)
        else:
            level1, level2 = _levels(first, second, level1, level2, row, repairs)
            out.append(_row((level1, level2, third, value, note), RowKind.INDICATOR, row.lines))
    table = Table(
        id=table_id, kind=kind, title=title, number="", unit=unit or WAN_YUAN, columns=COLUMNS,
        figure_columns=(3,), rows=tuple(out), repairs=tuple(repairs),
    )  # fmt: skip
    return table, _ROLES


def _preamble(
    cells: Sequence[str], level1: str, group: str, lines: list[int], repairs: list[str], unit: Unit | None
) -> tuple[str, str, list[Row]]:
    """Read a row above the indicators: goals, tasks, or the budget block."""
    first, second, third, value, _ = cells
    if first == _GOALS:
        return first, group, [_row((first, "", "", value or second or third, ""), RowKind.TEXT, lines)]
    if first and second in {"任务名称", "任务"}:
        return first, group, []
    if first == _BUDGET and value and not _AMOUNT.match(value):
        repairs.append(f"第{lines[0]}行“{_BUDGET}”上移了一行，“{second}”仍属“{level1}”")
        return level1, group, [_row((level1, second, "", value, ""), RowKind.TASK, lines)]
    section = first or level1
    is_money = bool(_AMOUNT.match(value)) or "资金" in second or "总额" in second
    if is_money or section == _BUDGET:
        label, group = _budget_label(second, group)
        cell = (
            Cell(value, CellState.PRINTED, parse_cell(value, unit or WAN_YUAN)) if value else Cell("", CellState.BLANK)
        )
        row = _row((_BUDGET, label, "", "", ""), RowKind.BUDGET, lines)
        return (
            _TASKS if section == _TASKS else section,
            group,
            [replace(row, cells=(*row.cells[:3], cell, row.cells[4]), label=label)],
        )
    return section, group, [_row((section, second, "", value, ""), RowKind.TASK, lines)]


def _budget_label(text: str, group: str) -> tuple[str, str]:
    """Name a budget line by its group: 「1、资金来源：（1）政府预算资金」 → 资金来源/政府预算资金."""
    opened = _GROUP.match(text)
    if opened:
        group, text = opened.group(1), opened.group(2)
    item = _ITEM.match(text)
    if item and group:
        return f"{group}/{item.group(1)}", group
    return text, group


def _levels(first: str, second: str, level1: str, level2: str, row: LaidRow, repairs: list[str]) -> tuple[str, str]:
    """Fill merged first and second levels down; mend a second level printed in the first column."""
    if first and second:
        return first, second
    if first and level1 and not first.endswith("指标"):
        repairs.append(f"第{row.lines[0]}行“{first}”落在一级指标列，应为二级指标")
        return level1, first
    if first:
        return first, second
    return level1, second or level2


def _row(texts: Sequence[str], kind: RowKind, lines: Sequence[int]) -> Row:
    cells = tuple(Cell(t) if t else Cell("", CellState.BLANK) for t in texts)
    return Row(cells, kind, tuple(lines), "/".join(t for t in texts[:3] if t))


def _append_note(row: Row, note: str, lines: Sequence[int]) -> Row:
    joined = Cell(row.cells[4].raw + note)
    return replace(row, cells=(*row.cells[:4], joined), lines=(*row.lines, *lines))
