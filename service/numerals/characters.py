"""The characters numbers are written in, folded one for one so that offsets never move."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator


class Pattern:
    """A regular expression compiled when first used: compiling them all would slow every start.

    After the first use its methods are those of the compiled pattern.
    """

    match: Callable[..., re.Match[str] | None]
    fullmatch: Callable[..., re.Match[str] | None]
    search: Callable[..., re.Match[str] | None]
    finditer: Callable[..., Iterator[re.Match[str]]]
    sub: Callable[..., str]

    def __init__(self, source: str | Callable[[], str]) -> None:
        self._source = source

    def __getattr__(self, name: str) -> object:
        compiled = re.compile(self._source if isinstance(self._source, str) else self._source())
        self.match, self.fullmatch, self.search = compiled.match, compiled.fullmatch, compiled.search
        self.finditer, self.sub = compiled.finditer, compiled.sub
        return getattr(compiled, name)


def any_of(words: Iterable[str]) -> str:
    """Return the alternatives of a regular expression, longest first."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


DIGIT_VALUES: dict[str, int] = dict(zip("零一二三四五六七八九两", (*range(10), 2), strict=True))
ROUND_VALUES: dict[str, int] = {"十": 10, "百": 100, "千": 1000}
BIG_VALUES: dict[str, int] = {"万": 10**4, "亿": 10**8, "兆": 10**12}
LATIN_VALUES: dict[str, int] = {"k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}

#: (as written, as read), position by position.
_PAIRS: tuple[tuple[str, str], ...] = (
    ("０１２３４５６７８９", "0123456789"),
    ("．／％＋（）＝＜＞＾：＄￥", "./%+()=<>^:$¥"),
    ("－−﹣", "---"),
    ("～〜", "~~"),
    ("〇○壹弌贰貳弍叁參叄肆伍陆陸柒捌玖俩倆兩仨", "零零一一二二二三三三四五六六七八九两两两三"),
    ("拾佰仟萬億", "十百千万亿"),
    ("點負個幾對雙分", "点负个几对双分"),
    ("還這卻國項畝減頃條車輛羣頁張屆級種筆塊顆節隻號噸", "还这却国项亩减顷条车辆群页张届级种笔块颗节只号吨"),
    ("碼臺羅頭層間陣疊樣戶維", "码台罗头层间阵叠样户维"),
    ("樓鍵邊場線類組聲帶戰輪開練環處體階側課區連單歲廂", "楼键边场线类组声带战轮开练环处体阶侧课区连单岁厢"),
    ("網聯劍葉團盤檔門機隊棟", "网联剑叶团盘档门机队栋"),
    ("題錢證術軸縷針轉縣試盞鍋計圍裏員顧週倫時圓歐鎊韓", "题钱证术轴缕针转县试盏锅计围里员顾周伦时圆欧镑韩"),
    ("盧蘇臘龍銭", "卢苏腊龙钱"),
    ("\t\u00a0\u2002\u2003\u2009\u202f\u3000", "       "),
)  # fmt: skip

_FOLD: dict[int, str] = {
    ord(written): read for source, target in _PAIRS for written, read in zip(source, target, strict=True)
}
# Latin letters of either width and case.
_FOLD |= {code + shift: chr(code + 32) for code in range(65, 91) for shift in (0, 0xFEE0, 0xFEE0 + 32)}

#: Words in which a numeral character counts nothing, as printed.
_WORDS = Pattern(
    "队伍|隊伍|入伍|退伍|伍仁|行伍|落伍|放肆|肆意|肆无忌惮|肆虐|大陆|大陸|陆地|陸地|登陆|登陸|海陆|海陸|陆空|陸空"
    "|陆军|陸軍|陆续|陸續|内陆|着陆|拾取|拾起|收拾|拾到|捡拾|拾遗|拾贝|朝花夕拾|拾金不昧|十足|五角大楼|五角大樓"
)

#: A full-width comma groups thousands only among full-width digits; in ``20，300`` it ends a clause.
_WIDE_COMMA = Pattern("(?<=[０-９])，(?=[０-９]{3}(?![０-９]))")

#: What stands for a masked character; belongs to no token.
MASK = "\x00"


def fold_characters(text: str) -> str:
    """Fold each character by itself, whatever word it stands in."""
    return text.translate(_FOLD)


def fold(text: str) -> str:
    r"""Write *text* with one form per character, each at its own offset.

    Full width becomes half width, traditional and capital numerals become common ones, spaces become ASCII.

    Example:
        >>> fold("１，２００．５ 萬"), fold("壹佰贰拾"), fold("收拾")
        ('1,200.5 万', '一百二十', '\x00\x00')

    """
    return _WIDE_COMMA.sub(",", mask(text, _WORDS)).translate(_FOLD)


def mask(text: str, pattern: Pattern) -> str:
    """Blot out what *pattern* matches, keeping every other character at its offset."""
    return pattern.sub(lambda match: MASK * len(match[0]), text)
