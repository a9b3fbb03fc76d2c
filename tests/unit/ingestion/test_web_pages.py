"""Web pages give the article's paragraphs and tables in order, without what stands around them."""

from __future__ import annotations

import quopri

import pytest

from service.adapters.readers.files import read_file
from service.domain.errors import EmptyDocumentError, OversizedDocumentError, SourceDocumentError
from service.ingestion.blocks import Grid, Reading, TextLine
from tests.samples import MAX_BYTES

TITLE = "云溪市示例局2024年度部门预算"
PROSE = "云溪市示例局负责全市示例工作的组织、协调和监督，承担示例资金的安排与管理。"
TABLE = """
<table><caption>收支总表</caption>
<tr><th colspan="2">收入</th><th colspan=2>支出</th></tr>
<tr><th rowspan=2>项目<th rowspan=2>金额<th>基本<br>支出</th><th>项目支出</th></tr>
<tr><td>a</td><td>b</td></tr>
<tr><td>&nbsp;&nbsp;一、财政拨款</td><td>1,234.50</td><td>1,000.00</td><td>234.50</td></tr></table>
"""


def page(body: str, head: str = f"<title>{TITLE}_部门预算_云溪市人民政府</title>") -> bytes:
    return f"<!DOCTYPE html><html><head><meta charset=utf-8>{head}</head><body>{body}</body></html>".encode()


def read(data: bytes, name: str = "预算.html") -> Reading:
    reading = read_file(data, name, max_bytes=MAX_BYTES)
    for block in reading.blocks:
        if isinstance(block, TextLine):
            assert reading.text[block.start : block.start + len(block.text)] == block.text
    return reading


def lines(reading: Reading) -> list[str]:
    return [b.text for b in reading.blocks if isinstance(b, TextLine)]


def grids(reading: Reading) -> list[list[tuple[str, ...]]]:
    return [[r.cells for r in b.rows] for b in reading.blocks if isinstance(b, Grid)]


def test_spans_become_a_grid_in_its_place() -> None:
    """Merged cells reach over their columns and rows; the table stands between its neighbours."""
    reading = read(page(f"<h2>一、收支</h2><p>单位：万元</p>{TABLE}<p>{PROSE}</p>"))

    assert grids(reading) == [
        [
            ("收入", "", "支出", ""),
            ("项目", "金额", "基本支出", "项目支出"),
            ("", "", "a", "b"),
            ("  一、财政拨款", "1,234.50", "1,000.00", "234.50"),
        ]
    ]
    (grid,) = (b for b in reading.blocks if isinstance(b, Grid))
    assert grid.spans == {(0, 0): (1, 2), (0, 2): (1, 2), (1, 0): (2, 1), (1, 1): (2, 1)}
    assert [b.text if isinstance(b, TextLine) else "表" for b in reading.blocks] == [
        TITLE, "一、收支", "单位：万元", "收支总表", "表", PROSE,
    ]  # fmt: skip
    assert [b.heading for b in reading.blocks if isinstance(b, TextLine)] == [1, 2, 0, 0, 0]


def test_what_stands_around_the_article_is_left_out() -> None:
    """Menus, paths, dates, share boxes, footers and scripts are not the document."""
    links = "".join(f'<li><a href="/{n}">栏目{n}</a></li>' for n in range(30))
    body = f"""
    <div class="topbar"><ul>{links}</ul></div><nav>导航</nav>
    <div class="crumbs"><table><tr><td><a href="/">首页</a></td><td>&gt; <a href="/a">公开</a></td></tr></table></div>
    <div class="main"><h1>{TITLE}</h1><div class="info">发布日期：2026-01-30 来源：示例网站 浏览次数：3</div>
    <div id="zoom" class="article"><p>{PROSE}</p>{TABLE}<p>二、其他说明</p></div>
    <div class="share_box">分享到 微信</div></div>
    <script>var x = "脚本";</script><div class="footer">主办：云溪市 备案号 <p>{links}</p></div>"""
    reading = read(page(body))

    assert lines(reading) == [TITLE, PROSE, "收支总表", "二、其他说明"]
    assert len(grids(reading)) == 1


def test_an_unknown_page_keeps_all_its_text() -> None:
    """Without any hint nothing that may be the document is dropped: tables beside the text stay."""
    body = f"<div class=x1><p>{PROSE}</p></div><div class=x2><div>表一</div><div>单位：元</div>{TABLE}</div><div>末尾。</div>"

    assert lines(read(page(body))) == [TITLE, PROSE, "表一", "单位：元", "收支总表", "末尾。"]


