"""Workbooks are read as they print: merged headers, number formats, what is hidden, and never a formula run."""

from __future__ import annotations

import datetime
import io
import subprocess
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Alignment
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from service.adapters.readers import office
from service.adapters.readers.number_formats import print_number
from service.adapters.readers.office import find_office
from service.adapters.readers.workbook import read_workbook
from service.domain.errors import (
    EmptyDocumentError,
    OversizedDocumentError,
    SourceDocumentError,
    UnreadableDocumentError,
    UnsupportedDocumentError,
)
from service.ingestion.blocks import Grid, Reading, TextLine
from tests.workbooks import income_table, part_of, with_parts, workbook_bytes

NAME = "预算.xlsx"


def grids(reading: Reading) -> list[Grid]:
    return [b for b in reading.blocks if isinstance(b, Grid)]


def lines(reading: Reading) -> list[str]:
    return [b.text for b in reading.blocks if isinstance(b, TextLine)]


def cells(grid: Grid) -> list[tuple[str, ...]]:
    return [r.cells for r in grid.rows]


@pytest.fixture
def without_office(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which LibreOffice is not installed."""
    monkeypatch.setattr("service.adapters.readers.workbook.find_office", lambda: None)
    monkeypatch.setattr(office, "find_office", lambda: None)


def test_a_table_comes_out_with_its_merged_header_and_its_captions_apart() -> None:
    """Title, department and unit are lines above the grid, the remark a line below it."""
    reading = read_workbook(workbook_bytes(income_table), NAME)

    assert lines(reading) == [
        "2025年云溪市示例局部门收入总表", "部门：云溪市示例局", "单位：万元", "注：因四舍五入，分项之和与合计可能有尾差。",
    ]  # fmt: skip
    [grid] = grids(reading)
    assert (grid.name, dict(grid.spans or {})) == ("收入总表", {(0, 0): (1, 2), (0, 2): (1, 3)})
    assert cells(grid) == [
        ("项目", "", "金额", "", ""),
        ("科目编码", "科目名称", "合计", "基本支出", "占比"),
        ("0080", "教育支出", "12.30", "12.30", "12.5%"),
        ("205", "其他支出", "1,234.50", "0.00", "50.0%"),
        ("", "", "", "", ""),
        ("合计", "", "1246.8", "", ""),
    ]
    for line in (b for b in reading.blocks if isinstance(b, TextLine)):
        assert reading.text[line.start : line.start + len(line.text)] == line.text
        assert line.whole


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        ("12.3", "0.00", "12.30"),
        ("3845.4900000000002", "General", "3845.49"),
        ("0.30000000000000004", "", "0.3"),
        ("1.005", "0.00", "1.01"),
        ("0", '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "-"),
        ("-1234.5", '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "-1,234.50"),
        ("-5", "0.00_);[Red](0.00)", "(5.00)"),
        ("-5", "0.00_);[Red]0.00", "-5.00"),
        ("0", "#,##0.00;-#,##0.00;;", ""),
        ("12.3", '0.00"万元"', "12.30万元"),
        ("12345", "0!.0,", "1.2"),
        ("12345", "0!.0000", "1.2345"),
        ("1234567.891", "#,##0.00,", "1,234.57"),
        ("0.17625", "0.00%", "17.63%"),
        ("80", "0000", "0080"),
        ("1234", "[>=1000]#,##0;0", "1,234"),
        ("12", "[$￥-804]#,##0.00", "￥12.00"),
        ("45688", 'yyyy"年"m"月"d"日"', "2025年1月31日"),
        ("45688.5", "yyyy-mm-dd hh:mm", "2025-01-31 12:00"),
        ("2025", '0"年"', "2025年"),
        ("1.5", "# ?/?", "1.5"),
        ("5", "@", "5"),
    ],
)
def test_numbers_print_as_their_cells_show_them(value: str, code: str, shown: str) -> None:
    """The number format decides, and rounds the digits that are stored."""
    assert print_number(Decimal(value), code) == shown


def test_hidden_sheets_rows_and_columns_are_not_read_and_named() -> None:
    """What a reader of the workbook cannot see is no published content."""

    def hide(book: Workbook) -> None:
        sheet = book["收入总表"]
        sheet["A8"], sheet["C8"] = "内部", 5
        sheet.row_dimensions[8].hidden = True
        sheet.column_dimensions["D"].hidden = True
        draft = book.create_sheet("底稿")
        draft["A1"] = "草稿数字"
        draft.sheet_state = "veryHidden"

    reading = read_workbook(workbook_bytes(income_table, more=hide), NAME)

    text = "".join(lines(reading)) + str([cells(g) for g in grids(reading)])
    assert "草稿数字" not in text
    assert "内部" not in text
    assert cells(grids(reading)[0])[2] == ("0080", "教育支出", "12.30", "12.5%")
    remarks = {r.code: r.message for r in reading.remarks}
    assert "底稿" in remarks["hidden-sheet"]
    assert "5格" in remarks["hidden-cells"]


def test_formulas_without_values_are_blank_and_named(without_office: None) -> None:
    """A total that nobody calculated is not a figure."""

    def total(sheet: Worksheet) -> None:
        income_table(sheet)
        sheet["C9"], sheet["D9"] = "=SUM(C6:C7)", "=SUM(D6:D7)"

    reading = read_workbook(workbook_bytes(total), NAME)

    assert cells(grids(reading)[0])[-1] == ("合计", "", "", "", "")
    [remark] = [r for r in reading.remarks if r.code == "formula-without-value"]
    assert (remark.severity, "2个" in remark.message, "C9、D9" in remark.message) == ("warning", True, True)


@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
def test_formulas_without_values_are_calculated_where_that_is_possible() -> None:
    """LibreOffice gives a second reading, and the remark says that it did."""

    def total(sheet: Worksheet) -> None:
        income_table(sheet)
        sheet["C9"], sheet["D9"] = "=SUM(C6:C7)", "=1/0"
        sheet["C9"].number_format = "#,##0.00"

    reading = read_workbook(workbook_bytes(total), NAME)

    assert cells(grids(reading)[0])[-1] == ("合计", "", "1,246.80", "", "")
    assert [r.code for r in reading.remarks] == ["formula-recalculated", "cell-error"]


def test_cells_that_look_like_formulas_are_text() -> None:
    """Nothing in a cell is ever run, and nothing is lost."""
    injected = ("=cmd|' /C calc'!A0", "+1+cmd", "@SUM(1)", "-2+3")

    def inject(sheet: Worksheet) -> None:
        income_table(sheet)
        for column, text in zip("ABCD", injected, strict=True):
            sheet[f"{column}8"] = text
            sheet[f"{column}8"].data_type = "s"

    reading = read_workbook(workbook_bytes(inject), NAME)

    assert cells(grids(reading)[0])[4][:4] == injected


def test_error_values_are_blank_and_named() -> None:
    """#REF! is no figure."""
    data = workbook_bytes(income_table)
    part = part_of(data, "xl/worksheets/sheet1.xml").replace(b'<c r="C9" t="n"><v>1246.8</v>', b'<c r="C9" t="e"><v>#REF!</v>')

    reading = read_workbook(with_parts(data, {"xl/worksheets/sheet1.xml": part}), NAME)

    assert cells(grids(reading)[0])[-1][2] == ""
    assert [r.code for r in reading.remarks] == ["cell-error"]


def test_several_tables_on_one_sheet_are_told_apart_and_a_blank_row_splits_none() -> None:
    """A title begins a table; a blank row within one does not."""

    def two(sheet: Worksheet) -> None:
        income_table(sheet)
        sheet["A12"] = "2025年云溪市示例局部门支出总表"
        sheet["A13"], sheet["C13"] = "部门：云溪市示例局", "单位：元"
        for column, label in zip("ABC", ("项目", "本年预算", "上年预算"), strict=True):
            sheet[f"{column}14"] = label
        for row in (15, 17):
            sheet[f"A{row}"], sheet[f"B{row}"], sheet[f"C{row}"] = f"项目{row}", row, row

    reading = read_workbook(workbook_bytes(two), NAME)

    first, second = grids(reading)
    assert len(first.rows) == 6
    assert [r[0] for r in cells(second)] == ["项目", "项目15", "", "项目17"]
    assert lines(reading)[-3:] == ["2025年云溪市示例局部门支出总表", "部门：云溪市示例局", "单位：元"]


@pytest.mark.parametrize("header", [("2024年", "2025年"), ("1", "2"), ("项目", "金额（单位：万元）"), ("一", "二")])
def test_a_header_is_not_taken_for_captions(header: tuple[str, str]) -> None:
    """Years, numbers of columns and labels with a unit head columns."""

    def table(sheet: Worksheet) -> None:
        sheet["A1"] = "云溪市示例局支出情况表"
        for row, values in enumerate((header, ("办公费", 12), ("印刷费", 5)), 2):
            sheet[f"A{row}"], sheet[f"B{row}"] = values

    reading = read_workbook(workbook_bytes(table), NAME)

    assert lines(reading) == ["云溪市示例局支出情况表"]
    assert cells(grids(reading)[0])[0] == header


def test_a_department_in_a_cell_of_its_own_joins_its_label() -> None:
    """The label ends in a colon; the name stands beside it."""

    def apart(sheet: Worksheet) -> None:
        income_table(sheet)
        sheet["A2"], sheet["B2"] = "编制部门：", "云溪市示例局"

    assert lines(read_workbook(workbook_bytes(apart), NAME))[1:3] == ["编制部门：云溪市示例局", "单位：万元"]


def test_a_label_over_the_whole_header_stays_in_the_header() -> None:
    """Only captions are taken off the top."""

    def wide(sheet: Worksheet) -> None:
        sheet["A1"], sheet["A2"] = "云溪市示例局基本支出表", "单位：万元"
        sheet["A4"] = "2025年预算数"
        sheet.merge_cells("A4:C4")
        sheet["A5"], sheet["B5"], sheet["C5"] = "科目", "人员经费", "公用经费"
        sheet["A6"], sheet["B6"], sheet["C6"] = "办公费", 1, 2

    [grid] = grids(read_workbook(workbook_bytes(wide), NAME))

    assert cells(grid)[0] == ("2025年预算数", "", "")
    assert dict(grid.spans or {}) == {(0, 0): (1, 3)}


def test_remarks_signatures_and_prose_below_a_table_are_lines() -> None:
    """They stand below it, headings of the prose among them; a total without figures does not."""

    def table(sheet: Worksheet) -> None:
        for row in (
            ["云溪市示例局支出情况表"], ["科目", "本年", "上年"], ["办公费", 12, 11], ["合计"], [], ["备注：无"],
            ["单位负责人：", None, "填表人：某"], ["三、名词解释"], ["（一）办公费：指购买办公用品的支出。"],
        ):  # fmt: skip
            sheet.append(row)

    reading = read_workbook(workbook_bytes(table), NAME)

    assert cells(grids(reading)[0])[-1] == ("合计", "", "")
    assert lines(reading)[1:] == ["备注：无", "单位负责人：　填表人：某", "三、名词解释", "（一）办公费：指购买办公用品的支出。"]


def test_labels_centred_over_blank_cells_reach_over_them() -> None:
    """What looks merged on paper is read as merged."""

    def centred(sheet: Worksheet) -> None:
        sheet["A1"] = "科目"
        sheet["B1"] = "本年支出"
        for cell in ("B1", "C1", "D1"):
            sheet[cell].alignment = Alignment(horizontal="centerContinuous")
        for column, label in zip("BCD", ("合计", "基本", "项目"), strict=True):
            sheet[f"{column}2"] = label

    [grid] = grids(read_workbook(workbook_bytes(centred), NAME))

    assert dict(grid.spans or {}) == {(0, 1): (1, 3)}


def test_a_sheet_of_prose_is_paragraphs_under_its_title() -> None:
    """A cell with line breaks is several paragraphs."""

    def prose(sheet: Worksheet) -> None:
        sheet["A1"] = "云溪市示例局主要职能"
        sheet["A3"] = "一、拟订规划。\n二、组织实施。"
        sheet.merge_cells("A3:H20")

    reading = read_workbook(workbook_bytes(prose), NAME)

    assert [(b.text, b.heading) for b in reading.blocks if isinstance(b, TextLine)] == [
        ("云溪市示例局主要职能", 1), ("一、拟订规划。", 0), ("二、组织实施。", 0),
    ]  # fmt: skip


def test_dates_and_truth_values_are_text() -> None:
    """Cells that are no numbers print too."""

    def dates(sheet: Worksheet) -> None:
        sheet["A1"], sheet["B1"], sheet["C1"] = "日期", "是否", "备注"
        sheet["A2"], sheet["B2"], sheet["C2"] = datetime.date(2025, 1, 31), True, "无"

    [grid] = grids(read_workbook(workbook_bytes(dates), NAME))

    assert cells(grid)[1] == ("2025-01-31", "TRUE", "无")


def test_macros_are_ignored_and_said_so() -> None:
    """A workbook with macros is read like any other."""
    data = with_parts(workbook_bytes(income_table), {"xl/vbaProject.bin": b"\x00" * 64})

    reading = read_workbook(data, "预算.xlsm")

    assert [r.code for r in reading.remarks] == ["macros-ignored"]
    assert len(grids(reading)) == 1


@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed, so there is no XLS to read")
def test_a_binary_workbook_reads_like_the_new_one(tmp_path: Path) -> None:
    """XLS gives the same blocks as the XLSX it was saved from."""
    data = workbook_bytes(income_table)
    made = office.convert(data, NAME, ending="xlsx", into="xls", remedy="另存")

    old = read_workbook(made, "预算.xls")

    assert made.startswith(b"\xd0\xcf\x11\xe0")
    assert old.blocks == read_workbook(data, NAME).blocks
    for cut in (600, len(made) // 2, len(made) - 2000):
        with pytest.raises(SourceDocumentError):
            read_workbook(made[:cut], "预算.xls")


@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed, so there is no XLS to read")
def test_texts_that_a_binary_workbook_cuts_into_pieces_are_whole_again() -> None:
    """Thousands of texts, wide and narrow, one of them formatted in parts: another library reads the same."""
    import python_calamine

    def many(sheet: Worksheet) -> None:
        sheet.append(["项目", "说明", "金额", "公式"])
        for n in range(2, 3000):
            sheet.append([f"项目{n}的名称", f"note {n} " + "x" * (n % 90), n / 4, f'=A{n}&"！"'])
        sheet["A3"] = CellRichText("云溪", TextBlock(InlineFont(b=True), "市示例局"))

    made = office.convert(workbook_bytes(many), NAME, ending="xlsx", into="xls", remedy="另存")
    other = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_index(0).to_python()

    [grid] = grids(read_workbook(made, "预算.xls"))

    assert [r.cells[:2] for r in grid.rows] == [tuple(row[:2]) for row in other]
    assert [r.cells[3] for r in grid.rows] == [row[3] for row in other]
    assert [float(r.cells[2]) for r in grid.rows[1:]] == [row[2] for row in other[1:]]
    assert grid.rows[2].cells[0] == "云溪市示例局"


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 40_000_000)
    return out.getvalue()


def far_apart() -> bytes:
    def place(sheet: Worksheet) -> None:
        sheet["A1"], sheet["B1"], sheet["A3"], sheet["B3"] = "甲", "乙", 1, 2
        sheet["XFD1048576"], sheet["A1048576"] = "远", "角"

    return workbook_bytes(place)


def test_two_cells_at_opposite_corners_cost_nothing() -> None:
    """Only what is filled is laid out."""
    [grid] = grids(read_workbook(far_apart(), NAME))

    assert (len(grid.rows), grid.width) == (5, 4)


def blank_but_formatted() -> bytes:
    rows = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (n, n) for n in range(1, 200_001))
    data = workbook_bytes(income_table)
    part = part_of(data, "xl/worksheets/sheet1.xml")
    return with_parts(data, {"xl/worksheets/sheet1.xml": part.replace(b"</sheetData>", rows + b"</sheetData>")})


