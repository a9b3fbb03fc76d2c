"""The sums that a table's own shape promises: across its columns, down its rows, on each of its strips.

Where the shape leaves open what a total adds up (of two readings of a header, with or without the carry-over), the
reading that the table's own figures bear out is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from service.domain.document import Row, RowKind, Table
from service.domain.quantity import Quantity
from service.ingestion.codes import Codes, codes_down, parents_of
from service.ingestion.outline import Node, outline
from service.ingestion.outline import Place as Kind
from service.ingestion.strips import Strip, strips_of
from service.ingestion.tables import BuiltTable
from service.vocabulary.names import fold, is_of_which

#: A cell of a table: (row, column).
Place = tuple[int, int]

ZERO = Decimal(0)
#: Header words that repeat every column of a group: 预算数 and 决算数 of each item.
_VARIANTS = re.compile(r"^(?:预算数|决算数|年初预算数?|调整预算数?|全年预算数?|执行数|上年|本年|当年|上年数|本年数|20\d\d年.{0,6})$")
#: Header of a column of rates or shares, which are no parts of a sum.
_RATE = re.compile(r"[%％]|增减率|增长率|变动率|增减幅|增幅|百分比|比例|占比|比重|完成率")
#: How many rows below may belong to a row that nothing but its amount marks as their sum.
_LONGEST_RUN = 60


@dataclass(frozen=True, slots=True)
class Promise:
    """A relation that a table's shape promises: one cell equals the sum of others, or is part of one.

    Attributes:
        rule: ``row-sum``, ``column-sum``, ``total-repeats``, ``difference`` or ``of-which``.
        left: The total (for of-which: the part).
        right: The parts (for of-which: the whole; for a difference: minuend, then subtrahend).
        text: In Chinese.
        firm: Whether a failure is an error; otherwise the relation counts only where it holds.
    """

    rule: str
    left: Place
    right: tuple[Place, ...]
    text: str
    firm: bool = True


def promises_of(built: BuiltTable) -> Iterator[Promise]:
    """Yield every promise of a table. An empty cell counts as nothing, not as a broken promise; rates add up to nothing."""
    rates = {c for c in built.table.figure_columns if _RATE.search(built.table.columns[c].rsplit("/", 1)[-1])}
    for promise in _promises(built):
        if not rates & {c for _, c in (promise.left, *promise.right)}:
            yield promise


def _promises(built: BuiltTable) -> Iterator[Promise]:
    table, standard = built.table, built.standard
    if standard is not None and standard.layout == "form":
        yield from _form(table)
        return
    firm = standard is not None and standard.core
    sided = is_sided(built)
    yield from _across(table, sided=sided, firm=firm)
    for part, whole in of_which_columns(table.columns, table.figure_columns):
        for row, entry in enumerate(table.rows):
            if _row_has(entry, (part,)):
                text = f"{entry.label}：{table.columns[part]} ≤ {table.columns[whole]}"
                yield Promise("of-which", (row, part), ((row, whole),), text, firm)
    yield from _differences(table)
    if sided:
        yield from _sides(built, firm=firm)
    else:
        yield from _rollups(built, firm=firm)


def is_sided(built: BuiltTable) -> bool:
    """Whether a table has several strips side by side."""
    strips = strips_or_whole(built)
    return len(strips) > 1 or (built.standard is not None and built.standard.layout == "two-sided")


def is_folded(strips: Sequence[Strip], columns: Sequence[str]) -> bool:
    """Whether one list was folded into halves side by side: both have the same headers."""
    names = {tuple(columns[c].rsplit("/", 1)[-1] for c in (*s.labels, *s.figures)) for s in strips}
    return len(strips) > 1 and len(names) == 1 and not any("收入" in s.path for s in strips)


def strips_or_whole(built: BuiltTable) -> tuple[Strip, ...]:
    """Return the strips of a table, found from its roles where it was built without."""
    return built.strips or strips_of(built.table.columns, built.roles)


def _row_has(row: Row, columns: Sequence[int]) -> bool:
    return any(row.cells[c].quantity is not None for c in columns)


# Across -------------------------------------------------------------------------------------------------------------


def _across(table: Table, *, sided: bool, firm: bool) -> Iterator[Promise]:
    for total, readings in column_sums(table.columns, table.figure_columns):
        parts = _borne_out(table, total, readings)
        for row, entry in enumerate(table.rows):
            if entry.kind is RowKind.CONTINUED or (sided and not _row_has(entry, (total, *parts))):
                continue
            text = f"{entry.label or '首行'}：{table.columns[total]} = {' + '.join(table.columns[p] for p in parts)}"
            yield Promise("row-sum", (row, total), tuple((row, p) for p in parts), text, firm)


def _borne_out(table: Table, total: int, readings: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """Return the first reading of a total that no row contradicts and some row bears out, else the first."""
    for parts in readings:
        held = failed = 0
        for row in table.rows:
            state = _holds(row.cells[total].quantity, [row.cells[p].quantity for p in parts])
            held += state is True
            failed += state is False
        if held and not failed:
            return parts
    return readings[0]


def _holds(total: Quantity | None, parts: Iterable[Quantity | None]) -> bool | None:
    """Whether a sum holds within rounding; None where there is nothing to compare."""
    figures = [p for p in parts if p is not None]
    if total is None or not figures:
        return None
    kinds = {q.unit.kind for q in (total, *figures)}
    if len(kinds) > 1:
        return None
    if not total.number and not any(f.number for f in figures):
        return None
    allowed = sum((Decimal(5).scaleb(-q.decimals - 1) * q.unit.scale for q in (total, *figures)), ZERO)
    return abs(total.base - sum((f.base for f in figures), ZERO)) <= allowed


def column_sums(columns: Sequence[str], figures: Sequence[int]) -> list[tuple[int, tuple[tuple[int, ...], ...]]]:
    """Return (total column, readings of its parts) for every group of the header that has a total.

    The first reading is all of its neighbours; others leave out neighbours from the right, then from the left.

    Example:
        >>> [(t, r[0]) for t, r in column_sums(["合计", "基本/小计", "基本/人员", "基本/公用", "项目"], range(5))]
        [(0, (1, 4)), (1, (2, 3))]

    """
    out: list[tuple[int, tuple[int, ...]]] = []
    _sum_group([(c, _path(columns[c])) for c in figures], 0, out)
    return sorted((total, _readings(parts, _beside(columns, figures, total))) for total, parts in out)


def _beside(columns: Sequence[str], figures: Sequence[int], total: int) -> tuple[int, ...]:
    """Return the columns beside a total that say 其中: parts of it after all where the rest needs them."""
    group = columns[total].rpartition("/")[0]
    return tuple(
        c for c in figures if columns[c].rpartition("/")[0] == group and is_of_which(columns[c].rpartition("/")[2])
    )


def _path(column: str) -> list[str]:
    """Put a variant that repeats in every group first: 「合计/预算数」 → 预算数, 合计."""
    parts = column.split("/")
    if len(parts) > 1 and _VARIANTS.match(parts[-1]):
        return [parts[-1], *parts[:-1]]
    return parts


def _readings(parts: tuple[int, ...], beside: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    with_all = (tuple(sorted({*parts, *beside})),) if beside else ()
    shorter = [parts[:n] for n in range(len(parts) - 1, 1, -1)] + [parts[n:] for n in range(1, len(parts) - 1)]
    return (parts, *with_all, *shorter[:12], *((p,) for p in parts[:1] if len(parts) > 1))


def _sum_group(
    group: list[tuple[int, list[str]]], depth: int, out: list[tuple[int, tuple[int, ...]]]
) -> tuple[int, ...]:
    """Return the columns that stand for *group*: its total, or what stands for each of its parts."""
    total: int | None = None
    parts: list[int] = []
    loose: list[int] = []
    index = 0
    while index < len(group):
        column, path = group[index]
        name = path[depth] if depth < len(path) else ""
        same = [g for g in group[index:] if depth < len(g[1]) and g[1][depth] == name] if name else [group[index]]
        same = _run(group, index, depth, name) if name else same
        if len(same) == 1 and depth >= len(path) - 1:
            if total is None and _is_total(name) and len(group) > 1:
                total = column
            elif not is_of_which(name):
                parts.append(column)
        elif len(same) == len(group) and len(group) > 1:
            return _sum_group(same, depth + 1, out)
        elif _VARIANTS.match(name) and depth == 0:
            _sum_group(_all(group, depth, name), depth + 1, out)
        elif not is_of_which(name) or total is None:
            parts += _sum_group(same, depth + 1, out)
        else:
            loose += _sum_group(same, depth + 1, out)
        index += len(same)
    if total is not None and (parts or len(loose) > 1):
        out.append((total, tuple(parts or loose)))
    return (total,) if total is not None else tuple(parts)


def _all(group: list[tuple[int, list[str]]], depth: int, name: str) -> list[tuple[int, list[str]]]:
    """Return all members of a variant once, where its first column stands."""
    members = [g for g in group if depth < len(g[1]) and g[1][depth] == name]
    return members if members and members[0] == next(g for g in group if g in members) else []


def _run(group: list[tuple[int, list[str]]], start: int, depth: int, name: str) -> list[tuple[int, list[str]]]:
    """Return the neighbours from *start* that share a heading."""
    run = []
    for entry in group[start:]:
        if depth >= len(entry[1]) or entry[1][depth] != name:
            break
        run.append(entry)
    return run


def _is_total(name: str) -> bool:
    plain = re.sub(r"[（(].*?[)）]$", "", fold(name))
    return plain.endswith(("合计", "总计", "小计", "总额", "总数")) or plain == "金额"


def of_which_columns(columns: Sequence[str], figures: Sequence[int]) -> list[tuple[int, int]]:
    """Return (其中 column, the column it is part of)."""
    out = []
    for column in figures:
        parent, _, leaf = columns[column].rpartition("/")
        if is_of_which(leaf) and fold(leaf) != "其中":
            whole = next(
                (
                    c
                    for c in figures
                    if columns[c].rpartition("/")[0] == parent and _is_total(columns[c].rpartition("/")[2])
                ),
                None,
            )
            if whole is not None:
                out.append((column, whole))
    return out


def _differences(table: Table) -> Iterator[Promise]:
    """上年, 当年, 增减变化: the last is the second less the first, column by column."""
    by_path: dict[tuple[str, str], int] = {}
    for column in table.figure_columns:
        top, _, rest = table.columns[column].partition("/")
        kind = _compared(top)
        if kind:
            by_path[kind, rest] = column
    for (kind, rest), column in by_path.items():
        now, before = by_path.get(("now", rest)), by_path.get(("before", rest))
        if kind != "change" or now is None or before is None:
            continue
        for row, entry in enumerate(table.rows):
            if _row_has(entry, (column,)):
                text = f"{entry.label}：{table.columns[column]} = {table.columns[now]} − {table.columns[before]}"
                yield Promise("difference", (row, column), ((row, now), (row, before)), text, firm=False)


def _compared(top: str) -> str:
    name = fold(top)
    if re.search(r"增减(?!率|%|幅)|变动额|变化情况", name) and "%" not in name:
        return "change"
    if re.match(r"^(?:上年|上一?年度|去年)", name):
        return "before"
    return "now" if re.match(r"^(?:当年|本年|本年度)", name) else ""


# Down ---------------------------------------------------------------------------------------------------------------


def _rollups(built: BuiltTable, *, firm: bool) -> Iterator[Promise]:
    """Totals down the rows: total = department, department = units or items, unit = its projects, code = its sub-codes."""
    table = built.table
    kinds = [r.kind for r in table.rows]
    totals = [i for i, k in enumerate(kinds) if k is RowKind.TOTAL]
    departments = [i for i, k in enumerate(kinds) if k is RowKind.DEPARTMENT]
    units = [i for i, k in enumerate(kinds) if k is RowKind.UNIT]
    projects = [i for i, k in enumerate(kinds) if k is RowKind.PROJECT]
    codes = row_codes(table, built.roles)
    leaves = leaf_rows(table, built.roles)
    coded = {r: any(c) for r, c in codes.items()}
    nested = {} if any(coded.values()) else _runs(table, leaves)
    inner = {r for rows in nested.values() for r in rows}
    tops = [r for r in leaves if r not in inner]
    all_coded = bool(codes) and all(coded.get(r) for r in leaves)
    of_items = built.standard is not None and "item" in built.standard.rows  # an item may stand below its own total
    for column in table.figure_columns:
        name = table.columns[column]
        for total in totals[:1]:
            for department in departments[:1]:
                yield Promise(
                    "total-repeats", (total, column), ((department, column),), f"{name}：合计行 = 部门行", firm
                )
        for row, rows in nested.items():
            text = f"{name}：{table.rows[row].label} = 其下{len(rows)}行之和"
            yield Promise("column-sum", (row, column), tuple((r, column) for r in rows), text, firm=False)
        top = (departments or totals)[:1]
        parts = tops or units
        if top and parts:
            label = "部门行" if departments else "合计行"
            sure = firm and (all_coded or not nested) and not _mixed(parts, coded) and not of_items
            yield Promise(
                "column-sum", (top[0], column), tuple((r, column) for r in parts), f"{name}：{label} = 各明细行之和", sure
            )
        yield from _unit_rows(table, column, top, units, projects, firm=firm)
        yield from _code_sums(table, codes, column, firm=firm)
        yield from _subtotals(table, column, totals)
        if not any(coded.values()):
            yield from _indented(built, column)
            yield from _grouped(built, column)


def _mixed(parts: Sequence[int], coded: dict[int, bool]) -> bool:
    """Whether some of the rows that make a total have no code while others do, so that they may be headings."""
    return any(coded.get(r) for r in parts) and not all(coded.get(r) for r in parts)


def _unit_rows(
    table: Table, column: int, top: Sequence[int], units: Sequence[int], projects: Sequence[int], *, firm: bool
) -> Iterator[Promise]:
    name = table.columns[column]
    below = [r for r, row in enumerate(table.rows) if row.kind in {RowKind.PROJECT, RowKind.ITEM}]
    if not units or not below:
        return
    if top and (projects or units[0] < below[0]):
        parts = tuple((r, column) for r in units)
        yield Promise("column-sum", (top[0], column), parts, f"{name}：部门行 = 各单位行之和", firm and bool(projects))
    for unit, following in zip(units, [*units[1:], len(table.rows)], strict=True):
        own = tuple((r, column) for r in below if unit < r < following)
        if own:
            text = f"{name}：{table.rows[unit].label} = 其各项目之和"
            yield Promise("column-sum", (unit, column), own, text, firm and bool(projects))


def _indented(built: BuiltTable, column: int) -> Iterator[Promise]:
    """Rows whose first word stands further right are parts of the row above. They count only where they hold."""
    table = built.table
    words = [c for c, role in enumerate(built.roles) if role != "figure"]
    depth = {
        r: next((i for i, c in enumerate(words) if row.cells[c].raw), None) for r, row in enumerate(table.rows)
    }
    levels = sorted({d for d in depth.values() if d is not None})
    if len(levels) < 2:
        return
    for row, own in depth.items():
        parts: list[int] = []
        nearest: int | None = None
        for below in range(row + 1, len(table.rows)):
            deep = depth[below]
            if own is None or deep is None or deep <= own:
                break
            if nearest is None or deep <= nearest:
                nearest = deep
                parts.append(below)
        if parts:
            text = f"{table.columns[column]}：{table.rows[row].label} = 其下{len(parts)}行之和"
            yield Promise("column-sum", (row, column), tuple((r, column) for r in parts), text, firm=False)
    tops = [r for r, d in depth.items() if d == levels[0] and table.rows[r].kind is not RowKind.TOTAL]
    total = next((r for r, row in enumerate(table.rows) if row.kind is RowKind.TOTAL), None)
    if total is not None and len(tops) > 1:
        text = f"{table.columns[column]}：{table.rows[total].label} = 各大类之和"
        yield Promise("column-sum", (total, column), tuple((r, column) for r in tops), text, firm=False)


def _grouped(built: BuiltTable, column: int) -> Iterator[Promise]:
    """Rows grouped by their first label: 「一般公共预算资金 | 小计」 is the sum of its group, the total that of all 小计."""
    table = built.table
    labels = [c for c, role in enumerate(built.roles) if role == "label"]
    if len(labels) < 2:
        return
    subtotals = [
        r for r, row in enumerate(table.rows)
        if row.cells[labels[0]].raw and fold(row.cells[labels[1]].raw) in {"小计", "合计"}
    ]  # fmt: skip
    total = next((r for r, row in enumerate(table.rows) if row.kind is RowKind.TOTAL and r not in subtotals), None)
    if total is not None and len(subtotals) > 1:
        text = f"{table.columns[column]}：{table.rows[total].label} = 各组小计之和"
        yield Promise("column-sum", (total, column), tuple((r, column) for r in subtotals), text, firm=False)
    for subtotal in subtotals:
        name = table.rows[subtotal].cells[labels[0]].raw
        parts = [
            r for r in range(subtotal + 1, len(table.rows))
            if table.rows[r].cells[labels[0]].raw == name and not is_of_which(table.rows[r].cells[labels[1]].raw)
        ]  # fmt: skip
        if parts:
            text = f"{table.columns[column]}：{name}小计 = 其各项之和"
            yield Promise("column-sum", (subtotal, column), tuple((r, column) for r in parts), text, firm=False)


def _subtotals(table: Table, column: int, totals: Sequence[int]) -> Iterator[Promise]:
    """Totals further down (小计 of a block): the rows since the one before. They count only where they hold."""
    for before, total in zip([-1, *totals], totals, strict=False):
        rows = [r for r in range(before + 1, total) if table.rows[r].cells[column].quantity is not None]
        if len(rows) > 1:
            text = f"{table.columns[column]}：{table.rows[total].label} = 以上各行之和"
            yield Promise("column-sum", (total, column), tuple((r, column) for r in rows), text, firm=False)


def _runs(table: Table, rows: Sequence[int]) -> dict[int, list[int]]:
    """Find rows that are the sum of the rows right below, in every column: headings that only their amount marks."""
    found: dict[int, list[int]] = {}
    for at, row in enumerate(rows):
        own = [table.rows[row].cells[c].quantity for c in table.figure_columns]
        if not any(q is not None and q.number for q in own):
            continue
        for end in range(at + 3, min(len(rows), at + _LONGEST_RUN) + 1):
            below = rows[at + 1 : end]
            states = [
                _holds(q, [table.rows[r].cells[c].quantity for r in below])
                for c, q in zip(table.figure_columns, own, strict=True)
            ]
            if False not in states and True in states:
                found[row] = list(below)
                break
    return found


def leaf_rows(table: Table, roles: Sequence[str]) -> list[int]:
    """Return the rows that are nobody's total: items whose code heads no other code."""
    codes = row_codes(table, roles)
    above = set(parents_of(codes).values())
    return [i for i in codes if i not in above]


