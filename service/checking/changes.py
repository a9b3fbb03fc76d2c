"""Stated changes and rates against both years' amounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

from service.checking.arithmetic import (
    ZERO,
    Interval,
    change_of,
    is_cut_off,
    meet,
    off_by_last_digit,
    off_by_last_digits,
    rate_by_change,
    rate_of,
    shown,
    slip_between,
)
from service.checking.book import Book, agrees, closest
from service.checking.claims import Claim, Objection, interval_of
from service.checking.words import Words
from service.domain.coordinate import Aspect, Coordinate, Stage
from service.domain.fact import Source
from service.domain.finding import Severity
from service.domain.quantity import PERCENT, WORKING_DIGITS, Kind, Quantity, Unit, round_half_up
from service.numerals import render_number, render_quantity

_COMPARISONS = frozenset({Aspect.CHANGE, Aspect.RATE})


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount that a comparison may rest on.

    Attributes:
        quantity: Its value, as exactly as it is known.
        claim: The claim that states it, None for a cell.
        sources: Its places.
        sure: Whether a cell prints it.
    """

    quantity: Quantity
    claim: Claim | None
    sources: tuple[Source, ...]
    sure: bool

    @property
    def interval(self) -> Interval:
        """The values it may stand for."""
        return interval_of(self.quantity)


@dataclass(frozen=True, slots=True)
class _Relation:
    """Figures that must agree.

    Attributes:
        claims: Claims that take part.
        holds: Whether they agree.
        stated: The comparison that is judged.
        value: What the comparison comes to by the others, as it would be printed.
        exact: The same before rounding, in the base unit.
        before: The amount compared with, where a claim states it, and what it may be by the other figures.
        turned: The change whose direction alone keeps a rate from following, None where it does not.
        working: In words and figures.
        sources: Places of the others.
    """

    claims: tuple[Claim, ...]
    holds: bool
    stated: Claim
    value: Quantity
    exact: Decimal
    working: str
    sources: tuple[Source, ...]
    before: tuple[Claim, Interval] | None = None
    turned: Claim | None = None


