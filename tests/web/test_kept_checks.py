"""Checks that are kept, over HTTP: made with progress, looked at again, accepted, made into files, removed."""

from __future__ import annotations

import io
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import httpx
import pytest
from fastapi.testclient import TestClient
from pypdf import PdfReader

from service.adapters.annotating.files import annotates, page_places
from service.adapters.annotating.report_document import report_to_word
from service.adapters.page_images import PdfPageImages
from service.adapters.sql_checks import SqlChecks
from service.adapters.sql_library import SqlLibrary
from service.application import Application, Checked, Limits
from service.checks import LONGEST_REASON, Checks
from service.domain.errors import StoreFullError
from service.ports import CheckStore, CheckToKeep
from service.presenting.text_view import text_view
from service.vocabulary.vocabulary import Vocabulary
from service.web import check_models
from service.web.app import create_app
from tests.fake_checks import FakeCheckStore
from tests.fakes import FixedClock
from tests.pdfs import PdfPage, pdf_of
from tests.samples import Sample, read_sample
from tests.unit.annotating.texts import word_of
from tests.web.applications import build
from tests.web.serving import events_in, served, until

RIGHT = "2024年支出预算239.25万元，其中基本支出160.75万元，项目支出78.50万元。"
WRONG = RIGHT.replace("239.25", "293.25").replace("78.50", "87.50")
TABLES = ("tables", ("预算.txt", Sample().text.encode()))
REASON = {"reason": "年中追加，见批复。", "by": "王某"}
STREAM = {"accept": "text/event-stream"}


def kept_by(application: Application, store: CheckStore | None = None) -> Checks:
    return Checks(
        application=application, store=store or FakeCheckStore(), clock=FixedClock(), annotates=annotates, view=text_view,
        word=report_to_word, places=page_places,
    )  # fmt: skip


def serving(application: Application, store: CheckStore | None = None) -> TestClient:
    return TestClient(create_app(application, checks=kept_by(application, store)), raise_server_exceptions=False)


@pytest.fixture
def application(vocabulary: Vocabulary) -> Application:
    return build(vocabulary, limits=Limits(1024 * 1024))


@pytest.fixture
def client(application: Application) -> TestClient:
    return serving(application)


def post(client: TestClient, data: bytes = WRONG.encode(), name: str = "说明.txt", **more: Any) -> Any:
    return client.post("/v1/checks?keep=true", files=[("file", (name, data)), TABLES], **more)


def made(client: TestClient, data: bytes = WRONG.encode(), name: str = "说明.txt") -> dict[str, Any]:
    """Have a text checked and kept; return what is said of it."""
    got = post(client, data, name)
    assert got.status_code == 201, got.text
    said: dict[str, Any] = got.json()
    return said


def test_a_kept_check_is_answered_with_its_address_and_found_again(client: TestClient) -> None:
    got = post(client)
    said = got.json()

    assert got.status_code == 201
    assert got.headers["location"] == f"/v1/checks/{said['id']}"
    assert check_models.KeptCheck.model_validate(said).model_dump() == said
    assert [each["id"] for each in said["findings"]] == [f"F{n}" for n in range(1, len(said["findings"]) + 1)]
    assert said["findings"][0]["kind"] == "正文的数与表中同一口径的数不同"
    assert (said["marks"], said["accepted"], said["open"]["error"]) == ([], 0, 2)
    assert client.get(got.headers["location"]).json() == said


def test_a_check_that_is_not_kept_is_as_it_was(client: TestClient) -> None:
    got = client.post("/v1/checks", files=[("file", ("说明.txt", WRONG.encode())), TABLES], headers=STREAM)

    assert (got.status_code, got.headers["content-type"]) == (200, "application/json")
    assert "id" not in got.json()
    assert "id" not in got.json()["findings"][0]
    assert client.get("/v1/checks").json() == []


def test_its_steps_are_told_as_they_begin(client: TestClient) -> None:
    events = events_in(post(client, headers=STREAM).text)

    assert [name for name, _ in events] == ["status", "status", "status", "done"]
    assert [data["step"] for name, data in events if name == "status"] == ["reading", "tables", "judging"]
    for _, data in events[:-1]:
        assert check_models.StepEvent.model_validate(data).text
    said = events[-1][1]
    assert client.get(f"/v1/checks/{said['id']}").json() == said


def test_an_error_ends_the_stream_and_nothing_is_kept(client: TestClient) -> None:
    events = events_in(post(client, b"\x89PNG\r\n\x1a\n", "扫描.png", headers=STREAM).text)

    assert [name for name, _ in events] == ["status", "error"]
    assert events[-1][1]["code"] == "unsupported-document"
    assert client.get("/v1/checks").json() == []


