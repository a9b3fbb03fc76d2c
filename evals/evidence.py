"""What the documents print, and what an answer cites of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from evals.cases import Evidence
from evals.figures import Figure, find_figures, squeeze
from service.asking.answer import Answer, Place
from service.domain.document import Document


@dataclass(frozen=True, slots=True)
class Cited:
    """A place of an answer, with the digits that the answer says stand there ("" where it says none)."""

    place: Place
    value: str


class Printed:
    """The documents an answer can rest on, indexed for the scorers."""

    def __init__(self, documents: Sequence[Document] = ()) -> None:
        self._lines = {
            (document.id, table.id, index): row.lines
            for document in documents
            for table in document.tables
            for index, row in enumerate(table.rows)
        }
        self._names: dict[str, set[str]] = {}
        figures: dict[Decimal, set[str]] = {}
        for document in documents:
            for table in document.tables:
                for row in table.rows:
                    self._keep_names([c.raw for c in row.cells])
                    for cell in row.cells:
                        amount = cell.quantity
                        if amount is not None:
                            figures.setdefault(abs(amount.number), set()).add(amount.unit.symbol)
            for figure in find_figures(document.text):
                figures.setdefault(figure.number, set()).add(figure.unit)
        self._figures = figures

    def _keep_names(self, cells: Sequence[str]) -> None:
        """Remember what a code is called: 30239 stands before 其他交通费用; split codes are joined."""
        code = ""
        for cell in cells:
            if cell.isdigit() and len(cell) < 10:
                code += cell
            elif cell and code and not cell.replace(".", "").isdigit():
                self._names.setdefault(code, set()).add(cell)
                code = ""
            elif cell:
                code = ""

    def lines_of(self, place: Place) -> tuple[int, ...]:
        """Return every line of the row a place stands in."""
        return self._lines.get((place.document, place.table, place.row_index), ()) or (place.line,)

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
