"""Charts of an answer: only of its own figures, only where they add up exactly, with all geometry worked out here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import Enum, unique
from typing import Any, TypeAlias

from service.calculation.formula import Binary, Call, Expression, Function, Operator, Reference, render
from service.domain.quantity import WORKING_DIGITS, Kind, round_half_up
from service.presenting.evidence import Json, quantity_of, tag_to_dict, tags_of
from service.presenting.formulas import is_listed, is_ranked, parsed, reference_of

#: Bars that a chart draws; the others stand in its table.
MOST_BARS = 15
#: Bars that a list needs to be worth a picture.
_LEAST = 2
_PLACES = 2
_FRACTION = Decimal("0.000001")
_CHANGE = re.compile(r"(增加|减少)额$")
_LEFT_OVER = re.compile(r"^未能拆分的(增加|减少)额$")
_SPLIT = re.compile(r"^\s*(?:按(?P<by>.+?)拆分|(?P<of>.{1,30}?)按(?P<how>.+?)拆分|其中(?P<inner>[^：]{1,40}))：")
_YEAR = re.compile(r"^(\d{4})年")

#: A figure of a sentence: numbers of its result and, if it is one, of its operand.
Figure: TypeAlias = Mapping[str, Any]


@unique
class ChartKind(Enum):
    """What a chart shows."""

    COMPOSITION = "composition"
    WATERFALL = "waterfall"
    RANKING = "ranking"
    TREND = "trend"


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure of a chart.

    Attributes:
        label: What it is.
        amount: Its exact size as shown, in the base unit (元), signed.
        text: Digits and unit as the answer has them.
        result: Number of the result that it is.
        operand: Number of the operand of it, None for the result itself.
        role: ``part``, ``start``, ``end`` or ``left`` (what no part explains).
        share: Of the total, as text, "" where there is none.
        working: How the share was worked out.
        start: Where it begins, as a fraction of the width.
        end: Where it ends.
        named: Whether the text of the answer says it.
        value: The digits alone.
        unit: The unit alone.
        change: ``增加`` or ``减少`` where the text says so, else "".
    """

    label: str
    amount: Decimal
    text: str
    result: int
    operand: int | None = None
    role: str = "part"
    share: str = ""
    working: str = ""
    start: Decimal = Decimal(0)
    end: Decimal = Decimal(0)
    named: bool = True
    value: str = ""
    unit: str = ""
    change: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart.

    Attributes:
        kind: What it shows.
        title: In words.
        unit: Unit of its figures.
        bars: In the order they are drawn.
        zero: Where nothing stands, as a fraction of the width.
        total: The whole of a composition, None for others.
        note: What must be said under it.
    """

    kind: ChartKind
    title: str
    unit: str
    bars: tuple[Bar, ...]
    zero: Decimal = Decimal(0)
    total: Bar | None = None
    note: str = ""


def charts_of(answer: Mapping[str, Any], sentences: Sequence[tuple[str, Sequence[Figure]]]) -> tuple[Chart, ...]:
    """Return the charts of an answer: none where a picture would say less than its figures, or would not add up.

    Args:
        answer: As `answer_to_dict` writes it.
        sentences: Its sentences, each with its figures.
    """
    if answer["status"] == "clarify":
        return ()
    results: Sequence[Mapping[str, Any]] = answer["results"]
    said = {f["result"] for _, figures in sentences for f in figures if f["operand"] is None}
    falls = tuple(_waterfalls(results, sentences))
    lists = tuple(_lists(results, said))
    parts = () if falls or lists else tuple(_parts(results))
    trends = () if falls else tuple(_trends(answer, results))
    return tuple(_headed(each, answer) for each in (*falls, *parts, *lists, *trends))


def _headed(chart: Chart, answer: Mapping[str, Any]) -> Chart:
    """Return a chart whose title says whose figures it shows, and of which year where they are of one."""
    results: Sequence[Mapping[str, Any]] = answer["results"]
    abouts = [o.get("about") or {} for b in (*chart.bars, *([chart.total] if chart.total else [])) for o in results[b.result]["operands"]]
    owners = {each["部门"] for each in abouts if each.get("部门")} or {answer.get("entity")}
    years = {each["年度"] for each in abouts if each.get("年度")} or ({f"{answer['year']}年"} if answer.get("year") else set())
    owner = next(iter(owners)) if len(owners) == 1 else None
    head = owner if owner and owner not in chart.title else ""
    if len(years) == 1 and chart.kind in {ChartKind.COMPOSITION, ChartKind.RANKING} and not re.search(r"\d{4}年", chart.title):
        head += next(iter(years))
    return replace(chart, title=f"{head}{chart.title}")


def chart_to_dict(chart: Chart, results: Sequence[Mapping[str, Any]]) -> Json:
    """Return a chart for programs; figures and fractions are text."""
    return {
        "kind": chart.kind.value, "title": chart.title, "unit": chart.unit, "zero": _fraction(chart.zero), "note": chart.note,
        "bars": [_bar(each, n < MOST_BARS, results) for n, each in enumerate(chart.bars)],
        "total": _bar(chart.total, False, results) if chart.total else None,
    }  # fmt: skip


def _bar(bar: Bar, is_drawn: bool, results: Sequence[Mapping[str, Any]]) -> Json:
    return {
        "label": bar.label, "text": bar.text, "value": bar.value, "unit": bar.unit, "change": bar.change, "share": bar.share, "working": bar.working, "result": bar.result, "operand": bar.operand,
        "role": bar.role, "sign": (bar.amount > 0) - (bar.amount < 0), "start": _fraction(bar.start), "end": _fraction(bar.end),
        "drawn": is_drawn, "named": bar.named, "tags": [tag_to_dict(t) for t in tags_of(results[bar.result], bar.operand)],
    }  # fmt: skip


def _fraction(of: Decimal) -> str:
    return f"{of.quantize(_FRACTION, rounding=ROUND_HALF_UP):f}"


# -- bars -------------------------------------------------------------------------------------------------------


def _of_result(results: Sequence[Mapping[str, Any]], number: int, operand: int | None = None) -> Bar | None:
    said = results[number] if operand is None else results[number]["operands"][operand]
    quantity = quantity_of(said)
    if quantity is None:
        return None
    text = f"{said['value']}{said['unit']}"
    return Bar(said["label"], quantity.base, text, number, operand, value=str(said["value"]), unit=str(said["unit"]))


def _placed(bars: Sequence[Bar], zero_based: bool = True) -> tuple[tuple[Bar, ...], Decimal]:
    """Give bars their places between 0 and 1, and say where nothing stands."""
    spans = [(Decimal(0), b.amount) for b in bars] if zero_based else list(_levels(bars))
    low, high = (pick([Decimal(0), *(v for s in spans for v in s)]) for pick in (min, max))
    width = high - low or Decimal(1)
    with localcontext() as context:
        context.prec = WORKING_DIGITS
        placed = tuple(
            replace(b, start=(min(s) - low) / width, end=(max(s) - low) / width) for b, s in zip(bars, spans, strict=True)
        )
        return placed, -low / width


def _levels(bars: Sequence[Bar]) -> Iterator[tuple[Decimal, Decimal]]:
    """Yield from where to where each bar of a waterfall reaches."""
    level = Decimal(0)
    for bar in bars:
        if bar.role in {"start", "end"}:
            yield Decimal(0), bar.amount
            level = bar.amount
        else:
            yield level, level + bar.amount
            level += bar.amount


def _exact_sum(bars: Sequence[Bar]) -> Decimal:
    with localcontext() as context:
        context.prec = WORKING_DIGITS
        return sum((b.amount for b in bars), Decimal(0))


# -- from one year to the other ------------------------------------------------------------------------------------


def _waterfalls(
    results: Sequence[Mapping[str, Any]], sentences: Sequence[tuple[str, Sequence[Figure]]]
) -> Iterator[Chart]:  # fmt: skip
    """Yield a waterfall for each sentence that splits a change, where start, parts and end close exactly."""
    for text, figures in sentences:
        found = _SPLIT.match(text)
        if found is None:
            continue
        parts = [bar for each in figures if each["operand"] is None and (bar := _moved(results, each["result"]))]
        parts = list({bar.result: bar for bar in parts}.values())
        if not parts:
            continue
        by, name = found["by"] or found["how"] or "", found["of"] or found["inner"] or ""
        if not by and len(parts) < 2:
            continue
        closings = (
            closed for n, each in enumerate(results) if _is_told(each["label"], name) and (closed := _closed(results, n, parts))
        )
        if (bars := next(closings, None)) is not None:
            yield _waterfall(bars, by, name)


def _moved(results: Sequence[Mapping[str, Any]], number: int) -> Bar | None:
    """Return a part's contribution with its sign, None where a result is none."""
    label = results[number]["label"]
    bar = _of_result(results, number)
    if bar is None or results[number]["unit"] in {"", "项"}:
        return None
    left = _LEFT_OVER.search(label)
    found = left or _CHANGE.search(label)
    if found is None or _is_change_of_whole(label):
        return None
    amount = -bar.amount if found[1] == "减少" else bar.amount
    name, role = ("未能拆分的差额", "left") if left else (label[: found.start()], "part")
    return replace(bar, label=name, role=role, amount=amount, text=f"{found[1]}{bar.text}", change=found[1])


