"""In a table of two sides a name speaks of the figures of its own side, and a finding shows the cell it speaks of."""

from __future__ import annotations

import pytest

from service.checking.cells import strips_of
from service.checking.checker import check
from service.checking.material import material_of
from service.domain.document import Table
from service.domain.finding import Severity
from service.vocabulary.vocabulary import Vocabulary
from tests.samples import ingest_text

FACE = "云溪市示例局\n\n2026年度部门预算\n\n第二部分 云溪市示例局2026年度部门预算情况说明\n\n一、收入预算总体情况说明\n\n"
TABLES = """2026年部门收支总体情况表
单位：万元
收入\t\t支出\t
项目\t预算数\t项目\t预算数
一、一般公共预算拨款收入\t9000.50\t一、一般公共服务支出\t6318.38
二、政府性基金预算拨款收入\t\t二、教育支出\t122.80
三、事业收入\t\t三、卫生健康支出\t2559.32
本年收入合计\t9000.50\t本年支出合计\t9000.50
收入总计\t9000.50\t支出总计\t9000.50
"""


def objections(vocabulary: Vocabulary, prose: str) -> list[str]:
    document = ingest_text(f"{FACE}{prose}\n\n第三部分 部门预算表\n\n{TABLES}", vocabulary)
    report = check(material_of(document, (), (), vocabulary))
    return [f.message for f in report.findings if f.severity is not Severity.NOTE and "文中写" in f.message]


def test_an_income_is_not_held_against_the_spending_beside_it(vocabulary: Vocabulary) -> None:
    prose = "2026年收入预算9000.50万元，其中：一般公共预算拨款收入9000.50万元，事业收入0万元。"
    assert objections(vocabulary, prose) == []


@pytest.mark.parametrize(("said", "printed"), [("卫生健康支出2559.23万元", "2559.32"), ("教育支出128.20万元", "122.80")])
def test_a_figure_of_its_own_side_is_still_held_against_the_text(vocabulary: Vocabulary, said: str, printed: str) -> None:
    assert any(printed in message for message in objections(vocabulary, f"2026年支出预算9000.50万元，其中：{said}。"))


@pytest.mark.parametrize(
    ("columns", "figures", "expected"),
    [
        (("收入/项目", "收入/金额", "支出/项目", "支出/金额"), (1, 3), (((0,), (1,)), ((2,), (3,)))),
        (("科目编码", "科目名称", "合计", "基本支出"), (2, 3), (((0, 1), (2, 3)),)),
        (("项目", "金额", "备注"), (1,), (((0, 2), (1,)),)),
        (("项目", "金额", "主管单位", "其中：财政拨款"), (1, 3), (((0, 2), (1, 3)),)),
    ],
)
def test_lists_side_by_side(columns: tuple[str, ...], figures: tuple[int, ...], expected: object) -> None:
    assert strips_of(Table("T01", "", "表", "", None, columns, figures, ())) == expected
