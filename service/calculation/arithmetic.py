"""Exact operations on quantities that know how they were printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, getcontext

from service.calculation.rounding import (
    MONEY_PLACES,
    Span,
    build_point,
    build_span,
    is_exact,
    needed_places,
    shown_places,
)
from service.calculation.trace import Agreement
from service.domain.errors import InvalidInputError
from service.domain.quantity import (
    NUMBER,
    PERCENT,
    PERCENTAGE_POINT,
    TIMES,
    YUAN,
    Kind,
    Quantity,
    Unit,
    round_half_up,
    trim,
)

#: Kinds that scale another quantity without being one themselves.
SCALING = frozenset({Kind.NUMBER, Kind.RATIO, Kind.MULTIPLE})
#: Results beyond 10 to this power have no meaning in a budget and would not fit the working digits.
MAX_MAGNITUDE = 24


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity on its way through a formula.

    Attributes:
        quantity: Unrounded.
        places: Decimals it is shown with.
        limit: Decimals its printed digits are good for; None for a quotient or product.
        span: What it may stand for, None when that has no bound (a divisor that may be 0).
        exact: Whether no digit was lost.
    """

    quantity: Quantity
    places: int
    limit: int | None
    span: Span | None
    exact: bool = True

    @property
    def shown(self) -> Quantity:
        """The quantity rounded for display."""
        rounded = self.quantity.rounded(self.places)
        return rounded if rounded.number else Quantity(rounded.number.copy_abs(), rounded.unit)

    @property
    def kind(self) -> Kind:
        """What it measures."""
        return self.quantity.unit.kind


def build_printed(quantity: Quantity, span: Span | None = None) -> Amount:
    """Take a printed quantity as it stands."""
    return Amount(quantity, quantity.decimals, quantity.decimals, span or build_span(quantity))


def as_factor(amount: Amount) -> Amount:
    """Take a literal as exactly what it says: 5% in ``x * 5%`` was not rounded by anyone."""
    return replace(amount, span=build_point(amount.quantity.base))


def restate(amount: Amount, unit: Unit) -> Amount:
    """Convert to another unit of the same kind, every digit kept.

    Raises:
        UnitMismatchError: *unit* measures something else.
    """
    if unit == amount.quantity.unit:
        return amount
    getcontext().clear_flags()
    quantity = amount.quantity.to(unit)
    # A printed 0.50 restated keeps the precision it was printed with, not its zeros.
    shift = amount.quantity.unit.scale.adjusted() - unit.scale.adjusted()
    limit = None if amount.limit is None else amount.limit - shift
    needed = needed_places(quantity.number)
    places = needed if amount.exact else shown_places(quantity, max(0, amount.places - shift), exact=False)
    return Amount(quantity, places, limit, amount.span, amount.exact)


def total(amounts: Sequence[Amount]) -> Amount:
    """Add up in the unit of the first; percentage points may be added to a ratio.

    Raises:
        UnitMismatchError: They measure different things.
    """
    lead = next((a for a in amounts if a.kind is not Kind.POINT), amounts[0])
    unit = lead.quantity.unit
    parts = [_as_kind(amount, unit) for amount in amounts]
    number = sum((part.quantity.number for part in parts), Decimal(0))
    spans = [part.span for part in parts]
    span: Span | None = build_point(Decimal(0))
    for each in spans:
        span = span.plus(each) if span is not None and each is not None else None
    limits = [part.limit for part in parts]
    limit = None if None in limits else max(each for each in limits if each is not None)
    printed = max(part.places for part in parts)
    return _computed(Quantity(number, unit), printed, span, exact=all(p.exact for p in parts), limit=limit)


def subtract(left: Amount, right: Amount) -> Amount:
    """Take *right* from *left*; two ratios differ by percentage points."""
    if left.kind is right.kind is Kind.RATIO:
        difference = total([left, negate(right)])
        quantity = Quantity(difference.quantity.base / PERCENTAGE_POINT.scale, PERCENTAGE_POINT)
        places, limit = difference.places, difference.limit
        return _computed(quantity, places, difference.span, exact=difference.exact, limit=limit)
    return total([left, negate(right)])


def negate(amount: Amount) -> Amount:
    """Change the sign."""
    quantity = Quantity(-amount.quantity.number, amount.quantity.unit)
    return replace(amount, quantity=quantity, span=amount.span.negated() if amount.span else None)


def multiply(left: Amount, right: Amount) -> Amount:
    """Scale one operand by the other; money per head times heads is money."""
    bearer, scale = (right, left) if _bears_less(left, right) else (left, right)
    unit = bearer.quantity.unit
    getcontext().clear_flags()
    number = bearer.quantity.number * scale.quantity.base
    exact = is_exact(getcontext()) and left.exact and right.exact
    span = left.span.times(right.span) if left.span and right.span else None
    printed = max((a.places for a in (left, right) if a.kind is unit.kind), default=0)
    return _computed(Quantity(number, unit), printed, span, exact=exact)


