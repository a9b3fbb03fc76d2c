"""Every figure of a text is judged by the tables, by arithmetic, and by what the text says elsewhere."""

from __future__ import annotations

import pytest

from service.checking.figures import judge_figures
from service.checking.material import material_of
from service.domain.check import JudgedFigure, Verdict
from service.domain.finding import Finding, Severity
from service.vocabulary.vocabulary import Vocabulary
from tests.samples import ingest_text

FACE = (
    "云溪市示例局",
    "2025年度部门预算",
    "第一部分 云溪市示例局概况",
    "一、部门主要职责",
    "1.本文由脚本生成，单位、职责和数字都是虚构的。",
    "第二部分 云溪市示例局2025年度部门预算情况说明",
)
TABLES = """2025年部门收支总体情况表
单位：万元
收入\t\t支出\t
项目\t金额\t项目\t金额
一、一般公共预算\t1200.50\t一、一般公共服务\t900.50
二、政府性基金预算拨款收入\t\t二、住房保障支出\t300.00
本年收入合计\t1200.50\t本年支出合计\t1200.50
收入总计\t1200.50\t支出总计\t1200.50

2025年部门支出总体情况表
单位：万元
科目编码\t单位（科目名称）\t合计\t基本支出\t项目支出
\t合计\t1200.50\t800.50\t400.00
2013101\t行政运行\t800.50\t800.50\t
2013102\t一般行政管理事务\t100.00\t\t100.00
2210201\t住房公积金\t300.00\t\t300.00

2025年一般公共预算“三公”经费支出情况表
单位：万元
“三公”经费合计\t因公出国（境）费\t公务用车购置及运行费\t\t\t公务接待费
\t\t小计\t公务用车购置费\t公务用车运行费\t
8.00\t\t6.50\t\t6.50\t1.50
"""
OVERALL = "一、收入支出预算总体情况说明"
SPENDING = "三、支出预算总体情况说明"
THREE = "七、“三公”经费支出情况说明"


def judged(vocabulary: Vocabulary, title: str, *paragraphs: str, tables: bool = True) -> tuple[tuple[JudgedFigure, ...], tuple[Finding, ...]]:
    """Return the judged figures and the findings of an explanation with these paragraphs."""
    text = "\n\n".join((*FACE, title, *paragraphs)) + "\n\n" + ("第三部分 部门预算表\n\n" + TABLES if tables else "")
    document = ingest_text(text, vocabulary)
    return judge_figures(material_of(document, (), (), vocabulary))


def verdicts(vocabulary: Vocabulary, title: str, *paragraphs: str, tables: bool = True) -> dict[str, str]:
    """Return the verdict on each figure by its printed characters."""
    figures, _ = judged(vocabulary, title, *paragraphs, tables=tables)
    return {f.text: f.verdict.value for f in figures}


RIGHT = [
    (OVERALL, "云溪市示例局2025年收入总计1200.50万元，支出总计1200.50万元。"),
    (SPENDING, "支出合计1200.50万元，其中：基本支出800.50万元，占66.68%；项目支出400.00万元，占33.32%。"),
    (SPENDING, "支出合计1200.5万元，其中：基本支出800.5万元，占66.7%；项目支出400万元，占33.3%。"),
    (SPENDING, "支出合计1200.50万元，比2024年减少99.50万元，下降7.65%。"),
    (THREE, "2025年“三公”经费预算为8.00万元，其中：公务用车购置及运行费6.50万元，公务接待费1.50万元。"),
    (SPENDING, "一般行政管理事务2024年预算执行数为90.00万元，2025年预算安排100.00万元，增加11.11%。"),
]


@pytest.mark.parametrize(("title", "text"), RIGHT)
def test_what_the_tables_and_the_arithmetic_bear_out_is_supported(vocabulary: Vocabulary, title: str, text: str) -> None:
    figures, findings = judged(vocabulary, title, text)
    assert [f.text for f in figures if f.verdict is not Verdict.SUPPORTED] == []
    assert findings == ()


WRONG = [
    (OVERALL, "云溪市示例局2025年收入总计1250.50万元，支出总计1200.50万元。", "figure-differs-from-table", "1250.50万元", "1200.50万元"),
    (OVERALL, "云溪市示例局2025年收入总计1200.50元，支出总计1200.50万元。", "figure-differs-from-table", "1200.50元", "1200.50万元"),
    (SPENDING, "支出合计1200.50万元，其中：基本支出800.50万元，占76.68%；项目支出400.00万元，占33.32%。", "share-does-not-follow", "76.68%", "66.68%"),
    (SPENDING, "支出合计1200.50万元，比2024年减少99.50万元，下降17.65%。", "rate-does-not-follow", "17.65%", "减少7.65%"),
    (SPENDING, "支出合计1200.50万元，比2024年增加99.50万元，下降7.65%。", "direction-wrong", "99.50万元", "减少99.50万元"),
    (SPENDING, "支出合计1200.50万元，比2024年减少99.50万元，下降7.6%。", "cut-off-not-rounded", "7.6%", "减少7.7%"),
    (THREE, "2025年“三公”经费预算为8.00万元，其中：公务用车购置及运行费6.50万元，公务接待费15.0万元。", "figure-differs-from-table", "15.0万元", "1.50万元"),
    (OVERALL, "云溪市示例局2026年收入总计1200.50万元。", "year-wrong", "1200.50万元", "2025年"),
]  # fmt: skip


