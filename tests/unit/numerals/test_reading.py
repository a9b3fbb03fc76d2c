"""Reading numbers, percentages and money."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.numerals import Form, read_money, read_numbers, read_percents, read_quantities, write_chinese


def numbers(text: str) -> list[Decimal]:
    return [numeral.number for numeral in read_numbers(text)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("一千零五", "1005"),
        ("一万三", "13000"),
        ("玖佰伍拾點肆柒", "950.47"),
        ("四亿五千六百四十二万零一十五", "456420015"),
        ("１，２３４．５０", "1234.50"),
        ("5万4千6百", "54600"),
        ("１.20万亿", "1200000000000"),
        ("三百多万", "3000000"),
        ("负三又二分之一", "-3.5"),
        ("半百", "50"),
        ("两打", "24"),
        ("2^10", "1024"),
        ("一点二亿", "120000000"),
    ],
)
def test_a_number_is_read_exactly(text: str, number: str) -> None:
    assert numbers(text) == [Decimal(number)]


@pytest.mark.parametrize("text", ["一切", "四川", "万", "收拾大陆", "阳光九九", "几十", "二三十人"])
def test_words_and_vague_tens_are_no_numbers(text: str) -> None:
    assert numbers(text) == []


def test_neighbouring_amounts_stay_apart() -> None:
    amounts = [1200000, 3000000, 50000, 300000]
    assert numbers("120万300万，5万三十万") == [Decimal(amount) for amount in amounts]


def test_a_year_does_not_run_into_the_amount_before_it() -> None:
    assert numbers("120万2024年") == [Decimal(1200000), Decimal(2024)]


def test_an_hour_is_no_decimal() -> None:
    assert numbers("八点三十分") == [Decimal(8), Decimal(30)]


def test_an_absurd_power_is_left_alone() -> None:
    assert Decimal(9) in numbers("9^999999999")


def test_long_digits_stay_exact() -> None:
    digits = "1234567890" * 5
    assert numbers(digits) == [Decimal(digits)]


@pytest.mark.parametrize(
    "text", ["1" * 6000, "1万" + "万" * 6000, "1^" + "9" * 6000, "1/" + "3" * 6000, "一点" + "一" * 6000]
)
def test_endless_digits_do_no_harm(text: str) -> None:
    for read in (read_numbers, read_percents, read_money, read_quantities):
        read(text)


def test_printed_zeros_are_kept() -> None:
    (numeral,) = read_numbers("12.30")
    assert (str(numeral.number), numeral.decimals) == ("12.30", 2)


@pytest.mark.parametrize(
    ("text", "number", "form"),
    [
        ("-22.2%", "-22.2", Form.PERCENT),
        ("百分之百", "100", Form.PERCENT),
        ("千分之二", "0.2", Form.PERCENT),
        ("三成半", "35", Form.PERCENT),
        ("八五折", "85", Form.PERCENT),
        ("０.40个百分点", "0.40", Form.PERCENTAGE_POINT),
        ("12個百分點", "12", Form.PERCENTAGE_POINT),
    ],
)
def test_a_percentage_is_no_percentage_point(text: str, number: str, form: Form) -> None:
    (numeral,) = read_percents(text)
    assert (numeral.number, numeral.form, numeral.text) == (Decimal(number), form, text)


@pytest.mark.parametrize("text", ["五百分之二", "http://a.cn/?q=30%25%20", "完成", "3成员", "转折"])
def test_what_only_looks_like_a_percentage(text: str) -> None:
    assert read_percents(text) == ()


def test_coins_are_added_to_the_main_unit() -> None:
    (money,) = read_money("现金50元6角三分。")
    assert (money.text, money.number, money.currency) == ("50元6角三分", Decimal("50.63"), "CNY")


def test_a_foreign_currency_keeps_its_code() -> None:
    assert [money.currency for money in read_money("1200亿美元，￥300，$20")] == ["USD", "CNY", ""]


def test_an_amount_without_currency_is_no_money() -> None:
    assert read_money("奖池36.57亿，五角大楼") == ()


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=2, allow_nan=False))
def test_what_is_written_in_chinese_is_read_back(number: Decimal) -> None:
    assert numbers(write_chinese(number)) == [number]


@given(st.integers(min_value=0, max_value=10**16 - 1))
def test_whole_numbers_written_in_chinese_are_read_back(number: int) -> None:
    assert numbers(write_chinese(Decimal(number))) == [Decimal(number)]


ALPHABET = (
    "0123456789０９.．,，-－ 　%％/^ekM零一二两十百千万亿兆"
    "壹拾萬億點负分之又个個百分点成折半打元角块$几多年月"
)


@given(st.text(st.sampled_from(ALPHABET), max_size=30))
def test_spans_slice_the_text_in_order(text: str) -> None:
    for read in (read_numbers, read_percents, read_money):
        position = 0
        for numeral in read(text):
            assert numeral.text == text[numeral.start : numeral.end]
            assert position <= numeral.start < numeral.end
            position = numeral.end
