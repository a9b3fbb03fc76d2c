"""Which documents a question is about: entities and years first, everything else within them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from service.domain.coordinate import Stage
from service.domain.document import DocumentSummary
from service.numerals import YearMention, read_years
from service.vocabulary.names import fold

_HAN = re.compile(r"[\u4e00-\u9fff]+")
_LEVELS = frozenset("省市区县旗乡镇府州")
_NAME_ENDS = "办室局委部厅院会处心道镇乡校学所队馆站团社府大协联署"
#: Entities that one question may set side by side.
_MOST_ENTITIES = 6
#: What may stand between two entities of one question.
_JOINS = re.compile(r"[和与跟同、，,;；比或及是占]|相对")
#: How a department's own budget stands to that of its units, widest first.
_KINDS = ("部门汇总", "部门", "单位", "本级")
_ROLL_UPS = frozenset(_KINDS[:2])


#: A place within the first characters of an entity's name.
_PLACE = re.compile(r"[\u4e00-\u9fff]{2,3}?(?:省|市|区|县|州|旗)")
_PLACE_REACH = 12


@dataclass(frozen=True, slots=True)
class EntityMention:
    """A piece of a question that names one entity, or fits several.

    Attributes:
        start: Offset in the folded question.
        text: The piece.
        entities: Those it may stand for.
    """

    start: int
    text: str
    entities: frozenset[str]

    @property
    def end(self) -> int:
        """Offset after it."""
        return self.start + len(self.text)


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
        rivals: The choices for the other entities that the question names beside this one.
        twins: Documents of the same entity and year at another level: its units' where this is the roll-up.
        text: The question with 去年 and the like written as years, where the entity has documents of them.
    """

    summaries: tuple[DocumentSummary, ...] = ()
    year: int = 0
    others: tuple[str, ...] = ()
    foreign: str = ""
    missing_year: int = 0
    mention: str = ""
    rivals: tuple[ScopeChoice, ...] = ()
    twins: tuple[DocumentSummary, ...] = ()
    text: str = ""

    @property
    def mentions(self) -> tuple[str, ...]:
        """Every piece of the question that names an entity."""
        return tuple(m for m in (self.mention, *(r.mention for r in self.rivals)) if m)


