"""Reads a question: what it names, what it asks for, and what of it nothing accounts for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.asking.typos import Mender
from service.domain.coordinate import Stage
from service.domain.document import Document
from service.domain.quantity import Kind
from service.numerals import Measured, YearMention, read_quantities, read_years
from service.vocabulary.members import Member
from service.vocabulary.names import fold, squeeze
from service.vocabulary.spotting import DIMENSION, MEASURE, Mention, Spotter
from service.vocabulary.vocabulary import Vocabulary

_CJK = re.compile(r"[\u4e00-\u9fffA-Za-z]+")
_QUOTED = re.compile(r"[“\"「『‘']([^”\"」』’']{2,40})[”\"」』’']")


@dataclass(frozen=True, slots=True)
class TableMention:
    """A table named in a question: ids of the tables meant."""

    start: int
    end: int
    text: str
    tables: tuple[str, ...]


@dataclass(slots=True)
class Question:
    """A question as read.

    Attributes:
        text: Normalised characters.
        mentions: Names found, left to right.
        tables: Tables named.
        figures: Quantities written in it.
        years: Years written in it.
        signs: Which groups of question words occur: ``why``, ``share`` …, with where.
        quoted: Pieces in quotation marks.
        stage: Stage asked about, None for the document's.
        unit_types: ``机关`` and ``事业`` where the question tells them apart.
        residue: Content words that nothing accounts for.
        repairs: Typos that were read as something else: (written, read as).
        unread: Whole runs with a character left over, where a typo may be.
    """

    text: str
    mentions: list[Mention] = field(default_factory=list)
    tables: list[TableMention] = field(default_factory=list)
    figures: list[Measured] = field(default_factory=list)
    years: list[YearMention] = field(default_factory=list)
    signs: dict[str, int] = field(default_factory=dict)
    quoted: list[str] = field(default_factory=list)
    stage: Stage | None = None
    unit_types: list[str] = field(default_factory=list)
    residue: list[str] = field(default_factory=list)
    repairs: list[tuple[str, str]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def has(self, *signs: str) -> bool:
        """Whether words of one of *signs* occur."""
        return any(s in self.signs for s in signs)

    @property
    def members(self) -> list[Mention]:
        """Mentions that name a member or a measure, not a dimension."""
        return [m for m in self.mentions if m.targets[0][0] != DIMENSION]

    @property
    def dimensions(self) -> list[str]:
        """Dimensions named as such: 「项目」, 「单位」."""
        return [t[1] for m in self.mentions for t in m.targets if t[0] == DIMENSION]


class QuestionReader:
    """Reads questions over the documents of a scope.

    Args:
        vocabulary: Names and question words.
        documents: Documents whose projects, units and tables may be named.
    """

    def __init__(self, vocabulary: Vocabulary, documents: Sequence[Document]) -> None:
        self.vocabulary = vocabulary
        self._words: Mapping[str, Any] = vocabulary.questions
        self.own = own_members(documents, self._words["short"])
        self.spotter = _base_spotter(vocabulary).extended(self.own)
        self._mender: Mender | None = None  # built when a question first has something that may be a typo
        self._signs = {
            name: re.compile("|".join(sorted(words, key=len, reverse=True)))
            for name, words in self._words["signs"].items()
        }
        self._tables = _table_names(documents, vocabulary)
        fillers = [w for w in self._words["filler"]["words"] if len(w) > 1]
        self._filler = re.compile("|".join(sorted(map(re.escape, fillers), key=len, reverse=True)))
        self._particles = self._words["filler"]["particles"]
        self._known = frozenset((d, m) for doc in documents for f in doc.facts for d, m in f.coordinate.members)

    def read(self, text: str, *, entity: str = "") -> Question:
        """Read a question; a typo is mended where a name sounds the same.

        Args:
            text: As typed.
            entity: The piece of it that names the entity, which names nothing else.
        """
        plain = normalise(text)
        question = self._read(plain.replace(entity, "＃" * len(entity)) if entity else plain)
        suspects = question.residue + [r for r in question.unread if r not in question.residue]
        if suspects:
            if self._mender is None:
                self._mender = Mender(self.spotter)
            mended, repairs = self._mender.mend(question.text, suspects)
            if repairs:
                question = self._read(mended)
                question.repairs = repairs
        return question

    def _read(self, text: str) -> Question:
        question = Question(text)
        question.tables = self._spot_tables(text)
        masked = list(text)
        for table in question.tables:
            masked[table.start : table.end] = "＃" * (table.end - table.start)
        visible = "".join(masked)
        question.mentions = self._prune(self.spotter.spot(visible), visible)
        question.figures = [
            f for f in read_quantities(visible) if f.quantity.unit.kind is not Kind.NUMBER or "." in f.text
        ]
        question.years = list(read_years(text))
        hidden = [m.span() for m in re.finditer("上年结转结?余?", text)]
        question.years = [y for y in question.years if not any(a <= y.start < b for a, b in hidden)]
        for name, pattern in self._signs.items():
            found = next((m for m in pattern.finditer(text) if not any(a <= m.start() < b for a, b in hidden)), None)
            if found:
                question.signs[name] = found.start()
        # The marks of “三公”经费 belong to its name.
        question.quoted = [
            m[1] for m in _QUOTED.finditer(text) if not any(n.start <= m.start(1) and m.end() <= n.end for n in question.mentions)
        ]
        question.stage = self._stage(text)
        unnamed = list(visible)
        for mention in question.mentions:
            unnamed[mention.start : mention.end] = "＃" * (mention.end - mention.start)
        outside = "".join(unnamed)
        question.unit_types = [
            name for name, entry in self._words["unit_types"].items() if any(w in outside for w in entry["words"])
        ]
        question.residue = self._residue(question, visible)
        return question

    def _prune(self, mentions: Iterable[Mention], text: str) -> list[Mention]:
        """Keep of each mention the targets that the documents know, and drop names that repeat a code in brackets."""
        out: list[Mention] = []
        for mention in mentions:
            known = tuple(t for t in mention.targets if t in self._known or t[0] in {MEASURE, DIMENSION})
            fixed = tuple(t for t in mention.targets if t[0] not in {MEASURE, DIMENSION})
            targets = known or fixed[:1]
            kept = Mention(mention.start, mention.end, mention.text, targets, mention.printed)
            bracketed = text[mention.start - 1 : mention.start] in {"(", "（"} and text[
                mention.end : mention.end + 1
            ] in {")", "）"}
            repeats = (
                bool(out) and bool(set(mention.targets) & set(out[-1].targets)) and mention.start - out[-1].end <= 2
            )
            if repeats and mention.text.isdigit() and not out[-1].text.isdigit():
                out[-1] = Mention(out[-1].start, mention.end, text[out[-1].start : mention.end], targets)
                continue
            if (bracketed and out and set(mention.targets) & set(out[-1].targets)) or (
                repeats and out[-1].text.isdigit()
            ):
                out[-1] = Mention(
                    out[-1].start, mention.end + 1, text[out[-1].start : mention.end + 1], out[-1].targets
                )
                continue
            out.append(kept)
        return out

    def _spot_tables(self, text: str) -> list[TableMention]:
        found: list[TableMention] = []
        for end in (m.end() for m in re.finditer("表", text)):
            floor = found[-1].end if found else 0
            for start in range(max(floor, end - 24), end - 2):
                piece = fold(text[start:end])
                ids = self._tables.get(piece) or ()
                if not ids and len(piece) >= 4:
                    ids = tuple(
                        dict.fromkeys(
                            i for name, tables in self._tables.items() if name.endswith(piece) for i in tables
                        )
                    )
                if ids:
                    found.append(TableMention(start, end, text[start:end], tuple(dict.fromkeys(ids))))
                    break
        return found

    def _stage(self, text: str) -> Stage | None:
        for name, words in self._words["stages"].items():
            if any(w in text for w in words):
                return Stage(name)
        return None

    def _residue(self, question: Question, text: str) -> list[str]:
        """Return the runs of content words that no name, figure, year or question word covers."""
        covered = [False] * len(text)
        spans = [(m.start, m.end) for m in question.mentions] + [(t.start, t.end) for t in question.tables]
        spans += [(f.start, f.end) for f in question.figures] + [(y.start, y.end) for y in question.years]
        for pattern in self._signs.values():
            spans += [m.span() for m in pattern.finditer(text)]
        for words in self._words["stages"].values():
            spans += [m.span() for w in words for m in re.finditer(re.escape(w), text)]
        for entry in self._words["unit_types"].values():
            spans += [m.span() for w in entry["words"] for m in re.finditer(re.escape(w), text)]
        for start, end in spans:
            covered[start:end] = [True] * (end - start)
        open_text = "".join(" " if hit else c for c, hit in zip(text, covered, strict=True))
        for run in _CJK.findall(open_text):
            left = self._filler.sub("", run).strip(self._particles)
            if len(run) >= 2 and left:
                question.unread.append(run)
        open_text = self._filler.sub(lambda m: " " * len(m.group()), open_text)
        runs = (m.group().strip(self._particles) for m in _CJK.finditer(open_text))
        return [r for r in runs if len(r) >= 2]


_SPOTTERS: dict[int, tuple[Vocabulary, Spotter]] = {}


def _base_spotter(vocabulary: Vocabulary) -> Spotter:
    """Return the spotter of a vocabulary's own names, built once: every reader of documents starts from it."""
    known = _SPOTTERS.get(id(vocabulary))
    if known is None or known[0] is not vocabulary:
        known = _SPOTTERS[id(vocabulary)] = (vocabulary, Spotter(vocabulary))
    return known[1]


