"""Word documents since 2007 (DOCX, DOCM): paragraphs with their list numbers, tables with merged cells, in order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree

from service.adapters.readers.composing import Composer
from service.adapters.readers.limits import check_cells
from service.adapters.readers.list_numbers import ListNumbers
from service.adapters.readers.package import Package, attribute, child, local
from service.adapters.readers.sheets import is_note, is_remark
from service.adapters.readers.workbook import embedded_blocks
from service.domain.errors import EmptyDocumentError, SourceDocumentError, UnreadableDocumentError
from service.ingestion.blocks import Block, Reading
from service.ingestion.placing import PlacedCell, place

#: Bookmarks where the pages 数据来源 of a draft begin and end: a listing of sources, no part of the text. Two that
#: hold no text, since LibreOffice tears one that reaches over tables.
SOURCES_BEGIN, SOURCES_END = "youju_sources", "youju_sources_end"
#: And where the lines at its head begin and end that say how far it is.
STANDING_BEGIN, STANDING_END = "youju_standing", "youju_standing_end"
#: How deep tables may stand in one another; real documents have two levels.
_MAX_DEPTH = 8
#: Nested elements of any kind; deeper nesting is made to break parsers.
_MAX_NESTING = 200
_MAX_SPAN = 200
_OFF = frozenset({"0", "false", "off", "none"})
#: Elements that hold no text of the paragraph.
_DROPPED = frozenset({"del", "moveFrom", "pPr", "rPr", "tblPr", "tcPr", "sdtPr", "sdtEndPr", "instrText", "delText"})
#: Elements around paragraphs, tables, rows or cells that mean nothing to a reader.
_WRAPPERS = frozenset({"sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"})
_CHARACTERS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
#: Signs of the Wingdings fonts that documents tick boxes with.
_SIGNS = {"fe": "☑", "52": "☑", "53": "☒", "fd": "☒", "fc": "√", "50": "√", "a8": "□", "6f": "□", "a3": "□", "6e": "■"}
_HEADING_STYLE = re.compile(r"^(?:heading|标题)\s*([1-9])$", re.IGNORECASE)
_CJK_END = re.compile(r"[、）)．：]$")


def read_word(data: bytes, name: str) -> Reading:
    """Read a Word document since 2007.

    Inserted text counts, deleted and hidden text does not; headers and footers are left out; numbers that
    Word prints before list paragraphs are written out; a workbook set into the text is read where it stands.
    The pages 数据来源 of a draft are passed over, with a remark.

    Args:
        data: The bytes of the file.
        name: Its name.

    Raises:
        EmptyDocumentError: It holds no text.
        OversizedDocumentError: It unpacks to too much or has too many cells.
        UnreadableDocumentError: It is damaged, encrypted or not a Word document.
    """
    package = Package(data, name)
    composer = Composer()
    _Document(package, composer).write()
    if package.has_macros:
        composer.remark("macros-ignored", f"“{name}”带有宏，没有运行，只读取了文字和表格。")
    if composer.is_empty:
        raise EmptyDocumentError(
            f"“{name}”里没有可读的文字。如果内容是图片，请改传原来的电子文件，或转成PDF后用文字识别读取。"
        )
    return composer.reading(data, name)


@dataclass(frozen=True, slots=True)
class _Style:
    parent: str = ""
    outline: int = -1
    number: str = ""
    depth: int = -1
    hidden: bool = False


@dataclass(slots=True)
class _Found:
    """What a paragraph, or the paragraphs of a cell, hold besides their own text."""

    text: list[str] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    objects: list[str] = field(default_factory=list)


class _Document:
    """A document being read."""

    def __init__(self, package: Package, composer: Composer) -> None:
        self._package = package
        self._composer = composer
        main = package.main_part if package.has(package.main_part) else "word/document.xml"
        self._root = package.tree(main)
        self._relations = package.relations(main)
        self._numbers = ListNumbers(self._part("numbering"))
        self._styles, self._default_style = _read_styles(self._part("styles"))
        self._notes = {kind: _read_notes(self._part(kind)) for kind in ("footnotes", "endnotes")}
        self._hidden = 0
        self._unread_objects = 0
        self._cells = 0
        self._passed_over: frozenset[etree._Element] = frozenset()

    def write(self) -> None:
        """Add the document's paragraphs and tables."""
        body = child(self._root, "body") if self._root is not None else None
        if body is None:
            raise UnreadableDocumentError(
                f"“{self._package.name}”不是完整的Word文档，找不到正文。请用Word或WPS打开，另存为DOCX后再上传。"
            )
        sources = _between(body, SOURCES_BEGIN, SOURCES_END)
        self._passed_over = sources | _between(body, STANDING_BEGIN, STANDING_END)
        self._write_blocks(body, 0)
        if sources:
            self._composer.remark("sources-not-read", "“数据来源”页是起草时列出的出处，不是正文，没有读，也没有核对。")
        if self._hidden:
            self._composer.remark("hidden-text", f"设为隐藏的文字有{self._hidden}个字没有读。")
        if self._unread_objects:
            self._composer.remark(
                "embedded-not-read",
                f"文中嵌入的{self._unread_objects}个对象没有读。如含公开表格，请把它粘贴为Word表格后再上传。",
                "warning",
            )

    def _part(self, stem: str) -> etree._Element | None:
        part = next((p for p in self._relations.values() if p.lower().endswith(f"/{stem}.xml")), f"word/{stem}.xml")
        return self._package.tree(part)

    def _write_blocks(self, container: etree._Element, depth: int) -> None:
        for block in _blocks(container):
            if block in self._passed_over:
                continue
            if local(block) == "p":
                self._write_paragraph(block, depth)
            else:
                self._write_table(block, depth)

    def _write_paragraph(self, paragraph: etree._Element, depth: int) -> None:
        found = _Found()
        text = self._paragraph_text(paragraph, found)
        self._composer.paragraph(text, heading=self._heading(paragraph))
        self._write_found(found, depth)

    def _write_found(self, found: _Found, depth: int) -> None:
        for relation in found.objects:
            for block in self._embedded(relation):
                self._composer.block(block)
        for box in found.boxes:
            if depth < _MAX_DEPTH:
                self._write_blocks(box, depth + 1)
        for kind, number in found.notes:
            self._composer.paragraph(self._notes[kind].pop(number, ""))

    def _embedded(self, relation: str) -> tuple[Block, ...]:
        part = self._relations.get(relation, "")
        data = self._package.bytes_of(part)
        if data.startswith(b"PK") and part.lower().endswith((".xlsx", ".xlsm", ".bin")):
            try:
                return embedded_blocks(data, self._package.name)
            except SourceDocumentError:
                pass  # the document around it is still worth reading; the remark says what is missing
        if relation:
            self._unread_objects += 1
        return ()

    def _write_table(self, table: etree._Element, depth: int) -> None:
        found = _Found()
        nested: list[etree._Element] = []
        placed: list[PlacedCell] = []
        open_cells: dict[int, int] = {}
        only: etree._Element | None = None
        for number, row in enumerate(_children(table, "tr")):
            column = _skipped(row, "gridBefore")
            reaching: dict[int, int] = {}
            for cell in _children(row, "tc"):
                span, merge = _cell_shape(cell)
                if merge == "continue" and column in open_cells:
                    at = open_cells[column]
                    above = placed[at]
                    placed[at] = PlacedCell(above.text, above.x0, above.top, above.x1, number + 1)
                    reaching[column] = at
                else:
                    text = self._cell_text(cell, found, nested)
                    if merge:
                        reaching[column] = len(placed)
                    placed.append(PlacedCell(text, column, number, column + span, number + 1))
                    only = cell
                column += span
                self._cells += 1
            open_cells = reaching
            check_cells(self._cells, self._package.name)
        if len(placed) == 1 and only is not None and depth < _MAX_DEPTH:
            self._write_frame(only, placed[0].text, nested, found, depth)
            return
        self._write_cells(placed)
        self._write_found(found, depth)
        for inner in nested:
            if depth < _MAX_DEPTH:
                self._write_table(inner, depth + 1)

    def _write_cells(self, placed: Sequence[PlacedCell]) -> None:
        """Add the cells of a table as a grid; lines that its last rows hold come after it."""
        if not placed:
            return
        xs = {x for c in placed for x in (c.x0, c.x1)}
        rows = max(c.bottom for c in placed)
        check_cells(rows * (len(xs) - 1), self._package.name)
        notes: list[str] = []
        kept = list(placed)
        while rows > 1 and len(xs) > 2:
            last = [c for c in kept if c.bottom == rows]
            filled = [c for c in last if c.text]
            note = filled[0] if filled else None
            if len(filled) > 1 or any(c.top != rows - 1 for c in last) or (note is not None and not is_note(note.text)):
                break
            if note is not None:
                if not is_remark(note.text) and 2 * (note.x1 - note.x0) <= max(xs) - min(xs):
                    break
                notes.insert(0, note.text)
            rows -= 1
            kept = [c for c in kept if c.bottom <= rows]
        self._composer.grid(place(kept))
        for text in notes:
            self._composer.paragraph(text)

    def _write_frame(
        self, cell: etree._Element, text: str, nested: list[etree._Element], found: _Found, depth: int
    ) -> None:
        """Add a table of one cell: a frame around what is in it."""
        if not nested:
            self._composer.paragraph(text)
            self._write_found(found, depth)
            return
        for block in _blocks(cell):
            if local(block) == "tbl":
                self._write_table(block, depth + 1)
            else:
                self._write_paragraph(block, depth)

    def _cell_text(self, cell: etree._Element, found: _Found, nested: list[etree._Element]) -> str:
        lines: list[str] = []
        for block in _blocks(cell):
            if local(block) == "p":
                lines.append(self._paragraph_text(block, found))
            else:
                nested.append(block)
        return "\n".join(line for line in lines if line.strip())

    def _paragraph_text(self, paragraph: etree._Element, found: _Found) -> str:
        inner = _Found()
        self._collect(paragraph, inner, 0)
        found.boxes += inner.boxes
        found.notes += inner.notes
        found.objects += inner.objects
        text = "".join(inner.text)
        if not text.strip():
            return ""
        number = self._number(paragraph)
        return f"{number}{'' if not number or _CJK_END.search(number) else ' '}{text}"

    def _collect(self, element: etree._Element, found: _Found, nesting: int) -> None:
        if nesting > _MAX_NESTING:
            raise UnreadableDocumentError(
                f"“{self._package.name}”的内容层层嵌套，不像正常文档，没有读取。请用Word或WPS另存为DOCX后再上传。"
            )
        for piece in element:
            name = local(piece)
            if name == "t":
                found.text.append(piece.text or "")
            elif name in _CHARACTERS:
                if attribute(piece, "type") not in ("page", "column"):
                    found.text.append(_CHARACTERS[name])
            elif name == "sym":
                found.text.append(_sign(piece))
            elif name in ("footnoteReference", "endnoteReference"):
                found.notes.append((name.removesuffix("Reference") + "s", attribute(piece, "id")))
            elif name == "r" and self._is_hidden(piece):
                self._hidden += sum(len(t.text or "") for t in piece if local(t) == "t")
            elif name == "ruby":
                base = child(piece, "rubyBase")
                if base is not None:
                    self._collect(base, found, nesting + 1)
            elif name in ("drawing", "pict", "object", "AlternateContent"):
                _collect_drawn(piece, found)
            elif name not in _DROPPED:
                self._collect(piece, found, nesting + 1)

    def _is_hidden(self, run: etree._Element) -> bool:
        properties = child(run, "rPr")
        if properties is None:
            return False
        vanish = child(properties, "vanish")
        if vanish is not None:
            return attribute(vanish, "val", "1") not in _OFF
        style = child(properties, "rStyle")
        return style is not None and self._styles.get(attribute(style, "val"), _Style()).hidden

    def _chain(self, paragraph: etree._Element) -> Iterator[_Style]:
        """Yield the style of a paragraph and those it builds on."""
        properties = child(paragraph, "pPr")
        named = child(properties, "pStyle") if properties is not None else None
        name = attribute(named, "val") if named is not None else self._default_style
        seen: set[str] = set()
        while name and name not in seen and name in self._styles:
            seen.add(name)
            yield self._styles[name]
            name = self._styles[name].parent

    def _heading(self, paragraph: etree._Element) -> int:
        properties = child(paragraph, "pPr")
        own = child(properties, "outlineLvl") if properties is not None else None
        outline = (
            _integer(own, -1)
            if own is not None
            else next((s.outline for s in self._chain(paragraph) if s.outline >= 0), -1)
        )
        return outline + 1 if 0 <= outline < 9 else 0

    def _number(self, paragraph: etree._Element) -> str:
        """Count a paragraph in its list, if it belongs to one, and return what Word prints before it."""
        properties = child(paragraph, "pPr")
        own = child(properties, "numPr") if properties is not None else None
        number, depth = "", -1
        if own is not None:
            if (named := child(own, "numId")) is not None:
                number = attribute(named, "val")
            if (level := child(own, "ilvl")) is not None:
                depth = _integer(level, 0)
        styled = ""
        if not number:
            style = next((s for s in self._chain(paragraph) if s.number), None)
            if style is None:
                return ""
            number = style.number
            depth = style.depth if depth < 0 else depth
            named = child(properties, "pStyle") if properties is not None else None
            styled = attribute(named, "val") if named is not None else self._default_style
        if number == "0":
            return ""
        if depth < 0:
            depth = self._numbers.level_of_style(number, styled)
        return self._numbers.next(number, depth)


