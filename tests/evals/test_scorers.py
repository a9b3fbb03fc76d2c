"""A scorer that cannot fail is useless: each is shown a right answer and the ways to get it wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from evals.cases import Case, Evidence
from evals.evidence import Printed
from evals.scorers import Score, build_scorers
from evals.support import find_unsupported
from service.asking.answer import Answer, Citation, Result, Status
from service.calculation.evidence import Operand, Place
from service.domain.document import Document
from tests.shorthand import a_document, a_table

TEXT = "情况说明\n支出合计950.47万元，其中基本支出537.27万元，占56.53%；比上年减少284.53万元，降低23.04%。"


def the_document() -> Document:
    table = a_table("合计|950.47|537.27", "2013101 行政运行|361.88|", columns="项目|合计|基本支出", number="T03")
    return replace(a_document(TEXT), tables=(table,))


DOCUMENT = the_document()
PRINTED = Printed([DOCUMENT])


def cell(row: int, column: int, quote: str, line: int | None = None) -> Place:
    return Place(DOCUMENT.id, table="T03", row_index=row, column_index=column, line=line or 10 + row, quote=quote)


def operand(place: Place) -> Operand:
    return Operand("基本支出", place.quote, "万元", "printed" if place.quote else "blank", "已验证", place)


WHOLE, PART = cell(0, 1, "950.47"), cell(0, 2, "537.27")
SHARE = Result(
    "基本支出占支出的比重", "56.53", "%", "56.526770965943", "占比(支出[基本支出], 支出)",
    "537.27 ÷ 950.47 × 100% = 56.5267…% ≈ 56.53%", (operand(PART), operand(WHOLE)),
)  # fmt: skip
RIGHT_ANSWER = Answer(
    "a1", "基本支出占多少？", Status.ANSWERED, "2024年基本支出537.27万元，占支出950.47万元的56.53%。", (SHARE,),
    (Citation(PART), Citation(WHOLE)), year=2024,
)  # fmt: skip
CASE = Case(
    "Q1", "share", "基本支出占多少？", "number", number=Decimal("56.53"), unit="%",
    evidence=(Evidence("基本支出", "537.27", line=10, column=2), Evidence("支出", "950.47", line=10, column=1)),
)  # fmt: skip


def judge(case: Case, answer: Answer) -> Mapping[str, Score]:
    return {name: score(case, answer) for name, score in build_scorers(PRINTED).items()}


def faults(case: Case, answer: Answer) -> set[str]:
    return {name for name, score in judge(case, answer).items() if score.value == 0}


def saying(text: str, **changes: object) -> Answer:
    return replace(RIGHT_ANSWER, text=text, **changes)  # type: ignore[arg-type]


def test_a_right_answer_has_no_fault() -> None:
    scores = judge(CASE, RIGHT_ANSWER)
    assert not faults(CASE, RIGHT_ANSWER), {n: s.explanation for n, s in scores.items()}
    scored = {name for name, score in scores.items() if score.value == 1}
    assert {"refusal", "number", "unit", "supported", "citation", "place", "working", "shown_source"} <= scored


def test_what_a_case_does_not_ask_is_not_scored() -> None:
    scores = judge(CASE, RIGHT_ANSWER)
    assert {n for n, s in scores.items() if s.value is None} == {
        "text", "list", "clarify", "premise", "direction", "draft", "quoted",
    }  # fmt: skip


def test_a_wrong_digit_in_the_text_is_a_fault() -> None:
    assert {"number", "unit", "supported"} <= faults(CASE, saying("基本支出537.27万元，占950.47万元的56.35%。"))


def test_a_wrong_result_is_a_fault_even_where_the_text_is_right() -> None:
    wrong = replace(SHARE, value="56.35")
    assert {"number", "working"} <= faults(CASE, replace(RIGHT_ANSWER, results=(wrong,)))


def test_a_right_result_that_the_text_does_not_say_is_a_fault() -> None:
    assert "number" in faults(CASE, saying("基本支出537.27万元，占支出950.47万元的一半多。"))


def test_too_few_decimals_are_a_fault_and_more_are_rounded() -> None:
    fewer = replace(RIGHT_ANSWER, text="占56.5%。", results=(replace(SHARE, value="56.5"),))
    more = replace(RIGHT_ANSWER, text="占56.527%。", results=(replace(SHARE, value="56.527"),))
    assert judge(CASE, fewer)["number"].value == 0
    assert judge(CASE, more)["number"].value == 1


@pytest.mark.parametrize("text", ["占56.53万元。", "占56.53。", "占56.53个百分点。"])
def test_a_wrong_unit_is_a_fault(text: str) -> None:
    assert {"number", "unit"} <= faults(CASE, saying(text))


def test_an_amount_in_another_unit_of_money_is_unsupported() -> None:
    loose = find_unsupported(saying("基本支出537.27元，占支出950.47万元的56.53%。"), PRINTED)
    assert loose.unsupported == ("537.27元",)


def test_a_difference_of_zero_may_be_told_in_words() -> None:
    evidence = (Evidence("收入", "950.47", line=10, column=1), Evidence("支出", "950.47", line=10, column=1))
    case = Case("Q2", "cross_table", "平不平？", "number", number=Decimal("0.00"), unit="万元", evidence=evidence)
    assert judge(case, saying("一致，均为950.47万元。"))["number"].value == 1
    assert judge(case, saying("不一致，均为950.47万元。"))["number"].value == 0
    assert judge(case, saying("两者一致。"))["number"].value == 0


def test_refusing_what_is_known_and_answering_what_is_not_are_faults() -> None:
    refused = saying("资料里没有。", status=Status.REFUSED, missing="决算", results=(), citations=())
    asked_for_the_unknown = Case("Q3", "trap", "决算是多少？", "refuse")
    assert "refusal" in faults(CASE, refused)
    assert faults(asked_for_the_unknown, refused) == set()
    assert "refusal" in faults(asked_for_the_unknown, RIGHT_ANSWER)
    assert "refusal" in faults(asked_for_the_unknown, replace(refused, missing=""))


def test_a_missing_or_moved_citation_is_a_fault() -> None:
    one = replace(SHARE, operands=(operand(PART),))
    scores = judge(CASE, replace(RIGHT_ANSWER, results=(one,), citations=()))
    assert (scores["citation"].value, scores["citation"].found, scores["citation"].total) == (0, 1, 2)
    assert "支出=950.47" in scores["citation"].explanation
    moved = cell(1, 1, "537.27")
    assert {"citation", "place"} <= faults(
        CASE, replace(RIGHT_ANSWER, results=(replace(SHARE, operands=(operand(moved), operand(WHOLE))),), citations=())
    )


def test_a_cell_is_cited_by_any_line_of_its_row_and_with_its_value() -> None:
    rows = (replace(DOCUMENT.tables[0].rows[0], lines=(10, 12)), *DOCUMENT.tables[0].rows[1:])
    broken = Printed([replace(DOCUMENT, tables=(replace(DOCUMENT.tables[0], rows=rows),))])
    on_the_second_line = replace(CASE, evidence=(Evidence("支出", "950.47", line=12, column=1),))
    other_value = replace(CASE, evidence=(Evidence("支出", "950.74", line=10, column=1),))
    assert build_scorers(broken)["citation"](on_the_second_line, RIGHT_ANSWER).value == 1
    assert build_scorers(broken)["citation"](other_value, RIGHT_ANSWER).value == 0


def test_a_blank_cell_is_cited_as_blank() -> None:
    case = replace(CASE, evidence=(Evidence("基本支出", "", line=11, column=2),))
    blank = replace(RIGHT_ANSWER, citations=(Citation(cell(1, 2, "")),))
    nonsense = replace(RIGHT_ANSWER, citations=(Citation(cell(1, 2, "5.00")),))
    assert judge(case, blank)["citation"].value == 1
    assert {"citation", "place"} <= faults(case, nonsense)


def test_a_stated_figure_is_cited_by_its_span() -> None:
    start = TEXT.index("284.53")
    case = replace(CASE, evidence=(Evidence("减少额", "284.53", start=start, end=start + 8),))
    sentence = Place(DOCUMENT.id, line=2, start=start, end=start + 8, quote=TEXT.splitlines()[1])
    cited = replace(RIGHT_ANSWER, citations=(Citation(sentence),))
    elsewhere = replace(RIGHT_ANSWER, citations=(Citation(replace(sentence, start=5, end=9)),))
    assert judge(case, cited)["citation"].value == 1
    assert judge(case, elsewhere)["citation"].value == 0


def test_places_must_print_what_they_are_quoted_for() -> None:
    def with_place(place: Place) -> Answer:
        return replace(RIGHT_ANSWER, citations=(Citation(place),))

    assert "place" not in faults(CASE, with_place(PART))
    for false in (cell(0, 2, "537.28"), cell(0, 2, "537.27", line=99), cell(9, 2, ""), replace(PART, document="x")):
        assert "place" in faults(CASE, with_place(false))
    assert "place" in faults(CASE, replace(RIGHT_ANSWER, results=(), citations=()))


@pytest.mark.parametrize(
    ("text", "loose"),
    [
        ("支出950.47万元，人均3.21万元。", ("3.21万元",)),
        ("增长百分之二十三。", ("23%",)),
        ("共三百万元。", ("300万元",)),
        ("支出950.47%。", ("950.47%",)),
        ("行政运行共7个科目。", ("7个",)),
        ("文件有1张表。", ()),
        ("文件有3张表。", ("3张",)),
        ("2024年，一、基本支出537.27万元（2个数，见第10行）。", ()),
        ("1. 占537.27÷950.47×100%=56.53%。", ()),
        ("“2013101 行政运行”未列。", ()),
    ],
)
def test_every_figure_of_the_text_needs_support(text: str, loose: tuple[str, ...]) -> None:
    answer = replace(RIGHT_ANSWER, text=text, citations=(Citation(replace(cell(1, 0, "x"), row="2013101 行政运行")),))
    assert find_unsupported(answer, PRINTED).unsupported == loose


def test_a_printed_figure_without_its_place_is_uncited() -> None:
    loose = find_unsupported(saying("行政运行361.88万元，占56.53%。"), PRINTED)
    assert (loose.unsupported, loose.uncited) == ((), ("361.88万元",))
    assert "shown_source" in faults(CASE, saying("行政运行361.88万元，占56.53%。"))


def test_words_and_quotes_must_stand_in_the_text_or_a_cited_quote() -> None:
    case = Case(
        "Q4", "text", "?", "text", must_contain=("5.5", "持平"), quotes=("占56.53%",), must_not_contain=("接待",)
    )
    sentence = Place(DOCUMENT.id, start=5, end=40, quote="其中基本支出537.27万元，占56.53%；")
    good = saying("三公5.50万元，持平。", citations=(Citation(sentence),))
    assert judge(case, good)["text"].value == 1
    assert judge(case, replace(good, citations=()))["text"].value == 0
    assert judge(case, replace(good, text="三公15.5万元，持平。"))["text"].value == 0
    assert judge(case, replace(good, text="三公5.50万元，增加。"))["text"].value == 0
    assert judge(case, replace(good, text="三公5.50万元，持平，因接待。"))["text"].value == 0
    assert judge(case, replace(good, text="三公5.50万元，持平。（原文“接待”未采用。）"))["text"].value == 1


def test_a_ranking_must_name_every_item_with_its_figure_in_order() -> None:
    case = Case("Q5", "ranking", "?", "list", items=("合计 950.47", "2013101 361.88"))
    assert judge(case, saying("合计950.47万元、行政运行361.88万元。"))["list"].value == 1
    assert judge(case, saying("行政运行361.88万元、合计950.47万元。"))["list"].value == 0
    assert judge(case, saying("合计950.47万元、361.88万元。"))["list"].value == 0
    assert judge(case, saying("合计950.47万元、行政运行361.87万元。"))["list"].value == 0


def test_an_ambiguous_question_is_asked_back_with_every_figure() -> None:
    case = Case("Q6", "trap", "工作经费？", "clarify", must_contain=("36", "0.90"))
    back = saying("哪一个？", status=Status.CLARIFY, readings=("本级36.00万元", "服务中心0.90万元"))
    assert judge(case, back)["clarify"].value == 1
    assert judge(case, replace(back, readings=("本级36.00万元",)))["clarify"].value == 0
    assert judge(case, replace(back, status=Status.REFUSED))["clarify"].value == 0


def test_a_false_premise_is_corrected_in_words_and_figures() -> None:
    case = Case("Q7", "premise", "支出为什么增加了23%？", "premise_false", must_contain=("23.04",), answer="减少23.04%")
    good = saying("支出不是增加，而是减少23.04%。")
    assert faults(case, good) & {"premise", "direction"} == set()
    assert "premise" in faults(case, saying("支出减少23.04%。"))
    assert "premise" in faults(case, saying("支出不是增加，是减少。"))
    assert "premise" in faults(case, replace(good, status=Status.REFUSED))
    assert "direction" in faults(case, saying("实际支出增加23.04%。"))


def test_directions_follow_the_case_the_document_and_the_result() -> None:
    told = replace(CASE, answer="减少284.53万元")
    assert "direction" in faults(told, saying("增加284.53万元，占56.53%。"))
    assert "direction" in faults(told, saying("变动284.53万元，占56.53%。"))
    assert "direction" not in faults(told, saying("减少284.53万元，占56.53%。"))
    assert "direction" in faults(CASE, saying("比上年增长23.04%。"))  # the document says 降低23.04%
    grown = replace(SHARE, label="三公经费增长率", value="7.84", working="")
    assert "direction" in faults(CASE, saying("下降7.84%。", results=(grown,)))
    assert "direction" in faults(replace(CASE, question="压减5%是多少？"), saying("增加5%后。"))


def test_a_draft_must_be_written_with_its_figures_and_none_of_its_own() -> None:
    case = Case("Q8", "drafting", "写一段。", "draft", must_contain=("537.27",))
    assert judge(case, RIGHT_ANSWER)["draft"].value == 1
    assert judge(case, replace(RIGHT_ANSWER, status=Status.CLARIFY))["draft"].value == 0
    assert judge(case, saying("占56.53%。"))["draft"].value == 0
    assert judge(case, saying("基本支出537.27万元，增长7.84%。"))["draft"].value == 0


def test_quoted_sentences_must_be_printed() -> None:
    assert "quoted" not in faults(CASE, saying("原文：“其中基本支出537.27万元，占56.53%”。"))
    assert "quoted" in faults(CASE, saying("原文：“其中基本支出537.27万元，由于工资改革而增加”。"))


def test_arithmetic_that_does_not_give_the_result_is_a_fault() -> None:
    wrong = replace(SHARE, working="950.47 ÷ 537.27 × 100% = 56.53%")
    assert "working" in faults(CASE, replace(RIGHT_ANSWER, results=(wrong,)))


def test_the_service_reporting_an_unsupported_figure_is_a_fault() -> None:
    assert "self_report" in faults(CASE, replace(RIGHT_ANSWER, unsupported=("3.21万元",)))
