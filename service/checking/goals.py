"""Projects and their performance indicators, against the money they have."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from service.checking.cells import Cells
from service.checking.material import Material
from service.checking.rulebook import Rule, rule_of
from service.domain.coordinate import Aspect
from service.domain.document import Document, Indicator
from service.domain.fact import Authority, Fact, Source
from service.domain.finding import Finding
from service.domain.quantity import WAN_YUAN, Kind, Quantity
from service.numerals import render_quantity
from service.vocabulary.names import fold
from service.vocabulary.vocabulary import Vocabulary

_SHOWN = 5
#: A share of codes this small, of another length than the rest, is a slip.
_FEW = 5


def goal_findings(material: Material) -> Iterator[Finding]:
    """Yield what does not fit between projects, indicators and amounts of a text."""
    text, vocabulary = material.text, material.vocabulary
    yield from _ceilings(text, vocabulary)
    yield from _codes(text, vocabulary)
    yield from _names(text, vocabulary)
    yield from _measurable(text, vocabulary)
    yield from _procurement(text, vocabulary)


# Costs --------------------------------------------------------------------------------------------------------------


def _ceilings(text: Document, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Tell of cost ceilings above the money of their project (A43), and of two for the whole of one (A44)."""
    above, one = rule_of(vocabulary, "ceiling"), rule_of(vocabulary, "ceilings")
    amounts = _project_amounts(text)
    by_project: dict[tuple[str, str], list[Indicator]] = defaultdict(list)
    for indicator in text.indicators:
        if indicator.level1.startswith("成本") and indicator.quantity and indicator.quantity.unit.kind is Kind.MONEY:
            by_project[indicator.project, indicator.unit_code].append(indicator)
    for key, costs in by_project.items():
        amount = amounts.get(key)
        if above is not None and amount is not None:
            over = [i for i in costs if i.quantity and i.quantity.base > amount.base and not _is_apart(i, above)]
            if over:
                yield _over(key[0], over, amount, above)
        if one is not None and above is not None:
            whole = [i for i in costs if _is_whole(i, one) and not _is_apart(i, above)]
            if len({i.quantity.base for i in whole if i.quantity}) > 1:
                targets = "、".join(f"{i.name}{i.target}" for i in whole)
                yield Finding(
                    "ceilings-conflict", one.severity,
                    f"{key[0] or '部门整体'}有{len(whole)}个不同的总成本上限并存：{targets}。请保留一个，单位统一。",
                    tuple(i.source for i in whole), stated="、".join(i.target for i in whole),
                )  # fmt: skip


def _over(project: str, over: Sequence[Indicator], amount: Quantity, rule: Rule) -> Finding:
    said = "、".join(f"“{i.name}{i.target}”（{_in_wan(i)}）" for i in over)
    return Finding(
        "ceiling-above-budget", rule.severity, f"{project}的成本指标{said}高于项目资金{render_quantity(amount)}。",
        tuple(i.source for i in over), stated="、".join(i.target for i in over), expected=f"≤{render_quantity(amount)}",
    )  # fmt: skip


def _in_wan(indicator: Indicator) -> str:
    return render_quantity(indicator.quantity.to(WAN_YUAN)) if indicator.quantity else ""


def _is_apart(indicator: Indicator, rule: Rule) -> bool:
    """Whether a ceiling is of several years, or a price per piece."""
    words = fold(indicator.name + indicator.target)
    return any(w in words for w in (*rule.words("several_years"), *rule.words("unit_price")))


def _is_whole(indicator: Indicator, rule: Rule) -> bool:
    """Whether a cost indicator speaks of all of its project."""
    name, project = fold(indicator.name), fold(indicator.project)
    return any(w in name for w in rule.words("whole")) or (len(project) > 1 and (name in project or project in name))


def _project_amounts(text: Document) -> dict[tuple[str, str], Quantity]:
    return {
        (project, f.coordinate.get("unit") or ""): f.quantity
        for f in text.facts
        if (project := f.coordinate.get("project")) and f.quantity is not None and f.authority is Authority.CELL
        and f.coordinate.aspect is Aspect.LEVEL and "fund" not in dict(f.coordinate.members)
    }  # fmt: skip


# Codes and names ----------------------------------------------------------------------------------------------------


