"""Excel workbooks: the shown sheets as tables with the lines around them."""

from __future__ import annotations

from collections.abc import Sequence

from service.adapters.readers import ole, spreadsheet_binary
from service.adapters.readers.composing import Composer
from service.adapters.readers.limits import check_cells
from service.adapters.readers.office import convert, find_office
from service.adapters.readers.package import Package, refuse_encrypted
from service.adapters.readers.sheets import SheetReader
from service.adapters.readers.spreadsheet_xml import RawSheet, SpreadsheetPackage, place_name
from service.domain.errors import EmptyDocumentError, SourceDocumentError, UnsupportedDocumentError
from service.ingestion.blocks import Block, Reading

#: How many places a remark names.
_NAMED = 5


def read_workbook(data: bytes, name: str) -> Reading:
    """Read an Excel workbook, XLSX, XLSM or XLS.

    Numbers come out as their cells show them. Sheets, rows and columns that are hidden are no published
    content: they are left out and remarked on. Macros are never run.

    Args:
        data: The bytes of the file.
        name: Its name.

    Raises:
        EmptyDocumentError: No shown sheet holds text.
        OversizedDocumentError: It unpacks to too much or has too many cells.
        UnreadableDocumentError: It is damaged, encrypted or not a workbook.
        UnsupportedDocumentError: It is in a binary or open format that must be saved as XLSX first.
    """
    if data.startswith(ole.SIGNATURE[:4]):
        return _read_binary(data, name)
    package = Package(data, name)
    if not package.has("xl/workbook.xml") and package.has("mimetype"):
        raise UnsupportedDocumentError(f"“{name}”是OpenDocument工作簿（ODS），不能读。请另存为XLSX后再上传。")
    if package.main_part.endswith(".bin"):
        raise UnsupportedDocumentError(f"“{name}”是二进制工作簿（XLSB），不能读。请用Excel或WPS另存为XLSX后再上传。")
    composer = Composer()
    if package.has_macros:
        composer.remark("macros-ignored", f"“{name}”带有宏，没有运行，只读取了表格内容。")
    sheets = list(SpreadsheetPackage(package).sheets())
    _recalculate(sheets, data, name, composer)
    return _finish(sheets, composer, data, name)


def _recalculate(sheets: Sequence[RawSheet], data: bytes, name: str, composer: Composer) -> None:
    """Have formulas calculated whose values the file does not hold, where LibreOffice is there to do it."""
    lacking = [s for s in sheets if s.visible and s.without_value]
    if not lacking or find_office() is None:
        return
    try:
        made = convert(data, name, ending="xlsx", into="xlsx", remedy="用Excel或WPS打开并保存一次")
        calculated = {s.name: s for s in SpreadsheetPackage(Package(made, name)).sheets()}
    except SourceDocumentError:
        return  # the cells stay blank, and the remark on them says so
    count = 0
    for sheet in lacking:
        other = calculated.get(sheet.name, sheet)
        failed = set(other.errors)
        found = {p: other.cells[p] for p in sheet.without_value if p in other.cells}
        sheet.cells.update(found)
        sheet.errors += [p for p in sheet.without_value if p in failed]
        sheet.without_value = [p for p in sheet.without_value if p not in found and p not in failed]
        count += len(found)
    if count:
        composer.remark(
            "formula-recalculated", f"“{name}”有{count}个公式没有存下结果，已用LibreOffice重新计算。请与原表核对。"
        )


def _read_binary(data: bytes, name: str) -> Reading:
    refuse_encrypted(data, name)
    composer = Composer()
    if "_VBA_PROJECT_CUR" in ole.top_level_names(data):
        composer.remark("macros-ignored", f"“{name}”带有宏，没有运行，只读取了表格内容。")
    return _finish(spreadsheet_binary.read_sheets(data, name), composer, data, name)


def _finish(sheets: Sequence[RawSheet], composer: Composer, data: bytes, name: str) -> Reading:
    write_sheets(sheets, composer, name)
    if composer.is_empty:
        hidden = (
            "显示的工作表都是空的，隐藏的没有读。" if any(not s.visible for s in sheets) else "所有工作表都是空的。"
        )
        raise EmptyDocumentError(f"“{name}”里没有可读的内容：{hidden}请检查是否选错了文件。")
    return composer.reading(data, name)


def embedded_blocks(data: bytes, name: str) -> tuple[Block, ...]:
    """Return what a workbook shows that stands inside another document: its active sheet.

    Raises:
        SourceDocumentError: It cannot be read.
    """
    book = SpreadsheetPackage(Package(data, name))
    sheets = list(book.sheets())
    shown = sheets[book.active : book.active + 1] if book.active < len(sheets) else sheets[:1]
    composer = Composer()
    write_sheets(shown, composer, name)
    return composer.reading(data, name).blocks


def write_sheets(sheets: Sequence[RawSheet], composer: Composer, name: str) -> None:
    """Add the shown sheets, and remarks on what cannot be seen in them."""
    check_cells(sum(len(s.cells) for s in sheets), name)
    for sheet in sheets:
        if sheet.visible:
            SheetReader(sheet.shown(), name).write(composer)
    hidden = [s.name for s in sheets if not s.visible]
    if hidden:
        composer.remark("hidden-sheet", f"隐藏的工作表没有读：{_several(hidden)}。如属公开内容，请取消隐藏后再上传。")
    for sheet in sheets:
        if sheet.visible:
            _remark_on(sheet, composer)


def _remark_on(sheet: RawSheet, composer: Composer) -> None:
    if sheet.hidden_cells:
        composer.remark(
            "hidden-cells",
            f"工作表“{sheet.name}”里隐藏的行列有{sheet.hidden_cells}格内容没有读。如属公开内容，请取消隐藏后再上传。",
        )
    if sheet.without_value:
        composer.remark(
            "formula-without-value",
            f"工作表“{sheet.name}”有{len(sheet.without_value)}个公式没有存下结果，按空白处理："
            f"{_places(sheet.without_value)}。请用Excel或WPS打开并保存一次，再上传。",
            "warning",
        )
    if sheet.errors:
        composer.remark(
            "cell-error",
            f"工作表“{sheet.name}”有{len(sheet.errors)}格的值是错误（如#REF!），按空白处理：{_places(sheet.errors)}。"
            "请改正公式后再上传。",
            "warning",
        )
    if sheet.pictures:
        composer.remark("pictures-not-read", f"工作表“{sheet.name}”里的{sheet.pictures}张图片没有读。")


def _places(places: Sequence[tuple[int, int]]) -> str:
    return _several([place_name(*p) for p in places])


def _several(names: Sequence[str]) -> str:
    return "、".join(names[:_NAMED]) + ("等" if len(names) > _NAMED else "")
