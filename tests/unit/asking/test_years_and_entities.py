"""Several years and departments in one store: changes, trends, why, one against another, and nothing mixed up."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from service.asking.answer import Answer, Status
from service.domain.coordinate import Aspect, Stage
from service.domain.document import Document
from service.domain.fact import Authority
from service.vocabulary.vocabulary import Vocabulary
from tests.conftest import AskerOver
from tests.samples import Project, Sample, ingest_text, read_sample
from tests.unit.asking.conftest import Ask, asking

AFFAIRS = "云梦市桃源区虚构事务局"
WATER, OTHER_WATER = "云梦市桃源区水务局", "白沙市梅岭区水务局"
STREET = "云梦市桃源区人民政府竹溪街道办事处"

BOOKS, CANAL, BRIDGE = (
    Project("古籍修复专项经费", Decimal("40.00")),
    Project("桃园水渠工程", Decimal("25.00"), of_fund=True),
    Project("竹桥维修", Decimal("9.00")),
)
#: 2022: 140 + 10.50 + 30.25 + 65; 2023: 150 + 10.50 + 30.25 + 40; 2024: 120 + 12.50 + 30.25 + 49
STREET_YEARS = (
    Sample(entity=STREET, year=2022, pay=Decimal("140.00"), projects=(BOOKS, CANAL), cut=Decimal("1.00")),
    Sample(entity=STREET, year=2023, pay=Decimal("150.00"), projects=(BOOKS,), cut=Decimal("15.00"), unit="元"),
    Sample(
        entity=STREET, year=2024, pay=Decimal("120.00"), homes=Decimal("12.50"), projects=(BOOKS, BRIDGE),
        cut=Decimal("20.00"),
    ),
)  # fmt: skip


def sample_of(entity: str, pay: str, unit: str = "万元") -> Sample:
    """Return a small budget of another department."""
    return Sample(entity=entity, pay=Decimal(pay), projects=(BOOKS,), unit=unit)


@pytest.fixture(scope="module")
def store(vocabulary: Vocabulary) -> tuple[Document, ...]:
    """Three years of a street office, two water boards of one name, an office."""
    samples = (
        *STREET_YEARS, sample_of(AFFAIRS, "300.00"), sample_of(WATER, "80.00"), sample_of(OTHER_WATER, "90.00", unit="元"),
    )  # fmt: skip
    return tuple(read_sample(s, vocabulary) for s in samples)


@pytest.fixture(scope="module")
def ask_all(asker_over: AskerOver, store: tuple[Document, ...]) -> Ask:
    """Ask all of them."""
    return asking(asker_over(*store))


def figures(answer: Answer) -> set[tuple[str, str]]:
    """Return value and unit of every result."""
    return {(r.value, r.unit) for r in answer.results}


# -- which entity, which year -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "entity", "year", "value"),
    [
        ("竹溪街道支出是多少？", STREET, 2024, "211.75"),
        ("竹溪街道2022年支出是多少？", STREET, 2022, "245.75"),
        ("竹溪街道去年支出是多少？", STREET, 2023, "2307500.00"),
        ("竹溪街道前年的支出是多少？", STREET, 2022, "245.75"),
        ("虚构事务局支出是多少？", AFFAIRS, 2024, "380.75"),
        ("请问桃源区水务局支出是多少？", WATER, 2024, "160.75"),
        ("梅岭区水务局支出是多少？", OTHER_WATER, 2024, "1707500.00"),
    ],
)
def test_aliases_and_words_for_years(ask_all: Ask, question: str, entity: str, year: int, value: str) -> None:
    """A short name and 去年 or 前年 lead to the department's document of that year."""
    answer = ask_all(question)

    assert (answer.entity, answer.year, answer.results[0].value) == (entity, year, value)
    assert f"{entity}{year}年" in answer.text


def test_a_name_that_fits_two_is_asked_back_with_both_figures(ask_all: Ask) -> None:
    """Neither water board answers for the other; the reader sees the figure of each."""
    answer = ask_all("水务局支出是多少？")

    assert answer.status is Status.CLARIFY
    assert WATER in answer.text
    assert OTHER_WATER in answer.text
    assert {("160.75", "万元"), ("1707500.00", "元")} <= figures(answer)


