"""Compare what is read of real documents with truth that others extracted: cell by cell, exactly.

The truth stands beside the documents in the corpus: 18 tables and 458 line items of 万里街道, the main figures
of two departments of 江苏, one document in two formats, and the headers of the official templates.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from evals.reading import read_document, read_kept
from service.adapters.vocabulary_files import read_vocabulary
from service.domain.document import Document, Row, Table
from service.domain.errors import YoujuError
from service.domain.fact import Authority, Fact
from service.ingestion.captions import split_grids
from service.ingestion.joining import join_pages
from service.ingestion.tables import build_table

_HEADERS = Path(__file__).parent.parent / "tests" / "integration" / "data" / "template_headers.json"
_VALUES = {
    "total": "合计", "fiscal": "财政拨款收入", "business": "事业收入", "operation": "事业单位经营收入", "other": "其他收入",
    "basic": "基本支出", "project": "项目支出", "personnel": "人员经费", "public": "公用经费",
}  # fmt: skip
_CODE_COLUMNS = ("类", "款", "项")
_WANLI = "wanli/万里街道-{}年部门预算.pdf"


@dataclass(slots=True)
class Comparison:
    """How much of a truth is met.

    Attributes:
        name: What is compared.
        right: How many are equal.
        total: How many there are.
        differences: One line per difference: where, expected, read.
    """

    name: str
    right: int = 0
    total: int = 0
    differences: list[str] = field(default_factory=list)

    def judge(self, where: str, expected: object, read: object) -> None:
        """Count one comparison."""
        self.total += 1
        if expected == read:
            self.right += 1
        else:
            self.differences.append(f"{where}：应为{expected}，读成{read}")


def compare_all(folder: Path) -> list[Comparison]:
    """Run every comparison; one that fails to read its documents says so and counts as nothing right."""
    runs: tuple[Callable[[Path], list[Comparison]], ...] = (
        compare_tables, compare_line_items, compare_main_figures, compare_formats, compare_headers,
    )  # fmt: skip
    out: list[Comparison] = []
    for run in runs:
        try:
            out += run(folder)
        except (YoujuError, OSError) as error:
            out.append(Comparison(run.__name__, 0, 1, [str(error)]))
    return out


def squeezed(text: object) -> str:
    """Return a text without white space, with half-width brackets and colons."""
    return re.sub(r"\s", "", str(text)).translate(str.maketrans("（）：，", "():,"))


def _number(text: str) -> Decimal | None:
    plain = text.replace(",", "")
    return Decimal(plain) if re.fullmatch(r"-?\d+(\.\d+)?", plain) else None


def _table(document: Document, title: str) -> Table | None:
    wanted = squeezed(title)
    found = [t for t in document.tables if squeezed(t.title) == wanted]
    return max(found, key=lambda t: len(t.rows), default=None)


# ------------------------------------------------------------------------------- 18 tables


def compare_tables(folder: Path) -> list[Comparison]:
    """Compare every cell of the 18 tables of 万里街道, blank cells left out: the truth lost their places."""
    truth = json.loads((folder / "wanli" / "org_dept_table_data.json").read_text(encoding="utf-8"))
    documents = {year: read_document(folder / _WANLI.format(year))[1] for year in sorted({t["year"] for t in truth})}
    out = []
    for expected in sorted(truth, key=lambda t: (t["year"], t["page_numbers"])):
        made = Comparison(f"万里街道{expected['year']} {expected['table_title']}")
        body = _body(expected["data_json"])
        header = [_filled(r) for r in expected["data_json"][: len(expected["data_json"]) - len(body)]]
        rows = [r for r in map(_filled, body) if r not in header]  # a header printed again on the next page
        table = _table(documents[expected["year"]], expected["table_title"])
        read = [_filled([c.raw for c in r.cells]) for r in table.rows] if table else []
        if not any(r[0] == "合计" for r in rows):  # the truth of three tables lacks the printed 合计
            read = [r for r in read if r[:1] != ["合计"]]
        _compare_rows(made, rows, [r for r in read if r])
        out.append(made)
    return out


def _body(rows: Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
    """Return the rows below the header, which ends above the first amount, three-digit code or lone 合计."""
    for index, row in enumerate(rows):
        filled = _filled(row)
        if any(_number(c) is not None for c in filled) or (filled == ["合计"] and index):
            return rows[index:]
    return rows


def _filled(row: Sequence[str]) -> list[str]:
    return [squeezed(c) for c in row if squeezed(c)]


def _compare_rows(made: Comparison, expected: Sequence[list[str]], read: Sequence[list[str]]) -> None:
    matcher = SequenceMatcher(None, [_row_key(r) for r in expected], [_row_key(r) for r in read], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        for k in range(max(i2 - i1, j2 - j1)):
            want = expected[i1 + k] if i1 + k < i2 else []
            got = read[j1 + k] if j1 + k < j2 else []
            if tag == "equal" and len(want) == len(got):
                made.right += len(want)
                made.total += len(want)
                continue
            if not want or not got:
                made.total += len(want or got)
                what = "没有读到" if want else "多读了一行"
                made.differences.append(f"第{(i1 if want else j1) + k + 1}行{what}：{' '.join(want or got)}")
                continue
            for n in range(max(len(want), len(got))):
                one, other = (side[n] if n < len(side) else "" for side in (want, got))
                where = f"第{i1 + k + 1}行第{n + 1}个（{' '.join(want or got)[:30]}）"
                made.judge(where, _row_key([one]), _row_key([other]))


def _row_key(row: Sequence[str]) -> tuple[object, ...]:
    """Compare figures as numbers: 05 and 5, 1,000 and 1000 are one."""
    return tuple(n if (n := _number(c)) is not None else c for c in row)


# ------------------------------------------------------------------------------- 458 line items


def compare_line_items(folder: Path) -> list[Comparison]:
    """Compare every figure of the line items with the cell under the named column of the coded row."""
    truth = json.loads((folder / "wanli" / "org_dept_line_items.json").read_text(encoding="utf-8"))
    titles = {
        (t["year"], t["table_key"]): t["table_title"]
        for t in json.loads((folder / "wanli" / "org_dept_table_data.json").read_text(encoding="utf-8"))
    }
    out = []
    for year in sorted({t["year"] for t in truth}):
        document = read_document(folder / _WANLI.format(year))[1]
        for key in sorted({t["table_key"] for t in truth}):
            made = Comparison(f"万里街道{year}科目行 {titles[year, key]}")
            table = _table(document, titles[year, key])
            rows = _coded_rows(table) if table else {}
            for item in (t for t in truth if (t["year"], t["table_key"]) == (year, key)):
                code = "".join(str(item[k] or "").zfill(2) if item[k] else "" for k in _CODES)
                row = rows.get(code)
                made.judge(f"{code} 科目名称", squeezed(item["item_name"]), _name_of(row, item["item_name"]))
                for name, value in item["values_json"].items():
                    made.judge(f"{code} {_VALUES[name]}", Decimal(str(value)), _value_at(table, row, _VALUES[name]))
            out.append(made)
    return out


_CODES = ("class_code", "type_code", "item_code")


def _coded_rows(table: Table) -> dict[str, Row]:
    columns = [i for i, path in enumerate(table.columns) if path.split("/")[-1] in _CODE_COLUMNS or "编码" in path]
    out: dict[str, Row] = {}
    for row in table.rows:
        parts = [row.cells[i].raw for i in columns if row.cells[i].raw.isdigit()]
        code = "".join(p.zfill(2) for p in parts)
        if code:
            out.setdefault(code, row)
    return out


def _name_of(row: Row | None, name: str) -> str:
    """Return the name where a cell of the row is it, else what the row's cells say."""
    if row is None:
        return "没有这一行"
    texts = [squeezed(c.raw) for c in row.cells]
    return squeezed(name) if squeezed(name) in texts else " ".join(t for t in texts if t and _number(t) is None)


