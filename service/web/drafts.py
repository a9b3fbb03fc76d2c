"""The endpoints of drafts: written, looked at, edited and handed in again, approved."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from starlette.datastructures import FormData, UploadFile

from service.domain.errors import ConfigurationError, InvalidInputError
from service.draft_report import draft_to_markdown, version_to_dict
from service.drafting.brief import Brief, Given, Style
from service.drafting.editing.model import GivenSource
from service.drafting.filling import FILLED_IN
from service.drafts import Drafts, read_outline_file, read_source
from service.drafts import Edited as EditedText
from service.presenting.formulas import in_words
from service.rendering import Json, place_to_dict, place_to_text
from service.web import draft_models, models
from service.web.checks import shaped
from service.web.kept_checks import WORD
from service.web.routes import problems

_PASTED = "文字.txt"
_MOST_FIELDS = 1010
_VERSION = re.compile(r"[0-9]{1,7}")
_BINARY = {"type": "string", "format": "binary"}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": models.EditedDraft.model_json_schema()},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": _BINARY | {"description": "改好的全文：DOCX、MD、TXT。"},
                        "sources": {
                            "type": "array", "items": {"type": "string"},
                            "description": "改动的数字的依据，如“12.3万元=采购计划第3页”。",
                        },
                        "version": {"type": "integer", "description": "在哪一版上改的；默认看Word文件，再取最新。"},
                        "expects": {"type": "integer", "description": "所知道的最新版次；此后有了新的一版时不存。"},
                    },
                }
            },
        },
    }
}  # fmt: skip

_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "文件",
        "content": {WORD: {"schema": _BINARY}, "text/markdown": {"schema": {"type": "string"}}},
    }
}

drafts = APIRouter(prefix="/v1", tags=["起草"])


def _worded(said: Json) -> Json:
    """Return a draft with the formula of every figure in words besides."""
    for section in said["sections"]:
        for paragraph in section["paragraphs"]:
            rows = paragraph["table"]["cells"] if paragraph["table"] else []
            for sentence in (*paragraph["sentences"], *(cell for row in rows for cell in row)):
                for figure in sentence["figures"]:
                    figure["formula_words"] = in_words(figure["formula"])
    return said


def _drafts(request: Request) -> Drafts:
    found = request.app.state.drafts
    if not isinstance(found, Drafts):
        raise ConfigurationError("这里没有启用起草。请用 youju serve 启动服务。")
    return found


Desk = Annotated[Drafts, Depends(_drafts)]
Id = Annotated[str, Path(max_length=64, description="草稿编号。")]
Version = Annotated[int | None, Query(ge=1, le=1_000_000, description="版次，默认最新。")]


@drafts.get(
    "/outlines",
    response_model=draft_models.DraftPlan,
    responses=problems(400, 404, 422, 503),
    summary="能起草什么：提纲、各节和它们用到的表、要补充的内容、上年文件是否在",
)
def planned(
    desk: Desk,
    entity: Annotated[str, Query(min_length=1, max_length=200, description="部门或单位，可用简称。")],
    year: Annotated[int, Query(ge=1949, le=2999, description="预算（决算）年度。")],
    outline: Annotated[str, Query(max_length=100, description="提纲的名称；不给则按部门的文件选定。")] = "",
) -> Json:
    """Tell what can be drafted. Nothing is kept."""
    return desk.plan(entity, year, outline)


@drafts.post(
    "/drafts",
    response_model=models.Draft,
    status_code=201,
    responses=problems(400, 404, 413, 422, 503, 507),
    summary="起草情况说明：每个数字有出处，缺的写作【待补充：…】，列在gaps",
)
def create(asked: models.DraftRequest, desk: Desk, response: Response) -> Json:
    """Write a draft and keep it. What must be looked at does not change the status: see ``findings`` and ``gaps``."""
    custom = read_outline_file(asked.outline_toml.encode(), "outline_toml") if asked.outline_toml.strip() else None
    brief = Brief(
        asked.entity, asked.year, tuple(asked.sections), asked.outline, _given(asked.reasons, "reasons"),
        _given(asked.facts, "facts"), asked.base, Style(asked.decimals, asked.fall), tuple(asked.quote), custom,
        asked.outline_toml if custom else "",
    )  # fmt: skip
    made = desk.create(brief)
    response.headers["location"] = f"/v1/drafts/{made.id}?version={made.version}"
    return _worded(desk.said(made))


def _given(notes: list[models.Note], field: str) -> tuple[Given, ...]:
    return tuple(
        Given(each.item.strip(), each.text.strip(), f"{field}第{number}项") for number, each in enumerate(notes, 1)
    )


@drafts.get(
    "/drafts", response_model=list[models.DraftSummary], responses=problems(422, 503), summary="列出草稿，新的在前"
)
def listed(
    desk: Desk,
    entity: Annotated[str, Query(max_length=200, description="部门名称里的字。")] = "",
    year: Annotated[int | None, Query(ge=1949, le=2999, description="年度。")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="最多返回几份。")] = 1000,
) -> Sequence[Json]:
    """List drafts with their sections and versions."""
    return desk.listed(entity, year or 0, limit)


@drafts.get(
    "/drafts/{draft_id}", response_model=models.Draft, responses=problems(404, 422, 503), summary="查看草稿的一版"
)
def shown(draft_id: Id, desk: Desk, version: Version = None) -> Json:
    """Return a version of a draft."""
    return _worded(desk.said(desk.find(draft_id, version)))


@drafts.get(
    "/drafts/{draft_id}/file",
    response_class=Response,
    responses=_FILES | problems(404, 422, 503),
    summary="取得草稿的一版：公文格式的Word，或Markdown",
)
def as_file(
    draft_id: Id,
    desk: Desk,
    form: Annotated[Literal["docx", "md"], Query(alias="format", description="文件的格式。")] = "docx",
    version: Version = None,
    sources: Annotated[bool, Query(description="附数据来源。")] = True,
) -> Response:
    """Return a version of a draft as a file."""
    kept = desk.find(draft_id, version)
    data = (
        desk.to_word(kept, sources=sources)
        if form == "docx"
        else draft_to_markdown(kept.draft, sources=sources, standing=kept.standing).encode()
    )
    called = quote(f"{kept.draft.title}（第{kept.version}版{'，附来源' if sources else ''}）.{form}")
    kind = WORD if form == "docx" else "text/markdown; charset=utf-8"
    return Response(data, media_type=kind, headers={"content-disposition": f"attachment; filename*=UTF-8''{called}"})


@dataclass(frozen=True, slots=True)
class Edited:
    """An edited text that was handed in. A file is read by the thread that compares, not by the one that listens."""

    name: str
    read: Callable[[int], bytes]
    given: tuple[GivenSource, ...]
    version: int | None
    expects: int | None = None


async def _edited(request: Request) -> AsyncIterator[Edited]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        asked = shaped(models.EditedDraft.model_validate_json, await request.body())
        data = asked.text.encode()
        yield Edited(_PASTED, lambda most: data[:most], _sources(asked.sources), asked.version, asked.expects)
    elif kind == "multipart/form-data":
        async with request.form(max_files=1, max_fields=_MOST_FIELDS) as form:
            yield _of_form(form)
    else:
        raise InvalidInputError(
            "请求应为 multipart/form-data（上传文件）或 application/json（文字）。写法见 /openapi.json。"
        )


def _sources(said: list[models.Basis]) -> tuple[GivenSource, ...]:
    return tuple(
        GivenSource(each.figure, each.basis, each.sentence, each.formula, place=f"sources第{number}项")
        for number, each in enumerate(said, 1)
    )


def _of_form(form: FormData) -> Edited:
    unknown = set(form) - {"file", "sources", "version", "expects"}
    if unknown:
        raise InvalidInputError(
            f"不认识的字段：{'、'.join(sorted(unknown))[:100]}。可用的有file、sources、version、expects。"
        )
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise InvalidInputError("请在 file 里上传改好的全文。")
    lines = [each for each in form.getlist("sources") if isinstance(each, str) and each.strip()]
    given = tuple(read_source(each, f"sources第{number}项") for number, each in enumerate(lines, 1))
    return Edited(
        file.filename or _PASTED, file.file.read, given, _version_in(form, "version"), _version_in(form, "expects")
    )


def _version_in(form: FormData, field: str) -> int | None:
    version = str(form.get(field) or "")
    if version and not (_VERSION.fullmatch(version) and 0 < int(version) <= 1_000_000):
        raise InvalidInputError(f"{field}应为版次：1、2……")
    return int(version) if version else None


@drafts.post(
    "/drafts/{draft_id}/versions",
    response_model=models.Draft,
    status_code=201,
    responses=problems(400, 404, 409, 413, 415, 422, 503, 507),
    openapi_extra=_BODY,
    summary="交来改过的全文（文字或文件），逐句核对，存为新的一版；改了什么见revision",
)
def revise(draft_id: Id, edited: Annotated[Edited, Depends(_edited)], desk: Desk, response: Response) -> Json:
    """Check an edited text and keep it as a new version. Errors found are a 201 too: see ``findings``."""
    data = edited.read(desk.limits.max_file_bytes + 1)
    revised = desk.revise(
        draft_id, data, edited.name, edited.given, version=edited.version, expects=edited.expects
    )  # fmt: skip
    response.headers["location"] = f"/v1/drafts/{revised.id}?version={revised.version}"
    return _worded(desk.said(revised))


@drafts.post(
    "/drafts/{draft_id}/recheck",
    response_model=draft_models.RecheckedDraft,
    responses=problems(400, 404, 413, 415, 422, 503),
    openapi_extra=_BODY,
    summary="核对改过的全文而不存：每句的提示、每个数字的状态、还缺什么",
)
def recheck(draft_id: Id, edited: Annotated[Edited, Depends(_edited)], desk: Desk) -> Json:
    """Check an edited text and keep nothing."""
    data = edited.read(desk.limits.max_file_bytes + 1)
    return _worded(desk.said_of(desk.recheck(draft_id, data, edited.name, edited.given, version=edited.version)))


@drafts.post(
    "/drafts/{draft_id}/fillings",
    response_model=models.Draft,
    status_code=201,
    responses=problems(400, 404, 409, 413, 422, 503, 507),
    summary="补填增减原因和单位掌握的情况，与以前填的合在一起，存为新的一版；都不给，则用现有资料重写",
)
def fill(draft_id: Id, asked: draft_models.Fillings, desk: Desk, response: Response) -> Json:
    """Add reasons and facts, and keep what comes of it. What cannot be written is refused, and nothing kept."""
    edited = EditedText(asked.text, _sources(asked.sources)) if asked.text.strip() else None
    filled = desk.fill(
        draft_id, _filled_in(asked.reasons), _filled_in(asked.facts), version=asked.version, expects=asked.expects,
        edited=edited,
    )  # fmt: skip
    response.headers["location"] = f"/v1/drafts/{filled.id}?version={filled.version}"
    return _worded(desk.said(filled))


@drafts.post(
    "/drafts/{draft_id}/fillings/trial",
    response_model=draft_models.FillingTrial,
    responses=problems(400, 404, 413, 422, 503),
    summary="试填而不存：哪些不能写入、为什么，情况会怎样读",
)
def try_fillings(draft_id: Id, asked: draft_models.Fillings, desk: Desk) -> Json:
    """Tell everything that speaks against what is filled in, and keep nothing."""
    wrong, facts = desk.try_fillings(
        draft_id, _filled_in(asked.reasons), _filled_in(asked.facts), version=asked.version
    )
    return {
        "problems": [{"takes": each.takes, "item": each.item, "message": each.message} for each in wrong],
        "facts": [{"item": each.item, "text": each.text} for each in facts],
    }


@drafts.get(
    "/drafts/{draft_id}/offers",
    response_model=list[draft_models.Offer],
    responses=problems(404, 422, 503),
    summary="本年文件里写着的、待补充处可以采用的原因和情况；采用与否由填报人定",
)
def offered(draft_id: Id, desk: Desk, version: Version = None) -> list[Json]:
    """Tell what the year's own documents say of the open places. Nothing of it is taken."""
    return [
        {"takes": each.takes, "item": each.item, "what": each.what, "text": each.text}
        | {"where": place_to_text(place_to_dict(each.place)), "place": place_to_dict(each.place)}
        for each in desk.offers(draft_id, version)
    ]


