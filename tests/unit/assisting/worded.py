"""What tests of the models' part share: an answer with its gate, wordings made of it, plans."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from service.asking.answer import Answer
from service.asking.asker import Background
from service.assisting.gate import Gate, Judged
from service.assisting.pieces import Kind

#: Words for each direction, and what would turn it round.
OPPOSITES = {
    "减少": "增加", "降低": "提高", "下降": "增长", "增加": "减少", "增长": "下降", "高出": "低于", "高于": "低于", "多": "少",
}  # fmt: skip


@dataclass(frozen=True)
class Worded:
    """An answer that may be worded.

    Attributes:
        question: As asked.
        answer: As the rules give it.
        background: What it is held against.
        gate: Judges wordings of it.
    """

    question: str
    answer: Answer
    background: Background
    gate: Gate

    @property
    def named(self) -> str:
        """The rules' own text with names in place of the pieces."""
        return self.gate.base.named

    def judge(self, *changes: tuple[str, str]) -> Judged:
        """Judge the rules' own text with some of it replaced."""
        return self.gate.judge(self.changed(*changes))

    def changed(self, *changes: tuple[str, str]) -> str:
        """Return the rules' own text with some of it replaced; what stands in a piece is written out for that."""
        named = self.named
        for old, new in changes:
            if old not in named:
                named = self._written_out(named, old)
            assert old in named, f"“{old}” is not in {named}"
            named = named.replace(old, new)
        return named

    def _written_out(self, named: str, words: str) -> str:
        for piece in self.gate.base.by_name.values():
            if words in piece.text:
                return named.replace(f"{{{{{piece.name}}}}}", piece.text)
        return named


def spans_of(text: str, words: str, kind: Kind) -> list[tuple[int, int, Kind]]:
    """Return where words stand in a text, as a piece of a kind."""
    return [(*found.span(), kind) for found in re.finditer(re.escape(words), text)]


def swapped(gate: Gate) -> Iterator[tuple[str, str]]:
    """Yield what is swapped and the text, for every two figures of a text that differ."""
    named = gate.base.named
    figures = [p.piece for p in gate.base.placed if p.piece.kind is Kind.FIGURE]
    for one, other in combinations(figures, 2):
        if one.text != other.text:
            a, b = f"{{{{{one.name}}}}}", f"{{{{{other.name}}}}}"
            yield f"{one.text} ⇄ {other.text}", named.replace(a, "\0").replace(b, a).replace("\0", b)


def replaced(text: str, old: str, new: str) -> Iterator[str]:
    """Yield the text with one occurrence after the other replaced."""
    at = text.find(old)
    while at >= 0:
        yield text[:at] + new + text[at + len(old) :]
        at = text.find(old, at + len(old))


def a_plan(
    operation: str = "value", *figures: str, year: int = 0, base_year: int = 0, entity: str = "", dimension: str = ""
) -> str:  # fmt: skip
    """Return a plan as a model writes it."""
    return json.dumps(
        {
            "operation": operation, "figures": list(figures), "year": year, "base_year": base_year, "entity": entity,
            "dimension": dimension,
        },
        ensure_ascii=False,
    )  # fmt: skip


def shown(failures: Sequence[str]) -> str:
    """Return the first failures, for the message of an assertion."""
    return f"{len(failures)}:\n" + "\n".join(failures[:10])
