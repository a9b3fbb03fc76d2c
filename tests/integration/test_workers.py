"""Many files side by side: one that kills its process, hangs or eats the memory fails alone."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from service.adapters.workers import Start, Workers
from service.ports import FileRead, FileToRead
from tests.shorthand import a_document


def start(folder: str = "") -> Callable[[FileToRead], FileRead]:
    """Return a reader that does what the file tells it."""

    def read(file: FileToRead) -> FileRead:
        if folder:
            (Path(folder) / f"{os.getpid()}").touch()
        match file.data:
            case b"die":
                os._exit(3)
            case b"hang":
                time.sleep(600)
            case b"eat":
                try:
                    bytearray(1 << 33)
                except MemoryError:
                    return FileRead(file.number, file.name, None, "太大", "oversized-document")
        document = replace(a_document(file.data.decode()), name=file.name)
        return FileRead(file.number, file.name, document)

    return read


def run(words: list[bytes], workers: int = 2, seconds: int = 3, begin: Start = start) -> dict[str, FileRead]:
    files = (FileToRead(number, f"{number}.txt", word) for number, word in enumerate(words))
    done = list(Workers(begin, seconds=seconds, memory_mb=4096)(files, workers=workers))
    assert sorted(each.number for each in done) == list(range(len(words)))
    return {each.name: each for each in done}


def test_a_process_that_dies_or_hangs_fails_only_its_file() -> None:
    """The others are read, before and after it."""
    done = run([b"a", b"die", b"b", b"hang", b"c", b"eat", b"die", b"d"])

    assert {name for name, each in done.items() if each.document} == {"0.txt", "2.txt", "4.txt", "7.txt"}
    assert (done["1.txt"].code, "意外终止" in done["1.txt"].error) == ("unreadable-document", True)
    assert (done["3.txt"].code, "在3秒内没有读完" in done["3.txt"].error) == ("oversized-document", True)
    assert done["5.txt"].code == "oversized-document"


def test_documents_come_back_equal() -> None:
    assert run([b"a"])["0.txt"].document == replace(a_document("a"), name="0.txt")


def test_processes_are_used_again(tmp_path: Path) -> None:
    """As many as asked for, not one per file."""
    run([b"a"] * 8, begin=partial(start, str(tmp_path)))

    assert len(list(tmp_path.iterdir())) <= 2


def test_what_was_dealt_with_passes_through_without_a_process() -> None:
    known = FileRead(0, "a", known="x")
    assert list(Workers(_never, seconds=1, memory_mb=4096)(iter([known]), workers=2)) == [known]


def test_files_are_taken_only_when_they_can_be_worked_on() -> None:
    """A folder of a thousand files does not stand in memory."""
    taken: list[int] = []

    def files() -> Iterator[FileToRead | FileRead]:
        for number in range(6):
            taken.append(number)
            yield FileToRead(number, "a", b"a")

    reading = Workers(start, seconds=10, memory_mb=4096)(files(), workers=2)
    next(reading)
    assert len(taken) <= 3
    reading.close()  # type: ignore[attr-defined]


def test_a_run_that_is_given_up_leaves_no_process() -> None:
    """As when Ctrl-C ends it."""
    import multiprocessing

    reading = Workers(start, seconds=60, memory_mb=4096)(
        iter([FileToRead(0, "a", b"a"), FileToRead(1, "b", b"hang")]), workers=2
    )
    next(reading)
    reading.close()  # type: ignore[attr-defined]
    assert not [each for each in multiprocessing.active_children() if each.is_alive()]


def test_a_process_that_cannot_start_fails_its_file() -> None:
    assert "意外终止" in run([b"a"], begin=_never)["0.txt"].error


def _never() -> Callable[[FileToRead], FileRead]:
    pytest.fail("nothing may be read")
