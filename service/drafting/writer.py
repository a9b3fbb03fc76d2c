"""Writes a draft: the outline's lines, filled in with figures, reasons and what a person gave."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from service.calculation.evidence import Place, place_of
from service.calculation.formula import Binary, Call, Function, Operator, Reference
from service.calculation.scope import Scope
from service.calculation.trace import Evaluation
from service.domain.coordinate import Stage
from service.domain.document import StatedReason
from service.domain.errors import DivisionByZeroError, MissingFactError
from service.domain.fact import Source
from service.domain.finding import Finding, Severity
from service.domain.quantity import WAN_YUAN, Kind, Quantity
from service.drafting.amounts import Amounts
from service.drafting.brief import Brief, Given
from service.drafting.draft import (
    Draft,
    DraftFigure,
    DraftReason,
    DraftSource,
    DraftTable,
    Gap,
    GapKind,
    Paragraph,
    Section,
    Sentence,
)
from service.drafting.items import Item, items_of
from service.drafting.outline import NEW_ITEM, Outline, SectionPlan, TablePlan, chinese_ordinal, number_sections
from service.drafting.reasons import (
    GivenBook,
    ReasonsFor,
    described,
    hollow,
    item_among,
    names_of,
    refusal_of,
    refused,
    tidy,
)
from service.drafting.template import (
    ITEM,
    Condition,
    Each,
    Line,
    Optional,
    Part,
    Slot,
    SlotKind,
    Test,
    expression_of,
    slots_of,
)
from service.numerals import read_quantities, render_number, render_quantity
from service.vocabulary.wording import WordingRules

_CASE_SLOT = re.compile(r"\{([^{}]+)\}")
#: What a wording of a case is filled in at: its slots, and the word that stands for no change.
_CASE_FIGURE = re.compile(rf"{_CASE_SLOT.pattern}|持平")
#: Findings that speak against words of a reason.
_DOUBTS = frozenset({"reason-contradicts-figures", "garbled-words"})
#: A stated reason that explains a difference from the year's own budget, not a change from the year before.
_OF_BUDGET = re.compile(r"(?:大于|小于|高于|低于|超过)(?:当年|年初|本年|全年)?预算")
#: A remark behind a figure that a person gave.
_REMARK = re.compile(r"（[^（）]*）$")
#: What stands for the item at hand where there is none.
_NO_ITEM = "支出"


@dataclass(slots=True)
class _Builder:
    """A sentence in the making."""

    text: str = ""
    figures: list[DraftFigure] = field(default_factory=list)
    reasons: list[DraftReason] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def put(self, text: str) -> None:
        self.text += text

    def gap(self, kind: GapKind, what: str, item: str = "", takes: str = "") -> None:
        said = f"【待补充：{what}】"
        self.gaps.append(Gap(kind, what, len(self.text), len(self.text) + len(said), item, takes if item else ""))
        self.text += said

    def figure(self, figure: DraftFigure) -> None:
        self.figures.append(figure)
        self.text += figure.text

    def join(self, other: _Builder) -> None:
        """Append another builder's text with all that stands in it."""
        by = len(self.text)
        self.text += other.text
        self.figures += [replace(f, start=f.start + by, end=f.end + by) for f in other.figures]
        self.reasons += [replace(r, start=r.start + by, end=r.end + by) for r in other.reasons]
        self.gaps += [replace(g, start=g.start + by, end=g.end + by) for g in other.gaps]

    def sentence(self, number: int) -> Sentence:
        return Sentence(f"S{number}", self.text, tuple(self.figures), tuple(self.reasons), tuple(self.gaps))


@dataclass(frozen=True, slots=True)
class _Reason:
    """A reason found for something, with its text "" where none was found: given by a person, or quoted."""

    name: str
    text: str = ""
    given: Given | None = None
    quoted: Place | None = None


@dataclass(frozen=True, slots=True)
class _At:
    """Where a line is filled in: for which item, the how-manieth."""

    item: Item | None = None
    ordinal: int = 0
    bare: bool = False  # amounts without their unit, in table cells


