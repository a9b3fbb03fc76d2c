"""Which status an error has, and what reaches the log."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from service import logs
from service.domain import errors
from service.vocabulary.vocabulary import Vocabulary
from service.web.app import create_app
from service.web.error_responses import TITLES, status_of
from tests.web.applications import build


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.DivisionByZeroError("支出"), 400),
        (errors.MissingFactError("无"), 404),
        (errors.EmptyDocumentError("空"), 422),
        (errors.OversizedDocumentError("大"), 413),
        (errors.StoreReadOnlyError("只读"), 503),
        (errors.StoreFullError("满"), 507),
        (errors.ConfigurationError("设置"), 500),
        (ValueError("别的"), 500),
    ],
)
def test_an_error_has_the_status_of_its_nearest_class(error: Exception, status: int) -> None:
    assert status_of(error) == status
    assert status in TITLES


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Catch what is logged, as it would be written."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonFormatter())
    level = logs.logger.level
    logs.logger.addHandler(handler)
    logs.logger.setLevel(logging.INFO)
    yield stream
    logs.logger.removeHandler(handler)
    logs.logger.setLevel(level)


def test_log_lines_say_what_happened_and_nothing_that_was_asked(vocabulary: Vocabulary, written: io.StringIO) -> None:
    """One JSON object per line; neither questions nor the messages of errors."""
    client = TestClient(create_app(build(vocabulary)), raise_server_exceptions=False)
    client.post("/v1/ask", json={"question": "坏问题"}, headers={"x-request-id": "r1"})
    client.post("/v1/ask", json={"question": " "})
    lines = [json.loads(line) for line in written.getvalue().splitlines()]

    broken, served, refused = lines
    assert (broken["event"], broken["error"], broken["request"]) == ("unexpected error", "ZeroDivisionError", "r1")
    assert any("ask" in frame for frame in broken["frames"])
    assert (served["route"], served["status"], served["code"]) == ("/v1/ask", 500, "internal-error")
    assert (refused["status"], refused["code"]) == (400, "invalid-input")
    assert "坏" not in written.getvalue()
    assert "secret" not in written.getvalue()
