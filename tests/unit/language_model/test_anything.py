"""Whatever a server sends, a reply or a ModelError comes of it, also with many at work."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import respx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.adapters.language_model.completions import DisguisedError, NotACompletionError, well_formed
from service.adapters.language_model.model import LangChainModel
from service.adapters.language_model.server import Server
from service.domain.errors import ModelError
from service.ports import ModelTool
from tests.unit.language_model.loopback import Connection, listening
from tests.unit.language_model.servers import CHAT, call, calling, completion

_TOOL = ModelTool("look", "查", {"name": "名称"}, lambda given: json.dumps({"found": given["name"]}))

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12)
_JSON = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


def likely(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Objects that have these fields as a rule, some of them or anything else as the exception."""
    whole, some = st.fixed_dictionaries(fields), st.fixed_dictionaries({}, optional=fields)
    return st.one_of(whole, whole, whole, some, _JSON)


def seldom(other: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Null as a rule."""
    return st.one_of(st.none(), st.none(), st.none(), other)


_CALL = likely(
    id=_SCALARS,
    type=_SCALARS,
    function=likely(name=st.just("look") | _JSON, arguments=st.just('{"name": "x"}') | st.text(max_size=20) | _JSON),
)
_MESSAGE = likely(
    role=_SCALARS,
    content=st.text(min_size=1, max_size=9)
    | _SCALARS
    | st.lists(likely(type=st.just("text") | _SCALARS, text=_SCALARS), max_size=3),
    tool_calls=st.none() | st.lists(_CALL, max_size=3) | _JSON,
    function_call=seldom(_JSON),
    refusal=seldom(_JSON),
    reasoning_content=_JSON,
    audio=_JSON,
)
_BODY = likely(
    choices=st.lists(
        likely(index=_JSON, finish_reason=st.just("stop") | _SCALARS, message=_MESSAGE, logprobs=_JSON),
        min_size=1,
        max_size=2,
    ),
    error=seldom(_JSON),
    usage=_JSON,
    model=_JSON,
    created=_JSON,
    service_tier=_JSON,
)


@given(_BODY)
@settings(max_examples=60, deadline=None)
def test_any_completion_is_put_right_or_refused(body: object) -> None:
    try:
        made = well_formed(body)
    except (NotACompletionError, DisguisedError):
        return
    message = made["choices"][0]["message"]
    assert isinstance(message["content"], str)
    json.dumps(made, ensure_ascii=False).encode()
    for each in message.get("tool_calls", ()):
        assert isinstance(json.loads(each["function"]["arguments"]), dict)
        assert each["id"]
        assert each["function"]["name"]


@given(_BODY, st.sampled_from([200, 200, 200, 201, 400, 404, 422, 429, 500, 503]))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_response_is_a_reply_or_a_model_error(body: object, status: int) -> None:
    model = LangChainModel(Server(url="https://llm.test/v1", retries=0), "m-1", sleep=lambda _: None)
    with respx.mock(assert_all_called=False) as router:
        router.post(CHAT).respond(status, content=json.dumps(body).encode(), content_type="application/json")
        for tools in ((), (_TOOL,)):
            try:
                text = model.reply("s", "m", tools=tools, steps=2).text
            except ModelError:
                continue
            assert text


def test_many_replies_at_once_do_not_get_mixed_up() -> None:
    def respond(it: Connection) -> None:
        messages = json.loads(it.body)["messages"]
        if messages[-1]["role"] == "user":
            it.reply(calling(call("look", json.dumps({"name": messages[-1]["content"]}))))
        else:
            it.reply(completion(json.loads(messages[-1]["content"])["found"]))

    with listening(respond) as server, ThreadPoolExecutor(8) as threads:
        model = LangChainModel(Server(url=server.url, seconds=30), "m-1")
        asked = [f"问题{number}" for number in range(16)]
        replies = list(threads.map(lambda it: model.reply("s", it, tools=[_TOOL], steps=3), asked))
    assert [(each.text, each.calls) for each in replies] == [(each, 2) for each in asked]


def test_what_is_no_exception_of_ours_is_not_swallowed() -> None:
    def interrupt(_: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    client = httpx.Client(transport=httpx.MockTransport(interrupt))
    with pytest.raises(KeyboardInterrupt):
        LangChainModel(Server(url="https://llm.test/v1"), "m-1", http=client).reply("s", "m")
