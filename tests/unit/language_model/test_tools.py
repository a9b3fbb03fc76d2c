"""A model that looks things up, well or badly."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any

import pytest
import respx

from service.adapters.language_model.completions import MAX_CALLS
from service.adapters.language_model.model import LangChainModel
from service.domain.errors import ModelBrokenError, ModelIncompatibleError, ModelKeyError
from service.ports import ModelTool
from tests.unit.language_model.servers import Time, answered, call, calling, completion, model_at, sent

_GOOD = '{"name": "教育支出", "year": "2024"}'


class Looked:
    """A tool that remembers what it was asked."""

    def __init__(self, result: str = '{"found": "2050201"}') -> None:
        self.asked: list[Mapping[str, str]] = []
        self.result = result
        self.tool = ModelTool("find_members", "按名称找科目", {"name": "名称", "year": "年份"}, self.run)

    def run(self, given: Mapping[str, str]) -> str:
        """Remember and answer."""
        self.asked.append(dict(given))
        return self.result


@pytest.fixture
def looked() -> Looked:
    return Looked()


def answers(route: respx.Route, *bodies: object) -> None:
    route.mock(side_effect=[answered(body) for body in bodies])


def told(route: respx.Route, number: int = -1) -> list[Any]:
    """Return what the model was told in answer to its calls."""
    return [json.loads(each["content"]) for each in sent(route, number)["messages"] if each["role"] == "tool"]


def test_what_the_model_looks_up_is_answered_and_then_it_replies(
    model: LangChainModel, mocked: respx.Route, looked: Looked
) -> None:
    answers(mocked, calling(call("find_members", _GOOD, "abc")), completion('{"figures": []}'))

    reply = model.reply("系统提示", "问题", tools=[looked.tool], steps=4)

    assert (reply.text, reply.calls) == ('{"figures": []}', 2)
    assert looked.asked == [{"name": "教育支出", "year": "2024"}]
    first, second = sent(mocked, 0), sent(mocked, 1)
    assert [each["role"] for each in first["messages"]] == ["system", "user"]
    assert first["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "find_members",
                "description": "按名称找科目",
                "parameters": {
                    "type": "object",
                    "properties": {
                        "name": {"type": "string", "description": "名称"},
                        "year": {"type": "string", "description": "年份"},
                    },
                    "required": ["name", "year"],
                    "additionalProperties": False,
                },
            },
        }
    ]
    assert [each["role"] for each in second["messages"]] == ["system", "user", "assistant", "tool"]
    assert second["messages"][3] == {"role": "tool", "content": '{"found": "2050201"}', "tool_call_id": "abc"}
    assert second["stream"] is False


def test_a_model_that_needs_no_tool_replies_at_once(model: LangChainModel, mocked: respx.Route, looked: Looked) -> None:
    answers(mocked, completion("<think>不用查</think>{}"))
    assert model.reply("s", "m", tools=[looked.tool], steps=1).text == "{}"
    assert looked.asked == []


@pytest.mark.parametrize("steps", [1, 3])
def test_a_model_that_calls_tools_for_ever_is_stopped(
    model: LangChainModel, mocked: respx.Route, looked: Looked, steps: int
) -> None:
    mocked.respond(json=calling(call("find_members", _GOOD)))
    with pytest.raises(ModelBrokenError, match=f"查了{steps}轮仍没有作答"):
        model.reply("s", "m", tools=[looked.tool], steps=steps)
    assert mocked.call_count == steps


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (call("find_members", '{"name": '), "不是JSON对象"),
        (call("find_members", "教育支出"), "不是JSON对象"),
        (call("find_members", "[1]"), "不是JSON对象"),
        (call("find_members", "null"), "不是JSON对象"),
        (call("find_members", 3), "不是JSON对象"),
        (call("find_members", ["a"]), "不是JSON对象"),
        (call("find_members", "[" * 100_000), "不是JSON对象"),
        (call("find_members", '{"name": "x", "year": NaN}'), "不是JSON对象"),
        (call("find_members", '{"name": "x", "year": -1e999}'), "不是JSON对象"),
        (call("find_members", None), "缺少参数：name、year"),
        (call("find_members", ""), "缺少参数：name、year"),
        (call("find_members", '{"name": "教育支出"}'), "缺少参数：year"),
        (call("find_members", '{"name": "教育支出", "year": "2024", "config": "x"}'), "没有这些参数：config"),
        (call("find_members", '{"name": "教育支出", "year": 2024}'), "这些参数应为字符串：year"),
        (call("find_members", '{"name": null, "year": {"a": []}}'), "这些参数应为字符串：name、year"),
        (call("drop_table", _GOOD), "没有名为“drop_table”的工具。可用的有：find_members"),
        (call("找科目 (x)", _GOOD), "没有名为“"),
        (call("", _GOOD), "没有名为“unknown”的工具"),
        (call(None, _GOOD), "没有名为“unknown”的工具"),
        (call({"a": 1}, _GOOD), "没有名为“unknown”的工具"),
        ({"id": "c1"}, "没有名为“unknown”的工具"),
        ({"id": "c1", "type": "function", "function": "find_members"}, "没有名为“unknown”的工具"),
        ("find_members", "没有名为“unknown”的工具"),
        (None, "没有名为“unknown”的工具"),
    ],
    ids=lambda it: str(it)[:60],
)
def test_a_malformed_call_is_answered_with_what_is_wrong_and_the_model_may_go_on(
    model: LangChainModel, mocked: respx.Route, looked: Looked, bad: object, why: str
) -> None:
    answers(mocked, calling(bad), calling(call("find_members", _GOOD, "c2")), completion("好。"))

    reply = model.reply("s", "m", tools=[looked.tool], steps=5)

    assert (reply.text, reply.calls) == ("好。", 3)
    assert why in told(mocked, 1)[0]["error"]
    assert looked.asked == [{"name": "教育支出", "year": "2024"}]
    for message in sent(mocked, 2)["messages"]:
        for each in message.get("tool_calls", ()):
            assert isinstance(json.loads(each["function"]["arguments"]), dict)
            assert each["function"]["name"].isascii()


def test_a_model_that_only_makes_malformed_calls_is_stopped_too(
    model: LangChainModel, mocked: respx.Route, looked: Looked
) -> None:
    mocked.respond(json=calling(call("find_members", "{")))
    with pytest.raises(ModelBrokenError, match="查了4轮"):
        model.reply("s", "m", tools=[looked.tool], steps=4)
    assert mocked.call_count == 4
    assert looked.asked == []


@pytest.mark.parametrize("key", [None, "", 7])
def test_calls_without_a_number_are_told_apart(
    model: LangChainModel, mocked: respx.Route, looked: Looked, key: Any
) -> None:
    answers(mocked, calling(call("find_members", _GOOD, key), call("find_members", "{", key)), completion("好。"))
    model.reply("s", "m", tools=[looked.tool], steps=2)
    made = [each["id"] for each in sent(mocked)["messages"][2]["tool_calls"]]
    replied = [each["tool_call_id"] for each in sent(mocked)["messages"][3:]]
    assert made == replied
    assert len(set(made)) == 2


def test_arguments_that_are_an_object_already_and_calls_of_the_old_kind_are_understood(
    model: LangChainModel, mocked: respx.Route, looked: Looked
) -> None:
    answers(
        mocked,
        calling(call("find_members", json.loads(_GOOD))),
        completion(None, function_call={"name": "find_members", "arguments": _GOOD}),
        completion("好。"),
    )
    assert model.reply("s", "m", tools=[looked.tool], steps=5).calls == 3
    assert len(looked.asked) == 2


def test_of_hundreds_of_calls_in_one_message_only_some_are_answered(
    model: LangChainModel, mocked: respx.Route, looked: Looked
) -> None:
    answers(mocked, calling(*[call("find_members", _GOOD, f"c{n}") for n in range(300)]), completion("好。"))
    model.reply("s", "m", tools=[looked.tool], steps=2)
    assert len(looked.asked) == MAX_CALLS
    assert len(told(mocked)) == MAX_CALLS


def test_tools_run_one_at_a_time(model: LangChainModel, mocked: respx.Route) -> None:
    running, most = 0, 0
    pause = threading.Event()

    def run(given: Mapping[str, str]) -> str:
        nonlocal running, most
        running += 1
        most = max(most, running)
        pause.wait(0.01)
        running -= 1
        return "{}"

    tool = ModelTool("look", "查", {"name": "名称"}, run)
    answers(mocked, calling(*[call("look", '{"name": "x"}', f"c{n}") for n in range(5)]), completion("好。"))
    model.reply("s", "m", tools=[tool], steps=2)
    assert most == 1


def test_a_tool_that_fails_is_told_to_the_model_without_its_reason(
    model: LangChainModel, mocked: respx.Route, looked: Looked
) -> None:
    def fail(given: Mapping[str, str]) -> str:
        raise ValueError("机密")

    tool = ModelTool("find_members", "按名称找科目", {"name": "名称", "year": "年份"}, fail)
    answers(mocked, calling(call("find_members", _GOOD)), completion("好。"))
    assert model.reply("s", "m", tools=[tool], steps=2).text == "好。"
    assert "机密" not in json.dumps(sent(mocked), ensure_ascii=False)
    assert "出错" in told(mocked)[0]["error"]


def test_what_a_tool_returns_need_not_be_fit_for_sending(
    model: LangChainModel, mocked: respx.Route, looked: Looked
) -> None:
    looked.result = "坏\ud800字\x00符"
    answers(mocked, calling(call("find_members", _GOOD)), completion("好。"))
    model.reply("s", "m", tools=[looked.tool], steps=2)
    assert sent(mocked)["messages"][3]["content"] == "坏\ufffd字符"


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "registry.ollama.ai/library/m-1 does not support tools"),
        (400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
        (404, "No endpoints found that support tool use."),
        (422, "Extra inputs are not permitted: tools"),
        (500, "tools param requires --jinja flag"),
        (400, "Function calling is not enabled for this model"),
    ],
)
def test_a_server_that_takes_no_tools_is_asked_once_without(
    model: LangChainModel, mocked: respx.Route, looked: Looked, status: int, message: str
) -> None:
    mocked.mock(side_effect=[answered({"error": {"message": message}}, status), answered(completion("好。"))])

    reply = model.reply("s", "m", tools=[looked.tool], steps=3)

    assert (reply.text, reply.calls) == ("好。", 2)
    assert "tools" in sent(mocked, 0)
    assert "tools" not in sent(mocked, 1)
    assert sent(mocked, 1)["messages"] == sent(mocked, 0)["messages"]


def test_where_that_fails_too_it_is_an_error(model: LangChainModel, mocked: respx.Route, looked: Looked) -> None:
    mocked.respond(400, json={"error": {"message": "bad request: tools"}})
    with pytest.raises(ModelIncompatibleError):
        model.reply("s", "m", tools=[looked.tool], steps=3)
    assert mocked.call_count == 2


def test_an_error_later_on_or_about_something_else_is_no_reason_to_leave_the_tools_out(
    time: Time, mocked: respx.Route, looked: Looked
) -> None:
    about_tools = answered({"error": {"message": "tool message must follow tool_calls"}}, 400)
    mocked.mock(side_effect=[answered(calling(call("find_members", _GOOD))), about_tools])
    with pytest.raises(ModelIncompatibleError):
        model_at(time).reply("s", "m", tools=[looked.tool], steps=3)
    assert mocked.call_count == 2

    mocked.mock(side_effect=[answered({"error": {"message": "invalid key"}}, 401)])
    with pytest.raises(ModelKeyError):
        model_at(time).reply("s", "m", tools=[looked.tool], steps=3)


def test_a_busy_server_is_asked_again_in_the_middle_of_the_rounds(
    model: LangChainModel, time: Time, mocked: respx.Route, looked: Looked
) -> None:
    mocked.mock(
        side_effect=[
            answered(calling(call("find_members", _GOOD))),
            answered({"error": {"message": "busy"}}, 429, **{"Retry-After": "2"}),
            answered(completion("好。")),
        ]
    )
    assert model.reply("s", "m", tools=[looked.tool], steps=2).calls == 3
    assert time.waits == [2.0]
