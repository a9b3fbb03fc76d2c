"""PDFs are read as they look: tables by their rulings, prose in paragraphs, nothing invisible, nothing twice."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from service.adapters.readers import ocr, pdf
from service.adapters.readers.pdf import read_pdf
from service.domain.errors import OversizedDocumentError, SourceDocumentError, UnreadableDocumentError
from service.ingestion.blocks import Grid, Reading, TextLine
from tests.pdfs import PdfPage, pdf_of

Draw = Callable[[PdfPage], None]


def read(*pages: PdfPage) -> Reading:
    reading = read_pdf(pdf_of(*pages), "云溪市示例局.pdf")
    for block in reading.blocks:
        if isinstance(block, TextLine):
            assert reading.text[block.start : block.start + len(block.text)] == block.text
    return reading


def lines(reading: Reading) -> list[str]:
    return [b.text for b in reading.blocks if isinstance(b, TextLine)]


def grids(reading: Reading) -> list[list[tuple[str, ...]]]:
    return [[r.cells for r in b.rows] for b in reading.blocks if isinstance(b, Grid)]


ROWS = [("项目", "合计", "基本支出"), ("行政运行", "1,234.50", "1,000.00"), ("信息化建设", "234.50", "")]


def test_ruled_table_between_lines() -> None:
    page = PdfPage()
    page.text(60, 60, "部门支出总表", size=16)
    page.text(60, 85, "部门：云溪市示例局")
    page.text(480, 85, "单位：万元")
    page.table(60, 100, [200, 120, 120], ROWS)
    page.text(60, 190, "说明：本表为示例。")
    reading = read(page)
    assert grids(reading) == [ROWS]
    assert lines(reading) == ["部门支出总表", "部门：云溪市示例局", "单位：万元", "说明：本表为示例。"]
    assert [type(b).__name__ for b in reading.blocks] == ["TextLine"] * 3 + ["Grid", "TextLine"]
    assert {r.page for b in reading.blocks if isinstance(b, Grid) for r in b.rows} == {1}


def test_prose_goes_on_over_a_page_end_and_page_numbers_are_left_out() -> None:
    pages = [PdfPage(), PdfPage(), PdfPage()]
    for number, page in enumerate(pages, 1):
        page.text(80, 40, "云溪市示例局2024年部门预算", size=9)
        page.text(290, 810, f"- {number} -", size=9)
        page.text(100, 80, "本部门负责全市示例工作的组织协调和监督管理，承担示例资金的安排与使用绩")
        page.text(80, 100, "效评价，并指导所属单位做好有关工作，全年安排资金共计一千二百三十四万元")
    pages[0].text(80, 120, "，比上年有所增加，主要原因是新增了示例项目一个，其余项目与上年基本持平，")
    pages[1].operators = pages[1].operators[:2]
    pages[1].text(80, 80, "其中基本支出1000.00万元。")
    reading = read(*pages)
    assert len(lines(reading)) == 2
    assert lines(reading)[0].endswith("基本持平，其中基本支出1000.00万元。")
    assert reading.page_of(reading.text.index("其中基本支出")) == 2
    assert reading.page_of(reading.text.index("基本持平")) == 1
    assert "- 1 -" not in reading.text
    assert "部门预算" not in reading.text


def test_what_is_clipped_is_not_read() -> None:
    first, second = PdfPage(), PdfPage()
    for page, visible in ((first, (60, 60, 500, 100)), (second, (60, 90, 500, 200))):
        with page.clip(*visible):
            page.text(70, 80, "上半格的文字")
            page.text(70, 110, "下半格的文字 11.22")
    assert lines(read(first, second)) == ["上半格的文字", "下半格的文字 11.22"]


@pytest.mark.parametrize(
    ("rotate", "matrix", "size"),
    [(90, "0 1 -1 0 {y} {x}", (595, 842)), (0, "0 1 -1 0 {y} {x}", (595, 842)), (0, "0 -1 1 0 {v} {u}", (595, 842))],
    ids=["page turned", "drawn upwards", "drawn downwards"],
)
def test_pages_drawn_sideways_are_turned(rotate: int, matrix: str, size: tuple[int, int]) -> None:
    page = PdfPage(*size, rotate=rotate)

    def put(x: int, y: int, text: str) -> None:
        page.text(0, 0, text, matrix=matrix.format(x=x, y=y, u=842 - x, v=595 - y))

    for n, row in enumerate([("项目", "合计"), ("行政运行", "1,234.50"), ("信息化", "99.00")]):
        for x, cell in zip((60, 260), row, strict=True):
            put(x, 113 + 20 * n, cell)
    ends = [(60, 100), (60, 120), (60, 140), (60, 160)]
    for x, y in ends:
        page.operators.append(_segment(matrix, x, y, 460, y))
    for x in (60, 250, 460):
        page.operators.append(_segment(matrix, x, 100, x, 160))
    reading = read(page)
    assert grids(reading) == [[("项目", "合计"), ("行政运行", "1,234.50"), ("信息化", "99.00")]]


def _segment(matrix: str, x0: int, y0: int, x1: int, y1: int) -> str:
    def place(x: int, y: int) -> str:
        return " ".join(matrix.format(x=x, y=y, u=842 - x, v=595 - y).split()[4:])

    return f"0.5 w {place(x0, y0)} m {place(x1, y1)} l S"


def test_the_upright_number_of_a_page_drawn_sideways_is_left_out() -> None:
    page = PdfPage()
    page.text(0, 0, "云溪市示例局部门预算说明", matrix="0 1 -1 0 200 300")
    page.text(290, 810, "- 7 -")
    assert lines(read(page)) == ["云溪市示例局部门预算说明"]


def test_rulings_drawn_as_boxes_and_as_images() -> None:
    page = PdfPage()
    for n, row in enumerate(ROWS):
        for x0, x1, cell in zip((60, 260, 380), (260, 380, 500), row, strict=True):
            page.text(x0 + 3, 113 + 20 * n, cell)
            if n:
                page.box(x0, 100 + 20 * n, x1, 120 + 20 * n)
            else:
                page.image(x0, 100, x1, 100.5)
                page.image(x0, 100, x0 + 0.5, 120)
    page.box(500, 100, 500.5, 120, paint="f")
    assert grids(read(page)) == [ROWS]


def test_a_label_that_runs_sideways_in_its_cell_is_one_word() -> None:
    page = PdfPage()
    page.table(60, 100, [40, 200, 120], [("", "项目", "金额"), ("", "行政运行", "1.00"), ("", "信息化", "2.00")], height=30)
    for n, character in enumerate("本年支出"):
        page.text(0, 0, character, matrix=f"0 1 -1 0 85 {842 - 175 + 10 * n}")
    assert [r[0] for r in grids(read(page))[0]] == ["", "本年支出", ""]


def test_invisible_and_slanted_text_is_no_text() -> None:
    page = PdfPage()
    page.text(60, 60, "看得见的文字。")
    page.text(60, 90, "看不见的文字", mode=3)
    page.text(0, 0, "水印水印", matrix="0.7 0.7 -0.7 0.7 200 300")
    assert lines(read(page)) == ["看得见的文字。"]


def test_a_scan_with_recognised_text_behind_it_is_marked() -> None:
    page = PdfPage()
    page.image(0, 0, 595, 842)
    page.text(60, 60, "扫描件后面的文字。", mode=3)
    reading = read(page)
    assert lines(reading) == ["扫描件后面的文字。"]
    assert reading.ocr_pages == {1}
    assert [r.code for r in reading.remarks] == ["ocr-pages"]


def test_digits_lower_and_smaller_than_the_ideographs_stay_on_their_line() -> None:
    page = PdfPage()
    page.text(80, 100, "基本支出", size=16)
    page.text(144, 102, "1,682.76", size=11)
    page.text(188, 100, "万元。", size=16)
    assert lines(read(page)) == ["基本支出1,682.76万元。"]


def test_false_bold_is_read_once() -> None:
    page = PdfPage()
    for shift in (0, 0.4):
        page.text(80 + shift, 100, "单位预算2024年")
    assert lines(read(page)) == ["单位预算2024年"]


def test_radicals_are_read_as_the_ideographs_they_stand_for() -> None:
    page = PdfPage()
    page.text(80, 100, "⼀般公共预算⽀出")
    assert lines(read(page)) == ["一般公共预算支出"]


def test_image_pages_are_refused_without_a_recogniser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_installed", lambda: False)
    pages = [PdfPage(), PdfPage()]
    for page in pages:
        page.image(0, 0, 595, 842)
    with pytest.raises(UnreadableDocumentError, match=r"第1—2页是图片.*tesseract-ocr-chi-sim"):
        read(*pages)


def test_some_image_pages_are_named_and_blank_pages_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_installed", lambda: False)
    text, blank, image = PdfPage(), PdfPage(), PdfPage()
    text.text(80, 100, "云溪市示例局。")
    image.image(0, 0, 595, 842)
    reading = read(text, blank, image)
    assert [(r.code, r.severity, r.page) for r in reading.remarks] == [("image-pages", "warning", 3)]
    assert reading.pages == 3
    assert len(reading.page_starts) == 3


@pytest.mark.skipif(not ocr.is_installed(), reason="no tesseract with chi_sim")
def test_image_pages_are_recognised_with_their_tables() -> None:
    import pypdfium2

    drawn = PdfPage(400, 200)
    for n in range(4):
        drawn.line(40, 40 + 30 * n, 360, 40 + 30 * n, width=1)
    for x in (40, 200, 360):
        drawn.line(x, 40, x, 130, width=1)
    source = pdf_of(drawn).replace(b"/Subtype /Type0 /BaseFont /Song /Encoding /Identity-H", b"/Subtype /Type1 /BaseFont /Helvetica")
    digits = "BT /F1 14 Tf 1 0 0 1 {x} {y} Tm ({s}) Tj ET"
    for n, row in enumerate([("2023", "2024"), ("1234.50", "5678.90"), ("301.25", "88.00")]):
        for x, s in zip((60, 220), row, strict=True):
            drawn.operators.append(digits.format(x=x, y=200 - (61 + 30 * n), s=s))
    source = pdf_of(drawn).replace(b"/Subtype /Type0 /BaseFont /Song /Encoding /Identity-H", b"/Subtype /Type1 /BaseFont /Helvetica")
    bitmap = pypdfium2.PdfDocument(source)[0].render(scale=3, grayscale=True)
    grey = b"".join(bytes(bitmap.buffer)[r * bitmap.stride : r * bitmap.stride + bitmap.width] for r in range(bitmap.height))
    scan = PdfPage(400, 200)
    scan.image(0, 0, 400, 200, columns=bitmap.width, rows=bitmap.height, grey=grey)
    reading = read(scan)
    assert grids(reading) == [[("2023", "2024"), ("1234.50", "5678.90"), ("301.25", "88.00")]]
    assert reading.ocr_pages == {1}
    assert all(b.by_ocr for b in reading.blocks if isinstance(b, Grid))
    assert [r.code for r in reading.remarks] == ["ocr-pages"]


def text_page() -> PdfPage:
    page = PdfPage()
    page.text(80, 100, "云溪市示例局2024年部门预算。")
    return page


def test_locked_files_say_so() -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_of(text_page()))))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(UnreadableDocumentError, match="密码"):
        read_pdf(out.getvalue(), "示例.pdf")


def test_files_locked_only_against_changes_are_read() -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_of(text_page()))))
    writer.encrypt("", "owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    assert lines(read_pdf(out.getvalue(), "示例.pdf")) == ["云溪市示例局2024年部门预算。"]


@pytest.mark.parametrize("damage", [b"", b"%PDF-1.7", b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>"])
def test_hopeless_files_are_refused_in_plain_words(damage: bytes) -> None:
    with pytest.raises(UnreadableDocumentError, match="请"):
        read_pdf(damage, "示例.pdf")


def test_a_file_without_its_table_of_contents_is_mended() -> None:
    data = pdf_of(text_page())
    reading = read_pdf(data[: data.index(b"xref")], "示例.pdf")
    assert lines(reading) == ["云溪市示例局2024年部门预算。"]
    assert [r.code for r in reading.remarks] == ["mended-file"]


def test_any_cut_ends_in_a_reading_or_a_refusal() -> None:
    page = text_page()
    page.table(60, 120, [200, 120, 120], ROWS)
    data = pdf_of(page, text_page())
    for end in range(0, len(data), 97):
        try:
            assert read_pdf(data[:end], "示例.pdf").remarks
        except SourceDocumentError as error:
            assert "请" in error.message  # noqa: PT017 - either end will do


def test_too_many_pages_are_refused() -> None:
    with pytest.raises(OversizedDocumentError, match="5000页"):
        read_pdf(pdf_of(*[PdfPage() for _ in range(5000)]), "示例.pdf")


def test_a_page_of_too_many_lines_is_read_as_text() -> None:
    page = text_page()
    for n in range(200_000):
        page.operators.append(f"{n % 500} {n // 500} 3 3 re S")
    reading = read(page)
    assert lines(reading) == ["云溪市示例局2024年部门预算。"]
    assert [r.code for r in reading.remarks] == ["overfull-page"]


def test_a_page_that_unpacks_without_end_is_left_out() -> None:
    import zlib

    page, bomb = text_page(), PdfPage()
    bomb.operators.append("MARK")
    data = pdf_of(page, bomb)
    packed = zlib.compress(b"q Q " * (12 << 20))
    stream = b"<< /Length 4 >>\nstream\nMARK\nendstream"
    plain = data.replace(b"<< /Length 4  >>\nstream\nMARK\nendstream", stream)
    at = plain.index(stream)
    data = plain[:at] + b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(packed) + packed + b"\nendstream" + plain[at + len(stream) :]
    reading = read_pdf(data[: data.rindex(b"xref\n")], "示例.pdf")
    assert lines(reading) == ["云溪市示例局2024年部门预算。"]
    assert [(r.code, r.page) for r in reading.remarks] == [("mended-file", 0), ("overfull-page", 2)]


def test_a_damaged_page_does_not_take_the_others_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from service.adapters.readers import pdf_content

    whole = pdf_content.page_content
    calls = iter([False, True])

    def sometimes(page: object, resources: object) -> object:
        if next(calls):
            raise ValueError
        return whole(page, resources)  # type: ignore[arg-type]

    monkeypatch.setattr(pdf_content, "page_content", sometimes)
    reading = read(text_page(), text_page())
    assert [(r.code, r.severity, r.page) for r in reading.remarks] == [("unreadable-page", "error", 2)]


def test_deep_nesting_is_refused() -> None:
    deep = b"[" * 30_000 + b"]" * 30_000
    data = pdf_of(text_page()).replace(b"/Type /Catalog", b"/Type /Catalog /Deep " + deep)
    try:
        read_pdf(data, "示例.pdf")
    except SourceDocumentError as error:
        assert "请" in error.message  # noqa: PT017 - either end will do


def test_a_huge_page_is_read() -> None:
    page = PdfPage(14_400, 14_400)
    page.text(80, 100, "云溪市示例局。")
    assert lines(read(page)) == ["云溪市示例局。"]


def test_pages_are_numbered_as_ranges() -> None:
    assert pdf._numbers([1, 2, 3, 7]) == "第1—3、7页"
