"""Wires everything, once: settings in, a finished application out. Nothing else imports adapters."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from service.application import Application, Limits
from service.domain.errors import ConfigurationError, OversizedDocumentError, YoujuError

if TYPE_CHECKING:
    from pathlib import Path

    from service.adapters.served_vectors import Embeddings
    from service.adapters.sql_library import SqlLibrary
    from service.application import Asker
    from service.asking.asker import RuleAsker
    from service.assisting.draft_wording import DraftWording
    from service.checks import Checks
    from service.conversations import Conversations
    from service.domain.errors import SourceDocumentError
    from service.drafts import Drafts
    from service.ports import Clock, FileRead, FileToRead, Parser
    from service.settings import Settings
    from service.vocabulary.vocabulary import Vocabulary

#: Free space below which `diagnose` warns.
_LEAST_FREE_MB = 200
#: A search waits no longer for the vector of its query: words answer then.
_QUERY_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Check:
    """One line of `youju doctor`.

    Attributes:
        name: What was looked at.
        ok: Whether it is as it should be.
        detail: What was found, and what to do where it is not.
    """

    name: str
    ok: bool
    detail: str


def build_application(settings: Settings) -> Application:
    """Open the stores, bring them up to date, and return the application over them.

    Loads neither Chroma nor a web framework: a question must not wait for them.

    Raises:
        StoreError: A store cannot be used; the message says what to do.
        ConfigurationError: The database address cannot be used.
    """
    from service.adapters.annotating.files import FileAnnotator
    from service.adapters.cell_places import find_cells
    from service.adapters.clock import SystemClock
    from service.adapters.consistency import repair
    from service.adapters.originals import FileOriginals
    from service.adapters.page_images import PdfPageImages
    from service.adapters.passages import PassageStore
    from service.adapters.readers.files import read_file
    from service.adapters.vocabulary_files import read_vocabulary
    from service.asking.asker import RuleAsker
    from service.asking.drafts import drafting_handler
    from service.composer import section_drafting

    clock = SystemClock()
    library = _opened(settings)
    # Chroma takes a second to load: one-off commands leave it for `serve`, and search by words until then.
    index = PassageStore(settings.passages_folder, vectors_at_once=False, embeddings=_embeddings(settings, library))
    repair(library, index)
    vocabulary = read_vocabulary()
    drafter = drafting_handler(*section_drafting(vocabulary))
    rules = RuleAsker(library, index, vocabulary, clock, drafter)
    return Application(
        library=library,
        index=index,
        answers=library,
        clock=clock,
        reader=read_file,
        vocabulary=vocabulary,
        asker=_assisted(settings, rules, vocabulary, clock),
        rules=rules,
        limits=Limits(settings.max_file_mb * 1024 * 1024, settings.max_question_chars, settings.workers or os.cpu_count() or 1),
        parser=_workers(settings),
        unpacker=_unpack,
        annotator=FileAnnotator(),
        originals=FileOriginals(settings.originals_folder, keeping=settings.keep_originals),
        images=PdfPageImages(),
        places=find_cells,
    )


def _embeddings(settings: Settings, library: SqlLibrary) -> Embeddings | None:
    """Return the embeddings that are set, None where none are: nothing of them is loaded then."""
    if not settings.embedding_base_url:
        return None
    from service.adapters.language_model.embeddings import build_embedder
    from service.adapters.served_vectors import Embeddings

    hurried = settings.model_copy(update={"llm_seconds": min(_QUERY_SECONDS, settings.llm_seconds), "llm_retries": 0})
    passages, queries = build_embedder(settings), build_embedder(hurried)
    if passages is None or queries is None:
        return None
    return Embeddings(passages, queries, lambda document: library.get(document).passages, settings.embedding_fused)


def _assisted(settings: Settings, rules: RuleAsker, vocabulary: Vocabulary, clock: Clock) -> Asker:
    """Return the rules with the models that are set, the rules alone where none is: nothing of models is loaded then."""
    if not settings.llm_base_url:
        return rules
    from service.adapters.language_model.factory import build_models
    from service.adapters.prompt_files import read_prompts
    from service.assisting.asker import AssistedAsker
    from service.logs import record_incident

    models = build_models(settings)
    if models.understand is None and models.answer is None:
        return rules
    return AssistedAsker(rules, models, read_prompts(), vocabulary, clock, settings.llm_steps, record_incident)


def _draft_wording(settings: Settings, vocabulary: Vocabulary) -> DraftWording | None:
    """Return what words drafts by the model that is set for it, None where none is."""
    if not settings.llm_base_url:
        return None
    from service.adapters.clock import SystemClock
    from service.adapters.language_model.factory import build_models
    from service.adapters.prompt_files import read_prompts
    from service.assisting.draft_wording import DraftWording
    from service.logs import record_incident

    model = build_models(settings).draft
    return DraftWording(model, read_prompts(), vocabulary, SystemClock(), record_incident) if model is not None else None


def build_drafts(settings: Settings, application: Application) -> Drafts:
    """Return what drafting needs, beside an application over the same stores.

    Raises:
        StoreError: A store cannot be used; the message says what to do.
        ConfigurationError: The database address cannot be used.
    """
    from service.adapters.clock import SystemClock
    from service.adapters.gongwen import document
    from service.adapters.readers.files import read_file
    from service.adapters.sql_drafts import SqlDrafts
    from service.adapters.vocabulary_files import read_vocabulary
    from service.composer import Composer
    from service.drafting.reasons import refusal_of
    from service.drafting.revision import revise
    from service.drafts import Drafts

    library, vocabulary = _opened(settings), read_vocabulary()
    composer = Composer(library, vocabulary, read_file, _draft_wording(settings, vocabulary))
    return Drafts(
        compose=composer.compose, plan=composer.plan, check=composer.recheck, evaluate=composer.evaluate, revise=revise,
        store=SqlDrafts(library), clock=SystemClock(), reader=read_file, limits=application.limits, word=document,
        refuse=partial(refusal_of, rules=vocabulary.wording),
    )  # fmt: skip


def build_conversations(settings: Settings) -> Conversations:
    """Return the conversations of the store.

    Raises:
        StoreError: A store cannot be used; the message says what to do.
        ConfigurationError: The database address cannot be used.
    """
    from service.adapters.clock import SystemClock
    from service.adapters.sql_conversations import SqlConversations
    from service.conversations import Conversations

    return Conversations(store=SqlConversations(_opened(settings)), clock=SystemClock())


def build_checks(settings: Settings, application: Application) -> Checks:
    """Return the kept checks of the store, beside an application over the same one.

    Raises:
        StoreError: A store cannot be used; the message says what to do.
        ConfigurationError: The database address cannot be used.
    """
    from service.adapters.annotating.files import annotates, page_places
    from service.adapters.annotating.report_document import report_to_word
    from service.adapters.clock import SystemClock
    from service.adapters.sql_checks import SqlChecks
    from service.checks import Checks
    from service.presenting.text_view import text_view

    return Checks(
        application=application, store=SqlChecks(_opened(settings)), clock=SystemClock(), annotates=annotates, view=text_view,
        word=report_to_word, places=page_places,
    )  # fmt: skip


def _workers(settings: Settings) -> Parser:
    from service.adapters.workers import Workers

    return Workers(
        partial(start_reading, settings.max_file_mb * 1024 * 1024, settings.logs_folder),
        seconds=settings.file_seconds,
        memory_mb=settings.file_memory_mb,
    )


def _unpack(data: bytes, name: str) -> Iterator[tuple[str, bytes | SourceDocumentError]] | None:
    from service.adapters.readers.archive import expand, is_archive

    return expand(data, name) if is_archive(data) else None


def start_reading(max_bytes: int, logs_folder: Path) -> Callable[[FileToRead], FileRead]:
    """Return what reads a file in a process of its own: all that needs loading is loaded here, once.

    Args:
        max_bytes: Size limit of a file.
        logs_folder: Where unexpected errors are logged.
    """
    from service.adapters.readers.files import read_file
    from service.adapters.vocabulary_files import read_vocabulary
    from service.ingestion.pipeline import ingest
    from service.logs import log_to_file, record_incident
    from service.ports import FileRead

    log_to_file(logs_folder)
    vocabulary = read_vocabulary()

    def read(file: FileToRead) -> FileRead:
        try:
            document = ingest(read_file(file.data, file.name, max_bytes=max_bytes), vocabulary)
        except YoujuError as error:
            return FileRead(file.number, file.name, None, error.message, error.code)
        except MemoryError:
            return FileRead(
                file.number, file.name, None,
                f"“{file.name}”的内容太大，内存放不下。请拆成几个文件，或由管理员调大 YOUJU_FILE_MEMORY_MB。",
                OversizedDocumentError.code,
            )  # fmt: skip
        except Exception as error:  # one file that fails must not lose the others
            said = f"读“{file.name}”时程序内部出错，编号 {record_incident(error)}。请把编号告诉管理员，详情在日志里。"
            return FileRead(file.number, file.name, None, said, "internal-error")
        return FileRead(file.number, file.name, document)

    return read


def _opened(settings: Settings) -> SqlLibrary:
    """Open the library.

    Raises:
        ConfigurationError: Its address is malformed, or its driver is not installed.
        StoreError: The store cannot be used.
    """
    from sqlalchemy.exc import ArgumentError

    from service.adapters.sql_library import SqlLibrary

    try:
        return SqlLibrary(settings.database)
    except (ArgumentError, ValueError):
        raise ConfigurationError(
            "YOUJU_DATABASE_URL 写法有误。应如：postgresql+psycopg://用户:密码@主机:5432/库名。"
        ) from None
    except ImportError as error:
        raise ConfigurationError(
            f"YOUJU_DATABASE_URL 所指的数据库需要驱动“{error.name}”，但没有安装。请运行 pip install {error.name}。"
        ) from None


def program_version() -> str:
    """Return the version of the installed program."""
    try:
        return version("youju")
    except PackageNotFoundError:
        return "0"


def diagnose(settings: Settings) -> tuple[Check, ...]:
    """Look at everything that can keep the program from working; never raises for what it finds."""
    checks = {
        "程序": _program,
        "数据文件夹": lambda: _home(settings),
        "全文检索": _full_text,
        "词表": _vocabulary,
        "文档库": lambda: _library(settings),
        "原件": lambda: _originals(settings),
        "检索库": lambda: _index(settings),
        "向量库": _vectors,
        "处理器": lambda: _cores(settings),
        "DOC读取": _office,
        "扫描件识别": _recognition,
        "语言模型": lambda: _models(settings),
        "向量模型": lambda: _embedder(settings),
    }
    return tuple(_looked_at(name, check) for name, check in checks.items())


def _looked_at(name: str, check: Callable[[], tuple[bool, str]]) -> Check:
    try:
        return Check(name, *check())
    except YoujuError as error:
        return Check(name, ok=False, detail=error.message)


def _program() -> tuple[bool, str]:
    return True, f"有据 {program_version()}，Python {platform.python_version()}"


def _home(settings: Settings) -> tuple[bool, str]:
    home = settings.home
    existing = next(folder for folder in (home, *home.parents) if folder.exists())
    if not existing.is_dir():
        return False, f"{home} 不能用作文件夹：{existing} 是一个文件。请用 YOUJU_HOME 另指一个文件夹。"
    free_mb = shutil.disk_usage(existing).free // 1048576
    if free_mb < _LEAST_FREE_MB:
        return False, f"{home} 所在磁盘只剩{free_mb}MB。请腾出空间。"
    return True, f"{home}（磁盘剩余{free_mb // 1024}GB）"


def _full_text() -> tuple[bool, str]:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE t USING fts5(x)")
    except sqlite3.OperationalError:
        return False, f"SQLite {sqlite3.sqlite_version} 没有FTS5，不能检索。请换用带FTS5的Python。"
    finally:
        connection.close()
    return True, f"SQLite {sqlite3.sqlite_version}，有FTS5"


def _vocabulary() -> tuple[bool, str]:
    from service.adapters.vocabulary_files import read_vocabulary

    vocabulary = read_vocabulary()
    return True, f"{len(vocabulary.dimensions)}个维度，{len(vocabulary.measures)}个指标"


def _library(settings: Settings) -> tuple[bool, str]:
    library = _opened(settings)
    try:
        held = library.summaries()
    finally:
        library.close()
    if library.read_only:
        return False, f"{len(held)}份文档；文档库是只读的，不能导入。请开放写权限。"
    if not held:
        return True, "还没有文档。请运行 youju ingest 文件或文件夹。"
    return True, f"{len(held)}份文档，{sum(each.facts for each in held)}个数字"


def _originals(settings: Settings) -> tuple[bool, str]:
    from service.adapters.originals import FileOriginals

    held = FileOriginals(settings.originals_folder).held()
    library = _opened(settings)
    try:
        known = {each.id for each in library.summaries()}
    finally:
        library.close()
    notes = [f"留存了{len(held & known)}份文档的原件"]
    if missing := len(known - held):
        notes.append(f"{missing}份没有，重新导入一次就有，也才能看PDF页面")
    if not settings.keep_originals:
        notes.append("YOUJU_KEEP_ORIGINALS=false，新导入的不留存")
    if spare := len(held - known):
        notes.append(f"另有{spare}份不属于现有文档，无碍，可以从 {settings.originals_folder.name} 文件夹删除")
    return True, "；".join(notes)


def _index(settings: Settings) -> tuple[bool, str]:
    from service.adapters.consistency import repair
    from service.adapters.passages import PassageStore

    library = _opened(settings)
    embeddings = _embeddings(settings, library)
    # Looking must not send whole documents to a server.
    index = PassageStore(settings.passages_folder, vectors_at_once=embeddings is None, embeddings=embeddings)
    try:
        done = repair(library, index)
        waiting = index.waiting()
        indexed = len(index.indexed())
    finally:
        index.close()
        library.close()
    if done.problem:
        return False, done.problem
    mended = len(done.indexed) + len(done.removed)
    notes = [f"刚补齐{mended}份"] if mended else []
    notes += [f"{waiting}份尚待写入向量库，按词检索不受影响"] if waiting else []
    return True, f"{indexed}份文档可检索" + "".join(f"，{note}" for note in notes)


def _vectors() -> tuple[bool, str]:
    try:
        return True, f"chromadb {version('chromadb')}（本机文件夹，同时只供一个进程写入）"
    except PackageNotFoundError:
        return False, "没有安装 chromadb。请重新安装本程序。"


def _cores(settings: Settings) -> tuple[bool, str]:
    return True, f"{os.cpu_count() or 1}个，批量导入时同时读{settings.workers or os.cpu_count() or 1}份"


def _models(settings: Settings) -> tuple[bool, str]:
    from service.adapters.language_model.factory import probe
    from service.adapters.prompt_files import read_prompts

    read_prompts()
    return probe(settings)


def _embedder(settings: Settings) -> tuple[bool, str]:
    from service.adapters.language_model.embeddings import probe_embedder

    return probe_embedder(settings)


def _office() -> tuple[bool, str]:
    from service.adapters.readers.office import find_office

    found = find_office()
    if found is None:
        return True, (
            "没有LibreOffice，DOC不可读，其他格式不受影响。需要时请安装"
            "（Debian、Ubuntu上是 libreoffice-writer 和 libreoffice-calc）。"
        )
    return True, f"DOC可读（{found}）"


def _recognition() -> tuple[bool, str]:
    from service.adapters.readers.ocr import is_installed

    if not is_installed():
        return True, (
            "没有tesseract中文识别，扫描成图片的页不可读，其他不受影响。需要时请安装"
            "（Debian、Ubuntu上是 tesseract-ocr 和 tesseract-ocr-chi-sim）。"
        )
    return True, "tesseract chi_sim，扫描成图片的页可识别；识别出的数字标明“OCR识读”"
