"""A table is a projection of the cube: its title, headers and row labels give each figure its coordinate."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from service.domain.coordinate import Coordinate, Stage
from service.domain.document import BudgetUnit, Row, RowKind, Table
from service.domain.fact import Authority, CellState, Fact, Source
from service.ingestion.tables import BuiltTable
from service.vocabulary.catalogue import Side, StandardTable
from service.vocabulary.names import fold, is_of_which, ordinal_level, squeeze, strip_ordinal
from service.vocabulary.vocabulary import Vocabulary

Members = dict[str, str]
#: Dimension that keeps columns apart whose header the vocabulary does not know.
COLUMN = "column"
ROW = "row"


@dataclass(frozen=True, slots=True)
class Frame:
    """What the document fixes for all of its tables."""

    document: str
    entity: str
    year: int
    stage: Stage
    units: tuple[BudgetUnit, ...]
    names: tuple[str, ...]

    def unit_id(self, code: str, name: str) -> str:
        """Return the id of a budget unit: its code, found by name where none is printed."""
        if code:
            return code
        return next((u.code for u in self.units if squeeze(u.name) == squeeze(name)), name)

    def is_department(self, name: str) -> bool:
        """Whether a name is the department's as a whole."""
        return squeeze(name) in {squeeze(n) for n in self.names} and not any(
            squeeze(u.name) == squeeze(name) for u in self.units
        )


def facts_of(built: BuiltTable, frame: Frame, vocabulary: Vocabulary) -> tuple[Fact, ...]:
    """Return a fact for every figure cell of a table, blank ones included.

    A table that the catalogue does not know keeps its header paths and row labels as members, so that
    its figures can be found, but takes part in no identity with other tables.
    """
    if built.standard is None:
        found = list(_unknown(built, frame))
    elif built.standard.layout == "two-sided":
        found = list(_two_sided(built, built.standard, frame, vocabulary))
    else:
        found = list(_matrix(built, built.standard, frame, vocabulary))
    return tuple(_number_repeats(found, built.table))


def _two_sided(built: BuiltTable, standard: StandardTable, frame: Frame, vocabulary: Vocabulary) -> Iterator[Fact]:
    table = built.table
    for side in standard.sides:
        columns = [i for i, path in enumerate(table.columns) if path.split("/")[0].startswith(side.header)]
        label_column = next((i for i in columns if built.roles[i] == "label"), None)
        if label_column is None:
            continue
        figures = [i for i in columns if i in table.figure_columns]
        context: list[tuple[int, Members]] = []
        last = max((n for n, r in enumerate(table.rows) if r.cells[label_column].raw), default=-1)
        for number, row in enumerate(table.rows):
            label = row.cells[label_column].raw
            if not label:
                continue
            named = _side_row(label, side, vocabulary, is_last=number == last)
            if named is None:
                continue
            measure, members = named
            level = ordinal_level(label)
            context = [c for c in context if c[0] < level]
            inherited: Members = {}
            for _, above in context:
                inherited |= above
            own = dict(standard.fixed) | (inherited if level else {}) | members
            if level:
                context.append((level, members))
            for column in figures:
                tagged = _column_members(table.columns[column], side.dims, vocabulary, skip=side.header)
                yield _fact(frame, table, row, number, column, measure, own | tagged, label)


def _side_row(label: str, side: Side, vocabulary: Vocabulary, *, is_last: bool) -> tuple[str, Members] | None:
    """Return (measure, members) of a row on one side, or None for a row without meaning."""
    plain = strip_ordinal(label)
    if is_of_which(plain):
        found = vocabulary.members.named(plain, side.dims)
        return (side.measure, {found[0].dimension: found[0].id}) if found else None
    measure = vocabulary.measure_named(plain)
    if is_last and side.measure == "支出":
        return "支出总计", {}
    if measure is not None and measure.id in {"年终结转", "支出总计"}:
        return measure.id, {}
    named = sorted(vocabulary.members.named(plain, side.dims), key=lambda m: len(m.id) if m.id.isdigit() else 0)
    if named:
        member = named[0]  # of codes with one name the class: 其他支出 is 229, not 21999
        default = dict(side.default) if member.dimension != "origin" else {}
        return side.measure, default | {member.dimension: member.id}
    if measure is not None and measure.id == side.measure:
        return side.measure, {}
    if vocabulary.catalogue.is_whole(plain):
        return side.measure, {}
    return side.measure, {ROW: plain}


def _matrix(built: BuiltTable, standard: StandardTable, frame: Frame, vocabulary: Vocabulary) -> Iterator[Fact]:
    table = built.table
    tags = {c: _column_members(table.columns[c], standard.dims, vocabulary) for c in table.figure_columns}
    unit = ""
    for number, row in enumerate(table.rows):
        if row.kind in {RowKind.CONTINUED, RowKind.INDICATOR, RowKind.TASK, RowKind.TEXT}:
            continue
        members = _row_members(built, standard, row, frame, vocabulary)
        if row.kind is RowKind.UNIT:
            unit = members.get("unit", unit)
        elif row.kind is RowKind.PROJECT and unit and "unit" not in members:
            members["unit"] = unit
        for column in table.figure_columns:
            tagged = {} if row.kind is RowKind.BUDGET else tags[column]
            yield _fact(
                frame, table, row, number, column, standard.measure, dict(standard.fixed) | members | tagged, row.label
            )


