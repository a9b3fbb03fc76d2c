"""What every PassageIndex promises, kept by the real one and by the fake."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.adapters.passages import PassageStore
from service.domain.document import Document, PassageKind
from service.ports import PassageIndex
from tests.fakes import FakePassageIndex
from tests.shorthand import a_document


@pytest.fixture(params=["sqlite", "fake"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> PassageIndex:
    if request.param == "fake":
        return FakePassageIndex()
    return PassageStore(tmp_path, vectors_at_once=False)


def put(index: PassageIndex, document: Document) -> Document:
    index.replace(document.id, document.passages, entity=document.entity, year=document.year)
    return document


def test_the_passage_that_bears_on_the_question_comes_first(index: PassageIndex) -> None:
    document = put(index, a_document())
    hits = index.search("支出预算比上年减少多少？", documents=[document.id])
    assert hits[0] == (document.id, f"{document.id}/P1")


def test_only_the_documents_named_are_searched(index: PassageIndex) -> None:
    mine, other = put(index, a_document("甲", year=2024)), put(index, a_document("乙", year=2023))
    hits = index.search("支出预算", documents=[mine.id])
    assert {document for document, _ in hits} == {mine.id}
    both = index.search("支出预算", documents=[mine.id, other.id])
    assert {document for document, _ in both} == {mine.id, other.id}


def test_no_documents_means_no_passages(index: PassageIndex) -> None:
    put(index, a_document())
    assert index.search("支出预算", documents=[]) == ()
    assert index.search("支出预算", documents=["0000000000000000"]) == ()


def test_kinds_narrow_the_search(index: PassageIndex) -> None:
    document = put(index, a_document())
    hits = index.search("三公经费预算", documents=[document.id], kinds=[PassageKind.GLOSSARY])
    assert hits == ((document.id, f"{document.id}/P2"),)


def test_the_limit_holds(index: PassageIndex) -> None:
    document = put(index, a_document(passages=[f"第{number}项支出" for number in range(20)]))
    assert len(index.search("支出", documents=[document.id], limit=3)) == 3
    assert index.search("支出", documents=[document.id], limit=0) == ()


@pytest.mark.parametrize("query", ["", "  ", "？！", '"', "(", "*", "a OR", "NEAR(", "words:", "'; --"])
def test_no_query_breaks_the_search(index: PassageIndex, query: str) -> None:
    document = put(index, a_document())
    index.search(query, documents=[document.id])


def test_replacing_forgets_the_old_passages(index: PassageIndex) -> None:
    put(index, a_document("甲", passages=["车辆购置"]))
    document = put(index, a_document("甲", passages=["会议培训"]))
    hits = index.search("车辆购置会议", documents=[document.id])
    assert hits == ((document.id, f"{document.id}/P1"),)
    assert index.search("车辆购置", documents=[document.id], limit=5) == ()


def test_removing_forgets_a_document(index: PassageIndex) -> None:
    document = put(index, a_document())
    index.remove(document.id)
    index.remove("0000000000000000")
    assert index.indexed() == frozenset()
    assert index.search("支出预算", documents=[document.id]) == ()


def test_a_document_without_passages_is_indexed(index: PassageIndex) -> None:
    document = put(index, a_document(passages=()))
    assert index.indexed() == {document.id}
    assert index.search("支出预算", documents=[document.id]) == ()
