"""Strips of a table (栏): labels and the figures that belong to them, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: Roles of columns that name a row.
NAMING = frozenset(
    {"label", "class", "section", "subsection", "code", "unit_code", "project", "project_unit", "project_type", "purpose"}
)  # fmt: skip
#: Roles of columns that hold a classification code or a part of one.
CODED = frozenset({"class", "section", "subsection", "code"})


@dataclass(frozen=True, slots=True)
class Strip:
    """Neighbouring columns: those that name a row, then those that hold its figures.

    Attributes:
        labels: Columns that name a row.
        figures: Columns that hold figures.
        path: Header path of the first label column.
    """

    labels: tuple[int, ...]
    figures: tuple[int, ...]
    path: str


def strips_of(columns: Sequence[str], roles: Sequence[str]) -> tuple[Strip, ...]:
    """Cut a table into strips: a naming column right of a figure begins the next one.

    Example:
        >>> [s.figures for s in strips_of(["收入/项目", "收入/金额", "支出/项目", "支出/金额"], ["label", "figure"] * 2)]
        [(1,), (3,)]

    """
    cut: list[tuple[list[int], list[int]]] = [([], [])]
    for column, role in enumerate(roles):
        labels, figures = cut[-1]
        if role == "figure":
            figures.append(column)
        elif role in NAMING:
            if figures:
                cut.append(([column], []))
            else:
                labels.append(column)
    kept = [(labels, figures) for labels, figures in cut if figures]
    if not kept:
        return ()
    rest = [c for labels, figures in cut if not figures for c in labels]
    kept[-1][0].extend(c for c in rest if c not in kept[-1][0])
    return tuple(Strip(tuple(ls), tuple(fs), columns[ls[0]] if ls else "") for ls, fs in kept)
