"""What the core needs of the outside world. Adapters provide it; tests provide fakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from service.domain.document import Document, DocumentSummary, Passage, PassageKind
from service.domain.fact import Fact


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as it was given: everything `explain` shows, as JSON text."""

    id: str
    asked_at: str
    question: str
    body: str


class Library(Protocol):
    """Documents with their facts (the exact store). One document is in completely, or not at all."""

    def add(self, document: Document) -> None:
        """Store *document*, replacing an older version of the same entity, year, stage, kind and name.

        Raises:
            StoreReadOnlyError: The store cannot be written; it is left as it was.
            StoreFullError: The disk is full; the store is left as it was.
        """

    def remove(self, document_id: str) -> bool:
        """Remove a document; False if there was none of that id."""

    def summaries(self) -> tuple[DocumentSummary, ...]:
        """Return every complete document, by entity, year and id."""

    def get(self, document_id: str) -> Document:
        """Return a document with everything in it.

        Raises:
            MissingDocumentError: There is none of that id.
        """

    def find_facts(
        self,
        *,
        entity: str | None = None,
        year: int | None = None,
        measure: str | None = None,
        keys: Sequence[str] | None = None,
    ) -> tuple[Fact, ...]:
        """Return the facts that match, over all documents, without loading the documents.

        Args:
            entity: Of this entity only.
            year: Of this year only.
            measure: Of this measure only.
            keys: At one of these coordinate keys only (`Coordinate.key`).
        """

    def version(self) -> int:
        """Return a number that grows with every change, so that callers can cache."""


class PassageIndex(Protocol):
    """Search over passages; derived data that can be rebuilt from the library."""

    def replace(self, document_id: str, passages: Sequence[Passage], *, entity: str, year: int) -> None:
        """Index the passages of a document in place of what was indexed for it."""

    def remove(self, document_id: str) -> None:
        """Drop a document's passages."""

    def search(
        self,
        query: str,
        *,
        documents: Sequence[str],
        kinds: Sequence[PassageKind] = (),
        limit: int = 10,
    ) -> tuple[tuple[str, str], ...]:
        """Return (document id, passage id), best first, within *documents*; empty *kinds* means all."""

    def flush(self) -> None:
        """Bring slow derived data (vectors) up to date with what was replaced or removed.

        Raises:
            StoreError: Another process is writing it; searching by words goes on.
        """

    def indexed(self) -> frozenset[str]:
        """Return the ids of the documents that are indexed."""


class AnswerLog(Protocol):
    """Answers with their traces, kept for `explain`."""

    def keep(self, answer: StoredAnswer) -> None:
        """Keep an answer. A store that cannot be written loses it silently: asking still works."""

    def find(self, answer_id: str) -> StoredAnswer | None:
        """Return the answer of that id, if it is kept."""


class Clock(Protocol):
    """The time, for records only; no figure depends on it."""

    def now(self) -> str:
        """Return the time as ISO 8601 text."""

    def elapsed_ms(self) -> int:
        """Return milliseconds from an arbitrary start, growing."""
