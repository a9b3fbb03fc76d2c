"""What kind of file some bytes are, told from the bytes; the name only decides between kinds that look alike."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from enum import Enum, unique
from pathlib import PurePosixPath

from service.adapters.readers import ole
from service.adapters.readers.limits import ZIP_ERRORS


@unique
class Kind(Enum):
    """Kinds of file, by what reads them. The value is what a reader of a message calls it."""

    PDF = "PDF"
    WORD = "Word文档（DOCX）"
    OLD_WORD = "旧版Word文档（DOC）"
    WORKBOOK = "Excel工作簿"
    WEB_PAGE = "网页（HTML）"
    WEB_ARCHIVE = "单个文件网页（MHT）"
    DELIMITED = "CSV表格"
    TEXT = "文本"
    ARCHIVE = "ZIP压缩包"
    ENCRYPTED_OFFICE = "加密的Office文件"
    BROKEN_ZIP = "损坏的ZIP或Office文件"
    BROKEN_OFFICE = "损坏的旧版Office文件"
    OFD = "OFD版式文件"
    RICH_TEXT = "RTF文档"
    OPEN_DOCUMENT = "OpenDocument文档"
    SLIDES = "演示文稿"
    OFFICE_XML = "XML格式的Office文件"
    XML = "XML文件"
    DATA = "数据或程序代码文件"
    IMAGE = "图片"
    PACKED = "RAR、7Z或GZ压缩包"
    MEDIA = "音频或视频"
    PROGRAM = "程序"
    BINARY = "二进制文件"


#: The endings that each kind of file rightly has.
ENDINGS: dict[Kind, frozenset[str]] = {
    Kind.PDF: frozenset({".pdf"}),
    Kind.WORD: frozenset({".docx", ".docm", ".dotx", ".dotm", ".wps"}),
    Kind.OLD_WORD: frozenset({".doc", ".dot", ".wps", ".wpt"}),
    Kind.WORKBOOK: frozenset({".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xls", ".xlt", ".et", ".ett"}),
    Kind.WEB_PAGE: frozenset({".html", ".htm", ".xhtml", ".shtml"}),
    Kind.WEB_ARCHIVE: frozenset({".mht", ".mhtml"}),
    Kind.DELIMITED: frozenset({".csv"}),
    Kind.TEXT: frozenset({".txt", ".md", ".markdown", ".tsv"}),
    Kind.ARCHIVE: frozenset({".zip"}),
}
#: Every ending that is read, as shown in messages and looked for in folders.
SUPPORTED_ENDINGS = tuple(sorted(frozenset().union(*ENDINGS.values())))
#: The formats that are read, in the words of a message.
SUPPORTED = (
    "PDF、Word（DOCX、DOC、WPS）、Excel（XLSX、XLS、ET）、网页（HTML、MHT）、CSV、TXT、Markdown，以及它们的ZIP压缩包"
)

_BEGINNINGS = (
    (b"\x89PNG", Kind.IMAGE), (b"\xff\xd8\xff", Kind.IMAGE), (b"GIF8", Kind.IMAGE), (b"II*\x00", Kind.IMAGE),
    (b"MM\x00*", Kind.IMAGE), (b"BM", Kind.IMAGE), (b"8BPS", Kind.IMAGE), (b"\x1f\x8b", Kind.PACKED),
    (b"Rar!", Kind.PACKED), (b"7z\xbc\xaf", Kind.PACKED), (b"BZh", Kind.PACKED), (b"\xfd7zXZ", Kind.PACKED),
    (b"\x7fELF", Kind.PROGRAM), (b"MZ", Kind.PROGRAM), (b"\xca\xfe\xba\xbe", Kind.PROGRAM),
    (b"{\\rtf", Kind.RICH_TEXT), (b"ID3", Kind.MEDIA), (b"OggS", Kind.MEDIA), (b"\x1aE\xdf\xa3", Kind.MEDIA),
)  # fmt: skip
#: Plain text that is no document. Only the ending tells.
_DATA_ENDINGS = frozenset(
    {".json", ".js", ".css", ".py", ".sql", ".log", ".ini", ".cfg", ".toml", ".yaml", ".yml", ".sh", ".bat", ".java"}
)
_HEAD = 4096
_TAG = re.compile(
    r"(?:<!doctype\s+html|<(?:html|head|body|title|meta|link|table|tbody|tr|div|section|article|main|center|p|h[1-6]"
    r"|style|script|font|span|ul|ol|dl|br|hr|b|strong)\b)",
    re.IGNORECASE,
)
_WHOLE_PAGE = re.compile(r"<!doctype\s+html|<html\b", re.IGNORECASE)
_BEFORE_TAG = re.compile(r"(?:\s|<\?xml[^>]*>|<!--.*?-->)*", re.DOTALL)
_OFFICE_XML = re.compile(r"mso-application|urn:schemas-microsoft-com:office|schemas\.microsoft\.com/office/word/2003")
_MIME = re.compile(r"(?:^|\n)content-type:\s*(?:multipart/related|text/html)", re.IGNORECASE)
_CONTROL = frozenset(range(9)) | frozenset(range(14, 32)) - {27}


def kind_of(data: bytes, name: str) -> Kind:
    """Tell the kind of a file that is not empty.

    Args:
        data: The bytes of the file.
        name: Its name, whose ending decides only where the content fits several kinds (text or CSV, text or
            a fragment of a web page).
    """
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK00PK")):
        return _zip_kind(data)
    if data.startswith(ole.SIGNATURE[:4]):
        return _ole_kind(data)
    if b"%PDF-" in data[:1024]:  # some have a few bytes before it; a ZIP may have a whole PDF there
        return Kind.PDF
    for beginning, kind in _BEGINNINGS:
        if data.startswith(beginning) and (len(beginning) > 2 or _is_binary(data)):
            return kind
    if data[:4] == b"RIFF" or data[4:8] == b"ftyp":
        return Kind.IMAGE if data[8:12] in (b"WEBP", b"heic", b"avif", b"mif1") else Kind.MEDIA
    if _is_binary(data):
        return Kind.BINARY
    return _text_kind(data, PurePosixPath(name).suffix.lower())


def _zip_kind(data: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            kind = archive.read("mimetype")[:80] if _small(archive, "mimetype") else b""
    except ZIP_ERRORS:
        return Kind.BROKEN_ZIP
    return _package_kind(names, kind)


def _small(archive: zipfile.ZipFile, member: str) -> bool:
    return member in archive.NameToInfo and archive.NameToInfo[member].file_size < 200


def _package_kind(names: set[str], mimetype: bytes) -> Kind:
    folders = {n.partition("/")[0].lower() for n in names if "/" in n}
    if "[Content_Types].xml" in names:
        for folder, kind in (("word", Kind.WORD), ("xl", Kind.WORKBOOK), ("ppt", Kind.SLIDES)):
            if folder in folders:
                return kind
    if "OFD.xml" in names:
        return Kind.OFD
    if b"opendocument.spreadsheet" in mimetype:
        return Kind.WORKBOOK
    if b"opendocument" in mimetype:
        return Kind.OPEN_DOCUMENT
    return Kind.ARCHIVE


def _ole_kind(data: bytes) -> Kind:
    names = ole.top_level_names(data)
    for stream, kind in (
        ("EncryptedPackage", Kind.ENCRYPTED_OFFICE), ("WordDocument", Kind.OLD_WORD), ("Workbook", Kind.WORKBOOK),
        ("Book", Kind.WORKBOOK), ("PowerPoint Document", Kind.SLIDES),
    ):  # fmt: skip
        if stream in names:
            return kind
    return Kind.BROKEN_OFFICE


def _is_binary(data: bytes) -> bool:
    """Tell bytes that are text in no encoding that Chinese files have."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    return sum(byte in _CONTROL for byte in data[:_HEAD]) * 100 > len(data[:_HEAD])


