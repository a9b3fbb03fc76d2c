"""Templates of sentences: text with slots. The language in which the outlines are written.

A slot stands in braces:

    {单位} {年} {上年} {比较} {类} {类简} {款} {项} {名称} {序} {汉序}   words
    {支出[项目支出]}                 a figure, by formula
    {支出[项目支出]|项目支出}        the same, with the name that a file of facts may give it by
    {变动:收入}                      a change, worded by the outline's cases of that name
    {上年数:收入}                    last year's figure
    {完成:支出[一般公共预算]}    final accounts beside the year's own budget, worded by the outline's [completion]
    {原因:收入}  {原因:收入|总收入}  the reason of a change, nothing where nothing changed
    {列举:支出[经济=301]}            the names of the items below that have a figure
    {填:重点项目}                    words that only the department knows

〔…〕 is left out where something in it is missing. A line may begin with a condition or a repetition in 〈…〉:

    〈支出[政府性基金]为0〉   〈支出[政府性基金]不为0〉   〈三公经费有数〉   〈三公经费没有数〉   〈三公经费有变动〉
    〈支出上年有数〉   〈支出上年没有数〉   whether last year's figure is known
    〈逐类 支出[一般公共预算]〉   each class a sentence of its own   〈连写逐类 …〉   joined to the sentence before
    〈其下逐项 …〉   below a line 〈逐类 …〉: within each class its items
    〈小标题〉   a heading within the section
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, unique
from typing import TypeAlias

from service.calculation.formula import Expression, Reference
from service.calculation.parser import parse_formula
from service.domain.errors import FormulaSyntaxError, InvalidInputError

#: Stands for the item at hand within a repetition, in formulas.
ITEM = "本项"
WORDS = frozenset({"单位", "年", "上年", "比较", "类", "类简", "款", "项", "名称", "序", "汉序"})
#: A name that no document prints, so that formulas with 本项 parse before the item is known.
_PROBE = "支出[功能=2010101]"

_SLOT = re.compile(r"\{([^{}]*)\}")
_HEAD = re.compile(r"^〈([^〈〉]*)〉\s*")
_CONDITION = re.compile(r"^(.+?)(不为0|为0|上年没有数|上年有数|没有数|有数|没有变动|有变动)$")
_EACH = re.compile(r"^(连写|其下)?逐(类|款|项|科目|经济类|经济款|项目|单位|资金)\s+(.+)$")


@unique
class SlotKind(Enum):
    """What a slot is filled with."""

    WORD = "词"
    FIGURE = "数"
    CHANGE = "变动"
    PRIOR = "上年数"
    REASON = "原因"
    NAMES = "列举"
    COMPLETION = "完成"
    FILL = "填"


@dataclass(frozen=True, slots=True)
class Slot:
    """A place to fill.

    Attributes:
        kind: What with.
        of: The formula, or the word.
        name: What a person calls it, "" where the formula itself must do.
        case: For CHANGE, the name of the outline's cases.
    """

    kind: SlotKind
    of: str
    name: str = ""
    case: str = ""


@dataclass(frozen=True, slots=True)
class Optional:
    """A part that is left out where something in it is missing."""

    parts: tuple[Part, ...]


Part: TypeAlias = str | Slot | Optional


@unique
class Test(Enum):
    """What a condition asks of a figure."""

    ZERO = "为0"
    NOT_ZERO = "不为0"
    THERE = "有数"
    NOT_THERE = "没有数"
    CHANGED = "有变动"
    UNCHANGED = "没有变动"
    PRIOR_THERE = "上年有数"
    PRIOR_NOT_THERE = "上年没有数"


#: Tests that look at last year's figure as well, which only a reference has.
OF_TWO_YEARS = frozenset({Test.CHANGED, Test.UNCHANGED, Test.PRIOR_THERE, Test.PRIOR_NOT_THERE})


@dataclass(frozen=True, slots=True)
class Condition:
    """When a line is written."""

    of: str
    test: Test


@dataclass(frozen=True, slots=True)
class Each:
    """A repetition over the items of a figure.

    Attributes:
        level: 类, 款, 项 or 科目 of the functions; 经济类, 经济款; 项目, 单位, 资金.
        of: The figure they are parts of.
        joined: Whether the pieces become one sentence with the one before.
    """

    level: str
    of: str
    joined: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an outline: a sentence, or one for each item.

    Attributes:
        parts: Text and slots.
        conditions: All must hold.
        each: The repetition, None for one sentence.
        is_heading: Whether it is a heading within the section.
        is_below: Whether it is repeated within each item of the line before.
        place: Where it stands in the outline, for messages.
    """

    parts: tuple[Part, ...]
    conditions: tuple[Condition, ...] = ()
    each: Each | None = None
    is_heading: bool = False
    is_below: bool = False
    place: str = ""


