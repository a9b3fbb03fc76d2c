"""A wording is taken apart into pieces, names, years, words with synonyms, plain words, marks, and the rest."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.assisting.pieces import Kind, cut
from service.assisting.tokens import Lexer, Sort, Token
from service.vocabulary.vocabulary import Vocabulary
from tests.unit.assisting.conftest import WordedFor
from tests.unit.assisting.worded import Worded, spans_of


@pytest.fixture(scope="session")
def lexer(worded_for: WordedFor) -> Lexer:
    """The lexer of an answer over the seed."""
    return worded_for("2024年我们部门收入总计多少？").gate.lexer


def taken(lexer: Lexer, text: str) -> list[Token]:
    return lexer.tokens(cut(text))


def told(lexer: Lexer, text: str) -> list[tuple[str, str]]:
    return [(t.sort.value, t.text) for t in taken(lexer, text)]


def keys(lexer: Lexer, text: str) -> list[str]:
    return [t.key for t in taken(lexer, text) if t.key]


def test_each_word_is_of_one_sort(lexer: Lexer) -> None:
    assert told(lexer, "收入为5万元，2023年为6万元，减少了1万元。") == [
        ("name", "收入"), ("plain", "为"), ("piece", "5万元"), ("mark", "，"), ("year", "2023年"), ("plain", "为"), ("piece", "6万元"),
        ("mark", "，"), ("same", "减少了"), ("piece", "1万元"), ("mark", "。"),
    ]  # fmt: skip


def test_only_plain_words_and_marks_may_differ(lexer: Lexer) -> None:
    for token in taken(lexer, "您好，收入为5万元、支出达到6万元；2023年减少了1万元（口径不同）。\n"):
        assert (token.key == "") == (token.sort in {Sort.PLAIN, Sort.MARK}), token


@given(st.lists(st.sampled_from(["收入", "支出", "基本支出", "信创工程", "的", "为", "减少", "降幅", "，", "。", "、", " ", "\n", "2023年", "5万元", "“引文”", "人员退休", "-", "（", "您好"]), max_size=14))  # fmt: skip
def test_the_tokens_of_a_text_are_the_text(all_worded: tuple[Worded, ...], parts: list[str]) -> None:
    lexer, text = all_worded[0].gate.lexer, "".join(parts)
    tokens = taken(lexer, text)

    assert "".join(t.text for t in tokens) == text
    assert all(a.sort is not Sort.OTHER or b.sort is not Sort.OTHER for a, b in pairwise(tokens))


def test_the_tokens_of_every_answer_are_its_text(all_worded: tuple[Worded, ...]) -> None:
    for worded in all_worded:
        tokens = worded.gate.lexer.tokens(worded.gate.base)
        assert "".join(t.text for t in tokens) == worded.answer.text
        assert [t.piece for t in tokens if t.piece] == [p.piece for p in worded.gate.base.placed]


@pytest.mark.parametrize(
    ("one", "other"),
    [("减少", "下降了"), ("减少", "降幅为"), ("增加", "提高"), ("比", "较"), ("合计", "共计"), ("多", "高出"), ("由大到小", "从高到低"), ("收入", "收入总计"), ("一般公共预算", "一般公共预算拨款"), ("2023年", "2023年度")],
)
def test_words_of_one_meaning_have_one_key(lexer: Lexer, one: str, other: str) -> None:
    assert len(keys(lexer, one)) == 1
    assert keys(lexer, one) == keys(lexer, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("减少", "增加"), ("下降", "上升"), ("降幅", "增幅"), ("由大到小", "由小到大"), ("收入", "支出"), ("支出", "基本支出"), ("2023年", "2024年"),
        ("一致", "平衡"), ("比", "同比"), ("（", "）"), ("和", "与"), ("减少", "没有减少"), ("一般公共预算", "一般公共预算收入"), ("一般公共预算拨款", "一般公共预算拨款收入"),
    ],
)  # fmt: skip
def test_words_of_different_meanings_have_different_keys(lexer: Lexer, one: str, other: str) -> None:
    assert keys(lexer, one) != keys(lexer, other)


def test_in_an_official_text_a_name_is_only_itself(lexer: Lexer) -> None:
    official = replace(lexer, is_official=True)

    assert keys(official, "收入") == ["收入"]
    assert keys(official, "收入总计") == ["收入总计"]


def test_the_longest_of_names_is_the_name_and_its_characters_are_no_words(lexer: Lexer) -> None:
    assert told(lexer, "基本支出") == [("name", "基本支出")]
    assert told(lexer, "对个人和家庭的补助为5元")[:2] == [("name", "对个人和家庭的补助"), ("plain", "为")]


def test_the_longest_word_is_the_word(lexer: Lexer) -> None:
    assert told(lexer, "减少了") == [("same", "减少了")]
    assert told(lexer, "金额为5元")[0] == ("plain", "金额为")


def test_what_is_in_no_list_is_one_run(lexer: Lexer) -> None:
    assert told(lexer, "~~甲乙丙（丁），戊") == [("other", "~~甲乙丙（丁）"), ("mark", "，"), ("other", "戊")]


def test_years_of_a_span_are_two(lexer: Lexer) -> None:
    assert told(lexer, "2022至2024年") == [("year", "2022"), ("other", "至"), ("year", "2024年")]


def test_nothing_is_read_within_a_piece(lexer: Lexer) -> None:
    """A quote may hold names, years and directions; it is one token."""
    text = "原因：“2023年收入减少，支出增加，人员经费也减少”。"
    pieces = cut(text, spans=spans_of(text, "“2023年收入减少，支出增加，人员经费也减少”", Kind.QUOTE))

    assert [(t.sort.value, t.key) for t in lexer.tokens(pieces)] == [("other", "原因"), ("mark", ""), ("piece", "{q1}"), ("mark", "")]


@pytest.mark.parametrize(
    ("kind", "is_figure", "is_filled"),
    [(Kind.FIGURE, True, True), (Kind.QUOTE, False, True), (Kind.HEADING, False, False), (Kind.TITLE, False, False), (Kind.NOTE, False, False)],
)
def test_figures_and_quotes_are_what_particles_stand_before(lexer: Lexer, kind: Kind, is_figure: bool, is_filled: bool) -> None:
    token = lexer.tokens(cut("甲乙丙", spans=[(0, 3, kind)]))[0]

    assert (token.is_figure, token.is_filled) == (is_figure, is_filled)
    assert token.sort is Sort.PIECE


def test_a_word_before_rates_only_is_known_as_one(lexer: Lexer, vocabulary: Vocabulary) -> None:
    token = taken(lexer, "降幅")[0]

    assert token.synonym == vocabulary.phrasing.same["降幅"]
    assert token.synonym is not None
    assert token.synonym.is_rate
    assert not taken(lexer, "")
