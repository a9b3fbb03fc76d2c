"""Web page bytes to a tree of elements, however the page was saved."""

from __future__ import annotations

import email
import email.policy
import re
from typing import Any

from service.adapters.readers.kinds import Kind, kind_of
from service.adapters.readers.text import decode
from service.domain.errors import OversizedDocumentError, UnreadableDocumentError

#: An element of a tree; the library has no types.
Element = Any

_DECLARED = re.compile(rb"<meta\b[^>]{0,300}?\bcharset\s*=\s*[\"']?\s*([\w-]{2,20})|<\?xml[^>]{0,200}\bencoding\s*=\s*[\"']([\w-]{2,20})", re.IGNORECASE)  # fmt: skip
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*>")
#: Pictures written into the page, and what no tree may hold.
_INLINE_DATA = re.compile(r"data:[\w/+.-]{0,40};base64,[A-Za-z0-9+/=\s]{64,}")
_NOT_ALLOWED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: Tags that say nothing about the structure; left open by the thousand, they nest as deep.
_FORMATTING = re.compile(r"</?(?:font|span|b|i|u|em|strong|big|small|center|o:p|st1:\w+)\b[^<>]*>", re.IGNORECASE)
_CONTAINERS = re.compile(r"</?(?:div|section|article|main|blockquote|dir|form)\b[^<>]*>", re.IGNORECASE)
_FOREIGN = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "utf8": "utf-8", "unicode": "utf-16"}
_MAX_PARTS = 100
#: Tags of one file, closing ones included: more than any disclosure has, and read in some seconds.
_MAX_TAGS = 600_000


def parse(data: bytes, name: str) -> list[Element]:
    """Return the root elements of a page: one, or one per sheet where a workbook was saved as a web archive.

    No entity is resolved and nothing is fetched. Tags that nest deeper than any page needs are dropped, their text
    kept.

    Raises:
        OversizedDocumentError: It has too many tags.
        UnreadableDocumentError: It is in an unknown encoding, has no content, or still nests too deep.
    """
    pages = _pages_of_archive(data) if kind_of(data, name) is Kind.WEB_ARCHIVE else [_decode(data, name)]
    if sum(page.count("<") for page in pages) > _MAX_TAGS:
        raise OversizedDocumentError(
            f"“{name}”的网页标签超过{_MAX_TAGS}个，太大。请拆成几个文件，或打印成PDF后再上传。"
        )
    roots = [root for page in pages if (root := _tree(page, name)) is not None]
    if not roots:
        raise UnreadableDocumentError(f"“{name}”里没有网页内容。请在浏览器里打开后另存为HTML或打印成PDF，再上传。")
    return roots


def _decode(data: bytes, name: str) -> str:
    """Decode as declared if that works without a single error, else by content, forgiving some bad bytes."""
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return decode(data, name)
    found = _DECLARED.search(data[:8192])
    declared = (found.group(1) or found.group(2)).decode("ascii").lower() if found else "utf-8"
    declared = _FOREIGN.get(declared, declared)
    for encoding in (declared, "utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    guesses = [data.decode(e, "replace") for e in ("utf-8", "gb18030")]
    best = min(guesses, key=lambda text: text.count("\ufffd"))
    if best.count("\ufffd") * 100 > len(best):
        raise UnreadableDocumentError(f"“{name}”的编码不认识。请在浏览器里打开后另存为UTF-8网页，再上传。")
    return best


def _pages_of_archive(data: bytes) -> list[str]:
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    pages: list[str] = []
    for number, part in enumerate(message.walk()):
        if number >= _MAX_PARTS:
            break
        content = part.get_payload(decode=True) if part.get_content_type() == "text/html" else None
        if isinstance(content, bytes):
            charset = part.get_content_charset() or ""
            try:
                pages.append(content.decode(_FOREIGN.get(charset, charset or "utf-8")))
            except (UnicodeError, LookupError):
                pages.append(content.decode("gb18030", "replace"))
    return pages


def _tree(text: str, name: str) -> Element | None:
    import lxml.etree
    import lxml.html

    cleaned = _NOT_ALLOWED.sub("", _INLINE_DATA.sub("", _XML_DECLARATION.sub("", text)))
    for tags, instead in ((None, ""), (_FORMATTING, ""), (_CONTAINERS, "<br>")):
        if tags is not None:
            cleaned = tags.sub(instead, cleaned)
        if not cleaned.strip():
            return None
        parser = lxml.html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
        try:
            root = lxml.html.document_fromstring(cleaned, parser=parser)
        except lxml.etree.ParserError:
            return None
        if not any(e.type_name == "ERR_RESOURCE_LIMIT" for e in parser.error_log):
            return root
    raise UnreadableDocumentError(f"“{name}”的网页标签嵌套太深，读不全。请在浏览器里打开后打印成PDF，再上传。")
