"""Files in the encodings people have are read; what cannot be read is refused with what to do."""

from __future__ import annotations

import pytest

from service.adapters.readers.text import read_text
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
        (b"%PDF-1.7 ...", "预算.txt", UnreadableDocumentError, "PDF"),
        (b"PK\x03\x04....", "预算.txt", UnreadableDocumentError, "另存为文本"),
        (bytes(range(256)) * 8, "预算.txt", UnreadableDocumentError, "UTF-8"),
        ("预算\x00预算".encode(), "预算.txt", UnreadableDocumentError, "UTF-8"),
        ("预算".encode(), "预算.docx", UnsupportedDocumentError, ".txt"),
        (b"x" * 101, "大.txt", OversizedDocumentError, "YOUJU_MAX_FILE_MB"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(
    data: bytes, name: str, error: type[SourceDocumentError], says: str
) -> None:
    """Each refusal has its own error, names the file and the way out, in Chinese."""
    with pytest.raises(error) as caught:
        read_text(data, name, max_bytes=100 if name == "大.txt" else MAX_BYTES)

    assert name in caught.value.message
    assert says in caught.value.message


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
