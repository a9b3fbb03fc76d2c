"""Which cells each of the seed's hand-made identities relates, from its description or from the map file.

The cells are those of ``seed_tables.json``, so nothing here depends on what the service reads.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from evals.cases import CASES
from evals.figures import squeeze

MAP = CASES / "seed_identity_map.toml"
FIRST_MAPPED = 255

Cells = tuple[str, ...]


class UnmappedError(ValueError):
    """A description that no rule here understands."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A hand-made identity with its operands.

    Attributes:
        id: ``V001``.
        group: ``T03内``, 表间, 文表 or 文内.
        text: Its description.
        how: ``sum``, ``each``, ``ratio``, ``rate``, ``total``, ``derived`` or ``count``.
        left: Cells (``T03.0.5``) or stated figures (``N1143``) on the left, blank ones too.
        right: Those on the right.
        left_value: As recomputed by hand.
        right_value: As recomputed by hand.
        verdict: ``exact`` or ``rounding``.
    """

    id: str
    group: str
    text: str
    how: str
    left: Cells
    right: Cells
    left_value: str
    right_value: str
    verdict: str


class Sheet:
    """A labelled table, for finding cells by what names them."""

    def __init__(self, truth: dict[str, Any]) -> None:
        self.id: str = truth["id"]
        self.columns: list[str] = truth["columns"]
        self.rows: list[dict[str, Any]] = truth["rows"]

    def cell(self, row: int, column: int) -> str:
        """Return the key of a cell."""
        return f"{self.id}.{row}.{column}"

    def column(self, path: str) -> int:
        """Return the column of that header path."""
        return self.columns.index(path)

    def after(self, column: int, *excluded: str) -> list[int]:
        """Return the columns right of one, those that end in one of *excluded* left out."""
        return [c for c in range(column + 1, len(self.columns)) if not self.columns[c].endswith(excluded)]

    def find(self, is_it: Callable[[list[str]], bool]) -> int:
        """Return the one row whose cells satisfy a condition.

        Raises:
            UnmappedError: None does, or several do.
        """
        found = [i for i, row in enumerate(self.rows) if is_it(row["cells"])]
        if len(found) != 1:
            raise UnmappedError(f"{self.id}: {len(found)} rows fit")
        return found[0]

    def of_kind(self, *kinds: str) -> list[int]:
        """Return the rows of some kinds."""
        return [i for i, row in enumerate(self.rows) if row["kind"] in kinds]

    def named(self, side: int, pattern: str) -> list[int]:
        """Return the rows whose label on one side of a two-sided table matches."""
        return [i for i, row in enumerate(self.rows) if re.fullmatch(pattern, row["cells"][side])]


Sides = tuple[Iterable[str], Iterable[str]]


def relations(checks: Sequence[dict[str, str]], truth: dict[str, Any]) -> tuple[Relation, ...]:
    """Return the 336 identities with their operands.

    Raises:
        UnmappedError: A description is not understood.
    """
    sheets = {t["id"]: Sheet(t) for t in truth["tables"]}
    mapped = tomllib.loads(MAP.read_text(encoding="utf-8"))
    return tuple(_relation(check, sheets, mapped) for check in checks if check["id"].startswith("V"))


def _relation(check: dict[str, str], sheets: dict[str, Sheet], mapped: dict[str, Any]) -> Relation:
    how = "sum"
    if int(check["id"][1:]) >= FIRST_MAPPED:
        entry = mapped[check["id"]]
        how = entry.get("how", "sum")
        left, right = _mapped(entry, sheets)
    else:
        sheet = sheets[check["group"][:3]]
        try:
            sides = _READERS[sheet.id](sheet, check["desc"])
        except (ValueError, IndexError) as error:
            raise UnmappedError(f"{check['id']} {check['desc']}: {error}") from error
        left, right = (tuple(side) for side in sides)
    return Relation(
        id=check["id"],
        group=check["group"],
        text=check["desc"],
        how=how,
        left=left,
        right=right,
        left_value=check["lhs"],
        right_value=check["rhs"],
        verdict="exact" if check["status"] == "PASS" else "rounding",
    )


def _mapped(entry: dict[str, Any], sheets: dict[str, Sheet]) -> tuple[Cells, Cells]:
    left = tuple(entry.get("left", ()))
    if "codes" in entry:
        table, column, code = entry["codes"]
        sheet = sheets[table]
        rows = [
            i
            for i, row in enumerate(sheet.rows)
            if _code(sheet, row).startswith(code) and entry.get("block", row.get("block")) == row.get("block")
        ]
        return left, tuple(sheet.cell(i, column) for i in rows)
    if "type" in entry:
        sheet = sheets["T10"]
        return left, tuple(sheet.cell(i, 3) for i in sheet.named(0, entry["type"]))
    return left, tuple(entry.get("right", ()))


def _code(sheet: Sheet, row: dict[str, Any]) -> str:
    """Return the department's economic code of a row, split over two cells in T07; "" for a total."""
    cells = row["cells"]
    if row["kind"] != "item":
        return ""
    return str(cells[0] if sheet.id == "T06" else cells[0] + cells[1])


