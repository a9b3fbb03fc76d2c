"""A sheet of cells becomes lines of text and grids: titles and remarks apart from the tables they belong to."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from service.adapters.readers.composing import Composer
from service.adapters.readers.limits import check_cells
from service.ingestion.captions import is_title
from service.ingestion.placing import PlacedCell, place
from service.vocabulary.names import squeeze

#: (first row, first column, last row, last column) of merged cells, 0-based.
Range = tuple[int, int, int, int]

_UNIT = re.compile(r"单位[:：]?(?:人民币)?(?:千元|百万元|万元|亿元|元)")
_UNIT_ALONE = re.compile(
    r"^[（(]?(?:金额|货币|计量)?单位[:：]?(?:人民币)?(?:千元|百万元|万元|亿元|元)[)）]?$|^[（(](?:千|百万|万|亿)?元[)）]$"
)
_OWNER = re.compile(
    r"^[^，。；:：\d]{0,10}(?:部门|单位)(?:（单位）|\(单位\))?(?:名称)?(?:[（(](?:盖章|公章)[)）])?[:：]"
)
_LINE_OF_ITS_OWN = re.compile(
    r"^(?=.*[附公预决财表件])[（(]?(?:附件|附表|公开|预算公开|预算|决算|财决|财|表)*[-－—]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})(?:[-－—]\d{1,2})?(?:表)?[)）]?[:：]?$"
    r"|^[（(]?20\d\d年度?[)）]?$|^(?:编制|填报|公开|批复)(?:日期|时间)[:：]|^[（(](?:人民币)?(?:千|万|亿)?元[)）]$"
)
_REMARK = re.compile(r"^[（(]?(?:备注|注|说明|附注|注释|填报说明|编报说明)\s*\d*[:：.、]|^本表")
_BELOW = re.compile(r"^\d[.、．].{15,}|^.{2,10}(?:人|日期|电话|签字|签章)[:：]")
#: What is signed or dated below a table.
_SIGNED = re.compile(r"^.{2,10}(?:人|日期|电话|签字|签章)[:：].{0,20}$")
_NUMBERED = re.compile(
    r"^(?:第[一二三四五六七八九十]{1,3}部分|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）])"
)
#: Page numbers, and the sign of one in an export.
_PAGE = re.compile(r"^[-—–－]+\s*(?:\d{1,4}|%d)\s*[-—–－]+$|^第\s*\d{1,4}\s*页")
_TOTAL = re.compile(r"[合总小]计|[.…]+")
#: A cell this long is prose.
_PROSE = 40
#: Longest label that a header prints in one cell over several columns.
_HEADER_LABEL = 20
#: How many rows below a title its table may begin at the latest.
_BELOW_TITLE = 8


@dataclass(frozen=True, slots=True)
class SheetCells:
    """The cells of a sheet as printed.

    Attributes:
        name: Name of the sheet, "" where the format has none.
        cells: Text by (row, column), 0-based; no blanks.
        merges: Merged cells.
        knows_merges: Whether the format tells which cells are merged.
    """

    name: str
    cells: Mapping[tuple[int, int], str]
    merges: Sequence[Range] = ()
    knows_merges: bool = True

    def without(self, rows: Collection[int], columns: Collection[int]) -> SheetCells:
        """Return the sheet without its hidden rows and columns, what remains numbered through."""
        if not rows and not columns:
            return self
        gone_rows, gone_columns = sorted(rows), sorted(columns)
        hidden_rows, hidden_columns = set(gone_rows), set(gone_columns)

        def up(row: int) -> int:
            return row - bisect_left(gone_rows, row)

        def left(column: int) -> int:
            return column - bisect_left(gone_columns, column)

        cells = {
            (up(r), left(c)): text
            for (r, c), text in self.cells.items()
            if r not in hidden_rows and c not in hidden_columns
        }
        merges: list[Range] = []
        for top, first, bottom, last in self.merges:
            box = (up(top), left(first), up(bottom + 1) - 1, left(last + 1) - 1)
            if box[0] > box[2] or box[1] > box[3]:
                continue
            merges.append(box)
            text = self.cells.get((top, first), "")
            if text and (top in hidden_rows or first in hidden_columns):
                cells[box[0], box[1]] = text
        return replace(self, cells=cells, merges=tuple(merges))


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    column: int
    across: int = 1
    down: int = 1


@dataclass(slots=True)
class _Row:
    """A row that is not blank.

    Attributes:
        number: 0-based row of the sheet.
        cells: Cells that begin in it, left to right.
        after_gap: Whether a blank row, or the top of the sheet, is above it.
        covered: Whether a cell that begins above reaches into it.
    """

    number: int
    cells: list[_Cell]
    after_gap: bool = False
    covered: bool = False

    @property
    def single(self) -> _Cell | None:
        """The only cell of the row, None where there are more or where cells reach in from above."""
        return self.cells[0] if len(self.cells) == 1 and not self.covered and self.cells[0].down == 1 else None


class SheetReader:
    """Tells the tables of a sheet from the lines around them.

    Args:
        sheet: Its cells, hidden ones left out.
        file: Name of the file, for messages.

    Raises:
        OversizedDocumentError: The sheet reaches over too many cells.
    """

    def __init__(self, sheet: SheetCells, file: str) -> None:
        self._sheet = sheet
        self._file = file
        self._rows = self._rows_of(sheet)

    def write(self, composer: Composer) -> None:
        """Add the sheet's lines and grids."""
        if not any(self._is_tabular(r) for r in self._rows):
            self._write_prose(composer)
            return
        table: list[_Row] = []
        ahead: list[_Row] = []
        for index, row in enumerate(self._rows):
            if table and self._begins_anew(index):
                self._close(table, composer)
                table, ahead = [], []
            if table:
                table.append(row)
            elif self._stands_ahead(index, ahead):
                ahead.append(row)
                self._write_line(row, composer)
            else:
                table.append(row)
        self._close(table, composer)

    @cached_property
    def _width(self) -> int:
        return max((c.column + c.across for r in self._rows for c in r.cells), default=0)

    def _rows_of(self, sheet: SheetCells) -> list[_Row]:
        last_row = max((r for r, _ in sheet.cells), default=-1)
        last_column = max((c for _, c in sheet.cells), default=-1)
        spans: dict[tuple[int, int], tuple[int, int]] = {}
        within: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        work = 0
        for top, first, bottom, last in sheet.merges:
            if (top, first) not in sheet.cells:
                continue  # a merged blank holds nothing; what it may cover was never shown
            low, right = min(bottom, last_row), min(last, max(last_column, first))
            work += low - top + 1
            check_cells(work, self._file)
            spans[top, first] = (low - top + 1, right - first + 1)
            for row in range(top, low + 1):
                within[row].append((first, right, top))
        found: dict[int, list[_Cell]] = defaultdict(list)
        for (row, column), text in sheet.cells.items():
            if (row, column) not in spans and any(a <= column <= b for a, b, _ in within.get(row, ())):
                continue  # covered by a merged cell
            down, across = spans.get((row, column), (1, 1))
            found[row].append(_Cell(text, column, across, down))
        rows: list[_Row] = []
        reached = -1
        for number in sorted(found):
            covered = any(top < number for _, _, top in within.get(number, ()))
            rows.append(_Row(number, sorted(found[number], key=lambda c: c.column), number > reached + 1, covered))
            reached = max(reached, number, *(number + c.down - 1 for c in found[number]))
        if rows:
            rows[0].after_gap = True
        return rows

    @staticmethod
    def _is_tabular(row: _Row) -> bool:
        return (len(row.cells) > 1 and not _is_caption_row(row)) or row.covered

    def _write_prose(self, composer: Composer) -> None:
        texts = [text for row in self._rows if (text := _line(row))]
        titled = len(texts) > 1 and len(texts[0]) < _PROSE and any(len(t) > _PROSE or "\n" in t for t in texts[1:])
        for index, text in enumerate(texts):
            composer.paragraph(text, heading=1 if titled and not index else 0)

    def _write_line(self, row: _Row, composer: Composer) -> None:
        if _is_caption_row(row):
            for text in _join_labels(c.text for c in row.cells):
                composer.paragraph(text)
        else:
            composer.paragraph(_line(row))

    def _stands_ahead(self, index: int, ahead: Sequence[_Row]) -> bool:
        """Whether a row above a table is a line of text and not yet the table's header."""
        row = self._rows[index]
        if _is_caption_row(row):
            return True
        cell = row.single
        if cell is None:
            return False
        if _is_caption(cell.text) or len(cell.text) > _PROSE or not ahead:
            return True
        follows = index + 1 < len(self._rows) and not self._rows[index + 1].after_gap
        # a label over several columns right above other labels is the top of the header
        return not (follows and (cell.across > 1 or cell.column > 0) and len(cell.text) <= _HEADER_LABEL)

    def _begins_anew(self, index: int) -> bool:
        """Whether a row within a table is the title of the next."""
        row = self._rows[index]
        below = self._rows[index + 1 : index + 1 + _BELOW_TITLE]
        if not any(self._is_tabular(r) for r in below):
            return False
        if _is_caption_row(row):
            return row.after_gap
        cell = row.single
        if cell is None:
            return False
        plain = squeeze(cell.text)
        if is_title(cell.text):
            return row.after_gap or 2 * cell.across >= self._width
        if not row.after_gap or not (_LINE_OF_ITS_OWN.match(plain) or _is_caption(cell.text)):
            return False
        return any(r.single is not None and is_title(r.single.text) for r in below[:3])

    def _close(self, table: list[_Row], composer: Composer) -> None:
        """Add a table, then the lines below it."""
        end = len(table)
        prose = False
        while end > 1 and (_ends_table(table[end - 1], self._width) or (prose and _is_heading(table[end - 1]))):
            end -= 1
            text = _line(table[end])
            prose = prose or (is_note(text) and not is_remark(text))
        if table:
            self._write_grid(table[:end], composer)
        for row in table[end:]:
            self._write_line(row, composer)

    def _write_grid(self, rows: Sequence[_Row], composer: Composer) -> None:
        last = rows[-1].number
        boxes = [
            PlacedCell(c.text, c.column, r.number, c.column + c.across, min(r.number + c.down - 1, last) + 1)
            for r in rows
            for c in r.cells
        ]
        height = len({y for b in boxes for y in (b.top, b.bottom)}) - 1
        width = len({x for b in boxes for x in (b.x0, b.x1)}) - 1
        check_cells(height * width, self._file)
        grid = place(boxes, name=self._sheet.name)
        if not self._sheet.knows_merges:
            grid = replace(grid, spans=None)
        composer.grid(grid)


