"""That the ground of these tests holds: whatever a page may not do is noticed, and nothing can leave the machine."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import PageAt
from tests.browser.services import Service
from tests.browser.watching import Watch

_SETTLED_MS = 400
_POLICY = "default-src 'self'; require-trusted-types-for 'script'"


@pytest.mark.parametrize(
    ("body", "noticed"),
    [
        ("<img src='http://192.0.2.1/x.png'>", "asked outside: http://192.0.2.1/x.png"),
        ("<script src='https://example.org/x.js'></script>", "asked outside: https://example.org/x.js"),
        ("<script>throw new Error('broken')</script>", "uncaught: Error: broken"),
        ("<script>console.error('said')</script>", "console: said"),
        ("<script>alert('seen')</script>", "dialog: alert “seen”"),
        ("<img src='/static/none.png'>", "console: Failed to load resource"),
    ],
)
def test_what_a_page_may_not_do_is_noticed(browser: Browser, service: Service, body: str, noticed: str) -> None:
    """Each of them fails a test that uses `page_at`."""
    watch = _watched(browser, service, body)

    assert any(each.startswith(noticed) for each in watch.unexpected()), watch.unexpected()
    assert not watch.unexpected(["."])


@pytest.mark.parametrize(
    "body",
    [
        "<script>document.title = 'ran'</script>", "<p style='color: red'>x</p>", "<img src=x onerror='document.title = 1'>",
        "<p><script src='/made.js'></script>",
    ],
)  # fmt: skip
def test_what_the_content_policy_stops_is_noticed(browser: Browser, service: Service, body: str) -> None:
    """A page that needs what the policy forbids is broken, even where nobody sees it."""
    watch = _watched(browser, service, body, policy=_POLICY)

    assert any("Content Security Policy" in each or "TrustedHTML" in each for each in watch.unexpected()), (
        watch.problems
    )


def test_refusals_of_the_interface_are_no_fault_of_the_page(browser: Browser, service: Service) -> None:
    """A question that is refused, or a service that is away, is for the page to show."""
    watch = _watched(browser, service, "<script>fetch('/v1/documents/none')</script>")

    assert watch.unexpected() == []
    assert watch.requests[-1] == service.url("/v1/documents/none")


def test_a_service_stops_and_starts_on_its_port(page_at: PageAt, own_service: Service) -> None:
    """What restart tests rest on."""
    page = page_at("/healthz", at=own_service)
    own_service.stop()
    with pytest.raises(Exception, match="ERR_CONNECTION_REFUSED"):
        page.goto(own_service.url("/healthz"))
    own_service.start()
    page.goto(own_service.url("/healthz"))

    expect(page.locator("body")).to_contain_text("ok")
    assert len(own_service.documents()) == 1


def _watched(browser: Browser, service: Service, body: str, policy: str = "") -> Watch:
    """Open a page made here at the service's address, and return what was noticed."""
    context = browser.new_context()
    watch = Watch(service.origin)
    watch.over(context)
    page = context.new_page()
    headers = {"content-type": "text/html; charset=utf-8"} | ({"content-security-policy": policy} if policy else {})
    page.route("**/made", lambda route: route.fulfill(body=f"<!doctype html><title>t</title>{body}", headers=headers))
    page.route(
        "**/made.js",
        lambda route: route.fulfill(body="document.body.innerHTML = '<b>x</b>'", content_type="text/javascript"),
    )
    page.goto(service.url("/made"))
    page.wait_for_timeout(_SETTLED_MS)
    context.close()
    return watch
