"""Models are wired where they are set, for the roles they are set for; where none is set nothing of them is loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from service import bootstrap
from service.adapters.sql_library import SqlLibrary
from service.asking.asker import RuleAsker
from service.assisting.asker import AssistedAsker
from service.assisting.draft_wording import DraftWording
from service.domain.document import Document
from service.settings import Settings
from service.vocabulary.vocabulary import Vocabulary
from tests.fakes import FixedClock

ROOT = Path(__file__).parents[3]
#: Ask, then write a draft, and tell after each what of the models' part was loaded.
LOADED = """
import sys
from service.cli import main

def loaded():
    tops = ("langchain", "langchain_core", "langchain_openai", "langgraph", "langsmith", "openai", "httpx", "tiktoken", "prompts")
    return sorted(m for m in sys.modules if m.split(".")[0] in tops or m.startswith(("service.assisting", "service.adapters.language_model")))

for command in (["ask", "基本支出占多少？"], ["draft", "--entity", "红旗区委办", "--year", "2024"]):
    status = main(command)
    print(f"status={status} loaded={loaded()}", file=sys.stderr)
"""

MakeSettings = Callable[..., Settings]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeSettings:
    """Make settings that nothing around the test has a part in."""
    for name in [each for each in os.environ if each.upper().startswith("YOUJU_")]:
        monkeypatch.delenv(name)

    def make(**given: str) -> Settings:
        return Settings.model_validate({"home": tmp_path / "home", **given})

    return make


@pytest.fixture
def wired(seed_asker: RuleAsker, vocabulary: Vocabulary) -> Callable[[Settings], object]:
    """Return what answers questions under given settings."""
    return lambda settings: bootstrap._assisted(settings, seed_asker, vocabulary, FixedClock())


def test_without_a_server_nothing_of_models_is_loaded_by_asking_or_drafting(seed: Document, tmp_path: Path) -> None:
    """Nobody waits for libraries that nobody asked for."""
    library = SqlLibrary(Settings(home=tmp_path).database)
    library.add(seed)
    library.close()
    plain = {name: value for name, value in os.environ.items() if not name.startswith("YOUJU_")}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", LOADED], cwd=ROOT, env=plain | {"YOUJU_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip

    assert "56.53%" in done.stdout.decode()
    assert [line for line in done.stderr.decode().splitlines() if line.startswith("status=")] == ["status=0 loaded=[]"] * 2


def test_without_a_server_the_rules_answer_and_draft_alone(
    settings: MakeSettings, wired: Callable[[Settings], object], seed_asker: RuleAsker, vocabulary: Vocabulary
) -> None:
    for given in ({}, {"llm_model": "m"}, {"llm_api_key": "k"}):
        assert wired(settings(**given)) is seed_asker
        assert bootstrap._draft_wording(settings(**given), vocabulary) is None


def test_a_server_without_a_model_leaves_the_rules_alone(
    settings: MakeSettings, wired: Callable[[Settings], object], seed_asker: RuleAsker, vocabulary: Vocabulary
) -> None:
    only = settings(llm_base_url="http://127.0.0.1:9/v1")

    assert wired(only) is seed_asker
    assert bootstrap._draft_wording(only, vocabulary) is None


@pytest.mark.parametrize(
    ("off", "assisted", "drafted"),
    [
        ((), True, True),
        (("understand",), True, True),
        (("answer",), True, True),
        (("understand", "answer"), False, True),
        (("draft",), True, False),
        (("understand", "answer", "draft"), False, False),
    ],
)
def test_a_role_that_is_switched_off_has_no_model(
    settings: MakeSettings, wired: Callable[[Settings], object], vocabulary: Vocabulary, off: tuple[str, ...], assisted: bool, drafted: bool
) -> None:
    given = settings(llm_base_url="http://127.0.0.1:9/v1", llm_model="m", **{f"llm_{role}_model": "none" for role in off})

    assert isinstance(wired(given), AssistedAsker) is assisted
    assert isinstance(bootstrap._draft_wording(given, vocabulary), DraftWording) is drafted


def test_what_is_wired_has_the_model_the_prompts_and_the_steps_of_the_settings(
    settings: MakeSettings, wired: Callable[[Settings], object], vocabulary: Vocabulary
) -> None:
    given = settings(llm_base_url="http://127.0.0.1:9/v1", llm_model="大", llm_answer_model="小", llm_steps="9")
    asker = wired(given)
    drafting = bootstrap._draft_wording(given, vocabulary)
    assert isinstance(asker, AssistedAsker)
    assert asker._planning is not None
    assert asker._wording is not None
    assert drafting is not None

    assert (asker._planning.model.name, asker._planning.steps) == ("大", 9)
    assert asker._wording.model.name == "小"
    assert drafting.model.name == "大"
    assert set(drafting.prompts) >= {"word-draft", "repair-draft"}


def test_a_server_that_is_not_there_is_told_with_the_answer_of_the_rules(
    settings: MakeSettings, wired: Callable[[Settings], object]
) -> None:
    """From the settings to the finding: port 9 of this machine answers nobody."""
    asker = wired(settings(llm_base_url="http://127.0.0.1:9/v1", llm_model="m", llm_retries="0"))
    assert isinstance(asker, AssistedAsker)
    answer = asker.ask("基本支出占多少？", history=(), entity=None, year=None)

    assert (answer.path, answer.text.endswith("占支出950.47万元的56.53%。")) == ("rules", True)
    assert [f.code for f in answer.findings] == ["model-unreachable"]
