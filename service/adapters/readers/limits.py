"""How much of a file is read at most, so that no file can eat the memory or the day of the machine."""

from __future__ import annotations

import copy
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from service.domain.errors import EmptyDocumentError, OversizedDocumentError, UnreadableDocumentError
from service.ingestion.blocks import Grid, Reading

#: Pages of one document.
MAX_PAGES = 2_000
#: Places of all grids of one document together, blank ones included.
MAX_CELLS = 400_000
#: Characters of running text of one document.
MAX_CHARACTERS = 8_000_000
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class ZipLimits:
    """Bounds of a ZIP file, whether an archive or an office document.

    Attributes:
        uncompressed: Bytes of all members together when unpacked.
        ratio: Unpacked bytes per packed byte; counts only beyond *small* bytes.
        entries: Members.
        nesting: How deep archives may stand in one another; 1 means none within the outermost.
        small: Below so many unpacked bytes no ratio is suspicious: a sheet of blank cells packs very well.
    """

    uncompressed: int = 200 * 1024 * 1024
    ratio: int = 200
    entries: int = 5_000
    nesting: int = 2
    small: int = 16 * 1024 * 1024

    def allowed(self, packed: int) -> int:
        """Return how many bytes a file of *packed* bytes may unpack to."""
        return min(self.uncompressed, max(self.small, self.ratio * packed))


ZIP_LIMITS = ZipLimits()
#: What the ZIP library raises on damaged or strange files.
ZIP_ERRORS = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, OverflowError, NotImplementedError,
    RuntimeError, IndexError,
)  # fmt: skip
#: The bit of a member's flags that says it is encrypted.
ENCRYPTED = 1
#: The only ways of packing that Office and the usual archivers use, and that unpack piece by piece.
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


def check_size(data: bytes, name: str, max_bytes: int) -> None:
    """Refuse a file that is too large or has nothing in it.

    Raises:
        OversizedDocumentError: It is larger than *max_bytes*.
        EmptyDocumentError: It holds nothing, or only blanks.
    """
    if len(data) > max_bytes:
        raise OversizedDocumentError(
            f"“{name}”有{len(data) / 1048576:.1f}MB，超过上限{max_bytes / 1048576:.0f}MB。"
            "请只上传预算文本，或由管理员调大 YOUJU_MAX_FILE_MB。"
        )
    if not data.strip():
        raise EmptyDocumentError(f"“{name}”是空文件，没有可读的文字。请检查是否选错了文件。")


def check_pages(count: int, name: str) -> None:
    """Refuse a document of too many pages.

    Raises:
        OversizedDocumentError: It has more than MAX_PAGES.
    """
    if count > MAX_PAGES:
        raise OversizedDocumentError(
            f"“{name}”有{count}页，超过上限{MAX_PAGES}页。请只保留预算或决算公开的部分，或拆成几个文件再上传。"
        )


def check_reading(reading: Reading) -> Reading:
    """Return *reading* if its tables and text are within bounds.

    Raises:
        OversizedDocumentError: It has more than MAX_PAGES pages, MAX_CELLS cells or MAX_CHARACTERS characters.
    """
    check_pages(reading.pages, reading.name)
    cells = sum(g.width * len(g.rows) for g in reading.blocks if isinstance(g, Grid))
    check_cells(cells, reading.name)
    if len(reading.text) > MAX_CHARACTERS:
        raise OversizedDocumentError(
            f"“{reading.name}”有{len(reading.text)}个字，超过上限{MAX_CHARACTERS}个字。请拆成几个文件再上传。"
        )
    return reading


def check_cells(count: int, name: str) -> None:
    """Refuse tables of too many cells.

    Raises:
        OversizedDocumentError: There are more than MAX_CELLS.
    """
    if count > MAX_CELLS:
        raise OversizedDocumentError(
            f"“{name}”的表格共有{count}格，超过上限{MAX_CELLS}格。"
            "请删去与预算公开无关的工作表和空白行列，或拆成几个文件再上传。"
        )


def check_zip(data: bytes, name: str, limits: ZipLimits = ZIP_LIMITS) -> None:
    """Refuse an office document whose ZIP container is damaged, encrypted or a bomb.

    The sizes that the container declares are judged first; then every member is unpacked piece by piece and
    thrown away, because the declared sizes may lie and a library would believe or ignore them.

    Args:
        data: The bytes of the file.
        name: Its name, for the message.
        limits: The bounds.

    Raises:
        OversizedDocumentError: It unpacks to more than the bounds allow.
        UnreadableDocumentError: It is damaged, encrypted or packed in an unusual way.
    """
    archive = open_zip(data, name, limits)
    left = limits.allowed(len(data))
    for info in archive.infolist():
        if info.flag_bits & ENCRYPTED:
            raise UnreadableDocumentError(f"“{name}”设有打开密码，不能读。请取消密码后另存，再上传。")
        left -= sum(len(piece) for piece in unpack(archive, info, name, left))


def open_zip(data: bytes, name: str, limits: ZipLimits = ZIP_LIMITS) -> zipfile.ZipFile:
    """Open a ZIP file whose directory is sound and declares sizes within bounds.

    Raises:
        OversizedDocumentError: It declares more members or more bytes than the bounds allow.
        UnreadableDocumentError: Its directory is damaged.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except ZIP_ERRORS as error:
        raise damaged(name) from error
    infos = archive.infolist()
    if len(infos) > limits.entries:
        raise OversizedDocumentError(
            f"“{name}”里有{len(infos)}个文件，超过上限{limits.entries}个。请分成几个压缩包再上传。"
        )
    if sum(i.file_size for i in infos) > limits.allowed(len(data)):
        raise too_large(name)
    if sum(i.compress_size for i in infos) > len(data):
        raise damaged(name)  # members that share their bytes: a known way to build a bomb
    return archive


def unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, allowed: int) -> Iterator[bytes]:
    """Unpack a member piece by piece, whatever size its header declares.

    Args:
        archive: The open file.
        info: The member, not encrypted.
        name: Shown in messages.
        allowed: Bytes it may unpack to.

    Raises:
        OversizedDocumentError: It unpacks to more than *allowed* bytes.
        UnreadableDocumentError: It is damaged or packed in an unusual way.
    """
    if info.compress_type not in _METHODS:
        raise UnreadableDocumentError(f"“{name}”的压缩方法不常见，不能读。请用系统自带的ZIP压缩重新打包，再上传。")
    honest = copy.copy(info)
    honest.file_size = allowed + 2 * _CHUNK  # the library stops at the declared size, and a header may lie
    size = 0
    try:
        with archive.open(honest) as member:
            while piece := member.read(_CHUNK):
                size += len(piece)
                if size > allowed:
                    raise too_large(name)
                yield piece
    except ZIP_ERRORS as error:
        raise damaged(name) from error


def too_large(name: str) -> OversizedDocumentError:
    """Return the error for a file that unpacks to too much."""
    return OversizedDocumentError(f"“{name}”解压后过大，疑为压缩炸弹，没有解压。请只打包预算文件后再上传。")


def damaged(name: str) -> UnreadableDocumentError:
    """Return the error for a damaged ZIP container."""
    return UnreadableDocumentError(f"“{name}”已损坏或没有传完，打不开。请重新下载或另存后再上传。")
