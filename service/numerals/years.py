"""The years a text names, printed or relative to the year of its reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from service.numerals.characters import DIGIT_VALUES, Pattern, any_of, fold

#: Years of two digits are read in this window; ``10年`` and ``50年`` are durations.
SHORT_YEARS = range(15, 40)
CENTURY = 2000

RELATIVE_YEARS: dict[str, int] = {
    "今年": 0, "本年": 0, "本年度": 0, "去年": -1, "上年": -1, "上年度": -1, "上一年": -1, "上一年度": -1,
    "前年": -2, "明年": 1, "下年": 1, "下年度": 1, "下一年": 1, "下一年度": 1, "后年": 2,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class YearMention:
    """A year named in a text.

    Attributes:
        year: The calendar year, 0 for a relative one.
        start: Offset of its first character.
        end: Offset after its last.
        text: The printed characters.
        relative: Distance from the reader's year (去年 is -1), None for a calendar year.
        span: How many years it covers, ending with this one: 3 for 近三年.
    """

    year: int
    start: int
    end: int
    text: str
    relative: int | None = None
    span: int = 1


_BEFORE = "(?<![0-9.零一二三四五六七八九十百])"
_DURATION = "(?! *[期限内间多余来以])"
_FULL = "(?:19|20)[0-9]{2}|[一二][零九][零一二三四五六七八九]{2}"
_SHORT = "[0-9]{2}|[一二][零一二三四五六七八九]"
_JOINS = "[-—–~～至到、和及与]{1,2}"
_YEARS = Pattern(
    rf"{_BEFORE}(?P<full>{_FULL})(?: *年(?: *度)?"
    rf"|(?=(?: *{_JOINS} *(?:{_FULL})(?: *年(?: *度)?)?)* *{_JOINS} *(?:{_FULL}) *年))"
    rf"|(?<![近满达共约第每≥≤<>0-9.,零一二三四五六七八九十百])(?P<short>{_SHORT})"
    rf"(?: *年(?: *度)?{_DURATION}|(?= *{_JOINS} *(?:{_SHORT}) *年{_DURATION}))"
    r"|(?:近|最近|过去) *(?P<span>[0-9]|[一二三四五六七八九十两]) *年"
    rf"|(?<![之以大])(?P<relative>{any_of(RELATIVE_YEARS)})"
)


def _digits(written: str) -> int:
    return int("".join(str(DIGIT_VALUES.get(character, character)) for character in written))


def read_years(text: str) -> tuple[YearMention, ...]:
    """Read the years of a text; each end of a range is one.

    Example:
        >>> [(mention.text, mention.year) for mention in read_years("2022—2024年、二〇二五年度和24年")]
        [('2022', 2022), ('2024年', 2024), ('二〇二五年度', 2025), ('24年', 2024)]
        >>> [(mention.relative, mention.span) for mention in read_years("去年和近三年")]
        [(-1, 1), (0, 3)]

    """
    return tuple(find_years(text, fold(text)))


def find_years(text: str, folded: str) -> Iterator[YearMention]:
    """Read the years of a text already folded."""
    if "年" not in folded:
        return
    for match in _YEARS.finditer(folded):
        start, end = match.span()
        if match["full"]:
            yield YearMention(_digits(match["full"]), start, end, text[start:end])
        elif match["short"]:
            short = _digits(match["short"])
            if short in SHORT_YEARS:
                yield YearMention(CENTURY + short, start, end, text[start:end])
        elif match["span"]:
            span = 10 if match["span"] == "十" else _digits(match["span"])
            yield YearMention(0, start, end, text[start:end], 0, span)
        else:
            yield YearMention(0, start, end, text[start:end], RELATIVE_YEARS[match["relative"]])
