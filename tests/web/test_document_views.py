"""A document over HTTP: its file, its pages, its text, its 勾稽关系; and files taken in while the caller goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.bootstrap import build_application
from service.settings import Settings
from service.web.app import create_app
from tests.pdfs import PdfPage, pdf_of


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    application = build_application(Settings(home=tmp_path_factory.mktemp("home"), workers=1))
    with TestClient(create_app(application), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture(scope="module")
def pdf() -> bytes:
    cover, tables = PdfPage(), PdfPage()
    cover.text(60, 60, "临江市教育局2024年度部门预算", size=18)
    cover.text(60, 120, "一、部门职责")
    cover.text(80, 150, "贯彻执行国家教育方针。")
    tables.text(60, 60, "2024年部门支出总体情况表")
    tables.text(60, 80, "部门：临江市教育局")
    tables.text(400, 80, "单位：万元")
    tables.table(60, 100, [120, 80, 80, 80], [["项目", "合计", "基本支出", "项目支出"], ["教育管理", "70.00", "60.00", "10.00"],
                                              ["小学教育", "30.00", "20.00", "10.00"], ["合计", "100.00", "80.00", "21.00"]])  # fmt: skip
    return pdf_of(cover, tables)


@pytest.fixture(scope="module")
def pdf_id(client: TestClient, pdf: bytes) -> str:
    got = client.post("/v1/documents", files={"file": ("部门 预算<1>.pdf", pdf)})
    assert got.status_code == 201, got.text
    return str(got.json()["id"])


@pytest.fixture(scope="module")
def seed_id(client: TestClient, seed_path: Path) -> str:
    return str(client.post("/v1/documents", files={"file": (seed_path.name, seed_path.read_bytes())}).json()["id"])


def test_the_file_comes_back_to_be_saved_never_to_be_shown(client: TestClient, pdf: bytes, pdf_id: str) -> None:
    got = client.get(f"/v1/documents/{pdf_id}/original")
    assert sha256(got.content).digest() == sha256(pdf).digest()
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"].startswith("attachment;")
    assert "%E9%83%A8%E9%97%A8%20" in got.headers["content-disposition"]
    assert got.headers["x-content-type-options"] == "nosniff"


def test_a_page_is_an_image_of_the_width_asked_for(client: TestClient, pdf_id: str) -> None:
    got = client.get(f"/v1/documents/{pdf_id}/pages/2.png", params={"width": 300})
    assert (got.status_code, got.headers["content-type"]) == (200, "image/png")
    assert int.from_bytes(got.content[16:20], "big") == 300


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/v1/documents/{pdf}/pages/9.png", 400, "没有第9页"),
        ("/v1/documents/{seed}/pages/1.png", 400, "只有PDF"),
        ("/v1/documents/{pdf}/pages/x.png", 422, ""),
        ("/v1/documents/none/pages/1.png", 404, "none"),
        ("/v1/documents/none/original", 404, "none"),
        ("/v1/documents/none/content", 404, "none"),
        ("/v1/documents/none/identities", 404, "none"),
    ],
)
def test_what_is_not_there_is_refused_in_words(
    client: TestClient, pdf_id: str, seed_id: str, path: str, status: int, said: str
) -> None:
    got = client.get(path.format(pdf=pdf_id, seed=seed_id))
    assert got.status_code == status
    assert said in got.json()["detail"]


def test_a_document_without_its_file_says_what_to_do(tmp_path: Path, seed_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", keep_originals=False)
    with TestClient(create_app(build_application(settings))) as client:
        made = client.post("/v1/documents", files={"file": ("甲.txt", seed_path.read_bytes())}).json()
        got = client.get(f"/v1/documents/{made['id']}/original")
    assert (got.status_code, got.json()["code"]) == (404, "missing-original")
    assert "没有留存原件，请重新导入一次这份文件" in got.json()["detail"]


def test_the_text_holds_every_place_of_a_quote(client: TestClient, seed_id: str) -> None:
    said = client.get(f"/v1/documents/{seed_id}/content").json()
    assert (said["id"], said["pages"]) == (seed_id, None)
    by_line = {block["line"]: block for block in said["blocks"]}
    relations = client.get(f"/v1/documents/{seed_id}/identities").json()
    stated = [f for r in relations for f in (*r["left"], *r["right"]) if f["table"] is None]
    assert stated
    for place in stated:
        block = by_line[place["line"]]
        assert block["start"] <= place["start"] < block["end"]


def test_one_table_can_be_asked_for(client: TestClient, seed_id: str) -> None:
    got = client.get("/v1/tables", params={"document": seed_id, "table": "T03"}).json()
    assert [each["id"] for each in got] == ["T03"]
    assert client.get("/v1/tables", params={"document": seed_id, "table": "T99"}).json() == []
    assert len(client.get("/v1/tables", params={"document": seed_id}).json()) > 1


def test_tables_are_listed_with_how_well_they_are_proven(client: TestClient, seed_id: str) -> None:
    heads = client.get(f"/v1/documents/{seed_id}/tables").json()
    tables = client.get("/v1/tables", params={"document": seed_id}).json()
    assert [(h["id"], h["rows"], h["columns"]) for h in heads] == [
        (t["id"], len(t["rows"]), len(t["columns"])) for t in tables
    ]
    whole = client.get(f"/v1/documents/{seed_id}").json()["cells"]
    assert {name: sum(h["cells"][name] for h in heads) for name in whole} == whole


def test_relations_name_cells_as_the_table_has_them(client: TestClient, seed_id: str) -> None:
    table = client.get("/v1/tables", params={"document": seed_id, "table": "T03"}).json()[0]
    relations = client.get(f"/v1/documents/{seed_id}/identities", params={"table": "T03"}).json()
    assert relations
    vouched = set()
    for each in relations:
        figures = [*each["left"], *each["right"]]
        assert any(f["table"] == "T03" for f in figures)
        for figure in figures:
            assert (figure["table"] is None) == (figure["row"] is None)
            if figure["table"] == "T03":
                assert table["cells"][figure["row"]][figure["column"]]["raw"] == figure["text"]
                vouched.add((figure["row"], figure["column"]))
    proven = {
        (r, c) for r, row in enumerate(table["cells"]) for c, cell in enumerate(row)
        if cell["proof"] == "已验证" and cell["value"] not in {None, "0"}
    }  # fmt: skip
    assert proven <= vouched
    assert len(client.get(f"/v1/documents/{seed_id}/identities").json()) > len(relations)
    of_cell = client.get(f"/v1/documents/{seed_id}/identities", params={"table": "T03", "row": 0, "column": 5}).json()
    here = [r for r in relations if any((f["table"], f["row"], f["column"]) == ("T03", 0, 5) for f in (*r["left"], *r["right"]))]
    assert of_cell == here != []


def test_figures_of_a_table_are_found_on_the_image_of_their_page(client: TestClient, pdf_id: str) -> None:
    spots = client.get(f"/v1/documents/{pdf_id}/tables/T01/places", params={"page": 2}).json()
    assert {(s["row"], s["column"]) for s in spots} == {(r, c) for r in range(3) for c in (1, 2, 3)}
    assert client.get(f"/v1/documents/{pdf_id}/tables/T01/places", params={"page": 1}).json() == []
    assert client.get(f"/v1/documents/{pdf_id}/tables/T77/places", params={"page": 1}).status_code == 404


def test_a_relation_that_fails_comes_first_and_says_by_how_much(client: TestClient, pdf_id: str) -> None:
    relations = client.get(f"/v1/documents/{pdf_id}/identities", params={"table": "T01"}).json()
    assert relations[0]["verdict"] == "failed"
    assert relations[0]["sign"] == "≠"
    assert relations[0]["left_value"] != relations[0]["right_value"]
    assert relations[-1]["verdict"] == "exact"


def _ended(client: TestClient, address: str) -> dict[str, Any]:
    for _ in range(600):
        job: dict[str, Any] = client.get(address).json()
        if job["state"] == "done":
            return job
        time.sleep(0.05)
    pytest.fail("it does not end")


def test_one_file_can_be_taken_in_while_the_caller_goes_on(client: TestClient, seed_path: Path) -> None:
    got = client.post("/v1/documents?background=true", files={"file": ("新.txt", seed_path.read_bytes() + b"\n")})
    assert got.status_code == 202
    assert got.json()["state"] in {"waiting", "running"}
    job = _ended(client, got.headers["location"])
    assert (job["done"], job["total"], job["reading"]) == (1, 1, [])
    assert job["seconds"] >= 0
    assert job["files"][0]["id"]


def test_a_bad_file_in_the_background_says_what_is_wrong_with_it(client: TestClient) -> None:
    got = client.post("/v1/documents?background=true", files={"file": ("空.txt", b"")})
    job = _ended(client, got.headers["location"])
    assert job["files"][0]["error"]["code"] == "empty-document"


def test_a_broken_archive_in_the_background_says_what_is_wrong_with_it(client: TestClient) -> None:
    got = client.post("/v1/documents?background=true", files={"file": ("包.zip", b"PK\x03\x04" + b"\0" * 40)})
    assert got.status_code == 202
    job = _ended(client, got.headers["location"])
    assert job["files"][0]["error"]


def test_what_can_be_taken_in_is_said(client: TestClient) -> None:
    assert client.get("/v1/intake").json() == {"max_bytes": 32 * 1024 * 1024}
