"""Reasons of changes: empty, hollow, given where nothing changed, or against the figures (C14, C16)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from service.checking.material import Material
from service.checking.spots import Spot, body, grouped, is_glossary
from service.domain.coordinate import Aspect
from service.domain.document import StatedReason
from service.domain.fact import Fact
from service.domain.finding import Finding, Severity
from service.vocabulary.wording import ReasonWords

_FLAT = re.compile(r"(?:持平|无增减变化|无变化|没有变化)[，。；,]*$")
_LEAD = re.compile(r"(?<!等)(?:主要)?原因(?:主要)?(?:是|为|在于)?[：:]?(?:是|因为|由于)?[：:]?")
_STATED_CHANGE = re.compile(r"(?:增加|减少|增长|下降|降低)(?:了)?\d[\d,.]*(?:万元|元|[%％])")
_ITEM_END = re.compile(r"(?:经费|支出|费用|收入)?(?:有所)?(?:增加|减少)[。；]?$")
_STOP = re.compile(r"[。；]")


def cause_findings(material: Material) -> Iterator[Finding]:
    """Yield what is wrong with the reasons that the text gives, or does not give."""
    rules = material.vocabulary.wording.reasons
    yield from _empty(material, rules)
    yield from _by_their_words(material, rules)
    yield from _against_figures(material, rules)
    yield from _missing(material)
    yield from _frugal(material, rules)


def _empty(material: Material, rules: ReasonWords) -> Iterator[Finding]:
    paragraphs = [p for p in body(material) if not is_glossary(p)]
    spots: list[Spot] = []
    for index, paragraph in enumerate(paragraphs):
        if paragraph.is_heading:
            continue
        for found in rules.empty.finditer(paragraph.text):
            at_end = found.end() == len(paragraph.text) and not paragraph.text.endswith(("。", "；", "，"))
            follows = index + 1 < len(paragraphs) and not paragraphs[index + 1].is_heading
            if rules.continues.search(paragraph.text) or (at_end and follows):
                continue
            spots.append(Spot(paragraph, *found.span()))
    yield from grouped(
        material, "empty-reason", Severity.WARNING, "写了“主要原因”却没有写原因，请补上具体原因；没有变动的删去这半句。",
        spots, expected="具体原因",
    )  # fmt: skip


def _by_their_words(material: Material, rules: ReasonWords) -> Iterator[Finding]:
    hollow: list[Spot] = []
    flat: list[Spot] = []
    for paragraph in body(material):
        if is_glossary(paragraph) or paragraph.is_heading:
            continue
        for lead in _LEAD.finditer(paragraph.text):
            stop = _STOP.search(paragraph.text, lead.end())
            end = stop.start() if stop else len(paragraph.text)
            said = paragraph.text[lead.end() : end]
            if not said:
                continue
            spot = Spot(paragraph, lead.end(), end)
            clause = paragraph.text[: lead.start()]
            if _FLAT.search(clause) or said in rules.unchanged:
                flat.append(spot)
            elif said in rules.hollow or _says_nothing(said, clause, rules):
                hollow.append(spot)
    yield from grouped(
        material, "hollow-reason", Severity.NOTE,
        "原因空泛，只是重说增减或没有说明缘由，请写到具体的人员、项目、政策或标准。", hollow, expected="具体原因",
    )  # fmt: skip
    yield from grouped(material, "reason-without-change", Severity.NOTE, "与上年持平，不需要写原因，请删去。", flat)


def _says_nothing(said: str, before: str, rules: ReasonWords) -> bool:
    """Whether it only repeats the item named before with its change: 「公益性岗位补贴经费增加」."""
    if not rules.tautology.match(said) or any(w in said for w in rules.concrete):
        return False
    return _ITEM_END.sub("", said).removeprefix("本年度").removeprefix("本年") in before


def _against_figures(material: Material, rules: ReasonWords) -> Iterator[Finding]:
    """A rise explained only by what lowers, a fall only by what raises."""
    rising: list[Spot] = []
    falling: list[Spot] = []
    seen: set[int] = set()
    signs = _signs(material.text.facts)
    for reason in material.text.reasons:
        sign = signs.get((reason.coordinate.measure, reason.coordinate.key, reason.source.quote), 0)
        spot = _spot_of(material, reason)
        if not sign or spot is None or spot.paragraph.offsets[spot.start] in seen:
            continue
        seen.add(spot.paragraph.offsets[spot.start])
        goes = _direction(reason.text, rules)
        if goes and goes != sign:
            (rising if sign > 0 else falling).append(spot)
    yield from grouped(
        material, "reason-against-direction", Severity.WARNING,
        "写的是增加，原因却都是减少的事，方向相反；请核对增减方向或改写原因（增减相抵的写明“增减相抵”）。", rising,
    )  # fmt: skip
    yield from grouped(
        material, "reason-against-direction", Severity.WARNING,
        "写的是减少，原因却都是增加的事，方向相反；请核对增减方向或改写原因（增减相抵的写明“增减相抵”）。", falling,
    )  # fmt: skip


def _signs(facts: tuple[Fact, ...]) -> dict[tuple[str, str, str], int]:
    """Return the direction of each change by what changed and the sentence that says so, 0 where they differ."""
    out: dict[tuple[str, str, str], int] = {}
    for fact in facts:
        if fact.coordinate.aspect not in (Aspect.CHANGE, Aspect.RATE) or fact.quantity is None or fact.source.table:
            continue
        sign = (fact.quantity.number > 0) - (fact.quantity.number < 0)
        key = (fact.coordinate.measure, fact.coordinate.key, fact.source.quote)
        out[key] = sign if out.get(key, sign) == sign else 0
    return out


def _spot_of(material: Material, reason: StatedReason) -> Spot | None:
    for paragraph in material.text.paragraphs:
        if paragraph.in_contents or not paragraph.offsets or reason.source.start > paragraph.offsets[-1]:
            continue
        if reason.source.start < paragraph.offsets[0]:
            continue
        start = paragraph.text.find(reason.text)
        if start >= 0:
            return Spot(paragraph, start, start + len(reason.text))
    return None


def _direction(said: str, rules: ReasonWords) -> int:
    """Return which way every cause of a reason moves a figure; 0 where they differ or leave it open."""
    if any(w in said for w in rules.offset):
        return 0
    ups = sum(w in said for w in rules.up)
    downs = sum(w in said for w in rules.down)
    if ups and not downs:
        return 1
    return -1 if downs and not ups else 0


def _missing(material: Material) -> Iterator[Finding]:
    """A change without a reason, where the text gives reasons for others."""
    if len(material.text.reasons) < 2:
        return
    spots: list[Spot] = []
    paragraphs = [p for p in body(material) if not is_glossary(p)]
    for index, paragraph in enumerate(paragraphs):
        text = paragraph.text
        after = [p.text for p in paragraphs[index + 1 : index + 4] if p.section == paragraph.section]
        if paragraph.is_heading or re.search(r"其中[：:]?$", text) or any(_gives_reason(t) for t in (text, *after)):
            continue
        found = _STATED_CHANGE.search(text)
        if found and not _is_nothing(found.group()) and re.search(r"20\d\d年|上年|去年", text):
            spots.append(Spot(paragraph, *found.span()))
    yield from grouped(
        material, "missing-reason", Severity.NOTE, "写了增减，没有写原因，请补上。", spots, expected="具体原因"
    )


def _gives_reason(text: str) -> bool:
    return any(w in text for w in ("主要是", "由于", "用于")) or "因" in text.replace("因公", "")


def _is_nothing(said: str) -> bool:
    return re.search(r"[1-9]", said) is None


def _frugal(material: Material, rules: ReasonWords) -> Iterator[Finding]:
    """Austerity is told while the 三公 total rises (A10)."""
    for fact in material.text.facts:
        where = fact.coordinate
        if (
            where.measure != "三公经费"
            or where.aspect is not Aspect.CHANGE
            or fact.source.table
            or fact.quantity is None
        ):
            continue
        if (
            any(d not in {"fund"} for d, _ in where.members)
            or fact.quantity.number <= 0
            or where.year != material.text.year
        ):
            continue
        for paragraph in body(material):
            said = next((w for w in rules.frugal if w in paragraph.text), "")
            if said and not is_glossary(paragraph):
                place = paragraph.text.index(said)
                spot = Spot(paragraph, place, place + len(said))
                yield Finding(
                    "frugality-against-increase", Severity.NOTE,
                    f"文中写“{said}”，“三公”经费总额却比上年增加，两处说法方向不一，请核对或说明增加的缘由。",
                    (fact.source, spot.source(material.text.id)), stated=said,
                )  # fmt: skip
                return
