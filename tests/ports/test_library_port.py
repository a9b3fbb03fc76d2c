"""What every Library promises, kept by the real one and by the fake."""

from __future__ import annotations

from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from service.adapters.sql_library import SqlLibrary
from service.domain.errors import MissingDocumentError
from service.domain.fact import Proof
from service.ports import Library
from tests.fakes import FakeLibrary
from tests.shorthand import a_cell, a_document


@pytest.fixture(params=["sql", "fake"])
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Library:
    return SqlLibrary(tmp_path / "library.sqlite") if request.param == "sql" else FakeLibrary()


def test_a_document_comes_back_equal(library: Library) -> None:
    document = a_document()
    library.add(document)
    assert library.get(document.id) == document


def test_printed_decimals_come_back(library: Library) -> None:
    """12.30 and 12.3 are equal numbers and different prints."""
    document = a_document()
    cells = (a_cell("12.30", document.tables[0].unit), a_cell("12.3", document.tables[0].unit))
    row = replace(document.tables[0].rows[0], cells=cells)
    document = replace(document, tables=(replace(document.tables[0], rows=(row,)),))
    library.add(document)
    read = library.get(document.id).tables[0].rows[0].cells
    assert [str(cell.quantity.number) for cell in read if cell.quantity] == ["12.30", "12.3"]


def test_an_empty_document_comes_back_equal(library: Library) -> None:
    document = replace(
        a_document(passages=(), facts=(), findings=()),
        text="",
        tables=(),
        glossary=(),
        indicators=(),
        identities=(),
        units=(),
        entity_names=(),
    )
    library.add(document)
    assert library.get(document.id) == document


def test_the_same_file_twice_is_one_document(library: Library) -> None:
    library.add(a_document("甲", name="a.txt"))
    library.add(a_document("甲", name="b.txt"))
    assert [summary.name for summary in library.summaries()] == ["b.txt"]


def test_a_changed_file_replaces_its_old_version(library: Library) -> None:
    old, new = a_document("初稿"), a_document("定稿")
    library.add(old)
    library.add(new)
    assert [summary.id for summary in library.summaries()] == [new.id]
    with pytest.raises(MissingDocumentError):
        library.get(old.id)


@pytest.mark.parametrize(
    "other", [{"year": 2023}, {"kind": "单位"}, {"name": "另.txt"}, {"entity": "财政局"}]
)
def test_documents_that_differ_in_place_stand_side_by_side(
    library: Library, other: dict[str, object]
) -> None:
    library.add(a_document("甲"))
    library.add(a_document("乙", **other))  # type: ignore[arg-type]
    assert len(library.summaries()) == 2


def test_summaries_come_by_entity_year_and_id(library: Library) -> None:
    for content, entity, year in (("1", "乙局", 2023), ("2", "甲局", 2024), ("3", "甲局", 2023)):
        library.add(a_document(content, entity=entity, year=year, name=content))
    found = [(summary.entity, summary.year) for summary in library.summaries()]
    assert found == sorted(found)
    assert found == [("乙局", 2023), ("甲局", 2023), ("甲局", 2024)]


_Record = TypeVar("_Record")
#: Something else than the default, for each kind of default.
_OTHERWISE: dict[type, Any] = {bool: True, int: 7, str: "另", tuple: (1, 2)}


def _said(record: _Record) -> _Record:
    """Return *record* with every field that was left to its default saying something else."""
    changed = {
        item.name: _OTHERWISE[type(item.default)]
        for item in fields(record)  # type: ignore[arg-type]
        if item.default is not MISSING
        and getattr(record, item.name) == item.default
        and type(item.default) in _OTHERWISE
        and item.name not in ("facts", "reasons", "notes", "repairs", "derived_from")
    }
    return replace(record, **changed)  # type: ignore[type-var]


def test_fields_that_usually_keep_their_default_come_back(library: Library) -> None:
    """Pages, recognised text, and whatever a document, a table, a row or a fact is given later."""
    document = replace(_said(a_document()), paragraphs=())  # what a text was read into for a check is not kept
    table = document.tables[0]
    table = _said(replace(table, rows=tuple(map(_said, table.rows)), notes=("注",), repairs=("补",)))
    facts = tuple(_said(replace(fact, source=_said(fact.source))) for fact in document.facts)
    document = replace(document, tables=(table,), facts=facts)
    library.add(document)
    assert (document.pages, document.ocr_pages, table.by_ocr, facts[0].source.by_ocr) == (7, (1, 2), True, True)
    assert library.get(document.id) == document
    assert library.find_facts(entity=document.entity) == facts
    (summary,) = library.summaries()
    assert (summary.pages, summary.ocr_pages) == (7, (1, 2))


def test_a_summary_counts_what_is_in_the_document(library: Library) -> None:
    document = a_document()
    library.add(document)
    (summary,) = library.summaries()
    proofs = [cell.proof for row in document.tables[0].rows for cell in row.cells]
    assert (summary.tables, summary.facts) == (1, 4)
    assert summary.cells_proven == proofs.count(Proof.PROVEN) == 2
    assert summary.cells_unproven == proofs.count(Proof.UNPROVEN) == 2
    assert summary.findings == document.findings
    assert summary.units == document.units


def test_the_version_grows_with_every_change(library: Library) -> None:
    seen = [library.version()]
    library.add(a_document("甲"))
    seen.append(library.version())
    library.add(a_document("甲"))
    seen.append(library.version())
    assert library.remove(a_document("甲").id)
    seen.append(library.version())
    assert seen == sorted(set(seen))


def test_removing_what_is_not_there_changes_nothing(library: Library) -> None:
    before = library.version()
    assert not library.remove("0000000000000000")
    assert library.version() == before


def test_an_unknown_document_is_missing(library: Library) -> None:
    with pytest.raises(MissingDocumentError, match="0000000000000000"):
        library.get("0000000000000000")
