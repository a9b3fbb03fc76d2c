"""What every AnswerLog and every Clock promises."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from service.adapters.clock import SystemClock
from service.adapters.sql_library import SqlLibrary
from service.ports import AnswerLog, Clock, StoredAnswer
from tests.fakes import FakeAnswerLog, FixedClock


@pytest.fixture(params=["sql", "fake"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> AnswerLog:
    return SqlLibrary(tmp_path / "library.sqlite") if request.param == "sql" else FakeAnswerLog()


@pytest.fixture(params=["system", "fixed"])
def clock(request: pytest.FixtureRequest) -> Clock:
    return SystemClock() if request.param == "system" else FixedClock()


def test_an_answer_that_is_kept_is_found(log: AnswerLog) -> None:
    answer = StoredAnswer("a1", "2024-03-01T09:00:00+00:00", "三公经费是多少？", '{"status":"answered"}')
    log.keep(answer)
    assert log.find("a1") == answer


def test_an_answer_kept_twice_is_the_later_one(log: AnswerLog) -> None:
    log.keep(StoredAnswer("a1", "2024", "问", "{}"))
    log.keep(StoredAnswer("a1", "2024", "再问", "{}"))
    found = log.find("a1")
    assert found is not None
    assert found.question == "再问"


def test_an_unknown_answer_is_not_found(log: AnswerLog) -> None:
    assert log.find("a1") is None


def test_the_clock_tells_the_time_with_its_zone(clock: Clock) -> None:
    assert datetime.fromisoformat(clock.now()).tzinfo is not None


def test_elapsed_time_does_not_run_back(clock: Clock) -> None:
    first = clock.elapsed_ms()
    assert clock.elapsed_ms() >= first
