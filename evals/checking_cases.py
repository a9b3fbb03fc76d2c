"""Known errors, known oddities and traps: what must be found, what must stay silent, what was judged by hand."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from evals.cases import CASES
from evals.checking_traps import Trap, load_traps
from evals.checking_trial import check_reading
from evals.reading import read_kept
from evals.seed import seed_path
from service.adapters.vocabulary_files import read_vocabulary
from service.domain.check import CheckReport, Verdict
from service.domain.errors import YoujuError
from service.domain.finding import Finding, Severity
from service.ingestion.pipeline import ingest

KNOWN = CASES / "checking_known.csv"
ODDITIES = CASES / "checking_seed_oddities.csv"
JUDGED = CASES / "checking_judged.csv"
_LOUD = frozenset({Severity.ERROR, Severity.WARNING})


@dataclass(frozen=True, slots=True)
class Case:
    """Something known to be wrong in a document.

    Attributes:
        document: Folder and file; with ``+`` and the file its tables stand in.
        id: Short name within the document.
        what: In Chinese.
        machine: ``yes`` where a machine can see it, ``no``, or ``silent`` where nothing may be said.
        words: What a finding must say: groups parted by ``|``, of words parted by ``&``.
    """

    document: str
    id: str
    what: str
    machine: str
    words: str

    def is_said_by(self, text: str) -> bool:
        """Whether a text has all the words of one of the groups."""
        plain = _plain(text)
        return any(all(_plain(w) in plain for w in g.split("&")) for g in self.words.split("|")) if self.words else False


@dataclass(frozen=True, slots=True)
class Judged:
    """A case with what the check said of it.

    Attributes:
        case: The case.
        codes: Codes of the findings that say it.
        loud: Whether one of them is an error or a warning.
    """

    case: Case
    codes: tuple[str, ...] = ()
    loud: bool = False

    @property
    def is_found(self) -> bool:
        """Whether anything says it."""
        return bool(self.codes)


def _plain(text: str) -> str:
    return "".join(text.split()).replace(",", "").replace("(", "（").replace(")", "）") if text else ""


def said(finding: Finding) -> str:
    """Return what a finding says, quotes left out."""
    return f"{finding.message}\n{finding.stated}\n{finding.expected}\n{finding.working}"


def load_known() -> list[Case]:
    """Return the known errors of real documents."""
    with KNOWN.open(encoding="utf-8", newline="") as file:
        return [Case(r["document"], r["id"], r["what"], r["machine"], r["words"]) for r in csv.DictReader(file)]


def load_oddities() -> list[Case]:
    """Return the oddities of the seed."""
    with ODDITIES.open(encoding="utf-8", newline="") as file:
        return [Case("", r["number"], r["why"], r["machine"], r["words"]) for r in csv.DictReader(file)]


def judge(cases: Iterable[Case], report: CheckReport) -> list[Judged]:
    """Say of each case which findings of a report, or figures judged contradicted, tell of it."""
    texts = [(f.code, f.severity in _LOUD, said(f)) for f in report.findings]
    texts += [
        ("contradicted", True, f"{j.text}\n{j.expected}\n{j.working}\n{j.subject}")
        for j in report.figures if j.verdict is Verdict.CONTRADICTED
    ]  # fmt: skip
    out = []
    for case in cases:
        hits = [(code, loud) for code, loud, text in texts if case.is_said_by(text)]
        out.append(Judged(case, tuple(dict.fromkeys(c for c, _ in hits)), any(loud for _, loud in hits)))
    return out


def known_found(folder: Path) -> list[Judged]:
    """Check every document with known errors."""
    out: list[Judged] = []
    cases = load_known()
    for name in dict.fromkeys(c.document for c in cases):
        mine = [c for c in cases if c.document == name]
        first, _, second = name.partition("+")
        try:
            tables = [ingest(read_kept(folder / second), read_vocabulary())] if second else []
            _, report = check_reading(read_kept(folder / first), tables)
        except (YoujuError, OSError):
            out += [Judged(case) for case in mine]
            continue
        out += judge(mine, report)
    return out


def oddities_found() -> list[Judged]:
    """Check the seed for its oddities."""
    _, report = check_reading(read_kept(seed_path()))
    return judge(load_oddities(), report)


@dataclass(frozen=True, slots=True)
class Sprung:
    """A trap and the errors and warnings its document raised."""

    trap: Trap
    loud: tuple[Finding, ...]

    @property
    def is_right(self) -> bool:
        """Whether it stayed silent, or the twin was found."""
        if self.trap.is_silent:
            return not any(f.severity is Severity.ERROR for f in self.loud)
        return any(all(_plain(w) in _plain(said(f)) for w in self.trap.must_find) for f in self.loud)


def traps_sprung(traps: Sequence[Trap] = ()) -> list[Sprung]:
    """Check these traps, or every one there is."""
    out = []
    for trap in traps or load_traps():
        _, report = check_reading(trap.reading())
        out.append(Sprung(trap, tuple(f for f in report.findings if f.severity in _LOUD)))
    return out


# ------------------------------------------------------------------------------------- judged by hand


def place_of(finding: Finding) -> str:
    """Return the place of a finding in a few characters: table, row and column, or page and offset."""
    if not finding.sources:
        return ""
    s = finding.sources[0]
    return f"{s.table}.{s.row}.{s.column}" if s.table else f"p{s.page}@{s.start}"


@dataclass(frozen=True, slots=True)
class Verdicts:
    """A verdict by hand on alarms of a document.

    Attributes:
        document: Folder and file; it and the next three are patterns with ``*``.
        code: Code of the finding.
        stated: What it states, without separators.
        place: As `place_of` writes it.
        words: What its message must say besides, "" for anything.
        verdict: ``true`` where the document has that error, ``false`` for a false alarm.
        reason: Why.
    """

    document: str
    code: str
    stated: str
    place: str
    words: str
    verdict: str
    reason: str

    def is_on(self, document: str, finding: Finding) -> bool:
        """Whether it is on this alarm."""
        pairs = (
            (document, self.document), (finding.code, self.code), (_plain(finding.stated), self.stated),
            (place_of(finding), self.place),
        )  # fmt: skip
        return all(fnmatchcase(text, pattern) for text, pattern in pairs) and _plain(self.words) in _plain(said(finding))


def load_judged() -> list[Verdicts]:
    """Return the verdicts by hand; the first that is on an alarm counts."""
    with JUDGED.open(encoding="utf-8", newline="") as file:
        return [Verdicts(**row) for row in csv.DictReader(file)]


def alarms(document: str, report: CheckReport) -> Iterator[tuple[Finding, str, str]]:
    """Return each error and warning with its verdict by hand, "" where it was not judged yet, and the reason."""
    verdicts = load_judged()
    for finding in report.findings:
        if finding.severity in _LOUD:
            on = next((v for v in verdicts if v.is_on(document, finding)), None)
            yield finding, on.verdict if on else "", on.reason if on else ""


def trap_lines(sprung: Sequence[Sprung]) -> Iterator[str]:
    """Write what the traps raised."""
    silent, twins = [s for s in sprung if s.trap.is_silent], [s for s in sprung if not s.trap.is_silent]
    yield "## 陷阱"
    yield ""
    yield (
        f"不该报错的 {len(silent)} 份，没有报错 {sum(s.is_right for s in silent)} 份（另有警告 "
        f"{sum(f.severity is Severity.WARNING for s in silent for f in s.loud)} 条）；"
        f"真有错的孪生 {len(twins)} 份，找到 {sum(s.is_right for s in twins)} 份。"
    )
    yield ""
    yield "| 陷阱 | 内容 | 应当 | 结果 |"
    yield "|---|---|---|---|"
    for s in sprung:
        codes = "、".join(dict.fromkeys(f"{f.code}（{f.severity.value}）" for f in s.loud)) or "没有报"
        wanted = "不报错" if s.trap.is_silent else "报：" + "、".join(s.trap.must_find)
        yield f"| {s.trap.id} | {s.trap.what} | {wanted} | {'' if s.is_right else '**不对** '}{codes} |"


def case_lines(title: str, judged: Sequence[Judged], *, with_document: bool) -> Iterator[str]:
    """Write a table of cases with what says them."""
    wanted = [j for j in judged if j.case.machine == "yes"]
    found = sum(j.is_found for j in wanted)
    yield f"## {title}"
    yield ""
    yield f"机器看得出的 {len(wanted)} 条，找到 {found} 条（其中错误或警告 {sum(j.loud for j in wanted)} 条）。"
    yield ""
    yield f"| {'文件 | ' if with_document else ''}编号 | 内容 | 看得出 | 结果 |"
    yield f"|{'---|' if with_document else ''}---|---|---|---|"
    names = {"yes": "是", "no": "否", "silent": "不该报"}
    for j in judged:
        document = f"{j.case.document.partition('/')[0]} | " if with_document else ""
        result = "、".join(j.codes) if j.codes else "没有报（对）" if j.case.machine != "yes" else "**没有找到**"
        yield f"| {document}{j.case.id} | {j.case.what} | {names[j.case.machine]} | {result} |"
