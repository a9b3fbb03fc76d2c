"""Files made to harm, or merely broken, are refused or read safely: bounded in memory and time, with a message."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress

import pypdf
import pytest

from evals.fuzz_files import (
    PROSE,
    TITLE,
    delimited_file,
    packed,
    pdf_file,
    small_files,
    web_page,
    word_file,
    workbook_file,
)
from service.adapters.readers import ole
from service.adapters.readers.files import read_file
from service.domain.errors import (
    EmptyDocumentError,
    OversizedDocumentError,
    SourceDocumentError,
    UnreadableDocumentError,
    UnsupportedDocumentError,
)
from service.ingestion.blocks import Grid, Reading
from tests.samples import MAX_BYTES

MB = 1 << 20
FILES = small_files(old_formats=False)


def read(data: bytes, name: str) -> Reading:
    return read_file(data, name, max_bytes=MAX_BYTES)


def cells(reading: Reading) -> list[str]:
    return [c for b in reading.blocks if isinstance(b, Grid) for r in b.rows for c in r.cells]


def repacked(data: bytes, change: Callable[[str, bytes], bytes], **more: bytes) -> bytes:
    """Return an office document with its members changed and others added."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {n: change(n, archive.read(n)) for n in archive.namelist()}
    return packed(members | more)


def compound(*names: str) -> bytes:
    """Return an OLE file whose top level has streams of these names."""
    entries = [("Root Entry", 5, 1), *((n, 2, 0xFFFFFFFF) for n in names)]
    directory = b""
    for number, (name, kind, child) in enumerate(entries):
        text = name.encode("utf-16-le")
        right = number + 1 if 0 < number < len(entries) - 1 else 0xFFFFFFFF
        directory += text.ljust(64, b"\0") + struct.pack("<HBB3I", len(text) + 2, kind, 1, 0xFFFFFFFF, right, child)
        directory += bytes(36) + struct.pack("<IQ", 0xFFFFFFFE, 0)
    header = ole.SIGNATURE + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    header += struct.pack("<5I", 1, 1, 0, 4096, 0xFFFFFFFE) + struct.pack("<3I", 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *[0xFFFFFFFF] * 126)
    return header.ljust(512, b"\0") + table + directory.ljust(512, b"\xff")


def locked_pdf() -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf_file()))
    writer.encrypt("geheim", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name"),
    [(locked_pdf(), "预算.pdf"), (compound("EncryptionInfo", "EncryptedPackage"), "预算.xlsx")],
    ids=["PDF", "XLSX"],
)
def test_locked_files_say_that_the_password_must_go(data: bytes, name: str) -> None:
    """A password is the reason, and taking it off the way out."""
    with pytest.raises(UnreadableDocumentError, match="密码"):
        read(data, name)


@pytest.mark.parametrize("kind", FILES)
def test_empty_files_are_refused(kind: str) -> None:
    """Of any kind."""
    with pytest.raises(EmptyDocumentError, match="空文件"):
        read(b"", f"预算{kind}")


