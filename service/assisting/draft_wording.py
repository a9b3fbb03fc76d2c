"""Words the sentences of a draft by a model: each is verified on its own, else it stays as the outline has it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from service.assisting.framing import heading_spans
from service.assisting.gate import Gate, Judged
from service.assisting.pieces import Kind, Pieces, cut
from service.assisting.prompts import Prompt
from service.assisting.tokens import Lexer
from service.assisting.waiting import Talk
from service.assisting.wording import described
from service.domain.assistance import Assistance, WordingOutcome
from service.domain.errors import ModelBrokenError, ModelError
from service.domain.finding import Finding, Severity
from service.drafting.draft import Draft, Paragraph, Section, Sentence
from service.ports import Clock, LanguageModel
from service.vocabulary.spotting import Spotter
from service.vocabulary.vocabulary import Vocabulary

#: Faults that a record keeps.
_MOST_FAULTS = 12


@dataclass(frozen=True, slots=True)
class DraftWording:
    """Words drafts.

    Attributes:
        model: Proposes the wording.
        prompts: By step.
        vocabulary: Names and words.
        clock: For the time waited.
        incident: Logs an error that should not be, and returns its number.
    """

    model: LanguageModel
    prompts: Mapping[str, Prompt]
    vocabulary: Vocabulary
    clock: Clock
    incident: Callable[[BaseException], str]

    def word(self, draft: Draft, spotter: Spotter, own: Sequence[str]) -> Draft:
        """Return the draft with the sentences that were verified in a model's wording; never raises for what a model does.

        Args:
            draft: As the outline has it.
            spotter: Knows the names of the vocabulary and of the draft's documents.
            own: Names of the entity.
        """
        talk = Talk(self.clock)
        lexer = Lexer(self.vocabulary.phrasing, spotter, is_official=True)
        worded: dict[str, Sentence] = {}
        faults: list[str] = []
        for section in draft.sections:
            gates = _gates(section, lexer, own)
            if not gates:
                continue
            try:
                done, wrong = self._section(section, gates, talk)
            except ModelError:
                break
            except Exception as error:  # the outline's sentences stand, whatever is wrong with a model's part
                said = f"处理语言模型的回复时程序内部出错，编号 {self.incident(error)}，其余句子照提纲写。请把编号告诉管理员。"
                talk.errors.append(ModelBrokenError(said))
                break
            worded |= done
            faults += wrong
        outcome = _outcome(len(worded), bool(faults), bool(talk.errors))
        record = Assistance(
            model="、".join(talk.models), wording=outcome, kept=len(worded), faults=tuple(faults[:_MOST_FAULTS]),
            prompts=tuple(talk.prompts), calls=talk.calls, ms=talk.ms,
        )  # fmt: skip
        failures = {e.code: Finding(e.code, Severity.WARNING, e.message) for e in talk.errors}
        return replace(
            draft, sections=tuple(_with(s, worded) for s in draft.sections), assistance=record,
            findings=(*draft.findings, *failures.values()),
        )  # fmt: skip

    def _section(
        self, section: Section, gates: Mapping[str, tuple[Sentence, Gate]], talk: Talk
    ) -> tuple[dict[str, Sentence], list[str]]:
        """Return the sentences of a section that were verified, and what was wrong with the others."""
        data = _data(section, gates)
        said = _sentences(talk.ask(self.model, self.prompts["word-draft"], data))
        first = {id_: gates[id_][1].judge(text) for id_, text in said.items() if id_ in gates}
        failed = {id_: judged.faults for id_, judged in first.items() if judged.faults}
        if failed:
            again = _data(section, {id_: gates[id_] for id_ in failed})
            more = {"drafts": {id_: said[id_] for id_ in failed}, "faults": failed}
            try:
                mended = _sentences(talk.ask(self.model, self.prompts["repair-draft"], again | more))
            except ModelError:
                mended = {}  # what was verified before stays
            first |= {id_: gates[id_][1].judge(text) for id_, text in mended.items() if id_ in failed}
        done = {id_: _rebuilt(gates[id_], judged) for id_, judged in first.items() if not judged.faults}
        changed = {id_: s for id_, s in done.items() if s.text != gates[id_][0].text}
        return changed, [f"{id_}：{fault}" for id_, judged in first.items() for fault in judged.faults]


def _outcome(kept: int, refused: bool, failed: bool) -> WordingOutcome:
    """Return what became of the wording; a model that changes nothing leaves nothing to judge."""
    if kept:
        return WordingOutcome.KEPT
    if failed:
        return WordingOutcome.FAILED
    return WordingOutcome.REFUSED if refused else WordingOutcome.NONE


def _gates(section: Section, lexer: Lexer, own: Sequence[str]) -> dict[str, tuple[Sentence, Gate]]:
    """Return the sentences of running text that hold figures, each with its gate; names are unique in the section."""
    out: dict[str, tuple[Sentence, Gate]] = {}
    counts: dict[Kind, int] = {}
    for paragraph in section.paragraphs:
        for sentence in paragraph.sentences if paragraph.table is None and not paragraph.is_heading else ():
            if sentence.figures:
                spans = [*_spans(sentence), *heading_spans(sentence.text, own, lexer.spotter)]
                base = cut(sentence.text, spans=spans, marks=lexer.words.marks, counts=counts)
                out[sentence.id] = (sentence, Gate(base, lexer, keep_all=True))
    return out


def _spans(sentence: Sentence) -> Iterator[tuple[int, int, Kind]]:
    """Yield what the program or a person filled in; a figure within a reason goes with it."""
    for gap in sentence.gaps:
        yield gap.start, gap.end, Kind.QUOTE
    for reason in sentence.reasons:
        yield reason.start, reason.end, Kind.QUOTE
    for figure in sentence.figures:
        yield figure.start, figure.end, Kind.FIGURE


def _data(section: Section, gates: Mapping[str, tuple[Sentence, Gate]]) -> dict[str, object]:
    names = {name: said for _, gate in gates.values() for name, said in described(gate).items()}
    return {"section": section.heading, "sentences": {id_: gate.base.named for id_, (_, gate) in gates.items()}, "names": names}


def _sentences(said: str) -> dict[str, str]:
    """Return the sentences in a reply; none where it is not a JSON object of texts."""
    try:
        raw = json.loads(said[said.find("{") : said.rfind("}") + 1])
        json.dumps(raw, ensure_ascii=False).encode()  # half a character (\ud800) can be neither stored nor sent
    except (ValueError, RecursionError):
        raw = {}
    return {k: v for k, v in raw.items() if isinstance(v, str)} if isinstance(raw, dict) else {}


def _rebuilt(known: tuple[Sentence, Gate], judged: Judged) -> Sentence:
    """Return a sentence in its new wording, with every figure, reason and gap at its new place."""
    sentence, gate = known
    assert judged.pieces is not None  # noqa: S101 - it was judged without a fault
    moved = _moves(gate.base, judged.pieces)

    def by(start: int) -> int:
        return next(far for a, b, far in moved if a <= start < b)

    return replace(
        sentence,
        text=judged.text,
        figures=tuple(
            sorted((replace(f, start=f.start + by(f.start), end=f.end + by(f.start)) for f in sentence.figures), key=lambda f: f.start)
        ),
        reasons=tuple(replace(r, start=r.start + by(r.start), end=r.end + by(r.start)) for r in sentence.reasons),
        gaps=tuple(replace(g, start=g.start + by(g.start), end=g.end + by(g.start)) for g in sentence.gaps),
        path="model",
    )


def _moves(before: Pieces, after: Pieces) -> list[tuple[int, int, int]]:
    """Return for every piece its old span and how far it has moved."""
    now = {p.piece.name: p.start for p in after.placed}
    return [(p.start, p.end, now[p.piece.name] - p.start) for p in before.placed if p.piece.name in now]


def _with(section: Section, worded: Mapping[str, Sentence]) -> Section:
    def changed(paragraph: Paragraph) -> Paragraph:
        return replace(paragraph, sentences=tuple(worded.get(s.id, s) for s in paragraph.sentences))

    return replace(section, paragraphs=tuple(map(changed, section.paragraphs)))
