"""Whose document each real document is: judged by reading it, not by its file name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from service.adapters.readers.files import read_file
from service.adapters.vocabulary_files import read_vocabulary
from service.domain.coordinate import Stage
from service.domain.paragraph import Pages
from service.ingestion.authorship import Authorship, read_authorship
from service.ingestion.captions import split_grids
from service.ingestion.segments import paragraphs_of
from service.ingestion.tables import build_table
from service.vocabulary.vocabulary import Vocabulary

CORPUS = os.environ.get("YOUJU_REAL_CORPUS", "")
pytestmark = pytest.mark.skipif(not CORPUS, reason="no real corpus")

#: folder, a piece of the file name, ending → entity, year, stage, kind, region, budget units listed
EXPECTED = {
    ("beijing-shenji", "2026年北京", "pdf"): ("北京市审计局", 2026, "预算", "部门汇总", "北京市"),
    ("beijing-shenji", "附件2", "pdf"): ("北京市审计局", 2026, "预算", "部门", "北京市"),
    ("beijing-zhengwu", "附件2", "pdf"): ("北京市政务服务和数据管理局", 2026, "预算", "部门", "北京市"),
    ("changchun-xinfang", "", "pdf"): ("长春市信访局", 2026, "预算", "本级", "长春市"),
    ("chongqing-xuanchuan", "", "pdf"): ("中共重庆市委宣传部", 2026, "预算", "部门汇总", "重庆市"),
    ("guangzhou-xinfang", "", "pdf"): ("广州市信访局", 2026, "预算", "部门", "广州市"),
    ("hongqi", "", "txt"): ("新乡市红旗区委员会办公室", 2024, "预算", "部门汇总", "新乡市红旗区"),
    ("jiangsu-jianchayuan", "2018", "pdf"): ("江苏省人民检察院", 2018, "预算", "部门汇总", "江苏省"),
    ("jiangsu-jianchayuan", "2019", "pdf"): ("江苏省人民检察院", 2019, "预算", "部门汇总", "江苏省"),
    ("jiangsu-renda", "2017", "pdf"): ("江苏省人大常委会办公厅", 2017, "预算", "部门汇总", "江苏省"),
    ("jiangsu-renda", "2018", "pdf"): ("江苏省人大常委会办公厅", 2018, "预算", "部门", "江苏省"),
    ("jiangsu-renda", "2019年度", "pdf"): ("江苏省人大常委会办公厅", 2019, "预算", "部门", "江苏省"),
    ("jiangsu-renda", "公开表", "pdf"): ("江苏省人大常委会办公厅", 2019, "预算", "部门", "江苏省"),
    ("kunming-shenji", "", "html"): ("昆明市审计局", 2026, "预算", "部门汇总", "昆明市"),
    ("putuo-caizheng-2024", "24年", "pdf"): ("上海市普陀区财政局", 2024, "决算", "部门汇总", "上海市普陀区"),
    ("putuo-caizheng-2024", "上海市", "pdf"): ("上海市普陀区财政局", 2024, "决算", "部门汇总", "上海市普陀区"),
    ("putuo-sifa", "dept", "pdf"): ("上海市普陀区司法局", 2026, "预算", "部门汇总", "上海市普陀区"),
    ("putuo-sifa", "unit", "pdf"): ("上海市普陀区司法局", 2026, "预算", "单位", "上海市普陀区"),
    ("taiyuan-fagai", "", "docx"): ("太原市发展和改革委员会", 2016, "决算", "部门汇总", "太原市"),
    ("wanli", "2023", "pdf"): ("上海市普陀区人民政府万里街道办事处", 2023, "预算", "部门汇总", "上海市普陀区"),
    ("wanli", "2024", "pdf"): ("上海市普陀区人民政府万里街道办事处", 2024, "预算", "部门汇总", "上海市普陀区"),
    ("wanli", "2025", "pdf"): ("上海市普陀区人民政府万里街道办事处", 2025, "预算", "部门汇总", "上海市普陀区"),
    ("wuxi-tongji", "", "pdf"): ("无锡市统计局", 2026, "预算", "部门汇总", "无锡市"),
    ("xian-xinfang", "", "pdf"): ("西安市信访局", 2026, "预算", "部门汇总", "西安市"),
    ("yantai-tuiyi", "", "html"): ("烟台市退役军人事务局", 2026, "预算", "部门汇总", "烟台市"),
}
#: Parts recognised from images or converted from old Word files, which need programs that may be missing.
WITH_PROGRAMS = {
    ("beijing-zhengwu", "局_2026", "pdf"): ("北京市政务服务和数据管理局", 2026, "预算", "部门汇总", "北京市"),
    ("jiangsu-jianchayuan", "2017", "pdf"): ("江苏省人民检察院", 2017, "预算", "部门汇总", "江苏省"),
    ("taiyuan-fagai", "", "doc"): ("太原市发展和改革委员会", 2016, "决算", "部门汇总", "太原市"),
}


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_vocabulary()


def _authorship(path: Path, vocabulary: Vocabulary) -> Authorship:
    reading = read_file(path.read_bytes(), "某文件" + path.suffix, max_bytes=10**9)
    captioned, lines = split_grids(reading)
    tables = [build_table(c.grid, c.caption, f"T{n:02}", vocabulary) for n, c in enumerate(captioned, 1)]
    return read_authorship(paragraphs_of(lines, Pages(reading.page_starts, reading.ocr_pages)), tables, reading.blocks)


def _find(folder: str, piece: str, ending: str) -> Path:
    return next(p for p in sorted((Path(CORPUS) / folder).glob(f"*.{ending}")) if piece in p.name)


@pytest.mark.parametrize(("place", "expected"), EXPECTED.items(), ids=lambda v: "-".join(map(str, v)))
def test_entity_year_stage_kind_region(
    place: tuple[str, str, str], expected: tuple[str, int, str, str, str], vocabulary: Vocabulary
) -> None:
    who = _authorship(_find(*place), vocabulary)
    stage = "决算" if who.stage is Stage.FINAL else "预算"
    assert (who.entity, who.year, stage, who.kind, who.region) == expected


@pytest.mark.parametrize(("place", "expected"), WITH_PROGRAMS.items(), ids=lambda v: "-".join(map(str, v)))
def test_with_programs(
    place: tuple[str, str, str], expected: tuple[str, int, str, str, str], vocabulary: Vocabulary
) -> None:
    import shutil

    if not shutil.which("tesseract" if place[2] == "pdf" else "soffice"):
        pytest.skip("program not installed")
    test_entity_year_stage_kind_region(place, expected, vocabulary)


@pytest.mark.parametrize("name", ["department_budget_template.xlsx", "unit_budget_template.xlsx"])
def test_templates_have_no_entity(name: str, vocabulary: Vocabulary) -> None:
    who = _authorship(Path(CORPUS) / "templates" / name, vocabulary)
    assert who.empty_tables == 9
    assert not who.entity


def test_names_and_units(vocabulary: Vocabulary) -> None:
    wanli = _authorship(_find("wanli", "2024", "pdf"), vocabulary)
    assert wanli.names[1:] == ("万里街道办事处", "普陀区万里街道", "万里街道")
    wuxi = _authorship(_find("wuxi-tongji", "", "pdf"), vocabulary)
    assert [u.name for u in wuxi.units] == ["无锡市统计局（本级）", "无锡市统计普查中心"]
    yantai = _authorship(_find("yantai-tuiyi", "", "html"), vocabulary)
    assert len(yantai.units) == 7


@pytest.mark.parametrize(
    ("text", "tables"),
    [(("beijing-shenji", "2026年北京", "pdf"), ("beijing-shenji", "附件2", "pdf")),
     (("jiangsu-renda", "2019年度", "pdf"), ("jiangsu-renda", "公开表", "pdf"))],
    ids=["审计局", "人大"],
)  # fmt: skip
def test_parts_of_one_disclosure(
    text: tuple[str, str, str], tables: tuple[str, str, str], vocabulary: Vocabulary
) -> None:
    words, figures = (_authorship(_find(*place), vocabulary) for place in (text, tables))
    assert (words.entity, words.year, words.stage) == (figures.entity, figures.year, figures.stage)
    assert (words.part, figures.part) == ("文字", "表格")


@pytest.mark.parametrize("place", [("jiangsu-renda", "", "csv"), ("jiangsu-jianchayuan", "", "csv")])
def test_a_bare_series_names_nobody(place: tuple[str, str, str], vocabulary: Vocabulary) -> None:
    who = _authorship(_find(*place), vocabulary)
    assert (who.entity, who.year) == ("", 0)
