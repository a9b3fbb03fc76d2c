"""A person edits a draft: what changed is shown, and a figure changed by hand needs something to vouch for it."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from service.domain.check import CheckReport, JudgedFigure, Verdict
from service.domain.coordinate import Stage
from service.domain.fact import Source
from service.domain.finding import FINDING_CODES, Finding, Severity
from service.domain.quantity import WAN_YUAN, Quantity
from service.drafting.draft import Draft, Paragraph
from service.drafting.revision import ChangeKind, FigureState, GivenSource, Revision, revise
from service.numerals import read_quantities
from tests.unit.drafting.revisions import a_budget, a_draft, lines_of

BUDGET = a_budget(Decimal("160.75"), Decimal("78.50"), Decimal("250.00"), 5)
SEED = next((Path(__file__).parents[3] / "corpus").glob("*.txt"))


def edit(draft: Draft, *subs: tuple[str, str], report: CheckReport | None = None, given: Sequence[GivenSource] = ()) -> Revision:
    """Return what comes of replacing words in a draft."""
    text = "\n".join(lines_of(draft))
    for old, new in subs:
        assert old in text
        text = text.replace(old, new, 1)
    return revise(draft, text.splitlines(), report, given)


def codes(revision: Revision) -> list[str]:
    """Return the codes of its findings."""
    return [f.code for f in revision.findings]


def judged(text: str, sentence: str, verdict: Verdict, expected: str = "") -> CheckReport:
    """Return a report that judges one figure."""
    quantity = read_quantities(text)[0].quantity
    evidence = Source("d1", "T03", "支出总体情况表", 0, 1, "合计", "基本支出", quote="161.75")
    figure = JudgedFigure(Source("x", start=5, quote=sentence), text, quantity, "2024年 基本支出", verdict, expected, "表中161.75", "", (evidence,))
    findings = ()
    if verdict is Verdict.CONTRADICTED:
        wrong = Finding("figure-differs-from-table", Severity.ERROR, "与表不符", (Source("x", start=5, quote=sentence),), text, expected)
        findings = (wrong,)  # type: ignore[assignment]
    return CheckReport("x", "x", "", "", 2024, Stage.BUDGET, (("d1", "部门预算"),), (figure,), findings, (0, 0, 0), 1)


def published() -> Draft:
    """Return the seed's nine sections as a draft, every quantity a locked figure."""
    lines = [x for x in SEED.read_text("utf-8").splitlines()[65:130] if x.strip()]
    sections: list[tuple[str, list[str]]] = []
    for line in lines:
        said = re.sub("(?<=[\u4e00-\u9fff]) (?=[0-9])|(?<=[0-9]) (?=[\u4e00-\u9fff%])", "", line)
        heading = re.match("[一二三四五六七八九]、(.*)", said)
        if heading:
            sections.append((heading[1], []))
        elif sections:
            held = sections[-1][1]
            if held and held[-1][-1] not in "。：" and len(held[-1]) > 20:
                held[-1] += said
            else:
                held.append(said)
    return a_draft(*[(h, [[_marked(s) for s in re.findall("[^。]+。?", p)] for p in ps]) for h, ps in sections])


def _marked(text: str) -> str:
    out, at = "", 0
    for one in read_quantities(text):
        out += f"{text[at:one.start]}{{{{{one.text}}}}}"
        at = one.end
    return (out + text[at:]).replace("与上年持平", "与上年{{持平}}")


# ------------------------------------------------------------------------------------- the seed's text


