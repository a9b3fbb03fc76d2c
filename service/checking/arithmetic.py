"""Interval arithmetic on stated figures: a printed figure stands for everything that rounds to it.

Source: the rounding model of XBRL Calculations 1.1, which takes tolerance from the stated decimals.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal, localcontext

from service.domain.quantity import WORKING_DIGITS, Quantity, Unit, round_half_up

Interval = tuple[Decimal, Decimal]
ZERO = Decimal(0)
_USUAL_DECIMALS = 2


def change_of(now: Interval, before: Interval) -> Interval:
    """Return what a change may be (增减额 = 本年 − 上年)."""
    return now[0] - before[1], now[1] - before[0]


def rate_of(now: Interval, before: Interval) -> Interval | None:
    """Return what a rate of change may be (增减率 = 增减额 ÷ 上年数), None where the base may be zero or negative."""
    if before[0] <= ZERO or now[0] < ZERO - (now[1] - now[0]):
        return None
    with localcontext() as context:
        context.prec = WORKING_DIGITS
        return now[0] / before[1] - 1, now[1] / before[0] - 1


def rate_by_change(change: Interval, before: Interval) -> Interval | None:
    """Return what a rate may be by a stated change and the base."""
    if before[0] <= ZERO:
        return None
    with localcontext() as context:
        context.prec = WORKING_DIGITS
        ends = [c / b for c in change for b in before]
        return min(ends), max(ends)


def share_of(part: Interval, whole: Interval) -> Interval | None:
    """Return what a share may be (占比 = 部分 ÷ 整体), None where the whole may be zero or negative."""
    if whole[0] <= ZERO:
        return None
    with localcontext() as context:
        context.prec = WORKING_DIGITS
        return part[0] / whole[1], part[1] / whole[0]


def sum_of(parts: Sequence[Interval]) -> Interval:
    """Return what a sum may be."""
    return sum((p[0] for p in parts), ZERO), sum((p[1] for p in parts), ZERO)


def meet(one: Interval, other: Interval) -> bool:
    """Whether two intervals have a value in common."""
    return one[0] <= other[1] and other[0] <= one[1]


def is_cut_off(stated: Quantity, value: Decimal) -> bool:
    """Whether a figure is *value* (base unit) with its further decimals cut off where rounding gives another."""
    with localcontext() as context:
        context.prec = WORKING_DIGITS
        shown = value / stated.unit.scale
        cut = shown.quantize(Decimal(1).scaleb(-stated.decimals), rounding=ROUND_DOWN)
    return cut == stated.number != round_half_up(shown, stated.decimals)


def off_by_last_digit(stated: Quantity, said: Quantity) -> bool:
    """Whether two figures of one unit differ by one unit of the last stated decimal at most."""
    return abs(stated.number - said.number) <= Decimal(1).scaleb(-stated.decimals)


def off_by_last_digits(stated: Quantity, printed: Quantity) -> bool:
    """Whether a stated amount differs from the printed one by two units of its last decimal at most.

    Only where two decimals are stated: published totals are rounded one by one, and gaps of 0.01 to 0.02 are common.
    """
    if stated.decimals < _USUAL_DECIMALS or stated.unit.kind is not printed.unit.kind:
        return False
    said = printed.to(stated.unit).rounded(stated.decimals)
    return abs(stated.number - said.number) <= Decimal(2).scaleb(-stated.decimals)


def slip_between(stated: Quantity, interval: Interval) -> Quantity | None:
    """Return what a figure was before one slip of the pen, where that lies in an interval (base unit); None if none does.

    Slips: a digit too many, the point at another place, two neighbouring digits changed over, 元 for 万元 and back.
    """
    text = format(abs(stated.number), "f")
    digits = text.replace(".", "")
    tries = [text[:i] + text[i + 1 :] for i in range(len(text)) if text[i] != "."]
    tries += [text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in range(len(text) - 1) if "." not in text[i : i + 2]]
    tries += [f"{digits[:i]}.{digits[i:]}" for i in range(1, len(digits))] + [digits, f"{digits}0", f"{digits}00"]
    for each in tries:
        if each.strip("."):
            number = Decimal(each.rstrip("."))
            if number != stated.number and interval[0] <= number * stated.unit.scale <= interval[1]:
                return Quantity(number, stated.unit)
    return None


def shown(value: Decimal, unit: Unit, decimals: int) -> Quantity:
    """Return a value of the base unit as it would be printed."""
    with localcontext() as context:
        context.prec = WORKING_DIGITS
        return Quantity(round_half_up(value / unit.scale, decimals), unit)
