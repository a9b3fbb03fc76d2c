"""The frame around every view, and the pieces that all views are made of."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PageAt
from tests.browser.services import Service

#: What may stand out into the margin of a sheet, as the frame of a marked sentence does, in CSS pixels.
_MARGIN = 4
VIEWS = {"/": "提问", "/documents": "文档", "/drafts": "起草", "/checks": "核对"}
#: Takes the modules of the page by name into `m`, then runs the body.
Run = Callable[[Page, str], object]

#: Where the page scrolls sideways: its width, and what stands out of it.
_TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const out = [...document.querySelectorAll("body *")].filter((each) => each.getBoundingClientRect().right > width + 1);
  return [`${document.documentElement.scrollWidth} > ${width}`, ...out.slice(0, 8).map((each) => `${each.tagName}.${each.className}`)];
}"""

#: What holds more than it shows: on paper nobody can scroll.
_CUT_OFF = """() => [...document.querySelectorAll("main *")].filter((each) => {
  const style = getComputedStyle(each);
  const isCut = style.overflowY !== "visible" && style.clipPath === "none" && each.clientHeight > 4 && each.scrollHeight > each.clientHeight + 4;
  return isCut && !each.matches("textarea, select, .visually-hidden");
}).map((each) => `${each.tagName}.${each.className} ${each.scrollHeight} > ${each.clientHeight}`)"""
#: What scrolls sideways by itself and cannot be scrolled by the keyboard.
_OUT_OF_REACH = """() => [...document.querySelectorAll("main *")].filter((each) => {
  const style = getComputedStyle(each);
  const scrolls = ["auto", "scroll"].includes(style.overflowX) && each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0;
  return scrolls && each.tabIndex < 0 && !each.matches("textarea, select") && !each.querySelector("a, button, [tabindex='0']");
}).map((each) => `${each.tagName}.${each.className}`)"""


def run(page: Page, body: str) -> object:
    """Run the body of an async function in the page; ``await module("dom.js")`` gives one of its modules."""
    state = page.locator("link[rel=stylesheet]").first.get_attribute("href") or ""
    folder = state.rsplit("/", 1)[0]
    return page.evaluate(f"async () => {{ const module = (name) => import('{folder}/' + name); {body} }}")


@pytest.mark.parametrize("path", VIEWS)
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_a_view_has_its_frame_and_fits(page_at: PageAt, path: str, width: int) -> None:
    """Navigation is seen whole, the view is named, nothing makes the page scroll sideways."""
    page = page_at(path, width)
    page.wait_for_load_state("load")

    expect(page).to_have_title(f"{VIEWS[path]} · 有据")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_role("navigation", name="主要功能").get_by_role("link", name=VIEWS[path])).to_have_attribute(
        "aria-current", "page"
    )
    for name in VIEWS.values():
        link = page.get_by_role("navigation", name="主要功能").get_by_role("link", name=name)
        expect(link).to_be_in_viewport(ratio=1)
    page.wait_for_timeout(500)
    assert page.evaluate(_TOO_WIDE) == []


@pytest.mark.parametrize("view", ["answer", "document", "draft", "check"])
@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
def test_a_filled_view_fits(page_at: PageAt, paths: dict[str, str], view: str, width: int) -> None:
    """What is wide, as a table, scrolls in a region of its own that can be reached by Tab."""
    page = page_at(paths[view], width)
    page.wait_for_timeout(1200)

    assert page.evaluate(_TOO_WIDE) == []
    assert page.evaluate(_OUT_OF_REACH) == []


