"""Hold a draft against the text that was published: which of its figures the draft writes in the same places."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from service.domain.document import Document, PassageKind
from service.domain.quantity import Kind, Quantity
from service.drafting.draft import Draft, DraftFigure, Sentence
from service.numerals import read_quantities

#: Words of outlines that hold a number of their own.
FIXED = re.compile(
    r"单价\d+万元(?:以上|（含）以上)?|单位?价值?\d+万元(?:以上|（含）以上)?|\d+万元以上|上年为0(?!万元)|红十字|^\d+\.(?=\d{4}年)|【[^】]*】"
)
_FLAT = "持平"
_CLAUSE = re.compile(r"[^。；;\n]+[。；;]?")
_WORDS = re.compile(r"[0-9０-９.,，、：:（）()“”\"'\s—-]|万元|元|%")
_REASON = re.compile(r"[，,；]?(?:其?主要)?原因.*|[，,]?主要是.*", re.DOTALL)
#: Below this likeness two clauses are not about the same thing.
_ALIKE = 0.45
#: From this likeness on, a figure that stands in the place of another is held to be of the same thing.
_SAME_THING = 0.7
_MONEY = frozenset({Kind.MONEY, Kind.RATIO, Kind.POINT, Kind.COUNT})


@dataclass(frozen=True, slots=True)
class Stated:
    """A figure of a text: where it stands, and what it is; *quantity* is None for 持平."""

    start: int
    end: int
    text: str
    quantity: Quantity | None

    def says(self, other: Stated) -> bool:
        """Whether both say the same, to the decimals of the coarser one; the direction words tell the sign."""
        if self.quantity is None or other.quantity is None:
            nothing = [s.quantity for s in (self, other) if s.quantity is not None]
            return all(not q.number for q in nothing)
        if self.quantity.unit.kind is not other.quantity.unit.kind:
            return False
        a, b = self.quantity, other.quantity.to(self.quantity.unit)
        places = min(a.decimals, b.decimals) if a.number and b.number else 2
        exact = abs(a.number) == abs(b.number)
        return exact or (places > 0 and abs(a.rounded(places).number) == abs(b.rounded(places).number))


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause with the figures in it, and where it stands (a heading)."""

    text: str
    section: str
    figures: tuple[Stated, ...]
    gaps: int = 0
    bound: tuple[DraftFigure, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """A published clause and the one of the draft that is about the same.

    Attributes:
        published: The clause published.
        drafted: The one of the draft, None where there is none.
        same: Published figures that the draft's clause writes too.
        open: Published figures for which the draft has a gap.
        other: Published figures with the draft's figure that stands in their place.
        missing: The rest.
    """

    published: Clause
    drafted: Clause | None
    same: tuple[Stated, ...]
    open: tuple[Stated, ...]
    other: tuple[tuple[Stated, Stated], ...]
    missing: tuple[Stated, ...]


def figures_in(text: str) -> tuple[Stated, ...]:
    """Return the figures of a text but those of fixed words; 持平 is one."""
    fixed = [m.span() for m in FIXED.finditer(text)]
    found = [
        Stated(m.start, m.end, text[m.start : m.end], m.quantity)
        for m in read_quantities(text)
        if m.quantity.unit.kind in _MONEY and not any(a <= m.start < b for a, b in fixed)
    ]
    found += [Stated(m.start(), m.end(), _FLAT, None) for m in re.finditer(_FLAT, text)]
    return tuple(sorted(found, key=lambda f: f.start))


def published_clauses(document: Document) -> list[Clause]:
    """Return the clauses of a document's explanation that state a figure."""
    out = []
    for passage in document.passages:
        if passage.kind is PassageKind.NARRATIVE:
            out += [c for c in _clauses(passage.text, passage.section.split("/")[-1]) if c.figures]
    return out


def _clauses(text: str, section: str) -> Iterator[Clause]:
    for found in _CLAUSE.finditer(text):
        yield Clause(found[0], section, figures_in(found[0]), found[0].count("【待补充"))


def draft_clauses(draft: Draft) -> list[Clause]:
    """Return the clauses of a draft, with the figures bound in them."""
    out = []
    for section in draft.sections:
        for sentence in section.sentences():
            for found in _CLAUSE.finditer(sentence.text):
                bound = tuple(f for f in sentence.figures if found.start() <= f.start < found.end())
                out.append(
                    Clause(found[0], section.heading, figures_in(found[0]), found[0].count("【待补充"), bound)
                )
    return out


def _grams(text: str) -> Counter[str]:
    words = _WORDS.sub("", FIXED.sub("", _REASON.sub("", text)))
    return Counter(words[i : i + 2] for i in range(len(words) - 1))


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    whole = one.total() + other.total()
    return 2 * (one & other).total() / whole if whole else 0.0


def pairs(published: Sequence[Clause], drafted: Sequence[Clause]) -> list[Pair]:
    """Return each published clause with the likeliest clause of the draft; the likest two are paired first, each once."""
    grams = [_grams(c.text) for c in drafted]
    ranked = []
    for i, clause in enumerate(published):
        own = _grams(clause.text)
        for j, other in enumerate(grams):
            likeness = _likeness(own, other)
            if likeness >= _ALIKE:
                ranked.append((likeness + _bonus(clause, drafted[j]), -i, -j, likeness))
    best: dict[int, tuple[int, float]] = {}
    taken: set[int] = set()
    for _, i, j, likeness in sorted(ranked, reverse=True):
        if -i not in best and -j not in taken:
            best[-i] = (-j, likeness)
            taken.add(-j)
    return [
        _paired(clause, drafted[best[i][0]], best[i][1]) if i in best else _paired(clause, None, 0.0)
        for i, clause in enumerate(published)
    ]


def _bonus(one: Clause, other: Clause) -> float:
    """Lift clauses of one section a little over others of the same words."""
    return 0.1 if SequenceMatcher(None, one.section, other.section).ratio() > 0.6 else 0.0


def _paired(clause: Clause, drafted: Clause | None, likeness: float) -> Pair:
    if drafted is None:
        return Pair(clause, None, (), (), (), clause.figures)
    left = list(drafted.figures)
    same, rest = [], []
    for figure in clause.figures:
        fit = next((f for f in left if figure.says(f)), None)
        if fit is None:
            rest.append(figure)
        else:
            left.remove(fit)
            same.append(figure)
    other, open_, missing = [], [], []
    for figure in rest:
        fit = next((f for f in left if _kind(f) is _kind(figure)), None)
        if fit is not None and likeness >= _SAME_THING:
            left.remove(fit)
            other.append((figure, fit))
        elif drafted.gaps:
            open_.append(figure)
        else:
            missing.append(figure)
    return Pair(clause, drafted, tuple(same), tuple(open_), tuple(other), tuple(missing))


def _kind(figure: Stated) -> Kind:
    return figure.quantity.unit.kind if figure.quantity else Kind.MONEY


def unbound(draft: Draft) -> list[str]:
    """Return the figures of a draft that rest on nothing: not bound, bound elsewhere, or without formula and giver."""
    out = []
    for sentence in draft.sentences():
        quoted = [(r.start, r.end) for r in sentence.reasons]
        out += [f.text for f in sentence.figures if sentence.text[f.start : f.end] != f.text]
        out += [f.text for f in sentence.figures if not f.formula and f.how != "person"]
        bound = {(f.start, f.end) for f in sentence.figures}
        out += [
            s.text for s in figures_in(sentence.text)
            if (s.start, s.end) not in bound and not _within(s, quoted) and not _in_cell(s, sentence)
        ]  # fmt: skip
    return out


def _within(stated: Stated, spans: Iterable[tuple[int, int]]) -> bool:
    """Whether a figure stands in words that a document is quoted for."""
    return any(a <= stated.start and stated.end <= b for a, b in spans)


def _in_cell(stated: Stated, sentence: Sentence) -> bool:
    """Whether a figure is a whole cell of a table, where amounts stand without their unit and changes with their sign."""
    sign = int(sentence.text[stated.start] in "-−")
    return any(f.start in (stated.start, stated.start + sign) and stated.end <= f.end for f in sentence.figures)


def word_difference(published: str, drafted: str) -> list[str]:
    """Return what is worded otherwise: ``降低→下降``; figures and spaces are left out."""
    a, b = (re.sub(r"\s", "", FIXED.sub("", t)) for t in (published, drafted))
    spans: list[tuple[int, int, int, int]] = []
    for tag, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if spans and i - spans[-1][1] <= 1 and k - spans[-1][3] <= 1:  # 降低→下降 is one difference
            spans[-1] = (spans[-1][0], j, spans[-1][2], m)
        else:
            spans.append((i, j, k, m))
    return [
        f"{a[i:j] or '（无）'}→{b[k:m] or '（无）'}" for i, j, k, m in spans if re.search(r"[^\d.，。；;、：（）]", a[i:j] + b[k:m])
    ]
