"""Drafts made by hand: an invented office, figures with places, a reason, gaps, a table."""

from __future__ import annotations

from collections.abc import Sequence

from service.calculation.evidence import Operand, Place
from service.domain.coordinate import Stage
from service.domain.finding import Finding, Severity
from service.drafting.draft import (
    Draft,
    DraftFigure,
    DraftReason,
    DraftSource,
    DraftTable,
    Gap,
    GapKind,
    Paragraph,
    Section,
    Sentence,
)

OFFICE = "云溪市示例局"
TITLE = f"{OFFICE}2024年部门预算情况说明"
PLACE = Place("d1", f"{OFFICE}2024年部门预算", "T03", "支出总体情况表", "合计", "合计", 0, 5, 12, quote="239.25")
EARLIER = Place("d0", f"{OFFICE}2023年部门预算", page=4, start=10, end=30, quote="主要是人员减少。", table_title="二、支出")
ODD = Finding("prior-sources-differ", Severity.WARNING, "上年数两处不一致，用了上年文件的。", stated="1", expected="2", working="1 ≠ 2")


def a_sentence(
    id: str,  # noqa: A002 - the name of the field
    text: str,
    figures: Sequence[str] = (),
    *,
    gaps: Sequence[str] = (),
    reason: str = "",
    quoted: Place | None = None,
    how: str = "printed",
    marks: tuple[str, ...] = (),
) -> Sentence:
    """Return a sentence in which the *figures*, *gaps* (their names) and the *reason* are found by their words."""
    made = []
    at = 0
    for each in figures:
        at = text.index(each, at)
        value = each.removesuffix("万元").removesuffix("%")
        made.append(
            DraftFigure(
                at, at + len(each), each, "2024年支出", value, each.removeprefix(value), value, "支出", f"表中{each}", how,
                marks, () if how == "person" else (Operand("支出", value, "万元", how, "已验证", PLACE),),
            )
        )  # fmt: skip
        at += len(each)
    missing = []
    for what in gaps:
        start = text.index(f"【待补充：{what}】")
        missing.append(Gap(GapKind.REASON, what, start, start + len(what) + 6))
    reasons = []
    if reason:
        start = text.index(reason)
        given = "" if quoted else "第3行"
        reasons.append(DraftReason(start, start + len(reason), "支出", reason, given, quoted))
    return Sentence(id, text, tuple(made), tuple(reasons), tuple(missing))


def a_draft(*findings: Finding, gaps: bool = False, entity: str = OFFICE, year: int = 2024, pay: str = "239.25") -> Draft:
    """Return a draft of two sections and a table; complete unless *gaps*."""
    why = "【待补充：支出增减的原因】" if gaps else "压减会议"
    return Draft(
        f"{entity}{year}年部门预算情况说明", entity, year, Stage.BUDGET, "henan", "预算数",
        (
            Section("一、", "收入支出预算总体情况说明", 1, (
                Paragraph((a_sentence("S1", f"{entity}{year}年支出预算{pay}万元，", [f"{pay}万元"]),
                           a_sentence("S2", "其中基本支出160.75万元，项目支出78.50万元。", ["160.75万元", "78.50万元"]))),
                Paragraph((a_sentence("S3", f"主要原因：{why}。", gaps=["支出增减的原因"] if gaps else [],
                                      reason="" if gaps else why),)),
            )),
            Section("（一）", "“三公”经费*", 2, (
                Paragraph((a_sentence("S4", "1.公务接待费"),), is_heading=True),
                Paragraph((a_sentence("S5", "公务用车1辆。", ["1辆"], how="person", marks=("填报人提供",)),)),
                Paragraph(table=DraftTable("“三公”经费表", "万元", ("项目", "2024年"), (
                    (a_sentence("S6", "公务接待费"), a_sentence("S7", "0.50", ["0.50"])),
                ))),
            )),
        ),
        findings,
        (DraftSource("d1", f"{entity}{year}年部门预算", year, "本年"),),
    )  # fmt: skip
