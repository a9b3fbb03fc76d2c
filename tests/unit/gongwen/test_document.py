"""Drafts as Word documents: structure, fonts, indents, gaps, tables, and nothing that changes from time to time."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from dataclasses import replace

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table
from docx.text.paragraph import Paragraph as WordParagraph

from service.adapters.gongwen.document import draft_to_docx, read_reference
from service.adapters.gongwen.layout import read_layout
from service.adapters.readers.word import read_word
from service.domain.fact import Source
from service.domain.finding import Finding, Severity
from service.drafting.draft import Draft, DraftTable, Gap, GapKind, Paragraph, Section, Sentence
from service.drafting.standing import Standing
from service.ingestion.blocks import Grid
from tests.unit.gongwen.drafts import GAP, a_draft, full_draft, text_draft


def opened(draft: Draft, *, sources: bool = False) -> Document:
    """Return the document of a draft."""
    return docx.Document(io.BytesIO(draft_to_docx(draft, sources=sources)))


def find(document: Document, text: str) -> WordParagraph:
    """Return the first paragraph that begins with a text."""
    return next(p for p in document.paragraphs if p.text.startswith(text))


def style_of(document: Document, paragraph: WordParagraph) -> tuple[str, float, str]:
    """Return the Chinese font, the size and the Western font of a paragraph's style."""
    assert paragraph.style is not None
    fonts = paragraph.style.element.rPr.rFonts
    size = paragraph.style.font.size
    assert size is not None
    return fonts.get(qn("w:eastAsia")), size.pt, fonts.get(qn("w:ascii"))


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("云溪市示例局2024年度", ("方正小标宋简体", 22, "Times New Roman")),
        ("一、收入支出", ("黑体", 16, "Times New Roman")),
        ("（二）国有资产", ("楷体_GB2312", 16, "Times New Roman")),
        ("（一）政府采购", ("楷体_GB2312", 16, "Times New Roman")),  # a heading within a section of the first level
        ("云溪市示例局2024年支出", ("仿宋_GB2312", 16, "Times New Roman")),
    ],
)
def test_fonts_are_those_the_standard_names(text: str, style: tuple[str, float, str]) -> None:
    document = opened(full_draft())

    assert style_of(document, find(document, text)) == style


def test_a_heading_within_a_section_of_the_second_level_is_of_the_third() -> None:
    inner = Paragraph((Sentence("S1", "1.车辆"),), is_heading=True)
    document = opened(a_draft(Section("（一）", "国有资产", 2, (inner,))))

    style = find(document, "1.车辆").style
    assert style is not None
    assert style.name == "Heading 3"


def test_the_page_is_that_of_the_standard() -> None:
    """A4, margins 37, 35, 28 and 26 mm, 22 lines of 28 characters, odd and even pages apart."""
    document = opened(full_draft())
    [section] = document.sections
    lengths = (
        section.page_width, section.page_height, section.top_margin, section.bottom_margin, section.left_margin,
        section.right_margin,
    )  # fmt: skip

    assert [round((length or 0) / Mm(1)) for length in lengths] == [210, 297, 37, 35, 28, 26]
    grid = section._sectPr.find(qn("w:docGrid"))
    assert grid is not None
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("linesAndChars", "579")
    assert 22 * 579 <= 225 / 25.4 * 1440
    assert 28 * (16 + int(grid.get(qn("w:charSpace"), "0")) / 4096) <= read_layout().text_width / 20
    assert document.settings.odd_and_even_pages_header_footer
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        [paragraph] = footer.paragraphs
        assert paragraph.style is not None
        assert paragraph.style.element.pPr.find(qn("w:jc")).get(qn("w:val")) == side
        assert paragraph._p.find(qn("w:fldSimple")).get(qn("w:instr")) == "PAGE"
        assert "".join(t.text for t in paragraph._p.iter(qn("w:t"))) == "— 1 —"


def test_the_first_line_is_indented_in_characters_and_in_length() -> None:
    """Word counts characters; LibreOffice knows only the length."""
    style = find(opened(full_draft()), "云溪市示例局2024年支出").style
    assert style is not None

    indent = style.element.pPr.find(qn("w:ind"))
    assert (indent.get(qn("w:firstLineChars")), indent.get(qn("w:firstLine"))) == ("200", "640")
    spacing = style.element.pPr.find(qn("w:spacing"))
    assert (spacing.get(qn("w:line")), spacing.get(qn("w:lineRule"))) == ("579", "exact")


