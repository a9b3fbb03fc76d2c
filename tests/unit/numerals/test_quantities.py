"""Reading what budget documents and questions measure."""

from __future__ import annotations

import ast
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import service.numerals
from service.domain.quantity import PERCENT, WAN_YUAN, YI_YUAN, YUAN, Quantity, Unit, unit_of
from service.numerals import (
    COUNTING_UNITS,
    parse_cell,
    read_quantities,
    read_years,
    render_number,
    render_quantity,
    write_chinese,
    write_year_chinese,
)


def quantities(text: str) -> list[tuple[str, str]]:
    return [(str(one.quantity.number), one.quantity.unit.symbol) for one in read_quantities(text)]


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("950.47 万元", "950.47", "万元"),
        ("120万", "120", "万元"),
        ("1.20亿元", "1.20", "亿元"),
        ("一百二十三万元", "123", "万元"),
        ("一百二十三万四千五百元", "1234500", "元"),
        ("3百万元", "3", "百万元"),
        ("5千元", "5", "千元"),
        ("1万亿元", "10000", "亿元"),
        ("五块钱", "5", "元"),
        ("50元6角三分", "50.63", "元"),
        ("百分之十五点五", "15.5", "%"),
        ("三成", "30", "%"),
        ("3‰", "3", "‰"),
        ("万分之五", "0.05", "%"),
        ("0.00万元", "0.00", "万元"),
        ("12.5千瓦时", "12.5", "千瓦时"),
        ("0.40个百分点", "0.40", "个百分点"),
        ("9.15倍", "9.15", "倍"),
        ("３台（套）", "3", "台（套）"),
        ("1.2万人次", "12000", "人次"),
        ("5,000平方米", "5000", "平方米"),
        ("－12.5万元", "-12.5", "万元"),
        ("(1,234.56)", "-1234.56", ""),
        ("100万美元", "1000000", "美元"),
        ("950.47", "950.47", ""),
    ],
)
def test_a_quantity_keeps_its_printed_number_and_unit(text: str, number: str, unit: str) -> None:
    assert quantities(text) == [(number, unit)]


@pytest.mark.parametrize(
    "text",
    [
        "2024年12月31日前", "2024年 12月31 日", "二〇二四年四月", "一、总体情况", "（二）支出", "1.行政运行",
        "第三产业", "30101 基本工资", "2013101行政运行", "008001", "201 一般公共服务", "项目B01",
        "十四五规划", "一次性", "五险一金", "前三名", "十分重要", "2024.12.31", "几十万元", "万元",
    ],
)  # fmt: skip
def test_dates_numbering_and_codes_are_no_quantities(text: str) -> None:
    assert quantities(text) == []


@pytest.mark.parametrize(
    ("text", "comparator"),
    [
        ("≥440 台", "≥"), (">=95%", "≥"), ("不低于95%", "≥"), ("至少3个", "≥"), ("90%以上", "≥"),
        ("不超过100万元", "≤"), ("最多5次", "≤"), ("10天以内", "≤"), ("100元以下", "≤"),
        ("超过100万元", ">"), ("＞12%", ">"), ("不足三成", "<"), ("小于等于5", "≤"), ("＝5个", "="),
        ("5个", ""),
    ],
)  # fmt: skip
def test_a_bound_is_read_from_the_words_around(text: str, comparator: str) -> None:
    (one,) = read_quantities(text)
    assert one.comparator == comparator


@pytest.mark.parametrize("text", ["约50人", "100余人", "三百多万元", "1.5亿元左右", "近20万元", "1200余万元"])
def test_an_estimate_is_marked(text: str) -> None:
    (one,) = read_quantities(text)
    assert one.approximate


def test_a_sentence_gives_its_quantities_in_order() -> None:
    text = "2023年公务用车购置2辆，支出36.50万元，较上年增加12.5%，提高0.40个百分点。"
    assert quantities(text) == [("2", "辆"), ("36.50", "万元"), ("12.5", "%"), ("0.40", "个百分点")]


def test_a_dash_after_a_quantity_makes_a_range() -> None:
    assert quantities("10%-20%，5万-10万元") == [("10", "%"), ("20", "%"), ("5", "万元"), ("10", "万元")]


def test_a_sign_of_yuan_in_front_makes_money() -> None:
    assert quantities("￥1,200.50") == [("1200.50", "元")]


UNITS = [WAN_YUAN, YUAN, YI_YUAN, PERCENT, *(unit_of(symbol) for symbol in COUNTING_UNITS if symbol != "年")]


