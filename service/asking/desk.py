"""The desk at which a question is worked: its documents, its book of figures, its search, and what is written down."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from service.asking.answer import Citation, Result, Status
from service.asking.reading import Question
from service.asking.subjects import Subject
from service.calculation.evaluator import evaluate
from service.calculation.evidence import (
    Operand,
    Place,
    derivations_of,
    marks_of,
    ocr_mark,
    operands_of,
    place_of,
)
from service.calculation.figures import Figure
from service.calculation.formula import Call, Expression, Function, Reference, UnitName
from service.calculation.parser import parse_formula
from service.calculation.scope import Scope
from service.calculation.stated import stated_as, told
from service.calculation.steps import WorkingStep, steps_of
from service.calculation.trace import Evaluation, Series
from service.domain.coordinate import Aspect, Coordinate, Stage
from service.domain.document import Document, Passage, PassageKind
from service.domain.errors import AmbiguousFigureError, MissingFactError, YoujuError
from service.domain.fact import Authority, Fact, Source
from service.domain.finding import Finding, Severity
from service.domain.quantity import YUAN, Kind, Quantity, Unit
from service.numerals import render_number
from service.vocabulary.vocabulary import Vocabulary

#: Decimals of an amount that was restated in the unit of the question.
_PLACES_ASKED = 2

#: Findings of a document told beside a figure, and those that are about sums.
_MOST_CONTRADICTIONS = 2
_OF_SUMS = frozenset({"row-does-not-add-up", "total-does-not-add-up"})
#: A name that stands within a longer one of the same amount: 职业年金缴费 in 机关事业单位职业年金缴费支出.
_SHORTEST_NAME = 4
_CODES = re.compile(r"^[\d\s.-]+|\s+")
#: Words by which a question about income means what was carried over, too.
_WITH_CARRIED = re.compile("总计|总额|总数|结转|结余")

Searcher = Callable[[str, Sequence[PassageKind], int], Sequence[Passage]]


@dataclass(slots=True)
class Reply:
    """What a handler writes down; see `Answer` for what the fields mean."""

    text: str
    status: Status = Status.ANSWERED
    results: list[Result] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    readings: list[str] = field(default_factory=list)
    missing: str = ""
    plan: list[str] = field(default_factory=list)
    is_official: bool = False
    is_understood: bool = True


@dataclass(slots=True)
class Desk:
    """Everything a handler works with.

    Attributes:
        question: As read.
        document: The document of the year spoken of.
        documents: Every document of the entity.
        scope: Figures of the entity.
        vocabulary: Names.
        search: Passages of the entity's documents, best first.
        year: Year spoken of.
        inherited: Subjects of the question before, for follow-ups.
        before: The question before, as read.
        unit: Unit of money that the question asks for, None where it leaves it to the document.
        stage: Stage asked about, None for the document's own.
    """

    question: Question
    document: Document
    documents: Sequence[Document]
    scope: Scope
    vocabulary: Vocabulary
    search: Searcher
    year: int
    inherited: list[Subject] = field(default_factory=list)
    before: Question | None = None
    unit: Unit | None = None
    stage: Stage | None = None

    # -- figures ----------------------------------------------------------------------------------------

    def reference(self, subject: Subject, *, year: int | None = None, every: str = "", contains: str = "") -> Reference:
        """Return the reference for a subject, with the measure its members are printed under."""
        fitted = self.fit(subject, year=year)
        return fitted.reference(
            self.vocabulary, year=year or fitted.year or self._other_year(), every=every, contains=contains
        )

    def _other_year(self) -> int | None:
        return self.year if self.year != self.scope.year else None

    def fit(self, subject: Subject, *, year: int | None = None) -> Subject:
        """Return a subject with the measure under which it is printed.

        A unit is asked about by its budget: where spending is not printed by unit, its income is meant.
        """
        chosen = subject
        if not subject.measure:
            fund_only = set(dict(subject.members)) <= {"fund", "origin"} and bool(subject.members)
            unit_only = set(dict(subject.members)) == {"unit"}
            measures = ("收入", "支出", "支出总计") if unit_only or fund_only else ("支出",)
            tried = [_with(subject, m) for m in measures]
            chosen = next((s for s in tried if self.exists(s, year=year)), tried[0])
        if chosen.unit_type and "gov_economic" not in dict(chosen.members):
            return self._of_unit_type(chosen)
        if self.exists(chosen, year=year):
            return self._of_this_year(chosen, year)
        if chosen.table:
            others = [_with(chosen, m) for m in ("支出", "支出总计", "收入") if m != chosen.measure and chosen.members]
            return next((s for s in others if self.exists(s, year=year)), chosen)
        if chosen.get("unit") and chosen.measure in {"支出", "支出总计"} and set(dict(chosen.members)) == {"unit"}:
            return _with(chosen, "收入")
        return chosen

    def _of_this_year(self, subject: Subject, year: int | None) -> Subject:
        """Narrow the income of a fund, or of a final account, to this year's, where a total with what was carried over is printed besides."""
        if subject.measure != "收入" or subject.with_carried or self._means_all(subject):
            return subject
        is_final = (self.stage or self.document.stage) is Stage.FINAL
        if set(dict(subject.members)) != {"fund"} and (subject.members or not is_final):
            return subject  # an income budget is all that is at hand; a final account's is what came in
        narrowed = subject.having(origin="本年")
        try:
            whole, own = (
                self.scope.find(self.scope.resolve(s.reference(self.vocabulary, year=year or s.year or self._other_year())))
                for s in (subject, narrowed)
            )
        except YoujuError:
            return subject
        if whole is None or own is None:
            return subject
        values = [[f.quantity.base for f in group.facts if f.quantity] for group in (whole, own)]
        return narrowed if all(values) and values[0] != values[1] else subject

    def _means_all(self, subject: Subject) -> bool:
        """Whether a question speaks of an income with what was carried over; of several, each by its own words."""
        text = self.question.text
        is_here = subject.start >= 0 and "收入" in text[subject.start : subject.end]
        said = text[max(0, subject.start - 2) : subject.end + 2] if is_here and text.count("收入") > 1 else text
        return bool(_WITH_CARRIED.search(said))

    def _of_unit_type(self, subject: Subject) -> Subject:
        """Narrow a subject to 机关 or 事业: by government class, else by 行政运行 or 事业运行.

        Raises:
            MissingFactError: The tables do not tell the two apart for it.
        """
        entry = self.vocabulary.questions["unit_types"][subject.unit_type]
        if subject.get("economic"):
            for code in entry["classes"]:
                narrowed = subject.having(gov_economic=code)
                if self.exists(narrowed):
                    return narrowed
        codes = {f.coordinate.get("function") or "" for f in self.scope.facts}
        for code in sorted(codes - {""}):
            if self.vocabulary.name_of("function", code) == entry["function"]:
                narrowed = subject.having(function=code)
                if self.exists(narrowed):
                    return narrowed
        raise MissingFactError(f"表中没有把这一项分{subject.unit_type}列出。")

    def exists(self, subject: Subject, *, year: int | None = None) -> bool:
        """Whether a figure stands at a subject's coordinate (several that must be told apart count)."""
        try:
            wanted = self.scope.resolve(
                subject.reference(self.vocabulary, year=year or subject.year or self._other_year())
            )
            return self.scope.find(wanted) is not None
        except AmbiguousFigureError:
            return True
        except YoujuError:
            return False

    def evaluate(self, formula: Expression | str, *, prefer: Sequence[str] = ()) -> Evaluation:
        """Evaluate a formula over the entity's figures; one amount comes in the unit that was asked for."""
        expression = parse_formula(formula) if isinstance(formula, str) else formula
        book = self.scope.preferring(prefer) if prefer else self.scope
        found = evaluate(expression, book)
        if self.unit is None or not isinstance(found.value, Quantity) or found.value.unit.kind is not Kind.MONEY:
            return found
        if found.value.unit != self.unit:
            found = evaluate(Call(Function.CONVERT, (expression, UnitName(self.unit))), book)
        elif all(f.quantity.unit == self.unit for f in found.figures):
            return found
        if found.shown is not None and (self.unit != YUAN or found.shown.decimals > _PLACES_ASKED):
            found = dataclasses.replace(found, shown=found.shown.rounded(_PLACES_ASKED))
        return found

    def result(self, label: str, evaluation: Evaluation, *, quantity: Quantity | None = None) -> Result:
        """Turn an evaluation into a result of the answer."""
        shown = quantity or evaluation.shown
        if shown is None:
            raise MissingFactError(f"“{label}”不是一个数。")
        exact = evaluation.quantity.number if not isinstance(evaluation.value, Series) else shown.number
        operands: list[Operand] = []
        numbers: dict[Figure, range] = {}
        for figure in evaluation.figures:
            own = self.operands(figure)
            numbers[figure] = range(len(operands), len(operands) + len(own))
            operands += own
        return Result(
            label=label, value=render_number(shown.number), unit=shown.unit.symbol, exact=render_number(exact),
            formula=evaluation.formula, working=evaluation.working + derivations_of(evaluation.figures),
            operands=tuple(operands), marks=marks_of(evaluation.figures), steps=steps_of(evaluation, numbers),
        )  # fmt: skip

    def moved(self, label: str, evaluation: Evaluation) -> Result:
        """Turn a change or rate into a result; one worked out of a derived figure rests on the text that states it."""
        made = self.result(label, evaluation)
        figure = stated_as(evaluation, evaluation.shown, label, self.scope)
        if figure is None or evaluation.shown is None:
            return made
        words, proof = told(figure, evaluation)
        said = render_number(figure.quantity.number)
        return dataclasses.replace(
            made, exact=render_number(figure.quantity.to(evaluation.shown.unit).number),
            working=f"{label}：{words}" + (f"，核对：{proof}" if proof else ""),
            operands=tuple(dataclasses.replace(o, value=said) for o in self.operands(figure)), marks=marks_of([figure]),
            steps=(WorkingStep("取数", words, said, operands=(0,)), *([WorkingStep("核对", proof)] if proof else [])),
        )  # fmt: skip

    def operands(self, figure: Figure) -> list[Operand]:
        """Return the printed figures that a figure rests on."""
        return operands_of(figure, self._titles(), self.about)

    def about(self, coordinate: Coordinate) -> tuple[tuple[str, str], ...]:
        """Say a coordinate in words, side by side: 部门, 年度, 阶段, 指标, and whatever narrows it."""
        said = [
            ("部门", self._entity_of(coordinate.entity)), ("年度", f"{coordinate.year}年"), ("阶段", coordinate.stage.value),
            ("指标", coordinate.measure),
        ]  # fmt: skip
        for dimension, member in coordinate.members:
            if dimension not in self.vocabulary.dimensions or dimension == "line":
                continue
            name = self.scope.name_of(dimension, member)
            said.append((self.vocabulary.dimensions[dimension].name, f"{member} {name}" if member.isdigit() and name != member else name))
        if coordinate.aspect is not Aspect.LEVEL:
            base = f"比{coordinate.base_year}年的" if coordinate.base_year else ""
            said.append(("说的是", f"{base}{coordinate.aspect.value}"))
        return tuple(said)

    def _entity_of(self, entity: str) -> str:
        return entity or self.document.entity

    def place(self, source: Source) -> Place:
        """Return the place of a source, with its document's title."""
        return place_of(source, self._titles())

    def _titles(self) -> dict[str, str]:
        return {d.id: d.title for d in self.documents}

    def quote(self, source: Source, role: str = "quote") -> Citation:
        """Return a citation of a place."""
        return Citation(self.place(source), role)

    def cite(self, figures: Sequence[Figure]) -> list[Citation]:
        """Return the citations of figures: their own places first, then where else they are printed."""
        out: list[Citation] = []
        for figure in figures:
            out += [Citation(self.place(f.source)) for f in figure.facts if f.authority is not Authority.DERIVED]
        for figure in figures:
            out += [Citation(self.place(f.source), "also") for f in self.scope.also(figure)[:24]]
        return _unique(out)

    def conflicts(self, figures: Sequence[Figure]) -> list[Finding]:
        """Say where another place states another figure for the same coordinate."""
        out = []
        for figure in figures:
            others = self.scope.conflicts(figure)
            for other in others[:3]:
                assert other.quantity is not None  # noqa: S101 - conflicts() returns figures
                out.append(
                    Finding(
                        "places-disagree", Severity.WARNING,
                        f"“{figure.label}”在{self._named(figure.facts[0], other)}为{render_quantity(figure.quantity)}，"
                        f"在{self._named(other, figure.facts[0])}为{render_quantity(other.quantity)}，两处不一致；"
                        f"本回答采用{'表格' if figure.facts[0].authority is Authority.CELL else '正文'}的数。",
                        (figure.facts[0].source, other.source),
                    )
                )  # fmt: skip
            out += self.contradictions(figure, [other.source for other in others])
        return out

    def contradictions(self, figure: Figure, told: Sequence[Source] = ()) -> list[Finding]:
        """Return what was found on reading a document that bears on a figure of it: another amount in the text, a sum that fails.

        A figure that is printed again under another classification (住房公积金 as 221 02 01 and as 301 13) is the same figure.

        Args:
            figure: A printed figure.
            told: Places whose disagreement is told already.
        """
        if figure.how != "printed":
            return []
        own = figure.facts[0].source
        document = next((d for d in self.documents if d.id == own.document), None)
        known = {(s.line, s.page, s.start) for s in told}
        return [
            dataclasses.replace(f, severity=Severity.WARNING, sources=tuple(dict.fromkeys((own, *f.sources))))
            for f in (document.findings if document else ())
            if f.severity is Severity.ERROR and _bears_on(f, own) and not any((s.line, s.page, s.start) in known for s in f.sources if not s.table)
        ][:_MOST_CONTRADICTIONS]

    def _named(self, fact: Fact, other: Fact) -> str:
        """Name a place; the file too where the other place is in another one."""
        title = f"“{fact.source.table_title}”"
        if fact.source.document == other.source.document:
            return title
        name = next((d.name for d in self.documents if d.id == fact.source.document), "")
        return f"文件“{name}”的{title}"

    # -- stated changes ---------------------------------------------------------------------------------

    def stated(self, subject: Subject, aspect: Aspect) -> tuple[Fact, ...]:
        """Return what the text itself states of a subject's change or rate."""
        fitted = self.fit(subject)
        found = self.scope.stated(fitted.measure or "支出", dict(fitted.members), aspect, self.year)
        if not found and fitted.measure == "支出总计":
            found = self.scope.stated("支出", dict(fitted.members), aspect, self.year)
        return found

    def head(self, year: int | None = None, stage: Stage | None = None) -> str:
        """Begin a sentence: entity, year and stage are always stated."""
        said = stage or self.stage or self.document.stage
        return f"{self.document.entity}{year or self.year}年（{said.value}）"

    def head_of(self, figure: Figure) -> str:
        """Begin a sentence about a figure: the year and stage are its own."""
        coordinate = figure.facts[0].coordinate
        stage = None if coordinate.stage is Stage.PERIOD_END else coordinate.stage
        return self.head(coordinate.year, stage)