def row_codes(table: Table, roles: Sequence[str], labels: Sequence[int] | None = None) -> dict[int, Codes]:
    """Return the codes of each item row, blank ones where it has none.

    Args:
        table: The table.
        roles: Role of each column.
        labels: Columns to look in, all where None.
    """
    codes = codes_down([[c.raw for c in r.cells] for r in table.rows], roles, labels)
    return {n: codes[n] for n, row in enumerate(table.rows) if row.kind is RowKind.ITEM}


def _code_sums(table: Table, codes: dict[int, Codes], column: int, *, firm: bool) -> Iterator[Promise]:
    children: dict[int, list[int]] = {}
    for row, parent in parents_of(codes).items():
        children.setdefault(parent, []).append(row)
    for parent, rows in children.items():
        yield Promise(
            "column-sum", (parent, column), tuple((r, column) for r in rows),
            f"{table.columns[column]}：{table.rows[parent].label} = 其下级科目之和", firm,
        )  # fmt: skip


# Strips -------------------------------------------------------------------------------------------------------------


def strip_rows(built: BuiltTable, strip: Strip) -> list[tuple[int, str]]:
    """Return (row, label) of a strip, rows without a label left out; a merged label counts for what it covers."""
    out = []
    for row in range(len(built.table.rows)):
        label = next((t for c in reversed(strip.labels) if (t := built.label(row, c))), "")
        if label:
            out.append((row, label))
    return out


