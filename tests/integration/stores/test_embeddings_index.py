"""Vectors of a served model in the passage index: how they are made, kept apart, ranked by, and done without."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from service.adapters.passages import PassageStore
from service.adapters.served_vectors import MOST_CHARACTERS, REST_SECONDS, Embeddings, QueryVectors, embedded, fused
from service.bootstrap import build_application, diagnose
from service.domain.document import Document, Passage
from service.domain.errors import (
    MissingDocumentError,
    ModelBrokenError,
    ModelError,
    ModelOverflowError,
    ModelSlowError,
    StoreError,
)
from service.settings import Settings
from tests.shorthand import a_document
from tests.unit.language_model.loopback import Connection, listening

ROOT = Path(__file__).resolve().parents[3]
#: Words that mean alike, an axis each.
MEANINGS = ("接待 请客 招待 宴请", "车辆 车 开车", "会议 开会", "职责 管什么")
FAILURE = ModelSlowError("模型“e-1”（e.test）没有在2秒内答完。")


def meaning(text: str, dimensions: int = 8) -> list[float]:
    """Return the direction of what *text* means."""
    axes = [float(any(word in text for word in words.split())) for words in MEANINGS]
    return [*axes, *[0.0] * (dimensions - len(axes) - 1), 0.1]


@dataclass
class Scripted:
    """An Embedder that knows what words mean alike, and remembers what it was given."""

    model: str = "e-1"
    dimensions: int = 8
    asked: list[list[str]] = field(default_factory=list)
    failure: ModelError | None = None

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return a vector for each text."""
        self.asked.append(list(texts))
        if self.failure is not None:
            raise self.failure
        return [meaning(text, self.dimensions) for text in texts]

    @property
    def texts(self) -> list[str]:
        """All it was given."""
        return [text for texts in self.asked for text in texts]


@dataclass
class Time:
    """A clock that stands still."""

    now: float = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


class Desk:
    """A library with the indexes over it."""

    def __init__(self, folder: Path, *documents: Document) -> None:
        self.folder = folder
        self.documents = {each.id: each for each in documents}
        self.time = Time()

    def passages_of(self, document: str) -> Sequence[Passage]:
        """Return what the library holds."""
        if document not in self.documents:
            raise MissingDocumentError(document)
        return self.documents[document].passages

    def index(
        self, passages: Scripted | None = None, queries: Scripted | None = None, *, is_fused: bool = False
    ) -> PassageStore:
        """Return an index with all documents in it, by the vectors of a model or by the built-in ones."""
        embeddings = None
        if passages is not None:
            embeddings = Embeddings(passages, queries or passages, self.passages_of, is_fused, self.time)
        made = PassageStore(self.folder, vectors_at_once=False, embeddings=embeddings)
        for document in self.documents.values():
            if document.id not in made.indexed():
                put(made, document)
        return made


def put(index: PassageStore, document: Document) -> None:
    index.replace(document.id, document.passages, entity=document.entity, year=document.year)


def found(index: PassageStore, query: str, document: Document, limit: int = 10) -> list[str]:
    """Return the numbers of the passages found."""
    return [passage.rpartition("/")[2] for _, passage in index.search(query, documents=[document.id], limit=limit)]


def collections(index: PassageStore) -> dict[str, int]:
    """Return how many vectors each collection holds."""
    with index._vectors.used() as client:
        return {each.name: each.count() for each in client.list_collections()}


@pytest.fixture
def paper() -> Document:
    return a_document(passages=["公务接待费预算", "车辆购置", "会议安排"])


@pytest.fixture
def desk(tmp_path: Path, paper: Document) -> Desk:
    return Desk(tmp_path, paper)


# ---------------------------------------------------------------------------------------------- search


def test_meaning_fills_up_what_words_do_not_find(desk: Desk, paper: Document) -> None:
    index = desk.index(Scripted())
    assert found(index, "宴请", paper) == []
    index.flush()
    assert found(index, "宴请", paper)[0] == "P1"
    assert found(index, "宴请车辆", paper)[0] == "P2", "what words find stands first"


def test_where_words_find_enough_no_query_is_embedded(desk: Desk, paper: Document) -> None:
    queries = Scripted()
    index = desk.index(Scripted(), queries)
    index.flush()
    assert found(index, "车辆", paper, limit=1) == ["P2"]
    assert queries.asked == []