def render_quantity(quantity: Quantity) -> str:
    """Write a quantity as people read it, with the decimals it holds."""
    unit = quantity.unit.symbol
    return f"{render_number(quantity.number)}{unit}"


def _bears_on(finding: Finding, own: Source) -> bool:
    """Whether a disagreement of a document is about the figure of a cell."""
    if finding.code == "places-disagree":
        cells = [s for s in finding.sources if s.table]
        return len(cells) < len(finding.sources) and any(_is_same_figure(s, own) for s in cells)
    first = finding.sources[0] if finding.sources else None
    return finding.code in _OF_SUMS and first is not None and (first.table, first.row, first.column) == (own.table, own.row, own.column)


def _is_same_figure(one: Source, other: Source) -> bool:
    if (one.table, one.row, one.column) == (other.table, other.row, other.column):
        return True
    names = [_CODES.sub("", s.row_label) for s in (one, other)]
    is_same_name = len(min(names, key=len)) >= _SHORTEST_NAME and (names[0] in names[1] or names[1] in names[0])
    return is_same_name and bool(other.quote) and one.quote == other.quote


def shown_of(evaluation: Evaluation) -> str:
    """Write an evaluation's value as shown."""
    assert evaluation.shown is not None  # noqa: S101 - called for single values
    return render_quantity(evaluation.shown) + ocr_mark(evaluation.figures)


def _with(subject: Subject, measure: str) -> Subject:
    from dataclasses import replace

    return replace(subject, measure=measure)


def _unique(citations: Sequence[Citation]) -> list[Citation]:
    seen: dict[tuple[object, ...], Citation] = {}
    for citation in citations:
        place = citation.place
        seen.setdefault(
            (place.document, place.table, place.row_index, place.column_index, place.start, place.line), citation
        )
    return list(seen.values())


#: An operation: answers at a desk, or has no answer.
Handler = Callable[[Desk], Reply | None]
