"""What the core needs of the outside world. Adapters provide it; tests provide fakes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from service.domain.check import Acceptance, CheckReport
from service.domain.document import Document, DocumentSummary, Passage, PassageKind, Table
from service.domain.errors import SourceDocumentError
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


#: What a place that is left open in a draft begins with.
OPEN_PLACE = "【待补充："


@dataclass(frozen=True, slots=True)
class DraftVersion:
    """What is known of a version of a draft without loading it.

    Attributes:
        version: 1, 2 …
        created_at: When it was kept.
        origin: ``drafted`` (by the program) or ``edited`` (by a person).
        sha256: Of its body and text.
        approved_at: When it was approved, "" where it is not. An approved version never changes.
        approved_by: By whom.
    """

    version: int
    created_at: str
    origin: str
    sha256: str
    approved_at: str = ""
    approved_by: str = ""


@dataclass(frozen=True, slots=True)
class DraftSummary:
    """What is known of a draft without loading it.

    Attributes:
        id: Of the draft.
        entity: Whose it is.
        year: Budget year.
        outline: Name of the outline it follows.
        created_at: When its first version was kept.
        versions: Oldest first.
        open: Places left open (【待补充：…】) in the text of the newest version, tables left out.
    """

    id: str
    entity: str
    year: int
    outline: str
    created_at: str
    versions: tuple[DraftVersion, ...]
    open: int = 0


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A version of a draft as it is kept.

    Attributes:
        id: Of the draft.
        entity: Whose it is.
        year: Budget year.
        outline: Name of the outline it follows.
        made: The version.
        body: Everything about it, as JSON text.
        text: Its running text.
    """

    id: str
    entity: str
    year: int
    outline: str
    made: DraftVersion
    body: str
    text: str


class DraftStore(Protocol):
    """Drafts in numbered versions. A version is in completely, or not at all; none is ever changed."""

    def keep(self, draft: StoredDraft, *, expects: int = 0) -> StoredDraft:
        """Keep a version under the next number of its draft, whatever number it bears; return it with that number.

        Args:
            draft: The version.
            expects: Number of the newest version that its maker knows, 0 where that does not matter.

        Raises:
            DraftChangedError: A newer one than *expects* is kept; the store is left as it was.
            StoreReadOnlyError: The store cannot be written; it is left as it was.
            StoreFullError: The disk is full; the store is left as it was.
        """

    def find(self, draft_id: str, version: int | None = None) -> StoredDraft | None:
        """Return a version, by default the newest; None where there is none."""

    def summaries(self, *, entity: str = "", year: int = 0) -> tuple[DraftSummary, ...]:
        """Return the drafts of entities whose name contains *entity*, of *year* (0 for all), newest first."""

    def approve(self, draft_id: str, version: int, *, at: str, by: str) -> StoredDraft | None:
        """Mark a version as approved; one that is approved stays as it is. Return it, None where there is none.

        Raises:
            StoreReadOnlyError: The store cannot be written; it is left as it was.
        """

    def drop(self, draft_id: str) -> bool:
        """Delete a draft with all its versions; False where there is none.

        Raises:
            DraftApprovedError: A version of it is approved; the store is left as it was.
            StoreReadOnlyError: The store cannot be written; it is left as it was.
        """


@dataclass(frozen=True, slots=True)
class FileToRead:
    """A file that waits to be read.

    Attributes:
        number: Its place in the order given, from 0.
        name: Its name without folders.
        data: Its bytes.
    """

    number: int
    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class FileRead:
    """What became of a file on reading: a document, or an error.

    Attributes:
        number: That of the file.
        name: That of the file.
        document: What it holds, None where it cannot be read.
        error: Why not, in Chinese.
        code: Stable name of the error.
        known: Id of the document in the store that has the same bytes, where it was not read again.
        ms: Milliseconds it took.
    """

    number: int
    name: str
    document: Document | None = None
    error: str = ""
    code: str = ""
    known: str = ""
    ms: int = 0


class Parser(Protocol):
    """Reads many files, side by side where it can. A file that cannot be read never stops the rest."""

    def __call__(self, files: Iterator[FileToRead | FileRead], *, workers: int) -> Iterator[FileRead]:
        """Read *files*, taking each from the iterator when it can be worked on; in the order they are done.

        Args:
            files: What to read; what has been dealt with already passes through.
            workers: How many to read at a time.
        """


