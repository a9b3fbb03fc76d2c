"""What a language model may change in the words that the program gives it: ``phrasing.toml``, with types."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Synonym:
    """A word that others may stand for.

    Attributes:
        meaning: What all of them mean: ``减少``.
        is_rate: Whether it stands before rates only: ``降幅``.
    """

    meaning: str
    is_rate: bool = False


@dataclass(frozen=True, slots=True)
class PhrasingWords:
    """What may be changed.

    Attributes:
        lead: Words that may begin a sentence, or stand behind a mark.
        spoken: Those of them that belong into a talk, not into an official text.
        particles: Words that may stand before a figure, or not.
        money: Words that may stand before an amount of money, or not.
        rate: Words that may stand before a rate, or not.
        same: Every word that others may stand for.
        forms: (what a text with ``{{names}}`` may hold, what may stand in its place).
        notes: Words of sentences that a model may not touch.
        marks: Words in the brackets that belong to a figure.
    """

    lead: frozenset[str]
    spoken: frozenset[str]
    particles: frozenset[str]
    money: frozenset[str]
    rate: frozenset[str]
    same: Mapping[str, Synonym]
    forms: tuple[tuple[re.Pattern[str], str], ...]
    notes: tuple[str, ...]
    marks: tuple[str, ...]

    @property
    def plain(self) -> frozenset[str]:
        """Every word that may be added or left out somewhere."""
        return self.lead | self.particles | self.money | self.rate

    @property
    def longest(self) -> int:
        """Characters of the longest word."""
        return max(map(len, (*self.plain, *self.same)))


#: What stands for a figure, a year and a stretch of words in a form.
_SLOTS = {"<F>": r"(\{\{f\d+\}\})", "<Y>": r"((?:19|20)\d\d年)", "<N>": r"([^，。；：{}]+?)"}


def _form(pattern: str) -> re.Pattern[str]:
    for slot, meaning in _SLOTS.items():
        pattern = pattern.replace(slot, meaning)
    return re.compile(pattern)


def read_phrasing_words(raw: Mapping[str, Any]) -> PhrasingWords:
    """Return the words of the parsed file."""
    lead = {name: frozenset(words.split()) for name, words in raw["lead"].items()}
    before = raw["before_figure"]
    return PhrasingWords(
        lead=frozenset().union(*lead.values()),
        spoken=lead["spoken"],
        particles=frozenset(before["particles"].split()),
        money=frozenset(before["money"].split()),
        rate=frozenset(before["rate"].split()),
        forms=tuple((_form(entry["from"]), entry["to"]) for entry in raw.get("form", ())),
        same={w: Synonym(entry["id"], bool(entry.get("rate"))) for entry in raw["same"] for w in entry["words"]},
        notes=tuple(raw["notes"]["words"]),
        marks=tuple(raw["marks"]["words"]),
    )
