"""A question from start to end: scope → reading → operation → figures and words → verification."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from service.asking.answer import Answer, Result, Status
from service.asking.desk import Desk, Handler, Reply, shown_of
from service.asking.entities import Side, compare_entities, fitting, rank_entities
from service.asking.operations import Operations
from service.asking.reading import Question, QuestionReader, normalise
from service.asking.scoping import EntityIndex, ScopeChoice, choose, documents_in, place_in
from service.asking.subjects import Subject, subjects_of
from service.asking.typos import heard_in
from service.asking.verification import unsupported_figures
from service.calculation.joint import JointScope
from service.calculation.scope import Scope
from service.calculation.trace import Series
from service.domain.coordinate import Stage
from service.domain.document import Document, DocumentSummary, Passage, PassageKind
from service.domain.errors import (
    MissingDocumentError,
    YoujuError,
)
from service.domain.fact import Fact
from service.domain.quantity import FIXED_UNITS, Unit
from service.numerals import read_years, render_number
from service.ports import Clock, Library, PassageIndex
from service.vocabulary.names import fold
from service.vocabulary.spotting import Spotter
from service.vocabulary.vocabulary import Vocabulary

#: Documents kept ready in memory.
_READY = 16
#: Characters of a budget item's name from which it is told from an organisation's.
_ITEM_LENGTH = 4
#: How a question begins or ends that goes on with the one before.
_FOLLOW_UP = re.compile(r"^(?:那|其中|它|这)|呢[？?。]?$|^(?:占比|比重|同比|为什么)[？?。]?$")
#: A question that goes on with the year before the one spoken of, and how far back each word goes.
_STEPS = {"上年": 1, "去年": 1, "上一年": 1, "前一年": 1, "前年": 2}
_YEAR_BEFORE = re.compile(rf"那?({'|'.join(_STEPS)})(?:的)?呢?[？?。]?")
#: What projects are a part of.
_WITH_PROJECTS = frozenset({"", "支出", "支出总计", "预算单位"})
_PROJECT_NATURES = frozenset({"项目支出", "其他运转类", "特定目标类"})
#: Departments that a list of what is in the store names.
_MOST_HELD = 30
#: Entities that an unclear name may fit and still be answered with the figure of each.
_MOST_READINGS = 5


class RuleAsker:
    """Answers by rules alone: no model, no network.

    Args:
        library: The exact store.
        index: Search over passages.
        vocabulary: Names and question words.
        clock: For timing.
        drafter: Writes a section of the 情况说明 for a desk; None where drafting is not wired.
    """

    def __init__(
        self,
        library: Library,
        index: PassageIndex,
        vocabulary: Vocabulary,
        clock: Clock,
        drafter: Handler | None = None,
    ) -> None:
        self._library = library
        self._index = index
        self._vocabulary = vocabulary
        self._clock = clock
        self._operations = Operations(vocabulary, drafter)
        self._codes = frozenset(id_ for _, id_ in vocabulary.members.by_id if id_.isdigit())
        ends = vocabulary.questions["others"]["ends"]
        names = {fold(m.name) for m in vocabulary.members.by_id.values() if any(e in m.name for e in ends)}
        self._items = sorted((n for n in names if len(n) >= _ITEM_LENGTH), key=len, reverse=True)
        self._lock = threading.RLock()  # the web asks from several threads; what is kept ready is shared
        self._version = -1
        self._summaries: tuple[DocumentSummary, ...] = ()
        self._names = EntityIndex(())
        self._ready: dict[tuple[str, ...], tuple[tuple[Document, ...], QuestionReader]] = {}
        self._scopes: dict[tuple[tuple[str, ...], int], Scope] = {}

    def ask(
        self, question: str, *, history: Sequence[str], entity: str | None, year: int | None,
        progress: Callable[[str], None] | None = None,
    ) -> Answer:  # fmt: skip
        """Answer one question; see `service.application.Application.ask`."""
        if progress is not None:
            progress("calculating")
        began = self._clock.elapsed_ms()
        self._refresh()
        text = normalise(question)
        if entity is None and len(self._names.entities) > 1 and self._asks_every(text):
            answer = self._over_all(question, text, year)
            return replace(answer, ms=self._clock.elapsed_ms() - began)
        if year is None:
            text = _with_year_before(text, history)
        choice = self._choose(text, history, entity, year)
        if not choice.summaries:
            answer = self._outside(question, text, choice)
        elif choice.rivals:
            answer = self._compared(question, choice)
        else:
            answer = self._answer(question, choice.text or text, choice, history)
        return replace(answer, ms=self._clock.elapsed_ms() - began)

    # -- scope ------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        version = self._library.version()
        with self._lock:
            if version != self._version:
                self._summaries = self._library.summaries()
                self._names = EntityIndex(self._summaries, self._vocabulary.questions["short"]["entity_tails"])
                self._ready.clear()
                self._scopes.clear()
                self._version = version

    def _choose(self, text: str, history: Sequence[str], entity: str | None, year: int | None) -> ScopeChoice:
        words = self._vocabulary.questions
        known: tuple[str, ...] = ()
        if len(self._names.entities) == 1:
            _, reader = self._documents(self._summaries[:1])
            known = tuple(m.name for m in reader.own)
        stage = stage_of(text, self._vocabulary)
        choice = choose(
            text, self._names, entity=entity, year=year, words=words, known_text=known, stage=stage, items=self._items
        )
        if choice.foreign and entity is None:
            choice = self._unless_inside(text, choice)
        if not choice.summaries and not choice.foreign and history:
            for earlier in reversed(history):
                before = choose(normalise(earlier), self._names, entity=entity, year=year, words=words)
                if before.summaries:
                    return self._continued(text, before, year, stage)
        if choice.summaries and year is None and (spoken := self._year_before(text, history, entity)):
            return choose(
                text, self._names, entity=entity, year=spoken, words=words, known_text=known, stage=stage, items=self._items
            )
        return choice

    def _year_before(self, text: str, history: Sequence[str], entity: str | None) -> int:
        """Return the year that a follow-up (那占比呢) leaves unsaid because the question before said it, 0 where none did."""
        for earlier in reversed(history):
            if not _FOLLOW_UP.search(text) or read_years(text):
                return 0
            text = normalise(earlier)
            if any(y.year for y in read_years(text)):
                before = choose(text, self._names, entity=entity, year=None, words=self._vocabulary.questions)
                return before.missing_year or before.year
        return 0

    def _continued(self, text: str, before: ScopeChoice, year: int | None, stage: Stage | None) -> ScopeChoice:
        """Return the choice for a follow-up: the entity spoken of before, its year too where no other is named."""
        other = place_in(text, before.mention, self._names) if before.mention else set()
        names_year = any(y.year or y.relative for y in read_years(text))
        wanted = year if names_year else year or before.missing_year or before.year
        made = choose(
            text, self._names, entity=next(iter(other), before.summaries[0].entity), year=wanted,
            words=self._vocabulary.questions, stage=stage,
        )  # fmt: skip
        return replace(made, mention=text[:-1] if other else "")

    def _unless_inside(self, text: str, choice: ScopeChoice) -> ScopeChoice:
        """Take back a foreign organisation that is part of a project's name of the entity spoken of (督查局工作经费)."""
        if choice.foreign in self._vocabulary.questions["others"]["words"]:
            return choice
        plain = choose(text, self._names, entity=None, year=None, words=self._vocabulary.questions, ends=())
        if not plain.summaries:
            return choice
        documents, _ = self._documents(plain.summaries)
        return plain if any(choice.foreign in d.text for d in documents) else choice

    def _outside(self, question: str, text: str, choice: ScopeChoice) -> Answer:
        if not self._summaries:
            said = "资料库里还没有文件。请先用 youju ingest 收入部门预算文本，再提问。"
            return self._made(question, Reply(said, status=Status.REFUSED, missing="资料库为空"), choice, ())
        names = "、".join(choice.others[:8]) + ("等" if len(choice.others) > 8 else "")
        if choice.foreign:
            missing = f"资料库里没有“{choice.foreign}”的文件"
            reply = Reply(f"回答不了：{missing}，现有：{names}。", status=Status.REFUSED, missing=missing)
            self._offer_heard(question, [choice.foreign], self._summaries, reply)
            return self._made(question, reply, choice, ())
        if choice.mention and len(choice.others) <= _MOST_READINGS:
            return self._which_entity(question, text, choice)
        said = f"资料库里有多个部门：{names}。请说明问的是哪个部门。"
        reply = Reply(said, status=Status.CLARIFY, readings=list(choice.others[:8]))
        return self._made(question, reply, choice, ())

    def _offer_heard(self, question: str, pieces: Sequence[str], summaries: Sequence[DocumentSummary], reply: Reply) -> None:
        """Offer the question with a name that sounds like what was written of it: 红棋区委办 → 红旗区委办."""
        names = [fold(n) for s in summaries for n in (s.entity, *s.entity_names)]
        for piece in pieces:
            for gram in dict.fromkeys((piece, *(piece[i : i + 2] for i in range(len(piece) - 1)))):
                if len(gram) < 2 or gram not in question or any(gram in n for n in names):
                    continue
                asked = question.replace(gram, heard, 1) if (heard := heard_in(gram, names)) else ""
                found = self._choose(normalise(asked), (), None, None) if asked else None
                if found is not None and found.summaries and not found.foreign and not found.rivals:
                    reply.text += f"是不是要问：{asked}"
                    reply.readings.append(asked)
                    return

    def _documents(self, summaries: Sequence[DocumentSummary]) -> tuple[tuple[Document, ...], QuestionReader]:
        key = tuple(s.id for s in summaries)
        with self._lock:
            if key not in self._ready:
                if len(self._ready) >= _READY:
                    self._ready.pop(next(iter(self._ready)))
                documents = tuple(self._library.get(s.id) for s in summaries)
                self._ready[key] = (documents, QuestionReader(self._vocabulary, documents))
            return self._ready[key]

    # -- several entities -------------------------------------------------------------------------------

    def _compared(self, question: str, choice: ScopeChoice) -> Answer:
        """Answer a question that names several entities."""
        choices = [replace(choice, rivals=()), *choice.rivals]
        spoken = {y.year for y in read_years(choice.text) if y.year}
        if not spoken:
            common = set.intersection(*({s.year for s in c.summaries} for c in choices))
            if common:
                choices = [self._in_year(c, max(common)) for c in choices]
        joint, sides, documents = self._joint(choice.text, choices)
        return self._made(question, compare_entities(joint, sides), choice, documents)

    def _which_entity(self, question: str, text: str, choice: ScopeChoice) -> Answer:
        """Ask back which of a few entities is meant, each with its figure."""
        words = self._vocabulary.questions
        year = max((y.year for y in read_years(text) if y.year), default=None)
        choices = [
            replace(choose(text, self._names, entity=e, year=year, words=words), mention=choice.mention)
            for e in choice.others
        ]
        joint, sides, documents = self._joint(text, choices)
        reply = fitting(joint, sides, choice.mention)
        return self._made(question, reply, choice, documents, names=choice.others)

    def _in_year(self, choice: ScopeChoice, year: int) -> ScopeChoice:
        made = choose(
            choice.text, self._names, entity=choice.summaries[0].entity, year=year, words=self._vocabulary.questions
        )
        return replace(made, mention=choice.mention)

    def _joint(
        self, text: str, choices: Sequence[ScopeChoice]
    ) -> tuple[Desk, list[Side], tuple[Document, ...]]:  # fmt: skip
        """Return a desk over several entities, and one for each."""
        masked = text
        for mention in dict.fromkeys(m for c in choices for m in c.mentions):
            masked = masked.replace(mention, "＃" * len(mention))
        sides: list[Side] = []
        for choice in choices:
            documents, reader = self._documents(choice.summaries)
            desk = self._desk(reader.read(masked), documents, reader, choice)
            entity = choice.summaries[0].entity
            missing = f"没有{entity}{choice.missing_year}年的文件。" if choice.missing_year else ""
            asked = desk.question.stage
            if asked is not None and desk.stage is None and asked is not documents[0].stage:
                missing = f"只有{entity}{choice.year}年的{documents[0].stage.value}，没有{asked.value}。"
            sides.append(Side(entity, desk, missing))
        first = sides[0].desk
        union = tuple(d for s in sides for d in s.desk.documents)
        scope = JointScope({s.entity: s.desk.scope for s in sides})
        return replace(first, documents=union, scope=scope), sides, union

    def _asks_every(self, text: str) -> bool:
        """Whether a question is about every department in the store, and names none."""
        words = self._vocabulary.questions["signs"]["every"]
        return any(re.search(w, text) for w in words) and not self._names.mentions(fold(text))

    def _over_all(self, question: str, text: str, year: int | None) -> Answer:
        """Rank every department by one figure, from the figures of that coordinate alone."""
        stage = stage_of(text, self._vocabulary) or Stage.BUDGET
        spoken = [y.year for y in read_years(text) if y.year]
        newest = max(s.year for s in self._summaries)
        relative = next((y.relative for y in read_years(text) if y.relative), 0)
        wanted = year or max(spoken, default=newest + relative)
        chosen = documents_in(self._names, wanted, text, self._vocabulary.questions, stage)
        places = self._names.places_in(fold(text))
        chosen = {d: e for d, e in chosen.items() if all(p in fold(e) for p in places)}
        choice = ScopeChoice(others=self._names.entities, year=wanted)
        if not chosen:
            missing = f"没有{'、'.join(places)}{wanted}年的文件"
            reply = Reply(f"回答不了：资料库里{missing}。", status=Status.REFUSED, missing=missing)
            return self._made(question, reply, choice, ())
        reader = self._plain_reader()
        read = reader.read(text)
        named = subjects_of(read, self._vocabulary)
        if not named and not read.has("rank", "sum", "ask_amount"):
            return self._made(question, self._held(wanted if spoken else 0), choice, ())
        subject = next(iter(named), Subject("支出"))
        if not subject.measure:
            subject = replace(subject, measure="支出")
        scopes = self._scopes_at(subject, wanted, stage, chosen)
        if not scopes:
            missing = f"各部门{wanted}年的文件里都没有这一口径的数"
            reply = Reply(f"回答不了：{missing}。", status=Status.REFUSED, missing=missing)
            return self._made(question, reply, choice, ())
        scope = JointScope(scopes)
        cited = [s for s in self._summaries if s.id in chosen]
        desk = Desk(read, _stand_in(cited[0]), [_stand_in(s) for s in cited], scope, self._vocabulary, _no_search, wanted)
        desk.unit = _unit_asked(text)
        try:
            reply = rank_entities(desk, subject, held=len(set(chosen.values())))
        except YoujuError as error:
            reply = Reply(error.message, status=Status.REFUSED, missing=error.message)
        names = [*self._names.entities, *(t for s in cited for t in (s.title, s.name))]
        return self._made(question, reply, choice, (), names=names)

    def _held(self, year: int) -> Reply:
        """List the departments in the store with the years of their documents, or those of one year."""
        held = {e: sorted({s.year for s in self._names.of(e)}) for e in self._names.entities}
        chosen = {e: ys for e, ys in held.items() if not year or year in ys}
        told = list(chosen)[:_MOST_HELD]
        lines = [f"{e}（{'、'.join(f'{y}年' for y in chosen[e])}）" for e in told]
        rest = f"等{len(chosen)}个部门" if len(chosen) > len(told) else f"，共{len(chosen)}个部门"
        reply = Reply(f"资料库里{f'有{year}年文件的' if year else '现有'}：{'；'.join(lines)}{rest}。", plan=["部门清单"])
        reply.results.append(Result("部门数", str(len(chosen)), "个", str(len(chosen)), "", f"共{len(chosen)}个", ()))
        return reply

    def _plain_reader(self) -> QuestionReader:
        with self._lock:
            if () not in self._ready:
                self._ready[()] = ((), QuestionReader(self._vocabulary, ()))
            return self._ready[()][1]

    def _scopes_at(
        self, subject: Subject, year: int, stage: Stage, chosen: Mapping[str, str]
    ) -> dict[str, Scope]:  # fmt: skip
        """Return a scope per entity that holds what is printed at one coordinate, under any fund."""
        measure = self._vocabulary.measures[subject.measure]
        found: dict[str, list[Fact]] = {}
        for name in dict.fromkeys(m for m in (measure.id, measure.fallback) if m):
            for fact in self._library.find_facts(year=year, measure=name, keys=_keys_of(subject, self._vocabulary)):
                entity = chosen.get(fact.source.document)
                if entity is not None:
                    found.setdefault(entity, []).append(fact)
        return {
            entity: Scope(facts, self._vocabulary, (), year=year, stage=stage, table_kinds={})
            for entity, facts in sorted(found.items())
        }

    # -- one question -----------------------------------------------------------------------------------

    def _answer(self, question: str, text: str, choice: ScopeChoice, history: Sequence[str]) -> Answer:
        documents, reader = self._documents(choice.summaries)
        read = reader.read(text, entity=choice.mention)
        desk = self._desk(read, documents, reader, choice)
        if history:
            self._inherit(desk, reader, history)
        reply = self._operations.reply(desk, choice)
        names: list[str] = []
        if choice.twins and self._names_both_levels(text):
            return self._levels_compared(question, text, choice)
        if choice.twins and reply.status is Status.ANSWERED and len(reply.plan) == 1:
            names = self._tell_twins(desk, reply, choice)
        if reply.status is Status.REFUSED and not reply.is_understood:
            self._offer_heard(question, read.residue, choice.summaries, reply)
        return replace(self._made(question, reply, choice, documents, names=names), repairs=tuple(read.repairs))

    def _names_both_levels(self, text: str) -> bool:
        return all(any(w in text for w in said) for said in self._vocabulary.questions["levels"].values())

    def _levels_compared(self, question: str, text: str, choice: ScopeChoice) -> Answer:
        """Set an entity's roll-up against the budget of its own unit."""
        joint, sides, documents = self._joint(text, [replace(choice, twins=()), replace(choice, summaries=choice.twins, twins=())])
        named = [replace(s, entity=f"{s.entity}（{s.desk.document.kind}预算）") for s in sides]
        joint.scope = JointScope({s.entity: s.desk.scope for s in named})
        return self._made(question, compare_entities(joint, named), choice, documents)

    def _tell_twins(self, desk: Desk, reply: Reply, choice: ScopeChoice) -> list[str]:
        """Add the figure of the entity's budget at its other level: a roll-up and its own unit share one name."""
        documents, reader = self._documents(choice.twins)
        other = self._desk(desk.question, documents, reader, replace(choice, summaries=choice.twins))
        mine, theirs = desk.document.kind, documents[0].kind
        hint = f"（以上为{mine}预算口径"
        try:
            evaluation = other.evaluate(reply.plan[0])
            reply.results.append(other.result(f"{theirs}预算口径", evaluation))
            reply.citations += other.cite(evaluation.figures)
            reply.text += f"{hint}；同名的{theirs}预算为{shown_of(evaluation)}，如问它请写明“{theirs}预算”。）"
        except YoujuError:
            reply.text += f"{hint}；资料库里另有同名的{theirs}预算。）"
        return [documents[0].title]

    def _desk(self, read: Question, documents: Sequence[Document], reader: QuestionReader, choice: ScopeChoice) -> Desk:
        document = documents[0]
        scope = self._scope(documents, reader, choice.year)
        passages = {p.id: p for d in documents for p in d.passages}
        ids = [d.id for d in documents]

        def search(query: str, kinds_wanted: Sequence[PassageKind], limit: int) -> Sequence[Passage]:
            found = self._index.search(query, documents=ids, kinds=kinds_wanted, limit=limit)
            return [passages[p] for _, p in found if p in passages]

        stage = read.stage if read.stage is not None and read.stage is not document.stage else None
        if stage is not None:
            scope = self._in_stage(scope, stage, choice.year) or scope
        desk = Desk(read, document, documents, scope, self._vocabulary, search, choice.year)
        desk.stage = stage if scope.stage is stage else None
        desk.unit = _unit_asked(read.text)
        return desk

    def _in_stage(self, scope: Scope, stage: Stage, year: int) -> Scope | None:
        """Return the scope for another stage, if the documents print figures of it for the year."""
        if not any(f.coordinate.stage is stage and f.coordinate.year == year for f in scope.facts):
            return None
        return scope.at_stage(stage)

    def _scope(self, documents: Sequence[Document], reader: QuestionReader, year: int) -> Scope:
        key = (tuple(d.id for d in documents), year)
        with self._lock:
            if key not in self._scopes:
                if len(self._scopes) >= _READY:
                    self._scopes.pop(next(iter(self._scopes)))
                kinds = {(d.id, t.id): t.kind for d in documents for t in d.tables}
                facts = tuple(f for d in documents for f in d.facts)
                self._scopes[key] = Scope(
                    facts, self._vocabulary, reader.own, year=year, stage=documents[0].stage, table_kinds=kinds,
                    document_years={d.id: d.year for d in documents}, main=documents[0].id if len(documents) > 1 else "",
                )  # fmt: skip
            return self._scopes[key]

    def evaluate(self, formula: str, *, entity: str | None, year: int | None) -> Result:
        """Evaluate a formula over one entity's figures.

        Raises:
            RequestError: The formula cannot be parsed, typed or evaluated.
            NotInCorpusError: A figure, the entity or the year is not in the store.
        """
        self._refresh()
        choice = self._choose(formula if entity is None else "", (), entity, year)
        if not choice.summaries:
            names = "、".join(choice.others[:8])
            raise MissingDocumentError(f"请指明部门：资料库里有{names}。" if names else "资料库里还没有文件。")
        if choice.missing_year:
            raise MissingDocumentError(f"没有{choice.summaries[0].entity}{choice.missing_year}年的文件。")
        documents, reader = self._documents(choice.summaries)
        desk = self._desk(Question(formula), documents, reader, choice)
        evaluation = desk.evaluate(formula)
        if isinstance(evaluation.value, Series):
            entries = "；".join(
                f"{e.label} {render_number(e.shown.number)}{e.shown.unit.symbol}" for e in evaluation.value.entries
            )
            operands = tuple(o for f in evaluation.figures for o in desk.operands(f))
            return Result(evaluation.formula, "", "", "", evaluation.formula, entries, operands)
        return desk.result(evaluation.formula, evaluation)

    def _inherit(self, desk: Desk, reader: QuestionReader, history: Sequence[str]) -> None:
        """Take over what the last question with a subject was about."""
        for earlier in reversed(history):
            before = reader.read(self._without_entities(normalise(earlier)))
            found = subjects_of(before, self._vocabulary)
            if found or before.dimensions:
                if desk.before is None:
                    desk.inherited = found or [Subject("支出")]
                    desk.before = before
                    if not desk.question.has("plus") or len(found) != 1:
                        break
                else:
                    desk.inherited = [*found[:1], *desk.inherited]
                    break
        if "project" in desk.question.dimensions:
            # 「列出所有项目」 after a question about 基本支出 or 收入 asks for the projects, which are no part of those.
            desk.inherited = [_without_fund(each) for each in desk.inherited if _has_projects(each)]
        if desk.question.has("indicator"):
            # 「绩效目标有几个」 counts no parts of what was spoken of; only a project has targets.
            desk.inherited = [each for each in desk.inherited if each.get("project")]
            desk.before = desk.before if desk.inherited else None
        asks = (
            "ask_amount",
            "why",
            "definition",
            "share",
            "times",
            "change",
            "rank",
            "sum",
            "count",
            "compare",
            "agree",
            "list",
            "draft",
            "indicator",
        )
        if desk.before is not None and len(desk.question.text) <= 16 and not desk.question.has(*asks):
            desk.question.signs.setdefault("elliptical", 0)
            for sign in ("share", "change"):
                if desk.before.has(sign) and not desk.question.has("previous"):
                    desk.question.signs.setdefault(sign, 0)

    def _without_entities(self, text: str) -> str:
        """Hide the names of entities: they name no figure."""
        if len(self._names.entities) < 2:
            return text
        for mention in self._names.mentions(fold(text)):
            text = text.replace(mention.text, "＃" * len(mention.text))
        return text

    # -- the answer -------------------------------------------------------------------------------------

    def _made(
        self, question: str, reply: Reply, choice: ScopeChoice, documents: Sequence[Document], names: Sequence[str] = ()
    ) -> Answer:
        document = documents[0] if documents else None
        names = [*names, *(n for d in documents for n in (d.title, *(t.title for t in d.tables)))]
        names += [f.message for f in reply.findings]
        names += [*choice.others, str(choice.year)]
        if reply.status is Status.REFUSED:
            names += [f"{len(d.tables)}张表" for d in documents]
        codes = self._codes | {u.code for d in documents for u in d.units}
        unsupported = unsupported_figures(reply.text, reply.results, reply.citations, question, names, codes)
        text = _without(reply.text, unsupported)
        identity = f"{question}|{document.id if document else ''}|{text}|{self._clock.now()}"
        return Answer(
            id=hashlib.sha256(identity.encode()).hexdigest()[:12], question=question, status=reply.status, text=text,
            results=tuple(reply.results), citations=tuple(reply.citations), findings=tuple(reply.findings),
            entity=document.entity if document and choice.summaries else "", year=choice.year, plan=tuple(reply.plan),
            readings=tuple(reply.readings), missing=reply.missing, is_official=reply.is_official,
            is_understood=reply.is_understood,
        )  # fmt: skip

    # -- for a language model ---------------------------------------------------------------------------

    def background_of(self, answer: Answer) -> Background | None:
        """Return the names and documents that an answer speaks of; None unless they are of one entity.

        Args:
            answer: One that this asker gave over the store as it is.
        """
        places = [c.place for c in answer.citations] + [o.place for r in answer.results for o in r.operands]
        wanted = {p.document for p in places if p.document}
        held = {s.id: s for s in self._summaries}
        if not answer.entity or not wanted or {held[d].entity for d in wanted if d in held} != {answer.entity}:
            return None
        with self._lock:
            ready = next((r for r in self._ready.values() if wanted <= {d.id for d in r[0]}), None)
        if ready is None or wanted - held.keys():
            return None
        documents, reader = ready
        units = {u.name for d in documents for u in d.units}
        names = dict.fromkeys(n for d in documents for n in (d.entity, *d.entity_names))
        own = tuple(n for n in names if n == answer.entity or n not in units)
        return Background(documents, reader.spotter, own)

    def reading_of(self, question: str, *, entity: str | None, year: int | None) -> Question | None:
        """Return a question as it is read over the documents it is about, None where that is not one entity."""
        self._refresh()
        choice = self._choose(normalise(question), (), entity, year)
        if not choice.summaries or choice.rivals:
            return None
        _, reader = self._documents(choice.summaries)
        return reader.read(choice.text or normalise(question), entity=choice.mention)

    def passages(self, query: str, *, entity: str | None, year: int | None, limit: int) -> Sequence[Passage]:
        """Return the passages of an entity's documents nearest to a query, best first; none where it is not known."""
        self._refresh()
        choice = self._choose("", (), entity, year)
        if not choice.summaries:
            return ()
        documents, reader = self._documents(choice.summaries)
        return self._desk(Question(query), documents, reader, choice).search(query, (), limit)

    def held(self) -> Sequence[DocumentSummary]:
        """Return what the store holds."""
        self._refresh()
        return self._summaries


