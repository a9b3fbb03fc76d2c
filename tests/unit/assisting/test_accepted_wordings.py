"""What a wording may do: use other words of the same meaning, other orders, plain words, Markdown and politeness."""

from __future__ import annotations

import pytest

from tests.unit.assisting.conftest import WordedFor
from tests.unit.assisting.worded import Worded

CHANGE = "2024年收入比2023年预算减少多少、降了百分之几？"
RISE = "三公经费比上年增加多少？"
SHARE = "基本支出占支出合计的比重？"
WHY = "2024年收入为什么减少了？"
PLAIN = "2024年我们部门收入总计多少？"
EQUAL = "收入总计和支出总计平不平？"
OFFICE = "新乡市红旗区委员会办公室2024年（年初预算）"


def faults(worded: Worded, named: str) -> tuple[str, ...]:
    return worded.gate.judge(named).faults


@pytest.mark.parametrize(
    "named",
    [
        "{{h1}}收入为{{f1}}，2023年为{{f2}}，下降{{f3}}，降幅{{f4}}。",
        "{{h1}}收入{{f1}}，比2023年的{{f2}}减少{{f3}}，降幅为{{f4}}。",
        "{{h1}}收入为{{f1}}，比上年的{{f2}}减少{{f3}}，下降{{f4}}。",
        "{{h1}}收入{{f1}}，上年为{{f2}}，减少{{f3}}，减幅{{f4}}。",
        "{{h1}}收入{{f1}}，2023年收入{{f2}}，减少{{f3}}，降低{{f4}}。",
        "{{h1}}收入由2023年的{{f2}}减少到{{f1}}，减少{{f3}}，降低{{f4}}。",
        "您问的收入，{{h1}}为{{f1}}，2023年为{{f2}}，减少{{f3}}，降低{{f4}}。",
    ],
)
def test_a_fall_may_be_told_in_other_words(worded_for: WordedFor, named: str) -> None:
    assert faults(worded_for(CHANGE), named) == ()


@pytest.mark.parametrize(
    "named",
    [
        "{{h1}}三公经费为{{f1}}，比2023年的{{f2}}增加{{f3}}，增幅为{{f4}}。",
        "{{h1}}三公经费由2023年的{{f2}}增加到{{f1}}，增加{{f3}}，增长{{f4}}。",
        "{{h1}}三公经费{{f1}}，上年{{f2}}，增长{{f3}}，上升{{f4}}。",
    ],
)
def test_a_rise_may_be_told_in_other_words(worded_for: WordedFor, named: str) -> None:
    assert faults(worded_for(RISE), named) == ()


@pytest.mark.parametrize(
    ("question", "old", "new"),
    [
        (SHARE, "的{{f3}}", "的比重为{{f3}}"),
        (SHARE, "基本支出{{f1}}", "基本支出为{{f1}}"),
        ("金额最大的项目是哪个？", "其中最大的是信创工程，", "其中信创工程最大，为"),
        ("金额最大的项目是哪个？", "最大", "最多"),
        ("本级和党务服务中心哪个预算多，多多少？", "多{{f3}}", "高出{{f3}}"),
        ("行政运行比事业运行多多少？", "{{t2}}{{f2}}多", "{{t2}}的{{f2}}多出"),
        ("去掉信创还剩多少？", "去掉", "扣除"),
        ("如果2025年在2024年基础上总支出再压减5%，是多少？", "不是", "并非"),
        ("把四个项级功能科目按金额排序。", "按金额由大到小：", "按金额从高到低："),
        (EQUAL, "一致。", "对得上。"),
    ],
)
def test_words_of_one_meaning_stand_for_each_other(worded_for: WordedFor, question: str, old: str, new: str) -> None:
    history = ("项目支出是多少？",) if question.startswith("去掉") else ()

    assert worded_for(question, *history).judge((old, new)).faults == ()


@pytest.mark.parametrize(
    "named",
    [
        "好的。{{h1}}收入为{{f1}}。",
        "您好，经查，{{h1}}的收入为{{f1}}。",
        "您好，关于您的问题：{{h1}}收入为{{f1}}。",
        "根据预算表，{{h1}}收入为{{f1}}。",
        "简单来说，{{h1}}收入为{{f1}}。",
        "综上，{{h1}}收入安排{{f1}}。",
        "收入为{{f1}}。（{{h1}}）",
        "{{h1}}收入为：{{f1}}",
        "{{h1}}\n收入：{{f1}}",
    ],
)
def test_plain_words_and_politeness_are_let_through(worded_for: WordedFor, named: str) -> None:
    assert faults(worded_for(PLAIN), named) == ()


