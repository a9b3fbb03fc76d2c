"""The service on a loopback port, and what a client reads of its streams."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI

MOST_WAIT_S = 10


@contextmanager
def served(app: FastAPI) -> Iterator[int]:
    """Serve *app* and give its port."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        until(lambda: server.started)
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(MOST_WAIT_S)


def until(holds: Any) -> None:
    """Wait until something holds; fail where it never does."""
    end = time.monotonic() + MOST_WAIT_S
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def events_in(body: str) -> list[tuple[str, Any]]:
    """Return the names and the data of the events of a stream, comments as ("", text)."""
    found: list[tuple[str, Any]] = []
    for block in body.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        if "" in fields:
            found.append(("", fields[""]))
        elif fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found
