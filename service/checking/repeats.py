"""The same thing stated at several places must be stated alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from service.checking.arithmetic import meet
from service.checking.book import Book
from service.checking.claims import Claim, Objection, interval_of
from service.checking.material import Material
from service.checking.words import Words
from service.domain.coordinate import Aspect, Coordinate
from service.domain.fact import Authority, Fact
from service.domain.finding import Severity
from service.domain.quantity import Quantity
from service.numerals import render_quantity

_LONGEST_QUOTE = 60
#: Other places shown for a figure.
_SHOWN = 3
#: What is stated in more ways than this is not one thing.
_MOST_FORMS = 40
_TOTALS = frozenset({"收入", "支出", "支出总计"})


def judge_repeats(claims: Sequence[Claim], book: Book, words: Words, document: str) -> None:
    """Compare what is stated of one coordinate, and of income and spending where they balance."""
    groups: Mapping[tuple[object, ...], list[Claim]] = defaultdict(list)
    for claim in claims:
        for coordinate in claim.coordinates[:1]:
            if claim.aspect is not None:
                groups[_key(coordinate, book, claim)].append(claim)
    for same in groups.values():
        if len(same) > 1:
            _judge(same, words, document)


def judge_by_other_texts(claims: Sequence[Claim], material: Material, book: Book, words: Words) -> None:
    """Judge changes, rates and shares by what the documents at hand state in their own words."""
    stated: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for document in (*material.sources, *material.others):
        if document.id == material.text.id:
            continue
        for fact in document.facts:
            place = fact.coordinate
            if fact.authority is Authority.SENTENCE and fact.quantity is not None:
                stated[(*book.key(place), place.aspect, place.base_year)].append(fact)
    for claim in claims:
        if not claim.is_open or not claim.coordinates or claim.aspect is None:
            continue
        place = claim.coordinates[0]
        found = [
            f for f in stated.get((*book.key(place), place.aspect, place.base_year), ())
            if f.quantity is not None and f.quantity.unit.kind is claim.quantity.unit.kind
        ]  # fmt: skip
        if not found:
            continue
        same = [f for f in found if f.quantity is not None and meet(interval_of(f.quantity), claim.interval)]
        if same:
            claim.support(f"原文“{same[0].source.quote[:_LONGEST_QUOTE]}”", same[0].source)
        elif place.aspect is not Aspect.LEVEL and found[0].quantity is not None:
            said = render_quantity(Quantity(abs(found[0].quantity.number), found[0].quantity.unit))
            claim.objection = Objection(
                "places-disagree", Severity.WARNING,
                f"{words.subject(place)}文中写{_said(claim)}，公开文本里写的是“{found[0].source.quote[:_LONGEST_QUOTE]}”，二者不一致。",
                said, "", (found[0].source,),
            )  # fmt: skip


def _key(coordinate: Coordinate, book: Book, claim: Claim) -> tuple[object, ...]:
    measure, year, stage, members = book.key(coordinate)
    if measure in _TOTALS and {d for d, _ in coordinate.members} <= {"fund", "origin"} and coordinate.aspect in {Aspect.CHANGE, Aspect.RATE}:
        measure = "收支" if _balances(coordinate, book) else measure
    compared = _compared_with(claim)
    return measure, year, stage, members, coordinate.aspect, coordinate.base_year, compared, claim.quantity.unit.kind


def _compared_with(claim: Claim) -> str:
    """Return the kind of figure that a comparison is with: a change against 执行数 is not one against 预算."""
    begin = claim.statement.sentence[0] if claim.statement else 0
    text = claim.paragraph.text[begin : claim.start]
    return next((w for w in ("执行", "决算", "年初", "全年") if w in text), "")


def _balances(coordinate: Coordinate, book: Book) -> bool:
    """Whether income and spending print the same total, so that they changed alike too."""
    income, spending = (
        book.at(replace(coordinate, measure=m, aspect=Aspect.LEVEL, base_year=None, members=())) for m in ("收入", "支出")
    )
    return bool(income) and bool(spending) and income[0].quantity.base == spending[0].quantity.base


def _judge(same: Sequence[Claim], words: Words, document: str) -> None:
    """Support what agrees; of what does not, object to what nothing else bears out."""
    forms: dict[tuple[object, ...], list[Claim]] = {}
    for claim in same:
        forms.setdefault((claim.quantity.unit, claim.quantity.decimals, claim.quantity.number), []).append(claim)
    if len(forms) > _MOST_FORMS:
        return  # no one thing
    groups = list(forms.values())
    alike = [[h for h in groups if _agree(g[0], h[0])] for g in groups]
    for own, with_it in zip(groups, alike, strict=True):
        together = [c for g in with_it for c in g]
        if len(together) > 1:
            for claim in own:
                if claim.objection is None:
                    others = [c for c in together[: _SHOWN + 1] if c is not claim][:_SHOWN]
                    claim.support(f"与另{len(together) - 1}处所写一致", *(c.source(document) for c in others))
    founded = [next((c for c in g if c.objection is None and (c.settled or _has_arithmetic(c))), None) for g in groups]
    if any(founded):
        for own, with_it in zip(groups, alike, strict=True):
            if any(founded[groups.index(g)] for g in with_it):
                continue
            against = next(f for f in founded if f is not None)
            for claim in own:
                if claim.objection is None:
                    _object(claim, against, words, document)
        return
    rivals = sorted((g for g in groups if any(c.objection is None for c in g)), key=len)
    if len(rivals) > 1 and not _agree(rivals[0][0], rivals[-1][0]):
        _object([c for c in rivals[0] if c.objection is None][-1], rivals[-1][0], words, document)


def _has_arithmetic(claim: Claim) -> bool:
    return any(not s.startswith("与另") for s in claim.supports)


def _agree(one: Claim, other: Claim) -> bool:
    a, b = one.quantity, other.quantity
    if a.unit == b.unit and a.decimals == b.decimals:
        return a.number == b.number
    return meet(interval_of(one.quantity), interval_of(other.quantity))


def _object(claim: Claim, other: Claim, words: Words, document: str) -> None:
    # Where only one fund holds all the money this year it need not have held it the year before.
    merged = claim.aspect in {Aspect.CHANGE, Aspect.RATE} and claim.coordinates[0].members != other.coordinates[0].members
    expected = render_quantity(Quantity(abs(other.quantity.number), other.quantity.unit))
    opposite = claim.quantity.number * other.quantity.number < 0
    claim.objection = Objection(
        "direction-wrong" if opposite else "places-disagree", Severity.WARNING if merged else Severity.ERROR,
        f"{words.subject(claim.coordinates[0])}此处写{_said(claim)}，另一处写{_said(other)}，前后不一致。",
        expected, "", (other.source(document),),
    )  # fmt: skip


def _said(claim: Claim) -> str:
    if claim.aspect not in {Aspect.CHANGE, Aspect.RATE} or not claim.quantity.number:
        return claim.text
    return f"{'增加' if claim.quantity.number > 0 else '减少'}{claim.text}"
