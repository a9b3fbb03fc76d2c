"""Reasons of changes: whose they are, which slot they belong to, and which are refused."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from service.calculation.formula import Call, Expression, Function, Reference, render
from service.calculation.scope import QUALIFIERS, Scope
from service.domain.document import Document, StatedReason
from service.domain.errors import UnknownNameError
from service.domain.finding import Finding, Severity
from service.drafting.brief import Given
from service.vocabulary.names import fold
from service.vocabulary.wording import WordingRules

#: Longest reason, in characters; longer ones are no reason but a report.
LONGEST_REASON = 500
_LEAD = re.compile(r"^(?:主要)?原因(?:主要)?(?:是|为|在于)?[：:]?(?:是)?|^(?:主要)?(?:是|由于|因为)(?=因|由)")

#: Categories of Unicode that print nothing, or turn the order of what is printed.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

ReasonsFor = Callable[[Reference], Sequence[StatedReason]]


def refusal_of(text: str, rules: WordingRules) -> str:
    """Return why a reason, or words that a person fills in, cannot be written; "" where they can.

    Refused are empty words, markup and words spoken to a program, template residue, characters that cannot be
    seen, several paragraphs, and texts beyond `LONGEST_REASON`.
    """
    if not text.strip(" 。；，、"):
        return "没有写内容"
    if len(text) > LONGEST_REASON:
        return f"有{len(text)}个字，超过{LONGEST_REASON}字，请只写这一项增减的原因"
    if len(text.splitlines()) > 1:
        return "分了段，请写成一句"
    if unseen := next((c for c in text if c != "\t" and unicodedata.category(c) in _UNSEEN), ""):
        return f"第{text.index(unseen) + 1}个字是看不见的字符，请删去"
    for sign in rules.reasons.foreign:
        found = sign.pattern.search(text)
        if found:
            return f"含有{sign.what}“{found.group()[:20]}”"
    for sign in rules.residue:
        found = sign.pattern.search(text)
        if found:
            return f"含有模板残留“{found.group()[:20]}”（{sign.what}）"
    return ""


def hollow(text: str, rules: WordingRules) -> str:
    """Return why a reason says nothing, "" where it says something."""
    words = rules.reasons
    if text in words.unchanged:
        return "写的是没有变化，而数字有增减"
    if text in words.hollow:
        return "空泛，没有说明缘由"
    if words.tautology.match(text) and not any(w in text for w in words.concrete):
        return "只是重说增减，没有说明缘由"
    return ""


def tidy(text: str) -> str:
    """Take off the lead 「主要原因是」 and the closing mark, which the sentence brings along."""
    return _LEAD.sub("", text.strip()).strip().rstrip("。；;，, ")


@dataclass(slots=True)
class GivenBook:
    """What a person gave, found by the names of an item.

    Attributes:
        given: In the order of the file.
        used: Those that found their place.
    """

    given: Sequence[Given]
    used: set[Given] = field(default_factory=set)

    def find(self, names: Iterable[str]) -> Given | None:
        """Return what was given for an item of these names; the first name that fits wins."""
        by_name: dict[str, Given] = {}
        for each in self.given:
            by_name[_bare(each.item)] = each  # the last one given counts
        for name in names:
            found = by_name.get(_bare(name))
            if found is not None:
                self.used.update(g for g in self.given if _bare(g.item) == _bare(name))
                return found
        return None

    def unused(self) -> list[Given]:
        """Return what found no place in the draft."""
        return [each for each in self.given if each not in self.used]


def _bare(name: str) -> str:
    return re.sub(r"[\[\]“”\"'（）()\s,，]|功能=|经济=|项目=", "", fold(name))


def names_of(reference: Reference, scope: Scope, name: str = "") -> list[str]:
    """Return the names by which a person may call a figure: its formula, its narrowest member, its measure.

    Args:
        reference: The figure.
        scope: To resolve its names.
        name: The outline's own name for it, "" for none.
    """
    out = [name] if name else []
    out.append(render(reference))
    try:
        wanted = scope.resolve(reference)
    except UnknownNameError:
        return out
    narrow = {d: m for d, m in wanted.members.items() if d not in QUALIFIERS}
    measure = scope.vocabulary.measures[wanted.measure]
    for dimension, id_ in narrow.items() if len(narrow) == 1 else ():
        member = scope.vocabulary.member(dimension, id_)
        said = scope.name_of(dimension, id_)
        out += [id_, said, f"{said}支出", *(member.names if member else ())]
    if len(narrow) > 1:
        said = "".join(scope.name_of(d, m) for d, m in narrow.items())
        out += [said, f"{wanted.measure}{said}"]
    if not narrow:
        fund = wanted.members.get("fund", "")
        fund_names = [fund, f"{fund}{wanted.measure}"]
        out += fund_names if fund else [wanted.measure, *measure.names]
    return list(dict.fromkeys(n for n in out if n))


def item_among(names: Sequence[str], name: str) -> str:
    """Return the item that a person writes for a figure of these names: what the text calls it, else the first."""
    return name if _bare(name) in map(_bare, names) else next(iter(names), "")


def described(expression: Expression, scope: Scope) -> str:
    """Call a formula by words, as a person who has to fill it in would: 公务接待费, 基本支出占支出的比重."""
    match expression:
        case Reference():
            try:
                wanted = scope.resolve(expression)
            except UnknownNameError:
                return render(expression)
            members = [scope.name_of(d, m) for d, m in wanted.members.items()]
            tail = members[-1] if members else wanted.measure
            fund = wanted.members.get("fund", "")
            narrow = "".join(scope.name_of(d, m) for d, m in wanted.members.items() if d != "fund")
            if narrow:
                return f"{fund}{narrow}"
            return f"{fund}{wanted.measure}" if fund and not fund.endswith(wanted.measure) else tail
        case Call(function=Function.SHARE, arguments=(part, whole)):
            return f"{described(part, scope)}占{described(whole, scope)}的比重"
        case Call(function=Function.RATE | Function.CHANGE as function, arguments=(now, _)):
            return f"{described(now, scope)}{function.value}"
        case _:
            return render(expression)


def quoted_from(documents: Sequence[Document], scope: Scope) -> ReasonsFor:
    """Return what finds the reasons that some documents state for a figure: of its own coordinate, else of one fund of it."""

    def find(reference: Reference) -> Sequence[StatedReason]:
        wanted = scope.resolve(reference)
        exact, of_fund = [], []
        for document in documents:
            for reason in document.reasons:
                if reason.coordinate.measure != wanted.measure:
                    continue
                members = dict(reason.coordinate.members)
                if members == wanted.members:
                    exact.append(reason)
                elif _without_fund(members) == _without_fund(wanted.members):
                    of_fund.append(reason)
        return exact or of_fund

    return find


def _without_fund(members: dict[str, str]) -> dict[str, str]:
    return {d: m for d, m in members.items() if d not in QUALIFIERS}


def refused(item: str, why: str, place: str, text: str) -> Finding:
    """Say that a reason was not written, and why."""
    where = f"（{place}）" if place else ""
    return Finding(
        "reason-refused", Severity.ERROR, f"“{item}”的原因没有采用{where}：{why}。请改写后再起草；正文此处留空待补。",
        stated=text[:60],
    )  # fmt: skip
