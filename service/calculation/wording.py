"""The calculation on one line, as a person would write it in the margin."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

from service.calculation.arithmetic import Amount
from service.calculation.figures import Figure
from service.calculation.formula import Binary, Call, Expression, Function, Literal, Negate, Operator
from service.calculation.trace import Agreement, Series, Step, render_quantity, render_value
from service.domain.quantity import Kind, Quantity, Unit, trim

#: A sum of more parts than this is abridged.
LISTED_PARTS = 8
#: An exact result with more decimals than this beyond the shown ones is cut with an ellipsis.
SPARE_PLACES = 2
_SIGNS = {Operator.ADD: "+", Operator.SUBTRACT: "−", Operator.MULTIPLY: "×", Operator.DIVIDE: "÷"}
_SUM, _PRODUCT, _ATOM = 1, 2, 3


def render_working(expression: Expression, step: Step, amount: Amount | None) -> str:
    """Write ``537.27 ÷ 950.47 × 100% = 56.5268…% ≈ 56.53%``.

    Args:
        expression: What was evaluated.
        step: Its trace.
        amount: The single result; None for a series of several.

    Returns:
        Money without its unit where all of it is in one unit. A lone figure as “label = value”.
        Blank cells that were counted as 0 are named at the end.
    """
    with_units = len(_money_units(step)) > 1
    blanks = dict.fromkeys(f.label for f in _figures(step) if f.how == "blank")
    text = _render_top(expression, step, amount, with_units=with_units)
    return text + "".join(f"（{label}：表中为空白，按0计）" for label in blanks)


def _render_top(expression: Expression, step: Step, amount: Amount | None, *, with_units: bool) -> str:
    if isinstance(step.value, Agreement) and isinstance(expression, Call):
        return _render_agreement(expression, step, step.value, with_units=with_units)
    if amount is None or isinstance(step.value, Series):
        return f"{step.operation}：{step.shown}"
    if step.figure is not None:
        return f"{step.figure.label} = {render_quantity(amount.shown)}"
    if isinstance(expression, Literal):
        return render_quantity(amount.shown)
    unit = amount.quantity.unit if amount.quantity.unit.kind is Kind.MONEY else None
    line = _Line(with_units=with_units, unit=unit or _first_money_unit(step) if with_units and step.operands else None)
    text = line.write(expression, step)[0] if _is_computed(step) else _Line(with_units=with_units).write(expression, step)[0]
    return f"{text} {_render_result(amount, with_units=with_units)}"


def _is_computed(step: Step) -> bool:
    """Return whether a step works on several operands, restating aside."""
    while len(step.operands) == 1:
        step = step.operands[0]
    return bool(step.operands)


def _first_money_unit(step: Step) -> Unit | None:
    units = (p.value.unit for p in step.walk() if p.figure is not None and isinstance(p.value, Quantity))
    return next((u for u in units if u.kind is Kind.MONEY), None)


def _render_result(amount: Amount, *, with_units: bool) -> str:
    shown = amount.shown
    text = _render_number(shown, with_units=with_units)
    number = amount.quantity.number
    if amount.exact and number == shown.number:
        return f"= {text}"
    places = amount.places + SPARE_PLACES
    cut = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN)
    if amount.exact and cut == number:
        return f"= {_render_number(Quantity(trim(number), shown.unit), with_units=with_units)} ≈ {text}"
    symbol = "" if _is_bare(shown, with_units=with_units) else shown.unit.symbol
    return f"= {cut:f}…{symbol} ≈ {text}"


def _render_agreement(call: Call, step: Step, agreement: Agreement, *, with_units: bool) -> str:
    line = _Line(with_units=with_units)
    sides = []
    for argument, operand in zip(call.arguments, step.operands, strict=True):
        text, _ = line.write(argument, operand)
        is_computed = operand.operands and isinstance(operand.value, Quantity)
        sides.append(f"{text} = {operand.shown}" if is_computed and with_units else text)
        if is_computed and not with_units and isinstance(operand.value, Quantity):
            sides[-1] = f"{text} = {operand.shown.removesuffix(_bare_suffix(operand.value))}"
    return f"{sides[0]}，与 {sides[1]} 相比：{render_value(agreement)}"


def _bare_suffix(quantity: Quantity) -> str:
    return quantity.unit.symbol if quantity.unit.kind is Kind.MONEY else ""


class _Line:
    """Writes parts of a formula with their figures put in; says how strongly each binds.

    Args:
        with_units: Whether money bears its unit.
        unit: Unit that printed amounts of money are restated in, None to leave each in its own.
    """

    def __init__(self, *, with_units: bool, unit: Unit | None = None) -> None:
        self.with_units = with_units
        self.unit = unit

    def write(self, expression: Expression, step: Step) -> tuple[str, int]:
        match expression:
            case Binary(operator=operator):
                return self.binary(expression, operator, step)
            case Negate(operand=operand):
                return f"-{self.bracket(operand, step.operands[0], _ATOM)}", _SUM
            case Call():
                return self.call(expression, step)
            case _:
                return self.leaf(step), _ATOM

    def leaf(self, step: Step) -> str:
        if not isinstance(step.value, Quantity):
            return step.shown
        quantity = step.value
        if self.unit is not None and step.figure is not None and quantity.unit.kind is Kind.MONEY:
            quantity = quantity.to(self.unit)
        return self.number(quantity)

    def number(self, quantity: Quantity) -> str:
        text = _render_number(quantity, with_units=self.with_units)
        return f"({text})" if quantity.number < 0 else text

    def bracket(self, expression: Expression, step: Step, least: int) -> str:
        text, binds = self.write(expression, step)
        return text if binds >= least else f"({text})"

    def binary(self, expression: Binary, operator: Operator, step: Step) -> tuple[str, int]:
        binds = _SUM if operator in (Operator.ADD, Operator.SUBTRACT) else _PRODUCT
        # a − (b + c), a ÷ (b × c): the right operand keeps its brackets unless it binds closer.
        firm = operator in (Operator.SUBTRACT, Operator.DIVIDE, Operator.MULTIPLY)
        left = self.bracket(expression.left, step.operands[0], binds)
        right = self.bracket(expression.right, step.operands[1], binds + 1 if firm else binds)
        return f"{left} {_SIGNS[operator]} {right}", binds

    def call(self, call: Call, step: Step) -> tuple[str, int]:
        arguments, steps = call.arguments, step.operands
        match call.function:
            case Function.SHARE:
                return f"{self.quotient(call, step)} × 100%", _PRODUCT
            case Function.MULTIPLE:
                return self.quotient(call, step), _PRODUCT
            case Function.CHANGE | Function.DIFFERENCE:
                left = self.bracket(arguments[0], steps[0], _SUM)
                return f"{left} − {self.bracket(arguments[1], steps[1], _PRODUCT)}", _SUM
            case Function.RATE:
                base = self.bracket(arguments[1], steps[1], _ATOM)
                change = f"({self.bracket(arguments[0], steps[0], _SUM)} − {base})"
                is_negative = isinstance(steps[1].value, Quantity) and steps[1].value.number < 0
                return f"{change} ÷ {f'|{base}|' if is_negative else base} × 100%", _PRODUCT
            case Function.SUM:
                return self.parts(call, step)[0], _SUM
            case Function.MEAN:
                text, count = self.parts(call, step)
                return f"({text}) ÷ {count}", _PRODUCT
            case Function.COUNT:
                return f"共{len(_quantities(steps[0]))}项", _ATOM
            case Function.CONVERT:
                return self.write(arguments[0], steps[0])
            case Function.ROUND:
                text, _ = self.write(arguments[0], steps[0])
                decimals = step.value.decimals if isinstance(step.value, Quantity) else 0
                return f"四舍五入({text}，{decimals}位小数)", _ATOM
            case _:
                values = _quantities(step)
                return (self.number(values[0]) if values else step.shown), _ATOM

    def quotient(self, call: Call, step: Step) -> str:
        left = self.bracket(call.arguments[0], step.operands[0], _PRODUCT)
        return f"{left} ÷ {self.bracket(call.arguments[1], step.operands[1], _ATOM)}"

    def parts(self, call: Call, step: Step) -> tuple[str, int]:
        """Write every addend, abridged when there are many; also say how many there are."""
        texts: list[str] = []
        for argument, operand in zip(call.arguments, step.operands, strict=True):
            if isinstance(operand.value, Series) and not _is_winner(argument):
                texts.extend(self.number(quantity) for quantity in _quantities(operand))
            else:
                texts.append(self.bracket(argument, operand, _PRODUCT))
        count = len(texts)
        if count > LISTED_PARTS:
            texts = [*texts[:2], "…", texts[-1] + f"（共{count}项）"]
        return " + ".join(texts), count


def _is_winner(expression: Expression) -> bool:
    """Return whether it is 最大(x) or 最小(x), whose series counts as one value."""
    is_ranking = isinstance(expression, Call) and expression.function in (Function.TOP, Function.BOTTOM)
    return is_ranking and isinstance(expression, Call) and len(expression.arguments) == 1


def _quantities(step: Step) -> list[Quantity]:
    return [entry.shown for entry in step.value.entries] if isinstance(step.value, Series) else []


def _figures(step: Step) -> list[Figure]:
    return [part.figure for part in step.walk() if part.figure is not None]


def _money_units(step: Step) -> set[str]:
    values = [part.value for part in step.walk()]
    values.extend(q for part in step.walk() for q in _quantities(part))
    return {v.unit.symbol for v in values if isinstance(v, Quantity) and v.unit.kind is Kind.MONEY}


def _is_bare(quantity: Quantity, *, with_units: bool) -> bool:
    return quantity.unit.kind is Kind.MONEY and not with_units


def _render_number(quantity: Quantity, *, with_units: bool) -> str:
    if _is_bare(quantity, with_units=with_units):
        return f"{quantity.number:f}"
    return render_quantity(quantity)
