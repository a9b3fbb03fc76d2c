"""Run a suite of questions, keep everything about the run, and compare it with the accepted run."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

from evals.cases import Case
from evals.evidence import Printed
from evals.scorers import RIGHT, Score, Scorer, build_scorers
from evals.seed import seed_path
from service.adapters.clock import SystemClock
from service.application import Application
from service.asking.answer import Answer
from service.bootstrap import build_application
from service.domain.errors import YoujuError
from service.settings import Settings

ROOT = Path(__file__).parent.parent
RUNS = ROOT / "evals" / "runs"
BASELINES = ROOT / "evals" / "baselines"
REPORTS = ROOT / "evals" / "reports"


class Asking(Protocol):
    """Whatever answers questions: the application, or a stand-in."""

    def ask(self, question: str, *, history: Sequence[str] = ()) -> Answer:
        """Answer one question."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case.

    Attributes:
        case: The case.
        answer: The answer, None where asking failed.
        error: Why asking failed, or "".
        scores: By scorer; empty where asking failed.
        ms: Time of asking, in milliseconds.
    """

    case: Case
    answer: Answer | None
    error: str
    scores: Mapping[str, Score]
    ms: float

    @property
    def is_right(self) -> bool:
        """Whether the reader was told the right thing."""
        values = [self.scores[name].value for name in RIGHT if name in self.scores]
        return bool(values) and 0 not in values

    @property
    def unsupported(self) -> int:
        """How many figures of the text nothing supports."""
        score = self.scores.get("supported")
        return score.total - score.found if score else 0


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a suite.

    Attributes:
        suite: Its name.
        commit: Commit of the checkout, with ``+`` where files are changed.
        at: When it began.
        settings: Settings of the service, secrets left out, and hashes of the prompts.
        outcomes: One per case.
    """

    suite: str
    commit: str
    at: str
    settings: Mapping[str, str]
    outcomes: tuple[Outcome, ...]

    @property
    def right(self) -> int:
        """How many cases were answered right."""
        return sum(o.is_right for o in self.outcomes)

    @property
    def unsupported(self) -> int:
        """How many figures of all texts nothing supports."""
        return sum(o.unsupported for o in self.outcomes)


@dataclass(frozen=True, slots=True)
class Difference:
    """A run against the accepted one, in words, a line each.

    Attributes:
        has_baseline: Whether there is an accepted run.
        worse: What was better in the accepted run.
        better: What was worse in it.
        new: Cases it does not have.
    """

    has_baseline: bool
    worse: tuple[str, ...] = ()
    better: tuple[str, ...] = ()
    new: tuple[str, ...] = ()


@contextmanager
def opened_service() -> Iterator[tuple[Application, Printed, Settings]]:
    """Open the service over a store of its own that holds the seed document only."""
    home = Path(tempfile.mkdtemp(prefix="youju-evals-"))
    try:
        settings = Settings(home=home, database_url="")
        application = build_application(settings)
        taken = list(application.add_paths([seed_path()]))
        documents = [application.document(each.document.id) for each in taken if each.document is not None]
        yield application, Printed(documents), settings
    finally:
        shutil.rmtree(home, ignore_errors=True)


def run_suite(suite: str, cases: Sequence[Case], asking: Asking, printed: Printed, settings: Mapping[str, str]) -> Run:
    """Ask every question and judge every answer."""
    scorers = build_scorers(printed)
    at = SystemClock().now()
    outcomes = tuple(_outcome(case, asking, scorers) for case in cases)
    return Run(suite, commit_of(ROOT), at, settings, outcomes)


def _outcome(case: Case, asking: Asking, scorers: Mapping[str, Scorer]) -> Outcome:
    begun = time.perf_counter()
    try:
        answer = asking.ask(case.question, history=case.history)
    except YoujuError as error:
        return Outcome(case, None, f"{error.code}: {error.message}", {}, _ms_since(begun))
    except Exception as error:  # a crash is a wrong answer, and the run goes on
        return Outcome(case, None, f"{type(error).__name__}: {error}", {}, _ms_since(begun))
    ms = _ms_since(begun)
    return Outcome(case, answer, "", {name: score(case, answer) for name, score in scorers.items()}, ms)


def _ms_since(begun: float) -> float:
    return round((time.perf_counter() - begun) * 1000, 2)


def describe(settings: Settings) -> dict[str, str]:
    """Return the settings and the prompts' hashes, as text; secrets only as set or not."""
    described = {}
    for name, value in settings.model_dump().items():
        is_secret = any(word in name for word in ("key", "secret", "token", "password", "body"))
        described[name] = ("set" if value else "") if is_secret else str(value)
    for path in sorted((ROOT / "prompts").glob("*")):
        if path.is_file():
            described[f"prompt:{path.name}"] = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    return described


