"""Small valid files of every kind that is read, made by script; fuzzing starts from them."""

from __future__ import annotations

import io
import quopri
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

ENTITY = "云溪市示例局"
TITLE = f"{ENTITY}2024年度部门预算"
PROSE = f"{ENTITY}2024年收入预算1,234.50万元，比上年增加34.50万元，增长2.88%。"
HEADER = ("项目", "本年预算", "上年预算")
ROWS = (("一、财政拨款", "1,200.00", "1,100.00"), ("二、事业收入", "34.50", "100.00"), ("合计", "1,234.50", "1,200.00"))


def small_files(*, old_formats: bool = True) -> dict[str, bytes]:
    """Return one file per kind by its ending; DOC and XLS only if wanted and where LibreOffice is installed."""
    files = {
        ".txt": text_file(), ".md": markdown_file(), ".csv": delimited_file(), ".html": web_page(), ".placed.html": drawn_page(),
        ".mht": web_archive(), ".pdf": pdf_file(), ".docx": word_file(), ".xlsx": workbook_file(), ".formula.xlsx": workbook_file(with_formula=True),
    }  # fmt: skip
    files[".zip"] = packed(
        {"甲.txt": files[".txt"], "乙/丙.csv": files[".csv"], "丁.zip": packed({"戊.html": files[".html"]})}
    )
    return files | (_converted(files, {".docx": ".doc", ".xlsx": ".xls"}) if old_formats else {})


def text_file() -> bytes:
    """Return a text file with a table set with tabs."""
    table = "\n".join("\t".join(row) for row in (HEADER, *ROWS))
    return f"{ENTITY}\n{TITLE}\n{PROSE}\n收支总表\n单位：万元\n{table}\n\n末尾。\n".encode()


def markdown_file() -> bytes:
    """Return a Markdown file with pipes, a box and columns of spaces."""
    pipes = "\n".join(f"| {' | '.join(row)} |" for row in (HEADER, ("--", "--:", "--:"), *ROWS))
    box = "┌──┬──┐\n│项目│金额│\n├──┼──┤\n│收入│1.00│\n└──┴──┘"
    spaced = "项目        金额\n收入        1.00\n支出        2.00\n合计        3.00"
    return f"# {TITLE}\n\n{PROSE}\n\n收支总表\n\n{pipes}\n\n{box}\n\n{spaced}\n".encode()


def delimited_file() -> bytes:
    """Return a CSV file in GBK."""
    quoted = (",".join(f'"{cell}"' for cell in row) for row in ((TITLE, "", ""), HEADER, *ROWS))
    return "\r\n".join(quoted).encode("gb18030")


def web_page() -> bytes:
    """Return a web page with a table, merged cells, a menu and a footer."""
    rows = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in ROWS)
    return (
        f"<!DOCTYPE html><html><head><meta charset=utf-8><title>{TITLE}_某网站</title></head><body>"
        f'<div class="nav"><a href="/">首页</a></div><div id="zoom"><h1>{TITLE}</h1><p>{PROSE}<br>续行</p><p>单位：万元</p>'
        f'<table border=1><tr><th rowspan="2">项目</th><th colspan="2">预算</th></tr><tr><th>本年</th><th>上年</th></tr>{rows}'
        f'</table><table><tr><td><ul><li>一</li></ul></td></tr></table></div><div class="footer">版权所有</div></body></html>'
    ).encode()


def drawn_page() -> bytes:
    """Return a web page whose words and lines are all placed."""
    parts = [
        f'<div style="position:absolute;left:50pt;top:{y}pt;width:400pt;height:0pt;border-bottom:0.5pt solid #000"></div>'
        for y in (200, 220, 240, 260)
    ] + [
        f'<div style="position:absolute;left:{x}pt;top:200pt;width:0pt;height:60pt;border-right:0.5pt solid #000"></div>'
        for x in (50, 250, 350, 450)
    ]  # fmt: skip
    words = [(60, 100, TITLE), (60, 130, PROSE)] + [
        (x, 205 + 20 * n, cell) for n, row in enumerate(ROWS) for x, cell in zip((55, 255, 355), row, strict=True)
    ]
    parts += [f'<div class="p" style="left:{x}pt;top:{y}pt;font-size:10pt">{text}</div>' for x, y, text in words]
    sheet = "<style>.p{position:absolute}.page{position:relative;width:595pt;height:842pt}</style>"
    pages = f'<div class="page">{"".join(parts)}</div>' * 2
    return f"<html><head><meta charset=utf-8>{sheet}</head><body>{pages}</body></html>".encode()


