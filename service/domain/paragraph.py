"""Paragraphs of running text, with the place of each of their characters."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from service.domain.fact import Source


@dataclass(frozen=True, slots=True)
class Pages:
    """Which page of a reading a character stands on, and which pages were recognised from an image.

    Attributes:
        starts: Offset at which each page begins; empty where there are no pages.
        recognised: Pages read by OCR (1-based).
    """

    starts: tuple[int, ...] = ()
    recognised: frozenset[int] = frozenset()

    def of(self, offset: int) -> int:
        """Return the 1-based page of the character at *offset*, 0 where there are no pages."""
        return bisect_right(self.starts, offset) if self.starts else 0


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph whole again after page breaks.

    Attributes:
        text: Its characters, layout spaces kept out.
        offsets: For each character of *text*, its offset in the decoded file.
        lines: Lines it came from (1-based).
        section: Heading path.
        heading: The nearest heading, "" at the top.
        is_heading: Whether it is a heading itself.
        in_contents: Whether it stands in the table of contents.
        page: 1-based page it begins on, 0 where there are none.
        pages: To find the page of each of its characters.
    """

    text: str
    offsets: tuple[int, ...]
    lines: tuple[int, ...]
    section: tuple[str, ...]
    is_heading: bool = False
    in_contents: bool = False
    page: int = 0
    pages: Pages = field(default_factory=Pages)

    @property
    def heading(self) -> str:
        """The nearest heading."""
        return self.section[-1] if self.section else ""

    def page_at(self, position: int) -> int:
        """Return the page of the character at *position* of *text*."""
        return self.pages.of(self.offsets[position]) or self.page

    def line_at(self, position: int) -> int:
        """Return the line of a text file in which a character stands; 0 where there are pages instead.

        A joined paragraph goes to its next line where its offsets jump.
        """
        if self.page:
            return 0
        line = 0
        for index in range(1, position + 1):
            gap = self.offsets[index] - self.offsets[index - 1]
            if gap > 1 and line + 1 < len(self.lines) and gap >= len(self.lines):
                line += 1
        return self.lines[line]

    def source(self, document: str, start: int, end: int, *, quote: str, title: str, label: str = "") -> Source:
        """Return the place of ``text[start:end]`` (at least one character), with the *quote* shown for it."""
        page = self.page_at(start)
        return Source(
            document=document, table_title=title, row_label=label, line=self.line_at(start), page=page,
            start=self.offsets[start], end=self.offsets[end - 1] + 1, quote=quote,
            by_ocr=page in self.pages.recognised,
        )  # fmt: skip

    def whole(self, document: str) -> Source:
        """Return the place of the whole paragraph."""
        return self.source(document, 0, len(self.text), quote=self.text, title=self.heading)
