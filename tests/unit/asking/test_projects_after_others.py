"""A question that names the projects asks for the projects, whatever was spoken of before."""

from __future__ import annotations

import pytest

from service.domain.document import Document
from tests.conftest import AskerOver


@pytest.mark.parametrize("before", ["收入是多少", "写一段2024年收入支出预算总体情况说明", "三公经费是多少", "人员经费占基本支出多少", "工资福利支出多少", "项目支出多少"])
def test_projects_are_listed_after_other_questions(asker_over: AskerOver, seed: Document, before: str) -> None:
    answer = asker_over(seed).ask("列出所有项目", history=(before,), entity=None, year=None)
    assert answer.plan == ("支出[项目=*]",)
    assert "信创工程 290.00万元" in answer.text


def test_the_largest_project_is_found_after_a_question_about_other_spending(asker_over: AskerOver, seed: Document) -> None:
    answer = asker_over(seed).ask("最大的项目是哪个", history=("基本支出多少",), entity=None, year=None)
    assert "信创工程，290.00万元" in answer.text


def test_parts_of_what_is_named_are_still_its_own(asker_over: AskerOver, seed: Document) -> None:
    answer = asker_over(seed).ask("三公经费有哪些项目", history=(), entity=None, year=None)
    assert "公务用车购置及运行费 5.50万元" in answer.text


@pytest.mark.parametrize("before", ["支出是多少", "支出由哪些功能科目构成", "三公经费是多少", "最大的三个项目"])
def test_targets_are_not_the_parts_of_what_was_spoken_of(asker_over: AskerOver, seed: Document, before: str) -> None:
    alone = asker_over(seed).ask("绩效目标有几个", history=(), entity=None, year=None)
    answer = asker_over(seed).ask("绩效目标有几个", history=(before,), entity=None, year=None)
    assert answer.text == alone.text


def test_targets_of_a_project_that_was_spoken_of_are_told(asker_over: AskerOver, seed: Document) -> None:
    answer = asker_over(seed).ask("它的绩效目标有哪些", history=("信创工程多少",), entity=None, year=None)
    assert "信创工程的" in answer.text
