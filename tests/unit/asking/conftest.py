"""Asking in one word."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from service.asking.answer import Answer
from service.asking.asker import RuleAsker

Ask = Callable[..., Answer]


def asking(asker: RuleAsker) -> Ask:
    """Return a function that asks: the question, and the questions before it."""

    def ask(question: str, *before: str, entity: str | None = None, year: int | None = None) -> Answer:
        return asker.ask(question, history=before, entity=entity, year=year)

    return ask


@pytest.fixture(scope="session")
def ask(seed_asker: RuleAsker) -> Ask:
    """Ask the seed document."""
    return asking(seed_asker)
