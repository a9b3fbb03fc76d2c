"""What the checks of wording go by: words, patterns and lists of ``wording.toml``, with types."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Sign:
    """A pattern to look for, and what to call it.

    Attributes:
        what: Its name in messages, in Chinese.
        pattern: What it looks like.
        severity: ``error``, ``warning`` or ``note``; "" leaves it to the check.
    """

    what: str
    pattern: re.Pattern[str]
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Renamed:
    """A name that has been replaced.

    Attributes:
        old: The old name.
        new: What is written today.
        since: First budget year of the new name.
        why: What changed, "" where it is only the name.
    """

    old: str
    new: str
    since: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Required:
    """Something that rules of publication require a text to speak of."""

    what: str
    words: tuple[str, ...]
    stages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReasonWords:
    """How reasons are told.

    Attributes:
        empty: A reason that ends before it says anything.
        continues: What announces that the reasons follow in the next paragraph.
        hollow: Reasons that say nothing.
        tautology: A reason that only repeats that the item went up or down.
        concrete: Words that make a reason more than a repetition.
        unchanged: Ways to say that nothing changed.
        up: Words of a cause that raises a figure.
        down: Words of a cause that lowers it.
        offset: Words that say that causes of both kinds meet, or that leave the direction open.
        foreign: What no reason may hold: markup, words spoken to a program.
        frugal: Ways to speak of austerity.
    """

    empty: re.Pattern[str]
    continues: re.Pattern[str]
    hollow: tuple[str, ...]
    tautology: re.Pattern[str]
    concrete: tuple[str, ...]
    unchanged: tuple[str, ...]
    up: tuple[str, ...]
    down: tuple[str, ...]
    offset: tuple[str, ...]
    foreign: tuple[Sign, ...]
    frugal: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordingRules:
    """The whole of ``wording.toml``; its comments explain each list."""

    residue: tuple[Sign, ...]
    gaps: tuple[Sign, ...]
    fee: re.Pattern[str]
    reasons: ReasonWords
    year_exempt: tuple[str, ...]
    year_exempt_titles: tuple[str, ...]
    own_year: tuple[str, ...]
    old_terms: tuple[Renamed, ...]
    old_classes: tuple[Renamed, ...]
    required: tuple[Required, ...]
    marks: tuple[Sign, ...]
    halfwidth: tuple[Sign, ...]
    typos: tuple[Sign, ...]
    doubled: tuple[str, ...]
    doubled_except: tuple[str, ...]
    mixed: tuple[tuple[str, tuple[str, ...]], ...]
    phrases: tuple[Sign, ...]
    bases: Mapping[str, re.Pattern[str]]
    name_ends: str
    party_names: re.Pattern[str]


def read_wording_rules(raw: Mapping[str, Any]) -> WordingRules:
    """Give the parsed ``wording.toml`` its types.

    Raises:
        KeyError: A list is missing.
        re.error: A pattern is no regular expression.
    """
    reasons = raw["reasons"]
    return WordingRules(
        residue=_signs(raw["residue"]), gaps=_signs(raw["gap"]), fee=re.compile(raw["fee"]["pattern"]),
        reasons=ReasonWords(
            empty=re.compile(reasons["empty"]), continues=re.compile(reasons["continues"]),
            hollow=tuple(reasons["hollow"]), tautology=re.compile(reasons["tautology"]),
            concrete=tuple(reasons["concrete"]), unchanged=tuple(reasons["unchanged"]), up=tuple(reasons["up"]), down=tuple(reasons["down"]),
            offset=tuple(reasons["offset"]), foreign=_signs(reasons["foreign"]), frugal=tuple(reasons["frugal"]),
        ),
        year_exempt=tuple(raw["years"]["exempt"]), year_exempt_titles=tuple(raw["years"]["exempt_titles"]),
        own_year=tuple(raw["years"]["own_year"]),
        old_terms=tuple(Renamed(r["term"], r["instead"], r["since"], r["why"]) for r in raw["old_term"]),
        old_classes=tuple(Renamed(r["old"], r["new"], r["since"]) for r in raw["old_class"]),
        required=tuple(Required(r["what"], tuple(r["any"]), tuple(r["stages"])) for r in raw["required"]),
        marks=_signs(raw["mark"]), halfwidth=_signs(raw["halfwidth"]), typos=_signs(raw["typo"]),
        doubled=tuple(raw["doubled"]["words"]), doubled_except=tuple(raw["doubled"]["except"]),
        mixed=tuple((m["what"], tuple(m["words"])) for m in raw["mixed"]), phrases=_signs(raw["phrase"]),
        bases={key: re.compile(pattern) for key, pattern in raw["bases"].items()}, name_ends=raw["names"]["ends"],
        party_names=re.compile(raw["names"]["party"]),
    )  # fmt: skip


def _signs(raws: list[Mapping[str, str]]) -> tuple[Sign, ...]:
    return tuple(Sign(r["what"], re.compile(r["pattern"]), r.get("severity", "")) for r in raws)
