"""Workbooks before 2007 (XLS, ET): values through calamine, number formats and what is hidden from the records."""

from __future__ import annotations

import datetime
import io
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from service.adapters.readers import ole
from service.adapters.readers.limits import MAX_CELLS, check_cells, damaged
from service.adapters.readers.number_formats import BUILTIN, print_date, print_number
from service.adapters.readers.sheets import Range
from service.adapters.readers.spreadsheet_xml import RawSheet, spread_centred
from service.domain.errors import OversizedDocumentError, UnreadableDocumentError

_FREE = 0xFFFFFFFA  # this and above are markers, not sectors
_BOF, _EOF, _SHEET, _DATES, _LOCKED, _FORMAT, _XF = 0x0809, 0x000A, 0x0085, 0x0022, 0x002F, 0x041E, 0x00E0
_ROW, _COLUMNS, _WINDOW, _MERGED, _SEVERAL, _ERROR, _FORMULA = 0x0208, 0x007D, 0x023E, 0x00E5, 0x00BD, 0x0205, 0x0006
#: Records of one cell with a value: NUMBER, RK, LABEL, LABELSST, BOOLERR, FORMULA, RSTRING.
_CELLS = frozenset({0x0203, 0x027E, 0x0204, 0x00FD, _ERROR, _FORMULA, 0x00D6})
_BLANK = 0x0201
_BLANKS = frozenset({_BLANK, 0x00BE})
_CENTRED = 6
#: How much larger than the cells it holds the area of a sheet may be.
_SPARSE = 10
_MAX_RECORDS = 5_000_000


@dataclass(slots=True)
class _Shape:
    """What the records of a sheet say besides its values.

    Attributes:
        styles: Style number by place, for cells with a value.
        blanks: Style number by place, for cells without.
    """

    visible: bool
    begin: int
    styles: dict[tuple[int, int], int] = field(default_factory=dict)
    blanks: dict[tuple[int, int], int] = field(default_factory=dict)
    merges: list[Range] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    errors: list[tuple[int, int]] = field(default_factory=list)
    hides_zeros: bool = False


@dataclass(slots=True)
class _Book:
    codes: dict[int, str]
    styles: list[tuple[int, int]] = field(default_factory=list)
    sheets: list[_Shape] = field(default_factory=list)
    from_1904: bool = False

    def code(self, style: int) -> str:
        """Return the format code of a style."""
        return self.codes.get(self.styles[style][0], "") if style < len(self.styles) else ""


def read_sheets(data: bytes, name: str) -> list[RawSheet]:
    """Read the sheets of a binary workbook.

    Args:
        data: The bytes of the file.
        name: Its name, for messages.

    Raises:
        OversizedDocumentError: It has too many cells, or they lie too far apart.
        UnreadableDocumentError: It is damaged or has a password.
    """
    book = _read_book(data, name)
    for shape in book.sheets:
        _check_area(shape, name)
    import python_calamine

    sheets: list[RawSheet] = []
    try:
        values = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        metadata = [m for m in values.sheets_metadata if m.typ == python_calamine.SheetTypeEnum.WorkSheet]
        known = len(metadata) == len(book.sheets)
        for index, found in enumerate(metadata):
            visible = found.visible == python_calamine.SheetVisibleEnum.Visible
            sheet = RawSheet(found.name, visible)
            if visible:
                rows = values.get_sheet_by_name(found.name).to_python(skip_empty_area=False)
                _fill(sheet, rows, book, book.sheets[index] if known else _Shape(True, 0))
            sheets.append(sheet)
    except python_calamine.PasswordError as error:
        raise _locked(name) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise damaged(name) from error
    except BaseException as error:
        # a panic of the library is no Exception, and means a damaged file here
        if type(error).__name__ == "PanicException":
            raise damaged(name) from error
        raise
    return sheets


def _fill(sheet: RawSheet, rows: Sequence[Sequence[object]], book: _Book, shape: _Shape) -> None:
    errors = set(shape.errors)
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            place = (row, column)
            if value == "" or value is None or place in errors:
                continue
            text = _text(value, book, shape, place)
            if text.strip():
                sheet.cells[place] = text
    sheet.errors = shape.errors
    sheet.hidden_rows, sheet.hidden_columns = shape.hidden_rows, shape.hidden_columns
    sheet.merges = shape.merges + _centred(book, shape, sheet)


