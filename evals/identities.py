"""Reproduce the seed's 336 hand-made identities from what the service generated for the document.

Each is looked for among ``document.identities`` by its operand cells (blank ones do not count), and its verdict
and values are compared. What is not there is tried by implication (equal places exchanged), by the service's
calculator over the same cells, or by counting rows, and reported as such.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, unique

from evals.seed import seed_checks, seed_document, seed_truth
from evals.seed_relations import Relation, relations
from service.calculation.evaluator import evaluate
from service.calculation.figures import Figure
from service.calculation.formula import Reference
from service.calculation.parser import parse_formula
from service.calculation.trace import Agreement
from service.domain.document import Document, Identity, Table
from service.domain.errors import MissingFactError
from service.domain.fact import Authority
from service.domain.quantity import WAN_YUAN, Kind, Quantity

_STATED = re.compile(r"^[0-9a-f]{16}/(N\d+).*$")


@unique
class Way(Enum):
    """How an identity was reproduced."""

    GENERATED = "服务生成"
    IMPLIED = "由生成的等式推出"
    DERIVED = "推算数"
    COUNTED = "计数"
    VACUOUS = "两边都空白"
    FORMULA = "只能用算式"
    WRONG = "结论或数值不同"
    MISSING = "没有"


#: Ways that need nothing added to the service.
COVERED = (Way.GENERATED, Way.IMPLIED, Way.DERIVED, Way.COUNTED, Way.VACUOUS)


@dataclass(frozen=True, slots=True)
class Reproduction:
    """What became of one identity.

    Attributes:
        relation: The hand-made identity.
        way: How it was reproduced.
        note: Key of the generated identity, the formula, or what differs.
    """

    relation: Relation
    way: Way
    note: str


def short_key(key: str) -> str:
    """Return the key of a cell or stated figure as the map writes it.

    Example:
        >>> short_key("53639bf72c50f935/N1599收入2024"), short_key("T03.0.5")
        ('N1599', 'T03.0.5')

    """
    match = _STATED.match(key)
    return match[1] if match else key


class Known:
    """The identities of a document, by their operands."""

    def __init__(self, document: Document) -> None:
        self.figures = _figures(document)
        self._by_operands: dict[frozenset[frozenset[str]], list[Identity]] = {}
        self._by_key: dict[frozenset[frozenset[str]], list[Identity]] = {}
        self._by_left: dict[str, list[Identity]] = {}
        self._representative: dict[str, str] = {}
        for identity in document.identities:
            sides = _sides(identity.left, identity.right)
            self._by_operands.setdefault(sides, []).append(identity)
            spelled = _spelled(identity.key)
            if spelled:
                self._by_key.setdefault(spelled, []).append(identity)
            if identity.rule == "ratio":
                self._by_left.setdefault(short_key(identity.left[0]), []).append(identity)
            if identity.verdict == "exact" and identity.rule != "of-which":
                self._join(identity)
        self._implied = {self._by_class(i.left, i.right) for i in document.identities if i.verdict != "failed"}

    def _join(self, identity: Identity) -> None:
        """Remember that two places hold the same, where an identity relates just two."""
        if identity.rule != "ratio" and len(identity.left) == len(identity.right) == 1:
            one, other = (self._find(short_key(k)) for k in (*identity.left, *identity.right))
            self._representative[one] = other

    def _find(self, key: str) -> str:
        while self._representative.get(key, key) != key:
            key = self._representative[key]
        return key

    def _by_class(self, left: Sequence[str], right: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        """Write two sides with every operand replaced by the first of its equals."""
        sides = (tuple(sorted(self._find(short_key(k)) for k in side)) for side in (left, right))
        return tuple(sorted(sides))

    def filled(self, keys: Sequence[str]) -> tuple[str, ...]:
        """Return the operands that are not blank."""
        return tuple(k for k in keys if self.figures.get(k) is not None)

    def generated(self, left: Sequence[str], right: Sequence[str]) -> tuple[Identity, ...]:
        """Return the generated identities of exactly these operands."""
        filled = self.filled(left), self.filled(right)
        if any(filled):
            return tuple(self._by_operands.get(_sides(*filled), ()))
        return tuple(self._by_key.get(_sides(left, right), ()))

    def ratios(self, relation: Relation) -> tuple[Identity, ...]:
        """Return the generated ratios of a stated share or rate: the same part over an equal whole."""
        part, whole = relation.right
        return tuple(
            i
            for i in self._by_left.get(relation.left[0], ())
            if len(i.right) > 1
            and short_key(i.right[0]) == part
            and self._find(short_key(i.right[1])) == self._find(whole)
        )

    def implies(self, left: Sequence[str], right: Sequence[str]) -> bool:
        """Tell whether exchanging equal places makes it one of the generated, or trivial."""
        one, other = self._by_class(self.filled(left), self.filled(right))
        return one == other or (one, other) in self._implied


def _sides(left: Sequence[str], right: Sequence[str]) -> frozenset[frozenset[str]]:
    return frozenset({frozenset(map(short_key, left)), frozenset(map(short_key, right))})


def _spelled(key: str) -> frozenset[frozenset[str]] | None:
    """Return the operands that the key of an identity spells out, blank ones too."""
    tail = re.sub(r"[0-9a-f]{16}/", "", key).rpartition("/")[2]
    left, equals, right = tail.partition("=")
    return _sides(left.split("+"), right.split("+")) if equals else None


def _figures(document: Document) -> Mapping[str, Quantity | None]:
    figures: dict[str, Quantity | None] = {}
    for table in document.tables:
        for r, row in enumerate(table.rows):
            figures |= {f"{table.id}.{r}.{c}": cell.quantity for c, cell in enumerate(row.cells)}
    for fact in document.facts:
        if fact.authority is Authority.SENTENCE:
            figures.setdefault(short_key(fact.id), fact.quantity)
    return figures


class CellBook:
    """A book for the calculator in which 格[T03.0.5] names a cell and 格[N1186] a stated figure."""

    def __init__(self, figures: Mapping[str, Quantity | None]) -> None:
        self._figures = figures

    def kind_of(self, reference: Reference) -> Kind:
        """Return what the cell measures."""
        return self.figure(reference).quantity.unit.kind

    def figure(self, reference: Reference) -> Figure:
        """Return the cell; a blank one is 0.

        Raises:
            MissingFactError: There is no such cell.
        """
        key = reference.selectors[0].value
        if key not in self._figures:
            raise MissingFactError(f"没有“{key}”这一格。")
        quantity = self._figures[key]
        how = "blank" if quantity is None else "printed"
        return Figure(key, quantity or Quantity(Decimal(0), WAN_YUAN), (), how)

    def figures(self, reference: Reference) -> tuple[Figure, ...]:
        """Return the cell; there are no sets of cells."""
        return (self.figure(reference),)


def formula_of(relation: Relation) -> str:
    """Write a relation in the formula language."""

    def cells(keys: Sequence[str]) -> str:
        listed = ", ".join(f"格[{k}]" for k in keys)
        return f"合计({listed})" if len(keys) > 1 else listed

    left, right = relation.left, relation.right
    match relation.how:
        case "ratio":
            return f"占比(格[{right[0]}], 格[{right[1]}])"
        case "rate":
            return f"占比(格[{right[0]}], 格[{right[1]}] - 格[{right[0]}])"
        case "total" | "derived":
            return cells(left)
        case _:
            return f"一致({cells(left)}, {cells(right)})"


def reproduce(document: Document, wanted: Sequence[Relation]) -> tuple[Reproduction, ...]:
    """Look for every identity."""
    known = Known(document)
    return tuple(_reproduce(relation, known, document) for relation in wanted)


def _reproduce(relation: Relation, known: Known, document: Document) -> Reproduction:
    if relation.how == "count":
        value = COUNTERS[relation.id](document, known)
        same = Decimal(relation.left_value) == value
        return Reproduction(relation, Way.COUNTED if same else Way.WRONG, f"得{value}")
    if relation.how == "derived":
        return _derived(relation, document)
    if relation.how == "each":
        pairs = [([left], [right]) for left, right in zip(relation.left, relation.right, strict=True)]
        filled = [p for p in pairs if known.filled(p[0])]
        ok = all(any(i.verdict == relation.verdict for i in known.generated(*p)) for p in filled)
        return Reproduction(relation, Way.GENERATED if ok else Way.MISSING, f"{len(filled)}列逐一相等")
    is_ratio = relation.how in {"ratio", "rate"}
    found = known.ratios(relation) if is_ratio else known.generated(relation.left, relation.right)
    if found:
        return _compared(relation, found)
    if not known.filled((*relation.left, *relation.right)):
        return Reproduction(relation, Way.VACUOUS, "没有可比的数")
    if relation.how == "sum" and relation.right and known.implies(relation.left, relation.right):
        return Reproduction(relation, Way.IMPLIED, "两边换成别处相等的格后即是已生成的等式")
    return _by_formula(relation, known)


def _compared(relation: Relation, found: Sequence[Identity]) -> Reproduction:
    """Compare the verdict and both values of what was generated."""
    faults = ""
    for identity in found:
        values = {abs(Decimal(identity.left_value)), abs(Decimal(identity.right_value))}
        wanted = {Decimal(relation.left_value), Decimal(relation.right_value)}
        if identity.verdict == relation.verdict and values == wanted:
            return Reproduction(relation, Way.GENERATED, identity.key)
        faults = f"{identity.key}：{identity.verdict} {identity.left_value} {identity.right_value}"
    return Reproduction(relation, Way.WRONG, faults)


def _by_formula(relation: Relation, known: Known) -> Reproduction:
    formula = formula_of(relation)
    try:
        value = evaluate(parse_formula(formula), CellBook(known.figures))
    except MissingFactError as error:
        return Reproduction(relation, Way.MISSING, error.message)
    if isinstance(value.value, Agreement):
        agreement = value.value
        within = "rounding" if agreement.within_rounding else "failed"
        verdict = within if agreement.difference.number else "exact"
        ok = verdict == relation.verdict and abs(agreement.left.number) == Decimal(relation.left_value)
    elif relation.how == "total":
        ok = value.quantity.number == Decimal(relation.right_value)
    else:
        stated = known.figures[relation.left[0]]
        ok = stated is not None and value.quantity.rounded(stated.decimals).number == stated.number
    return (
        Reproduction(relation, Way.FORMULA, formula)
        if ok
        else Reproduction(relation, Way.WRONG, f"{formula} = {value.value}")
    )


def _derived(relation: Relation, document: Document) -> Reproduction:
    wanted = Decimal(relation.left_value)
    for fact in document.facts:
        rests_on = {short_key(k) for k in fact.derived_from}
        is_it = fact.authority is Authority.DERIVED and fact.quantity is not None and relation.left[0] in rests_on
        if is_it and fact.quantity is not None and fact.quantity.number == wanted:
            return Reproduction(relation, Way.DERIVED, f"{fact.id} = {fact.formula}")
    return Reproduction(relation, Way.MISSING, "没有这个推算数")


# ------------------------------------------------------------------------------------ those that count


def _table(document: Document, table_id: str) -> Table:
    return next(t for t in document.tables if t.id == table_id)


def _same_rows(document: Document, known: Known) -> Decimal:
    """Count the rows of T03 whose every figure a generated identity sets equal to T05's."""
    rows = zip(_table(document, "T03").rows, _table(document, "T05").rows, strict=True)
    count = 0
    for number, (row, _) in enumerate(rows):
        cells = [f"{number}.{c}" for c, cell in enumerate(row.cells) if cell.quantity is not None]
        pairs = [([f"T03.{c}"], [f"T05.{c}"]) for c in cells]
        count += all(known.generated(*pair) or known.implies(*pair) for pair in pairs)
    return Decimal(count)


