"""A draft of the 情况说明: sections, sentences, and for every figure in them what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, unique
from typing import TYPE_CHECKING

from service.calculation.evidence import Operand, Place
from service.domain.assistance import Assistance
from service.domain.coordinate import Stage
from service.domain.finding import Finding

if TYPE_CHECKING:
    from service.drafting.outline import Outline


@unique
class GapKind(Enum):
    """What is missing where a draft says 【待补充：…】."""

    FIGURE = "figure"  # 本年的表里没有
    PRIOR = "prior"  # 上年数没有
    REASON = "reason"  # 增减的原因
    KNOWN = "known"  # 只有单位自己知道的情况


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that a person has to fill in.

    Attributes:
        kind: What kind of thing is missing.
        what: Its name, as written in the text and as the file of reasons or facts names it.
        start: Offset of 【 in the sentence.
        end: Offset after 】.
        item: The item under which a reason or a fact fills it, "" where neither can.
        takes: ``reason`` or ``fact``, "" where it takes a document or an edit of the text.
    """

    kind: GapKind
    what: str
    start: int
    end: int
    item: str = ""
    takes: str = ""


@dataclass(frozen=True, slots=True)
class DraftFigure:
    """A figure written in a sentence.

    Attributes:
        start: Offset of its first character in the sentence.
        end: Offset after its last character.
        text: As written: ``950.47万元``, ``23.04%``, ``持平``.
        label: What it is of: ``2024年支出``.
        value: Digits as written, "" for 持平.
        unit: Unit symbol.
        exact: Unrounded digits.
        formula: In the formula language, "" where a person gave it.
        working: One line of arithmetic.
        how: ``printed``, ``blank``, ``sum``, ``stated``, ``derived``, ``computed`` or ``person``.
        marks: Words that must go with it: ``推算``, ``仅见正文``, ``表中为空白``, ``填报人提供``.
        operands: The printed figures it rests on.
    """

    start: int
    end: int
    text: str
    label: str
    value: str
    unit: str
    exact: str
    formula: str
    working: str
    how: str
    marks: tuple[str, ...] = ()
    operands: tuple[Operand, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftReason:
    """A reason written in a sentence.

    Attributes:
        start: Offset of its first character in the sentence.
        end: Offset after its last character.
        item: What changed, as the outline names it.
        text: The reason.
        given: Where a person gave it (``第3行``), "" where it is quoted.
        quoted: The place it is quoted from, None where a person gave it.
    """

    start: int
    end: int
    item: str
    text: str
    given: str = ""
    quoted: Place | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a draft.

    Attributes:
        id: ``S1``, ``S2`` … in order over the whole draft.
        text: As written.
        figures: Every figure in it that was filled in, in order.
        reasons: Every reason in it.
        gaps: What is missing in it.
        path: ``rules``, or ``model`` where a language model worded it.
    """

    id: str
    text: str
    figures: tuple[DraftFigure, ...] = ()
    reasons: tuple[DraftReason, ...] = ()
    gaps: tuple[Gap, ...] = ()
    path: str = "rules"


@dataclass(frozen=True, slots=True)
class DraftTable:
    """A table of a draft. Its figures are found in *cells* as sentences of one figure or text each.

    Attributes:
        title: Printed above it.
        unit: Unit of its amounts, printed above it.
        columns: Column names.
        cells: Rows of cells.
    """

    title: str
    unit: str
    columns: tuple[str, ...]
    cells: tuple[tuple[Sentence, ...], ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences that stand together, or a table.

    Attributes:
        sentences: In order; empty where there is a table.
        table: The table, None for running text.
        is_heading: Whether it is a heading within the section, below the section's own.
    """

    sentences: tuple[Sentence, ...] = ()
    table: DraftTable | None = None
    is_heading: bool = False

    @property
    def text(self) -> str:
        """The running text."""
        return "".join(s.text for s in self.sentences)


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a draft.

    Attributes:
        number: ``一、`` or ``（一）``, "" where headings are not numbered.
        title: Without its number.
        level: 1 for 一、, 2 for （一）.
        paragraphs: What it says.
    """

    number: str
    title: str
    level: int
    paragraphs: tuple[Paragraph, ...]

    @property
    def heading(self) -> str:
        """Number and title."""
        return f"{self.number}{self.title}"

    def sentences(self) -> Iterator[Sentence]:
        """Yield its sentences in order, those in table cells included."""
        for paragraph in self.paragraphs:
            yield from paragraph.sentences
            for row in paragraph.table.cells if paragraph.table else ():
                yield from row


@dataclass(frozen=True, slots=True)
class DraftSource:
    """A document that a draft rests on.

    Attributes:
        document: Its id.
        title: As printed on its face, else its file name.
        year: Its budget year.
        role: ``本年``, ``上年`` or ``引用``.
    """

    document: str
    title: str
    year: int
    role: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft.

    Attributes:
        title: On its face.
        entity: Whose it is.
        year: Budget year.
        stage: Budget or final account.
        outline: Name of the outline it follows.
        base: What last year's figures are: ``预算数``, ``执行数`` or ``决算数``.
        sections: In order.
        findings: What a person must look at: reasons refused, sources that disagree, derived figures.
        sources: The documents it rests on.
        assistance: What a language model did for it, None where none is configured.
    """

    title: str
    entity: str
    year: int
    stage: Stage
    outline: str
    base: str
    sections: tuple[Section, ...]
    findings: tuple[Finding, ...] = ()
    sources: tuple[DraftSource, ...] = ()
    assistance: Assistance | None = None

    def sentences(self) -> Iterator[Sentence]:
        """Yield every sentence in order."""
        for section in self.sections:
            yield from section.sentences()

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Everything that is missing, in order."""
        return tuple(g for s in self.sentences() for g in s.gaps)

    @property
    def text(self) -> str:
        """The running text, one paragraph a line, headings included; tables are left out."""
        lines = [self.title]
        for section in self.sections:
            lines.append(section.heading)
            lines += [p.text for p in section.paragraphs if p.table is None]
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class DraftPlan:
    """What could be drafted.

    Attributes:
        draft: As it would be written, not checked: every section with its figures and what is missing.
        outline: The outline that it follows.
        others: Further outlines for documents of the stage.
    """

    draft: Draft
    outline: Outline
    others: tuple[Outline, ...]
