"""Questions over several entities: one against another, and one measure over every department in the store."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.asking.amounts import bare, bound_results, split_at, tell_conflicts, whole_of
from service.asking.answer import Result, Status
from service.asking.desk import Desk, Reply, render_quantity, shown_of
from service.asking.subjects import Subject, subjects_of, total_of
from service.asking.years import trend
from service.calculation.formula import Binary, Call, Expression, Function, Operator, Reference, UnitName
from service.calculation.joint import of_entity
from service.calculation.trace import Entry, Evaluation, Series
from service.domain.coordinate import Stage
from service.domain.errors import MissingFactError, YoujuError
from service.domain.quantity import WAN_YUAN, Kind
from service.numerals import read_numbers, render_number

#: Words for growth from the year before.
_GROWTH = re.compile(r"增长|增幅|降幅|增速|涨幅|下降|减少|增加|变化|变动|同比|比上年|比去年|较上年|较去年")
#: Departments of a ranking that are told; the others are counted.
_MOST_TOLD = 10


@dataclass(frozen=True, slots=True)
class Side:
    """One entity of a comparison: its desk, and what is not in the store of it."""

    entity: str
    desk: Desk
    missing: str = ""


@dataclass(frozen=True, slots=True)
class _Row:
    """What a question asks of one entity."""

    side: Side
    expression: Expression
    value: Evaluation
    parts: tuple[Evaluation, ...]


def compare_entities(joint: Desk, sides: Sequence[Side]) -> Reply:
    """Set the same figure of several entities side by side: which is more, by how much, how many times, which share.

    Args:
        joint: The desk over all of them, its scope a `JointScope`.
        sides: One per entity, in the order of the question.
    """
    named = _named(joint)
    if joint.question.has("trend"):
        return _trends(joint, sides)
    asks_share = bool(re.search(r"占(?!＃)|比重|比例", joint.question.text))
    rows: list[_Row] = []
    lacking: list[str] = []
    for side in sides:
        try:
            if side.missing:
                raise MissingFactError(side.missing)
            rows.append(_share_row(joint, side, named) if asks_share else _row(joint, side, named))
        except YoujuError as error:
            lacking.append(f"{side.entity}：{error.message}")
    units = {r.value.quantity.unit for r in rows}
    if len(rows) > 1 and len(units) > 1 and joint.unit is None and all(u.kind is Kind.MONEY for u in units):
        joint.unit = WAN_YUAN
        rows = [replace(r, value=joint.evaluate(r.expression)) for r in rows]
    if len(rows) < 2:
        return _too_few(joint, rows, lacking)
    reply = Reply("", plan=[])
    lines = [_told(joint, row, reply) for row in rows]
    reply.text = f"{'；'.join(lines)}。"
    if joint.question.has("times") and len(rows) == 2:
        reply.text += _relation(joint, rows, Function.MULTIPLE, "是", "倍数", reply)
    elif "占＃" in joint.question.text and len(rows) == 2:
        reply.text += _relation(joint, rows, Function.SHARE, "相当于", "占比", reply)
    elif len(rows) == 2:
        reply.text += _gap(joint, rows, reply)
    else:
        ordered = sorted(rows, key=lambda r: -r.value.quantity.base)
        reply.text += "由大到小：" + "、".join(f"{r.side.entity}{shown_of(r.value)}" for r in ordered) + "。"
    if joint.question.has("sum") and not asks_share:
        total = joint.evaluate(total_of([r.expression for r in rows]))
        reply.results.insert(0, joint.result("合计", total))
        reply.plan.insert(0, total.formula)
        reply.text += f"合计{shown_of(total)}。"
    reply.text += _differences_of_terms(rows)
    if lacking:
        reply.text += f"另有：{'；'.join(lacking)}"
    return reply


def _row(joint: Desk, side: Side, named: Sequence[Subject]) -> _Row:
    references = [_reference(side, s) for s in named]
    if _GROWTH.search(joint.question.text):
        before = [replace(r, year=(r.year or side.desk.year) - 1) for r in references]
        expression: Expression = Call(Function.RATE, (total_of(references), total_of(before)))
        parts = [joint.evaluate(total_of(references)), joint.evaluate(total_of(before))]
        return _Row(side, expression, joint.evaluate(expression), tuple(parts))
    expression = total_of(references)
    return _Row(side, expression, joint.evaluate(expression), ())


def _share_row(joint: Desk, side: Side, named: Sequence[Subject]) -> _Row:
    """A part's share of a whole in one entity; of its parent where the question names no whole."""
    own = replace(side.desk, question=joint.question)
    parts, wholes = split_at(own, r"占(?!比)|占比|比重|比例")
    parts = _once(parts) or list(named[:1])
    whole_subject = wholes[0] if wholes and wholes[0] not in parts else whole_of(own, parts[0])
    part, whole = total_of([_reference(side, p) for p in parts]), _reference(side, whole_subject)
    expression = Call(Function.SHARE, (part, whole))
    return _Row(side, expression, joint.evaluate(expression), (joint.evaluate(part), joint.evaluate(whole)))