@pytest.mark.parametrize("question", ["青石市水务局支出是多少？", "青石水务局支出是多少？", "浙江省水务局支出是多少？"])
def test_another_place_is_another_department(ask_all: Ask, question: str) -> None:
    """A board of a place that is not in the store is refused, however alike its name."""
    answer = ask_all(question)

    assert answer.status is Status.REFUSED
    assert not answer.results


@pytest.mark.parametrize(
    "question", ["竹溪街道2019年支出是多少？", "竹溪街道2024年决算支出是多少？", "竹溪街道社区服务中心支出是多少？"]
)
def test_what_is_not_in_the_store_is_refused(ask_all: Ask, question: str) -> None:
    """No other year, stage or body stands in."""
    assert ask_all(question).status is Status.REFUSED


def test_the_unit_of_the_question_is_used(ask_all: Ask) -> None:
    """A table in 元 asked in 万元 is converted, and what is printed is said."""
    answer = ask_all("竹溪街道2023年支出多少万元？")

    assert (answer.results[0].value, answer.results[0].unit) == ("230.75", "万元")
    assert "表中印为2307500" in answer.text


# -- from year to year --------------------------------------------------------------------------------------


def test_a_change_takes_each_year_from_its_own_document(ask_all: Ask) -> None:
    """The earlier document's figure comes before what a later one says; the disagreement is told."""
    answer = ask_all("竹溪街道2024年支出比上年减少多少？")

    assert {("19.00", "万元"), ("211.75", "万元")} <= figures(answer)
    assert "20.00万元" in answer.text
    assert "不符" in answer.text
    assert len({o.place.document for r in answer.results for o in r.operands}) == 2


def test_a_trend_has_a_row_per_year(ask_all: Ask) -> None:
    """Every year with its figure, change and rate, from three documents and two units."""
    answer = ask_all("竹溪街道近三年支出趋势如何？")

    assert answer.status is Status.ANSWERED
    assert re.findall(r"(20\d\d)年[\d.]+", answer.text)[:3] == ["2022", "2023", "2024"]
    assert {("15.00", "万元"), ("19.00", "万元"), ("6.10", "%"), ("8.23", "%")} <= figures(answer)
    assert len({o.place.document for r in answer.results for o in r.operands}) == 3


def test_a_trend_over_a_span_says_which_year_is_missing(ask_all: Ask) -> None:
    """Five years are asked and three are there: refused, with what there is."""
    answer = ask_all("竹溪街道2020年到2024年支出逐年是多少？")

    assert answer.status is Status.REFUSED
    assert "2020" in answer.missing
    assert "211.75万元" in answer.text


def test_an_item_of_one_year_is_new_or_gone(ask_all: Ask) -> None:
    """What the other year's own table does not list is said to be new or gone, not zero."""
    assert "新增" in ask_all("竹溪街道竹桥维修比上年增加多少？").text
    gone = ask_all("竹溪街道2023年桃园水渠工程比上年减少多少？")
    assert "没有这一项" in gone.text
    assert ("25.00", "万元") in figures(gone)


# -- why ----------------------------------------------------------------------------------------------------


def contributions(text: str, title: str) -> Decimal:
    """Add up what a decomposition names, by sign, in 万元."""
    section = re.search(rf"按{title}拆分：([^。]*)。", text)
    assert section is not None, text
    signs = {"增加": 1, "减少": -1}
    total = Decimal(0)
    for word, number, unit in re.findall(r"(增加|减少)([\d.]+)(万?元)", section.group(1)):
        total += signs[word] * Decimal(number) / (1 if unit == "万元" else 10000)
    return total


@pytest.mark.parametrize(
    ("question", "change"), [("竹溪街道2024年支出为什么减少？", "-19.00"), ("竹溪街道2023年支出为什么减少？", "-15.00")]
)
def test_why_splits_the_change_along_every_dimension(ask_all: Ask, question: str, change: str) -> None:
    """By nature, by function and by project the named contributions add up to the change."""
    answer = ask_all(question)

    assert answer.status is Status.ANSWERED
    for title in ("支出性质", "功能科目"):
        assert contributions(answer.text, title) == Decimal(change)
    assert "相加等于项目支出的变动" in answer.text
    assert "各项相加等于总变动" in answer.text
    assert "古籍普查" in answer.text
    assert "文件写明的原因" in answer.text


