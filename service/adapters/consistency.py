"""Bring the passage index in line with the library after a crash. The library is right by definition."""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.errors import StoreError
from service.ports import Library, PassageIndex


@dataclass(frozen=True, slots=True)
class Repair:
    """What was done.

    Attributes:
        indexed: Documents that were in the library only, and are indexed now.
        removed: Documents that were in the index only, and are gone from it.
        problem: Why it had to stop, in Chinese; "" where it did not.
    """

    indexed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    problem: str = ""


def repair(library: Library, index: PassageIndex) -> Repair:
    """Index what is in the library only, and drop what is in the index only.

    A document whose file was read again has the same id with other passages: drop it from the index first,
    then add it to the library, then index it. Killed in between, it is found here.

    Returns:
        What was done. A store that cannot be written does not stop the start: it is reported.
    """
    known = {summary.id: summary for summary in library.summaries()}
    indexed = index.indexed()
    added: list[str] = []
    removed: list[str] = []
    try:
        for document in sorted(indexed - known.keys()):
            index.remove(document)
            removed.append(document)
        for document in sorted(known.keys() - indexed):
            summary = known[document]
            index.replace(document, library.get(document).passages, entity=summary.entity, year=summary.year)
            added.append(document)
    except StoreError as error:
        return Repair(tuple(added), tuple(removed), error.message)
    return Repair(tuple(added), tuple(removed))
