"""Moving about by the keyboard alone, as those do who have no mouse: what has the focus is always seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

#: What has the focus, whether that is marked, and whether something lies over it.
_FOCUS = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const marked = (each) => {
    const style = getComputedStyle(each);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
  };
  const r = e.getBoundingClientRect();
  const box = {left: Math.max(r.left, 0), top: Math.max(r.top, 0), right: Math.min(r.right, innerWidth), bottom: Math.min(r.bottom, innerHeight)};
  const points = [0.1, 0.5, 0.9].flatMap((x) => [0.1, 0.5, 0.9].map((y) => [box.left + (box.right - box.left) * x, box.top + (box.bottom - box.top) * y]));
  const isAt = ([x, y]) => { const top = document.elementFromPoint(x, y); return top && (e.contains(top) || top.contains(e)); };
  return {
    name: `${e.tagName.toLowerCase()}${e.id ? "#" + e.id : ""} “${(e.getAttribute("aria-label") ?? e.innerText ?? "").trim().slice(0, 40)}”`,
    marked: marked(e) || (e.parentElement && e.parentElement.matches(":focus-within") && marked(e.parentElement)),
    seen: r.width >= 4 && r.height >= 4 && box.right > box.left && box.bottom > box.top && points.some(isAt),
  };
}"""
MOST = 150
#: The first stop of every page.
FIRST = "a “跳到正文”"


def tab_to(page: Page, target: Locator, *, back: bool = False) -> Sequence[str]:
    """Press Tab until something has the focus; each stop on the way must be marked and seen.

    Returns:
        What was stopped at, in order.
    """
    passed: list[str] = []
    for _ in range(MOST):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        now: dict[str, Any] | None = page.evaluate(_FOCUS)
        if now is not None:
            passed.append(now["name"])
            assert now["marked"], f"the focus on {now['name']} is not marked"
            assert now["seen"], f"{now['name']} has the focus and is not seen"
        if target.count() and target.first.evaluate("(each) => each === document.activeElement"):
            return passed
    pytest.fail(f"Tab does not reach {target}; it stops at: {'; '.join(passed)}")


def round_trip(page: Page) -> Sequence[str]:
    """Press Tab from wherever the focus is once through the whole page; return the stops in order of the page.

    Fails where something holds the focus, or has it unseen.
    """
    stops: list[str] = []
    is_whole = False
    for _ in range(6 * MOST):
        page.keyboard.press("Tab")
        now = page.evaluate(_FOCUS)
        if now is None and is_whole:
            return stops
        if now is None or (stops and now["name"] == FIRST):
            if is_whole:
                return stops
            is_whole, stops = True, []
        if now is not None:
            is_whole = is_whole or now["name"] == FIRST
            stops.append(now["name"])
            assert now["marked"], f"the focus on {now['name']} is not marked"
            assert now["seen"], f"{now['name']} has the focus and is not seen"
    pytest.fail(f"Tab does not come round; the last stops: {'; '.join(stops[-12:])}")
