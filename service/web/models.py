"""The shapes of requests and responses, for checking what comes in and for ``/openapi.json``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from service.conversations import ID_OR_NEW

_CELL = {
    "document": "53639bf72c50f935",
    "document_title": "新乡市红旗区委员会办公室（汇总） 2024年度部门预算",
    "table": "T03",
    "table_title": "2024年部门支出总体情况表",
    "row": "合计",
    "column": "合计",
    "row_index": 0,
    "column_index": 5,
    "page": None,
    "line": 230,
    "start": None,
    "end": None,
    "quote": "950.47",
}
_RESULT = {
    "label": "基本支出占支出的比重",
    "value": "56.53",
    "unit": "%",
    "exact": "56.526771…",
    "formula": "占比(基本支出, 支出)",
    "working": "537.27万元 ÷ 950.47万元 = 56.53%",
    "marks": [],
    "operands": [{"label": "支出", "value": "950.47", "unit": "万元", "how": "printed", "proof": "已验证"} | _CELL],
}


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"example": fields})


class AskRequest(BaseModel):
    """A question."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"question": "为什么2024年支出下降了23%？", "history": []}},
    )

    question: Annotated[str, Field(max_length=200_000, description="问题。")]
    history: Annotated[
        list[Annotated[str, Field(max_length=20_000)]],
        Field(default_factory=list, max_length=100, description="同一对话里先前的问题，由早到晚。"),
    ]
    entity: Annotated[str | None, Field(max_length=200, description="限定部门或单位。")] = None
    year: Annotated[int | None, Field(ge=1949, le=2999, description="限定预算年度。")] = None
    stream: Annotated[
        bool | None, Field(description="以事件流逐句送出；不给则看Accept头是否含text/event-stream。")
    ] = None
    conversation: Annotated[
        str | None,
        Field(
            pattern=rf"^(?:{ID_OR_NEW})$",
            description="对话编号，写new开始新的；先前的问题取自所存的对话，这次的问答也存进去。不能与history同时给。",
        ),
    ] = None

    @field_validator("conversation")
    @classmethod
    def _brings_its_own_history(cls, conversation: str | None, given: ValidationInfo) -> str | None:
        if conversation is not None and given.data.get("history"):
            raise ValueError("不能与history同时给出")
        return conversation


