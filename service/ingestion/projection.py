"""A table is a projection of the cube: its title, headers and row labels give each figure its coordinate."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from service.domain.coordinate import Aspect, Coordinate, Stage
from service.domain.document import BudgetUnit, Row, RowKind, Table
from service.domain.fact import Authority, CellState, Fact, Source
from service.ingestion.codes import Codes
from service.ingestion.outline import Place, leading_code, outline
from service.ingestion.strips import Strip
from service.ingestion.sums import is_folded, is_sided, row_codes, strip_rows, strips_or_whole
from service.ingestion.tables import BuiltTable
from service.vocabulary.catalogue import Side, StandardTable
from service.vocabulary.members import Member
from service.vocabulary.names import fold, is_of_which, squeeze, strip_ordinal
from service.vocabulary.vocabulary import Vocabulary

Members = dict[str, str]
#: Dimension that keeps columns apart whose header the vocabulary does not know.
COLUMN = "column"
#: Measure of a total that holds 会议费 and 培训费 besides “三公”经费.
WITH_MEETINGS = "“三公”经费、会议费和培训费"
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


@dataclass(frozen=True, slots=True)
class Heading:
    """What the header path of a column says.

    Attributes:
        members: Members of dimensions it names.
        measure: The measure it names instead of the table's, or "".
        year: Its year, 0 where it names none.
        stage: Its stage, or None.
        aspect: Amount, change or rate.
    """

    members: Members
    measure: str = ""
    year: int = 0
    stage: Stage | None = None
    aspect: Aspect = Aspect.LEVEL


NO_HEADING = Heading({})
_WORDS = re.compile(r"[^\W\d_]")
#: Labels by which a list tells this year's money from what was carried over.
_SPLITS = re.compile(r"结转|结余|^[一二（(1、]*(?:本年|当年)")


def facts_of(built: BuiltTable, frame: Frame, vocabulary: Vocabulary) -> tuple[Fact, ...]:
    """Return a fact for every figure cell of a table, blank ones included.

    A table that the catalogue does not know keeps its header paths and row labels as members, so that
    its figures can be found, but takes part in no identity with other tables.
    """
    if built.standard is None:
        found = list(_unknown(built, frame))
    elif built.standard.sides and is_sided(built):
        found = list(_two_sided(built, built.standard, frame, vocabulary))
    else:
        found = list(_matrix(built, built.standard, frame, vocabulary))
    return tuple(_number_repeats(found, built.table))


def tell_apart(facts: Sequence[Fact], tables: Sequence[BuiltTable]) -> tuple[Fact, ...]:
    """Give amounts of different forms a line number where one coordinate stands for several projects of one name."""
    forms = {t.table.id for t in tables if t.roles[:2] == ("project_unit", "project")}
    same: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.source.table in forms and fact.quantity is not None:
            same[fact.coordinate.measure, fact.coordinate.key].append(fact)
    lines = {
        f.id: str(n)
        for group in same.values()
        if len({f.quantity.base for f in group if f.quantity}) > 1
        for n, f in enumerate(group, 1)
    }
    return tuple(
        replace(f, coordinate=f.coordinate.having(line=lines[f.id])) if f.id in lines else f for f in facts
    )


def _two_sided(built: BuiltTable, standard: StandardTable, frame: Frame, vocabulary: Vocabulary) -> Iterator[Fact]:
    strips = strips_or_whole(built)
    for position, strip in enumerate(strips):
        side = _side_of(strip, standard, first=position == 0 and len(strips) > 1)
        headings = {c: _heading(built.table.columns[c], side.dims, frame, vocabulary, skip=side.header) for c in strip.figures}
        yield from _side(built, standard, strip, side, headings, frame, vocabulary)


def _side(
    built: BuiltTable, standard: StandardTable, strip: Strip, side: Side, headings: dict[int, Heading], frame: Frame,
    vocabulary: Vocabulary,
) -> Iterator[Fact]:  # fmt: skip
    table = built.table
    rows = strip_rows(built, strip)
    filled = [r for r, _ in rows if any(table.rows[r].cells[c].quantity is not None for c in strip.figures)]
    last = (filled or [r for r, _ in rows] or [-1])[-1]
    codes = row_codes(table, built.roles, strip.labels)
    if not any(_SPLITS.search(squeeze(label)) for _, label in rows):
        side = replace(side, default=())  # one list of all money, what was carried over included
    inherited: dict[int, Members] = {}
    nodes = outline(rows)
    totalled = any(n.place is Place.TOTAL for n in nodes)
    for node in nodes:
        above = inherited.get(node.parent, {}) if node.parent is not None else {}
        plain = node.label
        code = next((c for c in codes.get(node.row, ()) if c), "")
        named: tuple[str, Members] | None
        if code and (dimension := dimension_of_code(code)) in side.dims:
            named = side.measure, {dimension: code}
        else:
            is_total = node.place is Place.TOTAL
            ends = (node.row == last and (is_total or not totalled)) or (is_total and node.row == rows[0][0])
            named = _side_row(plain, side, vocabulary, is_last=ends)
        if named is None:
            continue
        measure, members = named
        own = dict(standard.fixed) | (above if node.level else {}) | members
        if above.get("origin"):
            own["origin"] = above["origin"]  # what is listed below a carry-over was carried over, too
        inherited[node.row] = (above | members) if node.level or node.place is Place.CARRY else {}
        for column in strip.figures:
            yield _fact(frame, table, table.rows[node.row], node.row, column, measure, own, node.label, headings[column])


def _side_of(strip: Strip, standard: StandardTable, *, first: bool) -> Side:
    """Return the side of a two-sided table that a strip stands on, its rows named as its header says."""
    top = strip.path.split("/")[0]
    income, spending = standard.sides[0], standard.sides[-1]
    if ("收入" in top and "支出" not in top) or (first and "支出" not in top):
        return income
    for words, dimension in (("政府", "gov_economic"), ("经济", "economic"), ("功能", "function")):
        if words in strip.path:
            rest = tuple(d for d in spending.dims if d not in {"function", "economic", "gov_economic"})
            return replace(spending, dims=(dimension, *rest))
    return spending


def dimension_of_code(code: str) -> str:
    """Return which classification a code belongs to: 2xx functions, 3xx departments' economic, 5xx the government's.

    Source: 政府收支分类科目, whose functions run from 201 to 234, 部门预算支出经济分类 from 301 to 399 and
    政府预算支出经济分类 from 501 to 599.

    Example:
        >>> dimension_of_code("2010101"), dimension_of_code("30101"), dimension_of_code("50101"), dimension_of_code("A01")
        ('function', 'economic', 'gov_economic', '')

    """
    if not code.isdigit() or len(code) < 3:
        return ""
    return {"2": "function", "3": "economic", "5": "gov_economic"}.get(code[0], "")


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
    strips = strips_or_whole(built)
    halves = strips if is_folded(strips, table.columns) else ()
    for strip in halves or (Strip(tuple(range(len(built.roles))), table.figure_columns, ""),):
        headings = {c: _heading(table.columns[c], standard.dims, frame, vocabulary) for c in strip.figures}
        if standard.layout == "single-row":
            headings = _of_three(headings, table.columns, standard)
        headings = _of_one_period(headings)
        codes = row_codes(table, built.roles, strip.labels)
        unit = ""
        for number, row in enumerate(table.rows):
            if row.kind in {RowKind.CONTINUED, RowKind.INDICATOR, RowKind.TASK, RowKind.TEXT}:
                continue
            members, measure, label = _row_members(built, standard, strip, number, codes.get(number, ()), frame, vocabulary)
            if row.kind is RowKind.UNIT:
                unit = members.get("unit", unit)
            elif row.kind is RowKind.PROJECT and unit and "unit" not in members:
                members["unit"] = unit
            own = dict(standard.fixed) | members
            for column in strip.figures:
                heading = NO_HEADING if row.kind is RowKind.BUDGET else headings[column]
                yield _fact(frame, table, row, number, column, measure or standard.measure, own, label, heading)


def _of_three(headings: dict[int, Heading], columns: Sequence[str], standard: StandardTable) -> dict[int, Heading]:
    """Tell the total of “三公”经费, 会议费 and 培训费 together from that of “三公”经费 alone, which has a group of its own."""
    own = fold(standard.measure)
    if not any(h.measure and h.measure != standard.measure for h in headings.values()):
        return headings
    out = {}
    for column, heading in headings.items():
        parts = [fold(p) for p in columns[column].split("/")]
        named = any(own in p for p in parts)
        members = {d: m for d, m in heading.members.items() if not (d == COLUMN and own in fold(m))}
        together = not named and not members and not heading.measure
        grouped = any(own in fold(c) for c in columns)
        out[column] = replace(heading, members=members, measure=WITH_MEETINGS if together and grouped else heading.measure)
    return out


def _of_one_period(headings: dict[int, Heading]) -> dict[int, Heading]:
    """Give every column the period of a total that says 本年收入合计, where no column stands for another period or for all."""
    totals = [h for h in headings.values() if not set(h.members) - {"origin"} and not h.measure]
    if not totals or any(h.members.get("origin") != "本年" for h in totals):
        return headings
    if any(h.members.get("origin", "本年") != "本年" for h in headings.values()):
        return headings
    return {c: replace(h, members=h.members | {"origin": "本年"}) for c, h in headings.items()}


def _row_members(
    built: BuiltTable, standard: StandardTable, strip: Strip, number: int, codes: Codes, frame: Frame, vocabulary: Vocabulary
) -> tuple[Members, str, str]:  # fmt: skip
    """Return what names a row (codes, unit, project; nothing for totals), the measure it names, and its label."""
    row = built.table.rows[number]
    label = " ".join(t for c in strip.labels if (t := row.cells[c].raw) and built.roles[c] != "figure") or row.label
    if row.kind is RowKind.BUDGET:
        return _budget_row(built, standard, row, vocabulary), "", row.label
    if row.kind in {RowKind.TOTAL, RowKind.DEPARTMENT} and not _is_partial_total(built, standard, strip, number, vocabulary):
        return {}, "", label
    texts = _texts(built, strip, row)
    members = _classified(codes)
    members |= _unit_and_project(texts, standard, row, frame)
    measure = ""
    if "item" in standard.rows and members.keys() == {"unit"} and not texts.get("unit_code"):
        named: Members = {}
        of_item = _name_row(named, texts, standard, built, strip, number, vocabulary)
        if ROW not in named:
            return named, of_item, label  # 「公务接待费」 and 「（一）合计」 are no units
    if not members:
        measure = _name_row(members, texts, standard, built, strip, number, vocabulary)
    return members, measure, label


def _budget_row(built: BuiltTable, standard: StandardTable, row: Row, vocabulary: Vocabulary) -> Members:
    """Return what names an amount of a form: the source of its money, and whose form it is."""
    label = next((c.raw for c, role in reversed([*zip(row.cells, built.roles, strict=True)]) if c.raw and role == "label"), "")
    name = re.sub(r"^其中[:：]?", "", label.rsplit("/", 1)[-1])
    found = vocabulary.members.named(name, standard.dims)
    members = {found[0].dimension: found[0].id} if found else {}
    whole = vocabulary.catalogue.is_whole(name) or "总额" in name
    for cell, role in zip(row.cells, built.roles, strict=True):
        if role in {"project", "project_unit"} and cell.raw:
            members["project" if role == "project" else "unit"] = cell.raw
    if not found and (not whole or "实施期" in name or "总投资" in name) and "project" in members:
        members[ROW] = name
    return members


def _is_partial_total(
    built: BuiltTable, standard: StandardTable, strip: Strip, number: int, vocabulary: Vocabulary
) -> bool:
    """Whether a total is that of a part which it names: 「一般公共预算资金 | 小计」, 「人员经费合计」."""
    row = built.table.rows[number]
    if row.kind is not RowKind.TOTAL:
        return False
    words = [t for c in strip.labels if (t := row.cells[c].raw) and not vocabulary.catalogue.is_whole(t)]
    plain = [re.sub(r"(?:合计|小计)$", "", strip_ordinal(w)) for w in words]
    return any(vocabulary.members.named(w, _row_dims(standard)) for w in (*words, *plain))


def _texts(built: BuiltTable, strip: Strip, row: Row) -> dict[str, list[str]]:
    texts: dict[str, list[str]] = defaultdict(list)
    for column in strip.labels:
        role, raw = built.roles[column], row.cells[column].raw
        if raw and role != "figure":
            texts[_group_of(role, built.table.columns[column])].append(raw)
    return texts


def _classified(codes: Codes) -> Members:
    """Return the classifications that a row's codes belong to; the code itself says which."""
    members: Members = {}
    for code in codes:
        dimension = dimension_of_code(code)
        if dimension:
            members.setdefault(dimension, code)
    return members


