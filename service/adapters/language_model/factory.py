"""The models of the settings, and whether they answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from service.adapters.language_model.model import LangChainModel
from service.adapters.language_model.server import ModelSettings, Server
from service.domain.errors import ModelError
from service.ports import Models

if TYPE_CHECKING:
    import httpx

_NONE = "none"
_PROBE_SECONDS = 5


def build_models(settings: ModelSettings, *, http: httpx.Client | None = None) -> Models:
    """Return the language model of each role; roles of the same model share it. Loads and sends nothing.

    Args:
        settings: What is set.
        http: A client to use in place of our own.
    """
    server = Server.of_models(settings)
    built = {name: LangChainModel(server, name, http=http) for name in set(_names(settings)) if name}
    understand, answer, draft = (built.get(name) for name in _names(settings))
    return Models(understand, answer, draft)


def probe(settings: ModelSettings, *, http: httpx.Client | None = None) -> tuple[bool, str]:
    """Ask every model that is set one small thing.

    Args:
        settings: What is set.
        http: A client to use in place of our own.

    Returns:
        Whether all is as it should be, and what was found, in Chinese.
    """
    names = list(dict.fromkeys(filter(None, _names(settings))))
    if not names:
        return _nothing_set(settings)
    server = replace(Server.of_models(settings), seconds=_PROBE_SECONDS, retries=0)
    found, well = [], True
    for name in names:
        try:
            LangChainModel(server, name, http=http).greet()
        except ModelError as error:
            well = False
            found.append(error.message)
        else:
            found.append(f"模型“{name}”（{server.host}）有回应")
    return well, "；".join(found)


def _names(settings: ModelSettings) -> tuple[str, str, str]:
    """Return the model of each role, "" for none."""
    own = (settings.llm_understand_model, settings.llm_answer_model, settings.llm_draft_model)
    names = [each.strip() or settings.llm_model.strip() for each in own]
    known = [each if settings.llm_base_url and each.lower() != _NONE else "" for each in names]
    return known[0], known[1], known[2]


def _nothing_set(settings: ModelSettings) -> tuple[bool, str]:
    if settings.llm_model and not settings.llm_base_url:
        return (
            False,
            "设了 YOUJU_LLM_MODEL，没有设 YOUJU_LLM_BASE_URL，语言模型用不上，规则照常作答。请补上服务的地址。",
        )
    if settings.llm_base_url and not settings.llm_model:
        return (
            False,
            "设了 YOUJU_LLM_BASE_URL，没有设 YOUJU_LLM_MODEL，语言模型用不上，规则照常作答。请补上模型的名称。",
        )
    return True, "没有配置语言模型，规则照常作答。需要时请设 YOUJU_LLM_BASE_URL 和 YOUJU_LLM_MODEL。"
