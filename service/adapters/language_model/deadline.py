"""The time that is left for a reply, known to everything that works on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Clock = Callable[[], float]

_UNTIL: ContextVar[Deadline | None] = ContextVar("youju_deadline", default=None)


class Deadline:
    """A point in time.

    Args:
        seconds: From now to it.
        clock: Tells the time in seconds from an arbitrary start.
    """

    def __init__(self, seconds: float, clock: Clock) -> None:
        self._clock = clock
        self._end = clock() + seconds

    @property
    def left(self) -> float:
        """Seconds that are left; 0 or less when it has passed."""
        return self._end - self._clock()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Let all requests made meanwhile, also in threads that inherit the context, end by it."""
        token = _UNTIL.set(self)
        try:
            yield
        finally:
            _UNTIL.reset(token)


def current() -> Deadline | None:
    """Return the deadline of the reply that is worked on here."""
    return _UNTIL.get()
