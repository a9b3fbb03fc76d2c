"""Word documents are read as Word shows them: merged cells, list numbers, revisions, text boxes, notes."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest

from service.adapters.readers import legacy_word, office
from service.adapters.readers.legacy_word import read_legacy_word
from service.adapters.readers.list_numbers import write_number
from service.adapters.readers.office import find_office
from service.adapters.readers.word import read_word
from service.domain.errors import (
    EmptyDocumentError,
    OversizedDocumentError,
    SourceDocumentError,
    UnreadableDocumentError,
    UnsupportedDocumentError,
)
from service.ingestion.blocks import Grid, Reading, TextLine
from tests.workbooks import income_table, with_parts, workbook_bytes

NAME = "预算.docx"
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_ALL = (
    f'{_W} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)
_NUMBERING = f"""<w:numbering {_W}>
<w:abstractNum w:abstractNumId="0">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="%1、"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%2）"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%3."/></w:lvl>
<w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:isLgl/><w:lvlText w:val="%1.%3.%4"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="1">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="&#xF0B7;"/></w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
</w:numbering>"""
_STYLES = f"""<w:styles {_W}>
<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:basedOn w:val="a"/></w:style>
<w:style w:type="paragraph" w:styleId="2"><w:name w:val="公文二级"/><w:basedOn w:val="1"/>
<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
</w:styles>"""


def document(body: str, parts: dict[str, bytes] | None = None, relations: str = "") -> bytes:
    """Make a package around the content of a document's body."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "_rels/.rels",
            '<Relationships><Relationship Id="r1" Type="http://x/officeDocument" Target="word/document.xml"/></Relationships>',
        )
        archive.writestr("word/document.xml", f"<w:document {_ALL}><w:body>{body}</w:body></w:document>")
        archive.writestr("word/numbering.xml", _NUMBERING)
        archive.writestr("word/styles.xml", _STYLES)
        archive.writestr("word/_rels/document.xml.rels", f"<Relationships>{relations}</Relationships>")
        for name, content in (parts or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def numbered(text: str, number: int = 1, level: int = 0) -> str:
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"


def table(*rows: str) -> str:
    return "<w:tbl>" + "".join(f"<w:tr>{r}</w:tr>" for r in rows) + "</w:tbl>"


def lines(reading: Reading) -> list[str]:
    return [b.text for b in reading.blocks if isinstance(b, TextLine)]


def grids(reading: Reading) -> list[Grid]:
    return [b for b in reading.blocks if isinstance(b, Grid)]


def test_a_document_made_by_a_library_keeps_its_order_and_its_merged_cells() -> None:
    """Paragraphs and tables come in order; merged cells reach as far as they do."""
    made = docx.Document()
    made.add_heading("第一部分 概况", 1)
    made.add_paragraph("云溪市示例局2025年部门收入总表")
    drawn = made.add_table(3, 4)
    drawn.cell(0, 0).merge(drawn.cell(1, 0)).text = "项目"
    drawn.cell(0, 1).merge(drawn.cell(0, 3)).text = "支出"
    for column, label in enumerate(("合计", "基本", "专项"), 1):
        drawn.cell(1, column).text = label
        drawn.cell(2, column).text = str(column)
    drawn.cell(2, 0).text = "教育"
    made.add_paragraph("其后的话。")
    out = io.BytesIO()
    made.save(out)

    reading = read_word(out.getvalue(), NAME)

    assert [type(b).__name__ for b in reading.blocks] == ["TextLine", "TextLine", "Grid", "TextLine"]
    first = reading.blocks[0]
    assert isinstance(first, TextLine)
    assert (first.text, first.heading, first.whole) == ("第一部分 概况", 1, True)
    [grid] = grids(reading)
    assert [r.cells for r in grid.rows] == [
        ("项目", "支出", "", ""), ("", "合计", "基本", "专项"), ("教育", "1", "2", "3"),
    ]  # fmt: skip
    assert dict(grid.spans or {}) == {(0, 0): (2, 1), (0, 1): (1, 3)}


def test_list_numbers_are_written_out_as_word_prints_them() -> None:
    """Levels begin anew below a higher one; a list that restarts does; bullets are no numbers."""
    body = (
        numbered("概况") + numbered("职责", level=1) + numbered("机构", level=1) + numbered("内设", level=2)
        + numbered("细目", level=3) + numbered("预算") + numbered("收入", level=1) + numbered("点", 2)
        + numbered("另起", 3) + numbered("续", 3) + paragraph("无") + paragraph("按样式", '<w:pStyle w:val="2"/>')
        + paragraph("不编号", '<w:pStyle w:val="2"/><w:numPr><w:numId w:val="0"/></w:numPr>')
    )  # fmt: skip

    reading = read_word(document(body), NAME)

    assert lines(reading) == [
        "一、概况", "（一）职责", "（二）机构", "1. 内设", "1.1.1 细目", "二、预算", "（一）收入", "点", "一、另起", "二、续",
        "无", "三、按样式", "不编号",
    ]  # fmt: skip
    assert [b.heading for b in reading.blocks if isinstance(b, TextLine)][-2:] == [2, 2]


@pytest.mark.parametrize(
    ("value", "kind", "written"),
    [
        (10, "chineseCounting", "十"), (21, "chineseCounting", "二十一"), (105, "chineseCountingThousand", "一百零五"),
        (12, "chineseLegalSimplified", "壹拾贰"), (3, "ideographTraditional", "丙"), (20, "ideographDigital", "二〇"),
        (2, "ideographZodiac", "丑"), (3, "decimalEnclosedCircle", "③"), (21, "decimalEnclosedCircleChinese", "㉑"),
        (4, "upperRoman", "IV"), (28, "lowerLetter", "bb"), (7, "decimalZero", "07"), (12, "decimalFullWidth", "１２"),
        (2, "decimalEnclosedParen", "⑵"), (9, "no such way", "9"),
    ],
)  # fmt: skip
def test_ways_of_counting(value: int, kind: str, written: str) -> None:
    """Each way of counting that official documents use."""
    assert write_number(value, kind) == written


def test_revisions_hidden_text_tabs_and_breaks() -> None:
    """Inserted text counts, deleted does not; hidden text is dropped and remarked on."""
    body = (
        "<w:p><w:r><w:t>安排</w:t></w:r><w:del><w:r><w:delText>100</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>120</w:t></w:r></w:ins><w:r><w:t>万元</w:t></w:r>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>内部</w:t></w:r></w:p>"
        "<w:p><w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t><w:br/><w:t>丙</w:t></w:r></w:p>"
        + "<w:ins>" + paragraph("插入的一段。") + "</w:ins>"
        + "<w:sdt><w:sdtContent>" + paragraph("控件里的话。") + "</w:sdtContent></w:sdt>"
    )  # fmt: skip

    reading = read_word(document(body), NAME)

    assert lines(reading) == ["安排120万元", "甲\t乙", "丙", "插入的一段。", "控件里的话。"]
    assert [(r.code, "2个字" in r.message) for r in reading.remarks] == [("hidden-text", True)]


def test_text_boxes_are_read_once_and_footnotes_follow_their_paragraph() -> None:
    """A text box stands in the file twice, for new and old programs."""
    box = f"<w:txbxContent>{paragraph('框里的标题')}</w:txbxContent>"
    body = (
        f"<w:p><w:r><w:t>正文</w:t><w:footnoteReference w:id='2'/><mc:AlternateContent><mc:Choice><w:drawing>{box}</w:drawing>"
        f"</mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
        + paragraph("其后")
    )  # fmt: skip
    notes = f"<w:footnotes {_W}><w:footnote w:id='2'>{paragraph('口径说明')}</w:footnote></w:footnotes>".encode()

    assert lines(read_word(document(body, {"word/footnotes.xml": notes}), NAME)) == ["正文", "框里的标题", "口径说明", "其后"]


def test_rows_that_begin_late_deleted_rows_and_remarks_below_a_table() -> None:
    """Skipped columns shift a row; a remark over the last row is a line."""
    wide = '<w:gridSpan w:val="3"/>'
    body = table(
        cell("项目") + cell("本年") + cell("上年"),
        '<w:trPr><w:gridBefore w:val="1"/></w:trPr>' + cell("1") + cell("2"),
        "<w:trPr><w:del/></w:trPr>" + cell("删") + cell("3") + cell("4"),
        cell("注：本表金额单位为万元。", wide),
    )

    reading = read_word(document(body), NAME)

    assert [r.cells for r in grids(reading)[0].rows] == [("项目", "本年", "上年"), ("", "1", "2")]
    assert lines(reading) == ["注：本表金额单位为万元。"]


def test_tables_within_tables() -> None:
    """A frame of one cell is its content; a table in a cell follows the table around it."""
    inner = table(cell("甲") + cell("1"))
    framed = f"<w:tbl><w:tr><w:tc>{paragraph('框内的话')}{inner}{paragraph('')}</w:tc></w:tr></w:tbl>"
    around = f"<w:tbl><w:tr>{cell('外')}<w:tc>{inner}</w:tc></w:tr></w:tbl>"

    reading = read_word(document(framed + around), NAME)

    assert lines(reading) == ["框内的话"]
    assert [[r.cells for r in g.rows] for g in grids(reading)] == [[("甲", "1")], [("外", "")], [("甲", "1")]]


def test_an_embedded_workbook_is_read_where_it_stands() -> None:
    """A table that is a workbook set into the text is a table."""
    body = paragraph("前") + '<w:p><w:r><w:object><o:OLEObject ProgID="Excel.Sheet.12" r:id="r9"/></w:object></w:r></w:p>'
    relation = '<Relationship Id="r9" Type="x" Target="embeddings/book.xlsx"/>'

    reading = read_word(document(body, {"word/embeddings/book.xlsx": workbook_bytes(income_table)}, relation), NAME)
    broken = read_word(document(body, {"word/embeddings/book.xlsx": b"PK\x03\x04"}, relation), NAME)

    assert lines(reading)[:2] == ["前", "2025年云溪市示例局部门收入总表"]
    assert grids(reading)[0].rows[2].cells[2] == "12.30"
    assert [r.code for r in broken.remarks] == ["embedded-not-read"]


def test_macros_and_the_strict_variant_are_read() -> None:
    """A library that insists on one content type or namespace would refuse both."""
    data = with_parts(
        document(""),
        {
            "word/document.xml": b'<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"><w:body><w:p><w:r>'
            b"<w:t>text</w:t></w:r></w:p></w:body></w:document>",
            "word/vbaProject.bin": b"\x00",
        },
    )

    reading = read_word(data, "预算.docm")

    assert (lines(reading), [r.code for r in reading.remarks]) == (["text"], ["macros-ignored"])


def nested(depth: int) -> str:
    return "<w:tbl><w:tr><w:tc>" * depth + paragraph("底") + "</w:tc></w:tr></w:tbl>" * depth


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (document("")[:200], UnreadableDocumentError, "重新下载"),
        (document(paragraph("")), EmptyDocumentError, "没有可读的文字"),
        (document("<w:p>"), UnreadableDocumentError, "重新下载"),
        (with_parts(document(""), {"word/document.xml": b"<document/>"}), UnreadableDocumentError, "找不到正文"),
        (with_parts(document(""), {"word/styles.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}),
         UnreadableDocumentError, "外部实体"),
        (with_parts(document(""), {"word/styles.xml": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x"><x/>'.encode("utf-16")}),
         UnreadableDocumentError, "外部实体"),
        (document("", {f"word/media/{n}": b"0" * 10_000_000 for n in range(4)}), OversizedDocumentError, "压缩炸弹"),
        (document("<w:r>".join([""] * 250) + "</w:r>" * 249), EmptyDocumentError, "文字"),
        (document("<w:p>" + "<w:smartTag>" * 240 + "</w:smartTag>" * 240 + "</w:p>"), UnreadableDocumentError, "嵌套"),
        (document(nested(300)), SourceDocumentError, "“"),
    ],
    ids=["cut", "blank", "not closed", "no body", "entity", "UTF-16 entity", "bomb", "runs", "nested", "tables"],
)  # fmt: skip
def test_hostile_and_broken_documents_are_refused_with_what_to_do(
    data: bytes, error: type[SourceDocumentError], says: str
) -> None:
    """Never a library's own error."""
    with pytest.raises(error, match=says):
        read_word(data, NAME)


RICH = rb"{\rtf1\ansi\ansicpg936 \'d4\'a4\'cb\'e3 2025\par}"


def test_without_the_converter_the_message_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The administrator and the author each learn what they can do."""
    monkeypatch.setattr(office, "find_office", lambda: None)

    with pytest.raises(UnsupportedDocumentError, match=r"libreoffice-writer.*DOCX"):
        read_legacy_word(RICH, "预算.rtf")


@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
def test_older_formats_read_like_the_new_one() -> None:
    """DOC and ODT give the blocks of the DOCX they were saved from, RTF its text; nothing is left behind."""
    made = docx.Document()
    made.add_paragraph("云溪市示例局2025年预算")
    drawn = made.add_table(3, 3)
    drawn.cell(0, 0).merge(drawn.cell(1, 0))
    drawn.cell(0, 1).merge(drawn.cell(0, 2))
    for row, texts in enumerate((("项目", "支出"), ("", "本年", "上年"), ("办公费", "12.30", "11.00"))):
        for column, text in enumerate(texts):
            if text:
                drawn.cell(row, column).text = text
    made.add_paragraph("其后的话。")
    out = io.BytesIO()
    made.save(out)
    new = out.getvalue()

    for ending in ("doc", "odt"):
        old = office.convert(new, NAME, ending="docx", into=ending, remedy="另存")
        reading = read_legacy_word(old, f"预算.{ending}")
        assert [r.cells for r in grids(reading)[0].rows] == [
            ("项目", "支出", ""), ("", "本年", "上年"), ("办公费", "12.30", "11.00"),
        ]  # fmt: skip
        assert dict(grids(reading)[0].spans or {}) == {(0, 0): (2, 1), (0, 1): (1, 2)}
        assert lines(reading) == ["云溪市示例局2025年预算", "其后的话。"]
    assert lines(read_legacy_word(RICH, "预算.rtf")) == ["预算 2025"]


@pytest.mark.parametrize("data", [b"plain text", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600])
def test_what_is_no_word_document_never_reaches_the_converter(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The converter would take anything for text."""
    monkeypatch.setattr(legacy_word, "convert", lambda *_, **__: pytest.fail("converted"))

    with pytest.raises(UnreadableDocumentError, match="DOCX"):
        read_legacy_word(data, "预算.doc")
