"""Grids become tables: header, row kinds, roles of columns, unit, notes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from service.domain.document import Cell, Row, RowKind, Table
from service.domain.fact import CellState
from service.domain.quantity import FIXED_UNITS, NUMBER, Unit
from service.ingestion.blocks import Anchor, Grid, Span
from service.ingestion.captions import Caption
from service.ingestion.codes import codes_down, heads
from service.ingestion.forms import is_form, read_form, read_performance_form
from service.ingestion.headers import HeaderPaths, read_header, read_spanned_header
from service.ingestion.layout import LaidRow, align_targets, compact, fill_down, join_page_breaks, lay_out
from service.ingestion.outline import Place, is_total, leading_code, outline
from service.ingestion.strips import CODED, NAMING, Strip, strips_of
from service.numerals import parse_cell
from service.vocabulary.catalogue import StandardTable
from service.vocabulary.names import fold, ordinal_level, squeeze
from service.vocabulary.vocabulary import Vocabulary

_AMOUNT = re.compile(r"^[-－+＋(（]?(?:\d[\d,，]*(?:[.．]\d+)?|[.．]\d+)[)）]?%?$")
_CODE = re.compile(r"^\d{2,24}$")
_YEAR = re.compile(r"^20[0-4]\d$")
_DASHES = frozenset({"-", "—", "——", "－", "/", "–", "--", "…"})
_UNIT_IN_HEADER = re.compile(r"[（(]单?位?[:：]?(?:人民币)?(千元|万元|亿元|百万元|元)[)）]")
_NUMBERING = re.compile(r"^(?:栏次|行次|序号|[甲乙丙丁戊己]|\d{1,2}(?:[=＝+＋].*)?)$")
_NOTHING = frozenset({"无", "无数据", "空表", "此表为空", "本表为空", "无此项支出", "无此项收入"})
_WHOLE_ROWS = frozenset({"合计", "总计"})
_DEEPEST_HEADER = 7


@dataclass(frozen=True, slots=True)
class BuiltTable:
    """A table and what later steps need of it.

    Attributes:
        table: The table.
        standard: Its entry in the catalogue, or None.
        roles: Role of each column (``figure``, ``label``, ``code`` …).
        owner: Department named in its caption, or "".
        strips: Its labels and figures side by side.
        spread: For a place covered by a merged label to its left, the column of that label.
    """

    table: Table
    standard: StandardTable | None
    roles: tuple[str, ...]
    owner: str
    strips: tuple[Strip, ...] = ()
    spread: Mapping[Anchor, int] = field(default_factory=dict)

    def label(self, row: int, column: int) -> str:
        """Return the label of a place, also where a label to its left reaches over it."""
        raw = self.table.rows[row].cells[column].raw
        if raw:
            return raw
        source = self.spread.get((row, column))
        return self.table.rows[row].cells[source].raw if source is not None else ""


def build_table(
    grid: Grid, caption: Caption, table_id: str, vocabulary: Vocabulary, *, repair: bool = True, spanned: bool = True
) -> BuiltTable:
    """Turn a grid into a table.

    Args:
        grid: Rows as printed, header included.
        caption: What stands around it.
        table_id: ``T01`` …
        vocabulary: For the catalogue and for telling a label from the rest of a torn one.
        repair: Whether slips in the header are undone; the proof step tries both.
        spanned: Whether the header is read by its merged cells, where they are known; the proof step tries both.
    """
    standard = vocabulary.catalogue.recognise(caption.title)
    spans: dict[Anchor, Span] = {}
    if grid.spans is not None:
        laid, spans = compact(grid)
        if is_form([r.cells for r in laid]):
            return _form(laid, spans, caption, table_id, standard, grid)
        depth, skipped = spanned_depth(laid, spans)
        cells = [r.cells for r in laid]
        by_spans = read_spanned_header(cells, spans, depth, skipped)
        inferred = [c for i, c in enumerate(cells[:depth]) if i not in skipped]
        header = by_spans if spanned else read_header(inferred, repair=repair)
    else:
        laid = lay_out([r for r in grid.rows if not _is_caption_row(r.cells)])
        if standard is not None and standard.layout == "form":
            table, roles = read_form(laid, table_id, standard.key, caption.title, caption.unit)
            return BuiltTable(table, standard, roles, caption.owner)
        depth = header_depth([r.cells for r in laid])
        header = read_header([r.cells for r in laid[:depth]], repair=repair)
    if not header.columns:
        header = HeaderPaths(tuple("" for _ in (laid[0].cells if laid else ())), ())
    body = laid[depth:]
    columns = header.columns
    if grid.spans is not None:
        columns = _lift_labels(columns, body, vocabulary)
        if body and is_numbering([c for c in body[0].cells if c]):
            body, depth = body[1:], depth + 1
    return _assemble(body, columns, header.repairs, spans, depth, caption, table_id, standard, vocabulary, grid)


def _form(
    laid: Sequence[LaidRow], spans: dict[Anchor, Span], caption: Caption, table_id: str,
    standard: StandardTable | None, grid: Grid,
) -> BuiltTable:  # fmt: skip
    table, roles = read_performance_form(laid, spans, table_id, caption, standard.key if standard else "")
    return BuiltTable(_by_ocr(table, grid), standard if standard and standard.layout == "form" else None, roles, caption.owner)


def _by_ocr(table: Table, grid: Grid) -> Table:
    return replace(table, by_ocr=True) if grid.by_ocr else table


def _assemble(
    body: list[LaidRow], columns: tuple[str, ...], header_repairs: Sequence[str], spans: dict[Anchor, Span], depth: int,
    caption: Caption, table_id: str, standard: StandardTable | None, vocabulary: Vocabulary, grid: Grid,
) -> BuiltTable:  # fmt: skip
    """Give the body its roles, mend it, and make the table."""
    roles = column_roles(columns, body, vocabulary)
    repairs = list(header_repairs)
    fill_down(body, spans, {c for c, role in enumerate(roles) if role in NAMING - CODED}, depth)
    repairs += join_page_breaks(
        body,
        roles=roles,
        is_figure=lambda c: bool(_AMOUNT.match(c)),
        is_known=lambda c: bool(vocabulary.members.named(c)) or vocabulary.catalogue.is_whole(c) or is_total(c),
    )
    repairs += align_targets(body, roles)
    unit = caption.unit or _unit_in(columns)
    strips = strips_of(columns, roles)
    kinds = row_kinds(body, roles, caption.owner, standard, strips)
    rows = tuple(
        Row(
            cells=tuple(
                _cell(text, role, columns[i], unit, vocabulary)
                for i, (text, role) in enumerate(zip(r.cells, roles, strict=True))
            ),
            kind=kind,
            lines=tuple(r.lines),
            label=row_label(r.cells, roles),
            page=r.page,
        )
        for r, kind in zip(body, kinds, strict=True)
    )
    spread = {
        (row - depth, c): column
        for (row, column), (_, across) in spans.items()
        if row >= depth and across > 1 and column < len(roles) and roles[column] in NAMING
        for c in range(column + 1, column + across)
    }
    table = Table(
        id=table_id, kind=standard.key if standard else "", title=caption.title, number=caption.number,
        unit=unit, columns=columns,
        figure_columns=tuple(i for i, role in enumerate(roles) if role == "figure"),
        rows=rows, notes=caption.notes, repairs=tuple(repairs), page=caption.page, by_ocr=grid.by_ocr,
    )  # fmt: skip
    return BuiltTable(table, standard, roles, caption.owner, strips, spread)


#: What the lowest row of a header says where each item has its budget and its final account beside each other.
_STAGE_LABELS = frozenset({"预算数", "年初预算数", "调整预算数", "全年预算数", "执行数", "决算数"})


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


def spanned_depth(rows: Sequence[LaidRow], spans: dict[Anchor, Span]) -> tuple[int, set[int]]:
    """Count the header rows of a grid whose merged cells are known.

    Returns:
        The number of header rows, and those among them that only number the columns.
    """
    skipped: set[int] = set()
    reach = 1
    for index, row in enumerate(rows):
        filled = [c for c in row.cells if c]
        if index and is_numbering(filled):
            skipped.add(index)
            continue
        if index and filled and all(fold(c) in _STAGE_LABELS for c in filled):
            reach = max(reach, index + 1)  # 预算数 决算数 below the items: still the header, however deep
            continue
        if index >= _DEEPEST_HEADER or (index and _opens_body(row, filled, within=index < reach)):
            return index, skipped
        if index == 0 and any(_AMOUNT.match(c) and not _YEAR.match(c) for c in filled):
            return 0, skipped
        reach = max([reach, *(index + down for (r, _), (down, _) in spans.items() if r == index)])
    return min(len(rows), max(reach, 1), _DEEPEST_HEADER), skipped


def _opens_body(row: LaidRow, filled: Sequence[str], *, within: bool) -> bool:
    """Whether a row is the first below the header; *within* where labels of the header still reach over it."""
    if any(_AMOUNT.match(c) and not _YEAR.match(c) for c in filled):
        return True
    if any(leading_code(c)[0] for c in filled):
        return True
    if within:
        return False
    if any(ordinal_level(c) in {1, 2} for c in filled):
        return True
    words = {fold(c) for c in filled}
    return row.after_blank or words <= _WHOLE_ROWS | _NOTHING or bool(words & _WHOLE_ROWS and len(filled) == 1)


def is_numbering(filled: Sequence[str]) -> bool:
    """Whether a row only numbers the columns: 栏次 1 2 3.

    Example:
        >>> is_numbering(["栏次", "1", "2", "3=1+2"]), is_numbering(["办公费", "1", "2"])
        (True, False)

    """
    numbers = [int(found.group()) for c in filled if (found := re.match(r"\d{1,2}", c))]
    grows = all(b == a + 1 for a, b in pairwise(numbers))
    return len(filled) > 1 and all(_NUMBERING.match(c) for c in filled) and (grows and len(numbers) > 1)


def _lift_labels(columns: tuple[str, ...], body: Sequence[LaidRow], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Take 类 款 项 out of the first body row, where they are printed beside the total, into the header."""
    if not body:
        return columns
    first = body[0]
    at = [c for c, text in enumerate(first.cells) if vocabulary.catalogue.role(text) in {"class", "section", "subsection"}]
    if len(at) < 2:
        return columns
    lifted = list(columns)
    for column in at:
        lifted[column] = f"{columns[column]}/{first.cells[column]}".lstrip("/")
        first.cells[column] = ""
    return tuple(lifted)


