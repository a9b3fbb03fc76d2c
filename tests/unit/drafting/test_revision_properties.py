"""For drafts from random amounts: no damage to a figure goes unseen, and what was not edited is not complained of."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from service.domain.finding import Severity
from service.drafting.draft import Draft
from service.drafting.editing.tokens import Sort, read_tokens
from service.drafting.revision import ChangeKind, revise
from tests.unit.drafting.revisions import Spot, a_budget, lines_of, put, put_all, rewrite, spots_of

_AMOUNTS = st.one_of(
    st.integers(0, 30), st.integers(0, 10**7), st.just(0)
).map(lambda n: Decimal(n).scaleb(-2).quantize(Decimal("0.01")))  # fmt: skip
BUDGETS = st.builds(a_budget, _AMOUNTS, _AMOUNTS, _AMOUNTS, st.integers(0, 30))
_WIDE = str.maketrans("0123456789.%", "０１２３４５６７８９．％")
_FLIPS = {"增加": "减少", "减少": "增加", "增长": "下降", "下降": "增长", "持平": "增加"}
_UNITS = {"万元": "元", "%": "个百分点", "辆": "台", "台（套）": "辆", "": "万元"}
_UNSAFE = ("figure-changed-by-hand", "figure-moved-by-hand", "figure-removed-by-hand", "direction-changed-by-hand")


def _means(text: str) -> list[str]:
    return [f"{t.sort} {t.key}" for t in read_tokens(text, 2024) if t.sort is not Sort.WORD]


def _is_seen(draft: Draft, lines: list[str]) -> bool:
    revision = revise(draft, lines, None, ())
    return any(f.code in _UNSAFE for f in revision.findings) and not revision.is_unchanged


@st.composite
def _at_a_figure(draw: st.DrawFn) -> tuple[Draft, Spot]:
    draft = draw(BUDGETS)
    return draft, draw(st.sampled_from(spots_of(draft)))


@st.composite
def _damaged(draw: st.DrawFn) -> tuple[Draft, Spot, str]:
    """A draft, one of its figures that has digits, and what stands in its place."""
    draft, spot = draw(_at_a_figure())
    text, value, unit = spot[1].text, spot[1].value, spot[1].unit
    assume(value)
    kind = draw(st.sampled_from(["digit", "point", "unit", "deleted", "digits", "sign", "percent", "swapped digits"]))
    if kind == "digit":
        at = draw(st.sampled_from([i for i, c in enumerate(value) if c.isdigit()]))
        return draft, spot, value[:at] + draw(st.sampled_from("0123456789")) + value[at + 1 :] + unit
    if kind == "point":
        moved = Decimal(value).scaleb(draw(st.sampled_from([-2, -1, 1, 2])))
        return draft, spot, f"{moved:f}{unit}"
    if kind == "unit":
        return draft, spot, value + _UNITS[unit]
    if kind == "deleted":
        return draft, spot, draw(st.sampled_from(["", unit]))
    if kind == "digits":
        return draft, spot, f"{draw(st.integers(0, 99999))}{unit}"
    if kind == "sign":
        return draft, spot, f"-{text}"
    if kind == "percent":
        return draft, spot, value
    at = draw(st.integers(0, len(value) - 1))
    return draft, spot, value[:at] + value[at : at + 2][::-1] + value[at + 2 :] + unit


@settings(max_examples=400, deadline=None)
@given(_damaged())
def test_every_damaged_figure_is_seen(damaged: tuple[Draft, Spot, str]) -> None:
    """A digit changed, the point moved, the unit changed, a sign put, percent dropped, deleted: reported."""
    draft, spot, text = damaged
    assume(_means(text) != _means(spot[1].text))

    assert _is_seen(draft, put(draft, spot, text))


@settings(max_examples=150, deadline=None)
@given(BUDGETS, st.data())
def test_two_figures_swapped_are_seen(draft: Draft, data: st.DataObject) -> None:
    """Two figures of different value in each other's place are reported, in one sentence or two."""
    spots = spots_of(draft)
    one, other = data.draw(st.lists(st.sampled_from(range(len(spots))), min_size=2, max_size=2, unique=True))
    a, b = spots[one], spots[other]
    assume(_means(a[1].text) != _means(b[1].text))

    assert _is_seen(draft, put_all(draft, [(a, b[1].text), (b, a[1].text)]))


@settings(max_examples=150, deadline=None)
@given(BUDGETS, st.data())
def test_every_direction_turned_round_is_seen(draft: Draft, data: st.DataObject) -> None:
    """增加 ↔ 减少, 增长 ↔ 下降, 持平 → 增加: reported wherever a figure or a comparison says it."""
    found = [
        (sentence, m) for sentence in draft.sentences() for m in re.finditer("|".join(_FLIPS), sentence.text)
        if not any(r.start <= m.start() < r.end for r in sentence.reasons)
    ]  # fmt: skip
    sentence, word = data.draw(st.sampled_from(found))
    text = sentence.text[: word.start()] + _FLIPS[word[0]] + sentence.text[word.end() :]

    assert _is_seen(draft, rewrite(draft, sentence, text))