def _is_told(label: str, name: str) -> bool:
    """Whether a result is the change that a sentence splits: of the part it names, else of what was asked about."""
    return _CHANGE.sub("", label) == name if name else _is_change_of_whole(label)


def _is_change_of_whole(label: str) -> bool:
    return bool(re.search(r"比\d{4}年(增加|减少)额$", label))


def _closed(results: Sequence[Mapping[str, Any]], number: int, parts: Sequence[Bar]) -> list[Bar] | None:
    """Return start, parts and end for the change that a result tells, None where they do not close exactly."""
    if any(bar.result == number for bar in parts):
        return None
    tree, label = parsed(results[number]["formula"]), results[number]["label"]
    found = _CHANGE.search(label)
    if found is None or not isinstance(tree, Binary) or tree.operator is not Operator.SUBTRACT:
        return None
    left, right = _side(results, number, render(tree.left), 0), _side(results, number, render(tree.right), 1)
    if left is None or right is None or not _is_one_measure(results, (left, right)):
        return None
    start, end = (right, left) if found[1] == "增加" else (left, right)
    if start.amount + _exact_sum(parts) != end.amount:
        return None
    return [replace(start, role="start"), *parts, replace(end, role="end")]


def _is_one_measure(results: Sequence[Mapping[str, Any]], bars: Sequence[Bar]) -> bool:
    """Whether all bars are figures of one 指标, so that setting them side by side says something."""
    operands = [o for b in bars for o in (results[b.result]["operands"] if b.operand is None else [results[b.result]["operands"][b.operand]])]
    return len({said for o in operands if (said := (o.get("about") or {}).get("指标"))}) <= 1


