"""What a person or a program gets from a check: one dictionary, and it as text and Markdown. No decisions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from service.domain.check import Acceptance, CheckReport, JudgedFigure, Verdict, finding_id
from service.domain.fact import Source
from service.domain.finding import FINDING_CODES, Finding
from service.locating import REACH, Characters, locate, squeeze
from service.rendering import Json, finding_to_dict, place_to_text, source_to_dict

#: How findings are headed, gravest first: severity, its name, what it means.
SEVERITIES = (
    ("error", "错误", "算不拢或与表不符，必须改"),
    ("warning", "警告", "多半会被退回，请逐条核实"),
    ("note", "提示", "可改可不改，看一眼"),
)
VERDICTS = {"supported": "相符", "contradicted": "不符", "unverifiable": "无法核对"}
#: How findings are headed that people say may stand, and what it means.
ACCEPTED, ACCEPTED_MEANS = "已说明", "有人看过并写明了理由，不再算作未改的问题"
#: Said wherever figures could not be verified.
UNVERIFIABLE = "“无法核对”是说手头没有能对照的表或数，不等于有错。"
#: A passage longer than this is not singled out in its own sentence.
_LONGEST_MARK = 60
_MOST_QUOTED = 160
_MOST_OTHERS = 3
#: Notes shown in a terminal.
_MOST_NOTES = 10
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|#~&])")


# ------------------------------------------------------------------------------------- a dictionary


def report_to_dict(report: CheckReport, *, text: str = "", ms: int = 0) -> Json:
    """Return a report for programs.

    Args:
        report: What the check found.
        text: The decoded text of what was checked, to tell which of several equal figures of a sentence is meant.
        ms: Milliseconds the check took, reading included.

    Returns:
        ``summary`` (the outcome in one sentence), ``figures`` (how many of each verdict), ``findings`` (gravest
        first), ``judged`` (every figure in the order of the text), ``cells``, ``against``, and whose text it is.
        ``highlight`` is where in ``quote`` the figure stands: begin and end, or null.
    """
    return {
        "document": report.document,
        "name": report.name,
        "title": report.title,
        "entity": report.entity or None,
        "year": report.year or None,
        "stage": report.stage.value,
        "pages": report.pages or None,
        "characters": report.characters,
        "summary": summary_of(report),
        "against": [{"id": each, "title": title} for each, title in report.against],
        "figures": {"total": len(report.figures)} | {v.value: report.count(v) for v in Verdict},
        "cells": dict(zip(("proven", "unproven", "contradicted"), report.cells, strict=True)),
        "findings": [_finding(each, text) for each in report.findings],
        "judged": [_judged(each, text) for each in report.figures],
        "ms": ms,
    }


def _finding(finding: Finding, text: str) -> Json:
    marked = highlight_of(finding.sources[0], finding.stated, text) if finding.sources else None
    return finding_to_dict(finding) | {"working": finding.working, "highlight": list(marked) if marked else None}


def _judged(figure: JudgedFigure, text: str) -> Json:
    marked = highlight_of(figure.source, figure.text, text)
    place = source_to_dict(figure.source)
    return {
        "text": figure.text,
        "subject": figure.subject,
        "verdict": figure.verdict.value,
        "expected": figure.expected,
        "working": figure.working,
        "reason": figure.reason,
        "quote": figure.source.quote,
        "highlight": list(marked) if marked else None,
        "page": figure.source.page or None,
        "where": place_to_text(place),
        "place": place,
        "evidence": [source_to_dict(each) for each in figure.evidence],
    }


def highlight_of(source: Source, stated: str, text: str) -> tuple[int, int] | None:
    """Return where in the quote of a place the words in question stand, None where that cannot be told.

    Args:
        source: The place; a table cell is marked as a whole.
        stated: The printed characters in question.
        text: The decoded text of the document, or "".
    """
    if source.table:
        return (0, len(source.quote)) if source.quote and source.row >= 0 else None
    quote = squeeze(source.quote)
    words, before, after = surroundings(source, stated, text)
    found = locate(quote, words, before, after)
    if found is None or not words or len(words) > _LONGEST_MARK:
        return None
    return quote.places[found[0]], quote.places[found[1] - 1] + 1


def surroundings(source: Source, stated: str, text: str | Characters) -> tuple[str, str, str]:
    """Return the words in question at a place of running text, and what stands before and after them, squeezed."""
    said = squeeze(stated).text
    whole = text if isinstance(text, Characters) else None
    if source.start < 0 or not text or (whole and not whole.text):
        return said, "", ""
    if whole is None:
        begin = max(0, source.start - 2 * REACH)
        whole = squeeze(str(text)[begin : source.end + 2 * REACH])
        start, end = whole.at(source.start - begin), whole.at(source.end - begin)
    else:
        start, end = whole.at(source.start), whole.at(source.end)
    words = whole.text[start:end]
    inner = words.find(said) if said else -1
    if inner >= 0:
        start, words = start + inner, said
    end = start + len(words)
    return words, whole.text[max(0, start - REACH) : start], whole.text[end : end + REACH]


def summary_of(report: CheckReport) -> str:
    """Say in one sentence what came out."""
    return _summed_up(
        [each.severity.value for each in report.findings], {each.code for each in report.findings},
        len(report.figures), report.count(Verdict.UNVERIFIABLE), sum(report.cells), 0,
    )  # fmt: skip


def _summed_up(
    severities: Sequence[str], codes: Iterable[str], total: int, unverifiable: int, cells: int, accepted: int
) -> str:
    """Say what came out.

    Args:
        severities: Of the findings that nobody has accepted.
        codes: Of those findings.
        total: Number of figures in the text.
        unverifiable: Number of those that could not be verified.
        cells: Number of figures in its own tables.
        accepted: Number of findings that people say may stand.
    """
    errors, warnings, codes = severities.count("error"), severities.count("warning"), set(codes)
    also = f"另有{accepted}条已说明。" if accepted else ""
    if "other-tables" in codes:
        return f"给来的表不是本部门本年度的，先看第一条错误。共{errors}处错误、{warnings}处警告。{also}"
    if errors:
        return f"发现{errors}处错误" + (f"、{warnings}处警告" if warnings else "") + f"，请逐条改正后再报。{also}"
    if "no-figures" in codes or not (total or cells):
        return f"没有找到可核对的数字，什么也没有核对，不等于没有错。{also}"
    none = "没有发现错误" if not accepted else "没有待改的错误"
    if total and "no-tables-to-check-by" in codes:
        said = f"{none if accepted else '没有发现矛盾'}，但没有表格可对照，只核对了文字内部的算术，不等于没有错"
    elif total and unverifiable == total:
        said = f"{none if accepted else '没有发现矛盾'}，但文中的数字一个也无法核对，不等于没有错"
    elif unverifiable:
        said = f"{none}；文中{total}个数字里有{unverifiable}个无法核对"
    elif total and not accepted:
        said = f"没有发现错误，文中{total}个数字全部相符"
    elif total:
        said = none
    else:
        said = f"{none}；文字里没有数字，只核对了表格"
    return said + (f"。有{warnings}处警告，请逐条核实。" if warnings else "。") + also


# ----------------------------------------------------------------------------------- kept reports


def head_of(said: Mapping[str, Any]) -> Json:
    """Return what a list of checks needs of a report as `report_to_dict` returns it; `listed` makes it readable."""
    about = {key: said[key] for key in ("title", "entity", "year", "stage", "pages", "figures", "cells")}
    return about | {"findings": [[each["code"], each["severity"]] for each in said["findings"]]}


def listed(head: Mapping[str, Any], accepted: Sequence[Acceptance]) -> Json:
    """Return what a list says of a kept check.

    Args:
        head: As `head_of` returns it.
        accepted: Findings that people say may stand.

    Returns:
        What is known of the text, ``summary``, ``open`` (how many findings of each severity nobody has accepted)
        and ``accepted`` (how many are).
    """
    stands = {each.finding for each in accepted}
    found = [pair for number, pair in enumerate(head["findings"]) if finding_id(number) not in stands]
    severities = [severity for _, severity in found]
    figures = head["figures"]
    summary = _summed_up(
        severities, [code for code, _ in found], figures["total"], figures["unverifiable"], sum(head["cells"].values()),
        len(head["findings"]) - len(found),
    )  # fmt: skip
    return {key: value for key, value in head.items() if key != "findings"} | {
        "summary": summary,
        "open": {severity: severities.count(severity) for severity, _, _ in SEVERITIES},
        "accepted": len(head["findings"]) - len(found),
    }


def explained(said: Mapping[str, Any], accepted: Sequence[Acceptance]) -> Json:
    """Return a report as `report_to_dict` returns it with ids for its findings and with what people say of them.

    Returns:
        Each finding has ``id``, ``kind`` (what its code means) and ``accepted`` (reason, by, at; null where nobody has
        accepted it); every place has ``where`` in words; ``marks`` has the acceptances together; ``summary`` and
        ``open`` count the findings that nobody has accepted.
    """
    by_id = {each.finding: acceptance_to_dict(each) for each in accepted}
    findings = [
        {
            **each, "id": (own := finding_id(number)), "kind": FINDING_CODES.get(each["code"], ""),
            "accepted": by_id.get(own), "places": _said_where(each["places"]),
        }
        for number, each in enumerate(said["findings"])
    ]  # fmt: skip
    judged = [{**each, "evidence": _said_where(each["evidence"])} for each in said["judged"]]
    marks = list(by_id.values())
    return {**said, **listed(head_of(said), accepted), "findings": findings, "judged": judged, "marks": marks}


def _said_where(places: Iterable[Mapping[str, Any]]) -> list[Json]:
    return [{**each, "where": place_to_text(each)} for each in places]


def acceptance_to_dict(acceptance: Acceptance) -> Json:
    """Return what a person says of a finding."""
    return {"finding": acceptance.finding, "reason": acceptance.reason, "by": acceptance.by, "at": acceptance.at}


def sections_of(said: Mapping[str, Any]) -> list[tuple[str, str, str, list[Mapping[str, Any]]]]:
    """Return the findings of a report under their headings: severity, heading, what it means, findings; none is empty.

    Those that people say may stand come last, under `ACCEPTED`, whatever their severity.
    """
    found = [
        (severity, name, meaning, [f for f in said["findings"] if f["severity"] == severity and not f.get("accepted")])
        for severity, name, meaning in SEVERITIES
    ]
    found.append(("accepted", ACCEPTED, ACCEPTED_MEANS, [f for f in said["findings"] if f.get("accepted")]))
    return [each for each in found if each[3]]


def acceptance_to_text(mark: Mapping[str, Any]) -> str:
    """Say why a finding may stand, and who says so when."""
    return f"{mark['reason']}（{mark['by']}，{mark['at'][:10]}）"


def counts_to_text(said: Mapping[str, Any]) -> str:
    """Say how many figures were judged how."""
    figures, cells = said["figures"], said["cells"]
    parts = []
    if figures["total"]:
        parts.append(
            f"文中数字{figures['total']}个：相符{figures['supported']}、不符{figures['contradicted']}、"
            f"无法核对{figures['unverifiable']}"
        )
    whole = sum(cells.values())
    if whole:
        parts.append(
            f"表中数字{whole}个：勾稽相符{cells['proven']}、没有勾稽可验{cells['unproven']}、有矛盾{cells['contradicted']}"
        )
    return "；".join(parts) + "。" if parts else "没有数字。"


def against_to_text(said: Mapping[str, Any]) -> str:
    """Say what the text was judged by."""
    names = {said["document"]: said["name"]}
    titles = [each["title"] or names.get(each["id"], each["id"]) for each in said["against"]]
    own = any(each["id"] == said["document"] for each in said["against"])
    if not titles:
        return "没有可对照的表格，只核对文字内部的算术"
    return "、".join(f"《{title}》" for title in dict.fromkeys(titles)) + ("（文件自己的表）" if own and len(titles) == 1 else "")


def whose_to_text(said: Mapping[str, Any]) -> str:
    """Say whose text of which year it is."""
    whose = [said["entity"] or "没有写明部门", f"{said['year']}年" if said["year"] else "没有写明年度", said["stage"]]
    return "，".join(whose) + (f"，{said['pages']}页" if said["pages"] else "")


# ------------------------------------------------------------------------------------------- people


def report_to_text(said: Mapping[str, Any]) -> str:
    """Write a report as `report_to_dict` returns it for a terminal: the outcome, then the findings."""
    parts = [
        f"{said['summary']}\n"
        f"  {said['title'] or said['name']}（{whose_to_text(said)}）\n"
        f"  对照：{against_to_text(said)}\n"
        f"  {counts_to_text(said)}"
    ]
    for severity, name, meaning in SEVERITIES:
        found = [each for each in said["findings"] if each["severity"] == severity]
        if found:
            lines = [f"{name}（{len(found)}）：{meaning}"]
            shown = found[:_MOST_NOTES] if severity == "note" else found
            for number, each in enumerate(shown, 1):
                lines += _finding_lines(number, each, brief=severity == "note")
            if len(shown) < len(found):
                lines.append(f"     另有{len(found) - len(shown)}条，见 --format html 或 --json。")
            parts.append("\n".join(lines))
    if said["figures"]["unverifiable"]:
        parts.append(f"{UNVERIFIABLE}逐个的原因见 --format html 或 --json。")
    return "\n\n".join(parts)


def _finding_lines(number: int, finding: Mapping[str, Any], *, brief: bool) -> list[str]:
    lines = [f"{number:>3}. {finding['message']}"]
    if not brief:
        lines += [f"     {name}：{value}" for name, value in details_of(finding) if value not in finding["message"]]
        if shows_quote(finding):
            before, marked, after = quote_parts(finding)
            lines.append(f"     原文：{before}{f'【{marked}】' if marked else ''}{after}")
    return lines


def details_of(finding: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what is known of a finding as (name, value): place, what is written, what it should be, the arithmetic."""
    others = [each for each in dict.fromkeys(map(_other_place, finding["places"][1:])) if each]
    more = f"，等{len(others)}处" if len(others) > _MOST_OTHERS else ""
    pairs = [
        ("位置", finding["where"]), ("写的是", finding["stated"]), ("应为", finding["expected"]),
        ("计算", finding["working"]), ("另见", "；".join(others[:_MOST_OTHERS]) + more),
        (ACCEPTED, acceptance_to_text(finding["accepted"]) if finding.get("accepted") else ""),
    ]  # fmt: skip
    return [(name, value) for name, value in pairs if value]


