"""Questions about performance indicators: their targets, how many there are, which are stale or above the budget."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from service.asking.answer import Citation, Result
from service.asking.desk import Desk, Reply, render_quantity
from service.asking.subjects import Subject
from service.calculation.evidence import Operand
from service.calculation.trace import Evaluation
from service.domain.document import Indicator
from service.domain.errors import YoujuError
from service.domain.fact import Proof
from service.domain.quantity import WAN_YUAN, Kind, Quantity
from service.numerals import Measured, render_number

_YEAR = re.compile(r"(20\d\d)年")
_FAIR = 0.34
"""Smallest share of shared character pairs (see `_fit`) that makes an indicator the one asked about."""
_FAIR_COUNT = 0.28
"""The same when the question asks how many of something a named project has."""
_SURE = 0.6
"""The same when the question names neither an indicator nor a project."""
_LISTED = 30
"""Most indicators that an answer lists."""


def indicators(desk: Desk) -> list[Indicator]:
    """Return the indicators of the documents of the year."""
    return [i for d in desk.documents if d.year == desk.year for i in d.indicators]


def ask(desk: Desk) -> Reply | None:
    """Answer a question about indicators, None where it is about none."""
    known = indicators(desk)
    if not known:
        return None
    text = desk.question.text
    projects = [m.target("project") for m in desk.question.mentions if m.target("project")]
    if not projects and desk.question.has("elliptical") and desk.inherited:
        projects = [desk.inherited[0].get("project")] if desk.inherited[0].get("project") else []
    other_year = any(y.year and y.year != desk.year for y in desk.question.years)
    if (
        desk.question.has("count")
        and re.search(r"指标", text)
        and not other_year
        and not desk.question.has("stale", "rank")
    ):
        return _count(desk, known, [p for p in projects if p])
    if desk.question.has("stale") or (re.search(r"20\d\d", text) and re.search(r"哪些|哪个|哪几", text)):
        stale = _stale(desk, known)
        if stale is not None:
            return stale
    if desk.question.has("ceiling") and re.search(r"成本|上限|指标|绩效", text) and not projects:
        return _ceilings(desk, known)
    return _target(desk, known, [p for p in projects if p])


def _name(desk: Desk, indicator: Indicator) -> str:
    same = {i.unit_code for i in indicators(desk) if i.project == indicator.project and i.project}
    unit = desk.scope.name_of("unit", indicator.unit_code)
    short = "本级" if unit.endswith("本级") else unit
    return f"{indicator.project}（{short}）" if len(same) > 1 else indicator.project or "部门整体"


def _count(desk: Desk, known: Sequence[Indicator], projects: Sequence[str]) -> Reply | None:
    text = desk.question.text
    chosen = [i for i in known if i.project in projects] if projects else known
    overall = bool(re.search(r"整体", text)) or any(
        t.id in x.tables and t.kind == "B12" for x in desk.question.tables for d in desk.documents for t in d.tables
    )
    if overall:
        chosen = [i for i in known if not i.project]
    level = re.search(r"([一二三])级指标", text)
    kind = re.search(r"(成本|产出|效益|满意度|投入管理)", text)
    if kind:
        chosen = [i for i in chosen if i.level1.startswith(kind.group(1))]
    if level and level.group(1) == "一":
        names = list(dict.fromkeys(i.level1 for i in chosen))
    elif level and level.group(1) == "二":
        names = list(dict.fromkeys(i.level2 for i in chosen))
    else:
        names = []
    number = len(names) if names else len(chosen)
    if not number:
        return None
    groups: dict[str, int] = {}
    for indicator in chosen:
        groups[indicator.level1] = groups.get(indicator.level1, 0) + 1
    listed = "、".join(f"{n}{c}个" for n, c in groups.items()) if not names else "、".join(names)
    whole = sum(1 for i in chosen if not i.project)
    if whole and whole < len(chosen) and not names:
        listed += f"；其中部门整体{whole}个、各项目{len(chosen) - whole}个"
        groups |= {"部门整体": whole, "各项目": len(chosen) - whole}
    where = "部门整体绩效目标表" if overall else "全部绩效目标" if whole else "、".join(projects) or "各项目绩效目标"
    reply = Reply(
        f"{desk.head()}{where}共有{number}个{level.group(0) if level else '绩效指标'}：{listed}。",
        plan=["个数(绩效指标)"],
    )
    reply.results = [_number("指标个数", number, "个")] + [_number(n, c, "个") for n, c in groups.items()]
    reply.citations = [desk.quote(i.source, "source") for i in chosen[:60]]
    return reply


def _number(label: str, number: int, unit: str) -> Result:
    return Result(label, str(number), unit, str(number), "个数(绩效指标)", f"共{number}{unit}", ())


def _stale(desk: Desk, known: Sequence[Indicator]) -> Reply | None:
    """List the indicators whose target lies in a year named, or before the budget year."""
    named = [y.year for y in desk.question.years if y.year and y.year != desk.year]
    found = []
    for indicator in known:
        years = [int(y) for y in _YEAR.findall(indicator.target)]
        if any(y in named if named else y < desk.year for y in years):
            found.append(indicator)
    what = f"{named[0]}年" if named else f"早于{desk.year}年的"
    if not found:
        return Reply(f"{desk.document.entity}{desk.year}年的绩效指标里没有{what}日期。", plan=["筛选(绩效指标, 年份)"])
    lines = [f"{_name(desk, i)}：{i.name} {i.target}" for i in found]
    others = "其他部门的文件不在资料库中。" if re.search(r"哪些部门|其他部门|各部门", desk.question.text) else ""
    names = "、".join(dict.fromkeys(_name(desk, i) for i in found))
    return Reply(
        f"{desk.document.entity}{desk.year}年有{len(found)}处绩效指标写着{what}日期，涉及{names}：{'；'.join(lines)}。{others}",
        citations=[desk.quote(i.source) for i in found], plan=["筛选(绩效指标, 年份)"], results=[_number("处数", len(found), "处")],
    )  # fmt: skip


def _amount(desk: Desk, indicator: Indicator) -> Evaluation | None:
    subject = Subject("支出", tuple(sorted({"project": indicator.project, "unit": indicator.unit_code}.items())))
    try:
        return desk.evaluate(desk.reference(subject))
    except YoujuError:
        return None


def _costs(known: Sequence[Indicator]) -> list[Indicator]:
    return [
        i
        for i in known
        if i.level1.startswith("成本") and i.quantity and i.quantity.unit.kind is Kind.MONEY and i.project
    ]


def _ceilings(desk: Desk, known: Sequence[Indicator]) -> Reply | None:
    """List the projects whose cost ceiling is above their budget."""
    lines, reply = [], Reply("", plan=["成本指标上限 > 项目金额"])
    costs = _costs(known)
    if desk.question.has("rank"):
        gaps = {i: _gap(desk, i) for i in costs}
        top = max(gaps.values(), default=Decimal(0))
        costs = [i for i in costs if gaps[i] == top]
    for indicator in costs:
        evaluation = _amount(desk, indicator)
        if evaluation is None or indicator.quantity is None or indicator.quantity.base <= evaluation.quantity.base:
            continue
        wan = indicator.quantity.to(WAN_YUAN)
        lines.append(
            f"{_name(desk, indicator)}“{indicator.name}{indicator.target}”高于预算{render_quantity(evaluation.quantity)}"
        )
        reply.results += [
            desk.result(evaluation.figures[0].label, evaluation),
            _quantity(indicator.name, wan, indicator.target),
        ]
        reply.citations += [desk.quote(indicator.source), *desk.cite(evaluation.figures)]
    if not lines:
        return None
    reply.results.append(_number("处数", len(lines), "处"))
    reply.text = f"{desk.head()}有{len(lines)}处成本指标上限高于项目预算：{'；'.join(lines)}。"
    return reply


def _gap(desk: Desk, indicator: Indicator) -> Decimal:
    """By how many 元 a cost ceiling is above its project's budget."""
    evaluation = _amount(desk, indicator)
    if evaluation is None or indicator.quantity is None:
        return Decimal(0)
    return indicator.quantity.base - evaluation.quantity.base