def test_fused_meaning_and_words_rank_together(desk: Desk, paper: Document) -> None:
    index = desk.index(Scripted(), is_fused=True)
    index.flush()
    assert found(index, "请客的预算和开车", paper, limit=1) == ["P1"]
    assert set(found(index, "请客的预算和开车", paper, limit=2)) == {"P1", "P2"}
    assert fused(["a", "b"], ["b", "c"]) == ["b", "a", "c"]


def test_fused_a_passage_is_found_once(desk: Desk, paper: Document) -> None:
    index = desk.index(Scripted(), is_fused=True)
    index.flush()
    assert sorted(found(index, "公务接待费", paper)) == ["P1", "P2", "P3"]


def test_fused_what_both_rank_second_comes_before_what_one_ranks_first(tmp_path: Path) -> None:
    paper = a_document(passages=["请客", "预算接待", "宴请甲", "宴请乙", "预算安排预算安排"])
    index = Desk(tmp_path, paper).index(Scripted(), is_fused=True)
    index.flush()
    assert found(index, "预算安排招待", paper, limit=1) == ["P2"]


def test_fused_what_is_gone_is_not_found(desk: Desk, paper: Document) -> None:
    index = desk.index(Scripted(), is_fused=True)
    index.flush()
    index.replace(paper.id, paper.passages[1:], entity="", year=2024)
    assert found(index, "请客", paper) == ["P2", "P3"]


def test_before_the_first_flush_words_answer_and_nothing_is_sent(desk: Desk, paper: Document) -> None:
    model = Scripted()
    assert found(desk.index(model, is_fused=True), "车辆", paper) == ["P2"]
    assert model.asked == []


def test_a_query_is_embedded_once(desk: Desk, paper: Document) -> None:
    queries = Scripted()
    index = desk.index(Scripted(), queries, is_fused=True)
    index.flush()
    for _ in range(3):
        assert found(index, "请客", paper)[0] == "P1"
    assert queries.asked == [["请客"]]


def test_the_vectors_of_the_latest_queries_are_kept() -> None:
    model = Scripted()
    queries = QueryVectors(model, time.monotonic)
    for number in range(257):
        queries.vector(f"问{number}")
    queries.vector("问1")
    assert len(model.asked) == 257
    queries.vector("问0")  # in place of 问2: 问1 has been asked for since
    queries.vector("问1")
    assert len(model.asked) == 258
    queries.vector("问2")
    assert len(model.asked) == 259


def test_of_a_long_query_the_beginning_is_embedded(desk: Desk, paper: Document) -> None:
    queries = Scripted()
    index = desk.index(Scripted(), queries, is_fused=True)
    index.flush()
    found(index, "请客" * 5000, paper)
    assert [len(text) for text in queries.texts] == [MOST_CHARACTERS]


def test_a_model_that_fails_at_a_search_leaves_it_to_the_words_and_is_let_alone_for_a_while(
    desk: Desk, paper: Document
) -> None:
    queries = Scripted(failure=FAILURE)
    index = desk.index(Scripted(), queries, is_fused=True)
    index.flush()
    for _ in range(3):
        assert found(index, "车辆", paper) == ["P2"]
    assert len(queries.asked) == 1
    queries.failure = None
    desk.time.now = REST_SECONDS + 1
    assert found(index, "开车", paper)[0] == "P2"
    assert len(queries.asked) == 2


def test_where_another_process_has_chroma_no_query_is_embedded(desk: Desk, paper: Document) -> None:
    queries = Scripted()
    first = desk.index(Scripted())
    first.flush()
    second = desk.index(Scripted(), queries, is_fused=True)
    assert found(second, "车辆", paper) == ["P2"]
    assert queries.asked == []
    first.close()
    assert found(second, "请客", paper)[0] == "P1"


def test_only_the_documents_and_kinds_asked_for_are_found(tmp_path: Path, paper: Document) -> None:
    other = a_document("乙", year=2023, passages=["公务接待费"])
    desk = Desk(tmp_path, paper, other)
    index = desk.index(Scripted(), is_fused=True)
    index.flush()
    assert [document for document, _ in index.search("请客", documents=[other.id])] == [other.id]
    kind = paper.passages[0].kind
    assert len(index.search("请客", documents=[paper.id, other.id], kinds=[kind])) == 4
    others = [each for each in type(kind) if each is not kind]
    assert index.search("请客", documents=[paper.id, other.id], kinds=others) == ()


