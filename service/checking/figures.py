"""Every figure of the running text is judged."""

from __future__ import annotations

from collections.abc import Sequence

from service.checking.book import Book
from service.checking.changes import judge_changes, judge_printed_changes
from service.checking.claims import Claim, about_one_thing, claims_of
from service.checking.completions import judge_completions
from service.checking.doubts import doubt_sizes, doubt_units, doubt_years
from service.checking.levels import judge_levels
from service.checking.lists import judge_changes_of_parts, judge_lists, judge_net_changes, judge_paragraph_lists
from service.checking.material import Material
from service.checking.repeats import judge_by_other_texts, judge_repeats
from service.checking.scopes import spare_lists_of_other_money
from service.checking.shares import judge_shares
from service.checking.words import Words
from service.domain.check import JudgedFigure, Verdict
from service.domain.coordinate import Aspect
from service.domain.finding import Finding


def judge_figures(material: Material) -> tuple[tuple[JudgedFigure, ...], tuple[Finding, ...]]:
    """Judge every figure of the text: by cells, by arithmetic, by what is said elsewhere, by what speaks against it alone.

    Returns:
        The figures in the order of the text, and a finding per cause of contradiction.
    """
    text = material.text
    claims = claims_of(material)
    book, words = Book(material), Words(material.vocabulary, text.stage)
    judge_levels(claims, book, words)
    groups = about_one_thing(claims)
    judge_changes(groups, claims, book, words, text.id)
    judge_printed_changes(claims, book, words)
    judge_shares(claims, book, material.vocabulary, words, text.id)
    judge_completions(groups, claims, text.id)
    judge_lists(claims, text.id)
    judge_paragraph_lists(claims, text.id)
    spare_lists_of_other_money(claims, book, words)
    judge_changes_of_parts(claims, text.id)
    judge_net_changes(claims, text.id)
    judge_repeats(claims, book, words, text.id)
    judge_by_other_texts(claims, material, book, words)
    doubt_years(claims, book, words, text.year)
    doubt_sizes(claims, book, words)
    doubt_units(claims)
    return tuple(_judged(c, material, words) for c in claims), _findings(claims, text.id)


def _findings(claims: Sequence[Claim], document: str) -> tuple[Finding, ...]:
    """Return a finding per objection; objections that say the same of the same are one."""
    grouped: dict[tuple[str, ...], list[Claim]] = {}
    for claim in claims:
        if claim.objection is not None:
            o = claim.objection
            key = (o.cause,) if o.cause else (o.code, o.working or o.message, o.expected, claim.text)
            grouped.setdefault(key, []).append(claim)
    out = []
    for same in grouped.values():
        first = same[0].objection
        assert first is not None  # noqa: S101 - only claims with one were gathered
        more = f"（共{len(same)}处）" if len(same) > 1 else ""
        out.append(
            Finding(
                first.code, first.severity, f"{first.message}{more}",
                (*(c.source(document) for c in same), *first.others), stated=same[0].text, expected=first.expected,
                working=first.working,
            )
        )  # fmt: skip
    return tuple(out)


def _judged(claim: Claim, material: Material, words: Words) -> JudgedFigure:
    subject = words.subject(claim.coordinates[0]) if claim.coordinates else ""
    source = claim.source(material.text.id)
    evidence = tuple(dict.fromkeys(claim.evidence))[:8]
    if claim.objection is not None:
        return JudgedFigure(
            source, claim.text, claim.quantity, subject, Verdict.CONTRADICTED, expected=claim.objection.expected,
            working=claim.objection.working, evidence=tuple(dict.fromkeys((*evidence, *claim.objection.others)))[:8],
        )  # fmt: skip
    if claim.supports:
        return JudgedFigure(
            source, claim.text, claim.quantity, subject, Verdict.SUPPORTED, working="；".join(dict.fromkeys(claim.supports[:3])),
            evidence=evidence,
        )  # fmt: skip
    return JudgedFigure(
        source, claim.text, claim.quantity, subject, Verdict.UNVERIFIABLE, reason=_why_not(claim, material)
    )


def _why_not(claim: Claim, material: Material) -> str:
    """Say why a figure cannot be verified."""
    if claim.statement is None:
        return "写在原因或说明里，没有可对照的数"
    if claim.aspect is None:
        return "看不出它说的是数额、增减还是占比"
    if not claim.coordinates:
        return "看不出它说的是哪一个口径，表中也没有同名的行"
    if not material.has_tables:
        return "没有可对照的表格"
    base = claim.coordinates[0].base_year
    if claim.aspect in {Aspect.CHANGE, Aspect.RATE} and base:
        return f"没有{base}年的数，文中也没有写；给出{base}年的表后可以核对"
    if claim.aspect is Aspect.SHARE:
        return "找不到部分或整体的数"
    if claim.coordinates[0].year != material.text.year or claim.coordinates[0].stage is not material.text.stage:
        year, stage = claim.coordinates[0].year, claim.coordinates[0].stage.value
        return f"没有{year}年{stage}的表"
    return "表中没有这一口径的数"