def _value_at(table: Table | None, row: Row | None, label: str) -> Decimal | str:
    if table is None or row is None:
        return "没有这一行"
    at = [i for i in table.figure_columns if squeezed(table.columns[i]).split("/")[-1] == label]
    if len(at) != 1:
        return f"列“{label}”有{len(at)}个"
    quantity = row.cells[at[0]].quantity
    return quantity.number if quantity is not None else f"没有数（{row.cells[at[0]].raw}）"


# ------------------------------------------------------------------------------- 江苏


def compare_main_figures(folder: Path) -> list[Comparison]:
    """Compare the main figures of three years with the cells of 收支预算总表 and with the facts."""
    out = []
    for name in ("jiangsu-renda", "jiangsu-jianchayuan"):
        [file] = (folder / name).glob("*.csv")
        with file.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        for row in sorted(rows, key=lambda r: r[""]):
            year = row[""][:4]
            cells, facts = Comparison(f"{name} {year} 收支预算总表的格"), Comparison(f"{name} {year} 口径")
            documents = [d for d in _documents(folder / name) if str(d.year) == year]
            for label, value in row.items():
                if not label or not value:
                    continue
                cells.judge(label, Decimal(value), _labelled(documents, label, Decimal(value)))
                facts.judge(label, Decimal(value), _fact_value(documents, label, Decimal(value)))
            out += [cells, facts]
    return out


