"""What is told of a figure: how it came about, its 口径, its steps, its rounding, where it is printed."""

from __future__ import annotations

import pytest

from service.asking.asker import RuleAsker
from service.domain.document import Document
from service.presenting.evidence import evidence_of, tags_of
from service.presenting.formulas import in_words, is_listed, is_ranked
from service.rendering import Json, answer_to_dict, place_to_text
from tests.conftest import AskerOver


@pytest.fixture(scope="module")
def asker(asker_over: AskerOver, seed: Document) -> RuleAsker:
    return asker_over(seed)


def answered(asker: RuleAsker, question: str) -> Json:
    return answer_to_dict(asker.ask(question, history=(), entity=None, year=None))


def evidence(answer: Json, number: int = 0) -> Json:
    return evidence_of(answer, number, place_to_text)


def test_a_share_is_told_step_by_step_with_its_rounding(asker: RuleAsker) -> None:
    said = evidence(answered(asker, "人员经费占基本支出多少"))
    assert [step["text"] for step in said["steps"]] == [
        "2024年人员经费（一般公共预算） = 484.33万元", "2024年基本支出（一般公共预算） = 537.27万元",
        "484.33万元 ÷ 537.27万元 × 100% = 90.146481…% ≈ 90.15%",
    ]  # fmt: skip
    assert [step["operands"] for step in said["steps"]] == [[0], [1], []]
    assert said["unrounded"] == "90.146481285014…%"
    assert said["rounding"] == "四舍五入保留2位小数（百分数一律保留2位小数）；中间各步都不取整。"
    assert [tag["text"] for tag in said["tags"]] == ["计算得出"]


def test_the_coordinate_is_told_in_words_once_where_shared(asker: RuleAsker) -> None:
    said = evidence(answered(asker, "人员经费占基本支出多少"))
    assert {each["name"]: each["value"] for each in said["about"]} == {
        "部门": "新乡市红旗区委员会办公室", "年度": "2024年", "阶段": "年初预算", "指标": "支出", "资金来源": "一般公共预算",
    }  # fmt: skip
    assert [each["about"] for each in said["operands"]] == [
        [{"name": "支出性质", "value": "人员经费"}], [{"name": "支出性质", "value": "基本支出"}]
    ]  # fmt: skip


def test_a_printed_figure_is_neither_computed_nor_rounded(asker: RuleAsker) -> None:
    said = evidence(answered(asker, "三公经费预算多少"))
    assert [tag["code"] for tag in said["tags"]] == ["printed"]
    assert said["rounding"] == "照印出的数，没有取整。"
    assert said["unrounded"] == ""
    assert "“三公”经费合计" in said["operands"][0]["where"]


def test_other_prints_of_a_figure_are_found_by_its_number(asker: RuleAsker) -> None:
    answer = answered(asker, "三公经费预算多少")
    also = evidence(answer)["operands"][0]["also"]
    assert also
    assert all("5.5" in answer["citations"][n]["quote"] for n in also)


def test_a_derived_year_says_so_and_how(asker: RuleAsker) -> None:
    answer = answered(asker, "为什么支出下降23%")
    number = next(n for n, each in enumerate(answer["results"]) if each["label"] == "2023年支出")
    said = evidence(answer, number)
    assert [tag["code"] for tag in said["tags"]] == ["derived"]
    assert said["steps"][0]["operation"] == "推算"
    assert said["steps"][0]["text"] == "2023年支出 = 950.47万元 + 284.53万元 = 1235.00万元"
    assert {each["name"]: each["value"] for each in said["about"]}["年度"] == "2023年"
    assert said["words"] == "2024年支出 + 比上年减少额"
    assert said["rounding"] == "由印出的数加减得出，没有取整。"
    assert [[each["value"] for each in o["about"] if each["name"] == "年度"] for o in said["operands"]] == [["2024年"], ["2024年"]]