def _two_sided(sheet: Sheet, text: str) -> Sides:
    """T01 and T04: totals of numbered items, on the left and on the right."""
    match = re.match(r"支出\[(.+)\]：(.+)", text)
    if match:  # T04, one spending column
        paths = {
            "合计": "支出/合计",
            "一般公共预算小计": "支出/一般公共预算/小计",
            "其中财政拨款": "支出/一般公共预算/其中：财政拨款",
            "政府性基金": "支出/政府性基金",
            "国有资本经营预算": "支出/国有资本经营预算",
        }
        column = sheet.column(paths[match[1]])
        spent, carried, total = (sheet.named(2, p)[0] for p in ("一、本年支出", "二、年终结转结余", "支出合计"))
        if match[2].startswith("一、"):
            return [sheet.cell(spent, column)], [sheet.cell(r, column) for r in range(spent + 1, carried)]
        return [sheet.cell(total, column)], [sheet.cell(spent, column), sheet.cell(carried, column)]
    match = re.match(r"\[(.+)\] 合计=", text)
    if match:  # T04, one spending row
        row = sheet.named(2, re.escape(match[1]))[0]
        return [sheet.cell(row, 3)], [sheet.cell(row, c) for c in (4, 6, 7)]
    return _PLAIN_SUMS[f"{sheet.id} {text}"](sheet)


def _pick(left: tuple[int, str], *right: tuple[int, str]) -> Callable[[Sheet], Sides]:
    """Relate rows named by (side, pattern); the figure stands in the next column."""

    def sides(sheet: Sheet) -> Sides:
        cells = [sheet.cell(row, side + 1) for side, p in right for row in sheet.named(side, p)]
        return [sheet.cell(sheet.named(left[0], left[1])[0], left[0] + 1)], cells

    return sides


_NUMBERED = "[一二三四五六七八九十]+、.+"
_PLAIN_SUMS: dict[str, Callable[[Sheet], Sides]] = {
    "T01 本年收入合计=一~九项收入之和（“其中：财政拨款”不计）": _pick((0, "本年收入合计"), (0, _NUMBERED)),
    "T01 其中：财政拨款≤一般公共预算（此处相等）": _pick((0, "其中：财政拨款"), (0, "一、一般公共预算")),
    "T01 本年支出合计=各功能类支出之和": _pick((2, "本年支出合计"), (2, _NUMBERED)),
    "T01 收入总计=本年收入合计+上年结转结余": _pick((0, "收入总计"), (0, "本年收入合计|上年结转结余")),
    "T01 支出总计=本年支出合计+年终结转结余": _pick((2, "支出总计"), (2, "本年支出合计|年终结转结余")),
    "T01 收入总计=支出总计": _pick((0, "收入总计"), (2, "支出总计")),
    "T04 一、本年收入=（一）一般公共+（二）基金+（三）国资": lambda s: (
        [s.cell(0, 1)],
        [s.cell(r, 1) for r in (1, 3, 4)],
    ),
    "T04 收入合计=本年收入+上年结转": _pick((0, "收入合计:"), (0, "一、本年收入|二、上年结转")),
    "T04 收入合计=支出合计": _pick((0, "收入合计:"), (2, "支出合计")),
}

#: What the descriptions call columns, by table.
_COLUMNS = {
    "T02": {
        "总计": "总计",
        "本年收入合计": "本年收入/合计",
        "一般公共预算小计": "本年收入/一般公共预算/小计",
        "其中财政拨款": "本年收入/一般公共预算/其中：财政拨款",
    },
    "T06": {
        "合计": "本年一般公共预算基本支出/合计",
        "人员经费": "本年一般公共预算基本支出/人员经费",
        "公用经费": "本年一般公共预算基本支出/公用经费",
    },
}


