"""Builds the new version of a draft from the edited text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count

from service.calculation.evidence import Operand, place_of
from service.domain.check import JudgedFigure
from service.domain.fact import Source
from service.drafting.draft import (
    Draft,
    DraftFigure,
    DraftReason,
    DraftTable,
    Gap,
    GapKind,
    Paragraph,
    Section,
    Sentence,
)
from service.drafting.editing.grouping import Edited, Grouping
from service.drafting.editing.judging import Judgement
from service.drafting.editing.matching import Match
from service.drafting.editing.model import BY_PERSON, FigureState, GivenSource, ResolvedGap
from service.drafting.editing.reading import Piece
from service.drafting.editing.streams import Stream
from service.drafting.editing.structure import Part, Role
from service.drafting.editing.tokens import GAP, Sort, plain
from service.drafting.editing.vouching import quantity_of
from service.numerals import render_number

#: Where a reason was given that stands in an edited text.
IN_EDIT = "修改稿"
_NUMBER = re.compile(r"\s*([一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[)）])\s*")
_LONGEST_HEADING = 40
_REASON_OF = re.compile(r"(?:的?增减|的?变动|的?变化)?的?原因$")
_MARKS = " \t\u3000，,；;。：:、！!？?"


class Builder:
    """Builds the new version.

    Args:
        draft: The stored version.
        parts: Its parts.
        pieces: Of the edited text.
        base: Tokens of the stored version.
        edited: Tokens of the edited text.
        match: What stands where.
        grouping: Both, sentence by sentence.
        judgement: What was found on every figure.
        titles: Document id → title, of the checker's evidence.
    """

    def __init__(
        self, draft: Draft, parts: Sequence[Part], pieces: Sequence[Piece], base: Stream, edited: Stream, match: Match,
        grouping: Grouping, judgement: Judgement, titles: Mapping[str, str],
    ) -> None:  # fmt: skip
        self._draft = draft
        self._parts = parts
        self._pieces = pieces
        self._base = base
        self._edited = edited
        self._match = match
        self._grouping = grouping
        self._judgement = judgement
        self._titles = titles
        self._running = {
            one.piece for one in grouping.edited if any(parts[grouping.stored[s].part].role is Role.TEXT for s in one.bases)
        }  # fmt: skip
        self._kinds = {plain(g.what): g for g in draft.gaps}

    # ---------------------------------------------------------------------------------- sentences

    def sentences(self) -> list[Sentence]:
        """Return the sentences of the edited text, in order."""
        figures = self._figures()
        return [
            Sentence(f"E{i}", self._text(one), tuple(figures[i]), tuple(self._reasons(one)), tuple(self._gaps(one)))
            for i, one in enumerate(self._grouping.edited)
        ]

    def _text(self, one: Edited) -> str:
        return self._edited.texts[one.piece][one.start : one.end]

    def _figures(self) -> dict[int, list[DraftFigure]]:
        out: dict[int, list[DraftFigure]] = defaultdict(list)
        labels: dict[int, str] = {}
        for stored in self._grouping.stored:
            for figure in stored.sentence.figures:
                start, end = stored.start + figure.start, stored.start + figure.end
                inside = [b for b in stored.tokens if self._base.tokens[b].start < end and self._base.tokens[b].end > start]
                spots = [self._match.after[b] for b in inside if b in self._match.after]
                labels |= dict.fromkeys(spots, figure.label)
                placed = self._placed(figure, inside, spots)
                if placed:
                    out[placed[0]].append(placed[1])
        for e, state in self._judgement.states.items():
            index = self._grouping.edited_of[e]
            if self._edited.tokens[e].sort in {Sort.FIGURE, Sort.DIRECTION} and state in {FigureState.CHECKED, FigureState.PERSON}:
                if self._edited.tokens[e].sort is Sort.DIRECTION and self._edited.tokens[e].key != "flat":
                    continue
                out[index].append(self._new_figure(e, index, labels.get(e, "")))
        return defaultdict(list, {i: sorted(f, key=lambda x: x.start) for i, f in out.items()})

    def _placed(self, figure: DraftFigure, inside: Sequence[int], spots: Sequence[int]) -> tuple[int, DraftFigure] | None:
        """Return a figure at its new place, None where it is not what it was."""
        if not inside or len(spots) != len(inside):
            return None
        if any(self._base.tokens[b].key != self._edited.tokens[e].key for b, e in zip(inside, spots, strict=True)):
            return None
        if any(e in self._judgement.states for e in spots):
            return None
        index = self._grouping.edited_of[spots[0]]
        one = self._grouping.edited[index]
        start, end = self._edited.tokens[spots[0]].start - one.start, self._edited.tokens[spots[-1]].end - one.start
        if any(self._grouping.edited_of[e] != index for e in spots):
            return None
        text = self._text(one)[start:end]
        if plain(text) == plain(figure.text):
            return index, replace(figure, start=start, end=end, text=text)
        quantity = quantity_of(text)
        if quantity is None:
            return index, replace(figure, start=start, end=end, text=text)
        value, unit = render_number(quantity.number), quantity.unit.symbol
        return index, replace(figure, start=start, end=end, text=text, value=value, unit=unit)

    def _new_figure(self, e: int, index: int, label: str) -> DraftFigure:
        one, token = self._grouping.edited[index], self._edited.tokens[e]
        text = self._edited.written(e)
        quantity = quantity_of(text)
        value = render_number(quantity.number) if quantity else ""
        unit = quantity.unit.symbol if quantity else ""
        start, end = token.start - one.start, token.end - one.start
        judged = self._judgement.judged.get(e)
        if judged is not None:
            return DraftFigure(
                start, end, text, label or judged.subject, value, unit, value, "", judged.working, "checked",
                operands=tuple(self._operands(judged)),
            )  # fmt: skip
        given = self._judgement.given[e]
        return DraftFigure(
            start, end, text, label or self._edited.lead(e).words[-20:], value, unit, _exact(given, value), given.formula,
            given.basis, "person", (BY_PERSON,),
        )  # fmt: skip

    def _operands(self, judged: JudgedFigure) -> Iterator[Operand]:
        for source in judged.evidence:
            yield _operand(source, judged, self._titles)

    def _reasons(self, one: Edited) -> Iterator[DraftReason]:
        text = self._text(one)
        stored = [self._grouping.stored[s].sentence for s in one.bases]
        taken: list[tuple[int, int]] = []
        items: list[str] = []
        for reason in (r for sentence in stored for r in sentence.reasons):
            at = text.find(reason.text)
            if at >= 0 and reason.text:
                taken.append((at, at + len(reason.text)))
                yield replace(reason, start=at, end=at + len(reason.text))
            else:
                items.append(reason.item)
        items += [_REASON_OF.sub("", g.what) for sentence in stored for g in sentence.gaps if g.kind is GapKind.REASON]
        before = plain("".join(s.text for s in stored))
        for begin, end in self._edited.reasons[one.piece]:
            start = max(0, begin - one.start)
            said = text[start : max(0, end - one.start)].rstrip(_MARKS)
            if not said or GAP.sub("", said).strip(_MARKS) == "" or plain(said) in before:
                continue
            if any(a < start + len(said) and b > start for a, b in taken):
                continue
            yield DraftReason(start, start + len(said), items.pop(0) if items else "", said, IN_EDIT)

    def _gaps(self, one: Edited) -> Iterator[Gap]:
        for found in GAP.finditer(self._text(one)):
            known = self._kinds.get(plain(found[1]))
            kept = known or Gap(GapKind.KNOWN, found[1].strip(), 0, 0)
            yield replace(kept, start=found.start(), end=found.end())

    # ----------------------------------------------------------------------------------- sections

    def build(self, sentences: Sequence[Sentence], kept: Sequence[tuple[int, int]]) -> tuple[Draft, dict[str, str]]:
        """Return the new version, and the new ids of its sentences by those that `sentences` gave them.

        Args:
            sentences: As `sentences` returns them.
            kept: Tables (section, paragraph) that the edited text does not carry and that stay as they are.
        """
        by_piece: dict[int, list[Sentence]] = defaultdict(list)
        for one, sentence in zip(self._grouping.edited, sentences, strict=True):
            by_piece[one.piece].append(sentence)
        title, sections, origin = self._draft.title, list[Section](), list[int]()
        held: list[Paragraph] = []
        head: tuple[str, str, int] = ("", "", 1)
        current = -1
        done: set[tuple[int, int]] = set()

        def close() -> None:
            if head[:2] != ("", "") or held:
                sections.append(Section(*head, tuple(held)))
                origin.append(current)
            held.clear()

        for piece, said in enumerate(self._pieces):
            role, part = self.role(piece)
            if role is Role.TITLE:
                title = said.text
            elif role is Role.HEADING:
                close()
                head, current = self._heading(said, part), part.section if part else -1
            elif part is not None and role in {Role.FRAME, Role.CELL}:
                table = (part.section, part.paragraph)
                if table not in done:
                    done.add(table)
                    held.append(Paragraph(table=self._table(*table, by_piece)))
            else:
                held.append(Paragraph(tuple(by_piece[piece]), None, role is Role.SUBHEADING))
        close()
        for section, paragraph in kept:
            if section in origin:
                at = origin.index(section)
                old = list(sections[at].paragraphs)
                old.insert(min(paragraph, len(old)), self._draft.sections[section].paragraphs[paragraph])
                sections[at] = replace(sections[at], paragraphs=tuple(old))
        return numbered(replace(self._draft, title=title, sections=tuple(sections)))

    def role(self, piece: int) -> tuple[Role, Part | None]:
        """Return what a piece is, and the part of the stored version that it was."""
        target, said = self._grouping.target[piece], self._pieces[piece]
        if target >= 0:
            return self._parts[target].role, self._parts[target]
        if piece in self._running:
            return Role.TEXT, None
        is_short = len(said.text) <= _LONGEST_HEADING and said.text.rstrip()[-1:] not in "。；;，,"
        number = _NUMBER.match(said.text)
        if is_short and not said.cell and (said.marked or number):
            first = said.marked == 2 if said.marked else bool(number and number[1].endswith("、"))
            return (Role.HEADING if first else Role.SUBHEADING), None
        return Role.TEXT, None

    def _heading(self, said: Piece, part: Part | None) -> tuple[str, str, int]:
        if part is not None and plain(part.text) == plain(said.text):
            section = self._draft.sections[part.section]
            return section.number, section.title, section.level
        found = _NUMBER.match(said.text)
        level = self._draft.sections[part.section].level if part else 1
        return (found[1], said.text[found.end() :].strip(), level) if found else ("", said.text.strip(), level)

    def _table(self, section: int, paragraph: int, by_piece: Mapping[int, Sequence[Sentence]]) -> DraftTable:
        """Return a table with its cells as edited; a cell that was emptied stays as an empty one."""
        old = self._draft.sections[section].paragraphs[paragraph].table
        assert old is not None  # noqa: S101 - cells come from tables only
        now: dict[tuple[Role, int, int], Sequence[Sentence]] = {}
        for piece, target in enumerate(self._grouping.target):
            part = self._parts[target] if target >= 0 else None
            if part and (part.section, part.paragraph) == (section, paragraph):
                now[part.role, part.row, part.column] = by_piece.get(piece, ())
        names = tuple(
            "".join(s.text for s in now.get((Role.FRAME, -1, c), ())) or name for c, name in enumerate(old.columns)
        )
        cells = tuple(
            tuple(_cell(cell, now.get((Role.CELL, r, c), ())) for c, cell in enumerate(row))
            for r, row in enumerate(old.cells)
        )  # fmt: skip
        return DraftTable(old.title, old.unit, names, cells)

    def resolved(self) -> Iterator[ResolvedGap]:
        """Yield the gaps that are no longer open."""
        for stored in self._grouping.stored:
            gaps = [b for b in stored.tokens if self._base.tokens[b].sort is Sort.GAP]
            for gap, b in zip(stored.sentence.gaps, gaps, strict=False):
                e = self._match.after.get(b)
                if e is None or self._edited.tokens[e].sort is not Sort.GAP:
                    yield ResolvedGap(gap, stored.sentence.id, filling(b, self._base, self._edited, self._match)[0])


def filling(b: int, base: Stream, edited: Stream, match: Match) -> tuple[str, range]:
    """Return what stands in the place of a gap of the stored version, and its tokens in the edited text."""
    stretch = base.stretches[base.stretch_of[b]]
    before = next((match.after[k] for k in range(b - 1, stretch.first - 1, -1) if k in match.after), -1)
    after = next((match.after[k] for k in range(b + 1, stretch.last) if k in match.after), -1)
    here = match.after.get(b, -1)
    anchor = max(before, after, here)
    if anchor < 0:
        return "", range(0)
    around = edited.stretches[edited.stretch_of[before if before >= 0 else anchor]]
    first = before + 1 if before >= 0 else around.first
    last = after if after >= 0 else around.last
    if first >= last or edited.owner(first) != edited.owner(last - 1):
        return "", range(0)
    text = edited.texts[edited.owner(first)][edited.tokens[first].start : edited.tokens[last - 1].end]
    return text.strip(_MARKS), range(first, last)


def numbered(draft: Draft) -> tuple[Draft, dict[str, str]]:
    """Return a draft with its sentences numbered S1, S2 … anew, and the new ids by the old."""
    ids: dict[str, str] = {}
    numbers = count(1)

    def renumber(sentence: Sentence) -> Sentence:
        ids[sentence.id] = f"S{next(numbers)}"
        return replace(sentence, id=ids[sentence.id])

    def paragraph(old: Paragraph) -> Paragraph:
        table = old.table
        if table is not None:
            table = replace(table, cells=tuple(tuple(map(renumber, row)) for row in table.cells))
        return replace(old, sentences=tuple(map(renumber, old.sentences)), table=table)

    sections = tuple(replace(s, paragraphs=tuple(map(paragraph, s.paragraphs))) for s in draft.sections)
    return replace(draft, sections=sections), ids


def _cell(old: Sentence, now: Sequence[Sentence]) -> Sentence:
    if now:
        return now[0]
    return Sentence(old.id, "") if old.text.strip() else old


def _exact(given: GivenSource, value: str) -> str:
    return render_number(given.value.number) if given.value else value


def _operand(source: Source, judged: JudgedFigure, titles: Mapping[str, str]) -> Operand:
    found = quantity_of(source.quote) if source.table else judged.quantity
    unit = judged.quantity.unit.symbol
    value = render_number(found.number) if found else ""
    if found and found.unit.symbol:
        unit = found.unit.symbol
    label = " ".join(dict.fromkeys([w for w in (source.row_label, source.column_label) if w])) or judged.subject
    how = "printed" if source.table else "stated"
    return Operand(label, value, unit, how, "未验证", place_of(source, titles))
