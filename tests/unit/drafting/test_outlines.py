"""The outlines that come with the program: each can be read, and writes whole sentences over any document."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

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
from service.drafting.template import SlotKind, slots_of
from service.vocabulary.vocabulary import Vocabulary
from tests.fakes import FakeLibrary
from tests.samples import Project, Sample, ingest_text

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


def _of_fund(year: int, *, with_fund_table: bool, with_classes: bool) -> str:
    """Return tables of an office whose second fund pays one item of 30, 5 more than the year before."""
    sample = Sample(
        entity="上海市虚构区示例局", year=year,
        projects=(Project("古籍修复", Decimal(40)), Project("水渠", Decimal(30 if year == 2024 else 25), of_fund=True)),
    )  # fmt: skip
    fund, general = f"{sample.fund}", f"{sample.general}"
    head, unit = "功能分类科目编码\t功能分类科目名称\t合计\t基本支出\t项目支出", "单位：万元"
    rows = (
        f"{year}年部门财政拨款收支预算总表", "", unit, "",
        "财政拨款收入\t\t财政拨款支出\t\t\t", "项目\t预算数\t项目\t合计\t一般公共预算\t政府性基金预算",
        f"一、一般公共预算资金\t{general}\t" + (f"一、一般公共服务支出\t{general}\t{general}\t" if with_classes else "\t\t\t"),
        f"二、政府性基金\t{fund}\t" + (f"二、城乡社区支出\t{fund}\t\t{fund}" if with_classes else "\t\t\t"),
        f"收入总计\t{sample.total}\t支出总计\t{sample.total}\t{general}\t{fund}", "",
        f"{year}年部门一般公共预算支出功能分类预算表", "", unit, "", head, f"\t合计\t{general}\t{sample.basic}\t40.00",
        f"201\t一般公共服务支出\t{general}\t{sample.basic}\t40.00", f"20103\t政府办公厅（室）及相关机构事务\t{general}\t{sample.basic}\t40.00",
        f"2010301\t行政运行\t{sample.basic}\t{sample.basic}\t", "2010302\t一般行政管理事务\t40.00\t\t40.00", "",
    )  # fmt: skip
    of_fund = (
        f"{year}年部门政府性基金预算支出功能分类预算表", "", unit, "", head, f"\t合计\t{fund}\t\t{fund}",
        f"212\t城乡社区支出\t{fund}\t\t{fund}", f"21208\t国有土地使用权出让收入安排的支出\t{fund}\t\t{fund}",
        f"2120899\t其他国有土地使用权出让收入安排的支出\t{fund}\t\t{fund}", "",
    )  # fmt: skip
    return "\n".join((sample.text, *rows, *(of_fund if with_fund_table else ())))


def _fund_draft(
    vocabulary: Vocabulary, outline: str, *, with_fund_table: bool = True, with_classes: bool = True
) -> Draft:
    texts = {y: _of_fund(y, with_fund_table=with_fund_table, with_classes=with_classes) for y in (2023, 2024)}
    years = [ingest_text(text, vocabulary, name=f"{year}.txt") for year, text in texts.items()]
    brief = Brief(years[1].entity, 2024, outline=outline)
    return Composer(FakeLibrary(*years), vocabulary, read_file).compose(brief)


@pytest.mark.parametrize(("outline", "lead"), [("shanghai", "政府性基金预算拨款"), ("jiangsu", "政府性基金预算支出")])
def test_the_items_of_a_fund_are_listed_too(outline: str, lead: str, vocabulary: Vocabulary) -> None:
    """The items of 财政拨款 add up to its total, each once, those of the fund under their own lead-in."""
    made = _fund_draft(vocabulary, outline)
    items = [s for s in made.sentences() if "（项）" in s.text]
    section = next(s for s in made.sections if any(i in p.sentences for p in s.paragraphs for i in items))
    fund = next(s.text for s in items if "其他国有土地使用权出让收入安排的支出（项）" in s.text)

    assert sum(Decimal(s.figures[0].value) for s in items) == Decimal("230.75")
    assert f"{lead}30.00万元" in fund
    assert "增加5.00万元，增长20.00%" in fund
    assert any(p.text.startswith(lead) and p.text.endswith("：") for p in section.paragraphs)
    assert not [f.message for f in made.findings if f.severity is Severity.ERROR]


@pytest.mark.parametrize("outline", ["shanghai", "jiangsu"])
def test_a_fund_whose_table_is_missing_is_a_gap(outline: str, vocabulary: Vocabulary) -> None:
    """A list without it would look whole."""
    made = _fund_draft(vocabulary, outline, with_fund_table=False)

    assert [g.what for g in made.gaps if g.what.startswith("政府性基金") and g.what.endswith("各科目")]


@pytest.mark.parametrize("outline", ["general", "jiangsu", "shanghai"])
def test_the_total_of_the_treasury_money_is_taken_from_where_it_is_printed(outline: str, vocabulary: Vocabulary) -> None:
    """Its table prints 支出总计 alone."""
    made = _fund_draft(vocabulary, outline, with_classes=False)

    assert re.search(r"财政拨款(?:预算)?支出(?:预算)?230\.75万元", made.text)
    assert "【待补充：财政拨款支出" not in made.text.replace("【待补充：财政拨款支出增加的原因】", "")


@pytest.mark.parametrize("outline", ["jiangsu", "shanghai"])
def test_no_list_without_its_lead_in_and_no_gap_told_twice(outline: str, vocabulary: Vocabulary, seed: Document) -> None:
    """The seed prints no total of the treasury money."""
    made = _draft(vocabulary, seed, outline)
    section = next(s for s in made.sections if "（项）" in "".join(p.text for p in s.paragraphs))
    texts = [p.text for p in section.paragraphs]
    first = next(n for n, t in enumerate(texts) if "（项）" in t)
    told = [g.what for p in section.paragraphs for s in p.sentences for g in s.gaps]

    assert any(t.endswith("：") for t in texts[max(0, first - 2) : first])
    assert len(told) == len(set(told))


@pytest.mark.parametrize("outline", OUTLINES, ids=lambda o: o.key)
def test_every_formula_has_a_name_that_a_person_can_write(outline: Outline) -> None:
    """What is missing is asked for in words, not by a formula."""
    lines = [line for s in outline.sections for lines in s.paragraphs for line in lines]
    lines += [line for s in outline.sections for t in s.tables for row in t.rows for line in row]
    slots = [slot for line in lines for slot in slots_of(line.parts) if slot.kind is not SlotKind.WORD]

    assert slots
    assert not [slot.of for slot in slots if re.search(r"[\[\](),*=]", slot.name or slot.of)]


@pytest.mark.parametrize(
    ("entity", "region", "titles", "outline"),
    [
        ("新乡市虚构区史志办公室", "新乡市虚构区", ("收支总体情况", "收入预算情况", "政府性基金预算支出情况说明"), "henan"),
        ("上海市虚构区南京东路街道办事处", "上海市虚构区", (), "shanghai"),
        ("南京东路街道办事处", "", (), "general"),
        ("中共无锡市委示例部", "", (), "jiangsu"),
        ("长春市示例局", "长春市", ("收支总体情况", "收入预算情况", "支出预算情况"), "general"),
    ],
)
def test_the_place_decides_unless_the_text_is_clearly_another(
    entity: str, region: str, titles: tuple[str, ...], outline: str, vocabulary: Vocabulary, sample: Document
) -> None:
    """A few headings that several outlines share do not outweigh the place; a street named after a city is not in it."""
    passages = tuple(replace(sample.passages[0], section=title) for title in titles)
    tables = replace(sample, passages=passages, entity=entity, entity_names=(entity,), title=entity, region=region)

    assert _draft(vocabulary, tables).outline == next(o.name for o in OUTLINES if o.key == outline)


def test_a_text_that_clearly_follows_another_outline_than_its_place(vocabulary: Vocabulary, seed: Document) -> None:
    """All headings are those of Henan, wherever the entity is."""
    moved = replace(seed, entity="南京市示例局", entity_names=("南京市示例局",), title="南京市示例局", region="南京市")

    assert _draft(vocabulary, moved).outline == "河南省部门预算情况说明"


def test_no_performance_goals_are_claimed_that_no_table_shows(vocabulary: Vocabulary, seed: Document) -> None:
    """Whether they were drawn up, the department must say."""
    made = _draft(vocabulary, seed, "general")
    text = "".join(p.text for p in made.sections[-1].paragraphs)

    assert "按要求编制" not in text
    assert "编制绩效目标的项目【待补充：绩效目标项目数】" in text


def test_a_class_that_fell_away_is_told_as_such(vocabulary: Vocabulary) -> None:
    """It is no gap: this year's tables do not list it."""
    both, one = (Sample(year=y, projects=(Project("古籍修复", Decimal(40)), *more)) for y, more in (
        (2023, (Project("水渠", Decimal(25), of_fund=True),)), (2024, ()),
    ))  # fmt: skip
    texts = (both.text, one.text.replace("三、城乡社区事务", ""))
    years = [ingest_text(text, vocabulary, name=f"{n}.txt") for n, text in enumerate(texts)]
    made = Composer(FakeLibrary(*years), vocabulary, read_file).compose(Brief(one.entity, 2024, outline="jiangsu"))
    text = "\n".join(p.text for p in made.sections[0].paragraphs)

    assert "城乡社区（类）支出2023年预算25.00万元，2024年预算表没有列这一类。" in text
    assert "（类）支出【待补充" not in text