def test_why_names_what_is_new_and_what_is_gone(ask_all: Ask) -> None:
    """A project of one year stands in the decomposition as new or gone."""
    assert "竹桥维修增加9.00万元（2024年新增）" in ask_all("竹溪街道2024年支出为什么减少？").text
    assert "桃园水渠工程减少250000元（2023年没有这一项）" in ask_all("竹溪街道2023年支出为什么减少？").text


def test_why_splits_basic_spending_once_more(ask_all: Ask) -> None:
    """基本支出 is split into 人员经费 and 公用经费."""
    assert "其中基本支出：人员经费减少28" in ask_all("竹溪街道2024年支出为什么减少？").text


def test_a_wrong_premise_is_corrected_first(ask_all: Ask) -> None:
    """A rise that is a fall is put right before anything is explained."""
    answer = ask_all("竹溪街道2024年支出为什么增加了30%？")

    assert answer.text.startswith("先更正")
    assert "减少19.00万元" in answer.text


# -- one department against another -------------------------------------------------------------------------


def test_two_departments_are_compared(ask_all: Ask) -> None:
    """Each with its own figure, the difference across units, and the places of both."""
    answer = ask_all("虚构事务局和梅岭区水务局哪个支出多，多多少？")

    assert answer.status is Status.ANSWERED
    assert answer.results[0].label == f"{AFFAIRS}比{OTHER_WATER}多"
    assert (answer.results[0].value, answer.results[0].unit) == ("210.00", "万元")
    assert {c.place.document_title for c in answer.citations} == {
        f"{AFFAIRS} 2024年度部门预算",
        f"{OTHER_WATER} 2024年度部门预算",
    }


def test_shares_of_two_departments(ask_all: Ask) -> None:
    """人员经费占比 of each, and which is higher, in percentage points."""
    answer = ask_all("虚构事务局和桃源区水务局的人员经费占支出的比重哪个高？")

    assert {("81.55", "%"), ("56.30", "%")} <= figures(answer)
    assert answer.results[0].unit == "个百分点"


def test_how_many_times(ask_all: Ask) -> None:
    """One department's spending as a multiple of another's, in the order of the question."""
    assert ask_all("虚构事务局支出是桃源区水务局的几倍？").results[0].value == "2.37"


def test_a_missing_side_is_refused_with_the_other(ask_all: Ask) -> None:
    """A year that one of two lacks is said; the other's figure does not answer alone."""
    answer = ask_all("竹溪街道和虚构事务局2022年支出哪个多？")

    assert answer.status is Status.REFUSED
    assert f"没有{AFFAIRS}2022年的文件" in answer.missing


def test_which_department_spends_most(ask_all: Ask) -> None:
    """Over the whole store, of the newest year, in any unit, ranked."""
    answer = ask_all("哪个部门支出最多？")

    assert (answer.results[0].label, answer.results[0].value) == (AFFAIRS, "380.75")
    assert [r.label for r in answer.results[:4]] == [AFFAIRS, STREET, OTHER_WATER, WATER]
    assert answer.results[0].operands
    assert answer.citations


def test_which_department_over_one_item(ask_all: Ask) -> None:
    """The least of 项目支出 in a year that is named."""
    answer = ask_all("2024年哪个部门的项目支出最多？")

    assert (answer.results[0].label, answer.results[0].value) == (STREET, "49.00")


# -- one name, two budgets; two files, one disclosure -------------------------------------------------------


@pytest.fixture(scope="module")
def ask_levels(asker_over: AskerOver, vocabulary: Vocabulary) -> Ask:
    """Ask a store with the roll-up of a department and the budget of its own unit under the same name."""
    whole, own = sample_of(AFFAIRS, "300.00"), sample_of(AFFAIRS, "200.00")
    unit = replace(read_sample(own, vocabulary, name="单位.txt"), kind="单位")
    roll_up = replace(read_sample(whole, vocabulary, name="部门.txt"), kind="部门")
    return asking(asker_over(unit, roll_up, read_sample(sample_of(WATER, "80.00"), vocabulary)))


def test_the_roll_up_is_meant_and_the_unit_named(ask_levels: Ask) -> None:
    """Where nothing is said the roll-up answers, and the other figure is given with how to ask for it."""
    answer = ask_levels("虚构事务局支出是多少？")

    assert answer.results[0].value == "380.75"
    assert "部门预算口径" in answer.text
    assert "280.75万元" in answer.text


