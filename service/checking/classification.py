"""Codes of the budget classifications: their names, which go together, which money belongs under them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from service.checking.cells import Cells, figures_of
from service.checking.equations import Place
from service.checking.material import Material
from service.checking.rulebook import Rule, rule_of
from service.domain.document import Document, Row, Table
from service.domain.fact import Authority, Fact, Source
from service.domain.finding import Finding, Severity
from service.numerals import render_quantity
from service.vocabulary.names import fold, squeeze, strip_ordinal
from service.vocabulary.vocabulary import Vocabulary

_DIMENSIONS = ("function", "economic", "gov_economic")
_CODES = re.compile(r"^[\[【(（]?[\d\s]{3,}[\]】)）]?\s*[-－—_:：.]?\s*")
_CLASS, _ITEM = 3, 7
_ECONOMIC = 5
_TYPO_LENGTH = 5
#: So many rows of one table with another code's name are one cause.
_MANY = 5
_SHOWN = 4
_NAMES = {"function": "功能科目", "economic": "部门经济科目", "gov_economic": "政府经济科目"}


@dataclass(frozen=True, slots=True)
class Coded:
    """A row of a table with one of its codes.

    Attributes:
        table: The table.
        row: Its row.
        dimension: ``function``, ``economic`` or ``gov_economic``.
        code: The code.
        names: Texts printed on the row, codes and ordinals dropped.
        alone: Whether it is the only classification of the row.
    """

    table: Table
    row: int
    dimension: str
    code: str
    names: tuple[str, ...]
    alone: bool


def classification_findings(material: Material, taken: frozenset[Place]) -> Iterator[Finding]:
    """Yield what is wrong with the codes of a text's tables and with what stands under them."""
    text, vocabulary = material.text, material.vocabulary
    cells = Cells(text)
    facts = [f for f in text.facts if f.authority is Authority.CELL and f.source.table]
    coded = [c for c in _coded(facts, cells) if _lists_codes(c.table, vocabulary)]
    named = list(_names_and_codes(coded, text, cells, vocabulary))
    yield from named
    told = frozenset((s.table, s.row) for f in named for s in f.sources)
    yield from _twice(coded, cells, vocabulary, told)
    yield from _levels(coded, text, cells, vocabulary)
    yield from _order(coded, cells, vocabulary)
    yield from _pairs(facts, vocabulary)
    amounts = [f for f in facts if f.quantity is not None and f.quantity.number and f.coordinate.year == text.year]
    free = [f for f in amounts if (f.source.table, f.source.row, f.source.column) not in taken]
    yield from _running(free, vocabulary)
    yield from _columns(free, vocabulary)
    yield from _unusual(amounts, {t.id: t.kind for t in text.tables}, vocabulary)
    yield from _insured(amounts, facts, vocabulary)


def _lists_codes(table: Table, vocabulary: Vocabulary) -> bool:
    """Whether a table's rows are named by a classification, and not by what is bought or done under it."""
    standard = vocabulary.catalogue.table(table.kind)
    return standard is not None and bool({*standard.rows[:2]} & {*_DIMENSIONS})


def _coded(facts: Sequence[Fact], cells: Cells) -> Iterator[Coded]:
    seen: dict[tuple[str, int, str], str] = {}
    for fact in facts:
        for dimension in _DIMENSIONS:
            code = fact.coordinate.get(dimension)
            if code and code.isdigit():
                seen.setdefault((fact.source.table, fact.source.row, dimension), code)
    per_row: dict[tuple[str, int], int] = defaultdict(int)
    for name, row, _ in seen:
        per_row[name, row] += 1
    for (name, row, dimension), code in seen.items():
        table = cells.tables[name]
        names = _names_of(table.rows[row], table, code)
        yield Coded(table, row, dimension, code, names, per_row[name, row] == 1)


