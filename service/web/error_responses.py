"""Errors as problem details (RFC 9457): one table from error classes to statuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from service.domain import errors
from service.web.page.pages import rendered

MEDIA_TYPE = "application/problem+json"

#: Looked up along the ``__mro__`` of an error, so that a new class has the status of its parent.
STATUSES: Mapping[type[BaseException], int] = {
    errors.YoujuError: 500,
    errors.RequestError: 400,
    errors.DraftNotReadyError: 409,
    errors.DraftChangedError: 409,
    errors.DraftApprovedError: 409,
    errors.NotInCorpusError: 404,
    errors.SourceDocumentError: 422,
    errors.OversizedDocumentError: 413,
    errors.UnsupportedDocumentError: 415,
    errors.StoreError: 503,
    errors.StoreFullError: 507,
    errors.ConfigurationError: 500,
}

TITLES: Mapping[int, str] = {
    400: "请求有误", 403: "不允许", 404: "没有找到", 405: "方法不对", 409: "还不能这样做", 413: "内容太大", 415: "类型不支持",
    422: "内容不能处理", 500: "程序内部出错", 503: "暂时不能服务", 507: "磁盘已满",
}  # fmt: skip

#: Where errors have the shape that OpenAI's clients read.
OPENAI_PATHS = ("/v1/chat/", "/v1/models")
SERVER_ERRORS = 500
UNPROCESSABLE = 422
NOT_FOUND = 404

#: Codes of refusals that never reach the application.
INVALID_REQUEST = "invalid-request"
NO_SUCH_ROUTE = "no-such-route"
METHOD_NOT_ALLOWED = "method-not-allowed"
BODY_TOO_LARGE = "body-too-large"
CROSS_SITE = "cross-site-request"
UNKNOWN_HOST = "unknown-host"
INTERNAL_ERROR = "internal-error"
#: For the log alone: nobody was there any more to be answered.
CLIENT_GONE = "client-gone"
#: For the log alone: the answer was given, and could not be kept in its conversation.
NOT_KEPT = "conversation-not-kept"
HTTP_CODES = (INVALID_REQUEST, NO_SUCH_ROUTE, METHOD_NOT_ALLOWED, BODY_TOO_LARGE, CROSS_SITE, UNKNOWN_HOST, INTERNAL_ERROR)

#: What was expected, by the type pydantic gives its errors.
_EXPECTED = {
    "missing": "没有给出",
    "string_type": "应为文字",
    "string_unicode": "含有无法识别的字符",
    "string_too_long": "太长",
    "string_too_short": "不能为空",
    "string_pattern_mismatch": "写法不对",
    "bool_type": "应为true或false",
    "bool_parsing": "应为true或false",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "list_type": "应为数组",
    "too_long": "项数太多",
    "extra_forbidden": "不是这个接口的字段",
    "json_invalid": "不是JSON",
    "model_attributes_type": "应为JSON对象",
    "literal_error": "不是可用的值",
    "greater_than_equal": "太小",
    "less_than_equal": "太大",
}


def status_of(error: BaseException) -> int:
    """Return the HTTP status of an error of ours; 500 for any other."""
    return next((STATUSES[cls] for cls in type(error).__mro__ if cls in STATUSES), 500)


def problem(status: int, code: str, detail: str, **more: object) -> dict[str, Any]:
    """Return the body of a problem response."""
    return {
        "type": f"urn:youju:problem:{code}",
        "title": TITLES.get(status, "出错"),
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }


def openai_error(status: int, code: str, message: str, param: str | None = None) -> dict[str, Any]:
    """Return the body of an error as OpenAI's clients read it."""
    kind = "invalid_request_error" if status < SERVER_ERRORS else "server_error"
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def refusal_bytes(path: str, status: int, code: str, detail: str, **more: Any) -> tuple[int, str, bytes]:
    """Return status, media type and body of a refusal: a problem, or on OpenAI's paths an error as OpenAI writes it."""
    if not path.startswith(OPENAI_PATHS):
        body, media_type = problem(status, code, detail, **more), MEDIA_TYPE
    else:
        # OpenAI knows no 422.
        status = 400 if status == UNPROCESSABLE else status
        wrong = more.get("errors") or [{}]
        body = openai_error(status, code, detail, more.get("param") or wrong[0].get("field"))
        media_type = "application/json"
    return status, media_type, json.dumps(body, ensure_ascii=False).encode()


def refusal(request: Request, status: int, code: str, detail: str, **more: Any) -> Response:
    """Return the response of a refusal, and leave its code for the log line."""
    request.state.code = code
    status, media_type, body = refusal_bytes(request.url.path, status, code, detail, **more)
    return Response(body, status, media_type=media_type)


def add_error_handlers(app: FastAPI) -> None:
    """Let *app* answer every refusal as a problem. What is unexpected is the gate's."""
    app.add_exception_handler(errors.YoujuError, _of_ours)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_routing)


def _of_ours(request: Request, error: Exception) -> Response:
    if not isinstance(error, errors.YoujuError):
        raise error
    return refusal(request, status_of(error), error.code, error.message)


def _of_validation(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    # What was sent is not repeated: it may be a question or a document.
    wrong = [
        {
            "field": ".".join(str(step) for step in each["loc"][1:]) or str(each["loc"][0]),
            "problem": _expected(each),
        }
        for each in error.errors()
    ]
    said = "；".join(f"{each['field']}{each['problem']}" for each in wrong[:5])
    detail = f"请求不合要求：{said}。请对照 /openapi.json 改正。"
    return refusal(request, UNPROCESSABLE, INVALID_REQUEST, detail, errors=wrong[:20])


def _expected(wrong: Mapping[str, Any]) -> str:
    """Say what is wrong with a field; what our own validators raise says it itself."""
    if wrong["type"] == "value_error":
        return str(wrong["ctx"]["error"])
    return _EXPECTED.get(wrong["type"], "不合要求")


def _of_routing(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    known = {
        404: (NO_SUCH_ROUTE, "没有这个地址。可用的接口见 /openapi.json。"),
        405: (METHOD_NOT_ALLOWED, "这个地址不支持该方法。可用的接口见 /openapi.json。"),
    }
    otherwise = (INVALID_REQUEST, "请求不能处理。可用的接口见 /openapi.json。")
    code, detail = known.get(error.status_code, otherwise)
    if error.status_code == NOT_FOUND and _is_for_people(request):
        request.state.code = code
        return rendered("missing", NOT_FOUND, path=request.url.path[:200])
    return refusal(request, error.status_code, code, detail)


def _is_for_people(request: Request) -> bool:
    """Whether a browser asks for a page."""
    return not request.url.path.startswith("/v1/") and "text/html" in request.headers.get("accept", "")