def normalise(text: str) -> str:
    """Return a question in the form it is read: half-width digits and letters, no layout spaces."""
    kept = []
    for char in squeeze(text):
        wide = unicodedata.normalize("NFKC", char)
        kept.append(wide if len(wide) == 1 and (wide.isascii() and (wide.isalnum() or wide in "%.()+-")) else char)
    return _BARE_YEAR.sub(r"\1年", "".join(kept))


#: A year without its word: 2018省人大预算.
_BARE_YEAR = re.compile(r"(?<![\d.〔(（年月第])(20[0-3]\d)(?=[\u4e00-\u9fff])(?![年到至和与及、号元万亿份人次个项月辆台块条家度])")


def own_members(documents: Sequence[Document], short: Mapping[str, Sequence[str]]) -> tuple[Member, ...]:
    """Return the units and projects of the documents, with the short names people use for them."""
    out: dict[tuple[str, str], Member] = {}
    for document in documents:
        for unit in document.units:
            say = _unit_names(unit.name, document.region)
            out.setdefault(("unit", unit.code), Member("unit", unit.code, unit.name, say=say))
        for fact in document.facts:
            name = fact.coordinate.get("project")
            if name and ("project", name) not in out:
                out["project", name] = Member("project", name, name, say=_short_names(name, short))
    return tuple(out.values())