def _names_of(row: Row, table: Table, code: str) -> tuple[str, ...]:
    """Return the name printed with a code: in its cell or right of it; none where the code was taken from elsewhere."""
    pairs: list[tuple[str, str]] = []
    digits = ""
    for text in (c.raw for i, c in enumerate(row.cells) if i not in table.figure_columns and c.raw):
        plain = re.sub(r"[\s\[\]【】]", "", text)
        if plain.isdigit():
            digits += plain
            continue
        leading = _CODES.match(text)
        own = re.sub(r"\D", "", leading.group()) if leading else ""
        pairs.append((own or digits, fold(strip_ordinal(text[leading.end() :] if own and leading else text))))
        digits = ""
    return tuple(name for own, name in pairs if own and len(name) > 1 and (own == code or code.endswith(own)))


# Names --------------------------------------------------------------------------------------------------------------


def _names_and_codes(coded: Sequence[Coded], text: Document, cells: Cells, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Tell of rows whose name belongs to another code, or misses the code's name by one character (A18)."""
    rule = rule_of(vocabulary, "code-name")
    if rule is None:
        return
    groups: dict[tuple[str, str, str], list[tuple[Coded, str]]] = defaultdict(list)
    for entry in coded:
        if entry.dimension != "function" and text.year < rule.number("economic_since", "0"):
            continue
        wrong = _wrong_name(entry, vocabulary)
        if wrong:
            groups[entry.dimension, entry.code, wrong].append((entry, _owner(entry, wrong, vocabulary)))
    per_table: dict[tuple[str, str], list[tuple[Coded, str]]] = defaultdict(list)
    for (dimension, _, _), entries in groups.items():
        per_table[entries[0][0].table.id, dimension].append(entries[0])
    for shifted in per_table.values():
        if len(shifted) >= _MANY:
            yield _shifted([e for e, _ in shifted], cells, vocabulary, rule)
    for (dimension, code, wrong), entries in groups.items():
        if len(per_table[entries[0][0].table.id, dimension]) >= _MANY:
            continue
        owner = entries[0][1]
        right = vocabulary.name_of(dimension, code)
        said = f"“{wrong}”的编码是{owner}" if owner else f"与“{right}”只差一个字，疑为错字"
        first = entries[0][0]
        more = f"（共{len(entries)}处）" if len(entries) > 1 else ""
        yield Finding(
            "code-name-mismatch", rule.severity if owner else Severity.NOTE,
            f"{first.table.title}第{first.row + 1}行编码{code}印的名称是“{wrong}”，科目表里{code}是“{right}”；{said}{more}。",
            tuple(_label_place(e, cells) for e, _ in entries), stated=f"{code} {wrong}", expected=f"{code} {right}",
        )  # fmt: skip


def _shifted(entries: Sequence[Coded], cells: Cells, vocabulary: Vocabulary, rule: Rule) -> Finding:
    """Tell once of a table whose names stand beside other codes throughout."""
    said = "、".join(f"{e.code}印作“{e.names[0]}”" for e in entries[:_SHOWN])
    return Finding(
        "code-name-mismatch", rule.severity,
        f"{entries[0].table.title}有{len(entries)}行编码与名称对不上，像是错行或科目表不同：{said}等。请对照科目表核对。",
        tuple(_label_place(e, cells) for e in entries), stated=f"{entries[0].code} {entries[0].names[0]}",
        expected=f"{entries[0].code} {vocabulary.name_of(entries[0].dimension, entries[0].code)}",
    )  # fmt: skip


def _wrong_name(entry: Coded, vocabulary: Vocabulary) -> str:
    """Return the printed name that is not the code's, "" where the row is right or cannot be told."""
    member = vocabulary.member(entry.dimension, entry.code)
    if member is None or not entry.names:
        return ""
    known = {fold(n) for n in (member.name, *member.names, *member.say)}
    if any(_same(name, k) for name in entry.names for k in known):
        return ""
    for name in entry.names:
        if _owner(entry, name, vocabulary) or (len(name) >= _TYPO_LENGTH and any(_one_apart(name, k) for k in known)):
            return name
    return ""


def _same(name: str, known: str) -> bool:
    return name == known or name.removesuffix("支出") == known.removesuffix("支出") or known in name


def _owner(entry: Coded, name: str, vocabulary: Vocabulary) -> str:
    """Return the code of the same depth that the name belongs to, "" where none or where it is a name of several."""
    found = [
        m.id for m in vocabulary.members.named(name, (entry.dimension,))
        if len(m.id) == len(entry.code) and m.id != entry.code and fold(m.name) == name
    ]  # fmt: skip
    beside = [i for i in found if i[:-2] == entry.code[:-2]]
    return (beside or found)[0] if len(beside) == 1 or len(found) == 1 else ""


def _one_apart(one: str, other: str) -> bool:
    """Whether two names of one length differ in a single character."""
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1


def _label_place(entry: Coded, cells: Cells) -> Source:
    column = next(
        (i for i, c in enumerate(entry.table.rows[entry.row].cells) if i not in entry.table.figure_columns and c.raw), 0
    )
    return cells.at(entry.table, entry.row, column)


def _twice(
    coded: Sequence[Coded], cells: Cells, vocabulary: Vocabulary, told: frozenset[tuple[str, int]]
) -> Iterator[Finding]:
    """Tell of one code that stands in a table under two names."""
    rule = rule_of(vocabulary, "code-twice")
    if rule is None:
        return
    groups: dict[tuple[str, str, str], dict[str, Coded]] = defaultdict(dict)
    for entry in coded:
        if entry.alone and len(entry.names) == 1:
            groups[entry.table.id, entry.dimension, entry.code].setdefault(entry.names[0].removesuffix("支出"), entry)
    for (_, dimension, code), names in groups.items():
        entries = list(names.values())
        known = vocabulary.member(dimension, code)
        if len(entries) < 2 or known is None or any((e.table.id, e.row) in told for e in entries):
            continue
        listed = "、".join(f"“{e.names[0]}”" for e in entries)
        yield Finding(
            "code-twice", rule.severity,
            f"{entries[0].table.title}里{_NAMES[dimension]}{code}印了{len(entries)}次，名称不同：{listed}；科目表里是“{known.name}”。",
            tuple(_label_place(e, cells) for e in reversed(entries)), stated=code,
        )  # fmt: skip


def _levels(coded: Sequence[Coded], text: Document, cells: Cells, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Tell of a code whose lower rows or upper row are missing, where all the others have them."""
    rule = rule_of(vocabulary, "levels")
    withheld = rule_of(vocabulary, "withheld")
    if rule is None:
        return
    secret = withheld is not None and any(w in squeeze(text.text) for w in withheld.words("words"))
    tables: dict[tuple[str, str], dict[str, Coded]] = defaultdict(dict)
    for entry in coded:
        folded = len(set(entry.table.columns)) < len(entry.table.columns)  # a list in halves side by side
        if (entry.dimension == "function" and entry.alone) or (entry.dimension == "economic" and not folded):
            tables[entry.table.id, entry.dimension].setdefault(entry.code, entry)
    found: dict[tuple[str, str], list[Coded]] = defaultdict(list)
    for (_, dimension), codes in tables.items():
        for upper, lower in pairwise(vocabulary.dimensions[dimension].levels):
            for code, what in _without_kin(codes, upper, lower, rule):
                found[code, what].append(codes[code])
    for (code, what), entries in sorted(found.items()):
        first = entries[0]
        if any(q.number for _, q in figures_of(first.table.rows[first.row], first.table)):
            titles = "、".join(e.table.title for e in entries)
            yield Finding(
                "row-missing", Severity.NOTE if secret else rule.severity,
                f"{titles}：{code}{''.join(first.names[:1])}{what}，其他科目都有，疑漏一行。",
                tuple(_label_place(e, cells) for e in entries), stated=code,
            )  # fmt: skip


def _without_kin(codes: Iterable[str], upper: int, lower: int, rule: Rule) -> Iterator[tuple[str, str]]:
    """Yield the few codes of two levels without a code below or above them, where the others have one."""
    heads, parts = {c for c in codes if len(c) == upper}, {c for c in codes if len(c) == lower}
    childless = sorted(h for h in heads if not any(p.startswith(h) for p in parts))
    orphans = sorted(p for p in parts if p[:upper] not in heads)
    if (
        childless
        and len(childless) <= rule.number("most", "1")
        and len(heads) - len(childless) >= rule.number("fewest", "1")
    ):
        yield from ((code, "下面没有列明细科目") for code in childless)
    above = {p[:upper] for p in orphans}
    if above and len(above) <= rule.number("most", "1") and len(heads) >= rule.number("fewest", "1"):
        yield from ((next(p for p in orphans if p.startswith(a)), f"上面没有列所属科目{a}") for a in sorted(above))


def _order(coded: Sequence[Coded], cells: Cells, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Tell once of the tables whose codes do not ascend."""
    rule = rule_of(vocabulary, "code-order")
    if rule is None:
        return
    first: dict[str, Coded] = {}
    last: dict[str, str] = {}
    count: dict[str, int] = defaultdict(int)
    seen: dict[str, set[str]] = defaultdict(set)
    for entry in coded:
        if not entry.names or entry.dimension != "function":
            continue
        name = entry.table.id
        if entry.code in seen[name]:
            first.pop(name, None)
            count[name] = -len(coded)
        seen[name].add(entry.code)
        if name in last and entry.code < last[name] and count[name] >= 0:
            count[name] += 1
            first.setdefault(name, entry)
        last[name] = entry.code
    if first:
        said = "、".join(f"{e.table.title}（{e.code}在后）" for e in first.values())
        yield Finding(
            "codes-unordered", rule.severity, f"科目没有按编码排列：{said}。",
            tuple(_label_place(e, cells) for e in first.values()),
        )  # fmt: skip


def _pairs(facts: Sequence[Fact], vocabulary: Vocabulary) -> Iterator[Finding]:
    """Tell of department and government codes on one row that do not go together (A28)."""
    rule = rule_of(vocabulary, "pairs")
    if rule is None:
        return
    possible: dict[str, set[str]] = defaultdict(set)
    for economic, government in vocabulary.pairs:
        possible[economic].add(government)
    seen: set[tuple[str, str]] = set()
    found: dict[str, list[tuple[Fact, str, str]]] = defaultdict(list)
    for fact in facts:
        economic = (fact.coordinate.get("economic") or "")[:_ECONOMIC]
        government = fact.coordinate.get("gov_economic") or ""
        pair = (economic, government)
        if (
            pair in seen or len(government) != _ECONOMIC or economic[:_CLASS] not in rule.words("classes")
            or not possible.get(economic) or government in possible[economic]
            or vocabulary.member("gov_economic", government) is None
        ):  # fmt: skip
            continue
        seen.add(pair)
        found[fact.source.table].append((fact, economic, government))
    for entries in found.values():
        fact, economic, government = entries[0]
        right = "、".join(f"{c}{vocabulary.name_of('gov_economic', c)}" for c in sorted(possible[economic]))
        others = "、".join(f"{e}与{g}" for _, e, g in entries[1 : 1 + _SHOWN])
        more = f"这张表不对应的还有{others}{'等' if len(entries) > _SHOWN + 1 else ''}。" if others else ""
        yield Finding(
            "codes-do-not-pair", rule.severity,
            f"{fact.source.table_title}：部门科目{economic}{vocabulary.name_of('economic', economic)}"
            f"与政府科目{government}{vocabulary.name_of('gov_economic', government)}不对应，应为{right}。{more}",
            tuple(f.source for f, _, _ in entries), stated=f"{economic} {government}", expected=right,
        )  # fmt: skip


# Money under codes --------------------------------------------------------------------------------------------------


def _running(amounts: Iterable[Fact], vocabulary: Vocabulary) -> Iterator[Finding]:
    """Tell of running costs with projects and the other way round (A19), once for each code."""
    rule = rule_of(vocabulary, "running")
    if rule is None:
        return
    found: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in amounts:
        code, nature = fact.coordinate.get("function") or "", fact.coordinate.get("nature") or ""
        name = vocabulary.name_of("function", code) if len(code) == _ITEM else ""
        wrong = (nature == "项目支出" and name in rule.words("basic_only")) or (
            nature == "基本支出" and name in rule.words("project_only")
        )
        if wrong:
            found[code, nature].append(fact)
    for (code, nature), facts in found.items():
        first = facts[0]
        assert first.quantity is not None  # noqa: S101 - amounts have figures
        yield Finding(
            "wrong-nature", rule.severity,
            f"{first.source.table_title}：{code}{vocabulary.name_of('function', code)}列了{nature}"
            f"{render_quantity(first.quantity)}。{rule.name}，请核对科目；{rule.unless}的除外。",
            tuple(f.source for f in facts), stated=first.source.quote,
        )  # fmt: skip


def _columns(amounts: Iterable[Fact], vocabulary: Vocabulary) -> Iterator[Finding]:
    """Tell of pay in the column of office costs and the other way round (A27)."""
    rule = rule_of(vocabulary, "right-column")
    if rule is None:
        return
    told: set[tuple[str, str]] = set()
    for fact in amounts:
        code, nature = fact.coordinate.get("economic") or "", fact.coordinate.get("nature") or ""
        key = (fact.source.table, code)
        if len(code) < _ECONOMIC or code[:_ECONOMIC] in rule.words("exempt") or key in told:
            continue
        staff = code[:_CLASS] in rule.words("staff") and nature == "公用经费"
        office = code[:_CLASS] in rule.words("office") and nature == "人员经费"
        if staff or office:
            told.add(key)
            right = "人员经费" if staff else "公用经费"
            yield Finding(
                "wrong-column", rule.severity,
                f"{fact.source.table_title}：{code}{vocabulary.name_of('economic', code)}的{fact.source.quote}印在“{nature}”栏，应列{right}。",
                (fact.source,), stated=nature, expected=right,
            )  # fmt: skip


def _unusual(amounts: Iterable[Fact], kinds: Mapping[str, str], vocabulary: Vocabulary) -> Iterator[Finding]:
    rule = rule_of(vocabulary, "basic-classes")
    if rule is None:
        return
    found: dict[str, Fact] = {}
    for fact in amounts:
        code = fact.coordinate.get("economic") or ""
        if kinds.get(fact.source.table) == "B6" and code[:_CLASS] in rule.words("unusual"):
            found.setdefault(code[:_CLASS], fact)
    for code, fact in found.items():
        yield Finding(
            "unusual-class", rule.severity,
            f"{fact.source.table_title}里有{code}{vocabulary.name_of('economic', code)}类科目。{rule.name}，请核对。",
            (fact.source,), stated=code,
        )  # fmt: skip


def _insured(amounts: Sequence[Fact], facts: Sequence[Fact], vocabulary: Vocabulary) -> Iterator[Finding]:
    """Tell of pensions, insurance and housing funds paid while their functions are printed empty."""
    rule = rule_of(vocabulary, "insured")
    functions = {c[:_CLASS] for f in facts if (c := f.coordinate.get("function"))}
    if rule is None or not functions:
        return
    spent = {c[:_CLASS] for f in amounts if (c := f.coordinate.get("function"))}
    missing: list[tuple[Fact, str, str]] = []
    for pair in rule.words("codes"):
        economic, function = pair.split()
        paid = next((f for f in amounts if (f.coordinate.get("economic") or "")[:_ECONOMIC] == economic), None)
        if paid is not None and function not in spent:
            missing.append((paid, economic, function))
    if missing:
        said = "；".join(
            f"{e}{vocabulary.name_of('economic', e)}有{_paid(amounts, e)}，而{f}{vocabulary.name_of('function', f)}为空"
            for _, e, f in missing
        )
        yield Finding(
            "function-missing", rule.severity, f"{said}。{rule.basis}，功能科目疑似错列；{rule.unless}。",
            tuple(fact.source for fact, _, _ in missing), stated="、".join(f for _, _, f in missing),
        )  # fmt: skip


def _paid(amounts: Sequence[Fact], economic: str) -> str:
    """Return what one table prints under a code, all of its rows together."""
    first = next(f for f in amounts if (f.coordinate.get("economic") or "")[:_ECONOMIC] == economic)
    same = [
        f.quantity for f in amounts
        if f.source.table == first.source.table and f.source.column == first.source.column and f.quantity is not None
        and (f.coordinate.get("economic") or "") == first.coordinate.get("economic")
    ]  # fmt: skip
    total = sum((q.number for q in same), Decimal(0))
    return f"{total}{same[0].unit.symbol}"
