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
#: The constant of reciprocal rank fusion, and how much more a rank by words counts. By measurement
#: (evals/reports/retrieval.md): with 60, as in Cormack et al. 2009, what is middling by both outdoes the best of either;
#: with equal weights, a model that knows little Chinese spoils what words find.
_FUSION, _WORDS_COUNT = 10, 2


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

    def vector(self, query: str, dimensions: int = 0) -> Sequence[float]:
        """Return the vector of *query*; empty where there is none in time.

        Args:
            query: As typed.
            dimensions: Numbers that it should have; one that was kept and has others is asked for again. 0 for any.
        """
        text = query.strip()[:MOST_CHARACTERS]
        with self._lock:
            known = self._kept.get(text, ())
            if known and dimensions in (0, len(known)):
                self._kept.move_to_end(text)
                return known
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
    """Return the vectors of *passages*, all of one length.

    Without their sections: with the same headings in front, passages of a section lie too close to be told apart
    (measured in evals/reports/retrieval.md).

    Raises:
        ModelError: The model gives none.
    """
    vectors: list[list[float]] = []
    for start in range(0, len(passages), _BATCH):
        vectors += _of_batch([each.text for each in passages[start : start + _BATCH]], embedder)
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


def fused(
    by_words: Sequence[_T], by_meaning: Sequence[_T], *, constant: int = _FUSION, words_count: int = _WORDS_COUNT
) -> list[_T]:
    """Return what stands in either ranking, best first, by weighted reciprocal rank fusion.

    Args:
        by_words: Best first.
        by_meaning: Best first.
        constant: Of the fusion: the larger, the less the first places count.
        words_count: How many times a place by words counts.

    Example:
        >>> fused(["a", "b"], ["b", "c"])
        ['b', 'a', 'c']

    """
    scores: defaultdict[_T, float] = defaultdict(float)
    for weight, ranking in ((words_count, by_words), (1, by_meaning)):
        for place, each in enumerate(ranking, 1):
            scores[each] += weight / (constant + place)
    return sorted(scores, key=scores.__getitem__, reverse=True)
