"""The endpoints that show a document: its file, its pages as images, its text and its 勾稽关系."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Response

from service.presenting.identity_view import identity_view
from service.presenting.table_list import table_list
from service.presenting.text_view import text_view
from service.rendering import Json
from service.web import document_models as models
from service.web.routes import App, problems

document_views = APIRouter(prefix="/v1", tags=["文档"])

_BINARY = {"type": "string", "format": "binary"}
#: Pages of a document never change: its id is made of its bytes.
_KEPT = {"cache-control": "private, max-age=3600"}


@document_views.get(
    "/documents/{document_id}/original",
    response_class=Response,
    responses=problems(404, 503) | {200: {"content": {"application/octet-stream": {"schema": _BINARY}}, "description": "收到时的文件"}},
    summary="下载一份文档的原件",
)
def original(document_id: str, application: App) -> Response:
    """Return the file as it was received, to be saved and never to be shown."""
    summary, data = application.original(document_id)
    named = f"attachment; filename=\"document\"; filename*=UTF-8''{quote(summary.name, safe='')}"
    return Response(data, media_type="application/octet-stream", headers={"content-disposition": named})


@document_views.get(
    "/documents/{document_id}/pages/{page}.png",
    response_class=Response,
    responses=problems(400, 404, 503) | {200: {"content": {"image/png": {"schema": _BINARY}}, "description": "这一页的图像"}},
    summary="PDF文档的一页，画成图像",
)
def page_image(
    document_id: str, page: int, application: App,
    width: Annotated[int, Query(description="图像的宽，像素；超出合理范围时取最近的。")] = 1000,
) -> Response:  # fmt: skip
    """Draw a page of a PDF."""
    _, data = application.original(document_id)
    return Response(application.draw(data, page, width), media_type="image/png", headers=_KEPT)


@document_views.get(
    "/documents/{document_id}/content",
    response_model=models.Content,
    responses=problems(404, 503),
    summary="一份文档的全文，分成行和表，带位置",
)
def content(document_id: str, application: App) -> Json:
    """Return the text of a document so that places can be shown where they stand."""
    found = application.document(document_id)
    return {"id": found.id, "title": found.title, "pages": found.pages or None, "blocks": text_view(found)}


@document_views.get(
    "/documents/{document_id}/tables",
    response_model=list[models.TableHead],
    responses=problems(404, 503),
    summary="一份文档有哪些表格，各验证了多少；表格本身见 /v1/tables",
)
def table_heads(document_id: str, application: App) -> list[Json]:
    """List the tables of a document without their cells."""
    return table_list(application.document(document_id))


@document_views.get(
    "/documents/{document_id}/tables/{table_id}/places",
    response_model=list[models.CellSpot],
    responses=problems(404, 503),
    summary="一张表的数字印在PDF页面图像的哪里；找不准的不列",
)
def places(
    document_id: str, table_id: str, application: App, page: Annotated[int, Query(ge=1, description="第几页。")]
) -> list[Json]:
    """Say where figures of a table are on a page, so that they can be marked on its image."""
    return [asdict(each) for each in application.places(document_id, table_id, page)]


@document_views.get(
    "/documents/{document_id}/identities",
    response_model=list[models.Relation],
    responses=problems(404, 503),
    summary="一份文档的勾稽关系，不成立的在前",
)
def identities(
    document_id: str, application: App,
    table: Annotated[str, Query(max_length=20, description="只要涉及这张表的（如 T03）。")] = "",
    row: Annotated[int | None, Query(ge=0, description="与column一起：只要涉及这一格的，从0起。")] = None,
    column: Annotated[int | None, Query(ge=0)] = None,
) -> list[Json]:  # fmt: skip
    """Say which relations vouch for the figures of a document, and which contradict them."""
    cell = (row, column) if table and row is not None and column is not None else None
    return identity_view(application.document(document_id), table, cell)


@document_views.get("/intake", response_model=models.Intake, summary="一次能上传多大的文件")
def intake(application: App) -> Json:
    """Say what can be taken in at once."""
    return {"max_bytes": application.limits.max_file_bytes}
