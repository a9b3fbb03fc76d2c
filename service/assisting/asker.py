"""Answers by rules, with what language models may add: a plan where the rules have none, and better words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from service.asking.answer import Answer, Result
from service.asking.asker import RuleAsker
from service.assisting.planning import Planned, Planning
from service.assisting.prompts import Prompt
from service.assisting.waiting import Talk
from service.assisting.wording import AnswerWording, Worded
from service.domain.assistance import Assistance, PlanOutcome, WordingOutcome
from service.domain.errors import ModelBrokenError, ModelError
from service.domain.finding import Finding, Severity
from service.ports import Clock, Models
from service.vocabulary.vocabulary import Vocabulary

_WORDED = frozenset({WordingOutcome.KEPT, WordingOutcome.REPAIRED})
_PLANNED = frozenset({PlanOutcome.USED, PlanOutcome.OFFERED})


def _no_step(step: str) -> None:
    del step


class AssistedAsker:
    """Answers questions; whatever the models do, the answer is the rules' or was verified against it.

    Args:
        rules: Answers by rules.
        models: The model of each role.
        prompts: By step.
        vocabulary: Names and words.
        clock: For the time waited.
        steps: Most requests to the model for understanding one question.
        incident: Logs an error that should not be, and returns its number.
    """

    def __init__(
        self, rules: RuleAsker, models: Models, prompts: Mapping[str, Prompt], vocabulary: Vocabulary, clock: Clock, steps: int,
        incident: Callable[[BaseException], str],
    ) -> None:  # fmt: skip
        self._incident = incident
        self._rules = rules
        self._models = models
        self._clock = clock
        self._planning = Planning(models.understand, prompts, rules, vocabulary, steps) if models.understand else None
        self._wording = AnswerWording(models.answer, prompts, vocabulary) if models.answer else None

    def ask(
        self, question: str, *, history: Sequence[str], entity: str | None, year: int | None,
        progress: Callable[[str], None] | None = None,
    ) -> Answer:  # fmt: skip
        """Answer one question; see `service.application.Application.ask`."""
        step = progress or _no_step
        began = self._clock.elapsed_ms()
        answer = self._rules.ask(question, history=history, entity=entity, year=year, progress=progress)
        talk = Talk(self._clock)
        planned = Planned(PlanOutcome.NONE, answer)
        if self._planning is not None:
            step("understanding")
            try:
                planned = self._planning.plan(answer, history=history, entity=entity, year=year, talk=talk)
            except Exception as error:  # the rules' answer stands, whatever is wrong with a model's part
                planned = Planned(PlanOutcome.FAILED, answer)
                talk.errors.append(self._broken(error))
        answer = planned.answer
        worded = Worded(WordingOutcome.NONE, answer.text)
        if self._wording is not None and not self._is_down(talk):
            try:
                worded = self._wording.word(answer, self._rules.background_of(answer), talk, step)
            except Exception as error:
                worded = Worded(WordingOutcome.FAILED, answer.text)
                talk.errors.append(self._broken(error))
        is_model = planned.outcome in _PLANNED or worded.outcome in _WORDED
        return replace(
            answer,
            text=worded.text,
            path="model" if is_model else "rules",
            findings=(*answer.findings, *_warnings(talk, planned, worded)),
            ms=self._clock.elapsed_ms() - began,
            assistance=Assistance(
                "、".join(talk.models), planned.outcome, planned.plan, planned.decided, worded.outcome, 0, worded.faults,
                tuple(talk.prompts), talk.calls, talk.ms,
            ),
        )  # fmt: skip

    def evaluate(self, formula: str, *, entity: str | None, year: int | None) -> Result:
        """Evaluate a formula; no model has a part in it."""
        return self._rules.evaluate(formula, entity=entity, year=year)

    def _broken(self, error: Exception) -> ModelError:
        return ModelBrokenError(f"处理语言模型的回复时程序内部出错，编号 {self._incident(error)}，已按规则作答。请把编号告诉管理员。")

    def _is_down(self, talk: Talk) -> bool:
        """Whether the model that is to word the answer has just failed: nobody waits for it twice."""
        return bool(talk.errors) and self._models.answer is self._models.understand


def _warnings(talk: Talk, planned: Planned, worded: Worded) -> list[Finding]:
    """Tell the reader what a model did not do; each kind of failure once."""
    errors: dict[str, ModelError] = {e.code: e for e in talk.errors}
    found = [Finding(e.code, Severity.WARNING, e.message) for e in errors.values()]
    if planned.outcome is PlanOutcome.UNUSABLE and not planned.answer.is_understood:
        found.append(Finding("model-plan-refused", Severity.NOTE, "语言模型对提问的理解不能用，没有采用。"))
    if worded.outcome is WordingOutcome.REFUSED:
        found.append(Finding("model-wording-refused", Severity.NOTE, "语言模型的措辞没有通过核对，已用规则的措辞。"))
    return found
