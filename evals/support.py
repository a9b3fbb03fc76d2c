"""An independent check that every figure of an answer has support, apart from the service's own verification.

A figure is supported when it is the shown or exact value of a result, an operand's value, a figure stated by
a finding, a figure of the question or of a quoted place, a year, a date, an ordinal, a code that is cited,
the number of operands a result rests on or of tables a document has, the line or page of a cited place, or a
factor in arithmetic.
What is printed somewhere in the documents without being cited is supported but *uncited*.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from evals.evidence import Printed, cited_places
from evals.figures import SCALES, Figure, find_figures, fold_width, same
from service.asking.answer import Answer
from service.calculation.evidence import Place
from service.domain.fact import Source

_AFTER_DATE = re.compile(r"^\s*(年|月|日)")
_ORDINAL_BEFORE = re.compile(r"(第|表|附件|图|T|V|Q|P|No\.?|〔|\[)\s*$")
_ITEM_START = re.compile(r"(^|\n|[：:；;。]|\()\s*$")
_ITEM_AFTER = re.compile(r"^\s*([.、)]|$)")
_FACTOR_BEFORE = re.compile(r"[×*÷/]\s*$")
_FACTORS = frozenset(map(Decimal, (100, 1000, 10_000, 1_000_000, 100_000_000)))
_COUNTED = frozenset("个项条家处笔行")
_PLACE_WORDS = frozenset("行页列")
_CODE_DIGITS = 3
_NAME_LENGTH = 4


@dataclass(frozen=True, slots=True)
class Loose:
    """Figures of a text that are not tied down.

    Attributes:
        unsupported: Nothing supports them: the project's one promise is broken.
        uncited: Printed in the documents, but the answer does not show where.
        figures: How many figures the text has.
    """

    unsupported: tuple[str, ...]
    uncited: tuple[str, ...]
    figures: int


def find_unsupported(answer: Answer, printed: Printed) -> Loose:
    """Look at every figure of the text."""
    body = fold_width(answer.text)
    figures = find_figures(body)
    own = tuple(_own_figures(answer, printed))
    labels = " ".join(_labels(answer))
    names = tuple(_spans_of_names(answer, body))
    unsupported, uncited = [], []
    for figure in figures:
        if _is_no_amount(figure, body) or _is_place(figure, body, answer) or _is_code(figure, labels):
            continue
        if any(start <= figure.start and figure.start + len(figure.digits) <= end for start, end in names):
            continue
        if any(_fits(figure, number, unit) for number, unit in own) or _counts_operands(figure, answer):
            continue
        if body[figure.start : figure.end + 1].endswith("张表") and figure.number in printed.table_counts:
            continue
        shown = f"{figure.digits}{figure.unit}"
        units = printed.units_at(figure)
        if units is not None and any(same(figure.number, figure.unit, figure.number, u) for u in units):
            uncited.append(shown)
        else:
            unsupported.append(shown)
    return Loose(tuple(unsupported), tuple(uncited), len(figures))


def _fits(figure: Figure, number: Decimal, unit: str) -> bool:
    return same(figure.number, figure.unit, number, unit)


def _own_figures(answer: Answer, printed: Printed) -> Iterator[tuple[Decimal, str]]:
    """Yield the figures that the answer itself vouches for, with their units."""
    for result in answer.results:
        yield from _value(result.value, result.unit)
        yield from _value(result.exact, result.unit)
        for operand in result.operands:
            yield from _value(operand.value or "0", operand.unit)
    for finding in answer.findings:
        for stated in (finding.stated, finding.expected):
            yield from ((f.number, f.unit) for f in find_figures(stated))
        for source in finding.sources:
            yield from _in_place(_place_of(source), printed)
    for cited in cited_places(answer):
        yield from _in_place(cited.place, printed)
    yield from ((f.number, f.unit) for f in find_figures(answer.question))


def _place_of(source: Source) -> Place:
    return Place(
        document=source.document,
        table=source.table,
        row_index=source.row,
        column_index=source.column,
        quote=source.quote,
    )


def _in_place(place: Place, printed: Printed) -> Iterator[tuple[Decimal, str]]:
    """Yield the figures a place prints; those of a cell bear the unit of its table."""
    of_table = printed.unit_at(place) if place.table else None
    for figure in find_figures(place.quote):
        yield figure.number, figure.unit or of_table or ""


def _value(digits: str, unit: str) -> Iterator[tuple[Decimal, str]]:
    try:
        yield Decimal(digits.replace(",", "")), unit
    except InvalidOperation:
        return


def _labels(answer: Answer) -> Iterator[str]:
    """Yield the words in which codes stand: the question, and rows and columns of cited places."""
    yield answer.question
    for cited in cited_places(answer):
        place = cited.place
        yield from (place.row, place.column, place.table_title, place.document_title, place.table)
    for result in answer.results:
        yield result.label
        yield from (o.label for o in result.operands)


def _is_no_amount(figure: Figure, body: str) -> bool:
    """Tell years, dates, ordinals and conversion factors from amounts."""
    after, before = body[figure.end :], body[: figure.start]
    if figure.unit in {"年", "月", "日"} or (not figure.unit and _AFTER_DATE.match(after)):
        return True
    if "." in figure.digits:
        return False
    if _ORDINAL_BEFORE.search(before):
        return True
    if not figure.unit and _ITEM_START.search(before) and _ITEM_AFTER.match(after):
        return True
    return figure.number in _FACTORS and bool(_FACTOR_BEFORE.search(before))


def _is_place(figure: Figure, body: str, answer: Answer) -> bool:
    """Tell whether it is the line, page or column of a cited place, and the right one."""
    word = figure.unit or body[figure.end : figure.end + 1]
    if word not in _PLACE_WORDS:
        return False
    for cited in cited_places(answer):
        place = cited.place
        rows, columns = (place.line, place.row_index + 1), (place.column_index + 1,)
        if figure.number in {"行": rows, "页": (place.page,), "列": columns}[word]:
            return True
    return False


def _is_code(figure: Figure, labels: str) -> bool:
    """Tell whether it is the digits of a code or name that the question or a cited place bears."""
    is_code = figure.digits.isdigit() and len(figure.digits) >= _CODE_DIGITS and figure.unit not in SCALES
    return is_code and re.search(rf"(?<!\d){figure.digits}(?!\d)", labels) is not None


def _spans_of_names(answer: Answer, body: str) -> Iterator[tuple[int, int]]:
    """Yield where the text writes the name of a cited row, column or table out in full: 302 99 其他商品和服务支出."""
    places = [c.place for c in cited_places(answer) if c.place.table]
    names = {fold_width(n) for p in places for n in (p.row, p.column, p.table_title, p.document_title)}
    for name in names:
        if len(name) >= _NAME_LENGTH and not name.replace(" ", "").isdigit():
            yield from (match.span() for match in re.finditer(re.escape(name), body))


def _counts_operands(figure: Figure, answer: Answer) -> bool:
    """Tell whether it counts what is shown: operands of a result, results, readings, places of a finding."""
    counts = {len(r.operands) for r in answer.results} | {len(answer.readings), len(answer.results)}
    counts |= {len(f.sources) for f in answer.findings}
    counts.add(sum(c.role == "quote" for c in answer.citations))
    return figure.unit in _COUNTED and figure.number in counts - {0}
