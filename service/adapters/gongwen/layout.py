"""The layout of official documents, read from its data file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from service.domain.errors import ConfigurationError

_FILE = "layout.toml"
_TWIPS_PER_MM = Decimal(1440) / Decimal("25.4")
_ALIGNMENTS = ("both", "center", "left", "right")


@dataclass(frozen=True, slots=True)
class TextStyle:
    """A paragraph style.

    Attributes:
        name: As Word shows it; the names of headings are those Word knows.
        font: Of Chinese characters.
        size: Points.
        line: Line pitch in points, exact.
        align: ``both``, ``center``, ``left`` or ``right``.
        latin: Font of digits and letters.
        indent: Of the first line, in characters.
        left: Of all lines, in characters.
        right: Of all lines, in characters.
        before: Points above.
        after: Points below.
        bold: Whether it is bold.
        keep: Whether it stands on one page with what follows.
        next_page: Whether it begins a page.
        level: Outline level from 1, 0 for running text.
    """

    name: str
    font: str
    size: Decimal
    line: Decimal
    align: str
    latin: str
    indent: int = 0
    left: int = 0
    right: int = 0
    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)
    bold: bool = False
    keep: bool = False
    next_page: bool = False
    level: int = 0

    def __post_init__(self) -> None:
        if self.align not in _ALIGNMENTS:
            raise ValueError(f"align = {self.align!r}")


@dataclass(frozen=True, slots=True)
class Layout:
    """The layout.

    Attributes:
        page: ``width``, ``height``, ``top``, ``bottom``, ``left``, ``right``, ``footer``, in twips (1/20 point).
        pitch: Line pitch of the grid, in twips.
        spacing: What the grid adds to the width of a character of running text, in points; negative where it is tighter.
        title_characters: Most characters on a line of the title.
        break_after: Words after which a title may well go on in the next line.
        break_before: Words before which it may.
        highlight: Colour of gaps.
        table_width: In twips.
        narrowest: Characters that a column is taken to hold at least.
        widest: Characters that a column is taken to hold at most.
        source_widths: Of the columns of the table of sources, in twips.
        styles: By style id.
    """

    page: Mapping[str, int]
    pitch: int
    spacing: Decimal
    title_characters: int
    break_after: tuple[str, ...]
    break_before: tuple[str, ...]
    highlight: str
    table_width: int
    narrowest: int
    widest: int
    source_widths: tuple[int, ...]
    styles: Mapping[str, TextStyle]

    @property
    def text_width(self) -> int:
        """Width of the text area, in twips."""
        return self.page["width"] - self.page["left"] - self.page["right"]


@cache
def read_layout() -> Layout:
    """Read the layout that comes with the package.

    Raises:
        ConfigurationError: Somebody has edited it and it no longer parses.
    """
    return parse_layout((files("service.adapters.gongwen") / _FILE).read_text("utf-8"))


def parse_layout(text: str) -> Layout:
    """Parse a layout file.

    Raises:
        ConfigurationError: It does not parse, or something in it is missing or of the wrong kind.
    """
    try:
        return _layout(tomllib.loads(text, parse_float=Decimal))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise ConfigurationError(
            f"公文版式文件“{_FILE}”有误：{error}。请对照文件里的说明改正，或换回安装时的文件。"
        ) from None


def _layout(data: Mapping[str, Any]) -> Layout:
    page = {name: twips(value) for name, value in data["page"].items()}
    latin = data["latin"]["font"]
    styles = {key: TextStyle(**{"latin": latin, **each}) for key, each in data["styles"].items()}
    width = Decimal(page["width"] - page["left"] - page["right"]) / 20
    spare = width / data["grid"]["characters"] - styles["Normal"].size
    sources = data["sources"]
    return Layout(
        page=page, pitch=round(data["grid"]["pitch"] * 20), spacing=spare,
        title_characters=data["title"]["characters"], break_after=tuple(data["title"]["break_after"]),
        break_before=tuple(data["title"]["break_before"]), highlight=data["gap"]["highlight"],
        table_width=twips(data["table"]["width"]), narrowest=data["table"]["narrowest"],
        widest=data["table"]["widest"], styles=styles,
        source_widths=tuple(
            twips(sources[c]) for c in ("reference", "position", "figure", "label", "working", "source")
        ),
    )  # fmt: skip


def twips(millimetres: int | Decimal) -> int:
    """Return a length in twentieths of a point."""
    return round(millimetres * _TWIPS_PER_MM)
