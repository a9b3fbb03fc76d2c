"""The gate a wording must pass: it says what the rules' text says, in the same order, and nothing else.

Both texts are taken apart into tokens. Pieces, names, years and every other word that is not in a short list must be
the same, one for one; a name may be another name of the same thing, a word one of the same meaning. Between them a
wording may add words that lead in, set or drop particles before a figure, and join or part clauses. Of a long text it
may leave out whole sentences that neither limit nor quote. An answer may also tell a sentence in one of the forms that
``phrasing.toml`` names; one form is changed at a time, never in drafts. So a wording can be clumsy, but it cannot say
anything else: there is no place where another figure, year, direction, subject or cause could stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from service.assisting.pieces import NAME, YEAR, Kind, Pieces, filled
from service.assisting.tokens import ENDS, STRONG, Lexer, Sort, Token
from service.vocabulary.phrasing import PhrasingWords

#: A wording is at most so many times as long as the rules' text, and so many characters.
_LONGER, _SPARE = 2, 120
#: A text of more figures than this may leave sentences out.
_FEW_FIGURES = 8
#: Most leading words between two tokens.
_MOST_LEADING = 2
_KEPT = frozenset({Kind.QUOTE, Kind.NOTE, Kind.PLACE, Kind.HEADING})
#: How much marks part; a line ends a sentence.
_PARTS = {"，": 1, "：": 1, "；": 2, "。": 3, "\n": 3}
_NUMBERING = re.compile(r"[（(]?[一二三四五六七八九十\d]+[）)、.．]")
_MOST_FAULTS = 6
_SHOWN = 16


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
class _Step:
    """A token that must be kept, and the plain words and marks before it."""

    gap: tuple[Token, ...]
    token: Token | None  # None for the end of the text


@dataclass(frozen=True, slots=True)
class Gate:
    """Judges wordings of one text.

    Attributes:
        base: The rules' text, taken apart.
        lexer: Takes wordings apart.
        keep_all: Whether no sentence may be left out.
    """

    base: Pieces
    lexer: Lexer
    keep_all: bool = False
    _cache: list[list[_Step]] = field(default_factory=list)

    def judge(self, named: str) -> Judged:
        """Judge a wording with ``{{names}}`` in it."""
        longest = max(len(self.base.text), len(self.base.named)) * _LONGER + _SPARE
        if len(named) > longest:
            return Judged("", ("写得太长：只改写规范表述，不要添加内容",))
        named = _tidy(named)
        if broken := _broken(named, self.base.by_name):
            return Judged("", broken)
        text = filled(named, self.base.by_name)
        written = list(_digits(named))
        now = _steps(self.lexer.tokens(text))
        faults = [*written, *self._differences(now, self._forms[0])]
        if faults and not written and any(not list(self._differences(now, form)) for form in self._forms[1:]):
            faults = []
        return Judged(text.text, tuple(list(dict.fromkeys(faults))[:_MOST_FAULTS]), text)

    def _differences(self, now: list[_Step], base: list[_Step]) -> Iterator[str]:
        place = 0
        for unit in _sentences(base):
            size = len(unit)
            said = now[place : place + size]
            if _keys(said) == _keys(unit):
                for before, told, written in zip(_before(base, unit), unit, said, strict=True):
                    yield from self._gap(before, told, written)
                yield from _rates(unit, said, now[place + size])
                place += size
            elif not self._may_leave_out(unit, base):
                yield _first_difference(unit, now[place : place + size])
                return
        rest = now[place:]
        if rest and rest[0].token is not None:
            yield f"“{_told(rest)}”是规范表述里没有的"
        else:
            yield from self._end(base[-1], rest[-1] if rest else None)

    @property
    def _forms(self) -> list[list[_Step]]:
        """The rules' text, then the same in every form that it may have; one form is changed at a time."""
        if not self._cache:
            named, pieces = self.base.named, self.base.by_name
            texts = [named, *(pattern.sub(to, named) for pattern, to in self.lexer.words.forms if not self.keep_all)]
            self._cache.extend(_steps(self.lexer.tokens(filled(text, pieces))) for text in dict.fromkeys(texts))
        return self._cache

    def _may_leave_out(self, unit: list[_Step], base: list[_Step]) -> bool:
        """Whether a sentence of the rules' text may be left out: one of a long text, after its first figure, that only tells more."""
        figures = sum(s.token.is_figure for s in base if s.token)
        kinds = {s.token.piece.kind for s in unit if s.token and s.token.piece}
        first = next((n for n, s in enumerate(base) if s.token and s.token.is_figure), len(base))
        is_later = all(s is not unit[0] for s in base[: first + 1]) and all(s is not base[first] for s in unit)
        return not self.keep_all and figures > _FEW_FIGURES and is_later and not kinds & _KEPT

    def _gap(self, before: Token | None, told: _Step, said: _Step) -> Iterator[str]:
        """Say what is wrong with the plain words and marks between two tokens."""
        there, here = _Gap(told.gap), _Gap(said.gap)
        where = f"“{_shown(before)}”和“{_shown(told.token)}”之间"
        fault = here.fault(there, before, told.token, self.lexer)
        if fault:
            yield f"{where}{fault}"

    def _end(self, told: _Step, said: _Step | None) -> Iterator[str]:
        there, here = _Gap(told.gap), _Gap(said.gap if said else ())
        if here.words - there.words - self.lexer.words.lead or "、" in here.marks:
            yield "末尾多了规范表述里没有的词"


