"""Comments stand at the wrong figures of a Word document, and nothing else of it changes."""

from __future__ import annotations

import io
import zipfile
from copy import deepcopy

import docx
import pytest
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt

from service.adapters.annotating.files import FileAnnotator
from service.domain.errors import InvalidInputError
from service.domain.finding import Finding, Severity
from service.vocabulary.vocabulary import Vocabulary
from tests.unit.annotating.texts import bytes_of, checked, finding_at, finding_in, read, word_of

ROWS = (("科目", "合计", "基本支出"), ("教育支出", "5.00", "0.00"), ("卫生支出", "5.00", "0.00"), ("合计", "10.00", "0.00"))
SENTENCE = "2024年收入5万元，支出5万元。"


def commented(data: bytes, vocabulary: Vocabulary, *wanted: tuple[str, int]) -> docx.document.Document:
    """Return the document with comments at the nth occurrences of words."""
    document = read(data, "说明.docx", vocabulary)
    made = checked(document, data, *(finding_at(document, words, nth=nth) for words, nth in wanted))
    return docx.Document(io.BytesIO(FileAnnotator().word(made)))


def commented_words(document: docx.document.Document) -> dict[int, str]:
    """Return the words each comment spans."""
    words: dict[int, str] = {}
    running: set[int] = set()
    for element in document.element.body.iter():
        if element.tag == qn("w:commentRangeStart"):
            running.add(int(element.get(qn("w:id"))))
        elif element.tag == qn("w:commentRangeEnd"):
            running.remove(int(element.get(qn("w:id"))))
        elif element.tag == qn("w:t"):
            for each in running:
                words[each] = words.get(each, "") + element.text
    assert not running
    return words


def before_of(document: docx.document.Document, number: int) -> str:
    """Return all text that stands before a comment."""
    text = ""
    for element in document.element.body.iter():
        if element.tag == qn("w:commentRangeStart") and element.get(qn("w:id")) == str(number):
            break
        text += element.text or "" if element.tag == qn("w:t") else ""
    return text


def test_the_figure_is_commented_and_no_more(vocabulary: Vocabulary) -> None:
    document = commented(word_of("说明", SENTENCE), vocabulary, ("5万元", 1))

    assert commented_words(document) == {0: "5万元"}
    assert before_of(document, 0) == "说明2024年收入5万元，支出"
    (comment,) = document.comments
    assert (comment.author, comment.text) == ("有据", "【错误】5万元不对。\n应为：9.99万元\n计算：1 + 1 = 2")
    assert [p.text for p in document.paragraphs] == ["说明", SENTENCE]


def test_a_figure_over_several_runs_keeps_their_formatting(vocabulary: Vocabulary) -> None:
    made = docx.Document()
    paragraph = made.add_paragraph("2024年支出9")
    bold = paragraph.add_run("50.4")
    bold.bold, bold.font.size = True, Pt(16)
    bold.add_tab()
    paragraph.add_run("7万元，增加").italic = True
    document = commented(bytes_of(made), vocabulary, ("950.4\t7万元", 0))

    assert commented_words(document) == {0: "950.47万元"}
    runs = [(r.text, r.bold, r.italic, r.font.size) for r in document.paragraphs[0].runs if r.text]
    assert runs == [
        ("2024年支出", None, None, None), ("9", None, None, None), ("50.4\t", True, None, Pt(16)), ("7万元", None, True, None),
        ("，增加", None, True, None),
    ]  # fmt: skip


def test_several_comments_in_one_run_and_at_one_figure(vocabulary: Vocabulary) -> None:
    document = commented(word_of(SENTENCE), vocabulary, ("5万元", 1), ("5万元", 0), ("收入5万元", 0), ("5万元", 1))

    assert commented_words(document) == {0: "5万元", 1: "5万元", 2: "收入5万元", 3: "5万元"}
    assert document.paragraphs[0].text == SENTENCE


def test_repeated_sentences_are_told_apart(vocabulary: Vocabulary) -> None:
    data = word_of(*[f"第{n}段。{SENTENCE}" if n % 2 else SENTENCE for n in range(4)] * 2)
    document = commented(data, vocabulary, ("支出5万元", 6))

    assert commented_words(document) == {0: "支出5万元"}
    assert before_of(document, 0).count("支出5万元") == 6


