"""核对 in a browser: a file is handed in, its findings stand next to the text, some are accepted with a reason."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import docx
import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import PageAt
from tests.browser.services import Service
from tests.pdfs import PdfPage, pdf_of
from tests.samples import Sample
from tests.unit.annotating.texts import word_of

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Locator, Page, Route

TITLE = "新乡市红旗区委员会办公室2024年部门预算情况说明"
#: The spending is 950.47, of which 56.53% are basic.
WRONG = (
    f"{TITLE}\n2024年支出预算950.74万元，其中基本支出537.27万元，占57.53%，项目支出413.20万元。\n公务接待费XX万元。\n"
)
HOSTILE = (
    f"{TITLE}<img src=x onerror=alert(1)>\n{{{{7*7}}}}<script>alert(2)</script>\u202e反\u202c支出预算950.74万元\n"
    + "很长的一行" * 4000
    + "\n名称\t金额<b>x</b>\n合计\t5.00\n甲\t2.00\n乙\t2.00\n"
)
SCROLLS_SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def hand_in(page: Page, name: str, data: bytes) -> None:
    """Choose a file and begin."""
    kind = "application/octet-stream"
    page.locator(".drop input[type=file]").set_input_files({"name": name, "mimeType": kind, "buffer": data})
    page.get_by_role("button", name="开始核对").click()


def finding(page: Page, number: int) -> Locator:
    """Return the card of a finding."""
    return page.locator(f"#F{number}")


@pytest.fixture(scope="module")
def wrong_word() -> bytes:
    return word_of(*WRONG.splitlines())


def test_a_file_is_checked_and_its_findings_lead_to_their_places(page_at: PageAt) -> None:
    page = page_at("/checks")
    hand_in(page, "说明.txt", WRONG.encode())
    page.wait_for_url(re.compile(r"/checks/[0-9a-f]{12}$"))

    expect(page.locator(".outcome")).to_contain_text("发现2处错误")
    expect(page.get_by_role("button", name="2 不符")).to_be_visible()
    first = finding(page, 1).get_by_role("button", name=re.compile("错误.*950.74"))
    expect(first).to_have_attribute("aria-expanded", "false")
    first.click()
    expect(finding(page, 1)).to_contain_text("文中写950.74万元应为950.47万元")
    expect(page.locator("mark.current")).to_have_text("950.74万元")
    page.locator("mark.found", has_text="57.53%").click()
    expect(finding(page, 2)).to_have_class(re.compile("current"))
    assert page.url.endswith("#F2")


def test_what_a_figure_is_judged_by_is_shown_in_its_table(page_at: PageAt, service: Service) -> None:
    page = page_at(f"/checks/{service.check('说明.txt', WRONG.encode())}#F1")
    finding(page, 1).get_by_role("button", name=re.compile("看出处")).last.click()
    panel = page.get_by_role("dialog", name="看出处")

    expect(panel.locator("td.mark")).to_contain_text("950.47")
    expect(panel).to_contain_text("2024年部门收支总体情况表")
    page.keyboard.press("Escape")
    expect(finding(page, 1).get_by_role("button", name=re.compile("看出处")).last).to_be_focused()


def test_evidence_that_comes_late_does_not_open_again(page_at: PageAt, service: Service) -> None:
    page = page_at(f"/checks/{service.check('说明.txt', WRONG.encode())}#F1")
    held: list[Route] = []
    page.route("**/tables?document=*", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks what it is given
    panel = page.get_by_role("dialog", name="看出处")
    finding(page, 1).get_by_role("button", name=re.compile("看出处")).last.click()
    expect(panel).to_contain_text("正在取表格")
    page.keyboard.press("Escape")
    held[0].continue_()

    expect(page.locator("dialog.panel td.mark")).to_be_attached()
    expect(panel).to_be_hidden()


def test_findings_are_filtered_with_counts(page_at: PageAt, service: Service) -> None:
    page = page_at(f"/checks/{service.check('说明.txt', WRONG.encode())}")
    cards = page.locator(".finding-list > li")
    expect(finding(page, 1)).to_be_visible()
    whole = cards.count()
    page.get_by_role("button", name="✗ 错误 2", exact=True).click()

    expect(cards).to_have_count(2)
    page.get_by_role("searchbox", name="在提示里找文字").fill("56.53")
    expect(cards).to_have_count(1)
    expect(page.get_by_role("button", name="✗ 错误 1", exact=True)).to_be_visible()
    page.reload()
    expect(cards).to_have_count(1)
    page.get_by_role("searchbox", name="在提示里找文字").fill("没有这样的字")
    page.get_by_role("button", name="清除筛选").click()
    expect(cards).to_have_count(whole)


def test_keys_step_through_findings_but_not_while_one_types(page_at: PageAt, service: Service) -> None:
    page = page_at(f"/checks/{service.check('说明.txt', WRONG.encode())}")
    expect(finding(page, 1)).to_be_visible()
    expect(page.locator("mark.found").first).to_be_visible()
    for key, number in (("j", 1), ("n", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(finding(page, number)).to_have_class(re.compile("current"))
    page.get_by_role("searchbox", name="在提示里找文字").press_sequentially("jn")
    expect(page.get_by_role("searchbox", name="在提示里找文字")).to_have_value("jn")
    page.get_by_role("searchbox", name="在提示里找文字").fill("")
    page.get_by_role("checkbox", name=re.compile("键盘")).uncheck()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("j")
    expect(finding(page, 1)).to_have_class(re.compile("current"))


def test_a_finding_is_accepted_with_a_reason_in_one_tab_and_seen_in_the_other(
    page_at: PageAt, service: Service
) -> None:
    address = f"/checks/{service.check('说明.txt', WRONG.encode())}#F1"
    page = page_at(address)
    other = page.context.new_page()
    other.goto(service.url(address))
    expect(other.locator(".outcome")).to_contain_text("发现2处错误")
    page.bring_to_front()
    finding(page, 1).get_by_role("button", name="标为已说明").click()
    dialog = page.get_by_role("dialog", name="标为已说明")
    dialog.get_by_role("button", name="标为已说明").click()
    expect(dialog).to_contain_text("请填写理由")
    dialog.get_by_role("textbox", name="理由").fill("年中追加，见批复")
    dialog.get_by_role("textbox", name="姓名").fill("王某")
    page.keyboard.press("Escape")
    finding(page, 1).get_by_role("button", name="标为已说明").click()
    expect(dialog.get_by_role("textbox", name="理由")).to_have_value("年中追加，见批复")
    dialog.get_by_role("button", name="标为已说明").click()

    expect(finding(page, 1)).to_contain_text("已说明：年中追加，见批复（王某，")
    expect(page.locator(".outcome")).to_contain_text("发现1处错误")
    other.bring_to_front()
    other.evaluate("dispatchEvent(new Event('focus'))")
    expect(other.locator(".outcome")).to_contain_text("另有1条已说明")
    finding(other, 1).get_by_role("button", name="撤销已说明").click()
    expect(other.locator(".outcome")).to_contain_text("发现2处错误")


def test_reports_and_the_annotated_file_are_downloaded(
    page_at: PageAt, service: Service, wrong_word: bytes, tmp_path: Path
) -> None:
    page = page_at(f"/checks/{service.check('说明.docx', wrong_word)}")
    names = {}
    for label in ("报告（网页）", "报告（Word）", "报告（Markdown）", "批注原文（Word）"):
        with page.expect_download() as coming:
            page.get_by_role("button", name=label).click()
        names[label] = coming.value.suggested_filename
        coming.value.save_as(tmp_path / names[label])

    assert list(names.values()) == ["说明-核对.html", "说明-核对报告.docx", "说明-核对.md", "说明-核对.docx"]
    assert docx.Document(str(tmp_path / "说明-核对.docx")).comments
    assert "发现2处错误" in (tmp_path / "说明-核对.md").read_text("utf-8")


def test_where_no_copy_can_be_annotated_the_page_says_why(page_at: PageAt, service: Service) -> None:
    page = page_at(f"/checks/{service.check('说明.txt', WRONG.encode())}")
    button = page.get_by_role("button", name="批注原文")

    expect(button).to_have_attribute("aria-disabled", "true")
    expect(button).to_have_accessible_description(re.compile("原文不是Word（DOCX）或PDF"))


def test_the_pages_of_a_pdf_show_where_findings_are(page_at: PageAt, service: Service) -> None:
    sheet = PdfPage()
    for number, line in enumerate(WRONG.splitlines()):
        sheet.text(40, 80 + 30 * number, line)
    page = page_at(f"/checks/{service.check('说明.pdf', pdf_of(sheet))}#F1")
    page.get_by_role("button", name="原页图").click()

    expect(page.get_by_role("img", name="第1页的图像")).to_be_visible()
    box = page.get_by_role("button", name=re.compile("错误1：.*看这一条"))
    expect(box).to_have_class(re.compile("current"))
    page.get_by_role("button", name=re.compile("错误2：.*看这一条")).click()
    expect(finding(page, 2)).to_have_class(re.compile("current"))


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("空.txt", b"", "是空的"),
        ("图.png", b"\x89PNG\r\n\x1a\n" + bytes(100), "是图片，不能读"),
        ("坏.pdf", b"%PDF-1.7\n" + b"x" * 3000, "打不开"),
    ],
)
def test_a_wrong_file_is_said_next_to_the_button_and_the_form_stays(
    page_at: PageAt, name: str, data: bytes, said: str
) -> None:
    page = page_at("/checks")
    page.get_by_text("用什么对照").click()
    page.get_by_role("textbox", name="部门").or_(page.get_by_role("combobox", name="部门")).fill("云溪市")
    hand_in(page, name, data)

    expect(page.get_by_role("alert")).to_contain_text(said)
    expect(page.locator(".file-name")).to_contain_text(name)
    expect(page.locator("#entity")).to_have_value("云溪市")
    expect(page.get_by_role("button", name="开始核对")).to_be_enabled()


def test_a_check_is_cancelled_and_not_kept(page_at: PageAt, service: Service) -> None:
    page = page_at("/checks")
    page.route("**/v1/checks?keep=true", lambda _: None)
    hand_in(page, "说明.txt", WRONG.encode())
    page.get_by_role("button", name="取消").click()

    expect(page.get_by_role("status").filter(has_text="已取消")).to_be_visible()
    expect(page.get_by_role("button", name="开始核对")).to_be_focused()


def test_pasted_text_survives_a_reload_and_is_checked(page_at: PageAt) -> None:
    page = page_at("/checks")
    page.get_by_role("radio", name="粘贴文字").check()
    page.get_by_role("textbox", name="文字").fill(WRONG)
    page.reload()
    expect(page.get_by_role("textbox", name="文字")).to_have_value(WRONG)
    page.get_by_role("button", name="开始核对").click()

    expect(page.locator(".outcome")).to_contain_text("发现2处错误")
    page.get_by_role("link", name="核对别的文件").click()
    expect(page.get_by_role("link", name="粘贴的文字.txt")).to_be_visible()


def test_an_earlier_check_is_deleted_after_a_question(page_at: PageAt) -> None:
    page = page_at("/checks")
    hand_in(page, "说明.txt", WRONG.encode())
    page.wait_for_url(re.compile(r"/checks/[0-9a-f]{12}$"))
    address = page.url
    page.goto(address.rpartition("/")[0])
    for answer in ("取消", "删除"):
        page.get_by_role("button", name="删除说明.txt的核对").click()
        page.get_by_role("dialog", name="删除这次核对？").get_by_role("button", name=answer).click()
    expect(page.get_by_text("还没有核对过文件")).to_be_visible()
    page.goto(address)
    expect(page.get_by_role("alert")).to_contain_text("或已删除")


def test_a_restart_of_the_service_is_survived(page_at: PageAt, own_service: Service) -> None:
    page = page_at(f"/checks/{own_service.check('说明.txt', WRONG.encode())}#F1", at=own_service)
    page.context.on("weberror", lambda _: None)
    expect(page.locator("mark.current")).to_be_visible()
    own_service.stop()
    finding(page, 1).get_by_role("button", name="标为已说明").click()
    dialog = page.get_by_role("dialog", name="标为已说明")
    dialog.get_by_role("textbox", name="理由").fill("理由在")
    dialog.get_by_role("textbox", name="姓名").fill("王某")
    dialog.get_by_role("button", name="标为已说明").click()
    expect(finding(page, 1).get_by_role("alert")).to_contain_text("连不上服务")
    own_service.start()
    expect(page.get_by_text("已重新连上")).to_be_visible()
    finding(page, 1).get_by_role("button", name="再试一次").click()
    expect(dialog.get_by_role("textbox", name="理由")).to_have_value("理由在")
    dialog.get_by_role("button", name="标为已说明").click()
    expect(finding(page, 1)).to_contain_text("已说明：理由在（王某，")
    page.reload()
    expect(finding(page, 1)).to_contain_text("已说明：理由在（王某，")


@pytest.mark.parametrize("width", [1280, 320])
def test_what_a_document_says_is_only_ever_text(page_at: PageAt, service: Service, width: int) -> None:
    page = page_at(f"/checks/{service.check('<img src=x onerror=alert(9)>.txt', HOSTILE.encode())}#F1", width)
    expect(finding(page, 1)).to_be_visible()
    if width < 900:
        page.get_by_role("button", name="原文", exact=True).click()
    expect(page.locator(".text-view")).to_contain_text("<img src=x onerror=alert(1)>")

    expect(page.locator(".text-view")).to_contain_text("<script>alert(2)</script>")
    expect(page.locator("main img, main script, main b:not(.count b)")).to_have_count(0)
    assert not page.evaluate(SCROLLS_SIDEWAYS)


@pytest.mark.parametrize("width", [1280, 390])
def test_checks_can_be_used_by_everyone(page_at: PageAt, service: Service, wrong_word: bytes, width: int) -> None:
    """What axe finds, in every state of the two views."""
    page = page_at("/checks", width, bypass_csp=True)
    page.get_by_text("用什么对照").click()
    expect(page.get_by_role("group", name="指定用哪些已导入的文档对照")).to_be_visible()
    assert_accessible(page, "start")
    hand_in(page, "空.txt", b"")
    expect(page.get_by_role("alert")).to_be_visible()
    assert_accessible(page, "refused")
    page.goto(service.url(f"/checks/{service.check('说明.docx', wrong_word)}#F1"))
    expect(finding(page, 1)).to_have_class(re.compile("current"))
    assert_accessible(page, "findings")
    page.get_by_role("button", name=re.compile("^文中数字")).last.click()
    page.locator(".figures .card-head").first.click()
    assert_accessible(page, "figures")
    page.get_by_role("button", name=re.compile("^问题 ")).click()
    finding(page, 1).get_by_role("button", name="标为已说明").click()
    expect(page.get_by_role("dialog", name="标为已说明")).to_be_visible()
    assert_accessible(page, "accepting")


def test_printed_are_the_outcome_and_the_findings_opened(page_at: PageAt, service: Service) -> None:
    page = page_at(f"/checks/{service.check('说明.txt', WRONG.encode())}")
    expect(finding(page, 1)).to_be_visible()
    page.emulate_media(media="print")

    expect(page.locator(".outcome")).to_be_visible()
    expect(finding(page, 2).get_by_text("56.53%").last).to_be_visible()
    expect(page.locator(".document-pane")).to_be_hidden()
    expect(page.get_by_role("button", name="标为已说明").first).to_be_hidden()


def test_marks_are_chosen_by_keyboard_and_keep_the_focus(page_at: PageAt, service: Service) -> None:
    page = page_at(f"/checks/{service.check('说明.txt', WRONG.encode())}")
    page.locator("mark.found", has_text="57.53%").focus()
    page.keyboard.press("Enter")

    expect(page.locator("mark.current")).to_have_text("57.53%")
    expect(page.locator("mark.current")).to_be_focused()
    sample = replace(Sample(), wrong_total=Sample().total + 1)
    page.goto(service.url(f"/checks/{service.check('整份.txt', sample.text.encode())}#F1"))
    flag = page.locator("td.found .flag").first
    flag.focus()
    page.keyboard.press("Enter")
    expect(page.locator("td.current .flag")).to_be_focused()


def test_a_file_is_dropped_or_chosen_by_keyboard(page_at: PageAt) -> None:
    page = page_at("/checks")
    # The browser must hold its own dialog back before the key is pressed.
    page.on("filechooser", lambda _: None)
    button = page.get_by_role("button", name="选择文件")
    button.focus()
    expect(button).to_be_focused()
    with page.expect_file_chooser() as asking:
        page.keyboard.press("Enter")
    asking.value.set_files({"name": "选的.txt", "mimeType": "text/plain", "buffer": WRONG.encode()})
    expect(page.locator(".file-name")).to_contain_text("选的.txt")
    dropped = page.evaluate_handle(
        "(text) => { const files = new DataTransfer(); files.items.add(new File([text], '拖的.txt')); return files; }",
        WRONG,
    )
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event(".drop", event, {"dataTransfer": dropped})

    expect(page.locator(".file-name")).to_contain_text("拖的.txt")
    expect(page.locator(".drop")).not_to_have_class(re.compile("over"))
    page.get_by_role("button", name="开始核对").click()
    expect(page.locator(".outcome")).to_contain_text("发现2处错误")


def test_tables_can_be_handed_in_to_judge_by(page_at: PageAt) -> None:
    page = page_at("/checks")
    text = f"{Sample().entity}2024年部门预算情况说明\n2024年支出预算1.00万元。\n"
    page.get_by_text("用什么对照").click()
    tables: FilePayload = {"name": "预算.txt", "mimeType": "text/plain", "buffer": Sample().text.encode()}
    page.get_by_label("对照的表格文件").set_input_files([tables, tables | {"name": "多余.txt"}])
    page.get_by_role("button", name="去掉多余.txt").click()
    hand_in(page, "说明.txt", text.encode())
    finding(page, 1).locator(".card-head").click()
    page.get_by_role("button", name=re.compile("^看出处：")).first.click()

    expect(page.get_by_role("dialog", name="看出处").locator("td.mark")).to_contain_text(str(Sample().total))
