"""Checked texts made by hand, and small files they were read from."""

from __future__ import annotations

import io
from collections.abc import Sequence

import docx

from service.adapters.readers.files import read_file
from service.application import Checked
from service.domain.check import CheckReport, JudgedFigure, Verdict
from service.domain.document import Document
from service.domain.fact import Source
from service.domain.finding import Finding, Severity
from service.ingestion.pipeline import Assumed, ingest
from service.vocabulary.vocabulary import Vocabulary
from tests.shorthand import amount

ENTITY = "云溪市示例局"


def word_of(*paragraphs: str, table: Sequence[Sequence[str]] = ()) -> bytes:
    """Return a DOCX of paragraphs and, after them, a table."""
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if table:
        made = document.add_table(len(table), len(table[0]))
        for row, texts in zip(made.rows, table, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    return bytes_of(document)


def bytes_of(document: docx.document.Document) -> bytes:
    """Return a document as it is saved."""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def read(data: bytes, name: str, vocabulary: Vocabulary) -> Document:
    """Return the document that is read from a file."""
    return ingest(read_file(data, name, max_bytes=10**8), vocabulary, Assumed(ENTITY, (ENTITY,), 2024))


def finding_at(document: Document, words: str, *, nth: int = 0, quote: str = "", severity: Severity = Severity.ERROR) -> Finding:
    """Return a finding about the *nth* occurrence of *words* in the running text."""
    start = -1
    for _ in range(nth + 1):
        start = document.text.index(words, start + 1)
    pages = document.paragraphs[0].pages
    place = Source(
        document.id, page=pages.of(start), start=start, end=start + len(words), quote=quote or words, table_title="说明"
    )
    return Finding("figure-differs-from-table", severity, f"{words}不对。", (place,), words, "9.99万元", "1 + 1 = 2")


def finding_in(document: Document, row: int, column: int, *, table: int = 0, severity: Severity = Severity.ERROR) -> Finding:
    """Return a finding about a cell."""
    found = document.tables[table]
    cells = found.rows[row]
    place = Source(
        document.id, found.id, found.title, row, column, cells.label, found.columns[column], page=cells.page,
        quote=cells.cells[column].raw,
    )  # fmt: skip
    return Finding("total-does-not-add-up", severity, f"{found.id}第{row}行不对。", (place,), cells.cells[column].raw)


def judged(document: Document, words: str, verdict: Verdict) -> JudgedFigure:
    """Return a figure of the running text with a verdict."""
    start = document.text.index(words)
    place = Source(document.id, line=1, start=start, end=start + len(words), quote=document.text)
    return JudgedFigure(
        place, words, amount("1 万元"), "2024年 支出", verdict,
        expected="9.99万元" if verdict is Verdict.CONTRADICTED else "",
        working="" if verdict is Verdict.UNVERIFIABLE else "1 + 1 = 2",
        reason="没有2023年的表" if verdict is Verdict.UNVERIFIABLE else "",
    )  # fmt: skip


def checked(document: Document, data: bytes, *findings: Finding, figures: Sequence[JudgedFigure] = ()) -> Checked:
    """Return what a check might have found in a document."""
    report = CheckReport(
        document.id, document.name, document.title, document.entity, document.year, document.stage,
        ((document.id, document.title),), tuple(figures), findings, (1, 2, 3), len(document.text), document.pages,
    )  # fmt: skip
    return Checked(report, document, data, 5)
