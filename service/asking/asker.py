"""A question from start to end: scope → reading → operation → figures and words → verification."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from service.asking import amounts, performance, sets, texts, years
from service.asking.answer import Answer, Result, Status
from service.asking.desk import Desk, Reply, shown_of
from service.asking.entities import Side, compare_entities, fitting, rank_entities
from service.asking.reading import Question, QuestionReader, normalise
from service.asking.scoping import EntityIndex, ScopeChoice, choose, documents_in, place_in
from service.asking.subjects import Subject, subjects_of
from service.asking.verification import unsupported_figures
from service.asking.why import most_moved, trend_and_why, wants_detail, why
from service.calculation.joint import JointScope
from service.calculation.scope import Scope
from service.calculation.trace import Series
from service.domain.coordinate import Stage
from service.domain.document import Document, DocumentSummary, Passage, PassageKind
from service.domain.errors import (
    AmbiguousFigureError,
    MissingDocumentError,
    MissingFactError,
    UnknownNameError,
    YoujuError,
)
from service.domain.fact import Fact
from service.domain.quantity import FIXED_UNITS, Unit
from service.numerals import read_years, render_number
from service.ports import Clock, Library, PassageIndex
from service.vocabulary.names import fold
from service.vocabulary.vocabulary import Vocabulary

#: Documents kept ready in memory.
_READY = 16
#: Characters of a budget item's name from which it is told from an organisation's.
_ITEM_LENGTH = 4
#: Departments that a list of what is in the store names.
_MOST_HELD = 30
#: Entities that an unclear name may fit and still be answered with the figure of each.
_MOST_READINGS = 5

Handler = Callable[[Desk], Reply | None]


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
        self._drafter = drafter
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

    def ask(self, question: str, *, history: Sequence[str], entity: str | None, year: int | None) -> Answer:
        """Answer one question; see `service.application.Application.ask`."""
        began = self._clock.elapsed_ms()
        self._refresh()
        text = normalise(question)
        if entity is None and len(self._names.entities) > 1 and self._asks_every(text):
            answer = self._over_all(question, text, year)
            return replace(answer, ms=self._clock.elapsed_ms() - began)
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
        return choice

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
            said = f"回答不了：{missing}，现有：{names}。"
            return self._made(question, Reply(said, status=Status.REFUSED, missing=missing), choice, ())
        if choice.mention and len(choice.others) <= _MOST_READINGS:
            return self._which_entity(question, text, choice)
        said = f"资料库里有多个部门：{names}。请说明问的是哪个部门。"
        reply = Reply(said, status=Status.CLARIFY, readings=list(choice.others[:8]))
        return self._made(question, reply, choice, ())

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
        reply = self._reply(desk, choice)
        names: list[str] = []
        if choice.twins and self._names_both_levels(text):
            return self._levels_compared(question, text, choice)
        if choice.twins and reply.status is Status.ANSWERED and len(reply.plan) == 1:
            names = self._tell_twins(desk, reply, choice)
        return self._made(question, reply, choice, documents, names=names)

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

    def _reply(self, desk: Desk, choice: ScopeChoice) -> Reply:
        try:
            return self._dispatch(desk, choice)
        except AmbiguousFigureError as error:
            return amounts.readings(desk, error)
        except (MissingFactError, UnknownNameError) as error:
            return texts.no_answer(desk, error.message)
        except YoujuError as error:
            return Reply(error.message, status=Status.REFUSED, missing=error.message)

    def _dispatch(self, desk: Desk, choice: ScopeChoice) -> Reply:
        question = desk.question
        if (
            question.stage is not None
            and question.stage is not desk.document.stage
            and desk.stage is None
            and not question.has("definition", "indicator")
        ):
            return texts.no_answer(
                desk,
                f"资料库里只有{desk.document.entity}{desk.year}年的{desk.document.stage.value}，没有{question.stage.value}数据。",
            )
        if choice.missing_year and not question.has("suppose", "indicator", "trend"):
            held = "、".join(f"{y}年" for y in sorted({d.year for d in desk.documents}))
            return texts.no_answer(desk, f"没有{desk.document.entity}{choice.missing_year}年的文件，现有{held}。")
        for handler in self._handlers(desk):
            reply = handler(desk)
            if reply is not None:
                return reply
        return self._fallback(desk)

    def _handlers(self, desk: Desk) -> list[Handler]:  # noqa: C901 - one line per operation, in order of precedence
        q = desk.question
        named = subjects_of(q, self._vocabulary)
        chosen: list[Handler] = []
        if q.has("per_head"):
            chosen.append(lambda d: texts.no_answer(d, "文件没有人数，不能计算人均数。"))
        if self._drafter is not None and self._wants_draft(q):
            chosen.append(self._drafter)
            if named and not named[0].is_bare:
                chosen.append(self._look_up_plainly)
        if q.has("judge") and q.quoted and not q.has("convert", "indicator"):
            chosen.append(texts.judge)
        if q.has("why") and q.has("trend"):
            chosen.append(trend_and_why)
        if q.has("why"):
            chosen.append(why)
        spans = q.has("trend") or (years.names_years(desk) and not q.has("compare", "agree"))
        if spans and not (years.asks_change(q.text) and q.has("change")):
            chosen.append(years.trend)
        moves = q.has("up", "down", "change") or bool(re.search("新增|取消", q.text))
        if moves and not q.has("why") and (q.has("rank") or (q.has("list") and re.search("科目|项目|新增|取消", q.text))):
            chosen.append(most_moved)
        chosen.append(self._part_of_entity)
        chosen += [wants_detail, texts.form_rows]
        if q.has("agree") and len(named) >= 2 and not q.has("why"):
            chosen.append(amounts.agree)
        counts_things = bool(re.search(r"(?:多少|几)(?:台|次|人|套|条|批)", q.text))
        related = q.has("share", "change", "compare", "agree") or (q.has("sum") and not counts_things)
        about_project = bool(named) and bool(named[0].get("project"))
        if q.has("indicator") or (not related and about_project and (q.residue or counts_things)):
            chosen.append(performance.ask)
        asks_each = bool(re.search(r"分别|各(?:是|有|为)?(?:多少|几)|多少钱", q.text)) and q.has("ask_amount") and named
        if q.has("definition") and not q.has("share", "rank") and not asks_each:
            chosen.append(texts.define)
            if not q.has("list", "ask_amount"):
                chosen.append(texts.undefined)
        if q.has("attribute"):
            chosen.append(sets.attributes)
        if desk.inherited and q.has("plus", "sum") and q.has("elliptical", "plus"):
            chosen.append(amounts.addition)
        if q.has("suppose"):
            chosen.append(amounts.suppose)
        if q.has("remainder") and not q.has("agree"):
            chosen.append(amounts.remainder)
        if q.has("convert") and not q.has("compare", "rank"):
            chosen.append(amounts.convert)
        if q.has("times"):
            chosen.append(amounts.times)
        if q.has("agree", "sum", "judge") and len(named) <= 1:
            chosen.append(texts.arithmetic)
        if re.search("占|比重|比例", q.text) and q.has("change") and (q.has("previous") or len({y.year for y in q.years if y.year}) > 1):
            chosen.append(years.share_change)
        if years.asks_stages(q.text):
            chosen.append(years.against_budget)
        if q.has("change") and not self._is_comparison(q, named):
            chosen.append(self._change)
        if named and years.asks_whether(desk) and not q.has("indicator", "suppose", "compare"):
            chosen.append(self._change)
        if q.has("average") and not q.has("per_head"):
            chosen.append(sets.average)
        if q.has("share") and (q.has("rank") or any(f.comparator for f in q.figures)):
            chosen.append(sets.top_share)
        if q.has("share"):
            chosen.append(amounts.share)
        if q.has("compare") or self._is_comparison(q, named):
            chosen.append(amounts.compare)
        chosen += self._sets(desk, named)
        if not named and re.search(r"收支(?:总体)?(?:情况|怎么样|概况)|总体情况|预算情况|大概情况", q.text):
            both = [Subject("收入", said=True), Subject("支出", said=True)]
            chosen.append(lambda d: amounts.look_up(d, both))
        if not named and not desk.inherited and re.search(r"预算(?:总额|资金|规模|一共|总共)?(?:是|有|为)?(?:多少|几)|多少预算|预算(?:总额|规模|数)?[？?]?$", q.text):
            chosen.append(lambda d: amounts.look_up(d, [Subject("支出", said=True)]))
        if named:
            chosen.append(self._look_up)
        elif desk.inherited and (q.has("elliptical", "previous") or q.unit_types):
            chosen.append(self._inherited)
        return chosen

    def _wants_draft(self, q: Question) -> bool:
        """Whether a text is to be written, not one to be read that says 写."""
        if not q.has("draft") or q.has("original") or re.search(r"写着|写成|写的|写了|写在|怎么写", q.text):
            return False
        return q.signs["draft"] <= 4 or bool(re.search(r"说明|一段|那段|一条|那条|部分|情况|文字", q.text))

    def _is_comparison(self, q: Question, named: Sequence[Subject]) -> bool:
        return len(named) >= 2 and bool(re.search(r"比(?!重|例|上年|去年|2\d{3}年)", q.text)) and not q.has("previous")

    def _sets(self, desk: Desk, named: Sequence[Subject]) -> list[Handler]:
        q = desk.question
        before = desk.before
        dimension = ""
        if not q.dimensions and before is not None and not named and before.dimensions:
            dimension = before.dimensions[0]
        subjects = named or (desk.inherited if (q.has("elliptical", "rank") or dimension) else [])
        projects = "project" in q.dimensions or any(m.text.endswith("项目") for m in q.mentions)
        about_set = bool(q.dimensions) or dimension or not named or projects or q.has("list", "rank")
        piece = sets.name_piece(desk)
        several = next((m.text for m in q.mentions if sum(t[0] == "project" for t in m.targets) > 1), "")
        if piece or (several and (q.has("sum", "count", "list", "rank") or q.dimensions)):
            subjects = [s for s in subjects if not s.get("project")]
            return [lambda d: sets.add_up(d, dimension="project", named=subjects, contains=piece or several)]
        if several:
            return [lambda d: sets.which(d, several)]
        plain = [s for s in subjects if not s.get("project") or q.has("sum")]
        if len(named) >= 2 and not q.has("rank"):
            plain = []
        out: list[Handler] = []
        if q.has("rank"):
            out.append(lambda d: sets.rank(d, dimension=dimension, named=plain))
        if q.has("count") and not any(s.measure == "预算单位" for s in subjects):
            if any(s.measure in {"车辆", "通用设备", "专用设备", "专项转移支付项目"} for s in subjects):
                return out
            out.append(lambda d: sets.count(d, dimension=dimension, named=plain))
        has_member = any(s.get("project") for s in subjects)
        conditional = any(f.comparator for f in q.figures) or bool(q.quoted)
        if (q.has("sum") or conditional) and (projects or conditional) and not has_member and about_set:
            out.append(lambda d: sets.add_up(d, dimension=dimension or "project", named=plain))
        if q.has("list") and not has_member:
            out.append(lambda d: sets.listing(d, dimension=dimension, named=plain))
        return out

    def _change(self, desk: Desk) -> Reply | None:
        named = subjects_of(desk.question, self._vocabulary) or desk.inherited[:2]
        if not named:
            spends = bool(re.search("花|用钱|开销", desk.question.text))
            named = [*([] if spends else [Subject("收入", said=True)]), Subject("支出", said=True)]
        funds = [s for s in named if not s.measure and set(dict(s.members)) == {"fund"}]
        wanted = [replace(s, measure="支出") if s in funds else s for s in named]
        return years.change(desk, wanted)

    def _part_of_entity(self, desk: Desk) -> Reply | None:
        """Refuse the figures of a body below the entity that its tables do not tell apart."""
        found = re.search("＃([\u4e00-\u9fff]{2,14})", desk.question.text)
        if found is None or desk.question.has("why", "definition", "indicator", "list"):
            return None
        said = found.group(1)
        end = next((e for e in self._vocabulary.questions["bodies"]["ends"] if e in said), "")
        body = said[: said.index(end) + len(end)] if end else ""
        if not body or any(m.start <= found.start(1) for m in desk.question.mentions if m.target("unit")):
            return None
        if any(m.start < found.start(1) + len(body) and m.end > found.start(1) + 1 for m in desk.question.mentions if m.target("project")):
            return None
        return texts.no_answer(desk, f"{desk.document.entity}的表没有把“{body}”单独列出。")

    def _look_up(self, desk: Desk) -> Reply | None:
        named = subjects_of(desk.question, self._vocabulary)
        if desk.question.residue and not self._residue_is_harmless(desk):
            return None
        counted = re.search(r"(?:多少|几)(?:个)?(批次|人次|平方米|批|人|次)", desk.question.text)
        merged = self._merged(desk, named)
        if counted and all(
            self._vocabulary.measures.get(desk.fit(s).measure or "支出", None) is None
            or self._vocabulary.measures[desk.fit(s).measure or "支出"].kind == "金额"
            for s in merged
        ):
            return texts.no_answer(desk, f"文件没有这一项的{counted.group(1)}数。")
        years = [y.year for y in desk.question.years if y.year]
        earlier = [y for y in years if y != desk.year]
        if desk.question.has("previous") and not years:
            earlier = [desk.year - 1]
        if earlier and not desk.question.has("change"):
            merged = [replace(s, year=max(earlier)) for s in merged]
        return amounts.look_up(desk, self._fund_sides(desk, merged))

    def _look_up_plainly(self, desk: Desk) -> Reply | None:
        """Write down the figures named, where no section of an outline is."""
        return amounts.look_up(desk, self._fund_sides(desk, subjects_of(desk.question, self._vocabulary)))

    def _fund_sides(self, desk: Desk, named: Sequence[Subject]) -> list[Subject]:
        """A fund alone may be income or spending: both are given."""
        out: list[Subject] = []
        for subject in named:
            if not subject.measure and set(dict(subject.members)) == {"fund"}:
                sides = [replace(subject, measure=m) for m in ("收入", "支出")]
                out += [s for s in sides if desk.exists(s)] or [subject]
            else:
                out.append(subject)
        return out

    def _merged(self, desk: Desk, named: list[Subject]) -> list[Subject]:
        """In a follow-up that names only a member, keep the measure and unit of the question before."""
        if not desk.inherited or not desk.question.has("elliptical") or len(named) != 1:
            return named
        before, own = desk.inherited[0], named[0]
        kept = {d: m for d, m in before.members if d not in dict(own.members)}
        joined = replace(
            own, measure=own.measure or before.measure, members=tuple(sorted((kept | dict(own.members)).items()))
        )
        return [joined] if desk.exists(joined) else named

    def _inherited(self, desk: Desk) -> Reply | None:
        subject = desk.inherited[0]
        if len(desk.question.unit_types) == 1:
            subject = replace(subject, unit_type=desk.question.unit_types[0])
        years = [y.year for y in desk.question.years if y.year and y.year != desk.year]
        if desk.question.has("previous"):
            years = [desk.year - 1]
        if years:
            subject = replace(subject, year=years[0])
        return amounts.look_up(desk, [subject])

    def _residue_is_harmless(self, desk: Desk) -> bool:
        """Whether what was not understood is said of the figure in the document itself, or is the entity's name."""
        if desk.question.has("who"):
            return False
        names = "".join((desk.document.entity, *desk.document.entity_names, *(u.name for u in desk.document.units)))
        texts_ = [d.text.replace(" ", "") for d in desk.documents]
        for run in desk.question.residue:
            pairs = [run[i : i + 2] for i in range(len(run) - 1)]
            if all(c in names for c in run) or all(any(p in t for t in texts_) for p in pairs):
                continue
            return False
        return True

    def _fallback(self, desk: Desk) -> Reply:
        for handler in (texts.section_text, performance.ask, texts.search_text):
            reply = handler(desk)
            if reply is not None:
                return reply
        lacking = "、".join(f"“{r}”" for r in desk.question.residue[:3])
        reason = (
            f"文件里没有关于{lacking}的内容。"
            if lacking
            else "没有听懂要问哪一个数或哪一段话，请换个说法，写出科目、项目或单位的名称。"
        )
        return texts.no_answer(desk, reason)

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
            readings=tuple(reply.readings), missing=reply.missing,
        )  # fmt: skip


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
