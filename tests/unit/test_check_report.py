"""What a person and a program get from a check."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from service.check_report import (
    acceptance_to_dict,
    explained,
    head_of,
    highlight_of,
    listed,
    report_to_dict,
    report_to_markdown,
    report_to_text,
    summary_of,
)
from service.check_view import report_to_html
from service.domain.check import Acceptance, CheckReport, JudgedFigure, Verdict
from service.domain.coordinate import Stage
from service.domain.fact import Source
from service.domain.finding import FINDING_CODES, Finding, Severity
from service.rendering import Json
from tests.shorthand import amount

TEXT = "2024年收入5万元，支出5万元，占50%。"
AT = Source("d1", table_title="一、说明", line=3, start=13, end=16, quote=TEXT)
WRONG = Finding("figure-differs-from-table", Severity.ERROR, "支出不对。", (AT,), "5万元", "9.99万元", "1 + 8.99 = 9.99")
CELL = Finding(
    "total-does-not-add-up", Severity.WARNING, "合计不对。",
    (Source("d1", "T02", "支出表", 3, 2, "合计", "基本支出", page=4, quote="12.30"), AT), "12.30", "12.40",
)  # fmt: skip
ODD = Finding("garbled-words", Severity.NOTE, "错字。")


def figure(
    text: str, start: int, verdict: Verdict, *, expected: str = "", working: str = "", reason: str = ""
) -> JudgedFigure:
    place = Source("d1", line=3, start=start, end=start + len(text), quote=TEXT)
    return JudgedFigure(place, text, amount("5 万元"), "2024年 支出", verdict, expected, working, reason)


def report(*findings: Finding, figures: tuple[JudgedFigure, ...] = ()) -> CheckReport:
    return CheckReport(
        "d1", "说明.docx", "云溪市示例局说明", "云溪市示例局", 2024, Stage.BUDGET, (("d2", "云溪市示例局预算"),), figures,
        findings, (3, 2, 1), 20, 0,
    )  # fmt: skip


FIGURES = (
    figure("5万元", 7, Verdict.SUPPORTED, working="表中5万元"),
    figure("5万元", 13, Verdict.CONTRADICTED, expected="9.99万元", working="1 + 8.99 = 9.99"),
    figure("50%", 18, Verdict.UNVERIFIABLE, reason="没有2023年的表"),
)
WHOLE = report(WRONG, CELL, ODD, figures=FIGURES)


def said(made: CheckReport = WHOLE) -> Json:
    return report_to_dict(made, text=TEXT, ms=7)


def test_a_program_gets_counts_findings_and_every_figure() -> None:
    got = json.loads(json.dumps(said()))

    assert got["figures"] == {"total": 3, "supported": 1, "contradicted": 1, "unverifiable": 1}
    assert got["cells"] == {"proven": 3, "unproven": 2, "contradicted": 1}
    first = got["findings"][0]
    assert (first["code"], first["severity"], first["stated"], first["expected"], first["working"]) == (
        "figure-differs-from-table", "error", "5万元", "9.99万元", "1 + 8.99 = 9.99",
    )  # fmt: skip
    assert (first["quote"], first["page"], first["where"]) == (TEXT, None, "一、说明，第3行")
    assert [each["verdict"] for each in got["judged"]] == ["supported", "contradicted", "unverifiable"]
    assert got["judged"][2]["reason"] == "没有2023年的表"
    assert (got["entity"], got["year"], got["against"], got["ms"]) == (
        "云溪市示例局", 2024, [{"id": "d2", "title": "云溪市示例局预算"}], 7,
    )  # fmt: skip


def test_of_equal_figures_the_one_in_question_is_marked() -> None:
    assert said()["findings"][0]["highlight"] == [13, 16]
    assert [each["highlight"] for each in said()["judged"]] == [[7, 10], [13, 16], [18, 21]]


def test_a_cell_is_marked_whole_and_what_is_not_in_the_quote_not_at_all() -> None:
    assert highlight_of(CELL.sources[0], "12.30", "") == (0, 5)
    assert highlight_of(replace(AT, start=-1, end=-1), "7万元", TEXT) is None
    assert highlight_of(replace(AT, start=-1, end=-1), "50%", "") == (18, 21)


def test_a_whose_that_nobody_told_is_null() -> None:
    got = report_to_dict(replace(WHOLE, entity="", year=0))

    assert (got["entity"], got["year"]) == (None, None)
    assert "没有写明部门，没有写明年度" in report_to_text(got)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (WHOLE, "发现1处错误、1处警告，请逐条改正后再报。"),
        (report(CELL, figures=FIGURES[:1]), "没有发现错误，文中1个数字全部相符。有1处警告，请逐条核实。"),
        (report(figures=(FIGURES[0], FIGURES[2])), "没有发现错误；文中2个数字里有1个无法核对。"),
        (report(figures=FIGURES[2:]), "没有发现矛盾，但文中的数字一个也无法核对，不等于没有错。"),
        (report(), "没有发现错误；文字里没有数字，只核对了表格。"),
        (report(Finding("no-figures", Severity.WARNING, "")), "没有找到可核对的数字，什么也没有核对，不等于没有错。"),
        (replace(report(), cells=(0, 0, 0)), "没有找到可核对的数字，什么也没有核对，不等于没有错。"),
        (report(Finding("other-tables", Severity.ERROR, "")), "给来的表不是本部门本年度的，先看第一条错误。共1处错误、0处警告。"),
        (
            report(Finding("no-tables-to-check-by", Severity.NOTE, ""), figures=FIGURES[:1]),
            "没有发现矛盾，但没有表格可对照，只核对了文字内部的算术，不等于没有错。",
        ),
    ],
)
def test_the_outcome_is_one_sentence(made: CheckReport, words: str) -> None:
    assert summary_of(made) == words


def test_a_file_without_a_title_is_called_by_its_name() -> None:
    untitled = replace(WHOLE, title="", against=(("d1", ""),))

    assert "说明.docx（云溪市示例局" in report_to_text(said(untitled))
    assert "对照：《说明.docx》（文件自己的表）" in report_to_text(said(untitled))


def test_people_read_the_outcome_first_then_findings_gravest_first() -> None:
    text = report_to_text(said())

    words = ["发现1处错误", "对照：《云溪市示例局预算》", "文中数字3个", "错误（1）", "支出不对", "警告（1）", "合计不对", "提示（1）"]
    assert [text.index(each) for each in words] == sorted(text.index(each) for each in words)
    assert "位置：一、说明，第3行" in text
    assert "应为：9.99万元" in text
    assert "计算：1 + 8.99 = 9.99" in text
    assert "支出【5万元】，占" in text
    assert "位置：第4页，表2《支出表》，“合计”行，“基本支出”列" in text
    assert "“无法核对”是说手头没有能对照的表或数，不等于有错。" in text


def test_many_notes_are_cut_short_in_a_terminal_only() -> None:
    many = said(report(*[replace(ODD, message=f"第{n}处。") for n in range(25)]))

    assert "另有15条" in report_to_text(many)
    assert report_to_markdown(many).count("处。") >= 25


def test_markdown_shows_what_is_printed_as_it_is() -> None:
    nasty = replace(WRONG, message="a|b_c*d\n# 标题 <b>", stated="", sources=(replace(AT, quote="5万元|<i>"),))
    text = report_to_markdown(report_to_dict(report(nasty, figures=FIGURES), text=TEXT))

    assert "1. a\\|b\\_c\\*d \\# 标题 \\<b\\>" in text
    assert "| 3 | 第3行 | 50% | 2024年 支出 | 无法核对 | 没有2023年的表 |" in text
    assert all(line.count("|") - line.count("\\|") == 7 for line in text.splitlines() if line.startswith("| "))


class Elements(HTMLParser):
    """Collects the names of elements and what they point to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.open: list[str] = []
        self.targets: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.names.add(tag)
        if tag != "meta":
            self.open.append(tag)
        self.targets += [value or "" for key, value in attrs if key in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        """Close the element that was opened last."""
        assert self.open.pop() == tag


def test_the_page_is_whole_and_fetches_nothing() -> None:
    nasty = replace(WRONG, message="<script>alert(1)</script>", expected='"><img src=x>')
    page = report_to_html(report_to_dict(report(nasty, CELL, ODD, figures=FIGURES), text=TEXT))
    seen = Elements(page)

    assert not seen.open
    assert not seen.targets
    assert not seen.names & {"script", "img", "link", "iframe", "a"}
    assert "default-src 'none'" in page
    assert "支出<mark>5万元</mark>，占" in page
    assert "<details><summary>文中的全部数字" in page
    assert page.index("发现1处错误") < page.index("错误（1）") < page.index("警告（1）") < page.index("<details>")


def test_a_long_quote_is_shown_around_the_figure() -> None:
    long = "前" * 400 + "5万元" + "后" * 400
    at = replace(AT, start=400, end=403, quote=long)
    got = report_to_dict(report(replace(WRONG, sources=(at,))), text=long)

    assert "……" + "前" * 78 + "【5万元】" + "后" * 79 + "……" in report_to_text(got)


def test_findings_without_a_place_are_told_too() -> None:
    got = said(report(ODD))

    assert (got["findings"][0]["where"], got["findings"][0]["highlight"]) == ("", None)
    assert "错字。" in report_to_html(got)


# ----------------------------------------------------------------------------------- kept reports

WHY = Acceptance("F1", "年中追加", "王某", "2024-03-01T09:00:00+00:00")


def test_a_kept_report_counts_what_nobody_has_accepted() -> None:
    plain, kept = explained(said(), ()), explained(said(), (WHY,))

    assert [each["id"] for each in plain["findings"]] == ["F1", "F2", "F3"]
    assert plain["findings"][0]["kind"] == FINDING_CODES[WRONG.code]
    assert plain["findings"][1]["places"][0]["where"] == "第4页，表2《支出表》，“合计”行，“基本支出”列"
    assert (plain["summary"], plain["open"], plain["accepted"]) == (said()["summary"], {"error": 1, "warning": 1, "note": 1}, 0)
    assert kept["findings"][0]["accepted"] == kept["marks"][0] == acceptance_to_dict(WHY)
    assert (kept["open"], kept["accepted"]) == ({"error": 0, "warning": 1, "note": 1}, 1)
    assert kept["summary"] == "没有待改的错误；文中3个数字里有1个无法核对。有1处警告，请逐条核实。另有1条已说明。"
    assert listed(head_of(said()), (WHY,))["summary"] == kept["summary"]


def test_a_list_says_the_same_of_a_check_as_its_report() -> None:
    for made in (WHOLE, report(ODD, figures=FIGURES[:1]), report(), report(replace(ODD, code="other-tables"))):
        assert listed(head_of(said(made)), ())["summary"] == summary_of(made)


def test_accepted_findings_stand_apart_in_every_report() -> None:
    kept = explained(said(), (WHY,))
    markdown, page = report_to_markdown(kept), report_to_html(kept)

    assert "## 错误" not in markdown
    assert markdown.index("## 警告（1）") < markdown.index("## 已说明（1）") < markdown.index("已说明：年中追加（王某，2024-03-01）")
    assert "<h2>已说明（1）" in page
    assert '<div class="finding accepted">' in page
    assert '<p class="outcome warning">' in page


def test_what_a_person_writes_is_text_in_a_report() -> None:
    kept = explained(said(), (replace(WHY, reason="<script>alert(1)</script>", by="**王**"),))

    assert "<script>" not in report_to_html(kept)
    assert "\\*\\*王\\*\\*" in report_to_markdown(kept)
