"""What the tables print at a coordinate, and what they print under a name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from service.calculation.scope import CODED, WHOLE_MEASURES, Scope, Wanted
from service.checking.cells import strips_of
from service.checking.material import Material
from service.domain.coordinate import Aspect, Coordinate
from service.domain.document import Document, Table
from service.domain.fact import Authority, Fact, Source
from service.domain.funds import comparison_key, only_funds
from service.domain.quantity import Kind, Quantity
from service.vocabulary.names import fold, strip_ordinal

_CODE = re.compile(r"^[\d\s-]+")
_OF_WHICH = re.compile(r"^其中[:：]")
#: Figures that stand in the label column.
_FIGURES = re.compile(r"[\s\d,，.─—-]+$")
#: Ends of a name that one place has and another lacks: 住房保障支出 – 住房保障.
_LOOSE_END = re.compile(r"(?:支出|经费|预算|收入|费用|费|资金|金额|合计)+$")
_SHORTEST_NAME = 3
_WORD = re.compile(r"[\u4e00-\u9fff]{2}")
#: Dimensions that say which item is meant, not which part of its money.
_IDENTIFYING = frozenset({"function", "economic", "gov_economic", "project", "unit"})
#: Dimensions along which the money of one class is split; a part of it is meant only where the words say so.
_SPLITTING = ("nature", "economic", "gov_economic", "project")


@dataclass(frozen=True, slots=True)
class Printed:
    """A figure of the tables.

    Attributes:
        quantity: Its value.
        sources: The cells it rests on: several where it is their sum.
        exact: Whether it is printed at the very coordinate, and not at one that a reader may take for it.
    """

    quantity: Quantity
    sources: tuple[Source, ...]
    exact: bool


class Book:
    """The tables of the documents at hand.

    Args:
        material: The text and its documents.

    Attributes:
        year: Budget year of the text.
    """

    def __init__(self, material: Material) -> None:
        documents = (*material.sources, *material.others)
        self.year = material.text.year
        self._years = {d.id: d.year for d in documents}
        cells = [
            f for d in documents for f in d.facts
            if f.authority is Authority.CELL and f.coordinate.aspect is Aspect.LEVEL
        ]  # fmt: skip
        by_year: dict[int, list[Fact]] = defaultdict(list)
        for document in (*documents, material.text):
            by_year[document.year] += [f for f in document.facts if f.coordinate.aspect is Aspect.LEVEL]
        self._only = {year: only_funds(facts) for year, facts in by_year.items()}
        self._at: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
        for fact in cells:
            if "line" not in dict(fact.coordinate.members):
                self._at[self.key(fact.coordinate)].append(fact)
        self._classes = {
            (f.source.document, f.source.table, f.source.row): code for f in cells if (code := f.coordinate.get("function"))
        }
        self._in_table: dict[tuple[str, str], list[Quantity]] = defaultdict(list)
        for fact in cells:
            if fact.quantity is not None:
                self._in_table[fact.source.document, fact.source.table].append(fact.quantity)
        self._vocabulary = material.vocabulary
        self._levels: dict[tuple[str, int], list[Fact]] = defaultdict(list)
        for fact in cells:
            self._levels[fact.coordinate.measure, fact.coordinate.year].append(fact)
        self._changes: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
        for fact in (f for d in material.sources for f in d.facts if f.authority is Authority.CELL):
            if fact.coordinate.aspect in {Aspect.CHANGE, Aspect.RATE}:
                self._changes[*self.key(fact.coordinate), fact.coordinate.aspect].append(fact)
        self._scope = Scope(
            cells, material.vocabulary, (), year=material.text.year, stage=material.text.stage,
            table_kinds={(d.id, t.id): t.kind for d in documents for t in d.tables}, document_years=self._years,
        )  # fmt: skip
        self._named: dict[str, list[Printed]] = defaultdict(list)
        for document in material.sources:
            for table in document.tables:
                self._note_names(document, table)

    def key(self, coordinate: Coordinate) -> tuple[object, ...]:
        """Return what is equal for coordinates that mean the same, in years whose money is all of one fund."""
        return comparison_key(coordinate, self._only.get(coordinate.year, frozenset()))

    def at(self, coordinate: Coordinate) -> list[Printed]:
        """Return every figure printed at a coordinate, then what may be taken for it where nothing is."""
        key = self.key(_level(coordinate))
        found = [
            Printed(f.quantity, (f.source,), exact=True) for f in self._at.get(key, ()) if f.quantity is not None
        ]
        if found:
            return found
        fund = coordinate.get("fund")
        if fund and not self._has_funds(coordinate.measure):
            return self.at(coordinate.without("fund"))
        group = self._scope.find(
            Wanted(coordinate.measure, dict(coordinate.members), "", (), "", coordinate.year, coordinate.stage)
        )
        if group is None:
            return []
        quantities = [f.quantity for f in group.facts if f.quantity is not None]
        if not quantities or len({q.unit for q in quantities}) > 1:
            return []
        total = Quantity(sum((q.number for q in quantities), Decimal(0)), quantities[0].unit)
        loose = bool(group.extra) or any(f.coordinate.measure != coordinate.measure for f in group.facts)
        shapes = {tuple(d for d, _ in f.coordinate.members) for f in group.facts}
        twice = len({f.coordinate for f in group.facts}) < len(group.facts)
        loose = loose or len(shapes) > 1 or twice  # a total beside its units
        return [Printed(total, tuple(f.source for f in group.facts), exact=not loose)]

    def _has_funds(self, measure: str) -> bool:
        """Whether the tables tell a measure's funds apart; where they do not, naming one names what is printed."""
        return any(f.coordinate.get("fund") for (m, _), facts in self._levels.items() if m == measure for f in facts)

    def kin_of(self, coordinate: Coordinate) -> list[Printed]:
        """Return the figures of the same item under other funds, origins, natures or columns.

        Empty for a total: whatever agrees with it by chance would be its kin.
        """
        return [Printed(f.quantity, (f.source,), exact=False) for f in self._kin(coordinate) if f.quantity is not None]

    def own_of(self, coordinate: Coordinate, said: str, *, of_all_units: bool = False) -> list[Printed]:
        """Return the figures of the same item under any fund, of a part of its money only where the words name the part.

        Args:
            coordinate: Of a class that the text names by its level.
            said: The words that may name a part: 基本支出, 项目支出.
            of_all_units: Whether to leave out what is of one unit.
        """
        split = (*_SPLITTING, "unit") if of_all_units else _SPLITTING
        return [
            Printed(f.quantity, (f.source,), exact=False) for f in self._kin(coordinate)
            if f.quantity is not None and all(self._is_meant(f.coordinate, coordinate, d, said) for d in split)
        ]  # fmt: skip

    def _kin(self, coordinate: Coordinate) -> list[Fact]:
        named = {d: m for d, m in coordinate.members if d in _IDENTIFYING}
        if not named:
            return []
        return [
            f for f in self._levels.get((coordinate.measure, coordinate.year), ())
            if f.coordinate.stage is coordinate.stage and all(f.coordinate.get(d) == m for d, m in named.items())
        ]  # fmt: skip

    def _is_meant(self, printed: Coordinate, wanted: Coordinate, dimension: str, said: str) -> bool:
        """Whether a cell is of the part that is meant on a dimension, or of all of it."""
        member, told = printed.get(dimension), wanted.get(dimension)
        return member == told or (told is None and member is not None and self._vocabulary.name_of(dimension, member) in said)

    def is_of_class_above(self, printed: Printed, coordinate: Coordinate) -> bool:
        """Whether a figure stands in the row of a class that the coordinate's own class is a part of."""
        code = coordinate.get("function") or ""
        rows = [self._classes.get((s.document, s.table, s.row)) for s in printed.sources]
        return any(row is not None and row != code and code.startswith(row) for row in rows)

    def funds_of(self, coordinate: Coordinate) -> list[str]:
        """Return the funds under which an item is printed for the year and for the one compared with; none where one is told."""
        if coordinate.get("fund") or not any(d in _IDENTIFYING for d, _ in coordinate.members):
            return []
        printed = [
            {
                f.coordinate.get("fund")
                for f in self._levels.get((coordinate.measure, year), ())
                if f.quantity is not None and f.coordinate.stage is coordinate.stage and f.coordinate.without("fund").members == coordinate.members
            }
            for year in (coordinate.year, coordinate.base_year or coordinate.year - 1)
        ]
        return sorted(fund for fund in printed[0] & printed[1] if fund)

    def sums_of(self, coordinate: Coordinate, said: str | None = None) -> list[Printed]:
        """Return what the rows of each table below a code add up to: this year's money where the class is printed with all of it.

        Args:
            coordinate: Of a class.
            said: The words that may name a part of its money; None where any part may be meant.
        """
        out = []
        for dimension in CODED:
            code = coordinate.get(dimension)
            if code is None:
                continue
            columns: dict[tuple[str, str, int], list[Fact]] = defaultdict(list)
            for fact in self._levels.get((coordinate.measure, coordinate.year), ()):
                if said is not None and not all(self._is_meant(fact.coordinate, coordinate, d, said) for d in _SPLITTING if d != dimension):
                    continue
                below = fact.coordinate.get(dimension) or ""
                if below.startswith(code) and below != code and fact.quantity is not None and fact.coordinate.stage is coordinate.stage:
                    columns[fact.source.document, fact.source.table, fact.source.column].append(fact)
            for rows in columns.values():
                codes = {r: r.coordinate.get(dimension) or "" for r in rows}
                leaves = [r for r, own in codes.items() if not any(c != own and c.startswith(own) for c in codes.values())]
                quantities = [r.quantity for r in leaves if r.quantity is not None]
                if len(quantities) > 1 and len({q.unit for q in quantities}) == 1:
                    total = Quantity(sum((q.number for q in quantities), Decimal(0)), quantities[0].unit)
                    out.append(Printed(total, tuple(r.source for r in leaves), exact=False))
        return out

    def changes_at(self, coordinate: Coordinate) -> list[Printed]:
        """Return the changes or rates that a column of a table prints for a coordinate."""
        key = (*self.key(coordinate), coordinate.aspect)
        return [Printed(f.quantity, (f.source,), exact=True) for f in self._changes.get(key, ()) if f.quantity is not None]

    def periods_of(self, coordinate: Coordinate) -> list[Printed]:
        """Return a total without and with what was carried over: 收入决算 may mean either."""
        if coordinate.measure not in {"收入", "支出"} or coordinate.get("origin"):
            return []
        level = _level(coordinate)
        ways = [level.having(origin="本年"), replace(level, measure="支出总计")]
        return [
            Printed(f.quantity, (f.source,), exact=False)
            for way in ways for f in self._at.get(comparison_key(way, frozenset()), ()) if f.quantity is not None
        ]  # fmt: skip

    def total(self, measure: str, **members: str) -> list[Printed]:
        """Return the figures of the budget year with these members, whatever their fund or origin."""
        return [
            Printed(f.quantity, (f.source,), exact=True)
            for f in self._levels.get((measure, self.year), ())
            if f.quantity is not None
            and {d: m for d, m in f.coordinate.members if d not in {"fund", "origin"}} == members
        ]  # fmt: skip

    def totals(self) -> list[Printed]:
        """Return the totals of income and spending of the budget year: of all money, and of each fund."""
        return [
            Printed(f.quantity, (f.source,), exact=True)
            for measure in sorted(WHOLE_MEASURES) for f in self._levels.get((measure, self.year), ())
            if f.quantity is not None and {d for d, _ in f.coordinate.members} <= {"fund", "origin"}
        ]  # fmt: skip

    def beside(self, source: Source) -> list[Quantity]:
        """Return every figure of the table that a cell stands in."""
        return self._in_table.get((source.document, source.table), [])

    def blank_at(self, coordinate: Coordinate) -> Source | None:
        """Return a blank cell of a coordinate where nothing else is printed there."""
        facts = self._at.get(self.key(_level(coordinate)), [])
        return facts[0].source if facts and all(f.quantity is None for f in facts) else None

    def named(self, name: str) -> list[Printed]:
        """Return the figures of the rows that bear a name (exact), and of the columns that do (not exact)."""
        plain = plain_name(name)
        return self._named.get(plain, [])

    def names_within(self, words: str) -> Iterator[str]:
        """Yield the names of rows and columns that stand in some words, the longest first."""
        folded = fold(words)
        yield from sorted(
            (n for n in self._named if len(n) >= _SHORTEST_NAME and n in folded), key=len, reverse=True
        )

    def _note_names(self, document: Document, table: Table) -> None:
        for r, row in enumerate(table.rows):
            for naming, figures in strips_of(table):
                texts = [row.cells[k].raw for k in naming if row.cells[k].quantity is None]
                label = row.label if len(figures) == len(table.figure_columns) else next((t for t in reversed(texts) if t), "")
                of_row = {plain_name(t) for t in (label, *texts) if _WORD.search(t)}
                for c in figures:
                    cell = row.cells[c]
                    if cell.quantity is None:
                        continue
                    source = Source(
                        document.id, table.id, table.title, r, c, label, table.columns[c],
                        line=row.lines[0] if row.lines and not row.page else 0, page=row.page, quote=cell.raw,
                    )  # fmt: skip
                    for name in of_row:
                        self._named[name].append(Printed(cell.quantity, (source,), exact=True))
                    column = plain_name(table.columns[c].split("/")[-1])
                    if column not in of_row:
                        self._named[column].append(Printed(cell.quantity, (source,), exact=False))


