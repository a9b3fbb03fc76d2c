"""The gate a wording must pass: it may say what the rules' text says, in other words, and nothing else.

Every word must be a piece that the program writes, a name, a year or a word of the rules' text, or stand in the list
of plain words. Every piece must be said of the same thing, the same year, the same base and in the same direction.
Every word with a meaning must be said of the same thing as in the rules' text, denied where it is denied there. What
must not be left out must be there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from service.assisting.bindings import Binding, Reader, Reading, Said
from service.assisting.pieces import NAME, YEAR, Kind, Piece, Pieces, filled

#: A wording is at most so many times as long as the rules' text, and so many characters.
_LONGER, _SPARE = 2, 160
#: Texts of so many pieces or fewer must keep all of them; of longer ones the first sentence and what it quotes.
_FEW_PIECES = 8
_DIRECTIONS = frozenset({"down", "up", "flat", "more", "less", "cut", "raise"})
#: Roles whose words are judged by the pieces they relate.
_RELATIONS = frozenset({"base", "whole", "share", "to"})
#: Senses that narrow what is said in a clause: what is said of the rest must not be said of all.
_NARROWING = frozenset({
    "quantifier", "negation", "final", "doubt", "judgement", "goal", "part", "difference", "remainder", "average", "conversion",
    "unequal", "change", "use",
})  # fmt: skip
#: Senses whose words may not stand for each other: each says something of its own.
_EXACT = frozenset({
    "judgement", "doubt", "quantifier", "final", "goal", "part", "use", "cause", "conversion", "budget", "change", "cut", "raise",
})  # fmt: skip
#: Senses that answer a question by themselves.
_VERDICTS = frozenset({"equal", "unequal", "judgement", "most", "least", "descending", "ascending"})
_ORDERS = frozenset({"descending", "ascending"})
#: Senses that may be said no more often than the rules' text says them.
_COUNTED = frozenset({"most", "least", "equal", "unequal", "negation"}) | _EXACT
_HOW = {"down": "减少", "up": "增加", "flat": "持平", "more": "多出", "less": "少", "cut": "压减", "raise": "追加"}
_NEEDED = frozenset({Kind.FIGURE, Kind.QUOTE, Kind.HEADING, Kind.NOTE})
_MOST_FAULTS = 6


@dataclass(frozen=True, slots=True)
class Judged:
    """A wording that was judged.

    Attributes:
        text: With the pieces in their places, "" where it could not be put together.
        faults: What is wrong, in Chinese, for whoever mends it; empty where it may be released.
        pieces: The text with its pieces, None where it could not be put together.
    """

    text: str
    faults: tuple[str, ...]
    pieces: Pieces | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """Judges wordings of one text.

    Attributes:
        base: The rules' text, taken apart.
        reader: Reads it and the wordings.
        keep_all: Whether every piece must be kept, each as often as it stands: a draft.
    """

    base: Pieces
    reader: Reader
    keep_all: bool = False
    _read: list[Reading] = field(default_factory=list)

    def judge(self, named: str) -> Judged:
        """Judge a wording with ``{{names}}`` in it."""
        if len(named) > len(self.base.text) * _LONGER + _SPARE + len(self.base.named):
            return Judged("", ("写得太长：只改写规范表述，不要添加内容",))
        named = _tidy(named)
        if broken := _broken(named, self.base):
            return Judged("", broken)
        text = filled(named, self.base.by_name)
        if len(text.text) > len(self.base.text) * _LONGER + _SPARE:
            return Judged("", ("写得太长：只改写规范表述，不要添加内容",))
        faults = list(dict.fromkeys(self._faults(named, text)))
        return Judged(text.text, tuple(faults[:_MOST_FAULTS]), text)

    @property
    def said(self) -> Reading:
        """What the rules' text says."""
        if not self._read:
            self._read.append(self.reader.read(self.base))
        return self._read[0]

    def tell(self) -> Iterator[tuple[Piece, str]]:
        """Yield every piece of the rules' text with what is said of it, in words."""
        for piece, binding in self.said.bindings:
            if piece.kind is not Kind.QUOTE:
                yield piece, _described(binding, self.reader.year)

    def _faults(self, named: str, text: Pieces) -> Iterator[str]:
        base, now = self.said, self.reader.read(text)
        yield from self._left_out(named)
        if self.keep_all:
            yield from self._unofficial(named)
        yield from _digits(named)
        for year in sorted(now.years - base.years - {self.reader.year}):
            yield f"规范表述里没有{year}年"
        for word in sorted({_shown(n) for n in now.names - base.names}):
            yield f"规范表述里没有提到“{word}”"
        yield from self._other_words(base, now)
        yield from _bindings(base, now, self.reader.year)
        yield from _meanings(base, now)
        if base.first and now.first != base.first:
            yield f"应当先说“{_all_shown(base.first)}”"
        yield from _caveats(base, now)
        if len(now.stutters) > len(base.stutters):
            yield f"“{_shown(now.stutters[0])}”重复了"
        for words in now.empty[len(base.empty) :]:
            yield f"“{words[:8]}”没有意思，去掉"
        for name in now.misplaced:
            if name not in base.misplaced:
                yield f"{{{{{name}}}}}自成一句，前面应是句号"
        yield from _joints(base, now)
        if self.keep_all and now.sequence != base.sequence:
            yield "名称和名字的次序要与规范表述相同"

    def _left_out(self, named: str) -> Iterator[str]:
        used = NAME.findall(named)
        for name in self._required():
            if name not in used:
                yield f"漏了{{{{{name}}}}}"
        if self.keep_all:
            for name in sorted({n for n in used if used.count(n) > 1} - {p.piece.name for p in self.base.placed if p.piece.kind is Kind.TITLE}):
                yield f"{{{{{name}}}}} 只能写一次"

    def _unofficial(self, named: str) -> Iterator[str]:
        """What an official text does not have: talk, and words before the number of an item."""
        base = self.base.named
        for word in sorted(self.reader.words.spoken, key=len, reverse=True):
            if len(word) > 1 and word in named and word not in base:
                yield f"公文里不写“{word}”"
        number = re.match(r"[（(]?[一二三四五六七八九十]+[）)、]", base)
        if number and not named.startswith(number.group()):
            yield f"应当以“{number.group()}”开头"

    def _required(self) -> list[str]:
        names = [p.piece.name for p in self.base.placed if p.piece.kind in _NEEDED]
        if self.keep_all or len(names) <= _FEW_PIECES:
            return list(dict.fromkeys(names))
        end = re.search(r"[。\n]", self.base.text)
        first = [p.piece.name for p in self.base.placed if not end or p.start < end.start()]
        quotes = [p.piece.name for p in self.base.placed if p.piece.kind in {Kind.QUOTE, Kind.NOTE}]
        return list(dict.fromkeys([*(n for n in first if n in names), *quotes]))

    def _other_words(self, base: Reading, now: Reading) -> Iterator[str]:
        """A run of other words must be one of the rules' text, or a part of one, said of the same thing."""
        for other in now.others:
            homes = [o for o in base.others if other.text in o.text]
            if not homes:
                yield f"用了规范表述里没有的词“{other.text[:12]}”"
            elif not any(o.names == other.names for o in homes):
                yield f"“{other.text[:12]}”说的不是“{_all_shown(other.names)}”"
        if self.keep_all:
            written = "".join(o.text for o in now.others)
            for other in base.others:
                if other.text not in written:
                    yield f"漏了“{other.text[:12]}”"


