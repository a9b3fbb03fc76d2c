"""Every figure is proven, contradicted or left unproven by the identities it takes part in."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from service.domain.coordinate import Aspect, Coordinate
from service.domain.document import Identity, RowKind, Table
from service.domain.fact import Authority, Fact, Proof
from service.domain.finding import Finding
from service.domain.funds import comparison_key, only_funds
from service.domain.quantity import Kind, Quantity
from service.ingestion.disagreements import disagreements_of
from service.ingestion.sums import Promise, is_sided, leaf_rows, promises_of, row_codes
from service.ingestion.tables import BuiltTable
from service.numerals import render_number
from service.vocabulary.vocabulary import Vocabulary

ZERO = Decimal(0)
#: Above so many places of one coordinate each is compared with the first alone.
_MANY_PLACES = 40
#: A sum that a table's form does not promise is missed where so many of its kind hold for each that fails.
_FEWEST_ALIKE = 3
#: So many rows make a list.
_LIST = 2
#: Dimensions along which a text lists the parts of a total.
_SPLIT_IN_TEXT = ("item", "nature", "fund")
#: A list in running text is not longer.
_MOST_IN_TEXT = 60
_DIGITS = re.compile(r"\d+")
#: Dimensions along which a text lists the parts of a total.
_SPLIT_IN_TEXT = ("item", "nature", "fund")
#: A list in running text is not longer.
_MOST_IN_TEXT = 60
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Proven:
    """Tables and facts with their proof, and what was found on the way."""

    tables: tuple[Table, ...]
    facts: tuple[Fact, ...]
    identities: tuple[Identity, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Operand:
    """One side's operand: a figure with its key (``T03.0.5`` or a fact id)."""

    key: str
    quantity: Quantity | None


def prove(built: Sequence[BuiltTable], facts: Sequence[Fact], vocabulary: Vocabulary) -> Proven:
    """Try every identity that the tables' shapes and the facts' coordinates promise.

    Returns:
        Tables and facts marked, the identities tried, and a finding per one that fails beyond what
        rounding allows.
    """
    identities = [*_within_tables(built), *_between_places(facts, built, vocabulary)]
    marks = judge(identities)
    tables = tuple(_mark_table(b.table, marks) for b in built)
    marked = tuple(replace(f, proof=marks.get(_place(f), f.proof)) for f in facts)
    places = {_place(f): f for f in reversed(facts)}
    return Proven(tables, marked, tuple(identities), disagreements_of(identities, facts, places, vocabulary))


def _place(fact: Fact) -> str:
    """Key of a fact's place: a cell goes by its table, so that all facts of one cell share it."""
    source = fact.source
    return f"{source.table}.{source.row}.{source.column}" if source.table else fact.id


def tolerance(left: Sequence[Quantity], right: Sequence[Quantity]) -> Decimal:
    """Return the largest difference that rounding allows between a total and the sum of n parts.

    Half a unit of the coarsest printed decimal for each figure, total included: 0.005 × (n+1) for two
    decimals. Source: the interval arithmetic of XBRL Calculations 1.1, and DOMAIN practice of 勾稽.

    Returns:
        In the base unit of the figures' kind.
    """
    return sum((Decimal(5).scaleb(-q.decimals - 1) * q.unit.scale for q in (*left, *right)), ZERO)


def try_identity(key: str, rule: str, text: str, left: Sequence[Operand], right: Sequence[Operand]) -> Identity | None:
    """Compare two sums; None where they are not of one kind.

    A blank operand adds nothing and takes no part. For ``of-which`` the left must not exceed the right.
    """
    lefts = [o.quantity for o in left if o.quantity is not None]
    rights = [o.quantity for o in right if o.quantity is not None]
    kinds = {q.unit.kind for q in (*lefts, *rights)}
    if len(kinds) > 1:
        return None
    a, b = sum((q.base for q in lefts), ZERO), sum((q.base for q in rights), ZERO)
    limit = tolerance(lefts, rights)
    holds = a <= b if rule == "of-which" else a == b
    verdict = "exact" if holds else "rounding" if abs(a - b) <= limit else "failed"
    unit = (lefts or rights)[0].unit if lefts or rights else None
    scale = unit.scale if unit else Decimal(1)
    return Identity(
        key=key, rule=rule, description=text, left=tuple(o.key for o in left if o.quantity is not None),
        right=tuple(o.key for o in right if o.quantity is not None), left_value=render_number(a / scale),
        right_value=render_number(b / scale), verdict=verdict, tolerance=render_number(limit / scale),
    )  # fmt: skip


