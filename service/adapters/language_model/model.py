"""The LanguageModel port over an OpenAI-compatible server."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from service.adapters.language_model.deadline import Clock
from service.adapters.language_model.exchange import Exchange, FailedError, Gate
from service.adapters.language_model.replies import is_whole, spoken
from service.adapters.language_model.server import Server
from service.ports import ModelReply, ModelTool

if TYPE_CHECKING:
    import httpx


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
        self._gate = Gate(server, model, clock=clock, sleep=sleep)
        self._lock = threading.Lock()
        self._chat: Any = None

    @property
    def name(self) -> str:
        """Name of the model."""
        return self._model

    def reply(self, system: str, message: str, *, tools: Sequence[ModelTool] = (), steps: int = 1) -> ModelReply:
        """Answer one message, see `LanguageModel.reply`.

        Tools run one at a time, in threads of LangGraph's own.

        Raises:
            ModelError: There is no usable reply in the time allowed.
        """

        def work(chat: Any, exchange: Exchange) -> ModelReply:
            said = self._with_tools(chat, exchange, system, message, tools, steps) if tools else None
            if said is None:
                said = self._plainly(chat, exchange, system, message)
            return ModelReply(self._usable(said), self._model, exchange.calls)

        return self._gate.through(self._ready_for_tools if tools else self._ready, work)

    def greet(self) -> None:
        """Make one small request; whatever is answered, the server and the model are there.

        Raises:
            ModelError: They are not.
        """
        self._gate.through(self._ready, lambda chat, exchange: self._plainly(chat, exchange, "只回一个字。", "好"))

    def _ready(self) -> Any:
        """Return the chat model, loading what it needs at the first time."""
        with self._lock:
            if self._chat is None:
                from service.adapters.language_model.chat import build_chat
                from service.adapters.language_model.failures import foreseen

                failure = foreseen(self._server, self._model)
                if failure is not None:
                    raise FailedError(failure)
                self._chat = build_chat(self._server, self._model, http=self._http)
            return self._chat

    def _ready_for_tools(self) -> Any:
        chat = self._ready()
        from service.adapters.language_model import agent  # noqa: F401  loaded here, where no time is counted

        return chat

    def _plainly(self, chat: Any, exchange: Exchange, system: str, message: str) -> Any:
        from service.adapters.language_model.chat import ask

        return exchange.attempt(lambda: ask(chat, system, message))

    def _with_tools(
        self, chat: Any, exchange: Exchange, system: str, message: str, tools: Sequence[ModelTool], steps: int
    ) -> Any:
        """Return the reply after the tools were used, None where the server does not take tools at all."""
        from service.adapters.language_model.agent import converse

        try:
            said = converse(chat, system, message, tools, steps, partial(exchange.attempt, with_tools=True))
        except FailedError as error:
            if exchange.answered or not error.failure.tools:
                raise
            return None
        if said is None:
            raise self._unusable(f"查了{steps}轮仍没有作答")
        return said

    def _usable(self, said: Any) -> str:
        """Return the text of a reply.

        Raises:
            FailedError: There is none that can be used.
        """
        text = spoken(said.content if isinstance(said.content, str) else "")
        ended = said.response_metadata.get("finish_reason", "")
        if ended == "refusal":
            raise self._unusable("它拒绝回答")
        if ended == "content_filter":
            raise self._unusable("服务的内容审核拦下了它")
        if ended == "length" and not is_whole(text):
            raise self._unusable("写到长度上限被截断")
        if not text:
            raise self._unusable("只有思考过程，没有正文" if said.content else "内容是空的")
        return text

    def _unusable(self, reason: str) -> FailedError:
        from service.adapters.language_model.failures import unusable

        return FailedError(unusable(self._server, self._model, reason))