# ---------------------------------------------------------------------------------------------- flush


def test_passages_are_sent_in_batches_of_bounded_length(tmp_path: Path) -> None:
    paper = a_document(passages=[f"第{number}项" + "长" * 3000 for number in range(150)])
    model = Scripted()
    Desk(tmp_path, paper).index(model).flush()
    assert [len(texts) for texts in model.asked] == [64, 64, 22]
    assert {len(text) for text in model.texts} == {MOST_CHARACTERS}
    assert model.texts[0].startswith("第0项")


def test_texts_that_are_too_long_for_the_model_are_shortened(paper: Document) -> None:
    class Short(Scripted):
        def embed(self, texts: Sequence[str]) -> list[list[float]]:
            if max(map(len, texts)) > 150:
                raise ModelOverflowError("太长。")
            return super().embed(texts)

    long = a_document(passages=["接待" + "长" * 900])
    model = Short()
    assert embedded(long.passages, model) == [meaning("接待")]
    assert len(model.texts[0]) == MOST_CHARACTERS // 4
    assert len(embedded(paper.passages, model)) == 3


def test_a_model_that_takes_no_text_at_all_is_an_error(paper: Document) -> None:
    with pytest.raises(ModelOverflowError):
        embedded(paper.passages, Scripted(failure=ModelOverflowError("太长。")))


def test_a_failure_at_a_flush_leaves_the_rest_waiting_and_is_made_good_by_the_next(tmp_path: Path) -> None:
    papers = [a_document(str(number), passages=["公务接待费", "车辆"]) for number in range(3)]

    class FailsOnce(Scripted):
        def embed(self, texts: Sequence[str]) -> list[list[float]]:
            self.failure = FAILURE if len(self.asked) == 1 else None
            return super().embed(texts)

    index = Desk(tmp_path, *papers).index(FailsOnce())
    with pytest.raises(StoreError, match=r"没有在2秒内答完.*已可按词检索.*自动补上"):
        index.flush()
    assert index.waiting() == 2
    assert found(index, "车辆", papers[2]) == ["P2"]
    index.flush()
    assert index.waiting() == 0
    assert found(index, "请客", papers[2])[0] == "P1"


def test_a_change_is_embedded_and_a_removal_forgotten(desk: Desk, paper: Document) -> None:
    model = Scripted()
    index = desk.index(model)
    index.flush()
    index.replace(paper.id, paper.passages[:1], entity="甲", year=2025)
    index.flush()
    assert sorted(collections(index).values()) == [0, 1]
    index.remove(paper.id)
    index.flush()
    assert sorted(collections(index).values()) == [0, 0]
    assert len(model.texts) == 4


def test_a_document_that_the_library_no_longer_has_is_forgotten(desk: Desk, paper: Document) -> None:
    index = desk.index(Scripted())
    desk.documents.clear()
    index.flush()
    assert index.waiting() == 0
    put(index, paper)
    desk.documents[paper.id] = paper
    index.flush()
    assert found(index, "请客", paper)[0] == "P1"


def test_vectors_that_were_deleted_are_made_again(desk: Desk, paper: Document) -> None:
    before = desk.index(Scripted())
    before.flush()
    before.close()
    shutil.rmtree(desk.folder / "vectors")
    model = Scripted()
    index = desk.index(model)
    # Chroma remembers folders for the length of a process.
    index._vectors._folder = desk.folder / "again"
    index.flush()
    assert found(index, "请客", paper)[0] == "P1"
    assert len(model.texts) == 3 + 1


def test_searches_go_on_while_passages_are_embedded(tmp_path: Path, paper: Document) -> None:
    other = a_document("乙", passages=["会议"])
    begun, go_on = threading.Event(), threading.Event()

    class Waiting(Scripted):
        def embed(self, texts: Sequence[str]) -> list[list[float]]:
            if any("会议" in text for text in texts) and len(texts) == 1:
                begun.set()
                assert go_on.wait(10)
            return super().embed(texts)

    index = Desk(tmp_path, paper, other).index(Waiting(), Scripted(), is_fused=True)
    flushing = threading.Thread(target=index.flush)
    flushing.start()
    try:
        assert begun.wait(10)
        assert found(index, "请客", paper)[0] == "P1"
        third = a_document("丙", passages=["车辆"])
        put(index, third)
        index.flush()  # at once: what waits is left to the thread that is at it
        assert index.waiting() == 2
    finally:
        go_on.set()
        flushing.join()
    assert index.waiting() == 0


