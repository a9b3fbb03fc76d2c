"""What a reader hands over: lines of text and grids of cells, in reading order, with their places."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of running text.

    Attributes:
        text: Without its line end.
        number: 1-based.
        start: Offset of its first character in the decoded text.
    """

    text: str
    number: int
    start: int


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row of cells as printed.

    Attributes:
        cells: In column order; "" is a blank cell that keeps its place.
        number: 1-based line, or row on its page.
        after_break: Whether a page break stands before it.
    """

    cells: tuple[str, ...]
    number: int
    after_break: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of cells that stand together."""

    rows: tuple[GridRow, ...]


Block = TextLine | Grid


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that has been read.

    Attributes:
        name: File name without folders.
        sha256: Of the bytes.
        text: Decoded text; offsets count its characters.
        blocks: In reading order.
    """

    name: str
    sha256: str
    text: str
    blocks: tuple[Block, ...]
