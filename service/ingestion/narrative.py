"""Paragraphs become passages, glossary entries, narrative facts, reasons, and figures derived from them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from service.claims.statements import Statement, read_statements
from service.domain.coordinate import Aspect, Coordinate, Stage
from service.domain.document import GlossaryEntry, StatedReason
from service.domain.fact import Authority, CellState, Fact, Source
from service.domain.paragraph import Paragraph
from service.domain.quantity import Quantity
from service.ingestion.projection import Frame
from service.numerals import render_quantity
from service.vocabulary.names import strip_ordinal
from service.vocabulary.spotting import Spotter
from service.vocabulary.vocabulary import Vocabulary

#: 「财政拨款收入：指…」, 「基本支出，是指…」, 「项目支出是指…」, 「机关运行经费 指…」.
_TERMS = (
    re.compile(r"^([^。；]{2,40}?)[:：](.+)$", re.DOTALL),
    re.compile(r"^([^，。；]{2,30}?)[，,]?((?:是指|指的是|指|是为|是与)[^。]*.*)$", re.DOTALL),
)
_DEFINES = re.compile(r"^(?:是|即|指|主要|反映|为|核算|用于|纳入|包括|安排)")
_ASIDE = re.compile(r"^[（(]?(?:注|备注|说明|附注)[:：]|^(?:附件|附表|本表)|^[^。]{0,40}[表单](?:[（(][^）)]{1,8}[)）])?$|^\d+$")
_GLOSSARY = "名词解释"
_OF_A_PERIOD = frozenset({"收入", "支出"})
_AGAINST_OTHER = re.compile(r"[比较与同和][^，。；]{0,16}(?:执行数|执行情况|决算)")


@dataclass(frozen=True, slots=True)
class Narrative:
    """What the running text gives."""

    facts: tuple[Fact, ...]
    reasons: tuple[StatedReason, ...]


def read_narrative(
    paragraphs: Sequence[Paragraph], frame: Frame, spotter: Spotter, vocabulary: Vocabulary,
    known: frozenset[tuple[str, str]] = frozenset(),
) -> Narrative:  # fmt: skip
    """Read every figure and every reason stated under the headings of the 情况说明.

    Args:
        paragraphs: Running text.
        frame: Whose it is.
        spotter: Printed names.
        vocabulary: Sections and words.
        known: (dimension, member) pairs that the tables of the document name; they tell which of two items
            of one name is meant.
    """
    facts: list[Fact] = []
    reasons: list[StatedReason] = []
    for paragraph in paragraphs:
        if paragraph.is_heading or paragraph.in_contents or _in_glossary(paragraph):
            continue
        section = next((s for h in reversed(paragraph.section) if (s := vocabulary.catalogue.section(h))), None)
        for statement in read_statements(
            paragraph.text, section, spotter, vocabulary, frame.names, headings=paragraph.section, known=known
        ):
            made = tuple(_facts(statement, paragraph, frame))
            facts += made
            is_given = statement.reason is not None and statement.reason[0] < min(statement.reason[1], len(paragraph.text))
            if is_given and statement.aspect is Aspect.CHANGE:  # 「主要原因：」 with nothing behind it gives none
                reasons += [_reason(f.coordinate, statement, paragraph, frame) for f in made]
    return Narrative(tuple(facts), tuple(reasons))


def of_printed_periods(stated: Sequence[Fact], cells: Sequence[Fact]) -> tuple[Fact, ...]:
    """Let a stated total that a cell contradicts mean this year's money or all of it, whichever the tables print: 收入决算 may be either.

    Args:
        stated: Facts of the running text.
        cells: Facts of the tables.
    """
    printed: dict[Coordinate, list[Quantity]] = defaultdict(list)
    for cell in cells:
        if cell.quantity is not None:
            printed[cell.coordinate].append(cell.quantity)
    return tuple(_of_printed_period(f, printed) for f in stated)


def _of_printed_period(fact: Fact, printed: Mapping[Coordinate, Sequence[Quantity]]) -> Fact:
    place = fact.coordinate
    if fact.quantity is None or place.aspect is not Aspect.LEVEL or place.measure not in _OF_A_PERIOD or place.get("origin"):
        return fact
    if place not in printed:
        return fact
    ways = [place, place.having(origin="本年"), *([replace(place, measure="支出总计")] if place.measure == "支出" else ())]
    usual = ways[1] if place.measure == "收入" and place.get("fund") and ways[1] in printed else place
    found = next((w for w in ways if any(_is_same(fact.quantity, q) for q in printed.get(w, ()))), usual)
    return fact if found == place else replace(fact, coordinate=found)


def _is_same(stated: Quantity, printed: Quantity) -> bool:
    if stated.unit.kind is not printed.unit.kind:
        return False
    return printed.to(stated.unit).rounded(stated.decimals).number == stated.number


def _in_glossary(paragraph: Paragraph) -> bool:
    return any(_GLOSSARY in h or "名称解释" in h for h in paragraph.section)


def _facts(statement: Statement, paragraph: Paragraph, frame: Frame) -> Iterator[Fact]:
    """Yield the facts of a statement: one per measure, and per year where it speaks of two."""
    base = statement.base_year or frame.year - 1
    aspect = statement.aspect or Aspect.LEVEL
    compares = aspect in {Aspect.CHANGE, Aspect.RATE}
    year = statement.year or frame.year - statement.years_back
    stage = Stage.PERIOD_END if statement.period_end else statement.stage or frame.stage
    years = (year, base) if statement.both_years else (year,)
    for measure in statement.measures:
        for of_year in years:
            coordinate = Coordinate(
                frame.entity, of_year, stage, measure, statement.members, aspect,
                base if compares else None,
            )  # fmt: skip
            source = _source(statement.start, statement.end, statement.text, paragraph, frame)
            suffix = f"{measure}{of_year}" if len(statement.measures) * len(years) > 1 else ""
            yield Fact(
                id=f"{frame.document}/N{source.start}{suffix}", coordinate=coordinate,
                quantity=statement.quantity, state=CellState.PRINTED, authority=Authority.SENTENCE,
                source=source, label=f"{paragraph.heading}·{measure}",
            )  # fmt: skip


def _source(start: int, end: int, text: str, paragraph: Paragraph, frame: Frame) -> Source:
    """Return the place of a figure; its quote is the sentence."""
    sentence = _sentence_of(paragraph.text, start, end)
    return paragraph.source(frame.document, start, end, quote=sentence, title=paragraph.heading, label=text)


def _sentence_of(text: str, start: int, end: int) -> str:
    begin = max(text.rfind(c, 0, start) for c in "。！？") + 1
    stops = [p for c in "。！？" if (p := text.find(c, end)) >= 0]
    return text[begin : (min(stops) + 1) if stops else len(text)].strip()


def _reason(coordinate: Coordinate, statement: Statement, paragraph: Paragraph, frame: Frame) -> StatedReason:
    assert statement.reason is not None  # noqa: S101 - the caller has just looked
    start, end = statement.reason
    return StatedReason(
        coordinate=coordinate, text=paragraph.text[start:end].strip("，,；;。 "),
        source=_source(start, max(end, start + 1), paragraph.text[start:end], paragraph, frame),
    )  # fmt: skip


def glossary_of(paragraphs: Sequence[Paragraph], document: str) -> tuple[GlossaryEntry, ...]:
    """Return the terms explained under 名词解释; a definition may go on over several paragraphs."""
    entries: list[GlossaryEntry] = []
    numbered = is_open = False
    for paragraph in paragraphs:
        if paragraph.in_contents or paragraph.is_heading or not _in_glossary(paragraph):
            is_open = False
            continue
        if _ASIDE.match(paragraph.text):
            is_open = False
            continue
        plain = strip_ordinal(paragraph.text).lstrip("、.．")
        has_number = plain != paragraph.text
        found = _term(plain)
        continues = found is None or (numbered and not has_number and not _DEFINES.match(found[1]))
        if found is not None and not continues:
            is_open = True
            numbered = has_number if not entries else numbered
            source = paragraph.source(
                document, 0, len(paragraph.text), quote=paragraph.text, title=_GLOSSARY, label=found[0]
            )
            entries.append(GlossaryEntry(found[0], found[1], source))
        elif is_open:
            entries[-1] = _with_more(entries[-1], paragraph)
    return tuple(entries)


def _term(plain: str) -> tuple[str, str] | None:
    """Split an entry into its term and its definition."""
    for pattern in _TERMS:
        found = pattern.match(plain)
        if found:
            term = re.sub(r'^[“"]([^“”"]+)[”"]$', r"\1", found.group(1).strip())
            return term, found.group(2).strip()
    return None


def _with_more(entry: GlossaryEntry, paragraph: Paragraph) -> GlossaryEntry:
    gap = "\n" if entry.text[-1:] in "。；：;:" else ""
    text = f"{entry.text}{gap}{paragraph.text}"
    source = replace(
        entry.source, end=paragraph.offsets[-1] + 1, quote=f"{entry.source.quote}{gap}{paragraph.text}"
    )
    return GlossaryEntry(entry.term, text, source)


def derive_previous(facts: Sequence[Fact], frame: Frame) -> tuple[Fact, ...]:
    """Derive the year before from a level and its stated change: 950.47 + 284.53 = 1,235.00.

    Args:
        facts: Cells and sentences of one document.
        frame: Whose they are.

    Returns:
        Facts of authority DERIVED, one per coordinate that nothing states directly.
    """
    levels: dict[tuple[str, str, int], Fact] = {}
    for fact in facts:
        if fact.coordinate.aspect is Aspect.LEVEL and fact.quantity is not None:
            key = (fact.coordinate.measure, fact.coordinate.key, fact.coordinate.year)
            if key not in levels or levels[key].authority is not Authority.CELL:
                levels.setdefault(key, fact)
    blanks = {
        (f.coordinate.measure, f.coordinate.key, f.coordinate.year): f for f in facts if f.state is CellState.BLANK
    }
    stated = {
        (f.coordinate.measure, f.coordinate.key, f.coordinate.year): f
        for f in facts
        if f.coordinate.aspect is Aspect.LEVEL and f.quantity is not None and f.authority is Authority.SENTENCE
    }
    out: dict[tuple[str, str, int], Fact] = {}
    for change in facts:
        coordinate = change.coordinate
        if coordinate.aspect is not Aspect.CHANGE or change.quantity is None or coordinate.base_year is None:
            continue
        if coordinate.stage is Stage.BUDGET and _AGAINST_OTHER.search(change.source.quote):
            continue  # what was compared with is no budget
        target = (coordinate.measure, coordinate.key, coordinate.base_year)
        if target in levels or target in out:
            continue
        level = _level(coordinate, levels, blanks)
        if level is None or _is_at_odds(level, stated.get((coordinate.measure, coordinate.key, coordinate.year))):
            continue
        made = _previous(level, change, frame, len(out) + 1)
        if made is not None:
            out[target] = made
    return tuple(out.values())


#: A text whose own amount is not half of the table's, or more than twice, speaks of something else, or is a slip.
_ODDS = 2


def _is_at_odds(level: Fact, said: Fact | None) -> bool:
    """Whether the text that tells the change states another amount than the one it would be taken from."""
    if said is None or said.quantity is None or level.quantity is None or not level.quantity.number:
        return False
    if said.quantity.unit.kind is not level.quantity.unit.kind:
        return False
    low, high = sorted((abs(said.quantity.base), abs(level.quantity.base)))
    return low * _ODDS < high


def _level(
    coordinate: Coordinate,
    levels: Mapping[tuple[str, str, int], Fact],
    blanks: Mapping[tuple[str, str, int], Fact],
) -> Fact | None:
    key = (coordinate.measure, coordinate.key, coordinate.year)
    return levels.get(key) or blanks.get(key)


def _previous(level: Fact, change: Fact, frame: Frame, number: int) -> Fact | None:
    assert change.quantity is not None  # noqa: S101 - the caller has just looked
    unit = level.quantity.unit if level.quantity else change.quantity.unit
    if change.quantity.unit.kind is not unit.kind:
        return None
    change_in_unit = change.quantity.to(unit) if change.quantity.unit != unit else change.quantity
    now = level.quantity.number if level.quantity else change_in_unit.number * 0
    number_before = now - change_in_unit.number
    sign = "+" if change_in_unit.number < 0 else "-"
    shown = Quantity(abs(change_in_unit.number), unit)
    base = change.coordinate.base_year
    assert base is not None  # noqa: S101 - CHANGE always has one
    coordinate = Coordinate(
        frame.entity, base, level.coordinate.stage, level.coordinate.measure, level.coordinate.members
    )
    return Fact(
        id=f"{frame.document}/D{number}", coordinate=coordinate, quantity=Quantity(number_before, unit),
        state=CellState.PRINTED, authority=Authority.DERIVED, source=change.source,
        label=f"{base}年（推算）", derived_from=(level.id, change.id),
        formula=f"{render_quantity(Quantity(now, unit))} {sign} {render_quantity(shown)}",
    )  # fmt: skip