def _line(row: _Row) -> str:
    return "　".join(c.text.strip() for c in row.cells)


def _is_caption(text: str) -> bool:
    plain = squeeze(text)
    return bool(
        is_title(text) or _OWNER.match(plain) or (_UNIT.search(plain) and len(plain) <= _PROSE)
        or _LINE_OF_ITS_OWN.match(plain)
    )  # fmt: skip


def _is_caption_row(row: _Row) -> bool:
    """Whether a row of several cells names the department and the unit of the table below."""
    if not 1 < len(row.cells) <= 5 or row.covered or any(c.down > 1 for c in row.cells):
        return False
    texts = [squeeze(c.text) for c in row.cells]
    if any(len(t) > _PROSE for t in texts):
        return False
    if any(_UNIT_ALONE.match(t) for t in texts[1:]) and (_OWNER.match(texts[0]) or len(texts) <= 3):
        return True
    return any(_OWNER.match(t) for t in texts) and all(_is_caption(c.text) for c in row.cells)


def _join_labels(texts: Iterable[str]) -> list[str]:
    """Put a label that ends in a colon together with the cell that follows it."""
    out: list[str] = []
    for text in texts:
        if out and out[-1].rstrip().endswith((":", "：")) and not _UNIT.search(squeeze(text)):
            out[-1] = out[-1].rstrip() + text.strip()
        else:
            out.append(text)
    return out


