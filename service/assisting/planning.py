"""A model's plan for a question: read, type-checked, resolved, set against the rules' own, and decided on.

The rule of decision:

1. What the rules understand, they answer, refuse or ask back about; another plan is recorded and goes no further.
2. Where they do not understand, a plan counts only if the service can say it in its own question words and the rules
   then take exactly the figures that the plan names, and if it keeps every year, name and direction that the rules did
   recognise in the question.
3. Such a plan answers the question where half of the characters of every word that the rules did not know, and two in
   a row, are those of one name that it uses; else the refusal stands, and asks whether this is what was meant.
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
#: Signs in a question that say what is asked, which a plan must keep, and what they are called.
_TOLD = {
    "why": "为什么", "up": "增加", "down": "减少", "share": "占比", "change": "增减", "rank": "排序", "count": "个数", "times": "倍数",
    "trend": "趋势", "previous": "上年",
}  # fmt: skip
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
        try:
            plan = read_plan(said)
            results = self._evaluated(plan, entity, year)
        except UnusablePlanError as error:
            return Planned(PlanOutcome.UNUSABLE, answer, decided=str(error))
        if answer.is_understood:
            return self._recorded(plan, results, answer)
        return self._decided(plan, results, answer, entity, year, bool(history))

    def _evaluated(self, plan: Plan, entity: str | None, year: int | None) -> list[Result]:
        """Resolve every figure of a plan."""
        out = []
        for formula in plan.figures:
            try:
                found = self.rules.evaluate(formula, entity=entity or plan.entity or None, year=year or plan.year or None)
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
            return Planned(PlanOutcome.UNUSABLE, answer, plan.figures, why)

        if plan.operation == "none":
            return Planned(PlanOutcome.SAME, answer, (), "规则和模型都认为资料里没有")
        if goes_on:
            return refused("接着前一问说的话，按规则理解")
        asked = say(plan, results)
        if not asked:
            return refused("这个理解说不成一句问话")
        own = self.rules.reading_of(answer.question, entity=entity, year=year)
        now = self.rules.reading_of(asked, entity=entity or plan.entity or None, year=year or plan.year or None)
        if own is None or now is None:
            return refused("部门没有说清，按规则理解")
        if lost := _lost(own, now, plan, entity, answer):
            return refused(f"丢了提问里的“{lost}”")
        again = self.rules.ask(asked, history=(), entity=entity or plan.entity or None, year=year or plan.year or None)
        if again.status is not Status.ANSWERED or not again.is_understood or not _taken(results) <= _taken(again.results):
            return refused(f"按“{asked}”，规则取的不是这些数")
        again = replace(again, id=answer.id, question=answer.question)
        if all(self._is_borne_out(word, now) for word in own.residue) and own.residue:
            told = replace(again, text=f"按“{asked}”理解：{again.text}")
            return Planned(PlanOutcome.USED, told, plan.figures, "规则没有听懂；模型的理解与提问的用词相合，且能取到数")
        offered = replace(answer, text=f"{answer.text}是不是要问：{asked}", readings=(asked,))
        return Planned(PlanOutcome.OFFERED, offered, plan.figures, "规则没有听懂；模型的理解没有提问的用词作证，请提问的人确认")

    def _is_borne_out(self, word: str, now: Question) -> bool:
        """Whether a name that the plan uses has two characters in a row of a word that the rules did not know, and half of all."""
        names = {m.text for m in now.mentions}
        for mention in now.mentions:
            for dimension, member in mention.targets:
                known = self.vocabulary.member(dimension, member)
                names |= {known.name, *known.names, *known.say} if known else set()
                measure = self.vocabulary.measures.get(member) if dimension == "measure" else None
                names |= {*measure.names, *measure.say} if measure else set()
        return any(
            any(word[i : i + 2] in name for i in range(len(word) - 1)) and 2 * sum(c in name for c in word) >= len(word)
            for name in names
        )


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
    """Return what the rules recognised in the question and the plan does not keep, "" where nothing is lost."""
    years = {y.year for y in own.years if y.year}
    if years and not years <= {plan.year, plan.base_year, *(y.year for y in now.years)}:
        return f"{min(years)}年"
    if plan.year and plan.year not in years and years:
        return f"{plan.year}年"
    if not years and plan.year and any(y.relative for y in own.years):
        return "相对的年份"
    for mention in own.mentions:
        if not any(set(mention.targets) & set(m.targets) for m in now.mentions):
            return mention.text
    if plan.entity and entity is None and plan.entity != answer.entity and plan.entity not in answer.question:
        return "部门"
    kept = {s for s in _TOLD if s in own.signs}
    return next((_TOLD[s] for s in sorted(kept) if s not in now.signs and not (s in {"up", "down"} and "change" in now.signs)), "")


def _year(raw: Any) -> int:
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and 1949 <= raw <= 2999 else 0


def _text(raw: Any) -> str:
    return raw[:100] if isinstance(raw, str) else ""
