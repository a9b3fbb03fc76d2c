"""Compare the tables and the stated figures read from the seed with the truth read by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from evals.seed import seed_document, seed_truth
from service.domain.document import Document, Table
from service.domain.fact import Authority, Fact, Proof

#: A remark that whoever labelled the tables added to two column names; it is not printed.
_REMARK = "（功能分类·类）"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Something read otherwise than printed.

    Attributes:
        where: ``T03.0.5`` or ``N05``.
        expected: As printed.
        found: As read, "" where nothing was read.
        what: 单元格, 列名, 行数, 行号, 数值 or 文中数字.
    """

    where: str
    expected: str
    found: str
    what: str


@dataclass(frozen=True, slots=True)
class TableReport:
    """How many were compared and what was wrong.

    Attributes:
        tables: Tables compared.
        cells: Cells compared, blank ones too.
        figures: Of these, cells that hold a figure.
        proven: Of these, the ones an identity vouches for.
        narrative: Stated figures compared.
        mismatches: Everything read otherwise.
    """

    tables: int
    cells: int
    figures: int
    proven: int
    narrative: int
    mismatches: tuple[Mismatch, ...]


def compare(document: Document, truth: dict[str, Any]) -> TableReport:
    """Compare every cell, header path and row, and every stated figure."""
    by_id = {table.id: table for table in document.tables}
    mismatches: list[Mismatch] = []
    cells = 0
    for expected in truth["tables"]:
        table = by_id.get(expected["id"])
        if table is None:
            mismatches.append(Mismatch(expected["id"], expected["title"], "", "表"))
            continue
        cells += sum(len(row["cells"]) for row in expected["rows"])
        mismatches += _compare_table(table, expected, document.text.split("\n"))
    mismatches += (Mismatch(t, "", by_id[t].title, "表") for t in by_id.keys() - {e["id"] for e in truth["tables"]})
    stated = [f for f in document.facts if f.authority is Authority.SENTENCE]
    mismatches += (m for n in truth["narrative_facts"] if (m := _compare_stated(n, stated)))
    figures = [c for t in document.tables for r in t.rows for c in r.cells if c.quantity is not None]
    return TableReport(
        tables=len(truth["tables"]),
        cells=cells,
        figures=len(figures),
        proven=sum(c.proof is Proof.PROVEN for c in figures),
        narrative=len(truth["narrative_facts"]),
        mismatches=tuple(mismatches),
    )


def _compare_table(table: Table, expected: dict[str, Any], lines: list[str]) -> Iterator[Mismatch]:
    columns = tuple(name.removesuffix(_REMARK) for name in expected["columns"])
    if table.columns != columns:
        for index in range(max(len(columns), len(table.columns))):
            want, got = _at(columns, index), _at(table.columns, index)
            if want != got:
                yield Mismatch(f"{table.id}.列{index}", want, got, "列名")
    if len(table.rows) != len(expected["rows"]):
        yield Mismatch(table.id, str(len(expected["rows"])), str(len(table.rows)), "行数")
    for number, (row, truth) in enumerate(zip(table.rows, expected["rows"], strict=False)):
        printed_on = [line for line in truth["src_lines"] if lines[line - 1].strip()]
        if printed_on != list(row.lines):
            yield Mismatch(f"{table.id}.{number}", str(printed_on), str(list(row.lines)), "行号")
        got_cells = [cell.raw for cell in row.cells]
        for index in range(max(len(truth["cells"]), len(got_cells))):
            want, got = _at(truth["cells"], index), _at(got_cells, index)
            where = f"{table.id}.{number}.{index}"
            if want != got:
                yield Mismatch(where, want, got, "单元格")
            elif index in table.figure_columns and _is_number(want):
                quantity = row.cells[index].quantity
                if quantity is None or quantity.number != Decimal(want):
                    yield Mismatch(where, want, str(quantity and quantity.number), "数值")


def _at(values: Any, index: int) -> str:
    return str(values[index]) if index < len(values) else ""


def _is_number(raw: str) -> bool:
    return raw.replace(".", "", 1).isdigit()


def _compare_stated(truth: dict[str, Any], stated: list[Fact]) -> Mismatch | None:
    """Find a stated figure at its very offsets; a decrease is read as a negative change, so sign aside."""
    wanted = f"{truth['value']} {truth['unit']}"
    at = [f for f in stated if (f.source.start, f.source.end) == (truth["start"], truth["end"])]
    for fact in at:
        quantity = fact.quantity
        if quantity and abs(quantity.number) == Decimal(truth["value"]) and quantity.unit.symbol == truth["unit"]:
            return None
    found = "；".join(f"{f.quantity.number} {f.quantity.unit.symbol}" for f in at if f.quantity)
    return Mismatch(f"{truth['id']} {truth['metric']}", wanted, found, "文中数字")


def render(report: TableReport) -> str:
    """Write the report for people."""
    wrong_cells = sum(m.what in {"单元格", "数值"} for m in report.mismatches)
    wrong_stated = sum(m.what == "文中数字" for m in report.mismatches)
    lines = [
        "# 表格与文中数字读取",
        "",
        "| 项目 | 正确 | 共 |",
        "|---|---:|---:|",
        f"| 单元格（含空白） | {report.cells - wrong_cells} | {report.cells} |",
        f"| 文中数字 | {report.narrative - wrong_stated} | {report.narrative} |",
        f"| 有数的格由勾稽证实 | {report.proven} | {report.figures} |",
        "",
    ]
    if report.mismatches:
        lines += ["| 位置 | 类别 | 应为 | 读成 |", "|---|---|---|---|"]
        lines += [f"| {m.where} | {m.what} | {m.expected} | {m.found} |" for m in report.mismatches]
    else:
        lines.append("全部一致。")
    return "\n".join(lines) + "\n"


def measure() -> tuple[str, dict[str, int], bool]:
    """Compare the seed as the service reads it.

    Returns:
        (report, counts of which more is better, whether nothing was read otherwise).
    """
    report = compare(seed_document(), seed_truth())
    counts = {
        "right": report.cells + report.narrative - len(report.mismatches),
        "proven": report.proven,
    }
    return render(report), counts, not report.mismatches
