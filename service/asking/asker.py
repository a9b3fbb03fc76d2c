"""A question from start to end: scope → reading → operation → figures and words → verification."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from service.asking import amounts, performance, sets, texts
from service.asking.answer import Answer, Result, Status
from service.asking.desk import Desk, Reply
from service.asking.reading import Question, QuestionReader, normalise
from service.asking.scoping import EntityIndex, ScopeChoice, choose
from service.asking.subjects import Subject, subjects_of
from service.asking.verification import unsupported_figures
from service.asking.why import wants_detail, why
from service.calculation.scope import Scope
from service.calculation.trace import Series
from service.domain.document import Document, DocumentSummary, Passage, PassageKind
from service.domain.errors import (
    AmbiguousFigureError,
    MissingDocumentError,
    MissingFactError,
    UnknownNameError,
    YoujuError,
)
from service.numerals import render_number
from service.ports import Clock, Library, PassageIndex
from service.vocabulary.vocabulary import Vocabulary

#: Documents kept ready in memory.
_READY = 8

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
        choice = self._choose(text, history, entity, year)
        if not choice.summaries:
            answer = self._outside(question, choice)
        else:
            answer = self._answer(question, text, choice, history)
        return replace(answer, ms=self._clock.elapsed_ms() - began)

    # -- scope ------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        version = self._library.version()
        with self._lock:
            if version != self._version:
                self._summaries = self._library.summaries()
                self._names = EntityIndex(self._summaries)
                self._ready.clear()
                self._scopes.clear()
                self._version = version

    def _choose(self, text: str, history: Sequence[str], entity: str | None, year: int | None) -> ScopeChoice:
        words = self._vocabulary.questions["others"]
        known: tuple[str, ...] = ()
        if len(self._names.entities) == 1:
            _, reader = self._documents(self._summaries[:1])
            known = tuple(m.name for m in reader.own)
        choice = choose(
            text, self._names, entity=entity, year=year, others=words["words"], ends=words["ends"], known_text=known
        )
        if choice.foreign and entity is None:
            choice = self._unless_inside(text, choice, words)
        if not choice.summaries and not choice.foreign and history:
            for earlier in reversed(history):
                before = choose(
                    normalise(earlier), self._names, entity=entity, year=year, others=words["words"], ends=words["ends"]
                )
                if before.summaries:
                    return before
        return choice

    def _unless_inside(self, text: str, choice: ScopeChoice, words: Mapping[str, Sequence[str]]) -> ScopeChoice:
        """Take back a foreign organisation that is part of a project's name of the entity spoken of (督查局工作经费)."""
        plain = choose(text, self._names, entity=None, year=None, others=words["words"], ends=())
        if not plain.summaries:
            return choice
        documents, _ = self._documents(plain.summaries)
        return plain if any(choice.foreign in d.text for d in documents) else choice

    def _outside(self, question: str, choice: ScopeChoice) -> Answer:
        if not self._summaries:
            text = "资料库里还没有文件。请先用 youju ingest 收入部门预算文本，再提问。"
            return self._made(question, Reply(text, status=Status.REFUSED, missing="资料库为空"), choice, ())
        names = "、".join(choice.others[:8]) + ("等" if len(choice.others) > 8 else "")
        if choice.foreign:
            missing = f"资料库里没有“{choice.foreign}”的文件"
            text = f"回答不了：{missing}，现有：{names}。"
            return self._made(question, Reply(text, status=Status.REFUSED, missing=missing), choice, ())
        text = f"资料库里有多个部门：{names}。请说明问的是哪个部门。"
        reply = Reply(text, status=Status.CLARIFY, readings=list(choice.others[:8]))
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

    # -- one question -----------------------------------------------------------------------------------

    def _answer(self, question: str, text: str, choice: ScopeChoice, history: Sequence[str]) -> Answer:
        documents, reader = self._documents(choice.summaries)
        read = reader.read(text, entity=choice.mention)
        desk = self._desk(read, documents, reader, choice)
        if history:
            self._inherit(desk, reader, history)
        reply = self._reply(desk, choice)
        return self._made(question, reply, choice, documents)

    def _desk(self, read: Question, documents: Sequence[Document], reader: QuestionReader, choice: ScopeChoice) -> Desk:
        document = documents[0]
        scope = self._scope(documents, reader, choice.year)
        passages = {p.id: p for d in documents for p in d.passages}
        ids = [d.id for d in documents]

        def search(query: str, kinds_wanted: Sequence[PassageKind], limit: int) -> Sequence[Passage]:
            found = self._index.search(query, documents=ids, kinds=kinds_wanted, limit=limit)
            return [passages[p] for _, p in found if p in passages]

        return Desk(read, document, documents, scope, self._vocabulary, search, choice.year)

    def _scope(self, documents: Sequence[Document], reader: QuestionReader, year: int) -> Scope:
        key = (tuple(d.id for d in documents), year)
        with self._lock:
            if key not in self._scopes:
                if len(self._scopes) >= _READY:
                    self._scopes.pop(next(iter(self._scopes)))
                kinds = {(d.id, t.id): t.kind for d in documents for t in d.tables}
                facts = tuple(f for d in documents for f in d.facts)
                self._scopes[key] = Scope(
                    facts, self._vocabulary, reader.own, year=year, stage=documents[0].stage, table_kinds=kinds
                )
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
            before = reader.read(normalise(earlier))
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
            and not question.has("definition", "indicator")
        ):
            return texts.no_answer(
                desk,
                f"资料库里只有{desk.document.entity}{desk.year}年的{desk.document.stage.value}，没有{question.stage.value}数据。",
            )
        if choice.missing_year and not question.has("suppose", "indicator"):
            return texts.no_answer(desk, f"没有{desk.document.entity}{choice.missing_year}年的文件。")
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
        if q.has("why"):
            chosen.append(why)
        if q.has("trend"):
            chosen.append(amounts.trend)
        chosen += [wants_detail, texts.form_rows]
        if q.has("agree") and len(named) >= 2 and not q.has("why"):
            chosen.append(amounts.agree)
        counts_things = bool(re.search(r"(?:多少|几)(?:台|次|人|套|条|批)", q.text))
        related = q.has("share", "change", "compare", "agree") or (q.has("sum") and not counts_things)
        about_project = bool(named) and bool(named[0].get("project"))
        if q.has("indicator") or (not related and about_project and (q.residue or counts_things)):
            chosen.append(performance.ask)
        if q.has("definition") and not q.has("share", "rank"):
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
        if q.has("change") and not self._is_comparison(q, named):
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
        return len(named) >= 2 and bool(re.search(r"比(?!重|例|上年|去年)", q.text)) and not q.has("previous")

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
            named = [Subject("收入", said=True), Subject("支出", said=True)]
        funds = [s for s in named if not s.measure and set(dict(s.members)) == {"fund"}]
        wanted = [replace(s, measure="支出") if s in funds else s for s in named]
        return amounts.change(desk, wanted)

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

    def _made(self, question: str, reply: Reply, choice: ScopeChoice, documents: Sequence[Document]) -> Answer:
        document = documents[0] if documents else None
        names = [n for d in documents for n in (d.title, *(t.title for t in d.tables))]
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
            entity=document.entity if document else "", year=choice.year, plan=tuple(reply.plan),
            readings=tuple(reply.readings), missing=reply.missing,
        )  # fmt: skip


def _without(text: str, unsupported: Sequence[str]) -> str:
    """Leave out the sentences that hold a figure nothing supports."""
    if not unsupported:
        return text
    kept = [s for s in re.split(r"(?<=[。；\n])", text) if not any(u in s for u in unsupported)]
    return "".join(kept) or "回答里有数字找不到出处，已不予显示。"
