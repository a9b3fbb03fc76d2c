"""Evaluates a formula over a book, exactly, and keeps every step."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext

from service.calculation import arithmetic
from service.calculation.arithmetic import Amount
from service.calculation.figures import Book
from service.calculation.formula import (
    Binary,
    Call,
    Comparison,
    Expression,
    Function,
    Literal,
    Negate,
    Operator,
    Reference,
    UnitName,
    render,
)
from service.calculation.outcomes import (
    Outcome,
    build_amount,
    build_entry,
    build_leaf,
    build_scalar,
    build_series,
    index_entries,
    meets,
    refuse_mixed_units,
    refuse_nothing,
    refuse_unmatched,
    refuse_zero,
    restate_entries,
    whole_of,
)
from service.calculation.rounding import build_context
from service.calculation.trace import Evaluation, Order, Series, Step, render_value
from service.calculation.typing_rules import check_types
from service.calculation.wording import render_working
from service.domain.errors import FormulaTypeError
from service.domain.quantity import Quantity, unit_of

_OPERATIONS = {
    Operator.ADD: "相加", Operator.SUBTRACT: "相减", Operator.MULTIPLY: "相乘", Operator.DIVIDE: "相除",
}  # fmt: skip
_PAIRS: dict[Function, Callable[[Amount, Amount], Amount]] = {
    Function.SHARE: arithmetic.share, Function.MULTIPLE: arithmetic.multiple, Function.RATE: arithmetic.rate,
    Function.CHANGE: arithmetic.subtract, Function.DIFFERENCE: arithmetic.subtract,
}  # fmt: skip
_DIVIDING = frozenset({Function.SHARE, Function.MULTIPLE, Function.RATE})


def evaluate(expression: Expression, book: Book) -> Evaluation:
    """Evaluate *expression* over the figures of *book*.

    Returns:
        A quantity; a series for a set (and for 最大(x) and 最小(x), which name the winners, ties included);
        an agreement for 一致.
        Unit: money in the unit of the first money operand, ratios in %, differences of ratios in 个百分点.
        Precision: sums and differences exact, quotients to 50 digits; only what is shown is rounded.

    Raises:
        FormulaTypeError: It combines things that do not go together.
        MissingFactError: The book has no figure for a reference, or an operation is left without one.
        AmbiguousFigureError: A reference fits several figures, or a set to be matched holds a name twice.
        DivisionByZeroError: A divisor is 0; the message says which, and whether it is a blank cell.
        UnitMismatchError: Counts turn out to be of different units.
        InvalidInputError: The result is too large to mean anything.
    """
    with localcontext(build_context()):
        check_types(expression, book)
        outcome = _Evaluator(book).run(expression)
        step = outcome.step
        shown = None if outcome.is_set else outcome.amounts[0].shown
        figures = tuple(dict.fromkeys(part.figure for part in step.walk() if part.figure is not None))
        working = render_working(expression, step, outcome.amounts[0] if shown else None)
        return Evaluation(render(expression), step.value, shown, step, figures, working)


class _Evaluator:
    """Walks the tree; the types have been checked."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def run(self, expression: Expression) -> Outcome:
        match expression:
            case Literal(quantity=quantity):
                return build_scalar(expression, "给定的数", arithmetic.build_printed(quantity))
            case Reference():
                return self.look_up_set(expression) if expression.is_set else self.look_up(expression)
            case Negate(operand=operand):
                inner = self.run(operand)
                return build_scalar(expression, "取负", arithmetic.negate(inner.amounts[0]), (inner,))
            case Binary():
                return self.combine(expression)
            case Call():
                return self.call(expression)
            case Comparison() | UnitName():
                raise FormulaTypeError(f"“{render(expression)}”不能单独使用。")

    def look_up(self, reference: Reference) -> Outcome:
        figure = self.book.figure(reference)
        return build_leaf(reference, figure, build_amount(figure))

    def look_up_set(self, reference: Reference) -> Outcome:
        figures = self.book.figures(reference)
        leaves = [build_leaf(reference, figure, build_amount(figure)) for figure in figures]
        amounts = [leaf.amounts[0] for leaf in leaves]
        entries = tuple(build_entry(f.name, a, f) for f, a in zip(figures, amounts, strict=True))
        return build_series(reference, "取一组数", Series(entries), amounts, leaves)

    def combine(self, expression: Binary) -> Outcome:
        left, right = self.run(expression.left), self.run(expression.right)
        first, second = left.amounts[0], right.amounts[0]
        match expression.operator:
            case Operator.ADD:
                amount = arithmetic.total([first, second])
            case Operator.SUBTRACT:
                amount = arithmetic.subtract(first, second)
            case Operator.MULTIPLY:
                first, second = _as_factor(expression.left, first), _as_factor(expression.right, second)
                amount = arithmetic.multiply(first, second)
            case Operator.DIVIDE:
                refuse_zero(second, right.step)
                amount = arithmetic.divide(first, _as_factor(expression.right, second))
        return build_scalar(expression, _OPERATIONS[expression.operator], amount, (left, right))

    def call(self, call: Call) -> Outcome:
        function, arguments = call.function, call.arguments
        match function:
            case Function.SUM | Function.MEAN:
                return self.aggregate(call)
            case Function.COUNT:
                inner = self.run(arguments[0])
                refuse_unmatched(inner, function)
                number = Quantity(Decimal(len(inner.amounts)), unit_of("个"))
                return build_scalar(call, function.value, arithmetic.build_printed(number), (inner,))
            case Function.TOP | Function.BOTTOM | Function.RANK:
                return self.rank(call)
            case Function.WHERE:
                return self.select(call)
            case Function.CONVERT | Function.ROUND:
                return self.restate(call)
            case Function.AGREE:
                left, right = (self.run(argument) for argument in arguments)
                agreement = arithmetic.compare(left.amounts[0], right.amounts[0])
                steps = (left.step, right.step)
                step = Step(render(call), function.value, agreement, render_value(agreement), steps)
                return Outcome(step, left.amounts[:1])
            case _:
                return self.pair(call)

    def aggregate(self, call: Call) -> Outcome:
        parts = [self.run(argument) for argument in call.arguments]
        amounts: list[Amount] = []
        for part in parts:
            refuse_unmatched(part, call.function)
            amounts.extend(part.amounts if part.is_set else part.amounts[:1])
        refuse_nothing(amounts, call)
        amount = arithmetic.total(amounts) if call.function is Function.SUM else arithmetic.mean(amounts)
        return build_scalar(call, call.function.value, amount, parts)

    def restate(self, call: Call) -> Outcome:
        inner = self.run(call.arguments[0])
        target = call.arguments[1]
        if isinstance(target, UnitName):
            amounts = tuple(arithmetic.restate(amount, target.unit) for amount in inner.amounts)
        else:
            amounts = tuple(arithmetic.round_to(amount, whole_of(target)) for amount in inner.amounts)
        value = inner.step.value
        if not isinstance(value, Series):
            return build_scalar(call, call.function.value, amounts[0], (inner,))
        series = Series(restate_entries(value.entries, amounts), value.order, value.unmatched)
        return build_series(call, call.function.value, series, amounts, (inner,), is_set=inner.is_set)

    def rank(self, call: Call) -> Outcome:
        inner = self.run(call.arguments[0])
        refuse_mixed_units(inner.amounts)
        ascending = call.function is Function.BOTTOM
        ranked = sorted(
            zip(inner.amounts, inner.entries, strict=True),
            key=lambda pair: pair[0].quantity.base,
            reverse=not ascending,
        )
        notes = [_note_unmatched(inner.unmatched)]
        if call.function is not Function.RANK:
            refuse_nothing(inner.amounts, call)
            wanted = whole_of(call.arguments[1]) if len(call.arguments) > 1 else 1
            last = ranked[min(wanted, len(ranked)) - 1][0].quantity.base
            # A cut between equals would be arbitrary: all who share the last place are in.
            while wanted < len(ranked) and ranked[wanted][0].quantity.base == last:
                wanted += 1
                notes = [_note_unmatched(inner.unmatched), f"有并列，共列{wanted}项"]
            ranked = ranked[:wanted]
        order = Order.ASCENDING if ascending else Order.DESCENDING
        series = Series(tuple(entry for _, entry in ranked), order, inner.unmatched)
        note = "；".join(filter(None, notes))
        is_set = call.function is Function.RANK or len(call.arguments) > 1
        amounts = [amount for amount, _ in ranked]
        return build_series(call, call.function.value, series, amounts, (inner,), note=note, is_set=is_set)

    def select(self, call: Call) -> Outcome:
        subject, condition = call.arguments
        if not isinstance(condition, Comparison):
            raise FormulaTypeError(f"“{render(condition)}”不是条件，应写成 > 10万元 这样的比较。")
        inner, bound = self.run(subject), self.run(condition.value)
        limit = bound.amounts[0]
        refuse_mixed_units((limit, *inner.amounts))
        pairs = zip(inner.amounts, inner.entries, strict=True)
        kept = [pair for pair in pairs if meets(condition.comparator, pair[0], limit)]
        order = inner.step.value.order if isinstance(inner.step.value, Series) else Order.PRINTED
        series = Series(tuple(entry for _, entry in kept), order, inner.unmatched)
        count = f"{len(inner.amounts)}项中符合条件的有{len(kept)}项"
        note = "；".join(filter(None, (count, _note_unmatched(inner.unmatched))))
        amounts = [amount for amount, _ in kept]
        return build_series(call, call.function.value, series, amounts, (inner, bound), note=note)

    def pair(self, call: Call) -> Outcome:
        left, right = (self.run(argument) for argument in call.arguments)
        if left.is_set and right.is_set:
            return self.match(call, left, right)
        operation = _PAIRS[call.function]
        if call.function in _DIVIDING:
            refuse_zero(right.amounts[0], right.step)
        if not left.is_set:
            amount = operation(left.amounts[0], right.amounts[0])
            return build_scalar(call, call.function.value, amount, (left, right))
        amounts = [operation(amount, right.amounts[0]) for amount in left.amounts]
        series = Series(restate_entries(left.entries, amounts), unmatched=left.unmatched)
        return build_series(call, call.function.value, series, amounts, (left, right))

    def match(self, call: Call, left: Outcome, right: Outcome) -> Outcome:
        """Apply a function of two operands member by member."""
        mine, theirs = index_entries(left), index_entries(right)
        entries, amounts = [], []
        unmatched = [*left.unmatched, *right.unmatched, *(name for name in theirs if name not in mine)]
        for entry, amount in zip(left.entries, left.amounts, strict=True):
            other, _ = theirs.get(entry.label, (None, None))
            if other is None or (call.function in _DIVIDING and not other.quantity.number):
                unmatched.append(entry.label)
                continue
            entries.append(entry)
            amounts.append(_PAIRS[call.function](amount, other))
        names = tuple(dict.fromkeys(unmatched))
        series = Series(restate_entries(entries, amounts), unmatched=names)
        note = _note_unmatched(names)
        return build_series(call, call.function.value, series, amounts, (left, right), note=note)


def _as_factor(expression: Expression, amount: Amount) -> Amount:
    return arithmetic.as_factor(amount) if isinstance(expression, Literal) else amount


def _note_unmatched(names: tuple[str, ...]) -> str:
    return f"只在一边有数或基数为0，无法相比：{'、'.join(names)}" if names else ""
