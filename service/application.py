"""What a caller can ask for. The command line, the web and the evals all stand on this one class."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from service.domain.document import Document, DocumentSummary
from service.domain.errors import InvalidInputError, MissingAnswerError, OversizedDocumentError, StoreError, YoujuError
from service.domain.fact import Fact

if TYPE_CHECKING:
    from service.asking.answer import Answer, Result
    from service.ingestion.blocks import Reading
    from service.ports import AnswerLog, Clock, Library, PassageIndex, StoredAnswer
    from service.vocabulary.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what is taken in.

    Attributes:
        max_file_bytes: Largest file.
        max_question_chars: Longest question.
    """

    max_file_bytes: int = 32 * 1024 * 1024
    max_question_chars: int = 2000


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one file: a document, or an error with its message."""

    name: str
    document: DocumentSummary | None
    error: str = ""
    code: str = ""
    was_known: bool = False


class Reader(Protocol):
    """Bytes to blocks."""

    def __call__(self, data: bytes, name: str, *, max_bytes: int) -> Reading:
        """Read a file; raises SourceDocumentError."""


class Asker(Protocol):
    """Answers questions over a library."""

    def ask(self, question: str, *, history: Sequence[str], entity: str | None, year: int | None) -> Answer:
        """Answer one question."""

    def evaluate(self, formula: str, *, entity: str | None, year: int | None) -> Result:
        """Evaluate a formula."""


class Application:
    """Documents in, answers out. Built by `service.bootstrap`; holds no state of its own."""

    def __init__(
        self, *, library: Library, index: PassageIndex, answers: AnswerLog, clock: Clock, reader: Reader,
        vocabulary: Vocabulary, asker: Asker, limits: Limits,
    ) -> None:  # fmt: skip
        self._library = library
        self._index = index
        self._answers = answers
        self._clock = clock
        self._reader = reader
        self._vocabulary = vocabulary
        self._asker = asker
        self.limits = limits

    def read(self, data: bytes, name: str) -> Document:
        """Read a file without storing it.

        Raises:
            SourceDocumentError: It cannot be taken in; the message says why.
        """
        from service.ingestion.pipeline import ingest

        return ingest(self._reader(data, name, max_bytes=self.limits.max_file_bytes), self._vocabulary)

    def read_file(self, path: Path) -> Document:
        """Read a file from disk without storing it."""
        return self.read(self._bytes_of(path), path.name)

    def add(self, data: bytes, name: str) -> Ingested:
        """Read a file and store it; the same bytes twice are one document.

        Raises:
            SourceDocumentError: It cannot be taken in.
            StoreError: It cannot be stored; the store is as it was.
        """
        document = self.read(data, name)
        was_known = any(s.id == document.id for s in self._library.summaries())
        self._index.remove(document.id)  # in this order a kill leaves nothing that repair cannot see
        self._library.add(document)
        self._index.replace(document.id, document.passages, entity=document.entity, year=document.year)
        summary = next(s for s in self._library.summaries() if s.id == document.id)
        return Ingested(document.name, summary, was_known=was_known)

    def add_paths(
        self, paths: Sequence[Path], progress: Callable[[int, int, str], None] | None = None
    ) -> Iterator[Ingested]:
        """Store every file under *paths*; a file that fails is reported and does not stop the rest.

        Args:
            paths: Files and folders.
            progress: Called with (done, total, name) before each file.
        """
        files = [f for p in paths for f in ([p] if p.is_file() or not p.exists() else _files_under(p))]
        for number, path in enumerate(files):
            if progress is not None:
                progress(number, len(files), path.name)
            try:
                yield self.add(self._bytes_of(path), path.name)
            except YoujuError as error:
                yield Ingested(path.name, None, error.message, error.code)

    def finish_indexing(self) -> bool:
        """Bring the vectors up to date; False where another process is doing so (search by words goes on)."""
        try:
            self._index.flush()
        except StoreError:
            return False
        return True

    def _bytes_of(self, path: Path) -> bytes:
        try:
            if path.exists() and not path.is_file():
                raise InvalidInputError(f"“{path.name}”不是文件。请给出预算文本文件，或放着它们的文件夹。")
            if path.stat().st_size > self.limits.max_file_bytes:
                raise OversizedDocumentError(
                    f"“{path.name}”有{path.stat().st_size / 1048576:.1f}MB，超过上限"
                    f"{self.limits.max_file_bytes / 1048576:.0f}MB。请只收预算文本，或调大 YOUJU_MAX_FILE_MB。"
                )
            return path.read_bytes()
        except FileNotFoundError:
            raise InvalidInputError(f"找不到文件“{path.name}”。请检查路径是否写对。") from None
        except OSError:
            raise InvalidInputError(f"读不了“{path.name}”。请检查是否有权限打开它。") from None

    def remove(self, document_id: str) -> bool:
        """Remove a document and its passages; False if there was none."""
        removed = self._library.remove(document_id)
        self._index.remove(document_id)
        return removed

    def documents(self) -> tuple[DocumentSummary, ...]:
        """Return every document in the store."""
        return self._library.summaries()

    def document(self, document_id: str) -> Document:
        """Return a document with everything in it. Raises MissingDocumentError."""
        return self._library.get(document_id)

    def facts(
        self, *, entity: str | None = None, year: int | None = None, measure: str | None = None,
        text: str | None = None, limit: int = 200,
    ) -> tuple[Fact, ...]:  # fmt: skip
        """Return facts by entity, year, measure, and a piece of their label."""
        found: list[Fact] = []
        for summary in self._library.summaries():
            if (entity and entity not in (summary.entity, *summary.entity_names)) or (year and year != summary.year):
                continue
            for fact in self._library.get(summary.id).facts:
                if measure and fact.coordinate.measure != measure:
                    continue
                if text and text not in f"{fact.label}{fact.source.row_label}{fact.source.column_label}":
                    continue
                found.append(fact)
                if len(found) >= limit:
                    return tuple(found)
        return tuple(found)

    def ask(
        self, question: str, *, history: Sequence[str] = (), entity: str | None = None, year: int | None = None
    ) -> Answer:
        """Answer a question and keep the answer for `explain`.

        Args:
            question: As typed.
            history: Earlier questions of the dialogue, oldest first.
            entity: Entity to speak of, None to find it in the question.
            year: Budget year, None to find it in the question.

        Raises:
            InvalidInputError: The question is empty or too long.
        """
        if not question.strip():
            raise InvalidInputError("没有收到问题。请输入要问的内容，例如：为什么2024年支出下降了23%？")
        if len(question) > self.limits.max_question_chars:
            raise InvalidInputError(
                f"问题有{len(question)}个字，超过{self.limits.max_question_chars}字的上限。请拆成几个问题分别问。"
            )
        from service.rendering import answer_to_json

        answer = self._asker.ask(question, history=tuple(history)[-20:], entity=entity, year=year)
        self._answers.keep(_stored(answer, self._clock.now(), answer_to_json(answer)))
        return answer

    def evaluate(self, formula: str, *, entity: str | None = None, year: int | None = None) -> Result:
        """Evaluate a formula over one entity's figures.

        Raises:
            RequestError: The formula cannot be parsed, typed or evaluated; the message says where.
            NotInCorpusError: A figure, the entity or the year is not in the store.
        """
        if not formula.strip():
            raise InvalidInputError("算式是空的。例如：占比(支出[基本支出], 支出)。")
        return self._asker.evaluate(formula, entity=entity, year=year)

    def explain(self, answer_id: str) -> StoredAnswer:
        """Return a kept answer with its plan, formulas, operands and findings.

        Raises:
            MissingAnswerError: None of that id is kept.
        """
        found = self._answers.find(answer_id)
        if found is None:
            raise MissingAnswerError(f"没有编号为“{answer_id}”的回答。编号在每次回答的末尾。")
        return found


def _stored(answer: Answer, at: str, body: str) -> StoredAnswer:
    from service.ports import StoredAnswer

    return StoredAnswer(answer.id, at, answer.question, body)


def _files_under(folder: Path) -> list[Path]:
    def is_hidden(path: Path) -> bool:
        return any(part.startswith(".") for part in path.relative_to(folder).parts)

    return sorted(p for p in folder.rglob("*") if p.is_file() and not is_hidden(p) and p.name != "manifest.json")