class FormulaRequest(BaseModel):
    """A formula to evaluate."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"formula": "占比(基本支出, 支出)", "year": 2024}},
    )

    formula: Annotated[str, Field(min_length=1, max_length=2000, description="算式，写法见使用说明。")]
    entity: Annotated[str | None, Field(max_length=200)] = None
    year: Annotated[int | None, Field(ge=1949, le=2999)] = None


class Place(BaseModel):
    """Where a figure or a quote is printed. Indexes start at 0, lines and pages at 1."""

    model_config = _example(**_CELL)

    document: str
    table: str
    table_title: str
    row: str
    column: str
    row_index: int | None
    column_index: int | None
    page: int | None
    line: int | None
    start: int | None
    end: int | None
    quote: str
    by_ocr: Annotated[bool, Field(description="文字是从图片识读的。")] = False


class TitledPlace(Place):
    """A place with the title of its document."""

    document_title: str


class Operand(TitledPlace):
    """A figure that a result rests on."""

    label: str
    value: Annotated[str, Field(description="逐位精确的数字；表中为空白时为空。")]
    unit: str
    how: Literal["printed", "blank", "dash", "sum", "stated", "derived"]
    proof: str
    about: Annotated[dict[str, str], Field(description="口径，逐项写明：部门、年度、阶段、指标等。")] = {}


class WorkingStep(BaseModel):
    """One step of a calculation."""

    operation: Annotated[str, Field(description="做了什么：取数、推算、相减、占比等。")]
    text: str
    exact: Annotated[str, Field(description="这一步未取整的结果；不是一个数时为空。")]
    note: str
    operands: Annotated[list[int], Field(description="用到operands里的第几个，从0起。")]


class Tag(BaseModel):
    """What must be known of a figure, in words."""

    code: str
    text: str
    tone: Literal["plain", "info", "warn", "bad"]
    meaning: str


class Result(BaseModel):
    """A figure of an answer."""

    model_config = _example(**_RESULT)

    label: str
    value: Annotated[str, Field(description="取整后的数字。")]
    unit: str
    exact: Annotated[str, Field(description="未取整的数字。")]
    formula: str
    working: str
    marks: list[str]
    operands: list[Operand]
    steps: Annotated[list[WorkingStep], Field(description="计算的每一步；直接取数的清单项没有。")] = []


class Citation(TitledPlace):
    """A place the answer rests on."""

    role: str


class Finding(BaseModel):
    """Something the reader should know. Codes are listed in docs/错误代码.md."""

    code: str
    severity: Literal["error", "warning", "note"]
    message: str
    quote: str
    page: int | None
    where: str
    stated: str
    expected: str
    places: list[Place]


class UsedPrompt(BaseModel):
    """A prompt that was sent to a language model."""

    name: str
    version: str
    sha256: str


class Assistance(BaseModel):
    """What language models did for an answer, and what of it was used."""

    name: str
    planning: Literal["none", "same", "differs", "used", "offered", "unusable", "failed"]
    plan: list[str]
    decided: str
    wording: Literal["none", "kept", "repaired", "refused", "failed"]
    kept: Annotated[int, Field(description="草稿中采用模型措辞的句子数；回答为0。")] = 0
    faults: list[str]
    prompts: list[UsedPrompt]
    calls: int
    ms: int


class Repair(BaseModel):
    """A typo of a question."""

    written: str
    read_as: str


class Answer(BaseModel):
    """An answer: its text, and for every figure in it the formula, the working and the places."""

    model_config = _example(
        id="a1b2c3d4", question="基本支出占多少？", status="answered",
        text="2024年基本支出537.27万元，占支出950.47万元的56.53%。", entity="新乡市红旗区委员会办公室",
        year=2024, results=[_RESULT], citations=[{"role": "source"} | _CELL], findings=[],
        plan=["占比(基本支出, 支出)"], readings=[], missing="", unsupported=[], path="rules", model=None, ms=9,
    )  # fmt: skip

    id: str
    question: str
    status: Literal["answered", "refused", "clarify"]
    text: str
    entity: str | None
    year: int | None
    results: list[Result]
    citations: list[Citation]
    findings: list[Finding]
    plan: list[str]
    readings: list[str]
    missing: str
    unsupported: list[str]
    repairs: Annotated[list[Repair], Field(description="问题里的错字是按什么理解的。")] = []
    path: str
    model: Annotated[Assistance | None, Field(description="语言模型做了什么；没有配置模型时为空。")] = None
    conversation: Annotated[
        str | None, Field(description="所在对话的编号；没有要求保存，或没有存成时为空。")
    ] = None
    ms: int


class StepEvent(BaseModel):
    """Event ``status``: a step of the work begins."""

    step: Literal["understanding", "calculating", "wording", "verifying"]
    text: Annotated[str, Field(description="理解、取数、措辞、核对。")]


class PlanEvent(BaseModel):
    """Event ``plan``: what the question was understood to ask for."""

    formulas: list[str]
    entity: str | None
    year: int | None
    path: str


class SentenceEvent(BaseModel):
    """Event ``sentence``: a sentence of the verified answer; all of them together are its text."""

    index: Annotated[int, Field(description="第几句，从0起。")]
    text: str


class FigureEvent(BaseModel):
    """Event ``figure``: a figure of the sentence sent last."""

    sentence: int
    start: Annotated[int, Field(description="在句子里的位置，按字符计，从0起。")]
    end: int
    text: str
    value: str
    unit: str
    label: str
    formula: Annotated[str, Field(description="算式；只是某个结果的取数时为空。")]
    marks: list[str]
    result: Annotated[int, Field(description="results里的第几个，从0起。")]
    operand: Annotated[int | None, Field(description="是这个结果的第几个取数；就是结果本身时为空。")]
    rounded_from: Annotated[str, Field(description="句子里取整写出时，取整前的数；否则为空。")] = ""
    tags: Annotated[list[Tag], Field(description="这个数怎么来的、要注意什么，最要紧的在前。")] = []


class CitationEvent(Citation):
    """Event ``citation``: a place that the sentence sent last rests on; other prints of a figure are in ``done`` alone."""

    sentence: int
    index: Annotated[int, Field(description="citations里的第几个，从0起。")]
    where: str


#: What the events of a streamed answer hold, without its last one.
EVENTS = (StepEvent, PlanEvent, SentenceEvent, FigureEvent, CitationEvent)


class KeptAnswer(Answer):
    """An answer as it was given."""

    asked_at: str


class Turn(BaseModel):
    """A question of a conversation and its answer."""

    question: str
    answer: Annotated[str, Field(description="回答编号，依据见 /v1/answers/{id}。")]
    text: str
    status: Literal["answered", "refused", "clarify"]
    asked_at: str


class ConversationSummary(BaseModel):
    """What is known of a conversation without what was said."""

    model_config = _example(
        id="0123456789ab", title="人员经费占基本支出的比重", created_at="2024-03-01T09:00:00+00:00",
        updated_at="2024-03-01T09:05:00+00:00", length=2,
    )  # fmt: skip

    id: str
    title: str
    created_at: str
    updated_at: str
    length: Annotated[int, Field(description="有几问。")]


class Conversation(ConversationSummary):
    """A conversation, its turns oldest first."""

    model_config = ConfigDict(json_schema_extra=None)

    turns: list[Turn]


class Cells(BaseModel):
    """How many figures an identity vouches for."""

    proven: int
    unproven: int
    contradicted: int


class Document(BaseModel):
    """What the store says of a document."""

    model_config = _example(
        id="53639bf72c50f935", name="新乡市红旗区委员会办公室-2024年度部门预算.txt",
        title="新乡市红旗区委员会办公室（汇总） 2024年度部门预算", entity="新乡市红旗区委员会办公室",
        year=2024, stage="年初预算", kind="部门汇总", pages=None, ocr_pages=[], tables=12, facts=1179,
        cells={"proven": 330, "unproven": 0, "contradicted": 0}, findings=[],
    )  # fmt: skip

    id: str
    name: str
    title: str
    entity: str
    year: int
    stage: str
    kind: str
    pages: int | None
    ocr_pages: list[int]
    tables: int
    facts: int
    cells: Cells
    findings: list[Finding]


class Uploaded(Document):
    """A document that was taken in."""

    was_known: Annotated[bool, Field(description="同一份文件先前已导入。")]


class Refused(BaseModel):
    """What is wrong with a file. Codes are listed in docs/错误代码.md."""

    code: str
    message: str


class FileDone(BaseModel):
    """What became of one of several files."""

    name: str
    id: Annotated[str | None, Field(description="文档编号；没有导入时为空。")]
    was_known: bool
    error: Refused | None


class Job(BaseModel):
    """The taking in of several files."""

    model_config = _example(
        id="5f0c", state="running", done=1, total=2, reading=["决算.pdf"], seconds=3,
        files=[{"name": "预算.pdf", "id": "53639bf72c50f935", "was_known": False, "error": None}],
    )  # fmt: skip

    id: str
    state: Annotated[
        Literal["waiting", "running", "done"], Field(description="waiting：前面还有一批在导入；done：结束，成败见files。")
    ]
    done: int
    total: int
    reading: Annotated[list[str], Field(description="正在读的文件。")]
    seconds: Annotated[int, Field(description="从交来到现在（或结束）的秒数。")]
    files: list[FileDone]


class CheckOptions(BaseModel):
    """What is known of a text to be checked besides the text."""

    model_config = ConfigDict(extra="forbid")

    entity: Annotated[str, Field(max_length=200, description="文字没有写明部门时，当作这个部门的。")] = ""
    year: Annotated[int | None, Field(ge=1949, le=2999, description="文字没有写明年度时，当作这一年的。")] = None
    documents: Annotated[
        list[Annotated[str, Field(max_length=100)]],
        Field(default_factory=list, max_length=20, description="用来对照的、已导入的文档的编号。"),
    ]


class CheckRequest(CheckOptions):
    """A text to be checked."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"text": "2024年支出预算950.47万元，其中基本支出537.27万元，占57%。", "documents": ["53639bf72c50f935"]}
        },
    )

    text: Annotated[str, Field(min_length=1, max_length=5_000_000, description="要核对的文字。")]


