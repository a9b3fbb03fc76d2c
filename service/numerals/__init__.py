"""Text to quantity and back: the one place that knows how Chinese documents write numbers."""

from __future__ import annotations

from service.numerals.numeral import Form, Numeral, read_money, read_numbers, read_percents
from service.numerals.quantities import COUNTING_UNITS, Measured, parse_cell, read_quantities
from service.numerals.writing import render_number, render_quantity, write_chinese, write_year_chinese
from service.numerals.years import YearMention, read_years

__all__ = [
    "COUNTING_UNITS",
    "Form",
    "Measured",
    "Numeral",
    "YearMention",
    "parse_cell",
    "read_money",
    "read_numbers",
    "read_percents",
    "read_quantities",
    "read_years",
    "render_number",
    "render_quantity",
    "write_chinese",
    "write_year_chinese",
]
