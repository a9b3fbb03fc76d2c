"""Every way of adding a document keeps its file; removing or replacing a document removes it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from service.adapters.readers.archive import expand, is_archive
from service.adapters.readers.files import read_file
from service.application import Application, Limits
from service.domain.document import Document
from service.domain.errors import MissingDocumentError, MissingOriginalError, SourceDocumentError, StoreFullError
from service.vocabulary.vocabulary import Vocabulary
from tests.fakes import FakeAnswerLog, FakeLibrary, FakeOriginals, FakePassageIndex, FixedClock
from tests.web.applications import ScriptedAsker

ONE = "临江市教育局2024年度部门预算\n\n部门：临江市教育局\n收入总计100万元。\n".encode()
TWO = ONE.replace(b"100", b"200")


def _id(data: bytes) -> str:
    return sha256(data).hexdigest()[:16]


def _unpack(data: bytes, name: str) -> Iterator[tuple[str, bytes | SourceDocumentError]] | None:
    return expand(data, name) if is_archive(data) else None


@pytest.fixture
def originals() -> FakeOriginals:
    return FakeOriginals()


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary()


@pytest.fixture
def application(library: FakeLibrary, originals: FakeOriginals, vocabulary: Vocabulary) -> Application:
    return Application(
        library=library, index=FakePassageIndex(), answers=FakeAnswerLog(), clock=FixedClock(), reader=read_file,
        vocabulary=vocabulary, asker=ScriptedAsker(), limits=Limits(), unpacker=_unpack, originals=originals,
    )  # fmt: skip


def test_adding_one_keeps_it_and_removing_it_forgets_it(application: Application, originals: FakeOriginals) -> None:
    application.add(ONE, "甲.txt")
    assert application.original(_id(ONE))[1] == ONE
    assert application.remove(_id(ONE))
    assert originals.kept == {}


def test_adding_several_folders_and_archives_keeps_each(
    application: Application, originals: FakeOriginals, tmp_path: Path
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("乙.txt", TWO)
    (tmp_path / "甲.txt").write_bytes(ONE)
    assert [t.error for t in application.add_paths([tmp_path])] == [""]
    begun: list[str] = []
    taken = list(application.add_files([("b.zip", packed.getvalue()), ("坏.txt", b"")], begins=begun.append))
    assert [bool(t.document) for t in taken] == [True, False]
    assert begun == ["乙.txt", "坏.txt"]
    assert originals.kept == {_id(ONE): ONE, _id(TWO): TWO}


@pytest.mark.parametrize("several", [False, True])
def test_handing_in_a_known_file_again_keeps_it_where_it_was_missing(
    application: Application, originals: FakeOriginals, several: bool
) -> None:
    application.add(ONE, "甲.txt")
    originals.kept.clear()
    with pytest.raises(MissingOriginalError, match="没有留存原件，请重新导入一次这份文件"):
        application.original(_id(ONE))
    done = next(application.add_files([("甲.txt", ONE)])) if several else application.add(ONE, "甲.txt")
    assert done.was_known
    assert application.original(_id(ONE))[1] == ONE


def test_a_document_that_replaces_another_takes_the_others_file_away(
    application: Application, originals: FakeOriginals
) -> None:
    application.add(ONE, "甲.txt")
    application.add(TWO, "甲.txt")  # the same entity, year, stage, kind and name
    assert originals.kept == {_id(TWO): TWO}


def test_a_document_that_cannot_be_stored_leaves_no_file(
    application: Application, library: FakeLibrary, originals: FakeOriginals, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Document) -> None:
        raise StoreFullError("满")

    monkeypatch.setattr(library, "add", full)
    with pytest.raises(StoreFullError):
        application.add(ONE, "甲.txt")
    assert originals.kept == {}


def test_an_unknown_document_has_no_original(application: Application) -> None:
    with pytest.raises(MissingDocumentError):
        application.original("0" * 16)
