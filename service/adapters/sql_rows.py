"""Documents and facts as rows of the store, and back."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import MISSING, fields
from decimal import Decimal
from functools import cache
from typing import Any, get_type_hints

from service.adapters.sql_schema import pack_text, unpack_text
from service.domain.coordinate import Aspect, Coordinate, Stage
from service.domain.document import BudgetUnit, Document, DocumentSummary
from service.domain.fact import Authority, CellState, Fact, Proof, Source
from service.domain.finding import Finding
from service.domain.quantity import Kind, Quantity, Unit, unit_of

#: The one state a reader meets. Anything else is not finished and not shown.
COMPLETE = "complete"

_BIGGEST_COEFFICIENT = 2**63 - 1
_BIGGEST_EXPONENT = 2**15 - 1
#: A text is checked as it is handed in; what it was read into for that is not kept.
_NOT_STORED = frozenset({"paragraphs"})
_HEAD = frozenset(
    {"id", "sha256", "name", "title", "entity", "entity_names", "entity_code", "year", "stage", "kind"}
    | {"region", "units"}
)


def summarise(document: Document) -> DocumentSummary:
    """Return what the store says of *document* without loading it."""
    proofs = Counter(cell.proof for table in document.tables for row in table.rows for cell in row.cells if cell.proof)
    return DocumentSummary(
        id=document.id,
        name=document.name,
        title=document.title,
        entity=document.entity,
        entity_names=document.entity_names,
        year=document.year,
        stage=document.stage,
        kind=document.kind,
        region=document.region,
        units=document.units,
        tables=len(document.tables),
        facts=len(document.facts),
        cells_proven=proofs[Proof.PROVEN],
        cells_unproven=proofs[Proof.UNPROVEN],
        cells_contradicted=proofs[Proof.CONTRADICTED],
        findings=document.findings,
        pages=document.pages,
        ocr_pages=document.ocr_pages,
    )


@cache
def parts() -> dict[str, Any]:
    """Return the fields of a document without columns, with their types: a new one becomes a part."""
    kinds = get_type_hints(Document)
    return {item.name: kinds[item.name] for item in fields(Document) if item.name not in _HEAD | _NOT_STORED}


def head_row(document: Document) -> dict[str, Any]:
    """Return the row of *document* in ``documents``."""
    summary = summarise(document)
    row = {item.name: getattr(summary, item.name) for item in fields(summary)}
    return row | {
        "sha256": document.sha256,
        "entity_code": document.entity_code,
        "state": COMPLETE,
        "stage": document.stage.value,
        "entity_names": _json(document.entity_names),
        "units": _json([[unit.code, unit.name] for unit in document.units]),
        "findings": pack_text(document.findings, tuple[Finding, ...]) if document.findings else "",
        "ocr_pages": _json(document.ocr_pages),
    }


def head_values(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return what a row of ``documents`` says that documents and summaries share."""
    return {
        "id": row["id"],
        "name": row["name"],
        "title": row["title"],
        "entity": row["entity"],
        "entity_names": tuple(json.loads(row["entity_names"])),
        "year": row["year"],
        "stage": Stage(row["stage"]),
        "kind": row["kind"],
        "region": row["region"],
        "units": tuple(BudgetUnit(code, name) for code, name in json.loads(row["units"])),
    }


def summary_of(row: Mapping[Any, Any]) -> DocumentSummary:
    """Return the summary in a row of ``documents``."""
    return DocumentSummary(
        **head_values(row),
        tables=row["tables"],
        facts=row["facts"],
        cells_proven=row["cells_proven"],
        cells_unproven=row["cells_unproven"],
        cells_contradicted=row["cells_contradicted"],
        findings=unpack_text(row["findings"], tuple[Finding, ...]) if row["findings"] else (),
        pages=row["pages"],
        ocr_pages=tuple(json.loads(row["ocr_pages"])),
    )


def fact_row(document: str, position: int, fact: Fact) -> dict[str, Any]:
    """Return the row in ``facts`` of the *position*-th fact of *document*."""
    place, source, key = fact.coordinate, fact.source, fact.coordinate.key
    return _quantity_columns(fact.quantity) | {
        "document": document,
        "position": position,
        "id": fact.id,
        "entity": place.entity,
        "year": place.year,
        "stage": place.stage.value,
        "measure": place.measure,
        "aspect": place.aspect.value,
        "members": key,
        # A project may be named "a=b;c": then the key alone does not tell its members.
        "member_pairs": None if _members(key) == place.members else _json(place.members),
        "base_year": place.base_year,
        "whole": place.whole,
        "state": fact.state.value,
        "authority": fact.authority.value,
        "proof": fact.proof.value,
        "label": fact.label,
        "source_document": None if source.document == document else source.document,
        "table_id": source.table,
        "table_title": source.table_title,
        "row_index": source.row,
        "column_index": source.column,
        "row_label": source.row_label,
        "column_label": source.column_label,
        "line": source.line,
        "page": source.page,
        "start_offset": source.start,
        "end_offset": source.end,
        "quote": source.quote,
        "derived_from": _json(fact.derived_from) if fact.derived_from else None,
        "formula": fact.formula,
        "more": _more(fact, source),
    }


