"""An answer as it comes: the work runs in a thread, and what is known of it is sent as server-sent events.

No sentence is sent before the whole answer is verified: a correction or a limit at its end is never left out.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.sse import EventSourceResponse, format_sse_event

from service.domain.errors import YoujuError
from service.logs import record_incident
from service.rendering import Json, to_json
from service.web.error_responses import CLIENT_GONE, INTERNAL_ERROR, problem, status_of
from service.web.sentences import sentences

#: Takes the name of each step as it begins.
Progress = Callable[[str], None]
#: Does the work and returns the answer as `answer_to_dict` does.
Work = Callable[[Progress], Json]
#: Encodes what is known of a stream.
Event = tuple[str, Json]

#: Seconds without news after which a comment is sent, so that nobody on the way takes the connection for dead.
KEEP_ALIVE_S = 5
KEEP_ALIVE = format_sse_event(comment="ping")

STEPS = {"understanding": "理解", "calculating": "取数", "wording": "措辞", "verifying": "核对"}


@dataclass(frozen=True, slots=True)
class Done:
    """The end of the work.

    Attributes:
        answer: What it came to, None where it failed.
        error: Why it failed.
    """

    answer: Json | None = None
    error: Exception | None = None


#: What is heard of the work: the name of a step, None where there is no news, its end.
News = str | Done | None

#: Questions have threads of their own: where all of them wait for a slow model, everything else is still served.
MOST_AT_ONCE = 32
_ASKING = ThreadPoolExecutor(MOST_AT_ONCE, "asking")


async def finished(work: Work) -> Json:
    """Run *work* in a thread and return the answer it comes to."""
    return await asyncio.get_running_loop().run_in_executor(_ASKING, work, _untold)


def _untold(step: str) -> None:
    del step


async def listen(work: Work) -> AsyncIterator[News]:
    """Run *work* in a thread and yield what is heard of it; `Done` is the last.

    The work goes on where nobody listens any more: it is bounded by the limits on models.
    """
    loop = asyncio.get_running_loop()
    news: asyncio.Queue[News] = asyncio.Queue()

    def tell(said: News) -> None:
        with suppress(RuntimeError):  # the service is being stopped
            loop.call_soon_threadsafe(news.put_nowait, said)

    def run() -> None:
        try:
            tell(Done(work(tell)))
        except Exception as error:  # whoever listens tells the client
            tell(Done(error=error))

    _ASKING.submit(run)
    while True:
        said: News = None
        with suppress(TimeoutError):
            async with asyncio.timeout(KEEP_ALIVE_S):
                said = await news.get()
        yield said
        if isinstance(said, Done):
            return


async def begun(work: Work, *, skip_steps: bool = False) -> AsyncIterator[News]:
    """Start *work* and wait for the first that is heard of it, so that what is refused at once has its own status.

    Args:
        work: What to do.
        skip_steps: Wait on while nothing but steps is heard, for a client that is not told of them.

    Returns:
        All that is heard from there on, the first included.

    Raises:
        Exception: What the work raised before.
    """
    heard = listen(work)
    first = await anext(heard)
    while skip_steps and isinstance(first, str):
        first = await anext(heard)
    if isinstance(first, Done) and first.error is not None:
        raise first.error

    async def rest() -> AsyncIterator[News]:
        yield first
        async for each in heard:
            yield each

    return rest()


def problem_of(request: Request, error: Exception) -> Json:
    """Return the problem details of an error that ends a stream, and leave its code for the log line."""
    if isinstance(error, YoujuError):
        request.state.code = error.code
        return problem(status_of(error), error.code, error.message)
    request.state.code = INTERNAL_ERROR
    incident = record_incident(error, request=getattr(request.state, "request_id", ""))
    return problem(500, INTERNAL_ERROR, f"程序内部出错，编号 {incident}。请把编号告诉管理员。", incident=incident)


async def noted(request: Request, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Pass a stream on; where the client goes away before its end, leave a note for the log line and for the work (``gone``)."""
    try:
        async for part in parts:
            yield part
    except (asyncio.CancelledError, GeneratorExit):
        request.state.code = CLIENT_GONE
        if isinstance(gone := getattr(request.state, "gone", None), threading.Event):
            gone.set()
        raise


async def answer_events(request: Request, work: Work) -> EventSourceResponse:
    """Return the answer that *work* comes to as server-sent events.

    Raises:
        Exception: What the work raised before the stream has begun.
    """
    heard = await begun(work)

    async def parts() -> AsyncIterator[bytes]:
        last = "understanding"
        yield _encoded("status", _step(last))
        async for said in heard:
            if said is None:
                yield KEEP_ALIVE
            elif isinstance(said, str):
                if said != last:
                    last = said
                    yield _encoded("status", _step(said))
            elif said.answer is not None:
                for name, data in events_of(said.answer):
                    yield _encoded(name, data)
            elif said.error is not None:
                yield _encoded("error", problem_of(request, said.error))

    return streamed(request, parts())


def streamed(request: Request, parts: AsyncIterator[bytes]) -> EventSourceResponse:
    """Return a response that sends *parts* as they come, past proxies that would collect them."""
    return EventSourceResponse(noted(request, parts), headers={"x-accel-buffering": "no"})


def events_of(answer: Json) -> Iterator[Event]:
    """Yield the events of a finished answer: ``plan``, the sentences with what belongs to them, ``done``."""
    yield "plan", {"formulas": answer["plan"], "entity": answer["entity"], "year": answer["year"], "path": answer["path"]}
    for each in sentences(answer):
        yield "sentence", {"index": each.index, "text": each.text}
        for figure in each.figures:
            yield "figure", figure
        for citation in each.citations:
            yield "citation", citation
    yield "done", answer


def _step(name: str) -> Json:
    return {"step": name, "text": STEPS.get(name, name)}


def _encoded(event: str, data: Any) -> bytes:
    return format_sse_event(event=event, data_str=to_json(data))
