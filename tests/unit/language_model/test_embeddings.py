"""Vectors from a server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import respx

from service.adapters.language_model.embeddings import Embedder, ServedEmbedder, build_embedder, probe_embedder
from service.adapters.language_model.server import Server
from service.domain.errors import ModelBusyError, ModelError, ModelIncompatibleError, ModelKeyError, ModelOverflowError
from service.settings import Settings
from tests.unit.language_model.servers import KEY, URL, Time, answered


@pytest.fixture
def route() -> Iterator[respx.Route]:
    with respx.mock(assert_all_called=False) as router:
        yield router.post(f"{URL}/embeddings")


def embedder(time: Time, **server: Any) -> ServedEmbedder:
    given: dict[str, Any] = {"url": URL, "key": KEY, "prefix": "YOUJU_EMBEDDING", "kind": "向量模型"} | server
    return ServedEmbedder(Server(**given), "e-1", clock=time.clock, sleep=time.sleep)


def vectors(request: httpx.Request) -> httpx.Response:
    """Answer as a server does that counts characters."""
    texts = json.loads(request.content)["input"]
    rows = [{"object": "embedding", "index": n, "embedding": [len(text), 1.5]} for n, text in enumerate(texts)]
    return answered({"object": "list", "model": "e-1", "data": rows})


def rows(*embeddings: object) -> dict[str, Any]:
    return {"data": [{"index": number, "embedding": each} for number, each in enumerate(embeddings)]}


def test_texts_are_sent_as_they_are_and_come_back_as_vectors(time: Time, route: respx.Route) -> None:
    route.mock(side_effect=vectors)
    made: Embedder = embedder(time)
    assert made.model == "e-1"
    assert made.embed(["收入", "支出合计"]) == [[2.0, 1.5], [4.0, 1.5]]
    assert json.loads(route.calls[0].request.content) == {
        "model": "e-1",
        "input": ["收入", "支出合计"],
        "encoding_format": "float",
    }
    assert route.calls[0].request.headers["Authorization"] == f"Bearer {KEY}"


def test_no_texts_need_no_request(time: Time, route: respx.Route) -> None:
    assert embedder(time).embed([]) == []
    assert not route.called


def test_many_texts_are_sent_in_batches(time: Time, route: respx.Route) -> None:
    route.mock(side_effect=vectors)
    texts = ["字" * (each + 1) for each in range(150)]
    assert [each[0] for each in embedder(time).embed(texts)] == list(range(1, 151))
    assert [len(json.loads(each.request.content)["input"]) for each in route.calls] == [64, 64, 22]


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "Value error, batch size is invalid, it should not be larger than 10.: input.contents"),
        (413, "batch size 64 > maximum allowed batch size 32"),
        (422, "batch size 64 > maximum allowed batch size 32"),
    ],
)
def test_a_server_that_takes_fewer_at_a_time_gets_fewer(
    time: Time, route: respx.Route, status: int, message: str
) -> None:
    def ten(request: httpx.Request) -> httpx.Response:
        if len(json.loads(request.content)["input"]) > 10:
            return answered({"error": {"message": message}}, status)
        return vectors(request)

    route.mock(side_effect=ten)
    made = embedder(time)
    assert len(made.embed(["字"] * 40)) == 40
    assert [len(json.loads(each.request.content)["input"]) for each in route.calls] == [40, 20, 10, 10, 10, 10]
    assert len(made.embed(["字"] * 20)) == 20
    assert route.call_count == 8


def test_a_text_that_is_too_long_is_an_error_in_the_end(time: Time, route: respx.Route) -> None:
    def short_ones(request: httpx.Request) -> httpx.Response:
        if any(len(each) > 5 for each in json.loads(request.content)["input"]):
            return answered({"error": {"message": "maximum context length is 5 tokens"}}, 400)
        return vectors(request)

    route.mock(side_effect=short_ones)
    made = embedder(time)
    with pytest.raises(ModelOverflowError, match="YOUJU_EMBEDDING_MODEL"):
        made.embed(["字", "字" * 9, "字"])
    assert len(made.embed(["字"] * 64)) == 64


def test_vectors_in_another_order_are_put_right(time: Time, route: respx.Route) -> None:
    route.respond(json={"data": [{"index": 1, "embedding": [2]}, {"index": 0, "embedding": [1]}]})
    assert embedder(time).embed(["一", "二"]) == [[1.0], [2.0]]


def test_vectors_without_numbers_are_taken_as_they_come(time: Time, route: respx.Route) -> None:
    route.respond(json={"data": [{"embedding": [1]}, {"embedding": [2]}]})
    assert embedder(time).embed(["一", "二"]) == [[1.0], [2.0]]


@pytest.mark.parametrize(
    "body",
    [
        rows([1.0, 2.0]),
        rows([1.0], [2.0], [3.0]),
        rows([1.0, 2.0], [1.0]),
        rows([], []),
        rows([1.0, "x"], [1.0, 2.0]),
        rows([1.0, None], [1.0, 2.0]),
        rows("AACAPw==", "AACAPw=="),
        {"data": [{"index": 0, "embedding": [1]}, {"index": 0, "embedding": [2]}]},
        {"data": [{"index": 0, "embedding": [1]}, {"embedding": [2]}]},
        {"data": [{"index": [], "embedding": [1]}, {"index": 0, "embedding": [2]}]},
        {"data": [1, 2]},
        {"data": {}},
        {},
        [],
        "<html></html>",
        '{"data": [{"index": 0, "embedding": [NaN]}, {"index": 1, "embedding": [Infinity]}]}',
        '{"data": [{"index": 0, "embedding": [1e999]}, {"index": 1, "embedding": [1]}]}',
    ],
    ids=lambda it: str(it)[:60],
)
def test_what_are_no_vectors_for_the_texts_is_an_error(time: Time, route: respx.Route, body: Any) -> None:
    route.mock(side_effect=[answered(body)])
    with pytest.raises(ModelIncompatibleError, match="YOUJU_EMBEDDING_BASE_URL"):
        embedder(time).embed(["一", "二"])


def test_the_vectors_of_all_batches_are_of_one_length(time: Time, route: respx.Route) -> None:
    def shrinking(request: httpx.Request) -> httpx.Response:
        texts = json.loads(request.content)["input"]
        return answered(rows(*[[1.0] * (2 if len(texts) == 64 else 1)] * len(texts)))

    route.mock(side_effect=shrinking)
    with pytest.raises(ModelIncompatibleError):
        embedder(time).embed(["字"] * 70)


def test_a_refused_key_is_told_with_its_variable_and_rests(time: Time, route: respx.Route) -> None:
    route.respond(401, json={"error": {"message": f"bad key {KEY}"}})
    made = embedder(time)
    for _ in range(2):
        with pytest.raises(ModelKeyError, match="YOUJU_EMBEDDING_API_KEY") as caught:
            made.embed(["一"])
        assert KEY not in str(caught.value)
    assert route.call_count == 1


def test_a_busy_server_is_asked_again(time: Time, route: respx.Route) -> None:
    route.mock(side_effect=[answered({}, 429, **{"Retry-After": "2"}), answered(rows([1.0]))])
    assert embedder(time).embed(["一"]) == [[1.0]]
    assert time.waits == [2.0]
    route.mock(side_effect=[answered({}, 429, **{"Retry-After": "200"})])
    with pytest.raises(ModelBusyError):
        embedder(time).embed(["一"])


def test_an_error_that_comes_as_a_success_is_told_as_one(time: Time, route: respx.Route) -> None:
    route.respond(json={"error": {"message": "Incorrect API key", "code": 401}})
    with pytest.raises(ModelKeyError):
        embedder(time).embed(["一"])


def test_the_embedder_of_the_settings(route: respx.Route) -> None:
    assert build_embedder(Settings()) is None
    assert build_embedder(Settings(embedding_base_url=URL)) is None
    settings = Settings(embedding_base_url=URL, embedding_model="e-1")
    route.mock(side_effect=vectors)
    made = build_embedder(settings)
    assert made is not None
    assert made.embed(["一"]) == [[1.0, 1.5]]
    assert probe_embedder(settings) == (True, "向量模型“e-1”（llm.test）有回应，2维")


def test_a_client_handed_in_is_used() -> None:
    settings = Settings(embedding_base_url=URL, embedding_model="e-1")
    made = build_embedder(settings, http=httpx.Client(transport=httpx.MockTransport(vectors)))
    assert made is not None
    assert made.embed(["一二"]) == [[2.0, 1.5]]


def test_many_vectors_of_thousands_of_numbers_are_not_too_large(time: Time, route: respx.Route) -> None:
    row = [0.012345678901234567] * 4096
    route.mock(side_effect=[answered(rows(*[row] * 64))])
    assert len(embedder(time).embed(["字"] * 64)) == 64


def test_a_server_that_is_not_there_is_told(time: Time, route: respx.Route) -> None:
    route.mock(side_effect=httpx.ConnectError("refused"))
    with pytest.raises(ModelError, match=r"向量模型服务 llm\.test"):
        embedder(time).embed(["一"])
