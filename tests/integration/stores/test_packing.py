"""Values packed for the store come back as they were, also after the program has changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.adapters.sql_rows import fact_of, fact_row
from service.adapters.sql_schema import pack, pack_text, unpack, unpack_text
from service.domain.coordinate import Aspect, Coordinate, Stage
from service.domain.errors import StoreError
from service.domain.fact import Authority, CellState, Fact, Proof, Source
from service.domain.quantity import Kind, Quantity, Unit, unit_of

texts = st.text(max_size=6)
numbers = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        [Decimal(text) for text in ("-0", "0.00", "-0.0", "99999999999999.99", "1E+3", "12345678901234567890.12")]
    ),
)
units = st.one_of(
    st.sampled_from([unit_of(symbol) for symbol in ("万元", "%", "辆", "", "个百分点")]),
    st.builds(Unit, texts, st.sampled_from(Kind), st.decimals(1, 10**6, places=2)),
)
sources = st.builds(Source, texts, texts, texts, st.integers(-1, 99), st.integers(-1, 99), texts, texts, quote=texts)
coordinates = st.builds(
    Coordinate,
    texts,
    st.integers(2000, 2100),
    st.sampled_from(Stage),
    texts,
    st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
    st.sampled_from(Aspect),
    st.none() | st.integers(2000, 2100),
    texts,
)
figures = st.builds(
    Fact,
    texts,
    coordinates,
    st.none() | st.builds(Quantity, numbers, units),
    st.sampled_from(CellState),
    st.sampled_from(Authority),
    sources,
    texts,
    st.sampled_from(Proof),
    st.lists(texts, max_size=3).map(tuple),
    texts,
)


@given(st.lists(figures, max_size=6).map(tuple))
def test_packing_loses_nothing(facts: tuple[Fact, ...]) -> None:
    read = unpack(pack(facts, tuple[Fact, ...]), tuple[Fact, ...])
    assert read == facts
    assert repr(read) == repr(facts)


@given(figures)
def test_a_row_loses_nothing(fact: Fact) -> None:
    read = fact_of(fact_row("d", 0, fact))
    assert read == fact
    if fact.quantity and read.quantity:
        assert str(read.quantity.number) == str(fact.quantity.number)


def test_an_amount_is_an_integer_with_an_exponent() -> None:
    row = fact_row("d", 0, _fact(Quantity(Decimal("-950.470"), unit_of("万元"))))
    assert (row["coefficient"], row["exponent"], row["unit"]) == (-950470, -3, "万元")
    assert not any(isinstance(value, float) for value in row.values())


def test_an_amount_beyond_63_bits_is_text() -> None:
    row = fact_row("d", 0, _fact(Quantity(Decimal(2**63), unit_of("元"))))
    assert (row["coefficient"], row["number_text"]) == (None, "9223372036854775808")


def test_a_blank_has_no_amount() -> None:
    row = fact_row("d", 0, _fact(None))
    assert {row[name] for name in ("coefficient", "exponent", "number_text", "unit")} == {None}


def _fact(quantity: Quantity | None) -> Fact:
    place = Coordinate("e", 2024, Stage.BUDGET, "支出")
    return Fact("f", place, quantity, CellState.PRINTED, Authority.CELL, Source("d"), "支出")


@dataclass(frozen=True, slots=True)
class Old:
    """A record as an earlier release had it."""

    name: str
    dropped: str = "x"


@dataclass(frozen=True, slots=True)
class New:
    """The same with a field that has a default."""

    name: str
    added: int = 7


@dataclass(frozen=True, slots=True)
class Newer:
    """The same with a field that has none."""

    name: str
    needed: int


def _renamed(text: str, to: str) -> str:
    body = json.loads(text)
    body["records"] = {to: body["records"]["Old"]}
    return json.dumps(body)


def test_a_field_that_is_new_takes_its_default() -> None:
    written = _renamed(pack_text((Old("a"), Old("b")), tuple[Old, ...]), "New")
    assert unpack_text(written, tuple[New, ...]) == (New("a"), New("b"))


def test_a_field_that_cannot_be_filled_asks_to_read_the_document_again() -> None:
    written = _renamed(pack_text((Old("a"),), tuple[Old, ...]), "Newer")
    with pytest.raises(StoreError, match="重新导入"):
        unpack_text(written, tuple[Newer, ...])


def test_repeated_records_are_shared() -> None:
    read = unpack(pack((Old("a"), Old("a")), tuple[Old, ...]), tuple[Old, ...])
    assert read[0] is read[1]
