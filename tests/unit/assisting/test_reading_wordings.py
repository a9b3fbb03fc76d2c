"""What the reader takes a sentence to say of each figure in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from service.assisting.bindings import Binding, Reader, Reading, Sort
from service.assisting.pieces import Kind, cut
from service.vocabulary.vocabulary import Vocabulary
from tests.unit.assisting.conftest import WordedFor
from tests.unit.assisting.worded import spans_of

OFFICE = "新乡市红旗区委员会办公室"
HEADING = f"{OFFICE}2024年（年初预算）"

Read = Callable[[str], Reading]


@pytest.fixture(scope="session")
def reader(worded_for: WordedFor, vocabulary: Vocabulary) -> Reader:
    """A reader that knows the names of the seed document, in 2024."""
    background = worded_for("2024年我们部门收入总计多少？").background
    return Reader(vocabulary.phrasing, background.spotter, own=background.own, year=2024)


@pytest.fixture(scope="session")
def read(reader: Reader) -> Read:
    """Take a sentence apart and read it."""
    return lambda text: reader.read(cut(text, spans=spans_of(text, HEADING, Kind.HEADING)))


def plain(names: frozenset[str]) -> str:
    return "+".join(sorted(n.partition("=")[2] or n for n in names))


def said_of(reading: Reading) -> dict[str, Binding]:
    return {piece.text: binding for piece, binding in reading.bindings}


@pytest.mark.parametrize(
    ("text", "figure", "whose", "year", "mode"),
    [
        ("收入950万元，支出940万元。", "940万元", "支出", 2024, "level"),
        (f"{HEADING}收入为950万元。", "950万元", "收入", 2024, "level"),
        (f"{OFFICE}收入为950万元。", "950万元", "收入", 2024, "level"),  # the office's own name says nothing more
        ("去年收入1235万元。", "1235万元", "收入", 2023, "level"),
        ("收入950万元，2023年为1235万元。", "1235万元", "收入", 2023, "level"),
        ("2023年支出5万元。支出6万元。", "6万元", "支出", 2024, "level"),  # a year holds for its sentence
        ("收入和支出均为950万元。", "950万元", "支出+收入", 2024, "level"),
        ("公用经费（一般公共预算）为5万元。", "5万元", "一般公共预算+公用经费", 2024, "level"),
        ("基本支出5万元，项目支出6万元。", "6万元", "项目支出", 2024, "level"),
        ("收入减少285万元。", "285万元", "收入", 2024, "down"),
        ("收入增幅5%。", "5%", "收入", 2024, "up"),
        ("收入不是减少，是增加5万元。", "5万元", "收入", 2024, "up"),
        ("收入从1235万元降至950万元。", "950万元", "收入", 2024, "level"),  # where it fell to, not by how much
        ("最大的是信创工程，290万元。", "290万元", "信创工程", 2024, "level"),
        ("那一项5万元。", "5万元", "", 2024, "level"),
        ("收入5万元。那一项6万元。", "6万元", "收入", 2024, "level"),  # what was first spoken of
    ],
)
def test_a_figure_is_of_the_name_the_year_and_the_direction_before_it(
    read: Read, text: str, figure: str, whose: str, year: int, mode: str
) -> None:
    binding = said_of(read(text))[figure]

    assert (plain(binding.names), binding.year, binding.mode) == (whose, year, mode)


def test_a_share_is_of_a_part_in_a_whole(read: Read) -> None:
    said = said_of(read("基本支出537万元，占支出950万元的56%。"))

    assert (plain(said["950万元"].names), said["950万元"].mode) == ("支出", "level")
    assert (plain(said["56%"].names), said["56%"].mode, plain(said["56%"].other)) == ("基本支出", "share", "支出")


def test_a_difference_is_of_one_name_against_another(read: Read) -> None:
    said = said_of(read("教育支出比公用经费多5万元。"))["5万元"]

    assert (plain(said.names), said.mode, plain(said.other)) == ("205", "more", "公用经费")


def test_a_change_is_against_the_year_it_is_compared_with(read: Read) -> None:
    said = said_of(read("收入950万元，比2023年1235万元减少285万元。"))

    assert (said["1235万元"].year, said["1235万元"].mode) == (2023, "level")
    assert (said["285万元"].year, said["285万元"].other_year, said["285万元"].mode) == (2024, 2023, "down")


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("收入950万元左右。", "左右"), ("收入950万元元。", "元"), ("收入950万元减少。", "减少"), ("收入950万元，减少5万元。", ""),
        ("收入950万元比去年减少5万元。", ""), ("收入950万元。", ""), ("收入950万元", ""),
    ],
)  # fmt: skip
def test_a_word_right_behind_a_figure_is_noticed(read: Read, text: str, after: str) -> None:
    assert said_of(read(text))["950万元"].after == after


def test_a_word_is_said_of_the_name_before_it_and_may_be_denied(read: Read) -> None:
    said = {(s.text, s.denied): plain(s.names) for s in read("收入不是减少，支出增加5万元。").said}

    assert said == {("不是", False): "收入", ("减少", True): "收入", ("增加", False): "支出"}


def test_a_denial_does_not_reach_beyond_its_clause(read: Read) -> None:
    assert [s.denied for s in read("没有减少，增加5万元。").said] == [False, True, False]


def test_what_fell_to_a_figure_is_also_said_to_have_fallen(read: Read) -> None:
    assert [(s.sense, s.role) for s in read("收入降至950万元。").said] == [("to", "to"), ("down", "direction")]


@pytest.mark.parametrize(("text", "twice"), [("收入减少下降5万元。", "下降"), ("收入收入5万元。", "measure=收入"), ("收入减少，下降5%。", "")])
def test_what_stands_twice_in_a_row_is_noticed(read: Read, text: str, twice: str) -> None:
    assert read(text).stutters == ([twice] if twice else [])


def test_years_and_names_are_gathered(read: Read) -> None:
    reading = read("2023年收入5万元，去年支出6万元，2022—2024年信创工程7万元。")

    assert reading.years == {2022, 2023, 2024}
    assert {n.partition("=")[2] for n in reading.names} == {"收入", "支出", "信创工程"}
    assert plain(reading.first) == "收入"


def test_words_of_no_list_are_told_as_runs(read: Read) -> None:
    assert [o.text for o in read("甲乙的丙5万元。").others] == ["甲乙", "丙"]


def test_of_names_within_each_other_the_longest_is_read(reader: Reader) -> None:
    """信创工程 in 信创工程, not 工程; 项目支出 is one name, not 支出 of a 项目."""
    tokens = reader.tokens(cut("项目支出里的信创工程"))

    assert [(t.sort, t.text) for t in tokens if t.sort is Sort.NAME] == [(Sort.NAME, "项目支出"), (Sort.NAME, "信创工程")]


def test_the_tokens_of_a_text_are_the_text(reader: Reader) -> None:
    text = f"{HEADING}收入为950.47万元，2023年为1235.00万元，甲乙减少“三公”（一般公共预算）。\n"
    tokens = reader.tokens(cut(text, spans=spans_of(text, HEADING, Kind.HEADING)))

    assert "".join(t.text for t in tokens) == text
    assert [t.start for t in tokens] == sorted(t.start for t in tokens)


def test_without_a_year_a_relative_year_is_none(vocabulary: Vocabulary, reader: Reader) -> None:
    unknown = Reader(vocabulary.phrasing, reader.spotter)

    assert said_of(unknown.read(cut("去年收入5万元。")))["5万元"].year == 0
