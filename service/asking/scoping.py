"""Which documents a question is about: entity and year first, everything else within them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.document import DocumentSummary
from service.numerals import read_years
from service.vocabulary.names import fold

_ORGANISATION = re.compile(r"[\u4e00-\u9fff]{2,20}")


@dataclass(frozen=True, slots=True)
class ScopeChoice:
    """The documents a question is about.

    Attributes:
        summaries: Of one entity, the year spoken of first; empty where none fits.
        year: Year spoken of.
        others: Entities in the store, when several fit or none does.
        foreign: An organisation named that is not in the store, or "".
        missing_year: A year asked for of which there is no document, or 0.
        mention: Piece of the question that named the entity.
    """

    summaries: tuple[DocumentSummary, ...] = ()
    year: int = 0
    others: tuple[str, ...] = ()
    foreign: str = ""
    missing_year: int = 0
    mention: str = ""


def choose(
    question: str, summaries: Sequence[DocumentSummary], *, entity: str | None, year: int | None,
    others: Sequence[str], ends: Sequence[str], known_text: Sequence[str] = (),
) -> ScopeChoice:  # fmt: skip
    """Choose entity and year.

    Args:
        question: Normalised text, history included where it is a follow-up.
        summaries: What is in the store.
        entity: Given by the caller, None to find it.
        year: Given by the caller, None to find it.
        others: Words that speak of somebody else's figures (全区, 其他部门).
        ends: Endings of names of organisations.
        known_text: Names within the documents (projects) that may look like organisations.
    """
    entities = sorted({s.entity for s in summaries})
    chosen, mention = _named(question, summaries) if entity is None else (_given(entity, summaries), entity)
    foreign = "" if entity is not None else _foreign(question, summaries, others, ends, mention, known_text)
    if foreign and not (chosen and foreign in mention):
        return ScopeChoice(others=tuple(entities), foreign=foreign)
    if len(chosen) != 1:
        if len(entities) == 1 and entity is None:
            chosen = {entities[0]}
        else:
            return ScopeChoice(others=tuple(sorted(chosen) or entities), foreign=entity or "")
    own = [s for s in summaries if s.entity in chosen]
    years = sorted({s.year for s in own}, reverse=True)
    wanted = year or _year(question, years)
    order = sorted(own, key=lambda s: (s.year != wanted, -s.year, s.kind != "部门汇总"))
    if wanted not in years and wanted:
        return ScopeChoice(tuple(order), years[0], missing_year=wanted, mention=mention)
    return ScopeChoice(tuple(order), wanted or years[0], mention=mention)


def _year(question: str, years: Sequence[int]) -> int:
    """Return the year a question is about: the latest it names that is not only compared with."""
    named = [y.year for y in read_years(question) if y.year]
    known = [y for y in named if y in years]
    if known:
        return max(known)
    if named and years:
        # a year before the newest document may be known from it (推算); a later one is not
        return years[0] if max(named) < years[0] and max(named) >= years[0] - 1 else max(named)
    return years[0] if years else 0


def _given(entity: str, summaries: Sequence[DocumentSummary]) -> set[str]:
    wanted = fold(entity)
    exact = {s.entity for s in summaries if wanted in {fold(n) for n in (s.entity, *s.entity_names)}}
    return exact or {s.entity for s in summaries if _is_short_for(wanted, s)}


def _named(question: str, summaries: Sequence[DocumentSummary]) -> tuple[set[str], str]:
    """Return the entities a question names, by full name or by an abbreviation of it, and the piece that did."""
    text = fold(question)
    best: tuple[int, set[str], str] = (0, set(), "")
    for summary in summaries:
        for name in dict.fromkeys((summary.entity, *summary.entity_names)):
            piece = _longest_piece(text, fold(name), fold(summary.region))
            if len(piece) > best[0]:
                best = (len(piece), {summary.entity}, piece)
            elif piece and len(piece) == best[0]:
                best[1].add(summary.entity)
    return best[1], best[2]


def _longest_piece(text: str, name: str, region: str) -> str:
    """Return the longest piece of a text that is a name or an abbreviation of it, "" if there is none."""
    if name in text:
        return name
    core = name.removeprefix("中国共产党").removeprefix("中共").removeprefix(region)
    for size in range(min(len(text), len(name)), 2, -1):
        for start in range(len(text) - size + 1):
            piece = text[start : start + size]
            if _abbreviates(piece, name, core):
                return piece
    return ""


def _abbreviates(piece: str, name: str, core: str) -> bool:
    """Whether a piece picks characters of a name in order, from its region or core on to near its end."""
    if not re.fullmatch(r"[\u4e00-\u9fff]+", piece):
        return False
    position, gaps, first = -1, 0, -1
    for char in piece:
        found = name.find(char, position + 1)
        if found < 0:
            return False
        gaps += 1 if position >= 0 and found > position + 1 else 0
        first = found if first < 0 else first
        position = found
    in_core = [c for c in piece if c in core]
    ends_well = piece[-1] in "办室局委部厅院会处心道镇乡校学所队馆站团社府" and len(name) - position <= 4
    return ends_well and gaps <= 3 and len(in_core) >= 2 and len(piece) >= 3 - (len(core) <= 4)


def _is_short_for(wanted: str, summary: DocumentSummary) -> bool:
    return any(
        wanted in fold(n) or _abbreviates(wanted, fold(n), fold(n).removeprefix(fold(summary.region)))
        for n in (summary.entity, *summary.entity_names)
    )


def _foreign(
    question: str, summaries: Sequence[DocumentSummary], others: Sequence[str], ends: Sequence[str],
    mention: str, known_text: Sequence[str],
) -> str:  # fmt: skip
    """Return an organisation that a question names and the store does not know."""
    text = fold(question)
    for word in others:
        if word in text:
            return word
    if mention:
        text = text.replace(mention, "＃" * len(mention))
    names = [fold(n) for s in summaries for n in (s.entity, *s.entity_names, *(u.name for u in s.units))]
    names += [fold(n) for n in known_text]
    for end in ends:
        at = text.find(end)
        while at >= 0:
            run = re.search(r"[\u4e00-\u9fff]{0,10}$", text[:at])
            lead = run.group() if run else ""
            piece = _strip(lead) + end
            if len(piece) >= 3 and not any(piece in n or _contains(piece, n) for n in names):
                return piece.removesuffix("总").removesuffix("收").removesuffix("支").removesuffix("一")
            at = text.find(end, at + 1)
    return ""


def _strip(lead: str) -> str:
    return re.split(r"[的了是和与跟比请问在为把年问下查看]|多少|哪个|什么|今年|去年", lead)[-1]


def _contains(piece: str, name: str) -> bool:
    """Whether a name holds the last characters of a piece, so that only words around it differ."""
    return any(piece[i:] in name for i in range(len(piece) - 2))
