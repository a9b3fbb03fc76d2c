"""The command `chats`: the conversations that the service keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.console import DONE, AsJson, Command, Context, app, desk_of, refuse_broken_text, show
from service.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from service.ports import Conversation

_STATUSES = {"refused": "［拒答］", "clarify": "［反问］"}


@app.command(cls=Command, help="列出对话（由 youju serve 保存），查看或删除一个。")
def chats(
    context: Context,
    conversation_id: Annotated[str, typer.Argument(metavar="对话编号", show_default=False)] = "",
    limit: Annotated[int, typer.Option("--limit", metavar="个数", min=1, max=100_000, help="最多列几个。")] = 50,
    remove: Annotated[str, typer.Option("--remove", metavar="对话编号", help="删除这个对话。")] = "",
    *,
    as_json: AsJson = False,
) -> int:
    """List conversations, show one, or remove one."""
    from service.bootstrap import build_conversations
    from service.conversations import conversation_to_dict, turns_to_dict
    from service.rendering import to_json

    refuse_broken_text(conversation_id, remove)
    if conversation_id and remove:
        raise InvalidInputError("查看和 --remove 只能给一个。")
    kept = build_conversations(desk_of(context).read())
    if remove:
        kept.remove(remove)
        show(to_json({"removed": remove}) if as_json else f"已删除对话 {remove}。")
    elif conversation_id:
        found = kept.find(conversation_id)
        show(to_json(turns_to_dict(found)) if as_json else _shown(found))
    else:
        listed = kept.list(limit)
        show(to_json([conversation_to_dict(each) for each in listed]) if as_json else _listed(listed))
    return DONE


def _listed(conversations: tuple[Conversation, ...]) -> str:
    if not conversations:
        return "还没有对话。对话由 youju serve 保存：向 /v1/ask 提问时写上 conversation。"
    return "\n".join(f"{c.id}　{c.title}（{c.length}问，{c.updated_at}）" for c in conversations)


def _shown(conversation: Conversation) -> str:
    lines = [f"{conversation.id}　{conversation.title}"]
    for turn in conversation.turns:
        mark = _STATUSES.get(turn.status, "")
        lines += ["", f"问（{turn.asked_at}）：{turn.question}", f"答{mark}：{turn.text}", f"  依据：youju explain {turn.answer_id}"]
    return "\n".join(lines)
