"""Questions after one amount: look it up, relate it to another, compare, check two places, convert, suppose."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from service.asking.answer import Citation, Result, Status
from service.asking.desk import Desk, Reply, render_quantity, shown_of
from service.asking.subjects import IN_TEXT, Subject, subjects_of, total_of
from service.calculation.figures import Figure
from service.calculation.formula import Binary, Call, Expression, Function, Literal, Operator, Reference, UnitName
from service.calculation.trace import Agreement, Evaluation
from service.domain.errors import AmbiguousFigureError, YoujuError
from service.domain.fact import Fact
from service.domain.quantity import FIXED_UNITS, NUMBER, WAN_YUAN, YUAN, Kind, Quantity, Unit
from service.numerals import read_numbers, render_number

#: What a part is a share of when the question does not say.
_WHOLES = {"三公经费": "三公经费", "收入": "收入"}


def subjects(desk: Desk, start: int = 0, end: int | None = None) -> list[Subject]:
    """Return the subjects of a part of the question."""
    return subjects_of(desk.question, desk.vocabulary, start, end)


def table_total(desk: Desk, subject: Subject) -> Subject:
    """Return what a table's total row stands for, when a question names only the table."""
    table = next((t for d in desk.documents for t in d.tables if t.id == subject.table), None)
    standard = desk.vocabulary.catalogue.table(table.kind) if table else None
    if standard is None:
        return subject
    members = dict(standard.fixed)
    if standard.key in {"B10", "B13"}:
        members = {"nature": "项目支出"}
    measure = standard.measure or ("支出" if "支" in standard.name and "收" not in standard.name else "")
    measure = measure or (subject.measure or "支出总计")
    return replace(
        subject, measure=subject.measure or measure, members=subject.members or tuple(sorted(members.items()))
    )


def look_up(desk: Desk, wanted: Sequence[Subject]) -> Reply:
    """Answer with the figures themselves."""
    reply = Reply("")
    lines = []
    figures: list[Figure] = []
    for subject in wanted:
        if subject.table and subject.table != IN_TEXT and subject.is_bare and not subject.said:
            subject = table_total(desk, subject)  # noqa: PLW2901 - the table's total is what is meant
        evaluation = _one(desk, subject)
        figure = evaluation.figures[0]
        label = figure.label
        reply.results.append(desk.result(label, evaluation))
        reply.citations += desk.cite(evaluation.figures)
        reply.findings += desk.conflicts(evaluation.figures)
        reply.plan.append(evaluation.formula)
        lines.append(_lookup_line(desk, subject, evaluation, reply))
        figures.append(figure)
    if len(wanted) > 1 and _asks_sum(desk) and all(s.measure != "收入" or s.members for s in wanted):
        holds = _nested(desk, figures)
        if holds is None:
            total = desk.evaluate(total_of([desk.reference(s) for s in wanted]))
            reply.results.insert(0, desk.result("合计", total))
            reply.plan.append(total.formula)
            lines.append(f"合计{shown_of(total)}")
        else:
            names = [bare(f.label) for f in holds]
            lines.append(f"{names[0]}已经包含{names[1]}，不能相加" if names[0] != names[1] else "两处说的是同一个数，不能相加")
    reply.text = _premise_on_amount(desk, wanted, reply) + "；".join(lines) + "。"
    return reply


def _nested(desk: Desk, figures: Sequence[Figure]) -> tuple[Figure, Figure] | None:
    """Return the first two figures of which one contains the other, the wider one first."""
    return next(((a, b) for a in figures for b in figures if a is not b and desk.scope.holds(a, b)), None)


def _asks_sum(desk: Desk) -> bool:
    """Whether figures are to be added up: where each is asked for, only by words that say so besides the names of the figures."""
    text = desk.question.text
    each = _EACH_AMOUNT.search(text)
    if not desk.question.has("sum", "plus"):
        return False
    return each is None or bool(_TOGETHER.search(text) or _SUM_AFTER.search(text, each.end()))


def _premise_on_amount(desk: Desk, wanted: Sequence[Subject], reply: Reply) -> str:
    """Correct an amount that the question takes for granted."""
    said = next((f for f in desk.question.figures if f.quantity.unit.kind is Kind.MONEY and not f.comparator), None)
    if said is None or len(wanted) != 1 or not reply.results or reply.results[0].unit not in FIXED_UNITS:
        return ""
    if re.match("[里中内]", desk.question.text[said.end :]):
        return ""  # the figure of the whole, not of the part asked about
    true = Quantity(Decimal(reply.results[0].exact), FIXED_UNITS[reply.results[0].unit])
    if true.unit.kind is not Kind.MONEY:
        return ""
    low, high = said.quantity.interval()
    if low <= true.to(said.quantity.unit).number <= high:
        return ""
    return f"先更正：不是{render_quantity(said.quantity)}。"


