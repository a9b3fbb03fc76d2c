"""The items of a figure, for sentences that are written once for each: classes, codes, projects, units."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal

from service.calculation.formula import Expression, Match, Reference, Selector, render
from service.calculation.parser import parse_formula
from service.domain.errors import MissingFactError
from service.domain.fact import Fact
from service.drafting.amounts import Amounts
from service.drafting.template import Each

#: Level of a repetition → dimension and length of its codes (None for whatever is printed deepest).
LEVELS: dict[str, tuple[str, int | None]] = {
    "类": ("function", 3), "款": ("function", 5), "项": ("function", None), "科目": ("function", None),
    "经济类": ("economic", 3), "经济款": ("economic", None),
    "项目": ("project", None), "单位": ("unit", None), "资金": ("fund", None),
}  # fmt: skip
#: Names of dimensions in formulas.
_SAID = {"function": "功能", "economic": "经济", "project": "项目", "unit": "单位", "fund": "资金"}
_CODED = frozenset({"function", "economic"})


@dataclass(frozen=True, slots=True)
class Item:
    """One item.

    Attributes:
        formula: Its figure, in the formula language.
        name: Its printed name.
        names: Words for slots: 类, 类简, 款, 项, 名称.
        id: Its code or name.
        is_new: Whether last year's tables list such items, and not this one.
    """

    formula: str
    name: str
    names: dict[str, str]
    id: str
    is_new: bool = False


def items_of(each: Each, reference: Reference, amounts: Amounts, *, with_last_year: bool, within: str = "") -> list[Item]:
    """Return the items of a figure that have an amount this year, or last year where that is told too.

    Args:
        each: Which level.
        reference: The figure they are parts of.
        amounts: The figures.
        with_last_year: Whether the sentence tells last year's amount, so that an item that fell away is told.
        within: Code of the class whose items are wanted, "" for all.

    Raises:
        MissingFactError: The figure is not printed by such items.
        AmbiguousFigureError: It is a project's of several units; which one is meant, the outline must say.
    """
    dimension, length = LEVELS[each.level]
    every = replace(reference, selectors=(*reference.selectors, Selector(_SAID[dimension], "*", Match.ALL)))
    this_year = [figure.facts[0] for figure in amounts.scope.figures(every)]
    last_year: list[Fact] = []
    if with_last_year:
        with suppress(MissingFactError):
            last_year = [figure.facts[0] for figure in amounts.scope.figures(amounts.last_year(every))]
    shared = _shared_names([*this_year, *last_year]) if dimension == "project" else frozenset()
    before = _members(last_year, dimension, shared)
    found = _members(this_year, dimension, shared)
    found |= {k: v for k, v in before.items() if k not in found}
    cut = length if dimension in _CODED else None
    listed = {i[:cut] for i, fact in before.items() if fact.source.table}
    out = []
    for id_ in _ordered(dict.fromkeys(i[:cut] for i in found), dimension):
        if within and not id_.startswith(within):
            continue
        item = _item(id_, dimension, reference, amounts)
        if _tells(item, amounts, with_last_year=with_last_year):
            out.append(replace(item, is_new=bool(listed) and id_ not in listed))
    return _told_apart(_parts_only(out, reference, amounts) if dimension == "project" else out)


def _parts_only(items: list[Item], reference: Reference, amounts: Amounts) -> list[Item]:
    """Leave out the heads of groups, which tables print like their members, where the list only adds up without them.

    A head comes before its members and is their sum; groups may stand within groups.
    """
    # An item that only last year had counts as nothing.
    held = [_base_of(parse_formula(item.formula), amounts) or Decimal(0) for item in items]
    whole = _base_of(reference, amounts)
    if whole is None:
        whole = sum(held, Decimal(0)) / 2
    if sum(held) == whole:
        return items
    for fewest in (2, 1):
        heads, tops = _heads(held, fewest)
        if heads and sum(held[n] for n in tops) == whole:
            return [item for n, item in enumerate(items) if n not in heads]
    return items


def _base_of(expression: Expression, amounts: Amounts) -> Decimal | None:
    """Return this year's amount in the base unit, None where there is none."""
    try:
        return amounts.now(expression).quantity.base
    except MissingFactError:
        return None


def _heads(held: Sequence[Decimal], fewest: int) -> tuple[set[int], list[int]]:
    """Return which amounts are sums of at least *fewest* right behind them, and those that stand in no group."""
    heads: set[int] = set()
    tops: list[int] = []  # from the last to the first
    for n in reversed(range(len(held))):
        total, count = Decimal(0), 0
        while count < len(tops) and total < held[n]:
            count += 1
            total += held[tops[-count]]
        if total == held[n] and count >= fewest:
            heads.add(n)
            del tops[-count:]
        tops.append(n)
    return heads, tops


def _told_apart(items: list[Item]) -> list[Item]:
    """Put the 款 before the names that several items share: 组织事务一般行政管理事务."""
    shared = Counter(item.name for item in items)
    return [
        replace(item, name=f"{item.names['款']}{item.name}") if shared[item.name] > 1 and item.names.get("款") else item
        for item in items
    ]


def _shared_names(facts: Sequence[Fact]) -> frozenset[str]:
    """Return the names of projects that several units have, in either year."""
    units: dict[str, set[str]] = defaultdict(set)
    for fact in facts:
        units[fact.coordinate.get("project") or ""].add(fact.coordinate.get("unit") or "")
    return frozenset(name for name, of in units.items() if len(of) > 1)


def _members(facts: Sequence[Fact], dimension: str, shared: frozenset[str]) -> dict[str, Fact]:
    """Return member id (with its unit for projects of a shared name) → a fact of it."""
    out: dict[str, Fact] = {}
    for fact in facts:
        id_ = fact.coordinate.get(dimension) or ""
        out[f"{id_}\n{fact.coordinate.get('unit') or ''}" if id_ in shared else id_] = fact
    return out


def _ordered(ids: Iterable[str], dimension: str) -> list[str]:
    return sorted(ids) if dimension in _CODED else list(ids)


def _item(id_: str, dimension: str, reference: Reference, amounts: Amounts) -> Item:
    scope = amounts.scope
    member, _, unit = id_.partition("\n")
    selectors = [*reference.selectors, Selector(_SAID[dimension], member)]
    if unit:
        selectors.append(Selector("单位", unit))
    names = amounts.printed_names(dimension)
    name = names.get(member) or scope.name_of(dimension, member)
    if unit:
        name = f"{name}（{scope.name_of('unit', unit)}）"
    said = {"名称": name}
    if dimension == "function":
        for key, end in (("类", 3), ("款", 5), ("项", 7)):
            code = member[:end]
            said[key] = names.get(code) or scope.name_of(dimension, code) if len(member) >= end else ""
        said["类简"] = said["类"].removesuffix("支出")
    return Item(render(replace(reference, selectors=tuple(selectors))), name, said, id_)


def _tells(item: Item, amounts: Amounts, *, with_last_year: bool) -> bool:
    """Whether there is an amount to tell."""
    reference = parse_formula(item.formula)
    assert isinstance(reference, Reference)  # noqa: S101 - rendered from one
    years = (reference, amounts.last_year(reference)) if with_last_year else (reference,)
    for each in years:
        try:
            if amounts.now(each).quantity.number:
                return True
        except MissingFactError:
            continue
    return False
