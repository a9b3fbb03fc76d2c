"""What every Originals promises, and what the one over a folder promises beyond that."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest

from service.adapters.originals import FileOriginals
from service.domain.errors import StoreError
from service.ports import Originals
from tests.fakes import FakeOriginals

DATA = b"%PDF-1.7 the file as it came"
ID = sha256(DATA).hexdigest()[:16]


@pytest.fixture(params=["folder", "fake"])
def originals(request: pytest.FixtureRequest, tmp_path: Path) -> Originals:
    return FileOriginals(tmp_path / "originals") if request.param == "folder" else FakeOriginals()


def test_what_is_kept_comes_back_as_it_was(originals: Originals) -> None:
    assert originals.read(ID) is None
    assert originals.held() == frozenset()
    originals.keep(ID, DATA)
    originals.keep(ID, DATA)
    assert originals.read(ID) == DATA
    assert originals.held() == {ID}


def test_what_is_removed_is_gone_and_nothing_happens_twice(originals: Originals) -> None:
    originals.keep(ID, DATA)
    originals.remove(ID)
    originals.remove(ID)
    assert originals.read(ID) is None


def test_a_damaged_file_counts_as_missing_and_is_replaced(tmp_path: Path) -> None:
    originals = FileOriginals(tmp_path)
    (tmp_path / ID).write_bytes(DATA[:-1])
    assert originals.read(ID) is None
    originals.keep(ID, DATA)
    assert originals.read(ID) == DATA


def test_nothing_is_left_of_a_file_that_could_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="磁盘已满"):
        FileOriginals(tmp_path).keep(ID, DATA)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "", ID.upper(), ID + "/x"])
def test_no_other_file_is_read_or_removed(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_bytes(b"x")
    originals = FileOriginals(tmp_path / "originals")
    originals.keep(name, b"y")
    originals.remove(name)
    assert originals.read(name) is None
    assert [p.name for p in tmp_path.iterdir()] == ["secret"]


def test_where_keeping_is_switched_off_what_was_kept_can_still_be_read_and_removed(tmp_path: Path) -> None:
    FileOriginals(tmp_path).keep(ID, DATA)
    off = FileOriginals(tmp_path, keeping=False)
    assert off.read(ID) == DATA
    off.remove(ID)
    off.keep(ID, DATA)
    assert off.held() == frozenset()


def test_only_its_owner_can_read_a_kept_file(tmp_path: Path) -> None:
    FileOriginals(tmp_path).keep(ID, DATA)
    assert (tmp_path / ID).stat().st_mode & 0o077 == 0
