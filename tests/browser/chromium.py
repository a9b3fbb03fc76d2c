"""Debian's Chromium, started so that it can reach nothing but this machine."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

MISSING = "no Chromium: install Debian's package chromium, or name a program by YOUJU_CHROMIUM"
#: Nothing but loopback can be reached: everything else goes to a port where nobody listens.
_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--force-color-profile=srgb",
    "--proxy-server=http://127.0.0.1:9", "--proxy-bypass-list=127.0.0.1",
)  # fmt: skip
#: Of every context: what a user of the page has, but nothing that moves.
USUAL = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "reduced_motion": "reduce", "color_scheme": "light"}
_HEIGHTS = {390: 844, 320: 568}


def program() -> str | None:
    """Return where Chromium is, None where there is none."""
    return os.environ.get("YOUJU_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def launch(playwright: Playwright) -> Browser:
    """Start it; `program` must have found it."""
    return playwright.chromium.launch(executable_path=program(), args=list(_FLAGS))


def window(width: int, height: int = 0) -> dict[str, int]:
    """Return the size of a window, in CSS pixels; its height is what goes with the width where it is 0."""
    return {"width": width, "height": height or _HEIGHTS.get(width, 900)}
