"""The figures of a table are found where they are printed on a page, and nowhere else."""

from __future__ import annotations

import pytest

from service.adapters.cell_places import find_cells
from tests.pdfs import PdfPage, pdf_of

ROWS = [["项目", "合计", "基本支出"], ["教育管理", "70.00", "60.00"], ["小学教育", "70.00", "20.00"], ["合计", "140.00", "80.00"]]
WANTED = {0: {1: "70.00", 2: "60.00"}, 1: {1: "70.00", 2: "20.00"}, 2: {1: "140.00", 2: "80.00"}}


def _page(*, rotate: int = 0) -> PdfPage:
    page = PdfPage(600, 800, rotate=rotate)
    page.text(60, 60, "2024年支出70.00万元，见下表")
    page.table(60, 100, [120, 80, 80], ROWS, height=20, size=10)
    return page


def test_every_figure_has_its_own_place() -> None:
    spots = {(s.row, s.column): s for s in find_cells(pdf_of(_page()), 1, WANTED)}
    assert set(spots) == {(r, c) for r, cells in WANTED.items() for c in cells}
    for (row, column), spot in spots.items():
        x, y = {1: 180, 2: 260}[column], 120 + 20 * row
        assert x <= spot.left * 600 < x + 5
        assert y <= spot.top * 800 < y + 20
        assert 0 < spot.width * 600 < 80
        assert 0 < spot.height * 800 < 25


def test_places_are_those_on_the_page_as_it_is_turned() -> None:
    spots = {(s.row, s.column): s for s in find_cells(pdf_of(_page(rotate=90)), 1, WANTED)}
    assert len(spots) == 6
    # Turned clockwise, what was on top is on the right; the image is 800 wide and 600 high.
    assert spots[0, 1].left > spots[2, 1].left
    assert spots[0, 1].top < spots[0, 2].top
    assert all(0 <= s.left <= 1 and 0 <= s.top <= 1 for s in spots.values())


def test_a_row_that_is_not_on_the_page_has_no_place() -> None:
    spots = find_cells(pdf_of(_page()), 1, {**WANTED, 3: {1: "999.00", 2: "80.00"}})
    assert {s.row for s in spots} == {0, 1, 2}


def test_codes_on_the_left_are_not_taken_for_figures() -> None:
    page = PdfPage(600, 800)
    page.table(60, 100, [60, 120, 80], [["科目", "名称", "合计"], ["201", "服务", "201"]], height=20, size=10)
    (spot,) = find_cells(pdf_of(page), 1, {0: {2: "201"}})
    assert spot.left * 600 > 200


@pytest.mark.parametrize(
    ("data", "page", "rows"),
    [
        (b"no pdf", 1, WANTED),
        (b"%PDF-1.7 broken", 1, WANTED),
        (pdf_of(_page()), 9, WANTED),
        (pdf_of(_page()), 1, {}),
        (pdf_of(_page()), 1, {0: {1: " "}}),
        (pdf_of(PdfPage()), 1, WANTED),
    ],
)
def test_where_nothing_can_be_found_nothing_is_said(data: bytes, page: int, rows: dict[int, dict[int, str]]) -> None:
    assert find_cells(data, page, rows) == ()
