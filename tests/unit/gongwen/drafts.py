"""Drafts of an office that does not exist, made by hand: every sentence, figure and place is known."""

from __future__ import annotations

from service.calculation.evidence import Operand, Place
from service.domain.coordinate import Stage
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

ENTITY = "云溪市示例局"
GAP = "【待补充：政府采购货物】"


def operand(
    value: str, row: str, column: str = "金额", *, document: str = "d1", proof: str = "已验证", page: int = 3
) -> Operand:
    """Return a printed cell of 万元."""
    place = Place(
        document, "云溪市示例局2024年度部门预算", "T01", "部门收支总体情况表", row, column, 4, 1, 88, page, quote=value
    )
    return Operand(row, value, "万元", "printed", proof, place)


def figure(
    text: str, within: str, label: str, *operands: Operand, working: str = "", how: str = "printed",
    marks: tuple[str, ...] = (), unit: str = "万元",
) -> DraftFigure:  # fmt: skip
    """Return a figure at its first place in a sentence."""
    start = within.index(text)
    value = text.removesuffix(unit)
    return DraftFigure(start, start + len(text), text, label, value, unit, value, label, working, how, marks, operands)


def cell(number: int, text: str, *operands: Operand) -> Sentence:
    """Return a cell of a table."""
    return Sentence(f"S{number}", text, (figure(text, text, f"2024年{text}", *operands),) if operands else ())


def a_draft(
    *sections: Section, title: str = "云溪市示例局2024年度部门预算情况说明", entity: str = ENTITY,
    sources: tuple[DraftSource, ...] = (),
) -> Draft:  # fmt: skip
    """Return a draft of some sections."""
    return Draft(title, entity, 2024, Stage.BUDGET, "河南", "预算数", sections, sources=sources)


def text_draft(*texts: str, title: str = "云溪市示例局2024年度部门预算情况说明") -> Draft:
    """Return a draft of one section whose paragraphs have one sentence each."""
    paragraphs = tuple(Paragraph((Sentence(f"S{n}", t),)) for n, t in enumerate(texts, 1))
    return a_draft(Section("一、", "收入支出预算总体情况说明", 1, paragraphs), title=title)


def full_draft() -> Draft:
    """Return a draft with everything a draft can have."""
    said = "云溪市示例局2024年支出总计950.47万元，与2023年预算相比，减少284.53万元，下降23.04%，主要原因：压减会议。"
    total = operand("950.47", "支出总计")
    before = operand("1235.00", "支出总计", document="d2", proof="未验证")
    first = Sentence(
        "S1", said,
        (
            figure("950.47万元", said, "2024年支出", total),
            figure("284.53万元", said, "2024年支出比2023年减少", total, before,
                   working="1235.00万元 − 950.47万元 = 284.53万元", how="computed"),
            figure("23.04%", said, "2024年支出降低率", total, before, working="284.53 ÷ 1235.00 = 23.04%",
                   how="computed", marks=("推算",), unit="%"),
        ),
        (DraftReason(said.index("压减"), said.index("压减") + 4, "支出", "压减会议", "“原因.txt”第3行"),),
    )  # fmt: skip
    counted = "2023年期末，共有车辆5辆。"
    second = Sentence("S2", counted, (figure("5辆", counted, "车辆", how="person", unit="辆"),))
    missing = f"2024年政府采购预算中，货物{GAP}。"
    start = missing.index(GAP)
    third = Sentence("S3", missing, gaps=(Gap(GapKind.KNOWN, "政府采购货物", start, start + len(GAP)),))
    drawn = DraftTable(
        "2024年支出预算构成", "万元", ("项目", "金额", "占比"),
        (
            (cell(5, "基本支出"), cell(6, "537.27", operand("537.27", "支出总计", "基本支出")), cell(7, "56.53%")),
            (cell(8, "项目支出"), cell(9, "413.20", operand("413.20", "支出总计", "项目支出")), cell(10, "43.47%")),
        ),
    )  # fmt: skip
    quote = Place("d2", table_title="一、收入支出预算总体情况说明", line=41, quote="因压减会议，支出减少。")
    fifth = "因压减会议，支出减少。"
    return a_draft(
        Section("一、", "收入支出预算总体情况说明", 1, (Paragraph((first, second)), Paragraph(table=drawn))),
        Section("二、", "其他重要事项情况说明", 1, (
            Paragraph((Sentence("S11", "（一）政府采购支出情况"),), is_heading=True),
            Paragraph((third,)),
            Paragraph((Sentence("S12", fifth, reasons=(DraftReason(0, 6, "会议费", "因压减会议", quoted=quote),)),)),
        )),
        Section("（二）", "国有资产占用情况", 2, (Paragraph((Sentence("S13", "无。"),)),)),
        sources=(DraftSource("d1", "云溪市示例局2024年度部门预算", 2024, "本年"),
                 DraftSource("d2", "云溪市示例局2023年度部门预算", 2023, "上年")),
    )  # fmt: skip
