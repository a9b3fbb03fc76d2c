"""An answer does not keep back what the document's own text says against the figure it gives."""

from __future__ import annotations

from service.vocabulary.vocabulary import Vocabulary
from tests.conftest import AskerOver
from tests.samples import ingest_text
from tests.unit.asking.conftest import asking

TEXT = """云梦市桃源区虚构事务局

2024年度部门预算

第二部分 2024年部门预算情况说明

三、支出预算情况说明

住房保障支出（类）住房改革支出（款）住房公积金（项）36.00万元。

2024年部门支出总体情况表

单位：万元

科目编码\t科目名称\t合计\t基本支出\t项目支出
\t合计\t120.00\t120.00\t0.00
201\t一般公共服务支出\t85.00\t85.00\t0.00
221\t住房保障支出\t35.00\t35.00\t0.00
22102\t住房改革支出\t35.00\t35.00\t0.00
2210201\t住房公积金\t35.00\t35.00\t0.00

2024年一般公共预算基本支出表

单位：万元

科目编码\t科目名称\t合计\t人员经费\t公用经费
\t合计\t120.00\t120.00\t0.00
301\t工资福利支出\t120.00\t120.00\t0.00
30101\t基本工资\t85.00\t85.00\t0.00
30113\t住房公积金\t35.00\t35.00\t0.00
"""


def test_the_text_that_says_otherwise_is_told_with_the_figure(vocabulary: Vocabulary, asker_over: AskerOver) -> None:
    ask = asking(asker_over(ingest_text(TEXT, vocabulary)))
    for question in ("住房公积金多少", "30113住房公积金多少"):
        answer = ask(question)
        assert [r.value for r in answer.results][:1] == ["35.00"]
        assert "正文写36.00万元，与表不符" in answer.text
        assert any("36.00万元" in f.message and any(not s.table for s in f.sources) for f in answer.findings)


def test_nothing_is_told_where_all_places_agree(vocabulary: Vocabulary, asker_over: AskerOver) -> None:
    ask = asking(asker_over(ingest_text(TEXT.replace("36.00", "35.00"), vocabulary)))
    answer = ask("住房公积金多少")
    assert "不符" not in answer.text
    assert answer.findings == ()
