"""Chroma in a folder: vectors of our own making, with no model, download or network, and those of models that are served."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from math import log, sqrt
from pathlib import Path
from typing import Any
from zlib import crc32

from service.adapters.migrations import translated
from service.domain.errors import StoreError

DIMENSIONS = 256
#: Chroma takes 5,461 at most; small batches lose rows, large ones hold memory.
_BATCH = 2_000
#: Two texts without a word in common come to about 0.1 by hash collisions.
_LEAST_LIKENESS = 0.2
_PREFIX = "passages-"
_BROKEN = (
    "检索用的向量库“vectors”无法使用（{reason}）。按词检索不受影响。"
    "请删除该文件夹后重新启动程序，下次写入时会自动重建。"
)


@dataclass(frozen=True, slots=True)
class VectorRow:
    """A passage to be found by likeness.

    Attributes:
        id: Of the passage.
        kind: What it is.
        section: Where it stands.
        words: The built-in vector is made of.
        made: The vector that a model gave; empty for the built-in one.
    """

    id: str
    kind: str
    section: str
    words: Sequence[str] = ()
    made: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Space:
    """Vectors that may be compared: those of one model, of one length. They stand in collections of their own.

    Attributes:
        model: Name of the model, "" for the built-in vectors.
        dimensions: Numbers of a vector.
    """

    model: str = ""
    dimensions: int = DIMENSIONS

    @property
    def prefix(self) -> str:
        """How the names of its collections begin."""
        return f"{_family(self.model)}{self.dimensions}-" if self.model else _PREFIX

    def collection(self, year: int) -> str:
        """Return the name of its collection of a year."""
        return f"{self.prefix}{year}"


BUILT_IN = Space()


class VectorStore:
    """Passages in Chroma, one collection per space and year: its filters slow down with the size of a collection.

    One process at a time. A second writer on a Chroma folder silently damages it, and a second reader does
    not see what was written: whoever opens the folder keeps its lock until `close` or the end of the process.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "vectors"
        self._lock_path = folder / "vectors.lock"
        self._lock: int | None = None
        self._client: Any = None
        self._thread_lock = threading.RLock()

    @property
    def exists(self) -> bool:
        """Whether anything was ever written."""
        return (self._folder / "chroma.sqlite3").exists()

    @contextmanager
    def used(self, *, patience_s: float = 2.0) -> Iterator[Any]:
        """Hold Chroma for a while; other threads wait.

        Raises:
            StoreError: Another process has it, or it is damaged.
        """
        with self._thread_lock, translated(self._lock_path.name):
            if self._lock is None:
                self._lock = _locked(self._lock_path, patience_s)
            # Loading Chroma takes a second: not before it is known to be free.
            try:
                from chromadb.errors import ChromaError
            except ImportError as error:
                raise StoreError(_BROKEN.format(reason="chromadb")) from error
            try:
                yield self._opened()
            except (ChromaError, ValueError, RuntimeError, LookupError, TypeError, AttributeError) as error:
                # A damaged folder shows itself as any of these, depending on where Chroma stumbles.
                raise StoreError(_BROKEN.format(reason=type(error).__name__)) from error

    @property
    def is_free(self) -> bool:
        """Whether Chroma can be used now; loads it."""
        try:
            with self.used(patience_s=0):
                return True
        except StoreError:
            return False

    def replace(
        self, document: str, rows: Sequence[VectorRow], *, entity: str, year: int, space: Space = BUILT_IN
    ) -> None:
        """Store the passages of *document* in place of those of that year.

        Raises:
            StoreError: As `used`.
        """
        with self.used() as client:
            collection = client.get_or_create_collection(
                space.collection(year), embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
            )
            # Delete and add: updating in place is five times slower and merges the old metadata in.
            collection.delete(where={"document": document})
            for start in range(0, len(rows), _BATCH):
                batch = rows[start : start + _BATCH]
                collection.add(
                    ids=[row.id for row in batch],
                    embeddings=[row.made or vector(row.words) for row in batch],
                    metadatas=[
                        {
                            "document": document,
                            "entity": entity,
                            "year": year,
                            "kind": row.kind,
                            "section": row.section,
                        }
                        for row in batch
                    ],
                )

    def near(
        self,
        words: Sequence[str],
        documents: Sequence[str],
        years: set[int],
        kinds: Sequence[str],
        limit: int,
    ) -> list[tuple[str, str]]:
        """Return (document, passage) most like *words* by the built-in vectors, as `nearest`."""
        return self.nearest(vector(words), documents, years, kinds, limit, least=_LEAST_LIKENESS)

    def nearest(
        self,
        direction: Sequence[float],
        documents: Sequence[str],
        years: set[int],
        kinds: Sequence[str],
        limit: int,
        *,
        space: Space = BUILT_IN,
        least: float = -1,
    ) -> list[tuple[str, str]]:
        """Return (document, passage) most like *direction*, best first; empty where Chroma cannot be used now.

        Args:
            direction: A vector of *space*.
            documents: Ids of those to look in.
            years: Years of these.
            kinds: Of passages, empty for all.
            limit: Most passages to return.
            space: Whose vectors are compared.
            least: Cosine below which a passage is not like it at all.
        """
        if not self.exists:
            return []
        where: dict[str, Any] = {"document": {"$in": list(documents)}}
        if kinds:
            where = {"$and": [where, {"kind": {"$in": list(kinds)}}]}
        hits: list[tuple[float, str, str]] = []
        try:
            with self.used(patience_s=0) as client:
                names = {space.collection(year) for year in years}
                for found in client.list_collections():
                    if found.name in names:
                        hits += _nearest(found, direction, where, limit, least)
        except StoreError:
            return []
        return [(document, passage) for _, document, passage in sorted(hits)[:limit]]

    def forget(self, space: Space) -> None:
        """Drop the vectors of the model of *space* that are of another length.

        Raises:
            StoreError: As `used`.
        """
        with self.used() as client:
            for found in client.list_collections():
                if found.name.startswith(_family(space.model)) and not found.name.startswith(space.prefix):
                    client.delete_collection(found.name)

    def close(self) -> None:
        """Let other processes have the folder."""
        with self._thread_lock:
            if self._client is not None:
                self._client.close()
                self._client = None
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None

    def _opened(self) -> Any:
        if self._client is None:
            import chromadb
            from chromadb.config import Settings

            self._client = chromadb.PersistentClient(
                path=str(self._folder), settings=Settings(anonymized_telemetry=False)
            )
        return self._client


