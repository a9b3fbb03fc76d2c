"""Drafts and their versions in the database of the library (the DraftStore port)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from service.adapters.sql_library import SqlLibrary
from service.adapters.sql_schema import draft_versions, drafts
from service.domain.errors import DraftApprovedError, DraftChangedError
from service.ports import OPEN_PLACE, DraftSummary, DraftVersion, StoredDraft

_VERSION = (
    draft_versions.c.version, draft_versions.c.created_at, draft_versions.c.origin, draft_versions.c.sha256,
    draft_versions.c.approved_at, draft_versions.c.approved_by,
)  # fmt: skip


class SqlDrafts:
    """Drafts beside the documents of a library.

    Args:
        library: Whose database they are kept in.
    """

    def __init__(self, library: SqlLibrary) -> None:
        self._library = library

    def keep(self, draft: StoredDraft, *, expects: int = 0) -> StoredDraft:
        """Keep a version under the next number of its draft.

        Raises:
            DraftChangedError: A newer version than *expects* (0 for any) is kept; the store is left as it was.
            StoreReadOnlyError: The store cannot be written; it is left as it was.
            StoreFullError: The disk is full; the store is left as it was.
        """
        with self._library.writing() as connection:
            # The lock makes two that keep a version of one draft on PostgreSQL take turns; SQLite has one writer.
            held = connection.execute(select(drafts.c.id).where(drafts.c.id == draft.id).with_for_update()).first()
            if held is None:
                head = {"id": draft.id, "entity": draft.entity, "year": draft.year, "outline": draft.outline}
                connection.execute(insert(drafts), head | {"created_at": draft.made.created_at})
            last = select(func.max(draft_versions.c.version)).where(draft_versions.c.draft == draft.id)
            newest = connection.execute(last).scalar() or 0
            if 0 < expects < newest and (known := _found(connection, draft.id, newest)):
                raise DraftChangedError(draft.id, newest, known.made.created_at)
            kept = replace(draft, made=replace(draft.made, version=newest + 1))
            connection.execute(insert(draft_versions), _row(kept))
        return kept

    def find(self, draft_id: str, version: int | None = None) -> StoredDraft | None:
        """Return a version, by default the newest; None where there is none."""
        with self._library.reading() as connection:
            return _found(connection, draft_id, version)

    def summaries(self, *, entity: str = "", year: int = 0) -> tuple[DraftSummary, ...]:
        """Return the drafts of entities whose name contains *entity*, of *year* (0 for all), newest first."""
        text = draft_versions.c.text
        left_open = (func.length(text) - func.length(func.replace(text, OPEN_PLACE, ""))) / len(OPEN_PLACE)
        query = select(
            drafts.c.id, drafts.c.entity, drafts.c.year, drafts.c.outline, drafts.c.created_at.label("begun"),
            left_open.label("left_open"), *_VERSION,
        ).join(draft_versions)  # fmt: skip
        if entity:
            query = query.where(drafts.c.entity.contains(entity, autoescape=True))
        if year:
            query = query.where(drafts.c.year == year)
        found: dict[str, DraftSummary] = {}
        with self._library.reading() as connection:
            for row in connection.execute(query.order_by(draft_versions.c.version)):
                head = found.get(row.id) or DraftSummary(row.id, row.entity, row.year, row.outline, row.begun, ())
                found[row.id] = replace(head, versions=(*head.versions, _version(row)), open=int(row.left_open))
        return tuple(sorted(found.values(), key=lambda it: (it.created_at, it.id), reverse=True))

    def approve(self, draft_id: str, version: int, *, at: str, by: str) -> StoredDraft | None:
        """Mark a version as approved; one that is approved stays as it is. Return it, None where there is none.

        Raises:
            StoreReadOnlyError: The store cannot be written; it is left as it was.
        """
        with self._library.writing() as connection:
            connection.execute(
                update(draft_versions)
                .where(
                    draft_versions.c.draft == draft_id,
                    draft_versions.c.version == version,
                    draft_versions.c.approved_at.is_(None),
                )
                .values(approved_at=at, approved_by=by)
            )
            return _found(connection, draft_id, version)

    def drop(self, draft_id: str) -> bool:
        """Delete a draft with all its versions; False where there is none.

        Raises:
            DraftApprovedError: A version of it is approved; the store is left as it was.
            StoreReadOnlyError: The store cannot be written; it is left as it was.
        """
        approved = select(draft_versions.c.version, draft_versions.c.approved_by).where(
            draft_versions.c.draft == draft_id, draft_versions.c.approved_at.is_not(None)
        )
        with self._library.writing() as connection:
            connection.execute(select(drafts.c.id).where(drafts.c.id == draft_id).with_for_update())
            if found := connection.execute(approved.order_by(draft_versions.c.version.desc())).first():
                raise DraftApprovedError(draft_id, found.version, found.approved_by)
            connection.execute(delete(draft_versions).where(draft_versions.c.draft == draft_id))
            return bool(connection.execute(delete(drafts).where(drafts.c.id == draft_id)).rowcount)


def _found(connection: Connection, draft_id: str, version: int | None) -> StoredDraft | None:
    query = (
        select(
            drafts.c.id, drafts.c.entity, drafts.c.year, drafts.c.outline, *_VERSION, draft_versions.c.body,
            draft_versions.c.text,
        )
        .join(draft_versions)
        .where(drafts.c.id == draft_id)
        .order_by(draft_versions.c.version.desc())
        .limit(1)
    )  # fmt: skip
    if version is not None:
        query = query.where(draft_versions.c.version == version)
    row = connection.execute(query).first()
    if row is None:
        return None
    return StoredDraft(row.id, row.entity, row.year, row.outline, _version(row), row.body, row.text)


def _version(row: Any) -> DraftVersion:
    return DraftVersion(
        row.version, row.created_at, row.origin, row.sha256, row.approved_at or "", row.approved_by or ""
    )


def _row(draft: StoredDraft) -> dict[str, object]:
    made = draft.made
    return {
        "draft": draft.id,
        "version": made.version,
        "created_at": made.created_at,
        "origin": made.origin,
        "body": draft.body,
        "text": draft.text,
        "sha256": made.sha256,
        "approved_at": made.approved_at or None,
        "approved_by": made.approved_by or None,
    }
