"""Questions after several figures: rank, sum with a condition, count, list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from service.asking.amounts import bound_results, subjects
from service.asking.answer import Result, Status
from service.asking.desk import Desk, Reply, render_quantity, shown_of
from service.asking.subjects import Subject
from service.calculation.formula import Call, Comparator, Comparison, Expression, Function, Literal, Reference
from service.calculation.trace import Entry, Evaluation, Series
from service.domain.errors import MissingFactError, YoujuError
from service.domain.quantity import NUMBER, Kind, Quantity
from service.numerals import read_numbers, render_number

#: Measures that are told by items of their own.
_ITEMISED = frozenset({"三公经费", "政府采购", "车辆"})
_COMPARATORS = {
    "≥": Comparator.AT_LEAST,
    ">": Comparator.GREATER,
    "≤": Comparator.AT_MOST,
    "<": Comparator.LESS,
    "=": Comparator.EQUAL,
}


def dimension_of(desk: Desk, named: Sequence[Subject]) -> str:
    """Return the dimension along which members are asked for, "" if none can be told."""
    text = desk.question.text
    said = desk.question.dimensions
    subject = named[0] if named else None
    if "project" in said and (own := _own_parts(subject)):
        return own
    if said:
        chosen = said[-1] if said[-1] != "fund" or len(said) == 1 else said[0]
        if chosen != "unit" or "project" not in said:
            return "project" if "project" in said and chosen != "function" and chosen != "economic" else chosen
        return "project"
    if re.search(r"科目", text):
        natures = {"公用经费", "人员经费", "基本支出", "工资福利支出", "商品和服务支出", "对个人和家庭的补助"}
        return "economic" if subject and (subject.get("nature") in natures or subject.get("economic")) else "function"
    if subject is None:
        return "function" if re.search(r"方面|领域|去向|(?:花|用)[在到于]", text) else ""
    if own := _own_parts(subject):
        return own
    nature = subject.get("nature")
    if nature in {"项目支出", "其他运转类", "特定目标类"}:
        return "project"
    if nature:
        return "economic"
    if subject.get("economic") or subject.get("gov_economic"):
        return "economic"
    if re.search(r"类$|大类|哪(?:类|些?方面)|领域|去向|(?:花|用)[在到于]哪", text):
        return "function"
    return "nature"


def _own_parts(subject: Subject | None) -> str:
    """Return the dimension of what is never told by projects, whatever its parts are called: 「三公经费有哪些项目」."""
    measure = subject.measure if subject else ""
    return "item" if measure in _ITEMISED else "fund" if measure == "收入" else ""


def _is_sum(total: Quantity, entries: Sequence[Entry]) -> bool:
    """Whether entries add up to a total, but for what rounding each of them may have moved."""
    parts = [each.quantity for each in entries]
    if any(each.unit != total.unit for each in parts):
        return False
    decimals = max(0, *(-int(each.number.as_tuple().exponent) for each in (total, *parts)))
    room = Decimal(len(parts) + 1).scaleb(-decimals) / 2
    return abs(total.number - sum(each.number for each in parts)) <= room


def _set_reference(desk: Desk, named: Sequence[Subject], dimension: str, contains: str = "") -> Reference:
    subject = named[0] if named else Subject("收入" if dimension in {"fund"} else "支出")
    if dimension == "unit" and not subject.said:
        subject = replace(subject, measure="收入")
    if dimension == "project":
        members = {d: m for d, m in subject.members if d != "project"}
        if members.get("nature") == "项目支出":
            del members["nature"]
        subject = replace(subject, measure="支出", members=tuple(sorted(members.items())))
    else:
        subject = replace(
            subject,
            members=tuple(
                p
                for p in subject.members
                if p[0] != dimension or dimension in {"economic", "gov_economic", "function", "nature"}
            ),
        )
    fitted = desk.fit(subject) if dimension not in {"project", "unit"} else subject
    year = desk.year if desk.year != desk.scope.year else None
    return fitted.reference(desk.vocabulary, year=year, every=dimension, contains=contains)


def name_piece(desk: Desk) -> str:
    """Return the piece of a name asked for: 「名称里带“专项经费”的」."""
    text = desk.question.text
    found = re.search(r"(?:带有?|含有?|包含|包括|叫|有)[“\"‘'「]([^”\"’'」]+)[”\"’'」]", text)
    if found:
        return found.group(1)
    found = re.search(
        r"(?:名称|名字|名)[里中]?(?:带有?|含有?|包含|有)([\u4e00-\u9fff]{2,8}?)(?:两个?字|字样|的|$)", text
    )
    return found.group(1) if found else ""


def _condition(desk: Desk) -> Comparison | None:
    """Return the condition on the amounts: 「超过10万元的」, 「5万以下」."""
    for figure in desk.question.figures:
        if figure.quantity.unit.kind is Kind.MONEY and figure.comparator:
            return Comparison(_COMPARATORS[figure.comparator], Literal(figure.quantity))
    return None


def members(
    desk: Desk, named: Sequence[Subject], *, dimension: str = "", contains: str = ""
) -> tuple[Expression, Evaluation] | None:
    """Return the set asked for, its condition applied."""
    along = dimension or dimension_of(desk, named)
    if not along or along == "line":
        return None
    reference: Expression = _set_reference(desk, named, along, contains or name_piece(desk))
    condition = _condition(desk)
    if condition is not None:
        reference = Call(Function.WHERE, (reference, condition))
    return reference, desk.evaluate(reference)


def rank(desk: Desk, *, dimension: str = "", named: Sequence[Subject] | None = None) -> Reply | None:
    """「最大的项目」, 「按金额排序」, 「前三个」, 「第二大」."""
    spoken = list(named if named is not None else subjects(desk)) or desk.inherited[:1]
    made = members(desk, spoken, dimension=dimension)
    if made is None:
        return None
    reference, _ = made
    bottom = desk.question.has("bottom")
    ordered = desk.evaluate(Call(Function.RANK, (reference,)))
    series = ordered.value
    if not isinstance(series, Series) or not series.entries:
        return None
    entries = list(series.entries)
    if bottom:
        entries.reverse()
    text = desk.question.text
    nth = re.search(r"第([一二三四五六七八九十\d]+)[大多高小少低名位]", text)
    wanted = _how_many(text, len(entries), sort=desk.question.has("sort"))
    if nth:
        index = int(read_numbers(nth.group(1))[0].number) - 1
        picked = entries[index : index + 1]
    else:
        picked = entries[:wanted]
    if not picked:
        return None
    reply = Reply("", plan=[ordered.formula], citations=desk.cite(ordered.figures))
    reply.results = [_entry_result(desk, e, ordered) for e in picked]
    reply.results += [_entry_result(desk, e, ordered) for e in entries if e not in picked]
    listed = (
        "、".join(f"{e.label} {_amount(e)}" for e in picked)
        if len(picked) > 1
        else f"{picked[0].label}，{_amount(picked[0])}"
    )
    word = "最小" if bottom else "最大"
    head = desk.head()
    if len(picked) == 1 and not nth:
        reply.text = f"{head}共{len(entries)}项，其中{word}的是{listed}。"
    elif nth:
        reply.text = f"{head}共{len(entries)}项，{nth.group(0)}的是{listed}。"
    else:
        reply.text = f"{head}按金额由{'小到大' if bottom else '大到小'}：{listed}（共{len(entries)}项）。"
    reply.results.append(_count_result(len(entries), ordered))
    if desk.question.has("sum") and len(picked) > 1:
        top = desk.evaluate(
            Call(
                Function.SUM,
                (
                    Call(
                        Function.BOTTOM if bottom else Function.TOP,
                        (reference, Literal(Quantity(Decimal(len(picked)), NUMBER))),
                    ),
                ),
            )
        )
        reply.results.insert(0, desk.result("合计", top))
        reply.text = reply.text.rstrip("。") + f"，合计{shown_of(top)}。"
    return reply


def _how_many(text: str, total: int, *, sort: bool) -> int:
    """Return how many of the ranking are asked for: all when sorting, else the number said, else one."""
    if sort and not re.search(r"前[一二三四五六七八九十两\d]", text):
        return total
    found = re.search(r"(?:前|最[大多高小少低](?:的)?|排名?前)([一二三四五六七八九十两\d]+)", text)
    return min(total, int(read_numbers(found.group(1).replace("两", "二"))[0].number)) if found else 1


def _amount(entry: Entry) -> str:
    return f"{render_number(entry.shown.number)}{entry.shown.unit.symbol}"


def _entry_result(desk: Desk, entry: Entry, evaluation: Evaluation) -> Result:
    operands = tuple(desk.operands(entry.figure)) if entry.figure else ()
    return Result(
        entry.label, render_number(entry.shown.number), entry.shown.unit.symbol, render_number(entry.quantity.number),
        evaluation.formula, f"{entry.label} {_amount(entry)}", operands,
    )  # fmt: skip


def _count_result(number: int, evaluation: Evaluation) -> Result:
    return Result("项数", str(number), "项", str(number), f"个数({evaluation.formula})", f"共{number}项", ())


def top_share(desk: Desk) -> Reply | None:
    """「最大的三个项目占项目支出多少」: the sum of the top of a ranking over a whole."""
    if "project" not in desk.question.dimensions:
        return None
    made = members(desk, [], dimension="project")
    if made is None or not isinstance(made[1].value, Series):
        return None
    chosen: Expression = made[0]
    if desk.question.has("rank"):
        number = _how_many(desk.question.text, len(made[1].value.entries), sort=False)
        pick = Function.BOTTOM if desk.question.has("bottom") else Function.TOP
        chosen = Call(pick, (made[0], Literal(Quantity(Decimal(number), NUMBER))))
    part = Call(Function.SUM, (chosen,))
    after = desk.question.text.rfind("占")
    wholes = subjects(desk, after) or [Subject("支出", (("nature", "项目支出"),))]
    whole = desk.reference(wholes[0])
    evaluation = desk.evaluate(Call(Function.SHARE, (part, whole)))
    a, b, top = desk.evaluate(part), desk.evaluate(whole), desk.evaluate(chosen)
    if not isinstance(top.value, Series):
        return None
    listed = "、".join(f"{e.label} {_amount(e)}" for e in top.value.entries)
    total = re.sub(r"^\d{4}年", "", b.figures[0].label)
    reply = Reply(
        f"{desk.head()}{listed}，合计{shown_of(a)}，占{total}{shown_of(b)}的{shown_of(evaluation)}。",
        results=[desk.result("占比", evaluation), desk.result("合计", a), desk.result(b.figures[0].label, b)],
        citations=desk.cite(evaluation.figures), plan=[evaluation.formula],
    )  # fmt: skip
    reply.results += [_entry_result(desk, e, top) for e in top.value.entries]
    return reply


def average(desk: Desk) -> Reply | None:
    """「项目平均多少钱」: the mean of a set."""
    made = members(desk, [s for s in subjects(desk) if not s.get("project")])
    if made is None or not isinstance(made[1].value, Series):
        return None
    mean = desk.evaluate(Call(Function.MEAN, (made[0],)))
    entries = made[1].value.entries
    return Reply(
        f"{desk.head()}共{len(entries)}项，平均{shown_of(mean)}。", citations=desk.cite(mean.figures), plan=[mean.formula],
        results=[desk.result("平均", mean), _count_result(len(entries), mean)],
    )  # fmt: skip


def add_up(
    desk: Desk, *, dimension: str = "", named: Sequence[Subject] | None = None, contains: str = ""
) -> Reply | None:
    """「其他运转类项目合计多少」: the sum over a set, its members listed, checked against a printed total."""
    spoken = list(named if named is not None else subjects(desk)) or desk.inherited[:1]
    made = members(desk, spoken, dimension=dimension, contains=contains)
    if made is None:
        return None
    reference, evaluation = made
    if not isinstance(evaluation.value, Series) or not evaluation.value.entries:
        return None
    entries = evaluation.value.entries
    total = desk.evaluate(Call(Function.SUM, (reference,)))
    listed = "、".join(f"{e.label} {_amount(e)}" for e in entries)
    reply = Reply(
        f"{desk.head()}共{len(entries)}项，合计{shown_of(total)}：{listed}。",
        results=[desk.result("合计", total)], citations=desk.cite(total.figures), plan=[total.formula],
    )  # fmt: skip
    reply.results += [_entry_result(desk, e, evaluation) for e in entries]
    reply.results.append(_count_result(len(entries), evaluation))
    return reply


def count(desk: Desk, *, dimension: str = "", named: Sequence[Subject] | None = None) -> Reply | None:
    """「一共有多少个项目」, with a breakdown by unit where there is more than one."""
    spoken = list(named if named is not None else subjects(desk)) or desk.inherited[:1]
    made = members(desk, [s for s in spoken if s.measure not in {"预算单位"}], dimension=dimension)
    if made is None:
        return None
    reference, evaluation = made
    if not isinstance(evaluation.value, Series):
        return None
    entries = evaluation.value.entries
    number = desk.evaluate(Call(Function.COUNT, (reference,)))
    unit = next((u for u in re.findall(r"(?:多少|几)([个项家条种类张])", desk.question.text)), "个")
    result = replace(desk.result("个数", number), unit=unit)
    listed = "、".join(f"{e.label} {_amount(e)}" for e in entries)
    reply = Reply(
        f"{desk.head()}共{len(entries)}{unit}：{listed}。",
        results=[result],
        citations=desk.cite(evaluation.figures),
        plan=[number.formula],
    )
    by_unit: dict[str, int] = {}
    for entry in entries:
        owner = entry.figure.facts[0].coordinate.get("unit") if entry.figure else None
        if owner:
            name = desk.scope.name_of("unit", owner)
            by_unit[name] = by_unit.get(name, 0) + 1
    if len(by_unit) > 1:
        reply.text += "其中" + "、".join(f"{n}{c}{unit}" for n, c in by_unit.items()) + "。"
        reply.results += [replace(result, label=n, value=str(c), exact=str(c)) for n, c in by_unit.items()]
    reply.results += [_entry_result(desk, e, evaluation) for e in entries]
    if desk.question.has("sum") or "合计" in desk.question.text:
        total = desk.evaluate(Call(Function.SUM, (reference,)))
        reply.results.append(desk.result("合计", total))
        reply.text += f"金额合计{shown_of(total)}。"
    return reply


def attributes(desk: Desk) -> Reply | None:
    """What a project belongs to: its unit, its type, its code; or which project a code is."""
    text = desk.question.text
    codes = re.findall(r"\d{15,}", text)
    known = [i for d in desk.documents if d.year == desk.year for i in d.indicators if i.project_code]
    by_code = {i.project_code: i for i in known}
    for code in codes:
        if code in by_code:
            found = by_code[code]
            unit = desk.scope.name_of("unit", found.unit_code)
            return Reply(
                f"{desk.head()}项目编码{code}是“{found.project}”，项目单位为{unit}。",
                citations=[desk.quote(found.source)],
                plan=["项目属性"],
            )
    projects = [m.target("project") for m in desk.question.mentions if m.target("project")]
    lines: list[str] = []
    reply = Reply("", plan=["项目属性"])
    seen: set[tuple[str, str]] = set()
    for fact in desk.scope.facts:
        name, unit = fact.coordinate.get("project"), fact.coordinate.get("unit") or ""
        if name not in projects or name is None or (name, unit) in seen or not fact.coordinate.get("project_type"):
            continue
        seen.add((name, unit))
        code = next((i.project_code for i in known if (i.project, i.unit_code) == (name, unit)), "")
        lines.append(
            f"“{name}”属于{fact.coordinate.get('project_type')}，项目单位为{desk.scope.name_of('unit', unit)}"
            + (f"，项目编码{code}" if code else "")
        )
        reply.citations.append(desk.quote(fact.source, "source"))
    if not lines:
        return None
    reply.text = f"{desk.head()}{'；'.join(lines)}。"
    return reply


def listing(desk: Desk, *, named: Sequence[Subject] | None = None, dimension: str = "") -> Reply | None:
    """「有哪些项目」, 「收入由哪些构成」: the members with their figures; empty ones are summed up in words."""
    spoken = list(named if named is not None else subjects(desk)) or desk.inherited[:1]
    made = members(desk, spoken, dimension=dimension)
    if made is None:
        return None
    _, evaluation = made
    if not isinstance(evaluation.value, Series) or not evaluation.value.entries:
        return None
    entries = evaluation.value.entries
    filled = [e for e in entries if e.quantity.number]
    blank = [e.label for e in entries if not e.quantity.number and e.figure is not None and e.figure.how == "blank"]
    nothing = [e.label for e in entries if not e.quantity.number and e.label not in blank]
    listed = "；".join(f"{e.label} {_amount(e)}" for e in (filled or entries))
    reply = Reply(
        f"{desk.head()}{'各项' if filled else ''}：{listed}。",
        citations=desk.cite(evaluation.figures),
        plan=[evaluation.formula],
    )
    if filled and blank:
        reply.text += f"{'、'.join(blank)}均为0（表中为空白）。"
    if filled and nothing:
        reply.text += f"{'、'.join(nothing)}为0。"
    reply.results = [_entry_result(desk, e, evaluation) for e in entries]
    if len(filled) > 1 and spoken:
        try:
            total = desk.evaluate(desk.reference(spoken[0]))
            if isinstance(total.value, Quantity) and _is_sum(total.value, entries):
                bound_results(desk, [total], reply)
                named_total = f"{re.sub(r'^[0-9]{4}年', '', total.figures[0].label)}{shown_of(total)}，"
                reply.text = reply.text.replace(desk.head(), f"{desk.head()}{named_total}", 1)
        except (MissingFactError, YoujuError):
            pass
    return reply


def which(desk: Desk, name: str) -> Reply | None:
    """Ask back where a short name fits several projects, with each figure."""
    made = members(desk, [], dimension="project", contains=name)
    if made is None:
        return None
    _, evaluation = made
    labels = [f"{f.name} {render_quantity(f.quantity)}" for f in evaluation.figures]
    reply = Reply(
        f"“{name}”有多种所指：{'；'.join(labels)}。请说明是哪一个。", status=Status.CLARIFY, readings=labels,
        citations=desk.cite(evaluation.figures), plan=[evaluation.formula],
    )  # fmt: skip
    for figure in evaluation.figures:
        number = render_number(figure.quantity.number)
        reply.results.append(
            Result(
                figure.name,
                number,
                figure.quantity.unit.symbol,
                number,
                evaluation.formula,
                "",
                tuple(desk.operands(figure)),
            )
        )
    return reply
