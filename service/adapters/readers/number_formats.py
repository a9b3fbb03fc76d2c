"""Numbers as a spreadsheet prints them: the cell's number format decides decimals, signs, percent, dates."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

#: Formats that have a number but no code in the file, as a Chinese Office shows them.
BUILTIN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: "¥#,##0;¥-#,##0", 6: "¥#,##0;¥-#,##0",
    7: "¥#,##0.00;¥-#,##0.00", 8: "¥#,##0.00;¥-#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?",
    13: "# ??/??", 14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM",
    20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm", 27: 'yyyy"年"m"月"', 28: 'm"月"d"日"', 29: 'm"月"d"日"',
    30: "m-d-yy", 31: 'yyyy"年"m"月"d"日"', 32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"', 36: 'yyyy"年"m"月"',
    37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00",
    41: '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', 42: '_ ¥* #,##0_ ;_ ¥* -#,##0_ ;_ ¥* "-"_ ;_ @_ ',
    43: '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', 44: '_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ ',
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@", 50: 'yyyy"年"m"月"', 51: 'm"月"d"日"',
    52: 'yyyy"年"m"月"', 53: 'm"月"d"日"', 54: 'm"月"d"日"', 57: 'yyyy"年"m"月"', 58: 'm"月"d"日"',
}  # fmt: skip
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|!(?P<marked>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]|(?P<exponent>[Ee][+-])'
    r"|(?P<place>[0#?])|(?P<dot>\.)|(?P<comma>,)|(?P<percent>[%％])|(?P<general>General|G/通用格式)"
    r"|(?P<period>AM/PM|A/P|上午/下午)|(?P<date>[yY]+|[mM]+|[dD]+|[hH]+|[sS]+|[aA]{3,4})|(?P<at>@)|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_KINDS = {"place": "place", "general": "general", "at": "at", "date": "date", "period": "date"}
_CURRENCY = re.compile(r"^\$([^-]*)")
_WEEKDAYS = "一二三四五六日"
#: Digits that the spreadsheet itself keeps of a number.
_DIGITS = 15
#: Serial day numbers begin here; 1900 counts as a leap year, so days before March 1900 are one off.
_EPOCH = datetime.datetime(1899, 12, 30)  # noqa: DTZ001  a date on paper has no zone
_EPOCH_1904 = datetime.datetime(1904, 1, 1)  # noqa: DTZ001
_LAST_DAY = 2_958_465


@dataclass(frozen=True, slots=True)
class _Section:
    """One of the up to four parts of a format code.

    Attributes:
        tokens: (kind, text): "place", "literal", "dot", "date", "general", "at".
        decimals: Number of digit places after the point.
        grouping: Whether thousands are separated.
        scale: Powers of ten by which the number is shown larger (percent) or smaller (commas at the end).
        plain: Whether it is one that only a plain number can stand for: exponents and fractions.
        condition: "" or a comparison such as ``>=100``.
    """

    tokens: tuple[tuple[str, str], ...]
    decimals: int
    grouping: bool
    scale: int
    plain: bool
    condition: str

    @property
    def is_date(self) -> bool:
        """Whether it prints a date or a time."""
        return any(k == "date" for k, _ in self.tokens) and not any(k in ("general", "at") for k, _ in self.tokens)

    @property
    def has_places(self) -> bool:
        """Whether it prints digits."""
        return any(k in ("place", "general") for k, _ in self.tokens)


def print_number(value: Decimal, code: str, *, from_1904: bool = False) -> str:
    """Return a number as its cell shows it.

    Args:
        value: As stored.
        code: Format code; "" is General.
        from_1904: Whether days are counted from 1904.

    Example:
        >>> print_number(Decimal("12.3"), "0.00"), print_number(Decimal("0.125"), "0.0%")
        ('12.30', '12.5%')
        >>> print_number(Decimal("-1234.5"), "#,##0.00"), print_number(Decimal(45292), 'yyyy"年"m"月"')
        ('-1,234.50', '2024年1月')

    """
    sections = _sections(code or "General")
    section, with_sign = _choose(sections, value)
    if section is None:
        return ""
    if section.is_date:
        shown = _print_date(value, section, from_1904)
        return _general(value) if shown is None else shown
    if section.plain:
        return _general(value)
    if not section.has_places:
        if any(k == "at" for k, _ in section.tokens):
            return _general(value)
        return "".join(t for _, t in section.tokens).strip()
    magnitude = value if with_sign else abs(value)
    return _print_places(magnitude, section)


def _general(value: Decimal) -> str:
    """Print a number in full, without a floating point tail and never in exponents.

    Example:
        >>> _general(Decimal("3845.4900000000002")), _general(Decimal("1E+3"))
        ('3845.49', '1000')

    """
    if value == 0:
        return "0"
    rounded = round(value, max(_DIGITS - 1 - value.adjusted(), 0)) if value.adjusted() < _DIGITS else value
    text = f"{rounded:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@lru_cache(maxsize=4096)
def _sections(code: str) -> tuple[_Section, ...]:
    parts: list[list[re.Match[str]]] = [[]]
    for found in _TOKEN.finditer(code[:512]):
        if found.group("other") == ";":
            parts.append([])
        else:
            parts[-1].append(found)
    return tuple(_parse(p) for p in parts[:4])


def _parse(found: list[re.Match[str]]) -> _Section:
    tokens: list[tuple[str, str]] = []
    places = [i for i, f in enumerate(found) if f.group("place")]
    first, last = (places[0], places[-1]) if places else (len(found), -1)
    condition, plain, grouping, trailing = "", False, False, 0
    for i, f in enumerate(found):
        kind = f.lastgroup or ""
        text = f.group(kind) if kind else ""
        if kind == "bracket":
            if re.match(r"[<>=]", text):
                condition = text
            else:
                tokens += _bracket(text)
        elif kind == "dot" and i > first and ("dot", ".") not in tokens:
            tokens.append(("dot", "."))
        elif kind == "comma" and i > first:
            grouping, trailing = grouping or i < last, trailing + (i > last)
        elif kind == "exponent":
            plain = True
        elif kind:
            tokens.append((_KINDS.get(kind, "literal"), "%" if kind == "percent" else text))
            plain = plain or (text == "/" and kind == "other" and first < i < last)
    at = tokens.index(("dot", ".")) if ("dot", ".") in tokens else len(tokens)
    decimals = sum(1 for k, _ in tokens[at:] if k == "place")
    percents = sum(1 for f in found if f.group("percent"))
    return _Section(tuple(tokens), decimals, grouping, 2 * percents - 3 * trailing, plain, condition)


def _bracket(text: str) -> list[tuple[str, str]]:
    """Read what stands in square brackets: a currency sign or a running time; colours print nothing."""
    currency = _CURRENCY.match(text)
    if currency:
        return [("literal", currency.group(1))]
    return [("date", f"[{text}]")] if re.fullmatch(r"[hH]+|[mM]+|[sS]+", text) else []


def _choose(sections: tuple[_Section, ...], value: Decimal) -> tuple[_Section | None, bool]:
    """Return the section that prints *value*, and whether the sign is printed too; None prints nothing."""
    numeric = sections[:3]
    if any(s.condition for s in numeric):
        for section in numeric:
            if not section.condition or _holds(section.condition, value):
                return section, True
        return numeric[-1], True
    if len(numeric) == 1 or (value > 0):
        chosen, with_sign = numeric[0], True
    elif value < 0:
        # a section that tells a negative number by its colour alone prints no sign; text has no colour
        chosen, with_sign = numeric[1], bool(numeric[1].tokens) and not _marks_negative(numeric[1])
    else:
        chosen, with_sign = (numeric[2] if len(numeric) > 2 else numeric[0]), True
    return (chosen if chosen.tokens else None), with_sign


def _marks_negative(section: _Section) -> bool:
    return any(k != "place" and re.search(r"[-－−(（▲△负]", t) for k, t in section.tokens)


def _holds(condition: str, value: Decimal) -> bool:
    found = re.fullmatch(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)", condition.strip())
    if not found:
        return False
    bound = Decimal(found.group(2))
    return {
        "<": value < bound, ">": value > bound, "=": value == bound, "<=": value <= bound, ">=": value >= bound,
        "<>": value != bound,
    }[found.group(1)]  # fmt: skip


def _print_places(value: Decimal, section: _Section) -> str:
    if any(k == "general" for k, _ in section.tokens):
        return "".join(_general(value) if k == "general" else t for k, t in section.tokens).strip()
    shown = value.scaleb(section.scale)
    if shown.adjusted() > 40:
        return _general(value)
    # the spreadsheet itself rounds the decimal digits it shows, not the binary number behind them
    rounded = Decimal(_general(shown)).quantize(Decimal(1).scaleb(-section.decimals), ROUND_HALF_UP)
    whole, _, fraction = f"{abs(rounded):f}".partition(".")
    before, after = _split(section.tokens)
    text = _fill(whole, before, section.grouping) + _fill_fraction(fraction, after)
    return ("-" if rounded < 0 else "") + text.strip()


def _split(tokens: tuple[tuple[str, str], ...]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    at = next((i for i, (k, _) in enumerate(tokens) if k == "dot"), None)
    if at is None:
        return list(tokens), []
    return list(tokens[:at]), list(tokens[at:])


def _fill(digits: str, tokens: list[tuple[str, str]], grouping: bool) -> str:
    """Put the digits of the whole part into their places from the right; what is left over goes before the first."""
    digits = "" if digits == "0" else digits
    places = sum(1 for k, _ in tokens if k == "place")
    out: list[str] = []
    count = 0

    def add(digit: str) -> None:
        nonlocal count
        if grouping and count and count % 3 == 0:
            out.append(",")
        out.append(digit)
        count += 1

    for kind, text in reversed(tokens):
        if kind != "place":
            out.append(text[::-1])
            continue
        places -= 1
        if digits:
            add(digits[-1])
            digits = digits[:-1]
        elif text == "0":
            add("0")
        while not places and digits:
            add(digits[-1])
            digits = digits[:-1]
    return "".join(out)[::-1]


def _fill_fraction(digits: str, tokens: list[tuple[str, str]]) -> str:
    out: list[str] = []
    rest = list(digits)
    for position, (kind, text) in enumerate(tokens):
        if kind == "place":
            digit = rest.pop(0) if rest else "0"
            needed = text == "0" or digit != "0" or any(d != "0" for d in rest)
            needed = needed or any(k == "place" and t == "0" for k, t in tokens[position + 1 :])
            if needed:
                out.append(digit)
        elif kind == "dot":
            out.append(".")
        else:
            out.append(text)
    text = "".join(out)
    return text[1:] if text == "." or (text.startswith(".") and not text[1:2].isdigit()) else text


def _print_date(value: Decimal, section: _Section, from_1904: bool) -> str | None:
    if not 0 <= value <= _LAST_DAY:
        return None
    moment = (_EPOCH_1904 if from_1904 else _EPOCH) + datetime.timedelta(
        seconds=int((value * 86400).to_integral_value())
    )
    out: list[str] = []
    previous = ""
    codes = [t.lower() for k, t in section.tokens if k == "date"]
    twelve = any(c in ("am/pm", "a/p", "上午/下午") for c in codes)
    index = -1
    for kind, text in section.tokens:
        if kind != "date":
            if kind in ("literal", "dot"):
                out.append(text)
            continue
        index += 1
        following = codes[index + 1] if index + 1 < len(codes) else ""
        code = text.lower()
        minutes = code in ("m", "mm") and (previous.strip("[]").startswith("h") or following.startswith("s"))
        out.append(_date_piece(moment, code, minutes=minutes, twelve=twelve))
        previous = code
    return "".join(out).strip()


def _date_piece(moment: datetime.datetime, code: str, *, minutes: bool, twelve: bool) -> str:
    letter = code.strip("[]")[:1]
    wide = len(code.strip("[]")) >= 2
    if code in ("am/pm", "a/p", "上午/下午"):
        return "上午" if moment.hour < 12 else "下午"
    if letter == "a":
        return ("星期" if len(code) == 4 else "") + _WEEKDAYS[moment.weekday()]
    if letter == "y":
        return f"{moment.year:04d}" if len(code) > 2 else f"{moment.year % 100:02d}"
    if letter == "d" and len(code) > 2:
        return "星期" + _WEEKDAYS[moment.weekday()]
    hour = (moment.hour % 12 or 12) if twelve else moment.hour
    number = {"m": moment.minute if minutes else moment.month, "d": moment.day, "h": hour, "s": moment.second}[letter]
    if letter == "m" and not minutes and len(code) > 2:
        return f"{number}月"
    return f"{number:02d}" if wide else str(number)
