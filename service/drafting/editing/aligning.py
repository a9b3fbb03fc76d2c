"""Finds what of one text stands in another, in order, in a time that stays small for long texts."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from service.drafting.editing.tokens import Sort, Token

#: Most cells of a table of comparisons that is filled in whole.
_CELLS = 250_000
#: How far apart sentences are looked for in stretches too long to be compared whole, and how alike they must be
#: in hundredths.
_WINDOW = 4
_ALIKE = 40

#: What it is worth that two tokens are the same, and that they are two of a sort.
_SAME = {
    Sort.WORD: 2, Sort.DIGITS: 6, Sort.FIGURE: 9, Sort.YEAR: 6, Sort.DIRECTION: 6, Sort.UNIT: 6, Sort.GAP: 10, Sort.DASH: 2,
}  # fmt: skip
_KIN = {
    (Sort.FIGURE, Sort.FIGURE): 3, (Sort.YEAR, Sort.YEAR): 3, (Sort.DIRECTION, Sort.DIRECTION): 3,
    (Sort.DIGITS, Sort.DIGITS): 3, (Sort.UNIT, Sort.UNIT): 3, (Sort.FIGURE, Sort.DIGITS): 3, (Sort.DIGITS, Sort.FIGURE): 3,
    (Sort.FIGURE, Sort.YEAR): 2, (Sort.YEAR, Sort.FIGURE): 2, (Sort.GAP, Sort.FIGURE): 4,
    (Sort.FIGURE, Sort.DASH): 2, (Sort.DASH, Sort.FIGURE): 2,
}  # fmt: skip

Pair = tuple[int, int]


def anchors(one: Sequence[Hashable], other: Sequence[Hashable]) -> list[Pair]:
    """Pair equal items of two sequences in order: from both ends, then by those that occur once in each."""
    out: list[Pair] = []
    todo = [(0, len(one), 0, len(other))]
    while todo:
        a, b, c, d = todo.pop()
        while a < b and c < d and one[a] == other[c]:
            out.append((a, c))
            a, c = a + 1, c + 1
        while a < b and c < d and one[b - 1] == other[d - 1]:
            b, d = b - 1, d - 1
            out.append((b, d))
        if a == b or c == d:
            continue
        unique = _unique(one, other, a, b, c, d)
        if unique:
            bounds = [(a - 1, c - 1), *unique, (b, d)]
            out += unique
            todo += [(i + 1, k, j + 1, m) for (i, j), (k, m) in pairwise(bounds)]
        elif (b - a) * (d - c) <= _CELLS:
            blocks = SequenceMatcher(None, one[a:b], other[c:d], autojunk=False).get_matching_blocks()
            out += [(a + m.a + k, c + m.b + k) for m in blocks for k in range(m.size)]
    return sorted(out)


def _unique(one: Sequence[Hashable], other: Sequence[Hashable], a: int, b: int, c: int, d: int) -> list[Pair]:
    """Return the longest run in order of items that occur once on either side."""
    counts, others = Counter(one[a:b]), Counter(other[c:d])
    where = {other[j]: j for j in range(c, d) if others[other[j]] == 1}
    pairs = [(i, where[one[i]]) for i in range(a, b) if counts[one[i]] == 1 and one[i] in where]
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for n, (_, j) in enumerate(pairs):
        at = bisect_left(tails, j)
        before.append(ends[at - 1] if at else -1)
        tails[at : at + 1] = [j]
        ends[at : at + 1] = [n]
    out: list[Pair] = []
    n = ends[-1] if ends else -1
    while n >= 0:
        out.append(pairs[n])
        n = before[n]
    return out[::-1]


def gaps_between(pairs: Sequence[Pair], one: int, other: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield what lies between paired items: (start, end) in one sequence and (start, end) in the other."""
    i = j = 0
    for a, b in [*pairs, (one, other)]:
        if a > i or b > j:
            yield i, a, j, b
        i, j = a + 1, b + 1


def align_tokens(one: Sequence[Token], other: Sequence[Token]) -> list[Pair]:
    """Pair tokens in order: the same ones, and figures with figures that stand in their place."""
    first = 0
    while first < min(len(one), len(other)) and _equal(one[first], other[first]):
        first += 1
    n, m = len(one), len(other)
    while n > first and m > first and _equal(one[n - 1], other[m - 1]):
        n, m = n - 1, m - 1
    ends = [(k, k) for k in range(first)] + [(n + k, m + k) for k in range(len(one) - n)]
    rest = [(a + first, b + first) for a, b in _inner(one[first:n], other[first:m])]
    return sorted([*ends, *rest])


