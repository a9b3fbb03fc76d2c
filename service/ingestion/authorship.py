"""Whose document it is: entity, its names, year, stage, kind, region, units. From content, never from the file name.

Nothing is taken from one line alone: cover, captions, headings, sentences and form cells vote.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from service.domain.coordinate import Stage
from service.domain.document import BudgetUnit, RowKind
from service.domain.paragraph import Paragraph
from service.ingestion.blocks import Block, Grid
from service.ingestion.regions import region_of, without_region
from service.ingestion.tables import BuiltTable
from service.vocabulary.names import squeeze

_ORGANISATION = r"(?:委员会|管理委|工委|党委|党校|党组|办公室|办公厅|办事处|管理处|事务处|局|委|部|厅|检察院|法院|研究院|医院|学院|院|协会|商会|学会|工商联|联合会|红十字会|总工会|妇联|会|处|中心|办|街道|镇|乡|学校|小学|中学|幼儿园|大学|所|总队|支队|大队|队|博物馆|图书馆|文化馆|馆|站|团|社|人民政府|政府|政协|人大|署|组|行|库|公园|园|电视台|台|科协|文联|残联|侨联|团委|厂|公司|场|局机关)"
_NAME = rf"[\u4e00-\u9fff][\u4e00-\u9fff·、]{{1,38}}?{_ORGANISATION}"
_WHOLE_NAME = re.compile(rf"^{_NAME}$")
_SCOPE = re.compile(
    r"[（(](汇总|部门汇总|全部门|本级|机关|本部|机关本级|部门本级|部门|单位)[)）]|(?<=[局委部厅院会处室办])(本级|本部)$"
)
_PLACEHOLDER = re.compile(r"[Xx×Ｘ＊*○〇_＿…]+|某(?=[某局委办厅部院站所处单])")
_TITLE = re.compile(r"(20\d\d)年?度?(?:[\u4e00-\u9fff]{0,3}级)?(?:本?部门|单位)?(?:综合|收支)?(预算|决算)")
_LABEL = re.compile(
    r"^(?:预算主管部门|主管部门|预算部门|预算单位|部门名称|单位名称|编制部门|编制单位|填报部门|填报单位|公开部门|公开单位|部门（?单位）?名称?|单位)"
    r"(?:名称)?(?:[（(](?:盖章|公章|全称|签章|印章)[)）])?[:：](.{4,40})$"
)
_LABEL_CELL = re.compile(
    r"^(?:(?:编制|填报|预算|主管|公开)?(?:部门|单位)(?:[（(]单位[)）])?名称|(?:预算)?主管部门|(?:编制|填报|公开)(?:部门|单位))(?:[（(]盖?公?章[)）])?[:：]?$"
)
_CUT = re.compile(r"20\d\d年|(?:本?部门|单位)?(?:综合|收支)?(?:预算|决算)|概况|主要职[能责]|机构设置|部门(?=$|[主概])")
_LEAD = re.compile(
    r"^(?:关于|附件\d*[:：]?|第[一二三四五六七八九十]+部分[:：]?|20\d\d年度?|[“”\"《》]|[一二三四五六七八九十]{1,3}、)+"
)
_SUBJECT = re.compile(
    rf"(?:^|[。，；：\n]|纳入|关于)(?:20\d\d年度?，?)?({_NAME})(?:[（(](?:汇总|本级|部门)[)）])?(?:部门)?"
    r"(?=20\d\d年|[（(]以下简称|部门预算|部门决算|收入预算|支出预算|机关运行|所属|下属|内设|设有|是主管|主要职|由.{2,30}组成)"
)
_COMPARED = re.compile(r"(?:比|较|与|同|和|对比|相比)(?:上年|去年)?[（(]?(?:20\d\d)年")
_YEAR_OF = re.compile(r"(20\d\d)年度?(?=[^，。；]{0,14}(?:预算|决算|收支|收入|支出|经费|拨款|采购|绩效))")
_FORM_YEAR = re.compile(r"^[（(]?(20\d\d)年?度?[)）]?$")
_NUMERALS = {c: n for n, c in enumerate("〇一二三四五六七八九十")} | {"两": 2}
_COUNT = r"(\d{1,3}|[一二三四五六七八九十两]{1,2})"
_RANGE = re.compile(rf"(?:编制|汇编|编报)(?:范围|单位)[^。；]{{0,16}}?(?:共计|共有|共|有){_COUNT}(?:个|家)")
_OWN_UNITS = re.compile(
    rf"(?:所属|下属|下设|下辖)(?:的)?(?:二级|基层)?(?:预算|行政事业|事业|参公)?单位{_COUNT}(?:个|家)"
    rf"|(?:以及|及|其|局|委)?(?:所属|下属){_COUNT}(?:个|家)(?:二级|基层)?(?:预算|行政事业|事业|独立核算)单位"
    rf"|{_COUNT}个(?:所属|下属)(?:事业|预算|行政事业)?单位"
    rf"|包含.{{0,24}}{_COUNT}个(?:所属|下属)[^。]{{0,6}}单位"
)
_WITH_UNITS = re.compile(
    r"(?:包括|由|含)[^。；]{0,30}(?:本级|机关|本部)(?:[（(]机关[)）])?(?:预算|决算)?(?:、|和|及|以及|，)[^。；]{0,12}(?:所属|下属|委属|局属|厅属|部属|属)[^。；]{0,10}单位"
    r"|包括本级(?:预算|决算)和所属单位"
)
#: 「纳入编制范围的单位包括：」, with the units listed below it.
_LIST_OF_UNITS = re.compile(r"(?:单位|机构)[^。]{0,60}(?:包括|如下|分别是|分别为|具体是|构成为)[^。\d]{0,16}[:：]$")
#: 「纳入…编制范围的预算单位共计2家，具体包括：某局（本级），某中心。」
_INLINE_UNITS = re.compile(
    r"(?:范围的?(?:二级)?(?:预算|决算)?单位|所属(?:\d+[个家])?(?:二级|预算|下级)*单位)[^。]{0,16}?(?:包括|分别是|分别为|即|为)[:：]?([^。]{6,400})"
)
_BETWEEN_UNITS = re.compile(r"[、，,；;]|和(?=[\u4e00-\u9fff]{2,8}[省市区县])|(?<=[)）])(?=[\u4e00-\u9fff])")
#: 序号, 单位名称, 单位性质, 备注.
_LIST_WIDTH = 5
_UNIT_ITEM = re.compile(
    r"^(?:\d{1,2}[.．、]|[（(]\d{1,2}[)）]|[（(]?[一二三四五六七八九十]{1,3}[)）、])([^，；。:：]{4,40})[。；，]?$"
)
_ALONE = re.compile(
    r"(?:无|没有)(?:下属|所属)(?:预算|二级|事业)?单位|(?:预算|决算)(?:仅为|只包括|仅包括|为)[^。，]{0,6}本级(?:预算|决算)(?=[。；，]|$)"
)
#: 「二〇二四年」 on a cover.
_CHINESE_YEAR = re.compile(r"二[〇○零0Oo][一二三四五六七八九〇○零]{2}(?=\s*年)")
_DIGITS = str.maketrans("〇○零Oo一二三四五六七八九", "00000123456789")
#: Votes that one kind of evidence may give to one answer.
_CAP = 6
_COVER_LABEL, _COVER, _RECOGNISED = 12, 9, 2
_MONEY = re.compile(r"\d\s*(?:万元|亿元|元)")


@dataclass(frozen=True, slots=True)
class Authorship:
    """Whose document it is and for when.

    Attributes:
        title: As printed on its face.
        entity: Full name, "" where none is found.
        names: The full name and every other under which it is printed.
        code: Printed department code, or "".
        year: Budget year, 0 where none is found.
        stage: Budget or final account.
        kind: ``部门汇总``, ``部门``, ``单位`` or ``本级``.
        region: Place names its name begins with, or "".
        units: Budget units with codes.
        part: ``文字``, ``表格`` or ``全``: which part of a disclosure the file holds.
        empty_tables: Number of tables, where not one of them holds a figure: an empty template; else 0.
    """

    title: str
    entity: str
    names: tuple[str, ...]
    code: str
    year: int
    stage: Stage
    kind: str
    region: str
    units: tuple[BudgetUnit, ...]
    part: str = "全"
    empty_tables: int = 0


@dataclass(slots=True)
class _Votes:
    """Votes for one question; each kind of evidence counts up to a cap."""

    counts: Counter[tuple[str, str]]

    def add(self, answer: str, evidence: str, weight: int = 1, cap: int = _CAP) -> None:
        """Count a vote."""
        if answer:
            self.counts[answer, evidence] = min(max(cap, weight), self.counts[answer, evidence] + weight)

    def total(self) -> Counter[str]:
        """Return the votes per answer."""
        out: Counter[str] = Counter()
        for (answer, _), votes in self.counts.items():
            out[answer] += votes
        return out

    def best(self) -> str:
        """Return the answer with most votes; of equals the longest, then the first in order."""
        total = self.total()
        return max(total, key=lambda a: (total[a], len(a), a), default="")


def read_authorship(
    paragraphs: Sequence[Paragraph], tables: Sequence[BuiltTable], blocks: Sequence[Block] = ()
) -> Authorship:
    """Find entity, year, stage, kind and units.

    Args:
        paragraphs: Running text.
        tables: Tables with their captions.
        blocks: What the reader handed over; forms name their department and year in cells.
    """
    face = _face(paragraphs)
    cells = [c for b in blocks if isinstance(b, Grid) for c in _form_lines(b)]
    bodies = _bodies(face, paragraphs, tables, cells)
    entity = _fullest(bodies)
    owners = Counter(_clean(t.owner) for t in tables if t.owner)
    owner = owners.most_common(1)[0][0] if owners else ""
    units, code = _units(tables, {n for n in (entity, owner) if n})
    units = units or _listed_units(paragraphs, blocks, entity)
    texts = [p.text for p in paragraphs if not p.in_contents]
    printed = "\n".join(texts + [t.owner for t in tables])
    names = [
        entity,
        *_aliases(entity, printed),
        *(b for b in bodies if entity and _shortens(b, entity)),
        owner if owner and _akin(owner, entity) else "",
    ]
    names += [f"{n}本级" for n in (entity, owner) if n and any(squeeze(u.name) == f"{n}本级" for u in units)]
    has_figures = any(c.quantity is not None for t in tables for r in t.table.rows for c in r.cells)
    has_prose = any(_MONEY.search(p.text) for p in paragraphs if not p.in_contents and not p.is_heading)
    year, stage = _year(face, paragraphs, tables, cells), _stage(face, paragraphs, tables)
    return Authorship(
        title=_title(face, entity, year, stage), entity=entity, names=tuple(dict.fromkeys(n for n in names if n)), code=code,
        year=year, stage=stage, kind=_kind(face, paragraphs, units), region=region_of(entity), units=units,
        part="全" if has_figures and has_prose else "表格" if has_figures else "文字",
        empty_tables=0 if has_figures else len(tables),
    )  # fmt: skip


def _face(paragraphs: Sequence[Paragraph]) -> list[str]:
    """Return what stands before the contents and the first section: the cover, and a title the file declares."""
    out: list[str] = []
    for p in paragraphs[:12]:
        if p.in_contents or (p.section and not (p.is_heading and len(p.section) == 1 and not out)):
            if p.in_contents or out:
                break
            continue
        if len(p.text) > 60:
            break
        out.append(_CHINESE_YEAR.sub(lambda m: m.group().translate(_DIGITS), p.text))
    return out


def _title(face: Sequence[str], entity: str, year: int, stage: Stage) -> str:
    """Return the title as printed; put together where the face is missing or was misread."""
    if entity and year and entity not in squeeze("".join(face)):
        return f"{entity}{year}年{'决算' if stage is Stage.FINAL else '预算'}"
    return " ".join(face[:2])


def _form_lines(grid: Grid) -> Iterator[str]:
    """Yield what the first rows of a form say of department and year, 「部门名称：某局」."""
    for row in grid.rows[:10]:
        filled = [squeeze(c) for c in row.cells if c.strip()]
        for cell, following in zip(filled, [*filled[1:], ""], strict=False):
            if _LABEL_CELL.match(cell) and following:
                yield f"{cell.rstrip('：:')}：{following}"
            elif _FORM_YEAR.match(cell) or _LABEL.match(cell):
                yield cell


def _clean(text: str) -> str:
    """Return the organisation that a piece of text names as a whole, "" where it names none."""
    plain = squeeze(text)
    plain = re.sub(r"[（(]以下简称.*$", "", plain)
    plain = _SCOPE.sub("", _LEAD.sub("", plain))
    plain = _CUT.split(_SCOPE.sub("", plain))[0].strip('“”"《》:：，,。、（）()')
    if _PLACEHOLDER.search(plain) or not 4 <= len(plain) <= 40 or not _WHOLE_NAME.match(plain):
        return ""
    return plain


def _bodies(
    face: Sequence[str], paragraphs: Sequence[Paragraph], tables: Sequence[BuiltTable], cells: Sequence[str]
) -> Counter[str]:
    """Return the public bodies that the document may be of, with the votes for each."""
    votes = _Votes(Counter())
    recognised = bool(paragraphs) and paragraphs[0].page in paragraphs[0].pages.recognised
    for index, text in enumerate(face):
        label = _LABEL.match(squeeze(text))
        if label:
            votes.add(_clean(label.group(1)), "label", _COVER_LABEL)
        else:
            torn = text + face[index + 1] if index + 1 < len(face) else ""
            votes.add(_clean(text) or _clean(torn), "cover", _RECOGNISED if recognised else _COVER)
    for built in tables:
        votes.add(_clean(built.owner), "owner")
    for text in cells:
        label = _LABEL.match(text)
        if label:
            votes.add(_clean(label.group(1)), "form", 2)
    for p in paragraphs:
        if p.is_heading and not _SENTENCE_LIKE.search(p.text):
            votes.add(_clean(p.text), "heading", 2)
        elif p.in_contents:
            votes.add(_clean(p.text) if "概况" in p.text else "", "contents", 2)
        else:
            for found in _SUBJECT.finditer(p.text[:400]):
                votes.add(_clean(found.group(1)), "sentence")
    return votes.total()


_SENTENCE_LIKE = re.compile(r"[，。；]")


def _fullest(total: Counter[str]) -> str:
    """Return the name most evidence speaks for; a short form lends its votes to the name it shortens."""
    if not total:
        return ""
    lent = Counter(
        {
            n: sum(v for m, v in total.items() if m == n or (_shortens(m, n) and (v < total[n] or not region_of(m))))
            for n in total
        }
    )
    return max(lent, key=lambda n: (lent[n], total[n], len(n), n))


def _shortens(short: str, full: str) -> bool:
    """Whether the characters of *short* stand in *full* in this order and end it: 省检察院, 江苏省人民检察院."""
    rest = iter(full)
    return len(short) < len(full) and short[-2:] == full[-2:] and all(c in rest for c in short)


def _akin(one: str, other: str) -> bool:
    """Whether two names may be the same body's: one holds the other's own name."""
    a, b = without_region(one), without_region(other)
    return one == other or a.endswith(b[-4:]) or b.endswith(a[-4:])


def _aliases(entity: str, printed: str) -> Iterator[str]:
    """Yield the shorter names of the entity that stand by themselves in the text."""
    if not entity:
        return
    plain = squeeze(printed)
    region, own = region_of(entity), without_region(entity)
    forms = [own, re.sub(r"^.*人民政府(?=.{3,}$)", "", own)]
    places = re.findall(r"[^省市区县旗]+[省市区县旗]", region)
    known = [entity]
    candidates = []
    for form in dict.fromkeys(forms):
        shorter = re.sub(r"(?<=街道)办事处$|(?<=人大)常委会(?=办公厅|办公室)|(?<=委员会)办公室$|(?<=[镇乡])人民政府$", "", form)
        for name in dict.fromkeys((form, shorter)):
            if places:
                candidates += [f"{places[-1]}{name}", f"{places[-1][-1]}{name}"]
            if len(name) >= 4 and re.search(r"街道|镇|乡", name):
                candidates.append(name)
    said = re.findall(rf"{re.escape(entity)}[（(](?:以下)?简称[:：为]?[“\"]?([\u4e00-\u9fff]{{2,20}})", plain)
    yield from said
    for name in dict.fromkeys(candidates):
        if name == entity or len(name) < 4:
            continue
        rest = plain
        for longer in known:
            if name in longer:
                rest = rest.replace(longer, "\n")
        if name in rest:
            known.append(name)
            yield name


def _year(
    face: Sequence[str], paragraphs: Sequence[Paragraph], tables: Sequence[BuiltTable], cells: Sequence[str]
) -> int:
    votes = _Votes(Counter())
    cover = squeeze("".join(face))
    for found in _TITLE.finditer(cover):
        votes.add(found.group(1), "cover", _CAP)
    for text in face:
        for found in re.finditer(r"(20\d\d)年(?:度)?(?!\d{1,2}月|\d)", squeeze(text)):
            votes.add(found.group(1), "face", 2)
    for built in tables:
        for year in dict.fromkeys(re.findall(r"(20\d\d)年", built.table.title)):
            votes.add(year, "tables")
    for text in cells:
        if of_form := _FORM_YEAR.match(text):
            votes.add(of_form.group(1), "form", 2)
    for p in paragraphs:
        text = _COMPARED.sub("", p.text)
        if p.is_heading or p.in_contents:
            for year in dict.fromkeys(_YEAR_OF.findall(text)):
                votes.add(year, "headings")
        elif _MONEY.search(text) and (first := _YEAR_OF.search(text)):
            votes.add(first.group(1), "sentences", cap=_CAP)
    best = votes.best()
    return int(best) if best else 0


def _stage(face: Sequence[str], paragraphs: Sequence[Paragraph], tables: Sequence[BuiltTable]) -> Stage:
    """A final account has 决算 in its title and tables, next to 预算 in the names of funds."""
    final = budget = 0
    cover = squeeze("".join(face))
    titles = _TITLE.findall(cover)
    if titles:
        final += _COVER * (titles[0][1] == "决算")
        budget += _COVER * (titles[0][1] == "预算")
    elif said := re.search(r"(?:部门|单位|综合|收支)(预算|决算)|(预算|决算)(?:公开|情况|说明|报表)", cover):
        final += _COVER * ("决算" in said.group())
        budget += _COVER * ("预算" in said.group())
    texts = [t.table.title for t in tables] + [p.text for p in paragraphs if p.is_heading or p.in_contents]
    finals = sum("决算" in t for t in texts)
    final += min(_CAP, finals)
    budget += min(_CAP, sum("预算" in t and "决算" not in t for t in texts) if finals * 3 < len(texts) else 0)
    return Stage.FINAL if final > budget else Stage.BUDGET


def _kind(face: Sequence[str], paragraphs: Sequence[Paragraph], units: Sequence[BudgetUnit]) -> str:
    titles = [*face, *(p.text for p in paragraphs[:40] if p.is_heading)]
    marks = [found.group(1) or found.group(2) for t in titles if (found := _SCOPE.search(t))]
    for mark in marks:
        if "汇总" in mark or mark == "全部门":
            return "部门汇总"
        if mark not in {"部门", "单位"}:
            return "本级"
    cover = squeeze("".join(face))
    if re.search(r"单位(?:综合)?(?:预算|决算)", cover) and not re.search(r"部门(?:综合)?(?:预算|决算)", cover):
        return "单位"
    if marks and marks[0] == "单位":
        return "单位"
    return "部门汇总" if len(units) > 1 or _rolls_up(paragraphs) else "部门"


def _rolls_up(paragraphs: Sequence[Paragraph]) -> bool:
    """Whether the text says that the budgets of subordinate units are in it."""
    texts = [p.text for p in paragraphs if not p.in_contents and not p.is_heading]
    for text in texts:
        found = _RANGE.search(text)
        if found:
            return _number(found.group(1)) > 1
    if any(_ALONE.search(t) for t in texts):
        return False
    for text in texts:
        for found in _OWN_UNITS.finditer(text):
            if _number(next(g for g in found.groups() if g)) >= 1:
                return True
    return any(_WITH_UNITS.search(t) for t in texts)


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, _, ones = text.rpartition("十")
    if "十" in text:
        return (_NUMERALS.get(tens, 1) if tens else 1) * 10 + (_NUMERALS.get(ones, 0) if ones else 0)
    return _NUMERALS.get(text, 0)


def _units(tables: Sequence[BuiltTable], owners: Iterable[str]) -> tuple[tuple[BudgetUnit, ...], str]:
    """Return the budget units printed with a code, and the department's own code."""
    units: dict[str, str] = {}
    department = ""
    own = {squeeze(o) for o in owners}
    for built in tables:
        for row in built.table.rows:
            code, name = _code_and_name(built, [c.raw for c in row.cells])
            if not code:
                continue
            if row.kind is RowKind.DEPARTMENT or name in own:
                department = department or code
            elif row.kind is RowKind.UNIT and len(code) <= 12 and name:
                units.setdefault(code, name)
    return tuple(BudgetUnit(code, name) for code, name in sorted(units.items())), department