def _within_tables(built: Sequence[BuiltTable]) -> Iterator[Identity]:
    for entry in built:
        table = entry.table
        loose: dict[str, list[Identity]] = defaultdict(list)
        for promise in promises_of(entry):
            left = [_operand(table, promise.left)]
            right = [_operand(table, place) for place in promise.right]
            if promise.rule == "difference":
                left, right = [*left, right[1]], right[:1]
            key = f"{table.id}/{promise.rule}/{left[0].key}={'+'.join(o.key for o in right)}"
            made = try_identity(key, promise.rule, f"{table.title}·{promise.text}", left, right)
            if made is None:
                continue
            if promise.firm and left[0].quantity is not None:
                yield made
            elif left[0].quantity is not None and right:
                loose[_kind_of(promise)].append(made)
            elif made.verdict != "failed":
                yield made
        yield from _borne_out_by_their_kind(loose.values())


def _borne_out_by_their_kind(kinds: Iterable[Sequence[Identity]]) -> Iterator[Identity]:
    """Yield the loose identities that hold, and those that fail where nearly all of their kind hold.

    A total that holds in another reading is not failed by this one, nor by one that counts a subtotal and its parts.
    """
    kinds = list(kinds)
    held = [i for alike in kinds for i in alike if i.verdict != "failed"]
    yield from held
    read = {i.left for i in held if i.left and i.right and i.rule != "of-which"}
    for alike in kinds:
        telling = [
            i for i in alike
            if i.verdict != "failed" and i.left in read and (len(i.right) > 1 or i.rule == "row-sum")
            and Decimal(i.left_value.replace(",", ""))
        ]  # fmt: skip
        failed = [i for i in alike if i.verdict == "failed" and i.left not in read and not _counts_twice(i, held)]
        if len(telling) >= _FEWEST_ALIKE and len(failed) * _FEWEST_ALIKE <= len(telling):
            yield from failed


def _counts_twice(identity: Identity, held: Iterable[Identity]) -> bool:
    """Whether a sum has among its parts both a total and what makes that up."""
    parts = set(identity.right)
    return any(i.right and parts.issuperset(i.left) and parts.issuperset(i.right) for i in held if i.left)


def _kind_of(promise: Promise) -> str:
    """Return what is the same for the loose promises of one kind: 其下级科目之和, or one sum across all rows."""
    whole, _, parts = promise.text.partition(" = ")
    across = whole.rpartition("：")[2] if promise.rule == "row-sum" else ""
    return f"{promise.rule}/{across}/{_DIGITS.sub('', parts)}"


def broken_sums(entry: BuiltTable) -> int:
    """Count the sums promised by a table's shape that fail beyond rounding, less those that hold with a figure."""
    tried = list(_within_tables([entry]))
    held = sum(1 for i in tried if i.verdict != "failed" and i.left and i.right)
    return sum(2 for i in tried if i.verdict == "failed") - held


def _operand(table: Table, place: tuple[int, int]) -> Operand:
    row, column = place
    return Operand(f"{table.id}.{row}.{column}", table.rows[row].cells[column].quantity)


def _between_places(facts: Sequence[Fact], built: Sequence[BuiltTable], vocabulary: Vocabulary) -> Iterator[Identity]:
    """Same coordinate, two places; and the same coordinate put otherwise."""
    levels = [f for f in facts if f.coordinate.aspect is Aspect.LEVEL and f.authority is not Authority.DERIVED]
    only = only_funds(levels)
    groups: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in levels:
        if "line" not in dict(fact.coordinate.members) and fact.quantity is not None:
            groups[comparison_key(fact.coordinate, only)].append(fact)
    for same in groups.values():
        yield from _pairs(same)
    lists = frozenset(
        b.table.id for b in built if is_sided(b)
    )  # an item in one may be a part of another fund's or nature's
    yield from _equivalent(levels, groups, only, vocabulary, lists)
    yield from _nature_by_class(built, vocabulary)
    yield from _items_down(levels, vocabulary)
    yield from _shares_and_rates(facts, groups, only)
    yield from _stated_shares(facts, groups, only, vocabulary)
    yield from _text_sums(facts, vocabulary)


