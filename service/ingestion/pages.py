"""Words with places on pages become paragraphs in reading order between grids. Shared by PDF, OCR and placed HTML."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from service.ingestion.blocks import Block, Grid, TextLine

_PAGE_NUMBER = re.compile(
    r"^[-—–―－_~·•.|/\s]*(?:第?\s*\d{1,4}\s*页?(?:\s*[,，/／of]*\s*共?\s*\d{1,4}\s*页?)?|[ivxIVXⅠ-ⅻ]{1,6})[-—–―－_~·•.|/\s]*$|^一\s*\d{1,4}\s*一$"
)
#: Lines that stand for themselves: captions of tables, and lines of a table of contents.
_ALONE = re.compile(
    r"^(?:(?:编制|填报|预算|公开|主管|申报|金额|货币|计量)?(?:部门|单位)(?:名称)?(?:[（(].{1,4}[)）])?\s*[:：].{0,40}$)"
    r"|(?:金额|计量)?单位\s*[:：].{1,6}$|^(?:附?表|公开|附件)?\s*\d{1,2}\s*表?\s*$"
    r"|^.{2,40}表(?:[（(].{1,12}[)）])?$|[.…．·]{4,}"
)
_CAPTION_WORDS = re.compile(r"表|单位|部门[:：]|编制|[元年]$")
_ITEM = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[、.．](?!\d)|\d{1,2}[)）]"
    r"|第[一二三四五六七八九十\d]{1,3}[部章节条]|[①-⑳●■◆▪•·○□])"
)
_FINAL = "。；：！？;:!?"
_TOKEN = re.compile(r"[A-Za-z0-9.,%％‰+\-]+|.[，。、；：！？）》”’\])%％]*")
#: A page's furniture stands in this part of its height at the top and the bottom, in hundredths.
_EDGE = 13


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of text with its box: one character, a word or a whole run.

    Attributes:
        text: Its characters.
        x0: Left edge in tenths of a point from the left of the page.
        top: Upper edge in tenths of a point from the top of the page, growing downwards.
        x1: Right edge.
        bottom: Lower edge.
    """

    text: str
    x0: int
    top: int
    x1: int
    bottom: int


@dataclass(frozen=True, slots=True)
class PlacedGrid:
    """A grid with its box on the page, in tenths of a point."""

    x0: int
    top: int
    x1: int
    bottom: int
    grid: Grid


@dataclass(frozen=True, slots=True)
class PageLayout:
    """What stands on a page.

    Attributes:
        number: 1-based.
        width: In tenths of a point.
        height: In tenths of a point.
        words: All that is not in a grid, in any order.
        grids: Its tables, in any order.
    """

    number: int
    width: int
    height: int
    words: tuple[Word, ...]
    grids: tuple[PlacedGrid, ...] = ()


@dataclass(frozen=True, slots=True)
class Composition:
    """Running text with its blocks.

    Attributes:
        text: Paragraphs, each ended by a line feed.
        blocks: Paragraphs and grids in reading order.
        page_starts: Offset in *text* at which each page's text begins, one per page.
    """

    text: str
    blocks: tuple[Block, ...]
    page_starts: tuple[int, ...]


@dataclass(slots=True)
class Segment:
    """Words on one line with no wide gap between them.

    Attributes:
        text: The line's characters; gaps between words of letters are one space.
        x0: Left edge, in tenths of a point like the others.
        top: Upper edge.
        x1: Right edge.
        bottom: Lower edge.
        em: Height of its characters.
        page: 1-based.
        first: Whether nothing stands to its left on the line.
        last: Whether nothing stands to its right.
    """

    text: str
    x0: int
    top: int
    x1: int
    bottom: int
    em: int
    page: int = 0
    first: bool = True
    last: bool = True


@dataclass(slots=True)
class _Margins:
    left: int
    right: int


@dataclass(slots=True)
class _Paragraph:
    segments: list[Segment] = field(default_factory=list)


def compose(pages: Sequence[PageLayout]) -> Composition:
    """Put the words of all pages into paragraphs, in reading order between the grids.

    A line goes on in the next one when the next one's first word had no room on it and is not indented, also
    over a page end. Running headers, footers and page numbers are left out.
    """
    lines = {p.number: segments_of(p.words, p.number) for p in pages}
    numbers = _page_numbers(pages, lines)
    for page in pages:
        lines[page.number] = [s for s in lines[page.number] if id(s) not in numbers]
    running = _running_titles(pages, lines)
    for page in pages:
        lines[page.number] = [s for s in lines[page.number] if id(s) not in running]
    margins = _margins(pages, lines)
    items: list[_Paragraph | Grid] = []
    for page in pages:
        placed: list[tuple[int, int, Segment | Grid]] = [(s.top, s.x0, s) for s in lines[page.number]]
        placed = _merge(placed, page.grids)
        for _, _, item in placed:
            if isinstance(item, Grid):
                items.append(item)
            elif items and isinstance(before := items[-1], _Paragraph) and _goes_on(before, item, margins):
                before.segments.append(item)
            else:
                items.append(_Paragraph([item]))
    return _write(items, [p.number for p in pages])