def _other_place(place: Mapping[str, Any]) -> str:
    where = place_to_text(place)
    printed = " ".join(place["quote"].split())
    return f"{where}：{printed}" if where and place["table"] and 0 < len(printed) <= _LONGEST_MARK else where


def quote_parts(said: Mapping[str, Any], most: int = _MOST_QUOTED) -> tuple[str, str, str]:
    """Return the quote before, in and after the words in question, on one line and shortened around them."""
    quote, mark = said["quote"], said["highlight"]
    begin, end = mark or (0, 0)
    before, marked, after = (" ".join(each.split()) for each in (quote[:begin], quote[begin:end], quote[end:]))
    if len(before) + len(marked) + len(after) <= most:
        return before, marked, after
    room = max(most - len(marked), 40)
    side = room // 2 if mark else 0
    left = before if len(before) <= side else "……" + before[len(before) - side :]
    side = room - min(len(before), side)
    return left, marked, after if len(after) <= side else after[:side] + "……"


def shows_quote(finding: Mapping[str, Any]) -> bool:
    """Whether the quote of a finding says more than its other lines; that of a cell is what is written in it."""
    is_cell = bool(finding["places"]) and bool(finding["places"][0]["table"])
    return bool(finding["quote"]) and not (is_cell and finding["quote"] in (finding["stated"], finding["message"]))


