"""The sentences of a draft are worded one by one; figures, reasons and gaps move with their words, and nothing else changes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest

from service.adapters.readers.files import read_file
from service.adapters.sql_drafts import SqlDrafts
from service.adapters.sql_library import SqlLibrary
from service.application import Limits
from service.asking.reading import own_members
from service.assisting.draft_wording import DraftWording
from service.assisting.prompts import Prompt
from service.composer import Composer
from service.domain.assistance import Assistance, WordingOutcome
from service.domain.document import Document
from service.domain.errors import ModelBusyError, ModelSlowError
from service.domain.finding import Finding, Severity
from service.draft_report import draft_from_dict, draft_to_dict, draft_to_text
from service.drafting.brief import Brief, Given
from service.drafting.draft import Draft, Sentence
from service.drafting.reasons import refusal_of
from service.drafting.revision import revise
from service.drafts import Drafts
from service.vocabulary.spotting import Spotter
from service.vocabulary.vocabulary import Vocabulary
from tests.fakes import FakeLibrary, FixedClock, Scripted, ScriptedModel

OFFICE = "新乡市红旗区委员会办公室"
#: Reasons with figures of their own: what a person writes moves as a whole, the figures in it too.
REASONS = (
    Given("收入", "因项目完工减少3个、年度核减10万元", "第1行"),
    Given("公务用车运行维护费", "油价上涨，增加2辆", "第2行"),
)

Reply = Callable[[Mapping[str, Any]], str]
Word = Callable[..., Draft]


@pytest.fixture(scope="module")
def brief() -> Brief:
    """What the draft is asked to be."""
    return Brief(OFFICE, 2024, reasons=REASONS)


@pytest.fixture(scope="module")
def by_rules(seed: Document, vocabulary: Vocabulary, brief: Brief) -> Draft:
    """The draft as the outline has it."""
    return Composer(FakeLibrary(seed), vocabulary, read_file).compose(brief)


@pytest.fixture
def word(seed: Document, vocabulary: Vocabulary, prompts: Mapping[str, Prompt], by_rules: Draft) -> Word:
    """Let a model word the draft."""
    spotter = Spotter(vocabulary, own_members([seed], vocabulary.questions["short"]))

    def done(model: ScriptedModel, draft: Draft = by_rules) -> Draft:
        return DraftWording(model, prompts, vocabulary, FixedClock(), repr).word(draft, spotter, (OFFICE,))

    return done


def saying(**sentences: str) -> Reply:
    """Say these sentences wherever they are asked for."""
    return lambda data: json.dumps({i: s for i, s in sentences.items() if i in data["sentences"]}, ensure_ascii=False)


def changing(old: str, new: str) -> Reply:
    """Say every sentence with some of its words replaced."""
    return lambda data: json.dumps({i: re.sub(old, new, s) for i, s in data["sentences"].items()}, ensure_ascii=False)


#: 收入总计{{f1}} → 收入总计为{{f1}}.
POLISH = changing(r"(总计|合计|预算|费)(\{)", r"\1为\2")


def always(reply: Scripted) -> ScriptedModel:
    """Say the same to every request."""
    return ScriptedModel(*[reply] * 40)


def sentence(draft: Draft, id: str) -> Sentence:  # noqa: A002 - the name of the field
    return next(s for s in draft.sentences() if s.id == id)


def assert_in_place(draft: Draft) -> None:
    """Everything that stands in a sentence stands where it is said to stand."""
    for each in draft.sentences():
        for figure in each.figures:
            assert each.text[figure.start : figure.end] == figure.text, each
        for reason in each.reasons:
            assert each.text[reason.start : reason.end] == reason.text, each
        for gap in each.gaps:
            assert each.text[gap.start : gap.end] == f"【待补充：{gap.what}】", each
        assert [f.start for f in each.figures] == sorted(f.start for f in each.figures)


def facts(draft: Draft) -> list[tuple[object, ...]]:
    """What a draft rests on, whatever its words: every figure with its places, every reason, every gap."""
    return [
        (s.id, sorted((f.text, f.label, f.formula, f.how, f.marks, f.operands) for f in s.figures), [(r.item, r.text, r.given) for r in s.reasons],
         [(g.kind, g.what) for g in s.gaps])
        for s in draft.sentences()
    ]  # fmt: skip


def record(draft: Draft) -> Assistance:
    assert draft.assistance is not None
    return draft.assistance


# ---------------------------------------------------------------------------------------- kept wordings


def test_sentences_that_are_verified_are_kept_and_everything_in_them_is_at_its_new_place(word: Word, by_rules: Draft) -> None:
    worded = word(always(POLISH))
    changed = [s for s in worded.sentences() if s.path == "model"]

    assert len(changed) > 5
    assert_in_place(worded)
    assert facts(worded) == facts(by_rules)
    assert record(worded).wording is WordingOutcome.KEPT
    assert record(worded).kept == len(changed)


@pytest.mark.parametrize(
    ("id_", "said", "text"),
    [
        (
            "S3", "{{h1}}支出合计为{{f1}}，其中：基本支出为{{f2}}，占{{f3}}。项目支出达{{f4}}，占{{f5}}。",
            f"{OFFICE}2024年支出合计为950.47万元，其中：基本支出为537.27万元，占56.53%。项目支出达413.20万元，占43.47%。",
        ),
        (
            "S21", "公务用车运行维护费预算数较2023年预算提高{{f15}}，增幅{{f16}}，主要原因：{{q2}}。",
            "公务用车运行维护费预算数较2023年预算提高0.40万元，增幅7.84%，主要原因：油价上涨，增加2辆。",
        ),
        (
            "S1", "{{h1}}的收入总计{{f1}}，支出总计{{f2}}，与2023年预算相比，收入减少{{f3}}，降幅{{f4}}，主要原因：{{q1}}；支出减少{{f5}}，降幅{{f6}}，主要原因：{{q2}}。",
            f"{OFFICE}2024年的收入总计950.47万元，支出总计950.47万元，与2023年预算相比，收入减少284.53万元，降幅23.04%，"
            "主要原因：因项目完工减少3个、年度核减10万元；支出减少284.53万元，降幅23.04%，主要原因：【待补充：支出减少的原因】。",
        ),
    ],
)  # fmt: skip
def test_the_figures_reasons_and_gaps_of_a_sentence_move_along_with_its_words(
    word: Word, by_rules: Draft, id_: str, said: str, text: str
) -> None:
    worded = word(always(saying(**{id_: said})))
    made = sentence(worded, id_)

    assert (made.text, made.path) == (text, "model")
    assert_in_place(worded)
    assert facts(worded) == facts(by_rules)


def test_figures_within_a_reason_move_with_it(word: Word) -> None:
    made = sentence(word(always(changing("{{h1}}", "{{h1}}的"))), "S1")
    inside = [f for f in made.figures if any(r.start <= f.start < r.end for r in made.reasons)]

    assert made.path == "model"
    assert [(f.text, made.text[f.start : f.end], f.how) for f in inside] == [("3个", "3个", "person"), ("10万元", "10万元", "person")]


def test_a_model_that_changes_nothing_changes_nothing(word: Word, by_rules: Draft) -> None:
    for model in (always(changing("x", "x")), always("{}")):
        worded = word(model)
        assert replace(worded, assistance=None) == by_rules
        assert record(worded).kept == 0


def test_names_are_told_apart_over_a_whole_section(word: Word) -> None:
    model = always("{}")
    word(model)

    for request in model.asked:
        said = "".join(request.data["sentences"].values())
        assert set(re.findall(r"\{\{(\w+)\}\}", said)) == set(request.data["names"])
        figures = re.findall(r"\{\{(f\d+)\}\}", said)
        assert len(figures) == len(set(figures))


def test_only_running_text_with_figures_is_sent(word: Word, by_rules: Draft) -> None:
    """No headings, no cells of tables, no sentences without a figure: there is nothing to verify them by."""
    model = always("{}")
    word(model)
    sent = {i for request in model.asked for i in request.data["sentences"]}
    running = {
        s.id for section in by_rules.sections for p in section.paragraphs if p.table is None and not p.is_heading
        for s in p.sentences if s.figures
    }  # fmt: skip

    assert sent == running
    assert {s.id for s in by_rules.sentences()} - sent
    assert [r.data["section"] for r in model.asked] == [s.heading for s in by_rules.sections if running & {x.id for x in s.sentences()}]


def test_what_a_person_or_the_program_filled_in_is_a_name_to_the_model(word: Word) -> None:
    model = always("{}")
    word(model)
    data = model.asked[0].data

    assert data["names"]["q1"] == {"is": "引文", "value": REASONS[0].text}
    assert data["names"]["q2"]["value"] == "【待补充：支出减少的原因】"
    assert not re.search(r"\d", re.sub(r"\{\{\w+\}\}|\d{4}年", "", data["sentences"]["S1"]))


# --------------------------------------------------------------------------------------- refused wordings


@pytest.mark.parametrize(
    ("id_", "said", "fault"),
    [
        ("S6", "{{h1}}一般公共预算支出年初预算约{{f1}}。", "约"),
        ("S6", "{{h1}}一般公共预算支出总计年初预算为{{f1}}。", "支出总计"),  # official names are only themselves
        ("S6", "您好，{{h1}}一般公共预算支出年初预算为{{f1}}。以上供参考。", "公文里不写“您好”"),
        ("S17", "公务接待费预算数与2023年预算相比{{f8}}，均为{{f9}}。", "相比"),
        ("S21", "公务用车运行维护费预算数同比增加{{f15}}，增长{{f16}}，主要原因：{{q2}}。", "同比"),
        ("S21", "公务用车运行维护费预算数比2023年预算增幅{{f15}}，增长{{f16}}，主要原因：{{q2}}。", "增幅"),
        ("S3", "{{h1}}支出合计{{f1}}，其中：基本支出{{f4}}，占{{f5}}；项目支出{{f2}}，占{{f3}}。", "{{f4}}"),
        ("S3", "{{h1}}支出合计{{f1}}，其中：基本支出{{f2}}，占{{f3}}。", "{{f4}}"),
        ("S3", "{{h1}}支出合计{{f1}}，其中：基本支出{{f2}}，占{{f3}}；项目支出{{f4}}，占{{f5}}。基本支出{{f2}}。", "基本支出{{f2}}"),
        ("S3", "您好，{{h1}}支出合计{{f1}}，其中：基本支出{{f2}}，占{{f3}}；项目支出{{f4}}，占{{f5}}。", "公文里不写“您好”"),
        ("S3", "{{h1}}支出合计{{f1}}，其中：基本支出{{f2}}，占{{f3}}；项目支出{{f4}}，占{{f5}}，因信创工程增加。", "信创工程"),
        ("S3", "{{h1}}支出合计950.47万元，其中：基本支出{{f2}}，占{{f3}}；项目支出{{f4}}，占{{f5}}。", "不要自己写数字和单位“950”"),
        ("S1", "{{h1}}收入总计{{f1}}，支出总计{{f2}}，与2023年预算相比，收入减少{{f3}}，下降{{f4}}；支出减少{{f5}}，下降{{f6}}。", "{{q1}}"),
        ("S1", "{{h1}}收入总计{{f1}}，支出总计{{f2}}，与2023年预算相比，收入增加{{f3}}，增长{{f4}}，主要原因：{{q1}}；支出减少{{f5}}，下降{{f6}}，主要原因：{{q2}}。", "增加"),
        ("S1", "{{h1}}收入总计{{f1}}，支出总计{{f2}}，与2022年预算相比，收入减少{{f3}}，下降{{f4}}，主要原因：{{q1}}；支出减少{{f5}}，下降{{f6}}，主要原因：{{q2}}。", "2022年"),
        ("S16", "公务接待费{{f7}}，主要用于按规定开支的各类公务接待（含外宾接待）支出。", "（二）"),
        ("S16", "（三）公务接待费{{f7}}，主要用于按规定开支的各类公务接待（含外宾接待）支出。", "（二）"),
        ("S16", "关于（二）公务接待费{{f7}}，主要用于按规定开支的各类公务接待（含外宾接待）支出。", "（二）"),
        ("S16", "（二）公务接待费{{f8}}，主要用于按规定开支的各类公务接待（含外宾接待）支出。", "没有名为{{f8}}的内容"),  # of another sentence
        ("S3", "{{h1}}支出合计{{f1}}，其中：项目支出{{f4}}，占{{f5}}；基本支出{{f2}}，占{{f3}}。", "次序"),
        ("S16", "（二）公务接待费{{f7}}，主要用于支出。", "按规定"),
        ("S23", "{{h1}}机构运转经费支出预算{{f1}}。", "漏了"),
        ("S22", "{{h1}}使用政府性基金预算拨款安排的支出，年初预算为{{f1}}。", "无使用"),
    ],
)  # fmt: skip
def test_a_sentence_that_is_not_verified_stays_as_the_outline_has_it(
    word: Word, by_rules: Draft, id_: str, said: str, fault: str
) -> None:
    worded = word(always(saying(**{id_: said})))

    assert worded.sections == by_rules.sections
    assert record(worded).wording is WordingOutcome.REFUSED
    assert record(worded).kept == 0
    assert any(each.startswith(f"{id_}：") and fault in each for each in record(worded).faults), record(worded).faults


def test_a_form_of_talk_is_no_form_of_an_official_sentence(word: Word, by_rules: Draft) -> None:
    said = "与2023年预算相比，{{h1}}收入总计{{f1}}，支出总计{{f2}}，收入减少{{f3}}，下降{{f4}}，主要原因：{{q1}}；支出减少{{f5}}，下降{{f6}}，主要原因：{{q2}}。"

    assert word(always(saying(S1=said))).sections == by_rules.sections


def test_one_bad_sentence_does_not_spoil_the_others(word: Word, by_rules: Draft) -> None:
    good = "其中，基本支出为{{f2}}，占{{f3}}；项目支出为{{f4}}，占{{f5}}。"
    worded = word(always(saying(S6="{{h1}}一般公共预算支出年初预算约{{f1}}。", S7=good)))

    assert sentence(worded, "S6") == sentence(by_rules, "S6")
    assert sentence(worded, "S7").text == "其中，基本支出为537.27万元，占56.53%；项目支出为413.20万元，占43.47%。"
    assert (record(worded).wording, record(worded).kept) == (WordingOutcome.KEPT, 1)
    assert all(fault.startswith("S6：") for fault in record(worded).faults)


def test_a_sentence_that_failed_is_sent_back_once_with_its_faults(word: Word, prompts: Mapping[str, Prompt]) -> None:
    bad = "其中：基本支出{{f4}}，占{{f5}}；项目支出{{f2}}，占{{f3}}。"
    good = "其中，基本支出为{{f2}}，占{{f3}}；项目支出为{{f4}}，占{{f5}}。"
    replies = {"word-draft": saying(S7=bad, S6="{{h1}}的一般公共预算支出年初预算为{{f1}}。"), "repair-draft": saying(S7=good, S6="坏")}
    model = always(lambda data: replies[data["task"]](data))
    worded = word(model)
    repairs = [request for request in model.asked if request.task == "repair-draft"]

    assert len(repairs) == 1
    assert repairs[0].system == prompts["repair-draft"].fill()
    assert list(repairs[0].data["sentences"]) == ["S7"]
    assert repairs[0].data["drafts"] == {"S7": bad}
    assert any("{{f4}}" in fault for fault in repairs[0].data["faults"]["S7"])
    assert set(repairs[0].data["names"]) == {"f2", "f3", "f4", "f5"}
    assert sentence(worded, "S7").text.startswith("其中，基本支出为537.27万元")
    assert sentence(worded, "S6").text == f"{OFFICE}2024年的一般公共预算支出年初预算为950.47万元。"  # what was good stays as it was
    assert (record(worded).kept, record(worded).faults) == (2, ())


@pytest.mark.parametrize(
    "said",
    [
        "", "不用改。", "[]", "null", "{", '{"S3": "', "{'S3': '支出'}", '{"S3": 999}', '{"S3": null}', '{"S3": ["支出"]}', '{"S999": "支出为999万元。"}',
        '{"S3": {"text": "支出"}}', '"S3"', "{" * 3000, '{"a":' * 3000 + "1" + "}" * 3000, '{"S3": "\\ud800"}', '{"S3": ""}', "抱歉，我不能回答。",
    ],
)  # fmt: skip
def test_a_reply_of_another_form_changes_nothing(word: Word, by_rules: Draft, said: str) -> None:
    worded = word(always(said))

    assert worded.sections == by_rules.sections
    assert record(worded).kept == 0


def test_half_a_character_from_a_model_does_not_bring_down_a_draft(word: Word, by_rules: Draft) -> None:
    assert word(always('{"S3": "\ud800"}')).sections == by_rules.sections
    assert word(always("\udfff")).sections == by_rules.sections


def test_an_error_in_the_models_part_leaves_the_outline_and_is_told(word: Word, by_rules: Draft) -> None:
    def broken(data: Mapping[str, Any]) -> str:
        raise ZeroDivisionError("text of a document")

    worded = word(ScriptedModel(broken))

    assert worded.sections == by_rules.sections
    assert record(worded).wording is WordingOutcome.FAILED
    assert [f.code for f in worded.findings[len(by_rules.findings) :]] == ["model-broken"]


@pytest.mark.parametrize("around", ["```json\n{}\n```", "好的：{} 请查收。", "<think>想</think>{}"])
def test_sentences_are_found_in_what_is_written_around_them(word: Word, around: str) -> None:
    said = saying(S9="{{h1}}的一般公共预算基本支出年初预算为{{f1}}。")

    assert sentence(word(always(lambda data: around.replace("{}", said(data)))), "S9").path == "model"


def test_of_many_faults_the_record_keeps_the_first(word: Word) -> None:
    assert len(record(word(always(changing("{{f", "约{{f")))).faults) == 12


# ------------------------------------------------------------------------------------------------- failures


def test_a_model_that_fails_half_way_keeps_the_sections_done(word: Word, by_rules: Draft) -> None:
    good = POLISH
    model = ScriptedModel(*[good] * 6, ModelSlowError("模型没有答复。"))
    worded = word(model)
    headings = [request.data["section"] for request in model.asked]
    done = {s.heading for s in worded.sections if any(x.path == "model" for x in s.sentences())}

    assert done
    assert done <= set(headings[:-1])
    assert len(model.asked) <= 7  # and nobody waits for it again
    assert record(worded).wording is WordingOutcome.KEPT
    assert worded.findings == (*by_rules.findings, Finding("model-slow", Severity.WARNING, "模型没有答复。"))
    assert_in_place(worded)


def test_a_model_that_fails_at_once_leaves_the_draft_to_the_outline(word: Word, by_rules: Draft) -> None:
    model = ScriptedModel(ModelBusyError("模型忙。"))
    worded = word(model)

    assert worded.sections == by_rules.sections
    assert record(worded) == Assistance(model="scripted", wording=WordingOutcome.FAILED, prompts=record(worded).prompts, calls=1, ms=1)
    assert [f.code for f in worded.findings[len(by_rules.findings) :]] == ["model-busy"]
    assert len(model.asked) == 1


def test_a_model_that_fails_while_mending_keeps_what_was_good(word: Word, by_rules: Draft) -> None:
    said = saying(S6="{{h1}}的一般公共预算支出年初预算为{{f1}}。", S7="其中：{{f2}}。")

    def reply(data: Mapping[str, Any]) -> str:
        if data["task"] == "repair-draft":
            raise ModelSlowError("太慢。")
        return said(data)

    worded = word(always(reply))

    assert sentence(worded, "S6").path == "model"
    assert sentence(worded, "S7") == sentence(by_rules, "S7")
    assert [f.code for f in worded.findings[len(by_rules.findings) :]] == ["model-slow"]


def test_a_draft_without_figures_is_never_sent(word: Word, by_rules: Draft) -> None:
    bare = replace(by_rules, sections=tuple(
        replace(s, paragraphs=tuple(p for p in s.paragraphs if not any(x.figures for x in p.sentences) and p.table is None))
        for s in by_rules.sections
    ))  # fmt: skip
    model = ScriptedModel()
    worded = word(model, bare)

    assert model.asked == []
    assert worded.sections == bare.sections
    assert record(worded) == Assistance()


def test_the_record_tells_what_it_took(word: Word, prompts: Mapping[str, Prompt]) -> None:
    model = always(changing("{{f", "约{{f"))
    made = record(word(model))

    assert made.model == "scripted"
    assert made.prompts == (prompts["word-draft"].used, prompts["repair-draft"].used)
    assert made.calls == len(model.asked) == made.ms


# ------------------------------------------------------------------------------------- writing a whole draft


def composed(seed: Document, vocabulary: Vocabulary, prompts: Mapping[str, Prompt], brief: Brief, model: ScriptedModel) -> Draft:
    wording = DraftWording(model, prompts, vocabulary, FixedClock(), repr)
    return Composer(FakeLibrary(seed), vocabulary, read_file, wording).compose(brief)


def test_a_draft_is_written_in_a_models_words_where_one_is_set(
    seed: Document, vocabulary: Vocabulary, prompts: Mapping[str, Prompt], brief: Brief, by_rules: Draft
) -> None:
    made = composed(seed, vocabulary, prompts, brief, always(POLISH))

    assert record(made).kept > 5
    assert made.text != by_rules.text
    assert facts(made) == facts(by_rules)
    assert [f for f in made.findings if f.severity is Severity.ERROR] == [f for f in by_rules.findings if f.severity is Severity.ERROR]
    assert_in_place(made)


def test_without_a_model_a_draft_has_no_record(by_rules: Draft) -> None:
    assert by_rules.assistance is None
    assert all(s.path == "rules" for s in by_rules.sentences())


def test_a_wording_in_which_the_check_finds_more_errors_is_taken_back(
    seed: Document, vocabulary: Vocabulary, brief: Brief, by_rules: Draft
) -> None:
    """The check reads the draft as anybody's text; it is asked even where every sentence was verified."""

    class Careless:
        """Lets a wrong figure through."""

        def word(self, draft: Draft, *_: object) -> Draft:
            said = draft_to_dict(draft)
            first = said["sections"][0]["paragraphs"][0]["sentences"][0]
            first |= {"text": first["text"].replace("950.47万元", "951.47万元"), "path": "model"}
            warned = Finding("model-slow", Severity.WARNING, "太慢。")
            kept = Assistance("m", wording=WordingOutcome.KEPT, kept=1, calls=3)
            return replace(draft_from_dict(said), findings=(*draft.findings, warned), assistance=kept)

    made = Composer(FakeLibrary(seed), vocabulary, read_file, cast(DraftWording, Careless())).compose(brief)

    assert made.sections == by_rules.sections
    assert made.assistance == Assistance("m", wording=WordingOutcome.REFUSED, kept=0, calls=3)
    assert [f.code for f in made.findings if f not in by_rules.findings] == ["model-slow"]


