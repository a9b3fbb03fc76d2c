"""The models of the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.adapters.language_model.model import LangChainModel
from service.adapters.language_model.server import ModelSettings, Server
from service.ports import Models

if TYPE_CHECKING:
    import httpx

_NONE = "none"


def build_models(settings: ModelSettings, *, http: httpx.Client | None = None) -> Models:
    """Return the language model of each role; roles of the same model share it. Loads and sends nothing.

    Args:
        settings: What is set.
        http: A client to use in place of our own.
    """
    if not settings.llm_base_url:
        return Models()
    server = Server.of_models(settings)
    built: dict[str, LangChainModel] = {}

    def model(own: str) -> LangChainModel | None:
        name = own.strip() or settings.llm_model.strip()
        if not name or name.lower() == _NONE:
            return None
        return built.setdefault(name, LangChainModel(server, name, http=http))

    return Models(
        understand=model(settings.llm_understand_model),
        answer=model(settings.llm_answer_model),
        draft=model(settings.llm_draft_model),
    )