def _named(joint: Desk) -> list[Subject]:
    """Return the figures a question names, each once: it may say one for every entity."""
    return _once(subjects_of(joint.question, joint.vocabulary)) or [Subject("支出", said=True)]


def _once(named: Sequence[Subject]) -> list[Subject]:
    return list({(s.measure, s.members): s for s in reversed(named)}.values())[::-1]


def _trends(joint: Desk, sides: Sequence[Side]) -> Reply:
    """Tell several years of one figure for each entity."""
    reply = Reply("")
    for side in sides:
        own = trend(replace(side.desk, question=joint.question, unit=joint.unit))
        if own is None:
            continue
        reply.text += own.text
        reply.results += own.results
        reply.citations += own.citations
        reply.findings += own.findings
        reply.plan += own.plan
        reply.missing = "；".join(filter(None, (reply.missing, own.missing)))
        reply.status = own.status if own.status is Status.REFUSED else reply.status
    return reply


def _reference(side: Side, subject: Subject) -> Reference:
    reference = side.desk.reference(subject)
    return of_entity(replace(reference, year=reference.year or side.desk.year), side.entity)


def _told(joint: Desk, row: _Row, reply: Reply) -> str:
    """Say one entity's figure with its year and stage, and write it down."""
    figures = row.value.figures
    reply.results.append(joint.result("、".join(f.label for f in figures), row.value))
    reply.citations += joint.cite(figures)
    reply.plan.append(row.value.formula)
    bound_results(joint, row.parts, reply)
    tell_conflicts(joint, [row.value], reply)
    coordinate = figures[0].facts[0].coordinate
    head = f"{row.side.entity}{coordinate.year}年（{coordinate.stage.value}）"
    names = [bare(f.label.removeprefix(row.side.entity)) for f in figures]
    if row.parts and isinstance(row.expression, Call) and row.expression.function is Function.SHARE:
        return f"{head}{names[0]}{shown_of(row.parts[0])}，占{names[-1]}{shown_of(row.parts[1])}的{shown_of(row.value)}"
    if row.parts:
        up = row.value.quantity.number >= 0
        rate = render_number(abs(row.value.shown.number)) if row.value.shown else ""
        return (
            f"{head}{names[0]}{shown_of(row.parts[0])}，上年{shown_of(row.parts[1])}，"
            f"{'增长' if up else '降低'}{rate}{row.value.quantity.unit.symbol}"
        )
    marks = {"derived": "（推算）", "stated": "（仅见正文）", "blank": "（表中为空白，按0计）"}.get(figures[0].how, "")
    printed = figures[0].quantity
    restated = len(figures) == 1 and printed.unit != row.value.quantity.unit
    return f"{head}{'、'.join(names)}{shown_of(row.value)}{f'（表中印为{render_quantity(printed)}）' if restated else ''}{marks}"