def test_the_units_budget_can_be_asked_for(ask_levels: Ask) -> None:
    """单位预算 takes the unit's own."""
    assert ask_levels("虚构事务局单位预算的支出是多少？").results[0].value == "280.75"


def test_words_and_tables_of_one_disclosure_join(asker_over: AskerOver, vocabulary: Vocabulary) -> None:
    """Figures come from the file with tables, reasons from the one without."""
    whole = read_sample(Sample(), vocabulary, name="全文.txt")
    words = replace(
        whole, id="0" * 16, sha256="0" * 64, name="说明.txt", tables=(), kind="单位",
        facts=tuple(f for f in whole.facts if f.authority is not Authority.CELL),
    )  # fmt: skip
    tables = replace(
        whole,
        passages=(),
        reasons=(),
        glossary=(),
        facts=tuple(f for f in whole.facts if f.authority is Authority.CELL),
    )
    ask = asking(asker_over(words, tables))

    answer = ask("支出为什么减少？")

    assert "古籍普查" in answer.text
    assert "支出性质" not in answer.text or "基本支出" in answer.text
    assert ask("基本支出是多少？").results[0].operands[0].how == "printed"


# -- codes that change, stages, figures read from images ----------------------------------------------------


def test_a_code_that_changed_is_followed_by_its_name(asker_over: AskerOver, vocabulary: Vocabulary) -> None:
    """An item under another code in the earlier year is compared under its name, and the codes are told."""
    text = replace(Sample(), year=2023).text.replace("30302\t退休费", "30392\t退休费")
    earlier = ingest_text(text, vocabulary, name="上年.txt")
    answer = asking(asker_over(read_sample(replace(Sample(), homes=Decimal("12.50")), vocabulary), earlier))(
        "2024年退休费比2023年增加多少？"
    )

    assert ("2.00", "万元") in figures(answer)
    assert "30302" in answer.text
    assert "30392" in answer.text


def test_figures_read_from_an_image_are_marked(asker_over: AskerOver, vocabulary: Vocabulary) -> None:
    """Every figure that was recognised from an image says so, in the text and with the result."""
    whole = read_sample(Sample(), vocabulary)
    scanned = replace(whole, facts=tuple(replace(f, source=replace(f.source, by_ocr=True)) for f in whole.facts))
    answer = asking(asker_over(scanned))("基本支出是多少？")

    assert "OCR识读，未经核验" in answer.text
    assert "OCR识读，未经核验" in answer.results[0].marks


def test_what_three_public_expenses_are_and_how_much(seed_asker: object) -> None:
    """A question for the parts and their amounts gets amounts, not the definition."""
    answer = asking(seed_asker)("三公经费包括哪些，分别多少？")  # type: ignore[arg-type]

    assert answer.status is Status.ANSWERED
    assert any("公务用车" in r.label for r in answer.results)


# -- more ways to ask ---------------------------------------------------------------------------------------


def test_years_that_are_listed_get_a_row_each(ask_all: Ask) -> None:
    """2022年、2023年、2024年各多少 is answered year by year."""
    answer = ask_all("竹溪街道2022年、2023年、2024年项目支出各多少？")

    assert {("65.00", "万元"), ("40.00", "万元"), ("49.00", "万元")} <= figures(answer)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("竹溪街道哪一年支出最多？", "最多的是2022年，245.75万元"),
        ("竹溪街道哪一年支出最少？", "最少的是2024年，211.75万元"),
        ("竹溪街道三年支出合计多少？", "合计688.25万元"),
        ("竹溪街道2022到2024年支出平均每年多少？", "平均每年229.42万元"),
        ("竹溪街道三年来支出下降最快的是哪一年？", "降幅最大的是2024年"),
    ],
)
def test_what_several_years_come_to(ask_all: Ask, question: str, said: str) -> None:
    """The year that stands out, the sum, the mean."""
    assert said in ask_all(question).text


def test_a_share_against_the_year_before(ask_all: Ask) -> None:
    """A share moves by percentage points."""
    answer = ask_all("竹溪街道2024年项目支出占支出的比重比上年提高多少？")

    assert answer.results[0].unit == "个百分点"
    assert {("23.14", "%"), ("17.33", "%")} <= figures(answer)


