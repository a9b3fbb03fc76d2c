"""What a model says, and what is made of it."""

from __future__ import annotations

import json

import httpx
import pytest
import respx

from service.adapters.language_model.factory import build_models
from service.adapters.language_model.model import LangChainModel
from service.domain.errors import ModelBrokenError
from service.settings import Settings
from tests.unit.language_model.servers import KEY, completion, sent


def test_a_mocked_server_is_really_asked_and_its_answer_is_the_reply(
    model: LangChainModel, mocked: respx.Route
) -> None:
    mocked.respond(json=completion("收入总计{{f1}}。"))

    reply = model.reply("系统提示", "资料与问题")

    assert (reply.text, reply.model, reply.calls) == ("收入总计{{f1}}。", "m-1", 1)
    assert mocked.call_count == 1
    assert sent(mocked)["messages"] == [
        {"role": "system", "content": "系统提示"},
        {"role": "user", "content": "资料与问题"},
    ]
    assert {name: sent(mocked)[name] for name in ("model", "temperature", "stream")} == {
        "model": "m-1",
        "temperature": 0,
        "stream": False,
    }
    assert mocked.calls[0].request.headers["Authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<think>先查表\n再算</think>\n收入增加。", "收入增加。"),
        ("先查表\n</think>收入增加。", "收入增加。"),
        ("<THINKING>a</THINKING>收入<think>b</think>增加。", "收入增加。"),
        ('```json\n{"operation": "value"}\n```', '{"operation": "value"}'),
        ('<think>x</think>\n\n```\n{"a": 1}\n```  \n', '{"a": 1}'),
        ("如下：\n```\n甲\n```", "如下：\n```\n甲\n```"),
        ("```\n甲\n```\n乙\n```\n丙\n```", "```\n甲\n```\n乙\n```\n丙\n```"),
        (
            [{"type": "reasoning", "text": "想"}, {"type": "text", "text": "收入"}, {"type": "text", "text": "增加。"}],
            "收入增加。",
        ),
        ("收入\ud800增加\x00。\n", "收入\ufffd增加。"),
    ],
)
def test_reasoning_fences_and_what_cannot_be_stored_are_taken_off(
    model: LangChainModel, mocked: respx.Route, content: object, text: str
) -> None:
    mocked.respond(text=json.dumps(completion(content)))
    assert model.reply("s", "m").text == text


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (completion(""), "内容是空的"),
        (completion(None), "内容是空的"),
        (completion("  \n"), "没有正文"),
        (completion("<think>想了很久</think>"), "只有思考过程"),
        (completion("<think>想了很久，没想完", ended="length"), "长度上限"),
        (completion(None, reasoning_content="想了很久"), "内容是空的"),
        (completion("支出{{f1}}，其中", ended="length"), "长度上限"),
        (completion("支出{{f1}}。", ended="content_filter"), "内容审核"),
        (completion(None, refusal="I cannot help with that."), "拒绝"),
    ],
)
def test_a_reply_without_usable_text_is_an_error(
    model: LangChainModel, mocked: respx.Route, body: dict[str, object], why: str
) -> None:
    mocked.respond(json=body)
    with pytest.raises(ModelBrokenError, match=why):
        model.reply("s", "m")


def test_a_text_cut_at_the_limit_counts_where_it_ends_as_a_whole(model: LangChainModel, mocked: respx.Route) -> None:
    mocked.respond(json=completion("支出{{f1}}。", ended="length"))
    assert model.reply("s", "m").text == "支出{{f1}}。"


def test_without_an_address_or_a_model_there_is_no_model() -> None:
    assert build_models(Settings(llm_model="m-1")).understand is None
    assert build_models(Settings(llm_base_url="https://llm.test/v1")).draft is None


def test_each_role_has_its_model_and_equal_names_share_one() -> None:
    models = build_models(
        Settings(
            llm_base_url="https://llm.test/v1", llm_model="m-1", llm_understand_model="none", llm_draft_model="m-2"
        )
    )
    assert models.understand is None
    assert models.answer is not None
    assert models.answer.name == "m-1"
    assert models.draft is not None
    assert models.draft.name == "m-2"
    same = build_models(Settings(llm_base_url="https://llm.test/v1", llm_model="m-1"))
    assert same.understand is same.answer is same.draft


def test_a_client_handed_in_is_used() -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.path)
        return httpx.Response(200, json=completion("好。"))

    settings = Settings(llm_base_url="https://llm.test/v1", llm_model="m-1")
    models = build_models(settings, http=httpx.Client(transport=httpx.MockTransport(answer)))
    assert models.answer is not None
    assert models.answer.reply("s", "m").text == "好。"
    assert seen == ["/v1/chat/completions"]
