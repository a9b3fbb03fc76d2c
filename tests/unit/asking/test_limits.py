"""What cannot be answered is refused or asked back, with what is missing; typos and follow-ups are understood."""

from __future__ import annotations

import pytest

from service.asking.answer import Status
from service.asking.typos import Mender
from service.vocabulary.spotting import Spotter
from service.vocabulary.vocabulary import Vocabulary
from tests.unit.asking.conftest import Ask


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("2024年决算支出是多少？", "决算"),
        ("2024年预算执行率是多少？", "决算"),
        ("2022年支出是多少？", "2022"),
        ("2025年支出是多少？", "2025"),
        ("区教育局支出多少？", "区教育局"),
        ("全区财政支出多少？", "全区"),
        ("信创工程的中标供应商是谁？", "中标供应商"),
        ("今年天气怎么样？", "天气"),
        ("人均经费是多少？", "人均"),
        ("“过紧日子”压减了哪几个专项、各压了多少？", "2023"),
    ],
)
def test_what_is_not_there_is_refused(ask: Ask, question: str, missing: str) -> None:
    """Another entity, year, stage or topic is refused; the answer says what is missing and gives no figure."""
    answer = ask(question)

    assert answer.status is Status.REFUSED
    assert missing in answer.missing
    assert answer.text.startswith(("回答不了", "资料不够"))
    assert not answer.results


@pytest.mark.parametrize("question", ["？", "2024", "嗯嗯", "。。。", "你好"])
def test_an_empty_question_is_no_guess(ask: Ask, question: str) -> None:
    """A question without a subject is refused in words that say how to ask."""
    answer = ask(question)

    assert answer.status is Status.REFUSED
    assert answer.text
    assert not answer.results


def test_a_name_with_two_readings_is_asked_back(ask: Ask) -> None:
    """工作经费 is a project of both units: each reading is shown with its figure."""
    answer = ask("工作经费是多少？")

    assert answer.status is Status.CLARIFY
    assert len(answer.readings) == 2
    assert [r.value for r in answer.results] == ["36.00", "0.90"]


def test_the_unit_settles_the_reading(ask: Ask) -> None:
    """With its unit named, the question is answered."""
    answer = ask("党务服务中心的工作经费是多少？")

    assert answer.status is Status.ANSWERED
    assert answer.results[0].value == "0.90"


@pytest.mark.parametrize(
    ("before", "question", "value"),
    [
        ("项目支出多少？", "那占比呢？", "43.47"),
        ("项目支出有哪些？", "最大的那个多少钱？", "290.00"),
        ("项目支出多少？", "去掉信创还剩多少？", "123.20"),
        ("三公经费多少？", "上年呢？", "5.10"),
        ("三公经费多少？", "其中接待费呢？", "0"),
        ("人员经费多少？", "公用经费呢？", "52.94"),
        ("人员经费多少？", "加上公用经费呢？", "537.27"),
        ("收入比上年减少多少？", "那支出呢？", "284.53"),
    ],
)
def test_a_follow_up_keeps_the_subject(ask: Ask, before: str, question: str, value: str) -> None:
    """What a short question leaves out is taken from the one before."""
    answer = ask(question, before)

    assert answer.status is Status.ANSWERED
    assert value in [r.value for r in answer.results]


def test_a_follow_up_without_history_is_refused(ask: Ask) -> None:
    """Without a question before there is nothing to take a subject from."""
    assert ask("那占比呢？").status is Status.REFUSED


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("三工经费是多少？", "5.50"),
        ("人元经费是多少？", "484.33"),
        ("公用精费是多少？", "52.94"),
        ("基本之出是多少？", "537.27"),
    ],
)
def test_typos_are_read_by_their_sound(ask: Ask, question: str, value: str) -> None:
    """A name that sounds the same is read as what was meant."""
    answer = ask(question)

    assert answer.status is Status.ANSWERED
    assert answer.results[0].value == value


def test_a_name_that_only_looks_similar_is_not_mended(vocabulary: Vocabulary) -> None:
    """人均经费 shares three characters with 人员经费 and is another thing."""
    mender = Mender(Spotter(vocabulary))

    assert mender.mend("人均经费是多少", ["人均经费"]) == ("人均经费是多少", [])
    assert mender.mend("三工经费是多少", ["三工经费"])[1] == [("三工经费", "三公经费")]


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("区委办今年一共能花多少钱啊", "950.47"), ("人头费多少", "484.33"), ("吃喝花多少", "0"),
        ("养车的钱有多少", "5.50"), ("党务中心那边一年盘子多大", "176.29"),
    ],
)  # fmt: skip
def test_spoken_names_are_understood(ask: Ask, question: str, value: str) -> None:
    """People do not use printed names."""
    answer = ask(question)

    assert answer.status is Status.ANSWERED
    assert answer.results[0].value == value


@pytest.mark.parametrize("width", ["２０２４年支出是多少？", "2024 年 支出 是 多少 ？", "2024年支出是多少?"])
def test_width_and_spaces_change_nothing(ask: Ask, width: str) -> None:
    """Full-width digits, layout spaces and half-width question marks are the same question."""
    assert ask(width).text == ask("2024年支出是多少？").text


def test_a_blank_cell_counts_as_nothing_and_says_so(ask: Ask) -> None:
    """教育 is blank in the table: 0, marked."""
    answer = ask("教育支出安排了多少？")

    assert answer.results[0].value == "0"
    assert answer.results[0].marks == ("表中为空白",)
    assert "空白" in answer.text


@pytest.mark.parametrize("question", ["支出" * 400, "（" * 300, "多少" * 500 + "？", "\u200b\u0000支出"])
def test_odd_input_is_answered_or_refused(ask: Ask, question: str) -> None:
    """Very long and broken questions end in an answer or a refusal, never in an error."""
    assert ask(question).text


@pytest.mark.parametrize("question", ["红棋区委办2024年支出", "红其区委办三公经费"])
def test_a_name_that_was_misspelt_is_offered_as_it_is_spelt(ask: Ask, question: str) -> None:
    answer = ask(question)
    asked = question.replace("红棋", "红旗").replace("红其", "红旗")
    assert answer.status is Status.REFUSED
    assert answer.text.endswith(f"是不是要问：{asked}")
    assert answer.readings == (asked,)
    assert answer.results == ()
    assert ask(asked).status is Status.ANSWERED
