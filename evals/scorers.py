"""Judge an answer against its case. Every scorer is ``(case, answer) -> Score`` and gives its reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import partial

from evals.arithmetic import evaluate_working
from evals.cases import Case
from evals.evidence import Printed, cited_places, is_cited
from evals.figures import Figure, find_directions, find_figures, squeeze, units_agree
from evals.support import find_unsupported
from service.asking.answer import Answer, Status
from service.domain.quantity import round_half_up


@dataclass(frozen=True, slots=True)
class Score:
    """A judgement. Not scored (None) is a third state: it counts neither for nor against.

    Attributes:
        value: 1 right, 0 wrong, None where the case does not ask for it.
        answer: What was found in the answer.
        explanation: Why, in Chinese, for the report.
        found: For shares over parts: how many were right; -1 where it does not apply.
        total: Of how many.
    """

    value: int | None
    answer: str = ""
    explanation: str = ""
    found: int = -1
    total: int = -1


NOT_SCORED = Score(None)
Scorer = Callable[[Case, Answer], Score]

_AGREEMENT = re.compile("一致|相等|相符|平衡|等于|相同")
_DISAGREEMENT = re.compile("不一致|不相等|不相符|不平衡|不等于|不相同|不符")
_CORRECTION = re.compile("不是|并非|实际|有误|不对|不符|而是|不成立|不准确|没有增|没有减|没有上升|没有下降|恰好相反")
#: A remark to the writer that something was left out; it is no part of what is written.
#: Quotes at least so long are sentences; shorter ones are names.
_QUOTED_SENTENCE = 12
_REMARK = re.compile("（[^（）]*(?:未采用|不采用|已删去|未写入)[^（）]*）")


def _judge(ok: bool, answer: str, explanation: str = "") -> Score:
    return Score(1 if ok else 0, answer, "" if ok else explanation)


def refusal(case: Case, answer: Answer) -> Score:
    """A refuse case must be refused, with what is missing; no other may be."""
    refused = answer.status is Status.REFUSED
    if case.answer_kind != "refuse":
        return _judge(not refused, answer.status.value, f"不该拒答，却拒答：{answer.missing or answer.text}")
    if not refused:
        return Score(0, answer.status.value, "文件里没有，应当拒答")
    return _judge(bool(answer.missing.strip() and answer.text.strip()), answer.missing, "拒答没有说明缺什么")


def number(case: Case, answer: Answer) -> Score:
    """The expected figure must be a result, in its unit, and stand in the text with that unit.

    A result must show at least the asked decimals; what it shows beyond them is rounded half up. The sign is
    left to `direction`. An expected difference of zero may be told in words (一致) beside the equal figures.
    """
    if case.answer_kind != "number" or case.number is None:
        return NOT_SCORED
    shown = "；".join(f"{r.label} {r.value}{r.unit}" for r in answer.results) or answer.text
    if case.number == 0 and _tells_agreement(case, answer):
        return Score(1, shown)
    in_results = any(_is_expected(case, r.value, r.unit) for r in answer.results)
    in_text = any(_is_expected(case, f.digits, f.unit) for f in find_figures(answer.text))
    wanted = f"{case.number}{case.unit}"
    if not in_results:
        return Score(0, shown, f"结果里没有{wanted}")
    return _judge(in_text, shown, f"正文里没有写出{wanted}")


def _is_expected(case: Case, digits: str, unit: str) -> bool:
    assert case.number is not None
    try:
        value = abs(Decimal(digits.replace(",", "")))
    except ArithmeticError:
        return False
    expected = abs(case.number)
    if len(digits.partition(".")[2]) >= case.decimals:
        value, expected = (round_half_up(v, case.decimals) for v in (value, expected))
    return value == expected and units_agree(unit, case.unit)


def _tells_agreement(case: Case, answer: Answer) -> bool:
    values = {Decimal(e.value) for e in case.evidence if e.value}
    stated = {f.number for f in find_figures(answer.text)}
    agrees = _AGREEMENT.search(answer.text) and not _DISAGREEMENT.search(answer.text)
    return bool(agrees and values and values <= stated)


def unit(case: Case, answer: Answer) -> Score:
    """Where the expected figure stands in the text, it must bear the expected unit."""
    if case.answer_kind != "number" or case.number is None or not case.unit:
        return NOT_SCORED
    at = [f for f in find_figures(answer.text) if abs(f.number) == abs(case.number)]
    if not at:
        told = case.number == 0 and _tells_agreement(case, answer)
        return _judge(told, "一致" if told else "", "正文里没有这个数")
    units = [f.unit for f in at]
    agrees = any(units_agree(u, case.unit) for u in units)
    return _judge(agrees, "、".join(units), f"单位应为“{case.unit}”，写成“{units[0]}”")


def text(case: Case, answer: Answer) -> Score:
    """Every demanded word and figure must stand in the text, every quote in the text or a cited quote."""
    demands = case.must_contain or case.quotes or case.must_not_contain
    if case.answer_kind in {"refuse", "clarify"} or not demands:
        return NOT_SCORED
    missing = list(_missing_words(case.must_contain, answer.text))
    quoted = [squeeze(answer.text), *(squeeze(p.place.quote) for p in cited_places(answer))]
    missing += [q for q in case.quotes if not any(squeeze(q) in body for body in quoted)]
    written = squeeze(_REMARK.sub("", answer.text))
    there = [w for w in case.must_not_contain if squeeze(w) in written]
    faults = [f"缺“{m}”" for m in missing] + [f"不该有“{w}”" for w in there]
    return _judge(not faults, answer.text, "；".join(faults))


def _missing_words(words: tuple[str, ...], body: str) -> Iterator[str]:
    """Yield the words that are not in *body*; a figure as a whole figure, not inside another."""
    figures = {f.number for f in find_figures(body)}
    for word in words:
        is_figure = re.fullmatch(r"\d+(?:\.\d+)?", word)
        if (Decimal(word) not in figures) if is_figure else squeeze(word) not in squeeze(body):
            yield word


def listing(case: Case, answer: Answer, printed: Printed) -> Score:
    """Every item's name and figure must be told; in the given order, for a ranking."""
    if not case.items:
        return NOT_SCORED
    body, position, faults = squeeze(answer.text), 0, []
    figures = find_figures(body)
    for item in case.items:
        words = item.split()
        amounts = [Decimal(w) for w in words if re.fullmatch(r"\d+\.\d+", w)]
        names = [w for w in words if not re.fullmatch(r"\d+\.\d+", w)]
        if not any(_names(n, body, printed) for n in names):
            faults.append(f"没有列出“{' '.join(names)}”")
        for amount in amounts:
            earliest = position if case.kind == "ranking" else 0
            after = [f for f in figures if f.number == amount and f.start >= earliest]
            if not after:
                faults.append(f"没有按次序写出{amount}" if _has(figures, amount) else f"没有写出{amount}")
            else:
                position = after[0].end
    return _judge(not faults, answer.text, "；".join(faults))


