"""Reads many files side by side, each in a process that can be lost: one that dies or hangs fails only its file."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from service.domain.errors import OversizedDocumentError, UnreadableDocumentError
from service.ports import FileRead, FileToRead

#: Makes, in the process that reads, what reads a file. It travels there, so it must be a function of a module.
Start = Callable[[], Callable[[FileToRead], FileRead]]
#: Starting a process and loading what it needs does not count as reading a file.
_READY = "ready"
_START_SECONDS = 120
_END_SECONDS = 5


@dataclass(slots=True)
class _Worker:
    """A reading process.

    Attributes:
        process: The process.
        pipe: This end of the pipe to it.
        deadline: When it is given up.
        ready: Whether it has loaded everything.
        file: What it reads, None between files.
        begun: When the file was handed over or the worker became ready, whichever was later.
    """

    process: BaseProcess
    pipe: Connection
    deadline: float
    ready: bool = False
    file: FileToRead | None = None
    begun: float = 0.0


class Workers:
    """The Parser port over processes.

    Args:
        start: Makes what reads a file; called once in every process.
        seconds: After so many seconds the reading of a file is given up.
        memory_mb: Address space a process may use; not bounded on Windows.
    """

    def __init__(self, start: Start, *, seconds: int, memory_mb: int) -> None:
        self._start = start
        self._seconds = seconds
        self._memory = memory_mb * 1024 * 1024

    def __call__(self, files: Iterator[FileToRead | FileRead], *, workers: int) -> Iterator[FileRead]:
        """Read *files* in *workers* processes, which are started as they are needed and replaced when lost."""
        idle: list[_Worker] = []
        busy: list[_Worker] = []
        exhausted = False
        try:
            while not exhausted or busy:
                while not exhausted and len(busy) < max(workers, 1):
                    file = next(files, None)
                    if file is None:
                        exhausted = True
                    elif isinstance(file, FileRead):
                        yield file
                    else:
                        worker = idle.pop() if idle and idle[-1].process.is_alive() else self._new()
                        busy.append(worker)
                        self._hand_over(worker, file)
                for worker, read in self._await(busy):
                    busy.remove(worker)
                    if worker.process.is_alive():
                        idle.append(worker)
                    yield read
        finally:
            for worker in (*idle, *busy):
                _end(worker)

    def _new(self) -> _Worker:
        # A fresh interpreter: forking a process with threads and open stores is not safe anywhere.
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self._start, self._memory), daemon=True)
        process.start()
        theirs.close()  # so that its death is seen as the end of the pipe
        return _Worker(process, ours, time.monotonic() + _START_SECONDS)

    def _hand_over(self, worker: _Worker, file: FileToRead) -> None:
        worker.file = file
        worker.begun = time.monotonic()
        if worker.ready:
            worker.deadline = worker.begun + self._seconds
        with contextlib.suppress(OSError):  # it has died; waiting for it finds out
            worker.pipe.send(file)

    def _await(self, busy: list[_Worker]) -> Iterator[tuple[_Worker, FileRead]]:
        """Wait for something to happen; yield the workers that are done, or lost, with what became of their file."""
        if not busy:
            return
        left = max(0.0, min(worker.deadline for worker in busy) - time.monotonic())
        spoke = wait([worker.pipe for worker in busy], left)
        for worker in list(busy):
            file = worker.file
            if file is None:
                continue
            if worker.pipe in spoke:
                try:
                    said = worker.pipe.recv()
                except Exception:  # the process is gone, or was cut off in the middle of its answer
                    _end(worker)
                    yield worker, _lost(file)
                    continue
                now = time.monotonic()
                if said == _READY:
                    worker.ready = True
                    worker.begun, worker.deadline = now, now + self._seconds
                    continue
                yield worker, _timed(said, now - worker.begun)
                worker.file = None
            elif time.monotonic() >= worker.deadline:
                _end(worker)
                yield worker, _too_slow(file, self._seconds)


def _serve(pipe: Connection, start: Start, memory: int) -> None:
    """Read what comes through the pipe until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    _bound(memory)
    read = start()
    pipe.send(_READY)
    while True:
        try:
            file = pipe.recv()
        except (EOFError, OSError):
            return
        pipe.send(read(file))


def _bound(memory: int) -> None:
    if sys.platform != "win32":
        import resource

        with contextlib.suppress(OSError, ValueError):  # the system allows less already, or knows no such bound
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _end(worker: _Worker) -> None:
    worker.pipe.close()
    if worker.process.is_alive():
        worker.process.kill()
    worker.process.join(_END_SECONDS)


def _timed(read: FileRead, seconds: float) -> FileRead:
    return FileRead(read.number, read.name, read.document, read.error, read.code, read.known, int(seconds * 1000))


def _lost(file: FileToRead) -> FileRead:
    return FileRead(
        file.number, file.name, None,
        f"读“{file.name}”的进程意外终止，这份没有导入，其他不受影响。它可能已损坏或太大；请另存后再试，"
        "或由管理员调大 YOUJU_FILE_MEMORY_MB。",
        UnreadableDocumentError.code,
    )  # fmt: skip


def _too_slow(file: FileToRead, seconds: int) -> FileRead:
    return FileRead(
        file.number, file.name, None,
        f"“{file.name}”在{seconds}秒内没有读完，已放弃，其他不受影响。请拆成几个文件，"
        "或由管理员调大 YOUJU_FILE_SECONDS。",
        OversizedDocumentError.code, ms=seconds * 1000,
    )  # fmt: skip
