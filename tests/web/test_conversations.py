"""Conversations over HTTP: begun and continued by asking, listed, looked at, removed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.adapters.sql_conversations import SqlConversations
from service.adapters.sql_library import SqlLibrary
from service.application import Application, Limits
from service.asking.answer import Answer
from service.conversations import Conversations
from service.domain.errors import StoreFullError
from service.ports import Turn
from service.vocabulary.vocabulary import Vocabulary
from service.web.app import create_app
from tests.fakes import FakeConversationStore, FixedClock
from tests.web.applications import ScriptedAsker, build
from tests.web.serving import events_in


class FullStore(FakeConversationStore):
    """Takes nothing in."""

    def keep(self, conversation_id: str, turn: Turn) -> None:
        """Refuse."""
        del conversation_id, turn
        raise StoreFullError("磁盘已满")


@pytest.fixture
def asker() -> ScriptedAsker:
    return ScriptedAsker()


@pytest.fixture
def application(vocabulary: Vocabulary, asker: ScriptedAsker) -> Application:
    return build(vocabulary, asker=asker, limits=Limits(1024 * 1024, 50))


def talking(application: Application, store: FakeConversationStore | SqlConversations | None = None) -> TestClient:
    kept = Conversations(store=store or FakeConversationStore(), clock=FixedClock())
    return TestClient(create_app(application, conversations=kept), raise_server_exceptions=False)


@pytest.fixture
def client(application: Application) -> TestClient:
    return talking(application)


def ask(client: TestClient, question: str, conversation: str = "new") -> str:
    """Ask, and return the conversation the answer says it is kept in."""
    got = client.post("/v1/ask", json={"question": question, "conversation": conversation})
    assert got.status_code == 200
    said: str = got.json()["conversation"]
    return said


def test_a_conversation_is_begun_and_continued_with_the_questions_kept(client: TestClient, asker: ScriptedAsker) -> None:
    begun = ask(client, "占多少")
    again = ask(client, "拒", begun)
    ask(client, "那呢", begun)

    assert len(begun) == 12
    assert again == begun
    assert [history for _, history, _, _ in asker.asked] == [(), ("占多少",), ("占多少", "拒")]


def test_a_conversation_can_be_looked_at_and_its_answers_explained(client: TestClient) -> None:
    begun = ask(client, "占多少")
    ask(client, "拒", begun)
    said = client.get(f"/v1/conversations/{begun}").json()

    assert (said["id"], said["title"], said["length"]) == (begun, "占多少", 2)
    assert [(t["question"], t["status"], t["text"]) for t in said["turns"]] == [
        ("占多少", "answered", "占56.53%。"), ("拒", "refused", "占56.53%。"),
    ]  # fmt: skip
    assert client.get(f"/v1/answers/{said['turns'][0]['answer']}").status_code == 200


def test_conversations_are_listed_the_one_used_last_first(client: TestClient) -> None:
    first, second = ask(client, "一"), ask(client, "二")
    ask(client, "三", first)
    listed = client.get("/v1/conversations").json()

    assert [(each["id"], each["title"], each["length"]) for each in listed] == [(first, "一", 2), (second, "二", 1)]
    assert all("turns" not in each for each in listed)
    assert [each["id"] for each in client.get("/v1/conversations", params={"limit": 1}).json()] == [first]


def test_a_removed_conversation_is_gone(client: TestClient) -> None:
    begun = ask(client, "占多少")

    assert client.delete(f"/v1/conversations/{begun}").status_code == 204
    for got in (
        client.delete(f"/v1/conversations/{begun}"),
        client.get(f"/v1/conversations/{begun}"),
        client.post("/v1/ask", json={"question": "那呢", "conversation": begun}),
        client.post("/v1/ask", json={"question": "那呢", "conversation": begun, "stream": True}),
    ):
        assert (got.status_code, got.json()["code"]) == (404, "missing-conversation")
    assert client.get("/v1/conversations").json() == []


def test_an_answer_outside_a_conversation_is_kept_in_none(client: TestClient) -> None:
    assert client.post("/v1/ask", json={"question": "占多少"}).json()["conversation"] is None
    assert client.get("/v1/conversations").json() == []


def test_a_streamed_answer_is_kept_too(client: TestClient) -> None:
    got = client.post("/v1/ask", json={"question": "占多少", "conversation": "new", "stream": True})
    said = events_in(got.text)[-1][1]

    assert [each["id"] for each in client.get("/v1/conversations").json()] == [said["conversation"]]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"conversation": "new", "history": ["问"]}, "conversation不能与history同时给出"),
        ({"conversation": "0123456789AB"}, "conversation写法不对"),
        ({"conversation": "new\n"}, "conversation写法不对"),
        ({"conversation": ""}, "conversation写法不对"),
        ({"conversation": 1}, "conversation应为文字"),
    ],
)
def test_what_names_no_conversation_is_refused(client: TestClient, sent: dict[str, object], said: str) -> None:
    got = client.post("/v1/ask", json={"question": "问"} | sent)

    assert (got.status_code, got.json()["code"]) == (422, "invalid-request")
    assert said in got.json()["detail"]


def test_an_empty_history_beside_a_conversation_is_none(client: TestClient) -> None:
    assert client.post("/v1/ask", json={"question": "问", "conversation": "new", "history": []}).status_code == 200


@pytest.mark.parametrize("limit", ["0", "1001", "x"])
def test_a_list_has_bounds(client: TestClient, limit: str) -> None:
    assert client.get("/v1/conversations", params={"limit": limit}).status_code == 422


def test_a_question_that_is_refused_begins_no_conversation(client: TestClient) -> None:
    assert client.post("/v1/ask", json={"question": " ", "conversation": "new"}).status_code == 400
    assert client.post("/v1/ask", json={"question": "坏", "conversation": "new"}).status_code == 500
    assert client.get("/v1/conversations").json() == []


@pytest.mark.parametrize("stream", [True, False])
def test_an_answer_that_cannot_be_kept_is_given_all_the_same(
    application: Application, stream: bool, caplog: pytest.LogCaptureFixture
) -> None:
    client = talking(application, FullStore())
    with caplog.at_level(logging.INFO, "youju"):
        got = client.post("/v1/ask", json={"question": "占多少", "conversation": "new", "stream": stream})
    said = events_in(got.text)[-1][1] if stream else got.json()

    assert got.status_code == 200
    assert (said["text"], said["conversation"]) == ("占56.53%。", None)
    assert [each.code for each in caplog.records if each.message == "request"] == ["conversation-not-kept"]  # type: ignore[attr-defined]


def test_a_conversation_removed_while_it_is_answered_does_not_come_back(vocabulary: Vocabulary) -> None:
    class RemovingAsker(ScriptedAsker):
        def ask(self, question: str, *, history: Sequence[str], entity: str | None, year: int | None, **more: Any) -> Answer:
            if history:
                assert client.delete(f"/v1/conversations/{begun}").status_code == 204
            return super().ask(question, history=history, entity=entity, year=year, **more)

    client = talking(build(vocabulary, asker=RemovingAsker()))
    begun = ask(client, "占多少")

    assert client.post("/v1/ask", json={"question": "那呢", "conversation": begun}).json()["conversation"] is None
    assert client.get("/v1/conversations").json() == []


def test_questions_asked_at_once_in_one_conversation_are_all_kept(vocabulary: Vocabulary, tmp_path: Path) -> None:
    """All of them are under way before the first is answered."""
    together = threading.Barrier(6)

    class MeetingAsker(ScriptedAsker):
        def ask(self, question: str, *, history: Sequence[str], entity: str | None, year: int | None, **more: Any) -> Answer:
            if history:
                together.wait(10)
            return super().ask(question, history=history, entity=entity, year=year, **more)

    store = SqlConversations(SqlLibrary(tmp_path / "library.sqlite"))
    with talking(build(vocabulary, asker=MeetingAsker()), store) as client:
        begun = ask(client, "占多少")
        with ThreadPoolExecutor(6) as pool:
            assert set(pool.map(lambda n: ask(client, f"第{n}问", begun), range(6))) == {begun}
        turns = client.get(f"/v1/conversations/{begun}").json()["turns"]

    assert sorted(each["question"] for each in turns[1:]) == [f"第{n}问" for n in range(6)]


def test_a_service_without_conversations_says_so(application: Application) -> None:
    client = TestClient(create_app(application), raise_server_exceptions=False)

    for got in (
        client.get("/v1/conversations"),
        client.post("/v1/ask", json={"question": "占多少", "conversation": "new"}),
    ):
        assert (got.status_code, got.json()["code"]) == (500, "configuration")
    assert client.post("/v1/ask", json={"question": "占多少"}).status_code == 200
