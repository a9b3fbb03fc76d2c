"""Measure speed and memory against the limits of the design. Run: ``make bench`` or ``python -m evals.bench``."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from evals.cases import Case, load_cases, suite_path
from evals.runner import REPORTS, ROOT, commit_of, percentile
from evals.seed import seed_document, seed_path
from evals.synthetic import write_variants
from evals.years import corpus_folder
from service.application import Application
from service.bootstrap import build_application
from service.settings import Settings

COLD_RUNS, INGEST_RUNS, ROUNDS, CHECK_ROUNDS, DRAFT_ROUNDS = 7, 5, 5, 5, 5
DOCUMENTS = 1000
#: Adding them stops then, and the report says how many there are: the whole stays below six minutes.
FILL_SECONDS = 270.0
_QUESTION = "基本支出占支出合计的比重？"
_START_SECONDS, _IDLE_SECONDS = 30.0, 2.0
_MB = 1024
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Measure:
    """A row of the report.

    Attributes:
        work: What was done.
        measured: As text, with its unit.
        limit: As text, "" where the design sets none.
        ok: Whether it holds; None where there is no limit or nothing was measured.
    """

    work: str
    measured: str
    limit: str = ""
    ok: bool | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """A process that has ended: its wall time, its peak memory, its exit code."""

    seconds: float
    peak_mb: float
    code: int


def run_process(arguments: Sequence[str], home: Path) -> Ended:
    """Run `youju` to its end and measure the whole process."""
    begun = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own program
        [*_program(), *arguments],
        cwd=ROOT,
        env=_environment(home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    return Ended(seconds, usage.ru_maxrss / _MB, process.returncode)


def _program() -> list[str]:
    installed = Path(sys.executable).parent / "youju"
    return [str(installed)] if installed.is_file() else [sys.executable, "-m", "service.cli"]


def _environment(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("YOUJU_")}
    return kept | {"YOUJU_HOME": str(home)}


def measure_cold(folder: Path) -> list[Measure]:
    """Measure ingesting the seed, and asking in a process of its own."""
    ingests = [run_process(["ingest", str(seed_path())], folder / f"ingest{n}") for n in range(INGEST_RUNS)]
    asks = [run_process(["ask", _QUESTION], folder / "ingest0") for _ in range(COLD_RUNS)]
    failed = [e for e in (*ingests, *asks) if e.code]
    if failed:
        return [Measure("youju ingest / ask", f"失败，退出码 {failed[0].code}", "", ok=False)]
    times, peaks = [a.seconds for a in asks], [a.peak_mb for a in asks]
    half, most = percentile(times, 0.5), percentile(times, 0.95)
    taken = percentile([i.seconds for i in ingests], 0.5)
    peak = max(peaks)
    shown = f"p50 {half:.2f} s，p95 {most:.2f} s"
    return [
        Measure("youju ask 冷启动，整个进程（种子已导入）", shown, "1.5 s", ok=most <= 1.5),
        Measure("同上，内存峰值", f"{peak:.0f} MB", "250 MB", ok=peak <= 250),
        Measure("youju ingest 种子，整个进程", f"p50 {taken:.2f} s", "1.5 s", ok=taken <= 1.5),
        Measure("同上，内存峰值", f"{max(i.peak_mb for i in ingests):.0f} MB"),
    ]


def measure_ingest(folder: Path) -> list[Measure]:
    """Measure reading, storing and indexing the seed in process, without starting Python and Chroma."""
    times = []
    for number in range(INGEST_RUNS):
        application = build_application(Settings(home=folder / f"inside{number}", database_url=""))
        begun = time.perf_counter()
        failed = [taken.error for taken in application.add_paths([seed_path()]) if taken.document is None]
        times.append(time.perf_counter() - begun)
        if failed:
            return [Measure("导入种子，进程内", failed[0], "1.5 s", ok=False)]
    taken = percentile(times, 0.5)
    return [Measure("导入种子，进程内（读、存、建索引）", f"p50 {taken:.2f} s", "1.5 s", ok=taken <= 1.5)]


def measure_warm(applications: Sequence[Application], cases: Sequence[Case]) -> list[tuple[float, float]]:
    """Ask every question several times, each application in turn; the first round does not count.

    Returns:
        (p50, p95) in ms for each application. Taking turns, they share whatever else the machine does.
    """
    entity = seed_document().entity
    times: list[list[float]] = [[] for _ in applications]
    for number in range(ROUNDS + 1):
        for application, own in zip(applications, times, strict=True):
            for case in cases:
                begun = time.perf_counter()
                application.ask(case.question, history=case.history, entity=entity)
                if number:
                    own.append((time.perf_counter() - begun) * 1000)
    return [(percentile(own, 0.5), percentile(own, 0.95)) for own in times]


def fill(home: Path, paths: Sequence[Path], seconds: float) -> tuple[int, float]:
    """Add documents from two processes, as two workers would, until all are in or the time is up.

    Returns:
        (documents added, seconds it took).

    Raises:
        RuntimeError: One could not be added.
    """
    begun, added = time.perf_counter(), 0
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        while added < len(paths) and time.perf_counter() - begun < seconds:
            batch = paths[added : added + _BATCH]
            failures = [f for part in pool.map(_add, [home] * 2, [batch[::2], batch[1::2]]) for f in part]
            if failures:
                raise RuntimeError(failures[0])
            added += len(batch)
    return added, time.perf_counter() - begun


def measure_pages(folder: Path) -> list[Measure]:
    """Measure ingesting PDFs with one worker and with two, and the peak memory of the largest real files.

    The PDFs are those of the real corpus that have a text layer, or, without it, some made here.
    """
    corpus = Path(os.environ.get("YOUJU_REAL_CORPUS", ""))
    real = corpus.is_dir() and bool(os.environ.get("YOUJU_REAL_CORPUS"))
    paths = _text_pdfs(corpus) if real else _made_pdfs(folder / "pdf")
    pages = sum(map(_page_count, paths))
    kind = "真实" if real else "虚构"
    paces = []
    for workers in (1, 2):
        application = build_application(Settings(home=folder / f"pages{workers}", database_url=""))
        begun = time.perf_counter()
        done = list(application.add_paths(paths, workers=workers))
        paces.append(pages / (time.perf_counter() - begun))
        if not any(each.document for each in done):
            return [Measure(f"导入{kind}PDF", done[0].error if done else "没有文件", "", ok=False)]
    one, two = paces
    cores = os.cpu_count() or 1
    rows = [
        Measure(
            f"导入{len(paths)}份{kind}PDF（有文字层，共{pages}页），一个进程读",
            f"每秒 {one:.1f} 页", "每秒 10 页", ok=one >= 10,
        ),
        Measure("同上，两个进程读", f"每秒 {two:.1f} 页，{two / one:.2f} 倍", "1.7 倍",
                ok=two >= 1.7 * one if cores > 1 else None),
    ]  # fmt: skip
    if real:
        files = [each for each in corpus.rglob("*") if each.suffix.lower() in (".pdf", ".xlsx")]
        most_pages = max((p for p in files if p.suffix.lower() == ".pdf"), key=_page_count)
        largest = max((p for p in files if p.suffix.lower() == ".xlsx"), key=lambda p: p.stat().st_size)
        for number, path in enumerate((most_pages, largest)):
            ended = run_process(["ingest", str(path)], folder / f"largest{number}")
            size = f"{_page_count(path)}页" if path == most_pages else f"{path.stat().st_size / _MB / _MB:.1f} MB"
            rows.append(
                Measure(f"youju ingest 最大的{path.suffix[1:].upper()}（{size}），整个进程",
                        f"{ended.seconds:.1f} s，内存峰值 {ended.peak_mb:.0f} MB")
            )  # fmt: skip
    return rows


def measure_checks(folder: Path) -> list[Measure]:
    """Check the seed, and the PDF nearest to 30 pages where there is a real corpus: what checking adds to reading."""
    corpus = os.environ.get("YOUJU_REAL_CORPUS", "")
    pdfs = _text_pdfs(Path(corpus)) if corpus else _made_pdfs(folder / "checked", count=1, pages=30)
    paths = [seed_path(), min(pdfs, key=lambda p: abs(_page_count(p) - 30))]
    application = build_application(Settings(home=folder / "checks", database_url=""))
    rows = []
    for path in paths:
        data = path.read_bytes()
        reading, whole = [], []
        for _ in range(CHECK_ROUNDS):
            begun = time.perf_counter()
            application.read(data, path.name)
            reading.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            report = application.check(data, path.name).report
            whole.append(time.perf_counter() - begun)
        added = percentile(whole, 0.5) - percentile(reading, 0.5)
        size = f"{_page_count(path)}页" if path.suffix == ".pdf" else "种子"
        rows.append(
            Measure(
                f"核对一份文件（{size}，{report.characters}字，{len(report.figures)}个数），比读入多",
                f"p50 {added:.2f} s，每万字 {added * 10_000 / max(report.characters, 1):.2f} s", "0.5 s", ok=added <= 0.5,
            )
        )  # fmt: skip
    return rows


def _page_count(path: Path) -> int:
    """Return the pages of a PDF; 0 where it cannot be opened or is none."""
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(path) as opened:
            return len(opened)
    except pypdfium2.PdfiumError:
        return 0


def _text_pdfs(corpus: Path) -> list[Path]:
    """Return the PDFs whose pages hold text: recognising pictures is another work."""
    import pypdfium2

    found = []
    for path in sorted(corpus.rglob("*.pdf")):
        try:
            with pypdfium2.PdfDocument(path) as opened:
                texts = [page.get_textpage().count_chars() for page in opened]
        except pypdfium2.PdfiumError:
            continue
        if texts and all(count > 0 for count in texts):
            found.append(path)
    return found


def _made_pdfs(folder: Path, count: int = 6, pages: int = 20) -> list[Path]:
    """Write PDFs of an invented department: a cover, then a ruled table that adds up on every page."""
    from tests.pdfs import PdfPage, pdf_of

    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(1, count + 1):
        cover = PdfPage()
        cover.text(100, 200, f"云溪市示例局{2018 + number}年度部门预算", size=20)
        made = [cover]
        for _ in range(pages - 1):
            page = PdfPage()
            page.text(60, 60, "部门支出总体情况表", size=14)
            page.text(400, 80, "单位：万元")
            amounts = [(10 * number + line, 20 + line) for line in range(28)]
            rows = [("合计", *(f"{sum(each)}.00" for each in (map(sum, amounts), *zip(*amounts, strict=True))))]
            rows += [(f"项目{line}", f"{one + two}.00", f"{one}.00", f"{two}.00")
                     for line, (one, two) in enumerate(amounts)]  # fmt: skip
            page.table(60, 90, (150, 100, 100, 100), [("项目", "合计", "基本支出", "项目支出"), *rows])
            made.append(page)
        path = folder / f"{number}.pdf"
        path.write_bytes(pdf_of(*made))
        paths.append(path)
    return paths


def _add(home: Path, paths: Sequence[Path]) -> list[str]:
    """Add documents; return what kept any of them out."""
    application = build_application(Settings(home=home, database_url=""))
    return [taken.error for taken in application.add_paths(paths) if taken.document is None]


def measure_drafts(folder: Path | None) -> list[Measure]:
    """Write whole drafts, checked, and their Word documents: the seed's, and 万里街道 2025 where it is at hand.

    Args:
        folder: Of the real documents, None where they are not at hand.
    """
    from evals.drafting import DRAFTS, Written, write, written_seed
    from evals.reading import read_document

    key = "万里街道2025"
    made: list[Written] = [written_seed(rounds=DRAFT_ROUNDS)]
    if folder is not None:
        patterns, year = DRAFTS[key]
        documents = [read_document(p)[1] for pattern in patterns for p in sorted(folder.glob(pattern))]
        made.append(write(key, documents, year, rounds=DRAFT_ROUNDS))
    rows = []
    for each in made:
        times = [1000 * s for s in each.seconds]
        rows.append(Measure(f"起草全文并自查，{each.key}（{len(times)}次）", f"p50 {percentile(times, 0.5):.0f} ms，最长 {max(times):.0f} ms"))
        rows.append(Measure(f"写成Word文件，{each.key}", f"{1000 * each.word_seconds:.0f} ms"))
    if folder is None:
        rows.append(Measure(f"起草全文并自查，{key}", "未测：没有设 YOUJU_REAL_CORPUS"))
    return rows


def measure_growth(folder: Path, count: int, seconds: float) -> list[Measure]:
    """Ask over a store with one document, and over one with *count* more."""
    cases = load_cases(suite_path("questions"))
    homes = [folder / "one", folder / "grown"] if count else [folder / "one"]
    for home in homes:
        _add(home, [seed_path()])
    growth: list[Measure] = []
    added = 0
    if count:
        added, taken = fill(homes[1], write_variants(seed_path(), folder / "documents", count), seconds)
        stored = sum(p.stat().st_size for p in homes[1].rglob("*") if p.is_file()) / _MB / _MB
        pace = f"{taken:.0f} s，每份 {taken / added:.2f} s，库共 {stored:.0f} MB"
        short = f"（原定{count}份，到时为止）" if added < count else ""
        growth.append(Measure(f"导入{added}份虚构文档，两个进程{short}", pace))
    opened = [build_application(Settings(home=home, database_url="")) for home in homes]
    (half, most), *grown = measure_warm(opened, cases)
    rows = [
        Measure(
            f"提问，常驻进程内（{len(cases)}题×{ROUNDS}轮）",
            f"p50 {half:.1f} ms，p95 {most:.1f} ms",
            "p50 15 ms，p95 50 ms",
            ok=half <= 15 and most <= 50,
        )
    ]
    for grown_half, grown_most in grown:
        rows.append(
            Measure(
                f"同上，库中有{added + 1}份文档",
                f"p50 {grown_half:.1f} ms，p95 {grown_most:.1f} ms",
                f"p95 {2 * most:.1f} ms（一份时的2倍）",
                ok=grown_most <= 2 * most if added >= DOCUMENTS else None,
            )
        )
    return rows + growth


def measure_service(folder: Path) -> list[Measure]:
    """Start `youju serve` over the seed and measure its resident memory at rest."""
    limit, work = 400, "服务常驻内存，导入种子后空闲"
    if not (ROOT / "service" / "web" / "app.py").is_file():
        return [Measure(work, "未测：还没有 service/web", f"{limit} MB")]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = _environment(folder / "ingest0") | {"YOUJU_PORT": str(port), "YOUJU_HOST": "127.0.0.1"}
    process = subprocess.Popen(  # noqa: S603 - our own program
        [*_program(), "serve"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        if not _answers(f"http://127.0.0.1:{port}/healthz", process):
            return [Measure(work, "服务没有起来", f"{limit} MB", ok=False)]
        time.sleep(_IDLE_SECONDS)
        resident = _resident_mb(process.pid)
    finally:
        process.terminate()
        process.wait(timeout=10)
    return [Measure(work, f"{resident:.0f} MB", f"{limit} MB", ok=resident <= limit)]


def _answers(address: str, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.perf_counter() + _START_SECONDS
    while time.perf_counter() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=1) as response:  # noqa: S310 - loopback
                return bool(response.status == 200)
        except OSError:
            time.sleep(0.1)
    return False


def _resident_mb(pid: int) -> float:
    """Return the resident memory of a process and of its children."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line)
        except OSError:
            continue
        if int(folder.name) == pid or int(status.get("PPid", "0")) == pid:
            total += int(status.get("VmRSS", "0 kB").split()[0])
    return total / _MB