@dataclass(frozen=True, slots=True)
class _Gap:
    """What stands between two tokens that must be kept."""

    tokens: tuple[Token, ...]

    @property
    def text(self) -> str:
        return "".join(t.text for t in self.tokens if t.text.strip() or t.text == "\n")

    @property
    def words(self) -> frozenset[str]:
        return frozenset(t.text for t in self.tokens if t.sort is Sort.PLAIN)

    @property
    def marks(self) -> str:
        return "".join(t.text for t in self.tokens if t.sort is Sort.MARK and t.text.strip(" \t"))

    @property
    def is_strong(self) -> bool:
        return any(m in STRONG for m in self.marks)

    def fault(self, there: _Gap, before: Token | None, after: Token | None, lexer: Lexer) -> str:
        """Return what is wrong with this gap of a wording against that of the rules' text, "" for nothing."""
        if self.text == there.text or (there.marks == "：" and self.text in {"是", "为"} and after is not None and _is_quote(after)):
            return ""
        if self.is_strong != (there.is_strong or before is None) and not self._is_license(there, before):
            return "标点不能这样加或去掉"
        if there.is_strong and self.is_strong and not self._parts_as(there, after):
            return f"标点要用“{there.marks[-1]}”"
        if ("、" in self.marks) != ("、" in there.marks) and not (there.marks == "、" and _may_part(before) and self.marks in {"，", "；"}):
            return "顿号不能这样加或去掉"
        return self._words_fault(there, before, after, lexer)

    def _parts_as(self, there: _Gap, after: Token | None) -> bool:
        """Whether marks part as much as those of the rules' text, or more before a name: what is parted must stay parted."""
        told, said = (max(_PARTS[m] for m in gap.marks if m in STRONG) for gap in (there, self))
        return said == told or (said > told and after is not None and after.begins_anew)

    def _is_license(self, there: _Gap, before: Token | None) -> bool:
        """Whether a comma may be set: behind a figure, or behind the heading; and before the first token none is needed."""
        if before is None:
            return True
        is_heading = before.piece is not None and before.piece.kind is Kind.HEADING
        return (before.is_figure or is_heading) and (self.marks == "，" or there.marks == "、")

    def _words_fault(self, there: _Gap, before: Token | None, after: Token | None, lexer: Lexer) -> str:
        words = lexer.words
        known = set(there.words)
        if before is None or self.is_strong:
            leading = [t.text for t in self.tokens if t.text in words.lead]
            if len(leading) > _MOST_LEADING or len(set(leading)) < len(leading):
                return "连接词太多"
            if leading and after is not None and _NUMBERING.match(after.text):
                return "序号之前不加词"
            if lexer.is_official and (spoken := set(leading) & words.spoken):
                return f"公文里不写“{spoken.pop()}”"
            known |= words.lead
        loose = _loose(before, after, words)
        if not loose and there.words - words.lead - self.words:
            return "少了字"
        head, tail = self._parted()
        added = [w for w in tail if w not in known]
        if wrong := [w for w in head if w not in known] + [w for w in added if w not in loose] + added[1:]:
            return f"多了“{wrong[0]}”"
        return ""

    def _parted(self) -> tuple[list[str], list[str]]:
        """Return the words up to the last mark, and those behind it."""
        last = max((i for i, t in enumerate(self.tokens) if t.sort is Sort.MARK and t.text in STRONG), default=-1)
        head, tail = self.tokens[: last + 1], self.tokens[last + 1 :]
        return [t.text for t in head if t.sort is Sort.PLAIN], [t.text for t in tail if t.sort is Sort.PLAIN]


