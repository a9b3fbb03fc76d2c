"""What the HTTP service answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.application import Limits
from service.vocabulary.vocabulary import Vocabulary
from service.web.app import create_app
from service.web.senders import hosts_of
from tests.shorthand import a_document, document_id
from tests.web.applications import ScriptedAsker, build


@pytest.fixture
def asker() -> ScriptedAsker:
    return ScriptedAsker()


@pytest.fixture
def client(vocabulary: Vocabulary, asker: ScriptedAsker) -> Iterator[TestClient]:
    """A client of a service that holds one small document and takes 1 MB and 50 characters."""
    application = build(vocabulary, a_document(), asker=asker, limits=Limits(1024 * 1024, 50))
    with TestClient(create_app(application), raise_server_exceptions=False) as made:
        yield made


def test_a_question_is_answered_with_every_figure_traced(client: TestClient) -> None:
    """Result, operand and place arrive; figures are text, so no client rounds them."""
    said = client.post("/v1/ask", json={"question": "占多少"}).json()

    assert (said["status"], said["entity"], said["year"], said["path"]) == ("answered", "某局", 2024, "rules")
    (result,) = said["results"]
    assert (result["value"], result["unit"], result["marks"]) == ("56.53", "%", ["推算"])
    (operand,) = result["operands"]
    assert (operand["value"], operand["table"], operand["row"], operand["line"], operand["page"]) == (
        "950.47", "T03", "合计", 230, None,
    )  # fmt: skip
    assert said["findings"][0]["code"] == "places-disagree"


def test_question_history_entity_and_year_reach_the_asker(client: TestClient, asker: ScriptedAsker) -> None:
    """Nothing of a request is lost."""
    client.post("/v1/ask", json={"question": "那呢", "history": ["问"], "entity": "某局", "year": 2024})

    assert asker.asked == [("那呢", ("问",), "某局", 2024)]


def test_a_refusal_is_an_answer(client: TestClient) -> None:
    """The status code says that the service worked."""
    got = client.post("/v1/ask", json={"question": "拒"})

    assert (got.status_code, got.json()["status"], got.json()["missing"]) == (200, "refused", "2025年的文件")


def test_an_answer_can_be_explained(client: TestClient) -> None:
    """What was said is kept under its id, with the time."""
    said = client.post("/v1/ask", json={"question": "占多少"}).json()
    kept = client.get(f"/v1/answers/{said['id']}").json()

    assert kept == said | {"asked_at": "2024-03-01T09:00:00+00:00"}


def test_a_document_goes_in_once_and_out(client: TestClient, seed_path: Path) -> None:
    """Upload, again, list, look, tables, facts, delete."""
    data = seed_path.read_bytes()
    first = client.post("/v1/documents", files={"file": ("../../预算.txt", data)})
    again = client.post("/v1/documents", files={"file": ("预算.txt", data)})
    name = first.json()["id"]

    assert (first.status_code, first.json()["was_known"], again.json()["was_known"]) == (201, False, True)
    assert (first.json()["name"], first.json()["cells"]["contradicted"]) == ("预算.txt", 0)
    assert name in [each["id"] for each in client.get("/v1/documents").json()]
    assert client.get(f"/v1/documents/{name}").json()["tables"] == 12
    tables = client.get("/v1/tables", params={"document": name}).json()
    assert len(tables) == 12
    assert all(len(t["rows"]) == len(t["cells"]) for t in tables)
    assert client.delete(f"/v1/documents/{name}").status_code == 204
    assert client.get(f"/v1/documents/{name}").json()["code"] == "missing-document"
    assert client.delete(f"/v1/documents/{name}").status_code == 404


def test_facts_are_found_by_what_is_printed(client: TestClient) -> None:
    """Blank, dash and figure stay three things."""
    found = client.get("/v1/facts", params={"year": 2024, "measure": "支出"}).json()

    assert [(each["value"], each["state"]) for each in found] == [
        ("950.47", "有数"), ("413.20", "有数"), (None, "横线"), (None, "空白"),
    ]  # fmt: skip
    assert client.get("/v1/facts", params={"q": "没有"}).json() == []


def test_a_formula_is_evaluated(client: TestClient) -> None:
    """A result with its operands, or the place of the mistake."""
    right = client.post("/v1/formulas/evaluate", json={"formula": "占比(支出[基本支出], 支出)"})
    wrong = client.post("/v1/formulas/evaluate", json={"formula": "支出 ++ 支出"})

    assert right.json()["value"] == "56.53"
    assert (wrong.status_code, wrong.json()["code"]) == (400, "formula-syntax")
    assert "▲" in wrong.json()["detail"]


#: What a browser sends along when the page of another site asks.
FOREIGN = {"sec-fetch-site": "cross-site"}


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "code"),
    [
        ("POST", "/v1/ask", {"json": {"question": "  "}}, 400, "invalid-input"),
        ("POST", "/v1/ask", {"json": {"question": "问" * 51}}, 400, "invalid-input"),
        ("POST", "/v1/ask", {"json": {}}, 422, "invalid-request"),
        ("POST", "/v1/ask", {"json": {"question": 1}}, 422, "invalid-request"),
        ("POST", "/v1/ask", {"json": {"question": "问", "extra": 1}}, 422, "invalid-request"),
        ("POST", "/v1/ask", {"json": {"question": "问", "year": 10**30}}, 422, "invalid-request"),
        ("POST", "/v1/ask", {"content": b'{"question": "\\ud800"}'}, 422, "invalid-request"),
        ("POST", "/v1/ask", {"content": b"\xff\xfe"}, 422, "invalid-request"),
        ("POST", "/v1/ask", {"content": b"[" * 100_000}, 400, "invalid-request"),
        ("POST", "/v1/ask", {"content": b"1" * 1_200_000}, 413, "body-too-large"),
        ("POST", "/v1/ask", {"content": iter([b"1" * 700_000, b"1" * 700_000])}, 413, "body-too-large"),
        ("POST", "/v1/documents", {"files": {"file": ("a.txt", b"x" * 1_200_000)}}, 413, "body-too-large"),
        ("POST", "/v1/documents", {"files": {"file": ("a.txt", b"x" * 1_050_000)}}, 413, "oversized-document"),
        ("POST", "/v1/documents", {"files": {"file": ("a.png", b"\x89PNG....")}}, 415, "unsupported-document"),
        ("POST", "/v1/documents", {"files": {"file": ("a.txt", b"PK\x03\x04")}}, 422, "unreadable-document"),
        ("POST", "/v1/documents", {"files": {"file": ("a.txt", b" ")}}, 422, "empty-document"),
        ("POST", "/v1/documents", {}, 422, "invalid-request"),
        ("GET", "/v1/answers/none", {}, 404, "missing-answer"),
        ("GET", "/v1/tables?document=none", {}, 404, "missing-document"),
        ("GET", "/v1/tables", {}, 422, "invalid-request"),
        ("GET", "/v1/facts?year=x", {}, 422, "invalid-request"),
        ("GET", "/v1/nothing", {}, 404, "no-such-route"),
        ("PUT", "/v1/ask", {}, 405, "method-not-allowed"),
        ("POST", "/v1/ask", {"json": {"question": "占多少"}, "headers": FOREIGN}, 403, "cross-site-request"),
        ("DELETE", "/v1/documents/x", {"headers": FOREIGN}, 403, "cross-site-request"),
        ("POST", "/v1/documents", {"headers": {"sec-fetch-site": "same-site"}}, 403, "cross-site-request"),
        ("POST", "/v1/documents", {"headers": {"origin": "http://evil.test"}}, 403, "cross-site-request"),
        ("POST", "/v1/documents", {"headers": {"origin": "null"}}, 403, "cross-site-request"),
        ("POST", "/v1/documents", {"headers": {"origin": "http://testserver"}}, 422, "invalid-request"),
    ],
)
def test_every_refusal_is_a_problem(
    client: TestClient, method: str, path: str, sent: dict[str, object], status: int, code: str
) -> None:
    """RFC 9457: media type, status, stable code, and a detail in Chinese."""
    if "content" in sent:
        sent = {**sent, "headers": {"content-type": "application/json"}}
    got = client.request(method, path, **sent)  # type: ignore[arg-type]
    said = got.json()

    assert (got.status_code, said["status"], said["code"]) == (status, status, code)
    assert got.headers["content-type"] == "application/problem+json"
    assert any("\u4e00" <= character <= "\u9fff" for character in said["detail"])


def test_what_was_sent_is_not_repeated(client: TestClient) -> None:
    """A refusal may be logged by others: it holds no question."""
    got = client.post("/v1/ask", json={"question": ["机密内容"]})

    assert "机密内容" not in got.text


def test_an_unexpected_error_gives_an_id_and_no_details(client: TestClient) -> None:
    """The caller learns nothing of the inside."""
    got = client.post("/v1/ask", json={"question": "坏"})

    assert (got.status_code, got.json()["code"]) == (500, "internal-error")
    assert got.json()["incident"] in got.json()["detail"]
    assert "secret" not in got.text
    assert "ZeroDivision" not in got.text


def test_a_link_from_another_site_is_followed(client: TestClient) -> None:
    """Only what changes something must come from our own pages."""
    assert client.get("/", headers=FOREIGN).status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:8000", 200), ("localhost", 200), ("[::1]:8000", 200), ("ys.example.cn", 200), ("evil.test:8000", 403), ("", 403)],
)
def test_a_service_on_loopback_goes_by_its_own_names(vocabulary: Vocabulary, host: str, status: int) -> None:
    """A name that somebody makes lead here (DNS rebinding) reads nothing."""
    app = create_app(build(vocabulary), hosts=hosts_of("127.0.0.1", "ys.example.cn"))

    got = TestClient(app).get("/v1/documents", headers={"host": host})

    assert got.status_code == status
    assert status == 200 or got.json()["code"] == "unknown-host"


def test_a_service_that_is_open_goes_by_any_name_unless_told() -> None:
    assert hosts_of("0.0.0.0", "") is None  # noqa: S104
    assert hosts_of("0.0.0.0", "a.cn, B.cn") == frozenset({"0.0.0.0", "a.cn", "b.cn", "127.0.0.1", "::1", "localhost"})  # noqa: S104


def test_probes_answer(client: TestClient) -> None:
    """Alive, and ready."""
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready", "documents": 1}


def test_metrics_count_requests_and_answers(client: TestClient) -> None:
    """By route, not by address; unknown addresses share one line."""
    client.post("/v1/ask", json={"question": "占多少"})
    client.get(f"/v1/documents/{document_id('部门预算')}")
    client.get("/v1/documents/other")
    client.get("/a")
    client.get("/b")
    lines = client.get("/metrics").text.splitlines()

    assert 'youju_requests_total{method="POST",route="/v1/ask",status="200"} 1' in lines
    assert 'youju_requests_total{method="GET",route="/v1/documents/{document_id}",status="404"} 1' in lines
    assert 'youju_requests_total{method="GET",route="unmatched",status="404"} 2' in lines
    assert 'youju_answers_total{status="answered"} 1' in lines
    assert 'youju_ask_milliseconds_bucket{le="5"} 0' in lines
    assert 'youju_ask_milliseconds_bucket{le="10"} 1' in lines
    assert "youju_ask_milliseconds_sum 7" in lines
    assert "youju_documents 1" in lines


def test_a_request_id_is_taken_over_or_made(client: TestClient) -> None:
    """Only what cannot upset a log line is taken over."""
    given = client.get("/healthz", headers={"x-request-id": "abc-1"}).headers["x-request-id"]
    odd = client.get("/healthz", headers={"x-request-id": 'a"b c'}).headers["x-request-id"]

    assert given == "abc-1"
    assert odd.isalnum()


def test_openapi_shows_examples_and_problems(client: TestClient) -> None:
    """A caller sees what to send and what may come back."""
    said = client.get("/openapi.json").json()

    asking = said["paths"]["/v1/ask"]["post"]["responses"]
    assert said["components"]["schemas"]["AskRequest"]["example"]["question"]
    assert said["components"]["schemas"]["Answer"]["example"]["results"]
    assert {"200", "400", "413", "422", "503"} <= asking.keys()
