"""What a page does that no page of ours may do: reach outside, raise, or be stopped by the content policy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, Request, WebError

#: Addresses that are no request to any host.
_INSIDE = ("data:", "blob:", "about:")
#: What Chromium writes for each answer of 400 and above; those of the interface are part of its contract.
_REFUSED = "Failed to load resource"
_INTERFACE = ("/v1/", "/healthz")


class Watch:
    """Looks over everything that the pages of a context do.

    Attributes:
        outside: Addresses asked for that are not the service's.
        requests: Addresses asked for in all, in order.
        problems: Console errors, exceptions, refusals of the content policy and dialogs of the browser.
    """

    def __init__(self, origin: str) -> None:
        """Watch pages of the service at *origin*."""
        self._origin = origin
        self.outside: list[str] = []
        self.requests: list[str] = []
        self.problems: list[str] = []

    def over(self, context: BrowserContext) -> None:
        """Begin to watch a context."""
        context.on("request", self._asked)
        context.on("console", self._wrote)
        context.on("weberror", self._raised)
        context.on("dialog", self._opened)
        for page in context.pages:
            self._page(page)
        context.on("page", self._page)

    def unexpected(self, allowed: Iterable[str] = ()) -> list[str]:
        """Return everything that should not have been, one line each, without what a pattern of *allowed* is found in."""
        found = [f"asked outside: {address}" for address in self.outside] + self.problems
        return [each for each in found if not any(re.search(pattern, each) for pattern in allowed)]

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)
        if not request.url.startswith((*_INSIDE, f"{self._origin}/")):
            self.outside.append(request.url)

    def _wrote(self, message: ConsoleMessage) -> None:
        where = message.location.get("url", "")
        if message.type != "error" or (
            message.text.startswith(_REFUSED) and urlsplit(where).path.startswith(_INTERFACE)
        ):
            return
        self.problems.append(f"console: {message.text} ({where}:{message.location.get('lineNumber', '')})")

    def _raised(self, error: WebError) -> None:
        self.problems.append(f"uncaught: {error.error.stack or error.error.message}")

    def _opened(self, dialog: Dialog) -> None:
        if dialog.type == "beforeunload":
            dialog.accept()
            return
        self.problems.append(f"dialog: {dialog.type} “{dialog.message}”")
        dialog.dismiss()

    def _page(self, page: Page) -> None:
        page.on("crash", lambda gone: self.problems.append(f"crashed: {gone.url}"))