def _unit_and_project(
    texts: Mapping[str, Sequence[str]], standard: StandardTable, row: Row, frame: Frame
) -> Members:
    members: Members = {}
    named_unit = texts.get("project_unit") or (texts.get("label") if row.kind is RowKind.UNIT else ()) or ()
    code = next((c for c in texts.get("unit_code", ()) if len(c) <= 12), "")
    name = named_unit[0] if named_unit else ""
    if "unit" in standard.rows and (code or name) and row.kind is not RowKind.PROJECT and not frame.is_department(name):
        members["unit"] = frame.unit_id(code, name)
    if "project" in standard.rows and row.kind in {RowKind.ITEM, RowKind.PROJECT}:
        project = (texts.get("project") or (texts.get("label") if not _has_code(texts) else ()) or ("",))[-1]
        if project:
            members["project"] = leading_code(project)[1] or project
    if "project_type" in standard.rows and texts.get("project_type"):
        members["project_type"] = texts["project_type"][0]
    return members


def _has_code(texts: Mapping[str, Sequence[str]]) -> bool:
    return any(g.endswith("-code") for g in texts)


def _name_row(
    members: Members, texts: Mapping[str, Sequence[str]], standard: StandardTable, built: BuiltTable, strip: Strip,
    number: int, vocabulary: Vocabulary,
) -> str:  # fmt: skip
    """Name a row that prints no code by its words, so that it is never taken for the total; return its measure."""
    row = built.table.rows[number]
    words = [t for role in ("label", "name", "function-name", "economic-name") for t in texts.get(role, ())]
    words = words or [c.raw for i, c in enumerate(row.cells) if c.raw and c.quantity is None and i in strip.labels]
    told = [w for w in words if _WORDS.search(w) and not vocabulary.catalogue.is_whole(strip_ordinal(w))]
    if not told:
        return ""
    unknown = []
    for word in told:
        plain = re.sub(r"^其中[:：]?", "", word)
        plain = strip_ordinal(plain) or plain
        plain = re.sub(r"(?:合计|小计)$", "", plain) or plain
        found = vocabulary.members.named(word, _row_dims(standard)) or vocabulary.members.named(plain, _row_dims(standard))
        measure = vocabulary.measure_named(plain)
        if found:
            members[found[0].dimension] = found[0].id
        elif measure is not None and standard.layout == "single-row":
            return measure.id
        else:
            unknown.append(word)
    if unknown:
        members[ROW] = "/".join(unknown)
    return ""


