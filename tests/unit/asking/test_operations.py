"""Each way of asking, on the seed document: the figure, its working, its words."""

from __future__ import annotations

import pytest

from service.asking.answer import Answer, Status
from tests.unit.asking.conftest import Ask

ENTITY = "新乡市红旗区委员会办公室"
SCOPE = f"{ENTITY}2024年（年初预算）"


def first(answer: Answer) -> str:
    """Return the leading result with its unit."""
    assert answer.status is Status.ANSWERED, answer.text
    return f"{answer.results[0].value}{answer.results[0].unit}"


def labels(answer: Answer) -> list[str]:
    """Return what the results are of."""
    return [r.label for r in answer.results]


def test_a_figure_is_looked_up_with_its_place(ask: Ask) -> None:
    """The answer shows the figure, its formula and the cell it stands in."""
    answer = ask("项目支出是多少？")

    assert first(answer) == "413.20万元"
    (operand,) = answer.results[0].operands
    assert (operand.how, operand.proof, operand.place.table) == ("printed", "已验证", "T03")
    assert answer.results[0].formula in answer.plan


@pytest.mark.parametrize(
    "question",
    [
        "项目支出是多少？", "公用经费占基本支出的比重", "收入比2023年减少多少", "人员经费是公用经费的多少倍",
        "行政运行比事业运行多多少", "金额最大的项目是哪个", "超过10万元的项目有哪些", "部门一共有多少个项目",
        "收入由哪些构成", "收入总计和支出总计一致吗", "2024年收入为什么减少了", "三公经费折合多少元",
        "如果三公经费再压减10%是多少", "项目支出去掉信创工程还剩多少", "教育支出安排了多少", "信创工程要替换多少台涉密电脑",
    ],
)  # fmt: skip
def test_whose_figure_it_is_always_stands_there(ask: Ask, question: str) -> None:
    """Entity, year and stage open every answer with a figure, and the record says them too."""
    answer = ask(question)

    assert SCOPE in answer.text
    assert (answer.entity, answer.year) == (ENTITY, 2024)


def test_a_share(ask: Ask) -> None:
    """A占B: part, whole and quotient, rounded once."""
    answer = ask("公用经费占基本支出的比重？")

    assert first(answer) == "9.85%"
    assert "52.94 ÷ 537.27" in answer.results[0].working


def test_the_whole_of_a_measure_is_no_share_of_itself(ask: Ask) -> None:
    assert first(ask("占比呢", "三公经费是多少")) == "0.58%"


@pytest.mark.parametrize("said", ["谢谢", "中午吃什么", "今天天气如何？", "那食堂呢"])
def test_what_is_not_about_the_question_before_is_not_answered_by_it(ask: Ask, said: str) -> None:
    assert ask(said, "三公经费是多少").status is Status.REFUSED


@pytest.mark.parametrize(
    ("question", "verdict"),
    [("基本支出和项目支出各占多少", SCOPE), ("基本支出和项目支出各占50%吗", "不对"), ("基本支出和项目支出分别占56.53%和43.47%对吗", "对。")],
)
def test_shares_asked_for_one_by_one_are_not_added(ask: Ask, question: str, verdict: str) -> None:
    answer = ask(question)

    assert [(r.value, r.unit) for r in answer.results if r.unit == "%"] == [("56.53", "%"), ("43.47", "%")]
    assert answer.text.startswith(verdict)


def test_a_share_without_a_whole_takes_the_next_higher(ask: Ask) -> None:
    """A project is a share of 项目支出, staff costs of 基本支出."""
    assert first(ask("信创工程占比多少？")) == "70.18%"
    assert first(ask("人员经费的占比是多少？")) == "90.15%"


def test_a_change_has_amount_and_rate(ask: Ask) -> None:
    """Both years, the difference, its rate and its direction; a derived year says so."""
    answer = ask("收入比2023年减少了多少？")

    assert [(r.value, r.unit) for r in answer.results[:2]] == [("284.53", "万元"), ("23.04", "%")]
    assert "推算" in answer.text
    assert "减少284.53万元" in answer.text
    assert any("减少 284.53" in c.place.quote or "减少284.53" in c.place.quote for c in answer.citations)


def test_no_change_is_said_in_words(ask: Ask) -> None:
    """Equal figures of both years are 持平, and a blank cell is named."""
    answer = ask("公务接待费和上年比怎么样？")

    assert "持平" in answer.text
    assert "表中为空白" in answer.results[0].marks


def test_a_multiple(ask: Ask) -> None:
    """A是B的几倍."""
    assert first(ask("人员经费是公用经费的多少倍？")) == "9.15倍"


def test_a_comparison(ask: Ask) -> None:
    """The larger is named first, whichever way round it is asked."""
    one, other = ask("行政运行比事业运行多多少？"), ask("事业运行比行政运行少多少？")

    assert first(one) == first(other) == "186.49万元"
    assert one.text.index("行政运行") < one.text.index("事业运行")
    assert other.text.index("行政运行") < other.text.index("事业运行")


