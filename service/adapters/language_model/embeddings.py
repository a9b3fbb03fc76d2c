"""Vectors of texts from an OpenAI-compatible server."""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from service.adapters.language_model.completions import DisguisedError, NotACompletionError
from service.adapters.language_model.deadline import Clock
from service.adapters.language_model.exchange import Exchange, FailedError, Gate
from service.adapters.language_model.server import PLACEHOLDER_KEY, ModelSettings, Server
from service.domain.errors import ModelError

if TYPE_CHECKING:
    import httpx

#: Texts of one request; some servers take fewer.
BATCH = 64
#: 64 vectors of 4,096 numbers written out take 6 MB.
_MAX_BYTES = 32 * 1024 * 1024


class Embedder(Protocol):
    """Turns texts into vectors, so that texts that mean alike lie close."""

    @property
    def model(self) -> str:
        """Name of the model; vectors of different models must not be mixed."""

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return the vector of each text, in their order, all of one length.

        Raises:
            ModelError: There are none in the time allowed; the message says why and what to do.
        """


class ServedEmbedder:
    """An Embedder over a server. Nothing is loaded or sent before the first use.

    It uses the client of OpenAI itself: the class of LangChain takes vectors in the order they come in, whatever
    number each bears.

    Args:
        server: Where the model is.
        model: Its name there.
        http: A client to use in place of our own, which keeps to deadlines and sizes.
        clock: Tells the time in seconds.
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
        self._client: Any = None
        self._batch = BATCH

    @property
    def model(self) -> str:
        """Name of the model."""
        return self._model

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return the vector of each text, see `Embedder.embed`. Each request has the time of a reply to itself.

        Raises:
            ModelError: As `Embedder.embed`.
        """
        vectors: list[list[float]] = []
        while len(vectors) < len(texts):
            vectors += self._gate.through(
                self._ready, self._next(texts, len(vectors), len(vectors[0]) if vectors else 0)
            )
        return vectors

    def _next(self, texts: Sequence[str], start: int, length: int) -> Callable[[Any, Exchange], list[list[float]]]:
        def work(client: Any, exchange: Exchange) -> list[list[float]]:
            size = self._batch
            while True:
                batch = list(texts[start : start + size])
                try:
                    vectors = exchange.attempt(partial(_requested, client, self._model, batch, length))
                except FailedError as error:
                    # DashScope takes 10 at a time, others 32, and say so in as many ways.
                    if not error.failure.large or len(batch) == 1:
                        raise
                    size = (len(batch) + 1) // 2
                else:
                    self._batch = size
                    return vectors

        return work

    def _ready(self) -> Any:
        with self._lock:
            if self._client is None:
                import openai

                from service.adapters.language_model.failures import foreseen
                from service.adapters.language_model.quiet import silence
                from service.adapters.language_model.transport import open_client

                silence()
                failure = foreseen(self._server, self._model)
                if failure is not None:
                    raise FailedError(failure)
                self._client = openai.OpenAI(
                    base_url=self._server.base,
                    api_key=self._server.key or PLACEHOLDER_KEY,
                    timeout=self._server.seconds,
                    max_retries=0,
                    default_query=self._server.query or None,
                    http_client=self._http or open_client(self._server, _MAX_BYTES),
                )
            return self._client


def build_embedder(settings: ModelSettings, *, http: httpx.Client | None = None) -> Embedder | None:
    """Return the embedder of the settings, None where none is set. Loads and sends nothing.

    Args:
        settings: What is set.
        http: A client to use in place of our own.
    """
    model = settings.embedding_model.strip()
    if not settings.embedding_base_url or not model:
        return None
    return ServedEmbedder(Server.of_embeddings(settings), model, http=http)


def probe_embedder(settings: ModelSettings, *, http: httpx.Client | None = None) -> tuple[bool, str]:
    """Have one word turned into a vector.

    Returns:
        Whether all is as it should be, and what was found, in Chinese.
    """
    if bool(settings.embedding_base_url) != bool(settings.embedding_model.strip()):
        return False, "YOUJU_EMBEDDING_BASE_URL 和 YOUJU_EMBEDDING_MODEL 只设了一个，仍用内置的向量。请两个都设。"
    embedder = build_embedder(settings, http=http)
    if embedder is None:
        return True, "没有配置向量模型，用内置的向量。"
    try:
        length = len(embedder.embed(["预算"])[0])
    except ModelError as error:
        return False, error.message
    return True, f"向量模型“{embedder.model}”（{Server.of_embeddings(settings).host}）有回应，{length}维"


def _requested(client: Any, model: str, texts: list[str], length: int) -> list[list[float]]:
    """Return the vectors of one request.

    Raises:
        DisguisedError: The response is an error object.
        NotACompletionError: It is not what was asked for: another number of vectors, of another length, of no numbers.
        Exception: What the client raises.
    """
    import httpx

    # Numbers written out: what the client asks for by default, base64, is not known to every server.
    response = client.post(
        "/embeddings",
        cast_to=httpx.Response,
        body={"model": model, "input": texts, "encoding_format": "float"},
    )
    body = json.loads(response.text)
    if not isinstance(body, Mapping):
        raise NotACompletionError
    if body.get("error"):
        raise DisguisedError(body["error"])
    rows = body.get("data")
    if not isinstance(rows, list) or len(rows) != len(texts):
        raise NotACompletionError
    vectors = [_vector(row) for row in _ordered(rows)]
    if {len(each) for each in vectors} != {length or len(vectors[0])}:
        raise NotACompletionError
    return vectors


def _ordered(rows: list[Any]) -> list[Any]:
    """Return the rows by their numbers, as they are where they bear none."""
    numbers = [row.get("index") if isinstance(row, Mapping) else None for row in rows]
    if all(each is None for each in numbers):
        return rows
    if not all(isinstance(each, int) for each in numbers) or set(numbers) != set(range(len(rows))):
        raise NotACompletionError
    return [rows[numbers.index(number)] for number in range(len(rows))]


def _vector(row: Any) -> list[float]:
    values = row.get("embedding") if isinstance(row, Mapping) else None
    if not isinstance(values, list) or not values:
        raise NotACompletionError
    if not all(isinstance(each, int | float) and math.isfinite(each) for each in values):
        raise NotACompletionError
    return [float(each) for each in values]
