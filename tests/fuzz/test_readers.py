"""Whatever bytes arrive, they are read or refused with a message; ``python -m evals.fuzz`` does this for longer."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evals.fuzz import check, is_sound
from evals.fuzz_files import small_files
from evals.fuzz_mutations import TOKENS, mutate
from service.adapters.readers.files import read_file
from service.application import Application, Limits
from service.domain.errors import SourceDocumentError
from service.vocabulary.vocabulary import Vocabulary
from tests.fakes import FakeAnswerLog, FakeLibrary, FakePassageIndex, FixedClock
from tests.samples import MAX_BYTES, Sample
from tests.web.applications import ScriptedAsker

#: Without the kinds that start LibreOffice for each input.
FILES = {kind: data for kind, data in small_files(old_formats=False).items() if kind != ".formula.xlsx"}
SETTINGS = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@SETTINGS
@given(
    st.binary(max_size=2_000) | st.lists(st.sampled_from(TOKENS) | st.binary(max_size=20), max_size=60).map(b"".join),
    st.sampled_from([*FILES, ""]),
)
def test_arbitrary_bytes(data: bytes, ending: str) -> None:
    """Bytes of no kind, under any name."""
    with suppress(SourceDocumentError):
        assert is_sound(read_file(data, f"x{ending}", max_bytes=MAX_BYTES))


@pytest.mark.parametrize("kind", FILES)
def test_valid_files_are_read(kind: str, vocabulary: Vocabulary) -> None:
    """The files that the fuzzing starts from are sound themselves."""
    assert check(FILES[kind], f"x{kind}", vocabulary) == "read"
    if kind != ".zip":
        assert is_sound(read_file(FILES[kind], f"x{kind}", max_bytes=MAX_BYTES))


@pytest.mark.parametrize("kind", FILES)
def test_damaged_files(kind: str, vocabulary: Vocabulary) -> None:
    """A valid file with flipped, lost, repeated or foreign bytes; no library's own error comes through."""

    @SETTINGS
    @given(st.integers(min_value=0, max_value=2**32))
    def damaged(seed: int) -> None:
        data = mutate(FILES[kind], list(FILES.values()), random.Random(seed))  # noqa: S311
        assert check(data, f"x{kind}", vocabulary)

    damaged()


def test_a_refused_file_leaves_the_store_as_it_was(vocabulary: Vocabulary) -> None:
    """Documents, passages and the version of the store are untouched by what cannot be read."""
    library, index = FakeLibrary(), FakePassageIndex()
    application = Application(
        library=library, index=index, answers=FakeAnswerLog(), clock=FixedClock(), reader=read_file, vocabulary=vocabulary,
        asker=ScriptedAsker(), limits=Limits(),
    )  # fmt: skip
    application.add(Sample().text.encode(), "样例.txt")
    before = (library.summaries(), library.version(), index.indexed())
    rng = random.Random(5)  # noqa: S311
    refused = 0
    for kind, data in FILES.items():
        for cut in (len(data) // 3, len(data) // 2):
            damaged = data[:cut] + rng.randbytes(40)
            with suppress(SourceDocumentError):
                application.read(damaged, f"x{kind}")
                continue
            refused += 1
            with pytest.raises(SourceDocumentError):
                application.add(damaged, f"x{kind}")

    assert refused > 5
    assert (library.summaries(), library.version(), index.indexed()) == before
