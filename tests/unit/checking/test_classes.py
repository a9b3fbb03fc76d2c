"""A class named with the marks of its path is judged by its own cells; a comparison may be of one fund's money."""

from __future__ import annotations

import pytest

from service.checking.figures import judge_figures
from service.checking.material import material_of
from service.domain.check import Verdict
from service.domain.document import Document
from service.domain.finding import Finding
from service.vocabulary.vocabulary import Vocabulary
from tests.samples import ingest_text

PATH = "社会保障和就业支出（类）民政管理事务（款）"
COMMUNITY = f"{PATH}基层政权建设和社区治理（项）"
MATTERS = f"{PATH}一般行政管理事务（项）"
SPENDING = "三、支出预算总体情况说明"


def document(vocabulary: Vocabulary, year: int, matters: tuple[str, str], *paragraphs: str, in_all: bool = True) -> Document:
    """Return a budget whose 一般行政管理事务 has (all money, 一般公共预算); 其他收入 pays the rest.

    Args:
        vocabulary: For reading it.
        year: Its year.
        matters: The two amounts, in full 万元.
        *paragraphs: Of the explanation.
        in_all: Whether there is a table of all money.
    """
    every, public = (int(m) for m in matters)

    def spending(title: str, amount: int) -> str:
        return (
            f"{year}年{title}\n单位：万元\n科目编码\t科目名称\t合计\t基本支出\t项目支出\n"
            f"\t合计\t{amount + 918}.00\t859.00\t{amount + 59}.00\n208\t社会保障和就业支出\t{amount + 896}.00\t851.00\t{amount + 45}.00\n"
            f"20802\t民政管理事务\t{amount + 896}.00\t851.00\t{amount + 45}.00\n2080201\t行政运行\t851.00\t851.00\t\n"
            f"2080202\t一般行政管理事务\t{amount}.00\t\t{amount}.00\n2080208\t基层政权建设和社区治理\t45.00\t\t45.00\n"
            "207\t文化旅游体育与传媒支出\t22.00\t8.00\t14.00\n20701\t文化和旅游\t22.00\t8.00\t14.00\n"
            "2070104\t图书馆\t14.00\t5.00\t9.00\n2070109\t群众文化\t8.00\t3.00\t5.00\n"
        )

    text = (
        "云溪市示例局", f"{year}年度部门预算", f"第二部分 云溪市示例局{year}年度部门预算情况说明", SPENDING, *paragraphs,
        "第三部分 部门预算表",
        f"{year}年部门收支总体情况表\n单位：万元\n收入\t\t支出\t\n项目\t金额\t项目\t金额\n"
        f"一、一般公共预算\t{public + 918}.00\t一、社会保障和就业支出\t{every + 896}.00\n二、其他收入\t{every - public}.00\t二、文化旅游体育与传媒支出\t22.00\n"
        f"本年收入合计\t{every + 918}.00\t本年支出合计\t{every + 918}.00\n收入总计\t{every + 918}.00\t支出总计\t{every + 918}.00\n",
        *((spending("部门支出总体情况表", every),) if in_all else ()),
        spending("一般公共预算支出情况表", public),
    )  # fmt: skip
    return ingest_text("\n\n".join(text), vocabulary)


def findings(vocabulary: Vocabulary, *paragraphs: str, in_all: bool = True) -> tuple[Finding, ...]:
    """Return the findings of 2025's explanation, last year's budget at hand."""
    now = document(vocabulary, 2025, ("294", "282"), *paragraphs, in_all=in_all)
    before = document(vocabulary, 2024, ("322", "312"))
    return judge_figures(material_of(now, (), (before,), vocabulary))[1]


RIGHT = [
    f"{COMMUNITY}45.00万元。",
    f"1.“{COMMUNITY}”科目45.00万元。",
    f"{MATTERS}294.00万元。",
    f"{MATTERS}282.00万元。",
    f"{PATH}行政运行（项）支出851.00万元，其中：基本支出851.00万元。",
    "1.文化和旅游（款）图书馆（项）支出14.00万元。",
    "民政管理事务（款）支出1190.00万元。",
]


