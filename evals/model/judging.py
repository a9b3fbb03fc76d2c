"""Judge what a reader was told against what the rules say to the same question. A referee of its own.

It knows nothing of the service's own verification, and reads figures, directions, names, years and words by itself. Where a text
says the same in another way that it does not know, it suspects; where it must be sure, it finds fault.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

from evals.figures import SCALES, read_chinese
from evals.figures import same as alike
from evals.model.phrases import ALLOWED
from service.adapters.vocabulary_files import read_vocabulary
from service.asking.answer import Answer
from service.drafting.draft import Draft, Sentence

#: Kinds of faults, and their names for the report.
KINDS: dict[str, str] = {
    "figure": "无据的数", "unit": "单位", "direction": "方向", "cause": "无据的原因", "words": "无据的话", "quote": "引文不实", "rank": "名次或最高级",
    "degree": "程度或约数", "subject": "张冠李戴", "year": "年度", "entity": "部门", "negation": "否定", "lost": "遗漏", "form": "格式残留", "status": "对的变错", "misled": "答非所问", "leak": "泄露密钥",
}  # fmt: skip

_UNITS = "亿元|百万元|千元|万元|元|%|‰|个百分点|百分点|倍|成|人次|[个项条家处行台辆次人名份期张笔类款套件天年月日户位本只宗页]"
_NUMBER = re.compile(rf"(?<![\d.])(?P<digits>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>{_UNITS})?")
_AFTER_UNIT = re.compile(r"\s*(?:元|亿|万|千|%|倍|个百分点|[(（]?单位)")
_NUMERAL = "零〇一二两三四五六七八九十百千万亿点"
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
#: Figures in words. Each is a figure unless the same words stand in what is known.
_IN_WORDS = re.compile(
    rf"(?:百|千|万)分之[{_NUMERAL}]+"
    rf"|[{_NUMERAL}几数]+分之[{_NUMERAL}几]+"
    rf"|[{_NUMERAL}几数上][{_NUMERAL}几数多余来]*(?:亿元|万元|元|成(?![立为本果功员绩都品长效])|倍|番|个百分点)"
    rf"|(?:[{_NUMERAL}几数]+|上)(?:多|余|来)?(?:个|项|条|家|处|台|辆|次|人|名|份|张|套|笔)"
    rf"|[一二两三四五六七八九几数上近成好][十百千万亿][{_NUMERAL}多余]*"
    rf"|[零〇一二三四五六七八九]{{2,}}|[{_NUMERAL}]\.[{_NUMERAL}\d]+"
    r"|一半|过半|近半|半数|大半|小半|多半|折半|减半|腰斩|翻番|翻了?[一两几]番|倍增|翻倍|成倍|加倍|零头"
    r"|绝大部分|绝大多数|大部分|大多数|大头|少数|小部分|一小部分|几乎全部"
)
_CHINESE_YEAR = re.compile(r"[二一][零〇九][零〇一二三四五六七八九]{2}年")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年|[-—~]|(?:年度)?预算|[(),。;:、\s]|$)")
_RELATIVE: dict[str, int] = {
    "上一年": -1, "上年": -1, "去年": -1, "前一年": -1, "前年": -2, "今年": 0, "本年": 0, "当年": 0, "明年": 1, "下一年": 1, "来年": 1, "次年": 1,
    "前两年": -2, "近三年": -2, "前三年": -3, "连续三年": -2, "往年": -9, "历年": -9,
}  # fmt: skip
_RELATIVE_YEAR = re.compile("|".join(sorted(_RELATIVE, key=len, reverse=True)))

_UP = "增加|增长|上升|提高|增幅|增量|多出|高出|高于|超过|超出|上涨|扩大|回升|提升|攀升|上浮|增至|升至|多于|大于|涨"
_DOWN = "减少|下降|降低|压减|减幅|降幅|低出|低于|不足|缩减|缩水|下滑|下调|回落|收窄|降至|减至|少于|小于|跌|腰斩|压缩"
_FLAT = "持平|不变|无变化|没有变化|无增减|零增长"
_DIRECTION = re.compile(
    rf"(?P<none>增减|减去|减免|增值税)|(?P<up>{_UP}|多(?=了?\s*\d))|(?P<down>{_DOWN}|少(?=了?\s*\d))|(?P<flat>{_FLAT})"
)
_CAUSE = re.compile(
    "主要原因|因为|由于|原因|所致|导致|致使|造成|得益|归功|影响|缘于|源于|源自|根源|在于|有关|结果|反映|体现|为了|为落实|为贯彻|为响应|考虑到|随着|鉴于|出于|"
    "使得|从而|因此|所以|推动|促使|带动|拉动|背后|落实|成效|因(?!公出国|素|而)|为(?:了|压减|压缩|节约|响应|保障|满足|配合|支持|加强|确保|应对)"
)
_RANK = re.compile(
    "第[一二三四五六七八九十]|首位|居首|之首|榜|名列|位居|位列|排名|领先|前列|前茅|唯一|冠军|最[^终近后的]|仅次于|历史|创新|居各|居全|[由从][大小高低多少]到[大小高低多少]"
)
_DEGREE = re.compile(
    "大幅|显著|明显|断崖|快速|急剧|略有|略微|小幅|高达|仅有|只有|多达|巨大|较大|较高|较低|较快|过高|过低|基本(?=持平)|将近|大约|左右|几乎|约(?=\\s*\\d)|近(?=\\s*\\d)|"
    "约|逾|可能|预计|估计|大概|或许|接近|上下|环比|平均"
)
_NEGATION = re.compile("并非|并未|从未|难以|不|未|没|无|勿|非(?!税|涉密|财政|本级|常)")
#: Words that say which stage, level or money a figure is of: they must be those of what is known.
_SCOPE = re.compile("决算|实际|执行|调整后|追加|全区|全市|全省|全县|本级|完成|已支付|政府性基金|国有资本|专户|单位资金|结转|结余|预算(?=数)")
#: What a figure is to those before it.
_ROLES: dict[str, str] = {
    "share": "占比|占|比重|比例", "gap": "相差|差额|之差|差", "sum": "合计|共计|加起来共?|之和|总共", "after": "后(?=为|是|剩|还)|剩余|还剩|剩下",
    "minus": "去掉|扣除|减去|剔除", "converted": "折合|换算|=|合(?=\\d)", "times": "倍数",
}  # fmt: skip
_ROLE = re.compile("|".join(f"(?P<{role}>{words})" for role, words in _ROLES.items()))
_MARK = re.compile(r"\((?:[^()]*?)(推算|仅见正文|空白|按0计|OCR)[^()]*\)|\(?为(推算|仅见正文)数\)?")
_LIMIT = re.compile("不能|无法|没有|提示|口径不同|疑为|假设测算|不是|并非|有误|不合理|不合适|并存|未采用|只写|不一致|不等于")
_ORGANISATION = re.compile(
    "委员会办公室|办公室|办事处|街道|检察院|法院|人大|财政局|司法局|信访局|统计局|审计局|宣传部|服务中心|发改委|组织部|民政局|教育局|委员会|管理局|(?<=[区县市])政府"
)
_MARKUP = re.compile(r"\*\*|__|^#{1,6}\s*|^\s*[-*]\s+|`+|\|", re.MULTILINE)
_LEFTOVER = re.compile(r"\{\{|\}\}|\{[a-z]+\d+|[a-z]\d+\}|</?\w+>|</?资料|\\u003|\bf\d+\b|\bq\d+\b")
_HAN = r"㐀-鿿"
_RUN = re.compile(f"[{_HAN}]+")
_CLAUSE_ENDS = "，,。;；:：\n、()"
_SENTENCE = re.compile(r"[^。\n;；]+")
_QUOTED_LEAST = 8
_CODE = re.compile(rf"(?<![\d.,])(?:\d{{3,}}(?=\s+\d|\s*(?!(?:{_UNITS}))[{_HAN}])|\d{{5,}}(?=\s*(?![元万亿千百])[{_HAN}]))")
_ADDED_UP = re.compile(r"(?P<whole>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>亿元|万元|元)\((?P<parts>[^()]*)相加\)")
_AMOUNTS = frozenset({"亿元", "万元", "元", "千元", "百万元", "%", "‰", "倍", "个百分点", "成"})
#: Words that name no figure by themselves.
_EVERYDAY = frozenset({"预算", "项目", "金额", "指标"})
_MEASURES = frozenset({"收入", "支出", "三公经费"})
#: Pages and lines tell where something stands.
_PLACE_UNITS = frozenset({"页", "行"})
_LIKE = 0.6
_PIECE = 3
_SUSPECT = 2
_COMPARED = re.compile(rf"(?:比|较)(?P<other>[^。;\n]*?)(?P<second>\d[\d,]*(?:\.\d+)?)\s*(?:{_UNITS})?(?P<between>[^。;\d\n]{{0,12}}?)(?P<way>多出|多|少|高出|高|低|增加|减少)了?(?P<gap>\d[\d,]*(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that the reader was told wrongly.

    Attributes:
        kind: One of `KINDS`.
        words: The words at fault.
    """

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found in a text.

    Attributes:
        figures: How many figures it tells.
        faults: What is wrong.
        suspects: Runs of words that nothing known has.
    """

    figures: int
    faults: tuple[Fault, ...] = ()
    suspects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What a right text may say.

    Attributes:
        text: What the rules say.
        question: The question with those before it.
        labelled: Figures (digits and unit) with what they are of.
        quotes: Words of documents that are cited.
        marks: Words that must go with figures.
        year: Year spoken of, 0 for none.
    """

    text: str
    question: str = ""
    labelled: tuple[tuple[str, str], ...] = ()
    quotes: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    year: int = 0