def _lookup_line(desk: Desk, subject: Subject, evaluation: Evaluation, reply: Reply) -> str:
    figure = evaluation.figures[0]
    label = re.sub(r"^\d{4}年(末?)", "", figure.label)
    year = figure.facts[0].coordinate.year
    end = "末" if figure.label.startswith(f"{year}年末") else ""
    head = f"{desk.document.entity}{year}年{end}" if end else desk.head_of(figure)
    text = f"{head}{label}为{shown_of(evaluation)}"
    if evaluation.quantity.unit != figure.quantity.unit and figure.how == "printed":
        text += f"（表中印为{render_quantity(figure.quantity)}）"
    if figure.how == "sum":
        parts = "、".join(f"{_part_name(f)}{render_quantity(f.quantity)}" for f in figure.facts if f.quantity)
        text += f"（{parts} 相加）" if len(figure.facts) <= 8 else "（由表中各相应行相加）"
    elif figure.how == "blank":
        text += "（表中该处为空白，按0计）"
    elif figure.how == "stated":
        text += "（仅见正文，表中没有）"
        if figure.quantity.unit.kind is Kind.COUNT and re.search(r"多少钱|金额|资金", desk.question.text):
            text += "，文件只写了数量，没有写金额"
    elif figure.how == "derived":
        text += "（推算数，文件没有直接印出）"
    text += _otherwise(desk, figure, reply)
    text += _with_or_without_carried(desk, subject, figure, reply)
    narrower = _narrower(desk, subject, figure.facts, reply)
    return text + (f"，其中{narrower}" if narrower else "")


def _otherwise(desk: Desk, figure: Figure, reply: Reply) -> str:
    """Say where the text of the document states another amount than the cell that is given: 「（正文第9页写352.67万元，与表不符）」."""
    said: dict[str, str] = {}
    for finding in desk.contradictions(figure):
        for source in (s for s in finding.sources if not s.table and s.row_label):
            said.setdefault(source.row_label, f"第{source.page}页" if source.page else "")
            reply.citations.append(desk.quote(source))
    return f"（正文{'、'.join(f'{where}写{figure}' for figure, where in said.items())}，与表不符）" if said else ""


def _with_or_without_carried(desk: Desk, subject: Subject, figure: Figure, reply: Reply) -> str:
    """For the income of all funds, give the total that it is not, where both are printed: with what was carried over, or without."""
    place = figure.facts[0].coordinate
    if place.measure != "收入" or set(dict(place.members)) - {"origin"} or subject.table or place.get("origin") == "上年结转":
        return ""
    rest = tuple(p for p in subject.members if p[0] != "origin")
    is_whole = not place.get("origin")
    other = replace(subject, members=rest, with_carried=not is_whole)
    try:
        found = desk.evaluate(desk.reference(other.having(origin="本年") if is_whole else other))
    except YoujuError:
        return ""
    told = found.figures[0].facts[0].coordinate
    if told.stage is not place.stage or told.get("origin") == place.get("origin") or found.quantity.base == figure.quantity.base:
        return ""
    bound_results(desk, [found], reply)
    reply.citations += desk.cite(found.figures)
    return f"（其中{bare(found.figures[0].label)}{shown_of(found)}）" if is_whole else f"（连同结转结余，{bare(found.figures[0].label)}{shown_of(found)}）"


def _part_name(fact: Fact) -> str:
    source = fact.source
    code = fact.coordinate.get("gov_economic")
    return f"{code} " if code else f"{source.row_label} "


def _narrower(desk: Desk, subject: Subject, facts: Sequence[Fact], reply: Reply) -> str:
    """For an economic item, say what of it is basic spending when that differs."""
    if "economic" not in dict(subject.members) or "nature" in dict(subject.members) or subject.table:
        return ""
    basic = subject.having(nature="基本支出")
    try:
        evaluation = desk.evaluate(desk.reference(basic))
    except YoujuError:
        return ""
    total = sum((f.quantity.base for f in facts if f.quantity), Decimal(0))
    if evaluation.quantity.base == total or evaluation.quantity.base > total:
        return ""
    bound_results(desk, [evaluation], reply)
    reply.citations += desk.cite(evaluation.figures)
    return f"列入基本支出的为{shown_of(evaluation)}"


def _one(desk: Desk, subject: Subject, *, prefer: Sequence[str] = ()) -> Evaluation:
    return desk.evaluate(desk.reference(subject), prefer=prefer)


def bound_results(desk: Desk, evaluations: Sequence[Evaluation], reply: Reply) -> None:
    """Write down operands shown in a sentence as results of their own, so that every figure is bound."""
    for evaluation in evaluations:
        labels = [f.label for f in evaluation.figures]
        label = labels[0] if len(labels) == 1 else "、".join([labels[0], *map(bare, labels[1:])]) + "的合计"
        reply.results.append(desk.result(label, evaluation))


