"""Structure: what the tables must fulfil among themselves, across years and between a roll-up and its units."""

from __future__ import annotations

from collections.abc import Iterator

from service.checking.across import across_findings
from service.checking.classification import classification_findings
from service.checking.equations import equation_findings, flow_findings
from service.checking.goals import goal_findings
from service.checking.material import Material
from service.checking.rulebook import rule_of
from service.checking.sheets import sheet_findings
from service.checking.sums import ARITHMETIC_CODES, grouped_note, sum_findings
from service.domain.finding import Finding

#: Findings of ingestion that the checks give better.
ELSEWHERE = ARITHMETIC_CODES | {"ceiling-above-budget", "ceilings-conflict", "no-tables"}


def structure_findings(material: Material) -> tuple[Finding, ...]:
    """Return what does not fit in and between the tables, one finding for each cause."""
    return tuple(_all(material))


def _all(material: Material) -> Iterator[Finding]:
    text, vocabulary = material.text, material.vocabulary
    yield from (f for f in text.findings if f.code not in ELSEWHERE)
    sums = list(sum_findings(text, vocabulary))
    yield from sums
    taken = frozenset((s.table, s.row, s.column) for f in sums for s in f.sources[:1])
    yield from equation_findings(material, taken)
    yield from flow_findings(text, rule_of(vocabulary, "flow"))
    yield from classification_findings(material, taken)
    yield from sheet_findings(material)
    yield from goal_findings(material)
    yield from across_findings(material)
    for document in material.sources:
        if document.id in material.handed_in and not text.tables:
            yield from sum_findings(document, vocabulary)  # they are the tables of this text
        elif document.id != text.id:
            note = grouped_note(document, vocabulary)
            if note is not None:
                yield note
