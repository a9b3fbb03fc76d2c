"""A change split into parts: contributions and residual add up to it exactly, whatever the units."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from service.calculation.decomposition import Part, Standing, decompose, difference
from service.domain.quantity import WAN_YUAN, YUAN, Quantity

amounts = st.builds(
    Quantity,
    st.decimals(min_value=-10_000_000, max_value=10_000_000, places=6, allow_nan=False, allow_infinity=False),
    st.sampled_from([YUAN, WAN_YUAN]),
)
sides = st.tuples(st.none() | amounts, st.none() | amounts).filter(any)


@given(now=amounts, then=amounts, pairs=st.lists(sides, max_size=12))
def test_contributions_and_residual_are_the_change(
    now: Quantity, then: Quantity, pairs: list[tuple[Quantity | None, Quantity | None]]
) -> None:
    """Nothing is lost and nothing added, for any parts in any unit, in one year or both."""
    parts = [Part(f"第{number}项", *pair) for number, pair in enumerate(pairs)]

    made = decompose(now, then, parts)

    assert sum((p.change for p in made.parts), Decimal(0)) + made.residual == made.total == now.base - then.base
    assert len(made.parts) + len(made.still) == len(parts)
    assert all(not p.change for p in made.still)


@given(pairs=st.lists(st.tuples(amounts, amounts), min_size=1, max_size=12))
def test_all_parts_leave_no_residual(pairs: list[tuple[Quantity, Quantity]]) -> None:
    """Where the parts are all of the whole in both years, nothing is left unexplained."""
    now = Quantity(sum((a.base for a, _ in pairs), Decimal(0)), YUAN)
    then = Quantity(sum((b.base for _, b in pairs), Decimal(0)), YUAN)

    assert not decompose(now, then, [Part(str(n), a, b) for n, (a, b) in enumerate(pairs)]).residual


def test_the_largest_contribution_comes_first() -> None:
    """By size, whatever the direction; what is only in one year says so."""
    parts = [
        Part("甲", Quantity(Decimal("5.00"), WAN_YUAN), Quantity(Decimal("4.00"), WAN_YUAN)),
        Part("乙", None, Quantity(Decimal(90000), YUAN)),
        Part("丙", Quantity(Decimal("2.00"), WAN_YUAN), None),
    ]

    made = decompose(Quantity(Decimal(7), WAN_YUAN), Quantity(Decimal(13), WAN_YUAN), parts)

    assert [(p.name, p.standing) for p in made.parts] == [
        ("乙", Standing.GONE), ("丙", Standing.NEW), ("甲", Standing.BOTH),
    ]  # fmt: skip
    assert (made.total, made.residual) == (Decimal(-60000), Decimal(0))


def test_what_is_not_there_counts_as_nothing() -> None:
    """An amount of one year alone is the whole change."""
    assert difference(Quantity(Decimal("0.50"), WAN_YUAN), None) == Decimal(5000)
    assert difference(None, None) == Decimal(0)
