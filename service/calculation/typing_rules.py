"""What may be combined with what, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from service.calculation.arithmetic import SCALING
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
from service.domain.errors import FormulaTypeError
from service.domain.quantity import NUMBER, Kind

#: The most decimals 四舍五入 may ask for, and the most entries 最大 and 最小 may.
MAX_ROUND_PLACES = 10
MAX_RANKED = 1_000

_VERBS = {
    Operator.ADD: "相加", Operator.SUBTRACT: "相减", Operator.MULTIPLY: "相乘", Operator.DIVIDE: "相除",
}  # fmt: skip
#: Functions of two operands of one kind, and the kind of their result; None keeps the operands' kind.
_PAIRS: dict[Function, Kind | None] = {
    Function.SHARE: Kind.RATIO, Function.MULTIPLE: Kind.MULTIPLE, Function.RATE: Kind.RATIO,
    Function.CHANGE: None, Function.DIFFERENCE: None,
}  # fmt: skip
#: Sums of unlike kinds that mean something: 56% + 0.4个百分点, 1 + 5%.
_MIXED_SUMS = {
    (Kind.RATIO, Kind.POINT): Kind.RATIO,
    (Kind.NUMBER, Kind.RATIO): Kind.NUMBER,
}


@dataclass(frozen=True, slots=True)
class Shape:
    """What a formula yields.

    Attributes:
        kind: What it measures; for 一致, what the two sides measure.
        unit: For counts, the counting unit; "" where only the figures themselves can tell.
        is_set: Whether it yields several values with names.
        is_agreement: Whether it yields a comparison (一致), with which nothing can be calculated.
    """

    kind: Kind
    unit: str = ""
    is_set: bool = False
    is_agreement: bool = False

    @property
    def name(self) -> str:
        """How to call it in a message."""
        return f"{self.kind.value}（{self.unit}）" if self.unit else self.kind.value

    def is_like(self, other: Shape) -> bool:
        """Return whether both measure the same, as far as can be told without the figures."""
        return self.kind is other.kind and (self.unit == other.unit or "" in (self.unit, other.unit))


def check_types(expression: Expression, book: Book) -> Shape:
    """Return what *expression* yields, before any figure is looked up.

    Raises:
        FormulaTypeError: It combines things that do not go together; names both and what they are.
        UnknownNameError: The book does not know a name.
    """
    match expression:
        case Literal(quantity=quantity):
            is_count = quantity.unit.kind is Kind.COUNT
            return Shape(quantity.unit.kind, quantity.unit.symbol if is_count else "")
        case Reference():
            return Shape(book.kind_of(expression), is_set=expression.is_set)
        case Negate(operand=operand):
            return _check_scalar(operand, book, "取负")
        case Binary():
            return _check_binary(expression, book)
        case Call():
            return _check_call(expression, book)
        case Comparison() | UnitName():
            problem = f"“{render(expression)}”不能单独使用"
            raise FormulaTypeError(f"{problem}：条件写在 筛选(一组数, 条件) 里，单位写在 换算(数, 单位) 里。")


def _check_scalar(expression: Expression, book: Book, use: str) -> Shape:
    shape = _check_value(expression, book, use)
    if shape.is_set:
        hint = "请先用 合计(…)、平均(…)、个数(…) 或 最大(…) 得出一个数"
        raise FormulaTypeError(f"“{render(expression)}”是一组数，不能{use}；此处应为一个数。{hint}。")
    return shape


def _check_value(expression: Expression, book: Book, use: str) -> Shape:
    shape = check_types(expression, book)
    if shape.is_agreement:
        problem = f"“{render(expression)}”得出的是一致或不一致，不是数，不能{use}"
        raise FormulaTypeError(f"{problem}。请单独使用 一致(…)。")
    return shape


def _check_set(expression: Expression, book: Book, function: Function) -> Shape:
    shape = _check_value(expression, book, function.value)
    if not shape.is_set:
        hint = "请写成一组，例如 支出[项目=*] 或 支出[项目~专项]"
        problem = f"“{function.value}”要对一组数来做，“{render(expression)}”只是一个数"
        raise FormulaTypeError(f"{problem}。{hint}。")
    return shape


def _mismatch(verb: str, operands: tuple[Expression, Expression], shapes: tuple[Shape, Shape]) -> FormulaTypeError:
    left, right = (f"“{render(each)}”是{shape.name}" for each, shape in zip(operands, shapes, strict=True))
    return FormulaTypeError(f"{left}，{right}，不能{verb}。{_hint(verb, shapes)}")


def _hint(verb: str, shapes: tuple[Shape, Shape]) -> str:
    kinds = {shape.kind for shape in shapes}
    if kinds == {Kind.RATIO, Kind.NUMBER}:
        return "请给数写明单位，例如 3% 或 3个百分点。"
    if Kind.NUMBER in kinds and verb in ("相加", "相减"):
        return "请给数写明单位，例如 3万元、3辆。"
    if verb == "相乘":
        return "相乘时至少有一个应为数、比例或倍数。"
    if kinds == {Kind.RATIO} or Kind.POINT in kinds:
        return "两个比例相比，请用 差(a, b) 得百分点。"
    return "应为同一种量，请分别计算，或换成能相比的两个数。"


def _check_binary(expression: Binary, book: Book) -> Shape:
    operator = expression.operator
    verb = _VERBS[operator]
    operands = (expression.left, expression.right)
    left, right = (_check_scalar(operand, book, verb) for operand in operands)
    match operator:
        case Operator.ADD:
            shape = _sum_of(left, right) or (_sum_of(right, left) if left.kind is Kind.POINT else None)
        case Operator.SUBTRACT:
            shape = _difference_of(left, right)
        case Operator.MULTIPLY:
            shape = _product_of(left, right)
        case Operator.DIVIDE:
            shape = _quotient_of(left, right)
    if shape is None:
        raise _mismatch(verb, operands, (left, right))
    return shape


def _sum_of(left: Shape, right: Shape) -> Shape | None:
    if left.is_like(right):
        return replace(left, unit=left.unit or right.unit)
    kind = _MIXED_SUMS.get((left.kind, right.kind))
    return Shape(kind) if kind else None


def _difference_of(left: Shape, right: Shape) -> Shape | None:
    if left.kind is right.kind is Kind.RATIO:
        return Shape(Kind.POINT)
    return _sum_of(left, right)


def _product_of(left: Shape, right: Shape) -> Shape | None:
    kinds = {left.kind, right.kind}
    if kinds == {Kind.MONEY, Kind.COUNT}:
        return Shape(Kind.MONEY)
    if Kind.POINT in kinds:
        return Shape(Kind.POINT) if kinds == {Kind.POINT, Kind.NUMBER} else None
    if left.kind in SCALING and right.kind in SCALING:
        return Shape(next(k for k in (Kind.RATIO, Kind.MULTIPLE, Kind.NUMBER) if k in kinds))
    if left.kind in SCALING:
        return right
    return left if right.kind in SCALING else None


def _quotient_of(left: Shape, right: Shape) -> Shape | None:
    if left.is_like(right):
        return Shape(Kind.NUMBER)
    if left.kind is Kind.MONEY and right.kind is Kind.COUNT:
        return Shape(Kind.MONEY)
    if left.kind is Kind.POINT:
        return left if right.kind is Kind.NUMBER else None
    if left.kind in SCALING - {Kind.NUMBER} and right.kind in SCALING - {Kind.NUMBER}:
        return None
    return left if right.kind in SCALING else None


def _check_call(call: Call, book: Book) -> Shape:
    function, arguments = call.function, call.arguments
    match function:
        case Function.SUM | Function.MEAN:
            return _check_total(call, book)
        case Function.COUNT:
            _check_set(arguments[0], book, function)
            return Shape(Kind.COUNT, "个")
        case Function.TOP | Function.BOTTOM:
            shape = _check_set(arguments[0], book, function)
            if len(arguments) == 1:
                return replace(shape, is_set=False)
            _check_whole(arguments[1], function, 1, MAX_RANKED)
            return shape
        case Function.RANK:
            return _check_set(arguments[0], book, function)
        case Function.WHERE:
            return _check_where(call, book)
        case Function.CONVERT:
            return _check_convert(call, book)
        case Function.ROUND:
            shape = _check_value(arguments[0], book, function.value)
            _check_whole(arguments[1], function, 0, MAX_ROUND_PLACES)
            return shape
        case _:
            return _check_pair(call, book)


def _check_pair(call: Call, book: Book) -> Shape:
    function = call.function
    operands = (call.arguments[0], call.arguments[1])
    if function is Function.AGREE:
        shapes = tuple(_check_scalar(operand, book, "比较") for operand in operands)
    else:
        shapes = tuple(_check_value(operand, book, function.value) for operand in operands)
    left, right = shapes
    no_rate = function is Function.RATE and left.kind in (Kind.RATIO, Kind.POINT)
    if not left.is_like(right) or no_rate:
        verb = "比较" if function is Function.AGREE else f"求{function.value}"
        raise _mismatch(verb, operands, (left, right))
    if right.is_set and not left.is_set:
        message = f"“{function.value}”的第一个是一个数，第二个“{render(operands[1])}”是一组数；"
        raise FormulaTypeError(f"{message}请把一组数写在前面，或先用 合计(…) 得出一个数。")
    if function is Function.AGREE:
        return replace(left, is_agreement=True)
    kind = _PAIRS[function]
    if kind is None:
        kind = Kind.POINT if left.kind is Kind.RATIO else left.kind
    return Shape(kind, left.unit or right.unit if kind is Kind.COUNT else "", is_set=left.is_set)


def _check_total(call: Call, book: Book) -> Shape:
    shapes = [_check_value(argument, book, call.function.value) for argument in call.arguments]
    first = shapes[0]
    for argument, shape in zip(call.arguments[1:], shapes[1:], strict=True):
        if not first.is_like(shape):
            raise _mismatch(f"求{call.function.value}", (call.arguments[0], argument), (first, shape))
    return replace(first, unit=next((shape.unit for shape in shapes if shape.unit), ""), is_set=False)


def _check_where(call: Call, book: Book) -> Shape:
    subject, condition = call.arguments
    shape = _check_set(subject, book, call.function)
    if not isinstance(condition, Comparison):
        raise FormulaTypeError(f"筛选的第二个参数“{render(condition)}”不是条件，应写成 > 10万元 这样的比较。")
    bound = _check_scalar(condition.value, book, "作为筛选条件")
    if not shape.is_like(bound):
        raise _mismatch("比较大小", (subject, condition.value), (shape, bound))
    return shape


def _check_convert(call: Call, book: Book) -> Shape:
    subject, target = call.arguments
    shape = _check_value(subject, book, call.function.value)
    if not isinstance(target, UnitName):
        raise FormulaTypeError(f"换算的第二个参数“{render(target)}”不是单位，应为 元、万元 之类的单位。")
    is_count = target.unit.kind is Kind.COUNT
    wanted = Shape(target.unit.kind, target.unit.symbol if is_count else "")
    if not shape.is_like(wanted):
        left = f"“{render(subject)}”是{shape.name}，“{target.unit.symbol}”是{wanted.name}的单位"
        raise FormulaTypeError(f"{left}，不能换算。请换成同一种量的单位；两数相比请用 占比(a, b)。")
    return replace(shape, unit=wanted.unit)


def _check_whole(argument: Expression, function: Function, low: int, high: int) -> None:
    if isinstance(argument, Literal) and argument.quantity.unit == NUMBER:
        number = argument.quantity.number
        if number == number.to_integral_value() and Decimal(low) <= number <= Decimal(high):
            return
    problem = f"{function.value}的第二个参数“{render(argument)}”应为{low}到{high}之间的整数"
    raise FormulaTypeError(f"{problem}，例如 {function.value}(…, 2)。")
