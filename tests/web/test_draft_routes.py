"""What the endpoints of drafts take and answer."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import unquote

import docx
import pytest
from fastapi.testclient import TestClient

from service.application import Limits
from service.vocabulary.vocabulary import Vocabulary
from service.web.app import create_app
from service.web.models import Draft, DraftSummary
from tests.samples import ENTITY, Sample, read_sample
from tests.web.applications import build, build_drafts

ASKED: dict[str, Any] = {
    "entity": ENTITY, "year": 2024, "sections": ["支出预算总体情况说明"], "outline": "河南省部门预算情况说明",
}  # fmt: skip


@pytest.fixture
def client(vocabulary: Vocabulary) -> TestClient:
    """A client of a service that holds the sample and takes 1 MB."""
    held = read_sample(Sample(), vocabulary)
    application = build(vocabulary, held, limits=Limits(1024 * 1024))
    return TestClient(
        create_app(application, build_drafts(application, vocabulary, held)), raise_server_exceptions=False
    )


def made(client: TestClient, **more: Any) -> dict[str, Any]:
    got = client.post("/v1/drafts", json=ASKED | more)
    assert got.status_code == 201, got.text
    said: dict[str, Any] = got.json()
    return said


def test_a_draft_is_written_and_kept(client: TestClient) -> None:
    got = client.post("/v1/drafts", json=ASKED)
    said = got.json()
    kept = client.get(f"/v1/drafts/{said['id']}")

    assert got.status_code == 201
    assert Draft.model_validate(said).model_dump() == said
    assert got.headers["location"] == f"/v1/drafts/{said['id']}?version=1"
    assert (said["origin"], said["approval"], said["revision"]) == ("drafted", None, None)
    assert said["counts"]["unsupported"] == 0
    assert "基本支出160.75万元" in said["text"]
    assert kept.json() == said
    assert client.get(got.headers["location"]).json() == said


def test_reasons_facts_and_style_are_taken(client: TestClient) -> None:
    said = made(
        client, sections=[], reasons=[{"item": "支出", "text": "压减会议经费"}],
        facts=[{"item": "政府采购货物", "text": "12.3万元"}], decimals=1,
    )  # fmt: skip

    assert "主要原因：压减会议经费" in said["text"]
    assert "政府采购货物预算12.3万元" in said["text"]
    assert "160.8万元" in said["text"]
    assert any(gap["kind"] == "known" for gap in said["gaps"])


def test_drafts_are_listed(client: TestClient) -> None:
    assert client.get("/v1/drafts").json() == []
    said = made(client)
    (listed,) = client.get("/v1/drafts", params={"entity": ENTITY[:4], "year": 2024}).json()

    assert DraftSummary.model_validate(listed).model_dump() == listed
    assert (listed["id"], [each["version"] for each in listed["versions"]]) == (said["id"], [1])
    assert client.get("/v1/drafts", params={"year": 2023}).json() == []


def test_a_draft_is_had_as_a_file(client: TestClient) -> None:
    said = made(client)
    at = f"/v1/drafts/{said['id']}/file"
    word, text = client.get(at), client.get(at, params={"format": "md", "sources": "false"})

    assert word.headers["content-type"].endswith("wordprocessingml.document")
    assert unquote(word.headers["content-disposition"]).endswith("情况说明（第1版，附来源）.docx")
    assert unquote(text.headers["content-disposition"]).endswith("情况说明（第1版）.md")
    assert any("160.75万元" in each.text for each in docx.Document(io.BytesIO(word.content)).paragraphs)
    assert text.text.startswith("> 草稿（第1版），未经批准")
    assert f"\n# {ENTITY}" in text.text
    assert "数据来源" not in text.text


def test_an_edited_text_is_a_new_version_with_what_changed(client: TestClient) -> None:
    said = made(client)
    at = f"/v1/drafts/{said['id']}/versions"
    got = client.post(at, json={"text": said["text"].replace("160.75", "160.85")})
    edited = got.json()

    assert got.status_code == 201
    assert Draft.model_validate(edited).model_dump() == edited
    assert got.headers["location"].endswith("?version=2")
    assert edited["revision"]["base"] == 1
    assert edited["revision"]["changes"][0]["figures"][0]["state"] == "contradicted"
    assert [each["severity"] for each in edited["findings"]].count("error") == 1
    assert client.get(f"/v1/drafts/{said['id']}", params={"version": 1}).json() == said


def test_a_word_file_is_compared_with_its_version(client: TestClient) -> None:
    said = made(client)
    word = client.get(f"/v1/drafts/{said['id']}/file").content
    at = f"/v1/drafts/{said['id']}/versions"
    client.post(at, json={"text": said["text"].replace("160.75", "160.85")})
    got = client.post(at, files={"file": ("稿.docx", word)}).json()

    assert (got["version"], got["revision"]["base"], got["revision"]["unchanged"]) == (3, 1, True)


def test_sources_of_figures_come_with_the_text_or_the_file(client: TestClient) -> None:
    said = made(client, sections=["政府采购支出情况"])
    text = said["text"].replace("【待补充：政府采购货物】", "12.3万元")
    at = f"/v1/drafts/{said['id']}/versions"
    by_json = client.post(
        at, json={"text": text, "sources": [{"figure": "12.3万元", "basis": "采购计划"}], "version": 1}
    )
    by_form = client.post(
        at, files={"file": ("稿.txt", text.encode())}, data={"sources": ["12.3万元=采购计划"], "version": "1"}
    )

    for got in (by_json, by_form):
        assert got.json()["revision"]["resolved"][0]["filling"] == "12.3万元"
        assert not any("12.3万元" in each["message"] for each in got.json()["findings"])


def test_a_complete_version_is_approved_and_stays_so(client: TestClient) -> None:
    said = made(client)
    at = f"/v1/drafts/{said['id']}/versions/1/approval"
    once, again = client.post(at, json={"by": "王某"}), client.post(at, json={"by": "李某"})

    assert once.status_code == 200
    assert once.json() == again.json()
    assert (once.json()["id"], once.json()["approval"]["by"]) == (said["id"], "王某")
    assert once.json()["sha256"] == said["sha256"]


def problem(got: Any, status: int, code: str) -> str:
    assert (got.status_code, got.json()["code"]) == (status, code), got.text
    assert got.headers["content-type"] == "application/problem+json"
    return str(got.json()["detail"])


def test_an_open_version_is_not_approved(client: TestClient) -> None:
    said = made(client, sections=[])
    got = client.post(f"/v1/drafts/{said['id']}/versions/1/approval", json={"by": "王某"})

    assert "待补充" in problem(got, 409, "draft-not-ready")


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"entity": "无此局"}, 404, "missing-document"),
        ({"year": 2023}, 404, "missing-document"),
        ({"sections": ["没有"]}, 400, "invalid-input"),
        ({"outline": "没有"}, 400, "invalid-input"),
        ({"outline_toml": "a = ["}, 400, "invalid-input"),
        ({"quote": ["没有"]}, 404, "missing-document"),
        ({"year": 12}, 422, "invalid-request"),
        ({"decimals": 9}, 422, "invalid-request"),
        ({"fall": "升"}, 422, "invalid-request"),
        ({"reasons": [{"item": "", "text": "甲"}]}, 422, "invalid-request"),
        ({"reasons": [{"item": "支出", "text": "甲" * 20_001}]}, 422, "invalid-request"),
        ({"formta": "docx"}, 422, "invalid-request"),
    ],
)
def test_what_cannot_be_drafted_is_refused_and_nothing_kept(
    client: TestClient, more: dict[str, Any], status: int, code: str
) -> None:
    problem(client.post("/v1/drafts", json=ASKED | more), status, code)
    assert client.get("/v1/drafts").json() == []


def test_what_is_not_there_is_not_found(client: TestClient) -> None:
    said = made(client)

    problem(client.get("/v1/drafts/zzz"), 404, "missing-draft")
    problem(client.get("/v1/drafts/zzz/file"), 404, "missing-draft")
    problem(client.get(f"/v1/drafts/{said['id']}", params={"version": 2}), 404, "missing-draft")
    problem(client.post("/v1/drafts/zzz/versions", json={"text": "甲"}), 404, "missing-draft")
    problem(client.post(f"/v1/drafts/{said['id']}/versions/2/approval", json={"by": "甲"}), 404, "missing-draft")


def test_edited_texts_of_the_wrong_shape_are_refused(client: TestClient) -> None:
    at = f"/v1/drafts/{made(client)['id']}/versions"

    problem(client.post(at, content=b"a", headers={"content-type": "text/plain"}), 400, "invalid-input")
    problem(client.post(at, json={"text": ""}), 422, "invalid-request")
    problem(client.post(at, json={"text": "甲", "sources": [{"basis": "乙"}]}), 422, "invalid-request")
    problem(client.post(at, data={"sources": ["甲"]}, files={"x": ("a", b"a")}), 400, "invalid-input")
    problem(client.post(at, data={"version": "一"}, files={"file": ("a.txt", b"a")}), 400, "invalid-input")
    problem(client.post(at, data={"sources": ["甲"]}, files={"file": ("a.txt", b"a")}), 400, "invalid-input")
    problem(client.post(at, files={"file": ("a.txt", b"\x00\x01")}), 422, "unreadable-document")
    problem(client.post(at, files={"file": ("a.txt", b"a" * 1_200_000)}), 413, "body-too-large")
    assert len(client.get("/v1/drafts").json()[0]["versions"]) == 1


def test_a_service_without_drafting_says_so(vocabulary: Vocabulary) -> None:
    client = TestClient(create_app(build(vocabulary)), raise_server_exceptions=False)

    assert "没有启用起草" in problem(client.get("/v1/drafts"), 500, "configuration")


def test_the_description_says_how_an_edited_draft_is_handed_in(client: TestClient) -> None:
    said = client.get("/openapi.json").json()
    told = said["paths"]
    body = told["/v1/drafts/{draft_id}/versions"]["post"]["requestBody"]["content"]

    assert set(body) == {"application/json", "multipart/form-data"}
    assert body["application/json"]["schema"]["properties"]["sources"]["items"]["$ref"] == "#/components/schemas/Basis"
    assert said["components"]["schemas"]["Basis"]["required"] == ["figure"]
    assert "409" in told["/v1/drafts/{draft_id}/versions/{version}/approval"]["post"]["responses"]
