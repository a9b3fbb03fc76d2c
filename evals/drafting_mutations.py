"""Damage the figures of a draft, one at a time, and count what comparing with the stored version notices."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from service.domain.check import CheckReport
from service.domain.finding import Severity
from service.drafting.draft import Draft, DraftFigure
from service.drafting.editing.structure import parts_of
from service.drafting.revision import revise

_TURNS = (("增加", "减少"), ("增长", "下降"), ("下降", "增长"), ("减少", "增加"), ("降低", "增长"))
_UNITS = (("万元", "亿元"), ("%", "‰"), ("辆", "台"), ("项", "个"))


@dataclass(frozen=True, slots=True)
class Mutation:
    """A text with one figure damaged.

    Attributes:
        kind: ``digit``, ``swap``, ``sign``, ``unit`` or ``delete``.
        figure: The figure as it was.
        texts: The paragraphs.
    """

    kind: str
    figure: str
    texts: tuple[str, ...]


@dataclass(slots=True)
class Caught:
    """How many of each kind were tried and noticed, and which were not."""

    tried: Counter[str] = field(default_factory=Counter)
    noticed: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)


def mutations_of(draft: Draft) -> Iterator[Mutation]:
    """Yield every damage of every figure of the running text and of the tables."""
    parts = parts_of(draft)
    texts = [p.text for p in parts]
    for at, part in enumerate(parts):
        before = 0
        for sentence in part.sentences:
            for figure in sentence.figures:
                for kind, damaged in _damaged(sentence.text, figure):
                    own = part.text[:before] + damaged + part.text[before + len(sentence.text) :]
                    yield Mutation(kind, figure.text, (*texts[:at], own, *texts[at + 1 :]))
            before += len(sentence.text)


def _damaged(text: str, figure: DraftFigure) -> Iterator[tuple[str, str]]:
    start, end, said = figure.start, figure.end, figure.text

    def put(other: str) -> str:
        return text[:start] + other + text[end:]

    digits = [m.start() for m in re.finditer(r"\d", said)]
    if digits:
        at = digits[len(digits) // 2]
        yield "digit", put(f"{said[:at]}{(int(said[at]) + 3) % 10}{said[at + 1 :]}")
    pair = next((i for i, j in pairwise(digits) if j == i + 1 and said[i] != said[j]), None)
    if pair is not None:
        yield "swap", put(said[:pair] + said[pair + 1] + said[pair] + said[pair + 2 :])
    for one, other in _TURNS:
        if text[:start].endswith(one):
            yield "sign", text[: start - len(one)] + other + text[start:]
    if not digits:
        yield "sign", put("增加")
    for one, other in _UNITS:
        if said.endswith(one) and (figure.value != "0" or one not in {"万元", "%"}):  # 0亿元 is 0万元
            yield "unit", put(said.removesuffix(one) + other)
    yield "delete", put("")


def try_all(draft: Draft, check: Callable[[str], CheckReport] | None = None, *, every: int = 1) -> Caught:
    """Compare every damaged text with the draft.

    Args:
        draft: The stored version.
        check: Checks a text; None to compare without a check.
        every: Try one damage in so many.
    """
    out = Caught()
    for number, mutation in enumerate(mutations_of(draft)):
        if number % every:
            continue
        report = check("\n".join(mutation.texts) + "\n") if check else None
        revision = revise(draft, list(mutation.texts), report)
        out.tried[mutation.kind] += 1
        if any(f.severity is not Severity.NOTE for f in revision.findings):
            out.noticed[mutation.kind] += 1
        else:
            out.missed.append(f"{mutation.kind} {mutation.figure}")
    return out
