"""A text is checked: the whole way on one page."""

from __future__ import annotations

from service.checking.figures import judge_figures
from service.checking.material import Material, about_sources
from service.checking.structure import structure_findings
from service.checking.wording import wording_findings
from service.domain.check import CheckReport
from service.domain.fact import Proof
from service.domain.finding import Finding, Severity

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
_FIRST = frozenset({"other-tables", "no-tables-to-check-by", "no-figures"})


def check(material: Material) -> CheckReport:
    """Judge every figure of a text, and find what does not fit."""
    text = material.text
    figures, of_figures = judge_figures(material)
    found = [*about_sources(material), *of_figures, *structure_findings(material), *wording_findings(material)]
    if not figures and not any(t.figure_columns for t in text.tables):
        found.insert(0, Finding("no-figures", Severity.WARNING, "文字里没有找到可核对的数字，什么也没有核对。请确认交来的是带数字的情况说明。"))
    return CheckReport(
        document=text.id, name=text.name, title=text.title, entity=text.entity, year=text.year, stage=text.stage,
        against=tuple((d.id, d.title or d.name) for d in (*material.sources, *material.others)), figures=figures,
        findings=tuple(sorted(found, key=_rank)), cells=_cells(material), characters=len(text.text), pages=text.pages,
    )  # fmt: skip


def _rank(finding: Finding) -> tuple[bool, int, int, int]:
    place = finding.sources[0] if finding.sources else None
    return finding.code not in _FIRST, _ORDER[finding.severity], place.page if place else 0, place.start if place else -1


def _cells(material: Material) -> tuple[int, int, int]:
    proofs = [c.proof for t in material.text.tables for r in t.rows for c in r.cells if c.proof is not None]
    return proofs.count(Proof.PROVEN), proofs.count(Proof.UNPROVEN), proofs.count(Proof.CONTRADICTED)