def test_the_published_text_handed_in_again_is_unchanged() -> None:
    """Every figure stays locked."""
    draft = published()
    revision = revise(draft, lines_of(draft), None, ())

    assert revision.draft == draft
    assert revision.is_unchanged
    assert not revision.findings
    assert sum(len(s.figures) for s in revision.sentences) > 60


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("基本支出537.27万元，占56.53%；项目支出413.20万元", "基本支出413.20万元，占56.53%；项目支出537.27万元", {"figure-moved-by-hand"}),
        ("收入减少284.53万元，降低23.04%", "收入增加284.53万元，降低23.04%", {"direction-changed-by-hand"}),
        ("降低23.04%", "降低23.04个百分点", {"figure-changed-by-hand"}),
        ("降低23.04%", "降低23.04", {"figure-changed-by-hand"}),
        ("降低23.04%", "降低大约23.04%", {"figure-changed-by-hand"}),
        ("与2023年预算相比", "与2022年预算相比", {"year-changed-by-hand"}),
        ("比2023年增加0.4万元", "增加0.4万元", {"year-changed-by-hand"}),
        ("人员经费支出484.33万元", "公用经费支出484.33万元", {"figure-moved-by-hand"}),
        ("（二）公务接待费0万元", "（二）公务用车运行费0万元", {"figure-moved-by-hand"}),
        ("共有车辆5辆", "共有车辆六辆", {"figure-changed-by-hand"}),
        ("预算数与2023年持平，均为0万元", "预算数与2023年相比增加", {"direction-changed-by-hand", "figure-removed-by-hand"}),
        ("支出预算52.94万元，主要", "支出预算，主要", {"figure-removed-by-hand"}),
        ("2024年收入合计950.47万元", "2024年收入总计为950.47万元", {"wording-changed-near-figure"}),
        ("七、“三公”经费支出情况说明", "七、三公经费情况", {"wording-changed-near-figure"}),
        ("降低23.04%", "下降23.04%", set()),
        ("共有车辆5辆", "共有车辆五辆", set()),
        ("413.20万元", "4132000元", set()),
        ("与上年持平", "与2023年持平", set()),
        ("年初预算为950.47万元。其中：", "年初预算为950.47万元，其中：", set()),
        ("因工资改革，人员类经费收入减少，", "", set()),
    ],
)  # fmt: skip
def test_realistic_edits(old: str, new: str, expected: set[str]) -> None:
    """What people do to a text, and what is said of it."""
    revision = edit(published(), (old, new))

    assert set(codes(revision)) == expected
    assert not revision.is_unchanged


def test_parts_of_a_sentence_in_another_order_keep_their_figures() -> None:
    """项目支出 before 基本支出: the same words lead to the same figures."""
    draft = published()
    one, other = "基本支出537.27万元，占56.53%", "项目支出413.20万元，占43.47%"
    revision = edit(draft, (f"{one}；{other}", f"{other}；{one}"))

    assert revision.errors == 0
    assert sum(len(s.figures) for s in revision.sentences) == sum(len(s.figures) for s in draft.sentences())


def test_a_sentence_moved_elsewhere_is_told() -> None:
    """A sentence that names nothing itself says something else in another place."""
    draft = a_draft(("甲", [["会议费{{5.00万元}}。", "比2023年增加{{0.40万元}}。"]]), ("乙", [["培训费{{6.00万元}}。"]]))
    lines = lines_of(draft)
    lines[2], lines[4] = "会议费5.00万元。", "培训费6.00万元。比2023年增加0.40万元。"
    revision = revise(draft, lines, None, ())

    assert codes(revision) == ["figure-moved-by-hand"]
    assert revision.errors == 1
    assert [c.kind for c in revision.changes].count(ChangeKind.MOVED) == 1


LISTED = a_draft(
    ("支出", [["1.行政运行{{231.77万元}}，比2023年增加{{21.42万元}}，增长{{10.18%}}。"], ["2.公务接待费{{9.87万元}}，与2023年{{持平}}。"]]),
    ("资产", [["截至2023年12月31日，共有车辆{{5辆}}。"]]),
    table=[["公务接待费", "{{9.87}}", "—"], ["合计", "{{241.64}}", "{{0}}"]],
)  # fmt: skip


