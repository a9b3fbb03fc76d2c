"""PDF with a text layer: ruled tables by their lines, everything else as paragraphs."""

from __future__ import annotations

import hashlib
import io
from typing import Any

from service.adapters.readers.limits import check_pages
from service.ingestion.blocks import Reading
from service.ingestion.pages import PageLayout, PlacedGrid, Word, compose, rows_of, text_of
from service.ingestion.placing import PlacedCell, place


def read_pdf(data: bytes, name: str) -> Reading:
    """Read a PDF."""
    import pdfplumber

    pages: list[PageLayout] = []
    with pdfplumber.open(io.BytesIO(data)) as pdf:
        check_pages(len(pdf.pages), name)
        for page in pdf.pages:
            words = [_word(c) for c in page.chars]
            grids: list[PlacedGrid] = []
            for table in page.find_tables():
                cells = [PlacedCell(_text_in(words, box), *(round(v * 10) for v in box)) for box in table.cells]
                box = tuple(round(v * 10) for v in table.bbox)
                grids.append(PlacedGrid(box[0], box[1], box[2], box[3], place(cells, page=page.page_number, snap=30)))
            rest = tuple(w for w in words if not any(_inside(w, (g.x0, g.top, g.x1, g.bottom)) for g in grids))
            size = (round(page.width * 10), round(page.height * 10))
            pages.append(PageLayout(page.page_number, *size, rest, tuple(grids)))
            page.close()
    made = compose(pages)
    return Reading(name, hashlib.sha256(data).hexdigest(), made.text, made.blocks, len(pages), made.page_starts)


def _word(char: dict[str, Any]) -> Word:
    return Word(char["text"], *(round(char[k] * 10) for k in ("x0", "top", "x1", "bottom")))


def _inside(word: Word, box: tuple[int, int, int, int]) -> bool:
    x, y = word.x0 + word.x1, word.top + word.bottom
    return 2 * box[0] <= x <= 2 * box[2] and 2 * box[1] <= y <= 2 * box[3]


def _text_in(words: list[Word], box: tuple[float, float, float, float]) -> str:
    edges = (round(box[0] * 10), round(box[1] * 10), round(box[2] * 10), round(box[3] * 10))
    return "".join(text_of(row) for row in rows_of(w for w in words if _inside(w, edges)))
