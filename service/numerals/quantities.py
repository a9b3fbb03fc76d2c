"""The quantities of budget documents and questions: a number, its unit, and what is said of its bounds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from service.domain.quantity import (
    MILLION_YUAN,
    NUMBER,
    PERCENT,
    PERCENTAGE_POINT,
    PERMILLE,
    THOUSAND_YUAN,
    TIMES,
    WAN_YUAN,
    YI_YUAN,
    YUAN,
    Quantity,
    Unit,
    unit_of,
)
from service.numerals.characters import (
    BIG_VALUES,
    MASK,
    ROUND_VALUES,
    Pattern,
    any_of,
    fold,
    fold_characters,
    mask,
)
from service.numerals.currencies import CURRENCIES
from service.numerals.grammar import EXACT, Reading, read_signed, trim
from service.numerals.numeral import Form, read_percent, read_sum, skip_run
from service.numerals.years import find_years

_COUNTED_THINGS = """
    台（套） 台套 套（台） 人次 人天 人日 人·天 人月 车次 班次 场次 架次 批次 件次 户次 个月 个工作日
    工作日 平方米 平方公里 立方米 公里 千米 公顷 公斤 千克 厘米 毫米 千瓦时 千瓦 兆瓦 小时 分钟
    周岁 课时 学时 人 个 辆 台 项 次 套 条 批 张 家 名 户 件 篇 册 本 份 期 处 座 所 间 栋 幢 宗 起 例
    场 部 位 门 种 类 只 头 株 棵 亩 米 吨 升 斤 天 年 岁 颗 艘 架 支 把 床 盏 片 根 组 轮 届 周 页
    字 枚 箱 瓶 盒 袋 ㎡
