"""The 勾稽关系 of a document with the places of their figures, so that a cell can say why it is proven or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from service.domain.document import Document, Identity, Table
from service.domain.fact import Fact

_AT_MOST = "of-which"


def identity_view(document: Document, table: str = "", cell: tuple[int, int] | None = None) -> list[dict[str, Any]]:
    """Return the arithmetic relations that were tried on a document, those that fail first.

    Args:
        document: The document.
        table: Id of a table (``T03``): only relations that touch one of its cells; "" for all.
        cell: Row and column in *table*: only relations that touch this cell; None for all.

    Returns:
        Per relation ``rule``, ``description``, ``verdict`` (``exact``, ``rounding`` or ``failed``), ``sign`` (``=``,
        ``≈``, ``≠``, ``≤`` or ``>``, for left and right), ``left_value``, ``right_value`` and ``tolerance`` (text, in
        the unit of the left side), and ``left`` and ``right``: the figures on each side with their places.
    """
    tables = {each.id: each for each in document.tables}
    facts = {each.id: each for each in document.facts}
    mark = f"{table}." if cell is None else f"{table}.{cell[0]}.{cell[1]}"

    def touches(at: str) -> bool:
        return _place(at).startswith(mark) if cell is None else _place(at) == mark

    chosen = [
        each for each in document.identities if not table or any(touches(at) for at in (*each.left, *each.right))
    ]
    chosen.sort(key=lambda each: each.verdict != "failed")
    return [_said(each, tables, facts) for each in chosen]


def _said(identity: Identity, tables: Mapping[str, Table], facts: Mapping[str, Fact]) -> dict[str, Any]:
    def side(ids: Sequence[str]) -> list[dict[str, Any]]:
        return [_figure(each, tables, facts) for each in ids]

    return {
        "rule": identity.rule, "description": identity.description, "verdict": identity.verdict, "sign": _sign(identity),
        "left": side(identity.left), "right": side(identity.right), "left_value": identity.left_value,
        "right_value": identity.right_value, "tolerance": identity.tolerance,
    }  # fmt: skip


def _sign(identity: Identity) -> str:
    at_most = identity.rule == _AT_MOST
    match identity.verdict:
        case "failed":
            return ">" if at_most else "≠"
        case "rounding":
            return "≤" if at_most else "≈"
        case _:
            return "≤" if at_most else "="


def _place(at: str) -> str:
    """Return ``T03.0.5`` of a cell's or a fact's id."""
    return at.rpartition("/")[2]


def _figure(at: str, tables: Mapping[str, Table], facts: Mapping[str, Fact]) -> dict[str, Any]:
    """Return what is known of the figure with an id: a cell, or a place in the text."""
    name, _, rest = _place(at).partition(".")
    row, _, column = rest.partition(".")
    table = tables.get(name)
    if table and row.isdigit() and column.isdigit() and int(row) < len(table.rows):
        return _cell(table, int(row), int(column))
    fact = facts.get(at)
    if fact is None:
        return _NOWHERE | {"label": at}
    source = fact.source
    return {
        "table": None, "table_title": source.table_title, "row": None, "column": None, "label": fact.label,
        "text": f"{fact.quantity.number:f}{fact.quantity.unit.symbol}" if fact.quantity else "",
        "proof": fact.proof.value, "page": source.page or None, "line": source.line or None,
        "start": source.start if source.start >= 0 else None, "end": source.end if source.end >= 0 else None,
        "quote": source.quote,
    }  # fmt: skip


def _cell(table: Table, row: int, column: int) -> dict[str, Any]:
    found = table.rows[row]
    cell = found.cells[column] if column < len(found.cells) else None
    heading = table.columns[column] if column < len(table.columns) else ""
    return _NOWHERE | {
        "table": table.id, "table_title": table.title, "row": row, "column": column,
        "label": " · ".join(filter(None, (found.label, heading))), "text": cell.raw if cell else "",
        "proof": cell.proof.value if cell and cell.proof else None, "page": found.page or table.page or None,
    }  # fmt: skip


_NOWHERE: dict[str, Any] = {
    "table": None, "table_title": "", "row": None, "column": None, "label": "", "text": "", "proof": None, "page": None,
    "line": None, "start": None, "end": None, "quote": "",
}  # fmt: skip
