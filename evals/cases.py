"""Questions with their accepted answers: one JSON object per line of ``evals/cases/<suite>.jsonl``."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent / "cases"
#: Demands on answers that the questions' own file leaves in words (notes), by case id.
ADDITIONS = CASES / "additions.toml"

ANSWER_KINDS = frozenset({"number", "text", "refuse", "list", "draft", "premise_false", "clarify"})


class CaseError(ValueError):
    """A case file cannot be read; the message names file, line and field."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A cell or a stated figure that the answer must rest on.

    Attributes:
        ref: In words: ``T03[合计].基本支出/小计``.
        value: Printed digits, "" for a blank cell.
        line: 1-based line of a cell, 0 for running text.
        column: 0-based column of a cell, -1 for running text.
        start: Offset of a stated figure, -1 for a cell.
        end: Offset after it, -1 for a cell.
    """

    ref: str
    value: str
    line: int = 0
    column: int = -1
    start: int = -1
    end: int = -1


@dataclass(frozen=True, slots=True)
class Case:
    """A question and what a right answer must have.

    Attributes:
        id: ``Q001``.
        kind: What is asked for: lookup, share, change, why, ranking …
        question: As typed.
        answer_kind: number, text, refuse, list, draft, premise_false or clarify.
        history: Earlier questions of the dialogue, oldest first.
        number: The expected figure, for ``number``.
        unit: Its unit, or "".
        decimals: To which the figure must agree.
        items: The expected items, for ``list`` and for a ranking.
        answer: The accepted answer in words, for the report.
        must_contain: Words or figures that must stand in the text.
        must_not_contain: Words that must not.
        quotes: Words of the document that must be quoted.
        evidence: Cells and stated figures the answer must rest on.
        notes: For people.
        source_id: Of a paraphrase: the case it restates, or "".
    """

    id: str
    kind: str
    question: str
    answer_kind: str
    history: tuple[str, ...] = ()
    number: Decimal | None = None
    unit: str = ""
    decimals: int = 2
    items: tuple[str, ...] = ()
    answer: str = ""
    must_contain: tuple[str, ...] = ()
    must_not_contain: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    notes: str = ""
    source_id: str = ""


def suite_path(suite: str) -> Path:
    """Return the file of a suite: ``questions`` is ``questions-dev.jsonl``."""
    return CASES / ("questions-dev.jsonl" if suite == "questions" else f"{suite}.jsonl")


def load_cases(path: Path, additions: Path = ADDITIONS) -> tuple[Case, ...]:
    """Read every case of a file.

    Raises:
        CaseError: A line is no case, an id stands twice, or a case states nothing that could fail.
    """
    more = tomllib.loads(additions.read_text(encoding="utf-8")) if additions.is_file() else {}
    cases: list[Case] = []
    seen: set[str] = set()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            case = parse_case(record, more.get(record["id"], {}))
        except (KeyError, TypeError, ValueError, InvalidOperation) as error:
            raise CaseError(f"{path.name}:{number}: {type(error).__name__}: {error}") from error
        if case.id in seen:
            raise CaseError(f"{path.name}:{number}: id {case.id} stands twice")
        seen.add(case.id)
        cases.append(case)
    return tuple(cases)


def parse_case(record: Mapping[str, Any], more: Mapping[str, Any] | None = None) -> Case:
    """Build a case from its JSON object and the additional demands on it.

    Raises:
        CaseError: It states nothing that an answer could fail.
    """
    more = more or {}
    value, kind = record.get("answer_value", ""), record["answer_kind"]
    if kind not in ANSWER_KINDS:
        raise CaseError(f"{record['id']}: answer_kind {kind!r} is none of {sorted(ANSWER_KINDS)}")
    is_ranked_one = kind == "text" and record["kind"] == "ranking" and isinstance(value, str)
    items = tuple(value) if isinstance(value, list) else (value,) if is_ranked_one else ()
    case = Case(
        id=record["id"], kind=record["kind"], question=record["question"], answer_kind=kind,
        history=tuple(record.get("history") or ()),
        number=Decimal(value) if kind == "number" else None, unit=record.get("unit") or "",
        decimals=int(record.get("dp", 2)), items=items,
        answer=record.get("answer_text") or ("；".join(value) if isinstance(value, list) else str(value)),
        must_contain=(*(record.get("must_contain") or ()), *more.get("must_contain", ())),
        must_not_contain=(*(record.get("must_not_contain") or ()), *more.get("must_not_contain", ())),
        quotes=tuple(record.get("quotes") or ()),
        evidence=tuple(_evidence(e) for e in record.get("evidence") or ()),
        notes=record.get("notes") or "", source_id=record.get("source_id") or "",
    )  # fmt: skip
    demands = case.items or case.must_contain or case.quotes or case.number is not None
    if not demands and kind not in {"refuse", "premise_false"}:
        raise CaseError(f"{case.id}: nothing that a wrong answer would fail; add it to {ADDITIONS.name}")
    return case


def _evidence(record: Mapping[str, Any]) -> Evidence:
    if "line" in record:
        return Evidence(record["ref"], record["value"], line=record["line"], column=record["col"])
    return Evidence(record["ref"], record["value"], start=record["start"], end=record["end"])
