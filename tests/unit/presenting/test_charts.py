"""Charts close exactly, stay within their frame and say what the answer says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from service.asking.asker import RuleAsker
from service.domain.document import Document
from service.presenting.charts import MOST_BARS, Chart, ChartKind, chart_to_dict, charts_of
from service.rendering import Json, answer_to_dict
from service.web.sentences import sentences
from tests.conftest import AskerOver

_PLACE = {
    "document": "d1", "document_title": "某局", "table": "T01", "table_title": "", "row": "", "column": "", "row_index": 0, "column_index": 1,
    "page": None, "line": 1, "start": None, "end": None, "quote": "", "by_ocr": False,
}  # fmt: skip
amounts = st.decimals(min_value=-99999, max_value=99999, places=2)
positive = st.decimals(min_value="0.01", max_value=99999, places=2)


def an_operand(value: str, **about: str) -> Json:
    return {"label": "数", "value": value, "unit": "万元", "how": "printed", "proof": "已验证", "about": about} | _PLACE


def a_result(label: str, value: Decimal | str, formula: str, operands: Sequence[Json] | None = None) -> Json:
    text = f"{value:f}" if isinstance(value, Decimal) else value
    return {
        "label": label, "value": text, "unit": "万元", "exact": text, "formula": formula, "working": "", "marks": [], "steps": [],
        "operands": [an_operand(text)] if operands is None else list(operands),
    }  # fmt: skip


def an_answer(text: str, *results: Json) -> Json:
    return {"status": "answered", "text": text, "year": 2024, "results": list(results), "citations": [], "findings": []}


def charted(answer: Mapping[str, Any]) -> tuple[Chart, ...]:
    return charts_of(answer, [(each.text, each.figures) for each in sentences(answer)])


def a_change(parts: Sequence[Decimal], then: Decimal, now: Decimal) -> Json:
    """Return an answer that splits a change from *then* to *now* into *parts*."""
    told = [f"科目{n}号{'增加' if p > 0 else '减少'}{abs(p)}万元" for n, p in enumerate(parts)]
    word = "增加" if now > then else "减少"
    formula = "支出@2024 - 支出@2023" if now > then else "支出@2023 - 支出@2024"
    results = [
        a_result(f"支出比2023年{word}额", abs(now - then), formula, [an_operand(f"{now}"), an_operand(f"{then}")]),
        a_result("2024年支出", now, "支出@2024"), a_result("2023年支出", then, "支出@2023"),
        *(
            a_result(f"科目{n}号{'增加' if p > 0 else '减少'}额", abs(p), f"支出[功能科目=科目{n}号]@2024 - 支出[功能科目=科目{n}号]@2023")
            for n, p in enumerate(parts)
        ),
    ]  # fmt: skip
    return an_answer(f"支出{now}万元。按功能科目拆分：{'；'.join(told)}，各项相加等于总变动。", *results)


@given(st.lists(amounts.filter(bool), min_size=1, max_size=9, unique_by=abs), positive)
def test_a_waterfall_closes_exactly_or_is_not_drawn(parts: list[Decimal], then: Decimal) -> None:
    now = then + sum(parts)
    answer = a_change(parts, then, now)
    drawn = [c for c in charted(answer) if c.kind is ChartKind.WATERFALL]
    if now == then:
        assert not drawn
        return
    (chart,) = drawn
    start, *moved, end = chart.bars
    assert start.amount + sum(b.amount for b in moved) == end.amount
    assert [b.text for b in moved] == [f"{'增加' if p > 0 else '减少'}{abs(p)}万元" for p in parts]
    assert all(0 <= edge <= 1 for b in chart.bars for edge in (b.start, b.end, chart.zero))
    assert all(b.start <= b.end for b in chart.bars)


@given(st.lists(positive, min_size=2, max_size=6, unique=True), positive, positive)
def test_parts_that_do_not_close_are_not_drawn(parts: list[Decimal], then: Decimal, off: Decimal) -> None:
    answer = a_change(parts, then, then + sum(parts) + off)
    assert not [c for c in charted(answer) if c.kind is ChartKind.WATERFALL]


@given(st.lists(amounts.filter(bool), min_size=1, max_size=6, unique_by=abs), positive, amounts.filter(bool))
def test_what_no_part_explains_has_its_own_sign_and_is_said(parts: list[Decimal], then: Decimal, left: Decimal) -> None:
    now = then + sum(parts) + left
    assume(abs(left) not in {abs(v) for v in (*parts, then, now, now - then)})  # a figure of a text is told by its digits
    word, other = ("增加", "减少") if left > 0 else ("减少", "增加")
    for said, is_drawn in ((word, now != then), (other, False)):
        answer = a_change(parts, then, now)
        text = answer["text"].replace("，各项相加等于总变动", f"，此外{said}的{abs(left)}万元未能拆分到各项")
        answer |= {"text": text, "results": [*answer["results"], a_result(f"未能拆分的{said}额", abs(left), "", ())]}
        drawn = [c for c in charted(answer) if c.kind is ChartKind.WATERFALL]
        assert len(drawn) == is_drawn
        for chart in drawn:
            assert [b.amount for b in chart.bars if b.role == "left"] == [left * 10000]
            assert f"{abs(left)}万元是文件没有分项数" in chart.note


def test_bars_of_different_measures_are_not_set_side_by_side() -> None:
    answer = a_change([Decimal(5), Decimal(-2)], Decimal(10), Decimal(13))
    assert [c.kind for c in charted(answer)] == [ChartKind.WATERFALL]
    for result, measure in zip(answer["results"][1:3], ("支出", "支出总计"), strict=True):
        result["operands"] = [an_operand(result["value"], 指标=measure, 阶段="决算")]
    assert charted(answer) == ()


def test_a_title_says_whose_figures_are_shown_and_of_which_year() -> None:
    answer = a_list([Decimal(1), Decimal(2)], None) | {"entity": "示例局"}
    assert charted(answer)[0].title == "示例局2024年各项目金额（由大到小）"
    for result, owner in zip(answer["results"], ("甲局", "乙局"), strict=True):
        result["operands"] = [an_operand(result["value"], 部门=owner, 年度="2024年")]
    assert charted(answer)[0].title == "2024年各项目金额（由大到小）"


def a_list(values: Sequence[Decimal], total: Decimal | None, formula: str = "支出[项目=*]") -> Json:
    told = "；".join(f"项目{n}号 {v}万元" for n, v in enumerate(values))
    results = [a_result(f"项目{n}号", v, formula) for n, v in enumerate(values)]
    return an_answer(f"各项：{told}。", *results, *([a_result("2024年项目支出", total, "项目支出@2024")] if total is not None else []))


@given(st.lists(positive, min_size=2, max_size=40))
def test_a_composition_adds_up_to_its_total(values: list[Decimal]) -> None:
    (chart,) = charted(a_list(values, sum(values, Decimal(0))))
    assert chart.kind is ChartKind.COMPOSITION
    assert chart.total is not None
    assert sum(b.amount for b in chart.bars) == chart.total.amount
    assert all(0 <= b.start <= b.end <= 1 for b in chart.bars)
    assert sorted(b.text for b in chart.bars) == sorted(f"{v}万元" for v in values)
    assert all(b.share.endswith("%") and b.working for b in chart.bars)


@given(st.lists(positive, min_size=2, max_size=12), positive)
def test_parts_that_do_not_add_up_are_no_composition(values: list[Decimal], off: Decimal) -> None:
    (chart,) = charted(a_list(values, sum(values, Decimal(0)) + off))
    assert chart.kind is ChartKind.RANKING
    assert not any(b.share for b in chart.bars)


@given(st.lists(amounts, min_size=2, max_size=40))
def test_a_ranking_stays_within_its_frame_whatever_the_signs(values: list[Decimal]) -> None:
    charts = charted(a_list(values, None, "排序(支出[项目=*])"))
    if sum(1 for v in values if v) < 2:
        assert not charts
        return
    (chart,) = charts
    assert all(0 <= b.start <= b.end <= 1 for b in chart.bars)
    assert all(chart.zero in (b.start, b.end) for b in chart.bars)
    said = chart_to_dict(chart, a_list(values, None, "排序(支出[项目=*])")["results"])
    assert sum(1 for b in said["bars"] if b["drawn"]) == min(len(values), MOST_BARS)
    assert [b["text"] for b in said["bars"]] == [f"{v:f}万元" for v in values]
    assert ("其余" in said["note"]) == (len(values) > MOST_BARS)


@given(st.lists(amounts, min_size=1, max_size=6), st.booleans())
def test_years_stand_side_by_side_where_there_are_two(values: list[Decimal], other_stage: bool) -> None:
    results = [
        a_result(f"{2020 + n}年支出", v, f"支出@{2020 + n}", [an_operand(f"{v}", 阶段="决算" if other_stage and not n else "年初预算")])
        for n, v in enumerate(values)
    ]
    charts = charted(an_answer("支出。", *results))
    if len(values) < 2 or other_stage:
        assert not charts
        return
    (chart,) = charts
    assert chart.kind is ChartKind.TREND
    assert [b.label for b in chart.bars] == [f"{2020 + n}年" for n in range(len(values))]
    assert all(0 <= b.start <= b.end <= 1 for b in chart.bars)


def test_a_missing_year_is_said() -> None:
    results = [a_result(f"{y}年支出", "5", f"支出@{y}") for y in (2020, 2022)]
    (chart,) = charted(an_answer("支出。", *results))
    assert chart.note == "没有2021年的数。"


def test_a_question_back_has_no_chart() -> None:
    assert charted(a_list([Decimal(1), Decimal(2)], None) | {"status": "clarify"}) == ()


def test_named_parts_of_a_computed_sum_are_a_composition(asker_over: AskerOver, seed: Document) -> None:
    (chart,) = asked(asker_over(seed), "2024年基本支出、项目支出各多少，支出合计多少")
    assert chart.kind is ChartKind.COMPOSITION
    assert [(b.text, b.share) for b in chart.bars] == [("537.27万元", "56.53%"), ("413.20万元", "43.47%")]


def asked(asker: RuleAsker, question: str) -> tuple[Chart, ...]:
    return charted(answer_to_dict(asker.ask(question, history=(), entity=None, year=None)))


def test_the_change_of_the_seed_is_a_waterfall_that_marks_what_is_derived(asker_over: AskerOver, seed: Document) -> None:
    answer = answer_to_dict(asker_over(seed).ask("为什么2024年支出下降了23%？", history=(), entity=None, year=None))
    (chart,) = charted(answer)
    assert chart.title == "新乡市红旗区委员会办公室支出从2023年到2024年的变化：按资金来源"
    said = chart_to_dict(chart, answer["results"])
    assert [(b["label"], b["text"], b["sign"]) for b in said["bars"]] == [
        ("2023年支出", "1235.00万元", 1), ("一般公共预算", "减少284.53万元", -1), ("2024年支出", "950.47万元", 1)
    ]  # fmt: skip
    assert said["bars"][0]["tags"][0]["code"] == "derived"


def test_functions_of_the_seed_add_up(asker_over: AskerOver, seed: Document) -> None:
    (chart,) = asked(asker_over(seed), "支出由哪些功能科目构成")
    assert (chart.kind, chart.title) == (ChartKind.COMPOSITION, "新乡市红旗区委员会办公室2024年支出的构成")
    assert chart.bars[0].working == "412.42万元 ÷ 950.47万元 × 100% ≈ 43.39%"
