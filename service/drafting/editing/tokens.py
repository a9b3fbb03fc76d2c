"""Reads a text into what matters when it is compared: figures, years, direction words, gaps, and the words between."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, unique
from functools import lru_cache

from service.domain.quantity import Kind, trim
from service.numerals import read_quantities, read_years
from service.numerals.characters import fold_characters


@unique
class Sort(Enum):
    """What a token is."""

    FIGURE = "figure"
    DIGITS = "digits"  # 日期、编号、编码
    YEAR = "year"
    DIRECTION = "direction"
    UNIT = "unit"  # 表上方的“单位：万元”
    GAP = "gap"
    WORD = "word"
    DASH = "dash"  # 整格只有“—”一类的符号


@dataclass(frozen=True, slots=True)
class Token:
    """A figure, a year, a direction word, a gap or one character of the words between them.

    Attributes:
        start: Offset of its first character in the text.
        end: Offset after its last.
        sort: What it is.
        key: Equal for two tokens that say the same however they are written.
    """

    start: int
    end: int
    sort: Sort
    key: str


#: What a missing thing stands as.
GAP = re.compile(r"【\s*待补充\s*[：:]?\s*([^【】]*)】")
#: Words that begin a reason. Longest first.
REASON = re.compile(r"主要原因(?:是由于|是因为|是|为)?|(?:增减|变动|变化)?原因[是为：:]|主要是(?:由于|因为)?")
_UNIT = re.compile(r"(?:金额)?单位[：:]([亿百千万]*元)")
_NOT = r"(?:不再|并未|没有|不|未|无|负|零)?"
_UP = ["增加", "增长", "上升", "提高", "上涨", "调增", "增幅", "追加", "上调", "增"]
_DOWN = ["减少", "降低", "下降", "压减", "减低", "调减", "削减", "核减", "减幅", "降幅", "下调", "压缩", "缩减", "减", "降"]
_FLAT = ["持平", "无增减变化", "无增减", "无变化", "无变动", "没有变化", "没有变动", "没有增减", "未发生变化", "相同", "一致"]
_DIRECTION = re.compile(
    f"(?P<none>增减(?!变化))|(?P<flat>基本(?=持平)|{'|'.join(_FLAT)})|{_NOT}(?:(?P<up>{'|'.join(_UP)})|(?P<down>{'|'.join(_DOWN)}))"
)
#: The mark of an item of a list: which of them it is tells nothing of a figure.
_ITEM = re.compile(r"(?:^|(?<=[。；;：:]))(?:[0-9]{1,2}[.．、](?![0-9])|[（(][0-9]{1,2}[）)])(?=[\u4e00-\u9fff])(?![万亿元])")
#: Numbers that are no amounts, counts or rates, and what must stand before a number that could be one.
_LABELS = re.compile(
    r"(?P<number>[〔\[［(（【][0-9]{4}[〕\]］)）】]第?[0-9]{1,5}号)"
    r"|(?<![0-9.])0[0-9]{2,3}[-－—–][0-9]{7,8}(?![0-9.])"
    r"|(?:电话|传真|手机|热线|邮编|邮政编码)(?:号码)?[是为：:]?(?P<digits>[0-9]{3,13}(?:[-－—–][0-9]{1,8})?)(?![0-9.])"
)
_DATE = re.compile(r"(?:19|20)[0-9]{2}年[0-9]{1,2}月(?:[0-9]{1,2}日)?")
_SPACE = re.compile(r"\s+")
_RUN = re.compile(r"[0-9]+(?:\.[0-9]+)*|[a-z]+|-(?=[0-9.])|[%‰+=<>≤≥~±¥$]|[^\W_]")
_WIDTHS = str.maketrans("，；：！？“”‘’「」『』＂、", ",;:!?\"\"\"\"\"\"\"\"\"、")
_MASKED = {Sort.FIGURE: "#", Sort.DIGITS: "#", Sort.YEAR: "@", Sort.DIRECTION: "^", Sort.GAP: "#", Sort.DASH: "#"}
_FILLERS = re.compile(r"其中|主要|分别|以及|支出|经费|预算|安排|合计|总计|共计|与|和|及|比|较|相|为|共|占|的|了|数|%")
_REASON_STOP = re.compile(r"[；;]")
_STRETCH_END = re.compile(r"[。！？!?\n]")


def plain(text: str) -> str:
    """Return a text without spaces, in half width: two texts of one plain form are the same text."""
    return fold_characters(_SPACE.sub("", text)).replace(" ", "").translate(_WIDTHS)


def masked(tokens: Sequence[Token]) -> str:
    """Return the words of a text, with a sign where each figure stands."""
    return "".join(_MASKED.get(t.sort, t.key) for t in tokens)


def bare(words: str) -> str:
    """Return the words before a figure without those that tell nothing of what it is of."""
    return _FILLERS.sub("", words)


def read_tokens(text: str, year: int) -> tuple[Token, ...]:
    """Read the tokens of a text. Spaces and punctuation are none.

    Args:
        text: A sentence or a paragraph.
        year: Budget year, that 上年 and 本年 are told from.

    Example:
        >>> [(t.sort.value, t.key) for t in read_tokens("比上年增加0.40 万元", 2024)]
        [('word', '比'), ('year', '2023'), ('direction', 'up'), ('figure', '金额 4000')]

    """
    squeezed = _SPACE.sub("", text)
    if len(squeezed) == len(text):
        return _read(text, year)
    at = [i for i, character in enumerate(text) if not character.isspace()]
    return tuple(Token(at[t.start], at[t.end - 1] + 1, t.sort, t.key) for t in _read(squeezed, year))


@lru_cache(maxsize=4096)
def _read(text: str, year: int) -> tuple[Token, ...]:
    found = [Token(m.start(), m.end(), Sort.GAP, plain(m[1])) for m in GAP.finditer(text)]
    rest = _blot(text, found)
    units = [Token(m.start(), m.end(), Sort.UNIT, m[1]) for m in _UNIT.finditer(rest)]
    rest = _blot(rest, units)
    rest = _blot(rest, [Token(m.start(), m.end(), Sort.WORD, "") for m in _ITEM.finditer(rest)])
    years = [
        Token(y.start, y.end, Sort.YEAR, str(y.year or year + (y.relative or 0)) + (f"/{y.span}" if y.span > 1 else ""))
        for y in read_years(rest)
    ]
    figures = list(_figures(rest))
    rest = _blot(rest, [*years, *figures])
    directions = list(_directions(rest))
    rest = _blot(rest, directions)
    words = [
        Token(m.start(), m.end(), Sort.DIGITS if m[0][0].isdigit() and m[0].isascii() else Sort.WORD, m[0])
        for m in _RUN.finditer(fold_characters(rest))
    ]
    return tuple(sorted([*found, *units, *years, *figures, *directions, *words], key=lambda t: t.start))


def label_spans(text: str, *, dates: bool) -> list[tuple[int, int]]:
    """Return where numbers of documents, telephones and post codes stand, and dates if asked for."""
    spans = [m.span("digits") if m["digits"] else m.span() for m in _LABELS.finditer(text)]
    return spans + [m.span() for m in _DATE.finditer(text) if dates]


def _blot(text: str, tokens: Sequence[Token]) -> str:
    characters = list(text)
    for token in tokens:
        characters[token.start : token.end] = "\x00" * (token.end - token.start)
    return "".join(characters)


def _figures(text: str) -> Iterator[Token]:
    for one in read_quantities(text):
        unit = one.quantity.unit
        symbol = f"/{unit.symbol}" if unit.kind is Kind.COUNT else ""
        bound = one.comparator + ("~" if one.approximate else "")
        yield Token(one.start, one.end, Sort.FIGURE, f"{unit.kind.value}{symbol} {bound}{trim(one.quantity.base):f}")


def _directions(text: str) -> Iterator[Token]:
    for found in _DIRECTION.finditer(text):
        if found["none"]:
            continue
        if found["flat"]:
            key = "about" if found["flat"] == "基本" else "flat"
        else:
            key = "up" if found["up"] else "down"
            head = found[0].removesuffix(found[key])
            key = {"负": "down", "零": "flat"}.get(head, f"not {key}" if head else key)
        yield Token(found.start(), found.end(), Sort.DIRECTION, key)


def reason_spans(text: str, tokens: Sequence[Token]) -> list[tuple[int, int, int]]:
    """Return where reasons stand, (their mark, start, end): from 「主要原因：」 to the end of the sentence, or to the part that has figures again."""
    spans: list[tuple[int, int, int]] = []
    for found in REASON.finditer(text):
        if spans and found.start() < spans[-1][2]:
            continue
        start = found.end()
        while start < len(text) and text[start] in "：:，, 是":
            start += 1
        stop = _STRETCH_END.search(text, start)
        limit = stop.start() if stop else len(text)
        end = limit
        for part in _REASON_STOP.finditer(text, start, limit):
            following = _REASON_STOP.search(text, part.end(), limit)
            until = following.start() if following else limit
            if _states_something([t for t in tokens if part.end() <= t.start < until]):
                end = part.start()
                break
        spans.append((found.start(), start, end))
    return spans


def _states_something(tokens: Sequence[Token]) -> bool:
    """Whether a part of a sentence brings a figure or a comparison, and so is no more of a reason."""
    sorts = {t.sort for t in tokens}
    return bool(sorts & {Sort.FIGURE, Sort.GAP}) or {Sort.YEAR, Sort.DIRECTION} <= sorts or any(t.key == "flat" for t in tokens)
