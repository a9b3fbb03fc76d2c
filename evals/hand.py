"""Read again the cells of real documents that were checked by eye against the rendered page."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from evals.reading import read_document
from evals.truth import Comparison, squeezed
from service.domain.document import Cell, Document, Row, RowKind

CHECKED = Path(__file__).parent / "cases" / "hand_checked.csv"


@dataclass(frozen=True, slots=True)
class HandChecked:
    """A cell as seen on the rendered page.

    Attributes:
        document: Folder and file name within the corpus.
        page: 1-based.
        table: Title of its table.
        row: What the cells that name its row say, "" where nothing names it.
        kind: What the row is.
        column: Header path.
        printed: The figure as seen.
    """

    document: str
    page: int
    table: str
    row: str
    kind: str
    column: str
    printed: Decimal


def hand_checked() -> list[HandChecked]:
    """Return every cell checked by eye."""
    with CHECKED.open(encoding="utf-8", newline="") as file:
        return [
            HandChecked(
                r["document"], int(r["page"]), r["table"], r["row"], r["kind"], r["column"], Decimal(r["printed"])
            )
            for r in csv.DictReader(file)
        ]


def recheck(folder: Path) -> list[Comparison]:
    """Compare what is read now with what was seen: the figure at its row and header path, and the row's kind."""
    figures: dict[str, Comparison] = {}
    kinds = Comparison("目视核对的格：行类")
    for seen in hand_checked():
        made = figures.setdefault(seen.document, Comparison(f"目视核对的格：{seen.document}"))
        found = _find(read_document(folder / seen.document)[1], seen)
        where = f"第{seen.page}页 {seen.table}·{seen.row}·{seen.column}"
        numbers = [c.quantity.number for _, c in found if c.quantity is not None]
        made.judge(where, seen.printed, seen.printed if seen.printed in numbers else numbers)
        kinds.judge(where, seen.kind, _kind(found, seen))
    return [*figures.values(), kinds]


def _find(document: Document, seen: HandChecked) -> list[tuple[Row, Cell]]:
    """Return the cells under the header path in the rows named so; every word of the row's name is a cell of its own."""
    out = []
    for table in (t for t in document.tables if squeezed(t.title) == squeezed(seen.table)):
        columns = [c for c, path in enumerate(table.columns) if squeezed(path) == squeezed(seen.column)]
        for row in (r for r in table.rows if (r.page or table.page) == seen.page):
            texts = {squeezed(c.raw) for c in row.cells}
            if squeezed(seen.row) in texts or all(squeezed(w) in texts for w in seen.row.split()):
                out += [(row, row.cells[c]) for c in columns]
    return out


def _kind(found: list[tuple[Row, Cell]], seen: HandChecked) -> str:
    kinds = {r.kind for r, c in found if c.quantity is not None and c.quantity.number == seen.printed}
    if RowKind(seen.kind) in kinds:
        return seen.kind
    return "、".join(sorted(k.value for k in kinds)) or "没有这一行"