def _filled_in(notes: list[models.Note]) -> list[Given]:
    return [Given(each.item.strip(), each.text.strip(), FILLED_IN) for each in notes]


@drafts.get(
    "/drafts/{draft_id}/versions",
    response_model=models.DraftSummary,
    responses=problems(404, 422, 503),
    summary="列出草稿的各版：何时、怎么来的、谁批准",
)
def versions(draft_id: Id, desk: Desk) -> Json:
    """List the versions of a draft."""
    return desk.versions(draft_id)


@drafts.get(
    "/drafts/{draft_id}/comparison",
    response_model=draft_models.Comparison,
    responses=problems(404, 422, 503),
    summary="比较草稿的任意两版：哪些句子、哪些数字变了",
)
def compared(
    draft_id: Id,
    desk: Desk,
    base: Annotated[int, Query(ge=1, le=1_000_000, description="从哪一版。")],
    version: Annotated[int, Query(ge=1, le=1_000_000, description="到哪一版。")],
) -> Json:
    """Tell what changed from one version to another."""
    return desk.compare(draft_id, base, version)


@drafts.delete(
    "/drafts/{draft_id}",
    status_code=204,
    responses=problems(404, 409, 422, 503),
    summary="删除草稿和它的各版；批准过的不能删除（409）",
)
def delete(draft_id: Id, desk: Desk) -> Response:
    """Delete a draft with all its versions."""
    desk.delete(draft_id)
    return Response(status_code=204)


@drafts.post(
    "/drafts/{draft_id}/versions/{version}/approval",
    response_model=models.Approved,
    responses=problems(400, 404, 409, 422, 503, 507),
    summary="批准一版：此后不再改变；还有错误或待补充的不能批准（409）",
)
def approve(
    draft_id: Id,
    version: Annotated[int, Path(ge=1, le=1_000_000, description="版次。")],
    asked: models.ApprovalRequest,
    desk: Desk,
) -> Json:
    """Approve a version; one that is approved stays as it was approved."""
    return {"id": draft_id} | version_to_dict(desk.approve(draft_id, version, asked.by))
