"""Reading → tables → facts, passages and findings: the whole way of a document, on one page."""

from __future__ import annotations

from service.domain.document import Document
from service.domain.errors import UnreadableDocumentError
from service.domain.finding import Finding, Severity
from service.ingestion.authorship import Authorship, read_authorship
from service.ingestion.blocks import Reading
from service.ingestion.captions import CaptionedGrid, split_grids
from service.ingestion.indicators import indicators_of
from service.ingestion.narrative import derive_previous, glossary_of, read_narrative
from service.ingestion.oddities import oddities_of
from service.ingestion.passages import passages_of
from service.ingestion.projection import Frame, facts_of
from service.ingestion.proof import broken_sums, prove
from service.ingestion.segments import paragraphs_of
from service.ingestion.tables import BuiltTable, build_table
from service.vocabulary.members import Member
from service.vocabulary.spotting import Spotter
from service.vocabulary.vocabulary import Vocabulary


def ingest(reading: Reading, vocabulary: Vocabulary) -> Document:
    """Turn a file that has been read into a document.

    Raises:
        UnreadableDocumentError: Neither an entity nor a year can be found, so no figure has a coordinate.
    """
    document_id = reading.sha256[:16]
    captioned, lines = split_grids(reading)
    paragraphs = paragraphs_of(lines)
    tables = [_table(c, n, vocabulary) for n, c in enumerate(captioned, 1)]
    who = read_authorship(paragraphs, tables)
    if not who.entity or not who.year:
        missing = "部门名称" if not who.entity else "预算年度"
        raise UnreadableDocumentError(
            f"“{reading.name}”里找不到{missing}，数字无法定口径。请确认它是部门预算（或决算）公开文本，"
            "封面写有单位名称和“××××年度部门预算”。"
        )
    frame = Frame(document_id, who.entity, who.year, who.stage, who.units, who.names)
    spotter = Spotter(vocabulary, members_of(who), colloquial=False)
    narrative = read_narrative(paragraphs, frame, spotter, vocabulary)
    printed = (*(f for t in tables for f in facts_of(t, frame, vocabulary)), *narrative.facts)
    facts = (*printed, *derive_previous(printed, frame))
    proven = prove(tables, facts, vocabulary)
    indicators = indicators_of(tables, frame)
    glossary = glossary_of(paragraphs, document_id)
    odd = oddities_of(paragraphs, indicators, narrative.reasons, facts, frame, who.region, vocabulary)
    return Document(
        id=document_id, sha256=reading.sha256, name=reading.name, title=who.title, entity=who.entity,
        entity_names=who.names, entity_code=who.code, year=who.year, stage=who.stage, kind=who.kind,
        region=who.region, units=who.units, text=reading.text, tables=proven.tables, facts=proven.facts,
        passages=passages_of(document_id, paragraphs, proven.tables, glossary, indicators),
        glossary=glossary, indicators=indicators, identities=proven.identities,
        findings=(*_reading_findings(proven.tables), *proven.findings, *odd), reasons=narrative.reasons,
    )  # fmt: skip


def members_of(who: Authorship) -> tuple[Member, ...]:
    """Return the document's own members: its budget units."""
    return tuple(Member("unit", u.code, u.name) for u in who.units)


def _table(captioned: CaptionedGrid, number: int, vocabulary: Vocabulary) -> BuiltTable:
    """Build a table with its header mended, unless its own arithmetic prefers the header as extracted."""
    table_id = f"T{number:02}"
    mended = build_table(captioned.grid, captioned.caption, table_id, vocabulary)
    if not any(r.startswith("表头") for r in mended.table.repairs):
        return mended
    plain = build_table(captioned.grid, captioned.caption, table_id, vocabulary, repair=False)
    return plain if broken_sums(plain) < broken_sums(mended) else mended


def _reading_findings(tables: tuple[object, ...]) -> tuple[Finding, ...]:
    """Say when a document has no tables: questions about table figures will be refused."""
    if tables:
        return ()
    return (Finding("no-tables", Severity.WARNING, "这份文件里没有找到任何表格，只能回答正文里写到的内容。"),)
