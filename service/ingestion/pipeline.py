"""Reading → tables → facts, passages and findings: the whole way of a document, on one page."""

from __future__ import annotations

from dataclasses import dataclass, replace

from service.domain.coordinate import Stage
from service.domain.document import BudgetUnit, Document, Layout, Table
from service.domain.errors import UnreadableDocumentError
from service.domain.finding import Finding, Severity
from service.domain.paragraph import Pages
from service.ingestion.authorship import Authorship, read_authorship
from service.ingestion.blocks import Reading
from service.ingestion.captions import CaptionedGrid, split_grids
from service.ingestion.indicators import indicators_of
from service.ingestion.joining import join_pages
from service.ingestion.narrative import derive_previous, glossary_of, of_printed_periods, read_narrative
from service.ingestion.oddities import oddities_of
from service.ingestion.passages import passages_of
from service.ingestion.projection import Frame, facts_of, tell_apart
from service.ingestion.proof import broken_sums, prove
from service.ingestion.segments import paragraphs_of
from service.ingestion.tables import BuiltTable, build_table
from service.vocabulary.members import Member
from service.vocabulary.spotting import Spotter
from service.vocabulary.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Assumed:
    """Whose a text is taken to be where it does not say so itself: a paragraph pasted out of its document.

    Attributes:
        entity: "" where nothing tells.
        names: Every name of the entity.
        year: 0 where nothing tells.
        stage: Budget or final account.
        units: Budget units of the entity.
    """

    entity: str = ""
    names: tuple[str, ...] = ()
    year: int = 0
    stage: Stage = Stage.BUDGET
    units: tuple[BudgetUnit, ...] = ()


def ingest(reading: Reading, vocabulary: Vocabulary, assumed: Assumed | None = None) -> Document:
    """Turn a file that has been read into a document.

    Args:
        reading: The file as read.
        vocabulary: Names and standard tables.
        assumed: What to take for entity and year where the file names none; None refuses such a file.

    Raises:
        UnreadableDocumentError: Neither an entity nor a year can be found, so no figure has a coordinate.
    """
    document_id = reading.sha256[:16]
    captioned, lines = split_grids(replace(reading, blocks=join_pages(reading.blocks)))
    paragraphs = paragraphs_of(lines, Pages(reading.page_starts, reading.ocr_pages))
    tables = [_table(c, n, vocabulary) for n, c in enumerate(captioned, 1)]
    who = read_authorship(paragraphs, tables, reading.blocks)
    if assumed is not None:
        who = _completed(who, assumed)
    elif not who.entity or not who.year:
        if who.empty_tables:
            raise UnreadableDocumentError(
                f"“{reading.name}”是一份空白模板：有{who.empty_tables}张表，没有一个数字"
                f"{'' if who.entity else '，也没有部门名称'}。请填好后再上传。"
            )
        missing = "部门名称" if not who.entity else "预算年度"
        raise UnreadableDocumentError(
            f"“{reading.name}”里找不到{missing}，数字无法定口径。请确认它是部门预算（或决算）公开文本，"
            "封面写有单位名称和“××××年度部门预算”。"
        )
    frame = Frame(document_id, who.entity, who.year, who.stage, who.units, who.names)
    spotter = Spotter(vocabulary, members_of(who), colloquial=False)
    cells = tell_apart([f for t in tables for f in facts_of(t, frame, vocabulary)], tables)
    known = frozenset(pair for f in cells for pair in f.coordinate.members)
    narrative = read_narrative(paragraphs, frame, spotter, vocabulary, known)
    printed = (*cells, *of_printed_periods(narrative.facts, cells))
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
        findings=(*_reading_findings(reading, proven.tables), *proven.findings, *odd), reasons=narrative.reasons,
        pages=reading.pages, ocr_pages=tuple(sorted(reading.ocr_pages)), paragraphs=paragraphs,
        layout=Layout(
            reading.page_starts,
            tuple(number for p in paragraphs if p.is_heading for number in p.lines),
            tuple((t.table.id, *c.lines) for t, c in zip(tables, captioned, strict=True)),
        ),
    )  # fmt: skip


def _completed(who: Authorship, assumed: Assumed) -> Authorship:
    """Fill in what the file does not say of itself."""
    if not who.entity:
        who = replace(who, entity=assumed.entity, names=assumed.names, units=who.units or assumed.units)
    if not who.year:
        who = replace(who, year=assumed.year, stage=assumed.stage)
    return who


def members_of(who: Authorship) -> tuple[Member, ...]:
    """Return the document's own members: its budget units."""
    return tuple(Member("unit", u.code, u.name) for u in who.units)


def _table(captioned: CaptionedGrid, number: int, vocabulary: Vocabulary) -> BuiltTable:
    """Build a table in the reading of its header that its own arithmetic bears out best, the plain one first."""
    table_id = f"T{number:02}"
    built = build_table(captioned.grid, captioned.caption, table_id, vocabulary)
    if captioned.grid.spans is None:
        if not any(r.startswith("表头") for r in built.table.repairs):
            return built
        others = [{"repair": False}]
    else:
        others = [{"spanned": False}] if broken_sums(built) > 0 else []
    for other in others:
        again = build_table(captioned.grid, captioned.caption, table_id, vocabulary, **other)
        if broken_sums(again) < broken_sums(built):
            built = again
    return built


def _reading_findings(reading: Reading, tables: tuple[Table, ...]) -> tuple[Finding, ...]:
    """Say what the reader noticed, and where a document has no tables or none with figures."""
    out = [Finding(r.code, Severity(r.severity), r.message) for r in reading.remarks]
    if not tables:
        out.append(Finding("no-tables", Severity.WARNING, "这份文件里没有找到任何表格，只能回答正文里写到的内容。"))
    elif not any(c.quantity is not None for t in tables for r in t.rows for c in r.cells):
        out.append(
            Finding("empty-template", Severity.WARNING, f"这份文件有{len(tables)}张表，但都没有填数，像是空白模板。")
        )
    return tuple(out)
