"""Real workbooks and Word documents: the header of every official template, and one document in two formats."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from service.adapters.readers.legacy_word import read_legacy_word
from service.adapters.readers.office import find_office
from service.adapters.readers.word import read_word
from service.adapters.readers.workbook import read_workbook
from service.ingestion.blocks import Grid, TextLine
from service.ingestion.captions import split_grids
from service.ingestion.tables import build_table
from service.vocabulary.vocabulary import Vocabulary

EXPECTED: Mapping[str, Any] = json.loads(
    # read off the templates with another library, and by eye
    (Path(__file__).parent / "data" / "template_headers.json").read_text("utf-8")
)
CORPUS = os.environ.get("YOUJU_REAL_CORPUS", "")
pytestmark = pytest.mark.skipif(not CORPUS, reason="no real corpus")


def paths_of(grid: Grid, rows: int) -> list[str]:
    """Join the labels that cover each column in the first *rows* rows, top down, each once."""
    covering: dict[tuple[int, int], tuple[int, int]] = {}
    for (row, column), (down, across) in (grid.spans or {}).items():
        covering |= {(r, c): (row, column) for r in range(row, row + down) for c in range(column, column + across)}
    out = []
    for column in range(grid.width):
        anchors = [covering.get((row, column), (row, column)) for row in range(rows)]
        labels = ["".join(grid.rows[r].cells[c].split()) for r, c in dict.fromkeys(anchors)]
        out.append("/".join(label for label in labels if label))
    return out


@pytest.mark.parametrize("kind", ["department", "unit"])
def test_every_header_row_of_the_official_templates_is_right(kind: str) -> None:
    """Nine tables each, with headers of two to four rows below a title and a line for department and unit."""
    path = Path(CORPUS) / "templates" / f"{kind}_budget_template.xlsx"
    blocks = read_workbook(path.read_bytes(), path.name).blocks

    found = []
    for block, wanted in zip((b for b in blocks if isinstance(b, Grid)), EXPECTED[kind], strict=True):
        found.append((block.name.strip(), paths_of(block, wanted["header_rows"])))
        above = [b.text for b in blocks[: blocks.index(block)] if isinstance(b, TextLine)][-3:]
        assert above[0].endswith("表")
        assert above[1].startswith(("编制部门", "编制单位"))
        assert above[2].startswith("单位")
    assert found == [(w["sheet"], w["paths"]) for w in EXPECTED[kind]]


@pytest.mark.parametrize("kind", ["department", "unit"])
def test_tables_of_the_official_templates_have_their_header_paths(kind: str, vocabulary: Vocabulary) -> None:
    """The header step makes of each grid what a person reads off the sheet."""
    path = Path(CORPUS) / "templates" / f"{kind}_budget_template.xlsx"
    captioned, _ = split_grids(read_workbook(path.read_bytes(), path.name))

    tables = [build_table(c.grid, c.caption, f"T{n:02}", vocabulary).table for n, c in enumerate(captioned, 1)]

    assert [["".join(c.split()) for c in t.columns] for t in tables] == [w["paths"] for w in EXPECTED[kind]]


@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
def test_a_document_in_two_formats_reads_alike() -> None:
    """DOC and DOCX of one final account give the same lines and tables, the embedded workbook among them."""
    [old] = (Path(CORPUS) / "taiyuan-fagai").glob("*.doc")

    from_old = read_legacy_word(old.read_bytes(), old.name)
    from_new = read_word(old.with_suffix(".docx").read_bytes(), old.name)

    assert from_old.blocks == from_new.blocks
    assert sum(isinstance(b, Grid) for b in from_new.blocks) == 10
