"""What tests share: the vocabulary, the seed document, and askers over documents without stores."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from evals import seed as seed_files
from service.adapters.readers.text import read_text
from service.adapters.vocabulary_files import read_vocabulary
from service.asking.asker import RuleAsker
from service.asking.drafts import drafting_handler
from service.composer import section_drafting
from service.domain.document import Document
from service.ingestion.pipeline import ingest
from service.vocabulary.vocabulary import Vocabulary
from tests.fakes import FakeLibrary, FakePassageIndex, FixedClock
from tests.samples import MAX_BYTES, Sample, read_sample

ROOT = Path(__file__).parent.parent

#: It has no examples to try, and pytest takes two files of one name collected for examples for one module.
collect_ignore = ["conftest.py"]

AskerOver = Callable[..., RuleAsker]


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    """The names and question words of the package."""
    return read_vocabulary()


@pytest.fixture(scope="session")
def seed_path() -> Path:
    """Where the seed document stands; an error where the checkout lacks it."""
    return seed_files.seed_path()


@pytest.fixture(scope="session")
def seed(seed_path: Path, vocabulary: Vocabulary) -> Document:
    """The seed document, read once."""
    return ingest(read_text(seed_path.read_bytes(), seed_path.name, max_bytes=MAX_BYTES), vocabulary)


@pytest.fixture(scope="session")
def seed_truth() -> Mapping[str, Any]:
    """The seed's 12 tables and 60 stated figures as read by hand."""
    return seed_files.seed_truth()


@pytest.fixture(scope="session")
def sample(vocabulary: Vocabulary) -> Document:
    """The sample document as it is by default."""
    return read_sample(Sample(), vocabulary)


@pytest.fixture(scope="session")
def asker_over(vocabulary: Vocabulary) -> AskerOver:
    """Build an asker over documents, with fakes in place of the stores."""

    def build(*documents: Document) -> RuleAsker:
        index = FakePassageIndex()
        for document in documents:
            index.replace(document.id, document.passages, entity=document.entity, year=document.year)
        drafter = drafting_handler(*section_drafting(vocabulary))
        return RuleAsker(FakeLibrary(*documents), index, vocabulary, FixedClock(), drafter)

    return build


@pytest.fixture(scope="session")
def seed_asker(asker_over: AskerOver, seed: Document) -> RuleAsker:
    """An asker over the seed document alone."""
    return asker_over(seed)


def cases(name: str) -> Sequence[Mapping[str, Any]]:
    """Read the questions of a suite."""
    path = ROOT / "evals" / "cases" / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
