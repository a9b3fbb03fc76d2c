"""The ZIP container of an Office document since 2007: bounded, without document type declarations, part by part."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import PurePosixPath
from urllib.parse import unquote

from lxml import etree

from service.adapters.readers import ole
from service.adapters.readers.limits import ZIP_ERRORS, check_zip, damaged
from service.domain.errors import UnreadableDocumentError

_XML_ENDINGS = (".xml", ".rels", ".vml")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
#: A declaration must stand before the root element; the prologue of an Office part is far shorter.
_PROLOGUE = 1 << 16
_DECLARED = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def local(element: etree._Element) -> str:
    """Return the name of an element without its namespace, so that the strict variant reads alike; "" for a comment."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: etree._Element, name: str, default: str = "") -> str:
    """Return an attribute by its name without namespace."""
    value = element.get(name)
    if value is not None:
        return str(value)
    return next((str(v) for k, v in element.items() if k.rpartition("}")[2] == name), default)


def child(element: etree._Element, name: str) -> etree._Element | None:
    """Return the first child of that name."""
    return next((c for c in element if local(c) == name), None)


class Package:
    """An Office document whose container has been found sound.

    Args:
        data: The bytes of the file.
        name: Its name, for messages.

    Raises:
        OversizedDocumentError: It unpacks to more than the bounds allow.
        UnreadableDocumentError: It is damaged, encrypted, or one of its parts declares entities.
    """

    def __init__(self, data: bytes, name: str) -> None:
        refuse_encrypted(data, name)
        check_zip(data, name)
        self.name = name
        self._archive = zipfile.ZipFile(io.BytesIO(data))
        self._members = {n.lstrip("/").replace("\\", "/").lower(): n for n in self._archive.namelist()}
        for member in self._members.values():
            if member.lower().endswith(_XML_ENDINGS):
                self._refuse_declarations(member)

    def has(self, part: str) -> bool:
        """Whether there is a part of that name, capitals aside."""
        return part.lower() in self._members

    @property
    def has_macros(self) -> bool:
        """Whether it carries a macro project."""
        return any(PurePosixPath(m).name == "vbaproject.bin" for m in self._members)

    def bytes_of(self, part: str) -> bytes:
        """Return a part, b"" where there is none."""
        member = self._members.get(part.lower())
        if member is None:
            return b""
        try:
            return self._archive.read(member)
        except ZIP_ERRORS as error:
            raise damaged(self.name) from error

    def tree(self, part: str) -> etree._Element | None:
        """Parse a part, None where there is none.

        Raises:
            UnreadableDocumentError: It is not well-formed.
        """
        data = self.bytes_of(part)
        if not data.strip():
            return None
        try:
            return etree.fromstring(data, _parser())
        except (etree.XMLSyntaxError, ValueError) as error:
            raise damaged(self.name) from error

    def rows(self, part: str, tags: tuple[str, ...]) -> Iterator[etree._Element]:
        """Parse a large part and yield its elements of some names as they end; each is emptied afterwards.

        Raises:
            UnreadableDocumentError: It is not well-formed.
        """
        wanted = [f"{{*}}{t}" for t in tags]
        source = io.BytesIO(self.bytes_of(part))
        try:
            events = etree.iterparse(source, tag=wanted, resolve_entities=False, no_network=True, load_dtd=False)
            for _, element in events:
                yield element
                element.clear()
                parent = element.getparent()
                while parent is not None and element.getprevious() is not None:
                    del parent[0]
        except (etree.XMLSyntaxError, ValueError) as error:
            raise damaged(self.name) from error

    def relations(self, part: str) -> dict[str, str]:
        """Return what the ids in a part stand for: other parts by their full names. Addresses outside are left out."""
        folder, file = posixpath.split(part)
        root = self.tree(posixpath.join(folder, "_rels", f"{file}.rels"))
        out: dict[str, str] = {}
        for relation in root if root is not None else ():
            target = unquote(attribute(relation, "Target")).replace("\\", "/")
            if attribute(relation, "TargetMode") == "External" or not target:
                continue
            full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            out[attribute(relation, "Id")] = full
        return out

    @cached_property
    def main_part(self) -> str:
        """Name of the part that holds the document itself, "" where the package does not say."""
        root = self.tree("_rels/.rels")
        for relation in root if root is not None else ():
            if attribute(relation, "Type").endswith("/officeDocument"):
                return posixpath.normpath(attribute(relation, "Target").lstrip("/"))
        return ""

    def _refuse_declarations(self, member: str) -> None:
        try:
            with self._archive.open(member) as part:
                head = part.read(_PROLOGUE)
        except ZIP_ERRORS as error:
            raise damaged(self.name) from error
        text = head.decode("utf-16", "replace") if head.startswith(_UTF16) else head.decode("latin-1")
        if _DECLARED.search(text.replace("\x00", "")):
            raise UnreadableDocumentError(
                f"“{self.name}”里有Office文件不该有的外部实体声明，可能是恶意文件，没有读取。"
                "请用Office或WPS打开原件，另存后再上传。"
            )


def refuse_encrypted(data: bytes, name: str) -> None:
    """Refuse an Office document since 2007 that is wrapped for encryption.

    Raises:
        UnreadableDocumentError: It is.
    """
    if "EncryptedPackage" in ole.top_level_names(data):
        raise UnreadableDocumentError(f"“{name}”设有打开密码，不能读。请取消密码后另存，再上传。")


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