class CheckFinding(Finding):
    """Something that does not fit."""

    working: Annotated[str, Field(description="怎样算出来的。")]
    highlight: Annotated[list[int] | None, Field(description="quote里有问题的字：起、止。")]


class JudgedFigure(BaseModel):
    """A figure of the text, judged."""

    text: str
    subject: Annotated[str, Field(description="说的是什么的数；看不出来时为空。")]
    verdict: Literal["supported", "contradicted", "unverifiable"]
    expected: Annotated[str, Field(description="应为多少；只在不符时有。")]
    working: str
    reason: Annotated[str, Field(description="为什么无法核对。")]
    quote: str
    highlight: list[int] | None
    page: int | None
    where: str
    place: Place
    evidence: list[Place]


class Counted(BaseModel):
    """How many figures got which verdict."""

    total: int
    supported: int
    contradicted: int
    unverifiable: int


class JudgedBy(BaseModel):
    """A document whose tables a text was judged by."""

    id: str
    title: str


class CheckReport(BaseModel):
    """A checked text. ``findings`` are gravest first, ``judged`` is every figure in the order of the text."""

    model_config = _example(
        document="0f1e2d3c4b5a6978", name="情况说明.docx", title="云溪市示例局2024年部门预算情况说明",
        entity="云溪市示例局", year=2024, stage="年初预算", pages=None, characters=1200,
        summary="发现1处错误，请逐条改正后再报。", against=[{"id": "53639bf72c50f935", "title": "云溪市示例局2024年部门预算"}],
        figures={"total": 1, "supported": 0, "contradicted": 1, "unverifiable": 0},
        cells={"proven": 0, "unproven": 0, "contradicted": 0},
        findings=[
            {
                "code": "figure-differs-from-table", "severity": "error", "message": "2024年支出文中写951.47万元，表中是950.47万元。",
                "quote": "2024年支出预算951.47万元。", "highlight": [9, 17], "page": None, "where": "支出预算情况说明，第12行",
                "stated": "951.47万元", "expected": "950.47万元", "working": "", "places": [_CELL],
            }
        ],
        judged=[], ms=120,
    )  # fmt: skip

    document: str
    name: str
    title: str
    entity: str | None
    year: int | None
    stage: str
    pages: int | None
    characters: int
    summary: Annotated[str, Field(description="一句话的结论。")]
    against: list[JudgedBy]
    figures: Counted
    cells: Cells
    findings: list[CheckFinding]
    judged: list[JudgedFigure]
    ms: int