def known_of(answer: Answer, question: str = "", history: Sequence[str] = ()) -> Known:
    """Return what is known from an answer that was given without a model."""
    labelled = [(f"{r.value}{r.unit}", r.label) for r in answer.results]
    labelled += [(f"{r.exact}{r.unit}", r.label) for r in answer.results]
    quotes = [answer.missing, *answer.readings, *(c.place.quote for c in answer.citations)]
    for result in answer.results:
        for operand in result.operands:
            labelled.append((f"{operand.value}{operand.unit}", operand.label))
            quotes.append(operand.place.quote if not operand.place.table else "")
    marks = tuple(dict.fromkeys(m for r in answer.results for m in r.marks))
    asked = " ".join((*history, question or answer.question))
    return Known(answer.text, asked, tuple(labelled), tuple(q for q in quotes if q), marks, answer.year)


def known_of_sentence(sentence: Sentence, draft: Draft) -> Known:
    """Return what is known from a sentence of a draft that was written without a model."""
    labelled = [(f"{f.value}{f.unit}", f.label) for f in sentence.figures if f.value]
    labelled += [(f.text, f.label) for f in sentence.figures]
    marks = tuple(dict.fromkeys(m for f in sentence.figures for m in f.marks if m in sentence.text))
    return Known(sentence.text, draft.entity, tuple(labelled), tuple(r.text for r in sentence.reasons), marks, draft.year)