@pytest.mark.parametrize("style", ["Title", "Heading1", "Heading2", "Heading3", "TableTitle", "TableUnit"])
def test_what_stands_above_something_stays_with_it(style: str) -> None:
    element = opened(full_draft()).styles.element
    [found] = [s for s in element if s.get(qn("w:styleId")) == style]

    assert found.pPr.find(qn("w:keepNext")) is not None


def test_gaps_stand_out_and_nothing_else_does() -> None:
    marked = [
        (run.text, run.bold, run.underline)
        for p in opened(full_draft()).paragraphs
        for run in p.runs
        if run.font.highlight_color is not None
    ]

    assert marked == [(GAP, True, True)]


def test_gaps_in_cells_stand_out() -> None:
    said = Sentence("S1", GAP, gaps=(Gap(GapKind.PRIOR, "上年数", 0, len(GAP)),))
    drawn = DraftTable("", "万元", ("上年",), ((said,),))

    [table] = opened(a_draft(Section("一、", "表", 1, (Paragraph(table=drawn),)))).tables

    [run] = [r for r in table.cell(1, 0).paragraphs[0].runs if r.text]
    assert run.font.highlight_color is not None


def test_a_table_has_its_title_unit_and_head_on_every_page() -> None:
    document = opened(full_draft())
    [table] = document.tables

    assert [[c.text for c in r.cells] for r in table.rows] == [
        ["项目", "金额", "占比"], ["基本支出", "537.27", "56.53%"], ["项目支出", "413.20", "43.47%"]
    ]  # fmt: skip
    before = [p.text for p in document.paragraphs]
    at = before.index("2024年支出预算构成")
    assert before[at + 1] == "单位：万元"
    assert alignment_of(document.paragraphs[at + 1]) == "right"
    assert [r._tr.trPr.find(qn("w:tblHeader")) is not None for r in table.rows] == [True, False, False]
    assert [r._tr.trPr.find(qn("w:cantSplit")) is not None for r in table.rows] == [True, True, True]
    assert [[alignment_of(c.paragraphs[0]) for c in r.cells] for r in table.rows] == [
        ["center"] * 3, ["left", "right", "right"], ["left", "right", "right"]
    ]  # fmt: skip
    assert style_of(document, table.cell(0, 0).paragraphs[0])[0] == "黑体"
    assert sum(int(c.get(qn("w:w"))) for c in table._tbl.tblGrid) == read_layout().table_width


def alignment_of(paragraph: WordParagraph) -> str:
    """Return how the style of a paragraph aligns it."""
    assert paragraph.style is not None
    return str(paragraph.style.element.pPr.find(qn("w:jc")).get(qn("w:val")))


@pytest.mark.parametrize("amount", ["0", "1,234.50", "-12.30", "（12.30）", "56.53%", "—", "－"])
def test_amounts_are_set_to_the_right(amount: str) -> None:
    drawn = DraftTable("", "", ("金额",), ((Sentence("S1", amount),),))

    [table] = opened(a_draft(Section("一、", "表", 1, (Paragraph(table=drawn),)))).tables

    assert alignment_of(table.cell(1, 0).paragraphs[0]) == "right"


def test_tables_that_follow_one_another_do_not_grow_together() -> None:
    drawn = Paragraph(table=DraftTable("", "", ("甲",), ((Sentence("S1", "1"),),)))

    document = opened(a_draft(Section("一、", "表", 1, (drawn, drawn))))

    kinds = [e.tag.rpartition("}")[2] for e in document.element.body]
    assert kinds == ["p", "p", "tbl", "p", "tbl", "p", "sectPr"]


def test_rows_of_unlike_length_are_filled_up() -> None:
    cells = ((Sentence("S1", "甲"), Sentence("S2", "2"), Sentence("S3", "3")), (Sentence("S4", "乙"),), ())
    drawn = DraftTable("表", "万元", ("项目",), cells)

    [table] = opened(a_draft(Section("一、", "表", 1, (Paragraph(table=drawn),)))).tables

    assert [[c.text for c in r.cells] for r in table.rows] == [
        ["项目", "", ""],
        ["甲", "2", "3"],
        ["乙", "", ""],
        [""] * 3,
    ]


