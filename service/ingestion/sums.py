"""The sums that a table's own shape promises: across its columns, down its rows, on each of its sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.domain.document import Row, RowKind, Table
from service.vocabulary.catalogue import StandardTable
from service.vocabulary.names import fold, is_of_which, ordinal_level

#: A cell of a table: (row, column).
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Promise:
    """A relation that a table's shape promises: one cell equals the sum of others, or is part of one.

    Attributes:
        rule: ``row-sum``, ``column-sum``, ``total-repeats`` or ``of-which``.
        left: The total (for of-which: the part).
        right: The parts (for of-which: the whole).
        text: In Chinese.
    """

    rule: str
    left: Place
    right: tuple[Place, ...]
    text: str


def promises_of(table: Table, standard: StandardTable | None, roles: Sequence[str]) -> Iterator[Promise]:
    """Yield every promise of a table. An empty cell counts as nothing, not as a broken promise."""
    if standard is not None and standard.layout == "form":
        yield from _form(table)
        return
    two_sided = standard is not None and standard.layout == "two-sided"
    for total, parts in column_sums(table.columns, table.figure_columns):
        for row, entry in enumerate(table.rows):
            if entry.kind is RowKind.CONTINUED or (two_sided and not _row_has(entry, (total, *parts))):
                continue
            text = f"{entry.label or '首行'}：{table.columns[total]} = {' + '.join(table.columns[p] for p in parts)}"
            yield Promise("row-sum", (row, total), tuple((row, p) for p in parts), text)
    for part, whole in of_which_columns(table.columns, table.figure_columns):
        for row, entry in enumerate(table.rows):
            if _row_has(entry, (part,)):
                text = f"{entry.label}：{table.columns[part]} ≤ {table.columns[whole]}"
                yield Promise("of-which", (row, part), ((row, whole),), text)
    if two_sided:
        yield from _sides(table, roles)
    else:
        yield from _rollups(table, roles)


def _row_has(row: Row, columns: Sequence[int]) -> bool:
    return any(row.cells[c].quantity is not None for c in columns)


def column_sums(columns: Sequence[str], figures: Sequence[int]) -> list[tuple[int, tuple[int, ...]]]:
    """Return (total column, part columns) for every group of the header that has a total.

    Example:
        >>> column_sums(["合计", "基本/小计", "基本/人员", "基本/公用", "项目"], range(5))
        [(0, (1, 4)), (1, (2, 3))]

    """
    out: list[tuple[int, tuple[int, ...]]] = []
    _sum_group([(c, columns[c].split("/")) for c in figures], 0, out)
    return sorted(out)


def _sum_group(
    group: list[tuple[int, list[str]]], depth: int, out: list[tuple[int, tuple[int, ...]]]
) -> tuple[int, ...]:
    """Return the columns that stand for *group*: its total, or what stands for each of its parts."""
    total: int | None = None
    parts: list[int] = []
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
        elif len(same) == len(group) and depth == 0 and len(group) > 1:
            return _sum_group(same, depth + 1, out)
        else:
            parts += _sum_group(same, depth + 1, out)
        index += len(same)
    if total is not None and parts:
        out.append((total, tuple(parts)))
    return (total,) if total is not None else tuple(parts)


def _run(group: list[tuple[int, list[str]]], start: int, depth: int, name: str) -> list[tuple[int, list[str]]]:
    """Return the neighbours from *start* that share a heading."""
    run = []
    for entry in group[start:]:
        if depth >= len(entry[1]) or entry[1][depth] != name:
            break
        run.append(entry)
    return run


def _is_total(name: str) -> bool:
    return fold(name).endswith(("合计", "总计", "小计", "总额")) or fold(name) == "金额"


def of_which_columns(columns: Sequence[str], figures: Sequence[int]) -> list[tuple[int, int]]:
    """Return (其中 column, the column it is part of)."""
    out = []
    for column in figures:
        parent, _, leaf = columns[column].rpartition("/")
        if is_of_which(leaf):
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


def _rollups(table: Table, roles: Sequence[str]) -> Iterator[Promise]:
    """Totals down the rows: total = department, department = units or items, unit = its projects, code = its sub-codes."""
    kinds = [r.kind for r in table.rows]
    totals = [i for i, k in enumerate(kinds) if k is RowKind.TOTAL]
    departments = [i for i, k in enumerate(kinds) if k is RowKind.DEPARTMENT]
    units = [i for i, k in enumerate(kinds) if k is RowKind.UNIT]
    projects = [i for i, k in enumerate(kinds) if k is RowKind.PROJECT]
    leaves = leaf_rows(table, roles)
    for column in table.figure_columns:
        name = table.columns[column]
        for total in totals[:1]:
            for department in departments[:1]:
                yield Promise("total-repeats", (total, column), ((department, column),), f"{name}：合计行 = 部门行")
        top = (departments or totals)[:1]
        parts = leaves or units
        if top and parts:
            label = "部门行" if departments else "合计行"
            yield Promise(
                "column-sum", (top[0], column), tuple((r, column) for r in parts), f"{name}：{label} = 各明细行之和"
            )
        if projects and units:
            if top:
                yield Promise(
                    "column-sum", (top[0], column), tuple((r, column) for r in units), f"{name}：部门行 = 各单位行之和"
                )
            for unit, nextunit in zip(units, [*units[1:], len(kinds)], strict=True):
                own = tuple((r, column) for r in projects if unit < r < nextunit)
                if own:
                    yield Promise("column-sum", (unit, column), own, f"{name}：{table.rows[unit].label} = 其各项目之和")
        yield from _code_sums(table, roles, column)


def leaf_rows(table: Table, roles: Sequence[str]) -> list[int]:
    """Return the rows that are nobody's total: items whose code heads no other code."""
    codes = {i: _code(r, roles) for i, r in enumerate(table.rows) if r.kind is RowKind.ITEM}
    known = [c for c in codes.values() if c]
    return [i for i, c in codes.items() if not c or not any(o != c and o.startswith(c) for o in known)]


