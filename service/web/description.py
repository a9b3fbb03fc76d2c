"""What the service says of its interface (/openapi.json), mended where FastAPI's own description is not what is sent."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from service.web import models
from service.web.error_responses import MEDIA_TYPE, OPENAI_PATHS

_JSON = "application/json"
_COMPONENTS = "#/components/schemas/"
#: What FastAPI says of requests that do not fit. This service refuses them as it refuses everything else.
_OF_FASTAPI = ("HTTPValidationError", "ValidationError")


def describe(app: FastAPI) -> None:
    """Let *app* describe its interface as it is.

    Refusals are problem details and nothing else, on the paths that OpenAI's clients use as those read them; shapes
    within shapes stand among the components, where a reference finds them.
    """
    drawn = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            said = drawn()
            for path, operations in said["paths"].items():
                for operation in operations.values():
                    _mend(operation["responses"], path)
            schemas = said["components"]["schemas"]
            for name in _OF_FASTAPI:
                schemas.pop(name, None)
            _hoist(said["paths"], schemas)
        return app.openapi_schema or drawn()

    app.openapi = described  # type: ignore[method-assign]


def _mend(responses: dict[str, Any], path: str) -> None:
    """Say of every refusal of an endpoint what it looks like."""
    is_openai = path.startswith(OPENAI_PATHS)
    shape, media_type = (models.OpenAIError, _JSON) if is_openai else (models.Problem, MEDIA_TYPE)
    for response in responses.values():
        content = response.get("content", {})
        if MEDIA_TYPE in content or _is_of_fastapi(content):
            response["content"] = {media_type: {"schema": {"$ref": f"{_COMPONENTS}{shape.__name__}"}}}
            if _is_of_fastapi(content):
                response["description"] = "请求不合要求"


def _is_of_fastapi(content: dict[str, Any]) -> bool:
    return bool(content.get(_JSON, {}).get("schema", {}).get("$ref", "").removeprefix(_COMPONENTS) in _OF_FASTAPI)


def _hoist(node: Any, schemas: dict[str, Any]) -> None:
    """Move the shapes within shapes below *node* to *schemas*, and let references lead there."""
    if isinstance(node, list):
        for each in node:
            _hoist(each, schemas)
    elif isinstance(node, dict):
        within = node.pop("$defs", {})
        for name, shape in within.items():
            _hoist(shape, schemas)
            schemas.setdefault(name, shape)
        if isinstance(at := node.get("$ref"), str) and at.startswith("#/$defs/"):
            node["$ref"] = _COMPONENTS + at.removeprefix("#/$defs/")
        for each in node.values():
            _hoist(each, schemas)
