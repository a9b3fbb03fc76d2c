"""Files in the encodings people have are read; what cannot be read is refused with what to do."""

from __future__ import annotations

import pytest

from service.adapters.readers.files import read_file
from service.adapters.readers.text import read_text, safe_name
from service.domain.errors import (
    EmptyDocumentError,
    OversizedDocumentError,
    SourceDocumentError,
    UnreadableDocumentError,
    UnsupportedDocumentError,
)
from service.ingestion.pipeline import ingest
from service.vocabulary.vocabulary import Vocabulary
from tests.samples import MAX_BYTES, Sample, ingest_text

TEXT = Sample().text


@pytest.mark.parametrize(
    "data",
    [TEXT.encode("gb18030"), TEXT.encode("utf-8-sig"), TEXT.replace("\n", "\r\n").encode(), TEXT.replace("\n", "\r").encode()],
    ids=["GB18030", "UTF-8 with mark", "CRLF", "CR"],
)  # fmt: skip
def test_encodings_and_line_ends_change_nothing(data: bytes, vocabulary: Vocabulary) -> None:
    """The same text in another encoding or with other line ends gives the same figures on the same lines."""
    plain = ingest_text(TEXT, vocabulary)
    other = ingest(read_text(data, "样例.txt", max_bytes=MAX_BYTES), vocabulary)

    assert [(f.coordinate, f.quantity, f.source.line) for f in other.facts] == [
        (f.coordinate, f.quantity, f.source.line) for f in plain.facts
    ]
    for fact in other.facts:
        if fact.source.start >= 0 and fact.source.row_label and not fact.source.table:
            assert other.text[fact.source.start : fact.source.end].replace(" ", "") == fact.source.row_label


@pytest.mark.parametrize(
    ("data", "name", "error", "says"),
    [
        (b"", "空.txt", EmptyDocumentError, "空文件"),
        (b" \n\t\r\n", "空白.txt", EmptyDocumentError, "空文件"),
        ("\u3000\n".encode(), "全角空白.txt", EmptyDocumentError, "没有可见文字"),
        (b"PK\x03\x04....", "预算.docx", UnreadableDocumentError, "重新下载"),
        (b"\xd0\xcf\x11\xe0....", "预算.doc", UnreadableDocumentError, "DOCX"),
        (bytes(range(256)) * 8, "预算.txt", UnreadableDocumentError, "PDF"),
        ("预算\x00预算".encode(), "预算.txt", UnreadableDocumentError, "PDF"),
        (("预算" * 5000).encode() + b"\x00", "预算.txt", UnreadableDocumentError, "UTF-8"),
        (b"\x89PNG\r\n\x1a\n....", "预算.png", UnsupportedDocumentError, "扫描成PDF"),
        (b"\xff\xd8\xff\xe0....", "预算.pdf", UnsupportedDocumentError, "图片"),
        (b"MZ\x90\x00\x03\x00", "预算.pdf", UnsupportedDocumentError, "程序"),
        (b"Rar!\x1a\x07\x00", "预算.rar", UnsupportedDocumentError, "ZIP"),
        (b"{\\rtf1 x}", "预算.doc", UnsupportedDocumentError, "DOCX"),
        (b'<?xml version="1.0"?><a/>', "预算.xml", UnsupportedDocumentError, "XML"),
        (b'{"a": 1}', "预算.json", UnsupportedDocumentError, "能读的有"),
        (b"x" * 101, "大.txt", OversizedDocumentError, "YOUJU_MAX_FILE_MB"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(
    data: bytes, name: str, error: type[SourceDocumentError], says: str
) -> None:
    """Each refusal has its own error, names the file and the way out, in Chinese."""
    with pytest.raises(error) as caught:
        read_file(data, name, max_bytes=100 if name == "大.txt" else MAX_BYTES)

    assert name in caught.value.message
    assert says in caught.value.message


def test_the_content_decides_the_kind_and_a_wrong_ending_is_remarked() -> None:
    """Text named as something else is read as text, with a remark; a right ending needs none."""
    assert read_file(TEXT.encode(), "预算.txt", max_bytes=MAX_BYTES).remarks == ()
    for name in ("预算.docx", "预算.PDF", "预算"):
        reading = read_file(TEXT.encode(), name, max_bytes=MAX_BYTES)
        assert reading.text == TEXT
        assert [r.code for r in reading.remarks] == ["wrong-extension"]
        assert name in reading.remarks[0].message


def test_unicode_text_of_a_spreadsheet_is_read() -> None:
    """UTF-16 with its mark is text."""
    assert read_file(TEXT.encode("utf-16"), "预算.txt", max_bytes=MAX_BYTES).text == TEXT


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\a\\预算.pdf", "预算.pdf"),
        ("预\n算\x1b[31m\u202egpj.txt", "预算[31mgpj.txt"),
        ("长" * 300 + ".xlsx", "长" * 195 + ".xlsx"),
        ("..", "未命名"),
        ("", "未命名"),
        ("\x00\x07", "未命名"),
    ],
)
def test_names_are_made_safe(name: str, safe: str) -> None:
    """No folders, no control or direction characters, at most 200 characters with the ending kept."""
    assert safe_name(name) == safe


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("2024年度部门预算\n\n这是一份没有单位名称的文件。", "部门名称"),
        ("虚构事务局\n\n部门预算\n\n没有年份的文件。", "预算年度"),
    ],
)
def test_without_entity_or_year_no_figure_has_a_coordinate(text: str, missing: str, vocabulary: Vocabulary) -> None:
    """Such a text is refused, and the message says what is missing and what the face should say."""
    with pytest.raises(UnreadableDocumentError) as caught:
        ingest_text(text, vocabulary, name="说明.txt")

    assert missing in caught.value.message
    assert "封面" in caught.value.message


def test_the_file_name_decides_nothing(vocabulary: Vocabulary) -> None:
    """A misleading file name leaves entity and year as the content says."""
    document = ingest_text(TEXT, vocabulary, name="../../某某局2019年决算.txt")

    assert (document.entity, document.year) == (Sample().entity, 2024)
    assert document.name == "某某局2019年决算.txt"


def test_text_without_tables_is_taken_in_with_a_remark(vocabulary: Vocabulary) -> None:
    """Running text alone still answers what it says; the reader is told that tables are missing."""
    document = ingest_text(TEXT.split("附件：")[0], vocabulary)

    assert [f.code for f in document.findings] == ["no-tables"]
    assert any(f.quantity for f in document.facts)
