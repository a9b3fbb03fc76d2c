"""What is asked again, after how long, and what is not asked at all for a while."""

from __future__ import annotations

import time as real_time
from email.utils import formatdate

import httpx
import pytest
import respx

from service.adapters.language_model.exchange import REST_SECONDS
from service.adapters.language_model.model import LangChainModel
from service.domain.errors import ModelBrokenError, ModelBusyError, ModelError, ModelSlowError, ModelUnreachableError
from tests.unit.language_model.servers import Time, answered, completion, model_at

_BUSY = {"error": {"message": "Rate limit reached"}}


def busy(retry_after: str = "", status: int = 429) -> httpx.Response:
    return answered(_BUSY, status, **({"Retry-After": retry_after} if retry_after else {}))


def test_the_server_says_how_long_to_wait(model: LangChainModel, time: Time, mocked: respx.Route) -> None:
    mocked.mock(side_effect=[busy("3"), answered(completion("好。"))])
    reply = model.reply("s", "m")
    assert (reply.text, reply.calls, time.waits) == ("好。", 2, [3.0])


def test_it_may_say_so_by_a_date(model: LangChainModel, time: Time, mocked: respx.Route) -> None:
    mocked.mock(side_effect=[busy(formatdate(real_time.time() + 8, usegmt=True)), answered(completion("好。"))])
    model.reply("s", "m")
    assert 4 < time.waits[0] <= 8


@pytest.mark.parametrize("past", ["Wed, 21 Oct 2015 07:28:00 GMT", "0"])
def test_a_date_that_has_passed_is_no_wait(model: LangChainModel, time: Time, mocked: respx.Route, past: str) -> None:
    mocked.mock(side_effect=[busy(past), answered(completion("好。"))])
    model.reply("s", "m")
    assert time.waits == [0.0]


@pytest.mark.parametrize("nonsense", ["", "soon", "-5", "1e9", "Wed, 99 Foo 2015", "1.2.3"])
def test_where_it_says_nothing_of_use_the_waits_grow(time: Time, mocked: respx.Route, nonsense: str) -> None:
    mocked.mock(side_effect=[busy(nonsense), busy(nonsense, 500), answered(completion("好。"))])
    assert model_at(time, retries=2).reply("s", "m").calls == 3
    assert time.waits == [0.5, 1.0]


@pytest.mark.parametrize("long", ["20", "3600", "9" * 400, formatdate(4_000_000_000, usegmt=True)])
def test_a_wait_that_does_not_fit_is_not_begun(
    model: LangChainModel, time: Time, mocked: respx.Route, long: str
) -> None:
    mocked.mock(side_effect=[busy(long)])
    with pytest.raises(ModelBusyError, match="状态429"):
        model.reply("s", "m")
    assert time.waits == []


def test_what_is_left_of_the_time_counts_not_what_there_was(time: Time, mocked: respx.Route) -> None:
    mocked.mock(side_effect=[busy("9"), busy("9"), busy("9")])
    with pytest.raises(ModelBusyError):
        model_at(time, retries=5).reply("s", "m")
    assert time.waits == [9.0, 9.0]


@pytest.mark.parametrize(
    "first",
    [
        busy(status=500),
        busy(status=502),
        busy(status=503),
        httpx.ConnectError("refused"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("Server disconnected without sending a response."),
    ],
    ids=str,
)
def test_a_failure_that_may_pass_is_tried_again_once(
    model: LangChainModel, mocked: respx.Route, first: httpx.Response | Exception
) -> None:
    mocked.mock(side_effect=[first, answered(completion("好。"))])
    assert model.reply("s", "m").calls == 2


@pytest.mark.parametrize(
    "answer",
    [
        answered({"error": {"message": "no"}}, 401),
        answered({"error": {"message": "no"}}, 404),
        answered({"error": {"message": "insufficient_quota"}}, 429),
        answered({"error": {"message": "context_length_exceeded"}}, 400),
        answered("<html>"),
        answered(completion("")),
        httpx.ReadTimeout("slow"),
        httpx.ConnectTimeout("slow"),
    ],
    ids=str,
)
def test_a_failure_that_will_not_pass_is_not_tried_again(
    time: Time, mocked: respx.Route, answer: httpx.Response | Exception
) -> None:
    mocked.mock(side_effect=[answer])
    with pytest.raises(ModelError):
        model_at(time, retries=5).reply("s", "m")
    assert mocked.call_count == 1
    assert time.waits == []


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_no_more_is_tried_than_was_set(time: Time, mocked: respx.Route, retries: int) -> None:
    mocked.mock(side_effect=lambda _: busy(status=500))
    with pytest.raises(ModelBrokenError, match="状态500"):
        model_at(time, retries=retries, seconds=60).reply("s", "m")
    assert mocked.call_count == retries + 1


@pytest.mark.parametrize(
    "lasting",
    [
        httpx.ConnectError("refused"),
        answered({"error": {"message": "no"}}, 401),
        answered({"error": {"message": "model not found"}}, 404),
        answered("<html>"),
    ],
    ids=str,
)
def test_after_a_failure_that_lasts_nothing_is_sent_for_half_a_minute(
    time: Time, mocked: respx.Route, lasting: httpx.Response | Exception
) -> None:
    model = model_at(time, retries=0)
    mocked.mock(side_effect=[lasting])
    with pytest.raises(ModelError) as first:
        model.reply("s", "m")

    time.now += REST_SECONDS - 0.1
    with pytest.raises(ModelError) as second:
        model.reply("s", "m")
    assert mocked.call_count == 1
    assert type(second.value) is type(first.value)
    assert second.value.message == first.value.message
    assert second.value is not first.value

    time.now += 0.2
    mocked.mock(side_effect=[answered(completion("好。")), answered(completion("好。"))])
    assert model.reply("s", "m").text == "好。"
    assert model.reply("s", "m").text == "好。"


@pytest.mark.parametrize(
    "passing", [busy("3600"), busy(status=500), answered(completion("")), httpx.ReadTimeout("slow")], ids=str
)
def test_after_a_failure_that_may_pass_the_next_question_is_sent(
    time: Time, mocked: respx.Route, passing: httpx.Response | Exception
) -> None:
    model = model_at(time, retries=0)
    mocked.mock(side_effect=[passing, answered(completion("好。"))])
    with pytest.raises(ModelError):
        model.reply("s", "m")
    assert model.reply("s", "m").text == "好。"


def test_the_models_of_a_server_rest_on_their_own(time: Time, mocked: respx.Route) -> None:
    mocked.mock(side_effect=[httpx.ConnectError("refused"), answered(completion("好。"))])
    with pytest.raises(ModelUnreachableError):
        model_at(time, retries=0).reply("s", "m")
    assert model_at(time, retries=0).reply("s", "m").text == "好。"


def test_time_that_is_up_before_the_next_request_ends_the_reply(time: Time, mocked: respx.Route) -> None:
    def slowly(_: httpx.Request) -> httpx.Response:
        time.now += 12
        return busy("0")

    mocked.mock(side_effect=slowly)
    with pytest.raises((ModelSlowError, ModelBusyError)):
        model_at(time, retries=5).reply("s", "m")
    assert mocked.call_count == 2