def segments_of(words: Iterable[Word], page: int = 0) -> list[Segment]:
    """Return the lines that words form, from top to bottom and left to right, cut where a gap is wide.

    Words are on one line when their heights overlap, whatever their size or font. A character that is drawn
    twice at nearly the same place, as false bold type, counts once.
    """
    out: list[Segment] = []
    for row in rows_of(words):
        cuts = [run for run in _cut(row) if text_of(run)]
        for index, run in enumerate(cuts):
            seen = [w for w in run if w.text.strip()]
            out.append(
                Segment(
                    text_of(run), seen[0].x0, min(w.top for w in seen), max(w.x1 for w in seen),
                    max(w.bottom for w in seen), _em(seen), page, index == 0, index == len(cuts) - 1,
                )
            )  # fmt: skip
    return out


def rows_of(words: Iterable[Word]) -> list[list[Word]]:
    """Return words by line, from top to bottom, each line from left to right, without doubled characters."""
    rows: list[tuple[int, int, list[Word]]] = []
    for word in sorted(words, key=lambda w: w.top + w.bottom):
        middle, height = word.top + word.bottom, word.bottom - word.top
        if rows:
            last, tallest, row = rows[-1]
            if 5 * (middle - last) <= 4 * max(height, tallest):
                row.append(word)
                if height > tallest:
                    rows[-1] = (last, height, row)
                continue
        rows.append((middle, height, [word]))
    return [_without_doubles(sorted(row, key=lambda w: w.x0)) for _, _, row in rows]


def runs_of(words: Iterable[Word]) -> tuple[Word, ...]:
    """Return words with those that touch on a line put together: the same lines from far fewer words."""
    out: list[Word] = []
    for row in rows_of(words):
        run: list[Word] = []
        for word in row:
            apart = run and (word.x0 - run[-1].x1) * 8 > word.bottom - word.top
            if run and (apart or not word.text.strip() or not run[-1].text.strip()):
                out.append(_run(run))
                run = []
            run.append(word)
        if run:
            out.append(_run(run))
    return tuple(out)


