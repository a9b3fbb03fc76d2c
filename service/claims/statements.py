"""Reads a paragraph of a 情况说明 into statements: each figure, what it is of, and what it says of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from service.claims.subjects import OTHER, Names, Subject, Talk
from service.domain.coordinate import Aspect, Stage
from service.domain.quantity import WAN_YUAN, Kind, Quantity
from service.numerals import Measured, read_quantities, read_years
from service.vocabulary.catalogue import NarrativeSection
from service.vocabulary.spotting import Spotter
from service.vocabulary.vocabulary import Vocabulary

_SENTENCE_END = re.compile(r"[。！？!?]")
_BREAK = re.compile(r"[；;。！？!?]")
_CLAUSE = re.compile(r"[，,；;。：:！？!?]")
_FILLER = re.compile(r"(?:了|约|共|为|数|额|分别|合计|预算|安排|达|到|至|近|各|均|[:：，,、])+$")
#: 「增加（减少）0万元」: the form left as it was.
_EITHER_WAY = re.compile(r"[（(](?:增加|减少|增长|下降|降低)[)）]$")
_COMPARED = re.compile(r"(?:比|较|与|同|和|对比)\s*(20\d\d年|上年|去年|上一年)度?(.*)$")
_SIDE_BY_SIDE = re.compile(r"相比|对比|比较|相较|持平|变化")
#: A comparison with the budget of the same year, which no year tells.
_WITH_BUDGET = re.compile(r"(?:(?<!相)比|较|与|同|和)(?:年初|全年|调整后?|当年|本年)?的?预算(?!数?\d)(?!编制)")
_STAGES = (
    (re.compile(r"全年预算|调整后?预算|预算调整"), Stage.ADJUSTED),
    (re.compile(r"执行数|预算执行|实际执行"), Stage.EXECUTED),
    (re.compile(r"决算"), Stage.FINAL),
    (re.compile(r"年初预算|(?<!全年)(?<!调整)(?<!整后)预算[数为]"), Stage.BUDGET),
)
#: 「一是…；二是…」: the reasons go on.
_FURTHER = re.compile(r"\s*(?:[二三四五六七八九]是|[二三四五六七八九]、|另外|同时|此外)")
_CAUSE = re.compile(r"(?:增加|减少|增长|下降|核减|调增|调减|追加)[\u4e00-\u9fff]{2,10}$")
#: Dimensions that split money only.
_OF_MONEY = frozenset({"function", "economic", "gov_economic", "nature", "fund"})
#: Behind a figure: it is a threshold in a name, 「单价100万元（含）以上设备」.
_THRESHOLD = re.compile(r"(?:[（(]含[^）)]{0,4}[)）])?(?:以上|以下|以内)")
_KIND_OF = {Kind.MONEY: "金额"}

#: How far behind 持平 the amount of both years may stand: 「与上年持平，均为5.1万元」.
_BOTH_YEARS = re.compile(r"^[，,]?均为")


@dataclass(frozen=True, slots=True)
class Statement:
    """One figure, or one 持平, as stated.

    Attributes:
        start: Offset in the paragraph of the figure (or of 持平).
        end: Offset after it.
        text: The characters of the figure.
        quantity: The figure; its sign is the direction's for changes and rates.
        aspect: What it says of its subject; None where its words do not tell.
        measures: Ids of the measures it is about: two for 收支.
        members: (dimension, member) pairs of its subject, section included.
        whole: For a share, the members of the whole it is a share of, when stated.
        year: Year it is about; 0 means the document's.
        base_year: For comparisons, the year compared with; 0 means the year before.
        period_end: Whether it is a stock at a point in time (期末).
        both_years: Whether it states the same figure for the year compared with (均为).
        sentence: (start, end) of its sentence in the paragraph.
        reason: (start, end) of the reason given for it, or None.
        stage: Stage that its own words name (年初预算, 执行数, 决算), None where they name none.
        years_back: 1 where it is about the year before the document's without naming it (上年预算数).
        thing: Number of what is talked about within the paragraph: statements of one number are about one thing, known
            by name or not; 0 where that is not told.
        lead: Offset where the words that belong to the figure begin.
    """

    start: int
    end: int
    text: str
    quantity: Quantity
    aspect: Aspect | None
    measures: tuple[str, ...]
    members: tuple[tuple[str, str], ...]
    whole: tuple[tuple[str, str], ...] | None
    year: int
    base_year: int
    period_end: bool
    both_years: bool
    sentence: tuple[int, int]
    reason: tuple[int, int] | None = None
    stage: Stage | None = None
    years_back: int = 0
    thing: int = 0
    lead: int = 0


@dataclass(frozen=True, slots=True)
class _Event:
    """A figure, or a word that says that nothing changed."""

    start: int
    end: int
    quantity: Quantity
    flat: bool = False


def read_statements(
    printed: str, section: NarrativeSection | None, spotter: Spotter, vocabulary: Vocabulary, names: Sequence[str] = (),
    *, headings: Sequence[str] = (), known: frozenset[tuple[str, str]] = frozenset(), untold: bool = False,
) -> tuple[Statement, ...]:  # fmt: skip
    """Read the statements of a paragraph.

    Args:
        printed: The paragraph.
        section: What its heading fixes, or None.
        spotter: Printed names, those of the document included.
        vocabulary: For the words of direction, share and reason.
        names: Names of the entity, which name no measure or member (文化和旅游局).
        headings: Headings it stands under, outermost first; they tell which of two items of one name is meant.
        known: Members that the tables of the document name, for the same.
        untold: Whether to return figures too of which the words do not tell what they say.

    Returns:
        Statements in the order of the text; one whose subject cannot be told has no measures.
    """
    words = vocabulary.catalogue.words
    text = printed
    for name in names:
        text = text.replace(name, "＃" * len(name))
    figures = claimed_figures(text, spotter)
    reasons = _reason_spans(text, words, figures)
    events = [e for e in _events(text, figures, words) if not any(a <= e.start < b for a, b in reasons)]
    talk = Talk(Names(text, spotter, vocabulary, headings, known), section)
    out: list[Statement] = []
    for start, end in _sentences(text):
        inside = [e for e in events if start <= e.start < end]
        talk.begin_sentence(start, end, has_figures=bool(inside))
        position, base_year, stock_year = start, 0, 0
        for event in inside:
            position = max([position, *(b for _, b in reasons if b <= event.start)])
            position = max([position, *(m.end() for m in _BREAK.finditer(text, position, event.start))])
            if event.flat and _is_said_already(event, out, text, start) and not (untold and out[-1].quantity.number):
                continue
            lead = text[position : event.start]
            base_year = _compared_year(lead, base_year)
            clause = max([position, *(m.end() for m in _CLAUSE.finditer(text, position, event.start))])
            aspect, direction = _aspect(lead, text[clause : event.start], event, words)
            subject = talk.subject_at(position, clause, event.start, aspect)
            if aspect is None and untold:
                made = _statement(event, lead, None, direction, OTHER, None, (0, 0, None), base_year, (start, end), text)
                out.append(replace(made, thing=talk.thing, lead=position))
            elif aspect is not None:
                elsewhere = aspect is Aspect.LEVEL and any(w in text[start : event.start] for w in words["other"])
                if elsewhere or not _fits(event.quantity, subject, section, vocabulary, aspect):
                    subject = OTHER
                when = _when(text[clause : event.start], lead, aspect, base_year, stock_year)
                if "期末" in lead:
                    stock_year = when[0]
                made = _statement(event, lead, aspect, direction, subject, section, when, base_year, (start, end), text)
                out.append(replace(made, thing=talk.thing, lead=position))
            position = event.end
    return tuple(_with_reasons(sorted(out, key=lambda s: s.start), reasons))


def claimed_figures(text: str, spotter: Spotter) -> list[Measured]:
    """Return the quantities of a text that state something; codes, ordinals, thresholds and names (红十字) do not."""
    found = [q for q in read_quantities(text) if _is_claim(q, text)]
    if all(text[q.start].isascii() for q in found):
        return found
    names = [(m.start, m.end) for m in spotter.spot(text)]
    return [q for q in found if text[q.start].isascii() or not any(a <= q.start < b for a, b in names)]


def _events(text: str, figures: Sequence[Measured], words: Mapping[str, Sequence[str]]) -> list[_Event]:
    """Return the figures and the words for no change, from left to right."""
    out = [_Event(f.start, f.end, f.quantity) for f in figures]
    pattern = "|".join(re.escape(w) for w in sorted(words["flat"], key=len, reverse=True))
    out += [
        _Event(found.start(), found.end(), Quantity(Decimal(0), WAN_YUAN), flat=True)
        for found in re.finditer(rf"(?<!基本)(?:{pattern})", text)
        if not _BOTH_YEARS.match(text[found.end() :])
    ]
    return sorted(out, key=lambda e: e.start)


def _is_said_already(event: _Event, out: Sequence[Statement], text: str, sentence: int) -> bool:
    """Whether a change stands right before in the same part of the sentence: 「增加0万元，与上年持平」."""
    part = max([sentence, *(m.end() for m in _BREAK.finditer(text, sentence, event.start))])
    return bool(out) and out[-1].start >= part and (out[-1].both_years or out[-1].aspect in {Aspect.CHANGE, Aspect.RATE})


def _is_claim(figure: Measured, text: str) -> bool:
    """Whether a quantity states something: it has a unit and is no threshold in a name (50万元以上…)."""
    if figure.quantity.unit.kind is Kind.NUMBER:
        return False
    if figure.quantity.unit.symbol in {"类", "款", "项"} and text[figure.start - 1 : figure.start] in {"（", "("}:
        return False  # 「（204类）」 is a code
    return not (
        _THRESHOLD.match(text, figure.end) is not None or (figure.comparator and figure.quantity.unit.kind is Kind.MONEY)
    )


def _fits(
    quantity: Quantity, subject: Subject, section: NarrativeSection | None, vocabulary: Vocabulary, aspect: Aspect
) -> bool:
    """Whether the unit is one that the subject is measured in: 3次 is no amount of 政府采购."""
    measures = subject.measures or ((section.measure,) if section and section.measure else ())
    kinds = {vocabulary.measures[m].kind for m in measures if m in vocabulary.measures}
    if quantity.unit.kind in {Kind.RATIO, Kind.MULTIPLE}:
        return aspect is not Aspect.SHARE or "数量" not in kinds
    if quantity.unit.kind is not Kind.MONEY and not subject.measures:
        return False  # what is counted has to be named beside the number
    if quantity.unit.kind is not Kind.MONEY and _OF_MONEY & subject.members.keys():
        return False
    return not kinds or kinds == {_KIND_OF.get(quantity.unit.kind, "数量")}


def _sentences(text: str) -> list[tuple[int, int]]:
    bounds = [0, *(m.end() for m in _SENTENCE_END.finditer(text)), len(text)]
    return [(a, b) for a, b in pairwise(bounds) if b > a]


def _compared_year(lead: str, current: int) -> int:
    """Return the year of 「与2023年…相比」 or 「比2023年」."""
    found = re.search(r"(?:与|比|较|同|和)\s*(20\d\d)\s*年", lead)
    return int(found.group(1)) if found else current


def _aspect(lead: str, clause: str, event: _Event, words: Mapping[str, Sequence[str]]) -> tuple[Aspect | None, int]:
    """Tell level, change, rate and share apart by the words before the figure; None for what says none of them."""
    if _WITH_BUDGET.search(lead):
        return None, 0  # against the budget of the same year
    if event.flat:
        return Aspect.CHANGE, 0
    if event.quantity.unit.kind is Kind.POINT:
        return None, 0  # of a share, not of the amount
    tail = lead
    while True:
        shorter = _FILLER.sub("", tail)
        if shorter == tail:
            break
        tail = shorter
    is_ratio = event.quantity.unit.kind in {Kind.RATIO, Kind.MULTIPLE}
    if _EITHER_WAY.search(tail):
        return (None if event.quantity.number or is_ratio else Aspect.CHANGE), 0
    for direction, name in ((1, "increase"), (-1, "decrease")):
        if any(tail.endswith(w) for w in words[name]):
            return (Aspect.RATE if is_ratio else Aspect.CHANGE), direction
    if is_ratio:
        return (Aspect.SHARE, 0) if re.search(r"占[^，,；;。]*$", lead) else (None, 0)
    if _CAUSE.search(tail):
        return None, 0  # 「增加部门预算…」: how much a cause came to
    compared = _COMPARED.search(clause)
    if compared and _SIDE_BY_SIDE.search(compared.group(2)):
        return None, 0  # a comparison whose direction is not told
    return Aspect.LEVEL, 0


def _when(clause: str, lead: str, aspect: Aspect, base_year: int, stock_year: int) -> tuple[int, int, Stage | None]:
    """Return year, years back and stage that a figure's own words name: 「比2025年年初预算数」, 「上年执行数」."""
    stage = None
    if aspect is Aspect.LEVEL:
        last = [(m.end(), s) for pattern, s in _STAGES for m in pattern.finditer(clause)]
        stage = max(last, key=lambda x: x[0])[1] if last else None
    if aspect is not Aspect.LEVEL:
        return stock_year, 0, stage
    compared = _COMPARED.search(clause)
    if compared:
        named = compared.group(1)
        return (int(named[:4]), 0, stage) if named[0].isdigit() else (0, 1, stage)
    if re.search(r"(?:上年|去年|上一年)度?(?!结转|结余|末|底)", clause):
        return 0, 1, stage
    years = [y for y in read_years(lead) if y.year]
    return (years[-1].year if years and not base_year else stock_year), 0, stage


def _statement(
    event: _Event, lead: str, aspect: Aspect | None, direction: int, subject: Subject, section: NarrativeSection | None,
    when: tuple[int, int, Stage | None], base_year: int, sentence: tuple[int, int], text: str,
) -> Statement:  # fmt: skip
    quantity = event.quantity
    if direction < 0:
        quantity = Quantity(-quantity.number, quantity.unit)
    if subject is OTHER:
        section = None
    measures = subject.measures or ((section.measure,) if section and section.measure else ())
    members = (dict(section.fixed) if section else {}) | subject.members
    period_end = "期末" in text[sentence[0] : event.start] or bool(section and section.stage == "期末")
    return Statement(
        start=event.start, end=event.end, text=text[event.start : event.end], quantity=quantity,
        aspect=aspect, measures=measures, members=tuple(sorted(members.items())), whole=None, year=when[0],
        base_year=base_year, period_end=period_end,
        both_years=aspect is Aspect.LEVEL and "均为" in lead and "持平" in lead, sentence=sentence,
        stage=when[2], years_back=when[1],
    )  # fmt: skip


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
            listed = _FURTHER.match(text, end)
            if end > found.end() and not listed and any(end <= f.start < cut for f in figures):
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
