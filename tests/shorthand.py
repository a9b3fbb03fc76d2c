"""Short ways to write what tests are about."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from hashlib import sha256

from service.domain.coordinate import Coordinate, Stage
from service.domain.document import (
    BudgetUnit,
    Cell,
    Document,
    GlossaryEntry,
    Identity,
    Indicator,
    Passage,
    PassageKind,
    Row,
    RowKind,
    Table,
)
from service.domain.fact import Authority, CellState, Fact, Proof, Source
from service.domain.finding import Finding, Severity
from service.domain.quantity import WAN_YUAN, Quantity, Unit, unit_of

_BLANKS = {"": CellState.BLANK, "—": CellState.DASH}


def amount(written: str) -> Quantity:
    """Return the quantity in ``12.30 万元``."""
    number, _, symbol = written.replace(",", "").partition(" ")
    return Quantity(Decimal(number), unit_of(symbol))


def a_cell(raw: str, unit: Unit | None = None, proof: Proof = Proof.PROVEN) -> Cell:
    """Return the cell printed *raw*; a figure where it looks like one and *unit* is given."""
    state = _BLANKS.get(raw, CellState.PRINTED)
    if unit is None:
        return Cell(raw, state)
    if state is not CellState.PRINTED:
        return Cell(raw, state, None, Proof.UNPROVEN)
    return Cell(raw, state, Quantity(Decimal(raw.replace(",", "")), unit), proof)


def a_table(
    *rows: str, number: str = "T01", kind: str = "B3", columns: str = "项目|合计", unit: Unit = WAN_YUAN
) -> Table:
    """Return a table whose rows are written ``合计|950.47|—``; the first column is the label."""
    body = tuple(
        Row(
            cells=(a_cell(cells[0]), *(a_cell(raw, unit) for raw in cells[1:])),
            kind=RowKind.TOTAL if cells[0] == "合计" else RowKind.ITEM,
            lines=(line,),
            label=cells[0],
        )
        for line, cells in enumerate((row.split("|") for row in rows), 10)
    )
    names = tuple(columns.split("|"))
    figures = tuple(range(1, len(names)))
    return Table(number, kind, "部门支出总体情况表", "预算03表", unit, names, figures, body)


def a_fact(
    document: str,
    measure: str,
    value: str,
    *,
    entity: str = "新乡市红旗区委员会办公室",
    year: int = 2024,
    place: str = "T01.0.1",
    members: tuple[tuple[str, str], ...] = (),
) -> Fact:
    """Return the fact that *measure* is *value* (``950.47 万元``, "" blank, — dash)."""
    state = _BLANKS.get(value, CellState.PRINTED)
    table, row, column = place.split(".")
    return Fact(
        id=f"{document}/{place}",
        coordinate=Coordinate(entity, year, Stage.BUDGET, measure, members),
        quantity=amount(value) if state is CellState.PRINTED else None,
        state=state,
        authority=Authority.CELL,
        source=Source(
            document, table, "收支总表", int(row), int(column), "合计", "预算数", 12, 1, 3, 9, quote=value
        ),
        label=measure,
        proof=Proof.PROVEN,
    )


def a_passage(document: str, number: int, text: str, kind: PassageKind = PassageKind.NARRATIVE) -> Passage:
    """Return the *number*-th passage of *document*."""
    return Passage(f"{document}/P{number}", kind, "第二部分/说明", text, Source(document, line=number))


def document_id(content: str) -> str:
    """Return the id of a file that holds *content*."""
    return sha256(content.encode()).hexdigest()[:16]


def a_document(
    content: str = "部门预算",
    *,
    name: str = "预算.txt",
    entity: str = "新乡市红旗区委员会办公室",
    year: int = 2024,
    kind: str = "部门",
    passages: Sequence[str] = ("2024年支出预算950.47万元，比上年减少23.04%。", "三公经费是指因公出国费等。"),
    facts: Sequence[Fact] | None = None,
    findings: tuple[Finding, ...] | None = None,
) -> Document:
    """Return a small document with something in every part; its id follows from *content*."""
    own = document_id(content)
    place = Source(own, "T01", "收支总表", 0, 1, "合计", "支出", 10, 1, 0, 6, "950.47")
    return Document(
        id=own,
        sha256=sha256(content.encode()).hexdigest(),
        name=name,
        title=f"{entity}{year}年部门预算",
        entity=entity,
        entity_names=(entity, "区委办"),
        entity_code="002",
        year=year,
        stage=Stage.BUDGET,
        kind=kind,
        region="新乡市红旗区",
        units=(BudgetUnit("002001", "区委办公室本级"),),
        text=content,
        tables=(a_table("合计|950.47", "人员经费|413.20", "公用经费|—", "项目支出|"),),
        facts=(
            a_fact(own, "支出", "950.47 万元", entity=entity, year=year),
            a_fact(own, "支出", "413.20 万元", entity=entity, year=year, place="T01.1.1",
                   members=(("nature", "人员经费"),)),
            a_fact(own, "支出", "—", entity=entity, year=year, place="T01.2.1"),
            a_fact(own, "支出", "", entity=entity, year=year, place="T01.3.1"),
        )
        if facts is None
        else tuple(facts),
        passages=tuple(
            a_passage(own, number, text, PassageKind.GLOSSARY if "是指" in text else PassageKind.NARRATIVE)
            for number, text in enumerate(passages, 1)
        ),
        glossary=(GlossaryEntry("三公经费", "因公出国（境）费等", place),),
        indicators=(
            Indicator("", "", "002", "产出指标", "质量指标", "完成率", "≥", "≥95%", amount("95 %"), "",
                      place),
        ),
        identities=(
            Identity("T01/r0", "row-sum", "合计=人员+公用", ("T01.0.1",), ("T01.1.1", "T01.2.1"), "950.47",
                     "950.47", "exact", "0.015"),
        ),
        findings=(Finding("column-does-not-add-up", Severity.WARNING, "不符", (place,), "950.47", "950.46"),)
        if findings is None
        else findings,
    )  # fmt: skip
