"""A model's plan for a question: read, type-checked, resolved, set against the rules' own, and decided on.

The rule of decision:

1. What the rules understand, they answer, refuse or ask back about; another plan is recorded and goes no further.
2. Where they do not understand, a plan counts only if the service can say it in its own question words and the rules
   then take exactly the figures that the plan names; if it asks for the same kind of thing (占比, 增减, 排序 …) and keeps
   every year and name that the rules did recognise in the question.
3. Such a plan answers a refused question where every word that the rules did not know is made of characters of one
   name that it uses, and every name that it uses is borne out so; else the rules' reply stands, and asks whether this is
   what was meant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from service.asking.answer import Answer, Result, Status
from service.asking.asker import RuleAsker
from service.asking.reading import Question
from service.assisting.prompts import Prompt
from service.assisting.tools import documents_of, tools_for
from service.assisting.waiting import Talk
from service.domain.assistance import PlanOutcome
from service.domain.errors import ModelError, YoujuError
from service.ports import LanguageModel
from service.vocabulary.spotting import MEASURE
from service.vocabulary.vocabulary import Vocabulary

#: What a plan may ask for, and the question in which the service says it.
OPERATIONS: Mapping[str, str] = {
    "value": "{year}{each}是多少？",
    "share": "{year}{first}占{second}的比重是多少？",
    "change": "{year}{first}比{base}增减多少？",
    "why": "{year}{first}比{base}为什么变动？",
    "difference": "{year}{first}比{second}多多少？",
    "times": "{year}{first}是{second}的多少倍？",
    "sum": "{year}{each}合计多少？",
    "rank": "{year}{first}按{dimension}由大到小排序",
    "list": "{year}有哪些{dimension}？",
    "count": "{year}有多少个{dimension}？",
    "trend": "{first}近几年的变化",
    "none": "",
}
_FIGURES = {"share": 2, "difference": 2, "times": 2, "list": 0, "count": 0, "none": 0}
_DIMENSIONS = ("项目", "单位", "功能科目", "经济科目", "资金来源", "三公分项")
_MOST_FIGURES = 6
#: Signs that say what kind of thing is asked: a plan must have those of the question, no more and no fewer.
_TOLD = {
    "why": "为什么", "up": "增加", "down": "减少", "share": "占比", "change": "增减", "rank": "排序", "count": "个数", "times": "倍数",
    "trend": "趋势", "previous": "上年", "remainder": "剩余", "bottom": "最小", "per_head": "人均", "who": "谁", "sum": "合计",
    "compare": "比较", "attribute": "属性", "suppose": "假设", "convert": "换算", "average": "平均", "agree": "是否一致",
    "definition": "名词", "indicator": "绩效指标", "every": "各部门", "draft": "起草", "judge": "判断", "plus": "相加",
}  # fmt: skip
#: Parts of a year, of which budgets say nothing.
_PART_OF_YEAR = re.compile("[月季旬周]|半年|每|日均")
#: Characters of talk that belong to no name: 花在车上的钱.
_TALK = frozenset("的了在上里给花用钱费款那这块些点儿呢吗啊吧咱们我你您个是有几多少总共一")
_LONGEST_REASON = 120
_YEAR_FIRST = re.compile(r"^\d{4}年")


class UnusablePlanError(Exception):
    """A plan does not parse, type-check or resolve; the message says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a model takes a question for.

    Attributes:
        operation: One of `OPERATIONS`.
        figures: Formulas.
        year: 0 where the question names none.
        base_year: Year compared with, 0 for none.
        entity: Full name, "" where the question names none.
        dimension: For ranks, lists and counts.
    """

    operation: str
    figures: tuple[str, ...]
    year: int = 0
    base_year: int = 0
    entity: str = ""
    dimension: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """What became of a plan.

    Attributes:
        outcome: See `PlanOutcome`.
        answer: The answer that stands.
        plan: The figures the model wanted.
        decided: Why, in Chinese.
    """

    outcome: PlanOutcome
    answer: Answer
    plan: tuple[str, ...] = ()
    decided: str = ""


@dataclass(frozen=True, slots=True)
class Planning:
    """Asks a model for a plan and decides on it.

    Attributes:
        model: Proposes the plan.
        prompts: By step.
        rules: Evaluates and answers.
        vocabulary: Names.
        steps: Most requests to the model.
    """

    model: LanguageModel
    prompts: Mapping[str, Prompt]
    rules: RuleAsker
    vocabulary: Vocabulary
    steps: int

    def plan(
        self, answer: Answer, *, history: Sequence[str], entity: str | None, year: int | None, talk: Talk
    ) -> Planned:  # fmt: skip
        """Return the answer that stands, with what the model's plan had to do with it; never raises for what a model does.

        Args:
            answer: The rules' own.
            history: Earlier questions, oldest first.
            entity: Entity the caller has fixed.
            year: Year the caller has fixed.
            talk: Counts what it took.
        """
        data: dict[str, object] = {
            "question": answer.question, "history": list(history)[-5:], "entity": entity or "", "year": year or 0,
            "rules": {"status": answer.status.value, "understood": answer.is_understood, "formulas": list(answer.plan)},
            "operations": list(OPERATIONS), "documents": documents_of(self.rules),
        }  # fmt: skip
        try:
            said = talk.ask(
                self.model, self.prompts["understand"], data, steps=self.steps,
                tools=tools_for(self.rules, self.vocabulary, entity, year),
            )  # fmt: skip
        except ModelError as error:
            return Planned(PlanOutcome.FAILED, answer, decided=error.message)
        whose = entity or answer.entity or None
        try:
            plan = read_plan(said)
            results = self._evaluated(plan, whose or plan.entity or None, year or plan.year or answer.year or None)
        except UnusablePlanError as error:
            return Planned(PlanOutcome.UNUSABLE, answer, decided=_plain(str(error)))
        if answer.is_understood:
            return self._recorded(plan, results, answer)
        return self._decided(plan, results, answer, entity, year, bool(history))

    def _evaluated(self, plan: Plan, entity: str | None, year: int | None) -> list[Result]:
        """Resolve every figure of a plan."""
        out = []
        for formula in plan.figures:
            try:
                found = self.rules.evaluate(formula, entity=entity, year=year)
            except YoujuError as error:
                raise UnusablePlanError(f"“{formula[:40]}”取不到数：{error.message}") from None
            out.append(found)
        return out

    def _recorded(self, plan: Plan, results: Sequence[Result], answer: Answer) -> Planned:
        wanted = _taken(results)
        same = bool(wanted) and wanted <= _taken(answer.results)
        if plan.operation == "none" and answer.status is Status.REFUSED:
            same = True
        said = "与规则取的数相同" if same else "与规则取的数不同；规则听懂了提问，按规则"
        return Planned(PlanOutcome.SAME if same else PlanOutcome.DIFFERS, answer, plan.figures, said)

    def _decided(
        self, plan: Plan, results: Sequence[Result], answer: Answer, entity: str | None, year: int | None, goes_on: bool
    ) -> Planned:
        def refused(why: str) -> Planned:
            return Planned(PlanOutcome.UNUSABLE, answer, plan.figures, _plain(why))

        if plan.operation == "none":
            return Planned(PlanOutcome.SAME, answer, (), "规则和模型都认为资料里没有")
        if goes_on:
            return refused("接着前一问说的话，按规则理解")
        asked = say(plan, results)
        if not asked:
            return refused("这个理解说不成一句问话")
        fixed = entity or answer.entity or None
        whose = fixed or plan.entity or None
        of_year = year or plan.year or answer.year or None
        own = self.rules.reading_of(answer.question, entity=entity, year=year)
        now = self.rules.reading_of(asked, entity=whose, year=of_year)
        if own is None or now is None:
            return refused("部门没有说清，按规则理解")
        if lost := _lost(own, now, plan, fixed, answer):
            return refused(f"与提问里的“{lost}”不合")
        again = self.rules.ask(asked, history=(), entity=whose, year=of_year)
        if again.status is not Status.ANSWERED or not again.is_understood or not _taken(results) <= _taken(again.results):
            return refused(f"按“{asked}”，规则取的不是这些数")
        if answer.status is Status.REFUSED and self._is_borne_out(own, now):
            told = replace(again, id=answer.id, question=answer.question, text=f"按“{asked}”理解：{again.text}")
            return Planned(PlanOutcome.USED, told, plan.figures, "规则没有听懂；模型的理解与提问的用词相合，且能取到数")
        offered = replace(answer, text=f"{answer.text}是不是要问：{asked}", readings=(asked,))
        return Planned(PlanOutcome.OFFERED, offered, plan.figures, "规则没有听懂；模型的理解没有提问的用词作证，请提问的人确认")

    def _is_borne_out(self, own: Question, now: Question) -> bool:
        """Whether the words of the question and the names of the plan account for each other."""
        known = [self._names_of(mention.targets) | {mention.text} for mention in now.mentions]
        told = {target for mention in own.mentions for target in mention.targets}
        every_word = all(any(_is_made_of(word, names) for names in known) for word in own.residue)
        every_name = all(
            set(mention.targets) & told or any(_is_made_of(word, names) for word in own.residue)
            for mention, names in zip(now.mentions, known, strict=True)
        )
        return bool(own.residue) and every_word and every_name

    def _names_of(self, targets: Sequence[tuple[str, str]]) -> set[str]:
        names: set[str] = set()
        for dimension, member in targets:
            if (known := self.vocabulary.member(dimension, member)) is not None:
                names |= {known.name, *known.names, *known.say}
            if dimension == MEASURE and (measure := self.vocabulary.measures.get(member)) is not None:
                names |= {*measure.names, *measure.say}
        return names


def _is_made_of(word: str, names: set[str]) -> bool:
    """Whether all characters of a word, talk left out, stand in one of the names in their order, and are two or more."""
    kept = [c for c in word if c not in _TALK]
    if len(kept) < 2:
        return False
    for name in names:
        rest = iter(name)
        if all(c in rest for c in kept):
            return True
    return False


def _plain(text: str) -> str:
    """Return a reason on one line, shortened: it may repeat what a model wrote."""
    return "".join(c for c in text if c.isprintable())[:_LONGEST_REASON]


def read_plan(said: str) -> Plan:
    """Return the plan in a reply.

    Raises:
        UnusablePlanError: It holds no JSON object of the form asked for.
    """
    try:
        raw = json.loads(said[said.find("{") : said.rfind("}") + 1])
        json.dumps(raw, ensure_ascii=False).encode()  # half a character (\ud800) can be neither stored nor sent
    except (ValueError, RecursionError):
        raw = None
    if not isinstance(raw, dict):
        raise UnusablePlanError("回复里没有JSON对象")
    operation = raw.get("operation")
    if not isinstance(operation, str) or operation not in OPERATIONS:
        raise UnusablePlanError("没有这种计算")
    figures = raw.get("figures") or []
    if not isinstance(figures, list) or len(figures) > _MOST_FIGURES or not all(isinstance(f, str) and 0 < len(f) <= 200 for f in figures):
        raise UnusablePlanError("figures 不是一组算式")
    wanted = _FIGURES.get(operation)
    if (wanted is None and not figures) or (wanted and len(figures) != wanted):
        raise UnusablePlanError("算式的个数不对")
    return Plan(
        operation, tuple(figures), _year(raw.get("year")), _year(raw.get("base_year")), _text(raw.get("entity")),
        _text(raw.get("dimension")),
    )  # fmt: skip


def say(plan: Plan, results: Sequence[Result]) -> str:
    """Return a plan as a question in the service's own words, "" where it has none for it.

    The names are those under which the figures are printed, not any of the model's.
    """
    names = [_name_of(r) for r in results]
    if not all(names) or (plan.operation in {"rank", "list", "count"} and plan.dimension not in _DIMENSIONS):
        return ""
    if plan.operation in {"change", "why"} and not plan.year:
        return ""
    base = plan.base_year or (plan.year - 1 if plan.year else 0)
    return OPERATIONS[plan.operation].format(
        year=f"{plan.year}年" if plan.year else "", each="和".join(names), first=names[0] if names else "",
        second=names[1] if len(names) > 1 else "", base=f"{base}年", dimension=plan.dimension,
    )  # fmt: skip


def _name_of(result: Result) -> str:
    """Return the printed name of a single figure."""
    labels = {_YEAR_FIRST.sub("", o.label) for o in result.operands}
    return labels.pop() if len(labels) == 1 else ""


def _taken(results: Sequence[Result]) -> set[tuple[str, str, str]]:
    """Return the figures that results rest on; one printed in two tables is the same figure."""
    return {(_YEAR_FIRST.sub("", o.label), o.value, o.unit) for r in results for o in r.operands}


def _lost(own: Question, now: Question, plan: Plan, entity: str | None, answer: Answer) -> str:
    """Return what of the question a plan does not keep or adds to it, "" where they are about the same."""
    if found := _PART_OF_YEAR.search(own.text):
        return found.group()
    if wrong := _wrong_year(own, plan, answer):
        return wrong
    for mention in own.mentions:
        if not any(set(mention.targets) & set(m.targets) for m in now.mentions):
            return mention.text
    if plan.entity and entity is None and plan.entity not in answer.question:
        return "部门"
    if entity is not None and plan.entity not in {"", entity}:
        return "部门"
    # 「总共多少」 of one figure is that figure.
    ignored = {"sum"} if len(plan.figures) == 1 else set()
    asked, planned = ({_TOLD[s] for s in q.signs if s in _TOLD and s not in ignored} for q in (own, now))
    return next(iter(sorted(asked ^ planned)), "")


def _wrong_year(own: Question, plan: Plan, answer: Answer) -> str:
    """Return the year that a plan and a question do not share, "" where there is none."""
    named = {y.year for y in own.years if y.year}
    relative = {answer.year + y.relative for y in own.years if y.relative and not y.year}
    meant = named | relative or {answer.year}
    asked = {y for y in (plan.year or (0 if named or relative else answer.year), plan.base_year) if y}
    extra = asked - meant - {max(meant) - 1 if plan.base_year else 0}
    missing = (named | relative) - asked
    return next((f"{y}年" for y in sorted(extra | missing)), "")


def _year(raw: Any) -> int:
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and 1949 <= raw <= 2999 else 0


def _text(raw: Any) -> str:
    return raw[:100] if isinstance(raw, str) else ""