# ------------------------------------------------------------------------------------------------- reading


def folded(text: str) -> str:
    """Write a text as it is meant: signs of one width, digits of one script, nothing invisible, no markup, no layout.

    Example:
        >>> folded("支出 **９５０.４７** 万元，共①项")
        '支出950.47万元,共1项'

    """
    shown = (c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) not in {"Cf", "Cc"} or c == "\n")
    digits = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in shown)
    plain = re.sub(r"[^\S\n]+", " ", _MARKUP.sub("", digits.translate(_FORMAL)))
    return re.sub(r"(?<!\d) | (?!\d)", "", plain)


@dataclass(frozen=True, slots=True)
class _Figure:
    digits: str
    unit: str
    start: int
    end: int

    @property
    def key(self) -> tuple[Decimal, str]:
        return Decimal(self.digits.replace(",", "")), self.unit


_Key = tuple[Decimal, str]


def _figures(text: str) -> list[_Figure]:
    """Return the numbers of a text; years are none, nor codes that stand before an amount or a name."""
    found = []
    for match in _NUMBER.finditer(text):
        unit = {"百分点": "个百分点"}.get(match["unit"] or "", match["unit"] or "")
        is_year = _YEAR.match(text, match.start()) and unit in {"", "年"}
        if not is_year and not _CODE.match(text, match.start()):
            found.append(_Figure(match["digits"].rstrip(","), unit, match.start(), match.end()))
    return found


def _quoted(text: str) -> list[tuple[int, int]]:
    """Return the spans between outermost “ and ”."""
    spans, depth, start = [], 0, 0
    for at, character in enumerate(text):
        if character == "“":
            start = at + 1 if depth == 0 else start
            depth += 1
        elif character == "”" and depth:
            depth -= 1
            if depth == 0:
                spans.append((start, at))
    return spans


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@cache
def _vocabulary_names() -> frozenset[str]:
    """Return the printed names of the vocabulary: of measures all, of members those that are no everyday words."""
    vocabulary = read_vocabulary()
    members = (n for m in vocabulary.members.by_id.values() for n in (m.name, *m.names) if len(n) >= _PIECE)
    return frozenset(folded(n) for n in (*members, *vocabulary.measures, "收入", "支出")) - _EVERYDAY


