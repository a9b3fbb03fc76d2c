"""How far a version of a draft is: what is open in it, which of its figures nothing vouches for, who approved it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from service.calculation.evidence import Place, place_of
from service.domain.finding import Finding, Severity
from service.drafting.draft import Draft

#: What the words at the head of a file begin with, by which they are known when the file comes back.
NOT_APPROVED = "未经批准"
NO_SOURCE = "没有来源"
_BEIJING = timezone(timedelta(hours=8))
#: How much of a message tells of a figure that only a finding names.
_LONGEST_WHY = 60


@dataclass(frozen=True, slots=True)
class Standing:
    """Which version of a draft a file is made of.

    Attributes:
        version: Its number.
        approved_by: Who approved it, "" where nobody did.
        approved_at: When, as ISO 8601 text with an offset, "" where nobody did.
    """

    version: int
    approved_by: str = ""
    approved_at: str = ""


@dataclass(frozen=True, slots=True)
class OpenFigure:
    """A figure of a draft that nothing vouches for.

    Attributes:
        text: As written.
        why: ``与表不符，表中5.50万元`` or ``没有来源``.
        places: Where the documents of the draft print what it is at odds with.
    """

    text: str
    why: str
    places: tuple[Place, ...] = ()


def blocks(finding: Finding) -> bool:
    """Whether a draft with this finding is not approved: an error, or a sum that nothing and nobody vouches for."""
    return finding.severity is Severity.ERROR or (
        finding.code == "figure-without-source" and finding.severity is Severity.WARNING
    )


def standing_lines(draft: Draft, standing: Standing) -> tuple[str, ...]:
    """Return what a file of a draft says at its head: that nobody approved it, and what is open; nothing once approved."""
    if standing.approved_at:
        return ()
    errors = sum(each.severity is Severity.ERROR for each in draft.findings)
    unsourced = sum(blocks(each) and each.severity is not Severity.ERROR for each in draft.findings)
    counts = (("处错误", errors), ("处数字没有来源", unsourced), ("处待补充", len(draft.gaps)))
    still = "、".join(f"{count}{name}" for name, count in counts if count)
    head = f"草稿（第{standing.version}版），{NOT_APPROVED}"
    return (head, f"有{still}未解决") if still else (head,)


def approval_line(standing: Standing) -> str:
    """Say who approved a version and when, by the clock of Beijing; "" where nobody did."""
    if not standing.approved_at:
        return ""
    at = datetime.fromisoformat(standing.approved_at).astimezone(_BEIJING)
    when = f"{at.year}年{at.month}月{at.day}日{at:%H:%M}"
    return f"本文是第{standing.version}版，{standing.approved_by}于{when}（北京时间）批准。"


def sentence_of(finding: Finding, draft: Draft) -> str:
    """Return the id of the sentence of a draft that a finding is about, "" where it is about none.

    A place outside the documents that the draft rests on is one in its text; a finding on what a person gave has
    none, and is about the sentence that holds the words.
    """
    held = {source.document for source in draft.sources}
    own = [s for s in finding.sources if s.document not in held and not s.table]
    sentences = list(draft.sentences())
    for place in own:
        quote = place.quote.strip()
        fit = [s for s in sentences if quote and (quote in s.text or (s.text.strip() and s.text.strip() in quote))]
        exact = [s for s in fit if finding.stated and finding.stated in s.text] or fit
        if exact:
            return exact[0].id
    if not finding.sources and len(finding.stated) > 1:
        return next((s.id for s in sentences if finding.stated in s.text), "")
    return ""


def open_figures(draft: Draft) -> Mapping[str, tuple[OpenFigure, ...]]:
    """Return, by sentence, the figures that only a finding tells of: those at odds with a table, those without a source."""
    held = {source.document: source.title for source in draft.sources}
    texts = {sentence.id: sentence for sentence in draft.sentences()}
    out: dict[str, list[OpenFigure]] = {}
    for finding in draft.findings:
        sentence = (
            texts.get(sentence_of(finding, draft)) if finding.stated and finding.severity is not Severity.NOTE else None
        )
        if sentence is None or finding.stated not in sentence.text or not any(c.isdigit() for c in finding.stated):
            continue
        listed = out.setdefault(sentence.id, [])
        is_known = any(each.text == finding.stated for each in listed)
        if is_known or any(each.text == finding.stated for each in sentence.figures):
            continue
        places = tuple(place_of(each, held) for each in finding.sources if each.document in held)
        listed.append(OpenFigure(finding.stated, _why(finding, places), places))
    return {id_: tuple(listed) for id_, listed in out.items() if listed}


def _why(finding: Finding, places: tuple[Place, ...]) -> str:
    if finding.expected and finding.severity is Severity.ERROR:
        is_printed = len(places) == 1 and bool(places[0].table)
        return f"与表不符，{'表中' if is_printed else '应为'}{finding.expected}"
    if finding.code in {"figure-without-source", "figure-changed-by-hand"}:
        return NO_SOURCE
    return finding.message[:_LONGEST_WHY]
