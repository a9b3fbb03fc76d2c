"""The service goes away and comes back: the page says so, keeps what was typed, and goes on without a reload."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, Page, expect

from evals.seed import seed_document, seed_path
from tests.browser.conftest import PageAt
from tests.browser.services import Service
from tests.browser.test_keyboard import loaded

#: What the browser itself writes where nobody answers.
AWAY = "ERR_(CONNECTION|EMPTY_RESPONSE|INCOMPLETE|FAILED|ABORTED|NETWORK)"
#: Until the page has noticed by itself that the service is back.
BACK_MS = 15_000


@pytest.fixture(autouse=True)
def away_is_expected(allowed: list[str]) -> None:
    """Nothing else is."""
    allowed.append(AWAY)


def banner_of(page: Page) -> None:
    """Expect the banner, in Chinese, that says what has happened."""
    banner = page.locator("#connection")
    expect(banner).to_be_visible()
    expect(banner).to_contain_text("连不上服务")


def is_back(page: Page) -> None:
    """Expect the banner to go by itself."""
    expect(page.locator("#connection")).to_be_hidden(timeout=BACK_MS)


def test_a_question_is_asked_again_once_the_service_is_back(page_at: PageAt, own_service: Service) -> None:
    """The question stands; one press asks it again; the conversation before it is still there after a reload."""
    page = loaded(page_at("/", at=own_service))
    ask(page, "2024年支出是多少？")
    expect(page.locator(".turn").last).to_contain_text("950.47")
    own_service.stop()
    box = page.get_by_role("textbox", name="问题")
    box.fill("其中基本支出呢？")
    box.press("Enter")
    banner_of(page)
    turn = page.locator(".turn").last
    expect(turn).to_contain_text("其中基本支出呢？")
    expect(turn.get_by_role("alert")).to_be_visible()
    box.fill("下一个还没有问完的问题")

    own_service.start()
    is_back(page)
    turn.get_by_role("button", name="再问一次").click()
    expect(turn).to_contain_text("537.27")
    expect(box).to_have_value("下一个还没有问完的问题")
    page.reload()
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".turn").first).to_contain_text("950.47")
    expect(page.locator(".turn").last).to_contain_text("537.27")
    expect(page.get_by_role("textbox", name="问题")).to_have_value("下一个还没有问完的问题")


@pytest.mark.parametrize("path", ["/", "/documents", "/drafts", "/checks"])
def test_a_view_opened_just_before_fills_itself_afterwards(page_at: PageAt, own_service: Service, path: str) -> None:
    """What it could not have at first it fetches when the service is there, without being asked."""
    page = page_at("/documents", at=own_service)
    loaded(page)
    page.route("**/v1/**", lambda route: route.abort("connectionrefused"))
    page.goto(own_service.url(path))
    banner_of(page)
    page.unroute_all(behavior="wait")
    is_back(page)
    expect(page.locator("main")).to_contain_text(
        seed_document().entity if path != "/checks" else "选择文件", timeout=BACK_MS
    )
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_file_is_sent_again(page_at: PageAt, own_service: Service) -> None:
    """It is named, and one press sends it once the service is back."""
    page = loaded(page_at("/documents", at=own_service))
    own_service.stop()
    file = FilePayload(
        name="另一份.txt", mimeType="text/plain", buffer=seed_path().read_bytes().replace(b"950.47", b"950.48")
    )
    page.locator("input[type=file]").first.set_input_files(file)
    banner_of(page)
    item = page.locator("#uploads li", has_text="另一份.txt")
    expect(item.get_by_role("alert")).to_be_visible()

    own_service.start()
    is_back(page)
    item.get_by_role("button", name="重试").click()
    expect(page.locator("#uploads li", has_text="另一份.txt")).to_contain_text("已导入", timeout=BACK_MS)


def test_a_reason_outlives_the_service_and_a_reload(page_at: PageAt, own_service: Service) -> None:
    """Typed, not yet filled in; filled in, not yet saved; saved once the service is back."""
    seed = seed_document()
    page = loaded(page_at(f"/drafts/{own_service.draft(seed.entity, seed.year or 0)}", at=own_service))
    page.get_by_role("button", name="下一处待补充").click()
    form = page.get_by_role("form", name="填写")
    form.get_by_role("textbox").fill("一次性项目已经完成")
    form.get_by_role("button", name="填好", exact=True).click()
    own_service.stop()
    page.keyboard.press("Control+s")
    banner_of(page)
    expect(page.locator("#paper")).to_contain_text("一次性项目已经完成")

    own_service.start()
    is_back(page)
    page.reload()
    expect(page.locator("#paper")).to_contain_text("一次性项目已经完成")
    page.keyboard.press("Control+s")
    expect(page.locator("#head")).to_contain_text("第2版")
    page.reload()
    expect(page.locator("#paper")).to_contain_text("一次性项目已经完成")


def test_a_pasted_text_and_a_chosen_file_are_still_there(page_at: PageAt, own_service: Service) -> None:
    """Nothing has to be pasted or chosen again."""
    text = f"{seed_document().entity}2024年支出合计951.47万元。"
    page = loaded(page_at("/checks", at=own_service))
    page.get_by_role("radio", name="粘贴文字").check()
    page.get_by_role("textbox", name="文字").fill(text)
    own_service.stop()
    begin = page.get_by_role("button", name="开始核对")
    begin.click()
    banner_of(page)
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("textbox", name="文字")).to_have_value(text)

    own_service.start()
    is_back(page)
    page.reload()
    expect(page.get_by_role("textbox", name="文字")).to_have_value(text)
    page.get_by_role("button", name="开始核对").click()
    page.wait_for_url("**/checks/*")
    expect(page.locator(".finding").filter(has_text="951.47").first).to_be_visible()


def test_two_tabs_and_two_users_do_not_disturb_each_other(page_at: PageAt, service: Service) -> None:
    """Each tab keeps its own question and conversation; another browser sees neither."""
    one = loaded(page_at("/"))
    two = one.context.new_page()
    two.goto(service.url("/"))
    other = loaded(page_at("/"))
    one.get_by_role("textbox", name="问题").fill("第一页里没问完的")
    loaded(two).get_by_role("textbox", name="问题").fill("第二页里没问完的")
    ask(other, "2024年收入是多少？")
    ask(two, "2024年支出是多少？")
    expect(two.locator(".turn").last).to_contain_text("950.47")
    expect(one.locator(".turn")).to_have_count(0)
    expect(one.get_by_role("textbox", name="问题")).to_have_value("第一页里没问完的")
    one.reload()
    expect(one.get_by_role("textbox", name="问题")).to_have_value("第一页里没问完的")
    other.reload()
    expect(other.locator(".turn")).to_have_count(1)
    expect(other.locator("#history")).not_to_contain_text("2024年支出是多少")


def ask(page: Page, question: str) -> None:
    """Ask a question and wait for the answer."""
    page.get_by_role("textbox", name="问题").fill(question)
    page.get_by_role("button", name="提问", exact=True).click()
    expect(page.locator(".turn").last.get_by_role("button", name="复制文字")).to_be_visible()
