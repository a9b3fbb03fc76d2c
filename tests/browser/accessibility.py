"""What axe-core finds on a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

SERIOUS = ("serious", "critical")
#: WCAG 2.2 to level AA, and what axe counts as good practice.
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: axe needs the browser context to be opened with ``bypass_csp=True``: the page itself lets no foreign script run.
_RUN = "(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})"


@dataclass(frozen=True, slots=True)
class Violation:
    """One place where a rule does not hold.

    Attributes:
        rule: Its name in axe.
        impact: ``minor``, ``moderate``, ``serious`` or ``critical``.
        place: A selector of the element.
        why: What axe says of it.
    """

    rule: str
    impact: str
    place: str
    why: str

    def __str__(self) -> str:
        return f"{self.impact}: {self.rule} at {self.place}: {self.why}"


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def violations(page: Page) -> Sequence[Violation]:
    """Return all that axe finds on a page as it stands, the serious first."""
    page.evaluate("() => scrollTo(0, 0)")  # what lies half under the head would count as too small to be hit
    page.evaluate(_axe())
    said = page.evaluate(_RUN, _TAGS)
    found = [
        Violation(
            rule["id"], rule["impact"], " ".join(map(str, node["target"])), " ".join(node["failureSummary"].split())
        )
        for rule in said["violations"]
        for node in rule["nodes"]
    ]
    return sorted(found, key=lambda each: each.impact not in SERIOUS)


def assert_accessible(page: Page, state: str) -> None:
    """Fail where axe finds something serious, saying where; print the rest."""
    found = violations(page)
    for each in found:
        print(f"[{state}] {each}")
    serious = [each for each in found if each.impact in SERIOUS]
    assert not serious, f"[{state}] " + "\n".join(map(str, serious))
