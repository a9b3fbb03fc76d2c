"""Archives are unpacked file by file within bounds, whatever their headers claim."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Mapping

import pytest

from service.adapters.readers.archive import expand, is_archive
from service.adapters.readers.limits import ZipLimits, check_zip
from service.domain.errors import (
    EmptyDocumentError,
    OversizedDocumentError,
    SourceDocumentError,
    UnreadableDocumentError,
)

BUDGET = "云溪市示例局2024年度部门预算".encode()
MB = 1 << 20


def packed(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def names(data: bytes, limits: ZipLimits | None = None) -> list[tuple[str, object]]:
    found = expand(data, "包.zip", limits or ZipLimits())
    return [(n, c.code if isinstance(c, SourceDocumentError) else c) for n, c in found]


def declaring(data: bytes, true: int, declared: int) -> bytes:
    """Return the archive with the declared size of a member changed."""
    assert data.count(struct.pack("<I", true)) == 2
    return data.replace(struct.pack("<I", true), struct.pack("<I", declared))


def test_members_come_without_folders_and_clutter() -> None:
    """Path parts are stripped, system files passed over, archives within opened."""
    data = packed(
        {
            "预算/2024/甲.txt": BUDGET, "../../etc/乙.txt": BUDGET, "C:\\x\\丙.txt": BUDGET, "丁\x07\u202e.txt": BUDGET,
            "__MACOSX/._甲.txt": b"x", ".git/config": b"x", "Thumbs.db": b"x", "~$甲.docx": b"x", "空/": b"",
            "内.zip": packed({"戊.txt": BUDGET}),
        }
    )  # fmt: skip

    assert names(data) == [(f"{n}.txt", BUDGET) for n in "甲乙丙丁戊"]
    assert is_archive(data)


def test_names_in_gbk_are_read() -> None:
    """Chinese archivers write GBK names without saying so; such a name may contain the byte of a backslash."""
    data = packed({"AAAAA.txt": BUDGET}).replace(b"AAAAA.txt", "预X乗.txt".encode("gb18030"))

    assert [n for n, _ in names(data)] == ["预X乗.txt"]


def test_an_encrypted_member_is_reported_and_the_rest_is_read() -> None:
    """One locked file does not stop the others."""
    data = bytearray(packed({"甲.txt": BUDGET, "乙.txt": BUDGET}))
    data[data.index(b"PK\x03\x04") + 6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1

    assert names(bytes(data)) == [("甲.txt", "unreadable-document"), ("乙.txt", BUDGET)]


def test_a_damaged_member_is_reported_and_the_rest_is_read() -> None:
    """A wrong checksum is an error of that member."""
    data = bytearray(packed({"甲.txt": BUDGET, "乙.txt": BUDGET}))
    data[data.index("甲.txt".encode()) + len("甲.txt".encode()) + 2] ^= 0xFF

    assert names(bytes(data)) == [("甲.txt", "unreadable-document"), ("乙.txt", BUDGET)]


@pytest.mark.parametrize("data", [b"PK\x03\x04", packed({"甲.txt": BUDGET})[:-10], b""])
def test_a_truncated_archive_is_refused(data: bytes) -> None:
    """Without its directory nothing can be told."""
    with pytest.raises(UnreadableDocumentError, match="重新下载"):
        names(data)


def test_an_archive_of_nothing_is_refused() -> None:
    """Only clutter is nothing."""
    with pytest.raises(EmptyDocumentError, match="没有文件"):
        names(packed({"Thumbs.db": b"x"}))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    """Declared sizes are judged first: no memory is used."""
    bomb = packed({"大.txt": bytes(60 * MB)})
    tracemalloc.start()
    with pytest.raises(OversizedDocumentError, match="压缩炸弹"):
        names(bomb)
    with pytest.raises(OversizedDocumentError, match="压缩炸弹"):
        check_zip(bomb, "表.xlsx")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 2 * MB


def test_a_bomb_that_lies_is_stopped_while_unpacking() -> None:
    """A header that declares little does not open the door; what it used up is gone for the others."""
    liar = declaring(packed({"大.txt": bytes(60 * MB), "小.txt": BUDGET}), 60 * MB, 1000)
    tracemalloc.start()
    assert names(liar) == [("大.txt", "oversized-document"), ("小.txt", "oversized-document")]
    with pytest.raises(OversizedDocumentError, match="压缩炸弹"):
        check_zip(liar, "表.xlsx")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 64 * MB


def test_a_bomb_within_an_archive_is_refused_alone() -> None:
    """Each level is judged, and all share one bound."""
    assert names(packed({"内.zip": packed({"大.txt": bytes(60 * MB)}), "小.txt": BUDGET})) == [
        ("内.zip", "oversized-document"),
        ("小.txt", BUDGET),
    ]
    many = packed({f"{n}.zip": packed({"a.txt": bytes(6 * MB)}) for n in range(9)})
    got = names(many)
    assert sum(len(c) for _, c in got if isinstance(c, bytes)) <= 16 * MB
    assert got[-1][1] == "oversized-document"


def test_nesting_is_bounded() -> None:
    """An archive in an archive is opened, a third level is not."""
    data = packed({"甲.txt": BUDGET})
    for level in "三二一":
        data = packed({f"{level}.zip": data, f"{level}.txt": BUDGET})

    assert names(data) == [
        ("二.zip", "oversized-document"), ("二.txt", BUDGET), ("一.txt", BUDGET),
    ]  # fmt: skip


def test_the_number_of_members_is_bounded() -> None:
    """Over all levels together."""
    limits = ZipLimits(entries=10)
    with pytest.raises(OversizedDocumentError, match="11个文件"):
        names(packed({f"{n}.txt": BUDGET for n in range(11)}), limits)

    inner = packed({f"{n}.txt": BUDGET for n in range(7)})
    got = names(packed({"a.zip": inner, "b.zip": inner}), limits)
    assert sum(isinstance(c, bytes) for _, c in got) < 10
    assert got[-1][1] == "oversized-document"


def test_members_that_share_their_bytes_are_refused() -> None:
    """Overlapping members unpack to far more than they declare together."""
    data = packed({"a.txt": bytes(range(256)) * 40, "b.txt": b""})
    directory = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", directory + 4)
    forged = bytearray(data)
    forged[second + 16 : second + 28] = data[directory + 16 : directory + 28]
    forged[second + 42 : second + 46] = data[directory + 42 : directory + 46]

    with pytest.raises(UnreadableDocumentError):
        names(bytes(forged))


def test_unusual_packing_is_refused() -> None:
    """Methods that unpack all at once cannot be bounded."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.txt", BUDGET)

    assert names(out.getvalue()) == [("a.txt", "unreadable-document")]
    with pytest.raises(UnreadableDocumentError, match="压缩方法"):
        check_zip(out.getvalue(), "表.xlsx")


def test_nothing_is_unpacked_before_it_is_asked_for() -> None:
    """The first member is there before the second is touched."""
    data = bytearray(packed({"甲.txt": BUDGET, "乙.txt": BUDGET}))
    member = expand(bytes(data), "包.zip")

    assert next(member) == ("甲.txt", BUDGET)
