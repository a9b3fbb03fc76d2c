"""The figures of the running text, each with what it states (表述)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from service.checking.material import Material
from service.claims.statements import Statement, claimed_figures, read_statements
from service.domain.coordinate import Aspect, Coordinate, Stage
from service.domain.fact import Authority, Source
from service.domain.finding import Severity
from service.domain.paragraph import Paragraph
from service.domain.quantity import Kind, Quantity
from service.numerals import Measured

#: The mark of the level behind the name of a class: 「行政运行（项）」, 「（2080201项）」.
_LEVEL = re.compile(r"[（(]\d{0,7}([类款项])[)）]")
#: Digits of a function code at each level.
_DIGITS = {"类": 3, "款": 5, "项": 7}
_NOT_CHECKED = ("名词解释", "名称解释")
_CHINESE_COUNT = re.compile(r"^[一二两三四五六七八九十百千]")
#: How much a cause came to: 「基本支出增加659.75万元」.
_CAUSE = re.compile(r"(增加|增长|增支|上升|减少|下降|降低|压减|核减|减支|调减|调增)(?:了|约|预算)?$")
_SHRINKS = frozenset({"减少", "下降", "降低", "压减", "核减", "减支", "调减"})
_HEADING_FIGURE = re.compile(r"\d\s*(?:万元|亿元|元|%|％)")


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a figure is wrong.

    Attributes:
        code: Of the finding.
        severity: How much it matters.
        message: In Chinese.
        expected: What it should be, as it would be printed; "" where several things may be meant.
        working: The arithmetic.
        others: The other places concerned.
        cause: Objections of one cause are one finding; "" for a cause of its own.
    """

    code: str
    severity: Severity
    message: str
    expected: str = ""
    working: str = ""
    others: tuple[Source, ...] = ()
    cause: str = ""


@dataclass(slots=True, eq=False)
class Claim:
    """A figure of the text and what it states; the judgement is added as it is found.

    Attributes:
        paragraph: Where it stands.
        place: Number of the paragraph.
        start: Offset in the paragraph.
        end: Offset after it.
        quantity: The figure; negative where a direction word says so.
        statement: What it states, None where it stands within a reason or nothing tells.
        coordinates: What it is of: two for 收支, none where that is not told.
        known: Its value as exactly as a cell prints it, once one supports it.
        supports: Arithmetic or cells that bear it out, in words.
        evidence: Places that support or contradict it.
        settled: Whether a cell supports it.
        objection: Why it is wrong, None where nothing says so.
        decimals: Decimals of the amounts beside it, which 「减少1万元」 leaves out where they are zeros.
        is_cause: Whether it stands within a reason and says by how much something grew or shrank.
        is_marked: Whether its class is named with the mark of its level: 「民政管理事务（款）行政运行（项）」.
    """

    paragraph: Paragraph
    place: int
    start: int
    end: int
    quantity: Quantity
    statement: Statement | None
    coordinates: tuple[Coordinate, ...] = ()
    known: Quantity | None = None
    supports: list[str] = field(default_factory=list)
    evidence: list[Source] = field(default_factory=list)
    settled: bool = False
    objection: Objection | None = None
    decimals: int = 0
    is_cause: bool = False
    is_marked: bool = False

    @property
    def text(self) -> str:
        """The printed characters."""
        return self.paragraph.text[self.start : self.end]

    @property
    def aspect(self) -> Aspect | None:
        """What is said, None where that is not told."""
        return self.statement.aspect if self.statement else None

    @property
    def is_open(self) -> bool:
        """Whether nothing bears it out or speaks against it yet."""
        return not self.supports and self.objection is None

    @property
    def is_level(self) -> bool:
        """Whether it is an amount or a number itself."""
        return self.aspect is Aspect.LEVEL

    @property
    def is_bound(self) -> bool:
        """Whether what it is of is told."""
        return bool(self.coordinates)

    @property
    def interval(self) -> tuple[Decimal, Decimal]:
        """The values it may stand for, in the base unit of its kind."""
        return interval_of(self.exact)

    @property
    def exact(self) -> Quantity:
        """Its value as exactly as it is known, an amount with the decimals of those beside it."""
        return self.known or self.full

    @property
    def full(self) -> Quantity:
        """The stated value, an amount with the decimals of those beside it."""
        missing = self.decimals - self.quantity.decimals
        if missing <= 0 or self.quantity.unit.kind is not Kind.MONEY:
            return self.quantity
        return Quantity(self.quantity.number.quantize(Decimal(1).scaleb(-self.decimals)), self.quantity.unit)

    @property
    def sentence(self) -> str:
        """The sentence it stands in."""
        text = self.paragraph.text
        begin = max(text.rfind(c, 0, self.start) for c in "。！？") + 1
        stops = [p for c in "。！？" if (p := text.find(c, self.end)) >= 0]
        return text[begin : (min(stops) + 1) if stops else len(text)].strip()

    def support(self, working: str, *sources: Source) -> None:
        """Note what bears it out."""
        self.supports.append(working)
        self.evidence += sources

    def source(self, document: str) -> Source:
        """Return its place; the quote is its sentence."""
        return self.paragraph.source(
            document, self.start, self.end, quote=self.sentence, title=self.paragraph.heading, label=self.text
        )


