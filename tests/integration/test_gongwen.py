"""Drafts in official layout: checked again by the seed's tables, opened by LibreOffice, page by page."""

from __future__ import annotations

import io
import re
import shutil
import subprocess

import docx
import pypdfium2
import pytest

from service.adapters.gongwen.document import draft_to_docx, read_reference
from service.adapters.readers.files import read_file
from service.adapters.readers.office import convert, find_office
from service.calculation.evidence import Operand, Place
from service.checking.checker import check
from service.checking.material import material_of
from service.domain.check import CheckReport, Verdict
from service.domain.document import Document
from service.domain.finding import Severity
from service.drafting.draft import (
    Draft,
    DraftFigure,
    DraftSource,
    DraftTable,
    Gap,
    GapKind,
    Paragraph,
    Section,
    Sentence,
)
from service.ingestion.pipeline import Assumed, ingest
from service.vocabulary.vocabulary import Vocabulary
from tests.unit.gongwen.drafts import a_draft, full_draft, text_draft

MAX_BYTES = 20 * 1024 * 1024
NEEDS_OFFICE = pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")


def has_chinese_font() -> bool:
    """Whether LibreOffice has any Chinese font to lay text out with."""
    program = shutil.which("fc-list")
    if program is None:
        return False
    listed = subprocess.run([program, ":lang=zh-cn"], capture_output=True, text=True, check=False)  # noqa: S603
    return bool(listed.stdout.strip())


#: Figure of the seed → the table, row and column that print it.
CELLS = {
    "950.47万元": ("T03", "合计", "合计"),
    "537.27万元": ("T06", "合计", "合计"),
    "413.20万元": ("T10", "", "合计"),
    "484.33万元": ("T06", "合计", "人员经费"),
    "52.94万元": ("T06", "合计", "公用经费"),
}
WORKINGS = {
    "56.53%": ("537.27万元", "950.47万元"),
    "43.47%": ("413.20万元", "950.47万元"),
    "90.15%": ("484.33万元", "537.27万元"),
    "9.85%": ("52.94万元", "537.27万元"),
}


def operand_of(seed: Document, text: str) -> Operand:
    """Return the cell of the seed that prints a figure, and make sure that it does."""
    table_id, row, column = CELLS[text]
    [table] = [t for t in seed.tables if t.id == table_id]
    line = next(r for r in table.rows if r.label == row)
    number = next(n for n, c in enumerate(table.columns) if c.split("/")[-1] == column)
    assert line.cells[number].raw == text.removesuffix("万元")
    place = Place(seed.id, seed.title, table.id, table.title, row, table.columns[number], quote=line.cells[number].raw)
    return Operand(text, text.removesuffix("万元"), "万元", "printed", "已验证", place)


def sentence_of(seed: Document, number: int, text: str) -> Sentence:
    """Return a sentence with all its figures and gaps."""
    figures = []
    for found in re.finditer(r"\d+\.\d+(万元|%)", text):
        operands = tuple(operand_of(seed, each) for each in WORKINGS.get(found[0], (found[0],)))
        working = " ÷ ".join(o.label for o in operands) if len(operands) > 1 else ""
        value = found[0].removesuffix(found[1])
        figures.append(
            DraftFigure(
                *found.span(), found[0], "2024年支出", value, found[1], value, "支出", working,
                "computed" if working else "printed", operands=operands,
            )
        )  # fmt: skip
    gaps = tuple(Gap(GapKind.REASON, m[1], *m.span()) for m in re.finditer(r"【待补充：(.*?)】", text))
    return Sentence(f"S{number}", text, tuple(figures), gaps=gaps)


def seed_draft(seed: Document) -> Draft:
    """Return two sections on the spending of the seed, every figure of which is right, and a table."""
    who = "新乡市红旗区委员会办公室"
    whole = f"{who}2024年支出合计950.47万元，其中：基本支出537.27万元，占56.53%；项目支出413.20万元，占43.47%。"
    basic = (
        f"{who}2024年一般公共预算基本支出年初预算为537.27万元。其中：人员经费支出484.33万元，占90.15%；"
        "公用经费支出52.94万元，占9.85%。"
    )
    table = DraftTable(
        "2024年支出预算构成", "万元", ("项目", "金额"),
        tuple(
            tuple(sentence_of(seed, 9, text) for text in row)
            for row in (("基本支出", "537.27"), ("项目支出", "413.20"), ("支出合计", "950.47"))
        ),
    )  # fmt: skip
    return a_draft(
        Section("一、", "支出预算总体情况说明", 1, (Paragraph((sentence_of(seed, 1, whole),)), Paragraph(table=table))),
        Section("二、", "一般公共预算基本支出情况说明", 1, (
            Paragraph((sentence_of(seed, 2, basic), sentence_of(seed, 3, "主要原因：【待补充：基本支出增减的原因】。"))),
        )),
        title=f"{who}2024年度部门预算情况说明", entity=who,
        sources=(DraftSource(seed.id, seed.title, seed.year, "本年"),),
    )  # fmt: skip


