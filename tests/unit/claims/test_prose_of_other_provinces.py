"""Figures in the prose of other provinces: each of its own subject, year and stage, or of nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from service.claims.statements import Statement, read_statements
from service.domain.coordinate import Aspect, Stage
from service.vocabulary.spotting import Spotter
from service.vocabulary.vocabulary import Vocabulary

Said = tuple[str, str, str]


class Prose:
    """Reads a paragraph under headings."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._spotter = Spotter(vocabulary, (), colloquial=False)

    def read(self, text: str, *headings: str) -> tuple[Statement, ...]:
        """Return the statements."""
        section = next((s for h in reversed(headings) if (s := self._vocabulary.catalogue.section(h))), None)
        return read_statements(text, section, self._spotter, self._vocabulary, ("示例局",), headings=headings)

    def levels(self, text: str, *headings: str) -> list[Said]:
        """Return figure, measures and members of each amount."""
        return [
            (s.text, "、".join(s.measures), ";".join(m for _, m in s.members))
            for s in self.read(text, *headings) if s.aspect is Aspect.LEVEL
        ]  # fmt: skip


@pytest.fixture(scope="module")
def prose(vocabulary: Vocabulary) -> Prose:
    return Prose(vocabulary)


def test_a_year_beside_a_figure_is_its_year(prose: Prose) -> None:
    """比2025年年初预算数300万元 is the level of 2025, not of the document's year."""
    now, before, change = prose.read("2026年度收入预算320万元，比2025年年初预算数300万元增加20万元。", "收入预算情况说明")

    assert (now.year, before.year, before.stage) == (2026, 2025, Stage.BUDGET)
    assert (change.aspect, change.base_year) == (Aspect.CHANGE, 2025)


def test_the_year_before_without_its_number(prose: Prose) -> None:
    (now, before) = prose.read("公务接待费预算3万元，上年预算数5万元。", "“三公”经费支出情况说明")

    assert (now.years_back, before.years_back) == (0, 1)


def test_pairs_of_stages_of_an_item_named_ahead(prose: Prose) -> None:
    """The item stands in a sentence of its own; the same name under two classes is told apart by the class."""
    text = "1、一般公共服务支出（类）财政事务（款）行政运行（项）。主要用于：人员经费等支出。年初预算为15万元，支出决算为14万元。"
    budget, final = prose.read(text)

    assert [(s.measures, dict(s.members), s.stage) for s in (budget, final)] == [
        (("支出",), {"function": "2010601"}, Stage.BUDGET),
        (("支出",), {"function": "2010601"}, Stage.FINAL),
    ]


def test_codes_of_levels_are_no_counts(prose: Prose) -> None:
    text = "2、公共安全支出（204类）司法（06款）基层司法业务（04项）21.70万元。2025年当年预算执行数为20.49万元，2026年预算安排21.70万元。"

    assert prose.levels(text) == [
        ("21.70万元", "支出", "2040604"), ("20.49万元", "支出", "2040604"), ("21.70万元", "支出", "2040604"),
    ]  # fmt: skip
    assert [(s.year, s.stage) for s in prose.read(text)][1] == (2025, Stage.EXECUTED)


def test_an_item_of_an_unknown_class_is_bound_to_nothing(prose: Prose) -> None:
    """行政运行 under a class that nothing tells could be one of many."""
    assert prose.levels("行政运行支出12万元。") == [("12万元", "", "")]


@pytest.mark.parametrize(
    "text",
    [
        "接待中心运行费116万元。", "在建工程0元。", "处置车辆3辆。", "临聘人员经费15.56万元。",
        "面向中小企业预留政府采购项目预算金额14万元。", "资产出租收入5万元。", "办公费、印刷费4万元。",
    ],
)  # fmt: skip
def test_longer_names_are_other_things(prose: Prose, text: str) -> None:
    assert [m for _, m, _ in prose.levels(text)] == [""]


def test_parts_keep_the_fund_of_their_whole(prose: Prose) -> None:
    text = "一般公共预算财政拨款支出90万元，比2025年增加8万元。其中：基本支出60万元，主要用于保障人员工资；项目支出30万元。"

    assert prose.levels(text) == [
        ("90万元", "支出", "一般公共预算"), ("60万元", "支出", "一般公共预算;基本支出"), ("30万元", "支出", "一般公共预算;项目支出"),
    ]  # fmt: skip


