"""Search over passages: SQLite full text ranks, Chroma adds candidates where words find too few.

Vectors of a served model take the place of the built-in ones where one is configured; they can also rank along.
Both are derived from the library and can be deleted; `consistency.repair` builds them again.
"""

from __future__ import annotations

import errno
import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from service.adapters.lexical import (
    FORMAT,
    MOST_WORDS,
    NARROW_SCOPE,
    TABLES,
    Scope,
    begin_anew,
    count,
    dimensions_of,
    drop,
    leave_queue,
    present,
    put,
    queue_all,
    queue_of,
    ranked_by_sqlite,
    ranked_here,
    scopes_of,
    set_dimensions,
    vector_rows,
)
from service.adapters.migrations import SqliteFile, is_damage, open_sqlite, store_error, translated
from service.adapters.served_vectors import Embeddings, QueryVectors, embedded, fused
from service.adapters.vectors import BUILT_IN, Space, VectorRow, VectorStore
from service.domain.document import Passage, PassageKind
from service.domain.errors import MissingDocumentError, ModelError, StoreError
from service.retrieval.tokens import tokens

logger = logging.getLogger("youju")

#: Where words and vectors rank together, each ranks so many passages.
_FUSED_DEPTH = 50
_LATER = "检索用的向量没有写全，文档已可按词检索；下次导入或启动服务时自动补上。"
_UNSTEADY = f"向量模型“{{model}}”给的向量时长时短。请检查向量模型服务是否换来换去。{_LATER}"


class PassageStore:
    """The PassageIndex port over a folder: ``lexical.sqlite`` and, for candidates, ``vectors/``.

    Attributes:
        read_only: Whether the index can only be read.
    """

    def __init__(
        self, folder: str | Path, *, vectors_at_once: bool = True, embeddings: Embeddings | None = None
    ) -> None:
        """Open the index in *folder*.

        Args:
            folder: Created where it is missing.
            vectors_at_once: Bring Chroma up to date with every change. Otherwise changes wait for `flush`,
                which saves a short-lived process the loading of Chroma.
            embeddings: Vectors of a model, in place of the built-in ones. Switching the model, or going back to
                none, needs nothing else: the next `flush` makes what is missing.
        """
        path = Path(folder) / "lexical.sqlite"
        self._name = path.name
        self._file = _open_index(path)
        self.read_only = self._file.read_only
        self._idle: deque[sqlite3.Connection] = deque()
        self._vectors = VectorStore(Path(folder))
        self._vectors_at_once = vectors_at_once
        self._embeddings = embeddings
        self._model = embeddings.passages.model if embeddings else BUILT_IN.model
        self._queries = QueryVectors(embeddings.queries, embeddings.clock) if embeddings else None
        self._flushing = threading.Lock()
        self._is_outdated = False

    def replace(self, document_id: str, passages: Sequence[Passage], *, entity: str, year: int) -> None:
        """Index the passages of a document in place of what was indexed for it, in one transaction.

        Raises:
            StoreReadOnlyError: The index cannot be written; it is left as it was.
            StoreFullError: The disk is full; the index is left as it was.
        """
        split = [(passage, tokens(f"{passage.section} {passage.text}")) for passage in passages]
        with self._writing() as connection:
            drop(connection, document_id)
            put(connection, document_id, split, entity=entity, year=year)
        self._flush_if_at_once()

    def remove(self, document_id: str) -> None:
        """Drop a document's passages.

        Raises:
            StoreReadOnlyError: The index cannot be written; it is left as it was.
        """
        with self._writing() as connection:
            drop(connection, document_id)
        self._flush_if_at_once()

    def search(
        self,
        query: str,
        *,
        documents: Sequence[str],
        kinds: Sequence[PassageKind] = (),
        limit: int = 10,
    ) -> tuple[tuple[str, str], ...]:
        """Return (document id, passage id), best first, within *documents*; empty *kinds* means all."""
        words = list(dict.fromkeys(tokens(query)))[:MOST_WORDS]
        if not words or not documents or limit < 1:
            return ()
        with self._reading() as connection:
            scopes = scopes_of(connection, documents)
            if not scopes:
                return ()
            is_fused = self._embeddings is not None and self._embeddings.fused
            depth = max(limit, _FUSED_DEPTH) if is_fused else limit
            rank = ranked_here if len(scopes) <= NARROW_SCOPE else ranked_by_sqlite
            hits = rank(connection, words, scopes, kinds, depth)
            if not is_fused and (len(hits) >= limit or len(hits) == count(connection, scopes, kinds)):
                return tuple(hits)
            candidates = self._candidates(connection, query, words, scopes, kinds, depth)
            # Chroma may still hold what was removed a moment ago: the words decide what exists.
            existing = present(connection, scopes, [passage for _, passage in candidates])
        candidates = [hit for hit in candidates if hit in existing]
        merged = fused(hits, candidates) if is_fused else dict.fromkeys([*hits, *candidates])
        return tuple(merged)[:limit]

    def _candidates(
        self,
        connection: sqlite3.Connection,
        query: str,
        words: Sequence[str],
        scopes: Sequence[Scope],
        kinds: Sequence[PassageKind],
        limit: int,
    ) -> list[tuple[str, str]]:
        """Return (document, passage) by likeness, best first; empty where there are no vectors to compare."""
        asked, years = [scope.id for scope in scopes], {scope.year for scope in scopes}
        names = [kind.value for kind in kinds]
        if self._queries is None:
            return self._vectors.near(words, asked, years, names, limit)
        dimensions = dimensions_of(connection, self._model)
        if not dimensions or not self._vectors.exists or not self._vectors.is_free:
            return []
        direction = self._queries.vector(query, dimensions)
        if not direction:
            return []
        if len(direction) != dimensions:
            if not self._is_outdated:
                logger.warning("vectors of the model have changed")
            self._is_outdated = True
            return []
        return self._vectors.nearest(direction, asked, years, names, limit, space=Space(self._model, dimensions))

    def indexed(self) -> frozenset[str]:
        """Return the ids of the documents that are indexed."""
        with self._reading() as connection:
            return frozenset(row[0] for row in connection.execute("SELECT id FROM documents"))

    def waiting(self) -> int:
        """Return how many documents Chroma does not know as they are now, by the vectors that are in use."""
        with self._reading() as connection:
            if dimensions_of(connection, self._model) is None:
                return int(connection.execute("SELECT count(*) FROM documents").fetchone()[0])
            return len({document for _, document, _ in queue_of(connection, self._model)})

    def flush(self, *, patience_s: float = 2.0) -> None:
        """Bring Chroma up to date, waiting *patience_s* for another process to let go of it.

        Where another thread is at it with a served model, which may take long, what waits is left to that thread.

        Raises:
            StoreError: Another process uses it, it is damaged, or a served model gives no vectors: what is left
                waits for the next time. Search by words goes on working.
        """
        self._prepare_queue()
        lengths: set[int] = set()
        while self._queue() and self._flushing.acquire(blocking=self._embeddings is None):
            try:
                self._work_off(patience_s, lengths)
            finally:
                self._flushing.release()

    def _prepare_queue(self) -> None:
        if not self._vectors.exists:
            # Deleted by hand to start afresh, or never made.
            with self._writing() as connection:
                queue_all(connection)
        with self._reading() as connection:
            is_new = dimensions_of(connection, self._model) is None
        if is_new or self._is_outdated:
            with self._writing() as connection:
                begin_anew(connection, self._model)
            self._is_outdated = False

    def _queue(self) -> list[tuple[int, str, int]]:
        with self._reading() as connection:
            return queue_of(connection, self._model)

    def _work_off(self, patience_s: float, lengths: set[int]) -> None:
        with self._vectors.used(patience_s=patience_s):
            pass  # known to be free before anything is sent to a server
        for turn, document, year in self._queue():
            with self._reading() as connection:
                rows, entity = vector_rows(connection, document, year)
            space = BUILT_IN
            if self._embeddings is not None:
                # Nothing is held meanwhile: searches go on.
                rows = _embedded(self._embeddings, document, rows)
                space = self._space_of(rows, lengths)
            if rows or space.dimensions:
                self._vectors.replace(document, rows, entity=entity, year=year, space=space)
            with self._writing() as connection:
                leave_queue(connection, turn)

    def _space_of(self, rows: Sequence[VectorRow], lengths: set[int]) -> Space:
        """Return the space of vectors just made, and begin anew where they have another length than before.

        Raises:
            StoreError: The model gives now this length, now that.
        """
        with self._reading() as connection:
            before = dimensions_of(connection, self._model) or 0
        space = Space(self._model, len(rows[0].made) if rows else before)
        if rows:
            lengths.add(space.dimensions)
        if len(lengths) > 1:
            raise StoreError(_UNSTEADY.format(model=self._model))
        if space.dimensions != before:
            with self._writing() as connection:
                (begin_anew if before else set_dimensions)(connection, self._model, space.dimensions)
            self._vectors.forget(space)
        return space

    def close(self) -> None:
        """Close every connection and give Chroma free for other processes."""
        self._vectors.close()
        while self._idle:
            self._idle.pop().close()

    def _flush_if_at_once(self) -> None:
        if self._vectors_at_once:
            # What could not be written now is written with the next change: the words are in, search works.
            with suppress(StoreError):
                self.flush(patience_s=0)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        # One snapshot: between two statements another process may put other passages in the same rows.
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        if self.read_only:
            raise store_error(PermissionError(errno.EACCES, "read-only"), self._name)
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with translated(self._name):
            try:
                connection = self._idle.pop()
            except IndexError:
                connection = self._file.connect()
            try:
                connection.execute(begin)
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # Closing undoes the transaction, whatever state it is in.
                connection.close()
                raise
            self._idle.append(connection)


