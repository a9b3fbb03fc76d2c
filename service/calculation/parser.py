"""Reads the formula language; says where and what was expected when it cannot."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NoReturn

from service.calculation.formula import (
    ARITIES,
    DEFAULT_ARITY,
    MEASURE_STARTS,
    MULTIPLIERS,
    NAME_MARKS,
    SYNONYMS,
    UNIT_MARKS,
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
from service.domain.coordinate import Stage
from service.domain.errors import FormulaSyntaxError
from service.domain.quantity import FIXED_UNITS, Quantity, unit_of

MAX_LENGTH = 2_000
MAX_NESTING = 40
#: Trees are walked recursively; a chain of additions nests to the left. Longer sums are written 合计(…).
MAX_OPERATIONS = 100
MAX_DIGITS = 24
YEAR_DIGITS = 4
#: Characters either side of the marked place that an error message quotes.
MARGIN = 60

#: Full-width and typographic forms outside quotes and their plain ones.
_PLAIN = str.maketrans(
    "０１２３４５６７８９．（）［］【】，＋－−×÷＊／＝～＞＜％＠　",
    "0123456789.()[][],+--*/*/=~><%@ ",
)
_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_MEMBER_ENDS = frozenset(",[]=~@*'\"")
_OPERATORS = {operator.value: operator for operator in Operator}
_FUNCTIONS = {function.value: function for function in Function} | SYNONYMS
_STAGES = {stage.value: stage for stage in Stage} | {
    "预算": Stage.BUDGET, "预算数": Stage.BUDGET, "年初预算数": Stage.BUDGET, "调整预算数": Stage.ADJUSTED,
    "执行": Stage.EXECUTED, "决算数": Stage.FINAL,
}  # fmt: skip
#: Tuples of one-character strings: the empty string at the end of the text is in none of them.
_ASCII_DIGITS = tuple("0123456789")
_COMPARATORS = (
    (Comparator.AT_LEAST, (">=", "≥")), (Comparator.AT_MOST, ("<=", "≤")),
    (Comparator.GREATER, (">",)), (Comparator.LESS, ("<",)), (Comparator.EQUAL, ("=",)),
)  # fmt: skip
_EXAMPLE = "一个算式，例如 占比(支出[人员经费], 支出)"
_SELECTOR = "科目、项目、单位的名称或代码，或 项目=名称、项目=*、项目~部分名称"
_OPERAND = "一个数、一个指标名（如 支出[人员经费]）或一个函数（如 合计(…)）"


def parse_formula(text: str) -> Expression:
    """Read a formula.

    Args:
        text: At most 2,000 characters, brackets nested at most 40 deep. Full-width forms are accepted.

    Raises:
        FormulaSyntaxError: It cannot be read; the message marks the place and says what was expected.

    Example:
        >>> parse_formula("5%").quantity.unit.symbol
        '%'

    """
    if len(text) > MAX_LENGTH:
        expected = f"不超过{MAX_LENGTH}字的算式（现有{len(text)}字），请拆成几个算式"
        raise _build_error(text, MAX_LENGTH, expected)
    return _Parser(text).parse()


def _build_error(text: str, at: int, expected: str) -> FormulaSyntaxError:
    """Mark the place within its surroundings; the error still knows the whole text."""
    start, end = max(0, at - MARGIN), min(len(text), at + MARGIN)
    head, tail = "…" if start else "", "…" if end < len(text) else ""
    error = FormulaSyntaxError(f"{head}{text[start:end]}{tail}", at - start + len(head), expected)
    error.formula, error.position = text, at
    return error


class _Parser:
    """One pass over the text; *at* is the place of the next character."""

    def __init__(self, text: str) -> None:
        self.text = text
        # Same length, so places agree; names and quotes are cut from the original.
        self.plain = text.translate(_PLAIN)
        self.at = 0
        self.depth = 0
        self.operations = 0

    def parse(self) -> Expression:
        if not self.text.strip():
            self.fail(_EXAMPLE)
        expression = self.expression()
        if self.peek():
            self.fail("运算符（+ - * /）或算式结尾；数字不写千分位逗号")
        return expression

    # Characters

    def fail(self, expected: str, at: int | None = None) -> NoReturn:
        raise _build_error(self.text, self.at if at is None else at, expected)

    def peek(self) -> str:
        while self.at < len(self.plain) and self.plain[self.at].isspace():
            self.at += 1
        return self.plain[self.at : self.at + 1]

    def take(self, symbol: str) -> bool:
        if self.peek() and self.plain.startswith(symbol, self.at):
            self.at += len(symbol)
            return True
        return False

    def expect(self, symbol: str, expected: str) -> None:
        if not self.take(symbol):
            self.fail(expected)

    def run(self, marks: frozenset[str], *, with_digits: bool) -> str:
        """Take the longest run of letters, digits if wanted, and *marks*."""
        start = self.at
        while self.at < len(self.text):
            character = self.text[self.at]
            if not (character.isalpha() or character in marks or (with_digits and character.isalnum())):
                break
            self.at += 1
        return self.text[start : self.at].translate(_DIGITS)

    def quoted(self) -> str:
        """Take a quoted name; the quote itself is written twice inside."""
        start, mark = self.at, self.text[self.at]
        self.at += 1
        parts: list[str] = []
        while True:
            end = self.text.find(mark, self.at)
            if end < 0:
                self.fail(f"与前面成对的引号 {mark}", len(self.text))
            parts.append(self.text[self.at : end])
            self.at = end + 1
            if not self.text.startswith(mark, self.at):
                break
            parts.append(mark)
            self.at += 1
        name = "".join(parts)
        if not name.strip():
            self.fail("引号内的名称，不能为空", start)
        return name

    # Grammar

    def expression(self) -> Expression:
        return self.chain(self.term, "+", "-")

    def term(self) -> Expression:
        return self.chain(self.factor, "*", "/")

    def chain(self, operand: Callable[[], Expression], *symbols: str) -> Expression:
        left = operand()
        while (symbol := self.peek()) in symbols:
            self.operations += 1
            if self.operations > MAX_OPERATIONS:
                self.fail(f"算式结尾：一个算式最多{MAX_OPERATIONS}次运算，多项相加请写 合计(…)")
            self.at += 1
            left = Binary(_OPERATORS[symbol], left, operand())
        return left

    def factor(self) -> Expression:
        if self.take("+"):
            return self.nested(self.factor)
        if self.take("-"):
            if self.peek() in _ASCII_DIGITS:
                return self.number(is_negative=True)
            return Negate(self.nested(self.factor))
        return self.primary()

    def nested(self, part: Callable[[], Expression]) -> Expression:
        self.depth += 1
        if self.depth > MAX_NESTING:
            self.fail(f"较浅的算式：括号和函数最多套{MAX_NESTING}层，请拆成几个算式")
        expression = part()
        self.depth -= 1
        return expression

    def primary(self) -> Expression:
        symbol = self.peek()
        if symbol in _ASCII_DIGITS:
            return self.number()
        if self.take("("):
            inner = self.nested(self.expression)
            self.expect(")", "右括号 ) 或运算符")
            return inner
        if symbol and symbol in "'\"":
            return self.reference(self.quoted())
        if not symbol or not (symbol.isalpha() or symbol in MEASURE_STARTS):
            self.fail(_OPERAND)
        start = self.at
        name = self.run(NAME_MARKS, with_digits=True)
        if self.peek() != "(":
            return self.reference(name)
        function = _FUNCTIONS.get(name.lower())
        if function is None:
            known = "、".join(each.value for each in Function)
            self.fail(f"已有的函数名（{known}）；名称中的括号请写在引号里", start)
        return self.nested(lambda: self.call(function))

    def number(self, *, is_negative: bool = False) -> Literal:
        start = self.at
        while self.plain[self.at : self.at + 1] in _ASCII_DIGITS:
            self.at += 1
        if self.plain.startswith(".", self.at):
            self.at += 1
            if self.plain[self.at : self.at + 1] not in _ASCII_DIGITS:
                self.fail("小数点后的数字")
            while self.plain[self.at : self.at + 1] in _ASCII_DIGITS:
                self.at += 1
        digits = self.plain[start : self.at]
        if len(digits) > MAX_DIGITS:
            self.fail(f"不超过{MAX_DIGITS}位的数", start)
        number = Decimal("-" + digits if is_negative else digits)
        symbol, is_quoted = self.unit_symbol()
        zeros = 0
        while symbol not in FIXED_UNITS and symbol[0] in MULTIPLIERS and not is_quoted:
            zeros, symbol = zeros + MULTIPLIERS[symbol[0]], symbol[1:]
        if zeros:
            number = Decimal(f"{number.scaleb(zeros):f}")
        return Literal(Quantity(number, unit_of(symbol)))

    def unit_symbol(self) -> tuple[str, bool]:
        """Take a unit, if there is one; also say whether it was quoted."""
        symbol = self.peek()
        if symbol and symbol in "'\"":
            return self.quoted(), True
        if symbol in ("%", "‰"):
            self.at += 1
            return symbol, False
        return self.run(UNIT_MARKS, with_digits=False), False

    def call(self, function: Function) -> Call:
        self.expect("(", "左括号 (")
        arguments: list[Expression] = []
        fewest, most = ARITIES.get(function, DEFAULT_ARITY)
        while not arguments or self.take(","):
            if len(arguments) == most:
                self.fail(f"右括号 )：{function.value}最多{most}个参数；数字不写千分位逗号", self.at - 1)
            arguments.append(self.argument(function, len(arguments)))
        if len(arguments) < fewest:
            self.fail(f"逗号和第{len(arguments) + 1}个参数：{function.value}要{fewest}个参数")
        self.expect(")", "逗号、运算符或右括号 )")
        return Call(function, tuple(arguments))

    def argument(self, function: Function, place: int) -> Expression:
        if function is Function.CONVERT and place == 1:
            symbol, _ = self.unit_symbol()
            if not symbol:
                self.fail("要换算成的单位，例如 元、万元")
            return UnitName(unit_of(symbol))
        if function is Function.WHERE and place == 1:
            for comparator, spellings in _COMPARATORS:
                if any(self.take(spelling) for spelling in spellings):
                    return Comparison(comparator, self.expression())
            self.fail("条件，例如 > 10万元（可用 > >= < <= =）")
        return self.expression()

    def reference(self, measure: str) -> Reference:
        selectors: list[Selector] = []
        if self.take("["):
            while not selectors or self.take(","):
                selectors.append(self.selector())
            self.expect("]", "逗号或右方括号 ]；名称里有逗号、方括号等符号的请加引号")
        year, stage = self.period() if self.take("@") else (None, None)
        return Reference(measure, tuple(selectors), year, stage)

    def selector(self) -> Selector:
        start = self.at
        if self.peek() == "*":
            self.fail("类别名和 =*，例如 项目=*")
        first = "" if self.peek() == "~" else self.member(_SELECTOR)
        if self.take("~"):
            return Selector(first, self.member("要包含的文字"), Match.CONTAINS)
        if not self.take("="):
            return Selector("", first)
        if self.take("*"):
            return Selector(first, "*", Match.ALL)
        if not first:
            self.fail("类别名", start)
        return Selector(first, self.member("名称、代码或 *"))

    def member(self, expected: str) -> str:
        symbol = self.peek()
        if symbol and symbol in "'\"":
            return self.quoted()
        start = self.at
        while self.at < len(self.plain) and self.plain[self.at] not in _MEMBER_ENDS:
            self.at += 1
        name = self.text[start : self.at].strip().translate(_DIGITS)
        if not name:
            self.fail(expected, start)
        return name

    def period(self) -> tuple[int | None, Stage | None]:
        """Take what follows @: a year, a stage, or both."""
        start = self.at
        self.peek()
        digits = ""
        while self.plain[self.at : self.at + 1] in _ASCII_DIGITS:
            digits += self.plain[self.at]
            self.at += 1
        if digits and len(digits) != YEAR_DIGITS:
            self.fail("四位年份，例如 @2023", start)
        if digits and not self.plain.startswith("年初", self.at):
            self.take("年")
        name = self.run(frozenset(), with_digits=True)
        if not name and not digits:
            self.fail("四位年份或预算阶段，例如 @2023、@2024决算", start)
        if name and name not in _STAGES:
            self.fail(f"预算阶段（{'、'.join(stage.value for stage in Stage)}）", self.at - len(name))
        return (int(digits) if digits else None), _STAGES.get(name)
