"""Whatever the budget, a draft over it says what the arithmetic says, and nothing that it cannot prove.

What is expected is worked out here, from the budget that the tables were printed from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from service.adapters.readers.files import read_file
from service.asking.reading import own_members
from service.calculation.evaluator import evaluate
from service.calculation.parser import parse_formula
from service.calculation.scope import Scope
from service.composer import Composer
from service.domain.document import Document
from service.domain.finding import Severity
from service.drafting.brief import Brief, Style
from service.drafting.draft import Draft
from service.numerals import read_quantities, render_number
from service.vocabulary.vocabulary import Vocabulary
from tests.budgets import CLASSES, CODES, Budget, Line, read_budget
from tests.fakes import FakeLibrary
from tests.samples import ENTITY

_CENT = Decimal("0.01")
#: Words of the outline that hold a number of their own.
_FIXED = re.compile(r"单价50万元以上|单位价值100万元以上|【[^】]*】")
#: A failing budget is shown as drawn: to shrink it takes minutes.
_DRAWN = settings(
    max_examples=25, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate),
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.function_scoped_fixture),
)  # fmt: skip


@dataclass(frozen=True)
class Made:
    """A draft with the budgets that it is over."""

    then: Budget
    now: Budget
    draft: Draft
    scope: Scope

    @property
    def text(self) -> str:
        """The draft's running text."""
        return self.draft.text


Making = Callable[..., Made]


@pytest.fixture(scope="module")
def make(vocabulary: Vocabulary) -> Making:
    """Draft the whole Henan outline over two years."""

    def drafted(then: Budget, now: Budget, style: Style = Style()) -> Made:  # noqa: B008 - frozen
        documents = [read_budget(then, vocabulary), read_budget(now, vocabulary)]
        brief = Brief(ENTITY, now.year, outline="henan", style=style)
        made = Composer(FakeLibrary(*documents), vocabulary, read_file).compose(brief)
        return Made(then, now, made, _scope(documents, vocabulary))

    return drafted


