"""The seed document and its labelled truth."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from evals.cases import CASES
from service.adapters.readers.text import read_text
from service.adapters.vocabulary_files import read_vocabulary
from service.application import Limits
from service.domain.document import Document
from service.ingestion.pipeline import ingest

_NAME = "新乡市红旗区委员会办公室-2024年度部门预算.txt"
_CORPUS = Path(__file__).parent.parent / "corpus"


class MissingSeedError(RuntimeError):
    """The seed document is not in the checkout."""


def seed_path() -> Path:
    """Return where the seed document stands.

    Raises:
        MissingSeedError: It is not in the checkout.
    """
    path = _CORPUS / _NAME
    if not path.is_file():
        raise MissingSeedError(f"找不到种子文件 {path}。请取完整的源代码目录。")
    return path


def read_document(path: Path) -> Document:
    """Read a text document as the service does, without storing it."""
    reading = read_text(path.read_bytes(), path.name, max_bytes=Limits().max_file_bytes)
    return ingest(reading, read_vocabulary())


@cache
def seed_document() -> Document:
    """Read the seed document once."""
    return read_document(seed_path())


@cache
def seed_truth() -> dict[str, Any]:
    """Return the 12 tables and the 60 stated figures as read by hand."""
    loaded: dict[str, Any] = json.loads((CASES / "seed_tables.json").read_text(encoding="utf-8"))
    return loaded


@cache
def seed_checks() -> tuple[dict[str, str], ...]:
    """Return the 336 identities and the 20 semantic checks as recomputed by hand."""
    return tuple(json.loads((CASES / "seed_checks.json").read_text(encoding="utf-8")))
