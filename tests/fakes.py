"""One stand-in per port of the stores: dictionaries that keep the same promises as the real adapters."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from service.conversations import title_of
from service.domain.document import Document, DocumentSummary, Passage, PassageKind
from service.domain.errors import DraftApprovedError, DraftChangedError, MissingDocumentError, ModelError
from service.domain.fact import Fact, Proof
from service.ports import OPEN_PLACE, Conversation, DraftSummary, ModelReply, ModelTool, StoredAnswer, StoredDraft, Turn

#: What a scripted model says: a text, an error, or what comes of the data it was sent.
Scripted: TypeAlias = "str | ModelError | Callable[[Mapping[str, Any]], str]"
_FENCED = re.compile(r'<资料 编号="(\w+)">\n(.*)\n</资料 编号="\1">\n[^\n]*', re.DOTALL)


class FakeLibrary:
    """The Library port over a dictionary."""

    def __init__(self, *documents: Document) -> None:
        self._documents: dict[str, Document] = {}
        self._version = 0
        for document in documents:
            self.add(document)

    def add(self, document: Document) -> None:
        """Keep *document* in place of what it replaces."""
        kept = {
            known.id: known
            for known in self._documents.values()
            if known.sha256 != document.sha256 and _place(known) != _place(document)
        }
        self._documents = kept | {document.id: document}
        self._version += 1

    def remove(self, document_id: str) -> bool:
        """Forget it."""
        if self._documents.pop(document_id, None) is None:
            return False
        self._version += 1
        return True

    def summaries(self) -> tuple[DocumentSummary, ...]:
        """Describe every document, in the order of the port."""
        found = map(_summary, self._documents.values())
        return tuple(sorted(found, key=lambda it: (it.entity, it.year, it.id)))

    def get(self, document_id: str) -> Document:
        """Return the very document that was added."""
        try:
            return self._documents[document_id]
        except KeyError:
            raise MissingDocumentError(f"库中没有编号为“{document_id}”的文档。") from None

    def find_facts(
        self,
        *,
        entity: str | None = None,
        year: int | None = None,
        measure: str | None = None,
        keys: Sequence[str] | None = None,
    ) -> tuple[Fact, ...]:
        """Look at every fact."""
        return tuple(
            fact
            for document in self._documents.values()
            for fact in document.facts
            if entity in {None, fact.coordinate.entity}
            and year in {None, fact.coordinate.year}
            and measure in {None, fact.coordinate.measure}
            and (keys is None or fact.coordinate.key in keys)
        )

    def version(self) -> int:
        """Count changes."""
        return self._version


class FakePassageIndex:
    """The PassageIndex port; ranks by how many characters of the query a passage holds."""

    def __init__(self) -> None:
        self._passages: dict[str, tuple[Passage, ...]] = {}

    def replace(self, document_id: str, passages: Sequence[Passage], *, entity: str, year: int) -> None:
        """Keep the passages."""
        del entity, year  # a real index files by them
        self._passages[document_id] = tuple(passages)

    def remove(self, document_id: str) -> None:
        """Forget it."""
        self._passages.pop(document_id, None)

    def search(
        self,
        query: str,
        *,
        documents: Sequence[str],
        kinds: Sequence[PassageKind] = (),
        limit: int = 10,
    ) -> tuple[tuple[str, str], ...]:
        """Rank by the characters shared with *query*."""
        wanted = {character for character in query if character.isalnum()}
        scored = [
            (len(wanted & set(passage.text)), document, passage.id)
            for document in dict.fromkeys(documents)
            for passage in self._passages.get(document, ())
            if not kinds or passage.kind in kinds
        ]
        best = sorted(scored, key=lambda hit: -hit[0])
        return tuple((document, passage) for score, document, passage in best[: max(0, limit)] if score)

    def flush(self) -> None:
        """Have nothing slow to bring up to date."""

    def indexed(self) -> frozenset[str]:
        """Name what is kept."""
        return frozenset(self._passages)


class FakeOriginals:
    """The Originals port over a dictionary."""

    def __init__(self, kept: Mapping[str, bytes] | None = None) -> None:
        self.kept = dict(kept or {})

    def keep(self, document_id: str, data: bytes) -> None:
        """Keep it, unless it is kept."""
        self.kept.setdefault(document_id, data)

    def read(self, document_id: str) -> bytes | None:
        """Return what was kept."""
        return self.kept.get(document_id)

    def remove(self, document_id: str) -> None:
        """Forget it."""
        self.kept.pop(document_id, None)

    def held(self) -> frozenset[str]:
        """Name what is kept."""
        return frozenset(self.kept)


class FakeAnswerLog:
    """The AnswerLog port over a dictionary."""

    def __init__(self) -> None:
        self._answers: dict[str, StoredAnswer] = {}

    def keep(self, answer: StoredAnswer) -> None:
        """Keep *answer*."""
        self._answers[answer.id] = answer

    def find(self, answer_id: str) -> StoredAnswer | None:
        """Return what was kept."""
        return self._answers.get(answer_id)


class FakeDraftStore:
    """The DraftStore port over a dictionary."""

    def __init__(self) -> None:
        self._drafts: dict[str, list[StoredDraft]] = {}

    def keep(self, draft: StoredDraft, *, expects: int = 0) -> StoredDraft:
        """Number it and keep it."""
        versions = self._drafts.setdefault(draft.id, [])
        if 0 < expects < len(versions):
            raise DraftChangedError(draft.id, len(versions), versions[-1].made.created_at)
        versions.append(replace(draft, made=replace(draft.made, version=len(versions) + 1)))
        return versions[-1]

    def find(self, draft_id: str, version: int | None = None) -> StoredDraft | None:
        """Return a version, by default the newest."""
        found = [each for each in self._drafts.get(draft_id, ()) if version in (None, each.made.version)]
        return found[-1] if found else None

    def summaries(self, *, entity: str = "", year: int = 0) -> tuple[DraftSummary, ...]:
        """Describe every draft, in the order of the port."""
        found = [
            DraftSummary(
                id, each[0].entity, each[0].year, each[0].outline, each[0].made.created_at, tuple(v.made for v in each),
                each[-1].text.count(OPEN_PLACE),
            )
            for id, each in self._drafts.items()  # noqa: A001 - the name of the field
            if entity in each[0].entity and year in (0, each[0].year)
        ]
        return tuple(sorted(found, key=lambda it: (it.created_at, it.id), reverse=True))

    def approve(self, draft_id: str, version: int, *, at: str, by: str) -> StoredDraft | None:
        """Mark a version that is not marked yet."""
        versions = self._drafts.get(draft_id, [])
        for number, each in enumerate(versions):
            if each.made.version == version:
                if not each.made.approved_at:
                    versions[number] = replace(each, made=replace(each.made, approved_at=at, approved_by=by))
                return versions[number]
        return None

    def drop(self, draft_id: str) -> bool:
        """Delete a draft that nobody approved."""
        for each in self._drafts.get(draft_id, ()):
            if each.made.approved_at:
                raise DraftApprovedError(draft_id, each.made.version, each.made.approved_by)
        return self._drafts.pop(draft_id, None) is not None

    def spoil(self, draft_id: str) -> None:
        """Change what is kept behind the back of everybody, as somebody with the file could."""
        versions = self._drafts[draft_id]
        versions[-1] = replace(versions[-1], text=versions[-1].text + "。")


class FakeConversationStore:
    """The ConversationStore port over a dictionary, the conversation used last at its end."""

    def __init__(self) -> None:
        self._turns: dict[str, tuple[Turn, ...]] = {}

    def keep(self, conversation_id: str, turn: Turn) -> None:
        """Add a turn."""
        self._turns[conversation_id] = (*self._turns.pop(conversation_id, ()), turn)

    def find(self, conversation_id: str) -> Conversation | None:
        """Return what was kept."""
        turns = self._turns.get(conversation_id)
        return _conversation(conversation_id, turns) if turns else None

    def summaries(self, *, limit: int = 50) -> tuple[Conversation, ...]:
        """Describe the conversations."""
        found = (replace(_conversation(id, turns), turns=()) for id, turns in self._turns.items())  # noqa: A001
        return tuple(found)[::-1][:limit]

    def remove(self, conversation_id: str) -> bool:
        """Forget it."""
        return self._turns.pop(conversation_id, None) is not None


@dataclass(frozen=True)
class Request:
    """What a model was asked.

    Attributes:
        system: What it was to do.
        message: As it was sent.
        tools: What it might look up.
        steps: Most requests.
    """

    system: str
    message: str
    tools: tuple[ModelTool, ...]
    steps: int

    @property
    def data(self) -> dict[str, Any]:
        """The JSON object between the fences."""
        found = _FENCED.fullmatch(self.message)
        assert found
        return dict(json.loads(found[2]))

    @property
    def task(self) -> str:
        """Which step asked."""
        return str(self.data["task"])


class ScriptedModel:
    """The LanguageModel port: says what it is told to, one thing after the other, and remembers what it was asked.

    Args:
        says: In order; a request beyond the last is an error of the test.
        name: Of the model.
        calls: Requests that each reply is said to have taken.
    """

    def __init__(self, *says: Scripted, name: str = "scripted", calls: int = 1) -> None:
        self._says = list(says)
        self._name = name
        self._calls = calls
        self.asked: list[Request] = []

    @property
    def name(self) -> str:
        """Its name."""
        return self._name

    @property
    def tasks(self) -> list[str]:
        """The steps that asked, in order."""
        return [each.task for each in self.asked]

    def reply(self, system: str, message: str, *, tools: Sequence[ModelTool] = (), steps: int = 1) -> ModelReply:
        """Say the next thing."""
        self.asked.append(Request(system, message, tuple(tools), steps))
        assert self._says, f"nobody expected {self.asked[-1].task}"
        said = self._says.pop(0)
        if isinstance(said, ModelError):
            raise said
        return ModelReply(said if isinstance(said, str) else said(self.asked[-1].data), self._name, self._calls)


class FixedClock:
    """The Clock port: always the same time, a millisecond later at each look."""

    def __init__(self, now: str = "2024-03-01T09:00:00+00:00") -> None:
        self._now = now
        self._elapsed_ms = 0

    def now(self) -> str:
        """Return the fixed time."""
        return self._now

    def elapsed_ms(self) -> int:
        """Return one more than before."""
        self._elapsed_ms += 1
        return self._elapsed_ms


def _conversation(conversation_id: str, turns: tuple[Turn, ...]) -> Conversation:
    first, last = turns[0], turns[-1]
    return Conversation(conversation_id, title_of(first.question), first.asked_at, last.asked_at, turns, len(turns))


def _place(document: Document) -> tuple[object, ...]:
    return document.entity, document.year, document.stage, document.kind, document.name


def _summary(document: Document) -> DocumentSummary:
    proofs = Counter(cell.proof for table in document.tables for row in table.rows for cell in row.cells)
    return DocumentSummary(
        id=document.id,
        name=document.name,
        title=document.title,
        entity=document.entity,
        entity_names=document.entity_names,
        year=document.year,
        stage=document.stage,
        kind=document.kind,
        region=document.region,
        units=document.units,
        tables=len(document.tables),
        facts=len(document.facts),
        cells_proven=proofs[Proof.PROVEN],
        cells_unproven=proofs[Proof.UNPROVEN],
        cells_contradicted=proofs[Proof.CONTRADICTED],
        findings=document.findings,
        pages=document.pages,
        ocr_pages=document.ocr_pages,
    )
