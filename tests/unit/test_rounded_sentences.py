"""Figures that a text rounds are found, and what they were before is told."""

from __future__ import annotations

from service.rendering import Json
from service.web.sentences import sentences


def an_answer(text: str, value: str) -> Json:
    result = {"label": "公务用车购置及运行费", "value": value, "unit": "万元", "formula": "三公经费", "marks": [], "operands": []}
    return {"text": text, "results": [result], "citations": []}


def test_a_figure_said_with_fewer_decimals_is_that_of_its_cell() -> None:
    (said,) = sentences(an_answer("公务用车购置及运行费65.33万元。", "65.328000"))
    (figure,) = said.figures
    assert (figure["text"], figure["rounded_from"]) == ("65.33万元", "65.328000万元")


def test_a_figure_said_as_it_is_was_not_rounded() -> None:
    (said,) = sentences(an_answer("公务用车购置及运行费6.00万元。", "6.000000"))
    assert said.figures[0]["rounded_from"] == ""


def test_another_figure_is_not_taken_for_a_rounded_one() -> None:
    (wrong,) = sentences(an_answer("公务用车购置及运行费65.32万元。", "65.328000"))
    (unnamed,) = sentences(an_answer("会议费65.33万元。", "65.328000"))
    assert wrong.figures == unnamed.figures == ()