def test_text_that_is_pasted_is_kept_too(client: TestClient) -> None:
    got = client.post("/v1/checks?keep=true", json={"text": WRONG})

    assert (got.status_code, got.json()["name"]) == (201, "文字.txt")


def test_a_check_whose_client_went_away_is_not_kept(application: Application) -> None:
    """The client leaves between two steps."""
    going, gone, over = threading.Event(), threading.Event(), threading.Event()
    store = FakeCheckStore()
    check = application.check

    def slow(*given: Any, **more: Any) -> Checked:
        more["progress"]("reading")
        going.set()
        assert gone.wait(10)
        try:
            return check(*given, **more)
        finally:
            over.set()

    application.check = slow  # type: ignore[method-assign]
    with served(create_app(application, checks=kept_by(application, store))) as port:
        with (
            httpx.Client() as talking,
            talking.stream(
                "POST", f"http://127.0.0.1:{port}/v1/checks?keep=true", json={"text": WRONG}, headers=STREAM
            ) as got,
        ):
            next(got.iter_lines())
            assert going.wait(10)
        metrics = f"http://127.0.0.1:{port}/metrics"
        until(lambda: 'route="/v1/checks"' in httpx.get(metrics).text)
        gone.set()
        assert over.wait(10)
        assert httpx.get(f"http://127.0.0.1:{port}/v1/checks").json() == []
    assert store.summaries() == ()


def test_checks_are_listed_the_newest_first(client: TestClient) -> None:
    first, second = made(client)["id"], made(client, RIGHT.encode(), "对的.txt")["id"]
    client.put(f"/v1/checks/{first}/marks/F1", json=REASON)
    listed = client.get("/v1/checks").json()

    assert [each["id"] for each in listed] == [second, first]
    assert [check_models.CheckSummary.model_validate(each).model_dump() for each in listed] == listed
    assert (listed[1]["accepted"], listed[1]["open"]["error"], listed[1]["name"]) == (1, 1, "说明.txt")
    assert listed[0]["summary"].startswith("没有发现错误")
    assert [each["id"] for each in client.get("/v1/checks", params={"id": [first, "gone"]}).json()] == [first]
    assert [each["id"] for each in client.get("/v1/checks", params={"limit": 1}).json()] == [second]


def test_an_accepted_finding_no_longer_counts_as_open(client: TestClient) -> None:
    said = made(client)
    got = client.put(f"/v1/checks/{said['id']}/marks/F2", json=REASON | {"reason": "  年中追加，见批复。 "})
    mark = {"finding": "F2", "at": got.json()["at"]} | REASON
    now = client.get(f"/v1/checks/{said['id']}").json()

    assert (got.status_code, got.json()) == (200, mark)
    assert now["marks"] == client.get(f"/v1/checks/{said['id']}/marks").json() == [mark]
    assert [each["accepted"] for each in now["findings"]][:2] == [None, mark]
    assert (now["open"]["error"], now["accepted"]) == (1, 1)
    assert now["summary"] == said["summary"].replace("发现2处", "发现1处") + "另有1条已说明。"


def test_acceptances_are_replaced_and_withdrawn(client: TestClient) -> None:
    said = made(client)
    at = f"/v1/checks/{said['id']}/marks/F1"
    client.put(at, json=REASON)
    client.put(at, json={"reason": "改了主意", "by": "李某"})

    assert [each["reason"] for each in client.get(f"/v1/checks/{said['id']}").json()["marks"]] == ["改了主意"]
    assert client.delete(at).status_code == 204
    assert client.delete(at).status_code == 204
    assert client.get(f"/v1/checks/{said['id']}").json() == said


@pytest.mark.parametrize(
    ("finding", "sent", "status"),
    [
        ("F1", {}, 422),
        ("F1", {"reason": "好"}, 422),
        ("F1", {"reason": "", "by": "王某"}, 422),
        ("F1", {"reason": " \n", "by": "王某"}, 400),
        ("F1", {"reason": "好", "by": " "}, 400),
        ("F1", {"reason": "好" * (LONGEST_REASON + 1), "by": "王某"}, 422),
        ("F99", REASON, 404),
        ("f1", REASON, 404),
        ("F" * 17, REASON, 422),
    ],
)
def test_what_is_no_reason_is_refused(client: TestClient, finding: str, sent: dict[str, str], status: int) -> None:
    said = made(client)
    got = client.put(f"/v1/checks/{said['id']}/marks/{finding}", json=sent)

    assert got.status_code == status
    assert got.json()["detail"].endswith("。")
    assert client.get(f"/v1/checks/{said['id']}").json()["marks"] == []


