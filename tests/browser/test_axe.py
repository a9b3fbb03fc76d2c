"""axe-core over every view in its main states: nothing serious."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import assert_accessible, violations
from tests.browser.conftest import PageAt
from tests.browser.services import Service

WIDTHS = (1280, 390)
VIEWS = ("/", "/documents", "/drafts", "/checks")


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