def judge_changes(
    groups: Sequence[Sequence[Claim]], claims: Sequence[Claim], book: Book, words: Words, document: str
) -> None:
    """Judge every change and rate by the amounts of both years, in the text or in the tables.

    Args:
        groups: Claims of a paragraph that are about one thing.
        claims: All claims, for what other paragraphs say of the same coordinate.
        book: The tables.
        words: Puts places into words.
        document: Id of the text.
    """
    stated: dict[tuple[object, ...], list[Claim]] = defaultdict(list)
    for claim in claims:
        for coordinate in claim.coordinates if claim.is_level else ():
            stated[book.key(coordinate)].append(claim)
    levels: dict[int, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.is_level and claim.quantity.unit.kind is Kind.MONEY:
            levels[claim.place].append(claim)
    elsewhere = _Elsewhere(stated, levels, book)
    for group in groups:
        relations = [r for claim in group if claim.aspect in _COMPARISONS for r in _relations(claim, group, book, elsewhere, document)]
        _decide(relations, words)
        _doubt_size(group, book, words, document)
        _doubt_rate(group, words, document)


def judge_printed_changes(claims: Sequence[Claim], book: Book, words: Words) -> None:
    """Judge changes and rates by the columns of tables that print them (比上年增减)."""
    for claim in claims:
        if claim.aspect not in _COMPARISONS or not claim.is_open or not claim.coordinates:
            continue
        printed = [p for p in book.changes_at(claim.coordinates[0]) if p.quantity.unit.kind is claim.quantity.unit.kind]
        if not printed:
            continue
        same = next((p for p in printed if agrees(claim.quantity, p.quantity)), None)
        if same is not None:
            claim.settled = True
            claim.support(f"{words.place(same.sources)}：{render_quantity(same.quantity)}", *same.sources)
            continue
        nearest = closest(claim.quantity, printed)
        expected = _worded(nearest.quantity.to(claim.quantity.unit).rounded(max(claim.quantity.decimals, 2)))
        claim.objection = Objection(
            "direction-wrong" if claim.quantity.number * nearest.quantity.number < 0 else "figure-differs-from-table",
            Severity.ERROR, f"{words.subject(claim.coordinates[0])}文中写{_said(claim)}，表中是{expected}。", expected,
            f"{words.place(nearest.sources)}：{render_quantity(nearest.quantity)}", nearest.sources,
        )  # fmt: skip


def _doubt_rate(group: Sequence[Claim], words: Words, document: str) -> None:
    """Object to a rate where the year before is 0; 100 % from nothing is told with the wording."""
    for claim in group:
        if claim.aspect is not Aspect.RATE or not claim.is_open or not claim.quantity.number:
            continue
        levels = [c for c in group if c.is_level and c.place == claim.place and c.quantity.unit.kind is Kind.MONEY]
        year = _year(claim, back=True)
        nothing = next((c for c in levels if not c.quantity.number and _of_year(c, claim, year, back=True)), None)
        if nothing is not None and abs(claim.quantity.base) != 1:
            what = words.subject(claim.coordinates[0]) if claim.coordinates else "这一项"
            claim.objection = Objection(
                "rate-does-not-follow", Severity.WARNING, f"{what}写{claim.text}，而上年为0，无法计算增减率。",
                "无法计算", "", (nothing.source(document),),
            )  # fmt: skip


def _doubt_size(group: Sequence[Claim], book: Book, words: Words, document: str) -> None:
    """Object to an increase beyond the amount itself: the year before would be below zero, as no table prints it."""
    for claim in group:
        if claim.aspect is not Aspect.CHANGE or claim.quantity.unit.kind is not Kind.MONEY or claim.quantity.number <= 0:
            continue
        before = [c for c in group if c.is_level and c.place == claim.place and c.start < claim.start]
        now = next((c for c in reversed(before) if c.quantity.unit.kind is Kind.MONEY and _is_now(c, claim)), None)
        if now is None or claim.objection is not None or now.objection is not None:
            continue
        if now.interval[1] < interval_of(claim.quantity)[0] and not _was_negative(claim, book):
            what = words.subject(claim.coordinates[0]) if claim.coordinates else "这一项"
            culprit, other = (claim, now) if now.settled else (now, claim)
            culprit.objection = Objection(
                "figures-do-not-agree", Severity.ERROR,
                f"{what}增加{claim.text}，比本年数{now.text}还多，上年数成了负数。", "", "", (other.source(document),),
            )  # fmt: skip


def _was_negative(claim: Claim, book: Book) -> bool:
    """Whether the tables print an amount below zero for the year compared with."""
    year = _year(claim, back=True)
    places = [replace(c, aspect=Aspect.LEVEL, year=year, base_year=None) for c in claim.coordinates]
    return any(printed.quantity.number < 0 for place in places for printed in book.at(place))


def _is_now(level: Claim, claim: Claim) -> bool:
    return _of_year(level, claim, _year(claim, back=False), back=False)


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """Amounts that other paragraphs state."""

    stated: Mapping[tuple[object, ...], Sequence[Claim]]
    levels: Mapping[int, Sequence[Claim]]
    book: Book

    def at(self, coordinate: Coordinate, year: int) -> Sequence[Claim]:
        """Return the claims of the amount itself in a year."""
        level = replace(coordinate, aspect=Aspect.LEVEL, year=year, base_year=None)
        return self.stated.get(self.book.key(level), ())


def _relations(
    claim: Claim, group: Sequence[Claim], book: Book, elsewhere: _Elsewhere, document: str
) -> Iterator[_Relation]:
    """Yield what a change or rate must agree with, the best-founded first."""
    if claim.coordinates and claim.coordinates[0].base_year == claim.coordinates[0].year:
        return  # a year compared with itself
    ways = _ways(claim, group, book)
    first = list(_related(claim, ways[0], group, book, elsewhere, document))
    others = (r for way in ways[1:] for r in _related(claim, way, group, book, elsewhere, document) if r.holds)
    borne_out = None if any(r.holds for r in first) else next(others, None)
    yield from first if borne_out is None else [borne_out]


def _ways(claim: Claim, group: Sequence[Claim], book: Book) -> list[tuple[Coordinate, ...]]:
    """Return what a comparison may be of: an item as told, or its money of one fund that both years print.

    The amount beside it tells which, where it is printed for one of them.
    """
    if len(claim.coordinates) != 1:
        return [claim.coordinates]
    told = claim.coordinates[0]
    ways = [told, *(told.having(fund=fund) for fund in book.funds_of(told))]
    beside = [c for c in group if c.is_level and _same_base(c, claim) and c.quantity.unit.kind is Kind.MONEY and _is_now(c, claim)]
    fitting = [w for w in ways if beside and any(p.exact and agrees(beside[0].quantity, p.quantity) for p in book.at(w))]
    return [(way,) for way in fitting or (ways[:1] if beside else ways)]


def _related(
    claim: Claim, coordinates: Sequence[Coordinate], group: Sequence[Claim], book: Book, elsewhere: _Elsewhere, document: str
) -> Iterator[_Relation]:
    """Yield the relation of a comparison to what is known of these coordinates."""
    now, before = (_amounts(claim, coordinates, group, book, elsewhere, document, back=back) for back in (False, True))
    change = next((c for c in group if c.aspect is Aspect.CHANGE and c is not claim and _same_base(c, claim)), None)
    is_rate = claim.quantity.unit.kind in {Kind.RATIO, Kind.MULTIPLE, Kind.POINT}
    tried: list[_Relation] = []
    for a in now:
        for b in before:
            made = _by_years(claim, a, b, change, is_rate=is_rate)
            if made:
                tried.append(made)
    if is_rate and change is not None and not change.quantity.number and not claim.quantity.number:
        yield _Relation((change, claim), holds=True, stated=claim, value=claim.quantity, exact=ZERO, working="增减额为0，增减率为0%", sources=())
        return
    if is_rate and change is not None and not tried:
        of_change = Amount(change.full, change, (change.source(document),), sure=False)
        tried += [m for a in now if (m := _by_change(claim, of_change, a, None))]
        tried += [m for b in before if (m := _by_change(claim, of_change, None, b))]
    held = [r for r in tried if r.holds]
    if not held and is_rate and change is not None:
        held = [
            m for a in _others_before(claim, elsewhere, document)
            if (m := _by_change(claim, Amount(change.full, change, (change.source(document),), sure=False), a, None)) and m.holds
        ]  # fmt: skip
    yield from held[:1] or tried[:1]


def _others_before(claim: Claim, elsewhere: _Elsewhere, document: str) -> list[Amount]:
    """Return the amounts of the same sentence before a comparison: 「运行经费134.26万元，其中办公费21.76万元，比上年增加…」."""
    begin = claim.statement.sentence[0] if claim.statement else claim.start
    found = [c for c in elsewhere.levels.get(claim.place, ()) if begin <= c.start < claim.start]
    return [Amount(c.exact, c, (c.source(document),), sure=c.settled) for c in reversed(found)]


def _same_base(one: Claim, other: Claim) -> bool:
    a, b = one.statement, other.statement
    return a is not None and b is not None and a.sentence == b.sentence


def _amounts(
    claim: Claim, coordinates: Sequence[Coordinate], group: Sequence[Claim], book: Book, elsewhere: _Elsewhere, document: str,
    *, back: bool,
) -> list[Amount]:  # fmt: skip
    """Return the amounts of the year itself, or of the year compared with: cells before words, near words before far ones."""
    out: list[Amount] = []
    year = _year(claim, back=back)
    for coordinate in coordinates:
        of_year = replace(coordinate, aspect=Aspect.LEVEL, year=year, base_year=None)
        if back and _against_other_stage(claim):
            of_year = replace(of_year, stage=Stage.EXECUTED)  # only a column of what was spent will do
        printed = [p for p in book.at(of_year) if p.exact]
        out += [Amount(p.quantity, None, p.sources, sure=True) for p in printed[:4]]
    stated = [
        c for c in group
        if c.is_level and _of_year(c, claim, year, back=back) and c.quantity.unit.kind in {Kind.MONEY, Kind.COUNT}
    ]  # fmt: skip
    if not stated and not out:
        stated = [c for coordinate in coordinates for c in elsewhere.at(coordinate, year)]
    stated.sort(key=lambda c: (c.start > claim.start, abs(claim.start - c.start)))
    for c in stated:
        wrong = c.objection is not None and c.known is not None
        out.append(Amount(c.exact, c, (c.source(document),), sure=c.settled or wrong))
    unit = claim.quantity.unit
    return [a for a in out if unit.kind in {Kind.RATIO, Kind.MULTIPLE, Kind.POINT} or a.quantity.unit.kind is unit.kind]


def _year(claim: Claim, *, back: bool) -> int:
    coordinate = claim.coordinates[0] if claim.coordinates else None
    if coordinate is None:
        return 0
    return (coordinate.base_year or coordinate.year - 1) if back else coordinate.year


def _of_year(level: Claim, claim: Claim, year: int, *, back: bool) -> bool:
    """Whether a level claim is of the year wanted; of figures whose subject is unknown the words tell."""
    a, b = level.statement, claim.statement
    if a is None or b is None:
        return False
    base = b.base_year
    earlier = bool(a.years_back) or (bool(a.year) and bool(base) and a.year == base)
    if level.coordinates and year:
        earlier = level.coordinates[0].year == year if back else level.coordinates[0].year != year
    elif a.year and not base and b.year:
        earlier = a.year < b.year
    return earlier if back else not earlier


def _against_other_stage(claim: Claim) -> bool:
    """Whether a comparison is with what was spent, not with what was budgeted."""
    text = claim.paragraph.text
    begin = claim.statement.lead if claim.statement else claim.start
    return any(w in text[begin : claim.start] for w in ("执行", "决算", "年初", "全年", "调整"))


def _by_years(claim: Claim, now: Amount, before: Amount, change: Claim | None, *, is_rate: bool) -> _Relation | None:
    taking = tuple(a.claim for a in (now, before) if a.claim is not None)
    sources = (*now.sources[:2], *before.sources[:2])
    stated = interval_of(claim.full)
    difference = now.quantity.base - before.quantity.base
    a, b = _shown(now, before.quantity), _shown(before, now.quantity)
    if is_rate:
        may = rate_of(now.interval, before.interval)
        if may is None:
            return None
        value = difference / before.quantity.base
        unit = PERCENT if claim.quantity.unit.kind is Kind.POINT else claim.quantity.unit
        said = shown(value, unit, claim.quantity.decimals)
        working = f"（{a} － {b}）÷ {b} = {render_quantity(said)}"
    else:
        may = change_of(now.interval, before.interval)
        said = shown(difference, claim.quantity.unit, max(claim.quantity.decimals, _decimals(now, before, claim.quantity.unit)))
        working = f"{a} － {b} = {render_quantity(said)}"
    exact = difference / before.quantity.base if is_rate else difference
    implied = (before.claim, _before(claim.quantity, now)) if is_rate and before.claim and not before.sure else None
    holds = meet(stated, may) or (
        _is_rate_of_rounded(claim.quantity, change, now, before) if is_rate else _of_rounded(claim.quantity, now, before)
    )
    return _Relation((*taking, claim), holds, claim, said, exact, working, sources, implied)


def _of_rounded(change: Quantity, now: Amount, before: Amount) -> bool:
    """Whether a change is that of the two amounts as a text prints them."""
    a, b = (_as_written(amount.quantity, change) for amount in (now, before))
    return round_half_up(a - b, change.decimals) == change.number


def _is_rate_of_rounded(rate: Quantity, change: Claim | None, now: Amount, before: Amount) -> bool:
    """Whether a rate is that of the two amounts as a text prints them, and the change beside it is so too."""
    if change is None or change.quantity.unit.kind is not Kind.MONEY or not _of_rounded(change.quantity, now, before):
        return False
    a, b = (_as_written(amount.quantity, change.quantity) for amount in (now, before))
    if b <= 0 or rate.unit.kind is not Kind.RATIO:
        return False
    with localcontext() as context:
        context.prec = WORKING_DIGITS
        return shown((a - b) / b, rate.unit, rate.decimals).number == rate.number


def _as_written(amount: Quantity, beside: Quantity) -> Decimal:
    """Write an amount in the unit and with the decimals of a figure beside it; in full where it would be 0."""
    restated = amount.to(beside.unit)
    return restated.rounded(beside.decimals).number or restated.number


def _before(rate: Quantity, now: Amount) -> Interval:
    """Return what the year before may be by a rate and this year's amount."""
    low, high = interval_of(rate)
    if low <= -1:
        return ZERO, ZERO
    with localcontext() as context:
        context.prec = WORKING_DIGITS
        return now.interval[0] / (1 + high), now.interval[1] / (1 + low)


def _shown(amount: Amount, beside: Quantity) -> str:
    """Print an amount, 元 in the unit of the 万元 beside it."""
    larger = amount.quantity.unit.kind is Kind.MONEY and beside.unit.scale > amount.quantity.unit.scale
    return render_quantity(amount.quantity.to(beside.unit) if larger else amount.quantity)


def _decimals(now: Amount, before: Amount, unit: Unit) -> int:
    return min(2, max(a.quantity.to(unit).decimals for a in (now, before)))


def _by_change(claim: Claim, change: Amount, now: Amount | None, before: Amount | None) -> _Relation | None:
    """Relate a rate to a change and to one of the years."""
    given = now or before
    if given is None or change.quantity.unit.kind is not given.quantity.unit.kind:
        return None
    base = given.interval
    number = given.quantity.base
    c = render_number(abs(change.quantity.number)) + change.quantity.unit.symbol
    working = f"{c} ÷ {render_quantity(given.quantity)}"
    if now is not None:
        base = (now.interval[0] - change.interval[1], now.interval[1] - change.interval[0])
        number = now.quantity.base - change.quantity.base
        sign = "＋" if change.quantity.number < 0 else "－"
        working = f"{c} ÷（{render_quantity(now.quantity)} {sign} {c}）"
    may = rate_by_change(change.interval, base)
    if may is None or not number:
        return None
    unit = PERCENT if claim.quantity.unit.kind is Kind.POINT else claim.quantity.unit
    exact = change.quantity.base / number
    said = shown(exact, unit, claim.quantity.decimals)
    taking = tuple(a.claim for a in (change, given) if a.claim is not None)
    holds = meet(interval_of(claim.quantity), may)
    turned = None
    if not holds and now is not None and change.quantity.number * claim.quantity.number < 0:
        other_way = (-change.interval[1], -change.interval[0])
        base = (now.interval[0] - other_way[1], now.interval[1] - other_way[0])
        may = rate_by_change(other_way, base)
        turned = change.claim if may is not None and meet(interval_of(claim.quantity), may) else None
    return _Relation(
        (*taking, claim), holds, claim, said, exact,
        f"{working} = {render_quantity(Quantity(abs(said.number), said.unit))}", (*change.sources, *given.sources[:2]),
        turned=turned,
    )  # fmt: skip


def _decide(relations: Sequence[_Relation], words: Words) -> None:
    """Support what agrees; where something does not, blame the figure without which the rest agrees."""
    for relation in relations:
        if relation.holds:
            for claim in relation.claims:
                if claim.objection is None:
                    claim.support(relation.working, *relation.sources)
    broken = [r for r in relations if not r.holds and r.stated.objection is None]
    for relation in broken:
        suspects = [c for c in relation.claims if c.objection is None and not c.settled]
        others = [r for r in broken if r is not relation]
        clear = [c for c in suspects if not any(r.holds and c in r.claims for r in relations)] or suspects
        common = [c for c in clear if all(c in r.claims for r in others)] if others else clear
        if relation.turned is not None and relation.turned.objection is None:
            _object_turned(relation.turned, relation)
            continue
        if _is_turned(relation):
            _object(relation.stated, relation, words)
            continue
        if relation.before and (mended := slip_between(relation.before[0].quantity, relation.before[1])):
            _object_before(relation.before[0], mended, relation)
            continue
        culprit = relation.stated if relation.stated in (common or clear) or not clear else (common or clear)[0]
        _object(culprit, relation, words)


def _object_turned(change: Claim, relation: _Relation) -> None:
    """Object to a change that its rate says the other way: 「增加99.50万元，下降7.65%」."""
    rate = relation.stated
    expected = _worded(Quantity(-change.quantity.number, change.quantity.unit))
    change.objection = Objection(
        "direction-wrong", Severity.ERROR,
        f"文中写{_said(change)}，又写{_said(rate)}，方向不一致；按{rate.text}反推应为{expected}。", expected, "",
        (rate.source(relation.sources[0].document),),
    )  # fmt: skip


def _is_turned(relation: _Relation) -> bool:
    """Whether the comparison has the right size and the wrong direction."""
    stated = relation.stated.quantity
    turned = Quantity(-stated.number, stated.unit)
    return bool(stated.number) and off_by_last_digit(turned, relation.value)


def _object_before(claim: Claim, mended: Quantity, relation: _Relation) -> None:
    """Object to an amount of the year before that one slip of the pen explains."""
    if claim.objection is not None:
        return
    expected = render_quantity(mended)
    claim.objection = Objection(
        "figures-do-not-agree", Severity.ERROR,
        f"上年数写{claim.text}，与同处写的{_said(relation.stated)}算不拢（{relation.working}）；疑为{expected}之误。",
        expected, relation.working, (relation.stated.source(relation.sources[0].document), *relation.sources),
    )  # fmt: skip


def _object(culprit: Claim, relation: _Relation, words: Words) -> None:
    stated, said = relation.stated, relation.value
    what = words.subject(stated.coordinates[0]) if stated.coordinates else "这一项"
    if culprit is not stated:
        culprit.objection = Objection(
            "figures-do-not-agree", Severity.ERROR,
            f"{culprit.text}与同一处的其他数算不拢：按{relation.working}，而文中写{_said(stated)}。", "",
            relation.working, (stated.source(relation.sources[0].document), *relation.sources) if relation.sources else (),
        )  # fmt: skip
        return
    expected = _worded(said)
    if stated.quantity.unit.kind is Kind.POINT:
        code, severity, message = "point-for-percent", Severity.WARNING, f"{what}写成“{stated.text}”，增减率的单位应为“%”。"
    elif stated.quantity.number and (stated.quantity.number > 0) != (said.number > 0) and said.number:
        code, severity = "direction-wrong", Severity.ERROR
        message = f"{what}文中写{_said(stated)}，按数字应为{expected}，方向不符。"
    elif is_cut_off(stated.quantity, relation.exact):
        code, severity = "cut-off-not-rounded", Severity.WARNING
        message = f"{what}文中写{_said(stated)}，四舍五入应为{expected}，疑为截断。"
    elif said.number == stated.quantity.number == 0:
        return
    else:
        is_money = stated.quantity.unit.kind is Kind.MONEY
        slight = off_by_last_digit(stated.quantity, said) or (is_money and off_by_last_digits(stated.quantity, said))
        code = "last-digit-differs" if slight else "change-does-not-follow" if is_money else "rate-does-not-follow"
        severity = Severity.WARNING if slight else Severity.ERROR
        message = f"{what}文中写{_said(stated)}，按数字应为{expected}（{relation.working}）。"
    cause = f"{code}/{stated.place}/{stated.statement.thing}" if code == "direction-wrong" and stated.statement else ""
    stated.objection = Objection(code, severity, message, expected, relation.working, relation.sources, cause)


def _said(claim: Claim) -> str:
    return _worded(claim.quantity) if claim.quantity.number else claim.text


def _worded(quantity: Quantity) -> str:
    if not quantity.number:
        return "持平"
    word = "增加" if quantity.number > 0 else "减少"
    return f"{word}{render_quantity(Quantity(abs(quantity.number), quantity.unit))}"


