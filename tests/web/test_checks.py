"""What `POST /v1/checks` takes and answers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import docx
import pytest
from fastapi.testclient import TestClient
from pypdf import PdfReader

from service.application import Limits
from service.vocabulary.vocabulary import Vocabulary
from service.web.app import create_app
from service.web.models import CheckReport
from tests.pdfs import PdfPage, pdf_of
from tests.samples import Sample, read_sample
from tests.unit.annotating.texts import word_of
from tests.web.applications import build

RIGHT = "2024年支出预算239.25万元，其中基本支出160.75万元，项目支出78.50万元。"
WRONG = RIGHT.replace("239.25", "293.25")
TABLES = ("tables", ("预算.txt", Sample().text.encode()))


@pytest.fixture
def client(vocabulary: Vocabulary) -> Iterator[TestClient]:
    """A client of a service with an empty store that takes 1 MB."""
    with TestClient(create_app(build(vocabulary, limits=Limits(1024 * 1024))), raise_server_exceptions=False) as made:
        yield made


def handed(data: bytes, name: str = "说明.txt", *more: tuple[str, tuple[str, bytes]]) -> list[tuple[str, tuple[str, bytes]]]:
    """Return the parts of an upload with the tables of the sample."""
    return [("file", (name, data)), TABLES, *more]


def test_a_file_is_judged_by_the_tables_handed_in(client: TestClient) -> None:
    got = client.post("/v1/checks", files=handed(WRONG.encode()))

    said = got.json()
    assert got.status_code == 200
    assert CheckReport.model_validate(said).model_dump() == said
    assert said["figures"] == {"total": 3, "supported": 2, "contradicted": 1, "unverifiable": 0}
    (error,) = [each for each in said["findings"] if each["severity"] == "error"]
    assert (error["stated"], error["expected"], error["highlight"]) == ("293.25万元", "239.25万元", [9, 17])
    assert error["quote"][slice(*error["highlight"])] == "293.25万元"
    assert said["judged"][0]["evidence"]


def test_text_is_judged_by_documents_of_the_store(vocabulary: Vocabulary) -> None:
    held = read_sample(Sample(), vocabulary)
    client = TestClient(create_app(build(vocabulary, held)))
    said = client.post("/v1/checks", json={"text": WRONG, "documents": [held.id]}).json()

    assert said["against"] == [{"id": held.id, "title": held.title}]
    assert said["figures"]["contradicted"] == 1


def test_entity_and_year_are_taken_where_the_text_names_none(client: TestClient) -> None:
    text = "支出预算239.25万元。"
    by_form = client.post("/v1/checks", files=[("file", ("a.txt", text.encode()))], data={"entity": "云溪市示例局", "year": "2024"})
    by_json = client.post("/v1/checks", json={"text": text, "entity": "云溪市示例局", "year": 2024})

    for got in (by_form, by_json):
        assert (got.json()["entity"], got.json()["year"]) == ("云溪市示例局", 2024)
    assert client.post("/v1/checks", json={"text": text}).json()["year"] is None


@pytest.mark.parametrize(
    ("form", "kind", "beginning"),
    [("md", "text/markdown; charset=utf-8", "# 核对结果"), ("html", "text/html; charset=utf-8", "<!DOCTYPE html>")],
)
def test_reports_can_be_read_at_once(client: TestClient, form: str, kind: str, beginning: str) -> None:
    got = client.post(f"/v1/checks?format={form}", files=handed(WRONG.encode()))

    assert (got.status_code, got.headers["content-type"]) == (200, kind)
    assert got.text.startswith(beginning)
    assert ("default-src 'none'" in got.headers.get("content-security-policy", "")) == (form == "html")


def test_a_word_document_comes_back_with_comments(client: TestClient) -> None:
    got = client.post("/v1/checks?format=docx", files=handed(word_of(WRONG), "说明.docx"))

    assert got.headers["content-disposition"] == "attachment; filename*=UTF-8''%E8%AF%B4%E6%98%8E-%E6%A0%B8%E5%AF%B9.docx"
    assert any("【错误】" in each.text for each in docx.Document(io.BytesIO(got.content)).comments)


def test_a_pdf_comes_back_with_highlights(client: TestClient) -> None:
    page = PdfPage()
    page.text(50, 100, WRONG)
    got = client.post("/v1/checks?format=pdf", files=handed(pdf_of(page), "说明.pdf"))

    assert got.headers["content-type"] == "application/pdf"
    assert "/Annots" in PdfReader(io.BytesIO(got.content)).pages[0]


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        ({"json": {}}, 422, "invalid-request"),
        ({"json": {"text": ""}}, 422, "invalid-request"),
        ({"json": {"text": "2024年", "jahr": 2024}}, 422, "invalid-request"),
        ({"json": {"text": "2024年", "year": 24}}, 422, "invalid-request"),
        ({"json": {"text": "2024年", "documents": ["没有"]}}, 404, "missing-document"),
        ({"json": {"text": " \n"}}, 422, "empty-document"),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 422, "invalid-request"),
        ({"content": b"x"}, 400, "invalid-input"),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data"}}, 400, "invalid-request"),
        ({"files": [TABLES]}, 400, "invalid-input"),
        ({"files": [("file", ("a.txt", b"1")), ("file", ("b.txt", b"2"))]}, 400, "invalid-input"),
        ({"files": [("file", ("a.txt", b"1"))], "data": {"tables": "d1"}}, 400, "invalid-input"),
        ({"files": [("file", ("a.txt", b"1"))], "data": {"year": "x"}}, 422, "invalid-request"),
        ({"files": [("file", ("a.txt", b"1"))], "data": {"yaer": "2024"}}, 422, "invalid-request"),
        ({"files": [("file", ("a.txt", b""))]}, 422, "empty-document"),
        ({"files": [("file", ("a.bin", bytes(range(256))))]}, 422, "unreadable-document"),
        ({"files": [("file", ("a.png", b"\x89PNG\r\n"))]}, 415, "unsupported-document"),
        ({"files": [("file", ("a.txt", RIGHT.encode())), ("tables", ("t.txt", b""))]}, 422, "empty-document"),
        ({"files": [("file", ("a.txt", b"1" * 1_200_000))]}, 413, "body-too-large"),
        ({"json": {"text": "2024年支出5万元"}, "params": {"format": "pdf"}}, 400, "invalid-input"),
        ({"json": {"text": "2024年支出5万元"}, "params": {"format": "xls"}}, 422, "invalid-request"),
    ],
)
def test_refusals_are_problems(client: TestClient, request_: dict[str, Any], status: int, code: str) -> None:
    got = client.post("/v1/checks", **request_)

    assert (got.status_code, got.json()["code"]) == (status, code)
    assert got.headers["content-type"] == "application/problem+json"
    assert got.json()["detail"].endswith("。")


def test_nothing_is_stored(client: TestClient) -> None:
    client.post("/v1/checks", files=handed(WRONG.encode()))

    assert client.get("/v1/documents").json() == []


def test_checks_are_counted(client: TestClient) -> None:
    client.post("/v1/checks", files=handed(WRONG.encode()))
    client.post("/v1/checks", json={"text": "没有数字的文字。"})
    lines = client.get("/metrics").text.splitlines()

    assert 'youju_checks_total{outcome="error"} 1' in lines
    assert 'youju_checks_total{outcome="warning"} 1' in lines
    assert "youju_check_milliseconds_count 2" in lines


def test_the_description_names_both_ways_in_and_all_formats_out(client: TestClient) -> None:
    described = client.get("/openapi.json").json()["paths"]["/v1/checks"]["post"]

    assert set(described["requestBody"]["content"]) == {"multipart/form-data", "application/json"}
    assert {"application/json", "text/html", "text/markdown", "application/pdf"} < set(described["responses"]["200"]["content"])
    assert {"400", "404", "413", "415", "422"} < set(described["responses"])
