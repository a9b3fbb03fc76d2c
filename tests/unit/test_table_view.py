"""The page that shows tables by proof."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from service.domain.document import Identity
from service.domain.fact import Proof
from service.table_view import document_to_html, header_rows
from tests.shorthand import a_cell, a_document, a_table

HOSTILE = "\"><script>alert(1)</script><img src=x onerror='a()'>&"


class _Seen(HTMLParser):
    """Every element with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_text_of_a_document_stays_text() -> None:
    """In titles, headers, cells, notes, repairs, findings and identities."""
    table = a_table(f"{HOSTILE}|950.47", columns=f"{HOSTILE}|{HOSTILE}")
    table = replace(table, title=HOSTILE, number=HOSTILE, kind=HOSTILE, notes=(HOSTILE,), repairs=(HOSTILE,), id=HOSTILE)
    identity = Identity(HOSTILE, HOSTILE, HOSTILE, (f"{HOSTILE}.0.1",), (), HOSTILE, HOSTILE, "failed", HOSTILE)
    document = replace(
        a_document(name=HOSTILE, entity=HOSTILE), title=HOSTILE, tables=(table,), identities=(identity,), kind=HOSTILE
    )
    seen = _Seen(document_to_html(document))

    assert {tag for tag, _ in seen.tags}.isdisjoint({"script", "img", "iframe", "link", "object"})
    assert not [name for _, attributes in seen.tags for name in attributes if name.startswith("on") or name == "src"]
    assert "<script>alert(1)</script>" in seen.text
    assert all(re.fullmatch(r"#[\w.-]+", a["href"] or "") for tag, a in seen.tags if tag == "a")


def test_cells_are_marked_by_colour_and_sign() -> None:
    unit = a_table("合计|1").unit
    cells = (a_cell("合计"), *(a_cell(str(n), unit, proof) for n, proof in enumerate(Proof)))
    table = a_table("合计|1|2|3", columns="项目|甲|乙|丙")
    table = replace(table, rows=(replace(table.rows[0], cells=cells, page=12),), by_ocr=True, page=12)
    page = document_to_html(replace(a_document(), tables=(table,)))

    assert [page.count(f'class="figure {name} ocr"') for name in ("proven", "unproven", "contradicted")] == [1, 1, 1]
    assert [page.count(f'"mark">{sign}［识］<') for sign in "✓?✗"] == [1, 1, 1]
    assert "第12页" in page
    assert "数字单元格3个：✓1（33%） ?1 ✗1" in page


def test_failed_identities_link_to_their_cells() -> None:
    failed = Identity("k", "row-sum", "合计=甲+乙", ("T01.0.1",), ("d1/T01.1.1",), "3", "2", "failed", "0.01")
    page = document_to_html(replace(a_document(), identities=(failed,)))

    assert "合计=甲+乙：3 ≠ 2" in page
    for name in ("T01.0.1", "T01.1.1"):
        assert f'href="#{name}"' in page
        assert f'<td id="{name}"' in page


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        (["项目", "合计"], [[("项目", 1, 1), ("合计", 1, 1)]]),
        (
            ["项目", "基本支出/小计", "基本支出/人员", "项目支出"],
            [[("项目", 1, 2), ("基本支出", 2, 1), ("项目支出", 1, 2)], [("小计", 1, 1), ("人员", 1, 1)]],
        ),
        (["甲/乙/丙", "甲/丁"], [[("甲", 2, 1)], [("乙", 1, 1), ("丁", 1, 2)], [("丙", 1, 1)]]),
        (["甲", "甲"], [[("甲", 1, 1), ("甲", 1, 1)]]),
        ([], [[]]),
    ],
)
def test_headers_are_merged(columns: list[str], rows: list[list[tuple[str, int, int]]]) -> None:
    """Neighbours under one heading share it; a short path reaches down."""
    assert header_rows(columns) == rows
