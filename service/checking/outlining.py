"""Parts of a text: missing, told twice, numbered out of order, or not as the contents have them (A7, B27)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from service.checking.material import Material
from service.checking.spots import Spot, body, by_ocr, grouped, is_glossary
from service.domain.finding import Finding, Severity
from service.domain.paragraph import Paragraph
from service.numerals import read_quantities
from service.vocabulary.names import fold, strip_ordinal

_ORDINAL = re.compile(r"^(?:([一二三四五六七八九十]{1,3})、|[（(]([一二三四五六七八九十]{1,3})[)）])")
_FUND_ITEM = re.compile(
    r"(政府性基金|国有资本经营|一般公共)(?:预算)?(?:拨款|收入|支出|财政拨款|资金)*(?:为)?\d[\d,.]*万元"
)
_DIGITS = "零一二三四五六七八九"
_OWN_PART = re.compile(r"^第[一二三四五六七八九十]部分")
_PREFIX = re.compile(r"20\d\d年度?|情况|说明|部门|单位|预算|决算|关于")


def outline_findings(material: Material) -> Iterator[Finding]:
    """Yield what is missing, doubled or out of order."""
    yield from _fund_twice(material)
    yield from _headings_twice(material)
    yield from _jumps(material)
    yield from _contents(material)
    yield from _required(material)


def _fund_twice(material: Material) -> Iterator[Finding]:
    """An enumeration of funds names one twice while another is missing (A7)."""
    spots: list[Spot] = []
    for paragraph in body(material):
        if is_glossary(paragraph):
            continue
        start = 0
        for sentence in re.split(r"(?<=。)", paragraph.text):
            items = list(_FUND_ITEM.finditer(sentence))
            names = [m.group(1) for m in items]
            twice = next((i for i in range(1, len(names)) if names[i] == names[i - 1]), 0)
            adjacent = twice and not re.search(
                r"其中|比|较|，", sentence[items[twice - 1].end() : items[twice].start()]
            )
            if adjacent and "国有资本经营" not in sentence and len({*names}) > 1:
                spots.append(Spot(paragraph, start + items[twice].start(), start + items[twice].end()))
            start += len(sentence)
    yield from grouped(
        material, "stated-twice", Severity.WARNING,
        "列举资金来源时政府性基金写了两遍，国有资本经营预算没有写，疑为笔误。", spots, expected="国有资本经营预算",
    )  # fmt: skip


def _level(text: str) -> tuple[int, int]:
    """Return (level, number) of a heading's ordinal, (0, 0) where it has none."""
    found = _ORDINAL.match(text)
    if not found:
        return 0, 0
    written = found.group(1) or found.group(2)
    return (1 if found.group(1) else 2), _number(written)


def _number(written: str) -> int:
    if "十" not in written:
        return _DIGITS.index(written) if len(written) == 1 else 0
    tens, _, ones = written.partition("十")
    return (_DIGITS.index(tens) if tens else 1) * 10 + (_DIGITS.index(ones) if ones else 0)


def _headings_twice(material: Material) -> Iterator[Finding]:
    for run in _runs(material):
        seen: dict[int, Paragraph] = {}
        for number, paragraph in run:
            if number in seen:
                where = (seen[number], paragraph)
                yield Finding(
                    "heading-twice", Severity.NOTE,
                    f"标题序号重复：“{where[0].text[:24]}”与“{paragraph.text[:24]}”，请改正序号。",
                    tuple(Spot(p, 0, len(p.text)).source(material.text.id) for p in reversed(where)),
                    stated=paragraph.text[:24],
                )  # fmt: skip
            seen[number] = paragraph


def _jumps(material: Material) -> Iterator[Finding]:
    written = {n for p in body(material) for level, n in [_level(p.text)] if level == 1 and not p.is_heading}
    for run in _runs(material):
        numbers = [n for n, _ in run]
        for index in range(1, len(run)):
            before, now = numbers[index - 1], numbers[index]
            paragraph = run[index][1]
            missing = {*range(before + 1, now)}
            if 1 < now - before <= 3 and run[0][0] == 1 and not missing & {*numbers} and not missing & written:
                yield Finding(
                    "ordinal-jump", Severity.NOTE,
                    f"标题序号跳号：“{run[index - 1][1].text[:20]}”之后是“{paragraph.text[:20]}”，请核对是否漏了一节。",
                    (Spot(paragraph, 0, len(paragraph.text)).source(material.text.id),), stated=paragraph.text[:20],
                )  # fmt: skip


