"""Answers and documents that once went wrong: large figures, rows without codes, sums, things of another kind."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from service.asking.answer import Answer, Result, Status
from service.asking.asker import RuleAsker
from service.asking.verification import unsupported_figures
from service.claims.statements import read_statements
from service.domain.coordinate import Aspect
from service.vocabulary.spotting import Spotter
from service.vocabulary.vocabulary import Vocabulary
from tests.conftest import AskerOver
from tests.samples import Project, Sample, ingest_text, read_sample, with_table


def ask(asker: RuleAsker, question: str) -> Answer:
    return asker.ask(question, history=(), entity=None, year=None)


def shown(value: str) -> Result:
    return Result("支出", value, "万元", value, "支出", "", ())


@pytest.mark.parametrize("f", ["12345.67", "2024.50", "2392500.55", "10000.01"])
def test_supported_big_amounts_pass(f: str) -> None:
    assert unsupported_figures(f"支出为{f}万元。", [shown(f)], [], "") == ()


@pytest.mark.parametrize("f", ["12345", "2050", "4843300"])
def test_unsupported_big_integers_are_found(f: str) -> None:
    assert unsupported_figures(f"支出为{f}万元。", [], [], "") == (f,)


@pytest.mark.parametrize("q", ["支出多少", "基本支出占支出的比重"])
def test_a_department_above_ten_thousand_wan_is_answered(asker_over: AskerOver, vocabulary: Vocabulary, q: str) -> None:
    a = asker_over(read_sample(Sample(pay=Decimal("20000.55")), vocabulary))
    assert "已不予显示" not in ask(a, q).text


def test_rows_named_without_codes_are_no_total(vocabulary: Vocabulary) -> None:
    d = ingest_text(
        "某虚构事务局\n\n2024年度部门预算\n\n2024年部门支出总体情况表\n\n单位：万元\n\n科目名称\t合计\t基本支出\t项目支出\n合计\t10.00\t4.00\t6.00\n教育支出\t7.00\t3.00\t4.00\n卫生健康支出\t3.00\t1.00\t2.00\n",
        vocabulary,
    )
    assert {f.coordinate.key for f in d.facts if f.source.row == 1 and f.source.column == 1} == {"function=205"}


def test_a_second_table_of_named_rows_gives_no_false_contradiction(vocabulary: Vocabulary) -> None:
    text = with_table("2024年支出总体情况表（补）", "项目\t合计", "合计\t239.25", "甲\t200.00", "乙\t39.25")
    assert not ingest_text(text, vocabulary).findings


def test_refusal_with_a_short_code_keeps_its_words(asker_over: AskerOver, vocabulary: Vocabulary) -> None:
    d = read_sample(Sample(), vocabulary)
    d = replace(d, facts=tuple(f for f in d.facts if f.coordinate.get("function") != "205"))
    assert "教育" in ask(asker_over(d), "教育支出多少").text


def test_refusal_says_what_there_is(seed_asker: RuleAsker) -> None:
    assert "现有《" in ask(seed_asker, "2024年决算支出是多少？").text


def test_label_of_a_sum_is_not_its_first_part(seed_asker: RuleAsker) -> None:
    a = ask(seed_asker, "移动办公和电子政务内网两项合计比保密和机要两项合计多多少？")
    assert ("2024年移动办公系统专项经费", "26.02") not in {(r.label, r.value) for r in a.results}


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("公用经费支出52.94万元，主要用于办公。其中会议室改造投入3万元，购置电脑2万元。", "一般公共预算基本支出情况"),
        ("政府采购预算10万元。全年举办培训3次，覆盖500人，人均200元。", "政府采购"),
    ],
)
def test_other_things_are_not_the_subject(vocabulary: Vocabulary, text: str, heading: str) -> None:
    found = read_statements(
        text, vocabulary.catalogue.section(heading), Spotter(vocabulary, (), colloquial=False), vocabulary
    )
    assert len([s for s in found if s.measures]) == 1


def test_income_and_spending_both(vocabulary: Vocabulary) -> None:
    (s,) = read_statements("收入、支出均比上年增加5万元。", None, Spotter(vocabulary, (), colloquial=False), vocabulary)
    assert s.measures == ("收入", "支出")


def test_points_are_no_change_of_the_amount(vocabulary: Vocabulary) -> None:
    found = read_statements(
        "收入减少5万元，下降3个百分点。", None, Spotter(vocabulary, (), colloquial=False), vocabulary
    )
    assert len(found) == 1


def test_an_increase_noun_is_a_change(vocabulary: Vocabulary) -> None:
    found = read_statements(
        "支出100万元，增加额10万元。",
        vocabulary.catalogue.section("支出预算总体情况"),
        Spotter(vocabulary, (), colloquial=False),
        vocabulary,
    )
    assert found[1].aspect is Aspect.CHANGE


def test_why_of_an_earlier_year(seed_asker: RuleAsker) -> None:
    r = ask(seed_asker, "2023年收入为什么减少？")
    assert r.status is Status.REFUSED


def test_spending_of_a_fund_is_not_its_income(asker_over: AskerOver, vocabulary: Vocabulary) -> None:
    made = Sample(projects=(Project("古籍修复", Decimal("40.00")), Project("桃园水渠", Decimal("25.00"), of_fund=True)))
    assert ask(asker_over(read_sample(made, vocabulary)), "一般公共预算支出多少？").status is Status.REFUSED


def test_figure_of_another_subject_is_no_wrong_premise(seed_asker: RuleAsker) -> None:
    assert "更正" not in ask(seed_asker, "三公经费5.5万元中招待费多少？").text


def test_money_of_a_project_is_not_its_ceiling(seed_asker: RuleAsker) -> None:
    assert "290.00" in ask(seed_asker, "信创工程经费多少？").text
