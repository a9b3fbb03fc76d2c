"""Pages drawn in HTML: every piece of text at its own place, as converters from PDF write them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace

from service.adapters.readers.limits import MAX_PAGES
from service.adapters.readers.markup import Element
from service.adapters.readers.styles import Style, StyleSheet, borders, is_filled, length, scale
from service.ingestion.alignment import aligned_tables
from service.ingestion.lattice import Rule, ruled_tables
from service.ingestion.pages import PageLayout, Word

#: A page is at least this large, in tenths of a point.
_SMALLEST_PAGE = 1_500
#: Filled boxes no thicker than this are lines.
_THIN = 25
_FONT_SIZE = 120
#: More lines on a page are a drawing; its words are read without them.
_MOST_RULES = 20_000
#: A page larger than this holds nothing printed.
_FARTHEST = 10_000_000
_PLACED = frozenset({"absolute", "fixed"})
_SKIPPED = frozenset({"script", "style", "noscript", "template", "head", "title", "meta", "link"})


@dataclass(frozen=True, slots=True)
class _Box:
    """Where an element's children are measured from, in tenths of a point."""

    x: int = 0
    y: int = 0
    width: int | None = None
    height: int | None = None
    em: int = _FONT_SIZE
    scale: float = 1.0


@dataclass(slots=True)
class _Page:
    box: _Box
    words: list[Word] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)


class PlacedPages:
    """Collects the drawn pages of a web page, in order."""

    def __init__(self, sheet: StyleSheet) -> None:
        self._sheet = sheet

    def is_placed(self, root: Element) -> bool:
        """Tell whether most of the text below *root* stands at places of its own."""
        placed = total = 0
        stack: list[tuple[Element, bool]] = [(root, False)]
        while stack:
            element, within = stack.pop()
            if element.tag in _SKIPPED:
                continue
            style = self._sheet.of(element)
            within = within or (style.get("position") in _PLACED and _has_place(style))
            own = sum(len(t.strip()) for t in (element.text or "", *(c.tail or "" for c in element)))
            total += own
            placed += own if within else 0
            stack += [(child, within) for child in element]
        return total > 0 and 2 * placed > total

    def layouts(self, root: Element) -> tuple[PageLayout, ...]:
        """Return the pages below *root*; those beyond MAX_PAGES are counted with the last, for the limit to see."""
        pages: list[_Page] = []
        loose = _Page(_Box())
        stack: list[tuple[Element, _Box, _Page | None]] = [(root, _Box(), None)]
        while stack:
            element, box, page = stack.pop()
            if element.tag in _SKIPPED:
                continue
            style = self._sheet.of(element)
            if style.get("display") == "none" or style.get("visibility") == "hidden":
                continue
            own = _own_box(style, box, element)
            if page is None and _is_page(style, own):
                page = _Page(replace(own, x=0, y=0))
                own = page.box
                pages.append(page)
            self._collect(element, style, own, page or loose)
            stack += [(child, own, page) for child in reversed(element)]
        if loose.words and not pages:
            pages.append(loose)
        return tuple(_layout(p, n) for n, p in enumerate(pages[: MAX_PAGES + 1], 1))

    def _collect(self, element: Element, style: Style, box: _Box, page: _Page) -> None:
        if style.get("position") in _PLACED:
            page.rules += _drawn(style, box)
            page.words += self._words(element, style, box)

    def _words(self, element: Element, style: Style, box: _Box) -> list[Word]:
        """Return the words of a placed element, without those of placed elements within it."""
        height = box.em
        leading = length(style.get("line-height"), em=box.em) or box.height or height
        top = box.y + max(leading - height, 0) // 2
        out: list[Word] = []
        x = box.x
        for text, space in self._runs(element):
            x += round(space * box.scale)
            if text.strip():
                out.append(Word(text, x, top, x + _width(text, box.em), top + height))
            x += _width(text, box.em)
        free = (box.width or 0) - (x - box.x)
        aligned = style.get("text-align", "")
        shift = free if aligned in ("right", "end") else free // 2 if aligned == "center" else 0
        if shift > 0:
            out = [replace(w, x0=w.x0 + shift, x1=w.x1 + shift) for w in out]
        return out

    def _runs(self, element: Element) -> list[tuple[str, int]]:
        """Return the pieces of an element's text, each with the width of the spacer before it."""
        runs: list[tuple[str, int]] = [("", 0)]
        stack: list[Element | str] = [element]
        while stack:
            item = stack.pop()
            if isinstance(item, str):
                text, space = runs[-1]
                runs[-1] = (text + _collapsed(item), space)
                continue
            style = self._sheet.of(item)
            if item is not element:
                if item.tag in _SKIPPED or (style.get("position") in _PLACED and _has_place(style)):
                    continue
                spacer = length(style.get("width"), em=_FONT_SIZE) if not (item.text or "").strip() else None
                if spacer and spacer > 0 and not len(item):
                    runs.append(("", spacer))
                    continue
            inner: list[Element | str] = [item.text or ""]
            for child in item:
                inner += [child, child.tail or ""]
            stack += reversed(inner)
        return runs