"""

#: What is counted, as printed. Any of them may follow a number; none may begin another word there.
COUNTING_UNITS: tuple[str, ...] = tuple(_COUNTED_THINGS.split())

#: A scale before a unit of money, and the unit it makes.
_MONEY_SCALES: dict[int, Unit] = {10**3: THOUSAND_YUAN, 10**4: WAN_YUAN, 10**6: MILLION_YUAN, 10**8: YI_YUAN}

#: Bound -> the words in front of a number that set it.
_BOUNDS_BEFORE: dict[str, str] = {
    "≥": "≥ >= ≧ 不低于 不少于 不小于 不得低于 不得少于 不短于 至少 最少 大于等于 大于或等于 高于或等于",
    "≤": "≤ <= ≦ 不高于 不超过 不超 不多于 不大于 不得超过 不得高于 不得多于 不突破 至多 最多 小于等于"
    " 小于或等于 低于或等于",
    ">": "> 大于 高于 多于 超过 超",
    "<": "< 小于 低于 少于 不足 不到 不满",
    "=": "= 等于",
}
_BOUND_OF = {word: sign for sign, words in _BOUNDS_BEFORE.items() for word in words.split()}
_BOUND_BEFORE = Pattern(lambda: f"({any_of(_BOUND_OF)})了? *(?:人民币|¥)? *$")
_BOUND_AFTER = Pattern(" *(?:(?:及|或|或者|\\()? *(以上|以下|以内|之内|之上|之下|内(?=[。，,；;]|$)))")
_BOUND_WORDS = {"以上": "≥", "之上": "≥", "以下": "≤", "之下": "≤", "以内": "≤", "之内": "≤", "内": "≤"}
_ABOUT_BEFORE = Pattern("(?:大?约|大概|近|将近|接近|左右|估计|大致)为? *(?:人民币|¥)? *$")
_ABOUT_AFTER = Pattern(" *(?:左右|上下)")
_MORE = Pattern(" *[多余来](?! *[年月日])|[多余] *(?=年)")


def _spaced(symbol: str) -> str:
    """Let layout break a unit anywhere."""
    return " *".join(re.escape(character) for character in symbol)


_COUNTED = {fold_characters(symbol): symbol for symbol in COUNTING_UNITS}
_SYMBOLS: dict[str, Unit] = (
    {folded: unit_of(symbol) for folded, symbol in _COUNTED.items()}
    | {name: unit_of(name) for name, code in CURRENCIES.items() if code != "CNY"}
    | {name: YUAN for name, code in CURRENCIES.items() if code == "CNY"}
    | {"%": PERCENT, "‰": PERMILLE, "个百分点": PERCENTAGE_POINT, "百分点": PERCENTAGE_POINT, "倍": TIMES}
)
#: Words that begin like a unit.
_NOT_UNITS = (
    "年(?=级|代|轻|底)|人(?=均|民|员|大)|次(?=性|月|要|日)|家(?=庭)|本(?=级|年|部|单|次)|类(?=款)|项(?=目)"
    "|部(?=门|分)|期(?=间)|所(?=有|属)|处(?=理|置)|位(?=置)"
    "|块(?![钱,，。；;、 零一二三四五六七八九两0-9]|$)|元(?=素)|名(?=称)"
    "|门(?=诊)|台(?=账)|个(?=体|人|性)"
)
_UNIT = Pattern(lambda: f" *(?!{_NOT_UNITS})({'|'.join(map(_spaced, sorted(_SYMBOLS, key=len, reverse=True)))})")

#: What looks like a quantity and is none: dates, times, numbering, plans, idioms.
_FEW = "[一二三四五六七八九十]{1,3}"
_NO_QUANTITY = Pattern(
    r"[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?![0-9])"
    r"|(?<![0-9:])[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?![0-9])"
    rf"|(?<![0-9.零一二三四五六七八九])(?:[0-9]{{1,2}}|{_FEW}) *月 *份?(?: *(?:[0-9]{{1,2}}|{_FEW}) *[日号])?"
    rf"|(?<![0-9.个工作])(?:[0-3]?[0-9]|{_FEW}) *[日号](?!元)"
    r"|第 *[0-9零一二三四五六七八九十百千]+(?: *[条项批期次届个名季]| *年)?"
    r"|前 *[0-9一二三四五六七八九十]+ *名"
    rf"|(?:^|(?<=[\n。；;])) *(?:{_FEW}[、.]|[0-9]{{1,2}}(?:、|\.(?![0-9])|(?:\.[0-9]{{1,2}}){{2,}}))"
    rf"|\({_FEW}\)|(?<=[^0-9])\([0-9]{{1,2}}\)(?=[^0-9])"
    r"|十[一二三四五]五"
    r"|[一二三四五六七八九十]+大(?![于小约])|[一二三四1-4] *季度|十分(?! *之)|万一|[上下]半年"
)
_CODE = Pattern(r"2[0-3][0-9]{3}(?:[0-9]{2})?|3(?:0[1-9]|1[0-3]|99)[0-9]{2}|5[01][0-9]{3}")
_CODE_HEAD = Pattern("(?:2[0-3][0-9]|30[1-9]|31[0-3]|399|50[1-9]|51[0-5])(?= *[\u4e00-\u9fff])")
_START = Pattern("[-.负半0-9零一二三四五六七八九两十百千万几数]|(?<=打)对")
_PADDED = Pattern("-?0[0-9]+")
_LETTER_BEFORE = Pattern("[a-z_][-.]?$")
_YUAN_BEFORE = Pattern("(?:人民币|¥) *$")
_LETTER_AFTER = Pattern("[a-z_]|-[a-z]")
_CELL = Pattern(r"([-+]?) *([0-9]{1,3}(?:[,，][0-9]{3})+(?:\.[0-9]+)?|[0-9]*\.?[0-9]+) *([%‰]?)")


@dataclass(frozen=True, slots=True)
class Measured:
    """A quantity as a text states it.

    Attributes:
        quantity: The number, with its printed decimals, in its printed unit.
        start: Offset of the sign or first digit.
        end: Offset after the unit.
        text: The printed characters of number and unit.
        comparator: The bound set around it: ≥, ≤, >, < or =. Empty for a plain statement.
        approximate: It is said to be about so much: 约, 近, 多, 余, 左右.
    """

    quantity: Quantity
    start: int
    end: int
    text: str
    comparator: str = ""
    approximate: bool = False


def read_quantities(text: str) -> tuple[Measured, ...]:
    """Read the quantities of a text; years, dates, numbering and codes are none.

    Example:
        >>> [(one.text, one.comparator) for one in read_quantities("2024年购置≥440 台，支出950.47 万元")]
        [('440 台', '≥'), ('950.47 万元', '')]

    """
    folded = fold(text)
    if len(folded) > 1 and folded.strip().startswith("(") and folded.strip().endswith(")"):
        cell = parse_cell(text, NUMBER)
        if cell:
            start = len(text) - len(text.lstrip())
            end = len(text.rstrip())
            return (Measured(cell, start, end, text[start:end]),)
    folded = _without_dates(text, folded)
    found: list[Measured] = []
    position = 0
    while start_match := _START.search(folded, position):
        position = start_match.start()
        # After a quantity a dash makes a range: 10%-20%.
        if found and folded[position] == "-" and not folded[found[-1].end : position].strip():
            position += 1
            continue
        one = _read_one(text, folded, position)
        if isinstance(one, Measured):
            found.append(one)
            position = one.end
        else:
            position = one
    return tuple(found)


def _without_dates(text: str, folded: str) -> str:
    for mention in find_years(text, folded):
        folded = folded[: mention.start] + MASK * (mention.end - mention.start) + folded[mention.end :]
    return mask(folded, _NO_QUANTITY)


def _read_one(text: str, folded: str, position: int) -> Measured | int:
    """Read the quantity at *position*, or tell where to look next."""
    percent = read_percent(text, folded, position)
    if percent:
        unit = PERCENTAGE_POINT if percent.form is Form.PERCENTAGE_POINT else PERCENT
        return _measured(text, folded, position, percent.end, Quantity(percent.number, unit), vague=False)
    reading = read_signed(folded, position)
    if reading is None:
        return skip_run(folded, position)
    more = _MORE.match(folded, reading.end)
    # 5M and 2^5 are models and formulas in these documents, 000 a torn-off group of digits.
    odd = reading.literal and (not reading.plain or _PADDED.fullmatch(folded, reading.start, reading.end))
    if odd:
        return reading.end
    unit_match = _UNIT.match(folded, more.end() if more else reading.end)
    if unit_match is None:
        return _read_bare(text, folded, reading, vague=more is not None)
    unit = _SYMBOLS[unit_match[1].replace(" ", "")]
    end = unit_match.end()
    if unit is YUAN:
        quantity, end = _money(folded, reading, end)
    else:
        quantity = Quantity(reading.number, unit)
    return _measured(text, folded, position, end, quantity, vague=reading.vague or more is not None)


def _money(folded: str, reading: Reading, end: int) -> tuple[Quantity, int]:
    """Keep the printed scale: 1.20亿元 is 1.20 in 亿元, 一万三千元 is 13000 in 元."""
    scaled = _scaled(reading, thousands=True)
    if scaled:
        return scaled, end + 3 if folded.startswith("人民币", end) else end
    total = read_sum(folded, reading)
    if total is None:
        return Quantity(reading.number, YUAN), end
    return Quantity(total[1], YUAN), total[2]


def _scaled(reading: Reading, *, thousands: bool) -> Quantity | None:
    """Return an amount in the money unit of its closing scale, None without one."""
    if not reading.scale:
        return None
    scale = 1
    for written in reading.scale:
        scale *= (ROUND_VALUES | BIG_VALUES)[written]
    if scale < BIG_VALUES["万"] and not thousands:
        return None
    unit = _MONEY_SCALES.get(scale)
    if unit and reading.lead is not None:
        return Quantity(reading.lead, unit)
    unit = YI_YUAN if scale >= BIG_VALUES["亿"] else WAN_YUAN if scale >= BIG_VALUES["万"] else YUAN
    return Quantity(trim(EXACT.divide(reading.number, unit.scale)), unit)


def _read_bare(text: str, folded: str, reading: Reading, *, vague: bool) -> Measured | int:
    """Read a number without a unit: 120万 is money, 950.47 a number, 2013101 a code."""
    start, end = reading.start, reading.end
    if reading.single:
        return end
    if reading.literal:
        if _LETTER_BEFORE.search(folded, max(0, start - 2), start) or _LETTER_AFTER.match(folded, end):
            return end
        written = folded[start:end]
        if _CODE.fullmatch(written) or (_CODE_HEAD.match(folded, start) and written.isdigit()):
            return end
    if reading.plain:
        scaled = _scaled(reading, thousands=False)
        if scaled:
            stop = end + 1 if folded[end : end + 1] in ("多", "余") else end
            return _measured(text, folded, start, stop, scaled, vague=reading.vague or vague)
    unit = YUAN if _YUAN_BEFORE.search(folded, max(0, start - 5), start) else NUMBER
    return _measured(text, folded, start, end, Quantity(reading.number, unit), vague=reading.vague or vague)


def _measured(text: str, folded: str, start: int, end: int, quantity: Quantity, *, vague: bool) -> Measured:
    head = folded[max(0, start - 12) : start]
    before = _BOUND_BEFORE.search(head)
    after = _BOUND_AFTER.match(folded, end)
    comparator = _BOUND_OF[before[1]] if before else _BOUND_WORDS[after[1]] if after else ""
    about = vague or _ABOUT_BEFORE.search(head) is not None or _ABOUT_AFTER.match(folded, end) is not None
    return Measured(quantity, start, end, text[start:end], comparator, about)


def parse_cell(text: str, unit: Unit) -> Quantity | None:
    """Read a table cell that holds exactly one number, in the unit of its column; None if it does not.

    A sign of percent in the cell outweighs the column. Accounting parentheses mean below zero.

    Example:
        >>> parse_cell("(1,234.50)", WAN_YUAN).number, parse_cell("—", WAN_YUAN)
        (Decimal('-1234.50'), None)

    """
    written = fold(text).strip()
    bracketed = written.startswith("(") and written.endswith(")")
    match = _CELL.fullmatch(written[1:-1].strip() if bracketed else written)
    if match is None or (bracketed and match[1]):
        return None
    number = Decimal(match[2].replace(",", "").replace("，", ""))
    if bracketed or match[1] == "-":
        number = number.copy_negate()
    return Quantity(number, {"%": PERCENT, "‰": PERMILLE}.get(match[3], unit))
