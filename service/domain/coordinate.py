"""The coordinate of a figure: where in the budget cube it stands (口径)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, unique


@unique
class Stage(Enum):
    """The budget stage a figure belongs to (预算阶段)."""

    BUDGET = "年初预算"
    ADJUSTED = "调整预算"
    EXECUTED = "执行数"
    FINAL = "决算"
    PERIOD_END = "期末"


@unique
class Aspect(Enum):
    """What is said of a coordinate.

    LEVEL is the amount itself. CHANGE and RATE compare it with *base_year*. SHARE is its part of a whole.
    """

    LEVEL = "数额"
    CHANGE = "增减额"
    RATE = "增减率"
    SHARE = "占比"


@dataclass(frozen=True, slots=True)
class Coordinate:
    """Where a figure stands. A dimension that is not named means all of it.

    Attributes:
        entity: Id of the budget entity (部门), as in the store.
        year: Budget year.
        stage: Budget stage.
        measure: Id of the measure: 收入, 支出, 三公经费 …
        members: (dimension id, member id) pairs, sorted, one per dimension at most.
        aspect: The amount, or a stated change, rate or share of it.
        base_year: For CHANGE and RATE, the year compared with.
        whole: For SHARE, the member key of the whole (denominator), "" when it is the measure's total.
    """

    entity: str
    year: int
    stage: Stage
    measure: str
    members: tuple[tuple[str, str], ...] = ()
    aspect: Aspect = Aspect.LEVEL
    base_year: int | None = None
    whole: str = ""

    def get(self, dimension: str) -> str | None:
        """Return the member named on *dimension*, or None where it means all."""
        for name, member in self.members:
            if name == dimension:
                return member
        return None

    def having(self, **members: str) -> Coordinate:
        """Return this coordinate with *members* set."""
        merged = dict(self.members) | members
        return replace(self, members=tuple(sorted(merged.items())))

    def without(self, *dimensions: str) -> Coordinate:
        """Return this coordinate with *dimensions* no longer named."""
        kept = tuple(pair for pair in self.members if pair[0] not in dimensions)
        return replace(self, members=kept)

    @property
    def key(self) -> str:
        """The members as text, stable across processes: ``function=2013101;nature=基本支出``."""
        return ";".join(f"{name}={member}" for name, member in self.members)
