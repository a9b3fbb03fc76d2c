"""An answer as server-sent events: what is sent, in which order, and what becomes of errors and of clients that leave."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from service.application import Limits
from service.asking.answer import Answer
from service.asking.asker import RuleAsker
from service.conversations import Conversations
from service.domain.document import Document
from service.rendering import answer_to_dict
from service.vocabulary.vocabulary import Vocabulary
from service.web import chat, models
from service.web.app import create_app
from service.web.sentences import sentences, split_sentences
from tests.fakes import FakeConversationStore, FixedClock
from tests.shorthand import a_document
from tests.web.applications import ScriptedAsker, build
from tests.web.serving import events_in, served, until

SSE = {"accept": "text/event-stream"}
EVENTS: dict[str, Any] = {
    "status": models.StepEvent, "plan": models.PlanEvent, "sentence": models.SentenceEvent,
    "figure": models.FigureEvent, "citation": models.CitationEvent, "done": models.Answer, "error": models.Problem,
}  # fmt: skip
QUESTIONS = (
    "为什么2024年支出下降了23%？", "人员经费占基本支出的比重", "工作经费是多少", "2024年实际支出是多少",
    "列出2024年支出前三的项目", "党务服务中心全年预算总共多少？", "写2024年支出情况说明", "950.47万元合多少元",
)  # fmt: skip


class WaitingAsker(ScriptedAsker):
    """Answers when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.began, self.go, self.over = threading.Event(), threading.Event(), threading.Event()

    def ask(self, *given: Any, **more: Any) -> Answer:
        """Wait, then answer."""
        self.began.set()
        self.go.wait(10)
        try:
            return super().ask(*given, **more)
        finally:
            self.over.set()


class SteppingAsker(ScriptedAsker):
    """Tells of its steps, and fails after them at 坏."""

    def ask(self, *given: Any, progress: Callable[[str], None] | None = None, **more: Any) -> Answer:
        """Step, then answer."""
        assert progress is not None
        for step in ("understanding", "calculating", "wording", "verifying", "wording", "verifying"):
            progress(step)
        return super().ask(*given, **more)


@pytest.fixture
def waiting() -> Iterator[WaitingAsker]:
    made = WaitingAsker()
    yield made
    made.go.set()


@pytest.fixture
def client(vocabulary: Vocabulary) -> TestClient:
    """A client of a service that takes 50 characters."""
    application = build(vocabulary, a_document(), limits=Limits(1024 * 1024, 50))
    return TestClient(create_app(application), raise_server_exceptions=False)


@pytest.fixture(scope="module")
def seeded(vocabulary: Vocabulary, seed_asker: RuleAsker, seed: Document) -> TestClient:
    """A client of a service that answers from the seed document."""
    return TestClient(create_app(build(vocabulary, seed, asker=seed_asker)))  # type: ignore[arg-type]


