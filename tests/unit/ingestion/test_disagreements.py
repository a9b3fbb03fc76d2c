"""A finding says which figure, where it is printed, and what each place says; shares may leave out what was carried over."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from service.adapters.readers.text import read_text
from service.domain.finding import Finding, Severity
from service.ingestion.blocks import TextLine
from service.ingestion.pipeline import ingest
from service.vocabulary.vocabulary import Vocabulary
from tests.samples import MAX_BYTES, Sample, ingest_text, read_sample

SHARES = """云梦市桃源区虚构事务局

2026年度部门预算

第二部分 2026年部门预算情况说明

二、支出预算情况说明

2026年支出预算100.00万元。

（一）基本支出预算36.00万元，占总支出预算的{basic}%。

（二）项目支出预算60.00万元，占总支出预算的62.50%。
"""


def errors(text: str, vocabulary: Vocabulary) -> list[Finding]:
    return [f for f in ingest_text(text, vocabulary).findings if f.code == "ratio-does-not-follow"]


@pytest.mark.parametrize("basic", ["37.50", "36.00"])
def test_a_share_of_all_parts_or_of_the_stated_total_is_right(vocabulary: Vocabulary, basic: str) -> None:
    assert errors(SHARES.format(basic=basic), vocabulary) == []


def test_a_share_of_neither_is_wrong(vocabulary: Vocabulary) -> None:
    (found,) = errors(SHARES.format(basic="37.60"), vocabulary)
    assert found.severity is Severity.ERROR
    assert "37.60%" in found.message
    assert "36.00万元" in found.message


def test_figures_of_an_image_alone_make_no_error(vocabulary: Vocabulary) -> None:
    reading = read_text(SHARES.format(basic="37.60").encode(), "样例.txt", max_bytes=MAX_BYTES)
    blocks = tuple(replace(b, page=1) if isinstance(b, TextLine) else b for b in reading.blocks)
    document = ingest(replace(reading, blocks=blocks, ocr_pages=frozenset({1}), page_starts=(0,), pages=1), vocabulary)
    (found,) = [f for f in document.findings if f.code == "ratio-does-not-follow"]
    assert found.severity is Severity.WARNING
    assert "对照原件" in found.message


def test_a_table_and_a_sentence_are_told_with_both_values(vocabulary: Vocabulary) -> None:
    document = read_sample(Sample(said_basic=Decimal("111.11")), vocabulary)
    (found,) = [f for f in document.findings if f.code == "places-disagree"]
    assert found.message.startswith("基本支出：2024年部门支出总体情况表等2张表中印160.75万元，正文第")
    assert found.message.endswith("行写111.11万元，不一致。")
    assert len([s for s in found.sources if s.table]) == 2


def test_a_sum_is_told_with_what_is_printed_and_what_it_comes_to(vocabulary: Vocabulary) -> None:
    document = read_sample(Sample(wrong_total=Decimal("999.99")), vocabulary)
    told = [f.message for f in document.findings if f.code == "total-does-not-add-up"]
    assert told == ["2024年部门支出总体情况表·合计：合计行 = 各明细行之和，印的是999.99万元，算得239.25万元，相差760.74万元。"]
