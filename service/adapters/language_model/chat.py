"""The one place where a chat model is built. Importing this loads LangChain and the client of OpenAI."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import openai
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.outputs import ChatResult
from langchain_openai import ChatOpenAI
from langsmith import tracing_context

from service.adapters.language_model.completions import NotACompletionError, well_formed
from service.adapters.language_model.quiet import silence
from service.adapters.language_model.server import PLACEHOLDER_KEY, Server
from service.adapters.language_model.transport import open_client


class LenientChat(ChatOpenAI):
    """A chat model that takes what OpenAI-compatible servers really send.

    `_create_chat_result` is where the models of other providers in LangChain adapt their replies, too.
    """

    def __repr_args__(self) -> Iterator[tuple[str, str]]:
        """Yield what may be shown: the address and what is sent along may hold a key."""
        yield "model", self.model_name

    def _create_chat_result(
        self, response: dict[str, Any] | openai.BaseModel, generation_info: dict[str, Any] | None = None
    ) -> ChatResult:
        if isinstance(response, openai.BaseModel):
            response = response.model_dump(warnings=False)
        elif not isinstance(response, dict):
            raise NotACompletionError
        return super()._create_chat_result(well_formed(response), generation_info)


class _NoAsyncTransport(httpx.AsyncBaseTransport):
    """Refuses everything: requests that are awaited would get around the deadline."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.UnsupportedProtocol("async", request=request)


def build_chat(
    server: Server, model: str, *, http: httpx.Client | None = None, async_http: httpx.AsyncClient | None = None
) -> ChatOpenAI:
    """Return the chat model *model* of *server*. It sends nothing yet, and never repeats a request by itself.

    Args:
        server: Where it is.
        model: Its name there.
        http: A client to use in place of one that keeps to deadlines and sizes.
        async_http: A client for calls that are awaited; without one they are refused.
    """
    silence()
    return LenientChat(
        model=model,
        base_url=server.base,
        api_key=server.key or PLACEHOLDER_KEY,  # type: ignore[arg-type]
        temperature=0,
        timeout=server.seconds,
        max_retries=0,
        use_responses_api=False,
        disable_streaming=True,
        cache=False,
        verbose=False,
        extra_body=dict(server.extra_body) or None,
        default_query=server.query or None,
        http_client=http or open_client(server),
        http_async_client=async_http or httpx.AsyncClient(transport=_NoAsyncTransport(), trust_env=False),
    )


def ask(chat: ChatOpenAI, system: str, message: str) -> AIMessage:
    """Send one message and return the reply; no trace of it is sent anywhere."""
    with tracing_context(enabled=False):
        return chat.invoke([SystemMessage(system), HumanMessage(message)])
