"""Lines of running text become paragraphs under headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.ingestion.blocks import TextLine

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