def interval_of(quantity: Quantity) -> tuple[Decimal, Decimal]:
    """Return the values a printed quantity may stand for, in the base unit of its kind."""
    low, high = quantity.interval()
    return low * quantity.unit.scale, high * quantity.unit.scale


def claims_of(material: Material) -> list[Claim]:
    """Return the figures of the running text in its order."""
    document = material.text
    known = frozenset(
        pair for d in material.sources for f in d.facts if f.authority is Authority.CELL for pair in f.coordinate.members
    )
    out: list[Claim] = []
    for number, paragraph in enumerate(document.paragraphs):
        if paragraph.in_contents or any(w in h for h in paragraph.section for w in _NOT_CHECKED):
            continue
        if paragraph.is_heading and not _HEADING_FIGURE.search(paragraph.text):
            continue
        out += _of_paragraph(paragraph, number, material, known)
    return out


def _of_paragraph(
    paragraph: Paragraph, number: int, material: Material, known: frozenset[tuple[str, str]]
) -> Iterator[Claim]:
    vocabulary = material.vocabulary
    section = next((s for h in reversed(paragraph.section) if (s := vocabulary.catalogue.section(h))), None)
    statements = read_statements(
        paragraph.text, section, material.spotter, vocabulary, material.text.entity_names,
        headings=paragraph.section, known=known, untold=True,
    )  # fmt: skip
    taken = {s.start for s in statements}
    found = [Claim(paragraph, number, s.start, s.end, s.quantity, s, _coordinates(s, material)) for s in statements]
    found += [_unstated(paragraph, number, f) for f in claimed_figures(paragraph.text, material.spotter) if f.start not in taken]
    amounts = [c for c in found if c.quantity.unit.kind is Kind.MONEY]
    for claim in amounts:
        same = [c.quantity.decimals for c in amounts if c.quantity.unit == claim.quantity.unit]
        claim.decimals = max(same)
    found.sort(key=lambda c: c.start)
    _note_marks(paragraph, found)
    for claim in found:
        is_word = claim.quantity.unit.kind is Kind.COUNT and not claim.is_bound and _CHINESE_COUNT.match(claim.text)
        if not is_word:  # 「四个自信」 counts nothing
            yield claim


def _note_marks(paragraph: Paragraph, claims: Sequence[Claim]) -> None:
    """Note which claims are of the class that is marked last before them, in the paragraph or its heading."""
    for claim in claims:
        code = _class_of(claim)
        if code is None:
            continue
        marks = list(_LEVEL.finditer(paragraph.text, 0, claim.start))
        begin = marks[-1].end() if marks else 0
        marks = marks or list(_LEVEL.finditer(paragraph.heading))
        between = {_class_of(c) for c in claims if begin <= c.start < claim.start and c.is_bound}
        claim.is_marked = bool(marks) and _DIGITS[marks[-1].group(1)] == len(code) and between <= {code}


def _class_of(claim: Claim) -> str | None:
    return claim.coordinates[0].get("function") if claim.coordinates else None


def _unstated(paragraph: Paragraph, number: int, figure: Measured) -> Claim:
    """Return a figure that is no statement of its own; within a reason it may say how much a cause came to."""
    claim = Claim(paragraph, number, figure.start, figure.end, figure.quantity, None)
    found = _CAUSE.search(paragraph.text[: figure.start])
    if found and figure.quantity.unit.kind is Kind.MONEY:
        claim.is_cause = True
        if found.group(1) in _SHRINKS:
            claim.quantity = Quantity(-figure.quantity.number, figure.quantity.unit)
    return claim


def _coordinates(statement: Statement, material: Material) -> tuple[Coordinate, ...]:
    text = material.text
    if statement.aspect is None:
        return ()
    compares = statement.aspect in {Aspect.CHANGE, Aspect.RATE}
    year = statement.year or text.year - statement.years_back
    base = (statement.base_year or year - 1) if compares else None
    stage = Stage.PERIOD_END if statement.period_end else statement.stage or text.stage
    return tuple(
        Coordinate(text.entity, year, stage, measure, statement.members, statement.aspect, base)
        for measure in statement.measures
    )


def about_one_thing(claims: Sequence[Claim]) -> list[list[Claim]]:
    """Gather the claims of a paragraph that are about one thing, whether it is known by name or not.

    A figure whose subject is not told goes with those before it that are about the same thing.
    """
    groups: dict[tuple[object, ...], list[Claim]] = {}
    of_thing: dict[tuple[int, int], tuple[object, ...]] = {}
    for claim in claims:
        statement = claim.statement
        if statement is None:
            continue
        thing = (claim.place, statement.thing)
        home = of_thing.get(thing)
        key: tuple[object, ...] = (claim.place, statement.measures, statement.members)
        if not statement.measures:
            key = home or thing
        elif home == thing:  # its name is told only now
            groups.setdefault(key, []).extend(groups.pop(thing))
        of_thing[thing] = key
        groups.setdefault(key, []).append(claim)
    return list(groups.values())