def streamed(client: TestClient, question: str) -> list[tuple[str, Any]]:
    """Return the events of the answer to a question."""
    got = client.post("/v1/ask", json={"question": question}, headers=SSE)
    assert got.status_code == 200
    assert got.headers["content-type"].startswith("text/event-stream")
    return events_in(got.text)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_events_are_in_order_and_of_the_shapes_described(seeded: TestClient, question: str) -> None:
    events = streamed(seeded, question)
    names = [name for name, _ in events]
    for name, data in events:
        EVENTS[name].model_validate(data, strict=True)

    assert names[0] == "status"
    steps, rest = names[: names.index("plan")], names[names.index("plan") :]
    assert set(steps) == {"status"}
    assert rest[:2] == ["plan", "sentence"]
    assert rest[-1] == "done"
    assert set(rest[1:-1]) <= {"sentence", "figure", "citation"}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_sentences_are_the_text_and_the_figures_stand_where_it_is_said(seeded: TestClient, question: str) -> None:
    events = streamed(seeded, question)
    answer = events[-1][1]
    said = [data["text"] for name, data in events if name == "sentence"]
    latest = -1
    for name, data in events:
        latest = data["index"] if name == "sentence" else latest
        if name in ("figure", "citation"):
            assert data["sentence"] == latest
        if name == "figure":
            digits = data["value"].lstrip("-")
            assert said[data["sentence"]][data["start"] : data["end"]] == data["text"]
            assert digits in data["text"]
            result = answer["results"][data["result"]]
            source = result if data["operand"] is None else result["operands"][data["operand"]]
            assert (data["value"], data["unit"], data["label"]) == (source["value"], source["unit"], source["label"])

    assert "".join(said) == answer["text"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_place_relied_on_is_sent_once_beside_a_sentence(seeded: TestClient, question: str) -> None:
    events = streamed(seeded, question)
    answer = events[-1][1]
    sent = [data["index"] for name, data in events if name == "citation"]

    assert sorted(sent) == [n for n, each in enumerate(answer["citations"]) if each["role"] != "also"]


def test_a_place_stands_at_the_sentence_whose_figure_it_holds(seeded: TestClient) -> None:
    events = streamed(seeded, "为什么2024年支出下降了23%？")
    said = [data["text"] for name, data in events if name == "sentence"]
    quotes = [(said[d["sentence"]], d["quote"]) for n, d in events if n == "citation" and d["role"] == "quote"]

    assert len(said) >= 4
    assert any("950.47" in said[d["sentence"]] for n, d in events if n == "citation" and d["quote"] == "950.47")
    assert quotes
    assert all("原因" in sentence for sentence, _ in quotes)


def test_of_two_results_of_one_value_the_one_named_before_the_figure_is_meant(seeded: TestClient) -> None:
    figures = [data for name, data in streamed(seeded, "为什么2024年支出下降了23%？") if name == "figure"]

    assert [(f["sentence"], f["label"]) for f in figures if f["value"] == "284.53"] == [
        (0, "支出比2023年减少额"), (1, "一般公共预算减少额"),
    ]  # fmt: skip


def test_the_last_event_is_the_answer_as_json_gives_it(seeded: TestClient) -> None:
    plain = seeded.post("/v1/ask", json={"question": "三公经费是多少"}).json()
    done = streamed(seeded, "三公经费是多少")[-1][1]

    assert done.keys() == plain.keys()
    assert {k: v for k, v in done.items() if k not in ("id", "ms")} == {
        k: v for k, v in plain.items() if k not in ("id", "ms")
    }


def test_chinese_is_sent_as_it_is(seeded: TestClient) -> None:
    got = seeded.post("/v1/ask", json={"question": "三公经费是多少"}, headers=SSE)

    assert "三公经费为5.50万元" in got.text
    assert "\\u" not in got.text


@pytest.mark.parametrize(
    ("accept", "stream", "expected"),
    [
        ("*/*", None, "application/json"),
        ("*/*", True, "text/event-stream; charset=utf-8"),
        ("text/event-stream", None, "text/event-stream; charset=utf-8"),
        ("text/html, Text/Event-Stream;q=0.9", None, "text/event-stream; charset=utf-8"),
        ("text/event-stream", False, "application/json"),
    ],
)
def test_the_body_decides_before_the_header(client: TestClient, accept: str, stream: bool | None, expected: str) -> None:
    sent = {"question": "占多少"} | ({} if stream is None else {"stream": stream})

    assert client.post("/v1/ask", json=sent, headers={"accept": accept}).headers["content-type"] == expected


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"question": "  "}, 400, "invalid-input"),
        ({"question": "问" * 51}, 400, "invalid-input"),
        ({"question": 1}, 422, "invalid-request"),
        ({"question": "问", "stream": "x"}, 422, "invalid-request"),
        ({"question": "坏"}, 500, "internal-error"),
    ],
)
def test_what_is_refused_at_once_has_its_own_status(
    client: TestClient, sent: dict[str, object], status: int, code: str
) -> None:
    got = client.post("/v1/ask", json=sent, headers=SSE)

    assert (got.status_code, got.json()["code"]) == (status, code)
    assert got.headers["content-type"] == "application/problem+json"


