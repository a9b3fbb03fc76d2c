"""The endpoint that checks: a text is handed in as a file with its tables, or as JSON; what is found can be kept."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.sse import format_sse_event
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from service.application import Application, Checked
from service.check_report import report_to_dict, report_to_markdown, worst_of
from service.check_view import POLICY, report_to_html
from service.checks import Checks, Format
from service.domain.errors import InvalidInputError
from service.rendering import Json, to_json
from service.web import check_models, models
from service.web.chat import KEEP_ALIVE, Progress, Work, begun, problem_of, streamed
from service.web.kept_checks import WORD, attachment, kept_checks_of
from service.web.metrics import Metrics
from service.web.routes import App, Counts, problems

#: What the steps of a check are called.
STEPS = {"reading": "读文件", "tables": "读对照的表", "judging": "逐个核对数字"}
_Shape = TypeVar("_Shape", bound=BaseModel)

_MOST_FILES = 21
_MOST_FIELDS = 50
_PASTED = "文字.txt"
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

_KEPT: dict[int | str, dict[str, Any]] = {
    201: {
        "model": check_models.KeptCheck,
        "description": (
            "keep=true：核对结果已保存，地址见Location。Accept含text/event-stream时是200的事件流：每一步一个 status，"
            "最后是 done（同此JSON）；出错时最后是 error（问题详情）"
        ),
    }
}
checks = APIRouter(prefix="/v1", tags=["核对"])


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


@dataclass(frozen=True, slots=True)
class _Job:
    """A check that is to be made: everything handed in, read."""

    name: str
    data: bytes
    tables: list[tuple[str, bytes]]
    options: models.CheckOptions

    def run(self, application: Application, progress: Progress | None = None) -> Checked:
        return application.check(
            self.data, self.name, self.tables, documents=self.options.documents, entity=self.options.entity,
            year=self.options.year or 0, progress=progress,
        )  # fmt: skip


def _read(handed: Handed, most: int) -> _Job:
    return _Job(handed.name, handed.read(most), [(name, read(most)) for name, read in handed.tables], handed.options)


@checks.post(
    "/checks",
    response_model=models.CheckReport,
    responses=_ANSWERS | _KEPT | problems(400, 404, 413, 415, 422, 503, 507),
    openapi_extra=_BODY,
    summary="核对一份文字：每个数字对照表格，列出错误。发现错误也是200，见findings。keep=true 时保存（201）",
)
async def check(
    handed: Annotated[Handed, Depends(_handed_in)],
    request: Request,
    application: App,
    metrics: Counts,
    form: Annotated[Format, Query(alias="format", description="结果的格式；pdf 只用于PDF。")] = "json",
    keep: Annotated[bool, Query(description="保存结果和文件，供再看、标为已说明、下载；此时结果总是JSON。")] = False,
) -> Any:
    """Check a text. What is found does not change the status: see ``findings``."""
    job = await run_in_threadpool(_read, handed, application.limits.max_file_bytes + 1)
    if not keep:
        return await run_in_threadpool(_reported, job, application, metrics, form)
    desk = kept_checks_of(request)
    if "text/event-stream" in request.headers.get("accept", "").lower():
        return await _events(request, job, application, metrics, desk)
    said = await run_in_threadpool(_keeping(job, application, metrics, desk, threading.Event()), _untold)
    where = {"location": f"/v1/checks/{said['id']}"}
    return Response(to_json(said), 201, media_type="application/json", headers=where)


def _reported(job: _Job, application: Application, metrics: Metrics, form: Format) -> Any:
    checked = job.run(application)
    said = report_to_dict(checked.report, text=checked.document.text, ms=checked.ms)
    metrics.count_check(worst_of(said["findings"]) or "clean", checked.ms)
    if form == "json":
        return said
    if form in ("docx", "pdf"):
        return attachment(application.annotated(checked, form), checked.report.name, form)
    if form == "md":
        return Response(report_to_markdown(said), media_type="text/markdown; charset=utf-8")
    return Response(
        report_to_html(said), media_type="text/html; charset=utf-8", headers={"content-security-policy": POLICY}
    )


class _AbandonedError(Exception):
    """Nobody waits for the check any more."""


def _keeping(job: _Job, application: Application, metrics: Metrics, desk: Checks, gone: threading.Event) -> Work:
    """Return what makes a check and keeps it, unless *gone* is set by then."""

    def work(progress: Progress) -> Json:
        def step(name: str) -> None:
            if gone.is_set():
                raise _AbandonedError
            progress(name)

        checked = job.run(application, step)
        if gone.is_set():
            raise _AbandonedError
        said = desk.keep(checked)
        metrics.count_check(worst_of(said["findings"]) or "clean", checked.ms)
        return said

    return work


def _untold(step: str) -> None:
    del step


async def _events(request: Request, job: _Job, application: Application, metrics: Metrics, desk: Checks) -> Response:
    """Return a check that is kept as server-sent events; it is not kept where the client goes away before its end."""
    gone = threading.Event()
    heard = await begun(_keeping(job, application, metrics, desk, gone))

    async def parts() -> AsyncIterator[bytes]:
        try:
            async for said in heard:
                if said is None:
                    yield KEEP_ALIVE
                elif isinstance(said, str):
                    yield _encoded("status", {"step": said, "text": STEPS.get(said, said)})
                elif said.answer is not None:
                    yield _encoded("done", said.answer)
                elif said.error is not None:
                    yield _encoded("error", problem_of(request, said.error))
        finally:
            gone.set()

    return streamed(request, parts())


def _encoded(event: str, data: Json) -> bytes:
    return format_sse_event(event=event, data_str=to_json(data))