def vector(words: Sequence[str]) -> list[float]:
    """Return a direction for *words*: hashed counts, so that texts with words in common point alike.

    Floats are fine here: this is likeness of wording, never an amount.
    """
    values = [0.0] * DIMENSIONS
    for word, count in Counter(words).items():
        code = crc32(word.encode())
        values[code % DIMENSIONS] += (1 + log(count)) * (1 if code & 0x8000_0000 else -1)
    length = sqrt(sum(value * value for value in values)) or 1.0
    return [value / length for value in values]


def _family(model: str) -> str:
    # Names of models hold what names of collections may not.
    return f"embeddings-{sha256(model.encode()).hexdigest()[:16]}-"


def _nearest(
    collection: Any, direction: Sequence[float], where: dict[str, Any], limit: int, least: float
) -> list[tuple[float, str, str]]:
    found = collection.query(
        query_embeddings=[list(direction)], n_results=limit, where=where, include=["distances", "metadatas"]
    )
    return [
        (distance, str(metadata["document"]), passage)
        for passage, distance, metadata in zip(
            found["ids"][0], found["distances"][0], found["metadatas"][0], strict=True
        )
        if distance <= 1 - least
    ]


def _locked(path: Path, patience_s: float) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    deadline = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() < deadline:
                time.sleep(0.02)
                continue
            os.close(handle)
            raise StoreError(
                "另一个进程正在使用检索用的向量库“vectors”，现在不能写入。文档已可按词检索。"
                "请待那个进程结束后再写入，或只让一个进程提供服务。"
            ) from error
        return handle
