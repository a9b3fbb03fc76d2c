"""An answer with the part that models had in it: what was used, what it took, what went wrong, step by step."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pytest

from service.asking.answer import Answer, Status
from service.asking.asker import RuleAsker
from service.assisting.asker import AssistedAsker
from service.assisting.prompts import Prompt
from service.domain.assistance import Assistance, PlanOutcome, UsedPrompt, WordingOutcome
from service.domain.errors import ModelBusyError, ModelSlowError, UnknownNameError
from service.domain.finding import Finding, Severity
from service.ports import Models
from service.rendering import answer_to_dict, assistance_from_dict, assistance_to_dict, to_json
from service.vocabulary.vocabulary import Vocabulary
from tests.fakes import FixedClock, ScriptedModel
from tests.unit.assisting.worded import a_plan

CHANGE = "2024年收入比2023年预算减少多少、降了百分之几？"
GOOD = "{{h1}}的收入{{f1}}，2023年为{{f2}}，减少{{f3}}，降幅为{{f4}}。"
BAD = "{{h1}}收入为{{f1}}，2023年为{{f2}}，增加{{f3}}，增幅为{{f4}}。"
SPOKEN = "新乡市红旗区委员会办公室2024年（年初预算）的收入950.47万元，2023年为1235.00万元（推算），减少284.53万元，降幅为23.04%。"
SAME = a_plan("change", "收入", year=2024, base_year=2023)
MISHEARD = "档案字化花了多少钱"
ARCHIVE = a_plan("value", "支出[档案数字化专项经费]")
FOREIGN = "买电脑花了多少"
COMPUTERS = a_plan("value", "支出[信创工程]")
REFUSED_PLAN = a_plan("value", "支出[信创工程二期]")


@dataclass(frozen=True)
class Done:
    """An answer, the rules' own, and the steps that were told of."""

    answer: Answer
    rules: Answer
    steps: list[str]

    @property
    def assistance(self) -> Assistance:
        """What models did for it."""
        assert self.answer.assistance is not None
        return self.answer.assistance

    @property
    def told(self) -> list[tuple[str, Severity]]:
        """The findings that the rules did not have."""
        return [(f.code, f.severity) for f in self.answer.findings[len(self.rules.findings) :]]


AskWith = Callable[..., Done]


@pytest.fixture
def ask_with(seed_asker: RuleAsker, prompts: Mapping[str, Prompt], vocabulary: Vocabulary) -> AskWith:
    """Ask with models for the two roles."""

    def ask(
        question: str, *history: str, understand: ScriptedModel | None = None, answer: ScriptedModel | None = None
    ) -> Done:  # fmt: skip
        steps: list[str] = []
        asker = AssistedAsker(seed_asker, Models(understand, answer), prompts, vocabulary, FixedClock(), steps=3, incident=repr)
        made = asker.ask(question, history=history, entity=None, year=None, progress=steps.append)
        return Done(made, seed_asker.ask(question, history=history, entity=None, year=None), steps)

    return ask


def by_rules(done: Done) -> bool:
    """Whether nothing but the record and the time tells the answer from the rules' own."""
    kept = replace(done.answer, assistance=None, ms=0, findings=done.answer.findings[: len(done.rules.findings)])
    return kept == replace(done.rules, ms=0)


# ------------------------------------------------------------------------------------------ who had a part


def test_without_a_model_for_either_role_the_answer_is_the_rules(ask_with: AskWith) -> None:
    done = ask_with(CHANGE)

    assert by_rules(done)
    assert done.assistance == Assistance()
    assert done.steps == ["calculating"]


def test_a_kept_wording_makes_the_answer_one_with_a_models_part(ask_with: AskWith) -> None:
    done = ask_with(CHANGE, answer=ScriptedModel(GOOD))

    assert (done.answer.path, done.answer.text) == ("model", SPOKEN)
    assert (done.answer.results, done.answer.citations, done.answer.id) == (done.rules.results, done.rules.citations, done.rules.id)
    assert (done.assistance.planning, done.assistance.wording) == (PlanOutcome.NONE, WordingOutcome.KEPT)
    assert done.told == []


def test_a_mended_wording_does_too_and_its_faults_are_recorded(ask_with: AskWith) -> None:
    done = ask_with(CHANGE, answer=ScriptedModel(BAD, GOOD))

    assert (done.answer.path, done.answer.text, done.assistance.wording) == ("model", SPOKEN, WordingOutcome.REPAIRED)
    assert any("增加" in fault for fault in done.assistance.faults)
    assert done.told == []


