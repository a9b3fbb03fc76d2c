"""Lines of running text become paragraphs under headings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from service.domain.paragraph import Pages, Paragraph
from service.ingestion.blocks import TextLine
from service.ingestion.contents import PART, Contents, core_of, read_contents

_HEADING1 = re.compile(r"^[一二三四五六七八九十]{1,3}[、.．]")
_HEADING2 = re.compile(r"^[（(][一二三四五六七八九十]{1,3}[)）]")
_HEADING3 = re.compile(r"^(?:\d{1,2}[.．、](?!\d)|[（(]\d{1,2}[)）])")
_ENDS = "。；：！？!?;:”）)"
#: What a heading without an ordinal, or with an arabic one, ends in.
_NAMES_A_SECTION = re.compile(
    r"(?:说明|解释|职能|职责|设置|构成|概况|情况|概述|依据|主体|方案|周期|绩效目标|任务|简介|注释|定义)$"
)
#: 「（一）收入预算：2026年年初预算数…」: a heading that its paragraph follows on the same line.
_RUN_IN = re.compile(
    r"^((?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）])[^，。：:；;\d]{2,28})[：:。](?=.{8})"
)
_RUN_IN_END = re.compile(r"(?:情况|说明|费|支出|收入|预算|决算|经费|拨款|职责|职能|设置|构成|采购|占用|目标|管理)$")
_FIGURE = re.compile(r"\d(?:\.\d+)?\s*(?:万元|元|亿元|%|％)")
#: Levels of a heading path: part, heading without an ordinal, 一、, （一）, 1., and a run-in.
_PART_LEVEL, _NAMED_LEVEL = 1, 2
_LEVELS = ((_HEADING1, 3), (_HEADING2, 4), (_HEADING3, 5))
_LOWEST = 6


def paragraphs_of(lines: Sequence[TextLine], pages: Pages | None = None) -> tuple[Paragraph, ...]:
    """Join lines torn by page breaks and put every paragraph under its headings.

    Args:
        lines: Running text in reading order; whole ones are neither joined nor torn.
        pages: Where the pages begin, for the page of each quote.
    """
    pages = pages or Pages()
    contents = read_contents(lines)
    out: list[Paragraph] = []
    section: tuple[tuple[int, str], ...] = ()
    for index, line in enumerate(lines):
        if not line.text.strip():
            continue
        text, offsets = _without_layout_spaces(line)
        path = tuple(h for _, h in section)
        if index in contents.lines:
            if core_of(text) and _names_something(text):
                out.append(Paragraph(text, offsets, (line.number,), path, False, True, line.page, pages))
            continue
        if out and out[-1].is_heading and _goes_on(out[-1].text, text):
            gap = " " if PART.fullmatch(out[-1].text) else ""
            title = f"{out[-1].text}{gap}{text}"
            section = ((_PART_LEVEL, title),)
            out[-1] = Paragraph(
                title, _padded(out[-1], len(gap), offsets), out[-1].lines, (title,), True, False, out[-1].page, pages
            )
            continue
        level = _heading_level(
            text, line, contents, inside=(bool(section) and section[-1][0] > _NAMED_LEVEL) or _has_parts(section)
        )
        if level:
            section = _open(section, level, text)
        elif not any("解释" in h for _, h in section) and (run_in := _run_in(text)):
            section = _open(section, _level_of(run_in), run_in)
        path = tuple(h for _, h in section)
        previous = out[-1] if out else None
        if previous is not None and not level and not line.whole and _joins(previous, path, text):
            out[-1] = Paragraph(
                previous.text + text, previous.offsets + offsets, (*previous.lines, line.number), path,
                page=previous.page, pages=pages,
            )  # fmt: skip
            continue
        out.append(Paragraph(text, offsets, (line.number,), path, bool(level), False, line.page, pages))
    return tuple(out)


def _names_something(text: str) -> bool:
    return text not in {"目录", "目次", "日录"}


def _padded(before: Paragraph, gap: int, offsets: tuple[int, ...]) -> tuple[int, ...]:
    """Give the blank between two joined heading lines an offset of its own."""
    return (*before.offsets, *(before.offsets[-1] + 1 for _ in range(gap)), *offsets)


def _joins(previous: Paragraph, path: tuple[str, ...], text: str) -> bool:
    return (
        not previous.is_heading and not previous.in_contents and previous.section == path
        and _continues(previous.text, text)
    )  # fmt: skip


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


def _has_parts(section: Sequence[tuple[int, str]]) -> bool:
    return any(level == _PART_LEVEL for level, _ in section)


def _level_of(text: str) -> int:
    return next((level for pattern, level in _LEVELS if pattern.match(text)), 0)


def _heading_level(text: str, line: TextLine, contents: Contents, *, inside: bool) -> int:
    """Return the level a line opens as a heading, 0 for a line that is none."""
    if PART.match(text) and len(text) <= 60:
        return _PART_LEVEL
    if len(text) > 40 or text[-1] in "。；，,;" or _FIGURE.search(text):
        return 0
    level = _level_of(text)
    bare = text.rstrip("：:")
    if level == 3:
        return level if "：" not in bare and ":" not in bare else 0
    if level == 4:
        return level if "：" not in text and not re.search(r"\d", re.sub(r"20\d\d年", "", text)) else 0
    named = bool(_NAMES_A_SECTION.search(bare)) and "：" not in bare and "，" not in bare
    announced = _is_announced(text, contents)
    if level == 5:
        return level if named and len(bare) <= 30 and bare == text else 0
    if line.heading:
        return _LOWEST if inside else _NAMED_LEVEL
    if not (announced or (named and bare == text and len(text) <= 26 and line.whole)):
        return 0
    return _NAMED_LEVEL if announced or not inside else _LOWEST


def _is_announced(text: str, contents: Contents) -> bool:
    """Whether the contents list this heading, be it with the name of the department in front."""
    core = core_of(text)
    return bool(core) and any(core == c or core.endswith(c) or text.endswith(c) for c in contents.cores)


def _goes_on(heading: str, text: str) -> bool:
    """Whether a line is the rest of the part's heading above it: its name, or the end of a torn one."""
    if not PART.match(heading) or not _names_part(text):
        return False
    if PART.fullmatch(heading) or text == "说明":
        return True
    return not (_NAMES_A_SECTION.search(heading) or heading.endswith(("表", "）", ")"))) and len(text) <= 25


def _names_part(text: str) -> bool:
    """Whether a line right below 「第三部分」 is that part's name."""
    return len(text) <= 40 and text[-1] not in "。；，：" and not _level_of(text)


def _run_in(text: str) -> str:
    """Return the heading that a paragraph begins with, "" where it begins with none."""
    found = _RUN_IN.match(text)
    if not found or not _RUN_IN_END.search(found.group(1)):
        return ""
    return found.group(1)


def _open(section: Sequence[tuple[int, str]], level: int, heading: str) -> tuple[tuple[int, str], ...]:
    return (*(s for s in section if s[0] < level), (level, heading))


def _continues(before: str, after: str) -> bool:
    """Whether a paragraph goes on: the line before ends in mid-sentence and this one starts no item."""
    if before[-1] in _ENDS or re.match(r"^(?:\d{1,2}[.．、]|-|[一二三四五六七八九十]{1,3}、|[（(])", after):
        return False
    return len(before) >= 20 and not re.match(r"^(?:附件|注|备注|20\d\d年)", after)