def _run(words: Sequence[Word]) -> Word:
    heights = sorted(w.bottom - w.top for w in words)
    typical = next(w for w in words if w.bottom - w.top == heights[len(heights) // 2])
    return Word(
        "".join(w.text for w in words), words[0].x0, typical.top, max(w.x1 for w in words), typical.bottom
    )  # fmt: skip


def text_of(run: Sequence[Word]) -> str:
    """Return the text of a line's words; a printed space or a gap between Latin words is one space."""
    out = ""
    end: int | None = None
    spaced = False
    for word in run:
        if not word.text.strip():
            spaced = True
            continue
        if end is not None and out and (spaced or _apart(out[-1], word, end)):
            out += " "
        out += word.text
        end, spaced = word.x1, False
    return out.strip()


def join_lines(before: str, after: str) -> str:
    """Put the rest of a wrapped line behind its beginning, with a space only between Latin words.

    Example:
        >>> join_lines("财政拨款1682.7", "6万元"), join_lines("annual", "budget")
        ('财政拨款1682.76万元', 'annual budget')

    """
    if before and after and before[-1].isascii() and before[-1].isalpha() and after[0].isascii() and after[0].isalpha():
        return f"{before} {after}"
    return before + after


def _apart(before: str, word: Word, end: int) -> bool:
    gap = word.x0 - end
    height = word.bottom - word.top
    if before.isascii() and word.text[0].isascii():
        return 4 * gap > height
    return 3 * gap > 2 * height


def _without_doubles(row: list[Word]) -> list[Word]:
    out: list[Word] = []
    for word in row:
        near = (w for w in out[-3:] if w.text == word.text)
        if not any(
            3 * abs(w.x0 - word.x0) < max(w.x1 - w.x0, 1) and 3 * abs(w.top - word.top) < max(w.bottom - w.top, 1)
            for w in near
        ):
            out.append(word)
    return out


def _cut(row: Sequence[Word]) -> list[list[Word]]:
    """Cut a line where a gap is wider than two characters, but not between single spread characters."""
    visible = [w for w in row if w.text.strip()]
    if not visible:
        return []
    em = _em(visible)
    runs: list[list[Word]] = [[]]
    end = visible[0].x0
    last = ""
    for word in row:
        if word.text.strip():
            if word.x0 - end > 2 * em and runs[-1] and last not in {"：", ":"}:  # a label's value follows, however far
                runs.append([])
            end = max(end, word.x1)
            last = word.text.rstrip()[-1]
            runs[-1].append(word)
        elif runs[-1] and runs[-1][-1].text.strip():
            runs[-1].append(word)
    if len(runs) > 1 and all(sum(len(w.text.strip()) for w in r) == 1 for r in runs):
        return [[w for r in runs for w in r]]  # 目    录
    if len(runs) > 1 and any(c in "，。；" for w in visible for c in w.text):
        return _uncut(runs, 6 * em)
    return runs


def _uncut(runs: Sequence[list[Word]], widest: int) -> list[list[Word]]:
    """Put the pieces of a line of prose together again, whose figures stand in blanks as wide as a form's."""
    out = [runs[0]]
    for run in runs[1:]:
        end = max(w.x1 for w in out[-1] if w.text.strip())
        if next(w.x0 for w in run if w.text.strip()) - end <= widest:
            out[-1] = out[-1] + run
        else:
            out.append(run)
    return out


def _em(run: Sequence[Word]) -> int:
    heights = sorted(w.bottom - w.top for w in run if w.text.strip())
    return max(heights[len(heights) // 2], 1) if heights else 1


def _merge(
    placed: list[tuple[int, int, Segment | Grid]], grids: Sequence[PlacedGrid]
) -> list[tuple[int, int, Segment | Grid]]:
    """Put each grid before the first line that begins below its top."""
    out = list(placed)
    for grid in sorted(grids, key=lambda g: (g.top, g.x0)):
        at = next((i for i, (top, _, item) in enumerate(out) if top >= grid.top), len(out))
        while at < len(out) and isinstance(out[at][2], Grid) and out[at][:2] <= (grid.top, grid.x0):
            at += 1
        out.insert(at, (grid.top, grid.x0, grid.grid))
    return out


def _page_numbers(pages: Sequence[PageLayout], lines: dict[int, list[Segment]]) -> set[int]:
    """Return the identities of the segments that are page numbers.

    They are alone on a page's outermost line. Those that count as the others do may stand anywhere there.
    """
    found: dict[int, list[Segment]] = {}
    inside: list[tuple[int, list[Segment]]] = []
    for page in pages:
        segments = lines[page.number]
        limit = page.height * _EDGE // 100
        for edge in (segments[-1], segments[0]) if segments else ():
            line = [s for s in segments if s is edge or 2 * min(s.bottom, edge.bottom) - 2 * max(s.top, edge.top) > edge.em]
            alone = not any(g.top < edge.bottom and edge.top < g.bottom for g in page.grids)
            if not alone or not all(_PAGE_NUMBER.match(s.text) for s in line):
                continue
            if edge.bottom > page.height - limit or edge.top < limit:
                found.setdefault(page.number, []).extend(line)
            else:
                inside.append((page.number, line))
    usual = {_shift(n, line) for n, line in found.items()} - {None} if len(found) > 2 else set()
    out = {id(s) for line in found.values() for s in line}
    return out | {id(s) for n, line in inside if _shift(n, line) in usual for s in line}


def _shift(page: int, line: Sequence[Segment]) -> int | None:
    """Return how far the number printed on a page is from its place in the file."""
    number = re.search(r"\d+", line[0].text)
    return int(number.group()) - page if number else None


def _running_titles(pages: Sequence[PageLayout], lines: dict[int, list[Segment]]) -> set[int]:
    """Return the identities of headers and footers: the same words at the same height of many pages."""
    seen: dict[tuple[str, int], list[Segment]] = defaultdict(list)
    for page in pages:
        limit = page.height * _EDGE // 100
        top = min((g.top for g in page.grids), default=page.height)
        bottom = max((g.bottom for g in page.grids), default=0)
        for s in lines[page.number]:
            if (s.bottom <= limit and s.bottom <= top) or (s.top >= page.height - limit and s.top >= bottom):
                place = s.top if s.bottom <= limit else s.top - page.height
                seen[re.sub(r"\d+", "#", s.text), place // 60].append(s)
    out: set[int] = set()
    for (text, _), found in seen.items():
        if len(found) < 3 or 10 * len(found) < 3 * len(pages):
            continue
        if _PAGE_NUMBER.match(found[0].text) or not _CAPTION_WORDS.search(text):
            out |= {id(s) for s in found}
    return out


def _margins(pages: Sequence[PageLayout], lines: dict[int, list[Segment]]) -> dict[int, _Margins]:
    """Return each page's text margins: its own where it has enough full lines, else those of pages of its size."""
    by_size: dict[int, list[Segment]] = defaultdict(list)
    for page in pages:
        by_size[page.width] += _wide(page, lines[page.number])
    out: dict[int, _Margins] = {}
    for page in pages:
        own = _wide(page, lines[page.number])
        found = own if len(own) >= 5 else by_size[page.width]
        out[page.number] = _Margins(_left(found), _right(found)) if found else _Margins(0, page.width)
    return out


def _wide(page: PageLayout, segments: Sequence[Segment]) -> list[Segment]:
    return [s for s in segments if 2 * (s.x1 - s.x0) > page.width and s.first and s.last]


def _left(segments: Sequence[Segment]) -> int:
    counts = Counter(s.x0 // 20 for s in segments)
    common = [k for k, n in counts.items() if n > 1 or len(segments) < 4]
    kept = set(common) or set(counts)
    return min(s.x0 for s in segments if s.x0 // 20 in kept)


def _right(segments: Sequence[Segment]) -> int:
    """Return where full lines end: the outermost place that several of them reach."""
    ends = sorted((s.x1 for s in segments), reverse=True)
    return ends[min(len(ends) // 10, len(ends) - 1)]


def _goes_on(paragraph: _Paragraph, after: Segment, margins: dict[int, _Margins]) -> bool:
    """Whether a paragraph goes on in the next line."""
    before = paragraph.segments[-1]
    em = max(before.em, after.em)
    if not before.last or not after.first or 4 * abs(before.em - after.em) > em:
        return False
    if before.page == after.page and (after.top - before.bottom > 2 * em or after.top < before.top + before.em // 2):
        return False
    if _ALONE.search(before.text) or (_ALONE.search(after.text) and before.text[-1] in _FINAL):
        return False
    page, following = margins[before.page], margins[after.page]
    room = page.right - before.x1
    open_end = before.text[-1] not in _FINAL
    indent = after.x0 - following.left
    if room > _first_token(after) + after.em * 6 // 10 and not (
        open_end and (_is_ragged(before, after, page, indent) or _is_cut(paragraph, after, indent))
    ):
        return False
    if _ITEM.match(after.text) and (not open_end or 10 * indent >= 7 * em or _is_heading(after, following)):
        return False
    if 10 * indent <= 12 * em:
        return True
    # a block that is indented as a whole, or hangs below its number
    shift = indent - (before.x0 - page.left)
    return open_end and not _ITEM.match(after.text) and -4 * em <= shift <= 4 * em and room < 2 * em


def _is_heading(segment: Segment, margins: _Margins) -> bool:
    """Whether an item is a heading: it ends well before the margin and is no sentence."""
    return margins.right - segment.x1 > 3 * segment.em and segment.text[-1] not in "。；，、"


def _is_ragged(before: Segment, after: Segment, page: _Margins, indent: int) -> bool:
    """Whether a line that ends short of the margin in mid-sentence is one that was wrapped early all the same."""
    long = 4 * (before.x1 - page.left) > 3 * (page.right - page.left)
    return long and 2 * indent <= after.em and not _ITEM.match(after.text) and len(before.text) > 12


def _is_cut(paragraph: _Paragraph, after: Segment, indent: int) -> bool:
    """Whether a page end cuts a sentence: pages that were put together by hand end their last line anywhere."""
    before = paragraph.segments[-1]
    prose = len(paragraph.segments) > 1 and any("，" in s.text for s in paragraph.segments)
    return prose and before.page != after.page and 10 * indent <= 12 * after.em and not _ITEM.match(after.text)


def _first_token(segment: Segment) -> int:
    found = _TOKEN.match(segment.text)
    length = len(found.group()) if found else 1
    return (segment.x1 - segment.x0) * length // max(len(segment.text), 1)


def _write(items: Sequence[_Paragraph | Grid], numbers: Sequence[int]) -> Composition:
    parts: list[str] = []
    blocks: list[Block] = []
    begins: dict[int, int] = {}
    offset = 0
    for item in items:
        if isinstance(item, Grid):
            blocks.append(item)
            continue
        text = ""
        for segment in item.segments:
            joined = join_lines(text, segment.text)
            begins.setdefault(segment.page, offset + len(joined) - len(segment.text))
            text = joined
        blocks.append(TextLine(text, len(parts) + 1, offset, item.segments[0].page, whole=True))
        parts.append(text + "\n")
        offset += len(text) + 1
    starts: list[int] = []
    following = offset
    for number in reversed(numbers):
        following = begins.get(number, following)
        starts.append(following)
    return Composition("".join(parts), tuple(blocks), tuple(reversed(starts)))
