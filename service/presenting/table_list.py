"""The tables of a document without their cells, each with how well its figures are proven."""

from __future__ import annotations

from collections import Counter
from typing import Any

from service.domain.document import Document, Table
from service.domain.fact import Proof


def table_list(document: Document) -> list[dict[str, Any]]:
    """Return what is known of each table.

    Returns:
        Per table ``id``, ``title``, ``number``, ``kind``, ``unit``, ``page`` (None where there are none), ``by_ocr``,
        ``rows`` and ``columns`` (how many) and ``cells`` (how many figures are proven, unproven, contradicted).
    """
    return [_said(each) for each in document.tables]


def _said(table: Table) -> dict[str, Any]:
    proofs = Counter(cell.proof for row in table.rows for cell in row.cells if cell.proof)
    return {
        "id": table.id, "title": table.title, "number": table.number, "kind": table.kind,
        "unit": table.unit.symbol if table.unit else None, "page": table.page or None, "by_ocr": table.by_ocr,
        "rows": len(table.rows), "columns": len(table.columns),
        "cells": {
            "proven": proofs[Proof.PROVEN], "unproven": proofs[Proof.UNPROVEN], "contradicted": proofs[Proof.CONTRADICTED],
        },
    }  # fmt: skip