def test_the_places_of_findings_are_found_in_the_text(client: TestClient) -> None:
    said = made(client, f"标题\n\n{WRONG}\n".encode())
    blocks = client.get(f"/v1/checks/{said['id']}/content").json()
    place = said["findings"][0]["places"][0]
    (block,) = [each for each in blocks if each["start"] <= place["start"] < each["end"]]

    assert [check_models.CheckedBlock.model_validate(each).model_dump() for each in blocks] == blocks
    assert block["text"][place["start"] - block["start"] : place["end"] - block["start"]] == "293.25万元"
    assert block["line"] == place["line"] == 3


def test_the_tables_of_the_text_and_those_it_was_judged_by_can_be_seen(client: TestClient) -> None:
    said = made(client)
    other = next(each for f in said["findings"] for each in f["places"] if each["table"])
    tables = client.get(f"/v1/checks/{said['id']}/tables", params={"document": other["document"]}).json()
    (table,) = [each for each in tables if each["id"] == other["table"]]
    whole = made(client, replace(Sample(), wrong_total=Sample().total + 1).text.encode(), "整份.txt")

    assert other["document"] != said["document"]
    assert table["cells"][other["row_index"]][other["column_index"]]["raw"] == other["quote"]
    assert client.get(f"/v1/checks/{said['id']}/tables").json() == []
    assert len(client.get(f"/v1/checks/{whole['id']}/tables").json()) > len(tables)
    missing = client.get(f"/v1/checks/{said['id']}/tables", params={"document": "d9"})
    assert (missing.status_code, missing.json()["code"]) == (404, "missing-document")


def test_tables_of_a_document_that_was_deleted_since_are_still_seen(vocabulary: Vocabulary) -> None:
    held = read_sample(Sample(), vocabulary)
    client = serving(build(vocabulary, held))
    said = client.post("/v1/checks?keep=true", json={"text": WRONG, "documents": [held.id]}).json()
    client.delete(f"/v1/documents/{held.id}")

    assert client.get(f"/v1/checks/{said['id']}/tables", params={"document": held.id}).json()


@pytest.mark.parametrize(
    ("form", "kind"),
    [("md", "text/markdown; charset=utf-8"), ("html", "text/html; charset=utf-8"), ("json", "application/json; charset=utf-8")],
)
def test_reports_list_apart_what_was_accepted(client: TestClient, form: str, kind: str) -> None:
    said = made(client)
    client.put(f"/v1/checks/{said['id']}/marks/F1", json=REASON)
    got = client.get(f"/v1/checks/{said['id']}/file", params={"format": form})

    assert (got.status_code, got.headers["content-type"]) == (200, kind)
    assert got.headers["content-disposition"].startswith("attachment;")
    assert ("default-src 'none'" in got.headers.get("content-security-policy", "")) == (form == "html")
    assert got.headers["content-disposition"].endswith(f"%E8%AF%B4%E6%98%8E-%E6%A0%B8%E5%AF%B9.{form}")
    if form == "json":
        assert got.json() == client.get(f"/v1/checks/{said['id']}").json()
    else:
        apart = got.text.index("已说明（1）")
        assert got.text.index("错误（1）") < apart < got.text.index("年中追加，见批复。（王某，")


def test_the_copy_of_a_word_document_says_why_a_finding_may_stand(client: TestClient) -> None:
    said = made(client, word_of(WRONG), "说明.docx")
    client.put(f"/v1/checks/{said['id']}/marks/F1", json=REASON)
    got = client.get(f"/v1/checks/{said['id']}/file", params={"format": "docx"})
    notes = [each.text for each in docx.Document(io.BytesIO(got.content)).comments]

    report = client.get(f"/v1/checks/{said['id']}/file", params={"format": "docx", "report": True})

    assert said["annotates"] == "docx"
    assert "已说明（1）" in [each.text for each in docx.Document(io.BytesIO(report.content)).paragraphs]
    assert any(each.startswith("【已说明】年中追加，见批复。（王某，") and "原提示（错误）" in each for each in notes)
    assert any(each.startswith("【错误】") for each in notes)


def test_a_text_that_is_no_word_document_gets_a_report_in_word(client: TestClient) -> None:
    said = made(client)
    client.put(f"/v1/checks/{said['id']}/marks/F1", json=REASON)
    got = client.get(f"/v1/checks/{said['id']}/file", params={"format": "docx"})
    headings = [each.text for each in docx.Document(io.BytesIO(got.content)).paragraphs]

    assert said["annotates"] is None
    assert {"错误（1）", "已说明（1）"} <= set(headings)