def web_archive() -> bytes:
    """Return a web page as browsers save it in one file."""
    page = quopri.encodestring(web_page()).decode()
    return (
        'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="--x"\r\n\r\n----x\r\nContent-Type: text/html; '
        f"charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{page}\r\n----x--\r\n"
    ).encode()


def pdf_file(pages: int = 2) -> bytes:
    """Return a PDF with a ruled table, its streams not packed, so that changed bytes reach the parser."""
    drawing = [_shown(60, 780, TITLE), _shown(60, 750, PROSE)]
    for n, row in enumerate((HEADER, *ROWS)):
        drawing += [_shown(x, 706 - 20 * n, cell) for x, cell in zip((55, 255, 355), row, strict=True)]
    drawing += [f"50 {y} m 450 {y} l S" for y in range(640, 721, 20)]
    drawing += [f"{x} 640 m {x} 720 l S" for x in (50, 250, 350, 450)]
    content = "\n".join(drawing)
    return _pdf(
        [
            "<</Type/Catalog/Pages 2 0 R>>",
            f"<</Type/Pages/Count {pages}/Kids[{' '.join(f'{7 + n} 0 R' for n in range(pages))}]>>",
            "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[4 0 R]>>",
            "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/CIDSystemInfo<</Registry(Adobe)"
            "/Ordering(GB1)/Supplement 4>>/FontDescriptor 5 0 R>>",
            "<</Type/FontDescriptor/FontName/STSong-Light/Flags 4/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880"
            "/Descent -120/CapHeight 880/StemV 93>>",
            f"<</Length {len(content)}>>stream\n{content}\nendstream",
            *["<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 6 0 R/Resources<</Font<</F1 3 0 R>>>>>>"]
            * pages,
        ]
    )


def _shown(x: int, y: int, text: str) -> str:
    return f"BT /F1 10 Tf {x} {y} Td <{text.encode('utf-16-be').hex()}> Tj ET"


def _pdf(objects: Iterable[str]) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(out)
    out += f"xref\n0 {len(offsets) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{o:010} 00000 n \n".encode() for o in offsets)
    out += f"trailer<</Size {len(offsets) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def word_file() -> bytes:
    """Return a DOCX with merged cells and a list."""
    import docx

    document = docx.Document()
    document.add_heading(TITLE, 1)
    document.add_paragraph(PROSE)
    document.add_paragraph("第一项", style="List Number")
    table = document.add_table(rows=1 + len(ROWS), cols=3)
    for r, row in enumerate((HEADER, *ROWS)):
        for c, cell in enumerate(row):
            table.cell(r, c).text = cell
    table.cell(0, 1).merge(table.cell(0, 2))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def workbook_file(*, with_formula: bool = False) -> bytes:
    """Return an XLSX with a merged header and a hidden sheet; a formula without its result must be computed first."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in ((TITLE,), ("单位：万元",), HEADER, *ROWS):
        sheet.append(list(row))
    sheet["B7"] = "=SUM(B4:B6)" if with_formula else 2469
    sheet["C7"] = 12.5
    sheet.merge_cells("A1:C1")
    book.create_sheet("隐").sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def packed(members: Mapping[str, bytes]) -> bytes:
    """Return a ZIP file of *members*."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def _converted(files: Mapping[str, bytes], wanted: Mapping[str, str]) -> dict[str, bytes]:
    """Let LibreOffice save some files in old formats; none where it is not installed or fails."""
    program = shutil.which("soffice")
    if program is None:
        return {}
    out: dict[str, bytes] = {}
    for source, target in wanted.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"x{source}"
            path.write_bytes(files[source])
            command = [
                program, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", target[1:],
                "--outdir", folder, str(path),
            ]  # fmt: skip
            subprocess.run(command, capture_output=True, timeout=120, check=False)  # noqa: S603
            made = path.with_suffix(target)
            if made.is_file():
                out[target] = made.read_bytes()
    return out
