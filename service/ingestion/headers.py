"""Header rows become one path per column, with the shifts of an extraction undone."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from service.ingestion.blocks import Anchor, Span

#: A level of the header: for each column the label that covers it, "" where none does.
Level = list[str]


@dataclass(frozen=True, slots=True)
class HeaderPaths:
    """Header paths, one per column, and what was mended to get them."""

    columns: tuple[str, ...]
    repairs: tuple[str, ...]


def read_header(rows: Sequence[Sequence[str]], *, repair: bool = True) -> HeaderPaths:
    """Read the header rows of a table.

    A label covers the blank cells to its right, as far as the label above it reaches. Two slips of
    extraction are undone: a group that begins before its first sub-heading (it begins at it), and
    sub-headings that slid left under headings which have none (they belong, in order, to the columns
    whose group still lacks them).

    Args:
        rows: Cleaned header rows from top to bottom, all of one width.
        repair: False gives the plain reading, for comparison by the table's own arithmetic.

    Returns:
        Paths joined by ``/``, top level first.
    """
    if not rows:
        return HeaderPaths((), ())
    width = len(rows[0])
    repairs: list[str] = []
    starts: list[list[int]] = []  # per level, the columns where a label begins
    labels = [{c: text for c, text in enumerate(row) if text} for row in rows]
    if repair:
        repairs += _move_late_groups(labels, width)
    levels: list[Level] = []
    for depth, found in enumerate(labels):
        if repair and depth > 0:
            repairs += _return_strays(found, levels, width)
        levels.append(_cover(found, levels, width))
        starts.append(sorted(found))
    columns = []
    for column in range(width):
        parts = [level[column] for level in levels if level[column]]
        unique = [p for i, p in enumerate(parts) if i == 0 or p != parts[i - 1]]
        columns.append("/".join(unique))
    return HeaderPaths(tuple(columns), tuple(repairs))


def _cover(found: dict[int, str], above: list[Level], width: int) -> Level:
    """Spread each label over the blanks to its right, within the group above it."""
    level: Level = [""] * width
    current = ""
    for column in range(width):
        if column and _group(above, column) != _group(above, column - 1):
            current = ""
        current = found.get(column, current)
        level[column] = current
    return level


def _group(levels: list[Level], column: int) -> tuple[tuple[str, int], ...]:
    """Name the group a column belongs to: each covering label with the column it starts at."""
    names = []
    for level in levels:
        start = column
        while start and level[start - 1] == level[column] and level[column]:
            start -= 1
        names.append((level[column], start if level[column] else -1))
    return tuple(names)


def _span(levels: list[Level], column: int) -> int:
    """Count the columns of the group that *column* belongs to on the deepest level that names it."""
    group = _group(levels, column)
    return sum(1 for c in range(len(levels[0])) if _group(levels, c) == group)


def _move_late_groups(labels: list[dict[int, str]], width: int) -> list[str]:
    """Let a group begin at its first sub-heading where the column before belongs to the group on its left."""
    repairs: list[str] = []
    if len(labels) < 2:
        return repairs
    top, below = labels[0], labels[1]
    begins = [*sorted(top), width]
    for index in range(1, len(begins) - 1):
        start, end = begins[index], begins[index + 1]
        children = [c for c in range(start, end) if c in below]
        left_has_children = any(c in below for c in range(begins[index - 1], start))
        if children and children[0] > start and left_has_children:
            top[children[0]] = top.pop(start)
            begins[index] = children[0]
            repairs.append(f"表头“{top[children[0]]}”左移了{children[0] - start}列，已复原")
    return repairs


def _return_strays(found: dict[int, str], levels: list[Level], width: int) -> list[str]:
    """Move labels that slid under complete headings to the open columns, in order."""
    deepest = levels[-1]
    stray_from = next((c for c in sorted(found) if _span(levels, c) == 1 and any(level[c] for level in levels)), None)
    if stray_from is None or len(levels) < 2:
        return []
    open_columns = [c for c in range(width) if deepest[c] and _span(levels, c) > 1 and levels[-2][c] != ""]
    strays = [c for c in sorted(found) if c >= stray_from]
    if len(strays) != len(open_columns):
        return []
    texts = [found.pop(c) for c in strays]
    found.update(zip(open_columns, texts, strict=True))
    return [f"表头“{'、'.join(texts)}”落在第{strays[0] + 1}列起，已复原到第{open_columns[0] + 1}列起"]


def read_spanned_header(
    rows: Sequence[Sequence[str]], spans: Mapping[Anchor, Span], depth: int, skipped: Container[int] = ()
) -> HeaderPaths:
    """Read the header of a grid whose merged cells are known: each column lies under the labels that cover it.

    Args:
        rows: Cleaned rows of the grid, the header first.
        spans: How far its merged cells reach.
        depth: Number of header rows.
        skipped: Rows among them that say nothing, such as column numbers.
    """
    width = len(rows[0]) if rows else 0
    cover: dict[Anchor, Anchor] = {}
    for (row, column), (down, across) in spans.items():
        if row < depth:
            cover |= {(r, c): (row, column) for r in range(row, row + down) for c in range(column, column + across)}
    columns = []
    for column in range(width):
        parts: list[str] = []
        seen: set[Anchor] = set()
        for row in range(depth):
            anchor = cover.get((row, column), (row, column))
            text = rows[anchor[0]][anchor[1]]
            if text and row not in skipped and anchor not in seen and (not parts or parts[-1] != text):
                parts.append(text)
            seen.add(anchor)
        columns.append("/".join(parts))
    return HeaderPaths(tuple(columns), ())