class EntityIndex:
    """The names of every entity in the store, made ready for questions.

    Args:
        summaries: What is in the store.
        tails: What a short name may leave out at the end of the full one (办事处, 常委会办公厅).
    """

    def __init__(self, summaries: Sequence[DocumentSummary], tails: Iterable[str] = ()) -> None:
        self.summaries = tuple(summaries)
        self.entities = tuple(sorted({s.entity for s in summaries}))
        self._tails = frozenset(map(fold, tails))
        self._by_name: dict[str, set[str]] = {}
        self._names: list[tuple[str, str, str]] = []
        self._of_entity: dict[str, list[DocumentSummary]] = {}
        for summary in summaries:
            self._of_entity.setdefault(summary.entity, []).append(summary)
            for name in dict.fromkeys((summary.entity, *summary.entity_names)):
                folded = fold(name)
                if folded not in self._by_name:
                    core = folded.removeprefix("中国共产党").removeprefix("中共").removeprefix(fold(summary.region))
                    self._names.append((folded, core, summary.entity))
                self._by_name.setdefault(folded, set()).add(summary.entity)
        self._longest = max(map(len, self._by_name), default=0)
        self._with_char: dict[str, set[int]] = {}
        for number, (name, _, _) in enumerate(self._names):
            for char in name:
                self._with_char.setdefault(char, set()).add(number)
        units = (u.name for s in summaries for u in s.units)
        self.blob = "｜".join(dict.fromkeys([*self._by_name, *map(fold, units)]))

    def of(self, entity: str) -> list[DocumentSummary]:
        """Return what is in the store of an entity."""
        return self._of_entity.get(entity, [])

    def places_in(self, text: str) -> list[str]:
        """Return the places that the entities' names begin with and that a text names: 「普陀区哪个部门…」."""
        known = {place for e in self.entities for place in _PLACE.findall(fold(e)[:_PLACE_REACH])}
        return sorted(place for place in known if place in text)

    def given(self, entity: str) -> set[str]:
        """Return the entities that a caller's name means."""
        wanted = fold(entity)
        # A name of its own comes before the same words in another's file.
        if exact := {each for each in self.entities if fold(each) == wanted}:
            return exact
        if wanted in self._by_name:
            return self._by_name[wanted]
        return {e for name, core, e in self._names if wanted in name or _abbreviates(wanted, name, core, self._tails)}

    def abbreviated(self, piece: str) -> set[str]:
        """Return the entities whose name a piece abbreviates, or is."""
        found = set(self._by_name.get(piece, ()))
        for number in self._holding(piece):
            name, core, entity = self._names[number]
            if _abbreviates(piece, name, core, self._tails):
                found.add(entity)
        return found

    def _holding(self, piece: str) -> set[int]:
        """Return the numbers of the names that have every character of a piece."""
        sets = sorted((self._with_char.get(c, set()) for c in set(piece)), key=len)
        return set.intersection(*sets) if sets and sets[0] else set()

    def named(self, text: str) -> tuple[set[str], str]:
        """Return the entities a text names, by full name or by an abbreviation of it, and the piece that did."""
        for size in range(min(len(text), self._longest), 3, -1):
            for start in range(len(text) - size + 1):
                found = self._by_name.get(text[start : start + size])
                if found:
                    return set(found), text[start : start + size]
        for piece in _pieces(text):
            found = self.abbreviated(piece)
            if found:
                return found, piece  # the longest; of equally long ones the first
        return set(), ""

    def mentions(self, text: str) -> list[EntityMention]:
        """Return every entity a text names, left to right; the text between two must set them side by side."""
        found: list[EntityMention] = []
        rest = text
        while len(found) < _MOST_ENTITIES:
            entities, piece = self.named(rest)
            if not entities:
                break
            at = rest.find(piece)
            found.append(EntityMention(at, piece, frozenset(entities)))
            rest = rest[:at] + "＃" * len(piece) + rest[at + len(piece) :]
        found.sort(key=lambda m: m.start)
        found = [*self._shared_ending(text, found), *found]
        kept: list[EntityMention] = []
        for mention in sorted(found, key=lambda m: m.start):
            if kept and not _JOINS.search(text[kept[-1].end : mention.start]):
                if len(mention.text) > len(kept[-1].text):
                    kept[-1] = mention
                continue
            if not any(mention.entities <= k.entities for k in kept):
                kept.append(mention)
        return [each for mention in kept for each in _all_of(text, mention)]

    def _shared_ending(self, text: str, found: Sequence[EntityMention]) -> list[EntityMention]:
        """Read 「长春和西安市信访局」: a place that shares the ending of the name after it."""
        if len(found) != 1:
            return []
        last = found[0]
        before = re.search(r"([\u4e00-\u9fff]{2,8})[和与跟、]$", text[: last.start])
        if before is None:
            return []
        for size in range(min(4, len(before.group(1))), 1, -1):
            place = before.group(1)[-size:]
            for ending in range(2, len(last.text)):
                entities = self.abbreviated(place + last.text[-ending:])
                if len(entities) == 1 and not entities & last.entities:
                    return [EntityMention(before.start() + len(before.group(1)) - size, place, frozenset(entities))]
        return []


#: Said before a name that several entities bear: all of them are meant.
_ALL_OF = re.compile(r"(?:([二两三四五六\d])家?个?|各家?|几家|这几家|所有|全部)$")
_NUMERALS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2}


def _all_of(text: str, mention: EntityMention) -> list[EntityMention]:
    """Read 「三家信访局」 as each of the three that the store has."""
    said = _ALL_OF.search(text[: mention.start])
    if len(mention.entities) == 1 or said is None:
        return [mention]
    number = said.group(1)
    if number and (_NUMERALS.get(number) or int(number)) != len(mention.entities):
        return [mention]
    return [EntityMention(mention.start, mention.text, frozenset({e})) for e in sorted(mention.entities)]


def _pieces(text: str) -> list[str]:
    """Return the pieces of a text that end like the name of an organisation, longest first."""
    out = set()
    for end in range(3, len(text) + 1):
        if text[end - 1] in _NAME_ENDS:
            for start in range(max(0, end - 16), end - 2):
                piece = text[start:end]
                if _HAN.fullmatch(piece):
                    out.add(piece)
    return sorted(out, key=lambda p: (-len(p), text.find(p)))


