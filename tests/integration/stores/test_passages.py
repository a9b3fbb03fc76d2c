"""The passage index on disk: ranking, Chroma behind it, damage, and repair against the library."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from service.adapters.consistency import Repair, repair
from service.adapters.passages import PassageStore
from service.adapters.vectors import vector
from service.domain.document import Document
from service.domain.errors import StoreError, StoreFullError, StoreReadOnlyError
from tests.fakes import FakeLibrary, FakePassageIndex
from tests.shorthand import a_document

ROOT = Path(__file__).resolve().parents[3]


def put(index: PassageStore, document: Document) -> Document:
    index.replace(document.id, document.passages, entity=document.entity, year=document.year)
    return document


def quick(folder: Path) -> PassageStore:
    return PassageStore(folder, vectors_at_once=False)


def run(code: str) -> list[str]:
    """Return the words that a process of its own prints."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout.split()


# ---------------------------------------------------------------------------------------------- words


def test_ranking_over_many_documents_agrees_with_ranking_over_few(tmp_path: Path) -> None:
    index = quick(tmp_path)
    documents = [
        put(index, a_document(str(number), passages=["公务接待费安排", "车辆购置费安排", "会议费安排"]))
        for number in range(20)
    ]
    for scope in (documents[:1], documents[:15], documents):
        hits = index.search("车辆购置", documents=[it.id for it in scope], limit=len(scope))
        assert {passage.rpartition("/")[2] for _, passage in hits} == {"P2"}
        assert {document for document, _ in hits} == {it.id for it in scope}


def test_figures_are_found_whole(tmp_path: Path) -> None:
    index = quick(tmp_path)
    document = put(index, a_document(passages=["支出950.47万元", "支出950.4万元，减少23.04%", "支出1,950.47万元"]))
    for figure, number in (("950.47", "P1"), ("23.04%", "P2"), ("1950.47", "P3")):
        ((_, passage), *_rest) = index.search(figure, documents=[document.id])
        assert passage.endswith(number)


def test_an_index_survives_the_process(tmp_path: Path) -> None:
    document = put(quick(tmp_path), a_document())
    again = quick(tmp_path)
    assert again.indexed() == {document.id}
    assert again.search("支出", documents=[document.id])


def test_a_damaged_index_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "lexical.sqlite").write_bytes(b"garbage" * 1000)
    assert quick(tmp_path).indexed() == frozenset()


def test_an_index_of_another_format_is_made_anew(tmp_path: Path) -> None:
    index = quick(tmp_path)
    put(index, a_document())
    index.close()
    with sqlite3.connect(tmp_path / "lexical.sqlite") as raw:
        raw.execute("PRAGMA user_version = 99")
    assert quick(tmp_path).indexed() == frozenset()


def test_a_full_disk_leaves_the_index_as_it_was(tmp_path: Path) -> None:
    index = quick(tmp_path)
    document = put(index, a_document())
    connection = index._idle[-1]
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count={pages}")
    noise = ["".join(chr(0x4E00 + (n * 7919 + p) % 20000) for n in range(3000)) for p in range(9)]
    with pytest.raises(StoreFullError, match="磁盘已满"):
        put(index, a_document("乙", passages=noise))
    assert index.indexed() == {document.id}
    assert index.search("支出", documents=[document.id])


def test_a_read_only_index_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = put(quick(tmp_path), a_document())
    monkeypatch.setattr("os.access", lambda *_: False)
    index = quick(tmp_path)
    assert index.search("支出", documents=[document.id])
    with pytest.raises(StoreReadOnlyError):
        put(index, a_document("乙"))


def test_threads_search_while_one_writes(tmp_path: Path) -> None:
    index = quick(tmp_path)
    document = put(index, a_document())
    failures: list[Exception] = []

    def look() -> None:
        try:
            for _ in range(30):
                assert index.search("支出预算", documents=[document.id])
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=look) for _ in range(5)]
    for thread in threads:
        thread.start()
    for number in range(20):
        put(index, a_document(f"其他{number}"))
    for thread in threads:
        thread.join()
    assert failures == []


# ---------------------------------------------------------------------------------------------- Chroma


def test_a_search_that_words_fill_never_loads_chroma(tmp_path: Path) -> None:
    """Chroma takes a second to load: a question must not pay for it."""
    index = PassageStore(tmp_path)
    document = put(index, a_document(passages=[f"支出{number}" for number in range(20)]))
    index.close()
    code = (
        "import sys; from service.adapters.passages import PassageStore;"
        f"hits = PassageStore({str(tmp_path)!r}).search('支出', documents=[{document.id!r}], limit=10);"
        "print(len(hits), 'chromadb' in sys.modules, 'numpy' in sys.modules)"
    )
    assert run(code) == ["10", "False", "False"]


