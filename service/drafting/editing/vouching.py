"""What vouches for a figure that was changed by hand: the checker's judgement, or a source that a person gives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from service.domain.check import CheckReport, JudgedFigure
from service.domain.fact import Source
from service.domain.finding import Finding, Severity
from service.domain.quantity import Quantity
from service.drafting.editing.model import GivenSource
from service.drafting.editing.tokens import Sort, plain, read_tokens
from service.numerals import read_quantities, render_quantity

#: More judgements of one figure than this are not gone through.
_MOST = 200


@dataclass(frozen=True, slots=True)
class _Judged:
    quote: str
    figure: JudgedFigure


class Checker:
    """The checker's judgements, looked up by figure and sentence.

    Args:
        report: Of the edited text, None where it was not checked.
    """

    def __init__(self, report: CheckReport | None) -> None:
        self.titles = dict(report.against) if report else {}
        self._findings = report.findings if report else ()
        self._by_text: dict[str, list[_Judged]] = defaultdict(list)
        for figure in report.figures if report else ():
            self._by_text[plain(figure.text)].append(_Judged(plain(figure.source.quote), figure))

    def judged(self, figure: str, sentence: str, nth: int) -> JudgedFigure | None:
        """Return the judgement of a figure.

        Args:
            figure: As written.
            sentence: The sentence that it stands in, up to 。
            nth: How many figures written alike stand before it in the sentence.
        """
        known = self._by_text.get(plain(figure))
        if not known:
            return None
        said = plain(sentence)
        is_words = said != plain(figure)  # a cell of nothing but a figure is no part of a sentence that holds one like it
        there = [j for j in known[:_MOST] if j.quote and (j.quote in said or (is_words and said in j.quote))]
        there = [j for j in known if j.quote == said] or there
        return there[min(nth, len(there) - 1)].figure if there else None

    def contradiction(self, judged: JudgedFigure, sentence: Source) -> Finding:
        """Return the checker's finding on a contradicted figure, or one that says as much."""
        quote, text = plain(judged.source.quote), plain(judged.text)
        for finding in self._findings:
            if finding.severity is not Severity.ERROR or plain(finding.stated) != text:
                continue
            if any(s.start == judged.source.start >= 0 or plain(s.quote) == quote for s in finding.sources):
                return finding
        message = f"“{judged.text}”与表格不符" + (f"，应为“{judged.expected}”" if judged.expected else "") + "。请改正。"
        return Finding(
            "figure-differs-from-table", Severity.ERROR, message, (sentence, *judged.evidence), judged.text,
            judged.expected, judged.working,
        )  # fmt: skip


class Givens:
    """The sources that a person gives, looked up by figure and sentence; keeps which were of use.

    Args:
        given: In the order given.
        year: Budget year.
    """

    def __init__(self, given: Sequence[GivenSource], year: int) -> None:
        self._given = given
        self._year = year
        self._keys = [_key(g.figure, year) for g in given]
        self._used: set[int] = set()

    def source(self, figure: str, sentence: str) -> GivenSource | None:
        """Return the source given for a figure of a sentence, None where there is none."""
        key, said = _key(figure, self._year), plain(sentence)
        for index, given in enumerate(self._given):
            if self._keys[index] == key and plain(given.sentence) in said:
                self._used.add(index)
                if given.basis.strip() or given.formula.strip():
                    return given
        return None

    def unused(self) -> list[Finding]:
        """Return a finding for every source whose figure was not found, or was not in need of one."""
        return [
            Finding(
                "given-source-unused", Severity.WARNING,
                f"{f'{g.place}：' if g.place else ''}写明了“{g.figure}”的来源，但改动过的句子里没有这个数。"
                "请核对数字和句子是否与修改稿一致。",
                stated=g.figure,
            )
            for index, g in enumerate(self._given) if index not in self._used
        ]  # fmt: skip


def differs(given: GivenSource, figure: str) -> str:
    """Return what a given formula comes to where the figure does not say that, "" where it does.

    Rounding half up to the printed decimals is allowed.
    """
    if given.value is None:
        return ""
    stated = quantity_of(figure)
    if stated is None or stated.unit.kind is not given.value.unit.kind:
        return render_quantity(given.value)
    value = given.value.to(stated.unit) if stated.unit != given.value.unit else given.value
    if abs(value.rounded(stated.decimals).number) == abs(stated.number):
        return ""
    return render_quantity(value)


def quantity_of(figure: str) -> Quantity | None:
    """Return the quantity of a figure as written, None for 持平."""
    found = read_quantities(figure)
    return found[0].quantity if found else None


@lru_cache(maxsize=4096)
def _key(figure: str, year: int) -> str:
    tokens = [t for t in read_tokens(figure, year) if t.sort is not Sort.WORD]
    return f"{tokens[0].sort.value} {tokens[0].key}" if len(tokens) == 1 else plain(figure)
