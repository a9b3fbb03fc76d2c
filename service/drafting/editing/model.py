"""What comes of comparing an edited text with the draft it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique

from service.domain.finding import Finding, Severity
from service.domain.quantity import Quantity
from service.drafting.draft import Draft, Gap, Sentence

#: Mark of what a person put in.
BY_PERSON = "填报人提供"


@unique
class ChangeKind(Enum):
    """What happened to a sentence."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"


@unique
class FigureState(Enum):
    """Why a figure of an edited text may stand, or that it may not."""

    LOCKED = "locked"  # 与原稿同一处的数相同
    CHECKED = "checked"  # 改过，但表格支持
    PERSON = "person"  # 改过，有人给出依据
    OPEN = "open"  # 改过，没有依据
    CONTRADICTED = "contradicted"  # 与表格不符
    REMOVED = "removed"  # 删去


@dataclass(frozen=True, slots=True)
class GivenSource:
    """What a person rests a figure on.

    Attributes:
        figure: As written in the edited text: ``12.3万元``, ``持平``, ``2022年``.
        basis: Where it comes from, in the person's words; "" where a formula tells.
        sentence: A piece of its sentence, "" where the figure alone is clear.
        formula: In the formula language, "" where the basis is words.
        value: What the formula comes to, None where there is no formula.
        place: Where it was given, for messages: ``第3行``.
    """

    figure: str
    basis: str = ""
    sentence: str = ""
    formula: str = ""
    value: Quantity | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of a word-level difference.

    Attributes:
        kind: ``same``, ``removed`` or ``added``.
        text: Its characters: of the stored sentence for ``removed``, else of the edited one.
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A figure, year or direction word that is not what it was.

    Attributes:
        before: As written in the stored version, "" where it was added.
        after: As written in the edited text, "" where it was removed.
        state: Why it may stand, or that it may not.
    """

    before: str
    after: str
    state: FigureState


@dataclass(frozen=True, slots=True)
class FigureAt:
    """A figure, year or direction word of an edited text that is not what it was.

    Attributes:
        sentence: Id of its sentence in the new version.
        start: Offset of its first character in the sentence.
        end: Offset after its last character.
        state: Why it may stand, or that it may not.
    """

    sentence: str
    start: int
    end: int
    state: FigureState


@dataclass(frozen=True, slots=True)
class SentenceChange:
    """A sentence of either version, and what became of it.

    Attributes:
        kind: What happened.
        section: Heading of the section that it stands in (stood in, where it was removed).
        before: Text in the stored version, "" where it was added.
        after: Text in the edited version, "" where it was removed.
        before_ids: Ids of the sentences of the stored version that it was made from.
        after_id: Id in the new version, "" where it was removed and for headings.
        segments: The difference, word by word.
        figures: Figures that are not what they were.
    """

    kind: ChangeKind
    section: str
    before: str
    after: str
    before_ids: tuple[str, ...] = ()
    after_id: str = ""
    segments: tuple[Segment, ...] = ()
    figures: tuple[FigureChange, ...] = ()


@dataclass(frozen=True, slots=True)
class ResolvedGap:
    """A gap of the stored version that the edited text has no longer.

    Attributes:
        gap: As it was.
        sentence: Id of its sentence in the stored version.
        filling: What stands in its place, "" where it was taken out with its words.
    """

    gap: Gap
    sentence: str
    filling: str


@dataclass(frozen=True, slots=True)
class Revision:
    """An edited text compared with the draft it was made from.

    Attributes:
        changes: Every sentence and heading of both versions, in the order of the edited text.
        findings: What a person must look at, errors first.
        resolved: Gaps that are no longer open.
        draft: The new version.
        is_foreign: Whether the edited text has less than a quarter of the sentences of the stored version, changed
            ones included: another text was handed in.
        judged: Figures that are not what they were, with their places in the new version.
    """

    changes: tuple[SentenceChange, ...]
    findings: tuple[Finding, ...]
    resolved: tuple[ResolvedGap, ...]
    draft: Draft
    is_foreign: bool = False
    judged: tuple[FigureAt, ...] = ()

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences of the new version, in order."""
        return tuple(self.draft.sentences())

    @property
    def is_unchanged(self) -> bool:
        """Whether nothing was edited."""
        return all(change.kind is ChangeKind.UNCHANGED for change in self.changes)

    @property
    def errors(self) -> int:
        """How many findings are errors."""
        return sum(1 for finding in self.findings if finding.severity is Severity.ERROR)
