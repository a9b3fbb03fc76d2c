"""What every ConversationStore promises."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from service.adapters.sql_conversations import SqlConversations
from service.adapters.sql_library import SqlLibrary
from service.conversations import LONGEST_TITLE, title_of
from service.ports import Conversation, ConversationStore, Turn
from tests.fakes import FakeConversationStore

FIRST = Turn("支出多少", "a1", "支出950.47万元。", "answered", "2024-03-01T09:00:00+00:00")
SECOND = Turn("那2025年呢", "a2", "回答不了。", "refused", "2024-03-01T09:00:00+00:00")


@pytest.fixture(params=["sql", "fake"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ConversationStore:
    return SqlConversations(SqlLibrary(tmp_path / "library.sqlite")) if request.param == "sql" else FakeConversationStore()


def test_turns_come_back_in_the_order_they_were_kept(store: ConversationStore) -> None:
    store.keep("c1", FIRST)
    store.keep("c2", SECOND)
    store.keep("c1", replace(SECOND, asked_at="2024-03-02T09:00:00+00:00"))

    assert store.find("c1") == Conversation(
        "c1", "支出多少", FIRST.asked_at, "2024-03-02T09:00:00+00:00",
        (FIRST, replace(SECOND, asked_at="2024-03-02T09:00:00+00:00")), 2,
    )  # fmt: skip


def test_what_was_never_kept_is_not_there(store: ConversationStore) -> None:
    assert store.find("c1") is None
    assert store.remove("c1") is False
    assert store.summaries() == ()


def test_the_one_used_last_is_first_even_within_one_second(store: ConversationStore) -> None:
    for conversation in ("c1", "c2", "c3", "c1"):
        store.keep(conversation, FIRST)

    assert [(each.id, each.length, each.turns) for each in store.summaries()] == [("c1", 2, ()), ("c3", 1, ()), ("c2", 1, ())]
    assert [each.id for each in store.summaries(limit=2)] == ["c1", "c3"]


def test_a_removed_conversation_takes_its_turns_along(store: ConversationStore) -> None:
    store.keep("c1", FIRST)
    store.keep("c2", FIRST)

    assert store.remove("c1") is True
    assert store.find("c1") is None
    assert [each.id for each in store.summaries()] == ["c2"]
    store.keep("c1", SECOND)
    found = store.find("c1")
    assert found is not None
    assert (found.turns, found.title) == ((SECOND,), "那2025年呢")


def test_turns_kept_at_once_are_all_kept(tmp_path: Path) -> None:
    """Two processes have a store each over one file."""
    path = tmp_path / "library.sqlite"
    stores = [SqlConversations(SqlLibrary(path)) for _ in range(2)]
    turns = [replace(FIRST, answer_id=f"a{number}") for number in range(20)]
    threads = [threading.Thread(target=stores[n % 2].keep, args=("c1", turn)) for n, turn in enumerate(turns)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = stores[0].find("c1")

    assert found is not None
    assert sorted(each.answer_id for each in found.turns) == sorted(each.answer_id for each in turns)


def test_the_title_is_the_first_question_shortened_on_one_line(store: ConversationStore) -> None:
    store.keep("c1", replace(FIRST, question=f"  支出\n\t多少\x00\x1b[31m\u202e？{'啊' * 50}"))
    found = store.find("c1")

    assert found is not None
    assert found.title == f"支出 多少 [31m ？{'啊' * 27}…"
    assert len(found.title) == LONGEST_TITLE


def test_a_question_of_the_longest_title_is_not_shortened() -> None:
    assert title_of("问" * LONGEST_TITLE) == "问" * LONGEST_TITLE
    assert title_of("问" * (LONGEST_TITLE + 1)) == "问" * (LONGEST_TITLE - 1) + "…"
