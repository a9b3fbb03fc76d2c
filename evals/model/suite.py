"""Every behaviour over the questions and the drafts: what reached the reader, and what it cost."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import SecretStr

from evals.model.behaviours import Behaviour, Script
from evals.model.judging import Fault, Judgement, Known, Referee, known_of
from evals.model.messages import UNDERSTAND
from evals.model.server import MODEL, Exchange
from evals.model.worlds import Asked, World, says
from service.application import Application
from service.asking.answer import Answer
from service.bootstrap import build_application, build_drafts
from service.domain.assistance import Assistance, PlanOutcome, WordingOutcome
from service.drafting.draft import Draft
from service.rendering import answer_to_json
from service.settings import Settings

#: A key that no answer, finding or record may show.
KEY = "sk-evals-never-shown"
_SECONDS = 5
_RESTATED = re.compile("按“([^“”]+)”理解：")
#: Behaviours of the wire and of speech apply to drafts once; those of words to every draft.
_NO_DRAFTS = frozenset({"plan", "tools"})


class Serving(Protocol):
    """Whatever answers in a model's place."""

    base_url: str
    exchanges: list[Exchange]

    def play(self, script: Script) -> None:
        """Behave so from now on, and forget the requests before."""


@dataclass(frozen=True, slots=True)
class Incident:
    """Something wrong that reached the reader.

    Attributes:
        behaviour: Name of the behaviour.
        question: What was asked, or which sentence of a draft.
        said: What the model wrote last.
        released: What the reader got.
        faults: What is wrong with it.
    """

    behaviour: str
    question: str
    said: str
    released: str
    faults: tuple[Fault, ...]


@dataclass(slots=True)
class Row:
    """What became of a behaviour.

    Attributes:
        behaviour: The behaviour.
        asked: Questions asked.
        applied: Questions at which it found something to do.
        available: Questions that were answered.
        figures: Figures that reached the reader.
        worded: Those of them in a model's wording.
        faults: By kind.
        wordings: By outcome.
        plans: By outcome.
        judged: Questions of which it is known whether the rules are right.
        rules_right: How many of them the rules answer right.
        right: How many of them were answered right.
        added: Milliseconds over the rules and the server's own time.
        waited: Milliseconds of whole answers.
        unheard: Of questions that the rules do not understand: what became of them.
        drafts: Drafts asked for.
        drafts_available: Drafts written.
        sentences: Sentences with figures in them.
        sentences_offered: Sentences that the model said otherwise.
        sentences_kept: Those in a model's wording.
        draft_figures: Figures of the drafts.
        incidents: Everything wrong.
        suspects: Runs of words that nothing known has.
    """

    behaviour: Behaviour
    asked: int = 0
    applied: int = 0
    available: int = 0
    figures: int = 0
    worded: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    wordings: Counter[WordingOutcome] = field(default_factory=Counter)
    plans: Counter[PlanOutcome] = field(default_factory=Counter)
    judged: int = 0
    rules_right: int = 0
    right: int = 0
    added: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    unheard: Counter[str] = field(default_factory=Counter)
    drafts: int = 0
    drafts_available: int = 0
    sentences: int = 0
    sentences_offered: int = 0
    sentences_kept: int = 0
    draft_figures: int = 0
    incidents: list[Incident] = field(default_factory=list)
    suspects: Counter[str] = field(default_factory=Counter)

    @property
    def is_clean(self) -> bool:
        """Whether nothing wrong reached the reader and everything was answered."""
        return not self.incidents and self.available == self.asked and self.drafts_available == self.drafts


def run_rows(
    server: Serving, worlds: Sequence[World], behaviours: Sequence[Behaviour], *, models: Mapping[str, Any] | None = None,
    most: int = 0,
) -> Iterator[Row]:  # fmt: skip
    """Play every behaviour over every world.

    Args:
        server: Answers in the model's place.
        worlds: What is asked.
        behaviours: To be played.
        models: Settings of the models; None for the scripted one.
        most: Questions per behaviour and world, 0 for all.

    Yields:
        A row per behaviour.
    """
    for behaviour in behaviours:
        row = Row(behaviour)
        for world in worlds:
            if (behaviour.name == "planted") == (world.name == "planted"):
                _play(server, world, row, models or {}, most)
        yield row


