"""Years that a text of another year left behind (C22)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from service.checking.material import Material
from service.checking.spots import Spot, body, grouped, is_about_duties, is_glossary
from service.domain.coordinate import Stage
from service.domain.fact import Source
from service.domain.finding import Finding, Severity
from service.domain.paragraph import Paragraph

_YEAR = re.compile(r"(?<![\d.])(20\d\d)(?=年)")
#: A title that names a year's budget or account: 「2023年度部门决算」, 「2023年收支总表」.
_TITLED = re.compile(r"(20\d\d)年度?(?=[^，。；]{0,40}(?:预算|决算|表|说明|情况))")
_BESIDE = re.compile(r"《[^》]*》|〔[^〕]*〕|\[[^\]]*\]|【[^】]*】")
_COMPARED = re.compile(
    r"(?:比|较|与|同|和)(20\d\d)年度?(?:[当年初的]{0,3}(?:预算|决算|执行)(?:执行)?数?)?"
    r"(?=\d|[，,]?(?:相比|增加|减少|增长|下降|降低|上升|持平|相同|无变化|略有|有所|基本持平|各?增|各?减))"
)
#: The year that a sentence of figures begins with: 「某局2025年收入总计120.50万元」.
_BEGINS = re.compile(
    r"(?:^|(?<=[。；]))[^，。；\d《〔]{0,30}(20\d\d)年度?"
    r"(?=[^，。；]{0,30}(?:收入|支出|预算|经费|拨款|采购)[^，。；]{0,20}\d[\d,.]*(?:万元|元))"
)
_AS_OF = re.compile(r"截[至止](20\d\d)年(?:(\d{1,2})月)?(?:(\d{1,2})日|底|末)?")


def year_findings(material: Material) -> Iterator[Finding]:
    """Yield years in titles, comparisons and dates that cannot be this document's."""
    year = material.text.year
    if not year:
        return
    yield from _of_titles(material, year)
    yield from _of_tables(material, year)
    yield from _of_comparisons(material, year)
    yield from _of_assets(material, year)
    yield from _of_periods(material, year)
    yield from _of_sentences(material, year)


def _of_titles(material: Material, year: int) -> Iterator[Finding]:
    """The cover and the headings name the year of the document."""
    exempt = material.vocabulary.wording.year_exempt_titles
    wrong: dict[int, list[Spot]] = {}
    for index, paragraph in enumerate(material.text.paragraphs):
        titled = paragraph.is_heading or paragraph.in_contents or _is_cover(paragraph, index)
        if not titled or is_about_duties(paragraph) or any(w in paragraph.text for w in exempt):
            continue
        text = _masked(paragraph.text)
        for found in _TITLED.finditer(text):
            named = int(found.group(1))
            if named != year and not _names_both(text, year) and abs(named - year) <= 6:
                wrong.setdefault(named, []).append(Spot(paragraph, *found.span()))
    for named, spots in wrong.items():
        yield from grouped(
            material, "stale-year", Severity.WARNING,
            f"标题写{named}年，本文件是{year}年的，疑为往年文本残留，应改为{year}年。", spots,
            stated=f"{named}年", expected=f"{year}年",
        )  # fmt: skip


def _is_cover(paragraph: Paragraph, index: int) -> bool:
    return index < 6 and not paragraph.section and len(paragraph.text) <= 40 and "。" not in paragraph.text


def _names_both(text: str, year: int) -> bool:
    """Whether a title speaks of the document's year too: 「2024年与2023年对比」."""
    return f"{year}年" in text


def _masked(text: str) -> str:
    """Blank what stands in titles of papers and in their numbers."""
    return _BESIDE.sub(lambda m: "＃" * len(m.group()), text)


def _of_tables(material: Material, year: int) -> Iterator[Finding]:
    exempt = material.vocabulary.wording.year_exempt_titles
    for table in material.text.tables:
        if any(w in table.title for w in exempt) or table.by_ocr:
            continue
        years = {int(y) for y in _YEAR.findall(_masked(table.title))}
        if years and year not in years and max(years) < year:
            yield Finding(
                "stale-year", Severity.WARNING,
                f"表名“{table.title}”写{max(years)}年，本文件是{year}年的，应改为{year}年。",
                (Source(material.text.id, table.id, table.title, row=0, column=0, page=table.page, quote=table.title),),
                stated=f"{max(years)}年", expected=f"{year}年",
            )  # fmt: skip


