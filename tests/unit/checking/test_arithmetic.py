"""Tolerance comes from the stated decimals, and from nothing else."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.checking.arithmetic import (
    change_of,
    is_cut_off,
    meet,
    off_by_last_digits,
    rate_of,
    share_of,
    slip_between,
    sum_of,
)
from service.checking.claims import interval_of
from service.domain.quantity import PERCENT, WAN_YUAN, YUAN, Quantity, round_half_up

amounts = st.decimals(min_value="0.01", max_value="999999", places=4)


def printed(value: Decimal, decimals: int = 2) -> Quantity:
    return Quantity(round_half_up(value, decimals), WAN_YUAN)


@given(amounts, amounts)
def test_a_rate_computed_before_rounding_is_never_objected_to(now: Decimal, before: Decimal) -> None:
    stated = Quantity(round_half_up((now - before) / before * 100, 2), PERCENT)
    may = rate_of(interval_of(printed(now)), interval_of(printed(before)))
    assert may is None or meet(interval_of(stated), may)


@given(amounts, amounts)
def test_a_change_computed_before_rounding_is_never_objected_to(now: Decimal, before: Decimal) -> None:
    stated = printed(now - before)
    assert meet(interval_of(stated), change_of(interval_of(printed(now)), interval_of(printed(before))))


@given(st.lists(amounts, min_size=2, max_size=12))
def test_a_sum_of_rounded_parts_is_never_objected_to(parts: list[Decimal]) -> None:
    total = printed(sum(parts, Decimal(0)))
    assert meet(interval_of(total), sum_of([interval_of(printed(p)) for p in parts]))


@given(amounts, amounts)
def test_a_share_computed_before_rounding_is_never_objected_to(part: Decimal, rest: Decimal) -> None:
    whole = part + rest
    stated = Quantity(round_half_up(part / whole * 100, 2), PERCENT)
    may = share_of(interval_of(printed(part)), interval_of(printed(whole)))
    assert may is None or meet(interval_of(stated), may)


@given(st.integers(min_value=10_000, max_value=99_999_999), st.integers(min_value=11, max_value=30))
def test_an_amount_a_tenth_off_is_always_objected_to(cents: int, tenths: int) -> None:
    right = Quantity(Decimal(cents).scaleb(-2), WAN_YUAN)
    wrong = Quantity(round_half_up(right.number * tenths / 10, 2), WAN_YUAN)
    assert not meet(interval_of(right), interval_of(wrong))
    assert not off_by_last_digits(wrong, right)


@pytest.mark.parametrize(("stated", "value", "cut"), [("5.0", "0.0511", False), ("5.1", "0.0519", True), ("5.2", "0.0519", False)])
def test_cutting_off_is_told_from_rounding(stated: str, value: str, cut: bool) -> None:
    assert is_cut_off(Quantity(Decimal(stated), PERCENT), Decimal(value)) is cut


@pytest.mark.parametrize(
    ("written", "meant"), [("43269.3", "3269.3"), ("12.34", "123.4"), ("132.5", "123.5"), ("1234", "12.34")]
)
def test_one_slip_of_the_pen_is_seen_through(written: str, meant: str) -> None:
    value = Quantity(Decimal(meant), YUAN)
    found = slip_between(Quantity(Decimal(written), YUAN), interval_of(value))
    assert found is not None
    assert found.number == value.number