def parse_line(text: str, cases: frozenset[str], place: str) -> Line:
    """Read a line of an outline.

    Args:
        text: The line.
        cases: Names of the outline's cases of change.
        place: Where it stands, for messages: ``第3节第2行``.

    Raises:
        InvalidInputError: It cannot be read; the message says where and what was expected.
    """
    conditions: list[Condition] = []
    each: Each | None = None
    is_heading = is_below = False
    rest = text.strip()
    while head := _HEAD.match(rest):
        said = head[1].strip()
        if said == "小标题":
            is_heading = True
        elif found := _EACH.match(said):
            each = Each(found[2], _reference(found[3].strip(), place), joined=found[1] == "连写")
            is_below = found[1] == "其下"
        elif found := _CONDITION.match(said):
            test = Test(found[2])
            read = _reference if test in OF_TWO_YEARS else _checked
            conditions.append(Condition(read(found[1].strip(), place), test))
        else:
            raise InvalidInputError(
                f"{place}：看不懂“〈{said}〉”。可以写：〈支出[政府性基金]为0〉〈三公经费有变动〉〈逐类 支出[一般公共预算]〉〈小标题〉。"
            )
        rest = rest[head.end() :]
    return Line(parse_parts(rest, cases, place), tuple(conditions), each, is_heading, is_below, place)


def slots_of(parts: Sequence[Part]) -> Iterator[Slot]:
    """Yield the slots of some parts in order, those of optional parts included."""
    for part in parts:
        if isinstance(part, Slot):
            yield part
        elif isinstance(part, Optional):
            yield from slots_of(part.parts)


def parse_parts(text: str, cases: frozenset[str], place: str) -> tuple[Part, ...]:
    """Read text with slots and optional parts. Raises InvalidInputError."""
    out: list[Part] = []
    at = 0
    for found in re.finditer(r"〔([^〔〕]*)〕", text):
        out += _slots(text[at : found.start()], cases, place)
        out.append(Optional(tuple(_slots(found[1], cases, place))))
        at = found.end()
    out += _slots(text[at:], cases, place)
    return tuple(out)


def _slots(text: str, cases: frozenset[str], place: str) -> list[Part]:
    out: list[Part] = []
    at = 0
    for found in _SLOT.finditer(text):
        out.append(_plain(text[at : found.start()], place))
        out.append(_slot(found[1].strip(), cases, place))
        at = found.end()
    out.append(_plain(text[at:], place))
    return [part for part in out if part]


def _plain(text: str, place: str) -> str:
    stray = re.search(r"[{}〔〕〈〉]", text)
    if stray:
        raise InvalidInputError(f"{place}：“{stray[0]}”没有成对，在“{text[max(0, stray.start() - 10) : stray.end() + 10]}”处。")
    return text


def _slot(said: str, cases: frozenset[str], place: str) -> Slot:
    if said in WORDS:
        return Slot(SlotKind.WORD, said)
    body, _, name = (piece.strip() for piece in said.partition("|"))
    head, colon, of = (piece.strip() for piece in body.partition(":"))
    if not colon:
        return Slot(SlotKind.FIGURE, _checked(body, place), name)
    if head == SlotKind.FILL.value:
        return Slot(SlotKind.FILL, of, name or of)
    if head in cases:
        return Slot(SlotKind.CHANGE, _reference(of, place), name, head)
    for kind in (SlotKind.REASON, SlotKind.PRIOR, SlotKind.NAMES, SlotKind.COMPLETION):
        if head == kind.value:
            return Slot(kind, _reference(of, place), name)
    known = "、".join([*sorted(cases), "原因", "上年数", "列举", "完成", "填"])
    raise InvalidInputError(f"{place}：“{{{said}}}”的“{head}”不认识。冒号前可以写：{known}。")


def _checked(formula: str, place: str) -> str:
    """Return a formula that can be read."""
    expression_of(formula, _PROBE, place)
    return formula


def _reference(formula: str, place: str) -> str:
    if not isinstance(expression_of(formula, _PROBE, place), Reference):
        raise InvalidInputError(f"{place}：“{formula}”应是一个口径，如 支出[项目支出]，不能是计算。")
    return formula


def expression_of(formula: str, item: str, place: str = "") -> Expression:
    """Read a formula with *item* in the place of 本项.

    Raises:
        InvalidInputError: It cannot be read; the message says where.
    """
    try:
        return parse_formula(formula.replace(ITEM, item))
    except FormulaSyntaxError as error:
        raise InvalidInputError(f"{f'{place}：' if place else ''}算式“{formula[:60]}”写错了。{error.message}") from None
