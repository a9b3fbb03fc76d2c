"""What the tests of the language model share: a mocked address and a model there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import respx

from service.adapters.language_model.model import LangChainModel
from tests.unit.language_model.servers import CHAT, Time, model_at


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def mocked() -> Iterator[respx.Route]:
    """The endpoint of the chat completions, mocked; anything else is refused."""
    with respx.mock(assert_all_called=False) as router:
        yield router.post(CHAT)


@pytest.fixture
def model(time: Time) -> LangChainModel:
    """A model at the mocked address, which repeats a request once."""
    return model_at(time)
