"""Blocks become captioned grids and paragraphs under headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.quantity import FIXED_UNITS, Unit
from service.ingestion.blocks import Block, Grid, Reading, TextLine
from service.ingestion.tables import Caption
from service.vocabulary.names import squeeze

_NUMBER_LINE = re.compile(r"^(?:预算|公开|附?表)?0?\d{1,2}表$|^(?:预算|公开)\d{1,2}$|^(?:附表|附件)\d{1,2}$")
_OWNER = re.compile(r"^(?:部门|单位|填报单位)(?:名称)?[:：](.+)$")
_UNIT = re.compile(r"(?:金额)?单位[:：](千元|百万元|万元|亿元|元)")
_NOTE = re.compile(r"^(?:备注|注|说明)[:：]")
_TITLE = re.compile(r"^[^。；，,：:]{3,60}表(?:[（(][^（）()]{1,20}[)）])?$")
_PART = re.compile(r"^第[一二三四五六七八九十]部分")
_HEADING1 = re.compile(r"^[一二三四五六七八九十]{1,3}、")
_HEADING2 = re.compile(r"^[（(][一二三四五六七八九十]{1,3}[)）]")
_ENDS = "。；：！？!?;:”）)"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph whole again after page breaks.

    Attributes:
        text: Its characters, layout spaces kept out.
        offsets: For each character of *text*, its offset in the decoded file.
        lines: Lines it came from (1-based).
        section: Heading path.
        heading: The nearest heading, "" at the top.
        is_heading: Whether it is a heading itself.
        in_contents: Whether it stands in the table of contents.
    """

    text: str
    offsets: tuple[int, ...]
    lines: tuple[int, ...]
    section: tuple[str, ...]
    is_heading: bool = False
    in_contents: bool = False

    @property
    def heading(self) -> str:
        """The nearest heading."""
        return self.section[-1] if self.section else ""


@dataclass(frozen=True, slots=True)
class CaptionedGrid:
    """A grid with what is printed around it."""

    grid: Grid
    caption: Caption


def split_grids(reading: Reading) -> tuple[tuple[CaptionedGrid, ...], tuple[TextLine, ...]]:
    """Return the grids with their captions, and the lines that are running text."""
    grids: list[CaptionedGrid] = []
    taken: set[int] = set()
    blocks = reading.blocks
    for index, block in enumerate(blocks):
        if isinstance(block, Grid):
            caption, used = _caption(blocks, index)
            taken |= used
            grids.append(CaptionedGrid(block, caption))
    lines = tuple(b for i, b in enumerate(blocks) if isinstance(b, TextLine) and i not in taken)
    return tuple(grids), lines


def _caption(blocks: Sequence[Block], index: int) -> tuple[Caption, set[int]]:
    above: list[tuple[int, str]] = []
    title = ""
    for i in range(index - 1, max(-1, index - 16), -1):
        block = blocks[i]
        if isinstance(block, Grid):
            break
        text = squeeze(block.text)
        if not text:
            continue
        above.insert(0, (i, text))
        if _TITLE.match(text) and not text.startswith(("-", "附件")) and not _NUMBER_LINE.match(text):
            title = text
            break
    used = {i for i, _ in above} if title else set()
    captions = [t for _, t in above[1:]] if title else []
    grid = blocks[index]
    if isinstance(grid, Grid):
        captions += [squeeze(r.cells[0]) for r in grid.rows[:2] if r.cells and not any(c.strip() for c in r.cells[1:])]
    joined = "".join(captions)
    owner = next((m.group(1) for t in captions if (m := _OWNER.match(t)) and t[:2] != "单位"), "")
    unit = _UNIT.search(joined)
    number = ""
    if title:
        before = next((i for i in range(above[0][0] - 1, -1, -1) if _text_at(blocks, i)), -1)
        if before >= 0 and _NUMBER_LINE.match(squeeze(_text_at(blocks, before))):
            number = squeeze(_text_at(blocks, before))
            used.add(before)
    notes: list[str] = []
    for i in range(index + 1, min(len(blocks), index + 8)):
        text = _text_at(blocks, i).strip()
        if isinstance(blocks[i], Grid):
            break
        if _NOTE.match(text):
            notes.append(text)
        elif text:
            break
    return Caption(title, number, owner, _unit(unit), tuple(notes)), used


