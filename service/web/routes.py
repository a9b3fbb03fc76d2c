"""The endpoints of documents and questions. The work is done in threads; an answer is sent as it comes where asked for."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Query, Request, Response, UploadFile
from fastapi.responses import PlainTextResponse

from service.application import Application
from service.asking.answer import Answer
from service.conversations import Conversations
from service.domain.errors import ConfigurationError, MissingDocumentError
from service.rendering import (
    Json,
    answer_to_dict,
    document_to_dict,
    fact_to_dict,
    ingested_to_dict,
    result_to_dict,
    table_to_dict,
)
from service.web import models
from service.web.chat import Progress, Work, answer_events, finished
from service.web.error_responses import MEDIA_TYPE, NOT_KEPT
from service.web.jobs import Jobs
from service.web.metrics import CONTENT_TYPE, Metrics


def _application(request: Request) -> Application:
    found = request.app.state.application
    if not isinstance(found, Application):
        raise TypeError("create_app() sets the application")
    return found


def _metrics(request: Request) -> Metrics:
    found = request.app.state.metrics
    if not isinstance(found, Metrics):
        raise TypeError("create_app() sets the metrics")
    return found


def _jobs(request: Request) -> Jobs:
    found = request.app.state.jobs
    if not isinstance(found, Jobs):
        raise TypeError("create_app() sets the jobs")
    return found


def kept_conversations(request: Request) -> Conversations:
    """Return the conversations of the service.

    Raises:
        ConfigurationError: It keeps none.
    """
    found = request.app.state.conversations
    if not isinstance(found, Conversations):
        raise ConfigurationError("这里没有启用对话的保存。请用 youju serve 启动服务，或在 history 里给出先前的问题。")
    return found


Running = Annotated[Jobs, Depends(_jobs)]
App = Annotated[Application, Depends(_application)]
Counts = Annotated[Metrics, Depends(_metrics)]


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what the description of an endpoint says of its refusals."""
    return {
        status: {"model": models.Problem, "content": {MEDIA_TYPE: {}}, "description": "问题详情（RFC 9457）"}
        for status in statuses
    }


v1 = APIRouter(prefix="/v1")
probes = APIRouter(tags=["运行"])


_STREAM = "text/event-stream"
_ASKED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": (
            "回答。要求事件流时，依次是 status、plan、每句的 sentence 及其 figure、citation，最后是 done（同JSON的回答）；"
            "开始之后出错，最后是 error（问题详情）"
        ),
        "content": {_STREAM: {"schema": {"oneOf": [each.model_json_schema() for each in models.EVENTS]}}},
    }
}


@v1.post(
    "/ask",
    response_model=models.Answer,
    responses=_ASKED | problems(400, 404, 413, 422, 503),
    tags=["问答"],
    summary="提问。拒答（refused）和反问（clarify）也是200，见status",
)
async def ask(asked: models.AskRequest, request: Request, application: App, metrics: Counts) -> Any:
    """Answer a question. A refusal or a question back is a 200 too: see ``status``."""
    work = _work(asked, request, application, metrics)
    if _is_streamed(asked, request):
        return await answer_events(request, work)
    return await finished(work)


def _work(asked: models.AskRequest, request: Request, application: Application, metrics: Metrics) -> Work:
    """Return what answers a question, in a conversation where it is asked in one."""
    kept = kept_conversations(request) if asked.conversation else None
    gone = request.state.gone = threading.Event()

    def work(progress: Progress) -> Json:
        def answer_after(history: Sequence[str]) -> Answer:
            return application.ask(
                asked.question, history=history, entity=asked.entity or None, year=asked.year, progress=progress
            )

        conversation: str | None = None
        if kept and asked.conversation:
            answer, conversation = kept.ask(asked.conversation, asked.question, answer_after, lambda: not gone.is_set())
            if conversation is None and not gone.is_set():
                request.state.code = NOT_KEPT
        else:
            answer = answer_after(asked.history)
        metrics.count_answer(answer.status.value, answer.ms)
        return answer_to_dict(answer) | {"conversation": conversation}

    return work


def _is_streamed(asked: models.AskRequest, request: Request) -> bool:
    """Whether an answer is to be sent as it comes: as the body says, else as the header Accept does."""
    if asked.stream is not None:
        return asked.stream
    accepted = (each.partition(";")[0].strip().lower() for each in request.headers.get("accept", "").split(","))
    return _STREAM in accepted


@v1.get(
    "/answers/{answer_id}",
    response_model=models.KeptAnswer,
    responses=problems(404, 503),
    tags=["问答"],
    summary="查看一次回答的依据",
)
def explain(answer_id: str, application: App) -> Json:
    """Return an answer as it was given, with what it rests on."""
    kept = application.explain(answer_id)
    body: Json = json.loads(kept.body)
    return body | {"asked_at": kept.asked_at}


@v1.post(
    "/formulas/evaluate",
    response_model=models.Result,
    responses=problems(400, 404, 422, 503),
    tags=["问答"],
    summary="计算一个算式，返回结果、计算过程和每个数的出处",
)
def evaluate(asked: models.FormulaRequest, application: App) -> Json:
    """Evaluate a formula."""
    return result_to_dict(application.evaluate(asked.formula, entity=asked.entity or None, year=asked.year))


