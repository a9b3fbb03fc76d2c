"""Run the evals: ``python -m evals [SUITE…] [--json] [--accept]``; ``model`` also takes ``--live`` and ``--cassette FILE``."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from evals import checking, corpus, drafting, identities, numbers, retrieval, tables, years
from evals.cases import CASES, load_cases, suite_path
from evals.model import run as model
from evals.report import render
from evals.runner import (
    BASELINES,
    REPORTS,
    accept,
    compare,
    describe,
    keep_run,
    opened_service,
    percentile,
    run_suite,
    run_to_dict,
)
from service.domain.errors import ConfigurationError

_BUILT_IN = ("tables", "identities", "numbers", "corpus", "truth", "checking", "drafting", "retrieval")
_WITH_CORPUS = {"checking": checking, "drafting": drafting, "retrieval": retrieval, "model": model}
#: Takes many minutes, and is run where it is named only.
_ON_DEMAND = ("model",)
#: Case files that hold no questions to the service.
_OTHER_CASES = "retrieval"
_PASSED, _WORSE, _USAGE = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run the suites named, or every one there is but ``model``.

    Returns:
        0; 1 where a suite is worse than its accepted run or a figure has no support; 2 for an unknown suite.
    """
    parser = argparse.ArgumentParser(prog="youju eval", description="运行评测集，与认可的结果比较。")
    parser.add_argument("suite", nargs="*", help="、".join(suites()))
    parser.add_argument("--json", action="store_true", help="只输出JSON摘要")
    parser.add_argument("--accept", action="store_true", help="把本次结果作为认可的结果")
    parser.add_argument("--live", action="store_true", help="model：问 YOUJU_LLM_BASE_URL 的真实模型，不用仿真的")
    parser.add_argument("--cassette", type=Path, metavar="文件", help="model --live：录下每次问答；没有设模型时由它回放")
    given = parser.parse_args(argv)
    if (given.live or given.cassette) and given.suite != ["model"]:
        print("--live、--cassette 只用于评测集 model：python -m evals model --live。", file=sys.stderr)
        return _USAGE
    if given.live or given.cassette:
        return _live(given.cassette, is_accepted=given.accept, as_json=given.json)
    unknown = [name for name in given.suite if name not in suites()]
    if unknown:
        print(f"没有评测集“{unknown[0]}”。有：{'、'.join(suites())}。", file=sys.stderr)
        return _USAGE
    chosen = given.suite or by_default()
    REPORTS.mkdir(exist_ok=True)
    worst, said = _PASSED, []
    with contextlib.redirect_stdout(sys.stderr if given.json else sys.stdout):
        for name in chosen:
            run = _built_in if name in (*_BUILT_IN, *_ON_DEMAND) else _questions
            code, summary = run(name, is_accepted=given.accept)
            worst = max(worst, code)
            said.append(summary)
    if given.json:
        print(json.dumps({"ok": worst == _PASSED, "suites": said}, ensure_ascii=False))
    return worst


def suites() -> tuple[str, ...]:
    """Return every suite there is: case files, then the built-in ones."""
    files = sorted(path.stem for path in CASES.glob("*.jsonl") if not path.stem.startswith("retrieval"))
    return (*("questions" if name == "questions-dev" else name for name in files), *_BUILT_IN, *_ON_DEMAND)


def by_default() -> tuple[str, ...]:
    """Return the suites that are run where none is named."""
    return tuple(name for name in suites() if name not in _ON_DEMAND)


