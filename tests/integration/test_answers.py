"""Every development question and every paraphrase is answered right, refused right, or asked back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from service.asking.answer import Answer, Status
from service.asking.asker import RuleAsker
from service.domain.document import Document
from service.domain.quantity import round_half_up
from tests.conftest import cases

CASES = [case for suite in ("questions-dev", "paraphrases") for case in cases(suite)]
every_case = pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])


@pytest.fixture(scope="module")
def answered(seed_asker: RuleAsker) -> Mapping[str, Answer]:
    """Every answer by the id of its case; each question is asked once."""
    return {
        case["id"]: seed_asker.ask(case["question"], history=case.get("history") or (), entity=None, year=None)
        for case in CASES
    }


def has_number(case: Mapping[str, Any], answer: Answer) -> bool:
    """Whether a result shows the expected amount in its unit, to the asked decimals."""
    expected, places = abs(Decimal(case["answer_value"])), int(case.get("dp", 2))
    return any(
        round_half_up(abs(Decimal(r.value)), places) == round_half_up(expected, places) and (not case["unit"] or r.unit == case["unit"])
        for r in answer.results if r.value
    )  # fmt: skip


@every_case
def test_the_case_is_met(case: Mapping[str, Any], answered: Mapping[str, Answer]) -> None:
    """The number is among the results; refusals refuse; demanded words and quotes are told."""
    answer = answered[case["id"]]
    kind = case["answer_kind"]
    said = answer.text + "\n".join(answer.readings)
    quoted = "\n".join((answer.text, *(c.place.quote for c in answer.citations)))

    assert (answer.status is Status.REFUSED) == (kind == "refuse"), answer.text
    if kind == "number":
        assert has_number(case, answer), answer.text
    if kind == "clarify":
        assert answer.status is Status.CLARIFY
    if kind == "refuse":
        assert answer.missing
    assert [w for w in case.get("must_contain") or () if w not in said] == []
    assert [q for q in case.get("quotes") or () if q not in quoted] == []


@every_case
def test_the_evidence_is_cited(case: Mapping[str, Any], answered: Mapping[str, Answer], seed: Document) -> None:
    """Every cell and sentence that the case rests on is among the places of the answer."""
    if case["answer_kind"] == "refuse":
        return
    answer = answered[case["id"]]
    places = [c.place for c in answer.citations] + [o.place for r in answer.results for o in r.operands]
    lines = {(t.id, n): row.lines for t in seed.tables for n, row in enumerate(t.rows)}

    for evidence in case.get("evidence") or ():
        if "line" in evidence:
            assert any(
                p.column_index == evidence["col"] and evidence["line"] in lines.get((p.table, p.row_index), ())
                for p in places
            ), evidence["ref"]  # fmt: skip
        else:
            assert any(p.start < evidence["end"] and evidence["start"] < p.end for p in places), evidence["ref"]


@every_case
def test_the_places_are_true(case: Mapping[str, Any], answered: Mapping[str, Answer], seed: Document) -> None:
    """Every place that is cited exists, and its printed characters are those of the document."""
    tables = {t.id: t for t in seed.tables}

    for citation in answered[case["id"]].citations:
        place = citation.place
        assert place.document == seed.id
        if place.table and place.column_index >= 0:
            assert tables[place.table].rows[place.row_index].cells[place.column_index].raw == place.quote
            assert tables[place.table].columns[place.column_index] == place.column
        elif place.start >= 0:
            assert place.end <= len(seed.text)
            assert place.quote.split("。")[0][:6] in "".join(seed.text.split())