def test_a_comparison_behind_a_list_is_of_the_whole(prose: Prose) -> None:
    text = "支出预算90万元。按功能分类，包括教育支出50万元，卫生健康支出40万元。比2025年增加8万元。"
    change = next(s for s in prose.read(text) if s.aspect is Aspect.CHANGE)

    assert (change.measures, change.members) == (("支出",), ())


def test_an_aside_in_brackets_ends_with_them(prose: Prose) -> None:
    text = "公务用车购置及运行维护费5万元（公务用车购置费2万元；公务用车运行维护费3万元，比上年减少1万元）比上年减少4万元。"
    changes = [dict(s.members) for s in prose.read(text, "“三公”经费") if s.aspect is Aspect.CHANGE]

    assert changes == [{"item": "公务用车运行费"}, {"item": "公务用车购置及运行费"}]


def test_what_the_form_left_open_is_no_direction(prose: Prose) -> None:
    """增加（减少）0万元 changes nothing; with another figure nobody can tell which way."""
    (zero,) = (s for s in prose.read("公务接待费比上年预算增加（减少）0万元。", "“三公”经费"))

    assert (zero.aspect, zero.quantity.number) == (Aspect.CHANGE, Decimal(0))
    assert not prose.read("公务接待费比上年预算增加（减少）3万元。", "“三公”经费")


def test_shares_are_of_what_stands_before_them(prose: Prose) -> None:
    share = prose.read("基本支出预算60万元，占本年支出预算66.67%。", "支出预算情况说明")[1]

    assert (share.aspect, dict(share.members)) == (Aspect.SHARE, {"nature": "基本支出"})


def test_nearly_the_same_is_not_the_same(prose: Prose) -> None:
    assert [s.aspect for s in prose.read("公务接待费3万元，与上年基本持平。", "“三公”经费")] == [Aspect.LEVEL]


def test_the_budget_of_the_same_year_is_no_earlier_year(prose: Prose) -> None:
    """决算数与预算数持平 says nothing of the year before."""
    assert [s.aspect for s in prose.read("支出决算为3万元。决算数与预算数持平。", "支出决算情况说明")] == [Aspect.LEVEL]


def test_a_share_of_another_whole_is_bound_to_nothing(prose: Prose) -> None:
    """工资福利支出 as a share of all spending is not its share of 人员经费."""
    statements = prose.read("工资福利支出50万元，占支出预算的54.15%。", "一般公共预算基本支出情况")

    assert [s.measures for s in statements if s.aspect is Aspect.SHARE] == [()]


def test_changes_behind_an_unknown_name_are_its_own(prose: Prose) -> None:
    text = "财政拨款支出90万元，其中某某示范基地建设支出30万元，与上年相比减少5万元，减少14.29%。"

    assert [s.measures for s in prose.read(text)] == [("支出",), (), (), ()]


def test_counts_need_their_name(prose: Prose) -> None:
    assert prose.levels("本部门内设38个处室，编制338名。", "部门预算单位构成情况") == [("38个", "", ""), ("338名", "", "")]


def test_a_code_tells_which_classification(prose: Prose) -> None:
    assert prose.levels("（3）机关资本性支出（503）9.55万元。") == [("9.55万元", "支出", "503")]


def test_amounts_in_enumerated_reasons_are_not_the_budget(prose: Prose) -> None:
    """「二是纳入上年预算管理的7万元培训费收入…」 stands within the reason."""
    text = "项目支出43万元，比上年减少12万元。主要原因一是压减支出；二是纳入2024年预算管理的7万元收入不再安排。"

    assert [s.text for s in prose.read(text, "支出预算情况说明")] == ["43万元", "12万元"]


def test_the_sides_of_one_total_are_kept_apart(prose: Prose) -> None:
    text = "2026年收支总预算54万元。其中：收入包括一般公共预算拨款收入50万元、上年结转4万元；支出包括教育支出44万元、卫生健康支出10万元。"

    assert prose.levels(text)[1:] == [
        ("50万元", "收入", "一般公共预算"), ("4万元", "收入", "上年结转"), ("44万元", "支出", "205"), ("10万元", "支出", "210"),
    ]  # fmt: skip


def test_behind_an_aside_the_whole_is_compared(prose: Prose) -> None:
    text = "“三公”经费预算20万元，其中：公务接待费5万元，公务用车购置及运行维护费15万元（其中：公务用车运行维护费15万元）。与2025年预算相比，减少3万元。"
    change = prose.read(text, "“三公”经费")[-1]

    assert (change.measures, change.members) == (("三公经费",), ())
