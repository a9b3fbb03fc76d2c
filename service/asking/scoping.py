"""Which documents a question is about: entity and year first, everything else within them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.document import DocumentSummary
from service.numerals import read_years
from service.vocabulary.names import fold

_HAN = re.compile(r"[\u4e00-\u9fff]+")
_LEVELS = frozenset("省市区县旗乡镇府州")
_NAME_ENDS = "办室局委部厅院会处心道镇乡校学所队馆站团社府"


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


class EntityIndex:
    """The names of every entity in the store, made ready for questions.

    Args:
        summaries: What is in the store.
    """

    def __init__(self, summaries: Sequence[DocumentSummary]) -> None:
        self.summaries = tuple(summaries)
        self.entities = tuple(sorted({s.entity for s in summaries}))
        self._by_name: dict[str, set[str]] = {}
        self._names: list[tuple[str, str, frozenset[str], str]] = []
        for summary in summaries:
            for name in dict.fromkeys((summary.entity, *summary.entity_names)):
                folded = fold(name)
                if folded not in self._by_name:
                    core = folded.removeprefix("中国共产党").removeprefix("中共").removeprefix(fold(summary.region))
                    self._names.append((folded, core, frozenset(folded), summary.entity))
                self._by_name.setdefault(folded, set()).add(summary.entity)
        self._longest = max(map(len, self._by_name), default=0)
        units = (u.name for s in summaries for u in s.units)
        self.blob = "｜".join(dict.fromkeys([*self._by_name, *map(fold, units)]))

    def given(self, entity: str) -> set[str]:
        """Return the entities that a caller's name means."""
        wanted = fold(entity)
        if wanted in self._by_name:
            return self._by_name[wanted]
        return {e for name, core, _, e in self._names if wanted in name or _abbreviates(wanted, name, core)}

    def abbreviated(self, piece: str) -> bool:
        """Whether a piece abbreviates some entity's name."""
        return any(_abbreviates(piece, name, core) for name, core, _, _ in self._names)

    def named(self, text: str) -> tuple[set[str], str]:
        """Return the entities a text names, by full name or by an abbreviation of it, and the piece that did."""
        for size in range(min(len(text), self._longest), 3, -1):
            for start in range(len(text) - size + 1):
                found = self._by_name.get(text[start : start + size])
                if found:
                    return set(found), text[start : start + size]
        best: tuple[int, set[str], str] = (0, set(), "")
        for piece in _pieces(text):
            if len(piece) < best[0]:
                break
            chars = frozenset(piece)
            for name, core, known, entity in self._names:
                if chars <= known and _abbreviates(piece, name, core):
                    if len(piece) > best[0]:
                        best = (len(piece), set(), piece)
                    best[1].add(entity)
        return best[1], best[2]


def _longer_name(text: str, mention: str, index: EntityIndex) -> str:
    """Return the organisation of which a mention is only the end (区政府办公室), "" if it stands for the entity."""
    at = text.find(mention)
    before = text[at - 1 : at] if at > 0 else ""
    if before not in _LEVELS or before + mention in index.blob or index.abbreviated(before + mention):
        return ""
    lead = re.search(r"[\u4e00-\u9fff]{1,3}$", text[:at])
    return (lead.group() if lead else "") + mention


def _is_base(question: str, start: int, end: int) -> bool:
    """Whether a year is only what another is compared with: 比2023年, 与2023年相比."""
    before, after = question[max(0, start - 1) : start], question[end : end + 8]
    return before in {"比", "较"} or (
        before in {"与", "跟", "和", "同"} and bool(re.search(r"^(?:预算)?数?相?比", after))
    )


def _pieces(text: str) -> list[str]:
    """Return the pieces of a text that end like the name of an organisation, longest first."""
    out = set()
    for end in range(3, len(text) + 1):
        if text[end - 1] in _NAME_ENDS:
            for start in range(max(0, end - 16), end - 2):
                piece = text[start:end]
                if _HAN.fullmatch(piece):
                    out.add(piece)
    return sorted(out, key=lambda p: (-len(p), p))