@pytest.mark.parametrize(
    ("named", "text"),
    [
        ("**{{h1}}**收入为**{{f1}}**。", f"{OFFICE}收入为950.47万元。"),
        ("__{{h1}}__收入为`{{f1}}`。", f"{OFFICE}收入为950.47万元。"),
        ("> {{h1}}收入为{{f1}}。", f"{OFFICE}收入为950.47万元。"),
        ("# {{h1}}收入为{{f1}}。", f"{OFFICE}收入为950.47万元。"),
        ("- {{h1}}收入为{{f1}}。\n", f"{OFFICE}收入为950.47万元。"),
        ("* {{h1}}收入为{{f1}}。", f"{OFFICE}收入为950.47万元。"),
    ],
)
def test_the_marks_of_markdown_do_not_reach_the_reader(worded_for: WordedFor, named: str, text: str) -> None:
    judged = worded_for(PLAIN).gate.judge(named)

    assert (judged.text, judged.faults) == (text, ())


@pytest.mark.parametrize(
    "named", ["{h1}收入为{f1}。", "｛｛h1｝｝收入为｛｛f1｝｝。", "{{ h1 }}收入为{{  f1  }}。", "{ h1 }收入为{{f1}}。"]
)
def test_names_in_other_braces_are_understood(worded_for: WordedFor, named: str) -> None:
    judged = worded_for(PLAIN).gate.judge(named)

    assert (judged.text, judged.faults) == (f"{OFFICE}收入为950.47万元。", ())


def test_sentences_may_change_places_where_their_subjects_stay(worded_for: WordedFor) -> None:
    worded = worded_for(WHY)
    split, cause = "按资金来源拆分：一般公共预算减少{{f5}}；其余各项持平，各项相加等于总变动。", "文件写明的原因{{p1}}：{{q1}}。"

    assert worded.judge((split + cause, cause + split)).faults == ()


def test_parts_of_a_list_may_change_places(worded_for: WordedFor) -> None:
    """They are no ranking: each figure goes with its name."""
    worded = worded_for("名称里带“专项经费”的项目加起来多少？")
    one, other = "保密工作专项经费 {{f4}}", "移动办公系统专项经费 {{f5}}"

    assert worded.judge((f"{one}、{other}", f"{other}、{one}")).faults == ()


def test_what_is_released_is_what_the_program_wrote_at_every_name(worded_for: WordedFor) -> None:
    worded = worded_for(CHANGE)
    judged = worded.gate.judge("{{h1}}收入{{f1}}，比2023年的{{f2}}减少{{f3}}，降幅为{{f4}}。")

    assert judged.text == f"{OFFICE}收入950.47万元，比2023年的1235.00万元（推算）减少284.53万元，降幅为23.04%。"
    assert judged.pieces is not None
    assert [judged.text[p.start : p.end] for p in judged.pieces.placed] == [p.piece.text for p in judged.pieces.placed]


# ------------------------------------------------------------------------------------ what a model is told


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (CHANGE, {"f1": "2024年“收入”", "f2": "2023年“收入”", "f3": "“收入”比2023年减少的数", "f4": "“收入”比2023年减少的数"}),
        (SHARE, {"f1": "2024年“基本支出”", "f2": "2024年“支出”", "f3": "“基本支出”占“支出”的比重"}),
        (RISE, {"f1": "2024年“三公经费”", "f2": "2023年“三公经费”", "f3": "“三公经费”比2023年增加的数", "f4": "“三公经费”比2023年增加的数"}),
        ("行政运行比事业运行多多少？", {
            "f1": "2024年“2013101行政运行”", "f2": "2024年“2013150事业运行”", "f3": "“2013101行政运行”比2013150事业运行多出的数",
        }),
    ],
)  # fmt: skip
def test_a_model_is_told_what_every_figure_is_of(worded_for: WordedFor, question: str, told: dict[str, str]) -> None:
    assert {piece.name: said for piece, said in worded_for(question).gate.tell()} == told
