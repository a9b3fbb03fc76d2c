"""The words that a language model may use around what the program writes: ``phrasing.toml``, with types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Sense:
    """Words of one meaning, which may stand for each other.

    Attributes:
        id: ``down``.
        role: What it does in a sentence: ``direction``, ``base``, ``to``, ``whole``, ``share``, ``negation``, ``caveat``, ``other``.
        words: As written.
        direction: For ``to``: the direction it says.
    """

    id: str
    role: str
    words: tuple[str, ...]
    direction: str = ""


@dataclass(frozen=True, slots=True)
class PhrasingWords:
    """What may be written.

    Attributes:
        plain: Words that change the meaning of no sentence.
        spoken: Those of them that belong into a talk, not into an official text.
        punctuation: Characters between words.
        senses: Every word with a meaning → its sense.
        years: Words for a year → how far it is from the year spoken of.
        marks: Words in the brackets that belong to a figure.
    """

    plain: frozenset[str]
    spoken: frozenset[str]
    punctuation: frozenset[str]
    senses: Mapping[str, Sense]
    years: Mapping[str, int]
    marks: tuple[str, ...]

    @property
    def longest(self) -> int:
        """Characters of the longest word."""
        return max(map(len, (*self.plain, *self.senses, *self.years)))


_YEARS = {"this": 0, "last": -1, "next": 1}


def read_phrasing_words(raw: Mapping[str, Any]) -> PhrasingWords:
    """Return the words of the parsed file."""
    plain = dict(raw["plain"])
    punctuation = frozenset(plain.pop("punctuation"))
    senses: dict[str, Sense] = {}
    for entry in raw["sense"]:
        sense = Sense(entry["id"], entry["role"], tuple(entry["words"]), entry.get("direction", ""))
        for word in sense.words:
            senses[word] = sense
    return PhrasingWords(
        spoken=frozenset(plain["polite"].split()),
        plain=frozenset(word for group in plain.values() for word in group.split()) - set(senses),
        punctuation=punctuation,
        senses=senses,
        years={word: _YEARS[key] for key, words in raw["years"].items() for word in words},
        marks=tuple(raw["marks"]["words"]),
    )
