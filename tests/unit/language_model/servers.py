"""What a server sends, and a clock that never waits."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx
import respx

from service.adapters.language_model.model import LangChainModel
from service.adapters.language_model.server import Server

URL = "https://llm.test/v1"
CHAT = f"{URL}/chat/completions"
KEY = "sk-never-shown-0123456789"


def completion(text: object = "好的。", *, ended: object = "stop", **message: Any) -> dict[str, Any]:
    """Return a chat completion as servers send it."""
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "finish_reason": ended, "message": {"role": "assistant", "content": text, **message}}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def call(name: object, arguments: object, key: str | None = "c1") -> dict[str, Any]:
    """Return a call of a tool as servers send it."""
    return {"id": key, "type": "function", "function": {"name": name, "arguments": arguments}}


def calling(*calls: object) -> dict[str, Any]:
    """Return a completion that calls tools."""
    return completion(None, ended="tool_calls", tool_calls=list(calls))


def sent(route: respx.Route, number: int = -1) -> dict[str, Any]:
    """Return the body of a request that was made."""
    body: dict[str, Any] = json.loads(route.calls[number].request.content)
    return body


@dataclass
class Time:
    """A clock that moves only when it is waited on."""

    now: float = 1000.0
    waits: list[float] = field(default_factory=list)

    def clock(self) -> float:
        """Return the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        self.waits.append(seconds)
        self.now += seconds


def model_at(time: Time, url: str = URL, **server: Any) -> LangChainModel:
    """Return a model of a server."""
    given: dict[str, Any] = {"url": url, "key": KEY, "seconds": 20, "retries": 1} | server
    return LangChainModel(Server(**given), "m-1", clock=time.clock, sleep=time.sleep)


def answered(body: object, status: int = 200, **headers: str) -> httpx.Response:
    """Return a response with *body* as JSON, or as it is where it is text."""
    if isinstance(body, str):
        return httpx.Response(status, text=body, headers=headers)
    return httpx.Response(status, json=body, headers=headers)