def _abbreviates(piece: str, name: str, core: str, tails: frozenset[str] = frozenset()) -> bool:
    """Whether a piece picks characters of a name in order, from its region or core on to near its end.

    「万里街道」 stands in the name as it is, but for an ending that says nothing (办事处); 「省人大」 picks.
    """
    at = name.rfind(piece)
    picked = list(range(at, at + len(piece))) if at >= 0 else []
    if not picked:
        for char in piece:
            found = name.find(char, picked[-1] + 1 if picked else 0)
            if found < 0:
                return False
            picked.append(found)
    position = picked[-1]
    gaps = sum(b > a + 1 for a, b in itertools.pairwise(picked))
    region = name[: len(name) - len(core)] if name.endswith(core) else ""
    # 州 of 广州市 is no level: 市 is
    levels = [name[p] for p in picked if p < len(region) and name[p] in _LEVELS and name[p + 1 : p + 2] not in _LEVELS]
    if levels and region and levels[-1] != region[-1] and gaps:
        return False  # 市委办公室 is not 新乡市红旗区委办公室
    in_core = [c for c in piece if c in core]
    left_out = name[position + 1 :]
    ends_well = piece[-1] in _NAME_ENDS and (len(left_out) <= 2 or left_out in tails)
    return ends_well and gaps <= 3 and len(in_core) >= 2 and len(piece) >= 3 - (len(core) <= 4)


def place_in(text: str, before: str, index: EntityIndex) -> set[str]:
    """Return the entity that a follow-up names by its place alone: 「西安的呢」 after 「长春市信访局…」.

    Args:
        text: The follow-up.
        before: The piece that named the entity in the question before.
        index: Names of what is in the store.
    """
    found = re.match(r"(?:那|换成|改成|再看|和|跟)?([\u4e00-\u9fff]{2,5}?)(?:的|那边)?(?:呢|怎么样|如何|多少|是多少)?[？?]?$", text)
    if found is None:
        return set()
    for ending in range(2, len(before)):
        entities = index.abbreviated(fold(found.group(1)) + before[-ending:])
        if len(entities) == 1:
            return entities
    return set()


def choose(
    question: str, index: EntityIndex, *, entity: str | None, year: int | None,
    words: Mapping[str, Any], ends: Sequence[str] | None = None, known_text: Sequence[str] = (),
    stage: Stage | None = None, items: Sequence[str] = (),
) -> ScopeChoice:  # fmt: skip
    """Choose entities and years.

    Args:
        question: Normalised text.
        index: Names of what is in the store.
        entity: Given by the caller, None to find it.
        year: Given by the caller, None to find it.
        words: Question words: ``others``, ``filler``, ``levels``, ``places`` …
        ends: Endings of names of organisations, None for those of *words*.
        known_text: Names within the documents (projects) that may look like organisations.
        stage: Stage asked about, None where the question does not say.
        items: Names of budget items that have the word for an organisation in them (人大会议), longest first.
    """
    text = fold(question)
    if entity is None:
        mentions = index.mentions(text)
    else:
        given = index.given(entity)
        said = next((m for m in index.mentions(text) if given and m.entities & given), None)
        mentions = [EntityMention(0, said.text if said else entity, frozenset(given))] if given else []
        if not given:
            return ScopeChoice(others=index.entities, foreign=entity, text=question)
    if entity is None:
        foreign = _foreign_of(text, index, mentions, words, ends, known_text, items)
        if foreign:
            return ScopeChoice(others=index.entities, foreign=foreign, text=question)
    if not mentions and len(index.entities) == 1 and entity is None:
        mentions = [EntityMention(0, "", frozenset(index.entities))]
    unclear = next((m for m in mentions if len(m.entities) > 1), None)
    if not mentions or unclear:
        fitting = tuple(sorted(unclear.entities)) if unclear else index.entities
        return ScopeChoice(others=fitting, mention=unclear.text if unclear else "", text=question)
    made = [_of_entity(question, index, m, year=year, words=words, stage=stage) for m in mentions]
    return replace(made[0], rivals=tuple(made[1:]))


def _foreign_of(
    text: str, index: EntityIndex, mentions: Sequence[EntityMention], words: Mapping[str, Any],
    ends: Sequence[str] | None, known_text: Sequence[str], items: Sequence[str],
) -> str:  # fmt: skip
    """Return an organisation that a question names and the store does not know, "" if there is none."""
    for mention in mentions:
        if other := _longer_name(text, mention, index, words):
            return other
    masked = text
    for mention in mentions:
        masked = masked[: mention.start] + "＃" * len(mention.text) + masked[mention.end :]
    for item in items:
        masked = masked.replace(item, "＃" * len(item))
    endings = words["others"]["ends"] if ends is None else ends
    return _foreign(masked, index, words["others"]["words"], endings, known_text)