def _codes(text: Document, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Tell of project codes of another length than the rest (A47)."""
    rule = rule_of(vocabulary, "project-codes")
    projects: dict[str, Indicator] = {}
    for indicator in text.indicators:
        if indicator.project_code.isdigit():
            projects.setdefault(indicator.project_code, indicator)
    lengths = Counter(map(len, projects))
    if rule is None or len(projects) < rule.number("at_least", "1") or len(lengths) != 2:
        return
    cells = Cells(text)
    (usual, _), (other, count) = lengths.most_common()
    if count * _FEW > len(projects):
        return
    for code, indicator in projects.items():
        if len(code) == other:
            yield Finding(
                "project-code-length", rule.severity,
                f"{indicator.project}的项目编码{code}是{other}位，其余{lengths[usual]}个都是{usual}位，疑{'漏' if other < usual else '多'}一位。",
                (_printed_code(cells, code, indicator.source),), stated=code, expected=f"{usual}位",
            )  # fmt: skip


def _printed_code(cells: Cells, code: str, near: Source) -> Source:
    """Return the cell that prints a project's code, in the table of its indicators before any other; *near* where none does."""
    tables = sorted(cells.tables.values(), key=lambda t: t.id != near.table)
    places = ((t, r, c) for t in tables for r, row in enumerate(t.rows) for c, cell in enumerate(row.cells) if fold(cell.raw) == code)
    found = next(places, None)
    return cells.at(*found) if found else near


def _names(text: Document, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Tell of projects of different units that bear one short name."""
    rule = rule_of(vocabulary, "project-names")
    if rule is None:
        return
    found: dict[str, dict[str, Source]] = defaultdict(dict)
    for fact in text.facts:
        project, unit = fact.coordinate.get("project"), fact.coordinate.get("unit")
        if project and unit and fact.source.table:
            found[project].setdefault(unit, fact.source)
    for project, units in found.items():
        if len(units) > 1 and rule.number("shortest", "0") <= len(project) <= rule.number("longest", "99"):
            yield Finding(
                "project-name-twice", rule.severity,
                f"{len(units)}个单位的项目都叫“{project}”，名称过泛、容易混淆，建议写明内容。",
                tuple(units.values()), stated=project,
            )  # fmt: skip


def _measurable(text: Document, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Tell once of benefits whose target is a bare word, where most of the others have figures."""
    rule = rule_of(vocabulary, "measurable")
    if rule is None:
        return
    own = [i for i in text.indicators if i.level1.startswith(rule.words("level1"))]
    vague = [i for i in own if i.quantity is None and fold(i.target) in rule.words("words")]
    if vague and len(vague) * 2 < len(own):
        said = "、".join(f"{i.project or '部门整体'}“{i.name}”写“{i.target}”" for i in vague[:_SHOWN])
        more = f"等{len(vague)}个" if len(vague) > _SHOWN else ""
        yield Finding(
            "target-not-measurable", rule.severity, f"效益指标的值没有数字，无法衡量：{said}{more}。",
            tuple(i.source for i in vague), stated="、".join(dict.fromkeys(i.target for i in vague)),
        )  # fmt: skip


# Procurement --------------------------------------------------------------------------------------------------------


def _procurement(text: Document, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Tell of a procurement budget of nothing where projects and indicators buy things (B26)."""
    rule = rule_of(vocabulary, "procurement")
    said = [
        f for f in text.facts
        if f.coordinate.measure == "政府采购" and not f.coordinate.members and f.quantity is not None
        and f.coordinate.aspect is Aspect.LEVEL and f.coordinate.year == text.year and f.authority is not Authority.DERIVED
    ]  # fmt: skip
    if rule is None or not said or any(f.quantity and f.quantity.number for f in said):
        return
    evidence = list(_purchases(text, rule))
    if evidence:
        listed = "、".join(words for words, _ in evidence[:_SHOWN])
        more = f"等{len(evidence)}处" if len(evidence) > _SHOWN else ""
        yield Finding(
            "procurement-zero", rule.severity,
            f"政府采购预算为0，但{listed}{more}写有购置，疑漏编采购预算；{rule.unless}。",
            (said[0].source, *(source for _, source in evidence)), stated=render_quantity(_quantity(said[0])),
        )  # fmt: skip


def _quantity(fact: Fact) -> Quantity:
    assert fact.quantity is not None  # noqa: S101 - the caller has just looked
    return fact.quantity


def _purchases(text: Document, rule: Rule) -> Iterator[tuple[str, Source]]:
    for indicator in text.indicators:
        name = indicator.name
        counted = indicator.quantity is not None and indicator.quantity.unit.symbol in rule.words("goods")
        bought = any(w in name for w in rule.words("items")) and not any(w in name for w in rule.words("not_items"))
        if counted and bought:
            yield f"{indicator.project or '部门整体'}“{name}{indicator.target}”", indicator.source
    seen: set[str] = set()
    for fact in text.facts:
        code = fact.coordinate.get("economic") or ""
        if code.startswith(rule.words("economic")) and fact.quantity and fact.quantity.number and code not in seen:
            seen.add(code)
            yield f"经济科目{code}有{render_quantity(fact.quantity)}", fact.source
