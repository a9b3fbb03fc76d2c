"""Checks and the files that were checked, in the database of the library (the CheckStore port)."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from service.adapters.sql_library import SqlLibrary
from service.adapters.sql_schema import check_marks, check_parts, checks, pack, unpack
from service.domain.check import Acceptance, CheckReport
from service.domain.document import Document
from service.ports import CheckToKeep, CitedTable, KeptCheck

#: Parts of a check, each read only when it is asked for, with their types where they are packed.
_PACKED: dict[str, Any] = {"report": CheckReport, "document": Document, "cited": tuple[CitedTable, ...]}
_SAID, _DATA = "said", "data"


class SqlChecks:
    """Checks beside the documents of a library.

    Args:
        library: Whose database they are kept in.
    """

    def __init__(self, library: SqlLibrary) -> None:
        self._library = library

    def keep(self, check: CheckToKeep) -> None:
        """Keep a check in one transaction.

        Raises:
            StoreReadOnlyError: The store cannot be written; it is left as it was.
            StoreFullError: The disk is full; the store is left as it was.
        """
        # Facts and paragraphs are what checking works on; the rest is what is shown.
        document = replace(check.document, facts=(), paragraphs=())
        values = {"report": check.report, "document": document, "cited": check.cited}
        bodies = {part: pack(values[part], kind) for part, kind in _PACKED.items()}
        bodies |= {_SAID: zlib.compress(check.said.encode("utf-8", "surrogatepass"), 1), _DATA: check.data}
        with self._library.writing() as connection:
            number = (connection.execute(select(func.max(checks.c.number))).scalar() or 0) + 1
            head = {
                # PostgreSQL holds no NUL.
                "id": check.id, "name": check.name.replace("\x00", ""), "created_at": check.created_at, "number": number,
                "head": check.head.replace("\x00", ""),
            }  # fmt: skip
            connection.execute(insert(checks), head)
            connection.execute(
                insert(check_parts), [{"check_id": check.id, "part": part, "body": body} for part, body in bodies.items()]
            )

    def find(self, check_id: str) -> KeptCheck | None:
        """Return a check, None where there is none."""
        found = self.summaries(ids=(check_id,), limit=1)
        return found[0] if found else None

    def summaries(self, *, ids: Sequence[str] = (), limit: int = 50) -> tuple[KeptCheck, ...]:
        """Return the checks of *ids* (all where it is empty), newest first."""
        # Times are to the second: two in one second are told apart by the number.
        query = select(checks).order_by(checks.c.number.desc(), checks.c.id).limit(limit)
        if ids:
            query = query.where(checks.c.id.in_(ids))
        with self._library.reading() as connection:
            rows = connection.execute(query).all()
            marks = _marks(connection, [row.id for row in rows])
        return tuple(KeptCheck(row.id, row.name, row.created_at, row.head, marks[row.id]) for row in rows)

    def said(self, check_id: str) -> str | None:
        """Return the whole report as JSON text, None where there is no such check."""
        body = self._part(check_id, _SAID)
        return None if body is None else zlib.decompress(body).decode("utf-8", "surrogatepass")

    def report(self, check_id: str) -> CheckReport | None:
        """Return the report, None where there is no such check."""
        found: CheckReport | None = self._unpacked(check_id, "report")
        return found

    def document(self, check_id: str) -> Document | None:
        """Return what was checked, as it was read but for its facts and paragraphs; None where there is no such check."""
        found: Document | None = self._unpacked(check_id, "document")
        return found

    def cited(self, check_id: str) -> tuple[CitedTable, ...] | None:
        """Return the tables of other documents that the report names, None where there is no such check."""
        found: tuple[CitedTable, ...] | None = self._unpacked(check_id, "cited")
        return found

    def data(self, check_id: str) -> bytes | None:
        """Return the bytes of the file, None where there is no such check."""
        return self._part(check_id, _DATA)

    def accept(self, check_id: str, acceptance: Acceptance) -> bool:
        """Note that a finding may stand, in place of what was noted of it before; False where there is no such check.

        Raises:
            StoreReadOnlyError: The store cannot be written; it is left as it was.
        """
        row = {
            "check_id": check_id, "finding": acceptance.finding, "reason": acceptance.reason.replace("\x00", ""),
            "accepted_by": acceptance.by.replace("\x00", ""), "accepted_at": acceptance.at,
        }  # fmt: skip
        with self._library.writing() as connection:
            # The lock makes two who accept one finding on PostgreSQL wait; SQLite has one writer.
            there = select(checks.c.id).where(checks.c.id == check_id).with_for_update()
            if connection.execute(there).first() is None:
                return False
            connection.execute(_of(check_id, acceptance.finding))
            connection.execute(insert(check_marks), row)
        return True

    def withdraw(self, check_id: str, finding: str) -> bool:
        """Forget that a finding may stand; False where that was not noted.

        Raises:
            StoreReadOnlyError: The store cannot be written; it is left as it was.
        """
        with self._library.writing() as connection:
            return connection.execute(_of(check_id, finding)).rowcount > 0

    def remove(self, check_id: str) -> bool:
        """Remove a check with its file; False where there is none.

        Raises:
            StoreReadOnlyError: The store cannot be written; it is left as it was.
        """
        with self._library.writing() as connection:
            return connection.execute(delete(checks).where(checks.c.id == check_id)).rowcount > 0

    def _unpacked(self, check_id: str, part: str) -> Any:
        body = self._part(check_id, part)
        return None if body is None else unpack(body, _PACKED[part])

    def _part(self, check_id: str, part: str) -> bytes | None:
        query = select(check_parts.c.body).where(check_parts.c.check_id == check_id, check_parts.c.part == part)
        with self._library.reading() as connection:
            found = connection.execute(query).scalar()
        return None if found is None else bytes(found)


def _of(check_id: str, finding: str) -> Any:
    return delete(check_marks).where(check_marks.c.check_id == check_id, check_marks.c.finding == finding)


def _marks(connection: Connection, ids: Sequence[str]) -> defaultdict[str, tuple[Acceptance, ...]]:
    """Return what was accepted in each of several checks, in the order of the findings."""
    found: defaultdict[str, tuple[Acceptance, ...]] = defaultdict(tuple)
    query = select(check_marks).where(check_marks.c.check_id.in_(ids))
    rows = connection.execute(query).all() if ids else []
    for row in sorted(rows, key=lambda each: (len(each.finding), each.finding)):
        found[row.check_id] += (Acceptance(row.finding, row.reason, row.accepted_by, row.accepted_at),)
    return found