@pytest.mark.parametrize("kind", [".docx", ".xlsx", ".zip"])
@pytest.mark.parametrize("part", [3, 10, 50, 90])
def test_truncated_packages_are_refused(kind: str, part: int) -> None:
    """What is packed needs its end."""
    with pytest.raises(UnreadableDocumentError, match=r"预算.*重新下载"):
        read(FILES[kind][: len(FILES[kind]) * part // 100], f"预算{kind}")


@pytest.mark.parametrize("part", [3, 10, 50, 90])
def test_truncated_pdfs_are_refused_or_mended_with_a_remark(part: int) -> None:
    """Pages that can be found again are read, and the person told that some may be missing."""
    try:
        reading = read(FILES[".pdf"][: len(FILES[".pdf"]) * part // 100], "预算.pdf")
    except SourceDocumentError as error:
        said = error.message
    else:
        said = "".join(r.message for r in reading.remarks)
    assert "损坏" in said or "完整" in said or "没有文字" in said


@pytest.mark.parametrize("kind", [k for k in FILES if k not in (".zip", ".formula.xlsx")])
def test_a_wrong_ending_changes_nothing_but_a_remark(kind: str) -> None:
    """What a file is stands in it."""
    honest = read(FILES[kind], f"预算{kind}")
    for ending in (".pdf", ".docx", ".xls", ".html"):
        if not kind.endswith(ending) and (kind, ending) != (".xlsx", ".xls"):
            found = read(FILES[kind], f"预算{ending}")
            assert (found.text, len(found.blocks)) == (honest.text, len(honest.blocks))
            assert "wrong-extension" in {r.code for r in found.remarks}


@pytest.mark.parametrize(
    ("data", "name", "part", "says"),
    [
        (word_file(), "预算.docm", "word/vbaProject.bin", "宏"),
        (workbook_file(), "预算.xlsm", "xl/vbaProject.bin", "宏"),
    ],
)
def test_macros_are_never_run(data: bytes, name: str, part: str, says: str) -> None:
    """The document is read, and the person told that its macros were not run."""
    reading = read(repacked(data, lambda _, content: content, **{part: b"\0" * 100}), name)

    assert any(says in r.message for r in reading.remarks)
    assert "1,234.50" in reading.text + "".join(cells(reading))


@pytest.mark.parametrize(
    ("data", "part"),
    [(word_file(), "word/document.xml"), (workbook_file(), "xl/worksheets/sheet1.xml")],
    ids=["DOCX", "XLSX"],
)
@pytest.mark.parametrize("lies", [False, True], ids=["declared", "lying"])
def test_office_bombs_are_refused(data: bytes, part: str, lies: bool) -> None:
    """A part that unpacks to a gigabyte, whether its header says so or not, takes neither memory nor time."""
    bomb = repacked(data, lambda n, c: c + b" " * (100 * MB) if n == part else c)
    if lies:
        with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
            size = struct.pack("<I", archive.getinfo(part).file_size)
        bomb = bomb.replace(size, struct.pack("<I", 2_000))
    tracemalloc.start()
    started = time.process_time()
    with pytest.raises(OversizedDocumentError, match="压缩炸弹"):
        read(bomb, "预算.docx")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 40 * MB
    assert time.process_time() - started < 5


LAUGHS = '<!DOCTYPE x [<!ENTITY a "哈哈哈哈哈哈哈哈哈哈">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
) + ']>'  # fmt: skip
OUTSIDE = '<!DOCTYPE x [<!ENTITY i SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("declared", [LAUGHS, OUTSIDE], ids=["laughs", "outside"])
@pytest.mark.parametrize(
    ("data", "part", "name"),
    [
        (word_file(), "word/document.xml", "预算.docx"), (workbook_file(), "xl/worksheets/sheet1.xml", "预算.xlsx"),
        (workbook_file(), "xl/workbook.xml", "预算.xlsx"),
    ],
    ids=["DOCX", "XLSX sheet", "XLSX book"],
)  # fmt: skip
def test_entities_in_office_parts_are_refused(data: bytes, part: str, name: str, declared: str) -> None:
    """No office program declares any; they are neither expanded nor fetched."""

    def change(member: str, content: bytes) -> bytes:
        if member != part:
            return content
        head, _, body = (
            content.partition(b"?>") if content.startswith(b"<?xml") else (b"<?xml version='1.0'", b"", content)
        )
        return head + b"?>" + declared.encode() + body.replace(TITLE.encode(), b"&i;").replace(b"Sheet", b"&i;")

    started = time.process_time()
    with pytest.raises(SourceDocumentError):
        read(repacked(data, change), name)
    assert time.process_time() - started < 2


@pytest.mark.parametrize("declared", [LAUGHS, OUTSIDE], ids=["laughs", "outside"])
def test_entities_in_web_pages_stay_what_they_are(declared: str) -> None:
    """Web pages have no entities of their own."""
    reading = read(
        declared.replace("x [", "html [").encode() + web_page().replace("续行".encode(), b"&i;"), "预算.html"
    )

    assert "root:" not in reading.text
    assert reading.text.count("哈") <= len(declared)
    assert PROSE in reading.text


def test_a_pdf_of_five_thousand_pages_is_refused_at_once() -> None:
    """Pages are counted before any is read."""
    data = pdf_file(5_000)
    started = time.process_time()
    with pytest.raises(OversizedDocumentError, match="2000页"):
        read(data, "预算.pdf")
    assert time.process_time() - started < 20


def with_stream(packed_stream: bytes) -> bytes:
    """Return a PDF whose drawing instructions are a packed stream."""
    plain = pdf_file(1)
    start = plain.index(b"<</Length ")
    end = plain.index(b"endstream", start)
    head = b"<</Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n" % len(packed_stream)
    return plain[:start] + head + packed_stream + b"\n" + plain[end:]


def zeros(megabytes: int) -> bytes:
    """Return the packed form of so many megabytes of instructions, made piece by piece."""
    packer = zlib.compressobj(9)
    piece = b"q Q " * (MB // 4)
    return b"".join(packer.compress(piece) for _ in range(megabytes)) + packer.flush()


def locked_without_password(data: bytes) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt("", "owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("way", ["once", "twice", "locked"])
def test_a_pdf_stream_that_unpacks_to_gigabytes_is_refused(way: str) -> None:
    """It is found piece by piece, before a parser unpacks it whole: also packed twice, also behind an open lock."""
    stream = zeros(1_000)
    data = with_stream(zlib.compress(stream, 9) if way == "twice" else stream)
    data = locked_without_password(data) if way == "locked" else data
    tracemalloc.start()
    started = time.process_time()
    with pytest.raises(OversizedDocumentError, match="压缩炸弹"):
        read(data, "预算.pdf")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 60 * MB
    assert time.process_time() - started < 10


def test_a_pdf_whose_page_tree_bites_its_tail_is_mended_or_refused() -> None:
    """A loop in the structure ends."""
    with suppress(SourceDocumentError):
        assert read(pdf_file(1).replace(b"/Kids[7 0 R]", b"/Kids[2 0 R]"), "预算.pdf").pages == 1


@pytest.mark.parametrize("tag", ["w:sdt><w:sdtContent", "w:ins", "w:smartTag"])
def test_deeply_nested_parts_are_refused_or_read(tag: str) -> None:
    """A hundred thousand levels do not exhaust the stack."""
    inner = tag.split("><")
    opened = "".join(f"<{t}>" for t in inner) * 50_000
    closed = "".join(f"</{t}>" for t in reversed(inner)) * 50_000
    data = repacked(
        word_file(),
        lambda n, c: c.replace(b"<w:sectPr", f"{opened}{closed}<w:sectPr".encode()) if n == "word/document.xml" else c,
    )
    with suppress(SourceDocumentError):
        assert PROSE in read(data, "预算.docx").text


FORMULAS = ("=cmd|' /C calc'!A0", '=HYPERLINK("http://127.0.0.1/?x="&A1,"点")', "@SUM(1+1)", "+1+1", "-2+3")


def test_cells_that_look_like_formulas_stay_text() -> None:
    """Nothing is computed from what a cell says."""
    rows = "\n".join(f'"{f.replace(chr(34), chr(34) * 2)}",1.00,2.00' for f in FORMULAS)
    reading = read(delimited_file() + b"\r\n" + rows.encode("gb18030"), "预算.csv")

    assert set(FORMULAS) <= set(cells(reading))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../../预算.txt", "预算.txt"),
        ("..\\..\\预算.txt", "预算.txt"),
        ("预\x00\x1b\n算.txt", "预算.txt"),
        ("长" * 300 + ".txt", "长" * 196 + ".txt"),
    ],
)
def test_names_never_carry_paths_or_control_characters(name: str, shown: str) -> None:
    """Neither in a reading nor in a message."""
    assert read(FILES[".txt"], name).name == shown
    with pytest.raises(SourceDocumentError) as caught:
        read(b"\x89PNG\r\n\x1a\n", name)
    assert f"“{shown}”" in caught.value.message


@pytest.mark.parametrize(
    "data", [packed({"OFD.xml": b"<x/>"}), compound("PowerPoint Document"), compound("VisioDocument")]
)
def test_other_kinds_say_what_to_do(data: bytes) -> None:
    """OFD, slides and drawings are not read."""
    with pytest.raises(SourceDocumentError, match=r"PDF|DOCX"):
        read(data, "预算.ofd")


def test_an_archive_is_not_read_as_one_document() -> None:
    """It is many; taking it in unpacks it."""
    with pytest.raises(UnsupportedDocumentError, match="压缩包"):
        read(FILES[".zip"], "预算.zip")
