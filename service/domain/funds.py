"""When naming a fund or a period changes nothing: it holds all the money there is."""

from __future__ import annotations

from collections.abc import Sequence

from service.domain.coordinate import Coordinate
from service.domain.fact import Fact

#: Stands among the funds that are all the money where nothing was carried over: then this year's money is all of it.
NOTHING_CARRIED = "本年"


def only_funds(levels: Sequence[Fact]) -> frozenset[str]:
    """Return the funds that are all the money there is, so that naming them changes nothing.

    T3 = T5 holds only then (rule B12); where other money exists the coordinates stay apart.
    """
    carried = any(
        f.coordinate.get("origin") == "上年结转" and f.quantity is not None and f.quantity.number for f in levels
    )
    income = [f for f in levels if f.coordinate.measure == "收入" and f.quantity is not None]
    this_year = {f.quantity.base for f in income if f.quantity and f.coordinate.members == (("origin", "本年"),)}
    in_all = {f.quantity.base for f in income if f.quantity and not f.coordinate.members}
    apart = bool(this_year) and bool(in_all) and not this_year & in_all
    whole = frozenset() if carried or apart else frozenset({NOTHING_CARRIED})
    total = next((f.quantity for f in income if not f.coordinate.members), None)
    if total is None or not total.number:
        return whole
    return whole | frozenset(
        fund
        for f in income
        if (fund := f.coordinate.get("fund")) and f.quantity is not None
        and set(dict(f.coordinate.members)) <= {"fund", "origin"} and f.quantity.base == total.base
    )  # fmt: skip


def comparison_key(coordinate: Coordinate, only: frozenset[str]) -> tuple[object, ...]:
    """Return what is equal for coordinates that mean the same where the funds in *only* are all the money."""
    members = {d: m for d, m in coordinate.members if not (d == "fund" and m in only)}
    if only and members.get("origin") == "本年":
        del members["origin"]
    if "project" in members:
        members.pop("project_type", None)  # says what kind of project it is, and splits nothing
    return (coordinate.measure, coordinate.year, coordinate.stage, tuple(sorted(members.items())))
