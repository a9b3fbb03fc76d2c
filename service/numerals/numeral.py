"""The numbers, percentages and sums of money of a text, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, unique

from service.numerals.characters import BIG_VALUES, DIGIT_VALUES, ROUND_VALUES, Pattern, any_of, fold
from service.numerals.currencies import CURRENCIES, PREFIXES, SUBUNITS
from service.numerals.grammar import EXACT, LONGEST, QUOTIENT, Reading, read_decimal, read_signed, trim


@unique
class Form(Enum):
    """What a numeral is written as."""

    NUMBER = "number"
    PERCENT = "percent"
    PERCENTAGE_POINT = "percentage_point"
    MONEY = "currency"


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number of a text.

    Attributes:
        text: The printed characters.
        start: Offset of the first.
        end: Offset after the last.
        number: The exact value. Percentages are in percent (``三成`` is 30), money in its main unit.
        decimals: Digits printed after the point.
        form: Number, percentage, percentage points or money.
        currency: ISO 4217 code of money, "" where the symbol leaves it open.
    """

    text: str
    start: int
    end: int
    number: Decimal
    decimals: int
    form: Form = Form.NUMBER
    currency: str = ""


#: What a lone Chinese digit may stand before to be a number: measure words, punctuation, a few particles.
#: Without one it is part of a word: 一切, 四川.
_MEASURES = (
    "个名位口户家人员届代辈伙群队组班排批帮拨派部"
    "台套辆架艘条只头匹尾羽棵株朵枝支根枚颗粒块片张页册卷本份封篇章节段句字词号"
    "件项款类种样宗桩起笔单票级等阶层栋幢座所处间房室院馆厂店门扇面堵床桌席柱"
    "次遍趟回轮场届期阵顿番局盘步手刀枪炮拳脚圈声针"
    "元角分毛块圆成倍米尺寸丈里亩顷斤两克吨磅码升斗石桶箱盒袋包瓶罐杯碗盆盘碟壶锅勺缸匙"
    "年月日天周季旬时秒刻点夜晚岁世度"
    "双对副打对列行串束捆堆叠摞团丝缕股滴摊片幅幕集版期道路条线边端侧楼区省市县乡镇村街巷"
    "国军星洲岛海湖河山桥城族姓则例案题问键刃段处把盏顶杆艇船车机屏列声色味式型格号轴维极核"
    "国夫旁生者郎字首任领队委和加减乘除到以至的公平方立厘毫英方心栏货"
)
_AFTER_SINGLE = Pattern(
    rf" *(?:[{_MEASURES}]|[这那不也还而却更但]?是|小 *时|大[批片]|学期|进制|[,，。、()“”;；!！?？:：]|\s|$)"
)
_RUN = Pattern("[零一二三四五六七八九两]{2,}[十百千万亿兆]*")
_SERIAL = Pattern(f"[0-9]{{{LONGEST + 1},}}")
_INDEFINITE = Pattern("[几数] *[十百千万亿]+")


def _numeral(text: str, start: int, end: int, number: Decimal, decimals: int, form: Form) -> Numeral:
    return Numeral(text[start:end], start, end, number, decimals, form)


def skip_run(folded: str, position: int) -> int:
    """Return where to read on from a place where no number is read."""
    for words in (_RUN, _INDEFINITE, _SERIAL):
        match = words.match(folded, position)
        if match:
            return match.end()
    return position + 1


def is_counted(folded: str, reading: Reading) -> bool:
    """Tell whether a lone Chinese digit stands where a number would."""
    return not reading.single or _AFTER_SINGLE.match(folded, reading.end) is not None


def read_numbers(text: str) -> tuple[Numeral, ...]:
    """Read the plain numbers of a text, signs and scales included.

    Example:
        >>> [str(numeral.number) for numeral in read_numbers("二百五，１.５万亿和三分之一百")]
        ['250', '1500000000000', '33.333333333333333333333333333333333333333333333333']

    """
    folded = fold(text)
    found = []
    position = 0
    while start := _find_start(folded, position):
        reading = read_signed(folded, start.start())
        if reading and is_counted(folded, reading):
            start_offset, end = reading.start, reading.end
            found.append(_numeral(text, start_offset, end, reading.number, reading.decimals, Form.NUMBER))
            position = reading.end
        else:
            position = skip_run(folded, start.start())
    return tuple(found)


