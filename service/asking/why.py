"""Why a figure changed: premise, decomposition as far as the figures go, the document's own reason, what is not known."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from service.asking.amounts import bound_results, subjects, tell_conflicts
from service.asking.answer import Result, Status
from service.asking.desk import Desk, Reply, render_quantity, shown_of
from service.asking.sets import dimension_of
from service.asking.subjects import Subject, total_of
from service.asking.years import Move, base_year, both_years, marked, premise_on_move, renamed, stated_otherwise, trend
from service.calculation.decomposition import Decomposition, Part, Standing, decompose
from service.calculation.formula import Binary, Expression, Operator, Reference
from service.calculation.trace import Evaluation
from service.domain.coordinate import Aspect
from service.domain.document import PassageKind, StatedReason
from service.domain.errors import MissingFactError, YoujuError
from service.domain.fact import Authority
from service.domain.finding import Severity
from service.domain.quantity import Kind, Quantity, trim
from service.numerals import read_quantities, render_number


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
    reply.results.append(desk.result(f"{name}比{before}年{word}额", amount))
    reply.plan += [amount.formula]
    text = f"{name}{shown_of(now)}，比{before}年{shown_of(then)}{derived}{word}{shown_of(amount)}"
    if rate is not None:
        reply.results.append(desk.result(f"{name}比{before}年{rate_word}率", rate))
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
        levels = _levels(desk, fitted, dimension, before)
        for place, level in enumerate(levels):
            split = _Split.of(desk, fitted, dimension, level, (now, then), before)
            if not split.explains or (dimension == "fund" and len(split.parts) == 1):
                continue
            title = desk.vocabulary.dimensions[dimension].name
            title += _LEVEL_NAMES.get(level, "") if len(levels) > 1 and place else ""
            reply.text += f"按{title}拆分：{split.tell(reply)}。"
            moved += [
                (p.name, fitted.having(**{dimension: split.members[p.name]})) for p in split.moved[:_MOST_MOVED]
            ]
            if dimension in {"nature", "item"}:
                _finer(split, reply)
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
    if dimension not in _OPEN:
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
    for level in _levels(desk, subject, dimension, before):
        split = _Split.of(desk, subject, dimension, level, ends, before)
        title = desk.vocabulary.dimensions[dimension].name + _LEVEL_NAMES.get(level, "")
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


#: Parts told of those that moved most, and of all that moved one way.
_MOST_MOVED = 3
_MOST_LISTED = 12
#: Parts that a decomposition names before it sums the rest up.
_MOST_PARTS = 8
#: Levels of the codes of functions.
_LEVEL_NAMES = {5: "（款级）", 7: "（项级）"}


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
    split = _Split.of(desk, replace(subject, measure="支出", members=rest), "project", 0, ends, before)
    if split.explains:
        reply.text += f"项目支出按项目拆分：{split.tell(reply).replace('总变动', '项目支出的变动')}。"


def _finer(split: _Split, reply: Reply) -> None:
    """Split the parts that moved once more where their own parts are known: 基本支出 into 人员 and 公用."""
    for part in split.moved[:_MOST_PARTS]:
        member = split.members[part.name]
        inner = split.subject.having(**{split.dimension: member})
        ends = split.ends[part.name]
        if ends is None:
            continue
        deeper = _Split.of(split.desk, inner, split.dimension, 0, ends, split.before)
        if deeper.explains:
            reply.text += f"其中{part.name}：{deeper.tell(reply)}。"


@dataclass(slots=True)
class _Split:
    """A change split along one dimension.

    Attributes:
        desk: Where it is worked out.
        subject: What changed.
        dimension: Along what.
        before: The earlier year.
        whole: The amount in the later and the earlier year.
        parts: With their amounts in both years.
        members: Name of a part → its member.
        ends: Name of a part → its evaluations in both years, None where one year lacks it.
        notes: Name of a part → what must be said of it.
    """

    desk: Desk
    subject: Subject
    dimension: str
    before: int
    whole: tuple[Evaluation, Evaluation]
    parts: list[Part] = field(default_factory=list)
    members: dict[str, str] = field(default_factory=dict)
    ends: dict[str, tuple[Evaluation, Evaluation] | None] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, desk: Desk, subject: Subject, dimension: str, level: int, whole: tuple[Evaluation, Evaluation], before: int
    ) -> _Split:
        """Find the parts of a subject along a dimension, at a level of its codes (0 for names)."""
        split = cls(desk, subject, dimension, before, whole)
        year = whole[0].figures[0].facts[0].coordinate.year
        here, there = (_listed(desk, subject, dimension, level, y) for y in (year, before))
        if not here.members or not there.members:
            return split
        done: set[str] = set()
        for member in sorted(here.members | there.members, key=lambda m: (m not in here.members, m)):
            if member in done:
                continue
            now, then = split._amount(member, 0, year), split._amount(member, 1, before)
            is_known = (now is not None or here.is_complete) and (then is not None or there.is_complete)
            if not is_known or (now is None and then is None):
                continue
            done |= {m for e in (now, then) if e for f in e.figures[0].facts if (m := f.coordinate.get(dimension))}
            split._add(member, now, then)
        return split

    def _amount(self, member: str, side: int, year: int) -> Evaluation | None:
        """Return a part's amount in a year, if it is of the same stage as the whole."""
        try:
            found = self.desk.evaluate(_ref(self.desk, self.subject, self.dimension, member, year))
        except YoujuError:
            return None
        wanted = self.whole[side].figures[0].facts[0].coordinate.stage
        return found if found.figures[0].facts[0].coordinate.stage is wanted else None

    def _add(self, member: str, now: Evaluation | None, then: Evaluation | None) -> None:
        name = self.desk.scope.name_of(self.dimension, member)
        name = f"{member}{name}" if name in self.members else name
        self.members[name] = member
        self.parts.append(Part(name, now.quantity if now else None, then.quantity if then else None))
        self.ends[name] = (now, then) if now and then else None
        self.notes[name] = renamed(now, then) if now and then else ""

    @property
    def moved(self) -> tuple[Part, ...]:
        """The parts that moved, largest first."""
        return self._worked_out().parts

    @property
    def explains(self) -> bool:
        """Whether the parts account for anything: what they leave unexplained is no more than the change itself."""
        made = self._worked_out()
        return bool(made.parts) and abs(made.residual) <= abs(made.total)

    def _worked_out(self) -> Decomposition:
        return decompose(self.whole[0].quantity, self.whole[1].quantity, self.parts)

    def tell(self, reply: Reply) -> str:
        """Say what every part contributes, what the rest does, and what is left unexplained."""
        made = self._worked_out()
        named = made.parts if len(made.parts) <= _MOST_PARTS + 1 else made.parts[:_MOST_PARTS]
        lines = [self.line(part, reply) for part in named]
        rest = made.parts[len(named) :]
        if rest:
            lines.append(self._rest(rest, reply))
        text = "；".join(lines) + ("；其余各项持平" if made.still else "")
        if not made.residual:
            return f"{text}，各项相加等于总变动"
        unit = self.whole[0].quantity.unit
        left = Quantity(trim(abs(made.residual) / unit.scale), unit)
        number = render_number(left.number)
        reply.results.append(Result("未能拆分的差额", number, unit.symbol, number, "", "", ()))
        return f"{text}，还有{render_quantity(left)}未能拆分"

    def line(self, part: Part, reply: Reply) -> str:
        """Name what one part contributes, and write its figures down."""
        desk, up = self.desk, part.change > 0
        year = self.whole[0].figures[0].facts[0].coordinate.year
        sides = [
            self._reference(part, y) if q is not None else None
            for y, q in ((year, part.now), (self.before, part.then))
        ]
        formula = _minus(sides[0], sides[1]) if up else _minus(sides[1], sides[0])
        amount = desk.evaluate(formula)
        word = "增加" if up else "减少"
        reply.results.append(desk.result(f"{part.name}{word}额", amount))
        reply.citations += desk.cite(amount.figures)
        standing = {Standing.NEW: f"（{year}年新增）", Standing.GONE: f"（{year}年没有这一项）"}.get(part.standing, "")
        return f"{part.name}{word}{shown_of(amount)}{standing}{self.notes[part.name]}"

    def _reference(self, part: Part, year: int) -> Reference:
        return _ref(self.desk, self.subject, self.dimension, self.members[part.name], year)

    def _rest(self, rest: Sequence[Part], reply: Reply) -> str:
        """Sum up the small contributions."""
        year = self.whole[0].figures[0].facts[0].coordinate.year
        up = sum((p.change for p in rest), Decimal(0)) > 0
        nows = [self._reference(p, year) for p in rest if p.now is not None]
        thens = [self._reference(p, self.before) for p in rest if p.then is not None]
        sides = [total_of(refs) if refs else None for refs in (nows, thens)]
        amount = self.desk.evaluate(_minus(sides[0], sides[1]) if up else _minus(sides[1], sides[0]))
        word = "增加" if up else "减少"
        reply.results.append(self.desk.result(f"其余各项合计{word}额", amount))
        reply.results.append(Result("其余项数", str(len(rest)), "项", str(len(rest)), "", "", ()))
        reply.citations += self.desk.cite(amount.figures)
        return f"其余{len(rest)}项合计{word}{shown_of(amount)}"


