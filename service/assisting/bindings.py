"""Reads what a text says of each piece in it: whose figure it is, of which year, against what, in which direction.

The text of the rules and the wording of a model are read by the same reader, and their readings are compared. What
the reader does not understand it takes for the same in both only where the words are the same.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, unique
from itertools import pairwise

from service.assisting.pieces import YEAR, Kind, Piece, Pieces
from service.vocabulary.phrasing import PhrasingWords, Sense
from service.vocabulary.spotting import DIMENSION, Spotter

Names = frozenset[str]

_YEAR = re.compile(YEAR.pattern + "(?:年度?)?")
_SENTENCE_ENDS = "。；\n"
_CLAUSE_ENDS = "，：" + _SENTENCE_ENDS
#: Senses that are said of one among several.
_RANKS = frozenset({"most", "least"})
#: What may stand between two names of one subject: 公用经费（一般公共预算）, 收入、支出.
_JOINS = frozenset("（）、的和与及 ")
#: Senses of a figure that is worked out from those before it in its sentence.
_WORKED_OUT = frozenset({"difference", "remainder", "sum", "average", "conversion", "times"})
#: Senses that may be said of everything that is told.
_OF_ALL = frozenset({"sum", "descending", "ascending"})
#: Plain words that may follow a figure at once.
_FOLLOWS = frozenset({"的", "和", "与", "及", "以及", "也", "则"})
_COMPARED = frozenset({"more", "less"})


@unique
class Sort(Enum):
    """What a token is."""

    PIECE = "piece"
    NAME = "name"
    YEAR = "year"
    SENSE = "sense"
    PLAIN = "plain"
    MARK = "mark"  # punctuation
    OTHER = "other"  # none of these: may only be what the rules' text has, too


@dataclass(frozen=True, slots=True)
class Token:
    """A word or sign of a text.

    Attributes:
        sort: What it is.
        text: As written.
        start: Offset of its first character.
        piece: For a piece.
        name: For a name: what it stands for, whatever it is called.
        year: For a year: the year.
        sense: For a word with a meaning.
    """

    sort: Sort
    text: str
    start: int
    piece: Piece | None = None
    name: str = ""
    year: int = 0
    sense: Sense | None = None

    @property
    def is_figure(self) -> bool:
        """Whether it is a figure or a quote."""
        return self.piece is not None and self.piece.kind in {Kind.FIGURE, Kind.QUOTE}


@dataclass(frozen=True, slots=True)
class Binding:
    """What is said of a piece.

    Attributes:
        names: The names nearest before it: whose figure it is.
        year: The year it is of; of a change the later year.
        mode: ``level``, or the sense of the word that relates it: ``down``, ``share`` …
        other: Names it is set against: the whole of a share, the base of a comparison.
        other_year: Year of the base of a comparison.
        words: Other meanings that stand between the subject and it: ``sum``, ``average``, ``negation`` …
        before: For a figure worked out from others: whose the figures before it in its sentence are.
        after: What follows it at once and adds to it: ``左右``, ``以上``, another figure; "" for nothing.
        label: The words in no list that stand before it, since the last name or figure of its clause.
    """

    names: Names
    year: int
    mode: str = "level"
    other: Names = frozenset()
    other_year: int = 0
    words: frozenset[str] = frozenset()
    before: tuple[Names, ...] = ()
    after: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A word with a meaning, and what it is said of.

    Attributes:
        sense: Id of the sense.
        role: Of the sense.
        names: The names nearest before it in its sentence.
        denied: Whether it is denied: 不是减少.
        clause: The other content of its clause; runs that are in no list of words begin with ``~``.
        text: As written.
        denials: Number of negations in its clause.
        sentence: Number of its sentence, from 0.
        other: For a direction: the names it is set against.
        years: For a direction: the year of the change and that of its base, 0 where none is said.
    """

    sense: str
    role: str
    names: Names
    denied: bool
    clause: frozenset[str]
    text: str
    denials: int = 0
    sentence: int = 0
    other: Names = frozenset()
    years: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Other:
    """A run of words that are no names and are not in the list of words.

    Attributes:
        text: The run.
        names: The names nearest before it in its sentence.
    """

    text: str
    names: Names