_NUMBER_START = Pattern("[-.负半0-9零一二三四五六七八九两十百千几数]")


def _find_start(folded: str, position: int) -> re.Match[str] | None:
    return _NUMBER_START.search(folded, position)


_DENOMINATOR = Pattern(r"(?:负|-)?((?:[百千万] *)+)分 *之 *")
_HUNDREDTHS = 100
_HUNDRED = Pattern("百(?![零一二三四五六七八九两十])")
_POINTS = Pattern(" *个 *百 *分 *点")
_PERCENT_SIGN = Pattern(" *%(?![0-9])")
_NOT_TENTHS = "(?![为员立果功本长人都就分交套绩年因语])"
_TENTHS = Pattern(
    r"(?<![0-9.零一二三四五六七八九两十百千])"
    r"(?:(10|十)|([0-9一二三四五六七八九两])(?: *[点.] *([0-9零一二三四五六七八九]))?)"
    rf" *成{_NOT_TENTHS}(?: *(半|[0-9一二三四五六七八九](?![0-9一二三四五六七八九十百千万 ]*[成折])))?"
)
_DISCOUNT = Pattern(
    r"(?<![0-9.零一二三四五六七八九两十百千])([0-9一二三四五六七八九两])"
    r"(?: *[点.]? *([0-9零一二三四五六七八九]))? *折(?![旧算合线叠磨腾价射])"
)
_HALF_TENTHS = Pattern(r"半 *(成(?![品年])|折)|(?<=打)对 *折")
_PERCENT_START = Pattern("[-.负半对0-9零一二三四五六七八九两十百千万]")


def read_percents(text: str) -> tuple[Numeral, ...]:
    """Read the percentages of a text: %, 百分之, 千分之, 百分点, 成 and 折.

    Example:
        >>> [(numeral.text, str(numeral.number)) for numeral in read_percents("增长百分之五十，约三成半")]
        [('百分之五十', '50'), ('三成半', '35')]

    """
    folded = fold(text)
    found = []
    position = 0
    while start := _PERCENT_START.search(folded, position):
        position = start.start()
        numeral = read_percent(text, folded, position)
        if numeral:
            found.append(numeral)
            position = numeral.end
        else:
            reading = read_signed(folded, position)
            position = reading.end if reading else skip_run(folded, position)
    return tuple(found)


def read_percent(text: str, folded: str, position: int) -> Numeral | None:
    """Read a percentage at *position* of a text and its folding."""
    return (
        _read_tenths(text, folded, position)
        or _read_hundredths(text, folded, position)
        or _read_marked(text, folded, position)
    )


def _read_tenths(text: str, folded: str, position: int) -> Numeral | None:
    """Read 三成, 七成六, 三成半, 八折, 八五折, 半成, 打对折."""
    match = _TENTHS.match(folded, position)
    if match:
        digit = Decimal(10) if match[1] else _digit(match[2])
        rest = Decimal(5) if match[4] == "半" else _digit(match[4] or match[3])
        return _numeral(text, position, match.end(), digit * 10 + rest, 0, Form.PERCENT)
    match = _DISCOUNT.match(folded, position)
    if match:
        number = _digit(match[1]) * 10 + _digit(match[2])
        return _numeral(text, position, match.end(), number, 0, Form.PERCENT)
    match = _HALF_TENTHS.match(folded, position)
    if match:
        number = Decimal(5) if (match[1] or "").startswith("成") else Decimal(50)
        return _numeral(text, position, match.end(), number, 0, Form.PERCENT)
    return None


def _digit(written: str | None) -> Decimal:
    return Decimal(DIGIT_VALUES.get(written, written)) if written else Decimal(0)


def _read_hundredths(text: str, folded: str, position: int) -> Numeral | None:
    """Read 百分之五, 千分之二点四, 百分之百."""
    match = _DENOMINATOR.match(folded, position)
    if match is None or (position and folded[position - 1] in "零一二三四五六七八九两十百千万0123456789"):
        return None
    hundred = _HUNDRED.match(folded, match.end())
    if hundred:
        top = Reading(Decimal(100), match.end(), hundred.end())
    else:
        reading = read_signed(folded, match.end())
        if reading is None:
            return None
        top = reading
    scale = 1
    for written in match[1].replace(" ", ""):
        scale *= (ROUND_VALUES | BIG_VALUES)[written]
    number = top.number
    if scale != _HUNDREDTHS:
        number = trim(QUOTIENT.divide(EXACT.multiply(number, Decimal(_HUNDREDTHS)), Decimal(scale)))
    if folded[position] in "-负":
        number = number.copy_negate()
    return _numeral(text, position, top.end, number, top.decimals, Form.PERCENT)


