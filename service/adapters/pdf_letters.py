"""The visible characters of a PDF's page, with their places, in the order of the file or as they are seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from service.locating import Characters, squeeze

#: Characters further apart than this many of their heights belong to different words or cells.
_GAP = 0.5

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Letter:
    """A visible character of a page: its box (left, bottom, right, top) on the page and as the page is turned."""

    text: str
    box: Box
    seen: Box


@dataclass(frozen=True, slots=True)
class Line:
    """Letters in some order, and the characters they make."""

    letters: Sequence[Letter]
    characters: Characters


def letters_of(page: Any, turned: int) -> tuple[list[Letter], list[str]]:
    """Return the visible characters of a page, and their words, in the order of the file."""
    from ctypes import byref

    from pypdfium2 import raw

    text = page.get_textpage()
    rectangle = raw.FS_RECTF()
    letters: list[Letter] = []
    pieces: list[list[str]] = [[]]
    for index in range(raw.FPDFText_CountChars(text)):
        character = chr(raw.FPDFText_GetUnicode(text, index))
        if character.isspace() or character < " " or not raw.FPDFText_GetLooseCharBox(text, index, byref(rectangle)):
            pieces.append([])
            continue
        box = (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
        letter = Letter(character, box, turn(box, turned))
        if letters and pieces[-1] and apart(letters[-1], letter):
            pieces.append([])
        letters.append(letter)
        pieces[-1].append(character)
    text.close()
    return letters, ["".join(each) for each in pieces]


def lines_seen(letters: Sequence[Letter], turned: int) -> list[list[Letter]]:
    """Return letters line by line from the top, each line from the left, of a page turned clockwise."""
    lines: list[list[Letter]] = []
    looked_at = [replace(each, seen=turn(each.box, turned)) for each in letters]
    for letter in sorted(looked_at, key=lambda each: -(each.seen[1] + each.seen[3])):
        if lines and on_one_line(lines[-1][0], letter):
            lines[-1].append(letter)
        else:
            lines.append([letter])
    for line in lines:
        line.sort(key=lambda each: each.seen[0])
    return lines


def words_of(line: Sequence[Letter]) -> list[list[Letter]]:
    """Return the words of a line."""
    words: list[list[Letter]] = []
    for number, letter in enumerate(line):
        if number and not apart(line[number - 1], letter):
            words[-1].append(letter)
        else:
            words.append([letter])
    return words


def as_seen(letters: Sequence[Letter], turned: int) -> Line:
    """Return letters in the order of `lines_seen`, with their words."""
    lines = lines_seen(letters, turned)
    words = [word for line in lines for word in words_of(line)]
    return Line(
        [letter for line in lines for letter in line], squeeze("".join(each.text for each in word) for word in words)
    )


def around(boxes: Sequence[Box]) -> Box:
    """Return the box around boxes."""
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)


def on_one_line(one: Letter, other: Letter) -> bool:
    """Whether the middle of a letter is as high as another one."""
    middle = (other.seen[1] + other.seen[3]) / 2
    return one.seen[1] < middle < one.seen[3]


def apart(one: Letter, other: Letter) -> bool:
    """Whether two letters in reading order are not of one word."""
    gap = other.seen[0] - one.seen[2]
    height = one.seen[3] - one.seen[1]
    return not on_one_line(one, other) or not -height < gap < _GAP * height


def turn(box: Box, degrees: int) -> Box:
    """Return a box as it lies after its page is turned clockwise."""
    left, bottom, right, top = box
    if degrees == 90:
        return bottom, -right, top, -left
    if degrees == 180:
        return -right, -top, -left, -bottom
    if degrees == 270:
        return -top, left, -bottom, right
    return box