def tell_conflicts(desk: Desk, evaluations: Sequence[Evaluation], reply: Reply) -> None:
    """Write down where another place prints another figure for one that an answer rests on."""
    known = {f.message for f in reply.findings}
    for finding in desk.conflicts([f for e in evaluations for f in e.figures]):
        if finding.message not in known:
            reply.findings.append(finding)
            known.add(finding.message)


def split_at(desk: Desk, pattern: str) -> tuple[list[Subject], list[Subject]]:
    """Return the subjects before and after the first match of *pattern*."""
    found = re.search(pattern, desk.question.text)
    if found is None:
        return subjects(desk), []
    return subjects(desk, 0, found.start()), subjects(desk, found.end())


#: Each on its own, not all together.
_EACH_AMOUNT = re.compile("(?:各自?|分别)(?:是|为|有|占)?(?:多少|几)")
_EACH = re.compile(f"分别占|各占|各自占|分别是|{_EACH_AMOUNT.pattern}|占比(?:分别|各)")
#: Words that ask for a sum and belong to no figure's name, and those that do so behind the figures.
_TOGETHER = re.compile("一共|总共|共计|加起来|加在一起|合起来|相加|之和|总和|加总|加上")
_SUM_AFTER = re.compile("合计|总数|总额")


def share(desk: Desk) -> Reply | None:
    """A part's share of a whole: 「A占B的比重」, 「B里A占多少」, 「那占比呢」."""
    if re.search(r"前[一二三四五六七八九十两\d]+(?:名|个|大|位|项)?", desk.question.text):
        return None  # the share of a ranking is no share of the subjects named
    parts, wholes = split_at(desk, r"占(?!比)|占比")
    if not wholes and len(parts) >= 2 and re.search(r"[里中内]", desk.question.text):
        wholes, parts = parts[:1], parts[1:]
    if not parts and wholes and desk.inherited:
        parts = desk.inherited[:1]
    if not parts:
        parts = desk.inherited[:1]
    if not parts:
        return None
    if not wholes and not subjects(desk) and len(desk.inherited) >= 2 and re.search(r"分别|各", desk.question.text):
        return _shares(desk, desk.inherited)
    if not wholes and desk.before is not None and desk.before.has("share") and len(desk.inherited) >= 2:
        wholes = desk.inherited[-1:]
    if len(parts) >= 2 and (_EACH.search(desk.question.text) or _nested(desk, [_one(desk, p).figures[0] for p in parts])):
        return _shares(desk, parts, wholes)
    if not wholes:
        wholes = [whole_of(desk, parts[0])]
    part = total_of([desk.reference(p) for p in parts])
    whole = _same_terms(desk, parts[0], wholes[0])
    prefer = _tables_of(desk, part)
    evaluation = desk.evaluate(Call(Function.SHARE, (part, whole)), prefer=prefer)
    a, b = desk.evaluate(part, prefer=prefer), desk.evaluate(whole, prefer=prefer)
    names = "、".join(_name(desk, p) for p in parts)
    label = f"{names}占{bare(b.figures[0].label)}的比重"
    reply = Reply(
        f"{desk.head()}{names}{shown_of(a)}，占{bare(b.figures[0].label)}{shown_of(b)}的{shown_of(evaluation)}。",
        results=[desk.result(label, evaluation)], citations=desk.cite(evaluation.figures), plan=[evaluation.formula],
    )  # fmt: skip
    said = next((f.quantity for f in desk.question.figures if f.quantity.unit.kind is Kind.RATIO), None)
    if said is not None:
        low, high = said.interval()
        right = low <= evaluation.quantity.number <= high
        reply.text = f"{'对' if right else '不对，与提问不符'}。{reply.text}"
    bound_results(desk, [a, b], reply)
    tell_conflicts(desk, [a, b], reply)
    return reply


def _shares(desk: Desk, parts: Sequence[Subject], wholes: Sequence[Subject] = ()) -> Reply:
    """Each of several figures as a share of its whole, of the one that is named where one is."""
    reply = Reply("")
    lines: list[str] = []
    shares: list[Quantity] = []
    for part in parts:
        whole = wholes[0] if wholes else whole_of(desk, part)
        a_expr, b_expr = desk.reference(part), _same_terms(desk, part, whole)
        evaluation = desk.evaluate(Call(Function.SHARE, (a_expr, b_expr)))
        a, b = desk.evaluate(a_expr), desk.evaluate(b_expr)
        name, total = bare(a.figures[0].label), bare(b.figures[0].label)
        lines.append(f"{name}{shown_of(a)}，占{total}{shown_of(b)}的{shown_of(evaluation)}")
        shares.append(evaluation.quantity)
        reply.results.append(desk.result(f"{name}占{total}的比重", evaluation))
        reply.citations += desk.cite(evaluation.figures)
        reply.plan.append(evaluation.formula)
        bound_results(desk, [a, b], reply)
    said = [f.quantity for f in desk.question.figures if f.quantity.unit.kind is Kind.RATIO]
    if len(said) == 1:
        said *= len(shares)
    verdict = ""
    if said:
        spans = [each.interval() for each in said]
        agrees = len(said) == len(shares) and all(low <= share.number <= high for (low, high), share in zip(spans, shares, strict=True))
        verdict = "对。" if agrees else "不对，与提问不符。"
    reply.text = f"{verdict}{desk.head()}{'；'.join(lines)}。"
    return reply


