"""Highlights lie over the wrong figures of a PDF, and the file before them is the one handed in."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import RectangleObject

from service.adapters.annotating.files import FileAnnotator
from service.domain.errors import InvalidInputError, UnreadableDocumentError
from service.domain.finding import Finding, Severity
from service.vocabulary.vocabulary import Vocabulary
from tests.pdfs import PdfPage, pdf_of
from tests.unit.annotating.texts import checked, finding_at, finding_in, read

#: Left edges of the sentence's second figure: 12 characters of 10 points and 6 digits of 5 before it.
SENTENCE = "二零二四年收入5万元，支出5万元。"
ROWS = (
    ("科目", "合计", "基本支出"), ("教育支出", "5.00", "0.00"), ("卫生支出", "5.00", "0.00"), ("合计", "10.00", "0.00"),
)  # fmt: skip
WIDTHS = (120, 80, 80)


def a_page(*, rotate: int = 0, sentence: str = SENTENCE) -> PdfPage:
    """Return a page with a sentence at (50, 100) and a table from (50, 200); cells are 20 high."""
    page = PdfPage(rotate=rotate)
    page.text(50, 100, sentence)
    page.text(50, 185, "支出表")
    page.text(250, 185, "单位：万元")
    page.table(50, 200, WIDTHS, ROWS)
    return page


def marked(data: bytes, vocabulary: Vocabulary, *wanted: tuple[str, int] | tuple[int, int]) -> bytes:
    """Return the PDF with highlights at occurrences of words, or in cells of its first table."""
    document = read(data, "预算.pdf", vocabulary)
    findings = [
        finding_at(document, str(one), nth=other) if isinstance(one, str) else finding_in(document, one, other)
        for one, other in wanted
    ]
    return FileAnnotator().pdf(checked(document, data, *findings))


def notes_of(data: bytes, page: int = 0) -> list[dict[str, object]]:
    """Return the annotations of a page."""
    return [each.get_object() for each in PdfReader(io.BytesIO(data)).pages[page].get("/Annots", [])]


def box_of(annotation: dict[str, object], *, height: int = 842) -> list[int]:
    """Return left, top, right, bottom of an annotation, from the upper left corner of the unturned page."""
    rect = annotation["/Rect"]
    assert isinstance(rect, Sequence)
    left, bottom, right, top = (round(float(each)) for each in rect)
    return [left, height - top, right, height - bottom]


def test_the_figure_is_highlighted_with_a_note(vocabulary: Vocabulary) -> None:
    (made,) = notes_of(marked(pdf_of(a_page()), vocabulary, ("5万元", 1)))

    assert (made["/Subtype"], made["/T"]) == ("/Highlight", "有据")
    assert made["/Contents"] == "【错误】5万元不对。\n应为：9.99万元\n计算：1 + 1 = 2"
    left, top, right, bottom = box_of(made)
    start = 50 + 5 + 10 * 12  # a digit is half as wide as an ideograph
    assert abs(left - start) <= 1
    assert abs(right - (start + 25)) <= 1
    assert top < 95 < 100 <= bottom < 110
    assert len(made["/QuadPoints"]) == 8  # type: ignore[arg-type]


def test_cells_are_told_apart_by_what_stands_around_them(vocabulary: Vocabulary) -> None:
    data = pdf_of(a_page())
    rows = [row.cells[0].raw for row in read(data, "预算.pdf", vocabulary).tables[0].rows]
    row = rows.index("卫生支出")
    first, second = notes_of(marked(data, vocabulary, (row, 1), (row, 2)))

    for made, edge in ((first, 170), (second, 250)):
        left, top, right, bottom = box_of(made)
        assert edge <= left < right < edge + 80
        assert 240 <= (top + bottom) / 2 <= 260


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_turned_pages_are_marked_at_the_same_place(vocabulary: Vocabulary, rotate: int) -> None:
    upright = pdf_of(a_page())
    document = read(upright, "预算.pdf", vocabulary)
    turned = pdf_of(a_page(rotate=rotate))
    findings = (finding_at(document, "5万元", nth=1), finding_in(document, 0, 1))
    boxes = [
        [box_of(each) for each in notes_of(FileAnnotator().pdf(checked(document, data, *findings)))]
        for data in (upright, turned)
    ]

    assert boxes[0] == boxes[1]
    assert len(boxes[0]) == 2


def test_a_figure_over_two_lines_has_two_boxes(vocabulary: Vocabulary) -> None:
    page = PdfPage()
    page.text(50, 100, "二零二四年支出预算总计为人民币一千九百五十万零四百七十元整合计支出19")
    page.text(50, 118, "50.47万元，比上年增加较多。")
    document = read(pdf_of(page), "预算.pdf", vocabulary)
    start = document.text.index("19")
    finding = finding_at(document, document.text[start : document.text.index("万元") + 2])
    (made,) = notes_of(FileAnnotator().pdf(checked(document, pdf_of(page), finding)))

    assert len(made["/QuadPoints"]) == 16  # type: ignore[arg-type]


def test_a_unit_on_the_next_page_leaves_the_number_marked(vocabulary: Vocabulary) -> None:
    first, second = PdfPage(), PdfPage()
    first.text(50, 100, "二零二四年支出预算总计为人民币一千九百五十万零四百七十元整合计支出1950.47")
    second.text(50, 100, "万元，比上年增加较多。")
    whole = PdfPage()
    whole.text(50, 100, "合计支出1950.47万元，比上年增加较多。")
    document = read(pdf_of(whole), "预算.pdf", vocabulary)
    finding = finding_at(document, "1950.47万元")
    got = FileAnnotator().pdf(checked(document, pdf_of(first, second), finding))

    assert [each["/Subtype"] for each in notes_of(got)] == ["/Highlight"]


def test_the_page_is_the_one_the_figure_stands_on(vocabulary: Vocabulary) -> None:
    data = pdf_of(*[a_page(sentence=f"第{'一二三'[n]}页。{SENTENCE}") for n in range(3)])
    got = marked(data, vocabulary, ("5万元", 3))

    assert [len(notes_of(got, n)) for n in range(3)] == [0, 1, 0]


def test_the_file_handed_in_is_the_beginning_of_the_result(vocabulary: Vocabulary) -> None:
    data = pdf_of(a_page(), a_page())
    got = marked(data, vocabulary, ("5万元", 1), (1, 1))

    assert got.startswith(data)
    assert [p.extract_text() for p in PdfReader(io.BytesIO(got)).pages] == [
        p.extract_text() for p in PdfReader(io.BytesIO(data)).pages
    ]
    again, before = read(got, "预算.pdf", vocabulary), read(data, "预算.pdf", vocabulary)
    assert (again.text, again.tables) == (before.text, before.tables)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_what_is_not_found_is_noted_in_the_upper_right_corner(vocabulary: Vocabulary, rotate: int) -> None:
    document = read(pdf_of(a_page()), "预算.pdf", vocabulary)
    scanned = PdfPage(rotate=rotate)
    scanned.image(0, 0, 595, 842)
    findings = (finding_at(document, "5万元"), finding_in(document, 1, 1, severity=Severity.NOTE))
    (made,) = notes_of(FileAnnotator().pdf(checked(document, pdf_of(scanned), *findings)))

    assert made["/Subtype"] == "/Text"
    assert "1. 【错误】5万元不对。" in str(made["/Contents"])
    assert "2. 【提示】T01第1行不对。（第1页" in str(made["/Contents"])
    corner = {0: [567, 8, 587, 28], 90: [8, 8, 28, 28], 180: [8, 814, 28, 834], 270: [567, 814, 587, 834]}[rotate]
    assert box_of(made) == corner


def test_a_note_stands_inside_the_visible_part_of_the_page(vocabulary: Vocabulary) -> None:
    writer = PdfWriter(io.BytesIO(pdf_of(a_page())))
    writer.pages[0].cropbox = RectangleObject((30, 300, 400, 800))
    out = io.BytesIO()
    writer.write(out)
    document = read(out.getvalue(), "预算.pdf", vocabulary)
    findings = (Finding("table-missing", Severity.NOTE, "缺表。"), finding_at(document, "5万元", nth=1))
    got = notes_of(FileAnnotator().pdf(checked(document, out.getvalue(), *findings)))

    boxes = {each["/Subtype"]: box_of(each) for each in got}
    assert boxes["/Text"] == [372, 842 - 800 + 8, 392, 842 - 800 + 28]
    assert abs(boxes["/Highlight"][0] - 175) <= 1


def test_earlier_annotations_stay(vocabulary: Vocabulary) -> None:
    once = marked(pdf_of(a_page()), vocabulary, ("5万元", 0))
    twice = marked(once, vocabulary, ("5万元", 1))

    assert len(notes_of(twice)) == 2


def test_a_protected_file_is_refused(vocabulary: Vocabulary) -> None:
    writer = PdfWriter(io.BytesIO(pdf_of(a_page())))
    writer.encrypt("", "secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    document = read(out.getvalue(), "预算.pdf", vocabulary)

    with pytest.raises(InvalidInputError, match="设有保护"):
        FileAnnotator().pdf(checked(document, out.getvalue(), finding_at(document, "5万元")))


def test_a_damaged_file_is_mended_first(vocabulary: Vocabulary) -> None:
    whole = pdf_of(a_page())
    torn = whole[: whole.rindex(b"startxref")]
    document = read(torn, "预算.pdf", vocabulary)
    got = FileAnnotator().pdf(checked(document, torn, finding_at(document, "5万元")))

    assert [each["/Subtype"] for each in notes_of(got)] == ["/Highlight"]


def test_a_file_that_is_beyond_mending_is_said_to_be_so(vocabulary: Vocabulary) -> None:
    whole = pdf_of(a_page())
    document = read(whole, "预算.pdf", vocabulary)

    with pytest.raises(UnreadableDocumentError, match="能读但不能写批注"):
        FileAnnotator().pdf(checked(document, whole[:400], finding_at(document, "5万元")))
