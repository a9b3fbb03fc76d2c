"""The table of contents of a document: which lines belong to it, and what it announces."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.ingestion.blocks import TextLine
from service.vocabulary.names import squeeze

PART = re.compile(r"^第[一二三四五六七八九十]{1,3}部分")
_TITLE = re.compile(r"^[-—\s]*(?:目录|目次|日录)[:：]?$")
_LEADER = re.compile(r"[.．。·•…⋯_‥-]{4,}[^\u4e00-\u9fff]{0,8}$")
_PAGE_NUMBER = re.compile(r"[（(]?\d{1,3}[)）]?$")
_ORDINAL = re.compile(
    r"^(?:[-—•●·\s]+)?(?:第[一二三四五六七八九十]{1,3}部分[:：、]?|[（(]?[一二三四五六七八九十]{1,3}[)）]?[、.．]|[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.．、](?!\d))"
)
_ENTRY = re.compile(r"(?:[表单]|说明|情况|解释|概况|职能|职责|设置|构成|附件|附表)[）)]?$")
_SENTENCE = "。；！？;!?，,"
_LONGEST_ENTRY = 60
#: A mark, or a character of a torn entry.
_LONGEST_NOISE = 3
#: How many entries in a row make contents where no line says 目录.
_FEWEST = 6


@dataclass(frozen=True, slots=True)
class Contents:
    """The table of contents.

    Attributes:
        lines: Positions of its lines in the sequence it was read from, title included.
        cores: What its entries announce, without ordinals, leaders, page numbers and years.
    """

    lines: frozenset[int]
    cores: frozenset[str]


def read_contents(lines: Sequence[TextLine]) -> Contents:
    """Find the lines of the table of contents.

    It begins at a line 「目录」, or is a run of headings at the beginning that the text then repeats. It ends
    where the document begins: at a line that is no entry, at a repetition of one of its first entries, or on
    a page that does not go on listing. Lines with dotted leaders belong to it wherever they stand.
    """
    plain = [squeeze(line.text) for line in lines]
    taken = {i for i, t in enumerate(plain) if _LEADER.search(t) and len(t) <= 4 * _LONGEST_ENTRY and _letters(t)}
    start = next((i for i, t in enumerate(plain) if _TITLE.match(t)), None)
    if start is None:
        taken |= _untitled(plain)
    else:
        taken |= {start, *_listed(lines, plain, start + 1)}
    cores = frozenset(c for i in taken if i != start and len(c := core_of(plain[i])) >= 4)
    return Contents(frozenset(taken), cores)


def core_of(text: str) -> str:
    """Return what a heading or an entry of the contents names, without ordinal, leader, page number and year.

    Example:
        >>> core_of("一、部门主要职能 …………… 3"), core_of("第三部分 2026年部门预算情况说明")
        ('主要职能', '预算情况说明')

    """
    plain = _ORDINAL.sub("", squeeze(text))
    plain = re.sub(r"[.．·•…⋯_‥-]{2,}.*$", "", plain)
    plain = _PAGE_NUMBER.sub("", plain).rstrip("：:。")
    return re.sub(r"^(?:20\d\d年度?)?(?:本?部门|本?单位)?", "", plain)


def _letters(text: str) -> bool:
    return bool(re.search(r"[\u4e00-\u9fff]{2}", text))


def _is_entry(text: str) -> bool:
    if _LEADER.search(text):
        return True
    if len(text) > _LONGEST_ENTRY or (text[-1] in _SENTENCE and not _ORDINAL.match(text)):
        return False
    return bool(_ORDINAL.match(text) or _ENTRY.search(_PAGE_NUMBER.sub("", text)) or _PAGE_NUMBER.fullmatch(text))


def _listed(lines: Sequence[TextLine], plain: Sequence[str], start: int) -> set[int]:
    """Return the entries from *start* on."""
    taken: set[int] = set()
    seen: list[str] = []
    for i in range(start, len(lines)):
        text = plain[i]
        if not text:
            continue
        if len(text) <= _LONGEST_NOISE and not _is_entry(text):
            taken.add(i)
            continue
        core = _bare(text)
        leader = bool(_LEADER.search(text))
        torn = bool(taken) and lines[i].page == lines[start].page and len(text) <= _LONGEST_ENTRY and _is_tail(lines, i)
        if not leader and (_repeats(text, core, seen) or not (_is_entry(text) or torn)):
            break
        if (
            lines[i].page
            and taken
            and lines[i].page != lines[max(taken)].page
            and not (leader or _ORDINAL.match(text) or _is_tail(lines, i))
        ):
            break
        taken.add(i)
        seen.append(core)
    return taken


def _is_tail(lines: Sequence[TextLine], index: int) -> bool:
    """Whether a line is the second half of an entry: another entry follows it on the same page."""
    following = next((x for x in lines[index + 1 : index + 3] if x.text.strip()), None)
    text = squeeze(following.text) if following else ""
    return following is not None and following.page == lines[index].page and bool(text) and _is_entry(text)


def _bare(text: str) -> str:
    return _PAGE_NUMBER.sub("", re.sub(r"[.．·•…⋯_‥]{2,}.*$", "", text.lstrip("-—•●· ")))


def _repeats(text: str, core: str, seen: Sequence[str]) -> bool:
    """Whether a line begins the document: it is one of the first entries again, or one of the parts."""
    if core in seen[:3]:
        return True
    if not _ORDINAL.match(text) and any(len(c := core_of(s)) >= 4 and core_of(text).endswith(c) for s in seen[:3]):
        return True  # 「某局主要职能」 for the entry 「一、主要职能」
    part = PART.match(core)
    if part is None or (text.lstrip("-—•●· ") != core and _LEADER.search(text)):
        return False
    return any(s == core or (PART.match(s) and s.startswith(part.group())) for s in seen)


def _untitled(plain: Sequence[str]) -> set[int]:
    """Return a run of headings near the beginning which the text repeats afterwards."""
    run: list[int] = []
    for i, text in enumerate(plain[:120]):
        if not text:
            continue
        if _ORDINAL.match(text) and _is_entry(text) and text not in {plain[j] for j in run[:3]}:
            run.append(i)
            continue
        again = set(plain[i:])
        if len(run) >= _FEWEST and any(plain[j] in again for j in run[:3]):
            return set(run)
        run = []
    return set()