def bare(label: str) -> str:
    """Return a figure's label without its year."""
    return re.sub(r"^\d{4}年末?", "", label)


def _name(desk: Desk, subject: Subject) -> str:
    return bare(desk.evaluate(desk.reference(subject)).figures[0].label)


def whole_of(desk: Desk, part: Subject) -> Subject:
    """Return what a part is a share of when nothing is said: its parent, else the measure's total."""
    fitted = desk.fit(part)
    for dimension, member in fitted.members:
        if dimension == "project":
            return Subject("支出", (("nature", "项目支出"),))
        above = desk.vocabulary.ancestors(dimension, member)
        if dimension == "nature" and above:
            return Subject("支出", (("nature", above[0]),))
    whole = _WHOLES.get(fitted.measure, "支出")
    # All of 三公经费 is a share of 支出, not of itself.
    return Subject("支出" if whole == fitted.measure and not fitted.members and whole != "收入" else whole)


def _same_terms(desk: Desk, part: Subject, whole: Subject) -> Reference:
    """Put the whole in the part's terms: the same table and fund, where it is printed there."""
    reference = desk.reference(whole)
    if not whole.is_bare and not whole.table:
        facts = desk.evaluate(desk.reference(part)).figures[0].facts
        fund = facts[0].coordinate.get("fund")
        if fund and "fund" not in dict(part.members) and facts[0].source.table:
            narrowed = replace(whole, table=facts[0].source.table).having(fund=fund)
            if desk.exists(narrowed) and desk.evaluate(desk.reference(narrowed)).figures[0].how != "blank":
                return desk.reference(narrowed)
    return reference


def _tables_of(desk: Desk, expression: Expression) -> tuple[str, ...]:
    figures = desk.evaluate(expression).figures
    return tuple(dict.fromkeys(f.source.table for x in figures for f in x.facts if f.source.table))


def times(desk: Desk) -> Reply | None:
    """How many times one is the other: 「A是B的多少倍」."""
    named = subjects(desk)
    if len(named) == 1 and desk.inherited:
        named = [desk.inherited[0], named[0]]
    if len(named) < 2:
        return None
    first, second = desk.reference(named[0]), _same_terms(desk, named[0], named[1])
    evaluation = desk.evaluate(Call(Function.MULTIPLE, (first, second)))
    a, b = desk.evaluate(first), desk.evaluate(second)
    label = f"{bare(a.figures[0].label)}是{bare(b.figures[0].label)}的倍数"
    reply = Reply(
        f"{desk.head()}{bare(a.figures[0].label)}{shown_of(a)}，是{bare(b.figures[0].label)}{shown_of(b)}的{shown_of(evaluation)}。",
        results=[desk.result(label, evaluation)], citations=desk.cite(evaluation.figures), plan=[evaluation.formula],
    )  # fmt: skip
    bound_results(desk, [a, b], reply)
    return reply


def compare(desk: Desk) -> Reply | None:
    """「A比B多多少」, 「A和B哪个多」, sums on either side included."""
    left, right = split_at(desk, r"比(?!重|例|上年|去年|较|2\d{3}年)|(?<=[一-龥])跟(?=.*比)|相比")
    if not right:
        named = subjects(desk)
        tables = [t for mention in desk.question.tables for t in mention.tables[:1]]
        owners = [s for s in named if s.members]
        if len(owners) == 1 and len(tables) == 2:
            named = [replace(owners[0], table=t) for t in tables]
        elif len(named) == 1 and len(desk.question.unit_types) == 2:
            named = [replace(named[0], unit_type=t) for t in desk.question.unit_types]
        elif len(named) == 1 and desk.inherited:
            named = [desk.inherited[0], named[0]]
        if len(named) < 2:
            return None
        left, right = named[:1], named[1:2]
    if not left and desk.inherited:
        left = desk.inherited[:1]
    if not left:
        return None
    if left[0].table and right[0].table and right[0].is_bare and not left[0].is_bare:
        right = [replace(left[0], table=right[0].table)]
    tables_only = all(s.table and s.is_bare and not s.said for s in (left[0], right[0]))
    if tables_only:
        left, right = [table_total(desk, left[0])], [table_total(desk, right[0])]
    a_expr, b_expr = total_of([desk.reference(s) for s in left]), total_of([desk.reference(s) for s in right])
    return _difference(desk, a_expr, b_expr, left, right)