def _row_dims(standard: StandardTable) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*standard.rows, *standard.dims)))


def _group_of(role: str, path: str) -> str:
    """Tell which classification a code column belongs to, by its header path."""
    if role not in {"class", "section", "subsection", "code"}:
        return role
    if "政府" in path:
        return "gov_economic-code"
    return "economic-code" if "经济" in path else "function-code"


_PERIODS = (
    (re.compile(r"^(?:上年|上一?年度|去年)"), -1),
    (re.compile(r"^(?:当年|本年度?)(?!收入|支出|拨款|财政|一般|政府|国有)"), 0),
)
_CHANGE = re.compile(r"增减(?!率|%|％|幅)|变动额|变化情况")
_RATE = re.compile(r"增减(?:率|%|％|幅|百分比|比例)|增长率|变动率")
_STAGES = (
    (re.compile(r"决算数?$"), Stage.FINAL),
    (re.compile(r"(?:执行|完成)数$"), Stage.EXECUTED),
    (re.compile(r"(?:调整预算|全年预算)数?$"), Stage.ADJUSTED),
    (re.compile(r"预算数$"), Stage.BUDGET),
)
_TOTAL = re.compile(r"(?:合计|小计|总计)$")
_STAGE_WORDS = re.compile(r"(?:年初|调整|全年)?(?:预算数?|决算数?|执行数|完成数)$")
#: Words of a header that say nothing by themselves.
_SILENT = frozenset({"其中", "项目", "部门预算", "预算安排", "资金来源", "收入预算", "支出预算", "资金性质", "预算"})


