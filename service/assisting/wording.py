"""Words an answer by a model: named pieces out, a wording back, one repair, and the rules' wording where it fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from service.asking.answer import Answer, Status
from service.asking.asker import Background
from service.assisting.claims import contradicted
from service.assisting.framing import gate_for
from service.assisting.gate import Gate, Judged
from service.assisting.pieces import Kind
from service.assisting.prompts import Prompt
from service.assisting.waiting import Talk
from service.domain.assistance import WordingOutcome
from service.domain.errors import ModelError
from service.ports import LanguageModel
from service.vocabulary.vocabulary import Vocabulary

_IS = {Kind.QUOTE: "引文", Kind.HEADING: "口径：部门、年度、预算阶段", Kind.TITLE: "名称", Kind.PLACE: "出处", Kind.NOTE: "整句，照写，自成一句"}
#: Characters of a quote that a model is shown.
_SHOWN = 200
#: Characters before a figure that tell what it is.
_CONTEXT = 30


@dataclass(frozen=True, slots=True)
class Worded:
    """What became of the wording of an answer.

    Attributes:
        outcome: Which wording stands.
        text: The text.
        faults: What was wrong with the model's.
    """

    outcome: WordingOutcome
    text: str
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerWording:
    """Words answers.

    Attributes:
        model: Proposes the wording.
        prompts: By step.
        vocabulary: Names and words.
    """

    model: LanguageModel
    prompts: Mapping[str, Prompt]
    vocabulary: Vocabulary

    def word(self, answer: Answer, background: Background | None, talk: Talk, step: Callable[[str], None]) -> Worded:
        """Return the wording that may be released; never raises for what a model does."""
        if background is None or not is_wordable(answer):
            return Worded(WordingOutcome.NONE, answer.text)
        gate = gate_for(answer, background.spotter, self.vocabulary.phrasing, background.own)
        data: dict[str, object] = {"question": answer.question, "text": gate.base.named, "names": described(gate)}
        try:
            step("wording")
            said = talk.ask(self.model, self.prompts["word-answer"], data)
            step("verifying")
            first = self._judge(gate, said, background)
            if not first.faults:
                return Worded(WordingOutcome.KEPT, first.text)
            step("wording")
            mended = talk.ask(self.model, self.prompts["repair-answer"], data | {"draft": said[: 2 * len(gate.base.text)], "faults": first.faults})
            step("verifying")
            second = self._judge(gate, mended, background)
        except ModelError:
            return Worded(WordingOutcome.FAILED, answer.text)
        if not second.faults:
            return Worded(WordingOutcome.REPAIRED, second.text, first.faults)
        return Worded(WordingOutcome.REFUSED, answer.text, (*first.faults, *second.faults))

    def _judge(self, gate: Gate, said: str, background: Background) -> Judged:
        judged = gate.judge(said)
        if judged.faults:
            return judged
        wrong = contradicted(judged.text, gate.base.text, background.documents, self.vocabulary)
        return Judged(judged.text, wrong, judged.pieces)


def is_wordable(answer: Answer) -> bool:
    """Whether there is anything to word: an answer with figures, in the rules' own words."""
    return answer.status is Status.ANSWERED and bool(answer.results) and not answer.is_official and not answer.unsupported


def described(gate: Gate) -> dict[str, dict[str, str]]:
    """Return what every name of a text stands for, as a model is told: its kind, or the words before it; and its value."""
    named, out = gate.base.named, {}
    for name, piece in gate.base.by_name.items():
        before = re.split(r"[。；，\n]|\}\}", named[: named.index(f"{{{{{name}}}}}")])[-1]
        out[name] = {"is": _IS.get(piece.kind) or before[-_CONTEXT:] or "数字", "value": piece.text[:_SHOWN]}
    return out
