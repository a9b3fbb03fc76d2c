"""Text to quantity and back: the only place that knows how Chinese documents write numbers."""
from service.numerals.numeral import Form, Numeral, read_money, read_numbers, read_percents
__all__ = ["Form", "Numeral", "read_money", "read_numbers", "read_percents"]
