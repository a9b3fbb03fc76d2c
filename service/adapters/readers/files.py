"""Any file: its kind is told from its content, and the reader for that kind reads it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

from service.adapters.readers.kinds import ENDINGS, SUPPORTED, Kind, kind_of
from service.adapters.readers.limits import check_reading, check_size, damaged
from service.adapters.readers.text import safe_name
from service.domain.errors import (
    OversizedDocumentError,
    SourceDocumentError,
    UnreadableDocumentError,
    UnsupportedDocumentError,
)
from service.ingestion.blocks import Reading, Remark

#: What to do with a file of a kind that is not read.
_WAYS_OUT = {
    Kind.ENCRYPTED_OFFICE: "它设有打开密码，请取消密码后另存，再上传。",
    Kind.BROKEN_ZIP: "它可能没有传完，请重新下载或另存后再上传。",
    Kind.BROKEN_OFFICE: "它可能没有传完，请重新下载，或用Office、WPS另存为DOCX、XLSX后再上传。",
    Kind.OFD: "请用OFD阅读器打印或导出成PDF后再上传。",
    Kind.RICH_TEXT: "请用Word或WPS另存为DOCX后再上传。",
    Kind.OPEN_DOCUMENT: "请另存为DOCX或PDF后再上传。",
    Kind.SLIDES: "请把内容另存为PDF后再上传。",
    Kind.OFFICE_XML: "请用Office或WPS另存为DOCX、XLSX后再上传。",
    Kind.IMAGE: "请上传原来的电子文件；只有纸质件时，请扫描成PDF后再上传。",
    Kind.PACKED: "请先解压，或改打成ZIP，再上传。",
}
_DAMAGED = frozenset({Kind.ENCRYPTED_OFFICE, Kind.BROKEN_ZIP, Kind.BROKEN_OFFICE, Kind.BINARY})


def read_file(data: bytes, name: str, *, max_bytes: int) -> Reading:
    """Read a file of any kind.

    Args:
        data: The bytes of the file.
        name: Its name; the content decides what it is, and a name that says otherwise is remarked on.
        max_bytes: Size limit.

    Raises:
        OversizedDocumentError: The file, or what is in it, is beyond the limits.
        EmptyDocumentError: It holds no visible character.
        UnreadableDocumentError: It is damaged, encrypted, or text in an unknown encoding.
        UnsupportedDocumentError: It is of a kind that is not read.
    """
    shown = safe_name(name)
    check_size(data, shown, max_bytes)
    kind = kind_of(data, shown)
    reading = check_reading(_read(kind, data, shown, max_bytes))
    suffix = PurePosixPath(shown).suffix.lower()
    if suffix in ENDINGS[kind]:
        return reading
    called = f"后缀是“{suffix}”" if suffix else "没有后缀"
    remark = Remark("wrong-extension", f"“{shown}”{called}，内容却是{kind.value}，已按内容读取。")
    return replace(reading, remarks=(*reading.remarks, remark))


def _read(kind: Kind, data: bytes, name: str, max_bytes: int) -> Reading:
    """Read by kind; whatever a library raises on a damaged file becomes one error that says what to do."""
    try:
        return read_kind(kind, data, name, max_bytes=max_bytes)
    except SourceDocumentError:
        raise
    except MemoryError as error:
        raise OversizedDocumentError(f"“{name}”的内容太大，内存放不下。请拆成几个文件再上传。") from error
    except Exception as error:
        raise damaged(name) from error


def read_kind(kind: Kind, data: bytes, name: str, *, max_bytes: int) -> Reading:
    """Read a file of a known kind, with no net below: a library's own errors come through.

    Raises:
        SourceDocumentError: It cannot be read.
    """
    if kind is Kind.TEXT:
        from service.adapters.readers.text import read_text

        return read_text(data, name, max_bytes=max_bytes)
    if kind is Kind.PDF:
        from service.adapters.readers.pdf import read_pdf
        from service.adapters.readers.pdf_streams import check_streams

        check_streams(data, name)
        return read_pdf(data, name)
    if kind in (Kind.WEB_PAGE, Kind.WEB_ARCHIVE):
        from service.adapters.readers.html import read_html

        return read_html(data, name)
    if kind is Kind.ARCHIVE:
        raise UnsupportedDocumentError(
            f"“{name}”是压缩包，里面可能有多份文件，不能当作一份来读。请用收录（ingest、上传）来读它，或先解压。"
        )
    return _read_office(kind, data, name)


def _read_office(kind: Kind, data: bytes, name: str) -> Reading:
    if kind is Kind.WORKBOOK:
        from service.adapters.readers.workbook import read_workbook

        return read_workbook(data, name)
    if kind is Kind.WORD:
        from service.adapters.readers.word import read_word

        return read_word(data, name)
    if kind is Kind.OLD_WORD:
        from service.adapters.readers.legacy_word import read_legacy_word

        return read_legacy_word(data, name)
    if kind is Kind.DELIMITED:
        from service.adapters.readers.delimited import read_delimited

        return read_delimited(data, name)
    raise _refusal(kind, name)


def _refusal(kind: Kind, name: str) -> SourceDocumentError:
    if name.startswith("~$"):
        return UnsupportedDocumentError(
            f"“{name}”是Office打开文件时留下的临时文件，没有内容。请上传名字里没有“~$”的那一份。"
        )
    way_out = _WAYS_OUT.get(kind, f"能读的有：{SUPPORTED}。")
    message = f"“{name}”是{kind.value}，不能读。{way_out}"
    return UnreadableDocumentError(message) if kind in _DAMAGED else UnsupportedDocumentError(message)
