"""Conversations and their turns in the database of the library (the ConversationStore port)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, delete, func, insert, select, update

from service.adapters.sql_library import SqlLibrary
from service.adapters.sql_schema import conversation_turns, conversations
from service.conversations import title_of
from service.ports import Conversation, Turn


class SqlConversations:
    """Conversations beside the documents of a library.

    Args:
        library: Whose database they are kept in.
    """

    def __init__(self, library: SqlLibrary) -> None:
        self._library = library

    def keep(self, conversation_id: str, turn: Turn) -> None:
        """Add a turn at the end of a conversation, which is begun where there is none of that id.

        Raises:
            StoreReadOnlyError: The store cannot be written; it is left as it was.
            StoreFullError: The disk is full; the store is left as it was.
        """
        with self._library.writing() as connection:
            used = (connection.execute(select(func.max(conversations.c.used))).scalar() or 0) + 1
            # The update is the lock that makes two turns of one conversation on PostgreSQL wait; SQLite has one writer.
            changed = connection.execute(
                update(conversations)
                .where(conversations.c.id == conversation_id)
                .values(updated_at=turn.asked_at, used=used)
            )
            if not changed.rowcount:
                connection.execute(
                    insert(conversations),
                    {
                        "id": conversation_id, "title": title_of(turn.question), "created_at": turn.asked_at,
                        "updated_at": turn.asked_at, "used": used,
                    },
                )  # fmt: skip
            last = select(func.max(conversation_turns.c.position)).where(
                conversation_turns.c.conversation == conversation_id
            )
            position = (connection.execute(last).scalar() or 0) + 1
            connection.execute(insert(conversation_turns), _row(conversation_id, position, turn))

    def find(self, conversation_id: str) -> Conversation | None:
        """Return a conversation with its turns, None where there is none."""
        said = select(conversation_turns).where(conversation_turns.c.conversation == conversation_id)
        with self._library.reading() as connection:
            head = connection.execute(_heads().where(conversations.c.id == conversation_id)).first()
            if head is None:
                return None
            rows = connection.execute(said.order_by(conversation_turns.c.position)).all()
        turns = tuple(Turn(row.question, row.answer_id, row.text, row.status, row.asked_at) for row in rows)
        return _conversation(head, turns)

    def summaries(self, *, limit: int = 50) -> tuple[Conversation, ...]:
        """Return the conversations without their turns, the one used last first."""
        # Times are to the second: two in one second are told apart by the number.
        query = _heads().order_by(conversations.c.used.desc()).limit(limit)
        with self._library.reading() as connection:
            return tuple(_conversation(row, ()) for row in connection.execute(query))

    def remove(self, conversation_id: str) -> bool:
        """Remove a conversation with its turns; False where there is none.

        Raises:
            StoreReadOnlyError: The store cannot be written; it is left as it was.
        """
        with self._library.writing() as connection:
            return connection.execute(delete(conversations).where(conversations.c.id == conversation_id)).rowcount > 0


def _heads() -> Select[Any]:
    """Return the query for conversations without their turns."""
    length = (
        select(func.count())
        .where(conversation_turns.c.conversation == conversations.c.id)
        .scalar_subquery()
        .label("length")
    )
    return select(
        conversations.c.id, conversations.c.title, conversations.c.created_at, conversations.c.updated_at, length
    )


def _conversation(row: Any, turns: tuple[Turn, ...]) -> Conversation:
    return Conversation(row.id, row.title, row.created_at, row.updated_at, turns, row.length)


def _row(conversation_id: str, position: int, turn: Turn) -> dict[str, object]:
    return {
        "conversation": conversation_id,
        "position": position,
        # PostgreSQL holds no NUL.
        "question": turn.question.replace("\x00", ""),
        "answer_id": turn.answer_id,
        "text": turn.text.replace("\x00", ""),
        "status": turn.status,
        "asked_at": turn.asked_at,
    }