def _heading(path: str, dims: Sequence[str], frame: Frame, vocabulary: Vocabulary, *, skip: str = "") -> Heading:
    """Read a header path: each level may name a member, a measure, a year or a stage; a whole names nothing."""
    members: Members = {}
    unknown: list[str] = []
    measure, year, aspect = "", 0, Aspect.LEVEL
    stage: Stage | None = None
    dims = [d for d in dims if d not in {"function", "economic", "gov_economic"}]
    parts = path.split("/")
    for position, part in enumerate(parts):
        if skip and skip in part and position == 0 and len(parts) > 1:
            continue  # the side's own heading: 财政拨款收入
        label = strip_ordinal(re.sub(r"[（(](?:万元|元)[)）]", "", part)) or part
        if part == skip or fold(label) in _SILENT:
            continue
        if _RATE.search(label) or _CHANGE.search(label):
            aspect = Aspect.RATE if _RATE.search(label) else Aspect.CHANGE
            continue
        found = vocabulary.members.named(label, tuple(dims))
        if not found:
            label, printed, said = _period_and_stage(label, frame)
            year, stage = printed or year, said or stage
            if not label or vocabulary.catalogue.is_whole(label):
                continue
            found = vocabulary.members.named(label, tuple(dims))
        named = vocabulary.measure_named(label)
        if not found and named is None:
            found = _fund_of(label, vocabulary)
        if found:
            members[found[0].dimension] = found[0].id
        elif named is not None:
            measure = named.id
        else:
            unknown.append(part)
    if unknown:
        members[COLUMN] = "/".join(unknown)
    return Heading(members, measure, year, stage, aspect)