def _pairs(same: Sequence[Fact]) -> Iterator[Identity]:
    """Compare the places of one coordinate pairwise; a table's own sums compare those within it."""
    places: dict[str, Fact] = {}
    for fact in same:
        places.setdefault(_place(fact), fact)
    items = list(places.items())
    paired = combinations(items, 2) if len(items) <= _MANY_PLACES else ((items[0], other) for other in items[1:])
    for (key, fact), (other_key, other) in paired:
        if fact.source.table and fact.source.table == other.source.table:
            continue
        made = try_identity(
            f"same-coordinate/{key}={other_key}", "same-coordinate", f"{_where(fact)} = {_where(other)}",
            [Operand(key, fact.quantity)], [Operand(other_key, other.quantity)],
        )  # fmt: skip
        if made is not None:
            yield made


def _where(fact: Fact) -> str:
    source = fact.source
    place = f"{source.row_label}·{source.column_label}" if source.table else f"“{source.row_label}”"
    return f"{source.table_title}[{place}]"


def _equivalent(
    levels: Sequence[Fact], groups: Mapping[tuple[object, ...], list[Fact]], only: frozenset[str],
    vocabulary: Vocabulary, lists: frozenset[str],
) -> Iterator[Identity]:  # fmt: skip
    """Compare a printed figure with the sum of the rows that make it up in another table."""
    by_table: dict[str, list[Fact]] = defaultdict(list)
    for fact in levels:
        if fact.source.table and fact.quantity is not None:
            by_table[fact.source.table].append(fact)
    for group in list(groups.values()):
        anchor = group[0]
        for equivalence in vocabulary.equivalences:
            if anchor.coordinate.get(equivalence.member[0]) != equivalence.member[1]:
                continue
            wanted = dict(anchor.coordinate.members) | {}
            del wanted[equivalence.member[0]]
            wanted |= dict(equivalence.same_as)
            measure = equivalence.measure or anchor.coordinate.measure
            for table_id, candidates in by_table.items():
                parts = _parts(candidates, measure, anchor, wanted, only, vocabulary)
                for fact in group:
                    if parts and fact.source.table != table_id:
                        sided = fact.source.table in lists
                        yield from (i for i in _sum_identity(fact, parts) if not (sided and i.verdict == "failed"))


def _parts(
    candidates: Sequence[Fact], measure: str, anchor: Fact, wanted: Mapping[str, str],
    only: frozenset[str], vocabulary: Vocabulary,
) -> list[Fact]:  # fmt: skip
    """Return the finest rows of a table that lie within a coordinate, one column of them."""
    found = []
    for fact in candidates:
        coordinate = fact.coordinate
        if (coordinate.measure, coordinate.year) != (measure, anchor.coordinate.year):
            continue
        members = {
            d: m for d, m in coordinate.members if not (d == "fund" and m in only) and (d, m) != ("origin", "本年")
        }
        inside = all(
            d in members and vocabulary.is_within(d, members[d], m)
            for d, m in wanted.items() if not (d == "fund" and m in only)
        )  # fmt: skip
        extra = {d for d in members if d not in wanted} - {"gov_economic", "line", "project", "unit", "project_type"}
        if inside and not extra:
            found.append(fact)
    found = _finest(found, vocabulary)
    columns = sorted({f.source.column for f in found})
    best = min(
        columns, key=lambda c: (sum(len(f.coordinate.members) for f in found if f.source.column == c), c), default=-1
    )
    return [f for f in found if f.source.column == best]


def _finest(facts: Sequence[Fact], vocabulary: Vocabulary) -> list[Fact]:
    """Leave out rows that stand above others of the same table and column."""
    above: set[tuple[int, str, str]] = set()
    for fact in facts:
        for dimension, member in fact.coordinate.members:
            for ancestor in _ancestors(dimension, member, vocabulary):
                above.add((fact.source.column, dimension, ancestor))
    return [
        f for f in facts if not any((f.source.column, d, m) in above for d, m in f.coordinate.members if m.isdigit())
    ]


