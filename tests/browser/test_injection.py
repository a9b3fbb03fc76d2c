"""Texts that try to become markup, script or another direction: they are shown as what they are."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, Page, expect

from evals.seed import seed_document
from tests.browser import hostile
from tests.browser.conftest import PageAt
from tests.browser.services import Service
from tests.browser.test_keyboard import loaded
from tests.samples import ENTITY

WIDTHS = (1280, 390)


@pytest.fixture
def held(own_service: Service) -> dict[str, str]:
    """The ids of a hostile document, and of a draft, a check and a conversation over it."""
    document = own_service.add(hostile.FILE_NAME, hostile.document())
    text = f"{ENTITY}2024年支出合计999.99万元。{hostile.EVERYTHING}".encode()
    return {
        "document": str(document["id"]),
        "draft": own_service.draft(ENTITY, 2024),
        "check": own_service.check(hostile.FILE_NAME, hostile.document()),
        "pasted": own_service.check(hostile.FILE_NAME, text),
        "conversation": own_service.ask(f"{ENTITY}2024年各项目支出是多少？{hostile.PICTURE}{hostile.SCRIPT}"),
    }


@pytest.mark.parametrize("width", WIDTHS)
def test_a_hostile_document_is_shown_in_every_view(
    page_at: PageAt, own_service: Service, held: dict[str, str], width: int
) -> None:
    """Its names, headings and cells are read, never run; the figures after them stand as they were printed."""
    page = loaded(page_at("/documents", width, at=own_service))
    expect(page.locator("#held")).to_contain_text(hostile.PICTURE)
    hostile.assert_unhurt(page)

    page.goto(own_service.url(f"/documents/{held['document']}#T05"))
    table = page.get_by_role("region", name="表格内容")
    expect(table).to_contain_text(f"{hostile.PICTURE}专项经费")
    expect(table).to_contain_text(hostile.TEMPLATE)
    hostile.assert_unhurt(loaded(page))
    page.goto(own_service.url(f"/documents/{held['document']}#T06"))
    hostile.assert_unhurt(loaded(page))

    for path in ("/", f"/?c={held['conversation']}", "/drafts", f"/drafts/{held['draft']}", "/checks"):
        page.goto(own_service.url(path))
        hostile.assert_unhurt(loaded(page))
    for check in (held["check"], held["pasted"]):
        page.goto(own_service.url(f"/checks/{check}"))
        expect(page.locator(".outcome")).to_be_visible()
        hostile.assert_unhurt(loaded(page))
        for head in page.locator(".card-head:visible").all()[:6]:
            head.click()
            hostile.assert_unhurt(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_figures_of_a_hostile_document_lead_to_their_evidence(
    page_at: PageAt, own_service: Service, held: dict[str, str], width: int
) -> None:
    """The panel shows the table with the names as they are."""
    page = loaded(page_at("/", width, at=own_service))
    _ask(page, f"{ENTITY}2024年有哪些项目？")
    page.locator(".turn").last.get_by_role("button", name="10.00万元").first.click()
    panel = page.get_by_role("dialog")
    expect(panel).to_contain_text(hostile.PICTURE)
    page.wait_for_timeout(500)
    hostile.assert_unhurt(page)
    page.keyboard.press("Escape")

    page.goto(own_service.url(f"/drafts/{held['draft']}"))
    loaded(page).get_by_role("button", name="440.75").first.click()
    expect(page.get_by_role("dialog").get_by_role("heading", level=2)).to_be_visible()
    hostile.assert_unhurt(page)


@pytest.mark.parametrize("text", hostile.ALL)
def test_questions_are_text(page_at: PageAt, text: str) -> None:
    """In the conversation, in the history, in the title, after a reload."""
    page = loaded(page_at("/"))
    question = f"2024年支出是多少？{text}"
    _ask(page, question)
    hostile.assert_unhurt(page)
    page.reload()
    turn = page.locator(".turn").last
    expect(turn.locator(".question")).to_contain_text("2024年支出是多少？")
    expect(turn.get_by_role("button", name="复制文字")).to_be_visible()
    hostile.assert_unhurt(page)


def test_a_file_name_is_text(page_at: PageAt, own_service: Service) -> None:
    """While it is sent, when it is refused, in the list, in the question before it is deleted, where it is checked."""
    page = loaded(page_at("/documents", at=own_service))
    chooser = page.locator("input[type=file]").first
    chooser.set_input_files([
        FilePayload(name=f"{hostile.PICTURE}空.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4 nothing"),
        FilePayload(name=hostile.FILE_NAME, mimeType="text/plain", buffer=hostile.document()),
    ])  # fmt: skip
    expect(page.locator("#held li")).to_have_count(2)
    expect(page.locator("#uploads")).to_contain_text(hostile.PICTURE)
    hostile.assert_unhurt(page)
    page.get_by_role("button", name=f"删除《{ENTITY}").click()
    expect(page.get_by_role("dialog")).to_contain_text(hostile.PICTURE)
    hostile.assert_unhurt(page)
    page.get_by_role("dialog").get_by_role("button", name="取消").click()

    page.goto(own_service.url("/checks"))
    page.locator("input[type=file]").first.set_input_files(
        FilePayload(name=hostile.FILE_NAME, mimeType="text/plain", buffer=hostile.document())
    )
    expect(page.locator(".drop").first).to_contain_text(hostile.PICTURE)
    hostile.assert_unhurt(loaded(page))
    page.get_by_role("button", name="开始核对").click()
    page.wait_for_url("**/checks/*")
    expect(page.locator(".outcome")).to_be_visible()
    hostile.assert_unhurt(loaded(page))


def test_reasons_are_text(page_at: PageAt, own_service: Service) -> None:
    """What a person fills into a draft, types into a paragraph, or gives as a reason that a finding may stand."""
    seed = seed_document()
    draft, checked = own_service.draft(seed.entity, seed.year or 0), f"{seed.entity}2024年支出合计951.47万元。"
    page = loaded(page_at(f"/drafts/{draft}", at=own_service))
    page.get_by_role("button", name="下一处待补充").click()
    form = page.get_by_role("form", name="填写")
    for reason, why in (
        (f"压减项目{hostile.PICTURE}{hostile.SCRIPT}{hostile.CLOSING}{hostile.TEMPLATE}", "含有网页或文档标记"),
        (f"压减项目{hostile.TURNED}", "看不见的字符"),
    ):
        form.get_by_role("textbox").fill(reason)
        form.get_by_role("button", name="填好", exact=True).click()
        expect(form).to_contain_text(why)
        hostile.assert_unhurt(page)
    form.get_by_role("textbox").fill("压减项目经费")
    form.get_by_role("button", name="填好", exact=True).click()
    expect(page.locator("#paper")).to_contain_text("压减项目经费")
    hostile.assert_unhurt(page)
    page.keyboard.press("Control+s")
    expect(page.locator("#head, #message")).to_contain_text(["第", ""])
    page.wait_for_timeout(1500)
    hostile.assert_unhurt(page)
    page.reload()
    hostile.assert_unhurt(loaded(page))

    page.goto(own_service.url(f"/checks/{own_service.check('文字.txt', checked.encode())}"))
    page.locator(".finding .card-head").filter(has_text="951.47").first.click()
    page.locator(".finding.current").get_by_role("button", name="标为已说明").click()
    for field in page.get_by_role("dialog").get_by_role("textbox").all():
        field.fill(
            f"{hostile.PICTURE}{hostile.CLOSING}{hostile.TURNED}{hostile.LONG[:60]}"[
                : 60 if field.evaluate("(each) => each.maxLength < 100") else 300
            ]
        )
    page.get_by_role("dialog").locator("button[type=submit]").click()
    expect(page.locator(".finding.accepted")).to_contain_text(hostile.PICTURE)
    hostile.assert_unhurt(page)
    page.reload()
    hostile.assert_unhurt(loaded(page))


ADDRESSES = (
    "/?c={}", "/?entity={}&year={}&q={}", "/documents/x#{}", "/drafts?entity={}&year={}", "/drafts/x#sentence={}", "/checks/x#{}",
)  # fmt: skip


@pytest.mark.parametrize("path", ADDRESSES)
def test_addresses_are_text(page_at: PageAt, service: Service, path: str) -> None:
    """Whatever somebody puts into a link."""
    page = page_at("/documents")
    for text in (hostile.PICTURE + hostile.CLOSING, "javascript:window.hurt=1", "%", "__proto__", "'\"]"):
        page.goto(service.url(path.replace("{}", text)))
        page.wait_for_timeout(300)
        hostile.assert_unhurt(page)
        expect(page.get_by_role("navigation", name="主要功能")).to_be_visible()


@pytest.mark.parametrize(
    "kept", ['{"a":', '"text"', "null", "0", "[null,{}]", '{"__proto__":{"hurt":1}}', f'"{"x" * 5000}"']
)
def test_what_a_browser_kept_may_be_broken(page_at: PageAt, service: Service, kept: str) -> None:
    """By another version of the program or another page of the machine: the views begin anew."""
    keys = [
        "ask:chats",
        "ask:text",
        "ask:pending",
        "documents:jobs",
        "drafts:new",
        "check-form",
        "checks",
        "person",
        "check-keys",
    ]
    page = page_at("/documents")
    page.evaluate(
        "([keys, kept]) => keys.forEach((key) => { localStorage.setItem('youju:' + key, kept); sessionStorage.setItem('youju:' + key, kept); })",
        [keys, kept],
    )
    for path in ("/", "/documents", "/drafts", "/checks"):
        page.goto(service.url(path))
        page.wait_for_timeout(300)
        hostile.assert_unhurt(page)
        expect(page.locator("main button:visible").first).to_be_visible()


def _ask(page: Page, question: str) -> None:
    page.get_by_role("textbox", name="问题").fill(question)
    page.get_by_role("button", name="提问", exact=True).click()
    expect(page.locator(".turn").last.get_by_role("button", name="复制文字")).to_be_visible()