@pytest.mark.parametrize("unit", UNITS, ids=[unit.symbol for unit in UNITS])
def test_every_unit_is_read_back(unit: Unit) -> None:
    (one,) = read_quantities(render_quantity(Quantity(Decimal(3), unit)))
    assert one.quantity == Quantity(Decimal(3), unit)


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2), st.sampled_from(UNITS))
def test_a_rendered_quantity_is_read_back(number: Decimal, unit: Unit) -> None:
    quantity = Quantity(number, unit)
    (one,) = read_quantities(render_quantity(quantity))
    assert one.quantity == quantity
    assert one.quantity.decimals == quantity.decimals


ALPHABET = "0123456789０.,，()（）-－ 　%万亿元千块台套（）个人次年月日二〇四十第、≥约以上多余近AB"


@given(st.text(st.sampled_from(ALPHABET), max_size=30))
def test_spans_slice_the_text(text: str) -> None:
    for one in read_quantities(text):
        assert one.text == text[one.start : one.end] != ""
    for mention in read_years(text):
        assert mention.text == text[mention.start : mention.end]


@pytest.mark.parametrize(
    ("text", "number"),
    [("950.47", "950.47"), ("1,234.50", "1234.50"), ("(12.00)", "-12.00"), ("（12.00）", "-12.00"),
     ("-0.5", "-0.5"), ("－1.2", "-1.2"), (" ０.００ ", "0.00"), ("1，234.50", "1234.50")],
)  # fmt: skip
def test_a_cell_with_one_number_takes_the_unit_of_its_column(text: str, number: str) -> None:
    quantity = parse_cell(text, WAN_YUAN)
    assert quantity is not None
    assert (str(quantity.number), quantity.unit) == (number, WAN_YUAN)


def test_a_percent_sign_in_a_cell_outweighs_the_column() -> None:
    assert parse_cell("12.50%", WAN_YUAN) == Quantity(Decimal("12.50"), PERCENT)


@pytest.mark.parametrize("text", ["—", "-", "", "/", " ", "12 34", "12,34", "1.2.3", "5辆", "(-1)", "."])
def test_a_cell_without_exactly_one_number_is_none(text: str) -> None:
    assert parse_cell(text, WAN_YUAN) is None


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2024年", [2024]), ("2024 年度", [2024]), ("二〇二四年", [2024]), ("24年", [2024]),
        ("二四年", [2024]), ("2022—2024年", [2022, 2024]), ("2022年至2024年", [2022, 2024]),
        ("2022、2023和2024年", [2022, 2023, 2024]), ("10年", []), ("近20年来", []),
        ("12024年", []), ("2024", []),
    ],
)  # fmt: skip
def test_a_calendar_year_is_read(text: str, years: list[int]) -> None:
    assert [mention.year for mention in read_years(text)] == years


@pytest.mark.parametrize(
    ("text", "relative"),
    [("今年", 0), ("本年支出", 0), ("去年", -1), ("上年度", -1), ("前年", -2), ("明年", 1), ("近三年", 0)],
)
def test_a_relative_year_is_told_by_its_distance(text: str, relative: int) -> None:
    (mention,) = read_years(text)
    assert (mention.year, mention.relative) == (0, relative)


def test_the_years_before_are_told_by_their_span() -> None:
    assert read_years("近三年")[0].span == 3


def test_no_number_is_printed_with_an_exponent() -> None:
    assert render_number(Decimal("1E+20")) == "1" + "0" * 20
    assert render_number(Decimal("1E-9")) == "0.000000001"


def test_a_rounded_zero_has_no_sign() -> None:
    assert render_number(Decimal("-0.001"), decimals=2) == "0.00"


def test_thousands_are_grouped_on_request() -> None:
    assert render_number(Decimal("1234567.5"), decimals=2, grouping=True) == "1,234,567.50"


@pytest.mark.parametrize(
    ("number", "written"),
    [("0", "零"), ("10", "十"), ("115", "一百一十五"), ("10010", "一万零一十"), ("120000000", "一亿二千万"),
     ("-9.40", "负九点四零"), ("100050000", "一亿零五万")],
)  # fmt: skip
def test_numbers_are_written_as_said(number: str, written: str) -> None:
    assert write_chinese(Decimal(number)) == written


def test_a_number_without_chinese_form_is_refused() -> None:
    with pytest.raises(ValueError, match="no Chinese form"):
        write_chinese(Decimal(10**16))


@given(st.integers(min_value=2000, max_value=2099))
def test_a_written_year_is_read_back(year: int) -> None:
    assert [mention.year for mention in read_years(write_year_chinese(year) + "年")] == [year]


def test_the_package_is_exact() -> None:
    """No source of the package holds a float literal or the name float."""
    for source in Path(service.numerals.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, (float, complex))), source
            assert not (isinstance(node, ast.Name) and node.id == "float"), source


def test_nothing_outside_the_standard_library_is_imported() -> None:
    script = "import sys, service.numerals; print({'cn2an', 'pydantic', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "set()"