def _minus(left: Expression | None, right: Expression | None) -> Expression:
    """Return a difference, of which one side may be missing."""
    if right is None:
        assert left is not None  # noqa: S101 - a part stands in one of the two years
        return left
    return right if left is None else Binary(Operator.SUBTRACT, left, right)


def _ref(desk: Desk, subject: Subject, dimension: str, member: str, year: int | None) -> Reference:
    return desk.reference(subject.having(**{dimension: member}), year=year)


class _Listed(NamedTuple):
    """The members that a year prints figures for, and whether a table lists them, so that no other is there."""

    members: frozenset[str]
    is_complete: bool


def _listed(desk: Desk, subject: Subject, dimension: str, level: int, year: int) -> _Listed:
    """Return the members directly below a subject that a year prints figures for: of its tables where they list any.

    Args:
        desk: Where the figures are.
        subject: What is split.
        dimension: Along what.
        level: Digits of the codes wanted; 0 takes the highest members there are.
        year: Of which figures.
    """
    measure = subject.measure or "支出"
    measures = [m for m in (measure, desk.vocabulary.measures[measure].fallback) if m]
    parent = subject.get(dimension)
    wanted = set(subject.members) - {(dimension, parent)}
    found: dict[str, bool] = {}
    for fact in (f for m in measures for f in desk.scope.amounts(m, year)):
        place = fact.coordinate
        member = place.get(dimension)
        if member is None or member == parent:
            continue
        own = set(place.members) - {(dimension, member)}
        if not wanted <= own or not {d for d, _ in own - wanted} <= _OPEN[dimension]:
            continue
        if level:
            member = member[:level] if len(member) >= level else ""  # rows below a class stand for it too
        if not member or member == parent or fact.quantity is None:
            continue
        if parent and parent not in desk.vocabulary.ancestors(dimension, member):
            continue
        found[member] = found.get(member, False) or (fact.authority is Authority.CELL)
    is_complete = any(found.values())
    members = {m for m, in_table in found.items() if in_table or not is_complete}
    if not level:
        members = {m for m in members if not any(a in members for a in desk.vocabulary.ancestors(dimension, m))}
    return _Listed(frozenset(members), is_complete)


