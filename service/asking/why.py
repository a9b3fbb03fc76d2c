"""Why a figure changed: premise, decomposition as far as the figures go, the document's own reason, what is not known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from service.asking.alike import alike
from service.asking.amounts import bound_results, subjects, tell_conflicts
from service.asking.answer import Status
from service.asking.desk import Desk, Reply, shown_of
from service.asking.reasons import reasons_for, reasons_near
from service.asking.sets import dimension_of
from service.asking.splits import DIVIDED, LEVEL_NAMES, MOST_PARTS, Split, levels_of
from service.asking.subjects import Subject
from service.asking.years import Move, base_year, both_years, marked, premise_on_move, renamed, stated_otherwise, trend
from service.calculation.decomposition import Standing
from service.calculation.trace import Evaluation
from service.domain.coordinate import Aspect
from service.domain.document import StatedReason
from service.domain.errors import MissingFactError, YoujuError
from service.domain.finding import Severity

#: Parts told of those that moved most, and of all that moved one way.
_MOST_MOVED = 3
_MOST_LISTED = 12


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
        subject = alike(desk, subject, (of_year, before))
        now, then = both_years(desk, subject, of_year, before)
    except MissingFactError as error:
        return _unknown(desk, subject, now, before, error)
    reply = Reply("")
    _premise(desk, subject, now, then, before, reply)
    moved = _decompose(desk, subject, now, then, before, reply)
    reasons = reasons_for(desk, subject) or reasons_near(desk, subject, now)
    _quote(desk, reasons, reply)
    _quote_parts(desk, moved, reasons, reply)
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
    derived = marked(desk, then, now)
    tell_conflicts(desk, [now, then], reply)
    reply.citations += desk.cite(now.figures) + desk.cite(then.figures)
    for aspect in (Aspect.CHANGE, Aspect.RATE):
        reply.citations += [desk.quote(f.source) for f in desk.stated(subject, aspect)]
    year = now.figures[0].facts[0].coordinate.year
    x, y = desk.reference(subject, year=year), desk.reference(subject, year=before)
    asked_up, asked_down = desk.question.has("up"), desk.question.has("down")
    if a.base == b.base:
        wrong = "与提问不符：" if asked_up or asked_down else ""
        reply.text = f"{wrong}{desk.head()}{name}为{shown_of(now)}，{before}年为{shown_of(then)}{derived}，与上年持平，没有增减。"
        bound_results(desk, [now, then], reply)
        return
    move = Move.between(desk, x, y, now, then)
    up, amount, rate, word, rate_word = move.up, move.amount, move.rate, move.word, move.rate_word
    reply.results.append(desk.moved(f"{name}比{before}年{word}额", amount))
    reply.plan += [amount.formula]
    text = f"{name}{shown_of(now)}，比{before}年{shown_of(then)}{derived}{word}{shown_of(amount)}"
    if rate is not None:
        reply.results.append(desk.moved(f"{name}比{before}年{rate_word}率", rate))
        reply.plan.append(rate.formula)
        text += f"，{rate_word}{shown_of(rate)}"
    text += renamed(now, then) + stated_otherwise(desk, subject, move, before)
    bound_results(desk, [now, then], reply)
    correction = ""
    if (up and asked_down and not asked_up) or (not up and asked_up and not asked_down):
        correction = f"先更正：{name}是{word}，不是{'减少' if up else '增加'}。"
    correction += premise_on_move(desk, move)
    reply.text = f"{correction}{desk.head()}{text}。"


def _decompose(
    desk: Desk, subject: Subject, now: Evaluation, then: Evaluation, before: int, reply: Reply
) -> list[tuple[str, Subject]]:
    """Split the change along every dimension for which both years are known; contributions add up, residual shown.

    Returns:
        The parts that moved most, with the names they were told by.
    """
    fitted = desk.fit(subject)
    moved: list[tuple[str, Subject]] = []
    done: set[str] = set()
    if now.quantity.base == then.quantity.base:
        return moved
    for dimension in ("nature", "item", "fund", "function", "economic", "project"):
        if dimension in dict(fitted.members) and dimension in {"fund", "project"}:
            continue
        if dimension == "economic" and not fitted.get("nature") and not fitted.get("economic"):
            continue
        if dimension == "project":
            _by_project(desk, fitted, now.figures[0].facts[0].coordinate.year, before, reply)
            continue
        levels = levels_of(desk, fitted, dimension, before)
        for place, level in enumerate(levels):
            split = Split.of(desk, fitted, dimension, level, (now, then), before)
            if not split.explains or (dimension == "fund" and len(split.parts) == 1):
                continue
            title = desk.vocabulary.dimensions[dimension].name
            done.add(dimension)
            title += LEVEL_NAMES.get(level, "") if len(levels) > 1 and place else ""
            reply.text += f"按{title}拆分：{split.tell(reply)}。"
            moved += [(p.name, fitted.having(**{dimension: split.members[p.name]})) for p in split.moved[:_MOST_MOVED]]
            if dimension in {"nature", "item"}:
                _finer(split, reply)
    for dimension in dict.fromkeys(d for d in desk.question.dimensions if d not in {*done, "project"}):
        name = desk.vocabulary.dimensions[dimension].name
        reply.text += f"没有两年都按{name}列出的数，不能按{name}拆分。"
    return moved


def trend_and_why(desk: Desk) -> Reply | None:
    """「近三年变化情况及原因」: the years one by one, then why the last one changed."""
    rows, reasons = trend(desk), why(desk)
    if rows is None or reasons is None:
        return rows or reasons
    return Reply(
        f"{rows.text}{reasons.text}", status=rows.status, results=rows.results + reasons.results,
        citations=rows.citations + reasons.citations, findings=rows.findings + reasons.findings,
        missing=rows.missing, plan=rows.plan + reasons.plan,
    )  # fmt: skip


def most_moved(desk: Desk) -> Reply | None:
    """「哪个科目增加最多」: the parts that rose or fell most from the year before."""
    named = subjects(desk)
    dimension = dimension_of(desk, named)
    subject = next(iter(named), Subject("支出", said=True))
    before = base_year(desk)
    if dimension not in DIVIDED:
        return None
    if dimension == "project":
        subject = replace(subject, members=tuple(p for p in subject.members if p[0] != "nature"))
    try:
        whole = subject.having(nature="项目支出") if dimension == "project" else subject
        ends = both_years(desk, whole, desk.year, before)
    except YoujuError:
        return None
    down = desk.question.has("down") and not desk.question.has("up")
    standing = next((s for s in (Standing.NEW, Standing.GONE) if s.value in desk.question.text), None)
    most = _MOST_MOVED if desk.question.has("rank") else _MOST_LISTED
    reply = Reply("", plan=[f"{ends[0].formula} − {ends[1].formula}"])
    lines = []
    for level in levels_of(desk, subject, dimension, before):
        split = Split.of(desk, subject, dimension, level, ends, before)
        title = desk.vocabulary.dimensions[dimension].name + LEVEL_NAMES.get(level, "")
        if not split.parts:
            continue
        if standing is not None:
            moved = [p for p in split.moved if p.standing is standing]
            told = "、".join(split.line(p, reply) for p in moved[:most]) or "没有"
            lines.append(f"按{title}，{standing.value}的：{told}")
            continue
        moved = [p for p in split.moved if (p.change < 0) == down][:most]
        if moved:
            word = "减少" if down else "增加"
            says = f"{word}最多的是" if desk.question.has("rank") else f"{word}的有"
            lines.append(f"按{title}，{says}" + "、".join(split.line(p, reply) for p in moved))
    if not lines:
        return None
    reply.text = f"{desk.head()}比{before}年：{'；'.join(lines)}。"
    return reply


def _by_project(desk: Desk, subject: Subject, year: int, before: int, reply: Reply) -> None:
    """Split the change of 项目支出 by project, where it is part of what changed."""
    named = subject.get("nature")
    if subject.measure not in {"支出", "支出总计"} or (named and named != "项目支出"):
        return
    whole = subject.having(nature="项目支出")
    try:
        ends = both_years(desk, whole, year, before)
    except YoujuError:
        return
    rest = tuple(p for p in subject.members if p[0] != "nature")
    split = Split.of(desk, replace(subject, measure="支出", members=rest), "project", 0, ends, before)
    if split.explains:
        reply.text += f"项目支出按项目拆分：{split.tell(reply).replace('总变动', '项目支出的变动')}。"


def _finer(split: Split, reply: Reply) -> None:
    """Split the parts that moved once more where their own parts are known: 基本支出 into 人员 and 公用."""
    for part in split.moved[:MOST_PARTS]:
        member = split.members[part.name]
        inner = split.subject.having(**{split.dimension: member})
        ends = split.ends[part.name]
        if ends is None:
            continue
        deeper = Split.of(split.desk, inner, split.dimension, 0, ends, split.before)
        if deeper.explains:
            reply.text += f"其中{part.name}：{deeper.tell(reply)}。"


def _quote(desk: Desk, reasons: Sequence[StatedReason], reply: Reply) -> None:
    if not reasons:
        reply.text += "文件没有写明原因。"
        return
    for reason in reasons[:2]:
        where = "，".join(
            filter(None, (reason.source.table_title, f"第{reason.source.page}页" if reason.source.page else ""))
        )
        reply.text += f"文件写明的原因（{where}）：“{reason.text}”。"
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


def _quote_parts(desk: Desk, moved: Sequence[tuple[str, Subject]], told: Sequence[StatedReason], reply: Reply) -> None:
    """Quote what the document says of the parts that moved most, where it says something else than of the whole."""
    said = {r.text for r in told}
    lines: list[str] = []
    for name, part in moved:
        own = [r for r in reasons_for(desk, part, exactly=True) if r.text not in said]
        if own and len(lines) < _MOST_MOVED:
            said.add(own[0].text)
            page = f"（第{own[0].source.page}页）" if own[0].source.page else ""
            lines.append(f"{name}：“{own[0].text}”{page}")
            reply.citations.append(desk.quote(own[0].source))
    if lines:
        reply.text += f"文件对各部分写明的原因：{'；'.join(lines)}。"


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
