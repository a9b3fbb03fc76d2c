"""A calculation told step by step: every figure taken, every operation with its figures put in, nothing left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal, localcontext

from service.calculation.figures import Figure
from service.calculation.trace import Agreement, Evaluation, Series, Step, render_quantity
from service.domain.quantity import WORKING_DIGITS, Quantity, trim

#: Decimals that a text shows of a number that has more.
SHOWN_PLACES = 6
#: Parts of a sum that a text names.
LISTED_PARTS = 12
_SIGNS = {"相加": "+", "相减": "−", "相乘": "×", "相除": "÷", "增减额": "−", "差": "−", "倍数": "÷", "合计": "+"}
_DERIVED = "推算"


@dataclass(frozen=True, slots=True)
class WorkingStep:
    """One step of a calculation.

    Attributes:
        operation: What is done: 取数, 推算, 相减, 占比 …
        text: The step on one line, figures put in.
        exact: Its unrounded result as digits, "" where it is several values or a statement.
        note: What must be known of it: a blank counted as 0, members left out.
        operands: Numbers of the operands of the result that it takes.
    """

    operation: str
    text: str
    exact: str = ""
    note: str = ""
    operands: tuple[int, ...] = ()


def steps_of(evaluation: Evaluation, numbers: Mapping[Figure, Sequence[int]]) -> tuple[WorkingStep, ...]:
    """Return the steps of an evaluation in the order a person would do them, each once.

    Args:
        evaluation: What was worked out.
        numbers: Figure → numbers of its operands in the result.
    """
    return tuple(dict.fromkeys(_steps(evaluation.trace, numbers, evaluation)))


def _steps(step: Step, numbers: Mapping[Figure, Sequence[int]], whole: Evaluation) -> Iterator[WorkingStep]:
    if step.figure is not None:
        yield from _taken(step.figure, numbers)
        return
    is_set = step.operation == "取一组数"
    if is_set:
        taken = [n for part in step.operands if part.figure for n in numbers.get(part.figure, ())]
        yield WorkingStep("取数", f"{step.formula}：{_listed([_shown(part) for part in step.operands])}", operands=tuple(taken))
        return
    for operand in step.operands:
        yield from _steps(operand, numbers, whole)
    if step.operation == "给定的数":
        return
    shown = render_quantity(whole.shown) if step is whole.trace and whole.shown is not None else ""
    yield WorkingStep(step.operation, _line(step, shown), _exact(step), step.note)


def _taken(figure: Figure, numbers: Mapping[Figure, Sequence[int]]) -> Iterator[WorkingStep]:
    own = tuple(numbers.get(figure, ()))
    value = render_quantity(figure.quantity)
    if figure.how == "derived" and figure.facts[0].formula:
        text = f"{figure.label} = {figure.facts[0].formula} = {value}"
        yield WorkingStep(_DERIVED, text, f"{figure.quantity.number:f}", figure.note, own)
    elif figure.how == "sum":
        parts = [render_quantity(f.quantity) for f in figure.facts if f.quantity is not None]
        text = f"{figure.label} = {_listed(parts, ' + ')} = {value}"
        yield WorkingStep("相加", text, f"{figure.quantity.number:f}", figure.note, own)
    else:
        yield WorkingStep("取数", f"{figure.label} = {value}", f"{figure.quantity.number:f}", figure.note, own)


def _listed(parts: Sequence[str], between: str = "、") -> str:
    if len(parts) <= LISTED_PARTS:
        return between.join(parts)
    return between.join(parts[:LISTED_PARTS]) + f"{between}…（共{len(parts)}项）"


def _line(step: Step, shown: str) -> str:
    left = _expression(step)
    if not isinstance(step.value, Quantity):
        said = step.shown.replace("\n", "；")
        return said if isinstance(step.value, Agreement) or not left else f"{left}：{said}"
    exact = cut(step.value)
    result = f"{exact} ≈ {shown}" if shown and shown != exact else exact
    return f"{left} = {result}" if left else f"{step.operation} = {result}"


def _expression(step: Step) -> str:
    """Put the operands of a step into its operation; "" where it is not written with signs."""
    values = [_shown(part) for part in step.operands]
    name = step.operation
    if len(values) == 2:
        first, second = values
        if name == "占比":
            return f"{first} ÷ {second} × 100%"
        if name == "增减率":
            base = step.operands[1].value
            below = f"|{second}|" if isinstance(base, Quantity) and base.number < 0 else second
            return f"({first} − {second}) ÷ {below} × 100%"
    if name in _SIGNS and len(values) > 1:
        return _listed(values, f" {_SIGNS[name]} ")
    if name in {"合计", "平均", "个数"} and len(values) == 1:
        parts = [render_quantity(part) for part in _entries(step.operands[0])] or values
        if name == "个数":
            return f"共{len(parts)}项"
        total = _listed(parts, " + ")
        return f"({total}) ÷ {len(parts)}" if name == "平均" else total
    if name == "平均":
        return f"({_listed(values, ' + ')}) ÷ {len(values)}"
    if name in {"换算", "四舍五入", "取负"}:
        return f"{name}（{values[0]}）"
    return ""


def _entries(step: Step) -> list[Quantity]:
    return [entry.quantity for entry in step.value.entries] if isinstance(step.value, Series) else []


def _shown(step: Step) -> str:
    """Write what a step came to; in brackets where it is below 0."""
    if not isinstance(step.value, Quantity):
        return step.shown
    text = cut(step.value)
    return f"({text})" if step.value.number < 0 else text


def _exact(step: Step) -> str:
    return f"{step.value.number:f}" if isinstance(step.value, Quantity) else ""


def cut(quantity: Quantity, places: int = SHOWN_PLACES) -> str:
    """Write a quantity with its unit; a number with more decimals than *places* is cut and says so with an ellipsis.

    Example:
        >>> from service.domain.quantity import PERCENT
        >>> cut(Quantity(Decimal("23.03886639676"), PERCENT))
        '23.038866…%'

    """
    if quantity.decimals <= places:
        return render_quantity(quantity)
    with localcontext() as context:
        context.prec = WORKING_DIGITS
        short = quantity.number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN)
    if short == quantity.number:
        return render_quantity(Quantity(trim(short), quantity.unit))
    return f"{short:f}…{quantity.unit.symbol}"