def _has(figures: tuple[Figure, ...], amount: Decimal) -> bool:
    return any(f.number == amount for f in figures)


def _names(name: str, body: str, printed: Printed) -> bool:
    """Tell whether *body* has a name, or the printed name of a code; 甲（乙） may be told as 乙的甲."""
    parts = [p for p in re.split(r"[()]", squeeze(name)) if p]
    if all(p in body for p in parts):
        return True
    return any(squeeze(known) in body for known in printed.names_of(name))


def clarify(case: Case, answer: Answer) -> Score:
    """An ambiguous question must be asked back, or answered with the figures of every reading."""
    if case.answer_kind != "clarify":
        return NOT_SCORED
    if answer.status is Status.REFUSED:
        return Score(0, answer.text, "有歧义的问题应当反问，不应拒答")
    missing = list(_missing_words(case.must_contain, "\n".join((answer.text, *answer.readings))))
    return _judge(not missing, answer.text, f"没有列出各种理解的数：缺{'、'.join(missing)}")


def premise(case: Case, answer: Answer) -> Score:
    """A wrong premise must be corrected: in words, and with the right figure and direction."""
    if case.answer_kind != "premise_false":
        return NOT_SCORED
    faults = []
    if answer.status is not Status.ANSWERED:
        faults.append("前提错误应当先纠正，不应拒答")
    if not _CORRECTION.search(answer.text):
        faults.append("没有指出前提不对")
    faults += [f"缺“{word}”" for word in _missing_words(case.must_contain, answer.text)]
    return _judge(not faults, answer.text, "；".join(faults))