def _longer_name(text: str, mention: EntityMention, index: EntityIndex, words: Mapping[str, Any]) -> str:
    """Return the organisation of which a mention is only the end (区政府办公室, 武汉市信访局), "" if it stands alone."""
    at = text.find(mention.text, max(0, mention.start - 1))
    lead = _lead(text[:at], words)
    if not lead:
        return ""
    if index.abbreviated(lead + mention.text) & mention.entities:
        return ""
    if lead[-1] in _LEVELS:
        joined = lead[-1] + mention.text
        if len(lead) == 1 and (joined in index.blob or index.abbreviated(joined)):
            return ""
        return "" if _is_region_of(lead, mention, index) else lead[-4:] + mention.text
    provinces = [p for p in words["places"]["provinces"] if p in lead + mention.text[:1]]
    own = "".join(s.entity + s.region for e in mention.entities for s in index.of(e))
    if provinces and not any(p in own for p in provinces) and any(p in own for p in words["places"]["provinces"]):
        return lead[-4:] + mention.text
    says_where = any(mention.text.startswith(s.region[:2]) for e in mention.entities for s in index.of(e) if s.region)
    is_bare = not says_where and len(mention.text) <= 4 and len(lead) >= 2
    return lead[-4:] + mention.text if is_bare and not any(c in own for c in lead) else ""


def _is_region_of(lead: str, mention: EntityMention, index: EntityIndex) -> bool:
    """Whether what stands before a mention is a place that the entity's names begin with: 新乡市 before 红旗区委办."""
    names = [fold(n) for e in mention.entities for s in index.of(e) for n in (s.region, s.entity, *s.entity_names)]
    return any(lead[-size:] in name for name in names for size in range(len(lead), 1, -1))


def _lead(before: str, words: Mapping[str, Any]) -> str:
    """Return the characters that stand right before a name and are no words of the question itself."""
    run = re.search(r"[\u4e00-\u9fff]{0,8}$", before)
    lead = re.split(
        r"[的了是和与跟比请问在为把年问下查看或及同占各]|多少|哪个|什么|今年|去年|所有|全部|几家|[一二两三四五六七八九十][家个]",
        run.group() if run else "",
    )[-1]
    known = [*words["filler"]["words"], *(w for group in words["signs"].values() for w in group if _HAN.fullmatch(w))]
    ends = [lead.rfind(w) + len(w) for w in known if w in lead]
    return lead[max(ends, default=0) :].lstrip(words["filler"]["particles"]) if ends else lead


def _foreign(
    text: str, index: EntityIndex, others: Sequence[str], ends: Sequence[str], known_text: Sequence[str]
) -> str:
    """Return an organisation that is named outside the entities' mentions and that the store does not know."""
    for word in others:
        if word in text:
            return word
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


# -- documents of one entity ------------------------------------------------------------------------------


def _of_entity(
    question: str, index: EntityIndex, mention: EntityMention, *, year: int | None, words: Mapping[str, Any],
    stage: Stage | None,
) -> ScopeChoice:  # fmt: skip
    """Choose year, level and stage among the documents of one entity."""
    own = index.of(next(iter(mention.entities)))
    years = sorted({s.year for s in own}, reverse=True)
    text = _with_years(question, years, year)
    wanted = year or _year(text, years)
    spoken = [y.year for y in read_years(text) if y.year]
    unknown = [y for y in spoken if years and y not in years and y + 1 not in years]
    if unknown and year is None and wanted in years:
        wanted = unknown[0]
    shown = wanted if wanted in years else years[0]
    chosen, twins = _at_level(own, shown, _level_asked(text, words), stage)
    order = sorted(chosen, key=lambda s: (s.year != shown, -s.year, _stage_rank(s, stage), not s.tables, s.id))
    missing = wanted if wanted and wanted not in years else 0
    return ScopeChoice(
        tuple(order), shown, missing_year=missing, mention=mention.text, twins=twins, text=text,
    )  # fmt: skip


