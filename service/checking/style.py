"""Punctuation, doubled words, decimals and ways to say a thing (C25)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from service.checking.material import Material
from service.checking.spots import Spot, body, grouped, is_about_duties, is_glossary
from service.domain.coordinate import Stage
from service.domain.finding import Finding, Severity
from service.domain.paragraph import Paragraph

_PAIRS = {"《": "》", "“": "”"}
_PRINTED = re.compile(r"\d[\d,]*(?:\.\d+)?(?=\s*(?:万元|亿元|元))")
_ZERO_BASE = re.compile(
    r"(?:执行数|预算数?|决算数?)(?:为)?0(?:\.0+)?万元[^。；]{0,60}?(?:增加|增长|上升)(?:了)?100(?:\.0+)?[%％]"
)
_FROM_NOTHING = re.compile(r"年初预算(?:数)?(?:为|安排)?0(?:\.0+)?万元[^。；]{0,60}?完成年初预算的?\d[\d.,]*[%％]")
_NAMES_OF_BASES = {"budget": "上年预算", "executed": "上年执行数", "final": "上年决算", "plain": "上年（没有写明口径）"}
_SHORTEST = 25


def style_findings(material: Material) -> Iterator[Finding]:
    """Yield slips of the pen and of habit."""
    yield from _marks(material)
    yield from _typos(material)
    yield from _doubled(material)
    yield from _unpaired(material)
    yield from _unfinished(material)
    yield from _decimals(material)
    yield from _mixed(material)
    yield from _phrases(material)
    yield from _from_zero(material)
    yield from _bases(material)


def _spots(material: Material, pattern: re.Pattern[str], *, glossary: bool = True) -> list[Spot]:
    return [
        Spot(p, *m.span()) for p in body(material) if glossary or not is_glossary(p) for m in pattern.finditer(p.text)
    ]


def _marks(material: Material) -> Iterator[Finding]:
    rules = material.vocabulary.wording
    for sign in rules.marks:
        yield from grouped(
            material, "punctuation", Severity.NOTE, f"标点有误：{sign.what}，请改正。", _spots(material, sign.pattern)
        )
    for sign in rules.halfwidth:
        yield from grouped(
            material,
            "punctuation",
            Severity.NOTE,
            f"标点有误：{sign.what}，请改为全角。",
            _spots(material, sign.pattern),
        )


def _typos(material: Material) -> Iterator[Finding]:
    for sign in material.vocabulary.wording.typos:
        yield from grouped(material, "typo", Severity.NOTE, f"{sign.what}。", _spots(material, sign.pattern))


def _doubled(material: Material) -> Iterator[Finding]:
    rules = material.vocabulary.wording
    words = "|".join(re.escape(w) for w in sorted(rules.doubled, key=len, reverse=True))
    pattern = re.compile(rf"({words})\1(?!\1)")
    spots = [s for s in _spots(material, pattern) if not any(_around(s, e) for e in rules.doubled_except)]
    said = "”“".join(dict.fromkeys(s.said for s in spots))
    yield from grouped(material, "doubled-words", Severity.NOTE, f"词语重复：“{said}”，请删去多余的。", spots)


def _around(spot: Spot, words: str) -> bool:
    return words in spot.paragraph.text[max(0, spot.start - 3) : spot.end + 3]


def _unpaired(material: Material) -> Iterator[Finding]:
    """A quotation mark or title mark that has no partner in its paragraph."""
    spots: list[Spot] = []
    for paragraph in body(material):
        for left, right in _PAIRS.items():
            lefts, rights = paragraph.text.count(left), paragraph.text.count(right)
            if abs(lefts - rights) != 1 or lefts + rights > 12:
                continue
            if not paragraph.text.endswith(("。", "；", "：")) or (spot := _odd_one(paragraph, left, right)) is None:
                continue
            spots.append(spot)
    yield from grouped(material, "punctuation", Severity.NOTE, "引号或书名号不成对，请补全或删去。", spots)


def _odd_one(paragraph: Paragraph, left: str, right: str) -> Spot | None:
    """Return the mark without a partner, None where it cannot be told."""
    open_at = -1
    for index, char in enumerate(paragraph.text):
        if char == left:
            if open_at >= 0:
                return Spot(paragraph, open_at, open_at + 1)
            open_at = index
        elif char == right:
            if open_at < 0:
                return Spot(paragraph, index, index + 1)
            open_at = -1
    return Spot(paragraph, open_at, open_at + 1) if open_at >= 0 else None


def _unfinished(material: Material) -> Iterator[Finding]:
    """A paragraph of sentences that ends without a full stop."""
    paragraphs = list(body(material))
    spots = []
    for index, paragraph in enumerate(paragraphs):
        text = paragraph.text
        goes_on = index + 1 < len(paragraphs) and paragraphs[index + 1].section == paragraph.section
        told_why = len(text) >= 12 and "原因" in text[:-1]
        long = told_why or (len(text) >= _SHORTEST and ("，" in text or "：" in text))
        if paragraph.is_heading or not long or not re.search(r"[\u4e00-\u9fff]$", text) or is_about_duties(paragraph):
            continue
        if not goes_on or told_why or (is_glossary(paragraph) and re.match(r"[一二三四五六七八九十（(]", text)):
            spots.append(Spot(paragraph, len(text) - 1, len(text)))
    yield from grouped(material, "punctuation", Severity.NOTE, "段末缺句号，请补上。", spots, expected="。")


def _decimals(material: Material) -> Iterator[Finding]:
    """One figure is printed with different decimals: 413.2 and 413.20."""
    forms: dict[Decimal, dict[str, Spot]] = defaultdict(dict)
    for spot in _spots(material, _PRINTED, glossary=False):
        said = spot.said.replace(",", "")
        if is_about_duties(spot.paragraph) or "." not in said or not Decimal(said):
            continue
        forms[Decimal(said).normalize()].setdefault(said, spot)
    varied = [f for f in forms.values() if len(f) > 1]
    if not varied:
        return
    listed = "、".join("/".join(sorted(f, key=len, reverse=True)) for f in varied)
    yield Finding(
        "decimals-vary", Severity.NOTE, f"同一个数的小数位数不统一：{listed}，金额统一写两位小数。",
        tuple(spot.source(material.text.id) for f in varied for spot in f.values()), stated=listed,
    )  # fmt: skip


def _mixed(material: Material) -> Iterator[Finding]:
    for what, words in material.vocabulary.wording.mixed:
        pattern = re.compile(rf"(?:{'|'.join(words)})(?=\d)")
        spots = _spots(material, pattern, glossary=False)
        by_word = {w: [s for s in spots if s.said == w] for w in words}
        if all(by_word.values()):
            counts = "，".join(f"“{w}”{len(s)}处" for w, s in by_word.items())
            fewest = min(by_word.values(), key=len)
            yield from grouped(
                material, "wording-varies", Severity.NOTE, f"{what}混用：{counts}，请统一。", fewest[:1], stated=counts
            )


def _phrases(material: Material) -> Iterator[Finding]:
    for sign in material.vocabulary.wording.phrases:
        severity = Severity(sign.severity or "note")
        code = "vague-flat" if severity is Severity.WARNING else "change-of-zero"
        yield from grouped(material, code, severity, f"{sign.what}。", _spots(material, sign.pattern, glossary=False))


def _from_zero(material: Material) -> Iterator[Finding]:
    spots = _spots(material, _ZERO_BASE, glossary=False)
    yield from grouped(
        material, "rate-from-zero", Severity.WARNING,
        "上年数为0，增减率无法计算，不能写“增长100%”；请写“上年为0，不可比”。", spots, expected="不可比",
    )  # fmt: skip
    done = _spots(material, _FROM_NOTHING, glossary=False)
    yield from grouped(
        material, "rate-from-zero", Severity.WARNING,
        "年初预算为0，不能写“完成年初预算的x%”；请写完成全年预算（调整预算）的比例，或写明不可比。", done, expected="不可比",
    )  # fmt: skip


def _bases(material: Material) -> Iterator[Finding]:
    """One document compares with budgets here and with executed figures there (C17)."""
    found: dict[str, list[Spot]] = {}
    taken: set[tuple[int, int]] = set()
    for key, pattern in material.vocabulary.wording.bases.items():
        for spot in _spots(material, pattern, glossary=False):
            place = (spot.paragraph.offsets[spot.start], 0)
            if place not in taken and not is_about_duties(spot.paragraph):
                taken.add(place)
                found.setdefault(key, []).append(spot)
    if len(found) < 2 or material.text.stage is Stage.FINAL:
        return
    listed = "，".join(f"{_NAMES_OF_BASES[k]}{len(s)}处（如“{s[0].said}”）" for k, s in found.items())
    yield Finding(
        "bases-vary", Severity.NOTE, f"比较的基数不统一：{listed}；一份文件只用一种口径，并写明。",
        tuple(s[0].source(material.text.id) for s in found.values()), stated=listed,
    )  # fmt: skip
