"""What the documents print, and what an answer cites of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from evals.cases import Evidence
from evals.figures import Figure, find_directions, find_figures, squeeze
from service.asking.answer import Answer
from service.calculation.evidence import Place
from service.domain.document import Document, Row

#: Codes of projects are longer than those of accounts; they name nothing else.
_PROJECT_CODE = 10
_CODE_AND_NAME = re.compile(r"(\d{3,9})\s*(\D.+)")


@dataclass(frozen=True, slots=True)
class Cited:
    """A place of an answer, with the digits that the answer says stand there ("" where it says none)."""

    place: Place
    value: str


class Printed:
    """The documents an answer can rest on, indexed for the scorers."""

    def __init__(self, documents: Sequence[Document] = ()) -> None:
        self._rows = {
            (document.id, table.id, index): row
            for document in documents
            for table in document.tables
            for index, row in enumerate(table.rows)
        }
        self._texts = {document.id: document.text for document in documents}
        #: How many tables each document has.
        self.table_counts = frozenset(Decimal(len(document.tables)) for document in documents)
        self._squeezed = tuple(squeeze(text) for text in self._texts.values())
        self._names: dict[str, set[str]] = {}
        self._figures: dict[Decimal, set[str]] = {}
        #: Amounts that the running text calls an increase (True) or a decrease (False).
        self.directions: dict[Decimal, set[bool]] = {}
        for row in self._rows.values():
            self._keep_names([cell.raw for cell in row.cells])
            for cell in row.cells:
                if cell.quantity is not None:
                    self._keep_figure(abs(cell.quantity.number), cell.quantity.unit.symbol)
                for figure in find_figures(cell.raw):
                    if figure.unit or cell.quantity is None:
                        self._keep_figure(figure.number, figure.unit)
        for text in self._texts.values():
            for line in text.splitlines():
                if "\t" not in line:
                    self._keep_line(line)

    def _keep_figure(self, number: Decimal, unit: str) -> None:
        self._figures.setdefault(number, set()).add(unit)

    def _keep_line(self, line: str) -> None:
        for figure in find_figures(line):
            self._keep_figure(figure.number, figure.unit)
        for is_up, number in find_directions(line):
            self.directions.setdefault(number, set()).add(is_up)

    def _keep_names(self, cells: Sequence[str]) -> None:
        """Remember what a code is called: 30239 stands before 其他交通费用; split codes are joined."""
        code = ""
        for cell in cells:
            together = _CODE_AND_NAME.fullmatch(cell)
            if together:
                self._names.setdefault(together[1], set()).add(together[2])
            if cell.isdigit() and len(cell) < _PROJECT_CODE:
                code += cell
            elif cell and code and not cell.replace(".", "").isdigit():
                self._names.setdefault(code, set()).add(cell)
                code = ""
            elif cell:
                code = ""

    def lines_of(self, place: Place) -> tuple[int, ...]:
        """Return every line of the row a place stands in."""
        row = self._row(place)
        return row.lines if row is not None and row.lines else (place.line,)

    def _row(self, place: Place) -> Row | None:
        return self._rows.get((place.document, place.table, place.row_index))

    def unit_at(self, place: Place) -> str | None:
        """Return the unit of the cell at a place, None where no figure stands."""
        row = self._row(place)
        if row is None or not 0 <= place.column_index < len(row.cells):
            return None
        quantity = row.cells[place.column_index].quantity
        return quantity.unit.symbol if quantity is not None else None

    def fault_of(self, place: Place) -> str:
        """Say what is untrue about a place, "" where it prints just what is quoted.

        A cell must print the quote (a blank one none), on the stated line. A place in running text must lie
        where the quote stands.
        """
        if place.table:
            row = self._row(place)
            if row is None or not 0 <= place.column_index < len(row.cells):
                return f"{place.table}没有第{place.row_index + 1}行第{place.column_index + 1}列"
            raw = row.cells[place.column_index].raw
            if squeeze(raw) != squeeze(place.quote):
                return f"{place.table}.{place.row_index}.{place.column_index}印的是“{raw}”，不是“{place.quote}”"
            return "" if place.line in (0, *row.lines) else f"{place.table}的行号{place.line}不对"
        text = self._texts.get(place.document)
        if text is None:
            return "引用了没有的文件"
        if place.start < 0:
            return "" if squeeze(place.quote) in squeeze(text) else f"文中没有“{place.quote[:30]}”"
        there, quote = squeeze(text[place.start : place.end]), squeeze(place.quote)
        return "" if quote and (there in quote or quote in there) else f"第{place.line}行印的不是“{place.quote[:30]}”"

    def has_words(self, words: str) -> bool:
        """Tell whether any document has these words, layout aside."""
        return any(squeeze(words) in text for text in self._squeezed)

    def names_of(self, code: str) -> frozenset[str]:
        """Return the printed names of a code."""
        return frozenset(self._names.get(code, ()))

    def units_at(self, figure: Figure) -> frozenset[str] | None:
        """Return the units a number is printed with anywhere, None where it is not printed."""
        found = self._figures.get(figure.number)
        return None if found is None else frozenset(found)


def cited_places(answer: Answer) -> tuple[Cited, ...]:
    """Return every place of an answer: of its operands, its citations, its findings."""
    operands = [Cited(o.place, o.value) for r in answer.results for o in r.operands]
    return (*operands, *(Cited(c.place, "") for c in answer.citations))


def is_cited(evidence: Evidence, places: Sequence[Cited], printed: Printed) -> bool:
    """Tell whether *evidence* is among *places*: line and column of a cell or span of a figure, and value."""
    return any(_stands_at(evidence, p.place, printed) and _says(evidence.value, p) for p in places)


def _stands_at(evidence: Evidence, place: Place, printed: Printed) -> bool:
    if evidence.line:
        return place.column_index == evidence.column and evidence.line in printed.lines_of(place)
    return not place.table and place.start < evidence.end and evidence.start < place.end


def _says(expected: str, cited: Cited) -> bool:
    """Tell whether a place shows the expected digits; a blank cell must be shown as blank."""
    stated = cited.value or cited.place.quote
    if not expected:
        return not squeeze(stated) or squeeze(stated) in {"空白", "—"}
    try:
        wanted = abs(Decimal(expected))
    except InvalidOperation:
        return squeeze(expected) in squeeze(stated)
    return any(f.number == wanted for f in find_figures(stated))
