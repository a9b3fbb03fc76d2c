"""Why a figure changed: premise, decomposition as far as the figures go, the document's own reason, what is not known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from service.asking.amounts import base_year, bound_results, subjects
from service.asking.answer import Result, Status
from service.asking.desk import Desk, Reply, render_quantity, shown_of
from service.asking.subjects import Subject
from service.calculation.formula import Binary, Call, Function, Operator, Reference
from service.calculation.trace import Evaluation
from service.domain.coordinate import Aspect
from service.domain.document import StatedReason
from service.domain.errors import MissingFactError, YoujuError
from service.domain.finding import Severity
from service.domain.quantity import Kind, Quantity
from service.numerals import Measured, render_number


def why(desk: Desk) -> Reply | None:
    """Answer why a figure changed, or say that the document gives neither change nor reason."""
    named = subjects(desk) or desk.inherited[:1]
    if not named:
        named = [Subject("支出", said=True)]
    subject = named[0]
    if set(dict(subject.members)) == {"fund"} and not subject.measure:
        subject = Subject("支出", subject.members)
    before = base_year(desk)
    of_year = _year_asked(desk)
    if of_year != desk.year:
        before = of_year - 1
    try:
        now = desk.evaluate(desk.reference(subject, year=of_year))
    except MissingFactError:
        return None
    try:
        then = desk.evaluate(desk.reference(subject, year=before))
    except MissingFactError as error:
        return _unknown(desk, subject, now, before, error)
    reply = Reply("")
    _premise(desk, subject, now, then, before, reply)
    _decompose(desk, subject, now, then, before, reply)
    reasons = reasons_for(desk, subject)
    _quote(desk, reasons, reply)
    _limits(desk, subject, before, reply)
    return reply


def _year_asked(desk: Desk) -> int:
    """The year whose change is asked about: 「2023年收入为什么减少」 is about 2023, 「比2023年减少」 is not."""
    named = [y.year for y in desk.question.years if y.year]
    if len(named) == 1 and named[0] < desk.year and not re.search(r"[比较与和跟同从到]|相对|以来", desk.question.text):
        return named[0]
    return desk.year


def _unknown(desk: Desk, subject: Subject, now: Evaluation, before: int, error: MissingFactError) -> Reply:
    """Refuse where no earlier figure is known; quote what is said about it, if anything."""
    name = re.sub(r"^\d{4}年", "", now.figures[0].label)
    reasons = reasons_for(desk, subject)
    reply = Reply(
        f"{desk.head()}{name}为{shown_of(now)}，但没有{before}年的“{name}”，无法判断增减，也不能说明原因。", status=Status.REFUSED,
        missing=error.message, citations=desk.cite(now.figures), plan=[now.formula],
    )  # fmt: skip
    bound_results(desk, [now], reply)
    if reasons:
        _quote(desk, reasons, reply)
    return reply


def _premise(desk: Desk, subject: Subject, now: Evaluation, then: Evaluation, before: int, reply: Reply) -> None:
    """State the change, and correct the question where it says otherwise."""
    name = re.sub(r"^\d{4}年", "", now.figures[0].label)
    a, b = now.quantity, then.quantity
    derived = "（推算）" if then.figures[0].how == "derived" else ""
    reply.citations += desk.cite(now.figures) + desk.cite(then.figures)
    for aspect in (Aspect.CHANGE, Aspect.RATE):
        reply.citations += [desk.quote(f.source) for f in desk.stated(subject, aspect)]
    x, y = desk.reference(subject), desk.reference(subject, year=before)
    asked_up, asked_down = desk.question.has("up"), desk.question.has("down")
    if a.base == b.base:
        wrong = "与提问不符：" if asked_up or asked_down else ""
        reply.text = f"{wrong}{desk.head()}{name}为{shown_of(now)}，{before}年为{shown_of(then)}{derived}，与上年持平，没有增减。"
        bound_results(desk, [now, then], reply)
        return
    up = a.base > b.base
    amount = desk.evaluate(Binary(Operator.SUBTRACT, x, y) if up else Binary(Operator.SUBTRACT, y, x))
    word, rate_word = ("增加", "增长") if up else ("减少", "降低")
    reply.results.append(desk.result(f"{name}比{before}年{word}额", amount))
    reply.plan += [amount.formula]
    text = f"{name}{shown_of(now)}，比{before}年{shown_of(then)}{derived}{word}{shown_of(amount)}"
    rate: Evaluation | None = None
    if b.base:
        rate = desk.evaluate(
            Call(Function.RATE, (x, y)) if up else Call(Function.SHARE, (Binary(Operator.SUBTRACT, y, x), y))
        )
        reply.results.append(desk.result(f"{name}比{before}年{rate_word}率", rate))
        reply.plan.append(rate.formula)
        text += f"，{rate_word}{shown_of(rate)}"
    bound_results(desk, [now, then], reply)
    correction = ""
    if (up and asked_down and not asked_up) or (not up and asked_up and not asked_down):
        correction = f"先更正：{name}是{word}，不是{'减少' if up else '增加'}。"
    correction += _rate_correction(desk, rate, amount, rate_word, word)
    reply.text = f"{correction}{desk.head()}{text}。"


def _rate_correction(desk: Desk, rate: Evaluation | None, amount: Evaluation, rate_word: str, word: str) -> str:
    """Compare the figures of the question with the true ones, by the precision they are said with."""
    out = ""
    for figure in desk.question.figures:
        quantity = figure.quantity
        if quantity.unit.kind is Kind.RATIO and rate is not None:
            low, high = quantity.interval()
            true = abs(rate.quantity.number)
            if not (low <= true <= high or _cut(true, quantity) or _is_loose(desk, figure)):
                out += f"先更正：{rate_word}幅度是{shown_of(rate)}，不是{render_quantity(quantity)}。"
        elif quantity.unit.kind is Kind.MONEY:
            low, high = quantity.interval()
            true = abs(amount.quantity.to(quantity.unit).number)
            if not (low <= true <= high or _cut(true, quantity) or _is_loose(desk, figure)):
                out += f"先更正：{word}的是{shown_of(amount)}，不是{render_quantity(quantity)}。"
    return out


def _cut(true: Decimal, said: Quantity) -> bool:
    """Whether a figure was said with its last digits cut off: 284万 for 284.53万."""
    step = Decimal(1).scaleb(-said.decimals)
    return (true // step) * step == abs(said.number)


def _is_loose(desk: Desk, figure: Measured) -> bool:
    """Whether a figure was said roughly: 两成多, 大约20%."""
    return figure.approximate or desk.question.text[figure.end : figure.end + 1] in {"多", "余", "来", "左"}


def _decompose(desk: Desk, subject: Subject, now: Evaluation, then: Evaluation, before: int, reply: Reply) -> None:
    """Split the change along every dimension for which both years are known; contributions add up, residual shown."""
    fitted = desk.fit(subject)
    total = now.quantity.base - then.quantity.base
    if not total:
        return
    for dimension in ("nature", "item", "fund", "function", "project"):
        if dimension in dict(fitted.members) and dimension not in {"item", "nature"}:
            continue
        parts = _both_years(desk, fitted, dimension, before)
        if not parts:
            continue
        moved = [(n, a, b) for n, a, b in parts if a.quantity.base != b.quantity.base]
        if not moved:
            continue
        covered = sum((a.quantity.base - b.quantity.base for _, a, b in moved), total * 0)
        lines = [_contribution(desk, fitted, dimension, part, before, reply) for part in moved[:_MOST_PARTS]]
        rest = "；其余各项持平" if len(parts) > len(moved) else ""
        rest += "；其他各项略" if len(moved) > _MOST_PARTS else ""
        residual = total - covered
        closing = "，各项相加等于总变动"
        if residual:
            left = Quantity(abs(residual) / now.quantity.unit.scale, now.quantity.unit)
            number = render_number(left.number)
            closing = f"，还有{render_quantity(left)}未能拆分"
            reply.results.append(Result("未能拆分的差额", number, left.unit.symbol, number, "", "", ()))
        title = desk.vocabulary.dimensions[dimension].name
        reply.text += f"按{title}拆分：{'；'.join(lines)}{rest}{closing}。"


#: Parts that a decomposition names before it sums the rest up in words.
_MOST_PARTS = 8


def _contribution(
    desk: Desk, subject: Subject, dimension: str, part: tuple[str, Evaluation, Evaluation], before: int, reply: Reply
) -> str:
    """Name what one member contributes, and write its figures down."""
    member, now, then = part
    up = now.quantity.base > then.quantity.base
    x, y = _ref(desk, subject, dimension, member, None), _ref(desk, subject, dimension, member, before)
    amount = desk.evaluate(Binary(Operator.SUBTRACT, x, y) if up else Binary(Operator.SUBTRACT, y, x))
    name = desk.scope.name_of(dimension, member)
    word = "增加" if up else "减少"
    reply.results.append(desk.result(f"{name}{word}额", amount))
    reply.citations += desk.cite(now.figures) + desk.cite(then.figures)
    return f"{name}{word}{shown_of(amount)}"


def _ref(desk: Desk, subject: Subject, dimension: str, member: str, year: int | None) -> Reference:
    return desk.reference(subject.having(**{dimension: member}), year=year)


def _both_years(desk: Desk, subject: Subject, dimension: str, before: int) -> list[tuple[str, Evaluation, Evaluation]]:
    """Return the members of a dimension whose figures are known in both years, if there are any."""
    parent = subject.get(dimension)
    known = {f.coordinate.get(dimension) or "" for f in desk.scope.facts if f.coordinate.year == before}
    candidates = sorted(known - {""})
    out = []
    for member in candidates:
        if member == parent:
            continue
        above = desk.vocabulary.ancestors(dimension, member)
        if (parent and parent not in above) or any(a in candidates and a != parent for a in above):
            continue
        narrowed = subject.having(**{dimension: member})
        try:
            now = desk.evaluate(desk.reference(narrowed))
            then = desk.evaluate(desk.reference(narrowed, year=before))
        except YoujuError:
            continue
        out.append((member, now, then))
    return out


def reasons_for(desk: Desk, subject: Subject) -> list[StatedReason]:
    """Return the reasons the documents state for a subject's change, the nearest coordinate first."""
    fitted = desk.fit(subject)
    wanted = dict(fitted.members)
    exact, wider = [], []
    for document in desk.documents:
        if document.year != desk.year:
            continue
        for reason in document.reasons:
            measure_fits = reason.coordinate.measure == fitted.measure or (
                fitted.measure == "支出总计" and reason.coordinate.measure == "支出"
            )
            if not measure_fits:
                continue
            members = dict(reason.coordinate.members)
            if members == wanted:
                exact.append(reason)
            elif wanted and all(members.get(d) == m for d, m in wanted.items()):
                wider.append(reason)
    return exact or wider


