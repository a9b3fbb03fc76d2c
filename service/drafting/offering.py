"""What helps a person to fill in a draft: what the documents themselves say of an open place, what a number needs beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from service.calculation.evidence import Place
from service.domain.finding import Finding
from service.drafting.brief import Given
from service.drafting.draft import Draft, Sentence
from service.drafting.editing.model import Revision
from service.vocabulary.names import fold

#: The unit that an open place expects where its item leaves no doubt, by the end of the item's name.
_UNITS = (
    (re.compile(r"(?:车辆|车辆总数|用车)$"), "辆", "5辆"),
    (re.compile(r"设备(?:数|数量)?$"), "台（套）", "2台（套）"),
    (re.compile(r"项目(?:数|个数)?$"), "项", "3项"),
)
_BARE = re.compile(r"[0-9０-９]+")
_MONEY = "12.30万元"
#: What the messages of a writer say of drafting again, which nobody does who fills in.
_AGAIN = re.compile(r"请改写后再起草(?:；[^。]*)?。")
_MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Offer:
    """What a document says of an open place.

    Attributes:
        takes: ``reason`` or ``fact``.
        item: The item of the gap.
        what: The name of the gap.
        text: In the document's words: a reason, ``5辆``.
        place: Where it says so.
    """

    takes: str
    item: str
    what: str
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something that was filled in cannot be written.

    Attributes:
        takes: ``reason`` or ``fact``.
        item: Of the gap.
        message: What is wrong and what to write.
    """

    takes: str
    item: str
    message: str


def offers_of(quoting: Draft, revision: Revision) -> tuple[Offer, ...]:
    """Return what the documents say of the open places of a draft.

    Args:
        quoting: The draft, written with leave to quote its own documents.
        revision: What became of the draft as it was written without, in *quoting*.
    """
    after = {id_: each.after_id for each in revision.changes for id_ in each.before_ids}
    sentences = {each.id: each for each in quoting.sentences()}
    used: set[tuple[str, int]] = set()
    out: dict[tuple[str, str], Offer] = {}
    for resolved in revision.resolved:
        gap, sentence = resolved.gap, sentences.get(after.get(resolved.sentence, ""))
        if sentence is None or not gap.takes:
            continue
        found = _reason(gap.what, sentence) if gap.takes == "reason" else _fact(resolved.filling, sentence, used)
        if found is not None:
            out.setdefault((gap.takes, gap.item), Offer(gap.takes, gap.item, gap.what, *found))
    return tuple(out.values())


def _reason(what: str, sentence: Sentence) -> tuple[str, Place] | None:
    for each in sentence.reasons:
        if each.quoted is not None and what.startswith(each.item) and each.item:
            return each.text, each.quoted
    return None


def _fact(filling: str, sentence: Sentence, used: set[tuple[str, int]]) -> tuple[str, Place] | None:
    """Return the next figure of a sentence that reads as what fills the place, and that the text of a document states."""
    for figure in sentence.figures:
        key = (sentence.id, figure.start)
        places = [each.place for each in figure.operands]
        if figure.text == filling and key not in used and len(places) == 1 and not places[0].table:
            used.add(key)
            return figure.text, places[0]
    return None


def with_unit(given: Given) -> Given:
    """Return a bare count with the unit that its place expects; anything else as it is."""
    text = given.text.strip().rstrip("。")
    unit = next((unit for pattern, unit, _ in _UNITS if pattern.search(given.item.strip())), "")
    return replace(given, text=f"{text}{unit}") if unit and _BARE.fullmatch(text) else given


def cited(given: Given, offers: Iterable[Offer], takes: str, said: str) -> Given:
    """Return what was given with the place that it was taken from, where it is what a document says.

    Args:
        given: What was given.
        offers: What the documents say.
        takes: Whether it is a ``reason`` or a ``fact``.
        said: How a place is told, with ``{}`` for title and line.
    """
    for each in offers:
        if each.takes == takes and fold(each.item) == fold(given.item) and each.text == given.text.strip():
            at = (
                f"第{each.place.page}页" if each.place.page else f"第{each.place.line}行" if each.place.line else "正文"
            )
            return replace(given, place=said.format(f"《{each.place.document_title}》{at}"))
    return given


def problems_of(wrong: Sequence[Finding], reasons: Sequence[Given], facts: Sequence[Given]) -> tuple[Problem, ...]:
    """Return why what was filled in cannot be written, each problem with the item it is about."""
    given = [*(("reason", each) for each in reasons), *(("fact", each) for each in facts)]
    out: dict[tuple[str, str], Problem] = {}
    for finding in wrong:
        named = [(takes, each) for takes, each in given if finding.stated in (each.item, each.text[:_MOST_SHOWN])]
        exact = [(takes, each) for takes, each in named if f"“{each.item}”" in finding.message] or named
        for takes, each in exact[:1]:
            out.setdefault((takes, each.item), Problem(takes, each.item, advice_on(finding, each)))
    return tuple(out.values())


def advice_on(finding: Finding, given: Given | None = None) -> str:
    """Say what to write in place of what was filled in."""
    if finding.code == "known-unreadable" and given is not None:
        sample = next((sample for pattern, _, sample in _UNITS if pattern.search(given.item)), "")
        if "金额" in finding.message:
            return f"请只写一个确定的金额，带单位，如“{_MONEY}”。"
        return f"请只写一个数和单位，如“{sample or '5辆'}”。"
    said = _AGAIN.sub("请改写。", finding.message)
    return said.removeprefix(given.place) if given is not None else said
