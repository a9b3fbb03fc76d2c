"""What a wording may do: exchange words of one meaning, lead in, set and drop particles, part and join clauses."""

from __future__ import annotations

import pytest

from tests.unit.assisting.conftest import WordedFor
from tests.unit.assisting.worded import Worded, shown

CHANGE = "2024年收入比2023年预算减少多少、降了百分之几？"
RISE = "三公经费比上年增加多少？"
SHARE = "基本支出占支出合计的比重？"
WHY = "2024年收入为什么减少了？"
PLAIN = "2024年我们部门收入总计多少？"
EQUAL = "收入总计和支出总计平不平？"
LARGEST = "金额最大的项目是哪个？"
RANKED = "把四个项级功能科目按金额排序。"
MORE = "行政运行比事业运行多多少？"
SUMS = "移动办公和电子政务内网两项合计比保密和机要两项合计多多少？"
PROJECTS = "部门一共有多少个项目？"
OFFICE = "新乡市红旗区委员会办公室2024年（年初预算）"


def faults(worded: Worded, named: str) -> tuple[str, ...]:
    return worded.gate.judge(named).faults


@pytest.mark.parametrize(
    "named",
    [
        "{{h1}}收入为{{f1}}，2023年为{{f2}}，下降{{f3}}，降幅{{f4}}。",
        "{{h1}}收入为{{f1}}，2023年为{{f2}}，减少了{{f3}}，降幅为{{f4}}。",
        "{{h1}}收入{{f1}}，2023年{{f2}}，降低{{f3}}，减幅{{f4}}。",
        "{{h1}}的收入是{{f1}}，2023年达到{{f2}}，减少{{f3}}，下降了{{f4}}。",
        "{{h1}}，收入金额为{{f1}}，2023年度金额为{{f2}}，减少{{f3}}，下降{{f4}}",
    ],
)
def test_a_fall_may_be_told_in_other_words(worded_for: WordedFor, named: str) -> None:
    assert faults(worded_for(CHANGE), named) == ()


@pytest.mark.parametrize(
    "named",
    [
        "{{h1}}三公经费为{{f1}}，2023年为{{f2}}，增长了{{f3}}，增幅为{{f4}}。",
        "{{h1}}的三公经费达{{f1}}，2023年为{{f2}}，提高{{f3}}，上升{{f4}}。",
    ],
)
def test_a_rise_may_be_told_in_other_words(worded_for: WordedFor, named: str) -> None:
    assert faults(worded_for(RISE), named) == ()


@pytest.mark.parametrize(
    ("question", "old", "new"),
    [
        (SHARE, "基本支出{{f1}}", "基本支出为{{f1}}"),
        (SHARE, "占支出{{f2}}", "占支出的{{f2}}"),
        (LARGEST, "信创工程，{{f2}}", "信创工程，为{{f2}}"),
        (LARGEST, "信创工程，{{f2}}", "信创工程，金额为{{f2}}"),
        (MORE, "多{{f3}}", "高出{{f3}}"),
        (MORE, "比{{t2}}{{f2}}多{{f3}}", "较{{t2}}的{{f2}}，多出{{f3}}"),
        (SUMS, "两项合计", "两项共计"),
        (RANKED, "由大到小", "从高到低"),
        (RANKED, "{{t2}} {{f2}}", "{{t2}}为{{f2}}"),
    ],
)
def test_words_of_one_meaning_stand_for_each_other_and_particles_come_and_go(
    worded_for: WordedFor, question: str, old: str, new: str
) -> None:
    assert worded_for(question).judge((old, new)).faults == ()


@pytest.mark.parametrize(
    "named",
    [
        "好的，{{h1}}收入为{{f1}}。",
        "您好，经查，{{h1}}的收入为{{f1}}。",
        "您好，关于您的问题：{{h1}}收入为{{f1}}。",
        "根据资料，{{h1}}收入为{{f1}}。以上供参考。",
        "简单来说，{{h1}}收入为{{f1}}。\n\n供参考",
        "{{h1}}\n收入为{{f1}}",
    ],
)
def test_words_that_lead_in_and_politeness_are_let_through(worded_for: WordedFor, named: str) -> None:
    assert faults(worded_for(PLAIN), named) == ()


@pytest.mark.parametrize("lead", ["具体来看", "其次", "另外", "同时", "具体来看，其次"])
def test_words_that_lead_in_may_stand_behind_any_mark(worded_for: WordedFor, lead: str) -> None:
    worded = worded_for(CHANGE)

    assert faults(worded, worded.named.replace("，2023年", f"，{lead}，2023年")) == ()
    assert faults(worded, worded.named.replace("，减少", f"，{lead}减少")) == ()
    assert faults(worded, f"{lead}，{worded.named}") == ()


