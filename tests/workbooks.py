"""Workbooks and Word documents that tests make for themselves, all about entities that do not exist."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

import openpyxl
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet


def workbook_bytes(build: Callable[[Worksheet], None], *, more: Callable[[Workbook], None] | None = None) -> bytes:
    """Save a workbook whose first sheet *build* fills and which *more* may change further."""
    book = openpyxl.Workbook()
    sheet = book.active
    build(sheet)
    if more is not None:
        more(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def income_table(sheet: Worksheet) -> None:
    """Fill a sheet with a small table as departments print it: title, department and unit, header of two rows."""
    sheet.title = "收入总表"
    sheet["A1"] = "2025年云溪市示例局部门收入总表"
    sheet.merge_cells("A1:E1")
    sheet["A2"], sheet["E2"] = "部门：云溪市示例局", "单位：万元"
    sheet["A4"], sheet["C4"] = "项目", "金额"
    sheet.merge_cells("A4:B4")
    sheet.merge_cells("C4:E4")
    for column, label in zip("ABCDE", ("科目编码", "科目名称", "合计", "基本支出", "占比"), strict=True):
        sheet[f"{column}5"] = label
    for row, values in enumerate((("0080", "教育支出", 12.3, 12.3, 0.125), ("205", "其他支出", 1234.5, 0, 0.5)), 6):
        for column, value in zip("ABCDE", values, strict=True):
            sheet[f"{column}{row}"] = value
            if column in "CD":
                sheet[f"{column}{row}"].number_format = "#,##0.00"
            if column == "E":
                sheet[f"{column}{row}"].number_format = "0.0%"
    sheet["A9"], sheet["C9"] = "合计", 1246.8
    sheet["A10"] = "注：因四舍五入，分项之和与合计可能有尾差。"
    sheet.merge_cells("A10:E10")


def with_parts(data: bytes, parts: Mapping[str, bytes]) -> bytes:
    """Return a package with parts added or replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name not in parts:
                target.writestr(name, source.read(name))
        for name, content in parts.items():
            target.writestr(name, content)
    return out.getvalue()


def part_of(data: bytes, name: str) -> bytes:
    """Return a part of a package."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        return source.read(name)