def _gap(joint: Desk, rows: Sequence[_Row], reply: Reply) -> str:
    """Say which of two is more, and by how much."""
    first, second = rows
    if first.value.quantity.base == second.value.quantity.base:
        return "两者相等。"
    big, small = (first, second) if first.value.quantity.base > second.value.quantity.base else (second, first)
    difference = joint.evaluate(Binary(Operator.SUBTRACT, big.expression, small.expression))
    label = f"{big.side.entity}比{small.side.entity}{'高' if big.parts else '多'}"
    reply.results.insert(0, joint.result(label, difference))
    reply.plan.insert(0, difference.formula)
    return f"{label}{shown_of(difference)}。"


def _relation(joint: Desk, rows: Sequence[_Row], function: Function, verb: str, name: str, reply: Reply) -> str:
    """Say how one entity's figure stands to the other's: so many times, so large a share."""
    relation = joint.evaluate(Call(function, (rows[0].expression, rows[1].expression)))
    reply.results.insert(0, joint.result(f"{rows[0].side.entity}与{rows[1].side.entity}的{name}", relation))
    reply.plan.insert(0, relation.formula)
    return f"{rows[0].side.entity}{verb}{rows[1].side.entity}的{shown_of(relation)}。"


def _differences_of_terms(rows: Sequence[_Row]) -> str:
    """Say where the figures of two entities are not of the same year, stage or fund."""
    places = [r.value.figures[0].facts[0].coordinate for r in rows]
    notes = []
    if len({p.year for p in places}) > 1:
        notes.append("年份不同")
    if len({p.stage for p in places}) > 1:
        notes.append("阶段不同（" + "、".join(dict.fromkeys(p.stage.value for p in places)) + "）")
    funds = [p.get("fund") or "全部资金" for p in places]
    if len(set(funds)) > 1:
        notes.append(
            "资金口径不同（" + "、".join(f"{r.side.entity}为{f}" for r, f in zip(rows, funds, strict=True)) + "）"
        )
    return f"注意：{'；'.join(notes)}，比较仅供参考。" if notes else ""


def _too_few(joint: Desk, rows: Sequence[_Row], lacking: Sequence[str]) -> Reply:
    """Refuse a comparison of which a side is missing, with the figure there is."""
    missing = "；".join(m.rstrip("。") for m in lacking)
    reply = Reply("", status=Status.REFUSED, missing=missing)
    known = [_told(joint, row, reply) for row in rows]
    reply.text = f"回答不了：{missing}。" + (f"现有：{'；'.join(known)}。" if known else "")
    return reply


def fitting(question_desk: Desk, sides: Sequence[Side], said: str) -> Reply:
    """Ask back which of several entities is meant, with the figure of each where there is one."""
    named = subjects_of(question_desk.question, question_desk.vocabulary)
    reply = Reply("", status=Status.CLARIFY)
    lines = []
    for side in sides:
        line = side.entity
        if named and not side.missing:
            try:
                value = question_desk.evaluate(_reference(side, named[0]))
                line = _told(question_desk, _Row(side, _reference(side, named[0]), value, ()), reply)
            except YoujuError:
                pass
        lines.append(line)
    reply.readings = lines
    reply.text = f"“{said}”可以指资料库里的{len(sides)}个部门：{'；'.join(lines)}。请说明问的是哪个部门。"
    reply.results.append(Result("部门数", str(len(sides)), "个", str(len(sides)), "", "", ()))
    return reply


# -- every department ---------------------------------------------------------------------------------------


