"""The text of a document in blocks, so that the place of a quote or a figure can be shown where it stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from service.domain.document import Document, Table

_LINE_END = re.compile(r"\r\n|\r|\n")


def text_view(document: Document) -> list[dict[str, Any]]:
    """Return a document, stored or freshly read, as blocks in reading order.

    A line of text is a block; blank lines are left out. A table that is not part of the text (all formats but plain
    text) is one block without a line. Where the text holds the rows of a table, each of their lines is a block of
    that table. Documents that an early version stored name no places of tables: those come last.

    Returns:
        Per block ``line`` (1-based, None for a whole table), ``page`` (1-based or None), ``start`` and ``end``
        (offsets in the text, as in places of quotes), ``text`` (of a whole table: its title), ``kind`` (``heading``,
        ``text`` or ``table``) and ``table`` (``T03`` or None).
    """
    return list(_blocks(document))


def _blocks(document: Document) -> Iterator[dict[str, Any]]:
    layout = document.layout
    headings = frozenset(layout.headings)
    tables = {table.id: table for table in document.tables}
    between = [(first, tables[name]) for name, first, last in layout.tables if last < first and name in tables]
    within = {n: name for name, first, last in layout.tables for n in range(first, last + 1)}
    placed = {name for name, _, _ in layout.tables}
    start = 0
    for number, line in enumerate(_LINE_END.split(document.text), 1):
        while between and between[0][0] <= number:
            yield _whole(between.pop(0)[1], start)
        if line.strip():
            kind = "table" if number in within else "heading" if number in headings else "text"
            yield {
                "line": number, "page": bisect_right(layout.page_starts, start) or None, "start": start,
                "end": start + len(line), "text": line, "kind": kind, "table": within.get(number),
            }  # fmt: skip
        start = _after(document.text, start + len(line))
    for table in (*(each for _, each in between), *(t for t in document.tables if t.id not in placed)):
        yield _whole(table, len(document.text))


def _after(text: str, end: int) -> int:
    """Return where the line behind the one that ends at *end* begins."""
    return end + (2 if text[end : end + 2] == "\r\n" else 1)


def _whole(table: Table, at: int) -> dict[str, Any]:
    return {
        "line": None, "page": table.page or None, "start": at, "end": at, "text": table.title, "kind": "table",
        "table": table.id,
    }  # fmt: skip
