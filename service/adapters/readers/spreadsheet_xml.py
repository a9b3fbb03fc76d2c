"""Workbooks since 2007 (XLSX, XLSM): cells as printed, merged cells, what is hidden, formulas without values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from lxml import etree

from service.adapters.readers.limits import check_cells
from service.adapters.readers.number_formats import BUILTIN, print_number
from service.adapters.readers.package import Package, attribute, child, local
from service.adapters.readers.sheets import Range, SheetCells

_REFERENCE = re.compile(r"^\$?([A-Za-z]{1,3})\$?(\d{1,7})$")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_TRUE = frozenset({"1", "true", "on"})
#: Sheets of one workbook.
_MAX_SHEETS = 1_000


@dataclass(slots=True)
class RawSheet:
    """A sheet with what a reader must know to print it.

    Attributes:
        cells: Text as printed by (row, column), 0-based.
        merges: Merged cells, and cells centred over the blanks beside them.
        has_merges: Whether the sheet uses merged cells at all.
        hidden_rows: Rows that are not shown.
        hidden_columns: Columns that are not shown.
        without_value: Places of formulas whose value was never calculated.
        errors: Places whose value is an error such as ``#REF!``.
    """

    name: str
    visible: bool
    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    merges: list[Range] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    without_value: list[tuple[int, int]] = field(default_factory=list)
    errors: list[tuple[int, int]] = field(default_factory=list)
    pictures: int = 0

    def shown(self) -> SheetCells:
        """Return the cells that are shown."""
        sheet = SheetCells(self.name, self.cells, tuple(self.merges), knows_merges=bool(self.merges))
        return sheet.without(self.hidden_rows, self.hidden_columns)

    @property
    def hidden_cells(self) -> int:
        """Number of cells with text in rows and columns that are not shown."""
        return sum(1 for r, c in self.cells if r in self.hidden_rows or c in self.hidden_columns)


@dataclass(frozen=True, slots=True)
class _Style:
    code: str = ""
    centred_across: bool = False


class SpreadsheetPackage:
    """A workbook in a package.

    Args:
        package: The opened package.
    """

    def __init__(self, package: Package) -> None:
        self._package = package
        main = package.main_part if package.has(package.main_part) else "xl/workbook.xml"
        root = package.tree(main)
        self._relations = package.relations(main)
        self._sheets: list[etree._Element] = []
        self._from_1904 = False
        self.active = 0
        for element in root if root is not None else ():
            if local(element) == "sheets":
                self._sheets = [s for s in element if local(s) == "sheet"][:_MAX_SHEETS]
            elif local(element) == "workbookPr":
                self._from_1904 = attribute(element, "date1904") in _TRUE
            elif local(element) == "bookViews":
                view = child(element, "workbookView")
                shown = attribute(view, "activeTab", "0") if view is not None else "0"
                self.active = int(shown) if shown.isdigit() else 0
        folder = main.rpartition("/")[0]
        self._styles = self._read_styles(self._part("styles", folder))
        self._strings = self._read_strings(self._part("sharedStrings", folder))
        self._budget = 0

    def sheets(self) -> Iterator[RawSheet]:
        """Yield the sheets in order, hidden ones unread.

        Raises:
            OversizedDocumentError: There are too many cells.
        """
        for element in self._sheets:
            visible = attribute(element, "state", "visible") == "visible"
            sheet = RawSheet(attribute(element, "name"), visible)
            part = self._relations.get(_relation_id(element), "")
            if visible and part and "chartsheet" not in part.lower():
                self._read(part, sheet)
            yield sheet

    def _part(self, stem: str, folder: str) -> str:
        found = next((p for p in self._relations.values() if p.lower().endswith(f"{stem.lower()}.xml")), "")
        return found or f"{folder}/{stem}.xml"

    def _read_styles(self, part: str) -> list[_Style]:
        root = self._package.tree(part)
        codes = dict(BUILTIN)
        styles: list[_Style] = []
        for element in root if root is not None else ():
            if local(element) == "numFmts":
                for number_format in element:
                    number = attribute(number_format, "numFmtId")
                    if number.isdigit():
                        codes[int(number)] = attribute(number_format, "formatCode")
            elif local(element) == "cellXfs":
                for xf in element:
                    number = attribute(xf, "numFmtId", "0")
                    alignment = child(xf, "alignment")
                    across = alignment is not None and attribute(alignment, "horizontal") == "centerContinuous"
                    styles.append(_Style(codes.get(int(number) if number.isdigit() else 0, ""), across))
        return styles

    def _read_strings(self, part: str) -> list[str]:
        if not self._package.has(part):
            return []
        return [_rich_text(si) for si in self._package.rows(part, ("si",))]

    def _read(self, part: str, sheet: RawSheet) -> None:
        relations = self._package.relations(part)
        hides_zeros = False
        row_number = -1
        for element in self._package.rows(part, ("row", "mergeCell", "col", "sheetView", "drawing")):
            name = local(element)
            if name == "row":
                given = attribute(element, "r")
                row_number = int(given) - 1 if given.isdigit() else row_number + 1
                if 0 <= row_number < _LAST_ROW:
                    self._read_row(element, row_number, sheet, hides_zeros=hides_zeros)
            elif name == "mergeCell":
                merge = _range(attribute(element, "ref"))
                if merge:
                    sheet.merges.append(merge)
            elif name == "col":
                sheet.hidden_columns |= _hidden_columns(element)
            elif name == "sheetView":
                hides_zeros = attribute(element, "showZeros", "1") not in _TRUE
            elif name == "drawing":
                drawing = self._package.relations(relations.get(_relation_id(element), ""))
                sheet.pictures += sum(1 for p in drawing.values() if "/media/" in p)

    def _read_row(self, element: etree._Element, row: int, sheet: RawSheet, *, hides_zeros: bool) -> None:
        if attribute(element, "hidden") in _TRUE or attribute(element, "ht") in ("0", "0.0"):
            sheet.hidden_rows.add(row)
        column = -1
        centred: list[tuple[int, bool]] = []
        for cell in element:
            if local(cell) != "c":
                continue
            place = _place(cell.get("r", ""))
            column = place[1] if place else column + 1
            if column >= _LAST_COLUMN:
                continue
            number = cell.get("s", "0")
            index = int(number) if number.isdigit() else 0
            style = self._styles[index] if index < len(self._styles) else _Style()
            text = self._text(cell, style, sheet, (row, column))
            if hides_zeros and text and _is_zero(cell):
                text = ""
            if text.strip():
                self._budget += 1
                check_cells(self._budget, self._package.name)
                sheet.cells[row, column] = text
            if style.centred_across:
                centred.append((column, bool(text.strip())))
        sheet.merges += spread_centred(row, centred)

    def _text(self, cell: etree._Element, style: _Style, sheet: RawSheet, place: tuple[int, int]) -> str:
        if not len(cell):
            return ""
        kind = cell.get("t", "n")
        pieces = {local(p): p for p in cell}
        value = pieces.get("v")
        raw = (value.text or "") if value is not None else ""
        if kind == "inlineStr":
            return _rich_text(pieces["is"]) if "is" in pieces else ""
        if kind == "s":
            return self._strings[int(raw)] if raw.strip().isdigit() and int(raw) < len(self._strings) else ""
        if kind == "str":
            return _unescape(raw)
        if kind == "e":
            sheet.errors.append(place)
            return ""
        if not raw.strip():
            if "f" in pieces:
                sheet.without_value.append(place)
            return ""
        if kind == "b":
            return "TRUE" if raw.strip() in _TRUE else "FALSE"
        if kind == "d":
            return raw.strip().removesuffix("T00:00:00")
        return self._number(raw.strip(), style)

    def _number(self, raw: str, style: _Style) -> str:
        try:
            value = Decimal(raw)
        except InvalidOperation:
            return raw
        if not value.is_finite() or abs(value.adjusted()) > 300:
            return raw
        return print_number(value, style.code, from_1904=self._from_1904)


def _relation_id(element: etree._Element) -> str:
    return next((str(v) for k, v in element.items() if k.rpartition("}")[2] == "id" and "}" in k), "")


def _place(reference: str) -> tuple[int, int] | None:
    found = _REFERENCE.match(reference)
    if not found:
        return None
    column = 0
    for letter in found.group(1).upper():
        column = column * 26 + ord(letter) - 64
    return int(found.group(2)) - 1, column - 1


def place_name(row: int, column: int) -> str:
    """Name a place as a spreadsheet does.

    Example:
        >>> place_name(0, 0), place_name(11, 27)
        ('A1', 'AB12')

    """
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def _range(reference: str) -> Range | None:
    first, _, last = reference.partition(":")
    begin, end = _place(first), _place(last or first)
    if not begin or not end or begin == end:
        return None
    return min(begin[0], end[0]), min(begin[1], end[1]), max(begin[0], end[0]), max(begin[1], end[1])


def _hidden_columns(element: etree._Element) -> set[int]:
    hidden = attribute(element, "hidden") in _TRUE or attribute(element, "width") in ("0", "0.0")
    first, last = attribute(element, "min"), attribute(element, "max")
    if not hidden or not first.isdigit() or not last.isdigit():
        return set()
    return set(range(int(first) - 1, min(int(last), _LAST_COLUMN)))


def _is_zero(cell: etree._Element) -> bool:
    value = child(cell, "v")
    if cell.get("t", "n") != "n" or value is None:
        return False
    try:
        return float(value.text or "") == 0
    except ValueError:
        return False


def spread_centred(row: int, centred: Sequence[tuple[int, bool]]) -> list[Range]:
    """Return the reach of cells that are centred over the blank cells to their right."""
    out: list[Range] = []
    begin = -1
    end = -1
    for column, filled in [*centred, (-9, True)]:
        if filled or column != end + 1:
            if 0 <= begin < end:
                out.append((row, begin, row, end))
            begin = column if filled else -1
        end = column
    return out


def _rich_text(element: etree._Element) -> str:
    """Return the text of a string item; its phonetic runs are no text."""
    parts: list[str] = []
    for piece in element:
        name = local(piece)
        if name == "t":
            parts.append(piece.text or "")
        elif name == "r":
            parts += [t.text or "" for t in piece if local(t) == "t"]
    return _unescape("".join(parts))


def _unescape(text: str) -> str:
    r"""Undo the escapes of characters that XML cannot hold.

    Example:
        >>> _unescape("一_x000D_二"), _unescape("a_x005F_x0041_")
        ('一\r二', 'a_x0041_')

    """
    return _ESCAPED.sub(lambda m: chr(int(m.group(1), 16)), text) if "_x" in text else text