def _quote(desk: Desk, reasons: Sequence[StatedReason], reply: Reply) -> None:
    if not reasons:
        reply.text += "文件没有写明原因。"
        return
    for reason in reasons[:2]:
        reply.text += f"文件写明的原因（{reason.source.table_title}）：“{reason.text}”。"
        reply.citations.append(desk.quote(reason.source))
    oddities = [
        f for d in desk.documents for f in d.findings
        if f.severity is not Severity.ERROR and f.code in {"reason-contradicts-figures", "garbled-words"}
        and any(r.source.quote in s.quote for s in f.sources for r in reasons)
    ]  # fmt: skip
    reply.findings += oddities
    shown = (
        oddities
        if desk.question.has("judge", "original")
        else [f for f in oddities if f.code == "reason-contradicts-figures"]
    )
    reply.text += "".join(f"提示：{f.message}" for f in shown[:3])
    if desk.question.has("judge", "original"):
        sentence = reasons[0].source.quote
        reply.text += f"原文：“{sentence}”"


def _limits(desk: Desk, subject: Subject, before: int, reply: Reply) -> None:
    """Say what cannot be known: the parts for which the earlier year is missing."""
    fitted = desk.fit(subject)
    if fitted.measure not in {"支出", "支出总计", "收入"}:
        return
    unknown = []
    for member in ("基本支出", "项目支出", "人员经费", "公用经费"):
        probe = Subject("支出", (("nature", member),))
        if desk.exists(probe) and not desk.exists(probe, year=before):
            unknown.append(member)
    if unknown:
        reply.text += f"文件没有{before}年的{'、'.join(unknown)}，无法再往下拆分，也不能确定各原因各占多少。"


def wants_detail(desk: Desk) -> Reply | None:
    """Refuse 「压减了哪几个专项、各压了多少」 where the earlier year's members are not known."""
    before = base_year(desk)
    if not (desk.question.has("down", "up") and desk.question.has("list", "count") and desk.question.dimensions):
        return None
    dimension = desk.question.dimensions[0]
    known = any(f.coordinate.year == before and f.coordinate.get(dimension) for f in desk.scope.facts)
    if known:
        return None
    name = desk.vocabulary.dimensions[dimension].name
    said = next((r for r in reasons_for(desk, Subject("支出"))), None)
    quoted = f"文件只写“{said.text}”，" if said else ""
    return Reply(
        f"回答不了：{quoted}没有{before}年的分{name}数据，不能算出哪些{name}增减、各增减多少。", status=Status.REFUSED,
        missing=f"{before}年分{name}的数", citations=[desk.quote(said.source)] if said else [],
    )  # fmt: skip
