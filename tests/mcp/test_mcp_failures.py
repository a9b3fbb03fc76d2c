"""What an assistant is told when something is wrong: with its arguments, with the question, with the program."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.server import Server

from service.application import Limits
from service.asking.answer import Answer
from service.logs import log_to_file
from service.vocabulary.vocabulary import Vocabulary
from tests.mcp.clients import MODES, called, over, server_over, text_of
from tests.shorthand import a_document
from tests.web.applications import ScriptedAsker, build, build_drafts


def scripted(vocabulary: Vocabulary, asker: ScriptedAsker | None = None) -> Server[Any]:
    """Return a server whose answers are told by *asker*; questions have at most 50 characters."""
    application = build(vocabulary, a_document(), asker=asker, limits=Limits(1024 * 1024, 50))
    return server_over(application, build_drafts(application, vocabulary, a_document()))


@pytest.mark.parametrize(
    ("name", "arguments", "code", "told"),
    [
        ("ask", {}, "invalid-input", "缺少必填的“question”。"),
        ("ask", {"question": ""}, "invalid-input", "“question”是空的。"),
        ("ask", {"question": "  "}, "invalid-input", "没有收到问题"),
        ("ask", {"question": 5}, "invalid-input", "“question”应为文字。"),
        ("ask", {"question": "支" * 51}, "invalid-input", "问题有51个字，超过50字的上限"),
        ("ask", {"question": "问", "year": -2024}, "invalid-input", "“year”不能小于1949"),
        ("ask", {"question": "问", "year": 10**30}, "invalid-input", "“year”不能大于2999"),
        ("ask", {"question": "问", "year": "今年"}, "invalid-input", "“year”应为整数。"),
        ("ask", {"question": "问", "year": 2024.5}, "invalid-input", "“year”应为整数。"),
        ("ask", {"question": "问", "entity": "局" * 201}, "invalid-input", "“entity”超过200字的上限。"),
        ("ask", {"question": "问", "history": "上一问"}, "invalid-input", "“history”应为一组文字"),
        ("ask", {"question": "问", "history": ["一", 2]}, "invalid-input", "“history”第2项应为文字。"),
        ("ask", {"question": "问", "history": ["问"] * 101}, "invalid-input", "“history”超过100项的上限。"),
        ("ask", {"question": "问\ud800"}, "invalid-input", "不成字的编码"),
        ("ask", {"question": "问", "\udfff": "问"}, "invalid-input", "没有参数“"),
        ("ask", {"question": "问", "yeer": 1}, "invalid-input", "没有参数“yeer”。可用的有：question、history、entity、year。"),
        ("evaluate_formula", {"formula": "1+"}, "formula-syntax", "算式写法有误"),
        ("evaluate_formula", {"formula": "支" * 2001}, "invalid-input", "“formula”超过2000字的上限。"),
        ("check_text", {"text": "支" * 400_000}, "oversized-document", "MB"),
        ("check_text", {"text": "\x00\x01\x02"}, "unreadable-document", "文字.txt"),
        ("draft_section", {"entity": "没有局", "year": 2024, "section": "x"}, "missing-document", "没有局"),
        (
            "draft_section", {"entity": "某局", "year": 2024, "section": "x", "reasons": {"收入": 5}}, "invalid-input",
            "“reasons”的“收入”应为文字。",
        ),
        (
            "draft_section", {"entity": "某局", "year": 2024, "section": "x", "reasons": ["收入"]}, "invalid-input",
            "“reasons”应为一组“项目: 内容”",
        ),
        ("search", {"query": "支" * 51}, "invalid-input", "超过50字的上限"),
        ("search", {"query": "支", "limit": 0}, "invalid-input", "“limit”不能小于1"),
        ("search", {"query": "支", "entity": "没有局", "year": 2020}, "missing-document", "没有“没有局”2020年的文件。现有"),
        ("没有\x1b[2J的", {}, "invalid-input", "可用的有：ask、"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_chinese_with_its_code(
    vocabulary: Vocabulary, name: str, arguments: dict[str, Any], code: str, told: str
) -> None:
    """The result is an error, not a failure of the protocol: the assistant can read it and do better."""
    got = called(scripted(vocabulary), name, arguments)

    assert got.is_error
    assert told in text_of(got)
    assert text_of(got).endswith(f"（错误代码 {code}）")
    assert got.meta is not None
    assert got.meta["code"] == code
    assert "\x1b" not in text_of(got)


def test_control_characters_in_a_question_do_not_come_back(server: Server[Any]) -> None:
    """A terminal that shows the answer is not steered by it."""
    got = called(server, "ask", {"question": "基本支出\x00占\x1b[31m多少？\x07"})

    assert not got.is_error
    assert not set("\x00\x1b\x07") & set(text_of(got))


def test_null_and_json_text_are_taken_as_assistants_write_them(vocabulary: Vocabulary) -> None:
    """Some send null for what they leave out, numbers as text, and lists as JSON in a text."""
    asker = ScriptedAsker()
    arguments = {"question": "那呢", "history": '["先前", "再前"]', "entity": None, "year": "2024"}
    got = called(scripted(vocabulary, asker), "ask", arguments)

    assert not got.is_error
    assert asker.asked == [("那呢", ("先前", "再前"), None, 2024)]


@pytest.mark.parametrize("mode", MODES)
def test_an_unexpected_error_is_told_by_its_number_only(vocabulary: Vocabulary, tmp_path: Path, mode: str) -> None:
    """Neither the assistant nor the log gets the words of the question or of the error."""
    log_to_file(tmp_path)
    got = called(scripted(vocabulary), "ask", {"question": "坏了的机密问题"}, mode=mode)
    logged = (tmp_path / "youju.log").read_text("utf-8")

    assert got.is_error
    assert got.meta is not None
    assert (got.meta["code"], len(got.meta["incident"])) == ("internal-error", 8)
    assert got.meta["incident"] in text_of(got)
    assert got.meta["incident"] in logged
    assert "ZeroDivisionError" in logged
    assert "ZeroDivisionError" not in text_of(got)
    assert not any("机密" in words or "secret" in words for words in (text_of(got), logged))


class Together(ScriptedAsker):
    """Answers only when as many are asking at once as were announced."""

    def __init__(self, calls: int) -> None:
        super().__init__()
        self._met = threading.Barrier(calls, timeout=5)

    def ask(
        self, question: str, *, history: Sequence[str], entity: str | None, year: int | None,
        progress: Callable[[str], None] | None = None,
    ) -> Answer:  # fmt: skip
        """Wait for the others."""
        self._met.wait()
        return super().ask(question, history=history, entity=entity, year=year, progress=progress)


@pytest.mark.parametrize("mode", MODES)
def test_several_calls_are_worked_on_side_by_side(vocabulary: Vocabulary, mode: str) -> None:
    """None waits for another, and each gets the answer to its own question."""

    async def at_once(client: Client) -> dict[str, str]:
        got: dict[str, str] = {}

        async def one(question: str) -> None:
            result = await client.call_tool("ask", {"question": question})
            got[question] = (result.structured_content or {})["question"]

        async with anyio.create_task_group() as group:
            for number in range(4):
                group.start_soon(one, f"问题{number}")
        return got

    got = over(scripted(vocabulary, Together(4)), at_once, mode=mode)

    assert got == {f"问题{number}": f"问题{number}" for number in range(4)}


def test_a_call_that_is_given_up_does_not_break_the_server(vocabulary: Vocabulary) -> None:
    """The next call is answered; the work of the one given up comes to its end."""
    asker = Together(2)

    async def given_up(client: Client) -> str:
        with anyio.move_on_after(0.1):
            await client.call_tool("ask", {"question": "放弃的"})
        result = await client.call_tool("ask", {"question": "下一个"})
        return str((result.structured_content or {})["question"])

    assert over(scripted(vocabulary, asker), given_up, mode="legacy") == "下一个"
    assert {question for question, *_ in asker.asked} == {"放弃的", "下一个"}