#: What else may qualify a figure that is a part along a dimension.
_OPEN: Mapping[str, frozenset[str]] = {
    "economic": frozenset({"fund", "origin", "gov_economic", "nature"}),
    "project": frozenset({"fund", "origin", "unit", "project_type", "nature"}),
    "function": frozenset({"fund", "origin", "unit"}),
    "nature": frozenset({"fund", "origin"}),
    "fund": frozenset({"origin"}),
    "item": frozenset({"fund", "origin"}),
}


def _levels(desk: Desk, subject: Subject, dimension: str, before: int) -> list[int]:
    """Return the code lengths at which both years can be split: the next one down, then the finest."""
    sizes = desk.vocabulary.dimensions[dimension].levels
    if not sizes:
        return [0]
    above = len(subject.get(dimension))
    both = [
        n for n in sizes
        if n > above and all(_listed(desk, subject, dimension, n, y).members for y in (desk.year, before))
    ]  # fmt: skip
    return list(dict.fromkeys([*both[:1], *both[-1:]]))


def reasons_for(desk: Desk, subject: Subject, *, exactly: bool = False) -> list[StatedReason]:
    """Return the reasons the documents state for a subject's change, the nearest coordinate first.

    Args:
        desk: Where the documents are.
        subject: What changed.
        exactly: Only of the subject itself, under any fund; not of its parts.
    """
    fitted = desk.fit(subject)
    wanted = dict(fitted.members)
    exact, of_fund, wider = [], [], []
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
            elif {d: m for d, m in members.items() if d not in {"fund", "origin"}} == wanted:
                of_fund.append(reason)
            elif wanted and all(members.get(d) == m for d, m in wanted.items()):
                wider.append(reason)
    return exact or of_fund or ([] if exactly else wider)


