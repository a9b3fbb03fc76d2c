"""Comments at the wrong figures of a Word document; every part of the file but four is copied as it is."""

from __future__ import annotations

import io
import posixpath
import zipfile
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from lxml import etree

from service.adapters.annotating.marks import AUTHOR, Mark
from service.adapters.readers.package import Package, attribute, child, local
from service.adapters.xml_text import writable
from service.locating import Characters, squeeze

_XML = "http://www.w3.org/XML/1998/namespace"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_TRANSITIONAL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_INITIALS = "据"
#: Text that is gone, or is there a second time for older programs.
_GONE = frozenset({"del", "moveFrom", "Fallback"})
_UNPLACED = "以下各条说的是整份文件，或没有在文中找到对应的位置："


def comment_on(data: bytes, name: str, marks: Sequence[Mark]) -> bytes:
    """Return a Word document with a comment for every mark.

    The comment stands at the words in question, whose runs are split there and keep their formatting; in a text
    box, where Word takes no comments, at the paragraph that holds it. Marks whose place is not found share a
    comment at the beginning. Comments and tracked changes that are there stay.

    Args:
        data: The bytes of the document (DOCX, DOCM).
        name: Its name, for messages.
        marks: What to say, and where.

    Raises:
        SourceDocumentError: The file is damaged.
    """
    return _Copy(data, name).write(marks)


@dataclass(slots=True)
class _Text:
    """The characters of a document, and the elements that hold them."""

    elements: list[etree._Element] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    characters: Characters = field(default_factory=lambda: squeeze(()))

    def at(self, position: int) -> tuple[int, int]:
        """Return number of the element and offset in it, of a character."""
        place = self.characters.places[position]
        number = bisect_right(self.starts, place) - 1
        return number, place - self.starts[number]


