"""Finds names of the vocabulary, and of the documents at hand, in running text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from service.vocabulary.members import Member
from service.vocabulary.names import fold, fold_with_offsets, stems
from service.vocabulary.vocabulary import Vocabulary

#: Dimension name under which measures are spotted.
MEASURE = "measure"
#: Dimension name under which the words for a dimension itself are spotted (「项目」, 「单位」).
DIMENSION = "dimension"

Target = tuple[str, str]

#: What is left of a name without its ending, and says nothing by itself.
_TOO_COMMON = frozenset({"其他", "其它"})


@dataclass(frozen=True, slots=True)
class Mention:
    """A name found in a text.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last.
        text: As written.
        targets: What it may stand for: (dimension id, member id), best first; measures under ``measure``.
        printed: Whether it is a printed name, not a colloquial one.
    """

    start: int
    end: int
    text: str
    targets: tuple[Target, ...]
    printed: bool = True

    def target(self, *dimensions: str) -> str | None:
        """Return the member it may stand for on one of *dimensions*."""
        for dimension in dimensions:
            for found, member in self.targets:
                if found == dimension:
                    return member
        return None


class Spotter:
    """Longest-match search for names; built once per vocabulary, extended per document.

    Args:
        vocabulary: Fixed names.
        extra: Members that come from documents (projects, units).
        colloquial: Whether colloquial names count; prose is read without them.
    """

    def __init__(self, vocabulary: Vocabulary, extra: Iterable[Member] = (), *, colloquial: bool = True) -> None:
        self._names: dict[str, tuple[list[Target], bool]] = {}
        for measure in vocabulary.measures.values():
            self._learn((measure.id, *measure.names), (MEASURE, measure.id), printed=True)
            if colloquial:
                self._learn(measure.say, (MEASURE, measure.id), printed=False)
        for dimension in vocabulary.dimensions.values():
            if colloquial:
                self._learn(dimension.say, (DIMENSION, dimension.id), printed=False)
        self._suffixes = {d.id: d.suffixes if colloquial else () for d in vocabulary.dimensions.values()}
        self._colloquial = colloquial
        for member in (*extra, *vocabulary.members.by_id.values()):
            self._learn_member(member)
        self._longest = max(map(len, self._names), default=0)

    def extended(self, extra: Iterable[Member]) -> Spotter:
        """Return a spotter that knows more members; what is known already is shared, not learned again."""
        other = object.__new__(Spotter)
        other.__dict__.update(self.__dict__)
        other._names = dict(self._names)
        for member in extra:
            other._learn_member(member)
        other._longest = max(map(len, other._names), default=0)
        return other

    def _learn_member(self, member: Member) -> None:
        if member.dimension == "project_type":
            return
        suffixes = self._suffixes.get(member.dimension, ())
        target = (member.dimension, member.id)
        names = [member.name, *member.names]
        if member.id.isdigit():
            names.append(member.id)
        self._learn(names, target, printed=True)
        self._learn([s for n in names for s in stems(n, suffixes)[1:]], target, printed=False)
        if self._colloquial:
            self._learn(member.say, target, printed=False)

    def _learn(self, names: Iterable[str], target: Target, *, printed: bool) -> None:
        for name in names:
            key = fold(name)
            if len(key) < 2 or key in _TOO_COMMON:
                continue
            targets, was_printed = self._names.get(key, ([], False))
            if target not in targets:
                targets = [*targets, target]
            self._names[key] = (targets, was_printed or printed)

    @property
    def names(self) -> Iterable[str]:
        """Every folded name, for fuzzy matching."""
        return self._names.keys()

    def lookup(self, folded: str) -> tuple[Target, ...]:
        """Return what a folded name stands for."""
        found = self._names.get(folded)
        return tuple(found[0]) if found else ()

    def spot(self, text: str) -> tuple[Mention, ...]:
        """Return the names in *text* from left to right, longest first, without overlaps."""
        folded, offsets = fold_with_offsets(text)
        found: list[Mention] = []
        position = 0
        while position < len(folded):
            for length in range(min(self._longest, len(folded) - position), 1, -1):
                piece = folded[position : position + length]
                known = self._names.get(piece)
                if known is None or (piece.isdigit() and not _stands_alone(folded, position, length)):
                    continue
                start, end = offsets[position], offsets[position + length - 1] + 1
                found.append(Mention(start, end, text[start:end], tuple(known[0]), known[1]))
                position += length
                break
            else:
                position += 1
        return tuple(found)


def _stands_alone(text: str, start: int, length: int) -> bool:
    """Whether a code is not a piece of a longer number."""
    before, after = text[start - 1 : start], text[start + length : start + length + 1]
    return not (before.isdigit() or before == "." or after.isdigit() or after in {".", "年", "万"})
