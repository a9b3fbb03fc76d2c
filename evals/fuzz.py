"""Damage files of every kind and see that each is read or refused, in bounded time and memory.

``python -m evals.fuzz --seconds 60 --seed 1 [--kind .pdf …] [--keep FOLDER]``

Each input is read in a child process with bounded memory. What is not a reading and not a refusal is a crash:
an error that no reader turned into a message, a child that died, an input that took too long.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import random
import resource
import sys
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from evals.fuzz_files import small_files
from evals.fuzz_mutations import arbitrary, mutate
from service.adapters.readers.archive import expand, is_archive
from service.adapters.readers.files import read_kind
from service.adapters.readers.kinds import kind_of
from service.adapters.readers.limits import check_reading, check_size
from service.adapters.readers.text import safe_name
from service.adapters.vocabulary_files import read_vocabulary
from service.domain.errors import SourceDocumentError, YoujuError
from service.ingestion.blocks import Grid, Reading, TextLine
from service.ingestion.pipeline import ingest
from service.vocabulary.vocabulary import Vocabulary

MAX_BYTES = 32 * 1024 * 1024
_MEMORY = 3 * 1024 * 1024 * 1024
_LONGEST = 60.0


@dataclass(slots=True)
class Tally:
    """What became of the inputs of one kind."""

    tried: int = 0
    read: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    crashed: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    slowest_input: str = ""


def check(data: bytes, name: str, vocabulary: Vocabulary | None) -> str:
    """Read one input with no net below the readers; return ``read`` or the code of its refusal.

    Raises:
        AssertionError: The reading contradicts itself.
        Exception: Whatever no reader turned into a refusal.
    """
    shown = safe_name(name)
    try:
        check_size(data, shown, MAX_BYTES)
        if is_archive(data):
            for member, content in expand(data, shown):
                if isinstance(content, bytes):
                    check(content, member, vocabulary)
            return "read"
        reading = check_reading(read_kind(kind_of(data, shown), data, shown, max_bytes=MAX_BYTES))
    except SourceDocumentError as error:
        return error.code
    if not is_sound(reading):
        raise AssertionError(f"unsound reading of {kind_of(data, shown).name}")
    if vocabulary is not None:
        try:
            ingest(reading, vocabulary)
        except YoujuError as error:
            return f"ingest: {error.code}"
    return "read"


def is_sound(reading: Reading) -> bool:
    """Tell whether offsets, pages and shapes of a reading agree with one another."""
    lines = [b for b in reading.blocks if isinstance(b, TextLine)]
    grids = [b for b in reading.blocks if isinstance(b, Grid)]
    return (
        all(reading.text[b.start : b.start + len(b.text)] == b.text for b in lines)
        and all(len(r.cells) == g.width for g in grids if g.spans is not None for r in g.rows)
        and all(0 <= r < len(g.rows) and 0 <= c < g.width for g in grids for r, c in g.spans or ())
        and (not reading.page_starts or len(reading.page_starts) == reading.pages)
        and list(reading.page_starts) == sorted(reading.page_starts)
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Fuzz every kind in turn and print what became of the inputs.

    Returns:
        0 when nothing crashed, else 1.
    """
    parser = argparse.ArgumentParser(prog="python -m evals.fuzz", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60, help="for each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--kind", action="append", help="endings, such as .pdf; all by default; 'any' for arbitrary bytes"
    )
    parser.add_argument("--keep", type=Path, help="folder for inputs that crashed and the slowest ones")
    parser.add_argument("--readers-only", action="store_true", help="do not go on to tables and facts")
    given = parser.parse_args(argv)
    files = small_files()
    crashed = 0
    print(f"{'kind':12} {'tried':>7} {'read':>7} {'refused':>7} {'crashed':>7} {'slowest':>9} {'peak':>7}")
    for kind in given.kind or [*files, "any"]:
        tally, peak = _fuzz(kind, files, given)
        crashed += sum(tally.crashed.values())
        print(
            f"{kind:12} {tally.tried:7} {tally.read:7} {sum(tally.refused.values()):7} {sum(tally.crashed.values()):7} "
            f"{tally.slowest:8.2f}s {peak:5}MB  {dict(tally.refused)}",
            flush=True,
        )
        for place, count in tally.crashed.most_common():
            print(f"    {count:5} x {place}", flush=True)
    return 1 if crashed else 0


def _fuzz(kind: str, files: dict[str, bytes], given: argparse.Namespace) -> tuple[Tally, int]:
    """Try inputs of one kind until the time is up; a child that dies or hangs is replaced."""
    rng = random.Random(f"{given.seed}{kind}")  # noqa: S311
    others = list(files.values())
    tally = Tally()
    peak = 0
    child = _Child(read_only=given.readers_only)
    until = time.monotonic() + given.seconds
    while time.monotonic() < until:
        if kind == "any":
            data, name = arbitrary(rng), f"x{rng.choice([*files, ''])}"
        else:
            data = mutate(files[kind], others, rng)
            name = f"x{kind if rng.random() < 0.9 else rng.choice(list(files))}"
        verdict, seconds, memory = child.check(data, name)
        peak = max(peak, memory)
        tally.tried += 1
        mark = hashlib.sha256(data).hexdigest()[:12]
        if verdict == "read":
            tally.read += 1
        elif verdict.startswith("!"):
            tally.crashed[verdict[1:]] += 1
            if tally.crashed[verdict[1:]] <= 3:
                _keep(given.keep, f"crash-{mark}{kind}", data)
        else:
            tally.refused[verdict] += 1
        if seconds > tally.slowest:
            tally.slowest, tally.slowest_input = seconds, mark
            if seconds > 2:
                _keep(given.keep, f"slow-{mark}{kind}", data)
    child.end()
    return tally, peak


def _keep(folder: Path | None, name: str, data: bytes) -> None:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


class _Child:
    """A process that reads inputs, started again when it dies."""

    def __init__(self, *, read_only: bool) -> None:
        self._read_only = read_only
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._read_only), daemon=True)
        self._process.start()
        theirs.close()
        self._pipe.recv()  # ready

    def check(self, data: bytes, name: str) -> tuple[str, float, int]:
        """Return the verdict on an input, the seconds it took, and the child's peak memory in MB."""
        started = time.monotonic()
        try:
            self._pipe.send((data, name))
            if self._pipe.poll(_LONGEST):
                verdict, memory = self._pipe.recv()
                return verdict, time.monotonic() - started, memory
            verdict = f"!took longer than {_LONGEST:.0f} s"
        except (EOFError, OSError):
            verdict = "!the process died"
        self.end()
        self._start()
        return verdict, time.monotonic() - started, 0

    def end(self) -> None:
        """Stop the process."""
        self._process.kill()
        self._process.join()
        self._pipe.close()


def _serve(pipe: Connection, read_only: bool) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    vocabulary = None if read_only else read_vocabulary()
    pipe.send("ready")
    while True:
        try:
            data, name = pipe.recv()
        except EOFError:
            return
        try:
            verdict = check(data, name, vocabulary)
        except BaseException as error:  # a panic of a native library is no Exception
            verdict = f"!{_place(error)}"
        pipe.send((verdict, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024))


def _place(error: BaseException) -> str:
    """Return the kind of an error and the last places of this project it passed."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "/service/" in f.filename]
    places = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames[-3:]))
    return f"{type(error).__name__} at {places}: {str(error)[:80]!r}"


if __name__ == "__main__":
    sys.exit(main())