def _difference(
    desk: Desk, a_expr: Expression, b_expr: Expression, left: Sequence[Subject], right: Sequence[Subject]
) -> Reply:
    a, b = desk.evaluate(a_expr), desk.evaluate(b_expr)
    larger_first = a.quantity.base >= b.quantity.base
    difference = desk.evaluate(
        Binary(Operator.SUBTRACT, a_expr, b_expr) if larger_first else Binary(Operator.SUBTRACT, b_expr, a_expr)
    )
    names = [_side_name(left, a), _side_name(right, b)]
    if names[0] == names[1]:
        names = [f"{_table_title(desk, s[0])}的{n}" for s, n in zip((left, right), names, strict=True)]
    big, small = (0, 1) if larger_first else (1, 0)
    shown = [shown_of(a), shown_of(b)]
    reply = Reply("", results=[desk.result(f"{names[big]}比{names[small]}多", difference)], plan=[difference.formula])
    reply.citations = desk.cite(difference.figures)
    bound_results(desk, [a, b], reply)
    tell_conflicts(desk, [a, b], reply)
    if a.quantity.base == b.quantity.base:
        reply.text = f"{desk.head()}{names[0]}与{names[1]}相等，均为{shown[0]}，相差0。"
        return reply
    reply.text = f"{desk.head()}{names[big]}{shown[big]}，比{names[small]}{shown[small]}多{shown_of(difference)}。"
    if left[0].table and right[0].table and left[0].table != right[0].table:
        reply.text += _scope_note(desk, left[0], right[0])
    return reply


def _side_name(side: Sequence[Subject], evaluation: Evaluation) -> str:
    labels = [bare(f.label) for f in evaluation.figures][: len(side)]
    return "、".join(labels) + ("两项合计" if len(side) == 2 else "合计" if len(side) > 2 else "")


def _table_title(desk: Desk, subject: Subject) -> str:
    if subject.table == IN_TEXT:
        return "正文"
    table = next((t for d in desk.documents for t in d.tables if t.id == subject.table), None)
    return table.title if table else "表"


def _scope_note(desk: Desk, left: Subject, right: Subject) -> str:
    """Say how two tables differ in scope: what one fixes and the other leaves open."""
    tables = {t.id: t for d in desk.documents for t in d.tables}
    fixed = []
    for subject in (left, right):
        table = tables.get(subject.table)
        standard = desk.vocabulary.catalogue.table(table.kind) if table else None
        fixed.append(dict(standard.fixed) if standard else {})
    notes = []
    for own, other, subject, against in ((fixed[0], fixed[1], left, right), (fixed[1], fixed[0], right, left)):
        narrower = [m for d, m in own.items() if d not in other]
        if narrower:
            notes.append(
                f"“{_table_title(desk, subject)}”只含{'、'.join(narrower)}，“{_table_title(desk, against)}”不限于此"
            )
    return f"口径不同：{'；'.join(notes)}，差额是未列入前者的部分。" if notes else ""


def agree(desk: Desk) -> Reply | None:
    """Whether two figures, two places or two tables tell the same."""
    text = desk.question.text
    minus = re.search(r"减去|减(?!少)|扣除", text)
    equal = re.search(r"等于|是否等|是不是等|一致|相等|相符|对得上", text)
    named = subjects(desk)
    if minus and equal and len(named) >= 3:
        return _agree_difference(desk, named)
    if len(named) < 2:
        return None
    sides = re.search(r"等于|是不是等于|是否等于", text)
    if sides and len(named) >= 3:
        left, right = subjects(desk, 0, sides.start()), subjects(desk, sides.end())
        if left and right:
            return _agree_sums(desk, left, right)
    first, second = named[0], named[1]
    first, second = _completed(desk, first, second), _completed(desk, second, first)
    a_expr, b_expr = desk.reference(first), desk.reference(second)
    evaluation = desk.evaluate(Call(Function.AGREE, (a_expr, b_expr)))
    agreement = evaluation.value
    assert isinstance(agreement, Agreement)  # noqa: S101 - 一致() gives one
    a, b = desk.evaluate(a_expr), desk.evaluate(b_expr)
    places = [_place_name(e) for e in (a, b)]
    difference = desk.evaluate(Binary(Operator.SUBTRACT, a_expr, b_expr))
    reply = Reply(
        "",
        results=[desk.result("两处相差", difference)],
        citations=desk.cite(evaluation.figures),
        plan=[evaluation.formula],
    )
    bound_results(desk, [a, b], reply)
    if agreement.agrees:
        reply.text = f"一致。{desk.head()}{places[0]}与{places[1]}均为{shown_of(a)}，相差{shown_of(difference)}。"
    elif agreement.within_rounding:
        reply.text = f"基本一致。{places[0]}为{shown_of(a)}，{places[1]}为{shown_of(b)}，相差{shown_of(difference)}，在四舍五入允许的范围内。"
    else:
        reply.text = (
            f"不一致。{desk.head()}{places[0]}为{shown_of(a)}，{places[1]}为{shown_of(b)}，相差{shown_of(difference)}。"
        )
    _add_detail(desk, first, second, reply)
    return reply


