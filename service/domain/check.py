"""What a check of a text finds: each figure judged, and the findings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique

from service.domain.coordinate import Stage
from service.domain.fact import Source
from service.domain.finding import Finding
from service.domain.quantity import Quantity


@unique
class Verdict(Enum):
    """The judgement on a stated figure."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    UNVERIFIABLE = "unverifiable"


@dataclass(frozen=True, slots=True)
class JudgedFigure:
    """A figure stated in running text, judged.

    Attributes:
        source: Its place: start, end and page of the figure; ``quote`` is its sentence.
        text: The printed characters: ``284.53万元``, ``持平``.
        quantity: Its value; signed where a direction word says so.
        subject: What it is of, in words: ``2024年 支出·基本支出 占比``; "" where that cannot be told.
        verdict: Supported, contradicted or unverifiable.
        expected: What it should be, as it would be printed; "" unless contradicted.
        working: The arithmetic, in words and figures; "" where there is none.
        reason: Why it cannot be verified; "" for the other verdicts.
        evidence: Places that support or contradict it.
    """

    source: Source
    text: str
    quantity: Quantity
    subject: str
    verdict: Verdict
    expected: str = ""
    working: str = ""
    reason: str = ""
    evidence: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A person's word that a finding may stand (已说明).

    Attributes:
        finding: Id of the finding within its report: ``F3``.
        reason: Why it may stand.
        by: Who says so.
        at: When, as ISO 8601 text.
    """

    finding: str
    reason: str
    by: str
    at: str


def finding_id(number: int) -> str:
    """Return the id of a finding within its report, by its place in it from 0."""
    return f"F{number + 1}"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """A checked text.

    Attributes:
        document: Id of the text.
        name: File name.
        title: As printed on its face, or "".
        entity: Whose it is, "" where nothing tells.
        year: Budget year, 0 where nothing tells.
        stage: Budget or final account.
        against: (document id, title) of every document whose tables it was judged by, its own first.
        figures: Every figure of the running text, in its order.
        findings: Errors first, then warnings, then notes; in each in the order of the text.
        cells: Numbers of proven, unproven and contradicted table cells of the text itself.
        characters: Length of the text.
        pages: Number of pages, 0 where the format has none.
    """

    document: str
    name: str
    title: str
    entity: str
    year: int
    stage: Stage
    against: tuple[tuple[str, str], ...]
    figures: tuple[JudgedFigure, ...]
    findings: tuple[Finding, ...]
    cells: tuple[int, int, int]
    characters: int
    pages: int = 0

    def count(self, verdict: Verdict) -> int:
        """Return how many figures have this verdict."""
        return sum(1 for figure in self.figures if figure.verdict is verdict)