@pytest.mark.parametrize(
    ("question", "old", "new"),
    [
        (WHY, "拆分：", "拆分，"),
        (WHY, "拆分：", "拆分。"),
        (RANKED, "{{f1}}、", "{{f1}}，"),
        (RANKED, "{{f1}}、", "{{f1}}；"),
        (PROJECTS, "{{f4}}、", "{{f4}}，"),
    ],
)
def test_clauses_are_parted_and_joined(worded_for: WordedFor, question: str, old: str, new: str) -> None:
    assert worded_for(question).judge((old, new)).faults == ()


@pytest.mark.parametrize(
    ("question", "old", "new"),
    [
        (CHANGE, "，2023年", "。2023年"),  # whose, is no longer said
        (CHANGE, "，减少{{f3}}，", "。减少{{f3}}；"),
        (EQUAL, "一致。", "一致，"),
        (WHY, "；其余", "，其余"),
        (WHY, "；其余", "。其余"),
    ],
)
def test_what_is_parted_stays_parted_and_a_sentence_begins_with_a_name(
    worded_for: WordedFor, question: str, old: str, new: str
) -> None:
    assert worded_for(question).judge((old, new)).faults


@pytest.mark.parametrize("behind", ["的", "，", "", "\n"])
def test_the_heading_is_followed_by_a_particle_a_comma_or_nothing(worded_for: WordedFor, behind: str) -> None:
    assert faults(worded_for(PLAIN), f"{{{{h1}}}}{behind}收入为{{{{f1}}}}。") == ()


@pytest.mark.parametrize("name", ["收入", "收入总计"])
def test_another_name_of_the_same_thing_may_stand_in_an_answer(worded_for: WordedFor, name: str) -> None:
    assert faults(worded_for(PLAIN), f"{{{{h1}}}}{name}为{{{{f1}}}}。") == ()


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


@pytest.mark.parametrize("left", [1, 2])
def test_later_sentences_of_a_long_answer_may_be_left_out(worded_for: WordedFor, left: int) -> None:
    worded = worded_for(PROJECTS)
    first, second, third = worded.named.removesuffix("。").split("。")

    assert faults(worded, "。".join((first, second, third)[:left]) + "。") == ()
    assert faults(worded, f"{first}。{third}。") == ()


def test_what_is_released_is_what_the_program_wrote_at_every_name(worded_for: WordedFor) -> None:
    judged = worded_for(CHANGE).gate.judge("{{h1}}的收入{{f1}}，2023年为{{f2}}，减少{{f3}}，降幅为{{f4}}。")

    assert judged.text == f"{OFFICE}的收入950.47万元，2023年为1235.00万元（推算），减少284.53万元，降幅为23.04%。"
    assert judged.pieces is not None
    assert [judged.text[p.start : p.end] for p in judged.pieces.placed] == [p.piece.text for p in judged.pieces.placed]


# ------------------------------------------------------------------------------------------- forms of a sentence


@pytest.mark.parametrize(
    ("question", "named"),
    [
        (CHANGE, "{{h1}}收入为{{f1}}，比2023年的{{f2}}减少{{f3}}，降低{{f4}}。"),
        (CHANGE, "{{h1}}的收入{{f1}}，较2023年{{f2}}下降{{f3}}，降幅为{{f4}}。"),
        (CHANGE, "与2023年的{{f2}}相比，{{h1}}收入为{{f1}}，减少{{f3}}，降低{{f4}}。"),
        (CHANGE, "{{h1}}收入从2023年的{{f2}}减少到{{f1}}，减少{{f3}}，降低{{f4}}。"),
        (RISE, "{{h1}}三公经费{{f1}}，比2023年的{{f2}}增加{{f3}}，增幅为{{f4}}。"),
        (RISE, "{{h1}}三公经费从2023年的{{f2}}增加到{{f1}}，增加{{f3}}，增长{{f4}}。"),
        ("公务接待费和上年比怎么样？", "{{h1}}公务接待费为{{f1}}，与2023年的{{f2}}持平。"),
    ],
)
def test_a_change_may_be_told_in_a_form_that_the_file_names(worded_for: WordedFor, question: str, named: str) -> None:
    assert faults(worded_for(question), named) == ()


