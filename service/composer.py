"""Composes drafts: finds the documents, writes the outline over their figures, and has the text checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Protocol

from service.domain.coordinate import Aspect, Stage
from service.domain.document import Document, DocumentSummary
from service.domain.errors import InvalidInputError, MissingDocumentError
from service.domain.fact import Authority, Fact, Proof
from service.domain.finding import Finding, Severity
from service.domain.quantity import Kind, Quantity
from service.vocabulary.names import fold

if TYPE_CHECKING:
    from service.asking.desk import Desk
    from service.asking.drafts import ReasonsFor
    from service.assisting.draft_wording import DraftWording
    from service.calculation.scope import Scope
    from service.domain.check import CheckReport
    from service.drafting.amounts import Amounts
    from service.drafting.brief import Brief
    from service.drafting.draft import Draft, DraftPlan, DraftSource
    from service.drafting.outline import Outline, SectionPlan
    from service.drafting.section import SectionText
    from service.ingestion.blocks import Reading
    from service.ports import Library
    from service.vocabulary.vocabulary import Vocabulary

#: Kinds of documents that speak of a whole department; where there is one, those of single units stand back.
_WHOLE = ("部门汇总", "部门")
#: Findings of the check that a draft tells in another way, where they are about one of its gaps.
_OF_GAPS = frozenset({"template-residue", "missing-figure", "empty-reason", "missing-reason"})
_GAP = "【待补充"
_DRAFT_NAME = "草稿.txt"
#: How alike a name must be to be suggested.
_NEAR = 0.5


class ReadText(Protocol):
    """Bytes to blocks."""

    def __call__(self, data: bytes, name: str, *, max_bytes: int) -> Reading:
        """Read a file; raises SourceDocumentError."""


@dataclass(frozen=True, slots=True)
class _Material:
    """What a draft is written from."""

    outline: Outline
    own: list[Document]
    documents: list[Document]


class Composer:
    """Writes drafts over a library.

    Args:
        library: The documents.
        vocabulary: Names, rules and outlines.
        reader: Reads the finished text for its check.
        wording: Words the sentences by a language model; None where none is configured.
    """

    def __init__(
        self, library: Library, vocabulary: Vocabulary, reader: ReadText, wording: DraftWording | None = None
    ) -> None:  # fmt: skip
        self._wording = wording
        self._library = library
        self._vocabulary = vocabulary
        self._reader = reader
        self._outlines: tuple[Outline, ...] | None = None

    def outlines(self) -> tuple[Outline, ...]:
        """Return the outlines that come with the program."""
        from service.drafting.outline import read_outlines

        if self._outlines is None:
            self._outlines = read_outlines(self._vocabulary.outlines)
        return self._outlines

    def compose(self, brief: Brief) -> Draft:
        """Write a draft and check it.

        Raises:
            MissingDocumentError: The entity or the year is not in the store.
            InvalidInputError: The outline, a section or a base is not known; the message says what there is.
        """
        draft, material, amounts = self._written(brief)
        own, documents = material.own, material.documents
        report = self.check(draft, own, documents)
        if self._wording is not None:
            draft, report = self._worded(self._wording, draft, report, own, documents)
        ids = {d.id for d in documents}
        found = [*draft.findings, *_of_documents(own), *_of_figures(amounts, {d.id: d for d in documents}), *_of_check(report, ids), *_of_reasons(draft, report)]
        return replace(draft, findings=tuple(sorted(dict.fromkeys(found), key=_rank)))

    def plan(self, brief: Brief) -> DraftPlan:
        """Tell what could be drafted: the outline, its sections with what is at hand for each, the documents.

        Args:
            brief: Whose, which year and outline; nothing of it is kept.

        Raises:
            MissingDocumentError: The entity or the year is not in the store; the message names what there is.
            InvalidInputError: The outline is not known.
        """
        from service.drafting.draft import DraftPlan

        draft, material, _ = self._written(brief)
        stage = material.outline.stage
        return DraftPlan(
            draft, material.outline, tuple(o for o in self.outlines() if o.stage is stage and o != material.outline)
        )

    def _written(self, brief: Brief) -> tuple[Draft, _Material, Amounts]:
        """Write a draft by the rules, not checked yet."""
        from service.drafting.outline import BASES, section_named
        from service.drafting.reasons import quoted_from
        from service.drafting.writer import Writer

        if brief.base and brief.base not in BASES:
            raise InvalidInputError(f"比较口径“{brief.base}”不认识。可以写：{'、'.join(BASES)}。")
        held = self._of_entity(brief.entity)
        named = brief.custom or (self._outline_named(brief.outline) if brief.outline else None)
        own = self._of_year(held, brief.year, named.stage if named else None)
        outline = named or self._outline_of(own)
        documents = [*own, *self._beside(held, own[0], outline)]
        quoted = [self._library.get(each) for each in self._quoted(brief.quote, held)]
        documents += [d for d in quoted if d.id not in {e.id for e in documents}]
        if not (quoted or brief.known or any(t.figure_columns for d in own for t in d.tables)):
            raise MissingDocumentError(
                f"{own[0].entity}{brief.year}年的文件“{own[0].name}”只有文字，没有表格，起草没有数可取。"
                "请导入它的预算（决算）表；要照用文字里的数，请用 --quote 引用这份文件。"
            )
        brief = replace(brief, entity=own[0].entity)
        amounts = self._amounts(brief, outline, own, documents, {d.id for d in quoted})
        sections = tuple(
            dict.fromkeys(s for name in brief.sections for s in section_named(outline, name))
        ) or outline.sections
        years = {d.id: d.year for d in documents}
        doubts = [f for d in quoted for f in d.findings]
        writer = Writer(
            brief, outline, amounts, quoted_from(quoted, amounts.scope), self._vocabulary.wording, years, doubts
        )
        draft = writer.write(_in_order(sections, outline), _sources(own, documents, quoted))
        return draft, _Material(outline, own, documents), amounts

    def _worded(
        self, wording: DraftWording, draft: Draft, report: CheckReport, own: Sequence[Document], documents: Sequence[Document]
    ) -> tuple[Draft, CheckReport]:  # fmt: skip
        """Return a draft in a model's wording with its check, as it was where the check then finds more than before."""
        from service.asking.reading import own_members
        from service.domain.assistance import WordingOutcome
        from service.vocabulary.spotting import Spotter

        units = {u.name for d in documents for u in d.units}
        names = dict.fromkeys(n for d in own for n in (d.entity, *d.entity_names) if n == d.entity or n not in units)
        spotter = Spotter(self._vocabulary, own_members(documents, self._vocabulary.questions["short"]))
        worded = wording.word(draft, spotter, tuple(names))
        record = worded.assistance
        assert record is not None  # noqa: S101 - word() always leaves one
        now = self.check(worded, own, documents) if record.kept else report
        if _counts(now) > _counts(report):
            now, worded = report, replace(draft, findings=worded.findings, assistance=replace(record, wording=WordingOutcome.REFUSED, kept=0))
        return worded, now

    def check(self, draft: Draft, own: Sequence[Document], documents: Sequence[Document]) -> CheckReport:
        """Check the text of a draft as anybody's text, by the tables it was written from.

        Args:
            draft: What was written.
            own: Documents of its year.
            documents: All documents that bear on it.
        """
        return self._check(draft.text, draft, own, documents)

    def recheck(self, text: str, draft: Draft) -> CheckReport:
        """Check what a person made of a draft, by the documents it was written from as far as they are held.

        Args:
            text: As edited.
            draft: The draft it was made from.

        Returns:
            The report, its findings as a draft tells them.
        """
        own, documents = self._held(draft)
        report = self._check(text, draft, own, documents)
        return replace(report, findings=tuple(_of_check(report, {d.id for d in documents})))

    def evaluate(self, formula: str, draft: Draft) -> Quantity:
        """Evaluate a formula over the figures that a draft was written from, of its own year and stage.

        Raises:
            RequestError: The formula cannot be parsed, typed or evaluated.
            NotInCorpusError: A figure is not in the draft's documents, or none of its year is held any more.
        """
        from service.calculation.parser import parse_formula
        from service.drafting.amounts import Amounts
        from service.drafting.brief import Style

        own, documents = self._held(draft)
        if not own:
            raise MissingDocumentError(f"这份草稿所用的{draft.year}年文件已不在资料库里，不能计算“{formula[:60]}”。请先重新导入。")
        quoted = {s.document for s in draft.sources if "引用" in s.role}
        amounts = Amounts(self._scope(documents, own, quoted), Style(), draft.base, {})
        return amounts.now(parse_formula(formula)).quantity

    def _held(self, draft: Draft) -> tuple[list[Document], list[Document]]:
        """Return the documents of a draft that are still held: those of its year, and all."""
        held = {s.id for s in self._library.summaries()}
        documents = {s.document: self._library.get(s.document) for s in draft.sources if s.document in held}
        own = [documents[s.document] for s in draft.sources if "本年" in s.role and s.document in documents]
        return own, list(documents.values())

    def _check(self, said: str, draft: Draft, own: Sequence[Document], documents: Sequence[Document]) -> CheckReport:
        from service.checking.checker import check
        from service.checking.material import material_of
        from service.ingestion.pipeline import Assumed, ingest

        data = said.encode()
        reading = self._reader(data, _DRAFT_NAME, max_bytes=len(data) + 1)
        names = tuple(dict.fromkeys(n for d in own for n in (d.entity, *d.entity_names)))
        units = own[0].units if own else ()
        text = ingest(reading, self._vocabulary, Assumed(draft.entity, names, draft.year, draft.stage, units))
        text = replace(text, entity=draft.entity, entity_names=names, year=draft.year, stage=draft.stage)
        others = [d for d in documents if d.id not in {o.id for o in own}]
        # The tables are the store's: what is wrong in them was told when they were taken in.
        return check(replace(material_of(text, own, others, self._vocabulary), handed_in=frozenset()))

    # -- documents --------------------------------------------------------------------------------------

    def _of_entity(self, wanted: str) -> list[DocumentSummary]:
        """Return what the store holds of an entity that is named in full, by one of its names, or in short."""
        held = self._library.summaries()
        if not wanted.strip():
            raise InvalidInputError("请写明部门，例如：--entity 红旗区委办。")
        asked = fold(wanted)
        tries: tuple[Callable[[str], bool], ...] = (
            lambda name: fold(name) == asked,
            lambda name: asked in fold(name),
            lambda name: _is_short_for(asked, fold(name)),
        )
        for fits in tries:
            found = [s for s in held if any(fits(n) for n in (s.entity, *s.entity_names))]
            names = {n for s in found for n in (s.entity, *s.entity_names)}
            entities = dict.fromkeys(s.entity for s in found)
            if len(entities) > 1 and not all(self._meet(found, e) for e in entities):
                raise InvalidInputError(f"“{wanted}”可能指{'、'.join(list(entities)[:8])}，请写全称。")
            if found:
                return [s for s in held if names & {s.entity, *s.entity_names}]
        entities = dict.fromkeys(s.entity for s in held)
        known = "、".join(list(entities)[:12])
        near = get_close_matches(wanted, entities, n=3, cutoff=_NEAR)
        hint = f"是不是“{'”或“'.join(near)}”？" if near else ""
        raise MissingDocumentError(
            f"资料库里没有“{wanted}”的文件。{hint}" + (f"现有：{known}。" if known else "请先用 youju ingest 导入它的预算表。")
        )

    def _meet(self, found: Sequence[DocumentSummary], entity: str) -> bool:
        """Whether the documents under one name share a name with those of the others: one entity renamed."""
        own = {n for s in found if s.entity == entity for n in (s.entity, *s.entity_names)}
        rest = {n for s in found if s.entity != entity for n in (s.entity, *s.entity_names)}
        return bool(own & rest)

    def _of_year(self, held: Sequence[DocumentSummary], year: int, stage: Stage | None) -> list[Document]:
        """Return the documents of the year and stage, the fullest first."""
        of_year = [s for s in held if s.year == year and (stage is None or s.stage is stage)]
        if not of_year:
            said = f"{stage.value}" if stage else ""
            years = "、".join(dict.fromkeys(f"{s.year}年{s.stage.value}" for s in held))
            raise MissingDocumentError(
                f"资料库里没有{held[0].entity}{year}年{said}的文件，现有{years}。请导入{year}年的表，或换一个年份。"
            )
        if stage is None and any(s.stage is Stage.BUDGET for s in of_year):
            of_year = [s for s in of_year if s.stage is Stage.BUDGET]
        if any(s.kind in _WHOLE for s in of_year):
            of_year = [s for s in of_year if s.kind in _WHOLE]
        return [self._library.get(s.id) for s in sorted(of_year, key=lambda s: (not s.tables, -s.tables, s.id))]

    def _beside(self, held: Sequence[DocumentSummary], own: Document, outline: Outline) -> list[Document]:
        """Return last year's documents of the stage, and for final accounts the budget of the year."""
        whole = own.kind in _WHOLE
        fit = [
            s for s in held
            if (s.year == own.year - 1 and s.stage is outline.stage and ((s.kind in _WHOLE) == whole or not s.kind))
            or (s.year == own.year and s.stage is Stage.BUDGET and outline.stage is Stage.FINAL)
        ]  # fmt: skip
        if not fit:
            fit = [s for s in held if s.year == own.year - 1 and s.stage is outline.stage]
        return [self._library.get(s.id) for s in fit if s.id != own.id]

    def _quoted(self, wanted: Sequence[str], held: Sequence[DocumentSummary]) -> list[str]:
        out = []
        for each in wanted:
            found = [s for s in held if each in (s.id, s.name)] or [s for s in held if s.id.startswith(each)]
            found = found or [s for s in held if str(s.year) == each.removesuffix("年")]
            if not found:
                known = "、".join(f"{s.name}（{s.id}）" for s in held[:8])
                raise MissingDocumentError(f"这个部门没有可引用的文件“{each}”。可以写文件名、编号或年份，现有：{known}。")
            out += [s.id for s in found]
        return list(dict.fromkeys(out))

    # -- outlines ---------------------------------------------------------------------------------------

    def _outline_named(self, name: str) -> Outline:
        from service.drafting.outline import find_outline

        return find_outline(self.outlines(), name)

    def _outline_of(self, own: Sequence[Document]) -> Outline:
        """Return the outline of the documents' place, unless their text clearly follows another; else the one for any place."""
        fit = [o for o in self.outlines() if o.stage is own[0].stage]
        if not fit:
            raise InvalidInputError(f"没有{own[0].stage.value}的提纲。请用 --outline 给出自己的提纲文件。")
        headings = {fold(part) for d in own for p in d.passages for part in p.section.split("/")}
        text = "".join(headings)
        followed = [sum(fold(s.title) in text for s in o.sections) for o in fit]
        share = [count * 100 // len(o.sections) for count, o in zip(followed, fit, strict=True)]
        best = max(range(len(fit)), key=lambda n: (share[n], fit[n].default))
        local = _of_place(fit, own)
        is_followed = followed[best] * _FOLLOWS >= len(fit[best].sections)
        if is_followed and (local is None or share[best] >= share[local] * _CLEARLY):
            return fit[best]
        if local is not None:
            return fit[local]
        most = max(followed)
        if most >= _SEVERAL and followed.count(most) == 1:
            return fit[followed.index(most)]
        anywhere = next((o for o in fit if "*" in o.places), None)
        return anywhere or next((o for o in fit if o.default), fit[0])

    # -- figures ----------------------------------------------------------------------------------------

    def _amounts(
        self, brief: Brief, outline: Outline, own: Sequence[Document], documents: Sequence[Document], quoted: set[str]
    ) -> Amounts:
        from service.drafting.amounts import Amounts

        scope = self._scope(documents, own, quoted)
        titles = {d.id: d.title or d.name for d in documents}
        return Amounts(scope, brief.style, brief.base or outline.base, titles)

    def _scope(self, documents: Sequence[Document], own: Sequence[Document], quoted: set[str]) -> Scope:
        from service.asking.reading import own_members
        from service.calculation.scope import Scope

        members = own_members(documents, self._vocabulary.questions["short"])
        year = own[0].year
        facts = [f for d in documents for f in d.facts if d.id in quoted or not _is_only_said(f, year, own[0].stage)]
        return Scope(
            tuple(facts), self._vocabulary, members, year=year, stage=own[0].stage,
            table_kinds={(d.id, t.id): t.kind for d in documents for t in d.tables},
            document_years={d.id: d.year for d in documents}, main=own[0].id if len(documents) > 1 else "",
            strict=True,
        )  # fmt: skip


#: A text follows an outline if at least one in so many of the outline's sections is a heading of it.
_FOLLOWS = 3
#: A short text follows an outline if it has so many of its headings, and more than of any other.
_SEVERAL = 2
#: A text clearly follows another outline than its place's if it has so many times the share of its headings.
_CLEARLY = 2
#: What stands before the place in a name or a title.
_BEFORE_PLACE = re.compile(r"^(?:\d{4}年?度?|中国共产党|中共)+")


def _of_place(outlines: Sequence[Outline], own: Sequence[Document]) -> int | None:
    """Return which outline is for the documents' region, else for the place that their names speak of.

    南京东路街道 is a street of 上海, and 周口店镇 is in 北京: a street or town is no city.
    """
    regions = [d.region for d in own if d.region]
    names = [_BEFORE_PLACE.sub("", n) for d in own for n in (d.entity, *d.entity_names, d.title)]
    for places in (regions, names):
        for number, outline in enumerate(outlines):
            bare = "|".join(re.escape(p.removesuffix("市")) for p in outline.places if p != "*")
            if bare and any(re.search(rf"^(?:{bare})(?!.{{0,2}}[路街镇])|(?:{bare})[省市]", place) for place in places):
                return number
    return None


def _is_short_for(short: str, name: str) -> bool:
    """Whether the characters of *short* stand in *name* in order: 红旗区委办 for 红旗区委员会办公室."""
    rest = iter(name)
    return len(short) >= 3 and all(character in rest for character in short)


def _is_only_said(fact: Fact, year: int, stage: Stage) -> bool:
    """Whether a text alone states an amount of the draft's year: a draft is what such a text is to be written from.

    What a text states of the year before is kept, for comparison. Assets are stated at a date that another year's
    text does not share. For final accounts the budget of their own year is kept as well, which their tables often lack.
    """
    coordinate = fact.coordinate
    if stage is Stage.FINAL and coordinate.stage is Stage.BUDGET:
        return False
    if fact.authority is not Authority.SENTENCE or coordinate.aspect is not Aspect.LEVEL:
        return False
    is_count = fact.quantity is not None and fact.quantity.unit.kind is Kind.COUNT
    return coordinate.year >= year or coordinate.stage is Stage.PERIOD_END or is_count


def _counts(report: CheckReport) -> tuple[int, int]:
    """Return how many errors and contradicted figures a check found; fewer of the first outweigh the second."""
    from service.domain.check import Verdict

    return sum(f.severity is Severity.ERROR for f in report.findings), report.count(Verdict.CONTRADICTED)


def _in_order(sections: Iterable[SectionPlan], outline: Outline) -> tuple[SectionPlan, ...]:
    wanted = set(sections)
    return tuple(s for s in outline.sections if s in wanted)


def _sources(own: Sequence[Document], documents: Sequence[Document], quoted: Sequence[Document]) -> list[DraftSource]:
    from service.drafting.draft import DraftSource

    ids = {d.id for d in own}
    cited = {d.id for d in quoted}
    return [
        DraftSource(
            d.id, d.title or d.name, d.year,
            "、".join([*(["本年"] if d.id in ids else ["上年" if d.year < own[0].year else "同年"]), *(["引用"] if d.id in cited else [])]),
        )
        for d in documents
    ]  # fmt: skip


def _of_figures(amounts: Amounts, documents: dict[str, Document]) -> Iterable[Finding]:
    """Tell what a reader must know of the figures used: sources that disagree, cells in doubt, derived years."""
    derived: dict[str, Fact] = {}
    for _, evaluation in amounts.used:
        for figure in evaluation.figures:
            first = figure.facts[0]
            if figure.how == "derived":
                derived.setdefault(figure.label, first)
            for other in amounts.scope.conflicts(figure)[:3]:
                assert other.quantity is not None  # noqa: S101 - conflicts() returns figures
                yield Finding(
                    "places-disagree", Severity.WARNING,
                    f"“{figure.label}”在{_named(first, documents)}为{_said(first)}，在{_named(other, documents)}为{_said(other)}，"
                    f"两处不一致；草稿采用前者，请核对。", (first.source, other.source), stated=_said(other), expected=_said(first),
                )  # fmt: skip
            if any(f.proof is Proof.CONTRADICTED for f in figure.facts):
                bad = next(f for f in figure.facts if f.proof is Proof.CONTRADICTED)
                yield Finding(
                    "doubtful-cell", Severity.WARNING,
                    f"“{figure.label}”取自{_named(bad, documents)}的{_said(bad)}，该表这一处加总不成立，请先核对表格；草稿仍按印出的数写。", (bad.source,),
                    stated=_said(bad),
                )  # fmt: skip
    if derived:
        names = "、".join(derived)
        yield Finding(
            "last-year-derived", Severity.NOTE,
            f"已导入的文件里没有直接印出的上年数：{names}，由文件写出的增减额推算，已标“推算”。导入上年的文件后可直接取数。",
            tuple(f.source for f in derived.values())[:8],
        )  # fmt: skip


def _of_documents(own: Iterable[Document]) -> Iterable[Finding]:
    """Repeat what was found on taking the tables in that would make a whole draft worthless: a form without figures."""
    return [replace(f, severity=Severity.WARNING) for d in own for f in d.findings if f.code == "empty-template"]


def _named(fact: Fact, documents: dict[str, Document]) -> str:
    source = fact.source
    document = documents.get(source.document)
    row = f"“{source.row_label}”行" if source.table and source.row_label else ""
    year = f"{document.year}年文件" if document else ""
    return f"{year}“{source.table_title}”{row}"


def _said(fact: Fact) -> str:
    from service.numerals import render_quantity

    return render_quantity(fact.quantity) if fact.quantity else "空白"


def _of_check(report: CheckReport, ids: set[str]) -> Iterable[Finding]:
    """Return what the check found, without what the draft itself tells as its gaps and the sections not asked for.

    What is wrong in the documents' own tables is no error of the draft, but a warning to whoever relies on it.
    """
    for finding in report.findings:
        said = finding.stated or "".join(s.quote for s in finding.sources)
        if finding.code == "section-missing" or (finding.code in _OF_GAPS and _GAP in said):
            continue
        of_tables = finding.sources and all(s.document in ids and s.table for s in finding.sources)
        if of_tables and finding.severity is Severity.ERROR:
            yield replace(finding, severity=Severity.WARNING)
        else:
            yield finding


def _of_reasons(draft: Draft, report: CheckReport) -> Iterator[Finding]:
    """Tell the figures inside given reasons that nothing at hand bears out: they are verified like any other."""
    from service.domain.check import Verdict

    borne_out = {(f.text, f.source.quote) for f in report.figures if f.verdict is Verdict.SUPPORTED}
    for sentence in draft.sentences():
        for reason in sentence.reasons:
            for figure in sentence.figures:
                if figure.how != "person" or not reason.start <= figure.start < reason.end:
                    continue
                if any(text == figure.text and reason.text in quote for text, quote in borne_out):
                    continue
                is_sum = figure.unit.endswith("元") or figure.unit == "%"
                yield Finding(
                    "figure-without-source", Severity.WARNING if is_sum else Severity.NOTE,
                    f"“{reason.item}”的原因里写了{figure.text}（{reason.given}），手头的表没有数能印证它。请核对，写明依据或删去。",
                    stated=figure.text,
                )  # fmt: skip


def _rank(finding: Finding) -> int:
    return list(Severity).index(finding.severity)


def section_drafting(
    vocabulary: Vocabulary,
) -> tuple[Callable[[str], tuple[Outline, SectionPlan] | None], Callable[..., SectionText]]:
    """Return what answering 「写…说明」 needs: to find a section by its wording, and to write it at a desk."""
    from service.drafting.amounts import Amounts
    from service.drafting.brief import Brief
    from service.drafting.outline import find_section, read_outlines
    from service.drafting.section import section_text
    from service.drafting.writer import Writer

    outlines = read_outlines(vocabulary.outlines)
    usual = next((o for o in outlines if o.default and o.stage is Stage.BUDGET), outlines[0])

    def find(wording: str) -> tuple[Outline, SectionPlan] | None:
        section = find_section(usual, wording)
        return (usual, section) if section else None

    def write(desk: Desk, plan: tuple[Outline, SectionPlan], reasons_for: ReasonsFor) -> SectionText:
        outline, section = plan
        years = {d.id: d.year for d in desk.documents}
        titles = {d.id: d.title for d in desk.documents}
        brief = Brief(desk.document.entity, desk.scope.year)
        amounts = Amounts(desk.scope, brief.style, outline.base, titles)
        writer = Writer(brief, outline, amounts, reasons_for, vocabulary.wording, years, desk.document.findings)
        return section_text(writer.write([section], ()), amounts.used)

    return find, write
