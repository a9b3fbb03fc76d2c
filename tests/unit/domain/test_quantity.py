"""Quantities keep their digits; units of one kind restate each other exactly."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import UnitMismatchError
from service.domain.quantity import (
    FIXED_UNITS,
    PERCENT,
    PERCENTAGE_POINT,
    WAN_YUAN,
    YI_YUAN,
    YUAN,
    Kind,
    Quantity,
    Unit,
    round_half_up,
    unit_of,
)
from tests.shorthand import amount

money_units = st.sampled_from([unit for unit in FIXED_UNITS.values() if unit.kind is Kind.MONEY])
numbers = st.decimals(min_value=-(10**12), max_value=10**12, places=2)


@given(number=numbers, unit=money_units, other=money_units)
def test_restating_and_back_changes_nothing(number: Decimal, unit: Unit, other: Unit) -> None:
    """Whatever the two units of money, going there and back gives the same amount."""
    quantity = Quantity(number, unit)

    assert quantity.to(other).to(unit).number == number
    assert quantity.to(other).base == quantity.base


@given(number=numbers)
def test_the_interval_holds_what_rounds_to_it(number: Decimal) -> None:
    """A printed figure stands for half a unit of its last decimal either way."""
    low, high = Quantity(number, WAN_YUAN).interval()

    assert low < number < high
    assert high - low == Decimal("0.01")


@given(number=st.decimals(min_value=-(10**6), max_value=10**6, places=4))
def test_rounding_is_the_same_on_both_sides_of_zero(number: Decimal) -> None:
    """四舍五入 goes away from zero at a tie, for decreases too."""
    assert round_half_up(-number, 2) == -round_half_up(number, 2)
    assert abs(round_half_up(number, 2) - number) <= Decimal("0.005")


def test_printed_decimals_are_kept() -> None:
    """12.30 stays 12.30."""
    assert str(amount("12.30 万元").number) == "12.30"
    assert amount("12.30 万元").decimals == 2


@pytest.mark.parametrize(
    ("left", "unit"), [("5 %", WAN_YUAN), ("5 辆", YUAN), ("5 万元", PERCENT), ("5 辆", unit_of("台"))]
)
def test_other_kinds_are_refused(left: str, unit: Unit) -> None:
    """Money, ratios and different things counted do not convert, and the message names both."""
    with pytest.raises(UnitMismatchError) as caught:
        amount(left).to(unit)

    assert left.split()[1] in caught.value.message


def test_percent_and_percentage_point_are_two_things() -> None:
    """They look alike and measure different things."""
    assert PERCENT != PERCENTAGE_POINT
    assert PERCENT.kind is not PERCENTAGE_POINT.kind


def test_large_amounts_stay_exact() -> None:
    """A hundred million of 亿元 is not rounded on the way to 元."""
    assert Quantity(Decimal("123456789.01"), YI_YUAN).to(YUAN).number == Decimal("12345678901000000")
