"""The text of a reply: without the reasoning, without the fence around it."""

from __future__ import annotations

import re

_REASONING = re.compile(r"<(think|thinking|thought|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
#: Templates put the opening mark into the prompt, so that only the closing one is in the reply.
_REASONED = re.compile(r".*</(?:think|thinking|thought|reasoning)>", re.DOTALL | re.IGNORECASE)
#: Reasoning that was cut off.
_UNFINISHED = re.compile(r"<(?:think|thinking|thought|reasoning)>.*", re.DOTALL | re.IGNORECASE)
_FENCED = re.compile(r"(`{3,}|~{3,})[^\n`]*\n(?P<inside>.*?)\n?[ \t]*\1", re.DOTALL)
_ENDED = re.compile(r"[。！？!?.…}\])）】」”\"']\Z")


def spoken(text: str) -> str:
    """Return what a model said, reasoning left out; a fence is taken off where it encloses the whole."""
    rest = _UNFINISHED.sub("", _REASONED.sub("", _REASONING.sub("", text))).strip()
    fenced = _FENCED.fullmatch(rest)
    if fenced and "```" not in fenced["inside"] and "~~~" not in fenced["inside"]:
        return fenced["inside"].strip()
    return rest


def is_whole(text: str) -> bool:
    """Whether a text that was cut at a limit happens to end where it could have ended by itself."""
    return bool(_ENDED.search(text))
