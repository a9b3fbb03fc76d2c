"""Makes the gate for an answer: its text taken apart, and a reader that knows its names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from service.asking.answer import Answer
from service.assisting.bindings import Reader
from service.assisting.gate import Gate
from service.assisting.pieces import cut
from service.vocabulary.phrasing import PhrasingWords
from service.vocabulary.spotting import Spotter

_YEAR_FIRST = re.compile(r"^\d{4}年度?")
_BETWEEN = re.compile(r"[、占比]|的比重|的倍数|与")
_HEADING = r"{entity}(?:（汇总）)?\s?(?:\d{{4}}年度?)?(?:（[^（）\d]{{2,6}}）)?"


def gate_for(answer: Answer, spotter: Spotter, words: PhrasingWords, own: Sequence[str]) -> Gate:
    """Return the gate for wordings of an answer about one entity.

    Args:
        answer: As the rules gave it.
        spotter: Knows the names of the vocabulary and of the entity's documents.
        words: The words that may be used.
        own: Names of the entity.
    """
    base = cut(
        answer.text,
        headings=headings_in(answer.text, own),
        titles=titles_of(answer),
        places=places_of(answer),
        marks=words.marks,
    )
    return Gate(base, Reader(words, spotter, own=tuple(own), year=answer.year))


def headings_in(text: str, entities: Iterable[str]) -> list[str]:
    """Return the runs of a text that say entity, year and stage; an entity alone is a name."""
    found = []
    for entity in entities:
        found += [m.group() for m in re.finditer(_HEADING.format(entity=re.escape(entity)), text) if m.group() != entity]
    return found


def titles_of(answer: Answer) -> set[str]:
    """Return the names in an answer that may hold digits: codes with their names, projects, documents, tables."""
    labels = [r.label for r in answer.results]
    places = [c.place for c in answer.citations]
    for result in answer.results:
        labels += [o.label for o in result.operands]
        places += [o.place for o in result.operands]
    names = {_YEAR_FIRST.sub("", label) for label in labels}
    names |= {part for name in names for part in _BETWEEN.split(name)}
    for place in places:
        names |= {place.row, place.column, place.document_title, place.table_title, _YEAR_FIRST.sub("", place.table_title)}
    return {n.strip() for n in names if len(n.strip()) > 1}


def places_of(answer: Answer) -> set[str]:
    """Return the sections and tables that an answer may name in brackets."""
    return {c.place.table_title for c in answer.citations if c.place.table_title}