def test_what_rose_most(ask_all: Ask) -> None:
    """The parts that moved, not those that are largest."""
    answer = ask_all("竹溪街道2024年哪个功能科目减少最多？")

    assert "行政运行减少28.00万元" in answer.text


def test_a_stated_change_is_put_right(ask_all: Ask) -> None:
    """增加了50%对吗 gets the true direction and rate first."""
    assert "先更正" in ask_all("竹溪街道2024年支出减少了50%对吗？").text


def test_growth_of_two_departments(asker_over: AskerOver, vocabulary: Vocabulary) -> None:
    """Each with both years, and the difference in percentage points; a figure said twice is one figure."""
    samples = [
        replace(sample_of(entity, pay), year=year)
        for entity, pay, year in (
            (AFFAIRS, "300.00", 2024), (AFFAIRS, "250.00", 2023), (WATER, "80.00", 2024), (WATER, "90.00", 2023),
        )
    ]  # fmt: skip
    ask = asking(asker_over(*(read_sample(s, vocabulary) for s in samples)))

    answer = ask("虚构事务局支出增长率和桃源区水务局支出增长率哪个高？")

    assert {("380.75", "万元"), ("330.75", "万元"), ("15.12", "%"), ("-5.86", "%")} <= figures(answer)
    assert "降低5.86%" in answer.text
    assert answer.results[0].unit == "个百分点"


def test_all_that_bear_a_name(ask_all: Ask) -> None:
    """两家水务局 means both, summed where the question asks."""
    answer = ask_all("两家水务局支出合计多少？")

    assert answer.results[0].label == "合计"
    assert (answer.results[0].value, answer.results[0].unit) == ("331.50", "万元")


def test_a_follow_up_names_another_place(ask_all: Ask) -> None:
    """白沙市的呢 after a question about another water board."""
    answer = ask_all("梅岭区的呢？", "桃源区水务局支出是多少？")

    assert (answer.entity, answer.results[0].value) == (OTHER_WATER, "1707500.00")


def test_what_the_store_holds(ask_all: Ask) -> None:
    """A question for the departments gets them with their years."""
    answer = ask_all("资料库里有哪些部门？")

    assert f"{STREET}（2022年、2023年、2024年）" in answer.text


def test_both_levels_of_one_department(ask_levels: Ask) -> None:
    """部门预算 against 单位预算 of the same name."""
    answer = ask_levels("虚构事务局部门预算和单位预算支出相差多少？")

    assert (answer.results[0].value, answer.results[0].unit) == ("100.00", "万元")


