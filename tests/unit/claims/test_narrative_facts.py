"""Figures of the running text become facts at the offsets where they are printed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.domain.coordinate import Aspect
from service.domain.fact import Authority
from service.vocabulary.vocabulary import Vocabulary
from tests.samples import Sample, ingest_text, read_sample

amounts = st.decimals(min_value="0.01", max_value="99999.99", places=2)
samples = st.builds(
    Sample, pay=amounts, homes=amounts, goods=amounts, cut=amounts, year=st.integers(2010, 2030), page_breaks=st.booleans()
)  # fmt: skip
_relaxed = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@given(made=samples)
@_relaxed
def test_offsets_slice_to_the_digits(made: Sample, vocabulary: Vocabulary) -> None:
    """Whatever the amounts, the offsets of a stated fact slice to text that has its digits."""
    document = read_sample(made, vocabulary)
    stated = [f for f in document.facts if f.authority is Authority.SENTENCE and f.quantity is not None]

    assert len(stated) == 7
    for fact in stated:
        assert fact.quantity is not None
        printed = document.text[fact.source.start : fact.source.end]
        assert f"{abs(fact.quantity.number)}" in printed
        assert printed.replace(" ", "") in fact.source.quote


@given(made=samples)
@_relaxed
def test_the_year_before_is_this_year_plus_the_cut(made: Sample, vocabulary: Vocabulary) -> None:
    """Level and stated change together give the figure of the year before, by a formula that says so."""
    document = read_sample(made, vocabulary)
    derived = [f for f in document.facts if f.authority is Authority.DERIVED]

    assert {f.coordinate.measure for f in derived} >= {"收入", "支出"}
    for fact in derived:
        assert fact.coordinate.year == made.year - 1
        assert fact.quantity is not None
        assert fact.quantity.number == made.total + made.cut
        assert len(fact.derived_from) == 2


def test_a_paragraph_torn_by_a_page_break_keeps_its_offsets(vocabulary: Vocabulary) -> None:
    """The figure after the break is read, on its own line and at its own offsets."""
    plain = Sample().text
    torn = plain.replace("支出总计 239.25 万元", "支出总\n\n计 239.25 万元", 1)
    document = ingest_text(torn, vocabulary)
    (fact,) = [
        f for f in document.facts
        if f.authority is Authority.SENTENCE and f.coordinate.measure == "支出总计" and f.coordinate.aspect is Aspect.LEVEL
    ]  # fmt: skip

    assert document.text[fact.source.start : fact.source.end] == "239.25 万元"
    assert document.text.split("\n")[fact.source.line - 1].startswith("计 239.25")


def test_reasons_are_kept_with_what_changed(vocabulary: Vocabulary) -> None:
    """A reason is kept in the document's words, at the coordinate of the change it explains."""
    document = read_sample(replace(Sample(), cut=Decimal("1.50")), vocabulary)

    assert {(r.coordinate.measure, r.text) for r in document.reasons} == {
        ("收入", "一次性安排的古籍普查已经完成"),
        ("支出", "一次性安排的古籍普查已经完成"),
    }