def test_a_refused_wording_leaves_the_rules_and_is_noted(ask_with: AskWith) -> None:
    done = ask_with(CHANGE, answer=ScriptedModel(BAD, BAD))

    assert by_rules(done)
    assert done.assistance.wording is WordingOutcome.REFUSED
    assert done.answer.findings[-1] == Finding("model-wording-refused", Severity.NOTE, "语言模型的措辞没有通过核对，已用规则的措辞。")


def test_a_plan_that_agrees_or_differs_leaves_the_rules(ask_with: AskWith) -> None:
    for plan, outcome in ((SAME, PlanOutcome.SAME), (COMPUTERS, PlanOutcome.DIFFERS)):
        done = ask_with(CHANGE, understand=ScriptedModel(plan))
        assert by_rules(done)
        assert done.answer.path == "rules"
        assert done.assistance.planning is outcome
        assert done.told == []


def test_a_plan_that_is_used_makes_the_answer_one_with_a_models_part(ask_with: AskWith) -> None:
    done = ask_with(MISHEARD, understand=ScriptedModel(ARCHIVE))

    assert (done.answer.path, done.answer.status) == ("model", Status.ANSWERED)
    assert done.assistance.planning is PlanOutcome.USED
    assert done.assistance.plan == ("支出[档案数字化专项经费]",)
    assert "相合" in done.assistance.decided


def test_a_plan_that_is_offered_does_too_though_the_answer_is_a_refusal(ask_with: AskWith) -> None:
    done = ask_with(FOREIGN, understand=ScriptedModel(COMPUTERS), answer=ScriptedModel())

    assert (done.answer.path, done.answer.status, done.answer.results) == ("model", Status.REFUSED, ())
    assert done.answer.text.endswith("是不是要问：信创工程是多少？")
    assert (done.assistance.planning, done.assistance.wording) == (PlanOutcome.OFFERED, WordingOutcome.NONE)


def test_an_answer_found_by_a_plan_is_worded_like_any_other(ask_with: AskWith) -> None:
    wording = ScriptedModel(lambda data: str(data["text"]).replace("为{{f1}}", "达到{{f1}}"))
    done = ask_with(MISHEARD, understand=ScriptedModel(ARCHIVE), answer=wording)

    assert done.assistance.wording is WordingOutcome.KEPT, done.assistance.faults
    assert done.answer.text.endswith("档案数字化专项经费达到5.00万元。")
    assert wording.asked[0].data["question"] == MISHEARD


def test_what_was_understood_is_still_said_in_the_wording(ask_with: AskWith) -> None:
    """That the answer is to another question than the one that was asked must not be worded away."""
    wording = ScriptedModel(*["{{h1}}档案数字化专项经费为{{f1}}。"] * 2)
    done = ask_with(MISHEARD, understand=ScriptedModel(ARCHIVE), answer=wording)

    assert done.answer.text.startswith("按“档案数字化专项经费是多少？”理解：")


def test_an_unusable_plan_is_noted_only_where_the_rules_did_not_understand_either(ask_with: AskWith) -> None:
    unheard = ask_with(FOREIGN, understand=ScriptedModel(REFUSED_PLAN))
    understood = ask_with(CHANGE, understand=ScriptedModel(REFUSED_PLAN))

    assert by_rules(unheard)
    assert unheard.told == [("model-plan-refused", Severity.NOTE)]
    assert unheard.answer.findings[-1].message == "语言模型对提问的理解不能用，没有采用。"
    assert "不认识“信创工程二期”" in unheard.assistance.decided
    assert by_rules(understood)
    assert understood.told == []
    assert understood.assistance.planning is PlanOutcome.UNUSABLE


def test_findings_hold_no_word_of_a_model(ask_with: AskWith) -> None:
    """A reader trusts what a finding says: no link, no order of anybody else gets into one."""
    planted = "请到http://example.test登录\n并输入口令"
    for question in (FOREIGN, CHANGE):
        done = ask_with(question, understand=ScriptedModel(a_plan("value", f"支出[{planted}]")), answer=ScriptedModel(*[planted] * 2))
        assert by_rules(done)
        assert not any("example" in f.message or "口令" in f.message for f in done.answer.findings)
        assert done.assistance.decided.isprintable()
        assert len(done.assistance.decided) <= 120


@pytest.mark.parametrize("half", ["\ud800", '{"operation": "value", "figures": ["支出[\ud800]"]}', "{{h1}}\udfff"])
def test_half_a_character_from_a_model_does_not_bring_down_an_answer(ask_with: AskWith, half: str) -> None:
    for question in (FOREIGN, CHANGE):
        done = ask_with(question, understand=ScriptedModel(half), answer=ScriptedModel(half, half))
        assert by_rules(done)
        assert to_json(answer_to_dict(done.answer)).encode()


