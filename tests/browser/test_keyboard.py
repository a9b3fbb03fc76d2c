"""The four flows by the keyboard alone: everything is reached, the focus is always seen, and comes back."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, Page, expect

from evals.seed import seed_document, seed_path
from tests.browser.conftest import PageAt
from tests.browser.keys import FIRST, round_trip, tab_to
from tests.browser.services import Service
from tests.samples import Sample

WHY = "为什么2024年支出下降了23%？"


def loaded(page: Page) -> Page:
    """Return the page once its view is filled."""
    page.wait_for_load_state("load")
    page.wait_for_timeout(700)
    return page


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("view", ["ask", "answer", "documents", "document", "drafts", "draft", "checks", "check"])
def test_tab_goes_through_a_view_and_out_of_it(page_at: PageAt, paths: dict[str, str], view: str, width: int) -> None:
    """Nothing holds the focus; each stop is marked and in sight; the skip link and the navigation come first."""
    stops = round_trip(loaded(page_at(paths[view], width)))

    assert stops[0] == FIRST
    assert [stop.split("“")[1] for stop in stops[1:6]] == ["有据：首页”", "提问”", "文档”", "起草”", "核对”"]
    assert len(stops) > 8, stops


def test_a_question_its_answer_and_its_evidence(page_at: PageAt) -> None:
    """Ask, look at what a figure rests on, go back, see the chart as a table, go on to the next question."""
    page = loaded(page_at("/"))
    box = page.get_by_role("textbox", name="问题")
    expect(box).to_be_focused()
    page.keyboard.type(WHY)
    page.keyboard.press("Enter")
    answer = page.locator(".turn").last
    figure = answer.get_by_role("button", name="1235.00万元").first
    expect(figure).to_be_visible()
    expect(box).to_have_value("")

    tab_to(page, figure, back=True)
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog")
    expect(panel.get_by_role("heading", level=2)).to_be_focused()
    expect(panel).to_contain_text("出处")
    tab_to(page, panel.get_by_role("region").first)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(figure).to_be_focused()

    as_table = answer.get_by_role("button", name="表", exact=True)
    tab_to(page, as_table)
    page.keyboard.press("Space")
    expect(as_table).to_have_attribute("aria-pressed", "true")
    expect(answer.get_by_role("table").first).to_be_visible()
    tab_to(page, box)
    page.keyboard.type("基本支出占支出合计的比重？")
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".turn").last.get_by_role("button", name="56.53%").first).to_be_visible()


def test_a_document_is_added_looked_at_and_deleted(page_at: PageAt, own_service: Service) -> None:
    """With a question before anything is lost, whose answer No changes nothing."""
    page = loaded(page_at("/documents", at=own_service))
    tab_to(page, page.get_by_role("button", name="选择文件"))
    with page.expect_file_chooser() as chosen:
        page.keyboard.press("Enter")
    chosen.value.set_files(FilePayload(name="样例.txt", mimeType="text/plain", buffer=Sample().text.encode()))
    held = page.get_by_role("region", name="已导入的文档")
    sample = held.get_by_role("link", name="云梦市桃源区虚构事务局").first
    expect(sample).to_be_visible()

    tab_to(page, sample)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("云梦市桃源区虚构事务局")
    cell = page.get_by_role("region", name="表格内容").get_by_role("button", name="243.05").first
    if not cell.count():
        cell = page.locator("button.cell").first
    expect(cell).to_be_visible()
    tab_to(page, cell)
    page.keyboard.press("Enter")
    expect(page.locator("td.mark")).to_be_visible()

    page.go_back()
    page.goto(own_service.url("/documents"))
    delete = page.get_by_role("button", name="删除《云梦市桃源区虚构事务局")
    expect(delete).to_be_visible()
    tab_to(page, delete)
    page.keyboard.press("Enter")
    question = page.get_by_role("dialog")
    expect(question.get_by_role("button", name="取消")).to_be_focused()
    page.keyboard.press("Enter")
    expect(question).to_have_count(0)
    expect(delete).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, question.get_by_role("button", name="删除这份文档"), back=True)
    page.keyboard.press("Enter")
    expect(delete).to_have_count(0)
    assert [each["name"] for each in own_service.documents()] == [seed_path().name]


def test_a_draft_is_written_filled_and_kept(page_at: PageAt, own_service: Service) -> None:
    """An open place is filled with a reason, a figure is looked at, the whole is saved as a version."""
    page = loaded(page_at("/drafts", at=own_service))
    tab_to(page, page.get_by_role("button", name="起草", exact=True))
    page.keyboard.press("Enter")
    page.wait_for_url("**/drafts/*")
    following = page.get_by_role("button", name="下一处待补充")
    expect(following).to_be_visible()

    tab_to(page, following)
    page.keyboard.press("Enter")
    gap = page.locator(".gap[data-gap]").first
    form = page.get_by_role("form", name="填写")
    expect(form.get_by_role("textbox")).to_be_focused()
    page.keyboard.type("一次性项目已经完成")
    page.keyboard.press("Escape")
    expect(form).to_have_count(0)
    expect(gap).to_be_focused()
    page.keyboard.press("Enter")
    expect(form.get_by_role("textbox")).to_have_value("一次性项目已经完成")
    tab_to(page, form.get_by_role("button", name="填好", exact=True))
    page.keyboard.press("Enter")
    expect(page.locator(".gap.filled").first).to_contain_text("一次性项目已经完成")

    figure = page.get_by_role("button", name="950.47").first
    tab_to(page, figure, back=True)
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog")
    expect(panel.get_by_role("heading", level=2)).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(figure).to_be_focused()

    page.keyboard.press("Control+s")
    expect(page.locator("#head")).to_contain_text("第2版")
    expect(page.locator("#paper")).to_contain_text("一次性项目已经完成")


def test_a_text_is_checked_and_a_finding_accepted(page_at: PageAt, own_service: Service) -> None:
    """The way of handing in is chosen by arrows; a finding is opened, explained, and said to be accepted."""
    seed = seed_document()
    page = loaded(page_at("/checks", at=own_service))
    tab_to(page, page.get_by_role("radio", name="交文件"))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="粘贴文字")).to_be_checked()
    tab_to(page, page.get_by_role("textbox", name="文字"))
    page.keyboard.type(f"{seed.entity}2024年支出合计951.47万元，其中：基本支出537.27万元。")
    tab_to(page, page.get_by_role("button", name="开始核对"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/checks/*")
    expect(page.locator(".outcome")).to_be_visible()

    head = page.locator(".finding .card-head").filter(has_text="951.47").first
    tab_to(page, head)
    page.keyboard.press("Enter")
    head = page.locator(".finding .card-head").filter(has_text="951.47").first
    expect(head).to_have_attribute("aria-expanded", "true")
    expect(head).to_be_focused()
    tab_to(page, page.locator(".finding.current").get_by_role("button", name="标为已说明"))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    for field in dialog.get_by_role("textbox").all():
        if not field.evaluate("(each) => each === document.activeElement"):
            page.keyboard.press("Tab")
        page.keyboard.type("已向财政局核实")
    tab_to(page, dialog.locator("button[type=submit]"))
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.locator(".finding.accepted")).to_have_count(1)
    assert page.evaluate("() => document.activeElement !== document.body")
