"""What goes wrong at a server is told by its kind: what happened, where, what to do, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
import respx

from service.adapters.language_model.model import LangChainModel
from service.domain.errors import (
    ModelBrokenError,
    ModelBusyError,
    ModelError,
    ModelIncompatibleError,
    ModelKeyError,
    ModelNameError,
    ModelOverflowError,
    ModelSlowError,
    ModelUnreachableError,
)
from tests.unit.language_model.servers import CHAT, KEY, Time, completion, model_at

_PROMPT = "机密的提示词"
_SERVER_TEXT = "text-only-the-server-knows"
_HTML = f"<html><body>{_SERVER_TEXT}</body></html>"


def told(model: LangChainModel, *also_secret: str) -> ModelError:
    """Return the error of a reply, after seeing that it holds nothing that is not to be told, at any depth."""
    with pytest.raises(ModelError) as caught:
        model.reply(_PROMPT, _PROMPT)
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    shown = f"{error} {error!r} {vars(error)} {getattr(error, '__notes__', '')}"
    for secret in (KEY, _PROMPT, _SERVER_TEXT, "/chat/completions", "https://llm.test", *also_secret):
        assert secret not in shown
    assert "llm.test" in error.message
    assert "YOUJU_LLM_" in error.message or "管理员" in error.message
    return error


def openai_error(message: str, **more: object) -> dict[str, object]:
    return {"error": {"message": f"{message} {_SERVER_TEXT}", "type": "invalid_request_error", "param": None} | more}


def flat(message: str, **more: object) -> dict[str, object]:
    """An error as vLLM and SGLang put it."""
    return {"object": "error", "message": f"{message} {_SERVER_TEXT}", "type": "BadRequestError", "param": None} | more


ANSWERS: list[tuple[int, Any, type[ModelError]]] = [
    # the key
    (401, openai_error("Incorrect API key provided: sk-never", code="invalid_api_key"), ModelKeyError),
    (401, _HTML, ModelKeyError),
    (403, openai_error("You are not allowed"), ModelKeyError),
    (400, openai_error("API key not valid. Please pass a valid API key."), ModelKeyError),
    # the name of the model
    (404, openai_error("The model `m-1` does not exist or you do not have access to it.", code="model_not_found"), ModelNameError),
    (404, openai_error('model "m-1" not found, try pulling it first'), ModelNameError),
    (404, flat("The model `m-1` does not exist.", code=404), ModelNameError),
    (404, {"error": f"model 'm-1' not found {_SERVER_TEXT}"}, ModelNameError),
    (400, openai_error("Model Not Exist"), ModelNameError),
    (503, openai_error("当前分组 default 下对于模型 m-1 无可用渠道", code="model_not_found"), ModelNameError),
    # the address
    (404, _HTML, ModelIncompatibleError),
    (404, {"detail": "Not Found"}, ModelIncompatibleError),
    (404, "", ModelIncompatibleError),
    (404, openai_error("Invalid URL (POST /chat/completions)"), ModelIncompatibleError),
    (405, {"detail": "Method Not Allowed"}, ModelIncompatibleError),
    (400, _HTML, ModelIncompatibleError),
    (200, _HTML, ModelIncompatibleError),
    (200, "", ModelIncompatibleError),
    (200, "data: {}\n\n", ModelIncompatibleError),
    (200, [], ModelIncompatibleError),
    (200, 3, ModelIncompatibleError),
    (200, {"id": "x", "object": "chat.completion"}, ModelIncompatibleError),
    (200, {"choices": None}, ModelIncompatibleError),
    (200, {"choices": []}, ModelIncompatibleError),
    (200, {"choices": [3]}, ModelIncompatibleError),
    (200, {"choices": [{"text": "old completion"}]}, ModelIncompatibleError),
    (200, {"choices": [{"message": "text"}]}, ModelIncompatibleError),
    (200, {"choices": [{"message": {"content": {"a": 1}}}]}, ModelIncompatibleError),
    (200, {"error": "Unexpected endpoint or method. (POST /chat/completions)"}, ModelIncompatibleError),
    (200, {"error": {"message": _SERVER_TEXT}}, ModelIncompatibleError),
    (400, openai_error("Unsupported value: 'temperature' does not support 0 with this model."), ModelIncompatibleError),
    (422, {"detail": [{"loc": ["body", "messages"], "msg": _SERVER_TEXT}]}, ModelIncompatibleError),
    # too long
    (400, openai_error("This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
                       code="context_length_exceeded"), ModelOverflowError),
    (400, openai_error("This model's maximum context length is 65536 tokens. However, you requested 70000 tokens"), ModelOverflowError),
    (400, flat("This model's maximum context length is 4096 tokens. However, you requested 5000 tokens", code=400), ModelOverflowError),
    (400, flat("The decoder prompt (length 5000) is longer than the maximum model length of 4096."), ModelOverflowError),
    (400, flat("You passed 5001 input tokens. However, the model's context length is only 4096 tokens"), ModelOverflowError),
    (400, openai_error("<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 30720]",
                       code="invalid_parameter_error"), ModelOverflowError),
    (400, openai_error("the request exceeds the available context size. try increasing it", type="exceed_context_size_error"), ModelOverflowError),
    (400, {"error": "input length exceeds maximum context length"}, ModelOverflowError),
    (500, {"error": "prompt too long; exceeded max context length by 120 tokens"}, ModelOverflowError),
    (400, openai_error("Invalid request: Your request exceeded model token limit: 8192"), ModelOverflowError),
    (400, openai_error("The input token count (582632) exceeds the maximum number of tokens allowed (131072)."), ModelOverflowError),
    (400, openai_error("Prompt 超长", code="1261"), ModelOverflowError),
    (413, _HTML, ModelOverflowError),
    # busy
    (429, openai_error("Rate limit reached for requests", code="rate_limit_exceeded"), ModelBusyError),
    (429, openai_error("You exceeded your current quota, please check your plan and billing details.", code="insufficient_quota"), ModelBusyError),
    (429, openai_error("Request too large for m-1: limit 30000 tokens per min"), ModelBusyError),
    (402, openai_error("Insufficient Balance"), ModelBusyError),
    (403, openai_error("Arrearage: access denied, please make sure your account is in good standing."), ModelBusyError),
    (503, _HTML, ModelBusyError),
    (529, openai_error("Overloaded", type="overloaded_error"), ModelBusyError),
    (200, {"error": {"message": "Rate limited upstream", "code": 429}}, ModelBusyError),
    # the rest
    (500, openai_error("Internal server error"), ModelBrokenError),
    (502, _HTML, ModelBrokenError),
    (504, _HTML, ModelSlowError),
    (408, "", ModelSlowError),
    (400, openai_error("Content Exists Risk"), ModelBrokenError),
    (400, openai_error("Input data may contain inappropriate content.", code="data_inspection_failed"), ModelBrokenError),
    (407, _HTML, ModelUnreachableError),
]  # fmt: skip


@pytest.mark.parametrize(("status", "body", "kind"), ANSWERS, ids=lambda it: str(it)[:50])
def test_an_answer_that_is_an_error_is_told_by_its_kind(
    time: Time, mocked: respx.Route, status: int, body: Any, kind: type[ModelError]
) -> None:
    text = isinstance(body, str)
    mocked.respond(
        status,
        content=(body if text else json.dumps(body)).encode(),
        content_type="text/html" if text else "application/json",
    )
    error = told(model_at(time, retries=0))
    assert type(error) is kind


def test_a_server_that_gives_up_by_itself_is_told_as_such(time: Time, mocked: respx.Route) -> None:
    mocked.respond(504)
    assert "服务自己已超时（状态504）" in told(model_at(time, retries=0)).message


@pytest.mark.parametrize(
    "body", ['{"choices": [{"mess', "<!DOCTYPE html>", '{"a":' * 100_000, "null", '"text"', "\udcff"]
)
def test_a_body_that_only_claims_to_be_json_is_no_answer(time: Time, mocked: respx.Route, body: str) -> None:
    mocked.respond(content=body.encode("utf-8", "surrogateescape"), content_type="application/json")
    assert told(model_at(time, retries=0)).code in {"model-incompatible", "model-broken"}


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (httpx.ConnectError("[Errno 111] Connection refused"), ModelUnreachableError),
        (httpx.ConnectTimeout("timed out"), ModelUnreachableError),
        (httpx.ProxyError("502"), ModelUnreachableError),
        (httpx.ReadTimeout("timed out"), ModelSlowError),
        (httpx.WriteTimeout("timed out"), ModelSlowError),
        (httpx.PoolTimeout("timed out"), ModelSlowError),
        (httpx.ReadError("reset"), ModelBrokenError),
        (httpx.RemoteProtocolError("peer closed connection"), ModelBrokenError),
        (httpx.DecodingError("bad gzip"), ModelBrokenError),
        (RuntimeError(f"{KEY} {_PROMPT}"), ModelBrokenError),
        (KeyError(KEY), ModelBrokenError),
    ],
    ids=lambda it: type(it).__name__,
)
def test_what_is_raised_on_the_way_is_told_by_its_kind(
    time: Time, mocked: respx.Route, raised: Exception, kind: type[ModelError]
) -> None:
    mocked.mock(side_effect=raised)
    assert type(told(model_at(time, retries=0))) is kind


def test_an_address_that_is_not_mocked_is_refused_by_the_mock(time: Time, mocked: respx.Route) -> None:
    mocked.respond(json=completion())
    assert type(told(model_at(time, "https://other.llm.test/v1", retries=0))) is ModelBrokenError
    assert not mocked.called


def test_without_a_key_the_server_gets_a_placeholder_and_the_error_says_there_is_none(
    time: Time, mocked: respx.Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-program")
    mocked.respond(401, json=openai_error("You didn't provide an API key."))
    assert "没有密钥" in told(model_at(time, key="")).message
    assert mocked.calls[0].request.headers["Authorization"] == "Bearer none"


@pytest.mark.parametrize("key", ["密钥一二三", "sk-1\nX-Evil: 1", "sk-\u200b1"])
def test_a_key_that_cannot_be_sent_is_not_sent(time: Time, mocked: respx.Route, key: str) -> None:
    error = told(model_at(time, key=key), key)
    assert type(error) is ModelKeyError
    assert not mocked.called


@pytest.mark.parametrize("url", ["http://[bad/v1", "http://host:99999/v1", "http:///v1", "http://host:port/v1"])
def test_an_address_that_is_none_is_told_without_a_request(time: Time, mocked: respx.Route, url: str) -> None:
    with pytest.raises(ModelUnreachableError, match=r"地址写法有误.*YOUJU_LLM_BASE_URL"):
        model_at(time, url).reply("s", "m")
    assert not mocked.called


def test_of_an_address_only_host_and_port_are_told(time: Time) -> None:
    url = "http://llm.test:8080/secret-path/v1?key=secret-query#secret-fragment"
    with respx.mock as router:
        route = router.post("http://llm.test:8080/secret-path/v1/chat/completions?key=secret-query").respond(
            401, json=openai_error("no")
        )
        error = told(model_at(time, url), "secret-path", "secret-query", "secret-fragment")
    assert route.call_count == 1
    assert "llm.test:8080" in error.message


def test_the_whole_address_of_the_endpoint_does_as_well(time: Time, mocked: respx.Route) -> None:
    mocked.respond(json=completion("好。"))
    assert model_at(time, CHAT).reply("s", "m").text == "好。"
    assert model_at(time, "https://llm.test/v1/").reply("s", "m").text == "好。"


def test_what_a_server_wants_beyond_the_protocol_is_sent_along(time: Time, mocked: respx.Route) -> None:
    mocked.respond(json=completion("好。"))
    model_at(time, extra_body={"enable_thinking": False, "temperature": 1}).reply("s", "m")
    body = json.loads(mocked.calls[0].request.content)
    assert body["enable_thinking"] is False
    assert body["temperature"] == 1
