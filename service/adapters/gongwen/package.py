"""The package of a Word document: its parts, what they are, and how they refer to one another."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence

from lxml import etree

from service.adapters.gongwen.layout import Layout
from service.adapters.gongwen.wordml import WORD, section, settings, styles, w
from service.adapters.readers.package import Package, attribute, local
from service.adapters.xml_text import writable
from service.domain.errors import SourceDocumentError

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MIME = "application/vnd.openxmlformats-officedocument"
_MAIN, _CUSTOM = "word/document.xml", "docProps/custom.xml"
_FOOTERS = {"default": "word/footer1.xml", "even": "word/footer2.xml"}
#: Part → its content type, and the type of the relation that leads to it (ECMA-376 part 1, 11.3 and 15.2).
_PARTS = {
    _MAIN: (f"{_MIME}.wordprocessingml.document.main+xml", f"{_OFFICE}/relationships/officeDocument"),
    "word/styles.xml": (f"{_MIME}.wordprocessingml.styles+xml", f"{_OFFICE}/relationships/styles"),
    "word/settings.xml": (f"{_MIME}.wordprocessingml.settings+xml", f"{_OFFICE}/relationships/settings"),
    **dict.fromkeys(_FOOTERS.values(), (f"{_MIME}.wordprocessingml.footer+xml", f"{_OFFICE}/relationships/footer")),
    "docProps/core.xml": (
        "application/vnd.openxmlformats-package.core-properties+xml",
        f"{_PACKAGE}/relationships/metadata/core-properties",
    ),
    _CUSTOM: (f"{_MIME}.custom-properties+xml", f"{_OFFICE}/relationships/custom-properties"),
}
#: Custom property that says of which draft, and which version of it, a document was made.
_REFERENCE = "youju-draft"
_LONGEST_REFERENCE = 200
#: Format of properties that users define, and the first number one may have (ECMA-376 part 1, 22.3).
_USER_DEFINED, _FIRST = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}", "2"
#: The first moment a ZIP archive can name: nothing tells when the file was made.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def packed(
    body: Sequence[etree._Element], layout: Layout, *, footers: Mapping[str, etree._Element], title: str, reference: str
) -> bytes:
    """Return a document: the same content is always the same bytes, on every machine.

    Args:
        body: Paragraphs and tables.
        layout: Page and styles.
        footers: ``default`` (odd pages) and ``even`` → the paragraph at the foot of the page.
        title: Of the document, for the list of files.
        reference: Which draft and version it is, "" to leave that out.
    """
    links = []
    for kind, part in _FOOTERS.items():
        links.append(w("footerReference", type=kind))
        links[-1].set(f"{{{_OFFICE}/relationships}}id", _relation_id(part))
    parts = {
        _MAIN: w("document", w("body", *body, section(layout, *links))),
        "word/styles.xml": styles(layout),
        "word/settings.xml": settings(),
        **{part: w("ftr", footers[kind]) for kind, part in _FOOTERS.items()},
        "docProps/core.xml": _core(title),
        **({_CUSTOM: _custom(reference)} if reference else {}),
    }
    inner = [part for part in parts if part.startswith("word/") and part != _MAIN]
    outer = [part for part in parts if part not in inner]
    return _zipped({
        "[Content_Types].xml": _content_types(parts),
        "_rels/.rels": _relations(outer, ""),
        "word/_rels/document.xml.rels": _relations(inner, "word/"),
        **parts,
    })  # fmt: skip


def read_reference(data: bytes) -> str:
    """Return which draft and version a DOCX was made of, "" where it does not say so or is no DOCX.

    Word, WPS and LibreOffice keep it when the document is edited and saved.
    """
    try:
        root = Package(data, "").tree(_CUSTOM)
    except SourceDocumentError:
        return ""
    for each in root if root is not None else ():
        if local(each) == "property" and attribute(each, "name") == _REFERENCE:
            return "".join(each.itertext()).strip()[:_LONGEST_REFERENCE]
    return ""


def _core(title: str) -> etree._Element:
    core = f"{_PACKAGE}/metadata/core-properties"
    root = etree.Element(f"{{{core}}}coreProperties", nsmap={"cp": core, "dc": "http://purl.org/dc/elements/1.1/"})
    etree.SubElement(root, "{http://purl.org/dc/elements/1.1/}title").text = writable(title)
    return root


def _custom(reference: str) -> etree._Element:
    space, types = f"{_OFFICE}/custom-properties", f"{_OFFICE}/docPropsVTypes"
    root = etree.Element(f"{{{space}}}Properties", nsmap={None: space, "vt": types})
    made = etree.SubElement(root, f"{{{space}}}property", fmtid=_USER_DEFINED, pid=_FIRST, name=_REFERENCE)
    etree.SubElement(made, f"{{{types}}}lpwstr").text = writable(reference)
    return root


def _content_types(parts: Iterable[str]) -> etree._Element:
    space = f"{_PACKAGE}/content-types"
    root = etree.Element(f"{{{space}}}Types", nsmap={None: space})
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    etree.SubElement(root, f"{{{space}}}Default", Extension="rels", ContentType=relations)
    for part in parts:
        etree.SubElement(root, f"{{{space}}}Override", PartName=f"/{part}", ContentType=_PARTS[part][0])
    return root


def _relations(parts: Iterable[str], folder: str) -> etree._Element:
    space = f"{_PACKAGE}/relationships"
    root = etree.Element(f"{{{space}}}Relationships", nsmap={None: space})
    for part in parts:
        target, kind = part.removeprefix(folder), _PARTS[part][1]
        etree.SubElement(root, f"{{{space}}}Relationship", Id=_relation_id(part), Type=kind, Target=target)
    return root


def _relation_id(part: str) -> str:
    return f"r{list(_PARTS).index(part) + 1}"


def _zipped(parts: Mapping[str, etree._Element]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:  # compressors do not all make the same of a text
        for name, root in parts.items():
            etree.cleanup_namespaces(root, top_nsmap={"w": WORD, "r": f"{_OFFICE}/relationships"})
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
    return out.getvalue()