def test_cells_are_commented_in_their_row_and_column(vocabulary: Vocabulary) -> None:
    data = word_of("表1 支出表", "单位：万元", table=ROWS)
    document = read(data, "表.docx", vocabulary)
    labels = [row.cells[0].raw for row in document.tables[0].rows]
    row = labels.index("卫生支出")
    made = checked(document, data, finding_in(document, row, 1), finding_in(document, row, 2))
    got = docx.Document(io.BytesIO(FileAnnotator().word(made)))

    assert commented_words(got) == {0: "5.00", 1: "0.00"}
    assert before_of(got, 0).endswith("教育支出5.000.00卫生支出")
    assert before_of(got, 1).endswith("卫生支出5.00")


def test_a_label_over_several_rows_does_not_mislead(vocabulary: Vocabulary) -> None:
    """The label is printed once, and read for each of its rows."""
    made = docx.Document()
    made.add_paragraph("表1 支出表")
    rows = (("类别", "科目", "合计"), ("基本支出", "工资", "5.00"), ("", "津贴", "5.00"), ("", "奖金", "5.00"), ("项目支出", "修缮", "5.00"))
    table = made.add_table(len(rows), 3)
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    table.cell(1, 0).merge(table.cell(3, 0))
    table.cell(1, 0).text = "基本支出"
    data = bytes_of(made)
    document = read(data, "表.docx", vocabulary)
    row = next(n for n, each in enumerate(document.tables[0].rows) if "奖金" in [c.raw for c in each.cells])
    got = docx.Document(io.BytesIO(FileAnnotator().word(checked(document, data, finding_in(document, row, 2)))))

    assert before_of(got, 0).endswith("津贴5.00奖金")


def test_a_cell_that_is_not_in_the_text_is_not_marked_in_another_table(vocabulary: Vocabulary) -> None:
    """It may stand in a workbook that is set into the document."""
    document = read(word_of("表1 支出表", "单位：万元", table=ROWS), "表.docx", vocabulary)
    other = word_of("说明", "5.00", "表2 收入表", table=(("来源", "数"), ("拨款", "0.00"), ("其他", "5.00"), ("经营", "7.00")))
    got = docx.Document(io.BytesIO(FileAnnotator().word(checked(document, other, finding_in(document, 0, 1)))))

    assert next(iter(got.comments)).text.startswith("以下各条")


def test_links_insertions_and_deletions_are_handled(vocabulary: Vocabulary) -> None:
    made = docx.Document()
    paragraph = made.add_paragraph("2024年支出")
    for tag, text in (("w:hyperlink", "9"), ("w:ins", "50"), ("w:smartTag", ".47万元")):
        holder = OxmlElement(tag)
        run = paragraph.add_run(text)._r
        run.addprevious(holder)
        holder.append(run)
    gone = parse_xml(f"<w:del {nsdecls('w')}><w:r><w:delText>1</w:delText></w:r></w:del>")
    paragraph._p.append(gone)
    document = commented(bytes_of(made), vocabulary, ("950.47万元", 0))

    assert commented_words(document) == {0: "950.47万元"}
    assert len(list(document.element.body.iter(qn("w:hyperlink"), qn("w:ins"), qn("w:smartTag"), qn("w:del")))) == 4


def test_formulas_stay_as_they_are(vocabulary: Vocabulary) -> None:
    made = docx.Document()
    paragraph = made.add_paragraph("2024年支出")
    formula = '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:r><m:t>950.47万元</m:t></m:r></m:oMath>'
    paragraph._p.append(parse_xml(formula))
    document = commented(bytes_of(made), vocabulary, ("950.47万元", 0))

    assert next(iter(document.comments)).text.startswith("以下各条")
    assert [each.tag.rpartition("}")[2] for each in document.element.body.iter() if "math" in str(each.tag)] == ["oMath", "r", "t"]


