"""Lines and grids in reading order become a reading with running text and offsets."""

from __future__ import annotations

import hashlib

from service.ingestion.blocks import Block, Grid, Reading, Remark, TextLine


class Composer:
    """Collects what a reader finds, in reading order."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._blocks: list[Block] = []
        self._remarks: list[Remark] = []
        self._offset = 0

    def paragraph(self, text: str, *, heading: int = 0) -> None:
        """Add a paragraph; line breaks in it separate paragraphs of their own, and blank ones are left out.

        Args:
            text: As printed.
            heading: Level of the heading that the file declares it to be, 0 where it declares none.
        """
        for line in text.splitlines():
            if line.strip():
                self._blocks.append(TextLine(line, len(self._parts) + 1, self._offset, whole=True, heading=heading))
                self._parts.append(line + "\n")
                self._offset += len(line) + 1

    def grid(self, grid: Grid) -> None:
        """Add a grid, unless there is nothing in it."""
        if any(c.strip() for r in grid.rows for c in r.cells):
            self._blocks.append(grid)

    def block(self, block: Block) -> None:
        """Add a block read elsewhere; the offset of a line is made anew."""
        if isinstance(block, Grid):
            self.grid(block)
        else:
            self.paragraph(block.text, heading=block.heading)

    def remark(self, code: str, message: str, severity: str = "note") -> None:
        """Add a remark."""
        self._remarks.append(Remark(code, message, severity))

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found so far."""
        return not self._blocks

    def reading(self, data: bytes, name: str) -> Reading:
        """Return the reading of the file *data*."""
        return Reading(
            name, hashlib.sha256(data).hexdigest(), "".join(self._parts), tuple(self._blocks),
            remarks=tuple(self._remarks),
        )  # fmt: skip
