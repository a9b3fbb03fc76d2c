"""CSV and other delimited text: a table whose cells may be quoted, with the lines above and below it."""

from __future__ import annotations

import csv
import io
from collections import Counter

from service.adapters.readers.composing import Composer
from service.adapters.readers.limits import check_cells
from service.adapters.readers.sheets import SheetCells, SheetReader
from service.adapters.readers.text import decode
from service.domain.errors import EmptyDocumentError, UnreadableDocumentError
from service.ingestion.blocks import Reading

_DELIMITERS = ",\t;|，"
#: Lines looked at to find the delimiter.
_LOOKED_AT = 50
#: Characters of one cell.
_LONGEST_CELL = 1_000_000


def read_delimited(data: bytes, name: str) -> Reading:
    """Read a file of delimited rows: commas, tabs, semicolons or bars, in UTF-8, GB18030 or marked UTF-16.

    Args:
        data: The bytes of the file.
        name: Its name.

    Raises:
        EmptyDocumentError: It holds no text.
        OversizedDocumentError: It has too many cells.
        UnreadableDocumentError: It is no text, in another encoding, or its quoting is broken.
    """
    text = decode(data, name)
    delimiter = find_delimiter(text)
    cells: dict[tuple[int, int], str] = {}
    csv.field_size_limit(_LONGEST_CELL)
    try:
        for number, row in enumerate(csv.reader(io.StringIO(_without_mark(text), newline=""), delimiter=delimiter)):
            cells |= {(number, column): cell for column, cell in enumerate(row) if cell.strip()}
            check_cells(len(cells), name)
    except csv.Error as error:
        raise UnreadableDocumentError(
            f"“{name}”的引号或换行不成对，分不出单元格。请用Excel或WPS打开，另存为XLSX或CSV后再上传。"
        ) from error
    composer = Composer()
    SheetReader(SheetCells("", cells, knows_merges=False), name).write(composer)
    if composer.is_empty:
        raise EmptyDocumentError(f"“{name}”里没有可见文字。请检查是否选错了文件。")
    return composer.reading(data, name)


def find_delimiter(text: str) -> str:
    r"""Return the delimiter that splits most of the first lines into the same number of cells, a comma if none does.

    Example:
        >>> find_delimiter("项目;金额;备注\n基本支出;1,234.50;\n项目支出;20,000.00;"), find_delimiter("项目")
        (';', ',')

    """
    first = text.partition("\n")[0].strip().lower()
    if first.startswith("sep=") and first[4:5] in _DELIMITERS:
        return first[4:5]
    lines = [line for line in text.splitlines()[: _LOOKED_AT + 1] if line.strip()][:_LOOKED_AT]
    best, best_score = ",", 0
    for delimiter in _DELIMITERS:
        try:
            rows = list(csv.reader(lines, delimiter=delimiter))
        except csv.Error:
            continue
        width, count = Counter(len(r) for r in rows).most_common(1)[0] if rows else (1, 0)
        score = count * 100 + width if width > 1 else 0
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _without_mark(text: str) -> str:
    """Leave out the line with which a spreadsheet is told the delimiter."""
    first, _, rest = text.partition("\n")
    return rest if first.strip().lower().startswith("sep=") else text