@dataclass(frozen=True, slots=True)
class _Name:
    """A name with what stands in brackets after it: 公用经费(一般公共预算)."""

    name: str
    qualifier: str
    start: int
    end: int


@dataclass(slots=True)
class _Told:
    """What a text says of a figure, in one place (`_Figure`) or in all."""

    nearest: set[tuple[str, str]] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    years: set[int] = field(default_factory=set)
    directions: set[str] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)
    marks: set[str] = field(default_factory=set)

    def add(self, other: _Told) -> None:
        """Add what another place says."""
        self.nearest |= other.nearest
        self.names |= other.names
        self.years |= other.years
        self.directions |= other.directions
        self.roles |= other.roles
        self.marks |= other.marks


# ------------------------------------------------------------------------------------------------- the referee


class Referee:
    """Judges texts against what is known.

    Args:
        known: What a right text may say.
        accepted: Runs of words that were judged by hand to say nothing wrong.
    """

    def __init__(self, known: Known, accepted: Iterable[str] = ()) -> None:
        self._known = known
        self._text = folded(known.text)
        labels = [folded(label) for _, label in known.labelled]
        sources = (self._text, folded(known.question), *labels, *(folded(q) for q in known.quotes), *map(folded, known.marks))
        self._sources = tuple(_squeezed(s) for s in sources if s)
        self._all = "\0".join(self._sources)
        self._said = "\0".join(_squeezed(s) for s in (self._text, folded(known.question), *labels))
        phrases = sorted(map(re.escape, (*map(folded, ALLOWED), *map(folded, accepted))), key=len, reverse=True)
        self._allowed = re.compile("|".join(phrases))
        self._names = tuple(sorted(self._names_of(labels) | _vocabulary_names(), key=len, reverse=True))
        self._name_pattern = re.compile("|".join(map(re.escape, self._names)))
        self._figures = self._figures_known()
        self._right: dict[_Key, _Told] = {}
        for figure, told in self._telling(self._text):
            self._right.setdefault(figure.key, _Told()).add(told)
        self._labels: dict[_Key, _Told] = {}
        for (value, _), label in zip(known.labelled, labels, strict=True):
            for figure in _figures(folded(value)):
                self._labels.setdefault(figure.key, _Told()).add(self._of_label(label))
        self._share_names()
        self._years = {year for source in sources for year in self._years_in(source)} | {known.year}
        self._ways = {(d, n) for s in (self._text, *labels) for d, n, *_ in self._directed(s)}
        self._qualified: dict[str, set[str]] = {}
        for source in (self._text, *labels, folded(known.question)):
            for each in self._name_spans(source):
                self._qualified.setdefault(each.name, set()).add(each.qualifier)
        self._known_names = frozenset(self._qualified)

    def _share_names(self) -> None:
        """Let figures of one amount in other units be of the same: 9504700元 is of what 950.47万元 is of."""
        for number, unit in list(self._right):
            for other, of in list(self._right):
                if unit != of and unit in SCALES and of in SCALES and alike(number, unit, other, of):
                    told = self._labels.setdefault((other, of), _Told())
                    for source in (self._right, self._labels):
                        told.add(source.get((number, unit), _Told()))

    def judge(self, text: str) -> Judgement:
        """Judge a text."""
        whole = folded(text)
        if whole == self._text:
            return Judgement(self._count(whole))
        faults = [Fault("form", m[0]) for m in _LEFTOVER.finditer(whole)]
        body, false = self._without_quotes(whole)
        faults += false
        faults += self._wrong_figures(body)
        faults += self._wrong_words(body)
        faults += self._wrong_tellings(body)
        faults += self._wrong_quote_places(whole)
        faults += self._wrong_places(body)
        faults += self._lost(whole)
        return Judgement(self._count(whole), tuple(dict.fromkeys(faults)), tuple(dict.fromkeys(self._strange(body))))

    @staticmethod
    def _count(body: str) -> int:
        return len(_figures(body)) + sum(1 for _ in _IN_WORDS.finditer(body))

    # -- what is known

    def _names_of(self, labels: Sequence[str]) -> set[str]:
        """Return every name that the rules call a figure by."""
        names: set[str] = set()
        for label in labels:
            for part in re.split(r"占|比(?!例|重)|是|的(?:比重|合计|倍数)|、|折合|减少额|增加额|降低率|增长率|增减额|增减率|差额|高出|多$|少$", label):
                name = re.sub(r"^(?:\d{4}年)?\s*\d*|\(.*", "", part).strip()
                names.update({name, *re.findall(r"\(([^()]{4,})\)", part)})
        return {n for n in names if len(n) >= 2 and re.search(f"[{_HAN}]", n)}

    def _figures_known(self) -> set[_Key]:
        outside = self._text
        for start, end in reversed(_quoted(outside)):
            outside = outside[:start] + outside[end:]
        values = [folded(v) for v, _ in self._known.labelled]
        return {f.key for source in (outside, *values, folded(self._known.question)) for f in _figures(source)}

    def _of_label(self, label: str) -> _Told:
        names = self._name_spans(label)
        return _Told(
            {(n.name, n.qualifier) for n in names}, {n.name for n in names}, set(self._years_in(label)),
            {d for d, *_ in _directions(label)}, {m.lastgroup or "" for m in _ROLE.finditer(label)},
        )  # fmt: skip

    def _name_spans(self, text: str) -> list[_Name]:
        """Return the names in a text, longest first where they overlap; those within brackets after a name qualify it."""
        found: list[_Name] = []
        brackets = [m.span() for m in re.finditer(r"\([^()]*\)", text)]
        for match in self._name_pattern.finditer(text):
            if any(s < match.start() and match.end() < e for s, e in brackets):
                continue
            after = re.match(r"\(([^()]*)\)", text[match.end() :])
            words = after[1] if after and not _figures(after[1]) and not _MARK.match(after[0]) else ""
            found.append(_Name(match[0], words, match.start(), match.end()))
        codes = (_Name(m[0], "", m.start(), m.end()) for m in _CODE.finditer(text) if not re.match(f"[{_HAN}]", text[m.end() : m.end() + 1]))
        return sorted((*found, *codes), key=lambda n: n.end)

    def _years_in(self, text: str) -> list[int]:
        return [year for year, _ in self._year_spans(text)]

    def _year_spans(self, text: str) -> list[tuple[int, int]]:
        found = [(int(m[1]), m.end()) for m in _YEAR.finditer(text)]
        for match in _CHINESE_YEAR.finditer(text):
            digits = "".join(str("零一二三四五六七八九".index("零" if c == "〇" else c)) for c in match[0][:-1])
            found.append((int(digits), match.end()))
        if self._known.year:
            found += [(self._known.year + _RELATIVE[m[0]], m.end()) for m in _RELATIVE_YEAR.finditer(text)]
        return sorted(found, key=lambda each: each[1])

    def _telling(self, text: str) -> Iterator[tuple[_Figure, _Told]]:
        """Yield every figure of a text with what is said of it there."""
        for sentence in _SENTENCE.finditer(text):
            body = sentence[0]
            names, years, ways = self._name_spans(body), self._year_spans(body), _directions(body)
            figures = _figures(body)
            for number, figure in enumerate(figures):
                previous = figures[number - 1].end if number else 0
                told = _Told()
                bracket = body.rfind("(", 0, figure.start)
                is_inside = bracket > body.rfind(")", 0, figure.start)
                inside = [n for n in names if n.start > bracket and n.end <= figure.start] if is_inside else []
                before = inside or [n for n in names if n.end <= figure.start]
                told.nearest = {(n.name, n.qualifier) for n in before[-1:]}
                told.names = {n.name for n in names if previous <= n.start and n.end <= figure.start}
                told.years = set([y for y, end in years if end <= figure.start][-1:]) or {0}
                told.directions = _direction_of(body, figure, previous, ways)
                roles = [m.lastgroup or "" for m in _ROLE.finditer(body, max(previous, _clause_start(body, figure.start)), figure.start)]
                told.roles = set(roles[-1:]) or {""}
                mark = _MARK.match(body, figure.end)
                told.marks = {mark[1] or mark[2]} if mark else {""}
                yield figure, told

    def _directed(self, text: str) -> Iterator[tuple[str, str, int, int]]:
        """Yield every direction with the name before it and where it stands."""
        for sentence in _SENTENCE.finditer(text):
            names = self._name_spans(sentence[0])
            for way, start, end in _directions(sentence[0]):
                before = [n.name for n in names if n.end <= start]
                yield way, before[-1] if before else "", sentence.start() + start, sentence.start() + end

    # -- faults

    def _without_quotes(self, body: str) -> tuple[str, list[Fault]]:
        """Take out quotations that are true; a false one is a fault and stays."""
        faults = []
        for start, end in reversed(_quoted(body)):
            words = body[start:end]
            if len(words) < _QUOTED_LEAST:
                continue
            if _squeezed(words).rstrip("。,;") in self._all:
                body = body[:start] + body[end:]
            else:
                faults.append(Fault("quote", words))
        return body, faults

    def _wrong_figures(self, body: str) -> Iterator[Fault]:
        numbers = {number for number, _ in self._figures}
        for figure in _figures(body):
            after = _AFTER_UNIT.match(body, figure.end)
            if figure.unit and after and _squeezed(body[figure.start : after.end()]) not in self._all:
                yield Fault("unit", body[figure.start : after.end() + 4])
            if figure.key in self._figures or self._stands(figure, body):
                continue
            yield Fault("unit" if figure.key[0] in numbers else "figure", figure.digits + figure.unit)
        for code in _CODE.finditer(body):
            if not any(re.search(rf"(?<!\d){code[0]}(?!\d)", s) for s in self._sources):
                yield Fault("figure", code[0])
        for match in _IN_WORDS.finditer(body):
            if not self._has_words(match, body):
                yield Fault("figure", match[0])
        for match in re.finditer(r"单位(?:均?[为是]|:)\s*\S{1,4}", body):
            if _squeezed(match[0]) not in self._all:
                yield Fault("unit", match[0])

    def _stands(self, figure: _Figure, body: str) -> bool:
        """Whether a number without an amount's unit is part of a name or date that is known."""
        if figure.unit in _AMOUNTS:
            return False
        around = _squeezed(body[max(0, figure.start - 3) : figure.end + 2])
        near = _squeezed(body[figure.start : figure.end + 2])
        return around in self._all or (len(near) > len(figure.digits) + len(figure.unit) and near in self._all)

    def _has_words(self, match: re.Match[str], body: str) -> bool:
        """Whether a figure in words stands so in what is known, or says a known figure exactly."""
        if match[0] in self._all or any(match[0] in a and a in body for a in ALLOWED):
            return True
        plain = re.fullmatch(rf"(百分之)?([{_NUMERAL}]+)(\D*)", match[0])
        value = read_chinese(plain[2]) if plain and plain[2].strip("点") else None
        unit = "%" if plain and plain[1] else (plain[3] if plain else "")
        return value is not None and (value, unit) in self._figures

    def _wrong_words(self, body: str) -> Iterator[Fault]:
        covered = self._coverage(body, is_strict=True)
        for kind, pattern in (("cause", _CAUSE), ("rank", _RANK), ("degree", _DEGREE), ("negation", _NEGATION)):
            for match in pattern.finditer(body):
                if not all(covered[match.start() : match.end()]):
                    yield Fault(kind, body[max(0, match.start() - 4) : match.end() + 8])
        for match in _SCOPE.finditer(body):
            if match[0] not in self._said:
                yield Fault("subject", match[0])
        spans = {(f.start, f.end): t for f, t in self._telling(body)}
        for way, name, start, end in self._directed(body):
            is_told = any(way in t.directions and s >= end and "\n" not in body[end:s] for (s, _), t in spans.items())
            around = _squeezed(body[max(0, start - 2) : end]), _squeezed(body[start : end + 2])
            if (way, name) in self._ways or any(a in self._all for a in around) or is_told:
                continue
            yield Fault("direction", body[max(0, start - 4) : end + 6])

    def _coverage(self, body: str, *, is_strict: bool = False) -> list[bool]:
        """Tell of each character whether it stands in a piece of what is known, or in words that say nothing.

        Strictly, shorter words that say nothing do not count, nor do directions, which are judged by themselves.
        """
        covered = [not re.match(f"[{_HAN}]", c) for c in body]
        for match in (*self._allowed.finditer(body), *self._name_pattern.finditer(body)):
            is_phrase = self._allowed.fullmatch(match[0]) and (len(match[0]) >= _PIECE or not is_strict)
            if match[0] in self._all or is_phrase:
                covered[match.start() : match.end()] = [True] * len(match[0])
        for match in _RELATIVE_YEAR.finditer(body):  # wrong years are found by themselves
            covered[match.start() : match.end()] = [True] * len(match[0])
        for _, start, end in _directions(body) if not is_strict else ():
            covered[start:end] = [True] * (end - start)
        breaks = body
        for figure in _figures(body):
            covered[figure.start : figure.end] = [True] * (figure.end - figure.start)
            breaks = breaks[: figure.start] + " " * (figure.end - figure.start) + breaks[figure.end :]
        for run in _RUN.finditer(breaks):
            start = run.start()
            while start < run.end():
                end = start
                while end < run.end() and body[start : end + 1] in self._all:
                    end += 1
                is_whole = end - start >= _PIECE or (end == run.end() and start == run.start())
                if end > start and is_whole:
                    covered[start:end] = [True] * (end - start)
                    start = max(start + 1, end - _PIECE + 1) if end < run.end() else end
                else:
                    start += 1
        return covered

    def _strange(self, body: str) -> Iterator[str]:
        """Yield runs of words that nothing known has."""
        covered = "".join("1" if c else "0" for c in self._coverage(body))
        for run in re.finditer("0+", covered):
            words = body[run.start() : run.end()]
            if len(words) >= _SUSPECT and words not in self._said:
                yield words

    def _wrong_tellings(self, body: str) -> Iterator[Fault]:
        for figure, told in self._telling(body):
            right, label = self._right.get(figure.key), self._labels.get(figure.key, _Told())
            if right is None or figure.unit in _PLACE_UNITS:
                continue
            shown = figure.digits + figure.unit
            yield from (Fault("subject", f"{n}…{shown}") for n in self._wrong_names(told, right, label))
            years = right.years | label.years
            is_other_year = told.years == {0} and years <= self._years - {self._known.year}
            if (told.years - years - {0} and years != {0}) or is_other_year:
                yield Fault("year", f"{next(iter(told.years))}年…{shown}")
            directions = right.directions | label.directions
            wrong = {d for d in told.directions - directions if not _agrees(body, figure.key[0], d)}
            yield from (Fault("direction", f"{d} {shown}") for d in wrong)
            if right.directions and "" not in right.directions and told.directions == {""} and right.directions != {"flat"}:
                yield Fault("lost", f"{shown}没有增减方向")
            roles = right.roles | label.roles
            is_free = told.roles == {""} and roles & {"share", "minus"}  # in a sentence of its own a base is a plain figure
            if not told.roles & roles and not is_free:
                yield Fault("subject", f"{next(iter(told.roles)) or '无'}…{shown}")
            if "" not in told.marks and right.marks == {""}:
                yield Fault("subject", f"{shown}{next(iter(told.marks))}")
            if "" not in right.marks and "" in told.marks:
                yield Fault("lost", f"{shown}{next(iter(right.marks))}")
        yield from (Fault("direction", words) for words in _false_comparisons(body))
        for match in _ADDED_UP.finditer(body):
            parts = sum(f.key[0] for f in _figures(match["parts"]) if f.unit == match["unit"])
            if parts != Decimal(match["whole"].replace(",", "")):
                yield Fault("subject", match[0])

    def _wrong_names(self, told: _Told, right: _Told, label: _Told) -> Iterator[str]:
        nearest = right.nearest | label.nearest
        for name, qualifier in told.nearest if nearest else ():
            is_plain = not qualifier and any(n == name for n, _ in nearest) and len(self._qualified.get(name, ())) <= 1
            is_qualifier = any(name in q for _, q in nearest)
            if (name, qualifier) not in nearest and not is_plain and not is_qualifier:
                yield f"{name}({qualifier})" if qualifier else name
        known = right.names | label.names | {n for n, _ in nearest} | {q for _, q in nearest}
        for name in told.names:
            if name not in known and not any(name in q for q in known) and name not in folded(self._known.question):
                yield name

    def _wrong_quote_places(self, whole: str) -> Iterator[Fault]:
        """Find quotations that follow another name than in the rules' text."""
        right: dict[str, set[str]] = {}
        for text, is_source in ((self._text, True), (whole, False)):
            names = self._name_spans(text)
            for start, end in _quoted(text):
                words = _squeezed(text[start:end])
                before = {n.name for n in [each for each in names if each.end <= start][-1:]}
                if len(words) >= _QUOTED_LEAST and is_source:
                    right.setdefault(words, set()).update(before)
                elif words in right and before - right[words]:
                    yield Fault("subject", f"{''.join(before)}…“{words[:12]}”")

    def _wrong_places(self, body: str) -> Iterator[Fault]:
        for year, end in self._year_spans(body):
            if year not in self._years:
                yield Fault("year", body[max(0, end - 6) : end])
        for each in self._name_spans(body):
            # 收入 is part of many names: only where it stands alone is it said.
            is_said = each.name not in _MEASURES and (each.name in self._said or _is_allowed(each.name))
            if each.name not in self._known_names and not is_said:
                yield Fault("subject", each.name)
        for match in _ORGANISATION.finditer(body):
            start = match.start()
            while start > 0 and re.match(f"[{_HAN}]", body[start - 1]) and body[start - 1 : match.end()] in self._all:
                start -= 1
            lead = re.search(f"[{_HAN}]*$", body[:start])
            is_led = not lead or not lead[0] or lead[0].endswith((*ALLOWED, *"的和与及比中为是"))
            if body[start : match.end()] not in self._all or not is_led:
                yield Fault("entity", body[max(0, match.start() - 8) : match.end()])

    def _lost(self, whole: str) -> Iterator[Fault]:
        squeezed = _squeezed(whole)
        plain = self._text
        for start, end in reversed(_quoted(plain)):
            if end - start >= _QUOTED_LEAST:
                plain = plain[:start] + plain[end:]
        for sentence in _SENTENCE.findall(plain):
            words = _squeezed(sentence)
            limits = _LIMIT.findall(words)
            if limits and (_likeness(words, squeezed) < _LIKE or any(squeezed.count(n) < limits.count(n) for n in limits)):
                yield Fault("lost", words[:40])
        there = {f.key for f in _figures(whole)}
        for key, told in self._right.items():
            yield from (Fault("lost", mark) for mark in told.marks if mark and key in there and mark not in whole)
        for sentence in re.findall(r"[^。;\n]+", plain):
            keys = {f.key for f in _figures(sentence) if f.unit and f.unit != "项"}
            if len(keys) > _PIECE and keys & there and keys - there:
                number, unit = min(keys - there)
                yield Fault("lost", f"{number}{unit}")


