"""The report of a check as a Word document, for texts that are no Word document themselves."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from service.adapters.annotating.marks import AUTHOR
from service.adapters.xml_text import writable
from service.check_report import (
    UNVERIFIABLE,
    VERDICTS,
    against_to_text,
    counts_to_text,
    details_of,
    place_of,
    quote_parts,
    sections_of,
    shows_quote,
    whose_to_text,
    why,
)

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell

_FONT, _HEADING_FONT = "宋体", "黑体"
_COLOURS = {"error": (0xC6, 0x28, 0x28), "warning": (0xB2, 0x6A, 0x00), "note": (0x45, 0x55, 0x66), "accepted": (0x2E, 0x7D, 0x32)}


def report_to_word(said: Mapping[str, Any]) -> bytes:
    """Return a report as `service.check_report.report_to_dict` returns it, as a DOCX."""
    import docx
    from docx.shared import Cm

    document = docx.Document()
    properties = document.core_properties
    properties.author, properties.title = AUTHOR, writable(f"核对结果：{said['title'] or said['name']}")
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.2)
        section.top_margin = section.bottom_margin = Cm(2)
    _set_fonts(document)
    document.add_heading(writable(f"核对结果：{said['title'] or said['name']}"), 0)
    document.add_paragraph().add_run(writable(said["summary"])).bold = True
    for line in (f"文件：{said['name']}（{whose_to_text(said)}）", f"对照：{against_to_text(said)}", counts_to_text(said)):
        document.add_paragraph(writable(line))
    for kind, name, meaning, found in sections_of(said):
        document.add_heading(f"{name}（{len(found)}）", 1)
        document.add_paragraph(f"{meaning}。")
        _add_findings(document, found, kind)
    if said["judged"]:
        document.add_heading(f"文中的数字（{len(said['judged'])}）", 1)
        if said["figures"]["unverifiable"]:
            document.add_paragraph(UNVERIFIABLE)
        _add_figures(document, said["judged"])
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _set_fonts(document: Document) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for name, font, size in (("Normal", _FONT, 10.5), ("Title", _HEADING_FONT, 18), ("Heading 1", _HEADING_FONT, 14)):
        style: Any = document.styles[name]
        style.font.name, style.font.size = font, Pt(size)
        style.font.color.rgb = RGBColor(0x1D, 0x27, 0x33)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("w:eastAsia", "w:ascii", "w:hAnsi"):
            fonts.set(qn(kind), font)
        for kind in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(kind), None)


def _add_findings(document: Document, found: Sequence[Mapping[str, Any]], kind: str) -> None:
    from docx.shared import RGBColor

    rows = _table(document, ("序号", "问题"), (1.2, 15.4), len(found))
    for number, (row, finding) in enumerate(zip(rows, found, strict=True), 1):
        row[0].text = str(number)
        first = row[1].paragraphs[0]
        first.add_run(writable(finding["message"])).bold = True
        for label, value in details_of(finding):
            row[1].add_paragraph(writable(f"{label}：{value}"))
        if shows_quote(finding):
            before, marked, after = quote_parts(finding)
            quote = row[1].add_paragraph(writable(f"原文：{before}"))
            run = quote.add_run(writable(marked))
            run.bold = True
            run.font.color.rgb = RGBColor(*_COLOURS[kind])
            quote.add_run(writable(after))


def _add_figures(document: Document, judged: Sequence[Mapping[str, Any]]) -> None:
    heads = ("序号", "位置", "数字", "说的是", "结论", "依据或原因")
    rows = _table(document, heads, (1.2, 1.8, 2.8, 4.0, 1.9, 4.9), len(judged))
    for number, (row, each) in enumerate(zip(rows, judged, strict=True), 1):
        said = (str(number), place_of(each), each["text"], each["subject"], VERDICTS[each["verdict"]], why(each))
        for cell, text in zip(row, said, strict=True):
            cell.text = writable(text)


def _table(document: Document, heads: Sequence[str], widths: Sequence[float], count: int) -> list[list[_Cell]]:
    """Add a table with a heading that repeats on every page; return the cells of its *count* empty rows."""
    from docx.oxml import OxmlElement
    from docx.shared import Cm

    table = document.add_table(count + 1, len(heads), "Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    # Asking a table for its rows again and again takes long: its cells are taken once.
    cells, across = table._cells, len(heads)  # noqa: SLF001 - the only way that is not quadratic
    grid = [cells[start : start + across] for start in range(0, len(cells), across)]
    for row in grid:
        for cell, width in zip(row, widths, strict=True):
            cell.width = Cm(width)
    for cell, head in zip(grid[0], heads, strict=True):
        cell.paragraphs[0].add_run(head).bold = True
    repeated: Any = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001 - there is no public way
    document.add_paragraph()
    return grid[1:]
