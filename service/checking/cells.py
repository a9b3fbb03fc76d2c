"""The cells of a document's tables, addressed as its identities address them: ``T03.0.5``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from service.domain.document import Cell, Document, Row, RowKind, Table
from service.domain.fact import Source
from service.domain.quantity import Quantity

_CARRIED = re.compile(r"结转|结余|弥补收支差额|未安排支出|结存")
#: Headers of columns that name the rows of a list.
_NAMING = re.compile(r"项目|科目|名称|内容|^(?:收入|支出)|功能|经济|类别")


class Cells:
    """The tables of one document, by the keys of its identities.

    Args:
        document: The document.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.tables = {t.id: t for t in document.tables}
        facts = [f for f in document.facts if f.source.table]
        self._sources = {(f.source.table, f.source.row, f.source.column): f.source for f in facts}
        self._funds = {
            f"{s.table}.{s.row}.{s.column}": f.coordinate.get("fund") or "" for f in facts for s in (f.source,)
        }

    def split(self, key: str) -> tuple[Table, int, int]:
        """Return the table, row and column of a key.

        Raises:
            KeyError: It is no cell of these tables.
        """
        table, row, column = key.split(".")
        return self.tables[table], int(row), int(column)

    def cell(self, key: str) -> Cell:
        """Return the cell of a key."""
        table, row, column = self.split(key)
        return table.rows[row].cells[column]

    def quantity(self, key: str) -> Quantity | None:
        """Return the figure of a key, None where it is blank."""
        return self.cell(key).quantity

    def fund(self, key: str) -> str:
        """Return the fund that a key's figure is of, "" where it is of all money."""
        return self._funds.get(key, "")

    def source(self, key: str) -> Source:
        """Return the place of a key."""
        table, row, column = self.split(key)
        return self.at(table, row, column)

    def at(self, table: Table, row: int, column: int) -> Source:
        """Return the place of a cell; column -1 stands for the whole row."""
        known = self._sources.get((table.id, row, column))
        if known is not None:
            return known
        entry = table.rows[row]
        return Source(
            document=self.document.id, table=table.id, table_title=table.title, row=row, column=column,
            row_label=entry.label, column_label=table.columns[column] if column >= 0 else "",
            line=entry.lines[0] if entry.lines and not entry.page else 0, page=entry.page,
            quote=entry.cells[column].raw if column >= 0 else entry.label, by_ocr=table.by_ocr,
        )  # fmt: skip

    def whole(self, table: Table) -> Source:
        """Return the place of a table as a whole: its title."""
        line = table.rows[0].lines[0] if table.rows and table.rows[0].lines and not table.page else 0
        return Source(
            document=self.document.id, table=table.id, table_title=table.title, page=table.page, line=line,
            quote=table.title, by_ocr=table.by_ocr,
        )  # fmt: skip

    def words(self, key: str) -> str:
        """Name a cell: 部门支出总体情况表第2行“行政运行”的“基本支出/小计”."""
        table, row, column = self.split(key)
        label = table.rows[row].label
        named = f"“{label}”" if label else ""
        return f"{table.title or table.id}第{row + 1}行{named}的“{table.columns[column]}”"


def strips_of(table: Table) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
    """Return the lists that stand side by side in a table, each as its naming columns and its figure columns.

    A naming column right of figures, with figures right of it, begins the next list: what it names are its own figures alone.
    """
    cut: list[tuple[list[int], list[int]]] = [([], [])]
    figures = set(table.figure_columns)
    for column, header in enumerate(table.columns):
        if column in figures:
            cut[-1][1].append(column)
        elif cut[-1][1] and _NAMING.search(header.rsplit("/", 1)[-1]) and any(f > column for f in figures):
            cut.append(([column], []))
        else:
            cut[-1][0].append(column)
    return tuple((tuple(naming), tuple(own)) for naming, own in cut if own)


def figures_of(row: Row, table: Table) -> Iterator[tuple[int, Quantity]]:
    """Yield (column, figure) of a row."""
    for column in table.figure_columns:
        quantity = row.cells[column].quantity
        if quantity is not None:
            yield column, quantity


def has_figures(table: Table) -> bool:
    """Whether any amount but 0 stands in a table."""
    return any(q.number for row in table.rows for _, q in figures_of(row, table))


def is_carried(table: Table, row: int, column: int) -> bool:
    """Whether a cell holds money carried over from or to another year."""
    entry = table.rows[row]
    words = "".join(c.raw for c in entry.cells if c.quantity is None)
    return entry.kind is RowKind.CARRY or bool(_CARRIED.search(words)) or bool(_CARRIED.search(table.columns[column]))
