"""Tables that somebody drew in plain text come out as grids; prose never does."""

from __future__ import annotations

import time

import pytest

from service.adapters.readers.text import read_text
from service.ingestion.blocks import Grid, Reading, TextLine
from tests.samples import MAX_BYTES, Sample


def read(text: str, name: str = "预算.txt") -> Reading:
    reading = read_text(text.encode(), name, max_bytes=MAX_BYTES)
    for block in reading.blocks:
        if isinstance(block, TextLine):
            assert reading.text[block.start : block.start + len(block.text)] == block.text
    return reading


def grids(text: str, name: str = "预算.txt") -> list[list[tuple[str, ...]]]:
    return [[r.cells for r in b.rows] for b in read(text, name).blocks if isinstance(b, Grid)]


def test_pipes_with_a_rule() -> None:
    """Markdown tables, with or without outer pipes; rows keep their line numbers."""
    text = "收支总表\n\n| 项目 | 金额 |\n|:--|--:|\n| 一、财政拨款 | 1,234.50 |\n| 二、其他\\|收入<br> | |\n\n正文。\n甲 | 乙\n--|--\n1 | 2\n"

    assert grids(text) == [
        [("项目", "金额"), ("一、财政拨款", "1,234.50"), ("二、其他|收入", "")],
        [("甲", "乙"), ("1", "2")],
    ]
    assert [r.number for b in read(text).blocks if isinstance(b, Grid) for r in b.rows] == [3, 5, 6, 9, 11]


def test_pipes_without_a_rule() -> None:
    """Framed lines of one width are a table; a pipe in prose is not."""
    assert grids("|项目|金额|\n|收入|1.00|\n后文") == [[("项目", "金额"), ("收入", "1.00")]]
    assert grids("甲|乙都可以。\n丙|丁也可以。") == []
    assert grids("|孤零零的一行|") == []


def test_headings_of_markdown() -> None:
    """The signs go, the level stays; in other texts they are characters."""
    (first, *_) = read("## 第二部分 说明\n正文", "预算.md").blocks
    assert isinstance(first, TextLine)
    assert (first.text, first.heading, first.start) == ("第二部分 说明", 2, 3)
    (first, *_) = read("## 第二部分 说明\n正文", "预算.txt").blocks
    assert isinstance(first, TextLine)
    assert (first.text, first.heading) == ("## 第二部分 说明", 0)


BOX = """\
┌──────┬─────────────┐
│项目　　　  │支出                      │
│            ├──────┬──────┤
│            │基本支出    │项目支出    │
├──────┼──────┼──────┤
│财政拨款收  │1,234.50    │   200.00   │
│入          │            │            │
├──────┼──────┼──────┤
│其他        │            │     1.00   │
└──────┴──────┴──────┘
"""


def test_box_characters() -> None:
    """Merged cells and wrapped names come out whole; line characters are two columns wide here."""
    assert grids(f"前文\n{BOX}后文") == [
        [
            ("项目", "支出", ""),
            ("", "基本支出", "项目支出"),
            ("财政拨款收入", "1,234.50", "200.00"),
            ("其他", "", "1.00"),
        ]
    ]
    (grid,) = (b for b in read(BOX).blocks if isinstance(b, Grid))
    assert grid.spans == {(0, 0): (2, 1), (0, 1): (1, 2)}
    assert [r.number for r in grid.rows] == [2, 4, 6, 9]


def test_box_with_only_the_header_ruled_off() -> None:
    """Then every line is a row; line characters are one column wide here."""
    text = "┌────────┬──────────┐\n│项目    │金额      │\n├────────┼──────────┤\n│收入    │  1,234.50│\n│支出    │     34.50│\n│结余    │  1,200.00│\n└────────┴──────────┘"

    assert grids(text) == [[("项目", "金额"), ("收入", "1,234.50"), ("支出", "34.50"), ("结余", "1,200.00")]]


def test_plus_and_minus() -> None:
    """The ASCII way of drawing."""
    text = "+------+----------+\n| 项目 |     金额 |\n+======+==========+\n| 收入 | 1,234.50 |\n| 支出 |   -34.50 |\n+------+----------+"

    assert grids(text) == [[("项目", "金额"), ("收入", "1,234.50"), ("支出", "-34.50")]]


def test_columns_set_with_spaces() -> None:
    """Labels on the left, figures below one another, blanks where nothing is printed."""
    text = (
        "表一\n"
        "项目              本年预算    上年预算\n"
        "一、财政拨款      1,234.50    1,000.00\n"
        "  其中：基金                     20.00\n"
        "二、事业收入         10.00       -5.00\n"
        "合计              1,244.50      995.00\n"
        "\n说明如下。\n"
    )

    assert grids(text) == [
        [
            ("项目", "本年预算", "上年预算"), ("一、财政拨款", "1,234.50", "1,000.00"), ("其中：基金", "", "20.00"),
            ("二、事业收入", "10.00", "-5.00"), ("合计", "1,244.50", "995.00"),
        ]
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "　　一、总体情况　　2024年\n　　二、收入　　2023年\n",
        "单位：云溪市示例局          单位：万元\n\n本年收入  1,234.50万元，  比上年增加  20万元。\n",
        "1、第一点  说明  12\n后面是正文，没有列。\n2、第二点  说明  13\n",
        "目  录\n一、职责  1\n二、机构  2\n",
        "甲  乙  丙\n丁  戊  己\n庚  辛  壬\n",
        "一  12\n长长的一行  3\n二二二  4567\n",
    ],
)
def test_prose_is_not_a_table(text: str) -> None:
    """Wide gaps alone do not make columns."""
    assert grids(text) == []


def test_tabs_are_read_as_before() -> None:
    """A page break within a table of tabs is remembered."""
    (grid,) = (b for b in read("甲\t乙\n\n丙\t丁\n后文").blocks if isinstance(b, Grid))
    assert [(r.cells, r.number, r.after_break) for r in grid.rows] == [
        (("甲", "乙"), 1, False),
        (("丙", "丁"), 3, True),
    ]


@pytest.mark.parametrize(
    "line", ["|a", "|a|b|c", "│", "││a", "a  1", "甲  乙", "+-+", "---|---", "┼─" * 5, "1  2  3  4  5"]
)
def test_long_stretches_take_linear_time(line: str) -> None:
    """A hundred thousand lines that nearly make a table are done in seconds."""
    started = time.process_time()
    for tail in ("", "x"):
        read("\n".join(line + tail * (n % 3) for n in range(20_000)))
    assert time.process_time() - started < 8


def test_the_sample_has_its_tables_as_before() -> None:
    """The usual text with tabs gives tab tables only."""
    assert all(
        "\t" not in c for b in read(Sample().text).blocks if isinstance(b, Grid) for r in b.rows for c in r.cells
    )
