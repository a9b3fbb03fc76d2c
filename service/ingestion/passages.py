"""What retrieval searches: paragraphs, table rows, glossary entries and indicators as passages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.domain.document import GlossaryEntry, Indicator, Passage, PassageKind, RowKind, Table
from service.domain.fact import Source
from service.domain.paragraph import Paragraph


def passages_of(
    document: str,
    paragraphs: Sequence[Paragraph],
    tables: Sequence[Table],
    glossary: Sequence[GlossaryEntry],
    indicators: Sequence[Indicator],
) -> tuple[Passage, ...]:
    """Return every passage of a document, numbered in reading order."""
    pieces = [
        *_narrative(document, paragraphs),
        *_rows(document, tables),
        *((PassageKind.GLOSSARY, "名词解释", f"{e.term}：{e.text}", e.source) for e in glossary),
        *((PassageKind.INDICATOR, _indicator_section(i), _indicator_text(i), i.source) for i in indicators),
    ]
    return tuple(
        Passage(f"{document}/P{number}", kind, section, text, source)
        for number, (kind, section, text, source) in enumerate(pieces)
    )


_Piece = tuple[PassageKind, str, str, Source]


def _narrative(document: str, paragraphs: Sequence[Paragraph]) -> Iterator[_Piece]:
    for paragraph in paragraphs:
        if paragraph.is_heading or paragraph.in_contents:
            continue
        yield PassageKind.NARRATIVE, "/".join(paragraph.section), paragraph.text, paragraph.whole(document)


def _rows(document: str, tables: Sequence[Table]) -> Iterator[_Piece]:
    for table in tables:
        for number, row in enumerate(table.rows):
            if row.kind is RowKind.INDICATOR:
                continue
            cells = [f"{table.columns[i]} {c.raw}" for i, c in enumerate(row.cells) if c.raw]
            source = Source(
                document=document, table=table.id, table_title=table.title, row=number,
                row_label=row.label, line=0 if table.page else row.lines[0], page=row.page or table.page,
                quote=" ".join(c.raw for c in row.cells if c.raw), by_ocr=table.by_ocr,
            )  # fmt: skip
            yield PassageKind.TABLE_ROW, table.title, f"{table.title}｜{'｜'.join(cells)}", source


def _indicator_section(indicator: Indicator) -> str:
    return "/".join(x for x in (indicator.project or "部门整体", indicator.level1, indicator.level2) if x)


def _indicator_text(indicator: Indicator) -> str:
    note = f"（{indicator.explanation}）" if indicator.explanation else ""
    return f"{_indicator_section(indicator)}：{indicator.name} {indicator.target}{note}"
