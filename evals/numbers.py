"""Score the number readers on labelled sentences (Microsoft Recognizers-Text, Chinese).

Run: ``python -m evals.numbers numbers-dev.jsonl``, or without a path from the folder YOUJU_REAL_DATA.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from service.numerals import Numeral, read_money, read_numbers, read_percents

READERS: dict[str, Callable[[str], tuple[Numeral, ...]]] = {
    "ms:NumberModel": read_numbers,
    "ms:PercentModel": read_percents,
    "ms:CurrencyModel": read_money,
}

#: The reference prints 15 significant digits.
TOLERANCE = Decimal("1e-12")

_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


@dataclass(frozen=True, slots=True)
class Span:
    """A number found or expected."""

    text: str
    number: Decimal
    kind: str

    def agrees(self, other: Span) -> bool:
        """Tell whether two spans are the same characters with the same value and kind."""
        close = abs(self.number - other.number) <= TOLERANCE * abs(self.number)
        return self.text == other.text and close and self.kind == other.kind


@dataclass(frozen=True, slots=True)
class Failure:
    """A sentence read otherwise than labelled."""

    source: str
    sentence: str
    expected: tuple[Span, ...]
    found: tuple[Span, ...]


@dataclass(slots=True)
class Score:
    """Sentences fully right, by source and by tag.

    Attributes:
        total: Sentences read.
        right: Sentences whose every span, value and kind agree, with nothing extra.
        as_labelled: As right, but by the printed labels, see `_expected`.
        failures: The others.
    """

    total: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    as_labelled: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)


def score(path: Path) -> Score:
    """Read every labelled sentence of *path* in the mode of its source."""
    result = Score()
    for line in path.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        expected, labelled = tuple(_expected(case)), tuple(_labelled(case))
        found = tuple(
            Span(fold_width(numeral.text), numeral.number, numeral.form.value)
            for numeral in READERS[case["src"]](case["input"])
        )
        groups = ["all", case["src"], *(f"#{tag}" for tag in case["tags"])]
        result.total.update(groups)
        if agree(labelled, found):
            result.as_labelled.update(groups)
        if agree(expected, found):
            result.right.update(groups)
        else:
            result.failures.append(Failure(case["src"], case["input"], expected, found))
    return result


def agree(expected: tuple[Span, ...], found: tuple[Span, ...]) -> bool:
    """Tell whether two readings of a sentence are the same."""
    return len(expected) == len(found) and all(one.agrees(other) for one, other in zip(expected, found, strict=True))


def fold_width(text: str) -> str:
    """Write full-width characters half width and in lower case, as the labels do."""
    return text.translate(_WIDTH).lower()


def _labelled(case: dict[str, list[dict[str, str]]]) -> Iterator[Span]:
    for label in case["expected"]:
        yield Span(fold_width(label["text"]), Decimal(label["value"]), label["kind"])


def _expected(case: dict[str, list[dict[str, str]]]) -> Iterator[Span]:
    """Yield the labels, with 個百分點 and 个 百 分 点 labelled as the points they are.

    The reference knows only percentages; the labels tell points by the exact characters 个百分点.
    """
    for span in _labelled(case):
        points = re.search("[个個] *百 *分 *[点點]$", span.text)
        yield replace(span, kind="percentage_point") if points else span


def main(arguments: list[str] | None = None) -> int:
    """Print the score by source and by tag, then the failures."""
    given = sys.argv[1:] if arguments is None else arguments
    path = Path(given[0]) if given else Path(os.environ["YOUJU_REAL_DATA"]) / "numbers-dev.jsonl"
    result = score(path)
    print(f"{'':24}{'right':>6}{'total':>7}{'':>8}  as labelled")
    for group, total in sorted(result.total.items(), key=lambda item: (item[0].startswith("#"), -item[1])):
        right = result.right[group]
        print(f"{group:24}{right:6}{total:7}{Decimal(right) / total:8.1%}  {result.as_labelled[group]}")
    for failure in result.failures:
        print(f"\n{failure.source}: {failure.sentence}")
        print("  expected", [(span.text, str(span.number), span.kind) for span in failure.expected])
        print("  found   ", [(span.text, str(span.number), span.kind) for span in failure.found])
    return 0


if __name__ == "__main__":
    sys.exit(main())
