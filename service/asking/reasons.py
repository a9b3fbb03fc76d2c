"""The reasons that documents state for a change (原因): those read with the figures, and those that stand behind one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from service.asking.desk import Desk
from service.asking.subjects import Subject
from service.calculation.trace import Evaluation
from service.domain.coordinate import Aspect
from service.domain.document import PassageKind, StatedReason
from service.domain.quantity import Kind, Quantity
from service.numerals import read_quantities

_REASON = re.compile(r"原因(?:主要)?(?:是|为|在于|：|:|系)+([^。；;]{2,200})")
#: How far behind a figure its reason may stand.
_REACH = 160


def reasons_for(desk: Desk, subject: Subject, *, exactly: bool = False) -> list[StatedReason]:
    """Return the reasons the documents state for a subject's change, the nearest coordinate first.

    Args:
        desk: Where the documents are.
        subject: What changed.
        exactly: Only of the subject itself, under any fund; not of its parts.
    """
    fitted = desk.fit(subject)
    wanted = dict(fitted.members)
    exact, of_fund, wider = [], [], []
    for document in desk.documents:
        if document.year != desk.year:
            continue
        for reason in document.reasons:
            measure_fits = reason.coordinate.measure == fitted.measure or (
                fitted.measure == "支出总计" and reason.coordinate.measure == "支出"
            )
            if not measure_fits:
                continue
            members = dict(reason.coordinate.members)
            if members == wanted:
                exact.append(reason)
            elif {d: m for d, m in members.items() if d not in {"fund", "origin"}} == wanted:
                of_fund.append(reason)
            elif wanted and all(members.get(d) == m for d, m in wanted.items()):
                wider.append(reason)
    return exact or of_fund or ([] if exactly else wider)


def reasons_near(desk: Desk, subject: Subject, now: Evaluation) -> list[StatedReason]:
    """Return the reason that running text gives close behind the figure itself, or for income and spending as a whole.

    The paragraph names the figure with its amount, then says how it changed, then 「主要原因是…」; no other amount of
    the year may stand between. Of the whole the text may say without an amount 「收入支出减少的主要原因是…」.
    """
    coordinate = now.figures[0].facts[0].coordinate
    names = _names_of(desk, subject)
    change = replace(coordinate, aspect=Aspect.CHANGE, base_year=coordinate.year - 1)
    for document in desk.documents:
        if document.year != coordinate.year:
            continue
        for passage in document.passages:
            if passage.kind is not PassageKind.NARRATIVE or "原因" not in passage.text:
                continue
            said = _behind_figure(passage.text, names, now.quantity) or _of_the_whole(passage.text, subject)
            if said:
                return [StatedReason(change, said, replace(passage.source, quote=passage.text))]
    return []


def _names_of(desk: Desk, subject: Subject) -> list[str]:
    """Return the names a text may call a figure by: those of its narrowest member, else of its measure."""
    fitted = desk.fit(subject)
    for dimension, id_ in sorted(fitted.members, key=lambda m: m[0] in {"fund", "nature"}):
        known = desk.vocabulary.member(dimension, id_)
        name = desk.scope.name_of(dimension, id_)
        return [name, *(known.names if known else ())]
    measure = desk.vocabulary.measures[fitted.measure or "支出"]
    return [measure.id, *measure.names]


def _behind_figure(text: str, names: Sequence[str], amount: Quantity) -> str:
    """Return the reason that follows a figure within its paragraph, "" where there is none."""
    for figure in read_quantities(text):
        if figure.quantity.unit.kind is not Kind.MONEY:
            continue
        low, high = figure.quantity.interval()
        lead = text[max(0, figure.start - 24) : figure.start]
        if not low <= amount.to(figure.quantity.unit).number <= high or not any(n in lead for n in names):
            continue
        behind = text[figure.end : figure.end + _REACH]
        found = _REASON.search(behind)
        if found and not re.search(
            r"(?:支出|收入|经费|费|补贴|公积金)[^。；，]{0,6}\d[\d.,]*万?元", behind[: found.start()]
        ):
            return found.group(1)
    return ""


def _of_the_whole(text: str, subject: Subject) -> str:
    """Return the reason given for income and spending as a whole, "" where there is none or a part was asked about."""
    if subject.members or subject.measure not in {"支出", "收入", "支出总计"}:
        return ""
    side = subject.measure[:2]
    found = re.search(
        rf"(?:^|。)(?:本?部?门?(?:财政拨款)?)(?:收入|、|和|与)*{side}(?:、收入)?(?:预算|总计)*(?:增加|减少|增长|下降|增减|变化)(?:的)?(?:主要)?"
        + _REASON.pattern,
        text,
    )
    return found.group(1) if found else ""
