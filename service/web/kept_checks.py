"""The endpoints of kept checks: looked at again, made into files, removed; a finding can be accepted with a reason."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from service.check_view import POLICY
from service.checks import Checks, Format
from service.domain.errors import ConfigurationError
from service.rendering import Json
from service.web import check_models, models
from service.web.routes import problems

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_BINARY = {"type": "string", "format": "binary"}
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "文件",
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "text/markdown": {"schema": {"type": "string"}},
            "text/html": {"schema": {"type": "string"}},
            WORD: {"schema": _BINARY},
            "application/pdf": {"schema": _BINARY},
        },
    }
}
_IMAGE: dict[int | str, dict[str, Any]] = {200: {"description": "一页的图像", "content": {"image/png": {"schema": _BINARY}}}}
_KINDS = {
    "json": "application/json; charset=utf-8", "md": "text/markdown; charset=utf-8", "html": "text/html; charset=utf-8",
    "docx": WORD, "pdf": "application/pdf",
}  # fmt: skip

kept_checks = APIRouter(prefix="/v1", tags=["核对"])


def kept_checks_of(request: Request) -> Checks:
    """Return the kept checks of the service.

    Raises:
        ConfigurationError: It keeps none.
    """
    found = request.app.state.checks
    if not isinstance(found, Checks):
        raise ConfigurationError("这里没有启用核对结果的保存。请用 youju serve 启动服务，或不带 keep 核对。")
    return found


Desk = Annotated[Checks, Depends(kept_checks_of)]
Id = Annotated[str, Path(max_length=64, description="核对编号。")]
FindingId = Annotated[str, Path(max_length=16, description="提示在这次核对里的编号，如F3。")]


def attachment(data: bytes, name: str, form: Format, kind: str = "核对") -> Response:
    """Return a file to be saved, named after what was checked; a page is never run as one of the service's own.

    Args:
        data: Its bytes.
        name: File name of what was checked.
        form: Its format.
        kind: What it is, for its name.
    """
    called = quote(f"{PurePath(name).stem}-{kind}.{form}")
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{called}"}
    if form == "html":
        headers["content-security-policy"] = POLICY
    return Response(data, media_type=_KINDS[form], headers=headers)


@kept_checks.get(
    "/checks",
    response_model=list[check_models.CheckSummary],
    responses=problems(422, 503),
    summary="列出保存的核对，新的在前",
)
def recent(
    desk: Desk,
    ids: Annotated[
        list[str] | None, Query(alias="id", max_length=200, description="只列这些编号的，可以几个；不给则全列。")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="最多返回几个。")] = 50,
) -> list[Json]:
    """List kept checks without their findings."""
    return desk.recent(limit, ids or ())


@kept_checks.get(
    "/checks/{check_id}",
    response_model=check_models.KeptCheck,
    responses=problems(404, 503),
    summary="查看保存的核对",
)
def shown(check_id: Id, desk: Desk) -> Json:
    """Return a kept check with what people say of its findings."""
    return desk.find(check_id)


@kept_checks.get(
    "/checks/{check_id}/contradictions",
    response_model=list[check_models.Contradiction],
    responses=problems(404, 503),
    summary="被核对的文件自己的表里不成立的勾稽关系，和说到它的那条问题",
)
def contradictions(check_id: Id, desk: Desk) -> list[Json]:
    """Say which relations fail within the tables of the file, and which finding tells of them."""
    return desk.contradictions(check_id)


@kept_checks.delete("/checks/{check_id}", status_code=204, responses=problems(404, 503), summary="删除保存的核对和它的文件")
def remove(check_id: Id, desk: Desk) -> Response:
    """Remove a kept check with the file that was checked."""
    desk.remove(check_id)
    return Response(status_code=204)


@kept_checks.get(
    "/checks/{check_id}/content",
    response_model=list[check_models.CheckedBlock],
    responses=problems(404, 503),
    summary="查看被核对的文字，一行一块",
)
def content(check_id: Id, desk: Desk) -> list[Json]:
    """Return the text that was checked in blocks; places of findings count in the same lines and offsets."""
    return desk.content(check_id)


@kept_checks.get(
    "/checks/{check_id}/tables",
    response_model=list[models.Table],
    responses=problems(404, 503),
    summary="查看被核对的文件里的表，或用来对照的表",
)
def tables(
    check_id: Id,
    desk: Desk,
    document: Annotated[
        str, Query(max_length=100, description="对照文件的编号：返回结果里提到的它的表；不给则是被核对的文件自己的表。")
    ] = "",
) -> list[Json]:
    """Return tables as they were when the check was made."""
    return desk.tables(check_id, document)


@kept_checks.get(
    "/checks/{check_id}/pages",
    response_model=list[check_models.SeenFinding],
    responses=problems(404, 503),
    summary="各条提示在被核对的PDF的哪一页、什么位置；找不到位置的不列",
)
def places(check_id: Id, desk: Desk) -> list[Json]:
    """Return where the findings are seen on the pages of a PDF."""
    return desk.places(check_id)


@kept_checks.get(
    "/checks/{check_id}/pages/{page}.png",
    response_class=Response,
    responses=_IMAGE | problems(400, 404, 422, 503),
    summary="被核对的PDF的一页，画成图像",
)
def page_image(
    check_id: Id,
    page: Annotated[int, Path(ge=1, le=100_000, description="第几页。")],
    desk: Desk,
    width: Annotated[int, Query(ge=100, le=4000, description="图像的宽度，像素。")] = 1000,
) -> Response:
    """Return a page of the PDF that was checked."""
    return Response(desk.image(check_id, page, width), media_type="image/png")


@kept_checks.get(
    "/checks/{check_id}/file",
    response_class=Response,
    responses=_FILES | problems(400, 404, 422, 503),
    summary="取得核对报告，或写了提示的原文",
)
def as_file(
    check_id: Id,
    desk: Desk,
    form: Annotated[
        Format, Query(alias="format", description="md、html、json 是报告；docx、pdf 是加了批注的原文（原文不是Word时，docx 是报告）。")
    ] = "docx",
    report: Annotated[bool, Query(description="docx 总是报告，不是加了批注的原文。")] = False,
) -> Response:
    """Return a kept check as a file; findings that people accepted stand apart."""
    made = desk.file(check_id, form, report=report)
    return attachment(made.data, made.name, form, "核对报告" if report else "核对")


@kept_checks.get(
    "/checks/{check_id}/marks",
    response_model=list[check_models.Acceptance],
    responses=problems(404, 503),
    summary="列出已说明的各条",
)
def marks(check_id: Id, desk: Desk) -> list[Json]:
    """Return what people say of the findings, without the whole report."""
    return desk.marks(check_id)


@kept_checks.put(
    "/checks/{check_id}/marks/{finding}",
    response_model=check_models.Acceptance,
    responses=problems(400, 404, 422, 503, 507),
    summary="把一条提示标为已说明，写明理由和姓名",
)
def accept(check_id: Id, finding: FindingId, asked: check_models.MarkRequest, desk: Desk) -> Json:
    """Note that a finding may stand, in place of what was noted of it before."""
    return desk.accept(check_id, finding, asked.reason, asked.by)


@kept_checks.delete(
    "/checks/{check_id}/marks/{finding}", status_code=204, responses=problems(404, 503), summary="撤销已说明"
)
def withdraw(check_id: Id, finding: FindingId, desk: Desk) -> Response:
    """Forget that a finding may stand."""
    desk.withdraw(check_id, finding)
    return Response(status_code=204)
