"""Questions across years: a change against an earlier year, and several years in a row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from service.asking.alike import alike
from service.asking.amounts import bare, bound_results, split_at, subjects, tell_conflicts, whole_of
from service.asking.answer import Status
from service.asking.desk import Desk, Reply, render_quantity, shown_of
from service.asking.subjects import Subject, total_of
from service.calculation.formula import Binary, Call, Expression, Function, Operator
from service.calculation.scope import CODED
from service.calculation.stated import states
from service.calculation.trace import Evaluation
from service.domain.coordinate import Aspect, Stage
from service.domain.errors import DivisionByZeroError, MissingFactError
from service.domain.fact import Authority
from service.domain.quantity import Kind, Quantity
from service.numerals import Measured, read_numbers

#: Years of a trend where a question says neither which nor how many.
_USUAL_SPAN = 3
_SPAN = re.compile(r"(?:近|最近|过去|前|这)?([两二三四五六七八九十\d]+)(?:个)?年(?:来|间|以来|里|内)?(?!度)")
_RANGE = re.compile(r"(20\d\d)年?(?:度)?(?:到|至|—|-|~|～|–)+(20\d\d)")


def base_year(desk: Desk) -> int:
    """Return the year compared with: the earlier of those named, or the year before."""
    named = [y.year for y in desk.question.years if y.year and y.year < desk.year]
    return min(named) if named else desk.year - 1


def asks_whether(desk: Desk) -> bool:
    """Whether a question states a change and asks if it is so: 「支出增加了50%对吗」."""
    q = desk.question
    stated = [f for f in q.figures if f.quantity.unit.kind in {Kind.RATIO, Kind.MONEY} and not f.comparator]
    return (
        bool(stated)
        and q.has("up", "down")
        and bool(re.search(r"[吗么][？?]?$|对不对|是不是|是否|对吗|有没有", q.text))
    )


def change(desk: Desk, wanted: Sequence[Subject]) -> Reply:
    """A change against an earlier year: from both years' figures, and from what the text states."""
    reply = Reply("")
    lines = [_change_line(desk, s, base_year(desk), reply) for s in wanted]
    reply.text += "；".join(lines) + "。"
    return reply


def _change_line(desk: Desk, subject: Subject, before: int, reply: Reply) -> str:
    one_sided = _one_sided(desk, subject, before, reply)
    if one_sided:
        return one_sided
    subject = alike(desk, subject, (desk.year, before))
    now, then = both_years(desk, subject, desk.year, before)
    name = bare(now.figures[0].label)
    a, b = now.quantity, then.quantity
    head = (
        f"{desk.head_of(now.figures[0])}{name}为{shown_of(now)}，{before}年为{shown_of(then)}{marked(desk, then, now)}"
    )
    results = [desk.result(now.figures[0].label, now), desk.result(then.figures[0].label, then)]
    reply.citations += desk.cite(now.figures) + desk.cite(then.figures)
    tell_conflicts(desk, [now, then], reply)
    for aspect in (Aspect.CHANGE, Aspect.RATE):
        reply.citations += [desk.quote(f.source) for f in desk.stated(subject, aspect)]
    x, y = desk.reference(subject), desk.reference(subject, year=before)
    if a.base == b.base:
        reply.results += results
        reply.plan.append(f"{now.formula} − {then.formula}")
        return f"{head}，与上年持平" if before == desk.year - 1 else f"{head}，两年持平"
    move = Move.between(desk, x, y, now, then)
    reply.results += [desk.moved(f"{name}比{before}年{move.word}额", move.amount)]
    reply.plan.append(move.amount.formula)
    up = move.up
    asked_up, asked_down = desk.question.has("up"), desk.question.has("down")
    wrong = (up and asked_down and not asked_up) or (not up and asked_up and not asked_down)
    correction = f"先更正：{name}是{move.word}，不是{'减少' if up else '增加'}。" if wrong else ""
    text = f"{correction}{head}，{move.word}{shown_of(move.amount)}"
    if move.rate is not None:
        reply.results.append(desk.moved(f"{name}比{before}年{move.rate_word}率", move.rate))
        text += f"，{move.rate_word}{shown_of(move.rate)}"
    else:
        text += f"（{before}年为0，无法计算增减率）"
    reply.results += results
    text += renamed(now, then)
    reply.text += premise_on_move(desk, move)
    return text + stated_otherwise(desk, subject, move, before)


