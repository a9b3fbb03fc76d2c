"""Open store files, say in Chinese what is wrong with them, and bring an older store up to date."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from service.domain.errors import StoreError, StoreFullError, StoreReadOnlyError, StoreVersionError

#: How long a writer waits for another one.
BUSY_TIMEOUT_S = 5

_SQLITE_READ_ONLY = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM})
_SQLITE_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_SQLITE_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_OS_READ_ONLY = frozenset({"EROFS", "EACCES", "EPERM"})
_OS_FULL = frozenset({"ENOSPC", "EDQUOT"})
#: PostgreSQL: read_only_sql_transaction, insufficient_privilege; disk_full.
_STATE_READ_ONLY = frozenset({"25006", "42501"})
_STATE_FULL = frozenset({"53100"})


# ------------------------------------------------------------------------------------------------ files


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """A SQLite file that has been found usable.

    Attributes:
        path: The file.
        read_only: Whether it can only be read.
        uri: What to open, with the mode.
    """

    path: Path
    read_only: bool
    uri: str

    def connect(self) -> sqlite3.Connection:
        """Open a connection, usable from any thread, one at a time; transactions are the caller's."""
        connection = sqlite3.connect(
            self.uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA foreign_keys=ON")
        if not self.read_only:
            connection.execute("PRAGMA synchronous=NORMAL")
        return connection


def open_sqlite(path: Path) -> SqliteFile:
    """Return *path* ready to be connected to, creating it where it is missing.

    A file that cannot be written, or stands in a folder that cannot, is opened for reading.

    Raises:
        StoreReadOnlyError: It is missing and cannot be created.
        StoreError: It is damaged, or not a SQLite file.
    """
    with translated(path.name):
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
        elif not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
            return _open_read_only(path)
        file = SqliteFile(path, read_only=False, uri=f"file:{quote(str(path))}?mode=rwc")
        connection = file.connect()
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        finally:
            connection.close()
    return file


def _open_read_only(path: Path) -> SqliteFile:
    address = f"file:{quote(str(path))}"
    file = SqliteFile(path, read_only=True, uri=f"{address}?mode=ro")
    connection = file.connect()
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        # A WAL file cannot be read without creating its -shm beside it; nobody can write here anyway.
        return SqliteFile(path, read_only=True, uri=f"{address}?immutable=1")
    finally:
        connection.close()
    return file


# ----------------------------------------------------------------------------------------------- errors


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Raise what goes wrong inside as a StoreError about the store *name*."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, OSError) as error:
        raise store_error(error, name) from error


def store_error(error: Exception, name: str) -> StoreError:
    """Return the error to show for a database or file error about the store *name* (no folders)."""
    match _reason(error):
        case "full":
            return StoreFullError(f"写入“{name}”时磁盘已满，这次写入已撤销，原有内容没有改动。请腾出磁盘空间后重试。")
        case "read-only":
            return StoreReadOnlyError(
                f"不能写入“{name}”：文件或它所在的文件夹是只读的。原有内容没有改动，仍可查询。"
                "请开放写权限，或用 YOUJU_HOME 另指一个文件夹后重试。"
            )
        case "busy":
            return StoreError(f"“{name}”正被另一个进程写入，等了 {BUSY_TIMEOUT_S} 秒仍未空出。请待它结束后重试。")
        case "damaged":
            return StoreError(f"“{name}”已损坏，或不是本程序的数据文件。请从备份恢复，或移走它后重新导入文档。")
        case reason:
            return StoreError(f"“{name}”无法使用（{reason}）。请运行 youju doctor 检查。")


def is_damage(error: StoreError) -> bool:
    """Whether *error*, raised by `translated`, says that a file is damaged rather than busy or full."""
    return isinstance(error.__cause__, Exception) and _reason(error.__cause__) == "damaged"


def _reason(error: Exception) -> str:
    inner = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if isinstance(inner, OSError):
        name = errno.errorcode.get(inner.errno or 0, type(inner).__name__)
        return "full" if name in _OS_FULL else "read-only" if name in _OS_READ_ONLY else name
    if isinstance(inner, sqlite3.Error):
        code = getattr(inner, "sqlite_errorcode", 0) & 0xFF
        for reason, codes in (
            ("full", frozenset({sqlite3.SQLITE_FULL})),
            ("read-only", _SQLITE_READ_ONLY),
            ("busy", _SQLITE_BUSY),
            ("damaged", _SQLITE_DAMAGED),
        ):
            if code in codes:
                return reason
        return getattr(inner, "sqlite_errorname", type(inner).__name__)
    state = getattr(inner, "sqlstate", None)
    if state in _STATE_FULL:
        return "full"
    return "read-only" if state in _STATE_READ_ONLY else str(state or type(inner).__name__)


# ------------------------------------------------------------------------------------------- migrations


def _create_library(connection: Connection) -> None:
    blob = "BYTEA" if connection.dialect.name == "postgresql" else "BLOB"
    for statement in _LIBRARY.format(blob=blob).split(";"):
        connection.execute(text(statement))


def _keep_answers(connection: Connection) -> None:
    connection.execute(
        text(
            "CREATE TABLE answers (id TEXT NOT NULL PRIMARY KEY, asked_at TEXT NOT NULL,"
            " question TEXT NOT NULL, body TEXT NOT NULL)"
        )
    )
    connection.execute(text("CREATE INDEX facts_entity_year_measure ON facts (entity, year, measure)"))


def _keep_pages(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE documents ADD COLUMN pages INTEGER NOT NULL DEFAULT 0"))
    connection.execute(text("ALTER TABLE documents ADD COLUMN ocr_pages TEXT NOT NULL DEFAULT '[]'"))
    connection.execute(text("ALTER TABLE facts ADD COLUMN more TEXT"))


def _keep_drafts(connection: Connection) -> None:
    for statement in _DRAFTS.split(";"):
        connection.execute(text(statement))


def _keep_conversations(connection: Connection) -> None:
    for statement in _CONVERSATIONS.split(";"):
        connection.execute(text(statement))


def _keep_checks(connection: Connection) -> None:
    blob = "BYTEA" if connection.dialect.name == "postgresql" else "BLOB"
    for statement in _CHECKS.format(blob=blob).split(";"):
        connection.execute(text(statement))


#: Applied in order, each once. Never edited after a release: a change is a new one at the end.
MIGRATIONS: tuple[tuple[str, Callable[[Connection], None]], ...] = (
    ("create-library", _create_library),
    ("keep-answers", _keep_answers),
    ("keep-pages", _keep_pages),
    ("keep-drafts", _keep_drafts),
    ("keep-conversations", _keep_conversations),
    ("keep-checks", _keep_checks),
)
LATEST = len(MIGRATIONS)


def schema_of(connection: Connection) -> int:
    """Return the version of the schema found; 0 for an empty store."""
    if not inspect(connection).has_table("schema_version"):
        return 0
    return int(connection.execute(text("SELECT coalesce(max(version), 0) FROM schema_version")).scalar_one())


def check_not_newer(found: int, name: str) -> None:
    """Refuse a store that a newer program wrote.

    Raises:
        StoreVersionError: It was.
    """
    if found > LATEST:
        raise StoreVersionError(
            f"“{name}”由更新版的程序写入（结构版本 {found}，本程序只到 {LATEST}）。请升级本程序后再打开。"
        )


def migrate(connection: Connection, name: str, *, upto: int = LATEST) -> None:
    """Bring the store up to version *upto*, inside the caller's transaction.

    Raises:
        StoreVersionError: The store is newer than this program.
    """
    if connection.dialect.name == "postgresql":
        # Two workers that start together must not both create the tables. The number is ours by habit only.
        connection.execute(text("SELECT pg_advisory_xact_lock(20240608)"))
    found = schema_of(connection)
    check_not_newer(found, name)
    for version, (title, apply) in enumerate(MIGRATIONS[found:upto], found + 1):
        apply(connection)
        connection.execute(
            text("INSERT INTO schema_version (version, name) VALUES (:version, :name)"),
            {"version": version, "name": title},
        )


_LIBRARY = """
CREATE TABLE schema_version (version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE counters (name TEXT NOT NULL PRIMARY KEY, value BIGINT NOT NULL);
INSERT INTO counters (name, value) VALUES ('library', 0);
CREATE TABLE documents (
  id TEXT NOT NULL PRIMARY KEY,
  sha256 TEXT NOT NULL,
  state TEXT NOT NULL,
  name TEXT NOT NULL,
  title TEXT NOT NULL,
  entity TEXT NOT NULL,
  entity_names TEXT NOT NULL,
  entity_code TEXT NOT NULL,
  year INTEGER NOT NULL,
  stage TEXT NOT NULL,
  kind TEXT NOT NULL,
  region TEXT NOT NULL,
  units TEXT NOT NULL,
  tables INTEGER NOT NULL,
  facts INTEGER NOT NULL,
  cells_proven INTEGER NOT NULL,
  cells_unproven INTEGER NOT NULL,
  cells_contradicted INTEGER NOT NULL,
  findings TEXT NOT NULL
);
CREATE INDEX documents_sha256 ON documents (sha256);
CREATE INDEX documents_entity_year ON documents (entity, year);
CREATE TABLE contents (
  document TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  part TEXT NOT NULL,
  body {blob} NOT NULL,
  PRIMARY KEY (document, part)
);
CREATE TABLE facts (
  document TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  id TEXT NOT NULL,
  entity TEXT NOT NULL,
  year INTEGER NOT NULL,
  stage TEXT NOT NULL,
  measure TEXT NOT NULL,
  aspect TEXT NOT NULL,
  members TEXT NOT NULL,
  member_pairs TEXT,
  base_year INTEGER,
  whole TEXT NOT NULL,
  coefficient BIGINT,
  exponent SMALLINT,
  number_text TEXT,
  unit TEXT,
  unit_kind TEXT,
  unit_scale TEXT,
  state TEXT NOT NULL,
  authority TEXT NOT NULL,
  proof TEXT NOT NULL,
  label TEXT NOT NULL,
  source_document TEXT,
  table_id TEXT NOT NULL,
  table_title TEXT NOT NULL,
  row_index INTEGER NOT NULL,
  column_index INTEGER NOT NULL,
  row_label TEXT NOT NULL,
  column_label TEXT NOT NULL,
  line INTEGER NOT NULL,
  page INTEGER NOT NULL,
  start_offset INTEGER NOT NULL,
  end_offset INTEGER NOT NULL,
  quote TEXT NOT NULL,
  derived_from TEXT,
  formula TEXT NOT NULL,
  PRIMARY KEY (document, position)
)"""

_DRAFTS = """
CREATE TABLE drafts (
  id TEXT NOT NULL PRIMARY KEY,
  entity TEXT NOT NULL,
  year INTEGER NOT NULL,
  outline TEXT NOT NULL,
  created_at TEXT NOT NULL
);
CREATE INDEX drafts_entity_year ON drafts (entity, year);
CREATE TABLE draft_versions (
  draft TEXT NOT NULL REFERENCES drafts (id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  origin TEXT NOT NULL,
  body TEXT NOT NULL,
  text TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  approved_at TEXT,
  approved_by TEXT,
  PRIMARY KEY (draft, version)
)"""

_CONVERSATIONS = """
CREATE TABLE conversations (
  id TEXT NOT NULL PRIMARY KEY,
  title TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  used BIGINT NOT NULL
);
CREATE INDEX conversations_used ON conversations (used);
CREATE TABLE conversation_turns (
  conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  question TEXT NOT NULL,
  answer_id TEXT NOT NULL,
  text TEXT NOT NULL,
  status TEXT NOT NULL,
  asked_at TEXT NOT NULL,
  PRIMARY KEY (conversation, position)
)"""

_CHECKS = """
CREATE TABLE checks (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  created_at TEXT NOT NULL,
  number BIGINT NOT NULL,
  head TEXT NOT NULL
);
CREATE INDEX checks_number ON checks (number);
CREATE TABLE check_parts (
  check_id TEXT NOT NULL REFERENCES checks (id) ON DELETE CASCADE,
  part TEXT NOT NULL,
  body {blob} NOT NULL,
  PRIMARY KEY (check_id, part)
);
CREATE TABLE check_marks (
  check_id TEXT NOT NULL REFERENCES checks (id) ON DELETE CASCADE,
  finding TEXT NOT NULL,
  reason TEXT NOT NULL,
  accepted_by TEXT NOT NULL,
  accepted_at TEXT NOT NULL,
  PRIMARY KEY (check_id, finding)
)"""