def test_a_pdf_has_a_copy_with_highlights_and_its_pages(vocabulary: Vocabulary) -> None:
    application = build(vocabulary)
    application._images = PdfPageImages()
    client = serving(application)
    page = PdfPage()
    page.text(50, 100, WRONG)
    said = made(client, pdf_of(page), "说明.pdf")
    client.put(f"/v1/checks/{said['id']}/marks/F1", json=REASON)
    got = client.get(f"/v1/checks/{said['id']}/file", params={"format": "pdf"})
    notes = [each.get_object()["/Contents"] for each in PdfReader(io.BytesIO(got.content)).pages[0]["/Annots"]]  # type: ignore[attr-defined]
    image = client.get(f"/v1/checks/{said['id']}/pages/1.png", params={"width": 300})

    seen = client.get(f"/v1/checks/{said['id']}/pages").json()

    assert said["annotates"] == "pdf"
    assert [(each["finding"], each["page"], len(each["boxes"])) for each in seen][:2] == [("F1", 1, 1), ("F2", 1, 1)]
    left, top, right, bottom = seen[0]["boxes"][0]
    assert 0 < left < right < 1
    assert 0.09 < top < 0.119 < bottom < 0.14
    assert right <= seen[1]["boxes"][0][0]
    assert [check_models.SeenFinding.model_validate(each).model_dump() for each in seen] == seen
    assert any("已说明" in each for each in notes)
    assert (image.status_code, image.headers["content-type"], image.content[:4]) == (200, "image/png", b"\x89PNG")
    assert client.get(f"/v1/checks/{said['id']}/pages/2.png").status_code == 400


def test_what_cannot_be_made_is_said(client: TestClient) -> None:
    said = made(client)

    for path in (f"/v1/checks/{said['id']}/file?format=pdf",):
        got = client.get(path)
        assert (got.status_code, got.json()["code"]) == (400, "invalid-input")


def test_a_removed_check_is_gone(client: TestClient) -> None:
    said = made(client)
    at = f"/v1/checks/{said['id']}"

    assert client.delete(at).status_code == 204
    for got in (
        client.get(at), client.delete(at), client.get(f"{at}/content"), client.get(f"{at}/tables"), client.get(f"{at}/file"),
        client.get(f"{at}/file?format=md"), client.get(f"{at}/pages/1.png"), client.get(f"{at}/marks"), client.get(f"{at}/pages"),
        client.put(f"{at}/marks/F1", json=REASON),
        client.delete(f"{at}/marks/F1"),
    ):  # fmt: skip
        assert (got.status_code, got.json()["code"]) == (404, "missing-check")
    assert client.get("/v1/checks").json() == []


def test_checks_survive_a_restart(vocabulary: Vocabulary, tmp_path: Path) -> None:
    def client() -> TestClient:
        return serving(build(vocabulary), SqlChecks(SqlLibrary(tmp_path / "library.sqlite")))

    said = made(client(), word_of(WRONG), "说明.docx")
    client().put(f"/v1/checks/{said['id']}/marks/F1", json=REASON)

    assert client().get(f"/v1/checks/{said['id']}").json()["accepted"] == 1
    assert client().get(f"/v1/checks/{said['id']}/content").json()
    assert client().get(f"/v1/checks/{said['id']}/file").status_code == 200


def test_a_full_disk_is_said(application: Application) -> None:
    class FullStore(FakeCheckStore):
        def keep(self, check: CheckToKeep) -> None:
            del check
            raise StoreFullError("磁盘已满。")

    client = serving(application, FullStore())

    assert post(client).status_code == 507
    assert events_in(post(client, headers=STREAM).text)[-1][1]["code"] == "store-full"


def test_a_service_that_keeps_no_checks_says_so(application: Application) -> None:
    client = TestClient(create_app(application), raise_server_exceptions=False)

    for got in (client.get("/v1/checks"), post(client), client.get("/v1/checks/c1")):
        assert (got.status_code, got.json()["code"]) == (500, "configuration")
    assert client.post("/v1/checks", json={"text": WRONG}).status_code == 200


def test_relations_that_fail_in_its_tables_lead_to_their_cells_and_findings(client: TestClient) -> None:
    wrong = Sample().text.replace("\t160.75\t", "\t161.75\t", 1)
    got = client.post("/v1/checks?keep=true", files=[("file", ("预算.txt", wrong.encode()))]).json()
    found = client.get(f"/v1/checks/{got['id']}/contradictions").json()
    whole = client.post("/v1/checks?keep=true", files=[("file", ("预算.txt", Sample().text.encode()))]).json()

    assert [check_models.Contradiction.model_validate(each).model_dump() for each in found] == found
    assert got["cells"]["contradicted"] > 0
    assert {each["verdict"] for each in found} == {"failed"}
    assert any(cell["text"] == "161.75" for each in found for cell in (*each["left"], *each["right"]))
    told = {each["id"]: each for each in got["findings"]}
    assert any(each["finding"] for each in found)
    assert all("161.75" in str(told[each["finding"]]) for each in found if each["finding"])
    assert client.get(f"/v1/checks/{whole['id']}/contradictions").json() == []
    assert client.get("/v1/checks/zzz/contradictions").status_code == 404
