"""Documents as they stand after reading: tables, passages, glossary, indicators, facts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique

from service.domain.coordinate import Coordinate, Stage
from service.domain.fact import CellState, Fact, Proof, Source
from service.domain.finding import Finding
from service.domain.paragraph import Paragraph
from service.domain.quantity import Quantity, Unit


@unique
class RowKind(Enum):
    """What a table row is."""

    TOTAL = "total"
    CARRY = "carry"
    DEPARTMENT = "department"
    UNIT = "unit"
    ITEM = "item"
    PROJECT = "project"
    CONTINUED = "cont"
    INDICATOR = "indicator"
    BUDGET = "budget"
    TASK = "task"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table.

    Attributes:
        raw: The printed characters, layout spaces removed.
        state: Printed, blank or dash.
        quantity: Its value where the column holds figures.
        proof: Whether an identity vouches for it; None for cells that hold no figure.
    """

    raw: str
    state: CellState = CellState.PRINTED
    quantity: Quantity | None = None
    proof: Proof | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        cells: In column order.
        kind: What it is.
        lines: Lines of a text file, or rows of the page's grid, that it came from (1-based).
        label: What names it.
        page: 1-based page it stands on, 0 where the format has none.
    """

    cells: tuple[Cell, ...]
    kind: RowKind
    lines: tuple[int, ...]
    label: str = ""
    page: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A table with repaired headers.

    Attributes:
        id: ``T01`` … in printed order.
        kind: Key of the standard table (``B3``), "" for an unknown one.
        title: As printed.
        number: Printed form number (``预算06表``), or "".
        unit: Unit of its figures, None where none is printed or known.
        columns: Header paths, levels joined by ``/``.
        figure_columns: Which columns hold figures (0-based).
        rows: Body rows.
        notes: Remarks printed below it.
        repairs: What was mended on reading, in Chinese.
        page: First page, 0 where there are none.
        by_ocr: Whether its text was recognised from an image.
    """

    id: str
    kind: str
    title: str
    number: str
    unit: Unit | None
    columns: tuple[str, ...]
    figure_columns: tuple[int, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    page: int = 0
    by_ocr: bool = False


@unique
class PassageKind(Enum):
    """What a searchable passage is."""

    NARRATIVE = "narrative"
    TABLE_ROW = "table_row"
    GLOSSARY = "glossary"
    INDICATOR = "indicator"


@dataclass(frozen=True, slots=True)
class Passage:
    """A searchable piece of a document.

    Attributes:
        id: ``<document id>/P<number>``.
        kind: Narrative paragraph, table row, glossary entry or performance indicator.
        section: Heading path, levels joined by ``/``.
        text: What is searched and quoted.
        source: Where it stands.
    """

    id: str
    kind: PassageKind
    section: str
    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class GlossaryEntry:
    """A term the document explains (名词解释)."""

    term: str
    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class Indicator:
    """A performance indicator (绩效指标).

    Attributes:
        project: Name of the project, "" for the department as a whole.
        project_code: Printed project code, or "".
        unit_code: Code of the budget unit, or "".
        level1: 一级指标, e.g. 产出指标.
        level2: 二级指标, or "".
        name: 三级指标.
        comparator: ``≥``, ``≤``, ``=``, or "" for a qualitative target.
        target: As printed: ``≥95%``.
        quantity: The value of a numeric target.
        explanation: 指标值说明, or "".
        source: Cell of the target.
    """

    project: str
    project_code: str
    unit_code: str
    level1: str
    level2: str
    name: str
    comparator: str
    target: str
    quantity: Quantity | None
    explanation: str
    source: Source


@dataclass(frozen=True, slots=True)
class StatedReason:
    """A reason the document itself gives for a change (原因).

    Attributes:
        coordinate: What changed; its aspect is CHANGE.
        text: The reason in the document's words, without 「主要原因」.
        source: Its place; ``quote`` is the whole sentence.
    """

    coordinate: Coordinate
    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class BudgetUnit:
    """A budget unit of the department (预算单位)."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Identity:
    """An arithmetic relation that was tried on a document (勾稽关系).

    Attributes:
        key: Stable text naming it: ``T03/r0: 合计=基本支出/小计+项目支出/小计``.
        rule: What it follows from: ``row-sum``, ``column-sum``, ``of-which``, ``same-coordinate``, ``rule:<id>`` …
        description: In Chinese.
        left: Ids of the facts or cells on the left, ``T03.0.5``.
        right: Ids of those on the right (summed).
        left_value: As text, in the table's unit.
        right_value: As text.
        verdict: ``exact``, ``rounding`` or ``failed``.
        tolerance: Largest difference that rounding allows, as text.
    """

    key: str
    rule: str
    description: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    left_value: str
    right_value: str
    verdict: str
    tolerance: str


@dataclass(frozen=True, slots=True)
class Layout:
    """How the text of a document is laid out: what its characters alone do not tell.

    Attributes:
        page_starts: Offset at which each page begins; empty where there are no pages.
        headings: Lines that are headings (1-based).
        tables: (table id, first line, last line) in reading order. A table whose rows are not part of the text
            stands before its first line, and its last line is one less.
    """

    page_starts: tuple[int, ...] = ()
    headings: tuple[int, ...] = ()
    tables: tuple[tuple[str, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A document that has been read.

    Attributes:
        id: First 16 hex digits of the sha256 of the file.
        sha256: Of the file as received.
        name: File name without folders.
        title: As printed on its face.
        entity: Canonical entity name, e.g. ``新乡市红旗区委员会办公室``.
        entity_names: Every name under which the entity appears in it.
        entity_code: Printed department code, or "".
        year: Budget year.
        stage: Budget or final account.
        kind: ``部门汇总``, ``部门``, ``单位`` or ``本级``.
        region: Place names the entity's name begins with, or "".
        units: Budget units of the department.
        text: The decoded text; offsets count its characters.
        pages: Number of pages, 0 where the format has none.
        ocr_pages: Pages whose text was recognised from an image (1-based).
        paragraphs: Running text as it was read from the file; empty for a document that comes out of a store.
        layout: Where pages, headings and tables are in *text*; empty for one stored by an early version.
    """

    id: str
    sha256: str
    name: str
    title: str
    entity: str
    entity_names: tuple[str, ...]
    entity_code: str
    year: int
    stage: Stage
    kind: str
    region: str
    units: tuple[BudgetUnit, ...]
    text: str
    tables: tuple[Table, ...]
    facts: tuple[Fact, ...]
    passages: tuple[Passage, ...]
    glossary: tuple[GlossaryEntry, ...]
    indicators: tuple[Indicator, ...]
    identities: tuple[Identity, ...]
    findings: tuple[Finding, ...]
    reasons: tuple[StatedReason, ...] = ()
    pages: int = 0
    ocr_pages: tuple[int, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()
    layout: Layout = Layout()


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """What the store says of a document without loading it."""

    id: str
    name: str
    title: str
    entity: str
    entity_names: tuple[str, ...]
    year: int
    stage: Stage
    kind: str
    region: str
    units: tuple[BudgetUnit, ...]
    tables: int
    facts: int
    cells_proven: int
    cells_unproven: int
    cells_contradicted: int
    findings: tuple[Finding, ...]
    pages: int = 0
    ocr_pages: tuple[int, ...] = ()