def test_a_model_that_fails_is_told_in_the_draft_and_changes_nothing_else(
    seed: Document, vocabulary: Vocabulary, prompts: Mapping[str, Prompt], brief: Brief, by_rules: Draft
) -> None:
    made = composed(seed, vocabulary, prompts, brief, ScriptedModel(ModelSlowError("太慢。")))

    assert made.sections == by_rules.sections
    assert [f for f in made.findings if f not in by_rules.findings] == [Finding("model-slow", Severity.WARNING, "太慢。")]


def test_a_draft_in_a_models_words_is_stored_and_read_back(
    seed: Document, vocabulary: Vocabulary, prompts: Mapping[str, Prompt], brief: Brief, tmp_path: Path
) -> None:
    library = SqlLibrary(tmp_path / "library.sqlite")
    library.add(seed)
    wording = DraftWording(always(POLISH), prompts, vocabulary, FixedClock(), repr)
    composer = Composer(library, vocabulary, read_file, wording)
    drafts = Drafts(
        compose=composer.compose, plan=composer.plan, check=composer.recheck, evaluate=composer.evaluate, revise=revise,
        store=SqlDrafts(library), clock=FixedClock(), reader=read_file, limits=Limits(), word=cast(Any, None), refuse=partial(refusal_of, rules=vocabulary.wording),
    )  # fmt: skip
    made = drafts.create(brief)
    found = drafts.find(made.id)

    assert found.draft == made.draft
    assert record(found.draft).kept == sum(s.path == "model" for s in found.draft.sentences()) > 5
    assert record(found.draft).prompts == (prompts["word-draft"].used,)
    assert drafts.verify_hash(made.id)
    library.close()


@pytest.mark.parametrize("assistance", [None, Assistance(), Assistance("m", wording=WordingOutcome.KEPT, kept=2, faults=("S1：漏了{{f1}}",), calls=3, ms=9)])
def test_a_draft_with_its_record_is_written_and_read_back(by_rules: Draft, assistance: Assistance | None) -> None:
    draft = replace(by_rules, assistance=assistance, sections=tuple(
        replace(s, paragraphs=tuple(replace(p, sentences=tuple(replace(x, path="model") for x in p.sentences)) for p in s.paragraphs))
        for s in by_rules.sections
    ))  # fmt: skip
    said = json.loads(json.dumps(draft_to_dict(draft)))

    assert draft_from_dict(said) == draft
    assert draft_to_text(draft_from_dict(said)) == draft_to_text(by_rules)


def test_a_draft_of_before_models_is_still_read(by_rules: Draft) -> None:
    """Older drafts have neither a record nor a word of who wrote a sentence."""
    said = json.loads(json.dumps(draft_to_dict(by_rules)))
    del said["model"]
    for section in said["sections"]:
        for paragraph in section["paragraphs"]:
            for each in paragraph["sentences"]:
                del each["path"]

    assert draft_from_dict(said) == by_rules
