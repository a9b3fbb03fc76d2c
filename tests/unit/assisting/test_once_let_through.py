"""What was once let through, or taken for wrong, and is not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest

from service.adapters.readers.files import read_file
from service.asking.asker import RuleAsker
from service.asking.reading import own_members
from service.assisting.draft_wording import DraftWording
from service.assisting.pieces import cut
from service.assisting.planning import Planned, Planning, UnusablePlanError, read_plan
from service.assisting.prompts import Prompt
from service.assisting.waiting import Talk
from service.composer import Composer
from service.domain.assistance import PlanOutcome, WordingOutcome
from service.domain.document import Document
from service.drafting.brief import Brief
from service.vocabulary.spotting import Spotter
from service.vocabulary.vocabulary import Vocabulary
from tests.fakes import FakeLibrary, FixedClock, ScriptedModel
from tests.unit.assisting.conftest import WordedFor
from tests.unit.assisting.worded import a_plan

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
    assert planned("红旗区委办档案数码化花多少", plan).outcome is PlanOutcome.USED


def test_a_draft_that_a_model_leaves_as_it_is_was_not_refused(seed: Document, vocabulary: Vocabulary, prompts: Mapping[str, Prompt]) -> None:
    draft = Composer(FakeLibrary(seed), vocabulary, read_file).compose(Brief("新乡市红旗区委员会办公室", 2024))
    spotter = Spotter(vocabulary, own_members([seed], vocabulary.questions["short"]))
    worded = DraftWording(ScriptedModel(*["{}"] * 40), prompts, vocabulary, FixedClock()).word(draft, spotter, ("新乡市红旗区委员会办公室",))
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
