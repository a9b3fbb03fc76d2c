"""The words that a model may use: each has one meaning, and what changes a meaning is never a plain word."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from service.vocabulary.phrasing import read_phrasing_words
from service.vocabulary.vocabulary import Vocabulary

FILE = Path(__file__).parents[3] / "service" / "vocabulary" / "data" / "phrasing.toml"


@pytest.fixture(scope="module")
def raw() -> Mapping[str, Any]:
    """The file as parsed."""
    return tomllib.loads(FILE.read_text("utf-8"))


def test_a_word_has_one_meaning(raw: Mapping[str, Any]) -> None:
    """A word of two senses would silently have the last one."""
    counted = Counter(word for sense in raw["sense"] for word in sense["words"])

    assert [word for word, count in counted.items() if count > 1] == []


def test_senses_are_told_apart_by_their_ids(raw: Mapping[str, Any]) -> None:
    ids = [sense["id"] for sense in raw["sense"]]

    assert len(ids) == len(set(ids))
    assert {s["opposite"] for s in raw["sense"] if "opposite" in s} <= set(ids)
    assert {s["role"] for s in raw["sense"]} <= {"direction", "base", "to", "whole", "share", "negation", "caveat", "other"}


def test_what_changes_to_a_figure_says_in_which_direction(raw: Mapping[str, Any]) -> None:
    assert {s["id"]: s.get("direction") for s in raw["sense"] if s["role"] == "to"} == {"to": "down", "to-up": "up"}


def test_a_word_with_a_meaning_is_no_plain_word(vocabulary: Vocabulary) -> None:
    words = vocabulary.phrasing

    assert not words.plain & words.senses.keys()
    assert not words.plain & words.years.keys()
    assert not words.senses.keys() & words.years.keys()


def test_no_word_holds_a_digit(vocabulary: Vocabulary) -> None:
    words = vocabulary.phrasing

    assert [w for w in (*words.plain, *words.senses, *words.years) if any(c.isnumeric() and not "一" <= c <= "龥" for c in w)] == []


@pytest.mark.parametrize(
    "word",
    [
        "减少", "增加", "持平", "占", "比", "最大", "平均", "没有", "不", "因为", "原因", "约", "近", "大幅", "略", "全部", "其余", "合计",
        "实际", "决算", "目标", "以上", "以下", "推算", "合理", "折合", "两", "三", "十", "百", "万", "亿", "半", "成", "元", "本年", "上年",
    ],
)  # fmt: skip
def test_words_that_would_change_a_sentence_are_not_plain(word: str, vocabulary: Vocabulary) -> None:
    assert word not in vocabulary.phrasing.plain


@pytest.mark.parametrize("word", ["您好", "你好", "好的", "您问的"])
def test_talk_is_plain_in_an_answer_and_known_as_talk(word: str, vocabulary: Vocabulary) -> None:
    assert word in vocabulary.phrasing.spoken
    assert word in vocabulary.phrasing.plain


def test_words_for_years_are_relative_to_the_year_spoken_of(vocabulary: Vocabulary) -> None:
    years = vocabulary.phrasing.years

    assert (years["今年"], years["上年"], years["去年"], years["明年"]) == (0, -1, -1, 1)


def test_the_longest_word_is_that_of_all_kinds(vocabulary: Vocabulary) -> None:
    words = vocabulary.phrasing

    assert words.longest == max(len(w) for w in (*words.plain, *words.senses, *words.years))


def test_a_file_is_read_into_types() -> None:
    """A plain word that is also given a meaning is one with a meaning; groups of plain words are one set."""
    words = read_phrasing_words({
        "plain": {"verbs": "为 以上", "polite": "您好", "punctuation": "，。"},
        "sense": [
            {"id": "goal", "role": "other", "words": ["以上"]}, {"id": "to", "role": "to", "words": ["降至"], "direction": "down"},
        ],
        "years": {"last": ["上年"]},
        "marks": {"words": ["推算"]},
    })  # fmt: skip

    assert words.plain == {"为", "您好"}
    assert words.spoken == {"您好"}
    assert words.punctuation == {"，", "。"}
    assert (words.senses["以上"].id, words.senses["以上"].direction) == ("goal", "")
    assert words.senses["降至"].direction == "down"
    assert words.years == {"上年": -1}
    assert words.marks == ("推算",)
    assert words.longest == 2
