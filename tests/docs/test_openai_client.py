"""What docs/openai-client.md shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.asking.asker import RuleAsker
from service.domain.document import Document
from service.vocabulary.vocabulary import Vocabulary
from service.web import chat
from service.web.app import create_app
from tests.web.applications import build
from tests.web.serving import served

PAGE = (Path(__file__).parents[2] / "docs" / "openai-client.md").read_text("utf-8")


def pattern_of(shown: str) -> str:
    """Return what output must match; a line of …… stands for any lines."""
    return "".join(r"(?:.*\n)*?" if line == "……\n" else re.escape(line) for line in shown.splitlines(keepends=True))


def test_the_script_prints_what_is_shown(
    vocabulary: Vocabulary, seed_asker: RuleAsker, seed: Document, capsys: pytest.CaptureFixture[str]
) -> None:
    (script, shown) = re.findall(r"```python\n(.*?)```.*?```\n(.*?)```", PAGE, re.DOTALL)[0]
    with served(create_app(build(vocabulary, seed, asker=seed_asker))) as port:  # type: ignore[arg-type]
        exec(script.replace(":8000/", f":{port}/"), {})  # noqa: S102 - our own page

    assert re.fullmatch(pattern_of(shown), capsys.readouterr().out)


def test_the_events_shown_are_those_of_the_table_and_of_the_service() -> None:
    shown = set(re.findall(r"^event: (\w+)$", PAGE, re.MULTILINE))
    listed = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))

    assert shown == listed - {"error"}
    assert {step for step in chat.STEPS if f"`{step}`" not in PAGE} == set()
    assert f"每{chat.KEEP_ALIVE_S}秒" in PAGE