def _text_kind(data: bytes, suffix: str) -> Kind:
    head = decode_head(data)
    tag = head[_BEFORE_TAG.match(head).end() :]  # type: ignore[union-attr]
    if _OFFICE_XML.search(head) and not _TAG.match(tag):
        return Kind.OFFICE_XML
    if _TAG.match(tag) and (suffix not in ENDINGS[Kind.TEXT] or _WHOLE_PAGE.match(tag)):
        return Kind.WEB_PAGE
    if head.lstrip().startswith("<?xml"):
        return Kind.XML
    if _MIME.search(head[:2000]) and "mime-version:" in head[:2000].lower():
        return Kind.WEB_ARCHIVE
    if suffix in ENDINGS[Kind.WEB_PAGE] and "<" in head:
        return Kind.WEB_PAGE
    if suffix in _DATA_ENDINGS:
        return Kind.DATA
    if suffix in ENDINGS[Kind.DELIMITED] or (suffix not in ENDINGS[Kind.TEXT] and _is_delimited(head)):
        return Kind.DELIMITED
    return Kind.TEXT


def decode_head(data: bytes) -> str:
    """Decode the first kilobytes as well as possible; for telling kinds apart, not for reading."""
    head = data[:_HEAD]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start > len(head) - 4:  # a character cut off by the end of the head
            return head[: error.start].decode("utf-8-sig")
    return head.decode("gb18030", "replace")


def _is_delimited(head: str) -> bool:
    """Tell comma-separated rows from running text: at least three lines, all of one width, at least three fields."""
    lines = head.splitlines()[:-1] or head.splitlines()
    try:
        widths = [len(row) for row in csv.reader(lines) if row]
    except csv.Error:
        return False
    return len(widths) >= 3 and min(widths) >= 3 and min(widths) == max(widths)
