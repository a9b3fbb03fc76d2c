"""An answer: its text, and for every figure in it the formula, the working and the places."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, unique

from service.calculation.evidence import Operand, Place
from service.calculation.steps import WorkingStep
from service.domain.assistance import Assistance
from service.domain.finding import Finding


@unique
class Status(Enum):
    """What became of a question."""

    ANSWERED = "answered"
    REFUSED = "refused"
    CLARIFY = "clarify"


@dataclass(frozen=True, slots=True)
class Result:
    """A figure of an answer.

    Attributes:
        label: What it is: ``基本支出占支出的比重``.
        value: As shown, rounded by the one stated rule; digits only.
        unit: Unit symbol, "" for a bare number.
        exact: Unrounded digits as text.
        formula: In the formula language.
        working: One line of arithmetic.
        operands: The printed figures it rests on.
        marks: Words that must go with it: ``推算``, ``仅见正文``, ``表中为空白``.
        steps: The working step by step, where it was worked out by a formula.
    """

    label: str
    value: str
    unit: str
    exact: str
    formula: str
    working: str
    operands: tuple[Operand, ...]
    marks: tuple[str, ...] = ()
    steps: tuple[WorkingStep, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """A place the answer rests on: a cell, or a sentence quoted."""

    place: Place
    role: str = "source"  # source: an operand · also: the same figure printed elsewhere · quote: words quoted


@dataclass(frozen=True, slots=True)
class Answer:
    """What a caller gets.

    Attributes:
        id: For `explain`.
        question: As asked.
        status: Answered, refused or asking back.
        text: For people, in Chinese.
        results: Every computed or printed figure in *text*.
        citations: Every place, operands first.
        findings: What the reader should know: conflicts, oddities of the document.
        entity: Entity spoken of, "" if none.
        year: Year spoken of, 0 if none.
        plan: What was understood: operation and formulas, for `explain`.
        readings: For CLARIFY: the readings with their figures.
        missing: For REFUSED: what is missing.
        path: ``model`` where a model's plan or wording was used, else ``rules``.
        unsupported: Figures in *text* that nothing supports; verification keeps this empty.
        ms: Time taken in milliseconds.
        assistance: What language models did for it, None where none is configured.
        is_official: Whether its words are those of an outline, not to be worded anew.
        is_understood: Whether the rules knew what was asked; not where they only looked for its words in the text.
        repairs: Typos of the question that were read as something else: (written, read as).
    """

    id: str
    question: str
    status: Status
    text: str
    results: tuple[Result, ...] = ()
    citations: tuple[Citation, ...] = ()
    findings: tuple[Finding, ...] = ()
    entity: str = ""
    year: int = 0
    plan: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    missing: str = ""
    path: str = "rules"
    unsupported: tuple[str, ...] = field(default=())
    ms: int = 0
    assistance: Assistance | None = None
    is_official: bool = False
    is_understood: bool = True
    repairs: tuple[tuple[str, str], ...] = ()
