"""What `youju check` prints and writes, and with which exit status."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import docx
import pytest
from pypdf import PdfReader

from service.application import Limits
from service.cli import main
from service.settings import Settings
from service.vocabulary.vocabulary import Vocabulary
from tests.pdfs import PdfPage, pdf_of
from tests.samples import Sample
from tests.unit.annotating.texts import word_of
from tests.web.applications import build

RIGHT = "2024年支出预算239.25万元，其中基本支出160.75万元，项目支出78.50万元。"
WRONG = RIGHT.replace("239.25", "293.25")


@dataclass(frozen=True)
class Done:
    """What a command did."""

    status: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(
    vocabulary: Vocabulary, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Run `youju check` in a folder with a budget, over an empty store."""
    application = build(vocabulary, limits=Limits(1024 * 1024))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "预算.txt").write_text(Sample().text, "utf-8")
    (tmp_path / "对.txt").write_text(RIGHT, "utf-8")
    (tmp_path / "错.txt").write_text(WRONG, "utf-8")

    def once(*arguments: str | Path, stdin: str | None = None) -> Done:
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        status = main(
            ["check", *map(str, arguments)], read=lambda: Settings(home=tmp_path / "home"), build=lambda _: application
        )
        return Done(status, *capfd.readouterr())

    return once


def test_a_right_text_ends_with_status_0(run: Run) -> None:
    done = run("对.txt", "--tables", "预算.txt")

    assert (done.status, done.err) == (0, "")
    assert "文中3个数字全部相符" in done.out.splitlines()[0]


def test_a_wrong_figure_is_told_with_place_and_what_it_should_be(run: Run) -> None:
    done = run("错.txt", "--tables", "预算.txt")

    assert done.status == 1
    assert done.out.startswith("发现1处错误")
    assert "原文：2024年支出预算【293.25万元】" in done.out
    assert "239.25万元" in done.out


def test_text_can_come_from_stdin(run: Run) -> None:
    assert run("-", "--tables", "预算.txt", stdin=WRONG).status == 1
    assert "全部相符" in run("-", "--tables", "预算.txt", stdin=RIGHT).out


def test_json_is_one_object(run: Run) -> None:
    said = json.loads(run("错.txt", "--tables", "预算.txt", "--json").out)

    assert said["figures"]["contradicted"] == 1
    assert said["findings"][0]["severity"] == "error"
    assert [each["verdict"] for each in said["judged"]].count("supported") == 2


@pytest.mark.parametrize(("form", "beginning"), [("md", "# 核对结果"), ("html", "<!DOCTYPE html>"), ("json", "{")])
def test_reports_go_to_the_screen_or_to_a_file(run: Run, tmp_path: Path, form: str, beginning: str) -> None:
    assert run("错.txt", "--format", form).out.startswith(beginning)

    done = run("错.txt", "--format", form, "--output", "结果.out")
    assert (done.out, done.err) == ("", "已写入 结果.out\n")
    assert (tmp_path / "结果.out").read_text("utf-8").startswith(beginning)


def test_the_name_of_the_output_tells_the_format(run: Run, tmp_path: Path) -> None:
    run("错.txt", "--output", "结果.html")

    assert (tmp_path / "结果.html").read_text("utf-8").startswith("<!DOCTYPE html>")


def test_a_word_document_comes_back_with_comments_under_a_new_name(run: Run, tmp_path: Path) -> None:
    data = word_of(WRONG)
    (tmp_path / "说明.docx").write_bytes(data)
    done = run("说明.docx", "--tables", "预算.txt", "--format", "docx")
    again = run("说明.docx", "--tables", "预算.txt", "--format", "docx")

    assert (done.status, done.out.splitlines()[-1]) == (1, "已写入 说明-核对.docx")
    assert again.out.splitlines()[-1] == "已写入 说明-核对2.docx"
    assert any("【错误】" in comment.text for comment in docx.Document(str(tmp_path / "说明-核对.docx")).comments)
    assert (tmp_path / "说明.docx").read_bytes() == data


def test_a_pdf_comes_back_with_highlights(run: Run, tmp_path: Path) -> None:
    page = PdfPage()
    page.text(50, 100, WRONG)
    (tmp_path / "说明.pdf").write_bytes(pdf_of(page))
    done = run("说明.pdf", "--tables", "预算.txt", "--format", "pdf", "--output", "批注.pdf")

    assert (done.status, done.out.splitlines()[-1]) == (1, "已写入 批注.pdf")
    (made, *_) = [each.get_object() for each in PdfReader(tmp_path / "批注.pdf").pages[0].annotations or ()]
    assert made["/Subtype"] == "/Highlight"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("没有.txt",), "找不到文件“没有.txt”"),
        (("对.txt", "--tables", "没有.txt"), "找不到文件“没有.txt”"),
        ((".",), "不是文件"),
        (("对.txt", "--format", "docs"), "是不是 docx？可用的有：text、json、md、html、docx、pdf。"),
        (("对.txt", "--fromat", "md"), "是不是 --format？"),
        (("对.txt", "--format", "md", "--json"), "只能给一个"),
        (("对.txt", "--format", "pdf"), "不是PDF"),
        (("对.txt", "--year", "24"), "不是预算年度"),
        (("对.txt", "--output", "对.txt"), "不能覆盖"),
        (("对.txt", "--tables", "预算.txt", "--output", "预算.txt"), "不能覆盖"),
        (("对.txt", "--output", "没有/结果.html"), "不能写入“结果.html”"),
    ],
)
def test_bad_usage_is_explained(run: Run, tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    before = sorted(each.name for each in tmp_path.iterdir())
    done = run(*arguments)

    assert (done.status, done.out) == (2, "")
    assert words in done.err
    assert sorted(each.name for each in tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("data", "words"), [(b"", "是空文件"), (bytes(range(256)) * 9, "二进制"), (b"PK\x03\x04rubbish", "损坏")]
)
def test_what_cannot_be_read_is_refused(run: Run, tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "坏.docx").write_bytes(data)
    done = run("坏.docx")

    assert (done.status, done.out) == (2, "")
    assert words in done.err


@pytest.mark.parametrize("text", ["我单位主要职责是做好服务工作。", "其中基本支出"])
def test_nothing_to_check_is_said_and_not_passed_over(run: Run, text: str) -> None:
    done = run("-", stdin=text)

    assert done.status == 0
    assert done.out.startswith("没有找到可核对的数字，什么也没有核对，不等于没有错。")


def test_figures_without_tables_are_not_called_wrong(run: Run) -> None:
    done = run("-", "--entity", "云溪市示例局", "--year", "2024", stdin="支出预算950.47万元，比上年增加")

    assert done.status == 0
    assert "没有表格可对照" in done.out.splitlines()[0]
    assert "无法核对1" in done.out


@pytest.mark.parametrize(
    ("text", "words"),
    [(WRONG.replace("2024", "2025"), "2024年年初预算，文字是2025年"), (f"云溪市示例局2024年部门预算\n{WRONG}", "不是云溪市示例局的")],
)
def test_tables_of_another_year_or_entity_are_told_first(run: Run, text: str, words: str) -> None:
    done = run("-", "--tables", "预算.txt", stdin=text)

    assert done.status == 1
    assert done.out.startswith("给来的表不是本部门本年度的")
    assert words in done.out.split("错误（")[1].splitlines()[1]
