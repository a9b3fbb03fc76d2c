"""PDF with a text layer: ruled tables by their lines, everything else as paragraphs."""

from __future__ import annotations

import hashlib
import io
from typing import Any

from service.ingestion.blocks import Block, Grid, Reading, TextLine
from service.ingestion.placing import PlacedCell, place


def read_pdf(data: bytes, name: str) -> Reading:
    """Read a PDF."""
    import pdfplumber

    blocks: list[Block] = []
    text = ""
    starts: list[int] = []
    number = 0
    with pdfplumber.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            starts.append(len(text))
            placed: list[tuple[float, Grid | str]] = []
            chars = page.chars
            boxes = []
            for table in page.find_tables():
                boxes.append(table.bbox)
                cells = [PlacedCell(_text_in(chars, box), *(round(v * 10) for v in box)) for box in table.cells]
                placed.append((table.bbox[1], place(cells, page=page.page_number, snap=30)))
            rest = [c for c in chars if not any(_inside(c, b) for b in boxes)]
            for top, line in _lines(rest):
                placed.append((top, line))
            for _, block in sorted(placed, key=lambda p: p[0]):
                number += 1
                if isinstance(block, Grid):
                    blocks.append(block)
                else:
                    blocks.append(TextLine(block, number, len(text), page.page_number))
                    text += block + "\n"
            page.close()
    return Reading(name, hashlib.sha256(data).hexdigest(), text, tuple(blocks), len(starts), tuple(starts))


def _inside(char: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])


def _lines(chars: list[dict[str, Any]]) -> list[tuple[float, str]]:
    out: list[tuple[float, list[dict[str, Any]]]] = []
    for char in sorted(chars, key=lambda c: (c["top"] + c["bottom"]) / 2):
        middle = (char["top"] + char["bottom"]) / 2
        if out and abs(middle - out[-1][0]) < char["size"] / 2:
            out[-1][1].append(char)
        else:
            out.append((middle, [char]))
    return [(m, "".join(c["text"] for c in sorted(line, key=lambda c: c["x0"]))) for m, line in out]


def _text_in(chars: list[dict[str, Any]], box: tuple[float, float, float, float]) -> str:
    return "".join(line for _, line in _lines([c for c in chars if _inside(c, box)])).strip()
