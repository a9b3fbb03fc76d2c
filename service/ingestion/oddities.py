"""What a careful reader would stop at while reading: wording and indicators that do not fit the figures."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from service.domain.coordinate import Aspect
from service.domain.document import Indicator, StatedReason
from service.domain.fact import Fact, Source
from service.domain.finding import Finding, Severity
from service.domain.paragraph import Paragraph
from service.domain.quantity import WAN_YUAN, Kind
from service.ingestion.projection import Frame
from service.numerals import render_quantity
from service.vocabulary.vocabulary import Vocabulary

_LEVELS = (("区", "区级"), ("县", "县级"), ("旗", "旗级"), ("市", "市级"), ("省", "省级"))
_GARBLED = ("收入支出", "基本支出", "项目支出", "政府性基金", "一般公共预算", "主要原因", "公务接待", "公务用车")


def oddities_of(
    paragraphs: Sequence[Paragraph], indicators: Sequence[Indicator],
    reasons: Sequence[StatedReason], facts: Sequence[Fact], frame: Frame, region: str, vocabulary: Vocabulary,
) -> tuple[Finding, ...]:  # fmt: skip
    """Return what is odd about a document's wording and indicators. None of it stops the document."""
    return (
        *_levels(paragraphs, region, frame),
        *_garbled(paragraphs, frame),
        *_stale(indicators, frame),
        *_ceilings(indicators, facts),
        *_reasons(reasons, facts, vocabulary),
    )


def _levels(paragraphs: Sequence[Paragraph], region: str, frame: Frame) -> Iterator[Finding]:
    """财政 of another level than the department's own: a template left as it was."""
    own = next((level for end, level in _LEVELS if region.endswith(end)), "")
    if not own:
        return
    hits = []
    for paragraph in paragraphs:
        said = re.findall(r"[省市县区]级财政", paragraph.text)
        hits += [(paragraph, s) for s in said if s[:2] != own]
    if hits:
        said = hits[0][1]
        yield Finding(
            "level-mismatch", Severity.WARNING,
            f"不合适：本部门属于{region}，财政级次应为{own}（本级）财政，文中写“{said}”，共{len(hits)}处，疑为模板残留。",
            tuple(p.whole(frame.document) for p, _ in hits), stated=said, expected=f"{own}财政",
        )  # fmt: skip


def _garbled(paragraphs: Sequence[Paragraph], frame: Frame) -> Iterator[Finding]:
    """A piece that has all the characters of a term in another order: 支收入出 for 收入支出."""
    hits: dict[tuple[str, str], list[Paragraph]] = defaultdict(list)
    for paragraph in paragraphs:
        for term in _GARBLED:
            size, wanted = len(term), sorted(term)
            for start in range(len(paragraph.text) - size + 1):
                piece = paragraph.text[start : start + size]
                if piece != term and sorted(piece) == wanted and not _is_plain(piece, term):
                    hits[piece, term].append(paragraph)
    for (piece, term), places in hits.items():
        count = f"（共{len(places)}处）" if len(places) > 1 else ""
        yield Finding(
            "garbled-words", Severity.WARNING, f"“{piece}”疑为“{term}”的错写（串字）{count}。",
            tuple(_place(p, piece, frame) for p in places), stated=piece, expected=term,
        )  # fmt: skip


def _place(paragraph: Paragraph, piece: str, frame: Frame) -> Source:
    start = paragraph.text.index(piece)
    return paragraph.source(
        frame.document, start, start + len(piece), quote=paragraph.text, title=paragraph.heading
    )  # fmt: skip


def _is_plain(piece: str, term: str) -> bool:
    """Whether the piece is the term's words in another order (支出收入), which is good language."""
    half = len(term) // 2
    return piece in term + term or {piece[:half], piece[half:]} == {term[:half], term[half:]}


