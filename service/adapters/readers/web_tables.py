"""Tables of web pages: rows and cells with their spans become a grid."""

from __future__ import annotations

import re

from service.adapters.readers.limits import check_cells
from service.adapters.readers.markup import Element
from service.adapters.readers.styles import declarations
from service.adapters.readers.web_content import NOT_TEXT
from service.ingestion.blocks import Grid
from service.ingestion.pages import join_lines
from service.ingestion.placing import PlacedCell, place

#: Elements that stand on lines of their own.
BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dir", "div", "dl", "dt",
        "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html",
        "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th",
        "thead", "tr", "ul",
    }
)  # fmt: skip
_WIDEST = 2_000
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_BROKEN = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])[ \t]*[\r\n]+\s*(?=[\u3000-\u9fff\uff00-\uffef])")
#: A cell with so many characters holds running text; a page is laid out with it if the others hold little.
_LONG = 300


def grid_of(table: Element, name: str) -> Grid | None:
    """Return the grid of a table, or None where it only lays out the page.

    A table lays out the page when another table stands in it, when it has a single row or column, or when one
    cell holds nearly all its text.

    Args:
        table: The element.
        name: Name of the file, for messages.

    Raises:
        OversizedDocumentError: It has too many cells.
    """
    rows = _rows(table)
    if len(rows) < 2 or any(_nests_table(cell) for row in rows for cell in row):
        return None
    cells = _placed(rows, name)
    lengths = sorted((len(c.text) for c in cells), reverse=True)
    if sum(n > 0 for n in lengths) < 2 or (lengths[0] >= _LONG and 4 * sum(lengths[1:]) < lengths[0]):
        return None
    grid = place(cells)
    return grid if grid.width > 1 and len(grid.rows) > 1 else None


def clean(text: str) -> str:
    """Return text of the source as shown: a line end between Chinese characters is nothing, other blanks one space."""
    return _SPACES.sub(" ", _BROKEN.sub("", text)).replace("\xa0", " ")


def is_hidden(element: Element) -> bool:
    """Tell whether an element is not shown."""
    style = element.get("style")
    return bool(style) and declarations(style).get("display") == "none"


def text_of(cell: Element) -> str:
    """Return the text of a cell on one line, its leading blanks kept, for they say how deep an item stands."""
    lines: list[str] = [""]
    stack: list[Element | str] = [cell]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            lines[-1] += item
            continue
        if item.tag in NOT_TEXT or is_hidden(item):
            continue
        breaks = item.tag in BLOCKS or item.tag == "br"
        inner: list[Element | str] = [item.text or ""]
        for child in item:
            inner += [child, child.tail or ""]
        if breaks and lines[-1].strip():
            lines.append("")
        stack += reversed(inner)
    text = ""
    for line in lines:
        shown = clean(line).rstrip()
        text = join_lines(text, shown.strip()) if text else shown
    return text if text.strip() else ""


def _rows(table: Element) -> list[list[Element]]:
    """Return the cells of each row of the table itself."""
    rows: list[list[Element]] = []
    stack = [table]
    while stack:
        element = stack.pop()
        if element.tag == "tr":
            rows.append([c for c in element if c.tag in ("td", "th") and not is_hidden(c)])
            continue
        stack += [c for c in reversed(element) if c.tag in ("tr", "tbody", "thead", "tfoot") and not is_hidden(c)]
    return rows


def _nests_table(cell: Element) -> bool:
    return any(len(_rows(inner)) > 1 for inner in cell.iter("table"))


def _placed(rows: list[list[Element]], name: str) -> list[PlacedCell]:
    """Give every cell its columns and rows, past those that reach down from above."""
    cells: list[PlacedCell] = []
    free: list[int] = []  # per column, the first row that no cell from above covers
    for number, row in enumerate(rows):
        column = 0
        for cell in row:
            while column < len(free) and free[column] > number:
                column += 1
            across = min(_span(cell, "colspan"), _WIDEST - column)
            if across < 1:
                break
            down = min(_span(cell, "rowspan") or len(rows), len(rows) - number)
            free += [0] * (column + across - len(free))
            check_cells(len(free) * len(rows), name)
            free[column : column + across] = [number + down] * across
            cells.append(PlacedCell(text_of(cell), column, number, column + across, number + down))
            column += across
    return cells


def _span(cell: Element, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    if not value.isdecimal() or len(value) > 6:
        return 1
    return int(value) if name == "rowspan" else max(int(value), 1)