def _equal(one: Token, other: Token) -> bool:
    return one.sort is other.sort and one.key == other.key


def _inner(one: Sequence[Token], other: Sequence[Token]) -> list[Pair]:
    if len(one) * len(other) <= _CELLS:
        return _table(one, other)
    matcher = SequenceMatcher(None, [(t.sort, t.key) for t in one], [(t.sort, t.key) for t in other])
    pairs = [(m.a + k, m.b + k) for m in matcher.get_matching_blocks() for k in range(m.size)]
    for a, b, c, d in list(gaps_between(pairs, len(one), len(other))):
        if (b - a) * (d - c) <= _CELLS:
            pairs += [(i + a, j + c) for i, j in _table(one[a:b], other[c:d])]
    return pairs


def _table(one: Sequence[Token], other: Sequence[Token]) -> list[Pair]:
    """Return the pairs of the greatest worth in order (Needleman–Wunsch without a price for what is left out)."""
    if not one or not other:
        return []
    width = len(other) + 1
    rows = [[0] * width]
    worth = [_worth(token, other) for token in one]
    for line in worth:
        above = rows[-1]
        row = [0] * width
        for j, value in enumerate(line, 1):
            best = above[j] if above[j] >= row[j - 1] else row[j - 1]
            if value and above[j - 1] + value > best:
                best = above[j - 1] + value
            row[j] = best
        rows.append(row)
    out: list[Pair] = []
    i, j = len(one), len(other)
    while i and j:
        value = worth[i - 1][j - 1]
        if value and rows[i][j] == rows[i - 1][j - 1] + value:
            i, j = i - 1, j - 1
            out.append((i, j))
        elif rows[i][j] == rows[i - 1][j]:
            i -= 1
        else:
            j -= 1
    return out[::-1]


def _worth(token: Token, other: Sequence[Token]) -> list[int]:
    kin = {b: value for (a, b), value in _KIN.items() if a is token.sort}
    same, key, sort = _SAME[token.sort], token.key, token.sort
    return [same if t.key == key and t.sort is sort else kin.get(t.sort, 0) for t in other]


def pair_alike(one: Sequence[str], other: Sequence[str]) -> list[Pair]:
    """Pair texts that are alike and stand near each other, for stretches too long to be compared whole."""
    bags = [_bag(t) for t in one], [_bag(t) for t in other]
    out: list[Pair] = []
    i = j = 0
    while i < len(one) and j < len(other):
        near = [(i + k, j) for k in range(_WINDOW)] + [(i, j + k) for k in range(1, _WINDOW)]
        scored = [(_alike(bags[0][a], bags[1][b]), -(a - i + b - j), a, b) for a, b in near if a < len(one) and b < len(other)]
        best = max(scored)
        if best[0] >= _ALIKE:
            out.append((best[2], best[3]))
            i, j = best[2], best[3]
        i, j = i + 1, j + 1
    return out


def _bag(text: str) -> Counter[str]:
    return Counter(text[k : k + 2] for k in range(max(1, len(text) - 1)))


def _alike(one: Counter[str], other: Counter[str]) -> int:
    total = sum(one.values()) + sum(other.values())
    return 200 * sum((one & other).values()) // total if total else 0


def is_long(one: int, other: int) -> bool:
    """Whether two stretches of so many tokens are too long to be compared whole."""
    return one * other > _CELLS


def differences(one: Sequence[str], other: Sequence[str], emit: Callable[[str, str], None]) -> None:
    """Tell the difference of two sequences of words, run by run: ``same``, ``removed``, ``added``."""
    if is_long(len(one), len(other)) and one != other:
        opcodes = [("replace", 0, len(one), 0, len(other))]
    else:
        opcodes = [tuple(o) for o in SequenceMatcher(None, one, other, autojunk=False).get_opcodes()]  # type: ignore[misc]
    for tag, a, b, c, d in opcodes:
        if tag == "equal":
            emit("same", "".join(other[c:d]))
            continue
        if b > a:
            emit("removed", "".join(one[a:b]))
        if d > c:
            emit("added", "".join(other[c:d]))
