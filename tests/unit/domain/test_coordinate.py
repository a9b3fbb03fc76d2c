"""Coordinates name members in one order, whatever order they were given in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.domain.coordinate import Coordinate, Stage

PLACE = Coordinate("某局", 2024, Stage.BUDGET, "支出")
members = st.dictionaries(
    st.sampled_from(["fund", "nature", "unit", "项目"]), st.text("甲乙丙丁", min_size=1, max_size=3)
)


@given(named=members)
def test_the_order_of_naming_does_not_matter(named: dict[str, str]) -> None:
    """Naming members one by one in any order gives one coordinate and one key."""
    forward = backward = PLACE
    for dimension, member in named.items():
        forward = forward.having(**{dimension: member})
    for dimension, member in reversed(named.items()):
        backward = backward.having(**{dimension: member})

    assert forward == backward
    assert forward.key == backward.key


@given(named=members)
def test_what_is_named_can_be_left_open_again(named: dict[str, str]) -> None:
    """Dropping every member leads back to the whole."""
    assert PLACE.having(**named).without(*named) == PLACE


def test_a_dimension_that_is_not_named_means_all() -> None:
    """get() answers with the member or with None."""
    coordinate = PLACE.having(nature="基本支出")

    assert coordinate.get("nature") == "基本支出"
    assert coordinate.get("fund") is None
    assert coordinate.key == "nature=基本支出"