def fact_of(row: Mapping[Any, Any]) -> Fact:
    """Return the fact in a row of ``facts``, equal to the one written."""
    pairs = row["member_pairs"]
    more: dict[str, Any] = json.loads(row["more"]) if row["more"] else {}
    return Fact(
        id=row["id"],
        coordinate=Coordinate(
            entity=row["entity"],
            year=row["year"],
            stage=Stage(row["stage"]),
            measure=row["measure"],
            members=_members(row["members"])
            if pairs is None
            else tuple((dimension, member) for dimension, member in json.loads(pairs)),
            aspect=Aspect(row["aspect"]),
            base_year=row["base_year"],
            whole=row["whole"],
        ),
        quantity=_quantity(row),
        state=CellState(row["state"]),
        authority=Authority(row["authority"]),
        source=Source(
            document=row["document"] if row["source_document"] is None else row["source_document"],
            table=row["table_id"],
            table_title=row["table_title"],
            row=row["row_index"],
            column=row["column_index"],
            row_label=row["row_label"],
            column_label=row["column_label"],
            line=row["line"],
            page=row["page"],
            start=row["start_offset"],
            end=row["end_offset"],
            quote=row["quote"],
            **more.get("source", {}),
        ),
        label=row["label"],
        proof=Proof(row["proof"]),
        derived_from=() if row["derived_from"] is None else tuple(json.loads(row["derived_from"])),
        formula=row["formula"],
        **more.get("fact", {}),
    )


#: What has a column of its own; any other field of a fact or its place stands in ``more`` where it says something.
_FACT_COLUMNS = frozenset(
    {"id", "coordinate", "quantity", "state", "authority", "source", "label", "proof", "derived_from", "formula"}
)
_SOURCE_COLUMNS = frozenset(
    {"document", "table", "table_title", "row", "column", "row_label", "column_label", "line", "page", "start", "end"}
    | {"quote"}
)


@cache
def _further(cls: type, columns: frozenset[str]) -> tuple[tuple[str, Any], ...]:
    """Return the fields of *cls* without columns, with their defaults. They hold text, whole numbers or yes and no."""
    found = tuple((item.name, item.default) for item in fields(cls) if item.name not in columns)
    kinds = get_type_hints(cls)
    for name, default in found:
        if kinds[name] not in {str, int, bool} or default is MISSING:
            message = f"no column for {cls.__name__}.{name}"
            raise TypeError(message)
    return found


def _more(fact: Fact, source: Source) -> str | None:
    said = {
        "fact": {n: getattr(fact, n) for n, usual in _further(Fact, _FACT_COLUMNS) if getattr(fact, n) != usual},
        "source": {n: getattr(source, n) for n, usual in _further(Source, _SOURCE_COLUMNS) if getattr(source, n) != usual},
    }
    return _json(said) if any(said.values()) else None


def _quantity_columns(quantity: Quantity | None) -> dict[str, Any]:
    columns: dict[str, Any] = dict.fromkeys(
        ("coefficient", "exponent", "number_text", "unit", "unit_kind", "unit_scale")
    )
    if quantity is None:
        return columns
    sign, digits, exponent = quantity.number.as_tuple()
    coefficient = int("".join(map(str, digits)) or "0")
    if (
        isinstance(exponent, int)
        and abs(exponent) <= _BIGGEST_EXPONENT
        and coefficient <= _BIGGEST_COEFFICIENT
        and (coefficient or not sign)
    ):
        columns |= {"coefficient": -coefficient if sign else coefficient, "exponent": exponent}
    else:
        columns["number_text"] = str(quantity.number)
    unit = quantity.unit
    columns["unit"] = unit.symbol
    if unit != unit_of(unit.symbol):
        columns |= {"unit_kind": unit.kind.value, "unit_scale": str(unit.scale)}
    return columns


def _quantity(row: Mapping[Any, Any]) -> Quantity | None:
    if row["unit"] is None:
        return None
    if row["number_text"] is not None:
        number = Decimal(row["number_text"])
    else:
        digits = tuple(map(int, str(abs(row["coefficient"]))))
        number = Decimal((int(row["coefficient"] < 0), digits, row["exponent"]))
    unit = (
        unit_of(row["unit"])
        if row["unit_kind"] is None
        else Unit(row["unit"], Kind(row["unit_kind"]), Decimal(row["unit_scale"]))
    )
    return Quantity(number, unit)


def _members(key: str) -> tuple[tuple[str, str], ...]:
    pairs = (pair.partition("=") for pair in key.split(";")) if key else ()
    return tuple((dimension, member) for dimension, _, member in pairs)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