@pytest.mark.parametrize(
    "added",
    ["2025年2月14日", "2024年3月", "云示办〔2024〕12号", "联系电话：0373-3456789。", "联系人：王某，传真：3456789", "邮编：453000"],
)
def test_dates_and_numbers_of_documents_and_telephones_are_no_figures(added: str) -> None:
    """A sign-off below the text wants no source; the same with a unit does."""
    assert not codes(revise(LISTED, [*lines_of(LISTED), added], None, ()))
    assert "figure-changed-by-hand" in codes(revise(LISTED, [*lines_of(LISTED), f"{added}8.80万元"], None, ()))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("2023年12月31日", "2023年11月30日", "figure-changed-by-hand"),
        ("行政运行", "截至2024年6月30日行政运行", "figure-changed-by-hand"),
        ("1.行政运行231.77万元", "（1）行政运行231.78万元", "figure-changed-by-hand"),
        ("增长10.18%", "（10.81%）", "figure-changed-by-hand"),
        ("增加21.42万元，增长10.18%", "减少21.42万元（10.18%）", "direction-changed-by-hand"),
        ("比2023年增加21.42万元，增长10.18%", "比2023年21.42万元（10.18%）", "direction-changed-by-hand"),
        ("5辆", "（5）辆", "figure-changed-by-hand"),
        ("9.87\t—", "—\t—", "figure-removed-by-hand"),
        ("\t—", "\t8.80", "figure-changed-by-hand"),
    ],
)
def test_a_figure_changed_beside_what_is_none_is_seen(old: str, new: str, code: str) -> None:
    """What is let through lets no figure through."""
    assert code in codes(edit(LISTED, (old, new)))


@pytest.mark.parametrize("marks", [("（1）", "（2）"), ("（一）", "（二）"), ("2.", "3."), ("", ""), ("1、", "2、")])
def test_marks_of_a_list_are_no_figures(marks: tuple[str, str]) -> None:
    """Which item of a list it is may be told in any way."""
    revision = edit(LISTED, ("2.公务", f"{marks[1]}公务"), ("1.行政", f"{marks[0]}行政"))

    assert revision.errors == 0
    assert set(codes(revision)) <= {"wording-changed-near-figure"}
    assert sum(len(s.figures) for s in revision.sentences) == sum(len(s.figures) for s in LISTED.sentences())


def test_a_rate_may_stand_in_brackets_behind_its_amount() -> None:
    """增加21.42万元（10.18%） goes up as 增长10.18% does."""
    assert edit(LISTED, ("，增长10.18%", "（10.18%）")).errors == 0


def test_a_table_whose_rows_are_left_out_stays_with_its_caption() -> None:
    """A caption without rows adds nothing; rows without a caption keep it."""
    lines = lines_of(LISTED)
    caption = next(n for n, line in enumerate(lines) if "单位：" in line)
    without_rows = revise(LISTED, lines[: caption + 1], None, ())
    without_caption = revise(LISTED, lines[:caption] + lines[caption + 1 :], None, ())

    assert without_rows.is_unchanged
    assert not without_rows.findings
    assert [f.severity for f in without_caption.findings] == [Severity.NOTE]
    assert without_rows.draft == LISTED
    assert without_caption.draft.sections == LISTED.sections


def test_cells_of_dashes_are_cells() -> None:
    """A dash handed in again is no change, and keeps its cell."""
    revision = revise(LISTED, lines_of(LISTED), None, ())
    filled = edit(LISTED, ("\t—", "\t8.80")).draft.sections[-1].paragraphs[-1].table

    assert revision.is_unchanged
    assert revision.draft == LISTED
    assert filled is not None
    assert [c.text for c in filled.cells[0]] == ["公务接待费", "9.87", "8.80"]


@pytest.mark.parametrize(
    ("text", "foreign"),
    [("明天放假。", True), ("项目\t2024年预算数\n合计\t239.25\n车辆\t5", True), ("", True), ("as it was", False)],
)
def test_another_text_is_told_from_an_edited_one(text: str, foreign: bool) -> None:
    """What has next to nothing of the draft is no edit of it."""
    lines = lines_of(published()) if text == "as it was" else text.splitlines()

    assert revise(published(), lines, None, ()).is_foreign is foreign


