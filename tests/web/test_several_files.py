"""Several files, or an archive, taken in over HTTP while the caller goes on."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.bootstrap import build_application
from service.settings import Settings
from service.web.app import create_app


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    application = build_application(Settings(home=tmp_path / "home", workers=2))
    with TestClient(create_app(application), raise_server_exceptions=False) as made:
        yield made


def ended(client: TestClient, address: str) -> dict[str, Any]:
    for _ in range(600):
        job: dict[str, Any] = client.get(address).json()
        if job["state"] == "done":
            return job
        time.sleep(0.1)
    pytest.fail("it does not end")


def test_several_files_are_one_job(client: TestClient, seed_path: Path) -> None:
    """Told at once, with an address to ask for its progress; a bad file does not stop the rest."""
    data = seed_path.read_bytes()
    files = [("file", ("甲.txt", data)), ("file", ("乙.txt", b"")), ("file", ("丙.txt", data + b"\n\n1\n"))]
    got = client.post("/v1/documents", files=files)
    job = ended(client, got.headers["location"])

    assert (got.status_code, got.json()["total"]) == (202, 3)
    assert (job["done"], job["total"]) == (3, 3)
    told = {each["name"]: each["error"] and each["error"]["code"] for each in job["files"]}
    assert told == {"甲.txt": None, "乙.txt": "empty-document", "丙.txt": None}
    assert len(client.get("/v1/documents").json()) == 2


def test_an_archive_is_one_job(client: TestClient, seed_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a/甲.txt", seed_path.read_bytes())
        archive.writestr("b.bin", b"\x00\x01" * 99)
    got = client.post("/v1/documents", files={"file": ("包.zip", packed.getvalue())})
    job = ended(client, got.headers["location"])

    assert [(each["name"], each["error"] is None) for each in job["files"]] == [("甲.txt", True), ("b.bin", False)]


def test_a_damaged_archive_is_refused_in_its_job(client: TestClient) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("甲.txt", b"x" * 999)
    got = client.post("/v1/documents", files={"file": ("包.zip", packed.getvalue()[:-30])})

    assert (got.status_code, got.json()["code"]) == (422, "unreadable-document")


def test_an_unknown_job_is_not_found(client: TestClient) -> None:
    got = client.get("/v1/documents/jobs/none")

    assert (got.status_code, got.json()["code"]) == (404, "missing-document")
