"""What a caller can ask for. The command line, the web and the evals all stand on this one class."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from service.domain.document import Document, DocumentSummary
from service.domain.errors import (
    ConfigurationError,
    InvalidInputError,
    MissingAnswerError,
    MissingDocumentError,
    MissingOriginalError,
    OversizedDocumentError,
    SourceDocumentError,
    StoreError,
    YoujuError,
)
from service.domain.fact import Fact

if TYPE_CHECKING:
    from service.asking.answer import Answer, Result
    from service.domain.check import Acceptance, CheckReport
    from service.domain.document import Passage
    from service.ingestion.blocks import Reading
    from service.ports import (
        AnswerLog,
        CellPlaces,
        Clock,
        FileRead,
        FileToRead,
        Library,
        Originals,
        PageImages,
        Parser,
        PassageIndex,
        Spot,
        StoredAnswer,
        Unpacker,
    )
    from service.vocabulary.vocabulary import Vocabulary

    Members = Iterator[tuple[str, bytes | SourceDocumentError]]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what is taken in.

    Attributes:
        max_file_bytes: Largest file.
        max_question_chars: Longest question.
        workers: Files read side by side.
    """

    max_file_bytes: int = 32 * 1024 * 1024
    max_question_chars: int = 2000
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one file: a document, or an error with its message.

    Attributes:
        name: Of the file.
        document: What the store says of it, None where it was refused.
        error: Why it was refused, in Chinese.
        code: Stable name of the error.
        was_known: Whether the same bytes were in the store before.
        number: Its place in the order given, from 0.
        ms: Milliseconds its reading took.
    """

    name: str
    document: DocumentSummary | None
    error: str = ""
    code: str = ""
    was_known: bool = False
    number: int = 0
    ms: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the taking in of files is.

    Attributes:
        done: Files dealt with.
        total: Files met so far; it grows while archives are opened.
        name: The file just dealt with.
        ms: Milliseconds its reading took.
    """

    done: int
    total: int
    name: str
    ms: int


@dataclass(slots=True)
class Totals:
    """What a run over many files came to.

    Attributes:
        begun_ms: Milliseconds of the clock at the start.
        stored: Documents stored.
        known: Files whose bytes were in the store, not read again.
        failed: Names and reasons of the files that were refused.
        tables: Tables of the documents stored.
        pages: Pages of the documents stored, where their format has pages.
        cells: Numbers of proven, unproven and contradicted cells of the documents stored.
    """

    begun_ms: int
    stored: int = 0
    known: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    tables: int = 0
    pages: int = 0
    cells: tuple[int, int, int] = (0, 0, 0)

    def count(self, taken: Ingested) -> None:
        """Count what became of a file."""
        found = taken.document
        if found is None:
            self.failed.append((taken.name, taken.error))
        elif taken.was_known and not taken.ms:
            self.known += 1
        else:
            self.stored += 1
            self.tables += found.tables
            self.pages += found.pages
            proven, unproven, contradicted = self.cells
            self.cells = (
                proven + found.cells_proven,
                unproven + found.cells_unproven,
                contradicted + found.cells_contradicted,
            )


@dataclass(frozen=True, slots=True)
class Checked:
    """A text that was checked.

    Attributes:
        report: What was found.
        document: The text as it was read.
        data: Its bytes.
        ms: Milliseconds it took, reading included.
        consulted: The documents it was judged by, besides itself.
        accepted: What people say of findings that may stand, for the copy with the findings in it.
    """

    report: CheckReport
    document: Document
    data: bytes
    ms: int
    consulted: tuple[Document, ...] = ()
    accepted: tuple[Acceptance, ...] = ()


class Annotator(Protocol):
    """Writes what a check found into a file."""

    def word(self, checked: Checked) -> bytes:
        """Return a Word document: the text with comments, or a report where it is no Word document."""

    def pdf(self, checked: Checked) -> bytes:
        """Return a PDF with highlights and notes; raises InvalidInputError where the text is no PDF."""