def test_nothing_is_invented() -> None:
    """No red head, number, signature or date; the text is the draft's, word for word."""
    draft = full_draft()

    assert [p.text for p in opened(draft).paragraphs if p.text] == [
        *draft.text.splitlines()[:3], "2024年支出预算构成", "单位：万元", *draft.text.splitlines()[3:]
    ]  # fmt: skip


def test_what_is_written_reads_back() -> None:
    draft = full_draft()

    reading = read_word(draft_to_docx(draft, sources=True), "草稿.docx")

    lines = [line for line in reading.text.splitlines() if line not in ("2024年支出预算构成", "单位：万元")]
    assert lines == draft.text.splitlines()
    [grid] = [b for b in reading.blocks if isinstance(b, Grid)]
    assert [[*r.cells] for r in grid.rows][1] == ["基本支出", "537.27", "56.53%"]
    assert [r.code for r in reading.remarks] == ["sources-not-read"]


#: A figure that a person wrote over one of the table, and one that nobody vouches for.
OPEN = (
    Finding(
        "figure-differs-from-table", Severity.ERROR, "“6.50万元”与表格不符。",
        (Source("text", quote="公务接待费6.50万元，培训费7万元。"),
         Source("d1", "T04", "“三公”经费支出情况表", row=3, column=1, row_label="公务接待费", page=7, quote="5.50")),
        "6.50万元", "5.50万元",
    ),
    Finding(
        "figure-without-source", Severity.WARNING, "补入的“7万元”还没有写明来源。",
        (Source("text", quote="公务接待费6.50万元，培训费7万元。"),), "7万元",
    ),
)  # fmt: skip


def an_open_draft() -> Draft:
    """Return a draft with an error, a figure without a source and a gap."""
    said = Sentence("S9", "公务接待费6.50万元，培训费7万元。")
    full = full_draft()
    sections = (*full.sections, Section("四、", "其他", 1, (Paragraph((said,)),)))
    return replace(full, sections=sections, findings=OPEN)


def test_a_draft_that_nobody_approved_says_so_at_its_head() -> None:
    data = draft_to_docx(an_open_draft(), standing=Standing(2))
    said = [p.text for p in docx.Document(io.BytesIO(data)).paragraphs]

    assert said[:2] == ["草稿（第2版），未经批准", "有1处错误、1处数字没有来源、1处待补充未解决"]
    assert not any("批准" in line for line in said[3:])
    head = docx.Document(io.BytesIO(data)).paragraphs[:2]
    assert all(run.font.bold and run.font.highlight_color for each in head for run in each.runs)
    fresh = docx.Document(io.BytesIO(draft_to_docx(text_draft("甲。"), standing=Standing(1))))
    assert fresh.paragraphs[0].text == "草稿（第1版），未经批准"


def test_what_the_head_says_is_no_part_of_the_text() -> None:
    draft = an_open_draft()

    reading = read_word(draft_to_docx(draft, standing=Standing(2)), "草稿.docx")

    lines = [line for line in reading.text.splitlines() if line not in ("2024年支出预算构成", "单位：万元")]
    assert lines == draft.text.splitlines()


def test_an_approved_version_says_who_and_when_with_its_sources_alone() -> None:
    standing = Standing(3, "王某", "2026-11-26T18:30:00+00:00")
    approved, bare = (
        [
            p.text
            for p in docx.Document(io.BytesIO(draft_to_docx(full_draft(), sources=s, standing=standing))).paragraphs
        ]
        for s in (True, False)
    )

    line = "本文是第3版，王某于2026年11月27日02:30（北京时间）批准。"
    assert approved.index(line) == approved.index("数据来源") + 1
    assert not any("批准" in each or "草稿" in each for each in bare)


def test_figures_that_nothing_vouches_for_are_listed_with_the_sources() -> None:
    document = opened(an_open_draft(), sources=True)
    figures = rows_of(document.tables[1])

    assert [row[2:] for row in figures[-2:]] == [
        ["6.50万元", "【未解决】", "与表不符，表中5.50万元", "文件1《“三公”经费支出情况表》“公务接待费”行，第7页"],
        ["7万元", "【未解决】", "没有来源", ""],
    ]