def _matrix(sheet: Sheet, text: str) -> Sides:
    """Tables with a total row: sums along a row, down a column."""
    match = re.match(r"\[(.*)\] (.+)", text)
    if match:
        row = _row_called(sheet, match[1])
        total, parts = _ROW_SUMS[sheet.id](sheet, match[2])
        return [sheet.cell(row, total)], [sheet.cell(row, c) for c in parts]
    match = re.match(r"(.+)列：(.+)", text)
    if match:
        path = _COLUMNS.get(sheet.id, {}).get(match[1], match[1])
        return _down(sheet, sheet.column(path), match[2])
    if sheet.id == "T06":  # 人员经费=301+303
        name, classes = text.split("=")
        rows = [i for i, r in enumerate(sheet.rows) if _code(sheet, r)[:3] in classes.split("+")]
        return [sheet.cell(0, sheet.column(_COLUMNS["T06"][name]))], [sheet.cell(i, 4) for i in rows]
    return _down(sheet, sheet.columns.index("合计"), text)


def _row_called(sheet: Sheet, name: str) -> int:
    """Find a row by the label that the description gives it."""
    name = squeeze(name)

    def is_it(cells: list[str]) -> bool:
        match sheet.id:
            case "T02":
                label = "".join(cells[:2])
            case "T03" | "T05":
                label = "".join(cells[:5])
            case "T06":
                label = f"{cells[0]}{cells[1]}/{cells[2]}"
            case "T07":
                label = f"{''.join(cells[:3])}/{''.join(cells[3:5])}"
            case _:
                label = f"{cells[1] or '合计'}|{cells[2]}"
        return squeeze(label) == name

    return sheet.find(is_it)


def _row_sum(sheet: Sheet, text: str) -> tuple[int, list[int]]:
    """Return (total column, part columns) of a sum along a row."""
    base = sheet.columns.index("合计") if "合计" in sheet.columns else -1
    match sheet.id, text.partition("=")[0]:
        case "T02", "总计":
            return 2, [3, 14]
        case "T02", "本年收入合计":
            return 3, [4, *range(6, 14)]
        case "T02", _:
            return 5, [4]
        case (("T03" | "T05"), "合计"):
            return base, [6, 11]
        case (("T03" | "T05"), "基本小计"):
            return 6, [7, 8, 9, 10]
        case (("T03" | "T05"), _):
            return 11, [12, 13]
        case "T06", _:
            return 4, [5, 6]
        case "T07", "总计":
            return 6, [7, *range(9, 18)]
        case "T07", _:
            return 8, [7]
        case _:
            return base, sheet.after(base)


_ROW_SUMS = dict.fromkeys(("T02", "T03", "T05", "T06", "T07", "T10"), _row_sum)


def _down(sheet: Sheet, column: int, text: str) -> Sides:
    """Return the sides of a sum down a column."""
    total, department = sheet.of_kind("total")[:1], sheet.of_kind("department")[:1]
    if text == "合计行=部门行":
        left, right = total, department
    elif text.startswith("部门行"):
        left, right = department, sheet.of_kind("unit", "item")
    else:
        left, right = total, sheet.of_kind("item")
    return [sheet.cell(r, column) for r in left], [sheet.cell(r, column) for r in right]


def _three_public(sheet: Sheet, text: str) -> Sides:
    if text.startswith("三公合计"):
        return [sheet.cell(0, 0)], [sheet.cell(0, c) for c in (1, 2, 5)]
    return [sheet.cell(0, 2)], [sheet.cell(0, 3), sheet.cell(0, 4)]


def _form(sheet: Sheet, text: str) -> Sides:
    budget = sheet.of_kind("budget")
    return [sheet.cell(budget[0], 3)], [sheet.cell(r, 3) for r in (budget[1:4] if "政府" in text else budget[4:])]


def _projects(sheet: Sheet, text: str) -> Sides:
    """T12: department, units, their projects."""
    match = re.match(r"\[(.+)\|(.+)\] ", text)
    unit_of: dict[int, str] = {}
    unit = ""
    for index, row in enumerate(sheet.rows):
        unit = row["cells"][0] if row["kind"] == "unit" else unit
        if row["kind"] == "project":
            unit_of[index] = unit
    if match:
        own = next(i for i, u in unit_of.items() if u == match[2] and sheet.rows[i]["cells"][1] == match[1])
        return [sheet.cell(own, 2)], [sheet.cell(own, c) for c in (3, 4, 5)]
    if text == "部门行=单位行之和":
        return [sheet.cell(0, 2)], [sheet.cell(r, 2) for r in sheet.of_kind("unit")]
    code = text[:6]
    own = next(i for i in sheet.of_kind("unit") if sheet.rows[i]["cells"][0] == code)
    return [sheet.cell(own, 2)], [sheet.cell(r, 2) for r, u in unit_of.items() if u == code]


_READERS: dict[str, Callable[[Sheet, str], Sides]] = {
    **dict.fromkeys(("T01", "T04"), _two_sided),
    **dict.fromkeys(("T02", "T03", "T05", "T06", "T07", "T10"), _matrix),
    "T08": _three_public,
    "T11": _form,
    "T12": _projects,
}