def test_no_other_document_is_loaded(
    asker_over: AskerOver, store: tuple[Document, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question that names one department loads its documents alone; one over all departments loads none."""
    loaded: list[str] = []
    asker = asker_over(*store)
    library = asker._library
    get = library.get

    def counted(document: str) -> Document:
        loaded.append(document)
        return get(document)

    monkeypatch.setattr(library, "get", counted)
    ask = asking(asker)

    ask("哪个部门支出最多？")
    assert not loaded
    ask("桃源区水务局支出是多少？")
    assert {get(d).entity for d in loaded} == {WATER}


# -- budget and final account -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ask_stages(asker_over: AskerOver, vocabulary: Vocabulary) -> Ask:
    """Ask a store with the budget and the final account of one year."""
    budget = read_sample(Sample(), vocabulary, name="预算.txt")
    spent = read_sample(replace(Sample(), pay=Decimal("110.00")), vocabulary, name="决算.txt")
    final = replace(
        spent,
        stage=Stage.FINAL,
        facts=tuple(
            replace(f, coordinate=replace(f.coordinate, stage=Stage.FINAL)) for f in spent.facts if f.coordinate.year == 2024
        ),
    )
    return asking(asker_over(budget, final))


def test_budget_and_final_account_are_kept_apart(ask_stages: Ask) -> None:
    """The budget is meant unless the final account is asked for; each answer names its stage."""
    budget, final = ask_stages("2024年支出是多少？"), ask_stages("2024年支出决算是多少？")

    assert (budget.results[0].value, final.results[0].value) == ("239.25", "229.25")
    assert "年初预算" in budget.text
    assert "决算" in final.text


def test_the_final_account_against_the_budget(ask_stages: Ask) -> None:
    """Both, the difference, and the share carried out."""
    answer = ask_stages("2024年支出决算比年初预算少多少？")

    assert (answer.results[0].label, answer.results[0].value) == ("支出决算比年初预算少", "10.00")
    assert ("95.82", "%") in figures(answer)


def test_parts_have_reasons_of_their_own(asker_over: AskerOver, vocabulary: Vocabulary) -> None:
    """What the document says of a part that moved is quoted beside the reason for the whole."""
    later = read_sample(replace(Sample(), pay=Decimal("150.00")), vocabulary, name="今年.txt")
    coordinate = next(f.coordinate for f in later.facts if f.coordinate.members == (("nature", "基本支出"),))
    reason = replace(
        later.reasons[0],
        text="新进人员增加",
        coordinate=replace(coordinate, aspect=Aspect.CHANGE, base_year=2023),
        source=replace(later.reasons[0].source, page=7),
    )
    later = replace(later, reasons=(*later.reasons, reason))
    earlier = read_sample(replace(Sample(), year=2023), vocabulary, name="去年.txt")

    assert "基本支出：“新进人员增加”（第7页）" in asking(asker_over(later, earlier))("2024年支出为什么增加？").text


# -- further wordings ---------------------------------------------------------------------------------------


def test_what_is_new_and_what_fell(ask_all: Ask) -> None:
    """Parts that are new, and all that fell, where both years list them."""
    assert "竹桥维修增加9.00万元（2024年新增）" in ask_all("竹溪街道2024年新增了哪些项目？").text
    assert "行政运行减少28.00万元" in ask_all("竹溪街道2024年和2023年相比，哪些科目减少了？").text


def test_a_trend_with_its_reason(ask_all: Ask) -> None:
    """The years one by one, then why the last one changed."""
    text = ask_all("竹溪街道近三年支出变化情况及原因").text

    assert "前后相比" in text
    assert "按支出性质拆分" in text


@pytest.mark.parametrize("question", ["2023竹溪街道预算", "竹溪街道2023支出"])
def test_a_year_without_its_word(ask_all: Ask, question: str) -> None:
    """2023 before a name is a year."""
    answer = ask_all(question)

    assert (answer.year, answer.results[0].value) == (2023, "2307500.00")


def test_the_departments_of_one_place(ask_all: Ask) -> None:
    """A place narrows the ranking to its departments."""
    answer = ask_all("白沙市哪个部门支出最多？")

    assert answer.results[0].label == OTHER_WATER
    assert AFFAIRS not in answer.text


def test_where_the_money_goes(ask_all: Ask) -> None:
    """花在哪些方面 lists the functions of one year; it is no question for a change."""
    answer = ask_all("竹溪街道2024年的钱花在哪些方面？")

    assert "行政运行" in answer.text
    assert "比2023年" not in answer.text


def test_every_missing_year_is_named(ask_all: Ask) -> None:
    """The sentence that names several missing years is kept whole."""
    assert "缺2019年、2020年的支出" in ask_all("竹溪街道2019到2024年支出逐年是多少？").text


@pytest.mark.parametrize(
    ("question", "year", "said"),
    [("上年支出多少", 2024, "2023年"), ("去年支出多少", 2023, "2022年"), ("上年三公经费", 2023, "2022年"), ("支出比上年增加多少", 2023, "2022年为")],
)
def test_the_year_before_counts_from_the_chosen_year(ask_all: Ask, question: str, year: int, said: str) -> None:
    answer = ask_all(question, entity=STREET, year=year)
    assert said in answer.text
    assert f"{STREET}{year}年" not in answer.text or "比上年" in question


def test_the_name_of_the_department_chosen_is_no_subject(asker_over: AskerOver, vocabulary: Vocabulary) -> None:
    """省检察院 asks about the procuratorate that is chosen, not about the class of spending of that name."""
    entity = "云梦市桃源区人民检察院"
    document = read_sample(sample_of(entity, "80.00"), vocabulary, name="预算.txt")
    ask = asking(asker_over(document, read_sample(sample_of(AFFAIRS, "300.00"), vocabulary, name="事务局.txt")))
    chosen, unchosen = ask("区检察院2024年支出是多少？", entity=entity), ask("桃源区检察院2024年支出是多少？")
    assert chosen.entity == unchosen.entity == entity
    assert chosen.results[0].value == unchosen.results[0].value == "160.75"
