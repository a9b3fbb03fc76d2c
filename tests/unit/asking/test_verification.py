"""The last gate lets through what is supported and stops what is not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from service.asking.answer import Answer, Citation, Result
from service.asking.asker import RuleAsker
from service.asking.verification import unsupported_figures
from service.calculation.evidence import Operand, Place
from service.domain.document import Document
from tests.conftest import cases
from tests.unit.asking.conftest import asking

_FIGURE = re.compile(r"(?<![\d.])\d[\d,]*\.\d+")
_PLACE = Place("d", quote="413.20")
_OPERAND = Operand("项目支出", "413.20", "万元", "printed", "已验证", _PLACE)
_RESULT = Result("占比", "43.47", "%", "43.4732", "占比(a, b)", "413.20 ÷ 950.47 = 43.4732…%", (_OPERAND,))


def names_of(document: Document) -> list[str]:
    """Return the names that may hold digits, as the asker gives them."""
    return [
        document.title,
        *(t.title for t in document.tables),
        str(document.year),
        *(f.message for f in document.findings),
    ]


@pytest.fixture(scope="module")
def answers(seed_asker: RuleAsker) -> Sequence[Answer]:
    """The answers to the development questions."""
    ask = asking(seed_asker)
    return [ask(c["question"], *c.get("history", ())) for c in cases("questions-dev")]


@pytest.mark.parametrize(
    "text",
    [
        "占43.47%。", "413.20万元。", "413.2万元。", "2024年（年初预算）。", "编码41070222000000009057。", "T03第5行。", "0万元。",
        "1. 第一条", "（2）第二条", "4月30日", "问的是12个。",
    ],
)  # fmt: skip
def test_what_is_supported_passes(text: str) -> None:
    """Results, operands, working, the question's figures, years, codes, list numbers and 0 are supported."""
    assert unsupported_figures(text, [_RESULT], [Citation(_PLACE)], "12个项目占比多少？") == ()


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("占43.48%。", "43.48"), ("413.21万元。", "413.21"), ("共3项。", "3"), ("1,413.20万元。", "1,413.20"), ("43.4万元。", "43.4"),
        ("约40%。", "40"), ("41.320万元。", "41.320"),
    ],
)  # fmt: skip
def test_what_nothing_supports_is_named(text: str, figure: str) -> None:
    """A figure that is nowhere is reported as it stands in the text."""
    assert unsupported_figures(text, [_RESULT], [Citation(_PLACE)], "占比多少？") == (figure,)


def test_no_answer_has_an_unsupported_figure(answers: Sequence[Answer], seed: Document) -> None:
    """For every development question, the text that goes out is supported by its own record."""
    for answer in answers:
        found = unsupported_figures(answer.text, answer.results, answer.citations, answer.question, names_of(seed))
        assert found == (), answer.question
        assert answer.unsupported == ()


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_digit_is_found(data: st.DataObject, answers: Sequence[Answer], seed: Document) -> None:
    """Change one digit of any figure of any answer: it is reported, unless the new figure is itself supported."""
    answer = data.draw(st.sampled_from([a for a in answers if _FIGURE.search(a.text)]))
    found = data.draw(st.sampled_from(list(_FIGURE.finditer(answer.text))))
    at = data.draw(st.sampled_from([i for i in range(*found.span()) if answer.text[i].isdigit()]))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != answer.text[at]]))
    changed = answer.text[:at] + digit + answer.text[at + 1 :]
    figure = changed[found.start() : found.end()]
    names = names_of(seed)
    assume(not is_supported(figure, answer, names))

    assert figure in unsupported_figures(changed, answer.results, answer.citations, answer.question, names)


def is_supported(figure: str, answer: Answer, names: Sequence[str]) -> bool:
    """Whether a figure's value stands anywhere in the answer's record, found apart from the service."""
    record = [answer.question, *names]
    for result in answer.results:
        record += [result.value, result.working, result.label]
        record += [text for o in result.operands for text in (o.value, o.label)]
    for citation in answer.citations:
        record += [citation.place.quote, citation.place.row, citation.place.table_title]
    known = {Decimal(m.replace(",", "")) for text in record for m in re.findall(r"\d[\d,]*(?:\.\d+)?", text)}
    return Decimal(figure.replace(",", "")) in known | {Decimal(0)}


def test_a_sentence_without_support_does_not_go_out(answers: Sequence[Answer]) -> None:
    """No answer is left with nothing but the notice that its figures were withheld."""
    assert not [a.question for a in answers if "已不予显示" in a.text]
