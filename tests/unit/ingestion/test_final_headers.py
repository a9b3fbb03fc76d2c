"""Headers of final accounts that give the stage and a total in one: 决算数合计, 支出决算合计."""

from __future__ import annotations

import pytest

from service.domain.coordinate import Stage
from service.vocabulary.vocabulary import Vocabulary
from tests.samples import ingest_text


@pytest.mark.parametrize("header", ["决算数合计", "支出决算合计", "决算数小计", "决算数"])
def test_the_final_amount_is_the_final_one(vocabulary: Vocabulary, header: str) -> None:
    """The column beside 年初预算数 is never taken for it."""
    text = "\n".join((
        "云梦市桃源区虚构事务局2024年度部门决算", "", "一般公共预算财政拨款支出决算表", "", "单位：万元", "",
        f"科目编码\t科目名称\t年初预算数\t{header}\t基本支出\t项目支出", "\t合计\t90.00\t86.50\t60.50\t26.00",
        "2010301\t行政运行\t60.00\t60.50\t60.50\t", "2010302\t一般行政管理事务\t30.00\t26.00\t\t26.00", "",
    ))  # fmt: skip
    document = ingest_text(text, vocabulary)
    totals = {
        f.coordinate.stage: str(f.quantity.number)
        for f in document.facts
        if f.quantity and not f.coordinate.get("function") and not f.coordinate.get("nature")
    }

    assert (totals[Stage.BUDGET], totals[Stage.FINAL]) == ("90.00", "86.50")
