"""What an identity that fails is said to be: which figure, where it is printed, what each place says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from service.domain.coordinate import Aspect
from service.domain.document import Identity
from service.domain.fact import Fact, Source
from service.domain.finding import Finding, Severity
from service.domain.quantity import WAN_YUAN, YUAN, Kind, Quantity
from service.numerals import render_number, render_quantity
from service.vocabulary.vocabulary import Vocabulary

_CODES = {
    "row-sum": "row-does-not-add-up", "column-sum": "total-does-not-add-up", "class-sum": "total-does-not-add-up",
    "same-coordinate": "places-disagree", "total-repeats": "places-disagree", "equivalence": "places-disagree",
    "ratio": "ratio-does-not-follow", "of-which": "part-exceeds-whole",
}  # fmt: skip
#: Dimensions in the order in which their members are said.
_ORDER = ("unit", "fund", "origin", "nature", "function", "economic", "gov_economic", "project", "item")
#: Measures that the names of their members imply.
_IMPLIED = frozenset({"支出", "三公经费"})
_MOST_SOURCES = 12
_USUAL_DECIMALS = 2


def disagreements_of(identities: Sequence[Identity], facts: Sequence[Fact], places: Mapping[str, Fact], vocabulary: Vocabulary) -> tuple[Finding, ...]:
    """Return a finding per identity that fails; tables that say the same against one sentence are one.

    Args:
        identities: Those that fail are told.
        facts: All facts of the document.
        places: The fact of each place that identities name.
        vocabulary: For the names of members.
    """
    years = [f.coordinate.year for f in facts if f.source.table]
    usual = max(set(years), key=years.count) if years else 0
    return tuple(_finding(same, places, vocabulary, usual) for same in _together(identities, places))


def _together(identities: Sequence[Identity], places: Mapping[str, Fact]) -> Iterator[list[Identity]]:
    groups: dict[tuple[object, ...], list[Identity]] = {}
    for identity in identities:
        if identity.verdict != "failed":
            continue
        key: tuple[object, ...] = (identity.key,)
        keys = (*identity.left, *identity.right)
        said = [k for k in keys if k in places and not places[k].source.table]
        if identity.rule == "same-coordinate" and len(keys) == 2 and len(said) == 1:
            other = next(places.get(k) for k in keys if k != said[0])
            if other is not None and other.quantity is not None:
                key = (said[0], other.quantity)
        groups.setdefault(key, []).append(identity)
    yield from groups.values()


def _finding(same: Sequence[Identity], places: Mapping[str, Fact], vocabulary: Vocabulary, usual: int) -> Finding:
    identity = same[0]
    keys = dict.fromkeys(k for i in same for k in (*i.left, *i.right))
    sources = tuple(places[k].source for k in keys if k in places)
    is_read = bool(sources) and all(s.by_ocr for s in sources)
    message = _message(same, places, vocabulary, usual)
    return Finding(
        code=_CODES.get(identity.rule, "identity-fails"), severity=Severity.WARNING if is_read else Severity.ERROR,
        message=message + ("数字由程序从图片识别，请先对照原件。" if is_read else ""),
        sources=sources[:_MOST_SOURCES], stated=identity.left_value, expected=identity.right_value,
    )  # fmt: skip


def _message(same: Sequence[Identity], places: Mapping[str, Fact], vocabulary: Vocabulary, usual: int) -> str:
    identity = same[0]
    left, right = ([places[k] for k in keys if k in places] for keys in (identity.left, identity.right))
    if identity.rule == "ratio" and left and right:
        return _of_ratio(left[0], right, identity, vocabulary, usual)
    if len(identity.left) == len(identity.right) == 1 and left and right and identity.rule in {"same-coordinate", "total-repeats", "equivalence"}:
        one, other = (left[0], right[0]) if left[0].source.table else (right[0], left[0])
        tables = list(dict.fromkeys(places[k].source.table for i in same for k in (*i.left, *i.right) if k in places and places[k].source.table))
        shown = [_shown(a, b) for a, b in ((one, other), (other, one))]
        said = ["印" if f.source.table else "写" for f in (one, other)]
        first = f"{_where(one.source, len(tables) if not other.source.table else 1)}{said[0]}{shown[0]}"
        return f"{_name(one, vocabulary, usual)}：{first}，{_where(other.source)}{said[1]}{shown[1]}，不一致。"
    unit = next((f.quantity.unit.symbol for f in (*left, *right) if f.quantity is not None), "")
    a, b = f"{identity.left_value}{unit}", f"{identity.right_value}{unit}"
    if identity.rule == "of-which":
        return f"{identity.description}：“其中”项是{a}，大于它所属的{b}。"
    gap = abs(_number(identity.left_value) - _number(identity.right_value))
    end = f"相差{render_number(gap)}{unit}"
    if identity.rule == "equivalence" and left:
        beside = f"{right[0].source.table_title}相应的{len(identity.right)}行" if right else "相应各行"
        return f"{_name(left[0], vocabulary, usual)}：{_where(left[0].source)}{'印' if left[0].source.table else '写'}{_shown(left[0])}，{beside}相加是{b}，{end}。"
    return f"{identity.description}，印的是{a}，算得{b}，{end}。"


def _of_ratio(stated: Fact, right: Sequence[Fact], identity: Identity, vocabulary: Vocabulary, usual: int) -> str:
    aspect = {Aspect.SHARE: "占比", Aspect.RATE: "增减幅度"}.get(stated.coordinate.aspect, "")
    part, *wholes = (render_quantity(f.quantity) for f in right if f.quantity is not None)
    roles = ("增减额", "本年数") if stated.coordinate.aspect is Aspect.RATE else ("部分", "整体")
    how = f"按{roles[0]}{part}" + (f"、{roles[1]}{wholes[0]}" if len(wholes) == 1 else f"和其余部分{'、'.join(wholes)}" if wholes else "")
    symbol = stated.quantity.unit.symbol if stated.quantity else ""
    return (
        f"{_name(stated, vocabulary, usual)}{aspect}：{_where(stated.source)}写{identity.left_value}{symbol}，"
        f"{how}算得{identity.right_value}{symbol}，不一致。"
    )


def _name(fact: Fact, vocabulary: Vocabulary, usual: int) -> str:
    """Name what a figure is of, by its members where it has any: 「住房公积金」, 「财政拨款收入」."""
    place = fact.coordinate
    members = dict(place.members)
    names = [vocabulary.name_of(d, members[d]) for d in _ORDER if d in members and (d, members[d]) != ("origin", "本年")]
    if set(members) <= {"fund", "origin"}:
        what = f"{''.join(names)}{place.measure}"
    else:
        what = "·".join([*names, *([place.measure] if place.measure not in _IMPLIED else [])])
    if not names and "row" in members:
        what = members["row"]
    return what if place.year == usual else f"{place.year}年{what}"


def _where(source: Source, tables: int = 1) -> str:
    if source.table:
        column = f"“{source.column_label.rpartition('/')[2]}”列" if source.column_label else ""
        more = f"等{tables}张表" if tables > 1 else ""
        return f"{source.table_title}{more}中" if more else f"{source.table_title}{column}"
    if source.page:
        return f"正文第{source.page}页"
    return f"正文第{source.line}行" if source.line else "正文"


def _shown(fact: Fact, beside: Fact | None = None) -> str:
    """Write a figure as printed, an amount in 元 also in 万元 where the other place is in 万元."""
    quantity = fact.quantity
    if quantity is None:
        return "空白"
    text = render_quantity(quantity)
    other = beside.quantity if beside is not None else None
    if other is not None and quantity.unit == YUAN and other.unit == WAN_YUAN and quantity.unit.kind is Kind.MONEY:
        said = Quantity(quantity.to(WAN_YUAN).number, WAN_YUAN).rounded(max(other.decimals, _USUAL_DECIMALS))
        text += f"（{render_quantity(said)}）"
    return text


def _number(written: str) -> Decimal:
    return Decimal(re.sub(r"[,，]", "", written))
