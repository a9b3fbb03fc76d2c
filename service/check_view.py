"""The report of a check as one web page that fetches nothing, runs nothing and prints well."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from service.check_report import (
    UNVERIFIABLE,
    VERDICTS,
    against_to_text,
    details_of,
    place_of,
    quote_parts,
    sections_of,
    shows_quote,
    whose_to_text,
    why,
    worst_of,
)

#: What a browser may do with the page: nothing but show it.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_SIGNS = {"error": "✗", "warning": "！", "note": "i", "": "✓"}
_VERDICT_SIGNS = {"supported": "✓", "contradicted": "✗", "unverifiable": "–"}
_STYLE = """
*{box-sizing:border-box}
body{font:15px/1.7 "Noto Sans CJK SC","Microsoft YaHei","PingFang SC",sans-serif;margin:0 auto;padding:24px 20px 48px;
max-width:60em;color:#1d2733;background:#fff}
h1{font-size:24px;line-height:1.4;margin:0 0 4px}
h2{font-size:19px;margin:32px 0 4px;padding-bottom:4px;border-bottom:2px solid #d5dbe3}
h2 small{font-size:13px;font-weight:400;color:#5a6675;margin-left:8px}
.about{color:#5a6675;margin:0 0 16px}
.outcome{font-size:17px;font-weight:600;padding:12px 16px;border-left:6px solid;margin:0 0 16px}
.outcome.error{background:#fdecec;border-color:#c62828}.outcome.warning{background:#fff5e0;border-color:#d98200}
.outcome.note,.outcome.none{background:#e9f6ec;border-color:#2e7d32}
table{border-collapse:collapse;width:100%}
.counts{margin:0 0 12px}.counts td{border:1px solid #d5dbe3;padding:8px 12px;text-align:center;width:14.2%;color:#5a6675;
font-size:13px}
.counts b{display:block;font-size:22px;line-height:1.3;color:#1d2733}
.counts .bad b{color:#c62828}.counts .good b{color:#2e7d32}
.finding{border:1px solid #d5dbe3;border-left:5px solid;padding:10px 16px;margin:12px 0;break-inside:avoid}
.finding.error{border-left-color:#c62828}.finding.warning{border-left-color:#d98200}.finding.note{border-left-color:#6c7a89}
.finding.accepted{border-left-color:#2e7d32}
.finding h3{font-size:15px;font-weight:600;margin:0 0 6px}
.finding h3 span{color:#5a6675;margin-right:6px}
.finding table{width:auto}.finding th{font-weight:400;color:#5a6675;text-align:left;vertical-align:top;padding:1px 14px 1px 0;
white-space:nowrap}
.finding td{padding:1px 0}
.quote{background:#f4f6f9;padding:6px 12px;margin:8px 0 2px}
mark{background:#ffd6d6;color:#8e0000;font-weight:600;padding:0 2px}
.warning mark{background:#ffe7b8;color:#7a4a00}.note mark{background:#dde6f2;color:#1d3a5f}
.code{color:#8a95a3;font-size:12px;margin:4px 0 0}
details{margin-top:32px}summary{font-size:17px;font-weight:600;cursor:pointer;padding:6px 0}
.judged{font-size:13px;line-height:1.5}
.judged th,.judged td{border:1px solid #d5dbe3;padding:4px 8px;vertical-align:top;text-align:left}
.judged th{background:#f4f6f9;white-space:nowrap}
.judged .figure{white-space:nowrap;text-align:right}
.judged .short{white-space:nowrap}
.contradicted{background:#fdecec}.unverifiable{color:#5a6675}
@media print{body{max-width:none;padding:0;font-size:12px}}
"""


def report_to_html(said: Mapping[str, Any]) -> str:
    """Write a report as `report_to_dict` returns it as one self-contained page, everything in it escaped."""
    title = escape(said["title"] or said["name"])
    worst = worst_of(said["findings"])
    parts = [
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>核对结果：{title}</title><style>{_STYLE}</style></head><body>\n",
        f'<h1>核对结果：{title}</h1><p class="about">{escape(said["name"])}；{escape(whose_to_text(said))}。'
        f"对照：{escape(against_to_text(said))}。</p>",
        f'<p class="outcome {worst or "none"}">{_SIGNS[worst]} {escape(said["summary"])}</p>',
        _counts(said),
    ]
    for kind, name, meaning, found in sections_of(said):
        parts.append(f"<h2>{name}（{len(found)}）<small>{meaning}</small></h2>")
        parts += [_finding(number, each, kind) for number, each in enumerate(found, 1)]
    parts += [_figures(said), "</body></html>\n"]
    return "\n".join(parts)


def _counts(said: Mapping[str, Any]) -> str:
    figures, cells = said["figures"], said["cells"]
    tiles = [
        ("文中数字", figures["total"], ""), ("相符", figures["supported"], "good"), ("不符", figures["contradicted"], "bad"),
        ("无法核对", figures["unverifiable"], ""), ("表中数字", sum(cells.values()), ""),
        ("勾稽相符", cells["proven"], "good"), ("有矛盾", cells["contradicted"], "bad"),
    ]  # fmt: skip
    shown = "".join(
        f'<td class="{kind if count else ""}"><b>{count}</b>{name}</td>' for name, count, kind in tiles
    )
    return f'<table class="counts"><tr>{shown}</tr></table>'


def _finding(number: int, finding: Mapping[str, Any], kind: str) -> str:
    rows = "".join(f"<tr><th>{name}</th><td>{escape(value)}</td></tr>" for name, value in details_of(finding))
    quote = f'<p class="quote">{_quote(finding)}</p>' if shows_quote(finding) else ""
    return (
        f'<div class="finding {kind}"><h3><span>{number}</span>{escape(finding["message"])}</h3>'
        + (f"<table>{rows}</table>" if rows else "")
        + f'{quote}<p class="code">{escape(finding["code"])}</p></div>'
    )


def _quote(said: Mapping[str, Any]) -> str:
    before, marked, after = map(escape, quote_parts(said, 240))
    return f"{before}{f'<mark>{marked}</mark>' if marked else ''}{after}"


def _figures(said: Mapping[str, Any]) -> str:
    judged = said["judged"]
    if not judged:
        return ""
    rows = "".join(
        f'<tr class="{each["verdict"]}"><td>{number}</td><td class="short">{escape(place_of(each))}</td>'
        f'<td class="figure">{escape(each["text"])}</td><td>{escape(each["subject"])}</td>'
        f'<td class="short">{_VERDICT_SIGNS[each["verdict"]]} {VERDICTS[each["verdict"]]}</td>'
        f"<td>{escape(why(each))}</td></tr>"
        for number, each in enumerate(judged, 1)
    )
    remark = f'<p class="about">{UNVERIFIABLE}</p>' if said["figures"]["unverifiable"] else ""
    return (
        f"<details><summary>文中的全部数字，按先后（{len(judged)}个）</summary>{remark}"
        '<table class="judged"><thead><tr><th>序号</th><th>位置</th><th>数字</th><th>说的是</th><th>结论</th>'
        f"<th>依据或原因</th></tr></thead><tbody>{rows}</tbody></table></details>"
    )
