"""A draft as a Word document in the layout of official documents (公文格式, GB/T 9704—2012)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml import etree

from service.adapters.gongwen.layout import Layout, read_layout
from service.adapters.gongwen.package import packed, read_reference
from service.adapters.gongwen.source_pages import source_pages, standing_note
from service.adapters.gongwen.titles import line_length, width_of
from service.adapters.gongwen.wordml import cell, indents, paragraph, row, run, table, w
from service.drafting.draft import Draft, DraftTable, Paragraph, Sentence
from service.drafting.standing import Standing, approval_line

__all__ = ["draft_to_docx", "read_reference"]

#: A cell that is set to the right: a number, or the dash that stands for none.
_AMOUNT = re.compile(r"\s*(?:[-−－+(（]?\d[\d,，]*(?:\.\d+)?[%％]?[)）]?|[-—－]+)\s*")
#: What the margins of a table cell take, in characters.
_BESIDE = 0.5


def draft_to_docx(
    draft: Draft, *, sources: bool = True, reference: str = "", standing: Standing | None = None
) -> bytes:
    """Return a draft as a DOCX: title, sections, tables and page numbers as the standard lays them out.

    There is no red head, signature or date: those are the issuing office's. Gaps are highlighted. The same draft
    gives the same bytes, so that a hash of them can be kept; they name no author, time or machine.

    Args:
        draft: The draft.
        sources: Whether to add the page 数据来源 with what every figure rests on; checking passes over it.
        reference: Which draft and version it is (``<id>/v<n>``), which `read_reference` finds again; no reader sees it.
        standing: Which version it is: until it is approved, lines above the title say so and what is open, which
            reading it passes over; once approved, the page 数据来源 says by whom. None for a draft by itself.

    Raises:
        ConfigurationError: The layout file has been edited and no longer parses.
    """
    layout = read_layout()
    body = [*standing_note(draft, standing, layout), _title(draft, layout), *_sections(draft, layout)]
    if sources:
        body += source_pages(draft, layout, approval_line(standing) if standing else "")
    footers = {"default": _page_number("OddPage"), "even": _page_number("EvenPage")}
    return packed(body, layout, footers=footers, title=draft.title, reference=reference)


def _title(draft: Draft, layout: Layout) -> etree._Element:
    style = layout.styles["Title"]
    spare = layout.text_width / 20 / float(style.size) - line_length(draft.title, draft.entity, layout)
    # A little less than half a character is left: no further digit fits into the line.
    side = max(spare - 0.4, 0) / 2
    return paragraph("Title", run(draft.title), ind=indents(style, first=0, left=side, right=side))


def _sections(draft: Draft, layout: Layout) -> Iterator[etree._Element]:
    for each in draft.sections:
        if each.heading.strip():
            yield paragraph(_heading_style(each.level), run(each.heading))
        for part in each.paragraphs:
            if part.table is not None:
                yield from _draft_table(part.table, layout)
            elif part.text.strip():
                yield _paragraph(part, each.level, layout)


def _heading_style(level: int) -> str:
    return f"Heading{min(max(level, 1), 3)}"


def _paragraph(part: Paragraph, level: int, layout: Layout) -> etree._Element:
    style = _heading_style(level + 1) if part.is_heading else "Normal"
    return paragraph(style, *(r for s in part.sentences for r in _runs(s, layout)))


def _runs(sentence: Sentence, layout: Layout) -> Iterator[etree._Element]:
    """Yield the runs of a sentence, its gaps highlighted."""
    position = 0
    for gap in sorted(sentence.gaps, key=lambda g: g.start):
        start, end = max(gap.start, position), min(gap.end, len(sentence.text))
        if start < end:
            yield run(sentence.text[position:start])
            marks = (w("b"), w("highlight", val=layout.highlight), w("u", val="single"))
            yield run(sentence.text[start:end], *marks)
            position = end
    yield run(sentence.text[position:])


def _draft_table(drawn: DraftTable, layout: Layout) -> Iterator[etree._Element]:
    across = max((len(drawn.columns), *(len(r) for r in drawn.cells)), default=0)
    if drawn.title:
        yield paragraph("TableTitle", run(drawn.title))
    if drawn.unit:
        yield paragraph("TableUnit", run(f"单位：{drawn.unit}"))
    if not across:
        return
    columns = [*drawn.columns, *[""] * (across - len(drawn.columns))]
    filled = [[*r, *[Sentence("", "")] * (across - len(r))] for r in drawn.cells]
    widths = _widths([columns, *([s.text for s in r] for r in filled)], layout)
    head = row((cell([paragraph("TableHead", run(c))], x) for c, x in zip(columns, widths, strict=True)), is_head=True)
    rows = (
        row(cell([paragraph(_cell_style(s), *_runs(s, layout))], x) for s, x in zip(r, widths, strict=True))
        for r in filled
    )
    yield table([head, *rows], widths)
    yield paragraph("TableEnd")


def _cell_style(said: Sentence) -> str:
    return "TableNumber" if _AMOUNT.fullmatch(said.text) else "TableText"


def _widths(rows: Sequence[Sequence[str]], layout: Layout) -> list[int]:
    """Return widths of columns by what they hold, in twips, which make up the width of the table."""
    held = [max(width_of(r[column]) for r in rows) for column in range(len(rows[0]))]
    shares = [min(max(each, layout.narrowest), layout.widest) + _BESIDE for each in held]
    widths = [int(layout.table_width * share / sum(shares)) for share in shares]
    widths[-1] += layout.table_width - sum(widths)
    return widths


def _page_number(style: str) -> etree._Element:
    return paragraph(style, run("— "), w("fldSimple", run("1"), instr="PAGE"), run(" —"))
