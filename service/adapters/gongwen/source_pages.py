"""What a draft as a Word document says of itself: the pages 数据来源 at its end, how far it is at its head."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count

from lxml import etree

from service.adapters.gongwen.layout import Layout
from service.adapters.gongwen.sources import Group, Sources
from service.adapters.gongwen.wordml import cell, paragraph, row, run, table, w
from service.adapters.readers.word import SOURCES_BEGIN, SOURCES_END, STANDING_BEGIN, STANDING_END
from service.drafting.draft import Draft
from service.drafting.standing import Standing, standing_lines

#: Behind the heading of a section.
_SHADE = "EDEDED"
#: Of the lines that say that a draft is not approved; they are bold and highlighted besides.
_ALARM = "C00000"


def standing_note(draft: Draft, standing: Standing | None, layout: Layout) -> Iterator[etree._Element]:
    """Yield what is open in a version that is not approved, between bookmarks as the pages 数据来源 are."""
    lines = standing_lines(draft, standing) if standing else ()
    for number, line in enumerate(lines):
        marks = (w("b"), w("color", val=_ALARM), w("highlight", val=layout.highlight))  # an element stands in one place
        begin = _bookmark(2, STANDING_BEGIN) if not number else ()
        yield paragraph("SourceHeading", *begin, run(line, *marks))
    if lines:
        yield paragraph("SourceText", *_bookmark(3, STANDING_END))


def source_pages(draft: Draft, layout: Layout, approved: str = "") -> Iterator[etree._Element]:
    """Yield the pages 数据来源, between bookmarks by which the reader knows that they are not the text.

    Args:
        draft: The draft.
        layout: Page and styles.
        approved: Who approved it and when, "" where nobody did.
    """
    said = Sources(draft)
    figures, reasons, gaps = said.figures(), said.reasons(), said.gaps()
    yield paragraph("SourceTitle", *_bookmark(0, SOURCES_BEGIN), run("数据来源"))
    if approved:
        yield paragraph("SourceText", run(approved))
    documents = said.documents()
    yield paragraph("SourceText", run("本文的数字依据下列文件：" if documents else "本文没有列出所依据的文件。"))
    yield from (paragraph("SourceText", run(line)) for line in documents)
    reference, position, figure, label, working, source = layout.source_widths
    rest = figure + label + working + source
    listed = (
        ("数字", figures, said.figure_columns, layout.source_widths),
        ("原因", reasons, said.reason_columns, (reference, position, label, working + figure, source)),
        ("待补充", gaps, said.gap_columns, (reference, position, rest - source, source)),
    )
    for name, groups, columns, widths in listed:
        number = sum(len(g.rows) for g in groups)
        yield paragraph("SourceHeading", run(f"{name}（{number}）"))
        if groups:
            yield table(_source_rows(groups, columns, widths), widths)
    yield paragraph("TableEnd", *_bookmark(1, SOURCES_END))


def _bookmark(number: int, name: str) -> tuple[etree._Element, ...]:
    return w("bookmarkStart", id=number, name=name), w("bookmarkEnd", id=number)


def _source_rows(groups: Iterable[Group], columns: Sequence[str], widths: Sequence[int]) -> Iterator[etree._Element]:
    yield row((_source_cell("SourceHead", c, x) for c, x in zip(columns, widths, strict=True)), is_head=True)
    numbers = count(1)
    for group in groups:
        heading = w("p", w("pPr", w("pStyle", val="SourceCell"), w("keepNext")), run(group.heading, w("b")))
        yield row([cell([heading], sum(widths), len(widths), _SHADE)])
        for each in group.rows:
            first = _source_cell("SourceNumber", str(next(numbers)), widths[0])
            others = (_source_cell("SourceCell", c, x) for c, x in zip(each, widths[1:], strict=True))
            yield row(chain([first], others))


def _source_cell(style: str, text: str, width: int) -> etree._Element:
    return cell([paragraph(style, run(line)) for line in text.split("\n")], width)
