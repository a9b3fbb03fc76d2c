"""Lists of items: group heads, which tables print like their members, are not told beside them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from service.drafting.items import _heads


@pytest.mark.parametrize(
    ("amounts", "fewest", "heads"),
    [
        ("10 4 6", 2, {0}),
        ("10 4 6 7", 2, {0}),
        ("30 10 4 6 20 5 15", 2, {0, 1, 4}),  # groups within a group
        ("9 5 1 2 2 4", 2, {0, 1}),
        ("4 6 10", 2, set()),  # a sum below its parts is no head
        ("7 7 3", 2, set()),  # two alike are two projects
        ("7 7 3", 1, {0}),  # unless the total says otherwise
        ("", 2, set()),
    ],
)
def test_heads_are_sums_of_what_stands_right_behind_them(amounts: str, fewest: int, heads: set[int]) -> None:
    """A head comes before its members."""
    held = [Decimal(each) for each in amounts.split()]
    found, tops = _heads(held, fewest)

    assert found == heads
    leaves = sum((a for n, a in enumerate(held) if n not in heads), Decimal(0))
    assert sum((held[n] for n in tops), Decimal(0)) == leaves