@pytest.mark.parametrize("text", RIGHT)
def test_what_the_cells_of_the_class_itself_print_is_right_under_any_fund(vocabulary: Vocabulary, text: str) -> None:
    now = document(vocabulary, 2025, ("294", "282"), text)
    figures, found = judge_figures(material_of(now, (), (), vocabulary))
    assert [f.verdict for f in figures if f.text in text] == [Verdict.SUPPORTED] * text.count("万元")
    assert found == ()


OTHERS = ["851.00", "1190.00", "1178.00", "339.00", "327.00"]
"""What the rows above 基层政权建设和社区治理 print: in all, of one fund, 基本支出, 项目支出."""


@pytest.mark.parametrize("amount", OTHERS)
@pytest.mark.parametrize("named", [COMMUNITY, f"1.“{COMMUNITY}”科目", "1.民政管理事务（款）基层政权建设和社区治理（项）支出", "民政管理事务中基层政权建设和社区治理"])
def test_a_figure_of_the_class_above_is_none_of_the_class_named(vocabulary: Vocabulary, named: str, amount: str) -> None:
    found = findings(vocabulary, f"{named}{amount}万元。")
    assert [(f.code, f.stated, f.expected) for f in found] == [("figure-differs-from-table", f"{amount}万元", "45.00万元")]


def test_a_part_of_a_class_is_meant_only_where_the_words_say_so(vocabulary: Vocabulary) -> None:
    assert [f.expected for f in findings(vocabulary, f"{PATH}支出851.00万元。")] == ["1190.00万元"]
    assert [f.expected for f in findings(vocabulary, "文化和旅游（款）支出8.00万元。")] == ["22.00万元"]
    assert findings(vocabulary, f"{PATH}支出1190.00万元，其中：基本支出851.00万元。") == ()


def test_a_class_with_a_short_name_is_known_by_the_mark_of_its_level(vocabulary: Vocabulary) -> None:
    found = findings(vocabulary, "1.文化和旅游（款）图书馆（项）支出41.00万元。")
    assert [(f.stated, f.expected) for f in found] == [("41.00万元", "14.00万元")]
    assert findings(vocabulary, "建设图书馆41.00万元。") == ()


def test_a_figure_in_no_cell_of_a_class_printed_under_one_fund_alone_is_doubted(vocabulary: Vocabulary) -> None:
    found = findings(vocabulary, f"{COMMUNITY}851.00万元。", in_all=False)
    assert [(f.code, f.stated) for f in found] == [("figure-not-in-its-rows", "851.00万元")]
    assert findings(vocabulary, f"{COMMUNITY}45.00万元。", in_all=False) == ()


@pytest.mark.parametrize(
    "text",
    [
        f"1.“{MATTERS}”科目282.00万元，比2024年预算减少30.00万元，下降9.62%。",
        "一般行政管理事务282.00万元，比2024年预算减少30.00万元，下降9.62%。",
        f"{MATTERS}294.00万元，比2024年预算减少28.00万元，下降8.70%。",
        f"{MATTERS}比2024年预算减少30.00万元。",
        f"{MATTERS}比2024年预算减少28.00万元。",
    ],
)
def test_a_change_that_one_funds_cells_of_both_years_bear_out_is_right(vocabulary: Vocabulary, text: str) -> None:
    assert findings(vocabulary, text) == ()


@pytest.mark.parametrize(
    ("amount", "change", "expected"),
    [("282.00", "28.00", "减少30.00万元"), ("282.00", "40.00", "减少30.00万元"), ("294.00", "30.00", "减少28.00万元")],
)
def test_a_change_is_held_against_the_money_that_the_amount_beside_it_is_of(
    vocabulary: Vocabulary, amount: str, change: str, expected: str
) -> None:
    found = findings(vocabulary, f"{MATTERS}{amount}万元，比2024年预算减少{change}万元。")
    assert [(f.code, f.expected) for f in found] == [("change-does-not-follow", expected)]


def test_a_fund_that_the_words_name_is_the_one_compared(vocabulary: Vocabulary) -> None:
    found = findings(vocabulary, f"一般公共预算支出中，{MATTERS}比2024年预算减少28.00万元。")
    assert [f.expected for f in found] == ["减少30.00万元"]