def documents_in(
    index: EntityIndex, year: int, text: str, words: Mapping[str, Any], stage: Stage | None
) -> dict[str, str]:
    """Return the documents of one year that speak for their entity as a whole: document id → entity."""
    level = _level_asked(text, words)
    out: dict[str, str] = {}
    for entity in index.entities:
        own = [s for s in index.of(entity) if s.year == year]
        if own:
            chosen, _ = _at_level(own, year, level, stage)
            out |= {s.id: entity for s in chosen}
    return out


def _stage_rank(summary: DocumentSummary, stage: Stage | None) -> int:
    if summary.stage is (stage or Stage.BUDGET):
        return 0
    return 1 if summary.stage is Stage.BUDGET else 2


def _level_asked(text: str, words: Mapping[str, Any]) -> str:
    """Return ``部门`` or ``单位`` where a question says whose budget it means, "" where it does not."""
    return next((level for level, said in words["levels"].items() if any(w in text for w in said)), "")


def _at_level(
    own: Sequence[DocumentSummary], year: int, level: str, stage: Stage | None
) -> tuple[list[DocumentSummary], tuple[DocumentSummary, ...]]:
    """Return the documents at one level, and those of the year at the other.

    The roll-up is meant where nothing is said and there is one. A year of which only the other level is in the
    store keeps it. Parts of one disclosure stay together: a file without tables goes with one that has them.
    """
    in_year = [s for s in own if s.year == year and (stage is None or s.stage is stage)] or [
        s for s in own if s.year == year
    ]
    rolled = {s.kind in _ROLL_UPS for s in in_year if s.tables or len(in_year) == 1}
    takes_roll_up = (level != "单位") if len(rolled) == 2 else next(iter(rolled), True)
    chosen: list[DocumentSummary] = []
    twins: list[DocumentSummary] = []
    for each_year in {s.year for s in own}:
        group = [s for s in own if s.year == each_year]
        fitting = [s for s in group if (s.kind in _ROLL_UPS) == takes_roll_up]
        others = [s for s in group if s not in fitting]
        if not fitting or not any(s.tables for s in fitting):
            fitting, others = group, []
        parts = [s for s in others if not s.tables and not any(o.tables for o in others)]
        widest = min(_KINDS.index(s.kind) if s.kind in _KINDS else 1 for s in fitting if s.tables or len(fitting) == 1)
        chosen += [s for s in fitting if not s.tables or s.kind not in _KINDS or _KINDS.index(s.kind) == widest] + parts
        if each_year == year:
            twins = [s for s in others if s not in parts and s.tables]
    return chosen, tuple(twins)


def _with_years(question: str, years: Sequence[int], chosen: int | None = None) -> str:
    """Write 去年, 前年 as years where there are documents of them: counted from the year named, else the one chosen, else the newest."""
    if len(years) < 2:
        return question
    said = list(read_years(question))
    anchors = [y.year for y in said if y.year and not _is_base(question, y.start, y.end)]
    anchor = max(anchors) if anchors else chosen or years[0]
    out = question
    for mention in sorted(said, key=lambda y: -y.start):
        if mention.relative is None or mention.span > 1 or not mention.relative or _is_carried(question, mention):
            continue
        if anchor + mention.relative in years:
            out = f"{out[: mention.start]}{anchor + mention.relative}年{out[mention.end :]}"
    return out


def _is_carried(question: str, mention: YearMention) -> bool:
    """Whether a word for a year is part of 上年结转."""
    return bool(re.match(r"度?(?:结转|结余)", question[mention.end :]))


def _is_base(question: str, start: int, end: int) -> bool:
    """Whether a year is only what another is compared with: 比2023年, 与2023年相比."""
    before, after = question[max(0, start - 1) : start], question[end : end + 8]
    return before in {"比", "较"} or (
        before in {"与", "跟", "和", "同"} and bool(re.search(r"^(?:预算)?数?相?比", after))
    )


def _year(question: str, years: Sequence[int]) -> int:
    """Return the year a question is about: the latest it names that is not only compared with."""
    said = [y.year for y in read_years(question) if y.year]
    named = [y.year for y in read_years(question) if y.year and not _is_base(question, y.start, y.end)]
    if named and max(said) in years and min(said) in years:
        return max(said)  # 2018年与2019年相比: the later one is compared with the earlier
    known = [y for y in named if y in years]
    if known:
        return max(known)
    if named and years:
        # the year before a document may be known from it (推算); a later one is not
        return next((y for y in reversed(years) if y - 1 == max(named)), max(named))
    return years[0] if years else 0
