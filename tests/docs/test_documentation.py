"""The documentation lists what the program has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from service.cli import app
from service.domain import errors
from service.domain.finding import FINDING_CODES
from service.settings import Settings
from service.web.checks import checks
from service.web.conversations import conversations
from service.web.document_views import document_views
from service.web.drafts import drafts
from service.web.error_responses import HTTP_CODES
from service.web.openai_api import openai_api
from service.web.routes import probes, v1

ROOT = Path(__file__).parents[2]


def error_classes(cls: type[errors.YoujuError] = errors.YoujuError) -> Iterator[type[errors.YoujuError]]:
    """Yield a class and everything below it."""
    yield cls
    for child in cls.__subclasses__():
        yield from error_classes(child)


def test_every_error_and_finding_code_is_documented() -> None:
    """A reader who meets a code finds it in docs/错误代码.md."""
    page = (ROOT / "docs" / "错误代码.md").read_text("utf-8")

    codes = {c.code for c in error_classes()} | set(FINDING_CODES)
    assert {code for code in codes if f"`{code}`" not in page} == set()


def test_every_finding_code_in_the_code_is_in_the_catalogue() -> None:
    """Findings use catalogued codes only."""
    used: set[str] = set()
    for path in (ROOT / "service").rglob("*.py"):
        text = path.read_text("utf-8")
        used |= set(re.findall(r'Finding\(\s*(?:code=)?"([a-z-]+)"', text))

    assert used
    assert used <= set(FINDING_CODES)


def test_every_code_of_the_web_is_documented() -> None:
    """Refusals that never reach the application have codes too."""
    page = (ROOT / "docs" / "错误代码.md").read_text("utf-8")

    assert {code for code in HTTP_CODES if f"`{code}`" not in page} == set()


def test_every_command_and_route_is_in_the_readme() -> None:
    """A newcomer sees all that can be called."""
    page = (ROOT / "README.md").read_text("utf-8")
    commands = {command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands}
    every = (*v1.routes, *document_views.routes, *checks.routes, *drafts.routes, *conversations.routes, *openai_api.routes, *probes.routes)
    routes = {route.path.partition("{")[0].rstrip("/") for route in every}  # type: ignore[attr-defined]

    assert {name for name in commands if f"youju {name}" not in page} == set()
    assert {route for route in routes if route not in page} == set()


def test_every_setting_is_documented() -> None:
    """An operator finds each variable in docs/operators.md."""
    page = (ROOT / "docs" / "operators.md").read_text("utf-8")

    assert {name for name in Settings.model_fields if f"YOUJU_{name.upper()}" not in page} == set()


def test_error_tree_is_drawn_as_it_is() -> None:
    """The outline at the top of domain/errors.py is the real tree, with unique codes."""
    drawn = re.findall(r"^( *)(\w+Error)\b", errors.__doc__ or "", re.MULTILINE)

    def outline(cls: type[errors.YoujuError], depth: int = 0) -> Iterator[tuple[int, str]]:
        yield depth, cls.__name__
        for child in cls.__subclasses__():
            yield from outline(child, depth + 1)

    codes = [c.code for c in error_classes()]
    assert [(len(i) // 2, name) for i, name in drawn] == list(outline(errors.YoujuError))
    assert len(codes) == len(set(codes))