def _documents(folder: Path) -> Iterator[Document]:
    for path in sorted(folder.glob("*.pdf")):
        yield read_document(path)[1]


def _labelled(documents: Sequence[Document], label: str, wanted: Decimal) -> object:
    """Return the figure right of a label in 收支预算总表; the wanted one where the label stands twice."""
    found: list[Decimal] = []
    for document in documents:
        for table in (t for t in document.tables if "收支" in t.title and "财政拨款收支" not in t.title):
            for row in table.rows:
                for index, cell in enumerate(row.cells):
                    if _bare(cell.raw) != label:
                        continue
                    right = next((c.quantity for c in row.cells[index + 1 :] if c.quantity or _bare(c.raw)), None)
                    found += [right.number] if right is not None else []
    return wanted if wanted in found else found


def _bare(text: str) -> str:
    return re.sub(r"^[（(]?[一二三四五六七八九十\d]+[、.)）]\s*", "", squeezed(text))


def _fact_value(documents: Sequence[Document], label: str, wanted: Decimal) -> object:
    """Return the figure of a fact whose label or row label has this name."""
    facts: list[Fact] = [
        f for d in documents for f in d.facts
        if f.authority is Authority.CELL and f.quantity is not None and str(f.coordinate.year) == str(d.year)
        and "收支" in f.source.table_title and "财政拨款收支" not in f.source.table_title
        and label in {_bare(f.label), *(_bare(p) for p in f.source.row_label.split())}
    ]  # fmt: skip
    found = [f.quantity.number for f in facts if f.quantity is not None]
    return wanted if wanted in found else found[:6]


# ------------------------------------------------------------------------------- formats, headers


def compare_formats(folder: Path) -> list[Comparison]:
    """Compare the tables and figures of one document in two formats."""
    made = Comparison("taiyuan-fagai DOC与DOCX")
    [old], [new] = (list((folder / "taiyuan-fagai").glob(p)) for p in ("*.doc", "*.docx"))
    one, other = (read_document(p)[1] for p in (old, new))
    made.judge("表数", len(other.tables), len(one.tables))
    for left, right in zip(other.tables, one.tables, strict=False):
        made.judge(f"{left.id}列名", left.columns, right.columns)
        made.judge(f"{left.id}行数", len(left.rows), len(right.rows))
        for n, (row, also) in enumerate(zip(left.rows, right.rows, strict=False)):
            for c, (cell, twin) in enumerate(zip(row.cells, also.cells, strict=False)):
                made.judge(f"{left.id}.{n}.{c}", (cell.raw, cell.quantity), (twin.raw, twin.quantity))
    facts = [{(f.coordinate, f.quantity) for f in d.facts} for d in (other, one)]
    made.judge("口径和数", len(facts[0]), len(facts[0] & facts[1]))
    return [made]


def compare_headers(folder: Path) -> list[Comparison]:
    """Compare the header paths of the official templates, sheet by sheet; as documents the empty forms are refused."""
    expected: Mapping[str, Any] = json.loads(_HEADERS.read_text(encoding="utf-8"))
    vocabulary = read_vocabulary()
    out = []
    for kind, sheets in expected.items():
        made = Comparison(f"templates {kind} 表头")
        reading = read_kept(folder / "templates" / f"{kind}_budget_template.xlsx")
        captioned, _ = split_grids(replace(reading, blocks=join_pages(reading.blocks)))
        built = [build_table(c.grid, c.caption, "T", vocabulary) for c in captioned]
        tables = [b.table for b in built if any(b.table.columns)]
        made.judge("表数", len(sheets), len(tables))
        for sheet, table in zip(sheets, tables, strict=False):
            want, got = ([squeezed(p) for p in paths] for paths in (sheet["paths"], table.columns))
            made.judge(sheet["sheet"], want, got)
        out.append(made)
    return out