def test_half_of_the_figures_taken_out_is_an_error_until_they_are_back() -> None:
    """Handing the short text in again does not make it right."""
    draft = published()
    lines = lines_of(draft)
    short = [re.sub(r"[0-9.]+(?:万元|%|辆|个)|持平", "", line) for line in lines]
    first = revise(draft, short, None, ())
    second = revise(first.draft, short, None, ())
    back = revise(second.draft, lines, None, ())

    for each in (first, second):
        told = [f for f in each.draft.findings if f.severity is Severity.ERROR and f.code == "figure-removed-by-hand"]
        assert len(told) == 1
        assert "超过一半" in told[0].message
    assert "figure-removed-by-hand" not in codes(back)


def test_a_gap_cut_out_is_told() -> None:
    """Not one that was filled, or that stands elsewhere now."""
    gap = "【待补充：公务接待费增减的原因】"
    cut = edit(BUDGET, (f"主要原因：{gap}。", ""))
    moved = revise(BUDGET, [*(line.replace(f"主要原因：{gap}。", "") for line in lines_of(BUDGET)), f"主要原因：{gap}。"], None, ())

    assert codes(cut) == ["gap-removed"]
    assert gap in cut.findings[0].message
    assert cut.draft.findings == cut.findings
    assert not codes(moved)
    assert not codes(edit(BUDGET, (gap, "接待批次减少")))


def test_lists_below_a_text_without_sources_are_left_out() -> None:
    """待补充 and 提示 are no part of a draft."""
    lines = [*lines_of(BUDGET), "", "待补充（1）", "三、资产：某数（本年数）", "## 提示（1）", "- ［错误］支出5.00万元不对。"]

    assert revise(BUDGET, lines, None, ()).is_unchanged


# ---------------------------------------------------------------------------------- what vouches for it


def test_what_the_checker_supports_is_no_finding() -> None:
    """A figure put right by hand carries the checker's evidence."""
    sentence = "云溪市示例局2024年支出合计239.25万元，其中：基本支出161.75万元，占67.19%；项目支出78.50万元，占32.81%。"
    revision = edit(BUDGET, ("160.75万元", "161.75万元"), report=judged("161.75万元", sentence, Verdict.SUPPORTED))
    figure = next(f for s in revision.sentences for f in s.figures if f.how == "checked")

    assert not revision.findings
    assert (figure.text, figure.value, figure.unit, figure.operands[0].place.row) == ("161.75万元", "161.75", "万元", "合计")
    assert [f.state for c in revision.changes for f in c.figures] == [FigureState.CHECKED]


def proof(*places: Source, text: str, sentence: str, start: int = 5, expected: str = "") -> JudgedFigure:
    """Return a supported figure of the edited text with what supports it."""
    quantity = read_quantities(text)[0].quantity
    return JudgedFigure(Source("x", start=start, quote=sentence), text, quantity, "某数", Verdict.SUPPORTED, expected, evidence=places)


def reported(*figures: JudgedFigure) -> CheckReport:
    """Return a report of these figures."""
    return CheckReport("x", "x", "", "", 2024, Stage.BUDGET, (("d1", "部门预算"),), figures, (), (0, 0, 0), 1)


def test_an_amount_and_a_rate_made_up_together_do_not_vouch_for_each_other() -> None:
    """They agree with the amount of this year, and are printed nowhere."""
    draft = a_draft(("运行经费", [["运行经费{{11.55万元}}，【待补充：运行经费增减】。"]]))
    filled = "运行经费11.55万元，比2023年减少2.31万元，下降16.67%。"
    this = Source("x", start=4, row_label="11.55万元", quote=filled)
    amount = Source("x", start=19, row_label="2.31万元", quote=filled)
    cell = Source("d0", "T01", "表", 1, 1, "运行经费", "合计", quote="13.86")
    rate = proof(amount, this, text="16.67%", sentence=filled, start=27)
    invented = reported(proof(amount, this, text="2.31万元", sentence=filled, start=19), rate)
    printed = reported(proof(cell, this, text="2.31万元", sentence=filled, start=19), rate)
    edit_of = ("【待补充：运行经费增减】", "比2023年减少2.31万元，下降16.67%")

    assert len(codes(edit(draft, edit_of, report=invented))) == 2
    assert set(codes(edit(draft, edit_of, report=invented))) <= {"figure-without-source", "figure-changed-by-hand"}
    assert not codes(edit(draft, edit_of, report=printed))


