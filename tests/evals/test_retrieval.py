"""The suite that measures what a search finds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals import retrieval
from evals.__main__ import suites
from evals.cases import CaseError
from evals.seed import seed_document


def test_every_query_over_the_seed_asks_for_something_that_stands_there() -> None:
    asked = retrieval.queries([seed_document()], with_corpus=False)
    assert len(asked) >= 120
    assert {query.style for query in asked} == set(retrieval.STYLES)
    assert len({query.id for query in asked}) == len(asked)


def test_a_query_for_what_stands_nowhere_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = {"id": "R1", "query": "问", "style": "asks", "about": "duty", "expect": ["没有这句话"]}
    path = tmp_path / "cases.jsonl"
    path.write_text(json.dumps(case), encoding="utf-8")
    monkeypatch.setattr(retrieval, "SEED_CASES", path)
    with pytest.raises(CaseError, match="R1: no passage"):
        retrieval.queries([seed_document()], with_corpus=False)


def test_scores_count_places() -> None:
    ranks = [("asks", 1), ("asks", 2), ("asks", 6), ("asks", 0)]
    assert retrieval._scores(ranks) == {"of": 4, "at1": 1, "at5": 2, "at10": 3, "mrr": 0.417}


def test_the_suite_stands_once_among_the_suites() -> None:
    assert [name for name in suites() if name.startswith("retrieval")] == ["retrieval"]


def row(method: str, model: str, rank: int) -> retrieval.Row:
    return retrieval.Row("seed", method, model, {"R1": ("asks", rank)}, (1.0, 2.0), (1.0, 2.0), "abc", "2026-11-26")


def test_what_was_measured_with_another_model_is_kept_until_the_cases_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrieval, "ROWS", tmp_path / "rows.json")
    retrieval._kept([row(retrieval.WORDS, "", 0), row(retrieval.FUSED, "e-1", 1)], [])
    kept = retrieval._kept([row(retrieval.WORDS, "", 1)], [])
    assert [(each["model"], each["total"]["at1"]) for each in kept["rows"]] == [("", 1), ("e-1", 1)]
    assert "| 词与模型向量融合 | e-1 | 100.0%" in retrieval._report(kept, is_whole=False, model="")
    monkeypatch.setattr(retrieval, "_fingerprint", lambda: "other")
    assert len(retrieval._kept([row(retrieval.WORDS, "", 1)], [])["rows"]) == 1
