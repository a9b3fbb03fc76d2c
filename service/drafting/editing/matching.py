"""Pairs the tokens of an edited text with those of the stored version."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from service.drafting.editing.aligning import Pair, align_tokens, anchors, gaps_between, is_long, pair_alike
from service.drafting.editing.streams import Stream, Stretch
from service.drafting.editing.tokens import Sort, bare, masked

#: Shorter stretches (cells, 「0万元」) are not taken for moved: they stand anywhere.
_SHORTEST_MOVED = 8


@dataclass(slots=True)
class Match:
    """What of the stored version stands where in the edited text.

    Attributes:
        before: Token of the edited text → its token in the stored version.
        after: The other way round.
        moved: Stretches of the edited text that stood elsewhere.
    """

    before: dict[int, int]
    after: dict[int, int]
    moved: set[int]


def match_streams(base: Stream, edited: Stream) -> Match:
    """Pair the tokens: equal stretches first, then those that differ in figures only, then token by token."""
    one = [s.plain for s in base.stretches]
    other = [s.plain for s in edited.stretches]
    pairs = anchors(one, other)
    moved = _moved(one, other, pairs)
    found: dict[int, int] = {}
    for i, j in [*pairs, *moved]:
        _pair(base, edited, base.stretches[i : i + 1], edited.stretches[j : j + 1], found)
    gone = {i for i, _ in moved}
    come = {j for _, j in moved}
    for a, b, c, d in gaps_between(pairs, len(one), len(other)):
        _gap(base, edited, [i for i in range(a, b) if i not in gone], [j for j in range(c, d) if j not in come], found)
    match = Match(found, {b: e for e, b in found.items()}, come)
    _reorder(base, edited, match)
    return match


def _reorder(base: Stream, edited: Stream, match: Match) -> None:
    """Pair the figures of parts of a sentence that were put in another order: the same words lead to the same figure."""
    lost: dict[tuple[int, str], list[int]] = defaultdict(list)
    for b, token in enumerate(base.tokens):
        if token.sort is Sort.FIGURE and b not in match.after:
            lost[base.stretch_of[b], token.key].append(b)
    if not lost:
        return
    for stretch in edited.stretches:
        inside = range(stretch.first, stretch.last)
        homes = Counter(base.stretch_of[match.before[e]] for e in inside if e in match.before)
        if not homes:
            continue
        home = homes.most_common(1)[0][0]
        for e in inside:
            if edited.tokens[e].sort is not Sort.FIGURE or e in match.before:
                continue
            for b in lost.get((home, edited.tokens[e].key), ()):
                if b not in match.after and _says_the_same(base, edited, match, b, e):
                    match.before[e], match.after[b] = b, e
                    break


def _says_the_same(base: Stream, edited: Stream, match: Match, b: int, e: int) -> bool:
    """Whether the same words lead to two equal figures, those before a share to its part included."""
    ours, theirs = base.lead(b), edited.lead(e)
    if (ours.years, ours.directions) != (theirs.years, theirs.directions) or bare(ours.words) != bare(theirs.words):
        return False
    if bare(ours.words):
        return True
    before, after = base.figure_before(b), edited.figure_before(e)
    return before >= 0 and match.after.get(before) == after and base.tokens[before].key == edited.tokens[after].key


def _moved(one: list[str], other: list[str], pairs: list[Pair]) -> list[Pair]:
    taken = {i for i, _ in pairs}, {j for _, j in pairs}
    left = [i for i in range(len(one)) if i not in taken[0] and len(one[i]) >= _SHORTEST_MOVED]
    right = [j for j in range(len(other)) if j not in taken[1] and len(other[j]) >= _SHORTEST_MOVED]
    counts = Counter(one[i] for i in left), Counter(other[j] for j in right)
    where = {other[j]: j for j in right if counts[1][other[j]] == 1}
    return [(i, where[one[i]]) for i in left if counts[0][one[i]] == 1 and one[i] in where]


def _pair(base: Stream, edited: Stream, one: list[Stretch], other: list[Stretch], found: dict[int, int]) -> None:
    """Pair the tokens of two runs of stretches."""
    at = [k for s in one for k in range(s.first, s.last)]
    to = [k for s in other for k in range(s.first, s.last)]
    for i, j in align_tokens([base.tokens[k] for k in at], [edited.tokens[k] for k in to]):
        found[to[j]] = at[i]


def _gap(base: Stream, edited: Stream, one: list[int], other: list[int], found: dict[int, int]) -> None:
    """Pair what lies between equal stretches."""
    befores, afters = [base.stretches[i] for i in one], [edited.stretches[j] for j in other]
    words = [masked(base.keys(s)) for s in befores], [masked(edited.keys(s)) for s in afters]
    pairs = anchors(*words)
    for i, j in pairs:
        _pair(base, edited, befores[i : i + 1], afters[j : j + 1], found)
    for a, b, c, d in gaps_between(pairs, len(befores), len(afters)):
        lengths = [sum(s.last - s.first for s in side) for side in (befores[a:b], afters[c:d])]
        if not is_long(*lengths) or 1 in {b - a, d - c}:
            _pair(base, edited, befores[a:b], afters[c:d], found)
            continue
        for i, j in pair_alike(words[0][a:b], words[1][c:d]):
            _pair(base, edited, befores[a + i : a + i + 1], afters[c + j : c + j + 1], found)
