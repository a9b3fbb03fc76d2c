"""The income of a fund is this year's, unless the question asks for all of it."""

from __future__ import annotations

import pytest

from service.vocabulary.vocabulary import Vocabulary
from tests.conftest import AskerOver
from tests.unit.asking.conftest import asking
from tests.unit.ingestion.test_carried_over import read


@pytest.mark.parametrize(
    ("question", "value"), [("2016年财政拨款收入是多少", "100.00"), ("2016年财政拨款收入总计是多少", "115.00")]
)
def test_the_income_of_a_fund_leaves_out_what_was_carried_over(
    vocabulary: Vocabulary, asker_over: AskerOver, question: str, value: str
) -> None:
    answer = asking(asker_over(read(vocabulary)))(question)
    assert [r.value for r in answer.results] == [value]
    assert not [f for f in answer.findings if "115.00" in f.message]
