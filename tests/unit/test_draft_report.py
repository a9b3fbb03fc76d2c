"""What a person and a program get of a draft."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from service.calculation.evidence import Operand, Place
from service.domain.coordinate import Stage
from service.domain.fact import Source
from service.domain.finding import Finding, Severity
from service.draft_report import (
    counts_of,
    draft_from_dict,
    draft_to_dict,
    draft_to_markdown,
    draft_to_text,
    summary_of,
    unescape,
)
from service.drafting.draft import (
    Draft,
    DraftFigure,
    DraftReason,
    DraftSource,
    DraftTable,
    Gap,
    GapKind,
    Paragraph,
    Section,
    Sentence,
)
from service.drafting.standing import Standing
from tests.made_drafts import EARLIER, ODD, TITLE, a_draft, a_sentence

_words = st.text(alphabet="支出预算0123.％《》|*_\\<>\n ", max_size=6)
_index = st.integers(-1, 40)
_count = st.integers(0, 40)
_places = st.builds(
    Place, document=_words, document_title=_words, table=_words, table_title=_words, row=_words, column=_words,
    row_index=_index, column_index=_index, line=_count, page=_count, start=_index, end=_index, quote=_words,
    by_ocr=st.booleans(),
)  # fmt: skip
_operands = st.builds(Operand, _words, _words, _words, st.sampled_from(["printed", "dash", "blank"]), _words, _places)
_figures = st.builds(
    DraftFigure, _count, _count, _words, _words, _words, _words, _words, _words, _words, _words,
    st.lists(_words, max_size=2).map(tuple), st.lists(_operands, max_size=2).map(tuple),
)  # fmt: skip
_reasons = st.builds(DraftReason, _count, _count, _words, _words, _words, st.none() | _places)
_gaps = st.builds(Gap, st.sampled_from(GapKind), _words, _count, _count)
_sentences = st.builds(
    Sentence, _words, _words, st.lists(_figures, max_size=2).map(tuple), st.lists(_reasons, max_size=1).map(tuple),
    st.lists(_gaps, max_size=1).map(tuple),
)  # fmt: skip
_rows = st.lists(st.lists(_sentences, max_size=2).map(tuple), max_size=2).map(tuple)
_tables = st.builds(DraftTable, _words, _words, st.lists(_words, max_size=2).map(tuple), _rows)
_paragraphs = st.builds(Paragraph, st.lists(_sentences, max_size=2).map(tuple), st.none() | _tables, st.booleans())
_sources = st.builds(
    Source, document=_words, table=_words, table_title=_words, row=_index, column=_index, row_label=_words,
    column_label=_words, line=_count, page=_count, start=_index, end=_index, quote=_words, by_ocr=st.booleans(),
)  # fmt: skip
_findings = st.builds(
    Finding, _words, st.sampled_from(Severity), _words, st.lists(_sources, max_size=2).map(tuple), _words, _words, _words
)
_drafts = st.builds(
    Draft, _words, _words, _count, st.sampled_from(Stage), _words, _words,
    st.lists(st.builds(Section, _words, _words, st.integers(1, 2), st.lists(_paragraphs, max_size=2).map(tuple)), max_size=2).map(tuple),
    st.lists(_findings, max_size=2).map(tuple), st.lists(st.builds(DraftSource, _words, _words, _count, _words), max_size=2).map(tuple),
)  # fmt: skip


@given(_drafts)
def test_a_draft_survives_being_written_as_json(draft: Draft) -> None:
    assert draft_from_dict(json.loads(json.dumps(draft_to_dict(draft)))) == draft


@given(_drafts)
def test_every_text_can_be_written(draft: Draft) -> None:
    assert draft_to_markdown(draft).startswith("#")
    assert draft_to_text(draft).endswith("\n")
    assert summary_of(draft)


def test_a_program_gets_counts_gaps_with_their_section_and_places_as_answers_have_them() -> None:
    said = draft_to_dict(a_draft(ODD, gaps=True), id="a1", version=2, sha256="f" * 64)

    assert (said["id"], said["version"], said["sha256"]) == ("a1", 2, "f" * 64)
    assert (said["counts"]["figures"], said["counts"]["unsupported"]) == (5, 0)
    assert said["counts"]["gaps"] == {"figure": 0, "prior": 0, "reason": 1, "known": 0}
    assert said["gaps"] == [
        {
            "section": "一、收入支出预算总体情况说明", "sentence": "S3", "kind": "reason", "what": "支出增减的原因",
            "item": "", "takes": "",
        }
    ]
    figure = said["sections"][0]["paragraphs"][0]["sentences"][0]["figures"][0]
    assert figure["operands"][0]["row"] == "合计"
    assert figure["operands"][0]["line"] == 12
    assert said["findings"][0]["working"] == "1 ≠ 2"


def test_a_figure_that_rests_on_nothing_is_counted_and_said() -> None:
    loose = DraftFigure(0, 4, "12万元", "支出", "12", "万元", "12", "支出", "", "computed")
    draft = a_draft()
    section = Section("三、", "其他", 1, (Paragraph((Sentence("S9", "12万元。", (loose,)),)),))
    draft = Draft(
        draft.title, draft.entity, draft.year, draft.stage, draft.outline, draft.base, (*draft.sections, section)
    )

    assert counts_of(draft)["unsupported"] == 1
    assert "没有出处" in draft_to_markdown(draft)
    assert "没有出处" in summary_of(draft)
    assert "没有出处" not in summary_of(a_draft())


def test_markdown_has_headings_a_table_visible_gaps_and_the_source_of_every_figure() -> None:
    text = draft_to_markdown(a_draft(ODD, gaps=True))
    body, _, appendix = text.partition("## 数据来源")

    assert text.startswith(f"# {TITLE}\n\n## 一、收入支出预算总体情况说明\n")
    assert "### （一）“三公”经费\\*\n\n#### 1.公务接待费\n" in body
    assert "“三公”经费表（单位：万元）\n\n| 项目 | 2024年 |\n|---|---|\n| 公务接待费 | 0.50 |" in body
    assert "主要原因：【待补充：支出增减的原因】。" in body
    assert appendix.count("《云溪市示例局2024年部门预算》支出总体情况表，“合计”行，“合计”列，第12行") == 4
    assert "| 1辆 | 2024年支出 | 表中1辆 | 填报人提供 | 填报人提供 |" in appendix
    assert "## 待补充（1）\n\n- 一、收入支出预算总体情况说明：支出增减的原因（增减原因）" in appendix
    assert "［警告］上年数两处不一致" in appendix


def test_a_file_says_that_nobody_approved_it_until_somebody_does() -> None:
    draft = a_draft(gaps=True)
    at = "2026-11-26T01:05:00+00:00"

    assert draft_to_markdown(draft, standing=Standing(4)).startswith("> 草稿（第4版），未经批准，有1处待补充未解决。\n\n# ")
    approved = draft_to_markdown(a_draft(), standing=Standing(4, "王某", at))
    assert approved.startswith("# ")
    assert "## 数据来源\n\n本文是第4版，王某于2026年11月26日09:05（北京时间）批准。\n" in approved
    assert "批准" not in draft_to_markdown(a_draft(), sources=False, standing=Standing(4, "王某", at))


def test_sources_can_be_left_out() -> None:
    for write in (draft_to_markdown, draft_to_text):
        text = write(a_draft(ODD, gaps=True), sources=False)
        assert "数据来源" not in text
        assert "第12行" not in text
        assert "待补充（1）" in text
        assert "提示（1）" in text
        assert "公务用车1辆。" in text


def test_text_for_the_screen_names_gaps_that_recur_once() -> None:
    twice = a_draft(gaps=True)
    twice = Draft(
        twice.title, twice.entity, twice.year, twice.stage, twice.outline, twice.base,
        (Section("一、", "甲", 1, (*twice.sections[0].paragraphs, *twice.sections[0].paragraphs)),),
    )  # fmt: skip

    assert "待补充（2）\n一、甲：支出增减的原因（增减原因），2处\n" in draft_to_text(twice)


def test_a_quoted_reason_keeps_its_place() -> None:
    sentence = a_sentence("S1", "主要是人员减少。", reason="主要是人员减少", quoted=EARLIER)
    draft = Draft("甲", "甲", 2024, Stage.BUDGET, "x", "", (Section("", "甲", 1, (Paragraph((sentence,)),)),))

    assert draft_from_dict(draft_to_dict(draft)).sections[0].paragraphs[0].sentences[0].reasons[0].quoted == EARLIER


@given(_words)
def test_what_markdown_needs_escaped_is_told_back(text: str) -> None:
    written = draft_to_markdown(
        Draft("甲", "甲", 2024, Stage.BUDGET, "x", "", (Section("", "甲", 1, (Paragraph((Sentence("S1", text),)),)),)),
        sources=False,
    )
    said = written.rpartition("\n## 待补充（0）")[0]

    assert unescape(said).split() == ["#", "甲", "##", "甲", *text.split()]