def checked(data: bytes, seed: Document, vocabulary: Vocabulary) -> CheckReport:
    """Judge a DOCX by the seed's tables."""
    reading = read_file(data, "草稿.docx", max_bytes=MAX_BYTES)
    text = ingest(reading, vocabulary, Assumed(seed.entity, seed.entity_names, seed.year, seed.stage, seed.units))
    return check(material_of(text, [seed], [], vocabulary))


@pytest.mark.parametrize("sources", [True, False])
def test_a_draft_of_right_figures_passes_the_check(sources: bool, seed: Document, vocabulary: Vocabulary) -> None:
    """Every figure of the text is borne out by the seed's tables, and the page of sources adds none."""
    report = checked(draft_to_docx(seed_draft(seed), sources=sources), seed, vocabulary)

    assert [f for f in report.findings if f.severity is Severity.ERROR] == []
    assert [(f.text, f.verdict) for f in report.figures] == [
        (text, Verdict.SUPPORTED)
        for text in (
            "950.47万元", "537.27万元", "56.53%", "413.20万元", "43.47%",
            "537.27万元", "484.33万元", "90.15%", "52.94万元", "9.85%",
        )
    ]  # fmt: skip


def test_a_figure_changed_in_the_document_is_found(seed: Document, vocabulary: Vocabulary) -> None:
    """What is written over is judged by the tables, whatever the page of sources still says."""
    opened = docx.Document(io.BytesIO(draft_to_docx(seed_draft(seed), reference="a1/v2")))
    [run] = [r for p in opened.paragraphs for r in p.runs if "项目支出413.20万元" in r.text]
    run.text = run.text.replace("项目支出413.20万元", "项目支出431.20万元")
    saved = io.BytesIO()
    opened.save(saved)

    report = checked(saved.getvalue(), seed, vocabulary)

    assert [f.text for f in report.figures if f.verdict is Verdict.CONTRADICTED][:1] == ["431.20万元"]
    assert read_reference(saved.getvalue()) == "a1/v2"


@NEEDS_OFFICE
def test_the_pages_are_laid_out() -> None:
    """The text with its gap, then the sources on pages of their own; every page has its number."""
    pages = pages_of(draft_to_docx(full_draft()))
    without = pages_of(draft_to_docx(full_draft(), sources=False))

    assert [re.findall(r"— (\d+) —", text) for text in pages] == [[str(n)] for n in range(1, len(pages) + 1)]
    assert [text.startswith("数据来源") for text in pages[: len(without) + 1]] == [*[False] * len(without), True]
    assert pages[: len(without)] == without
    assert "【待补充：政府采购货物】" in "".join(without)
    assert "待补充（1）" in re.sub(r"\s", "", "".join(pages[len(without) :]))


@NEEDS_OFFICE
@pytest.mark.skipif(not has_chinese_font(), reason="no Chinese font is installed")
def test_a_line_holds_28_characters_and_a_page_22_lines() -> None:
    """As the standard wants it, in LibreOffice too, which has its own idea of a character grid."""
    data = draft_to_docx(text_draft("公" * 28 * 40, title=""), sources=False)

    *lines, foot = pages_of(data)[1].splitlines()

    assert [len(line) for line in lines] == [28] * 22
    assert foot == "— 2 —"


@NEEDS_OFFICE
def test_a_document_saved_by_another_program_is_read_alike() -> None:
    """LibreOffice moves the ends of bookmarks; the sources are passed over all the same, and the reference is kept."""
    data = draft_to_docx(full_draft(), reference="a1/v2")

    saved = convert(data, "草稿.docx", ending="docx", into="docx", remedy="")

    before, after = (read_file(each, "草稿.docx", max_bytes=MAX_BYTES) for each in (data, saved))
    assert saved != data
    assert (after.text, after.remarks) == (before.text, before.remarks)
    assert [r.code for r in after.remarks] == ["sources-not-read"]
    assert read_reference(saved) == "a1/v2"


def pages_of(data: bytes) -> list[str]:
    """Return the text of the pages that LibreOffice makes of a DOCX."""
    made = pypdfium2.PdfDocument(convert(data, "草稿.docx", ending="docx", into="pdf", remedy=""))
    try:
        return [page.get_textpage().get_text_range() for page in made]
    finally:
        made.close()