class _Copy:
    """A Word document that is getting comments."""

    def __init__(self, data: bytes, name: str) -> None:
        self._data = data
        self._package = Package(data, name)
        self._main = self._package.main_part if self._package.has(self._package.main_part) else "word/document.xml"
        root = self._package.tree(self._main)
        self._root = etree.Element("document") if root is None else root
        self._space = etree.QName(self._root).namespace or ""

    def write(self, marks: Sequence[Mark]) -> bytes:
        """Return the copy."""
        text = _text_of(self._root, self._space)
        spans: list[tuple[Mark, int, int]] = []
        unplaced: list[Mark] = []
        for mark in marks:
            found = mark.find(text.characters)
            if found is None:
                unplaced.append(mark)
            else:
                spans.append((mark, found[0], found[1]))
        parts: dict[str, etree._Element] = {}
        comments = self._comments(parts)
        numbers = [int(n) for each in comments if (n := attribute(each, "id")).isdigit()]
        number = max(numbers, default=-1) + 1
        pieces = self._split(text, [cut for _, begin, end in spans for cut in (begin, end)])
        for mark, begin, end in spans:
            self._anchor(text, pieces, begin, end, number)
            comments.append(self._comment(number, mark.note))
            number += 1
        if unplaced and (first := self._first_paragraph()) is not None:
            self._around(first, number)
            said = [f"{n}. {mark.note}{f'（{mark.where}）' if mark.where else ''}" for n, mark in enumerate(unplaced, 1)]
            comments.append(self._comment(number, "\n".join([_UNPLACED, *said])))
        parts[self._main] = self._root
        return self._packed(parts)

    # ---------------------------------------------------------------------------------- the text

    def _split(self, text: _Text, cuts: Iterable[int]) -> Mapping[int, list[tuple[int, etree._Element]]]:
        """Cut runs at characters; return for each element that was cut the runs of its parts with their offsets."""
        wanted: defaultdict[int, set[int]] = defaultdict(set)
        for cut in cuts:
            # A cut stands before a character, or after the one that ends a passage.
            for position, after in ((cut, 0), (cut - 1, 1)):
                if 0 <= position < len(text.characters.text):
                    number, offset = text.at(position)
                    wanted[number].add(offset + after)
        return {number: _cut(text.elements[number], offsets, self._tag("r")) for number, offsets in sorted(wanted.items())}

    def _anchor(
        self, text: _Text, pieces: Mapping[int, list[tuple[int, etree._Element]]], begin: int, end: int, number: int
    ) -> None:
        (first, offset), (last, last_offset) = text.at(begin), text.at(end - 1)
        box = _holder(text.elements[first])
        if box is not None:
            self._around(box, number)
            return
        start = _piece(pieces[first], offset)
        stop = _piece(pieces[last], last_offset)
        start.addprevious(self._made("commentRangeStart", id=str(number)))
        self._close(stop, number)

    def _around(self, paragraph: etree._Element, number: int) -> None:
        """Let a comment span a whole paragraph."""
        opening = self._made("commentRangeStart", id=str(number))
        properties = child(paragraph, "pPr")
        if properties is not None:
            properties.addnext(opening)
        else:
            paragraph.insert(0, opening)
        self._close(paragraph[-1], number)

    def _close(self, last: etree._Element, number: int) -> None:
        reference = self._made("r")
        reference.append(self._made("commentReference", id=str(number)))
        closing = self._made("commentRangeEnd", id=str(number))
        last.addnext(closing)
        closing.addnext(reference)

    def _first_paragraph(self) -> etree._Element | None:
        paragraphs = self._root.iter(self._tag("p"))
        return next((p for p in paragraphs if _holder(p) is None), None)

    # ------------------------------------------------------------------------------ the comments

    def _comment(self, number: int, note: str) -> etree._Element:
        comment = self._made("comment", id=str(number), author=AUTHOR, initials=_INITIALS)
        for line in writable(note).split("\n"):
            paragraph, run, text = self._made("p"), self._made("r"), self._made("t")
            text.text = line
            text.set(f"{{{_XML}}}space", "preserve")
            run.append(text)
            paragraph.append(run)
            comment.append(paragraph)
        return comment

    def _comments(self, parts: dict[str, etree._Element]) -> etree._Element:
        """Return the root of the comments, of a part that is made and made known where there is none."""
        folder, file = posixpath.split(self._main)
        relations_part = posixpath.join(folder, "_rels", f"{file}.rels")
        relations = self._package.tree(relations_part)
        if relations is None:
            relations = etree.Element(f"{{{_RELATIONS}}}Relationships", nsmap={None: _RELATIONS})
        for relation in relations:
            if attribute(relation, "Type").endswith("/comments") and attribute(relation, "TargetMode") != "External":
                target = attribute(relation, "Target")
                part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
                root = self._package.tree(part)
                parts[part] = self._made("comments") if root is None else root
                return parts[part]
        part = next(p for n in range(1000) if not self._package.has(p := f"word/comments{n or ''}.xml"))
        kinds = self._package.tree("[Content_Types].xml")
        if kinds is None:
            kinds = etree.Element(f"{{{_TYPES}}}Types", nsmap={None: _TYPES})
        kinds.append(_plain(kinds, "Override", PartName=f"/{part}", ContentType=_KIND))
        known = {attribute(each, "Id") for each in relations}
        name = next(n for k in range(len(known) + 1) if (n := f"rIdComments{k}") not in known)
        kind = f"{_STRICT if 'purl.oclc.org' in self._space else _TRANSITIONAL}/comments"
        relations.append(_plain(relations, "Relationship", Id=name, Type=kind, Target=f"/{part}"))
        parts |= {"[Content_Types].xml": kinds, relations_part: relations, part: self._made("comments")}
        return parts[part]

    # ------------------------------------------------------------------------------- the package

    def _packed(self, parts: Mapping[str, etree._Element]) -> bytes:
        """Return the package with *parts* in place of its own of those names."""
        waiting = {name.lower(): (name, root) for name, root in parts.items()}
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(self._data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            for info in {i.filename: i for i in old.infolist()}.values():
                _, root = waiting.pop(info.filename.lstrip("/").replace("\\", "/").lower(), ("", None))
                new.writestr(info, old.read(info) if root is None else _serialised(root), zipfile.ZIP_DEFLATED)
            for name, root in waiting.values():
                new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), _serialised(root), zipfile.ZIP_DEFLATED)
        return out.getvalue()

    def _tag(self, name: str) -> str:
        return f"{{{self._space}}}{name}"

    def _made(self, name: str, **attributes: str) -> etree._Element:
        element = etree.Element(self._tag(name), nsmap={"w": self._space})
        for key, value in attributes.items():
            element.set(self._tag(key), value)
        return element


