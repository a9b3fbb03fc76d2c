"""Reads what a text says of each piece in it: whose figure it is, of which year, compared with what, in which direction.

The text of the rules and the wording of a model are read by the same reader, and their readings are compared. What
the reader does not understand it takes for the same in both only where the words are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, unique
from itertools import pairwise

from service.assisting.pieces import YEAR, Kind, Piece, Pieces
from service.vocabulary.phrasing import PhrasingWords, Sense
from service.vocabulary.spotting import DIMENSION, Spotter

Names = frozenset[str]

_SENTENCE_ENDS = "。；！？!?;\n"
_CLAUSE_ENDS = "，,：:" + _SENTENCE_ENDS
#: Senses that are said of one among several.
_RANKS = frozenset({"most", "least"})
#: What may stand between two names of one subject: 公用经费（一般公共预算）, 收入、支出.
_JOINS = frozenset("（）()、的和与及 　")


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


@dataclass(frozen=True, slots=True)
class Binding:
    """What is said of a piece.

    Attributes:
        names: The names nearest before it: whose figure it is.
        year: The year it is of.
        mode: ``level``, or the sense of the word that relates it: ``down``, ``whole``, ``share`` …
        other: Names it is set against: the whole of a share, the base of a comparison.
        other_year: Year of the base of a comparison.
        words: Other meanings that stand between the subject and it: ``sum``, ``average``, ``negation`` …
        after: The word that follows it at once and adds to it: ``左右``, ``以上``; "" for none.
    """

    names: Names
    year: int
    mode: str = "level"
    other: Names = frozenset()
    other_year: int = 0
    words: frozenset[str] = frozenset()
    after: str = ""


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
    """

    sense: str
    role: str
    names: Names
    denied: bool
    clause: frozenset[str]
    text: str
    denials: int = 0
    sentence: int = 0


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
        stutters: Words that stand twice in a row, which nobody writes.
    """

    bindings: list[tuple[Piece, Binding]] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    others: list[Other] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    years: set[int] = field(default_factory=set)
    first: Names = frozenset()
    stutters: list[str] = field(default_factory=list)


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
        main = next((t.name for t in tokens if t.sort is Sort.NAME), "")
        out.first = frozenset({main} if main else ())
        out.stutters = [b.text for a, b in pairwise(tokens) if a.sense is not None and a.sense == b.sense]
        for number, sentence in enumerate(_split(tokens, _SENTENCE_ENDS)):
            _read_sentence(sentence, out, _State(year=self.year, sentence=number), self.year)
        return out

    def tokens(self, text: Pieces) -> list[Token]:
        """Take a text apart into tokens."""
        names = self._names(text)
        out: list[Token] = []
        at = 0
        placed = {p.start: p for p in text.placed}
        while at < len(text.text):
            if (here := placed.get(at)) is not None:
                token = Token(Sort.PIECE, text.text[at : here.end], at, piece=here.piece)
                if here.piece.kind is Kind.TITLE and (known := names.get(at)):
                    token = replace(token, name=known[1])
            elif (known := names.get(at)) is not None:
                token = Token(Sort.NAME if known[1] else Sort.PLAIN, text.text[at : known[0]], at, name=known[1])
            else:
                token = self._word(text, at, min((p for p in (*placed, *names) if p > at), default=len(text.text)))
            out.append(token)
            at += len(token.text)
        return _runs(out)

    def _names(self, text: Pieces) -> dict[int, tuple[int, str]]:
        """Return the names by their start: (end, what it stands for)."""
        found: dict[int, tuple[int, str]] = {}
        taken: list[tuple[int, int]] = []
        titled = {(p.start, p.end) for p in text.placed if p.piece.kind is Kind.TITLE}
        closed = [(p.start, p.end) for p in text.placed if p.piece.kind is not Kind.TITLE]
        for start, end in titled:
            found[start] = (end, text.text[start:end])
            taken.append((start, end))
        spans = [(*m.span(), "") for name in self.own for m in re.finditer(re.escape(name), text.text)]
        for mention in self.spotter.spot(text.text):
            is_word = mention.text in self.words.senses or mention.text in self.words.plain
            if mention.targets[0][0] != DIMENSION and not is_word:
                targets = "|".join(sorted(f"{d}={m}" for d, m in mention.targets))
                spans.append((mention.start, mention.end, targets))
        for start, end, name in sorted(spans, key=lambda s: (s[0] - s[1], s[0])):  # the longest first
            if _is_free((start, end), (*taken, *closed)):
                found[start] = (end, name)
                taken.append((start, end))
        return found

    def _word(self, text: Pieces, at: int, stop: int) -> Token:
        if found := YEAR.match(text.text, at):
            return Token(Sort.YEAR, found.group(), at, year=int(found.group()))
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


def _is_free(span: tuple[int, int], taken: Iterable[tuple[int, int]]) -> bool:
    return all(span[1] <= a or span[0] >= b for a, b in taken)


def _runs(tokens: Sequence[Token]) -> list[Token]:
    """Join neighbouring characters that are in no list into one run."""
    out: list[Token] = []
    for token in tokens:
        if out and token.sort is Sort.OTHER and out[-1].sort is Sort.OTHER:
            out[-1] = replace(out[-1], text=out[-1].text + token.text)
        else:
            out.append(token)
    return out


def _split(tokens: Sequence[Token], ends: str) -> Iterable[list[Token]]:
    """Yield the tokens of each sentence or clause, its end included."""
    part: list[Token] = []
    for token in tokens:
        part.append(token)
        if token.sort is Sort.MARK and token.text in ends:
            yield part
            part = []
    if part:
        yield part


@dataclass(slots=True)
class _State:
    """What has been said so far in a sentence."""

    names: Names = frozenset()
    fresh: bool = False  # whether a name just read continues the run of names
    year: int = 0
    mode: str = "level"
    other: Names = frozenset()
    other_year: int = 0
    words: frozenset[str] = frozenset()
    turn: int = 0
    denied: bool = False
    sentence: int = 0
    clause: frozenset[str] = frozenset()
    denials: int = 0

    def said(self, sense: Sense, names: Names, text: str) -> Said:
        """Return what a word says here."""
        clause = self.clause - {sense.id, *names}
        return Said(sense.id, sense.role, names, self.denied, clause, text, self.denials, self.sentence)


def _read_sentence(tokens: Sequence[Token], out: Reading, state: _State, year: int) -> None:
    clauses = list(_split(tokens, _CLAUSE_ENDS))
    for number, clause in enumerate(clauses):
        state.clause = frozenset(_content(clause))
        state.denials = sum(t.sense is not None and t.sense.role == "negation" for t in clause)
        for place, token in enumerate(clause):
            ahead = [*clause[place + 1 :], *(t for c in clauses[number + 1 :] for t in c)]
            if token.sense is not None and token.sense.id in _RANKS:
                _take_rank(token, token.sense, ahead, state, out)
            else:
                _take(token, state, out, ahead, year)
        state.denied = False


def _take_rank(token: Token, sense: Sense, ahead: Sequence[Token], state: _State, out: Reading) -> None:
    """Take 最大: what it is said of follows (最大的是甲), or else stood before (甲最大)."""
    state.fresh = False
    after = next((t for t in ahead if t.sort is Sort.NAME or t.piece is not None), None)
    named = after.name or (after.text if after.piece and after.piece.kind is Kind.TITLE else "") if after else ""
    names = frozenset({named}) if named else state.names or out.first
    out.said.append(state.said(sense, names, token.text))


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


def _take(token: Token, state: _State, out: Reading, ahead: Sequence[Token], year: int) -> None:
    if token.sort is Sort.NAME:
        _take_name(token.name, state, out)
    elif token.sort is Sort.YEAR:
        _take_year(token.year, state, out)
    elif token.sort is Sort.SENSE and token.sense is not None:
        _take_sense(token, token.sense, state, out)
    elif token.sort is Sort.OTHER:
        out.others.append(Other(token.text, state.names or out.first))
        state.fresh = False
    elif token.sort is Sort.PIECE and token.piece is not None:
        _take_piece(token.piece, token.name, state, out, ahead, year)
    elif token.sort is Sort.PLAIN or token.text not in _JOINS:
        state.fresh = state.fresh and token.text in _JOINS


def _take_name(name: str, state: _State, out: Reading) -> None:
    if state.fresh and name in (state.other if state.mode in {"base", "whole"} else state.names):
        out.stutters.append(name)
    out.names.add(name)
    state.turn = 0
    if state.mode in {"base", "whole"}:
        state.other = state.other | {name} if state.fresh else frozenset({name})
    elif state.fresh:
        state.names |= {name}
    else:
        state.names, state.words, state.other, state.other_year = frozenset({name}), frozenset(), frozenset(), 0
        state.mode = "level"
    state.fresh = True


def _take_year(year: int, state: _State, out: Reading) -> None:
    out.years.add(year)
    if state.mode == "base":
        state.other_year = year
    else:
        state.year = year


def _take_sense(token: Token, sense: Sense, state: _State, out: Reading) -> None:
    state.fresh, state.turn = False, 0
    said = state.said(sense, state.names or out.first, token.text)
    out.said.append(said)
    if sense.role == "negation":
        state.denied = True
        state.words |= {sense.id}
        return
    if sense.role == "to":
        out.said.append(replace(said, sense=sense.direction, role="direction"))
        state.mode, state.other, state.other_year = "level", frozenset(), 0
    elif sense.role == "base":
        state.mode, state.other, state.other_year = "base", frozenset(), 0
    elif sense.role in {"whole", "share"}:
        state.mode = sense.role
        if sense.role == "whole":
            state.other = frozenset()
    elif sense.role == "direction":
        state.mode = sense.id
    else:
        state.words |= {sense.id}


def _take_piece(piece: Piece, name: str, state: _State, out: Reading, ahead: Sequence[Token], year: int) -> None:
    if piece.kind in {Kind.HEADING, Kind.PLACE}:
        state.year = year if piece.kind is Kind.HEADING else state.year
        return
    if piece.kind is Kind.TITLE:
        _take_name(name or piece.text, state, out)
        return
    binding = replace(_binding(piece, state, out.first), after=_added(ahead))
    out.bindings.append((piece, binding))
    state.fresh = False
    state.turn += 1


def _added(ahead: Sequence[Token]) -> str:
    """Return the word right behind a figure that adds to it, "" where none does."""
    if not ahead:
        return ""
    token = ahead[0]
    if token.sort is Sort.OTHER:
        return token.text
    if token.sense is None or token.sense.role in {"base", "whole", "to", "negation"}:
        return ""
    relates = next((t for t in ahead[1:] if t.sort not in {Sort.PLAIN, Sort.SENSE}), None)
    return "" if relates is not None and relates.piece is not None else token.text


def _binding(piece: Piece, state: _State, first: Names) -> Binding:
    names = state.names or first
    if piece.kind is Kind.QUOTE:
        return Binding(names, 0, "quote", words=state.words - {"negation"})
    is_rate = "%" in piece.text or "％" in piece.text
    if state.mode == "base" or (state.mode == "whole" and not is_rate):
        mode = "level" if state.turn == 0 else "after"
        return Binding(state.other or names, state.other_year or state.year, mode, words=state.words)
    if state.mode in {"whole", "share"}:
        return Binding(names, state.year, "share", state.other, words=state.words)
    return Binding(names, state.year, state.mode, state.other, state.other_year, state.words)
