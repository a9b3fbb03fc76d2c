"""Ways of damaging a valid file: changed, lost, repeated and foreign bytes, also within what a ZIP packs."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Sequence

#: What parsers stumble over: large numbers, entities, deep nesting, control characters, format words.
TOKENS = (
    b"\x00", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"99999999999", b"-1", b"1e999", b"NaN", b"\r\n\r\n", b"\t\t", b"|", b'"',
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;", b"<div>" * 300, b"<table><tr><td>" * 50, b"</table>", b'colspan="99999"',
    b'rowspan="0"', b"<w:tbl><w:tr><w:tc>", b'<w:gridSpan w:val="9999"/>', b'r="ZZZ1048577"', b'r="A1:XFD1048576"',
    b'<mergeCell ref="A1:XFD1048576"/>', b'<row r="1048576">', b"position:absolute;left:1e9pt", b"width:99999999pt", b"stream\n",
    b"endstream", b"/Filter/FlateDecode", b"/Length 999999999", b"/Kids[2 0 R]", b"/Count 999999", b"[" * 500, b"<<" * 500,
    b"q " * 500, b"0 0 m 99999 99999 l S ", b"1e38 0 0 1e38 0 0 cm ", b"\xe2\x94\x80" * 50, "预算".encode("gb18030"), b"+--+",
    b"=cmd|' /C calc'!A0", b"../../../../etc/passwd", b"PK\x03\x04", b"PK\x01\x02", b"%PDF-1.7", b"\xd0\xcf\x11\xe0",
)  # fmt: skip

_SIGNS = (
    "0123456789.,%％-－—（）()|│├─┼+ \u3000\t\n\r\x0b\x0c\x1e\u2028\xa0\u202e\ufeff\ud800一二、。：；元万亿表<>&\"'/=\\"
)


def mutate(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """Return *data* damaged in one to four ways; in a ZIP mostly inside a member, so that checksums hold."""
    if data.startswith(b"PK\x03\x04") and rng.random() < 0.8:
        return _within_zip(data, others, rng)
    text = _as_text(data) if rng.random() < 0.7 else None
    return _damaged_text(text, rng) if text is not None else _damaged(data, others, rng)


def arbitrary(rng: random.Random) -> bytes:
    """Return bytes of no kind, some behind the beginning of a kind."""
    beginnings = (
        b"",
        b"",
        b"%PDF-1.4\n",
        b"PK\x03\x04",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"<html>",
        b"\xff\xfe",
        b"MIME-Version: 1.0\n",
    )
    body = rng.randbytes(rng.choice((3, 30, 300, 3_000)))
    if rng.random() < 0.3:
        body = b"".join(rng.choice(TOKENS) for _ in range(rng.randrange(1, 60)))
    return rng.choice(beginnings) + body


def _damaged(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.randrange(1, 5)):
        _damage(out, others, rng)
    return bytes(out)


def _as_text(data: bytes) -> str | None:
    """Return what is text, or a PDF whose streams are not packed, as characters."""
    try:
        return data.decode("utf-8") if b"\x00" not in data else None
    except UnicodeDecodeError:
        return None


def _damaged_text(text: str, rng: random.Random) -> bytes:
    """Damage whole characters, words and lines, so that the text stays text."""
    for _ in range(rng.randrange(1, 5)):
        at = rng.randrange(len(text) + 1)
        end = min(len(text), at + rng.choice((1, 2, 8, 64, 512)))
        way = rng.randrange(6)
        if way == 0:
            text = text[:at] + text[end:]
        elif way == 1:
            text = text[:at] + text[at:end] * rng.choice((2, 3, 50)) + text[end:]
        elif way == 2:
            other = rng.randrange(len(text) + 1)
            text = text[:at] + text[other : other + end - at] + text[end:]
        elif way == 3:
            text = text[:at] + rng.choice(TOKENS).decode("utf-8", "ignore") + text[rng.choice((at, end)) :]
        elif way == 4:
            text = text[:at] + "".join(rng.choice(_SIGNS) for _ in range(rng.choice((1, 3, 30)))) + text[end:]
        else:
            lines = text.split("\n")
            rng.shuffle(lines)
            text = "\n".join(lines)
    return text.encode("utf-8", "surrogatepass")


def _damage(out: bytearray, others: Sequence[bytes], rng: random.Random) -> None:
    at = rng.randrange(len(out) + 1)
    end = min(len(out), at + rng.choice((1, 2, 8, 64, 512)))
    way = rng.randrange(9)
    if way == 0 and at < len(out):
        out[at] ^= 1 << rng.randrange(8)
    elif way == 1:
        out[at:end] = rng.randbytes(end - at)
    elif way == 2:
        del out[at:end]
    elif way == 3:
        del out[at:]
    elif way == 4:
        out[at:at] = out[at:end] * rng.choice((1, 2, 50))
    elif way == 5:
        other = rng.choice(others)
        begin = rng.randrange(len(other) + 1)
        out[at:end] = other[begin : begin + rng.choice((8, 64, 512))]
    elif way == 6:
        out[at:at] = rng.choice(TOKENS)
    elif way == 7:
        out[at:end] = rng.choice(TOKENS)
    else:
        _change_number(out, at, rng)


def _change_number(out: bytearray, at: int, rng: random.Random) -> None:
    """Replace the next digits by another number."""
    begin = next((i for i in range(at, min(at + 400, len(out))) if 48 <= out[i] <= 57), None)
    if begin is not None:
        end = begin
        while end < len(out) and 48 <= out[end] <= 57:
            end += 1
        out[begin:end] = rng.choice((b"0", b"1", b"-1", b"65536", b"2147483648", b"99999999999999999999"))


def _within_zip(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """Damage one or two members and pack all again, some under another name or twice."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(n, archive.read(n)) for n in archive.namelist()]
    for _ in range(rng.randrange(1, 3)):
        index = rng.randrange(len(members))
        name, content = members[index]
        way = rng.randrange(12)
        if way == 0:
            del members[index]
        elif way == 1:
            members[index] = (members[rng.randrange(len(members))][0], content)
        elif way == 2:
            members[index] = (name, members[rng.randrange(len(members))][1])
        elif way == 3:
            members[index] = (f"../{name}\x07", content)
        else:
            members[index] = (name, _damaged(content, others, rng))
        if not members:
            break
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        seen: set[str] = set()
        for name, content in members:
            if name not in seen:
                packed.writestr(name, content)
            seen.add(name)
    return out.getvalue()