def _sides(built: BuiltTable, *, firm: bool) -> Iterator[Promise]:
    """Totals of a table of several strips: each apart, by the outline of its labels, then the grand totals."""
    table = built.table
    closing: list[Place] = []
    strips = strips_or_whole(built)
    for strip in strips:
        rows = strip_rows(built, strip)
        codes = row_codes(table, built.roles, strip.labels)
        coded = sum(1 for c in codes.values() if any(c)) * 2 > len(rows)
        for position, column in enumerate(strip.figures):
            if coded:
                yield from _code_sums(table, codes, column, firm=firm)
            else:
                yield from _side_sums(table, rows, column, firm=firm)
            ends = [n.row for n in outline(rows) if n.place is Kind.TOTAL]
            if position == 0 and ends:
                closing.append((ends[-1], column))
    income = [s for s in strips if "收入" in s.path.split("/", maxsplit=1)[0]]
    if len(closing) == len(strips) and len(strips) > 1 and income:
        for other in closing[1:]:
            yield Promise("column-sum", closing[0], (other,), "收入总计 = 支出总计", firm and len(strips) == 2)


def _side_sums(table: Table, rows: Sequence[tuple[int, str]], column: int, *, firm: bool) -> Iterator[Promise]:
    nodes = outline(rows)
    name = table.columns[column]
    children: dict[int, list[Node]] = {}
    for node in nodes:
        if node.parent is not None and node.place in {Kind.ITEM, Kind.PLAIN}:
            children.setdefault(node.parent, []).append(node)
        if node.place is Kind.OF_WHICH and node.parent is not None:
            text = f"{name}：{node.label} ≤ 上一项"
            yield Promise("of-which", (node.row, column), ((node.parent, column),), text, firm and is_of_which(node.label))
    for parent, parts in children.items():
        sure = firm and all(p.place is Kind.ITEM for p in parts)
        yield Promise(
            "column-sum", (parent, column), tuple((p.row, column) for p in parts), f"{name}：上级 = 各分项之和", sure
        )
    yield from _totals(table, nodes, column, firm=firm)


