"""Layouts of other provinces: what is right in them must not be objected to, and what is wrong must."""

from __future__ import annotations

import pytest

from service.checking.checker import check
from service.checking.material import material_of
from service.domain.finding import Severity
from service.ingestion.pipeline import Assumed
from service.vocabulary.vocabulary import Vocabulary
from tests.samples import ingest_text

FACE = "云溪市示例局\n\n2025年度部门预算\n\n第二部分 云溪市示例局2025年度部门预算情况说明\n\n三、支出预算总体情况说明\n\n"
THREE = """2025年“三公”经费支出预算表
单位：万元
项目\t上年预算数\t本年预算数
合计\t4.50\t{total}
1.因公出国（境）费\t0.00\t0.00
2.公务用车购置及运行维护费\t3.00\t2.84
（1）公务用车购置费\t0.00\t0.00
（2）公务用车运行维护费\t3.00\t2.84
3.公务接待费\t1.50\t0.54
"""
COMPARED = """2025年一般公共预算支出表
单位：万元
科目编码\t科目名称\t2024年执行数\t2025年预算数\t比上年增减额\t比上年增减%
\t合计\t200.00\t250.00\t50.00\t25.00
201\t一般公共服务支出\t120.00\t150.00\t30.00\t25.00
20126\t档案事务\t120.00\t150.00\t30.00\t25.00
2012604\t档案馆\t120.00\t150.00\t30.00\t25.00
221\t住房保障支出\t80.00\t100.00\t20.00\t25.00
22102\t住房改革支出\t80.00\t100.00\t20.00\t25.00
2210201\t住房公积金\t80.00\t100.00\t20.00\t25.00
"""


def errors(vocabulary: Vocabulary, tables: str, prose: str = "本部门认真编制预算。") -> list[str]:
    document = ingest_text(f"{FACE}{prose}\n\n第三部分 部门预算表\n\n{tables}", vocabulary)
    report = check(material_of(document, (), (), vocabulary))
    return [f.message for f in report.findings if f.severity is Severity.ERROR]


def test_items_below_their_own_item_are_not_added_twice(vocabulary: Vocabulary) -> None:
    assert errors(vocabulary, THREE.format(total="3.38")) == []


def test_a_total_that_its_items_do_not_add_up_to_is_found(vocabulary: Vocabulary) -> None:
    assert any("3.83" in message for message in errors(vocabulary, THREE.format(total="3.83")))


def test_a_column_of_rates_is_not_added_up(vocabulary: Vocabulary) -> None:
    assert errors(vocabulary, COMPARED) == []


@pytest.mark.parametrize("change", ["53.00万元", "50.50万元"])
def test_a_change_is_held_against_the_column_of_last_year(vocabulary: Vocabulary, change: str) -> None:
    right = "2025年一般公共预算支出250.00万元，比2024年执行数增加50.00万元。"
    assert errors(vocabulary, COMPARED, right) == []
    assert errors(vocabulary, COMPARED, right.replace("50.00万元。", f"{change}。")) != []


def test_what_a_file_does_not_say_of_itself_is_assumed(vocabulary: Vocabulary) -> None:
    from service.adapters.readers.text import read_text
    from service.ingestion.pipeline import ingest

    bare = THREE.format(total="3.38").replace("2025年", "")
    document = ingest(read_text(bare.encode(), "表.txt", max_bytes=10**6), vocabulary, Assumed("云溪市示例局", ("云溪市示例局",), 2025))
    assert (document.entity, document.year) == ("云溪市示例局", 2025)