def both_years(desk: Desk, subject: Subject, year: int, before: int) -> tuple[Evaluation, Evaluation]:
    """Return a figure in two years, both in the unit of the later one.

    Raises:
        MissingFactError: One of the years has none.
    """
    subject = alike(desk, subject, (year, before))
    now = desk.evaluate(desk.reference(subject, year=year))
    then = desk.evaluate(desk.reference(subject, year=before))
    if _use_one_unit(desk, [then, now]):
        then = desk.evaluate(desk.reference(subject, year=before))
    return now, then


def _use_one_unit(desk: Desk, evaluations: Sequence[Evaluation]) -> bool:
    """Where amounts are in different units, answer in that of the last; True if so."""
    units = {e.quantity.unit for e in evaluations}
    if len(units) == 1 or evaluations[-1].quantity.unit.kind is not Kind.MONEY:
        return False
    desk.unit = evaluations[-1].quantity.unit
    return True


@dataclass(frozen=True, slots=True)
class Move:
    """A change between two years.

    Attributes:
        up: Whether it rose.
        amount: By how much, positive.
        rate: By what percentage of the earlier year, positive; None where that was 0.
    """

    up: bool
    amount: Evaluation
    rate: Evaluation | None

    @property
    def word(self) -> str:
        """How an amount moves."""
        return "增加" if self.up else "减少"

    @property
    def rate_word(self) -> str:
        """How a rate is told."""
        return "增长" if self.up else "降低"

    @classmethod
    def between(cls, desk: Desk, x: Expression, y: Expression, now: Evaluation, then: Evaluation) -> Move:
        """Return the change from *y* to *x*, which differ."""
        up = now.quantity.base > then.quantity.base
        amount = desk.evaluate(Binary(Operator.SUBTRACT, x, y) if up else Binary(Operator.SUBTRACT, y, x))
        try:
            falls = Call(Function.SHARE, (Binary(Operator.SUBTRACT, y, x), y))
            rate = desk.evaluate(Call(Function.RATE, (x, y)) if up else falls)
        except DivisionByZeroError:
            rate = None
        return cls(up, amount, rate)


def _one_sided(desk: Desk, subject: Subject, before: int, reply: Reply) -> str:
    """Tell of an item that one of two years does not have, where that year's tables list its like; else ""."""
    here, there = desk.exists(subject, year=desk.year), desk.exists(subject, year=before)
    if here == there or not lists_like(desk, subject, before if here else desk.year):
        return ""
    known = desk.evaluate(desk.reference(subject, year=desk.year if here else before))
    name = bare(known.figures[0].label)
    bound_results(desk, [known], reply)
    reply.citations += desk.cite(known.figures)
    reply.plan.append(known.formula)
    if here:
        return f"{desk.head_of(known.figures[0])}{name}为{shown_of(known)}，{before}年的表里没有这一项，是{desk.year}年新增，增减率无从计算"
    return f"{desk.head_of(known.figures[0])}{name}为{shown_of(known)}，{desk.year}年的表里没有这一项，已经取消或并入别的科目"


def lists_like(desk: Desk, subject: Subject, year: int) -> bool:
    """Whether a year's own tables list other members along the dimension that a subject is named on."""
    fitted = desk.fit(subject)
    along = next((d for d in (*CODED, "project", "item") if fitted.get(d)), "")
    if not along:
        return False
    rest = set(fitted.members) - {(along, fitted.get(along))}
    return any(
        f.authority is Authority.CELL and f.coordinate.year == year and f.coordinate.get(along)
        and f.coordinate.measure == (fitted.measure or "支出") and rest <= set(f.coordinate.members)
        for f in desk.scope.facts
    )  # fmt: skip


