"""Formulas give exact values, one rounding, a trace, and refusals that say what is wrong."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from service.calculation.parser import parse_formula
from service.calculation.trace import Agreement, Order, Series, render_quantity
from service.calculation.typing_rules import Shape, check_types
from service.domain.errors import (
    AmbiguousFigureError,
    DivisionByZeroError,
    FormulaTypeError,
    InvalidInputError,
    MissingFactError,
    UnitMismatchError,
    YoujuError,
)
from service.domain.quantity import Kind
from tests.unit.calculation.figure_book import BUDGET, FakeBook, work_out


@pytest.mark.parametrize(
    ("text", "working", "shown"),
    [
        ("支出", "支出 = 950.47万元", "950.47万元"),
        ("占比(支出[人员经费], 支出)", "537.27 ÷ 950.47 × 100% = 56.5267…% ≈ 56.53%", "56.53%"),
        ("倍数(支出, 支出[人员经费])", "950.47 ÷ 537.27 = 1.7690…倍 ≈ 1.77倍", "1.77倍"),
        ("增减额(支出, 支出@2023)", "950.47 − 1235.00 = -284.53", "-284.53万元"),
        (
            "增减率(支出, 支出@2023)",
            "(950.47 − 1235.00) ÷ 1235.00 × 100% = -23.0388…% ≈ -23.04%",
            "-23.04%",
        ),
        ("774.18万元 - (175.39万元 + 0.90万元)", "774.18 − (175.39 + 0.90) = 597.89", "597.89万元"),
        ("差(完成率, 去年完成率)", "92.5% − 90.0% = 2.50个百分点", "2.50个百分点"),
        ("完成率 + 0.4个百分点", "92.5% + 0.4个百分点 = 92.90%", "92.90%"),
        ("合计(支出[项目=*])", "0.78 + 175.39 + 0.78 = 176.95", "176.95万元"),
        ("合计(支出, 支出@2023, 300元)", "950.47万元 + 1235.00万元 + 300元 = 2185.50万元", "2185.50万元"),
        ("平均(支出[项目=*])", "(0.78 + 175.39 + 0.78) ÷ 3 = 58.9833… ≈ 58.98", "58.98万元"),
        ("个数(支出[项目=*])", "共3项 = 3个", "3个"),
        ("最大(支出[项目=*])", "最大：专项一 175.39万元", "175.39万元"),
        ("占比(最大(支出[项目=*]), 支出)", "175.39 ÷ 950.47 × 100% = 18.4529…% ≈ 18.45%", "18.45%"),
        ("换算(支出, 元)", "950.47万元 = 9504700元", "9504700元"),
        ("四舍五入(支出 / 3, 1)", "四舍五入(950.47 ÷ 3，1位小数) = 316.8", "316.8万元"),
        ("支出 * (1 + 5%)", "950.47 × (1 + 5%) = 997.9935 ≈ 997.99", "997.99万元"),
        ("支出 / 职工", "950.47 ÷ 30人 = 31.6823… ≈ 31.68", "31.68万元"),
        ("公务接待费 + 支出", "0 + 950.47 = 950.47（公务接待费：表中为空白，按0计）", "950.47万元"),
        ("100元 - 0.01元 + 0.01元", "100 − 0.01 + 0.01 = 100", "100元"),
    ],
)
def test_a_formula_has_a_working_line_and_one_rounding(text: str, working: str, shown: str) -> None:
    evaluation = work_out(text)
    assert evaluation.working == working
    assert evaluation.shown is not None
    assert render_quantity(evaluation.shown) == shown


@pytest.mark.parametrize(
    ("text", "labels", "order"),
    [
        ("支出[项目=*]", ["党建经费", "专项一", "专项二"], Order.PRINTED),
        ("排序(支出[项目=*])", ["专项一", "党建经费", "专项二"], Order.DESCENDING),
        ("最大(支出[项目=*], 1)", ["专项一"], Order.DESCENDING),
        ("最小(支出[项目=*])", ["党建经费", "专项二"], Order.ASCENDING),
        ("筛选(支出[项目=*], > 10万元)", ["专项一"], Order.PRINTED),
        ("筛选(支出[项目=*], = 7800元)", ["党建经费", "专项二"], Order.PRINTED),
        ("筛选(支出[项目=*], > 1亿元)", [], Order.PRINTED),
        ("占比(支出[项目=*], 支出)", ["党建经费", "专项一", "专项二"], Order.PRINTED),
        ("换算(支出[项目~专项], 元)", ["专项一", "专项二"], Order.PRINTED),
    ],
)
def test_sets_give_named_values_in_a_stated_order(text: str, labels: list[str], order: Order) -> None:
    value = work_out(text).value
    assert isinstance(value, Series)
    assert [entry.label for entry in value.entries] == labels
    assert value.order is order


def test_a_tie_at_the_last_place_is_kept_and_said() -> None:
    evaluation = work_out("最大(支出[项目=*], 2)")
    assert isinstance(evaluation.value, Series)
    assert len(evaluation.value.entries) == 3
    assert evaluation.notes == ("有并列，共列3项",)


def test_two_sets_are_compared_member_by_member_and_name_what_has_no_partner() -> None:
    value = work_out("增减率(支出[项目=*], 支出[项目=*]@2023)").value
    assert isinstance(value, Series)
    assert [(entry.label, str(entry.shown.number)) for entry in value.entries] == [("党建经费", "30.00")]
    assert set(value.unmatched) == {"旧项目", "专项一", "专项二"}
    with pytest.raises(MissingFactError, match="不能按0求合计"):
        work_out("合计(增减额(支出[项目=*], 支出[项目=*]@2023))")


@pytest.mark.parametrize(
    ("text", "agrees", "within", "tolerance"),
    [
        ("一致(支出, 950.47万元)", True, True, "0.01万元"),
        ("一致(支出, 9504700元)", True, True, "0.00505万元"),
        ("一致(17192万元, 171915169元)", True, True, "0.50005万元"),
        ("一致(支出, 支出[人员经费] + 支出[公用经费])", False, True, "0.015万元"),
        ("一致(支出, 合计(支出[人员经费], 支出[公用经费]))", False, True, "0.015万元"),
        ("一致(支出, 950.49万元)", False, False, "0.01万元"),
        ("一致(占比(支出[人员经费], 支出), 56.53%)", True, True, None),
        ("一致(占比(支出[人员经费], 支出), 57%)", True, True, None),
        ("一致(占比(支出[人员经费], 支出), 56.52%)", False, False, None),
        ("一致(增减率(支出, 支出@2023), -23.04%)", True, True, None),
        ("一致(支出 * 5%, 47.52万元)", True, True, "0.00525万元"),
        ("一致(车辆, 12辆)", True, True, "0辆"),
        ("一致(车辆, 13辆)", False, False, "0辆"),
    ],
)
def test_agreement_allows_what_the_printed_decimals_allow(
    text: str, agrees: bool, within: bool, tolerance: str | None
) -> None:
    value = work_out(text).value
    assert isinstance(value, Agreement)
    assert (value.agrees, value.within_rounding) == (agrees, within)
    assert tolerance is None or render_quantity(value.tolerance) == tolerance


def test_agreement_is_told_in_words() -> None:
    assert (
        work_out("一致(支出, 支出[人员经费] + 支出[公用经费])").working
        == "950.47，与 537.27 + 413.19 = 950.46 相比：相差0.01万元，在四舍五入允许的0.015万元以内"
    )
    assert "不一致，相差0.02万元" in work_out("一致(支出, 950.49万元)").working


def test_the_trace_holds_every_operand_and_the_figures_once_in_order() -> None:
    evaluation = work_out("占比(支出[人员经费] - 公务接待费, 支出[人员经费] + 支出)")
    assert [figure.label for figure in evaluation.figures] == ["支出[人员经费]", "公务接待费", "支出"]
    assert [step.operation for step in evaluation.trace.operands] == ["相减", "相加"]
    assert evaluation.trace.operands[0].formula == "支出[人员经费] - 公务接待费"
    assert evaluation.notes == ("表中为空白，按0计",)
    assert evaluation.trace.shown == "36.11%"


def test_an_exact_value_is_kept_beside_the_shown_one() -> None:
    evaluation = work_out("占比(支出[人员经费], 支出)")
    assert str(evaluation.quantity.number).startswith("56.526770965943164960493229665")
    assert str(work_out("支出 - 支出@2023").quantity.number) == "-284.53"


def test_a_converted_quotient_is_not_shown_with_endless_digits() -> None:
    shown = work_out("换算(支出 / 3, 元)").shown
    assert shown is not None
    assert str(shown.number) == "3168233.33"


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("支出 / 支出@2023", Shape(Kind.NUMBER)),
        ("支出 * 5%", Shape(Kind.MONEY)),
        ("完成率 - 去年完成率", Shape(Kind.POINT)),
        ("增减额(完成率, 去年完成率)", Shape(Kind.POINT)),
        ("50% * 20%", Shape(Kind.RATIO)),
        ("支出 / 完成率", Shape(Kind.MONEY)),
        ("12辆 + 3辆", Shape(Kind.COUNT, "辆")),
        ("支出[项目=*]", Shape(Kind.MONEY, is_set=True)),
        ("占比(支出[项目=*], 支出)", Shape(Kind.RATIO, is_set=True)),
        ("最大(支出[项目=*])", Shape(Kind.MONEY)),
        ("最大(支出[项目=*], 3)", Shape(Kind.MONEY, is_set=True)),
        ("一致(支出, 收入)", Shape(Kind.MONEY, is_agreement=True)),
    ],
)
def test_types_follow_from_the_kinds_alone(text: str, shape: Shape) -> None:
    assert check_types(parse_formula(text), BUDGET) == shape


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("950.47万元 + 12辆", ["“950.47万元”是金额", "“12辆”是数量（辆）", "不能相加"]),
        ("支出 * 支出", ["不能相乘", "数、比例或倍数"]),
        ("12辆 - 3人", ["数量（辆）", "数量（人）"]),
        ("5% + 3", ["3%", "3个百分点"]),
        ("支出 + 3", ["写明单位"]),
        ("支出[项目=*] + 1万元", ["一组数", "合计(…)"]),
        ("合计(支出, 完成率)", ["不能求合计"]),
        ("占比(支出, 完成率)", ["不能求占比"]),
        ("增减率(完成率, 去年完成率)", ["百分点"]),
        ("占比(支出, 支出[项目=*])", ["写在前面"]),
        ("排序(支出)", ["只是一个数", "支出[项目=*]"]),
        ("筛选(支出[项目=*], > 5%)", ["不能比较大小"]),
        ("换算(支出, 辆)", ["不能换算"]),
        ("四舍五入(支出, 1.5)", ["0到10之间的整数"]),
        ("最大(支出[项目=*], 0)", ["1到1000之间的整数"]),
        ("一致(支出, 收入) + 1万元", ["一致或不一致"]),
        ("一致(支出[项目=*], 支出)", ["一组数"]),
        ("支出 * 3个百分点", ["不能相乘"]),
    ],
)
def test_a_type_error_names_both_operands_and_what_they_are(text: str, words: list[str]) -> None:
    with pytest.raises(FormulaTypeError) as caught:
        check_types(parse_formula(text), BUDGET)
    for word in words:
        assert word in caught.value.message


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("支出@1999", MissingFactError, "没有“支出@1999”的数"),
        ("占比(印刷费, 支出)", AmbiguousFigureError, "表6 印刷费 3.00万元；表8 印刷费 2.00万元"),
        ("占比(支出, 公务接待费)", DivisionByZeroError, "公务接待费（表中为空白，按0计）”为0"),
        ("增减率(支出, 会议费)", DivisionByZeroError, "除数“会议费”为0"),
        ("支出 / (支出 - 支出)", DivisionByZeroError, "除数“支出 - 支出”为0"),
        ("支出 / 0", DivisionByZeroError, "除数“0”为0"),
        ("车辆 + 职工", UnitMismatchError, "辆"),
        ("合计(筛选(支出[项目=*], > 1亿元))", MissingFactError, "没有符合条件的项"),
        ("增减额(支出[重名=*], 支出[项目=*])", AmbiguousFigureError, "甲"),
        ("支出 * " + " * ".join(["99999999999999999999"] * 3), InvalidInputError, "10的24次方"),
    ],
)
def test_what_cannot_be_computed_is_refused_with_its_name(
    text: str, error: type[YoujuError], words: str
) -> None:
    with pytest.raises(error) as caught:
        work_out(text)
    assert words in caught.value.message


def test_a_printed_zero_and_a_blank_are_told_apart() -> None:
    assert work_out("会议费 + 支出").notes == ()
    assert work_out("公务接待费 + 支出").notes == ("表中为空白，按0计",)


def test_a_sum_of_many_parts_is_abridged_but_counted() -> None:
    parts = [(f"项目{n}", f"{n}.00万元") for n in range(1, 32)]
    working = work_out("合计(支出[项目=*])", FakeBook(sets={"支出[项目=*]": parts})).working
    assert working == "1.00 + 2.00 + … + 31.00（共31项） = 496.00"


def test_the_callers_arithmetic_settings_do_not_matter() -> None:
    from decimal import localcontext

    with localcontext() as context:
        context.prec = 3
        assert work_out("合计(支出[项目=*])").quantity.number == Decimal("176.95")


def test_no_module_of_the_package_mentions_binary_fractions() -> None:
    folder = Path(__file__).parents[3] / "service" / "calculation"
    sources = sorted(folder.glob("*.py"))
    assert len(sources) > 5
    assert not [path.name for path in sources if "float" in path.read_text(encoding="utf-8")]