def _text(value: object, book: _Book, shape: _Shape, place: tuple[int, int]) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    code = book.code(shape.styles[place]) if place in shape.styles else ""
    if isinstance(value, (datetime.datetime, datetime.date)):
        return (
            print_number(_serial(value, from_1904=book.from_1904), code, from_1904=book.from_1904)
            if code
            else print_date(value)
        )
    if isinstance(value, (int, float)):
        return (
            "" if not value and shape.hides_zeros else print_number(Decimal(str(value)), code, from_1904=book.from_1904)
        )
    return str(value)


def _serial(value: datetime.datetime | datetime.date, *, from_1904: bool) -> Decimal:
    moment = value if isinstance(value, datetime.datetime) else datetime.datetime(value.year, value.month, value.day)  # noqa: DTZ001
    epoch = datetime.datetime(1904, 1, 1) if from_1904 else datetime.datetime(1899, 12, 30)  # noqa: DTZ001
    passed = moment - epoch
    return Decimal(passed.days) + Decimal(passed.seconds) / 86400


def _centred(book: _Book, shape: _Shape, sheet: RawSheet) -> list[Range]:
    """Return the reach of cells that are centred over the blank cells to their right."""
    centred = {n for n, (_, alignment) in enumerate(book.styles) if alignment == _CENTRED}
    by_row: dict[int, list[tuple[int, bool]]] = {}
    for (row, column), style in sorted({**shape.blanks, **shape.styles}.items()) if centred else ():
        if style in centred:
            by_row.setdefault(row, []).append((column, (row, column) in sheet.cells))
    return [r for row, found in by_row.items() for r in spread_centred(row, found)]


def _check_area(shape: _Shape, name: str) -> None:
    check_cells(len(shape.styles), name)
    height = max((r for r, _ in shape.styles), default=0) + 1
    width = max((c for _, c in shape.styles), default=0) + 1
    if height * width > _SPARSE * MAX_CELLS:
        raise OversizedDocumentError(
            f"“{name}”的工作表有{height}行{width}列，超过上限。请删去与预算公开无关的行列，另存后再上传。"
        )


def _locked(name: str) -> UnreadableDocumentError:
    return UnreadableDocumentError(f"“{name}”设有打开密码，不能读。请取消密码后另存，再上传。")


def _read_book(data: bytes, name: str) -> _Book:
    stream = _stream(data, ("workbook", "book"))
    book = _Book(dict(BUILTIN))
    if not stream:
        raise damaged(name)
    wide = True
    for kind, body in _records(stream, 0):
        if kind == _BOF and len(body) >= 2:
            wide = struct.unpack_from("<H", body)[0] == 0x0600
        elif kind == _LOCKED:
            raise _locked(name)
        elif kind == _EOF:
            break
        else:
            _read_global(kind, body, book, wide=wide)
    for shape in book.sheets:
        for count, (kind, body) in enumerate(_records(stream, shape.begin)):
            if kind == _EOF or count > _MAX_RECORDS:
                break
            try:
                _read_record(kind, body, shape)
            except struct.error as error:
                raise damaged(name) from error
            if len(shape.styles) > MAX_CELLS:
                check_cells(len(shape.styles), name)
    return book


def _read_global(kind: int, body: bytes, book: _Book, *, wide: bool) -> None:
    if kind == _DATES and len(body) >= 2:
        book.from_1904 = body[0] == 1
    elif kind == _XF and len(body) >= 7:
        book.styles.append((struct.unpack_from("<H", body, 2)[0], body[6] & 7))
    elif kind == _SHEET and len(body) >= 6 and body[5] == 0:
        book.sheets.append(_Shape(body[4] & 3 == 0, struct.unpack_from("<I", body)[0]))
    elif kind == _FORMAT and len(body) >= 5:
        number = struct.unpack_from("<H", body)[0]
        if not wide:
            book.codes[number] = body[3 : 3 + body[2]].decode("gb18030", "replace")
        elif body[4] & 1:
            book.codes[number] = body[5 : 5 + 2 * struct.unpack_from("<H", body, 2)[0]].decode("utf-16-le", "replace")
        else:
            book.codes[number] = body[5 : 5 + struct.unpack_from("<H", body, 2)[0]].decode("latin-1")


