"""Asks the drafter for a section of the 情况说明, and turns its figures into results of an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from service.asking.desk import Desk, Reply
from service.asking.reasons import reasons_for
from service.asking.subjects import Subject
from service.calculation.formula import Reference
from service.calculation.trace import Evaluation
from service.domain.document import StatedReason


class Drafted(Protocol):
    """What a drafter hands back."""

    title: str
    text: str
    figures: list[tuple[str, Evaluation]]
    reasons: list[StatedReason]
    gaps: list[str]
    left_out: list[str]


ReasonsFor = Callable[[Reference], Sequence[StatedReason]]
Find = Callable[[str], Mapping[str, Any] | None]
Write = Callable[[Desk, Mapping[str, Any], ReasonsFor], Drafted]


def drafting_handler(find: Find, write: Write) -> Callable[[Desk], Reply | None]:
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
        reply = Reply(drafted.text, plan=[f"写作提纲：{drafted.title}"])
        for label, evaluation in drafted.figures:
            reply.results.append(desk.result(label, evaluation))
            reply.citations += desk.cite(evaluation.figures)
        reply.citations += [desk.quote(r.source) for r in drafted.reasons]
        if drafted.left_out:
            reply.text += f"\n（原文理由“{'；'.join(drafted.left_out)}”与数字不符或有错字，未采用。）"
        return reply

    return handle
