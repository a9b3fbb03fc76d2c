"""Form-like tables: the overall performance form (部门整体绩效目标表), sections of which have own columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from service.domain.document import Cell, Row, RowKind, Table
from service.domain.fact import CellState
from service.domain.quantity import WAN_YUAN, Unit, unit_of
from service.ingestion.blocks import Anchor, Span
from service.ingestion.captions import Caption
from service.ingestion.layout import LaidRow
from service.numerals import parse_cell
from service.vocabulary.names import fold

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


_INDICATOR_HEADS = {"一级指标": "level1", "二级指标": "level2", "三级指标": "indicator", "指标名称": "indicator"}
_TARGET_HEADS = ("指标值", "目标值", "指标值（包含数字及文字描述）")
_LABEL_END = re.compile(r"[:：]\s*$")
_MONEY_WORDS = re.compile(r"资金|拨款|金额|总额|预算|经费")
_UNIT_WORD = re.compile(r"[（(](千元|万元|亿元|元)[)）]")
FORM_COLUMNS = ("单位", "项目", "一级指标（或资金）", "二级指标", "三级指标", "指标值或金额")
_FORM_ROLES = ("project_unit", "project", "label", "label", "indicator", "target")


def is_form(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a grid is a form: labels and values in pairs, with a list of indicators further down.

    In a list of projects the words 一级指标 stand in the header, in its first rows.
    """
    heads = next((i for i, cells in enumerate(rows) if any(_head(c) == "level1" for c in cells)), -1)
    if heads < 0:
        return False
    names = sum(1 for cells in rows[:heads] if any(fold(c).startswith(("项目名称", "部门", "主管部门", "单位名称")) for c in cells))
    return heads > 2 and names > 0


def _head(text: str) -> str:
    return _INDICATOR_HEADS.get(fold(text), "target" if fold(text).startswith(_TARGET_HEADS) else "")


def read_performance_form(
    rows: Sequence[LaidRow], spans: Mapping[Anchor, Span], table_id: str, caption: Caption, kind: str
) -> tuple[Table, tuple[str, ...]]:
    """Read a performance form (绩效目标表) of one project or of the department into five columns.

    Above the indicators every amount becomes a row of its own, named by the label on its left; below, every
    indicator does.

    Returns:
        The table, and the role of each of its columns.
    """
    cells = [list(r.cells) for r in rows]
    for (row, column), (down, _) in spans.items():
        for below in range(row + 1, min(row + down, len(cells))):
            if not cells[below][column] and not _AMOUNT.match(cells[row][column]):
                cells[below][column] = cells[row][column]
    heads = next(i for i, line in enumerate(cells) if any(_head(c) == "level1" for c in line))
    project = _value_of(cells[:heads], ("项目名称", "政策和项目名称", "项目"))
    subject = (_value_of(cells[:heads], ("实施单位", "项目单位", "项目实施单位", "预算单位", "单位名称", "部门")), project)
    unit = caption.unit or WAN_YUAN
    out: list[Row] = []
    group = ""
    for laid, line in zip(rows[:heads], cells[:heads], strict=True):
        made, group = _amounts(line, subject, group, unit, laid)
        out += made
    out += _indicator_rows(rows[heads:], cells[heads:], subject)
    table = Table(
        id=table_id, kind=kind, title=caption.title, number=caption.number, unit=unit, columns=FORM_COLUMNS,
        figure_columns=(5,), rows=tuple(out), notes=caption.notes, page=caption.page,
    )  # fmt: skip
    return table, _FORM_ROLES


def _value_of(rows: Sequence[Sequence[str]], labels: Sequence[str]) -> str:
    """Return what a form says beside the first of *labels* that it prints."""
    for wanted in labels:
        for line in rows:
            at = next((i for i, c in enumerate(line) if fold(c).startswith(wanted)), -1)
            value = next((c for c in line[at + 1 :] if c and c != line[at]), "") if at >= 0 else ""
            if value:
                return value
    return ""


def _amounts(
    line: Sequence[str], subject: tuple[str, str], group: str, unit: Unit, row: LaidRow
) -> tuple[list[Row], str]:
    """Return a row for each amount of a line, named by the nearest label on its left that speaks of money."""
    out: list[Row] = []
    label = ""
    for cell in line:
        if not cell:
            continue
        if not _AMOUNT.match(cell):
            if _MONEY_WORDS.search(cell):
                if not _LABEL_END.search(cell) and "其中" not in cell and fold(cell).startswith(("项目资金", "资金金额", "资金", "总体资金")):
                    group = cell
                label = cell
            else:
                label = label if label and fold(cell) in {"财政拨款", "其他资金"} else ""
            continue
        if not label:
            continue
        found = _UNIT_WORD.search(label) or _UNIT_WORD.search(group)
        own = unit_of(found.group(1)) if found else unit
        name = _UNIT_WORD.sub("", label).strip(":：")
        value = Cell(cell, CellState.PRINTED, parse_cell(cell, own))
        texts = tuple(Cell(t) if t else Cell("", CellState.BLANK) for t in (*subject, name, "", ""))
        out.append(Row((*texts, value), RowKind.BUDGET, tuple(row.lines), " ".join(t for t in (subject[1], name) if t), row.page))
        label = ""
    return out, group


def _indicator_rows(rows: Sequence[LaidRow], cells: Sequence[Sequence[str]], subject: tuple[str, str]) -> Iterator[Row]:
    at: dict[str, int] = {}
    for row, line in zip(rows, cells, strict=True):
        heads = {_head(c): i for i, c in enumerate(line) if _head(c)}
        if "level1" in heads:
            at = heads
            continue
        if "indicator" not in at or "target" not in at:
            continue
        texts = [line[at[k]] if k in at and at[k] < len(line) else "" for k in ("level1", "level2", "indicator", "target")]
        if not texts[2] or not texts[3]:
            continue
        made = tuple(Cell(t) if t else Cell("", CellState.BLANK) for t in (*subject, *texts))
        yield Row(made, RowKind.INDICATOR, tuple(row.lines), "/".join(t for t in texts[:3] if t), row.page)
