"""The seed document is read cell by cell and figure by figure as a person read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from service.domain.coordinate import Aspect, Coordinate
from service.domain.document import Document, RowKind
from service.domain.fact import Authority, CellState, Fact, Proof

#: A remark that whoever labelled the tables added to two column names; it is not printed.
REMARK = "（功能分类·类）"
TABLES = [f"T{number:02}" for number in range(1, 13)]
ENTITY = "新乡市红旗区委员会办公室"


def is_number(raw: str) -> bool:
    """Whether a cell shows digits with at most one point."""
    return raw.replace(".", "", 1).isdigit()


def at(seed: Document, measure: str, year: int = 2024, aspect: Aspect = Aspect.LEVEL, **members: str) -> list[Fact]:
    """Return the facts at a coordinate."""
    key = Coordinate(ENTITY, year, seed.stage, measure).having(**members).key
    return [
        f for f in seed.facts
        if (f.coordinate.measure, f.coordinate.year, f.coordinate.aspect, f.coordinate.key) == (measure, year, aspect, key)
    ]  # fmt: skip


@pytest.mark.parametrize("table_id", TABLES)
def test_every_cell_is_as_printed(table_id: str, seed: Document, seed_truth: Mapping[str, Any]) -> None:
    """Header paths, rows and cells of a table equal the truth, blank cells included; figures have their value."""
    truth = next(t for t in seed_truth["tables"] if t["id"] == table_id)
    table = next(t for t in seed.tables if t.id == table_id)

    assert table.columns == tuple(c.removesuffix(REMARK) for c in truth["columns"])
    assert [[c.raw for c in r.cells] for r in table.rows] == [r["cells"] for r in truth["rows"]]
    for row in table.rows:
        for index in table.figure_columns:
            cell = row.cells[index]
            if is_number(cell.raw):
                assert cell.quantity is not None
                assert cell.quantity.number == Decimal(cell.raw)
            elif not cell.raw:
                assert (cell.state, cell.quantity) == (CellState.BLANK, None)


@pytest.mark.parametrize("table_id", TABLES)
def test_every_row_is_of_its_kind_and_line(table_id: str, seed: Document, seed_truth: Mapping[str, Any]) -> None:
    """Each row comes from the lines it is printed on."""
    truth = next(t for t in seed_truth["tables"] if t["id"] == table_id)
    table = next(t for t in seed.tables if t.id == table_id)
    printed = seed.text.split("\n")

    for row, expected in zip(table.rows, truth["rows"], strict=True):
        assert list(row.lines) == [n for n in expected["src_lines"] if printed[n - 1].strip()]
        assert isinstance(row.kind, RowKind)


def test_every_stated_figure_is_read(seed: Document, seed_truth: Mapping[str, Any]) -> None:
    """60 of 60 figures of the text stand at their offsets, with value and unit."""
    stated = {(f.source.start, f.source.end): f for f in seed.facts if f.authority is Authority.SENTENCE}
    expected = seed_truth["narrative_facts"]

    assert len(expected) == 60
    for figure in expected:
        fact = stated[figure["start"], figure["end"]]
        assert fact.quantity is not None
        assert abs(fact.quantity.number) == Decimal(figure["value"]), figure["metric"]
        assert fact.quantity.unit.symbol == figure["unit"], figure["metric"]
        assert seed.text[fact.source.start : fact.source.end] == figure["text"]


def test_offsets_of_stated_facts_slice_to_their_figures(seed: Document) -> None:
    """Every fact of the text points at characters that say it."""
    for fact in seed.facts:
        if fact.authority is Authority.SENTENCE:
            printed = seed.text[fact.source.start : fact.source.end].replace(" ", "")
            assert printed == fact.source.row_label
            assert printed in fact.source.quote
            assert seed.text.count("\n", 0, fact.source.start) + 1 == fact.source.line


def test_every_figure_is_proven(seed: Document) -> None:
    """330 of 330 numeric cells take part in an identity that holds; none fails."""
    cells = [c for t in seed.tables for r in t.rows for c in r.cells if c.quantity is not None]

    assert len(cells) == 330
    assert {c.proof for c in cells} == {Proof.PROVEN}
    assert Counter(i.verdict for i in seed.identities).keys() == {"exact", "rounding"}


def test_the_year_before_is_derived(seed: Document) -> None:
    """2023 follows from the level and the stated change, with a formula and both facts."""
    income, spending, cars = (
        at(seed, "收入", 2023), at(seed, "支出", 2023), at(seed, "三公经费", 2023),
    )  # fmt: skip

    for found, number, formula in (
        (income, "1235.00", "950.47万元 + 284.53万元"),
        (spending, "1235.00", "950.47万元 + 284.53万元"),
        (cars, "5.10", "5.50万元 - 0.4万元"),
    ):
        (fact,) = found
        assert fact.authority is Authority.DERIVED
        assert (str(fact.quantity and fact.quantity.number), fact.formula) == (number, formula)
        assert len(fact.derived_from) == 2


def test_nothing_is_derived_where_the_text_states_it(seed: Document) -> None:
    """均为0 states both years, so the year before is stated, not derived."""
    (fact,) = at(seed, "三公经费", 2023, item="公务接待费")

    assert fact.authority is Authority.SENTENCE


def test_terms_are_explained(seed: Document) -> None:
    """The ten terms of the glossary are there, in order, each at its own place."""
    terms = [entry.term for entry in seed.glossary]

    assert terms[:8] == [
        "财政拨款收入", "财政专户管理资金", "事业收入", "事业单位经营收入", "其他收入", "用事业基金弥补收支差额",
        "基本支出", "项目支出",
    ]  # fmt: skip
    assert len(terms) >= 10
    assert all(entry.text.startswith("是指") for entry in seed.glossary[:10])


def test_a_term_torn_by_a_page_break_is_whole(seed: Document) -> None:
    """The explanation of 三公经费 goes on after the break."""
    entry = next(e for e in seed.glossary if "三公" in e.term)

    assert "部门使用财政拨款安排的因公出国（境）费" in entry.text


def test_indicators_have_comparator_value_and_unit(seed: Document) -> None:
    """28 indicators of the whole department and 88 of the projects are read."""
    by_name = {(i.project, i.unit_code, i.name): i for i in seed.indicators}
    rate = by_name["", "", "预算调整率"]
    cost = by_name["移动办公系统专项经费", "008001", "全年费用"]
    boxes = by_name["信创工程", "008001", "替换非涉密电脑台数"]
    words = by_name["", "", "决算真实性"]

    assert Counter(bool(i.project) for i in seed.indicators) == {False: 28, True: 88}
    for indicator, comparator, number, unit in (
        (rate, "≤", 20, "%"), (cost, "≤", 900000, "元"), (boxes, "≥", 440, "台"),
    ):  # fmt: skip
        assert indicator.quantity is not None
        assert (indicator.comparator, indicator.quantity.unit.symbol) == (comparator, unit)
        assert indicator.quantity.number == number
    assert (words.comparator, words.quantity, words.target) == ("", None, "真实")


def test_an_indicator_torn_by_a_page_break_is_whole(seed: Document) -> None:
    """Names and targets torn by page breaks are joined."""
    names = {(i.project, i.name): i.target for i in seed.indicators}

    assert names["区委区政府督查委员会工作经费", "办公信息运转率"] == "≥98%"
    assert names["机要局工作经费", "工作完成时间"] == "2024年12月31日前"
    assert names["档案数字化专项经费", "数字化档案扫描次数"] == "≥50次"


def test_the_shifted_headers_are_put_back(seed: Document) -> None:
    """The spending tables are mended, and say so."""
    for table_id in ("T03", "T05"):
        table = next(t for t in seed.tables if t.id == table_id)
        assert table.columns[7] == "基本支出/人员经费/工资福利支出"
        assert any(r.startswith("表头") for r in table.repairs)


@pytest.mark.parametrize(
    ("code", "pieces"),
    [
        ("level-mismatch", ("市级财政", "2处", "区级")),
        ("garbled-words", ("支收入出", "收入支出")),
        ("stale-date", ("移动办公系统专项经费", "2023年12月31日前")),
        ("ceilings-conflict", ("≤900000元", "≤16万元")),
        ("ceiling-above-budget", ("90万元", "14.26万元")),
        ("reason-contradicts-figures", ("公务接待", "持平")),
    ],
)
def test_what_a_careful_reader_would_stop_at(code: str, pieces: tuple[str, ...], seed: Document) -> None:
    """The oddities of the seed are found, each with its place; none is an error."""
    messages = [f.message for f in seed.findings if f.code == code]

    assert any(all(piece in message for piece in pieces) for message in messages)
    assert all(f.sources for f in seed.findings)
    assert {f.severity.value for f in seed.findings} <= {"warning", "note"}


def test_whose_document_the_seed_is(seed: Document) -> None:
    """Department, year, code and both units."""
    assert (seed.entity, seed.year, seed.entity_code) == (ENTITY, 2024, "008")
    assert [u.code for u in seed.units] == ["008001", "008002"]
    assert (seed.kind, seed.region) == ("部门汇总", "新乡市红旗区")


def test_every_passage_points_at_its_text(seed: Document) -> None:
    """Passages of running text slice to themselves, layout spaces aside."""
    passages = [p for p in seed.passages if p.source.start >= 0 and not p.source.table]

    assert len(passages) > 50
    for passage in passages:
        printed = "".join(seed.text[passage.source.start : passage.source.end].split())
        assert printed == "".join(passage.source.quote.split())
