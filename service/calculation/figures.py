"""Figures a formula rests on, and the book that finds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from service.calculation.formula import Reference
from service.domain.fact import Fact
from service.domain.quantity import Kind, Quantity

#: What the trace says of a figure that is not simply printed in a table.
HOW_NOTES: dict[str, str] = {
    "blank": "表中为空白，按0计",
    "sum": "由各明细相加",
    "stated": "文字中的数，表中没有",
    "derived": "推算数，文件没有直接印出",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the corpus, with what proves it.

    Attributes:
        label: How to call it: ``基本支出（2024年）``.
        quantity: Its exact value. A blank cell is 0 in the unit of its table, and *how* says so.
        facts: The facts it rests on, the primary one first.
        how: ``printed``, ``blank``, ``sum`` (of its facts), ``stated`` or ``derived``.
        member: For an element of a set, the printed name of its member.
    """

    label: str
    quantity: Quantity
    facts: tuple[Fact, ...]
    how: str
    member: str = ""

    @property
    def note(self) -> str:
        """What a reader must know about it, "" when it is simply printed."""
        return HOW_NOTES.get(self.how, "")

    @property
    def name(self) -> str:
        """The member's name within a set, else the label."""
        return self.member or self.label


class Book(Protocol):
    """Finds the figures that references name. Missing is never zero."""

    def kind_of(self, reference: Reference) -> Kind:
        """Return what *reference* measures.

        Raises:
            UnknownNameError: No measure or member has that name.
        """

    def figure(self, reference: Reference) -> Figure:
        """Return the one figure *reference* names.

        Raises:
            MissingFactError: No figure stands there.
            AmbiguousFigureError: Several figures fit and must not be added up.
            UnknownNameError: No measure or member has that name.
        """

    def figures(self, reference: Reference) -> tuple[Figure, ...]:
        """Return every figure of a set, in printed order; each names its member.

        Raises:
            MissingFactError: The set is empty.
            UnknownNameError: No measure or dimension has that name.
        """
