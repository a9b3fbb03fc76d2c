"""`youju serve` in a process of its own: started, stopped and started again on the same port."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
_MOST_START_S, _MOST_STOP_S, _MOST_READ_S = 60.0, 3.0, 60.0


class Service:
    """The service as a user starts it, over a folder of its own.

    Attributes:
        home: Its ``YOUJU_HOME``.
        origin: Its address, without a slash at the end.
    """

    def __init__(self, home: Path, **settings: str) -> None:
        """Choose a port; nothing runs yet. *settings* are environment variables without their prefix."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self.home = home
        self.origin = f"http://127.0.0.1:{self._port}"
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"{self.origin}{path}"

    def start(self) -> Service:
        """Start it and wait until it answers.

        Raises:
            RuntimeError: It ended or did not answer; the message holds what it wrote.
        """
        log = self.home.parent / f"{self.home.name}.log"
        with log.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", "service.cli", "serve", "--port", str(self._port)],
                cwd=ROOT, env=environment(self.home, **self._settings), stdout=out, stderr=out,
            )  # fmt: skip
        end = time.monotonic() + _MOST_START_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise RuntimeError(f"the service did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
        return self

    def stop(self) -> None:
        """Stop it as an administrator would; kill it where an open stream keeps it."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_MOST_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def add(self, name: str, data: bytes) -> dict[str, Any]:
        """Take one file in, as an upload does, and return what the service says of it."""
        return self._posted("/v1/documents", files={"file": (name, data)})

    def documents(self) -> list[dict[str, Any]]:
        """Return the documents held."""
        return list(
            httpx.get(self.url("/v1/documents"), timeout=_MOST_READ_S, trust_env=False).raise_for_status().json()
        )

    def draft(self, entity: str, year: int) -> str:
        """Write a draft and return its id."""
        return str(self._posted("/v1/drafts", json={"entity": entity, "year": year})["id"])

    def check(self, name: str, data: bytes) -> str:
        """Check a file, keep the report and return its id."""
        return str(self._posted("/v1/checks?keep=true", files={"file": (name, data)})["id"])

    def ask(self, question: str) -> str:
        """Ask a question in a conversation of its own and return the id of the conversation."""
        return str(self._posted("/v1/ask", json={"question": question, "conversation": "new"})["conversation"])

    def _posted(self, path: str, **what: Any) -> dict[str, Any]:
        done = httpx.post(self.url(path), timeout=_MOST_READ_S, trust_env=False, **what)
        return dict(done.raise_for_status().json())

    def _answers(self) -> bool:
        try:
            return httpx.get(self.url("/readyz"), timeout=2, trust_env=False).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False


def environment(home: Path, **settings: str) -> dict[str, str]:
    """Return the environment of a service over *home*: none of the settings of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YOUJU_")}
    own = {f"YOUJU_{name.upper()}": value for name, value in settings.items()}
    return kept | own | {"YOUJU_HOME": str(home), "YOUJU_HOST": "127.0.0.1"}


def ingest(home: Path, *paths: Path) -> None:
    """Take files in by the command line, into a store that no service has open.

    Raises:
        RuntimeError: It failed; the message holds what it wrote.
    """
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "service.cli", "ingest", *map(str, paths)],
        cwd=ROOT, env=environment(home), capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the documents could not be taken in:\n{done.stderr.decode(errors='replace')}")


def copy_of(home: Path, folder: Path) -> Path:
    """Copy a store that no process has open."""
    return Path(shutil.copytree(home, folder / "home"))
