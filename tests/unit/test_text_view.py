"""A document's text in blocks: every place that a source names is found in them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from service.adapters.readers.files import read_file
from service.domain.document import Document, Layout
from service.ingestion.pipeline import ingest
from service.presenting.text_view import text_view
from service.vocabulary.vocabulary import Vocabulary
from tests.pdfs import PdfPage, pdf_of

SEED = next((Path(__file__).parents[2] / "corpus").glob("*.txt"))


@pytest.fixture(scope="module")
def seed(vocabulary: Vocabulary) -> Document:
    return ingest(read_file(SEED.read_bytes(), SEED.name, max_bytes=2**24), vocabulary)


def test_lines_and_offsets_are_those_of_the_file(seed: Document) -> None:
    blocks = text_view(seed)
    lines = seed.text.split("\n")
    assert [seed.text[b["start"] : b["end"]] for b in blocks] == [b["text"] for b in blocks]
    assert all(lines[b["line"] - 1].strip("\r") == b["text"] for b in blocks)
    assert all(b["text"].strip() for b in blocks)
    assert {b["kind"] for b in blocks} == {"heading", "text", "table"}


def test_every_row_of_a_text_file_is_in_a_block_of_its_table(seed: Document) -> None:
    of = {b["line"]: b["table"] for b in text_view(seed)}
    for table in seed.tables:
        for row in table.rows:
            assert {of[n] for n in row.lines} == {table.id}


def test_every_quote_lies_in_the_blocks(seed: Document) -> None:
    blocks = text_view(seed)
    quotes = [p.source for p in seed.passages if p.source.start >= 0 and not p.source.table]
    assert quotes
    for source in quotes:
        assert any(b["start"] <= source.start < b["end"] and b["line"] == source.line for b in blocks)


def test_a_stored_document_without_a_layout_shows_its_tables_last(seed: Document) -> None:
    blocks = text_view(replace(seed, layout=Layout(), paragraphs=()))
    assert [b["table"] for b in blocks if b["table"]] == [t.id for t in seed.tables]
    assert [b["line"] for b in blocks[-len(seed.tables) :]] == [None] * len(seed.tables)


def test_tables_of_a_pdf_stand_between_its_lines_with_their_pages(vocabulary: Vocabulary) -> None:
    first, second = PdfPage(), PdfPage()
    first.text(60, 60, "临江市教育局2024年度部门预算", size=18)
    first.text(60, 120, "一、部门职责")
    first.text(80, 150, "贯彻执行国家教育方针。")
    second.text(60, 60, "2024年部门收支总体情况表")
    second.text(60, 80, "部门：临江市教育局")
    second.text(400, 80, "单位：万元")
    second.table(60, 100, [120, 80, 120, 80], [["收入", "金额", "支出", "金额"], ["一般公共预算", "100.00", "基本支出", "100.00"],
                                               ["收入合计", "100.00", "支出合计", "100.00"]])  # fmt: skip
    second.text(60, 300, "二、预算说明")
    second.text(80, 330, "2024年收入预算100万元。")
    blocks = text_view(ingest(read_file(pdf_of(first, second), "甲.pdf", max_bytes=2**24), vocabulary))
    table = next(n for n, b in enumerate(blocks) if b["kind"] == "table")
    assert (blocks[table]["table"], blocks[table]["page"], blocks[table]["line"]) == ("T01", 2, None)
    assert "预算说明" in blocks[table + 1]["text"]
    assert [b["page"] for b in blocks if "教育方针" in b["text"] or "收入预算100" in b["text"]] == [1, 2]


def test_line_ends_of_other_systems_keep_the_offsets(seed: Document) -> None:
    text = "甲\r\n乙\r丙\n丁"
    blocks = text_view(replace(seed, text=text, tables=(), layout=Layout()))
    assert [(b["line"], text[b["start"] : b["end"]]) for b in blocks] == [(1, "甲"), (2, "乙"), (3, "丙"), (4, "丁")]