def with_rows(draft: Draft, row: str) -> Draft:
    """Return a draft whose figures rest on cells of a row."""
    def paragraph(old: Paragraph) -> Paragraph:
        return replace(old, sentences=tuple(
            replace(s, figures=tuple(
                replace(f, operands=tuple(replace(o, place=replace(o.place, row=row)) for o in f.operands)) for f in s.figures
            )) for s in old.sentences
        ))  # fmt: skip

    return replace(draft, sections=tuple(replace(s, paragraphs=tuple(map(paragraph, s.paragraphs))) for s in draft.sections))


@pytest.mark.parametrize(("row", "new", "expected"), [("行政运行", "240.00", []), ("事务", "240.00", ["figure-changed-by-hand"]), ("事务", "231.8", [])])
def test_a_cell_of_another_row_does_not_vouch_for_a_changed_figure(row: str, new: str, expected: list[str]) -> None:
    """The draft was written from the row 行政运行; rounding what stands there is no change of it."""
    draft = with_rows(a_draft(("支出", [["行政运行{{231.77万元}}。"]])), "行政运行")
    said = f"行政运行{new}万元。"
    cell = Source("d1", "T03", "表", 1, 1, row, "基本支出", quote=new)
    report = reported(proof(cell, text=f"{new}万元", sentence=said))

    assert codes(edit(draft, ("231.77", new), report=report)) == expected


def test_a_year_before_a_proven_figure_is_not_vouched_for_by_it() -> None:
    """The same change is not that against another year; put back, it is."""
    draft = a_draft(("支出", [["支出比2023年增加{{5.78万元}}。"]]))
    cell = Source("d1", "T03", "表", 1, 1, "支出", "合计", quote="5.78")

    def at(year: int) -> CheckReport:
        return reported(proof(cell, text="5.78万元", sentence=f"支出比{year}年增加5.78万元。"))

    wrong = edit(draft, ("2023年", "2022年"), report=at(2022))
    back = edit(wrong.draft, ("2022年", "2023年"), report=at(2023))

    assert codes(wrong) == ["year-changed-by-hand"]
    assert not codes(back)


def test_what_the_checker_contradicts_is_its_finding() -> None:
    """Even with a source given."""
    sentence = "云溪市示例局2024年支出合计239.25万元，其中：基本支出161.75万元，占67.19%；项目支出78.50万元，占32.81%。"
    report = judged("161.75万元", sentence, Verdict.CONTRADICTED, "160.75万元")
    revision = edit(BUDGET, ("160.75万元", "161.75万元"), report=report, given=[GivenSource("161.75万元", "会议纪要")])

    assert codes(revision) == ["figure-differs-from-table", "given-source-unused"]
    assert revision.findings[0].message == "与表不符"


def test_a_source_given_makes_a_figure_the_persons() -> None:
    """With words or a formula that comes to it."""
    change = ("160.75万元", "161.75万元")
    revision = edit(BUDGET, change, given=[GivenSource("161.75 万元", "财政局批复第3号", "基本支出")])
    figure = next(f for s in revision.sentences for f in s.figures if f.how == "person")

    assert not revision.findings
    assert (figure.working, figure.marks, figure.label) == ("财政局批复第3号", ("填报人提供",), "支出")

    value = Quantity(Decimal("1617500"), WAN_YUAN)
    wrong = edit(BUDGET, change, given=[GivenSource("161.75万元", formula="2024年支出", value=value)])
    assert codes(wrong) == ["given-source-differs"]
    near = edit(BUDGET, change, given=[GivenSource("161.75万元", formula="支出", value=Quantity(Decimal("161.744"), WAN_YUAN))])
    assert codes(near) == ["given-source-differs"]
    exact = edit(BUDGET, change, given=[GivenSource("161.75万元", formula="支出", value=Quantity(Decimal("161.745"), WAN_YUAN))])
    assert not exact.findings


