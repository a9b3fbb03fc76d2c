"""Findings: what a reader should know about a document or a text. Returned, never raised."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique

from service.domain.fact import Source


@unique
class Severity(Enum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a reader should know.

    Attributes:
        code: Stable name, listed in the documentation: ``total-does-not-add-up``.
        severity: ERROR, WARNING or NOTE.
        message: In Chinese: what, where, stated and expected.
        sources: The places concerned.
        stated: What is printed, "" where it does not apply.
        expected: What was expected, "" where it does not apply.
    """

    code: str
    severity: Severity
    message: str
    sources: tuple[Source, ...] = ()
    stated: str = ""
    expected: str = ""