def marked(desk: Desk, evaluation: Evaluation, against: Evaluation | None = None) -> str:
    """Return what must be said of a figure beside another one: derived, only in the text, another stage or fund."""
    figure = evaluation.figures[0]
    marks = [{"derived": "推算", "stated": "仅见正文", "blank": "表中为空白"}.get(figure.how, "")]
    if against is not None:
        mine, other = figure.facts[0].coordinate, against.figures[0].facts[0].coordinate
        if mine.stage is not other.stage:
            marks.append(f"为{mine.stage.value}，与{other.stage.value}口径不同")
        if mine.get("fund") != other.get("fund") and figure.how != "derived":
            marks.append(f"资金口径为{mine.get('fund') or '全部资金'}")
        kinds = [
            next((d.kind for d in desk.documents if d.id == e.figures[0].facts[0].source.document), "")
            for e in (evaluation, against)
        ]
        if len({k in {"单位", "本级"} for k in kinds}) == 2:
            marks.append(f"取自{kinds[0]}预算，与{kinds[1]}预算口径不同")
    said = "，".join(filter(None, marks))
    return f"（{said}）" if said else ""


def renamed(now: Evaluation, then: Evaluation) -> str:
    """Say where one name stands under another code in the other year (科目调整), "" where it does not."""
    a, b = now.figures[0].facts[0].coordinate, then.figures[0].facts[0].coordinate
    for dimension in CODED:
        one, other = a.get(dimension), b.get(dimension)
        if one and other and one != other and len(one) == len(other) and len(now.figures[0].facts) == 1:
            return f"（科目代码有调整：{a.year}年为{one}，{b.year}年为{other}，按同名科目比较）"
    return ""


def stated_otherwise(desk: Desk, subject: Subject, move: Move, before: int) -> str:
    """Say where the document's own text gives another change or rate than its figures do, "" where it agrees."""
    out = []
    for aspect, true, word in ((Aspect.CHANGE, move.amount, move.word), (Aspect.RATE, move.rate, move.rate_word)):
        for fact in desk.stated(subject, aspect):
            if fact.quantity is None or true is None or fact.coordinate.base_year not in {None, before}:
                continue
            if not states(fact, true.quantity, aspect, before):
                said = render_quantity(Quantity(abs(fact.quantity.number), fact.quantity.unit))
                out.append(f"；正文写的是{said}，与按两年数字计算的{word}{shown_of(true)}不符")
                break
    return "".join(out)


def premise_on_move(desk: Desk, move: Move) -> str:
    """Compare the figures of the question with the true ones, by the precision they are said with."""
    out = ""
    rate, amount, rate_word, word = move.rate, move.amount, move.rate_word, move.word
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


# -- several years ------------------------------------------------------------------------------------------


def asks_change(text: str) -> bool:
    """Whether a question that names a span of years wants the change between its ends alone: 从2023年到2025年增加多少."""
    return bool(_RANGE.search(text)) and bool(re.search(r"从|相比|比20\d\d年", text)) and "趋势" not in text


def asks_stages(text: str) -> bool:
    """Whether a question sets what was spent against what was planned: 决算比年初预算多多少."""
    return bool(
        re.search(
            r"(?:决算|执行)[^，。？]{0,8}[比较与和跟占](?:年初)?预算|预算[^，。？]{0,8}[比较与和跟](?:支出)?决算|预算完成率|预算执行率|超(?:出)?年?初?预算",
            text,
        )
    )


def against_budget(desk: Desk) -> Reply | None:
    """A final account against the budget of the same year: the two, the difference, the share carried out."""
    named = subjects(desk) or desk.inherited[:1] or [Subject("支出", said=True)]
    reference = desk.reference(alike(desk, named[0], (desk.year,), (Stage.FINAL, Stage.BUDGET)))
    final, budget = (replace(reference, stage=s) for s in (Stage.FINAL, Stage.BUDGET))
    a, b = desk.evaluate(final), desk.evaluate(budget)
    name = bare(a.figures[0].label)
    reply = Reply("", plan=[a.formula, b.formula], citations=desk.cite(a.figures) + desk.cite(b.figures))
    bound_results(desk, [a, b], reply)
    tell_conflicts(desk, [a, b], reply)
    text = f"{desk.document.entity}{desk.year}年{name}决算{shown_of(a)}，年初预算{shown_of(b)}{marked(desk, b)}"
    if a.quantity.base == b.quantity.base:
        reply.text = f"{text}，两者相等。"
        return reply
    move = Move.between(desk, final, budget, a, b)
    reply.results.insert(0, desk.result(f"{name}决算比年初预算{'多' if move.up else '少'}", move.amount))
    text += f"，决算比年初预算{'多' if move.up else '少'}{shown_of(move.amount)}"
    if b.quantity.base:
        done = desk.evaluate(Call(Function.SHARE, (final, budget)))
        reply.results.append(desk.result(f"{name}决算占年初预算的比重", done))
        text += f"，为年初预算的{shown_of(done)}"
    reply.text = f"{text}。"
    return reply