def render(measures: Sequence[Measure]) -> str:
    """Write the report."""
    marks = {True: "是", False: "**否**", None: ""}
    lines = [
        "# 速度与内存",
        "",
        f"代码版本 {commit_of(ROOT)}；{os.cpu_count()} 个处理器，{platform.system()}，"
        f"Python {platform.python_version()}。",
        "",
        "| 工作 | 实测 | 上限 | 达到 |",
        "|---|---|---|---|",
        *(f"| {m.work} | {m.measured} | {m.limit} | {marks[m.ok]} |" for m in measures),
    ]
    return "\n".join(lines) + "\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print and write the report; 1 where a limit does not hold."""
    parser = argparse.ArgumentParser(description="测速度与内存。")
    parser.add_argument("--documents", type=int, default=DOCUMENTS, help="另加多少份虚构文档（0为不测）")
    parser.add_argument("--seconds", type=float, default=FILL_SECONDS, help="导入虚构文档至多用多少秒")
    given = parser.parse_args(argv)
    folder = Path(tempfile.mkdtemp(prefix="youju-bench-"))
    try:
        measures = measure_cold(folder)
        measures += measure_ingest(folder)
        measures += measure_pages(folder)
        measures += measure_checks(folder)
        measures += measure_drafts(corpus_folder())
        measures += measure_service(folder)
        measures += measure_growth(folder, given.documents, given.seconds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    text = render(measures)
    print(text)
    REPORTS.mkdir(exist_ok=True)
    (REPORTS / "bench.md").write_text(text, encoding="utf-8")
    return 1 if any(m.ok is False for m in measures) else 0


if __name__ == "__main__":
    sys.exit(main())
