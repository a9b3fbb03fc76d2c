"""Several departments, years and versions: nothing is mixed up, and disagreements are told."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from service.asking.answer import Status
from service.domain.document import Document
from service.vocabulary.vocabulary import Vocabulary
from tests.conftest import AskerOver
from tests.samples import ENTITY, Project, Sample, read_sample
from tests.unit.asking.conftest import Ask, asking

SEED_ENTITY = "新乡市红旗区委员会办公室"


@pytest.fixture(scope="module")
def ask_two(asker_over: AskerOver, seed: Document, sample: Document) -> Ask:
    """Ask a store with two departments."""
    return asking(asker_over(seed, sample))


@pytest.fixture(scope="module")
def ask_years(asker_over: AskerOver, vocabulary: Vocabulary) -> Ask:
    """Ask a store with two years of one department."""
    earlier = replace(Sample(), year=2023, pay=Decimal("140.00"))
    return asking(asker_over(read_sample(Sample(), vocabulary), read_sample(earlier, vocabulary)))


def test_which_department_is_asked(ask_two: Ask) -> None:
    """With two departments and none named, the answer asks which, and names both."""
    answer = ask_two("支出是多少？")

    assert answer.status is Status.CLARIFY
    assert set(answer.readings) == {ENTITY, SEED_ENTITY}
    assert not answer.results


@pytest.mark.parametrize(
    ("question", "entity", "value"),
    [
        (f"{SEED_ENTITY}支出是多少？", SEED_ENTITY, "950.47"),
        ("红旗区委办支出是多少？", SEED_ENTITY, "950.47"),
        (f"{ENTITY}支出是多少？", ENTITY, "239.25"),
        ("虚构事务局支出是多少？", ENTITY, "239.25"),
    ],
)
def test_a_named_department_is_answered_for(ask_two: Ask, question: str, entity: str, value: str) -> None:
    """Full and short names lead to the department's own figures and to no other's."""
    answer = ask_two(question)

    assert (answer.entity, answer.results[0].value) == (entity, value)
    assert len({c.place.document for c in answer.citations}) == 1


def test_a_department_that_has_a_near_twin_is_named_by_its_own_name(asker_over: AskerOver, seed: Document, sample: Document) -> None:
    """A misread name in another's file is no second department of that name."""
    twin = replace(sample, entity_names=(*sample.entity_names, SEED_ENTITY))
    answer = asking(asker_over(seed, twin))("支出是多少？", entity=SEED_ENTITY)

    assert (answer.entity, answer.results[0].value) == (SEED_ENTITY, "950.47")


def test_the_caller_may_name_the_department(ask_two: Ask) -> None:
    """Given apart from the question, it settles the matter; an unknown one is refused."""
    assert ask_two("支出是多少？", entity="虚构事务局").results[0].value == "239.25"
    assert ask_two("支出是多少？", entity="另一个事务局").status is Status.REFUSED


def test_a_follow_up_keeps_the_department(ask_two: Ask) -> None:
    """The department of the question before is still meant."""
    answer = ask_two("那项目支出呢？", "虚构事务局支出是多少？")

    assert (answer.entity, answer.results[0].value) == (ENTITY, "78.50")


def test_an_empty_store_says_what_to_do(asker_over: AskerOver) -> None:
    """Without documents the answer tells how to take one in."""
    answer = asking(asker_over())("支出是多少？")

    assert answer.status is Status.REFUSED
    assert "youju ingest" in answer.text


def test_the_newest_year_is_meant(ask_years: Ask) -> None:
    """Without a year the newest is answered for; a year said or given is kept to."""
    assert (ask_years("支出多少？").year, ask_years("支出多少？").results[0].value) == (2024, "239.25")
    assert (ask_years("2023年支出多少？").year, ask_years("2023年支出多少？").results[0].value) == (2023, "259.25")
    assert ask_years("支出多少？", year=2023).results[0].value == "259.25"


def test_both_years_are_printed_so_nothing_is_derived(ask_years: Ask) -> None:
    """A change is reckoned from two printed figures, in two documents."""
    answer = ask_years("工资福利支出比上年减少多少？")

    assert answer.results[0].value == "20.00"
    assert "推算" not in answer.text
    assert len({c.place.document for c in answer.citations}) == 2


def test_a_change_is_decomposed_by_what_moved(ask_years: Ask) -> None:
    """With both years' tables the change is split, and the parts add up to it."""
    answer = ask_years("支出为什么减少？")

    assert "基本支出减少20.00万元" in answer.text
    assert "各项相加等于总变动" in answer.text


def test_two_versions_that_disagree_are_told(asker_over: AskerOver, vocabulary: Vocabulary) -> None:
    """Two documents of one department and year with different figures: one is taken, the other is reported."""
    one = read_sample(Sample(), vocabulary)
    other = read_sample(replace(Sample(), pay=Decimal("121.00")), vocabulary, name="另一份.txt")
    answer = asking(asker_over(one, other))("基本支出多少？")

    assert "places-disagree" in {f.code for f in answer.findings}
    assert any("160.75" in f.message and "161.75" in f.message for f in answer.findings)


def test_a_sentence_that_disagrees_is_told(asker_over: AskerOver, vocabulary: Vocabulary) -> None:
    """Text and table state different figures: the table's is taken, and the finding names both."""
    answer = asking(asker_over(read_sample(Sample(said_basic=Decimal("111.11")), vocabulary)))("基本支出多少？")

    assert answer.results[0].value == "160.75"
    assert any("111.11" in f.message for f in answer.findings)


def test_a_table_that_does_not_add_up_is_told(asker_over: AskerOver, vocabulary: Vocabulary) -> None:
    """Asked for the wrong total itself, its proof and the finding say so."""
    ask = asking(asker_over(read_sample(Sample(wrong_total=Decimal("999.99")), vocabulary)))
    named, plain, checked = (
        ask("支出总体情况表的合计是多少？"),
        ask("支出多少？"),
        ask("支出总表的合计等于明细之和吗？"),
    )

    assert named.results[0].operands[0].proof == "有矛盾"
    assert named.findings
    assert plain.results[0].value == "239.25"
    assert checked.text.startswith("不一致")


def test_money_of_two_funds_stays_apart(asker_over: AskerOver, vocabulary: Vocabulary) -> None:
    """Government-fund money is listed and shared out as its own."""
    made = Sample(projects=(Project("古籍修复", Decimal("40.00")), Project("桃园水渠", Decimal("25.00"), of_fund=True)))
    ask = asking(asker_over(read_sample(made, vocabulary)))

    assert ask("政府性基金安排了哪些项目？").results[0].label == "桃园水渠"
    assert ask("政府性基金占收入的比重？").results[0].value == "11.07"
    assert ask("一般公共预算支出多少？").status is Status.REFUSED


def test_amounts_in_yuan_are_compared_with_limits_in_wan(asker_over: AskerOver, vocabulary: Vocabulary) -> None:
    """超过10万元 is 100000元; shares do not depend on the unit."""
    ask = asking(asker_over(read_sample(Sample(unit="元"), vocabulary)))

    assert ask("超过10万元的项目有几个？").results[0].value == "3"
    assert ask("基本支出占支出的比重？").results[0].value == "67.19"
    assert (ask("支出多少？").results[0].value, ask("支出多少？").results[0].unit) == ("2392500.00", "元")
