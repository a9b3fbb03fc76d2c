"""Shapes of what shows a document: its text, its 勾稽关系, limits of what is taken in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field


class TextBlock(BaseModel):
    """A line of a document's text, or a table between its lines."""

    line: Annotated[int | None, Field(description="行号，从1起；整张表为空。")]
    page: int | None
    start: Annotated[int, Field(description="在全文里的起点，与出处的 start、end 同一套位置。")]
    end: int
    text: str
    kind: Literal["heading", "text", "table"]
    table: Annotated[str | None, Field(description="表格编号。")]


class TableCells(BaseModel):
    """How many figures of a table are proven, unproven and contradicted."""

    proven: int
    unproven: int
    contradicted: int


class TableHead(BaseModel):
    """A table without its cells."""

    id: str
    title: str
    number: str
    kind: str
    unit: str | None
    page: int | None
    by_ocr: bool
    rows: int
    columns: int
    cells: TableCells


class Content(BaseModel):
    """A document's text in blocks, in reading order."""

    id: str
    title: str
    pages: int | None
    blocks: list[TextBlock]


class Related(BaseModel):
    """A figure of a relation, with its place: a cell, or a place in the text."""

    table: str | None
    table_title: str
    row: int | None
    column: int | None
    label: str
    text: Annotated[str, Field(description="印出的数字。")]
    proof: str | None
    page: int | None
    line: int | None
    start: int | None
    end: int | None
    quote: str


class Relation(BaseModel):
    """A 勾稽关系 that was tried on a document."""

    rule: str
    description: str
    verdict: Annotated[
        Literal["exact", "rounding", "failed"], Field(description="成立、在四舍五入之内成立、不成立。")
    ]
    sign: Literal["=", "≈", "≠", "≤", ">"]
    left: list[Related]
    right: list[Related]
    left_value: str
    right_value: str
    tolerance: Annotated[str, Field(description="四舍五入允许的最大差。")]


class CellSpot(BaseModel):
    """Where a cell is printed on the image of a page, in fractions of its width and height from the upper left."""

    row: int
    column: int
    left: float
    top: float
    width: float
    height: float


class Intake(BaseModel):
    """What can be taken in."""

    max_bytes: Annotated[int, Field(description="一次请求里的文件合计不能超过这么多字节。")]
