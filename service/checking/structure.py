"""Structure: what the tables must fulfil among themselves, across years and between a roll-up and its units."""

from __future__ import annotations

from collections.abc import Iterator

from service.checking.material import Material
from service.domain.finding import Finding


def structure_findings(material: Material) -> tuple[Finding, ...]:
    """Return what does not fit in and between the tables."""
    return tuple(_read_with(material))


def _read_with(material: Material) -> Iterator[Finding]:
    yield from material.text.findings
