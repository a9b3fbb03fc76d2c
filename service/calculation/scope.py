"""The figures of one entity, found by coordinate: what a reference may mean and what it rests on."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from service.calculation.figures import Figure
from service.calculation.formula import Match, Reference, Selector
from service.calculation.meant import as_meant
from service.domain.coordinate import Aspect, Coordinate, Stage
from service.domain.errors import AmbiguousFigureError, MissingFactError, UnknownNameError
from service.domain.fact import Authority, CellState, Fact, Proof
from service.domain.quantity import WAN_YUAN, Kind, Quantity
from service.vocabulary.members import Measure, Member, MemberIndex
from service.vocabulary.names import fold
from service.vocabulary.vocabulary import Vocabulary

#: Dimensions that only qualify a figure: where it is printed under one of their members alone, that is said.
QUALIFIERS = frozenset({"fund", "origin"})
#: Attributes of a member of another dimension; they split nothing.
ATTRIBUTES = frozenset({"project_type"})
#: Dimensions with few, fixed members: a blank one is shown in a set too, as nothing.
SMALL = frozenset({"fund", "origin", "nature", "item"})
#: Measures whose figures are of all money unless a fund is named.
WHOLE_MEASURES = frozenset({"收入", "支出", "支出总计"})
TABLE = "表"
#: Value of 表 that means the running text.
TEXT = "正文"
_KINDS = {kind.value: kind for kind in Kind}
#: Dimensions whose members are codes of official classifications, which change now and then.
CODED = ("function", "economic", "gov_economic")
#: Coordinates whose facts are kept found; one answer asks for the same one several times.
_KEPT = 4096
_CODE = re.compile(r"^[\d\s-]+")


class Wanted(NamedTuple):
    """A reference with its names resolved."""

    measure: str
    members: dict[str, str]
    every: str  # dimension of a set, "" for one figure
    contains: tuple[tuple[str, str], ...]  # (dimension, piece of a name)
    table: str
    year: int
    stage: Stage | None


@dataclass(frozen=True, slots=True)
class Group:
    """Facts of one table and column that together make up a coordinate."""

    facts: tuple[Fact, ...]
    extra: frozenset[str]

    @property
    def table(self) -> str:
        """Id of the table, "" for text."""
        return self.facts[0].source.table


class Scope:
    """A `Book` over the facts of one entity.

    Args:
        facts: Every fact of the entity's documents.
        vocabulary: Names and hierarchies.
        own: Members that come from the documents: projects and units.
        year: Year meant where none is named.
        stage: Stage meant where none is named.
        table_kinds: (document, table id) → key of the standard table.
        prefer: Ids of tables to take a figure from where it is printed in several.
        document_years: Document id → its year. A year's own document comes before what a later one says of it.
        main: Id of the document whose table ids are meant, "" where there is one document.
        strict: Whether neither another stage nor a part of the money may stand in for what is wanted, as where
            nobody reads the label of the figure that was found.
    """

    def __init__(
        self, facts: Sequence[Fact], vocabulary: Vocabulary, own: Iterable[Member], *,
        year: int, stage: Stage, table_kinds: Mapping[tuple[str, str], str], prefer: frozenset[str] = frozenset(),
        document_years: Mapping[str, int] | None = None, main: str = "", strict: bool = False,
    ) -> None:  # fmt: skip
        facts = as_meant(facts)
        self.facts = facts
        self._strict = strict
        self.vocabulary = vocabulary
        self.own = MemberIndex()
        for member in own:
            self.own.add(member)
        self.year = year
        self.stage = stage
        self.prefer = prefer
        self._kinds = table_kinds
        self._years = document_years or {}
        self._main = main
        self._codes: dict[tuple[str, int], dict[str, set[str]]] | None = None
        self._measures: dict[str, Measure] = {}
        self._groups: dict[tuple[object, ...], Group | None] = {}
        self._equal: dict[tuple[tuple[str, int], Quantity], list[Fact]] | None = None
        self._levels: dict[tuple[str, int], list[Fact]] = defaultdict(list)
        self._exact: dict[tuple[str, int, str], list[Fact]] = defaultdict(list)
        self._by_id = {f.id: f for f in facts}
        #: Codes that the official lists no longer have, by the names that the tables print.
        self._unlisted = {
            (d, code): _CODE.sub("", f.source.row_label) or code
            for f in facts if f.authority is Authority.CELL
            for d, code in f.coordinate.members if d in CODED and (d, code) not in vocabulary.members.by_id
        }  # fmt: skip
        for fact in facts:
            if fact.coordinate.aspect is Aspect.LEVEL:
                self._levels[fact.coordinate.measure, fact.coordinate.year].append(fact)
                self._exact[fact.coordinate.measure, fact.coordinate.year, fact.coordinate.key].append(fact)

    def preferring(self, tables: Iterable[str]) -> Scope:
        """Return this scope with other preferred tables."""
        other = object.__new__(Scope)
        other.__dict__.update(self.__dict__)
        other.prefer = frozenset(tables)
        return other

    def at_stage(self, stage: Stage) -> Scope:
        """Return this scope with another stage meant where none is named."""
        other = object.__new__(Scope)
        other.__dict__.update(self.__dict__)
        other.stage = stage
        return other

    # -- the Book protocol ------------------------------------------------------------------------------

    def kind_of(self, reference: Reference) -> Kind:
        """Return what *reference* measures."""
        return _KINDS[self._measure(reference.measure).kind]

    def _measure(self, name: str) -> Measure:
        """Return the measure of that name, kept ready: one answer asks for it many times."""
        known = self._measures.get(name)
        if known is None:
            known = self.vocabulary.measure_named(name)
            if known is None:
                raise UnknownNameError(name, tuple(self.vocabulary.measures))
            self._measures[name] = known
        return known

    def figure(self, reference: Reference) -> Figure:
        """Return the one figure *reference* names; see `figures.Book`."""
        wanted = self.resolve(reference)
        group = self.find(wanted)
        if group is None:
            raise MissingFactError(self._missing(wanted))
        return self._figure(wanted, group)

    def figures(self, reference: Reference) -> tuple[Figure, ...]:
        """Return the figures of a set; see `figures.Book`."""
        wanted = self.resolve(reference)
        if not wanted.every:
            return (self.figure(reference),)
        found = self._set(wanted)
        if not found:
            raise MissingFactError(self._missing(wanted))
        return found

    # -- resolution -------------------------------------------------------------------------------------

    def resolve(self, reference: Reference) -> Wanted:
        """Resolve the names of a reference.

        Raises:
            UnknownNameError: A measure or member has no such name.
        """
        measure = self._measure(reference.measure)
        members: dict[str, str] = {}
        contains: list[tuple[str, str]] = []
        every = table = ""
        for selector in reference.selectors:
            dimension = self._dimension(selector.dimension)
            if dimension == TABLE:
                table = selector.value
            elif selector.match is Match.ALL:
                every = dimension
            elif selector.match is Match.CONTAINS:
                every = dimension
                contains.append((dimension, selector.value))
            else:
                member = self.member(selector, dimension, measure.dimensions)
                members[member.dimension] = member.id
        return Wanted(measure.id, members, every, tuple(contains), table, reference.year or self.year, reference.stage)

    def _dimension(self, name: str) -> str:
        if not name or name == TABLE:
            return name
        for dimension in self.vocabulary.dimensions.values():
            if name in {dimension.id, dimension.name, *dimension.say}:
                return dimension.id
        short = {"性质": "nature", "资金": "fund", "功能": "function", "经济": "economic", "类型": "project_type"}
        if name in short:
            return short[name]
        raise UnknownNameError(name, tuple(d.name for d in self.vocabulary.dimensions.values() if d.say))

    def member(self, selector: Selector, dimension: str, allowed: Sequence[str]) -> Member:
        """Return the member a selector names."""
        dims = (dimension,) if dimension else ()
        found = [*self.own.named(selector.value, dims), *self.vocabulary.members.named(selector.value, dims)]
        fit = [m for m in found if m.dimension in allowed] or found
        if not fit:
            folded = fold(selector.value)
            partial = [
                m for m in self.own.by_id.values() if folded in fold(m.name) and (not dims or m.dimension in dims)
            ]
            if len(partial) == 1:
                return partial[0]
            known = self.vocabulary.members.by_id.get((dimension, selector.value))
            if known is not None:
                return known
            printed = next((d for d in CODED if d in allowed and (d, selector.value) in self._unlisted), "")
            if not dimension and printed:
                return Member(printed, selector.value, self.name_of(printed, selector.value))
            if dimension and selector.value:
                return Member(dimension, selector.value, selector.value)
            raise UnknownNameError(selector.value)
        return fit[0]

    def find(self, wanted: Wanted) -> Group | None:
        """Return the facts that make up a coordinate, or None.

        Tried in order: printed as it is; printed under another name of the same coordinate; printed with
        a fund or period that the reference left open; made up of the rows below it; printed under another code
        with the same name, where codes were changed between years. Where no stage is named, the scope's own is
        tried first: 决算 never stands in for 预算 while there is one.
        """
        key = (
            wanted.measure, tuple(sorted(wanted.members.items())), wanted.table, wanted.year, wanted.stage, self.stage, self.prefer,
        )  # fmt: skip
        if key not in self._groups:
            if len(self._groups) >= _KEPT:
                self._groups.clear()
            own = self._find(wanted._replace(stage=self.stage)) if wanted.stage is None else None
            if self._strict and wanted.stage is None:
                found = own or self._renamed(wanted._replace(stage=self.stage))
            else:
                found = own or self._find(wanted) or self._renamed(wanted)
            self._groups[key] = None if found and self._strict and self._is_of_less_money(found, wanted) else found
        return self._groups[key]

    def _is_of_less_money(self, group: Group, wanted: Wanted) -> bool:
        """Whether facts of one fund stand for all money, or for a wider fund of which they may be a part."""
        funds = {f.coordinate.get("fund") for f in group.facts}
        if wanted.measure not in WHOLE_MEASURES or len(funds) > 1 or funds <= {None, wanted.members.get("fund")}:
            return False
        return not self._holds_all(group.facts[0], "fund")

    def _find(self, wanted: Wanted) -> Group | None:
        found = self._made_up(wanted)
        if found is None or found.extra & QUALIFIERS:
            # What holds all money under another name comes before one fund of it under this name.
            wider = self._under_another_name(wanted)
            if wider is not None and (found is None or not wider.extra & QUALIFIERS):
                return wider
        if found is not None:
            return found
        before = wanted.year - 1
        stock = self._levels.get((wanted.measure, before), [])
        if wanted.year == self.year and any(f.coordinate.stage is Stage.PERIOD_END for f in stock):
            return self._find(wanted._replace(year=before, stage=Stage.PERIOD_END))
        return None

    def _under_another_name(self, wanted: Wanted) -> Group | None:
        """Return a figure from the measure it falls back on, or from one that holds it and a rest that is nothing."""
        measure = self.vocabulary.measures[wanted.measure]
        if measure.fallback:
            return self._find(wanted._replace(measure=measure.fallback))
        rest = self._levels.get((measure.less, wanted.year), ())
        if not measure.whole or any(f.quantity is not None and f.quantity.number for f in rest):
            return None
        return self._made_up(wanted._replace(measure=measure.whole))

    def _made_up(self, wanted: Wanted) -> Group | None:
        """Return the facts of the measure itself: printed, else rolled up from the rows below."""
        for find in (self._printed, self._rolled_up):
            for members in self._ways(wanted):
                group = find(wanted, members)
                if group is not None:
                    return group
        return None

    # -- codes that changed between years ---------------------------------------------------------------

    def _renamed(self, wanted: Wanted) -> Group | None:
        """Return what is printed in the wanted year under another code with the same name (科目调整)."""
        for dimension in CODED:
            code = wanted.members.get(dimension, "")
            if not code:
                continue
            for other in self.codes_with_name_of(dimension, code, wanted.year):
                found = self._find(wanted._replace(members=wanted.members | {dimension: other}))
                if found is not None:
                    return found
        return None

    def codes_with_name_of(self, dimension: str, code: str, year: int) -> tuple[str, ...]:
        """Return the other codes that in *year* bear the name that *code* is printed with in another year.

        Empty where the code itself is printed in that year, or several codes bear the name.
        """
        if self._codes is None:
            self._codes = self._printed_names()
        here = self._codes.get((dimension, year), {})
        if any(code in codes for codes in here.values()):
            return ()
        names = [n for (d, y), by in self._codes.items() if d == dimension and y != year for n, c in by.items() if code in c]
        found = {c for n in dict.fromkeys(names) for c in here.get(n, ()) if len(c) == len(code)}
        return tuple(found) if len(found) == 1 else ()

    def _printed_names(self) -> dict[tuple[str, int], dict[str, set[str]]]:
        """Return dimension and year → printed name → codes, of rows that one code names."""
        out: dict[tuple[str, int], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for fact in self.facts:
            if fact.authority is not Authority.CELL or fact.coordinate.aspect is not Aspect.LEVEL:
                continue
            for dimension in CODED:
                code = fact.coordinate.get(dimension)
                if code:
                    name = fold(_CODE.sub("", fact.source.row_label))
                    out[dimension, fact.coordinate.year][name or fold(self.name_of(dimension, code))].add(code)
        return out

    def _ways(self, wanted: Wanted) -> list[dict[str, str]]:
        """Return the ways to put the members: as given, then by each equivalence."""
        ways = [wanted.members]
        for equivalence in self.vocabulary.equivalences:
            dimension, member = equivalence.member
            if equivalence.measure:
                continue
            if wanted.members.get(dimension) == member:
                rest = {d: m for d, m in wanted.members.items() if d != dimension}
                ways.append(rest | dict(equivalence.same_as))
            elif all(wanted.members.get(d) == m for d, m in equivalence.same_as):
                rest = {d: m for d, m in wanted.members.items() if d not in dict(equivalence.same_as)}
                ways.append(rest | {dimension: member})
        return ways

    def _candidates(self, wanted: Wanted) -> list[Fact]:
        facts = self._levels.get((wanted.measure, wanted.year), [])
        return [f for f in facts if self._admits(f, wanted)]

    def _admits(self, fact: Fact, wanted: Wanted) -> bool:
        if wanted.stage is not None and fact.coordinate.stage is not wanted.stage:
            return False
        if not wanted.table:
            return True
        source = fact.source
        if not source.table or wanted.table == TEXT:
            return wanted.table == TEXT and not source.table and fact.authority is Authority.SENTENCE
        kind = self._kinds.get((source.document, source.table), "")
        if self._main and source.document != self._main and (self._main, wanted.table) in self._kinds:
            return bool(kind) and kind == self._kinds[self._main, wanted.table]
        return wanted.table in {source.table, kind} or fold(wanted.table) in fold(source.table_title)

    def _is_elsewhere(self, fact: Fact) -> bool:
        """Whether a fact of one year is printed in the document of another, while its own year has one."""
        own = self._years.get(fact.source.document, fact.coordinate.year)
        return own != fact.coordinate.year

    def _printed(self, wanted: Wanted, members: Mapping[str, str]) -> Group | None:
        """Return a fact printed at the coordinate, or under a qualifier that the reference left open."""
        key = ";".join(f"{d}={m}" for d, m in sorted(members.items()))
        exact = [f for f in self._exact.get((wanted.measure, wanted.year, key), []) if self._admits(f, wanted)]
        if exact:
            best = self._best(exact)
            return self._in_a_table(wanted, members, best) or Group((best,), frozenset())
        lines = self._lines(wanted, members)
        if lines is not None:
            return lines
        found: dict[frozenset[str], list[Fact]] = defaultdict(list)
        for fact in self._candidates(wanted):
            own = dict(fact.coordinate.members)
            extra = frozenset(own.keys() - members.keys())
            if own.get("origin") == "上年结转" and "origin" in extra:
                continue
            if extra <= QUALIFIERS | ATTRIBUTES and all(own.get(d) == m for d, m in members.items()):
                found[frozenset(extra - ATTRIBUTES)].append(fact)
        for extra in sorted(found, key=len):
            values = {f.coordinate.key for f in found[extra]}
            printed = [f for f in found[extra] if f.quantity is not None]
            if extra and len({f.quantity.base for f in printed if f.quantity}) > 1 and len(values) > 1:
                whole = self._widest(printed)
                if whole is None:
                    continue
                printed = whole
            pool = printed or (found[extra] if len(values) == 1 or not extra else [])
            if pool:
                return Group((self._best(pool),), extra)
        return None

    def _in_a_table(self, wanted: Wanted, members: Mapping[str, str], said: Fact) -> Group | None:
        """For a figure that only the text gives, return the table cell that prints it under a fund or period alone.

        The cell must say the same, or its fund or period must hold all there is: then a table comes before the text.
        """
        if said.authority is Authority.CELL or wanted.table:
            return None
        for fact in self._candidates(wanted):
            own = dict(fact.coordinate.members)
            extra = frozenset(own.keys() - members.keys())
            is_same = bool(extra) and extra <= QUALIFIERS and all(own.get(d) == m for d, m in members.items())
            if not is_same or fact.authority is not Authority.CELL or fact.quantity is None:
                continue
            if _agree(fact.quantity, said.quantity) or all(self._holds_all(fact, d) for d in extra):
                return Group((fact,), extra)
        return None

    def _holds_all(self, fact: Fact, dimension: str) -> bool:
        """Whether the fund or period that a fact is printed under holds all money of its measure and year."""
        place = fact.coordinate
        if dimension == "origin":
            carried = place.having(origin="上年结转")
            others = self._exact.get((place.measure, place.year, carried.key), ())
            return place.get("origin") == "本年" and not any(f.quantity and f.quantity.number for f in others)
        whole = self._total(place, "")
        part = self._total(place, f"{dimension}={place.get(dimension)}")
        return whole is not None and part is not None and whole.base == part.base

    def _total(self, place: Coordinate, key: str) -> Quantity | None:
        """Return what a table prints at a key of the measure of *place*, or of the measure that falls back on it."""
        for measure in (place.measure, *(m.id for m in self.vocabulary.measures.values() if m.fallback == place.measure)):
            for fact in self._exact.get((measure, place.year, key), ()):
                if fact.authority is Authority.CELL and fact.quantity is not None:
                    return fact.quantity
        return None

    def _lines(self, wanted: Wanted, members: Mapping[str, str]) -> Group | None:
        """Return the several rows of one table that print one coordinate in parts."""
        columns: dict[tuple[str, str, int], list[Fact]] = defaultdict(list)
        for fact in self._candidates(wanted):
            own = dict(fact.coordinate.members)
            if own.keys() - members.keys() == {"line"} and all(own.get(d) == m for d, m in members.items()):
                columns[fact.source.document, fact.source.table, fact.source.column].append(fact)
        if not columns:
            return None
        return Group(tuple(next(iter(columns.values()))), frozenset())

    def _widest(self, facts: Sequence[Fact]) -> list[Fact] | None:
        """Of figures under different funds, return those under the one fund that holds the others."""
        funds = {f.coordinate.get("fund") for f in facts} - {None}
        for fund in funds:
            if fund and all(self.vocabulary.is_within("fund", other or "", fund) for other in funds):
                return [f for f in facts if f.coordinate.get("fund") == fund]
        return None

    def _best(self, facts: Sequence[Fact]) -> Fact:
        """Choose the place to take a figure from: preferred table, then table over text over derived, proven first.

        A cell that the table's own arithmetic contradicts gives way to a figure that is proven.
        """
        order = (Authority.CELL, Authority.SENTENCE, Authority.DERIVED)
        is_proven = any(f.proof is Proof.PROVEN for f in facts)
        return min(
            facts,
            key=lambda f: (
                f.coordinate.stage is not self.stage, f.source.table not in self.prefer,
                is_proven and f.proof is Proof.CONTRADICTED, order.index(f.authority),
                f.quantity is None, self._is_elsewhere(f), f.proof is Proof.CONTRADICTED, not self._is_named(f),
            ),
        )  # fmt: skip

    def _is_named(self, fact: Fact) -> bool:
        """Whether the column of a fact says its measure: 「“三公”经费/小计」 beside the 「合计」 of a wider table."""
        label = fold(fact.source.column_label)
        measure = self.vocabulary.measures.get(fact.coordinate.measure)
        return measure is not None and any(fold(n) in label for n in (measure.id, *measure.names))

    def _rolled_up(self, wanted: Wanted, members: Mapping[str, str]) -> Group | None:
        """Return the rows of one table and column that together make up a coordinate.

        A grand total is never made up: where none is printed, rows may be missing, and a part would stand for all.
        """
        if not members:
            return None
        groups: dict[tuple[str, str, int], list[Fact]] = defaultdict(list)
        for fact in self._candidates(wanted):
            if fact.authority is Authority.CELL and self._lies_within(fact, members):
                groups[fact.source.document, fact.source.table, fact.source.column].append(fact)
        best: tuple[tuple[object, ...], Group] | None = None
        for facts in groups.values():
            finest = self._leaves(facts)
            printed = [f for f in finest if f.quantity is not None]
            extra = frozenset(d for f in finest for d, _ in f.coordinate.members) - members.keys() - ATTRIBUTES
            qualifiers = extra - self._splits(members)
            if not printed or not self._may_add(members, printed) or not self._qualifies(qualifiers, members):
                continue
            rank = (
                self._is_elsewhere(printed[0]),
                len(qualifiers),
                printed[0].source.table not in self.prefer,
                len(extra),
                printed[0].source.table,
                printed[0].source.column,
            )
            if best is None or rank < best[0]:
                best = (rank, Group(tuple(printed), extra))
        return best[1] if best else None

    def _splits(self, members: Mapping[str, str]) -> frozenset[str]:
        """Return the dimensions along which rows may be parts of the coordinate wanted.

        Of 基本支出 and the like a table of functions prints its own total; rows without one may not be all.
        """
        splits = {"gov_economic", "line", "function", "unit", "project"}
        if "economic" in members:
            splits -= {"unit", "project"}
        if members.keys() <= {"nature"} | QUALIFIERS:
            splits -= {"function"}
        return frozenset(splits)

    def _qualifies(self, qualifiers: frozenset[str], members: Mapping[str, str]) -> bool:
        """Whether what is left open may be: a fund or period; 基本支出 for an economic item; 项目支出 for a project."""
        allowed = set(QUALIFIERS)
        if members.keys() & {"economic", "gov_economic", "project", "project_type"}:
            allowed.add("nature")
        if "gov_economic" in members:
            allowed.add("economic")
        return qualifiers <= allowed

    def _lies_within(self, fact: Fact, members: Mapping[str, str]) -> bool:
        own = dict(fact.coordinate.members)
        return all(d in own and self.vocabulary.is_within(d, own[d], m) for d, m in members.items())

    def _leaves(self, facts: Sequence[Fact]) -> list[Fact]:
        """Drop facts that are totals of others in the same column."""
        out = []
        for fact in facts:
            own = fact.coordinate.members
            if not any(other is not fact and self._is_above(own, other.coordinate.members) for other in facts):
                out.append(fact)
        return out

    def _is_above(self, upper: tuple[tuple[str, str], ...], lower: tuple[tuple[str, str], ...]) -> bool:
        """Whether one coordinate of a column contains another."""
        if upper == lower:
            return False
        below = dict(lower)
        return all(d in below and self.vocabulary.is_within(d, below[d], m) for d, m in upper)

    def holds(self, whole: Figure, part: Figure) -> bool:
        """Whether one figure is or contains another, so that adding them up would count money twice."""
        return any(self._holds(a.coordinate, b.coordinate) for a in whole.facts for b in part.facts)

    def _holds(self, whole: Coordinate, part: Coordinate) -> bool:
        if (whole.entity, whole.year, whole.stage) != (part.entity, part.year, part.stage):
            return False
        if whole.measure not in {part.measure, *(m.id for m in self.vocabulary.measures.values() if m.fallback == part.measure)}:
            return False
        periods = {whole.get("origin"), part.get("origin")} - {None}
        above, below = (c.without("origin").members for c in (whole, part))
        return len(periods) < 2 and (above == below or self._is_above(above, below))

    def _may_add(self, members: Mapping[str, str], facts: Sequence[Fact]) -> bool:
        """Whether rows may be added up: members that a reader must tell apart may not.

        Raises:
            AmbiguousFigureError: Several projects of one name in different units.
        """
        if "project" in members and "unit" not in members and len({f.coordinate.get("unit") for f in facts}) > 1:
            readings = tuple(f"{self.label_of(f)} {_shown(f)}" for f in facts)
            raise AmbiguousFigureError(members["project"], readings)
        return True

    # -- sets -------------------------------------------------------------------------------------------

    def _set(self, wanted: Wanted) -> tuple[Figure, ...]:
        best: tuple[tuple[object, ...], tuple[Figure, ...]] | None = None
        for members in self._ways(wanted):
            columns: dict[tuple[str, str, int], list[Fact]] = defaultdict(list)
            across: dict[tuple[str, str], list[Fact]] = defaultdict(list)
            for fact in self._candidates(wanted):
                own = dict(fact.coordinate.members)
                if wanted.every not in own or fact.authority is Authority.DERIVED:
                    continue
                if fact.quantity is None and wanted.every not in SMALL:
                    continue
                if wanted.every in SMALL and own.keys() - members.keys() - {wanted.every} - QUALIFIERS:
                    continue
                if own.get("origin") == "上年结转" and "origin" not in members:
                    continue
                if not self._lies_within(fact, {d: m for d, m in members.items() if d != wanted.every}):
                    continue
                if not all(self._contains(fact, d, piece) for d, piece in wanted.contains):
                    continue
                columns[fact.source.document, fact.source.table, fact.source.column].append(fact)
                across[fact.source.document, f"{fact.source.table}/{fact.source.row}"].append(fact)
            for facts in (*columns.values(), *across.values()):
                ranked = self._as_set(wanted, members, facts)
                if ranked is not None and (best is None or ranked[0] < best[0]):
                    best = ranked
        return best[1] if best else ()

    def _as_set(
        self, wanted: Wanted, members: Mapping[str, str], facts: Sequence[Fact]
    ) -> tuple[tuple[object, ...], tuple[Figure, ...]] | None:
        every = wanted.every
        parent = members.get(every)
        grouped: dict[tuple[str, ...], list[Fact]] = defaultdict(list)
        ids = {dict(f.coordinate.members)[every] for f in facts}
        for fact in facts:
            own = dict(fact.coordinate.members)
            chain = self.vocabulary.ancestors(every, own[every])
            if own[every] == parent or (parent is not None and parent not in chain):
                continue
            if every not in {"function", "economic", "gov_economic"} and any(a in ids and a != parent for a in chain):
                continue  # a part of another member of the set
            if every in {"function", "economic", "gov_economic"} and any(
                i != own[every] and own[every] in self.vocabulary.ancestors(every, i) for i in ids
            ):
                continue  # a total over codes of the set
            key = (own[every], own.get("unit", "")) if every == "project" else (own[every],)
            if not any(f.coordinate == fact.coordinate for f in grouped[key]):
                grouped[key].append(fact)
        if not grouped:
            return None
        extra = {d for f in facts for d, _ in f.coordinate.members} - {every} - members.keys() - ATTRIBUTES
        qualifiers = (
            extra
            - {"gov_economic", "line", "unit", "economic", "function"}
            - {"nature" if every in {"project", "project_type"} else ""}
        )
        if not qualifiers <= QUALIFIERS | {"nature"} or (every == "unit" and "project" in extra):
            return None
        same_column = len({f.source.column for f in facts}) == 1
        if not same_column and any(len(fs) > 1 for fs in grouped.values()):
            return None
        figures = tuple(self._figure(wanted, Group(tuple(fs), frozenset()), member=True) for fs in grouped.values())
        first = facts[0].source
        filled = sum(1 for fs in grouped.values() if any(f.quantity for f in fs))
        rank = (
            self._is_elsewhere(facts[0]), not first.table, every in SMALL and len(grouped) == 1, len(qualifiers), first.table not in self.prefer, -filled, -len(grouped), first.table, first.column,
        )  # fmt: skip
        return rank, figures

    def _contains(self, fact: Fact, dimension: str, piece: str) -> bool:
        member = fact.coordinate.get(dimension) or ""
        name = self.name_of(dimension, member)
        return fold(piece) in fold(name) or fold(piece) in fold(member)

    # -- wording ----------------------------------------------------------------------------------------

    def name_of(self, dimension: str, member: str) -> str:
        """Return the printed name of a member."""
        own = self.own.by_id.get((dimension, member))
        return own.name if own else self._unlisted.get((dimension, member)) or self.vocabulary.name_of(dimension, member)

    def _figure(self, wanted: Wanted, group: Group, *, member: bool = False) -> Figure:
        facts = group.facts
        first = facts[0]
        unit = next((f.quantity.unit for f in facts if f.quantity), WAN_YUAN)
        name = self.label_of(first, only=wanted.every) if member else ""
        label = self.label_for(wanted, group) if not member else name
        if len(facts) > 1:
            total = sum((f.quantity.to(unit).number for f in facts if f.quantity), Decimal(0))
            return Figure(label, Quantity(total, unit), facts, "sum", name)
        if first.quantity is None:
            return Figure(label, Quantity(Decimal(0), unit), facts, "blank", name)
        if first.authority is Authority.DERIVED:
            inputs = tuple(self._by_id[i] for i in first.derived_from if i in self._by_id)
            return Figure(label, first.quantity, (first, *inputs), "derived", name)
        how = "stated" if first.authority is Authority.SENTENCE else "printed"
        return Figure(label, first.quantity, facts, how, name)

    def label_for(self, wanted: Wanted, group: Group) -> str:
        """Call a figure by what was asked and, where it is printed under a fund alone, by that fund."""
        coordinate = group.facts[0].coordinate
        shown = {d: m for d, m in coordinate.members if d in wanted.members or (d in group.extra and d in QUALIFIERS)}
        if len(group.facts) > 1:
            shown = dict(wanted.members)
        end = "末" if coordinate.stage is Stage.PERIOD_END else ""
        words = self._words(coordinate.measure, shown)
        return f"{coordinate.year}年{end}{self._income_total(coordinate) or words}"

    def _income_total(self, place: Coordinate) -> str:
        """Name a total of income by what is in it, where the two totals differ: with what was carried over, or this year's alone."""
        if place.measure != "收入" or dict(place.members).keys() - {"origin"} or place.get("origin") == "上年结转":
            return ""
        both = [self._exact.get((place.measure, place.year, key), ()) for key in ("", "origin=本年")]
        values = [{f.quantity.base for f in group if f.quantity and f.coordinate.stage is place.stage} for group in both]
        if not all(values) or values[0] & values[1]:
            return ""
        return "本年收入" if place.get("origin") else "收入总计"

    def label_of(self, fact: Fact, *, only: str = "") -> str:
        """Call a figure by its coordinate; *only* names it within a set along that dimension."""
        members = dict(fact.coordinate.members)
        if only and only in members:
            name = self.name_of(only, members[only])
            code = f"{members[only]} " if members[only].isdigit() and only != "unit" else ""
            if only == "project" and self._is_repeated(members[only]):
                return f"{name}（{self.name_of('unit', members.get('unit', ''))}）"
            return f"{code}{name}"
        return self._words(fact.coordinate.measure, members)

    def _is_repeated(self, project: str) -> bool:
        units = {f.coordinate.get("unit") for f in self.facts if f.coordinate.get("project") == project}
        return len(units - {None}) > 1

    def _words(self, measure: str, members: Mapping[str, str]) -> str:
        names = []
        for dimension in ("project", "item", "economic", "gov_economic", "function", "project_type", "nature"):
            if dimension in members:
                code = f"{members[dimension]}" if members[dimension].isdigit() else ""
                names.append(f"{code}{self.name_of(dimension, members[dimension])}")
        if "project" in members and len(names) > 1:
            names = names[:1]
        fund = members.get("fund", "")
        where = [self.name_of("unit", members["unit"])] if "unit" in members else []
        if members.get("origin") == "上年结转":
            where.append("上年结转")
        if "nature" in members and len(names) > 1:
            rest = "、".join(names[:-1])
            names = [f"{rest}的{names[-1]}" if "function" in members else f"{names[-1]}中的{rest}"]
        head = (
            "、".join(names)
            if names
            else measure
            if not fund
            else fund
            if fund.endswith(measure)
            else f"{fund}{measure}"
        )
        where += [fund] if fund and names else []
        return f"{head}（{'，'.join(where)}）" if where else head

    def also(self, figure: Figure) -> tuple[Fact, ...]:
        """Return the other places where the same figure is printed."""
        first = figure.facts[0]
        if figure.how == "sum":
            return self._same_sum(figure)
        key = (first.coordinate.measure, first.coordinate.year, first.coordinate.key)
        same = [f for f in self._exact.get(key, []) if f.id != first.id]
        wider = [
            f for f in self._with_quantity(key[:2], first.quantity)
            if f.id != first.id and f not in same and f.quantity == first.quantity and f.quantity is not None
            and _differ_only(f, first, QUALIFIERS | ATTRIBUTES | {"nature", "unit"}) and f.authority is Authority.CELL
            and (f.coordinate.get("nature") in {first.coordinate.get("nature"), "基本支出", "项目支出", None}
                 or first.coordinate.get("nature") is None)
        ]  # fmt: skip
        return tuple(f for f in (*same, *wider) if f.authority is not Authority.DERIVED)

    def _with_quantity(self, place: tuple[str, int], quantity: Quantity | None) -> Sequence[Fact]:
        """Return the facts of a measure and year that print one quantity; found once for all."""
        if self._equal is None:
            self._equal = defaultdict(list)
            for known, facts in self._levels.items():
                for fact in facts:
                    if fact.quantity is not None:
                        self._equal[known, fact.quantity].append(fact)
        return self._equal.get((place, quantity), ()) if quantity is not None else ()

    def amounts(self, measure: str, year: int) -> Sequence[Fact]:
        """Return every amount that is printed of a measure in a year."""
        return self._levels.get((measure, year), ())

    def _same_sum(self, figure: Figure) -> tuple[Fact, ...]:
        out = []
        ids = {f.id for f in figure.facts}
        for part in figure.facts:
            for fact in self._with_quantity((part.coordinate.measure, part.coordinate.year), part.quantity):
                if (
                    fact.id not in ids and fact.quantity is not None and fact.quantity == part.quantity
                    and fact.authority is Authority.CELL
                    and _differ_only(fact, part, QUALIFIERS | ATTRIBUTES | {"nature", "line"})
                ):  # fmt: skip
                    out.append(fact)  # noqa: PERF401 - a comprehension of this condition would not be read
        return tuple(dict.fromkeys(out))

    def conflicts(self, figure: Figure) -> tuple[Fact, ...]:
        """Return facts at the same coordinate that state something else, beyond their printed precision."""
        first = figure.facts[0]
        if figure.how == "sum" or first.quantity is None:
            return ()
        place = first.coordinate
        bare = [d for d in QUALIFIERS if place.get(d) and self._holds_all(first, d)]
        keys = dict.fromkeys([place.key, place.without(*bare).key])
        low, high = first.quantity.interval()
        out = []
        for fact in (f for key in keys for f in self._exact.get((place.measure, place.year, key), [])):
            if fact.coordinate.stage is not first.coordinate.stage:
                continue
            if (
                fact.quantity is None
                or fact.authority is Authority.DERIVED
                or fact.quantity.unit.kind is not first.quantity.unit.kind
            ):
                continue
            other_low, other_high = fact.quantity.interval()
            scale = fact.quantity.unit.scale / first.quantity.unit.scale
            if other_high * scale < low or other_low * scale > high:
                out.append(fact)
        return tuple(out)

    def stated(self, measure: str, members: Mapping[str, str], aspect: Aspect, year: int) -> tuple[Fact, ...]:
        """Return the stated changes, rates or shares of a coordinate."""
        wanted = tuple(sorted(members.items()))
        return tuple(
            f for f in self.facts
            if f.coordinate.aspect is aspect and (f.coordinate.measure, f.coordinate.members, f.coordinate.year) == (measure, wanted, year)
        )  # fmt: skip

    def years(self) -> tuple[int, ...]:
        """Return the years for which anything is known, derived years included."""
        return tuple(sorted({f.coordinate.year for f in self.facts}))

    def _missing(self, wanted: Wanted) -> str:
        what = self._words(wanted.measure, wanted.members)
        years = sorted({y for (m, y) in self._levels if m == wanted.measure})
        stage = f"（{wanted.stage.value}）" if wanted.stage else ""
        if wanted.year not in years and years:
            has = "、".join(str(y) for y in years)
            return f"没有{wanted.year}年{stage}的“{what}”，现有{has}年的{wanted.measure}数据。"
        if wanted.every and wanted.every in self.vocabulary.dimensions:
            along = self.vocabulary.dimensions[wanted.every].name
            return f"{wanted.year}年{stage}的“{what}”没有按{along}列出，不能逐项回答。"
        titles = (f.source.table_title for f in self.facts if f.source.table == wanted.table)
        where = f"“{next(titles, wanted.table)}”里" if wanted.table else ""
        return f"{where}没有{wanted.year}年{stage}“{what}”的数，文件没有列出这一口径。"


def _agree(left: Quantity, right: Quantity | None) -> bool:
    """Whether two figures may be one, by the digits they are printed with."""
    if right is None or left.unit.kind is not right.unit.kind or (left.unit.kind is Kind.COUNT and left.unit != right.unit):
        return False
    low, high = right.interval()
    return low <= left.to(right.unit).number <= high


def _differ_only(left: Fact, right: Fact, dimensions: frozenset[str]) -> bool:
    a, b = dict(left.coordinate.members), dict(right.coordinate.members)
    return all(a.get(d) == b.get(d) for d in (a.keys() | b.keys()) - dimensions)


def _shown(fact: Fact) -> str:
    if fact.quantity is None:
        return "空白" if fact.state is CellState.BLANK else "—"
    return f"{fact.quantity.number:f}{fact.quantity.unit.symbol}"