# ----------------------------------------------------------------------------------------- Markdown


def report_to_markdown(said: Mapping[str, Any]) -> str:
    """Write a report as `report_to_dict` returns it as Markdown."""
    lines = [f"# 核对结果：{_md(said['title'] or said['name'])}", "", f"**{_md(said['summary'])}**", ""]
    lines += [
        f"- 文件：{_md(said['name'])}（{_md(whose_to_text(said))}）",
        f"- 对照：{_md(against_to_text(said))}",
        f"- {_md(counts_to_text(said))}",
        "",
    ]
    for _, name, meaning, found in sections_of(said):
        lines += [f"## {name}（{len(found)}）", "", f"{meaning}。", ""]
        for number, each in enumerate(found, 1):
            lines += [f"{number}. {_md(each['message'])}"]
            lines += [f"   - {label}：{_md(value)}" for label, value in details_of(each)]
            if shows_quote(each):
                before, marked, after = quote_parts(each)
                lines.append(f"   - 原文：{_md(before)}{f'**{_md(marked)}**' if marked else ''}{_md(after)}")
        lines.append("")
    lines += _figures_to_markdown(said["judged"])
    return "\n".join(lines).rstrip() + "\n"


def _figures_to_markdown(judged: Sequence[Mapping[str, Any]]) -> list[str]:
    if not judged:
        return []
    lines = [f"## 文中的数字（{len(judged)}）", ""]
    if any(each["verdict"] == "unverifiable" for each in judged):
        lines += [UNVERIFIABLE, ""]
    lines += ["| 序号 | 位置 | 数字 | 说的是 | 结论 | 依据或原因 |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {number} | {_md(place_of(each))} | {_md(each['text'])} | {_md(each['subject'])} | {VERDICTS[each['verdict']]} "
        f"| {_md(why(each))} |"
        for number, each in enumerate(judged, 1)
    ]
    return lines


def place_of(figure: Mapping[str, Any]) -> str:
    """Return page or line of a judged figure in few characters."""
    place = figure["place"]
    return f"第{place['page']}页" if place["page"] else f"第{place['line']}行" if place["line"] else ""


def why(figure: Mapping[str, Any]) -> str:
    """Return what a verdict rests on: what it should be, the working, or the reason."""
    expected = f"应为{figure['expected']}" if figure["expected"] else ""
    return "；".join(each for each in (expected, figure["working"], figure["reason"]) if each)


def _md(text: str) -> str:
    """Return *text* so that Markdown shows it as it is, on one line."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def worst_of(findings: Iterable[Mapping[str, Any]]) -> str:
    """Return the gravest severity among findings that nobody has accepted, "" where there are none."""
    found = {each["severity"] for each in findings if not each.get("accepted")}
    return next((severity for severity, _, _ in SEVERITIES if severity in found), "")
