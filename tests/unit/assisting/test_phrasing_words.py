"""What a model may change in a text: each word has one meaning, and what changes a meaning is never a plain word."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from service.vocabulary.phrasing import Synonym, read_phrasing_words
from service.vocabulary.vocabulary import Vocabulary

FILE = Path(__file__).parents[3] / "service" / "vocabulary" / "data" / "phrasing.toml"


@pytest.fixture(scope="module")
def raw() -> Mapping[str, Any]:
    """The file as parsed."""
    return tomllib.loads(FILE.read_text("utf-8"))


def test_a_word_has_one_meaning(raw: Mapping[str, Any]) -> None:
    """A word of two meanings would silently have the last one."""
    counted = Counter(word for entry in raw["same"] for word in entry["words"])

    assert [word for word, count in counted.items() if count > 1] == []


def test_a_word_with_a_meaning_is_no_plain_word(vocabulary: Vocabulary) -> None:
    assert not vocabulary.phrasing.plain & vocabulary.phrasing.same.keys()


def test_every_meaning_is_a_word_of_itself(vocabulary: Vocabulary) -> None:
    for word, synonym in vocabulary.phrasing.same.items():
        assert vocabulary.phrasing.same[synonym.meaning] == Synonym(synonym.meaning), word


def test_opposites_have_different_meanings(vocabulary: Vocabulary) -> None:
    same = vocabulary.phrasing.same

    for one, other in (("减少", "增加"), ("下降", "上升"), ("降低", "提高"), ("降幅", "增幅"), ("由大到小", "由小到大"), ("从高到低", "从低到高")):
        assert same[one].meaning != same[other].meaning


def test_words_that_tell_how_steep_a_change_is_stand_before_rates_only(vocabulary: Vocabulary) -> None:
    rates = {word for word, synonym in vocabulary.phrasing.same.items() if synonym.is_rate}

    assert {"降幅", "减幅", "增幅"} <= rates
    assert {word for word in vocabulary.phrasing.same if "幅" in word} == rates


def test_no_word_is_a_digit_a_unit_or_a_mark(vocabulary: Vocabulary) -> None:
    words = vocabulary.phrasing
    wrong = re.compile(r"[\d%％‰，。；：、（）“”{}\s]|万元|百分")

    assert [w for w in (*words.plain, *words.same) if not w or wrong.search(w)] == []


@pytest.mark.parametrize(
    "word",
    [
        "减少", "增加", "持平", "占", "比", "最大", "平均", "没有", "不", "因为", "原因", "约", "近", "大幅", "略", "全部", "其余", "合计",
        "实际", "决算", "目标", "以上", "以下", "推算", "合理", "折合", "两", "三", "十", "百", "万", "亿", "半", "成", "元", "本年", "上年",
        "其中", "部门预算", "一年", "用去了", "变动额", "口径", "和", "与", "因此", "所以", "仅", "共",
    ],
)  # fmt: skip
def test_words_that_would_change_a_sentence_are_not_plain(word: str, vocabulary: Vocabulary) -> None:
    assert word not in vocabulary.phrasing.plain


@pytest.mark.parametrize("word", ["同比", "平衡", "实际", "约", "近", "少", "低于", "不", "没有", "没有减少", "人均", "平均", "其中"])
def test_words_of_another_meaning_stand_for_nothing(word: str, vocabulary: Vocabulary) -> None:
    assert word not in vocabulary.phrasing.same


@pytest.mark.parametrize("word", ["您好", "你好", "好的", "您问的"])
def test_talk_leads_in_and_is_known_as_talk(word: str, vocabulary: Vocabulary) -> None:
    assert word in vocabulary.phrasing.spoken
    assert word in vocabulary.phrasing.lead


@pytest.mark.parametrize("word", ["具体来看", "其次", "另外"])
def test_words_that_lead_in_are_no_talk(word: str, vocabulary: Vocabulary) -> None:
    assert word in vocabulary.phrasing.lead - vocabulary.phrasing.spoken


@pytest.mark.parametrize("word", ["没有", "不", "未", "无法", "更正", "疑为", "测算", "合理"])
def test_sentences_that_deny_correct_or_judge_are_known_by_their_words(word: str, vocabulary: Vocabulary) -> None:
    assert any(note in word for note in vocabulary.phrasing.notes)


def test_the_longest_word_is_that_of_all_kinds(vocabulary: Vocabulary) -> None:
    words = vocabulary.phrasing

    assert words.longest == max(len(w) for w in (*words.plain, *words.same))


def test_a_file_is_read_into_types() -> None:
    words = read_phrasing_words({
        "lead": {"connectives": "另外 其次", "spoken": "您好"},
        "before_figure": {"particles": "为 是", "rate": "比重为", "money": "金额为"},
        "same": [{"id": "减少", "words": ["减少", "下降"]}, {"id": "减少", "words": ["降幅"], "rate": True}],
        "form": [{"from": "，<Y>为<F>(甲|乙)", "to": r"比\1的\2\3"}],
        "notes": {"words": ["不"]},
        "marks": {"words": ["推算"]},
    })  # fmt: skip

    assert words.lead == {"另外", "其次", "您好"}
    assert words.spoken == {"您好"}
    assert words.particles == {"为", "是"}
    assert words.rate == {"比重为"}
    assert words.money == {"金额为"}
    assert words.plain == {"另外", "其次", "您好", "为", "是", "比重为", "金额为"}
    assert words.same == {"减少": Synonym("减少"), "下降": Synonym("减少"), "降幅": Synonym("减少", is_rate=True)}
    assert (words.notes, words.marks, words.longest) == (("不",), ("推算",), 3)
    assert [pattern.sub(to, "收入{{f1}}，2023年为{{f2}}甲") for pattern, to in words.forms] == ["收入{{f1}}比2023年的{{f2}}甲"]
