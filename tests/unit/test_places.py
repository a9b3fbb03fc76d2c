"""How readers are told where something is printed."""

from __future__ import annotations

from dataclasses import replace

from service.adapters.sql_rows import summarise
from service.domain.fact import Source
from service.domain.finding import Finding, Severity
from service.rendering import document_to_dict, document_to_text, finding_to_dict, table_to_text
from tests.shorthand import a_document, a_table

IN_TABLE = Source("d1", "T03", "支出总表", 0, 5, "合计", "预算数", line=7, quote="1")


def where(source: Source) -> str:
    said: str = finding_to_dict(Finding("places-disagree", Severity.NOTE, "", (source,)))["where"]
    return said


def test_a_document_of_pages_is_quoted_by_page_and_table() -> None:
    """The number of a row within the grid of its page helps nobody."""
    assert where(replace(IN_TABLE, page=12)) == "第12页，表3《支出总表》，“合计”行，“预算数”列"
    assert where(replace(IN_TABLE, page=12, table_title="")) == "第12页，表3，“合计”行，“预算数”列"
    assert where(Source("d1", table_title="三、说明", page=4, line=9)) == "第4页，三、说明"


def test_a_text_file_is_quoted_by_line() -> None:
    assert where(IN_TABLE) == "支出总表，“合计”行，“预算数”列，第7行"


def test_recognised_text_says_so() -> None:
    assert where(replace(IN_TABLE, page=12, by_ocr=True)).endswith("（OCR识读）")
    table = replace(a_table("合计|1"), page=3, by_ocr=True)
    assert table_to_text(table).startswith("T01 部门支出总体情况表（第3页，单位：万元，OCR识读）\n数字单元格1个：已验证1（100%）")


def test_documents_tell_their_pages() -> None:
    said = document_to_dict(summarise(replace(a_document(), pages=85, ocr_pages=(2, 3))))

    assert (said["pages"], said["ocr_pages"]) == (85, [2, 3])
    assert "85页（其中2页为OCR识读）" in document_to_text(said)
