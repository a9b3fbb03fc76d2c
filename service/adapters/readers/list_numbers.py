"""Numbers that a Word list prints before its paragraphs: 一、 （一） 1. ①."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from lxml import etree

from service.adapters.readers.package import attribute, child, local
from service.numerals.writing import write_chinese

_DIGITS = "〇一二三四五六七八九"
_FORMAL = str.maketrans("一二三四五六七八九十百千万", "壹贰叁肆伍陆柒捌玖拾佰仟万")
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_PLACE = re.compile(r"%([1-9])")
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_LEVELS = 9
#: A list counts no further; a file that says more is broken.
_HIGHEST = 100_000


@dataclass(frozen=True, slots=True)
class _Level:
    start: int = 1
    kind: str = "decimal"
    text: str = ""
    restart: int = -1
    legal: bool = False
    style: str = ""


@dataclass(slots=True)
class _List:
    """A numbered list as used by paragraphs.

    Attributes:
        family: Lists of one family count on together.
        levels: By depth, 0 the outermost.
        restarts: Levels that this list begins anew when first used, with the number to begin at.
    """

    family: str
    levels: dict[int, _Level]
    restarts: dict[int, int] = field(default_factory=dict)


class ListNumbers:
    """Counts the paragraphs of numbered lists.

    Args:
        root: The numbering part of the document, None where it has none.
    """

    def __init__(self, root: etree._Element | None) -> None:
        self._lists = _read_lists(root) if root is not None else {}
        self._counts: dict[str, list[int | None]] = {}
        self._used: set[tuple[str, int]] = set()

    def level_of_style(self, number: str, style: str) -> int:
        """Return the level of a list that a paragraph style stands for, 0 where the list names none."""
        found = self._lists.get(number)
        levels = found.levels if found else {}
        return next((depth for depth, level in levels.items() if level.style and level.style == style), 0)

    def next(self, number: str, depth: int) -> str:
        """Count a paragraph and return what is printed before it, "" for a bullet or an unknown list.

        Args:
            number: Id of the list.
            depth: Level in it, 0 the outermost.
        """
        found = self._lists.get(number)
        level = found.levels.get(depth) if found else None
        if found is None or level is None or not 0 <= depth < _LEVELS:
            return ""
        counts = self._counts.setdefault(found.family, [None] * _LEVELS)
        for outer in range(depth + 1):
            if outer in found.restarts and (number, outer) not in self._used:
                counts[outer] = found.restarts[outer] - (outer == depth)
                self._used.add((number, outer))
        before = counts[depth]
        counts[depth] = level.start if before is None else min(before + 1, _HIGHEST)
        for inner in range(depth + 1, _LEVELS):
            deeper = found.levels.get(inner)
            if deeper is None or deeper.restart == -1 or depth < deeper.restart:
                counts[inner] = None
        if level.kind in ("bullet", "none") and "%" not in level.text:
            return ""
        return self._label(found, level, counts)

    @staticmethod
    def _label(found: _List, level: _Level, counts: list[int | None]) -> str:
        def fill(place: re.Match[str]) -> str:
            outer = int(place.group(1)) - 1
            of = found.levels.get(outer, _Level())
            count = counts[outer]
            value = of.start if count is None else count
            return write_number(value, "decimal" if level.legal else of.kind)

        return _PLACE.sub(fill, level.text)


def _read_lists(root: etree._Element) -> dict[str, _List]:
    families: dict[str, dict[int, _Level]] = {}
    linked: dict[str, str] = {}
    styled: dict[str, str] = {}
    lists: dict[str, _List] = {}
    for element in root:
        if local(element) == "abstractNum":
            number = attribute(element, "abstractNumId")
            families[number] = _read_levels(element)
            if (link := child(element, "numStyleLink")) is not None:
                linked[number] = attribute(link, "val")
            if (link := child(element, "styleLink")) is not None:
                styled[attribute(link, "val")] = number
    for element in root:
        if local(element) != "num":
            continue
        reference = child(element, "abstractNumId")
        family = attribute(reference, "val") if reference is not None else ""
        family = styled.get(linked.get(family, ""), family)
        made = _List(family, dict(families.get(family, {})))
        for override in element:
            if local(override) == "lvlOverride":
                _override(made, override)
        lists[attribute(element, "numId")] = made
    return lists


def _override(made: _List, override: etree._Element) -> None:
    depth = _number(attribute(override, "ilvl"), 0)
    for piece in override:
        if local(piece) == "startOverride":
            made.restarts[depth] = _number(attribute(piece, "val"), 1)
        elif local(piece) == "lvl":
            made.levels[depth] = _read_level(piece)


def _read_levels(element: etree._Element) -> dict[int, _Level]:
    return {_number(attribute(lvl, "ilvl"), 0): _read_level(lvl) for lvl in element if local(lvl) == "lvl"}


def _read_level(element: etree._Element) -> _Level:
    values = {local(p): attribute(p, "val") for p in element}
    kind = values.get("numFmt", "")
    if not kind and (alternate := child(element, "AlternateContent")) is not None:
        kind = next((attribute(p, "val") for p in alternate.iter() if local(p) == "numFmt"), "")
    return _Level(
        _number(values.get("start", ""), 0 if "start" not in values else 1),
        kind or "decimal",
        values.get("lvlText", ""),
        _number(values["lvlRestart"], -1) if "lvlRestart" in values else -1,
        "isLgl" in values and values["isLgl"] not in ("0", "false", "off"),
        values.get("pStyle", ""),
    )


def _number(text: str, default: int) -> int:
    return int(text) if text.isdigit() and len(text) < 7 else default


def write_number(value: int, kind: str) -> str:
    """Write a list number.

    Args:
        value: From 0 up.
        kind: Name of the way of counting, as in the file.

    Example:
        >>> write_number(12, "chineseCounting"), write_number(3, "decimalEnclosedCircle"), write_number(4, "upperRoman")
        ('十二', '③', 'IV')

    """
    return _WRITERS.get(kind, str)(value)


def _counting(value: int) -> str:
    """Count as in speech up to 99, digit by digit above."""
    return _thousands(value) if value < 100 else _digits(value)


def _digits(value: int) -> str:
    return "".join(_DIGITS[int(d)] for d in str(value))


def _thousands(value: int) -> str:
    return write_chinese(Decimal(value))


def _formal(value: int) -> str:
    written = _thousands(value)
    return ("一" + written if written.startswith("十") else written).translate(_FORMAL)


def _roman(value: int) -> str:
    out = ""
    rest = value if 0 < value < 4000 else 0
    for worth, sign in _ROMAN:
        while rest >= worth:
            out, rest = out + sign, rest - worth
    return out or str(value)


def _letters(value: int) -> str:
    return chr(96 + (value - 1) % 26 + 1) * ((value - 1) // 26 + 1) if 0 < value <= 260 else str(value)


def _from_row(row: str) -> Callable[[int], str]:
    return lambda value: row[(value - 1) % len(row)] if value > 0 else str(value)


def _enclosed(first: int, count: int, *, more: int = 0) -> Callable[[int], str]:
    """Number with single signs, beginning at a code point; *more* is where they go on after 20."""

    def write(value: int) -> str:
        if 0 < value <= count:
            return chr(first + value - 1)
        return chr(more + value - count - 1) if more and count < value <= 35 else str(value)

    return write


def _full_width(value: int) -> str:
    return "".join(chr(0xFF10 + int(d)) for d in str(value))


_WRITERS: dict[str, Callable[[int], str]] = {
    "decimalZero": lambda v: f"{v:02d}", "numberInDash": lambda v: f"- {v} -", "none": lambda _: "",
    "lowerRoman": _roman, "upperRoman": lambda v: _roman(v).upper(), "lowerLetter": _letters,
    "upperLetter": lambda v: _letters(v).upper(), "chineseCounting": _counting, "taiwaneseCounting": _counting,
    "japaneseCounting": _thousands, "chineseCountingThousand": _thousands, "taiwaneseCountingThousand": _thousands,
    "ideographDigital": _digits, "japaneseDigitalTenThousand": _digits, "taiwaneseDigital": _digits,
    "chineseLegalSimplified": _formal, "ideographLegalTraditional": _formal,
    "ideographTraditional": _from_row(_STEMS), "ideographZodiac": _from_row(_BRANCHES),
    "decimalEnclosedCircle": _enclosed(0x2460, 20, more=0x3251),
    "decimalEnclosedCircleChinese": _enclosed(0x2460, 20, more=0x3251),
    "decimalEnclosedParen": _enclosed(0x2474, 20), "decimalEnclosedFullstop": _enclosed(0x2488, 20),
    "ideographEnclosedCircle": _enclosed(0x3280, 10), "decimalFullWidth": _full_width, "decimalFullWidth2": _full_width,
}  # fmt: skip
