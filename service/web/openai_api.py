"""Chat completions as OpenAI's clients know them, over the same answers; errors have OpenAI's shape on these paths.

The last user message is the question, earlier ones are its history. System messages, tools and sampling are accepted and
ignored: none of them may change a figure. Tokens are not counted.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.sse import format_sse_event

from service.domain.errors import InvalidInputError
from service.rendering import Json, answer_to_dict, to_json
from service.web import models
from service.web.chat import KEEP_ALIVE, News, Progress, Work, begun, finished, problem_of, streamed
from service.web.error_responses import openai_error, refusal
from service.web.markdown import answer_to_markdown
from service.web.routes import App, Counts

MODEL = "youju"
_SINCE = int(time.time())
_MODEL_NOT_FOUND = "model_not_found"
_NO_TOKENS = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}

openai_api = APIRouter(prefix="/v1", tags=["OpenAI兼容"])


def _errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": models.OpenAIError, "description": "OpenAI格式的错误"} for status in statuses}


@openai_api.get("/models", response_model=models.ModelList, summary="列出模型：只有youju")
def listed() -> Json:
    """List the one model there is."""
    return {"object": "list", "data": [_model()]}


@openai_api.get("/models/{name}", response_model=models.Model, responses=_errors(404), summary="查看模型")
def shown(name: str, request: Request) -> Any:
    """Return the model."""
    return _model() if name == MODEL else _no_such_model(request, name)


def _model() -> Json:
    return {"id": MODEL, "object": "model", "created": _SINCE, "owned_by": MODEL}


def _no_such_model(request: Request, name: str) -> Response:
    return refusal(
        request, 404, _MODEL_NOT_FOUND, f"没有模型“{name[:64]}”，这里只有“{MODEL}”。请把model写成{MODEL}。", param="model"
    )


@openai_api.post(
    "/chat/completions",
    response_model=models.ChatCompletion,
    responses=_errors(400, 404, 413, 503),
    summary="提问，写法同OpenAI的聊天接口；stream为true时逐句送出。完整的回答在youju里",
)
async def complete(asked: models.ChatRequest, request: Request, application: App, metrics: Counts) -> Any:
    """Answer the last user message."""
    if asked.model != MODEL:
        return _no_such_model(request, asked.model)
    question, history = _question_of(asked.messages, application.limits.max_question_chars)

    def work(progress: Progress) -> Json:
        answer = application.ask(question, history=history, progress=progress)
        metrics.count_answer(answer.status.value, answer.ms)
        return answer_to_dict(answer)

    if asked.stream:
        return await _streamed(request, work, with_usage=asked.wants_usage)
    answer = await finished(work)
    message = {"role": "assistant", "content": "".join(answer_to_markdown(answer)), "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return _head("chat.completion") | {"choices": [choice], "youju": answer}


def _question_of(messages: Sequence[models.ChatMessage], most: int) -> tuple[str, tuple[str, ...]]:
    """Return the last user message and the earlier ones.

    Earlier ones that could not be answered then, having no text or too much of it, are left out: a client sends them
    again with every question.

    Raises:
        InvalidInputError: There is no user message, or the last one holds more than text.
    """
    users = [each for each in messages if each.role == "user"]
    if not users:
        raise InvalidInputError("messages里没有role为user的消息。请把问题写成最后一条user消息。")
    question = users[-1].text
    if question is None:
        raise InvalidInputError("只能读文字，不能读图片、声音和文件。请把问题写成文字；要问的文件请先导入。")
    earlier = (each.text for each in users[:-1])
    return question, tuple(each for each in earlier if each and each.strip() and len(each) <= most)


async def _streamed(request: Request, work: Work, *, with_usage: bool) -> Response:
    heard = await begun(work, skip_steps=True)
    return streamed(request, _chunks(request, heard, with_usage=with_usage))


async def _chunks(request: Request, heard: AsyncIterator[News], *, with_usage: bool) -> AsyncIterator[bytes]:
    head = _head("chat.completion.chunk")
    empty: Json = {"usage": None} if with_usage else {}

    def chunk(delta: Json, finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _data(head | {"choices": [choice]} | empty | more)

    yield chunk({"role": "assistant", "content": ""})
    async for said in heard:
        if said is None:
            yield KEEP_ALIVE
        elif isinstance(said, str):
            continue
        elif said.answer is not None:
            for piece in answer_to_markdown(said.answer):
                yield chunk({"content": piece})
            yield chunk({}, "stop", youju=said.answer)
            if with_usage:
                yield _data(head | {"choices": [], "usage": _NO_TOKENS})
            yield format_sse_event(data_str="[DONE]")
        elif said.error is not None:
            wrong = problem_of(request, said.error)
            yield _data(openai_error(wrong["status"], wrong["code"], wrong["detail"]))


def _head(kind: str) -> Json:
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": MODEL}


def _data(said: Json) -> bytes:
    return format_sse_event(data_str=to_json(said))
