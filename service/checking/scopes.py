"""Parts listed in one sentence that add up to a printed total of more money than the tables they were held against."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from service.checking.arithmetic import meet, sum_of
from service.checking.book import Book
from service.checking.claims import Claim, interval_of
from service.checking.words import Words
from service.domain.quantity import Kind
from service.numerals import render_quantity

#: Objections that rest on a cell which may be of other money than the figure.
_BY_A_CELL = frozenset({"figure-differs-from-table", "last-digit-differs", "figure-not-in-its-rows"})
_STOP = re.compile(r"[。！？；;]")
_FEWEST = 3


def spare_lists_of_other_money(claims: Sequence[Claim], book: Book, words: Words) -> None:
    """Take back objections to parts that together are a printed total, where the tables they differ from have no such figure.

    Spending by economic class is often printed for 一般公共预算 or 基本支出 only, and told for all money. A list that adds up
    to the total of all money is not wrong by the cells of a table of less.
    """
    for parts in _lists(claims):
        doubted = [c for c in parts if c.objection is not None and c.objection.code in _BY_A_CELL]
        held_against = [s for c in doubted if c.objection for s in c.objection.others]
        together = sum_of([interval_of(c.full) for c in parts])
        if not held_against or any(meet(together, interval_of(q)) for s in held_against for q in book.beside(s)):
            continue
        whole = next((p for p in book.totals() if meet(together, interval_of(p.quantity))), None)
        if whole is None:
            continue
        for claim in doubted:
            claim.objection, claim.known = None, None
            claim.evidence.clear()
        for claim in (c for c in parts if c.is_open):
            claim.support(
                f"{'＋'.join(render_quantity(c.quantity) for c in parts)}与{words.place(whole.sources)}的{render_quantity(whole.quantity)}相符",
                *whole.sources,
            )


def _lists(claims: Sequence[Claim]) -> Iterator[list[Claim]]:
    """Yield the amounts of each sentence that lists several, nothing but amounts between them."""
    for _, same in groupby(claims, key=lambda c: c.place):
        run: list[Claim] = []
        for claim in same:
            is_part = claim.is_level and claim.quantity.unit.kind is Kind.MONEY
            if run and (not is_part or _STOP.search(claim.paragraph.text, run[-1].end, claim.start)):
                if len(run) >= _FEWEST:
                    yield run
                run = []
            if is_part:
                run.append(claim)
        if len(run) >= _FEWEST:
            yield run
