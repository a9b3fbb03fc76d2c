"""Mends typos that sound like a known name: 三工经费 → 三公经费."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from service.vocabulary.spotting import Spotter

#: Sounds that are often confused in typing.
_FOLDS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ing", "in"), ("eng", "en"), ("ang", "an"), ("l", "n"), ("q", "j"))
_SHORTEST, _LONGEST = 3, 12


class Mender:
    """Replaces pieces around unread words by names that sound the same.

    Args:
        spotter: Every name that may be meant.
    """

    def __init__(self, spotter: Spotter) -> None:
        self._names: set[str] = {
            name for name in spotter.names if _SHORTEST <= len(name) <= _LONGEST and not name.isascii()
        }
        self._at: dict[tuple[int, int, str], list[str]] = defaultdict(list)
        self._shorter: dict[str, str] = {}
        for name in self._names:
            for position, char in enumerate(name):
                self._at[len(name), position, char].append(name)
            if len(name) > 5:
                for position in range(1, len(name) - 1):
                    self._shorter.setdefault(name[:position] + name[position + 1 :], name)

    def mend(self, text: str, suspects: Sequence[str]) -> tuple[str, list[tuple[str, str]]]:
        """Return the text mended, and (written, read as) for each replacement.

        A piece is replaced only when every character equals the name's or sounds like it, and at least a
        third are equal; a name that merely looks similar (人均经费, 人员经费) is left alone. Longer names
        may also lack or swap one character.
        """
        repairs: list[tuple[str, str]] = []
        for run in suspects:
            at = text.find(run)
            found = self._best(text, at, len(run)) if at >= 0 else None
            if found is not None:
                start, end, name = found
                repairs.append((text[start:end], name))
                text = text[:start] + name + text[end:]
        return text, repairs

    def _best(self, text: str, at: int, length: int) -> tuple[int, int, str] | None:
        for size in range(_LONGEST, _SHORTEST - 1, -1):
            for start in range(max(0, at - size + 1), min(at + length, len(text) - size + 1)):
                piece = text[start : start + size]
                name = None if piece in self._names else self._match(piece)
                if name is not None:
                    return start, start + size, name
        return None

    def _match(self, piece: str) -> str | None:
        size = len(piece)
        equal = Counter(
            name for position, char in enumerate(piece) for name in self._at.get((size, position, char), ())
        )
        for name, count in equal.most_common():
            if count * 3 < size:
                break
            if all(a == b or _sound(a) == _sound(b) for a, b in zip(piece, name, strict=True)):
                return name
            if size >= 5 and count == size - 2 and sorted(piece) == sorted(name) and _is_swap(piece, name):
                return name
        return self._shorter.get(piece) if size >= 5 else None


def heard_in(piece: str, names: Iterable[str]) -> str:
    """Return the part of a name that sounds like a piece and has at least half of its characters, "" where none does.

    Example:
        >>> heard_in("红棋", ["新乡市红旗区委员会办公室"])
        '红旗'

    """
    size = len(piece)
    for name in names:
        for start in range(len(name) - size + 1):
            part = name[start : start + size]
            same = sum(a == b for a, b in zip(piece, part, strict=True))
            if same * 2 >= size and part != piece and all(a == b or _sound(a) == _sound(b) for a, b in zip(piece, part, strict=True)):
                return part
    return ""


def _is_swap(piece: str, name: str) -> bool:
    different = [i for i, (a, b) in enumerate(zip(piece, name, strict=True)) if a != b]
    return len(different) == 2 and different[1] == different[0] + 1


@lru_cache(maxsize=4096)
def _sound(char: str) -> str:
    from pypinyin import lazy_pinyin

    sound = "".join(lazy_pinyin(char))
    for wide, narrow in _FOLDS:
        sound = sound.replace(wide, narrow)
    return sound
