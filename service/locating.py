"""Where words stand in a run of characters: found by the words themselves and by what stands around them."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

#: How many characters on either side are compared.
REACH = 240
#: What holds a number together, between two of its digits.
_WITHIN_NUMBER = frozenset(".,")


@dataclass(frozen=True, slots=True)
class Characters:
    """Characters without spaces, each in its plain form.

    Attributes:
        text: The characters.
        places: For each of them, its index in what they were taken from.
        breaks: Positions in *text* at which a cell or a paragraph begins.
    """

    text: str
    places: tuple[int, ...]
    breaks: frozenset[int] = frozenset()

    def at(self, place: int) -> int:
        """Return the position of the first character taken from *place* or after it."""
        return bisect_left(self.places, place)


def plain(character: str) -> str:
    """Return a letter or digit in its plain form, so that wide digits and radicals compare alike; others as they are."""
    made = unicodedata.normalize("NFKC", character)
    return made if len(made) == 1 and made.isalnum() else character


def squeeze(text: str | Iterable[str]) -> Characters:
    """Return the visible characters of *text*.

    Args:
        text: A text, or pieces of which each begins a cell or a paragraph; places count through all of them.
    """
    pieces = (text,) if isinstance(text, str) else text
    kept: list[str] = []
    places: list[int] = []
    breaks: set[int] = set()
    passed = 0
    for piece in pieces:
        breaks.add(len(kept))
        for offset, character in enumerate(piece):
            if not character.isspace() and character != "\x00":
                kept.append(character if character.isascii() else plain(character))
                places.append(passed + offset)
        passed += len(piece)
    breaks.add(len(kept))
    return Characters("".join(kept), tuple(places), frozenset(breaks))


def occurrences(within: Characters, words: str) -> Iterator[int]:
    """Yield the positions of *words* (squeezed) where they do not begin or end inside a longer number."""
    at = within.text.find(words) if words else -1
    while at >= 0:
        if not _tears(within, at) and not _tears(within, at + len(words)):
            yield at
        at = within.text.find(words, at + 1)


def likeness(within: Characters, at: int, end: int, before: str, after: str) -> int:
    """Return how many characters around ``[at, end)`` are those wanted, counted outwards from it."""
    return _common(reversed(within.text[max(0, at - REACH) : at]), reversed(before[-REACH:])) + _common(
        within.text[end : end + REACH], after[:REACH]
    )


def locate(
    within: Characters, words: str, before: str = "", after: str = "", *, which: int = 0
) -> tuple[int, int, int] | None:
    """Find words by what stands around them.

    Args:
        within: Where to look.
        words: What to find, squeezed.
        before: What stands before it, squeezed.
        after: What stands after it, squeezed.
        which: Which of several that are alike as far as is compared, from 0.

    Returns:
        Begin, end and likeness of the best place; None where the words do not occur.
    """
    best = -1
    found: list[int] = []
    for at in occurrences(within, words):
        alike = likeness(within, at, at + len(words), before, after)
        if alike > best:
            best, found = alike, [at]
        elif alike == best:
            found.append(at)
    if not found:
        return None
    at = found[min(which, len(found) - 1)]
    return at, at + len(words), best


def rank(within: Characters, at: int, words: str, before: str, after: str, *, since: int = 0) -> int:
    """Return how many places from *since* up to *at* are alike, so that `locate` can be told which one is meant."""
    whole = likeness(within, at, at + len(words), before, after)
    return sum(
        1
        for other in occurrences(within, words)
        if since <= other < at and likeness(within, other, other + len(words), before, after) >= whole
    )


def _common(one: Iterable[str], other: Iterable[str]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _tears(within: Characters, at: int) -> bool:
    """Whether a cut at *at* goes through a number."""
    text = within.text
    if not 0 < at < len(text) or at in within.breaks:
        return False
    left, right = text[at - 1], text[at]
    if _is_digit(left) and _is_digit(right):
        return True
    if right in _WITHIN_NUMBER:
        return _is_digit(left) and at + 1 < len(text) and _is_digit(text[at + 1]) and at + 1 not in within.breaks
    return left in _WITHIN_NUMBER and _is_digit(right) and at > 1 and _is_digit(text[at - 2]) and at - 1 not in within.breaks


def _is_digit(character: str) -> bool:
    return character in "0123456789"
