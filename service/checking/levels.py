"""Amounts and numbers of the text against the cells of the tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from service.checking.arithmetic import off_by_last_digits
from service.checking.book import Book, Printed, agrees, closest, nearly
from service.checking.claims import Claim, Objection
from service.checking.words import Words
from service.domain.coordinate import Coordinate
from service.domain.finding import Severity
from service.domain.quantity import YUAN, Kind, Quantity
from service.numerals import render_quantity

#: What may stand between the name of a row and its amount.
_FILLER = re.compile(r"(?:了|约|共计?|为|是|数|额|分别|合计|预算|安排|支出|资金|金额|达|到|至|[:：，,、（(]|[)）])+$")
_NAME = re.compile(r"[^，,；;。：:、\d（()）]+$")
#: Digits so few agree by chance.
_TELLING_DIGITS = 3
_USUAL_DECIMALS = 2
_MOST_COLUMNS = 8
#: A figure within one part in so many of a printed one is meant to be that one.
_NEAR = 100
_UNITS_MIXED = "，疑为元与万元混用"


def judge_levels(claims: Sequence[Claim], book: Book, words: Words) -> None:
    """Judge the amounts and numbers that have a cell."""
    for claim in claims:
        if claim.is_level:
            _judge(claim, book, words)


def _judge(claim: Claim, book: Book, words: Words) -> None:
    stated = claim.quantity
    found = [(c, book.at(c)) for c in claim.coordinates]
    wrong: list[tuple[Coordinate, Printed]] = []
    for coordinate, printed in found:
        comparable = [p for p in printed if p.quantity.unit.kind is stated.unit.kind]
        same = next((p for p in comparable if agrees(stated, p.quantity)), None)
        if same is not None:
            _settle(claim, same, words)
        elif comparable:
            wrong.append((coordinate, _closest_of_periods(claim, coordinate, closest(stated, comparable), book)))
    if claim.settled and not wrong:
        return
    blank = None if wrong else next((b for c in claim.coordinates if (b := book.blank_at(c))), None)
    if blank is not None and not stated.number:
        claim.settled = True
        claim.support(f"{words.place((blank,))}：表中为空白", blank)
        return
    if claim.settled:
        claim.supports.clear()  # right for one of two coordinates is not right
    elif _is_borne_out(claim, book, words):
        return
    if blank is not None:
        claim.evidence.append(blank)
        claim.objection = Objection(
            "figure-differs-from-table", Severity.ERROR,
            f"{words.subject(claim.coordinates[0])}文中写{claim.text}，{words.place((blank,))}是空白。", "空白", "", (blank,),
        )  # fmt: skip
        return
    if not wrong:
        if not _by_own_cells(claim, book, words):
            _by_name(claim, book, words)
        return
    coordinate, nearest = wrong[0]
    if not nearest.exact:
        claim.settled = False
        _by_own_cells(claim, book, words)
        return
    claim.known = nearest.quantity
    claim.evidence += nearest.sources
    claim.objection = _objection(claim, coordinate, nearest, words)


def _closest_of_periods(claim: Claim, coordinate: Coordinate, nearest: Printed, book: Book) -> Printed:
    """Return what a wrong total was most likely meant to be: the income of a fund with or without what was carried over."""
    if not nearest.exact or coordinate.measure != "收入" or coordinate.get("fund") is None:
        return nearest
    periods = [replace(p, exact=True) for p in book.periods_of(coordinate) if p.quantity.unit.kind is claim.quantity.unit.kind]
    return closest(claim.quantity, [nearest, *periods])


def _settle(claim: Claim, printed: Printed, words: Words) -> None:
    claim.settled = True
    if claim.known is None or printed.quantity.decimals >= claim.known.decimals:
        claim.known = printed.quantity
    claim.support(f"{words.place(printed.sources)}：{render_quantity(printed.quantity)}", *printed.sources[:4])


def _is_borne_out(claim: Claim, book: Book, words: Words) -> bool:
    """Whether a cell that the words may mean prints the figure: of the same item, or of a row named just before it."""
    kin = [p for c in claim.coordinates for p in (*_kin(claim, c, book), *book.periods_of(c), *book.sums_of(c, _said(claim) if claim.is_marked else None))]
    named = []
    if _is_of(claim, book.year) and not (claim.is_marked and kin):
        named = [
            p for name in (_name(claim), *book.names_within(_lead(claim))) for p in book.named(name)
            if not any(book.is_of_class_above(p, c) for c in claim.coordinates)
        ]  # fmt: skip
    telling = len(claim.quantity.number.as_tuple().digits) >= _TELLING_DIGITS
    pools = (kin, named) if telling or not claim.quantity.number else (kin, [])
    for printed in (p for pool in pools for p in pool):
        if agrees(claim.quantity, printed.quantity):
            _settle(claim, printed, words)
            return True
    return False


def _kin(claim: Claim, coordinate: Coordinate, book: Book) -> list[Printed]:
    """Return the cells of the same item; of one named by its level those alone that its words name."""
    if not claim.is_marked:
        return book.kin_of(coordinate)
    return book.own_of(coordinate, _said(claim))


def _said(claim: Claim) -> str:
    """Return the words that may name a part of an item's money: the headings and what stands before the figure."""
    return "".join((*claim.paragraph.section, claim.paragraph.text[: claim.start]))


