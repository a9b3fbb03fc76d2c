"""The rules of rounding, stated once: how results are shown, and how far printed figures may lie apart.

Shown results (all half up):
  a figure or literal alone   as printed
  money                       the most decimals printed among its operands; at least 2 once there is a
                              fraction; none for a whole number of 元
  average of money            2 decimals, none for a whole number of 元
  ratio, point, multiple      2 decimals
  count, bare number          as it is when it ends within 4 decimals, else 2 (count) or 4 (number)
  conversion                  every digit, when the value is exact

Distance (source: XBRL Calculations 1.1): a printed figure stands for every value within half a unit
of its last printed decimal. The intervals are carried through the calculation; two results agree within
rounding when their intervals meet. So a printed total and n printed parts may differ by half a unit
x (n + 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow

from service.domain.quantity import WORKING_DIGITS, YUAN, Kind, Quantity, trim

RATIO_PLACES = 2
MONEY_PLACES = 2
NUMBER_PLACES = 4
COUNT_PLACES = 2


def build_context() -> Context:
    """Return the arithmetic of every formula: 50 digits, and an error rather than a NaN or an infinity."""
    return Context(prec=WORKING_DIGITS, traps=[InvalidOperation, DivisionByZero, Overflow])


@dataclass(frozen=True, slots=True)
class Span:
    """The values a figure may stand for, both ends included, in the base unit of its kind (元, 1)."""

    low: Decimal
    high: Decimal

    @property
    def has_zero(self) -> bool:
        """Whether it reaches or crosses zero."""
        return self.low <= 0 <= self.high

    def plus(self, other: Span) -> Span:
        """Add."""
        return Span(self.low + other.low, self.high + other.high)

    def negated(self) -> Span:
        """Change the sign."""
        return Span(-self.high, -self.low)

    def times(self, other: Span) -> Span:
        """Multiply."""
        corners = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Span(min(corners), max(corners))

    def over(self, other: Span) -> Span | None:
        """Divide; None when the divisor may be zero."""
        if other.has_zero:
            return None
        corners = [a / b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Span(min(corners), max(corners))

    def absolute(self) -> Span:
        """Drop the sign."""
        low, high = sorted((abs(self.low), abs(self.high)))
        return Span(Decimal(0) if self.has_zero else low, high)

    def meets(self, other: Span) -> bool:
        """Return whether some value lies in both."""
        return self.low <= other.high and other.low <= self.high


def build_point(value: Decimal) -> Span:
    """Return the span of an exact value."""
    return Span(value, value)


def build_span(quantity: Quantity) -> Span:
    """Return what a printed quantity stands for. A whole count or bare number is exact."""
    if quantity.unit.kind in (Kind.COUNT, Kind.NUMBER) and not quantity.decimals:
        return build_point(quantity.base)
    low, high = quantity.interval()
    return Span(low * quantity.unit.scale, high * quantity.unit.scale)


def needed_places(number: Decimal) -> int:
    """Return how many decimals *number* has without its trailing zeros."""
    return Quantity(trim(number), YUAN).decimals


def is_exact(context: Context) -> bool:
    """Return whether nothing was lost in *context* since its flags were cleared."""
    return not context.flags[Inexact]


def shown_places(quantity: Quantity, printed: int, *, exact: bool) -> int:
    """Return the decimals a computed quantity is shown with.

    Args:
        quantity: The unrounded result.
        printed: The most decimals printed among its operands, in the unit of the result.
        exact: Whether the value carries all its digits.

    Example:
        >>> shown_places(Quantity(Decimal("47.5235"), YUAN), 2, exact=True)
        2

    """
    needed = needed_places(quantity.number)
    match quantity.unit.kind:
        case Kind.MONEY:
            if not needed and (quantity.unit == YUAN or not printed):
                return 0
            return max(MONEY_PLACES, printed)
        case Kind.COUNT:
            return needed if exact and needed <= NUMBER_PLACES else COUNT_PLACES
        case Kind.NUMBER:
            return needed if exact and needed <= NUMBER_PLACES else NUMBER_PLACES
        case _:
            return RATIO_PLACES