def _tidy(named: str) -> str:
    """Return a wording without the marks of Markdown and with whole braces as half ones."""
    text = named.replace("｛", "{").replace("｝", "}").strip()
    text = re.sub(r"\*\*|__|`|^#+\s*|^>\s*|^[-*•]\s+", "", text, flags=re.MULTILINE)
    text = re.sub(r"(?<![。；：])\s*\n\s*", "", re.sub(r"\n\s*\n", "\n", text))
    text = re.sub(r"(?<=\}\}),|,(?=[^\d])", "，", text)
    text = re.sub(r"(?<!\{)\{\s*([a-z]\d{1,3})\s*\}(?!\})", r"{{\1}}", text)
    return NAME.sub(lambda m: "{{" + m.group(1) + "}}", text)


def _broken(named: str, base: Pieces) -> tuple[str, ...]:
    known = base.by_name
    unknown = [n for n in dict.fromkeys(NAME.findall(named)) if n not in known]
    if unknown:
        return (f"没有名为{'、'.join(f'{{{{{n}}}}}' for n in unknown[:3])}的内容",)
    if "{" in (rest := NAME.sub("", named)) or "}" in rest:
        return ("名字应写成 {{f1}} 的样子",)
    if not named:
        return ("没有写任何内容",)
    return ()


