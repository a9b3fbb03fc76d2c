"""Facts: figures at coordinates, each with the place that proves it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, unique

from service.domain.coordinate import Coordinate
from service.domain.quantity import Quantity


@unique
class CellState(Enum):
    """What is printed at a place. Blank, dash and zero are three different things."""

    PRINTED = "有数"
    BLANK = "空白"
    DASH = "横线"


@unique
class Proof(Enum):
    """Whether an identity vouches for a figure (校验状态)."""

    PROVEN = "已验证"
    CONTRADICTED = "有矛盾"
    UNPROVEN = "未验证"


@unique
class Authority(Enum):
    """Where a figure comes from, strongest first (来源性质)."""

    CELL = "表格"
    SENTENCE = "文字"
    DERIVED = "推算"


@dataclass(frozen=True, slots=True)
class Source:
    """The place of a figure or a quote.

    Attributes:
        document: Document id.
        table: Table id within the document ("T03"), "" for narrative text.
        table_title: Printed title of the table, or heading of the section.
        row: 0-based row of the table grid, -1 for text.
        column: 0-based column of the table grid, -1 for text.
        row_label: What names the row, e.g. ``合计`` or ``2013101 行政运行``.
        column_label: Header path of the column, e.g. ``基本支出/小计``.
        line: 1-based line in a text file, 0 where there are none.
        page: 1-based page, 0 where there are none.
        start: Character offset in the decoded text, -1 where unknown.
        end: Character offset after the last character, -1 where unknown.
        quote: The printed characters (cell) or the sentence.
        by_ocr: Whether the characters were recognised from an image.
    """

    document: str
    table: str = ""
    table_title: str = ""
    row: int = -1
    column: int = -1
    row_label: str = ""
    column_label: str = ""
    line: int = 0
    page: int = 0
    start: int = -1
    end: int = -1
    quote: str = ""
    by_ocr: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure at a coordinate.

    Attributes:
        id: Stable within the store: ``<document id>/<table>.<row>.<column>``, ``<document id>/N<offset>``
            or ``<document id>/D<number>``.
        coordinate: Where it stands.
        quantity: Its value; None where the place is blank or a dash.
        state: What is printed there.
        authority: Table cell, sentence, or derived from others.
        proof: Whether an identity vouches for it.
        source: The place.
        label: The figure's name in the document's own words.
        derived_from: Ids of the facts it was computed from (DERIVED only).
        formula: How it was computed, in the formula language (DERIVED only).
    """

    id: str
    coordinate: Coordinate
    quantity: Quantity | None
    state: CellState
    authority: Authority
    source: Source
    label: str
    proof: Proof = Proof.UNPROVEN
    derived_from: tuple[str, ...] = field(default=())
    formula: str = ""
