"""What was carried over is kept apart from this year's income, in tables and in the totals they promise."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from service.domain.document import Document
from service.domain.fact import Authority
from service.ingestion.outline import Place, outline
from service.vocabulary.vocabulary import Vocabulary
from tests.samples import ingest_text

ENTITY = "云梦市桃源区虚构事务局"
TEXT = (
    ENTITY, "", "2016年度部门决算", "",
    "第二部分 2016年度部门决算情况说明", "", "一、收入决算总体安排情况", "",
    "2016年收入决算105.00元，其中：财政拨款90.00元。", "",
    "2016年收入支出决算总表", "", "单位：元", "",
    "收入\t\t支出\t", "项目\t金额\t项目\t金额",
    "一、财政拨款收入\t100.00\t一、一般公共服务支出\t104.00",
    "二、其他收入\t5.00\t二、国防支出\t0.00",
    "本年收入合计\t105.00\t本年支出合计\t104.00",
    "年初结转和结余\t20.00\t结余分配\t0.00",
    "基本支出结转\t20.00\t转入事业基金\t0.00",
    "\t\t年末结转和结余\t21.00",
    "\t\t基本支出结转\t21.00",
    "总计\t125.00\t总计\t125.00", "",
    "2016年收入决算表", "", "单位：元", "",
    "科目编码\t科目名称\t本年收入合计\t财政拨款收入\t其他收入",
    "\t合计\t105.00\t100.00\t5.00", "201\t一般公共服务支出\t105.00\t100.00\t5.00", "",
    "2016年财政拨款收入支出决算总表", "", "单位：元", "",
    "收入\t\t支出\t", "项目\t金额\t项目\t金额",
    "一、一般公共预算财政拨款\t95.00\t一、一般公共服务支出\t99.00",
    "二、政府性基金预算财政拨款\t5.00\t二、国防支出\t0.00",
    "本年收入合计\t100.00\t本年支出合计\t99.00",
    "年初财政拨款结转和结余\t15.00\t年末财政拨款结转和结余\t16.00",
    "一、一般公共预算财政拨款\t4.00\t\t", "二、政府性基金预算财政拨款\t11.00\t\t",
    "总计\t115.00\t总计\t115.00", "",
)  # fmt: skip


def read(vocabulary: Vocabulary) -> Document:
    return ingest_text("\n".join(TEXT), vocabulary)


def income(document: Document) -> Callable[..., set[Decimal]]:
    def printed(**members: str) -> set[Decimal]:
        return {
            f.quantity.number
            for f in document.facts
            if f.authority is Authority.CELL and f.coordinate.measure == "收入" and f.quantity is not None
            and dict(f.coordinate.members) == members
        }  # fmt: skip

    return printed


def test_this_years_income_of_a_fund_is_not_its_total_with_what_was_carried_over(vocabulary: Vocabulary) -> None:
    printed = income(read(vocabulary))
    assert printed(fund="财政拨款", origin="本年") == {Decimal("100.00")}
    assert printed(fund="财政拨款") == {Decimal("115.00")}
    assert printed(fund="政府性基金", origin="上年结转") == {Decimal("11.00")}


def test_the_carry_over_of_the_year_end_is_a_part_of_the_total(vocabulary: Vocabulary) -> None:
    failed = [i for i in read(vocabulary).identities if i.verdict == "failed"]
    assert failed  # the text states another amount than the tables
    assert all(any("/N" in key for key in (*i.left, *i.right)) for i in failed)


def test_a_stated_income_of_a_fund_is_held_against_this_years(vocabulary: Vocabulary) -> None:
    failed = [i for i in read(vocabulary).identities if i.verdict == "failed"]
    assert {i.left_value for i in failed} == {"100.00"}


def test_a_carry_over_after_the_parts_of_another_begins_anew() -> None:
    labels = ["本年支出合计", "结余分配", "转入事业基金", "年末结转和结余", "总计"]
    places = [n.place for n in outline(list(enumerate(labels)))]
    assert places == [Place.TOTAL, Place.CARRY, Place.PLAIN, Place.CARRY, Place.TOTAL]
