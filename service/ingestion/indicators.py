"""Performance indicators (绩效指标) from the overall form and from the project summary."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from service.domain.document import Indicator, RowKind, Table
from service.domain.fact import Source
from service.domain.quantity import Quantity
from service.ingestion.projection import Frame
from service.ingestion.tables import BuiltTable
from service.numerals import read_quantities

_SIGN = re.compile(r"[≥≤＝=＞＜><]{1,2}")
#: 「100百分比」 is 100%, not a hundred hundreds.
_PERCENT_WORD = re.compile(r"(?<=\d)百分比")
_DATE = re.compile(r"\d{4}年")


def indicators_of(tables: Sequence[BuiltTable], frame: Frame) -> tuple[Indicator, ...]:
    """Return the indicators of every performance table, in reading order."""
    out: list[Indicator] = []
    for built in tables:
        if built.standard is None or "indicator" not in built.roles:
            continue
        if built.roles[:2] == ("project_unit", "project"):
            out += _of_form(built.table, frame)
        elif built.standard.layout == "form":
            out += _overall(built.table, frame)
        else:
            out += _by_project(built, frame)
    return tuple(out)


def _overall(table: Table, frame: Frame) -> Iterator[Indicator]:
    for number, row in enumerate(table.rows):
        if row.kind is not RowKind.INDICATOR:
            continue
        level1, level2, name, target, note = (c.raw for c in row.cells)
        yield _indicator("", "", "", level1, level2, name, target, note, _source(table, number, 3, frame))


def _of_form(table: Table, frame: Frame) -> Iterator[Indicator]:
    """Read the indicators of a form about one project."""
    for number, row in enumerate(table.rows):
        if row.kind is RowKind.INDICATOR:
            unit, project, level1, level2, name, target = (c.raw for c in row.cells)
            source = _source(table, number, 5, frame)
            yield _indicator(project, "", unit, level1, level2, name, target, "", source)


def _by_project(built: BuiltTable, frame: Frame) -> Iterator[Indicator]:
    table = built.table
    pairs = [
        (c, table.columns[c].split("/")[-2] if "/" in table.columns[c] else "")
        for c, role in enumerate(built.roles)
        if role == "indicator" and c + 1 < len(built.roles)
    ]
    columns = {path.rsplit("/", 1)[-1]: c for c, path in enumerate(table.columns)}
    project = code = unit = ""
    for number, row in enumerate(table.rows):
        raw = [c.raw for c in row.cells]
        if row.kind is RowKind.ITEM:
            named = [t for t, role in zip(raw, built.roles, strict=True) if role == "project" and t]
            project = named[-1] if named else project
        if row.kind is RowKind.UNIT:
            unit = next((t for t, role in zip(raw, built.roles, strict=True) if role == "unit_code" and t), unit)
        if row.kind is RowKind.PROJECT:
            code = next((t for t, role in zip(raw, built.roles, strict=True) if role == "unit_code" and t), "")
            project = next(
                (t for t, role in zip(raw, built.roles, strict=True) if role in {"label", "project"} and t), ""
            )
        for column, level1 in pairs:
            at, target = _target_of(built, raw, column)
            if raw[column] and target:
                source = _source(table, number, at, frame)
                first = level1 or _at(raw, columns.get("一级指标"))
                yield _indicator(project, code, unit, first, _at(raw, columns.get("二级指标")), raw[column], target, "", source)


def _at(raw: Sequence[str], column: int | None) -> str:
    return raw[column] if column is not None else ""


def _target_of(built: BuiltTable, raw: Sequence[str], column: int) -> tuple[int, str]:
    """Return where the target beside an indicator stands, and its text, also where sign and unit have own columns."""
    columns = built.table.columns
    at = next((c for c in range(column + 1, min(column + 3, len(raw))) if built.roles[c] == "target"), column + 1)
    sign = "".join(t for t in raw[column + 1 : at] if _SIGN.fullmatch(t))
    unit = raw[at + 1] if at + 1 < len(raw) and raw[at] and columns[at + 1].endswith("单位") else ""
    return at, f"{sign}{raw[at]}{unit}" if raw[at] else ""


def _indicator(
    project: str, code: str, unit: str, level1: str, level2: str, name: str, target: str, note: str, source: Source
) -> Indicator:
    comparator, quantity = _target(target)
    return Indicator(project, code, unit, level1, level2, name, comparator, target, quantity, note, source)


def _target(text: str) -> tuple[str, Quantity | None]:
    """Read a target: comparator and value; a date or a word has neither."""
    if _DATE.search(text):
        return "", None
    found = read_quantities(_PERCENT_WORD.sub("%", text))
    if len(found) != 1:
        return "", None
    return found[0].comparator or "=", found[0].quantity


def _source(table: Table, row: int, column: int, frame: Frame) -> Source:
    cells = table.rows[row].cells
    return Source(
        document=frame.document, table=table.id, table_title=table.title, row=row, column=column,
        row_label=cells[column - 1].raw, column_label=table.columns[column], line=0 if table.rows[row].page else table.rows[row].lines[0],
        page=table.rows[row].page or table.page, quote=cells[column].raw, by_ocr=table.by_ocr,
    )  # fmt: skip
