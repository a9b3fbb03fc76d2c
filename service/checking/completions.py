"""Final accounts against the budget: 完成率 and whether 决算数 is above or below 预算数."""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.checking.arithmetic import is_cut_off, meet, off_by_last_digit, share_of, shown
from service.checking.claims import Claim, Objection, interval_of
from service.domain.coordinate import Stage
from service.domain.finding import Severity
from service.domain.quantity import Kind
from service.numerals import render_quantity

_COMPLETED = re.compile(r"完成(?:了)?(?:年初|全年|调整后?)?的?预算数?的?(?:约|为)?$")
_COMPARED = re.compile(
    r"(?:支出)?决算数?(?:(大于|小于|高于|低于|多于|少于|等于)|与)(?:年初|全年|调整后?)?预算数?(持平|相同|一致)?"
)
_SIGN = {
    "大于": 1, "高于": 1, "多于": 1, "小于": -1, "低于": -1, "少于": -1, "等于": 0,
    "持平": 0, "相同": 0, "一致": 0,
}  # fmt: skip
_WORD = {1: "大于", -1: "小于", 0: "等于"}


def judge_completions(groups: Sequence[Sequence[Claim]], claims: Sequence[Claim], document: str) -> None:
    """Judge what a text says of final figures beside budgeted ones (D16, D17)."""
    for group in groups:
        levels = [c for c in group if c.is_level and c.coordinates and c.quantity.unit.kind is Kind.MONEY]
        budget = next((c for c in levels if c.coordinates[0].stage in {Stage.BUDGET, Stage.ADJUSTED}), None)
        final = next((c for c in levels if c.coordinates[0].stage is Stage.FINAL), None)
        if budget is None or final is None or budget.place != final.place:
            continue
        after = [c for c in claims if c.place == final.place and c.start > final.start]
        following = next((c for c in after if c.is_level), None)
        for claim in after:
            if following is not None and claim.start > following.start:
                break
            if claim.aspect is None and _COMPLETED.search(claim.paragraph.text[: claim.start]):
                _judge_rate(claim, final, budget, document)
        _judge_word(final, budget, following, document)


def _judge_rate(claim: Claim, final: Claim, budget: Claim, document: str) -> None:
    may = share_of(final.interval, budget.interval)
    if may is None or claim.quantity.unit.kind is not Kind.RATIO:
        return
    value = final.exact.base / budget.exact.base
    said = shown(value, claim.quantity.unit, claim.quantity.decimals)
    working = f"{render_quantity(final.quantity)} ÷ {render_quantity(budget.quantity)} = {render_quantity(said)}"
    places = (final.source(document), budget.source(document))
    if meet(interval_of(claim.quantity), may):
        claim.support(working, *places)
        budget.support(working, claim.source(document))
        return
    slight = is_cut_off(claim.quantity, value) or off_by_last_digit(claim.quantity, said)
    claim.objection = Objection(
        "last-digit-differs" if slight else "rate-does-not-follow", Severity.WARNING if slight else Severity.ERROR,
        f"完成率文中写{claim.text}，按数字应为{render_quantity(said)}（{working}）。", render_quantity(said), working, places,
    )  # fmt: skip


def _judge_word(final: Claim, budget: Claim, following: Claim | None, document: str) -> None:
    """Judge 「决算数小于预算数」 by the two figures before it."""
    text = final.paragraph.text
    end = following.start if following is not None else len(text)
    found = _COMPARED.search(text, final.end, end)
    if found is None or final.objection is not None:
        return
    difference = final.quantity.base - budget.quantity.base
    sign = 1 if difference > 0 else -1 if difference < 0 else 0
    word = found.group(1) or found.group(2)
    if word is None or _SIGN[word] == sign:
        if word:
            budget.support(f"“{found.group()}”与两数相符", final.source(document))
        return
    final.objection = Objection(
        "direction-wrong", Severity.ERROR,
        f"文中写“{found.group()}”，而预算数{budget.text}，决算数{final.text}，应为决算数{_WORD[sign]}预算数。",
        f"{_WORD[sign]}预算数", "", (budget.source(document),),
    )  # fmt: skip
