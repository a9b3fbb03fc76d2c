"""Take the pictures of the page that the documentation shows, over the seed. Run: ``make screenshots``."""

from __future__ import annotations

import argparse
import base64
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evals.runner import ROOT
from evals.seed import seed_document, seed_path
from tests.browser.chromium import MISSING, USUAL, launch, program, window
from tests.browser.services import Service, ingest

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOLDER = ROOT / "docs" / "images"
WIDTHS = (1280, 390)
#: A picture is made coarser until it is no larger.
MOST_BYTES = 120 * 1024
_QUALITIES = (82, 70, 58, 46, 34)
_WAIT_MS, _SETTLE_MS = 15_000, 600
_WHY = "为什么2024年支出下降了23%？"


@dataclass(frozen=True, slots=True)
class Things:
    """What the pictures show.

    Attributes:
        service: The running service.
        document: Id of the seed.
        conversation: Id of a conversation with an answer.
        draft: Id of a draft.
        check: Id of a check of the seed with a figure of its text changed by hand.
    """

    service: Service
    document: str
    conversation: str
    draft: str
    check: str


def make_things(service: Service) -> Things:
    """Ask, draft and check."""
    seed = seed_document()
    (held,) = service.documents()
    text = seed_path().read_text(encoding="utf-8")
    wrong = text.replace("537.27", "573.27", 1)  # the text comes before the tables: they keep the true figure
    return Things(
        service, str(held["id"]), service.ask(_WHY), service.draft(seed.entity, seed.year or 0),
        service.check("待核对的情况说明.txt", wrong.encode()),
    )  # fmt: skip


def _ask(page: Page, things: Things) -> None:
    page.goto(things.service.url("/"))
    page.locator(".suggestion").first.wait_for()


def _answer(page: Page, things: Things) -> None:
    page.goto(things.service.url(f"/?c={things.conversation}"))
    page.get_by_role("button", name="复制文字").wait_for()


def _evidence(page: Page, things: Things) -> None:
    _answer(page, things)
    page.locator(".turn").get_by_role("button", name="1235.00万元").first.click()
    page.get_by_role("dialog").get_by_role("table").first.wait_for()


def _documents(page: Page, things: Things) -> None:
    page.goto(things.service.url("/documents"))
    page.get_by_role("button", name="删除《").wait_for()


def _document(page: Page, things: Things) -> None:
    page.goto(things.service.url(f"/documents/{things.document}#T03"))
    page.get_by_role("region", name="表格内容").locator("button.cell").first.click()
    page.locator("td.mark").wait_for()
    page.evaluate("() => document.querySelector('#work').scrollIntoView()")


def _drafts(page: Page, things: Things) -> None:
    page.goto(things.service.url("/drafts"))
    page.get_by_role("button", name="起草", exact=True).wait_for()


def _draft(page: Page, things: Things) -> None:
    page.goto(things.service.url(f"/drafts/{things.draft}"))
    page.get_by_role("button", name="下一处待补充").click()
    page.get_by_role("form", name="填写").wait_for()


def _checks(page: Page, things: Things) -> None:
    page.goto(things.service.url("/checks"))
    page.get_by_role("button", name="选择文件").first.wait_for()


def _check(page: Page, things: Things) -> None:
    page.goto(things.service.url(f"/checks/{things.check}"))
    page.locator(".card-head:visible").first.click()
    page.locator(".finding.current").wait_for()


VIEWS: dict[str, Callable[[Page, Things], None]] = {
    "ask": _ask, "answer": _answer, "evidence": _evidence, "documents": _documents, "document": _document, "drafts": _drafts,
    "draft": _draft, "checks": _checks, "check": _check,
}  # fmt: skip


def picture_of(page: Page) -> bytes:
    """Return what is seen of a page, as WebP of at most `MOST_BYTES`, or as coarse as it gets."""
    session = page.context.new_cdp_session(page)
    data = b""
    for quality in _QUALITIES:
        said = session.send("Page.captureScreenshot", {"format": "webp", "quality": quality})
        data = base64.b64decode(said["data"])
        if len(data) <= MOST_BYTES:
            break
    return data


def main(argv: Sequence[str] | None = None) -> int:
    """Take all pictures; 2 where there is no Chromium."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description="为文档截取页面的图。")
    parser.add_argument("views", nargs="*", choices=[*VIEWS, []], help="哪几种，默认全部")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="放到哪里")
    options = parser.parse_args(argv)
    if program() is None:
        print(MISSING, file=sys.stderr)
        return 2
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder) / "home"
        ingest(home, seed_path())
        service = Service(home).start()
        try:
            browser = launch(playwright)
            things = make_things(service)
            for width in WIDTHS:
                for name in options.views or VIEWS:
                    context = browser.new_context(viewport=window(width), **USUAL)  # type: ignore[arg-type]
                    context.set_default_timeout(_WAIT_MS)
                    page = context.new_page()
                    VIEWS[name](page, things)
                    page.wait_for_timeout(_SETTLE_MS)
                    data = picture_of(page)
                    (options.folder / f"{name}-{width}.webp").write_bytes(data)
                    print(f"{name}-{width}.webp {len(data) // 1024} KB")
                    context.close()
            browser.close()
        finally:
            service.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
