"""Wording: what a reviewer sends back although no figure is wrong."""

from __future__ import annotations

from service.checking.causes import cause_findings
from service.checking.material import Material
from service.checking.naming import naming_findings
from service.checking.outlining import outline_findings
from service.checking.residue import residue_findings
from service.checking.stale import year_findings
from service.checking.style import style_findings
from service.domain.finding import Finding


def wording_findings(material: Material) -> tuple[Finding, ...]:
    """Return what is odd about the words: years, residue, reasons, names, order of parts, style."""
    return (
        *year_findings(material),
        *residue_findings(material),
        *cause_findings(material),
        *naming_findings(material),
        *outline_findings(material),
        *style_findings(material),
    )
