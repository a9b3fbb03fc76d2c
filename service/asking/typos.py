"""Mends typos that sound like a known name: 三工经费 → 三公经费."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

from service.vocabulary.spotting import Spotter

#: Sounds that are often confused in typing.
_FOLDS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ing", "in"), ("eng", "en"), ("ang", "an"), ("l", "n"), ("q", "j"))
_SHORTEST, _LONGEST = 3, 12


def mend(text: str, residue: Sequence[str], spotter: Spotter) -> tuple[str, list[tuple[str, str]]]:
    """Replace pieces around unread words by names that sound the same.

    A piece is replaced only when every character equals the name's or sounds like it, and at least a
    third are equal; a name that merely looks similar (人均经费, 人员经费) is left alone. Longer names may
    also lack or swap one character.

    Returns:
        The text, and (written, read as) for each replacement.
    """
    by_length: dict[int, list[str]] = defaultdict(list)
    for name in spotter.names:
        if _SHORTEST <= len(name) <= _LONGEST and not name.isascii():
            by_length[len(name)].append(name)
    repairs: list[tuple[str, str]] = []
    for run in residue:
        at = text.find(run)
        found = _best(text, at, len(run), by_length) if at >= 0 else None
        if found is not None:
            start, end, name = found
            repairs.append((text[start:end], name))
            text = text[:start] + name + text[end:]
    return text, repairs


def _best(text: str, at: int, length: int, by_length: dict[int, list[str]]) -> tuple[int, int, str] | None:
    best: tuple[int, tuple[int, int, str]] | None = None
    for size in range(_LONGEST, _SHORTEST - 1, -1):
        for start in range(max(0, at - size + 1), min(at + length, len(text) - size + 1)):
            piece = text[start : start + size]
            if not piece.isascii() and (name := _match(piece, by_length)) and (best is None or size > best[0]):
                best = (size, (start, start + size, name))
    return best[1] if best else None


def _match(piece: str, by_length: dict[int, list[str]]) -> str | None:
    size = len(piece)
    for name in by_length.get(size, ()):
        equal = sum(a == b for a, b in zip(piece, name, strict=True))
        if size > equal and equal * 3 >= size and all(
            a == b or _sound(a) == _sound(b) for a, b in zip(piece, name, strict=True)
        ):  # fmt: skip
            return name
        if size >= 5 and equal == size - 2 and sorted(piece) == sorted(name) and _is_swap(piece, name):
            return name
    for name in by_length.get(size + 1, ()):
        if size >= 5 and any(name[:i] + name[i + 1 :] == piece for i in range(1, size)):
            return name
    return None


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