# ---------------------------------------------------------------------------------------------- models


def test_a_switch_of_the_model_and_back_mixes_nothing_and_makes_only_what_is_missing(tmp_path: Path) -> None:
    first, second = a_document("甲", passages=["公务接待费"]), a_document("乙", passages=["车辆购置"])
    desk = Desk(tmp_path, first)
    index = desk.index(Scripted("e-1"))
    index.flush()
    index.close()

    desk.documents[second.id] = second
    other = Scripted("e-2", dimensions=6)
    index = desk.index(other)
    assert index.waiting() == 2, "everything waits for a new model"
    assert found(index, "请客", first) == [], "vectors of another model are not compared with"
    index.flush()
    assert len(other.texts) == 2
    assert found(index, "请客", first) == ["P1"]
    index.close()

    again = Scripted("e-1")
    index = desk.index(again)
    assert index.waiting() == 1
    assert found(index, "宴请", first) == ["P1"], "its vectors are still there"
    index.flush()
    assert again.texts == ["宴请", "车辆购置"]
    index.close()

    index = desk.index(None)
    assert index.waiting() == 2
    index.flush()
    assert index.waiting() == 0
    assert sorted(collections(index).values()) == [2, 2, 2]


def test_a_model_of_the_same_length_is_another_model_all_the_same(desk: Desk, paper: Document) -> None:
    for name in ("e-1", "e-2"):
        index = desk.index(Scripted(name))
        index.flush()
        index.close()
    index = desk.index(None)
    assert sorted(collections(index).values()) == [3, 3]
    assert all(name.startswith("embeddings-") and name.endswith("-8-2024") for name in collections(index))


def test_the_built_in_vectors_are_left_alone(desk: Desk, paper: Document) -> None:
    index = desk.index(None)
    index.flush()
    assert collections(index) == {"passages-2024": 3}
    assert found(index, "宴请", paper) == []


def test_other_vectors_under_the_same_name_are_noticed_at_a_search_and_all_made_anew(
    desk: Desk, paper: Document, caplog: pytest.LogCaptureFixture
) -> None:
    before = desk.index(Scripted())
    before.flush()
    before.close()
    index = desk.index(Scripted(dimensions=12), is_fused=True)
    with caplog.at_level(logging.WARNING, "youju"):
        assert found(index, "请客", paper) == []
        assert found(index, "请客", paper) == []
    assert [record.getMessage() for record in caplog.records] == ["vectors of the model have changed"]
    index.flush()
    assert found(index, "请客", paper)[0] == "P1"
    assert [name.split("-")[2] for name in collections(index)] == ["12"]


def test_other_vectors_under_the_same_name_are_noticed_at_a_flush_and_all_made_anew(tmp_path: Path) -> None:
    first, second = a_document("甲", passages=["公务接待费"]), a_document("乙", passages=["车辆购置"])
    desk = Desk(tmp_path, first)
    before = desk.index(Scripted())
    before.flush()
    before.close()
    desk.documents[second.id] = second
    index = desk.index(Scripted(dimensions=12))
    index.flush()
    assert list(collections(index).values()) == [2]
    assert found(index, "请客", first) == ["P1"]


def test_queries_from_before_such_a_change_are_embedded_again(tmp_path: Path) -> None:
    first, second = a_document("甲", passages=["公务接待费"]), a_document("乙", passages=["车辆购置"])
    desk, model = Desk(tmp_path, first), Scripted()
    index = desk.index(model, is_fused=True)
    index.flush()
    assert found(index, "请客", first) == ["P1"]
    model.dimensions = 12
    desk.documents[second.id] = second
    put(index, second)
    index.flush()
    assert found(index, "请客", first) == ["P1"]
    before = len(model.asked)
    index.flush()
    assert len(model.asked) == before, "nothing is taken for outdated"