def test_what_is_written_behind_the_sources_is_read() -> None:
    """Nobody hides a figure by writing it at the end of the document."""
    document = opened(full_draft(), sources=True)
    document.paragraphs[-1].add_run("另有支出5万元。")
    document.add_paragraph("又有支出6万元。")
    out = io.BytesIO()
    document.save(out)

    assert read_word(out.getvalue(), "草稿.docx").text.endswith("无。\n另有支出5万元。\n又有支出6万元。\n")


def rows_of(table: Table) -> list[list[str]]:
    """Return the rows of a table, each merged cell once."""
    return [[docx.table._Cell(c, table).text for c in r._tr.tc_lst] for r in table.rows]


def test_the_sources_of_every_figure_are_listed() -> None:
    document = opened(full_draft(), sources=True)
    _, figures, reasons, gaps = map(rows_of, document.tables)

    assert figures[:5] == [
        ["序号", "所在句子", "数字", "口径", "算法", "来源"],
        ["一、收入支出预算总体情况说明"],
        ["1", "第1段\n第1句", "950.47万元", "2024年支出", "照录", "文件1《部门收支总体情况表》“支出总计”行×“金额”栏，第3页"],
        [
            "2", "第1段\n第1句", "284.53万元", "2024年支出比2023年减少", "1235.00万元 − 950.47万元 = 284.53万元",
            "950.47万元：文件1《部门收支总体情况表》“支出总计”行×“金额”栏，第3页\n"
            "1235.00万元：文件2《部门收支总体情况表》“支出总计”行×“金额”栏，第3页（未验证）",
        ],
        [
            "3", "第1段\n第1句", "23.04%", "2024年支出降低率", "284.53 ÷ 1235.00 = 23.04%",
            "950.47万元：文件1《部门收支总体情况表》“支出总计”行×“金额”栏，第3页\n"
            "1235.00万元：文件2《部门收支总体情况表》“支出总计”行×“金额”栏，第3页（未验证）\n【推算】",
        ],
    ]  # fmt: skip
    assert figures[5] == ["4", "第1段\n第2句", "5辆", "车辆", "—", "【填报人提供】"]
    assert [r[1] for r in figures[6:]] == ["第1张表\n第1行", "第1张表\n第2行"]
    assert [r[2:] for r in reasons[2::2]] == [
        ["支出", "压减会议", "填报人提供（“原因.txt”第3行）"],
        ["会议费", "因压减会议", "引自文件2正文“一、收入支出预算总体情况说明”，第41行：“因压减会议，支出减少。”"],
    ]
    assert gaps[-1] == ["1", "第1段\n第1句", "政府采购货物", "只有填报单位掌握"]
    said = [p.text for p in document.paragraphs]
    assert said[said.index("数据来源") :] == [
        "数据来源", "本文的数字依据下列文件：", "文件1　云溪市示例局2024年度部门预算（2024年，本年）",
        "文件2　云溪市示例局2023年度部门预算（2023年，上年）", "数字（6）", "原因（2）", "待补充（1）", "",
    ]  # fmt: skip


def test_a_document_that_only_a_place_names_is_listed() -> None:
    draft = replace(full_draft(), sources=())

    said = [p.text for p in opened(draft, sources=True).paragraphs]

    assert said[said.index("数据来源") + 2] == "文件1　云溪市示例局2024年度部门预算"
    assert said[said.index("数据来源") + 3] == "文件2　云溪市示例局2024年度部门预算"  # the title the place gives


def test_a_draft_without_figures_says_so() -> None:
    document = opened(text_draft("无。"), sources=True)

    assert [p.text for p in document.paragraphs][-5:] == [
        "本文没有列出所依据的文件。",
        "数字（0）",
        "原因（0）",
        "待补充（0）",
        "",
    ]
    assert document.tables == []


def test_the_same_draft_gives_the_same_bytes() -> None:
    """The hash changes only where somebody changes what the document looks like."""
    first, second = (draft_to_docx(full_draft(), reference="a1/v2") for _ in range(2))

    assert hashlib.sha256(first).digest() == hashlib.sha256(second).digest()
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {(i.date_time, i.compress_type) for i in archive.infolist()} == {
            ((1980, 1, 1, 0, 0, 0), zipfile.ZIP_STORED)
        }