def is_note(text: str) -> bool:
    """Whether a line at the end of a table is no row of it but a remark, a signature or a page number.

    Example:
        >>> is_note("注：本表金额单位为万元"), is_note("填表人："), is_note("— 3 —"), is_note("合计")
        (True, True, True, False)

    """
    plain = text.strip()
    return (
        is_remark(plain)
        or bool(_BELOW.match(squeeze(plain)) or _PAGE.match(plain))
        or len(plain) > _PROSE
        or plain.endswith("。")
    )


def is_remark(text: str) -> bool:
    """Whether a line calls itself a remark on the table.

    Example:
        >>> is_remark("注：本表为空"), is_remark("备注：无"), is_remark("注册资本")
        (True, True, False)

    """
    return bool(_REMARK.match(squeeze(text)))


def _ends_table(row: _Row, width: int) -> bool:
    """Whether a row at the end of a table is a line below it."""
    if len(row.cells) > 1 and not row.covered:
        return all(_SIGNED.match(squeeze(c.text)) for c in row.cells)
    cell = row.single
    if cell is None:
        return False
    if is_note(cell.text):
        return True
    return width > 2 and cell.across == width and not _TOTAL.fullmatch(squeeze(cell.text))


def _is_heading(row: _Row) -> bool:
    """Whether a row above prose is the heading of that prose."""
    cell = row.single
    return cell is not None and bool(_NUMBERED.match(squeeze(cell.text)))
