"""Changes and rates that the text itself states, where only a derived year before would give them otherwise."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from service.calculation.figures import Figure
from service.calculation.steps import cut
from service.calculation.trace import Evaluation
from service.domain.coordinate import Aspect
from service.domain.fact import Fact
from service.domain.quantity import Kind, Quantity
from service.numerals import render_quantity

#: Decimals of a rate that is worked out again.
_PLACES_OF_PROOF = 4
_ASPECTS = {Kind.MONEY: Aspect.CHANGE, Kind.COUNT: Aspect.CHANGE, Kind.RATIO: Aspect.RATE}
#: How the text tells a change and a rate that rise, and that fall.
_SAID = {Aspect.CHANGE: ("增加", "减少"), Aspect.RATE: ("增长", "降低")}


class Stated(Protocol):
    """Finds what the text states."""

    def stated(self, measure: str, members: dict[str, str], aspect: Aspect, year: int) -> tuple[Fact, ...]:
        """Return the stated changes, rates or shares of a coordinate."""


def states(fact: Fact, value: Quantity, aspect: Aspect, before: int) -> bool:
    """Whether a stated change or rate from a year is *value*, sign left aside, as far as both were rounded.

    What is stated may be worked out from figures rounded as it is itself: a difference of two, or a quotient.
    """
    stated = fact.quantity
    if stated is None or fact.coordinate.base_year not in {None, before} or stated.unit.kind is not value.unit.kind:
        return False
    low, high = Quantity(abs(stated.number), stated.unit).interval()
    slack = (high - low) * (1 if aspect is Aspect.CHANGE else Decimal("0.5"))
    return low - slack <= abs(value.to(stated.unit).number) <= high + slack


def stated_as(evaluation: Evaluation, shown: Quantity | None, label: str, facts: Stated) -> Figure | None:
    """Return the figure of the text that states a change or rate worked out of a derived year before, None where none does.

    The year before was derived from the very change: 950.47 + 284.53 less 950.47 would prove nothing.

    Args:
        evaluation: The change or rate.
        shown: How it is shown; what the text tells with fewer digits is another figure.
        label: What it is.
        facts: What the text states.
    """
    parts = evaluation.figures
    derived = next((f for f in parts if f.how == "derived"), None)
    now = next((f for f in parts if f is not derived), None)
    if derived is None or now is None or len(parts) != 2 or shown is None:
        return None
    aspect, place = _ASPECTS.get(shown.unit.kind), derived.facts[0].coordinate
    if aspect is None:
        return None
    for fact in facts.stated(place.measure, dict(place.members), aspect, now.facts[0].coordinate.year):
        if fact.quantity is not None and states(fact, evaluation.quantity, aspect, place.year):
            said = Quantity(abs(fact.quantity.number), fact.quantity.unit)
            if said.to(shown.unit).number == abs(shown.number):
                return Figure(label, said, (fact,), "stated")
    return None


def told(figure: Figure, evaluation: Evaluation) -> tuple[str, str]:
    """Say what the text states, and for a rate the arithmetic of printed figures that bears it out.

    Returns:
        ``比2023年降低23.04%（正文）``, ``284.53万元 ÷ (950.47万元 + 284.53万元) × 100% = 23.0388…%``; the second "" for an amount.
    """
    fact = figure.facts[0]
    aspect = fact.coordinate.aspect
    derived = next(f for f in evaluation.figures if f.how == "derived")
    now = next(f for f in evaluation.figures if f is not derived)
    falls = fact.quantity is not None and fact.quantity.number < 0
    words = f"比{derived.facts[0].coordinate.year}年{_SAID[aspect][falls]}{render_quantity(figure.quantity)}（正文）"
    is_told = aspect is Aspect.RATE and bool(derived.facts[0].formula) and derived.quantity.number > 0
    if not is_told or now.quantity.unit != derived.quantity.unit:
        return words, ""
    change = Quantity(abs(now.quantity.number - derived.quantity.number), now.quantity.unit)
    rate = Quantity(abs(evaluation.quantity.number), evaluation.quantity.unit)
    return words, f"{render_quantity(change)} ÷ ({derived.facts[0].formula}) × 100% = {cut(rate, _PLACES_OF_PROOF)}"