def test_a_source_without_words_or_of_another_figure_vouches_for_nothing() -> None:
    """An empty basis, and a figure that is not there."""
    change = ("160.75万元", "161.75万元")

    assert codes(edit(BUDGET, change, given=[GivenSource("161.75万元", " ")])) == ["figure-changed-by-hand"]
    assert codes(edit(BUDGET, change, given=[GivenSource("161.75万元", "批复", "公务接待费")])) == [
        "figure-changed-by-hand", "given-source-unused",
    ]  # fmt: skip


def test_messages_name_sentence_before_after_and_what_to_do() -> None:
    """One that a clerk can act on."""
    message = edit(BUDGET, ("160.75万元", "161.75万元")).findings[0].message

    assert all(w in message for w in ("支出预算总体情况说明", "基本支出161.75万元", "“160.75万元”", "“161.75万元”", "请改回", "来源"))
    assert {f.code for f in edit(BUDGET, ("160.75万元", "161.75万元")).findings} <= FINDING_CODES.keys()


# ------------------------------------------------------------------------------------- gaps and reasons


def test_a_gap_filled_with_words_is_a_reason_of_the_person() -> None:
    """The gap is resolved, the reason kept with its item."""
    revision = edit(BUDGET, ("【待补充：公务接待费增减的原因】", "接待批次没有变化"))
    reason = next(r for s in revision.sentences for r in s.reasons if r.given == "修改稿")

    assert not revision.findings
    assert [(g.gap.what, g.filling) for g in revision.resolved] == [("公务接待费增减的原因", "接待批次没有变化")]
    assert (reason.item, reason.text) == ("公务接待费", "接待批次没有变化")
    assert not revision.draft.gaps


def test_a_figure_in_a_filling_wants_a_source() -> None:
    """A warning until one is given."""
    change = ("【待补充：公务接待费增减的原因】", "接待3批次")

    assert codes(edit(BUDGET, change)) == ["figure-without-source"]
    assert not edit(BUDGET, change, given=[GivenSource("3批次", "接待台账")]).findings


def test_a_figure_in_a_filling_stays_a_warning_in_later_versions_and_marks_of_the_list_stay_marks() -> None:
    """What was filled in and has no source is told in the same words, and of that figure alone."""
    draft = a_draft(("甲", [["1.会议费{{5.00万元}}，主要原因：【待补充：会议费增加的原因】。"]]))
    filled = edit(draft, ("【待补充：会议费增加的原因】", "第1类标准提高"))
    again = edit(filled.draft)

    assert codes(filled) == codes(again) == ["figure-without-source"]
    assert [f.message for f in again.findings] == [f.message for f in filled.findings]


def test_a_gap_for_a_figure_is_filled_by_that_figure() -> None:
    """The figures behind it keep their places."""
    draft = a_draft(("甲", [["会议费{{5.00万元}}，比2023年增加【待补充：会议费上年数】，增长【待补充：会议费增长率】。"]]))
    revision = edit(draft, ("【待补充：会议费上年数】", "0.40万元"), ("【待补充：会议费增长率】", "8.7%"))

    assert codes(revision) == ["figure-without-source"] * 2
    assert [g.filling for g in revision.resolved] == ["0.40万元", "8.7%"]
    assert [f.text for s in revision.sentences for f in s.figures] == ["5.00万元"]


def test_a_reason_reworded_is_the_persons() -> None:
    """No finding: a reason may be worded freely, its figures may not."""
    revision = edit(BUDGET, ("机构改革，人员经费增加，会议压减", "调资"))

    assert not revision.findings
    assert ("支出", "调资", "修改稿") in [(r.item, r.text, r.given) for s in revision.sentences for r in s.reasons]


