"""What a server sent as a chat completion, put into the form its libraries expect, or refused."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any

#: Stands in a tool call for arguments that could not be read; no tool has a parameter of this name.
UNREADABLE = "__unreadable__"
_NO_NAME = re.compile(r"[^A-Za-z0-9_-]")
#: Most tool calls of one message that are looked at.
MAX_CALLS = 16


class NotACompletionError(Exception):
    """The response is no chat completion."""


class DisguisedError(Exception):
    """The response is an error object, though its status says success.

    Attributes:
        body: The error object.
    """

    def __init__(self, body: object) -> None:
        super().__init__()
        self.body = body


def well_formed(response: object) -> dict[str, Any]:
    """Return a completion of one choice that holds nothing but text, tool calls and why it ended.

    Servers send tool calls without ids, with arguments that are no JSON or no object, under the old name
    ``function_call``, counts that are no numbers, lone surrogates. Whatever would trip up a library is put right here;
    arguments that cannot be read become `UNREADABLE`, for the model to be told.

    Raises:
        DisguisedError: It is an error object.
        NotACompletionError: It is something else.
    """
    if not isinstance(response, Mapping):
        raise NotACompletionError
    if response.get("error"):
        raise DisguisedError(response["error"])
    choices = response.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    said = choice.get("message") if isinstance(choice, Mapping) else None
    if not isinstance(choice, Mapping) or not isinstance(said, Mapping):
        raise NotACompletionError
    text = _text(said.get("content"))
    calls = _calls(said)
    reason = choice.get("finish_reason")
    if not text and not calls and said.get("refusal"):
        reason = "refusal"
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if calls:
        message["tool_calls"] = calls
    return {
        "id": "reply",
        "model": "",
        "choices": [
            {"index": 0, "finish_reason": clean(reason) if isinstance(reason, str) else "", "message": message}
        ],
    }


def clean(text: str) -> str:
    """Return *text* without what no store and no response can hold: lone surrogates and control characters."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return "".join(each for each in whole if each >= " " or each in "\n\t")


def _text(content: object) -> str:
    """Return the text of a content: itself, or its parts of kind text."""
    if content is None:
        return ""
    if isinstance(content, str):
        return clean(content)
    if not isinstance(content, list):
        raise NotACompletionError
    parts = []
    for part in content:
        if isinstance(part, str):
            parts.append(part)
        elif isinstance(part, Mapping) and part.get("type", "text") in ("text", "output_text"):
            parts.append(part["text"] if isinstance(part.get("text"), str) else "")
    return clean("".join(parts))


def _calls(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    raw = message.get("tool_calls")
    if not raw and message.get("function_call"):
        raw = [{"function": message["function_call"]}]
    if not isinstance(raw, list):
        return []
    calls: list[dict[str, Any]] = []
    taken: set[str] = set()
    for each in raw[:MAX_CALLS]:
        call = each if isinstance(each, Mapping) else {}
        function = call.get("function")
        function = function if isinstance(function, Mapping) else {}
        name, given = function.get("name"), call.get("id")
        key = clean(given) if isinstance(given, str) else ""
        if not key or key in taken:
            key = f"call_{uuid.uuid4().hex[:12]}"
        taken.add(key)
        calls.append(
            {
                "id": key,
                "type": "function",
                "function": {
                    # Servers refuse a history with a name that is none.
                    "name": (_NO_NAME.sub("_", name[:64]) if isinstance(name, str) else "") or "unknown",
                    "arguments": _arguments(function.get("arguments")),
                },
            }
        )
    return calls


def _arguments(raw: object) -> str:
    """Return the arguments of a call as a JSON object; nothing at all stands for no arguments."""
    try:
        given = json.loads(raw, strict=False) if isinstance(raw, str) and raw else raw or {}
        if isinstance(given, Mapping):
            kept = {clean(str(name)): clean(each) if isinstance(each, str) else each for name, each in given.items()}
            return json.dumps(kept, allow_nan=False)
    except (ValueError, RecursionError):
        pass
    return json.dumps({UNREADABLE: ""})