@pytest.mark.parametrize("view", ["answer", "document", "draft", "check"])
def test_a_filled_view_can_be_printed(page_at: PageAt, paths: dict[str, str], view: str) -> None:
    """On A4: without the navigation and the forms, with the text and tables whole."""
    page = page_at(paths[view], 720, height=1040)
    page.wait_for_timeout(1200)
    page.emulate_media(media="print")

    expect(page.locator("header.top")).to_be_hidden()
    expect(page.locator("form:visible")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("950.47")
    assert page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") <= _MARGIN
    assert page.evaluate(_CUT_OFF) == []


def test_views_lead_to_each_other(page_at: PageAt) -> None:
    """By the navigation, and back by the browser."""
    page = page_at("/")
    for path, name in list(VIEWS.items())[1:]:
        page.get_by_role("navigation", name="主要功能").get_by_role("link", name=name).click()
        expect(page).to_have_title(f"{name} · 有据")
        assert page.url.endswith(path)
    page.go_back()
    expect(page).to_have_title("起草 · 有据")
    page.get_by_role("link", name="有据：首页").click()
    expect(page).to_have_title("提问 · 有据")


def test_the_skip_link_leads_past_the_head(page_at: PageAt) -> None:
    """It is the first stop, and is seen when it is reached."""
    page = page_at("/documents")
    skip = page.get_by_role("link", name="跳到正文")

    expect(skip).not_to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_wrong_address_says_where_to_go(page_at: PageAt, allowed: list[str]) -> None:
    """And shows it as it was typed, as text."""
    allowed.append(r"status of 404 .*/no-such")
    page = page_at("/no-such-<b>page</b>")

    expect(page.get_by_role("heading", name="没有这个页面")).to_be_visible()
    expect(page.locator("main")).to_contain_text("/no-such-<b>page</b>")
    expect(page.locator("main b")).to_have_count(0)
    page.get_by_role("link", name="看文档").click()
    expect(page).to_have_title("文档 · 有据")


@pytest.mark.parametrize("path", ["/documents/none", "/drafts/none", "/checks/none"])
def test_something_that_is_gone_is_said_in_its_view(page_at: PageAt, path: str) -> None:
    """In words, with the navigation still there."""
    page = page_at(path)

    expect(page.get_by_role("alert").or_(page.locator(".notice.error, .empty")).first).to_be_visible()
    expect(page.get_by_role("navigation", name="主要功能")).to_be_visible()


def test_a_panel_takes_the_focus_and_gives_it_back(page_at: PageAt) -> None:
    """On a wide screen it stands beside the page; on a small one it is the page, and nothing behind it can be reached."""
    for width, is_modal in ((1280, False), (390, True)):
        page = page_at("/documents", width)
        page.wait_for_load_state("load")
        page.get_by_role("link", name="有据：首页").focus()
        run(page, "(await module('panel.js')).openPanel({title: '依据', content: ['文字']})")
        panel = page.get_by_role("dialog", name="依据")

        expect(panel.get_by_role("heading", name="依据")).to_be_focused()
        assert panel.evaluate("(each) => each.matches(':modal')") is is_modal
        page.keyboard.press("Escape")
        expect(panel).to_be_hidden()
        expect(page.get_by_role("link", name="有据：首页")).to_be_focused()


def test_a_question_of_the_page_holds_the_focus(page_at: PageAt) -> None:
    """Tab stays within; Esc and 取消 do nothing; what must be filled is said beside it."""
    page = page_at("/documents")
    page.wait_for_load_state("load")
    page.get_by_role("link", name="有据：首页").focus()
    ask = "window.said = (await module('confirm.js')).promptText({title: '理由', fields: [{name: 'why', label: '理由', required: true}]})"
    run(page, ask)
    dialog = page.get_by_role("dialog", name="理由")
    field = dialog.get_by_role("textbox", name="理由")

    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(dialog).to_contain_text("请填写理由")
    for _ in range(4):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "() => document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert page.evaluate("() => window.said") is None
    expect(page.get_by_role("link", name="有据：首页")).to_be_focused()
    run(page, ask)
    page.keyboard.type("核实无误")
    page.keyboard.press("Enter")
    assert page.evaluate("() => window.said") == {"why": "核实无误"}


@pytest.mark.parametrize(
    "made",
    [
        "h('a', {href: 'javascript:alert(1)'})", "h('a', {href: 'https://example.org/'})", "h('a', {href: '//example.org/'})",
        "h('a', {href: ' javascript:alert(1)'})", "h('img', {src: 'data:text/html,x'})", "h('p', {onclick: 'alert(1)'})",
        "h('form', {action: 'https://example.org/'})", "h('button', {formaction: 'https://example.org/'})",
        "h('a', {href: '/\\\\example.org'})", "h('a', {href: '/\\n/example.org'})",
        "h('iframe', {srcdoc: '<script>alert(1)</script>'})",
    ],
)  # fmt: skip
def test_elements_lead_nowhere_else_and_run_nothing(page_at: PageAt, allowed: list[str], made: str) -> None:
    """Whatever text is put in as an address or a listener."""
    allowed.append("requires 'TrustedHTML' assignment")  # said by the browser where it is what refuses
    page = page_at("/documents")
    refused = run(
        page, f"const {{h}} = await module('dom.js'); try {{ {made}; return ''; }} catch (e) {{ return e.name; }}"
    )

    assert refused == "TypeError"


def test_text_is_text(page_at: PageAt, service: Service) -> None:
    """Markup in a text, a property or an attribute stays what it was."""
    page = page_at("/documents")
    said = run(
        page,
        """const {h, fill} = await module("dom.js");
        const evil = "<img src=x onerror=alert(1)>";
        const made = fill(h("p", {title: evil, text: evil}), evil, [evil, [evil]], null, false, 0);
        return [made.querySelectorAll("*").length, made.textContent, made.title];""",
    )

    evil = "<img src=x onerror=alert(1)>"
    assert said == [0, f"{evil}{evil}{evil}0", evil]


def test_no_text_turns_the_one_after_it_around(page_at: PageAt) -> None:
    """A name with signs that turn the direction of writing would have a figure read backwards."""
    page = page_at("/documents")
    said = run(
        page,
        "const {h} = await module('dom.js'); return h('p', {text: '\\u202e甲'}, '乙\\u2066', '950.47').textContent;",
    )

    assert said == "甲乙950.47"
