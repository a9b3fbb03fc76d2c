"""Reads a paragraph of a 情况说明 into statements: each figure, what it is of, and what it says of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise

from service.domain.coordinate import Aspect
from service.domain.quantity import WAN_YUAN, Kind, Quantity
from service.numerals import Measured, read_quantities, read_years
from service.vocabulary.catalogue import NarrativeSection
from service.vocabulary.spotting import DIMENSION, MEASURE, Mention, Spotter
from service.vocabulary.vocabulary import Vocabulary

_SENTENCE_END = re.compile(r"[。！？!?]")
_BREAK = re.compile(r"[；;。！？!?]")
_FILLER = re.compile(r"(?:了|约|共|为|数|额|分别|合计|预算|安排|达|到|至|近|各|均|[:：，,、])+$")
_EMPTY_WORD = re.compile(
    r"年初|年末|期末|期初|当年|本年|全年|其中|以及|相比|预算|决算|合计|共计|总计|总额|总体|安排|金额|数额|资金|经费|支出|收入|部门|单位|万元|同比|较|比|与|和|为|是|的|了|约|共|数|达|到|至|近|各|均为|总|由|使用|对应|上述|我"
)
_SHORTEST_NAME = 2
_KIND_OF = {Kind.MONEY: "金额"}
_BARE = frozenset({"收入", "支出"})


@dataclass(frozen=True, slots=True)
class Statement:
    """One figure, or one 持平, as stated.

    Attributes:
        start: Offset in the paragraph of the figure (or of 持平).
        end: Offset after it.
        text: The characters of the figure.
        quantity: The figure; its sign is the direction's for changes and rates.
        aspect: What it says of its subject.
        measures: Ids of the measures it is about: two for 收支.
        members: (dimension, member) pairs of its subject, section included.
        whole: For a share, the members of the whole it is a share of, when stated.
        year: Year it is about; 0 means the document's.
        base_year: For comparisons, the year compared with; 0 means the year before.
        period_end: Whether it is a stock at a point in time (期末).
        both_years: Whether it states the same figure for the year compared with (均为).
        sentence: (start, end) of its sentence in the paragraph.
        reason: (start, end) of the reason given for it, or None.
    """

    start: int
    end: int
    text: str
    quantity: Quantity
    aspect: Aspect
    measures: tuple[str, ...]
    members: tuple[tuple[str, str], ...]
    whole: tuple[tuple[str, str], ...] | None
    year: int
    base_year: int
    period_end: bool
    both_years: bool
    sentence: tuple[int, int]
    reason: tuple[int, int] | None = None


@dataclass(slots=True)
class _Subject:
    """What the running text is talking about."""

    measures: tuple[str, ...] = ()
    members: dict[str, str] = field(default_factory=dict)


_OTHER = _Subject()
"""Something that the vocabulary does not know: 会议室改造 within a sentence on 公用经费."""


def read_statements(
    printed: str, section: NarrativeSection | None, spotter: Spotter, vocabulary: Vocabulary, names: Sequence[str] = ()
) -> tuple[Statement, ...]:
    """Read the statements of a paragraph.

    Args:
        printed: The paragraph.
        section: What its heading fixes, or None.
        spotter: Printed names, those of the document included.
        vocabulary: For the words of direction, share and reason.
        names: Names of the entity, which name no measure or member (文化和旅游局).

    Returns:
        Statements in the order of the text; one whose subject cannot be told has no measures.
    """
    words = vocabulary.catalogue.words
    text = printed
    for name in names:
        text = text.replace(name, "＃" * len(name))
    mentions = spotter.spot(text)
    figures = [q for q in read_quantities(text) if _is_claim(q, text)]
    reasons = _reason_spans(text, words, figures)
    figures = [f for f in figures if not any(a <= f.start < b for a, b in reasons)]
    out: list[Statement] = []
    subject = _Subject()
    first_members: dict[str, str] = {}
    for start, end in _sentences(text):
        position = start
        base_year = 0
        stock_year = 0
        for figure in (f for f in figures if start <= f.start < end):
            position = max([position, *(b for _, b in reasons if b <= figure.start)])
            position = max([position, *(m.end() for m in _BREAK.finditer(text, position, figure.start))])
            lead = text[position : figure.start]
            here = [m for m in mentions if position <= m.start and m.end <= figure.start]
            years = [y for y in read_years(lead) if y.year]
            base_year = _compared_year(lead, base_year)
            found = _subject_of(here, vocabulary, lead, words)
            if found is not None and (found.measures or found.members):
                subject = _merge(subject, found, section, is_part="其中" in lead)
            first_members = first_members or dict(subject.members)
            aspect, direction = _aspect(lead, figure.quantity, words)
            about = subject
            if aspect is Aspect.LEVEL and (
                (found is None and _names_another_thing(lead, words))
                or not _fits(figure.quantity, subject, section, vocabulary)
            ):
                about = _OTHER
            if aspect is not None:
                year = years[-1].year if years and aspect is Aspect.LEVEL and not base_year else stock_year
                if "期末" in lead:
                    stock_year = year
                out.append(
                    _statement(figure, lead, aspect, direction, about, section, year, base_year, (start, end), text)
                )
            position = figure.end
        out += _flat(text, start, end, mentions, subject, section, words, base_year, out, vocabulary)
    return tuple(_with_reasons(sorted(out, key=lambda s: s.start), reasons))


def _is_claim(figure: Measured, text: str) -> bool:
    """Whether a quantity states something: it has a unit and is no threshold in a name (50万元以上…)."""
    if figure.quantity.unit.kind is Kind.NUMBER:
        return False
    after = text[figure.end : figure.end + 2]
    return not (
        after.startswith(("以上", "以下", "以内")) or (figure.comparator and figure.quantity.unit.kind is Kind.MONEY)
    )


def _names_another_thing(lead: str, words: Mapping[str, Sequence[str]]) -> bool:
    """Whether a lead in which nothing known is named still names something (会议室改造)."""
    plain = re.sub(r"20\d\d年度?|[^\u4e00-\u9fff]", "", lead)
    for word in sorted({w for said in words.values() for w in said}, key=len, reverse=True):
        plain = plain.replace(word, "")
    return len(_EMPTY_WORD.sub("", plain)) >= _SHORTEST_NAME


def _fits(quantity: Quantity, subject: _Subject, section: NarrativeSection | None, vocabulary: Vocabulary) -> bool:
    """Whether the unit is one that the subject is measured in: 3次 is no amount of 政府采购."""
    measures = subject.measures or ((section.measure,) if section and section.measure else ())
    kinds = {vocabulary.measures[m].kind for m in measures if m in vocabulary.measures}
    return quantity.unit.kind is Kind.RATIO or not kinds or kinds == {_KIND_OF.get(quantity.unit.kind, "数量")}


def _sentences(text: str) -> list[tuple[int, int]]:
    bounds = [0, *(m.end() for m in _SENTENCE_END.finditer(text)), len(text)]
    return [(a, b) for a, b in pairwise(bounds) if b > a]


def _compared_year(lead: str, current: int) -> int:
    """Return the year of 「与2023年…相比」 or 「比2023年」."""
    found = re.search(r"(?:与|比|较|同)\s*(20\d\d)\s*年", lead)
    return int(found.group(1)) if found else current


def _aspect(lead: str, quantity: Quantity, words: Mapping[str, Sequence[str]]) -> tuple[Aspect | None, int]:
    """Tell level, change, rate and share apart by the words before the figure."""
    tail = lead
    while True:
        shorter = _FILLER.sub("", tail)
        if shorter == tail:
            break
        tail = shorter
    if quantity.unit.kind is Kind.POINT:
        return None, 0  # of a share, not of the amount
    is_ratio = quantity.unit.kind is Kind.RATIO
    for direction, name in ((1, "increase"), (-1, "decrease")):
        if any(tail.endswith(w) for w in words[name]):
            return (Aspect.RATE if is_ratio else Aspect.CHANGE), direction
    if is_ratio:
        return (Aspect.SHARE, 0) if re.search(r"占[^，,；;。]*$", lead) else (None, 0)
    return Aspect.LEVEL, 0


def _subject_of(
    mentions: Sequence[Mention], vocabulary: Vocabulary, lead: str, words: Mapping[str, Sequence[str]]
) -> _Subject | None:
    """Combine the names before a figure into its subject; the last name on each dimension counts."""
    measures: list[str] = []
    members: dict[str, str] = {}
    for mention in mentions:
        for dimension, member in mention.targets[:1]:
            if dimension == MEASURE:
                measures.append(member)
            elif dimension != DIMENSION:
                members[dimension] = member
                implied = vocabulary.member(dimension, member)
                if implied and implied.measure:
                    measures = [implied.measure]
    specific = [m for m in measures if m not in _BARE]
    chosen = specific[-1:] or measures[-1:]
    if any(w in lead for w in words["both"]):
        chosen = ["收入", "支出"]
    if not chosen and not members:
        return None
    return _Subject(tuple(chosen), members)


def _merge(before: _Subject, found: _Subject, section: NarrativeSection | None, *, is_part: bool) -> _Subject:
    """Carry what was talked about into a lead that names only a part of it."""
    measures = found.measures
    if not measures:
        measures = (section.measure,) if section and section.measure else before.measures
    members = dict(found.members)
    if not members and found.measures and found.measures == before.measures and is_part:
        members = dict(before.members)
    return _Subject(measures, members)


def _statement(
    figure: Measured, lead: str, aspect: Aspect, direction: int, subject: _Subject,
    section: NarrativeSection | None, year: int, base_year: int, sentence: tuple[int, int], text: str,
) -> Statement:  # fmt: skip
    quantity = figure.quantity
    if direction < 0:
        quantity = Quantity(-quantity.number, quantity.unit)
    if subject is _OTHER:
        section = None
    measures = subject.measures or ((section.measure,) if section and section.measure else ())
    members = dict(section.fixed) if section else {}
    members |= subject.members
    period_end = "期末" in text[sentence[0] : figure.start] or bool(section and section.stage == "期末")
    return Statement(
        start=figure.start, end=figure.end, text=text[figure.start : figure.end], quantity=quantity,
        aspect=aspect, measures=measures, members=tuple(sorted(members.items())), whole=None, year=year,
        base_year=base_year, period_end=period_end,
        both_years=aspect is Aspect.LEVEL and "均为" in lead and "持平" in lead, sentence=sentence,
    )  # fmt: skip


def _flat(
    text: str, start: int, end: int, mentions: Sequence[Mention], subject: _Subject,
    section: NarrativeSection | None, words: Mapping[str, Sequence[str]], base_year: int,
    stated: Sequence[Statement], vocabulary: Vocabulary,
) -> list[Statement]:  # fmt: skip
    """Read 「…与上年持平」 where no figure follows it: a change of zero."""
    out = []
    for word in words["flat"]:
        for found in re.finditer(word, text[start:end]):
            at = start + found.start()
            clause = max(text.rfind(c, start, at) for c in "。；;") + 1 or start
            near = [s for s in stated if s.start >= clause and s.sentence[0] == start and s.start < at + 12]
            if any(s.both_years or s.aspect is Aspect.CHANGE for s in near):
                continue
            here = [m for m in mentions if clause <= m.start and m.end <= at]
            own = _subject_of(here, vocabulary, text[clause:at], words) or subject
            measures = own.measures or ((section.measure,) if section and section.measure else ())
            members = (dict(section.fixed) if section else {}) | own.members
            out.append(
                Statement(
                    start=at, end=at + len(word), text=word, quantity=Quantity(Decimal(0), WAN_YUAN),
                    aspect=Aspect.CHANGE, measures=measures, members=tuple(sorted(members.items())), whole=None,
                    year=0, base_year=base_year, period_end=False, both_years=False, sentence=(start, end),
                )
            )  # fmt: skip
    return out


def _reason_spans(text: str, words: Mapping[str, Sequence[str]], figures: Sequence[Measured]) -> list[tuple[int, int]]:
    """Find the reasons: from 「主要原因：」 to the sentence's end, or to the part that brings a new figure."""
    spans: list[tuple[int, int]] = []
    pattern = "|".join(re.escape(w) for w in sorted(words["reason"], key=len, reverse=True))
    for found in re.finditer(f"(?:{pattern})[:：是，,]*", text):
        if spans and found.start() < spans[-1][1]:
            continue
        end = found.end()
        while end < len(text):
            stop = _BREAK.search(text, end)
            cut = stop.start() if stop else len(text)
            if end > found.end() and any(end <= f.start < cut for f in figures):
                end -= 1
                break
            end = cut
            if stop is None or stop.group() not in "；;":
                break
            end += 1
        spans.append((found.end(), end))
    return spans


def _with_reasons(statements: Sequence[Statement], reasons: Sequence[tuple[int, int]]) -> list[Statement]:
    """Give each reason to the changes stated right before it, within the same part of the sentence."""
    out = list(statements)
    for span in reasons:
        before = [
            i for i, s in enumerate(out)
            if s.end <= span[0] and s.reason is None and s.aspect in {Aspect.CHANGE, Aspect.RATE}
            and not any(a < s.end <= b for a, b in reasons if (a, b) != span) and span[0] - s.end < 120
        ]  # fmt: skip
        if not before:
            continue
        last = out[before[-1]]
        for i in before:
            if out[i].measures == last.measures and out[i].members == last.members:
                out[i] = replace(out[i], reason=span)
    return out
