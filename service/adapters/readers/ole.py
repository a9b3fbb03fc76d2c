"""What an OLE compound file (Office before 2007, and encrypted Office) holds at its top level."""

from __future__ import annotations

import struct

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NO_ENTRY = 0xFFFFFFFF
_END = 0xFFFFFFFA  # this and above are markers, not sectors
_ENTRY = 128
#: Entries read of a directory; a document has some dozens.
_MAX_ENTRIES = 10_000


def top_level_names(data: bytes) -> frozenset[str]:
    """Return the names of the streams and storages directly below the root; none where the file is damaged.

    Only the top level tells what a file is: a Word document may carry a whole workbook further down.
    """
    if len(data) < 512 or not data.startswith(SIGNATURE):
        return frozenset()
    shift = int.from_bytes(data[30:32], "little")
    if shift not in (9, 12):
        return frozenset()
    directory = _directory(data, 1 << shift)
    entries = [directory[i : i + _ENTRY] for i in range(0, len(directory) - _ENTRY + 1, _ENTRY)]
    if not entries:
        return frozenset()
    names: set[str] = set()
    seen: set[int] = set()
    waiting = [_child(entries[0])]
    while waiting:
        number = waiting.pop()
        if number >= len(entries) or number in seen:
            continue
        seen.add(number)
        entry = entries[number]
        names.add(_name(entry))
        waiting += struct.unpack_from("<2I", entry, 68)
    return frozenset(names)


def _directory(data: bytes, size: int) -> bytes:
    """Follow the chain of sectors that make up the directory."""
    tables = [t for t in struct.unpack_from("<109I", data, 76) if t < _END]
    sector = int.from_bytes(data[48:52], "little")
    out = bytearray()
    seen: set[int] = set()
    while sector < _END and sector not in seen and len(out) < _MAX_ENTRIES * _ENTRY:
        seen.add(sector)
        out += data[(sector + 1) * size : (sector + 2) * size]
        table, place = divmod(sector, size // 4)
        at = (tables[table] + 1) * size + place * 4 if table < len(tables) else len(data)
        sector = int.from_bytes(data[at : at + 4], "little") if at + 4 <= len(data) else _NO_ENTRY
    return bytes(out)


def _child(entry: bytes) -> int:
    return int.from_bytes(entry[76:80], "little")


def _name(entry: bytes) -> str:
    length = int.from_bytes(entry[64:66], "little")
    return entry[: max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
