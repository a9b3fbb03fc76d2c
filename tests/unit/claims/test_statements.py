"""A paragraph of the explanation is read into figures, each with its subject, direction, year and reason."""

from __future__ import annotations

from decimal import Decimal

import pytest

from service.claims.statements import Statement, read_statements
from service.domain.coordinate import Aspect
from service.vocabulary.spotting import Spotter
from service.vocabulary.vocabulary import Vocabulary

SPENDING = "支出预算总体情况说明"
THREE = "“三公”经费支出情况说明"
ASSETS = "国有资产占用情况"


class Reader:
    """Reads a paragraph under a heading."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._spotter = Spotter(vocabulary, (), colloquial=False)

    def __call__(self, text: str, heading: str = "", names: tuple[str, ...] = ()) -> list[Statement]:
        """Return the statements of a paragraph under *heading*."""
        section = self._vocabulary.catalogue.section(heading) if heading else None
        return list(read_statements(text, section, self._spotter, self._vocabulary, names))


@pytest.fixture(scope="module")
def read(vocabulary: Vocabulary) -> Reader:
    """The reader over the package's vocabulary."""
    return Reader(vocabulary)


def said(statements: list[Statement]) -> list[tuple[Aspect | None, str, str, str]]:
    """Return aspect, measures, members and signed figure of each statement."""
    return [
        (
            s.aspect,
            "、".join(s.measures),
            ";".join(m for _, m in s.members),
            f"{s.quantity.number}{s.quantity.unit.symbol}",
        )
        for s in statements
    ]


def test_amounts_belong_to_the_name_before_them(read: Reader) -> None:
    """A part named after 其中 is a part of the measure that is being talked about."""
    found = read("某局2024年支出合计90.50万元，其中：基本支出50.20万元；项目支出40.30万元。", SPENDING)

    assert said(found) == [
        (Aspect.LEVEL, "支出", "", "90.50万元"),
        (Aspect.LEVEL, "支出", "基本支出", "50.20万元"),
        (Aspect.LEVEL, "支出", "项目支出", "40.30万元"),
    ]


@pytest.mark.parametrize(
    ("wording", "figure", "sign"),
    [
        ("增加", "4.5万元", 1), ("增长", "4.5万元", 1), ("上升", "4.5万元", 1), ("提高", "4.5万元", 1),
        ("减少", "4.5万元", -1), ("降低", "4.5万元", -1), ("下降", "4.5万元", -1), ("压减", "4.5万元", -1),
        ("减少了约", "4.5万元", -1), ("增加", "3.1%", 1), ("降低", "3.1%", -1),
    ],
)  # fmt: skip
def test_a_direction_makes_a_change_or_a_rate(read: Reader, wording: str, figure: str, sign: int) -> None:
    """The word right before a figure gives its sign; money changes, a percentage is a rate."""
    (found,) = read(f"与上年相比，收入{wording}{figure}。")

    assert found.aspect is (Aspect.RATE if figure.endswith("%") else Aspect.CHANGE)
    assert found.quantity.number == sign * Decimal(figure.rstrip("万元%"))


def test_the_year_compared_with_is_read(read: Reader) -> None:
    """与2022年相比 sets the base year of the changes after it."""
    found = read("与2022年预算相比，收入减少3万元，降低2%。")

    assert [s.base_year for s in found] == [2022, 2022]


def test_a_share_is_told_from_a_rate(read: Reader) -> None:
    """占 before a percentage makes it a share of the member before it."""
    found = read("支出合计100万元，其中：基本支出60万元，占60%；项目支出40万元，占40%。", SPENDING)

    assert [(s.aspect, dict(s.members)["nature"], s.quantity.number) for s in found if s.aspect is Aspect.SHARE] == [
        (Aspect.SHARE, "基本支出", Decimal(60)),
        (Aspect.SHARE, "项目支出", Decimal(40)),
    ]


def test_the_same_figure_for_both_years(read: Reader) -> None:
    """与2023年持平，均为0万元 states two levels at once and no change."""
    found = read("公务接待费0万元。预算数与2023年持平，均为0万元。", THREE)

    assert [(s.both_years, s.base_year) for s in found] == [(False, 0), (True, 2023)]
    assert {s.measures for s in found} == {("三公经费",)}
    assert {s.members for s in found} == {(("item", "公务接待费"),)}


def test_flat_without_a_figure_is_a_change_of_zero(read: Reader) -> None:
    """持平 alone says that the amount did not change."""
    (found,) = read("公务用车购置费预算数与上年持平。", THREE)

    assert (found.aspect, found.text) == (Aspect.CHANGE, "持平")
    assert not found.quantity.number
    assert found.members == (("item", "公务用车购置费"),)


def test_income_and_spending_in_one_word(read: Reader) -> None:
    """收支 speaks of both measures."""
    (found,) = read("一般公共预算收支预算950.47万元。", "财政拨款收入支出预算总体情况说明")

    assert found.measures == ("收入", "支出")
    assert found.members == (("fund", "一般公共预算"),)


def test_counts_at_the_end_of_a_year(read: Reader) -> None:
    """期末 figures are counts of things at the end of the year said, also in the clauses that follow."""
    found = read("2023年期末，我部门共有车辆5辆，其中：一般公务用车3辆、其他用车2辆。", ASSETS)

    assert [(s.text, s.year, s.period_end) for s in found] == [
        ("5辆", 2023, True), ("3辆", 2023, True), ("2辆", 2023, True),
    ]  # fmt: skip
    assert [s.members for s in found] == [(), (("item", "一般公务用车"),), (("item", "其他用车"),)]


def test_a_threshold_in_a_name_is_no_claim(read: Reader) -> None:
    """50万元以上 says which equipment is meant, not how much money."""
    found = read("单价50万元以上通用设备2台（套），单位价值100万元以上专用设备0台（套）。", ASSETS)

    assert [(s.measures, str(s.quantity.number)) for s in found] == [(("通用设备",), "2"), (("专用设备",), "0")]


def test_a_reason_ends_where_the_next_figure_begins(read: Reader) -> None:
    """Each reason goes to the change right before it, up to the part of the sentence with a new figure."""
    text = "收入减少20万元，主要原因：人员减少；压减会议；支出增加5万元，增长1%，主要原因是新增项目。"
    found = read(text)

    reasons = {s.measures: text[slice(*s.reason)] for s in found if s.reason}
    assert reasons == {("收入",): "人员减少；压减会议", ("支出",): "新增项目"}


def test_a_figure_within_a_reason_is_none_of_the_department(read: Reader) -> None:
    """A number that belongs to a reason is not read as a figure of the budget."""
    found = read("收入减少20万元，主要原因：工资改革，人均压减3万元。")

    assert [s.text for s in found] == ["20万元"]


def test_the_entitys_own_name_names_nothing(read: Reader) -> None:
    """文化和旅游局 does not speak of 文化旅游 spending."""
    (found,) = read("文化旅游体育与传媒局2024年收入100万元。", names=("文化旅游体育与传媒局",))

    assert found.members == ()


def test_offsets_are_those_of_the_printed_characters(read: Reader) -> None:
    """Every statement slices to its own figure."""
    text = "某局2024年收入合计1,234.50万元，其中：一般公共预算1,000.00万元；政府性基金234.5万元。"
    found = read(text, "收入预算总体情况说明")

    assert [text[s.start : s.end] for s in found] == [s.text for s in found]
    assert [s.quantity.number for s in found] == [Decimal("1234.50"), Decimal("1000.00"), Decimal("234.5")]