def _code(row: Row, roles: Sequence[str]) -> str:
    first = [
        c.raw for c, role in zip(row.cells, roles, strict=True) if role in {"class", "section", "subsection", "code"}
    ]
    return "".join(t for t in first[:3] if t.isdigit())


def _code_sums(table: Table, roles: Sequence[str], column: int) -> Iterator[Promise]:
    codes = {i: _code(r, roles) for i, r in enumerate(table.rows) if r.kind is RowKind.ITEM}
    for parent, code in codes.items():
        if not code:
            continue
        below = [i for i, c in codes.items() if c != code and c.startswith(code)]
        nearest = [i for i in below if not any(codes[j] != codes[i] and codes[i].startswith(codes[j]) for j in below)]
        if nearest:
            yield Promise(
                "column-sum", (parent, column), tuple((r, column) for r in nearest),
                f"{table.columns[column]}：{table.rows[parent].label} = 其下级科目之和",
            )  # fmt: skip


def _sides(table: Table, roles: Sequence[str]) -> Iterator[Promise]:
    """Totals of a two-sided table: each side apart, by the ordinals of its labels, then the two grand totals."""
    closing: list[Place] = []
    starts = [i for i, role in enumerate(roles) if role == "label"]
    for index, start in enumerate(starts):
        end = starts[index + 1] if index + 1 < len(starts) else len(roles)
        for position, column in enumerate(c for c in range(start + 1, end) if c in table.figure_columns):
            rows = [
                (r, table.rows[r].cells[start].raw) for r in range(len(table.rows)) if table.rows[r].cells[start].raw
            ]
            yield from _side_sums(rows, column, table.columns[column])
            if position == 0 and rows:
                closing.append((rows[-1][0], column))
    if len(closing) == 2:
        yield Promise("column-sum", closing[0], (closing[1],), "收入总计 = 支出总计")


def _side_sums(rows: Sequence[tuple[int, str]], column: int, name: str) -> Iterator[Promise]:
    items: list[int] = []
    carried: list[int] = []
    last_total: int | None = None
    parent: int | None = None
    children: list[int] = []
    for row, label in rows:
        level = ordinal_level(label)
        if level == 3:
            if children or items:
                yield Promise(
                    "of-which", (row, column), (((children or items)[-1], column),), f"{name}：{label} ≤ 上一项"
                )
        elif level == 2:
            children.append(row)
        else:
            if parent is not None and children:
                yield Promise(
                    "column-sum", (parent, column), tuple((r, column) for r in children), f"{name}：上级 = 各分项之和"
                )
            parent, children = None, []
            if level == 1:
                items.append(row)
                parent = row
            elif fold(label).endswith(("合计", "总计")):
                parts = [last_total, *carried] if last_total is not None else [*items, *carried]
                if parts:
                    yield Promise(
                        "column-sum",
                        (row, column),
                        tuple((r, column) for r in parts if r is not None),
                        f"{name}：{label} = 以上各项之和",
                    )
                last_total, carried = row, []
            else:
                carried.append(row)
    if parent is not None and children:
        yield Promise(
            "column-sum", (parent, column), tuple((r, column) for r in children), f"{name}：上级 = 各分项之和"
        )


def _form(table: Table) -> Iterator[Promise]:
    """The budget block of a performance form: the total equals its sources, and its uses."""
    rows = [(i, r.label) for i, r in enumerate(table.rows) if r.kind is RowKind.BUDGET]
    total = next((i for i, label in rows if "总额" in label), None)
    if total is None:
        return
    groups: dict[str, list[int]] = {}
    for i, label in rows:
        if "/" in label:
            groups.setdefault(label.split("/")[0], []).append(i)
    for name, parts in groups.items():
        yield Promise("column-sum", (total, 3), tuple((r, 3) for r in parts), f"预算总额 = {name}各项之和")
