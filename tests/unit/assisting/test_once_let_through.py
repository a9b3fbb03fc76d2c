"""What was once let through, or taken for wrong, and is not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import combinations, cycle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.adapters.readers.files import read_file
from service.asking.asker import RuleAsker
from service.asking.reading import own_members
from service.assisting.draft_wording import DraftWording
from service.assisting.gate import Gate
from service.assisting.pieces import cut
from service.assisting.planning import Planned, Planning, UnusablePlanError, read_plan
from service.assisting.prompts import Prompt
from service.assisting.waiting import Talk
from service.composer import Composer
from service.domain.assistance import PlanOutcome, WordingOutcome
from service.domain.document import Document
from service.drafting.brief import Brief
from service.vocabulary.phrasing import PhrasingWords
from service.vocabulary.spotting import Spotter
from service.vocabulary.vocabulary import Vocabulary
from tests.fakes import FakeLibrary, FixedClock, ScriptedModel
from tests.unit.assisting.conftest import WordedFor
from tests.unit.assisting.worded import Worded, a_plan

Ask = Callable[[str, str], Planned]


@pytest.fixture
def planned(seed_asker: RuleAsker, prompts: Mapping[str, Prompt], vocabulary: Vocabulary) -> Ask:
    def ask(question: str, said: str) -> Planned:
        answer = seed_asker.ask(question, history=(), entity=None, year=None)
        return Planning(ScriptedModel(said), prompts, seed_asker, vocabulary, 4).plan(
            answer, history=(), entity=None, year=None, talk=Talk(FixedClock())
        )

    return ask


def test_a_right_plan_for_a_share_is_the_same(planned: Ask) -> None:
    assert planned("基本支出占多少？", a_plan("share", "支出[基本支出]", "支出")).outcome is PlanOutcome.SAME


@pytest.mark.parametrize("question", ["买电脑占多少", "买电脑排第几", "买电脑增加了吗"])
def test_what_was_decided_is_told_in_chinese(planned: Ask, question: str) -> None:
    assert not re.search("[a-z]", planned(question, a_plan("value", "支出[信创工程]")).decided)


def test_a_plan_names_the_department_in_full_as_the_prompt_asks(planned: Ask) -> None:
    plan = a_plan("value", "支出[档案数字化专项经费]", entity="新乡市红旗区委员会办公室")
    assert planned("红旗区委办档案字化花了多少钱", plan).outcome is PlanOutcome.USED


def test_a_draft_that_a_model_leaves_as_it_is_was_not_refused(seed: Document, vocabulary: Vocabulary, prompts: Mapping[str, Prompt]) -> None:
    draft = Composer(FakeLibrary(seed), vocabulary, read_file).compose(Brief("新乡市红旗区委员会办公室", 2024))
    spotter = Spotter(vocabulary, own_members([seed], vocabulary.questions["short"]))
    worded = DraftWording(ScriptedModel(*["{}"] * 40), prompts, vocabulary, FixedClock(), repr).word(draft, spotter, ("新乡市红旗区委员会办公室",))
    assert worded.assistance is not None
    assert worded.assistance.wording is not WordingOutcome.REFUSED


INDICATORS = "部门整体绩效目标表一共有多少个三级指标？"
RANKED = "把四个项级功能科目按金额排序。"


@pytest.mark.parametrize(
    ("question", "old", "new"),
    [
        (INDICATORS, "投入管理指标{{f2}}、产出指标{{f3}}", "产出指标{{f2}}、投入管理指标{{f3}}"),
        (INDICATORS, "产出指标{{f3}}、效益指标{{f4}}", "效益指标{{f3}}、产出指标{{f4}}"),
        (INDICATORS, "投入管理指标{{f2}}", "产出指标{{f2}}"),
        (INDICATORS, "整体绩效目标表", "产出目标表"),
        (RANKED, "{{t2}} {{f2}}、{{t3}} {{f3}}", "{{t3}} {{f3}}、{{t2}} {{f2}}"),
        (RANKED, "由大到小", ""),
        (RANKED, "）。", "）。首先是{{t4}}。"),
        ("2024年我们部门收入总计多少？", "{{f1}}", "{{f1}}年"),
        ("部门一共有多少个项目？", "机要局工作经费", "档案数字化专项经费"),
        ("哪些项目的绩效指标里还写着2023年的完成时间？", "有{{f1}}绩效指标写着2023年日期", "写着{{f1}}绩效指标有2023年日期"),
    ],
)
def test_wordings_that_should_be_refused(worded_for: WordedFor, question: str, old: str, new: str) -> None:
    assert worded_for(question).judge((old, new)).faults


@pytest.mark.parametrize(("text", "named"), [("共5，其中3个", "共{{f1}}，其中{{f2}}"), ("2024-03-01，12个", "{{f1}}，{{f2}}")])
def test_a_comma_behind_a_figure_is_no_part_of_it(text: str, named: str) -> None:
    assert cut(text).named == named


@pytest.mark.parametrize("said", ['{"a":' * 20_000, "{" * 100_000])
def test_a_reply_of_braces_is_no_plan(said: str) -> None:
    with pytest.raises(UnusablePlanError):
        read_plan(said)


CHANGE = "2024年收入比2023年预算减少多少、降了百分之几？"
PLAIN = "2024年我们部门收入总计多少？"
SHARE = "基本支出占支出合计的比重？"
WHY = "2024年收入为什么减少了？"
EQUAL = "收入总计和支出总计平不平？"
CONVERTED = "950.47万元是多少元？"
MORE = "行政运行比事业运行多多少？"
SUM = "党务服务中心全年预算总共多少？"


@pytest.mark.parametrize(
    ("question", "old", "new"),
    [
        (WHY, "比2023年{{f2}}减少", "2023年比2024年减少"),
        (WHY, "收入{{f1}}，比2023年{{f2}}", "收入{{f2}}，2023年比2024年{{f1}}"),
        (CHANGE, "2023年为{{f2}}，减少", "2023年比2024年减少{{f2}}，减少"),
        (MORE, "{{h1}}{{t1}}", "{{t2}}即为{{t1}}。{{h1}}{{t1}}"),
        (MORE, "多{{f3}}。", "多{{f3}}。{{t2}}即为{{t1}}。"),
        (CHANGE, "降低{{f4}}。", "降低{{f4}}。{{h1}}部门预算为{{f1}}。"),
        (PLAIN, "{{f1}}。", "{{f1}}。{{h1}}部门预算为{{f1}}。"),
        (PLAIN, "收入为", "收入的变动额为"),
        (CHANGE, "减少{{f3}}", "用去了{{f3}}"),
        (PLAIN, "收入为{{f1}}", "收入用去了{{f1}}"),
        ("公用经费占基本支出的比重？", "公用经费（一般公共预算）", "公用经费和一般公共预算"),
        ("人员经费是公用经费的多少倍？", "人员经费（一般公共预算）", "人员经费、一般公共预算"),
        (PLAIN, "收入为{{f1}}", "文件原文：“收入”为{{f1}}"),
        (CHANGE, "，减少", "，文件原文：“人员退休”，减少"),
        (PLAIN, "{{f1}}", "-{{f1}}"),
        (CHANGE, "减少{{f3}}", "减少-{{f3}}"),
        (PLAIN, "收入为{{f1}}", "~~收入为{{f1}}~~"),
        (CHANGE, "，2023年为{{f2}}", "，~~2023年为{{f2}}~~"),
        (PLAIN, "{{f1}}", "{{f1}}一年"),
        (SHARE, "{{f3}}。", "{{f3}}。支出占基本支出。"),
        (EQUAL, "相差{{f2}}。", "相差{{f2}}。支出占收入。"),
        (CHANGE, "{{h1}}收入", "{{h1}}合计收入"),
        (SUM, "{{f1}}", "{{f1}}，{{h1}}合计{{f1}}"),
        (PLAIN, "{{f1}}。", "{{f1}}，{{h1}}合计。"),
        (WHY, "比2023年", "同比2023年"),
        (WHY, "比2023年{{f2}}", "同比"),
        (EQUAL, "一致。", "平衡。"),
        (EQUAL, "一致。", "不一致。"),
        (EQUAL, "一致。", ""),
        (WHY, "原因{{p1}}：{{q1}}。文件对各部分写明的原因：一般公共预算：{{q2}}。", "原因：{{q1}}。文件对各部分写明的原因：一般公共预算{{p1}}：{{q2}}。"),
        (WHY, "原因{{p1}}：", "原因："),
        (WHY, "收入{{f1}}", "收入{{p1}}{{f1}}"),
        (WHY, "{{s1}}", "{{s1}}{{p1}}"),
        ("2024年支出为什么减少了？", "：一般公共预算减少", "：一般公共预算收入减少"),  # names of one fund, which say of what
    ],
)  # fmt: skip
def test_what_attackers_found_in_wordings_is_refused(worded_for: WordedFor, question: str, old: str, new: str) -> None:
    assert worded_for(question).judge((old, new)).faults


def test_no_single_clause_of_a_why_answer_is_dropped(worded_for: WordedFor) -> None:
    """Of a split each part is told, or it is no split."""
    worded = worded_for(WHY)
    clauses = re.findall(r"[^，；。]+[，；。]?", worded.named)
    passed = [c for i, c in enumerate(clauses) if not worded.gate.judge("".join(clauses[:i] + clauses[i + 1 :])).faults]

    assert len(clauses) > 7
    assert passed == []


@pytest.mark.parametrize("question", [WHY, CHANGE, EQUAL, "把四个项级功能科目按金额排序。", "其他运转类项目合计多少？"])
def test_no_two_clauses_change_places(worded_for: WordedFor, question: str) -> None:
    worded = worded_for(question)
    clauses = re.findall(r"[^，；。、：]+[，；。、：]?", worded.named)
    tried = [(i, j) for i, j in combinations(range(len(clauses)), 2) if clauses[i].strip("，；。、：") != clauses[j].strip("，；。、：")]
    passed = []
    for i, j in tried:
        moved = list(clauses)
        moved[i], moved[j] = clauses[j], clauses[i]
        if not worded.gate.judge("".join(moved)).faults:
            passed.append("".join(moved))

    assert tried
    assert passed == []


@pytest.mark.parametrize("runs", [("按支出性质", "按功能科目"), ("按功能科目", "按支出性质")])
def test_runs_of_words_that_are_in_no_list_are_not_exchanged(worded_for: WordedFor, runs: tuple[str, str]) -> None:
    gate = worded_for(WHY).gate
    base = cut("支出为5万元。{}拆分：支出减少3万元；{}拆分：支出减少2万元。".format(*runs))
    split = Gate(base, gate.lexer)
    swap = base.named.replace(runs[0], "\0").replace(runs[1], runs[0]).replace("\0", runs[1])

    assert split.judge(base.named).faults == ()
    assert split.judge(swap).faults


# --------------------------------------------------------------------------------------------- word salad

SALAD = (
    PLAIN, CHANGE, SHARE, WHY, EQUAL, MORE, CONVERTED, SUM, "三公经费比上年增加多少？", "公务接待费和上年比怎么样？", "金额最大的项目是哪个？",
    "把四个项级功能科目按金额排序。", "移动办公和电子政务内网两项合计比保密和机要两项合计多多少？", "名称里带“专项经费”的项目加起来多少？",
)  # fmt: skip
NAMES = ("支出", "项目支出", "一般公共预算", "信创工程", "慰问经费", "三公经费", "基本支出", "教育支出", "2023年", "2024年", "2022年")
OTHERS = ("其中", "持平", "占", "没有", "不", "约", "因为", "和", "（", "）", "-", "“", "少", "由", "到", "同", "相", "最小")


def bare(named: str, words: PhrasingWords) -> str:
    """Return a text without what may be added or left out, and with one word for each meaning: another reading than the gate's."""
    listed = sorted({*words.plain, *words.same}, key=len, reverse=True)
    loose = re.compile("|".join([r"\{\{\w+\}\}", r"(?:19|20)\d\d年度?", *map(re.escape, listed), r"[，；：。、\s]"]))

    def kept(found: re.Match[str]) -> str:
        text = found.group()
        if text in words.same:
            return f"<{words.same[text].meaning}>"
        return text[:6] if text[0] in "{12" else ""

    return loose.sub(kept, re.sub("(收入|支出)(?:合计|总计)", r"\1", named))  # which are other names of the same