def test_a_table_that_lays_out_the_page_is_not_data() -> None:
    """Text and tables within layout tables come out in order."""
    body = f"<table><tr><td>左栏</td><td><table><tr><td><p>{PROSE * 10}</p></td><td>边</td></tr></table>{TABLE}</td></tr><tr><td>底</td></tr></table>"
    reading = read(page(body))

    assert lines(reading) == [TITLE, "左栏", PROSE * 10, "边", "收支总表", "底"]
    assert len(grids(reading)) == 1


def test_lines_and_paragraphs() -> None:
    """A paragraph is whole; a line that a break ends may go on; line ends of the source are nothing."""
    reading = read(
        page(
            f"<p>第一行<br>第二\n  行</p><div>甲<p>{PROSE}</p>乙 <b>丙</b></div><pre>一\n二</pre><p style='display:none'>隐</p>"
        )
    )
    found = [(b.text, b.whole) for b in reading.blocks if isinstance(b, TextLine)]

    assert found == [
        (TITLE, True), ("第一行", False), ("第二行", True), ("甲", True), (PROSE, True), ("乙 丙", True),
        ("一", False), ("二", True),
    ]  # fmt: skip


@pytest.mark.parametrize("charset", ["gb2312", "gbk", "utf-8", "utf-16", "big5-nonsense"])
def test_the_declared_encoding_is_tried_first(charset: str) -> None:
    """Whatever the page says, it is read."""
    encoding = {"gb2312": "gb18030", "big5-nonsense": "utf-8"}.get(charset, charset)
    text = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}"></head><body><p>{PROSE}</p></body></html>'

    assert lines(read(text.encode(encoding))) == [PROSE]


def test_a_workbook_saved_as_a_web_page_is_read_and_remarked() -> None:
    """Systems export HTML tables named .xls."""
    reading = read(f"<html xmlns:x='urn:schemas-microsoft-com:office:excel'>{TABLE}</html>".encode(), "表.xls")

    assert len(grids(reading)) == 1
    assert [r.code for r in reading.remarks] == ["wrong-extension"]


def test_a_web_archive_is_read() -> None:
    """Every page within an MHT file is read."""
    parts = "".join(
        f"--x\r\nContent-Type: text/html; charset=gb2312\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        f"{quopri.encodestring(html.encode('gb18030')).decode()}\r\n"
        for html in (f"<p>{PROSE}</p>", f"<body>{TABLE}</body>")
    )
    data = f'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"\r\n\r\n{parts}--x--\r\n'.encode()
    reading = read(data, "预算.mht")

    assert lines(reading) == [PROSE, "收支总表"]
    assert len(grids(reading)) == 1
    assert reading.remarks == ()


def test_linked_files_are_named() -> None:
    """Tables often are in attachments: the person is told which."""
    (remark,) = read(page(f"<p>{PROSE}</p><p>附件：<a href='/f/%E8%A1%A8.xlsx'>示例局预算表</a></p>")).remarks

    assert remark.code == "linked-files"
    assert "示例局预算表" in remark.message


def placed(width: str, unit: str, *, ruled: bool) -> str:
    """Return a drawn page with a table of two rows below a sentence."""
    scale = {"pt": 1.0, "px": 4 / 3, "em": 1 / 10}[unit]

    def at(left: float, top: float, text: str) -> str:
        return f'<div style="position:absolute;left:{left * scale}{unit};top:{top * scale}{unit};font-size:10pt">{text}</div>'

    def rule(left: float, top: float, across: float, down: float) -> str:
        side = "bottom" if across else "right"
        return (
            f'<div style="position:absolute;left:{left * scale}{unit};top:{top * scale}{unit};width:{across * scale}{unit};'
            f'height:{down * scale}{unit};font-size:10pt;border-{side}:0.5pt solid #000"></div>'
        )

    drawn = "".join(rule(50, y, 400, 0) for y in (195, 215, 235)) + "".join(rule(x, 195, 0, 40) for x in (50, 200, 450))
    words = (
        at(70, 100, "云溪市示例局二〇二四年预算收入总计一千二百三十四万元，比上年增加，主要是")
        + at(50, 116, "示例工作增加。") + at(60, 200, "项目") + at(300, 200, "金额") + at(60, 220, "财政拨款")
        + at(300, 220, "1,234.50")
    )  # fmt: skip
    return f'<div style="position:relative;width:{width};height:842pt">{words}{drawn if ruled else ""}</div>'


