"""Parts that add up to the total of all money are not wrong by the cells of a table of less; parts that do not, are."""

from __future__ import annotations

from service.checking.checker import check
from service.checking.material import material_of
from service.domain.finding import Severity
from service.vocabulary.vocabulary import Vocabulary
from tests.samples import ingest_text

FACE = "云溪市示例局\n\n2025年度部门预算\n\n第二部分 云溪市示例局2025年度部门预算情况说明\n\n三、支出预算总体情况说明\n\n"
TABLES = """2025年部门支出总体情况表
单位：万元
科目编码\t科目名称\t合计\t基本支出\t项目支出
\t合计\t315.50\t315.50\t0.00
201\t一般公共服务支出\t315.50\t315.50\t0.00

2025年拨款明细表（二）
单位：万元
项目\t金额
合计\t290.00
工资福利支出\t200.00
商品和服务支出\t80.00
对个人和家庭的补助\t10.00
"""
LIST = "按支出经济分类，包括工资福利支出205.00万元、商品和服务支出{goods}万元、对个人和家庭的补助10.00万元。"


def objections(vocabulary: Vocabulary, prose: str) -> list[str]:
    document = ingest_text(f"{FACE}{prose}\n\n第三部分 部门预算表\n\n{TABLES}", vocabulary)
    report = check(material_of(document, (), (), vocabulary))
    return [f.message for f in report.findings if f.severity is not Severity.NOTE and "文中写" in f.message]


def test_a_list_of_all_money_is_not_wrong_by_the_cells_of_a_table_of_less(vocabulary: Vocabulary) -> None:
    assert objections(vocabulary, LIST.format(goods="100.50")) == []


def test_a_list_that_adds_up_to_no_total_is_wrong(vocabulary: Vocabulary) -> None:
    assert any("100.70" in message for message in objections(vocabulary, LIST.format(goods="100.70")))


def test_amounts_changed_over_within_the_table_are_wrong_though_their_sum_is_right(vocabulary: Vocabulary) -> None:
    prose = "按支出经济分类，包括工资福利支出80.00万元、商品和服务支出200.00万元、对个人和家庭的补助10.00万元。"
    assert any("200.00" in message for message in objections(vocabulary, prose))
