"""The last gate: every figure of a text must be bound to a result, an operand, or a quoted place."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from decimal import Decimal

from service.asking.answer import Citation, Result
from service.numerals import read_numbers, read_quantities

_DIGITS = re.compile(r"\d[\d,，]*(?:\.\d+)?")
_NOT_FIGURES = re.compile(
    r"(?<![\d.])20\d\d(?=年|[—～~至到、和-]20\d\d|\s*[）)])|\d{1,2}月\d{1,2}日|(?<![A-Z])T\d\d(?!\d)(?:第\d+行)?|\d{9,}(?![\d.万亿元%])"
    r"|(?m:^)\s*(?:\d{1,2}[.．、](?!\d)|[（(]\d{1,2}[)）])"
)
"""Years, dates, names of tables and their rows, long codes, and numbering at the head of a line."""
_PAGE = re.compile(r"第(\d+)页")
_UNIT_FOLLOWS = re.compile(r"\s*(?:[十百千万亿元角分%％‰个项人次辆张条家户平份台件倍成年月日]|[.．]\d)")
_MONEY_FOLLOWS = re.compile(r"\s*(?:[十百千万亿元角分%％‰]|[.．]\d)")
#: Digits from which a code is followed by its own name: 2010105人大立法.
_LONG_CODE = 5


def unsupported_figures(
    text: str,
    results: Sequence[Result],
    citations: Sequence[Citation],
    question: str,
    names: Iterable[str] = (),
    codes: Container[str] = frozenset(),
) -> tuple[str, ...]:
    """Return the figures of *text* that nothing supports.

    Args:
        text: The answer as a reader gets it.
        results: Its results with their operands.
        citations: Places it cites, with their printed characters.
        question: Figures said in the question may be repeated.
        names: Names that may hold digits (document titles, labels).
        codes: Codes of units and of classifications (科目编码); one that no unit follows is a name, not a figure.
    """
    allowed: set[Decimal] = set()
    for result in results:
        allowed |= _numbers(result.value) | _numbers(result.working) | _numbers(result.label)
        for operand in result.operands:
            allowed |= _numbers(operand.value) | _numbers(operand.label)
    for citation in citations:
        allowed |= _numbers(citation.place.quote) | _numbers(citation.place.row) | _numbers(citation.place.table_title)
    allowed |= _numbers(question) | {q.quantity.number for q in read_quantities(question)}
    allowed |= {n.number for n in read_numbers(question)}
    for name in names:
        allowed |= _numbers(name)
    allowed |= {Decimal(0)}
    pages = {str(c.place.page) for c in citations if c.place.page}
    visible = _PAGE.sub(lambda m: " " if m.group(1) in pages else m.group(), _NOT_FIGURES.sub(" ", text))
    return tuple(
        m.group()
        for m in _DIGITS.finditer(visible)
        if _value(m.group()) not in allowed and not (m.group() in codes and not _unit_after(m.group()).match(visible, m.end()))
    )


def _unit_after(code: str) -> re.Pattern[str]:
    """Return what makes a code a figure: any unit, or money alone after a long code, whose name may begin like a unit."""
    return _MONEY_FOLLOWS if len(code) >= _LONG_CODE else _UNIT_FOLLOWS


def _numbers(text: str) -> set[Decimal]:
    return {_value(m) for m in _DIGITS.findall(text)}


def _value(digits: str) -> Decimal:
    return Decimal(digits.replace(",", "").replace("，", "").rstrip(".")).normalize()
