"""Sums that fail, grouped by their cause: the one cell that explains them, else the relation that breaks.

A wrong cell breaks every relation it stands in: its row's sum, its column's, its equality with another table. All
of those hold again with one other value, which no other cell of them achieves. That cell and that value are what a
reader is told. Where no single cell does it, the narrowest relation that fails is told once for all of its columns,
and wider ones that differ by the same amount are left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from service.checking.cells import Cells, figures_of, is_carried
from service.checking.rulebook import rule_of
from service.domain.document import Document, Identity
from service.domain.finding import Finding, Severity
from service.domain.quantity import Quantity
from service.numerals import render_number
from service.vocabulary.names import squeeze
from service.vocabulary.vocabulary import Vocabulary

ZERO = Decimal(0)
#: Codes by what fails. The first rule present names a group.
_CODES = {
    "row-sum": "row-does-not-add-up", "difference": "row-does-not-add-up", "column-sum": "total-does-not-add-up",
    "class-sum": "total-does-not-add-up", "total-repeats": "total-does-not-add-up", "of-which": "part-exceeds-whole",
    "same-coordinate": "places-disagree", "equivalence": "places-disagree", "ratio": "ratio-does-not-follow",
}  # fmt: skip
#: Findings of ingestion that this module gives in their place.
ARITHMETIC_CODES = frozenset({*_CODES.values(), "identity-fails"})
#: Relations that a table itself promises.
_OWN = frozenset({"row-sum", "column-sum", "class-sum", "total-repeats"})
_DOWN = frozenset({"column-sum", "class-sum", "total-repeats"})
_SHOWN = 6
#: So many wrong cells, or failing relations, in one connected group are no slips any more.
_MOST_CULPRITS, _MOST_FAILING = 12, 300
#: So many wrong cells in one column are one cause.
_MANY_CELLS = 4
#: Where so many comparisons that take one fund for all the money fail, and this share of them, it is not all of it.
_MANY_ASSUMED, _SHARE_ASSUMED = 5, Decimal("0.25")
_MOST_SOURCES = 24
#: Two tables that agree less often may be about different money.
_FEWEST_AGREEING = 2
#: A table of which so many relations, and this share of all, fail after every explanation was probably misread.
_MANY, _SHARE = 5, Decimal("0.4")


@dataclass(slots=True)
class Relation:
    """An identity between cells, with its gap as figures change.

    Attributes:
        identity: As it was tried.
        signs: Key of each cell → how often it counts on the left less on the right.
        gap: Left side less right side, in the base unit.
        limit: Largest gap that rounding allows.
    """

    identity: Identity
    signs: Mapping[str, int]
    gap: Decimal
    limit: Decimal

    def holds(self, change: Decimal = ZERO) -> bool:
        """Whether it holds once the gap has changed so much."""
        gap = self.gap + change
        return gap <= self.limit if self.identity.rule == "of-which" else abs(gap) <= self.limit


@dataclass(frozen=True, slots=True)
class Culprit:
    """A cell whose one other value makes relations hold that fail with the printed one."""

    key: str
    change: Decimal
    broken: tuple[Relation, ...]


@dataclass(frozen=True, slots=True)
class Trust:
    """How far the relations of a document bind.

    Attributes:
        agreeing: How often two tables agree on an amount.
        promising: Tables whose form promises their sums.
    """

    agreeing: Counter[frozenset[str]]
    promising: frozenset[str]


def sum_findings(document: Document, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Yield one finding for each cause of failing relations between the cells of a document's tables."""
    cells = Cells(document)
    relations = [r for i in document.identities if (r := _relation(i, cells)) is not None]
    failed = [r for r in relations if not r.holds()]
    carried = _carried(cells) if failed else {}
    one_part = rule_of(vocabulary, "one-part")
    loose = one_part.words("words") if one_part is not None else ()
    failed = [r for r in failed if not _is_explained(r, carried, loose)]
    failed = _without_assumed(failed, relations, cells)
    if not failed:
        return
    of_cell: dict[str, list[Relation]] = defaultdict(list)
    for relation in relations:
        for key in relation.signs:
            of_cell[key].append(relation)
    core = {t.key for t in vocabulary.catalogue.tables if t.core}
    trust = Trust(_linked_tables(relations, cells), frozenset(t.id for t in document.tables if t.kind in core))
    left: list[Relation] = []
    culprits: list[Culprit] = []
    for group in _connected(failed):
        found, rest = _culprits(group, of_cell)
        culprits += found
        left += rest
    yield from _told(culprits, cells, trust)
    rule = rule_of(vocabulary, "withheld")
    withheld = rule is not None and any(w in squeeze(document.text) for w in rule.words("words"))
    for finding in _remaining(left, relations, cells, trust):
        yield (
            _as_withheld(finding)
            if withheld and finding.code == "total-does-not-add-up" and _is_short(finding)
            else finding
        )


