"""Measuring real documents: what is printed, what is lost, what others extracted and what was seen by eye."""

from __future__ import annotations

import os
import random
from decimal import Decimal
from pathlib import Path

import pytest

from evals import __main__ as command
from evals import corpus, truth
from evals.hand import hand_checked, recheck
from evals.misreadings import misread
from evals.placement import Placed, beside
from evals.printed import amount, printed_amounts

CORPUS = os.environ.get("YOUJU_REAL_CORPUS", "")
needs_corpus = pytest.mark.skipif(not CORPUS, reason="no real corpus")

PAGE = """云溪市示例局2025年部门预算

部门：云溪市示例局
年度：2025年

{heading}
单位：万元
项目\t合计\t基本支出\t项目支出
一般公共服务支出\t12.50\t10.00\t2.50
住房保障支出\t{cell}\t3.25\t0
合计\t15.75\t13.25\t2.50
"""


@pytest.mark.parametrize("suite", ["corpus", "truth"])
def test_without_the_documents_the_suite_says_so(
    suite: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No folder, or one that is not there: skipped, and said."""
    for folder in ("", "/没有这个文件夹"):
        monkeypatch.setenv("YOUJU_REAL_CORPUS", folder)

        assert command.main([suite]) == 0
        assert "跳过" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.50", "1234.50"), ("（3.20）", "-3.20"), ("-0.5", "-0.5"), ("96,282", "96282"), ("0", "0"),
        ("2010301", None), ("3.2万元", None), ("12.5%", None), ("1.2.3", None), ("", None), ("合计", None),
    ],
)  # fmt: skip
def test_what_counts_as_an_amount(text: str, value: str | None) -> None:
    """Decimals or thousands separators; whole numbers may be codes and do not count, units and percents neither."""
    assert amount(text) == (None if value is None else Decimal(value))


def test_a_figure_that_is_not_read_is_counted_as_lost(tmp_path: Path) -> None:
    """The share of proven figures is of all that are printed, whatever became of them."""
    folder = tmp_path / "yunxi"
    folder.mkdir()
    whole = folder / "whole.txt"
    whole.write_text(PAGE.format(heading="表3 部门支出总体情况表", cell="3.25"), encoding="utf-8")

    measured = corpus.measure_file(whole, is_fresh=True)

    assert [p.value for p in printed_amounts(whole) or []].count(Decimal("2.50")) == 2
    assert (measured.printed, measured.figures, measured.lost, measured.invented) == (9, 9, [], [])
    assert measured.identity[:2] == ("云溪市示例局", "2025")
    assert measured.proven_share == 100

    beside = folder / "beside.txt"
    beside.write_text(PAGE.format(heading="表3 部门支出总体情况表", cell="3.25") + "\n999.99\n", encoding="utf-8")
    measured = corpus.measure_file(beside, is_fresh=True)
    assert [p.value for p in measured.lost] == [Decimal("999.99")]
    assert measured.proven_share == Decimal(900) / 10


def test_a_refused_file_says_why(tmp_path: Path) -> None:
    """No crash of one file stops the others."""
    (tmp_path / "a").mkdir()
    path = tmp_path / "a" / "empty.txt"
    path.write_text("只有一句话。", encoding="utf-8")

    measured = corpus.measure_file(path, is_fresh=True)

    assert measured.refusal.startswith("unreadable-document")
    assert "拒收" in corpus.render([measured])


def test_the_cells_checked_by_eye_are_spread() -> None:
    """Thirty each of three publishers, from many tables and pages."""
    cells = hand_checked()

    assert len(cells) == 90
    assert len({(c.document, c.table) for c in cells}) >= 38
    assert len({c.page for c in cells}) >= 15


@needs_corpus
def test_every_cell_checked_by_eye_is_read_so() -> None:
    """The figure stands at its row and header path."""
    assert [c.differences for c in recheck(Path(CORPUS)) if "行类" not in c.name] == [[], [], [], []]


@needs_corpus
def test_every_cell_of_the_extracted_tables_is_equal() -> None:
    """Eighteen tables and 458 line items of two years."""
    compared = [*truth.compare_tables(Path(CORPUS)), *truth.compare_line_items(Path(CORPUS))]

    assert len(compared) == 26
    assert [(c.name, c.differences) for c in compared if c.differences] == []


@needs_corpus
def test_the_header_paths_of_the_official_templates() -> None:
    """Eighteen sheets with figures columns, empty as they are handed out."""
    assert [c.differences for c in truth.compare_headers(Path(CORPUS))] == [[], []]


def test_a_figure_beside_its_column_is_listed() -> None:
    """Its interval on the page does not meet that of its column; two figures are no column yet."""
    column = [Placed("T01 表", 1, f"行{n}", 2, "合计", Decimal(n), 100.0, 140.0) for n in range(4)]
    strayed = Placed("T01 表", 1, "行9", 2, "合计", Decimal(9), 180.0, 220.0)
    elsewhere = Placed("T01 表", 2, "行9", 2, "合计", Decimal(9), 180.0, 220.0)

    assert beside([*column, strayed, elsewhere]) == [strayed]


def test_a_misread_digit_is_another_figure() -> None:
    """One digit changes, never the first into a zero, and nothing else."""
    rng = random.Random(1)  # noqa: S311 - draws a sample

    for _ in range(50):
        wrong = misread("1,234.50", rng)
        assert len(wrong) == 8
        assert sum(a != b for a, b in zip(wrong, "1,234.50", strict=True)) == 1
        assert wrong[0] != "0"