@dataclass(frozen=True, slots=True)
class Background:
    """What a wording of an answer is held against.

    Attributes:
        documents: Of the entity, that of the year first.
        spotter: Finds the names of the vocabulary and of these documents.
        own: Names of the entity, those of its units left out.
    """

    documents: tuple[Document, ...]
    spotter: Spotter
    own: tuple[str, ...]


def _has_projects(subject: Subject) -> bool:
    """Whether projects are a part of a subject."""
    others = {"economic", "gov_economic", "item"} & set(dict(subject.members))
    return not others and subject.measure in _WITH_PROJECTS and subject.get("nature") in {"", *_PROJECT_NATURES}


def _without_fund(subject: Subject) -> Subject:
    return replace(subject, members=tuple(pair for pair in subject.members if pair[0] != "fund"))


def _with_year_before(text: str, history: Sequence[str]) -> str:
    """Say which year 「上年呢」 means after a question about another year than the newest; any other text as it is."""
    asked = _YEAR_BEFORE.fullmatch(text)
    if asked is None:
        return text
    spoken = 0
    for earlier in map(normalise, history):
        back = _YEAR_BEFORE.fullmatch(earlier)
        named = [y.year for y in read_years(earlier) if y.year]
        spoken = max(named) if named else spoken - _STEPS[back[1]] if back and spoken else spoken
    return f"{spoken - _STEPS[asked[1]]}年呢" if spoken else text


