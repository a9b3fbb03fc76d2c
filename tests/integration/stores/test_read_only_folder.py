"""A store in a folder that its reader may not write, as the operating system really refuses it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

#: Uses a store of its own first, so that every module is loaded before the process gives up its rights.
READER = """
import os, sys
from service.adapters.consistency import repair
from service.adapters.passages import PassageStore
from service.adapters.sql_library import SqlLibrary
from service.domain.errors import StoreReadOnlyError
from service.ports import StoredAnswer
from tests.shorthand import a_document

own, folder, killed = sys.argv[1:]
document = a_document()

def use(folder):
    library = SqlLibrary(folder + "/library.sqlite")
    index = PassageStore(folder, vectors_at_once=False)
    return library, index

def write(folder):
    library, index = use(folder)
    library.add(document)
    index.replace(document.id, document.passages, entity=document.entity, year=document.year)
    library.keep(StoredAnswer("a1", "2024", "q", "{}"))
    library.find_facts(), library.get(document.id), library.find("a1"), repair(library, index)
    return library, index

held = write(own), write(folder)
if killed == "no":
    for library, index in held:
        library.close(), index.close()
if os.getuid() == 0:
    os.chmod(folder, 0o555)
    os.setgid(65534), os.setuid(65534)
else:
    for name in os.listdir(folder):
        os.chmod(folder + "/" + name, 0o444)
    os.chmod(folder, 0o555)
library, index = use(folder)
assert library.read_only and index.read_only
assert library.get(document.id) == document
assert len(library.summaries()) == 1
assert index.search("支出", documents=[document.id])
assert repair(library, index).problem == ""
library.keep(StoredAnswer("a2", "2024", "q", "{}"))
assert library.find("a2") is None
for change in (lambda: library.add(document), lambda: index.remove(document.id)):
    try:
        change()
    except StoreReadOnlyError as error:
        assert folder not in error.message
    else:
        raise AssertionError("written")
print("read")
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder that any user may enter, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)
        (Path(made) / "store").chmod(0o755)


@pytest.mark.parametrize("killed", ["no", "yes"])
def test_a_read_only_folder_is_read(folder: Path, tmp_path: Path, killed: str) -> None:
    """Also where a writer was killed and left its journal beside the file."""
    (folder / "store").mkdir()
    arguments = [sys.executable, "-c", READER, str(tmp_path), str(folder / "store"), killed]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.stdout, done.stderr) == ("read\n", "")