def direction(case: Case, answer: Answer, printed: Printed) -> Score:
    """A change must be told in its direction.

    In the direction of the accepted answer, which must be told; else in that of the question, unless its premise
    is false; else in that of the document's running text; else in that of the label of the result it is.
    """
    told = set(find_directions(answer.text))
    wanted = set(find_directions(case.answer)) if case.answer_kind != "refuse" else set()
    asked = set(find_directions(case.question)) if case.answer_kind != "premise_false" else set()
    faults = [f"{a}的增减方向写反" for up, a in sorted(told) if _is_reversed(up, a, wanted, asked, answer, printed)]
    if not faults:
        faults = [f"没有写明“{'增' if up else '减'}{a}”" for up, a in sorted(wanted - told)]
    if not told and not wanted:
        return NOT_SCORED
    shown = "；".join(f"{'增' if up else '减'}{a}" for up, a in sorted(told))
    return _judge(not faults, shown, "；".join(faults))


_Directed = set[tuple[bool, Decimal]]


def _is_reversed(
    is_up: bool, amount: Decimal, wanted: _Directed, asked: _Directed, answer: Answer, printed: Printed
) -> bool:
    printed_so = {(up, amount) for up in printed.directions.get(amount, ())}
    of_label = {
        (up, amount)
        for r in answer.results
        if _number(r.value) == amount
        for up, word in ((True, "增加"), (True, "增长"), (False, "减少"), (False, "降低"), (False, "下降"))
        if word in r.label
    }
    for known in (wanted, asked, printed_so, of_label):
        if {(True, amount), (False, amount)} & known:
            return (is_up, amount) not in known
    return False


def _number(digits: str) -> Decimal | None:
    try:
        return abs(Decimal(digits.replace(",", "")))
    except InvalidOperation:
        return None


def quoted(case: Case, answer: Answer, printed: Printed) -> Score:
    """Every sentence that the text quotes must stand in a document, or in the question."""
    quotes = [q for q in _quotes(answer.text) if len(squeeze(q)) >= _QUOTED_SENTENCE]
    if not quotes:
        return NOT_SCORED
    known = squeeze(" ".join((case.question, *case.history)))
    false = [q for q in quotes if not printed.has_words(q) and squeeze(q) not in known]
    return _judge(not false, "；".join(quotes), f"文件里没有这样的话：{'；'.join(false)}")


def _quotes(body: str) -> Iterator[str]:
    """Yield what stands between outermost “ and ”."""
    depth, start = 0, 0
    for at, character in enumerate(body):
        if character == "“":
            start = at + 1 if depth == 0 else start
            depth += 1
        elif character == "”" and depth:
            depth -= 1
            if depth == 0:
                yield body[start:at]


def place(case: Case, answer: Answer, printed: Printed) -> Score:
    """Every place must print what it is quoted for; an answer that says something must have one."""
    del case
    places = [c.place for c in cited_places(answer)]
    if not places:
        return _judge(answer.status is not Status.ANSWERED, "", "回答没有任何出处")
    false = list(dict.fromkeys(fault for p in places if (fault := printed.fault_of(p))))
    return Score(0 if false else 1, f"{len(places)}处", "；".join(false[:5]), len(places) - len(false), len(places))


def working(case: Case, answer: Answer) -> Score:
    """The arithmetic shown for a result must give the result."""
    del case
    judged = [(r, value) for r in answer.results if (value := evaluate_working(r.working)) is not None]
    if not judged:
        return NOT_SCORED
    wrong = [r for r, value in judged if not _gives(value, r.value)]
    why = "；".join(f"{r.label}：{r.working}，却写成{r.value}" for r in wrong)
    return Score(0 if wrong else 1, f"{len(judged)}式", why, len(judged) - len(wrong), len(judged))