def _listed_units(paragraphs: Sequence[Paragraph], blocks: Sequence[Block], entity: str) -> tuple[BudgetUnit, ...]:
    """Return the units that text or a list names, where no table prints their codes; the name is the code."""
    names: list[str] = []
    is_open = False
    for p in paragraphs:
        if p.in_contents or p.is_heading:
            is_open = False
        elif _LIST_OF_UNITS.search(p.text):
            is_open = not names
        elif is_open:
            found = _UNIT_ITEM.match(p.text)
            name = squeeze(found.group(1)) if found else ""
            is_open = bool(_unit_names(name))
            names += _unit_names(name)
        elif not names and (inline := _INLINE_UNITS.search(squeeze(p.text))):
            names += _unit_names(*_BETWEEN_UNITS.split(inline.group(1)))
    if not names:
        names = [n for b in blocks if isinstance(b, Grid) for n in _unit_column(b)]
    own = [n for n in dict.fromkeys(names) if n != entity]
    return tuple(BudgetUnit(n, n) for n in own) if len(names) > 1 else ()


def _unit_names(*pieces: str) -> list[str]:
    """Return the pieces that name a public body as a whole."""
    plain = [p.strip("。；;，, ") for p in pieces]
    return [p for p in plain if _WHOLE_NAME.match(_SCOPE.sub("", p))]


def _unit_column(grid: Grid) -> list[str]:
    """Return the names under 单位名称 of a list that holds nothing but names."""
    header = [squeeze(c) for c in grid.rows[0].cells] if grid.rows else []
    column = next((i for i, c in enumerate(header) if c in {"单位名称", "预算单位名称", "预算单位", "决算单位名称"}), None)
    filled = [c for c in header if c]
    if column is None or len(filled) > _LIST_WIDTH or any(re.search(r"元|金额|合计|项目|收入|支出", c) for c in filled):
        return []
    return _unit_names(*(squeeze(r.cells[column]) for r in grid.rows[1:] if column < len(r.cells)))


def _code_and_name(built: BuiltTable, cells: Sequence[str]) -> tuple[str, str]:
    code = name = ""
    for text, role in zip(cells, built.roles, strict=True):
        if role == "unit_code" and text.isdigit():
            code = text
        elif role in {"label", "project_unit"} and text and not name:
            name = squeeze(text)
    return code, name