def names_years(desk: Desk) -> bool:
    """Whether a question lists years and wants the figure of each: 2023年、2024年、2025年各多少."""
    named = {y.year for y in desk.question.years if y.year}
    each = bool(re.search(r"分别|各(?:是|为|有)?(?:多少|几)|每年", desk.question.text))
    return len(named) > 2 or (len(named) == 2 and each)


def share_change(desk: Desk) -> Reply | None:
    """How a share moved from an earlier year: 「占比比上年高多少」, in percentage points."""
    parts, wholes = split_at(desk, r"占(?!比)|占比|比重|比例")
    parts = parts or desk.inherited[:1]
    if not parts:
        return None
    whole = wholes[0] if wholes else whole_of(desk, parts[0])
    before = base_year(desk)
    parts, whole = [alike(desk, p, (desk.year, before)) for p in parts], alike(desk, whole, (desk.year, before))
    shares, told, reply = [], [], Reply("")
    for year in (before, desk.year):
        part = total_of([desk.reference(p, year=year) for p in parts])
        all_ = desk.reference(whole, year=year)
        a, b, value = desk.evaluate(part), desk.evaluate(all_), desk.evaluate(Call(Function.SHARE, (part, all_)))
        shares.append(Call(Function.SHARE, (part, all_)))
        names = "、".join(bare(f.label) for f in a.figures[: len(parts)])
        told.append(
            f"{year}年{names}{shown_of(a)}，占{bare(b.figures[0].label)}{shown_of(b)}的{shown_of(value)}{marked(desk, a)}"
        )
        reply.results.append(desk.result(f"{year}年{names}占{bare(b.figures[0].label)}的比重", value))
        reply.citations += desk.cite(value.figures)
        bound_results(desk, [a, b], reply)
        tell_conflicts(desk, [a, b], reply)
    now, then = desk.evaluate(shares[1]), desk.evaluate(shares[0])
    reply.text = f"{desk.document.entity}（{desk.document.stage.value}）：{'；'.join(reversed(told))}"
    if now.quantity.number == then.quantity.number:
        reply.text += "，两年相同。"
        return reply
    up = now.quantity.number > then.quantity.number
    gap = desk.evaluate(Binary(Operator.SUBTRACT, *(shares[::-1] if up else shares)))
    reply.results.insert(0, desk.result(f"比重{'提高' if up else '下降'}", gap))
    reply.plan.append(gap.formula)
    reply.text += f"，{'提高' if up else '下降'}{shown_of(gap)}。"
    return reply


def trend(desk: Desk) -> Reply | None:
    """Several years of one or more figures, a row each; refused where a year asked for is missing, with what there is."""
    named = subjects(desk) or desk.inherited[:1]
    if not named:
        named = [Subject("支出", said=True)] if re.search(r"预算|规模", desk.question.text) else []
    if not named:
        return None
    years = _years_asked(desk)
    reply = Reply("")
    lines = [line for s in named if (line := _row(desk, s, years, reply))]
    if not lines:
        return None
    if reply.missing:
        reply.status = Status.REFUSED
        reply.text = f"资料不够回答{years[0]}年至{years[-1]}年的趋势：{reply.missing}。现有数据：{'；'.join(lines)}。"
    else:
        reply.text = "。".join(lines) + "。"
    return reply


def _years_asked(desk: Desk) -> list[int]:
    """Return the years of a trend: a range, those named, so many up to the newest, or all there are."""
    text = desk.question.text
    known = sorted({d.year for d in desk.documents})
    found = _RANGE.search(text)
    if found:
        return list(range(int(found.group(1)), int(found.group(2)) + 1))
    named = sorted({y.year for y in desk.question.years if y.year})
    if len(named) > 1:
        return named
    span = next((y.span for y in desk.question.years if y.span > 1), 0)
    said = _SPAN.search(text)
    if not span and said and not re.match(r"20\d\d", said.group(1)):
        span = int(read_numbers(said.group(1).replace("两", "二"))[0].number)
    if not span and len(known) > 1:
        return known
    return list(range(desk.year - (span or _USUAL_SPAN) + 1, desk.year + 1))


