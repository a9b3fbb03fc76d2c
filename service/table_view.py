"""The tables of a document as one web page for people who look into a layout: every cell marked by its proof."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from service.domain.document import Cell, Document, Identity, Row, Table
from service.domain.fact import Proof

_CLASSES = {Proof.PROVEN: "proven", Proof.UNPROVEN: "unproven", Proof.CONTRADICTED: "contradicted"}
#: Not by colour alone: a mark stands behind every figure.
_MARKS = {Proof.PROVEN: "✓", Proof.UNPROVEN: "?", Proof.CONTRADICTED: "✗"}
_STYLE = """
body{font:14px/1.5 sans-serif;margin:1.5em;color:#222;background:#fff}
table{border-collapse:collapse;margin:.5em 0}
th,td{border:1px solid #999;padding:2px 6px;vertical-align:top}
th{background:#eef;font-weight:600}
td.figure{text-align:right;white-space:nowrap}
.proven{background:#cfeccf}.unproven{background:#e4e4e4}.contradicted{background:#f6b8b8;font-weight:600}
.ocr{background-image:repeating-linear-gradient(45deg,transparent 0 5px,rgba(0,0,90,.18) 5px 7px)}
td:target{outline:3px solid #d60}
.mark{color:#444;font-size:85%}.about{color:#555}
.failed{color:#a00}
"""


@dataclass(frozen=True, slots=True)
class _Heading:
    """A cell of the header: its text, and how many columns and rows it covers."""

    text: str
    across: int
    down: int


def document_to_html(document: Document, tables: Sequence[Table] | None = None) -> str:
    """Write one self-contained page: no script, nothing fetched, everything from the document escaped.

    Args:
        document: What was read.
        tables: Those of its tables to show; None for all.
    """
    shown = document.tables if tables is None else tuple(tables)
    title = escape(document.title or document.name)
    about = [
        escape(document.name), escape(document.entity), f"{document.year}年", escape(document.stage.value),
        escape(document.kind), f"{document.pages}页" if document.pages else "",
    ]  # fmt: skip
    index = "".join(
        f'<li><a href="#{_id(t.id)}">{escape(t.id)} {escape(t.title)}</a> {_share((t,))}</li>' for t in shown
    )
    findings = "".join(f"<li>{escape(each.message)}</li>" for each in document.findings)
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{title}</title><style>{_STYLE}</style></head><body>\n"
        f'<h1>{title}</h1><p class="about">{"，".join(filter(None, about))}</p>'
        f"<p>{_share(shown)}</p>"
        '<p>标记：<span class="proven">✓ 已验证</span> <span class="unproven">? 未验证</span> '
        '<span class="contradicted">✗ 有矛盾</span> <span class="ocr">［识］ OCR识读</span></p>'
        f"<ul>{index}</ul>"
        + (f"<h2>提示</h2><ul>{findings}</ul>" if findings else "")
        + "\n".join(_table(each, document) for each in shown)
        + "\n</body></html>\n"
    )


def header_rows(columns: Sequence[str]) -> list[list[tuple[str, int, int]]]:
    """Return the rows of a header as (text, columns covered, rows covered).

    Args:
        columns: Header paths, levels joined by ``/``.

    Returns:
        One list per level. Neighbours under the same path are one cell; a path that ends early reaches to the bottom.
    """
    paths = [tuple(column.split("/")) for column in columns]
    depth = max(map(len, paths), default=1)
    return [[(h.text, h.across, h.down) for h in _level(paths, level, depth)] for level in range(depth)]


def _level(paths: Sequence[tuple[str, ...]], level: int, depth: int) -> Iterable[_Heading]:
    start = 0
    while start < len(paths):
        path = paths[start]
        end = start + 1
        if len(path) > level:
            last = len(path) == level + 1
            while not last and end < len(paths) and _continues(path, paths[end], level):
                end += 1
            yield _Heading(path[level], end - start, depth - level if last else 1)
        start = end


def _continues(path: tuple[str, ...], other: tuple[str, ...], level: int) -> bool:
    return len(other) > level + 1 and other[: level + 1] == path[: level + 1]


def _table(table: Table, document: Document) -> str:
    about = [
        f"第{table.page}页" if table.page else "", escape(table.number),
        f"单位：{escape(table.unit.symbol)}" if table.unit else "没有单位",
        f"标准表{escape(table.kind)}" if table.kind else "不是标准表", "OCR识读" if table.by_ocr else "",
    ]  # fmt: skip
    levels = header_rows(table.columns)
    head = "".join(
        "<tr>"
        + ("" if level else f'<th rowspan="{len(levels)}">行</th>')
        + "".join(f"<th{_span(across, down)}>{escape(text)}</th>" for text, across, down in row)
        + "</tr>"
        for level, row in enumerate(levels)
    )
    body = "".join(_row(table, number, row) for number, row in enumerate(table.rows))
    return (
        f'<h2 id="{_id(table.id)}">{escape(table.id)} {escape(table.title)}</h2>'
        f'<p class="about">{"，".join(filter(None, about))}</p><p>{_share((table,))}</p>'
        f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"
        + _listed("读表时的修补", map(escape, table.repairs))
        + _listed("表下的注", map(escape, table.notes))
        + _listed("不成立的勾稽关系", (_failed(each) for each in _failures(table, document.identities)), "failed")
    )


def _span(across: int, down: int) -> str:
    return (f' colspan="{across}"' if across > 1 else "") + (f' rowspan="{down}"' if down > 1 else "")


def _row(table: Table, number: int, row: Row) -> str:
    place = f"{row.page}页" if row.page else str(row.lines[0]) if row.lines else ""
    cells = "".join(_cell(table, number, column, cell) for column, cell in enumerate(row.cells))
    return f'<tr><th title="{escape(row.kind.value)}">{number}<br><span class="mark">{place}</span></th>{cells}</tr>'


def _cell(table: Table, row: int, column: int, cell: Cell) -> str:
    name = _id(f"{table.id}.{row}.{column}")
    if cell.proof is None:
        return f'<td id="{name}">{escape(cell.raw)}</td>'
    ocr, recognised = (" ocr", "［识］") if table.by_ocr else ("", "")
    return (
        f'<td id="{name}" class="figure {_CLASSES[cell.proof]}{ocr}" title="{cell.proof.value}">{escape(cell.raw)} '
        f'<span class="mark">{_MARKS[cell.proof]}{recognised}</span></td>'
    )


def _failures(table: Table, identities: Iterable[Identity]) -> Iterable[Identity]:
    own = f"{table.id}."
    for each in identities:
        if each.verdict == "failed" and any(_place(at).startswith(own) for at in (*each.left, *each.right)):
            yield each


def _failed(identity: Identity) -> str:
    left, right = (" + ".join(map(_link, side)) for side in (identity.left, identity.right))
    return (
        f"{escape(identity.description)}：{escape(identity.left_value)} ≠ {escape(identity.right_value)}"
        f"（容许差{escape(identity.tolerance)}；{left} = {right}）"
    )


def _link(at: str) -> str:
    place = _place(at)
    return f'<a href="#{_id(place)}">{escape(place)}</a>'


def _place(at: str) -> str:
    """Return ``T03.0.5`` of a cell's or a fact's id."""
    return at.rpartition("/")[2]


def _id(text: str) -> str:
    """Return *text* as the name of a place in the page."""
    return "".join(c if c.isascii() and (c.isalnum() or c in ".-") else f"_{ord(c):x}_" for c in text)


def _listed(title: str, items: Iterable[str], kind: str = "about") -> str:
    body = "".join(f"<li>{each}</li>" for each in items)
    return f'<p>{title}</p><ul class="{kind}">{body}</ul>' if body else ""


def _share(tables: Sequence[Table]) -> str:
    proofs = [cell.proof for table in tables for row in table.rows for cell in row.cells if cell.proof]
    if not proofs:
        return "没有数字单元格"
    counts = {proof: proofs.count(proof) for proof in Proof}
    return (
        f"数字单元格{len(proofs)}个：✓{counts[Proof.PROVEN]}（{100 * counts[Proof.PROVEN] // len(proofs)}%）"
        f" ?{counts[Proof.UNPROVEN]} ✗{counts[Proof.CONTRADICTED]}"
    )
