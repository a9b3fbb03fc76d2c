"""The parts of a stored draft in the order in which they are read, each a text of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, unique

from service.drafting.draft import Draft, DraftTable, Sentence
from service.drafting.editing.reading import Piece
from service.drafting.editing.tokens import plain


@unique
class Role(Enum):
    """What a part of a draft is."""

    TITLE = "title"
    HEADING = "heading"
    SUBHEADING = "subheading"
    TEXT = "text"
    FRAME = "frame"  # 表名、单位、栏名
    CELL = "cell"


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph, a heading, or a piece of a table.

    Attributes:
        role: What it is.
        text: As written.
        section: Index of its section, -1 for the title.
        paragraph: Index of its paragraph in the section, -1 for titles and headings.
        sentences: Its sentences, empty for titles, headings and frames.
        row: Row of a cell.
        column: Column of a cell or of a column's name, -1 for a table's title and unit.
    """

    role: Role
    text: str
    section: int
    paragraph: int = -1
    sentences: tuple[Sentence, ...] = ()
    row: int = -1
    column: int = -1


def parts_of(draft: Draft) -> list[Part]:
    """Return the parts of a draft; empty cells are left out."""
    parts = [Part(Role.TITLE, draft.title, -1)]
    for s, section in enumerate(draft.sections):
        parts.append(Part(Role.HEADING, section.heading, s))
        for p, paragraph in enumerate(section.paragraphs):
            if paragraph.table is not None:
                parts += _table_parts(paragraph.table, s, p)
            else:
                role = Role.SUBHEADING if paragraph.is_heading else Role.TEXT
                parts.append(Part(role, paragraph.text, s, p, paragraph.sentences))
    return [part for part in parts if part.text.strip()]


def _table_parts(table: DraftTable, section: int, paragraph: int) -> Iterator[Part]:
    yield Part(Role.FRAME, table.title, section, paragraph)
    if table.unit:
        yield Part(Role.FRAME, f"单位：{table.unit}", section, paragraph)
    for c, name in enumerate(table.columns):
        yield Part(Role.FRAME, name, section, paragraph, column=c)
    for r, row in enumerate(table.cells):
        for c, cell in enumerate(row):
            yield Part(Role.CELL, cell.text, section, paragraph, (cell,), r, c)


def isolated_texts(parts: Sequence[Part]) -> frozenset[str]:
    """Return the plain forms of what stands alone: everything but running text."""
    return frozenset(plain(p.text) for p in parts if p.role is not Role.TEXT)


def captions_of(parts: Sequence[Part], tables: Iterable[tuple[int, int]]) -> frozenset[str]:
    """Return the plain forms that the title and the unit of some tables (section, paragraph) are written in."""
    found: set[str] = set()
    for table in tables:
        frame = [p.text for p in parts if p.role is Role.FRAME and p.column < 0 and (p.section, p.paragraph) == table]
        found |= {plain(f) for f in frame}
        if len(frame) > 1:
            found |= {plain(f"{frame[0]}（{frame[1]}）"), plain(f"{frame[0]}{frame[1]}")}
    return frozenset(found)


def absent_tables(parts: Sequence[Part], pieces: Sequence[Piece]) -> set[tuple[int, int]]:
    """Return the tables (section, paragraph) of which an edited text has nothing: plain text carries none."""
    alone = {plain(p.text) for p in pieces}
    tables = {(p.section, p.paragraph) for p in parts if p.role is Role.CELL}
    present = {
        (p.section, p.paragraph)
        for p in parts
        if (p.role is Role.CELL or (p.role is Role.FRAME and p.column >= 0)) and plain(p.text) in alone
    }
    return tables - present
