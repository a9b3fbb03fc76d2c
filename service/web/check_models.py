"""The shapes of kept checks in requests and responses."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.checks import LONGEST_NAME, LONGEST_REASON
from service.web import document_models, models


class MarkRequest(BaseModel):
    """A person's word that a finding may stand."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"reason": "差额是年中追加的预算，见批复。", "by": "王某"}}
    )

    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_REASON, description="为什么可以不改。")]
    by: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, description="谁说的。")]


class Acceptance(BaseModel):
    """Why a finding may stand, and who says so when."""

    finding: Annotated[str, Field(description="提示的编号，如F3。")]
    reason: str
    by: str
    at: str


class Open(BaseModel):
    """How many findings of each severity nobody has accepted."""

    error: int
    warning: int
    note: int


class CheckSummary(BaseModel):
    """What is known of a kept check without its findings."""

    id: str
    name: Annotated[str, Field(description="文件名。")]
    created_at: str
    title: str
    entity: str | None
    year: int | None
    stage: str
    pages: int | None
    summary: Annotated[str, Field(description="一句话的结论，已说明的不算。")]
    figures: models.Counted
    cells: models.Cells
    open: Open
    accepted: Annotated[int, Field(description="已说明的有几条。")]


class SaidPlace(models.Place):
    """A place with its name in words."""

    where: str


class KeptFinding(models.CheckFinding):
    """Something that does not fit, with what a person says of it."""

    places: list[SaidPlace]  # type: ignore[assignment]  # each has what it had, and more

    id: Annotated[str, Field(description="在这次核对里的编号，不变：F1、F2……")]
    kind: Annotated[str, Field(description="这一类问题的说法。")]
    accepted: Annotated[Acceptance | None, Field(description="已说明时的理由；没有时为空。")]


class KeptFigure(models.JudgedFigure):
    """A figure of the text, judged, with the places of its evidence in words."""

    evidence: list[SaidPlace]  # type: ignore[assignment]  # each has what it had, and more


class KeptCheck(models.CheckReport):
    """A kept check. ``summary`` and ``open`` count what nobody has accepted."""

    model_config = ConfigDict(json_schema_extra=None)

    id: str
    created_at: str
    findings: list[KeptFinding]  # type: ignore[assignment]  # each has what it had, and more
    judged: list[KeptFigure]  # type: ignore[assignment]  # each has what it had, and more
    marks: Annotated[list[Acceptance], Field(description="已说明的各条。")]
    open: Open
    accepted: int
    annotates: Annotated[
        Literal["docx", "pdf"] | None, Field(description="能把提示写进原文的格式；都不能时为空，docx是报告。")
    ]


class StepEvent(BaseModel):
    """Event ``status``: a step of a check begins."""

    step: Literal["reading", "tables", "judging"]
    text: Annotated[str, Field(description="读文件、读对照的表、逐个核对。")]


class SeenFinding(BaseModel):
    """Where a finding is seen on a page of the PDF that was checked."""

    finding: str
    page: int
    boxes: Annotated[
        list[Annotated[list[float], Field(min_length=4, max_length=4)]],
        Field(description="每行一个框：左、上、右、下，按页宽、页高的比例，从左上角起。"),
    ]


class CheckedBlock(BaseModel):
    """A line of the text that was checked, or a table that is not part of the text."""

    line: int | None
    page: int | None
    start: Annotated[int, Field(description="在全文里的位置，按字符计，与place里的start、end同。")]
    end: int
    text: Annotated[str, Field(description="一行文字；整张表时是表名。")]
    kind: Literal["heading", "text", "table"]
    table: Annotated[str | None, Field(description="属于哪张表，如T03。")]


class Contradiction(document_models.Relation):
    """A relation that fails within the tables of the file that was checked."""

    finding: Annotated[str, Field(description="说到它的那条问题的编号，如F3；没有列为问题时为空。")]