class Note(BaseModel):
    """Something a person adds to a draft."""

    model_config = ConfigDict(extra="forbid")

    item: Annotated[str, Field(min_length=1, max_length=80, description="说的是哪一项：收入、公务接待费、政府采购货物……")]
    text: Annotated[str, Field(max_length=20_000, description="原因，或数字（12.3万元、5辆）。")]


class DraftRequest(BaseModel):
    """What a draft is asked to be."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "entity": "云溪市示例局", "year": 2024, "sections": ["“三公”经费支出预算情况说明"],
                "reasons": [{"item": "公务接待费", "text": "压减接待批次"}],
            }
        },
    )  # fmt: skip

    entity: Annotated[str, Field(min_length=1, max_length=200, description="部门或单位，可用简称。")]
    year: Annotated[int, Field(ge=1949, le=2999, description="预算（决算）年度。")]
    sections: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=200)]],
        Field(default_factory=list, max_length=100, description="只写这几节；不给则写全文。"),
    ]
    outline: Annotated[str, Field(max_length=100, description="提纲的名称；不给则按部门的文件选定。")] = ""
    outline_toml: Annotated[str, Field(max_length=1_000_000, description="自己的提纲，TOML文字。")] = ""
    reasons: Annotated[list[Note], Field(default_factory=list, max_length=2000, description="增减的原因。")]
    facts: Annotated[
        list[Note], Field(default_factory=list, max_length=2000, description="表里没有、只有单位掌握的情况：采购、资产等。")
    ]
    base: Annotated[Literal["", "预算数", "执行数", "决算数"], Field(description="与上年的哪种数比较；不给则按提纲。")] = ""
    decimals: Annotated[int | None, Field(ge=0, le=6, description="小数位数；null为照表中印的。")] = 2
    fall: Annotated[Literal["下降", "降低", "减少"], Field(description="增减率为负时的用词。")] = "下降"
    quote: Annotated[
        list[Annotated[str, Field(max_length=200)]],
        Field(default_factory=list, max_length=20, description="可以引用原因的文档：编号、文件名或年份。"),
    ]


class Basis(BaseModel):
    """What a person rests a figure of an edited draft on."""

    model_config = ConfigDict(extra="forbid")

    figure: Annotated[str, Field(min_length=1, max_length=100, description="文中写的数字：12.3万元。")]
    basis: Annotated[str, Field(max_length=2000, description="依据，例如：采购计划第3页。")] = ""
    sentence: Annotated[str, Field(max_length=500, description="所在句中的几个字，几处相同时用来指明是哪一处。")] = ""
    formula: Annotated[str, Field(max_length=2000, description="依据是算式时写在这里。")] = ""


class EditedDraft(BaseModel):
    """An edited draft."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"text": "云溪市示例局2024年部门预算情况说明\n……", "sources": [{"figure": "12.3万元", "basis": "采购计划第3页"}]}
        },
    )

    text: Annotated[str, Field(min_length=1, max_length=5_000_000, description="改好的全文，一段一行。")]
    sources: Annotated[list[Basis], Field(default_factory=list, max_length=1000, description="改动的数字的依据。")]
    version: Annotated[int | None, Field(ge=1, le=1_000_000, description="在哪一版上改的，默认最新。")] = None
    expects: Annotated[
        int | None,
        Field(ge=1, le=1_000_000, description="所知道的最新版次；此后别人存了新的一版时不存，返回409 draft-changed。"),
    ] = None


