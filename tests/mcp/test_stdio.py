"""`youju mcp` as a desktop assistant starts it: a process of its own, spoken to over its pipes."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.bootstrap import build_application
from service.settings import Settings
from tests.mcp.clients import MODES, called, process, text_of


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, seed_path: Path) -> Path:
    """A store that holds the seed document."""
    made = tmp_path_factory.mktemp("home")
    list(build_application(Settings(home=made)).add_paths([seed_path]))
    return made


@pytest.mark.parametrize("mode", MODES)
def test_a_question_is_answered_over_the_pipes_of_the_real_process(home: Path, mode: str) -> None:
    """The figure arrives exact, with its mark, its working and the cell it is printed in."""
    got = called(process(home), "ask", mode=mode, question="为什么2024年支出下降了23%？")

    said = got.structured_content
    assert said is not None
    rate = next(each for each in said["results"] if each["unit"] == "%")
    assert (got.is_error, said["status"], rate["value"], rate["marks"]) == (False, "answered", "23.04", ["推算"])
    assert "（推算）减少284.53万元，降低23.04%" in text_of(got)
    assert "“本年支出合计”行" in text_of(got)
