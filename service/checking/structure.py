"""Structure: what the tables must fulfil among themselves, across years and between a roll-up and its units."""

from __future__ import annotations

from collections.abc import Iterator

from service.checking.material import Material
from service.checking.sums import ARITHMETIC_CODES, grouped_note, sum_findings
from service.domain.finding import Finding


def structure_findings(material: Material) -> tuple[Finding, ...]:
    """Return what does not fit in and between the tables, one finding for each cause."""
    return tuple(_all(material))


def _all(material: Material) -> Iterator[Finding]:
    text = material.text
    yield from (f for f in text.findings if f.code not in ARITHMETIC_CODES)
    yield from sum_findings(text, material.vocabulary)
    for document in material.sources:
        if document.id != text.id:
            note = grouped_note(document, material.vocabulary)
            if note is not None:
                yield note
