"""Both sides of a comparison hold the same: what was carried over is in each of them or in none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from service.asking.desk import Desk
from service.asking.subjects import Subject
from service.calculation.figures import Figure
from service.domain.coordinate import Coordinate, Stage
from service.domain.errors import MissingFactError, YoujuError
from service.domain.fact import Authority
from service.domain.quantity import Quantity

#: A total that a figure stands for: its measure, and the period of its money ("" where what was carried over is in it).
_Total = tuple[str, str]

_SPENDING = ("支出", "支出总计")
_INCOME = "收入"
_LEFT = "年终结转"
_THIS_YEAR, _CARRIED = "本年", "上年结转"


def alike(desk: Desk, subject: Subject, years: Sequence[int], stages: Sequence[Stage | None] = (None,)) -> Subject:
    """Return a subject under the total that all sides have a figure of: as asked where that is one, else with what was carried over.

    Args:
        desk: Where the figures are.
        subject: What is compared.
        years: The years compared.
        stages: The stages compared within each year; None for the document's own.

    Raises:
        MissingFactError: One side is only known with what was carried over, the other only without.
    """
    sides = [(y, s) for y in years for s in stages]
    asked: list[Figure] = []
    for candidate in (subject, *_others(desk.fit(subject))):
        figures = [f for year, stage in sides if (f := _figure(desk, candidate, year, stage)) is not None]
        is_whole = len(figures) == len(sides)
        if candidate is subject:
            if not is_whole or {f.facts[0].coordinate.measure for f in figures} - {*_SPENDING, _INCOME}:
                return subject  # what is missing is told by whoever compares
            asked = figures
        if is_whole and frozenset.intersection(*(_totals(desk, f) for f in figures)):
            return _of_one_fund(desk, candidate, figures, sides)
    said = "，".join(dict.fromkeys(f"{f.facts[0].coordinate.year}年只有“{_name(f.facts[0].coordinate)}”" for f in asked))
    raise MissingFactError(f"{said}：一个含结转、一个不含，口径不同，不能相比。")


def _of_one_fund(desk: Desk, subject: Subject, figures: Sequence[Figure], sides: Sequence[tuple[int, Stage | None]]) -> Subject:
    """Narrow a subject to the fund that one side is of alone, where the other side is printed for it, too."""
    funds = {f.facts[0].coordinate.get("fund") or "" for f in figures}
    for fund in sorted(funds - {""}) if len(funds) > 1 else ():
        narrowed = subject.having(fund=fund)
        found = [f for year, stage in sides if (f := _figure(desk, narrowed, year, stage)) is not None]
        if len(found) < len(sides) or any(f.facts[0].coordinate.get("fund") != fund for f in found):
            continue
        if frozenset.intersection(*(_totals(desk, f) for f in found)):
            return narrowed
    return subject


def _others(fitted: Subject) -> Iterator[Subject]:
    """Yield the ways to mean the same total in every year, what was carried over included first."""
    if fitted.measure in _SPENDING:
        yield replace(fitted, measure="支出总计")
        yield replace(fitted, measure="支出")
    elif fitted.measure == _INCOME:
        whole = tuple(p for p in fitted.members if p != ("origin", _THIS_YEAR))
        yield replace(fitted, members=whole, with_carried=True)
        yield fitted.having(origin=_THIS_YEAR)


def _figure(desk: Desk, subject: Subject, year: int, stage: Stage | None) -> Figure | None:
    reference = desk.reference(subject, year=year)
    try:
        return desk.evaluate(replace(reference, stage=stage) if stage else reference).figures[0]
    except YoujuError:
        return None


def _totals(desk: Desk, figure: Figure) -> frozenset[_Total]:
    """Return the totals that a figure stands for: both where nothing is carried over."""
    place = figure.facts[0].coordinate
    own = (place.measure, place.get("origin") or "")
    if place.measure in _SPENDING:
        carried = replace(place, measure=_LEFT, members=place.without(*(d for d, _ in place.members if d != "fund")).members)
        both = {(m, "") for m in _SPENDING}
        others = [replace(place, measure=m) for m in _SPENDING if m != place.measure]
    elif place.measure == _INCOME and own[1] != _CARRIED:
        carried = place.having(origin=_CARRIED)
        both = {(_INCOME, ""), (_INCOME, _THIS_YEAR)}
        others = [place.without("origin") if own[1] else place.having(origin=_THIS_YEAR)]
    else:
        return frozenset({own})
    return frozenset(both if _is_all(desk, figure, others, carried) else {own})


def _is_all(desk: Desk, figure: Figure, others: Sequence[Coordinate], carried: Coordinate) -> bool:
    """Whether totals with and without what was carried over are one: printed as one, else with nothing printed between them."""
    same, other = (_printed(desk, each) for each in ([figure.facts[0].coordinate], others))
    if other:
        return bool({q.base for q in same} & {q.base for q in other})
    between = _printed(desk, [carried])
    return not any(q.number for q in between) if between else figure.facts[0].authority is Authority.CELL


def _printed(desk: Desk, places: Sequence[Coordinate]) -> list[Quantity]:
    return [
        f.quantity for place in places for f in desk.scope.amounts(place.measure, place.year)
        if f.quantity and (f.coordinate.stage, f.coordinate.members) == (place.stage, place.members)
    ]  # fmt: skip


def _name(place: Coordinate) -> str:
    if place.measure != _INCOME:
        return place.measure
    return "本年收入" if place.get("origin") == _THIS_YEAR else "收入总计"
