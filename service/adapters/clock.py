"""The system clock behind the Clock port."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SystemClock:
    """The time of this machine, in UTC."""

    def now(self) -> str:
        """Return the time as ISO 8601 text, to the second."""
        return datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="seconds")

    def elapsed_ms(self) -> int:
        """Return milliseconds from an arbitrary start, growing."""
        return time.monotonic_ns() // 1_000_000
