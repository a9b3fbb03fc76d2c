"""The record of what language models (语言模型) did for an answer or a draft."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique


@dataclass(frozen=True, slots=True)
class UsedPrompt:
    """A prompt that was sent to a language model.

    Attributes:
        name: Of its file, without the ending.
        version: As its file says.
        sha256: Of the file.
    """

    name: str
    version: str
    sha256: str


@unique
class PlanOutcome(Enum):
    """What became of a language model's plan for a question."""

    NONE = "none"  # no model understands, or it was not asked
    SAME = "same"  # it takes the figures that the rules take
    DIFFERS = "differs"  # it takes others; the rules decide
    USED = "used"  # the rules did not understand, and it is borne out by the question
    OFFERED = "offered"  # the rules did not understand; the refusal asks whether it is meant, and gives no figure
    UNUSABLE = "unusable"  # it does not parse, type-check or resolve
    FAILED = "failed"  # the model gave none


@unique
class WordingOutcome(Enum):
    """What became of a language model's wording."""

    NONE = "none"  # no model words it, or there was nothing to word
    KEPT = "kept"
    REPAIRED = "repaired"  # kept after it was sent back once with what was wrong
    REFUSED = "refused"  # not verified: the wording of the rules stands
    FAILED = "failed"  # the model gave none


@dataclass(frozen=True, slots=True)
class Assistance:
    """What language models did for an answer or a draft, and what of it was used.

    Attributes:
        model: Names of the models, "、" between them.
        planning: What became of the plan.
        plan: The figures that the model wanted, in the formula language.
        decided: Why that plan was used or not, in Chinese.
        wording: What became of the wording; of a draft: KEPT where a sentence was kept.
        kept: Sentences of a draft that have a model's wording.
        faults: What was wrong with the wording, in Chinese; those of the repair last.
        prompts: What was sent.
        calls: Requests to models.
        ms: Milliseconds spent waiting for models.
    """

    model: str = ""
    planning: PlanOutcome = PlanOutcome.NONE
    plan: tuple[str, ...] = ()
    decided: str = ""
    wording: WordingOutcome = WordingOutcome.NONE
    kept: int = 0
    faults: tuple[str, ...] = ()
    prompts: tuple[UsedPrompt, ...] = ()
    calls: int = 0
    ms: int = 0