def _ancestors(dimension: str, member: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    if member.isdigit():
        return tuple(member[:n] for n in range(3, len(member)))
    return vocabulary.ancestors(dimension, member)


def _sum_identity(total: Fact, parts: Sequence[Fact]) -> Iterator[Identity]:
    left, right = [Operand(_place(total), total.quantity)], [Operand(_place(p), p.quantity) for p in parts]
    title = parts[0].source.table_title
    key = f"equivalence/{left[0].key}={'+'.join(o.key for o in right)}"
    made = try_identity(key, "equivalence", f"{_where(total)} = {title}相应{len(parts)}行之和", left, right)
    if made is not None:
        yield made


def _items_down(levels: Sequence[Fact], vocabulary: Vocabulary) -> Iterator[Identity]:
    """An item equals those it is split into, each in a row of its own: 公务用车 = 购置 + 运行, “三公”经费 = its three items.

    Only where the table prints every one of them.
    """
    columns: dict[tuple[object, ...], dict[str, Fact]] = defaultdict(dict)
    for fact in levels:
        place = fact.coordinate
        if fact.source.table:
            rest = place.without("item")
            column = (fact.source.table, fact.source.column, place.measure, place.year, place.stage, rest.members)
            columns[column].setdefault(place.get("item") or "", fact)
    for found in columns.values():
        for whole, total in found.items():
            measure = total.coordinate.measure
            parts = [m for m in vocabulary.members.by_id.values() if m.dimension == "item" and m.measure == measure]
            below = [m.id for m in parts if (m.parent or "") == whole]
            if len(below) < _LIST or not all(b in found for b in below):
                continue
            rows = [found[b] for b in below]
            if total.quantity is None or any(r.source.row == total.source.row for r in rows):
                continue
            left, right = [Operand(_place(total), total.quantity)], [Operand(_place(r), r.quantity) for r in rows]
            key = f"{total.source.table}/item-sum/{left[0].key}"
            text = f"{total.source.table_title}·{total.source.column_label}：{total.source.row_label} = {'、'.join(below)}之和"
            made = try_identity(key, "column-sum", text, left, right)
            if made is not None:
                yield made


def _nature_by_class(built: Sequence[BuiltTable], vocabulary: Vocabulary) -> Iterator[Identity]:
    """人员经费 = 301 + 303, 公用经费 = 302 + 310, within a table that lists economic items."""
    classes: dict[str, list[str]] = defaultdict(list)
    for equivalence in vocabulary.equivalences:
        member = vocabulary.member(*equivalence.member)
        code = dict(equivalence.same_as).get("economic", "")
        if member is not None and member.parent and code:
            classes[member.parent].append(code)
    for entry in built:
        table = entry.table
        if entry.standard is None or entry.standard.rows[:1] != ("economic",) or "nature" not in entry.standard.dims:
            continue
        total = next((i for i, r in enumerate(table.rows) if r.kind is RowKind.TOTAL), None)
        if total is None:
            continue
        for column in table.figure_columns:
            whole = _whole_beside(table, column, vocabulary)
            if whole is None:
                continue
            named = vocabulary.members.named(table.columns[column].split("/")[-1], ("nature",))
            codes = classes.get(named[0].id, []) if named else []
            held = row_codes(table, entry.roles)
            rows = [r for r in leaf_rows(table, entry.roles) if any(c[:3] in codes for c in held[r])]
            if rows and _by_class(table, column, whole, rows):
                left = [_operand(table, (total, column))]
                right = [_operand(table, (r, whole)) for r in rows]
                text = f"{table.title}·{named[0].id} = {'+'.join(sorted(codes))}类之和"
                made = try_identity(f"{table.id}/class-sum/{column}", "class-sum", text, left, right)
                if made is not None:
                    yield made


def _by_class(table: Table, column: int, whole: int, rows: Sequence[int]) -> bool:
    """Whether a column holds whole classes: none of their rows prints an amount elsewhere, nor another row one here."""
    inside = all(
        (a := table.rows[r].cells[whole].quantity) is None
        or ((b := table.rows[r].cells[column].quantity) is not None and a.base == b.base)
        for r in rows
    )  # fmt: skip
    others = [r for r, row in enumerate(table.rows) if row.kind is RowKind.ITEM and r not in rows]
    return inside and not any((q := table.rows[r].cells[column].quantity) is not None and q.number for r in others)


def _whole_beside(table: Table, column: int, vocabulary: Vocabulary) -> int | None:
    """Return the column that holds the whole of what *column* is a part of: of its group, else of the table."""
    group = table.columns[column].rpartition("/")[0]
    wholes = [c for c in table.figure_columns if vocabulary.catalogue.is_whole(table.columns[c].split("/")[-1])]
    beside = [c for c in wholes if table.columns[c].rpartition("/")[0] == group]
    return beside[0] if beside else None


def _shares_and_rates(
    facts: Sequence[Fact], groups: Mapping[tuple[object, ...], list[Fact]], only: frozenset[str]
) -> Iterator[Identity]:
    """A stated rate must follow from its stated change; a stated share from its part and the section's total."""
    changes = {
        (f.coordinate.measure, f.coordinate.key, f.coordinate.year): f
        for f in facts if f.coordinate.aspect is Aspect.CHANGE and f.quantity is not None
    }  # fmt: skip
    for fact in facts:
        quantity = fact.quantity
        if quantity is None or quantity.unit.kind is not Kind.RATIO:
            continue
        if fact.coordinate.aspect is Aspect.RATE:
            change = changes.get((fact.coordinate.measure, fact.coordinate.key, fact.coordinate.year))
            level = groups.get(comparison_key(_as_level(fact).coordinate, only))
            if change is None or change.quantity is None or not level or level[0].quantity is None:
                continue
            before = level[0].quantity.base - change.quantity.base
            if before:
                yield _ratio_of(fact, change.quantity.base / before, (change, level[0]), "增减额 ÷ 上年数")


def _stated_shares(
    facts: Sequence[Fact], groups: Mapping[tuple[object, ...], list[Fact]], only: frozenset[str], vocabulary: Vocabulary
) -> Iterator[Identity]:
    """A stated share is its part over the part's parent, along the dimension that names it."""
    for fact in facts:
        quantity = fact.quantity
        if fact.coordinate.aspect is not Aspect.SHARE or quantity is None:
            continue
        level = _as_level(fact)
        part = groups.get(comparison_key(level.coordinate, only), [])
        for dimension in ("item", "nature", "function", "project"):
            member = fact.coordinate.get(dimension)
            if member is None or not part or part[0].quantity is None:
                continue
            above = vocabulary.ancestors(dimension, member)
            coordinate = level.coordinate.without(dimension)
            if above and dimension in {"item", "nature"}:
                coordinate = coordinate.having(**{dimension: above[0]})
            whole = groups.get(comparison_key(coordinate, only), [])
            if whole and whole[0].quantity is not None and whole[0].quantity.number:
                made = _ratio(fact, part[0], (whole[0],), "部分 ÷ 整体")
                if made.verdict == "failed":
                    together = _of_all_parts(fact, part[0], groups, only, dimension, vocabulary)
                    made = together if together is not None and together.verdict != "failed" else made
                yield made
                break


def _of_all_parts(
    stated: Fact, part: Fact, groups: Mapping[tuple[object, ...], list[Fact]], only: frozenset[str], dimension: str,
    vocabulary: Vocabulary,
) -> Identity | None:  # fmt: skip
    """Hold a share against the sum of its part and those beside it: the whole that a text means may leave out what was carried over."""
    coordinate = _as_level(stated).coordinate
    member = coordinate.get(dimension) or ""
    above = vocabulary.ancestors(dimension, member)[:1]
    beside = [
        m.id for m in vocabulary.members.by_id.values()
        if m.dimension == dimension and m.id != member and vocabulary.ancestors(dimension, m.id)[:1] == above
    ]  # fmt: skip
    printed = [groups.get(comparison_key(coordinate.having(**{dimension: m}), only), [])[:1] for m in beside]
    others = [f for found in printed for f in found if f.quantity is not None and f.quantity.unit.kind is Kind.MONEY]
    return _ratio(stated, part, (part, *others), "部分 ÷ 各部分之和") if others else None


def _text_sums(facts: Sequence[Fact], vocabulary: Vocabulary) -> Iterator[Identity]:
    """A total in the text and the parts listed with it: 采购 = 货物 + 工程 + 服务.

    A list may be cut short on purpose, so only those that hold are kept.
    """
    sections: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        if not fact.source.table and fact.quantity is not None and fact.authority is Authority.SENTENCE:
            sections[fact.source.table_title].append(fact)
    for stated in sections.values():
        beside: dict[tuple[str, Coordinate], list[Fact]] = defaultdict(list)
        for fact in stated:
            for dimension in _SPLIT_IN_TEXT:
                if fact.coordinate.get(dimension) is not None:
                    beside[dimension, fact.coordinate.without(dimension)].append(fact)
        for total in stated:
            for dimension in _SPLIT_IN_TEXT:
                together = beside.get((dimension, total.coordinate.without(dimension)), ())
                parts = _parts_in_text(total, together[:_MOST_IN_TEXT], dimension, vocabulary)
                if len(parts) < 2:
                    continue
                left, right = [Operand(_place(total), total.quantity)], [Operand(_place(p), p.quantity) for p in parts]
                key = f"text-sum/{left[0].key}={'+'.join(o.key for o in right)}"
                made = try_identity(key, "text-sum", f"{_where(total)} = 所列各项之和", left, right)
                if made is not None and made.verdict != "failed":
                    yield made


def _parts_in_text(total: Fact, stated: Sequence[Fact], dimension: str, vocabulary: Vocabulary) -> list[Fact]:
    """Return those figures of one section, of one coordinate but for a dimension, that are the total's children along it."""
    own = total.coordinate.get(dimension)
    found: dict[str, Fact] = {}
    extra: list[Fact] = []
    for fact in stated:
        member = fact.coordinate.get(dimension)
        if fact is total or member is None:
            continue
        above = vocabulary.ancestors(dimension, member)
        is_child = above[:1] == (own,) if own else not any(a in found for a in above)
        if not is_child or member == own:
            continue
        if member in found and dimension == "fund":
            extra.append(fact)  # the text lists it twice: both are in its sum
        found.setdefault(member, fact)
    listed = [f for m, f in found.items() if not any(a in found for a in vocabulary.ancestors(dimension, m))]
    return [*listed, *extra]


def _as_level(fact: Fact) -> Fact:
    return replace(fact, coordinate=replace(fact.coordinate, aspect=Aspect.LEVEL, base_year=None))


def _ratio(stated: Fact, part: Fact, wholes: Sequence[Fact], text: str) -> Identity:
    """Hold a stated share against a part over its whole, which may be the sum of several facts."""
    whole = sum((f.quantity.base for f in wholes if f.quantity), ZERO)
    assert part.quantity is not None  # noqa: S101 - the caller has just looked
    return _ratio_of(stated, part.quantity.base / whole, tuple(dict.fromkeys((part, *wholes))), text)


def _ratio_of(stated: Fact, value: Decimal, rests_on: Sequence[Fact], text: str) -> Identity:
    assert stated.quantity is not None  # noqa: S101 - the caller has just looked
    low, high = stated.quantity.interval()
    shown = value / stated.quantity.unit.scale
    verdict = "exact" if low <= shown <= high else "failed"
    return Identity(
        key=f"ratio/{_place(stated)}", rule="ratio", description=f"{_where(stated)} = {text}",
        left=(_place(stated),), right=tuple(_place(f) for f in rests_on),
        left_value=render_number(stated.quantity.number), right_value=render_number(shown, decimals=stated.quantity.decimals),
        verdict=verdict, tolerance=render_number(Decimal(5).scaleb(-stated.quantity.decimals - 1)),
    )  # fmt: skip


def judge(identities: Iterable[Identity]) -> dict[str, Proof]:
    """Return the proof of each place.

    A place is proven by an identity that holds and compares two figures. Of a failed one, those that
    nothing else proves are contradicted; where everything else proves all of them, the total is.
    """
    marks: dict[str, Proof] = {}
    failed = []
    for identity in identities:
        if identity.verdict == "failed":
            failed.append(identity)
        elif identity.left and identity.right and identity.rule != "of-which":
            for key in (*identity.left, *identity.right):
                marks[key] = Proof.PROVEN
    for identity in failed:
        said = [k for k in (*identity.left, *identity.right) if _is_sentence(k)]
        if said and identity.rule in {"same-coordinate", "equivalence", "ratio"}:
            for key in said:  # a table is not put in doubt by what a sentence says of it
                marks.setdefault(key, Proof.CONTRADICTED)
            continue
        unproven = [k for k in (*identity.left, *identity.right) if marks.get(k) is not Proof.PROVEN]
        for key in unproven or identity.left:
            marks[key] = Proof.CONTRADICTED
    return marks


def _is_sentence(key: str) -> bool:
    return "/N" in key


def _mark_table(table: Table, marks: Mapping[str, Proof]) -> Table:
    rows = []
    for r, row in enumerate(table.rows):
        cells = tuple(
            replace(cell, proof=marks.get(f"{table.id}.{r}.{c}", Proof.UNPROVEN)) if cell.quantity is not None else cell
            for c, cell in enumerate(row.cells)
        )
        rows.append(replace(row, cells=cells))
    return replace(table, rows=tuple(rows))
