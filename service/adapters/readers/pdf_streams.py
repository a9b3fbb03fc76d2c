"""Packed streams of a PDF that unpack to more than a machine can hold: found before a parser unpacks them whole."""

from __future__ import annotations

import io
import re
import zlib
from collections import deque
from collections.abc import Iterator
from itertools import chain

from service.domain.errors import OversizedDocumentError

#: Bytes that one stream may unpack to: a page scanned in colour at 600 dots per inch has some hundred million.
MAX_STREAM = 256 * 1024 * 1024
#: Bytes that all streams may unpack to, one after the other.
MAX_STREAMS = 4 * 1024 * 1024 * 1024
#: How often a stream may be packed over again.
_MAX_LAYERS = 3
_BEGIN = re.compile(rb"(?<!end)stream(?:\r\n|\n|\r)")
_PIECE = 1 << 20


def check_streams(data: bytes, name: str) -> None:
    """Refuse a PDF with a stream that unpacks to too much.

    Every stream that looks packed is unpacked piece by piece and thrown away; lengths and filters that the file
    declares are not believed.

    Args:
        data: The bytes of the file.
        name: Its name, for the message.

    Raises:
        OversizedDocumentError: There is such a stream.
    """
    plain = _unlocked(data) if b"/Encrypt" in data else data
    counter = _Counter(name)
    for found in _BEGIN.finditer(plain):
        counter.begin()
        counter.drain(_pieces(plain, found.end()))


def _unlocked(data: bytes) -> bytes:
    """Return a copy without the encryption that needs no password; the file itself where there is none to be had."""
    import pypdf

    try:
        copy = io.BytesIO()
        pypdf.PdfWriter(clone_from=pypdf.PdfReader(io.BytesIO(data), password="")).write(copy)
    except Exception:  # damaged or locked: the reader says so
        return data
    return copy.getvalue()


class _Counter:
    """Counts what streams unpack to."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._all = 0
        self._here = 0

    def begin(self) -> None:
        """Begin a stream."""
        self._all += self._here
        self._here = 0

    def drain(self, packed: Iterator[bytes], layer: int = 0) -> None:
        """Unpack a stream, and what is packed within it, and keep nothing."""
        if layer > _MAX_LAYERS:
            raise self._too_large()
        out = self._counted(_unpacked(packed))
        first = next(out, b"")
        if len(first) > 1 and first[0] & 0x0F == 8 and int.from_bytes(first[:2], "big") % 31 == 0:
            self.drain(chain([first], out), layer + 1)
        deque(out, maxlen=0)

    def _counted(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self._here += len(piece)
            if self._here > MAX_STREAM or self._all + self._here > MAX_STREAMS:
                raise self._too_large()
            yield piece

    def _too_large(self) -> OversizedDocumentError:
        return OversizedDocumentError(
            f"“{self._name}”里有内容解压后过大，疑为压缩炸弹，没有读。请在阅读器里打开后重新打印成PDF，再上传。"
        )


def _pieces(data: bytes, begin: int) -> Iterator[bytes]:
    return (data[at : at + _PIECE] for at in range(begin, len(data), _PIECE))


def _unpacked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what pieces unpack to, until the packed stream ends or is not packed at all."""
    packed = zlib.decompressobj()
    for piece in pieces:
        rest = piece
        while rest:
            try:
                made = packed.decompress(rest, _PIECE)
            except zlib.error:
                return
            rest = packed.unconsumed_tail
            if made:
                yield made
            if packed.eof:
                return
