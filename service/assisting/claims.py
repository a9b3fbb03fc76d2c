"""Holds a wording against the tables: its claims (表述) are read and judged as those of anybody's text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from service.checking.figures import judge_figures
from service.checking.material import Material, material_of
from service.domain.check import JudgedFigure, Verdict
from service.domain.document import Document
from service.ingestion.blocks import Reading, TextLine
from service.ingestion.pipeline import Assumed, ingest
from service.vocabulary.vocabulary import Vocabulary


def contradicted(
    text: str, by_rules: str, documents: Sequence[Document], vocabulary: Vocabulary
) -> tuple[str, ...]:
    """Return what the tables speak against in a wording and do not speak against in the rules' own text.

    Args:
        text: The wording.
        by_rules: The text of the rules. What is computed for an answer (假设, 多多少) is not printed anywhere and may
            look wrong to a reader of documents; it looks so in both.
        documents: Of the entity, that of the year first.
        vocabulary: Names and rules.
    """
    material = None
    found: list[Counter[str]] = []
    for said in (by_rules, text):
        judged, material = _judged(said, documents, vocabulary, material)
        found.append(Counter(f.text for f in judged if f.verdict is Verdict.CONTRADICTED))
    known, now = found
    return tuple(f"“{figure}”与表不符" for figure in (now - known))


def _judged(
    text: str, documents: Sequence[Document], vocabulary: Vocabulary, known: Material | None
) -> tuple[Sequence[JudgedFigure], Material]:
    first = documents[0]
    lines, at = [], 0
    for number, line in enumerate(text.split("\n"), 1):
        lines.append(TextLine(line, number, at, whole=True))
        at += len(line) + 1
    reading = Reading("回答.txt", sha256(text.encode()).hexdigest(), text, tuple(lines))
    read = ingest(reading, vocabulary, Assumed(first.entity, first.entity_names, first.year, first.stage, first.units))
    read = replace(read, entity=first.entity, entity_names=first.entity_names, year=first.year, stage=first.stage)
    same = [d for d in documents if (d.year, d.stage) == (first.year, first.stage)]
    others = [d for d in documents if d not in same]
    material = replace(known, text=read) if known else replace(material_of(read, same, others, vocabulary), handed_in=frozenset())
    return judge_figures(material)[0], material