def _read_marked(text: str, folded: str, position: int) -> Numeral | None:
    """Read a number with % or 个百分点 behind it."""
    reading = read_signed(folded, position)
    if reading is None:
        return None
    points = _POINTS.match(folded, reading.end)
    if points:
        return _numeral(text, position, points.end(), reading.number, reading.decimals, Form.PERCENTAGE_POINT)
    sign = _PERCENT_SIGN.match(folded, reading.end)
    # In an address (%20, 30%25) the sign escapes a character.
    if sign is None or folded[position - 1 : position] == "%":
        return None
    return _numeral(text, position, sign.end(), reading.number, reading.decimals, Form.PERCENT)


_MONEY_START = Pattern("人民币|[-.负半0-9零一二三四五六七八九两十百千$¥€£₩a-z]")
_SUFFIX = Pattern(lambda: f" *个? *({any_of(CURRENCIES)})")
_PREFIX = Pattern(lambda: f"(?<![a-z])({any_of(PREFIXES)}) *")
_SUB = Pattern(lambda: f" *({any_of(SUBUNITS)})")
_JOINT = Pattern(" *[又再零]? *")


def read_money(text: str) -> tuple[Numeral, ...]:
    """Read the sums of money of a text, in any currency.

    Example:
        >>> [(money.text, str(money.number), money.currency) for money in read_money("50元6角三分和12亿美元")]
        [('50元6角三分', '50.63', 'CNY'), ('12亿美元', '1200000000', 'USD')]

    """
    folded = fold(text)
    return tuple(_find_money(text, folded))


def _find_money(text: str, folded: str) -> Iterator[Numeral]:
    position = 0
    while start := _MONEY_START.search(folded, position):
        position = start.start()
        prefix = _PREFIX.match(folded, position)
        reading = read_signed(folded, prefix.end() if prefix else position)
        if reading is None or not (reading.plain or reading.literal):
            position = prefix.end() if prefix else skip_run(folded, position)
            continue
        money = read_sum(folded, reading)
        code, number, end = money or ("", reading.number, reading.end)
        if prefix:
            code = code or PREFIXES[prefix[1]]
        elif money is None:
            position = reading.end
            continue
        position, start_offset = end, start.start()
        yield Numeral(text[start_offset:end], start_offset, end, number, reading.decimals, Form.MONEY, code)


def read_sum(folded: str, reading: Reading) -> tuple[str, Decimal, int] | None:
    """Read on from a number to its currency and the smaller coins after it.

    Returns:
        (ISO code, value in the main unit, end offset), or None where no currency follows.
    """
    suffix = _SUFFIX.match(folded, reading.end)
    if suffix is None:
        return _read_coins(folded, reading)
    code, number, end = CURRENCIES[suffix[1]], reading.number, suffix.end()
    limit = Decimal(1)
    while True:
        joint = _JOINT.match(folded, end)
        coins = read_decimal(folded, joint.end() if joint else end)
        unit = _SUB.match(folded, coins.end) if coins else None
        if coins is None or unit is None or SUBUNITS[unit[1]] >= limit:
            break
        limit = SUBUNITS[unit[1]]
        number, end = EXACT.add(number, EXACT.multiply(coins.number, limit)), unit.end()
    if suffix[1] == "元" and folded.startswith("人民币", end):
        end += 3
    return code, number, end


def _read_coins(folded: str, reading: Reading) -> tuple[str, Decimal, int] | None:
    """Read 三毛, 五角二分: coins without a main unit."""
    unit = _SUB.match(folded, reading.end)
    if unit is None or (unit[1] == "分" and folded.startswith(("之", "钟", "店", "局", "部"), unit.end())):
        return None
    return "CNY", EXACT.multiply(reading.number, SUBUNITS[unit[1]]), unit.end()
