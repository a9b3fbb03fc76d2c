"""Tables without rulings are found by their columns of figures; prose and contents are left alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from service.ingestion.alignment import aligned_tables
from service.ingestion.lattice import Rule
from service.ingestion.pages import Word


def chars(text: str, x: int, top: int, em: int = 100) -> list[Word]:
    out = []
    for c in text:
        width = em // 2 if c.isascii() else em
        out.append(Word(c, x, top, x + width, top + em))
        x += width
    return out


def width(text: str, em: int = 100) -> int:
    return sum(em // 2 if c.isascii() else em for c in text)


def lay(rows: Sequence[Sequence[str]], *, top: int = 1000, pitch: int = 220) -> list[Word]:
    """Names left-aligned at 600, figures right-aligned at 3000, 4200, 5400."""
    words: list[Word] = []
    for n, row in enumerate(rows):
        for column, cell in enumerate(row):
            x = 600 if column == 0 else 1800 + 1200 * column - width(cell)
            words += chars(cell, x, top + n * pitch)
    return words


TABLE = [
    ("科目名称", "合计", "基本支出", "项目支出"),
    ("一般公共服务支出", "1,378.41", "903.85", "474.56"),
    ("行政运行", "903.85", "903.85", "0.00"),
    ("一般行政管理事务", "458.00", "", "458.00"),
    ("其他支出", "16.56", "", "16.56"),
    ("合计", "1,378.41", "903.85", "474.56"),
]


def found(words: Sequence[Word], rules: Sequence[Rule] = ()) -> list[list[tuple[str, ...]]]:
    grids, rest = aligned_tables(words, rules, page=3)
    assert all(r.page == 3 for g in grids for r in g.grid.rows)
    held = [c for g in grids for r in g.grid.rows for cell in r.cells for c in cell if c.strip()]
    assert sorted(held + [w.text for w in rest]) == sorted(w.text for w in words)
    return [[r.cells for r in g.grid.rows] for g in grids]


def test_a_table_without_rulings() -> None:
    above = chars("部门支出表", 2500, 600) + chars("部门：云溪市示例局", 600, 780) + chars("单位：万元", 4900, 780)
    below = chars("以上为示例，说明从略。", 600, 2600)
    assert found([*above, *lay(TABLE), *below]) == [TABLE]


def test_a_table_with_level_rulings_only() -> None:
    rules = [Rule(600, y, 5400, y + 5) for y in (980, 1160, 2330)]
    assert found(lay(TABLE), rules) == [TABLE]


def test_a_header_over_several_columns_is_a_span() -> None:
    rows = [("科目名称", "合计"), *TABLE[1:]]
    words = lay(rows) + chars("本年支出预算安排合计", 4150, 1000)
    grids, _ = aligned_tables(words)
    assert grids[0].grid.rows[0].cells == ("科目名称", "合计", "本年支出预算安排合计", "")
    assert dict(grids[0].grid.spans or {})[0, 2] == (1, 2)


def test_a_name_on_two_lines_is_one_row() -> None:
    words = lay(TABLE[:3], pitch=400) + chars("（含离退休）", 600, 1920)
    words += lay([("其他支出", "16.56", "", "16.56")], top=2200)
    assert ("行政运行（含离退休）", "903.85", "903.85", "0.00") in [tuple(c.replace("\n", "") for c in r) for r in found(words)[0]]


@pytest.mark.parametrize(
    "rows",
    [
        [f"全年安排资金{n}00.00万元，比上年增加{n}.00万元，增长{n}.00%。" for n in range(1, 7)],
        [f"第{n}项工作" for n in range(1, 7)],
    ],
    ids=["sentences", "items"],
)
def test_prose_is_never_torn(rows: list[str]) -> None:
    assert found([w for n, row in enumerate(rows) for w in chars(row, 600, 1000 + 250 * n)]) == []


def test_a_table_of_contents_is_no_table() -> None:
    words = [w for n in range(8) for w in chars(f"第{n}章概况", 600, 1000 + 250 * n) + chars(str(n + 1), 5300, 1000 + 250 * n)]
    assert found(words) == []


def test_too_few_rows_are_no_table() -> None:
    assert found(lay(TABLE[1:3])) == []