def _agree_sums(desk: Desk, left: Sequence[Subject], right: Sequence[Subject]) -> Reply:
    """「人员经费等于工资福利加对个人和家庭的补助吗」."""
    a_expr, b_expr = total_of([desk.reference(s) for s in left]), total_of([desk.reference(s) for s in right])
    evaluation = desk.evaluate(Call(Function.AGREE, (a_expr, b_expr)))
    agreement = evaluation.value
    assert isinstance(agreement, Agreement)  # noqa: S101 - 一致() gives one
    a, b = desk.evaluate(a_expr), desk.evaluate(b_expr)
    difference = desk.evaluate(Binary(Operator.SUBTRACT, a_expr, b_expr))
    parts = [desk.evaluate(desk.reference(s)) for s in (*left, *right)]
    names = [
        " 加 ".join(f"{bare(e.figures[0].label)}{shown_of(e)}" for e in part)
        for part in (parts[: len(left)], parts[len(left) :])
    ]
    verdict = (
        "等于"
        if agreement.agrees
        else "基本等于（差额在四舍五入允许的范围内）"
        if agreement.within_rounding
        else "不等于"
    )
    reply = Reply(
        f"{verdict}。{desk.head()}{names[0]}，{names[1]}；两边为{shown_of(a)}和{shown_of(b)}，相差{shown_of(difference)}。",
        results=[desk.result("两边相差", difference)], citations=desk.cite(evaluation.figures), plan=[evaluation.formula],
    )  # fmt: skip
    bound_results(desk, [a, b, *parts], reply)
    return reply


def _completed(desk: Desk, subject: Subject, other: Subject) -> Subject:
    """Fill in a side that names only a table: it is asked for the other side's figure, or for its own total."""
    if not (subject.table and subject.is_bare and not subject.said):
        return subject
    if other.members or other.said:
        borrowed = replace(other, table=subject.table, start=subject.start, end=subject.end)
        if desk.exists(borrowed):
            return borrowed
    return table_total(desk, subject)


def _place_name(evaluation: Evaluation) -> str:
    figure = evaluation.figures[0]
    title = f"“{figure.facts[0].source.table_title}”" if figure.facts[0].source.table_title else ""
    return f"{title}的{bare(figure.label)}"


def _agree_difference(desk: Desk, named: Sequence[Subject]) -> Reply:
    """「甲表减去乙表，差额等于丙吗」, with the rows on which the tables differ."""
    left, right = _completed(desk, named[0], named[1]), _completed(desk, named[1], named[0])
    third = _completed(desk, named[2], named[0])
    a_expr, b_expr, c_expr = desk.reference(left), desk.reference(right), desk.reference(third)
    minus = Binary(Operator.SUBTRACT, a_expr, b_expr)
    evaluation = desk.evaluate(Call(Function.AGREE, (minus, c_expr)))
    agreement = evaluation.value
    assert isinstance(agreement, Agreement)  # noqa: S101 - 一致() gives one
    difference, c = desk.evaluate(minus), desk.evaluate(c_expr)
    a, b = desk.evaluate(a_expr), desk.evaluate(b_expr)
    holds = "等于" if agreement.agrees or agreement.within_rounding else "不等于"
    reply = Reply(
        f"{holds}。{_place_name(a)}{shown_of(a)}，减去{_place_name(b)}{shown_of(b)}，"
        f"差额为{shown_of(difference)}；{bare(c.figures[0].label)}为{shown_of(c)}。",
        results=[desk.result("差额", difference)], citations=desk.cite(evaluation.figures), plan=[evaluation.formula],
    )  # fmt: skip
    bound_results(desk, [a, b, c], reply)
    _add_detail(desk, left, right, reply)
    return reply


