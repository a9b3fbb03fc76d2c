"""Over a real connection: nothing outlasts its time, grows without bound or goes elsewhere."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import pytest

from service.adapters.language_model.model import LangChainModel
from service.adapters.language_model.server import Server
from service.domain.errors import (
    ModelBrokenError,
    ModelError,
    ModelIncompatibleError,
    ModelSlowError,
    ModelUnreachableError,
)
from service.ports import ModelTool
from tests.unit.language_model.loopback import Connection, free_port, listening
from tests.unit.language_model.servers import KEY, call, calling, completion

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_LOOK_UP = ModelTool("look_up", "查一个名称", {"name": "名称"}, lambda given: json.dumps({"found": given["name"]}))


def model_at(url: str, seconds: float = 0.2, retries: int = 0) -> LangChainModel:
    return LangChainModel(Server(url=url, key=KEY, seconds=seconds, retries=retries), "m-1", sleep=lambda _: None)


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """Load the libraries before anything is timed."""
    with listening(lambda it: it.reply(completion())) as server:
        model_at(server.url, 20).reply("s", "m", tools=[_LOOK_UP], steps=1)


@contextmanager
def in_time() -> Iterator[None]:
    """See that it ends; without a deadline the servers here go on for ten seconds."""
    start = time.monotonic()
    yield
    assert time.monotonic() - start < 4


def _drip_body(it: Connection) -> None:
    it.send(_HEAD + b"Content-Length: 1000000\r\n\r\n")
    it.drip(b" ")


def _ping_for_ever(it: Connection) -> None:
    it.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
    it.drip(b"8\r\n: ping\n\n\r\n")


def _drip_headers(it: Connection) -> None:
    it.send(_HEAD + b"X-Slow: ")
    it.drip(b"x")


@pytest.mark.parametrize("respond", [_drip_body, _ping_for_ever, _drip_headers, Connection.stay_silent])
def test_a_server_that_keeps_the_line_busy_is_cut_off_in_time(respond: Callable[[Connection], None]) -> None:
    with listening(respond) as server, in_time(), pytest.raises(ModelSlowError, match=r"0\.2秒"):
        model_at(server.url).reply("s", "m")


def test_the_time_is_one_for_all_rounds_of_a_reply() -> None:
    def respond(it: Connection) -> None:
        if len(server.requests) < 3:
            time.sleep(0.12)
            it.reply(calling(call("look_up", '{"name": "教育支出"}')))
        else:
            _drip_headers(it)

    with listening(respond) as server, in_time(), pytest.raises(ModelSlowError):
        model_at(server.url, 0.6).reply("s", "m", tools=[_LOOK_UP], steps=9)
    assert len(server.requests) == 3


def test_a_tool_that_uses_up_the_time_ends_the_reply() -> None:
    def dawdle(given: object) -> str:
        time.sleep(0.25)
        return "{}"

    tool = ModelTool("look_up", "查一个名称", {"name": "名称"}, dawdle)
    with listening(lambda it: it.reply(calling(call("look_up", '{"name": "x"}')))) as server:
        with in_time(), pytest.raises(ModelSlowError):
            model_at(server.url, 0.2).reply("s", "m", tools=[tool], steps=9)
        assert len(server.requests) == 1


def test_repeated_requests_share_the_time() -> None:
    def respond(it: Connection) -> None:
        time.sleep(0.08)
        it.reply({"error": {"message": "overloaded"}}, "500 Internal Server Error", "Retry-After: 0")

    with listening(respond) as server:
        with in_time(), pytest.raises(ModelError):
            model_at(server.url, retries=5).reply("s", "m")
        assert len(server.requests) <= 3


def _break_off(it: Connection) -> None:
    it.send(_HEAD + b"Content-Length: 1000\r\n\r\n" + b'{"choices": [{"mess')
    it.reset()


def _end_early(it: Connection) -> None:
    it.send(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b'5\r\n{"cho\r\n')
    it.reset()


@pytest.mark.parametrize("respond", [_break_off, _end_early, Connection.reset])
def test_a_reply_that_breaks_off_is_asked_for_again_and_then_an_error(respond: Callable[[Connection], None]) -> None:
    with listening(respond) as server:
        with pytest.raises(ModelBrokenError, match="断开"):
            model_at(server.url, 5, retries=1).reply("s", "m")
        assert len(server.requests) == 2


def test_a_reply_that_comes_whole_the_second_time_is_used() -> None:
    with listening(lambda it: _break_off(it) if len(server.requests) == 1 else it.reply(completion("好。"))) as server:
        reply = model_at(server.url, 5, retries=1).reply("s", "m")
    assert (reply.text, reply.calls) == ("好。", 2)


def test_replies_share_a_connection() -> None:
    with listening(lambda it: it.reply(completion("好。"))) as server:
        model = model_at(server.url, 5)
        for _ in range(3):
            model.reply("s", "m")
        assert server.connections == 1


def test_a_connection_the_server_has_closed_meanwhile_is_not_an_error() -> None:
    def respond(it: Connection) -> None:
        it.reply(completion("好。"))
        it.end()

    with listening(respond) as server:
        model = model_at(server.url, 5)
        model.reply("s", "m")
        time.sleep(0.05)  # for the end of the connection to get here
        assert model.reply("s", "m").calls == 1


def test_where_nobody_listens_there_is_no_server() -> None:
    with pytest.raises(ModelUnreachableError, match=r"127\.0\.0\.1:\d+（连接被拒绝）.*YOUJU_LLM_BASE_URL"):
        model_at(f"http://127.0.0.1:{free_port()}/v1").reply("s", "m")


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
def test_an_address_outside_is_refused_by_the_tests_themselves() -> None:
    with in_time(), pytest.raises(ModelError):
        model_at("http://192.0.2.1/v1").reply("s", "m")


def test_encryption_where_there_is_none_is_told_as_such() -> None:
    with (
        listening(lambda it: it.reply("bad request", "400 Bad Request")) as server,
        pytest.raises(ModelUnreachableError, match="加密连接不成功"),
    ):
        model_at(server.url.replace("http:", "https:"), 2).reply("s", "m")


def test_a_server_that_does_not_speak_http_is_told_as_such() -> None:
    def respond(it: Connection) -> None:
        it.send(b"220 mail.test ESMTP\r\n\r\n")

    with listening(respond) as server, pytest.raises(ModelIncompatibleError, match="不是HTTP"):
        model_at(server.url, 2).reply("s", "m")


def _without_end(it: Connection) -> None:
    it.send(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    it.drip(b"10000\r\n" + b" " * 0x10000 + b"\r\n", every=0)


@pytest.mark.parametrize("respond", [_without_end, lambda it: it.send(_HEAD + b"Content-Length: 9999999999\r\n\r\n")])
def test_a_reply_without_end_is_given_up(respond: Callable[[Connection], None]) -> None:
    with listening(respond) as server, pytest.raises(ModelBrokenError, match="太大"):
        model_at(server.url, 10).reply("s", "m")


def test_a_compressed_reply_is_refused_for_it_may_unpack_without_end() -> None:
    def respond(it: Connection) -> None:
        body = gzip.compress(b" " * 10_000_000)
        it.send(_HEAD + f"Content-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)

    with listening(respond) as server:
        with pytest.raises(ModelIncompatibleError, match="压缩"):
            model_at(server.url, 5).reply("s", "m")
        assert "accept-encoding: identity" in server.requests[0].head.lower()


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
def test_key_and_question_are_not_taken_to_another_address(status: str) -> None:
    with listening(lambda it: it.reply(completion())) as other:
        with (
            listening(lambda it: it.reply("moved", status, f"Location: {other.url}/chat/completions")) as server,
            pytest.raises(ModelIncompatibleError, match="转到另一个地址"),
        ):
            model_at(server.url, 5).reply("s", "m")
        assert other.connections == 0


def test_a_resolver_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def hang(*_: Any, **__: Any) -> list[Any]:
        over.wait(10)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    with in_time(), pytest.raises(ModelUnreachableError, match="超时"):
        model_at("http://llm.test/v1", 0.3).reply("s", "m")
    over.set()


def test_a_host_that_has_no_address_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ModelUnreachableError, match="找不到这个主机名"):
        model_at("http://llm.test/v1", 2).reply("s", "m")


def test_where_the_first_address_of_a_host_is_dead_the_next_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    connect = httpcore.SyncBackend.connect_tcp

    def first_is_dead(self: httpcore.SyncBackend, host: str, *more: Any) -> httpcore.NetworkStream:
        tried.append(host)
        if host == "192.0.2.1":
            raise httpcore.ConnectTimeout
        return connect(self, host, *more)

    look_up = socket.getaddrinfo

    def two(host: str, *more: Any, **named: Any) -> list[Any]:
        if host != "llm.test":
            return look_up(host, *more, **named)
        return [(0, 0, 0, "", (each, more[0])) for each in ("192.0.2.1", "127.0.0.1")]

    with listening(lambda it: it.reply(completion("好。"))) as server:
        monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", first_is_dead)
        monkeypatch.setattr(socket, "getaddrinfo", two)
        assert model_at(server.url.replace("127.0.0.1", "llm.test"), 5).reply("s", "m").text == "好。"
    assert tried == ["192.0.2.1", "127.0.0.1"]


def test_the_proxy_of_the_environment_is_used_but_not_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        listening(lambda it: it.reply(completion("经代理。"))) as proxy,
        listening(lambda it: it.reply(completion("直接。"))) as server,
    ):
        monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("http://", "http://user:secret@").removesuffix("/v1"))
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        assert model_at("http://llm.test/v1", 5).reply("s", "m").text == "经代理。"
        assert model_at(server.url, 5).reply("s", "m").text == "直接。"
        assert proxy.requests[0].head.startswith("POST http://llm.test/v1/chat/completions ")
        assert "proxy-authorization: basic" in proxy.requests[0].head.lower()
        assert "proxy-authorization" not in server.requests[0].head.lower()