def _is_short(finding: Finding) -> bool:
    """Whether the details come to less than their total."""
    return Decimal(finding.expected.replace(",", "")) < Decimal(finding.stated.replace(",", ""))


def _as_withheld(finding: Finding) -> Finding:
    said = "文件注明部分事项因保密不公开，明细少于合计可能由此而来，请确认。"
    return replace(finding, severity=Severity.NOTE, message=f"{finding.message}{said}")


def _relation(identity: Identity, cells: Cells) -> Relation | None:
    """Return the relation where all of its figures are cells; what sentences say is judged elsewhere."""
    if identity.rule == "ratio":
        return None
    signs: Counter[str] = Counter()
    gap = limit = ZERO
    for keys, sign in ((identity.left, 1), (identity.right, -1)):
        for key in keys:
            if "/" in key or key.count(".") != 2:
                return None
            quantity = cells.quantity(key)
            if quantity is None:
                return None
            signs[key] += sign
            gap += sign * quantity.base
            limit += Decimal(5).scaleb(-quantity.decimals - 1) * quantity.unit.scale
    return Relation(identity, signs, gap, limit)


def _is_one_part(relation: Relation) -> bool:
    """Whether a row's total has a single column beside it: a sum where the other columns are blank, else a part of it."""
    return relation.identity.rule == "row-sum" and " + " not in relation.identity.description


def _is_explained(relation: Relation, carried: Mapping[str, Mapping[str, Decimal]], loose: Sequence[str]) -> bool:
    """Whether a failing relation promises nothing after all.

    A total over one single column may be no sum (其中 in other words), and money carried over stands in some totals
    and not in others: a gap that is exactly such a figure of the tables compared is none.
    """
    identity = relation.identity
    if _is_one_part(relation) and any(w in identity.description for w in loose):
        return True
    if identity.rule in {"of-which", "row-sum"}:
        return False
    return any(
        key not in relation.signs and abs(abs(relation.gap) - base) <= relation.limit
        for name in {key.split(".")[0] for key in relation.signs}
        for key, base in carried[name].items()
    )


def _without_assumed(failed: list[Relation], relations: Sequence[Relation], cells: Cells) -> list[Relation]:
    """Leave out comparisons that hold only where one fund is all the money (B06, B12), where too many of them fail."""
    assumed = [r for r in failed if _takes_a_fund_for_all(r, cells)]
    held = sum(1 for r in relations if r.holds() and _takes_a_fund_for_all(r, cells))
    if len(assumed) < _MANY_ASSUMED or len(assumed) < (held + len(assumed)) * _SHARE_ASSUMED:
        return failed
    out = {id(r) for r in assumed}
    return [r for r in failed if id(r) not in out]


def _takes_a_fund_for_all(relation: Relation, cells: Cells) -> bool:
    if relation.identity.rule not in {"same-coordinate", "equivalence"}:
        return False
    return len({cells.fund(key) for key in relation.signs}) > 1