def divide(left: Amount, right: Amount, unit: Unit | None = None) -> Amount:
    """Divide; same kinds give a bare number, or *unit* when one is wanted (%, 倍).

    The caller has made sure that *right* is not 0.
    """
    getcontext().clear_flags()
    if unit is None:
        unit = NUMBER if left.kind is right.kind and left.kind is not Kind.NUMBER else left.quantity.unit
    number = left.quantity.base / right.quantity.base / unit.scale
    exact = is_exact(getcontext()) and left.exact and right.exact
    span = left.span.over(right.span) if left.span and right.span else None
    printed = left.places if unit == left.quantity.unit else 0
    return _computed(Quantity(number, unit), printed, span, exact=exact)


def share(part: Amount, whole: Amount) -> Amount:
    """Return the part in percent of the whole."""
    return divide(part, whole, PERCENT)


def multiple(left: Amount, right: Amount) -> Amount:
    """Return how many times *right* goes into *left*."""
    return divide(left, right, TIMES)


def rate(now: Amount, before: Amount) -> Amount:
    """Return the change in percent of the amount before; a negative base counts by its size."""
    getcontext().clear_flags()
    base = before.quantity.base
    number = (now.quantity.base - base) / abs(base) / PERCENT.scale
    exact = is_exact(getcontext()) and now.exact and before.exact
    span = None
    if now.span and before.span and (ratio := now.span.over(before.span)):
        # a/b - 1 names each figure once, so its span is tight; (a-b)/b would count b twice.
        span = ratio.plus(build_point(Decimal(-1)))
        span = span if base > 0 else span.negated()
    return _computed(Quantity(number, PERCENT), 0, span, exact=exact)


def mean(amounts: Sequence[Amount]) -> Amount:
    """Return the arithmetic mean; money is shown with 2 decimals."""
    average = divide(total(amounts), build_printed(Quantity(Decimal(len(amounts)), NUMBER)))
    if average.kind is Kind.MONEY and average.places:
        return replace(average, places=MONEY_PLACES)
    return average


def round_to(amount: Amount, decimals: int) -> Amount:
    """Round half up; the result counts as printed with those decimals."""
    return build_printed(amount.quantity.rounded(decimals))


def compare(left: Amount, right: Amount) -> Agreement:
    """Say whether two amounts of the same kind tell the same; see ``rounding``."""
    unit = left.quantity.unit
    other = restate(right, unit)
    limits = [each for each in (left.limit, other.limit) if each is not None]
    digits = min(limits) if limits else min(left.places, other.places)
    first, second = left.quantity.number, other.quantity.number
    agrees = round_half_up(first, digits) == round_half_up(second, digits)
    difference = subtract(left, right)
    gap = difference.quantity
    if left.span is None or right.span is None:
        tolerance, is_near = Decimal(0), agrees
    else:
        tolerance = (_radius(left) + _radius(right)) / gap.unit.scale
        is_near = agrees or left.span.meets(right.span)
    return Agreement(
        left=left.quantity,
        right=other.quantity,
        difference=Quantity(trim(gap.number), gap.unit),
        tolerance=Quantity(trim(tolerance), gap.unit),
        agrees=agrees,
        within_rounding=is_near,
    )


def _radius(amount: Amount) -> Decimal:
    if amount.span is None:
        return Decimal(0)
    base = amount.quantity.base
    return max(amount.span.high - base, base - amount.span.low)


def _as_kind(amount: Amount, unit: Unit) -> Amount:
    """Restate for adding to something in *unit*: points add to ratios, ratios to bare numbers."""
    crosses = (amount.kind, unit.kind) in ((Kind.POINT, Kind.RATIO), (Kind.RATIO, Kind.NUMBER))
    if not crosses:
        return restate(amount, unit)
    number = trim(amount.quantity.base / unit.scale)
    return replace(amount, quantity=Quantity(number, unit), places=needed_places(number))


def _bears_less(left: Amount, right: Amount) -> bool:
    """Return whether the product takes its unit from the right operand."""
    weight = {Kind.NUMBER: 0, Kind.MULTIPLE: 1, Kind.RATIO: 2, Kind.POINT: 3, Kind.COUNT: 4, Kind.MONEY: 5}
    return weight[left.kind] < weight[right.kind]


def _computed(quantity: Quantity, printed: int, span: Span | None, *, exact: bool, limit: int | None = None) -> Amount:
    number = quantity.number
    if number and number.adjusted() > MAX_MAGNITUDE:
        message = f"计算结果超过10的{MAX_MAGNITUDE}次方，不是预算里会有的数，请检查算式中的乘除。"
        raise InvalidInputError(message)
    places = shown_places(quantity, printed, exact=exact)
    if quantity.unit == YUAN and number == number.to_integral_value():
        quantity = Quantity(trim(number), YUAN)
    return Amount(quantity, places, limit, span, exact)
