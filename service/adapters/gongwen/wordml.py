"""The elements of a Word document: runs, paragraphs, tables, styles and pages."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

from lxml import etree

from service.adapters.gongwen.layout import Layout, TextStyle
from service.adapters.xml_text import writable

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_XML = "http://www.w3.org/XML/1998/namespace"
_BREAKS = re.compile(r"(\n|\t)")
#: Rows with longer text may go on over the next page.
_LONGEST_UNBROKEN = 300


def w(name: str, /, *children: etree._Element | None, **attributes: str | int) -> etree._Element:
    """Return an element of WordprocessingML; its attributes are of the same namespace, absent children left out."""
    element: Any = etree.Element(f"{{{WORD}}}{name}", nsmap={"w": WORD})
    for key, value in attributes.items():
        element.set(f"{{{WORD}}}{key}", str(value))
    element.extend([c for c in children if c is not None])
    return element


def run(text: str, *marks: etree._Element) -> etree._Element:
    """Return a run of text.

    Args:
        text: What XML cannot hold is dropped; line breaks and tabs stay.
        marks: Properties besides those of the paragraph's style, in the order of the schema.
    """
    # Quotation marks and dashes are in Chinese and Western fonts alike: the hint takes the Chinese one.
    element = w("r", w("rPr", w("rFonts", hint="eastAsia"), *marks))
    for piece in _BREAKS.split(writable(re.sub(r"\r\n?", "\n", text))):
        if piece == "\n":
            element.append(w("br"))
        elif piece == "\t":
            element.append(w("tab"))
        elif piece:
            words = w("t")
            words.text = piece
            words.set(f"{{{_XML}}}space", "preserve")
            element.append(words)
    return element


def paragraph(style: str, *content: etree._Element, **properties: etree._Element) -> etree._Element:
    """Return a paragraph of a style; *properties* come after the style, in the order given."""
    return w("p", w("pPr", w("pStyle", val=style), *properties.values()), *content)


def cell(content: Sequence[etree._Element], width: int, span: int = 1, fill: str = "") -> etree._Element:
    """Return a table cell of paragraphs, *width* twips wide."""
    properties = w(
        "tcPr", w("tcW", w=width, type="dxa"), w("gridSpan", val=span) if span > 1 else None,
        w("shd", val="clear", color="auto", fill=fill) if fill else None, w("vAlign", val="center"),
    )  # fmt: skip
    return w("tc", properties, *content)


def row(cells: Iterable[etree._Element], *, is_head: bool = False) -> etree._Element:
    """Return a table row, which a page does not break unless it is long; a head is repeated on every page."""
    held = list(cells)
    whole = sum(len(t.text or "") for c in held for t in c.iter(f"{{{WORD}}}t")) <= _LONGEST_UNBROKEN
    return w("tr", w("trPr", w("cantSplit") if whole else None, w("tblHeader") if is_head else None), *held)


def table(rows: Iterable[etree._Element], widths: Sequence[int]) -> etree._Element:
    """Return a table with borders and columns of fixed width, in twips."""
    properties = w(
        "tblPr", w("tblStyle", val="TableGrid"), w("tblW", w=sum(widths), type="dxa"), w("jc", val="center"),
        w("tblLayout", type="fixed"),
    )  # fmt: skip
    return w("tbl", properties, w("tblGrid", *(w("gridCol", w=width) for width in widths)), *rows)


def styles(layout: Layout) -> etree._Element:
    """Return the styles of the layout."""
    normal = layout.styles["Normal"]
    defaults = w(
        "docDefaults",
        w("rPrDefault", w("rPr", *_fonts(normal), w("lang", val="en-US", eastAsia="zh-CN"))),
        # Hanging punctuation is lost where LibreOffice prints the page.
        w("pPrDefault", w("pPr", w("widowControl", val=0), w("overflowPunct", val=0))),
    )
    lines = ("top", "left", "bottom", "right", "insideH", "insideV")
    grid = w(
        "style", w("name", val="Table Grid"),
        w("tblPr", w("tblBorders", *(w(line, val="single", sz=4, space=0, color="auto") for line in lines)),
          w("tblCellMar", w("left", w=60, type="dxa"), w("right", w=60, type="dxa"))),
        type="table", styleId="TableGrid",
    )  # fmt: skip
    return w("styles", defaults, *(_style(key, each, layout) for key, each in layout.styles.items()), grid)


def _style(key: str, style: TextStyle, layout: Layout) -> etree._Element:
    # A twentieth of a point to spare: without it, rounding costs some programs the last character of the line.
    spacing = math.floor(layout.spacing * 20) - 1 if style.size == layout.styles["Normal"].size else 0
    element = w(
        "style", w("name", val=style.name), w("next", val="Normal") if style.level or key == "Title" else None,
        w("qFormat"), w("pPr", *_lines(style)), w("rPr", *_fonts(style, spacing)), type="paragraph", styleId=key,
    )  # fmt: skip
    if key == "Normal":
        element.set(f"{{{WORD}}}default", "1")
    return element


def _lines(style: TextStyle) -> Iterable[etree._Element]:
    if style.keep:
        yield w("keepNext")
    if style.next_page:
        yield w("pageBreakBefore")
    # LibreOffice gives a character that is wider than its cell of the grid two of them: the pitch of lines and
    # characters is set on the text itself.
    yield w("snapToGrid", val=0)
    yield w(
        "spacing", before=round(style.before * 20), after=round(style.after * 20), line=round(style.line * 20),
        lineRule="exact",
    )  # fmt: skip
    yield indents(style, first=style.indent, left=style.left, right=style.right)
    yield w("jc", val=style.align)
    if style.level:
        yield w("outlineLvl", val=style.level - 1)


def indents(style: TextStyle, **characters: float) -> etree._Element:
    """Return the indents of a paragraph, given in characters of its style: ``first``, ``left``, ``right``.

    Each is written twice, in characters as Word and WPS count them and in twips for programs that know only those.
    """
    element = w("ind")
    for side, count in characters.items():
        name = "firstLine" if side == "first" else side
        element.set(f"{{{WORD}}}{name}Chars", str(round(count * 100)))
        element.set(f"{{{WORD}}}{name}", str(round(count * float(style.size) * 20)))
    return element


def _fonts(style: TextStyle, tightened: int = 0) -> Iterable[etree._Element]:
    yield w("rFonts", ascii=style.latin, hAnsi=style.latin, eastAsia=style.font, cs=style.latin, hint="eastAsia")
    if style.bold:
        yield w("b")
    if tightened:
        yield w("spacing", val=tightened)
    yield w("kern", val=0)
    yield w("sz", val=round(style.size * 2))
    yield w("szCs", val=round(style.size * 2))


def section(layout: Layout, *references: etree._Element) -> etree._Element:
    """Return the page of the layout: its size, margins and grid."""
    page = layout.page
    return w(
        "sectPr", *references, w("pgSz", w=page["width"], h=page["height"]),
        w("pgMar", top=page["top"], right=page["right"], bottom=page["bottom"], left=page["left"],
          header=page["footer"], footer=page["footer"], gutter=0),
        w("docGrid", type="linesAndChars", linePitch=layout.pitch, charSpace=math.floor(layout.spacing * 4096)),
    )  # fmt: skip


def settings() -> etree._Element:
    """Return the settings: odd and even pages differ, and nothing is laid out as older versions did."""
    newest = w("compatSetting", name="compatibilityMode", uri="http://schemas.microsoft.com/office/word", val=15)
    return w("settings", w("evenAndOddHeaders"), w("compat", newest), w("themeFontLang", val="en-US", eastAsia="zh-CN"))
