"""文档: files are added, listed and deleted; a document shows why its figures are proven, beside its pages or text."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from tests.browser.conftest import PageAt
from tests.browser.services import Service
from tests.pdfs import PdfPage, pdf_of

TABLE = [
    ["项目", "合计", "基本支出", "项目支出"], ["教育管理", "70.00", "60.00", "10.00"], ["小学教育", "30.00", "20.00", "10.00"],
    ["合计", "100.00", "80.00", "21.00"],
]  # fmt: skip


def a_pdf() -> bytes:
    """Return a budget whose total of project expenditure is one too much."""
    cover, tables, text = PdfPage(), PdfPage(), PdfPage()
    cover.text(60, 60, "临江市教育局2024年度部门预算", size=18)
    cover.text(60, 120, "一、部门职责")
    cover.text(80, 150, "贯彻执行国家教育方针。")
    tables.text(60, 60, "2024年部门支出总体情况表")
    tables.text(60, 80, "部门：临江市教育局")
    tables.text(400, 80, "单位：万元")
    tables.table(60, 100, [120, 80, 80, 80], TABLE)
    text.text(60, 60, "二、支出预算情况说明")
    text.text(80, 90, "临江市教育局2024年支出预算100.00万元。")
    return pdf_of(cover, tables, text)


def a_text(entity: str, year: int) -> bytes:
    """Return a short budget."""
    return f"{entity}{year}年度部门预算\n\n部门：{entity}\n{year}年收入总计100万元。\n".encode()


def files(*given: tuple[str, bytes]) -> list[FilePayload]:
    """Return files to be chosen."""
    return [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in given]


def choose(page: Page, *given: tuple[str, bytes]) -> None:
    """Choose files as a user does, by the button."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="选择文件").press("Enter")
    chooser.value.set_files(files(*given))


def row_of(page: Page, name: str) -> str:
    """Return a selector's worth of what became of a file."""
    return f"#uploads > li:has(.upload-name span:text-is('{name}'))"


def test_an_empty_store_says_what_to_add(page_at: PageAt, empty_service: Service) -> None:
    page = page_at("/documents", at=empty_service)
    expect(page.get_by_role("heading", name="还没有文档")).to_be_visible()
    expect(page.get_by_role("button", name="选择文件")).to_be_visible()
    expect(page.get_by_text("一个文件不超过32MB")).to_be_visible()


