"""The grammar of a number, from a folded text and a position to an exact value.

A number is a signed decimal, fraction or power; a decimal is an integer with a point; an integer adds up
digits, rounds (十百千) and bigs (万亿兆). All sums are of Python integers, scaled by the printed decimals.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Context, Decimal
from typing import NamedTuple

from service.domain.quantity import WORKING_DIGITS
from service.numerals.characters import BIG_VALUES, DIGIT_VALUES, LATIN_VALUES, ROUND_VALUES, Pattern

#: Wide enough for any printed figure; quotients are cut at WORKING_DIGITS.
EXACT = Context(prec=1000)
QUOTIENT = Context(prec=WORKING_DIGITS)

#: Digits of the longest number read. Longer runs are serial numbers or noise.
LONGEST = 60

#: A power of more digits is a typing accident, and would take for ever to work out.
LONGEST_POWER = 400

#: An Arabic number: grouped by thousands, decimal, or plain. A chain of points (1.2.3) is no decimal.
LITERAL = (
    r"(?<![0-9],)[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+(?!\.?[0-9]))?"
    r"|(?<![0-9]\.)[0-9]+\.[0-9]+(?![0-9]*\.[0-9])"
    r"|(?<![0-9.])\.[0-9]+(?![0-9]*\.[0-9])"
    r"|[0-9]+"
)
_TOKEN = Pattern(
    rf" *(?:(?P<literal>{LITERAL})|(?P<digit>[一二三四五六七八九两])|(?P<zero>零)"
    r"|(?P<round>十|百(?! *分 *点)|千(?![瓦米克]))|(?P<big>万|亿|兆(?!瓦))"
    r"|(?P<vague>[多余几] *(?=[十百千万亿兆])))"
)
_SIGN = Pattern(r"(?:负|(?<![0-9-])(?<![0-9] )-) *")
_POINT_DIGITS = Pattern(r" *[点.] *((?:[零一二三四五六七八九] *){0,59}[零一二三四五六七八九])(?! *[十百千两])")
_BIGS = Pattern(r" *([万亿兆]{1,4})")
_NOTATION = Pattern(rf"({LITERAL})(\^|e)([-+]*)([0-9]{{1,4}})(?![0-9a-z])")
_SLASHED = Pattern(r"(?<![0-9]/)(?:([0-9]{1,60}) +)?([0-9]{1,60})/([0-9]{1,60})(?![0-9]*/?[0-9])")
_OVER = Pattern(r" *分 *之 *")
_AND = Pattern(r" *又 *")
_LATIN = Pattern(r" *([kmgt])(?![a-z0-9])")
_DOZEN = Pattern(r" *打(?![开印造击算破架扫断发磨包工]|[0-9一二三四五六七八九十百千])")
_HALF = Pattern(r"半 *(?:([十百千万亿])|打)")


class Reading(NamedTuple):
    """A number read at a place of a folded text.

    Attributes:
        number: Its exact value; quotients carry WORKING_DIGITS.
        start: Offset of its first character.
        end: Offset after its last character.
        decimals: Digits printed after the point.
        lead: What the closing scale multiplies: 1.20 in ``1.20亿``, 300 in ``三百万``.
        scale: The closing scale as written: ``亿``, ``百万``. Empty without one.
        single: It is one Chinese digit, which counts only before a measure word.
        literal: It begins with Arabic digits.
        vague: It holds 多, 余 or 几.
        plain: It is an integer or decimal, not a fraction, a power or a dozen.
    """

    number: Decimal
    start: int
    end: int
    decimals: int = 0
    lead: Decimal | None = None
    scale: str = ""
    single: bool = False
    literal: bool = False
    vague: bool = False
    plain: bool = True


class _Sum:
    """The running sum of an integer, group by group."""

    __slots__ = ("after_zero", "current", "groups", "last", "lead", "limit", "literal", "places",
                 "pure", "scale", "section", "vague")  # fmt: skip

    def __init__(self) -> None:
        self.groups: list[tuple[int, int]] = []
        self.section = 0
        self.current: int | None = None
        self.last = 0
        self.limit = 10**4
        self.places = 0
        self.lead: int | None = None
        self.scale = ""
        self.pure = False
        self.literal = False
        self.vague = False
        self.after_zero = False

    def take_digits(self, value: int, *, places: int, literal: bool) -> None:
        """Hold digits until the round after them is known."""
        self.current = value
        if literal and not self.last and not self.after_zero:
            self.places, self.lead, self.pure, self.literal = places, value, True, True
        else:
            self.current *= 10**self.places
            self.lead, self.scale, self.pure = None, "", False

    def take_round(self, value: int, written: str) -> None:
        """Multiply what is held by 十, 百 or 千; nothing held counts as one."""
        held = 10**self.places if self.current is None else self.current
        self.section += held * value
        self.current, self.limit, self.last, self.after_zero = None, value, value, False
        if self.pure:
            self.scale += written

    def take_big(self, value: int, written: str) -> bool:
        """Close a group with 万, 亿 or 兆; False if it belongs to another number."""
        held = self.section + (self.current or 0)
        if not held and self.current is None:
            if not self.groups:
                return False
            held, scale = self.groups.pop()
            if held > 10**LONGEST:
                return False
            self.groups.append((held * value, scale * value))
            self.scale += written
        else:
            if self.groups and (self.groups[-1][1] == value or (self.literal and self.groups[-1][1] < value)):
                return False
            if self.pure:
                self.scale += written
            else:
                self.lead, self.scale = (None if self.groups else held), written
            while self.groups and self.groups[-1][1] < value:
                held += self.groups.pop()[0]
            self.groups.append((held * value, value))
        self.section, self.current, self.limit, self.last = 0, None, 10**4, value
        self.after_zero = False
        return True

    def close(self, start: int, end: int, *, elided: bool, single: bool) -> Reading:
        """Add up; an *elided* last digit stands one place under the last round (一万三)."""
        total = sum(value for value, _ in self.groups) + self.section
        if self.current is not None:
            total += self.current * self.last // 10 if elided else self.current
        number = Decimal(total).scaleb(-self.places, EXACT)
        lead = None if self.lead is None else Decimal(self.lead).scaleb(-self.places, EXACT)
        return Reading(
            trim(number) if self.scale else number, start, end, self.places, lead, self.scale,
            single, self.literal, self.vague,
        )  # fmt: skip


def trim(number: Decimal) -> Decimal:
    """Drop the zeros a scale leaves after the point, at any length."""
    normal = number.normalize(EXACT)
    exponent = normal.as_tuple().exponent
    if isinstance(exponent, int) and exponent > 0:
        return normal.quantize(Decimal(1), context=EXACT)
    return normal


def _digits(token: re.Match[str]) -> tuple[int, int]:
    """Return what a token of digits says, and how many stand after the point."""
    return (DIGIT_VALUES[token["digit"]], 0) if token["digit"] else _literal(token["literal"])


def _literal(written: str) -> tuple[int, int]:
    """Return the digits of an Arabic number as an integer, and how many stand after the point."""
    whole, _, fraction = written[: LONGEST + 1].replace(",", "").partition(".")
    return int(whole + fraction), len(fraction)


def _belongs(total: _Sum, text: str, token: re.Match[str], after: re.Match[str] | None) -> bool:
    """Tell whether digits continue the number begun, by the round that follows them."""
    if len(token[0]) > LONGEST:
        return False
    kind = after.lastgroup if after else None
    if kind == "vague" and after:
        after = _TOKEN.match(text, after.end())
        kind = after.lastgroup if after else None
    if kind == "round" and after:
        return ROUND_VALUES[after["round"]] < total.limit
    if kind == "big" and after:
        return not total.groups or total.groups[-1][1] != BIG_VALUES[after["big"]]
    # 二三十 and 一九九八 are no place-value numbers; the reader of years has its own grammar.
    glued = kind in {"digit", "zero"} and after is not None and not after[0].startswith(" ")
    if glued and token.lastgroup == "digit":
        return False
    if not total.last or token.lastgroup == "digit":
        return True
    digits = token["literal"]
    adjacent = not token[0].startswith(" ") and not text.startswith("年", token.end())
    return adjacent and digits.isdigit() and int(digits) < total.last


def read_integer(text: str, position: int) -> Reading | None:
    """Read an integer, or an Arabic decimal with its scale (4.78万亿), at *position*."""
    total = _Sum()
    start = end = -1
    complete: Reading | None = None
    elided = False
    tokens = digits = 0
    token = _TOKEN.match(text, position)
    while token:
        kind = token.lastgroup
        after = _TOKEN.match(text, token.end())
        if kind in {"digit", "literal"}:
            value, places = _digits(token)
            if total.current is not None or (places and tokens) or not _belongs(total, text, token, after):
                break
            total.take_digits(value, places=places, literal=kind == "literal")
            elided = bool(total.last) and not total.after_zero and value < 10 and len(token[kind]) == 1
            digits += 1
        elif kind == "zero":
            if total.current is not None or not _holds_place(after, first=tokens == 0):
                break
            total.after_zero = True
            digits += 1
        elif kind == "round":
            value = ROUND_VALUES[token["round"]]
            bare = total.current is None and not total.after_zero and (tokens > 0 or not _opens(value, after))
            if value >= total.limit or (bare and not (value == 10 and tokens)):
                break
            total.take_round(value, token["round"])
        elif kind == "big":
            if not total.take_big(BIG_VALUES[token["big"]], token["big"]):
                return complete
        elif tokens == 0:
            break
        else:
            total.vague = True
        if start < 0:
            start = token.end() - len(token[0].lstrip(" "))
        end = token.end()
        tokens += 1
        if kind == "big":
            complete = total.close(start, end, elided=False, single=False)
        token = after
    if not tokens:
        return None
    single = tokens == digits == 1 and not total.literal
    return total.close(start, end, elided=elided, single=single)


def _opens(value: int, after: re.Match[str] | None) -> bool:
    """Tell whether a number may begin with a bare round: 十, 百三, 千零五, but not 百 or 千万."""
    return value == 10 or (after is not None and after.lastgroup in {"digit", "zero"})


def _holds_place(after: re.Match[str] | None, *, first: bool) -> bool:
    """Tell whether 零 stands for a place left out (一千零五) or is the number 0."""
    if after is None:
        return first
    return after.lastgroup == "round" if first else after.lastgroup not in {"big", "zero"}


def read_decimal(text: str, position: int) -> Reading | None:
    """Read an integer and what is printed after its point: 十点二三, 一点二亿."""
    reading = read_integer(text, position)
    if reading is None or text[reading.end - 1].isdigit():
        return reading
    point = _POINT_DIGITS.match(text, reading.end)
    if point is None:
        return reading
    digits = point[1].replace(" ", "")
    places = len(digits)
    fraction = int("".join(str(DIGIT_VALUES[digit]) for digit in digits))
    number = EXACT.add(reading.number, Decimal(fraction).scaleb(-places, EXACT))
    bigs = _BIGS.match(text, point.end())
    if bigs is None:
        return reading._replace(number=number, end=point.end(1), decimals=places, lead=number, scale="", single=False)
    factor = 1
    for big in bigs[1]:
        factor *= BIG_VALUES[big]
    scaled = trim(EXACT.multiply(number, Decimal(factor)))
    return reading._replace(number=scaled, end=bigs.end(), decimals=places, lead=number, scale=bigs[1], single=False)


def _read_notation(text: str, position: int) -> Reading | None:
    """Read 2^5, 1.1^-3 or 2e5."""
    match = _NOTATION.match(text, position)
    if match is None or len(match[1]) * max(1, int(match[4])) > LONGEST_POWER:
        return None
    digits, places = _literal(match[1])
    base = Decimal(digits).scaleb(-places, EXACT)
    exponent = int(match[4]) * (-1) ** match[3].count("-")
    if match[2] == "e":
        number = base.scaleb(exponent, EXACT)
    elif exponent >= 0:
        number = EXACT.power(base, exponent)
    elif base:
        number = QUOTIENT.divide(Decimal(1), EXACT.power(base, -exponent))
    else:
        return None
    return Reading(trim(number), position, match.end(), literal=True, plain=False)


def _read_slashed(text: str, position: int) -> Reading | None:
    """Read 3/5 or 1 3/5."""
    match = _SLASHED.match(text, position)
    if match is None or not int(match[3]):
        return None
    top, bottom = int(match[2]), int(match[3])
    number = QUOTIENT.divide(Decimal(int(match[1] or 0) * bottom + top), Decimal(bottom))
    return Reading(number, position, match.end(), literal=True, plain=False)


def _read_fraction(text: str, reading: Reading) -> Reading | None:
    """Read on from a whole number or a denominator: N又M分之K, M分之K."""
    whole, denominator = Decimal(0), reading
    joint = _AND.match(text, reading.end)
    if joint:
        bottom = read_signed(text, joint.end(), reader=read_integer)
        if bottom is None:
            return None
        whole, denominator = reading.number, bottom
    over = _OVER.match(text, denominator.end)
    top = read_signed(text, over.end(), reader=read_decimal) if over else None
    if top is None or not denominator.number:
        return None
    number = EXACT.add(whole, QUOTIENT.divide(top.number, denominator.number))
    return Reading(number, reading.start, top.end, plain=False)


def _read_half(text: str, position: int) -> Reading | None:
    """Read 半打, 半百."""
    match = _HALF.match(text, position)
    if match is None:
        return None
    value = (ROUND_VALUES | BIG_VALUES).get(match[1], 12)
    return Reading(Decimal(value // 2), position, match.end(), plain=False)


def _read_unsigned(text: str, position: int) -> Reading | None:
    """Read any number without a sign."""
    special = _read_notation(text, position) or _read_slashed(text, position) or _read_half(text, position)
    if special:
        return special
    reading = read_decimal(text, position)
    if reading is None:
        return None
    fraction = _read_fraction(text, reading)
    if fraction:
        return fraction
    if reading.literal and not reading.scale:
        latin = _LATIN.match(text, reading.end)
        if latin:
            number = EXACT.multiply(reading.number, Decimal(LATIN_VALUES[latin[1]]))
            return reading._replace(number=trim(number), end=latin.end(), plain=False)
    dozen = _DOZEN.match(text, reading.end)
    if dozen:
        number = EXACT.multiply(reading.number, Decimal(12))
        return reading._replace(number=number, end=dozen.end(), single=False, plain=False)
    return reading


def read_signed(
    text: str, position: int, *, reader: Callable[[str, int], Reading | None] = _read_unsigned
) -> Reading | None:
    """Read a number with the sign in front of it, if any.

    Example:
        >>> read_signed("负三又二分之一", 0).number
        Decimal('-3.5')

    """
    sign = _SIGN.match(text, position)
    reading = reader(text, sign.end() if sign else position)
    if reading is None or sign is None:
        return reading
    lead = None if reading.lead is None else reading.lead.copy_negate()
    return reading._replace(number=reading.number.copy_negate(), start=position, lead=lead)
