"""Requests to a server: counted, repeated where that may help, ended by a deadline, not made while it is known to be down."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from service.adapters.language_model.deadline import Clock, Deadline
from service.adapters.language_model.quiet import clear_environment
from service.adapters.language_model.server import Server
from service.domain.errors import ModelBrokenError, ModelError, ModelIncompatibleError

if TYPE_CHECKING:
    from service.adapters.language_model.failures import Failure

_T = TypeVar("_T")
_Loaded = TypeVar("_Loaded")

logger = logging.getLogger("youju")

#: After a failure that will last, no request is made for so many seconds.
REST_SECONDS = 30.0
_FIRST_WAIT = 0.5


class FailedError(Exception):
    """A request failed for good. It passes through the libraries with nothing in it but what may be told.

    Attributes:
        failure: What happened.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__()
        self.failure = failure


class Breaker:
    """Remembers a failure that will last, so that the next requests need not wait for it.

    Args:
        clock: Tells the time in seconds.
        seconds: How long it is remembered.
    """

    def __init__(self, clock: Clock, seconds: float = REST_SECONDS) -> None:
        self._clock = clock
        self._seconds = seconds
        self._known: tuple[float, ModelError] | None = None

    def check(self) -> None:
        """Raise the failure that is remembered.

        Raises:
            ModelError: There is one.
        """
        known = self._known  # one object, so that no thread sees half of a change
        if known is not None and self._clock() < known[0]:
            raise type(known[1])(known[1].message)

    def note(self, error: ModelError | None) -> None:
        """Remember *error*; None for anything that does not last."""
        self._known = None if error is None else (self._clock() + self._seconds, error)


class Exchange:
    """The requests of one piece of work.

    Attributes:
        calls: Requests so far.
        answered: How many of them were answered.
    """

    def __init__(self, server: Server, model: str, deadline: Deadline, sleep: Callable[[float], None]) -> None:
        self.calls = 0
        self.answered = 0
        self._server = server
        self._model = model
        self._deadline = deadline
        self._sleep = sleep

    def attempt(self, request: Callable[[], _T], *, with_tools: bool = False) -> _T:
        """Return what *request* returns, repeating it where the server is busy or the connection fails.

        Args:
            request: Makes the request.
            with_tools: Whether tools are offered; where these are what fails, nothing is repeated.

        Raises:
            FailedError: It failed for good.
        """
        from service.adapters.language_model.failures import failure_of, slow

        repeated = 0
        while True:
            if self._deadline.left <= 0:
                raise FailedError(slow(self._server, self._model))
            self.calls += 1
            try:
                returned = request()
            except Exception as error:  # every kind there is has its meaning
                failure = failure_of(error, self._server, self._model)
            else:
                self.answered += 1
                return returned
            # Out of the handler, so that nothing of the request hangs on to what is raised.
            wait = failure.wait if failure.wait is not None else _FIRST_WAIT * 2**repeated
            hopeless = not failure.again or (with_tools and failure.tools)
            if hopeless or repeated >= self._server.retries or wait >= self._deadline.left:
                raise FailedError(failure)
            repeated += 1
            self._sleep(wait)


class Gate:
    """Through here goes all work with one model of one server; out comes a result or a ModelError.

    Args:
        server: Where it is.
        model: Its name there.
        clock: Tells the time in seconds, for deadlines and for how long a failure is remembered.
        sleep: Waits for seconds, before a request is repeated.
    """

    def __init__(
        self, server: Server, model: str, *, clock: Clock = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._server = server
        self._model = model
        self._clock = clock
        self._sleep = sleep
        self._breaker = Breaker(clock)

    def through(self, load: Callable[[], _Loaded], work: Callable[[_Loaded, Exchange], _T]) -> _T:
        """Return what *work* returns.

        Args:
            load: Loads and builds what it needs. The time this takes does not count.
            work: Makes the requests.

        Raises:
            ModelError: It failed, or it did a moment ago in a way that will last.
        """
        self._breaker.check()
        lasting = False
        try:
            clear_environment()
            loaded = load()
            deadline = Deadline(self._server.seconds, self._clock)
            with deadline.kept():
                done = work(loaded, Exchange(self._server, self._model, deadline, self._sleep))
        except FailedError as error:
            failed: ModelError = error.failure.error
            lasting = error.failure.lasting
        except ImportError:
            failed = ModelIncompatibleError(
                f"没有安装连接{self._server.kind}所需的组件，“{self._model}”（{self._server.host}）用不上。"
                f"请运行 pip install 'youju[model]'，或去掉 {self._server.prefix}_BASE_URL。"
            )
        except Exception as error:  # a model that fails must never stop an answer
            failed = ModelBrokenError(
                f"处理模型“{self._model}”（{self._server.host}）的回答时程序出错（{type(error).__name__}）。可以重试。"
            )
        else:
            self._breaker.note(None)
            return done
        self._breaker.note(failed if lasting else None)
        logger.warning("language model failed", extra={"code": failed.code, "host": self._server.host})
        raise failed  # outside of the handler: what it came from holds the request and the key
