"""What a draft is asked to be: for whom, which sections, in which wording, and what a person adds to it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from service.domain.errors import InvalidInputError
from service.drafting.outline import Outline

#: Words for a fall.
FALLS = ("下降", "降低", "减少")
#: Most items a file of reasons or facts may hold, and most characters of a name.
MOST_ITEMS = 2000
LONGEST_ITEM = 80

_LINE = re.compile(r"([^：:=]+)[：:=](.*)")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Given:
    """Something a person adds to a draft: a reason, or what only the department knows.

    Attributes:
        item: What it is about, as the outline names it: ``收入``, ``公务接待费``, ``政府采购货物``.
        text: In the person's words: a reason, ``12.3万元``, ``5辆``.
        place: Where it was given, for messages: ``第3行``.
    """

    item: str
    text: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Style:
    """How figures are written.

    Attributes:
        decimals: Decimals of amounts and rates, None to keep those printed in the tables.
        fall: Word for a falling rate: 下降, 降低 or 减少.
    """

    decimals: int | None = 2
    fall: str = "下降"


@dataclass(frozen=True, slots=True)
class Brief:
    """What a draft is asked to be.

    Attributes:
        entity: Whose it is.
        year: Budget year.
        sections: Names of the sections wanted, empty for all.
        outline: Name of the outline, "" to take the one that the entity's documents follow.
        reasons: Reasons of changes.
        known: What only the department knows.
        base: One of `outline.BASES`, "" for the outline's own.
        style: How figures are written.
        quote: Ids of documents whose text may be quoted for reasons and for what only the department knows.
        custom: An outline of the person's own, in place of those that come with the program.
        custom_text: The TOML that *custom* was read from, "" where it is not known.
    """

    entity: str
    year: int
    sections: tuple[str, ...] = ()
    outline: str = ""
    reasons: tuple[Given, ...] = ()
    known: tuple[Given, ...] = ()
    base: str = ""
    style: Style = field(default_factory=Style)
    quote: tuple[str, ...] = ()
    custom: Outline | None = None
    custom_text: str = ""


def read_given(text: str, name: str) -> tuple[Given, ...]:
    """Read a file of reasons or facts: one 「项目：内容」 a line, or a JSON object of such pairs.

    Blank lines and lines that begin with ``#`` are passed over. In Markdown lists the leading ``-`` is dropped.

    Args:
        text: Of the file.
        name: Of the file, for messages.

    Raises:
        InvalidInputError: A line has no 「：」, or the JSON is no object of texts; the message names the line.
    """
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return _from_json(text.lstrip("\ufeff"), name)
    out = []
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        said = line.strip()
        if not said or said.startswith("#"):
            continue
        found = _LINE.fullmatch(re.sub(r"^[-*·]\s+", "", said))
        if not found:
            raise InvalidInputError(
                f"“{name}”第{number}行没有冒号。每行应写成“项目：内容”，例如：公务接待费：压减接待批次。"
            )
        out.append(_given(found[1].strip(), found[2], f"“{name}”第{number}行"))
    return _bounded(tuple(out), name)


def _from_json(text: str, name: str) -> tuple[Given, ...]:
    try:
        found = json.loads(text, object_pairs_hook=lambda pairs: _once(pairs, name))
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        raise InvalidInputError(
            f"“{name}”{f'第{line}行' if line else ''}不是正确的JSON。应如：{{\"公务接待费\": \"压减接待批次\"}}"
        ) from None
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        raise InvalidInputError(f"“{name}”应是一组“项目: 内容”，内容都是文字。应如：{{\"公务接待费\": \"压减接待批次\"}}")
    return _bounded(tuple(_given(k, v, f"“{name}”的“{k[:20]}”") for k, v in found.items()), name)


def _once(pairs: list[tuple[str, object]], name: str) -> dict[str, object]:
    """Return the pairs of a JSON object, each name once."""
    out: dict[str, object] = {}
    for key, value in pairs:
        if out.setdefault(key, value) != value:
            raise InvalidInputError(f"“{name}”里“{key[:20]}”写了两次，内容不同。请只留一条。")
    return out


def _given(item: str, text: str, place: str) -> Given:
    if len(item) > LONGEST_ITEM:
        raise InvalidInputError(f"{place}的项目名有{len(item)}个字，超过{LONGEST_ITEM}字。请只写项目名，如“公务接待费”。")
    if _SURROGATE.search(item + text):
        raise InvalidInputError(f"{place}里有不成字的编码（如\\ud800）。请改成文字。")
    return Given(item.strip(), text.strip(), place)


def _bounded(given: tuple[Given, ...], name: str) -> tuple[Given, ...]:
    first: dict[str, Given] = {}
    for each in given:
        before = first.setdefault(each.item, each)
        if before.text != each.text:
            raise InvalidInputError(f"{before.place}和{each.place}都写了“{each.item}”，内容不同。请只留一条。")
    if len(given) > MOST_ITEMS:
        raise InvalidInputError(f"“{name}”有{len(given)}项，超过{MOST_ITEMS}项。请拆开。")
    return given
