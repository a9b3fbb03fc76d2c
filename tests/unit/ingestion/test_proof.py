"""Figures prove each other; a wrong one is found, marked and kept."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.domain.document import Document
from service.domain.fact import Proof
from service.domain.finding import Severity
from service.domain.quantity import WAN_YUAN, Quantity
from service.ingestion.proof import Operand, judge, tolerance, try_identity
from service.vocabulary.vocabulary import Vocabulary
from tests.samples import Project, Sample, read_sample

amounts = st.decimals(min_value="0.01", max_value="99999.99", places=2)


def operands(*numbers: str) -> list[Operand]:
    """Write figures in 万元, "" for a blank."""
    return [Operand(f"T.{i}", Quantity(Decimal(n), WAN_YUAN) if n else None) for i, n in enumerate(numbers)]


def verdict(total: str, *parts: str, rule: str = "column-sum") -> str:
    """Try the sum and return what came of it."""
    made = try_identity("k", rule, "", operands(total), operands(*parts))
    assert made is not None
    return made.verdict


def proofs(document: Document, proof: Proof) -> list[str]:
    """Return the places with that proof."""
    return [
        f"{t.id}.{r}.{c}"
        for t in document.tables for r, row in enumerate(t.rows) for c, cell in enumerate(row.cells) if cell.proof is proof
    ]  # fmt: skip


def test_rounding_allows_half_a_unit_per_figure() -> None:
    """Three printed figures may differ by 0.015; one cent more fails."""
    assert verdict("10.00", "4.00", "6.00") == "exact"
    assert verdict("10.01", "4.00", "6.00") == "rounding"
    assert verdict("10.02", "4.00", "6.00") == "failed"
    assert tolerance([q for o in operands("1.00", "2.00") if (q := o.quantity)], []) == Decimal(100)


def test_a_blank_adds_nothing() -> None:
    """A blank part counts as nothing and takes no part in the identity."""
    made = try_identity("k", "column-sum", "", operands("4.00"), operands("4.00", ""))

    assert made is not None
    assert made.verdict == "exact"
    assert made.right == ("T.0",)


def test_a_part_may_be_smaller_than_the_whole() -> None:
    """其中 lies within; a greater part fails."""
    assert verdict("3.00", "4.00", rule="of-which") == "exact"
    assert verdict("5.00", "4.00", rule="of-which") == "failed"


def test_only_what_nothing_else_proves_is_contradicted() -> None:
    """A figure that another identity vouches for is not the wrong one."""
    good = try_identity("a", "column-sum", "", [Operand("x", Quantity(Decimal(3), WAN_YUAN))], operands("3"))
    bad = try_identity("b", "column-sum", "", [Operand("y", Quantity(Decimal(9), WAN_YUAN))], operands("3"))
    assert good is not None
    assert bad is not None

    assert judge([good, bad]) == {"x": Proof.PROVEN, "T.0": Proof.PROVEN, "y": Proof.CONTRADICTED}


def test_a_right_document_proves_itself(sample: Document) -> None:
    """Every figure of a document that adds up is proven, and there is nothing to report."""
    assert not proofs(sample, Proof.CONTRADICTED)
    assert not sample.findings
    assert all(i.verdict == "exact" for i in sample.identities)


@given(pay=amounts, homes=amounts, goods=amounts, money=st.lists(amounts, min_size=1, max_size=4), fund=st.booleans())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_adds_up_is_proven(
    pay: Decimal, homes: Decimal, goods: Decimal, money: list[Decimal], *, fund: bool, vocabulary: Vocabulary
) -> None:
    """For any amounts a document made to add up has no contradiction and no unproven figure."""
    projects = tuple(Project(f"虚构专项{'甲乙丙丁'[n]}", a, of_fund=fund and n == 0) for n, a in enumerate(money))
    document = read_sample(Sample(pay=pay, homes=homes, goods=goods, projects=projects), vocabulary)

    assert not [f.message for f in document.findings if f.severity is Severity.ERROR]
    assert not proofs(document, Proof.CONTRADICTED)
    assert not proofs(document, Proof.UNPROVEN)


def test_a_planted_wrong_total_is_found_and_kept(vocabulary: Vocabulary) -> None:
    """The wrong total, and it alone, is contradicted; findings say stated and expected; the document is in."""
    document = read_sample(Sample(wrong_total=Decimal("999.99")), vocabulary)
    errors = [f for f in document.findings if f.severity is Severity.ERROR]

    assert proofs(document, Proof.CONTRADICTED) == ["T03.0.4"]
    assert {f.code for f in errors} >= {"row-does-not-add-up", "total-does-not-add-up", "places-disagree"}
    assert ("999.99", "239.25") in {(f.stated, f.expected) for f in errors}
    assert all("999.99" in f.message for f in errors)
    fact = next(f for f in document.facts if f.source.table == "T03" and (f.source.row, f.source.column) == (0, 4))
    assert fact.quantity is not None
    assert (str(fact.quantity.number), fact.proof) == ("999.99", Proof.CONTRADICTED)


def test_a_sentence_that_contradicts_the_tables_is_found(vocabulary: Vocabulary) -> None:
    """A narrative figure other than the table's gives a finding that names both places."""
    document = read_sample(Sample(said_basic=Decimal("111.11")), vocabulary)
    errors = [f for f in document.findings if f.code == "places-disagree"]

    assert errors
    assert all({"111.11"} & {f.stated, f.expected} for f in errors)
    assert {s.table for f in errors for s in f.sources} >= {"", "T03"}
    assert not proofs(document, Proof.CONTRADICTED)
