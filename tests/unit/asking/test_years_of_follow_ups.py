"""A follow-up speaks of the year that the question before spoke of, also where the caller names the department."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.asking.asker import RuleAsker
from service.vocabulary.vocabulary import Vocabulary
from tests.conftest import AskerOver
from tests.samples import ENTITY, Sample, read_sample


@pytest.fixture(scope="module")
def asker(asker_over: AskerOver, vocabulary: Vocabulary) -> RuleAsker:
    """Three years of one department."""
    return asker_over(*(read_sample(replace(Sample(), year=year), vocabulary) for year in (2022, 2023, 2024)))


@pytest.mark.parametrize("entity", [None, ENTITY])
@pytest.mark.parametrize(
    ("history", "question", "year"),
    [
        (("2023年支出是多少",), "那基本支出呢", 2023),
        (("2023年支出是多少", "那基本支出呢"), "那项目支出呢", 2023),
        (("2023年支出是多少",), "上年呢", 2022),
        (("2024年支出是多少", "上年呢"), "上年呢", 2022),
        (("2024年支出是多少",), "前年呢", 2022),
        (("2023年支出是多少",), "2024年呢", 2024),
        (("2023年支出是多少",), "基本支出是多少", 2024),
        ((), "支出是多少", 2024),
    ],
)
def test_the_year_is_that_of_the_question_before(
    asker: RuleAsker, entity: str | None, history: tuple[str, ...], question: str, year: int
) -> None:
    answer = asker.ask(question, history=history, entity=entity, year=None)
    assert answer.status.value == "answered"
    assert f"{year}年（年初预算）" in answer.text


def test_a_year_that_the_caller_names_stands(asker: RuleAsker) -> None:
    answer = asker.ask("那基本支出呢", history=("2022年支出是多少",), entity=ENTITY, year=2023)
    assert "2023年（年初预算）" in answer.text
