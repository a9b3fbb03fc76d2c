"""A reference finds its figure: printed, put otherwise, or made up of the rows below; never a part for the whole."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from service.asking.reading import own_members
from service.calculation.figures import Figure
from service.calculation.formula import Reference
from service.calculation.parser import parse_formula
from service.calculation.scope import Scope
from service.domain.document import Document
from service.domain.errors import AmbiguousFigureError, MissingFactError, UnknownNameError
from service.domain.quantity import WAN_YUAN, Quantity
from service.vocabulary.vocabulary import Vocabulary
from tests.samples import ENTITY, Project, Sample, read_sample

WITH_FUND = Sample(
    projects=(Project("古籍修复", Decimal("40.00")), Project("桃园水渠", Decimal("25.00"), of_fund=True))
)


def scope_of(document: Document, vocabulary: Vocabulary) -> Scope:
    """Build the scope of one document."""
    return Scope(
        document.facts, vocabulary, own_members([document], vocabulary.questions["short"]),
        year=document.year, stage=document.stage, table_kinds={(document.id, t.id): t.kind for t in document.tables},
    )  # fmt: skip


@pytest.fixture(scope="module")
def seed_scope(seed: Document, vocabulary: Vocabulary) -> Scope:
    """The seed's figures."""
    return scope_of(seed, vocabulary)


@pytest.fixture(scope="module")
def fund_scope(vocabulary: Vocabulary) -> Scope:
    """The figures of a sample with government-fund money."""
    return scope_of(read_sample(WITH_FUND, vocabulary), vocabulary)


def find(scope: Scope, text: str) -> Figure:
    """Look one reference up."""
    reference = parse_formula(text)
    assert isinstance(reference, Reference)
    return scope.figure(reference)


@pytest.mark.parametrize(
    ("reference", "number", "how"),
    [
        ("支出", "950.47", "printed"),
        ("支出[基本支出]", "537.27", "printed"),
        ("支出[人员经费]", "484.33", "printed"),
        ("支出[工资福利支出]", "468.99", "printed"),
        ("支出[其他运转类]", "123.20", "printed"),
        ("支出[功能=2013101]", "361.88", "printed"),
        ("支出[项目=信创工程]", "290.00", "printed"),
        ("支出[功能=20131]", "949.69", "sum"),
        ("支出[301]", "468.99", "sum"),
        ("支出[政府经济科目=501]", "303.77", "sum"),
        ("支出[30108]", "46.92", "sum"),
        ("支出[项目类型=其他运转类]", "123.20", "sum"),
        ("收入[单位=008002]", "176.29", "sum"),
        ("支出@2023", "1235.00", "derived"),
        ("车辆", "5", "stated"),
        ("政府采购", "0", "stated"),
        ("支出[教育]", "0", "blank"),
        ("三公经费[公务接待费]", "0", "blank"),
    ],
)
def test_where_a_figure_comes_from(seed_scope: Scope, reference: str, number: str, how: str) -> None:
    """A printed total beats its rows added up; sums, stated, derived and blank figures say what they are."""
    figure = find(seed_scope, reference)

    assert (str(figure.quantity.number), figure.how) == (number, how)
    assert bool(figure.note) == (how != "printed")


def test_the_same_coordinate_put_otherwise(seed_scope: Scope) -> None:
    """工资福利支出 is 基本支出 within economic class 301: both ways lead to one amount."""
    one, other = find(seed_scope, "支出[工资福利支出]"), find(seed_scope, "支出[基本支出, 经济科目=301]")

    assert one.quantity.base == other.quantity.base


def test_a_sum_leaves_no_row_out(seed_scope: Scope) -> None:
    """An economic item is added up over both government classes, within basic spending and beyond it."""
    whole, basic = find(seed_scope, "支出[30201]"), find(seed_scope, "支出[30201, 基本支出]")

    assert [str(f.quantity.number) for f in whole.facts if f.quantity] == ["76.58", "3.90"]
    assert [str(f.quantity.number) for f in basic.facts if f.quantity] == ["8.40", "3.90"]
    assert {f.coordinate.get("gov_economic") for f in whole.facts} == {"50201", "50502"}


def test_lines_without_a_code_are_parts(seed_scope: Scope) -> None:
    """The second row of the centre, 0.90 without a code, is added to the first."""
    figure = find(seed_scope, "收入[单位=008002]")

    assert [str(f.quantity.number) for f in figure.facts if f.quantity] == ["175.39", "0.90"]


def test_a_project_of_two_units_is_ambiguous(seed_scope: Scope) -> None:
    """工作经费 of two units is not added up; each reading has its unit and its figure."""
    with pytest.raises(AmbiguousFigureError) as caught:
        find(seed_scope, "支出[项目=工作经费]")

    assert len(caught.value.readings) == 2
    assert "36.00" in caught.value.readings[0]
    assert "0.90" in caught.value.readings[1]


def test_naming_the_unit_settles_it(seed_scope: Scope) -> None:
    """With its unit a project is one figure."""
    assert str(find(seed_scope, "支出[项目=工作经费, 单位=008002]").quantity.number) == "0.90"