def _add_detail(desk: Desk, left: Subject, right: Subject, reply: Reply) -> None:
    """List the rows on which two tables of the same classification differ."""
    if not (left.table and right.table) or IN_TEXT in {left.table, right.table} or left.table == right.table:
        return
    rows = [_rows_of(desk, s.table) for s in (left, right)]
    shared = [k for k in rows[0] if k in rows[1]]
    if len(shared) < 3:
        return
    differing = [k for k in shared if rows[0][k].quantity != rows[1][k].quantity]
    if not differing:
        reply.text += "两表相同的各行逐一相等。"
        return
    lines = []
    for key in differing[:8]:
        one, two = rows[0][key], rows[1][key]
        if one.quantity is None or two.quantity is None:
            continue
        gap = Quantity(one.quantity.number - two.quantity.to(one.quantity.unit).number, one.quantity.unit)
        name = one.source.row_label
        lines.append(
            f"“{name}”{render_quantity(one.quantity)}比{render_quantity(two.quantity)}多{render_quantity(gap)}"
        )
        evaluation = desk.evaluate(Binary(Operator.SUBTRACT, Literal(one.quantity), Literal(two.quantity)))
        result = Result(
            f"{name}差额", render_number(gap.number), gap.unit.symbol, render_number(gap.number), evaluation.formula, evaluation.working, (),
        )  # fmt: skip
        reply.results.append(result)
        reply.citations += [Citation(desk.place(one.source)), Citation(desk.place(two.source))]
    reply.text += f"两表不同的行：{'；'.join(lines)}。"


def _rows_of(desk: Desk, table: str) -> dict[str, Fact]:
    """Return the leaf rows of a table by their classification codes, in its first figure column."""
    out: dict[str, Fact] = {}
    facts = [f for f in desk.scope.facts if f.source.table == table]
    column = min((f.source.column for f in facts), default=-1)
    for fact in facts:
        codes = {
            d: m for d, m in fact.coordinate.members if d in {"economic", "gov_economic", "function", "project", "unit"}
        }
        if fact.source.column == column and codes and codes.keys() != {"unit"}:
            out.setdefault(";".join(f"{d}={m}" for d, m in sorted(codes.items())), fact)
    return out


def convert(desk: Desk) -> Reply | None:
    """「950.47万元是多少元」, 「三公经费折合多少元」."""
    desk.unit = None  # the conversion itself is the answer; the figure it starts from stays as printed
    unit = _unit_wanted(desk.question.text)
    money = [f for f in desk.question.figures if f.quantity.unit.kind is Kind.MONEY]
    named = subjects(desk) or ([] if money else desk.inherited[:1])
    if money:
        written = money[0].quantity
        target = unit or (YUAN if written.unit != YUAN else WAN_YUAN)
        evaluation = desk.evaluate(
            _rounded_as_asked(desk, Call(Function.CONVERT, (Literal(written), UnitName(target))))
        )
        reply = Reply(
            f"{render_quantity(written)} = {shown_of(evaluation)}。",
            results=[desk.result(f"{render_quantity(written)}折合", evaluation)], plan=[evaluation.formula],
        )  # fmt: skip
        _recognise(desk, written, named, reply)
        return reply
    if not named:
        return None
    reference = desk.reference(named[0])
    evaluation = desk.evaluate(_rounded_as_asked(desk, Call(Function.CONVERT, (reference, UnitName(unit or YUAN)))))
    plain = desk.evaluate(reference)
    reply = Reply(
        f"{desk.head()}{bare(plain.figures[0].label)}{shown_of(plain)}，折合{shown_of(evaluation)}。",
        results=[desk.result("折合", evaluation)], citations=desk.cite(evaluation.figures), plan=[evaluation.formula],
    )  # fmt: skip
    bound_results(desk, [plain], reply)
    return reply


def _rounded_as_asked(desk: Desk, expression: Expression) -> Expression:
    """Round where the question says to how many places: 「保留四位小数」."""
    found = re.search(r"保留([一二三四五六两\d])位", desk.question.text)
    if found is None:
        return expression
    places = read_numbers(found.group(1).replace("两", "二"))[0].number
    return Call(Function.ROUND, (expression, Literal(Quantity(places, NUMBER))))


def _unit_wanted(text: str) -> Unit | None:
    found = re.search(r"(?:多少|几|成|为|到|算|用|以)(亿元?|万元?|千元|百万元|元|块)", text)
    if found is None:
        return YUAN if re.search(r"多少钱|多少块", text) else None
    name = found.group(1)
    return FIXED_UNITS.get(name) or FIXED_UNITS.get(f"{name}元") or YUAN


def _recognise(desk: Desk, written: Quantity, named: Sequence[Subject], reply: Reply) -> None:
    """Say which printed figure a written amount is."""
    candidates = [*named, Subject("收入"), Subject("支出"), Subject("支出总计"), Subject("三公经费")]
    for subject in candidates:
        try:
            evaluation = desk.evaluate(desk.reference(subject))
        except YoujuError:
            continue
        if evaluation.quantity.unit.kind is Kind.MONEY and evaluation.quantity.base == written.base:
            label = evaluation.figures[0].label
            reply.text += f"（{render_quantity(written)}即{desk.document.entity}{label}）"
            reply.citations += desk.cite(evaluation.figures)
            bound_results(desk, [evaluation], reply)
            return


