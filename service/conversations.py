"""What a caller can do with conversations: ask in one, look at it, remove it."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from service.domain.errors import MissingConversationError, StoreError
from service.ports import Conversation, Turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.asking.answer import Answer
    from service.ports import Clock, ConversationStore

#: In place of an id: begin a conversation.
NEW = "new"
#: What is taken for a conversation where one is asked in.
ID_OR_NEW = r"new|[0-9a-f]{12}"
#: Longest title in characters.
LONGEST_TITLE = 40

#: Takes the earlier questions, oldest first; returns the answer to the one that is asked now.
Ask = Callable[["Sequence[str]"], "Answer"]


class Conversations:
    """Conversations of a store. Built by `service.bootstrap`; holds no state of its own.

    Args:
        store: Where they are kept.
        clock: The time.
    """

    def __init__(self, *, store: ConversationStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def ask(
        self, conversation: str, question: str, ask: Ask, is_awaited: Callable[[], bool] = lambda: True
    ) -> tuple[Answer, str | None]:
        """Ask a question in a conversation and keep question and answer.

        Args:
            conversation: Its id, or `NEW` to begin one.
            question: As typed.
            ask: Answers it.
            is_awaited: Whether somebody still waits for the answer; one that was stopped is no part of a conversation.

        Returns:
            The answer, and the id of the conversation; None where the answer was not kept in it: nobody waits for it, the
            store cannot be written, or the conversation was removed in the meantime.

        Raises:
            MissingConversationError: There is none of that id.
            StoreError: The store cannot be read.
        """
        is_new = conversation == NEW
        conversation_id = uuid.uuid4().hex[:12] if is_new else conversation
        earlier = () if is_new else tuple(turn.question for turn in self.find(conversation_id).turns)
        answer = ask(earlier)
        is_kept = is_awaited() and self._keep(conversation_id, question, answer, is_new=is_new)
        return answer, conversation_id if is_kept else None

    def _keep(self, conversation_id: str, question: str, answer: Answer, *, is_new: bool) -> bool:
        turn = Turn(question, answer.id, answer.text, answer.status.value, self._clock.now())
        try:
            # What was removed while a model thought must not come back.
            if not is_new and self._store.find(conversation_id) is None:
                return False
            self._store.keep(conversation_id, turn)
        except StoreError:
            return False
        return True

    def list(self, limit: int = 50) -> tuple[Conversation, ...]:
        """Return the conversations without their turns, the one used last first."""
        return self._store.summaries(limit=limit)

    def find(self, conversation_id: str) -> Conversation:
        """Return a conversation with its turns.

        Raises:
            MissingConversationError: There is none of that id.
        """
        found = self._store.find(conversation_id)
        if found is None:
            raise _missing(conversation_id)
        return found

    def remove(self, conversation_id: str) -> None:
        """Remove a conversation with its turns. Its answers stay in the log of answers, as every answer does.

        Raises:
            MissingConversationError: There is none of that id.
            StoreError: The store cannot be written.
        """
        if not self._store.remove(conversation_id):
            raise _missing(conversation_id)


def conversation_to_dict(conversation: Conversation) -> dict[str, Any]:
    """Return what is known of a conversation without its turns."""
    return {
        "id": conversation.id,
        "title": conversation.title,
        "created_at": conversation.created_at,
        "updated_at": conversation.updated_at,
        "length": conversation.length,
    }


def turns_to_dict(conversation: Conversation) -> dict[str, Any]:
    """Return a conversation with its turns; ``answer`` is the id of a kept answer."""
    turns = [
        {"question": t.question, "answer": t.answer_id, "text": t.text, "status": t.status, "asked_at": t.asked_at}
        for t in conversation.turns
    ]
    return conversation_to_dict(conversation) | {"turns": turns}


def title_of(question: str) -> str:
    """Return the title of a conversation that begins with a question: on one line, shortened, nothing invisible in it."""
    visible = "".join(" " if unicodedata.category(each)[0] in "CZ" else each for each in question)
    flat = re.sub(r" +", " ", visible).strip()
    return flat if len(flat) <= LONGEST_TITLE else f"{flat[: LONGEST_TITLE - 1]}…"


def _missing(conversation_id: str) -> MissingConversationError:
    return MissingConversationError(
        f"没有编号为“{conversation_id[:64]}”的对话，或已删除。现有的见 GET /v1/conversations（youju chats）；要开始新的对话，编号处写 {NEW}。"
    )