def column_roles(columns: Sequence[str], body: Sequence[LaidRow], vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return what each column holds: a role of the catalogue, or ``figure``, or ``label``.

    A column whose header names no role holds figures unless its cells are words. What the cells hold
    goes before what the header says where the two cannot both be.
    """
    roles: list[str] = []
    for index, path in enumerate(columns):
        role = vocabulary.catalogue.role(path.rsplit("/", 1)[-1])
        cells = [r.cells[index] for r in body if r.cells[index]]
        words = [c for c in cells if not _AMOUNT.match(c) and c not in _DASHES]
        if role is None:
            role = "label" if len(words) * 2 > len(cells) else "figure"
            if role == "figure" and _are_codes(cells, "figure" in roles, vocabulary):
                role = "code"
        elif role in CODED | {"unit_code"} and cells and len(words) * 2 > len(cells):
            role = "label"
        elif role == "label" and cells and not words and _are_amounts(cells):
            role = "figure"
        roles.append(role)
    return tuple(roles)


def _are_codes(cells: Sequence[str], after_figures: bool, vocabulary: Vocabulary) -> bool:
    """Whether cells are codes of a classification although their header does not say so."""
    codes = [c for c in cells if re.fullmatch(r"\d{3}|\d{5}|\d{7}", c)]
    if after_figures or not codes or len(codes) < len(cells):
        return False
    known = [c for c in codes if any(vocabulary.member(d, c) for d in ("function", "economic", "gov_economic"))]
    return len(known) * 2 > len(codes)


def _are_amounts(cells: Sequence[str]) -> bool:
    return any("." in c or "," in c for c in cells) and len(cells) > 1


def row_label(cells: Sequence[str], roles: Sequence[str]) -> str:
    """Name a row by its label cells, codes first: ``201 31 01 行政运行``."""
    shown = [c for c, role in zip(cells, roles, strict=True) if c and role in NAMING]
    if not shown:
        shown = [c for c, role in zip(cells, roles, strict=True) if c and role not in {"figure", "target", "indicator"}]
    return " ".join(shown)


def row_kinds(
    body: Sequence[LaidRow], roles: Sequence[str], owner: str, standard: StandardTable | None, strips: Sequence[Strip] = ()
) -> list[RowKind]:
    """Tell totals, department, unit, project, continued and item rows apart."""
    codes = {
        r.cells[i]
        for r in body
        for i, role in enumerate(roles)
        if role in {"unit_code", "project", "class", "code"} and _CODE.match(r.cells[i])
    }
    sided = len(strips) > 1 or (standard is not None and standard.layout == "two-sided")
    coded = any(role in CODED and any(r.cells[i] for r in body) for i, role in enumerate(roles))
    by_unit = standard is not None and standard.rows[:1] == ("unit",) and not coded
    kinds = []
    for index, row in enumerate(body):
        texts = [c for c, role in zip(row.cells, roles, strict=True) if c and role in NAMING]
        if not texts and not any(role in {"indicator", "target"} for role in roles):
            texts = [c for c, role in zip(row.cells, roles, strict=True) if c and role == "note"]
        code = next((c for c, role in zip(row.cells, roles, strict=True) if role == "unit_code" and c), "")
        project = any(c for c, role in zip(row.cells, roles, strict=True) if role == "project")
        kinds.append(_row_kind(index, texts, code, codes, "" if project else owner, two_sided=sided, by_unit=by_unit))
    if not sided and kinds[:2] == [RowKind.TOTAL, RowKind.ITEM] and _repeats_total(body, roles):
        kinds[1] = RowKind.DEPARTMENT
    return kinds


def _repeats_total(body: Sequence[LaidRow], roles: Sequence[str]) -> bool:
    """Whether the second row is the department under another name: the total again, and nobody's heading."""
    if len(body) < 4:
        return False
    figures = [[c for c, role in zip(r.cells, roles, strict=True) if role == "figure"] for r in body[:2]]
    codes = codes_down([r.cells for r in body[1:]], roles)
    heads_others = any(heads(codes[0], code) for code in codes[1:])
    return figures[0] == figures[1] and any(figures[0]) and not heads_others


def _row_kind(
    index: int, texts: list[str], code: str, codes: set[str], owner: str, *, two_sided: bool, by_unit: bool
) -> RowKind:
    if two_sided:
        plain = [n.place for n in outline(list(enumerate(texts)))]
        if plain and all(p is Place.TOTAL for p in plain):
            return RowKind.TOTAL
        return RowKind.CARRY if plain and all("结转" in t and not ordinal_level(t) for t in texts) else RowKind.ITEM
    if not texts:
        return RowKind.TOTAL if index == 0 else RowKind.CONTINUED
    if any(fold(t) in _WHOLE_ROWS for t in texts):
        return RowKind.TOTAL
    parent = any(other != code and other.startswith(code) for other in codes) if code else False
    names_owner = bool(owner) and any(squeeze(t) == squeeze(owner) for t in texts) and not (code and not parent and index)
    if (names_owner and index <= 2) or (parent and len(code) == 3):
        return RowKind.DEPARTMENT
    if len(code) > 12:
        return RowKind.PROJECT
    if code or by_unit:
        return RowKind.UNIT
    return RowKind.ITEM


def _cell(text: str, role: str, path: str, unit: Unit | None, vocabulary: Vocabulary) -> Cell:
    if not text:
        return Cell("", CellState.BLANK)
    if text in _DASHES:
        return Cell(text, CellState.DASH)
    if role != "figure":
        return Cell(text)
    leaf = path.rsplit("/", 1)[-1]
    own = _unit_in((path,)) or (NUMBER if vocabulary.catalogue.is_count(leaf) else unit or NUMBER)
    return Cell(text, CellState.PRINTED, parse_cell(text, own))


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