def test_a_year_that_is_missing_says_which_there_are(seed_scope: Scope) -> None:
    """2022 is not in the document, 2023 and 2024 are."""
    with pytest.raises(MissingFactError) as caught:
        find(seed_scope, "支出@2022")

    assert all(year in caught.value.message for year in ("2022", "2023", "2024"))


def test_an_unknown_name_is_not_guessed(seed_scope: Scope) -> None:
    """A name that nothing bears raises, and is in the message."""
    with pytest.raises(UnknownNameError) as caught:
        find(seed_scope, "支出[虚构科目]")

    assert "虚构科目" in caught.value.message


def test_a_part_is_never_taken_for_the_whole(seed_scope: Scope) -> None:
    """Only project rows name the units in spending tables, so spending by unit is missing, not their sum."""
    for unit in ("008001", "008002"):
        with pytest.raises(MissingFactError):
            find(seed_scope, f"支出[单位={unit}]")


def test_one_funds_projects_are_not_all_projects(fund_scope: Scope) -> None:
    """With money of two funds each stays apart, and the whole is both."""
    assert find(fund_scope, "支出[项目支出]").quantity.number == WITH_FUND.project_total
    assert find(fund_scope, "支出[政府性基金, 项目支出]").quantity.number == WITH_FUND.fund
    assert find(fund_scope, "支出[一般公共预算, 项目支出]").quantity.number == WITH_FUND.project_total - WITH_FUND.fund
    for fund in ("一般公共预算", "政府性基金"):
        with pytest.raises(MissingFactError):
            find(fund_scope, f"支出[{fund}]")


def test_a_figure_under_one_fund_says_so(fund_scope: Scope) -> None:
    """Where a figure is printed only for one fund, its label names that fund."""
    assert find(fund_scope, "支出[公用经费]").label == "2024年公用经费（一般公共预算）"


def test_a_table_can_be_named(seed_scope: Scope) -> None:
    """表=T03 and 表=正文 take the figure from there."""
    cell, sentence = find(seed_scope, "支出[表=T03]"), find(seed_scope, "支出[表=正文]")

    assert cell.facts[0].source.table == "T03"
    assert (sentence.how, sentence.facts[0].source.table) == ("stated", "")


def test_places_that_disagree_are_conflicts(vocabulary: Vocabulary) -> None:
    """A sentence with another figure than the table is a conflict; the table's figure is taken."""
    document = read_sample(Sample(said_basic=Decimal("111.11")), vocabulary)
    scope = scope_of(document, vocabulary)
    figure = find(scope, "支出[基本支出]")

    assert figure.quantity.number == Sample().basic
    assert [str(f.quantity.number) for f in scope.conflicts(figure) if f.quantity] == ["111.11"]


def test_a_contradicted_cell_is_taken_last(vocabulary: Vocabulary) -> None:
    """Of two cells for one coordinate the proven one is taken."""
    document = read_sample(Sample(wrong_total=Decimal("999.99")), vocabulary)

    assert find(scope_of(document, vocabulary), "支出").quantity.number == Sample().total


def test_without_its_totals_a_table_is_added_up(vocabulary: Vocabulary) -> None:
    """A figure no longer printed is made up of the rows that are left, the same to the cent."""
    document = read_sample(Sample(), vocabulary)
    kept = tuple(f for f in document.facts if f.source.table == "T03" and f.source.row > 0)
    scope = scope_of(replace(document, facts=kept), vocabulary)
    figure = find(scope, "支出[一般公共服务]")

    assert (figure.how, figure.quantity.number) == ("sum", Sample().total)


def test_members_of_a_set(seed_scope: Scope) -> None:
    """项目=* is every project once, a repeated name with its unit."""
    reference = parse_formula("支出[项目=*]")
    assert isinstance(reference, Reference)
    figures = seed_scope.figures(reference)

    assert len(figures) == 12
    assert len({f.name for f in figures}) == 12
    assert sum(f.quantity.number for f in figures) == Decimal("413.20")


def test_own_names_have_short_forms(sample: Document, vocabulary: Vocabulary) -> None:
    """People leave 专项经费 and 工程 off a project's name, and the region off a unit's."""
    say = {m.name: m.say for m in own_members([sample], vocabulary.questions["short"])}

    assert "古籍修复" in say["古籍修复专项经费"]
    assert "桃园水渠" in say["桃园水渠工程"]
    assert "本级" in say[f"{ENTITY}本级"]


def test_a_fund_never_stands_for_the_whole_under_another_name(vocabulary: Vocabulary, sample: Document) -> None:
    """支出总计 is printed for one fund alone; the total of all funds is printed as 支出, and that is meant."""
    whole = next(f for f in sample.facts if f.coordinate.measure == "支出" and not f.coordinate.members and f.source.table)
    of_fund = replace(
        whole, id="x/1", quantity=Quantity(Decimal("1.00"), WAN_YUAN),
        coordinate=replace(whole.coordinate, measure="支出总计", members=(("fund", "财政拨款"),)),
    )  # fmt: skip
    facts = tuple(f for f in sample.facts if f.coordinate.measure != "支出总计")
    scope = scope_of(replace(sample, facts=(*facts, of_fund)), vocabulary)

    assert find(scope, "支出总计").quantity == whole.quantity
    assert find(scope, "支出总计[财政拨款]").quantity.number == Decimal("1.00")
