"""The CheckStore port in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from service.domain.check import Acceptance, CheckReport
from service.domain.document import Document
from service.ports import CheckToKeep, CitedTable, KeptCheck


class FakeCheckStore:
    """Checks in a dictionary, the newest at its end."""

    def __init__(self) -> None:
        self._checks: dict[str, CheckToKeep] = {}
        self._marks: dict[str, dict[str, Acceptance]] = {}

    def keep(self, check: CheckToKeep) -> None:
        """Take a check in, without its facts and paragraphs."""
        self._checks[check.id] = replace(check, document=replace(check.document, facts=(), paragraphs=()))
        self._marks[check.id] = {}

    def find(self, check_id: str) -> KeptCheck | None:
        """Return what was kept."""
        kept = self._checks.get(check_id)
        if kept is None:
            return None
        marks = sorted(self._marks[check_id].values(), key=lambda each: int(each.finding[1:]))
        return KeptCheck(kept.id, kept.name, kept.created_at, kept.head, tuple(marks))

    def summaries(self, *, ids: Sequence[str] = (), limit: int = 50) -> tuple[KeptCheck, ...]:
        """Describe the checks."""
        found = (self.find(each) for each in list(self._checks)[::-1] if not ids or each in ids)
        return tuple(each for each in found if each is not None)[:limit]

    def said(self, check_id: str) -> str | None:
        """Return the report as text."""
        return self._checks[check_id].said if check_id in self._checks else None

    def report(self, check_id: str) -> CheckReport | None:
        """Return the report."""
        return self._checks[check_id].report if check_id in self._checks else None

    def document(self, check_id: str) -> Document | None:
        """Return what was checked."""
        return self._checks[check_id].document if check_id in self._checks else None

    def cited(self, check_id: str) -> tuple[CitedTable, ...] | None:
        """Return the tables that are named."""
        return self._checks[check_id].cited if check_id in self._checks else None

    def data(self, check_id: str) -> bytes | None:
        """Return the file."""
        return self._checks[check_id].data if check_id in self._checks else None

    def accept(self, check_id: str, acceptance: Acceptance) -> bool:
        """Note an acceptance."""
        if check_id not in self._checks:
            return False
        self._marks[check_id][acceptance.finding] = acceptance
        return True

    def withdraw(self, check_id: str, finding: str) -> bool:
        """Forget an acceptance."""
        return self._marks.get(check_id, {}).pop(finding, None) is not None

    def remove(self, check_id: str) -> bool:
        """Forget a check."""
        self._marks.pop(check_id, None)
        return self._checks.pop(check_id, None) is not None
