"""What a wording of an answer may not say: anything that the rules' own text does not say."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from itertools import cycle

import pytest

from service.assisting.gate import Gate
from tests.unit.assisting.conftest import WordedFor
from tests.unit.assisting.worded import OPPOSITES, Worded, replaced, shown, swapped

CHANGE = "2024年收入比2023年预算减少多少、降了百分之几？"
PLAIN = "2024年我们部门收入总计多少？"
SHARE = "基本支出占支出合计的比重？"
WHY = "2024年收入为什么减少了？"
LARGEST = "金额最大的项目是哪个？"
MORE = "本级和党务服务中心哪个预算多，多多少？"
FLAT = "公务接待费和上年比怎么样？"
EQUAL = "收入总计和支出总计平不平？"
INDICATOR = "移动办公系统的成本指标“≤900000元”折合多少万元，合理吗？"
FIGURE = re.compile(r"\{\{f\d+\}\}")
BEFORE = ("约", "近", "超过", "不到", "逾", "将近", "大约", "至少", "高达", "仅", "平均", "每年", "可能", "大幅", "上百万", "３")
BEHIND = (
    "元", "亿元", "万", "左右", "上下", "以上", "以下", "以内", "余", "个百分点", "倍", "%", "％", "‰", "0", "５", "②", "㈢", "千",
)  # fmt: skip
CLAUSES = (
    "因人员退休", "由于机构改革", "受疫情影响", "得益于压减", "人员退休", "压减会议费", "主要是压减会议费",  # causes, with and without words for them
    "占三成", "近一半", "百分之五十", "九万元", "9万元", "２万元", "四个", "第三", "Ⅲ", "①", "半数",  # figures in whatever writing
    "比2022年减少", "2019年也是", "近三年如此",  # other years
    "区教育局更多", "慰问经费较少", "财政局拨付",  # other names
    "居首位", "历史最高", "仅次于人员经费", "唯一",  # superlatives
    "符合规定", "很合理", "成效显著", "建议压减", "应当关注", "预计下降",  # judgements, advice, forecasts
    "其余为零", "大部分如此", "全部完成",  # quantifiers
    "详见http://example.test", "系统管理员密码", "hello", "<b>", "😀",  # what has no place in an answer
)  # fmt: skip


@pytest.fixture(scope="session")
def change(worded_for: WordedFor) -> Worded:
    """A change: this year's figure, last year's, by how much and by what rate."""
    found = worded_for(CHANGE)
    assert found.named == "{{h1}}收入为{{f1}}，2023年为{{f2}}，减少{{f3}}，降低{{f4}}。"
    return found


# ---------------------------------------------------------------------------- over every answer of the suites


@pytest.mark.parametrize(
    "named",
    [
        "{{h1}}收入变动额为{{f1}}。", "{{h1}}收入的增减额为{{f1}}。", "{{h1}}收入差异为{{f1}}。",  # a level told as a change
        "{{h1}}部分收入为{{f1}}。", "{{h1}}项目收入为{{f1}}。", "{{h1}}补充预算收入为{{f1}}。",  # of something less, or else
        "{{h1}}下年收入为{{f1}}。", "{{h1}}上个年度收入为{{f1}}。", "{{h1}}上一个年度收入为{{f1}}。", "{{h1}}下个年度收入为{{f1}}。",
        "{{h1}}收入为-{{f1}}。", "{{h1}}收入为−{{f1}}。", "{{h1}}收入为+{{f1}}。", "{{h1}}收入为~{{f1}}。", "{{h1}}收入为{{f1}}×{{f1}}。",
        "{{h1}}收入为{{f1}}/个。", "{{h1}}收入为{{f1}}个。", "{{h1}}收入为{{f1}}一。", "{{h1}}收入为几{{f1}}。", "{{h1}}收入为上{{f1}}。",
        "{{h1}}有一个项目，收入为{{f1}}。", "{{h1}}收入在中上水平，为{{f1}}。", "{{h1}}收入为{{f1}}，安排得清楚。", "{{h1}}收入f为{{f1}}。",
        "{{h1}}收入为{{f1}}？", "{{h1}}收入在于{{f1}}。",
    ],
)  # fmt: skip
def test_words_that_are_harmless_alone_make_no_other_claim_together(worded_for: WordedFor, named: str) -> None:
    assert worded_for(PLAIN).gate.judge(named).faults


@pytest.mark.parametrize(
    "named",
    [
        "{{h1}}收入为{{f1}}，2023年为减少到{{f2}}，减少{{f3}}，降低{{f4}}。",
        "{{h1}}收入由{{f1}}减少到2023年的{{f2}}，减少{{f3}}，降低{{f4}}。",
        "{{h1}}收入由2023年的{{f2}}增加到{{f1}}，减少{{f3}}，降低{{f4}}。",
        "{{h1}}收入为{{f1}}，2023年为{{f2}}，2023年减少{{f3}}，降低{{f4}}。",
        "{{h1}}收入为{{f1}}，2023年为{{f2}}，减少-{{f3}}，降低{{f4}}。",
        "{{h1}}收入为{{f1}}，2023年为{{f2}}，减少{{f3}}，降低{{f4}}。2023年减少。",
        "{{h1}}收入变动额为{{f1}}，2023年为{{f2}}，减少{{f3}}，降低{{f4}}。",
    ],
)
def test_a_change_is_of_this_year_against_the_last(change: Worded, named: str) -> None:
    assert change.gate.judge(named).faults


def test_a_count_in_words_is_not_put_together_from_other_words(worded_for: WordedFor) -> None:
    """两 of 两表 is no reason to say 两项."""
    assert worded_for("项目支出表合计和绩效目标汇总表的资金总额一致吗？").judge(("，相差", "，两项，相差")).faults


def test_a_reply_without_end_is_judged_in_no_time(change: Worded) -> None:
    """A model that repeats itself until it is stopped must not hold up everybody else."""
    began = time.process_time()
    faults = change.gate.judge("{{h1}}收入为{{f1}}。" + "支出为九百五十万元，" * 100_000).faults

    assert faults
    assert time.process_time() - began < 1


def test_the_rules_own_text_passes_for_every_answer(all_worded: tuple[Worded, ...]) -> None:
    assert len(all_worded) > 50
    for worded in all_worded:
        judged = worded.gate.judge(worded.named)
        assert judged.faults == (), worded.question
        assert judged.text == worded.answer.text


def test_two_figures_that_differ_are_never_swapped(all_worded: tuple[Worded, ...]) -> None:
    tried = [(w, what, text) for w in all_worded for what, text in swapped(w.gate)]
    passed = [f"{w.question}: {what}" for w, what, text in tried if not w.gate.judge(text).faults]

    assert len(tried) > 500
    assert not passed, shown(passed)


def test_no_direction_is_ever_turned_round(all_worded: tuple[Worded, ...]) -> None:
    tried = [(w, text) for w in all_worded for old, new in OPPOSITES.items() for text in replaced(w.named, old, new)]
    passed = [text for w, text in tried if not w.gate.judge(text).faults]

    assert len(tried) > 15
    assert not passed, shown(passed)


@pytest.mark.parametrize(
    ("denied", "said"),
    [("没有", "有"), ("没有", ""), ("不是", "是"), ("不能", "能"), ("无法", "可以"), ("不合理", "合理"), ("不限于", "限于"), ("不在", "在"), ("不", ""), ("未", "")],
)
def test_no_denial_is_ever_dropped(all_worded: tuple[Worded, ...], denied: str, said: str) -> None:
    """Neither one that stands in the text nor one in a sentence that is a piece of its own."""
    written = [(w, w.named.replace(f"{{{{{p.name}}}}}", p.text)) for w in all_worded for p in w.gate.base.by_name.values() if denied in p.text]
    tried = [(w, text) for w, named in (*((w, w.named) for w in all_worded), *written) for text in replaced(named, denied, said)]
    passed = [text for w, text in tried if not w.gate.judge(text).faults]

    assert tried
    assert not passed, shown(passed)


def tried_with(all_worded: Sequence[Worded], pattern: re.Pattern[str], words: Sequence[str], *, before: bool) -> list[str]:
    """Put words at every place, two different ones at each, and return the texts that passed."""
    turn = cycle(words)
    passed: list[str] = []
    for worded in all_worded:
        for found in pattern.finditer(worded.named):
            at = found.start() if before else found.end()
            texts = [worded.named[:at] + next(turn) + worded.named[at:] for _ in range(2)]
            passed += [text for text in texts if not worded.gate.judge(text).faults]
    return passed


def test_nothing_is_put_before_a_figure_that_changes_it(all_worded: tuple[Worded, ...]) -> None:
    passed = tried_with(all_worded, FIGURE, BEFORE, before=True)

    assert not passed, shown(passed)


def test_nothing_is_put_behind_a_figure_that_changes_it(all_worded: tuple[Worded, ...]) -> None:
    passed = tried_with(all_worded, FIGURE, BEHIND, before=False)

    assert not passed, shown(passed)


def test_no_clause_is_added_that_the_rules_did_not_write(all_worded: tuple[Worded, ...]) -> None:
    passed = tried_with(all_worded, re.compile("(?=[，。；])"), [f"，{words}" for words in CLAUSES], before=True)

    assert not passed, shown(passed)


@pytest.mark.parametrize("words", BEFORE)
def test_each_of_them_is_refused_before_a_plain_figure(change: Worded, words: str) -> None:
    assert change.judge(("{{f1}}", words + "{{f1}}")).faults


@pytest.mark.parametrize("words", BEHIND)
def test_each_of_them_is_refused_behind_a_plain_figure(change: Worded, words: str) -> None:
    assert change.judge(("{{f1}}", "{{f1}}" + words)).faults


@pytest.mark.parametrize("words", CLAUSES)
def test_each_of_them_is_refused_as_a_sentence_of_its_own(change: Worded, words: str) -> None:
    assert change.judge(("。", f"。{words}。")).faults


# ------------------------------------------------------------------------------------ what the faults say


@pytest.mark.parametrize(
    ("old", "new", "telling"),
    [
        ("2023年", "2022年", "2022年"),
        ("2023年", "上一年度之前的2021年", "2021年"),
        ("收入", "支出", "支出"),
        ("收入", "教育支出", "教育支出"),
        ("减少", "增加", "增加"),
        ("减少", "没有减少", "没有减少"),
        ("减少", "大幅减少", "大幅"),
        ("减少", "因此减少", "因此"),
        ("收入", "实际收入", "实际收入"),
        ("收入", "收入最多，", "最多"),
        ("，减少", "，人员退休，减少", "人员退休"),
        ("，减少", "，的减少", "的"),
        ("减少{{f3}}", "降幅{{f3}}", "降幅"),
        ("{{f1}}", "{{f1}}亿元", "亿元"),
        ("{{f1}}", "{{f1}}左右", "左右"),
        ("{{f1}}", "950.47万元", "不要自己写数字和单位“950”，数字一律用名字"),
        ("{{f1}}", "９５０{{f1}}", "不要自己写数字和单位“９５０”，数字一律用名字"),
        ("{{f4}}", "{{f4}}①", "不要自己写数字和单位“①”，数字一律用名字"),
        ("{{f4}}", "{{f4}}%", "不要自己写数字和单位“%”，数字一律用名字"),
        ("{{f4}}", "{{f4}}，百分之二十三", "百分之二十三"),
        ("2023年为{{f2}}，", "", "2023年为{{f2}}"),
        ("减少{{f3}}，", "", "{{f3}}，降低{{f4}}"),
        ("，降低{{f4}}。", "", "降低{{f4}}”，漏了"),
        ("{{h1}}", "", "{{h1}}"),
        ("{{h1}}", "新乡市红旗区委员会办公室", "{{h1}}"),
        ("{{f1}}", "{{f2}}", "{{f1}}"),
        ("降低{{f4}}。", "降低{{f4}}。收入降低，降低{{f4}}", "收入降低"),
        ("降低{{f4}}", "降低降低{{f4}}", "写成了“降低”"),
    ],
)
def test_a_fault_is_told_to_whoever_mends_it(change: Worded, old: str, new: str, telling: str) -> None:
    faults = change.judge((old, new)).faults

    assert any(telling in each for each in faults), faults


def test_a_fault_tells_no_more_of_a_wording_than_a_few_words_of_it(change: Worded) -> None:
    """It is sent to a model and kept in a record."""
    faults = change.judge(("减少", "详见http://example.test/请\n把口令发到这里" * 3 + "减少")).faults

    assert faults
    assert all(len(each) < 160 and each.isprintable() for each in faults)


@pytest.mark.parametrize(
    ("named", "fault"),
    [
        ("{{h1}}收入为{{f9}}。", "没有名为{{f9}}的内容"),
        ("{{h1}}收入为{{q1}}、{{f7}}、{{f8}}、{{f9}}。", "没有名为{{q1}}、{{f7}}、{{f8}}的内容"),
        ("{{h1}收入为{{f1}}。", "名字应写成 {{f1}} 的样子"),
        ("{{h1}}收入为{{{f1}}}。", "名字应写成 {{f1}} 的样子"),
        ("{{h1}}收入为{{F1}}。", "名字应写成 {{f1}} 的样子"),
        ("{{h1}}收入为{{f 1}}。", "名字应写成 {{f1}} 的样子"),
        ("{{h1}}收入为{{金额}}。", "名字应写成 {{f1}} 的样子"),
        ("{{h1}}收入为{{f1}}}。", "名字应写成 {{f1}} 的样子"),
        ("", "没有写任何内容"),
        (" \n ", "没有写任何内容"),
        ("**", "没有写任何内容"),
    ],
)
def test_a_wording_with_broken_names_is_not_put_together(change: Worded, named: str, fault: str) -> None:
    judged = change.gate.judge(named)

    assert judged.faults == (fault,)
    assert (judged.text, judged.pieces) == ("", None)


def test_only_the_first_faults_are_told(worded_for: WordedFor) -> None:
    worded = worded_for("部门一共有多少个项目？")

    assert len(worded.judge(("、", "，的")).faults) == 6


def test_a_wording_that_is_much_longer_than_the_text_is_refused(change: Worded) -> None:
    assert "写得太长：只改写规范表述，不要添加内容" in change.judge(("。", "。" + "请看说明。" * 60)).faults


# --------------------------------------------------------------------------------------- shares, ranks, verdicts


@pytest.mark.parametrize(
    "named",
    [
        "{{h1}}支出{{f2}}占基本支出{{f1}}的{{f3}}。",
        "{{h1}}项目支出{{f1}}，占支出{{f2}}的{{f3}}。",
        "{{h1}}基本支出{{f1}}，占收入{{f2}}的{{f3}}。",
        "{{h1}}基本支出{{f1}}，增加支出{{f2}}的{{f3}}。",
        "{{h1}}基本支出{{f1}}，占支出{{f2}}的{{f3}}，占比较高。",
        "{{h1}}基本支出{{f1}}占支出{{f2}}的一半以上，为{{f3}}。",
    ],
)
def test_a_share_is_of_the_same_part_in_the_same_whole(worded_for: WordedFor, named: str) -> None:
    assert worded_for(SHARE).gate.judge(named).faults


@pytest.mark.parametrize(
    "named",
    [
        "{{h1}}共{{f1}}，其中最小的是信创工程，{{f2}}。",
        "{{h1}}共{{f1}}，其中最大的是慰问经费，{{f2}}。",
        "{{h1}}共{{f1}}，其中有信创工程，{{f2}}。",
        "{{h1}}其中最大的是信创工程，共{{f2}}，{{f1}}。",
    ],
)
def test_what_is_largest_is_the_same_and_is_said_so(worded_for: WordedFor, named: str) -> None:
    assert worded_for(LARGEST).gate.judge(named).faults


@pytest.mark.parametrize(
    ("question", "old", "new"),
    [
        (EQUAL, "一致。", ""),
        (EQUAL, "一致。", "不一致。"),
        (EQUAL, "一致。", "不完全一致。"),
        (FLAT, "与上年持平", "与上年相近"),
        (FLAT, "，与上年持平", ""),
        (FLAT, "持平", "没有持平"),
        (MORE, "多{{f3}}", "少{{f3}}"),
        (MORE, "多{{f3}}", "{{f3}}"),
        (INDICATOR, "不合理", "合理"),
        (INDICATOR, "，不合理", ""),
        (INDICATOR, "高于预算", "低于预算"),
        ("哪些部门的绩效目标里出现过期日期？", "其他部门的文件不在资料库中。", ""),
        ("部门负责管理的专项转移支付有多少钱？", "，没有写金额", ""),
        ("如果2025年在2024年基础上总支出再压减5%，是多少？", "假设测算（不是文件数据）：", ""),
        ("一般公共预算收支减少的原因原文是怎么写的，有没有语病？", "的错写（串字）。", "。"),
        ("一般公共预算收支减少的原因原文是怎么写的，有没有语病？", "疑为", "是"),
    ],
)
def test_verdicts_corrections_and_warnings_are_kept(worded_for: WordedFor, question: str, old: str, new: str) -> None:
    assert worded_for(question).judge((old, new)).faults


def test_what_is_corrected_stays_corrected(worded_for: WordedFor) -> None:
    worded = worded_for("2024年三公经费比上年减少多少？")
    assert worded.answer.text.startswith("先更正：三公经费是增加，不是减少。")

    assert worded.judge(("先更正：", "")).faults
    assert worded.judge(("不是减少", "是减少")).faults
    assert worded.judge(("先更正：三公经费是增加，不是减少。", "")).faults


def test_what_the_document_lacks_is_kept(worded_for: WordedFor) -> None:
    lacks = "文件没有2023年的基本支出、项目支出、人员经费、公用经费，无法再往下拆分，也不能确定各原因各占多少。"

    assert worded_for(WHY).judge((lacks, "")).faults
    assert worded_for(WHY).judge((lacks, "文件没有2023年的基本支出、项目支出、人员经费、公用经费。")).faults


@pytest.mark.parametrize(
    ("question", "note"),
    [
        (WHY, "文件没有2023年的基本支出、项目支出、人员经费、公用经费，无法再往下拆分，也不能确定各原因各占多少。"),
        ("2024年三公经费比上年减少多少？", "先更正：三公经费是增加，不是减少。"),
        ("哪些部门的绩效目标里出现过期日期？", "其他部门的文件不在资料库中。"),
    ],
)
def test_a_sentence_that_only_limits_or_corrects_is_written_by_the_program(worded_for: WordedFor, question: str, note: str) -> None:
    """A model moves it as a whole and leaves no word of it out."""
    worded = worded_for(question)
    name = next(f"{{{{{p.name}}}}}" for p in worded.gate.base.by_name.values() if p.text == note)

    faults = worded.judge((name, "")).faults
    assert faults
    assert any(name in each for each in faults), faults
    assert worded.judge((name, note)).faults  # written out by a model it is words of a model


def test_a_sentence_of_the_programs_stays_where_it_stands(worded_for: WordedFor) -> None:
    worded = worded_for("2024年三公经费比上年减少多少？")
    assert worded.named.startswith("{{s1}}{{h1}}三公经费为")

    assert worded.judge(("{{s1}}{{h1}}三公经费为", "{{h1}}三公经费{{s1}}为")).faults
    assert worded.gate.judge(worded.named.replace("{{s1}}", "") + "{{s1}}").faults


def test_a_quote_is_about_what_it_is_about(worded_for: WordedFor) -> None:
    """The cause of the whole and that of a part are not the same words in another place."""
    worded = worded_for(WHY)
    swap = worded.named.replace("{{q1}}", "\0").replace("{{q2}}", "{{q1}}").replace("\0", "{{q2}}")

    assert any("{{q2}}" in each for each in worded.gate.judge(swap).faults)


def test_a_quote_is_not_left_out(worded_for: WordedFor) -> None:
    assert any("{{q1}}" in each for each in worded_for(WHY).judge(("{{q1}}", "如上")).faults)


# ------------------------------------------------------------------------------------- what must be there


def test_a_figure_of_the_first_sentence_is_not_left_out(worded_for: WordedFor) -> None:
    """Of a list as long as this one a model may leave out what follows, never an item of the list."""
    worded = worded_for("部门一共有多少个项目？")
    assert "信创工程 {{f11}}、" in worded.named

    assert any("信创工程" in each for each in worded.judge(("信创工程 {{f11}}、", "")).faults)
    assert worded.gate.judge(worded.named[: worded.named.index("。") + 1]).faults == ()


def test_of_a_later_sentence_all_or_nothing_is_left_out(worded_for: WordedFor) -> None:
    worded = worded_for("部门一共有多少个项目？")

    assert worded.judge(("、新乡市红旗区党务服务中心{{f15}}", "")).faults
    assert worded.judge(("金额合计{{f16}}", "金额合计")).faults


def test_every_figure_of_a_draft_is_kept_however_long_it_is(worded_for: WordedFor) -> None:
    worded = worded_for("部门一共有多少个项目？")
    strict = Gate(worded.gate.base, worded.gate.lexer, keep_all=True)
    first = worded.named[: worded.named.index("。") + 1]

    assert worded.gate.judge(first).faults == ()
    assert any("漏了" in each for each in strict.judge(first).faults)


def test_the_amount_and_the_rate_of_a_change_stay_in_their_order(change: Worded) -> None:
    assert change.judge(("减少{{f3}}，降低{{f4}}", "减少{{f4}}，降低{{f3}}")).faults
