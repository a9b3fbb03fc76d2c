"""Where a model is served, and what may be said about that place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

#: Sent where no key is set: clients refuse to work without one, servers without keys ignore it.
PLACEHOLDER_KEY = "none"
_ENDPOINTS = ("/chat/completions", "/embeddings")


class Secret(Protocol):
    """A key that does not show itself."""

    def get_secret_value(self) -> str:
        """Return the key."""


class ModelSettings(Protocol):
    """What is read of the settings; `service.settings.Settings` has it all."""

    @property
    def llm_base_url(self) -> str:
        """Address of the server, "" for none."""

    @property
    def llm_model(self) -> str:
        """Name of the model, "" for none."""

    @property
    def llm_api_key(self) -> Secret:
        """Its key."""

    @property
    def llm_understand_model(self) -> str:
        """Model of this role: "" for *llm_model*, ``none`` for none."""

    @property
    def llm_answer_model(self) -> str:
        """Model of this role, likewise."""

    @property
    def llm_draft_model(self) -> str:
        """Model of this role, likewise."""

    @property
    def llm_seconds(self) -> int:
        """Seconds for all requests of one reply."""

    @property
    def llm_retries(self) -> int:
        """How often a request is repeated."""

    @property
    def llm_extra_body(self) -> Mapping[str, Any]:
        """What is sent along with every request."""

    @property
    def embedding_base_url(self) -> str:
        """Address of the server of embeddings, "" for none."""

    @property
    def embedding_model(self) -> str:
        """Name of the model there."""

    @property
    def embedding_api_key(self) -> Secret:
        """Its key."""


@dataclass(frozen=True, slots=True)
class Server:
    """An OpenAI-compatible server and how long to bear with it.

    Attributes:
        url: Its address, ``https://…/v1``.
        key: Its key, "" for none; never shown.
        seconds: That all requests of one reply may take together.
        retries: How often a request is repeated.
        extra_body: What is sent along with every request.
        prefix: Of the environment variables that configure it, for messages.
        kind: What it serves, in Chinese, for messages.
    """

    url: str = field(repr=False)
    key: str = field(default="", repr=False)
    seconds: float = 20
    retries: int = 1
    extra_body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    prefix: str = "YOUJU_LLM"
    kind: str = "语言模型"

    @property
    def host(self) -> str:
        """Host and port: all of the address that is ever shown. The rest may hold a user or a key."""
        try:
            parts = urlsplit(self.url)
            host, port = parts.hostname or "?", parts.port
        except ValueError:
            return "（地址有误）"
        shown = f"[{host}]" if ":" in host else host
        return f"{shown}:{port}" if port else shown

    @property
    def base(self) -> str:
        """The address that paths are appended to, also where the full one of an endpoint was given."""
        base = self.url.partition("#")[0].partition("?")[0].rstrip("/")
        for endpoint in _ENDPOINTS:
            base = base.removesuffix(endpoint)
        return base

    @property
    def query(self) -> dict[str, str]:
        """What stands after the question mark of the address; some gateways want it with every request."""
        return dict(parse_qsl(self.url.partition("#")[0].partition("?")[2]))

    @classmethod
    def of_models(cls, settings: ModelSettings) -> Server:
        """Return the server of the language models."""
        return cls(
            url=settings.llm_base_url,
            key=settings.llm_api_key.get_secret_value().strip(),
            seconds=settings.llm_seconds,
            retries=settings.llm_retries,
            extra_body=settings.llm_extra_body,
        )

    @classmethod
    def of_embeddings(cls, settings: ModelSettings) -> Server:
        """Return the server of the embeddings."""
        return cls(
            url=settings.embedding_base_url,
            key=settings.embedding_api_key.get_secret_value().strip(),
            seconds=settings.llm_seconds,
            retries=settings.llm_retries,
            prefix="YOUJU_EMBEDDING",
            kind="向量模型",
        )
