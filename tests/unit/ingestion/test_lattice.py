"""Rulings and words become grids the way a reader sees them, whatever way the lines were drawn."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.ingestion.blocks import Grid
from service.ingestion.lattice import Rule, cell_text, ruled_tables
from service.ingestion.pages import Word

XS = (1000, 2500, 3500, 4500)
YS = (1000, 1250, 1500, 1750)
ROWS = [("项目", "合计", "其中"), ("运行", "1.00", "0.50"), ("建设", "2.00", "")]


def level(y: int, x0: int = XS[0], x1: int = XS[-1], thick: int = 5) -> Rule:
    return Rule(x0, y, x1, y + thick)


def upright(x: int, top: int = YS[0], bottom: int = YS[-1], thick: int = 5) -> Rule:
    return Rule(x, top, x + thick, bottom)


def chars(text: str, x: int, top: int, em: int = 90) -> list[Word]:
    out = []
    for c in text:
        width = em // 2 if c.isascii() else em
        out.append(Word(c, x, top, x + width, top + em))
        x += width
    return out


def fill(rows: Sequence[Sequence[str]] = ROWS, xs: Sequence[int] = XS, ys: Sequence[int] = YS) -> list[Word]:
    return [w for y, row in zip(ys, rows, strict=False) for x, cell in zip(xs, row, strict=False) for w in chars(cell, x + 30, y + 80)]


def cells(grid: Grid) -> list[tuple[str, ...]]:
    return [r.cells for r in grid.rows]


def read(rules: Sequence[Rule], words: Sequence[Word] | None = None) -> list[list[tuple[str, ...]]]:
    found, _ = ruled_tables(fill() if words is None else words, rules, page=7)
    assert all(r.page == 7 for g in found for r in g.grid.rows)
    return [cells(g.grid) for g in found]


FULL = [*(level(y) for y in YS), *(upright(x) for x in XS)]
DASHES = [Rule(x, y, x + 20, y + 5) for y in YS for x in range(XS[0], XS[-1], 50)]


@pytest.mark.parametrize(
    "rules",
    [
        FULL,
        [*FULL, *(level(y + 15) for y in YS), *(upright(x + 15) for x in XS)],
        [*DASHES, *(upright(x) for x in XS)],
        [Rule(a, y, b, y + 5) for y in YS for a, b in pairwise(XS)]
        + [Rule(x, a, x + 5, b) for x in XS for a, b in pairwise(YS)],
        [*(level(y) for y in YS), *(upright(x) for x in XS[1:-1])],
        [*(level(y) for y in YS[:-1]), *(upright(x) for x in XS)],
        [*(level(y) for y in YS), *(upright(x) for x in XS), level(YS[0] - 300, 900, 4600), level(YS[-1] + 300, 900, 4600),
         upright(900, YS[0] - 300, YS[-1] + 300), upright(4600, YS[0] - 300, YS[-1] + 300)],
    ],
    ids=["plain", "double", "dashed", "cell by cell", "open sides", "open below", "in a page frame"],
)  # fmt: skip
def test_the_same_table_however_it_is_drawn(rules: list[Rule]) -> None:
    assert read(rules) == [ROWS]


def test_merged_headers_are_spans() -> None:
    rules = [level(YS[0]), level(YS[1], XS[1]), *(level(y) for y in YS[2:]), upright(XS[0]), upright(XS[1]), upright(XS[2], YS[1]), upright(XS[3])]
    found, _ = ruled_tables(fill([("项目", "金额", ""), ("", "本年", "上年"), ("运行", "1.00", "2.00")]), rules)
    grid = found[0].grid
    assert cells(grid) == [("项目", "金额", ""), ("", "本年", "上年"), ("运行", "1.00", "2.00")]
    assert dict(grid.spans or {}) == {(0, 0): (2, 1), (0, 1): (1, 2)}


def test_two_tables_side_by_side_are_two() -> None:
    shift = 4000
    rules = [*FULL, *(Rule(r.x0 + shift, r.top, r.x1 + shift, r.bottom) for r in FULL)]
    words = [*fill(), *(Word(w.text, w.x0 + shift, w.top, w.x1 + shift, w.bottom) for w in fill())]
    assert read(rules, words) == [ROWS, ROWS]


@pytest.mark.parametrize("rules", [
    [level(YS[0]), level(YS[-1]), upright(XS[0]), upright(XS[-1])],
    [*(level(y) for y in YS), upright(XS[0]), upright(XS[-1])],
], ids=["box", "lined paper"])  # fmt: skip
def test_a_frame_around_prose_is_no_table(rules: list[Rule]) -> None:
    words = chars("本部门承担示例职责。", 1100, 1100)
    found, rest = ruled_tables(words, rules)
    assert not found
    assert sorted(map(str, rest)) == sorted(map(str, words))


def test_an_underlined_heading_is_no_table() -> None:
    words = chars("部门预算", 1100, 1100)
    assert ruled_tables(words, [level(1200)]) == ((), tuple(words))


def test_words_outside_stay_words() -> None:
    outside = chars("说明：示例。", 1000, 2000)
    assert ruled_tables([*fill(), *outside], FULL)[1] == tuple(outside)


def test_figures_squeezed_into_lines_are_whole() -> None:
    xs = (1000, 2500, 2500 + 6 * 45 + 100, 4500)
    words = fill([("项目", "", ""), ("运行", "", "0.50")], xs) + chars("1682.7", 2550, 1270) + chars("6", 2550, 1380)
    rules = [*(level(y, xs[0], xs[-1]) for y in YS), *(upright(x) for x in xs)]
    assert read(rules, words)[0][1] == ("运行", "1682.76", "0.50")


def test_figures_below_one_another_in_a_wide_cell_are_two() -> None:
    words = fill([("项目", "", ""), ("运行", "", "")]) + chars("12", 2550, 1270) + chars("34", 2550, 1380)
    assert read(FULL, words)[0][1] == ("运行", "12\n34", "")


def test_rows_without_rulings_between_them_are_rows() -> None:
    rules = [level(YS[0]), level(YS[1]), level(YS[3]), *(upright(x) for x in XS)]
    assert read(rules, fill([ROWS[0], ("运行", "1.00", "0.50"), ("建设", "2.00", "1.50")])) == [
        [ROWS[0], ("运行", "1.00", "0.50"), ("建设", "2.00", "1.50")]
    ]


def test_a_row_whose_figures_are_squeezed_everywhere_is_one() -> None:
    xs = (1000, 2500, 2500 + 6 * 45 + 100, 2500 + 12 * 45 + 200)
    squeezed = [w for x in xs[1:3] for w in (*chars("1682.7", x + 50, 1270), *chars("6", x + 50, 1380))]
    rules = [*(level(y, xs[0], xs[-1]) for y in YS), *(upright(x) for x in xs)]
    assert read(rules, fill([("项目", "", ""), ("运行", "", "")], xs) + squeezed)[0][1] == ("运行", "1682.76", "1682.76")


def test_a_figure_wider_than_its_cell_is_not_torn() -> None:
    words = fill([("项目", "合计", "其中"), ("运行", "", "")]) + chars("1,234,567.89", 3500 - 11 * 45, 1330)
    assert read(FULL, words)[0][1] == ("运行", "1,234,567.89", "")


def test_neighbours_that_touch_stay_two_figures() -> None:
    words = fill([("项目", "合计", "其中"), ("运行", "", "")]) + chars("1.25", 3500 - 4 * 45, 1330) + chars("2.50", 3500, 1330)
    assert read(FULL, words)[0][1] == ("运行", "1.25", "2.50")


def test_blank_strips_of_a_frame_are_no_columns() -> None:
    rules = [*(level(y, 900, 4600) for y in YS), *(upright(x) for x in (900, *XS, 4600))]
    found, _ = ruled_tables(fill(), rules)
    assert cells(found[0].grid) == ROWS
    assert found[0].grid.edges == tuple(x + 2 for x in XS)


def test_words_over_two_narrow_strips_are_kept() -> None:
    """Strips that hold words only together, in a merged cell, are no blank frame."""
    rules = [*(level(y, 1000, 4000) for y in (1000, 1200, 1400)), *(upright(x, 1000, 1400) for x in (1000, 1200, 3000, 4000))]
    rules.append(upright(1100, 1200, 1400))
    words = [*chars("注", 1040, 1060), *chars("项目", 1300, 1060), *chars("合计", 3100, 1060), *chars("办公费", 1300, 1260)]
    found, rest = ruled_tables([*words, *chars("1.00", 3100, 1260)], rules)
    assert not rest
    assert cells(found[0].grid) == [("注", "项目", "合计"), ("", "办公费", "1.00")]


def test_sideways_lines_of_a_cell_and_wrapped_names() -> None:
    tall = [*chars("年", 1100, 1300), *chars("度", 1100, 1400), *chars("目", 1100, 1500), *chars("标", 1100, 1600)]
    assert cell_text(tall, 1000, 1300) == "年度目标"
    name = [*chars("机关事业单位基本", 1060, 1300), *chars("养老保险缴费", 1060, 1400)]
    assert cell_text(name, 1000, 1000 + 8 * 90 + 120) == "机关事业单位基本养老保险缴费"
    assert cell_text([*chars("收入总表", 1060, 1300), *chars("单位：万元", 1060, 1400)], 1000, 4000) == "收入总表\n单位：万元"


def test_a_drawing_of_too_many_places_is_no_table() -> None:
    rules = [level(y * 40, 0, 40_000) for y in range(1000)] + [upright(x * 40, 0, 40_000) for x in range(1000)]
    words = chars("图", 100, 100)
    assert ruled_tables(words, rules) == ((), tuple(words))


rule = st.builds(
    lambda x, y, w, h, flat: Rule(x, y, x + w, y + 5) if flat else Rule(x, y, x + 5, y + h),
    *(st.integers(0, 3000) for _ in range(2)), *(st.integers(0, 3000) for _ in range(2)), st.booleans(),
)  # fmt: skip


@given(st.lists(rule, max_size=25))
def test_every_word_is_kept_once(rules: list[Rule]) -> None:
    words = [Word(chr(0x4E00 + n), 90 * n, 97 * n, 90 * n + 80, 97 * n + 80) for n in range(35)]
    found, rest = ruled_tables(words, rules)
    kept = "".join(c for g in found for r in g.grid.rows for c in r.cells) + "".join(w.text for w in rest)
    assert sorted(kept.replace("\n", "").replace(" ", "")) == sorted(w.text for w in words)
