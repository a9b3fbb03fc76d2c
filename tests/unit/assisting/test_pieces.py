"""A text is taken apart into what the program writes and the words between, and put together again."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.assisting.pieces import NAME, YEAR, Kind, Pieces, cut, filled
from tests.unit.assisting.worded import spans_of

HEADING = "红旗区委办2024年（年初预算）"
PLACE = "一、收入支出预算总体情况说明"
TITLES = ("2013101行政运行", "30201办公费", "2024年部门收支总体情况表", "工作经费")
MARKS = ("推算", "仅见正文", "空白")
QUOTE = "“因工资改革，人员类经费支出减少，专项3项减少12万元”"

#: What answers are made of; words stand between, as they do in answers.
_words = st.sampled_from([
    HEADING, f"（{PLACE}，第3页）", QUOTE, "“过紧日子”", "“三公”", "「2024」", "《2024年预算》", "2013101行政运行", "30201办公费",
    "工作经费", "收入为", "，其中", "。", "；", "\n", "950.47万元", "1,235.00万元（推算）", "-3.5%", "≥95%", "12个", "0.40 万元（仅见正文）",
    "2个百分点", "（共4项）", "2023年", "2022至2024年", "2023年12月31日前", "2024-03-01", "“", "”", "“外“内”外”", "（（", "0万元（表中该处为空白，按0计）",
])  # fmt: skip
_texts = st.lists(_words, max_size=12).map("，其中".join)
_loose = st.text(alphabet="收入为“”《》「」（）{}0123年.万元%，。f \n-", max_size=24)


def taken_apart(text: str) -> Pieces:
    return cut(text, spans=spans_of(text, HEADING, Kind.HEADING), titles=TITLES, places=[PLACE], marks=MARKS)


def names(pieces: Pieces) -> list[tuple[str, str]]:
    return [(p.piece.name, p.piece.text) for p in pieces.placed]


@given(_texts)
def test_a_text_put_together_again_is_the_text(text: str) -> None:
    """Cutting and filling are inverse, and every piece stands where it is said to stand."""
    pieces = taken_apart(text)
    again = filled(pieces.named, pieces.by_name)

    assert again == pieces
    assert again.text == text
    assert all(text[p.start : p.end] == p.piece.text for p in pieces.placed)
    assert all(a.end <= b.start for a, b in zip(pieces.placed, pieces.placed[1:], strict=False))


@given(_texts)
def test_no_digit_is_left_to_a_model_but_those_of_years(text: str) -> None:
    rest = NAME.sub("", taken_apart(text).named)

    assert not re.search(r"\d", YEAR.sub("", rest))


@given(_loose.filter(lambda text: not NAME.search(text)))
def test_any_text_can_be_taken_apart_and_put_together(text: str) -> None:
    pieces = taken_apart(text)

    assert filled(pieces.named, pieces.by_name).text == text


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("收入950.47万元。", "950.47万元"),
        ("收入 950.47 万元。", "950.47 万元"),
        ("收入1,235.00元。", "1,235.00元"),
        ("2023年为1235.00万元（推算），减少", "1235.00万元（推算）"),
        ("为0万元（表中该处为空白，按0计）。", "0万元（表中该处为空白，按0计）"),
        ("增加2辆（推算）（仅见正文）。", "2辆（推算）（仅见正文）"),
        ("占56.53%。", "56.53%"),
        ("变动-3.5%。", "-3.5%"),
        ("变动−3.5个百分点。", "−3.5个百分点"),
        ("目标为≥95%。", "≥95%"),
        ("上限≤900000元。", "≤900000元"),
        ("是9.15倍。", "9.15倍"),
        ("时间2023年12月31日前。", "2023年12月31日前"),
        ("时间2024-03-01。", "2024-03-01"),
    ],
)
def test_a_figure_keeps_its_sign_unit_and_marks(text: str, figure: str) -> None:
    assert names(taken_apart(text))[-1:] == [("f1", figure)]


def test_brackets_that_are_no_marks_are_left_to_the_words() -> None:
    assert taken_apart("收入5万元（一般公共预算）。").named == "收入{{f1}}（一般公共预算）。"


def test_brackets_that_never_close_are_left_to_the_words() -> None:
    assert taken_apart("收入5万元（推算").named == "收入{{f1}}（推算"


@pytest.mark.parametrize("year", ["2023年", "2024年", "1999年", "2022至2024年", "2022—2024年", "2023年度"])
def test_a_year_stays_a_word(year: str) -> None:
    assert cut(f"{year}收入为5万元").named == f"{year}收入为{{{{f1}}}}"


def test_what_only_looks_like_a_year_is_a_figure() -> None:
    """2023万元 is an amount; 12023年 is no year."""
    assert cut("收入2023万元，12023年").named == "收入{{f1}}，{{f2}}年"


def test_of_nested_quotes_the_outermost_is_the_piece() -> None:
    text = "原文：“因为响应“过紧日子”的要求，压减12万元”。"

    assert names(cut(text)) == [("q1", "“因为响应“过紧日子”的要求，压减12万元”")]


def test_a_quote_that_never_closes_is_words_with_figures() -> None:
    assert cut("原文：“压减12万元").named == "原文：“压减{{f1}}"


def test_short_quotes_and_titles_of_books_are_names_and_long_quotes_are_quotes() -> None:
    pieces = cut("“三公”经费，《新乡市红旗区委员会办公室2024年度部门预算》，“因工资改革，人员类经费支出减少一些”")

    assert [p.piece.kind for p in pieces.placed] == [Kind.TITLE, Kind.TITLE, Kind.QUOTE]


def test_names_with_digits_are_pieces_and_names_without_are_words() -> None:
    assert taken_apart("2013101行政运行5万元，工作经费6万元").named == "{{t1}}{{f1}}，工作经费{{f2}}"


def test_the_longest_of_names_within_each_other_is_the_piece() -> None:
    pieces = cut("30201办公费（机关）5万元", titles=["30201办公费", "30201办公费（机关）"])

    assert names(pieces) == [("t1", "30201办公费（机关）"), ("f1", "5万元")]


def test_a_heading_with_digits_is_one_piece() -> None:
    assert taken_apart(f"{HEADING}收入为5万元").named == "{{h1}}收入为{{f1}}"


def test_a_place_is_a_piece_where_it_stands_in_brackets() -> None:
    assert taken_apart(f"（{PLACE}，第12页）{PLACE}").named == f"{{{{p1}}}}{PLACE}"


def test_a_name_that_stands_twice_is_one_piece_and_a_figure_is_one_each_time() -> None:
    assert taken_apart("“三公”5万元，“三公”5万元").named == "{{t1}}{{f1}}，{{t1}}{{f2}}"


def test_texts_share_one_numbering() -> None:
    """The sentences of a section are told apart by the numbers of their pieces."""
    counts: dict[Kind, int] = {}
    first = cut("收入5万元，占6%", counts=counts)
    second = cut("支出5万元，“三公”7万元", counts=counts)

    assert first.named == "收入{{f1}}，占{{f2}}"
    assert second.named == "支出{{f3}}，{{t1}}{{f4}}"


def test_spans_that_were_given_are_pieces_whatever_stands_there() -> None:
    text = "主要原因：人员减少3个。持平"
    pieces = cut(text, spans=[(5, 11, Kind.QUOTE), (12, 14, Kind.FIGURE)])

    assert names(pieces) == [("q1", "人员减少3个"), ("f1", "持平")]


def test_a_piece_may_be_moved_and_written_more_than_once() -> None:
    pieces = cut("收入5万元，支出6万元")
    moved = filled("支出{{ f2 }}，收入{{f1}}；收入{{f1}}", pieces.by_name)

    assert moved.text == "支出6万元，收入5万元；收入5万元"
    assert [(p.piece.name, moved.text[p.start : p.end]) for p in moved.placed] == [("f2", "6万元"), ("f1", "5万元"), ("f1", "5万元")]


def test_a_name_that_nobody_gave_cannot_be_filled() -> None:
    with pytest.raises(KeyError):
        filled("{{f9}}", {})
