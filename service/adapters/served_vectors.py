"""Vectors of a served model for passages and queries, in place of the built-in ones."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from service.domain.errors import ModelBrokenError, ModelError, ModelOverflowError

if TYPE_CHECKING:
    from service.adapters.language_model.embeddings import Embedder
    from service.domain.document import Passage

_T = TypeVar("_T", bound=Hashable)

#: Characters of a passage that are embedded; many models read 512 tokens, and a passage seldom has more than 300.
MOST_CHARACTERS = 500
_FEWEST_CHARACTERS = 60
#: Texts of one call: what fails is lost, and asked for again at the next flush.
_BATCH = 64
_QUERIES = 256
#: After a failure no query is embedded for so many seconds: a server that hangs would slow down every search.
REST_SECONDS = 30.0
#: The constant of reciprocal rank fusion, from Cormack et al. 2009.
_FUSION = 60


@dataclass(frozen=True, slots=True)
class Embeddings:
    """Where vectors come from.

    Attributes:
        passages: Embeds passages, with patience.
        queries: Embeds queries, with the same model and little patience.
        passages_of: Returns the passages of a document by its id. Raises MissingDocumentError where there is none.
        fused: Whether the vectors rank along with the words; otherwise they only fill up.
        clock: Tells the time in seconds.
    """

    passages: Embedder
    queries: Embedder
    passages_of: Callable[[str], Sequence[Passage]]
    fused: bool = False
    clock: Callable[[], float] = time.monotonic


class QueryVectors:
    """The vectors of queries; the latest are kept."""

    def __init__(self, embedder: Embedder, clock: Callable[[], float]) -> None:
        self._embedder = embedder
        self._clock = clock
        self._kept: OrderedDict[str, Sequence[float]] = OrderedDict()
        self._lock = threading.Lock()
        self._rests_until = float("-inf")

    def vector(self, query: str) -> Sequence[float]:
        """Return the vector of *query*; empty where there is none in time."""
        text = query.strip()[:MOST_CHARACTERS]
        with self._lock:
            if text in self._kept:
                self._kept.move_to_end(text)
                return self._kept[text]
            if self._clock() < self._rests_until:
                return ()
        try:
            (made,) = self._embedder.embed([text])
        except ModelError:  # logged where it arose; the words answer
            with self._lock:
                self._rests_until = self._clock() + REST_SECONDS
            return ()
        with self._lock:
            self._kept[text] = made
            if len(self._kept) > _QUERIES:
                self._kept.popitem(last=False)
        return made


def embedded(passages: Sequence[Passage], embedder: Embedder) -> list[list[float]]:
    """Return the vectors of *passages*, each with its section in front, all of one length.

    Raises:
        ModelError: The model gives none.
    """
    vectors: list[list[float]] = []
    for start in range(0, len(passages), _BATCH):
        vectors += _of_batch([f"{each.section}\n{each.text}".strip() for each in passages[start : start + _BATCH]], embedder)
    if len({len(each) for each in vectors}) > 1:
        raise ModelBrokenError(f"向量模型“{embedder.model}”给的向量长短不一。请检查向量模型服务。")
    return vectors


def _of_batch(texts: Sequence[str], embedder: Embedder) -> list[list[float]]:
    most = MOST_CHARACTERS
    while True:
        try:
            return embedder.embed([text[:most] for text in texts])
        except ModelOverflowError:
            # One passage that the model cannot read whole must not keep its document from being found.
            if most <= _FEWEST_CHARACTERS:
                raise
            most //= 2


def fused(*rankings: Sequence[_T]) -> list[_T]:
    """Return what stands in any of *rankings*, best first, by reciprocal rank fusion.

    Example:
        >>> fused(["a", "b"], ["b", "c"])
        ['b', 'a', 'c']

    """
    scores: defaultdict[_T, float] = defaultdict(float)
    for ranking in rankings:
        for place, each in enumerate(ranking, 1):
            scores[each] += 1 / (_FUSION + place)
    return sorted(scores, key=scores.__getitem__, reverse=True)