def test_a_model_that_gives_now_this_length_now_that_is_an_error(tmp_path: Path) -> None:
    class Unsteady(Scripted):
        lengths: Iterator[int] = cycle([8, 12])

        def embed(self, texts: Sequence[str]) -> list[list[float]]:
            self.dimensions = next(self.lengths)
            return super().embed(texts)

    papers = [a_document(str(number)) for number in range(3)]
    with pytest.raises(StoreError, match="时长时短"):
        Desk(tmp_path, *papers).index(Unsteady()).flush()
    long = a_document(passages=["车辆"] * 65)
    with pytest.raises(ModelBrokenError, match="长短不一"):
        embedded(long.passages, Unsteady())


# ---------------------------------------------------------------------------------------------- the real thing


def serve(connection: Connection) -> None:
    """Answer as a server of embeddings does."""
    texts = json.loads(connection.body)["input"]
    rows = [{"object": "embedding", "index": n, "embedding": meaning(text)} for n, text in enumerate(texts)]
    connection.reply({"object": "list", "model": "e-1", "data": rows})


@dataclass
class Switched:
    """Answers in one way, then in another."""

    way: Callable[[Connection], None]

    def __call__(self, connection: Connection) -> None:
        """Answer."""
        self.way(connection)


def settings_for(url: str, home: Path, **given: Any) -> Settings:
    return Settings(
        home=home, database_url="", embedding_base_url=url, embedding_model="e-1", embedding_api_key=SecretStr("sk-1"), **given
    )


TEXT = """某市审计局
2024年度部门预算
二〇二四年四月

第一部分 某市审计局概况

一、部门职责
负责会议安排。

二、公务接待费说明
公务接待费0万元。
"""


def test_documents_are_embedded_by_a_server_and_found_by_what_a_question_means(tmp_path: Path) -> None:
    with listening(serve) as server:
        application = build_application(settings_for(server.url, tmp_path, embedding_fused=True))
        application.add(TEXT.encode(), "预算.txt")
        assert application.finish_indexing()
        ((_, passage), *_rest) = application.search("请客花销", limit=3)
        assert "接待" in passage.text
        before = len(server.requests)
        assert application.search("会议", limit=1)
        assert len(server.requests) == before + 1, "fused, every search asks"
        assert "Bearer sk-1" in server.requests[0].head


def test_a_server_that_is_down_fails_no_ingest_and_no_search_and_is_made_good_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    served = Switched(lambda it: it.reply({"error": {"message": TEXT}}, "500 No"))
    with listening(served) as server, caplog.at_level(logging.INFO, "youju"):
        settings = settings_for(server.url, tmp_path, llm_retries=0)
        application = build_application(settings)
        assert application.add(TEXT.encode(), "预算.txt").document is not None
        assert not application.finish_indexing()
        assert application.search("公务接待费")
        (line,) = caplog.records
        assert line.getMessage() == "language model failed"
        assert "接待" not in str(vars(line))
        served.way = serve
        assert application.finish_indexing()
        assert not [each.detail for each in diagnose(settings) if "尚待写入" in each.detail]


def test_a_search_waits_for_a_silent_server_once_and_not_long(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    served = Switched(serve)
    with listening(served) as server:
        application = build_application(settings_for(server.url, tmp_path, embedding_fused=True))
        application.add(TEXT.encode(), "预算.txt")
        assert application.finish_indexing()
        assert application.search("公务接待费")  # loads what it needs
        served.way = Connection.stay_silent
        with caplog.at_level(logging.INFO, "youju"):
            begun = time.monotonic()
            for query in ("会议", "职责", "接待费"):
                assert application.search(query)
            assert time.monotonic() - begun < 4
        (line,) = caplog.records
        assert "会议" not in str(vars(line))


def test_looking_after_the_program_sends_no_documents(tmp_path: Path) -> None:
    with listening(serve) as server:
        settings = settings_for(server.url, tmp_path)
        build_application(settings).add(TEXT.encode(), "预算.txt")
        shutil.rmtree(settings.passages_folder)
        details = {each.name: each.detail for each in diagnose(settings)}
        assert "1份尚待写入向量库" in details["检索库"]
        assert [json.loads(each.body)["input"] for each in server.requests] == [["预算"]]


def test_with_nothing_set_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from service.bootstrap import build_application
from service.settings import Settings
application = build_application(Settings(home=Path({str(tmp_path)!r}), database_url="", embedding_base_url="", llm_base_url=""))
application.add({TEXT!r}.encode(), "预算.txt")
assert application.search("公务接待费", limit=1)
print(sorted({{"openai", "httpx", "chromadb", "numpy", "service.adapters.language_model.embeddings"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"