def _loose(before: Token | None, after: Token | None, words: PhrasingWords) -> frozenset[str]:
    """Return the words that may be set or dropped right before a token: particles before a figure, 的 behind the heading."""
    is_piece = before is not None and before.piece is not None and before.piece.kind is not Kind.TITLE
    if after is not None and after.is_filled and not is_piece:
        more = words.money if "元" in after.text else words.rate if "%" in after.text else frozenset()
        return words.particles | (more if after.is_figure else frozenset())
    if before is not None and before.piece is not None and before.piece.kind is Kind.HEADING:
        return frozenset({"的"})
    return frozenset()


def _is_quote(token: Token) -> bool:
    return token.piece is not None and token.piece.kind is Kind.QUOTE


def _may_part(before: Token | None) -> bool:
    """Whether items of a list may be parted by a comma here: behind a figure or a bracket."""
    return before is not None and (before.is_figure or before.text.endswith("）"))


def _steps(tokens: Iterable[Token]) -> list[_Step]:
    """Return the tokens that must be kept, each with what stands before it; the last is the end."""
    out: list[_Step] = []
    gap: list[Token] = []
    for token in tokens:
        if token.key:
            out.append(_Step(tuple(gap), token))
            gap = []
        else:
            gap.append(token)
    return [*out, _Step(tuple(gap), None)]


def _sentences(steps: list[_Step]) -> Iterator[list[_Step]]:
    """Yield the steps of each sentence, the end of the text left out."""
    unit: list[_Step] = []
    for step in steps[:-1]:
        ended = any(t.text in ENDS for t in step.gap) or (bool(unit) and _is_note(unit[-1])) or _is_note(step)
        if unit and ended:
            yield unit
            unit = []
        unit.append(step)
    if unit:
        yield unit


def _is_note(step: _Step) -> bool:
    return step.token is not None and step.token.piece is not None and step.token.piece.kind is Kind.NOTE


def _before(steps: list[_Step], unit: list[_Step]) -> Iterator[Token | None]:
    """Yield the token before each of a unit, None before the first of the text or of the unit."""
    previous: Token | None = None if not unit or unit[0] is steps[0] else Token(Sort.MARK, "。")
    for step in unit:
        yield previous
        previous = step.token


def _keys(steps: list[_Step]) -> list[str]:
    return [s.token.key if s.token else "" for s in steps]


def _rates(unit: list[_Step], said: list[_Step], following: _Step) -> Iterator[str]:
    """Say which words that stand before rates only, like 降幅, stand elsewhere; where the rules have them they may."""
    for told, written, after in zip(unit, said, [*said[1:], following], strict=True):
        token = written.token
        if token is None or token.synonym is None or not token.synonym.is_rate or (told.token and token.text == told.token.text):
            continue
        if after.token is None or not after.token.is_figure or "%" not in after.token.text:
            yield f"“{token.text}”只能用在百分数之前"


def _first_difference(unit: list[_Step], now: list[_Step]) -> str:
    for at, step in enumerate(unit):
        said = now[at] if at < len(now) else None
        if said is None or said.token is None or (step.token and said.token.key != step.token.key):
            wrong = f"，写成了“{_told(now[at:])}”" if said is not None and said.token is not None else "，漏了"
            return f"规范表述里这里是“{_told(unit[at:])}”{wrong}；科目、年份和{{{{名字}}}}的次序要与规范表述相同"
    return "与规范表述不同"


def _told(steps: list[_Step]) -> str:
    """Return the beginning of what stands there, as a model writes it."""
    said = ""
    for step in steps[:4]:
        said += "".join(t.text for t in step.gap) + _shown(step.token)
    return "".join(c for c in said if c.isprintable())[: 2 * _SHOWN]


def _shown(token: Token | None) -> str:
    if token is None:
        return ""
    return f"{{{{{token.piece.name}}}}}" if token.piece is not None else token.text[:_SHOWN]


def _tidy(named: str) -> str:
    """Return a wording without the marks of Markdown, with whole braces as half ones and half commas as whole ones."""
    text = named.replace("｛", "{").replace("｝", "}").replace("\r", "").strip()
    text = re.sub(r"\*\*|__|`|^#+\s*|^>\s*|^[-*•]\s+", "", text, flags=re.MULTILINE)
    text = re.sub(r"(?<!\{)\{\s*([a-z]\d{1,3})\s*\}(?!\})", r"{{\1}}", text)
    text = re.sub(r"(?<![。；：])\s*\n\s*", "", re.sub(r"\n\s*\n", "\n", text))
    text = re.sub(r"(?<=\}\}),|,(?=[^\d])", "，", text)
    text = NAME.sub(lambda m: "{{" + m.group(1) + "}}", text)
    # A note brings its own full stop.
    return re.sub(r"(\{\{s\d+\}\})[。；]", r"\1", text)


def _broken(named: str, known: Mapping[str, object]) -> tuple[str, ...]:
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
