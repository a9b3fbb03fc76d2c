"""Shapes of what the page of drafts asks for: what can be drafted, an edit as it is typed, two versions side by side."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.web.models import (
    Basis,
    DraftCounts,
    DraftFinding,
    DraftGap,
    DraftRevision,
    DraftSection,
    DraftSource,
    Note,
    ResolvedGap,
    SentenceChange,
    TitledPlace,
)

_MOST_VERSIONS = 1_000_000
_Expects = Annotated[
    int | None,
    Field(ge=1, le=_MOST_VERSIONS, description="所知道的最新版次；此后别人存了新的一版时不存，返回409 draft-changed。"),
]


class OutlineName(BaseModel):
    """An outline: its short name, its printed name, and which of last year's figures it compares with."""

    key: str
    name: str
    base: str


class Need(BaseModel):
    """Something that a section rests on: a table at hand, or what no table at hand has."""

    what: str
    table: str
    document: str
    document_title: str
    there: bool


class PlannedGap(BaseModel):
    """What a section would leave open, and the item under which a reason or a fact fills it."""

    kind: Literal["figure", "prior", "reason", "known"]
    what: str
    item: str
    takes: Literal["", "reason", "fact"]


class PlannedSection(BaseModel):
    """A section that can be drafted."""

    number: str
    title: str
    heading: str
    level: int
    figures: Annotated[int, Field(description="能写出的数字有几个。")]
    needs: list[Need]
    gaps: list[PlannedGap]


class PriorYear(BaseModel):
    """Whether last year's documents are held."""

    year: int
    there: bool
    documents: list[str]


class DraftPlan(BaseModel):
    """What can be drafted of an entity and year."""

    entity: str
    year: int
    stage: str
    title: str
    outline: OutlineName
    others: list[OutlineName]
    sections: list[PlannedSection]
    documents: list[DraftSource]
    prior: PriorYear


class FigureState(BaseModel):
    """A figure of an edited text: where it stands, and why it may stand or not."""

    sentence: str
    start: int
    end: int
    text: str
    state: Annotated[
        Literal["locked", "checked", "person", "open", "contradicted", "removed"],
        Field(description="与原稿相同、与表格相符、填报人给了依据、没有依据、与表格不符。"),
    ]


class RecheckedDraft(BaseModel):
    """An edited text with its findings, not kept."""

    id: str
    base_version: int
    title: str
    entity: str
    year: int
    stage: str
    outline: str
    base: str
    sources: list[DraftSource]
    sections: list[DraftSection]
    gaps: list[DraftGap]
    findings: list[DraftFinding]
    counts: DraftCounts
    text: str
    revision: DraftRevision
    figures: list[FigureState]
    ms: int


class Fillings(BaseModel):
    """Reasons and facts that are added to a draft."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"reasons": [{"item": "公务接待费", "text": "压减接待批次"}], "expects": 1}}
    )

    reasons: Annotated[
        list[Note], Field(default_factory=list, max_length=2000, description="增减的原因；内容为空的，撤回以前填的。")
    ]
    facts: Annotated[
        list[Note], Field(default_factory=list, max_length=2000, description="只有单位掌握的情况；内容为空的，撤回以前填的。")
    ]
    text: Annotated[
        str, Field(max_length=5_000_000, description="同时改了文字的，写改好的全文：填在它里面，合存为一版；没改的不写。")
    ] = ""
    sources: Annotated[list[Basis], Field(default_factory=list, max_length=1000, description="text里改动的数字的依据。")]
    version: Annotated[int | None, Field(ge=1, le=_MOST_VERSIONS, description="填在哪一版上，默认最新。")] = None
    expects: _Expects = None


class Offer(BaseModel):
    """What a document of the year says of an open place."""

    takes: Literal["reason", "fact"]
    item: str
    what: Annotated[str, Field(description="待补充的是什么。")]
    text: Annotated[str, Field(description="文件里的原话。采用与否由填报人定。")]
    where: Annotated[str, Field(description="在哪份文件的哪一处。")]
    place: TitledPlace


class FillingProblem(BaseModel):
    """Why something that was filled in cannot be written."""

    takes: Literal["reason", "fact"]
    item: str
    message: str


class FillingRead(BaseModel):
    """A fact as it would be written."""

    item: str
    text: str


class FillingTrial(BaseModel):
    """What would become of reasons and facts; nothing is kept."""

    problems: list[FillingProblem]
    facts: Annotated[list[FillingRead], Field(description="各项情况会怎样读：只写了数的，补上单位。")]


class Comparison(BaseModel):
    """What changed from one version of a draft to another."""

    id: str
    base: int
    version: int
    unchanged: bool
    changes: list[SentenceChange]
    resolved: list[ResolvedGap]