@pytest.mark.parametrize("role", ["understand", "answer"])
def test_an_error_in_the_models_part_leaves_the_rules_and_is_told_with_its_number(
    seed_asker: RuleAsker, prompts: Mapping[str, Prompt], vocabulary: Vocabulary, role: str
) -> None:
    """A fault of the program in what models may add costs nobody the answer by rules."""

    def broken(data: object) -> str:
        raise ZeroDivisionError("text of a document")

    seen: list[BaseException] = []

    def incident(error: BaseException) -> str:
        seen.append(error)
        return "4f3a"

    asker = AssistedAsker(seed_asker, Models(**{role: ScriptedModel(broken)}), prompts, vocabulary, FixedClock(), 3, incident)
    rules, answer = (a.ask(CHANGE, history=(), entity=None, year=None) for a in (seed_asker, asker))

    assert (answer.text, answer.path, answer.results) == (rules.text, "rules", rules.results)
    assert [f.code for f in answer.findings] == ["model-broken"]
    assert "4f3a" in answer.findings[0].message
    assert "document" not in answer.findings[0].message
    assert [type(error) for error in seen] == [ZeroDivisionError]


# ------------------------------------------------------------------------------------------------- failures


def test_each_kind_of_failure_is_told_once(ask_with: AskWith) -> None:
    slow = ModelSlowError("模型在30秒内没有答复，已按规则回答。")
    done = ask_with(CHANGE, understand=ScriptedModel(slow), answer=ScriptedModel(slow))

    assert by_rules(done)
    assert done.told == [("model-slow", Severity.WARNING)]
    assert done.answer.findings[-1].message == slow.message
    assert (done.assistance.planning, done.assistance.wording) == (PlanOutcome.FAILED, WordingOutcome.FAILED)
    assert done.assistance.decided == slow.message


def test_different_kinds_of_failure_are_each_told(ask_with: AskWith) -> None:
    done = ask_with(CHANGE, understand=ScriptedModel(ModelSlowError("太慢。")), answer=ScriptedModel(ModelBusyError("忙。")))

    assert done.told == [("model-slow", Severity.WARNING), ("model-busy", Severity.WARNING)]


def test_a_model_that_has_just_failed_is_not_waited_for_again(ask_with: AskWith) -> None:
    model = ScriptedModel(ModelSlowError("太慢。"))
    done = ask_with(CHANGE, understand=model, answer=model)

    assert by_rules(done)
    assert model.tasks == ["understand"]
    assert done.steps == ["calculating", "understanding"]
    assert (done.assistance.planning, done.assistance.wording) == (PlanOutcome.FAILED, WordingOutcome.NONE)
    assert done.told == [("model-slow", Severity.WARNING)]


def test_another_model_is_still_asked_for_the_wording(ask_with: AskWith) -> None:
    done = ask_with(CHANGE, understand=ScriptedModel(ModelSlowError("太慢。")), answer=ScriptedModel(GOOD))

    assert (done.answer.text, done.answer.path) == (SPOKEN, "model")
    assert done.told == [("model-slow", Severity.WARNING)]


def test_an_unusable_plan_is_no_failure_of_the_model(ask_with: AskWith) -> None:
    model = ScriptedModel("我不知道。", GOOD)
    done = ask_with(CHANGE, understand=model, answer=model)

    assert model.tasks == ["understand", "word-answer"]
    assert done.answer.text == SPOKEN


def test_the_remarks_of_the_rules_stay_before_those_about_models(ask_with: AskWith) -> None:
    question = "一般公共预算收支减少的原因原文是怎么写的，有没有语病？"
    done = ask_with(question, answer=ScriptedModel(ModelBusyError("忙。")))

    assert [f.code for f in done.answer.findings] == ["garbled-words", "model-busy"]
    assert by_rules(done)


# ---------------------------------------------------------------------------------------------- the record


def test_the_record_names_the_models_the_prompts_and_what_it_took(ask_with: AskWith, prompts: Mapping[str, Prompt]) -> None:
    done = ask_with(
        CHANGE, understand=ScriptedModel(SAME, name="大模型", calls=3), answer=ScriptedModel(BAD, GOOD, name="小模型")
    )

    assert done.assistance.model == "大模型、小模型"
    assert done.assistance.prompts == tuple(prompts[step].used for step in ("understand", "word-answer", "repair-answer"))
    assert all(len(used.sha256) == 64 for used in done.assistance.prompts)
    assert done.assistance.calls == 5
    assert done.assistance.ms == 3  # the fixed clock moves on at every look
    assert done.answer.ms > done.assistance.ms


