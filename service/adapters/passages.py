"""Search over passages: SQLite full text ranks, Chroma adds candidates where words find too few.

Both are derived from the library and can be deleted; `consistency.repair` builds them again.
"""

from __future__ import annotations

import errno
import json
import sqlite3
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from math import log
from pathlib import Path

from service.adapters.migrations import SqliteFile, open_sqlite, store_error, translated
from service.adapters.vectors import VectorRow, VectorStore
from service.domain.document import Passage, PassageKind
from service.domain.errors import StoreError, StoreFullError, StoreReadOnlyError
from service.retrieval.tokens import tokens

#: Raised with every change of the tables below or of `tokens`: an index of another format is built anew.
FORMAT = 1

#: Up to here the ranking counts words within the documents asked for. It costs what they hold, where
#: SQLite's own counts each word over the whole corpus: 1 ms against 22 ms with 1,000 documents.
_NARROW_SCOPE = 12
#: The BM25 constants of SQLite.
_SATURATION, _LENGTH_WEIGHT = 1.2, 0.75
#: A question has some 30 words. More is somebody pasting a document.
_MOST_WORDS = 120

_TABLES = """
CREATE TABLE documents (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  entity TEXT NOT NULL,
  year INTEGER NOT NULL,
  first INTEGER NOT NULL,
  passages INTEGER NOT NULL,
  words INTEGER NOT NULL
);
CREATE TABLE waiting (
  turn INTEGER PRIMARY KEY AUTOINCREMENT,
  document TEXT NOT NULL,
  year INTEGER NOT NULL,
  UNIQUE (document, year)
);
CREATE VIRTUAL TABLE passages USING fts5(
  scope, kind, words, passage UNINDEXED, section UNINDEXED, tokenize="unicode61 tokenchars '.%'"
);
"""


@dataclass(frozen=True, slots=True)
class _Scope:
    """A document to search: its id, its mark in the index, how much it holds."""

    id: str
    mark: str
    year: int
    passages: int
    words: int


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
            _drop(connection, document_id)
            first = connection.execute("SELECT coalesce(max(first + passages), 1) FROM documents").fetchone()[
                0
            ]
            number = connection.execute(
                "INSERT INTO documents (id, entity, year, first, passages, words) VALUES (?, ?, ?, ?, ?, ?)",
                (document_id, entity, year, first, len(split), sum(len(words) for _, words in split)),
            ).lastrowid
            connection.executemany(
                "INSERT INTO passages (rowid, scope, kind, words, passage, section)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (rowid, f"d{number}", _kind_mark(item.kind), " ".join(words), item.id, item.section)
                    for rowid, (item, words) in enumerate(split, first)
                ),
            )
            connection.execute(
                "INSERT OR REPLACE INTO waiting (document, year) VALUES (?, ?)", (document_id, year)
            )
        self._flush_if_at_once()

    def remove(self, document_id: str) -> None:
        """Drop a document's passages.

        Raises:
            StoreReadOnlyError: The index cannot be written; it is left as it was.
        """
        with self._writing() as connection:
            _drop(connection, document_id)
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
        words = list(dict.fromkeys(tokens(query)))[:_MOST_WORDS]
        if not words or not documents or limit < 1:
            return ()
        with self._reading() as connection:
            scopes = _scopes(connection, documents)
            if not scopes:
                return ()
            if len(scopes) <= _NARROW_SCOPE:
                hits = _ranked_here(connection, words, scopes, kinds, limit)
            else:
                hits = _ranked_by_sqlite(connection, words, scopes, kinds, limit)
            if len(hits) >= limit or len(hits) == _count(connection, scopes, kinds):
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
            present = _present(connection, scopes, [passage for _, passage in candidates])
        hits += [hit for hit in candidates if hit in present]
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
                connection.execute(
                    "INSERT OR REPLACE INTO waiting (document, year) SELECT id, year FROM documents"
                )
        with self._reading() as connection:
            queue = connection.execute("SELECT turn, document, year FROM waiting ORDER BY turn").fetchall()
        if not queue:
            return
        with self._vectors.used(patience_s=patience_s):
            for turn, document, year in queue:
                with self._reading() as connection:
                    rows, entity = _vector_rows(connection, document, year)
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
        with translated(self._name):
            try:
                connection = self._idle.pop()
            except IndexError:
                connection = self._file.connect()
            try:
                yield connection
            except BaseException:
                connection.close()
                raise
            self._idle.append(connection)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        if self.read_only:
            raise store_error(PermissionError(errno.EACCES, "read-only"), self._name)
        with self._reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            # An error closes the connection, which undoes the transaction.
            yield connection
            connection.execute("COMMIT")


def _open_index(path: Path) -> SqliteFile:
    try:
        return _opened(path)
    except (StoreReadOnlyError, StoreFullError):
        raise
    except StoreError:
        # Damaged. Everything in it is in the library as well.
        for suffix in ("", "-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        return _opened(path)


def _opened(path: Path) -> SqliteFile:
    file = open_sqlite(path)
    with translated(path.name), closing(file.connect()) as connection:
        if connection.execute("PRAGMA user_version").fetchone()[0] == FORMAT or file.read_only:
            return file
        connection.execute("BEGIN IMMEDIATE")
        # Another process may have made the tables while this one waited.
        if connection.execute("PRAGMA user_version").fetchone()[0] != FORMAT:
            for table in ("passages", "waiting", "documents"):
                connection.execute(f"DROP TABLE IF EXISTS {table}")
            for statement in _TABLES.split(";\n")[:-1]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {FORMAT}")
        connection.execute("COMMIT")
    return file


def _drop(connection: sqlite3.Connection, document_id: str) -> None:
    row = connection.execute(
        "SELECT first, passages, year FROM documents WHERE id = ?", (document_id,)
    ).fetchone()
    if row is None:
        return
    first, count, year = row
    connection.execute("DELETE FROM passages WHERE rowid >= ? AND rowid < ?", (first, first + count))
    connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))
    connection.execute("INSERT OR REPLACE INTO waiting (document, year) VALUES (?, ?)", (document_id, year))


