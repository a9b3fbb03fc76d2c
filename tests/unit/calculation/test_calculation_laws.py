"""Laws that hold for every budget."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from service.calculation.trace import Agreement, Series
from service.domain.quantity import Quantity
from tests.unit.calculation.figure_book import FakeBook, work_out

money = st.decimals(min_value="0.01", max_value="99999999.99", places=2)
signed = st.decimals(min_value="-99999999.99", max_value="99999999.99", places=2)


@given(
    st.lists(st.tuples(signed, st.sampled_from(["元", "万元", "亿元"])), min_size=1, max_size=8), st.randoms()
)
def test_a_sum_does_not_depend_on_order(parts: list[tuple[Decimal, str]], chance: object) -> None:
    texts = [f"{number}{unit}" for number, unit in parts]
    forward = work_out(f"合计({', '.join(texts)})").quantity.base
    assert work_out(f"合计({', '.join(reversed(texts))})").quantity.base == forward
    assert work_out(f"合计({', '.join(sorted(texts))})").quantity.base == forward
    assert work_out(" + ".join(f"({text})" for text in texts)).quantity.base == forward


@given(st.lists(money, min_size=1, max_size=12))
def test_shares_of_the_parts_of_a_whole_add_up_to_100(parts: list[Decimal]) -> None:
    book = FakeBook(sets={"支出[项目=*]": [(str(n), f"{part}万元") for n, part in enumerate(parts)]})
    shares = work_out("占比(支出[项目=*], 合计(支出[项目=*]))", book).value
    assert isinstance(shares, Series)
    total = sum((entry.shown.number for entry in shares.entries), Decimal(0))
    assert abs(total - 100) <= Decimal("0.01") * len(parts)


@given(money, money, st.sampled_from(["元", "千元", "亿元"]))
def test_restating_the_unit_changes_no_ratio(part: Decimal, whole: Decimal, unit: str) -> None:
    plain = work_out(f"占比({part}万元, {whole}万元)")
    restated = work_out(f"占比(换算({part}万元, {unit}), {whole}万元)")
    assert restated.quantity == plain.quantity
    assert restated.shown == plain.shown


@given(signed, signed)
def test_every_value_is_decimal_and_operands_stay_as_printed(first: Decimal, second: Decimal) -> None:
    book = FakeBook(scalars={"支出": f"{first}万元", "收入": f"{second}元"})
    evaluation = work_out("合计(支出, 收入 * 3 - 支出 / 7)", book)
    for step in evaluation.trace.walk():
        assert isinstance(step.value, Quantity)
        assert isinstance(step.value.number, Decimal)
    printed = [figure.quantity.number for figure in evaluation.figures]
    assert [str(number) for number in printed] == [str(first), str(second)]


@given(st.lists(st.decimals(min_value=0, max_value=9999, places=4), min_size=1, max_size=10))
def test_rounding_each_part_never_looks_like_a_disagreement(parts: list[Decimal]) -> None:
    rounded = ", ".join(f"{work_out(f'四舍五入({part}万元, 2)').quantity.number}万元" for part in parts)
    total = work_out(f"四舍五入({sum(parts, Decimal(0))}万元, 2)").quantity.number
    agreement = work_out(f"一致({total}万元, 合计({rounded}))").value
    assert isinstance(agreement, Agreement)
    assert agreement.within_rounding
    assert agreement.tolerance.number == Decimal("0.005") * (len(parts) + 1)


@given(money, money)
def test_a_rate_restated_at_any_precision_agrees_with_its_figures(now: Decimal, before: Decimal) -> None:
    rate = f"增减率({now}万元, {before}万元)"
    for decimals in (0, 1, 2, 4):
        stated = work_out(f"四舍五入({rate}, {decimals})").quantity.number
        agreement = work_out(f"一致({rate}, {stated:f}%)").value
        assert isinstance(agreement, Agreement)
        assert agreement.agrees