def _fund_of(label: str, vocabulary: Vocabulary) -> tuple[Member, ...]:
    """Return the fund that a header names with its side: 一般公共预算支出, 政府性基金预算支出."""
    for end in ("支出", "收入", "预算支出", "预算收入", "财政拨款支出", "财政拨款收入"):
        if label.endswith(end) and (found := vocabulary.members.named(label.removesuffix(end), ("fund",))):
            return found
    return ()


def _period_and_stage(label: str, frame: Frame) -> tuple[str, int, Stage | None]:
    """Take a year and a stage off a header: 「2024年决算数」 → "", 2024, 决算."""
    year = 0
    printed = re.match(r"^(20\d\d)年度?", label)
    if printed:
        year, label = int(printed.group(1)), label[printed.end() :]
    else:
        for pattern, shift in _PERIODS:
            found = pattern.match(label)
            if found:
                year, label = frame.year + shift, label[found.end() :]
                break
    bare = _TOTAL.sub("", label)
    if any(pattern.search(bare) for pattern, _ in _STAGES):
        label = bare  # 决算数合计
    stage = next((s for pattern, s in _STAGES if pattern.search(label)), None)
    if stage is not None:
        label = _STAGE_WORDS.sub("", label)
    if stage is Stage.BUDGET and frame.stage is Stage.BUDGET and year in {0, frame.year}:
        stage = None
    return label, year, stage


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
    frame: Frame, table: Table, row: Row, number: int, column: int, measure: str, members: Members, label: str,
    heading: Heading = NO_HEADING,
) -> Fact:  # fmt: skip
    cell = row.cells[column]
    quantity = cell.quantity
    state = cell.state if quantity is not None or cell.state is not CellState.PRINTED else CellState.BLANK
    source = Source(
        document=frame.document, table=table.id, table_title=table.title, row=number, column=column,
        row_label=label or row.label, column_label=table.columns[column], line=0 if row.page else row.lines[0],
        page=row.page or table.page, quote=cell.raw, by_ocr=table.by_ocr,
    )  # fmt: skip
    pairs = tuple(sorted((members | heading.members).items()))
    year = heading.year or frame.year
    compares = heading.aspect in {Aspect.CHANGE, Aspect.RATE}
    coordinate = Coordinate(
        frame.entity, frame.year if compares else year, heading.stage or frame.stage, heading.measure or measure, pairs,
        heading.aspect, frame.year - 1 if compares else None,
    )  # fmt: skip
    return Fact(
        id=f"{frame.document}/{table.id}.{number}.{column}", coordinate=coordinate,
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
