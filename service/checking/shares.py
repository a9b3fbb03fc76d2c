"""Stated shares against their part and their whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from service.checking.arithmetic import Interval, is_cut_off, meet, off_by_last_digit, share_of, shown
from service.checking.book import Book
from service.checking.claims import Claim, Objection, interval_of
from service.checking.words import Words
from service.domain.coordinate import Aspect, Coordinate
from service.domain.fact import Source
from service.domain.finding import Severity
from service.domain.quantity import Kind, Quantity
from service.numerals import render_quantity
from service.vocabulary.vocabulary import Vocabulary

#: 「占部门预算总支出的」: what the share is of.
_OF_WHAT = re.compile(r"占([^，,；;。：:]{2,30}?)的?(?:比例|比重|比)?(?:为|约|是)?$")
_TOTALS = ("支出", "收入", "支出总计")
_HUNDRED = Decimal(1)
_FEWEST_SHARES = 2
#: So many amounts from the beginning of a section and from its end may be what a share is of.
_NEAREST = 8


@dataclass(frozen=True, slots=True)
class _Whole:
    """What a share may be of.

    Attributes:
        quantity: Its value.
        sources: Its places.
        claim: The claim that states it, None for a cell.
        meant: Whether the coordinate of the part, or the words, say that it is this one.
    """

    quantity: Quantity
    sources: tuple[Source, ...]
    claim: Claim | None
    meant: bool

    @property
    def interval(self) -> Interval:
        """The values it may stand for."""
        return interval_of(self.quantity)


@dataclass(slots=True)
class _Share:
    """A share with its part and what it may be of."""

    claim: Claim
    part: Claim | None
    value: Quantity
    interval: Interval
    sources: tuple[Source, ...]
    wholes: list[_Whole]
    totals: list[Claim]
    held: _Whole | None = None


def judge_shares(claims: Sequence[Claim], book: Book, vocabulary: Vocabulary, words: Words, document: str) -> None:
    """Judge every share; where nothing tells what it is of, the shares beside it do."""
    by_section: dict[tuple[str, ...], list[_Share]] = {}
    earlier = _Earlier()
    for claim in claims:
        if claim.aspect is Aspect.SHARE:
            made = _read(claim, earlier, book, vocabulary, document)
            if made is not None:
                by_section.setdefault(claim.paragraph.section, []).append(made)
        else:
            earlier.note(claim)
    for shares in by_section.values():
        _judge(shares, words)


class _Earlier:
    """The amounts stated so far that a share may be of."""

    def __init__(self) -> None:
        self.here: list[Claim] = []
        self._section: dict[tuple[str, ...], list[Claim]] = {}
        self._totals: list[Claim] = []

    def note(self, claim: Claim) -> None:
        """Take an amount in."""
        if not claim.is_level or claim.quantity.unit.kind is not Kind.MONEY:
            return
        if self.here and self.here[-1].place != claim.place:
            self.here = []
        self.here.append(claim)
        self._section.setdefault(claim.paragraph.section, []).append(claim)
        if claim.coordinates and claim.coordinates[0].measure in _TOTALS and not claim.coordinates[0].members:
            self._totals.append(claim)

    def in_paragraph(self, claim: Claim) -> list[Claim]:
        """Return the amounts before a share in its own paragraph."""
        return [c for c in self.here if c.place == claim.place]

    def in_section(self, claim: Claim) -> list[Claim]:
        """Return the amounts of earlier paragraphs of the section: the first ones and the last ones."""
        return _ends([c for c in self._section.get(claim.paragraph.section, ()) if c.place != claim.place])

    def totals(self) -> list[Claim]:
        """Return what was stated of income and spending as a whole."""
        return _ends(self._totals)


def _ends(claims: Sequence[Claim]) -> list[Claim]:
    return list(claims) if len(claims) <= 2 * _NEAREST else [*claims[:_NEAREST], *claims[-_NEAREST:]]


def _read(claim: Claim, earlier: _Earlier, book: Book, vocabulary: Vocabulary, document: str) -> _Share | None:
    """Find the part of a share, and what it may be of."""
    before = earlier.in_paragraph(claim)
    statement = claim.statement
    own = [c for c in before if statement and c.statement and c.statement.thing == statement.thing] or [
        c for c in before if claim.paragraph.text[c.end : claim.start].count("。") == 0
    ]
    part = own[-1] if own else None
    sources: tuple[Source, ...]
    if part is not None:
        value, sources = part.exact, (part.source(document),)
    else:
        printed = [p for c in claim.coordinates for p in book.at(c) if p.exact]
        if not printed:
            return None
        value, sources = printed[0].quantity, printed[0].sources
    wholes = list(_wholes(claim, part, before, earlier, book, vocabulary, document))
    return _Share(claim, part, value, interval_of(value), sources, [w for w in wholes if w.quantity.base >= value.base], before[:1])


def _wholes(
    claim: Claim, part: Claim | None, before: Sequence[Claim], earlier: _Earlier, book: Book,
    vocabulary: Vocabulary, document: str,
) -> Iterator[_Whole]:  # fmt: skip
    said = _OF_WHAT.search(claim.paragraph.text[: claim.start])
    coordinates = claim.coordinates or (part.coordinates if part is not None else ())
    for coordinate in coordinates:
        for above in _above(coordinate, vocabulary):
            for printed in book.at(above):
                if printed.exact:
                    yield _Whole(printed.quantity, printed.sources, None, meant=not said)
    totals = [c for c in before if c is not part]
    totals.sort(key=lambda c: c.start)
    for c in (*totals, *earlier.in_section(claim)):
        yield _Whole(c.exact, (c.source(document),), c, meant=False)
    for coordinate in coordinates[:1]:
        for measure in _TOTALS:
            whole = Coordinate(coordinate.entity, coordinate.year, coordinate.stage, measure)
            for printed in book.at(whole):
                meant = said is not None and measure in said.group(1)
                yield _Whole(printed.quantity, printed.sources, None, meant=meant)
        for c in earlier.totals():
            yield _Whole(c.exact, (c.source(document),), c, meant=False)


def _above(coordinate: Coordinate, vocabulary: Vocabulary) -> Iterator[Coordinate]:
    """Yield what a part stands directly under along the dimension that names it, the nearest first."""
    level = replace(coordinate, aspect=Aspect.LEVEL, base_year=None)
    for dimension in ("item", "nature", "economic", "function", "project", "fund"):
        member = coordinate.get(dimension)
        if member is None:
            continue
        for ancestor in vocabulary.ancestors(dimension, member):
            yield level.having(**{dimension: ancestor})
        yield level.without(dimension)
        return


def _judge(shares: Sequence[_Share], words: Words) -> None:
    for share in shares:
        share.held = next((w for w in share.wholes if _holds(share, w)), None)
        if share.held is not None:
            _support(share, share.held)
    votes = Counter(s.held.quantity.base for s in shares if s.held is not None)
    voted = votes.most_common(1)[0][0] if votes else None
    for share in shares:
        if share.held is not None or share.claim.objection is not None:
            continue
        meant = [w for w in share.wholes if w.meant or (w.quantity.base == voted and voted != share.value.base)]
        if meant:
            _object(share, min(meant, key=lambda w: _distance(share, w)), words)
    _doubt_total(shares)
    _hundred(shares)


def _holds(share: _Share, whole: _Whole) -> bool:
    may = share_of(share.interval, whole.interval)
    return may is not None and meet(interval_of(share.claim.quantity), may)


def _distance(share: _Share, whole: _Whole) -> Decimal:
    return abs(_working(share, whole)[0].number - share.claim.quantity.number)


def _working(share: _Share, whole: _Whole) -> tuple[Quantity, str]:
    said = shown(share.value.base / whole.quantity.base, share.claim.quantity.unit, share.claim.quantity.decimals)
    return said, f"{render_quantity(share.value)} ÷ {render_quantity(whole.quantity)} = {render_quantity(said)}"


def _support(share: _Share, whole: _Whole) -> None:
    _, working = _working(share, whole)
    share.claim.support(working, *share.sources[:2], *whole.sources[:2])
    for claim in (share.part, whole.claim):
        if claim is not None and claim.objection is None:
            claim.support(working, share.claim.source(whole.sources[0].document))


def _object(share: _Share, whole: _Whole, words: Words) -> None:
    said, working = _working(share, whole)
    claim = share.claim
    what = words.subject(claim.coordinates[0]) if claim.coordinates else "这一项的占比"
    cut = is_cut_off(claim.quantity, share.value.base / whole.quantity.base)
    slight = cut or off_by_last_digit(claim.quantity, said)
    claim.objection = Objection(
        "cut-off-not-rounded" if cut else "last-digit-differs" if slight else "share-does-not-follow",
        Severity.WARNING if slight else Severity.ERROR,
        f"{what}文中写{claim.text}，按数字应为{render_quantity(said)}（{working}）。",
        render_quantity(said), working, (*share.sources[:2], *whole.sources[:2]),
    )  # fmt: skip


def _doubt_total(shares: Sequence[_Share]) -> None:
    """Object to the total of a paragraph where its shares agree on another one."""
    by_place: dict[int, list[_Share]] = {}
    for share in shares:
        if share.held is None and share.claim.is_open and share.part is not None:
            by_place.setdefault(share.claim.place, []).append(share)
    for beside in by_place.values():
        parts = {id(s.part) for s in shares}
        totals = {id(t): t for s in beside for t in s.totals if id(t) not in parts}
        implied = [i for s in beside if (i := share_of(s.interval, interval_of(s.claim.quantity)))]
        if len(implied) < _FEWEST_SHARES or len(totals) != 1:
            continue
        alike = [[j for j in implied if j[0] <= (i[0] + i[1]) / 2 <= j[1]] for i in implied]
        most = max(alike, key=len)
        if len(most) < _FEWEST_SHARES:
            continue
        low, high = max(i[0] for i in most), min(i[1] for i in most)
        total = next(iter(totals.values()))
        if low <= high and total.objection is None and not total.settled and not meet(total.interval, (low, high)):
            value = shown((low + high) / 2, total.quantity.unit, 0)
            total.objection = Objection(
                "total-does-not-fit-shares", Severity.ERROR,
                f"合计{total.text}与所列各项的占比算不拢，按各项占比反推约为{render_quantity(value)}。",
                f"约{render_quantity(value)}", "", tuple(s.claim.source(s.sources[0].document) for s in beside),
            )  # fmt: skip


def _hundred(shares: Sequence[_Share]) -> None:
    """Shares of one whole whose parts add up to it must add up to 100 %."""
    by_place: dict[int, list[_Share]] = {}
    for share in shares:
        by_place.setdefault(share.claim.place, []).append(share)
    for beside in by_place.values():
        open_ones = [s for s in beside if s.claim.is_open]
        if len(beside) < _FEWEST_SHARES or not open_ones:
            continue
        low = sum((interval_of(s.claim.quantity)[0] for s in beside), Decimal(0))
        high = sum((interval_of(s.claim.quantity)[1] for s in beside), Decimal(0))
        if low <= _HUNDRED <= high:
            for share in open_ones:
                share.claim.support("各项占比之和 = 100%")
