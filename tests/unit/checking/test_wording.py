"""Each check of wording fires on its slip and stays silent on what only looks like it."""

from __future__ import annotations

import pytest

from service.checking.material import material_of
from service.checking.wording import wording_findings
from service.domain.finding import Finding, Severity
from service.vocabulary.vocabulary import Vocabulary
from tests.samples import ingest_text

TITLE = "一、收入支出预算总体情况说明"


def report_of(*paragraphs: str, title: str = TITLE, year: int = 2025, account: bool = False, glossary: str = "") -> str:
    """Return a short disclosure of 云溪市示例局 with *paragraphs* in its explanation."""
    kind = "决算" if account else "预算"
    parts = [
        "云溪市示例局", f"{year}年度部门{kind}", "第一部分 云溪市示例局概况", "一、部门主要职责",
        "1.本文由脚本生成，单位、职责和数字都是虚构的。", f"第二部分 云溪市示例局{year}年度部门{kind}情况说明", title,
        *paragraphs, "第三部分 名词解释", glossary or "一、财政拨款收入：是指本级财政当年拨付的资金。",
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def found(vocabulary: Vocabulary, text: str) -> tuple[Finding, ...]:
    return wording_findings(material_of(ingest_text(text, vocabulary), (), (), vocabulary))


def codes(vocabulary: Vocabulary, *paragraphs: str, title: str = TITLE, account: bool = False) -> set[str]:
    return {f.code for f in found(vocabulary, report_of(*paragraphs, title=title, account=account))}


SLIPS = [
    ("compared-with-itself", "云溪市示例局2025年收入预算120.50万元，比2025年预算增加10.50万元。"),
    ("stale-year", "云溪市示例局2025年收入预算120.50万元，比2022年预算增加10.50万元。"),
    ("stale-year", "云溪市示例局2026年收入预算120.50万元。"),
    ("stale-year", "云溪市示例局2023年收入预算120.50万元。"),
    ("stale-year", "截至2022年8月31日，本部门共有车辆3辆。"),
    ("template-residue", "云溪市XX局2025年收入预算120.50万元。"),
    ("template-residue", "云溪市示例局2025年收入预算××万元。"),
    ("template-residue", "{单位}2025年收入预算120.50万元。"),
    ("template-residue", "财政拨款收入增加（减少）的主要原因是人员增加3人。"),
    ("template-residue", "政府采购预算（不涉及的不列）为0万元。"),
    ("template-residue", "政府采购预算为____万元。"),
    ("template-residue", "本部门重点项目情况【待补充】。"),
    ("missing-figure", "政府性基金预算支出万元，与上年持平。"),
    ("missing-figure", "收入预算120.50万元，比上年增加万元。"),
    ("missing-figure", "收入预算120.50万元，比上年增长%。"),
    ("missing-figure", "主要支出为办公费3.20万元，差旅费1.00万元，维修（护）费，工会经费2.00万元。"),
    ("missing-figure", "本部门共有，其中行政编制12名。"),
    ("empty-reason", "收入预算120.50万元，比上年增加10.50万元，主要原因是。"),
    ("empty-reason", "收入预算120.50万元，比上年增加10.50万元，主要原因：。"),
    ("hollow-reason", "收入预算120.50万元，比上年增加10.50万元，主要原因是业务量增加。"),
    ("hollow-reason", "科普活动12.00万元，比上年增加2.00万元，主要原因是科普活动经费增加。"),
    ("reason-without-change", "公务接待费1.00万元，与上年持平，主要原因是接待批次没有变化。"),
    ("old-class-name", "医疗卫生与计划生育支出12.00万元，主要用于缴费。"),
    ("stated-twice", "收入合计120.50万元，其中：一般公共预算120.50万元；政府性基金预算0万元；政府性基金收入0万元；其他0万元。"),
    ("punctuation", "主要用于信息化建设等方面的支出。。另有设备购置。"),
    ("punctuation", "本部门负责的项目共有3项，；按规定公开。"),
    ("punctuation", "项目支出76.40万元,包括信息化项目。"),
    ("punctuation", "开展“示例检查”、优秀案例”活动，按规定公开。"),
    ("doubled-words", "收入预算120.50万元，主要用于用于人员的的支出。"),
    ("vague-flat", "收入预算120.50万元，与上年基本持平。"),
    ("change-of-zero", "政府性基金预算增加0万元，与上年持平。"),
    ("rate-from-zero", "2024年预算执行数为0.00万元，2025年预算安排25.00万元，比2024年增长100.00%。"),
    ("rate-from-zero", "年初预算为0万元，支出决算为3.20万元，完成年初预算的95.89%。"),
    ("bases-vary", "收入比2024年预算增加1.50万元。支出比2024年预算执行数增加1.50万元。"),
    ("decimals-vary", "项目支出413.20万元。其中一般公共预算安排413.2万元。"),
    ("typo", "截止2024年12月31日，本部门共有车辆3辆。"),
    ("typo", "综合反映预期完成的数量、实效、质量等情况。"),
    ("genre-mixed", "2025年单位预算安排购置车辆0辆。"),
    ("wording-varies", "收入下降23.04%，因人员减少2人。支出降低23.04%，因人员减少2人。"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "said"), SLIPS)
def test_a_slip_is_told(vocabulary: Vocabulary, code: str, said: str) -> None:
    assert code in codes(vocabulary, said)


FINE = [
    "云溪市示例局2025年收入预算120.50万元，比2024年预算增加10.50万元，主要原因是新招录人员3人。",
    "2024年预算执行数比2024年预算增加10.50万元，主要原因是追加人员经费。",
    "2023年启动的示例项目预算120.50万元，按期实施。",
    "收入预算120.50万元，比上年增加10.50万元，主要原因是办公用房维修增加。",
    "截至2024年8月31日，本部门共有车辆3辆。",
    "截至2025年1月31日，本部门共有车辆3辆。",
    "根据《云溪市2021年信息化规划》和云财〔2019〕15号文件，项目按期实施。",
    "共有车辆3辆，其中其他用车3辆。",
    "主要支出为办公费3.20万元，差旅费1.00万元，维修（护）费1.50万元，工会经费2.00万元。",
    "主要包括：办公费、差旅费、维修（护）费、工会经费。",
    "收入预算120.50万元，比上年增加10.50万元，主要原因一是新招录人员3人，二是新增信息化项目。",
    "收入预算120.50万元，比上年增加10.50万元，增加的主要原因，一是新招录人员3人；二是新增信息化项目。",
    "因合同到期等原因，项目支出减少10.50万元。",
    "公务接待费1.00万元，与上年持平。",
    "收入合计120.50万元，其中：一般公共预算120.50万元；政府性基金预算0万元；国有资本经营预算0万元。",
    "支出下降100%，主要原因是一次性项目结束。",
    "年初预算为0万元，支出决算为3.20万元，完成全年预算的95.89%。",
    "合计1,682.76万元，其中当年预算1682.76万元。",
]  # fmt: skip


@pytest.mark.parametrize("said", FINE)
def test_what_only_looks_like_a_slip_stays_silent(vocabulary: Vocabulary, said: str) -> None:
    assert codes(vocabulary, said) == set()


def test_one_kind_of_slip_is_one_finding_with_all_its_places(vocabulary: Vocabulary) -> None:
    text = report_of(
        "收入预算120.50万元，比2025年预算增加10.50万元，因人员增加3人。",
        "支出预算120.50万元，比2025年预算增加10.50万元，因人员增加3人。",
    )
    errors = [f for f in found(vocabulary, text) if f.severity is Severity.ERROR]
    assert [f.code for f in errors] == ["compared-with-itself"]
    assert [text[s.start : s.end] for s in errors[0].sources] == ["比2025年预算"] * 2
    assert errors[0].expected == "2024年"


def test_an_account_is_compared_with_its_own_budget(vocabulary: Vocabulary) -> None:
    said = "支出决算为120.50万元，比2025年预算增加10.50万元，主要原因是追加人员经费。"
    assert "compared-with-itself" not in codes(vocabulary, said, account=True)


def test_the_stock_of_an_account_is_that_of_the_years_end(vocabulary: Vocabulary) -> None:
    assert "stale-year" in codes(vocabulary, "截至2024年12月31日，本部门共有车辆3辆。", account=True)
    assert "stale-year" not in codes(vocabulary, "截至2025年12月31日，本部门共有车辆3辆。", account=True)


def test_a_heading_of_another_year(vocabulary: Vocabulary) -> None:
    assert "stale-year" in codes(vocabulary, "没有发生。", title="一、2024年部门预算收支情况说明")
    assert "stale-year" not in codes(vocabulary, "没有发生。", title="一、2024年预算执行情况说明")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("收入比上年增加10.50万元，主要原因是压减一般性支出。", True),
        ("收入比上年减少10.50万元，主要原因是新增信息化建设任务。", True),
        ("收入比上年增加10.50万元，主要原因是新增信息化建设任务。", False),
        ("收入比上年增加10.50万元，主要原因是新增任务与压减支出增减相抵。", False),
    ],
)
def test_a_reason_against_the_direction(vocabulary: Vocabulary, said: str, told: bool) -> None:
    said = f"云溪市示例局2025年收入总计120.50万元，{said}"
    assert ("reason-against-direction" in codes(vocabulary, said)) is told


