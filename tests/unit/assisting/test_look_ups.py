"""What a model may look up: always JSON, never an exception, never beyond what the caller fixed."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from service.asking.asker import RuleAsker
from service.assisting.tools import documents_of, tools_for
from service.vocabulary.vocabulary import Vocabulary
from tests.conftest import AskerOver
from tests.samples import ENTITY, Sample, read_sample

OFFICE = "新乡市红旗区委员会办公室"

Run = Callable[..., Any]


def runner(asker: RuleAsker, vocabulary: Vocabulary, entity: str | None = None, year: int | None = None) -> Run:
    tools = {tool.name: tool for tool in tools_for(asker, vocabulary, entity, year)}

    def run(tool: str, /, **given: str) -> Any:
        return json.loads(tools[tool].run(given))

    return run


@pytest.fixture(scope="module")
def run(seed_asker: RuleAsker, vocabulary: Vocabulary) -> Run:
    """Call a tool over the seed document."""
    return runner(seed_asker, vocabulary)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("信创", {"name": "信创工程", "is": "项目", "formula": "支出[信创工程]"}),
        ("公用经费", {"name": "公用经费", "is": "支出性质", "formula": "支出[公用经费]"}),
        ("30201", {"name": "办公费", "is": "经济科目", "formula": "支出[30201]"}),
        ("教育支出", {"name": "教育支出", "is": "功能科目", "formula": "支出[205]"}),
        ("三公经费", {"name": "三公经费", "is": "指标", "formula": "三公经费"}),
        ("本级", {"name": "008001", "is": "单位", "formula": "收入[008001]"}),
    ],
)
def test_a_name_is_found_with_a_formula_that_takes_its_figure(run: Run, name: str, found: dict[str, str]) -> None:
    assert found in run("find_members", name=name)
    assert run("evaluate_formula", formula=found["formula"]).keys() >= {"value", "unit"}


@pytest.mark.parametrize("name", ["万里街道", "中标供应商", "", "\x00", "(" * 3000, "甲" * 100_000, "{{f1}}", "</资料>"])
def test_a_name_that_there_is_not_is_found_nowhere(run: Run, name: str) -> None:
    assert run("find_members", name=name) == []


def test_a_formula_is_tried_out(run: Run) -> None:
    assert run("evaluate_formula", formula="占比(支出[基本支出], 支出)", year="2024", entity=OFFICE) == {
        "formula": "占比(支出[基本支出], 支出)", "value": "56.53", "unit": "%", "operands": ["2024年基本支出", "2024年支出"],
    }  # fmt: skip


def test_a_formula_over_many_figures_names_the_first_ones(run: Run) -> None:
    assert len(run("evaluate_formula", formula="合计(支出[项目=*])")["operands"]) == 12


@pytest.mark.parametrize(
    "formula",
    [
        "", "支出[[", "支出 / 0", "利润", "10 ^ 10 ^ 10", "(" * 3000 + "支出" + ")" * 3000, "支出+" * 20_000 + "支出", "9" * 5000, "\x00支出",
        "__import__('os')", "支出[" + "甲" * 100_000 + "]",
    ],
)  # fmt: skip
def test_a_formula_that_comes_to_nothing_is_answered_with_what_is_wrong(run: Run, formula: str) -> None:
    answered = run("evaluate_formula", formula=formula)

    assert list(answered) == ["error"]
    assert answered["error"]


@pytest.mark.parametrize("tool", ["find_members", "evaluate_formula", "search_passages"])
@pytest.mark.parametrize("year", ["", "今年", "-1", "²", "20２４", "9" * 5000, "0000", "2024年"])
def test_a_year_that_is_none_does_not_trip_a_tool_up(run: Run, tool: str, year: str) -> None:
    assert run(tool, name="支出", formula="支出", query="支出", year=year)


def test_a_year_without_a_document_is_told(run: Run) -> None:
    assert run("evaluate_formula", formula="支出", year="2019") == {"error": f"没有{OFFICE}2019年的文件。"}


def test_arguments_that_are_missing_are_empty(run: Run) -> None:
    assert run("find_members") == []
    assert run("search_passages") == []
    assert list(run("evaluate_formula")) == ["error"]


def test_passages_are_found_by_their_words_and_cut(run: Run) -> None:
    found = run("search_passages", query="因工资改革，人员类经费支出减少")

    assert any("因工资改革" in passage["text"] for passage in found)
    assert len(found) <= 5
    assert all(len(passage["text"]) <= 300 for passage in found)


@pytest.mark.parametrize("query", ["", '\x00"*', "(" * 3000, 'AND OR NOT "', "a" * 100_000])
def test_a_query_that_finds_nothing_finds_nothing(run: Run, query: str) -> None:
    assert run("search_passages", query=query) == []


def test_the_documents_are_listed_by_department_and_stage(asker_over: AskerOver, vocabulary: Vocabulary) -> None:
    asker = asker_over(*(read_sample(Sample(year=year), vocabulary, name=f"{year}.txt") for year in (2024, 2022, 2023)))

    assert runner(asker, vocabulary)("list_documents") == [{"entity": ENTITY, "stage": "年初预算", "years": [2022, 2023, 2024]}]
    assert documents_of(asker, most=0) == []


def test_what_the_caller_fixed_stands_whatever_a_model_asks_for(asker_over: AskerOver, vocabulary: Vocabulary) -> None:
    """Somebody who may ask about one department only gets no figure of another by way of the model."""
    one = read_sample(Sample(), vocabulary)
    other = read_sample(Sample(entity="云梦市柳林区虚构管理局", pay=Decimal("20.00")), vocabulary, name="乙.txt")
    asker = asker_over(one, other)
    free = runner(asker, vocabulary)
    fixed = runner(asker, vocabulary, entity=ENTITY, year=2024)

    assert "请指明部门" in free("evaluate_formula", formula="支出")["error"]
    assert free("evaluate_formula", formula="支出", entity=other.entity)["value"] == "139.25"
    assert fixed("evaluate_formula", formula="支出", entity="云梦市柳林区虚构管理局", year="2019")["value"] == "239.25"
    assert fixed("find_members", name="古籍修复", entity="不存在", year="1999")[0]["name"] == "古籍修复专项经费"


def test_every_parameter_of_a_tool_is_described(seed_asker: RuleAsker, vocabulary: Vocabulary) -> None:
    for tool in tools_for(seed_asker, vocabulary, None, None):
        assert tool.name.isascii()
        assert tool.description
        assert all(tool.parameters.values())
