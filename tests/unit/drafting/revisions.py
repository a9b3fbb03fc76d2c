"""Drafts from amounts, built as a writer would, and ways to damage a figure in one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from service.calculation.evidence import Operand, Place
from service.domain.coordinate import Stage
from service.domain.quantity import round_half_up
from service.drafting.draft import (
    Draft,
    DraftFigure,
    DraftReason,
    DraftTable,
    Gap,
    GapKind,
    Paragraph,
    Section,
    Sentence,
)

OFFICE = "云溪市示例局"
_SLOT = re.compile(r"\{\{(.*?)\}\}|<<(.*?)>>|【待补充：(.*?)】")
_VALUE = re.compile(r"(-?[0-9.]*)(.*)")


def a_sentence(marked: str) -> Sentence:
    """Return a sentence whose figures stand in {{ }} and reasons in << >>; gaps are found by their sign."""
    text, figures, reasons, gaps = "", list[DraftFigure](), list[DraftReason](), list[Gap]()
    at = 0
    for found in _SLOT.finditer(marked):
        text += marked[at : found.start()]
        at = found.end()
        start = len(text)
        said = found[1] or found[2] or found[0]
        text += said
        if found[1]:
            value, unit = _VALUE.fullmatch(said).groups()  # type: ignore[union-attr]
            unit = "" if not value else unit
            proof = Operand("支出", value, unit, "printed", "已验证", Place("d1", quote=value))
            figures.append(DraftFigure(start, len(text), said, "支出", value, unit, value, "支出", "", "printed", (), (proof,)))
        elif found[2]:
            reasons.append(DraftReason(start, len(text), "支出", said, "第1行"))
        else:
            gaps.append(Gap(GapKind.REASON, found[3], start, len(text)))
    return Sentence("", text + marked[at:], tuple(figures), tuple(reasons), tuple(gaps))


def a_draft(*sections: tuple[str, Sequence[Sequence[str]]], table: Sequence[Sequence[str]] = ()) -> Draft:
    """Return a draft of sections (heading, paragraphs of marked sentences), numbered; a table may follow the last."""
    count = 0

    def numbered(marked: str) -> Sentence:
        nonlocal count
        count += 1
        made = a_sentence(marked)
        return Sentence(f"S{count}", made.text, made.figures, made.reasons, made.gaps)

    out = []
    for n, (title, paragraphs) in enumerate(sections):
        made = [Paragraph(tuple(numbered(s) for s in p)) for p in paragraphs]
        if table and n == len(sections) - 1:
            cells = tuple(tuple(numbered(c) for c in row) for row in table)
            made.append(Paragraph(table=DraftTable("支出构成表", "万元", ("项目", "金额", "占比"), cells)))
        out.append(Section(f"{'一二三四五六七八九'[n]}、", title, 1, tuple(made)))
    return Draft(f"{OFFICE}2024年部门预算情况说明", OFFICE, 2024, Stage.BUDGET, "henan", "预算数", tuple(out))


def a_budget(basic: Decimal, project: Decimal, before: Decimal, cars: int) -> Draft:
    """Return a draft of a small budget with totals, parts, shares, changes, a count and a table."""
    total = basic + project
    share = round_half_up(basic / total * 100, 2) if total else Decimal(0)
    rest = 100 - share if total else Decimal(0)
    return a_draft(
        (
            "收入支出预算总体情况说明",
            [[
                f"{OFFICE}2024年收入总计{{{{{total}万元}}}}，支出总计{{{{{total}万元}}}}，",
                f"与2023年预算相比，收入{_change(total, before)}，主要原因：<<机构改革，人员经费增加，会议压减>>；",
                f"支出{_change(total, before)}，主要原因：<<机构改革>>。",
            ]],
        ),
        (
            "支出预算总体情况说明",
            [[
                f"{OFFICE}2024年支出合计{{{{{total}万元}}}}，其中：基本支出{{{{{basic}万元}}}}，占{{{{{share}%}}}}；",
                f"项目支出{{{{{project}万元}}}}，占{{{{{rest}%}}}}。",
            ]],
        ),
        (
            "国有资产占用情况",
            [
                [f"2023年期末，共有车辆{{{{{cars}辆}}}}，单价50万元以上设备{{{{0台（套）}}}}。"],
                ["公务接待费预算数与2023年{{持平}}。", "主要原因：【待补充：公务接待费增减的原因】。"],
            ],
        ),
        table=[["基本支出", f"{{{{{basic}}}}}", f"{{{{{share}%}}}}"], ["项目支出", f"{{{{{project}}}}}", f"{{{{{rest}%}}}}"]],
    )  # fmt: skip


def _change(now: Decimal, then: Decimal) -> str:
    if now == then:
        return "与上年{{持平}}"
    up = now > then
    amount = f"{'增加' if up else '减少'}{{{{{abs(now - then)}万元}}}}"
    if not then:
        return amount
    return f"{amount}，{'增长' if up else '下降'}{{{{{round_half_up(abs(now - then) / then * 100, 2)}%}}}}"


def lines_of(draft: Draft) -> list[str]:
    """Return a draft as lines, a table's rows with tabs."""
    lines = [draft.title]
    for section in draft.sections:
        lines.append(section.heading)
        for paragraph in section.paragraphs:
            if paragraph.table is None:
                lines.append(paragraph.text)
                continue
            table = paragraph.table
            lines += [f"{table.title}（单位：{table.unit}）", "\t".join(table.columns)]
            lines += ["\t".join(c.text for c in row) for row in table.cells]
    return lines


#: (sentence, start, end) of every figure, in the order of the draft.
Spot = tuple[Sentence, DraftFigure]


def spots_of(draft: Draft) -> list[Spot]:
    """Return every figure with its sentence."""
    return [(s, f) for s in draft.sentences() for f in s.figures]


def put(draft: Draft, spot: Spot, text: str) -> list[str]:
    """Return the lines of a draft in which *text* stands in place of a figure."""
    return put_all(draft, [(spot, text)])


def put_all(draft: Draft, edits: Sequence[tuple[Spot, str]]) -> list[str]:
    """Return the lines of a draft in which texts stand in place of figures."""
    changed = {s.id: s.text for s in draft.sentences()}
    for (sentence, figure), text in sorted(edits, key=lambda e: -e[0][1].start):
        said = changed[sentence.id]
        changed[sentence.id] = said[: figure.start] + text + said[figure.end :]
    return _written(draft, changed.__getitem__)


def rewrite(draft: Draft, sentence: Sentence, text: str) -> list[str]:
    """Return the lines of a draft in which a sentence reads *text*."""
    return _written(draft, lambda i: text if i == sentence.id else next(s.text for s in draft.sentences() if s.id == i))


def _written(draft: Draft, text_of: Callable[[str], str]) -> list[str]:
    lines = [draft.title]
    for section in draft.sections:
        lines.append(section.heading)
        for paragraph in section.paragraphs:
            if paragraph.table is None:
                lines.append("".join(text_of(s.id) for s in paragraph.sentences))
                continue
            table = paragraph.table
            lines += [f"{table.title}（单位：{table.unit}）", "\t".join(table.columns)]
            lines += ["\t".join(text_of(c.id) for c in row) for row in table.cells]
    return lines