def _text_at(blocks: Sequence[Block], index: int) -> str:
    block = blocks[index]
    return block.text if isinstance(block, TextLine) else ""


def _unit(found: re.Match[str] | None) -> Unit | None:
    return FIXED_UNITS[found.group(1)] if found else None


def paragraphs_of(lines: Sequence[TextLine]) -> tuple[Paragraph, ...]:
    """Join lines torn by page breaks and put every paragraph under its headings."""
    out: list[Paragraph] = []
    section: tuple[str, ...] = ()
    in_contents = False
    for line in lines:
        stripped = line.text.strip()
        if not stripped:
            continue
        text, offsets = _without_layout_spaces(line)
        if text in {"目录", "目次"}:
            in_contents = True
            continue
        if (in_contents and _PART.match(text) and any(p.in_contents and p.text == text for p in out)) or (
            in_contents and _PART.match(text) and any(p.in_contents and p.text.startswith(text) for p in out)
        ):
            in_contents = False
        if not in_contents and out and out[-1].is_heading and _PART.fullmatch(out[-1].text) and _names_part(text):
            merged = Paragraph(
                f"{out[-1].text} {text}", out[-1].offsets, out[-1].lines, (f"{out[-1].text} {text}",), True
            )
            out[-1], section = merged, merged.section
            continue
        heading = not in_contents and _is_heading(text)
        if heading:
            section = _open(section, text)
        previous = out[-1] if out else None
        if (
            previous is not None and not heading and not previous.is_heading and not in_contents
            and not previous.in_contents and previous.section == section and _continues(previous.text, text)
        ):  # fmt: skip
            out[-1] = Paragraph(
                previous.text + text, previous.offsets + offsets, (*previous.lines, line.number), section
            )
            continue
        out.append(Paragraph(text, offsets, (line.number,), section, heading, in_contents))
    return tuple(out)


def _without_layout_spaces(line: TextLine) -> tuple[str, tuple[int, ...]]:
    kept = [(c, line.start + i) for i, c in enumerate(line.text) if not c.isspace() or _between_latin(line.text, i)]
    while kept and kept[0][0].isspace():
        kept.pop(0)
    text = "".join(c for c, _ in kept).rstrip()
    return text, tuple(o for _, o in kept[: len(text)])


def _between_latin(text: str, index: int) -> bool:
    if index == 0 or index + 1 >= len(text):
        return False
    before, after = text[index - 1], text[index + 1]
    return before.isascii() and after.isascii() and before.isalpha() and after.isalpha()


def _is_heading(text: str) -> bool:
    if _PART.match(text):
        return True
    if len(text) > 40 or text[-1] in "。；，":
        return False
    if _HEADING1.match(text):
        return "：" not in text and ":" not in text
    return bool(_HEADING2.match(text)) and "：" not in text and not re.search(r"\d", text)


def _names_part(text: str) -> bool:
    """Whether a line right below 「第三部分」 is that part's name."""
    return len(text) <= 40 and text[-1] not in "。；，：" and not _HEADING1.match(text) and not _HEADING2.match(text)


def _open(section: tuple[str, ...], heading: str) -> tuple[str, ...]:
    if _PART.match(heading):
        return (heading,)
    part = tuple(h for h in section if _PART.match(h))
    if _HEADING1.match(heading):
        return (*part, heading)
    first = tuple(h for h in section if _HEADING1.match(h))
    return (*part, *first, heading)


def _continues(before: str, after: str) -> bool:
    """Whether a paragraph goes on: the line before ends in mid-sentence and this one starts no item."""
    if before[-1] in _ENDS or re.match(r"^(?:\d{1,2}[.．、]|-|[一二三四五六七八九十]{1,3}、|[（(])", after):
        return False
    return len(before) >= 20 and not re.match(r"^(?:附件|注|备注|20\d\d年)", after)
