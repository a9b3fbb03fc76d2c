"""Small PDFs made by script: text, rulings, images and clipping at places given from the upper left, in points."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class PdfPage:
    """A page being drawn."""

    def __init__(self, width: int = 595, height: int = 842, *, rotate: int = 0) -> None:
        self.width = width
        self.height = height
        self.rotate = rotate
        self.operators: list[str] = []
        self.characters: set[str] = set()
        self.images: list[tuple[int, int, bytes]] = []

    def text(self, x: float, y: float, text: str, *, size: float = 10, mode: int = 0, matrix: str = "") -> None:
        """Write *text* with its baseline's beginning at (x, y); ideographs are one size wide, ASCII half of it."""
        self.characters |= set(text)
        codes = "".join(f"{ord(c):04X}" for c in text)
        place = matrix or f"1 0 0 1 {x} {self.height - y}"
        self.operators.append(f"BT /F1 {size} Tf {mode} Tr {place} Tm <{codes}> Tj ET")

    def line(self, x0: float, y0: float, x1: float, y1: float, *, width: float = 0.5) -> None:
        """Draw a line."""
        self.operators.append(f"{width} w {x0} {self.height - y0} m {x1} {self.height - y1} l S")

    def box(self, x0: float, y0: float, x1: float, y1: float, *, paint: str = "S") -> None:
        """Draw a rectangle: stroked with ``S``, filled with ``f``."""
        self.operators.append(f"{x0} {self.height - y1} {x1 - x0} {y1 - y0} re {paint}")

    @contextmanager
    def clip(self, x0: float, y0: float, x1: float, y1: float) -> Iterator[None]:
        """Show what is drawn inside only where it lies in a rectangle."""
        self.operators.append(f"q {x0} {self.height - y1} {x1 - x0} {y1 - y0} re W n")
        yield
        self.operators.append("Q")

    def image(self, x0: float, y0: float, x1: float, y1: float, *, columns: int = 2, rows: int = 2, grey: bytes = b"") -> None:
        """Put an image of grey values over a rectangle."""
        self.images.append((columns, rows, grey or b"\x80" * (columns * rows)))
        self.operators.append(f"q {x1 - x0} 0 0 {y1 - y0} {x0} {self.height - y1} cm /Im{len(self.images)} Do Q")

    def table(
        self, x: float, y: float, widths: Sequence[float], rows: Sequence[Sequence[str]], *, height: float = 20, size: float = 9
    ) -> None:
        """Draw a table with all its rulings; text starts two points from the left of its cell."""
        edges = [x]
        for width in widths:
            edges.append(edges[-1] + width)
        bottom = y + height * len(rows)
        for n in range(len(rows) + 1):
            self.line(x, y + n * height, edges[-1], y + n * height)
        for edge in edges:
            self.line(edge, y, edge, bottom)
        for n, row in enumerate(rows):
            for edge, cell in zip(edges, row, strict=False):
                if cell:
                    self.text(edge + 2, y + n * height + 13, cell, size=size)


def pdf_of(*pages: PdfPage) -> bytes:
    """Return the PDF of *pages*."""
    used = sorted(set().union(*(p.characters for p in pages)) if pages else set())
    mapping = "\n".join(f"<{ord(c):04X}> <{ord(c):04X}>" for c in used if ord(c) < 0x10000)
    blocks = mapping.split("\n") if mapping else []
    cmap = "/CIDInit /ProcSet findresource begin begincmap\n1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
    for start in range(0, len(blocks), 100):
        part = blocks[start : start + 100]
        cmap += f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar\n"
    cmap += "endcmap end end"
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 5 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Song /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) "
        b"/Supplement 0 >> /FontDescriptor 6 0 R /DW 1000 /W [32 126 500] >>",
        _stream(cmap.encode()),
        b"<< /Type /FontDescriptor /FontName /Song /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 880 "
        b"/Descent -120 /CapHeight 700 /StemV 80 >>",
    ]
    kids: list[int] = []
    for page in pages:
        names: list[str] = []
        for columns, rows, grey in page.images:
            objects.append(
                _stream(
                    zlib.compress(grey),
                    f"/Type /XObject /Subtype /Image /Width {columns} /Height {rows} /ColorSpace /DeviceGray "
                    "/BitsPerComponent 8 /Filter /FlateDecode",
                )
            )
            names.append(f"/Im{len(names) + 1} {len(objects)} 0 R")
        objects.append(_stream("\n".join(page.operators).encode()))
        content = len(objects)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {page.width} {page.height}] /Rotate {page.rotate} "
            f"/Contents {content} 0 R /Resources << /Font << /F1 3 0 R >> /XObject << {' '.join(names)} >> >> >>".encode()
        )
        kids.append(len(objects))
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{k} 0 R' for k in kids)}] >>".encode()
    return _file(objects)


def _stream(data: bytes, entries: str = "") -> bytes:
    return f"<< /Length {len(data)} {entries} >>\nstream\n".encode() + data + b"\nendstream"


def _file(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places: list[int] = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    for place in places:
        out += f"{place:010d} 00000 n \n".encode()
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)
