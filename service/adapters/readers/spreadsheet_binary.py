"""Workbooks before 2007 (XLS, ET), read record by record: values, number formats, merged cells, what is hidden."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from service.adapters.readers import ole
from service.adapters.readers.limits import check_cells, damaged
from service.adapters.readers.number_formats import BUILTIN, print_number
from service.adapters.readers.spreadsheet_xml import RawSheet, spread_centred
from service.domain.errors import UnreadableDocumentError

_FREE = 0xFFFFFFFA  # this and above are markers, not sectors
_BOF, _EOF, _SHEET, _DATES, _LOCKED, _FORMAT, _XF = 0x0809, 0x000A, 0x0085, 0x0022, 0x002F, 0x041E, 0x00E0
_STRINGS, _CONTINUED, _FORMAT_BEFORE = 0x00FC, 0x003C, 0x001E
_ROW, _COLUMNS, _WINDOW, _MERGED = 0x0208, 0x007D, 0x023E, 0x00E5
_NUMBER, _PACKED, _SEVERAL, _SHARED_TEXT, _TRUTH, _FORMULA, _RESULT = (
    0x0203,
    0x027E,
    0x00BD,
    0x00FD,
    0x0205,
    0x0006,
    0x0207,
)
_TEXTS = frozenset({0x0204, 0x00D6})
_BLANK, _SEVERAL_BLANKS = 0x0201, 0x00BE
#: The version that writes text in 16 bits.
_WIDE = 0x0600
_CENTRED = 6
_MAX_RECORDS = 5_000_000
_MAX_STRINGS = 1_000_000

#: A record: its kind, and its body in the pieces that long ones are cut into.
_Record = tuple[int, list[bytes]]


@dataclass(slots=True)
class _Book:
    """What is said once for all sheets.

    Attributes:
        codes: Format codes by number.
        styles: Number of the format code, and alignment, of each style.
        strings: Texts that cells refer to.
        sheets: Name, visibility and place in the stream of each worksheet.
    """

    codes: dict[int, str]
    styles: list[tuple[int, int]] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    sheets: list[tuple[RawSheet, int]] = field(default_factory=list)
    from_1904: bool = False
    wide: bool = True

    def print(self, value: float, style: int) -> str:
        """Print a number in a style."""
        code = self.codes.get(self.styles[style][0], "") if style < len(self.styles) else ""
        return print_number(Decimal(str(value)), code, from_1904=self.from_1904) if math.isfinite(value) else ""

    def is_centred(self, style: int) -> bool:
        """Whether a style centres text over the blank cells to its right."""
        return style < len(self.styles) and self.styles[style][1] == _CENTRED


def read_sheets(data: bytes, name: str) -> list[RawSheet]:
    """Read the sheets of a binary workbook, hidden ones by name only.

    Args:
        data: The bytes of the file.
        name: Its name, for messages.

    Raises:
        OversizedDocumentError: It has too many cells.
        UnreadableDocumentError: It is damaged or has a password.
    """
    stream = _stream(data, ("workbook", "book"))
    if not stream:
        raise damaged(name)
    try:
        book = _read_globals(stream, name)
        count = 0
        for sheet, begin in book.sheets:
            if sheet.visible:
                _SheetRecords(book, sheet, name, count).read(stream, begin)
                count += len(sheet.cells)
    except (struct.error, IndexError) as error:
        raise damaged(name) from error
    return [sheet for sheet, _ in book.sheets]


def _read_globals(stream: bytes, name: str) -> _Book:
    book = _Book(dict(BUILTIN))
    for kind, pieces in _whole_records(stream, 0):
        body = pieces[0]
        if kind == _BOF:
            book.wide = struct.unpack_from("<H", body)[0] >= _WIDE
        elif kind == _LOCKED:
            raise UnreadableDocumentError(f"“{name}”设有打开密码，不能读。请取消密码后另存，再上传。")
        elif kind == _EOF:
            return book
        elif kind == _DATES:
            book.from_1904 = body[:1] == b"\x01"
        elif kind == _XF:
            book.styles.append((struct.unpack_from("<H", body, 2)[0], body[6] & 7))
        elif kind == _SHEET and body[5] == 0:
            text = _short_text(body, 6, wide=book.wide)
            book.sheets.append((RawSheet(text, body[4] & 3 == 0), struct.unpack_from("<I", body)[0]))
        elif kind == _STRINGS:
            book.strings = _shared_strings(pieces)
        elif kind in (_FORMAT, _FORMAT_BEFORE):
            number = struct.unpack_from("<H", body)[0]
            book.codes[number] = _Pieces([body[2:]]).text() if book.wide else _short_text(body, 2, wide=False)
    raise damaged(name)  # the part that tells of the sheets has no end


class _SheetRecords:
    """Reads the records of one sheet.

    Args:
        book: What is said for all sheets.
        sheet: Filled with what is found.
        name: Name of the file, for messages.
        before: Cells of the sheets before.
    """

    def __init__(self, book: _Book, sheet: RawSheet, name: str, before: int) -> None:
        self._book = book
        self._sheet = sheet
        self._name = name
        self._before = before
        self._hides_zeros = False
        self._zeros: set[tuple[int, int]] = set()
        self._centred: dict[int, set[int]] = {}
        self._awaiting: tuple[int, int] | None = None

    def read(self, stream: bytes, begin: int) -> None:
        """Read up to the end of the sheet; charts within it have an end of their own."""
        depth = 0
        ended = False
        for count, (kind, pieces) in enumerate(_whole_records(stream, begin)):
            depth += (kind == _BOF) - (kind == _EOF)
            ended = depth <= 0
            if ended or count > _MAX_RECORDS:
                break
            if depth == 1 and kind != _BOF:
                self._take(kind, pieces)
        if not ended:
            raise damaged(self._name)  # rows may be missing
        if self._hides_zeros:
            for place in self._zeros:
                self._sheet.cells.pop(place, None)
        for row, columns in self._centred.items():
            filled = [(c, (row, c) in self._sheet.cells) for c in sorted(columns)]
            self._sheet.merges += spread_centred(row, filled)

    def _take(self, kind: int, pieces: list[bytes]) -> None:
        body = pieces[0]
        if kind == _NUMBER:
            row, column, style, value = struct.unpack_from("<3Hd", body)
            self._number(row, column, style, value)
        elif kind == _PACKED:
            row, column, style, packed = struct.unpack_from("<3HI", body)
            self._number(row, column, style, _unpack_number(packed))
        elif kind == _SEVERAL:
            row, first = struct.unpack_from("<2H", body)
            for index in range((len(body) - 6) // 6):
                style, packed = struct.unpack_from("<HI", body, 4 + 6 * index)
                self._number(row, first + index, style, _unpack_number(packed))
        elif kind == _FORMULA:
            self._formula(body)
        elif kind == _RESULT:
            if self._awaiting is not None:
                self._put(*self._awaiting, self._text(pieces, 0))
                self._awaiting = None
        else:
            self._take_text(kind, pieces)

    def _take_text(self, kind: int, pieces: list[bytes]) -> None:
        body = pieces[0]
        if kind == _SHARED_TEXT:
            row, column, style, index = struct.unpack_from("<3HI", body)
            self._style(row, column, style)
            self._put(row, column, self._book.strings[index] if index < len(self._book.strings) else "")
        elif kind in _TEXTS:
            row, column, style = struct.unpack_from("<3H", body)
            self._style(row, column, style)
            self._put(row, column, self._text(pieces, 6))
        elif kind == _TRUTH:
            row, column, _, value, failed = struct.unpack_from("<3H2B", body)
            self._truth(row, column, value, failed=bool(failed))
        elif kind == _BLANK:
            self._style(*struct.unpack_from("<3H", body))
        elif kind == _SEVERAL_BLANKS:
            row, first = struct.unpack_from("<2H", body)
            for index in range(min((len(body) - 6) // 2, 256)):
                self._style(row, first + index, struct.unpack_from("<H", body, 4 + 2 * index)[0])
        else:
            self._take_layout(kind, body)

    def _take_layout(self, kind: int, body: bytes) -> None:
        if kind == _ROW:
            row, flags = struct.unpack_from("<H10xH", body)
            if flags & 0x20:
                self._sheet.hidden_rows.add(row)
        elif kind == _COLUMNS:
            first, last, flags = struct.unpack_from("<2H4xH", body)
            if flags & 1:
                self._sheet.hidden_columns |= set(range(first, min(last, 255) + 1))
        elif kind == _WINDOW:
            self._hides_zeros = not struct.unpack_from("<H", body)[0] & 0x10
        elif kind == _MERGED:
            count = min(struct.unpack_from("<H", body)[0], (len(body) - 2) // 8)
            for index in range(count):
                top, bottom, first, last = struct.unpack_from("<4H", body, 2 + 8 * index)
                if top <= bottom and first <= last and (top, first) != (bottom, last):
                    self._sheet.merges.append((top, first, bottom, last))

    def _formula(self, body: bytes) -> None:
        """Take the result that was stored with a formula; the text of one follows in a record of its own."""
        row, column, style = struct.unpack_from("<3H", body)
        self._awaiting = None
        if body[12:14] != b"\xff\xff":
            self._number(row, column, style, struct.unpack_from("<d", body, 6)[0])
            return
        self._style(row, column, style)
        if body[6] == 0:
            self._awaiting = (row, column)
        elif body[6] in (1, 2):
            self._truth(row, column, body[8], failed=body[6] == 2)

    def _number(self, row: int, column: int, style: int, value: float) -> None:
        if not value:
            self._zeros.add((row, column))
        self._style(row, column, style)
        self._put(row, column, self._book.print(value, style))

    def _truth(self, row: int, column: int, value: int, *, failed: bool) -> None:
        if failed:
            self._sheet.errors.append((row, column))
        else:
            self._put(row, column, "TRUE" if value else "FALSE")

    def _style(self, row: int, column: int, style: int) -> None:
        if self._book.is_centred(style):
            self._centred.setdefault(row, set()).add(column)

    def _put(self, row: int, column: int, text: str) -> None:
        if text.strip():
            self._sheet.cells[row, column] = text
            check_cells(self._before + len(self._sheet.cells), self._name)

    def _text(self, pieces: list[bytes], at: int) -> str:
        if self._book.wide:
            return _Pieces([pieces[0][at:], *pieces[1:]]).text()
        length = struct.unpack_from("<H", pieces[0], at)[0]
        return pieces[0][at + 2 : at + 2 + length].decode("gb18030", "replace")


def _unpack_number(packed: int) -> float:
    """Undo the packing of a number into 30 bits, of a float or of an integer, perhaps in hundredths."""
    if packed & 2:
        whole = packed >> 2
        value: float = whole - (1 << 30) if whole >= 1 << 29 else whole
    else:
        value = struct.unpack("<d", b"\x00\x00\x00\x00" + struct.pack("<I", packed & 0xFFFFFFFC))[0]
    return value / 100 if packed & 1 else value


def _short_text(body: bytes, at: int, *, wide: bool) -> str:
    """Read a text whose length is one byte."""
    length = body[at]
    if not wide:
        return body[at + 1 : at + 1 + length].decode("gb18030", "replace")
    if body[at + 1] & 1:
        return body[at + 2 : at + 2 + 2 * length].decode("utf-16-le", "replace")
    return body[at + 2 : at + 2 + length].decode("latin-1")


class _Pieces:
    """Reads on over the pieces of a record; a text that is cut says at each cut anew how wide it is."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces
        self._index = 0
        self._at = 0

    @property
    def is_done(self) -> bool:
        """Whether nothing is left."""
        return self._index >= len(self._pieces) - 1 and self._at >= len(self._pieces[-1])

    def take(self, count: int) -> bytes:
        """Return the next bytes, fewer at the end."""
        out = b""
        while count > 0 and self._index < len(self._pieces):
            part = self._pieces[self._index][self._at : self._at + count]
            out += part
            count -= len(part)
            self._at += len(part)
            if count:
                self._turn()
        return out

    def text(self) -> str:
        """Return the next text with its length, without what is said of its fonts and its reading aloud."""
        if self._index < len(self._pieces) and self._at >= len(self._pieces[self._index]):
            self._turn()
        length, flags = struct.unpack("<HB", self.take(3))
        runs = struct.unpack("<H", self.take(2))[0] if flags & 8 else 0
        extra = struct.unpack("<I", self.take(4))[0] if flags & 4 else 0
        text = self._characters(length, wide=bool(flags & 1))
        self._skip(4 * runs + extra)
        return text

    def _characters(self, count: int, *, wide: bool) -> str:
        out: list[str] = []
        while count and self._index < len(self._pieces):
            size = 2 if wide else 1
            part = self._pieces[self._index][self._at : self._at + count * size]
            part = part[: len(part) // size * size]
            out.append(part.decode("utf-16-le" if wide else "latin-1", "replace"))
            count -= len(part) // size
            self._at += len(part)
            if count:
                self._turn()
                wide = bool(self.take(1)[0] & 1) if self._index < len(self._pieces) else wide
        return "".join(out)

    def _skip(self, count: int) -> None:
        while count > 0 and self._index < len(self._pieces):
            step = min(count, len(self._pieces[self._index]) - self._at)
            count -= step
            self._at += step
            if count:
                self._turn()

    def _turn(self) -> None:
        self._index += 1
        self._at = 0


def _shared_strings(pieces: list[bytes]) -> list[str]:
    reader = _Pieces(pieces)
    count = struct.unpack("<4xI", reader.take(8))[0]
    out: list[str] = []
    while len(out) < min(count, _MAX_STRINGS) and not reader.is_done:
        out.append(reader.text())
    return out


def _whole_records(stream: bytes, begin: int) -> Iterator[_Record]:
    """Yield the records with the pieces that continue them."""
    kind, pieces = -1, [b""]
    for following, body in _records(stream, begin):
        if following == _CONTINUED:
            pieces.append(body)
            continue
        if kind >= 0:
            yield kind, pieces
        kind, pieces = following, [body]
    if kind >= 0:
        yield kind, pieces


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
