"""Where a change comes from: what each part contributes, and what no part explains. Exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import Enum, unique

from service.domain.quantity import WORKING_DIGITS, Quantity


@unique
class Standing(Enum):
    """In which of the two years a part is printed."""

    BOTH = "两年都有"
    NEW = "新增"
    GONE = "取消"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a whole in two years.

    Attributes:
        name: What it is called.
        now: Its amount in the later year, None where it is not there.
        then: Its amount in the earlier year, None where it is not there.
    """

    name: str
    now: Quantity | None
    then: Quantity | None

    @property
    def standing(self) -> Standing:
        """In which year it is printed."""
        if self.then is None:
            return Standing.NEW
        return Standing.GONE if self.now is None else Standing.BOTH

    @property
    def change(self) -> Decimal:
        """What it contributes, in the base unit (元)."""
        return difference(self.now, self.then)


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A change split into parts.

    Attributes:
        total: The change of the whole, in the base unit (元).
        parts: Those that moved, the largest contribution first.
        still: Those that did not move.
        residual: What the parts leave unexplained: ``total`` less every contribution.
    """

    total: Decimal
    parts: tuple[Part, ...]
    still: tuple[Part, ...]
    residual: Decimal


def difference(now: Quantity | None, then: Quantity | None) -> Decimal:
    """Return the later amount less the earlier, in the base unit; one that is not there counts as nothing.

    Example:
        >>> from service.domain.quantity import WAN_YUAN, YUAN
        >>> difference(Quantity(Decimal("1.5"), WAN_YUAN), Quantity(Decimal(5000), YUAN))
        Decimal('10000.0')

    """
    with localcontext() as context:
        context.prec = WORKING_DIGITS
        return (now.base if now else Decimal(0)) - (then.base if then else Decimal(0))


def decompose(now: Quantity, then: Quantity, parts: Sequence[Part]) -> Decomposition:
    """Split the change between two years; contributions and residual add up to it exactly.

    Args:
        now: The whole in the later year.
        then: The whole in the earlier year.
        parts: Its parts along one dimension, each once.
    """
    with localcontext() as context:
        context.prec = WORKING_DIGITS
        total = difference(now, then)
        moved = sorted((p for p in parts if p.change), key=lambda p: -abs(p.change))
        residual = total - sum((p.change for p in moved), Decimal(0))
    return Decomposition(total, tuple(moved), tuple(p for p in parts if not p.change), residual)