def _carried(cells: Cells) -> dict[str, dict[str, Decimal]]:
    """Return, for each table, the amounts carried over from or to another year."""
    return {
        name: {
            f"{name}.{r}.{c}": quantity.base
            for r, row in enumerate(table.rows)
            for c, quantity in figures_of(row, table)
            if quantity.number and is_carried(table, r, c)
        }
        for name, table in cells.tables.items()
    }


def _linked_tables(relations: Sequence[Relation], cells: Cells) -> Counter[frozenset[str]]:
    """Count how often two tables agree on an amount."""
    out: Counter[frozenset[str]] = Counter()
    for relation in relations:
        values = {q.base for k in relation.signs if (q := cells.quantity(k)) is not None and q.number}
        if relation.identity.rule == "same-coordinate" and relation.holds() and values and len(relation.signs) == 2:
            out[frozenset(key.split(".")[0] for key in relation.signs)] += 1
    return out


def _connected(failed: Sequence[Relation]) -> list[list[Relation]]:
    """Group failing relations that share a cell."""
    of_cell: dict[str, list[int]] = defaultdict(list)
    for n, relation in enumerate(failed):
        for key in relation.signs:
            of_cell[key].append(n)
    seen: set[int] = set()
    groups: list[list[Relation]] = []
    for start in range(len(failed)):
        if start in seen:
            continue
        seen.add(start)
        reached, position = [start], 0
        while position < len(reached):
            for key in failed[reached[position]].signs:
                for other in of_cell.pop(key, ()):
                    if other not in seen:
                        seen.add(other)
                        reached.append(other)
            position += 1
        groups.append([failed[n] for n in sorted(reached)])
    return groups


# One cell -----------------------------------------------------------------------------------------------------------


def _culprits(
    group: Sequence[Relation], of_cell: Mapping[str, Sequence[Relation]]
) -> tuple[list[Culprit], list[Relation]]:
    """Take the best explaining cell, set it right, and look again; return what no single cell explains too."""
    found: list[Culprit] = []
    failed = list(group)
    while failed and len(found) < _MOST_CULPRITS and len(group) <= _MOST_FAILING:
        best = _best(failed, of_cell)
        if best is None:
            break
        for relation in of_cell[best.key]:
            relation.gap += relation.signs[best.key] * best.change
        found.append(best)
        failed = [r for r in failed if not r.holds()]
    return found, failed


def _best(failed: Sequence[Relation], of_cell: Mapping[str, Sequence[Relation]]) -> Culprit | None:
    """Return the cell that mends most and breaks least, None where for all of them another does as well."""
    wrong = {id(r) for r in failed}
    ranked: list[tuple[int, int, Culprit]] = []
    for key in sorted({k for r in failed for k in r.signs}):
        own = of_cell[key]
        best: tuple[int, int, Culprit] | None = None
        for change in {-r.gap / r.signs[key] for r in own if id(r) in wrong and r.signs[key]}:
            mended = [r for r in own if id(r) in wrong and r.holds(r.signs[key] * change)]
            broken = sum(1 for r in own if id(r) not in wrong and r.holds() and not r.holds(r.signs[key] * change))
            entry = (len(mended) - broken, len(mended), Culprit(key, change, tuple(mended)))
            if best is None or (entry[:2], -abs(change)) > (best[:2], -abs(best[2].change)):
                best = entry
        if best is not None:
            ranked.append(best)
    ranked.sort(key=lambda entry: entry[:2], reverse=True)
    for position, (score, count, culprit) in enumerate(ranked):
        if score <= 0:
            break
        mends = {id(r) for r in culprit.broken}
        rivals = [e for n, e in enumerate(ranked) if n != position and e[:2] >= (score, count)]
        if not any(mends & {id(r) for r in rival.broken} for _, _, rival in rivals):
            return culprit
    return None