def _by_own_cells(claim: Claim, book: Book, words: Words) -> bool:
    """Doubt a figure of a class named by its level that the tables print under single funds only, none with this amount."""
    printed = [
        p for c in claim.coordinates if claim.is_marked for p in book.own_of(c, _said(claim), of_all_units=True)
        if p.quantity.unit.kind is claim.quantity.unit.kind
    ]  # fmt: skip
    values = {p.quantity.base: p for p in printed}
    if not values or len(values) > _MOST_COLUMNS:
        return False
    sources = tuple(s for p in values.values() for s in p.sources)
    shown = "、".join(render_quantity(p.quantity) for p in values.values())
    claim.evidence += sources
    claim.objection = Objection(
        "figure-not-in-its-rows", Severity.WARNING,
        f"{words.subject(claim.coordinates[0])}文中写{claim.text}，表中这一科目印的是{shown}，没有一个相同。",
        "", f"{words.place(sources)}：{shown}", sources,
    )  # fmt: skip
    return True


def _is_of(claim: Claim, year: int) -> bool:
    """Whether a claim is about the budget year, as far as its words tell."""
    if claim.coordinates:
        return claim.coordinates[0].year == year
    statement = claim.statement
    return statement is not None and not statement.years_back and statement.year in {0, year}


def _lead(claim: Claim) -> str:
    """Return the words that may name what a figure is of: those since the last figure, else the heading."""
    statement = claim.statement
    start = statement.lead if statement else claim.start
    lead = claim.paragraph.text[start : claim.start]
    return lead if re.search(r"[\u4e00-\u9fff]{3}", lead) else f"{claim.paragraph.heading}{lead}"


def _name(claim: Claim) -> str:
    """Return the words right before a figure: 「差旅费10万元」."""
    start = claim.statement.lead if claim.statement else claim.start
    found = _NAME.search(_FILLER.sub("", claim.paragraph.text[start : claim.start]))
    return found.group() if found else ""


def _by_name(claim: Claim, book: Book, words: Words) -> None:
    """Object to a figure whose words are the very name of a row that prints one other amount."""
    statement = claim.statement
    if statement is None or not _is_of(claim, book.year) or claim.quantity.unit.kind is not Kind.MONEY:
        return
    name = _name(claim)
    printed = [
        p for p in book.named(name)
        if p.quantity.unit.kind is Kind.MONEY and p.quantity.number and p.exact
    ]  # fmt: skip
    values = {p.quantity.base for p in printed}
    if not printed or len(values) > _MOST_COLUMNS:
        return
    nearest = closest(claim.quantity, printed)
    if agrees(claim.quantity, nearest.quantity):
        _settle(claim, nearest, words)
        return
    claim.evidence += nearest.sources
    is_near = abs(nearest.quantity.base - claim.quantity.base) * _NEAR <= nearest.quantity.base
    if len(values) == 1 or is_near:
        claim.known = nearest.quantity
        made = _objection(claim, None, nearest, words, subject=name)
        claim.objection = made if len(values) == 1 else replace(made, severity=Severity.WARNING)
        return
    shown = "、".join(render_quantity(p.quantity) for p in {p.quantity.base: p for p in printed}.values())
    claim.objection = Objection(
        "figure-not-in-its-rows", Severity.WARNING,
        f"{name}文中写{claim.text}，表中名为“{nearest.sources[0].row_label}”的各行印的是{shown}，没有一个相同。",
        "", "", nearest.sources,
    )  # fmt: skip


def _objection(
    claim: Claim, coordinate: Coordinate | None, printed: Printed, words: Words, *, subject: str = ""
) -> Objection:
    stated = claim.quantity
    what = subject or (words.subject(coordinate) if coordinate else "")
    expected = printed.quantity.to(stated.unit) if stated.unit.kind is Kind.MONEY else printed.quantity
    most = max(stated.decimals, _USUAL_DECIMALS)
    shown = render_quantity(expected.rounded(most) if expected.decimals > most else expected)
    slip = _slip(stated, printed.quantity)
    if slip == _UNITS_MIXED and stated.unit.scale < printed.quantity.unit.scale:
        shown = render_quantity(printed.quantity)
    working = f"{words.place(printed.sources)}：{render_quantity(printed.quantity)}"
    if nearly(stated, printed.quantity) or off_by_last_digits(stated, printed.quantity):
        return Objection(
            "last-digit-differs", Severity.WARNING,
            f"{what}文中写{claim.text}，表中是{shown}，只差末位；如系四舍五入的尾差，请让文字与表一致。",
            shown, working, printed.sources,
        )  # fmt: skip
    return Objection(
        "figure-differs-from-table", Severity.ERROR,
        f"{what}文中写{claim.text}，表中是{shown}{slip}。", shown, working, printed.sources,
    )  # fmt: skip


def _slip(stated: Quantity, printed: Quantity) -> str:
    """Say what kind of slip explains the difference."""
    if stated.unit.kind is not Kind.MONEY or not printed.number or not stated.number:
        return ""
    if stated.unit != printed.unit or stated.unit == YUAN:
        ratio = stated.base / printed.base
        if ratio in {10_000, 1} or abs(ratio * 10_000 - 1) * 1000 < 1 or abs(ratio / 10_000 - 1) * 1000 < 1:
            return _UNITS_MIXED
    digits, others = (format(abs(q.number), "f").replace(".", "").strip("0") for q in (stated, printed.to(stated.unit)))
    if digits == others:
        return "，疑为小数点错位"
    if sorted(digits) == sorted(others):
        return "，疑为数字顺序颠倒"
    if len(digits) == len(others) + 1 and any(digits[:i] + digits[i + 1 :] == others for i in range(len(digits))):
        return "，疑为多写了一位数字"
    return ""
