"""The real documents that the suite ``years`` asks about: several entities and years in one store.

They stand outside the project, in the folder that ``YOUJU_REAL_CORPUS`` names.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from evals.evidence import Printed
from service.application import Application
from service.bootstrap import build_application
from service.settings import Settings

#: Name of the suite.
SUITE = "years"
#: What the questions are about, within the corpus. The copy with planted errors is another document of one entity.
_WANTED = (
    "wanli/*.pdf", "jiangsu-renda/*.pdf", "jiangsu-jianchayuan/*.pdf", "putuo-sifa/*.pdf",
    "putuo-caizheng-2024/上海*.pdf", "changchun-xinfang/*.pdf", "xian-xinfang/*.pdf", "guangzhou-xinfang/*.pdf",
    "wuxi-tongji/*.pdf", "chongqing-xuanchuan/*.pdf", "beijing-shenji/*.pdf", "kunming-shenji/*.html",
)  # fmt: skip


def corpus_folder() -> Path | None:
    """Return where the real documents stand, None where they are not at hand."""
    named = os.environ.get("YOUJU_REAL_CORPUS", "")
    folder = Path(named)
    return folder if named and folder.is_dir() else None


def wanted_files(folder: Path) -> list[Path]:
    """Return the files the suite needs, in a fixed order."""
    return [file for pattern in _WANTED for file in sorted(folder.glob(pattern))]


@contextmanager
def opened_corpus(folder: Path) -> Iterator[tuple[Application, Printed, Settings]]:
    """Open the service over a store of its own that holds the documents; they are read once per process."""
    yield _store(folder)


@cache
def _store(folder: Path) -> tuple[Application, Printed, Settings]:
    home = Path(tempfile.mkdtemp(prefix="youju-years-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    settings = Settings(home=home, database_url="")
    application = build_application(settings)
    documents = []
    for each in application.add_paths(wanted_files(folder)):
        if each.document is None:
            print(f"没有读入“{each.name}”：{each.error}")
        else:
            documents.append(application.document(each.document.id))
    return application, Printed(documents), settings
