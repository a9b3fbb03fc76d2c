"""Findings as marks: what to look for in the original file, what stands around it, and what to say there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from service.application import Checked
from service.check_report import surroundings
from service.domain.document import Row, Table
from service.domain.fact import Source
from service.domain.finding import Finding, Severity
from service.locating import REACH, Characters, locate, rank, squeeze
from service.rendering import place_to_text, source_to_dict

AUTHOR = "有据"
_NAMES = {Severity.ERROR: "错误", Severity.WARNING: "警告", Severity.NOTE: "说明"}
#: A place as long as this is a whole passage, of which the beginning is marked.
_LONGEST = 200
#: So many characters around a place make it unmistakable.
ENOUGH = 4
#: Rows of a table that are looked at on either side of a cell.
_ROWS_AROUND = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """A place to be marked.

    Attributes:
        severity: Of the finding.
        note: What to say there.
        where: The place in words, for marks whose place is not found.
        page: 1-based page, 0 where there are none.
        words: What to mark, squeezed; "" where the finding is about the document as a whole.
        before: What stands before it, squeezed.
        after: What stands after it, squeezed.
        which: Which of several places of the page, or of a document without pages, that are alike, from 0.
        is_cell: Whether it is the whole of a table cell.
    """

    severity: Severity
    note: str
    where: str
    page: int = 0
    words: str = ""
    before: str = ""
    after: str = ""
    which: int = 0
    is_cell: bool = False

    def find(self, within: Characters) -> tuple[int, int, int] | None:
        """Return begin, end and likeness of its place; None where it is not to be found, or might be any of several."""
        if not self.words:
            return None
        found = locate(within, self.words, self.before, self.after, which=self.which)
        if found is None or found[2] >= min(ENOUGH, len(self.before) + len(self.after)):
            return found
        # Little around it is as it should be: only where there is no other place it can be mistaken for.
        return found if within.text.count(self.words) == 1 else None


def marks_of(checked: Checked) -> tuple[Mark, ...]:
    """Return a mark per finding, in the order of the findings."""
    text = squeeze(checked.document.text)
    tables = {t.id: t for t in checked.document.tables}
    seen: Counter[tuple[str, str, str]] = Counter()
    paragraphs = checked.document.paragraphs
    pages = paragraphs[0].pages.starts if paragraphs else ()
    return tuple(_mark(each, tables, text, pages, seen) for each in checked.report.findings)


def note_of(finding: Finding) -> str:
    """Write a finding as a note of a few lines."""
    lines = [f"【{_NAMES[finding.severity]}】{finding.message}"]
    if finding.expected and finding.expected not in finding.message:
        lines.append(f"应为：{finding.expected}")
    if finding.working and finding.working not in finding.message:
        lines.append(f"计算：{finding.working}")
    return "\n".join(lines)


def _mark(
    finding: Finding, tables: dict[str, Table], text: Characters, pages: tuple[int, ...], seen: Counter[tuple[str, str, str]]
) -> Mark:
    note = note_of(finding)
    if not finding.sources:
        return Mark(finding.severity, note, "")
    source = finding.sources[0]
    where = place_to_text(source_to_dict(source))
    table = tables.get(source.table)
    if table is not None and 0 <= source.row < len(table.rows):
        words, before, after = _cell_surroundings(table, source)
        # Rows that repeat with all that is around them are counted in the order of the findings.
        which = seen[words, before, after]
        return Mark(finding.severity, note, where, source.page, words, before, after, which, is_cell=True)
    if source.table:
        return Mark(finding.severity, note, where, source.page, squeeze(source.quote or source.table_title).text)
    words, before, after = surroundings(source, finding.stated, text)
    words = words or squeeze(source.quote).text
    which = 0
    if source.start >= 0:
        at = text.text.find(words, text.at(source.start))
        since = text.at(pages[source.page - 1]) if 0 < source.page <= len(pages) else 0
        which = rank(text, at, words, before, after, since=since) if at >= 0 else 0
    return Mark(finding.severity, note, where, source.page, words[:_LONGEST], before, after, which)


def _cell_surroundings(table: Table, source: Source) -> tuple[str, str, str]:
    """Return what is printed in a cell, and what is printed before and after it, row by row."""
    row = table.rows[source.row]
    raws = [squeeze(c.raw).text for c in row.cells]
    column = source.column
    if not 0 <= column < len(raws) or not raws[column]:  # a blank cell is marked at what names its row
        column = next((n for n, raw in enumerate(raws) if raw), -1)
        if column < 0:
            return squeeze(source.row_label).text, "", ""
    before = "".join((*_rows(table, source.row - _ROWS_AROUND, source.row), *raws[:column]))
    after = "".join((*raws[column + 1 :], *_rows(table, source.row + 1, source.row + 1 + _ROWS_AROUND)))
    return raws[column], before[-REACH:], after[:REACH]


def _rows(table: Table, first: int, end: int) -> Iterator[str]:
    rows: tuple[Row, ...] = table.rows[max(0, first) : max(0, end)]
    for row in rows:
        yield from (squeeze(c.raw).text for c in row.cells)
