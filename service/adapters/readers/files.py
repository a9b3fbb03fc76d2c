"""Any file: its kind is told from its content, and the reader for that kind reads it."""

from __future__ import annotations

from service.adapters.readers.pdf import read_pdf
from service.adapters.readers.text import read_text, safe_name
from service.ingestion.blocks import Reading


def read_file(data: bytes, name: str, *, max_bytes: int) -> Reading:
    """Read a file of any kind."""
    if data[:1024].lstrip().startswith(b"%PDF"):
        return read_pdf(data, safe_name(name))
    return read_text(data, name, max_bytes=max_bytes)
