"""Header rows become one path per column; slips of extraction are undone, and only they."""

from __future__ import annotations

from service.domain.fact import Proof
from service.ingestion.headers import read_header
from service.vocabulary.vocabulary import Vocabulary
from tests.samples import ingest_text, with_table


def grid(*rows: str) -> list[list[str]]:
    """Split rows written ``合计|基本支出|`` into cells, all of one width."""
    cells = [row.split("|") for row in rows]
    width = max(map(len, cells))
    return [row + [""] * (width - len(row)) for row in cells]


def test_one_row_is_its_own_path() -> None:
    """A plain header names its columns."""
    found = read_header(grid("项目|金额|备注"))

    assert found.columns == ("项目", "金额", "备注")
    assert not found.repairs


def test_a_group_covers_its_columns() -> None:
    """A label covers the blank cells to its right."""
    found = read_header(grid("项目|本年拨款||单位资金", "|一般公共预算|政府性基金|"))

    assert found.columns == ("项目", "本年拨款/一般公共预算", "本年拨款/政府性基金", "单位资金")


def test_three_levels_stay_within_their_groups() -> None:
    """A label of a lower level reaches no further than the label above it."""
    found = read_header(
        grid("科目|合计|基本支出||||项目支出", "||小计|人员经费||公用经费|", "|||工资福利支出|补助|商品和服务支出|")
    )

    assert found.columns == (
        "科目", "合计", "基本支出/小计", "基本支出/人员经费/工资福利支出", "基本支出/人员经费/补助",
        "基本支出/公用经费/商品和服务支出", "项目支出",
    )  # fmt: skip
    assert not found.repairs


def test_a_label_repeated_below_itself_is_named_once() -> None:
    """合计 over 合计 is one 合计."""
    found = read_header(grid("合计|支出", "合计|基本支出"))

    assert found.columns == ("合计", "支出/基本支出")


#: The header of tables 3, 5 and 9 of the seed, where 基本支出 and the lowest level slid left.
SHIFTED = grid(
    "科目编码|||单位代码|科目名称|合计|基本支出||||项目支出||",
    "||||||小计|人员经费||公用经费||小计|其他运转类",
    "类|款|项|工资福利支出|对个人和家庭的补助|商品和服务支出||资本性支出|||||",
)


def test_a_shifted_header_is_put_back() -> None:
    """The lowest labels go, in order, to the columns whose group lacks them; the repair is told."""
    wide = [[*row, ""] for row in SHIFTED]
    wide[0] = [
        "科目编码",
        "",
        "",
        "单位代码",
        "单位（科目名称）",
        "合计",
        "基本支出",
        "",
        "",
        "",
        "",
        "项目支出",
        "",
        "",
    ]
    wide[1] = ["", "", "", "", "", "", "小计", "人员经费", "", "公用经费", "", "小计", "其他运转类", "特定目标类"]
    wide[2] = [
        "类",
        "款",
        "项",
        "工资福利支出",
        "对个人和家庭的补助",
        "商品和服务支出",
        "",
        "资本性支出",
        "",
        "",
        "",
        "",
        "",
        "",
    ]
    found = read_header(wide)

    assert found.columns[6:] == (
        "基本支出/小计", "基本支出/人员经费/工资福利支出", "基本支出/人员经费/对个人和家庭的补助",
        "基本支出/公用经费/商品和服务支出", "基本支出/公用经费/资本性支出", "项目支出/小计",
        "项目支出/其他运转类", "项目支出/特定目标类",
    )  # fmt: skip
    assert found.repairs


def test_without_repair_the_header_is_as_printed() -> None:
    """The plain reading is there for comparison."""
    found = read_header(SHIFTED, repair=False)

    assert not found.repairs
    assert found.columns[3] == "单位代码/工资福利支出"


def test_no_rows_have_no_columns() -> None:
    """An empty header is no error."""
    found = read_header([])

    assert found.columns == ()


def test_a_right_header_that_looks_shifted_is_left_alone(vocabulary: Vocabulary) -> None:
    """Where the table's own sums hold as printed and fail as mended, nothing is mended."""
    rows = [
        "项目\t合计\t本年收入\t\t\t其他收入\t",
        "\t\t小计\t一般公共预算\t政府性基金\t\t捐赠收入",
        "合计\t9.00\t3.00\t1.00\t2.00\t2.00\t4.00",
        "甲\t4.00\t1.00\t0.00\t1.00\t1.00\t2.00",
        "乙\t5.00\t2.00\t1.00\t1.00\t1.00\t2.00",
    ]
    assert read_header([r.split("\t") for r in rows[:2]]).repairs

    table = ingest_text(with_table("2024年虚构收入表", *rows), vocabulary).tables[-1]

    assert table.columns[4:] == ("本年收入/政府性基金", "其他收入", "其他收入/捐赠收入")
    assert not table.repairs
    assert all(c.proof is Proof.PROVEN for row in table.rows for c in row.cells if c.quantity)
