"""The endpoints of conversations: listed, looked at, removed. They are begun and continued by asking."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from service.conversations import Conversations, conversation_to_dict, turns_to_dict
from service.rendering import Json
from service.web import models
from service.web.routes import kept_conversations, problems

conversations = APIRouter(prefix="/v1", tags=["对话"])


Kept = Annotated[Conversations, Depends(kept_conversations)]
Id = Annotated[str, Path(max_length=64, description="对话编号。")]


@conversations.get(
    "/conversations",
    response_model=list[models.ConversationSummary],
    responses=problems(422, 503),
    summary="列出对话，最近用过的在前",
)
def listed(
    kept: Kept, limit: Annotated[int, Query(ge=1, le=1000, description="最多返回几个。")] = 50
) -> list[Json]:
    """List conversations without what was said."""
    return [conversation_to_dict(each) for each in kept.list(limit)]


@conversations.get(
    "/conversations/{conversation_id}",
    response_model=models.Conversation,
    responses=problems(404, 503),
    summary="查看一个对话的问与答",
)
def shown(conversation_id: Id, kept: Kept) -> Json:
    """Return what was asked and answered in a conversation."""
    return turns_to_dict(kept.find(conversation_id))


@conversations.delete(
    "/conversations/{conversation_id}", status_code=204, responses=problems(404, 503), summary="删除一个对话"
)
def remove(conversation_id: Id, kept: Kept) -> Response:
    """Remove a conversation with its turns; its answers stay under their own ids."""
    kept.remove(conversation_id)
    return Response(status_code=204)