class ApprovalRequest(BaseModel):
    """Who approves."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"by": "王某"}})

    by: Annotated[str, Field(min_length=1, max_length=50, description="批准人。")]


class DraftOperand(TitledPlace):
    """A printed figure that a figure of a draft rests on."""

    label: str
    value: str
    unit: str
    how: str
    proof: str


class DraftFigure(BaseModel):
    """A figure of a sentence: where it stands in it, and what it rests on."""

    start: int
    end: int
    text: str
    label: str
    value: str
    unit: str
    exact: str
    formula: str
    formula_words: Annotated[str, Field(description="算式用文字说。")] = ""
    working: str
    how: Annotated[str, Field(description="printed、blank、dash、sum、stated、derived、computed、person。")]
    marks: list[str]
    operands: list[DraftOperand]


class DraftReason(BaseModel):
    """A reason in a sentence: given by a person, or quoted."""

    start: int
    end: int
    item: str
    text: str
    given: str
    quoted: TitledPlace | None


class GapAt(BaseModel):
    """What is missing in a sentence."""

    kind: Literal["figure", "prior", "reason", "known"]
    what: str
    start: int
    end: int
    item: str
    takes: Literal["", "reason", "fact"]


class DraftSentence(BaseModel):
    """A sentence."""

    id: str
    text: str
    figures: list[DraftFigure]
    reasons: list[DraftReason]
    gaps: list[GapAt]


class DraftTable(BaseModel):
    """A table; its cells are sentences."""

    title: str
    unit: str
    columns: list[str]
    cells: list[list[DraftSentence]]


class DraftParagraph(BaseModel):
    """Sentences, or a table."""

    is_heading: bool
    text: str
    sentences: list[DraftSentence]
    table: DraftTable | None


class DraftSection(BaseModel):
    """A section."""

    number: str
    title: str
    heading: str
    level: int
    paragraphs: list[DraftParagraph]


class DraftGap(BaseModel):
    """What is missing, with its place."""

    section: str
    sentence: str
    kind: Literal["figure", "prior", "reason", "known"]
    what: str
    item: Annotated[str, Field(description="填的时候用的项目名；空的不能填，要导入文件或改正文。")]
    takes: Annotated[Literal["", "reason", "fact"], Field(description="填原因还是填情况。")]


class DraftSource(BaseModel):
    """A document that a draft rests on."""

    document: str
    title: str
    year: int
    role: str


class DraftCounts(BaseModel):
    """How many figures, how many gaps of each kind, and how many figures rest on nothing."""

    figures: int
    by_person: Annotated[int, Field(description="填报人提供的。")] = 0
    gaps: dict[str, int]
    unsupported: int


class DraftFinding(Finding):
    """Something a person must look at."""

    working: str
    sentence: Annotated[str, Field(description="说的是哪一句；空的说的是全文或资料。")]
    blocks: Annotated[bool, Field(description="不改好不能批准。")]


class Approval(BaseModel):
    """Who approved a version, and when."""

    at: str
    by: str


class Segment(BaseModel):
    """A run of words of a difference."""

    kind: Literal["same", "removed", "added"]
    text: str


class FigureChange(BaseModel):
    """A figure that is not what it was."""

    before: str
    after: str
    state: Literal["locked", "checked", "person", "open", "contradicted", "removed"]


class SentenceChange(BaseModel):
    """A sentence that is not what it was."""

    kind: Literal["changed", "added", "removed", "moved"]
    section: str
    before: str
    after: str
    before_ids: list[str]
    after_id: str
    segments: list[Segment]
    figures: list[FigureChange]


class ResolvedGap(BaseModel):
    """A place that is no longer open."""

    kind: Literal["figure", "prior", "reason", "known"]
    what: str
    sentence: str
    filling: str


class DraftRevision(BaseModel):
    """What changed against an earlier version."""

    base: Annotated[int, Field(description="与哪一版比较。")]
    unchanged: bool
    changes: list[SentenceChange]
    resolved: list[ResolvedGap]


class GivenNote(BaseModel):
    """A reason or a fact as it was given, and where."""

    item: str
    text: str
    place: str


class DraftGiven(BaseModel):
    """What a draft was asked to be."""

    entity: str
    year: int
    sections: list[str]
    outline: str
    outline_toml: str
    is_own_outline: bool
    reasons: list[GivenNote]
    facts: list[GivenNote]
    base: str
    decimals: int | None
    fall: str
    quote: list[str]


class Draft(BaseModel):
    """A version of a draft: ``sections`` → ``paragraphs`` → ``sentences`` → ``figures`` with what they rest on."""

    id: str
    version: int
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
    sha256: str
    created_at: str
    origin: Literal["drafted", "edited"]
    approval: Approval | None
    revision: Annotated[DraftRevision | None, Field(description="由另一版改成或补填成的，改了什么。")]
    given: Annotated[DraftGiven | None, Field(description="起草时的要求和填写的内容；旧版程序写的没有。")]


class DraftVersion(BaseModel):
    """What is known of a version without its text."""

    version: int
    created_at: str
    origin: Literal["drafted", "edited"]
    sha256: str
    approval: Approval | None


class DraftSummary(BaseModel):
    """What is known of a draft without its text."""

    model_config = _example(
        id="0123456789ab", entity="云溪市示例局", year=2024, outline="henan", created_at="2024-03-01T09:00:00+00:00",
        versions=[
            {"version": 1, "created_at": "2024-03-01T09:00:00+00:00", "origin": "drafted", "sha256": "9f86d081…", "approval": None}
        ], open=3, sections=["“三公”经费支出情况说明"], whole=False,
    )  # fmt: skip

    id: str
    entity: str
    year: int
    outline: str
    created_at: str
    versions: list[DraftVersion]
    open: Annotated[int, Field(description="最新一版正文里待补充的有几处。")]
    sections: Annotated[list[str], Field(description="最新一版有哪几节。")]
    whole: Annotated[bool, Field(description="是不是提纲的全部各节。")]


class Approved(DraftVersion):
    """A version that was approved."""

    id: str


class TableRow(BaseModel):
    """One row: what names it, what it is, the page and the lines it came from."""

    path: str
    kind: str
    page: int | None
    lines: list[int]


class Cell(BaseModel):
    """One cell; *unit* only where it is not the table's."""

    raw: str
    value: str | None
    proof: str | None
    unit: str | None