def _runs(material: Material) -> Iterator[Sequence[tuple[int, Paragraph]]]:
    """Yield the numbered headings and paragraphs that stand under one heading, in order."""
    runs: dict[tuple[object, ...], list[tuple[int, Paragraph]]] = defaultdict(list)
    part = 0
    for paragraph in body(material):
        if _OWN_PART.match(paragraph.text):
            part += 1
        if not paragraph.is_heading:
            continue
        level, number = _level(paragraph.text)
        if not level or not number:
            continue
        above = tuple(s for s in paragraph.section[:-1] if _level(s)[0] < level) if level > 1 else _above(paragraph)
        key = (part, level, above)
        if number == 1 and runs.get(key):
            yield runs.pop(key)
        runs[key].append((number, paragraph))
    yield from runs.values()


def _above(paragraph: Paragraph) -> tuple[str, ...]:
    return tuple(s for s in paragraph.section[:-1] if not _level(s)[0])


def _contents(material: Material) -> Iterator[Finding]:
    """Headings of the contents that the text does not have (B27); tables are compared elsewhere."""
    listed = [p for p in material.text.paragraphs if p.in_contents and not by_ocr(p)]
    headings = [_core(p.text) for p in material.text.paragraphs if p.is_heading]
    if len(listed) < 4 or len(headings) < 4:
        return
    exact = {_heading_key(p.text, material) for p in material.text.paragraphs if p.is_heading}
    rest = [_core(p.text) for p in body(material) if not p.is_heading and len(p.text) <= 60]
    titles = [_core(t.title) for t in material.text.tables]
    spots: list[Spot] = []
    near: list[Spot] = []
    for paragraph in listed:
        core = _core(paragraph.text)
        if len(core) < 2 or paragraph.text.rstrip("…. ·0123456789").endswith("表") or "附件" in paragraph.text:
            continue
        if not any(core in h or (len(h) >= 2 and h in core) for h in (*headings, *rest, *titles) if h):
            spots.append(Spot(paragraph, 0, len(paragraph.text)))
        elif (
            "表" not in paragraph.text
            and _level(paragraph.text.strip("-—")) != (0, 0)
            and _heading_key(paragraph.text, material) not in exact
        ):
            near.append(Spot(paragraph, 0, len(paragraph.text)))
    differing = "、".join(s.paragraph.text.strip("-…. ·")[:20] for s in near[:4])
    if not spots:
        yield from grouped(
            material, "headings-differ", Severity.NOTE,
            f"目录与正文的标题用字不一致：目录写“{differing}”，正文写法不同。", near, stated=differing,
        )  # fmt: skip
    names = "、".join(s.paragraph.text.strip("-…. ·")[:20] for s in spots[:4])
    yield from grouped(
        material, "headings-differ", Severity.NOTE, f"目录与正文的标题不一致：目录有“{names}”，正文没有同名标题。", spots,
        stated=names,
    )  # fmt: skip


def _heading_key(text: str, material: Material) -> str:
    """Return a heading as it is compared letter by letter: the entity and its 部门 are one, years and dots no matter."""
    bare = fold(re.sub(r"[…·.．。\s\d]+$", "", strip_ordinal(text.strip("-—").strip())))
    for name in sorted(material.text.entity_names, key=len, reverse=True):
        bare = bare.replace(fold(name), "部门")
    return re.sub(r"20\d\d年度?|\((?:部门|单位|汇总|本级)\)", "", re.sub(r"^(?:本?单位|本部门)", "部门", bare))


def _core(text: str) -> str:
    bare = strip_ordinal(text.strip("-—…. ·\t。")).replace("职能", "职责").replace("情况", "").rstrip("…. ·0123456789")
    return _PREFIX.sub("", fold(re.sub(r"^第[一二三四五六七八九十]部分[：:]?", "", bare)))


def _required(material: Material) -> Iterator[Finding]:
    """What must be published is spoken of nowhere."""
    text = material.text
    narrative = [p for p in body(material) if not is_glossary(p)]
    if sum(len(p.text) for p in narrative) < 1500 or not any(p.is_heading for p in narrative):
        return
    if not any(read_quantities(p.text) for p in narrative):
        return
    whole = "".join(p.text for p in narrative) + "".join(t.title for t in text.tables)
    missing = [
        r.what
        for r in material.vocabulary.wording.required
        if text.stage.value in r.stages and not any(w in whole for w in r.words)
    ]
    if missing:
        last = narrative[-1]
        said = "、".join(missing)
        yield Finding(
            "section-missing", Severity.NOTE, f"没有找到应公开的内容：{said}；没有发生的也要写明。",
            (Spot(last, 0, len(last.text)).source(text.id),), expected=said,
        )  # fmt: skip
