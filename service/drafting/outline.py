"""Fills a section of an outline: figures by formula, changes by both years, reasons by the document's own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.calculation.evaluator import evaluate
from service.calculation.formula import Binary, Call, Function, Operator, Reference
from service.calculation.parser import parse_formula
from service.calculation.scope import Scope, with_year
from service.calculation.trace import Evaluation
from service.domain.document import StatedReason
from service.domain.errors import MissingFactError, YoujuError
from service.domain.finding import Finding
from service.numerals import render_quantity
from service.vocabulary.names import fold

_SLOT = re.compile(r"\{([^{}]+)\}")


@dataclass(slots=True)
class Draft:
    """A drafted section.

    Attributes:
        title: Of the section.
        text: With every figure filled in; what only a person knows stands as 【待补充：…】.
        figures: (label, evaluation) of every figure in it.
        reasons: Reasons quoted.
        gaps: What is missing.
        left_out: Parts of reasons left out because the figures contradict them.
    """

    title: str
    text: str = ""
    figures: list[tuple[str, Evaluation]] = field(default_factory=list)
    reasons: list[StatedReason] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


ReasonsFor = Callable[[Reference], Sequence[StatedReason]]


def find_section(outlines: Mapping[str, Any], wanted: str) -> Mapping[str, Any] | None:
    """Return the section of an outline that a wording names; the longest name contained in it wins."""
    best: tuple[tuple[int, int], Mapping[str, Any]] | None = None
    text = fold(wanted)
    for outline in outlines.values():
        for section in outline["section"]:
            for name in (section["title"], *section["names"]):
                at = text.find(fold(name))
                rank = (len(fold(name)), -at)
                if at >= 0 and (best is None or rank > best[0]):
                    best = (rank, section)
    return best[1] if best else None


class Drafter:
    """Drafts sections for one entity and year.

    Args:
        scope: Its figures.
        entity: Its name.
        reasons_for: The reasons the document states for a reference.
        findings: Of the document, so that a reason which contradicts the figures is left out.
    """

    def __init__(self, scope: Scope, entity: str, reasons_for: ReasonsFor, findings: Sequence[Finding]) -> None:
        self._scope = scope
        self._entity = entity
        self._reasons_for = reasons_for
        self._findings = findings

    def draft(self, section: Mapping[str, Any]) -> Draft:
        """Fill the sentences of a section."""
        draft = Draft(section["title"])
        for sentence in section["sentences"]:
            template = sentence["text"]
            if "zero" in sentence and self._is_zero(sentence["of"]):
                template = sentence["zero"]
            draft.text += _SLOT.sub(lambda m: self._fill(m.group(1), draft), template)
        return draft

    def _is_zero(self, formula: str) -> bool:
        try:
            return not evaluate(parse_formula(formula), self._scope).quantity.number
        except YoujuError:
            return False

    def _fill(self, slot: str, draft: Draft) -> str:
        plain = {"单位": self._entity, "年": str(self._scope.year), "上年": str(self._scope.year - 1)}
        if slot in plain:
            return plain[slot]
        kind, _, formula = slot.partition(":")
        try:
            if kind == "变动":
                return self._change(formula, draft)
            if kind == "原因":
                return self._reason(formula, draft)
            evaluation = evaluate(parse_formula(slot), self._scope)
        except MissingFactError:
            return self._gap(formula or slot, draft)
        draft.figures.append((evaluation.figures[0].label, evaluation))
        assert evaluation.shown is not None  # noqa: S101 - outline formulas give one value
        return render_quantity(evaluation.shown)

    def _gap(self, what: str, draft: Draft) -> str:
        draft.gaps.append(what)
        return f"【待补充：{what}】"

    def _change(self, formula: str, draft: Draft) -> str:
        now_ref = parse_formula(formula)
        assert isinstance(now_ref, Reference)  # noqa: S101 - outlines name one reference here
        year = self._scope.year
        then_ref = with_year(now_ref, year - 1)
        now = evaluate(now_ref, self._scope)
        try:
            then = evaluate(then_ref, self._scope)
        except MissingFactError:
            return self._gap(f"{year - 1}年{formula}及增减", draft)
        draft.figures += [(now.figures[0].label, now), (then.figures[0].label, then)]
        if now.quantity.base == then.quantity.base:
            return "与上年持平"
        up = now.quantity.base > then.quantity.base
        big, small = (now_ref, then_ref) if up else (then_ref, now_ref)
        amount = evaluate(Binary(Operator.SUBTRACT, big, small), self._scope)
        draft.figures.append((f"{formula}增减额", amount))
        assert amount.shown is not None  # noqa: S101 - a difference of two amounts is one
        text = f"比{year - 1}年{'增加' if up else '减少'}{render_quantity(amount.shown)}"
        if not then.quantity.number:
            return f"{text}（上年为0，不计算增减率）"
        rate = evaluate(
            Call(Function.RATE, (now_ref, then_ref)) if up
            else Call(Function.SHARE, (Binary(Operator.SUBTRACT, then_ref, now_ref), then_ref)), self._scope,
        )  # fmt: skip
        draft.figures.append((f"{formula}增减率", rate))
        assert rate.shown is not None  # noqa: S101 - a rate is one value
        return f"{text}，{'增长' if up else '下降'}{render_quantity(rate.shown)}"

    def _reason(self, formula: str, draft: Draft) -> str:
        reference = parse_formula(formula)
        assert isinstance(reference, Reference)  # noqa: S101 - outlines name one reference here
        reasons = self._reasons_for(reference)
        if not reasons:
            return f"，主要原因：{self._gap(f'{formula}增减的原因', draft)}"
        reason = reasons[0]
        wrong = [
            f.stated for f in self._findings
            if f.code in {"reason-contradicts-figures", "garbled-words"} and any(reason.source.quote in s.quote for s in f.sources)
        ]  # fmt: skip
        parts = [p for p in re.split(r"[；;]", reason.text) if not any(w and w in p for w in wrong)]
        draft.left_out += [p for p in re.split(r"[；;]", reason.text) if any(w and w in p for w in wrong)]
        draft.reasons.append(reason)
        if not parts:
            return f"，主要原因：{self._gap(f'{formula}增减的原因', draft)}"
        return f"，主要原因：{'；'.join(parts)}"
