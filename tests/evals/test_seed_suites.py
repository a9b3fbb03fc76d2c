"""The seed's labelled truth, and what the service makes of the seed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from evals import identities, synthetic, tables
from evals.identities import Way, reproduce
from evals.seed import seed_checks, seed_document, seed_path, seed_truth
from evals.seed_relations import relations


def test_the_map_of_identities_agrees_with_the_labelled_values() -> None:
    truth = seed_truth()
    values = {
        f"{t['id']}.{r}.{c}": raw
        for t in truth["tables"]
        for r, row in enumerate(t["rows"])
        for c, raw in enumerate(row["cells"])
    } | {f"N{n['start']}": n["value"] for n in truth["narrative_facts"]}

    def total(keys: tuple[str, ...]) -> Decimal:
        return sum((Decimal(values[k] or "0") for k in keys), Decimal(0))

    wanted = relations(seed_checks(), truth)
    assert len(wanted) == 336
    for relation in wanted:
        if relation.how in {"sum", "each"}:
            sides = total(relation.left), total(relation.right)
            assert sides == (Decimal(relation.left_value), Decimal(relation.right_value)), relation


def test_every_cell_and_stated_figure_of_the_seed_is_read_as_printed() -> None:
    report = tables.compare(seed_document(), seed_truth())
    assert report.mismatches == ()
    assert (report.tables, report.narrative) == (12, 60)


def test_a_misread_cell_is_found() -> None:
    document = seed_document()
    table = document.tables[2]
    cells = list(table.rows[0].cells)
    cells[5] = replace(cells[5], raw="950.74")
    spoilt = replace(table, rows=(replace(table.rows[0], cells=tuple(cells)), *table.rows[1:]))
    report = tables.compare(
        replace(document, tables=(*document.tables[:2], spoilt, *document.tables[3:])), seed_truth()
    )
    assert [(m.where, m.expected, m.found) for m in report.mismatches] == [("T03.0.5", "950.47", "950.74")]


def test_no_identity_of_the_seed_is_missing_or_judged_otherwise() -> None:
    found = reproduce(seed_document(), relations(seed_checks(), seed_truth()))
    wrong = [(r.relation.id, r.note) for r in found if r.way in {Way.WRONG, Way.MISSING}]
    assert not wrong
    within_tables = [r for r in found if r.relation.group.endswith("内") and r.relation.group != "文内"]
    assert {r.way for r in within_tables} == {Way.GENERATED}


def test_an_identity_judged_otherwise_is_found() -> None:
    document = seed_document()
    turned = tuple(replace(i, verdict="failed") if i.rule == "row-sum" else i for i in document.identities)
    found = reproduce(replace(document, identities=turned), relations(seed_checks(), seed_truth()))
    assert sum(r.way is Way.WRONG for r in found) > 50


def test_identities_that_were_not_generated_are_only_formulas() -> None:
    found = reproduce(replace(seed_document(), identities=()), relations(seed_checks(), seed_truth()))
    ways = {r.way for r in found if r.relation.how == "sum"}
    assert Way.GENERATED not in ways
    assert Way.FORMULA in ways


def test_the_report_of_identities_adds_up() -> None:
    report = identities.render(reproduce(seed_document(), relations(seed_checks(), seed_truth())))
    assert "| 336 |" in report


@pytest.mark.parametrize("number", [1, 204])
def test_invented_budgets_hold_their_sums(number: int) -> None:
    text = synthetic.variant(seed_path().read_text(encoding="utf-8"), number)
    assert "红旗区" not in text
    assert "新乡市" not in text
    assert f"{Decimal('950.47') * (number % 5 + 1)}" in text
