"""What `youju chats` prints, and with which exit status."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from service.adapters.sql_conversations import SqlConversations
from service.adapters.sql_library import SqlLibrary
from service.cli import main
from service.ports import Turn
from service.settings import Settings

FIRST = Turn("支出多少", "a1", "支出950.47万元。", "answered", "2024-03-01T09:00:00+00:00")
SECOND = Turn("那\x1b[31m决算呢", "a2", "回答不了。", "refused", "2024-03-02T09:00:00+00:00")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def run(settings: Settings, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run `youju chats` over a store of its own."""

    def once(*arguments: str) -> tuple[int, str, str]:
        return main(("chats", *arguments), read=lambda: settings), *capfd.readouterr()

    return once


@pytest.fixture
def kept(settings: Settings) -> None:
    """Keep two conversations."""
    store = SqlConversations(SqlLibrary(settings.database))
    store.keep("0123456789ab", FIRST)
    store.keep("ba9876543210", FIRST)
    store.keep("0123456789ab", SECOND)


def test_an_empty_store_says_how_conversations_come_about(run: Run) -> None:
    status, out, _ = run()

    assert status == 0
    assert "还没有对话" in out


@pytest.mark.usefixtures("kept")
def test_conversations_are_listed_and_shown(run: Run) -> None:
    assert run() == (
        0, "0123456789ab　支出多少（2问，2024-03-02T09:00:00+00:00）\nba9876543210　支出多少（1问，2024-03-01T09:00:00+00:00）\n", "",
    )  # fmt: skip
    assert run("--limit", "1")[1].count("\n") == 1
    status, out, _ = run("0123456789ab")
    assert status == 0
    assert "问（2024-03-01T09:00:00+00:00）：支出多少\n答：支出950.47万元。\n  依据：youju explain a1\n" in out
    assert "问（2024-03-02T09:00:00+00:00）：那[31m决算呢\n答［拒答］：回答不了。\n" in out


@pytest.mark.usefixtures("kept")
def test_programs_get_what_http_gives_them(run: Run) -> None:
    assert [each["length"] for each in json.loads(run("--json")[1])] == [2, 1]
    assert json.loads(run("0123456789ab", "--json")[1])["turns"][0] == {
        "question": "支出多少", "answer": "a1", "text": "支出950.47万元。", "status": "answered", "asked_at": FIRST.asked_at,
    }  # fmt: skip


@pytest.mark.usefixtures("kept")
def test_a_removed_conversation_is_not_found_again(run: Run) -> None:
    assert run("--remove", "0123456789ab") == (0, "已删除对话 0123456789ab。\n", "")
    for arguments in (("0123456789ab",), ("--remove", "0123456789ab")):
        status, out, err = run(*arguments)
        assert (status, out) == (2, "")
        assert "没有编号为“0123456789ab”的对话" in err
    assert run()[1].startswith("ba9876543210")


def test_showing_and_removing_at_once_is_refused(run: Run) -> None:
    status, _, err = run("a", "--remove", "b")

    assert status == 2
    assert "只能给一个" in err
