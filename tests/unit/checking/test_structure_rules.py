"""Every rule fires on a planted slip, and stays silent on the clean disclosure and where it does not apply."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from service.checking.material import material_of
from service.checking.structure import structure_findings
from service.domain.coordinate import Stage
from service.domain.document import Document
from service.domain.finding import FINDING_CODES, Finding, Severity
from service.vocabulary.vocabulary import Vocabulary
from tests.samples import ingest_text
from tests.unit.checking.invented import Change, document_with, found_in, in_table, text_with

SPENDING = "部门支出总体情况表"
GENERAL = "一般公共预算支出情况表"
BASIC = "一般公共预算基本支出表"
ALL = "支出经济分类汇总表"
INCOME = "部门收入总体情况表"
FUND = "政府性基金预算支出情况表"
GOALS = "部门预算项目绩效目标汇总表"
PROJECTS = "项目支出表"


def test_the_clean_disclosure_is_silent(vocabulary: Vocabulary) -> None:
    assert found_in(vocabulary) == ()


SLIPS: dict[str, tuple[tuple[Change, ...], str, Severity, str]] = {
    "name of another code": (
        (in_table(BASIC, "30113\t住房公积金\t50103", "30113\t职业年金缴费\t50103"),),
        "code-name-mismatch", Severity.WARNING, "30109",
    ),
    "misspelt name": (
        (in_table(BASIC, "公务用车运行维护费\t50208\t公务用车运行维护费", "公务用车运行维修费\t50208\t公务用车运行维护费"),
         in_table(ALL, "公务用车运行维护费\t502\t08\t公务用车运行维护费", "公务用车运行维护费\t502\t08\t公务用车运行维护费")),
        "", Severity.NOTE, "",
    ),
    "codes that do not go together": (
        (in_table(BASIC, "30101\t基本工资\t50101\t工资奖金津补贴", "30101\t基本工资\t50201\t办公经费"),),
        "codes-do-not-pair", Severity.WARNING, "50101",
    ),
    "running costs with projects": (
        (in_table(SPENDING, "\t734.46\t734.46\t550.20\t50.00\t134.26\t", "\t734.46\t733.46\t549.20\t50.00\t134.26\t1.00"),),
        "wrong-nature", Severity.NOTE, "行政运行",
    ),
    "pay among office costs": (
        (in_table(BASIC, "300.20\t300.20\t", "300.20\t\t300.20"), in_table(BASIC, "700.30\t134.26", "400.10\t434.46")),
        "wrong-column", Severity.WARNING, "人员经费",
    ),
    "unusual class": (
        (in_table(BASIC, "30302\t退休费\t50905\t离退休费", "31201\t资本金注入\t50701\t费用补贴"),),
        "unusual-class", Severity.NOTE, "312",
    ),
    "pensions without their function": (
        (in_table(SPENDING, "208\t05\t05\t机关事业单位基本养老保险缴费支出", "201\t03\t99\t其他政府办公厅（室）及相关机构事务支出"),
         in_table(GENERAL, "208\t05\t05\t机关事业单位基本养老保险缴费支出", "201\t03\t99\t其他政府办公厅（室）及相关机构事务支出"),
         in_table("部门收支总体情况表", "八、社会保障和就业\t50.10", "八、社会保障和就业\t"),
         in_table("财政拨款收支总体情况表", "（二）社会保障和就业支出\t50.10\t50.10", "（二）社会保障和就业支出\t\t")),
        "function-missing", Severity.NOTE, "208",
    ),
    "empty table without a word": (
        (("注：本部门没有政府性基金预算支出，故本表为空表。", ""),),
        "empty-table-without-note", Severity.WARNING, "政府性基金",
    ),
    "full table said to be empty": (
        (in_table(BASIC, "离退休费\t50.00\t50.00\t\n", "离退休费\t50.00\t50.00\t\n\n注：本部门没有此项支出，故本表为空表。\n"),),
        "note-contradicts-table", Severity.ERROR, "空表",
    ),
    "note of another fund": (
        (("注：本部门没有政府性基金预算支出，故本表为空表。", "注：本部门没有国有资本经营预算支出，故本表为空表。"),),
        "note-contradicts-table", Severity.WARNING, "政府性基金",
    ),
    "unit without a code": (
        (in_table(INCOME, "901002\t云溪市示例中心", "\t云溪市示例中心"),),
        "unit-without-code", Severity.WARNING, "云溪市示例中心",
    ),
    "total row without a word": (
        (in_table(PROJECTS, "\t合计\t\t400.00", "\t\t\t400.00"),),
        "total-unlabelled", Severity.NOTE, "合计",
    ),
    "listed table that is missing": (
        (("十二、2025年部门预算项目绩效目标汇总表", "十二、2025年部门预算项目绩效目标汇总表\n\n十三、2025年政府购买服务支出表"),),
        "contents-differ", Severity.WARNING, "政府购买服务",
    ),
    "ceiling above the money": (
        ((f"{GOALS}@≤100万元", "≤120万元"),), "ceiling-above-budget", Severity.NOTE, "100.00万元",
    ),
    "two ceilings": (
        ((f"{GOALS}@≤300万元\t工作完成时间\t2025年12月31日前", "≤300万元\t工作完成时间\t2025年12月31日前\n\t\t\t全年费用\t≤280万元\t\t"),),
        "ceilings-conflict", Severity.WARNING, "280",
    ),
    "nothing to procure and things to buy": (
        (("政府采购预算85.40万元，其中：货物35.40万元；工程0万元；服务50.00万元。", "政府采购预算0万元。"),
         (f"{GOALS}@宣传场次\t≥12场", "宣传设备购置\t≥12套")),
        "procurement-zero", Severity.WARNING, "宣传设备购置",
    ),
    "two projects of one name": (
        ((f"{PROJECTS}@数据归集服务", "工作经费"), (f"{PROJECTS}@普法宣传经费", "工作经费")),
        "project-name-twice", Severity.NOTE, "工作经费",
    ),
    "general budget above all spending": (
        ((f"{GENERAL}@\t1234.56\t834.56", "\t2234.56\t834.56"),), "", Severity.ERROR, "1234.56",
    ),
    "codes out of order": (
        ((f"{SPENDING}@201\t03\t01\t行政运行", "221\t03\t01\t行政运行"),), "codes-unordered", Severity.NOTE, "2010302",
    ),
    "one table with a number": (
        ((f"{FUND}@单位：万元", "预算09表\n\n单位：万元"),), "form-number-missing", Severity.NOTE, "预算09表",
    ),
    "residual item too large": (
        ((f"{ALL}@302\t27\t委托业务费\t502\t05\t委托业务费\t400.00\t400.00", "302\t99\t其他商品和服务支出\t502\t99\t其他商品和服务支出\t400.00\t400.00"),
         (f"{ALL}@121.76\t121.76", "21.76\t21.76"), (f"{ALL}@\t400.00\t400.00", "\t500.00\t500.00")),
        "other-spending-high", Severity.NOTE, "30299",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(SLIPS))
def test_a_slip_is_found(vocabulary: Vocabulary, name: str) -> None:
    changes, code, severity, words = SLIPS[name]
    found = found_in(vocabulary, *changes)
    fitting = [f for f in found if (not code or f.code == code) and f.severity is severity]
    assert fitting, [(f.code, f.message) for f in found]
    assert any(words in f.message + f.expected for f in fitting)
    assert all(f.code in FINDING_CODES and f.sources for f in found)


EXEMPT: dict[str, tuple[tuple[Change, ...], str]] = {
    "an unknown code has any name": ((in_table(BASIC, "30113\t住房公积金\t50103", "30198\t自设科目\t50103"),), "code-name-mismatch"),
    "a name in other words": ((in_table(BASIC, "30113\t住房公积金\t50103", "30113\t单位缴存住房公积金\t50103"),), "code-name-mismatch"),
    "a public unit's codes": ((in_table(BASIC, "30101\t基本工资\t50101\t工资奖金津补贴", "30101\t基本工资\t50501\t工资福利支出"),), "codes-do-not-pair"),
    "travel allowances among pay": (
        (in_table(BASIC, "30201\t办公费\t50201\t办公经费\t121.76\t\t121.76", "30239\t其他交通费用\t50201\t办公经费\t121.76\t121.76\t"),),
        "wrong-column",
    ),
    "an empty table explained in the text": (
        (("注：本部门没有政府性基金预算支出，故本表为空表。", ""),
         ("二、政府采购情况说明", "2025年没有使用政府性基金预算拨款安排的支出。\n\n二、政府采购情况说明")),
        "warning:empty-table-without-note",
    ),
    "a price is no ceiling": (((f"{GOALS}@数据归集服务总成本\t≤300万元", "数据归集单价\t≤400万元"),), "ceiling-above-budget"),
    "a ceiling over several years": (((f"{GOALS}@普法宣传经费\t≤100万元", "跨年总投资\t≤900万元"),), "ceiling-above-budget"),
    "parts of a cost": (
        ((f"{GOALS}@≤300万元\t工作完成时间\t2025年12月31日前", "≤300万元\t工作完成时间\t2025年12月31日前\n\t\t\t场地租赁\t≤80万元\t\t"),),
        "ceilings-conflict",
    ),
    "services may be bought below the limit": (
        (("政府采购预算85.40万元，其中：货物35.40万元；工程0万元；服务50.00万元。", "政府采购预算0万元。"),), "procurement-zero",
    ),
    "a part's heading is no table": ((("第三部分 名词解释\n\n附件", "第三部分 名词解释\n\n第四部分 云溪市示例局2025年部门预算表\n\n附件"),), "contents-differ"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(EXEMPT))
def test_a_rule_is_silent_where_it_does_not_apply(vocabulary: Vocabulary, name: str) -> None:
    changes, code = EXEMPT[name]
    severity, _, code = code.rpartition(":")
    found = [f for f in found_in(vocabulary, *changes) if f.code == code]
    assert [f.message for f in found if not severity or f.severity.value == severity] == []


def test_one_code_under_two_names(vocabulary: Vocabulary) -> None:
    """Names that the classification does not know: only that they differ can be told."""
    changes = (
        in_table(GENERAL, "201\t03\t02\t一般行政管理事务\t400.00\t\t\t\t\t400.00",
                 "201\t03\t02\t示例归集\t300.00\t\t\t\t\t300.00\n201\t03\t02\t示例宣传\t100.00\t\t\t\t\t100.00"),
    )  # fmt: skip
    found = [f for f in found_in(vocabulary, *changes) if f.code == "code-twice"]
    assert len(found) == 1
    assert "2010302" in found[0].message


def without_table(title: str, following: str) -> str:
    text = text_with()
    start = text.index(f"2025 年{title}")
    return text[:start] + text[text.index(f"2025 年{following}", start) :]


def found_in_text(text: str, vocabulary: Vocabulary) -> tuple[Finding, ...]:
    return structure_findings(material_of(ingest_text(text, vocabulary), (), (), vocabulary))


def test_a_standard_table_that_is_missing(vocabulary: Vocabulary) -> None:
    found = found_in_text(without_table("部门支出总体情况表", "财政拨款收支总体情况表"), vocabulary)
    assert [f.severity for f in found if f.code == "table-missing"] == [Severity.WARNING]
    assert any("支出总体情况表" in f.message for f in found if f.code == "contents-differ")


def test_a_table_of_the_state_capital_budget_that_is_missing(vocabulary: Vocabulary) -> None:
    text = without_table("国有资本经营预算支出情况表", "项目支出表")
    found = [f for f in found_in_text(text, vocabulary) if f.code == "table-missing"]
    assert [f.severity for f in found] == [Severity.NOTE]
    older = text.replace("2025", "2019").replace("2024", "2018")
    assert [f for f in found_in_text(older, vocabulary) if f.code == "table-missing"] == []


def test_a_few_tables_are_not_missing_the_others(vocabulary: Vocabulary) -> None:
    text = without_table("部门收入总体情况表", "政府性基金预算支出情况表")
    assert [f for f in found_in_text(text, vocabulary) if f.code == "table-missing"] == []


CODES = tuple(f"41000025000000000000{n}" for n in range(3, 8))


def with_projects(*codes: str) -> Change:
    rows = "".join(f"{c}\t示例事务{n}\t1.00\t\t\t示例次数\t≥{n + 1}次\n" for n, c in enumerate(codes))
    return f"{GOALS}@410000250000000000001", f"{rows}410000250000000000001"


def test_a_project_code_of_another_length(vocabulary: Vocabulary) -> None:
    found = [
        f for f in found_in(vocabulary, with_projects(*CODES[:-1], CODES[-1][:-1])) if f.code == "project-code-length"
    ]
    assert [f.stated for f in found] == [CODES[-1][:-1]]
    assert [(s.quote, s.column) for f in found for s in f.sources] == [(CODES[-1][:-1], 0)]


def test_project_codes_of_many_lengths_are_of_several_systems(vocabulary: Vocabulary) -> None:
    changed = with_projects(*CODES[:-2], CODES[-2][:-1], CODES[-1][:-2])
    assert [f for f in found_in(vocabulary, changed) if f.code == "project-code-length"] == []


def fund_table(closing: str) -> Change:
    """Return the change of the empty fund table into one with balances."""
    return (
        f"{FUND}@科目编码\t\t\t科目名称\t合计\t基本支出\t项目支出\n类\t款\t项\t\t\t\t\n\t\t\t合计\t\t\t",
        "科目编码\t\t\t科目名称\t年初结转和结余\t本年收入\t本年支出\t年末结转和结余\n类\t款\t项\t\t\t\t\t\n"
        f"\t\t\t合计\t5.00\t20.00\t18.00\t{closing}\n229\t60\t99\t示例支出\t5.00\t20.00\t18.00\t{closing}",
    )


@pytest.mark.parametrize(("closing", "count"), [("7.00", 0), ("9.00", 2)])
def test_balances_carried_over(vocabulary: Vocabulary, closing: str, count: int) -> None:
    found = found_in(vocabulary, fund_table(closing), ("注：本部门没有政府性基金预算支出，故本表为空表。", ""))
    assert len([f for f in found if f.code == "rule-does-not-hold" and "年末" in f.message]) == count


def test_a_rule_switched_off_is_not_tried(vocabulary: Vocabulary) -> None:
    quiet = replace(vocabulary, rules=tuple({**r, "off": True} for r in vocabulary.rules))
    document = document_with(vocabulary, in_table(INCOME, "901002\t云溪市示例中心", "\t云溪市示例中心"))
    assert structure_findings(material_of(document, (), (), quiet)) == ()


# Other years, other units -------------------------------------------------------------------------------------------


def other(document: Document, change: dict[str, str], vocabulary: Vocabulary) -> Document:
    text = document.text
    for old, new in change.items():
        text = text.replace(old, new)
    return ingest_text(text, vocabulary, name="另一份.txt")


LAST_YEAR = (
    f"{SPENDING}@项目支出\n\t\t\t\t\t小计\t人员经费\t\t公用经费\t\n",
    "项目支出\t2024年预算数\n\t\t\t\t\t小计\t人员经费\t\t公用经费\t\t\n",
)


def test_last_year_as_last_year_printed_it(vocabulary: Vocabulary) -> None:
    before = other(document_with(vocabulary), {"2025": "2024", "2024年增": "2023年增"}, vocabulary)
    facts = [f for f in before.facts if f.source.table]
    assert before.year == 2024
    same = document_with(vocabulary)
    stated = next(f for f in facts if f.coordinate.measure == "支出" and not f.coordinate.members and f.quantity)
    assert stated.quantity is not None
    wrong = replace(stated, quantity=replace(stated.quantity, number=stated.quantity.number + 10))
    for fact, count in ((stated, 0), (wrong, 1)):
        text = replace(same, facts=(*same.facts, fact))
        found = structure_findings(material_of(text, (), (before,), vocabulary))
        assert len([f for f in found if f.code == "last-year-differs"]) == count


def test_a_budget_column_of_a_final_account(vocabulary: Vocabulary) -> None:
    budget = document_with(vocabulary)
    final = replace(document_with(vocabulary, ("1. 本文", "1. 此文")), stage=Stage.FINAL)
    moved = [replace(f, coordinate=replace(f.coordinate, stage=Stage.FINAL)) for f in final.facts]
    column = [f for f in final.facts if f.source.table == "T08" and f.quantity]
    for number, count in (("2.50", 0), ("3.50", 1)):
        printed = [
            replace(f, quantity=replace(f.quantity, number=Decimal(number)))
            for f in column if f.quantity and f.quantity.number == Decimal("2.50")
        ]  # fmt: skip
        text = replace(final, facts=(*moved, *printed))
        found = structure_findings(material_of(text, (), (budget,), vocabulary))
        assert len([f for f in found if f.code == "last-year-differs"]) == count


def test_reception_is_not_held_against_the_basic_table(vocabulary: Vocabulary) -> None:
    """三公 includes what projects pay; a table of basic spending alone says nothing against it (B23)."""
    text = without_table(ALL, "一般公共预算“三公”经费支出情况表").replace(
        "12.50\t\t10.00\t\t10.00\t2.50", "15.00\t\t10.00\t\t10.00\t5.00"
    )
    assert [f for f in found_in_text(text, vocabulary) if f.code == "places-disagree"] == []
    whole = text_with().replace("12.50\t\t10.00\t\t10.00\t2.50", "15.00\t\t10.00\t\t10.00\t5.00")
    found = [f for f in found_in_text(whole, vocabulary) if f.code == "places-disagree"]
    assert [f.severity for f in found] == [Severity.WARNING]


def test_a_department_is_the_sum_of_its_units(vocabulary: Vocabulary) -> None:
    whole = document_with(vocabulary)
    units = [
        replace(other(whole, {"1234.56": amount}, vocabulary), entity=name, entity_names=(name,), kind=kind)
        for name, kind, amount in (("云溪市示例局", "本级", "1134.56"), ("云溪市示例中心", "单位", "100.00"))
    ]
    assert not [
        f for f in structure_findings(material_of(whole, (), units, vocabulary)) if f.code == "units-do-not-add-up"
    ]
    more = other(units[1], {"100.00": "130.00"}, vocabulary)
    units[1] = replace(more, entity=units[1].entity, entity_names=units[1].entity_names, kind="单位")
    found = [
        f for f in structure_findings(material_of(whole, (), units, vocabulary)) if f.code == "units-do-not-add-up"
    ]
    assert len(found) == 1
    assert "1264.56" in found[0].expected
    alone = structure_findings(material_of(whole, (), units[:1], vocabulary))
    assert [f for f in alone if f.code == "units-do-not-add-up"] == []


def test_the_seed_has_its_oddities_and_no_error(seed: Document, vocabulary: Vocabulary) -> None:
    found = structure_findings(material_of(seed, (), (), vocabulary))
    assert [f.message for f in found if f.severity is Severity.ERROR] == []
    assert {
        "other-spending-high", "function-missing", "empty-table-without-note", "table-missing", "unit-without-code",
        "total-unlabelled", "ceiling-above-budget", "ceilings-conflict", "project-code-length", "project-name-twice",
        "target-not-measurable", "procurement-zero",
    } <= {f.code for f in found}  # fmt: skip
    assert sum(1 for f in found if f.code == "ceiling-above-budget") == 9


def levelled(*codes: str) -> list[Change]:
    """Return the change of the general budget table into one of three levels that lists some codes."""
    rows = "".join(f"{c[:3]}\t{c[3:5]}\t{c[5:]}\t科目{c}\t10.00\t10.00\t10.00\t\t\t\n" for c in codes)
    return [in_table(GENERAL, "201\t03\t01\t行政运行", f"{rows}201\t03\t01\t行政运行")]


LEVELS = ("204", "20406", "2040601", "205", "20508", "2050803", "206", "20604", "2060404", "207", "20701", "2070108", "201", "20103",
          "208", "20805", "210", "21011", "221", "22102")  # fmt: skip


@pytest.mark.parametrize(
    ("dropped", "stated"),
    [((), []), (("2050803",), ["20508"]), (("20604",), ["206", "2060404"])],
)  # fmt: skip
def test_a_level_that_is_missing(vocabulary: Vocabulary, dropped: tuple[str, ...], stated: list[str]) -> None:
    found = found_in(vocabulary, *levelled(*(c for c in LEVELS if c not in dropped)))
    assert [f.stated for f in found if f.code == "row-missing"] == stated
