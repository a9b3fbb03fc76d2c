"""Plant misread digits in the readings of real documents and count how many are still called proven.

``python -m evals.misreadings [--per-document N]``

A proof is worth what it would catch: a figure with one digit changed has to come out contradicted or unproven.
The figures are drawn with a fixed seed.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from evals.printed import amount
from evals.reading import ROOT, corpus_files, read_kept
from service.adapters.vocabulary_files import read_vocabulary
from service.domain.document import Document
from service.domain.errors import YoujuError
from service.domain.fact import Proof
from service.ingestion.blocks import Grid, Reading
from service.ingestion.pipeline import ingest

REPORT = ROOT / "evals" / "reports" / "misreadings.md"
_SEED = 20261125
_WORKERS = 2


@dataclass(slots=True)
class Planted:
    """What became of the misread figures of a document.

    Attributes:
        name: Folder and file.
        marks: How many came out with which proof; ``消失`` where no figure has the planted value any more.
        believed: Those called proven: page, printed, planted.
    """

    name: str
    marks: Counter[str] = field(default_factory=Counter)
    believed: list[tuple[int, str, str]] = field(default_factory=list)


def misread(text: str, rng: random.Random) -> str:
    """Change one digit of an amount into another, the first never into 0."""
    places = [i for i, c in enumerate(text) if c.isdigit()]
    place = rng.choice(places)
    choices = [d for d in "0123456789" if d != text[place] and not (d == "0" and place == places[0])]
    return text[:place] + rng.choice(choices) + text[place + 1 :]


def plant(path: Path, count: int) -> Planted:
    """Misread *count* figures of a document, one at a time."""
    planted = Planted(f"{path.parent.name}/{path.name}")
    rng = random.Random(_SEED)  # noqa: S311 - draws a sample
    try:
        reading = read_kept(path)
        before = _values(ingest(reading, read_vocabulary()))
    except YoujuError:
        return planted
    places = [
        (b, r, c)
        for b, block in enumerate(reading.blocks) if isinstance(block, Grid)
        for r, row in enumerate(block.rows)
        for c, text in enumerate(row.cells)
        if (value := amount(text)) and before[abs(value)]
    ]  # fmt: skip
    for b, r, c in rng.sample(places, min(count, len(places))):
        grid = reading.blocks[b]
        assert isinstance(grid, Grid)
        printed = grid.rows[r].cells[c]
        wrong = misread(printed, rng)
        value = abs(amount(wrong) or Decimal(0))
        tries = 0
        while before[value] and tries < 20:  # a value that stands elsewhere too could not be told from it
            wrong, tries = misread(printed, rng), tries + 1
            value = abs(amount(wrong) or Decimal(0))
        after = _marks(ingest(_with(reading, b, r, c, wrong), read_vocabulary()), value)
        mark = Proof.PROVEN.value if after[Proof.PROVEN.value] else next(iter(after), "消失")
        planted.marks[mark] += 1
        if mark == Proof.PROVEN.value:
            planted.believed.append((grid.rows[r].page, printed, wrong))
    return planted


def _with(reading: Reading, b: int, r: int, c: int, text: str) -> Reading:
    grid = reading.blocks[b]
    assert isinstance(grid, Grid)
    row = grid.rows[r]
    rows = (*grid.rows[:r], replace(row, cells=(*row.cells[:c], text, *row.cells[c + 1 :])), *grid.rows[r + 1 :])
    return replace(reading, blocks=(*reading.blocks[:b], replace(grid, rows=rows), *reading.blocks[b + 1 :]))


def _values(document: Document) -> Counter[Decimal]:
    return Counter(
        abs(c.quantity.number) for t in document.tables for r in t.rows for c in r.cells if c.quantity is not None
    )


def _marks(document: Document, value: Decimal) -> Counter[str]:
    return Counter(
        (c.proof or Proof.UNPROVEN).value
        for t in document.tables for r in t.rows for c in r.cells
        if c.quantity is not None and abs(c.quantity.number) == value
    )  # fmt: skip


def render(every: Sequence[Planted]) -> str:
    """Write the report."""
    marks = [Proof.CONTRADICTED.value, Proof.UNPROVEN.value, "消失", Proof.PROVEN.value]
    lines = [
        "# 读错一位数字，证实是否还成立", "",
        "在读取结果里把一个数改错一位，再走完全程。“已验证”是没有发现的。", "",
        "| 文件 | 改错 | " + " | ".join(marks) + " |", "|---|---:|" + "---:|" * len(marks),
    ]  # fmt: skip
    for each in (e for e in every if e.marks):
        cells = " | ".join(str(each.marks[m]) for m in marks)
        lines.append(f"| {each.name} | {each.marks.total()} | {cells} |")
    total = sum((e.marks for e in every), Counter[str]())
    lines.append(f"| **合计** | {total.total()} | " + " | ".join(str(total[m]) for m in marks) + " |")
    lines += ["", "## 没有发现的", ""]
    lines += [f"- {e.name} 第{page}页：{printed} 读成 {wrong}" for e in every for page, printed, wrong in e.believed]
    return "\n".join(lines) + "\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Plant misread digits over the corpus; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m evals.misreadings", description="读错的数字能否发现。")
    parser.add_argument("--per-document", type=int, default=10)
    parser.add_argument("--doc", action="append", default=[], help="文件夹名或文件名的一部分，可重复")
    given = parser.parse_args(argv)
    named = os.environ.get("YOUJU_REAL_CORPUS", "")
    if not named or not Path(named).is_dir():
        print("读错一位的评测：跳过（没有设 YOUJU_REAL_CORPUS，或没有那个文件夹）。")
        return 0
    files = [f for f in corpus_files(Path(named)) if not given.doc or any(d in str(f) for d in given.doc)]
    with ProcessPoolExecutor(_WORKERS) as pool:
        every = list(pool.map(plant, files, [given.per_document] * len(files)))
    report = render(every)
    if not given.doc:
        REPORT.write_text(report, encoding="utf-8")
    print(report)
    return 0


if __name__ == "__main__":
    sys.exit(main())
