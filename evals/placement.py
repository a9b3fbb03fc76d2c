"""Check by another tool's coordinates that figures of one column stand below one another on the page.

``python -m evals.placement [--doc NAME]``

A row of a table is found among the lines of its page by all its amounts in order; each amount then has an
interval on the page, and one that lies wholly beside the middle interval of its column is listed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from statistics import median

from evals.printed import amount, lines_of_amounts
from evals.reading import corpus_files, read_document
from service.domain.document import Document, Table
from service.domain.errors import YoujuError

#: Points by which a figure may stand beside its column before it is listed.
_SLACK = 3.0
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Placed:
    """A figure with its place on the page.

    Attributes:
        table: Id and title.
        page: 1-based.
        row: What names its row.
        column: Its 0-based column.
        path: Header path.
        value: The number.
        x0: Left edge in points.
        x1: Right edge.
    """

    table: str
    page: int
    row: str
    column: int
    path: str
    value: Decimal
    x0: float
    x1: float


def placed_figures(path: Path, document: Document) -> list[Placed]:
    """Return the figures whose row was found on the page."""
    pages = lines_of_amounts(path)
    return [each for table in document.tables for each in _of_table(table, pages)]


def _of_table(table: Table, pages: Sequence[Sequence[Sequence[tuple[Decimal, float, float]]]]) -> Iterator[Placed]:
    used: set[tuple[int, int]] = set()
    for row in table.rows:
        page = row.page or table.page
        figures = [
            (c, cell.quantity.number)
            for c, cell in enumerate(row.cells) if cell.quantity is not None and amount(cell.raw) is not None
        ]  # fmt: skip
        if not figures or not 0 < page <= len(pages):
            continue
        wanted = [number for _, number in figures]
        for index, line in enumerate(pages[page - 1]):
            if (page, index) not in used and [value for value, _, _ in line] == wanted:
                used.add((page, index))
                for (column, number), (_, x0, x1) in zip(figures, line, strict=True):
                    name = f"{table.id} {table.title}"
                    yield Placed(name, page, row.label, column, table.columns[column], number, x0, x1)
                break


def beside(figures: Sequence[Placed]) -> list[Placed]:
    """Return the figures that stand beside their column."""
    columns: dict[tuple[str, int, int], list[Placed]] = defaultdict(list)
    for each in figures:
        columns[each.table, each.page, each.column].append(each)
    out = []
    for column in columns.values():
        left, right = median(p.x0 for p in column), median(p.x1 for p in column)
        out += [p for p in column if len(column) >= _FEWEST and (p.x1 < left - _SLACK or p.x0 > right + _SLACK)]
    return out


def main(argv: Sequence[str] | None = None) -> int:
    """Check every PDF of the corpus; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m evals.placement", description="数字是否在自己那一列。")
    parser.add_argument("--doc", action="append", default=[], help="文件夹名或文件名的一部分，可重复")
    given = parser.parse_args(argv)
    named = os.environ.get("YOUJU_REAL_CORPUS", "")
    if not named or not Path(named).is_dir():
        print("列位置的评测：跳过（没有设 YOUJU_REAL_CORPUS，或没有那个文件夹）。")
        return 0
    whole = suspect = 0
    for path in corpus_files(Path(named)):
        name = f"{path.parent.name}/{path.name}"
        if path.suffix.lower() != ".pdf" or (given.doc and not any(d in name for d in given.doc)):
            continue
        try:
            document = read_document(path)[1]
        except YoujuError as error:
            print(f"{name}：拒收，{error.message}")
            continue
        placed = placed_figures(path, document)
        out = beside(placed)
        whole, suspect = whole + len(placed), suspect + len(out)
        print(f"{name}：对上位置 {len(placed)}，偏离本列 {len(out)}")
        for p in out:
            print(f"   第{p.page}页 {p.table} | {p.row} | {p.path} | {p.value}（{p.x0:.0f}–{p.x1:.0f}）")
    print(f"合计：对上位置 {whole}，偏离本列 {suspect}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
