"""Grids become tables: cells, units, row kinds, coordinates."""

from __future__ import annotations

from decimal import Decimal

import pytest

from service.domain.document import Document, RowKind, Table
from service.domain.fact import CellState, Fact
from service.domain.quantity import NUMBER, WAN_YUAN, YUAN, Unit
from service.ingestion.layout import LaidRow
from service.ingestion.tables import spanned_depth
from service.vocabulary.vocabulary import Vocabulary
from tests.samples import CENTRE, ENTITY, Project, Sample, ingest_text, read_sample, with_table


def by_title(document: Document, piece: str) -> Table:
    """Return the table whose title contains *piece*."""
    return next(t for t in document.tables if piece in t.title)


def facts_in(document: Document, table: Table) -> list[Fact]:
    """Return the facts of one table."""
    return [f for f in document.facts if f.source.table == table.id]


def test_blank_zero_and_dash_stay_three_things(vocabulary: Vocabulary) -> None:
    """A blank cell, a printed 0 and a dash are kept apart; only the 0 is a figure."""
    text = with_table("2024年虚构水位观测表", "站点\t上游\t中游\t下游\t全年", "甲站\t0\t\t—\t1,000.50")
    table = by_title(ingest_text(text, vocabulary), "水位")

    assert [(c.raw, c.state, c.quantity and c.quantity.number) for c in table.rows[0].cells[1:]] == [
        ("0", CellState.PRINTED, Decimal(0)),
        ("", CellState.BLANK, None),
        ("—", CellState.DASH, None),
        ("1,000.50", CellState.PRINTED, Decimal("1000.50")),
    ]


@pytest.mark.parametrize(
    ("caption", "unit"),
    [
        ("单位：万元", WAN_YUAN), ("金额单位：元", YUAN), ("单\n位：\n万元", WAN_YUAN), ("单\n位：\n元", YUAN),
        ("部门名称：某局    单位：元", YUAN), ("", None),
    ],
)  # fmt: skip
def test_the_unit_stands_in_the_caption(vocabulary: Vocabulary, caption: str, unit: Unit | None) -> None:
    """The unit is read from the caption, also where it is split over lines; none is invented."""
    text = with_table("2024年虚构水位观测表", "站点\t全年", "甲站\t5.00", caption=caption)
    table = by_title(ingest_text(text, vocabulary), "水位")
    quantity = table.rows[0].cells[1].quantity

    assert table.unit == unit
    assert quantity is not None
    assert quantity.unit == (unit or NUMBER)


def test_a_unit_in_the_header_counts_for_its_column(vocabulary: Vocabulary) -> None:
    """金额（元） overrides the caption's 万元 for that column alone."""
    text = with_table("2024年虚构水位观测表", "站点\t金额（元）\t预算", "甲站\t5.00\t6.00")
    cells = by_title(ingest_text(text, vocabulary), "水位").rows[0].cells

    assert [c.quantity and c.quantity.unit for c in cells[1:]] == [YUAN, WAN_YUAN]


def test_an_unknown_table_is_kept_with_its_header_paths(vocabulary: Vocabulary) -> None:
    """A table outside the catalogue keeps row label and header path as members, and is a part of nothing."""
    text = with_table(
        "2024年虚构水位观测表", "站点\t上游\t\t下游", "\t第一季度\t第二季度\t", "甲站\t1.00\t2.00\t3.00", "乙站\t4.00\t\t6.00"
    )  # fmt: skip
    document = ingest_text(text, vocabulary)
    table = by_title(document, "水位")
    facts = facts_in(document, table)

    assert table.kind == ""
    assert table.columns == ("站点", "上游/第一季度", "上游/第二季度", "下游")
    assert [(f.coordinate.get("row"), f.coordinate.get("column")) for f in facts][:3] == [
        ("甲站", "上游/第一季度"), ("甲站", "上游/第二季度"), ("甲站", "下游"),
    ]  # fmt: skip
    assert {f.coordinate.measure for f in facts} == {"其他"}
    assert not document.findings


def test_the_sides_of_a_two_sided_table_are_apart(sample: Document) -> None:
    """Income stands left, spending right; the last totals are 收入 and 支出总计."""
    facts = {(f.coordinate.measure, f.coordinate.key): f.quantity for f in facts_in(sample, sample.tables[0])}

    assert sample.tables[0].columns == ("收入/项目", "收入/金额", "支出/项目", "支出/金额")
    assert {m for m, _ in facts} == {"收入", "支出", "支出总计", "年终结转"}
    assert facts["支出", "function=205"] is None
    assert facts["支出总计", ""] == facts["收入", ""]
    assert facts["收入", "fund=政府性基金;origin=本年"] is None


