"""Plant errors into whole documents, one at a time, and count how many the check notices.

``python -m evals.checking [--documents KEY …] [--plants N] [--seed S] [--kinds KIND …] [--missed FILE] [--alarms FILE]``

The documents but the seed stand outside the project, in the folder that ``YOUJU_REAL_CORPUS`` names. The report holds
names, counts and figures of them, no text.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path

from evals.checking_cases import (
    Judged,
    Sprung,
    alarms,
    case_lines,
    known_found,
    oddities_found,
    place_of,
    trap_lines,
    traps_sprung,
)
from evals.checking_plants import CELLS, KINDS, LAST, NARRATIVE, RATES, Plant
from evals.checking_trial import Clean, Trial, clean_run, every_path, paths, plants_of, try_plant
from evals.years import corpus_folder
from service.domain.check import CheckReport
from service.domain.errors import YoujuError
from service.domain.finding import Severity

PLANTS, SEED_PLANTS = 900, 90
DRAW = 2026
_WORKERS = 2
_CHUNK = 12
_Z = 1.959964


@dataclass(slots=True)
class Measured:
    """What the planting shows.

    Attributes:
        cleans: Each document as published.
        trials: Each plant.
        seconds: Time of all.
    """

    cleans: list[Clean] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)
    seconds: float = 0.0


def wilson(right: int, total: int) -> tuple[float, float]:
    """Return the 95 % interval of a share.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference (1927).

    Example:
        >>> [round(x, 3) for x in wilson(18, 20)]
        [0.699, 0.972]

    """
    if not total:
        return 0.0, 1.0
    share, square = right / total, _Z * _Z
    middle = (share + square / (2 * total)) / (1 + square / total)
    reach = _Z * sqrt(share * (1 - share) / total + square / (4 * total * total)) / (1 + square / total)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _try_all(job: tuple[str, Path, Path | None, list[Plant]]) -> list[Trial]:
    key, path, tables, plants = job
    clean = clean_run(key, path, tables)
    return [try_plant(clean, plant) for plant in plants]


def run(
    keys: Sequence[str], folder: Path | None, *, plants: int, seed: int, kinds: frozenset[str] = frozenset()
) -> Measured:
    """Check every document as published, then plant errors into it over two processes.

    Args:
        keys: Documents, all there are where empty.
        folder: Of the real documents; None for the seed alone.
        plants: How many in all, shared evenly.
        seed: Of the drawing.
        kinds: Only these, all where empty.
    """
    begun = time.perf_counter()
    files = {key: found for key, found in paths(folder).items() if not keys or key in keys}
    out = Measured()
    jobs = []
    for n, (key, (path, tables)) in enumerate(files.items()):
        clean = clean_run(key, path, tables)
        out.cleans.append(clean)
        share = plants // len(files) + (n < plants % len(files))
        drawn = plants_of(clean, seed, share, kinds)
        jobs += [(key, path, tables, drawn[i : i + _CHUNK]) for i in range(0, len(drawn), _CHUNK)]
    with ProcessPoolExecutor(_WORKERS) as pool:
        for done in pool.map(_try_all, jobs):
            out.trials += done
    out.seconds = time.perf_counter() - begun
    return out


# ------------------------------------------------------------------------------------------------ reporting


def _share(right: int, total: int) -> str:
    if not total:
        return "—"
    low, high = wilson(right, total)
    return f"{right}/{total} = {100 * right / total:.0f}%（{100 * low:.0f}–{100 * high:.0f}）"


def _line(name: str, trials: Sequence[Trial]) -> str:
    seen = [t for t in trials if t.is_noticeable]
    cells = (
        name, len(trials), sum(t.is_within_rounding for t in trials), len(seen),
        _share(sum(t.strict for t in seen), len(seen)), _share(sum(t.lenient for t in seen), len(seen)),
        _share(sum(t.strict for t in trials), len(trials)), _share(sum(t.lenient for t in trials), len(trials)),
    )  # fmt: skip
    return "| " + " | ".join(str(c) for c in cells) + " |"


_HEAD = (
    "| | 植入 | 舍入之内 | 可察觉 | 可察觉中找到（严） | 可察觉中找到（宽） | 全部中找到（严） | 全部中找到（宽） |",
    "|---|---:|---:|---:|---|---|---|---|",
)


def recall_lines(measured: Measured) -> Iterator[str]:
    """Write the recall by group, by kind and by document."""
    trials = measured.trials
    yield "## 植入错误"
    yield ""
    yield (
        "一次植入一处。“可察觉”由独立的标准判断：文件别处印有同一数（元、万元换算），或由同段的数算得出；"
        "表格数则是它所在的勾稽关系因此不成立。“严”要求新的错误、警告或被判矛盾的数就在植入处或点名植入的数，"
        "“宽”是出现任何新的错误或警告。括号内是95%区间（Wilson）。“舍入之内”的改动，印出的小数位分辨不出。"
    )
    yield ""
    groups = (
        ("**文中金额**", NARRATIVE), ("**比率、占比**", RATES), ("**方向**", frozenset({"direction"})),
        ("**表格数**", CELLS), ("**末位±1**", LAST), ("**全部**", frozenset(KINDS)),
    )  # fmt: skip
    yield from _HEAD
    for name, kinds in groups:
        yield _line(name, [t for t in trials if t.plant.kind in kinds])
    for kind, name in KINDS.items():
        yield _line(name, [t for t in trials if t.plant.kind == kind])
    yield ""
    yield from _HEAD
    for clean in measured.cleans:
        yield _line(clean.key, [t for t in trials if t.plant.document == clean.key])
    crashed = [t for t in trials if t.crash]
    if crashed:
        yield from ("", f"出错 {len(crashed)} 次：" + "；".join(sorted({t.crash[:80] for t in crashed})))
    loud = sum(len(t.fresh) for t in trials)
    beside = sum(t.elsewhere for t in trials)
    yield ""
    yield f"植入引出的新错误和警告 {loud} 条，其中不在植入处也不点名植入数的 {beside} 条。"


def time_lines(measured: Measured) -> Iterator[str]:
    """Write the time of each check."""
    yield "## 用时"
    yield ""
    yield "| 文件 | 字数 | 读入（ingest，毫秒） | 核对（毫秒） | 每万字核对（毫秒） |"
    yield "|---|---:|---:|---:|---:|"
    for c in measured.cleans:
        size = max(len(c.document.text), 1)
        per = f"{1e7 * c.check_seconds / size:.0f}" if size > 500 else "—"
        yield f"| {c.key} | {size} | {1000 * c.ingest_seconds:.0f} | {1000 * c.check_seconds:.0f} | {per} |"
    yield ""
    yield f"全部 {len(measured.trials)} 次植入用时 {measured.seconds:.0f} 秒。"


# -------------------------------------------------------------------------------------- the whole measure


def published(folder: Path | None) -> dict[str, CheckReport]:
    """Check every document as published; those that are refused are left out."""
    out = {}
    for name, (path, tables) in every_path(folder).items():
        try:
            out[name] = clean_run(name, path, tables).report
        except YoujuError:
            continue
    return out


@dataclass(slots=True)
class Alarms:
    """Errors and warnings on documents as published: severity and verdict by hand → how many, for each document."""

    counts: dict[str, Counter[tuple[str, str]]] = field(default_factory=dict)

    def total(self, severity: Severity, verdict: str) -> int:
        """Count those of all documents."""
        return sum(c[severity.value, verdict] for c in self.counts.values())


def alarms_of(reports: dict[str, CheckReport]) -> Alarms:
    """Count the alarms of every document against the verdicts by hand."""
    return Alarms({
        name: Counter((f.severity.value, verdict) for f, verdict, _ in alarms(name, report))
        for name, report in reports.items()
    })  # fmt: skip


def alarm_lines(found: Alarms) -> Iterator[str]:
    """Write the alarms of every document, and how many are true."""
    yield "## 文件原样的错误和警告"
    yield ""
    yield "逐条人工看过的结论在 evals/cases/checking_judged.csv；真＝文件确有此错，误＝误报，未看＝还没有看。"
    yield ""
    yield "| 文件 | 错误：真 | 误 | 未看 | 警告：真 | 误 | 未看 |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    ways = [(s, v) for s in (Severity.ERROR, Severity.WARNING) for v in ("true", "false", "")]
    for name, counts in found.counts.items():
        yield f"| {name} | " + " | ".join(str(counts[s.value, v]) for s, v in ways) + " |"
    yield "| **合计** | " + " | ".join(str(found.total(s, v)) for s, v in ways) + " |"
    yield ""
    for severity, name in ((Severity.ERROR, "错误"), (Severity.WARNING, "警告")):
        true, false = found.total(severity, "true"), found.total(severity, "false")
        yield f"- {name}级：看过的 {true + false} 条中为真 {_share(true, true + false)}；每份文件误报 {false / max(len(found.counts), 1):.2f} 条。"


def measure(folder: Path | None) -> tuple[str, dict[str, int], bool]:
    """Plant errors, look for the known ones, spring the traps.

    Args:
        folder: Of the real documents; None for the seed alone.

    Returns:
        (report, counts of which more is better, whether nothing crashed).
    """
    planted = run((), folder, plants=PLANTS if folder else SEED_PLANTS, seed=DRAW)
    found = alarms_of(published(folder))
    known, odd, sprung = known_found(folder) if folder else [], oddities_found(), traps_sprung()
    report = "\n".join(
        (
            "# 核对", "", *recall_lines(planted), "", *alarm_lines(found), "",
            *((*case_lines("已知的真实错误", known, with_document=True), "") if folder else ()),
            *case_lines("种子文件的怪处", odd, with_document=False), "", *trap_lines(sprung), "", *time_lines(planted),
        )
    )  # fmt: skip
    return report.rstrip() + "\n", _counts(planted, found, known, odd, sprung, is_real=folder is not None), not any(
        t.crash for t in planted.trials
    )


def _counts(
    planted: Measured, found: Alarms, known: Sequence[Judged], odd: Sequence[Judged], sprung: Sequence[Sprung], *, is_real: bool
) -> dict[str, int]:
    """Return what may not get worse; shares in whole percent."""
    own = {"oddities": sum(j.is_found for j in odd if j.case.machine == "yes"), "traps": sum(s.is_right for s in sprung)}
    which = "real" if is_real else "seed"
    groups = {"narrative": NARRATIVE, "rates": RATES, "direction": frozenset({"direction"}), "cells": CELLS}
    for name, kinds in (*groups.items(), ("all", frozenset(KINDS))):
        seen = [t for t in planted.trials if t.is_noticeable and t.plant.kind in kinds]
        own[f"{which}_{name}_percent"] = 100 * sum(t.strict for t in seen) // max(len(seen), 1)
    if is_real:
        own["known"] = sum(j.is_found for j in known if j.case.machine == "yes")
        own["not_false_errors"] = -found.total(Severity.ERROR, "false")
        own["not_false_warnings"] = -found.total(Severity.WARNING, "false")
    return own


def write_alarms(folder: Path | None, path: Path) -> int:
    """Write every error and warning on documents as published that is not judged true, a line each; count them."""
    lines = []
    for name, report in published(folder).items():
        for finding, verdict, reason in alarms(name, report):
            if verdict != "true":
                where = f"{place_of(finding)}\t{finding.stated}\t{verdict or '?'}\t{reason}"
                lines.append(f"{finding.severity.value}\t{finding.code}\t{name}\t{where}\t{finding.message}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines)


def write_missed(measured: Measured, path: Path) -> int:
    """Write every noticeable plant that was not caught, a line each; return how many."""
    missed = [t for t in measured.trials if t.is_noticeable and not t.strict]
    order = list(KINDS)
    missed.sort(key=lambda t: (order.index(t.plant.kind), t.plant.document))
    lines = [
        f"{t.plant.kind}\t{t.plant.document}\t{t.plant.before} → {t.plant.after[:40] or '（删去）'}\t"
        f"{'宽' if t.lenient else ''}{'注' if t.noted else ''}{t.crash[:60]}\t{','.join(t.fresh[:4])}\t{t.plant.fragment}"
        + "".join(f"\t没有再试：{u}" for u in t.untried[:2])
        for t in missed
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(missed)


def main(argv: Sequence[str] | None = None) -> int:
    """Plant and print.

    Returns:
        0; 2 for an unknown document.
    """
    parser = argparse.ArgumentParser(prog="python -m evals.checking", description="植入错误，看核对找到多少。")
    parser.add_argument("--documents", nargs="*", default=[], help="文件的代号，默认全部")
    parser.add_argument("--plants", "--sample", type=int, default=0, help="一共植入多少处")
    parser.add_argument("--seed", type=int, default=DRAW)
    parser.add_argument("--kinds", nargs="*", default=[], choices=list(KINDS))
    parser.add_argument("--missed", type=Path, help="把漏掉的可察觉植入写到这个文件")
    parser.add_argument("--alarms", type=Path, help="把文件原样的错误和警告（判为真的除外）写到这个文件")
    parser.add_argument("--cases", action="store_true", help="只查已知错误、种子的怪处和陷阱")
    given = parser.parse_args(argv)
    folder = corpus_folder()
    if given.cases:
        known = case_lines("已知的真实错误", known_found(folder), with_document=True) if folder else ()
        odd = case_lines("种子文件的怪处", oddities_found(), with_document=False)
        print("\n".join((*known, "", *odd, "", *trap_lines(traps_sprung()))))
        return 0
    there = paths(folder)
    unknown = [d for d in given.documents if d not in there]
    if unknown:
        print(f"没有文件“{unknown[0]}”。有：{'、'.join(there)}。", file=sys.stderr)
        return 2
    plants = given.plants or (PLANTS if folder else SEED_PLANTS)
    measured = run(given.documents, folder, plants=plants, seed=given.seed, kinds=frozenset(given.kinds))
    print("\n".join((*recall_lines(measured), "", *time_lines(measured))))
    if given.missed:
        print(f"漏掉的可察觉植入 {write_missed(measured, given.missed)} 处：{given.missed}")
    if given.alarms:
        print(f"没有判为真的错误和警告 {write_alarms(folder, given.alarms)} 条：{given.alarms}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