def _of_comparisons(material: Material, year: int) -> Iterator[Finding]:
    """A year is compared with the one before it: never with itself, rarely with an older one."""
    itself: dict[str, list[Spot]] = {}
    older: dict[str, list[Spot]] = {}
    final = material.text.stage is Stage.FINAL
    for paragraph in body(material):
        if is_glossary(paragraph) or is_about_duties(paragraph) or paragraph.is_heading:
            continue
        text = _masked(paragraph.text)
        for found in _COMPARED.finditer(text):
            base, about = int(found.group(1)), _year_spoken_of(text, found.start(), year)
            if (final and "预算" in found.group()) or _compares_stages(text, found.start(), found.end()):
                continue
            spot = Spot(paragraph, *found.span())
            if base == about == year:
                itself.setdefault(found.group(), []).append(spot)
            elif (base < year - 1 and about == year) or base > max(year, about):
                older.setdefault(found.group(1), []).append(spot)
    said = "”“".join(itself)
    yield from grouped(
        material, "compared-with-itself", Severity.ERROR,
        f"比较年份写错：“{said}”把{year}年和{year}年自己相比，应为{year - 1}年。",
        sorted((s for spots in itself.values() for s in spots), key=lambda s: s.paragraph.offsets[s.start]),
        stated=f"{year}年", expected=f"{year - 1}年",
    )  # fmt: skip
    for other, spots in older.items():
        yield from grouped(
            material, "stale-year", Severity.WARNING,
            f"比较的是{other}年，{year}年的文件应与上一年（{year - 1}年）比，疑为往年文本残留。", spots,
            stated=f"{other}年", expected=f"{year - 1}年",
        )  # fmt: skip


def _year_spoken_of(text: str, before: int, year: int) -> int:
    """Return the year that the clause tells of: the last one named before it in its sentence."""
    begin = text.rfind("。", 0, before) + 1
    named = [int(m.group()) for m in _YEAR.finditer(text, begin, before) if text[m.start() - 1] not in "比较与同和"]
    return named[-1] if named else year


def _compares_stages(text: str, start: int, end: int) -> bool:
    """Whether it holds this year's account against this year's budget, which is right: 「决算数比2024年预算增加」."""
    begin = max(text.rfind(c, 0, start) for c in "。；") + 1
    lead, said = text[begin:start], text[start:end]
    other = ("决算", "执行")
    return ("预算" in said and "执行" not in said and any(w in lead for w in other)) or (
        "执行" in said and "预算" in lead and re.search(r"(?:调整|年初)预算", lead) is not None
    )


def _of_assets(material: Material, year: int) -> Iterator[Finding]:
    """The stock of an account is that of the year's end; a budget may name any day up to its year."""
    final = material.text.stage is Stage.FINAL
    late: list[Spot] = []
    early: list[Spot] = []
    for paragraph in body(material):
        if is_about_duties(paragraph) or is_glossary(paragraph):
            continue
        for found in _AS_OF.finditer(_masked(paragraph.text)):
            named = int(found.group(1))
            spot = Spot(paragraph, *found.span())
            if named > year or (not final and named == year and found.group(2) == "12"):
                late.append(spot)
            elif named < year - (0 if final else 1) and re.search("车辆|设备|资产|编制|人员|在职", paragraph.text):
                early.append(spot)
    wanted = f"{year}年12月31日" if final else f"{year - 1}年的日期"
    yield from grouped(
        material, "stale-year", Severity.WARNING,
        f"时点早于应有的年份：{year}年{'决算' if final else '预算'}的资产、人员应是{wanted}的数，疑为往年文本残留。",
        early, expected=wanted,
    )  # fmt: skip
    yield from grouped(
        material, "stale-year", Severity.WARNING, f"时点晚于文件编制的时间，应为{wanted}。", late, expected=wanted
    )


def _of_periods(material: Material, year: int) -> Iterator[Finding]:
    """The period of a project that is published with this year's budget includes this year."""
    own = material.vocabulary.wording.own_year
    spots: list[Spot] = []
    for paragraph in body(material):
        if not any(w in h for h in paragraph.section[-1:] for w in own):
            continue
        named = list(_YEAR.finditer(_masked(paragraph.text)))
        if named and max(int(m.group(1)) for m in named) < year:
            spots.append(Spot(paragraph, named[0].start(), named[-1].end()))
    yield from grouped(
        material, "stale-year", Severity.WARNING,
        f"项目的实施周期、年度安排早于{year}年，疑为往年文本残留，请改为本年度的。", spots, expected=f"{year}年",
    )  # fmt: skip


def _of_sentences(material: Material, year: int) -> Iterator[Finding]:
    """A sentence of figures begins with this year or the one before it."""
    exempt = material.vocabulary.wording.year_exempt
    wrong: dict[str, list[Spot]] = {}
    for paragraph in body(material):
        if is_glossary(paragraph) or is_about_duties(paragraph) or paragraph.is_heading:
            continue
        for found in _BEGINS.finditer(_masked(paragraph.text)):
            named = int(found.group(1))
            stop = paragraph.text.find("，", found.end())
            clause = paragraph.text[found.start() : stop if stop >= 0 else len(paragraph.text)]
            if year - 1 <= named <= year or any(w in clause for w in exempt):
                continue
            wrong.setdefault(found.group(1), []).append(Spot(paragraph, found.start(1), found.end(1) + 1))
    for other, spots in wrong.items():
        yield from grouped(
            material, "stale-year", Severity.WARNING,
            f"写的是{other}年的数，本文件是{year}年的，请核对年份，疑为往年文本残留或笔误。", spots,
            stated=f"{other}年", expected=f"{year}年",
        )  # fmt: skip