def _pairs(document: Document, table_id: str, column: int) -> dict[tuple[str, str], Decimal]:
    """Return the amount of every (department code, government code) pair of T06 or T07."""
    amounts = {}
    for row in _table(document, table_id).rows:
        raw = [cell.raw for cell in row.cells]
        department, government = (raw[0], raw[2]) if table_id == "T06" else (raw[0] + raw[1], raw[3] + raw[4])
        quantity = row.cells[column].quantity
        if government and quantity is not None:
            amounts[department, government] = quantity.number
    return amounts


def _same_pairs(document: Document, known: Known) -> Decimal:
    del known
    one, other = _pairs(document, "T07", 6), _pairs(document, "T06", 4)
    return Decimal(len(one) if one.keys() == other.keys() else -1)


def _differences(document: Document) -> list[Decimal]:
    one, other = _pairs(document, "T07", 6), _pairs(document, "T06", 4)
    return [one[k] - other[k] for k in one if one[k] != other[k]]


def _projects(document: Document) -> Iterator[Decimal]:
    """Yield 1 for every project of T10 that T12 has with the same name, unit and amount."""
    unit, listed = "", []
    for row in _table(document, "T12").rows:
        name = row.cells[1].raw
        if row.kind.value == "unit":
            unit = name
        elif row.kind.value == "project":
            listed.append((name, unit, row.cells[2].quantity))
    for row in _table(document, "T10").rows[2:]:
        yield Decimal((row.cells[1].raw, row.cells[2].raw, row.cells[3].quantity) in listed)


