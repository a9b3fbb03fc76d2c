"""Findings as marks: what to look for in the original file, what stands around it, and what to say there."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import chain

from service.application import Checked
from service.check_report import ACCEPTED, acceptance_to_dict, acceptance_to_text, surroundings
from service.domain.check import Acceptance, finding_id
from service.domain.document import Table
from service.domain.fact import Source
from service.domain.finding import Finding, Severity
from service.locating import REACH, Characters, locate, rank, squeeze
from service.rendering import place_to_text, source_to_dict

AUTHOR = "有据"
_NAMES = {Severity.ERROR: "错误", Severity.WARNING: "警告", Severity.NOTE: "提示"}
#: A place as long as this is a whole passage, of which the beginning is marked.
_LONGEST = 200
#: So many characters around a place make it unmistakable.
ENOUGH = 4
_ENOUGH_OF_CELLS = 24
_NUMBER = re.compile(r"[+-]?\d[\d,.]*")
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
        around: What stands before and after it, squeezed; several pairs where that may be printed in several ways.
        which: Which of several places of the page, or of a document without pages, that are alike, from 0.
        is_cell: Whether it is the whole of a table cell.
    """

    severity: Severity
    note: str
    where: str
    page: int = 0
    words: str = ""
    around: tuple[tuple[str, str], ...] = (("", ""),)
    which: int = 0
    is_cell: bool = False

    def find(self, within: Characters) -> tuple[int, int, int] | None:
        """Return begin, end and likeness of its place; None where it is not to be found, or might be any of several."""
        if not self.words:
            return None
        places = [locate(within, self.words, *pair, which=self.which) for pair in self.around]
        found = max((p for p in places if p is not None), key=lambda p: p[2], default=None)
        if found is None:
            return None
        known = max(len(before) + len(after) for before, after in self.around)
        # Equal cells are many in a document that is searched as a whole, and they stand among other equal cells.
        enough = min(_ENOUGH_OF_CELLS, known // 2) if self.is_cell and not self.page else min(ENOUGH, known)
        if found[2] >= enough:
            return found
        # Little around it is as it should be: only where there is no other place it can be mistaken for.
        alone = within.text.count(self.words) == 1 and (not self.is_cell or self.page > 0)
        return found if alone else None


    def number_only(self) -> Mark | None:
        """Return the mark of its number without the unit, which may stand on the next page; None where there is none."""
        number = _NUMBER.match(self.words)
        if number is None or number.end() == len(self.words):
            return None
        unit = self.words[number.end() :]
        return replace(self, words=number[0], around=tuple((before, unit + after) for before, after in self.around))


def marks_of(checked: Checked) -> tuple[Mark, ...]:
    """Return a mark per finding, in the order of the findings."""
    text = squeeze(checked.document.text)
    tables = {t.id: t for t in checked.document.tables}
    pages = checked.document.layout.page_starts
    accepted = {each.finding: each for each in checked.accepted}
    marks = (_mark(each, tables, text, pages) for each in checked.report.findings)
    return tuple(
        _explained(mark, finding, accepted.get(finding_id(number)))
        for number, (mark, finding) in enumerate(zip(marks, checked.report.findings, strict=True))
    )


def _explained(mark: Mark, finding: Finding, accepted: Acceptance | None) -> Mark:
    """Return the mark of a finding that may stand: it says why, and is no louder than a note."""
    return mark if accepted is None else replace(mark, severity=Severity.NOTE, note=note_of(finding, accepted))


def note_of(finding: Finding, accepted: Acceptance | None = None) -> str:
    """Write a finding as a note of a few lines."""
    lines = [f"【{_NAMES[finding.severity]}】{finding.message}"]
    if accepted is not None:
        said = acceptance_to_text(acceptance_to_dict(accepted))
        lines = [f"【{ACCEPTED}】{said}", f"原提示（{_NAMES[finding.severity]}）：{finding.message}"]
    if finding.expected and finding.expected not in finding.message:
        lines.append(f"应为：{finding.expected}")
    if finding.working and finding.working not in finding.message:
        lines.append(f"计算：{finding.working}")
    return "\n".join(lines)


def _mark(
    finding: Finding, tables: dict[str, Table], text: Characters, pages: tuple[int, ...]
) -> Mark:
    note = note_of(finding)
    if not finding.sources:
        return Mark(finding.severity, note, "")
    source = finding.sources[0]
    where = place_to_text(source_to_dict(source))
    table = tables.get(source.table)
    if table is not None and 0 <= source.row < len(table.rows):
        words, around = _cell_surroundings(table, source)
        return Mark(finding.severity, note, where, source.page, words, around, is_cell=True)
    if source.table:
        return Mark(finding.severity, note, where, source.page, squeeze(source.quote or source.table_title).text)
    words, before, after = surroundings(source, finding.stated, text)
    words = words or squeeze(source.quote).text
    which = 0
    if source.start >= 0:
        at = text.text.find(words, text.at(source.start))
        since = text.at(pages[source.page - 1]) if 0 < source.page <= len(pages) else 0
        which = rank(text, at, words, before, after, since=since) if at >= 0 else 0
    return Mark(finding.severity, note, where, source.page, words[:_LONGEST], ((before, after),), which)


def _cell_surroundings(table: Table, source: Source) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return what is printed in a cell, and what is printed before and after it, row by row.

    Words that are the same as in the row above may be printed twice, or once in a cell that reaches over both rows.
    """
    first = max(0, source.row - _ROWS_AROUND)
    rows = [[squeeze(c.raw).text for c in row.cells] for row in table.rows[first : source.row + 1 + _ROWS_AROUND]]
    row = source.row - first
    column = source.column
    if not 0 <= column < len(rows[row]) or not rows[row][column]:  # a blank cell is marked at what names its row
        column = next((n for n, raw in enumerate(rows[row]) if raw), -1)
        if column < 0:
            return squeeze(source.row_label).text, (("", ""),)
    return rows[row][column], tuple(_around(each, row, column) for each in (rows, _merged(rows, row, column)))


def _around(rows: list[list[str]], row: int, column: int) -> tuple[str, str]:
    before = "".join((*chain.from_iterable(rows[:row]), *rows[row][:column]))
    after = "".join((*rows[row][column + 1 :], *chain.from_iterable(rows[row + 1 :])))
    return before[-REACH:], after[:REACH]


def _merged(rows: list[list[str]], row: int, column: int) -> list[list[str]]:
    """Leave out the words that are the same as above, but for the cell itself."""
    return [
        [
            "" if n and (n, k) != (row, column) and k < len(rows[n - 1]) and raw == rows[n - 1][k] and not _is_figure(raw) else raw
            for k, raw in enumerate(each)
        ]
        for n, each in enumerate(rows)
    ]


def _is_figure(raw: str) -> bool:
    return raw.strip("-−+¥￥").replace(",", "").replace(".", "").rstrip("%").isdigit()