def _row(desk: Desk, subject: Subject, years: Sequence[int], reply: Reply) -> str:
    """Tell one figure year by year with each change, and over the whole span; "" where no year has it."""
    have: list[tuple[int, Evaluation]] = []
    for year in years:
        try:
            have.append((year, desk.evaluate(desk.reference(subject, year=year))))
        except MissingFactError:
            continue
    if not have:
        return ""
    alike_in = alike(desk, subject, [y for y, _ in have])
    if alike_in is not subject:
        subject = alike_in
        have = [(year, desk.evaluate(desk.reference(subject, year=year))) for year, _ in have]
    if _use_one_unit(desk, [e for _, e in have]):
        have = [(year, desk.evaluate(desk.reference(subject, year=year))) for year, _ in have]
    name = bare(have[-1][1].figures[0].label)
    reply.plan += [e.formula for _, e in have]
    bound_results(desk, [e for _, e in have], reply)
    reply.citations += [c for _, e in have for c in desk.cite(e.figures)]
    tell_conflicts(desk, [e for _, e in have], reply)
    pieces = []
    for place, (year, evaluation) in enumerate(have):
        piece = f"{year}年{shown_of(evaluation)}{marked(desk, evaluation, have[-1][1])}"
        if place:
            piece += _step(desk, subject, name, have[place - 1], (year, evaluation), reply)
        pieces.append(piece)
    conclusion = _conclusion(desk, subject, have, reply)
    lacking = [str(y) for y in years if y not in [h for h, _ in have]]
    if lacking:
        reply.missing = "；".join(filter(None, (reply.missing, f"缺{'、'.join(f'{y}年' for y in lacking)}的{name}")))
    text = (
        f"{desk.document.entity}{name}（{have[-1][1].figures[0].facts[0].coordinate.stage.value}）：{'；'.join(pieces)}"
    )
    if len(have) > 2 and not lacking:
        text += "；前后相比" + _step(desk, subject, name, have[0], have[-1], reply)
    return text + conclusion


def _conclusion(desk: Desk, subject: Subject, have: Sequence[tuple[int, Evaluation]], reply: Reply) -> str:
    """Say which year stands out, or what the years come to together, where a question asks it."""
    q = desk.question
    out = ""
    references = tuple(desk.reference(subject, year=y) for y, _ in have)
    for asked, function, word in ((q.has("sum"), Function.SUM, "合计"), (q.has("average"), Function.MEAN, "平均每年")):
        if asked and len(have) > 1:
            value = desk.evaluate(Call(function, references))
            reply.results.insert(0, desk.result(word, value))
            reply.plan.insert(0, value.formula)
            out += f"；{word}{shown_of(value)}"
    if not re.search(r"哪一?年|哪个?年份", q.text) or len(have) < 2:
        return out
    if q.has("up", "down", "change"):
        moves = [(b.quantity.base / a.quantity.base, y) for (_, a), (y, b) in pairwise(have) if a.quantity.base]
        if moves:
            down = q.has("down") and not q.has("up")
            year = min(moves)[1] if down else max(moves)[1]
            out += f"；{'降幅最大' if down else '增长最快'}的是{year}年"
        return out
    bottom = q.has("bottom")
    year, value = (min if bottom else max)(have, key=lambda pair: pair[1].quantity.base)
    reply.results.insert(0, desk.result(value.figures[0].label, value))
    return f"{out}；最{'少' if bottom else '多'}的是{year}年，{shown_of(value)}"


def _step(
    desk: Desk, subject: Subject, name: str, before: tuple[int, Evaluation], after: tuple[int, Evaluation], reply: Reply
) -> str:
    """Tell the change from one year to another."""
    (earlier, then), (later, now) = before, after
    if now.quantity.base == then.quantity.base:
        return f"，与{earlier}年持平"
    x, y = desk.reference(subject, year=later), desk.reference(subject, year=earlier)
    move = Move.between(desk, x, y, now, then)
    reply.results.append(desk.moved(f"{name}{later}年比{earlier}年{move.word}额", move.amount))
    text = f"，比{earlier}年{move.word}{shown_of(move.amount)}"
    if move.rate is not None:
        label = f"{name}{later}年比{earlier}年{move.rate_word}率"
        reply.results.append(desk.moved(label, move.rate))
        text += f"，{move.rate_word}{shown_of(move.rate)}"
    return text + renamed(now, then)
