"""Formulas in the words of a budget officer: 占比(支出[性质=人员经费], 支出) is 支出（人员经费） ÷ 支出 × 100%."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from service.calculation.formula import (
    Binary,
    Call,
    Comparator,
    Comparison,
    Expression,
    Function,
    Literal,
    Match,
    Negate,
    Operator,
    Reference,
    Selector,
    UnitName,
)
from service.calculation.parser import parse_formula
from service.calculation.trace import render_quantity
from service.domain.errors import YoujuError

_SIGNS = {Operator.ADD: "+", Operator.SUBTRACT: "−", Operator.MULTIPLY: "×", Operator.DIVIDE: "÷"}
_CONDITIONS = {
    Comparator.GREATER: "大于", Comparator.AT_LEAST: "不小于", Comparator.LESS: "小于", Comparator.AT_MOST: "不大于", Comparator.EQUAL: "等于",
}  # fmt: skip


@lru_cache(maxsize=2048)
def parsed(formula: str) -> Expression | None:
    """Return the tree of a formula, None where it is empty or cannot be read."""
    if not formula:
        return None
    try:
        return parse_formula(formula)
    except YoujuError:
        return None


def in_words(formula: str) -> str:
    """Return a formula in words, "" where it cannot be read.

    Example:
        >>> in_words("支出@2024 - 支出@2023")
        '2024年支出 − 2023年支出'

    """
    tree = parsed(formula)
    return _words(tree) if tree is not None else ""


def backwards(formula: str, later: str, change: str) -> str:
    """Return in words how a figure was derived from the one of a later year and its stated change.

    Args:
        formula: Of the earlier figure.
        later: The later year.
        change: The change as digits, below 0 where it fell.

    Example:
        >>> backwards("支出@2023", "2024年", "-284.53")
        '2024年支出 + 比上年减少额'

    """
    tree = reference_of(formula)
    if tree is None or not later.removesuffix("年").isdigit():
        return ""
    now = _reference(replace(tree, year=int(later.removesuffix("年"))))
    return f"{now} + 比上年减少额" if change.startswith("-") else f"{now} − 比上年增加额"


def reference_of(formula: str) -> Reference | None:
    """Return the single figure that a formula names, None where it computes something or names several."""
    tree = parsed(formula)
    return tree if isinstance(tree, Reference) and not tree.is_set else None


def is_listed(formula: str) -> bool:
    """Whether a formula comes to several figures, of which a result is one."""
    tree = parsed(formula)
    while isinstance(tree, Call) and tree.function in {Function.RANK, Function.WHERE, Function.TOP, Function.BOTTOM, Function.CONVERT}:
        tree = tree.arguments[0]
    return isinstance(tree, Reference) and tree.is_set


def is_ranked(formula: str) -> bool:
    """Whether a formula sorts what it comes to."""
    tree = parsed(formula)
    return isinstance(tree, Call) and tree.function in {Function.RANK, Function.TOP, Function.BOTTOM}


def _words(tree: Expression) -> str:
    match tree:
        case Literal(quantity=quantity):
            return render_quantity(quantity)
        case Reference():
            return _reference(tree)
        case Binary(operator=operator, left=left, right=right):
            return f"{_part(left)} {_SIGNS[operator]} {_part(right)}"
        case Negate(operand=operand):
            return f"−{_part(operand)}"
        case Call():
            return _call(tree)
        case Comparison(comparator=comparator, value=value):
            return f"{_CONDITIONS[comparator]}{_words(value)}"
        case UnitName(unit=unit):
            return unit.symbol


def _part(tree: Expression) -> str:
    text = _words(tree)
    return f"（{text}）" if isinstance(tree, Binary) else text


def _call(call: Call) -> str:
    words = [_words(each) for each in call.arguments]
    parts = [_part(each) for each in call.arguments]
    return _of_amounts(call.function, parts) or _of_lists(call.function, words)


def _of_amounts(function: Function, parts: list[str]) -> str:
    """Write what is worked out of amounts, "" for any other function."""
    match function:
        case Function.SHARE:
            return f"{parts[0]} ÷ {parts[1]} × 100%"
        case Function.MULTIPLE:
            return f"{parts[0]} ÷ {parts[1]}"
        case Function.CHANGE | Function.DIFFERENCE:
            return f"{parts[0]} − {parts[1]}"
        case Function.RATE:
            return f"（{parts[0]} − {parts[1]}）÷ {parts[1]} × 100%"
        case Function.SUM:
            return " + ".join(parts) if len(parts) > 1 else f"{parts[0]}相加"
        case _:
            return ""


def _of_lists(function: Function, words: list[str]) -> str:
    match function:
        case Function.MEAN:
            return f"{'、'.join(words)}的平均数"
        case Function.COUNT:
            return f"{words[0]}有几项"
        case Function.TOP | Function.BOTTOM:
            most = f"{words[1]}项" if len(words) > 1 else "一项"
            return f"{words[0]}中最{'大' if function is Function.TOP else '小'}的{most}"
        case Function.RANK:
            return f"{words[0]}，由大到小排列"
        case Function.WHERE:
            return f"{words[0]}中{words[1]}的"
        case Function.CONVERT:
            return f"{words[0]}，换算成{words[1]}"
        case Function.ROUND:
            return f"{words[0]}，四舍五入到{words[1]}位小数"
        case _:
            return f"{'与'.join(words)}是否一致"


def _reference(reference: Reference) -> str:
    when = f"{reference.year}年" if reference.year is not None else ""
    when += reference.stage.value if reference.stage is not None else ""
    each = [s for s in reference.selectors if s.match is not Match.IS]
    narrowed = "，".join(s.value for s in reference.selectors if s.match is Match.IS)
    text = f"{when}{reference.measure}" + (f"（{narrowed}）" if narrowed else "")
    return f"{'、'.join(map(_each, each))}的{text}" if each else text


def _each(selector: Selector) -> str:
    name = selector.dimension or "项"
    return f"各{name}" if selector.match is Match.ALL else f"名称含“{selector.value}”的各{name}"