def _quantity(label: str, quantity: Quantity, printed: str) -> Result:
    number = render_number(quantity.number)
    return Result(
        label,
        number,
        quantity.unit.symbol,
        number,
        f"换算({printed.lstrip('≤≥<>=')}, {quantity.unit.symbol})",
        f"{printed} = {number}{quantity.unit.symbol}",
        (),
    )


def _target(desk: Desk, known: Sequence[Indicator], projects: Sequence[str]) -> Reply | None:
    """Answer with the targets of the indicators that fit best."""
    question = desk.question
    named = re.search(r"(成本|产出|效益|满意度)", question.text)
    kind = named.group(1) if named else ""
    pool = _pool(desk, known, projects, kind)
    masked = question.text
    for mention in question.mentions:
        if mention.target("project") or mention.target("unit"):
            masked = masked.replace(mention.text, "", 1)
    content = _content(masked, desk)
    limit = next((f for f in question.figures if f.comparator and f.quantity.unit.kind is Kind.RATIO), None)
    if limit is not None and kind:
        chosen = [i for i in pool if i.quantity is not None and _meets(i.quantity, limit)]
        if not chosen:
            return Reply(f"{desk.head()}没有符合条件的{kind}指标。", plan=["筛选(绩效指标)"])
        return _targets(desk, chosen, known, kind)
    if kind and question.has("rank"):
        return _targets(desk, _extreme(pool, lowest=question.has("bottom")), known, kind)
    if kind and len(content) < 2 and not question.quoted:
        return _targets(desk, pool, known, kind)
    chosen = _fitting(desk, pool, projects, masked, content)
    return _targets(desk, chosen, known, kind) if 0 < len(chosen) <= _LISTED else None


