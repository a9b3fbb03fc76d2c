"""Find the figures of a text. Written apart from ``service.numerals`` on purpose: a referee of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

#: Units with a fixed size, by dimension; other words after a number count things.
SCALES: dict[str, tuple[str, Decimal]] = {
    "元": ("money", Decimal(1)),
    "千元": ("money", Decimal(1000)),
    "万元": ("money", Decimal(10_000)),
    "百万元": ("money", Decimal(1_000_000)),
    "亿元": ("money", Decimal(100_000_000)),
    "%": ("ratio", Decimal(1)),
    "‰": ("ratio", Decimal("0.1")),
    "个百分点": ("point", Decimal(1)),
    "倍": ("multiple", Decimal(1)),
}
#: Words for things counted; 个, 项, 条 and the like say the same.
COUNTERS = "个项条家处行台辆次人名份期张笔类款套件天年月日位户本张只宗"
GENERAL_COUNTERS = frozenset("个项条家处笔")

_UNIT = r"亿元|百万元|千元|万元|元|%|‰|个?百分点|倍|台（套）|[" + COUNTERS + "]"
_ARABIC = re.compile(rf"(?<![\d.])(\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*({_UNIT})?")
_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_CHINESE = re.compile(
    r"(百分之)?([零〇一二两三四五六七八九十][零〇一二两三四五六七八九十百千万亿]*?(?:点[零〇一二三四五六七八九]+)?)"
    r"\s*(亿元|万元|元|个百分点)?(?![零〇一二两三四五六七八九十百千万亿])"
)
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a text.

    Attributes:
        number: Its value, without sign.
        unit: The unit printed after it, "" for none.
        start: Offset in the text, width folded (one character stays one).
        end: Offset after the digits and the unit.
        digits: The number as printed.
    """

    number: Decimal
    unit: str
    start: int
    end: int
    digits: str

    @property
    def decimals(self) -> int:
        """Printed digits after the point."""
        return len(self.digits.partition(".")[2])


def fold_width(text: str) -> str:
    """Write full-width letters, digits and signs half width; offsets stay.

    Example:
        >>> fold_width("２３．０４％")
        '23.04%'

    """
    return text.translate(_WIDTH)


#: Words of increase and decrease before an amount; one that is denied (不是增加23.04%) is none.
_UP, _DOWN = "增加|增长|上升|提高|多", "减少|下降|降低|压减|少"
_DIRECTED = re.compile(rf"(?<!不是)(?<!并非)(?<!没有)({_UP}|{_DOWN})了?\s*(\d[\d,]*(?:\.\d+)?)")


def find_directions(text: str) -> tuple[tuple[bool, Decimal], ...]:
    """Return (is an increase, amount) for every amount told with a direction.

    Example:
        >>> [(up, str(number)) for up, number in find_directions("收入减少284.53万元，三公增加 0.40万元")]
        [(False, '284.53'), (True, '0.4')]

    """
    found = []
    for word, digits in _DIRECTED.findall(fold_width(text)):
        number = Decimal(digits.replace(",", ""))
        found.append((re.fullmatch(_UP, word) is not None, number.normalize() + 0))
    return tuple(found)


def squeeze(text: str) -> str:
    """Drop layout spaces and fold widths, for comparing words."""
    return "".join(fold_width(text).split())


def find_figures(text: str) -> tuple[Figure, ...]:
    """Return every number of *text*: Arabic digits all, Chinese numerals where they state money or percent.

    Example:
        >>> [(str(f.number), f.unit) for f in find_figures("减少284.53万元，百分之二十三，共12个")]
        [('284.53', '万元'), ('23', '%'), ('12', '个')]

    """
    folded = fold_width(text)
    return tuple(sorted((*_arabic(folded), *_chinese(folded)), key=lambda f: f.start))


def _arabic(text: str) -> Iterator[Figure]:
    for match in _ARABIC.finditer(text):
        unit = {"百分点": "个百分点", "台(套)": "台（套）"}.get(match[2] or "", match[2] or "")
        yield Figure(Decimal(match[1].replace(",", "")), unit, match.start(), match.end(), match[1])


def _chinese(text: str) -> Iterator[Figure]:
    for match in _CHINESE.finditer(text):
        if match[1] or match[3]:
            number = read_chinese(match[2])
            if number is not None:
                unit = "%" if match[1] else match[3]
                yield Figure(number, unit, match.start(), match.end(), str(number))


def read_chinese(numeral: str) -> Decimal | None:
    """Return the value of a Chinese numeral, None where it is none.

    Example:
        >>> read_chinese("二百八十四点五三"), read_chinese("一万零五十")
        (Decimal('284.53'), Decimal('10050'))

    """
    whole, _, fraction = numeral.partition("点")
    total = section = digit = 0
    for character in whole:
        if character in _DIGITS:
            digit = digit * 10 + _DIGITS[character] if digit and section == 0 else _DIGITS[character]
        elif character in _PLACES:
            section += (digit or 1) * _PLACES[character]
            digit = 0
        else:
            total = (total + section + digit) * (10_000 if character == "万" else 100_000_000)
            section = digit = 0
    value = str(total + section + digit)
    decimals = "".join(str(_DIGITS[c]) for c in fraction)
    return Decimal(f"{value}.{decimals}" if decimals else value) if whole else None


def same(number: Decimal, unit: str, other: Decimal, other_unit: str) -> bool:
    """Tell whether two figures say the same amount, sign aside; a missing unit fits any.

    Example:
        >>> same(Decimal("0.78"), "万元", Decimal("7800"), "元"), same(Decimal(60), "%", Decimal(60), "万元")
        (True, False)

    """
    number, other = abs(number), abs(other)
    if not unit or not other_unit or unit == other_unit:
        return number == other
    one, two = SCALES.get(unit), SCALES.get(other_unit)
    if one is None or two is None:
        return number == other and one is None and two is None and units_agree(unit, other_unit)
    return one[0] == two[0] and number * one[1] == other * two[1]


def units_agree(unit: str, other: str) -> bool:
    """Tell whether two units are one: 项目 may be counted in 个 or 项."""
    return unit == other or (unit in GENERAL_COUNTERS and other in GENERAL_COUNTERS)
