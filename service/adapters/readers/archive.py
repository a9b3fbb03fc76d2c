"""ZIP archives: many files in one, unpacked in memory one after the other and never onto the disk."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath

from service.adapters.readers.kinds import Kind, kind_of
from service.adapters.readers.limits import ENCRYPTED, ZIP_LIMITS, ZipLimits, open_zip, unpack
from service.adapters.readers.text import safe_name
from service.domain.errors import (
    EmptyDocumentError,
    OversizedDocumentError,
    SourceDocumentError,
    UnreadableDocumentError,
)

#: What operating systems and office programs leave lying about.
_CLUTTER_FOLDERS = frozenset({"__macosx"})
_CLUTTER_FILES = frozenset({"thumbs.db", "desktop.ini"})
_CLUTTER_BEGINNINGS = (".", "~$")
_UTF8_NAME = 0x800

Member = tuple[str, bytes | SourceDocumentError]


@dataclass(slots=True)
class _Left:
    """What may still be unpacked, of an archive and all archives within it."""

    bytes: int
    entries: int


def is_archive(data: bytes) -> bool:
    """Tell whether a file is a ZIP of files rather than one document."""
    return data.startswith(b"PK") and kind_of(data, "") is Kind.ARCHIVE


def expand(data: bytes, name: str, limits: ZipLimits = ZIP_LIMITS) -> Iterator[Member]:
    """Unpack an archive, and archives within it, file by file.

    Nothing is unpacked before it is asked for. What the system or an office program left lying about (dot files,
    ``__MACOSX``, ``Thumbs.db``, ``~$`` lock files), folders and links are passed over.

    Args:
        data: The bytes of the archive.
        name: Its name, for messages.
        limits: Bounds over everything unpacked.

    Yields:
        The file's name without folders or control characters, and its bytes, or the error that befell it.

    Raises:
        OversizedDocumentError: It declares more than the limits allow; nothing of it was unpacked.
        UnreadableDocumentError: It is damaged.
        EmptyDocumentError: There is no file in it.
    """
    shown = safe_name(name)
    archive = open_zip(data, shown, limits)
    anything = False
    for member in _members(archive, shown, limits, _Left(limits.allowed(len(data)), limits.entries), 1):
        anything = True
        yield member
    if not anything:
        raise EmptyDocumentError(f"压缩包“{shown}”里没有文件。请检查是否选错了文件。")


def _members(archive: zipfile.ZipFile, name: str, limits: ZipLimits, left: _Left, depth: int) -> Iterator[Member]:
    for info in archive.infolist():
        path = _path_of(info)
        left.entries -= 1
        if info.is_dir() or _is_clutter(path) or stat.S_ISLNK(info.external_attr >> 16):
            continue
        member = safe_name(path)
        if left.entries < 0 or left.bytes <= 0:
            yield member, _too_much(name)
            return
        try:
            content = _content(archive, info, member, left)
            inner = open_zip(content, member, limits) if is_archive(content) else None
            if inner is not None and depth >= limits.nesting:
                raise _too_deep(member, name, limits.nesting)
        except SourceDocumentError as error:
            yield member, error
            continue
        if inner is None:
            yield member, content
        else:
            yield from _members(inner, member, limits, left, depth + 1)


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, left: _Left) -> bytes:
    if info.flag_bits & ENCRYPTED:
        raise UnreadableDocumentError(f"压缩包里的“{name}”设有密码，不能读。请取消密码后重新打包，再上传。")
    content = bytearray()
    try:
        for piece in unpack(archive, info, name, left.bytes):
            content += piece
    finally:
        left.bytes -= max(len(content), 1)
    return bytes(content)


def _path_of(info: zipfile.ZipInfo) -> str:
    """Return the path of a member; Chinese archivers write it in GBK and do not say so."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _is_clutter(path: str) -> bool:
    parts = [p.lower() for p in PurePosixPath(PureWindowsPath(path).as_posix()).parts]
    if not parts:
        return True
    return (
        not _CLUTTER_FOLDERS.isdisjoint(parts)
        or parts[-1] in _CLUTTER_FILES
        or any(p.startswith(_CLUTTER_BEGINNINGS) and p != ".." for p in parts)
    )


def _too_much(name: str) -> OversizedDocumentError:
    return OversizedDocumentError(f"压缩包“{name}”解压后太大或文件太多，从这一份起没有再解压。请分成几个压缩包再上传。")


def _too_deep(member: str, name: str, nesting: int) -> OversizedDocumentError:
    return OversizedDocumentError(
        f"压缩包“{name}”里的压缩包“{member}”嵌套超过{nesting}层，没有解压。请解压后重新打包，再上传。"
    )
