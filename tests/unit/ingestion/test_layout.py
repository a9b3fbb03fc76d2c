"""Cells torn by page breaks or moved aside are put back, and what was done is told."""

from __future__ import annotations

from service.ingestion.blocks import GridRow
from service.ingestion.layout import LaidRow, align_targets, is_target_value, join_page_breaks, lay_out

ROLES = ("label", "label", "figure")
PAIRS = ("label", "figure", "indicator", "target", "indicator", "target")


def laid(*rows: str, breaks: tuple[int, ...] = ()) -> list[LaidRow]:
    """Write body rows as ``甲|乙|1.00``; *breaks* names those with a page break before them."""
    return [LaidRow(row.split("|"), [n], after_break=n in breaks) for n, row in enumerate(rows)]


def join(rows: list[LaidRow], roles: tuple[str, ...] = ROLES, known: tuple[str, ...] = ()) -> list[str]:
    """Join with a simple notion of amounts and of known names."""
    return join_page_breaks(
        rows, roles=roles, is_figure=lambda c: c.replace(".", "").isdigit(), is_known=lambda c: c in known
    )


def test_the_rest_of_a_label_returns_to_the_row_above() -> None:
    """A row after a break with no figure of its own is the rest of the row before; its line is kept."""
    rows = laid("其他运转类|工作|36.00", "|经费|", breaks=(1,))
    repairs = join(rows)

    assert [r.cells for r in rows] == [["其他运转类", "工作经费", "36.00"]]
    assert rows[0].lines == [0, 1]
    assert "工作经费" in repairs[0]


def test_a_row_with_a_figure_is_a_row_of_its_own() -> None:
    """A break between two whole rows joins nothing."""
    rows = laid("甲类|一项|36.00", "甲类|二项|4.00", breaks=(1,))

    assert join(rows) == []
    assert len(rows) == 2


def test_a_complete_name_after_a_break_is_no_fragment() -> None:
    """A label that stands for something by itself stays, though its figure is blank."""
    rows = laid("（一）教育支出||", "（二）国防支出||", "其他支出||", breaks=(1, 2))

    assert join(rows, known=("其他支出",)) == []
    assert len(rows) == 3


def test_without_a_break_nothing_is_joined() -> None:
    """A short line inside a page is left as printed."""
    rows = laid("甲类|工作|36.00", "|经费|")

    assert join(rows) == []
    assert len(rows) == 2


def test_a_torn_target_is_joined_by_what_it_reads_as() -> None:
    """日前 is the rest of a date; ≥90% is a target of its own."""
    rows = laid("甲|1.00|完成时间|2024年12月31|满意度|≥95%", "|||日前||", "||||效率|≥90%", breaks=(1, 2))
    join(rows, PAIRS)

    assert rows[0].cells[3] == "2024年12月31日前"
    assert rows[1].cells[4:] == ["效率", "≥90%"]


def test_a_target_in_the_name_column_moves_under_its_header() -> None:
    """A lone date or number in the name column is a target; it goes on with the name above it."""
    rows = laid("甲|1.00|完成时间|2023年12月31日前||", "||2024年12月31日前|||")
    repairs = align_targets(rows, PAIRS)

    assert rows[1].cells[2:4] == ["完成时间", "2024年12月31日前"]
    assert len(repairs) == 2


def test_a_pair_one_column_to_the_left_moves_back() -> None:
    """Name and target that slid left as a pair are moved together."""
    roles = ("label", "indicator", "target", "indicator", "target")
    rows = laid("甲|成本|≤5万元|次数|≥3次", "||完成时间|2023年12月31日前|")
    align_targets(rows, roles)

    assert rows[1].cells == ["", "", "", "完成时间", "2023年12月31日前"]


def test_targets_are_told_from_words() -> None:
    """Numbers with a comparator or unit and dates are targets; words are not."""
    targets = ["≥95%", "100%", "≤0.78万元", "40条", "2024年12月31日前", "2024年春节前", "不低于3次"]

    assert [t for t in targets if not is_target_value(t)] == []
    assert not any(map(is_target_value, ["提高", "日前", "工作经费", "10M网络服务数量"]))


def test_rows_get_one_width_and_lose_layout_spaces() -> None:
    """Short rows are filled up, long empty tails and empty rows go, as do spaces inside Chinese words."""
    rows = lay_out(
        [
            GridRow(("科 目", "金 额", ""), 1),
            GridRow(("办公 费", "1.00"), 2),
            GridRow(("", "", "", ""), 3),
            GridRow(("差旅费", "2.00"), 4),
        ]
    )

    assert [r.cells for r in rows] == [["科目", "金额"], ["办公费", "1.00"], ["差旅费", "2.00"]]