def rank_entities(joint: Desk, subject: Subject, *, held: int) -> Reply:
    """Rank every department in the store by one figure: 「哪个部门支出最多」.

    Args:
        joint: The desk over all of them, its scope a `JointScope`.
        subject: The figure.
        held: How many departments have documents of the year.
    """
    reference = of_entity(subject.reference(joint.vocabulary, year=joint.year), "*")
    ordered, ranked = _ranked(joint, reference)
    printed = {e.quantity.unit for e in ranked}
    unit = joint.unit or (WAN_YUAN if len(printed) > 1 else None)
    if unit is not None and all(u.kind is Kind.MONEY for u in printed):
        ordered, ranked = _ranked(joint, Call(Function.CONVERT, (reference, UnitName(unit))))
    entries = [e for e in ranked if _stage_of(e) is joint.scope.stage]
    other = [e.label for e in ranked if e not in entries]
    if not entries:
        return Reply("回答不了：各部门都没有这一口径的数。", status=Status.REFUSED, missing="各部门的这一口径")
    bottom = joint.question.has("bottom")
    if bottom:
        entries.reverse()
    wanted = _how_many(joint, len(entries))
    told = entries[: max(wanted, min(_MOST_TOLD, len(entries)))]
    reply = Reply("", plan=[ordered.formula])
    for entry in told:
        assert entry.figure is not None  # noqa: S101 - every entry is one entity's figure
        reply.results.append(
            Result(
                entry.label, _digits(entry), entry.shown.unit.symbol, render_number(entry.quantity.number), ordered.formula,
                f"{entry.label} {_amount(entry)}", tuple(joint.operands(entry.figure)),
            )
        )  # fmt: skip
        reply.citations += joint.cite([entry.figure])
    reply.results.append(
        Result("部门数", str(len(entries)), "个", str(len(entries)), f"个数({ordered.formula})", "", ())
    )
    reply.results.append(Result("有文件的部门数", str(held), "个", str(held), "", "", ()))
    name = bare((entries[0].figure.label if entries[0].figure else "").removeprefix(entries[0].label))
    chosen = "、".join(f"{e.label}，{_amount(e)}" for e in entries[:wanted])
    reply.text = (
        f"资料库里有{joint.year}年文件的部门共{held}个，其中{len(entries)}个有{name}（{joint.scope.stage.value}），"
        f"最{'少' if bottom else '多'}的是{chosen}。"
    )
    if joint.question.has("sum"):
        total = joint.evaluate(Call(Function.SUM, (reference,)))
        reply.results.insert(0, joint.result("合计", total))
        reply.text += f"合计{shown_of(total)}。"
    if len(told) > wanted:
        reply.text += "依次为：" + "、".join(f"{e.label} {_amount(e)}" for e in told) + "。"
    if len(printed) > 1:
        reply.text += f"各表单位不同，已换算为{entries[0].shown.unit.symbol}。"
    if other:
        reply.text += f"{'、'.join(other)}只有别的阶段的数，未列入。"
    return reply


def _ranked(joint: Desk, expression: Expression) -> tuple[Evaluation, tuple[Entry, ...]]:
    ordered = joint.evaluate(Call(Function.RANK, (expression,)))
    assert isinstance(ordered.value, Series)  # noqa: S101 - 排序() gives one
    return ordered, ordered.value.entries


def _stage_of(entry: Entry) -> Stage | None:
    return entry.figure.facts[0].coordinate.stage if entry.figure else None


def _amount(entry: Entry) -> str:
    return f"{_digits(entry)}{entry.shown.unit.symbol}"


def _digits(entry: Entry) -> str:
    """Return an entry's digits as printed, or with two decimals where it was restated in another unit."""
    figure = entry.figure
    if figure is not None and figure.quantity.unit != entry.shown.unit:
        return render_number(entry.shown.rounded(_PLACES).number)
    return render_number(entry.shown.number)


#: Decimals of an amount restated in another unit.
_PLACES = 2


def _how_many(joint: Desk, total: int) -> int:
    """Return how many of a ranking are asked for: one where the question does not say."""
    found = re.search(r"(?:前|最[大多高小少低](?:的)?)([一二三四五六七八九十两\d]+)", joint.question.text)
    said = int(read_numbers(found.group(1).replace("两", "二"))[0].number) if found else 1
    return min(total, said)
