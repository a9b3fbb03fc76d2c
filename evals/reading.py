"""Read the documents of the real corpus, each file once for the same readers."""

from __future__ import annotations

import ast
import hashlib
import os
import pickle
import tempfile
from functools import cache
from pathlib import Path

from service.adapters.readers.files import read_file
from service.adapters.vocabulary_files import read_vocabulary
from service.domain.document import Document
from service.ingestion.blocks import Reading
from service.ingestion.pipeline import ingest

ROOT = Path(__file__).parent.parent
_ENDINGS = frozenset({".pdf", ".doc", ".docx", ".xlsx", ".xls", ".html", ".htm", ".txt"})
_MAX_BYTES = 200_000_000
_READERS = "service.adapters.readers.files"


def corpus_files(folder: Path) -> list[Path]:
    """Return the documents of the corpus in a fixed order; the tables of truth beside them are none."""
    return sorted(
        p for p in folder.glob("*/*") if p.suffix.lower() in _ENDINGS and p.stat().st_size and p.name != "README.md"
    )


def read_kept(path: Path, *, is_fresh: bool = False) -> Reading:
    """Read a file, or take the reading kept from the last time the same readers read the same bytes."""
    data = path.read_bytes()
    key = hashlib.sha256(data + path.name.encode() + _readers_hash()).hexdigest()[:32]
    kept = Path(tempfile.gettempdir()) / f"youju-corpus-{os.getuid()}" / key
    if kept.is_file() and not is_fresh:
        reading: Reading = pickle.loads(kept.read_bytes())  # noqa: S301 - written below, by the same user
        return reading
    reading = read_file(data, path.name, max_bytes=_MAX_BYTES)
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    part = kept.with_suffix(f".{os.getpid()}")
    part.write_bytes(pickle.dumps(reading))
    part.replace(kept)
    return reading


@cache
def _readers_hash() -> bytes:
    """Hash the source of the readers and of all they import."""
    seen: set[Path] = set()
    waiting = [_READERS]
    while waiting:
        path = ROOT.joinpath(*waiting.pop().split(".")).with_suffix(".py")
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("service"):
                waiting += [node.module or "", *(f"{node.module}.{a.name}" for a in node.names)]
    return hashlib.sha256(b"".join(p.read_bytes() for p in sorted(seen))).digest()


def read_document(path: Path, *, is_fresh: bool = False) -> tuple[Reading, Document]:
    """Read a file the whole way.

    Raises:
        YoujuError: It is refused.
    """
    return _ingested(path) if not is_fresh else _read(path, is_fresh=True)


@cache
def _ingested(path: Path) -> tuple[Reading, Document]:
    return _read(path, is_fresh=False)


def _read(path: Path, *, is_fresh: bool) -> tuple[Reading, Document]:
    reading = read_kept(path, is_fresh=is_fresh)
    return reading, ingest(reading, read_vocabulary())