def _unit_names(name: str, region: str) -> tuple[str, ...]:
    plain = name.removeprefix("中国共产党").removeprefix(region)
    names = [plain]
    if plain.endswith("本级"):
        names += ["本级", plain.removesuffix("本级")[-3:] + "本级"]
    if len(plain) > 4:
        names += [plain[-4:]] if plain.endswith(("中心", "大队", "学校", "研究所")) else []
    if plain.endswith("中心") and len(plain) >= 6:
        names.append(plain[:2] + "中心")
    return tuple(n for n in dict.fromkeys(names) if len(n) >= 2)


def _short_names(name: str, short: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return a project's short names: 移动办公系统专项经费 → 移动办公系统, 移动办公."""
    names: list[str] = []
    heads = [name, *(name.removeprefix(p) for p in short["prefixes"] if name.startswith(p))]
    for head in heads:
        current = head
        if current != name:
            names.append(current)
        while True:
            cut = next((current.removesuffix(s) for s in short["suffixes"] if current.endswith(s)), "")
            if len(cut) < 2:
                break
            names.append(cut)
            current = cut
    return tuple(dict.fromkeys(names))


def _table_names(documents: Sequence[Document], vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    """Return every name by which a table may be called, folded → table ids."""
    names: dict[str, list[str]] = {}
    for document in documents:
        for table in document.tables:
            standard = vocabulary.catalogue.table(table.kind)
            known = [re.sub(r"^\d{4}年度?", "", fold(table.title))]
            known += [fold(n) for n in (*standard.titles, standard.name)] if standard else []
            for name in known:
                ids = names.setdefault(re.sub(r"\(.*?\)$", "", name), [])
                if table.id not in ids:
                    ids.append(table.id)
    return {k: tuple(v) for k, v in names.items()}
