"""Shapes of what the page shows of an answer: its sentences and figures, their evidence, charts; what can be asked."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from service.web.models import FigureEvent, KeptAnswer, Tag, WorkingStep


class Named(BaseModel):
    """One side of the 口径 of a figure."""

    name: str
    value: str


class OperandEvidence(BaseModel):
    """What is known of a figure that a result rests on, beside the answer's ``operands``."""

    tags: list[Tag]
    about: Annotated[list[Named], Field(description="它自己的口径，与其他取数相同的不重复。")]
    where: Annotated[str, Field(description="出处：页、表、行、列。")]
    also: Annotated[list[int], Field(description="同一个数另外印在citations里的哪几处。")]


class Evidence(BaseModel):
    """What a result rests on, in words; in the order of the answer's ``results``."""

    tags: list[Tag]
    about: Annotated[list[Named], Field(description="各取数共同的口径。")]
    words: Annotated[str, Field(description="用话说的算式。")]
    steps: list[WorkingStep]
    unrounded: Annotated[str, Field(description="未取整的数，连单位；没有取整时为空。")]
    rounding: Annotated[str, Field(description="怎么取整的。")]
    operands: list[OperandEvidence]
    findings: Annotated[list[int], Field(description="涉及它的是findings里的哪几条。")]


class QuotedFigure(BaseModel):
    """A figure that stands within words quoted from a document."""

    start: int
    end: int
    text: str
    citation: Annotated[int, Field(description="引自citations里的第几处。")]


class PresentedSentence(BaseModel):
    """A sentence of an answer."""

    index: int
    text: str
    figures: list[FigureEvent]
    quoted: list[QuotedFigure]
    sources: Annotated[list[int], Field(description="这一句依据citations里的哪几处。")]


class ChartBar(BaseModel):
    """A figure of a chart. Where it begins and ends is a fraction of the width, worked out by the service."""

    label: str
    text: Annotated[str, Field(description="数字和单位，与回答里的一样。")]
    value: Annotated[str, Field(description="只有数字，供表格软件相加。")]
    unit: str
    change: Literal["", "增加", "减少"]
    share: str
    working: str
    result: int
    operand: int | None
    role: Literal["part", "start", "end", "left"]
    sign: Literal[-1, 0, 1]
    start: str
    end: str
    drawn: Annotated[bool, Field(description="图里画不画；不画的只在表里。")]
    named: Annotated[bool, Field(description="回答的文字里有没有说到。")]
    tags: list[Tag]


class Chart(BaseModel):
    """A chart of figures of the answer."""

    kind: Literal["composition", "waterfall", "ranking", "trend"]
    title: str
    unit: str
    zero: str
    bars: list[ChartBar]
    total: ChartBar | None
    note: str


class Reading(BaseModel):
    """A reading of a question that was asked back."""

    text: str
    question: Annotated[str, Field(description="选它时要问的话；空的是问不出来。")]


class PresentedAnswer(BaseModel):
    """An answer made ready to be looked at."""

    answer: KeptAnswer
    sentences: list[PresentedSentence]
    evidence: list[Evidence]
    places: Annotated[list[str], Field(description="citations各处的出处，用话说。")]
    charts: list[Chart]
    plan: Annotated[list[str], Field(description="按什么算式回答，用话说，表写名称。")]
    readings: Annotated[list[Reading], Field(description="反问时的各种意思，每种可以直接再问。")]


class Suggestion(BaseModel):
    """A question that this store answers."""

    kind: Literal["total", "why", "share", "items", "ranking", "trend", "definition", "draft", "split", "change"]
    question: str
    entity: str
    year: int


class ScopeDocument(BaseModel):
    """A document of a year."""

    id: str
    title: str


class ScopeYear(BaseModel):
    """What the store holds of a department's year."""

    year: int
    stages: list[str]
    documents: list[ScopeDocument]


class Scope(BaseModel):
    """A department that can be asked about, its years newest first."""

    entity: str
    short: str
    years: list[ScopeYear]
