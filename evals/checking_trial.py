"""Check documents as published and with one error planted, and say whether the checker noticed.

Caught, leniently: any new error or warning appears. Caught, strictly: one of the new errors or warnings, or a
figure newly judged contradicted, stands at the planted place (its sentence; its row or column of its table) or names
the planted figure.
"""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path

from evals.checking_plants import Plant, candidates, draw, planted
from evals.checking_witness import Witnesses, broken_identities
from evals.reading import corpus_files, read_kept
from evals.seed import seed_path
from service.adapters.vocabulary_files import read_vocabulary
from service.checking.checker import check
from service.checking.material import material_of
from service.domain.check import CheckReport, JudgedFigure, Verdict
from service.domain.document import Document
from service.domain.errors import YoujuError
from service.domain.fact import Source
from service.domain.finding import Finding, Severity
from service.ingestion.blocks import Reading
from service.ingestion.pipeline import ingest

SEED = "hongqi"
#: Documents that errors are planted into: key → file of the corpus, and the file its tables stand in.
DOCUMENTS: dict[str, tuple[str, str]] = {
    "wanli-2024": ("wanli/万里街道-2024年部门预算.pdf", ""),
    "wanli-2025": ("wanli/万里街道-2025年部门预算.pdf", ""),
    "chongqing": ("chongqing-xuanchuan/2026年重庆市委宣传部部门预算.pdf", ""),
    "xian": ("xian-xinfang/2026年西安市信访局部门预算.pdf", ""),
    "changchun": ("changchun-xinfang/2026年长春市信访局部门预算.pdf", ""),
    "jiangsu-renda-2019": (
        "jiangsu-renda/江苏省人大办公厅_江苏省人大常委会2019年度部门预算公开.pdf",
        "jiangsu-renda/江苏省人大办公厅_江苏省人大常委会办公厅2019年部门预算公开表.pdf",
    ),
    "jiangsu-renda-2018": ("jiangsu-renda/江苏省人大办公厅_省人大办公厅2018预算公开.pdf", ""),
    "jiangsu-jianchayuan-2018": ("jiangsu-jianchayuan/江苏省人民检察院_2018年省检察院部门预算公开.pdf", ""),
    "putuo-caizheng": ("putuo-caizheng-2024/上海市普陀区财政局2024年度部门决算.pdf", ""),
    "putuo-sifa": ("putuo-sifa/dept_budget.pdf", ""),
    "wuxi": ("wuxi-tongji/2026年无锡市统计局部门预算.pdf", ""),
    "guangzhou": ("guangzhou-xinfang/信访局_2026年部门预算.pdf", ""),
    "taiyuan": ("taiyuan-fagai/太原市发展和改革委员会2016年决算公开.docx", ""),
    "beijing-shenji": (
        "beijing-shenji/2026年北京市审计局部门预算.pdf",
        "beijing-shenji/审计局_附件2：北京市审计局2026年度部门预算报表.pdf",
    ),
}
#: Files of the corpus whose tables stand in a file of their own.
_ALSO_PAIRED = {
    "beijing-zhengwu/政务服务和数据管理局_2026年部门预算.pdf": (
        "beijing-zhengwu/政务服务和数据管理局_附件2：北京市政务服务和数据管理局2026年度部门预算报表.pdf"
    ),
}
_LOUD = frozenset({Severity.ERROR, Severity.WARNING})


