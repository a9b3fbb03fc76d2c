"""Word documents before 2007 (DOC, WPS), RTF and ODT, by way of LibreOffice."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from service.adapters.readers import ole
from service.adapters.readers.limits import check_zip
from service.adapters.readers.office import convert
from service.adapters.readers.package import refuse_encrypted
from service.adapters.readers.word import read_word
from service.domain.errors import UnreadableDocumentError
from service.ingestion.blocks import Reading, Remark

_REMEDY = "用Word或WPS另存为DOCX"
#: Streams that hold the macros of an old document.
_MACROS = frozenset({"Macros", "_VBA_PROJECT_CUR"})


def read_legacy_word(data: bytes, name: str) -> Reading:
    """Read a text document in a format older than or other than DOCX.

    Args:
        data: The bytes of the file: DOC (and WPS, which is the same), RTF or ODT.
        name: Its name.

    Raises:
        EmptyDocumentError: It holds no text.
        OversizedDocumentError: It unpacks to too much or has too many cells.
        UnreadableDocumentError: It is damaged or encrypted, or cannot be converted in time.
        UnsupportedDocumentError: LibreOffice is not installed.
    """
    refuse_encrypted(data, name)
    if data.startswith(b"PK"):
        check_zip(data, name)
    converted = convert(data, name, ending=_ending(data, name), into="docx", remedy=_REMEDY)
    reading = replace(read_word(converted, name), sha256=hashlib.sha256(data).hexdigest())
    if _MACROS & ole.top_level_names(data):
        remark = Remark("macros-ignored", f"“{name}”带有宏，没有运行，只读取了文字和表格。")
        reading = replace(reading, remarks=(*reading.remarks, remark))
    return reading


def _ending(data: bytes, name: str) -> str:
    """Tell the format from the content: the converter would believe any name, and take anything for text."""
    if data.startswith(ole.SIGNATURE) and "WordDocument" in ole.top_level_names(data):
        return "doc"
    if data.lstrip()[:5] == b"{\\rtf":
        return "rtf"
    if data.startswith(b"PK"):
        return "odt"
    raise UnreadableDocumentError(f"“{name}”不是Word文档，或已损坏。请用Word或WPS打开检查，另存为DOCX后再上传。")
