"""What a reader hands over: paragraphs of text and grids of cells, in reading order, with their places."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

#: Where a cell begins: (row, column) of its grid, 0-based.
Anchor = tuple[int, int]
#: How far a cell reaches: (rows, columns), both at least 1.
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of running text, or a whole paragraph where the reader can tell.

    Attributes:
        text: Without its line end.
        number: 1-based, in reading order.
        start: Offset of its first character in the text of the reading.
        page: 1-based page it begins on, 0 where the format has none.
        whole: Whether it is a complete paragraph, never to be joined to the next line.
        heading: Level of the heading that the file itself declares it to be, 0 where it declares none.
    """

    text: str
    number: int
    start: int
    page: int = 0
    whole: bool = False
    heading: int = 0


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row of cells as printed.

    Attributes:
        cells: In column order; "" is a blank cell, or one covered by a cell that begins elsewhere.
        number: 1-based line of a text file, or row of its grid.
        after_break: Whether a page break stands before it.
        page: 1-based page, 0 where the format has none.
    """

    cells: tuple[str, ...]
    number: int
    after_break: bool = False
    page: int = 0


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of cells that stand together.

    Attributes:
        rows: All of one width where *spans* is known.
        spans: How far the cells reach that cover more than one place; None where the format does not tell.
        edges: Positions of the column edges on the page in tenths of a point, left to right, one more than
            columns; column numbers in a format that counts columns.
        name: Name of the sheet it stands on, or "".
        by_ocr: Whether its text was recognised from an image.
    """

    rows: tuple[GridRow, ...]
    spans: Mapping[Anchor, Span] | None = None
    edges: tuple[int, ...] = ()
    name: str = ""
    by_ocr: bool = False

    @property
    def width(self) -> int:
        """Count the columns."""
        return max((len(r.cells) for r in self.rows), default=0)


Block = TextLine | Grid


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a reader noticed and the person who hands in the file should know.

    Attributes:
        code: Stable name of the finding: ``ocr-pages``, ``hidden-sheet``, ``formula-without-value`` …
        message: In Chinese: what, where, what it means.
        severity: ``error``, ``warning`` or ``note``.
        page: 1-based page, 0 where none.
    """

    code: str
    message: str
    severity: str = "note"
    page: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that has been read.

    Attributes:
        name: File name without folders.
        sha256: Of the bytes.
        text: The running text; offsets count its characters.
        blocks: In reading order.
        pages: Number of pages, 0 where the format has none.
        page_starts: Offset in *text* at which each page begins, one per page; empty where there are none.
        ocr_pages: Pages whose text was recognised from an image (1-based).
        remarks: What the reader noticed.
    """

    name: str
    sha256: str
    text: str
    blocks: tuple[Block, ...]
    pages: int = 0
    page_starts: tuple[int, ...] = ()
    ocr_pages: frozenset[int] = frozenset()
    remarks: tuple[Remark, ...] = field(default=())

    def page_of(self, offset: int) -> int:
        """Return the 1-based page on which the character at *offset* stands, 0 where there are no pages."""
        return bisect_right(self.page_starts, offset) if self.page_starts else 0
