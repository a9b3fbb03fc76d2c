"""A total stated with the parts it is made up of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from service.checking.arithmetic import meet, shown, sum_of
from service.checking.claims import Claim, Objection, interval_of
from service.domain.coordinate import Aspect
from service.domain.finding import Severity
from service.domain.quantity import Kind, Quantity
from service.numerals import render_quantity

#: Behind a total: its parts follow.
_PARTS_FOLLOW = re.compile(r"其中|包括|包含|分别|分为|^[：:]|^[（(](?![一二三四五六七八九十\d]{1,3}[)）])|由[^，]{1,8}组成")
#: The name of the last part says that nothing is left out.
_REST = re.compile(r"其他|其它")
#: At the end of a paragraph: its parts are the numbered paragraphs below.
_PARTS_BELOW = re.compile(r"^[^，,；;\d]{0,4}(?:[，,。]?(?:其中|包括|分别|具体|主要用于以下)[^\d，,；;]{0,10}[：:]?|[：:])。?$")
#: The paragraphs split one amount in several ways instead of one after the other.
_OTHER_WAY = re.compile(r"^\W*[\d一二三四五六七八九十]{1,3}\W*按")
_NUMBERED = re.compile(r"^(?:\d{1,2}[.．、]|[（(]\d{1,2}[)）]|[（(][一二三四五六七八九十]{1,3}[)）]|[一二三四五六七八九十]{1,3}、)")
#: Right behind a total: one of its parts.
_ONE_OF = re.compile(r"[，,（(]?其中[：:，,]?[^\d，,；;。]{2,20}$")
_GOES_ON = re.compile(r"\s*(?:其中|包括|分别)")
#: Behind the name of a part: how it changed.
_CHANGED = re.compile(r"(?:增加|增长|减少|下降|降低|压减)(?:了|约|预算)?$")
_NET = re.compile(r"相抵后|综合(?:上述|以上)因素")
#: The members that together are all of a coordinate, where a text tells what each of them changed.
_ALL_PARTS = {
    ("三公经费", ""): ("因公出国（境）费", "公务用车购置及运行费", "公务接待费"),
    ("三公经费", "公务用车购置及运行费"): ("公务用车购置费", "公务用车运行费"),
    ("支出", ""): ("基本支出", "项目支出"),
    ("支出", "基本支出"): ("人员经费", "公用经费"),
}
#: Words between a name and its amount.
_FILLER = re.compile(r"(?:了|约|为|是|数|预算|安排|共计?)+$")
_LONGEST_NAME = 30
#: Characters at the end of a name that two places have in common.
_SHORTEST_COMMON = 4
_STOP = re.compile(r"[。！？]")
_FEWEST = 2
_MOST = 40
#: Parts that together are all of their whole: 采购 = 货物 + 工程 + 服务.
_WHOLE_SETS = (
    ("货物", "工程", "服务"),
    ("基本支出", "项目支出"),
    ("人员经费", "公用经费"),
    ("出国", "接待", "用车"),
    ("用车购置", "用车运行"),
)


def judge_lists(claims: Sequence[Claim], document: str) -> None:
    """Judge totals by the parts listed with them, first those of one sentence, then lists over several paragraphs."""
    by_place: dict[int, list[Claim]] = {}
    for claim in claims:
        by_place.setdefault(claim.place, []).append(claim)
    for beside in by_place.values():
        for index, total in enumerate(beside):
            if total.is_level:
                _judge(total, beside[index + 1 :], document)
            elif total.aspect is Aspect.CHANGE:
                _judge_change(total, beside[:index], beside[index + 1 :], document)


def _end_of_list(text: str, start: int) -> int:
    """Return where the sentence ends, or the next one where that goes on with the parts: 「…452.42万元。其中货物…」."""
    stop = _STOP.search(text, start)
    if stop and _GOES_ON.match(text, stop.end()):
        stop = _STOP.search(text, stop.end())
    return stop.start() if stop else len(text)


def _judge(total: Claim, after: Sequence[Claim], document: str) -> None:
    text = total.paragraph.text
    end = _end_of_list(text, total.end)
    parts = [c for c in after if c.start < end and c.is_level and _of_one_kind(c, total)]
    if parts and _ONE_OF.match(text[total.end : parts[0].start]):
        _judge_part(total, parts, document)
    if len(parts) < _FEWEST:
        return
    last = max([total.end, *(c.end for c in after if c.end <= parts[0].start)])
    between = text[last : parts[0].start]
    if not _PARTS_FOLLOW.search(between) or (last == total.end and between[:1] in "；;"):
        return
    for count in range(len(parts), _FEWEST - 1, -1):
        for chosen in _readings(total, parts[:count]):
            if len(chosen) >= _FEWEST and _adds_up(total, chosen):
                _support(total, chosen, document)
                return
    listed = _complete(total, parts)
    if listed:
        _object(total, listed, document)


def _judge_part(total: Claim, parts: Sequence[Claim], document: str) -> None:
    """Object to a part said to be within its total that is larger, unless a negative part brings the total down."""
    part = parts[0]
    if total.objection is not None or part.objection is not None or total.quantity.number < 0:
        return
    if any(other.quantity.number < 0 for other in parts[1:]):
        return
    if part.interval[0] > total.interval[1]:
        culprit, other = (total, part) if part.settled else (part, total)
        culprit.objection = Objection(
            "part-exceeds-whole", Severity.ERROR, f"“其中”项{part.text}大于它所属的{total.text}。", "", "", (other.source(document),)
        )


def _judge_change(total: Claim, before: Sequence[Claim], after: Sequence[Claim], document: str) -> None:
    """Judge a change by what its parts changed: 总增减额 = 各项增减额之和."""
    text = total.paragraph.text
    stop = _STOP.search(text, total.end)
    end = stop.start() if stop else len(text)
    inside = [c for c in after if c.start < end and c.quantity.unit.kind is Kind.MONEY]
    parts = [c for c in inside if c.is_cause]
    if len(parts) < _FEWEST and inside and _PARTS_FOLLOW.search(text[total.end : inside[0].start]):
        parts = [c for c in inside if c.aspect is Aspect.CHANGE]
    if len(parts) < _FEWEST:
        return
    for count in range(len(parts), _FEWEST - 1, -1):
        if _adds_up(total, parts[:count]):
            _support(total, parts[:count], document)
            return
    turned = next((parts[:n] for n in range(len(parts), 1, -1) if _opposite(total, parts[:n])), None)
    if turned and total.objection is None and not total.settled:
        _, working = _working(total, turned)
        total.objection = Objection(
            "direction-wrong", Severity.ERROR, f"各项增减相加（{working}）与{total.text}数额相同而方向相反。", "", working,
            tuple(p.source(document) for p in turned),
        )  # fmt: skip
    elif _named_before(total, parts, before) or _is_whole_set(total, parts):
        _object(total, parts, document)


def _is_whole_set(total: Claim, parts: Sequence[Claim]) -> bool:
    """Whether the parts are named as those that together are all there is: 基本支出 and 项目支出."""
    text = total.paragraph.text
    bounds = [total.end, *(p.end for p in parts)]
    named = [text[a : p.start] for a, p in zip(bounds, parts, strict=False)]
    return any(len(names) == len(parts) and all(any(n in w for w in named) for n in names) for names in _WHOLE_SETS)


def _opposite(total: Claim, parts: Sequence[Claim]) -> bool:
    low, high = sum_of([interval_of(p.full) for p in parts])
    return meet(interval_of(total.full), (-high, -low))


def judge_net_changes(claims: Sequence[Claim], document: str) -> None:
    """Judge 「增减相抵后增加125.62万元」 by the change that the reason is given for."""
    for index, claim in enumerate(claims):
        if not claim.is_cause or not _NET.search(claim.paragraph.text[max(0, claim.start - 24) : claim.start]):
            continue
        before = [c for c in claims[:index] if c.place == claim.place and c.aspect is Aspect.CHANGE]
        if not before:
            continue
        meant = before[-1]
        if meant.quantity.base == claim.quantity.base:
            for one, other in ((claim, meant), (meant, claim)):
                if one.objection is None:
                    one.support(f"与原因里增减相抵后的{other.text}一致", other.source(document))
        elif meant.is_open or meant.objection is None:
            claim.objection = Objection(
                "places-disagree", Severity.ERROR,
                f"原因里写增减相抵后{claim.text}，前面写的是{meant.text}，前后不一致。",
                render_quantity(Quantity(abs(meant.quantity.number), meant.quantity.unit)), "", (meant.source(document),),
            )  # fmt: skip


def judge_changes_of_parts(claims: Sequence[Claim], document: str) -> None:
    """Judge a change by those of the parts that make up its coordinate (C12: 总增减 = Σ分项增减)."""
    by_section: dict[tuple[object, ...], list[Claim]] = {}
    for claim in claims:
        if claim.aspect is Aspect.CHANGE and claim.coordinates and claim.quantity.unit.kind is Kind.MONEY:
            place = claim.coordinates[0]
            key = (claim.paragraph.section[:2], place.measure, place.year, place.base_year, len(claim.coordinates))
            by_section.setdefault(key, []).append(claim)
    for beside in by_section.values():
        for total in beside:
            for dimension in ("item", "nature"):
                parts = _parts_of(total, beside, dimension)
                if parts:
                    _judge_parts(total, parts, document)


def _parts_of(total: Claim, beside: Sequence[Claim], dimension: str) -> list[Claim]:
    """Return the changes of all the members that make up a total; none where one of them is not stated."""
    place = total.coordinates[0]
    own = place.get(dimension)
    children = _ALL_PARTS.get((place.measure, own or ""), ())
    found: dict[str, Claim] = {}
    for claim in beside:
        at = claim.coordinates[0]
        member = at.get(dimension)
        if member in children and {*at.without(dimension).members} == {*place.without(dimension).members}:
            found.setdefault(member or "", claim)
    return list(found.values()) if children and len(found) == len(children) else []


def _judge_parts(total: Claim, parts: Sequence[Claim], document: str) -> None:
    if _adds_up(total, parts):
        _support(total, parts, document)
        return
    involved = [total, *parts]
    if any(c.objection is not None for c in involved):
        return
    open_ones = [c for c in involved if not c.supports]
    said, working = _working(total, parts)
    culprit = open_ones[0] if open_ones else total
    culprit.objection = Objection(
        "changes-do-not-add-up", Severity.ERROR,
        f"各项增减额之和是{render_quantity(said)}，与合计的增减额{total.text}不符（{working}）。",
        render_quantity(said) if culprit is total else "", working,
        tuple(c.source(document) for c in involved if c is not culprit)[:8],
    )  # fmt: skip


def _named_before(total: Claim, parts: Sequence[Claim], before: Sequence[Claim]) -> bool:
    """Whether the parts of a change are those whose amounts stand before it and make up all of their total."""
    text = total.paragraph.text
    amounts = [c for c in before if c.is_level and c.quantity.unit.kind is Kind.MONEY]
    found: list[Claim] = []
    at = total.end
    for part in parts:
        name = _CHANGED.sub("", text[at : part.start])[-_SHORTEST_COMMON:]
        at = part.end
        named = [
            c for c in amounts
            if name and c not in found and _FILLER.sub("", text[max(0, c.start - _LONGEST_NAME) : c.start]).endswith(name)
        ]  # fmt: skip
        if not named:
            return False
        found.append(named[-1])
    return any(_adds_up(whole, found) for whole in amounts if whole not in found)


def judge_paragraph_lists(claims: Sequence[Claim], document: str) -> None:
    """Judge totals whose parts follow as numbered paragraphs: 「支出总计…。包括：」, 「1．…」, 「2．…」."""
    firsts: dict[int, Claim] = {}
    lasts: dict[int, Claim] = {}
    for claim in claims:
        if claim.is_level and claim.quantity.unit.kind is Kind.MONEY:
            firsts.setdefault(claim.place, claim)
            lasts[claim.place] = claim
    for place, total in lasts.items():
        text = total.paragraph.text
        if not _PARTS_BELOW.search(text[total.end :]):
            continue
        parts = _numbered_below(place, firsts)
        if len(parts) >= _FEWEST and _of_one_kind(parts[0], total):
            if _adds_up(total, parts):
                _support(total, parts, document)
            elif not any(c.objection is not None for c in (total, *parts)):
                _object(total, parts, document, severity=Severity.WARNING)


def _numbered_below(place: int, firsts: Mapping[int, Claim]) -> list[Claim]:
    """Return the first amounts of the numbered paragraphs behind one, as long as their numbering is of one kind and goes on."""
    out: list[Claim] = []
    style, number = "", 0
    for below in sorted(p for p in firsts if p > place):
        found = _NUMBERED.match(firsts[below].paragraph.text)
        if found is None:
            if out:
                break
            return []
        kind = re.sub(r"[\d一二三四五六七八九十]+", "", found.group())
        if style and kind != style:
            if found.group()[0] in "一二三四五六七八九十":
                break
            continue  # a list within the list
        if _OTHER_WAY.match(firsts[below].paragraph.text):
            return []
        this = _ordinal(found.group())
        if this <= number or (not style and this != 1):
            break
        style, number = kind, this
        out.append(firsts[below])
    return out


def _ordinal(text: str) -> int:
    digits = re.sub(r"\D", "", text)
    if digits:
        return int(digits)
    plain = re.sub(r"[^一二三四五六七八九十]", "", text)
    tens, _, ones = plain.partition("十") if "十" in plain else ("", "", plain)
    value = "零一二三四五六七八九".find(ones) if ones else 0
    return value + (10 * ("零一二三四五六七八九".find(tens) if tens else 1) if "十" in plain else 0)


def _of_one_kind(part: Claim, total: Claim) -> bool:
    one, other = part.quantity.unit, total.quantity.unit
    return one.kind is other.kind and (one.kind is not Kind.COUNT or one.symbol == other.symbol)


def _readings(total: Claim, parts: Sequence[Claim]) -> list[tuple[Claim, ...]]:
    """Return the ways to read a list: all of it, and without what stands in brackets or behind a further 其中."""
    text = total.paragraph.text
    out = [tuple(parts)]
    outer: list[Claim] = []
    depth, inside, at = 0, False, total.end
    for part in parts:
        between = text[at : part.start]
        depth += sum(between.count(c) for c in "（(") - sum(between.count(c) for c in "）)")
        if outer and re.search(r"其中", between):
            inside = True
        elif re.search(r"[；;]", between):
            inside = False
        if depth <= 0 and not inside:
            outer.append(part)
        at = part.end
    if tuple(outer) != out[0]:
        out.append(tuple(outer))
    return out


def _adds_up(total: Claim, parts: Sequence[Claim]) -> bool:
    return meet(interval_of(total.full), sum_of([interval_of(p.full) for p in parts]))


def _working(total: Claim, parts: Sequence[Claim]) -> tuple[Quantity, str]:
    value = sum((p.quantity.base for p in parts), Decimal(0))
    said = shown(value, total.quantity.unit, max(p.quantity.decimals for p in (total, *parts)))
    listed = " + ".join(render_quantity(p.quantity) for p in parts[:_MOST])
    return said, f"{listed} = {render_quantity(said)}"


def _support(total: Claim, parts: Sequence[Claim], document: str) -> None:
    _, working = _working(total, parts)
    for claim in (total, *parts):
        if claim.objection is None:
            claim.support(working, *(p.source(document) for p in (total, *parts)[:4] if p is not claim))


def _complete(total: Claim, parts: Sequence[Claim]) -> tuple[Claim, ...]:
    """Return the parts of a list that by its own words leaves nothing out; () where it may."""
    text = total.paragraph.text
    named = {id(p): text[(parts[i - 1].end if i else total.end) : p.start] for i, p in enumerate(parts)}
    outer = _readings(total, parts)[-1]
    for names in _WHOLE_SETS:
        found = [n for n in names if any(n in named[id(p)] for p in outer)]
        if len(found) >= _FEWEST and len(outer) >= len(found):
            return outer
    for chosen in reversed(_readings(total, parts)):
        if len(chosen) > _FEWEST and _REST.search(named[id(chosen[-1])]):
            return chosen
    return ()


def _object(
    total: Claim, parts: Sequence[Claim], document: str, *, severity: Severity | None = None
) -> None:
    suspects = [c for c in (total, *parts) if not c.settled and c.objection is None]
    if not suspects or any(c.objection is not None for c in (total, *parts)):
        return  # what is wrong is told already
    said, working = _working(total, parts)
    culprit = suspects[0]
    sure = len(suspects) < len(parts) + 1 or _all_named(total, parts)
    culprit.objection = Objection(
        "list-does-not-add-up", severity or (Severity.ERROR if sure else Severity.WARNING),
        f"所列各项之和是{render_quantity(said)}，与合计{total.text}不符（{working}）。",
        render_quantity(said) if culprit is total else "", working,
        tuple(p.source(document) for p in (total, *parts) if p is not culprit)[:12],
    )  # fmt: skip


def _all_named(total: Claim, parts: Sequence[Claim]) -> bool:
    text = total.paragraph.text[total.end : parts[-1].start]
    return any(sum(n in text for n in names) >= _FEWEST for names in _WHOLE_SETS)
