"""A change that the document states rests on its sentence, and not on the year before that was derived from it."""

from __future__ import annotations

import pytest

from service.presenting.evidence import evidence_of
from service.rendering import answer_to_dict
from tests.unit.asking.conftest import Ask


@pytest.mark.parametrize("question", ["为什么支出下降23%", "支出比上年减少多少", "近两年支出变化情况"])
def test_a_stated_change_and_rate_are_only_in_the_text(ask: Ask, question: str) -> None:
    results = {(r.value, r.unit): r for r in reversed(ask(question).results)}
    for value, unit in (("284.53", "万元"), ("23.04", "%")):
        result = results[value, unit]
        assert result.marks == ("仅见正文",)
        assert [(o.how, o.value, o.place.line) for o in result.operands] == [("stated", value, 70)]
        assert (result.steps[0].operation, f"{value}{unit}（正文）" in result.steps[0].text) == ("取数", True)
    assert results["1235.00", "万元"].marks == ("推算",)


def test_a_rate_that_is_not_printed_stays_derived(ask: Ask) -> None:
    results = {r.value: r for r in ask("三公经费比上年增加多少").results}
    assert results["0.40"].marks == ("仅见正文",)
    assert results["0.40"].operands[0].place.line == 96
    assert "推算" in results["7.84"].marks


def test_the_proof_of_a_stated_rate_does_not_go_round(ask: Ask) -> None:
    answer = ask("支出比上年减少多少")
    rate = next(r for r in answer.results if r.unit == "%")
    assert "284.53万元 ÷ (950.47万元 + 284.53万元) × 100% = 23.0388…%" in rate.working
    said = answer_to_dict(answer)
    shown = evidence_of(said, answer.results.index(rate), lambda _: "")
    assert [t["code"] for t in shown["tags"]] == ["stated"]
    assert (shown["words"], shown["rounding"]) == ("", "照印出的数，没有取整。")
