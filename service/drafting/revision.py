"""A draft edited by a person, compared sentence by sentence with the stored version and judged anew.

No figure gets into a new version by hand: one that is not what it was needs the checker or a source to vouch for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from service.domain.check import CheckReport
from service.domain.fact import Source
from service.domain.finding import Finding, Severity
from service.drafting.draft import Draft
from service.drafting.editing.aligning import differences
from service.drafting.editing.grouping import Edited, Grouping, group
from service.drafting.editing.judging import EDIT_CODES, OPEN_CODES, Judge, Judgement, sorted_findings
from service.drafting.editing.matching import Match, match_streams
from service.drafting.editing.model import (
    ChangeKind,
    FigureAt,
    FigureChange,
    FigureState,
    GivenSource,
    ResolvedGap,
    Revision,
    Segment,
    SentenceChange,
)
from service.drafting.editing.reading import Piece, read_pieces
from service.drafting.editing.rebuilding import Builder, filling
from service.drafting.editing.streams import Stream, read_stream
from service.drafting.editing.structure import Part, Role, absent_tables, captions_of, isolated_texts, parts_of
from service.drafting.editing.tokens import Sort, plain, read_tokens
from service.drafting.editing.vouching import Checker, Givens

__all__ = [
    "ChangeKind", "FigureChange", "FigureState", "GivenSource", "ResolvedGap", "Revision", "Segment", "SentenceChange",
    "revise",
]  # fmt: skip

#: Codes of findings on what a draft was written from, which no edit of its text changes.
_OF_SOURCES = frozenset({
    "places-disagree", "doubtful-cell", "last-year-derived", "quoted-from-other-year", "reason-part-left-out",
    "reason-without-change", "reason-unused", "known-unused", "known-differs",
})  # fmt: skip
#: Longest piece of a sentence in a message.
_LONGEST_QUOTE = 60
#: Codes of findings on what was not written and left open instead.
_LEFT_OPEN = frozenset({"reason-refused", "known-refused", "known-unreadable"})


def revise(
    base: Draft, edited: Sequence[str], report: CheckReport | None = None, given: Sequence[GivenSource] = ()
) -> Revision:
    """Compare an edited text with the stored version and judge every figure in it.

    Args:
        base: The stored version.
        edited: Paragraphs in order, headings, tables' cells or rows and Markdown marks included; the list of sources
            at the end is left out. A table of which nothing is handed in stays as it is.
        report: The checker's judgement of the edited text, None where it was not checked.
        given: What a person rests changed figures on.

    Returns:
        The new version with what changed and what a person must look at. A figure, a year or a direction word that is
        not what it was is an error, or a warning where it fills a gap, until the checker supports it or a source is
        given. What is open in *base* stays open.
    """
    parts = parts_of(base)
    whole = [p.text for p in parts if p.role is Role.TEXT]
    pieces = read_pieces(edited, whole, isolated_texts(parts))
    absent = absent_tables(parts, pieces)
    captions = captions_of(parts, absent)
    pieces = [p for p in pieces if plain(p.text) not in captions]
    parts = [p for p in parts if not (p.role in {Role.FRAME, Role.CELL} and (p.section, p.paragraph) in absent)]
    one = read_stream([p.text for p in parts], base.year)
    other = read_stream([p.text for p in pieces], base.year)
    match = match_streams(one, other)
    grouping = group(parts, pieces, one, other, match)
    headings = _headings(parts, pieces, grouping)
    checker, givens = Checker(report), Givens(given, base.year)
    filled = frozenset(
        e for b, t in enumerate(one.tokens) if t.sort is Sort.GAP and not _is_open(b, match, other)
        for e in filling(b, one, other, match)[1]
    )  # fmt: skip
    judgement = Judge(base, parts, one, other, match, grouping, headings, filled, checker, givens).judge()
    builder = Builder(base, parts, pieces, one, other, match, grouping, judgement, checker.titles)
    draft, ids = builder.build(builder.sentences(), sorted(absent))
    resolved = tuple(builder.resolved())
    emptied = [*_emptied(base, one, other, match)]
    cut = _cut_gaps(base, resolved, other)
    findings = tuple(sorted_findings([*emptied, *judgement.findings, *cut, *givens.unused()]))
    told = [*_still_true(base, draft, report), *(f for f in findings if f.severity is not Severity.NOTE)]
    draft = replace(draft, findings=tuple(dict.fromkeys(told)))
    changes = tuple(_Changes(base, parts, grouping, one, other, match, judgement, headings, ids))
    judged = tuple(_judged(judgement, grouping, other, ids))
    return Revision(changes, findings, resolved, draft, _is_foreign(parts, grouping, one, other, match), judged)


def _judged(
    judgement: Judgement, grouping: Grouping, edited: Stream, ids: Mapping[str, str]
) -> Iterator[FigureAt]:
    """Yield the figures that are not what they were, in the order of the edited text."""
    for e, state in sorted(judgement.states.items()):
        index, token = grouping.edited_of[e], edited.tokens[e]
        start = grouping.edited[index].start
        if sentence := ids.get(f"E{index}"):
            yield FigureAt(sentence, token.start - start, token.end - start, state)


def _is_foreign(parts: Sequence[Part], grouping: Grouping, base: Stream, edited: Stream, match: Match) -> bool:
    """Whether so little of the running text is left that another text was handed in."""
    sentences = [s.tokens for s in grouping.stored if parts[s.part].role is Role.TEXT and s.tokens]
    kept = 0
    for tokens in sentences:
        same = sum(b in match.after and base.tokens[b].key == edited.tokens[match.after[b]].key for b in tokens)
        kept += 2 * same >= len(tokens)
    return 4 * kept < len(sentences)


def _emptied(draft: Draft, base: Stream, edited: Stream, match: Match) -> Iterator[Finding]:
    """Yield an error where more than half of the figures are gone, until they are back."""
    held = [b for b, t in enumerate(base.tokens) if t.sort is Sort.FIGURE]
    lost = sum(b not in match.after for b in held)
    left = sum(t.sort is Sort.FIGURE for t in edited.tokens)
    once = max((int(f.expected) for f in draft.findings if _is_of_emptied(f)), default=0)
    if 2 * lost > len(held):
        once = max(once, len(held))
    elif 2 * left >= once:
        return
    yield Finding(
        "figure-removed-by-hand", Severity.ERROR,
        f"草稿原有{once}个数，交来的文字里只有{left}个，删去的超过一半。请核对是否交错了文件，恢复删去的内容；"
        "只要其中几节的，请指定节名重新起草。",
        (), str(left), str(once),
    )  # fmt: skip


def _is_of_emptied(finding: Finding) -> bool:
    return finding.code == "figure-removed-by-hand" and finding.severity is Severity.ERROR and finding.expected.isdigit()


def _cut_gaps(draft: Draft, resolved: Sequence[ResolvedGap], edited: Stream) -> Iterator[Finding]:
    """Yield a warning for every gap that was taken out with its words and stands nowhere else."""
    places = {s.id: (section.heading, s.text) for section in draft.sections for s in section.sentences()}
    kept = Counter(t.key for t in edited.tokens if t.sort is Sort.GAP)
    open_before = Counter(plain(g.what) for g in draft.gaps)
    gone = Counter(plain(r.gap.what) for r in resolved)
    for each in resolved:
        key = plain(each.gap.what)
        if each.filling or kept[key] > open_before[key] - gone[key]:
            kept[key] -= not each.filling
            continue
        heading, sentence = places[each.sentence]
        said = sentence if len(sentence) <= _LONGEST_QUOTE else f"{sentence[:_LONGEST_QUOTE]}…"
        yield Finding(
            "gap-removed", Severity.WARNING,
            f"“{heading}”“{said}”：【待补充：{each.gap.what}】没有补上，连同所在的文字删去了。"
            "请确认正文不需要写这一项；需要的，请恢复并补上。",
            (Source("", table_title=heading, quote=sentence),), "", each.gap.what,
        )  # fmt: skip


def _still_true(base: Draft, edited: Draft, report: CheckReport | None) -> Iterator[Finding]:
    """Yield the findings of the stored version that hold for the edited text, and what the check says of that text."""
    for finding in base.findings:
        is_of_text = report is not None and finding.code not in _OF_SOURCES | _LEFT_OPEN
        is_filled = finding.code in _LEFT_OPEN and not edited.gaps
        if finding.code not in OPEN_CODES | EDIT_CODES and not is_of_text and not is_filled:
            yield finding
    yield from report.findings if report else ()


def _is_open(b: int, match: Match, edited: Stream) -> bool:
    e = match.after.get(b)
    return e is not None and edited.tokens[e].sort is Sort.GAP


def _headings(parts: Sequence[Part], pieces: Sequence[Piece], grouping: Grouping) -> list[str]:
    """Return the heading over every sentence of the edited text."""
    over: list[str] = []
    current = ""
    for piece, said in enumerate(pieces):
        target = grouping.target[piece]
        if target >= 0 and parts[target].role is Role.HEADING:
            current = said.text
        over.append(current)
    return [over[one.piece] for one in grouping.edited]


class _Changes:
    """What became of every sentence, in the order of the edited text; iterated once."""

    def __init__(
        self, draft: Draft, parts: Sequence[Part], grouping: Grouping, base: Stream, edited: Stream, match: Match,
        judgement: Judgement, headings: Sequence[str], ids: Mapping[str, str],
    ) -> None:  # fmt: skip
        self._draft = draft
        self._parts = parts
        self._grouping = grouping
        self._base = base
        self._edited = edited
        self._match = match
        self._judgement = judgement
        self._headings = headings
        self._ids = ids

    def __iter__(self) -> Iterator[SentenceChange]:
        claimed = {s for one in self._grouping.edited for s in one.bases}
        gone = [s for s in range(len(self._grouping.stored)) if s not in claimed]
        for index, one in enumerate(self._grouping.edited):
            if one.bases and not self._is_moved(one):
                while gone and gone[0] < one.bases[0]:
                    yield self._removed(gone.pop(0))
            change = self._change(index, one)
            if change is not None:
                yield change
        for s in gone:
            yield self._removed(s)
        yield from self._removed_headings()

    def _is_moved(self, one: Edited) -> bool:
        return any(self._edited.stretch_of[k] in self._match.moved for k in one.tokens)

    def _change(self, index: int, one: Edited) -> SentenceChange | None:
        text = self._edited.texts[one.piece][one.start : one.end]
        target = self._grouping.target[one.piece]
        figures = tuple(self._judgement.changes.get(index, ()))
        before = one.before
        if target >= 0 and self._parts[target].role in {Role.TITLE, Role.HEADING, Role.FRAME}:
            before = self._parts[target].text
            if plain(before) == plain(text) or (self._parts[target].role is Role.FRAME and self._is_same(one)):
                return None
        if plain(before) == plain(text):
            kind = ChangeKind.MOVED if self._is_moved(one) else ChangeKind.UNCHANGED
        else:
            kind = ChangeKind.CHANGED if before else ChangeKind.ADDED
        return SentenceChange(
            kind, self._headings[index], before, text,
            tuple(self._grouping.stored[s].sentence.id for s in one.bases), self._ids.get(f"E{index}", ""),
            tuple(_segments(before, text, self._draft.year)), figures,
        )  # fmt: skip

    def _is_same(self, one: Edited) -> bool:
        pairs = [(k, self._match.before.get(k)) for k in one.tokens]
        return all(b is not None and self._base.tokens[b].key == self._edited.tokens[e].key for e, b in pairs)

    def _removed(self, s: int) -> SentenceChange:
        stored = self._grouping.stored[s]
        return SentenceChange(
            ChangeKind.REMOVED, self._draft.sections[self._parts[stored.part].section].heading, stored.sentence.text, "",
            (stored.sentence.id,), "", (Segment("removed", stored.sentence.text),),
            tuple(self._judgement.removed.get(s, ())),
        )  # fmt: skip

    def _removed_headings(self) -> Iterator[SentenceChange]:
        sizes = Counter(self._base.owner(b) for b in range(len(self._base.tokens)))
        kept = Counter(self._base.owner(b) for b in self._match.after)
        for index, part in enumerate(self._parts):
            if part.role in {Role.TITLE, Role.HEADING, Role.FRAME} and 2 * kept[index] < sizes[index]:
                heading = self._draft.sections[part.section].heading if part.section >= 0 else ""
                yield SentenceChange(
                    ChangeKind.REMOVED, heading, part.text, "", segments=(Segment("removed", part.text),)
                )


def _segments(before: str, after: str, year: int) -> Iterator[Segment]:
    """Tell two sentences apart word by word; a figure is one word."""
    if before == after:
        yield Segment("same", after)
        return
    found: list[Segment] = []
    differences(_words(before, year), _words(after, year), lambda kind, text: found.append(Segment(kind, text)))
    yield from found


def _words(text: str, year: int) -> list[str]:
    """Cut a sentence into figures, years, direction words, gaps and single characters."""
    words: list[str] = []
    at = 0
    for token in read_tokens(text, year):
        words += [*text[at : token.start], text[token.start : token.end]]
        at = token.end
    return [*words, *text[at:]]