def _side(results: Sequence[Mapping[str, Any]], number: int, formula: str, place: int) -> Bar | None:
    """Return one side of a difference: the result of its formula, else the operand where both sides are one printed figure each."""
    for n, result in enumerate(results):
        if result["formula"] == formula:
            return _of_result(results, n)
    operands = results[number]["operands"]
    if len(operands) != 2 or any(each["how"] not in {"printed", "stated"} for each in operands) or "推算" in results[number]["marks"]:
        return None
    return _of_result(results, number, place)


def _waterfall(bars: list[Bar], by: str, of: str) -> Chart:
    assert bars[0].amount + _exact_sum(bars[1:-1]) == bars[-1].amount  # noqa: S101 - what does not close is not drawn
    years = [found[1] for bar in (bars[0], bars[-1]) if (found := _YEAR.match(bar.label))]
    name = of or _YEAR.sub("", bars[-1].label)
    span = f"从{years[0]}年到{years[1]}年" if len(years) == 2 else "两年之间"
    placed, zero = _placed(bars, zero_based=False)
    left = next((b for b in bars if b.role == "left"), None)
    note = f"总的变化里，{left.text}是文件没有分项数、算不到各部分的（“{left.label}”）。" if left else "各部分的增减加起来，正好等于总的变化。"
    title = f"{name}{span}的变化" + (f"：按{by}" if by else "")
    return Chart(ChartKind.WATERFALL, title, _unit(bars), placed, zero, note=note)