def test_sums_on_both_sides(ask: Ask) -> None:
    """Two projects together against two others."""
    answer = ask("移动办公和电子政务内网两项合计比保密和机要两项合计多多少？")

    assert first(answer) == "10.02万元"
    assert "26.02" in answer.text
    assert "16.00" in answer.text


def test_the_largest_and_the_nth(ask: Ask) -> None:
    """最大, 第二大, 最小, 前三."""
    assert ask("金额最大的项目是哪个？").results[0].label == "信创工程"
    assert ask("第二大的项目是哪个？").results[0].value == "36.00"
    assert ask("金额最小的项目是哪个？").results[0].label == "党建经费"
    assert [r.value for r in ask("金额最大的三个项目").results[:3]] == ["290.00", "36.00", "22.50"]


def test_a_ranking_is_in_order(ask: Ask) -> None:
    """Every member once, in the order asked for."""
    down = [float(r.value) for r in ask("把项目按金额从大到小排序").results if r.unit == "万元"]
    up = [float(r.value) for r in ask("把项目按金额从小到大排序").results if r.unit == "万元"]

    assert len(down) == 12
    assert down == sorted(down, reverse=True)
    assert up == sorted(down)


def test_a_condition(ask: Ask) -> None:
    """超过 is more than, 不超过 includes the limit."""
    above, within = ask("超过5万元的项目合计多少？"), ask("不超过5万元的项目合计多少？")

    assert first(above) == "401.52万元"
    assert first(within) == "11.68万元"
    assert "5.00" in within.text


def test_a_piece_of_a_name(ask: Ask) -> None:
    """Projects with 专项经费 in their names."""
    answer = ask("名称里带“专项经费”的项目加起来多少？")

    assert first(answer) == "42.02万元"
    assert "共4项" in answer.text


def test_counting(ask: Ask) -> None:
    """How many, with a breakdown by unit."""
    answer = ask("部门一共有多少个项目？")

    assert first(answer) == "12个"
    assert {r.label: r.value for r in answer.results}["新乡市红旗区党务服务中心"] == "1"


def test_listing_sums_up_what_is_empty(ask: Ask) -> None:
    """Members with figures are listed, blank ones are named together as 0."""
    answer = ask("收入由哪些构成？")

    assert "一般公共预算 950.47万元" in answer.text
    assert "政府性基金" in answer.text
    assert "均为0" in answer.text


@pytest.mark.parametrize("asked", ["“三公”经费", '"三公"经费', "三公经费"])
@pytest.mark.parametrize("parts", ["有哪些构成", "由哪些项目构成"])
def test_the_marks_in_a_name_are_no_quotation(ask: Ask, asked: str, parts: str) -> None:
    """And what is told by items of its own has no projects, whatever its parts are called."""
    assert ask(f"{asked}{parts}").plan == ("三公经费[分项=*]",)


def test_a_list_that_is_not_the_whole_does_not_pass_for_it(ask: Ask) -> None:
    """Projects are a part of spending: no total stands before them but one that they add up to."""
    assert "950.47" not in ask("支出由哪些项目构成").text
    assert "413.20" in ask("项目支出由哪些项目构成").text


def test_two_places_agree(ask: Ask) -> None:
    """Two printed figures are compared, and both are cited."""
    answer = ask("收入总计和支出总计一致吗？")

    assert answer.text.startswith("一致")
    assert {c.place.table for c in answer.citations if c.role == "source"} == {"T01"}


def test_an_equation(ask: Ask) -> None:
    """甲等于乙加丙吗: every part with its figure."""
    answer = ask("人员经费等于工资福利支出加对个人和家庭的补助吗？")

    assert answer.text.startswith("等于")
    assert all(figure in answer.text for figure in ("484.33", "468.99", "15.34"))


def test_an_equation_that_fails(ask: Ask) -> None:
    """The difference is told."""
    answer = ask("基本支出等于人员经费加项目支出吗？")

    assert answer.text.startswith("不等于")


def test_two_tables_differ_row_by_row(ask: Ask) -> None:
    """The rows that make the difference are listed, and add up to it."""
    answer = ask("经济分类汇总表减去基本支出表，差额等于项目支出吗？")

    assert answer.text.startswith("等于")
    assert all(figure in answer.text for figure in ("413.20", "345.02", "68.18"))


def test_why(ask: Ask) -> None:
    """The change, where it comes from, the document's own reason, and what is not known."""
    answer = ask("2024年收入为什么减少了？")

    assert first(answer) == "284.53万元"
    assert "因工资改革，人员类经费收入减少" in answer.text
    assert "一般公共预算减少284.53万元" in answer.text
    assert "没有2023年的" in answer.text
    assert any(c.role == "quote" and "工资改革" in c.place.quote for c in answer.citations)


def test_a_wrong_direction_is_corrected_first(ask: Ask) -> None:
    """A premise with the wrong direction is corrected before anything else."""
    answer = ask("2024年收入为什么增加了？")

    assert answer.text.startswith("先更正：收入是减少，不是增加")
    assert first(answer) == "284.53万元"


