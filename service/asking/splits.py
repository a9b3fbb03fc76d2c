"""A change between two years split along one dimension: what each part contributes, what no part explains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from service.asking.alike import alike
from service.asking.answer import Result
from service.asking.desk import Desk, Reply, render_quantity, shown_of
from service.asking.subjects import Subject, total_of
from service.asking.years import renamed
from service.calculation.decomposition import Decomposition, Part, Standing, decompose
from service.calculation.formula import Binary, Expression, Operator, Reference
from service.calculation.trace import Evaluation
from service.domain.errors import MissingFactError, YoujuError
from service.domain.fact import Authority
from service.domain.quantity import Quantity, trim
from service.numerals import render_number

#: Parts that a decomposition names before it sums the rest up.
MOST_PARTS = 8
#: Begins the label of what no part explains.
UNEXPLAINED = "未能拆分的"
#: Levels of the codes of functions.
LEVEL_NAMES = {5: "（款级）", 7: "（项级）"}


@dataclass(slots=True)
class Split:
    """A change split along one dimension.

    Attributes:
        desk: Where it is worked out.
        subject: What changed.
        dimension: Along what.
        before: The earlier year.
        whole: The amount in the later and the earlier year.
        parts: With their amounts in both years.
        members: Name of a part → its member.
        subjects: Name of a part → what is compared, under one total in both years.
        ends: Name of a part → its evaluations in both years, None where one year lacks it.
        notes: Name of a part → what must be said of it.
    """

    desk: Desk
    subject: Subject
    dimension: str
    before: int
    whole: tuple[Evaluation, Evaluation]
    parts: list[Part] = field(default_factory=list)
    members: dict[str, str] = field(default_factory=dict)
    subjects: dict[str, Subject] = field(default_factory=dict)
    ends: dict[str, tuple[Evaluation, Evaluation] | None] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, desk: Desk, subject: Subject, dimension: str, level: int, whole: tuple[Evaluation, Evaluation], before: int
    ) -> Split:
        """Find the parts of a subject along a dimension, at a level of its codes (0 for names)."""
        split = cls(desk, subject, dimension, before, whole)
        year = whole[0].figures[0].facts[0].coordinate.year
        here, there = (_listed(desk, subject, dimension, level, y) for y in (year, before))
        if not here.members or not there.members:
            return split
        done: set[str] = set()
        found: dict[str, _Ends] = {}
        above = {m: set(desk.vocabulary.ancestors(dimension, m)) for m in here.members | there.members}
        for member in sorted(above, key=lambda m: (len(above[m]), m not in here.members, m)):
            if member in done or above[member] & found.keys():
                continue  # a part of another part would count twice
            try:
                part = alike(desk, subject.having(**{dimension: member}), (year, before))
            except MissingFactError:
                continue
            now, then = split._amount(part, 0, year), split._amount(part, 1, before)
            is_known = (now is not None or here.is_complete) and (then is not None or there.is_complete)
            if not is_known or (now is None and then is None):
                continue
            done |= {m for e in (now, then) if e for f in e.figures[0].facts if (m := f.coordinate.get(dimension))}
            found[member] = _Ends(part, now, then)
        for member, ends in found.items():
            own = _in_own_tables(member, ends, found, here, there)
            if own is not None:
                split._add(member, *own)
        return split

    def _amount(self, part: Subject, side: int, year: int) -> Evaluation | None:
        """Return a part's amount in a year, if it is of the same stage as the whole."""
        try:
            found = self.desk.evaluate(self.desk.reference(part, year=year))
        except YoujuError:
            return None
        wanted = self.whole[side].figures[0].facts[0].coordinate.stage
        return found if found.figures[0].facts[0].coordinate.stage is wanted else None

    def _add(self, member: str, part: Subject, now: Evaluation | None, then: Evaluation | None) -> None:
        name = self.desk.scope.name_of(self.dimension, member)
        name = f"{member}{name}" if name in self.members else name
        self.members[name] = member
        self.subjects[name] = part
        self.parts.append(Part(name, now.quantity if now else None, then.quantity if then else None))
        self.ends[name] = (now, then) if now and then else None
        self.notes[name] = renamed(now, then) if now and then else ""

    @property
    def moved(self) -> tuple[Part, ...]:
        """The parts that moved, largest first."""
        return self._worked_out().parts

    @property
    def explains(self) -> bool:
        """Whether the parts account for anything: what they leave unexplained is no more than the change itself."""
        made = self._worked_out()
        return bool(made.parts) and abs(made.residual) <= abs(made.total)

    def _worked_out(self) -> Decomposition:
        return decompose(self.whole[0].quantity, self.whole[1].quantity, self.parts)

    def tell(self, reply: Reply) -> str:
        """Say what every part contributes, what the rest does, and what is left unexplained."""
        made = self._worked_out()
        named = made.parts if len(made.parts) <= MOST_PARTS + 1 else made.parts[:MOST_PARTS]
        lines = [self.line(part, reply) for part in named]
        rest = made.parts[len(named) :]
        if rest:
            lines.append(self._rest(rest, reply))
        text = "；".join(lines) + ("；其余各项持平" if made.still else "")
        if not made.residual:
            return f"{text}，各项相加等于总变动"
        unit = self.whole[0].quantity.unit
        left = Quantity(trim(abs(made.residual) / unit.scale), unit)
        number, word = render_number(left.number), "增加" if made.residual > 0 else "减少"
        reply.results.append(Result(f"{UNEXPLAINED}{word}额", number, unit.symbol, number, "", "", ()))
        return f"{text}，此外{word}的{render_quantity(left)}未能拆分到各项"

    def line(self, part: Part, reply: Reply) -> str:
        """Name what one part contributes, and write its figures down."""
        desk, up = self.desk, part.change > 0
        year = self.whole[0].figures[0].facts[0].coordinate.year
        sides = [
            self._reference(part, y) if q is not None else None for y, q in ((year, part.now), (self.before, part.then))
        ]
        formula = _minus(sides[0], sides[1]) if up else _minus(sides[1], sides[0])
        amount = desk.evaluate(formula)
        word = "增加" if up else "减少"
        reply.results.append(desk.moved(f"{part.name}{word}额", amount))
        reply.citations += desk.cite(amount.figures)
        standing = {Standing.NEW: f"（{year}年新增）", Standing.GONE: f"（{year}年没有这一项）"}.get(part.standing, "")
        return f"{part.name}{word}{shown_of(amount)}{standing}{self.notes[part.name]}"

    def _reference(self, part: Part, year: int) -> Reference:
        return self.desk.reference(self.subjects[part.name], year=year)

    def _rest(self, rest: Sequence[Part], reply: Reply) -> str:
        """Sum up the small contributions."""
        year = self.whole[0].figures[0].facts[0].coordinate.year
        up = sum((p.change for p in rest), Decimal(0)) > 0
        nows = [self._reference(p, year) for p in rest if p.now is not None]
        thens = [self._reference(p, self.before) for p in rest if p.then is not None]
        sides = [total_of(refs) if refs else None for refs in (nows, thens)]
        amount = self.desk.evaluate(_minus(sides[0], sides[1]) if up else _minus(sides[1], sides[0]))
        word = "增加" if up else "减少"
        reply.results.append(self.desk.result(f"其余各项合计{word}额", amount))
        reply.results.append(Result("其余项数", str(len(rest)), "项", str(len(rest)), "", "", ()))
        reply.citations += self.desk.cite(amount.figures)
        return f"其余{len(rest)}项合计{word}{shown_of(amount)}"