def _has_place(style: Style) -> bool:
    return ("left" in style or "right" in style) and ("top" in style or "bottom" in style)


def _own_box(style: Style, parent: _Box, element: Element) -> _Box:
    """Return an element's own box; one that is not placed lies where its parent does."""
    grown = parent.scale * scale(style)
    size = length(style.get("font-size"), em=parent.em, whole=parent.em)
    em = parent.em if size is None else max(round(size * grown), 1)

    def measure(name: str, whole: int | None) -> int | None:
        value = length(style.get(name), em=em, whole=whole)
        return None if value is None or abs(value) > _FARTHEST else round(value * parent.scale)

    width, height = measure("width", parent.width), measure("height", parent.height)
    position = style.get("position")
    if position not in _PLACED and position != "relative":
        return replace(parent, em=em, scale=grown)
    left, top = measure("left", parent.width), measure("top", parent.height)
    right, bottom = measure("right", parent.width), measure("bottom", parent.height)
    x, y = parent.x + (left or 0), parent.y + (top or 0)
    if left is None and right is not None and parent.width is not None:
        x = parent.x + parent.width - right - (width if width is not None else _width(element.text or "", em))
    if top is None and bottom is not None:
        y = parent.y + (parent.height or 0) - bottom - (height if height is not None else em)
    if position == "relative" and width is None:
        width, height = parent.width, parent.height
    return _Box(x, y, width, height, em, grown)


def _is_page(style: Style, box: _Box) -> bool:
    return (
        style.get("position") in (*_PLACED, "relative")
        and box.width is not None
        and box.height is not None
        and min(box.width, box.height) >= _SMALLEST_PAGE
    )


def _drawn(style: Style, box: _Box) -> list[Rule]:
    """Return the lines that a box's borders draw, or that it is itself."""
    if box.width is None or box.height is None:
        return []
    x1, bottom = box.x + box.width, box.y + box.height
    if min(box.width, box.height) <= _THIN and is_filled(style):
        return [Rule(box.x, box.y, x1, bottom)]
    lines = {
        "top": Rule(box.x, box.y, x1, box.y), "bottom": Rule(box.x, bottom, x1, bottom),
        "left": Rule(box.x, box.y, box.x, bottom), "right": Rule(x1, box.y, x1, bottom),
    }  # fmt: skip
    return [lines[side] for side in sorted(borders(style))]


def _collapsed(text: str) -> str:
    """Return text as shown: line ends of the source are spaces."""
    return text.replace("\xa0", " ").replace("\n", " ").replace("\r", "").replace("\t", " ")


def _width(text: str, em: int) -> int:
    """Estimate the printed width of a text: Chinese characters are square, others half as wide."""
    return sum(em if unicodedata.east_asian_width(c) in "WFA" else (em + 1) // 2 for c in text)


def _layout(page: _Page, number: int) -> PageLayout:
    rules = page.rules if len(page.rules) <= _MOST_RULES else []
    ruled, rest = ruled_tables(page.words, rules, page=number)
    aligned, rest = aligned_tables(rest, rules, page=number)
    right = max((w.x1 for w in page.words), default=0)
    bottom = max((w.bottom for w in page.words), default=0)
    return PageLayout(number, page.box.width or right, page.box.height or bottom, rest, (*ruled, *aligned))
