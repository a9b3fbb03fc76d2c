"""The extra rules of checking, as they are written in ``rules.toml``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service.domain.finding import Severity
from service.vocabulary.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the data file.

    Attributes:
        id: Stable name.
        name: What must hold, in Chinese.
        severity: Of its findings.
        basis: Where it comes from.
        unless: When it does not apply, in Chinese.
        given: Its parameters.
    """

    id: str
    name: str
    severity: Severity
    basis: str
    unless: str
    given: Mapping[str, Any]

    def words(self, key: str) -> tuple[str, ...]:
        """Return a list of words; empty where the rule has none of that name."""
        return tuple(self.given.get(key, ()))

    def text(self, key: str) -> str:
        """Return a text, "" where the rule has none of that name."""
        return str(self.given.get(key, ""))

    def number(self, key: str, default: str) -> Decimal:
        """Return a number; written as text in the file, so that it is exact."""
        return Decimal(str(self.given.get(key, default)))


def rules_of(vocabulary: Vocabulary) -> Iterator[Rule]:
    """Yield the rules in the order of the file, those switched off (``off = true``) left out."""
    for raw in vocabulary.rules:
        if not raw.get("off", False):
            yield Rule(
                id=raw["id"], name=raw["name"], severity=Severity(raw.get("severity", "warning")),
                basis=raw.get("basis", ""), unless=raw.get("unless", ""), given=raw,
            )  # fmt: skip


def rule_of(vocabulary: Vocabulary, name: str) -> Rule | None:
    """Return the rule of that id, None where the file has none or it is switched off."""
    return next((r for r in rules_of(vocabulary) if r.id == name), None)