@pytest.mark.parametrize("unit", ["pt", "px", "em"])
def test_drawn_pages_become_paragraphs_and_ruled_tables(unit: str) -> None:
    """Words with places are put together again, and lines enclose cells."""
    reading = read(page(placed("595pt", unit, ruled=True) + placed("595pt", unit, ruled=True)))

    assert reading.pages == 2
    assert grids(reading) == [[("项目", "金额"), ("财政拨款", "1,234.50")]] * 2
    sentence = "云溪市示例局二〇二四年预算收入总计一千二百三十四万元，比上年增加，主要是示例工作增加。"
    assert lines(reading) == [TITLE, sentence, sentence]
    assert [b.page for b in reading.blocks if isinstance(b, TextLine)][1:] == [1, 2]
    assert reading.page_of(reading.text.rindex(sentence)) == 2


def test_drawn_tables_without_lines_are_told_by_their_columns() -> None:
    """Figures below one another make a table where nothing is ruled."""
    rows = [
        ("项目", "本年预算", "上年预算"),
        ("财政拨款", "1,234.50", "1,100.00"),
        ("事业收入", "34.50", "9.00"),
        ("其他收入", "2.00", "8.00"),
        ("合计", "1,271.00", "1,117.00"),
    ]
    words = "".join(
        f'<span style="position:absolute;left:{x}px;top:{300 + 20 * n}px;font-size:12px">{cell}</span>'
        for n, row in enumerate(rows)
        for x, cell in zip((100, 300, 500), row, strict=True)
    )
    (table,) = grids(read(page(f'<div style="position:relative;width:800px;height:1000px">{words}</div>')))

    assert [c.strip() for row in table for c in row if c] == [c for row in rows for c in row]


def test_places_in_style_sheets_and_from_below() -> None:
    """Converters put places into classes, measure from the bottom, and scale the type."""
    sheet = """<style>.pf{position:relative;width:800px;height:1000px}.c,.t{position:absolute}
    .x1{left:100px}.y1{bottom:900px}.y2{bottom:880px}.y3{bottom:500px}.m{transform:matrix(0.25,0,0,0.25,0,0)}
    .fs{font-size:64px}.w{width:800px;height:1000px;left:0;top:0}</style>"""
    body = f"""<div id=pf1 class=pf><div class="c w"><div class="t m x1 y1 fs">{PROSE}</div>
    <div class="t m x1 y3 fs">第二段，金额<span class=_ style="width:3px"></span>1,234.50万元。</div>
    <div class="t m x1 y2 fs">一、另一行。</div></div></div>"""

    assert lines(read(page(body, f"<title>{TITLE}</title>{sheet}"))) == [
        TITLE, PROSE, "一、另一行。", "第二段，金额1,234.50万元。",
    ]  # fmt: skip


@pytest.mark.parametrize("tag", ["div", "font", "span", "table><tr><td", "ul><li", "b><i"])
def test_deep_nesting_is_read_or_refused(tag: str) -> None:
    """A hundred thousand open tags neither crash nor lose the text silently."""
    data = page(f"<p>{PROSE}</p>" + f"<{tag}>" * 100_000 + f"<p>{TITLE}</p>")
    try:
        assert TITLE in lines(read(data))
    except SourceDocumentError as error:
        assert "嵌套" in error.message or "已损坏" in error.message  # noqa: PT017


def test_spans_beyond_reason_are_bounded() -> None:
    """A cell cannot claim a million columns; too many cells are refused."""
    reading = read(page("<table><tr><td colspan=999999 rowspan=999999>甲<td>乙<tr><td>丙<td>1</table>" + f"<p>{PROSE}"))
    assert len(reading.blocks) < 10

    with pytest.raises(OversizedDocumentError, match="标签"):
        read(page("<b>" * 600_001))
    row = "<tr>" + "<td>1" * 500
    with pytest.raises(OversizedDocumentError, match="格"):
        read(page(f"<table>{row * 900}</table>"))


@pytest.mark.parametrize(
    "trick",
    [
        '<!DOCTYPE html [<!ENTITY a "{p}"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<?xml version="1.0"?><!DOCTYPE html SYSTEM "http://127.0.0.1:9/x.dtd">',
    ],
)
def test_entities_are_not_resolved(trick: str) -> None:
    """Neither declared nor outside entities are followed."""
    reading = read(f"{trick}<html><body><p>&x;&b;{PROSE}</p></body></html>".encode())

    assert "root:" not in reading.text
    assert PROSE in reading.text
    assert len(reading.text) < 200


def test_a_page_without_text_is_refused() -> None:
    """Scripts alone are not a document."""
    with pytest.raises(EmptyDocumentError, match="可见文字"):
        read(b"<html><body><script>document.write('x')</script></body></html>")
