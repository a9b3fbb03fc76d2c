"""The prompts, and every answer over the seed document that a model may word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import pytest

from service.adapters.prompt_files import read_prompts
from service.asking.asker import RuleAsker
from service.assisting.framing import gate_for
from service.assisting.prompts import Prompt
from service.assisting.wording import is_wordable
from service.vocabulary.vocabulary import Vocabulary
from tests.conftest import cases
from tests.unit.assisting.worded import Worded

WordedFor = Callable[..., Worded]


@pytest.fixture(scope="session")
def prompts() -> Mapping[str, Prompt]:
    """The prompt of every step."""
    return read_prompts()


@pytest.fixture(scope="session")
def worded_for(seed_asker: RuleAsker, vocabulary: Vocabulary) -> WordedFor:
    """Ask the seed document, each question once; return the answer with its gate."""

    @cache
    def ask(question: str, *history: str) -> Worded:
        answer = seed_asker.ask(question, history=history, entity=None, year=None)
        background = seed_asker.background_of(answer)
        assert background is not None, answer.text
        gate = gate_for(answer, background.spotter, vocabulary.phrasing, background.own)
        return Worded(question, answer, background, gate)

    return ask


@pytest.fixture(scope="session")
def all_worded(worded_for: WordedFor, seed_asker: RuleAsker) -> tuple[Worded, ...]:
    """The answers of the suites that a model may word, those with equal texts once."""
    found: dict[str, Worded] = {}
    for case in (*cases("questions-dev"), *cases("paraphrases")):
        answer = seed_asker.ask(case["question"], history=case["history"], entity=None, year=None)
        if is_wordable(answer) and answer.text not in found:
            found[answer.text] = worded_for(case["question"], *case["history"])
    return tuple(found.values())