def _is_allowed(name: str) -> bool:
    return any(name in phrase for phrase in ALLOWED)


def _directions(text: str) -> list[tuple[str, int, int]]:
    """Return every direction with where it stands."""
    return [(m.lastgroup or "", m.start(), m.end()) for m in _DIRECTION.finditer(text) if m.lastgroup != "none"]


def _clause_start(body: str, at: int) -> int:
    return max(body.rfind(c, 0, at) + 1 for c in _CLAUSE_ENDS)


def _direction_of(body: str, figure: _Figure, previous: int, ways: Sequence[tuple[str, int, int]]) -> set[str]:
    """Return the direction that governs a figure, {""} where none does: before it in its clause, or 的降幅 after it."""
    start = max(previous, _clause_start(body, figure.start))
    before = [d for d, s, e in ways if s >= start and e <= figure.start]
    after = [d for d, s, _ in ways if body[figure.end : s] == "的"]
    return {(before[-1:] or after[:1] or [""])[0]}


def _compared(body: str) -> Iterator[tuple[Decimal, Decimal, str, Decimal, str]]:
    """Yield (first, second, way, gap, words) of every comparison of two amounts with their difference."""
    for sentence in _SENTENCE.finditer(body):
        for match in _COMPARED.finditer(sentence[0]):
            firsts = _figures(sentence[0][: match.start()])
            if firsts:
                numbers = [Decimal(d.replace(",", "")) for d in (firsts[-1].digits, match["second"], match["gap"])]
                yield numbers[0], numbers[1], "up" if match["way"][0] in "多高增" else "down", numbers[2], match[0]


def _agrees(body: str, gap: Decimal, direction: str) -> bool:
    """Whether a comparison in the text bears out that this difference goes that way."""
    return any(g == gap and w == direction and (a - b if w == "up" else b - a) == g for a, b, w, g, _ in _compared(body))


def _false_comparisons(body: str) -> Iterator[str]:
    for first, second, way, gap, words in _compared(body):
        if abs(first - second) == gap and (first > second) != (way == "up"):
            yield words


def _likeness(words: str, text: str) -> float:
    """Return the share of the pairs of characters of *words* that are in *text*."""
    pairs = [words[i : i + 2] for i in range(len(words) - 1)]
    return sum(p in text for p in pairs) / len(pairs) if pairs else 1.0

