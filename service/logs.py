"""Log lines at the edges: one JSON object per line, in English, without questions or document text."""

from __future__ import annotations

import json
import logging
import time
import traceback
import uuid
from pathlib import Path

#: Attributes a caller may put on a record, in the order they are written.
FIELDS = (
    "request", "method", "route", "status", "ms", "code", "incident", "error", "frames", "host", "port",
)  # fmt: skip

logger = logging.getLogger("youju")


class JsonFormatter(logging.Formatter):
    """Writes a record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line. The traceback text of the record is never written: it may quote a document."""
        line: dict[str, object] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        return json.dumps(line, ensure_ascii=False)


def log_to_stderr(level: str) -> None:
    """Send log lines of *level* and above to stderr; for `youju serve`."""
    _only(logging.StreamHandler())
    logger.setLevel(level)


def log_to_file(folder: Path) -> None:
    """Send errors to ``youju.log`` in *folder*; for the other commands. Lost where it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = logging.FileHandler(folder / "youju.log", encoding="utf-8", delay=True)
    except OSError:
        handler = logging.NullHandler()
    _only(handler)
    logger.setLevel(logging.ERROR)


def record_incident(error: BaseException, **fields: object) -> str:
    """Log an unexpected error under a new id, and return the id to show to the caller.

    Only its type and the places in the code are written: messages may quote a document or a question.
    """
    incident = uuid.uuid4().hex[:8]
    frames = [
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    extra = fields | {"incident": incident, "error": type(error).__name__, "frames": frames[-20:]}
    logger.error("unexpected error", extra=extra)
    return incident


def _only(handler: logging.Handler) -> None:
    for old in list(logger.handlers):
        logger.removeHandler(old)
        old.close()
    handler.setFormatter(JsonFormatter())
    logger.addHandler(handler)
    logger.propagate = False
