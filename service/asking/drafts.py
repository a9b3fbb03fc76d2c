"""Asks the drafter for a section of the 情况说明, and turns its figures into results of an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from service.asking.answer import Citation
from service.asking.desk import Desk, Reply
from service.asking.reasons import reasons_for
from service.asking.subjects import Subject
from service.calculation.evidence import Place
from service.calculation.formula import Reference
from service.calculation.trace import Evaluation
from service.domain.document import StatedReason


class Drafted(Protocol):
    """What a drafter hands back."""

    @property
    def title(self) -> str:
        """Of the section."""

    @property
    def text(self) -> str:
        """With every figure filled in; what only a person knows stands as 【待补充：…】."""

    @property
    def figures(self) -> Sequence[tuple[str, Evaluation]]:
        """(label, evaluation) of every figure in it."""

    @property
    def quoted(self) -> Sequence[Place]:
        """Places of the reasons quoted."""

    @property
    def left_out(self) -> Sequence[str]:
        """Parts of reasons left out because the figures contradict them."""


Plan = TypeVar("Plan")
ReasonsFor = Callable[[Reference], Sequence[StatedReason]]


def drafting_handler(
    find: Callable[[str], Plan | None], write: Callable[[Desk, Plan, ReasonsFor], Drafted]
) -> Callable[[Desk], Reply | None]:
    """Return the handler for 「写…说明」.

    Args:
        find: Finds a section of the outlines by its name in a question.
        write: Drafts it.
    """

    def handle(desk: Desk) -> Reply | None:
        section = find(desk.question.text)
        if section is None:
            return None

        def reasons(reference: Reference) -> Sequence[StatedReason]:
            wanted = desk.scope.resolve(reference)
            return reasons_for(desk, Subject(wanted.measure, tuple(sorted(wanted.members.items()))))

        drafted = write(desk, section, reasons)
        reply = Reply(drafted.text, plan=[f"写作提纲：{drafted.title}"], is_official=True)
        for label, evaluation in drafted.figures:
            reply.results.append(desk.result(label, evaluation))
            reply.citations += desk.cite(evaluation.figures)
        reply.citations += [Citation(place, "quote") for place in drafted.quoted]
        if drafted.left_out:
            reply.text += f"\n（原文理由“{'；'.join(drafted.left_out)}”与数字不符或有错字，未采用。）"
        return reply

    return handle
