"""Pages of the real service in Debian's Chromium.

`page_at` opens a page of the service and fails the test where the page reached outside, raised or broke the content
policy. Without Chromium or Playwright these tests are skipped; with ``YOUJU_BROWSER_REQUIRED=1`` they fail.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Generator, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from evals.seed import seed_document, seed_path
from tests.browser.chromium import MISSING, USUAL, launch, program, window
from tests.browser.services import Service, copy_of, ingest
from tests.browser.watching import Watch

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Playwright

FOLDER = Path(__file__).parent
REQUIRED = os.environ.get("YOUJU_BROWSER_REQUIRED") == "1"
WAIT_MS = 8_000

if find_spec("playwright") is None:
    _MISSING = "playwright is not installed (pip install -e '.[dev]')"
    if REQUIRED:
        raise RuntimeError(_MISSING)
    warnings.warn(f"the browser tests are left out: {_MISSING}", stacklevel=1)
    collect_ignore_glob = ["test_*.py"]


class PageAt(Protocol):
    """Opens pages."""

    def __call__(
        self, path: str = "/", width: int = 1280, *, height: int = 0, at: Service | None = None, **options: Any
    ) -> Page:
        """Open a page of a user who was never here.

        Args:
            path: Path at the service.
            width: Of the window, in CSS pixels.
            height: Likewise; 0 for what goes with the width.
            at: Another service than that of the fixture `service`.
            options: Of the browser context, as ``bypass_csp=True``. A second tab of the same user is
                ``page.context.new_page()``.
        """


class _Opened:
    """The browser of this process; one at a time, and none while other tests run.

    Playwright leaves an event loop running in this thread, which tests of other folders must not find.
    """

    playwright: Playwright | None = None
    browser: Browser | None = None

    @classmethod
    def get(cls) -> Browser:
        """Return the browser, started where it is not."""
        if cls.browser is None:
            from playwright.sync_api import expect, sync_playwright

            if program() is None:
                pytest.fail(MISSING) if REQUIRED else pytest.skip(MISSING)
            expect.set_options(timeout=WAIT_MS)
            cls.playwright = sync_playwright().start()
            cls.browser = launch(cls.playwright)
        return cls.browser

    @classmethod
    def close(cls) -> None:
        """Close it."""
        if cls.browser is not None:
            cls.browser.close()
        if cls.playwright is not None:
            cls.playwright.stop()
        cls.browser = cls.playwright = None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, None, None]:
    """Close the browser once a worker leaves this folder."""
    try:
        return (yield)
    finally:
        if nextitem is None or FOLDER not in nextitem.path.parents:
            _Opened.close()


_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember which tests failed: their pages are kept as pictures."""
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


@pytest.fixture
def browser() -> Browser:
    """The browser."""
    return _Opened.get()


@pytest.fixture(scope="session")
def seed_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the seed; copy it, do not use it."""
    home = tmp_path_factory.mktemp("seed") / "home"
    ingest(home, seed_path())
    return home


@pytest.fixture(scope="module")
def _module_service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home = copy_of(request.getfixturevalue("seed_home"), tmp_path_factory.mktemp("service"))
    running = Service(home).start()
    yield running
    running.stop()


@pytest.fixture
def service(browser: Browser, request: pytest.FixtureRequest) -> Service:
    """The service over the seed, shared by the tests of a module: do not stop it, delete nothing of it."""
    found = request.getfixturevalue("_module_service")
    assert isinstance(found, Service)
    return found


@pytest.fixture(scope="module")
def _module_paths(_module_service: Service) -> dict[str, str]:
    seed = seed_document()
    (document,) = _module_service.documents()
    return {
        "ask": "/", "documents": "/documents", "drafts": "/drafts", "checks": "/checks", "document": f"/documents/{document['id']}",
        "draft": f"/drafts/{_module_service.draft(seed.entity, seed.year or 0)}",
        "check": f"/checks/{_module_service.check(seed_path().name, seed_path().read_bytes())}",
        "answer": f"/?c={_module_service.ask('为什么2024年支出下降了23%？')}",
    }  # fmt: skip


@pytest.fixture
def paths(service: Service, request: pytest.FixtureRequest) -> dict[str, str]:
    """Every view of the shared service by name, with something in it: look, change nothing."""
    found: dict[str, str] = request.getfixturevalue("_module_paths")
    return found


@pytest.fixture
def own_service(browser: Browser, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    """The service over the seed for one test alone, which may change it, stop it and start it again."""
    running = Service(copy_of(request.getfixturevalue("seed_home"), tmp_path)).start()
    yield running
    running.stop()


@pytest.fixture
def empty_service(browser: Browser, tmp_path: Path) -> Iterator[Service]:
    """The service without any document, for one test alone."""
    running = Service(tmp_path / "empty").start()
    yield running
    running.stop()


@pytest.fixture
def watches() -> list[Watch]:
    """What is watched, by context in the order they were opened: read `requests` of it."""
    return []


@pytest.fixture
def allowed() -> list[str]:
    """Patterns of problems that a test expects: append to it."""
    return []


@pytest.fixture
def page_at(
    browser: Browser, watches: list[Watch], allowed: list[str], request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[PageAt]:
    """Open pages, and fail where they did what no page may do."""
    contexts: list[BrowserContext] = []

    def open_page(
        path: str = "/", width: int = 1280, *, height: int = 0, at: Service | None = None, **options: Any
    ) -> Page:
        running = at or request.getfixturevalue("service")
        context = browser.new_context(**({"viewport": window(width, height)} | USUAL | options))
        contexts.append(context)
        context.set_default_timeout(WAIT_MS)
        watches.append(Watch(running.origin))
        watches[-1].over(context)
        page = context.new_page()
        # From the start: a chooser that opens while interception is only being switched on is lost.
        page.on("filechooser", lambda _: None)
        page.goto(running.url(path))
        return page

    yield open_page

    if request.node.stash.get(_FAILED, False):
        for number, page in enumerate(page for context in contexts for page in context.pages):
            picture = tmp_path / f"page{number}.png"
            page.screenshot(path=picture)
            print(f"the page as it was: {picture}")
    for context in contexts:
        context.close()
    found = [each for watch in watches for each in watch.unexpected(allowed)]
    assert not found, "\n".join(found)