@v1.post(
    "/documents",
    response_model=models.Uploaded | models.Job,
    status_code=201,
    responses=problems(413, 415, 422, 503, 507) | {202: {"model": models.Job, "description": "多份文件，后台导入"}},
    tags=["文档"],
    summary="导入一份文档（201）；几份文件、一个ZIP或background=true则在后台导入（202），进度见返回的id",
)
def upload(
    file: Annotated[list[UploadFile], File(description="预算公开文件，可以几份；也可以是ZIP。")],
    application: App,
    jobs: Running,
    response: Response,
    *,
    background: Annotated[bool, Query(description="一份文件也在后台导入。")] = False,
) -> Json:
    """Take documents in. The same bytes twice are one document."""
    most = application.limits.max_file_bytes + 1
    given = [(each.filename or "未命名.txt", each.file.read(most)) for each in file]
    if len(given) == 1 and not background and not application.is_archive(given[0][1], given[0][0]):
        name, data = given[0]
        done = application.add(data, name)
        application.finish_indexing()
        return ingested_to_dict(done.name, done.document, was_known=done.was_known)
    job = jobs.start(application, given)
    response.status_code = 202
    response.headers["location"] = f"/v1/documents/jobs/{job['id']}"
    return job


@v1.get(
    "/documents/jobs/{job_id}",
    response_model=models.Job,
    responses=problems(404),
    tags=["文档"],
    summary="查看一次批量导入的进度和结果",
)
def job(job_id: str, jobs: Running, application: App) -> Json:
    """Say how far the taking in of several files is."""
    return jobs.progress(job_id, application)


@v1.get(
    "/documents",
    response_model=list[models.Document],
    responses=problems(503),
    tags=["文档"],
    summary="列出已导入的文档",
)
def documents(application: App) -> list[Json]:
    """List the documents held."""
    return [document_to_dict(each) for each in application.documents()]


@v1.get(
    "/documents/{document_id}",
    response_model=models.Document,
    responses=problems(404, 503),
    tags=["文档"],
    summary="查看一份文档",
)
def document(document_id: str, application: App) -> Json:
    """Return what is held of a document."""
    for each in application.documents():
        if each.id == document_id:
            return document_to_dict(each)
    raise MissingDocumentError(_missing(document_id))


@v1.delete(
    "/documents/{document_id}",
    status_code=204,
    responses=problems(404, 503),
    tags=["文档"],
    summary="删除一份文档",
)
def remove(document_id: str, application: App) -> Response:
    """Remove a document."""
    if not application.remove(document_id):
        raise MissingDocumentError(_missing(document_id))
    return Response(status_code=204)


@v1.get(
    "/tables",
    response_model=list[models.Table],
    responses=problems(404, 422, 503),
    tags=["文档"],
    summary="查看一份文档的表格",
)
def tables(
    document: Annotated[str, Query(description="文档编号。")], application: App,
    table: Annotated[str, Query(max_length=20, description="只要这张表（如 T03）。")] = "",
) -> list[Json]:  # fmt: skip
    """Return the tables of a document, or one of them; none where it has no such table."""
    return [table_to_dict(each) for each in application.document(document).tables if table in {"", each.id}]


@v1.get(
    "/facts",
    response_model=list[models.Fact],
    responses=problems(422, 503),
    tags=["文档"],
    summary="查找数字：每个数字带口径、校验状态和出处",
)
def facts(
    application: App,
    entity: Annotated[str | None, Query(max_length=200, description="部门或单位名称。")] = None,
    year: Annotated[int | None, Query(ge=1949, le=2999, description="预算年度。")] = None,
    measure: Annotated[str | None, Query(max_length=100, description="指标，如支出。")] = None,
    q: Annotated[str | None, Query(max_length=200, description="名称里的文字。")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="最多返回几个。")] = 200,
) -> list[Json]:
    """Find figures, each with its coordinate, proof and place."""
    found = application.facts(entity=entity or None, year=year, measure=measure or None, text=q or None, limit=limit)
    return [fact_to_dict(each) for each in found]


@probes.get("/healthz", response_model=models.Health, response_model_exclude_none=True, summary="进程在运行")
def healthz() -> Json:
    """Say that the process runs."""
    return {"status": "ok"}


@probes.get("/readyz", response_model=models.Health, responses=problems(503), summary="文档库可用")
def readyz(application: App) -> Json:
    """Say whether the store can be used."""
    return {"status": "ready", "documents": len(application.documents())}


@probes.get("/metrics", response_class=PlainTextResponse, summary="运行计数，Prometheus文本格式")
def metrics_text(application: App, metrics: Counts) -> Response:
    """Return the counters."""
    return Response(metrics.render(len(application.documents())), media_type=CONTENT_TYPE)


def _missing(document_id: str) -> str:
    return f"没有编号为“{document_id[:64]}”的文档。现有文档见 GET /v1/documents。"