def _digits(named: str) -> Iterator[str]:
    """A digit is written by the program; a year may be named."""
    rest = YEAR.sub("", NAME.sub("", named))
    if found := re.search(r"[\d①-⑳⓪²³¹¼½¾Ⅰ-ⅿ㈠-㈩%％‰]+", rest):
        yield f"不要自己写数字和单位“{found.group()[:12]}”，数字一律用名字"


def _bindings(base: Reading, now: Reading, year: int) -> Iterator[str]:
    known = {piece.name: binding for piece, binding in base.bindings}
    for piece, binding in now.bindings:
        if binding.after and binding.after != known[piece.name].after:
            yield f"{{{{{piece.name}}}}}后面不能加“{binding.after[:6]}”"
        if _key(_whole(binding, base), year) != _key(known[piece.name], year):
            yield f"{{{{{piece.name}}}}}说的应当是{_described(known[piece.name], year)}"
        elif not _in_turn(piece.text, _key(binding, year), base, now, year):
            yield f"{{{{{piece.name}}}}}与别的数调换了次序"
    if any(s.sense in _ORDERS for s in base.said):
        rest = iter(base.sequence)
        if not all(name in rest for name in now.sequence):
            yield "排序的次序要与规范表述相同，一项只说一次"


def _in_turn(text: str, key: object, base: Reading, now: Reading, year: int) -> bool:
    """Whether figures of which the same is said, so that only their order tells them apart, stand in that order."""
    there, here = ([p.text for p, b in r.bindings if _key(b, year) == key] for r in (base, now))
    if text not in there or len(set(there)) == 1:
        return True
    rest = iter(there)
    return all(each in rest for each in here)


def _whole(binding: Binding, base: Reading) -> Binding:
    """Return a share with its whole where a wording leaves it to be understood and there is only one."""
    if binding.mode != "share" or binding.other:
        return binding
    wholes = {b.other for _, b in base.bindings if b.mode == "share"}
    return replace(binding, other=wholes.pop()) if len(wholes) == 1 else binding


def _key(binding: Binding, year: int) -> object:
    """Return what is said of a piece, as far as it must be the same."""
    words = binding.words - {"part", "quantifier", "cause"}
    if binding.mode == "quote":
        return binding.names, binding.mode
    compared = (binding.year, binding.other_year) if binding.mode in _DIRECTIONS else (binding.year or year, 0)
    return binding.names, binding.mode, binding.other, compared, words, binding.before, binding.label


def _described(binding: Binding, year: int) -> str:
    """Say in words what a piece is said of."""
    whose = _all_shown(binding.names)
    if binding.mode == "share":
        return f"“{whose}”占“{_all_shown(binding.other)}”的比重"
    if binding.mode == "quote":
        return f"关于“{whose}”的引文"
    if binding.mode in _HOW:
        base = binding.other_year
        against = f"比{f'{base}年' if base else ''}{_all_shown(binding.other) if binding.other else ''}" if base or binding.other else ""
        return f"“{whose}”{against}{_HOW[binding.mode]}的数"
    return f"{binding.year or year}年“{whose}”"