def _pool(desk: Desk, known: Sequence[Indicator], projects: Sequence[str], kind: str) -> list[Indicator]:
    """The indicators that the projects, the unit and the kind asked about leave."""
    pool = [i for i in known if i.project in projects] if projects else list(known)
    if "整体" in desk.question.text:
        pool = [i for i in known if not i.project] or pool
    units = [m.target("unit") for m in desk.question.mentions if m.target("unit")]
    if kind:
        pool = [i for i in pool if i.level1.startswith(kind)] or pool
    return [i for i in pool if i.unit_code in units] or pool


def _fitting(
    desk: Desk, pool: Sequence[Indicator], projects: Sequence[str], masked: str, content: str
) -> list[Indicator]:
    """The indicators whose words fit the question's; none when no fit is good enough."""
    question = desk.question
    scored = sorted(((_fit(i, masked, content), i) for i in pool), key=lambda s: -s[0])
    best = scored[0][0] if scored else 0
    if best < _SURE and not question.has("indicator") and not projects:
        return []
    literal = [i for i in pool if any(q in i.target for q in question.quoted)]
    if literal:
        return literal
    counted = projects and re.search(r"(?:多少|几)[台次人套条批]", question.text)
    if best >= (_FAIR_COUNT if counted else _FAIR):
        return [i for s, i in scored if s >= best - 0.02]
    return [i for _, i in scored] if projects and question.has("indicator") else []


def _targets(desk: Desk, chosen: Sequence[Indicator], known: Sequence[Indicator], kind: str) -> Reply:
    lines = [f"{_name(desk, i)}的{i.level1}“{i.name}”目标为{i.target}" for i in chosen]
    explained = bool(re.search(r"怎么算|如何算|公式|怎么计算|如何计算|含义|说明|什么意思", desk.question.text))
    if explained:
        lines = [
            f"{line}，说明：{i.explanation.rstrip('。')}" if i.explanation else line
            for line, i in zip(lines, chosen, strict=True)
        ]
    reply = Reply(
        f"{desk.head()}{'；'.join(lines)}。", citations=[desk.quote(i.source) for i in chosen], plan=["绩效指标"]
    )
    if explained:
        reply.citations += [desk.quote(replace(i.source, quote=i.explanation)) for i in chosen if i.explanation]
    for indicator in chosen:
        if indicator.quantity is not None:
            number, unit = render_number(indicator.quantity.number), indicator.quantity.unit.symbol
            printed = Operand(
                indicator.name, number, unit, "printed", Proof.UNPROVEN.value, desk.place(indicator.source)
            )
            reply.results.append(Result(indicator.name, number, unit, number, "", indicator.target, (printed,)))
    counted = [i.quantity for i in chosen if i.quantity is not None and i.quantity.unit.kind is Kind.COUNT]
    if desk.question.has("sum") and len(counted) > 1 and len({q.unit for q in counted}) == 1:
        total = Quantity(sum((q.number for q in counted), Decimal(0)), counted[0].unit)
        reply.results.insert(0, _quantity("合计", total, " + ".join(render_quantity(q) for q in counted)))
        reply.text += f"合计{chosen[0].comparator}{render_quantity(total)}。"
    if desk.question.has("convert", "judge") or kind == "成本":
        _cost_note(desk, chosen, known, reply)
    return reply