def commit_of(root: Path) -> str:
    """Return the commit of a checkout, ``+`` added where files are changed, "" outside of git."""
    git = shutil.which("git")
    if git is None:
        return ""

    def said(*arguments: str) -> str:
        done = subprocess.run([git, *arguments], cwd=root, capture_output=True, text=True, check=False)  # noqa: S603
        return done.stdout.strip() if done.returncode == 0 else ""

    changed = said("status", "--porcelain", "--", "service", "evals", "prompts")
    return said("rev-parse", "--short", "HEAD") + ("+" if changed else "")


# ------------------------------------------------------------------------------------ kept and compared


def run_to_dict(run: Run) -> dict[str, Any]:
    """Return everything about a run."""
    return {
        "suite": run.suite,
        "commit": run.commit,
        "at": run.at,
        "settings": dict(run.settings),
        "total": len(run.outcomes),
        "right": run.right,
        "unsupported": run.unsupported,
        "cases": [
            {
                "case": asdict(o.case),
                "right": o.is_right,
                "error": o.error,
                "ms": o.ms,
                "scores": {name: asdict(score) for name, score in o.scores.items()},
                "answer": asdict(o.answer) if o.answer is not None else None,
            }
            for o in run.outcomes
        ],
    }


def keep_run(run: Run, folder: Path = RUNS) -> Path:
    """Write the run's JSON and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    stamp = "".join(c for c in run.at if c.isdigit())[:14]
    path = folder / f"{stamp}-{run.suite}.json"
    body = json.dumps(run_to_dict(run), ensure_ascii=False, indent=1, default=_as_text)
    path.write_text(body + "\n", encoding="utf-8")
    return path


def _as_text(value: object) -> str:
    return str(value.value) if isinstance(value, Enum) else str(value)


def baseline_of(run: Run) -> dict[str, Any]:
    """Return what is accepted of a run: per case right or not, every score, cells cited."""
    cases = {}
    for outcome in run.outcomes:
        cited = outcome.scores.get("citation")
        cases[outcome.case.id] = {
            "right": outcome.is_right,
            "scores": {n: s.value for n, s in outcome.scores.items() if s.value is not None},
            "cells": [cited.found, cited.total] if cited and cited.value is not None else [],
        }
    return {"suite": run.suite, "commit": run.commit, "right": run.right, "cases": cases}


def accept(run: Run, folder: Path = BASELINES) -> Path:
    """Make a run the accepted one."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{run.suite}.json"
    body = baseline_of(run)
    lines = [f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in body["cases"].items()]
    head = [f" {json.dumps(k)}: {json.dumps(body[k])}" for k in ("suite", "commit", "right")]
    cases = ',\n "cases": {\n' + ",\n".join(lines) + "\n }"
    path.write_text("{\n" + ",\n".join(head) + cases + "\n}\n", encoding="utf-8")
    return path


def compare(run: Run, folder: Path = BASELINES) -> Difference:
    """Compare a run with the accepted run of its suite."""
    path = folder / f"{run.suite}.json"
    if not path.is_file():
        return Difference(has_baseline=False)
    accepted: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["cases"]
    now = baseline_of(run)["cases"]
    worse = [f"{name} 不在本次运行中" for name in accepted if name not in now]
    better: list[str] = []
    for name in (n for n in now if n in accepted):
        lost, gained = _changes(accepted[name], now[name])
        worse += (f"{name} {each}" for each in lost)
        better += (f"{name} {each}" for each in gained)
    new = [name for name in now if name not in accepted]
    return Difference(True, tuple(worse), tuple(better), tuple(new))


def _changes(before: dict[str, Any], after: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return what got worse and what got better; a score that is no longer given counts as lost."""
    lost: list[str] = []
    gained: list[str] = []
    if before["right"] != after["right"]:
        (gained if after["right"] else lost).append("答对了" if after["right"] else "原来答对，现在答错")
    for scorer in sorted({*before["scores"], *after["scores"]}):
        was, is_now = before["scores"].get(scorer), after["scores"].get(scorer)
        if was == 1 and is_now != 1:
            lost.append(f"{scorer}：{'0' if is_now == 0 else '不再评分'}，原为1")
        elif was == 0 and is_now == 1:
            gained.append(f"{scorer}：1，原为0")
    had, has = (side["cells"][0] if side["cells"] else 0 for side in (before, after))
    if had != has and before["scores"].get("citation") == after["scores"].get("citation"):
        (gained if has > had else lost).append(f"引用到{has}格，原为{had}格")
    return lost, gained


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least *share* of the values do not exceed.

    Example:
        >>> percentile([3, 1, 2, 4], 0.5), percentile([3, 1, 2, 4], 0.95)
        (2, 4)

    """
    ordered = sorted(values)
    return ordered[max(0, -int(-(share * len(ordered)) // 1) - 1)]
