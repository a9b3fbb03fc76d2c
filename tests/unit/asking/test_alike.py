"""What is compared holds the same on both sides, what is added up counts nothing twice, and a total says what is in it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from service.asking.answer import Status
from service.presenting.charts import ChartKind, charts_of
from service.rendering import answer_to_dict
from service.vocabulary.vocabulary import Vocabulary
from service.web.sentences import sentences
from tests.conftest import AskerOver
from tests.samples import ingest_text
from tests.unit.asking.conftest import Ask, asking

ENTITY = "云梦市桃源区虚构事务局"
#: 支出合计 104, 总计 125; of 财政拨款 99 and 115.
FINAL = (
    ENTITY, "", "2016年度部门决算", "",
    "第二部分 2016年度部门决算情况说明", "", "{prose}", "",
    "2016年收入支出决算总表", "", "单位：元", "",
    "收入\t\t支出\t", "项目\t金额\t项目\t金额",
    "一、财政拨款收入\t100.00\t一、一般公共服务支出\t104.00",
    "二、其他收入\t5.00\t二、国防支出\t0.00",
    "本年收入合计\t105.00\t本年支出合计\t104.00",
    "年初结转和结余\t20.00\t结余分配\t0.00",
    "\t\t年末结转和结余\t21.00",
    "总计\t125.00\t总计\t125.00", "",
    "2016年财政拨款收入支出决算总表", "", "单位：元", "",
    "收入\t\t支出\t", "项目\t金额\t项目\t金额",
    "一、一般公共预算财政拨款\t100.00\t一、一般公共服务支出\t99.00",
    "本年收入合计\t100.00\t本年支出合计\t99.00",
    "年初财政拨款结转和结余\t15.00\t年末财政拨款结转和结余\t16.00",
    "总计\t115.00\t总计\t115.00", "",
)  # fmt: skip
TOTALS = (
    "一、收入支出决算总体情况说明\n\n2016年度收入支出总计125.00元。与2015年度相比，收入支出总计减少15.00元，下降10.71%。\n\n"
    "四、财政拨款收入支出决算总体情况说明\n\n2016年度财政拨款收入支出总计115.00元。与2015年度相比，财政拨款收入支出总计减少5.00元，下降4.17%。"
)
BUDGET = (
    ENTITY, "", "2026年度部门预算", "",
    "第二部分 2026年度部门预算情况说明", "", "三、支出预算情况说明", "",
    "2026年支出预算125.00元，比2025年年初预算数120.00元增加5.00元，增长4.17%。", "",
    "2026年收支总表", "", "单位：元", "",
    "收入\t\t支出\t", "项目\t预算数\t项目\t预算数",
    "一、一般公共预算拨款收入\t105.00\t一、一般公共服务支出\t104.00",
    "本年收入合计\t105.00\t本年支出合计\t104.00",
    "上年结转结余\t20.00\t年终结转结余\t21.00",
    "收入总计\t125.00\t支出总计\t125.00", "",
)  # fmt: skip


@pytest.fixture
def ask_final(asker_over: AskerOver, vocabulary: Vocabulary) -> Ask:
    """Ask a final account whose text compares totals with what was carried over."""
    return asking(asker_over(ingest_text("\n".join(FINAL).format(prose=TOTALS), vocabulary)))


@pytest.fixture
def ask_budget(asker_over: AskerOver, vocabulary: Vocabulary) -> Ask:
    """Ask a budget whose text calls all that is laid out 支出预算."""
    return asking(asker_over(ingest_text("\n".join(BUDGET), vocabulary)))


@pytest.mark.parametrize("question", ["为什么2016年支出比上年减少？", "2016年支出比上年减少多少？", "近两年支出变化情况"])
def test_a_change_is_between_totals_that_hold_the_same(ask_final: Ask, question: str) -> None:
    results = {r.label: r.value for r in ask_final(question).results}
    assert {"15", "10.71"} <= set(results.values())
    assert {results["2016年支出总计"], results["2015年支出总计"]} == {"125.00", "140.00"}
    assert "104.00" not in results.values()


def test_a_change_of_one_fund_is_between_totals_that_hold_the_same(ask_final: Ask) -> None:
    values = {r.value for r in ask_final("2016年财政拨款支出比上年减少多少？").results}
    assert {"115.00", "120.00", "5"} <= values
    assert "99.00" not in values


def test_a_total_that_one_year_lacks_is_not_compared(asker_over: AskerOver, vocabulary: Vocabulary) -> None:
    lines = [line.rsplit("\t", 2)[0] + "\t\t" if line.startswith("总计") else line for line in FINAL]
    prose = "一、收入支出决算总体情况说明\n\n2015年度支出总计140.00元。"
    answer = asking(asker_over(ingest_text("\n".join(lines).format(prose=prose), vocabulary)))("2016年支出比上年减少多少？")
    assert answer.status is Status.REFUSED
    assert "口径不同" in answer.text
    assert "36" not in answer.text


def test_a_sentence_speaks_of_the_total_whose_figure_it_gives(ask_budget: Ask) -> None:
    answer = ask_budget("2026年支出比上年增加多少？")
    assert {"125.00", "120.00", "5", "4.17"} <= {r.value for r in answer.results}
    assert "104.00" not in answer.text
    assert "不符" not in answer.text
    assert not answer.findings


def test_a_whole_is_not_added_to_its_part(ask_final: Ask) -> None:
    each, together = ask_final("2016年支出合计和支出总计各是多少？"), ask_final("2016年支出合计和支出总计一共多少？")
    assert [r.value for r in each.results] == [r.value for r in together.results] == ["104.00", "125.00"]
    assert "合计" not in each.text
    assert "不能相加" in together.text


def test_disjoint_parts_are_added_up_where_that_is_asked(ask: Ask) -> None:
    assert ask("基本支出和项目支出一共多少").results[0].value == "950.47"
    assert [r.value for r in ask("基本支出和项目支出各是多少").results] == ["537.27", "413.20"]
    assert "不能相加" in ask("基本支出和人员经费一共多少").text


def test_each_share_is_told_where_each_is_asked_for(ask: Ask) -> None:
    answer = ask("基本支出和项目支出各多少，占比多少")
    assert [r.value for r in answer.results if r.unit == "%"] == ["56.53", "43.47"]


def test_the_income_of_a_final_account_is_what_came_in(ask_final: Ask, ask_budget: Ask) -> None:
    final, budget = ask_final("2016年收入是多少？"), ask_budget("2026年收入是多少？")
    assert [(r.label, r.value) for r in final.results] == [("2016年本年收入", "105.00"), ("2016年收入总计", "125.00")]
    assert [(r.label, r.value) for r in budget.results] == [("2026年收入总计", "125.00"), ("2026年本年收入", "105.00")]
    assert ask_final("2016年收入总计是多少？").results[0].value == "125.00"


def test_a_split_by_nature_is_given_or_refused_in_words(ask: Ask) -> None:
    assert [r.value for r in ask("2024年支出按性质拆分").results[:2]] == ["537.27", "413.20"]
    assert "不能按支出性质拆分" in ask("为什么2024年支出减少，按性质拆分").text


PARTS = (
    "二、财政拨款收入支出决算总体情况说明\n\n2016年度收入支出总计125.00元。与2015年度相比，收入支出总计减少15.00元，下降10.71%。\n\n"
    "与2015年度相比，财政拨款收入支出总计减少5.00元，下降4.17%。与2015年度相比，一般公共预算财政拨款支出减少3.00元，下降2.94%。"
)


def test_no_part_of_a_split_lies_within_another(asker_over: AskerOver, vocabulary: Vocabulary) -> None:
    ask = asking(asker_over(ingest_text("\n".join(FINAL).format(prose=PARTS), vocabulary)))
    answer = ask("为什么2016年支出比上年减少？")
    parts = [r for r in answer.results if r.label in {"财政拨款减少额", "一般公共预算减少额"}]
    assert len(parts) <= 1
    said = answer_to_dict(answer)
    for chart in charts_of(said, [(s.text, s.figures) for s in sentences(said)]):
        if chart.kind is ChartKind.WATERFALL:
            start, *moved, end = chart.bars
            assert start.amount + sum((b.amount for b in moved), Decimal(0)) == end.amount


def test_the_money_of_one_fund_is_compared_with_that_fund_s(asker_over: AskerOver, vocabulary: Vocabulary) -> None:
    prose = "五、一般公共预算财政拨款支出决算情况说明\n\n2016年度一般公共预算财政拨款支出99.00元。与2015年度相比，一般公共预算财政拨款支出减少3.00元，下降2.94%。"
    table = ("2016年一般公共预算财政拨款支出决算表", "", "单位：元", "", "科目编码\t科目名称\t合计", "\t合计\t99.00", "201\t一般公共服务支出\t99.00", "")
    ask = asking(asker_over(ingest_text("\n".join((*FINAL, *table)).format(prose=prose), vocabulary)))
    answer = ask("2016年支出比上年减少多少？")
    assert {"99.00", "102.00", "3"} <= {r.value for r in answer.results}
    assert "104.00" not in answer.text
    assert all("一般公共预算" in r.label for r in answer.results)


def a_budget(year: int, prose: str, *rows: str) -> str:
    """Return a budget whose spending is listed by the codes of functions."""
    table = f"{year}年部门支出总体情况表\n\n单位：元\n\n科目编码\t科目名称\t合计\t基本支出\t项目支出\n" + "\n".join(rows)
    head = f"{ENTITY}\n\n{year}年度部门预算\n\n第二部分 {year}年度部门预算情况说明\n\n三、支出预算情况说明\n\n"
    return f"{head}{prose}\n\n{table}\n"


def test_money_under_a_new_code_counts_once_and_an_old_code_keeps_its_printed_name(asker_over: AskerOver, vocabulary: Vocabulary) -> None:
    before = a_budget(
        2018, "2018年支出预算150.00元。", "\t合计\t150.00\t100.00\t50.00", "2040401\t行政运行\t100.00\t100.00\t",
        "2040404\t查办和预防职务犯罪\t30.00\t\t30.00", "2040405\t公诉和审判监督\t20.00\t\t20.00",
    )  # fmt: skip
    after = a_budget(
        2019, "2019年支出预算125.00元。\n\n1．检察（款）检察监督（项）支出15.00元，与上年相比减少5.00元，下降25.00%。",
        "\t合计\t125.00\t110.00\t15.00", "2040401\t行政运行\t110.00\t110.00\t", "2040410\t检察监督\t15.00\t\t15.00",
    )  # fmt: skip
    documents = [ingest_text(text, vocabulary, name=f"{n}.txt") for n, text in enumerate((before, after))]
    answer = asking(asker_over(*documents))("2019年支出为什么减少？")
    parts = {r.label: Decimal(r.value) for r in answer.results if r.label.endswith("额") and "比2018年" not in r.label}
    assert parts["行政运行增加额"] == 10
    assert parts["查办和预防职务犯罪减少额"] == 30
    assert parts["检察监督减少额"] == 5
    assert not any(label.startswith(("公诉", "未能拆分")) for label in parts)


def test_shares_and_sums_of_what_lies_within_another_are_told_apart(ask: Ask, ask_final: Ask) -> None:
    answer = ask("基本支出和人员经费合计占支出的比重")
    assert [r.value for r in answer.results if r.unit == "%"] == ["56.53", "50.96"]
    funds = ask_final("2016年财政拨款收入和一般公共预算收入一共多少？")
    assert "不能相加" in funds.text
    assert "200" not in funds.text


def test_each_income_of_a_question_is_meant_by_its_own_words(ask_final: Ask) -> None:
    answer = ask_final("2016年收入合计占收入总计的比重是多少？")
    assert [r.value for r in answer.results] == ["84.00", "105.00", "125.00"]


def test_what_moved_most_is_not_what_is_largest(ask: Ask) -> None:
    answer = ask("2024年支出哪个科目减少最多？")
    assert answer.status is Status.REFUSED
    assert "2023年" in answer.text
