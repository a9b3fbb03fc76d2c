"""What is filled in after a draft was written: joined to what was given before, put into an edited text, told as changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.domain.errors import InvalidInputError
from service.domain.finding import Severity
from service.drafting.brief import Given
from service.drafting.draft import Draft, DraftReason, Paragraph, Sentence
from service.drafting.editing.model import FigureChange, FigureState, GivenSource, ResolvedGap, Revision
from service.drafting.editing.rebuilding import IN_EDIT
from service.drafting.reasons import tidy
from service.numerals import read_quantities
from service.vocabulary.names import fold

#: Where a reason or a fact was given that was filled in afterwards.
FILLED_IN = "填报人填写"
_GAP = re.compile("【待补充：[^】]*】")
#: Characters before a place that tell it from others alike.
_AHEAD = 12


@dataclass(frozen=True, slots=True)
class FilledIn:
    """An edited text with open places filled, as it would be handed in.

    Attributes:
        lines: Of the whole, tables included.
        running: Of the running text.
        sources: What the figures filled in are rested on.
    """

    lines: tuple[str, ...]
    running: tuple[str, ...]
    sources: tuple[GivenSource, ...]


def joined(before: Sequence[Given], now: Sequence[Given]) -> tuple[Given, ...]:
    """Return what was given before with what is given now in its place; empty texts withdraw it."""
    items = {fold(each.item) for each in now}
    return (*(each for each in before if fold(each.item) not in items), *(each for each in now if each.text))


def fill_in(edited: Draft, resolved: Sequence[ResolvedGap], given: Sequence[Given], version: int) -> FilledIn:
    """Fill the open places of a draft that a person edited.

    Args:
        edited: The draft.
        resolved: What writing it anew puts into the places that were open when it was written first.
        given: What is given now; only its places are filled.
        version: Number of the edited version, for messages.

    Raises:
        InvalidInputError: Something is withdrawn, or has no open place any more: the text is to be edited instead.
    """
    items = {fold(each.item) for each in given if each.text}
    texts = {_sign(r.gap.what): r.filling for r in resolved if r.filling and fold(r.gap.item) in items}
    still = {_sign(gap.what): fold(gap.item) for gap in edited.gaps}
    missed = items - {still[sign] for sign in texts if sign in still}
    if missed or any(not each.text for each in given):
        item = next(each.item for each in given if not each.text or fold(each.item) in missed)
        raise InvalidInputError(
            f"第{version}版是改过的文字，其中“{item}”已不是待补充的一处，不能在这里填。请直接改正文。"
        )

    def filled(line: str) -> str:
        return _GAP.sub(lambda found: texts.get(found[0], found[0]), line)

    return FilledIn(
        tuple(map(filled, lines_of(edited))), tuple(map(filled, edited.text.splitlines())),
        tuple(_sources(edited, texts, {fold(each.item): each.place for each in given})),
    )  # fmt: skip


def attributed(draft: Draft, reasons: Sequence[Given]) -> Draft:
    """Return a draft that was edited, with the reasons that were filled in told as given where they were given."""
    places = {tidy(each.text): each for each in reasons if each.text}

    def told(reason: DraftReason) -> DraftReason:
        given = places.get(reason.text) if reason.given == IN_EDIT else None
        return replace(reason, given=given.place, item=given.item) if given else reason

    def in_sentence(sentence: Sentence) -> Sentence:
        return replace(sentence, reasons=tuple(map(told, sentence.reasons))) if sentence.reasons else sentence

    def in_paragraph(paragraph: Paragraph) -> Paragraph:
        return replace(paragraph, sentences=tuple(map(in_sentence, paragraph.sentences)))

    sections = (replace(each, paragraphs=tuple(map(in_paragraph, each.paragraphs))) for each in draft.sections)
    return replace(draft, sections=tuple(sections))


def _sign(what: str) -> str:
    return f"【待补充：{what}】"


def _sources(edited: Draft, texts: dict[str, str], places: dict[str, str]) -> list[GivenSource]:
    """Rest every figure that fills a place on the person who gave it, with the place (by item) that it was taken from."""
    out = []
    for sentence in edited.sentences():
        for gap in sentence.gaps:
            said = texts.get(sentence.text[gap.start : gap.end], "")
            if [each.text for each in read_quantities(said)] == [said]:
                ahead = _GAP.split(sentence.text[: gap.start])[-1][-_AHEAD:]
                basis = f"{places.get(fold(gap.item)) or FILLED_IN}：{said}"
                out.append(GivenSource(said, basis, ahead, place=FILLED_IN))
    return out


def lines_of(draft: Draft) -> list[str]:
    """Return a draft as it would be handed in, tables included."""
    lines = [draft.title]
    for section in draft.sections:
        lines.append(section.heading)
        for paragraph in section.paragraphs:
            table = paragraph.table
            if table is None:
                lines.append(paragraph.text)
                continue
            unit = [f"单位：{table.unit}"] if table.unit else []
            lines += [table.title, *unit, "\t".join(table.columns)]
            lines += ["\t".join(cell.text for cell in row) for row in table.cells]
    return lines


def settled(revision: Revision, newer: Draft) -> Revision:
    """Return a revision that no check stands behind, its figures with the states that the newer draft gives them."""
    by_text = {sentence.text: sentence for sentence in newer.sentences()}
    wrong = {f.stated for f in newer.findings if f.severity is Severity.ERROR}

    def state_of(figure: FigureChange, said: str) -> FigureChange:
        if figure.state in (FigureState.LOCKED, FigureState.REMOVED):
            return figure
        sentence = by_text.get(said)
        own = next((f for f in sentence.figures if f.text == figure.after), None) if sentence else None
        if own is not None:
            return replace(figure, state=FigureState.PERSON if own.how == "person" else FigureState.CHECKED)
        return replace(figure, state=FigureState.CONTRADICTED if figure.after in wrong else FigureState.OPEN)

    return replace(
        revision,
        changes=tuple(
            replace(each, figures=tuple(state_of(f, each.after) for f in each.figures)) for each in revision.changes
        ),
    )
