"""What a template left behind, and what was never filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from service.checking.material import Material
from service.checking.spots import Spot, body, grouped, is_about_duties, is_glossary
from service.domain.fact import Source
from service.domain.finding import Finding, Severity
from service.domain.paragraph import Paragraph

_PIECE_END = re.compile(r"[，、；。：,]")
_PRICED = re.compile(r"\d[\d.]*(?:万|亿)?元$")


def residue_findings(material: Material) -> Iterator[Finding]:
    """Yield placeholders, undecided choices and figures that are missing (C24)."""
    rules = material.vocabulary.wording
    taken: list[Spot] = []
    for sign in rules.residue:
        spots = [
            Spot(p, *m.span())
            for p in body(material, recognised=True)
            if not is_glossary(p)
            for m in sign.pattern.finditer(p.text)
        ]
        spots = [s for s in spots if not (_is_a_size(s) or _overlaps(s, taken))]
        taken += spots
        yield from grouped(
            material, "template-residue", Severity.WARNING,
            f"模板残留：{sign.what}没有改，请写成实际内容。", spots,
        )  # fmt: skip
    for sign in rules.gaps:
        spots = [
            Spot(p, *m.span())
            for p in body(material)
            if not (is_glossary(p) or is_about_duties(p) or p.is_heading)
            for m in sign.pattern.finditer(p.text)
            if m.start() or len(p.text) > m.end()
        ]
        yield from grouped(
            material, "missing-figure", Severity.WARNING, f"{sign.what}，请补上数字。", spots, expected="数字"
        )
    yield from _in_titles(material)
    fees = [spot for p in body(material) if not is_glossary(p) for spot in _bare_fees(p, rules.fee)]
    yield from grouped(
        material,
        "missing-figure",
        Severity.WARNING,
        "列举的费用中有一项没有金额，请补上或删去。",
        fees,
        expected="金额",
    )


def _overlaps(spot: Spot, others: Sequence[Spot]) -> bool:
    """Whether what it marks has been told under another name."""
    return any(o.paragraph is spot.paragraph and o.start < spot.end and spot.start < o.end for o in others)


def _is_a_size(spot: Spot) -> bool:
    """Whether its sign multiplies: 「2××3」 is no placeholder."""
    text = spot.paragraph.text
    return "×" in spot.said and text[spot.end : spot.end + 1].isdigit()


def _in_titles(material: Material) -> Iterator[Finding]:
    """Placeholders in titles and notes of tables."""
    for table in material.text.tables:
        for said in (table.title, *table.notes):
            hit = next((s for s in material.vocabulary.wording.residue if s.pattern.search(said)), None)
            if hit is not None:
                place = Source(material.text.id, table.id, table.title, row=0, column=0, page=table.page, quote=said)
                yield Finding(
                    "template-residue", Severity.WARNING,
                    f"模板残留：表“{table.title[:30]}”里{hit.what}没有改，请写成实际内容。", (place,), stated=said,
                )  # fmt: skip


def _bare_fees(paragraph: Paragraph, fee: re.Pattern[str]) -> Iterator[Spot]:
    """Yield items of an enumeration that have no amount although those around them have."""
    text = paragraph.text
    bounds = [0, *(m.end() for m in _PIECE_END.finditer(text)), len(text)]
    pieces = [(a, text[a:b].rstrip("，、；。：,")) for a, b in pairwise(bounds)]
    for index in range(1, len(pieces) - 1):
        start, piece = pieces[index]
        if not fee.fullmatch(piece):
            continue
        before, after = pieces[index - 1][1], pieces[index + 1][1].removesuffix("等")
        if _PRICED.search(before) and _PRICED.search(after):
            yield Spot(paragraph, start, start + len(piece))