def test_a_change_without_a_reason_where_others_have_one(vocabulary: Vocabulary) -> None:
    reasoned = "2025年{}120.50万元，比上年增加10.50万元，主要原因是新招录人员3人。"
    bare = "2025年机关运行经费预算20.50万元，比上年增加1.50万元。"
    text = report_of(reasoned.format("收入预算"), reasoned.format("支出预算"), "其他事项如下。", bare)
    assert "missing-reason" in {f.code for f in found(vocabulary, text)}
    assert "missing-reason" not in {f.code for f in found(vocabulary, report_of(bare))}


def test_austerity_beside_a_rising_total(vocabulary: Vocabulary) -> None:
    frugal = "收入预算减少10.50万元，主要原因是落实过紧日子要求压减支出。"
    rising = "2025年“三公”经费预算5.50万元，比2024年增加0.40万元，主要原因是车辆老化。"
    text = report_of(frugal, "二、“三公”经费支出情况说明", rising)
    assert "frugality-against-increase" in {f.code for f in found(vocabulary, text)}
    falling = report_of(frugal, "二、“三公”经费支出情况说明", rising.replace("增加", "减少"))
    assert "frugality-against-increase" not in {f.code for f in found(vocabulary, falling)}


def test_terms_of_old_accounting_rules(vocabulary: Vocabulary) -> None:
    old = "一、用事业基金弥补收支差额：是指使用以前年度积累的事业基金弥补收支缺口的资金。"
    assert "old-term" in {f.code for f in found(vocabulary, report_of("没有发生。", glossary=old))}
    assert "old-term" not in {f.code for f in found(vocabulary, report_of("没有发生。", year=2017, glossary=old))}