def test_the_file_says_nothing_of_who_made_it_when_and_where() -> None:
    with zipfile.ZipFile(io.BytesIO(draft_to_docx(full_draft()))) as archive:
        names, core = archive.namelist(), archive.read("docProps/core.xml").decode()

    assert re.findall(r"<(\w+:\w+)[ >]", core) == ["cp:coreProperties", "dc:title"]
    assert "docProps/custom.xml" not in names
    assert "docProps/app.xml" not in names


@pytest.mark.parametrize("reference", ["3f2a/v3", "a&b<c>/v1", "草稿一/v12"])
def test_the_reference_is_found_again(reference: str) -> None:
    data = draft_to_docx(full_draft(), reference=reference)
    saved = io.BytesIO()
    docx.Document(io.BytesIO(data)).save(saved)

    assert read_reference(data) == read_reference(saved.getvalue()) == reference
    assert reference not in read_word(data, "草稿.docx").text


def test_a_file_of_another_hand_has_no_reference() -> None:
    other = io.BytesIO()
    docx.Document().save(other)

    for data in (draft_to_docx(full_draft()), other.getvalue(), b"", b"PK\x03\x04", "文字".encode()):
        assert read_reference(data) == ""


def test_a_damaged_property_is_no_reference() -> None:
    """A part that does not parse, or declares entities, is passed over like one that is absent."""
    data = draft_to_docx(full_draft(), reference="a1/v2")
    for property_part in (b"<Properties>", b'<!DOCTYPE x [<!ENTITY e "a1/v2">]><x>&e;</x>'):
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
            for name in old.namelist():
                new.writestr(name, property_part if name == "docProps/custom.xml" else old.read(name))
        assert read_reference(out.getvalue()) == ""


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("支出\x00\x0b5\ud800万元\ufffe。", "支出5万元。"),
        ("<w:p>&amp;]]>支出", "<w:p>&amp;]]>支出"),
        ("上一行\r\n下一行\r又一行", "上一行\n下一行\n又一行"),
        ("支" * 20000, "支" * 20000),
        ("x" * 20000, "x" * 20000),
        ("=cmd|' /C calc'!A0\t后", "=cmd|' /C calc'!A0\t后"),
    ],
)
def test_hostile_text_is_written_as_text(text: str, read: str) -> None:
    said = Sentence("S1", text)
    drawn = Paragraph(table=DraftTable(text, text, (text, "甲"), ((said, said), (said, said))))
    draft = a_draft(Section("一、", text, 1, (Paragraph((said,)), drawn)), title=text, entity=text)

    document = opened(draft, sources=True)

    assert find(document, "一、").text == f"一、{read}"
    assert [p.text for p in document.paragraphs].count(read) >= 2
    assert document.tables[0].cell(2, 1).text == read


@pytest.mark.parametrize(
    ("gaps", "marked"),
    [
        (((-5, 2),), "上年"),
        (((2, 900),), "支出"),
        (((3, 1),), ""),
        (((0, 3), (1, 4)), "上年支出"),
    ],
)
def test_gaps_that_do_not_fit_the_text_lose_none_of_it(gaps: tuple[tuple[int, int], ...], marked: str) -> None:
    said = Sentence("S1", "上年支出", gaps=tuple(Gap(GapKind.PRIOR, "支出", *g) for g in gaps))

    paragraph = find(opened(a_draft(Section("", "", 1, (Paragraph((said,)),)))), "上年支出")

    assert "".join(r.text for r in paragraph.runs if r.font.highlight_color) == marked


def test_an_empty_draft_is_an_empty_document() -> None:
    document = opened(a_draft(title=""), sources=False)

    assert [p.text for p in document.paragraphs] == [""]


def test_a_large_draft_is_written_at_once() -> None:
    """Two thousand rows and figures are written without searching the document for each."""
    rows = tuple(tuple(Sentence(f"S{n}{k}", f"{n}.{k}0") for k in range(6)) for n in range(2000))
    drawn = Paragraph(table=DraftTable("表", "万元", tuple("甲乙丙丁戊己"), rows))

    data = draft_to_docx(a_draft(Section("一、", "表", 1, (drawn,))))

    assert len(zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").split(b"<w:tr>")) == 2002


def test_titles_keep_their_size() -> None:
    style = find(opened(full_draft()), "云溪市").style
    assert style is not None
    assert style.font.size == Pt(22)
