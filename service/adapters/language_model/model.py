"""The LanguageModel port over an OpenAI-compatible server."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from service.adapters.language_model.deadline import Clock, Deadline
from service.adapters.language_model.quiet import clear_environment
from service.adapters.language_model.replies import is_whole, spoken
from service.adapters.language_model.server import Server
from service.domain.errors import ModelBrokenError, ModelError, ModelIncompatibleError
from service.ports import ModelReply, ModelTool

if TYPE_CHECKING:
    import httpx

    from service.adapters.language_model.failures import Failure

_T = TypeVar("_T")

logger = logging.getLogger("youju")

#: After a failure that will last, no request is made for so many seconds.
REST_SECONDS = 30.0
_FIRST_WAIT = 0.5
_NOT_INSTALLED = "没有安装连接语言模型所需的组件，模型“{model}”（{host}）用不上。请运行 pip install 'youju[model]'，或去掉 {prefix}_BASE_URL。"


class FailedError(Exception):
    """A request failed for good. It passes through LangChain with nothing in it but what may be told."""

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
        self._until = 0.0
        self._error: ModelError | None = None

    def check(self) -> None:
        """Raise the failure that is remembered.

        Raises:
            ModelError: There is one.
        """
        error = self._error
        if error is not None and self._clock() < self._until:
            raise type(error)(error.message)

    def note(self, error: ModelError | None) -> None:
        """Remember *error*; None for a success."""
        self._until = self._clock() + self._seconds
        self._error = error


class Exchange:
    """The requests of one reply: counted, repeated where that may help, ended by the deadline.

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
            if with_tools and failure.tools:
                raise FailedError(failure)
            wait = failure.wait if failure.wait is not None else _FIRST_WAIT * 2**repeated
            # Out of the handler, so that nothing of the request hangs on to what is raised.
            if not failure.again or repeated >= self._server.retries or wait >= self._deadline.left:
                raise FailedError(failure)
            repeated += 1
            self._sleep(wait)


class LangChainModel:
    """A language model of an OpenAI-compatible server. Nothing is loaded or sent before the first reply.

    Args:
        server: Where it is.
        model: Its name there.
        http: A client to use in place of our own, which keeps to deadlines and sizes.
        clock: Tells the time in seconds, for deadlines and for how long a failure is remembered.
        sleep: Waits for seconds, before a request is repeated.
    """

    def __init__(
        self,
        server: Server,
        model: str,
        *,
        http: httpx.Client | None = None,
        clock: Clock = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._server = server
        self._model = model
        self._http = http
        self._clock = clock
        self._sleep = sleep
        self._breaker = Breaker(clock)
        self._lock = threading.Lock()
        self._chat: Any = None

    @property
    def name(self) -> str:
        """Name of the model."""
        return self._model

    @property
    def host(self) -> str:
        """Host of the server."""
        return self._server.host

    def reply(self, system: str, message: str, *, tools: Sequence[ModelTool] = (), steps: int = 1) -> ModelReply:
        """Answer one message, see `LanguageModel.reply`.

        Raises:
            ModelError: There is no usable reply in the time allowed.
        """
        self._breaker.check()
        lasting = False
        try:
            reply = self._replied(system, message, tools, steps)
        except FailedError as error:
            failed: ModelError = error.failure.error
            lasting = error.failure.lasting
        except ImportError:
            failed = ModelIncompatibleError(
                _NOT_INSTALLED.format(model=self._model, host=self._server.host, prefix=self._server.prefix)
            )
        except Exception as error:  # a model that fails must never stop an answer
            failed = ModelBrokenError(
                f"模型“{self._model}”（{self._server.host}）的回答处理出错（{type(error).__name__}）。可以重试。"
            )
        else:
            self._breaker.note(None)
            return reply
        self._breaker.note(failed if lasting else None)
        logger.warning("language model failed", extra={"code": failed.code, "host": self._server.host})
        raise failed  # outside of the handler: what it came from holds the request and the key

    def _replied(self, system: str, message: str, tools: Sequence[ModelTool], steps: int) -> ModelReply:
        chat = self._ready()
        from service.adapters.language_model.chat import ask

        deadline = Deadline(self._server.seconds, self._clock)
        exchange = Exchange(self._server, self._model, deadline, self._sleep)
        with deadline.kept():
            said = self._with_tools(exchange, chat, system, message, tools, steps) if tools else None
            if said is None:
                said = exchange.attempt(lambda: ask(chat, system, message))
        return ModelReply(self._usable(said), self._model, exchange.calls)

    def _with_tools(
        self, exchange: Exchange, chat: Any, system: str, message: str, tools: Sequence[ModelTool], steps: int
    ) -> Any:
        """Return the reply after the tools were used, None where the server does not take tools at all."""
        from service.adapters.language_model.agent import converse
        from service.adapters.language_model.failures import unusable

        try:
            said = converse(chat, system, message, tools, steps, partial(exchange.attempt, with_tools=True))
        except FailedError as error:
            if exchange.answered or not error.failure.tools:
                raise
            return None
        if said is None:
            raise FailedError(unusable(self._server, self._model, f"查了{steps}轮仍没有作答"))
        return said

    def _ready(self) -> Any:
        """Return the chat model, loading what it needs at the first time."""
        with self._lock:
            if self._chat is None:
                clear_environment()
                from service.adapters.language_model.chat import build_chat
                from service.adapters.language_model.failures import bad_key, failure_of

                if not self._server.key.isascii() or not self._server.key.isprintable():
                    raise FailedError(bad_key(self._server, self._model))
                try:
                    self._chat = build_chat(self._server, self._model, http=self._http)
                except Exception as error:
                    failure = failure_of(error, self._server, self._model)
                else:
                    return self._chat
                raise FailedError(failure)
            return self._chat

    def _usable(self, said: Any) -> str:
        """Return the text of a reply.

        Raises:
            FailedError: There is none that can be used.
        """
        from service.adapters.language_model.failures import unusable

        text = spoken(said.content if isinstance(said.content, str) else "")
        ended = said.response_metadata.get("finish_reason", "")
        reason = ""
        if ended == "refusal":
            reason = "模型拒绝回答"
        elif ended == "content_filter":
            reason = "服务的内容审核拦下了它"
        elif ended == "length" and not is_whole(text):
            reason = "回答写到长度上限被截断"
        elif not text:
            reason = "只有思考过程，没有正文" if said.content else "内容是空的"
        if reason:
            raise FailedError(unusable(self._server, self._model, reason))
        return text
