"""The outlines that come with the program: each can be read, and writes whole sentences over any document."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from service.adapters.readers.files import read_file
from service.adapters.vocabulary_files import read_vocabulary
from service.composer import Composer
from service.domain.coordinate import Stage
from service.domain.document import Document
from service.domain.errors import InvalidInputError
from service.domain.finding import Severity
from service.drafting.brief import Brief
from service.drafting.draft import Draft
from service.drafting.outline import NEW_ITEM, Outline, read_outline, read_outlines
from service.vocabulary.vocabulary import Vocabulary
from tests.fakes import FakeLibrary
from tests.samples import Sample, ingest_text

OUTLINES = read_outlines(read_vocabulary().outlines)
BUDGETS = [o for o in OUTLINES if o.stage is Stage.BUDGET]


def _draft(vocabulary: Vocabulary, document: Document, outline: str = "") -> Draft:
    brief = Brief(document.entity, document.year, outline=outline)
    return Composer(FakeLibrary(document), vocabulary, read_file).compose(brief)


def test_the_outlines_are_all_there() -> None:
    """One for each manner, one of them for any place, one for final accounts."""
    assert {o.key for o in OUTLINES} == {"final", "general", "henan", "jiangsu", "shanghai"}
    assert [o.key for o in OUTLINES if "*" in o.places] == ["general"]


@pytest.mark.parametrize("outline", OUTLINES, ids=lambda o: o.key)
def test_no_title_stands_twice(outline: Outline) -> None:
    """A section can be asked for by its title."""
    titles = [s.title for s in outline.sections]

    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("document", ["seed", "sample"])
@pytest.mark.parametrize("outline", BUDGETS, ids=lambda o: o.key)
def test_every_section_is_written_in_whole_sentences(
    outline: Outline, document: str, vocabulary: Vocabulary, request: pytest.FixtureRequest
) -> None:
    """No leftovers of the template, no empty sentence, no doubled marks, and nothing the check calls an error."""
    made = _draft(vocabulary, request.getfixturevalue(document), outline.key)
    texts = [s.text for s in made.sentences()]

    assert not [t for t in texts if not t.strip() or re.search(r"[{}〔〕〈〉]|[。，；：、]{2}|的的|，。", t)]
    assert not [f.message for f in made.findings if f.severity is Severity.ERROR]
    assert len(made.sections) == len(outline.sections)
    for section, plan in zip(made.sections, outline.sections, strict=True):
        assert bool(section.paragraphs) == bool(plan.paragraphs)
        assert not any(p.text.endswith("：") for p in section.paragraphs[-1:])


def test_a_text_shows_which_outline_it_follows(vocabulary: Vocabulary, seed: Document) -> None:
    """The seed's own headings are those of Henan."""
    assert _draft(vocabulary, seed).outline == "河南省部门预算情况说明"


def test_a_text_that_follows_none_is_written_in_the_general_manner(vocabulary: Vocabulary, sample: Document) -> None:
    """The invented county is in no province that has an outline."""
    assert _draft(vocabulary, replace(sample, passages=())).outline == "通用部门预算情况说明"


@pytest.mark.parametrize(
    ("entity", "outline"), [("上海市虚构区示例局", "shanghai"), ("南京市示例局", "jiangsu"), ("新乡市示例局", "henan")]
)
def test_without_a_text_the_place_decides(entity: str, outline: str, vocabulary: Vocabulary, sample: Document) -> None:
    """Tables alone are written as the entity's province does."""
    tables = replace(sample, passages=(), entity=entity, entity_names=(entity,))

    assert _draft(vocabulary, tables).outline == next(o.name for o in OUTLINES if o.key == outline)


def _outline(**more: object) -> Outline:
    words = {case: case for case in ("增加", "减少", "持平", "上年为0", "本年为0", "都为0", "上年为负")}
    section = {"title": "一节", "text": "{完成:支出}。"}
    return read_outline({"name": "样", "title": "样", "cases": {"变动": words}, "section": [section], **more}, "样")


def test_final_accounts_need_words_for_their_cases() -> None:
    """The message names what is lacking."""
    with pytest.raises(InvalidInputError, match=r"应有 \[completion\]"):
        _outline()
    with pytest.raises(InvalidInputError, match="completion缺少“预算为0”"):
        _outline(completion=dict.fromkeys(("大于", "小于", "等于", "都为0", "没有预算"), ""))


def test_the_case_of_a_new_item_may_be_left_out() -> None:
    """It has no words unless an outline gives it some."""
    words = dict.fromkeys(("大于", "小于", "等于", "预算为0", "都为0", "没有预算"), "")

    assert NEW_ITEM not in _outline(completion=words).cases["变动"].by_case


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"places": 5}, "places应是一组文字"),
        ({"stage": ["决算"]}, "stage"),
        ({"title": "{年}年支出{支出}"}, "title.*不能填数字"),
        ({"reason": "，{名称}因{文}"}, "reason应有一处{文}"),
        ({"section": [{"title": "一节", "names": "别名"}]}, "names应是一组文字"),
        ({"section": [{"title": "一节", "table": 5}]}, "的表应以"),
        ({"section": [{"title": "一节", "table": [{"title": "表", "columns": ["{支出}"], "rows": [["x"]]}]}]}, "不能填数字"),
        ({"section": [{"title": "一节", "text": "〈支出-收入有变动〉有变动。"}]}, "第1行.*应是一个口径"),
        ({"section": [{"title": "一节", "text": "〈支出-收入上年有数〉有数。"}]}, "第1行.*应是一个口径"),
        ({"section": [{"title": "一节", "text": "〈逐类 支出-收入〉{本项}。"}]}, "第1行.*应是一个口径"),
        ({"section": [{"title": "一节", "text": "{支出}" * 5001}]}, "5001处要填"),
    ],
)
def test_what_could_not_be_written_is_refused_on_reading(more: dict[str, object], message: str) -> None:
    """A person's own outline is refused with the place of its fault, before anything is written."""
    with pytest.raises(InvalidInputError, match=message):
        _outline(**({"section": [{"title": "一节"}]} | more))


@pytest.mark.parametrize(("case", "words"), [("增加", "增加{額}"), ("上年为0", "增长{率}"), ("持平", "增加{额}")])
def test_a_wording_that_would_be_left_empty_is_refused(case: str, words: str) -> None:
    """Where there is no such amount or rate, the slot would silently vanish."""
    cases = dict.fromkeys(("增加", "减少", "持平", "上年为0", "本年为0", "都为0", "上年为负"), "有{今}") | {case: words}

    with pytest.raises(InvalidInputError, match=f"“{case}”里不能写"):
        _outline(cases={"变动": cases}, section=[{"title": "一节"}])


def test_last_year_is_not_derived_from_a_text_at_odds_with_its_table(vocabulary: Vocabulary) -> None:
    """A text that calls 239.25 in the table 0.30 says nothing of the year before that could be relied on."""
    text = Sample().text.replace("收入总计 239.25 万元，支出总计 239.25 万元", "收入总计 0.30 万元，支出总计 239.25 万元")
    made = _draft(vocabulary, ingest_text(text, vocabulary), "henan")
    first = "".join(p.text for p in made.sections[0].paragraphs)

    assert "收入【待补充：2023年收入及增减】" in first
    assert "支出减少20.00万元" in first
