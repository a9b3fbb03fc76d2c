"""Judges every figure, year and direction word of an edited text: locked, vouched for, or changed by hand."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from service.calculation.evidence import Operand
from service.domain.check import JudgedFigure, Verdict
from service.domain.fact import Source
from service.domain.finding import Finding, Severity
from service.drafting.draft import Draft
from service.drafting.editing.grouping import Grouping
from service.drafting.editing.matching import Match
from service.drafting.editing.model import FigureChange, FigureState, GivenSource
from service.drafting.editing.streams import Lead, Stream
from service.drafting.editing.structure import Part, Role
from service.drafting.editing.tokens import Sort, bare, label_spans, plain
from service.drafting.editing.vouching import Checker, Givens, differs, quantity_of

#: Codes of findings that stay with a figure from version to version until something vouches for it.
OPEN_CODES = frozenset({
    "figure-changed-by-hand", "figure-without-source", "direction-changed-by-hand", "year-changed-by-hand",
    "figure-moved-by-hand", "given-source-differs",
})  # fmt: skip
#: Codes of findings that only tell what was done in one edit.
EDIT_CODES = frozenset({"figure-removed-by-hand", "wording-changed-near-figure", "given-source-unused", "gap-removed"})

#: Words that tell what a figure is of. A figure that keeps its words but for these is of something else.
_SUBJECTS = (
    "一般公共预算", "政府性基金", "国有资本", "财政专户", "财政拨款", "事业收入", "其他收入", "上级补助",
    "基本支出", "项目支出", "人员经费", "人员类", "公用经费", "日常公用", "运转", "运转类", "特定目标", "收入", "支出", "结转",
    "结余", "三公", "出国", "公务接待", "接待费", "购置", "运行", "维护", "会议费", "培训费", "机关运行", "车辆", "货物", "工程",
    "服务", "房屋", "设备", "采购", "转移支付", "绩效", "类", "款", "项目", "批次", "人次", "执法执勤", "特种专业", "一般公务用车",
)  # fmt: skip
_SHORTEST_NAME = 2
_SMALL = "一二三四五六七八九十两几"
_LONGEST_QUOTE = 60
_AROUND = 24


@dataclass(slots=True)
class Judgement:
    """What was found on every figure.

    Attributes:
        states: Token of the edited text → why it may stand; tokens that are left out are as they were.
        judged: Token → the checker's judgement, where that is why.
        given: Token → the source that a person gave, where that is why.
        changes: Sentence of the edited text → figures that are not what they were.
        removed: Sentence of the stored version → figures that are gone with it.
        findings: In the order of the text.
    """

    states: dict[int, FigureState] = field(default_factory=dict)
    judged: dict[int, JudgedFigure] = field(default_factory=dict)
    given: dict[int, GivenSource] = field(default_factory=dict)
    changes: dict[int, list[FigureChange]] = field(default_factory=lambda: defaultdict(list))
    removed: dict[int, list[FigureChange]] = field(default_factory=lambda: defaultdict(list))
    findings: list[Finding] = field(default_factory=list)


class Judge:
    """Judges an edited text against the stored version.

    Args:
        draft: The stored version.
        parts: Its parts.
        base: Its tokens.
        edited: Tokens of the edited text.
        match: What stands where.
        grouping: Both, sentence by sentence.
        headings: Heading over every sentence of the edited text.
        filled: Tokens of the edited text that stand in the place of a gap.
        checker: The checker's judgements.
        givens: Sources that a person gives.
    """

    def __init__(
        self, draft: Draft, parts: Sequence[Part], base: Stream, edited: Stream, match: Match, grouping: Grouping,
        headings: Sequence[str], filled: frozenset[int], checker: Checker, givens: Givens,
    ) -> None:  # fmt: skip
        self._draft = draft
        self._parts = parts
        self._base = base
        self._edited = edited
        self._match = match
        self._grouping = grouping
        self._headings = headings
        self._filled = filled
        self._checker = checker
        self._givens = givens
        self._out = Judgement()
        self._open = {
            (plain(f.sources[0].quote), plain(f.stated)): (f.expected, f.code)
            for f in draft.findings if f.code in OPEN_CODES and f.sources
        }  # fmt: skip
        self._lost = self._lost_figures()
        self._names = {bare(base.lead(b).words) for b, t in enumerate(base.tokens) if t.sort is Sort.FIGURE}
        self._seen: Counter[tuple[int, str]] = Counter()
        self._reported: set[int] = set()
        self._by_text: dict[str, list[int]] = defaultdict(list)
        for k, token in enumerate(edited.tokens):
            if token.sort is Sort.FIGURE:
                self._by_text[plain(edited.written(k))].append(k)

    def judge(self) -> Judgement:
        """Judge all."""
        for e, token in enumerate(self._edited.tokens):
            if token.sort not in {Sort.WORD, Sort.DASH, Sort.GAP}:
                self._token(e)
        self._moved_sentences()
        self._words_without_figures()
        self._gone()
        return self._out

    # ------------------------------------------------------------------------------- what was kept

    def _token(self, e: int) -> None:
        token, b = self._edited.tokens[e], self._match.before.get(e)
        sort = token.sort
        stretch = self._edited.stretch_of[e]
        nth = self._seen[stretch, plain(self._edited.written(e))]
        self._seen[stretch, plain(self._edited.written(e))] += 1
        same = b is not None and self._base.tokens[b].sort is sort and self._base.tokens[b].key == token.key
        was_open = self._open_before(b) if b is not None and same else None
        states_something = sort is Sort.FIGURE or token.key == "flat"
        judged = self._checker.judged(self._edited.written(e), self._stretch_text(e), nth) if states_something else None
        if judged is not None and judged.verdict is Verdict.CONTRADICTED:
            self._settle(e, self._base.written(b) if b is not None else "", FigureState.CONTRADICTED)
            self._out.findings.append(self._checker.contradiction(judged, self._source(e)))
        elif was_open is not None:
            before, code = was_open
            self._changed(e, before, judged, code=code if code == "figure-without-source" else "")
        elif same and b is not None:
            if states_something and stretch not in self._match.moved:
                self._kept(e, b, judged)
        elif b is None and self._is_label(e):
            return
        elif sort in {Sort.FIGURE, Sort.DIGITS, Sort.UNIT}:
            self._changed(e, self._base.written(b) if b is not None else "", judged)
        elif b is not None and self._base.tokens[b].sort is sort:
            in_reasons = self._edited.in_reason[e] and self._base.in_reason[b]
            if sort is Sort.YEAR or not in_reasons or self._edited.has_figure(e) or self._base.has_figure(b):
                self._changed(e, self._base.written(b), judged)
        elif token.key == "flat" and not self._edited.in_reason[e]:
            self._changed(e, "", judged)

    def _is_label(self, e: int) -> bool:
        """Whether a number is one of a document, a telephone or a date that no figure is said of."""
        stretch, token = self._edited.stretches[self._edited.stretch_of[e]], self._edited.tokens[e]
        text = self._edited.texts[stretch.owner]
        spans = label_spans(text, dates=True)
        if any(a <= token.start and token.end <= b for a, b in label_spans(text, dates=False)):
            return True
        if not any(a <= token.start and token.end <= b for a, b in spans):
            return False
        return all(
            t.key != "flat" and (t.sort is not Sort.FIGURE or any(a <= t.start and t.end <= b for a, b in spans))
            for t in self._edited.keys(stretch)
        )

    def _open_before(self, b: int) -> tuple[str, str] | None:
        """Return what a figure was before an earlier edit that nothing vouches for, and the code of the finding on it."""
        if not self._open or self._is_list_mark(b):
            return None
        s = self._grouping.stored_of[b]
        part = self._parts[self._base.owner(b)]
        quote = self._grouping.stored[s].sentence.text if s >= 0 else part.text
        return self._open.get((plain(quote), plain(self._base.written(b))))

    def _is_list_mark(self, b: int) -> bool:
        """Whether a number is the mark that a paragraph of the stored version begins with: 1. or 2、."""
        token, text = self._base.tokens[b], self._base.texts[self._base.owner(b)]
        return token.sort is not Sort.FIGURE and not text[: token.start].strip() and text[token.end : token.end + 1] in {".", "．", "、"}

    def _kept(self, e: int, b: int, judged: JudgedFigure | None) -> None:
        """Look at the words around a figure that is as it was."""
        ours, theirs = self._base.lead(b), self._edited.lead(e)
        tails = self._base.tail(b), self._edited.tail(e)
        if (ours, tails[0]) == (theirs, tails[1]) or self._is_supported(judged):
            return
        filled = self._grouping.edited_of[e]
        if self._is_of_another(ours.words, theirs.words):
            self._changed(e, self._base.written(b), judged, code="figure-moved-by-hand")
            return
        if self._direction_or_year(e, b, ours, theirs, judged):
            return
        lost_tail = tails[0].words if tails[0] else ""
        new_tail = tails[1].words if tails[1] else ""
        if ours.words != theirs.words or (tails[0] is not None and tails[1] is not None and lost_tail != new_tail):
            self._note(filled)

    def _is_of_another(self, before: str, after: str) -> bool:
        """Whether the words that lead to a figure name something else, or are those of another figure."""
        if _subjects(before) != _subjects(after):
            return True
        one, other = bare(before), bare(after)
        return one != other and len(other) >= _SHORTEST_NAME and other in self._names

    def _direction_or_year(self, e: int, b: int, ours: Lead, theirs: Lead, judged: JudgedFigure | None) -> bool:
        """Report a direction word or a year that was put in front of a figure or taken away."""
        if len(ours.directions) != len(theirs.directions):
            if self._is_in_brackets(e, b, ours, theirs):
                return False
            one, other = "、".join(self._words(self._base, b)), "、".join(self._words(self._edited, e))
            self._changed(e, one, judged, code="direction-changed-by-hand", after=other)
            return True
        years = Counter(theirs.years)
        years.subtract(ours.years)
        named = [y for y, n in years.items() if n > 0 and (ours.years or y != str(self._draft.year))]
        dropped = [y for y, n in years.items() if n < 0 and (theirs.years or y != str(self._draft.year))]
        if len(ours.years) != len(theirs.years) and (named or dropped):
            self._changed(
                e, "、".join(f"{y}年" for y in dropped), judged, code="year-changed-by-hand",
                after="、".join(f"{y}年" for y in named),
            )  # fmt: skip
            return True
        return False

    def _is_in_brackets(self, e: int, b: int, ours: Lead, theirs: Lead) -> bool:
        """Whether a rate now stands in brackets behind its amount, which goes the same way: 增加5.78万元（1.89%）."""
        before, known = self._edited.figure_before(e), self._base.figure_before(b)
        if theirs.directions or len(ours.directions) != 1 or theirs.words or before < 0 or self._match.after.get(known) != before:
            return False
        if self._edited.tokens[before].key != self._base.tokens[known].key:
            return False
        text = self._edited.texts[self._edited.owner(e)]
        between = text[self._edited.tokens[before].end : self._edited.tokens[e].start]
        return between.strip() in {"(", "（"} and self._edited.lead(before).directions[-1:] == ours.directions

    def _words(self, stream: Stream, at: int) -> list[str]:
        """Return the direction words that lead to a figure."""
        first = stream.stretches[stream.stretch_of[at]].first
        out: list[str] = []
        for k in range(at - 1, first - 1, -1):
            if stream.tokens[k].sort in {Sort.FIGURE, Sort.DIGITS, Sort.GAP}:
                break
            if stream.tokens[k].sort is Sort.DIRECTION and stream.in_reason[k] == stream.in_reason[at]:
                out.append(stream.written(k))
        return out[::-1]

    # ---------------------------------------------------------------------------- what was changed

    def _changed(
        self, e: int, before: str, judged: JudgedFigure | None, *, code: str = "", after: str | None = None
    ) -> None:
        """Settle a figure that is not what it was: vouched for, or a finding."""
        token = self._edited.tokens[e]
        figure = e if token.sort is not Sort.YEAR and (token.sort is not Sort.DIRECTION or token.key == "flat") else -1
        if figure < 0:
            figure = self._edited.figure_after(e)
            judged = self._judged_at(figure)
            if token.sort is Sort.DIRECTION and judged is not None and not judged.quantity.number:
                judged = None  # 「增加，均为0万元」: nothing vouches for a direction
            if token.sort is Sort.YEAR and self._is_year_of_a_proven_figure(e, figure):
                judged = None  # what was computed against one year is not what it is against another
        if judged is not None and self._is_supported(judged) and self._stands_outside(judged, figure) and self._is_of_the_same(judged, e):
            self._out.judged[e] = judged
            self._settle(e, before, FigureState.CHECKED, after)
            return
        given = self._givens.source(self._edited.written(e), self._stretch_text(e))
        if given is None and figure not in {-1, e}:
            given = self._givens.source(self._edited.written(figure), self._stretch_text(e))
        written = self._edited.written(e) if after is None else after
        if given is not None:
            comes_to = differs(given, self._edited.written(figure if figure >= 0 else e))
            if not comes_to:
                self._out.given[e] = given
                self._settle(e, before, FigureState.PERSON, after)
                return
            message = f"“{written}”写明的来源算出来是“{comes_to}”。请改正数字，或改正来源。"
            self._finding("given-source-differs", Severity.ERROR, e, message, written, comes_to)
            self._settle(e, before, FigureState.OPEN, after)
            return
        self._settle(e, before, FigureState.OPEN, after)
        self._report(e, code or self._code(e, before), before, written)

    def _stands_outside(self, judged: JudgedFigure, e: int) -> bool:
        """Whether what supports a figure is a printed cell, or figures that are themselves vouched for.

        An amount and its rate that a person makes up agree with each other and prove nothing.
        """
        cells = [s for s in judged.evidence if s.table]
        if any(found.number.copy_abs() == judged.quantity.number.copy_abs() for s in cells if (found := quantity_of(s.quote))):
            return True
        said = [s for s in judged.evidence if not s.table]
        others = [s for s in said if plain(s.row_label) != plain(judged.text)]
        if not all(self._is_vouched_for(s, e) for s in others):
            return False
        is_of_itself = any(s.start == judged.source.start >= 0 for s in said)
        is_said_again = any(s not in others and s.start != judged.source.start and self._is_vouched_for(s, e) for s in said)
        return is_said_again or (bool(cells or others) and not is_of_itself)

    def _is_vouched_for(self, stated: Source, apart_from: int) -> bool:
        """Whether a figure of the text is as it was, or was vouched for."""
        figure, quote = plain(stated.row_label), plain(stated.quote).rstrip("。")
        return any(
            k != apart_from and plain(self._edited.written(k)) == figure and quote in plain(self._stretch_text(k))
            and self._states_what_it_may(k)
            for k in self._by_text.get(figure, ())
        )  # fmt: skip

    def _states_what_it_may(self, k: int) -> bool:
        state, b = self._out.states.get(k), self._match.before.get(k)
        if state is None:
            return b is not None and self._base.tokens[b].key == self._edited.tokens[k].key and self._open_before(b) is None
        return state in {FigureState.CHECKED, FigureState.PERSON}

    def _is_of_the_same(self, judged: JudgedFigure, e: int) -> bool:
        """Whether the cells that support a changed figure are of the row that the figure before it was taken from."""
        b = self._match.before.get(e)
        if b is None or self._edited.tokens[e].sort is not Sort.FIGURE:
            return True
        ours = {plain(o.place.row) for o in self._operands(b) if o.place.row}
        theirs = {plain(s.row_label) for s in judged.evidence if s.table and s.row_label}
        if not ours or not theirs or ours & theirs:
            return True
        before, after = quantity_of(self._base.written(b)), quantity_of(self._edited.written(e))
        if before is None or after is None or before.unit.kind is not after.unit.kind:
            return False
        return before.to(after.unit).rounded(after.decimals).number.copy_abs() == after.number.copy_abs()

    def _is_year_of_a_proven_figure(self, e: int, figure: int) -> bool:
        b, known = self._match.before.get(e), self._match.before.get(figure)
        if b is None or known is None or self._base.tokens[known].key != self._edited.tokens[figure].key:
            return False
        s = self._grouping.stored_of[b]
        quote = self._grouping.stored[s].sentence.text if s >= 0 else ""
        once, _ = self._open.get((plain(quote), plain(self._base.written(b))), ("", ""))
        is_back = plain(once) == plain(self._edited.written(e))
        return bool(self._operands(known)) and not is_back

    def _operands(self, b: int) -> Sequence[Operand]:
        """Return what a figure of the stored version rests on."""
        s = self._grouping.stored_of[b]
        if s < 0:
            return ()
        stored, token = self._grouping.stored[s], self._base.tokens[b]
        found = [f for f in stored.sentence.figures if stored.start + f.start < token.end and stored.start + f.end > token.start]
        return [o for f in found for o in f.operands]

    def _judged_at(self, figure: int) -> JudgedFigure | None:
        if figure < 0:
            return None
        first = self._edited.stretches[self._edited.stretch_of[figure]].first
        text = plain(self._edited.written(figure))
        nth = sum(plain(self._edited.written(k)) == text for k in range(first, figure))
        return self._checker.judged(self._edited.written(figure), self._stretch_text(figure), nth)

    def _code(self, e: int, before: str) -> str:
        token = self._edited.tokens[e]
        if token.sort is Sort.YEAR:
            return "year-changed-by-hand"
        if token.sort is Sort.DIRECTION:
            return "direction-changed-by-hand"
        if e in self._filled or (not before and self._edited.written(e)[:1] in _SMALL):
            return "figure-without-source"
        section = self._headings[self._grouping.edited_of[e]]
        return "figure-moved-by-hand" if self._lost[section, token.key] else "figure-changed-by-hand"

    def _report(self, e: int, code: str, before: str, after: str) -> None:
        back = f"请改回“{before}”，或" if before else "请"
        source = "写明它的来源（哪份文件、哪张表的哪一处，或计算公式）"
        was = f"原为“{before}”，改成了“{after}”" if before else f"添上了“{after}”"
        was = was if after else f"删去了“{before}”"
        if code == "figure-changed-by-hand" and plain(before) == plain(after):
            was = f"“{after}”前后添上或删去了“约”“不超过”一类的词"
        messages = {
            "figure-changed-by-hand": f"{was}，没有依据。{back}{source}。",
            "figure-without-source": f"补入的“{after}”还没有写明来源。请{source}。",
            "direction-changed-by-hand": f"增减方向{was}，没有依据。{back}写明依据。",
            "year-changed-by-hand": f"年份{was}，没有依据。{back}写明依据。",
            "figure-moved-by-hand": f"“{after}”换到了别的项目名下"
            + (f"，这里原为“{before}”" if before and plain(before) != plain(after) else "")
            + f"。请改回原来的说法，或{source}。",
        }
        severity = Severity.WARNING if code == "figure-without-source" else Severity.ERROR
        self._finding(code, severity, e, messages[code], after or self._edited.written(e), before)

    def _settle(self, e: int, before: str, state: FigureState, after: str | None = None) -> None:
        self._out.states[e] = state
        written = self._edited.written(e) if after is None else after
        self._out.changes[self._grouping.edited_of[e]].append(FigureChange(before, written, state))
        self._reported.add(self._grouping.edited_of[e])

    # ------------------------------------------------------------------- what was moved or is gone

    def _moved_sentences(self) -> None:
        for s in sorted(self._match.moved):
            stretch = self._edited.stretches[s]
            figures = [
                k for k in range(stretch.first, stretch.last)
                if self._edited.tokens[k].sort in {Sort.FIGURE, Sort.DIGITS} or self._edited.tokens[k].key == "flat"
            ]  # fmt: skip
            figures = [k for k in figures if k not in self._out.states and not self._is_supported(self._judged_at(k))]
            if not figures:
                continue
            said = self._edited.texts[stretch.owner][stretch.start : stretch.end]
            given = [self._givens.source(self._edited.written(k), said) for k in figures]
            if all(given):
                continue
            own = _subjects(said)
            self._finding(
                "figure-moved-by-hand", Severity.WARNING if own else Severity.ERROR, figures[0],
                "这句话连同其中的数移到了别处"
                + ("。请核对它在新的位置说的仍是同一件事。" if own else "，句中没有写明是哪一项的数。请移回原处，或在句中写明项目。"),
                self._edited.written(figures[0]), "",
            )  # fmt: skip

    def _words_without_figures(self) -> None:
        """Note titles and lead-ins whose words tell what the figures behind them are of."""
        for index, one in enumerate(self._grouping.edited):
            target = self._grouping.target[one.piece]
            before = one.before or (self._parts[target].text if target >= 0 else "")
            if not before or index in self._reported or any(self._edited.tokens[k].sort is Sort.FIGURE for k in one.tokens):
                continue
            after = self._edited.texts[one.piece][one.start : one.end]
            if plain(before) != plain(after) and _subjects(_outside(before)) != _subjects(_outside(after)):
                self._note(index)

    def _gone(self) -> None:
        """Report what was taken out."""
        for s, stored in enumerate(self._grouping.stored):
            lost = [b for b in stored.tokens if self._is_lost(b)]
            if not lost:
                continue
            kept = [self._match.after[b] for b in stored.tokens if b in self._match.after]
            claimed = Counter(self._grouping.edited_of[e] for e in kept if s in self._grouping.edited[self._grouping.edited_of[e]].bases)
            texts = [self._base.written(b) for b in lost]
            if not claimed:
                self._out.removed[s] += [FigureChange(t, "", FigureState.REMOVED) for t in texts]
            else:
                index = claimed.most_common(1)[0][0]
                self._out.changes[index] += [FigureChange(t, "", FigureState.REMOVED) for t in texts]
            part = self._parts[stored.part]
            heading = self._draft.sections[part.section].heading
            what = f"删去了{'、'.join(f'“{t}”' for t in texts[:6])}{'等' if len(texts) > 6 else ''}"
            self._out.findings.append(
                Finding(
                    "figure-removed-by-hand", Severity.WARNING,
                    f"{_place(heading, stored.sentence.text)}{'整句删去，其中' if not claimed else ''}{what}。"
                    "请确认不再需要；如是误删，请恢复。",
                    (Source("", table_title=heading, quote=stored.sentence.text),), "", texts[0],
                )
            )  # fmt: skip
        for b in range(len(self._base.tokens)):
            if self._grouping.stored_of[b] < 0 and self._is_lost(b):
                part = self._parts[self._base.owner(b)]
                is_caption = part.role is Role.FRAME and part.column < 0  # the table keeps its title and unit
                self._out.findings.append(
                    Finding(
                        "figure-removed-by-hand", Severity.NOTE if is_caption else Severity.WARNING,
                        f"“{part.text[:_LONGEST_QUOTE]}”里删去了“{self._base.written(b)}”。"
                        + ("表名和单位照旧保留。" if is_caption else "请确认不再需要；如是误删，请恢复。"),
                        (Source("", quote=part.text),), "", self._base.written(b),
                    )
                )  # fmt: skip

    def _is_lost(self, b: int) -> bool:
        token = self._base.tokens[b]
        counts = token.sort in {Sort.FIGURE, Sort.DIGITS, Sort.UNIT} or (token.key == "flat" and not self._base.in_reason[b])
        e = self._match.after.get(b)
        return counts and (e is None or self._edited.tokens[e].sort is Sort.DASH)

    def _lost_figures(self) -> Counter[tuple[str, str]]:
        """Count the figures, by section, that do not stand in their place any more."""
        lost: Counter[tuple[str, str]] = Counter()
        for b, token in enumerate(self._base.tokens):
            if token.sort is not Sort.FIGURE:
                continue
            e = self._match.after.get(b)
            if e is None or self._edited.tokens[e].key != token.key:
                section = self._parts[self._base.owner(b)].section
                lost[self._draft.sections[section].heading if section >= 0 else "", token.key] += 1
        return lost

    # ------------------------------------------------------------------------------------ messages

    def _is_supported(self, judged: JudgedFigure | None) -> bool:
        return judged is not None and judged.verdict is Verdict.SUPPORTED

    def _note(self, index: int) -> None:
        if index in self._reported:
            return
        self._reported.add(index)
        one = self._grouping.edited[index]
        text = self._edited.texts[one.piece][one.start : one.end]
        heading = self._headings[index]
        self._out.findings.append(
            Finding(
                "wording-changed-near-figure", Severity.NOTE,
                f"{_place(heading, text)}数字没有改，数字前后的文字改了。请核对说的仍是同一个数。",
                (Source("", table_title=heading, quote=text),),
            )
        )  # fmt: skip

    def _finding(self, code: str, severity: Severity, e: int, message: str, stated: str, expected: str) -> None:
        index = self._grouping.edited_of[e]
        one = self._grouping.edited[index]
        text = self._edited.texts[one.piece][one.start : one.end]
        token = self._edited.tokens[e]
        where = _place(self._headings[index], text, token.start - one.start, token.end - one.start)
        self._out.findings.append(Finding(code, severity, where + message, (self._source(e),), stated, expected))

    def _source(self, e: int) -> Source:
        index = self._grouping.edited_of[e]
        one = self._grouping.edited[index]
        text = self._edited.texts[one.piece][one.start : one.end]
        return Source("", table_title=self._headings[index], quote=text)

    def _stretch_text(self, e: int) -> str:
        stretch = self._edited.stretches[self._edited.stretch_of[e]]
        return self._edited.texts[stretch.owner][stretch.start : stretch.end].strip()


def _subjects(words: str) -> tuple[str, ...]:
    """Return the words that tell what a figure is of, sorted, those left out that stand within a longer one."""
    found: list[str] = []
    rest = words
    for word in sorted(_SUBJECTS, key=len, reverse=True):
        if word in rest:
            found.append(word)
            rest = rest.replace(word, " ")
    return tuple(sorted(found))


def _outside(text: str) -> str:
    """Return a text up to its reason, which may be worded freely."""
    at = text.find("原因")
    return text[:at] if at >= 0 else text


def _place(heading: str, text: str, start: int = 0, end: int = 0) -> str:
    """Name the section and the sentence, a long one by the words around the figure."""
    if len(text) > _LONGEST_QUOTE:
        low = max(0, min(start - _AROUND, len(text) - _LONGEST_QUOTE))
        high = max(end + _AROUND, low + _LONGEST_QUOTE)
        text = f"{'…' if low else ''}{text[low:high].strip()}{'…' if high < len(text) else ''}"
    return f"{f'“{heading}”' if heading else ''}“{text.strip()}”："


def sorted_findings(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield findings, errors first, equal ones once."""
    order = (Severity.ERROR, Severity.WARNING, Severity.NOTE)
    yield from sorted(dict.fromkeys(findings), key=lambda f: order.index(f.severity))
