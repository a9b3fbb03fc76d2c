"""What `youju doctor` is told of the models."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import respx

from service.adapters.language_model.embeddings import probe_embedder
from service.adapters.language_model.factory import build_models, probe
from service.domain.errors import ModelIncompatibleError
from service.settings import Settings
from tests.unit.language_model.servers import URL, completion, sent

_SET: dict[str, Any] = {"llm_base_url": URL, "llm_model": "m-1"}


def test_nothing_set_is_as_it_should_be() -> None:
    well, said = probe(Settings())
    assert well
    assert "没有配置" in said
    assert "规则照常作答" in said
    assert probe_embedder(Settings()) == (True, "没有配置向量模型，用内置的向量。")


def test_every_role_without_a_model_is_as_it_should_be() -> None:
    none: dict[str, Any] = {f"llm_{role}_model": "none" for role in ("understand", "answer", "draft")}
    well, said = probe(Settings(**_SET, **none))
    assert well
    assert "没有配置" in said


@pytest.mark.parametrize(
    ("half", "lacking"), [({"llm_base_url": URL}, "YOUJU_LLM_MODEL"), ({"llm_model": "m-1"}, "YOUJU_LLM_BASE_URL")]
)
def test_half_of_the_settings_is_pointed_out(half: dict[str, str], lacking: str) -> None:
    well, said = probe(Settings.model_validate(half))
    assert not well
    assert f"没有设 {lacking}" in said


def test_a_server_that_answers_is_named(mocked: respx.Route) -> None:
    mocked.respond(json=completion("好"))
    assert probe(Settings(**_SET)) == (True, "模型“m-1”（llm.test）有回应")
    assert mocked.call_count == 1
    assert len(mocked.calls[0].request.content) < 300


def test_a_model_that_only_reasons_about_it_is_there_all_the_same(mocked: respx.Route) -> None:
    mocked.respond(json=completion("<think>该说什么", ended="length"))
    assert probe(Settings(**_SET))[0]


def test_every_model_is_asked_once(mocked: respx.Route) -> None:
    mocked.respond(json=completion("好"))
    assert (
        probe(Settings(**_SET, llm_draft_model="m-2"))[1] == "模型“m-1”（llm.test）有回应；模型“m-2”（llm.test）有回应"
    )
    assert [sent(mocked, each)["model"] for each in (0, 1)] == ["m-1", "m-2"]


def test_what_is_wrong_is_told_and_not_tried_again(mocked: respx.Route) -> None:
    mocked.respond(503)
    well, said = probe(Settings(**_SET, llm_retries=5))
    assert not well
    assert "正忙" in said
    assert mocked.call_count == 1


def test_without_the_libraries_the_answer_is_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.startswith("service.adapters.language_model.")]:
        if name.rpartition(".")[2] in {"chat", "failures", "transport", "agent"}:
            monkeypatch.delitem(sys.modules, name)
    for name in ("httpx", "openai", "langchain_openai"):
        monkeypatch.setitem(sys.modules, name, None)
    settings = Settings(**_SET, embedding_base_url=URL, embedding_model="e-1")

    for well, said in (probe(settings), probe_embedder(settings)):
        assert not well
        assert "pip install 'youju[model]'" in said
    model = build_models(settings).answer
    assert model is not None
    with pytest.raises(ModelIncompatibleError, match="pip install"):
        model.reply("s", "m")