def _cost_note(desk: Desk, chosen: Sequence[Indicator], known: Sequence[Indicator], reply: Reply) -> None:
    """Convert cost ceilings to 万元 and hold them against the budget and against each other."""
    for indicator in _costs(chosen):
        assert indicator.quantity is not None  # noqa: S101 - _costs() keeps those that have one
        wan = indicator.quantity.to(WAN_YUAN)
        if indicator.quantity.unit != WAN_YUAN:
            two = Quantity(wan.number.quantize(Decimal("0.01")), WAN_YUAN)
            reply.results.insert(0, _quantity(f"{indicator.name}折合", two, indicator.target))
            reply.text += f"{indicator.target}折合{render_quantity(two)}。"
        evaluation = _amount(desk, indicator)
        others = [
            i
            for i in _costs(known)
            if (i.project, i.unit_code) == (indicator.project, indicator.unit_code) and i != indicator
        ]
        if evaluation is None:
            continue
        reply.results.append(desk.result(evaluation.figures[0].label, evaluation))
        reply.citations += desk.cite(evaluation.figures)
        amount = render_quantity(evaluation.quantity)
        relation = (
            "高于"
            if indicator.quantity.base > evaluation.quantity.base
            else "等于"
            if indicator.quantity.base == evaluation.quantity.base
            else "低于"
        )
        note = ""
        if relation == "高于":
            gap = Quantity(wan.number - evaluation.quantity.to(WAN_YUAN).number, WAN_YUAN)
            gap = Quantity(gap.number.quantize(Decimal("0.01")), WAN_YUAN)
            reply.results.append(_quantity("上限高出预算", gap, render_quantity(gap)))
            note = f"，高出{render_quantity(gap)}，不合理"
        reply.text += f"该项目预算{amount}，成本上限{relation}预算{note}。"
        for other in others:
            reply.text += f"同一项目另有一条成本指标“{other.name}{other.target}”，两个上限并存，应统一。"
            reply.citations.append(Citation(desk.place(other.source), "quote"))


def _meets(target: Quantity, limit: Measured) -> bool:
    """Whether a target meets a condition of the question: 低于95%."""
    if target.unit.kind is not limit.quantity.unit.kind:
        return False
    a, b = target.base, limit.quantity.base
    return {">": a > b, "≥": a >= b, "<": a < b, "≤": a <= b, "=": a == b}[limit.comparator]


def _extreme(pool: Sequence[Indicator], *, lowest: bool) -> list[Indicator]:
    """Return the indicators with the lowest, or highest, target."""
    ratios = [i for i in pool if i.quantity is not None and i.quantity.unit.kind is Kind.RATIO]
    values = [i.quantity.base for i in ratios if i.quantity]
    edge = min(values, default=None) if lowest else max(values, default=None)
    return [i for i in ratios if i.quantity and i.quantity.base == edge]


def _content(text: str, desk: Desk) -> str:
    """Return what a question says besides asking for an indicator's target."""
    words = [
        *desk.vocabulary.questions["filler"]["words"],
        "绩效指标",
        "指标值",
        "指标",
        "目标值",
        "目标",
        "绩效",
        "要求",
        "标准",
        "产出",
        "效益",
        "成本",
        "满意度",
        "都是",
        "项目",
        "上限",
    ]
    text = re.sub(r"什么时候|何时|哪天|几月", "完成时间", text)
    pattern = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    return re.sub(rf"{pattern}|[？?，。、的是有在]", "", text)


def _fit(indicator: Indicator, text: str, content: str) -> float:
    """Share of an indicator's name that the question says, or of the question that the name says, by character pairs."""
    name = indicator.name
    pairs = [name[i : i + 2] for i in range(len(name) - 1)]
    asked = [content[i : i + 2] for i in range(len(content) - 1)]
    if not pairs:
        return 0.0
    said = sum(p in text for p in pairs) / len(pairs)
    meant = sum(p in name for p in asked) / len(asked) * 0.9 if asked else 0.0
    return max(said, meant)
