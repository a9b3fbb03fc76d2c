"""The suite over several real documents: skipped without them, never worse than accepted with them."""

from __future__ import annotations

import pytest

from evals import __main__ as command
from evals import years
from evals.cases import load_cases, suite_path
from evals.runner import compare, run_suite


def test_without_the_documents_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No folder, or one that is not there: skipped, and said."""
    for folder in ("", "/没有这个文件夹"):
        monkeypatch.setenv("YOUJU_REAL_CORPUS", folder)

        assert command.main([years.SUITE]) == 0
        assert "跳过" in capsys.readouterr().out


def test_every_question_states_what_a_wrong_answer_fails() -> None:
    """Forty questions and more, of every kind, with ids of their own."""
    cases = load_cases(suite_path(years.SUITE))

    assert len(cases) >= 40
    assert {"lookup", "change", "trend", "comparison", "why", "unanswerable_trap"} <= {c.kind for c in cases}


def test_the_real_documents_are_answered_as_accepted() -> None:
    """No question is answered worse than accepted, and no figure is without support."""
    folder = years.corpus_folder()
    if folder is None:
        pytest.skip("no real corpus")
    with years.opened_corpus(folder) as (application, printed, _):
        run = run_suite(years.SUITE, load_cases(suite_path(years.SUITE)), application, printed, {})

    assert run.unsupported == 0
    assert not [line for line in compare(run).worse if "原来答对" in line]
