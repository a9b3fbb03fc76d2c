"""The files of documents as they were received, one file each in a folder."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from service.adapters.migrations import translated

#: A document's id: the beginning of the sha256 of its file. Nothing else names a file here.
_ID = re.compile(r"[0-9a-f]{16}")
_NAME = "originals"


class FileOriginals:
    """The Originals port over a folder.

    A file is there completely, or not at all, and is compared with its name when it is read: a damaged one counts as
    missing. One whose document is gone (a process was killed in between) is harmless: nothing refers to it, and it
    serves when the same file is taken in again.
    """

    def __init__(self, folder: Path, *, keeping: bool = True) -> None:
        """Use *folder*, which is made when the first file is kept.

        Args:
            folder: Where the files are.
            keeping: Whether files are kept from now on; what is kept already can be read and removed anyway.
        """
        self._folder = folder
        self._keeping = keeping

    def keep(self, document_id: str, data: bytes) -> None:
        """Keep the file of a document, unless it is kept already.

        Raises:
            StoreReadOnlyError: It cannot be written.
            StoreFullError: The disk is full; nothing is left of it.
        """
        if not self._keeping or not _names(document_id, data) or self.read(document_id) is not None:
            return
        with translated(_NAME):
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=".", dir=self._folder)
            made = Path(name)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                made.replace(self._folder / document_id)
            except BaseException:
                with suppress(OSError):
                    made.unlink()
                raise

    def read(self, document_id: str) -> bytes | None:
        """Return the file of a document; None where none is kept, or what is kept is no longer what was received."""
        if not _ID.fullmatch(document_id):
            return None
        try:
            data = (self._folder / document_id).read_bytes()
        except OSError:
            return None
        return data if _names(document_id, data) else None

    def remove(self, document_id: str) -> None:
        """Forget the file of a document.

        Raises:
            StoreReadOnlyError: It cannot be removed.
        """
        if _ID.fullmatch(document_id):
            with translated(_NAME):
                (self._folder / document_id).unlink(missing_ok=True)

    def held(self) -> frozenset[str]:
        """Return the ids of the documents whose files are kept."""
        try:
            return frozenset(each.name for each in self._folder.iterdir() if _ID.fullmatch(each.name))
        except OSError:
            return frozenset()


def _names(document_id: str, data: bytes) -> bool:
    return sha256(data).hexdigest()[:16] == document_id