def test_a_wrong_percentage_is_corrected_first(ask: Ask) -> None:
    """A premise with the wrong rate is corrected; one that is right to its own precision is not."""
    assert ask("收入为什么减少了30%？").text.startswith("先更正：降低幅度是23.04%，不是30%")
    assert "更正" not in ask("收入为什么减少了23%？").text
    assert "更正" not in ask("收入为什么减少了284.53万元？").text


def test_why_of_what_did_not_change(ask: Ask) -> None:
    """No reason is made up for a change that is none."""
    answer = ask("公务接待费为什么增加了？")

    assert "与提问不符" in answer.text
    assert "持平" in answer.text


def test_why_without_an_earlier_figure(ask: Ask) -> None:
    """Where the year before is not known the answer refuses, with this year's figure."""
    answer = ask("公用经费为什么增加了？")

    assert answer.status is Status.REFUSED
    assert "2023" in answer.missing
    assert "52.94" in answer.text


def test_a_reason_that_contradicts_the_figures_is_remarked(ask: Ask) -> None:
    """The document's reason is quoted, and its contradiction told."""
    answer = ask("三公经费为什么增加了？")

    assert "有公务接待需求" in answer.text
    assert "reason-contradicts-figures" in {f.code for f in answer.findings}


def test_a_definition_is_quoted(ask: Ask) -> None:
    """A term is explained in the document's words; one it does not explain is refused."""
    answer = ask("什么叫基本支出？")

    assert "为保障机构正常运转、完成日常工作任务所必需的开支" in answer.text
    assert answer.citations
    assert ask("什么叫零基预算？").status is Status.REFUSED


def test_duties_are_read_out(ask: Ask) -> None:
    """Questions after duties and organisation are answered in the document's words."""
    assert "负责区委各种会议的会务工作" in ask("部门主要职责有哪些？").text
    assert "下设行政办公室" in ask("内设机构有哪些？").text


def test_an_indicator(ask: Ask) -> None:
    """Target with comparator and unit, from the project's own row."""
    answer = ask("信创工程要替换多少台涉密电脑？")

    assert "≥20台" in answer.text
    assert any(c.place.quote == "≥20台" for c in answer.citations)


def test_stale_dates(ask: Ask) -> None:
    """Targets that lie before the budget year."""
    answer = ask("有哪些过期的绩效指标？")

    assert "工作经费（本级）" in answer.text
    assert "移动办公系统专项经费" in answer.text
    assert first(answer) == "2处"


def test_ceilings_above_the_budget(ask: Ask) -> None:
    """Cost ceilings are held against the project's money, in one unit."""
    answer = ask("哪些项目的成本上限高于预算？")

    assert "≤900000元" in answer.text
    assert "14.26万元" in answer.text
    assert "党建经费" not in answer.text


def test_conversion(ask: Ask) -> None:
    """万元 to 元 of a written amount, which is recognised, and of a figure asked for."""
    written, named = ask("950.47万元是多少元？"), ask("三公经费折合多少元？")

    assert first(written) == "9504700元"
    assert "收入" in written.text
    assert first(named) == "55000元"


def test_a_supposition_is_marked(ask: Ask) -> None:
    """A calculation on a condition says that it is none of the document's figures."""
    answer = ask("如果三公经费再压减10%是多少？")

    assert first(answer) == "4.95万元"
    assert answer.text.startswith("假设测算（不是文件数据）")


def test_a_remainder(ask: Ask) -> None:
    """The whole less what is named."""
    assert first(ask("项目支出去掉信创工程还剩多少？")) == "123.20万元"


def test_a_trend_says_what_is_missing(ask: Ask) -> None:
    """Years that are not there refuse the trend; those that are there are told."""
    answer = ask("近三年三公经费趋势怎么样？")

    assert answer.status is Status.REFUSED
    assert "2022" in answer.missing
    assert "2023年5.10万元（推算）" in answer.text
    assert "2024年5.50万元" in answer.text


def test_a_count_at_the_end_of_the_year_before(ask: Ask) -> None:
    """Vehicles are counted at the end of 2023, and only the text says so."""
    answer = ask("一共有多少辆车？")

    assert first(answer) == "5辆"
    assert "2023年末" in answer.text
    assert answer.results[0].marks == ("仅见正文",)


def test_attributes_of_a_project(ask: Ask) -> None:
    """Type and unit of a project."""
    answer = ask("信创工程属于哪个单位？")

    assert "特定目标类" in answer.text
    assert "委员会办公室本级" in answer.text


@pytest.mark.parametrize("question", ["按模板写收入支出预算总体情况说明", "帮我写一下收支总体情况说明"])
def test_a_draft(ask: Ask, question: str) -> None:
    """A section is written with every figure bound and the document's reasons."""
    answer = ask(question)

    assert answer.status is Status.ANSWERED
    assert all(figure in answer.text for figure in ("950.47", "284.53", "23.04", "工资改革"))
    assert {"2024年收入增减额", "2024年收入增减率"} <= set(labels(answer))
