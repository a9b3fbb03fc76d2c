"""What speaks against a figure although no other figure contradicts it: its year, its unit, its size."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from service.checking.book import Book, agrees
from service.checking.claims import Claim, Objection
from service.checking.words import Words
from service.domain.finding import Severity
from service.domain.quantity import WAN_YUAN, YUAN, Kind
from service.numerals import render_quantity

#: Prices and rates are in 元 wherever the budget is in 万元.
_PER = re.compile(r"人均|单价|标准|每[人月年天日次辆台]|/")
_TELLING_DIGITS = 3
#: Of ten amounts, at least so many in one unit make it the unit of the text.
_MOST_OF_TEN = 8
_ENOUGH_AMOUNTS = 5
#: An amount in 元 with cents below this in a text in 万元 has lost its 万.
_LARGE_YUAN = 1_000_000


def doubt_years(claims: Sequence[Claim], book: Book, words: Words, year: int) -> None:
    """Object to a year that the figure does not belong to: the amount is that of the budget year."""
    stated = {
        (c.place, c.coordinates[0].measure, c.coordinates[0].members, c.coordinates[0].year)
        for c in claims
        if c.is_level and c.is_bound
    }
    for claim in claims:
        statement = claim.statement
        if statement is None or not statement.year or statement.year == year or not claim.is_bound:
            continue
        if claim.settled or claim.objection is not None:
            continue
        coordinate = claim.coordinates[0]
        if not claim.is_level or claim.quantity.unit.kind is not Kind.MONEY or abs(statement.year - year) != 1:
            continue
        if len(claim.quantity.number.as_tuple().digits) < _TELLING_DIGITS or book.at(coordinate):
            continue
        own = replace(coordinate, year=year)
        printed = [p for p in book.at(own) if p.exact and agrees(claim.quantity, p.quantity)]
        unchanged = statement.year < year and (claim.place, coordinate.measure, coordinate.members, year) in stated
        if printed and not unchanged:
            claim.evidence += printed[0].sources
            claim.objection = Objection(
                "year-wrong", Severity.ERROR,
                f"{claim.text}是{words.subject(own)}的数，文中写成{statement.year}年。", f"{year}年",
                f"{words.place(printed[0].sources)}：{render_quantity(printed[0].quantity)}", printed[0].sources,
            )  # fmt: skip


def doubt_units(claims: Sequence[Claim]) -> None:
    """Object to an amount in 元 in a text whose amounts are in 万元, and the reverse."""
    money = [c for c in claims if c.quantity.unit.kind is Kind.MONEY and not _is_word(c)]
    units = Counter(c.quantity.unit.symbol for c in money)
    if len(money) < _ENOUGH_AMOUNTS:
        return
    usual, count = units.most_common(1)[0]
    if count * 10 < len(money) * _MOST_OF_TEN:
        return
    for claim in money:
        quantity = claim.quantity
        if not claim.is_open or quantity.unit.symbol == usual or not quantity.number:
            continue
        if _PER.search(claim.paragraph.text[max(0, claim.start - 12) : claim.end + 2]):
            continue
        small = abs(quantity.number) < _LARGE_YUAN and (quantity.decimals or claim.is_bound)
        lost = usual == WAN_YUAN.symbol and quantity.unit == YUAN and small
        gained = usual == YUAN.symbol and quantity.unit == WAN_YUAN and abs(quantity.base) >= _LARGE_YUAN * 10_000
        if lost or gained:
            claim.objection = Objection(
                "unit-odd", Severity.WARNING, f"全文金额以{usual}为单位，此处写{claim.text}，疑为单位写错。", usual
            )


def _is_word(claim: Claim) -> bool:
    """Whether it is no amount: 「持平」."""
    return not any(c.isdigit() for c in claim.text)


def doubt_sizes(claims: Sequence[Claim], book: Book, words: Words) -> None:
    """Judge the money that performance goals are set for by what there is for projects (C20: ≤ 项目支出)."""
    for claim in claims:
        about = "绩效" in claim.paragraph.heading or "绩效目标" in claim.paragraph.text[max(0, claim.start - 60) : claim.start]
        if not about or not claim.is_open or claim.quantity.unit.kind is not Kind.MONEY or not claim.is_level:
            continue
        printed = [*book.total("支出", nature="项目支出"), *book.total("支出")]
        if not printed:
            continue
        same = next((p for p in printed if agrees(claim.quantity, p.quantity)), None)
        of_projects = "项目" in claim.sentence and "整体" not in claim.sentence
        most = book.total("支出", nature="项目支出") if of_projects else book.total("支出")
        largest = max(most, key=lambda p: p.quantity.base, default=None)
        if same is not None:
            claim.settled = True
            claim.support(f"{words.place(same.sources)}：{render_quantity(same.quantity)}", *same.sources)
        elif largest is not None and claim.interval[0] > largest.quantity.base:
            claim.objection = Objection(
                "performance-exceeds-projects", Severity.ERROR,
                f"绩效目标涉及的资金{claim.text}，多于{'项目支出' if of_projects else '支出合计'}{render_quantity(largest.quantity)}。",
                f"≤{render_quantity(largest.quantity)}", words.place(largest.sources), largest.sources,
            )  # fmt: skip
