"""Search over passages: SQLite full text ranks, Chroma adds candidates where words find too few.

Both are derived from the library and can be deleted; `consistency.repair` builds them again.
"""

from __future__ import annotations

import errno
import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from service.adapters.lexical import (
    FORMAT,
    MOST_WORDS,
    NARROW_SCOPE,
    TABLES,
    count,
    drop,
    present,
    put,
    ranked_by_sqlite,
    ranked_here,
    scopes_of,
    vector_rows,
)
from service.adapters.migrations import SqliteFile, is_damage, open_sqlite, store_error, translated
from service.adapters.vectors import VectorStore
from service.domain.document import Passage, PassageKind
from service.domain.errors import StoreError
from service.retrieval.tokens import tokens


class PassageStore:
    """The PassageIndex port over a folder: ``lexical.sqlite`` and, for candidates, ``vectors/``.

    Attributes:
        read_only: Whether the index can only be read.
    """

    def __init__(self, folder: str | Path, *, vectors_at_once: bool = True) -> None:
        """Open the index in *folder*.

        Args:
            folder: Created where it is missing.
            vectors_at_once: Bring Chroma up to date with every change. Otherwise changes wait for `flush`,
                which saves a short-lived process the loading of Chroma.
        """
        path = Path(folder) / "lexical.sqlite"
        self._name = path.name
        self._file = _open_index(path)
        self.read_only = self._file.read_only
        self._idle: deque[sqlite3.Connection] = deque()
        self._vectors = VectorStore(Path(folder))
        self._vectors_at_once = vectors_at_once

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
            if len(scopes) <= NARROW_SCOPE:
                hits = ranked_here(connection, words, scopes, kinds, limit)
            else:
                hits = ranked_by_sqlite(connection, words, scopes, kinds, limit)
            if len(hits) >= limit or len(hits) == count(connection, scopes, kinds):
                return tuple(hits)
            found = set(hits)
            years = {scope.year for scope in scopes}
            asked = [scope.id for scope in scopes]
            candidates = [
                hit
                for hit in self._vectors.near(words, asked, years, [it.value for it in kinds], limit)
                if hit not in found
            ]
            # Chroma may still hold what was removed a moment ago: the words decide what exists.
            existing = present(connection, scopes, [passage for _, passage in candidates])
        hits += [hit for hit in candidates if hit in existing]
        return tuple(hits[:limit])

    def indexed(self) -> frozenset[str]:
        """Return the ids of the documents that are indexed."""
        with self._reading() as connection:
            return frozenset(row[0] for row in connection.execute("SELECT id FROM documents"))

    def waiting(self) -> int:
        """Return how many documents Chroma does not know as they are now."""
        with self._reading() as connection:
            return int(connection.execute("SELECT count(DISTINCT document) FROM waiting").fetchone()[0])

    def flush(self, *, patience_s: float = 2.0) -> None:
        """Bring Chroma up to date, waiting *patience_s* for another process to let go of it.

        Raises:
            StoreError: Another process uses it, or it is damaged. Search by words goes on working.
        """
        if not self._vectors.exists:
            # Deleted by hand to start afresh, or never made.
            with self._writing() as connection:
                connection.execute("INSERT OR REPLACE INTO waiting (document, year) SELECT id, year FROM documents")
        with self._reading() as connection:
            queue = connection.execute("SELECT turn, document, year FROM waiting ORDER BY turn").fetchall()
        if not queue:
            return
        with self._vectors.used(patience_s=patience_s):
            for turn, document, year in queue:
                with self._reading() as connection:
                    rows, entity = vector_rows(connection, document, year)
                self._vectors.replace(document, rows, entity=entity, year=year)
                with self._writing() as connection:
                    # A change made meanwhile has a turn of its own and stays.
                    connection.execute("DELETE FROM waiting WHERE turn = ?", (turn,))

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
            for table in ("passages", "waiting", "documents"):
                connection.execute(f"DROP TABLE IF EXISTS {table}")
            for statement in TABLES.split(";\n")[:-1]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {FORMAT}")
        connection.execute("COMMIT")
    return file