class Unpacker(Protocol):
    """Takes the files out of an archive."""

    def __call__(self, data: bytes, name: str) -> Iterator[tuple[str, bytes | SourceDocumentError]] | None:
        """Return names and bytes of the files in it, one after the other; None where it is no archive.

        Raises:
            SourceDocumentError: It cannot be opened.
        """


class Originals(Protocol):
    """The files of the documents, as they were received."""

    def keep(self, document_id: str, data: bytes) -> None:
        """Keep the file of a document; what is kept already stays.

        Raises:
            StoreReadOnlyError: It cannot be written.
            StoreFullError: The disk is full; nothing is left of it.
        """

    def read(self, document_id: str) -> bytes | None:
        """Return the file of a document; None where none is kept, or what is kept is no longer what was received."""

    def remove(self, document_id: str) -> None:
        """Forget the file of a document; nothing happens where none is kept."""

    def held(self) -> frozenset[str]:
        """Return the ids of the documents whose files are kept."""


class PageImages(Protocol):
    """Draws pages of PDFs. Safe to call from several threads."""

    def __call__(self, data: bytes, page: int, width: int) -> bytes:
        """Return a page as a PNG.

        Args:
            data: The bytes of the file.
            page: Its number, from 1.
            width: Width of the image in pixels; brought within what is sensible.

        Raises:
            InvalidInputError: The file is no PDF that can be drawn, or there is no such page.
        """


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a cell stands on the image of a page, in fractions of its width and height from the upper left corner.

    Attributes:
        row: 0-based row of the table.
        column: 0-based column.
        left: Of its characters.
        top: Likewise.
        width: Likewise.
        height: Likewise.
    """

    row: int
    column: int
    left: float
    top: float
    width: float
    height: float


class CellPlaces(Protocol):
    """Finds where the cells of a table are printed on a page of a PDF. Safe to call from several threads."""

    def __call__(self, data: bytes, page: int, rows: Mapping[int, Mapping[int, str]]) -> tuple[Spot, ...]:
        """Return the places of cells, those left out that cannot be told for certain.

        Args:
            data: The bytes of the file.
            page: Number of the page, from 1.
            rows: Row number → column number → the printed figure, of the rows that stand on this page.
        """


class Clock(Protocol):
    """The time, for records only; no figure depends on it."""

    def now(self) -> str:
        """Return the time as ISO 8601 text."""

    def elapsed_ms(self) -> int:
        """Return milliseconds from an arbitrary start, growing."""


@dataclass(frozen=True, slots=True)
class ModelTool:
    """Something a language model may look up while it works.

    Attributes:
        name: ASCII, as the model calls it.
        description: What it returns, for the model.
        parameters: Name → description; every parameter is text, and all are required.
        run: Takes the arguments, returns JSON text. Never raises for what a model passes in.
    """

    name: str
    description: str
    parameters: Mapping[str, str]
    run: Callable[[Mapping[str, str]], str]


@dataclass(frozen=True, slots=True)
class ModelReply:
    """What a language model said.

    Attributes:
        text: Its final text, reasoning left out; "" where it said nothing.
        model: Name of the model.
        calls: How many requests it took.
    """

    text: str
    model: str
    calls: int = 1


class LanguageModel(Protocol):
    """A language model for one role. It only ever proposes: nothing it says reaches a reader unverified."""

    @property
    def name(self) -> str:
        """Name of the model, for the record."""

    def reply(self, system: str, message: str, *, tools: Sequence[ModelTool] = (), steps: int = 1) -> ModelReply:
        """Answer one message.

        Args:
            system: What it is to do.
            message: What it is to do it with.
            tools: What it may look up.
            steps: Most requests to the model, tool rounds included; at the last one it gets no further answer.

        Raises:
            ModelError: There is no usable reply in the time allowed; the message says why and what to do.
        """


@dataclass(frozen=True, slots=True)
class Models:
    """The language model of each role, None for a role that has none.

    Attributes:
        understand: Proposes a plan for a question.
        answer: Proposes the wording of an answer.
        draft: Proposes the wording of a draft.
    """

    understand: LanguageModel | None = None
    answer: LanguageModel | None = None
    draft: LanguageModel | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of a conversation and its answer.

    Attributes:
        question: As typed.
        answer_id: Of the kept answer, for `AnswerLog.find`.
        text: The answer as it was given.
        status: ``answered``, ``refused`` or ``clarify``.
        asked_at: When.
    """

    question: str
    answer_id: str
    text: str
    status: str
    asked_at: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation.

    Attributes:
        id: Of the conversation.
        title: Its first question, shortened.
        created_at: When it was begun.
        updated_at: When its last turn was kept.
        turns: Oldest first; empty in a list of conversations.
        length: Number of turns.
    """

    id: str
    title: str
    created_at: str
    updated_at: str
    turns: tuple[Turn, ...] = ()
    length: int = 0


class ConversationStore(Protocol):
    """Conversations, each a list of turns."""

    def keep(self, conversation_id: str, turn: Turn) -> None:
        """Add a turn at the end of a conversation, which is begun where there is none of that id.

        Raises:
            StoreReadOnlyError: The store cannot be written; it is left as it was.
            StoreFullError: The disk is full; the store is left as it was.
        """

    def find(self, conversation_id: str) -> Conversation | None:
        """Return a conversation with its turns, None where there is none."""

    def summaries(self, *, limit: int = 50) -> tuple[Conversation, ...]:
        """Return the conversations without their turns, the one used last first."""

    def remove(self, conversation_id: str) -> bool:
        """Remove a conversation with its turns; False where there is none."""


@dataclass(frozen=True, slots=True)
class CitedTable:
    """A table of another document that a check names as a place, kept as it was then.

    Attributes:
        document: Id of its document.
        title: Of its document.
        table: The table.
    """

    document: str
    title: str
    table: Table


@dataclass(frozen=True, slots=True)
class CheckToKeep:
    """A check with all that is needed to show it again.

    Attributes:
        id: Of the check.
        name: File name of what was checked.
        created_at: When it was kept.
        head: What a list of checks says of it, as JSON text.
        said: The whole report, as JSON text.
        report: The report, for the annotated copy.
        document: What was checked, as it was read.
        cited: Tables of other documents that the report names.
        data: The bytes of the file.
    """

    id: str
    name: str
    created_at: str
    head: str
    said: str
    report: CheckReport
    document: Document
    cited: tuple[CitedTable, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class KeptCheck:
    """What is known of a check without loading what was checked.

    Attributes:
        id: Of the check.
        name: File name of what was checked.
        created_at: When it was kept.
        head: What a list of checks says of it, as JSON text.
        accepted: Findings that people say may stand, in the order of their ids.
    """

    id: str
    name: str
    created_at: str
    head: str
    accepted: tuple[Acceptance, ...] = ()


class CheckStore(Protocol):
    """Checks with the files that were checked. A check is in completely, or not at all, and never changes but for acceptances."""

    def keep(self, check: CheckToKeep) -> None:
        """Keep a check.

        Raises:
            StoreReadOnlyError: The store cannot be written; it is left as it was.
            StoreFullError: The disk is full; the store is left as it was.
        """

    def find(self, check_id: str) -> KeptCheck | None:
        """Return a check, None where there is none."""

    def summaries(self, *, ids: Sequence[str] = (), limit: int = 50) -> tuple[KeptCheck, ...]:
        """Return the checks of *ids* (all where it is empty), newest first."""

    def said(self, check_id: str) -> str | None:
        """Return the whole report as JSON text, None where there is no such check."""

    def report(self, check_id: str) -> CheckReport | None:
        """Return the report, None where there is no such check."""

    def document(self, check_id: str) -> Document | None:
        """Return what was checked, as it was read but for its facts and paragraphs; None where there is no such check."""

    def cited(self, check_id: str) -> tuple[CitedTable, ...] | None:
        """Return the tables of other documents that the report names, None where there is no such check."""

    def data(self, check_id: str) -> bytes | None:
        """Return the bytes of the file, None where there is no such check."""

    def accept(self, check_id: str, acceptance: Acceptance) -> bool:
        """Note that a finding may stand, in place of what was noted of it before; False where there is no such check.

        Raises:
            StoreReadOnlyError: The store cannot be written; it is left as it was.
        """

    def withdraw(self, check_id: str, finding: str) -> bool:
        """Forget that a finding may stand; False where that was not noted.

        Raises:
            StoreReadOnlyError: The store cannot be written; it is left as it was.
        """

    def remove(self, check_id: str) -> bool:
        """Remove a check with its file; False where there is none.

        Raises:
            StoreReadOnlyError: The store cannot be written; it is left as it was.
        """