def _joints(base: Reading, now: Reading) -> Iterator[str]:
    """Two names side by side must stand so in the rules' text: what joins them says how they belong together."""
    known = set(base.joints)
    for left, between, right in now.joints:
        if (left, between, right) not in known and not _is_related(between):
            yield f"“{_shown(left)}”和“{_shown(right)}”在规范表述里不是这样连着说的"


def _is_related(between: tuple[str, ...]) -> bool:
    """Whether two names are set against each other in a way that their figures are judged by."""
    return bool(set(between) & {"base", "whole"}) and set(between) <= {"base", "whole", "year", "为"}


def _meanings(base: Reading, now: Reading) -> Iterator[str]:
    """Every word with a meaning must be said in the rules' text, of the same thing, denied as there, and no more often."""
    for sense in sorted(_COUNTED):
        if sum(s.sense == sense for s in now.said) > max(1, sum(s.sense == sense for s in base.said)):
            yield f"“{next(s.text for s in now.said if s.sense == sense)}”说得比规范表述多"
    for said in now.said:
        if said.role in _RELATIONS:
            continue
        same = [b for b in base.said if b.sense == said.sense]
        if not same:
            yield f"规范表述里没有“{said.text or said.sense}”的意思"
        elif not any(_agree(b, said) for b in same):
            yield f"“{said.text or said.sense}”与规范表述所说的不符"


def _agree(base: Said, said: Said) -> bool:
    if base.text != said.text and said.sense in _EXACT:
        return False
    if said.role == "negation":
        told = {c for c in said.clause if not c.startswith("~")}
        return told <= base.clause and base.names == said.names and base.denials == said.denials and _touch(base, said)
    if base.denied != said.denied or base.names != said.names:
        return False
    if said.role == "direction" and not _same_change(base, said):
        return False
    if said.sense in _EXACT and not {c for c in said.clause if "=" in c} <= base.clause | base.names:
        return False
    return (base.clause & _NARROWING) <= said.clause and (said.clause & _NARROWING) <= (base.clause | {"negation"})


def _same_change(base: Said, said: Said) -> bool:
    """Whether a direction is said of the same years and against the same thing; 上年 need not be said."""
    (year, before), (told, told_before) = base.years, said.years
    return base.other == said.other and year == told and (before == told_before or (not told_before and before in {0, year - 1}))


def _touch(base: Said, said: Said) -> bool:
    """Whether two clauses speak of something in common, or both of nothing that is told apart."""
    return bool(base.clause & said.clause) or not said.clause or not base.clause


def _caveats(base: Reading, now: Reading) -> Iterator[str]:
    """What the rules' text denies, corrects or warns of must not be left out, nor the verdict of its first sentence."""
    for caveat in base.said:
        is_verdict = caveat.sentence == 0 and (caveat.role == "direction" or caveat.sense in _VERDICTS)
        if is_verdict and not any(n.sense == caveat.sense and n.names == caveat.names for n in now.said):
            yield f"漏了“{caveat.text}”"
        if caveat.role not in {"negation", "caveat"}:
            continue
        kept = (n for n in now.said if n.sense == caveat.sense or (caveat.role == "negation" and n.role == "negation"))
        if not any(not caveat.clause or caveat.clause & n.clause for n in kept):
            yield f"漏了规范表述里“{caveat.text}”的那一层意思"
    if _denials(now) < _denials(base):
        yield "漏了规范表述里的一处否定"


def _denials(reading: Reading) -> int:
    return sum(s.role == "negation" for s in reading.said)


def _all_shown(names: Iterable[str]) -> str:
    return "、".join(sorted(_shown(n) for n in names)) or "（总述）"


def _shown(name: str) -> str:
    """Return how a name is told: of several targets the first, without its dimension."""
    return name.partition("|")[0].partition("=")[2] or name.strip("“”")