def _play(server: Serving, world: World, row: Row, models: Mapping[str, Any], most: int) -> None:
    behaviour = row.behaviour
    script = Script(behaviour, world.plans)
    settings = world.settings.model_copy(update=_models_of(server, behaviour) | dict(models))
    application = build_application(settings)
    chosen = world.asked[:: behaviour.sample]
    for asked in chosen[:most] if most else chosen:
        if behaviour.wire is not None:  # a server that failed is left alone for a while: every question meets it afresh
            application = build_application(settings)
        server.play(script)
        _ask(server, world, row, asked, application)
    if behaviour.group not in _NO_DRAFTS and not most:
        most_drafts = len(world.briefs) if behaviour.wire is None else min(1, len(world.briefs)) * (world.name == "seed")
        for number in range(most_drafts):
            server.play(script)
            _write(server, world, row, number, settings)


def _models_of(server: Serving, behaviour: Behaviour) -> dict[str, Any]:
    # Where words are damaged a plan has no part: the rows of plans are asked with honest words.
    understands = "none" if behaviour.group == "words" and behaviour.name != "planted" else ""
    return {
        "llm_base_url": server.base_url, "llm_model": MODEL, "llm_api_key": SecretStr(KEY), "llm_understand_model": understands,
        "llm_answer_model": "", "llm_draft_model": "", "llm_seconds": behaviour.seconds or _SECONDS, "llm_extra_body": {},
        "llm_retries": 1, "llm_steps": 6,
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------- questions


def _ask(server: Serving, world: World, row: Row, asked: Asked, application: Application) -> None:
    case = asked.case
    row.asked += 1
    begun = time.perf_counter()
    try:
        answer = application.ask(case.question, history=case.history)
    except Exception as error:  # whatever it is, the reader got no answer
        row.incidents.append(Incident(row.behaviour.name, case.question, _said(server), f"{type(error).__name__}: {error}", ()))
        return
    took = (time.perf_counter() - begun) * 1000
    row.available += bool(answer.text.strip())
    row.applied += any(e.applied for e in server.exchanges)
    row.waited.append(took)
    row.added.append(max(0.0, took - asked.ms - sum(e.ms for e in server.exchanges)))
    done = answer.assistance or Assistance()
    row.wordings[done.wording] += 1
    row.plans[done.planning] += 1
    judgement = _judged(world, asked, answer, done, _given(server))
    faults = [*judgement.faults, *(Fault("words", each) for each in judgement.suspects), *_changed(world, row, asked, answer)]
    row.figures += judgement.figures
    row.worded += judgement.figures if done.wording in {WordingOutcome.KEPT, WordingOutcome.REPAIRED} else 0
    row.suspects.update(judgement.suspects)
    _note(row, case.question, _said(server), answer.text, faults)


def _judged(world: World, asked: Asked, answer: Answer, done: Assistance, given: str) -> Judgement:
    """Judge a text by what the rules say: to the question, or to the question that a plan was said as."""
    if done.planning is PlanOutcome.USED:
        restated = _RESTATED.search(given) or _RESTATED.search(answer.text)
        question = restated[1] if restated else asked.case.question
        base = known_of(world.rules.ask(question), question)
        return Referee(_with(base, f"按“{question}”理解：", asked.case.question), world.known).judge(answer.text)
    if done.planning is PlanOutcome.OFFERED:
        base = known_of(asked.rules, asked.case.question)
        offered = Known(f"{base.text}是不是要问：{'、'.join(answer.readings)}", base.question, base.labelled, base.quotes, base.marks, base.year)
        return Referee(offered, world.known).judge(answer.text)
    return asked.referee.judge(answer.text)


def _with(base: Known, lead: str, question: str) -> Known:
    return Known(lead + base.text, f"{base.question} {question}", base.labelled, base.quotes, base.marks, base.year)


def _changed(world: World, row: Row, asked: Asked, answer: Answer) -> Iterator[Fault]:
    """Find what got worse against the rules' own answer; count what is right."""
    if KEY in answer_to_json(answer) or "sk-secret" in answer_to_json(answer):
        yield Fault("leak", KEY)
    if asked.is_unheard:
        yield from _unheard(row, asked, answer)
        return
    if asked.is_right is not None:
        is_right = bool(world.is_right(asked.case, answer))
        row.judged += 1
        row.rules_right += asked.is_right
        row.right += is_right
        if asked.is_right and not is_right:
            yield Fault("status", f"{asked.rules.status.value}→{answer.status.value}")
    elif answer.status is not asked.rules.status:
        yield Fault("status", f"{asked.rules.status.value}→{answer.status.value}")


def _unheard(row: Row, asked: Asked, answer: Answer) -> Iterator[Fault]:
    """Judge the answer to a question that the rules do not understand: right, asked back, refused, or misled."""
    outcome = (answer.assistance or Assistance()).planning
    if answer.status.value != "answered":
        row.unheard["offered" if outcome is PlanOutcome.OFFERED else "refused"] += 1
    elif asked.value and says(answer, asked.value):
        row.unheard["right"] += 1
    else:
        row.unheard["misled"] += 1
        yield Fault("misled", answer.text[:60])


def _note(row: Row, question: str, said: str, released: str, faults: Sequence[Fault]) -> None:
    found = tuple(dict.fromkeys(faults))
    if found:
        row.faults.update(f.kind for f in found)
        row.incidents.append(Incident(row.behaviour.name, question, said, released, found))


def _given(server: Serving) -> str:
    return next((e.given for e in server.exchanges if e.given), "")


def _said(server: Serving) -> str:
    return next((e.text for e in reversed(server.exchanges) if e.task != UNDERSTAND and e.text), "")


# ------------------------------------------------------------------------------------------------- drafts


def _write(server: Serving, world: World, row: Row, number: int, settings: Settings) -> None:
    """Write a draft with the model and hold it against the rules' own, sentence by sentence."""
    row.drafts += 1
    brief, own = world.briefs[number], world.drafts[number]
    try:
        draft = build_drafts(settings, build_application(settings)).create(brief).draft
    except Exception as error:  # whatever it is, there is no draft
        row.incidents.append(Incident(row.behaviour.name, f"起草{brief.entity}", _said(server), f"{type(error).__name__}: {error}", ()))
        return
    row.drafts_available += 1
    row.sentences_offered += sum(e.reworded for e in server.exchanges)
    pairs = _paired(own, draft)
    if pairs is None:
        row.faults["status"] += 1
        row.incidents.append(Incident(row.behaviour.name, f"起草{brief.entity}", "", "句子增减了", (Fault("status", "句子增减了"),)))
        return
    for before, after in pairs:
        row.sentences += bool(before[2])
        row.draft_figures += before[2]
        if before[1] == after[1]:
            continue
        row.sentences_kept += 1
        found = world.referee_of(number, before[0]).judge(after[1])
        row.worded += found.figures
        row.suspects.update(found.suspects)
        faults = [*found.faults, *(Fault("words", each) for each in found.suspects)]
        _note(row, f"{brief.entity}草稿{before[0]}：{before[1]}", _said(server), after[1], faults)


_Told = tuple[str, str, int]


def _paired(own: Draft, draft: Draft) -> list[tuple[_Told, _Told]] | None:
    """Return the sentences of two drafts side by side (id, text, figures), None where they are not the same sentences."""
    sides = [[(s.id, s.text, len(s.figures)) for s in each.sentences()] for each in (own, draft)]
    if [s[0] for s in sides[0]] != [s[0] for s in sides[1]]:
        return None
    return list(zip(*sides, strict=True))
