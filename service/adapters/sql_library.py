"""The library and the answer log in one SQL database: a SQLite file, or PostgreSQL by its address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import (
    Connection,
    Engine,
    and_,
    create_engine,
    delete,
    event,
    insert,
    make_url,
    or_,
    select,
    update,
)
from sqlalchemy.pool import QueuePool

from service.adapters.migrations import (
    LATEST,
    SqliteFile,
    check_not_newer,
    migrate,
    open_sqlite,
    schema_of,
    store_error,
    translated,
)
from service.adapters.sql_rows import COMPLETE, fact_of, fact_row, head_row, head_values, parts, summary_of
from service.adapters.sql_schema import answers, contents, counters, documents, facts, pack, unpack
from service.domain.document import Document, DocumentSummary
from service.domain.errors import MissingDocumentError, StoreError, StoreReadOnlyError
from service.domain.fact import Fact
from service.ports import StoredAnswer


class SqlLibrary:
    """Documents, facts and answers in one database (the Library and AnswerLog ports).

    Attributes:
        name: File or database name, for messages.
        read_only: Whether the store can only be read.
    """

    def __init__(self, url_or_path: str | Path) -> None:
        self._engine, self.name, self.read_only = _open(url_or_path)
        self._summaries: tuple[int, tuple[DocumentSummary, ...]] | None = None
        with self.reading() as connection:
            found = schema_of(connection)
        check_not_newer(found, self.name)
        if found == LATEST:
            return
        if self.read_only:
            raise StoreReadOnlyError(
                f"“{self.name}”由旧版程序写入，需要升级后才能使用，但它现在是只读的。请开放写权限后重试。"
            )
        with self.writing() as connection:
            migrate(connection, self.name)

    def add(self, document: Document) -> None:
        """Store *document* in one transaction, in place of what it replaces.

        Replaced are: the same id, the same file, and the same entity, year, stage, kind and name.

        Raises:
            StoreReadOnlyError: The store cannot be written; it is left as it was.
            StoreFullError: The disk is full; the store is left as it was.
        """
        head = head_row(document)
        rows = [fact_row(document.id, position, fact) for position, fact in enumerate(document.facts)]
        bodies = [
            {"document": document.id, "part": part, "body": pack(getattr(document, part), kind)}
            for part, kind in parts().items()
        ]
        same_place = and_(*(documents.c[name] == head[name] for name in ("entity", "year", "stage", "kind", "name")))
        with self.writing() as connection:
            self._count_change(connection)
            connection.execute(
                delete(documents).where(
                    or_(
                        documents.c.id == document.id,
                        documents.c.sha256 == document.sha256,
                        same_place,
                    )
                )
            )
            connection.execute(insert(documents), head)
            connection.execute(insert(contents), bodies)
            if rows:
                connection.execute(insert(facts), rows)

    def remove(self, document_id: str) -> bool:
        """Remove a document; False if there was none of that id.

        Raises:
            StoreReadOnlyError: The store cannot be written; it is left as it was.
        """
        with self.writing() as connection:
            gone = connection.execute(delete(documents).where(documents.c.id == document_id)).rowcount > 0
            if gone:
                self._count_change(connection)
        return gone

    def summaries(self) -> tuple[DocumentSummary, ...]:
        """Return every complete document, by entity, year and id."""
        with self.reading() as connection:
            version = _version(connection)
            kept = self._summaries
            if kept is not None and kept[0] == version:
                return kept[1]
            rows = connection.execute(
                select(documents)
                .where(documents.c.state == COMPLETE)
                .order_by(documents.c.entity, documents.c.year, documents.c.id)
            ).mappings()
            # PostgreSQL orders by its locale; the port promises the same order everywhere.
            found = tuple(sorted(map(summary_of, rows), key=lambda it: (it.entity, it.year, it.id)))
        self._summaries = (version, found)
        return found

    def get(self, document_id: str) -> Document:
        """Return a document with everything in it.

        Raises:
            MissingDocumentError: There is none of that id.
        """
        with self.reading() as connection:
            head = (
                connection.execute(
                    select(documents).where(documents.c.id == document_id, documents.c.state == COMPLETE)
                )
                .mappings()
                .first()
            )
            if head is None:
                raise MissingDocumentError(
                    f"库中没有编号为“{document_id}”的文档。请先导入它，或在文档列表中查看现有编号。"
                )
            bodies = {
                row.part: row.body
                for row in connection.execute(
                    select(contents.c.part, contents.c.body).where(contents.c.document == document_id)
                )
            }
        kinds = parts()
        return Document(
            **head_values(head),
            sha256=head["sha256"],
            entity_code=head["entity_code"],
            **{part: unpack(body, kinds[part]) for part, body in bodies.items() if part in kinds},
        )

    def find_facts(
        self,
        *,
        entity: str | None = None,
        year: int | None = None,
        measure: str | None = None,
        keys: Sequence[str] | None = None,
    ) -> tuple[Fact, ...]:
        """Return the facts that match, over all documents, without loading the documents."""
        query = select(facts).join(documents).where(documents.c.state == COMPLETE)
        for column, wanted in ((facts.c.entity, entity), (facts.c.year, year), (facts.c.measure, measure)):
            if wanted is not None:
                query = query.where(column == wanted)
        if keys is not None:
            query = query.where(facts.c.members.in_(keys))
        with self.reading() as connection:
            rows = connection.execute(query.order_by(facts.c.document, facts.c.position)).mappings()
            return tuple(map(fact_of, rows))

    def version(self) -> int:
        """Return a number that grows with every change."""
        with self.reading() as connection:
            return _version(connection)

    def keep(self, answer: StoredAnswer) -> None:
        """Keep an answer, or lose it where the store cannot be written: asking still works."""
        try:
            with self.writing() as connection:
                connection.execute(delete(answers).where(answers.c.id == answer.id))
                connection.execute(
                    insert(answers),
                    {
                        "id": answer.id,
                        "asked_at": answer.asked_at,
                        "question": answer.question,
                        "body": answer.body,
                    },
                )
        except StoreError:
            return

    def find(self, answer_id: str) -> StoredAnswer | None:
        """Return the answer of that id, if it is kept."""
        with self.reading() as connection:
            row = connection.execute(select(answers).where(answers.c.id == answer_id)).first()
        return None if row is None else StoredAnswer(row.id, row.asked_at, row.question, row.body)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection in a transaction that reads; what goes wrong inside is raised as a StoreError."""
        with translated(self.name), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in a transaction that writes; it is undone when an error leaves it.

        Raises:
            StoreReadOnlyError: The store cannot be written.
            StoreFullError: The disk is full.
        """
        if self.read_only:
            raise store_error(PermissionError(13, "read-only"), self.name)
        with translated(self.name), self._engine.connect() as connection:
            writing = connection.execution_options(youju_writes=True)
            with writing.begin():
                yield writing

    @staticmethod
    def _count_change(connection: Connection) -> None:
        # Also the lock that makes writers on PostgreSQL wait for each other.
        connection.execute(update(counters).where(counters.c.name == "library").values(value=counters.c.value + 1))


def _open(url_or_path: str | Path) -> tuple[Engine, str, bool]:
    url = make_url(url_or_path) if isinstance(url_or_path, str) and "://" in url_or_path else None
    if url is not None and url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True), url.database or "", False
    path = Path(url_or_path) if url is None else Path(url.database or "")
    file = open_sqlite(path)
    return _sqlite_engine(file), path.name, file.read_only


def _sqlite_engine(file: SqliteFile) -> Engine:
    engine = create_engine("sqlite://", creator=file.connect, poolclass=QueuePool, pool_size=5, max_overflow=40)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that turns from reading to writing cannot wait for another writer; this one can.
        writes = connection.get_execution_options().get("youju_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _version(connection: Connection) -> int:
    return int(connection.execute(select(counters.c.value).where(counters.c.name == "library")).scalar_one())