def _told(culprits: Sequence[Culprit], cells: Cells, trust: Trust) -> Iterator[Finding]:
    """Tell of each cell; those of one row that are off by the same amount, and many of one column, go together."""
    columns: dict[tuple[str, int], list[Culprit]] = defaultdict(list)
    for culprit in culprits:
        table, _, column = cells.split(culprit.key)
        columns[table.id, column].append(culprit)
    for (name, column), together in columns.items():
        if len(together) >= _MANY_CELLS:
            failed = [r for c in together for r in c.broken]
            yield _of_table(name, failed, cells, f"“{cells.tables[name].columns[column]}”一栏有{len(together)}格")
    groups: dict[tuple[str, int, Decimal], list[Culprit]] = defaultdict(list)
    for culprit in culprits:
        table, row, column = cells.split(culprit.key)
        if len(columns[table.id, column]) < _MANY_CELLS:
            groups[table.id, row, culprit.change].append(culprit)
    for together in groups.values():
        yield _of_cells(together, cells, trust)


def _of_cells(together: Sequence[Culprit], cells: Cells, trust: Trust) -> Finding:
    first = together[0]
    printed = cells.quantity(first.key)
    assert printed is not None  # noqa: S101 - a relation's cells have figures
    relations = [r for c in together for r in c.broken]
    expected = _shown(printed.base + first.change, printed)
    said = f"{cells.words(first.key)}印{cells.cell(first.key).raw}，"
    if len(together) > 1:
        columns = "、".join(f"“{cells.at(*cells.split(c.key)).column_label}”" for c in together[1:])
        said = f"{said[:-1]}（同行的{columns}同样），"
    own = len(relations) == 1
    by = f"按{_plain(relations[0], cells)}" if own else f"按{len(relations)}条勾稽关系（{_listed(relations, cells)}）"
    keys = [c.key for c in together] + [k for r in relations for k in r.signs]
    return _finding(
        relations, f"{said}{by}应为{expected}。请核对这一格。", keys, cells, trust,
        stated=cells.cell(first.key).raw, expected=expected,
    )  # fmt: skip


def _listed(relations: Sequence[Relation], cells: Cells) -> str:
    shown = list(dict.fromkeys(_plain(r, cells) for r in relations))
    more = "等" if len(shown) > 2 else ""
    return "、".join(shown[:2]) + more


def _plain(relation: Relation, cells: Cells) -> str:
    """Return the words of a relation, without the table's title that stands in front."""
    text = relation.identity.description
    for key in relation.signs:
        title = cells.split(key)[0].title
        text = text.removeprefix(f"{title}·")
    return f"“{text}”"


def _shown(base: Decimal, like: Quantity) -> str:
    return render_number(base / like.unit.scale, decimals=like.decimals)


# No one cell --------------------------------------------------------------------------------------------------------


def _remaining(
    left: Sequence[Relation], relations: Sequence[Relation], cells: Cells, trust: Trust
) -> Iterator[Finding]:
    """Tell the narrowest failing relation once for all columns; those that follow from it are left out."""
    groups: dict[tuple[object, ...], list[Relation]] = {}
    told: dict[tuple[str, int], list[Relation]] = defaultdict(list)
    for relation in sorted(left, key=lambda r: (len(r.signs), -_row(r, cells))):
        shape = _shape(relation, cells)
        place = _column(relation, cells)
        if shape in groups or not (place and _follows(relation, told[place])):
            groups.setdefault(shape, []).append(relation)
            if place:
                told[place].append(relation)
    unsure = _unsure([r for g in groups.values() for r in g], relations)
    for name in sorted(unsure):
        yield _of_table(name, [r for g in groups.values() for r in g if _table(r) == name], cells)
    for group in groups.values():
        if _table(group[0]) not in unsure:
            yield _of_relations(group, cells, trust)


def _column(relation: Relation, cells: Cells) -> tuple[str, int] | None:
    """Return the column that a sum goes down, None for other relations."""
    if relation.identity.rule not in _DOWN:
        return None
    table, _, column = cells.split(next(iter(relation.identity.left or relation.signs)))
    return table.id, column


def _row(relation: Relation, cells: Cells) -> int:
    """Return the row of what is summed: lower rows are narrower than the total above them."""
    return cells.split(next(iter(relation.identity.left or relation.signs)))[1]