# --------------------------------------------------------------------------------------- what changed


def test_sentences_added_and_removed_are_told_in_order() -> None:
    """With the section in which they stand; added figures want a source."""
    draft = a_draft(("甲", [["会议费{{5.00万元}}。", "培训费{{6.00万元}}。"]]), ("乙", [["车辆{{2辆}}。"]]))
    revision = edit(draft, ("培训费6.00万元。", ""), ("车辆2辆。", "车辆2辆。另租用车辆3辆。"))

    assert [(c.kind.value, c.section, c.before, c.after) for c in revision.changes] == [
        ("unchanged", "一、甲", "会议费5.00万元。", "会议费5.00万元。"),
        ("removed", "一、甲", "培训费6.00万元。", ""),
        ("unchanged", "二、乙", "车辆2辆。", "车辆2辆。"),
        ("added", "二、乙", "", "另租用车辆3辆。"),
    ]
    assert codes(revision) == ["figure-changed-by-hand", "figure-removed-by-hand"]
    assert [s.id for s in revision.sentences] == ["S1", "S2", "S3"]


def test_the_difference_is_told_word_by_word() -> None:
    """A figure is one word."""
    change = next(c for c in edit(BUDGET, ("160.75万元", "161.75万元")).changes if c.kind is ChangeKind.CHANGED)

    assert [(s.kind, s.text) for s in change.segments if s.kind != "same"] == [("removed", "160.75万元"), ("added", "161.75万元")]
    assert "".join(s.text for s in change.segments if s.kind != "added") == change.before
    assert "".join(s.text for s in change.segments if s.kind != "removed") == change.after


def test_a_new_heading_begins_a_section() -> None:
    """And what is written below stands in it."""
    revision = edit(BUDGET, ("三、国有资产占用情况", "三、其他情况\n无其他情况。\n四、国有资产占用情况"))

    assert [s.heading for s in revision.draft.sections][-2:] == ["三、其他情况", "四、国有资产占用情况"]


def test_a_cell_changed_is_found_and_the_table_keeps_its_shape() -> None:
    """As in running text."""
    revision = edit(BUDGET, ("项目支出\t78.50", "项目支出\t79.50"))
    table = next(p.table for s in revision.draft.sections for p in s.paragraphs if p.table)

    assert codes(revision) == ["figure-changed-by-hand"]
    assert [[c.text for c in row] for row in table.cells] == [["基本支出", "160.75", "67.19%"], ["项目支出", "79.50", "32.81%"]]


def test_figures_below_the_list_of_sources_are_left_out() -> None:
    """What stands there is not the draft's text."""
    revision = revise(BUDGET, [*lines_of(BUDGET), "数据来源", "1 收入 999万元"], None, ())

    assert revision.draft == BUDGET
    assert not revision.findings


def test_nothing_handed_in_is_all_removed() -> None:
    """An empty text loses every figure, and says so."""
    revision = revise(BUDGET, [], None, ())

    assert {c.kind for c in revision.changes} == {ChangeKind.REMOVED}
    assert "figure-removed-by-hand" in codes(revision)


@pytest.mark.parametrize("way", ["figures", "wording", "no stops"])
def test_a_long_text_does_not_hang(way: str) -> None:
    """1,500 sentences that all changed are compared in seconds."""
    draft = a_draft(("甲", [[f"第{k % 7}处支出{{{{{k}.{k % 90 + 10}万元}}}}，比2023年增加{{{{{k % 13}.00万元}}}}。"] for k in range(1500)]))
    lines = [
        {"figures": ln.replace("万元", "元"), "wording": ln.replace("比", "较上一个").replace("支", "付"), "no stops": ln.replace("。", "，")}[way]
        for ln in lines_of(draft)
    ]  # fmt: skip
    begun = time.perf_counter()
    revision = revise(draft, lines if way != "no stops" else [*lines[:2], "".join(lines[2:])], None, ())

    assert not revision.is_unchanged
    assert time.perf_counter() - begun < 20