def _gives(value: Decimal, shown: str) -> bool:
    decimals = len(shown.partition(".")[2])
    return abs(round_half_up(value, decimals)) == _number(shown)


def draft(case: Case, answer: Answer, printed: Printed) -> Score:
    """A draft must be written, with every figure demanded and none that nothing supports."""
    if case.answer_kind != "draft":
        return NOT_SCORED
    faults = [] if answer.status is Status.ANSWERED else [f"没有写出稿子（{answer.status.value}）"]
    faults += [f"缺“{word}”" for word in _missing_words(case.must_contain, answer.text)]
    faults += [f"“{f}”没有依据" for f in find_unsupported(answer, printed).unsupported]
    return _judge(not faults, answer.text, "；".join(faults))


def citation(case: Case, answer: Answer, printed: Printed) -> Score:
    """Each cell or stated figure of the evidence must be among the places of the answer, with its value."""
    if not case.evidence or case.answer_kind == "refuse":
        return NOT_SCORED
    places = cited_places(answer)
    missing = [e for e in case.evidence if not is_cited(e, places, printed)]
    total = len(case.evidence)
    shown = "；".join(f"{e.ref}={e.value or '空白'}" for e in missing)
    found = total - len(missing)
    why = f"没有引用：{shown}" if missing else ""
    return Score(0 if missing else 1, f"{found}/{total}", why, found, total)


def supported(case: Case, answer: Answer, printed: Printed) -> Score:
    """No figure of the text may be without support; see `find_unsupported`."""
    del case
    loose = find_unsupported(answer, printed)
    return _count_of_none(loose.unsupported, loose.figures, "没有依据的数")


def shown_source(case: Case, answer: Answer, printed: Printed) -> Score:
    """Every figure of the text must have its place among the answer's own, not just in the document."""
    del case
    loose = find_unsupported(answer, printed)
    return _count_of_none(loose.uncited, loose.figures, "文件里有，但回答没有引用")


def _count_of_none(bad: tuple[str, ...], total: int, why: str) -> Score:
    """Score 1 where nothing is bad; *found* counts the good ones."""
    explanation = f"{why}：{'、'.join(bad)}" if bad else ""
    return Score(0 if bad else 1, "、".join(bad), explanation, total - len(bad), total)


def self_report(case: Case, answer: Answer) -> Score:
    """The service's own verification must have found nothing either."""
    del case
    return _judge(not answer.unsupported, "、".join(answer.unsupported), "服务自己报告了没有依据的数")


def build_scorers(printed: Printed) -> Mapping[str, Scorer]:
    """Return every scorer by name; those that look things up do so in *printed*."""
    return {
        "refusal": refusal,
        "number": number,
        "unit": unit,
        "text": text,
        "list": partial(listing, printed=printed),
        "clarify": clarify,
        "premise": premise,
        "direction": partial(direction, printed=printed),
        "quoted": partial(quoted, printed=printed),
        "working": working,
        "draft": partial(draft, printed=printed),
        "place": partial(place, printed=printed),
        "citation": partial(citation, printed=printed),
        "supported": partial(supported, printed=printed),
        "shown_source": partial(shown_source, printed=printed),
        "self_report": self_report,
    }


#: Scorers that tell whether the reader was told the right thing. The others tell whether it can be followed.
RIGHT = (
    "refusal", "number", "unit", "text", "list", "clarify", "premise", "direction", "draft", "supported", "quoted",
    "working",
)  # fmt: skip
#: What each scorer asks, for the report.
TITLES = {
    "refusal": "该拒才拒",
    "number": "数值",
    "unit": "单位",
    "text": "要点与引文",
    "list": "清单与次序",
    "clarify": "反问歧义",
    "premise": "纠正前提",
    "direction": "增减方向",
    "draft": "起草",
    "supported": "数字都有依据",
    "quoted": "引文属实",
    "working": "算式得数",
    "place": "出处属实",
    "citation": "引用到格",
    "shown_source": "依据都已引出",
    "self_report": "自检无遗漏",
}