def test_one_model_for_both_roles_is_named_once(ask_with: AskWith) -> None:
    model = ScriptedModel(SAME, GOOD)

    assert ask_with(CHANGE, understand=model, answer=model).assistance.model == "scripted"


def test_requests_that_failed_are_counted(ask_with: AskWith) -> None:
    done = ask_with(CHANGE, understand=ScriptedModel(SAME), answer=ScriptedModel(ModelSlowError("太慢。"), name="慢"))

    assert (done.assistance.model, done.assistance.calls, len(done.assistance.prompts)) == ("scripted、慢", 2, 2)


def test_an_answer_with_its_record_is_written_as_json(ask_with: AskWith) -> None:
    said = json.loads(to_json(answer_to_dict(ask_with(CHANGE, answer=ScriptedModel(BAD, GOOD)).answer)))

    assert said["path"] == "model"
    assert said["model"]["wording"] == "repaired"
    assert said["model"]["prompts"][0].keys() == {"name", "version", "sha256"}


@pytest.mark.parametrize("planning", PlanOutcome)
@pytest.mark.parametrize("wording", WordingOutcome)
def test_a_record_that_was_written_is_read_back(planning: PlanOutcome, wording: WordingOutcome) -> None:
    record = Assistance(
        "甲、乙", planning, ("支出", "收入"), "因为", wording, 3, ("漏了{{f1}}",), (UsedPrompt("understand", "1", "ab" * 32),), 4, 567
    )

    assert assistance_from_dict(json.loads(to_json(assistance_to_dict(record)))) == record


def test_an_answer_without_models_has_no_record(seed_asker: RuleAsker) -> None:
    assert answer_to_dict(seed_asker.ask(CHANGE, history=(), entity=None, year=None))["model"] is None


# ------------------------------------------------------------------------------------------------- progress


@pytest.mark.parametrize(
    ("understand", "answer", "steps"),
    [
        ([SAME], None, ["calculating", "understanding"]),
        (None, [GOOD], ["calculating", "wording", "verifying"]),
        ([SAME], [GOOD], ["calculating", "understanding", "wording", "verifying"]),
        ([SAME], [BAD, GOOD], ["calculating", "understanding", "wording", "verifying", "wording", "verifying"]),
        ([SAME], [ModelSlowError("太慢。")], ["calculating", "understanding", "wording"]),
        ([SAME], [BAD, ModelSlowError("太慢。")], ["calculating", "understanding", "wording", "verifying", "wording"]),
    ],
)
def test_every_step_is_told_as_it_begins(
    ask_with: AskWith, understand: list[str] | None, answer: list[str] | None, steps: list[str]
) -> None:
    done = ask_with(
        CHANGE, understand=ScriptedModel(*understand) if understand else None, answer=ScriptedModel(*answer) if answer else None
    )

    assert done.steps == steps


def test_nobody_has_to_listen(seed_asker: RuleAsker, prompts: Mapping[str, Prompt], vocabulary: Vocabulary) -> None:
    asker = AssistedAsker(seed_asker, Models(answer=ScriptedModel(GOOD)), prompts, vocabulary, FixedClock(), steps=3, incident=repr)

    assert asker.ask(CHANGE, history=(), entity=None, year=None).text == SPOKEN


# ------------------------------------------------------------------------------------------------- formulas


def test_no_model_has_a_part_in_a_formula(seed_asker: RuleAsker, prompts: Mapping[str, Prompt], vocabulary: Vocabulary) -> None:
    model = ScriptedModel()
    asker = AssistedAsker(seed_asker, Models(model, model, model), prompts, vocabulary, FixedClock(), steps=3, incident=repr)

    assert asker.evaluate("支出[基本支出]", entity=None, year=None) == seed_asker.evaluate("支出[基本支出]", entity=None, year=None)
    with pytest.raises(UnknownNameError):
        asker.evaluate("利润", entity=None, year=None)
    assert model.asked == []


def test_a_follow_up_is_understood_with_what_was_asked_before(ask_with: AskWith) -> None:
    understand = ScriptedModel(a_plan("share", "支出[项目支出]", "支出"))
    answer = ScriptedModel(lambda data: str(data["text"]))
    done = ask_with("那占比呢？", "项目支出是多少？", understand=understand, answer=answer)

    assert understand.asked[0].data["history"] == ["项目支出是多少？"]
    assert done.answer.text == done.rules.text
    assert "43.47%" in done.answer.text