def test_row_kinds(sample: Document) -> None:
    """Totals, carry-overs, the department, its units and items are told apart."""
    balance, income, spending, _, projects = sample.tables

    assert [r.kind for r in balance.rows][-3:] == [RowKind.TOTAL, RowKind.CARRY, RowKind.TOTAL]
    assert [r.kind for r in income.rows] == [RowKind.TOTAL, RowKind.DEPARTMENT, RowKind.UNIT, RowKind.UNIT]
    assert [r.kind for r in spending.rows] == [RowKind.TOTAL, RowKind.ITEM, RowKind.ITEM]
    assert projects.rows[0].kind is RowKind.TOTAL


def test_a_unit_row_without_code_goes_to_the_unit_of_the_same_name(vocabulary: Vocabulary) -> None:
    """The second row of a unit, printed without its code, is a further part of that unit."""
    centre = next(line for line in Sample().text.split("\n") if line.startswith(f"901002\t{CENTRE}"))
    twice = "\n".join((centre, f"\t{CENTRE}\t0.90\t0.90\t0.90\t"))
    document = ingest_text(Sample().text.replace(centre, twice), vocabulary)
    facts = [f for f in facts_in(document, document.tables[1]) if f.coordinate.get("unit") == "901002"]

    total = [f for f in facts if f.quantity and f.source.column == 2]
    assert [f.quantity.number for f in total if f.quantity] == [Decimal("1.20"), Decimal("0.90")]
    assert len({f.coordinate.get("line") for f in total}) == 2


def test_names_torn_by_page_breaks_are_whole_again(vocabulary: Vocabulary) -> None:
    """With or without page breaks the projects are the same, and the repairs are told."""
    torn = by_title(read_sample(Sample(page_breaks=True), vocabulary), "项目支出表")
    plain = by_title(read_sample(Sample(), vocabulary), "项目支出表")

    assert [[c.raw for c in r.cells] for r in torn.rows] == [[c.raw for c in r.cells] for r in plain.rows]
    assert len(torn.repairs) == 4
    assert all("分页" in r for r in torn.repairs)
    assert len(torn.rows[1].lines) == 2


def test_a_project_of_one_name_in_two_units_is_two_projects(sample: Document) -> None:
    """Coordinates tell the projects of two units apart."""
    facts = [
        f
        for f in facts_in(sample, sample.tables[4])
        if f.coordinate.get("project") == "工作经费" and f.source.column == 3
    ]

    assert [(f.coordinate.get("unit"), f.quantity and f.quantity.number) for f in facts] == [
        ("901001", Decimal("12.30")), ("901002", Decimal("1.20")),
    ]  # fmt: skip


def test_the_fund_of_a_column_is_in_the_coordinate(vocabulary: Vocabulary) -> None:
    """Money of the government fund is income of that fund, and paid by it."""
    made = Sample(projects=(Project("桃园水渠工程", Decimal("25.00"), of_fund=True),))
    document = read_sample(made, vocabulary)
    stated = {
        (f.coordinate.measure, f.coordinate.key): f.quantity.number
        for f in document.facts if f.quantity is not None and f.coordinate.get("fund") == "政府性基金"
    }  # fmt: skip

    assert stated["收入", "fund=政府性基金;origin=本年"] == made.fund
    assert stated["支出", "fund=政府性基金;nature=项目支出;origin=本年"] == made.fund


def test_money_in_yuan_is_the_same_money(vocabulary: Vocabulary) -> None:
    """A table in 元 and one in 万元 state the same amounts, each in its own unit."""
    wan, yuan = (read_sample(Sample(unit=u), vocabulary) for u in ("万元", "元"))

    assert {t.unit for t in yuan.tables} == {YUAN}
    assert [f.quantity and f.quantity.base for f in wan.facts] == [f.quantity and f.quantity.base for f in yuan.facts]
    assert not yuan.findings


def test_whose_document_it_is(sample: Document) -> None:
    """Entity, year, region, code and units come from the content, not from the file name."""
    assert (sample.entity, sample.year, sample.entity_code) == (ENTITY, 2024, "901")
    assert sample.region == "云梦市桃源区"
    assert [(u.code, u.name) for u in sample.units] == [("901001", f"{ENTITY}本级"), ("901002", CENTRE)]


def test_a_row_of_budget_and_final_below_the_items_is_header() -> None:
    """However deep the header is, 预算数 and 决算数 are no row of the body."""
    grid = [
        ["财政拨款“三公”经费", "", "", ""],
        ["合计", "", "公务接待费", ""],
        ["", "", "", ""],
        ["预算数", "决算数", "预算数", "决算数"],
        ["0.95", "", "0.95", ""],
    ]
    rows = [LaidRow(list(cells), [n], page=1) for n, cells in enumerate(grid, 1)]

    assert spanned_depth(rows, {(0, 0): (1, 4), (1, 0): (2, 2), (1, 2): (2, 2)})[0] == 4
