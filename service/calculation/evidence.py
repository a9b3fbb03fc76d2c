"""What proves a figure: the printed figures it rests on, each with its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from service.calculation.figures import Figure
from service.domain.coordinate import Coordinate
from service.domain.fact import Authority, CellState, Fact, Source
from service.domain.quantity import Quantity
from service.numerals import render_number

#: What a figure that was recognised from an image always bears.
BY_OCR = "OCR识读，未经核验"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a figure or a quote is printed.

    Attributes:
        document: Document id.
        document_title: Its printed title.
        table: Table id (``T03``), "" for running text.
        table_title: Title of the table, or heading of the section.
        row: Row label, or "".
        column: Header path, or "".
        row_index: 0-based body row, -1 for text.
        column_index: 0-based column, -1 for text.
        line: 1-based line, 0 where there are none.
        page: 1-based page, 0 where there are none.
        start: Offset in the document's text, -1 where unknown.
        end: Offset after it, -1 where unknown.
        quote: The printed characters, or the sentence.
        by_ocr: Whether the characters were recognised from an image.
    """

    document: str
    document_title: str = ""
    table: str = ""
    table_title: str = ""
    row: str = ""
    column: str = ""
    row_index: int = -1
    column_index: int = -1
    line: int = 0
    page: int = 0
    start: int = -1
    end: int = -1
    quote: str = ""
    by_ocr: bool = False


@dataclass(frozen=True, slots=True)
class Operand:
    """A figure that a result rests on.

    Attributes:
        label: What it is.
        value: Exact digits as text; "" where the place is blank.
        unit: Unit symbol.
        how: ``printed``, ``blank``, ``stated`` (in a sentence) or ``derived``.
        proof: ``已验证``, ``未验证`` or ``有矛盾``.
        place: Where it is printed.
        about: Its 口径 in words, name of each side → what it is: 年度 → 2024年.
    """

    label: str
    value: str
    unit: str
    how: str
    proof: str
    place: Place
    about: tuple[tuple[str, str], ...] = ()


def place_of(source: Source, titles: Mapping[str, str]) -> Place:
    """Return the place of a source.

    Args:
        source: Where it is printed.
        titles: Document id → printed title.
    """
    return Place(
        document=source.document, document_title=titles.get(source.document, ""), table=source.table,
        table_title=source.table_title, row=source.row_label if source.table else "", column=source.column_label,
        row_index=source.row, column_index=source.column, line=source.line, page=source.page, start=source.start,
        end=source.end, quote=source.quote, by_ocr=source.by_ocr,
    )  # fmt: skip


def operands_of(
    figure: Figure, titles: Mapping[str, str], about: Callable[[Coordinate], tuple[tuple[str, str], ...]] | None = None
) -> list[Operand]:
    """Return the printed figures that a figure rests on.

    Args:
        figure: The figure.
        titles: Document id → printed title.
        about: Says a coordinate in words; None leaves the words out.
    """
    facts = [f for f in figure.facts if f.authority is not Authority.DERIVED]
    return [_operand(f, figure, titles, about(f.coordinate) if about else ()) for f in facts]


def _operand(fact: Fact, figure: Figure, titles: Mapping[str, str], about: tuple[tuple[str, str], ...]) -> Operand:
    how = "stated" if fact.authority is Authority.SENTENCE else "printed"
    if fact.quantity is None:
        how = "blank" if fact.state is CellState.BLANK else "dash"
    return Operand(
        label=figure.name if len(figure.facts) == 1 else fact.label,
        value=render_number(fact.quantity.number) if fact.quantity else "",
        unit=fact.quantity.unit.symbol if fact.quantity else figure.quantity.unit.symbol,
        how=how, proof=fact.proof.value, place=place_of(fact.source, titles), about=about,
    )  # fmt: skip


def ocr_mark(figures: Sequence[Figure]) -> str:
    """Return the mark of figures that were recognised from an image, "" for others."""
    return f"（{BY_OCR}）" if any(f.source.by_ocr for figure in figures for f in figure.facts) else ""


def derivations_of(figures: Sequence[Figure]) -> str:
    """Say how derived figures were derived: （2023年支出 = 950.47万元 + 284.53万元 = 1235.00万元，推算）."""
    lines = [
        f"{f.label} = {f.facts[0].formula} = {_digits(f.quantity)}，推算" for f in figures if f.how == "derived"
    ]
    return f"（{'；'.join(lines)}）" if lines else ""


def _digits(quantity: Quantity) -> str:
    return f"{render_number(quantity.number)}{quantity.unit.symbol}"


def marks_of(figures: Sequence[Figure]) -> tuple[str, ...]:
    """Return the words that must go with figures that are not simply printed cells."""
    names = {"derived": "推算", "stated": "仅见正文", "blank": "表中为空白"}
    marks = [names[f.how] for f in figures if f.how in names]
    return tuple(dict.fromkeys([*marks, *([BY_OCR] if ocr_mark(figures) else [])]))