def plain_name(label: str) -> str:
    """Return a name without code, ordinal and the words that places add or leave out."""
    name = fold(strip_ordinal(_OF_WHICH.sub("", _CODE.sub("", _FIGURES.sub("", label.strip())))))
    return _LOOSE_END.sub("", name) or name


def agrees(stated: Quantity, printed: Quantity) -> bool:
    """Whether a stated figure is the printed one, restated with its own decimals and unit."""
    if stated.unit.kind is not printed.unit.kind or (stated.unit.kind is Kind.COUNT and stated.unit != printed.unit):
        return False
    restated = printed.to(stated.unit)
    return restated.rounded(stated.decimals).number == stated.number or restated.number == stated.number


def nearly(stated: Quantity, printed: Quantity) -> bool:
    """Whether the two differ by no more than both having been rounded on their own."""
    if stated.unit.kind is not printed.unit.kind:
        return False
    half = Decimal(5).scaleb(-stated.decimals - 1) * stated.unit.scale + Decimal(5).scaleb(-printed.decimals - 1) * printed.unit.scale
    return abs(stated.base - printed.base) <= half


def closest(stated: Quantity, found: Sequence[Printed]) -> Printed:
    """Return the printed figure nearest to a stated one."""
    same = [p for p in found if p.quantity.unit.kind is stated.unit.kind]
    return min(same or list(found), key=lambda p: abs(p.quantity.base - stated.base))


def _level(coordinate: Coordinate) -> Coordinate:
    return replace(coordinate, aspect=Aspect.LEVEL, base_year=None)
