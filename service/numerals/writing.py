"""Numbers and quantities as text, never in exponent notation."""

from __future__ import annotations

from decimal import Decimal

from service.domain.quantity import Quantity, round_half_up

_DIGITS = "零一二三四五六七八九"
_ROUNDS: tuple[tuple[int, str], ...] = ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十"))

#: From here on 亿 would have to be said of 亿.
_TOO_LARGE = 10**16


def render_number(number: Decimal, *, decimals: int | None = None, grouping: bool = False) -> str:
    """Print a number, rounded half up to *decimals*, with its own decimals if None.

    Example:
        >>> render_number(Decimal("1234567.895"), decimals=2, grouping=True), render_number(Decimal("1E+3"))
        ('1,234,567.90', '1000')

    """
    shown = number if decimals is None else round_half_up(number, decimals)
    if not shown:
        shown = shown.copy_abs()
    return format(shown, ",f" if grouping else "f")


def render_quantity(quantity: Quantity, *, decimals: int | None = None) -> str:
    """Print a quantity with its unit: ``950.47万元``."""
    return render_number(quantity.number, decimals=decimals) + quantity.unit.symbol


def write_chinese(number: Decimal) -> str:
    """Write a number in Chinese, digit by digit after the point.

    Raises:
        ValueError: *number* is not finite, or its integer part has more than 16 digits.

    Example:
        >>> write_chinese(Decimal("950.47")), write_chinese(Decimal(-100500))
        ('九百五十点四七', '负十万零五百')

    """
    if not number.is_finite() or abs(number) >= _TOO_LARGE:
        raise ValueError(f"no Chinese form for {number}")
    whole, _, fraction = format(abs(number), "f").partition(".")
    written = _write_integer(int(whole))
    # 一十五 is said 十五, at the beginning only.
    if written.startswith("一十"):
        written = written[1:]
    if fraction:
        written += "点" + "".join(_DIGITS[int(digit)] for digit in fraction)
    return ("负" if number < 0 else "") + written


def _write_integer(value: int) -> str:
    for scale, name in _ROUNDS:
        if value >= scale:
            head, rest = divmod(value, scale)
            gap = "零" if 0 < rest < scale // 10 else ""
            return _write_integer(head) + name + gap + (_write_integer(rest) if rest else "")
    return _DIGITS[value]


def write_year_chinese(year: int) -> str:
    """Write a year digit by digit, as documents date themselves.

    Example:
        >>> write_year_chinese(2024)
        '二〇二四'

    """
    return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(year))