def _scope(documents: list[Document], vocabulary: Vocabulary) -> Scope:
    own = documents[-1]
    return Scope(
        tuple(f for d in documents for f in d.facts), vocabulary,
        own_members(documents, vocabulary.questions["short"]), year=own.year, stage=own.stage,
        table_kinds={(d.id, t.id): t.kind for d in documents for t in d.tables},
        document_years={d.id: d.year for d in documents}, main=own.id,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------- random budgets


def _amounts(places: int) -> st.SearchStrategy[Decimal]:
    least = Decimal(1).scaleb(-places)
    whole = st.one_of(
        st.just(0), st.integers(1, 9), st.integers(1, 99_999), st.integers(1, 9_999_999), st.integers(10**10, 10**12)
    )
    return whole.map(lambda n: n * least)


@st.composite
def _budgets(draw: st.DrawFn) -> tuple[Budget, Budget]:
    """Draw two years: of each amount the second year's is new, as before, nothing, or a little more or less."""
    places, unit, printed = draw(st.sampled_from([(2, "万元", 2), (6, "万元", 6), (4, "元", 2), (6, "元", 2)]))
    amount = _amounts(places)
    codes = draw(st.lists(st.sampled_from(sorted(CODES)), min_size=1, max_size=3, unique=True))
    lines = [Line(code, *(draw(amount) for _ in range(4))) for code in codes]
    rest = {name: draw(amount) for name in ("fund", "abroad", "buying", "running", "hosting")}
    zero = draw(st.sampled_from(["", "0.00"]))

    def later(before: Decimal) -> Decimal:
        how = draw(st.sampled_from(["same", "new", "none", "less", "least"]))
        least = Decimal(1).scaleb(-places)
        return {
            "same": before, "new": draw(amount), "none": Decimal(0), "less": (before / 2).quantize(least),
            "least": before + least,
        }[how]  # fmt: skip

    after = [
        Line(each.code, *(later(a) for a in (each.pay, each.homes, each.goods, each.project))) for each in lines
    ]
    if draw(st.booleans()):  # 冲减 of a project, printed as a negative amount
        lines[0], after[0] = _reduced(lines[0]), _reduced(after[0])
    then = Budget(2023, tuple(lines), **rest, unit=unit, places=printed, zero=zero)
    now = Budget(2024, tuple(after), **{k: later(v) for k, v in rest.items()}, unit=unit, places=printed, zero=zero)
    return then, now


def _reduced(line: Line) -> Line:
    """Return a line whose project brings its total down, though not below nothing: shares of that mean nothing."""
    return replace(line, project=-line.project) if line.project < line.basic else line


def _whole(number: str, *, running: str = "0", unit: str = "万元", places: int = 2) -> Callable[[int], Budget]:
    def of(year: int) -> Budget:
        amount = Decimal(number)
        line = Line("2010301", amount, Decimal(0), amount, amount)
        return Budget(year, (line,), amount, running=Decimal(running), unit=unit, places=places)

    return of


#: Named shapes: last year's budget and this year's.
_SHAPES: dict[str, tuple[Callable[[int], Budget], Callable[[int], Budget]]] = {
    "growing": (_whole("100.00", running="1.00"), _whole("150.50", running="1.20")),
    "shrinking": (_whole("150.50", running="1.20"), _whole("100.00", running="1.00")),
    "from nothing": (_whole("0", running="1.00"), _whole("12.34", running="1.00")),
    "to nothing": (_whole("12.34"), _whole("0")),
    "nothing at all": (_whole("0"), _whole("0")),
    "as before": (_whole("77.77", running="3.00"), _whole("77.77", running="3.00")),
    "one cent": (_whole("77.77"), _whole("77.78")),
    "from a negative sum": (_whole("-3.00"), _whole("5.00")),
    "to a negative sum": (_whole("5.00"), _whole("-3.00")),
    "a negative part": (
        lambda year: Budget(year, (Line("2010301", Decimal("90.00"), project=Decimal("-20.00")),)),
        lambda year: Budget(year, (Line("2010301", Decimal("95.00"), project=Decimal("-30.50")),)),
    ),
    "one huge item": (_whole("1.00", running="0.01"), _whole("99999999.99", running="88888888.88")),
    "in yuan": (_whole("1.2345", unit="元", places=0), _whole("1.2355", unit="元", places=0)),
    "less than is written": (_whole("0.000001", places=6), _whole("0.000004", places=6)),
}


# ------------------------------------------------------------------------------------------ own arithmetic


def _rounded(number: Decimal, places: int = 2) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _written(number: Decimal) -> Decimal:
    """Write an amount as a draft does: two decimals, in full where it would be 0 with them."""
    if not number:
        return Decimal(0)
    return _rounded(number) or _rounded(number, 6).normalize()


def _money(number: Decimal) -> str:
    return f"{_written(number):f}万元"


def _percent(number: Decimal) -> str:
    """Write a share as a draft does: two decimals, more where it would be 0 with them."""
    if number in (0, 100):
        return f"{number:.0f}%"
    places = 2
    while places < 6 and not _rounded(number, places):
        places += 1
    return f"{_rounded(number, places)}%" if _rounded(number, places) else "0.00%"


def _clause(then: Decimal, now: Decimal) -> str:
    """Say how an amount changed, from its direction word to its rate."""
    if then == now:
        return "持平，均为0万元" if not now else "持平"
    before, after = _written(then), _written(now)
    if before == after:
        before, after = then, now
    gap = abs(after - before)
    said = f"{'增加' if now > then else '减少'}{_money(gap)}"
    if then == 0:
        return f"{said}（上年为0万元，不计算增减率）"
    if then < 0:
        return f"{said}（上年为负数，不计算增减率）"
    rate = _percent(gap * 100 / before)
    return f"{said}，{'增长' if now > then else '下降'}{rate}"


def _expected(made: Made) -> Iterator[str]:
    """Yield what the draft has to say of each amount and its change."""
    then, now = made.then, made.now
    yield f"收入总计{_money(now.total)}，支出总计{_money(now.total)}，"
    for subject in ("相比，收入", "；支出"):
        yield f"{subject}{_clause(then.total, now.total)}"
    yield f"支出合计{_money(now.total)}，其中：基本支出{_money(now.basic)}"
    yield f"一般公共预算收支预算{_clause(then.general, now.general)}"
    yield f"；政府性基金收支预算{_clause(then.fund, now.fund)}"
    yield f"一般公共预算支出年初预算为{_money(now.general)}。"
    yield f"基本支出年初预算为{_money(now.basic)}。"
    yield f"政府性基金预算支出年初预算为{_money(now.fund)}。" if now.fund else "安排的支出，年初预算为0万元。"
    if _three_is_printed(made):
        yield f"“三公”经费预算为{_money(now.three)}。"
        names = {
            "“三公”经费支出预算数": "three", "因公出国（境）费预算数": "abroad", "公务接待费预算数": "hosting",
            "公务用车购置费预算数": "buying", "公务用车运行维护费预算数": "running",
        }  # fmt: skip
        for name, key in names.items():
            clause = _clause(getattr(then, key), getattr(now, key))
            yield f"{name}{'与' if clause.startswith('持平') else '比'}2023年预算{clause}"
    for code, amount in now.classes().items():
        if amount and now.general:
            name = CLASSES[code][1]
            yield f"{name}（类）支出{_money(amount)}，占{_percent(amount * 100 / now.general)}"


def _three_is_printed(made: Made) -> bool:
    """Whether the tables of the three expenses hold a row: where nothing is printed there is none."""
    return all(b.zero or b.three for b in (made.then, made.now))


# ------------------------------------------------------------------------------------------------ the laws


def _says_what_the_data_say(made: Made) -> None:
    for said in _expected(made):
        assert said in made.text


def _binds_every_figure(made: Made) -> None:
    """Every figure that stands in a sentence is one figure of the draft, and has a formula that gives its value."""
    for sentence in made.draft.sentences():
        assert all(sentence.text[f.start : f.end] == f.text for f in sentence.figures)
        free = [(m.start(), m.end()) for m in _FIXED.finditer(sentence.text)]
        stand = [
            (m.start, m.end)
            for m in read_quantities(sentence.text)
            if not any(start <= m.start < end for start, end in free)
        ]
        stand += [(m.start(), m.end()) for m in re.finditer("持平", sentence.text)]
        assert sorted(stand) == [(f.start, f.end) for f in sentence.figures], sentence.text
        for figure in sentence.figures:
            assert figure.formula
            again = evaluate(parse_formula(figure.formula), made.scope)
            assert render_number(again.quantity.number) == figure.exact


def _adds_up(made: Made) -> None:
    """Shares of a list come to 100, its parts to the whole, as near as rounding lets them."""
    for sentence in made.draft.sentences():
        parts = re.findall(r"(-?[\d.]+)万元，占(-?[\d.]+)%", sentence.text)
        if not parts:
            continue
        whole = Decimal(re.findall(r"(-?[\d.]+)万元", _list_head(made, sentence.text))[0])
        slack = _CENT * (len(parts) + 1)
        assert abs(sum((Decimal(amount) for amount, _ in parts), -whole)) <= slack
        assert abs(sum((Decimal(share) for _, share in parts), Decimal(-100))) <= slack


def _list_head(made: Made, sentence: str) -> str:
    """Return the sentence that states the whole of a list: itself, or the one before it in its paragraph."""
    if sentence.startswith(("其中", "主要用于")):
        return next(
            p.text for s in made.draft.sections for p in s.paragraphs if sentence in p.text and p.table is None
        )
    return sentence


def _check_finds_no_error(made: Made) -> None:
    assert [f.message for f in made.draft.findings if f.severity is Severity.ERROR] == []


def _holds(made: Made) -> None:
    _says_what_the_data_say(made)
    _binds_every_figure(made)
    _adds_up(made)
    _check_finds_no_error(made)


@pytest.mark.parametrize("shape", _SHAPES)
def test_the_laws_hold_for_every_shape(make: Making, shape: str) -> None:
    """Direction, change, rate, shares, sums, bindings, and the check."""
    then, now = _SHAPES[shape]

    _holds(make(then(2023), now(2024)))


@_DRAWN
@given(budgets=_budgets())
def test_the_laws_hold_for_any_budget(make: Making, budgets: tuple[Budget, Budget]) -> None:
    """The same, for budgets that nobody thought of."""
    _holds(make(*budgets))
