"""The PDFs of the real corpus: no figure lost, doubled or torn, no sentence torn, no page furniture."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from service.adapters.readers import ocr
from service.adapters.readers.pdf import read_pdf
from service.ingestion.blocks import Grid, Reading, TextLine
from tests.pdfs import PdfPage, pdf_of

CORPUS = Path(os.environ.get("YOUJU_REAL_CORPUS") or "/nowhere")
FILES = sorted(CORPUS.glob("*/*.pdf"))
AMOUNT = re.compile(r"\d[\d,]*\.\d+")

pytestmark = pytest.mark.skipif(not FILES, reason="no real corpus")


def data_of(folder: str, part: str = "") -> Path:
    return next(f for f in FILES if f.parent.name == folder and part in f.name)


@cache
def read(path: Path) -> Reading:
    return read_pdf(path.read_bytes(), path.name)


def grids(reading: Reading) -> Iterator[Grid]:
    return (b for b in reading.blocks if isinstance(b, Grid))


def lines(reading: Reading) -> list[TextLine]:
    return [b for b in reading.blocks if isinstance(b, TextLine)]


def test_every_printed_amount_is_read_once() -> None:
    """Compared with another library's text, page by page; the other tears squeezed figures and shows hidden ones."""
    import pypdfium2

    theirs, ours, both = 0, 0, 0
    for path in FILES:
        reading = read(path)
        if reading.ocr_pages or any(r.code == "image-pages" for r in reading.remarks):
            continue
        found: dict[int, Counter[str]] = {n: Counter() for n in range(1, reading.pages + 1)}
        for grid in grids(reading):
            for row in grid.rows:
                for cell in row.cells:
                    found[row.page].update(AMOUNT.findall(cell))
        ends = (*reading.page_starts[1:], len(reading.text))
        for n, (start, end) in enumerate(zip(reading.page_starts, ends, strict=True), 1):
            found[n].update(AMOUNT.findall(reading.text[start:end]))
        document = pypdfium2.PdfDocument(path)
        for n, own in found.items():
            other = Counter(AMOUNT.findall(document[n - 1].get_textpage().get_text_range()))
            theirs, ours, both = theirs + other.total(), ours + own.total(), both + (own & other).total()
    assert theirs > 7_000, (theirs, ours, both)
    assert both >= theirs * 0.985
    assert both >= ours * 0.985


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}-{p.stem[-12:]}")
def test_offsets_pages_and_sentences_hold(path: Path) -> None:
    reading = read(path)
    assert len(reading.page_starts) == reading.pages
    assert list(reading.page_starts) == sorted(reading.page_starts)
    for line in lines(reading):
        assert reading.text[line.start : line.start + len(line.text)] == line.text
        assert reading.page_of(line.start) == line.page
        if line.page not in reading.ocr_pages:
            assert line.text[0] not in "，。；、）%"
            assert not re.fullmatch(r"[-—\s]*\d{1,3}[-—\s]*", line.text)
    for grid in grids(reading):
        assert {len(r.cells) for r in grid.rows} == {grid.width}
        assert all(r.page for r in grid.rows)


def test_figures_squeezed_into_two_lines_are_whole() -> None:
    cells = Counter(c for g in grids(read(data_of("changchun-xinfang"))) for r in g.rows if r.page == 10 for c in r.cells)
    assert cells["1682.76"] == 2
    assert cells["0.00"] > 30
    assert not any("\n" in c for c in cells if re.search(r"\d\n\d", c))


def test_pages_turned_a_quarter_are_read_upright() -> None:
    reading = read(data_of("jiangsu-renda", "公开表"))
    assert [r[0].page for r in (g.rows for g in grids(reading))] == list(range(1, 14))


def test_a_cell_cut_by_a_page_end_is_read_where_it_is_visible() -> None:
    reading = read(data_of("beijing-shenji", "附件2"))
    on = {n: Counter(c for g in grids(reading) for r in g.rows if r.page == n for c in r.cells) for n in (16, 17)}
    assert on[16]["61.800000"] == 2
    assert on[17]["61.800000"] == 0


def test_captions_above_tables_are_lines_of_their_own() -> None:
    texts = [line.text for line in lines(read(data_of("jiangsu-jianchayuan", "2018")))]
    assert texts.count("单位：万元") == 12
    assert not any("单位：万元" in t and len(t) > 12 for t in texts)


@pytest.mark.skipif(not ocr.is_installed(), reason="no tesseract with chi_sim")
@pytest.mark.parametrize("turn", [0, 90])
def test_a_scanned_table_is_recognised_whichever_way_it_lies(turn: int) -> None:
    import pypdfium2

    path = data_of("wanli", "2025")
    bitmap = pypdfium2.PdfDocument(path)[8].render(scale=2.5, grayscale=True, rotation=turn)
    grey = b"".join(bytes(bitmap.buffer)[r * bitmap.stride : r * bitmap.stride + bitmap.width] for r in range(bitmap.height))
    page = PdfPage(595, 842) if turn else PdfPage(842, 595)
    page.image(0, 0, page.width, page.height, columns=bitmap.width, rows=bitmap.height, grey=grey)
    scanned = list(grids(read_pdf(pdf_of(page), "扫描.pdf")))
    printed = [g for g in grids(read(path)) if g.rows[0].page == 9]
    assert [(len(g.rows), g.width) for g in scanned] == [(len(g.rows), g.width) for g in printed]
    amounts = [Counter(c for g in found for r in g.rows for c in r.cells if re.fullmatch(r"[\d,]{4,}", c)) for found in (scanned, printed)]
    assert (amounts[0] & amounts[1]).total() >= amounts[1].total() * 0.9


def test_running_titles_are_no_text() -> None:
    texts = Counter(line.text for line in lines(read(data_of("wuxi-tongji"))))
    assert max(n for t, n in texts.items() if "部门预算" in t and "20" in t) < 4