def _questions(name: str, *, is_accepted: bool) -> tuple[int, dict[str, object]]:
    """Ask every question of a suite; print and keep everything about it."""
    cases = load_cases(suite_path(name))
    corpus = years.corpus_folder() if name == years.SUITE else None
    if name == years.SUITE and corpus is None:
        print("跨年度、跨部门评测：跳过（没有设 YOUJU_REAL_CORPUS，或没有那个文件夹）。\n")
        return _PASSED, {"suite": name, "skipped": True}
    opened = opened_service() if corpus is None else years.opened_corpus(corpus)
    with opened as (application, printed, settings):
        run = run_suite(name, cases, application, printed, describe(settings))
    difference = compare(run)
    kept = keep_run(run)
    if is_accepted:
        accept(run)
    report = render(run, difference)
    (REPORTS / f"{name}.md").write_text(report, encoding="utf-8")
    print(report)
    times = [o.ms for o in run.outcomes]
    print(f"用时 p50 {percentile(times, 0.5):.1f} 毫秒，p95 {percentile(times, 0.95):.1f} 毫秒。全部记录：{kept}")
    is_worse = bool(difference.worse and not is_accepted) or run.unsupported > 0
    summary = {k: v for k, v in run_to_dict(run).items() if k not in {"cases", "settings"}}
    summary |= {"worse": difference.worse, "better": difference.better, "run": str(kept)}
    return (_WORSE if is_worse else _PASSED), summary


def _built_in(name: str, *, is_accepted: bool) -> tuple[int, dict[str, object]]:
    """Measure the reading of the seed, or of labelled numbers, against the accepted counts."""
    if name == "numbers":
        path = Path(os.environ.get("YOUJU_REAL_DATA", "")) / "numbers-dev.jsonl"
        if not path.is_file():
            print("数字读写评测：跳过（没有设 YOUJU_REAL_DATA，或其中没有 numbers-dev.jsonl）。\n")
            return _PASSED, {"suite": name, "skipped": True}
        result = numbers.score(path)
        counts = {"right": result.right["all"]}
        report = f"# 数字读写\n\n{counts['right']} / {result.total['all']} 句全对。\n"
        is_good = True
    elif name in {"corpus", "truth"}:
        folder = years.corpus_folder()
        if folder is None:
            print("真实文件评测：跳过（没有设 YOUJU_REAL_CORPUS，或没有那个文件夹）。\n")
            return _PASSED, {"suite": name, "skipped": True}
        report, counts, is_good = corpus.measure(folder) if name == "corpus" else corpus.measure_truth(folder)
        (REPORTS / f"{name}.md").write_text(report, encoding="utf-8")
    elif name in _WITH_CORPUS:
        report, counts, is_good = _WITH_CORPUS[name].measure(years.corpus_folder())
        (REPORTS / f"{name}.md").write_text(report, encoding="utf-8")
    else:
        report, counts, is_good = (tables if name == "tables" else identities).measure()
        (REPORTS / f"{name}.md").write_text(report, encoding="utf-8")
    return _compared(name, report, counts, is_good=is_good, is_accepted=is_accepted)


def _live(cassette: Path | None, *, is_accepted: bool, as_json: bool) -> int:
    """Ask the real endpoint that is set, or play what was kept of one."""
    REPORTS.mkdir(exist_ok=True)
    with contextlib.redirect_stdout(sys.stderr if as_json else sys.stdout):
        try:
            report, counts, is_good = model.measure_live(years.corpus_folder(), cassette)
        except ConfigurationError as error:
            print(error.message, file=sys.stderr)
            return _USAGE
        (REPORTS / "model-live.md").write_text(report, encoding="utf-8")
        code, summary = _compared("model-live", report, counts, is_good=is_good, is_accepted=is_accepted)
    if as_json:
        print(json.dumps({"ok": code == _PASSED, "suites": [summary]}, ensure_ascii=False))
    return code


def _compared(
    name: str, report: str, counts: dict[str, int], *, is_good: bool, is_accepted: bool
) -> tuple[int, dict[str, object]]:  # fmt: skip
    """Print a report and compare its counts with the accepted ones."""
    print(report)
    accepted = BASELINES / f"{name}.json"
    if is_accepted:
        accepted.write_text(json.dumps(counts) + "\n", encoding="utf-8")
    before = json.loads(accepted.read_text(encoding="utf-8")) if accepted.is_file() else {}
    worse = [f"{key}：{counts[key]}，原为{before[key]}" for key in counts if counts[key] < before.get(key, counts[key])]
    print("比认可的结果差：" + "；".join(worse) + "\n" if worse else "不比认可的结果差。\n")
    code = _PASSED if is_good and not worse else _WORSE
    return code, {"suite": name, "ok": code == _PASSED, **counts, "worse": worse}


if __name__ == "__main__":
    sys.exit(main())
