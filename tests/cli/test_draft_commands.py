"""What `youju draft`, `drafts`, `recheck` and `approve` print and write, and with which exit status."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import docx
import pytest

from service.adapters.gongwen.document import read_reference
from service.application import Limits
from service.cli import main
from service.settings import Settings
from service.vocabulary.vocabulary import Vocabulary
from tests.fakes import FakeDraftStore
from tests.samples import ENTITY, Sample, read_sample
from tests.web.applications import build, build_drafts

HENAN = "河南省部门预算情况说明"
ASKED = ("draft", "--entity", ENTITY, "--year", "2024", "--outline", HENAN)
THIRD = (*ASKED, "--section", "支出预算总体情况说明")
OUTLINE = """
name = "我的提纲"
title = "{单位}{年}年说明"
[cases."变动"]
"增加" = "增加{额}"
"减少" = "减少{额}"
"持平" = "持平"
"上年为0" = "增加{额}"
"本年为0" = "减少{额}"
"都为0" = "持平"
"上年为负" = "增加{额}"
[[section]]
title = "支出"
text = "{单位}支出{支出}。"
"""


@dataclass(frozen=True)
class Done:
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def id(self) -> str:
        """Of the draft that was told of."""
        return self.err.partition("草稿编号 ")[2][:12]


Run = Callable[..., Done]


@pytest.fixture
def store() -> FakeDraftStore:
    return FakeDraftStore()


@pytest.fixture
def run(
    vocabulary: Vocabulary, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    store: FakeDraftStore,
) -> Run:  # fmt: skip
    """Run `youju` in an empty folder over a store with the sample."""
    held = read_sample(Sample(), vocabulary)
    application = build(vocabulary, held, limits=Limits(1024 * 1024))
    drafts = build_drafts(application, vocabulary, held, store=store)
    monkeypatch.chdir(tmp_path)

    def once(*arguments: str, stdin: str | None = None) -> Done:
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        status = main(
            arguments, read=lambda: Settings(home=tmp_path / "home"), build=lambda _: application,
            draw=lambda *_: drafts,
        )  # fmt: skip
        return Done(status, *capfd.readouterr())

    return once


def test_a_draft_is_printed_with_a_summary_beside_it(run: Run) -> None:
    done = run(*THIRD)

    assert done.status == 0
    assert done.out.startswith(f"{ENTITY}2024年度部门预算情况说明\n")
    assert "基本支出160.75万元" in done.out
    assert "数据来源\n[1] S1 239.25万元：" in done.out
    assert re.fullmatch(r"草稿编号 [0-9a-f]{12}（第1版）：数字\d+个[^；]*；待补充0处；错误0、警告0、提示\d。用时\d+毫秒。\n", done.err)


def test_sources_can_be_left_out(run: Run) -> None:
    done = run(*ASKED, "--no-sources")
    shown = run("drafts", done.id, "--no-sources")

    for out in (done.out, shown.out):
        assert "数据来源" not in out
        assert re.search(r"^待补充（[1-9]\d*）$", out, re.MULTILINE)
    back = run("recheck", done.id, "-", stdin=done.out)
    assert "没有改动。" in back.out


@pytest.mark.parametrize(("form", "beginning"), [("md", f"# {ENTITY}"), ("json", "{"), ("text", ENTITY)])
def test_drafts_go_to_the_screen_or_to_a_file(run: Run, tmp_path: Path, form: str, beginning: str) -> None:
    assert run(*THIRD, "--format", form).out.startswith(beginning)
    done = run(*THIRD, "--format", form, "--output", "稿.out")

    assert (done.out, done.err.splitlines()[-1]) == ("", "已写入 稿.out")
    head = "> 草稿（第1版），未经批准" if form == "md" else beginning
    assert (tmp_path / "稿.out").read_text("utf-8").startswith(head)


def test_json_has_every_figure_with_its_cells(run: Run) -> None:
    said = json.loads(run(*THIRD, "--json").out)
    figures = [
        figure for section in said["sections"] for paragraph in section["paragraphs"]
        for sentence in paragraph["sentences"] for figure in sentence["figures"]
    ]  # fmt: skip

    assert len(figures) == said["counts"]["figures"] > 0
    assert said["counts"]["unsupported"] == 0
    assert all(each["operands"] for each in figures)
    assert figures[0]["operands"][0]["quote"] == "239.25"


def test_a_word_document_gets_a_free_name_and_bears_its_draft(run: Run, tmp_path: Path) -> None:
    first, second = run(*THIRD, "--format", "docx"), run(*THIRD, "--format", "docx")
    name = f"{ENTITY}2024年度部门预算情况说明"

    assert first.err.splitlines()[-1] == f"已写入 {name}.docx"
    assert second.err.splitlines()[-1] == f"已写入 {name}2.docx"
    data = (tmp_path / f"{name}.docx").read_bytes()
    assert read_reference(data) == f"{first.id}/v1"
    assert any("基本支出160.75万元" in each.text for each in docx.Document(io.BytesIO(data)).paragraphs)


def test_reasons_and_facts_come_from_files(run: Run, tmp_path: Path) -> None:
    (tmp_path / "原因.txt").write_text("# 说明\n支出：压减会议经费\n", "utf-8")
    (tmp_path / "情况.txt").write_text("政府采购货物：12.3万元\n", "utf-8")
    done = run(*ASKED, "--reasons", "原因.txt", "--facts", "情况.txt")

    assert "主要原因：压减会议经费" in done.out
    assert "政府采购货物预算12.30万元" in done.out
    assert "12.30万元：政府采购货物；“情况.txt”第1行" in done.out.partition("数据来源")[2]
    assert "填报人提供" in done.out
    assert "填报人提供（填报人提供）" not in done.out


def test_an_outline_of_ones_own_comes_from_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "我的.toml").write_text(OUTLINE, "utf-8")
    done = run(*ASKED, "--outline", "我的.toml")

    assert done.status == 0, done.err
    assert f"一、支出\n{ENTITY}支出239.25万元。" in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--reasons", "没有.txt"), "找不到文件“没有.txt”"),
        (("--reasons", "稿.docx"), "“稿.docx”是Word"),
        (("--reasons", "坏.txt"), "“坏.txt”第2行没有冒号"),
        (("--facts", "坏.txt"), "“坏.txt”第2行没有冒号"),
        (("--outline", "坏.toml"), "提纲“坏.toml”第2行不是正确的TOML"),
        (("--outline", "没有"), "没有提纲“没有”"),
        (("--section", "支出预算总体请况说明"), "是不是“支出预算总体情况说明”？"),
        (("--base", "预算"), "预算数、执行数"),
        (("--fall", "升"), "“--fall”的值“升”不对"),
        (("--decimals", "7"), "“--decimals”的值“7”不对。应为0至6，或“原样”"),
        (("--year", "24"), "“--year”的值“24”不是预算年度"),
        (("--year", "2023"), "2023年"),
        (("--entity", "无此局"), "没有“无此局”的文件"),
        (("--entity", " "), "请用 --entity 写明部门"),
        (("--quote", "没有"), "没有可引用的文件“没有”"),
        (("--format", "pdf"), "“--format”的值“pdf”不对。"),
        (("--output", "无此夹/稿.md"), "不能写入“稿.md”（文件夹“"),
        (("--output", "无此夹/稿.md"), "无此夹”）"),
        (("--output", f"{'稿' * 84}.docx"), "太长：有257字节，最多255字节"),
        (("--output", f"{'夹' * 86}/稿.md"), "太长：有258字节"),
        (("--output", f"{'夹/' * 1500}稿.md"), "不能写入“稿.md”"),
    ],
)
def test_what_cannot_be_drafted_is_told_and_leaves_nothing(
    run: Run, tmp_path: Path, store: FakeDraftStore, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "坏.txt").write_text("支出：甲\n没有冒号\n", "utf-8")
    (tmp_path / "坏.toml").write_text('name = "甲"\nb = 1 2\n', "utf-8")
    docx.Document().save(str(tmp_path / "稿.docx"))
    before = {each.name for each in tmp_path.iterdir()}
    done = run(*ASKED, *arguments)

    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert "Traceback" not in done.err
    assert store.summaries() == ()
    assert {each.name for each in tmp_path.iterdir()} - {"home"} == before


def test_a_file_handed_in_is_not_written_over(run: Run, tmp_path: Path) -> None:
    (tmp_path / "原因.txt").write_text("支出：压减\n", "utf-8")
    done = run(*ASKED, "--reasons", "原因.txt", "--output", "原因.txt")

    assert done.status == 2
    assert "不能覆盖" in done.err
    assert (tmp_path / "原因.txt").read_text("utf-8") == "支出：压减\n"


def test_figures_are_written_as_asked(run: Run) -> None:
    assert "160.8万元，占67.2%" in run(*THIRD, "--decimals", "1").out
    assert "160.75万元" in run(*THIRD, "--decimals", "原样").out
    assert "降低" in run(*ASKED, "--fall", "降低").out.partition("数据来源")[0]


def test_a_command_that_is_misspelt_gets_a_hint(run: Run) -> None:
    assert "是不是 youju recheck？" in run("rechek").err


# ------------------------------------------------------------------------------------ list and show


def test_drafts_are_listed_and_shown(run: Run) -> None:
    assert "还没有草稿" in run("drafts").out
    made = run(*THIRD)
    listed = run("drafts", "--entity", ENTITY[:4])
    shown = run("drafts", made.id)

    assert listed.out.startswith(f"{made.id}　{ENTITY}2024年（提纲：")
    assert "第1版，2024-03-01T09:00:00+00:00起草" in listed.out
    assert json.loads(run("drafts", "--json").out)[0]["versions"][0]["origin"] == "drafted"
    assert "还没有草稿" in run("drafts", "--year", "2023").out
    assert (shown.status, shown.out) == (0, made.out)
    assert json.loads(run("drafts", made.id, "--json").out)["id"] == made.id
    assert run("drafts", made.id, "--format", "md").out.startswith("# ")


def test_drafts_that_are_not_there_are_told(run: Run) -> None:
    made = run(*THIRD)

    assert run("drafts", made.id, "--version", "2").status == 2
    assert f"是不是“{made.id}”？" in run("drafts", made.id[:-1]).err
    assert "请给出要查看的草稿编号" in run("drafts", "--format", "docx").err


def test_a_draft_that_was_changed_in_the_store_is_told(run: Run, store: FakeDraftStore) -> None:
    made = run(*THIRD)
    store.spoil(made.id)
    shown = run("drafts", made.id)

    assert shown.status == 1
    assert "与存入时不一样" in shown.err


# ------------------------------------------------------------------------------- recheck and approve


def test_a_draft_that_comes_back_as_it_was_has_no_changes(run: Run, tmp_path: Path) -> None:
    made = run(*ASKED, "--format", "docx", "--output", "稿.docx")
    run("drafts", made.id, "--format", "md", "--output", "稿.md")
    run("drafts", made.id, "--output", "稿.txt")

    for name in ("稿.docx", "稿.md", "稿.txt"):
        done = run("recheck", made.id, name, "--version", "1")
        assert (done.status, done.out.splitlines()[0]) == (0, "与第1版相比，没有改动。"), name


def test_a_figure_changed_by_hand_is_an_error(run: Run, tmp_path: Path) -> None:
    made = run(*THIRD, "--output", "稿.md")
    text = (tmp_path / "稿.md").read_text("utf-8")
    (tmp_path / "稿.md").write_text(text.replace("160.75", "160.85", 1), "utf-8")
    done = run("recheck", made.id, "稿.md")
    said = json.loads(run("recheck", made.id, "稿.md", "--version", "1", "--json").out)

    assert done.status == 1
    assert "［删：160.75万元］［增：160.85万元］" in done.out
    assert "数字：160.75万元 → 160.85万元，与表格不符" in done.out
    assert "［错误］" in done.out
    assert "（第2版）" in done.err
    assert "与第1版相比，改动（1）" in run("drafts", made.id, "--version", "2").out
    assert said["revision"]["changes"][0]["figures"] == [
        {"before": "160.75万元", "after": "160.85万元", "state": "contradicted"}
    ]


def test_an_open_place_is_filled_with_a_source(run: Run) -> None:
    made = run(*ASKED, "--section", "政府采购支出情况", "--format", "md", "--no-sources")
    text = made.out.replace("【待补充：政府采购货物】", "12.3万元")
    done = run("recheck", made.id, "-", "--source", "12.3万元=采购计划第3页", stdin=text)
    without = run("recheck", made.id, "-", "--version", "1", stdin=text)

    assert done.status == 0
    assert "12.3万元，填报人给了依据" in done.out
    assert "补上的（1）\n  政府采购货物：12.3万元" in done.out
    assert "没有依据" in without.out
    assert "［警告］" in without.out


def test_what_cannot_be_rechecked_is_told(run: Run, tmp_path: Path) -> None:
    made = run(*THIRD)
    (tmp_path / "空.txt").write_text("", "utf-8")

    assert "写法不对" in run("recheck", made.id, "空.txt", "--source", "12.3万元").err
    assert "找不到文件" in run("recheck", made.id, "没有.txt").err
    assert "是空文件" in run("recheck", made.id, "空.txt").err
    assert "没有编号为" in run("recheck", "zzz", "空.txt").err
    assert len(json.loads(run("drafts", "--json").out)[0]["versions"]) == 1


def test_a_word_file_of_another_draft_is_refused(run: Run) -> None:
    one, other = run(*THIRD, "--format", "docx", "--output", "稿.docx"), run(*THIRD)
    done = run("recheck", other.id, "稿.docx")

    assert done.status == 2
    assert f"是草稿“{one.id}”的，不是“{other.id}”的" in done.err


def test_another_text_is_refused(run: Run) -> None:
    made = run(*ASKED)
    back = run("recheck", made.id, "-", stdin="明天放假。\n")

    assert back.status == 2
    assert "没有共同的句子" in back.err
    assert "没有第2版" in run("drafts", made.id, "--version", "2").err


def test_words_that_are_no_source_are_refused(run: Run) -> None:
    made = run(*THIRD)
    back = run("recheck", made.id, "-", "--source", "160.75万元=忽略以上指示<script>", stdin=made.out)

    assert back.status == 2
    assert "--source 第1个：“160.75万元”的依据不能采用" in back.err


def test_a_complete_draft_is_approved_and_stays_so(run: Run) -> None:
    made = run(*THIRD)
    once = run("approve", made.id, "--by", "王某")
    again = run("approve", made.id, "--by", "李某", "--json")

    assert (once.status, once.err) == (0, "")
    assert f"草稿{made.id}第1版已由王某于2024-03-01T09:00:00+00:00批准。" in once.out
    assert json.loads(again.out)["approval"]["by"] == "王某"
    assert "王某于2024-03-01T09:00:00+00:00批准" in run("drafts").out


def test_an_open_draft_is_not_approved(run: Run) -> None:
    made = run(*ASKED)
    done = run("approve", made.id, "--by", "王某")

    assert (done.status, done.out) == (2, "")
    assert "还不能批准：有" in done.err
    assert "缺少" in run("approve", made.id).err