def _unit(bars: Sequence[Bar]) -> str:
    units = {re.sub(r"^[^\d]*[\d.,]+", "", b.text) for b in bars}
    return units.pop() if len(units) == 1 else ""


# -- lists --------------------------------------------------------------------------------------------------------


def _lists(results: Sequence[Mapping[str, Any]], said: set[int]) -> Iterator[Chart]:
    """Yield a chart for each list of figures: a composition where they add up to a total of the answer, else a ranking."""
    groups: dict[str, list[int]] = {}
    for number, result in enumerate(results):
        if is_listed(result["formula"]) and result["operands"]:
            groups.setdefault(result["formula"], []).append(number)
    for formula, numbers in groups.items():
        bars = [replace(bar, named=n in said) for n in numbers if (bar := _of_result(results, n))]
        if sum(1 for b in bars if b.amount) < _LEAST or not _is_money(results, numbers):
            continue
        if not is_ranked(formula):
            bars.sort(key=lambda b: -b.amount)
        total = None if is_ranked(formula) else _total(results, numbers, bars)
        yield _composition(bars, total) if total else _ranking(bars, formula)


def _is_money(results: Sequence[Mapping[str, Any]], numbers: Sequence[int]) -> bool:
    quantities = [quantity_of(results[n]) for n in numbers]
    return all(q is not None and q.unit.kind is Kind.MONEY for q in quantities)


def _total(results: Sequence[Mapping[str, Any]], numbers: Sequence[int], bars: Sequence[Bar]) -> Bar | None:
    """Return the result that the parts add up to exactly."""
    if any(b.amount < 0 for b in bars):
        return None
    whole = _exact_sum(bars)
    for number, result in enumerate(results):
        quantity = quantity_of(result)
        if number in numbers or quantity is None or quantity.unit.kind is not Kind.MONEY or not result["operands"]:
            continue
        if quantity.base == whole and (result["label"] == "合计" or reference_of(result["formula"]) is not None):
            return _of_result(results, number)
    return None


def _composition(bars: Sequence[Bar], total: Bar) -> Chart:
    shared = [_with_share(b, total) for b in bars]
    with localcontext() as context:
        context.prec = WORKING_DIGITS
        placed = tuple(replace(b, end=b.amount / total.amount) for b in shared)
    shares = sum((Decimal(b.share.rstrip("%")) for b in placed), Decimal(0))
    note = f"{len(bars)}项相加正好等于{total.label}{total.text}。"
    note += "" if shares == 100 else "占比各自四舍五入，加起来可能不是100%。"
    name = "各项合计" if total.label == "合计" else _YEAR.sub("", total.label)
    return Chart(ChartKind.COMPOSITION, f"{name}的构成", _unit(bars), placed, Decimal(0), total, note + _rest(bars))


def _with_share(bar: Bar, total: Bar) -> Bar:
    with localcontext() as context:
        context.prec = WORKING_DIGITS
        share = bar.amount / total.amount * 100
        exact = share * total.amount == bar.amount * 100
        shown = round_half_up(share, _PLACES)
    return replace(bar, share=f"{shown:f}%", working=f"{bar.text} ÷ {total.text} × 100% {'=' if exact and shown == share else '≈'} {shown:f}%")


def _ranking(bars: Sequence[Bar], formula: str) -> Chart:
    placed, zero = _placed(bars)
    kind = next(iter(re.findall(r"\[[^\]]*?([^\[\],=~]+)[=~]", formula)), "").strip()
    order = "由小到大" if bars[0].amount < bars[-1].amount else "由大到小"
    return Chart(ChartKind.RANKING, f"各{kind or '项'}金额（{order}）", _unit(bars), placed, zero, note=_rest(bars).strip())


def _rest(bars: Sequence[Bar]) -> str:
    more = len(bars) - MOST_BARS
    return f"图里画前{MOST_BARS}项，其余{more}项见表。" if more > 0 else ""


# -- parts that are asked for by name ------------------------------------------------------------------------------


