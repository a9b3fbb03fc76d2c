"""The formula language can be read, written, and refuses with a place and an expectation."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.calculation.formula import (
    Binary,
    Call,
    Comparator,
    Comparison,
    Expression,
    Function,
    Literal,
    Match,
    Negate,
    Operator,
    Reference,
    Selector,
    UnitName,
    find_references,
    render,
)
from service.calculation.parser import parse_formula
from service.domain.coordinate import Stage
from service.domain.errors import FormulaSyntaxError
from service.domain.quantity import FIXED_UNITS, Quantity, Unit, unit_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("支出", Reference("支出")),
        ("支出[人员经费]", Reference("支出", (Selector("", "人员经费"),))),
        (
            "支出[性质=人员经费, 单位=008001]",
            Reference("支出", (Selector("性质", "人员经费"), Selector("单位", "008001"))),
        ),
        ("支出[项目=*]", Reference("支出", (Selector("项目", "*", Match.ALL),))),
        ("支出[项目~专项经费]", Reference("支出", (Selector("项目", "专项经费", Match.CONTAINS),))),
        ("支出[30101, 表=B6]", Reference("支出", (Selector("", "30101"), Selector("表", "B6")))),
        ("支出@2023", Reference("支出", (), 2023)),
        ("支出@2024决算", Reference("支出", (), 2024, Stage.FINAL)),
        ("支出@2024年预算", Reference("支出", (), 2024, Stage.BUDGET)),
        ("支出@2024年初预算", Reference("支出", (), 2024, Stage.BUDGET)),
        ("支出@执行数", Reference("支出", (), None, Stage.EXECUTED)),
        ("支出[教育支出（类）]", Reference("支出", (Selector("", "教育支出（类）"),))),
        ("“三公”经费", Reference("“三公”经费")),
        ("支出[项目='甲,乙[1]']", Reference("支出", (Selector("项目", "甲,乙[1]"),))),
        ("支出[项目='*']", Reference("支出", (Selector("项目", "*"),))),
    ],
)
def test_references_name_measure_members_year_and_stage(text: str, expected: Reference) -> None:
    assert parse_formula(text) == expected


@pytest.mark.parametrize(
    ("text", "number", "symbol"),
    [
        ("950.47万元", "950.47", "万元"),
        ("12.30 万元", "12.30", "万元"),
        ("5%", "5", "%"),
        ("５％", "5", "%"),
        ("12辆", "12", "辆"),
        ("3", "3", ""),
        ("0.4个百分点", "0.4", "个百分点"),
        ("3.2万人", "32000", "人"),
        ("3'元/人'", "3", "元/人"),
    ],
)
def test_literals_keep_digits_and_unit(text: str, number: str, symbol: str) -> None:
    literal = parse_formula(text)
    assert isinstance(literal, Literal)
    assert (str(literal.quantity.number), literal.quantity.unit.symbol) == (number, symbol)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("占比（支出，收入）", "占比(支出, 收入)"),
        ("share(支出,收入)", "占比(支出, 收入)"),
        ("支出×２÷４－１万元", "支出 * 2 / 4 - 1万元"),
        ("支出-(收入-1万元)", "支出 - (收入 - 1万元)"),
        ("(支出*2)+3万元", "支出 * 2 + 3万元"),
        ("WHERE(支出【项目=*】,≥10万元)", "筛选(支出[项目=*], >= 10万元)"),
        ("-(支出+1万元)", "-(支出 + 1万元)"),
    ],
)
def test_other_spellings_have_one_canonical_text(text: str, canonical: str) -> None:
    assert render(parse_formula(text)) == canonical


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("", 0, "一个算式"),
        ("支出 +", 4, "一个数、一个指标名"),
        ("占比(支出, 收入", 9, "右括号"),
        ("占比(支出)", 5, "第2个参数"),
        ("占比(支出, 收入, 3)", 9, "最多2个参数"),
        ("百分比(支出, 收入)", 0, "已有的函数名"),
        ("支出[人员经费", 7, "右方括号"),
        ("支出[*]", 3, "项目=*"),
        ("支出@23", 3, "四位年份"),
        ("支出@2024结算", 7, "预算阶段"),
        ("支出 收入", 3, "运算符"),
        ("1,235.00万元", 1, "千分位"),
        ("支出['人员]", 7, "引号"),
        ("筛选(支出[项目=*], 10万元)", 13, "条件"),
        ("换算(支出, 3)", 7, "单位"),
        ("3.", 2, "小数点后"),
        ("支出 ^ 2", 3, "运算符"),
        ("1" * 25, 0, "24位"),
    ],
)
def test_a_syntax_error_marks_the_place_and_says_what_was_expected(
    text: str, position: int, expected: str
) -> None:
    with pytest.raises(FormulaSyntaxError) as caught:
        parse_formula(text)
    assert caught.value.position == position
    assert "▲" in caught.value.message
    assert expected in caught.value.message


def test_a_formula_that_is_too_long_is_refused_briefly() -> None:
    with pytest.raises(FormulaSyntaxError, match="不超过2000字的算式（现有2004字）") as caught:
        parse_formula("支出支+" * 501)
    assert len(caught.value.message) < 200
    assert caught.value.position == 2000


@pytest.mark.parametrize(
    "text", ["(" * 41 + "1" + ")" * 41, "-" * 42 + "支出", "合计(" * 41 + "1" + ")" * 41]
)
def test_a_formula_that_is_too_deep_is_refused(text: str) -> None:
    with pytest.raises(FormulaSyntaxError, match="最多套40层"):
        parse_formula(text)


def test_forty_levels_are_not_too_deep() -> None:
    assert render(parse_formula("(" * 40 + "支出" + ")" * 40)) == "支出"


def test_a_long_chain_is_referred_to_the_sum_function() -> None:
    with pytest.raises(FormulaSyntaxError, match="合计"):
        parse_formula("+".join(["1"] * 102))


def test_references_are_found_in_order_and_once() -> None:
    found = find_references(parse_formula("占比(支出@2023 - 收入, 支出@2023)"))
    assert [render(reference) for reference in found] == ["支出@2023", "收入"]


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6).filter(
    lambda n: n.strip() != ""
)
usual = st.sampled_from(
    ["支出", "收入", "人员经费", "008001", "“三公”经费", "教育支出（类）", "２０", "*", "it's"]
)
units = st.sampled_from([*FIXED_UNITS.values(), *map(unit_of, ("辆", "人", "万人", "元/人", "%%"))])
numbers = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
literals = st.builds(Literal, st.builds(Quantity, numbers, units))
selectors = st.one_of(
    st.builds(Selector, st.just("") | usual, names | usual),
    st.builds(Selector, st.just("") | names, usual, st.just(Match.CONTAINS)),
    st.builds(Selector, names | usual, st.just("*"), st.just(Match.ALL)),
)
references = st.builds(
    Reference,
    names | usual,
    st.lists(selectors, max_size=3).map(tuple),
    st.none() | st.integers(1900, 2100),
    st.none() | st.sampled_from(Stage),
)
PAIRS = (
    Function.SHARE,
    Function.MULTIPLE,
    Function.CHANGE,
    Function.RATE,
    Function.DIFFERENCE,
    Function.AGREE,
)


def _extend(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    two = st.tuples(inner, inner)
    conditions = st.builds(Comparison, st.sampled_from(Comparator), inner)
    named = units.filter(lambda unit: unit.symbol != "").map(UnitName)
    return st.one_of(
        st.builds(Binary, st.sampled_from(Operator), inner, inner),
        st.builds(Negate, inner),
        st.builds(Call, st.sampled_from(PAIRS), two),
        st.builds(Call, st.just(Function.SUM), st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Call, st.just(Function.WHERE), st.tuples(inner, conditions)),
        st.builds(Call, st.just(Function.CONVERT), st.tuples(inner, named)),
        st.builds(Call, st.sampled_from([Function.COUNT, Function.RANK, Function.TOP]), st.tuples(inner)),
    )


expressions = st.recursive(literals | references, _extend, max_leaves=8)


@given(expressions)
def test_what_is_written_is_read_back_the_same(expression: Expression) -> None:
    assert parse_formula(render(expression)) == expression


@given(st.text(alphabet="支出项目占比(（）)[]【】@*~='\"+-×÷ 12.万元%，,", max_size=30))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    place = 0
    try:
        expression = parse_formula(text)
    except FormulaSyntaxError as error:
        place = error.position
    else:
        assert parse_formula(render(expression)) == expression
    assert 0 <= place <= len(text)


def test_a_literal_made_by_code_survives_writing() -> None:
    literal = Literal(Quantity(Decimal("-12.30"), Unit("万人", unit_of("人").kind)))
    assert parse_formula(render(Negate(literal))) == Negate(literal)