def _stale(indicators: Sequence[Indicator], frame: Frame) -> Iterator[Finding]:
    for indicator in indicators:
        years = [int(y) for y in re.findall(r"(20\d\d)年", indicator.target)]
        if years and max(years) < frame.year:
            yield Finding(
                "stale-date", Severity.WARNING,
                f"{indicator.project or '部门整体'}的指标“{indicator.name}”写着{indicator.target}，早于预算年度{frame.year}年。",
                (indicator.source,), stated=indicator.target,
            )  # fmt: skip


def _ceilings(indicators: Sequence[Indicator], facts: Sequence[Fact]) -> Iterator[Finding]:
    """Cost ceilings above the project's amount (A43), and several of them for one project (A44)."""
    amounts = {
        (f.coordinate.get("project"), f.coordinate.get("unit")): f.quantity
        for f in facts
        if f.coordinate.get("project") and f.quantity is not None and "fund" not in dict(f.coordinate.members)
    }
    by_project: dict[tuple[str, str], list[Indicator]] = defaultdict(list)
    for indicator in indicators:
        if indicator.level1.startswith("成本") and indicator.quantity and indicator.quantity.unit.kind is Kind.MONEY:
            by_project[indicator.project, indicator.unit_code].append(indicator)
    for key, costs in by_project.items():
        amount = amounts.get(key)
        for indicator in costs:
            if amount is not None and indicator.quantity is not None and indicator.quantity.base > amount.base:
                shown = render_quantity(indicator.quantity.to(WAN_YUAN))
                yield Finding(
                    "ceiling-above-budget", Severity.NOTE,
                    f"{key[0]}的成本指标“{indicator.name}{indicator.target}”（{shown}）高于项目预算{render_quantity(amount)}。",
                    (indicator.source,), stated=indicator.target, expected=f"≤{render_quantity(amount)}",
                )  # fmt: skip
        if len({i.quantity.base for i in costs if i.quantity}) > 1:
            targets = "、".join(i.target for i in costs)
            yield Finding(
                "ceilings-conflict", Severity.WARNING, f"{key[0]}有{len(costs)}个不同的成本上限并存：{targets}。",
                tuple(i.source for i in costs), stated=targets,
            )  # fmt: skip


def _reasons(reasons: Sequence[StatedReason], facts: Sequence[Fact], vocabulary: Vocabulary) -> Iterator[Finding]:
    """A reason that names an item which did not change (C16)."""
    flat = _unchanged(facts)
    for reason in reasons:
        own = dict(reason.coordinate.members)
        for (measure, dimension, member), source in flat.items():
            if measure != reason.coordinate.measure or own.get(dimension) == member:
                continue
            entry = vocabulary.member(dimension, member)
            names = [member, *(entry.names if entry else ()), member.removesuffix("费")]
            said = next((n for n in names if len(n) >= 4 and n in reason.text), "")
            if said:
                yield Finding(
                    "reason-contradicts-figures", Severity.WARNING,
                    f"原因里提到“{said}”，但{member}本年与上年持平，二者矛盾，不能作为增减的原因。",
                    (reason.source, source), stated=said,
                )  # fmt: skip


def _unchanged(facts: Sequence[Fact]) -> Mapping[tuple[str, str, str], Source]:
    """Return the members whose amount is the same in both years."""
    levels: dict[tuple[str, str], dict[int, Fact]] = defaultdict(dict)
    out: dict[tuple[str, str, str], Source] = {}
    for fact in facts:
        coordinate = fact.coordinate
        if len(coordinate.members) != 1 or fact.quantity is None:
            continue
        dimension, member = coordinate.members[0]
        if coordinate.aspect is Aspect.CHANGE and not fact.quantity.number:
            out[coordinate.measure, dimension, member] = fact.source
        elif coordinate.aspect is Aspect.LEVEL:
            levels[coordinate.measure, coordinate.key].setdefault(coordinate.year, fact)
    for (measure, _), years in levels.items():
        values = {f.quantity.base for f in years.values() if f.quantity}
        if len(years) > 1 and len(values) == 1:
            fact = next(iter(years.values()))
            out.setdefault((measure, *fact.coordinate.members[0]), fact.source)
    return out