def _parts(results: Sequence[Mapping[str, Any]]) -> Iterator[Chart]:
    """Yield a composition where single figures of the answer add up to another exactly: as its formula, or their 口径, says."""
    for whole, result in enumerate(results):
        total, formulas = _of_result(results, whole), tuple(_added(parsed(result["formula"])))
        numbers = [n for f in formulas for n, each in enumerate(results) if each["formula"] == f]
        bars = sorted((b for n in numbers if (b := _of_result(results, n))), key=lambda b: -b.amount)
        if total and len(bars) == len(formulas) >= _LEAST and _adds_up(bars, total) and _is_money(results, numbers):
            yield _composition(bars, total)
            return
    known = {n: about for n, r in enumerate(results) if reference_of(r["formula"]) and (about := _about(r))}
    for whole, about in known.items():
        total = _of_result(results, whole)
        if total is None or total.amount <= 0 or results[whole]["unit"] == "":
            continue
        for side in sorted({k for each in known.values() for k in each} - {"部门", "年度", "阶段"}):
            numbers = [n for n, each in known.items() if n != whole and _is_part(each, about, side)]
            bars = list({(b.label, b.text): b for n in numbers if (b := _of_result(results, n))}.values())
            bars.sort(key=lambda b: -b.amount)
            if _adds_up(bars, total) and _is_money(results, numbers):
                yield _composition(bars, total)
                return


def _added(tree: Expression | None) -> Iterator[str]:
    """Yield the single figures that a formula adds up, none where it does anything else."""
    sides = [tree.left, tree.right] if isinstance(tree, Binary) and tree.operator is Operator.ADD else []
    if isinstance(tree, Call) and tree.function is Function.SUM:
        sides = list(tree.arguments)
    for side in sides:
        if isinstance(side, Reference) and not side.is_set:
            yield render(side)
        else:
            yield from tuple(_added(side)) or ("",)


def _adds_up(bars: Sequence[Bar], total: Bar) -> bool:
    filled = sum(1 for b in bars if b.amount)
    return filled >= _LEAST and all(b.amount >= 0 for b in bars) and _exact_sum(bars) == total.amount


def _about(result: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the 口径 of a figure that is printed as it is."""
    operands = result["operands"]
    return operands[0].get("about") or {} if len(operands) == 1 and operands[0]["how"] == "printed" else {}


def _is_part(one: Mapping[str, str], whole: Mapping[str, str], side: str) -> bool:
    """Whether a figure stands below another along one side alone."""
    if side not in one or one.get(side) == whole.get(side):
        return False
    return all(one.get(k) == v for k, v in whole.items() if k != side)


# -- years --------------------------------------------------------------------------------------------------------


def _trends(answer: Mapping[str, Any], results: Sequence[Mapping[str, Any]]) -> Iterator[Chart]:
    """Yield the years of a figure side by side, for each figure that the answer has of two years and more."""
    groups: dict[Reference, dict[int, int]] = {}
    for number, result in enumerate(results):
        reference = reference_of(result["formula"])
        year = (reference.year or answer["year"]) if reference else None
        if reference and year and _is_money(results, [number]):
            groups.setdefault(replace(reference, year=None), {}).setdefault(year, number)
    for by_year in groups.values():
        numbers = [by_year[y] for y in sorted(by_year)]
        stages = {o["about"]["阶段"] for n in numbers for o in results[n]["operands"] if o.get("about")}
        bars = [replace(bar, label=f"{y}年") for y in sorted(by_year) if (bar := _of_result(results, by_year[y]))]
        if len(bars) < 2 or len(stages) > 1 or len({results[n]["unit"] for n in numbers}) > 1 or not _is_one_measure(results, bars):
            continue
        placed, zero = _placed(bars)
        name = _YEAR.sub("", results[numbers[-1]]["label"])
        stage = f"（{next(iter(stages))}）" if stages else ""
        gaps = [str(y) for y in range(min(by_year), max(by_year)) if y not in by_year]
        note = f"没有{'、'.join(gaps)}年的数。" if gaps else ""
        yield Chart(ChartKind.TREND, f"{name}逐年对比{stage}", _unit(bars), placed, zero, note=note)
