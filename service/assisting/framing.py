"""Makes the gate for an answer: its text taken apart, and a reader that knows its names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from service.asking.answer import Answer
from service.assisting.gate import Gate
from service.assisting.pieces import Kind, Pieces, Placed, cut, quotations
from service.assisting.tokens import Lexer
from service.vocabulary.phrasing import PhrasingWords
from service.vocabulary.spotting import Spotter

_YEAR_FIRST = re.compile(r"^\d{4}年度?")
#: How an answer to a model's reading of the question begins.
_READ_AS = re.compile("按“[^“”]*”理解：")
_BETWEEN = re.compile(r"[、占比]|的比重|的倍数|与")
_HEADING = r"{entity}(?:（汇总）)?\s?(?:\d{{4}}年度?)?(?:（[^（）\d]{{2,6}}）)?"


def gate_for(answer: Answer, spotter: Spotter, words: PhrasingWords, own: Sequence[str]) -> Gate:
    """Return the gate for wordings of an answer about one entity.

    Args:
        answer: As the rules gave it.
        spotter: Knows the names of the vocabulary and of the entity's documents.
        words: What may be changed.
        own: Names of the entity.
    """
    read_as = _READ_AS.match(answer.text)
    headings = [*([(*read_as.span(), Kind.HEADING)] if read_as else []), *heading_spans(answer.text, own, spotter)]
    taken_apart = partial(
        cut, answer.text, titles=titles_of(answer), places=places_of(answer), quotes=quotes_of(answer), marks=words.marks
    )  # fmt: skip
    base = taken_apart(spans=headings)
    notes = notes_in(base, words)
    return Gate(taken_apart(spans=[*notes, *headings]) if notes else base, Lexer(words, spotter))


def notes_in(text: Pieces, words: PhrasingWords) -> list[tuple[int, int, Kind]]:
    """Return the sentences that deny, correct or limit something and hold no figure: the program writes them as they are."""
    out = []
    at = 0
    ends = [m.end() for m in re.finditer(r"[。\n]|$", text.text) if not any(p.start < m.end() < p.end for p in text.placed)]
    for end in ends:
        inside = [p for p in text.placed if at <= p.start < end]
        said = "".join(text.text[a:b] for a, b in _between(inside, at, end))
        if at < end and not any(p.piece.kind is Kind.FIGURE for p in inside) and any(w in said for w in words.notes):
            out.append((at, end, Kind.NOTE))
        at = end
    return out


def _between(inside: Sequence[Placed], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of a stretch that no piece covers."""
    for piece in inside:
        yield start, piece.start
        start = piece.end
    yield start, end


def heading_spans(text: str, entities: Iterable[str], spotter: Spotter) -> list[tuple[int, int, Kind]]:
    """Return where a text says entity, year and stage, as far as it does; not where the entity is a part of another name."""
    names = [(m.start, m.end) for m in spotter.spot(text)]
    found: list[tuple[int, int, Kind]] = []
    for entity in sorted(set(entities), key=len, reverse=True):
        for match in re.finditer(_HEADING.format(entity=re.escape(entity)), text):
            start, end = match.start(), match.start() + len(entity)
            if not any(a <= start and end <= b and b - a > end - start for a, b in names):
                found.append((*match.span(), Kind.HEADING))
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


def quotes_of(answer: Answer) -> set[str]:
    """Return what an answer quotes in somebody's words: reasons and sentences; names of tables and rows are none."""
    inside = {answer.text[a + 1 : b - 1] for a, b in quotations(answer.text)}
    names = titles_of(answer) | places_of(answer)
    quoted = "".join(c.place.quote for c in answer.citations if c.role == "quote")
    return {words for words in inside if words in quoted and words not in names}


def places_of(answer: Answer) -> set[str]:
    """Return the sections and tables that an answer may name in brackets."""
    return {c.place.table_title for c in answer.citations if c.place.table_title}
