"""Grids become tables: header, row kinds, roles of columns, unit, notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.document import Cell, Row, RowKind, Table
from service.domain.fact import CellState
from service.domain.quantity import FIXED_UNITS, NUMBER, Unit
from service.ingestion.blocks import Grid
from service.ingestion.captions import Caption
from service.ingestion.forms import read_form
from service.ingestion.headers import HeaderPaths, read_header
from service.ingestion.layout import LaidRow, align_targets, join_page_breaks, lay_out
from service.numerals import parse_cell
from service.vocabulary.catalogue import StandardTable
from service.vocabulary.names import fold, ordinal_level, squeeze
from service.vocabulary.vocabulary import Vocabulary

_AMOUNT = re.compile(r"^[-－(（]?[\d,，]+(?:[.．]\d+)?[)）]?%?$")
_CODE = re.compile(r"^\d{2,24}$")
_DASHES = frozenset({"-", "—", "——", "－", "/", "–"})
_UNIT_IN_HEADER = re.compile(r"[（(]单?位?[:：]?(千元|万元|亿元|百万元|元)[)）]")


@dataclass(frozen=True, slots=True)
class BuiltTable:
    """A table and what later steps need of it.

    Attributes:
        table: The table.
        standard: Its entry in the catalogue, or None.
        roles: Role of each column (``figure``, ``label``, ``code`` …).
        owner: Department named in its caption, or "".
    """

    table: Table
    standard: StandardTable | None
    roles: tuple[str, ...]
    owner: str


def build_table(
    grid: Grid, caption: Caption, table_id: str, vocabulary: Vocabulary, *, repair: bool = True
) -> BuiltTable:
    """Turn a grid into a table.

    Args:
        grid: Rows as printed, header included.
        caption: What stands around it.
        table_id: ``T01`` …
        vocabulary: For the catalogue and for telling a label from the rest of a torn one.
        repair: Whether slips in the header are undone; the proof step tries both.
    """
    standard = vocabulary.catalogue.recognise(caption.title)
    laid = lay_out([r for r in grid.rows if not _is_caption_row(r.cells)])
    if standard is not None and standard.layout == "form":
        table, roles = read_form(laid, table_id, standard.key, caption.title, caption.unit)
        return BuiltTable(table, standard, roles, caption.owner)
    depth = header_depth([r.cells for r in laid])
    header = read_header([r.cells for r in laid[:depth]], repair=repair)
    if not header.columns:
        header = HeaderPaths(tuple("" for _ in (laid[0].cells if laid else ())), ())
    body = laid[depth:]
    roles = column_roles(header.columns, body, vocabulary)
    repairs = list(header.repairs)
    repairs += join_page_breaks(
        body,
        roles=roles,
        is_figure=lambda c: bool(_AMOUNT.match(c)),
        is_known=lambda c: bool(vocabulary.members.named(c)) or vocabulary.catalogue.is_whole(c),
    )
    repairs += align_targets(body, roles)
    unit = caption.unit or _unit_in(header.columns)
    rows = tuple(
        Row(
            cells=tuple(
                _cell(text, role, header.columns[i], unit)
                for i, (text, role) in enumerate(zip(r.cells, roles, strict=True))
            ),
            kind=kind,
            lines=tuple(r.lines),
            label=row_label(r.cells, roles),
        )
        for r, kind in zip(body, row_kinds(body, roles, caption.owner, standard), strict=True)
    )
    table = Table(
        id=table_id, kind=standard.key if standard else "", title=caption.title, number=caption.number,
        unit=unit, columns=header.columns,
        figure_columns=tuple(i for i, role in enumerate(roles) if role == "figure"),
        rows=rows, notes=caption.notes, repairs=tuple(repairs), page=caption.page,
    )  # fmt: skip
    return BuiltTable(table, standard, roles, caption.owner)


def header_depth(rows: Sequence[Sequence[str]]) -> int:
    """Count the header rows: those above the first row with an amount, a code or a lone 合计.

    Example:
        >>> header_depth([["项目", "金额"], ["一、一般公共预算", "950.47"]])
        1

    """
    for index, cells in enumerate(rows):
        filled = [c for c in cells if c]
        if any(_AMOUNT.match(c) for c in filled) or (len(filled) == 1 and fold(filled[0]) in _WHOLE_ROWS):
            return index
    return min(len(rows), 3)


_WHOLE_ROWS = frozenset({"合计", "总计"})


def column_roles(columns: Sequence[str], body: Sequence[LaidRow], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return what each column holds: a role of the catalogue, or ``figure``, or ``label``.

    A column whose header names no role holds figures unless its cells are words.
    """
    roles = []
    for index, path in enumerate(columns):
        leaf = path.rsplit("/", 1)[-1]
        role = vocabulary.catalogue.role(leaf)
        if role is None:
            cells = [r.cells[index] for r in body if r.cells[index]]
            words = [c for c in cells if not _AMOUNT.match(c) and c not in _DASHES]
            role = "label" if len(words) * 2 > len(cells) else "figure"
        roles.append(role)
    return tuple(roles)


