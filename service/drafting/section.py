"""One section drafted in answer to 「写…说明」, with the evaluations it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.calculation.evidence import Place
from service.calculation.trace import Evaluation
from service.drafting.draft import Draft


@dataclass(frozen=True, slots=True)
class SectionText:
    """A drafted section.

    Attributes:
        title: Of the section.
        text: Its paragraphs, one a line; what only a person knows stands as 【待补充：…】.
        figures: (label, evaluation) of every figure in it.
        quoted: Places of the reasons quoted.
        gaps: What is missing.
        left_out: Parts of reasons left out because the figures contradict them.
    """

    title: str
    text: str
    figures: tuple[tuple[str, Evaluation], ...]
    quoted: tuple[Place, ...]
    gaps: tuple[str, ...]
    left_out: tuple[str, ...]


def section_text(draft: Draft, used: Sequence[tuple[str, Evaluation]]) -> SectionText:
    """Return the sections of a draft as one text."""
    paragraphs = [p.text for s in draft.sections for p in s.paragraphs if p.table is None]
    return SectionText(
        draft.sections[0].title if draft.sections else "", "\n".join(paragraphs), tuple(used),
        tuple(r.quoted for s in draft.sentences() for r in s.reasons if r.quoted is not None),
        tuple(g.what for g in draft.gaps),
        tuple(f.stated for f in draft.findings if f.code == "reason-part-left-out"),
    )  # fmt: skip