def _blocks(container: etree._Element) -> Iterator[etree._Element]:
    """Yield paragraphs and tables in order, out of the wrappers around them."""
    waiting = [iter(container)]
    while waiting:
        element = next(waiting[-1], None)
        if element is None:
            waiting.pop()
            continue
        name = local(element)
        if name in ("p", "tbl"):
            yield element
        elif name in _WRAPPERS and len(waiting) < _MAX_NESTING:
            waiting.append(iter(element))
        elif name == "AlternateContent" and (choice := child(element, "Choice")) is not None:
            waiting.append(iter(choice))


def _between(body: etree._Element, first: str, last: str) -> frozenset[etree._Element]:
    """Return the paragraphs and tables from the one with a bookmark to the last before the paragraph with another.

    The paragraph with the other may have been written on and counts as text; without it, all that follows belongs.
    """
    found: set[etree._Element] = set()
    is_between = False
    for element in body.iter("{*}bookmarkStart", "{*}p", "{*}tbl"):
        name = attribute(element, "name") if local(element) == "bookmarkStart" else ""
        if name == first:
            is_between = True
            found.update(element.iterancestors("{*}p", "{*}tbl"))
        elif name == last:
            is_between = False
            found.difference_update(element.iterancestors("{*}p"))
        elif is_between and not local(element).startswith("bookmark"):
            found.add(element)
    return frozenset(found)