@pytest.mark.parametrize(("title", "text", "code", "stated", "expected"), WRONG)
def test_a_wrong_figure_is_found_with_what_it_should_be(
    vocabulary: Vocabulary, title: str, text: str, code: str, stated: str, expected: str
) -> None:
    _, findings = judged(vocabulary, title, text)
    assert [(f.code, f.stated, f.expected) for f in findings] == [(code, stated, expected)]


def test_a_direction_that_the_other_years_figure_contradicts_is_found(vocabulary: Vocabulary) -> None:
    _, findings = judged(vocabulary, SPENDING, "行政运行2024年预算为850.50万元，2025年预算安排800.50万元，比2024年增加5.88%。")
    assert [(f.code, f.severity) for f in findings] == [("direction-wrong", Severity.ERROR)]


def test_of_three_figures_that_do_not_agree_the_one_the_rest_speaks_against_is_blamed(vocabulary: Vocabulary) -> None:
    text = "住房公积金2024年预算为2500.00万元，2025年预算安排300.00万元，比2024年增加50.00万元，增长20.00%。"
    _, findings = judged(vocabulary, SPENDING, text)
    assert [(f.stated, f.expected) for f in findings] == [("2500.00万元", "250.000万元")] or [f.stated for f in findings] == ["2500.00万元"]


def test_two_places_that_state_one_thing_differently_are_told(vocabulary: Vocabulary) -> None:
    same = "云溪市示例局2025年收入总计1200.50万元，比2024年减少99.50万元。"
    other = "收入总计1200.50万元，比2024年减少95.90万元。"
    _, findings = judged(vocabulary, OVERALL, same, same, other)
    assert [(f.code, f.stated, f.expected) for f in findings] == [("places-disagree", "95.90万元", "99.50万元")]


def test_a_list_that_does_not_add_up_to_its_total_is_told(vocabulary: Vocabulary) -> None:
    text = "2025年政府采购预算100.00万元，其中：货物60.00万元、工程0万元、服务50.00万元。"
    _, findings = judged(vocabulary, "（二）政府采购支出情况", text)
    assert [(f.code, f.stated, f.expected) for f in findings] == [("list-does-not-add-up", "100.00万元", "110.00万元")]


def test_a_list_cut_short_on_purpose_is_no_error(vocabulary: Vocabulary) -> None:
    text = "固定资产总额100.00万元，其中：房屋60.00万元、设备20.00万元。"
    assert judged(vocabulary, "（四）国有资产占用情况", text)[1] == ()


def test_changes_of_the_parts_add_up_to_the_change_of_the_total(vocabulary: Vocabulary) -> None:
    right = (
        "2025年“三公”经费预算为8.00万元，比2024年减少0.50万元。其中：因公出国（境）费0万元，与2024年持平；"
        "公务用车购置及运行费6.50万元，比2024年减少0.40万元；公务接待费1.50万元，比2024年减少0.10万元。"
    )
    assert judged(vocabulary, THREE, right)[1] == ()
    _, findings = judged(vocabulary, THREE, right.replace("减少0.40", "减少0.45"))
    assert [f.code for f in findings] == ["changes-do-not-add-up"]


def test_final_figures_are_held_against_the_word_and_the_rate(vocabulary: Vocabulary) -> None:
    lines = (
        "云溪市示例局", "2024年度部门决算", "第二部分 云溪市示例局2024年度部门决算情况说明", "三、一般公共预算财政拨款支出决算情况说明",
        "1、一般公共服务支出（类）财政事务（款）行政运行（项）。年初预算为100.00万元，支出决算为90.00万元，"
        "完成年初预算的80.00%。决算数大于预算数的主要原因是人员减少。",
    )  # fmt: skip
    text = "\n\n".join(lines)
    _, findings = judge_figures(material_of(ingest_text(text, vocabulary), (), (), vocabulary))
    assert {f.code: f.expected for f in findings} == {"rate-does-not-follow": "90.00%", "direction-wrong": "小于预算数"}


def test_without_tables_the_arithmetic_is_checked_and_the_rest_is_open(vocabulary: Vocabulary) -> None:
    text = "支出合计1200.50万元，比2024年减少99.50万元，下降17.65%。公务接待费1.50万元。"
    figures, findings = judged(vocabulary, SPENDING, text, tables=False)
    assert [f.code for f in findings] == ["rate-does-not-follow"]
    assert [f.reason for f in figures if f.text == "1.50万元"] == ["没有可对照的表格"]


def test_every_figure_is_told_once_with_its_place(vocabulary: Vocabulary) -> None:
    text = "支出合计1200.50万元，其中：基本支出800.50万元，占66.68%；项目支出400.00万元，占33.32%。"
    figures, _ = judged(vocabulary, SPENDING, text)
    assert [f.text for f in figures] == ["1200.50万元", "800.50万元", "66.68%", "400.00万元", "33.32%"]
    assert all(f.source.quote == text for f in figures)
    assert all(f.evidence and f.working for f in figures)


SILENT = [
    (SPENDING, "2024年末，车辆3辆，单价50万元以上通用设备0台。"),
    (SPENDING, "深入贯彻“四个自信”，落实《信访工作条例》第十二条。"),
    (OVERALL, "2025年收入总计1200.50万元，与2024年相比，收入增加（减少）0万元。"),
    (SPENDING, "住房公积金300.00万元，2024年为0万元，增加300.00万元，上年为0，无法计算增减率。"),
]


@pytest.mark.parametrize(("title", "text"), SILENT)
def test_what_states_nothing_wrong_is_not_objected_to(vocabulary: Vocabulary, title: str, text: str) -> None:
    assert judged(vocabulary, title, text)[1] == ()
