"""Takes a wording apart: pieces, names, years, words that others may stand for, words that may be added, and the rest."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, unique

from service.assisting.pieces import YEAR, Kind, Piece, Pieces
from service.vocabulary.phrasing import PhrasingWords, Synonym
from service.vocabulary.spotting import DIMENSION, Spotter

#: Marks between clauses and sentences; one may stand for another.
STRONG = "，；：。\n"
#: Marks that end a sentence.
ENDS = "。\n"
_MARKS = frozenset(STRONG + "、 \t")
#: What a name may say besides what it names: 一般公共预算收入 is no other name of 一般公共预算 in a sentence about 支出.
_SIDES = ("收入", "支出")
_YEAR = re.compile(YEAR.pattern + "(?:年度?)?")


@unique
class Sort(Enum):
    """What a token is."""

    PIECE = "piece"
    NAME = "name"
    YEAR = "year"
    SAME = "same"  # a word that others may stand for
    OTHER = "other"  # none of these, brackets and signs included
    PLAIN = "plain"  # a word that may be added or left out
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Token:
    """A word or sign of a text.

    Attributes:
        sort: What it is.
        text: As written.
        key: What must be the same in both texts; "" for plain words and marks.
        piece: For a piece.
        synonym: For a word that others may stand for.
    """

    sort: Sort
    text: str
    key: str = ""
    piece: Piece | None = None
    synonym: Synonym | None = None

    @property
    def is_figure(self) -> bool:
        """Whether it is a figure."""
        return self.piece is not None and self.piece.kind is Kind.FIGURE

    @property
    def begins_anew(self) -> bool:
        """Whether a sentence may begin with it: a name, or a piece that says what is spoken of."""
        return self.sort is Sort.NAME or (self.piece is not None and self.piece.kind in {Kind.HEADING, Kind.TITLE, Kind.NOTE})

    @property
    def is_filled(self) -> bool:
        """Whether it is a figure or a quote, before which particles come and go."""
        return self.piece is not None and self.piece.kind in {Kind.FIGURE, Kind.QUOTE}


@dataclass(frozen=True, slots=True)
class Lexer:
    """Takes texts about one answer or draft apart.

    Attributes:
        words: What may be changed.
        spotter: Finds the names of the vocabulary and of the documents.
        is_official: Whether names must be written as they are, not only mean the same.
    """

    words: PhrasingWords
    spotter: Spotter
    is_official: bool = False

    def tokens(self, text: Pieces) -> list[Token]:
        """Return the tokens of a text in order; neighbouring characters that are in no list are one."""
        names = self._names(text)
        placed = {p.start: p for p in text.placed}
        starts = sorted({*placed, *names})
        out: list[Token] = []
        at = 0
        while at < len(text.text):
            if (here := placed.get(at)) is not None:
                token = Token(Sort.PIECE, text.text[at : here.end], f"{{{here.piece.name}}}", here.piece)
            elif (known := names.get(at)) is not None:
                token = Token(Sort.NAME, text.text[at : known[0]], known[1])
            else:
                after = bisect_right(starts, at)
                token = self._word(text.text, at, starts[after] if after < len(starts) else len(text.text))
            out.append(token)
            at += len(token.text)
        return _runs(out)

    def _names(self, text: Pieces) -> dict[int, tuple[int, str]]:
        """Return the names by their start: (end, what must be the same)."""
        taken = [False] * len(text.text)
        for p in text.placed:
            taken[p.start : p.end] = [True] * (p.end - p.start)
        found: dict[int, tuple[int, str]] = {}
        for mention in sorted(self.spotter.spot(text.text), key=lambda m: (m.start - m.end, m.start)):  # the longest first
            start, end = mention.start, mention.end
            is_word = mention.text in self.words.same or mention.text in self.words.plain
            if mention.targets[0][0] == DIMENSION or is_word or any(taken[start:end]):
                continue
            targets = "|".join(sorted(f"{d}={m}" for d, m in mention.targets))
            targets += "".join(side for side in _SIDES if side in mention.text)
            found[start] = (end, mention.text if self.is_official else targets)
            taken[start:end] = [True] * (end - start)
        return found

    def _word(self, text: str, at: int, stop: int) -> Token:
        if found := _YEAR.match(text, at):
            return Token(Sort.YEAR, found.group(), found.group()[:4])
        for length in range(min(self.words.longest, stop - at), 0, -1):
            word = text[at : at + length]
            if (synonym := self.words.same.get(word)) is not None:
                return Token(Sort.SAME, word, f"={synonym.meaning}", synonym=synonym)
            if word in self.words.plain:
                return Token(Sort.PLAIN, word)
        char = text[at]
        return Token(Sort.MARK, char) if char in _MARKS else Token(Sort.OTHER, char, char)


def _runs(tokens: Sequence[Token]) -> list[Token]:
    out: list[Token] = []
    for token in tokens:
        if out and token.sort is Sort.OTHER and out[-1].sort is Sort.OTHER:
            joined = out[-1].text + token.text
            out[-1] = replace(out[-1], text=joined, key=joined)
        else:
            out.append(token)
    return out
