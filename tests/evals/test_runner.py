"""The runner over a tiny suite with a stand-in for the service."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import SecretStr

from evals import __main__ as command
from evals.cases import Case, CaseError, load_cases, parse_case, suite_path
from evals.evidence import Printed
from evals.report import render
from evals.runner import Run, accept, compare, describe, keep_run, run_suite
from service.asking.answer import Answer, Result, Status
from service.domain.errors import InvalidInputError
from service.settings import Settings

CASES = (
    Case("Q1", "lookup", "收入多少？", "number", number=Decimal("950.47"), unit="万元"),
    Case("Q2", "lookup", "支出多少？", "number", number=Decimal("950.47"), unit="万元"),
    Case("Q3", "trap", "决算多少？", "refuse"),
)


class FakeAsker:
    """Says what it was given; raises what it was given."""

    def __init__(self, **said: str | Exception) -> None:
        self._said = said

    def ask(self, question: str, *, history: Sequence[str] = ()) -> Answer:
        """Answer by the first two characters."""
        del history
        said = self._said.get(question[:2], "950.47")
        if isinstance(said, Exception):
            raise said
        if said == "refuse":
            return Answer("x", question, Status.REFUSED, "没有决算。", missing="决算")
        result = Result(question[:2], said, "万元", said, question[:2], "", ())
        return Answer("x", question, Status.ANSWERED, f"{question[:2]}{said}万元。", (result,))


def run(**said: str | Exception) -> Run:
    return run_suite("tiny", CASES, FakeAsker(**{"决算": "refuse"} | said), Printed(), {"home": "here"})


def test_a_run_counts_what_is_right() -> None:
    done = run(支出="950.74")
    assert [o.is_right for o in done.outcomes] == [True, False, True]
    assert done.right == 2


@pytest.mark.parametrize("error", [InvalidInputError("太长"), ZeroDivisionError("0")])
def test_a_question_that_raises_is_wrong_and_the_run_goes_on(error: Exception) -> None:
    done = run(收入=error)
    assert [o.is_right for o in done.outcomes] == [False, True, True]
    assert "Q1 错" in render(done, compare(done, Path("/nowhere")))


def test_a_run_is_kept_whole_as_json(tmp_path: Path) -> None:
    kept = json.loads(keep_run(run(), tmp_path).read_text(encoding="utf-8"))
    first = kept["cases"][0]
    assert (kept["suite"], kept["total"], kept["right"]) == ("tiny", 3, 3)
    assert first["answer"]["status"] == "answered"
    assert first["answer"]["results"][0]["value"] == "950.47"
    assert first["scores"]["number"] == {
        "value": 1, "answer": "收入 950.47万元", "explanation": "", "found": -1, "total": -1,
    }  # fmt: skip
    assert first["scores"]["list"]["value"] is None


def test_the_same_run_is_no_difference(tmp_path: Path) -> None:
    accept(run(), tmp_path)
    difference = compare(run(), tmp_path)
    assert (difference.has_baseline, difference.worse, difference.better, difference.new) == (True, (), (), ())
    assert "没有变化" in render(run(), difference)


def test_worse_better_new_and_gone_are_told_apart(tmp_path: Path) -> None:
    accept(run(支出="950.74"), tmp_path)
    after = run(收入="950.74")
    difference = compare(after, tmp_path)
    assert {line.split()[0] for line in difference.worse} == {"Q1"}
    assert {line.split()[0] for line in difference.better} == {"Q2"}
    fewer = replace(after, outcomes=after.outcomes[1:])
    assert "Q1 不在本次运行中" in compare(fewer, tmp_path).worse
    accept(fewer, tmp_path)
    assert compare(after, tmp_path).new == ("Q1",)


def test_a_crash_is_worse_than_the_accepted_run(tmp_path: Path) -> None:
    accept(run(), tmp_path)
    assert any("不再评分" in line for line in compare(run(收入=ZeroDivisionError()), tmp_path).worse)


def test_no_accepted_run_is_said() -> None:
    assert "还没有认可的结果" in render(run(), compare(run(), Path("/nowhere")))


def test_the_report_shows_question_expected_and_got() -> None:
    report = render(run(支出="950.74"), compare(run(), Path("/nowhere")))
    for shown in ("支出多少？", "应为：950.47万元", "支出950.74万元", "结果里没有950.47万元", "| 答对 | 2 / 3"):
        assert shown in report


def test_secrets_are_not_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Secretive(Settings):
        llm_api_key: SecretStr = SecretStr("sk-1")

    described = describe(Secretive(home=tmp_path))
    assert described["llm_api_key"] == "set"
    assert "sk-1" not in str(described)


def test_the_development_questions_load() -> None:
    cases = load_cases(suite_path("questions"))
    assert len(cases) == 69
    assert sum(len(c.evidence) for c in cases) > 100
    assert {c.answer_kind for c in cases} == {"number", "text", "refuse", "list", "draft", "clarify"}
    assert next(c for c in cases if c.id == "Q164").history == ("项目支出多少？",)


def test_a_case_that_nothing_could_fail_is_not_taken() -> None:
    record = {"id": "X", "kind": "text", "question": "?", "answer_kind": "text", "answer_value": "随便"}
    with pytest.raises(CaseError, match="nothing that a wrong answer would fail"):
        parse_case(record)


def test_a_broken_case_file_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text('{"id": "A", "kind": "x", "question": "?", "answer_kind": "refuse"}\n{"id"\n', encoding="utf-8")
    with pytest.raises(CaseError, match=r"broken\.jsonl:2"):
        load_cases(path)
    path.write_text('{"id": "A", "kind": "x", "question": "?", "answer_kind": "refuse"}\n' * 2, encoding="utf-8")
    with pytest.raises(CaseError, match="stands twice"):
        load_cases(path)


def test_an_unknown_suite_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["no-such-suite"]) == 2
    assert "没有评测集" in capsys.readouterr().err
