"""Which total a sentence speaks of: 支出预算 may be this year's spending or all that is laid out, and its figure tells which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from service.domain.coordinate import Aspect, Coordinate
from service.domain.fact import Authority, Fact
from service.domain.quantity import Quantity

#: A measure that a sentence is taken to speak of → the wider one that goes by the same words.
_WIDER = {"支出": "支出总计"}
_NARROWER = {wider: narrow for narrow, wider in _WIDER.items()}
_MEASURES = frozenset({*_WIDER, *_NARROWER})
_QUALIFYING = frozenset({"fund"})


def as_meant(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """Return facts with each sentence about a total under the measure whose cell prints its figure.

    A sentence whose amount no cell of its own measure prints, but a cell of the wider measure does, speaks of the wider one: so do
    its change, its rate, the year it compares with, and what was derived of them.
    """
    cells: dict[tuple[str, Coordinate], list[Quantity]] = defaultdict(list)
    told: list[Fact] = []
    for fact in facts:
        place = fact.coordinate
        if place.measure not in _MEASURES or not set(dict(place.members)) <= _QUALIFYING or fact.quantity is None:
            continue
        if place.aspect is not Aspect.LEVEL:
            continue
        if fact.authority is Authority.CELL:
            cells[place.measure, _bare(place)].append(fact.quantity)
        elif fact.authority is Authority.SENTENCE:
            told.append(fact if place.measure in _WIDER else replace(fact, coordinate=replace(place, measure=_NARROWER[place.measure])))
    moved = {_sentence(f) for f in told if _is_of_wider(f, cells)}
    return tuple(_moved(f) if moved and _sentence(f) in moved else f for f in facts)


def _is_of_wider(fact: Fact, cells: dict[tuple[str, Coordinate], list[Quantity]]) -> bool:
    place, said = fact.coordinate, fact.quantity
    own, wider = (cells.get((m, _bare(place)), []) for m in (place.measure, _WIDER[place.measure]))
    return said is not None and bool(own) and not any(_prints(said, q) for q in own) and any(_prints(said, q) for q in wider)


def _prints(said: Quantity, printed: Quantity) -> bool:
    if said.unit.kind is not printed.unit.kind:
        return False
    low, high = said.interval()
    return low <= printed.to(said.unit).number <= high


def _bare(place: Coordinate) -> Coordinate:
    return replace(place, measure="")


def _sentence(fact: Fact) -> tuple[object, ...]:
    """Return what the facts of one sentence about one thing have in common."""
    return fact.source.document, fact.source.quote, fact.coordinate.measure, fact.coordinate.members


def _moved(fact: Fact) -> Fact:
    if fact.authority is Authority.CELL:
        return fact
    return replace(fact, coordinate=replace(fact.coordinate, measure=_WIDER[fact.coordinate.measure]))
