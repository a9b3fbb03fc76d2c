"""Measure the scorers themselves: spoil right answers and count how many spoilt ones are caught.

Run: ``python -m evals.mutations``. A scorer that cannot fail is useless; this says how often they do.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

from evals.cases import Case, load_cases, suite_path
from evals.evidence import Printed
from evals.figures import find_figures
from evals.runner import opened_service
from evals.scorers import build_scorers
from service.asking.answer import Answer, Status
from service.calculation.evidence import Operand, Place

Spoiling = Callable[[Answer], Iterator[Answer]]


def wrong_digits(answer: Answer) -> Iterator[Answer]:
    """Change the last digit of each amount in the text, one at a time; years and bare codes stay."""
    for figure in find_figures(answer.text):
        if figure.unit and figure.unit not in "年月日行":
            at = figure.start + len(figure.digits) - 1
            digit = answer.text[at]
            if digit.isdecimal():
                spoilt = f"{answer.text[:at]}{(int(digit) + 3) % 10}{answer.text[at + 1 :]}"
                yield replace(answer, text=spoilt)


def wrong_units(answer: Answer) -> Iterator[Answer]:
    """Write 元 for 万元, and 万元 for %."""
    for wrong, right in (("元", "万元"), ("万元", "%")):
        if right in answer.text:
            yield replace(answer, text=answer.text.replace(right, wrong))


def reversed_directions(answer: Answer) -> Iterator[Answer]:
    """Turn 减少 into 增加 and back."""
    pairs = (("减少", "增加"), ("增加", "减少"), ("下降", "增长"), ("降低", "增长"), ("增长", "下降"))
    for word, opposite in pairs:
        if word in answer.text:
            yield replace(answer, text=answer.text.replace(word, opposite))


def no_places(answer: Answer) -> Iterator[Answer]:
    """Drop every place."""
    if answer.citations or answer.results:
        results = tuple(replace(r, operands=()) for r in answer.results)
        yield replace(answer, results=results, citations=())


def shifted_places(answer: Answer) -> Iterator[Answer]:
    """Cite the next column everywhere."""

    def shifted(place: Place) -> Place:
        return replace(place, column_index=place.column_index + 1, start=place.start + 5000, end=place.end + 5000)

    def moved(operand: Operand) -> Operand:
        return replace(operand, place=shifted(operand.place))

    if answer.citations:
        results = tuple(replace(r, operands=tuple(map(moved, r.operands))) for r in answer.results)
        yield replace(
            answer,
            results=results,
            citations=tuple(replace(c, place=shifted(c.place)) for c in answer.citations),
        )


def other_status(answer: Answer) -> Iterator[Answer]:
    """Refuse what was answered, answer what was refused."""
    other = Status.ANSWERED if answer.status is Status.REFUSED else Status.REFUSED
    yield replace(answer, status=other)


SPOILINGS: dict[str, Spoiling] = {
    "改一位数字": wrong_digits,
    "改单位": wrong_units,
    "增减写反": reversed_directions,
    "去掉出处": no_places,
    "出处错一列": shifted_places,
    "该答不答": other_status,
}


def caught(case: Case, answer: Answer, printed: Printed) -> bool:
    """Tell whether any scorer finds fault."""
    return any(score(case, answer).value == 0 for score in build_scorers(printed).values())


def main() -> int:
    """Spoil the answers to the development questions; print how many of each kind are caught."""
    total: Counter[str] = Counter()
    found: Counter[str] = Counter()
    missed: list[str] = []
    with opened_service() as (application, printed, _):
        for case in load_cases(suite_path("questions")):
            answer = application.ask(case.question, history=case.history)
            for name, spoil in SPOILINGS.items():
                for spoilt in spoil(answer):
                    total[name] += 1
                    if caught(case, spoilt, printed):
                        found[name] += 1
                    else:
                        missed.append(f"{case.id} {name}: {spoilt.text[:160]}")
    print("| 改坏的方式 | 查出 | 共 |\n|---|---:|---:|")
    for name in SPOILINGS:
        print(f"| {name} | {found[name]} | {total[name]} |")
    print("\n没有查出的：", *missed, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
