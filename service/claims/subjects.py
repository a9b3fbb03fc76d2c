"""What a figure in running text is of: the names before it, the whole it is a part of, what else is named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from service.domain.coordinate import Aspect
from service.vocabulary.catalogue import NarrativeSection
from service.vocabulary.names import fold, strip_ordinal
from service.vocabulary.spotting import DIMENSION, MEASURE, Mention, Spotter
from service.vocabulary.vocabulary import Vocabulary

_EMPTY_WORD = re.compile(
    r"主要|年初|年末|期末|期初|当年|本年|全年|其中|以及|相比|预算|决算|合计|共计|总计|总额|总体|安排|金额|数额|资金|经费|支出|收入|部门|单位|万元|同比|较|比|与|和|为|是|的|了|约|共|数|达|到|至|近|各|均为|总|由|使用|对应|上述|我"
)
_FUNCTION_MARK = re.compile(r"[（(]\d{0,7}(类|款|项)[)）]")
_AFTER_NAME = re.compile(r"(?:支出)?[（(]\d{0,7}(类|款|项)[)）]")
#: Digits of a function code at each level.
_DIGITS_AT = {"类": 3, "款": 5, "项": 7}
#: The name in front of a mark of the level.
_MARKED = re.compile(r"([^（()），。：；、,;:\s\d.．]{2,30})[（(]\d{0,7}(类|款|项)[)）]")
_PART = re.compile(r"其中|包括|包含|分别为|[含有][:：]|用于以下|分为")
#: 「收入包括：」, 「支出按功能分类：」: the parts of one side follow.
_SIDE = re.compile(
    r"(?:^|[，,；;。：:]|其中)(收入|支出)(?:预算|合计|总计)?(?:按[^，,；;：:。]{2,12}?(?:分类?|划分))?[，,]?(?:包括|包含|分为|[：:])"
)
#: A colon or a bracket right behind a figure: its parts follow. 「（一）」 is an ordinal.
_LISTED = re.compile(r"[：:]|[（(](?![一二三四五六七八九十\d]{1,3}[)）])")
#: Words behind which a name of its own begins: 「按规定安排的公务接待费」.
_CONNECTED = re.compile(r"^.*(?:的|安排|为|是|用于|其中|包括|包含|分|由|及|和|与|至|于|对应|形成|下达|拨付|列支|从|所属|下属)")
_PURPOSE = re.compile(r"(?:主要)?(?:用于|(?<![会房疗优])保障(?![和性房类]|支出|中心)|反映)(?!以下|如下|下列)")
_ONLY_FIGURE = re.compile(r"^[^\u4e00-\u9fffA-Za-z]*$")
#: 「支出决算为」, 「年初预算为」 say which figure of the subject follows, and name no other subject.
_STAGE_ONLY = re.compile(
    r"^(?:(?:支出|收入)(?:年初|全年|调整后?)?(?:预算|决算|执行)数?(?:为|是|均为)"
    r"|(?:年初|全年|当年|本年|上年|去年|调整后?|财政)*(?:预算|决算)(?:执行|完成)?(?:数额?|金额|安排|支出数)?(?:为|是|均为)?)$"
)
#: Dimensions along which only spending is split.
_OF_SPENDING = frozenset({"function", "economic", "gov_economic", "nature", "project", "project_type"})
_BARE = frozenset({"收入", "支出"})
_TOTALS = frozenset({"支出总计"})
#: In a table 「其中：财政拨款」 is a column of its own; in prose it is 财政拨款.
_OF_WHICH = re.compile(r"其中[:：]")
_EXCLUDED = re.compile(r"[（(]不含[^（）()]*[)）]")
_NO_ORIGIN = frozenset({"当年预算", "编制预算", "本年预算安排"})
_SHORTEST_CLASS = 4
#: A name this short may be the end of a longer one: 信访接待中心〔运行费〕.
_LONGEST_ENDING = 3
_CODE_BEHIND = re.compile(r"[（(](\d{3,9})[)）]")
_SHORTEST_NAME = 2
_FUNCTION = "function"
#: Dimensions whose members are printed with a code.
_CLASSIFIED = ("function", "economic", "gov_economic")
_LONGEST_TITLE = 60
_LONGEST_SHORT_ITEM = 3
#: 「本年收入中，」: what follows is within it.
_WITHIN = re.compile(r"(?<!其)中[，,]$")


@dataclass(slots=True)
class Subject:
    """What the running text is talking about.

    Attributes:
        measures: Ids of the measures: two for 收支.
        members: Members by dimension.
    """

    measures: tuple[str, ...] = ()
    members: dict[str, str] = field(default_factory=dict)


OTHER = Subject()
"""Something that the vocabulary does not know: 会议室改造 within a sentence on 公用经费."""


def _spot(text: str, spotter: Spotter, vocabulary: Vocabulary) -> list[Mention]:
    """Find the names in prose: not within 「（不含…）」, not words that only say 「this year」, no short word of 政府经济分类 (预留).

    A short name that only tables give to a class is any word (图书馆) without the mark of its level.
    """
    hidden = _EXCLUDED.sub(lambda m: "＃" * len(m.group()), _OF_WHICH.sub("其中，", text))
    found = []
    for mention in spotter.spot(hidden):
        targets = tuple(t for t in mention.targets if t[0] != "gov_economic" or len(mention.text) >= _SHORTEST_CLASS)
        is_any_word = len(mention.text) < _SHORTEST_CLASS and not _AFTER_NAME.match(text, mention.end)
        if is_any_word:
            targets = tuple(t for t in targets if t[0] != _FUNCTION or _is_name_of(mention.text, t[1], vocabulary))
        if targets and mention.text not in _NO_ORIGIN:
            found.append(replace(mention, targets=targets))
    return found


def _is_name_of(name: str, code: str, vocabulary: Vocabulary) -> bool:
    member = vocabulary.member(_FUNCTION, code)
    return member is not None and any(fold(n).startswith(fold(name)) for n in (member.name, *member.names, code))


class Names:
    """The known names of a paragraph, and what stands between them.

    Args:
        text: The paragraph, the entity's own names struck out.
        spotter: Finds the names.
        vocabulary: For words and members.
        headings: Headings above, outermost first.
        known: Members named in the document's tables.
    """

    def __init__(
        self, text: str, spotter: Spotter, vocabulary: Vocabulary, headings: Sequence[str],
        known: frozenset[tuple[str, str]],
    ) -> None:  # fmt: skip
        self.text = text
        self.words = vocabulary.catalogue.words
        self._vocabulary = vocabulary
        self._mentions = _spot(text, spotter, vocabulary)
        self._known = known
        self._headings = [(h, _spot(h, spotter, vocabulary)) for h in headings]
        self._above = [m for _, mentions in self._headings for m in mentions]
        self._plain = sorted({w for said in self.words.values() for w in said}, key=len, reverse=True)

    def between(self, start: int, end: int) -> list[Mention]:
        """Return the names that stand wholly within a span."""
        return [m for m in self._mentions if start <= m.start and m.end <= end]

    def subject(self, mentions: Sequence[Mention], lead: str) -> Subject | None:
        """Combine names into a subject; the last name on each dimension counts.

        Returns:
            None where nothing is named, OTHER where a name may stand for two things.
        """
        measures: list[str] = []
        members: dict[str, str] = {}
        for index, mention in enumerate(mentions):
            target = self._target(mention, mentions[:index])
            if target is None:
                return OTHER
            dimension, member = target
            if dimension == MEASURE:
                measures.append(member)
            elif dimension != DIMENSION:
                members[dimension] = member
                implied = self._vocabulary.member(dimension, member)
                if implied and implied.measure:
                    measures = [implied.measure]
                elif "收入" in mention.text and not measures:
                    measures = ["收入"]
                if dimension == "origin" and "财政拨款" in mention.text:
                    members.setdefault("fund", "财政拨款")
        chosen = _narrowest(measures)
        if any(w in lead for w in self.words["both"]):
            chosen = ["收入", "支出"]
        return Subject(tuple(chosen), members) if chosen or members else None

    def _target(self, mention: Mention, before: Sequence[Mention]) -> tuple[str, str] | None:
        """Return what a name stands for; None where the text does not tell which of several."""
        if mention.target(MEASURE) and mention.targets[0][0] == MEASURE:
            return mention.targets[0]
        code = _CODE_BEHIND.match(self.text[mention.end : mention.end + 12])
        coded = [t for t in mention.targets if code and t[1] == code.group(1)]
        if coded:
            return coded[0]
        if code and mention.targets[0][0] in {"nature", *_CLASSIFIED}:
            exact = [d for d in _CLASSIFIED if self._vocabulary.member(d, code.group(1))]
            if len(exact) == 1:
                return exact[0], code.group(1)
        marked = _AFTER_NAME.match(self.text[mention.end : mention.end + 12])
        targets = [t for t in mention.targets if t[0] == _FUNCTION] if marked else []
        if marked:
            digits = _DIGITS_AT[marked.group(1)]
            targets = [t for t in targets if len(t[1]) == digits] or targets
        targets = targets or [t for t in mention.targets if t[0] == mention.targets[0][0]]
        if targets[0][0] != _FUNCTION or len(targets) == 1:
            return targets[0]
        for other in [*reversed(before), *reversed(self._above)]:
            codes = [m for d, m in other.targets if d == _FUNCTION]
            inside = [t for t in targets if any(t[1].startswith(c) and t[1] != c for c in codes)]
            if inside:
                targets = inside
                if len(targets) == 1:
                    return targets[0]
        if self._known:
            targets = [t for t in targets if t in self._known] or targets
        return targets[0] if len(targets) == 1 else None

    def stands_under(self, part: Subject, whole: Subject) -> bool:
        """Whether a part stands directly under a whole along the dimension that names it."""
        for dimension in ("item", "nature"):
            member = part.members.get(dimension)
            if member is not None:
                above = self._vocabulary.ancestors(dimension, member)
                return whole.members.get(dimension) == (above[0] if above else None)
        return True

    def measure_of_item(self, mention: Mention) -> str | None:
        """Return the measure that an item belongs to, None for a name on another dimension."""
        dimension, member = mention.targets[0]
        found = self._vocabulary.member(dimension, member) if dimension == "item" else None
        return found.measure or None if found else None

    def _is_marked(self, mention: Mention) -> bool:
        return bool(_AFTER_NAME.match(self.text[mention.end : mention.end + 12]))

    def names_another(self, start: int, end: int) -> bool:
        """Whether something is named in a span that the vocabulary does not know (会议室改造)."""
        text = self.text[start:end]
        marked = _MARKED.findall(text)
        if marked:
            return not self._knows(marked[-1][0])
        mentions = self.between(start, end)
        if not mentions:
            return self.is_named(text)
        last = mentions[-1]
        if self.is_named(self.text[last.end : end]):
            return True
        glued = re.search(r"[\u4e00-\u9fff]*$", self.text[max(start, *(m.end for m in mentions[:-1]), 0) : last.start])
        before = glued.group() if glued else ""
        before = before if last.text in _BARE else _CONNECTED.sub("", before)
        return self.is_named(before.removeprefix("年度").removeprefix("年"))

    def is_named(self, text: str) -> bool:
        """Whether words that mean nothing by themselves leave something of a text."""
        plain = re.sub(r"20\d\d年度?|[^\u4e00-\u9fff ]", "", text)
        for word in self._plain:
            plain = plain.replace(word, " ")
        plain = _EMPTY_WORD.sub(" ", plain)
        return any(len(piece) >= _SHORTEST_NAME for piece in plain.split()) or (
            len(plain.replace(" ", "")) > _SHORTEST_NAME
        )

    def _knows(self, name: str) -> bool:
        """Whether a name printed with the mark of its level is known as a whole."""
        name = fold(strip_ordinal(name))
        return any(_FUNCTION_MARK.sub("", fold(m.text)).removesuffix("支出") == name.removesuffix("支出") for m in self._mentions)

    def is_list(self, start: int, end: int) -> bool:
        """Whether several things of one kind are named together: 「办公费、印刷费」."""
        mentions = self.between(start, end)
        return any(
            a.targets[0][0] == b.targets[0][0] != MEASURE and re.fullmatch(r"(?:支出|经费)?[、和及与]", self.text[a.end : b.start])
            for a, b in pairwise(mentions)
        )

    def title(self, start: int, end: int) -> Subject | None:
        """Return the subject that a sentence without a figure sets: 「（二）公务接待费。」."""
        text = self.text[start:end].strip("。：: ")
        if not text or len(text) > _LONGEST_TITLE or _PURPOSE.search(text) or not (mentions := self.between(start, end)):
            return None
        if self.names_another(start, end):
            return OTHER if _FUNCTION_MARK.search(text) else None
        return self.subject(mentions, text)

    def heading(self) -> Subject | None:
        """Return the subject that the nearest heading sets, where it names nothing else."""
        if not self._headings:
            return None
        text, mentions = self._headings[-1]
        rest = text
        for mention in mentions:
            rest = rest.replace(mention.text, "")
        rest = re.sub(r"[（(](?:类|款|项)[)）]|支出|预算|情况|说明|[^\u4e00-\u9fff]|[一二三四五六七八九十]", "", strip_ordinal(rest))
        return self.subject(mentions, text) if mentions and len(rest) < _SHORTEST_NAME else None


def _narrowest(measures: Sequence[str]) -> list[str]:
    """Return the last measure that is not just 收入 or 支出, if there is one."""
    specific = [m for m in measures if m not in _BARE and m not in _TOTALS]
    totals = [m for m in measures if m in _TOTALS]
    return specific[-1:] or totals[-1:] or list(measures[-1:])


class Talk:
    """Follows what a paragraph is talking about, figure by figure.

    Attributes:
        thing: Number of what the last figure is of; it goes up when something else is talked about.
    """

    def __init__(self, names: Names, section: NarrativeSection | None) -> None:
        self._names = names
        self._section = section
        self._subject = Subject()
        self._whole: Subject | None = None
        self._outside: list[tuple[Subject, Subject | None]] = []
        self._several = False
        self._read = 0
        self.thing = 0
        above = names.heading()
        if above is not None:
            self._subject = above if above is OTHER else self._merge(above)

    def begin_sentence(self, start: int, end: int, *, has_figures: bool) -> None:
        """Take a sentence without a figure as a title, if it is one."""
        if has_figures:
            return
        found = self._names.title(start, end)
        if found is not None:
            self._whole, self._several = None, False
            self._subject = found if found is OTHER else self._merge(found)
            self.thing += 1

    def subject_at(self, position: int, clause: int, end: int, aspect: Aspect | None) -> Subject:
        """Return what the figure at *end* is of.

        Args:
            position: Where the words that may belong to it begin.
            clause: Where its own clause begins.
            end: Where the figure begins.
            aspect: What is said of it.
        """
        lead, own = self._names.text[position:end], self._names.text[clause:end]
        self._brackets(self._names.text[self._read : end])
        self._read = end
        clause = min([clause, *(m.start for m in self._names.between(position, end) if m.start < clause < m.end)])
        if aspect is Aspect.SHARE:
            clause_end = clause + own.index("占") if "占" in own else end
            return self._of_share(clause, clause_end, end)
        labelled = self._names.between(self._with_label(position, clause), end) if clause > position else []
        said = re.sub(r"20\d\d年度?|[^\u4e00-\u9fff]", "", own)
        talked = bool(self._subject.measures or self._subject.members)
        if said and _STAGE_ONLY.match(said) and talked and not [m for m in labelled if m.end <= clause]:
            return self._subject
        is_part = bool(_PART.search(lead) or _LISTED.match(lead))
        begins = self._begins_sentence(position) and lead[:1] not in {"）", ")"}
        side = _SIDE.search(lead)
        if side:
            above = self._whole if self._several and self._whole else self._subject
            self._whole, self._several = Subject((side.group(1),), dict(above.members)), True
            is_part = True
        elif is_part and self._subject is not OTHER and not (begins and self._several):
            self._whole, self._several = self._subject, True
        found = self._found(position, clause, end)
        before = self._subject
        if found is OTHER:
            self._subject = OTHER
        elif found is not None:
            self._several = self._several and (is_part or not begins)
            self._subject = self._merge(found)
        elif aspect in {Aspect.CHANGE, Aspect.RATE} and begins and self._several and self._whole:
            self._subject = self._whole
        checked = self._checked(position, clause, end, aspect, found, is_part=is_part)
        is_named = found is not None or self._names.is_named(own)
        if is_named and (checked is OTHER or not _same(before, checked)):
            self.thing += 1
        if checked is OTHER and aspect is Aspect.LEVEL:
            self._subject = OTHER  # the changes behind it are its own
        return checked

    def _checked(
        self, position: int, clause: int, end: int, aspect: Aspect | None, found: Subject | None, *, is_part: bool
    ) -> Subject:
        """Return the subject, or OTHER where the words before the figure name something else."""
        own = self._names.text[clause:end]
        if aspect is not Aspect.LEVEL:
            named = bool(self._names.between(clause, end))
            return OTHER if named and self._names.names_another(clause, _before_comparison(own, clause, end)) else self._subject
        if _ONLY_FIGURE.match(own) and (clause > position or self._begins_sentence(position) or own.strip("、和，, ") != own):
            return OTHER
        if _ONLY_FIGURE.match(own) and found is None:
            return OTHER
        if found is None and self._names.is_named(own):
            return OTHER
        if self._names.names_another(clause, end) or self._names.is_list(clause, end) or "分别" in own:
            return OTHER
        if is_part and found is not None and self._whole is not None and _same(self._subject, self._whole):
            return OTHER
        return self._subject

    def _found(self, position: int, clause: int, end: int) -> Subject | None:
        """Return what is named in the figure's own clause, or else before what the money is for."""
        mentions = self._in_place(self._names.between(self._with_label(position, clause), end))
        if not mentions:
            purpose = _PURPOSE.search(self._names.text, position, clause)
            mentions = self._in_place(self._names.between(position, purpose.start() if purpose else clause))
        elif _WITHIN.search(self._names.text[position:clause]):
            mentions = [*self._in_place(self._names.between(position, clause)), *(m for m in mentions if m.start >= clause)]
            found = self._names.subject(mentions, self._names.text[position:end])
            if found and found is not OTHER and re.search(r"本年|当年", self._names.text[position:clause]):
                found.members.setdefault("origin", "本年")
            return found
        return self._names.subject(mentions, self._names.text[position:end])

    def _in_place(self, mentions: Sequence[Mention]) -> list[Mention]:
        """Leave out words that name an item only where its measure is talked about (工程, 运行费)."""
        about = {*self._subject.measures, *(self._whole.measures if self._whole else ())}
        about |= {self._section.measure} if self._section else set()
        return [m for m in mentions if len(m.text) > _LONGEST_SHORT_ITEM or self._names.measure_of_item(m) in {None, *about}]

    def _with_label(self, position: int, clause: int) -> int:
        """Return where the label of a clause begins: 「检察（款）：2018年支出合计」."""
        text = self._names.text
        if clause <= position or text[clause - 1] not in "：:":
            return clause
        return max([position, *(m.end() for m in re.finditer(r"[，,；;。]", text[:clause]) if m.end() >= position)])

    def _of_share(self, clause: int, end: int, figure: int) -> Subject:
        """Return what a share is of: the subject before 占, the figure just stated where nothing is named there.

        A share of something other than what the part stands directly under is bound to nothing.
        """
        mentions = self._names.between(clause, end)
        found = self._names.subject(mentions, self._names.text[clause:end])
        if found is not None and found is not OTHER:
            self._subject = self._merge(found)
        whole = self._names.subject(self._names.between(end, figure), "")
        if found is OTHER or (whole is not None and not self._names.stands_under(self._subject, whole)):
            return OTHER
        return self._subject

    def _merge(self, found: Subject) -> Subject:
        """Carry what was talked about into a lead that names only a part of it."""
        whole = self._whole if self._several else None
        measures = found.measures
        section = self._section.measure if self._section else ""
        if section and section not in _BARE and measures and set(measures) <= _TOTALS and not found.members:
            measures = (section,)  # 「采购预算总额」
        if not measures:
            measures = (section,) if section else (whole or self._subject).measures
            if _OF_SPENDING & found.members.keys() and not (set(measures) - {"收入"}):
                measures = ("支出",)
        members = dict(found.members)
        if whole is not None and measures and set(measures) <= _BARE and members and not set(whole.measures) <= _BARE | _TOTALS:
            measures = whole.measures
        if whole is not None and (not found.measures or set(found.measures) <= {*whole.measures, *_BARE}):
            members = whole.members | members
        return Subject(measures, members)

    def _begins_sentence(self, position: int) -> bool:
        return position == 0 or self._names.text[position - 1] in "。！？!?"

    def _brackets(self, lead: str) -> None:
        """Come back from an aside in brackets to what was talked about before it."""
        for char in lead:
            if char in "（(":
                self._outside.append((self._subject, self._whole))
            elif char in "）)" and self._outside:
                self._subject, self._whole = self._outside.pop()


def _before_comparison(own: str, clause: int, end: int) -> int:
    """Return where a clause begins to compare: 「基本支出比上年增加」."""
    found = re.search(r"[比较与同和]\s*(?:20\d\d|上年|去年|上一年)", own)
    return clause + found.start() if found and found.start() else end


def _same(one: Subject, other: Subject) -> bool:
    return one.measures == other.measures and one.members == other.members
