"""Steps of an evaluation together with their amounts, and what they refuse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from service.calculation.arithmetic import Amount, build_printed
from service.calculation.figures import Figure
from service.calculation.formula import Call, Comparator, Expression, Function, Literal, Reference, render
from service.calculation.rounding import Span, build_point, build_span
from service.calculation.trace import Entry, Series, Step, render_quantity, render_value
from service.domain.errors import (
    AmbiguousFigureError,
    DivisionByZeroError,
    FormulaTypeError,
    MissingFactError,
    UnitMismatchError,
)
from service.domain.quantity import Kind

#: How many member names an error message lists.
LISTED_NAMES = 8


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a part of a formula came to.

    Attributes:
        step: The step for the trace.
        amounts: One, or one per entry of the step's series.
        is_set: Whether it counts as several values; the winners of 最大(x) count as one.
    """

    step: Step
    amounts: tuple[Amount, ...]
    is_set: bool = False

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries of its series, none for a scalar."""
        return self.step.value.entries if isinstance(self.step.value, Series) else ()

    @property
    def unmatched(self) -> tuple[str, ...]:
        """Members its series has no value for."""
        return self.step.value.unmatched if isinstance(self.step.value, Series) else ()


def build_amount(figure: Figure) -> Amount:
    """Take a figure, with the span of the facts it was added up from."""
    quantity = figure.quantity
    if figure.how == "blank":
        return build_printed(quantity, build_point(quantity.base))
    parts = [fact.quantity for fact in figure.facts if fact.quantity is not None]
    if figure.how in ("sum", "derived") and len(parts) > 1:
        radius = sum((build_span(part).high - part.base for part in parts), Decimal(0))
        return build_printed(quantity, Span(quantity.base - radius, quantity.base + radius))
    return build_printed(quantity)


def build_leaf(reference: Reference, figure: Figure, amount: Amount) -> Outcome:
    """Record one figure looked up."""
    shown = render_quantity(amount.shown)
    step = Step(render(reference), "取数", figure.quantity, shown, figure=figure, note=figure.note)
    return Outcome(step, (amount,))


def build_scalar(
    expression: Expression, operation: str, amount: Amount, operands: Sequence[Outcome] = (), note: str = ""
) -> Outcome:
    """Record one value computed."""
    steps = tuple(operand.step for operand in operands)
    shown = render_quantity(amount.shown)
    return Outcome(Step(render(expression), operation, amount.quantity, shown, steps, note=note), (amount,))


def build_entry(label: str, amount: Amount, figure: Figure | None) -> Entry:
    """Name one amount."""
    return Entry(label, amount.quantity, amount.shown, figure)


def restate_entries(entries: Sequence[Entry], amounts: Sequence[Amount]) -> tuple[Entry, ...]:
    """Give *entries* new values."""
    return tuple(build_entry(e.label, a, e.figure) for e, a in zip(entries, amounts, strict=True))


def build_series(
    expression: Expression,
    operation: str,
    series: Series,
    amounts: Sequence[Amount],
    operands: Sequence[Outcome],
    *,
    note: str = "",
    is_set: bool = True,
) -> Outcome:
    """Record several values."""
    steps = tuple(operand.step for operand in operands)
    step = Step(render(expression), operation, series, render_value(series), steps, note=note)
    return Outcome(step, tuple(amounts), is_set=is_set)


def index_entries(outcome: Outcome) -> dict[str, tuple[Amount, Figure | None]]:
    """Find amounts by member.

    Raises:
        AmbiguousFigureError: Two members bear the same name.
    """
    found: dict[str, tuple[Amount, Figure | None]] = {}
    for entry, amount in zip(outcome.entries, outcome.amounts, strict=True):
        if entry.label in found:
            same = [each for each in outcome.entries if each.label == entry.label]
            readings = tuple(each.figure.label if each.figure else each.label for each in same)
            raise AmbiguousFigureError(entry.label, readings)
        found[entry.label] = (amount, entry.figure)
    return found


def whole_of(expression: Expression) -> int:
    """Return the whole number that check_types has made sure is there."""
    if not isinstance(expression, Literal):
        raise FormulaTypeError(f"“{render(expression)}”应为一个整数，请直接写出数字。")
    return int(expression.quantity.number)


def meets(comparator: Comparator, amount: Amount, bound: Amount) -> bool:
    """Return whether *amount* fulfils a condition of 筛选; compared exactly, whatever the units."""
    value, limit = amount.quantity.base, bound.quantity.base
    match comparator:
        case Comparator.GREATER:
            return value > limit
        case Comparator.AT_LEAST:
            return value >= limit
        case Comparator.LESS:
            return value < limit
        case Comparator.AT_MOST:
            return value <= limit
        case Comparator.EQUAL:
            return value == limit


def refuse_zero(divisor: Amount, step: Step, figure: Figure | None = None) -> None:
    """Raise if *divisor* is 0, naming it.

    Raises:
        DivisionByZeroError: It is 0; its name says so, and whether the cell is blank.
    """
    if divisor.quantity.number:
        return
    figure = figure or step.figure
    if figure is None:
        raise DivisionByZeroError(step.formula)
    raise DivisionByZeroError(f"{figure.label}（{figure.note}）" if figure.note else figure.label)


def refuse_unmatched(outcome: Outcome, function: Function) -> None:
    """Raise if members without a value would silently count as nothing.

    Raises:
        MissingFactError: Some members have no value.
    """
    if outcome.unmatched:
        names = "、".join(outcome.unmatched[:LISTED_NAMES])
        problem = f"“{outcome.step.formula}”中有{len(outcome.unmatched)}项没有可比的数（{names}）"
        raise MissingFactError(f"{problem}，不能按0求{function.value}。请先缩小范围，或逐项列出。")


def refuse_mixed_units(amounts: Sequence[Amount]) -> None:
    """Raise if counts of different units would be compared.

    Raises:
        UnitMismatchError: Their units differ.
    """
    for amount in amounts:
        if amount.kind is Kind.COUNT and amount.quantity.unit != amounts[0].quantity.unit:
            raise UnitMismatchError(amounts[0].quantity.unit.symbol, amount.quantity.unit.symbol)


def refuse_nothing(amounts: Sequence[Amount], call: Call) -> None:
    """Raise if there is nothing to work on.

    Raises:
        MissingFactError: *amounts* is empty.
    """
    if not amounts:
        problem = f"“{render(call.arguments[0])}”没有符合条件的项，无法求{call.function.value}"
        raise MissingFactError(f"{problem}。请放宽条件，或先用 个数(…) 看有几项。")