def readings(worded: Worded) -> set[str]:
    """Return what a wording of an answer may come to."""
    words = worded.gate.lexer.words
    return {bare(text, words) for text in (worded.named, *(pattern.sub(to, worded.named) for pattern, to in words.forms))}


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_word_salad_is_refused_unless_it_differs_in_nothing_that_counts(worded_for: WordedFor, data: st.DataObject) -> None:
    worded = worded_for(data.draw(st.sampled_from(SALAD)))
    words = worded.gate.lexer.words
    tokens = [f"{{{{{t.piece.name}}}}}" if t.piece else t.text for t in worded.gate.lexer.tokens(worded.gate.base)]
    pool = st.sampled_from([*tokens, *NAMES, *OTHERS, *sorted(words.plain), *sorted(words.same)])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(0, len(tokens) - 1)))
        match data.draw(st.sampled_from(["insert", "delete", "swap", "replace"])):
            case "insert":
                tokens.insert(at, data.draw(pool))
            case "delete" if len(tokens) > 1:
                del tokens[at]
            case "swap":
                other = data.draw(st.integers(0, len(tokens) - 1))
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case _:
                tokens[at] = data.draw(pool)
    named = "".join(tokens)

    assert worded.gate.judge(named).faults or bare(named, words) in readings(worded), named


@pytest.mark.parametrize("question", SALAD)
def test_one_word_more_or_less_that_counts_is_refused(worded_for: WordedFor, question: str) -> None:
    """The same at every place of a text: one token left out, or one put in, others at each place."""
    worded = worded_for(question)
    words = worded.gate.lexer.words
    tokens = [f"{{{{{t.piece.name}}}}}" if t.piece else t.text for t in worded.gate.lexer.tokens(worded.gate.base)]
    tried = [[*tokens[:i], *tokens[i + 1 :]] for i in range(len(tokens))]
    turn = cycle(dict.fromkeys((*NAMES, *OTHERS, *tokens)))
    tried += [[*tokens[:i], next(turn), *tokens[i:]] for i in range(len(tokens) + 1) for _ in range(6)]
    passed = ["".join(t) for t in tried if not worded.gate.judge("".join(t)).faults]
    known = readings(worded)

    assert [text for text in passed if bare(text, words) not in known] == []
    assert len(passed) < len(tried) / 4
