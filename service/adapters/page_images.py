"""Pages of PDFs as PNG images, drawn by pdfium; the last few are kept."""

from __future__ import annotations

import struct
import threading
import zlib
from collections import OrderedDict
from hashlib import blake2b
from typing import Any

from service.adapters.readers.ocr import PDFIUM
from service.domain.errors import InvalidInputError

#: Narrowest and widest image, in pixels: what is asked for beyond them is brought within.
LEAST_WIDTH, MOST_WIDTH = 64, 2400
#: Pixels of an image at most: an A4 page at the greatest width has 8.1 million.
_MOST_PIXELS = 12_000_000
#: A page longer than this many times its width, or the other way round, is no page to look at.
_MOST_STRETCHED = 40
#: Bytes of images kept at most.
_KEPT_BYTES = 24 * 1024 * 1024

_Key = tuple[bytes, int, int]


class PdfPageImages:
    """The PageImages port over pdfium. Safe to call from several threads: pages are drawn one at a time.

    One at a time to the end of packing: a large page takes some hundred megabytes while it is drawn and packed.
    """

    def __init__(self) -> None:
        self._drawing = threading.Lock()
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Key, bytes] = OrderedDict()
        self._bytes = 0

    def __call__(self, data: bytes, page: int, width: int) -> bytes:
        """Draw a page of a PDF.

        Args:
            data: The bytes of the file.
            page: Its number, from 1.
            width: Width of the image in pixels, brought within `LEAST_WIDTH` and `MOST_WIDTH`; less where the page
                is so long that the image would be too big.

        Returns:
            A PNG.

        Raises:
            InvalidInputError: The file is no PDF that can be drawn, there is no such page, or its shape is absurd.
        """
        width = min(max(width, LEAST_WIDTH), MOST_WIDTH)
        key = (blake2b(data, digest_size=16).digest(), page, width)
        if (kept := self._found(key)) is not None:
            return kept
        with self._drawing:
            if (kept := self._found(key)) is not None:  # whoever drew before may have wanted the same
                return kept
            image = _draw(data, page, width)
            self._keep(key, image)
        return image

    def _found(self, key: _Key) -> bytes | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: _Key, image: bytes) -> None:
        with self._lock:
            self._bytes += len(image) - len(self._kept.pop(key, b""))
            self._kept[key] = image
            while self._bytes > _KEPT_BYTES:
                _, dropped = self._kept.popitem(last=False)
                self._bytes -= len(dropped)


def _draw(data: bytes, number: int, width: int) -> bytes:
    import pypdfium2

    if b"%PDF" not in data[:1024]:
        raise InvalidInputError("只有PDF能显示页面图像。请改看表格和文字，或下载原件。")
    with PDFIUM:
        try:
            document = pypdfium2.PdfDocument(data)
        except Exception as error:
            raise InvalidInputError("这份PDF打不开，不能显示页面图像。请下载原件，用PDF阅读器查看。") from error
        try:
            pixels = _pixels(document, number, width)
        except InvalidInputError:
            raise
        except Exception as error:
            raise InvalidInputError(f"第{number}页画不出来，可能已损坏。请下载原件，用PDF阅读器查看。") from error
        finally:
            document.close()
    return _png(*pixels)


def _pixels(document: Any, number: int, width: int) -> tuple[int, int, bytes, int]:
    """Return width, height, rows and bytes per row of a page's image, three bytes a pixel."""
    pages = len(document)
    if not 1 <= number <= pages:
        raise InvalidInputError(f"没有第{number}页。这份PDF共{pages}页，请给1至{pages}。")
    page = document[number - 1]
    across, down = page.get_size()
    if across <= 0 or down <= 0 or not 1 / _MOST_STRETCHED <= down / across <= _MOST_STRETCHED:
        raise InvalidInputError(f"第{number}页的尺寸不正常，不能显示图像。请下载原件查看。")
    width = min(width, max(1, int((_MOST_PIXELS * across / down) ** 0.5)))
    bitmap = page.render(scale=width / across, rev_byteorder=True, prefer_bgrx=False)
    try:
        return bitmap.width, bitmap.height, bytes(bitmap.buffer), bitmap.stride
    finally:
        bitmap.close()
        page.close()


def _png(width: int, height: int, pixels: bytes, stride: int) -> bytes:
    rows = b"".join(b"\x00" + pixels[at : at + 3 * width] for at in range(0, height * stride, stride))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
