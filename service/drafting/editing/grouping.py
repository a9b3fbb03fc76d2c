"""Cuts an edited text into sentences as the stored version was cut, and finds which each was made from."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from service.drafting.draft import Sentence
from service.drafting.editing.matching import Match
from service.drafting.editing.reading import Piece
from service.drafting.editing.streams import Stream
from service.drafting.editing.structure import Part, Role

_PART = re.compile(r"[^。！？；!?;]*(?:[。！？；!?;]+[”’」』）)]*|$)")
_FULL_STOP = re.compile(r"[。！？!?][”’」』）)]*\s*$")
_MARKS = re.compile(r"[\s，,；;。：:、！？!?”’」』）)]*")


@dataclass(frozen=True, slots=True)
class Stored:
    """A sentence of the stored version.

    Attributes:
        part: Index of its part.
        sentence: The sentence.
        start: Offset in the part's text.
        tokens: Indices of its tokens in the stream.
    """

    part: int
    sentence: Sentence
    start: int
    tokens: range


@dataclass(slots=True)
class Edited:
    """A sentence of the edited text.

    Attributes:
        piece: Index of its piece.
        start: Offset in the piece's text.
        end: Offset after it.
        tokens: Indices of its tokens in the stream.
        bases: Indices of the stored sentences it was made from, in order.
        before: What of them it was made from.
    """

    piece: int
    start: int
    end: int
    tokens: range
    bases: list[int] = field(default_factory=list)
    before: str = ""


@dataclass(slots=True)
class Grouping:
    """Both versions, sentence by sentence.

    Attributes:
        stored: Sentences of the stored version.
        edited: Sentences of the edited text, headings included.
        stored_of: Token of the stored version → index in *stored*; -1 for headings and frames.
        edited_of: Token of the edited text → index in *edited*.
        target: Piece → the heading, frame or cell of the stored version that it is, -1 for running text.
    """

    stored: list[Stored]
    edited: list[Edited]
    stored_of: list[int]
    edited_of: list[int]
    target: list[int]


def group(parts: Sequence[Part], pieces: Sequence[Piece], base: Stream, edited: Stream, match: Match) -> Grouping:
    """Cut the edited text into sentences and find what each was made from."""
    stored, stored_of = _stored(parts, base)
    target = _targets(parts, pieces, base, edited, match)
    by_piece = _tokens_by_owner(edited, len(pieces))
    sentences: list[Edited] = []
    for piece, tokens in enumerate(by_piece):
        whole = target[piece] >= 0 and parts[target[piece]].role is not Role.SUBHEADING
        sentences += _sentences(piece, pieces[piece].text, tokens, edited, match, stored_of, whole=whole)
    grouping = Grouping(stored, sentences, stored_of, [-1] * len(edited.tokens), target)
    for index, one in enumerate(sentences):
        for k in one.tokens:
            grouping.edited_of[k] = index
    _trace(grouping, base, match)
    return grouping


def _stored(parts: Sequence[Part], base: Stream) -> tuple[list[Stored], list[int]]:
    stored: list[Stored] = []
    stored_of = [-1] * len(base.tokens)
    for part, tokens in enumerate(_tokens_by_owner(base, len(parts))):
        at, k = 0, tokens.start
        for sentence in parts[part].sentences:
            first, end = k, at + len(sentence.text)
            while k < tokens.stop and base.tokens[k].start < end:
                stored_of[k] = len(stored)
                k += 1
            stored.append(Stored(part, sentence, at, range(first, k)))
            at = end
    return stored, stored_of


def _tokens_by_owner(stream: Stream, owners: int) -> list[range]:
    spans = [range(0)] * owners
    at = 0
    for stretch in stream.stretches:
        held = spans[stretch.owner]
        spans[stretch.owner] = range(held.start if held else stretch.first, stretch.last)
        at = stretch.last
    return [s if s else range(at, at) for s in spans]


def _targets(parts: Sequence[Part], pieces: Sequence[Piece], base: Stream, edited: Stream, match: Match) -> list[int]:
    """Find the headings, frames and cells of the stored version among the pieces."""
    target = [-1] * len(pieces)
    taken: set[int] = set()
    sizes = Counter(base.owner(b) for b in range(len(base.tokens)))
    for piece, tokens in enumerate(_tokens_by_owner(edited, len(pieces))):
        counts = Counter(base.owner(match.before[k]) for k in tokens if k in match.before)
        for owner, count in counts.most_common(1):
            alike = 2 * count >= len(tokens) and 2 * count >= sizes[owner]
            if parts[owner].role is not Role.TEXT and alike and owner not in taken:
                target[piece] = owner
                taken.add(owner)
    return target


def _sentences(
    piece: int, text: str, tokens: range, edited: Stream, match: Match, stored_of: Sequence[int], *, whole: bool
) -> Iterator[Edited]:
    """Cut a piece where the stored version was cut; what was added is cut at 。."""
    cuts = {m.end() for m in _PART.finditer(text) if m[0].strip()} | set(_cuts(text, tokens, edited, match, stored_of))
    spans = [(0, len(text))] if whole else list(pairwise(sorted({0, len(text), *cuts})))
    held: Edited | None = None
    held_main = -1
    k = tokens.start
    for start, end in spans:
        first = k
        while k < tokens.stop and edited.tokens[k].start < end:
            k += 1
        main = _main(range(first, k), match, stored_of)
        joins = held is not None and (
            (main == held_main and main >= 0)
            or (not _FULL_STOP.search(text[held.start : held.end]) and -1 in {main, held_main})
            or first == k
        )
        if held is not None and joins:
            held.end, held.tokens = end, range(held.tokens.start, k)
            held_main = main if held_main < 0 else held_main
            continue
        if held is not None:
            yield held
        held, held_main = Edited(piece, start, end, range(first, k)), main
    if held is not None:
        held.end = max(held.end, len(text))
        yield held


def _cuts(text: str, tokens: range, edited: Stream, match: Match, stored_of: Sequence[int]) -> Iterator[int]:
    """Yield where a sentence of the stored version ends and the next begins, though no 。 or ； stands there."""
    for k in tokens[:-1]:
        b, c = match.before.get(k, -1), match.before.get(k + 1, -1)
        if c == b + 1 > 0 <= stored_of[b] != stored_of[c] >= 0:
            found = _MARKS.match(text, edited.tokens[k].end)
            if found and found[0].strip():
                yield found.end()


def _main(tokens: range, match: Match, stored_of: Sequence[int]) -> int:
    """Return the stored sentence that most of these tokens come from, -1 where they are new."""
    counts = Counter(stored_of[match.before[k]] for k in tokens if k in match.before)
    counts.pop(-1, None)
    best = counts.most_common(1)
    return best[0][0] if best and 10 * best[0][1] >= 3 * len(tokens) else -1


def _trace(grouping: Grouping, base: Stream, match: Match) -> None:
    """Tell for every edited sentence which stored ones it was made from, and from which piece of them."""
    claims: dict[int, list[int]] = defaultdict(list)
    for index, one in enumerate(grouping.edited):
        counts = Counter(grouping.stored_of[match.before[k]] for k in one.tokens if k in match.before)
        counts.pop(-1, None)
        for s in sorted(counts):
            if 10 * counts[s] >= 3 * len(one.tokens) or 2 * counts[s] >= len(grouping.stored[s].tokens):
                one.bases.append(s)
                claims[s].append(index)
    pieces: dict[tuple[int, int], str] = {}
    for s, claimers in claims.items():
        stored = grouping.stored[s]
        text, cut = stored.sentence.text, 0
        for n, index in enumerate(claimers):
            end = len(text)
            if n + 1 < len(claimers):
                inside = [match.before[k] for k in grouping.edited[index].tokens if k in match.before]
                last = max(b for b in inside if grouping.stored_of[b] == s)
                end = max(cut, base.tokens[last].end - stored.start)
                found = _MARKS.match(text, end)
                end = found.end() if found else end
            pieces[s, index] = text[cut:end]
            cut = end
    for index, one in enumerate(grouping.edited):
        one.before = "".join(pieces[s, index] for s in one.bases)

