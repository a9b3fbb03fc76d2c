"""What the service sends a language model, as a server sees it: written from the protocol, not from the service's code."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: A figure or quote that the service fills in.
PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_FENCE = re.compile(r'^<资料 编号="[0-9a-f]+">\n(.*)\n</资料 编号="[0-9a-f]+">', re.DOTALL | re.MULTILINE)

UNDERSTAND, ANSWER, REPAIR = "understand", "word-answer", "repair-answer"
DRAFT, REPAIR_DRAFT = "word-draft", "repair-draft"


@dataclass(frozen=True, slots=True)
class Told:
    """A request for a completion.

    Attributes:
        task: Which step asks, "" where the message is not one of the service's.
        data: What it gives to work on.
        system: What it wants done.
        message: The last message of the user, whole.
        tools: Names of what may be looked up.
        looked_up: What the tools returned so far.
        is_streaming: Whether it is to be answered in pieces.
    """

    task: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    system: str = ""
    message: str = ""
    tools: tuple[str, ...] = ()
    looked_up: tuple[str, ...] = ()
    is_streaming: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A text to word.

    Attributes:
        text: With placeholders.
        names: Of each placeholder: what it ``is``, and its ``value``.
        question: What it answers, "" in drafts.
    """

    text: str
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    question: str = ""

    def value(self, name: str) -> str:
        """Return what stands for a placeholder, "" where there is no such."""
        return str(self.names.get(name, {}).get("value", ""))

    def is_of(self, name: str) -> str:
        """Return what a placeholder is."""
        return str(self.names.get(name, {}).get("is", ""))

    def figures(self, text: str | None = None) -> list[re.Match[str]]:
        """Return the placeholders of amounts, in order; years and quotes are none."""
        return [m for m in PLACEHOLDER.finditer(self.text if text is None else text) if is_amount(self.value(m[1]))]


def is_amount(value: str) -> bool:
    """Whether a value is an amount, a mark after it left aside, rather than a date, a code, a name or a quote.

    Example:
        >>> [is_amount(v) for v in ("1235.00万元（推算）", "2024年", "因工资改革", "12个", "2013101", "≥20台")]
        [True, False, False, True, False, True]

    """
    plain = re.fullmatch(r"[-≥≤+]?\d[\d,]*(?:\.\d+)?\s*[^\d（(]{0,6}([（(].*)?", value)
    return plain is not None and not re.fullmatch(r"\d{3,}|.*[年月日前]", value)


def read_body(body: Mapping[str, Any]) -> Told:
    """Read the body of a request for a completion."""
    messages: Sequence[Mapping[str, Any]] = body.get("messages") or []
    said = [_text(m) for m in messages if m.get("role") == "user"]
    message = said[-1] if said else ""
    data = unfenced(message)
    return Told(
        task=str(data.get("task", "")), data=data,
        system="\n".join(_text(m) for m in messages if m.get("role") in {"system", "developer"}), message=message,
        tools=tuple(t["function"]["name"] for t in body.get("tools") or ()),
        looked_up=tuple(_text(m) for m in messages if m.get("role") == "tool"), is_streaming=bool(body.get("stream")),
    )  # fmt: skip


def _text(message: Mapping[str, Any]) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "".join(str(part.get("text", "")) for part in content)


def unfenced(message: str) -> dict[str, Any]:
    """Return the JSON object between the fences of a message, {} where there is none."""
    found = _FENCE.search(message)
    try:
        data = json.loads(found[1]) if found else {}
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def words_of(told: Told) -> Words:
    """Return the text of an answer that is to be worded."""
    return Words(str(told.data.get("text", "")), told.data.get("names") or {}, str(told.data.get("question", "")))


def sentences_of(told: Told) -> dict[str, Words]:
    """Return the sentences of a section that are to be worded, by number."""
    names = told.data.get("names") or {}
    return {str(i): Words(str(s), names) for i, s in (told.data.get("sentences") or {}).items()}