@dataclass(frozen=True, slots=True)
class Place:
    """Where an error stands once it is planted.

    Attributes:
        start: Offset of its sentence in the changed text, -1 for a table.
        end: After it.
        cells: (table, row, column) of changed cells; row and column -1 for a row taken out.
        names: Texts by which a finding names it: the planted figure, or the label of a row taken out.
        gone: Table and index of a row taken out; the rows below it have moved up.
    """

    start: int = -1
    end: int = -1
    cells: tuple[tuple[str, int, int], ...] = ()
    names: tuple[str, ...] = ()
    gone: tuple[str, int] = ("", 0)

    def back_row(self, source: Source) -> int:
        """Return the row of a source in the document as published."""
        table, at = self.gone
        return source.row + 1 if table and source.table == table and source.row >= at else source.row


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of a plant.

    Attributes:
        plant: What was planted, with what contradicts it.
        lenient: Any new error or warning.
        strict: One at the place or naming it, or a figure newly contradicted there.
        noted: Only a note at the place.
        fresh: Codes of the new errors and warnings.
        elsewhere: How many of them are neither at the place nor name it.
        crash: What was raised, "" for nothing.
        untried: For a missed cell, the relations it breaks that are no longer tried on the changed document.
    """

    plant: Plant
    lenient: bool = False
    strict: bool = False
    noted: bool = False
    fresh: tuple[str, ...] = ()
    elsewhere: int = 0
    crash: str = ""
    untried: tuple[str, ...] = ()

    @property
    def is_noticeable(self) -> bool:
        """Whether something in the document contradicts the planted figure."""
        return self.plant.contradicted > 0

    @property
    def is_within_rounding(self) -> bool:
        """Whether the figure is borne out, but the change stays within what the printed decimals allow."""
        return self.plant.witnesses > 0 and not self.plant.contradicted


@dataclass(frozen=True, slots=True)
class Clean:
    """A document as published, checked.

    Attributes:
        key: Key of the document.
        reading: As the reader handed it over.
        document: As ingested.
        tables: Documents handed in for their tables.
        report: What the check says.
        ingest_seconds: Time of ingesting.
        check_seconds: Time of checking beyond that.
    """

    key: str
    reading: Reading
    document: Document
    tables: tuple[Document, ...]
    report: CheckReport
    ingest_seconds: float
    check_seconds: float

    @property
    def witnesses(self) -> Witnesses:
        """What the document says of its own figures."""
        return _witnesses(self.key, self)

    @property
    def loud(self) -> list[Finding]:
        """Its errors and warnings."""
        return [f for f in self.report.findings if f.severity in _LOUD]


_made: dict[str, Witnesses] = {}


def _witnesses(key: str, clean: Clean) -> Witnesses:
    if key not in _made:
        _made[key] = Witnesses(clean.document, tables=clean.tables)
    return _made[key]


def paths(folder: Path | None) -> dict[str, tuple[Path, Path | None]]:
    """Return the files to plant into: the seed, and those of the corpus where there is one."""
    found: dict[str, tuple[Path, Path | None]] = {SEED: (seed_path(), None)}
    for key, (name, tables) in DOCUMENTS.items() if folder else ():
        if folder and (folder / name).is_file():
            found[key] = (folder / name, folder / tables if tables else None)
    return found


def every_path(folder: Path | None) -> dict[str, tuple[Path, Path | None]]:
    """Return every document to look for false alarms in, by folder and file name."""
    found: dict[str, tuple[Path, Path | None]] = {f"{SEED}/{seed_path().name}": (seed_path(), None)}
    paired = _ALSO_PAIRED | {name: tables for name, tables in DOCUMENTS.values() if tables}
    for path in corpus_files(folder) if folder else ():
        name = f"{path.parent.name}/{path.name}"
        if path.parent.name not in {SEED, "templates"} and path.suffix != ".xlsx" and name not in paired.values():
            found[name] = (path, folder / paired[name] if folder and name in paired else None)
    return found


def check_reading(reading: Reading, tables: Sequence[Document] = ()) -> tuple[Document, CheckReport]:
    """Ingest a reading and check it by its own tables and those handed in."""
    document = ingest(reading, read_vocabulary())
    return document, check(material_of(document, tables, (), read_vocabulary()))


@cache
def clean_run(key: str, path: Path, tables: Path | None) -> Clean:
    """Check a document as published; once for each process."""
    reading = read_kept(path)
    by = (ingest(read_kept(tables), read_vocabulary()),) if tables else ()
    begun = time.perf_counter()
    document = ingest(reading, read_vocabulary())
    read = time.perf_counter()
    report = check(material_of(document, by, (), read_vocabulary()))
    return Clean(key, reading, document, by, report, read - begun, time.perf_counter() - read)


def plants_of(clean: Clean, seed: int, count: int, kinds: frozenset[str] = frozenset()) -> list[Plant]:
    """Draw plants for a document; the same for the same document, seed and count."""
    rng = random.Random(f"{seed}:{clean.key}")  # noqa: S311 - drawing samples
    found = candidates(clean.key, clean.reading, clean.witnesses, rng)
    if kinds:
        found = {kind: plants if kind in kinds else [] for kind, plants in found.items()}
    return draw(found, count)


def try_plant(clean: Clean, plant: Plant) -> Trial:
    """Plant an error, check, and compare with the document as published."""
    try:
        document, report = check_reading(planted(clean.reading, plant), clean.tables)
    except YoujuError as error:
        return Trial(plant, crash=f"{error.code}: {error.message}")
    except Exception as error:  # a crash is a result, and the other plants go on
        return Trial(plant, crash=f"{type(error).__name__}: {error}")
    plant, place = located(clean, plant, document)
    fresh = _fresh(clean.report.findings, report.findings, plant, place)
    loud = [f for f in fresh if f.severity in _LOUD]
    there = [f for f in loud if is_there(f, place)]
    figures = _newly_contradicted(clean.report, report, plant)
    strict = bool(there) or any(_overlaps(j.source, place) or _names(j.text, place.names) for j in figures)
    noted = not strict and any(is_there(f, place) for f in fresh)
    untried = () if strict else _untried(clean.document, document, place)
    return Trial(plant, bool(loud), strict, noted, tuple(f.code for f in loud), len(loud) - len(there), untried=untried)


def _fresh(before: Sequence[Finding], after: Sequence[Finding], plant: Plant, place: Place) -> list[Finding]:
    """Return the findings that the document as published does not have, or has without the planted place."""
    seen = Counter(_key(f, None) for f in before)
    places = {(_key(f, None), s.table, s.row, s.column, s.start) for f in before for s in f.sources}
    fresh = []
    for finding in after:
        key = _key(finding, plant, place)
        grown = any(
            _overlaps(s, place) and (key, s.table, place.back_row(s), s.column, _back(s, plant)) not in places
            for s in finding.sources
        )  # fmt: skip
        if seen.get(key, 0):
            seen[key] -= 1
            if not grown:
                continue
        fresh.append(finding)
    return fresh


def _back(source: Source, plant: Plant) -> int:
    return plant.back(source.start) if source.start >= 0 else source.start


def _untried(before: Document, after: Document, place: Place) -> tuple[str, ...]:
    keys = {f"{t}.{r}.{c}" for t, r, c in place.cells}
    tried = {(i.rule, i.left) for i in after.identities}
    return tuple(
        f"{i.rule}：{i.description}" for i in before.identities
        if keys & {*i.left, *i.right} and i.verdict != "failed" and (i.rule, i.left) not in tried
    )  # fmt: skip


def _key(finding: Finding, plant: Plant | None, place: Place | None = None) -> tuple[object, ...]:
    """Return what makes two findings the same: offsets and rows are counted back to the document as published."""
    where: tuple[object, ...] = ()
    if finding.sources:
        s = finding.sources[0]
        row = place.back_row(s) if place else s.row
        where = (s.table, row, s.column, _back(s, plant) if plant else s.start)
    if finding.stated or finding.expected:
        return finding.code, finding.severity, finding.stated, finding.expected, where
    return finding.code, finding.severity, finding.message, where


def _newly_contradicted(before: CheckReport, after: CheckReport, plant: Plant) -> list[JudgedFigure]:
    old = {(j.source.start, j.text, j.expected) for j in before.figures if j.verdict is Verdict.CONTRADICTED}
    return [
        j for j in after.figures
        if j.verdict is Verdict.CONTRADICTED and (plant.back(j.source.start), j.text, j.expected) not in old
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------ the place


def located(clean: Clean, plant: Plant, document: Document) -> tuple[Plant, Place]:
    """Return where the planted error stands, and for a cell what contradicts it."""
    if plant.edits:
        start, end = plant.place
        figure = [plant.after] if _is_figure(plant.after) else []
        return plant, Place(start, end + plant.growth, names=tuple(figure))
    if plant.kind == "row-dropped":
        return _located_row(clean, plant, document)
    deltas: dict[str, Decimal] = {}
    cells = []
    for old, new in zip(clean.document.tables, document.tables, strict=False):
        if len(old.rows) != len(new.rows) or old.columns != new.columns:
            continue
        for r, (was, now) in enumerate(zip(old.rows, new.rows, strict=True)):
            for c, (one, other) in enumerate(zip(was.cells, now.cells, strict=False)):
                if one.raw != other.raw and one.quantity is not None:
                    changed = other.quantity.number if other.quantity else Decimal(0)
                    deltas[f"{old.id}.{r}.{c}"] = changed - one.quantity.number
                    cells.append((old.id, r, c))
    held, broken = broken_identities(clean.document, deltas) if deltas else (0, 0)
    names = tuple(n for n in (plant.after, plant.before if plant.kind == "cells-exchanged" else "") if n)
    return replace(plant, witnesses=held, contradicted=broken), Place(cells=tuple(cells), names=names)


def _located_row(clean: Clean, plant: Plant, document: Document) -> tuple[Plant, Place]:
    edit = plant.cells[0]
    words = [w for w in plant.fragment.split(" | ") if w.strip()]
    names = tuple(w.strip() for w in (plant.before, *words) if len(w.strip()) > 3)
    for old, new in zip(clean.document.tables, document.tables, strict=False):
        if len(old.rows) != len(new.rows) + 1:
            continue
        at = next(
            (i for i, (a, b) in enumerate(zip(old.rows, new.rows, strict=False)) if _raws(a) != _raws(b)), len(new.rows)
        )
        if edit.column >= 0:
            continue
        deltas = {
            f"{old.id}.{at}.{c}": -cell.quantity.number
            for c, cell in enumerate(old.rows[at].cells) if cell.quantity is not None and cell.quantity.number
        }  # fmt: skip
        held, broken = broken_identities(clean.document, deltas) if deltas else (0, 0)
        return replace(plant, witnesses=held, contradicted=broken), Place(cells=((old.id, -1, -1),), names=names, gone=(old.id, at))
    return plant, Place(names=names)


def _raws(row: object) -> list[str]:
    return [c.raw for c in row.cells]  # type: ignore[attr-defined]


def _is_figure(text: str) -> bool:
    return len(text) > 2 and any(c.isdigit() for c in text)


def is_there(finding: Finding, place: Place) -> bool:
    """Whether a finding stands at the place or names what is planted there."""
    texts = (finding.message, finding.stated, finding.expected, finding.working)
    return any(_overlaps(s, place) for s in finding.sources) or any(_names(t, place.names) for t in texts)


def _names(text: str, names: Sequence[str]) -> bool:
    plain = text.replace(",", "")
    return any(re.search(rf"(?<![\d.]){re.escape(n.replace(',', ''))}(?!\d)", plain) for n in names)


def _overlaps(source: Source, place: Place) -> bool:
    if place.start >= 0:
        return not source.table and source.start >= 0 and source.start < place.end and source.end > place.start
    return any(
        source.table == table and (row < 0 or source.row < 0 or source.row == row or source.column == column)
        for table, row, column in place.cells
    )