def _row_members(built: BuiltTable, standard: StandardTable, row: Row, frame: Frame, vocabulary: Vocabulary) -> Members:
    """Return what names a row: codes, unit, project; nothing for totals."""
    if row.kind is RowKind.BUDGET:
        found = vocabulary.members.named(row.cells[1].raw.rsplit("/", 1)[-1], standard.dims)
        return {found[0].dimension: found[0].id} if found else {}
    if row.kind in {RowKind.TOTAL, RowKind.DEPARTMENT}:
        return {}
    texts: dict[str, list[str]] = defaultdict(list)
    for cell, role, path in zip(row.cells, built.roles, built.table.columns, strict=True):
        if cell.raw:
            texts[_group_of(role, path)].append(cell.raw)
    members: Members = {}
    for dimension in standard.rows:
        if dimension == "unit":
            name = (texts["project_unit"] or (texts["label"] if row.kind is RowKind.UNIT else []) or [""])[0]
            code = texts["unit_code"][0] if texts["unit_code"] and len(texts["unit_code"][0]) <= 12 else ""
            if (code or name) and not frame.is_department(name):
                members["unit"] = frame.unit_id(code, name)
        elif dimension == "project" and row.kind in {RowKind.ITEM, RowKind.PROJECT}:
            name = (texts["project"] or texts["label"] or [""])[0]
            if name:
                members["project"] = name
        elif dimension == "project_type" and texts["project_type"]:
            members["project_type"] = texts["project_type"][0]
        elif dimension in {"function", "economic", "gov_economic"}:
            code = "".join(t for t in texts[f"{dimension}-code"] if t.isdigit())
            if code:
                members[dimension] = code
    if not members:
        _name_row(members, texts, standard, row, vocabulary)
    return members


def _name_row(
    members: Members, texts: dict[str, list[str]], standard: StandardTable, row: Row, vocabulary: Vocabulary
) -> None:
    """Name a row that prints no code by its words, so that it is never taken for the total."""
    words = [t for role in ("label", "name", "function-name", "economic-name") for t in texts.get(role, ())]
    name = words[0] if words else next((c.raw for c in row.cells if c.raw and c.quantity is None), "")
    if not name or vocabulary.catalogue.is_whole(name):
        return
    found = vocabulary.members.named(strip_ordinal(name) or name, standard.rows)
    if found:
        members[found[0].dimension] = found[0].id
    else:
        members[ROW] = name


def _group_of(role: str, path: str) -> str:
    """Tell which classification a code column belongs to, by its header path."""
    if role not in {"class", "section", "subsection", "code"}:
        return role
    top = path.split("/", maxsplit=1)[0]
    if "政府" in top:
        return "gov_economic-code"
    return "economic-code" if "经济" in top else "function-code"


def _column_members(path: str, dims: Sequence[str], vocabulary: Vocabulary, *, skip: str = "") -> Members:
    """Read a header path: each level may name a member; a level that means everything names none."""
    members: Members = {}
    unknown = []
    for part in path.split("/"):
        label = strip_ordinal(re.sub(r"[（(](?:万元|元)[)）]", "", part)) or part
        if part == skip or vocabulary.catalogue.is_whole(label) or vocabulary.measure_named(label):
            continue
        found = vocabulary.members.named(label, tuple(dims))
        if found:
            members[found[0].dimension] = found[0].id
        else:
            unknown.append(part)
    if unknown:
        members[COLUMN] = "/".join(unknown)
    return members


def _unknown(built: BuiltTable, frame: Frame) -> Iterator[Fact]:
    table = built.table
    for number, row in enumerate(table.rows):
        for column in table.figure_columns:
            members = {
                "table": fold(table.title),
                "row": row.label or f"第{number + 1}行",
                COLUMN: table.columns[column],
            }
            yield _fact(frame, table, row, number, column, "其他", members, row.label)


def _fact(
    frame: Frame, table: Table, row: Row, number: int, column: int, measure: str, members: Members, label: str
) -> Fact:
    cell = row.cells[column]
    quantity = cell.quantity
    state = cell.state if quantity is not None or cell.state is not CellState.PRINTED else CellState.BLANK
    source = Source(
        document=frame.document, table=table.id, table_title=table.title, row=number, column=column,
        row_label=label or row.label, column_label=table.columns[column], line=row.lines[0], page=table.page,
        quote=cell.raw,
    )  # fmt: skip
    pairs = tuple(sorted(members.items()))
    return Fact(
        id=f"{frame.document}/{table.id}.{number}.{column}",
        coordinate=Coordinate(frame.entity, frame.year, frame.stage, measure, pairs),
        quantity=quantity, state=state, authority=Authority.CELL, source=source,
        label=f"{squeeze(label or row.label)}·{table.columns[column]}",
    )  # fmt: skip


def _number_repeats(facts: Sequence[Fact], table: Table) -> Iterator[Fact]:
    """Give rows of one table that share a coordinate a line number: they are parts, not repetitions.

    A total and the department's row, which repeat each other, keep theirs.
    """
    rollups = {
        n
        for n, r in enumerate(table.rows)
        if r.kind in {RowKind.TOTAL, RowKind.DEPARTMENT, RowKind.CARRY, RowKind.BUDGET}
    }
    seen: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.source.row not in rollups and fact.quantity is not None:
            seen[fact.coordinate.measure, fact.coordinate.key].append(fact)
    lines = {
        f.id: str(n + 1)
        for same in seen.values()
        if len({f.source.row for f in same}) > 1
        for n, f in enumerate(same)
        if any(p for p in f.coordinate.members if p[0] in {"unit", "function", "economic", "project", "row"})
    }
    for fact in facts:
        if fact.id in lines:
            yield replace(fact, coordinate=fact.coordinate.having(line=lines[fact.id]))
        else:
            yield fact
