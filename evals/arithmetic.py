"""Evaluate the arithmetic that an answer shows, apart from the service's calculator."""

from __future__ import annotations

import ast
import re
from decimal import Decimal, DivisionByZero, InvalidOperation, localcontext

from evals.figures import fold_width

_UNITS = re.compile("亿元|百万元|千元|万元|元|个百分点|倍|[个项条家处辆台次人]")
_SIGNS = str.maketrans("×÷－−–", "*/---")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%")
_STATED_SHARE = re.compile(r"[\s-]*\d[\d.]*…?\s*(?:%|个百分点)")
_OPERATOR = re.compile(r"[0-9)]\s*[-+*/]")
_PLAIN = re.compile(r"[0-9.+\-*/() ]+")
_PRECISION = 50
_LONGEST = 2000


def evaluate_working(line: str) -> Decimal | None:
    """Return the value of the left side of an arithmetic line, None where it is no plain arithmetic.

    Where the right side is a percentage, so is the value: ``537.27 ÷ 950.47 × 100% = 56.53%`` gives 56.52….
    A line without any operation (a figure restated in another unit) is no arithmetic.

    Example:
        >>> str(evaluate_working("774.18万元 − (175.39万元 + 0.90万元) = 597.89万元"))
        '597.89'
        >>> evaluate_working("2024年支出 = 950.47万元") is None
        True

    """
    left, equals, right = fold_width(line).partition("=")
    left = _PERCENT.sub(r"(\1/100)", left.rpartition(":")[2].translate(_SIGNS).replace(",", ""))
    plain = _UNITS.sub("", left).strip()
    if not equals or len(plain) > _LONGEST or not _PLAIN.fullmatch(plain) or not _OPERATOR.search(plain):
        return None
    stated = _STATED_SHARE.match(right)
    try:
        with localcontext() as context:
            context.prec = _PRECISION
            value = _value(ast.parse(plain, mode="eval").body, plain)
            return value * 100 if stated else value
    except (SyntaxError, InvalidOperation, DivisionByZero, ValueError, RecursionError):
        return None


def _value(node: ast.expr, source: str) -> Decimal:
    match node:
        case ast.Constant():
            return Decimal(ast.get_source_segment(source, node) or "")
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, source)
        case ast.BinOp(left=left, op=operator, right=right):
            one, other = _value(left, source), _value(right, source)
            match operator:
                case ast.Add():
                    return one + other
                case ast.Sub():
                    return one - other
                case ast.Mult():
                    return one * other
                case ast.Div():
                    return one / other
    raise ValueError(ast.dump(node))
