"""The words of passages in SQLite: the tables of the index, and two ways to rank."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from service.adapters.vectors import VectorRow
from service.domain.document import Passage, PassageKind

#: Raised with every change of the tables below or of `tokens`: an index of another format is built anew.
FORMAT = 2

#: Up to here the passages are read and ranked here. It costs what the documents hold, where SQLite's own
#: ranking counts each word over the whole corpus: 2 ms against 22 ms with 1,000 documents.
NARROW_SCOPE = 6
#: Over many documents, a word that stands in more than this share of a sample of passages is left out.
_COMMON_SHARE, _SAMPLE, _LEAST_WORDS = 0.1, 400, 3
#: The BM25 constants of SQLite.
_SATURATION, _LENGTH_WEIGHT = 1.2, 0.75
#: A question has some 30 words. More is somebody pasting a document.
MOST_WORDS = 120

# Vectors of a model that is not in use now are brought up to date when it is again.
_QUEUE = "INSERT OR REPLACE INTO waiting (model, document, year) SELECT model, ?, ? FROM spaces"
_QUEUE_ALL = """
INSERT OR REPLACE INTO waiting (model, document, year)
SELECT spaces.model, documents.id, documents.year FROM spaces, documents
"""

TABLES = """
CREATE TABLE documents (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  entity TEXT NOT NULL,
  year INTEGER NOT NULL,
  first INTEGER NOT NULL,
  passages INTEGER NOT NULL,
  words INTEGER NOT NULL
);
CREATE TABLE spaces (model TEXT PRIMARY KEY, dimensions INTEGER NOT NULL);
INSERT INTO spaces VALUES ('', 256);
CREATE TABLE waiting (
  turn INTEGER PRIMARY KEY AUTOINCREMENT,
  model TEXT NOT NULL,
  document TEXT NOT NULL,
  year INTEGER NOT NULL,
  UNIQUE (model, document, year)
);
CREATE VIRTUAL TABLE passages USING fts5(
  scope, kind, words, passage UNINDEXED, section UNINDEXED, tokenize="unicode61 tokenchars '.%'"
);
"""


@dataclass(frozen=True, slots=True)
class Scope:
    """A document to search: its id, its mark in the index, how much it holds."""

    id: str
    mark: str
    year: int
    first: int
    passages: int
    words: int


def drop(connection: sqlite3.Connection, document_id: str) -> None:
    """Remove a document, and let Chroma forget it in its turn."""
    row = connection.execute("SELECT first, passages, year FROM documents WHERE id = ?", (document_id,)).fetchone()
    if row is None:
        return
    first, count, year = row
    connection.execute("DELETE FROM passages WHERE rowid >= ? AND rowid < ?", (first, first + count))
    connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))
    connection.execute(_QUEUE, (document_id, year))


def put(
    connection: sqlite3.Connection,
    document: str,
    split: Sequence[tuple[Passage, list[str]]],
    *,
    entity: str,
    year: int,
) -> None:
    """Add a document: its passages, each with its words."""
    first = connection.execute("SELECT coalesce(max(first + passages), 1) FROM documents").fetchone()[0]
    number = connection.execute(
        "INSERT INTO documents (id, entity, year, first, passages, words) VALUES (?, ?, ?, ?, ?, ?)",
        (document, entity, year, first, len(split), sum(len(words) for _, words in split)),
    ).lastrowid
    connection.executemany(
        "INSERT INTO passages (rowid, scope, kind, words, passage, section) VALUES (?, ?, ?, ?, ?, ?)",
        (
            (rowid, f"d{number}", _kind_mark(item.kind), " ".join(words), item.id, item.section)
            for rowid, (item, words) in enumerate(split, first)
        ),
    )
    connection.execute(_QUEUE, (document, year))


def dimensions_of(connection: sqlite3.Connection, model: str) -> int | None:
    """Return how many numbers the vectors of a model have: 0 where there are none yet, None where it was never used."""
    found = connection.execute("SELECT dimensions FROM spaces WHERE model = ?", (model,)).fetchone()
    return None if found is None else int(found[0])


def begin_anew(connection: sqlite3.Connection, model: str, dimensions: int = 0) -> None:
    """Let all documents wait for the vectors of a model, which have so many numbers, 0 where that is not known yet."""
    set_dimensions(connection, model, dimensions)
    connection.execute(f"{_QUEUE_ALL} WHERE spaces.model = ?", (model,))


def set_dimensions(connection: sqlite3.Connection, model: str, dimensions: int) -> None:
    """Note how many numbers the vectors of a model have."""
    connection.execute("INSERT OR REPLACE INTO spaces (model, dimensions) VALUES (?, ?)", (model, dimensions))


def queue_all(connection: sqlite3.Connection) -> None:
    """Let all documents wait for the vectors of every model that was ever used."""
    connection.execute(_QUEUE_ALL)


def queue_of(connection: sqlite3.Connection, model: str) -> list[tuple[int, str, int]]:
    """Return (turn, document, year) of what waits for the vectors of a model, first come first."""
    return connection.execute(
        "SELECT turn, document, year FROM waiting WHERE model = ? ORDER BY turn", (model,)
    ).fetchall()


def leave_queue(connection: sqlite3.Connection, turn: int) -> None:
    """Note that this turn is done. A change made meanwhile has a turn of its own and stays."""
    connection.execute("DELETE FROM waiting WHERE turn = ?", (turn,))


def scopes_of(connection: sqlite3.Connection, documents: Sequence[str]) -> list[Scope]:
    """Return those of *documents* that are indexed."""
    rows = connection.execute(
        "SELECT id, 'd' || number, year, first, passages, words FROM documents"
        " WHERE id IN (SELECT value FROM json_each(?)) ORDER BY number",
        (json.dumps(list(documents)),),
    )
    return [Scope(*row) for row in rows]


def _kind_mark(kind: PassageKind) -> str:
    # One word: the tokenizer would split table_row.
    return kind.value.replace("_", "")


_KINDS = {_kind_mark(kind): kind.value for kind in PassageKind}


def _match(words: Sequence[str], marks: Sequence[str], kinds: Sequence[PassageKind]) -> str:
    columns = (("scope", marks), ("kind", [_kind_mark(kind) for kind in kinds]), ("words", words))
    return " AND ".join(f"{column}:({_any(wanted)})" for column, wanted in columns if wanted)


def _any(words: Sequence[str]) -> str:
    return " OR ".join(f'"{word}"' for word in words)


def ranked_here(
    connection: sqlite3.Connection,
    words: Sequence[str],
    scopes: Sequence[Scope],
    kinds: Sequence[PassageKind],
    limit: int,
) -> list[tuple[str, str]]:
    """Return (document, passage) by BM25 within *scopes*, best first, reading all they hold."""
    passages = sum(scope.passages for scope in scopes)
    average = max(1, sum(scope.words for scope in scopes)) / max(1, passages)
    wanted, marks = frozenset(words), {_kind_mark(kind) for kind in kinds}
    hits: list[tuple[str, str]] = []
    counted: list[tuple[int, Counter[str]]] = []
    for scope in scopes:
        rows = connection.execute(
            "SELECT passage, kind, words FROM passages WHERE rowid >= ? AND rowid < ?",
            (scope.first, scope.first + scope.passages),
        )
        for passage, mark, text in rows:
            split = text.split(" ")
            if (not marks or mark in marks) and not wanted.isdisjoint(split):
                hits.append((scope.id, passage))
                counted.append((len(split), Counter(filter(wanted.__contains__, split))))
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
    order = sorted(range(len(hits)), key=scores.__getitem__, reverse=True)
    return [hits[place] for place in order[:limit]]


def ranked_by_sqlite(
    connection: sqlite3.Connection,
    words: Sequence[str],
    scopes: Sequence[Scope],
    kinds: Sequence[PassageKind],
    limit: int,
) -> list[tuple[str, str]]:
    """Return (document, passage) by the full-text index, best first."""
    names = {scope.mark: scope.id for scope in scopes}
    everything = connection.execute("SELECT count(*) FROM documents").fetchone()[0] == len(scopes)
    telling = _telling(connection, [word for word in words if len(word) > 1] or words)
    rows = connection.execute(
        "SELECT scope, passage FROM passages WHERE passages MATCH ? ORDER BY bm25(passages, 0, 0, 1) LIMIT ?",
        (_match(telling, [] if everything else list(names), kinds), limit),
    )
    return [(names[mark], passage) for mark, passage in rows]


def _telling(connection: sqlite3.Connection, words: Sequence[str]) -> list[str]:
    """Return the rarer of *words*: 预算 and 支出 stand everywhere, cost the most and tell the least."""
    last = connection.execute("SELECT max(first + passages) FROM documents").fetchone()[0]
    sample = connection.execute(
        "SELECT words FROM passages WHERE rowid IN (SELECT value FROM json_each(?))",
        (json.dumps(list(range(1, last, max(1, last // _SAMPLE)))),),
    ).fetchall()
    wanted = frozenset(words)
    standing = Counter(word for (text,) in sample for word in wanted.intersection(text.split(" ")))
    by_rarity = sorted(words, key=lambda word: standing[word])
    rare = [word for word in by_rarity if standing[word] <= _COMMON_SHARE * len(sample)]
    return rare if len(rare) >= _LEAST_WORDS else by_rarity[:_LEAST_WORDS]


def count(connection: sqlite3.Connection, scopes: Sequence[Scope], kinds: Sequence[PassageKind]) -> int:
    """Return how many passages there are to find."""
    if not kinds:
        return sum(scope.passages for scope in scopes)
    query = "SELECT count(*) FROM passages WHERE passages MATCH ?"
    return int(connection.execute(query, (_match((), [it.mark for it in scopes], kinds),)).fetchone()[0])


def present(connection: sqlite3.Connection, scopes: Sequence[Scope], passages: Sequence[str]) -> set[tuple[str, str]]:
    """Return those of *passages* that exist, as (document, passage)."""
    if not passages:
        return set()
    names = {scope.mark: scope.id for scope in scopes}
    rows = connection.execute(
        "SELECT scope, passage FROM passages WHERE passages MATCH ? AND passage IN (SELECT value FROM json_each(?))",
        (_match((), list(names), ()), json.dumps(list(passages))),
    )
    return {(names[mark], passage) for mark, passage in rows}


def vector_rows(connection: sqlite3.Connection, document: str, year: int) -> tuple[list[VectorRow], str]:
    """Return what Chroma is to hold of a document for a year, and its entity; nothing where it is gone."""
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