def test_old_class_names_were_right_in_their_time(vocabulary: Vocabulary) -> None:
    text = report_of("医疗卫生与计划生育支出12.00万元，主要用于缴费。", year=2017)
    assert "old-class-name" not in {f.code for f in found(vocabulary, text)}


def test_headings_numbered_twice_or_out_of_order(vocabulary: Vocabulary) -> None:
    said = "没有发生增减变化，按规定公开。"
    twice = report_of(said, "二、收入预算情况说明", said, "二、支出预算情况说明", said)
    jump = report_of(said, "二、收入预算情况说明", said, "四、支出预算情况说明", said)
    right = report_of(said, "二、收入预算情况说明", said, "三、支出预算情况说明", said)
    assert "heading-twice" in {f.code for f in found(vocabulary, twice)}
    assert "ordinal-jump" in {f.code for f in found(vocabulary, jump)}
    assert not {"heading-twice", "ordinal-jump"} & {f.code for f in found(vocabulary, right)}


def test_another_offices_name(vocabulary: Vocabulary) -> None:
    assert "foreign-name" in codes(vocabulary, "云溪市样板局2025年收入预算120.50万元。")
    assert "foreign-name" not in codes(vocabulary, "云溪市示例局2025年收入预算120.50万元。")


def test_a_project_period_of_last_year(vocabulary: Vocabulary) -> None:
    assert "stale-year" in codes(vocabulary, "2024年1月1日-2024年12月31日", title="五、实施周期")
    assert "stale-year" not in codes(vocabulary, "2023年1月1日-2025年12月31日", title="五、实施周期")


def test_a_half_finished_draft_tells_its_gaps(vocabulary: Vocabulary) -> None:
    text = report_of(
        "云溪市示例局2025年收入总计万元，支出总计万元，比上年增加（减少）万元，增长（下降）%，主要原因是。",
        "公务接待费【待补充】万元，TBD。",
    )
    assert {"template-residue", "missing-figure", "empty-reason"} <= {f.code for f in found(vocabulary, text)}


def test_contents_and_headings_in_other_words(vocabulary: Vocabulary) -> None:
    contents = [
        "目 录",
        "第一部分 云溪市示例局概况",
        "一、主要职责",
        "第二部分 部门预算情况说明",
        "一、收入情况",
        "二、支出情况",
        "第三部分 名词解释",
    ]
    headings = [
        "第一部分 云溪市示例局概况",
        "一、部门主要职责",
        "按规定履行职责。",
        "第二部分 部门预算情况说明",
        "一、收入情况",
    ]
    said = "收入预算120.50万元，按规定公开。"
    text = [
        "云溪市示例局",
        "2025年度部门预算",
        *contents,
        *headings,
        said,
        "二、支出情况",
        said,
        "第三部分 名词解释",
        "一、收入：是指资金。",
    ]
    told = [f for f in found(vocabulary, "\n\n".join(text) + "\n") if f.code == "headings-differ"]
    assert [f.stated for f in told] == ["一、主要职责"]


def test_the_entity_under_two_names(vocabulary: Vocabulary) -> None:
    text = report_of("收入预算120.50万元。").replace("示例局", "示例委员会办公室")
    both = text.replace("1.本文", "中共云溪市示例委办公室是工作机关。\n\n1.本文")
    assert "names-vary" not in {f.code for f in found(vocabulary, text)}
    assert "names-vary" in {f.code for f in found(vocabulary, both)}