def stage_of(text: str, vocabulary: Vocabulary) -> Stage | None:
    """Return the stage that a question asks about, None where it does not say."""
    for name, words in vocabulary.questions["stages"].items():
        if any(w in text for w in words):
            return Stage(name)
    return None


def _unit_asked(text: str) -> Unit | None:
    """Return the unit of money that a question asks for: 「支出多少万元」."""
    found = re.search(r"(?:多少|几)(?:个)?(亿元|百万元|千元|万元|元)", text)
    return FIXED_UNITS[found.group(1)] if found else None


def _keys_of(subject: Subject, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the keys under which one coordinate may be printed: as it is, or under a fund."""
    funds = [m.id for (d, _), m in vocabulary.members.by_id.items() if d == "fund"]
    ways: list[dict[str, str]] = [dict(subject.members)]
    for equivalence in vocabulary.equivalences:
        dimension, member = equivalence.member
        if not equivalence.measure and subject.get(dimension) == member:
            ways.append({d: m for d, m in subject.members if d != dimension} | dict(equivalence.same_as))
    if "fund" not in dict(subject.members):
        ways += [way | {"fund": fund} for way in list(ways) for fund in funds]
    ways += [way | {"origin": "本年"} for way in list(ways)]
    return tuple(";".join(f"{d}={m}" for d, m in sorted(way.items())) for way in ways)


def _no_search(query: str, kinds: Sequence[PassageKind], limit: int) -> Sequence[Passage]:
    """Search nothing: a question over every department is about figures only."""
    del query, kinds, limit
    return ()


def _stand_in(summary: DocumentSummary) -> Document:
    """Return a document that has its head only, where nothing but its title is needed."""
    return Document(
        id=summary.id, sha256="", name=summary.name, title=summary.title, entity=summary.entity,
        entity_names=summary.entity_names, entity_code="", year=summary.year, stage=summary.stage, kind=summary.kind,
        region=summary.region, units=summary.units, text="", tables=(), facts=(), passages=(), glossary=(),
        indicators=(), identities=(), findings=(),
    )  # fmt: skip


def _without(text: str, unsupported: Sequence[str]) -> str:
    """Leave out the sentences that hold a figure nothing supports."""
    if not unsupported:
        return text
    kept = [s for s in re.split(r"(?<=[。；\n])", text) if not any(u in s for u in unsupported)]
    return "".join(kept) or "回答里有数字找不到出处，已不予显示。"