def row_label(cells: Sequence[str], roles: Sequence[str]) -> str:
    """Name a row by its label cells, codes first: ``201 31 01 行政运行``."""
    shown = [c for c, role in zip(cells, roles, strict=True) if c and role not in {"figure", "target", "indicator"}]
    return " ".join(shown)


def row_kinds(
    body: Sequence[LaidRow], roles: Sequence[str], owner: str, standard: StandardTable | None
) -> list[RowKind]:
    """Tell totals, department, unit, project, continued and item rows apart."""
    codes = {
        r.cells[i]
        for r in body
        for i, role in enumerate(roles)
        if role in {"unit_code", "project", "class", "code"} and _CODE.match(r.cells[i])
    }
    two_sided = standard is not None and standard.layout == "two-sided"
    by_unit = standard is not None and standard.rows[:1] == ("unit",)
    kinds = []
    for index, row in enumerate(body):
        texts = [
            c for c, role in zip(row.cells, roles, strict=True) if c and role not in {"figure", "target", "indicator"}
        ]
        code = next((c for c, role in zip(row.cells, roles, strict=True) if role == "unit_code" and c), "")
        kinds.append(_row_kind(index, texts, code, codes, owner, two_sided=two_sided, by_unit=by_unit))
    if not two_sided and kinds[:2] == [RowKind.TOTAL, RowKind.ITEM] and _repeats_total(body, roles):
        kinds[1] = RowKind.DEPARTMENT
    return kinds


def _repeats_total(body: Sequence[LaidRow], roles: Sequence[str]) -> bool:
    """Whether the second row is the department under another name: the total again, and nobody's heading."""
    if len(body) < 4:
        return False
    figures = [[c for c, role in zip(r.cells, roles, strict=True) if role == "figure"] for r in body[:2]]
    coded = [
        "".join(c for c, role in zip(r.cells, roles, strict=True) if role in {"class", "section", "subsection", "code"})
        for r in body[1:]
    ]
    heads_others = any(code.startswith(coded[0]) for code in coded[1:])
    return figures[0] == figures[1] and any(figures[0]) and not heads_others


def _row_kind(
    index: int, texts: list[str], code: str, codes: set[str], owner: str, *, two_sided: bool, by_unit: bool
) -> RowKind:
    if two_sided:
        plain = [t for t in texts if ordinal_level(t) == 0]
        if plain and all(fold(t).endswith(("合计", "总计")) for t in plain) and len(plain) == len(texts):
            return RowKind.TOTAL
        return RowKind.CARRY if plain and all("结转" in t for t in texts) else RowKind.ITEM
    if not texts:
        return RowKind.TOTAL if index == 0 else RowKind.CONTINUED
    if any(fold(t) in _WHOLE_ROWS for t in texts):
        return RowKind.TOTAL
    parent = any(other != code and other.startswith(code) for other in codes) if code else False
    names_owner = bool(owner) and any(squeeze(t) == squeeze(owner) for t in texts)
    if names_owner or (parent and len(code) == 3):
        return RowKind.DEPARTMENT
    if len(code) > 12:
        return RowKind.PROJECT
    if code or by_unit:
        return RowKind.UNIT
    return RowKind.ITEM


def _cell(text: str, role: str, path: str, unit: Unit | None) -> Cell:
    if not text:
        return Cell("", CellState.BLANK)
    if text in _DASHES:
        return Cell(text, CellState.DASH)
    if role != "figure":
        return Cell(text)
    return Cell(text, CellState.PRINTED, parse_cell(text, _unit_in((path,)) or unit or NUMBER))


def _unit_in(columns: Sequence[str]) -> Unit | None:
    for path in columns:
        found = _UNIT_IN_HEADER.search(path)
        if found:
            return FIXED_UNITS[found.group(1)]
    return None


def _is_caption_row(cells: Sequence[str]) -> bool:
    """Whether a row inside the grid is a caption that happened to keep its tabs."""
    filled = [c for c in cells if c.strip()]
    return len(filled) == 1 and bool(re.match(r"^(?:部门|单位|填报单位)(?:名称)?\s*[:：]", filled[0].strip()))