def _embedded(embeddings: Embeddings, document: str, rows: Sequence[VectorRow]) -> list[VectorRow]:
    """Return the rows of a document with vectors of the model.

    Raises:
        StoreError: The model gives none.
    """
    known = {row.id: row for row in rows}
    try:
        passages = [each for each in embeddings.passages_of(document) if each.id in known] if known else []
        vectors = embedded(passages, embeddings.passages)
    except MissingDocumentError:
        return []  # on its way out
    except ModelError as error:
        raise StoreError(f"{error.message}{_LATER}") from None
    return [replace(known[each.id], words=(), made=made) for each, made in zip(passages, vectors, strict=True)]


def _open_index(path: Path) -> SqliteFile:
    try:
        return _opened(path)
    except StoreError as error:
        if not is_damage(error):
            raise
        # Everything in it is in the library as well.
        for suffix in ("", "-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        return _opened(path)


def _opened(path: Path) -> SqliteFile:
    file = open_sqlite(path)
    with translated(path.name), closing(file.connect()) as connection:
        if connection.execute("PRAGMA user_version").fetchone()[0] == FORMAT:
            return file
        if file.read_only:
            raise store_error(PermissionError(errno.EACCES, "read-only"), path.name)
        connection.execute("BEGIN IMMEDIATE")
        # Another process may have made the tables while this one waited.
        if connection.execute("PRAGMA user_version").fetchone()[0] != FORMAT:
            for table in ("passages", "waiting", "spaces", "documents"):
                connection.execute(f"DROP TABLE IF EXISTS {table}")
            for statement in TABLES.split(";\n")[:-1]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {FORMAT}")
        connection.execute("COMMIT")
    return file