def _shape(relation: Relation, cells: Cells) -> tuple[object, ...]:
    """Return what is the same where one cause breaks several: a row's columns, a header's rows, a pair of tables."""
    rule = relation.identity.rule
    heads = relation.identity.left or tuple(relation.signs)
    table, row, column = cells.split(heads[0])
    if rule in _DOWN:
        return "down", table.id, row
    if rule in {"same-coordinate", "equivalence"}:
        return "between", *sorted({key.split(".")[0] for key in relation.signs})
    return rule, table.id, column


def _follows(relation: Relation, told: Sequence[Relation]) -> bool:
    """Whether the gap is the sum of the gaps of narrower relations within its figures, or one of theirs."""
    keys = set(relation.identity.right)
    within = [r for r in told if keys.issuperset(r.identity.right) or keys.issuperset(r.identity.left)]
    if not within:
        return False
    gaps = [r.gap for r in within]
    limit = relation.limit + sum((r.limit for r in within), ZERO)
    return any(abs(abs(relation.gap) - abs(gap)) <= limit for gap in (sum(gaps, ZERO), *gaps))


def _table(relation: Relation) -> str:
    names = {key.split(".")[0] for key in relation.signs}
    return names.pop() if len(names) == 1 else ""


def _unsure(told: Sequence[Relation], relations: Sequence[Relation]) -> frozenset[str]:
    """Return the tables of which too much fails for single slips."""
    failing = Counter(_table(r) for r in told if r.identity.rule in _OWN)
    all_own = Counter(_table(r) for r in relations if r.identity.rule in _OWN and len(r.signs) > 1)
    return frozenset(t for t, n in failing.items() if t and n >= _MANY and n >= all_own[t] * _SHARE)


def _of_table(name: str, failed: Sequence[Relation], cells: Cells, what: str = "") -> Finding:
    table = cells.tables[name]
    what = what or f"有{len(failed)}处"
    text = "；".join(
        f"{_plain(r, cells)}（{r.identity.left_value}，{r.identity.right_value}）" for r in failed[:_SHOWN]
    )
    return Finding(
        "table-does-not-add-up", Severity.WARNING,
        f"{table.title or table.id}{what}加总不成立，像是整表整栏填错或版式没有读对：{text}。请对照原表核对。",
        (cells.whole(table), *(cells.source(k) for k in _keys(failed)[:_MOST_SOURCES])),
    )  # fmt: skip


def _of_relations(group: Sequence[Relation], cells: Cells, trust: Trust) -> Finding:
    group = sorted(group, key=lambda r: cells.split(next(iter(r.signs)))[2])
    first = group[0].identity
    difference = render_number(
        abs(Decimal(first.left_value.replace(",", "")) - Decimal(first.right_value.replace(",", "")))
    )
    more = _likewise(group[1:], cells)
    allowed = f"，超出四舍五入允许的{first.tolerance}" if Decimal(first.tolerance.replace(",", "")) else ""
    message = (
        f"{first.description}不成立：前者{first.left_value}，后者{first.right_value}，相差{difference}{allowed}。{more}"
    )
    if len(group) > 1 and first.rule == "column-sum" and all(r.gap > 0 for r in group):
        message += "各栏都少，像是漏列了明细行。"
    return _finding(group, message, _keys(group), cells, trust, stated=first.left_value, expected=first.right_value)


def _likewise(others: Sequence[Relation], cells: Cells) -> str:
    """Say where else the same relation fails."""
    if not others:
        return ""
    if others[0].identity.rule in _DOWN:
        columns = [cells.at(*cells.split(r.identity.left[0])).column_label for r in others if r.identity.left]
        places = "、".join(f"“{c}”" for c in dict.fromkeys(columns))
        return f"同一关系在{places}也不成立。" if places else ""
    said = [f"{_plain(r, cells)}（{r.identity.left_value}，{r.identity.right_value}）" for r in others[:_SHOWN]]
    count = f"等{len(others)}处" if len(others) > _SHOWN else ""
    return f"同样不成立的还有{'；'.join(said)}{count}。"


