"""What the service says of its interface: complete, and the same as what it sends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.bootstrap import build_application, build_checks, build_drafts
from service.settings import Settings
from service.web.app import create_app


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    settings = Settings(home=tmp_path_factory.mktemp("home"), workers=1)
    application = build_application(settings)
    app = create_app(application, build_drafts(settings, application), checks=build_checks(settings, application))
    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture(scope="module")
def said(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for each in node.values():
            yield from references(each)
    elif isinstance(node, list):
        for each in node:
            yield from references(each)


def test_every_reference_leads_somewhere(said: dict[str, Any]) -> None:
    found = set(references(said))
    assert len(found) > 50
    assert {each.removeprefix("#/components/schemas/") for each in found} <= said["components"]["schemas"].keys()


def test_every_body_that_is_answered_has_a_shape(said: dict[str, Any]) -> None:
    bodies = [
        (method, path, status, media_type, body)
        for path, operations in said["paths"].items()
        for method, operation in operations.items()
        for status, response in operation["responses"].items()
        for media_type, body in response.get("content", {}).items()
    ]
    assert len(bodies) > 200
    assert [each[:4] for each in bodies if not each[4].get("schema")] == []


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("get", "/v1/documents/{document_id}/pages/{page}.png", "/v1/documents/x/pages/x.png"),
        ("get", "/v1/checks/{check_id}", f"/v1/checks/{'x' * 65}"),
        ("get", "/v1/drafts/{draft_id}/comparison", "/v1/drafts/x/comparison"),
        ("get", "/v1/checks/{check_id}/pages/{page}.png", "/v1/checks/x/pages/0.png"),
    ],
)
def test_a_request_that_does_not_fit_is_refused_as_described(
    client: TestClient, said: dict[str, Any], method: str, path: str, sent: str
) -> None:
    described = said["paths"][path][method]["responses"]["422"]["content"]
    got = client.request(method, sent)
    assert (got.status_code, got.headers["content-type"]) == (422, next(iter(described)))
    assert described[got.headers["content-type"]]["schema"]["$ref"].endswith("/Problem")
    assert not any("HTTPValidationError" in each for each in references(said))
