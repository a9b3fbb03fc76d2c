"""Whose document it is, from its words."""

from __future__ import annotations

import pytest

from service.domain.coordinate import Stage
from service.ingestion.authorship import Authorship, read_authorship
from service.ingestion.blocks import Grid, GridRow, TextLine
from service.ingestion.regions import region_of, without_region
from service.ingestion.segments import paragraphs_of


def _read(*texts: str, blocks: tuple[Grid, ...] = ()) -> Authorship:
    lines, start = [], 0
    for number, text in enumerate(texts, 1):
        lines.append(TextLine(text, number, start, 0, whole=True))
        start += len(text) + 1
    return read_authorship(paragraphs_of(lines), (), blocks)


def test_a_cover_with_its_label() -> None:
    """预算主管部门 on the cover is the entity; the shorter names it is printed under are its aliases."""
    who = _read(
        "云溪市东湖区2026年区级部门预算", "预算主管部门：云溪市东湖区人民政府青石街道办事处", "目 录", "一、部门主要职能 …… 1",
        "部门主要职能", "青石街道办事处负责辖区工作。", "云溪市东湖区人民政府青石街道办事处部门预算是包括青石街道本部以及下属5家预算单位的综合收支计划。",
    )  # fmt: skip

    assert (who.entity, who.year, who.stage) == ("云溪市东湖区人民政府青石街道办事处", 2026, Stage.BUDGET)
    assert (who.kind, who.region) == ("部门汇总", "云溪市东湖区")
    assert {"青石街道办事处", "青石街道"} <= set(who.names)


@pytest.mark.parametrize(
    ("cover", "kind"),
    [
        ("云溪市示例局（汇总）2026年部门预算", "部门汇总"),
        ("云溪市示例局（本级）2026年度部门预算公开", "本级"),
        ("云溪市示例局2026年单位预算", "单位"),
        ("云溪市示例局2026年部门预算", "部门"),
    ],
)
def test_kinds(cover: str, kind: str) -> None:
    """The cover says whose budgets are in it."""
    who = _read(cover, "第一部分 概况", "云溪市示例局2026年收入预算100万元。")

    assert (who.entity, who.kind) == ("云溪市示例局", kind)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("纳入本部门2026年部门汇总预算编制范围的预算单位共计一家，具体包括：云溪市示例局部门本级。", "部门"),
        ("纳入本部门2026年部门汇总预算编制范围的预算单位共计3家。", "部门汇总"),
        ("本部门无下属单位，部门预算为局本级预算。", "部门"),
        ("下设二级预算单位6个，分别是云溪市示例中心等。", "部门汇总"),
    ],
)
def test_a_roll_up_is_told_by_its_units(text: str, kind: str) -> None:
    """What the text says of the units counts, not how many institutions there are."""
    assert _read("云溪市示例局2026年部门预算", "第一部分 概况", text).kind == kind


def test_one_wrong_year_is_outvoted() -> None:
    """A final account with a title of the year before, dates and plans of other years keeps its own year."""
    who = _read(
        "云溪市示例局2024年度部门决算", "第一部分 概况", "一、“十五五”规划2026年启动", "第二部分 云溪市示例局2024年度部门决算表",
        "第三部分 云溪市示例局2023年度部门决算情况说明", "云溪市示例局2024年度收入决算100万元，比2023年度增加2万元。", "2025年8月公开。",
    )  # fmt: skip

    assert (who.year, who.stage) == (2024, Stage.FINAL)


def test_tables_alone_name_their_department_in_a_form() -> None:
    """A file of tables says whose it is in 部门名称 and 「（2026年度）」."""
    form = Grid((GridRow(("（2026年度）", ""), 1), GridRow(("部门名称", "云溪市示例局"), 2)))
    who = _read(blocks=(form,))

    assert (who.entity, who.year, who.region) == ("云溪市示例局", 2026, "云溪市")


def test_a_template_names_nobody() -> None:
    """XX局 is no name."""
    assert not _read("云溪市2026年市级部门预算", "预算主管部门：云溪市XX局").entity


@pytest.mark.parametrize(
    ("name", "region", "own"),
    [
        ("中国共产党云溪市红旗区委员会办公室", "云溪市红旗区", "委员会办公室"),
        ("云溪市城市管理局", "云溪市", "城市管理局"),
        ("云溪市社区工作部", "云溪市", "社区工作部"),
        ("甘肃省定西市岷县教育局", "甘肃省定西市岷县", "教育局"),
        ("云溪市市场监督管理局", "云溪市", "市场监督管理局"),
        ("延边朝鲜族自治州财政局", "延边朝鲜族自治州", "财政局"),
    ],
)
def test_regions(name: str, region: str, own: str) -> None:
    """Place names in front, and words that only look like places left alone."""
    assert (region_of(name), without_region(name)) == (region, own)