@dataclass(slots=True)
class Reading:
    """What a text says.

    Attributes:
        bindings: (piece, what is said of it) in order.
        said: Every word with a meaning, in order.
        others: Every other run, in order.
        names: Every name.
        years: Every year.
        first: The names first spoken of.
        joints: (name, what stands between, name) of neighbouring names without a figure between them.
        sequence: Names and pieces in order.
        stutters: Words that stand twice in a row, which nobody writes.
        empty: Clauses that hold nothing but single plain characters: 是的.
        misplaced: Names of pieces that are a sentence of their own and stand within another.
    """

    bindings: list[tuple[Piece, Binding]] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    others: list[Other] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    years: set[int] = field(default_factory=set)
    first: Names = frozenset()
    joints: list[tuple[str, tuple[str, ...], str]] = field(default_factory=list)
    sequence: list[str] = field(default_factory=list)
    stutters: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads texts about one answer.

    Attributes:
        words: The words that may be used.
        spotter: Finds the names of the vocabulary and of the documents.
        own: Names of the one entity that the answer is about, which say nothing more of a figure.
        year: The year the answer is about.
    """

    words: PhrasingWords
    spotter: Spotter
    own: tuple[str, ...] = ()
    year: int = 0

    def read(self, text: Pieces) -> Reading:
        """Return what a text says."""
        tokens = self.tokens(text)
        out = Reading()
        out.first = _first_names(tokens)
        out.stutters = [b.text for a, b in pairwise(tokens) if a.sense is not None and a.sense == b.sense]
        out.sequence = [t.name or (t.piece.name if t.piece else "") for t in tokens if t.name or t.piece]
        out.misplaced = [
            b.piece.name for a, b in pairwise(tokens)
            if b.piece and b.piece.kind is Kind.NOTE and a.text[-1] not in _SENTENCE_ENDS
        ]  # fmt: skip
        for number, sentence in enumerate(_split(tokens, _SENTENCE_ENDS)):
            _Sentence(sentence, out, self.year, number).read()
        return out

    def tokens(self, text: Pieces) -> list[Token]:
        """Take a text apart into tokens."""
        names = self._names(text)
        placed = {p.start: p for p in text.placed}
        starts = sorted({*placed, *names})
        out: list[Token] = []
        at = 0
        while at < len(text.text):
            if (here := placed.get(at)) is not None:
                known = names.get(at) if here.piece.kind is Kind.TITLE else None
                token = Token(Sort.PIECE, text.text[at : here.end], at, piece=here.piece, name=known[1] if known else "")
            elif (known := names.get(at)) is not None:
                token = Token(Sort.NAME if known[1] else Sort.PLAIN, text.text[at : known[0]], at, name=known[1])
            else:
                after = bisect_right(starts, at)
                token = self._word(text, at, starts[after] if after < len(starts) else len(text.text))
            out.append(token)
            at += len(token.text)
        return _runs(out)

    def _names(self, text: Pieces) -> dict[int, tuple[int, str]]:
        """Return the names by their start: (end, what it stands for)."""
        found = {p.start: (p.end, text.text[p.start : p.end]) for p in text.placed if p.piece.kind is Kind.TITLE}
        taken = [False] * len(text.text)
        for p in text.placed:
            taken[p.start : p.end] = [True] * (p.end - p.start)
        spans = [(*m.span(), "") for name in self.own for m in re.finditer(re.escape(name), text.text)]
        for mention in self.spotter.spot(text.text):
            is_word = mention.text in self.words.senses or mention.text in self.words.plain
            if mention.targets[0][0] != DIMENSION and not is_word:
                targets = "|".join(sorted(f"{d}={m}" for d, m in mention.targets))
                spans.append((mention.start, mention.end, targets))
        for start, end, name in sorted(spans, key=lambda s: (s[0] - s[1], s[0])):  # the longest first
            if not any(taken[start:end]):
                found[start] = (end, name)
                taken[start:end] = [True] * (end - start)
        return found

    def _word(self, text: Pieces, at: int, stop: int) -> Token:
        if found := _YEAR.match(text.text, at):
            return Token(Sort.YEAR, found.group(), at, year=int(found.group()[:4]))
        for length in range(min(self.words.longest, stop - at), 0, -1):
            word = text.text[at : at + length]
            if (far := self.words.years.get(word)) is not None:
                return Token(Sort.YEAR, word, at, year=self.year + far if self.year else 0)
            if (sense := self.words.senses.get(word)) is not None:
                return Token(Sort.SENSE, word, at, sense=sense)
            if word in self.words.plain:
                return Token(Sort.PLAIN, word, at)
        char = text.text[at]
        return Token(Sort.MARK if char in self.words.punctuation else Sort.OTHER, char, at)


def _runs(tokens: Sequence[Token]) -> list[Token]:
    """Join neighbouring characters that are in no list into one run."""
    out: list[Token] = []
    for token in tokens:
        if out and token.sort is Sort.OTHER and out[-1].sort is Sort.OTHER:
            out[-1] = replace(out[-1], text=out[-1].text + token.text)
        else:
            out.append(token)
    return out


def _first_names(tokens: Sequence[Token]) -> Names:
    """Return the first names that stand together."""
    names: set[str] = set()
    for token in tokens:
        if token.name:
            names.add(token.name)
        elif names and (token.text not in _JOINS or token.piece is not None):
            break
    return frozenset(names)


def _split(tokens: Sequence[Token], ends: str) -> Iterable[list[Token]]:
    """Yield the tokens of each sentence or clause, its end included."""
    part: list[Token] = []
    for token in tokens:
        part.append(token)
        ends_itself = token.piece is not None and token.piece.kind is Kind.NOTE
        if ends_itself or (token.sort is Sort.MARK and token.text in ends):
            yield part
            part = []
    if part:
        yield part


class _Sentence:
    """A sentence as it is read, from left to right."""

    def __init__(self, tokens: Sequence[Token], out: Reading, year: int, number: int) -> None:
        self._tokens = tokens
        self._out = out
        self._answer_year = year
        self._number = number
        self._names: Names = frozenset()
        self._fresh = False  # whether a name just read goes on with the run of names
        self._year = year
        self._restated = False  # whether a year was said since the last figure
        self._main_year = 0  # the year of the first figure
        self._mode = "level"
        self._other: Names = frozenset()
        self._other_year = 0
        self._base_year = 0  # of a base phrase that a comma has closed
        self._words: frozenset[str] = frozenset()
        self._turn = 0
        self._denied = False
        self._clause: frozenset[str] = frozenset()
        self._denials = 0
        self._figures: list[Names] = []
        self._label = ""
        self._is_detached = False  # whether 合计, 共 stands by itself: of all that was told, not of the last name
        self._last: tuple[str, list[str]] | None = None  # the last name, and what has stood since

    def read(self) -> None:
        """Write down what the sentence says."""
        at = 0
        for clause in _split(self._tokens, _CLAUSE_ENDS):
            self._clause = frozenset(_content(clause))
            self._denials = sum(t.sense is not None and t.sense.role == "negation" for t in clause)
            self._last = None
            if _is_empty(clause):
                self._out.empty.append("".join(t.text for t in clause).strip())
            for token in clause:
                at += 1
                self._join(token)
                self._take(token, at)
            self._denied, self._label = False, ""
            if self._mode == "base" and clause[-1].text == "，":
                self._mode, self._base_year, self._other = "level", self._other_year, frozenset()

    def _join(self, token: Token) -> None:
        """Note what stands between two names."""
        if token.name:
            if self._last is not None:
                self._out.joints.append((self._last[0], tuple(self._last[1]), token.name))
            self._last = (token.name, [])
        elif token.is_figure:
            self._last = None
        elif self._last is not None and token.text.strip() and token.text != "的":
            self._last[1].append(token.sense.id if token.sense else "year" if token.year else token.text)

    def _take(self, token: Token, at: int) -> None:
        if token.sort is Sort.NAME:
            self._take_name(token.name)
        elif token.sort is Sort.YEAR:
            self._take_year(token.year)
        elif token.sort is Sort.SENSE and token.sense is not None:
            self._take_sense(token, token.sense, at)
        elif token.sort is Sort.OTHER:
            self._out.others.append(Other(token.text, self._names or self._out.first))
            self._fresh = False
            self._label += token.text
        elif token.piece is not None:
            self._take_piece(token.piece, token.name, at)
        else:
            self._fresh = self._fresh and token.text in _JOINS

    def _take_name(self, name: str) -> None:
        against = self._mode in {"base", "whole"}
        if self._fresh and name in (self._other if against else self._names):
            self._out.stutters.append(name)
        self._out.names.add(name)
        self._turn, self._is_detached, self._label = 0, False, ""
        if against:
            self._other = self._other | {name} if self._fresh else frozenset({name})
        elif self._fresh:
            self._names |= {name}
        else:
            self._names, self._words, self._other, self._other_year = frozenset({name}), frozenset(), frozenset(), 0
            self._mode = "level"
        self._fresh = True

    def _take_year(self, year: int) -> None:
        self._out.years.add(year)
        if self._mode == "base":
            self._other_year = year
        else:
            self._year, self._restated = year, True

    def _take_sense(self, token: Token, sense: Sense, at: int) -> None:
        self._fresh, self._turn = False, 0
        names = self._names or self._out.first
        if sense.id in _RANKS:
            names = self._ranked(at) or names
        elif sense.id in _OF_ALL and self._stands_alone(at):
            names = frozenset()
        said = Said(
            sense.id, sense.role, names, self._denied, self._clause - {sense.id, *names}, token.text, self._denials,
            self._number, self._other if sense.role == "direction" else frozenset(),
            self._change_years(sense.id) if sense.role == "direction" else (0, 0),
        )  # fmt: skip
        self._out.said.append(said)
        if sense.role == "negation":
            self._denied = True
            self._words |= {sense.id}
        elif sense.role == "to":
            self._out.said.append(replace(said, sense=sense.direction, role="direction", years=self._change_years(sense.direction)))
            self._base_year = self._other_year or self._base_year
            self._mode, self._other, self._other_year, self._year = "level", frozenset(), 0, self._main_year or self._answer_year
        elif sense.role == "base" and self._mode != "base":  # 与上年相比: its second word begins nothing
            self._mode, self._other, self._other_year = "base", frozenset(), 0
        elif sense.role in {"whole", "share"}:
            self._mode = sense.role
            if sense.role == "whole":
                self._other = frozenset()
        elif sense.role == "direction":
            self._mode = sense.id
        elif sense.id not in _RANKS:
            self._words |= {sense.id}
            self._is_detached = sense.id == "sum" and self._stands_alone(at)

    def _stands_alone(self, at: int) -> bool:
        """Whether the word before the token *at* begins a clause or a bracket, or follows the heading."""
        before = self._tokens[at - 2] if at > 1 else None
        return before is None or before.sort is Sort.MARK or (before.piece is not None and before.piece.kind is Kind.HEADING)

    def _ranked(self, at: int) -> Names:
        """Return what 最大 is said of where that follows (最大的是甲)."""
        after = next((t for t in self._tokens[at:] if t.name or t.piece is not None), None)
        return frozenset({after.name}) if after is not None and after.name else frozenset()

    def _change_years(self, sense: str) -> tuple[int, int]:
        """Return the year of a change and that of its base: 「2023年为乙，减少丙」 is a change against 2023."""
        base = self._other_year or self._base_year
        if sense == "flat":  # the same either way round
            both = {self._other_year or self._year, self._main_year or self._answer_year}
            return max(both), min(both)
        if base or (self._restated and not self._figures):
            return self._year, base
        main = self._main_year or self._year
        if self._figures and self._restated:
            return self._year, 0
        return (main, self._year) if self._year != main else (main, 0)

    def _take_piece(self, piece: Piece, name: str, at: int) -> None:
        if piece.kind is Kind.HEADING:
            self._year = self._answer_year
        elif piece.kind is Kind.TITLE:
            self._take_name(name or piece.text)
        elif piece.kind in {Kind.FIGURE, Kind.QUOTE}:
            binding = replace(self._binding(piece), after=_added(self._tokens[at : at + 4]), label=self._label)
            self._out.bindings.append((piece, binding))
            if piece.kind is Kind.FIGURE:
                if self._mode != "base":
                    self._main_year = self._main_year or binding.year
                self._figures.append(binding.names)
                self._restated = False
            self._fresh, self._label = False, ""
            self._turn += 1

    def _binding(self, piece: Piece) -> Binding:
        names = self._names or self._out.first
        if piece.kind is Kind.QUOTE:
            return Binding(names, 0, "quote", words=self._words - {"negation"})
        is_rate = "%" in piece.text or "％" in piece.text
        is_worked_out = bool(self._words & _WORKED_OUT) or "倍" in piece.text or self._mode in _COMPARED
        before = tuple(self._figures) if is_worked_out else ()
        if self._mode == "base" or (self._mode == "whole" and not is_rate):
            mode = "level" if self._turn == 0 else "after"
            year = (self._other_year or self._year) if self._mode == "base" else self._year
            return Binding(self._other or names, year, mode, words=self._words, before=before)
        if self._mode in {"whole", "share"}:
            return Binding(names, self._year, "share", self._other, words=self._words, before=before)
        if self._mode == "level" and self._is_detached:
            return Binding(frozenset(), self._year, "level", words=frozenset({"sum"}))
        if self._mode == "level":
            return Binding(names, self._year, "level", words=self._words, before=before)
        year, base = self._change_years(self._mode)
        return Binding(names, year, self._mode, self._other, base, self._words, before)


def _content(clause: Sequence[Token]) -> Iterable[str]:
    for token in clause:
        if token.sort is Sort.SENSE and token.sense and token.sense.role != "negation":
            yield token.sense.id
        elif token.sort is Sort.NAME:
            yield token.name
        elif token.sort is Sort.OTHER:
            yield f"~{token.text}"
        elif token.sort is Sort.YEAR:
            yield str(token.year)
        elif token.piece is not None and token.piece.kind not in {Kind.HEADING, Kind.PLACE}:
            yield token.piece.text


def _is_empty(clause: Sequence[Token]) -> bool:
    """Whether a clause is made of single plain characters only."""
    words = [t for t in clause if t.sort is not Sort.MARK]
    return bool(words) and all(t.sort is Sort.PLAIN and len(t.text) == 1 for t in words)


def _added(ahead: Sequence[Token]) -> str:
    """Return what follows a figure at once and adds to it, "" where nothing does."""
    if not ahead:
        return ""
    token = ahead[0]
    if token.is_figure:
        return "（数）"
    if token.sort in {Sort.OTHER, Sort.NAME, Sort.YEAR} or (token.sort is Sort.PLAIN and token.text not in _FOLLOWS):
        return token.text
    if token.sense is None or token.sense.role in {"base", "whole", "to", "negation"} or token.sense.id == "flat":
        return ""
    relates = next((t for t in ahead[1:] if t.sort not in {Sort.PLAIN, Sort.SENSE}), None)
    return "" if relates is not None and relates.piece is not None else token.text
