"""Questions that go on from an answer: about its subject, by what was done with it, each tried before it is offered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from service.calculation.formula import Binary, Call, Expression, Function, Match, Operator, Reference
from service.presenting.evidence import quantity_of
from service.presenting.formulas import is_listed, is_ranked, parsed
from service.presenting.suggestions import Suggestion, Try

if TYPE_CHECKING:
    from service.asking.answer import Answer

#: Questions that are offered behind an answer.
MOST = 3
#: What takes longer to read does not go on from anything.
_LONGEST = 1200
_YEAR = re.compile(r"^\d{4}年")
_CODE = re.compile(r"^\d+\s*")
#: Terms that documents explain, and that are figures, too.
_EXPLAINED = ("三公经费", "机关运行经费", "基本支出", "项目支出", "人员经费", "公用经费")
#: What a subject is a part of, where a reader would weigh it.
_WHOLE = {"人员经费": "基本支出", "公用经费": "基本支出", "收入": ""}

#: An answer as `answer_to_dict` writes it.
Given: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _About:
    """What an answer is about.

    Attributes:
        subject: Its measure or part in words: 支出, 三公经费, 人员经费.
        measure: What is split up: of a part of 三公经费 that itself.
        whole: What a reader would weigh it against, "" for nothing.
        doing: ``total``, ``change``, ``why``, ``split``, ``ranking``, ``share`` or ``definition``.
    """

    subject: str
    measure: str
    whole: str
    doing: str


def follow_ups(answer: Given, asked: Sequence[Given], others: Sequence[Suggestion], ask: Try) -> tuple[Suggestion, ...]:
    """Return at most three questions that go on from an answer, none of which tells again what was told.

    Args:
        answer: The answer above.
        asked: All answers of the conversation that are known, this one among them.
        others: Questions of the department, which fill up.
        ask: Answers by rules alone and keeps nothing.
    """
    entity, year = answer["entity"] or None, answer["year"] or None
    told = {key for each in (answer, *asked) for key in _keys(each)}
    questions = {_plain(each["question"], entity) for each in (answer, *asked)}
    made: list[Suggestion] = []
    own = [Suggestion(kind, text, entity or "", year or 0) for kind, text in _phrased(answer, ask)] if entity and year else []
    for each in (*own, *others):
        if len(made) == MOST:
            break
        if _plain(each.question, entity) in questions:
            continue
        found = ask(each.question, each.entity or None, each.year or None)
        if not _is_fit(found, each.kind):
            continue
        keys = _keys({"text": found.text, "plan": found.plan, "year": found.year})
        if told.isdisjoint(keys):
            made.append(each)
            told |= keys
    return tuple(made)


def _is_fit(answer: Answer, kind: str) -> bool:
    """Whether a question was answered, and with what a question of its kind asks for."""
    if answer.status.value != "answered" or not answer.is_understood or answer.missing or len(answer.text) > _LONGEST:
        return False
    match kind:
        case "split":
            return sum(is_listed(each.formula) for each in answer.results) > 1
        case "share":
            return any(each.unit == "%" for each in answer.results)
        case "change":
            return any(each.label.endswith(("增加额", "减少额", "增长率", "降低率")) for each in answer.results)
        case _:
            return True


def _keys(answer: Mapping[str, Any]) -> set[str]:
    """Return what tells that two answers are one: their words, and their formulas without the year that is spoken of."""
    text = re.sub(r"\s", "", str(answer["text"]))
    plan = "；".join(answer["plan"]).replace(f"@{answer['year']}", "")
    return {text, f"{answer['year']}：{plan}"} if plan else {text}


def _plain(question: str, entity: str | None) -> str:
    text = question.replace(entity, "") if entity else question
    return re.sub(r"[\s，,？?。“”]", "", text)


def _phrased(answer: Given, ask: Try) -> Iterator[tuple[str, str]]:
    """Yield questions with their kinds, the nearest first."""
    about = _about(answer)
    if about is None:
        return
    when, subject = f"{answer['year']}年", about.subject
    split, change, share = _splits(when, about.measure), _changes(when, subject), _shares(when, subject, about.whole)
    match about.doing:
        case "definition":
            yield from (("total", f"{when}{subject}是多少？"), *split[:1], *change)
        case "total":
            yield from (*split[:1], *change, *share, *split[1:])
        case "change":
            yield from (*_reasons(answer, when, subject), *split[:1], *share, *split[1:])
        case "why":
            yield from (*split[:1], *share, *split[1:], ("ranking", f"{when}金额最大的五个项目是哪些？"))
        case "split":
            yield from (*_largest(answer, when, subject, ask), *change, *share, *split)
        case "ranking":
            yield from (*_largest(answer, when, "项目支出", ask), *_splits(when, "支出")[:1], *_shares(when, "项目支出", "支出"))
        case _:
            yield from (*split[:1], *change, *_splits(when, "支出")[:1])


def _splits(when: str, subject: str) -> list[tuple[str, str]]:
    if subject == "支出":
        return [("split", f"{when}支出由哪些构成？"), ("split", f"{when}支出由哪些功能科目构成？")]
    return [("split", f"{when}{subject}由哪些构成？")]


def _changes(when: str, subject: str) -> list[tuple[str, str]]:
    return [("change", f"{when}{subject}比上年增加还是减少？")]


def _shares(when: str, subject: str, whole: str) -> list[tuple[str, str]]:
    if subject == "支出":
        return [("share", f"{when}基本支出占支出的比重是多少？")]
    return [("share", f"{when}{subject}占{whole}的比重是多少？")] if whole else []


def _reasons(answer: Given, when: str, subject: str) -> Iterator[tuple[str, str]]:
    label = next((r["label"] for r in answer["results"] if r["label"].endswith(("增加额", "减少额"))), "")
    if label:
        yield "why", f"为什么{when}{subject}比上年{label[-3:-1]}？"


def _largest(answer: Given, when: str, whole: str, ask: Try) -> Iterator[tuple[str, str]]:
    """Ask for the share of the largest part, where it is found again and is not all there is."""
    listed = [(q.base, r) for r in answer["results"] if is_listed(r["formula"]) and (q := quantity_of(r)) is not None]
    if not listed:
        return
    _, part = max(listed, key=lambda each: each[0])
    name = _CODE.sub("", part["label"])
    question = f"{when}{name}占{whole}的比重是多少？"
    found = ask(question, answer["entity"] or None, answer["year"] or None)
    is_it = any(name in r.label for r in found.results) and f"{part['value']}{part['unit']}" in found.text
    if is_it and "100.00%" not in found.text:
        yield "share", question


def _about(answer: Given) -> _About | None:
    """Return what an answer is about, None where no formula tells."""
    tree = next((t for formula in answer["plan"] if (t := parsed(formula)) is not None), None)
    first = next(_references(tree), None) if tree is not None else None
    if tree is None or first is None or answer["status"] != "answered":
        return None
    if not any(each["formula"] for each in answer["results"]):
        # Words were explained, no figure was told.
        asked = next((name for name in _EXPLAINED if name in re.sub("[“”\"]", "", answer["question"])), "")
        return _About(asked, asked, "支出", "definition") if asked else None
    subject = _subject(first) or _named(answer["results"])
    if not subject or _is_nothing(answer["results"]):
        return None
    is_project = any(s.dimension == "项目" and s.match is Match.IS for s in first.selectors)
    if first.measure not in {"支出", "收入"} and subject != first.measure:
        return _About(subject, first.measure, first.measure, _doing(answer, tree))
    whole = "项目支出" if is_project else _WHOLE.get(subject, "支出")
    return _About(subject, subject, whole, _doing(answer, tree))


def _named(results: Sequence[Given]) -> str:
    """Name a figure that its formula only knows by its code."""
    return next((_CODE.sub("", _YEAR.sub("", each["label"])) for each in results), "")


def _is_nothing(results: Sequence[Given]) -> bool:
    """Whether all that was told is 0: there is nothing to split or weigh."""
    quantities = [q for each in results if (q := quantity_of(each)) is not None]
    return bool(quantities) and not any(q.number for q in quantities)


def _doing(answer: Given, tree: Expression) -> str:
    formula = answer["plan"][0]
    if is_ranked(formula) or (is_listed(formula) and any(s.dimension == "项目" for r in _references(tree) for s in r.selectors)):
        return "ranking"
    if is_listed(formula):
        return "split"
    if isinstance(tree, Call) and tree.function is Function.SHARE:
        return "share"
    years = {r.year for each in answer["plan"] if (t := parsed(each)) is not None for r in _references(t)}
    is_change = len(years) > 1 or (isinstance(tree, Binary) and tree.operator is Operator.SUBTRACT)
    if is_change or (isinstance(tree, Call) and tree.function in {Function.CHANGE, Function.RATE, Function.DIFFERENCE}):
        return "why" if "为什么" in answer["question"] or "原因" in answer["text"] else "change"
    return "total"


def _references(tree: Expression) -> Iterator[Reference]:
    match tree:
        case Reference():
            yield tree
        case Binary(left=left, right=right):
            yield from _references(left)
            yield from _references(right)
        case Call(arguments=arguments):
            for each in arguments:
                yield from _references(each)
        case _:
            return


def _subject(reference: Reference) -> str:
    """Name a figure as a reader would: by its narrowest part, else by its measure."""
    parts = [s.value for s in reference.selectors if s.match is Match.IS and s.dimension not in {"表", "资金来源"}]
    return _CODE.sub("", parts[-1]) if parts else reference.measure
