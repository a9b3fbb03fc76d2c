"""One cause of failing sums is one finding, at the cell that explains them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.checking.material import material_of
from service.checking.structure import structure_findings
from service.checking.sums import ARITHMETIC_CODES, graded, sum_findings
from service.domain.document import Document
from service.domain.finding import Finding, Severity
from service.vocabulary.vocabulary import Vocabulary
from tests.unit.checking.invented import Change, document_with, found_in, in_table

SPENDING = "部门支出总体情况表"
GENERAL = "一般公共预算支出情况表"


def errors(found: tuple[Finding, ...]) -> list[Finding]:
    return [f for f in found if f.severity is Severity.ERROR]


def test_clean_tables_raise_nothing(vocabulary: Vocabulary) -> None:
    assert errors(found_in(vocabulary)) == []


@pytest.mark.parametrize(
    ("change", "place", "expected"),
    [
        (in_table(SPENDING, "550.20", "505.20"), ("T03", 1, 6), "550.20"),
        (in_table(SPENDING, "\t834.56\t650.30", "\t843.56\t650.30"), ("T03", 0, 5), "834.56"),
        (in_table("财政拨款收支总体情况表", "\t1134.46", "\t1143.46"), ("T04", 1, 3), "1134.46"),
        (in_table("部门收支总体情况表", "\t50.10", "\t55.11"), ("T01", 1, 3), "50.10"),
        (in_table("部门收入总体情况表", "901002\t云溪市示例中心\t100.00", "901002\t云溪市示例中心\t110.00"), ("T02", 3, 2), "100.00"),
        (in_table("一般公共预算“三公”经费支出情况表", "12.50", "15.20"), ("T08", 0, 0), "12.50"),
    ],
)  # fmt: skip
def test_one_wrong_cell_is_one_finding(
    vocabulary: Vocabulary, change: Change, place: tuple[str, int, int], expected: str
) -> None:
    found = errors(found_in(vocabulary, change))
    assert len(found) == 1
    first = found[0].sources[0]
    assert (first.table, first.row, first.column) == place
    assert found[0].expected == expected
    assert found[0].working


def test_a_subtotal_wrong_in_all_columns_is_told_once(vocabulary: Vocabulary) -> None:
    """The total row is off by as much in two columns that agree with each other: no one cell explains it."""
    found = errors(
        found_in(
            vocabulary,
            in_table("一般公共预算基本支出表", "30101\t基本工资\t50101\t工资奖金津补贴\t300.20\t300.20\t\n", ""),
        )
    )  # fmt: skip
    sums = [f for f in found if f.code == "total-does-not-add-up"]
    assert len(sums) == 1
    assert "漏列" in sums[0].message
    assert sums[0].sources[0].table == "T06"


def test_details_withheld_for_secrecy_are_a_note(vocabulary: Vocabulary) -> None:
    dropped = in_table("项目支出表", "其他运转类\t普法宣传经费\t云溪市示例中心\t100.00\t100.00\t\n", "")
    said = ("二、政府采购情况说明", "部分涉密事项在预算公开时予以剔除。\n\n二、政府采购情况说明")
    loud = [f for f in found_in(vocabulary, dropped) if f.code == "total-does-not-add-up"]
    quiet = [f for f in found_in(vocabulary, dropped, said) if f.code == "total-does-not-add-up"]
    assert [f.severity for f in loud] == [Severity.ERROR]
    assert [f.severity for f in quiet] == [Severity.NOTE]


def test_carry_over_explains_a_difference_between_tables(vocabulary: Vocabulary) -> None:
    """收支总计 with the carry-over, 收入合计 without it: both are right."""
    changes = [
        ("上年结转结余\t\t年终结转结余\t\n收入总计\t1234.56\t支出总计\t1234.56",
         "上年结转结余\t10.00\t年终结转结余\t10.00\n收入总计\t1244.56\t支出总计\t1244.56"),
    ]  # fmt: skip
    assert [f for f in errors(found_in(vocabulary, *changes)) if f.code == "places-disagree"] == []


def test_two_slips_are_two_findings(vocabulary: Vocabulary) -> None:
    found = errors(
        found_in(vocabulary, in_table(SPENDING, "550.20", "505.20"), in_table(GENERAL, "50.10\t50.10", "51.10\t50.10"))
    )
    assert {f.sources[0].table for f in found} == {"T03", "T05"}
    assert len(found) == 2


def test_tables_handed_in_get_one_note(vocabulary: Vocabulary) -> None:
    tables = document_with(vocabulary, in_table(SPENDING, "550.20", "505.20"))
    text = document_with(vocabulary, ("1. 本文", "1. 此文"))
    found = [f for f in structure_findings(material_of(text, (tables,), (), vocabulary)) if "用来对照的" in f.message]
    assert [f.severity for f in found] == [Severity.NOTE]


DETAILS = (
    "科目编码\t科目名称\t金额",
    "301\t工资福利支出\t60.00", "30101\t基本工资\t40.00", "30102\t津贴补贴\t20.00",
    "302\t商品和服务支出\t30.00", "30201\t办公费\t10.00", "30202\t印刷费\t20.00",
    "303\t对个人和家庭的补助\t9.00", "30302\t退休费\t5.00", "30309\t奖励金\t4.00",
    "310\t资本性支出\t8.00", "31002\t办公设备购置\t5.00", "31003\t专用设备购置\t3.00",
)  # fmt: skip


def with_details(*rows: str) -> Change:
    """Return the change that adds a table of a title that no catalogue has."""
    note = "注：本部门没有国有资本经营预算支出，故本表为空表。"
    return note, f"{note}\n\n2025 年示例明细统计表\n\n部门名称：云溪市示例局\n\n单位：万元\n\n" + "\n".join(
        rows
    ) + "\n\n"


def test_an_unknown_table_warns_where_its_other_sums_hold(vocabulary: Vocabulary) -> None:
    assert [f for f in found_in(vocabulary, with_details(*DETAILS)) if f.code == "total-does-not-add-up"] == []
    wrong = [r.replace("30202\t印刷费\t20.00", "30202\t印刷费\t22.00") for r in DETAILS]
    found = [f for f in found_in(vocabulary, with_details(*wrong)) if f.code == "total-does-not-add-up"]
    assert [f.severity for f in found] == [Severity.WARNING]
    assert found[0].sources[0].table == "T11"


def test_an_unknown_table_is_not_held_to_sums_that_mostly_fail(vocabulary: Vocabulary) -> None:
    wrong = [r.replace("20.00", "22.00").replace("5.00", "7.00") for r in DETAILS]
    assert [f for f in found_in(vocabulary, with_details(*wrong)) if f.code == "total-does-not-add-up"] == []


def test_a_table_that_fails_throughout_is_told_once(vocabulary: Vocabulary) -> None:
    """A column read under the wrong header breaks every row; no reviewer wants every row."""
    rows = ("300.20", "250.00", "50.10", "20.00", "30.00", "121.76", "2.50", "10.00", "50.00")
    changes = [
        in_table("一般公共预算基本支出表", f"\t{r}\t{r}\t\n", f"\t{r}\t{n}.11\t\n")
        for n, r in enumerate(rows, 1) if r not in {"121.76", "2.50", "10.00"}
    ]  # fmt: skip
    found = [f for f in found_in(vocabulary, *changes) if f.sources and f.sources[0].table == "T06"]
    assert [f.code for f in found] == ["table-does-not-add-up"]
    assert found[0].severity is Severity.WARNING


def test_findings_of_a_document_are_as_grave_as_its_check_says(vocabulary: Vocabulary) -> None:
    """Where the check makes nothing of a relation that fails, it is worth a look and no error."""
    document = document_with(vocabulary, in_table(SPENDING, "550.20", "505.20"))

    def severities(document: Document) -> set[Severity]:
        return {f.severity for f in graded(document, vocabulary).findings if f.code in ARITHMETIC_CODES}

    assert {f.severity for f in sum_findings(document, vocabulary)} == severities(document) == {Severity.ERROR}
    assert severities(replace(document, identities=())) == {Severity.WARNING}
    clean = document_with(vocabulary)
    assert graded(clean, vocabulary) is clean
