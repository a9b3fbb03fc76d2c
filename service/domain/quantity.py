"""Amounts as budget documents print them: exact, with their unit and their printed decimals."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import Enum, unique

from service.domain.errors import UnitMismatchError

#: Significant digits carried by quotients. Sums and products of printed figures stay exact far below it.
WORKING_DIGITS = 50


@unique
class Kind(Enum):
    """What a number counts (量纲)."""

    MONEY = "金额"
    RATIO = "比例"
    POINT = "百分点"
    COUNT = "数量"
    MULTIPLE = "倍数"
    NUMBER = "数"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure.

    Attributes:
        symbol: As written in Chinese documents, e.g. ``万元``, ``%``, ``辆``. Empty for a bare number.
        kind: What it measures.
        scale: Size in the base unit of its kind: 元 for money, 1 for ratios and counts.
    """

    symbol: str
    kind: Kind
    scale: Decimal = Decimal(1)


YUAN = Unit("元", Kind.MONEY)
THOUSAND_YUAN = Unit("千元", Kind.MONEY, Decimal(1000))
WAN_YUAN = Unit("万元", Kind.MONEY, Decimal(10_000))
MILLION_YUAN = Unit("百万元", Kind.MONEY, Decimal(1_000_000))
YI_YUAN = Unit("亿元", Kind.MONEY, Decimal(100_000_000))
PERCENT = Unit("%", Kind.RATIO, Decimal("0.01"))
PERMILLE = Unit("‰", Kind.RATIO, Decimal("0.001"))
PERCENTAGE_POINT = Unit("个百分点", Kind.POINT, Decimal("0.01"))
TIMES = Unit("倍", Kind.MULTIPLE)
NUMBER = Unit("", Kind.NUMBER)

#: Units whose symbol fixes their meaning. Every other symbol is a counting unit (量词).
FIXED_UNITS: dict[str, Unit] = {
    unit.symbol: unit
    for unit in (
        YUAN, THOUSAND_YUAN, WAN_YUAN, MILLION_YUAN, YI_YUAN,
        PERCENT, PERMILLE, PERCENTAGE_POINT, TIMES, NUMBER,
    )
} | {"百分点": PERCENTAGE_POINT}  # fmt: skip


def unit_of(symbol: str) -> Unit:
    """Return the unit written *symbol*; an unknown symbol is a counting unit.

    Example:
        >>> unit_of("万元").scale, unit_of("辆").kind.value
        (Decimal('10000'), '数量')

    """
    return FIXED_UNITS.get(symbol) or Unit(symbol, Kind.COUNT)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit.

    Attributes:
        number: The value in *unit*. A printed value keeps its printed decimals: ``Decimal("12.30")``.
        unit: The unit of the cell, else of the column, else of the table caption.
    """

    number: Decimal
    unit: Unit

    @property
    def decimals(self) -> int:
        """Digits after the point, as held."""
        exponent = self.number.as_tuple().exponent
        return max(0, -exponent) if isinstance(exponent, int) else 0

    @property
    def base(self) -> Decimal:
        """The value in the base unit of its kind (元 for money), exact."""
        with localcontext() as context:
            context.prec = WORKING_DIGITS
            return self.number * self.unit.scale

    def to(self, unit: Unit) -> Quantity:
        """Restate in another unit of the same kind.

        Raises:
            UnitMismatchError: *unit* measures something else.

        Example:
            >>> Quantity(Decimal("0.78"), WAN_YUAN).to(YUAN).number
            Decimal('7800')

        """
        if unit == self.unit:
            return self
        if unit.kind is not self.unit.kind or (unit.kind is Kind.COUNT and unit != self.unit):
            raise UnitMismatchError(self.unit.symbol, unit.symbol)
        with localcontext() as context:
            context.prec = WORKING_DIGITS
            number = trim(self.number * self.unit.scale / unit.scale)
        return Quantity(number, unit)

    def interval(self) -> tuple[Decimal, Decimal]:
        """Return the values it may stand for: half a unit of the last printed decimal either way.

        Source: the rounding model of XBRL Calculations 1.1.

        Returns:
            (low, high), inclusive, in the unit of the quantity.
        """
        half = Decimal(5).scaleb(-self.decimals - 1)
        return self.number - half, self.number + half

    def rounded(self, decimals: int) -> Quantity:
        """Round half up (四舍五入) to *decimals* places."""
        return Quantity(round_half_up(self.number, decimals), self.unit)


def round_half_up(number: Decimal, decimals: int) -> Decimal:
    """Round a tie away from zero, the 四舍五入 of public accounts; the one rounding rule used.

    Example:
        >>> round_half_up(Decimal("2.345"), 2), round_half_up(Decimal("-2.345"), 2)
        (Decimal('2.35'), Decimal('-2.35'))

    """
    with localcontext() as context:
        context.prec = max(WORKING_DIGITS, number.adjusted() + decimals + 2)
        return number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def trim(number: Decimal) -> Decimal:
    """Drop trailing zeros after the point without falling into exponent notation.

    Example:
        >>> trim(Decimal("9504700.00"))
        Decimal('9504700')

    """
    normal = number.normalize()
    exponent = normal.as_tuple().exponent
    if isinstance(exponent, int) and exponent > 0:
        return normal.quantize(Decimal(1))
    return normal