def _read_record(kind: int, body: bytes, shape: _Shape) -> None:
    if kind in _CELLS:
        row, column, style = struct.unpack_from("<3H", body)
        shape.styles[row, column] = style
        failed = (kind == _ERROR and body[7:8] == b"\x01") or (
            kind == _FORMULA and body[6:7] == b"\x02" and body[12:14] == b"\xff\xff"
        )
        if failed:
            shape.errors.append((row, column))
    elif kind == _SEVERAL:
        row, first = struct.unpack_from("<2H", body)
        for index in range((len(body) - 6) // 6):
            shape.styles[row, first + index] = struct.unpack_from("<H", body, 4 + 6 * index)[0]
    elif kind in _BLANKS:
        row, first = struct.unpack_from("<2H", body)
        count = 1 if kind == _BLANK else min((len(body) - 6) // 2, 256)
        for index in range(count):
            shape.blanks[row, first + index] = struct.unpack_from("<H", body, 4 + 2 * index)[0]
    else:
        _read_layout(kind, body, shape)


def _read_layout(kind: int, body: bytes, shape: _Shape) -> None:
    if kind == _ROW:
        row, flags = struct.unpack_from("<H10xH", body)
        if flags & 0x20:
            shape.hidden_rows.add(row)
    elif kind == _COLUMNS:
        first, last, flags = struct.unpack_from("<2H4xH", body)
        if flags & 1:
            shape.hidden_columns |= set(range(first, min(last, 255) + 1))
    elif kind == _WINDOW:
        shape.hides_zeros = not struct.unpack_from("<H", body)[0] & 0x10
    elif kind == _MERGED:
        count = min(struct.unpack_from("<H", body)[0], (len(body) - 2) // 8)
        for index in range(count):
            top, bottom, first, last = struct.unpack_from("<4H", body, 2 + 8 * index)
            if top <= bottom and first <= last and (top, first) != (bottom, last):
                shape.merges.append((top, first, bottom, last))


def _records(stream: bytes, begin: int) -> Iterator[tuple[int, bytes]]:
    at = begin
    while 0 <= at <= len(stream) - 4:
        kind, length = struct.unpack_from("<2H", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _stream(data: bytes, names: tuple[str, ...]) -> bytes:
    """Return a stream of a compound file by its name, the first of *names* that there is; b"" where none is."""
    if len(data) < 512 or not data.startswith(ole.SIGNATURE):
        return b""
    shift = int.from_bytes(data[30:32], "little")
    if shift not in (9, 12):
        return b""
    size = 1 << shift
    table = _allocation(data, size)
    directory = _chain(data, int.from_bytes(data[48:52], "little"), table, size)
    entries: dict[str, tuple[int, int]] = {}
    root = (0, 0)
    for at in range(0, len(directory) - 127, 128):
        length, kind = struct.unpack_from("<HB", directory, at + 64)
        place, extent = struct.unpack_from("<2I", directory, at + 116)
        if kind == 5:
            root = (place, extent)
        elif kind == 2:
            name = directory[at : at + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace").lower()
            entries.setdefault(name, (place, extent))
    found = next((entries[n] for n in names if n in entries), None)
    if found is None:
        return b""
    if found[1] >= int.from_bytes(data[56:60], "little"):
        return _chain(data, found[0], table, size)[: found[1]]
    small = _chain(data, int.from_bytes(data[60:64], "little"), table, size)
    small_table = list(struct.unpack(f"<{len(small) // 4}I", small[: len(small) // 4 * 4]))
    return _chain(_chain(data, root[0], table, size), found[0], small_table, 64, before=0)[: found[1]]


def _allocation(data: bytes, size: int) -> list[int]:
    """Return for each sector the one that follows it."""
    sectors = [s for s in struct.unpack_from("<109I", data, 76) if s < _FREE]
    more = int.from_bytes(data[68:72], "little")
    seen: set[int] = set()
    while more < _FREE and more not in seen:
        seen.add(more)
        part = data[(more + 1) * size : (more + 2) * size]
        if len(part) < size:
            break
        *listed, more = struct.unpack(f"<{size // 4}I", part)
        sectors += [s for s in listed if s < _FREE]
    out: list[int] = []
    for sector in sectors[: len(data) // size + 1]:
        part = data[(sector + 1) * size : (sector + 2) * size]
        out += struct.unpack(f"<{len(part) // 4}I", part[: len(part) // 4 * 4])
    return out


def _chain(data: bytes, sector: int, table: list[int], size: int, *, before: int = 1) -> bytes:
    """Put the sectors of a chain together; *before* sectors stand ahead of the first."""
    parts: list[bytes] = []
    seen: set[int] = set()
    while sector < _FREE and sector not in seen:
        seen.add(sector)
        parts.append(data[(sector + before) * size : (sector + before + 1) * size])
        sector = table[sector] if sector < len(table) else _FREE
    return b"".join(parts)
