"""Geometry to grid: cells with boxes become rows and columns. The one such step for every format."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.ingestion.blocks import Anchor, Grid, GridRow, Span


@dataclass(frozen=True, slots=True)
class PlacedCell:
    """A cell with its box.

    Attributes:
        text: As printed.
        x0: Left edge: tenths of a point on a page, or column number in a format that counts columns.
        top: Upper edge, growing downwards.
        x1: Right edge.
        bottom: Lower edge.
    """

    text: str
    x0: int
    top: int
    x1: int
    bottom: int


def place(
    cells: Sequence[PlacedCell], *, page: int = 0, snap: int = 0, name: str = "", by_ocr: bool = False
) -> Grid:
    """Lay cells out over the edges of their boxes.

    A cell begins at the row and column of its upper left corner and reaches as far as its box. Places
    that no box covers are blank.

    Args:
        cells: In any order.
        page: 1-based page, 0 where none.
        snap: Edges at most this far apart are one.
        name: Name of the sheet.
        by_ocr: Whether the text was recognised from an image.
    """
    xs = _edges((v for c in cells for v in (c.x0, c.x1)), snap)
    ys = _edges((v for c in cells for v in (c.top, c.bottom)), snap)
    height, width = max(len(ys) - 1, 0), max(len(xs) - 1, 0)
    texts = [[""] * width for _ in range(height)]
    spans: dict[Anchor, Span] = {}
    for cell in cells:
        row, below = _nearest(ys, cell.top), _nearest(ys, cell.bottom)
        column, beyond = _nearest(xs, cell.x0), _nearest(xs, cell.x1)
        if row >= below or column >= beyond:
            continue
        texts[row][column] = texts[row][column] or cell.text
        if (below - row, beyond - column) != (1, 1):
            spans[row, column] = (below - row, beyond - column)
    rows = tuple(GridRow(tuple(r), n, page=page) for n, r in enumerate(texts, 1))
    return Grid(rows, spans, tuple(xs), name=name, by_ocr=by_ocr)


def _edges(values: Iterable[int], snap: int) -> list[int]:
    """Return the distinct edges in order, those within *snap* of the one before taken as one."""
    out: list[int] = []
    for value in sorted(values):
        if not out or value - out[-1] > snap:
            out.append(value)
    return out


def _nearest(edges: Sequence[int], value: int) -> int:
    """Return the index of the edge closest to *value*, the earlier of two as close."""
    after = bisect_left(edges, value)
    near = range(max(after - 1, 0), min(after + 1, len(edges)))
    return min(near, key=lambda i: abs(edges[i] - value))
