"""A document against those of other years and of the units it sums up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from service.checking.material import OWN_OFFICE, Material
from service.checking.rulebook import rule_of
from service.domain.coordinate import Aspect, Stage
from service.domain.document import Document
from service.domain.fact import Authority, Fact
from service.domain.finding import Finding
from service.domain.funds import comparison_key
from service.domain.quantity import Quantity
from service.numerals import render_quantity
from service.vocabulary.names import fold

_SHOWN = 5


def across_findings(material: Material) -> Iterator[Finding]:
    """Yield where a text's tables differ from last year's document and from the sum of its units' documents."""
    yield from _earlier(material)
    yield from _units(material)


def _cells_of(document: Document) -> list[Fact]:
    """Return the amounts that tables print, details of lists left out."""
    return [
        f for f in document.facts
        if f.authority is Authority.CELL and f.quantity is not None and f.coordinate.aspect is Aspect.LEVEL
        and not {"line", "column", "row"} & set(dict(f.coordinate.members))
    ]  # fmt: skip


def _within_rounding(one: Quantity, other: Quantity) -> bool:
    limit = sum((Decimal(5).scaleb(-q.decimals - 1) * q.unit.scale for q in (one, other)), Decimal(0))
    return one.unit.kind is not other.unit.kind or abs(one.base - other.base) <= limit


def _earlier(material: Material) -> Iterator[Finding]:
    """Compare what a text prints of another year or stage with that document itself (C26, D19), one finding for each.

    The column of the year before against that year's document; 预算数 of a final account against the budget.
    """
    text, rule = material.text, rule_of(material.vocabulary, "last-year")
    if rule is None:
        return
    for other in material.others:
        if (other.year, other.stage) == (text.year, text.stage) or other.year > text.year or not _is_same(text, other):
            continue
        differing = list(_differing(text, other))
        if other.year == text.year - 1 and other.stage is text.stage:
            differing += _carried(text, other)
        if differing:
            whose = f"{other.year}年{other.stage.value}"
            said = "；".join(
                f"{own.source.table_title}“{own.source.row_label}”的“{own.source.column_label}”印{own.source.quote}，"
                f"{whose}文件印{there.source.quote}"
                for own, there in differing[:_SHOWN]
            )
            more = f"；等{len(differing)}处" if len(differing) > _SHOWN else ""
            yield Finding(
                "last-year-differs", rule.severity, f"印出的{whose}数与那份文件不同：{said}{more}。{rule.unless}。",
                (*(own.source for own, _ in differing), differing[0][1].source),
                stated=differing[0][0].source.quote, expected=differing[0][1].source.quote,
            )  # fmt: skip


def _differing(text: Document, other: Document) -> Iterator[tuple[Fact, Fact]]:
    """Yield the cells of a text that are of another document's year and stage, with what that one prints instead."""
    printed: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in _cells_of(other):
        printed[comparison_key(fact.coordinate, frozenset())].append(fact)
    for fact in _cells_of(text):
        if (fact.coordinate.year, fact.coordinate.stage) == (other.year, other.stage):
            there = printed.get(comparison_key(fact.coordinate, frozenset()), [])
            if there and not any(_agree(fact, one) for one in there):
                yield fact, there[0]


def _carried(text: Document, before: Document) -> list[tuple[Fact, Fact]]:
    """Return the opening balance with last year's closing one where they differ (D19); final accounts alone have both."""
    if text.stage is not Stage.FINAL:
        return []
    opening = [
        f
        for f in _cells_of(text)
        if f.coordinate.measure == "收入" and f.coordinate.members == (("origin", "上年结转"),)
    ]
    closing = [f for f in _cells_of(before) if f.coordinate.measure == "年终结转" and not f.coordinate.members]
    if opening and closing and not any(_agree(a, b) for a in opening for b in closing):
        return [(opening[0], closing[0])]
    return []


def _agree(one: Fact, other: Fact) -> bool:
    return one.quantity is not None and other.quantity is not None and _within_rounding(one.quantity, other.quantity)


def _is_same(text: Document, other: Document) -> bool:
    return other.entity == text.entity or bool({*text.entity_names} & {*other.entity_names})


def _units(material: Material) -> Iterator[Finding]:
    """Compare a department's totals with the sum of its units', where the documents of all of them are at hand (B25)."""
    text, rule = material.text, rule_of(material.vocabulary, "roll-up")
    if rule is None or not text.units:
        return
    documents: list[Document] = []
    for unit in text.units:
        own = next(
            (d for d in material.others if d.year == text.year and d.stage is text.stage and _is_named(d, unit.name)),
            None,
        )
        if own is None:
            return
        documents.append(own)
    for measure in rule.words("measures"):
        total = _total(text, measure)
        parts = [_total(d, measure) for d in documents]
        if total is None or total.quantity is None:
            continue
        quantities = [p.quantity for p in parts if p is not None and p.quantity is not None]
        if len(quantities) < len(documents) or {q.unit.kind for q in quantities} != {total.quantity.unit.kind}:
            continue
        both = (total.quantity, *quantities)
        limit = sum((Decimal(5).scaleb(-q.decimals - 1) * q.unit.scale for q in both), Decimal(0))
        together = sum((q.base for q in quantities), Decimal(0))
        if abs(together - total.quantity.base) > limit:
            shown = render_quantity(Quantity(together / total.quantity.unit.scale, total.quantity.unit))
            yield Finding(
                "units-do-not-add-up", rule.severity,
                f"部门{measure}{render_quantity(total.quantity)}，{len(documents)}个单位之和{shown}，两者不等。{rule.unless}的除外。",
                (total.source, *(p.source for p in parts if p is not None)), stated=render_quantity(total.quantity),
                expected=shown, working=f"{' + '.join(map(render_quantity, quantities))} = {shown}",
            )  # fmt: skip
            return


def _is_named(document: Document, name: str) -> bool:
    """Whether a document is of the unit of that name; a department's own office bears the department's name."""
    names = {fold(n) for n in (document.entity, *document.entity_names)}
    own = fold(name)
    if own in names:
        return True
    bare = own.removesuffix("(本级)").removesuffix("本级")
    return bare != own and bare in names and document.kind == OWN_OFFICE


def _total(document: Document, measure: str) -> Fact | None:
    found: Sequence[Fact] = [
        f for f in _cells_of(document)
        if f.coordinate.measure == measure and not f.coordinate.members and f.coordinate.year == document.year
    ]  # fmt: skip
    return found[0] if found else None