_REASON = re.compile(r"原因(?:主要)?(?:是|为|在于|：|:|系)+([^。；;]{2,200})")
#: How far behind a figure its reason may stand.
_REACH = 160


def reasons_near(desk: Desk, subject: Subject, now: Evaluation) -> list[StatedReason]:
    """Return the reason that running text gives close behind the figure itself, or for income and spending as a whole.

    The paragraph names the figure with its amount, then says how it changed, then 「主要原因是…」; no other amount of
    the year may stand between. Of the whole the text may say without an amount 「收入支出减少的主要原因是…」.
    """
    coordinate = now.figures[0].facts[0].coordinate
    names = _names_of(desk, subject)
    change = replace(coordinate, aspect=Aspect.CHANGE, base_year=coordinate.year - 1)
    for document in desk.documents:
        if document.year != coordinate.year:
            continue
        for passage in document.passages:
            if passage.kind is not PassageKind.NARRATIVE or "原因" not in passage.text:
                continue
            said = _behind_figure(passage.text, names, now.quantity) or _of_the_whole(passage.text, subject)
            if said:
                return [StatedReason(change, said, replace(passage.source, quote=passage.text))]
    return []


def _names_of(desk: Desk, subject: Subject) -> list[str]:
    """Return the names a text may call a figure by: those of its narrowest member, else of its measure."""
    fitted = desk.fit(subject)
    for dimension, id_ in sorted(fitted.members, key=lambda m: m[0] in {"fund", "nature"}):
        known = desk.vocabulary.member(dimension, id_)
        name = desk.scope.name_of(dimension, id_)
        return [name, *(known.names if known else ())]
    measure = desk.vocabulary.measures[fitted.measure or "支出"]
    return [measure.id, *measure.names]


def _behind_figure(text: str, names: Sequence[str], amount: Quantity) -> str:
    """Return the reason that follows a figure within its paragraph, "" where there is none."""
    for figure in read_quantities(text):
        if figure.quantity.unit.kind is not Kind.MONEY:
            continue
        low, high = figure.quantity.interval()
        lead = text[max(0, figure.start - 24) : figure.start]
        if not low <= amount.to(figure.quantity.unit).number <= high or not any(n in lead for n in names):
            continue
        behind = text[figure.end : figure.end + _REACH]
        found = _REASON.search(behind)
        if found and not re.search(r"(?:支出|收入|经费|费|补贴|公积金)[^。；，]{0,6}\d[\d.,]*万?元", behind[: found.start()]):
            return found.group(1)
    return ""


def _of_the_whole(text: str, subject: Subject) -> str:
    """Return the reason given for income and spending as a whole, "" where there is none or a part was asked about."""
    if subject.members or subject.measure not in {"支出", "收入", "支出总计"}:
        return ""
    side = subject.measure[:2]
    found = re.search(
        rf"(?:^|。)(?:本?部?门?(?:财政拨款)?)(?:收入|、|和|与)*{side}(?:、收入)?(?:预算|总计)*(?:增加|减少|增长|下降|增减|变化)(?:的)?(?:主要)?"
        + _REASON.pattern,
        text,
    )
    return found.group(1) if found else ""


def _quote(desk: Desk, reasons: Sequence[StatedReason], reply: Reply) -> None:
    if not reasons:
        reply.text += "文件没有写明原因。"
        return
    for reason in reasons[:2]:
        where = "，".join(filter(None, (reason.source.table_title, f"第{reason.source.page}页" if reason.source.page else "")))
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


def _quote_parts(
    desk: Desk, moved: Sequence[tuple[str, Subject]], told: Sequence[StatedReason], reply: Reply
) -> None:
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