def suppose(desk: Desk) -> Reply | None:
    """「如果在2024年基础上再压减5%，是多少」: a calculation on a printed figure, marked as supposed."""
    text = desk.question.text
    figures = [f for f in desk.question.figures if f.quantity.unit.kind in {Kind.RATIO, Kind.MONEY}]
    named = subjects(desk) or desk.inherited[:1] or [Subject("支出")]
    if not figures:
        return None
    step = figures[0]
    down = [text.rfind(w, 0, step.start) for w in desk.vocabulary.questions["signs"]["down"]]
    up = [text.rfind(w, 0, step.start) for w in desk.vocabulary.questions["signs"]["up"]]
    operator = Operator.SUBTRACT if max(down) > max(up) else Operator.ADD
    base = desk.reference(named[0])
    if step.quantity.unit.kind is Kind.RATIO:
        one = Literal(Quantity(Decimal(1), FIXED_UNITS[""]))
        formula: Expression = Binary(Operator.MULTIPLY, base, Binary(operator, one, Literal(step.quantity)))
    else:
        formula = Binary(operator, base, Literal(step.quantity))
    evaluation, plain = desk.evaluate(formula), desk.evaluate(base)
    word = "减少" if operator is Operator.SUBTRACT else "增加"
    reply = Reply(
        f"假设测算（不是文件数据）：{desk.head()}{bare(plain.figures[0].label)}{shown_of(plain)}，{word}{render_quantity(step.quantity)}后为{shown_of(evaluation)}。",
        results=[desk.result("假设测算", evaluation)], citations=desk.cite(evaluation.figures), plan=[evaluation.formula],
    )  # fmt: skip
    bound_results(desk, [plain], reply)
    return reply


def remainder(desk: Desk) -> Reply | None:
    """「去掉信创还剩多少」: the whole less what is named."""
    text = desk.question.text
    found = re.search("|".join(desk.vocabulary.questions["signs"]["remainder"]), text)
    if found is None:
        return None
    before, after = subjects(desk, 0, found.start()), subjects(desk, found.end())
    if found.group().startswith("除") and found.group().endswith("外"):
        before, after = subjects(desk, found.end()), subjects(desk, found.start(), found.end())
    elif before and after and re.match(r"不做|取消|不搞", found.group()):
        before, after = after, before
    if not before and len(after) >= 2:
        before, after = after[1:], after[:1]
    if not before:
        before = desk.inherited[:1]
    if not before and after and "project" in dict(after[0].members):
        before = [Subject("支出", (("nature", "项目支出"),))]
    if not before or not after:
        return None
    whole, parts = desk.reference(before[0]), [desk.reference(s) for s in after]
    formula: Expression = whole
    for part in parts:
        formula = Binary(Operator.SUBTRACT, formula, part)
    evaluation, plain = desk.evaluate(formula), desk.evaluate(whole)
    if evaluation.quantity.number < 0:
        return None  # what is taken away is no part of the whole
    pieces = [desk.evaluate(p) for p in parts]
    names = "、".join(f"{bare(p.figures[0].label)}{shown_of(p)}" for p in pieces)
    reply = Reply(
        f"{desk.head()}{bare(plain.figures[0].label)}{shown_of(plain)}，去掉{names}后为{shown_of(evaluation)}。",
        results=[desk.result("剩余", evaluation)], citations=desk.cite(evaluation.figures), plan=[evaluation.formula],
    )  # fmt: skip
    bound_results(desk, [plain, *pieces], reply)
    return reply


def addition(desk: Desk) -> Reply | None:
    """「再加上公用经费呢」, 「加起来多少」 after figures that were asked for: their sum."""
    named = subjects(desk)
    before = desk.inherited[: None if not named else 1]
    parts = [*before, *named]
    if len(parts) < 2:
        return None
    return look_up(desk, parts)


def readings(desk: Desk, error: AmbiguousFigureError) -> Reply:
    """Ask back, with each reading and its figure."""
    reply = Reply(
        f"“{error.name}”有多种所指：{'；'.join(error.readings)}。请说明是哪一个。",
        status=Status.CLARIFY, readings=list(error.readings),
    )  # fmt: skip
    for fact in desk.scope.facts:
        plain = set(dict(fact.coordinate.members)) <= {"project", "unit", "nature", "project_type"}
        if plain and fact.coordinate.get("project") == error.name and fact.quantity is not None:
            reply.citations.append(desk.quote(fact.source, "source"))
            label = desk.scope.label_of(fact)
            reply.results.append(
                Result(
                    label,
                    render_number(fact.quantity.number),
                    fact.quantity.unit.symbol,
                    render_number(fact.quantity.number),
                    "",
                    "",
                    tuple(desk.operands(Figure(label, fact.quantity, (fact,), "printed"))),
                )
            )
    unique: dict[str, Result] = {}
    for result in reply.results:
        unique.setdefault(f"{result.label}{result.value}", result)
    reply.results = list(unique.values())
    return reply