def _text_of(root: etree._Element, space: str) -> _Text:
    """Return the characters of a document paragraph by paragraph; formulas and drawings have texts of other namespaces."""
    text = _Text()
    paragraphs: list[list[str]] = []
    current: etree._Element | None = None
    length = 0
    for element in root.iter(f"{{{space}}}t"):
        run = element.getparent()
        if run is None or run.tag != f"{{{space}}}r" or not element.text:
            continue
        around = list(run.iterancestors())
        if any(local(a) in _GONE or local(a) == "ruby" for a in around):
            continue
        paragraph = next((a for a in around if local(a) == "p"), None)
        if paragraph is None:
            continue
        if paragraph is not current:
            paragraphs.append([])
            current = paragraph
        paragraphs[-1].append(element.text)
        text.elements.append(element)
        text.starts.append(length)
        length += len(element.text)
    text.characters = squeeze("".join(each) for each in paragraphs)
    return text


def _holder(element: etree._Element) -> etree._Element | None:
    """Return the paragraph of the body that holds the text box an element is in, None outside of text boxes."""
    around = [element, *element.iterancestors()]
    if not any(local(a) == "txbxContent" for a in around):
        return None
    return next((a for a in reversed(around) if local(a) == "p"), None)


def _cut(element: etree._Element, offsets: set[int], tag: str) -> list[tuple[int, etree._Element]]:
    """Split the run around a text at offsets of the text; return (offset, run) of each part of the text.

    Texts of one run must be cut in their order: cutting one moves what follows it into a new run.
    """
    text, run = element.text or "", element.getparent()
    assert run is not None  # noqa: S101 - only texts in runs are read
    if 0 in offsets and any(local(c) != "rPr" for c in element.itersiblings(preceding=True)):
        run = _moved(run, element, tag)
    parts = [(0, run)]
    piece, begun = element, 0
    for cut in sorted(o for o in offsets if 0 < o < len(text)):
        rest = deepcopy(piece)
        for part, said in ((piece, text[begun:cut]), (rest, text[cut:])):
            part.text = said
            part.set(f"{{{_XML}}}space", "preserve")
        piece.addnext(rest)
        run = _moved(run, rest, tag)
        parts.append((cut, run))
        piece, begun = rest, cut
    following = piece.getnext()
    if len(text) in offsets and following is not None:
        _moved(run, following, tag)
    return parts


def _moved(run: etree._Element, first: etree._Element, tag: str) -> etree._Element:
    """Move *first* and what follows it in a run into a new run of the same formatting behind it."""
    made = etree.Element(tag)
    properties = child(run, "rPr")
    if properties is not None:
        made.append(deepcopy(properties))
    for element in [first, *first.itersiblings()]:
        made.append(element)
    run.addnext(made)
    return made


def _piece(pieces: Sequence[tuple[int, etree._Element]], offset: int) -> etree._Element:
    """Return the run that holds the character at an offset."""
    return [run for begin, run in pieces if begin <= offset][-1]


def _plain(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    element = etree.Element(f"{{{etree.QName(parent).namespace}}}{name}")
    for key, value in attributes.items():
        element.set(key, value)
    return element


def _serialised(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))

