"""The formula language as a tree of small immutable values, and its canonical text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, unique
from typing import TypeAlias

from service.domain.coordinate import Stage
from service.domain.quantity import FIXED_UNITS, Quantity, Unit

#: Characters besides letters and digits that a name may hold without quotes.
NAME_MARKS = frozenset("“”、·《》")
#: Those of them that may begin a measure: “三公”经费.
MEASURE_STARTS = frozenset("“《")
#: Inside square brackets nothing is grouped, so brackets may also be part of a name.
MEMBER_MARKS = NAME_MARKS | frozenset("（）")
#: Characters besides letters that a unit may hold without quotes.
UNIT_MARKS = frozenset("㎡²³℃")
#: Multipliers that may stand before a unit: 3.2万人 is 32000人.
MULTIPLIERS = {"万": 4, "亿": 8}


@unique
class Match(Enum):
    """How a selector picks members."""

    IS = "="
    CONTAINS = "~"
    ALL = "*"


@unique
class Operator(Enum):
    """The four operations."""

    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"


@unique
class Comparator(Enum):
    """The conditions of 筛选."""

    AT_LEAST = ">="
    AT_MOST = "<="
    GREATER = ">"
    LESS = "<"
    EQUAL = "="


@unique
class Function(Enum):
    """Every function, by the name shown to readers."""

    SHARE = "占比"
    MULTIPLE = "倍数"
    CHANGE = "增减额"
    RATE = "增减率"
    DIFFERENCE = "差"
    SUM = "合计"
    MEAN = "平均"
    COUNT = "个数"
    TOP = "最大"
    BOTTOM = "最小"
    RANK = "排序"
    WHERE = "筛选"
    CONVERT = "换算"
    ROUND = "四舍五入"
    AGREE = "一致"


#: Other spellings that are read; the Chinese name above is the one written.
SYNONYMS: dict[str, Function] = {
    "share": Function.SHARE, "ratio": Function.MULTIPLE, "times": Function.MULTIPLE,
    "change": Function.CHANGE,
    "rate": Function.RATE, "diff": Function.DIFFERENCE, "sum": Function.SUM, "mean": Function.MEAN,
    "average": Function.MEAN, "count": Function.COUNT, "top": Function.TOP, "bottom": Function.BOTTOM,
    "rank": Function.RANK, "where": Function.WHERE, "convert": Function.CONVERT, "round": Function.ROUND,
    "agree": Function.AGREE, "比重": Function.SHARE, "增长率": Function.RATE, "求和": Function.SUM,
    "平均值": Function.MEAN,
}  # fmt: skip

#: Fewest and most arguments; None is any number.
ARITIES: dict[Function, tuple[int, int | None]] = {
    Function.SUM: (1, None), Function.MEAN: (1, None), Function.COUNT: (1, 1), Function.RANK: (1, 1),
    Function.TOP: (1, 2), Function.BOTTOM: (1, 2),
}  # fmt: skip
DEFAULT_ARITY: tuple[int, int | None] = (2, 2)


@dataclass(frozen=True, slots=True)
class Literal:
    """A quantity written in the formula: ``950.47万元``, ``5%``, ``3``."""

    quantity: Quantity


@dataclass(frozen=True, slots=True)
class Selector:
    """One condition on the members of a reference.

    Attributes:
        dimension: Its printed name, "" when not named. ``表`` restricts the standard table.
        value: Name, code or part of a name; ``*`` for ALL.
        match: How *value* is compared.
    """

    dimension: str
    value: str
    match: Match = Match.IS


@dataclass(frozen=True, slots=True)
class Reference:
    """A figure, or a set of figures, of the budget.

    Attributes:
        measure: Name of the measure: 收入, 支出, 三公经费 …
        selectors: What narrows it; a dimension that is not named means all of it.
        year: Budget year, None for the year in question.
        stage: Budget stage, None for the stage in question.
    """

    measure: str
    selectors: tuple[Selector, ...] = ()
    year: int | None = None
    stage: Stage | None = None

    @property
    def is_set(self) -> bool:
        """Whether it names several figures (``*`` or ``~``)."""
        return any(selector.match is not Match.IS for selector in self.selectors)


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands and one of the four operations."""

    operator: Operator
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Negate:
    """The operand with its sign changed."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its arguments."""

    function: Function
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The condition of 筛选: ``> 10万元``. Nowhere else."""

    comparator: Comparator
    value: Expression


@dataclass(frozen=True, slots=True)
class UnitName:
    """The unit asked for in 换算. Nowhere else."""

    unit: Unit


Expression: TypeAlias = Literal | Reference | Binary | Negate | Call | Comparison | UnitName


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield *expression* and everything in it, from left to right."""
    yield expression
    match expression:
        case Binary(left=left, right=right):
            yield from walk(left)
            yield from walk(right)
        case Negate(operand=inner) | Comparison(value=inner):
            yield from walk(inner)
        case Call(arguments=arguments):
            for argument in arguments:
                yield from walk(argument)
        case _:
            pass