def _minus(left: Expression | None, right: Expression | None) -> Expression:
    """Return a difference, of which one side may be missing."""
    if right is None:
        assert left is not None  # noqa: S101 - a part stands in one of the two years
        return left
    return right if left is None else Binary(Operator.SUBTRACT, left, right)


class _Ends(NamedTuple):
    """A part and its figures in the later and the earlier year, None where a year's tables do not list it."""

    part: Subject
    now: Evaluation | None
    then: Evaluation | None


def _in_own_tables(member: str, ends: _Ends, found: Mapping[str, _Ends], here: _Listed, there: _Listed) -> _Ends | None:
    """Return a part as the tables of both years list it, None for one whose money is another part's.

    Where codes were changed, the later document's words restate the earlier year under the new code, while the earlier year's own
    tables hold the same money under the old one: it counts once, under the new code. What is restated and not found again in
    those tables is no part that can be told.
    """
    if there.is_complete and _is_retold(member, ends.then, there):
        return ends if _counterparts(ends, found) else None
    if here.is_complete and _is_retold(member, ends.now, here):
        return None
    if ends.now is None and any(_is_retold(m, e.then, there) and member in _counterparts(e, found) for m, e in found.items()):
        return None
    return ends


def _is_retold(member: str, amount: Evaluation | None, listed: _Listed) -> bool:
    """Whether money is only told in words, of a member that its year's tables do not list."""
    if amount is None or not amount.quantity.number or member in listed.members:
        return False
    return amount.figures[0].facts[0].authority is not Authority.CELL


