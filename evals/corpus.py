"""Read every real document and say what of its figures is read, proven, contradicted or lost.

``python -m evals.corpus [--doc NAME] [--contradicted] [--unproven] [--unknown] [--lost] [--truth] [--fresh]``

The documents stand outside the project, in the folder that ``YOUJU_REAL_CORPUS`` names. The report holds
names, counts and figures, no text of the documents.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from evals.hand import recheck
from evals.printed import Printed, amount, printed_amounts
from evals.reading import ROOT, corpus_files, read_document
from evals.truth import Comparison, compare_all
from service.domain.document import Document
from service.domain.errors import YoujuError
from service.domain.fact import Authority, Proof
from service.ingestion.blocks import Grid, Reading

REPORT = ROOT / "evals" / "reports" / "corpus.md"
JUDGED = ROOT / "evals" / "cases" / "contradicted.csv"
_WORKERS = 2
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class CellNote:
    """A figure somebody should look at.

    Attributes:
        table: Id and title of its table.
        page: 1-based, 0 where none.
        row: What names its row.
        column: Header path.
        raw: As printed.
        why: Failed identities, or "".
    """

    table: str
    page: int
    row: str
    column: str
    raw: str
    why: str = ""


@dataclass(slots=True)
class Measured:
    """What became of one file.

    Attributes:
        folder: Folder of the corpus.
        name: File name.
        seconds: Time of reading and of the rest.
        refusal: Why it was refused, or "".
        identity: Entity, year, stage, kind as read.
        pages: 0 where none.
        by_ocr: Pages recognised from an image.
        known: Tables of a kind the catalogue knows.
        unknown: Titles of the others, with their figures.
        proofs: Figures of table cells by proof.
        silent: Figures in cells that became no fact.
        nameless: Figures under a column without a header.
        narrative: Figures read from sentences.
        findings: By code.
        printed: Amounts counted on the file itself, None where no independent means is at hand.
        lost: Those that no figure of a table answers for.
        invented: Figures of tables that the count on the file does not have.
        grid_lost: Cells of the reader's grids that look like amounts and became no figure.
        contradicted: Each contradicted figure.
        unproven: Each unproven figure.
    """

    folder: str
    name: str
    seconds: float = 0.0
    refusal: str = ""
    identity: tuple[str, str, str, str] = ("", "", "", "")
    pages: int = 0
    by_ocr: int = 0
    known: int = 0
    unknown: list[str] = field(default_factory=list)
    proofs: Counter[str] = field(default_factory=Counter)
    silent: int = 0
    nameless: int = 0
    narrative: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    printed: int | None = None
    lost: list[Printed] = field(default_factory=list)
    invented: list[CellNote] = field(default_factory=list)
    grid_lost: list[Printed] = field(default_factory=list)
    contradicted: list[CellNote] = field(default_factory=list)
    unproven: list[CellNote] = field(default_factory=list)

    @property
    def figures(self) -> int:
        """Count the cells that became figures."""
        return sum(self.proofs.values())

    @property
    def proven_share(self) -> Decimal | None:
        """Return the percentage of proven figures among all there are, the lost ones too; None without any."""
        whole = self.figures + max(len(self.lost), len(self.grid_lost))
        return Decimal(100 * self.proofs[Proof.PROVEN.value]) / whole if whole else None


# ----------------------------------------------------------------------------------------------- measuring


def measure_file(path: Path, is_fresh: bool = False) -> Measured:
    """Read one file and count."""
    measured = Measured(path.parent.name, path.name)
    begun = time.perf_counter()
    try:
        reading, document = read_document(path, is_fresh=is_fresh)
    except YoujuError as error:
        measured.refusal = f"{error.code}: {error.message}"
        return measured
    except Exception as error:  # a crash is a result too, and the other files go on
        measured.refusal = f"CRASH {type(error).__name__}: {error}"
        return measured
    measured.seconds = time.perf_counter() - begun
    measured.identity = (document.entity, str(document.year), document.stage.value, document.kind)
    measured.pages = reading.pages
    measured.by_ocr = len(reading.ocr_pages)
    measured.narrative = sum(f.authority is Authority.SENTENCE for f in document.facts)
    measured.findings = Counter(f.code for f in document.findings)
    for remark in reading.remarks:
        measured.findings[remark.code] = max(measured.findings[remark.code], 1)
    _count_figures(measured, document)
    _count_lost(measured, document, reading, path)
    return measured


def _count_figures(measured: Measured, document: Document) -> None:
    failed: dict[str, list[str]] = defaultdict(list)
    for identity in document.identities:
        if identity.verdict == "failed":
            said = f"[{identity.rule}] {identity.description}：{identity.left_value} ≠ {identity.right_value}"
            for key in (*identity.left, *identity.right):
                failed[key].append(said)
    with_fact = {(f.source.table, f.source.row, f.source.column) for f in document.facts if f.source.table}
    for table in document.tables:
        figures = 0
        for r, row in enumerate(table.rows):
            for c, cell in enumerate(row.cells):
                if cell.quantity is None:
                    continue
                figures += 1
                proof = cell.proof or Proof.UNPROVEN
                measured.proofs[proof.value] += 1
                measured.silent += (table.id, r, c) not in with_fact
                measured.nameless += not table.columns[c]
                if proof is Proof.PROVEN:
                    continue
                why = "；".join(failed[f"{table.id}.{r}.{c}"])
                note = CellNote(
                    f"{table.id} {table.title}", row.page or table.page, row.label, table.columns[c], cell.raw, why
                )
                (measured.contradicted if proof is Proof.CONTRADICTED else measured.unproven).append(note)
        if table.kind:
            measured.known += 1
        else:
            measured.unknown.append(f"{table.id} {table.title}（第{table.page}页，{figures}个数）")


def _count_lost(measured: Measured, document: Document, reading: Reading, path: Path) -> None:
    printed = printed_amounts(path)
    has_pages = bool(printed) and any(p.page for p in printed or ())
    figures: dict[int, Counter[Decimal]] = defaultdict(Counter)
    notes: dict[tuple[int, Decimal], CellNote] = {}
    for note, number in _figures_of(document):
        page = note.page if has_pages else 0
        figures[page][number] += 1
        notes.setdefault((page, number), note)
    for indicator in document.indicators:  # targets are read, as indicators
        if indicator.quantity is not None:
            figures[indicator.source.page if has_pages else 0][indicator.quantity.number] += 1
    in_grids: dict[int, Counter[Decimal]] = defaultdict(Counter)
    for page, value in _amounts_in_grids(reading):
        in_grids[page if has_pages else 0][value] += 1
    for (page, value), count in sorted(_without(in_grids, figures).items()):
        measured.grid_lost += [Printed(value, page, "")] * count
    if printed is None:
        return
    measured.printed = len(printed)
    on_pages: dict[int, Counter[Decimal]] = defaultdict(Counter)
    for each in printed:
        on_pages[each.page][each.value] += 1
    missing = _without(on_pages, figures)
    for each in printed:
        if missing[each.page, each.value]:
            missing[each.page, each.value] -= 1
            measured.lost.append(each)
    for at, count in _without(figures, on_pages).items():
        if at in notes and amount(notes[at].raw) is not None:
            measured.invented += [notes[at]] * count


def _figures_of(document: Document) -> Iterator[tuple[CellNote, Decimal]]:
    for table in document.tables:
        for row in table.rows:
            for c, cell in enumerate(row.cells):
                if cell.quantity is not None:
                    place = (f"{table.id} {table.title}", row.page or table.page, row.label, table.columns[c], cell.raw)
                    yield CellNote(*place), cell.quantity.number


def _amounts_in_grids(reading: Reading) -> Iterator[tuple[int, Decimal]]:
    for block in reading.blocks:
        if isinstance(block, Grid):
            for row in block.rows:
                for text in row.cells:
                    if (value := amount(text)) is not None:
                        yield row.page, value


def _without(wanted: dict[int, Counter[Decimal]], having: dict[int, Counter[Decimal]]) -> Counter[tuple[int, Decimal]]:
    """Return what *wanted* has more of than *having*; a row over a page break may be counted on either page."""
    spare = {page: Counter(counts) for page, counts in having.items()}
    missing: Counter[tuple[int, Decimal]] = Counter()
    for page, counts in wanted.items():
        here = spare.get(page, Counter())
        for value, count in counts.items():
            met = min(count, here[value])
            here[value] -= met
            if count - met:
                missing[page, value] = count - met
    for page, value in list(missing):
        for beside in (page - 1, page + 1):
            there = spare.get(beside, Counter())
            met = min(missing[page, value], max(there[value], 0))
            missing[page, value] -= met
            there[value] -= met
    return +missing


def measure_all(files: Sequence[Path], *, is_fresh: bool = False) -> list[Measured]:
    """Measure files over two processes."""
    if len(files) == 1:
        return [measure_file(files[0], is_fresh)]
    largest_first = sorted(files, key=lambda p: -p.stat().st_size)
    with ProcessPoolExecutor(_WORKERS) as pool:
        done = dict(zip(largest_first, pool.map(measure_file, largest_first, [is_fresh] * len(files)), strict=True))
    return [done[f] for f in files]


# ----------------------------------------------------------------------------------------------- reporting


def judged() -> dict[tuple[str, str, str], tuple[str, str]]:
    """Return the verdicts on contradicted figures: (document, table title, cell) → (verdict, reason)."""
    if not JUDGED.is_file():
        return {}
    with JUDGED.open(encoding="utf-8", newline="") as file:
        return {(r["document"], r["table"], r["cell"]): (r["verdict"], r["reason"]) for r in csv.DictReader(file)}


def verdict_key(measured: Measured, note: CellNote) -> tuple[str, str, str]:
    """Return what names a contradicted figure in the list of verdicts."""
    return f"{measured.folder}/{measured.name}", note.table.partition(" ")[2], f"{note.row}·{note.column}={note.raw}"


def render(every: Sequence[Measured]) -> str:
    """Write the report."""
    verdicts = judged()
    lines = ["# 真实文件的读取", "", *_coverage(every), "", *_identities(every), "", *_kinds_of_findings(every)]
    lines += ["", "## 有矛盾的格", ""]
    counts: Counter[tuple[str, str]] = Counter()
    for measured in every:
        for note in measured.contradicted:
            verdict = verdicts.get(verdict_key(measured, note), ("unjudged", ""))[0]
            counts[f"{measured.folder}/{measured.name}", verdict] += 1
    names = {"ours": "读取或勾稽有误", "document": "原文如此", "unjudged": "未判"}
    lines += ["| 文件 | 判断 | 格数 |", "|---|---|---:|"]
    lines += [f"| {name} | {names.get(v, v)} | {count} |" for (name, v), count in sorted(counts.items())]
    return "\n".join(lines).rstrip() + "\n"


def _truths(truths: Sequence[Comparison]) -> Iterator[str]:
    yield "| 比较 | 一致 | 共 |"
    yield "|---|---:|---:|"
    yield from (f"| {t.name} | {t.right} | {t.total} |" for t in truths)
    yield f"| **合计** | {sum(t.right for t in truths)} | {sum(t.total for t in truths)} |"
    for truth in truths:
        yield from ("", f"### {truth.name}：{len(truth.differences)}处不同", "") if truth.differences else ()
        yield from (f"- {line[:200]}" for line in truth.differences[:_SHOWN])
        if len(truth.differences) > _SHOWN:
            yield f"- ……另有{len(truth.differences) - _SHOWN}处"


def _coverage(every: Sequence[Measured]) -> Iterator[str]:
    yield "“印出”用别的工具直接从文件数出（PDF用poppler的词，Word、Excel、网页数单元格），不经过本服务。"
    yield "“丢失”是印出而没有成为表格数字的，“多出”是成为表格数字而文件上数不到的。证实率的分母含丢失的数。"
    yield ""
    yield (
        "| 文件 | 页 | 表（已知/未知） | 印出 | 表格数字 | 证实 | 未证实 | 矛盾 | 丢失 | 网格丢失 | 多出 | 无口径 | 无列名 | 证实率 | "
        "文中数字 | 秒 |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    for m in every:
        name = f"{m.folder}/{m.name}"
        if m.refusal:
            yield f"| {name} | 拒收：{m.refusal[:60]} |" + " |" * 14
            continue
        yield (
            f"| {name} | {m.pages}{f'（OCR {m.by_ocr}）' if m.by_ocr else ''} | {m.known}/{len(m.unknown)} "
            + _figures(m)
        )
    total = Measured("", "")
    total.printed = sum(m.printed or 0 for m in every)
    for m in every:
        total.proofs += m.proofs
        total.lost += m.lost
        total.invented += m.invented
        total.grid_lost += m.grid_lost
        total.silent += m.silent
        total.nameless += m.nameless
        total.narrative += m.narrative
        total.seconds += m.seconds
    known, unknown = sum(m.known for m in every), sum(len(m.unknown) for m in every)
    yield f"| **合计** | {sum(m.pages for m in every)} | {known}/{unknown} " + _figures(total)


def _figures(m: Measured) -> str:
    share = f"{m.proven_share:.1f}%" if m.proven_share is not None else "—"
    proofs = (m.proofs[p.value] for p in (Proof.PROVEN, Proof.UNPROVEN, Proof.CONTRADICTED))
    numbers = (
        "—" if m.printed is None else m.printed,
        m.figures,
        *proofs,
        len(m.lost),
        len(m.grid_lost),
        len(m.invented),
    )
    cells = (*numbers, m.silent, m.nameless, share, m.narrative, f"{m.seconds:.1f}")
    return "| " + " | ".join(str(c) for c in cells) + " |"


def _identities(every: Sequence[Measured]) -> Iterator[str]:
    yield "## 是什么文件"
    yield ""
    yield "| 文件 | 单位 | 年度 | 阶段 | 类型 |"
    yield "|---|---|---:|---|---|"
    for m in every:
        yield f"| {m.folder}/{m.name} | " + (f"拒收：{m.refusal} | | |" if m.refusal else " | ".join(m.identity)) + " |"


def _kinds_of_findings(every: Sequence[Measured]) -> Iterator[str]:
    yield "## 发现"
    yield ""
    yield "| 文件 | 发现（个数） |"
    yield "|---|---|"
    for m in every:
        yield f"| {m.folder}/{m.name} | {'、'.join(f'{c} {n}' for c, n in sorted(m.findings.items()))} |"


def measure(folder: Path) -> tuple[str, dict[str, int], bool]:
    """Measure every document of the corpus.

    Returns:
        (report, counts of which more is better, whether every file was read or refused without a crash).
    """
    every = measure_all(corpus_files(folder))
    counts = {
        "read": sum(not m.refusal for m in every),
        "proven": sum(m.proofs[Proof.PROVEN.value] for m in every),
        "not_lost": -sum(len(m.lost) for m in every),
        "not_contradicted": -sum(len(m.contradicted) for m in every),
    }
    return render(every), counts, not any(m.refusal.startswith("CRASH") for m in every)


def measure_truth(folder: Path) -> tuple[str, dict[str, int], bool]:
    """Compare what is read with the truth others extracted and with the cells checked by eye.

    Returns:
        (report, counts of which more is better, True: where it is worse the counts say so).
    """
    truths = [*compare_all(folder), *recheck(folder)]
    counts = {"right": sum(t.right for t in truths), "total": sum(t.total for t in truths)}
    return "\n".join(["# 真实文件与真值", "", *_truths(truths)]).rstrip() + "\n", counts, True


def _show_notes(every: Sequence[Measured], which: str) -> None:
    verdicts = judged()
    for m in every:
        notes: list[CellNote] = getattr(m, which)
        if not notes:
            continue
        print(f"\n== {m.folder}/{m.name}：{len(notes)}")
        for n in notes:
            verdict = verdicts.get(verdict_key(m, n), ("unjudged", ""))[0] if which == "contradicted" else ""
            print(f"  p{n.page} {n.table} | {n.row} | {n.column} | {n.raw} {verdict}")
            for said in n.why.split("；") if n.why else ():
                print(f"       {said}")


def main(argv: Sequence[str] | None = None) -> int:
    """Measure the corpus.

    Returns:
        0; 2 where no file is named so.
    """
    parser = argparse.ArgumentParser(prog="python -m evals.corpus", description="真实文件读得怎样。")
    parser.add_argument("--doc", action="append", default=[], help="文件夹名或文件名的一部分，可重复")
    parser.add_argument("--contradicted", action="store_true", help="列出每个有矛盾的格")
    parser.add_argument("--unproven", action="store_true", help="列出每个未证实的格")
    parser.add_argument("--unknown", action="store_true", help="列出目录里没有的表")
    parser.add_argument("--lost", action="store_true", help="列出丢失和多出的数")
    parser.add_argument("--truth", action="store_true", help="只与真值比较，列出每处不同")
    parser.add_argument("--fresh", action="store_true", help="不用存下的读取结果")
    given = parser.parse_args(argv)
    named = os.environ.get("YOUJU_REAL_CORPUS", "")
    if not named or not Path(named).is_dir():
        print("真实文件评测：跳过（没有设 YOUJU_REAL_CORPUS，或没有那个文件夹）。")
        return 0
    if given.truth:
        for truth in [*compare_all(Path(named)), *recheck(Path(named))]:
            print(f"{truth.name}：{truth.right}/{truth.total}", *truth.differences, sep="\n   ")
        return 0
    files = corpus_files(Path(named))
    chosen = [f for f in files if not given.doc or any(d in f"{f.parent.name}/{f.name}" for d in given.doc)]
    if not chosen:
        print(f"没有名字含“{'、'.join(given.doc)}”的文件。", file=sys.stderr)
        return 2
    every = measure_all(chosen, is_fresh=given.fresh)
    if given.doc:
        print(render(every))
    else:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(render(every), encoding="utf-8")
        print("\n".join(_coverage(every)))
    if given.contradicted:
        _show_notes(every, "contradicted")
    if given.unproven:
        _show_notes(every, "unproven")
    if given.unknown:
        for m in every:
            print(f"\n== {m.folder}/{m.name}", *m.unknown, sep="\n  ")
    if given.lost:
        for m in every:
            print(f"\n== {m.folder}/{m.name}")
            for lost in m.lost:
                print(f"  丢失 p{lost.page} {lost.value} | {lost.line[:120]}")
            for page in sorted({g.page for g in m.grid_lost}):
                print(f"  网格丢失 p{page}", *(g.value for g in m.grid_lost if g.page == page))
        _show_notes(every, "invented")
    return 0


if __name__ == "__main__":
    sys.exit(main())