class Reader(Protocol):
    """Bytes to blocks."""

    def __call__(self, data: bytes, name: str, *, max_bytes: int) -> Reading:
        """Read a file; raises SourceDocumentError."""


class Asker(Protocol):
    """Answers questions over a library."""

    def ask(
        self, question: str, *, history: Sequence[str], entity: str | None, year: int | None,
        progress: Callable[[str], None] | None = None,
    ) -> Answer:  # fmt: skip
        """Answer one question."""

    def evaluate(self, formula: str, *, entity: str | None, year: int | None) -> Result:
        """Evaluate a formula."""


class Application:
    """Documents in, answers out. Built by `service.bootstrap`; holds no state of its own."""

    def __init__(
        self, *, library: Library, index: PassageIndex, answers: AnswerLog, clock: Clock, reader: Reader,
        vocabulary: Vocabulary, asker: Asker, limits: Limits, parser: Parser | None = None,
        unpacker: Unpacker | None = None, annotator: Annotator | None = None, originals: Originals | None = None,
        images: PageImages | None = None, places: CellPlaces | None = None, rules: Asker | None = None,
    ) -> None:  # fmt: skip
        self._library = library
        self._index = index
        self._answers = answers
        self._clock = clock
        self._reader = reader
        self._vocabulary = vocabulary
        self._asker = asker
        self._rules = rules or asker
        self._parser = parser or self._parse
        self._unpacker = unpacker or _no_archive
        self._annotator = annotator
        self._originals = originals
        self._images = images
        self._places = places
        # A document, its passages and its file are three stores: two requests at once must not leave them apart.
        self._changing = threading.Lock()
        self.limits = limits

    def read(self, data: bytes, name: str) -> Document:
        """Read a file without storing it.

        Raises:
            SourceDocumentError: It cannot be taken in; the message says why.
        """
        from service.checking.sums import graded
        from service.ingestion.pipeline import ingest

        read = ingest(self._reader(data, name, max_bytes=self.limits.max_file_bytes), self._vocabulary)
        return graded(read, self._vocabulary)

    def check(
        self, data: bytes, name: str, tables: Sequence[tuple[str, bytes]] = (), *, documents: Sequence[str] = (),
        entity: str = "", year: int = 0, progress: Callable[[str], None] | None = None,
    ) -> Checked:  # fmt: skip
        """Judge every figure of a text by its own tables, by those handed in, else by those of the store.

        Args:
            data: The text as a file.
            name: Its name.
            tables: (name, bytes) of files whose tables it is to be judged by.
            documents: Ids of documents of the store whose tables it is to be judged by.
            entity: Whose it is, where it does not say so itself.
            year: Its budget year, where it does not say so itself.
            progress: Called as a step begins: ``reading`` (the text), ``tables`` (to judge it by), ``judging``.

        Raises:
            MissingDocumentError: There is no document of that id.
            SourceDocumentError: A file cannot be read; the message says which and why.
        """
        from service.checking.checker import check
        from service.checking.material import material_of
        from service.ingestion.pipeline import Assumed, ingest

        begun = self._clock.elapsed_ms()
        tell = progress or _untold
        tell("reading")
        stored = [self._library.get(each) for each in documents]
        own = self._reader(data, name, max_bytes=self.limits.max_file_bytes)
        text = ingest(own, self._vocabulary, Assumed(entity, (entity,) if entity else (), year))
        # A sheet of tables that names neither department nor year is taken to be the text's.
        assumed = Assumed(text.entity, text.entity_names, text.year, text.stage, text.units)
        tell("tables")
        handed_in = [*stored]
        for of, content in tables:
            reading = self._reader(content, of, max_bytes=self.limits.max_file_bytes)
            handed_in.append(ingest(reading, self._vocabulary, assumed))
        if handed_in and not (text.entity and text.year):
            first = next((d for d in handed_in if d.entity and d.year), handed_in[0])
            names = first.entity_names if not entity else (entity,)
            assumed = Assumed(entity or first.entity, names, year or first.year, first.stage, first.units)
            text = ingest(own, self._vocabulary, assumed)
        tell("judging")
        bearing = self._bearing_on(text)
        report = check(material_of(text, handed_in, bearing, self._vocabulary))
        return Checked(report, text, data, self._clock.elapsed_ms() - begun, (*handed_in, *bearing))

    def annotated(self, checked: Checked, into: str) -> bytes:
        """Return the text that was checked with what was found marked in it.

        Args:
            checked: What `check` returned.
            into: ``docx`` (comments; a report where the text is no Word document) or ``pdf`` (highlights and notes).

        Raises:
            InvalidInputError: The text cannot be marked in that format; the message says what can be done.
        """
        if self._annotator is None:
            raise ConfigurationError("没有安装写批注的部分，只能输出文字、JSON、Markdown和网页。")
        return self._annotator.word(checked) if into == "docx" else self._annotator.pdf(checked)

    def _bearing_on(self, text: Document) -> list[Document]:
        """Return the documents of the store that may bear on a text: its entity's, and its units'."""
        names = {n for n in (text.entity, *text.entity_names, *(u.name for u in text.units)) if n}
        return [
            self._library.get(s.id)
            for s in self._library.summaries()
            if s.id != text.id and names & {s.entity, *s.entity_names}
        ]

    def read_file(self, path: Path) -> Document:
        """Read a file from disk without storing it."""
        return self.read(self.bytes_of(path), path.name)

    def add(self, data: bytes, name: str, *, force: bool = False) -> Ingested:
        """Read a file and store it; the same bytes twice are one document, which is read once.

        Args:
            data: The bytes of the file.
            name: Its name.
            force: Read it again even where the same bytes are in the store.

        Raises:
            SourceDocumentError: It cannot be taken in.
            StoreError: It cannot be stored; the store is as it was.
        """
        known = _id_of(data)
        if not force and (summary := self._summary(known)):
            self._keep_missing(known, data)
            return Ingested(name, summary, was_known=True)
        return self._keep(self.read(data, name), data)

    def add_paths(
        self, paths: Sequence[Path], progress: Callable[[Progress], None] | None = None, *, workers: int = 1,
        force: bool = False,
    ) -> Iterator[Ingested]:  # fmt: skip
        """Store every file under *paths*, and those in archives; a file that fails does not stop the rest.

        Each document is stored as soon as it has been read, so that an interrupted run keeps what it did; files
        whose bytes are in the store already are passed over.

        Args:
            paths: Files and folders.
            progress: Called after each file.
            workers: How many files to read side by side.
            force: Read files again whose bytes are in the store.

        Yields:
            What became of each file, in the order they are done; `Ingested.number` is the order given.
        """
        files = [f for p in paths for f in ([p] if p.is_file() or not p.exists() else _files_under(p))]
        yield from self._take_in(((path.name, path) for path in files), len(files), progress, workers, force)

    def add_files(
        self, files: Sequence[tuple[str, bytes]], progress: Callable[[Progress], None] | None = None, *,
        workers: int = 1, force: bool = False, begins: Callable[[str], None] | None = None,
    ) -> Iterator[Ingested]:  # fmt: skip
        """Store files that are at hand as (name, bytes), as `add_paths` does; *begins* is told what is being read.

        Even one file is read by the parser, whose limits of time and memory hold: others may be waiting behind it.
        """
        yield from self._take_in(iter(files), len(files), progress, workers, force, begins, is_limited=True)

    def is_archive(self, data: bytes, name: str) -> bool:
        """Whether `add_files` would take several files out of this one."""
        try:
            return self._unpacker(data, name) is not None
        except SourceDocumentError:
            return True

    def _take_in(
        self, given: Iterator[tuple[str, Path | bytes]], total: int, progress: Callable[[Progress], None] | None,
        workers: int, force: bool, begins: Callable[[str], None] | None = None, is_limited: bool = False,
    ) -> Iterator[Ingested]:  # fmt: skip
        queue = _Queue(given, total, self.bytes_of, self._unpacker, begins)
        if not force:
            queue.known = frozenset(each.id for each in self._library.summaries())
        # One file is read in this process: starting another takes longer than most files.
        parse = self._parser if is_limited or total > 1 or queue.begins_with_archive() else self._parse
        for done, read in enumerate(parse(queue.files(), workers=workers), 1):
            taken = self._settled(read, queue.data_of(read.number))
            if progress is not None:
                progress(Progress(done, max(queue.total, done), read.name, read.ms))
            yield taken

    def _settled(self, read: FileRead, data: bytes) -> Ingested:
        """Store what was read from *data*."""
        if read.known:
            self._keep_missing(read.known, data)
            return Ingested(read.name, self._summary(read.known), was_known=True, number=read.number)
        if read.document is None:
            return Ingested(read.name, None, read.error, read.code, number=read.number, ms=read.ms)
        try:
            return replace(self._keep(read.document, data), number=read.number, ms=read.ms)
        except YoujuError as error:
            return Ingested(read.name, None, error.message, error.code, number=read.number, ms=read.ms)

    def _keep(self, document: Document, data: bytes) -> Ingested:
        with self._changing:
            return self._kept(document, data)

    def _kept(self, document: Document, data: bytes) -> Ingested:
        before = {each.id for each in self._library.summaries()}
        was_known = document.id in before
        if self._originals:
            self._originals.keep(document.id, data)  # first: a full disk then leaves the store as it was
        try:
            self._index.remove(document.id)  # in this order a kill leaves nothing that repair cannot see
            self._library.add(document)
        except YoujuError:
            if self._originals and not was_known:
                self._originals.remove(document.id)
            raise
        self._index.replace(document.id, document.passages, entity=document.entity, year=document.year)
        if self._originals:
            for replaced in before - {each.id for each in self._library.summaries()}:
                self._originals.remove(replaced)
        return Ingested(document.name, self._summary(document.id), was_known=was_known)

    def _keep_missing(self, document_id: str, data: bytes) -> None:
        """Keep the file of a document that was stored without it; a store that cannot be written stays as it is."""
        if self._originals:
            with suppress(StoreError):
                self._originals.keep(document_id, data)

    def _summary(self, document_id: str) -> DocumentSummary | None:
        return next((each for each in self._library.summaries() if each.id == document_id), None)

    def _parse(self, files: Iterator[FileToRead | FileRead], *, workers: int = 1) -> Iterator[FileRead]:
        """Read one file after the other, in this process."""
        from service.ports import FileRead

        del workers
        for each in files:
            if isinstance(each, FileRead):
                yield each
                continue
            begun = self._clock.elapsed_ms()
            try:
                document = self.read(each.data, each.name)
            except YoujuError as error:
                yield FileRead(each.number, each.name, None, error.message, error.code)
                continue
            yield FileRead(each.number, each.name, document, ms=self._clock.elapsed_ms() - begun)

    def now_ms(self) -> int:
        """Return milliseconds from an arbitrary start."""
        return self._clock.elapsed_ms()

    def finish_indexing(self) -> bool:
        """Bring the vectors up to date; False where another process is doing so (search by words goes on)."""
        try:
            self._index.flush()
        except StoreError:
            return False
        return True

    def bytes_of(self, path: Path) -> bytes:
        """Return the bytes of a file.

        Raises:
            InvalidInputError: There is no such file, or it cannot be read.
            OversizedDocumentError: It is beyond the limit.
        """
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
        """Remove a document, its passages and its file; False if there was none."""
        with self._changing:
            removed = self._library.remove(document_id)
            self._index.remove(document_id)
            if self._originals:
                self._originals.remove(document_id)
        return removed

    def original(self, document_id: str) -> tuple[DocumentSummary, bytes]:
        """Return a document's file as it was received.

        Raises:
            MissingDocumentError: There is none of that id.
            MissingOriginalError: Its file was not kept.
        """
        summary = self._summary(document_id)
        if summary is None:
            raise MissingDocumentError(f"没有编号为“{document_id[:64]}”的文档。请刷新文档列表，看看它是否已被删除。")
        data = self._originals.read(document_id) if self._originals else None
        if data is None:
            raise MissingOriginalError(f"没有留存原件，请重新导入一次这份文件（“{summary.name}”）。")
        return summary, data

    def draw(self, data: bytes, page: int, width: int) -> bytes:
        """Return a page of a PDF as a PNG.

        Args:
            data: The bytes of the PDF.
            page: Its number, from 1.
            width: Width of the image in pixels; brought within what is sensible.

        Raises:
            InvalidInputError: It is no PDF that can be drawn, or there is no such page.
        """
        if self._images is None:
            raise ConfigurationError("没有安装画PDF页面的部分，不能显示页面图像。")
        return self._images(data, page, width)

    def places(self, document_id: str, table_id: str, page: int) -> tuple[Spot, ...]:
        """Return where the figures of a table stand on the image of a page, as far as they are found.

        Args:
            document_id: Of a document in the store.
            table_id: Of one of its tables (``T03``).
            page: Number of the page, from 1.

        Raises:
            MissingDocumentError: There is none of that id, or it has no such table.
            MissingOriginalError: Its file was not kept.
        """
        _, data = self.original(document_id)
        table = next((each for each in self._library.get(document_id).tables if each.id == table_id), None)
        if table is None:
            raise MissingDocumentError(f"这份文档里没有编号为“{table_id[:20]}”的表格。")
        on_page = {
            number: {column: cell.raw for column, cell in enumerate(row.cells) if cell.proof}
            for number, row in enumerate(table.rows)
            if (row.page or table.page) == page
        }
        return self._places(data, page, on_page) if self._places else ()

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

    def search(
        self, query: str, *, entity: str | None = None, year: int | None = None, limit: int = 10
    ) -> tuple[tuple[DocumentSummary, Passage], ...]:
        """Return the passages that bear on some words, best first, each with its document.

        Args:
            query: Words or a sentence.
            entity: Part of the name of the entity whose documents are searched, None for all.
            year: Budget year, None for all.
            limit: Most passages.

        Raises:
            InvalidInputError: The query is empty or too long.
            MissingDocumentError: There is no document of that entity or year.
        """
        if not query.strip():
            raise InvalidInputError("没有收到要找的词。例如：部门职责。")
        if len(query) > self.limits.max_question_chars:
            raise InvalidInputError(f"要找的话有{len(query)}个字，超过{self.limits.max_question_chars}字的上限。请只写几个词。")
        held = self._library.summaries()
        within = {
            s.id: s for s in held
            if (year is None or s.year == year)
            and (not entity or any(entity in name for name in (s.entity, *s.entity_names)))
        }  # fmt: skip
        if not within:
            known = "、".join(dict.fromkeys(f"{s.entity}{s.year}年" for s in held[:8]))
            wanted = "".join(filter(None, (f"“{entity}”" if entity else "", f"{year}年" if year else "")))
            raise MissingDocumentError(
                f"资料库里没有{wanted}的文件。现有{known}。" if known else "资料库里还没有文件。请先用 youju ingest 导入。"
            )
        hits = self._index.search(query, documents=list(within), limit=limit)
        of = {each: {p.id: p for p in self._library.get(each).passages} for each in dict.fromkeys(d for d, _ in hits)}
        return tuple((within[d], of[d][p]) for d, p in hits if p in of[d])

    def ask(
        self, question: str, *, history: Sequence[str] = (), entity: str | None = None, year: int | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> Answer:  # fmt: skip
        """Answer a question and keep the answer for `explain`.

        Args:
            question: As typed.
            history: Earlier questions of the dialogue, oldest first.
            entity: Entity to speak of, None to find it in the question.
            year: Budget year, None to find it in the question.
            progress: Called as a step begins: ``calculating``, ``understanding``, ``wording``, ``verifying``.

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

        answer = self._asker.ask(question, history=tuple(history)[-20:], entity=entity, year=year, progress=progress)
        self._answers.keep(_stored(answer, self._clock.now(), answer_to_json(answer)))
        return answer

    def try_out(self, question: str, entity: str | None = None, year: int | None = None) -> Answer:
        """Answer a question by rules alone, without a model and without keeping the answer."""
        return self._rules.ask(question, history=(), entity=entity, year=year)

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


def _id_of(data: bytes) -> str:
    """Return the id a document of these bytes has."""
    return sha256(data).hexdigest()[:16]


def _untold(step: str) -> None:
    """Tell nobody which step begins."""
    del step


def _no_archive(data: bytes, name: str) -> None:
    """Know no archives."""
    del data, name


class _Queue:
    """Files as they are taken out of folders and archives, each only when somebody can work on it.

    Attributes:
        total: Files met so far, those not yet looked into counted as one.
        known: Ids of the documents that need no reading.
        begins: Called with the name of each file that somebody begins to read.
    """

    def __init__(
        self, given: Iterator[tuple[str, Path | bytes]], total: int, bytes_of: Callable[[Path], bytes],
        unpacker: Unpacker, begins: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        self._given = given
        self.bytes_of = bytes_of
        self._unpacker = unpacker
        self._number = 0
        self._first: list[tuple[str, bytes | YoujuError, Members | None]] = []
        self._in_work: dict[int, bytes] = {}
        self.begins = begins
        self.total = total
        self.known: frozenset[str] = frozenset()

    def data_of(self, number: int) -> bytes:
        """Return the bytes of a file that has been dealt with, and let go of them."""
        return self._in_work.pop(number, b"")

    def begins_with_archive(self) -> bool:
        """Look whether the first file is an archive."""
        self._first = list(islice(self._opened(), 1))
        return any(members is not None for _, _, members in self._first)

    def files(self) -> Iterator[FileToRead | FileRead]:
        """Yield every file."""
        for name, found, members in chain(self._first, self._opened()):
            if members is None:
                yield self._file(name, found)
                continue
            self.total -= 1
            try:
                for member, content in members:
                    self.total += 1
                    yield self._file(member, content)
            except YoujuError as error:
                self.total += 1
                yield self._file(name, error)

    def _opened(self) -> Iterator[tuple[str, bytes | YoujuError, Members | None]]:
        for name, place in self._given:
            try:
                data = place if isinstance(place, bytes) else self.bytes_of(place)
                members = self._unpacker(data, name)
            except YoujuError as error:
                yield name, error, None
            else:
                yield name, data, members

    def _file(self, name: str, found: bytes | YoujuError) -> FileToRead | FileRead:
        from service.ports import FileRead, FileToRead

        number, self._number = self._number, self._number + 1
        if isinstance(found, YoujuError):
            return FileRead(number, name, None, found.message, found.code)
        self._in_work[number] = found
        if _id_of(found) in self.known:
            return FileRead(number, name, known=_id_of(found))
        if self.begins is not None:
            self.begins(name)
        return FileToRead(number, name, found)


def _files_under(folder: Path) -> list[Path]:
    def is_hidden(path: Path) -> bool:
        return any(part.startswith(".") for part in path.relative_to(folder).parts)

    return sorted(p for p in folder.rglob("*") if p.is_file() and not is_hidden(p) and p.name != "manifest.json")