def _children(container: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield the rows of a table or the cells of a row, out of wrappers, deleted ones left out."""
    for element in container:
        tag = local(element)
        if tag == name:
            properties = child(element, "trPr") if name == "tr" else child(element, "tcPr")
            gone = "del" if name == "tr" else "cellDel"
            if properties is None or child(properties, gone) is None:
                yield element
        elif tag in _WRAPPERS:
            yield from _children(element, name)


def _skipped(row: etree._Element, name: str) -> int:
    properties = child(row, "trPr")
    before = child(properties, name) if properties is not None else None
    return min(_integer(before, 0), _MAX_SPAN) if before is not None else 0


def _cell_shape(cell: etree._Element) -> tuple[int, str]:
    """Return how many columns a cell reaches over, and whether it begins or continues a merge of rows."""
    properties = child(cell, "tcPr")
    if properties is None:
        return 1, ""
    span = child(properties, "gridSpan")
    merge = child(properties, "vMerge")
    columns = min(max(_integer(span, 1), 1), _MAX_SPAN) if span is not None else 1
    return columns, attribute(merge, "val", "continue") if merge is not None else ""


def _collect_drawn(element: etree._Element, found: _Found) -> None:
    """Collect the text boxes and embedded objects of a drawing; of alternatives the first that has any."""
    if local(element) == "AlternateContent":
        for name in ("Choice", "Fallback"):
            option = child(element, name)
            before = len(found.boxes) + len(found.objects)
            if option is not None:
                _collect_drawn(option, found)
            if len(found.boxes) + len(found.objects) > before:
                return
        return
    for piece in element:
        name = local(piece)
        if name == "txbxContent":
            found.boxes.append(piece)
        elif name == "OLEObject":
            relation = next((str(v) for k, v in piece.items() if k.endswith("}id")), "")
            if "equation" not in attribute(piece, "ProgID").lower():
                found.objects.append(relation)
        else:
            _collect_drawn(piece, found)


def _sign(element: etree._Element) -> str:
    code = attribute(element, "char").lower()
    if not re.fullmatch(r"[0-9a-f]{2,4}", code):
        return ""
    if "wingdings" in attribute(element, "font").lower():
        return _SIGNS.get(code[-2:], "")
    value = int(code, 16)
    value = value - 0xF000 if 0xF020 <= value <= 0xF0FF else value
    return chr(value) if 0x20 <= value < 0xD800 else ""


def _integer(element: etree._Element, default: int) -> int:
    text = attribute(element, "val")
    return int(text) if text.isdigit() and len(text) < 7 else default


def _read_styles(root: etree._Element | None) -> tuple[dict[str, _Style], str]:
    """Read the styles of paragraphs and characters, and which one paragraphs have that name none."""
    styles: dict[str, _Style] = {}
    default = ""
    for element in root if root is not None else ():
        if local(element) != "style":
            continue
        name = attribute(element, "styleId")
        if attribute(element, "type") == "paragraph" and attribute(element, "default") in ("1", "true", "on"):
            default = name
        styles[name] = _read_style(element)
    return styles, default


def _read_style(element: etree._Element) -> _Style:
    based, title = child(element, "basedOn"), child(element, "name")
    paragraph, run = child(element, "pPr"), child(element, "rPr")
    outline, number, depth = -1, "", -1
    called = _HEADING_STYLE.match(attribute(title, "val")) if title is not None else None
    if called:
        outline = int(called.group(1)) - 1
    if paragraph is not None:
        if (level := child(paragraph, "outlineLvl")) is not None:
            outline = _integer(level, -1)
        if (listed := child(paragraph, "numPr")) is not None:
            if (named := child(listed, "numId")) is not None:
                number = attribute(named, "val")
            if (level := child(listed, "ilvl")) is not None:
                depth = _integer(level, -1)
    vanish = child(run, "vanish") if run is not None else None
    hidden = vanish is not None and attribute(vanish, "val", "1") not in _OFF
    return _Style(attribute(based, "val") if based is not None else "", outline, number, depth, hidden)


def _read_notes(root: etree._Element | None) -> dict[str, str]:
    """Read the text of foot- or endnotes by their numbers; the lines that separate them have none."""
    out: dict[str, str] = {}
    for note in root if root is not None else ():
        texts = [t.text or "" for t in note.iter() if local(t) == "t"]
        if "".join(texts).strip():
            out[attribute(note, "id")] = "".join(texts).strip()
    return out