@settings(max_examples=100, deadline=None)
@given(BUDGETS, st.data())
def test_every_year_changed_is_seen(draft: Draft, data: st.DataObject) -> None:
    """2023年 → 2022年: reported."""
    found = [(s, m) for s in draft.sentences() for m in re.finditer("20[0-9]{2}(?=年)", s.text)]
    sentence, year = data.draw(st.sampled_from(found))
    text = sentence.text[: year.start()] + str(int(year[0]) - data.draw(st.sampled_from([1, -1, 10]))) + sentence.text[year.end() :]

    codes = {f.code for f in revise(draft, rewrite(draft, sentence, text), None, ()).findings}
    assert "year-changed-by-hand" in codes


@settings(max_examples=100, deadline=None)
@given(BUDGETS, st.data())
def test_a_sentence_taken_out_is_seen(draft: Draft, data: st.DataObject) -> None:
    """Figures that go with their sentence are named."""
    sentence = data.draw(st.sampled_from([s for s in draft.sentences() if s.figures]))

    assert _is_seen(draft, rewrite(draft, sentence, ""))


def _markdown(lines: list[str]) -> list[str]:
    out = [f"# {lines[0]}"]
    for line in lines[1:]:
        if "\t" in line:
            out.append(f"| {' | '.join(line.split(chr(9)))} |")
            out += ["|---|---|---|"] if line.startswith("项目\t金额") else []
        elif re.match("[一二三]、", line):
            out += ["", f"## **{line}**", ""]
        else:
            out.append(re.sub(r"([0-9.]+)(万元)", r"**\1**\2", line))
    return [*out, "", "## 数据来源", "| 序号 | 数字 |", "|---|---|", "| 1 | 12345.67万元 |"]


def _wrapped(lines: list[str], width: int) -> list[str]:
    out: list[str] = []
    for line in lines:
        long = "。" in line and "\t" not in line
        out += [line[k : k + width] for k in range(0, len(line), width)] if long else [line]
    return out


def _split(lines: list[str]) -> list[str]:
    return [part for line in lines for part in re.split("(?<=[。])", line) if part]


def _joined(lines: list[str]) -> list[str]:
    out: list[str] = []
    for line in lines:
        if out and out[-1].endswith("。") and line.endswith("。"):
            out[-1] += line
        else:
            out.append(line)
    return out


@settings(max_examples=60, deadline=None)
@given(BUDGETS, st.integers(12, 40))
@pytest.mark.parametrize(
    "way", ["plain", "markdown", "wrapped", "split", "joined", "wide digits", "spaces", "no table", "cells"]
)
def test_what_was_not_edited_is_not_complained_of(way: str, draft: Draft, width: int) -> None:
    """The text handed in as it was, however it is set, gives no finding, and all sentences are unchanged and locked."""
    lines = lines_of(draft)
    edited = {
        "plain": lambda: lines,
        "markdown": lambda: _markdown(lines),
        "wrapped": lambda: _wrapped(lines, width),
        "split": lambda: _split(lines),
        "joined": lambda: _joined(lines),
        "wide digits": lambda: [line.translate(_WIDE) for line in lines],
        "spaces": lambda: [re.sub("([0-9.]+)", r" \1 ", line) for line in lines],
        "no table": lambda: [line for line in lines if "\t" not in line and "支出构成表" not in line],
        "cells": lambda: [cell for line in lines for cell in line.split("\t")],
    }[way]()

    revision = revise(draft, edited, None, ())

    assert revision.findings == ()
    assert {c.kind for c in revision.changes} == {ChangeKind.UNCHANGED}
    assert not revision.resolved
    assert [f.label for s in revision.sentences for f in s.figures] == [f.label for _, f in spots_of(draft)]
    assert all(s.text[f.start : f.end] == f.text for s in revision.sentences for f in s.figures)
    assert all(f.operands for s in revision.sentences for f in s.figures)
    assert len(revision.draft.gaps) == len(draft.gaps)
    if way in {"plain", "markdown", "cells", "no table"}:
        assert revision.draft == draft


@settings(max_examples=60, deadline=None)
@given(BUDGETS, st.sampled_from(["yuan", "trailing zeros", "grouped"]))
def test_a_figure_written_otherwise_is_the_same_figure(draft: Draft, way: str) -> None:
    """413.20万元, 413.200万元, 4132000元 and 4,132,000.00元 are one figure: no error."""
    edits = []
    for spot in spots_of(draft):
        if spot[1].unit == "万元":
            value = Decimal(spot[1].value)
            text = {"yuan": f"{value * 10000:.0f}元", "trailing zeros": f"{value}0万元", "grouped": f"{value * 10000:,.2f}元"}[way]
            edits.append((spot, text))

    revision = revise(draft, put_all(draft, edits), None, ())

    assert not [f for f in revision.findings if f.severity is not Severity.NOTE]
    assert [f.label for s in revision.sentences for f in s.figures] == [f.label for _, f in spots_of(draft)]


@settings(max_examples=60, deadline=None)
@given(_damaged())
def test_what_is_open_stays_open_until_something_vouches_for_it(damaged: tuple[Draft, Spot, str]) -> None:
    """Handing in a version with an unsupported figure a second time does not make the figure good."""
    draft, spot, text = damaged
    assume(_means(text) and _means(text) != _means(spot[1].text))
    first = revise(draft, put(draft, spot, text), None, ())
    assume(first.errors)

    second = revise(first.draft, lines_of(first.draft), None, ())

    assert second.errors == first.errors
    assert {f.code for f in second.findings if f.severity is Severity.ERROR} <= {
        *(f.code for f in first.findings), "figure-changed-by-hand",
    }  # fmt: skip
