"""Dimensions and their members: codes, printed names, colloquial names, hierarchy."""

from __future__ import annotations

from dataclasses import dataclass, field

from service.vocabulary.names import fold, stems


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a dimension.

    Attributes:
        dimension: Id of its dimension.
        id: Code (``2013101``) or canonical name (``人员经费``).
        name: Canonical printed name.
        names: Other printed names.
        say: Colloquial names.
        parent: Id of its parent, "" at the top.
        measure: The measure it implies (``公务接待费`` → ``三公经费``), or "".
    """

    dimension: str
    id: str
    name: str
    names: tuple[str, ...] = ()
    say: tuple[str, ...] = ()
    parent: str = ""
    measure: str = ""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension of the budget cube.

    Attributes:
        id: ``fund``, ``function`` …
        name: Chinese name shown to readers.
        additive: Whether members add up when the dimension is not named; otherwise the reader is asked.
        say: Words by which a question names the dimension itself.
        levels: Lengths of its codes from top to bottom, empty where members have no codes.
        suffixes: Endings that may be left off a name.
    """

    id: str
    name: str
    additive: bool
    say: tuple[str, ...]
    levels: tuple[int, ...] = ()
    suffixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured (收入, 支出, 三公经费 …).

    Attributes:
        id: Canonical name.
        kind: ``金额`` or ``数量``.
        names: Printed names.
        say: Colloquial names.
        dimensions: Ids of the dimensions it can be broken down by.
        fallback: Measure to use where this one is not printed, or "".
        whole: Measure that is this one and *less* together, and stands for it where *less* is nothing; or "".
        less: See *whole*.
    """

    id: str
    kind: str
    names: tuple[str, ...]
    say: tuple[str, ...]
    dimensions: tuple[str, ...]
    fallback: str = ""
    whole: str = ""
    less: str = ""


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Two ways to name one coordinate: ``nature=工资福利支出`` is 基本支出 within economic class 301.

    Attributes:
        member: (dimension, member) that can be put otherwise.
        same_as: The other way.
        measure: Measure of the other way, "" where it stays.
    """

    member: tuple[str, str]
    same_as: tuple[tuple[str, str], ...]
    measure: str = ""


@dataclass(slots=True)
class MemberIndex:
    """Finds members by id and by any of their names."""

    by_id: dict[tuple[str, str], Member] = field(default_factory=dict)
    by_name: dict[str, list[Member]] = field(default_factory=dict)
    children: dict[tuple[str, str], list[Member]] = field(default_factory=dict)

    def add(self, member: Member, suffixes: tuple[str, ...] = ()) -> None:
        """Register *member* under its names; a later member of the same id and dimension is ignored."""
        if (member.dimension, member.id) in self.by_id:
            return
        self.by_id[member.dimension, member.id] = member
        if member.parent:
            self.children.setdefault((member.dimension, member.parent), []).append(member)
        for name in dict.fromkeys((member.id, member.name, *member.names, *member.say)):
            for stem in stems(name, suffixes):
                found = self.by_name.setdefault(stem, [])
                if member not in found:
                    found.append(member)

    def named(self, name: str, dimensions: tuple[str, ...] = ()) -> tuple[Member, ...]:
        """Return the members called *name*, within *dimensions* if any are given, in their order."""
        found = self.by_name.get(fold(name), ())
        if not dimensions:
            return tuple(found)
        return tuple(m for d in dimensions for m in found if m.dimension == d)