@pytest.mark.parametrize(
    ("question", "named"),
    [
        (CHANGE, "{{h1}}收入为{{f2}}，比2023年的{{f1}}减少{{f3}}，降低{{f4}}。"),
        (CHANGE, "{{h1}}收入为{{f1}}，比2023年的{{f2}}增加{{f3}}，降低{{f4}}。"),
        (CHANGE, "{{h1}}收入为{{f1}}，比2022年的{{f2}}减少{{f3}}，降低{{f4}}。"),
        (CHANGE, "2023年的{{f2}}，比{{h1}}收入{{f1}}减少{{f3}}，降低{{f4}}。"),
        (CHANGE, "与2023年的{{f1}}相比，{{h1}}收入为{{f2}}，减少{{f3}}，降低{{f4}}。"),
        (CHANGE, "{{h1}}收入从{{f1}}减少到2023年的{{f2}}，减少{{f3}}，降低{{f4}}。"),
        (CHANGE, "{{h1}}收入从2023年的{{f2}}增加到{{f1}}，减少{{f3}}，降低{{f4}}。"),
        (CHANGE, "{{h1}}收入从2023年的{{f2}}减少到{{f1}}，减少{{f4}}，降低{{f3}}。"),
        (RISE, "{{h1}}三公经费从2023年的{{f2}}减少到{{f1}}，增加{{f3}}，增长{{f4}}。"),
        ("公务接待费和上年比怎么样？", "{{h1}}公务接待费为{{f2}}，与2023年的{{f1}}持平。"),
    ],
)
def test_a_form_says_the_same_of_the_same_years_or_is_refused(worded_for: WordedFor, question: str, named: str) -> None:
    assert faults(worded_for(question), named)


def test_every_form_of_an_answer_holds_what_the_answer_holds(all_worded: tuple[Worded, ...]) -> None:
    """A form changes the order of names, never which there are, nor any direction or year."""
    tried = []
    for worded in all_worded:
        for pattern, to in worded.gate.lexer.words.forms:
            named = pattern.sub(to, worded.named)
            if named == worded.named:
                continue
            tried.append(named)
            for piece in worded.gate.base.by_name:
                assert named.count(f"{{{{{piece}}}}}") == worded.named.count(f"{{{{{piece}}}}}"), named
            assert ("减少" in named, "增加" in named, "2023年" in named) == (
                "减少" in worded.named, "增加" in worded.named, "2023年" in worded.named,
            ), named  # fmt: skip
            assert worded.gate.judge(named).faults == ()

    assert len(tried) > 5, shown(tried)


# ---------------------------------------------------------------------------------------- what it may not, on purpose


@pytest.mark.parametrize(
    ("question", "old", "new"),
    [
        (CHANGE, "减少{{f3}}，降低{{f4}}", "降低{{f4}}，减少{{f3}}"),
        (WHY, "按资金来源拆分：一般公共预算减少{{f5}}；其余各项持平", "其余各项持平；按资金来源拆分：一般公共预算减少{{f5}}"),
        ("名称里带“专项经费”的项目加起来多少？", "保密工作专项经费 {{f4}}、移动办公系统专项经费 {{f5}}", "移动办公系统专项经费 {{f5}}、保密工作专项经费 {{f4}}"),
        (PLAIN, "收入", "部门预算收入"),
        (CHANGE, "，2023年", "，其中2023年"),
        (CHANGE, "减少", "分别减少"),
        (CHANGE, "，减少", "，的减少"),
        (CHANGE, "，减少", "，为减少"),
        (CHANGE, "，降低", "，达到降低"),
        (PLAIN, "{{h1}}", "为{{h1}}"),
        (PLAIN, "{{f1}}。", "{{f1}}，是的。"),
        (PLAIN, "收入为", "收入："),
        (CHANGE, "减少{{f3}}", "降幅{{f3}}"),
        (CHANGE, "减少{{f3}}", "减幅为{{f3}}"),
        (RISE, "增加{{f3}}", "增幅{{f3}}"),
        (CHANGE, "降低{{f4}}", "降低金额为{{f4}}"),
        (SUMS, "移动办公系统专项经费、", "移动办公系统专项经费和"),
        (SUMS, "移动办公系统专项经费、", "移动办公系统专项经费，"),
        (RANKED, "{{f1}}、", "{{f1}}和"),
        (CHANGE, "{{f3}}，降低", "{{f3}}、降低"),
        (CHANGE, "，2023年", "。另外，同时，其次，2023年"),
        (CHANGE, "，2023年", "。其次，其次，2023年"),
        (EQUAL, "{{t1}}的收入", "{{t1}}收入"),
    ],
)  # fmt: skip
def test_what_would_read_as_well_but_is_no_longer_allowed_is_refused(worded_for: WordedFor, question: str, old: str, new: str) -> None:
    assert worded_for(question).judge((old, new)).faults


def test_whole_sentences_of_short_answers_and_those_with_quotes_notes_or_places_stay(worded_for: WordedFor) -> None:
    short, why = worded_for("项目支出表合计和绩效目标汇总表的资金总额一致吗？"), worded_for(WHY)

    assert short.judge(("两表相同的各行逐一相等。", "")).faults
    for sentence in ("文件写明的原因{{p1}}：{{q1}}。", "文件对各部分写明的原因：一般公共预算：{{q2}}。", "{{s1}}"):
        assert why.judge((sentence, "")).faults, sentence


def test_the_first_sentence_of_a_long_answer_stays(worded_for: WordedFor) -> None:
    worded = worded_for(PROJECTS)

    assert faults(worded, worded.named[worded.named.index("。") + 1 :])