def test_what_is_worked_out_of_figures_of_the_text_says_so() -> None:
    operand = {"how": "stated", "proof": "已验证", "by_ocr": False}
    printed = {"how": "printed", "proof": "未验证", "by_ocr": True}
    result = {"formula": "支出 - 收入", "marks": ["仅见正文"], "unit": "万元", "operands": [operand, printed]}
    assert [tag.text for tag in tags_of(result)] == ["OCR识读", "含正文数", "含未验证数", "计算得出"]
    assert all("算它用到" in tag.meaning for tag in tags_of(result)[:3])


def test_a_blank_was_not_printed(asker: RuleAsker) -> None:
    said = evidence(answered(asker, "教育支出安排了多少？"))
    assert [tag["text"] for tag in said["tags"]] == ["表中空白"]
    assert said["rounding"] == "表里没有印数，按0算，没有取整。"


def test_a_mean_names_what_it_adds_up(asker: RuleAsker) -> None:
    said = evidence(answered(asker, "项目平均多少钱"))
    assert said["steps"][-1]["text"].endswith("÷ 12 = 34.433333…万元 ≈ 34.43万元")
    assert said["rounding"].startswith("四舍五入保留2位小数（金额")


def test_answers_kept_before_steps_were_have_their_line(asker: RuleAsker) -> None:
    answer = answered(asker, "人员经费占基本支出多少")
    for result in answer["results"]:
        del result["steps"]
        for operand in result["operands"]:
            del operand["about"]
    said = evidence(answer)
    assert said["steps"][0]["text"] == answer["results"][0]["working"]
    assert said["about"] == []


@pytest.mark.parametrize(
    ("how", "proof", "by_ocr", "codes"),
    [
        ("printed", "已验证", False, ["printed"]),
        ("printed", "未验证", False, ["unproven", "printed"]),
        ("printed", "有矛盾", True, ["contradicted", "ocr", "printed"]),
        ("blank", "未验证", False, ["blank"]),
        ("dash", "未验证", False, ["dash"]),
        ("stated", "已验证", False, ["stated"]),
        ("stated", "有矛盾", False, ["contradicted", "stated"]),
    ],
)
def test_what_asks_for_care_comes_first(how: str, proof: str, by_ocr: bool, codes: list[str]) -> None:
    operand = {"how": how, "proof": proof, "by_ocr": by_ocr}
    result = {"formula": "支出", "marks": [], "unit": "万元", "operands": [operand]}
    assert [tag.code for tag in tags_of(result, 0)] == codes
    assert [tag.code for tag in tags_of(result)] == codes


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("支出", "支出"),
        ("支出[性质=人员经费]@2024决算", "2024年决算支出（人员经费）"),
        ("占比(支出[基本支出], 支出)", "支出（基本支出） ÷ 支出 × 100%"),
        ("增减率(支出@2024, 支出@2023)", "（2024年支出 − 2023年支出）÷ 2023年支出 × 100%"),
        ("排序(支出[项目=*])", "各项目的支出，由大到小排列"),
        ("最大(支出[项目=*], 3)", "各项目的支出中最大的3项"),
        ("筛选(支出[项目~专项], > 10万元)", "名称含“专项”的各项目的支出中大于10万元的"),
        ("个数(支出[项目=*])", "各项目的支出有几项"),
        ("(支出 - 收入) / 2", "（支出 − 收入） ÷ 2"),
        ("不成算式((", ""),
        ("", ""),
    ],
)
def test_formulas_are_told_in_words(formula: str, words: str) -> None:
    assert in_words(formula) == words


def test_lists_and_rankings_are_told_apart() -> None:
    assert is_listed("排序(支出[项目=*])")
    assert is_listed("支出[项目=*]")
    assert not is_listed("合计(支出[项目=*])")
    assert is_ranked("排序(支出[项目=*])")
    assert not is_ranked("支出[项目=*]")