def test_candidates_follow_the_hits_by_words(tmp_path: Path) -> None:
    index = PassageStore(tmp_path)
    document = put(index, a_document(passages=["车辆购置费", "无关的话"]))
    assert index.waiting() == 0
    near = index._vectors.near(["车", "辆", "车辆"], [document.id], {2024}, (), 5)
    assert near == [(document.id, f"{document.id}/P1")]
    assert index.search("车辆", documents=[document.id]) == ((document.id, f"{document.id}/P1"),)


def test_candidates_that_are_gone_are_left_out(tmp_path: Path) -> None:
    index = PassageStore(tmp_path)
    document = put(index, a_document(passages=["车辆购置费", "会议费"]))
    index._vectors_at_once = False
    index.replace(document.id, document.passages[1:], entity="", year=2024)
    assert index.search("车辆", documents=[document.id]) == ()


def test_reading_a_document_again_replaces_its_vectors(tmp_path: Path) -> None:
    index = PassageStore(tmp_path)
    document = put(index, a_document(passages=["车辆购置费", "会议费"]))
    index.replace(document.id, document.passages[:1], entity="甲", year=2025)
    everything = [
        passage for collection in index._vectors._opened().list_collections() for passage in collection.get()["ids"]
    ]
    assert everything == [f"{document.id}/P1"]
    index.remove(document.id)
    assert [it.count() for it in index._vectors._opened().list_collections()] == [0, 0]


def test_a_second_process_is_refused_chroma_and_searches_by_words(tmp_path: Path) -> None:
    first, second = PassageStore(tmp_path), PassageStore(tmp_path)
    document = put(first, a_document())
    other = put(second, a_document("乙", year=2023))
    assert second.waiting() == 1
    with pytest.raises(StoreError, match=r"另一个进程正在使用.*结束后"):
        second.flush()
    assert second.search("支出", documents=[document.id, other.id])
    first.close()
    second.flush()
    assert second.waiting() == 0


def test_broken_chroma_does_not_stop_search_and_is_rebuilt_when_deleted(tmp_path: Path) -> None:
    (tmp_path / "vectors").mkdir()
    (tmp_path / "vectors" / "chroma.sqlite3").write_bytes(b"garbage" * 1000)
    index = PassageStore(tmp_path)
    document = put(index, a_document())
    assert index.search("三公经费", documents=[document.id])
    with pytest.raises(StoreError, match="删除该文件夹"):
        index.flush()
    index.close()
    shutil.rmtree(tmp_path / "vectors")
    code = f"""
from service.adapters.passages import PassageStore
again = PassageStore({str(tmp_path)!r})
again.flush()
print(again.waiting(), len(again._vectors.near(["三", "公"], [{document.id!r}], {{2024}}, (), 5)))
"""
    assert run(code) == ["0", "1"]


def test_a_vector_is_the_same_in_every_process() -> None:
    assert vector(["预算", "支出"]) == vector(["支出", "预算"])
    assert sum(value * value for value in vector(["预算", "支出"])) == pytest.approx(1)


# ---------------------------------------------------------------------------------------------- repair


def test_repair_brings_the_index_in_line() -> None:
    both, missing, gone = a_document("甲", name="1"), a_document("乙", name="2"), a_document("丙", name="3")
    library, index = FakeLibrary(both, missing), FakePassageIndex()
    for document in (both, gone):
        index.replace(document.id, document.passages, entity=document.entity, year=document.year)
    assert repair(library, index) == Repair(indexed=(missing.id,), removed=(gone.id,))
    assert index.indexed() == {both.id, missing.id}
    assert repair(library, index) == Repair()


def test_repair_of_a_read_only_index_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick(tmp_path).close()
    monkeypatch.setattr("os.access", lambda *_: False)
    done = repair(FakeLibrary(a_document()), quick(tmp_path))
    assert done.indexed == ()
    assert "只读" in done.problem


def test_an_index_that_another_process_holds_is_not_taken_for_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.adapters.migrations.BUSY_TIMEOUT_S", 0)
    index = quick(tmp_path)
    document = put(index, a_document())
    index.close()
    with sqlite3.connect(tmp_path / "lexical.sqlite", isolation_level=None) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("PRAGMA user_version = 99")
        other.execute("ROLLBACK")
        with pytest.raises(StoreError, match="另一个进程"):
            quick(tmp_path)
    other.close()
    assert quick(tmp_path).indexed() == {document.id}
