"""A text as one stream of tokens, cut into stretches that end with 。, with what each figure is said of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from service.drafting.editing.tokens import Sort, Token, plain, read_tokens, reason_spans

_STRETCH = re.compile(r"[^。！？!?\n]*(?:[。！？!?\n]+[”’」』）)]*|$)")
_CLAUSE_END = re.compile(r"[，,；;：:]")
#: What a figure is said of ends where the one before it stands.
_STOPS = frozenset({Sort.FIGURE, Sort.DIGITS, Sort.GAP})


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of text up to 。 within one owner (a paragraph, a heading, a cell).

    Attributes:
        owner: Index of its owner.
        start: Offset in the owner's text.
        end: Offset after it.
        first: Index of its first token in the stream.
        last: Index after its last token.
        plain: Its plain form without the closing mark.
    """

    owner: int
    start: int
    end: int
    first: int
    last: int
    plain: str


@dataclass(frozen=True, slots=True)
class Lead:
    """What stands between a figure and the one before it, reasons left out.

    Attributes:
        words: Its words, without years and direction words.
        years: Years named in it.
        directions: Direction words in it.
    """

    words: str
    years: tuple[str, ...]
    directions: tuple[str, ...]


@dataclass(slots=True)
class Stream:
    """The tokens of a text.

    Attributes:
        texts: Text of every owner.
        stretches: In order.
        tokens: In order; offsets are those in the owner's text.
        stretch_of: Token → index of its stretch.
        in_reason: Token → whether it stands in a reason or is of the words that begin one.
        reasons: Owner → (start, end) of the reasons in its text.
    """

    texts: Sequence[str]
    stretches: list[Stretch] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    stretch_of: list[int] = field(default_factory=list)
    in_reason: list[bool] = field(default_factory=list)
    reasons: list[list[tuple[int, int]]] = field(default_factory=list)

    def owner(self, token: int) -> int:
        """Return the owner of a token."""
        return self.stretches[self.stretch_of[token]].owner

    def written(self, token: int) -> str:
        """Return a token as written."""
        found = self.tokens[token]
        return self.texts[self.owner(token)][found.start : found.end]

    def keys(self, stretch: Stretch) -> Sequence[Token]:
        """Return the tokens of a stretch."""
        return self.tokens[stretch.first : stretch.last]

    def figure_after(self, token: int) -> int:
        """Return the figure that a direction word or a year before it is said with, -1 for none."""
        last = self.stretches[self.stretch_of[token]].last
        return next((k for k in range(token + 1, last) if self.tokens[k].sort in _STOPS), -1)

    def figure_before(self, token: int) -> int:
        """Return the figure that stands before a token in its stretch, -1 for none."""
        first = self.stretches[self.stretch_of[token]].first
        return next((k for k in range(token - 1, first - 1, -1) if self.tokens[k].sort in _STOPS), -1)

    def has_figure(self, token: int) -> bool:
        """Whether a figure stands in the clause of a token."""
        text, here = self.texts[self.owner(token)], self.tokens[token]
        stretch = self.stretches[self.stretch_of[token]]
        cuts = [stretch.start, *(m.end() for m in _CLAUSE_END.finditer(text, stretch.start, stretch.end)), stretch.end]
        low = max(c for c in cuts if c <= here.start)
        high = min(c for c in cuts if c >= here.end)
        return any(t.sort is Sort.FIGURE and low <= t.start < high for t in self.keys(stretch))

    def lead(self, token: int) -> Lead:
        """Return what leads to a token: since the figure before it, or since the sentence began."""
        stretch, inside = self.stretches[self.stretch_of[token]], self.in_reason[token]
        return self._between(stretch.first, token, inside=inside)

    def tail(self, token: int) -> Lead | None:
        """Return what follows the last figure of a stretch, None for other figures."""
        stretch = self.stretches[self.stretch_of[token]]
        if any(self.tokens[k].sort in _STOPS for k in range(token + 1, stretch.last)):
            return None
        return self._between(token + 1, stretch.last, inside=self.in_reason[token])

    def _between(self, first: int, last: int, *, inside: bool) -> Lead:
        words: list[str] = []
        years: list[str] = []
        directions: list[str] = []
        for k in range(last - 1, first - 1, -1):
            token = self.tokens[k]
            if self.in_reason[k] != inside:
                if inside:
                    break
                continue
            if token.sort in _STOPS or token.key == "flat":
                break
            if inside and words and _CLAUSE_END.search(self.texts[self.owner(k)], token.end, self.tokens[k + 1].start):
                break
            {Sort.YEAR: years, Sort.DIRECTION: directions}.get(token.sort, words).append(token.key)
        return Lead("".join(reversed(words)), tuple(reversed(years)), tuple(reversed(directions)))


def read_stream(texts: Sequence[str], year: int) -> Stream:
    """Read texts into one stream.

    Args:
        texts: Paragraphs, headings, cells.
        year: Budget year.
    """
    stream = Stream(texts)
    for owner, text in enumerate(texts):
        spans: list[tuple[int, int]] = []
        is_dash = bool(text.strip()) and not read_tokens(text, year)
        for start, end in _stretches(text):
            said = text[start:end]
            tokens = [Token(t.start + start, t.end + start, t.sort, t.key) for t in read_tokens(said, year)]
            if is_dash:
                tokens, is_dash = [Token(start, end, Sort.DASH, "—")], False
            reasons = reason_spans(said, read_tokens(said, year))
            spans += [(a + start, b + start) for _, a, b in reasons]
            first = len(stream.tokens)
            stream.tokens += tokens
            stream.stretch_of += [len(stream.stretches)] * len(tokens)
            stream.in_reason += [any(a <= t.start - start < b for a, _, b in reasons) for t in tokens]
            bare = plain(said).rstrip("。!?;,")
            stream.stretches.append(Stretch(owner, start, end, first, len(stream.tokens), bare))
        stream.reasons.append(spans)
    return stream


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    for found in _STRETCH.finditer(text):
        if found[0].strip():
            yield found.span()