def test_a_text_box_is_commented_at_its_paragraph(vocabulary: Vocabulary) -> None:
    made = docx.Document()
    made.add_paragraph("说明")
    paragraph = made.add_paragraph("这里有一个框")
    box = parse_xml(
        f'<w:r {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml"><w:pict><v:shape><v:textbox><w:txbxContent>'
        "<w:p><w:r><w:t>2024年支出950.47万元</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    )
    paragraph._p.append(box)
    document = commented(bytes_of(made), vocabulary, ("950.47万元", 0))

    start = next(document.element.body.iter(qn("w:commentRangeStart")))
    assert start.getparent() is document.paragraphs[1]._p


def test_what_has_no_place_is_told_at_the_beginning(vocabulary: Vocabulary) -> None:
    data = word_of(SENTENCE)
    document = read(data, "说明.docx", vocabulary)
    lost = finding_at(document, "5万元")
    nowhere = checked(document, data, Finding("table-missing", Severity.NOTE, "缺表。"), lost)
    changed = FileAnnotator().word(checked(document, word_of("另一份"), *nowhere.report.findings))
    (comment,) = docx.Document(io.BytesIO(changed)).comments

    assert comment.text.splitlines()[1:3] == ["1. 【提示】缺表。", "2. 【错误】5万元不对。"]


def test_other_comments_and_parts_stay(vocabulary: Vocabulary) -> None:
    made = docx.Document()
    paragraph = made.add_paragraph(SENTENCE)
    made.add_comment(paragraph.runs[0], "我的批注", author="甲")
    data = bytes_of(made)
    document = read(data, "说明.docx", vocabulary)
    got = FileAnnotator().word(checked(document, data, finding_at(document, "5万元", nth=1)))

    assert [(c.author, c.text.splitlines()[0]) for c in docx.Document(io.BytesIO(got)).comments] == [
        ("甲", "我的批注"), ("有据", "【错误】5万元不对。"),
    ]  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(io.BytesIO(got)) as new:
        assert old.namelist() == new.namelist()
        changed = {name for name in old.namelist() if old.read(name) != new.read(name)}
    assert changed <= {"word/document.xml", "word/comments.xml"}


def test_reading_the_copy_gives_the_same_document(vocabulary: Vocabulary) -> None:
    data = word_of("说明", SENTENCE, table=ROWS)
    document = read(data, "说明.docx", vocabulary)
    got = FileAnnotator().word(checked(document, data, finding_at(document, "5万元"), finding_in(document, 1, 1)))
    again = read(got, "说明.docx", vocabulary)

    assert (again.text, again.tables) == (document.text, document.tables)


def test_a_strict_document_gets_strict_comments(vocabulary: Vocabulary) -> None:
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    data = word_of(SENTENCE)
    document = read(data, "说明.docx", vocabulary)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "word/document.xml":
                content = content.replace(b"http://schemas.openxmlformats.org/wordprocessingml/2006/main", strict.encode())
            new.writestr(name, content)
    got = FileAnnotator().word(checked(document, out.getvalue(), finding_at(document, "5万元")))

    with zipfile.ZipFile(io.BytesIO(got)) as package:
        assert strict.encode() in package.read("word/comments.xml")
        assert b"purl.oclc.org/ooxml/officeDocument/relationships/comments" in package.read("word/_rels/document.xml.rels")
        assert b'"/word/comments.xml"' in package.read("[Content_Types].xml")


def test_characters_that_a_file_cannot_hold_are_left_out(vocabulary: Vocabulary) -> None:
    data = word_of(SENTENCE)
    document = read(data, "说明.docx", vocabulary)
    got = FileAnnotator().word(checked(document, data, Finding("garbled-words", Severity.NOTE, "坏\x00字\x0b。")))

    assert "坏字。" in next(iter(docx.Document(io.BytesIO(got)).comments)).text


@pytest.mark.parametrize("name", ["说明.txt", "说明.html"])
def test_other_texts_get_a_report(vocabulary: Vocabulary, name: str) -> None:
    data = f"<p>{SENTENCE}</p>".encode() if name.endswith("html") else SENTENCE.encode()
    document = read(data, name, vocabulary)
    made = checked(document, data, finding_at(document, "5万元", quote=SENTENCE), Finding("table-missing", Severity.NOTE, "缺\x01表。"))
    report = docx.Document(io.BytesIO(FileAnnotator().word(made)))

    assert [p.text for p in report.paragraphs if p.style and p.style.name == "Heading 1"] == ["错误（1）", "提示（1）"]
    errors, notes = report.tables
    assert "5万元不对。" in errors.cell(1, 1).text
    assert f"原文：{SENTENCE}" in errors.cell(1, 1).text
    assert notes.cell(1, 1).text == "缺表。"
    with pytest.raises(InvalidInputError, match="不是PDF"):
        FileAnnotator().pdf(made)


def test_an_empty_body_is_no_trouble(vocabulary: Vocabulary) -> None:
    data = word_of(SENTENCE)
    document = read(data, "说明.docx", vocabulary)
    bare = docx.Document()
    for element in list(bare.element.body):
        bare.element.body.remove(element)
    got = FileAnnotator().word(checked(document, bytes_of(deepcopy(bare)), finding_at(document, "5万元")))

    assert list(docx.Document(io.BytesIO(got)).element.body) == []