def _scopes(connection: sqlite3.Connection, documents: Sequence[str]) -> list[_Scope]:
    rows = connection.execute(
        "SELECT id, 'd' || number, year, passages, words FROM documents"
        " WHERE id IN (SELECT value FROM json_each(?)) ORDER BY number",
        (json.dumps(list(documents)),),
    )
    return [_Scope(*row) for row in rows]


def _kind_mark(kind: PassageKind) -> str:
    # One word: the tokenizer would split table_row.
    return kind.value.replace("_", "")


_KINDS = {_kind_mark(kind): kind.value for kind in PassageKind}


def _match(words: Sequence[str], marks: Sequence[str], kinds: Sequence[PassageKind]) -> str:
    columns = (("scope", marks), ("kind", [_kind_mark(kind) for kind in kinds]), ("words", words))
    return " AND ".join(f"{column}:({_any(wanted)})" for column, wanted in columns if wanted)


def _any(words: Sequence[str]) -> str:
    return " OR ".join(f'"{word}"' for word in words)


def _ranked_here(
    connection: sqlite3.Connection,
    words: Sequence[str],
    scopes: Sequence[_Scope],
    kinds: Sequence[PassageKind],
    limit: int,
) -> list[tuple[str, str]]:
    names = {scope.mark: scope.id for scope in scopes}
    passages = sum(scope.passages for scope in scopes)
    average = max(1, sum(scope.words for scope in scopes)) / max(1, passages)
    rows = connection.execute(
        "SELECT scope, passage, words FROM passages WHERE passages MATCH ? ORDER BY rowid",
        (_match(words, list(names), kinds),),
    ).fetchall()
    wanted = frozenset(words)
    counted = [
        (text.count(" ") + 1, Counter(filter(wanted.__contains__, text.split(" ")))) for *_, text in rows
    ]
    holding = Counter(word for _, counts in counted for word in counts)
    weights = {word: log(1 + (passages - n + 0.5) / (n + 0.5)) for word, n in holding.items()}
    scores = [
        sum(
            weights[word] * n * (_SATURATION + 1)
            / (n + _SATURATION * (1 - _LENGTH_WEIGHT + _LENGTH_WEIGHT * length / average))
            for word, n in counts.items()
        )
        for length, counts in counted
    ]  # fmt: skip
    order = sorted(range(len(rows)), key=scores.__getitem__, reverse=True)[:limit]
    return [(names[rows[place][0]], rows[place][1]) for place in order]


def _ranked_by_sqlite(
    connection: sqlite3.Connection,
    words: Sequence[str],
    scopes: Sequence[_Scope],
    kinds: Sequence[PassageKind],
    limit: int,
) -> list[tuple[str, str]]:
    names = {scope.mark: scope.id for scope in scopes}
    everything = connection.execute("SELECT count(*) FROM documents").fetchone()[0] == len(scopes)
    # Single characters stand in half of all passages: over many documents they cost much and tell nothing.
    telling = [word for word in words if len(word) > 1] or words
    rows = connection.execute(
        "SELECT scope, passage FROM passages WHERE passages MATCH ? ORDER BY bm25(passages, 0, 0, 1) LIMIT ?",
        (_match(telling, [] if everything else list(names), kinds), limit),
    )
    return [(names[mark], passage) for mark, passage in rows]


def _count(connection: sqlite3.Connection, scopes: Sequence[_Scope], kinds: Sequence[PassageKind]) -> int:
    if not kinds:
        return sum(scope.passages for scope in scopes)
    query = "SELECT count(*) FROM passages WHERE passages MATCH ?"
    return int(connection.execute(query, (_match((), [it.mark for it in scopes], kinds),)).fetchone()[0])


def _present(
    connection: sqlite3.Connection, scopes: Sequence[_Scope], passages: Sequence[str]
) -> set[tuple[str, str]]:
    if not passages:
        return set()
    names = {scope.mark: scope.id for scope in scopes}
    rows = connection.execute(
        "SELECT scope, passage FROM passages WHERE passages MATCH ?"
        " AND passage IN (SELECT value FROM json_each(?))",
        (_match((), list(names), ()), json.dumps(list(passages))),
    )
    return {(names[mark], passage) for mark, passage in rows}


def _vector_rows(connection: sqlite3.Connection, document: str, year: int) -> tuple[list[VectorRow], str]:
    found = connection.execute(
        "SELECT entity, first, passages FROM documents WHERE id = ? AND year = ?", (document, year)
    ).fetchone()
    if found is None:
        return [], ""
    entity, first, count = found
    rows = connection.execute(
        "SELECT passage, kind, section, words FROM passages WHERE rowid >= ? AND rowid < ?",
        (first, first + count),
    )
    return [
        VectorRow(passage, _KINDS[mark], section, words.split(" ")) for passage, mark, section, words in rows
    ], entity
