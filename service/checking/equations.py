"""Rules that are written as formulas: both sides are looked up in the tables and compared."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from service.calculation.evaluator import evaluate
from service.calculation.parser import parse_formula
from service.calculation.scope import Scope
from service.calculation.trace import Evaluation
from service.checking.cells import Cells, figures_of
from service.checking.material import Material
from service.checking.rulebook import Rule, rules_of
from service.domain.document import Document, RowKind, Table
from service.domain.errors import YoujuError
from service.domain.fact import Authority, Source
from service.domain.finding import Finding
from service.domain.quantity import Kind, Quantity
from service.numerals import render_quantity
from service.vocabulary.names import fold, squeeze

#: A cell: (table, row, column).
Place = tuple[str, int, int]


def equation_findings(material: Material, taken: frozenset[Place]) -> Iterator[Finding]:
    """Try every rule that is a formula on the tables of the text.

    Args:
        material: The text and its documents.
        taken: Cells that a finding already explains; what fails because of them is not told again.
    """
    text = material.text
    if not text.tables:
        return
    facts = [f for f in text.facts if f.authority is Authority.CELL]
    scope = Scope(
        facts, material.vocabulary, (), year=text.year, stage=text.stage,
        table_kinds={(text.id, t.id): t.kind for t in text.tables},
    )  # fmt: skip
    for rule in rules_of(material.vocabulary):
        if rule.text("left"):
            yield from _tried(rule, text, scope, taken)


def _tried(rule: Rule, text: Document, scope: Scope, taken: frozenset[Place]) -> Iterator[Finding]:
    left, right = _value(rule.text("left"), scope), _value(rule.text("right"), scope)
    if left is None or right is None or left.shown is None or right.shown is None:
        return
    sources = tuple(f.source for e in (left, right) for figure in e.figures for f in figure.facts)
    if not _applies(rule, text, scope, sources) or any((s.table, s.row, s.column) in taken for s in sources):
        return
    a, b = left.quantity, right.quantity
    if a.unit.kind is not b.unit.kind:
        return
    limit = _limit(left) + _limit(right) if a.unit.kind is Kind.MONEY else Decimal(0)
    holds = a.base - b.base <= limit if rule.text("compare") == "<=" else abs(a.base - b.base) <= limit
    if holds:
        return
    said = left.working if not right.figures else f"{left.working}；{right.working}"
    except_for = f"例外：{rule.unless}。" if rule.unless else ""
    yield Finding(
        rule.text("code") or "rule-does-not-hold", rule.severity,
        f"规则“{rule.name}”不成立：{said}。依据：{rule.basis}。{except_for}",
        sources, stated=render_quantity(left.shown), expected=render_quantity(right.shown),
        working=f"{left.working}；{right.working}",
    )  # fmt: skip


def _value(formula: str, scope: Scope) -> Evaluation | None:
    """Return the value of a side, None where the tables do not have it."""
    try:
        return evaluate(parse_formula(formula), scope)
    except YoujuError:
        return None


def _limit(side: Evaluation) -> Decimal:
    quantities = [f.quantity for figure in side.figures for f in figure.facts if f.quantity is not None]
    return sum((Decimal(5).scaleb(-q.decimals - 1) * q.unit.scale for q in quantities), Decimal(0))


def _applies(rule: Rule, text: Document, scope: Scope, sources: tuple[Source, ...]) -> bool:
    tables = {t.id: t for t in text.tables}
    if rule.given.get("totals") and any(_is_no_total(tables.get(s.table), s.row) for s in sources):
        return False
    nonzero = _value(rule.text("unless_nonzero"), scope) if rule.text("unless_nonzero") else None
    if nonzero is not None and nonzero.quantity.number:
        return False
    notes = "".join(squeeze(n) for s in sources if s.table in tables for n in tables[s.table].notes)
    return not any(word in notes for word in rule.words("unless_note"))


def _is_no_total(table: Table | None, row: int) -> bool:
    return table is None or table.rows[row].kind is not RowKind.TOTAL


# Rows of a table that carries money over -----------------------------------------------------------------------------


def flow_findings(text: Document, rule: Rule | None) -> Iterator[Finding]:
    """Check, row by row, that opening balance and income less spending make the closing balance (D15)."""
    if rule is None:
        return
    cells = Cells(text)
    for table in text.tables:
        columns = [_flow_column(table, rule.words(key)) for key in ("opening", "income", "spending", "closing")]
        if table.kind not in {"B8", "B9"} or None in columns:
            continue
        for r, row in enumerate(table.rows):
            held = dict(figures_of(row, table))
            figures = [held.get(c) for c in columns if c is not None]
            present = [q for q in figures if q is not None]
            if not present or {q.unit for q in present} != {present[0].unit}:
                continue
            opening, income, spending, closing = (q.number if q else Decimal(0) for q in figures)
            expected = opening + income - spending
            limit = sum((Decimal(5).scaleb(-q.decimals - 1) for q in present), Decimal(0))
            if abs(expected - closing) > limit:
                shown = render_quantity(Quantity(expected, present[0].unit))
                last = columns[3]
                assert last is not None  # noqa: S101 - looked at above
                yield Finding(
                    "rule-does-not-hold", rule.severity,
                    f"{cells.words(f'{table.id}.{r}.{last}')}印{row.cells[last].raw or '空白'}，按“{rule.name}”应为{shown}。",
                    tuple(cells.at(table, r, c) for c in reversed(columns) if c is not None),
                    stated=row.cells[last].raw, expected=shown, working=f"{opening} + {income} − {spending} = {expected}",
                )  # fmt: skip


def _flow_column(table: Table, words: tuple[str, ...]) -> int | None:
    """Return the first column of a group, its whole where the group has one."""
    found = [c for c in table.figure_columns if any(fold(table.columns[c]).startswith(fold(w)) for w in words)]
    return found[0] if found else None
