"""Tell, apart from the checker, whether a changed figure could be noticed at all: what else the document says of it.

A figure of a sentence is noticeable when it is printed elsewhere in the document too (in another sentence or a
cell, 元 and 万元 converted), or follows by arithmetic from other figures of its paragraph (sum, difference, list
with its total, rate, share), and the changed figure no longer does. A cell is noticeable when it takes part in an
arithmetic relation that holds in the document as published and no longer holds with the changed figure. Only regular
expressions and Decimal take part here; nothing of the checker does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import combinations, permutations

from service.domain.document import Document, Identity
from service.domain.paragraph import Paragraph

FIGURE = re.compile(
    r"(?<![\d.,，])(?P<number>\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(?P<unit>万元|亿元|千元|元|%|％)"
    r"(?![（(]?[含及]?[)）]?以[上下])"  # a threshold is no figure of the document
)
SENTENCE = re.compile(r"[^。；;！!？?]*[。；;！!？?]?")
UP = ("增加", "增长", "上升", "提高")
DOWN = ("减少", "下降", "降低")
_SCALE = {"万元": Decimal(10_000), "亿元": Decimal(100_000_000), "千元": Decimal(1000), "元": Decimal(1)}
_WORD = re.compile(r"[\u4e00-\u9fff]+")
_CHANGE = re.compile(rf"(?:{'|'.join((*UP, *DOWN))})(?:了|额|数)?(?:为)?")
_PAIR = re.compile(
    rf"(?P<first>{'|'.join((*UP, *DOWN))})了?[\d.,，]+(?:万元|元|%|％)?[，,、（(；]?(?P<second>{'|'.join((*UP, *DOWN))})[了约]?[\d.,，]+"
)
_STOP = frozenset("预算支出收入万元其中主要用于原因安排年初一般公共财政拨款")
_SURE_DIGITS = 4
_SHARED = 3
_WAN, _FAR = Decimal(10_000), Decimal(1000)
_REACH = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure printed in running text.

    Attributes:
        paragraph: Index of its paragraph.
        start: Where its number begins in the paragraph.
        end: After its unit.
        number: Its digits as printed.
        unit: Its unit as printed.
        value: In 元, or in percent.
        half: Half a unit of the last printed decimal, in the same measure.
    """

    paragraph: int
    start: int
    end: int
    number: str
    unit: str
    value: Decimal
    half: Decimal

    @property
    def is_money(self) -> bool:
        """Whether it is an amount; the others are percentages."""
        return self.unit in _SCALE

    @property
    def decimals(self) -> int:
        """Digits printed after the point."""
        return len(self.number.partition(".")[2])

    @property
    def digits(self) -> int:
        """How much it says: its significant digits without the zeros at the end."""
        return len(self.number.replace(",", "").replace("，", "").replace(".", "").strip("0"))


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A figure of a cell, in 元, and the words of its row and column."""

    value: Decimal
    half: Decimal
    words: str


def measure(number: str, unit: str) -> tuple[Decimal, Decimal]:
    """Return the value of a printed number in 元 or percent, and half a unit of its last decimal.

    Example:
        >>> measure("1,234.5", "万元")
        (Decimal('12345000.0'), Decimal('500.00'))

    """
    value = Decimal(number.replace(",", "").replace("，", ""))
    half = Decimal(5).scaleb(-len(number.partition(".")[2]) - 1)
    scale = _SCALE.get(unit, Decimal(1))
    return value * scale, half * scale


def figures_in(paragraph: Paragraph, index: int) -> list[Figure]:
    """Return the amounts and percentages of a paragraph, in its order."""
    return [
        Figure(index, m.start("number"), m.end(), m["number"], m["unit"], *measure(m["number"], m["unit"]))
        for m in FIGURE.finditer(paragraph.text)
    ]


def sentences(text: str) -> list[tuple[int, int]]:
    """Return where the sentences of a paragraph begin and end."""
    return [(m.start(), m.end()) for m in SENTENCE.finditer(text) if m.group().strip()]


def sentence_at(text: str, position: int) -> tuple[int, int]:
    """Return the sentence in which a character stands."""
    return next(((a, b) for a, b in sentences(text) if a <= position < b), (0, len(text)))


def close(one: Decimal, half: Decimal, other: Decimal, other_half: Decimal) -> bool:
    """Whether two printed values may be one value rounded to different decimals."""
    return one == other or abs(one - other) < half + other_half


@dataclass
class Witnesses:
    """What a document as published says of its own figures.

    Attributes:
        document: As ingested, unchanged.
        paragraphs: Its running text without headings and contents.
        figures: Every figure of them.
    """

    document: Document
    paragraphs: dict[int, Paragraph] = field(init=False)
    figures: list[Figure] = field(init=False)
    tables: Sequence[Document] = ()

    def __post_init__(self) -> None:
        kept = enumerate(self.document.paragraphs)
        self.paragraphs = {i: p for i, p in kept if not p.in_contents and not (p.is_heading and len(p.text) < _LONG)}
        self.figures = [f for i, p in self.paragraphs.items() for f in figures_in(p, i)]

    @cached_property
    def cells(self) -> list[Elsewhere]:
        """Return the figures of the tables in 元, with the words of their rows and columns."""
        out = []
        for document in (self.document, *self.tables):
            for table in document.tables:
                for row in table.rows:
                    for c, cell in enumerate(row.cells):
                        if cell.quantity is not None and cell.quantity.unit.symbol in _SCALE:
                            scale = cell.quantity.unit.scale
                            half = Decimal(5).scaleb(-cell.quantity.decimals - 1) * scale
                            words = row.label + table.columns[c] + table.title
                            out.append(Elsewhere(cell.quantity.base, half, words))
        return out

    # ------------------------------------------------------------------------------------------- figures

    def of(self, figure: Figure, value: Decimal, half: Decimal) -> tuple[int, int]:
        """Count what bears out a figure as published, and how much of that a changed value contradicts.

        Args:
            figure: As published.
            value: The changed one, in 元 or percent.
            half: Half a unit of its last decimal.

        Returns:
            (witnesses of the figure as published, those that the changed value no longer agrees with).
        """
        found = list(self._relations(figure))
        return len(found), sum(not holds(value, half) for holds in found)

    def _relations(self, figure: Figure) -> Iterator[_Relation]:
        made = self._equalities(figure) if figure.is_money else iter(())
        for relation in (*made, *self._arithmetic(figure)):
            if relation(figure.value, figure.half):
                yield relation

    def _equalities(self, figure: Figure) -> Iterator[_Relation]:
        words = self._words(figure)
        needs_words = figure.digits < _SURE_DIGITS
        first, last = sentence_at(self.paragraphs[figure.paragraph].text, figure.start)
        is_change = self._is_change(figure)
        others = [
            Elsewhere(o.value, o.half, self._words(o)) for o in self.figures
            if o.is_money and not (o.paragraph == figure.paragraph and first <= o.start < last)
            and self._is_change(o) is is_change
        ]  # fmt: skip
        for other in (*others, *(() if is_change else self.cells)):
            if close(figure.value, figure.half, other.value, other.half):
                if not figure.value or (needs_words and not shares_words(words, other.words)):
                    continue
                yield _equal(other)

    def _is_change(self, figure: Figure) -> bool:
        return _is_change(self.paragraphs[figure.paragraph].text, figure)

    def _words(self, figure: Figure) -> str:
        text = self.paragraphs[figure.paragraph].text
        before = max((text.rfind(c, 0, figure.start) for c in "，。；：;:、"), default=-1)
        return text[max(before + 1, figure.start - 25) : figure.start]

    def _arithmetic(self, figure: Figure) -> Iterator[_Relation]:
        near = [f for f in self.figures if f.paragraph == figure.paragraph and f is not figure]
        money, percents = [f for f in near if f.is_money], [f for f in near if not f.is_money]
        first, last = sentence_at(self.paragraphs[figure.paragraph].text, figure.start)
        in_sentence = [f for f in money if first <= f.start < last]
        if figure.is_money:
            if figure.digits >= _REACH:
                yield from (_sum(a, b) for a, b in combinations(money, 2))
                yield from (_difference(a, b) for a, b in permutations(money, 2))
            yield from self._runs(figure)
            for percent in percents:
                exact = percent.decimals >= 2
                for other in money if exact else in_sentence:
                    yield from _rates_of_money(other, percent)
            return
        pool = list(money)
        if figure.decimals >= 2:
            pool += self._above(figure)
        else:
            pool = in_sentence
        for a, b in permutations(pool, 2):
            yield from _rates(a, b)
        shares = [p for p in percents if first <= p.start < last]
        yield from (_complement([p]) for p in shares)

    def _above(self, figure: Figure) -> list[Figure]:
        """Return the amounts of the paragraphs just above, under the same heading."""
        here = self.paragraphs[figure.paragraph].section
        near = range(figure.paragraph - _REACH, figure.paragraph)
        return [
            f for f in self.figures
            if f.paragraph in near and f.is_money and self.paragraphs[f.paragraph].section == here
        ]  # fmt: skip

    def _runs(self, figure: Figure) -> Iterator[_Relation]:
        for total, parts in self.lists(figure.paragraph):
            if figure is total:
                yield _total(parts)
            elif figure in parts:
                yield _part(total, [p for p in parts if p is not figure])

    def lists(self, paragraph: int) -> list[tuple[Figure, list[Figure]]]:
        """Return the lists of a paragraph: an amount and the run of amounts after it that add up to it.

        A change and its base are no list; a list of changes makes up a change.
        """
        text = self.paragraphs[paragraph].text
        every = [f for f in self.figures if f.paragraph == paragraph and f.is_money and f.value]
        out: list[tuple[Figure, list[Figure]]] = []
        for is_change in (False, True):
            out += self._lists([f for f in every if _is_change(text, f) is is_change])
        return out

    @staticmethod
    def _lists(money: Sequence[Figure]) -> list[tuple[Figure, list[Figure]]]:
        out: list[tuple[Figure, list[Figure]]] = []
        for i, total in enumerate(money):
            for j in range(i + 1, len(money) - 1):
                run = money[j:]
                for k in range(2, len(run) + 1):
                    parts = run[:k]
                    added, half = sum(p.value for p in parts), sum(p.half for p in parts)
                    if added > total.value + total.half + half:
                        break
                    if close(total.value, total.half, Decimal(added), Decimal(half)):
                        out.append((total, list(parts)))
                        break
                else:
                    continue
                if out and out[-1][0] is total:
                    break
        return out

    # ----------------------------------------------------------------------------------------- directions

    def direction_is_borne_out(self, paragraph: int, at: int) -> bool:
        """Whether the figures around say which way a direction word has to point."""
        text = self.paragraphs[paragraph].text
        goes_up = text[at : at + 2] in UP
        for pair in _PAIR.finditer(text):
            if at in (pair.start("first"), pair.start("second")) and (pair["first"] in UP) == (pair["second"] in UP):
                return True
        mine = [f for f in self.figures if f.paragraph == paragraph]
        first, last = sentence_at(text, at)
        after = [f for f in mine if at < f.start < min(last, at + 40)]
        money = [f for f in mine if f.is_money and f.value]
        rates = [f for f in after[:3] if not f.is_money]
        for rate in rates:
            if any(_tells_direction(a, b, rate, goes_up) for a, b in permutations(money, 2)):
                return True
        change = after[0] if after and after[0].is_money and after[0].value else None
        before = [f for f in money if first <= f.start < at]
        return change is not None and any(
            close(abs(a.value - b.value), a.half + b.half, change.value, change.half) for a, b in combinations(before, 2)
        )


_LONG = 40


#: Something a value has to agree with: given the value and half a unit of its last decimal.
_Relation = Callable[[Decimal, Decimal], bool]


@dataclass(frozen=True, slots=True)
class _Near:
    """The value is another value."""

    other: Decimal
    other_half: Decimal

    def __call__(self, value: Decimal, half: Decimal) -> bool:
        return close(value, half, self.other, self.other_half)


@dataclass(frozen=True, slots=True)
class _Rate:
    """A rate between the value and another amount is the one printed, or the value is that rate."""

    way: int
    one: Figure
    other: Figure
    is_of_money: bool

    def __call__(self, value: Decimal, half: Decimal) -> bool:
        if self.is_of_money:
            rate, slack, x, hx = self.other.value, self.other.half, value, half
            y, hy = self.one.value, self.one.half
        else:
            rate, slack, x, hx = value, half, self.one.value, self.one.half
            y, hy = self.other.value, self.other.half
        seen = [
            r for a in (x - hx, x, x + hx) for b in (y - hy, y, y + hy) if (r := _rate(self.way, a, b)) is not None
        ]
        return bool(seen) and min(seen) - slack <= rate <= max(seen) + slack


def _rate(way: int, x: Decimal, y: Decimal) -> Decimal | None:
    """Return one of the rates two amounts may stand in, in percent; None where it has no meaning."""
    up = (
        (x, y), (abs(x - y), y), (x, y - x), (x, y + x), (y, x), (abs(x - y), x), (y, x - y), (y, x + y),
    )[way]  # fmt: skip
    return 100 * up[0] / up[1] if up[1] > 0 else None


def _is_change(text: str, figure: Figure) -> bool:
    """Whether an amount is a change (增加…万元), or the base of one (比上年预算…万元)."""
    clause = text[max(text.rfind(c, 0, figure.start) for c in "，。；：;:、") + 1 : figure.start]
    return any(w in clause for w in (*UP, *DOWN)) or clause.startswith(("比", "较", "与"))


def _equal(other: Elsewhere) -> _Relation:
    return _Near(other.value, other.half)


def _sum(a: Figure, b: Figure) -> _Relation:
    return _Near(a.value + b.value, a.half + b.half)


def _difference(a: Figure, b: Figure) -> _Relation:
    return _Near(a.value - b.value, a.half + b.half)


def _total(parts: Sequence[Figure]) -> _Relation:
    return _Near(Decimal(sum(p.value for p in parts)), Decimal(sum(p.half for p in parts)))


def _part(total: Figure, rest: Sequence[Figure]) -> _Relation:
    half = total.half + sum(p.half for p in rest)
    return _Near(total.value - Decimal(sum(p.value for p in rest)), Decimal(half))


def _complement(rest: Sequence[Figure]) -> _Relation:
    return _Near(100 - Decimal(sum(p.value for p in rest)), Decimal(sum(p.half for p in rest)))


def _rates_of_money(other: Figure, percent: Figure) -> Iterator[_Relation]:
    if percent.value and other.value:
        yield from (_Rate(way, other, percent, is_of_money=True) for way in range(8))


def _rates(one: Figure, other: Figure) -> Iterator[_Relation]:
    yield from (_Rate(way, one, other, is_of_money=False) for way in range(4))


def _tells_direction(a: Figure, b: Figure, rate: Figure, goes_up: bool) -> bool:
    """Whether the rate follows from two amounts one way only: a change on its base, or two years."""
    up, down = (2, 3)  # the base is what is left without the change, or with it
    mine, other = (up, down) if goes_up else (down, up)
    for this, that in ((_Rate(mine, a, b, is_of_money=False), _Rate(other, a, b, is_of_money=False)),):
        if this(rate.value, rate.half) and not that(rate.value, rate.half):
            return True
    low, high = min(a, b, key=lambda f: f.value), max(a, b, key=lambda f: f.value)
    base, top = (low, high) if goes_up else (high, low)
    right, wrong = _Rate(1, top, base, is_of_money=False), _Rate(1, base, top, is_of_money=False)
    return right(rate.value, rate.half) and not wrong(rate.value, rate.half)


def shares_words(one: str, other: str) -> bool:
    """Whether two labels share a run of three characters that says something."""
    runs = {w[i : i + _SHARED] for w in _WORD.findall(one) for i in range(len(w) - _SHARED + 1)}
    return any(run in other and not set(run) <= _STOP for run in runs)


# ---------------------------------------------------------------------------------------------------- cells


def broken_identities(clean: Document, deltas: dict[str, Decimal]) -> tuple[int, int]:
    """Count the relations that cells take part in, and those that a change of them breaks.

    Args:
        clean: As published.
        deltas: Cell (``T03.0.5``) → by how much it changes, in the unit of its table.

    Returns:
        (relations of two figures or more that hold as published, those that no longer do).
    """
    held = broken = 0
    numbers = {
        f"{t.id}.{r}.{c}": cell.quantity.number
        for t in clean.tables for r, row in enumerate(t.rows) for c, cell in enumerate(row.cells) if cell.quantity
    }  # fmt: skip
    for identity in clean.identities:
        if identity.verdict == "failed" or not (identity.left and identity.right):
            continue
        left = _moved(identity.left, deltas, numbers, identity.left_value)
        right = _moved(identity.right, deltas, numbers, identity.right_value)
        if left is None and right is None:
            continue
        held += 1
        broken += _breaks(identity, left or Decimal(0), right or Decimal(0))
    return held, broken


def _moved(keys: Sequence[str], deltas: dict[str, Decimal], numbers: dict[str, Decimal], side: str) -> Decimal | None:
    """Return by how much a side of a relation moves, in the unit the relation is stated in."""
    mine = [deltas[key] for key in keys if key in deltas]
    if not mine:
        return None
    whole, stated = sum(numbers.get(key, Decimal(0)) for key in keys), Decimal(side or "0")
    scale = Decimal(1)
    if whole and stated:
        ratio = abs(stated / whole)
        scale = _WAN if ratio > _FAR else 1 / _WAN if ratio < 1 / _FAR else scale
    return Decimal(sum(mine)) * scale


def _breaks(identity: Identity, left: Decimal, right: Decimal) -> bool:
    values = Decimal(identity.left_value or "0"), Decimal(identity.right_value or "0")
    gap = values[0] - values[1]
    if "≤" in identity.description:
        return values[0] + left > values[1] + right
    return abs(gap + left - right) > max(Decimal(identity.tolerance or "0"), abs(gap))