class Table(BaseModel):
    """A table; ``cells`` has one list per entry of ``rows``."""

    id: str
    kind: str
    title: str
    number: str
    page: int | None
    by_ocr: bool
    unit: str | None
    columns: list[str]
    rows: list[TableRow]
    cells: list[list[Cell]]
    notes: list[str]
    repairs: list[str]


class Fact(BaseModel):
    """A figure at its coordinate."""

    id: str
    label: str
    entity: str
    year: int
    stage: str
    measure: str
    members: dict[str, str]
    aspect: str
    base_year: int | None
    whole: str
    value: str | None
    unit: str | None
    state: str
    authority: str
    proof: str
    derived_from: list[str]
    formula: str
    place: Place


class Health(BaseModel):
    """Whether the service can work."""

    status: Literal["ok", "ready"]
    documents: int | None = None


class Problem(BaseModel):
    """What went wrong (RFC 9457). Codes are listed in docs/错误代码.md."""

    model_config = _example(
        type="urn:youju:problem:missing-answer", title="没有找到", status=404, code="missing-answer",
        detail="没有编号为“x”的回答。编号在每次回答的末尾。",
    )  # fmt: skip

    type: str
    title: str
    status: int
    code: str
    detail: str


# ------------------------------------------------------------------------- as OpenAI's clients write and read it


