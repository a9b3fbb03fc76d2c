"""Reads what a person hands in into pieces of plain text: marks, wrapped lines and the list of sources go."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.drafting.editing.tokens import plain

#: Heading of the list of sources at the end of a draft; what stands below is not the draft's text.
_SOURCES = re.compile(r"(?:附[件录]?[0-9一二三]?[:]?)?(?:附:)?数据来源(?:表|一览表?|说明|清单)?(?:\([0-9]+[项处个]?\))?:?")
#: Headings of the lists of gaps and findings, which stand there too where the sources are left out.
_LISTS = re.compile(r"(?:待补充|提示)\([0-9]+\)")
_RULE = re.compile(r"\s*(?:[-*_=]\s*){3,}\s*")
_TABLE_RULE = re.compile(r"\s*\|?(?:\s*:?-{1,}:?\s*\|)+\s*(?::?-{1,}:?)?\s*")
_HASHES = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_LEAD = re.compile(r"\s{0,3}(?:>\s?|[-*+•]\s+)+")
_STRONG = re.compile(r"(?<!\\)(\*\*|__|\*|~~|`)(?=\S)(.+?)(?<=[^\s\\])\1")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
_NOTE = re.compile(r"\[\^[^\[\]]{1,20}\]")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]<>|#~&.+()!-])")
_BAR = re.compile(r"(?<!\\)\|")
_ENDS = re.compile(r"[。！？；!?;]\s*$")
_BEGINS = re.compile(r"\s*(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[)）]|[0-9]+[、.．]\s*[^0-9])")
#: Characters on either side of a line's end that must stand together in the stored version for the lines to be one.
_OVERLAP = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph, a heading or a table cell as handed in.

    Attributes:
        text: Without marks.
        marked: Level of the heading that Markdown marks it as, 0 for none.
        cell: Whether it came as a cell of a table's row.
    """

    text: str
    marked: int = 0
    cell: bool = False


def read_pieces(edited: Sequence[str], whole: Sequence[str], isolated: frozenset[str]) -> list[Piece]:
    """Return the pieces of an edited text.

    Args:
        edited: Paragraphs, headings, table rows or cells.
        whole: Paragraphs of the stored version, by which broken lines are told.
        isolated: Plain forms of what stands alone in the stored version: headings, cells.
    """
    pieces: list[Piece] = []
    for line in _lines(edited):
        said = plain(_unmark(line))
        if is_appendix(said) and said not in isolated:
            break
        pieces += _pieces(line, isolated)
    return list(_joined(pieces, "\n".join(map(plain, whole)), isolated))


def is_appendix(text: str) -> bool:
    """Whether a line is the heading of a list at the end of a draft: what stands below it is not the draft's text."""
    said = plain(text).strip("#*")
    return bool(_SOURCES.fullmatch(said) or _LISTS.fullmatch(said))


def _lines(edited: Sequence[str]) -> Iterator[str]:
    for each in edited:
        for line in each.replace("\ufeff", "").splitlines():
            if line.strip() and not _RULE.fullmatch(line) and not _TABLE_RULE.fullmatch(line):
                yield line


def _pieces(line: str, isolated: frozenset[str]) -> Iterator[Piece]:
    heading = _HASHES.match(line)
    if heading:
        yield Piece(_unmark(heading[2]), marked=len(heading[1]))
        return
    said = line.strip()
    if said.startswith("|") and said.endswith("|") and len(said) > 1:
        cells = _BAR.split(said[1:-1])
    elif "\t" in said:
        cells = said.split("\t")
    else:
        text = _unmark(said if plain(said) in isolated else _LEAD.sub("", line, count=1))
        if text:
            yield Piece(text)
        return
    yield from (Piece(text, cell=True) for text in map(_unmark, cells) if text)


def _unmark(text: str) -> str:
    text = _NOTE.sub("", _LINK.sub(r"\1", text)) if "[" in text else text
    if any(mark in text for mark in "*_~`"):
        text = _STRONG.sub(r"\2", _STRONG.sub(r"\2", text))
    return _ESCAPED.sub(r"\1", text).strip().removesuffix("\\")


def _joined(pieces: Sequence[Piece], whole: str, isolated: frozenset[str]) -> Iterator[Piece]:
    """Put together the lines of a sentence that was wrapped."""
    held: Piece | None = None
    for piece in pieces:
        if held is not None and _is_broken(held, piece, whole, isolated):
            held = Piece(held.text + piece.text)
            continue
        if held is not None:
            yield held
        held = piece
    if held is not None:
        yield held


def _is_broken(one: Piece, other: Piece, whole: str, isolated: frozenset[str]) -> bool:
    if one.cell or other.cell or one.marked or other.marked or _ENDS.search(one.text) or _BEGINS.match(other.text):
        return False
    before, after = plain(one.text), plain(other.text)
    if not before or not after or before in isolated or after in isolated:
        return False
    return before[-_OVERLAP:] + after[:_OVERLAP] in whole