def test_rows_that_are_only_formatted_count_for_nothing() -> None:
    """A sheet formatted down to its end is as long as what is written on it."""
    assert grids(read_workbook(blank_but_formatted(), NAME)) == grids(read_workbook(workbook_bytes(income_table), NAME))


def too_many_cells() -> bytes:
    cell = b"<c><v>1</v></c>"
    rows = (b"<row>" + cell * 500 + b"</row>") * 900
    part = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + rows
    data = workbook_bytes(income_table)
    return with_parts(data, {"xl/worksheets/sheet1.xml": part + b"</sheetData></worksheet>"})


def with_entity() -> bytes:
    data = workbook_bytes(income_table)
    strings = b'<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/hostname">]><sst><si><t>&x;</t></si></sst>'
    return with_parts(data, {"xl/sharedStrings.xml": strings})


def wrapped_for_encryption() -> bytes:
    """An OLE file with one stream, EncryptedPackage, as Office saves a workbook with a password."""
    sector = 512
    header = bytearray(sector)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    header[24:34] = bytes((0x3E, 0, 3, 0, 0xFE, 0xFF, 9, 0, 6, 0))
    header[44:52] = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
    header[56:60] = (4096).to_bytes(4, "little")
    header[60:76] = b"\xfe\xff\xff\xff\x00\x00\x00\x00" * 2
    header[76:80] = (1).to_bytes(4, "little")
    header[80:] = b"\xff" * (sector - 80)
    directory = bytearray(sector)
    for at, name, kind, child in ((0, "Root Entry", 5, 1), (128, "EncryptedPackage", 2, 0xFFFFFFFF)):
        encoded = name.encode("utf-16-le")
        directory[at : at + len(encoded)] = encoded
        directory[at + 64 : at + 66] = (len(encoded) + 2).to_bytes(2, "little")
        directory[at + 66] = kind
        directory[at + 68 : at + 80] = b"\xff" * 8 + child.to_bytes(4, "little")
    table = b"\xfe\xff\xff\xff\xfd\xff\xff\xff" + b"\xff" * (sector - 8)
    return bytes(header + directory) + table


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (bomb(), OversizedDocumentError, "压缩炸弹"),
        (too_many_cells(), OversizedDocumentError, "上限"),
        (with_entity(), UnreadableDocumentError, "外部实体"),
        (wrapped_for_encryption(), UnreadableDocumentError, "取消密码"),
        (workbook_bytes(income_table)[:3000], UnreadableDocumentError, "重新下载"),
        (b"PK\x03\x04", UnreadableDocumentError, "重新下载"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2000, UnreadableDocumentError, "重新下载"),
        (workbook_bytes(lambda _: None), EmptyDocumentError, "空的"),
        (with_parts(workbook_bytes(income_table), {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row>"}),
         UnreadableDocumentError, "重新下载"),
    ],
    ids=["bomb", "cells", "entity", "password", "truncated", "stub", "broken OLE", "empty", "broken part"],
)  # fmt: skip
def test_hostile_and_broken_workbooks_are_refused_with_what_to_do(
    data: bytes, error: type[SourceDocumentError], says: str
) -> None:
    """Never a library's own error."""
    with pytest.raises(error, match=says):
        read_workbook(data, NAME)


def test_a_binary_xlsx_says_how_to_save_it() -> None:
    """XLSB is not read."""
    rels = (
        b'<Relationships><Relationship Id="r" Type="x/officeDocument" Target="xl/workbook.bin"/></Relationships>'
    )
    data = with_parts(workbook_bytes(income_table), {"_rels/.rels": rels, "xl/workbook.bin": b"\x00"})

    with pytest.raises(UnsupportedDocumentError, match="XLSX"):
        read_workbook(data, "预算.xlsb")


@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
def test_a_conversion_that_takes_too_long_is_ended_with_all_it_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing keeps running, and the message says what to do."""
    started: list[subprocess.Popen[bytes]] = []
    begin = subprocess.Popen

    def remember(*args: object, **options: object) -> subprocess.Popen[bytes]:
        process = begin(*args, **options)  # type: ignore[call-overload]
        started.append(process)
        return process  # type: ignore[no-any-return]

    monkeypatch.setattr(subprocess, "Popen", remember)

    with pytest.raises(UnreadableDocumentError, match="另存"):
        office.convert(b"{\\rtf1 x}", "慢.rtf", ending="rtf", into="docx", remedy="另存", timeout=0.01)

    assert [p.returncode is not None for p in started] == [True]