def _totals(table: Table, nodes: Sequence[Node], column: int, *, firm: bool) -> Iterator[Promise]:
    """Each total of a strip: what stands above it, with or without what was totalled before."""
    name = table.columns[column]
    items: list[int] = []
    since: list[int] = []
    last: int | None = None
    for position, node in enumerate(nodes):
        if node.place is Kind.TOTAL:
            if last is None and not items and not since:
                below = _top_items(nodes[position + 1 :])
                readings, sure = [below], firm and all(n.place is Kind.ITEM for n in nodes[position + 1 :])
            else:
                readings = [[last, *since]] if last is not None else [[*items, *since]]
                readings += [[*items, *since], items, [last] if last is not None else []]
                readings += [[*([last] if last is not None else items), *since[:n]] for n in range(1, len(since))]
                sure = firm
            readings = [r for r in readings if r]
            if readings:
                parts, held = _first_holding(table, node.row, column, readings)
                yield Promise(
                    "column-sum", (node.row, column), tuple((r, column) for r in parts),
                    f"{name}：{node.label} = 以上各项之和", sure or held,
                )  # fmt: skip
            last, since = node.row, []
        elif node.level == 1 and node.place is Kind.ITEM:
            (since if last is not None else items).append(node.row)
        elif node.place is Kind.CARRY or (node.place is Kind.PLAIN and node.level == 1):
            since.append(node.row)


def _top_items(nodes: Sequence[Node]) -> list[int]:
    out = []
    for node in nodes:
        if node.place is Kind.TOTAL:
            break
        if node.level <= 1 and node.place is not Kind.OF_WHICH:
            out.append(node.row)
    return out


def _first_holding(table: Table, total: int, column: int, readings: Sequence[list[int]]) -> tuple[list[int], bool]:
    for rows in readings:
        if _holds(table.rows[total].cells[column].quantity, [table.rows[r].cells[column].quantity for r in rows]):
            return rows, True
    return readings[0], False


def _form(table: Table) -> Iterator[Promise]:
    """The budget block of a performance form: the total equals its sources, and its uses."""
    rows = [(i, r.label) for i, r in enumerate(table.rows) if r.kind is RowKind.BUDGET]
    column = table.figure_columns[0] if table.figure_columns else 3
    total = next((i for i, label in rows if "总额" in label), None)
    if total is None:
        return
    groups: dict[str, list[int]] = {}
    for i, label in rows:
        if "/" in label:
            groups.setdefault(label.split("/")[0], []).append(i)
    for name, parts in groups.items():
        yield Promise("column-sum", (total, column), tuple((r, column) for r in parts), f"预算总额 = {name}各项之和")