def _keys(relations: Sequence[Relation]) -> list[str]:
    heads = [k for r in relations for k in r.identity.left]
    return list(dict.fromkeys([*heads, *(k for r in relations for k in r.signs)]))


def _finding(
    relations: Sequence[Relation], message: str, keys: Sequence[str], cells: Cells, trust: Trust, *,
    stated: str, expected: str,
) -> Finding:  # fmt: skip
    sources = tuple(cells.source(k) for k in dict.fromkeys(keys))[:_MOST_SOURCES]
    severity = _severity(relations, trust)
    if severity is Severity.ERROR and any(s.by_ocr for s in sources):
        severity = Severity.WARNING
        message += "这张表是从图像识别的，也可能是识别有误，请先对照原件。"
    rules = [r.identity.rule for r in relations]
    code = next((c for rule, c in _CODES.items() if rule in rules), "identity-fails")
    working = "；".join(
        f"{r.identity.description}：{r.identity.left_value}，{r.identity.right_value}" for r in relations[:_SHOWN]
    )
    return Finding(code, severity, message, sources, stated=stated, expected=expected, working=working)


def _severity(relations: Sequence[Relation], trust: Trust) -> Severity:
    """Return ERROR where a sum that its table's form promises fails, or two tables that mostly agree differ on an item."""
    own = [r for r in relations if r.identity.rule in _OWN and not (_is_one_part(r) and _is_larger(r.identity))]
    if any(key.split(".")[0] in trust.promising for r in own for key in r.signs):
        return Severity.ERROR
    pairs = Counter(
        frozenset(k.split(".")[0] for k in r.signs) for r in relations if r.identity.rule == "same-coordinate"
    )
    sure = any(trust.agreeing[pair] >= max(count, _FEWEST_AGREEING) for pair, count in pairs.items())
    return Severity.ERROR if sure else Severity.WARNING


def _is_larger(identity: Identity) -> bool:
    """Whether the total is larger than its parts."""
    return Decimal(identity.left_value.replace(",", "")) > Decimal(identity.right_value.replace(",", ""))


def graded(document: Document, vocabulary: Vocabulary) -> Document:
    """Return a document whose findings on sums of its tables are as grave as a check of it says: one view, one word.

    Where a check makes nothing of a relation that fails, it is worth a look and no error.
    """

    def is_of_cells(finding: Finding) -> bool:
        held = finding.sources
        return finding.code in ARITHMETIC_CODES and bool(held) and all(s.table for s in held)

    if not any(is_of_cells(each) and each.severity is Severity.ERROR for each in document.findings):
        return document
    rank = list(Severity)
    of_cell: dict[tuple[str, int, int], Severity] = {}
    for told in sum_findings(document, vocabulary):
        for source in told.sources:
            key = (source.table, source.row, source.column)
            of_cell[key] = min(told.severity, of_cell.get(key, told.severity), key=rank.index)

    def as_checked(finding: Finding) -> Finding:
        if not is_of_cells(finding) or finding.severity is not Severity.ERROR:
            return finding
        found = [of_cell[k] for s in finding.sources if (k := (s.table, s.row, s.column)) in of_cell]
        return replace(finding, severity=min(found, key=rank.index, default=Severity.WARNING))

    return replace(document, findings=tuple(map(as_checked, document.findings)))


def grouped_note(document: Document, vocabulary: Vocabulary) -> Finding | None:
    """Return one note on the tables of a document handed in for its tables, where they contradict themselves."""
    found = list(sum_findings(document, vocabulary))
    if not found:
        return None
    first = found[0]
    return replace(
        first, severity=Severity.NOTE,
        message=f"用来对照的“{document.name}”自身有{len(found)}处数字算不拢，以它为准的判断请留意。第一处：{first.message}",
    )  # fmt: skip