def _contents(document: Document) -> Decimal:
    """Count the tables that the contents list below 附件."""
    after = document.text.partition("附件")[2].partition("第一部分")[0]
    return Decimal(len(re.findall(r"^- .+表\s*$", after, re.MULTILINE)))


def _coded_units(document: Document) -> Decimal:
    department = document.entity_code
    codes = {r.cells[0].raw for r in _table(document, "T02").rows}
    return Decimal(len({c for c in codes if c.startswith(department) and len(c) > len(department)}))


COUNTERS: dict[str, Callable[[Document, Known], Decimal]] = {
    "V263": _same_rows,
    "V276": _same_pairs,
    "V277": lambda document, _: Decimal(len(_differences(document))),
    "V278": lambda document, _: sum(_differences(document), Decimal(0)),
    "V283": lambda document, _: sum(_projects(document), Decimal(0)),
    "V335": lambda document, _: _coded_units(document),
    "V336": lambda document, _: _contents(document) if len(document.tables) == _contents(document) else Decimal(-1),
}


def render(reproductions: Sequence[Reproduction]) -> str:
    """Write the report for people."""
    ways = [way for way in Way if any(r.way is way for r in reproductions)]
    groups = list(dict.fromkeys(r.relation.group for r in reproductions))
    counts = Counter((r.relation.group, r.way) for r in reproductions)
    total = Counter(r.way for r in reproductions)
    covered = sum(total[w] for w in COVERED)
    lines = [
        "# 种子文件336条勾稽的重现",
        "",
        f"{len(reproductions)}条中，{covered}条由服务自己得出"
        f"（其中{total[Way.GENERATED]}条直接生成，结论与两边数值都相同）；"
        f"{total[Way.FORMULA]}条服务还没有生成，用算式算出相同结论；"
        f"{total[Way.WRONG] + total[Way.MISSING]}条不同或没有。",
        "",
        f"| 组 | {' | '.join(w.value for w in ways)} | 共 |",
        f"|---|{'---:|' * (len(ways) + 1)}",
    ]
    for group in groups:
        row = [counts[group, way] for way in ways]
        lines.append(f"| {group} | {' | '.join(map(str, row))} | {sum(row)} |")
    lines += [f"| 合计 | {' | '.join(str(total[w]) for w in ways)} | {len(reproductions)} |", ""]
    for way in (Way.WRONG, Way.MISSING, Way.FORMULA, Way.IMPLIED, Way.VACUOUS, Way.COUNTED, Way.DERIVED):
        listed = [r for r in reproductions if r.way is way]
        if listed:
            lines += [f"## {way.value}（{len(listed)}条）", ""]
            lines += ["| 编号 | 内容 | 怎样得出或差在哪 |", "|---|---|---|"]
            lines += [f"| {r.relation.id} | {r.relation.text} | {r.note} |" for r in listed]
            lines.append("")
    return "\n".join(lines)


def measure() -> tuple[str, dict[str, int], bool]:
    """Reproduce the seed's identities.

    Returns:
        (report, counts of which more is better, whether none is missing or judged otherwise).
    """
    reproductions = reproduce(seed_document(), relations(seed_checks(), seed_truth()))
    counts = {
        "generated": sum(r.way is Way.GENERATED for r in reproductions),
        "covered": sum(r.way in COVERED for r in reproductions),
    }
    wrong = any(r.way in {Way.WRONG, Way.MISSING} for r in reproductions)
    return render(reproductions), counts, not wrong