def find_references(expression: Expression) -> tuple[Reference, ...]:
    """Return the references of *expression* in order, each once."""
    return tuple(dict.fromkeys(part for part in walk(expression) if isinstance(part, Reference)))


def render(expression: Expression) -> str:
    """Write the canonical text; parsing it gives the same tree.

    Example:
        >>> from service.calculation.parser import parse_formula
        >>> render(parse_formula("share（支出［性质=人员经费］@2024决算 , 支出）"))
        '占比(支出[性质=人员经费]@2024决算, 支出)'

    """
    match expression:
        case Literal(quantity=quantity):
            return f"{quantity.number:f}{_render_unit(quantity.unit)}"
        case Reference():
            return _render_reference(expression)
        case Binary(operator=operator, left=left, right=right):
            first, second = _render_operand(left, operator), _render_operand(right, operator, is_right=True)
            return f"{first} {operator.value} {second}"
        case Negate(operand=operand):
            inner = render(operand)
            return f"-({inner})" if isinstance(operand, Binary | Negate | Literal) else f"-{inner}"
        case Call(function=function, arguments=arguments):
            return f"{function.value}({', '.join(render(argument) for argument in arguments)})"
        case Comparison(comparator=comparator, value=value):
            return f"{comparator.value} {render(value)}"
        case UnitName(unit=unit):
            return _render_unit(unit) or "''"


def _render_operand(operand: Expression, parent: Operator, *, is_right: bool = False) -> str:
    text = render(operand)
    binds = {Operator.ADD: 1, Operator.SUBTRACT: 1, Operator.MULTIPLY: 2, Operator.DIVIDE: 2}
    if isinstance(operand, Binary):
        own, outer = binds[operand.operator], binds[parent]
        return f"({text})" if own < outer or (is_right and own == outer) else text
    is_negative = isinstance(operand, Negate) or text.startswith("-")
    return f"({text})" if is_negative and is_right else text


def _render_reference(reference: Reference) -> str:
    text = _quote(reference.measure, is_plain=is_plain_measure(reference.measure))
    if reference.selectors:
        text += f"[{', '.join(_render_selector(selector) for selector in reference.selectors)}]"
    if reference.year is not None or reference.stage is not None:
        text += f"@{'' if reference.year is None else f'{reference.year:04d}'}"
        text += reference.stage.value if reference.stage else ""
    return text


def _render_selector(selector: Selector) -> str:
    dimension = selector.dimension
    if dimension:
        dimension = _quote(dimension, is_plain=is_plain_member(dimension))
    if selector.match is Match.ALL:
        return f"{dimension}=*"
    value = _quote(selector.value, is_plain=is_plain_member(selector.value))
    if selector.match is Match.CONTAINS:
        return f"{dimension}~{value}"
    return f"{dimension}={value}" if dimension else value


def _render_unit(unit: Unit) -> str:
    return _quote(unit.symbol, is_plain=is_plain_unit(unit.symbol)) if unit.symbol else ""


def _quote(name: str, *, is_plain: bool) -> str:
    return name if is_plain else "'" + name.replace("'", "''") + "'"


def is_full_width_digit(character: str) -> bool:
    """Return whether *character* is one of ０ to ９."""
    return "０" <= character <= "９"


def is_plain_measure(name: str) -> bool:
    """Return whether a measure can be written without quotes."""
    return (
        bool(name)
        and (name[:1].isalpha() or name[:1] in MEASURE_STARTS)
        and all((c.isalnum() and not is_full_width_digit(c)) or c in NAME_MARKS for c in name)
    )


def is_plain_member(name: str) -> bool:
    """Return whether a member or dimension can be written without quotes."""
    return bool(name) and all((c.isalnum() and not is_full_width_digit(c)) or c in MEMBER_MARKS for c in name)


def is_plain_unit(symbol: str) -> bool:
    """Return whether a unit can be written right after a number, without quotes."""
    if symbol in FIXED_UNITS:
        return True
    return symbol[:1] not in MULTIPLIERS and all(c.isalpha() or c in UNIT_MARKS for c in symbol)
