"""As much of CSS as tells where things stand on a page: simple selectors, lengths, borders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Style = Mapping[str, str]

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]{1,2000})\{([^{}]{0,5000})\}")
_SELECTOR = re.compile(r"^\s*\w*([.#][\w-]+)\s*$")
_LENGTH = re.compile(r"^\s*([-+]?\d{0,7}(?:\.\d{0,30})?)\s*(px|pt|em|rem|ex|ch|mm|cm|in|pc|%)?\s*$", re.IGNORECASE)
_MATRIX = re.compile(r"matrix\(\s*([-\d.]+)\s*,\s*([-\d.]+)\s*,")
#: Tenths of a point per unit.
_UNITS = {"px": 7.5, "pt": 10.0, "mm": 28.346, "cm": 283.46, "in": 720.0, "pc": 120.0}
_INVISIBLE = re.compile(
    r"\b(?:none|hidden|transparent|white)\b|#fff(?:fff)?\b|(?<![\w.#,-])0(?:\.0*)?(?:px|pt|em)?(?![\w.,%])",
    re.IGNORECASE,
)
_MAX_SHEET = 4_000_000
_SIDES = ("top", "right", "bottom", "left")


class StyleSheet:
    """The rules of a page's own style sheets that hang on one class or one id."""

    def __init__(self, sheets: list[str]) -> None:
        self._rules: dict[str, dict[str, str]] = {}
        for sheet in sheets:
            for selectors, body in _RULE.findall(_COMMENT.sub("", sheet[:_MAX_SHEET])):
                declared = declarations(body)
                for selector in selectors.split(","):
                    if found := _SELECTOR.match(selector):
                        self._rules.setdefault(found.group(1), {}).update(declared)

    def of(self, element: Any) -> Style:
        """Return what is declared for an element: by its classes, its id, and in its own style attribute."""
        style: dict[str, str] = {}
        for name in (element.get("class") or "").split():
            style.update(self._rules.get(f".{name}", {}))
        if key := element.get("id"):
            style.update(self._rules.get(f"#{key}", {}))
        style.update(declarations(element.get("style") or ""))
        return style


def declarations(body: str) -> dict[str, str]:
    """Split ``name: value; …``; names in lower case."""
    out: dict[str, str] = {}
    for declaration in body.split(";"):
        name, colon, value = declaration.partition(":")
        if colon and len(value) < 400:
            out[name.strip().lower()] = value.replace("!important", "").strip()
    return out


def length(value: str | None, *, em: int, whole: int | None = None) -> int | None:
    """Return a CSS length in tenths of a point, None where there is none.

    Args:
        value: As written.
        em: Font size in tenths of a point.
        whole: What percentages are of, in tenths of a point; None where that is unknown.
    """
    found = _LENGTH.match(value) if value else None
    if not found or not found.group(1).strip("+-."):
        return None
    number, unit = float(found.group(1)), (found.group(2) or "px").lower()
    if unit in ("em", "rem"):
        return round(number * em)
    if unit in ("ex", "ch"):
        return round(number * em / 2)
    if unit == "%":
        return round(number * whole / 100) if whole is not None else None
    return round(number * _UNITS[unit])


def scale(style: Style) -> float:
    """Return by how much a style enlarges its element; 1 where it does not, or turns it."""
    found = _MATRIX.search(style.get("transform") or style.get("-webkit-transform") or "")
    try:
        across, skew = (float(v) for v in found.groups()) if found else (1.0, 0.0)
    except ValueError:
        return 1.0
    return across if 0.01 < across < 100 and not skew else 1.0


def borders(style: Style) -> frozenset[str]:
    """Return the sides on which a style draws a visible line."""
    out = set()
    for side in _SIDES:
        drawn = _is_drawn(style.get("border", "")) or _is_drawn(style.get(f"border-{side}", ""))
        width = style.get(f"border-{side}-width", "")
        if f"border-{side}" in style and not _is_drawn(style[f"border-{side}"]):
            drawn = False
        if width:
            kind = style.get(f"border-{side}-style") or style.get("border-style") or ("solid" if drawn else "")
            drawn = bool(kind) and _is_drawn(width) and _is_drawn(kind)
        if drawn:
            out.add(side)
    return frozenset(out)


def is_filled(style: Style) -> bool:
    """Tell whether a style fills its box with a colour that shows."""
    return _is_drawn(style.get("background-color") or style.get("background") or "")


def _is_drawn(value: str) -> bool:
    return bool(value.strip()) and not _INVISIBLE.search(value)
