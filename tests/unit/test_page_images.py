"""Pages of PDFs as images: right size and ink, refusals in words, the last ones kept."""

from __future__ import annotations

import struct
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.adapters import page_images
from service.adapters.page_images import MOST_WIDTH, PdfPageImages
from service.domain.errors import InvalidInputError
from tests.pdfs import PdfPage, pdf_of


def _size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", png[16:24])


def _pixels(png: bytes) -> list[bytes]:
    width, height = _size(png)
    at, body = 8, b""
    while at < len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] == b"IDAT":
            body += png[at + 8 : at + 8 + length]
        at += 12 + length
    raw = zlib.decompress(body)
    return [raw[row * (1 + 3 * width) + 1 : (row + 1) * (1 + 3 * width)] for row in range(height)]


def _two_pages() -> bytes:
    blank, marked = PdfPage(), PdfPage(600, 300)
    marked.box(0, 0, 300, 150, paint="f")
    return pdf_of(blank, marked)


def test_a_page_is_drawn_as_wide_as_asked_for_and_in_its_shape() -> None:
    image = PdfPageImages()(_two_pages(), 2, 200)
    width, height = _size(image)
    assert (width, height) == (200, 100)
    rows = _pixels(image)
    assert rows[10][30:33] == b"\x00\x00\x00"  # the filled quarter, upper left
    assert rows[90][570:573] == b"\xff\xff\xff"


def test_a_width_beyond_what_is_sensible_is_brought_within() -> None:
    assert _size(PdfPageImages()(_two_pages(), 2, 10**9))[0] == MOST_WIDTH
    assert _size(PdfPageImages()(_two_pages(), 2, -5))[0] > 0


def test_a_very_long_page_gets_a_narrower_image() -> None:
    width, height = _size(PdfPageImages()(pdf_of(PdfPage(200, 6000)), 1, 2400))
    assert width < 2400
    assert width * height <= 12_100_000


@pytest.mark.parametrize(
    ("data", "page", "said"),
    [
        (b"PK\x03\x04 not a pdf", 1, "只有PDF"),
        (b"", 1, "只有PDF"),
        (b"%PDF-1.7 nothing else", 1, "打不开"),
        (_two_pages(), 0, "没有第0页。这份PDF共2页"),
        (_two_pages(), 3, "没有第3页"),
        (pdf_of(PdfPage(10, 9000)), 1, "尺寸不正常"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_words(data: bytes, page: int, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        PdfPageImages()(data, page, 800)


def test_the_same_page_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    images = PdfPageImages()
    first = images(_two_pages(), 1, 300)
    monkeypatch.setattr("service.adapters.page_images._draw", lambda *_: b"drawn again")
    assert images(_two_pages(), 1, 300) is first
    assert images(_two_pages(), 1, 301) == b"drawn again"


def test_what_was_not_looked_at_for_longest_is_dropped_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.adapters.page_images._KEPT_BYTES", 10)
    drawn: list[int] = []

    def draw(data: bytes, number: int, width: int) -> bytes:
        drawn.append(number)
        return b"four"

    monkeypatch.setattr("service.adapters.page_images._draw", draw)
    images = PdfPageImages()
    for page in (1, 2, 1, 3, 1, 2):
        images(b"%PDF", page, 100)
    assert drawn == [1, 2, 3, 2]


def test_many_who_want_one_page_at_once_have_it_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    at_once: list[bool] = []
    working = threading.Semaphore(1)

    def draw(data: bytes, page: int, width: int) -> bytes:
        at_once.append(working.acquire(blocking=False))
        drawn.append(page)
        time.sleep(0.02)
        working.release()
        return b"x" * width

    monkeypatch.setattr(page_images, "_draw", draw)
    images = PdfPageImages()
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda page: images(b"%PDF", page, 100), [1, 2, 1, 2, 1, 2, 1, 2]))
    assert set(got) == {b"x" * 100}
    assert sorted(drawn) == [1, 2]
    assert all(at_once)
