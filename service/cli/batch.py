"""Questions in a file, one a line, answered one a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.cli.console import BAD, DONE, FOUND, note, refuse_broken_text, show, status_of, unexpected
from service.domain.errors import InvalidInputError, YoujuError

if TYPE_CHECKING:
    from service.application import Application

_LONGEST_LINE_BYTES = 200_000


def ask_batch(application: Application, name: str, entity: str | None, year: int | None) -> int:
    """Answer the questions of a JSONL file (``-`` for stdin), one line each; return the exit status."""
    from service.rendering import to_json

    worst = DONE
    bad = 0
    for number, line in _lines_of(name):
        said = _ask_line(application, number, line, entity, year)
        show(to_json(said))
        if said["status"] == "error":
            bad += 1
        elif said["status"] == "refused" or status_of(said["findings"]):
            worst = FOUND
    if bad:
        note(f"有{bad}行不能提问，原因见各行的error。")
        return BAD
    return worst


def _lines_of(name: str) -> Iterator[tuple[int, bytes]]:
    """Yield (1-based number, line) of a file or of stdin; lines without a character are no questions."""
    path = Path(name)
    if name == "-":
        yield from _numbered(sys.stdin.buffer)
        return
    if not path.is_file():
        problem = "不是文件" if path.exists() else "找不到"
        raise InvalidInputError(f"{problem}“{path.name}”。--batch 需要一个JSONL文件，每行一个问题。")
    try:
        with path.open("rb") as lines:
            yield from _numbered(lines)
    except PermissionError:
        raise InvalidInputError(f"没有权限读“{path.name}”。请检查文件权限。") from None


def _numbered(lines: Any) -> Iterator[tuple[int, bytes]]:
    return ((number, line) for number, line in enumerate(lines, 1) if line.strip(b" \t\r\n\xef\xbb\xbf"))


def _ask_line(
    application: Application, number: int, line: bytes, entity: str | None, year: int | None
) -> dict[str, Any]:
    from service.rendering import answer_to_dict

    asked: dict[str, Any] = {}
    try:
        asked = _parse_line(line)
        answer = answer_to_dict(
            application.ask(
                asked["question"],
                history=asked["history"],
                entity=asked["entity"] or entity,
                year=asked["year"] or year,
            )
        )
    except YoujuError as error:
        trouble = {"code": error.code, "message": error.message}
    except Exception as error:  # one question that fails must not lose the others
        trouble = {"code": "internal-error", "message": unexpected(error)}
    else:
        name = answer["id"] if asked["id"] is None else asked["id"]
        return answer | {"id": name, "line": number, "answer_id": answer["id"]}
    return {"id": asked.get("id"), "line": number, "status": "error", "error": trouble}


def _parse_line(line: bytes) -> dict[str, Any]:
    """Return id, question, history, entity and year of a line.

    Raises:
        InvalidInputError: It is not a JSON object with a question.
    """
    if len(line) > _LONGEST_LINE_BYTES:
        raise InvalidInputError(f"这一行超过{_LONGEST_LINE_BYTES}字节。请每行只放一个问题。")
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise InvalidInputError('这一行不是UTF-8编码的JSON。应如：{"id": "1", "question": "……"}') from None
    if not isinstance(found, dict) or not isinstance(found.get("question"), str):
        raise InvalidInputError('这一行缺少文字的question。应如：{"id": "1", "question": "……"}')
    history = found.get("history") or []
    if not isinstance(history, list) or not all(isinstance(each, str) for each in history):
        raise InvalidInputError("history应是一组文字，即先前的问题，由早到晚。")
    entity, year, name = found.get("entity"), found.get("year"), found.get("id")
    if not isinstance(entity, str | None) or not isinstance(year, int | None) or isinstance(year, bool):
        raise InvalidInputError("entity应是文字，year应是整数。")
    if not isinstance(name, str | int | None):
        raise InvalidInputError("id应是文字或整数。")
    refuse_broken_text(found["question"], entity or "", *history, str(name))
    return {
        "id": name, "question": found["question"], "history": tuple(history), "entity": entity, "year": year,
    }  # fmt: skip
