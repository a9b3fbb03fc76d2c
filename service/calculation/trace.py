"""What an evaluation hands back: the value, every step to it, and the figures it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, unique
from typing import TypeAlias

from service.calculation.figures import Figure
from service.domain.errors import FormulaTypeError
from service.domain.quantity import Quantity, round_half_up, trim

#: How many entries of a series the one-line texts name.
LISTED_ENTRIES = 12
#: Decimals of a difference or tolerance in words.
GAP_PLACES = 4


def render_quantity(quantity: Quantity) -> str:
    """Write digits and unit, without thousands separators: ``950.47万元``."""
    return f"{quantity.number:f}{quantity.unit.symbol}"


@unique
class Order(Enum):
    """The order of a series."""

    PRINTED = "表中顺序"
    DESCENDING = "由大到小"
    ASCENDING = "由小到大"


@dataclass(frozen=True, slots=True)
class Entry:
    """One element of a series.

    Attributes:
        label: The member's printed name.
        quantity: Its unrounded value.
        shown: The value as shown.
        figure: The figure it is, or was computed from first.
    """

    label: str
    quantity: Quantity
    shown: Quantity
    figure: Figure | None


@dataclass(frozen=True, slots=True)
class Series:
    """Several values with their names.

    Attributes:
        entries: The values; may be empty after 筛选.
        order: How they are sorted.
        unmatched: Members that stand on one side only of a comparison of two sets, and so have no value.
    """

    entries: tuple[Entry, ...]
    order: Order = Order.PRINTED
    unmatched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Agreement:
    """Whether two values tell the same.

    Attributes:
        left: First value, unrounded.
        right: Second value in the unit of the first, unrounded.
        difference: left - right, exact; in percentage points for ratios.
        tolerance: How far apart rounding alone can bring them, in the unit of *difference*.
        agrees: Equal once both are rounded to the decimals of the coarser one.
        within_rounding: Not further apart than *tolerance*.
    """

    left: Quantity
    right: Quantity
    difference: Quantity
    tolerance: Quantity
    agrees: bool
    within_rounding: bool


Value: TypeAlias = Quantity | Series | Agreement


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of an evaluation.

    Attributes:
        formula: Its part of the formula, canonical.
        operation: What was done, in Chinese.
        value: The unrounded result.
        shown: The result as text.
        operands: The steps it used, in order.
        figure: For a reference, the figure found.
        note: What a reader must know: a blank counted as 0, a derived figure, members left out.
    """

    formula: str
    operation: str
    value: Value
    shown: str
    operands: tuple[Step, ...] = ()
    figure: Figure | None = None
    note: str = ""

    def walk(self) -> Iterator[Step]:
        """Yield this step and all below it, operands after their operation."""
        yield self
        for operand in self.operands:
            yield from operand.walk()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result of a formula.

    Attributes:
        formula: Canonical text.
        value: The unrounded result.
        shown: The result rounded by the one rule; None for a series, whose entries carry their own.
            For 一致 the first value as shown.
        trace: How it came about.
        figures: The figures it rests on, in order, each once.
        working: The calculation on one line.
    """

    formula: str
    value: Value
    shown: Quantity | None
    trace: Step
    figures: tuple[Figure, ...]
    working: str

    @property
    def quantity(self) -> Quantity:
        """The single unrounded value. All winners of 最大(x) and 最小(x) have the same value.

        Raises:
            FormulaTypeError: The result is a series or a comparison.
        """
        if isinstance(self.value, Quantity):
            return self.value
        if isinstance(self.value, Series) and self.shown is not None:
            return self.value.entries[0].quantity
        raise FormulaTypeError(f"“{self.formula}”的结果不是一个数，请改用能得出一个数的算式，例如 合计(…)。")

    @property
    def notes(self) -> tuple[str, ...]:
        """Every note of the trace, each once."""
        return tuple(dict.fromkeys(step.note for step in self.trace.walk() if step.note))


def render_value(shown: Value) -> str:
    """Write a shown value on one line."""
    match shown:
        case Quantity():
            return render_quantity(shown)
        case Series(entries=entries):
            listed = [f"{entry.label} {render_quantity(entry.shown)}" for entry in entries[:LISTED_ENTRIES]]
            rest = f"；……共{len(entries)}项" if len(entries) > LISTED_ENTRIES else ""
            return "；".join(listed) + rest if listed else "没有符合条件的项"
        case Agreement():
            return render_agreement(shown)


def _render_gap(gap: Quantity) -> str:
    """Write a small distance with at most 4 decimals, but never as 0 when it is not."""
    size = abs(gap.number)
    rounded = trim(round_half_up(size, GAP_PLACES))
    if size and not rounded:
        return f"不足{Decimal(1).scaleb(-GAP_PLACES):f}{gap.unit.symbol}"
    return render_quantity(Quantity(rounded, gap.unit))


def render_agreement(agreement: Agreement) -> str:
    """Say in words whether two values agree."""
    if not agreement.difference.number:
        return "一致"
    difference, tolerance = _render_gap(agreement.difference), _render_gap(agreement.tolerance)
    if agreement.agrees:
        return "一致（按印出的小数位取整后相等）"
    if agreement.within_rounding:
        return f"相差{difference}，在四舍五入允许的{tolerance}以内"
    return f"不一致，相差{difference}，超过四舍五入允许的{tolerance}"