class ChatMessage(BaseModel):
    """A message of a chat. Only what users wrote is read."""

    model_config = ConfigDict(extra="allow")

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Annotated[Any, Field(description="文字，或type为text的部分的数组。")] = None

    @field_validator("content")
    @classmethod
    def _is_content(cls, content: Any) -> Any:
        if content is None or isinstance(content, str) or _is_parts(content):
            return content
        raise ValueError("应为文字，或各部分的数组，每部分写明type")

    @property
    def text(self) -> str | None:
        """The words of the message, None where it holds anything else."""
        if not isinstance(self.content, list):
            return self.content or ""
        words = [each.get("text") if each["type"] == "text" else None for each in self.content]
        return None if None in words else "\n".join(map(str, words))


def _is_parts(content: object) -> bool:
    return isinstance(content, list) and all(
        isinstance(each, dict) and isinstance(each.get("type"), str) and isinstance(each.get("text", ""), str)
        for each in content
    )


class StreamOptions(BaseModel):
    """What a stream holds besides."""

    model_config = ConfigDict(extra="allow")

    include_usage: bool | None = None


class ChatRequest(BaseModel):
    """A request for a chat completion. Other parameters of OpenAI's are accepted and have no effect."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={"example": {"model": "youju", "messages": [{"role": "user", "content": "基本支出占多少？"}]}},
    )

    model: Annotated[str, Field(description="youju。")]
    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=2000, description="最后一条user消息是问题。")]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: Annotated[int | None, Field(description="只能是1。")] = None

    @field_validator("n")
    @classmethod
    def _is_one(cls, n: int | None) -> int | None:
        if n not in (None, 1):
            raise ValueError("只能是1：一个问题只有一个回答")
        return n

    @property
    def wants_usage(self) -> bool:
        """Whether a stream is to end with its usage."""
        return bool(self.stream_options and self.stream_options.include_usage)


class ChatReply(BaseModel):
    """What is said."""

    role: Literal["assistant"]
    content: Annotated[str, Field(description="Markdown：回答、计算过程、出处、提示。")]
    refusal: None


class ChatChoice(BaseModel):
    """The one choice there is."""

    index: int
    message: ChatReply
    logprobs: None
    finish_reason: Literal["stop"]


class ChatCompletion(BaseModel):
    """A chat completion."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[ChatChoice]
    youju: Annotated[Answer, Field(description="完整的回答，同 /v1/ask。")]


class Model(BaseModel):
    """A model."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ModelList(BaseModel):
    """The models there are."""

    object: Literal["list"]
    data: list[Model]


class OpenAIErrorDetails(BaseModel):
    """What went wrong."""

    message: str
    type: Literal["invalid_request_error", "server_error"]
    param: str | None
    code: str


class OpenAIError(BaseModel):
    """An error as OpenAI's clients read it. Codes are listed in docs/错误代码.md."""

    error: OpenAIErrorDetails