def choose(
    question: str, index: EntityIndex, *, entity: str | None, year: int | None,
    others: Sequence[str], ends: Sequence[str], known_text: Sequence[str] = (),
) -> ScopeChoice:  # fmt: skip
    """Choose entity and year.

    Args:
        question: Normalised text, history included where it is a follow-up.
        index: Names of what is in the store.
        entity: Given by the caller, None to find it.
        year: Given by the caller, None to find it.
        others: Words that speak of somebody else's figures (全区, 其他部门).
        ends: Endings of names of organisations.
        known_text: Names within the documents (projects) that may look like organisations.
    """
    text = fold(question)
    chosen, mention = index.named(text) if entity is None else (index.given(entity), entity)
    if entity is None and mention and (other := _longer_name(text, mention, index)):
        return ScopeChoice(others=index.entities, foreign=other)
    foreign = "" if entity is not None else _foreign(text, index, others, ends, mention, known_text)
    if foreign and not (chosen and foreign in mention):
        return ScopeChoice(others=index.entities, foreign=foreign)
    if len(chosen) != 1:
        if len(index.entities) == 1 and entity is None:
            chosen = {index.entities[0]}
        else:
            return ScopeChoice(others=tuple(sorted(chosen)) or index.entities, foreign=entity or "")
    own = [s for s in index.summaries if s.entity in chosen]
    years = sorted({s.year for s in own}, reverse=True)
    wanted = year or _year(question, years)
    spoken = [y.year for y in read_years(question) if y.year]
    unknown = [y for y in spoken if years and y not in years and y != years[-1] - 1]
    if unknown and year is None and wanted in years:
        wanted = unknown[0]
    order = sorted(own, key=lambda s: (s.year != wanted, -s.year, s.stage.value != "年初预算", s.kind != "部门汇总"))
    first = order[0]
    order = [s for s in order if s.year != first.year or s.kind == first.kind]
    if wanted not in years and wanted:
        return ScopeChoice(tuple(order), years[0], missing_year=wanted, mention=mention)
    return ScopeChoice(tuple(order), wanted or years[0], mention=mention)


def _year(question: str, years: Sequence[int]) -> int:
    """Return the year a question is about: the latest it names that is not only compared with."""
    named = [y.year for y in read_years(question) if y.year and not _is_base(question, y.start, y.end)]
    known = [y for y in named if y in years]
    if known:
        return max(known)
    if named and years:
        # a year before the newest document may be known from it (推算); a later one is not
        return years[0] if max(named) < years[0] and max(named) >= years[0] - 1 else max(named)
    return years[0] if years else 0


def _abbreviates(piece: str, name: str, core: str) -> bool:
    """Whether a piece picks characters of a name in order, from its region or core on to near its end."""
    position, gaps, first = -1, 0, -1
    for char in piece:
        found = name.find(char, position + 1)
        if found < 0:
            return False
        gaps += 1 if position >= 0 and found > position + 1 else 0
        first = found if first < 0 else first
        position = found
    region = name[: len(name) - len(core)] if name.endswith(core) else ""
    levels = [c for c in piece if c in _LEVELS and c in region]
    if levels and region and levels[-1] != region[-1]:
        return False  # 市委办公室 is not 新乡市红旗区委办公室
    in_core = [c for c in piece if c in core]
    ends_well = piece[-1] in _NAME_ENDS and len(name) - position <= 3
    return ends_well and gaps <= 3 and len(in_core) >= 2 and len(piece) >= 3 - (len(core) <= 4)


def _foreign(
    text: str, index: EntityIndex, others: Sequence[str], ends: Sequence[str], mention: str, known_text: Sequence[str]
) -> str:
    """Return an organisation that a question names and the store does not know."""
    for word in others:
        if word in text:
            return word
    if mention:
        text = text.replace(mention, "＃" * len(mention))
    known = "｜".join((index.blob, *map(fold, known_text)))
    for end in ends:
        at = text.find(end)
        while at >= 0:
            run = re.search(r"[\u4e00-\u9fff]{0,10}$", text[:at])
            piece = _strip(run.group() if run else "") + end
            if len(piece) >= 3 and not any(piece[i:] in known for i in range(len(piece) - 2)):
                return piece.removesuffix("总").removesuffix("收").removesuffix("支").removesuffix("一")
            at = text.find(end, at + 1)
    return ""


def _strip(lead: str) -> str:
    return re.split(r"[的了是和与跟比请问在为把年问下查看]|多少|哪个|什么|今年|去年", lead)[-1]