class Writer:
    """Writes one draft.

    Args:
        brief: What is asked.
        outline: How it is worded.
        amounts: The figures.
        reasons_for: Reasons that may be quoted.
        rules: Words of reasons and residue.
        years: Year of each document by id, to tell what is quoted from another year.
        doubts: Findings of the documents; parts of quoted reasons that they contradict are left out.
    """

    def __init__(
        self, brief: Brief, outline: Outline, amounts: Amounts, reasons_for: ReasonsFor, rules: WordingRules,
        years: Mapping[str, int], doubts: Sequence[Finding] = (),
    ) -> None:  # fmt: skip
        self._brief = brief
        self._outline = outline
        self._amounts = amounts
        self._scope: Scope = amounts.scope
        self._reasons_for = reasons_for
        self._rules = rules
        self._years = years
        self._doubts = [f for f in doubts if f.code in _DOUBTS]
        self._reasons = GivenBook(brief.reasons)
        self._known = GivenBook(brief.known)
        self._findings: dict[tuple[str, str], Finding] = {}
        self._sentences = 0
        base = brief.base or outline.base
        self._words = {
            "单位": brief.entity, "年": str(brief.year), "上年": str(brief.year - 1),
            "比较": f"{brief.year - 1}年{'预算' if base == '预算数' else base}",
        }  # fmt: skip

    def write(self, sections: Sequence[SectionPlan], sources: Sequence[DraftSource]) -> Draft:
        """Write the sections, numbered as they stand in the outline."""
        numbers = dict(zip(self._outline.sections, number_sections(self._outline.sections), strict=True))
        written = tuple(Section(numbers[plan], plan.title, plan.level, tuple(self._section(plan))) for plan in sections)
        self._tell_unused()
        title = self._filled(self._outline.title, _At()).text
        return Draft(
            title, self._brief.entity, self._brief.year, self._outline.stage, self._outline.name,
            self._brief.base or self._outline.base, written, tuple(self._findings.values()), tuple(sources),
        )  # fmt: skip

    # -- sections ---------------------------------------------------------------------------------------

    def _section(self, plan: SectionPlan) -> Iterator[Paragraph]:
        for lines in plan.paragraphs:
            yield from self._paragraphs(lines)
        for table in plan.tables:
            made = self._table(table)
            if made is not None:
                yield Paragraph(table=made)

    def _paragraphs(self, lines: Sequence[Line]) -> Iterator[Paragraph]:
        """Write lines that stand together; each item of a repetition makes a paragraph of its own."""
        standing: list[_Builder] = []
        at = 0
        while at < len(lines):
            line = lines[at]
            below = []
            while line.each and not line.each.joined and at + 1 < len(lines) and lines[at + 1].is_below:
                at += 1
                below.append(lines[at])
            at += 1
            if not all(ITEM in c.of or self._is(c, _At(), line.place) for c in line.conditions):
                continue
            if line.each is None:
                standing.append(self._filled(line.parts, _At()))
                if line.is_heading:
                    yield self._closed(standing, is_heading=True)
                    standing = []
            elif line.each.joined:
                self._join_items(line, standing)
            else:
                yield from self._closed_if_any(standing)
                standing = []
                yield from self._for_each(line, below, "")
        yield from self._closed_if_any(standing)

    def _closed_if_any(self, builders: Sequence[_Builder]) -> Iterator[Paragraph]:
        """Close a paragraph, without the sentences of which nothing is left."""
        said = [b for b in builders if b.text.strip()]
        if said:
            yield self._closed(said)

    def _for_each(self, line: Line, below: Sequence[Line], within: str) -> Iterator[Paragraph]:
        for ordinal, item in enumerate(self._items(line, within), 1):
            place = _At(item, ordinal)
            yield self._closed([self._filled(line.parts, place)], is_heading=line.is_heading)
            for inner in below:
                yield from self._for_each(inner, (), item.id)

    def _join_items(self, line: Line, standing: list[_Builder]) -> None:
        """Join one piece for each item to the sentence before, with ；between them."""
        pieces = [self._filled(line.parts, _At(item, n)) for n, item in enumerate(self._items(line, ""), 1)]
        whole = standing.pop() if standing else _Builder()
        if not pieces and line.each is not None:
            of = described(expression_of(line.each.of, _NO_ITEM, line.place), self._scope)
            whole.gap(GapKind.FIGURE, f"按{line.each.level}列的{of}")
        for number, piece in enumerate(pieces):
            whole.put("；" if number else "")
            whole.join(piece)
        whole.put("。")
        standing.append(whole)

    def _items(self, line: Line, within: str) -> list[Item]:
        each = line.each
        assert each is not None  # noqa: S101 - called for repetitions
        reference = expression_of(each.of, _NO_ITEM, line.place)
        assert isinstance(reference, Reference)  # noqa: S101 - read_outline sees to it
        tells_change = any(s.kind in (SlotKind.CHANGE, SlotKind.PRIOR) for s in slots_of(line.parts))
        try:
            items = items_of(each, reference, self._amounts, with_last_year=tells_change, within=within)
        except MissingFactError:
            return []
        return [item for item in items if self._holds(line, _At(item))]

    def _closed(self, builders: Sequence[_Builder], *, is_heading: bool = False) -> Paragraph:
        return Paragraph(tuple(self._numbered(b) for b in builders), is_heading=is_heading)

    def _numbered(self, builder: _Builder) -> Sentence:
        self._sentences += 1
        return builder.sentence(self._sentences)

    def _table(self, plan: TablePlan) -> DraftTable | None:
        rows: list[tuple[Sentence, ...]] = []
        for cells in plan.rows:
            first = cells[0]
            places = (
                [_At(item, n, bare=True) for n, item in enumerate(self._items(first, ""), 1)]
                if first.each
                else [_At(bare=True)] if self._holds(first, _At()) else []
            )  # fmt: skip
            rows += [tuple(self._numbered(self._filled(c.parts, place)) for c in cells) for place in places]
        if not rows:
            return None
        columns = tuple(self._filled(c, _At()).text for c in plan.columns)
        return DraftTable(self._filled(plan.title, _At()).text, WAN_YUAN.symbol, columns, tuple(rows))

    # -- conditions -------------------------------------------------------------------------------------

    def _holds(self, line: Line, at: _At) -> bool:
        return all(self._is(condition, at, line.place) for condition in line.conditions)

    def _is(self, condition: Condition, at: _At, place: str) -> bool:
        expression = expression_of(condition.of, at.item.formula if at.item else _NO_ITEM, place)
        if condition.test in (Test.CHANGED, Test.UNCHANGED):
            assert isinstance(expression, Reference)  # noqa: S101 - a condition on a change names one figure
            try:
                sign = self._amounts.change(expression).sign
            except MissingFactError:
                return condition.test is Test.CHANGED  # what is not known is told as a gap
            return bool(sign) == (condition.test is Test.CHANGED)
        if condition.test in (Test.PRIOR_THERE, Test.PRIOR_NOT_THERE):
            assert isinstance(expression, Reference)  # noqa: S101 - a condition on last year names one figure
            there = self._amounts.exists(self._amounts.last_year(expression))
            return there == (condition.test is Test.PRIOR_THERE)
        try:
            number = self._amounts.now(expression).quantity.number
        except MissingFactError:
            reference = expression if isinstance(expression, Reference) else None
            given = self._known.find(names_of(reference, self._scope)) if reference else None
            if reference is None or given is None:
                return condition.test is Test.NOT_THERE
            said = self._quantity_given(given, reference)
            number = said.number if said else Decimal(1)  # what cannot be read is told where it should be written
        return condition.test is Test.THERE or (condition.test is (Test.NOT_ZERO if number else Test.ZERO))

    # -- slots ------------------------------------------------------------------------------------------

    def _filled(self, parts: Sequence[Part], at: _At) -> _Builder:
        out = _Builder()
        for part in parts:
            match part:
                case str():
                    out.put(part)
                case Optional(parts=inner):
                    self._join_whole(inner, at, out)
                case Slot():
                    self._fill(part, at, out)
        return out

    def _join_whole(self, parts: Sequence[Part], at: _At, out: _Builder) -> None:
        """Join an optional part, unless something in it is missing; then nothing in it counts as used."""
        books = (self._reasons, self._known)
        used, computed, found = [set(book.used) for book in books], len(self._amounts.used), len(self._findings)
        piece = self._filled(parts, at)
        if not piece.gaps:
            out.join(piece)
            return
        del self._amounts.used[computed:]
        if len(self._findings) == found:  # else what was given in it has been told already
            for book, before in zip(books, used, strict=True):
                book.used = before

    def _fill(self, slot: Slot, at: _At, out: _Builder) -> None:
        match slot.kind:
            case SlotKind.WORD:
                out.put(self._word(slot.of, at))
            case SlotKind.FIGURE:
                self._figure(slot, at, out)
            case SlotKind.CHANGE:
                self._change(slot, at, out)
            case SlotKind.PRIOR:
                self._prior(slot, at, out)
            case SlotKind.REASON:
                self._reason(slot, at, out)
            case SlotKind.COMPLETION:
                self._completion(slot, at, out)
            case SlotKind.NAMES:
                self._list_names(slot, at, out)
            case SlotKind.FILL:
                self._fill_in(slot, at, out)

    def _word(self, word: str, at: _At) -> str:
        if word == "序":
            return str(at.ordinal)
        if word == "汉序":
            return chinese_ordinal(at.ordinal)
        if word in self._words:
            return self._words[word]
        return at.item.names.get(word, at.item.name) if at.item else ""

    def _reference(self, slot: Slot, at: _At) -> Reference:
        expression = expression_of(slot.of, at.item.formula if at.item else _NO_ITEM)
        assert isinstance(expression, Reference)  # noqa: S101 - read_outline sees to it
        return expression

    def _name(self, slot: Slot, at: _At) -> str:
        """Return what a person calls the thing of a slot."""
        if at.item and ITEM in slot.of:
            return at.item.name if slot.of == ITEM else slot.name or slot.of.replace(ITEM, at.item.name)
        return slot.name or described(expression_of(slot.of, _NO_ITEM), self._scope)

    def _figure(self, slot: Slot, at: _At, out: _Builder) -> None:
        expression = expression_of(slot.of, at.item.formula if at.item else _NO_ITEM)
        reference = expression if isinstance(expression, Reference) else None
        names = names_of(reference, self._scope, slot.name) if reference else []
        given = self._known.find(names)
        try:
            found = self._amounts.now(expression)
        except MissingFactError:
            if not (reference and given and self._write_given(given, reference, at, out)):
                kind, name = GapKind.FIGURE if self._is_tabled(expression) else GapKind.KNOWN, self._name(slot, at)
                out.gap(kind, name, item_among(names, name), "fact")
            return
        except DivisionByZeroError:
            out.gap(GapKind.FIGURE, f"{self._name(slot, at)}（除数为0，无法计算）")
            return
        if reference and given:
            self._compare(given, reference, found)
        self._put(found, "", at, out)

    def _put(self, evaluation: Evaluation, label: str, at: _At, out: _Builder) -> None:
        """Write what was computed."""
        self._place(self._amounts.figure(evaluation, label, len(out.text)), at, out)

    def _place(self, figure: DraftFigure, at: _At, out: _Builder) -> None:
        """Write a figure; in a cell of a table, which bears its unit above, without it."""
        if at.bare and figure.unit == WAN_YUAN.symbol:
            figure = replace(figure, text=figure.value, end=figure.start + len(figure.value))
        out.figure(figure)

    def _is_tabled(self, expression: object) -> bool:
        """Whether the tables print the measure of a formula at all; else only a person can know it."""
        return isinstance(expression, Reference) and any(
            f.source.table for f in self._scope.amounts(self._scope.resolve(expression).measure, self._scope.year)
        )

    def _quantity_given(self, given: Given, reference: Reference) -> Quantity | None:
        """Return the one exact quantity that a person gave, money in 万元; None where the words say more or less."""
        text = _REMARK.sub("", given.text.strip("。；;，, "))
        found = next(iter(read_quantities(text)), None)
        if found is None or found.text != text or found.approximate or found.comparator or found.quantity.number < 0:
            return None
        kind = self._scope.kind_of(reference)
        if found.quantity.unit.kind is not kind:
            return None
        return found.quantity.to(WAN_YUAN) if kind is Kind.MONEY else found.quantity

    def _tell_unreadable(self, given: Given, reference: Reference, severity: Severity, instead: str) -> None:
        is_money = self._scope.kind_of(reference) is Kind.MONEY
        wanted = "一个确定的金额，如“12.30万元”" if is_money else "一个确定的数和它的单位，如“5辆”"
        self._find(
            "known-unreadable", severity,
            f"{given.place}“{given.item}”应只写{wanted}，读到的是“{given.text[:30]}”。请改写后再起草；{instead}。",
            stated=given.text[:60],
        )  # fmt: skip

    def _write_given(self, given: Given, reference: Reference, at: _At, out: _Builder) -> bool:
        """Write a figure that a person gave; False where it cannot be read."""
        quantity = self._quantity_given(given, reference)
        if quantity is None:
            self._tell_unreadable(given, reference, Severity.ERROR, "正文此处留空待补")
            return False
        exact = render_number(quantity.number)
        if quantity.unit.kind is Kind.MONEY:
            places = max(self._brief.style.decimals or 0, quantity.decimals)
            quantity = quantity.rounded(places if quantity.number else 0)
        digits = render_number(quantity.number)
        text = f"{digits}{quantity.unit.symbol}"
        figure = DraftFigure(
            len(out.text), len(out.text) + len(text), text, given.item, digits, quantity.unit.symbol, exact, "",
            f"{given.place}：{given.text}", "person", ("填报人提供",),
        )  # fmt: skip
        self._place(figure, at, out)
        return True

    def _compare(self, given: Given, reference: Reference, printed: Evaluation) -> None:
        """Say where a person gives another figure than the documents print."""
        said, own = self._quantity_given(given, reference), self._amounts.written(printed)
        if said is None or (said.unit.kind is Kind.COUNT and said.unit != own.unit):
            self._tell_unreadable(given, reference, Severity.WARNING, f"正文采用文件的数{render_quantity(own)}")
            return
        low, high = said.interval()
        if not low <= own.to(said.unit).number <= high:
            text = render_quantity(own)
            self._find(
                "known-differs", Severity.ERROR,
                f"{given.place}“{given.item}”填的是{given.text[:30]}，文件印的是{text}（{printed.figures[0].label}）。"
                "正文采用文件的数；请核对，两处应一致。", stated=given.text[:60], expected=text,
            )  # fmt: skip

    def _change(self, slot: Slot, at: _At, out: _Builder) -> None:
        reference = self._reference(slot, at)
        name = self._name(slot, at)
        try:
            self._amounts.now(reference)
        except MissingFactError:
            out.gap(GapKind.FIGURE, f"{name}及增减")
            return
        try:
            change = self._amounts.change(reference)
        except MissingFactError:
            new = self._outline.cases[slot.case].by_case.get(NEW_ITEM, "")
            if new and at.item and at.item.is_new and slot.of == ITEM:
                out.put(_CASE_SLOT.sub(lambda found: self._word(found[1], at), new))
                return
            out.gap(GapKind.PRIOR, f"{self._words['上年']}年{name}及增减")
            return
        label = change.now.figures[0].label
        evaluations = {"额": (change.amount, f"{label}增减额"), "率": (change.rate, f"{label}增减率"),
                       "今": (change.now, label), "上": (change.then, "")}  # fmt: skip
        words = self._outline.cases[slot.case].by_case[change.case.value]
        for said, name in _pieces(words, _CASE_FIGURE):
            if said == "持平" and not change.sign:
                self._unchanged(reference, label, out)
            elif not name:
                out.put(said)
            elif name == "降":
                out.put(self._brief.style.fall)
            elif name in evaluations:
                evaluation, of = evaluations[name]
                if evaluation is not None:
                    self._put(evaluation, of, at, out)
            else:
                out.put(self._word(name, at))

    def _unchanged(self, reference: Reference, label: str, out: _Builder) -> None:
        """Write 持平, bound to the difference of the two years."""
        nothing = self._amounts.now(Binary(Operator.SUBTRACT, reference, self._amounts.last_year(reference)))
        out.figure(self._amounts.figure(nothing, f"{label}增减额", len(out.text), text="持平"))

    def _prior(self, slot: Slot, at: _At, out: _Builder) -> None:
        try:
            found = self._amounts.then(self._reference(slot, at))
        except MissingFactError:
            out.gap(GapKind.PRIOR, f"{self._words['上年']}年{self._name(slot, at)}")
            return
        self._put(found, "", at, out)

    def _completion(self, slot: Slot, at: _At, out: _Builder) -> None:
        """Tell a figure of the final accounts beside the budget of its year, as both are written."""
        reference = self._reference(slot, at)
        budget = replace(reference, stage=Stage.BUDGET)
        name = self._name(slot, at)
        try:
            final = self._amounts.now(reference)
        except MissingFactError:
            out.gap(GapKind.FIGURE, f"{name}及其年初预算")
            return
        try:
            planned: Evaluation | None = self._amounts.now(budget)
        except MissingFactError:
            planned = None
        case = self._completion_case(final, planned)
        rate = None
        if planned is not None and planned.quantity.number:
            rate = self._amounts.now(Call(Function.SHARE, (reference, budget)))
        label = final.figures[0].label
        for said, slot_name in _pieces(self._outline.completion[case], _CASE_SLOT):
            if not slot_name:
                out.put(said)
            elif slot_name == "决":
                self._put(final, "", at, out)
            elif slot_name == "预" and planned is not None:
                self._put(planned, "", at, out)
            elif slot_name == "率" and rate is not None:
                self._put(rate, f"{label}完成年初预算的比例", at, out)
            elif slot_name == "因":
                of = f"{name}预决算差异"
                names = [f"{n}预决算差异" for n in names_of(reference, self._scope, name)]
                self._put_reason(self._why_not_as_planned(reference, at, name), of, item_among(names, of), out)
            elif slot_name in ("预", "率"):
                out.gap(GapKind.PRIOR, f"{name}年初预算")
            else:
                out.put(self._word(slot_name, at))

    def _completion_case(self, final: Evaluation, planned: Evaluation | None) -> str:
        if planned is None:
            return "没有预算"
        a, b = self._amounts.written(final).base, self._amounts.written(planned).base
        if not b:
            return "预算为0" if a else "都为0"
        return "等于" if a == b else "大于" if a > b else "小于"

    def _why_not_as_planned(self, reference: Reference, at: _At, name: str) -> _Reason:
        """Return the reason why the final accounts differ from the budget, given by a person or quoted."""
        names = names_of(reference, self._scope, name)
        given = self._reasons.find([f"{n}预决算差异" for n in names]) or (self._reasons.find(names) if at.item else None)
        return self._reason_text(reference, given, name, of_budget=True)

    # -- reasons and facts ------------------------------------------------------------------------------

    def _reason(self, slot: Slot, at: _At, out: _Builder) -> None:
        reference = self._reference(slot, at)
        names = names_of(reference, self._scope, at.item.name if at.item else slot.name)
        name = self._name(slot, at)
        given = self._reasons.find(names)
        try:
            sign = self._amounts.change(reference).sign
        except MissingFactError:
            sign = None  # whether it changed cannot be told: the gap before it says so
        if sign == 0:
            if given is not None:
                self._find(
                    "reason-without-change", Severity.WARNING,
                    f"“{name}”与上年持平，{given.place}给的原因没有写入。持平不写原因。", stated=given.text[:60],
                )  # fmt: skip
            return
        reason = self._reason_text(reference, given, name)
        if sign is None and not reason.text:
            return
        head, _, tail = self._outline.reason.partition("{文}")
        out.put(head.removesuffix("是") if reason.text.startswith("一是") else head)
        of = f"{name}{'增加' if (sign or 0) > 0 else '减少'}"
        self._put_reason(reason, of, item_among(names, name), out)
        out.put(tail)

    def _put_reason(self, reason: _Reason, of: str, item: str, out: _Builder) -> None:
        """Write a reason, or the gap that one given for *item* fills."""
        if not reason.text:
            out.gap(GapKind.REASON, f"{of}的原因", item, "reason")
            return
        start = len(out.text)
        if reason.given is not None:
            out.figures += _given_figures(reason.text, start, reason.given)
        out.put(reason.text)
        said = reason.given.place if reason.given else ""
        out.reasons.append(DraftReason(start, len(out.text), reason.name, reason.text, said, reason.quoted))

    def _reason_text(self, reference: Reference, given: Given | None, name: str, *, of_budget: bool = False) -> _Reason:
        """Return the reason of a change, or where *of_budget* is set of a difference from the year's budget."""
        if given is not None:
            text = tidy(given.text)
            why = refusal_of(text, self._rules)
            if why:
                finding = refused(name, why, given.place, given.text)
                self._findings[finding.code, finding.message] = finding
                return _Reason(name)
            weak = hollow(text, self._rules)
            if weak:
                self._find(
                    "hollow-reason", Severity.WARNING,
                    f"“{name}”的原因“{text[:30]}”{weak}（{given.place}），请写到具体的人员、项目、政策或标准。", stated=text[:60],
                )  # fmt: skip
            return _Reason(name, text, given)
        nearest = sorted(self._reasons_for(reference), key=lambda r: self._brief.year - self._year_of(r.source))
        for reason in nearest:
            if bool(_OF_BUDGET.search(reason.source.quote)) != of_budget:
                continue
            text = self._undoubted(reason, name)
            if refusal_of(text, self._rules) or any(text.endswith(said) for said in self._rules.reasons.unchanged):
                continue
            self._tell_quoted(reason.source, name)
            return _Reason(name, text, quoted=place_of(reason.source, self._amounts.titles))
        return _Reason(name)

    def _year_of(self, source: Source) -> int:
        return self._years.get(source.document, self._brief.year)

    def _undoubted(self, reason: StatedReason, name: str) -> str:
        """Return a stated reason without the parts that the document's own figures contradict."""
        wrong = [f.stated for f in self._doubts if any(reason.source.quote in s.quote for s in f.sources)]
        parts = re.split(r"[；;]", tidy(reason.text))
        for part in parts:
            if any(w and w in part for w in wrong):
                self._find(
                    "reason-part-left-out", Severity.NOTE,
                    f"“{name}”的原文理由“{part}”与数字不符或有错字，没有采用。", stated=part, sources=(reason.source,),
                )  # fmt: skip
        return "；".join(p for p in parts if not any(w and w in p for w in wrong))

    def _tell_quoted(self, source: Source, name: str) -> None:
        year = self._year_of(source)
        if year != self._brief.year:
            self._find(
                "quoted-from-other-year", Severity.WARNING,
                f"“{name}”的原因引自{year}年的文件，请确认对{self._brief.year}年仍然成立。", sources=(source,),
            )  # fmt: skip

    def _list_names(self, slot: Slot, at: _At, out: _Builder) -> None:
        reference = self._reference(slot, at)
        try:
            items = items_of(Each("经济款", slot.of, joined=True), reference, self._amounts, with_last_year=False)
        except MissingFactError:
            items = []
        names = list(dict.fromkeys(item.name for item in items))
        if names:
            out.put("、".join(names))
        else:
            out.gap(GapKind.FIGURE, f"{self._name(slot, at)}的科目")

    def _fill_in(self, slot: Slot, at: _At, out: _Builder) -> None:
        name = f"{at.item.name}{slot.name}" if at.item else slot.name
        given = self._known.find([name])
        if given is None:
            out.gap(GapKind.KNOWN, name, name, "fact")
            return
        text = given.text.strip().rstrip("。；;，, ")
        why = refusal_of(text, self._rules)
        if why:
            self._find(
                "known-refused", Severity.ERROR, f"{given.place}“{name}”没有采用：{why}。请改写后再起草。", stated=text[:60]
            )
            out.gap(GapKind.KNOWN, name, name, "fact")
            return
        out.figures += _given_figures(text, len(out.text), given)
        out.put(text)

    # -- findings ---------------------------------------------------------------------------------------

    def _find(
        self, code: str, severity: Severity, message: str, *, stated: str = "", expected: str = "",
        sources: tuple[Source, ...] = (),
    ) -> None:  # fmt: skip
        self._findings.setdefault((code, message), Finding(code, severity, message, sources, stated, expected))

    def _tell_unused(self) -> None:
        kinds = ((self._reasons, "reason-unused", "原因"), (self._known, "known-unused", "情况"))
        for book, code, kind in kinds:
            for given in book.unused():
                self._find(
                    code, Severity.WARNING,
                    f"{given.place}“{given.item}”的{kind}没有用上：所写的各节里没有这一项、写法对不上，或同一处还缺别的内容。请核对项目名。",
                    stated=given.item,
                )  # fmt: skip


def _pieces(words: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Yield the pieces of a wording as (what stands there, name of the slot or ""), in order."""
    at = 0
    for found in pattern.finditer(words):
        yield words[at : found.start()], ""
        yield found[0], found[1] or ""
        at = found.end()
    yield words[at:], ""


def _given_figures(text: str, start: int, given: Given) -> list[DraftFigure]:
    """Return the figures inside words that a person gave."""
    return [
        DraftFigure(
            start + m.start, start + m.end, text[m.start : m.end], f"{given.item}（填报人所写）",
            render_number(m.quantity.number), m.quantity.unit.symbol, render_number(m.quantity.number), "",
            f"{given.place}：{text[:80]}", "person", ("填报人提供",),
        )
        for m in read_quantities(text)
    ]  # fmt: skip
