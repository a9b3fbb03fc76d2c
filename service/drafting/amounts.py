"""Figures as a draft writes them: this year's, last year's, and how they changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum, unique

from service.calculation.evaluator import evaluate
from service.calculation.evidence import derivations_of, marks_of, operands_of
from service.calculation.formula import Binary, Call, Expression, Function, Literal, Operator, Reference, UnitName
from service.calculation.scope import Scope
from service.calculation.stated import stated_as, told
from service.calculation.trace import Evaluation, Series
from service.domain.coordinate import Stage
from service.domain.errors import FormulaTypeError, MissingFactError, NotInCorpusError
from service.domain.fact import Authority
from service.domain.quantity import NUMBER, WAN_YUAN, Kind, Quantity, round_half_up, trim
from service.drafting.brief import Style
from service.drafting.draft import DraftFigure
from service.numerals import render_number

#: Decimals of amounts restated in 万元, and of rates and shares, where the style leaves them open.
PLACES = 2
#: Most decimals a small amount is given so that it is not written as 0.
_MOST_PLACES = 6
#: Which stage of last year a base of comparison means.
BASE_STAGES = {"预算数": Stage.BUDGET, "执行数": Stage.EXECUTED, "决算数": Stage.FINAL}


@unique
class Case(Enum):
    """The cases of a change, by the keys of an outline."""

    UP = "增加"
    DOWN = "减少"
    SAME = "持平"
    FROM_ZERO = "上年为0"
    TO_ZERO = "本年为0"
    BOTH_ZERO = "都为0"
    FROM_NEGATIVE = "上年为负"


@dataclass(frozen=True, slots=True)
class Change:
    """How a figure changed.

    Attributes:
        case: Which wording it takes.
        now: This year's figure.
        then: Last year's.
        amount: Size of the change, without sign; None where there is none.
        rate: Size of the rate, without sign; None where there is none to give.
    """

    case: Case
    now: Evaluation
    then: Evaluation
    amount: Evaluation | None = None
    rate: Evaluation | None = None

    @property
    def sign(self) -> int:
        """1 for a rise, -1 for a fall, 0 for none."""
        return (self.now.quantity.base > self.then.quantity.base) - (self.now.quantity.base < self.then.quantity.base)


class Amounts:
    """Evaluates the formulas of an outline over one entity's figures.

    Args:
        scope: The figures; its year and stage are the draft's.
        style: How figures are written.
        base: What last year's figures are, a key of `BASE_STAGES`.
        titles: Document id → title, for operands.
    """

    def __init__(self, scope: Scope, style: Style, base: str, titles: Mapping[str, str]) -> None:
        self.scope = scope
        self.style = style
        self.titles = titles
        self._base = BASE_STAGES[base]
        self.used: list[tuple[str, Evaluation]] = []
        self._names: dict[str, dict[str, str]] = {}
        self._known: dict[Expression, Evaluation | NotInCorpusError] = {}  # an outline asks for most figures several times

    def now(self, expression: Expression) -> Evaluation:
        """Evaluate a formula for the draft's year. Raises MissingFactError and other YoujuErrors."""
        if expression not in self._known:
            try:
                self._known[expression] = self._evaluated(expression)
            except NotInCorpusError as error:
                self._known[expression] = error
        found = self._known[expression]
        if isinstance(found, NotInCorpusError):
            raise found.with_traceback(None)
        return found

    def _evaluated(self, expression: Expression) -> Evaluation:
        found = evaluate(self._in_wan_yuan(expression), self.scope)
        if isinstance(found.value, Series) and found.shown is None:
            raise FormulaTypeError(f"“{found.formula}”得出的是一组数，不能填在一处。")
        return found

    def then(self, reference: Reference) -> Evaluation:
        """Evaluate a reference for the year before, on the base of comparison. Raises MissingFactError."""
        return self.now(self.last_year(reference))

    def last_year(self, reference: Reference) -> Reference:
        """Return a reference for the year before, on the base of comparison."""
        return replace(reference, year=self.scope.year - 1, stage=self._base)

    def change(self, reference: Reference) -> Change:
        """Compare a figure with last year's, both as they are written: a reader who subtracts gets the same.

        Where the two are written alike and yet differ, the exact difference is told.

        Raises:
            MissingFactError: One of the two is not there.
        """
        now, then = self.now(reference), self.then(reference)
        before = self.last_year(reference)
        a, b = now.quantity.base, then.quantity.base
        if a == b:
            return Change(Case.BOTH_ZERO if not a else Case.SAME, now, then)
        this: Expression = self._as_written(reference)
        last: Expression = self._as_written(before)
        if self.now(this).quantity.base == self.now(last).quantity.base:
            this, last = reference, before
        big, small = (this, last) if a > b else (last, this)
        amount = self.now(Binary(Operator.SUBTRACT, big, small))
        if not b:
            return Change(Case.FROM_ZERO, now, then, amount)
        if b < 0:
            return Change(Case.FROM_NEGATIVE, now, then, amount)
        if not self.now(last).quantity.number:
            last = before
        rate = self.now(Call(Function.SHARE, (Binary(Operator.SUBTRACT, big, small), last)))
        return Change(Case.UP if a > b else Case.TO_ZERO if not a else Case.DOWN, now, then, amount, rate)

    def _as_written(self, expression: Expression) -> Expression:
        """Return money in 万元 with the decimals it is written with, where the tables print it otherwise."""
        found = self.now(expression)
        places = self.written(found).decimals
        if found.quantity.unit.kind is not Kind.MONEY or found.quantity == self.written(found):
            return expression
        return Call(Function.ROUND, (self._in_wan_yuan(expression), Literal(Quantity(Decimal(places), NUMBER))))

    def _in_wan_yuan(self, expression: Expression) -> Expression:
        """Restate money that the tables give in another unit."""
        unit = evaluate(expression, self.scope).shown
        if unit is None or unit.unit.kind is not Kind.MONEY or unit.unit == WAN_YUAN:
            return expression
        return Call(Function.CONVERT, (expression, UnitName(WAN_YUAN)))

    # -- writing ----------------------------------------------------------------------------------------

    def written(self, evaluation: Evaluation) -> Quantity:
        """Return a value as it is written: in 万元, rounded by the style; money that would be 0 so is written in full."""
        quantity, shown = evaluation.quantity, evaluation.shown
        if quantity.unit.kind not in (Kind.MONEY, Kind.RATIO, Kind.POINT, Kind.MULTIPLE):
            return shown or quantity
        if not quantity.number or (quantity.unit.kind is Kind.RATIO and quantity.base == 1):
            return quantity.rounded(0)  # 0万元 and 100%, without decimals
        places = self.style.decimals
        if places is None:
            places = PLACES
            if quantity.unit.kind is Kind.MONEY and shown and isinstance(evaluation.trace.value, Quantity):
                is_restated = any(f.quantity.unit.kind is Kind.MONEY and f.quantity.unit != WAN_YUAN for f in evaluation.figures)
                places = min(shown.decimals, PLACES if is_restated else _MOST_PLACES)
        if not round_half_up(quantity.number, places) and quantity.unit.kind is Kind.MONEY:
            return Quantity(trim(round_half_up(quantity.number, _MOST_PLACES)), quantity.unit)
        while places < _MOST_PLACES and not round_half_up(quantity.number, places):
            places += 1
        if not round_half_up(quantity.number, places):
            return Quantity(Decimal(0).scaleb(-PLACES), quantity.unit)  # a share too small to be written
        return quantity.rounded(places)

    def figure(self, evaluation: Evaluation, label: str, start: int, *, text: str = "") -> DraftFigure:
        """Return an evaluation as a figure of a sentence.

        Args:
            evaluation: What was computed.
            label: What it is, "" to take that of its only figure.
            start: Offset in the sentence.
            text: The words that stand for it (持平), "" for its digits.
        """
        said_of = label or evaluation.figures[0].label
        self.used.append((said_of, evaluation))
        written = self.written(evaluation)
        digits = "" if text else render_number(written.number)
        said = text or f"{digits}{written.unit.symbol}"
        only = evaluation.trace.figure
        if (own := stated_as(evaluation, None if text else written, said_of, self.scope)) is not None:
            words, proof = told(own, evaluation)
            return DraftFigure(
                start, start + len(said), said, said_of, digits, written.unit.symbol, render_number(own.quantity.number), evaluation.formula,
                words + (f"，核对：{proof}" if proof else ""), "stated", marks_of([own]), tuple(operands_of(own, self.titles)),
            )  # fmt: skip
        return DraftFigure(
            start, start + len(said), said, said_of, digits,
            "" if text else written.unit.symbol, render_number(evaluation.quantity.number), evaluation.formula,
            evaluation.working + derivations_of(evaluation.figures), only.how if only else "computed",
            marks_of(evaluation.figures),
            tuple(dict.fromkeys(o for f in evaluation.figures for o in operands_of(f, self.titles))),
        )  # fmt: skip

    def exists(self, reference: Reference) -> bool:
        """Whether a figure stands there."""
        try:
            self.now(reference)
        except MissingFactError:
            return False
        return True

    def printed_names(self, dimension: str) -> Mapping[str, str]:
        """Return code → the name that the tables print beside it, those of the draft's own year first."""
        if dimension not in self._names:
            out: dict[str, str] = {}
            for fact in sorted(self.scope.facts, key=lambda f: -f.coordinate.year):
                code = fact.coordinate.get(dimension) or ""
                if fact.authority is Authority.CELL and fact.coordinate.year <= self.scope.year and code.isdigit():
                    digits, label = _split_code(fact.source.row_label)
                    if digits == code and label and not re.search(r"[\d、：:/]", label):
                        out.setdefault(code, label)
            self._names[dimension] = out
        return self._names[dimension]


def _split_code(label: str) -> tuple[str, str]:
    """Split 「201-31-01 行政运行」 into its code and its name."""
    name = label.lstrip("0123456789 -.\u3000")
    return re.sub(r"\D", "", label[: len(label) - len(name)]), name.strip()
