"""A process that is killed while it adds documents leaves each of them complete or absent."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from service.adapters.consistency import Repair, repair
from service.adapters.passages import PassageStore
from service.adapters.sql_library import SqlLibrary
from tests.shorthand import a_document

ROOT = Path(__file__).resolve().parents[3]

#: Versions of twelve documents, over and over, each in place of the one before.
CHILD = """
import sys
from service.adapters.passages import PassageStore
from service.adapters.sql_library import SqlLibrary
from tests.integration.stores.test_kill import version_of

folder, vectors = sys.argv[1], sys.argv[2] == "vectors"
library = SqlLibrary(folder + "/library.sqlite")
index = PassageStore(folder, vectors_at_once=vectors)
print("ready", flush=True)
for round in range(10_000):
    for place in range(12):
        document = version_of(place, round)
        library.add(document)
        index.replace(document.id, document.passages, entity=document.entity, year=document.year)
        print(place, round, flush=True)
"""


def version_of(place: int, round_: int):  # type: ignore[no-untyped-def]
    text = [f"第{place}个部门第{round_}稿第{number}段，支出{number}.{round_}万元" for number in range(40)]
    return a_document(f"{place}/{round_}", name=f"{place}.txt", year=2020 + place % 3, passages=text)


@pytest.mark.parametrize("seed", range(6))
def test_a_killed_writer_leaves_whole_documents(tmp_path: Path, seed: int) -> None:
    check_after_kill(tmp_path, seed, "words")


def test_a_writer_killed_with_chroma_open_leaves_whole_documents(tmp_path: Path) -> None:
    check_after_kill(tmp_path, 7, "vectors")
    index = PassageStore(tmp_path)
    index.flush()
    assert index.waiting() == 0
    (summary, *_) = SqlLibrary(tmp_path / "library.sqlite").summaries()
    assert index._vectors.near(["部", "门", "部门"], [summary.id], {summary.year}, (), 5)


def check_after_kill(folder: Path, seed: int, vectors: str) -> None:
    arguments = [sys.executable, "-c", CHILD, str(folder), vectors]
    child = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603
    assert child.stdout is not None
    try:
        chosen = random.Random(seed)  # noqa: S311
        wanted = chosen.randrange(3, 40)
        lines = [child.stdout.readline().strip() for _ in range(wanted)]
        # Between two lines lie the transactions: kill somewhere among them.
        time.sleep(chosen.random() * 0.03)
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    assert lines[0] == "ready"
    whole_lines = child.stdout.read().split("\n")[:-1]  # the last one may be cut short by the kill
    confirmed = dict(line.split() for line in [*lines, *whole_lines] if line[:1].isdigit())
    child.stdout.close()

    for name in ("library.sqlite", "lexical.sqlite"):
        with sqlite3.connect(folder / name) as raw:
            assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    library = SqlLibrary(folder / "library.sqlite")
    index = PassageStore(folder, vectors_at_once=False)
    repair(library, index)
    assert repair(library, index) == Repair()

    found = {summary.name: summary for summary in library.summaries()}
    assert index.indexed() == {summary.id for summary in found.values()}
    for place, round_ in confirmed.items():
        summary = found[f"{place}.txt"]
        candidates = (version_of(int(place), int(round_)), version_of(int(place), int(round_) + 1))
        document = library.get(summary.id)
        assert document in candidates
        assert library.find_facts(entity=document.entity, year=document.year)
        hits = index.search("支出万元", documents=[document.id], limit=100)
        assert {passage for _, passage in hits} == {passage.id for passage in document.passages}
