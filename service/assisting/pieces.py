"""Takes an answer apart: what the program writes gets names (名字), the words between are left to a language model.

A piece is a run of the text that a model may move but never write: a figure with its unit and marks, a quote, a
heading (entity, year and stage), a name with digits in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, unique

#: Characters from which what stands in quotation marks is a quote; shorter ones are names.
LONGEST_NAME = 16
_UNITS = (
    "个百分点|百分点|平方米|亿元|百万元|千元|万元|元|%|％|‰|倍|项|个|人次|人|辆|台|件|套|条|户|批次|批|次|处|家|份|张|天|日|月|吨|公里|米|科|种|期|场|篇|类|页"
)
_FIGURE = re.compile(rf"(?:[≥≤＞＜><]\s?)?[-−+]?\d+(?:[,，]\d{{3}}(?!\d))*(?:\.\d+)?(?:\s?(?:{_UNITS}))?")
_DATE = re.compile(r"\d{4}年\d{1,2}月(?:\d{1,2}日)?(?:以?[前后])?|\d{1,2}月\d{1,2}日(?:以?[前后])?|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?=年|[—～~至到和、－-]{1,2}(?:19|20)\d\d年)")
_OPENING = {"“": "”", "「": "」", "《": "》"}
NAME = re.compile(r"\{\{\s*([a-z]\d{1,3})\s*\}\}")


@unique
class Kind(Enum):
    """What a piece is; the value begins its name."""

    FIGURE = "f"
    QUOTE = "q"
    HEADING = "h"  # entity, year and stage
    TITLE = "t"  # a name with digits in it, or in quotation marks
    PLACE = "p"  # a section or table that is named as the place of something
    NOTE = "s"  # a sentence that denies, corrects or limits, and has no figure


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the text that the program writes.

    Attributes:
        name: ``f1``, as a model writes it in double braces.
        kind: What it is.
        text: As the reader gets it.
    """

    name: str
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece at its place in a text.

    Attributes:
        piece: The piece.
        start: Offset of its first character.
        end: Offset after its last.
    """

    piece: Piece
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text and the pieces in it.

    Attributes:
        text: As the reader gets it.
        placed: The pieces in order; they do not overlap.
    """

    text: str
    placed: tuple[Placed, ...]

    @property
    def named(self) -> str:
        """The text with ``{{name}}`` in place of every piece."""
        out, at = [], 0
        for each in self.placed:
            out += [self.text[at : each.start], "{{", each.piece.name, "}}"]
            at = each.end
        return "".join((*out, self.text[at:]))

    @property
    def by_name(self) -> Mapping[str, Piece]:
        """Every piece by its name."""
        return {each.piece.name: each.piece for each in self.placed}


def cut(
    text: str, *, spans: Iterable[tuple[int, int, Kind]] = (), headings: Iterable[str] = (), titles: Iterable[str] = (),
    places: Iterable[str] = (), quotes: Iterable[str] = (), marks: Sequence[str] = (), counts: dict[Kind, int] | None = None,
) -> Pieces:  # fmt: skip
    """Take a text apart.

    Args:
        text: As the rules wrote it.
        spans: Runs that are pieces in any case, those that matter more first.
        headings: Whole runs that are one piece: entity, year and stage.
        titles: Names with digits in them: codes with their names, titles of documents.
        places: Sections and tables, which count where they stand in brackets.
        quotes: What is quoted as somebody's words, however short it is.
        marks: Words in the brackets that belong to a figure.
        counts: How many names of each kind are given out already; raised, where texts are to share one numbering.
    """
    free = _Free(text)
    for start, end, kind in spans:
        free.claim(start, end, kind)
    for heading in sorted({h for h in headings if h}, key=len, reverse=True):
        free.take(re.escape(heading), Kind.HEADING)
    for place in sorted({p for p in places if p}, key=len, reverse=True):
        free.take(rf"（{re.escape(place)}(?:，第\d+页)?）", Kind.PLACE)
    names, words = set(titles), set(quotes)
    for start, end in quotations(text):
        inside = text[start + 1 : end - 1]
        is_name = text[start] == "《" or (inside not in words and (inside in names or len(inside) <= LONGEST_NAME))
        free.claim(start, end, Kind.TITLE if is_name else Kind.QUOTE)
    for title in sorted({t for t in names if any(c.isdigit() for c in t)}, key=len, reverse=True):
        free.take(re.escape(title), Kind.TITLE)
    free.take(_DATE.pattern, Kind.FIGURE)
    years = {m.span() for m in YEAR.finditer(text)}
    for found in _FIGURE.finditer(text):
        start, end = found.span()
        if (start, start + 4) in years:
            continue
        free.claim(start, _with_marks(text, end, marks), Kind.FIGURE)
    return Pieces(text, free.placed({} if counts is None else counts))


def filled(named: str, pieces: Mapping[str, Piece]) -> Pieces:
    """Write the pieces in place of their names.

    Args:
        named: Text with ``{{name}}``; every name must be known.
        pieces: By name.
    """
    out: list[str] = []
    placed: list[Placed] = []
    at, length = 0, 0
    for found in NAME.finditer(named):
        before = named[at : found.start()]
        piece = pieces[found.group(1)]
        length += len(before)
        placed.append(Placed(piece, length, length + len(piece.text)))
        length += len(piece.text)
        out += [before, piece.text]
        at = found.end()
    return Pieces("".join((*out, named[at:])), tuple(placed))


def quotations(text: str) -> Iterable[tuple[int, int]]:
    """Yield the spans of what stands in quotation marks or title marks, the outermost of nested ones."""
    at = 0
    while at < len(text):
        close = _OPENING.get(text[at])
        if close is None:
            at += 1
            continue
        depth, end = 0, at
        while end < len(text):
            depth += (text[end] == text[at]) - (text[end] == close)
            end += 1
            if depth == 0:
                break
        if depth == 0:
            yield at, end
            at = end
        else:
            at += 1


def _with_marks(text: str, end: int, marks: Sequence[str]) -> int:
    """Return the end of a figure with the brackets behind it that say what kind of figure it is."""
    while text[end : end + 1] == "（":
        close = text.find("）", end)
        inside = text[end + 1 : close] if close > 0 else ""
        if not inside or len(inside) > 2 * LONGEST_NAME or not any(mark in inside for mark in marks):
            break
        end = close + 1
    return end


class _Free:
    """The part of a text that no piece has claimed yet."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._claimed = [False] * len(text)
        self._spans: list[tuple[int, int, Kind]] = []

    def claim(self, start: int, end: int, kind: Kind) -> None:
        if start < end and not any(self._claimed[start:end]):
            self._claimed[start:end] = [True] * (end - start)
            self._spans.append((start, end, kind))

    def take(self, pattern: str, kind: Kind) -> None:
        for found in re.finditer(pattern, self._text):
            self.claim(*found.span(), kind)

    def placed(self, counts: dict[Kind, int]) -> tuple[Placed, ...]:
        """Return the pieces in order; a title that stands twice is one piece, a figure is one each time."""
        known: dict[tuple[Kind, str], Piece] = {}
        out = []
        for start, end, kind in sorted(self._spans):
            text = self._text[start:end]
            piece = known.get((kind, text)) if kind not in {Kind.FIGURE, Kind.QUOTE} else None
            if piece is None:
                counts[kind] = counts.get(kind, 0) + 1
                piece = known[kind, text] = Piece(f"{kind.value}{counts[kind]}", kind, text)
            out.append(Placed(piece, start, end))
        return tuple(out)