def _counterparts(ends: _Ends, found: Mapping[str, _Ends]) -> list[str]:
    """Return the one member that only the earlier year's tables list, with the very amount that is told of a part; none where several have."""
    assert ends.then is not None  # noqa: S101 - asked of parts that are told of the earlier year
    same = [m for m, e in found.items() if e.now is None and e.then is not None and e.then.quantity.base == ends.then.quantity.base]
    return same if len(same) == 1 else []


class _Listed(NamedTuple):
    """The members that a year prints figures for, and whether a table lists them, so that no other is there."""

    members: frozenset[str]
    is_complete: bool


def _listed(desk: Desk, subject: Subject, dimension: str, level: int, year: int) -> _Listed:
    """Return the members directly below a subject that a year prints figures for: of its tables where they list any.

    Args:
        desk: Where the figures are.
        subject: What is split.
        dimension: Along what.
        level: Digits of the codes wanted; 0 takes the highest members there are.
        year: Of which figures.
    """
    measure = subject.measure or "支出"
    measures = [m for m in (measure, desk.vocabulary.measures[measure].fallback) if m]
    parent = subject.get(dimension)
    wanted = set(subject.members) - {(dimension, parent)}
    found: dict[str, bool] = {}
    for fact in (f for m in measures for f in desk.scope.amounts(m, year)):
        place = fact.coordinate
        member = place.get(dimension)
        if member is None or member == parent:
            continue
        own = set(place.members) - {(dimension, member)}
        if not wanted <= own or not {d for d, _ in own - wanted} <= DIVIDED[dimension]:
            continue
        if level:
            member = member[:level] if len(member) >= level else ""  # rows below a class stand for it too
        if not member or member == parent or fact.quantity is None:
            continue
        if parent and parent not in desk.vocabulary.ancestors(dimension, member):
            continue
        found[member] = found.get(member, False) or (fact.authority is Authority.CELL)
    is_complete = any(found.values())
    members = {m for m, in_table in found.items() if in_table or not is_complete}
    if not level:
        members = {m for m in members if not any(a in members for a in desk.vocabulary.ancestors(dimension, m))}
    return _Listed(frozenset(members), is_complete)


#: What else may qualify a figure that is a part along a dimension.
DIVIDED: Mapping[str, frozenset[str]] = {
    "economic": frozenset({"fund", "origin", "gov_economic", "nature"}),
    "project": frozenset({"fund", "origin", "unit", "project_type", "nature"}),
    "function": frozenset({"fund", "origin", "unit"}),
    "nature": frozenset({"fund", "origin"}),
    "fund": frozenset({"origin"}),
    "item": frozenset({"fund", "origin"}),
}


def levels_of(desk: Desk, subject: Subject, dimension: str, before: int) -> list[int]:
    """Return the code lengths at which both years can be split: the next one down, then the finest."""
    sizes = desk.vocabulary.dimensions[dimension].levels
    if not sizes:
        return [0]
    above = len(subject.get(dimension))
    both = [
        n for n in sizes
        if n > above and all(_listed(desk, subject, dimension, n, y).members for y in (desk.year, before))
    ]  # fmt: skip
    return list(dict.fromkeys([*both[:1], *both[-1:]]))
