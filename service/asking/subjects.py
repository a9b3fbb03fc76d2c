"""What a question speaks of: measure, members, table, as references of the formula language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from service.asking.reading import Question
from service.calculation.formula import Call, Expression, Function, Match, Reference, Selector
from service.domain.coordinate import Stage
from service.vocabulary.spotting import DIMENSION, MEASURE, Mention
from service.vocabulary.vocabulary import Vocabulary

#: Which dimension a name is taken for when it stands for members of several.
PREFERENCE = (
    MEASURE,
    "project",
    "item",
    "nature",
    "unit",
    "economic",
    "function",
    "gov_economic",
    "fund",
    "origin",
    "project_type",
)
#: Table value that means running text.
IN_TEXT = "正文"


@dataclass(frozen=True, slots=True)
class Subject:
    """One figure, or set of figures, spoken of.

    Attributes:
        measure: Measure id; "" when only implied.
        members: (dimension, member) pairs.
        table: Table id, ``正文``, or "".
        start: Offset where it begins in the question.
        end: Offset where it ends.
        said: Whether the measure was said, not implied.
        year: Year, None for the document's.
        unit_type: ``机关`` or ``事业``, "" where the question does not tell them apart.
        with_carried: Whether an income holds what was carried over, too, where a total without it is printed besides.
    """

    measure: str
    members: tuple[tuple[str, str], ...] = ()
    table: str = ""
    start: int = -1
    end: int = -1
    said: bool = False
    year: int | None = None
    unit_type: str = ""
    with_carried: bool = False

    @property
    def is_bare(self) -> bool:
        """Whether nothing but a measure, or nothing at all, is named."""
        return not self.members

    def get(self, dimension: str) -> str:
        """Return the member named on a dimension, "" where none is."""
        return dict(self.members).get(dimension, "")

    def having(self, **members: str) -> Subject:
        """Return this subject with members set."""
        return replace(self, members=tuple(sorted((dict(self.members) | members).items())))

    def reference(
        self,
        vocabulary: Vocabulary,
        *,
        year: int | None = None,
        every: str = "",
        contains: str = "",
        stage: Stage | None = None,
    ) -> Reference:
        """Return the reference that names it; *every* makes it the set along a dimension."""
        selectors = []
        for dimension, member in self.members:
            name = vocabulary.dimensions[dimension].name if dimension in vocabulary.dimensions else dimension
            bare = dimension in {"nature", "item"} or (member.isdigit() and dimension != "unit")
            selectors.append(Selector("" if bare else name, member))
        if every:
            name = vocabulary.dimensions[every].name
            selectors.append(Selector(name, contains, Match.CONTAINS) if contains else Selector(name, "*", Match.ALL))
        if self.table:
            selectors.append(Selector("表", self.table))
        return Reference(self.measure or "支出", tuple(selectors), year or self.year, stage)


@dataclass(slots=True)
class _Open:
    """A subject being put together."""

    measure: str = ""
    said: bool = False
    members: dict[str, str] = field(default_factory=dict)
    start: int = -1
    end: int = -1
    table: str = ""


def subjects_of(question: Question, vocabulary: Vocabulary, start: int = 0, end: int | None = None) -> list[Subject]:
    """Return the subjects named between two offsets of a question, left to right.

    A name joins the subject before it when it narrows it (单位 + 性质, 性质 + 科目); a second name on the
    same dimension begins a new one, unless it lies within the first (一般公共服务 › 行政运行).
    """
    stop = len(question.text) if end is None else end
    open_: _Open | None = None
    out: list[_Open] = []
    marks: list[tuple[int, object]] = [(m.start, m) for m in question.mentions if start <= m.start and m.end <= stop]
    marks += [(t.start, t) for t in question.tables if start <= t.start and t.end <= stop]
    for _, mark in sorted(marks, key=lambda pair: pair[0]):
        if not isinstance(mark, Mention):
            if open_ is None or open_.table or _is_joined(question.text, open_.end, mark.start):  # type: ignore[attr-defined]
                open_ = _Open(start=mark.start)  # type: ignore[attr-defined]
                out.append(open_)
            open_.table = mark.tables[0]  # type: ignore[attr-defined]
            open_.end = mark.end  # type: ignore[attr-defined]
            continue
        target = _preferred(
            mark, open_, vocabulary, counts_vehicles=bool(re.search(r"(?:几|多少)(?:辆|台车)", question.text))
        )
        if target is None:
            continue
        dimension, member = target
        spoken_for = (
            open_ is not None and bool(open_.measure or open_.members.keys() - {"fund"}) and open_.end == mark.start
        )
        if dimension == MEASURE and member in {"支出", "收入"} and open_ is not None and spoken_for:
            open_.end = mark.end  # 三公花费, 人员经费支出: the word adds nothing
            continue
        if open_ is None or not _may_join(open_, dimension, member, question, mark, vocabulary):
            open_ = _Open(start=mark.start)
            out.append(open_)
        if dimension == MEASURE:
            open_.measure, open_.said = member, True
        else:
            implied = vocabulary.member(dimension, member)
            if implied is not None and implied.measure:
                open_.measure = implied.measure
            open_.members[dimension] = member
            side = mark.text[-2:]
            if dimension == "fund" and side in {"收入", "支出"} and not open_.said:
                open_.measure, open_.said = side, True
        open_.end = max(open_.end, mark.end)
    return [_closed(o, question) for o in out]


def _is_joined(text: str, end: int, start: int) -> bool:
    return bool(re.search(r"[和与、及跟同比减]", text[end:start]))


def _preferred(
    mention: Mention, open_: _Open | None, vocabulary: Vocabulary, *, counts_vehicles: bool
) -> tuple[str, str] | None:
    targets = [t for t in mention.targets if t[0] != DIMENSION]
    if not targets:
        return None
    if counts_vehicles and any(t[0] == "item" and t[1].startswith("公务用车") for t in targets):
        return (MEASURE, "车辆")
    if open_ is not None and open_.measure and open_.said:
        allowed = vocabulary.measures[open_.measure].dimensions
        targets = [t for t in targets if t[0] in allowed] or targets
    return min(targets, key=lambda t: PREFERENCE.index(t[0]) if t[0] in PREFERENCE else 99)


def _may_join(
    open_: _Open, dimension: str, member: str, question: Question, mark: Mention, vocabulary: Vocabulary
) -> bool:
    between = question.text[open_.end : mark.start]
    if (open_.table and not open_.members and not open_.said) or (
        dimension == "gov_economic" and "economic" in open_.members
    ):
        return not re.search(r"[和与及跟占比减]|等于|一致|差额", between)
    if open_.members.get(dimension) == member and not re.search(r"[和与、及跟占比]", between):
        return True
    if dimension == MEASURE:
        return not open_.measure and not re.search(r"[和与、及跟占比]|等于|减去", between)
    if re.search(r"占|比(?!较)|跟|，|；|。|等于|减去|加(?!起来)", between):
        return False
    if dimension in open_.members:
        above = open_.members[dimension]
        return (
            vocabulary.is_within(dimension, member, above) and member != above and not re.search(r"[和与、及]", between)
        )
    if re.search(r"[和与、及加]", between):
        return False
    implied = vocabulary.member(dimension, member)
    if implied is not None and implied.measure and open_.members:
        return False
    if open_.measure and open_.said and open_.measure in vocabulary.measures:
        return dimension in vocabulary.measures[open_.measure].dimensions or bool(
            implied and implied.measure == open_.measure
        )
    if "project" in open_.members and dimension in {"economic", "function", "gov_economic", "item"}:
        return False
    return not (dimension == "nature" and open_.members.keys() & {"economic", "function"} and "的" not in between)


def _closed(open_: _Open, question: Question) -> Subject:
    table = open_.table
    lead = question.text[max(0, open_.start - 6) : open_.start]
    if not table and re.search(r"说明(?:里|中|上)?的?$|正文(?:里|中)?的?$|文字(?:里|中)?的?$|文中的?$", lead):
        table = IN_TEXT
    if not table and re.match(
        r"[（(]?(?:情况)?(?:说明|正文|文字)(?:里|中|上)?的?[)）]?", question.text[open_.end : open_.end + 8]
    ):
        table = IN_TEXT
    unit_type = ""
    narrows = open_.members.keys() & {"economic", "nature"} and not open_.members.keys() & {
        "unit",
        "project",
        "function",
    }
    if narrows and len(question.unit_types) == 1:
        unit_type = question.unit_types[0]
    measure = open_.measure
    if not measure and "origin" in open_.members:
        measure = "收入"
    return Subject(
        measure, tuple(sorted(open_.members.items())), table, open_.start, open_.end, open_.said, None, unit_type
    )


def total_of(expressions: Sequence[Expression]) -> Expression:
    """Return the sum of several expressions, or the one there is."""
    return expressions[0] if len(expressions) == 1 else Call(Function.SUM, tuple(expressions))
