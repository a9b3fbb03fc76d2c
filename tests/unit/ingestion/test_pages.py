"""Words with places become paragraphs as a reader sees them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.ingestion.blocks import Grid, GridRow, TextLine
from service.ingestion.pages import Composition, PageLayout, PlacedGrid, Word, compose, rows_of, runs_of, text_of

LEFT, RIGHT, EM, PITCH = 800, 5200, 160, 290
FULL = (RIGHT - LEFT) // EM


def chars(text: str, x: int, top: int, em: int = EM) -> list[Word]:
    """Place characters one after the other: ASCII is half as wide."""
    words = []
    for c in text:
        width = em // 2 if c.isascii() else em
        words.append(Word(c, x, top, x + width, top + em))
        x += width
    return words


def page(*lines: tuple[int, str], number: int = 1, top: int = 1000, grids: tuple[PlacedGrid, ...] = (), foot: str = "") -> PageLayout:
    """Place lines below one another, each with its indentation in characters."""
    words: list[Word] = []
    for n, (indent, text) in enumerate(lines):
        words += chars(text, LEFT + indent * EM, top + n * PITCH)
    if foot:
        words += chars(foot, 2900, 7900, 90)
    return PageLayout(number, 5950, 8420, tuple(words), grids)


def texts(made: Composition) -> list[str]:
    for block in made.blocks:
        if isinstance(block, TextLine):
            assert block.whole
            assert made.text[block.start : block.start + len(block.text)] == block.text
    return [b.text for b in made.blocks if isinstance(b, TextLine)]


def prose(characters: int) -> str:
    return "".join(itertools.islice(itertools.cycle("本部门预算收支情况说明及安排"), characters))


FIRST = (2, prose(FULL - 2))
NEXT = (0, prose(FULL))


def test_lines_of_a_paragraph_are_joined_and_paragraphs_kept_apart() -> None:
    made = compose([page(FIRST, NEXT, (0, "共计1,682.76万元。"), FIRST, (0, "完。"))])
    assert texts(made) == [FIRST[1] + NEXT[1] + "共计1,682.76万元。", FIRST[1] + "完。"]


def test_a_line_that_ends_early_because_the_next_word_is_long_goes_on() -> None:
    made = compose([page(FIRST, NEXT, (0, prose(FULL - 6)), (0, "123,456,789.01元。"))])
    assert len(texts(made)) == 1
    assert texts(made)[0].endswith("123,456,789.01元。")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((0, "一、收入支出总体情况"), (0, prose(FULL))),
        ((2, prose(FULL - 2)), (2, "（一）基本支出情况")),
        ((2, prose(FULL - 3) + "。"), (0, "二、支出情况。")),
        ((0, "部门：" + prose(FULL - 3)), (0, prose(10))),
        ((2, "一、概况" + "." * 60), (2, "二、情况")),
    ],
    ids=["heading", "item", "unindented item", "caption", "contents"],
)
def test_what_stands_for_itself_is_not_joined(before: tuple[int, str], after: tuple[int, str]) -> None:
    made = compose([page(FIRST, NEXT, NEXT, (0, "完。"), before, after)])
    assert texts(made)[-2:] == [before[1], after[1]]


def test_a_paragraph_goes_on_over_a_page_end_with_its_pages_known() -> None:
    made = compose([
        page(FIRST, NEXT, NEXT, foot="- 1 -"), page((0, "其余安排。"), FIRST, NEXT, number=2, foot="- 2 -"),
        page(number=3), page((2, "末页。"), number=4, foot="- 4 -"),
    ])  # fmt: skip
    assert texts(made)[0] == FIRST[1] + NEXT[1] + NEXT[1] + "其余安排。"
    assert made.page_starts[1] == made.text.index("其余安排")
    assert made.page_starts[2] == made.page_starts[3] == made.text.index("末页")
    assert "-" not in made.text


def test_a_grid_ends_a_paragraph_and_keeps_its_place() -> None:
    grid = Grid((GridRow(("甲", "1"), 1, page=1),))
    placed = PlacedGrid(LEFT, 1000 + 2 * PITCH - 20, RIGHT, 1000 + 2 * PITCH - 10, grid)
    made = compose([page(FIRST, NEXT, NEXT, grids=(placed,))])
    assert [isinstance(b, Grid) for b in made.blocks] == [False, True, False]


@pytest.mark.parametrize("foot", ["3", "- 3 -", "—3—", "第3页", "第 3 页 共 9 页", "3/9", "iii"])
def test_page_numbers_are_left_out(foot: str) -> None:
    made = compose([page(FIRST, NEXT, number=3, foot=foot)])
    assert texts(made) == [FIRST[1] + NEXT[1]]


def test_a_figure_on_a_line_of_its_own_is_no_page_number() -> None:
    assert texts(compose([page(FIRST, NEXT, (0, "完。"), (2, "1682"))]))[-1] == "1682"


def test_page_numbers_that_count_with_the_others_are_left_out_wherever_a_page_ends() -> None:
    pages = [page(FIRST, NEXT, (0, "完。"), number=n, foot=str(n)) for n in (1, 2, 3)]
    assert "4" not in compose([*pages, page((2, "短。"), (12, "4"), number=4)]).text


def test_running_titles_are_left_out_but_table_captions_stay() -> None:
    pages = []
    for n in range(1, 5):
        words = chars(f"云溪市示例局{2023}年部门预算", 2000, 400, 90) + chars("单位：万元", 4000, 600)
        body = page((2, f"第{n}页的正文说明。"), number=n)
        pages.append(PageLayout(n, 5950, 8420, (*words, *body.words)))
    found = texts(compose(pages))
    assert found.count("单位：万元") == 4
    assert not any("示例局" in t for t in found)


def test_pieces_of_a_caption_line_are_lines_of_their_own() -> None:
    words = chars("部门：云溪市示例局", LEFT, 1000) + chars("单位：万元", 4000, 1000)
    assert texts(compose([PageLayout(1, 5950, 8420, tuple(words))])) == ["部门：云溪市示例局", "单位：万元"]


def test_a_label_keeps_its_value_however_far() -> None:
    words = chars("部门：", LEFT, 1000) + chars("云溪市示例局", LEFT + 1200, 1000)
    assert texts(compose([PageLayout(1, 5950, 8420, tuple(words))])) == ["部门： 云溪市示例局"]


def test_spread_characters_are_one_line() -> None:
    words = chars("目", 2000, 1000) + chars("录", 2700, 1000)
    assert texts(compose([PageLayout(1, 5950, 8420, tuple(words))])) == ["目 录"]


def test_figures_in_wide_blanks_stay_in_their_sentence() -> None:
    words = chars("收支总计各增加", LEFT, 1000) + chars("1463.8", LEFT + 7 * EM + 500, 1000) + chars("万元，增长。", LEFT + 2200, 1000)
    assert texts(compose([PageLayout(1, 5950, 8420, tuple(words))])) == ["收支总计各增加 1463.8万元，增长。"]


def test_characters_are_on_a_line_by_their_overlap() -> None:
    words = [Word("支", 0, 100, 160, 260), Word("9", 160, 150, 215, 260), Word("元", 215, 100, 375, 260), Word("下", 0, 300, 160, 460)]
    assert [text_of(r) for r in rows_of(words)] == ["支9元", "下"]


def test_doubled_characters_count_once_but_equal_digits_do_not() -> None:
    words = chars("2200", 0, 0) + chars("2200", 4, 2)
    assert [text_of(r) for r in rows_of(words)] == ["2200"]


def test_runs_give_the_same_lines() -> None:
    words = chars("基本支出", 0, 0) + chars("1,234.5", 700, 6, 110) + chars(" ab cd", 1200, 0) + chars("下一行", 0, 300)
    assert [text_of(r) for r in rows_of(runs_of(words))] == [text_of(r) for r in rows_of(words)]


def test_no_pages_and_empty_pages() -> None:
    assert compose([]) == Composition("", (), ())
    assert compose([PageLayout(1, 0, 0, ())]).page_starts == (0,)


boxes = st.builds(
    lambda t, x, y, w, h: Word(t, x, y, x + w, y + h),
    st.sampled_from(["1", "支", " ", "，", "单位：", "abc", "- 1 -"]),
    *(st.integers(-500, 9000) for _ in range(2)), *(st.integers(0, 300) for _ in range(2)),
)  # fmt: skip


@given(st.lists(st.lists(boxes, max_size=25), max_size=3))
def test_any_words_give_offsets_that_hold(found: list[list[Word]]) -> None:
    made = compose([PageLayout(n, 5950, 8420, tuple(words)) for n, words in enumerate(found, 1)])
    texts(made)
    assert len(made.page_starts) == len(found)
    assert list(made.page_starts) == sorted(made.page_starts)
