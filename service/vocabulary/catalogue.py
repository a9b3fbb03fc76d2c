"""The catalogue of standard tables and of narrative sections: what a title, a header and a heading fix."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from service.vocabulary.names import fold

_YEAR = re.compile(r"^(?:\d{4}|[〇零一二三四五六七八九]{4})年?度?")


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a two-sided table: its header, its measure, how its rows are named."""

    header: str
    measure: str
    dims: tuple[str, ...]
    default: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StandardTable:
    """An entry of the catalogue.

    Attributes:
        key: ``B1`` … ``B13``.
        name: Short Chinese name.
        layout: ``matrix``, ``two-sided``, ``single-row`` or ``form``.
        titles: Printed titles, year and spaces dropped.
        measure: Measure of its figures, "" where the sides say it.
        fixed: Members that the whole table fixes.
        rows: Dimensions that name its rows.
        dims: Dimensions that its column headers may name.
        sides: For a two-sided table.
        words: Words one of which groups is in the title of such a table, where no printed title is known.
        without: Words that its title does not hold then.
        core: Whether its sums are promised by its form, so that a failed one is the document's error.
    """

    key: str
    name: str
    layout: str
    titles: tuple[str, ...]
    measure: str
    fixed: tuple[tuple[str, str], ...]
    rows: tuple[str, ...]
    dims: tuple[str, ...]
    sides: tuple[Side, ...] = ()
    words: tuple[tuple[str, ...], ...] = ()
    without: tuple[str, ...] = ()
    core: bool = True


@dataclass(frozen=True, slots=True)
class NarrativeSection:
    """What a heading of the 情况说明 fixes for the figures below it."""

    titles: tuple[str, ...]
    measure: str
    fixed: tuple[tuple[str, str], ...]
    prefer: tuple[str, ...]
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Standard tables, header words and narrative sections."""

    tables: tuple[StandardTable, ...]
    whole: frozenset[str]
    roles: Mapping[str, str]
    sections: tuple[NarrativeSection, ...]
    words: Mapping[str, tuple[str, ...]]
    topics: tuple[tuple[str, tuple[str, ...]], ...] = ()
    endings: tuple[tuple[str, str], ...] = ()
    counts: tuple[str, ...] = ()

    def table(self, key: str) -> StandardTable | None:
        """Return the standard table of that key."""
        return next((t for t in self.tables if t.key == key), None)

    def recognise(self, title: str) -> StandardTable | None:
        """Return the standard table a printed title belongs to, or None.

        The longest catalogued title contained in the printed one wins; where none is, the first entry whose
        words it holds.
        """
        printed = _YEAR.sub("", fold(title))
        best: tuple[int, StandardTable] | None = None
        for table in self.tables:
            for known in table.titles:
                name = fold(known)
                if name in printed and (best is None or len(name) > best[0]):
                    best = (len(name), table)
        return best[1] if best else next((t for t in self.tables if _has_words(printed, t)), None)

    def section(self, heading: str) -> NarrativeSection | None:
        """Return what a narrative heading fixes, or None; the longest title contained in it wins."""
        printed = fold(heading)
        best: tuple[int, NarrativeSection] | None = None
        for section in self.sections:
            for known in section.titles:
                name = fold(known)
                if name in printed and (best is None or len(name) > best[0]):
                    best = (len(name), section)
        return best[1] if best else None

    def role(self, label: str) -> str | None:
        """Return what kind of column a header names (``code``, ``label`` …), or None."""
        name = fold(label)
        return self.roles.get(name) or next((role for ending, role in self.endings if name.endswith(ending)), None)

    def is_count(self, label: str) -> bool:
        """Whether a header names things that are counted, so that the table's money unit does not hold."""
        name = fold(label)
        return any(name.endswith(word) for word in self.counts)

    def is_whole(self, label: str) -> bool:
        """Whether a header or row label means everything: 合计, 总计, 小计."""
        return fold(label) in self.whole


def _has_words(title: str, table: StandardTable) -> bool:
    return any(all(fold(w) in title for w in group) for group in table.words) and not any(
        fold(w) in title for w in table.without
    )
