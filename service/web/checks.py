"""The endpoint that checks a text: handed in as a file with its tables, or as JSON; answered in the format asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile

from service.check_report import report_to_dict, report_to_markdown, worst_of
from service.check_view import POLICY, report_to_html
from service.domain.errors import InvalidInputError
from service.rendering import Json
from service.web import models
from service.web.routes import App, Counts, problems

Format = Literal["json", "md", "html", "docx", "pdf"]
_Shape = TypeVar("_Shape", bound=BaseModel)

_MOST_FILES = 21
_MOST_FIELDS = 50
_PASTED = "文字.txt"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_BINARY = {"type": "string", "format": "binary"}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": _BINARY | {"description": "要核对的文件。"},
                        "tables": {"type": "array", "items": _BINARY, "description": "用来对照的表格文件，可以几份。"},
                        "entity": {"type": "string", "description": "文字没有写明部门时，当作这个部门的。"},
                        "year": {"type": "integer", "description": "文字没有写明年度时，当作这一年的。"},
                        "documents": {
                            "type": "array", "items": {"type": "string"}, "description": "用来对照的、已导入的文档的编号。",
                        },
                    },
                }
            },
            "application/json": {"schema": models.CheckRequest.model_json_schema()},
        },
    }
}  # fmt: skip
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "model": models.CheckReport,
        "description": "核对结果；docx、pdf 是加了批注的原文（原文不是DOCX时，docx 是报告）",
        "content": {
            "text/markdown": {"schema": {"type": "string"}},
            "text/html": {"schema": {"type": "string"}},
            WORD: {"schema": _BINARY},
            "application/pdf": {"schema": _BINARY},
        },
    }
}

checks = APIRouter(prefix="/v1")


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed in to be checked. Files are read by the thread that checks, not by the one that listens."""

    name: str
    read: Callable[[int], bytes]
    tables: tuple[tuple[str, Callable[[int], bytes]], ...]
    options: models.CheckOptions


async def _handed_in(request: Request) -> AsyncIterator[Handed]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        asked = shaped(models.CheckRequest.model_validate_json, await request.body())
        data = asked.text.encode()
        yield Handed(_PASTED, lambda most: data[:most], (), asked)
    elif kind == "multipart/form-data":
        async with request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS) as form:
            yield _of_form(form)
    else:
        raise InvalidInputError("请求应为 multipart/form-data（上传文件）或 application/json（文字）。写法见 /openapi.json。")


def _of_form(form: FormData) -> Handed:
    known = {"file", "tables", "documents", "entity", "year"}
    single = {key: form[key] for key in ("entity", "year") if form.get(key) not in (None, "")}
    unknown = {key: "" for key in form if key not in known}
    documents = [each for each in form.getlist("documents") if each]
    options = shaped(models.CheckOptions.model_validate, single | unknown | {"documents": documents})
    files = form.getlist("file")
    if len(files) != 1 or not isinstance(files[0], UploadFile):
        raise InvalidInputError("请在 file 里上传要核对的一份文件；用来对照的表格放在 tables 里，可以几份。")
    tables = [each for each in form.getlist("tables") if each]
    uploads = [each for each in tables if isinstance(each, UploadFile)]
    if len(uploads) < len(tables):
        raise InvalidInputError("tables 应为上传的文件。已导入的文档请把编号放在 documents 里。")
    return Handed(
        files[0].filename or _PASTED, files[0].file.read,
        tuple((each.filename or f"表格{n}.txt", each.file.read) for n, each in enumerate(uploads, 1)), options,
    )  # fmt: skip


def shaped(validate: Callable[[Any], _Shape], given: object) -> _Shape:
    """Return what was sent in the shape expected of it.

    Raises:
        RequestValidationError: It has another shape.
    """
    try:
        return validate(given)
    except ValidationError as error:
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in error.errors()]) from None


@checks.post(
    "/checks",
    response_model=models.CheckReport,
    responses=_ANSWERS | problems(400, 404, 413, 415, 422, 503),
    openapi_extra=_BODY,
    tags=["核对"],
    summary="核对一份文字：每个数字对照表格，列出错误。发现错误也是200，见findings",
)
def check(
    handed: Annotated[Handed, Depends(_handed_in)],
    application: App,
    metrics: Counts,
    form: Annotated[Format, Query(alias="format", description="结果的格式；pdf 只用于PDF。")] = "json",
) -> Any:
    """Check a text. What is found does not change the status: see ``findings``."""
    most = application.limits.max_file_bytes + 1
    options = handed.options
    checked = application.check(
        handed.read(most), handed.name, [(name, read(most)) for name, read in handed.tables],
        documents=options.documents, entity=options.entity, year=options.year or 0,
    )  # fmt: skip
    said = report_to_dict(checked.report, text=checked.document.text, ms=checked.ms)
    metrics.count_check(worst_of(said["findings"]) or "clean", checked.ms)
    if form == "json":
        return said
    if form in ("docx", "pdf"):
        kind = WORD if form == "docx" else "application/pdf"
        return _file(application.annotated(checked, form), checked.report.name, form, kind)
    return _text(said, form)


def _text(said: Json, form: str) -> Response:
    if form == "md":
        return Response(report_to_markdown(said), media_type="text/markdown; charset=utf-8")
    return Response(
        report_to_html(said), media_type="text/html; charset=utf-8", headers={"content-security-policy": POLICY}
    )


def _file(data: bytes, name: str, form: str, kind: str) -> Response:
    called = quote(f"{PurePath(name).stem}-核对.{form}")
    return Response(data, media_type=kind, headers={"content-disposition": f"attachment; filename*=UTF-8''{called}"})