def test_every_step_is_told_as_it_begins(vocabulary: Vocabulary) -> None:
    events = streamed(TestClient(create_app(build(vocabulary, asker=SteppingAsker()))), "占多少")

    assert [data["text"] for name, data in events if name == "status"] == ["理解", "取数", "措辞", "核对", "措辞", "核对"]


def test_the_rules_tell_of_their_steps_too(seeded: TestClient) -> None:
    told = [data["step"] for name, data in streamed(seeded, "三公经费是多少") if name == "status"]

    assert told == ["understanding", "calculating"]


def test_an_error_after_a_step_is_told_in_the_stream(vocabulary: Vocabulary) -> None:
    client = TestClient(create_app(build(vocabulary, asker=SteppingAsker())), raise_server_exceptions=False)
    events = streamed(client, "坏")

    assert [name for name, _ in events] == ["status"] * 6 + ["error"]
    assert events[-1][1]["code"] == "internal-error"


def test_an_error_after_the_stream_has_begun_is_its_last_event(
    vocabulary: Vocabulary, waiting: WaitingAsker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(chat, "KEEP_ALIVE_S", 0.02)
    client = TestClient(create_app(build(vocabulary, asker=waiting)), raise_server_exceptions=False)
    threading.Timer(0.1, waiting.go.set).start()
    with caplog.at_level(logging.INFO, "youju"):
        events = streamed(client, "坏的机密问题")

    kind, said = events[-1]
    EVENTS["error"].model_validate(said)
    assert (kind, said["status"], said["code"]) == ("error", 500, "internal-error")
    assert "secret" not in json.dumps(events)
    assert "机密" not in caplog.text
    assert [getattr(each, "code", "") for each in caplog.records if each.message == "request"] == ["internal-error"]


def test_comments_keep_a_slow_answer_alive(
    vocabulary: Vocabulary, waiting: WaitingAsker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "KEEP_ALIVE_S", 0.02)
    client = TestClient(create_app(build(vocabulary, asker=waiting)))
    threading.Timer(0.2, waiting.go.set).start()
    events = streamed(client, "占多少")

    assert events[0][0] == "status"
    assert events.count(("", "ping")) >= 3
    assert events[-1][1]["text"] == "占56.53%。"


def test_questions_that_wait_for_a_thread_hold_nobody_up(
    vocabulary: Vocabulary, waiting: WaitingAsker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "KEEP_ALIVE_S", 0.02)
    with (
        ThreadPoolExecutor(1) as asking, ThreadPoolExecutor(2) as clients,
        TestClient(create_app(build(vocabulary, asker=waiting))) as client,
    ):  # fmt: skip
        monkeypatch.setattr(chat, "_ASKING", asking)
        first = clients.submit(client.post, "/v1/ask", json={"question": "占多少"})
        waiting.began.wait(10)
        second = clients.submit(streamed, client, "占多少")
        assert client.get("/healthz").status_code == 200
        assert not second.done()
        threading.Timer(0.1, waiting.go.set).start()

        assert first.result(10).status_code == 200
        assert second.result(10)[-1][0] == "done"


def test_streams_are_counted_and_logged_like_other_requests(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "youju"):
        streamed(client, "占多少")
    lines = client.get("/metrics").text.splitlines()

    assert 'youju_requests_total{method="POST",route="/v1/ask",status="200"} 1' in lines
    assert 'youju_answers_total{status="answered"} 1' in lines
    (logged,) = [each for each in caplog.records if each.message == "request"]
    assert (logged.route, logged.status) == ("/v1/ask", 200)  # type: ignore[attr-defined]
    assert not hasattr(logged, "code")


def test_a_client_that_leaves_is_noted_and_the_work_ends_by_itself(
    vocabulary: Vocabulary, waiting: WaitingAsker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(chat, "KEEP_ALIVE_S", 0.05)
    body = json.dumps({"question": "占多少", "stream": True}).encode()
    head = f"POST /v1/ask HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"

    def logged() -> list[logging.LogRecord]:
        return [each for each in caplog.records if each.message == "request"]

    with caplog.at_level(logging.INFO, "youju"), served(create_app(build(vocabulary, asker=waiting))) as port:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(head.encode() + body)
            assert b"200 OK" in connection.recv(1000)
        until(logged)
        assert not waiting.over.is_set()
        waiting.go.set()
        until(waiting.over.is_set)
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            assert b"200 OK" in connection.recv(1000)

    assert [each.code for each in logged()[:1]] == ["client-gone"]  # type: ignore[attr-defined]
    assert [each.message for each in caplog.records if each.levelno >= logging.WARNING and each.name != "asyncio"] == []


def test_a_question_that_was_stopped_is_no_turn_of_its_conversation(
    vocabulary: Vocabulary, waiting: WaitingAsker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever stopped it asks again, and must not find it twice."""
    monkeypatch.setattr(chat, "KEEP_ALIVE_S", 0.05)
    kept = Conversations(store=FakeConversationStore(), clock=FixedClock())
    questions: list[str] = []

    def keep(conversation: str, question: str, *_: object, **__: object) -> bool:
        questions.append(question)
        return True

    monkeypatch.setattr(kept, "_keep", keep)
    body = json.dumps({"question": "占多少", "stream": True, "conversation": "new"}).encode()
    head = f"POST /v1/ask HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    app = create_app(build(vocabulary, asker=waiting), conversations=kept)

    with caplog.at_level(logging.INFO, "youju"), served(app) as port:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(head.encode() + body)
            assert b"200 OK" in connection.recv(1000)
        until(lambda: any(each.message == "request" for each in caplog.records))
        waiting.go.set()
        until(waiting.over.is_set)
        done = TestClient(app).post("/v1/ask", json={"question": "占几成", "conversation": "new"}).json()

    assert done["conversation"]
    assert questions == ["占几成"]


def test_a_server_that_says_so_on_sending_is_understood_too(
    vocabulary: Vocabulary, caplog: pytest.LogCaptureFixture
) -> None:
    """Servers of ASGI 2.4 raise OSError where the client has gone; that is no incident."""
    body = json.dumps({"question": "占多少", "stream": True}).encode()
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1", "method": "POST",
        "path": "/v1/ask", "raw_path": b"/v1/ask", "query_string": b"", "root_path": "", "scheme": "http",
        "headers": [(b"content-type", b"application/json")], "server": ("x", 80), "client": ("y", 1),
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.body":
            raise OSError

    with caplog.at_level(logging.INFO, "youju"):
        asyncio.run(create_app(build(vocabulary))(scope, receive, send))  # type: ignore[arg-type]

    assert [(each.message, getattr(each, "code", "")) for each in caplog.records if each.name == "youju"] == [
        ("request", "client-gone")
    ]


@given(st.text(alphabet="甲1.。！？\n“”（）、 ", max_size=60))
def test_cutting_into_sentences_loses_nothing(text: str) -> None:
    parts = split_sentences(text)

    assert "".join(parts) == text
    assert all(parts)


def test_quoted_sentences_are_not_cut() -> None:
    text = "原因：“减人。减事。”其余持平（见表。）。另有一句！\n\n- 甲\n- 乙"

    assert split_sentences(text) == ("原因：“减人。减事。”", "其余持平（见表。）。", "另有一句！\n\n", "- 甲\n", "- 乙")


def test_a_quotation_mark_that_is_never_closed_holds_up_one_line_only() -> None:
    assert split_sentences("“甲。乙。\n丙。丁。") == ("“甲。乙。\n", "丙。", "丁。")


def test_an_answer_without_text_has_no_sentences(seed_asker: RuleAsker) -> None:
    said = answer_to_dict(seed_asker.ask("三公经费是多少", history=(), entity=None, year=None))

    assert sentences(said | {"text": ""}) == ()
