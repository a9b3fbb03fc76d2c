"""axe-core over every view in its main states: nothing serious."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from evals.seed import seed_document, seed_path
from tests.browser.accessibility import assert_accessible, violations
from tests.browser.conftest import PageAt
from tests.browser.services import Service

WIDTHS = (1280, 390)
VIEWS = ("/", "/documents", "/drafts", "/checks")
WHY = "为什么2024年支出下降了23%？"


def test_the_measure_finds_what_is_wrong(page_at: PageAt) -> None:
    """A picture without words, a pale text, a field without a name: the tests below would see them."""
    page = page_at("/documents", bypass_csp=True)
    page.locator("main").evaluate(
        "(main) => { main.insertAdjacentHTML('beforeend', '<img src=/favicon.ico><p style=\"color:#ccc\">淡淡的字</p><input>'); }"
    )

    assert {"image-alt", "color-contrast", "label"} <= {each.rule for each in violations(page)}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", VIEWS)
def test_views_over_the_seed(page_at: PageAt, path: str, width: int) -> None:
    """As they are opened."""
    page = page_at(path, width, bypass_csp=True)
    page.wait_for_timeout(700)

    assert_accessible(page, f"{path} at {width}")


@pytest.mark.parametrize("path", VIEWS)
def test_views_without_a_document(page_at: PageAt, empty_service: Service, path: str) -> None:
    """What a new user sees."""
    page = page_at(path, at=empty_service, bypass_csp=True)
    page.wait_for_timeout(700)

    assert_accessible(page, f"{path}, empty")


def test_a_wrong_address(page_at: PageAt, allowed: list[str]) -> None:
    """The page that says so."""
    allowed.append("status of 404")
    page = page_at("/none", bypass_csp=True)

    expect(page.get_by_role("heading", name="没有这个页面")).to_be_visible()
    assert_accessible(page, "/none")


def _answer(page: Page, service: Service) -> None:
    page.goto(service.url(f"/?c={service.ask(WHY)}"))
    expect(page.locator(".turn").get_by_role("button", name="复制文字")).to_be_visible()


def _answer_as_table(page: Page, service: Service) -> None:
    _answer(page, service)
    page.get_by_role("button", name="表", exact=True).first.click()
    page.locator("details.how > summary").click()


def _evidence(page: Page, service: Service) -> None:
    _answer(page, service)
    page.locator(".turn").get_by_role("button", name="1235.00万元").first.click()
    expect(page.get_by_role("dialog").get_by_role("table").first).to_be_visible()


def _refusal(page: Page, service: Service) -> None:
    page.goto(service.url(f"/?c={service.ask('2019年支出是多少？')}"))
    expect(page.locator(".refusal").first).to_be_visible()


def _document(page: Page, service: Service) -> None:
    page.goto(service.url(f"/documents/{service.documents()[0]['id']}#T03"))
    page.get_by_role("region", name="表格内容").locator("button.cell").first.click()
    expect(page.locator("td.mark")).to_be_visible()
    page.locator("#findings summary").first.click()


def _deletion(page: Page, service: Service) -> None:
    page.goto(service.url("/documents"))
    page.get_by_role("button", name="删除《").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _options(page: Page, service: Service) -> None:
    page.goto(service.url("/drafts"))
    page.get_by_text("写法（可不改）").click()


def _draft(page: Page, service: Service) -> None:
    seed = seed_document()
    page.goto(service.url(f"/drafts/{service.draft(seed.entity, seed.year or 0)}"))
    expect(page.get_by_role("button", name="下一处待补充")).to_be_visible()


def _filling(page: Page, service: Service) -> None:
    _draft(page, service)
    page.get_by_role("button", name="下一处待补充").click()
    expect(page.get_by_role("form", name="填写")).to_be_visible()


def _editing(page: Page, service: Service) -> None:
    _draft(page, service)
    page.locator("button.edit").nth(2).click()
    area = page.locator("#paper textarea")
    area.fill(area.input_value().replace("950.47", "951.47"))
    expect(page.locator("#paper .note").first).to_be_visible()


def _figure_of_draft(page: Page, service: Service) -> None:
    _draft(page, service)
    page.get_by_role("button", name="950.47").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _versions(page: Page, service: Service) -> None:
    _draft(page, service)
    page.get_by_role("button", name="版本（").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _pasting(page: Page, service: Service) -> None:
    page.goto(service.url("/checks"))
    page.get_by_role("radio", name="粘贴文字").check()
    page.get_by_text("用什么对照").click()
    page.get_by_role("button", name="开始核对").click()
    expect(page.get_by_role("alert")).to_be_visible()


def _check(page: Page, service: Service) -> None:
    page.goto(service.url(f"/checks/{service.check(seed_path().name, seed_path().read_bytes())}"))
    page.locator(".card-head:visible").first.click()
    expect(page.locator(".finding.current .actions")).to_be_visible()


def _accepting(page: Page, service: Service) -> None:
    _check(page, service)
    page.locator(".finding.current").get_by_role("button", name="标为已说明").click()
    page.get_by_role("dialog").locator("button[type=submit]").click()
    expect(page.get_by_role("dialog").locator("[aria-invalid=true]").first).to_be_visible()


def _figures_of_check(page: Page, service: Service) -> None:
    _check(page, service)
    page.get_by_role("button", name="文中数字").last.click()


STATES: dict[str, Callable[[Page, Service], None]] = {
    "answer": _answer, "answer as a table": _answer_as_table, "evidence": _evidence, "refusal": _refusal, "document": _document,
    "deletion": _deletion, "options of a draft": _options, "draft": _draft, "filling in": _filling, "editing": _editing,
    "figure of a draft": _figure_of_draft, "versions": _versions, "pasting": _pasting, "check": _check, "accepting": _accepting,
    "figures of a check": _figures_of_check,
}  # fmt: skip


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("state", STATES)
def test_views_in_use(page_at: PageAt, service: Service, state: str, width: int) -> None:
    """With an answer, a panel, a form, a dialog, a message beside a control."""
    page = page_at("/", width, bypass_csp=True)
    STATES[state](page, service)
    page.wait_for_timeout(400)

    assert_accessible(page, f"{state} at {width}")
