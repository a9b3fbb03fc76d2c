"""A book over a dictionary, and shorthands, for the tests of the formula language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from service.calculation.evaluator import evaluate
from service.calculation.figures import Figure
from service.calculation.formula import Reference, render
from service.calculation.parser import parse_formula
from service.calculation.trace import Evaluation
from service.domain.errors import AmbiguousFigureError, MissingFactError
from service.domain.quantity import Kind, Quantity, unit_of


def quantity(text: str) -> Quantity:
    """Read ``950.47万元``."""
    digits = text.rstrip("".join(c for c in text if not (c.isdigit() or c in ".-")))
    return Quantity(Decimal(digits), unit_of(text[len(digits) :]))


@dataclass(frozen=True)
class FakeBook:
    """Figures by canonical reference; "" is a blank cell, several texts for a scalar are ambiguous."""

    scalars: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    sets: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    kinds: Mapping[str, Kind] = field(default_factory=dict)

    def kind_of(self, reference: Reference) -> Kind:
        """Return the measure's kind; money where nothing else is said."""
        return self.kinds.get(reference.measure, Kind.MONEY)

    def figure(self, reference: Reference) -> Figure:
        """Return the one figure."""
        key = render(reference)
        if key not in self.scalars:
            raise MissingFactError(f"没有“{key}”的数。")
        printed = self.scalars[key]
        if not isinstance(printed, str):
            raise AmbiguousFigureError(key, tuple(printed))
        if not printed:
            return Figure(key, quantity("0万元"), (), "blank")
        return Figure(key, quantity(printed), (), "printed")

    def figures(self, reference: Reference) -> tuple[Figure, ...]:
        """Return the set."""
        key = render(reference)
        if key not in self.sets:
            raise MissingFactError(f"没有“{key}”的数。")
        elements = self.sets[key]
        return tuple(Figure(f"{key}·{m}", quantity(text), (), "printed", m) for m, text in elements)


BUDGET = FakeBook(
    scalars={
        "支出": "950.47万元",
        "支出@2023": "1235.00万元",
        "支出[人员经费]": "537.27万元",
        "支出[公用经费]": "413.19万元",
        "公务接待费": "",
        "会议费": "0.00万元",
        "职工": "30人",
        "车辆": "12辆",
        "完成率": "92.5%",
        "去年完成率": "90.0%",
        "印刷费": ("表6 印刷费 3.00万元", "表8 印刷费 2.00万元"),
    },
    sets={
        "支出[项目=*]": [("党建经费", "0.78万元"), ("专项一", "175.39万元"), ("专项二", "0.78万元")],
        "支出[项目=*]@2023": [("党建经费", "0.60万元"), ("专项一", "0.00万元"), ("旧项目", "5.00万元")],
        "支出[项目~专项]": [("专项一", "175.39万元"), ("专项二", "0.78万元")],
        "支出[重名=*]": [("甲", "1.00万元"), ("甲", "2.00万元")],
    },
    kinds={"职工": Kind.COUNT, "车辆": Kind.COUNT, "完成率": Kind.RATIO, "去年完成率": Kind.RATIO},
)


def work_out(text: str, book: FakeBook = BUDGET) -> Evaluation:
    """Parse and evaluate."""
    return evaluate(parse_formula(text), book)