def test_several_files_are_added_and_each_says_what_became_of_it(page_at: PageAt, empty_service: Service) -> None:
    page = page_at("/documents", at=empty_service)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("乙.txt", a_text("临江市审计局", 2024))
        archive.writestr("图.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    choose(page, ("甲.pdf", a_pdf()), ("断.pdf", a_pdf()[:400]), ("空.txt", b""), ("包.zip", packed.getvalue()))

    expect(page.locator(row_of(page, "甲.pdf"))).to_contain_text("✓ 已导入", timeout=60_000)
    broken = page.locator(row_of(page, "断.pdf"))
    expect(broken).to_contain_text("✗ 没有导入", timeout=60_000)
    expect(broken.get_by_role("alert")).to_contain_text("请重新下载")
    expect(broken.get_by_role("button", name="重试断.pdf")).to_have_count(0)
    expect(page.locator(row_of(page, "空.txt"))).to_contain_text("这个文件是空的")
    packed_row = page.locator(row_of(page, "包.zip"))
    expect(packed_row).to_contain_text("导入1份，1份没有导入", timeout=60_000)
    expect(packed_row).to_contain_text("图.png")
    held = page.get_by_role("heading", level=3)
    expect(held).to_have_count(2)
    expect(page.get_by_text("共2份。")).to_be_visible()
    with_error = page.locator("#held li", has_text="临江市教育局")
    expect(with_error).to_contain_text("✓ 表内勾稽88%相符")
    expect(with_error.get_by_role("link", name="✗ 共有2处错误，点开看")).to_be_visible()
    without_figures = page.locator("#held li", has_text="临江市审计局")
    expect(without_figures).to_contain_text("没有读到带数字的表，可能不是部门预算（决算）文件")
    without_figures.get_by_role("button", name=re.compile("删除")).click()
    expect(page.get_by_role("dialog")).to_contain_text("0张表（没有数字单元格）")
    page.keyboard.press("Escape")
    page.locator(row_of(page, "甲.pdf")).get_by_role("link", name="查看甲.pdf").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("临江市教育局")


def test_files_can_be_dropped(page_at: PageAt, empty_service: Service) -> None:
    page = page_at("/documents", at=empty_service)
    expect(page.locator(".drop")).to_be_visible()
    given = page.evaluate_handle(
        """(text) => {
          const given = new DataTransfer();
          given.items.add(new File([text], "丙.txt"));
          return given;
        }""",
        a_text("临江市审计局", 2023).decode(),
    )
    page.dispatch_event(".drop", "dragover", {"dataTransfer": given})
    expect(page.locator(".drop")).to_have_class(re.compile("over"))
    page.dispatch_event(".drop", "drop", {"dataTransfer": given})
    expect(page.locator(row_of(page, "丙.txt"))).to_contain_text("已导入", timeout=30_000)
    expect(page.get_by_role("heading", level=3)).to_have_count(1)


def test_a_file_beyond_the_limit_is_not_even_sent(page_at: PageAt, empty_service: Service) -> None:
    page = page_at("/documents", at=empty_service)
    page.route("**/v1/intake", lambda route: route.fulfill(json={"max_bytes": 1048576}))
    page.reload()
    expect(page.get_by_text("一个文件不超过1MB")).to_be_visible()
    choose(page, ("大.pdf", b"%PDF" + b"x" * 2_000_000))
    expect(page.locator(row_of(page, "大.pdf"))).to_contain_text("有1.9MB，超过上限1MB")


def test_a_restart_in_the_middle_is_said_and_the_list_is_read_again(page_at: PageAt, empty_service: Service) -> None:
    page = page_at("/documents", at=empty_service)
    asked: list[str] = []

    def gone(route: Route) -> None:
        asked.append(route.request.url)
        running = {
            "id": "x",
            "state": "running",
            "done": 0,
            "total": 2,
            "reading": ["丁.txt"],
            "seconds": 3,
            "files": [],
        }
        problem = {"status": 404, "code": "missing-document", "detail": "没有"}
        route.fulfill(json=running) if len(asked) == 1 else route.fulfill(status=404, body=json.dumps(problem))

    page.route("**/v1/documents/jobs/*", gone)
    choose(page, ("丁.txt", a_text("临江市审计局", 2022)), ("戊.txt", b"\x00" * 50))
    expect(page.locator(row_of(page, "丁.txt"))).to_contain_text("正在读取")
    expect(page.locator(row_of(page, "戊.txt"))).to_contain_text("服务重启过，这份没有读完", timeout=20_000)
    expect(page.locator(row_of(page, "戊.txt")).get_by_role("button", name="重试戊.txt")).to_be_visible()


def test_a_page_loaded_again_goes_on_telling(page_at: PageAt, empty_service: Service) -> None:
    page = page_at("/documents", at=empty_service)
    state = {"held": True}

    def held(route: Route) -> None:
        if state["held"]:
            route.fulfill(
                json={"id": "x", "state": "waiting", "done": 0, "total": 1, "reading": [], "seconds": 0, "files": []}
            )
        else:
            route.continue_()

    page.route("**/v1/documents/jobs/*", held)
    choose(page, ("己.txt", a_text("临江市审计局", 2021)))
    expect(page.locator(row_of(page, "己.txt"))).to_contain_text("排队等候")
    page.reload()
    expect(page.locator(row_of(page, "己.txt"))).to_contain_text("排队等候")
    state["held"] = False
    expect(page.locator(row_of(page, "己.txt"))).to_contain_text("✓", timeout=20_000)
    expect(page.locator("#announcer")).to_contain_text("读完了", timeout=20_000)
    page.reload()
    expect(page.get_by_role("heading", level=3)).to_have_count(1)
    expect(page.locator("#uploads > li")).to_have_count(0)


def test_deleting_names_the_document_and_can_be_called_off(page_at: PageAt, own_service: Service) -> None:
    page = page_at("/documents", at=own_service)
    page.get_by_role("button", name=re.compile("删除《新乡市红旗区")).press("Enter")
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("删除《新乡市红旗区委员会办公室")
    expect(question).to_contain_text("12张表")
    expect(question).to_contain_text("不能恢复")
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", level=3)).to_have_count(1)
    page.get_by_role("button", name=re.compile("删除《")).click()
    question.get_by_role("button", name="删除这份文档").click()
    expect(page.get_by_text(re.compile("已删除《新乡市红旗区"))).to_be_visible()
    expect(page.get_by_role("heading", name="还没有文档")).to_be_visible()
    expect(page.locator("#held-title")).to_be_focused()
    assert own_service.documents() == []


def test_many_documents_can_be_searched_and_ordered(page_at: PageAt, empty_service: Service) -> None:
    for number in range(11):
        empty_service.add(f"{number}.txt", a_text(f"临江市第{'一二三四五六七八九十百'[number]}中学", 2014 + number))
    page = page_at("/documents", at=empty_service)
    titles = page.get_by_role("heading", level=3)
    expect(titles).to_have_count(11)
    page.get_by_label("排列").select_option(label="按年度，新的在前")
    expect(titles.first).to_contain_text("2024")
    page.get_by_label("筛选").fill("第三 2016")
    expect(titles).to_have_count(1)
    expect(page.get_by_text("11份中的1份。")).to_be_visible()
    page.get_by_label("筛选").fill("没有的")
    expect(page.get_by_text("没有符合“没有的”的文档")).to_be_visible()


def _seed(service: Service) -> str:
    return str(service.documents()[0]["id"])


def test_a_cell_says_which_relations_vouch_for_it_and_leads_to_them(page_at: PageAt, service: Service) -> None:
    page = page_at(f"/documents/{_seed(service)}#T03.0.5")
    marked = page.locator("td.mark")
    expect(marked).to_contain_text("950.47")
    expect(marked).to_have_attribute("data-column", "5")
    story = page.get_by_role("region", name="这个数字的来历")
    expect(story).to_contain_text("已验证")
    expect(story).to_contain_text("合计 = 基本支出/小计 + 项目支出/小计")
    story.get_by_role("link", name=re.compile("537.27")).first.click()
    expect(page).to_have_url(re.compile(r"#T03\.0\.6$"))
    expect(marked).to_contain_text("537.27")
    expect(page.locator(".text-part p.marked")).to_contain_text("950.47")
    page.go_back()
    expect(marked).to_contain_text("950.47")


def test_cells_are_chosen_by_keyboard(page_at: PageAt, service: Service) -> None:
    page = page_at(f"/documents/{_seed(service)}#T03")
    cell = page.locator(".table-pane button.cell").nth(3)
    cell.focus()
    page.keyboard.press("Enter")
    expect(page.locator("td.mark button.cell")).to_be_focused()
    expect(page.get_by_role("region", name="这个数字的来历")).to_contain_text("勾稽关系")
    page.get_by_role("link", name="下一张表 →").press("Enter")
    expect(page.locator(".table-list a[aria-current]")).to_have_attribute("href", "#T04")


def test_a_line_is_shown_in_its_text(page_at: PageAt, service: Service) -> None:
    page = page_at(f"/documents/{_seed(service)}#L96", 390)
    marked = page.locator(".text-part p.marked")
    expect(marked).to_have_attribute("data-line", "96")
    expect(marked).to_be_in_viewport()


def test_findings_lead_to_their_places(page_at: PageAt, service: Service) -> None:
    page = page_at(f"/documents/{_seed(service)}")
    page.locator(".findings summary").click()
    page.locator(".findings a[href^='#C']").first.click()
    expect(page.locator(".text-part p.marked").first).to_be_visible()


def test_the_document_can_be_asked_about_and_its_file_saved(page_at: PageAt, service: Service, seed_path: Path) -> None:
    page = page_at(f"/documents/{_seed(service)}")
    link = page.get_by_role("link", name="就这份文档提问")
    expect(link).to_have_attribute("href", re.compile(r"^/\?entity=.*&year=2024$"))
    with page.expect_download() as saved:
        page.get_by_role("button", name="下载原件").click()
    assert Path(saved.value.path()).read_bytes() == seed_path.read_bytes()
    assert saved.value.suggested_filename == seed_path.name


@pytest.mark.parametrize("width", [1280, 390])
def test_a_wrong_figure_is_marked_on_the_image_of_its_page(page_at: PageAt, own_service: Service, width: int) -> None:
    made = own_service.add("甲.pdf", a_pdf())
    page = page_at(f"/documents/{made['id']}#T01.2.3", width, at=own_service)
    story = page.get_by_role("region", name="这个数字的来历")
    expect(story).to_contain_text("有矛盾")
    expect(story.locator(".relation-failed").first).to_contain_text("≠")
    mark = page.locator(".page-mark.cell")
    expect(mark).to_be_attached()
    image, box = page.locator(".page-image").bounding_box(), mark.bounding_box()
    assert image
    assert box
    # The cell is in the last of four rows, in the last of four columns.
    assert 340 / 595 <= (box["x"] - image["x"]) / image["width"] <= 420 / 595
    assert 160 / 842 <= (box["y"] - image["y"]) / image["height"] <= 180 / 842
    page.get_by_role("button", name="下一页").click()
    expect(page.get_by_alt_text("原件第3页的图像")).to_be_visible()
    expect(mark).to_have_count(0)
    expect(page.get_by_role("button", name="下一页")).to_be_disabled()
    page.get_by_role("tab", name="文字").click()
    expect(page.locator(".text-part")).to_contain_text("2024年支出预算100.00万元")


def test_without_the_file_the_page_says_so_and_shows_the_text(page_at: PageAt, empty_service: Service) -> None:
    empty_service.stop()
    bare = Service(empty_service.home, keep_originals="false").start()
    try:
        made = bare.add("甲.pdf", a_pdf())
        page = page_at(f"/documents/{made['id']}", at=bare)
        expect(page.locator(".page-view")).to_contain_text("没有留存原件，请重新导入一次这份文件")
        page.get_by_role("button", name="下载原件").click()
        expect(page.locator("#about")).to_contain_text("没有留存原件")
        page.get_by_role("tab", name="文字").click()
        expect(page.locator(".text-part")).to_contain_text("国家教育方针")
    finally:
        bare.stop()


def test_a_document_that_is_gone_leads_back(page_at: PageAt) -> None:
    page = page_at("/documents/0123456789abcdef")
    expect(page.get_by_text("没有这份文档，它可能已被删除。")).to_be_visible()
    page.get_by_role("button", name="看全部文档").click()
    expect(page.get_by_role("heading", name="已导入的文档")).to_be_visible()
