"""Answers, tables, documents and facts as dictionaries for programs and as text for people. No decisions."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from service.asking.answer import Answer, Citation, Result
from service.calculation.evidence import Operand, Place
from service.calculation.steps import WorkingStep
from service.domain.assistance import Assistance, PlanOutcome, UsedPrompt, WordingOutcome
from service.domain.document import Cell, DocumentSummary, Table
from service.domain.fact import Fact, Proof, Source
from service.domain.finding import Finding

#: What `json` writes. Every figure in it is text, so that no reader turns it into a float.
Json: TypeAlias = dict[str, Any]

_SEVERITIES = {"error": "错误", "warning": "警告", "note": "提示"}


def to_json(value: object, *, indent: int | None = None) -> str:
    """Write JSON with Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, indent=indent)


# ------------------------------------------------------------------------------------------ answers


def answer_to_dict(answer: Answer) -> Json:
    """Return everything about an answer."""
    return {
        "id": answer.id,
        "question": answer.question,
        "status": answer.status.value,
        "text": answer.text,
        "entity": answer.entity or None,
        "year": answer.year or None,
        "results": [result_to_dict(each) for each in answer.results],
        "citations": [_citation(each) for each in answer.citations],
        "findings": [finding_to_dict(each) for each in answer.findings],
        "plan": list(answer.plan),
        "readings": list(answer.readings),
        "missing": answer.missing,
        "unsupported": list(answer.unsupported),
        "repairs": [{"written": written, "read_as": name} for written, name in answer.repairs],
        "path": answer.path,
        "model": assistance_to_dict(answer.assistance) if answer.assistance else None,
        "ms": answer.ms,
    }


def assistance_to_dict(said: Assistance) -> Json:
    """Return what language models did for an answer or a draft."""
    return {
        "name": said.model,
        "planning": said.planning.value,
        "plan": list(said.plan),
        "decided": said.decided,
        "wording": said.wording.value,
        "kept": said.kept,
        "faults": list(said.faults),
        "prompts": [{"name": p.name, "version": p.version, "sha256": p.sha256} for p in said.prompts],
        "calls": said.calls,
        "ms": said.ms,
    }


def assistance_from_dict(said: Mapping[str, Any]) -> Assistance:
    """Return what `assistance_to_dict` wrote."""
    return Assistance(
        said["name"], PlanOutcome(said["planning"]), tuple(said["plan"]), said["decided"], WordingOutcome(said["wording"]),
        said["kept"], tuple(said["faults"]), tuple(UsedPrompt(p["name"], p["version"], p["sha256"]) for p in said["prompts"]),
        said["calls"], said["ms"],
    )  # fmt: skip


def answer_to_json(answer: Answer) -> str:
    """Return everything about an answer as JSON text; `explain` keeps it."""
    return to_json(answer_to_dict(answer))


def result_to_dict(result: Result) -> Json:
    """Return a figure with its formula, working and operands."""
    return {
        "label": result.label,
        "value": result.value,
        "unit": result.unit,
        "exact": result.exact,
        "formula": result.formula,
        "working": result.working,
        "marks": list(result.marks),
        "operands": [operand_to_dict(each) for each in result.operands],
        "steps": [_working_step(each) for each in result.steps],
    }


def _working_step(step: WorkingStep) -> Json:
    return {"operation": step.operation, "text": step.text, "exact": step.exact, "note": step.note, "operands": list(step.operands)}


def operand_to_dict(operand: Operand) -> Json:
    """Return a figure that a result rests on, its place flattened into it."""
    said: Json = {
        "label": operand.label,
        "value": operand.value,
        "unit": operand.unit,
        "how": operand.how,
        "proof": operand.proof,
    }
    if operand.about:
        said["about"] = dict(operand.about)
    return said | place_to_dict(operand.place)


def _citation(citation: Citation) -> Json:
    return {"role": citation.role} | place_to_dict(citation.place)


def place_to_dict(place: Place) -> Json:
    """Return the place of a figure or a quote, with the title of its document."""
    return {
        "document": place.document,
        "document_title": place.document_title,
        "table": place.table,
        "table_title": place.table_title,
        "row": place.row,
        "column": place.column,
        "row_index": _index(place.row_index),
        "column_index": _index(place.column_index),
        "page": place.page or None,
        "line": place.line or None,
        "start": _index(place.start),
        "end": _index(place.end),
        "quote": place.quote,
        "by_ocr": place.by_ocr,
    }


def _index(number: int) -> int | None:
    return number if number >= 0 else None


# ---------------------------------------------------------------------------------------- documents


def document_to_dict(summary: DocumentSummary) -> Json:
    """Return what the store says of a document."""
    return {
        "id": summary.id,
        "name": summary.name,
        "title": summary.title,
        "entity": summary.entity,
        "year": summary.year,
        "stage": summary.stage.value,
        "kind": summary.kind,
        "pages": summary.pages or None,
        "ocr_pages": list(summary.ocr_pages),
        "tables": summary.tables,
        "facts": summary.facts,
        "cells": {
            "proven": summary.cells_proven,
            "unproven": summary.cells_unproven,
            "contradicted": summary.cells_contradicted,
        },
        "findings": [finding_to_dict(each) for each in summary.findings],
    }


def ingested_to_dict(
    name: str,
    summary: DocumentSummary | None,
    *,
    error: str = "",
    code: str = "",
    was_known: bool = False,
) -> Json:
    """Return what became of a file: its document, or what is wrong with it."""
    if summary is None:
        return {"name": name, "id": None, "error": {"code": code, "message": error}}
    return document_to_dict(summary) | {"name": name, "was_known": was_known, "error": None}


def table_to_dict(table: Table) -> Json:
    """Return a table; ``cells`` has one list per entry of ``rows``, in column order.

    The unit of a cell is given where it is not the table's.
    """
    return {
        "id": table.id,
        "kind": table.kind,
        "title": table.title,
        "number": table.number,
        "page": table.page or None,
        "by_ocr": table.by_ocr,
        "unit": table.unit.symbol if table.unit else None,
        "columns": list(table.columns),
        "rows": [{"path": row.label, "kind": row.kind.value, "page": row.page or None, "lines": list(row.lines)} for row in table.rows],
        "cells": [[_cell(cell, table) for cell in row.cells] for row in table.rows],
        "notes": list(table.notes),
        "repairs": list(table.repairs),
    }


def _cell(cell: Cell, table: Table) -> Json:
    quantity = cell.quantity
    return {
        "raw": cell.raw,
        "value": f"{quantity.number:f}" if quantity else None,
        "proof": cell.proof.value if cell.proof else None,
        "unit": quantity.unit.symbol if quantity and quantity.unit != table.unit else None,
    }


def fact_to_dict(fact: Fact) -> Json:
    """Return a fact with its coordinate and its place."""
    at = fact.coordinate
    return {
        "id": fact.id,
        "label": fact.label,
        "entity": at.entity,
        "year": at.year,
        "stage": at.stage.value,
        "measure": at.measure,
        "members": dict(at.members),
        "aspect": at.aspect.value,
        "base_year": at.base_year,
        "whole": at.whole,
        "value": f"{fact.quantity.number:f}" if fact.quantity else None,
        "unit": fact.quantity.unit.symbol if fact.quantity else None,
        "state": fact.state.value,
        "authority": fact.authority.value,
        "proof": fact.proof.value,
        "derived_from": list(fact.derived_from),
        "formula": fact.formula,
        "place": source_to_dict(fact.source),
    }


def source_to_dict(source: Source) -> Json:
    """Return the place of a figure or a quote, named as in an answer."""
    return {
        "document": source.document,
        "table": source.table,
        "table_title": source.table_title,
        "row": source.row_label,
        "column": source.column_label,
        "row_index": _index(source.row),
        "column_index": _index(source.column),
        "page": source.page or None,
        "line": source.line or None,
        "start": _index(source.start),
        "end": _index(source.end),
        "quote": source.quote,
        "by_ocr": source.by_ocr,
    }


def finding_to_dict(finding: Finding) -> Json:
    """Return a finding; ``quote``, ``page`` and ``where`` are those of its first place."""
    first = finding.sources[0] if finding.sources else None
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "quote": first.quote if first else "",
        "page": (first.page or None) if first else None,
        "where": place_to_text(source_to_dict(first)) if first else "",
        "stated": finding.stated,
        "expected": finding.expected,
        "places": [source_to_dict(each) for each in finding.sources],
    }


# ------------------------------------------------------------------------------------ text for people


def answer_dict_to_text(answer: Mapping[str, Any]) -> str:
    """Write an answer that is held as `answer_to_dict` returns it."""
    text: str = answer["text"]
    parts = [f"按“{each['read_as']}”理解（写的是“{each['written']}”）。" for each in answer.get("repairs", ())] + [text]
    if answer["missing"] and answer["missing"] not in text:
        parts.append(f"缺少：{answer['missing']}")
    parts += _section("可能的意思", [each for each in answer["readings"] if each not in text])
    workings = dict.fromkeys(each["working"] for each in answer["results"] if each["working"])
    parts += _section("计算过程", workings)
    main = [each for each in answer["citations"] if each["role"] != "also"]
    parts += _numbered("出处", dict.fromkeys(_cited(each) for each in main))
    others = len(answer["citations"]) - len(main)
    if others:
        parts.append(f"同一数字另有{others}处印出，用 youju explain 或 --json 查看。")
    parts += _section("提示", map(finding_to_text, answer["findings"]))
    if answer["path"] == "model":
        parts.append(f"路径：{_path_of(answer)}。")
    parts.append(f"回答编号：{answer['id']}（查看依据：youju explain {answer['id']}）")
    return "\n\n".join(parts)


def explanation_to_text(answer: Mapping[str, Any], asked_at: str = "") -> str:
    """Write how an answer came about: question → plan → formula → operands → working → findings."""
    about = [answer["entity"] or "", f"{answer['year']}年" if answer["year"] else ""]
    parts = [
        "\n".join(
            line
            for line in (
                f"问题：{answer['question']}",
                f"时间：{asked_at}" if asked_at else "",
                f"口径：{' '.join(filter(None, about))}" if any(about) else "",
                f"路径：{_path_of(answer)}",
            )
            if line
        )
    ]
    parts += _section("理解为", answer["plan"])
    parts += _section("语言模型", _assisted(answer.get("model")))
    for number, result in enumerate(answer["results"], 1):
        parts.append(_explained(number, result))
    parts.append(f"回答（{answer['status']}）\n{_indented(answer['text'])}")
    parts += _numbered("出处", dict.fromkeys(_cited(each) for each in answer["citations"]))
    parts += _section("提示", map(finding_to_text, answer["findings"]))
    return "\n\n".join(parts)


_PLANNING = {
    "same": "理解与规则相同", "differs": "理解与规则不同，按规则", "used": "采用了它的理解", "offered": "它的理解只作提示",
    "unusable": "它的理解不能用，按规则", "failed": "没有给出理解",
}  # fmt: skip
_WORDING = {
    "kept": "措辞通过核对，已采用", "repaired": "措辞改过一次后通过核对，已采用", "refused": "措辞没有通过核对，用规则的措辞",
    "failed": "没有给出措辞，用规则的措辞",
}  # fmt: skip


def _path_of(answer: Mapping[str, Any]) -> str:
    """Say which way an answer came about."""
    said = answer.get("model")
    if answer["path"] != "model" or not said:
        return "规则"
    parts = ["理解" if said["planning"] in {"used", "offered"} else "", "措辞" if said["wording"] in {"kept", "repaired"} else ""]
    return f"规则取数、计算；{'、'.join(filter(None, parts))}由语言模型提出，经核对采用"


def _assisted(said: Mapping[str, Any] | None) -> list[str]:
    """Tell what language models did, a line each."""
    if not said:
        return []
    lines = [f"模型：{said['name']}，请求{said['calls']}次，等待{said['ms']}毫秒"] if said["name"] else []
    lines += [f"{_PLANNING[said['planning']]}：{said['decided']}"] if said["planning"] in _PLANNING else []
    lines += [f"它要取的数：{'；'.join(said['plan'])}"] if said["plan"] else []
    lines += [_WORDING[said["wording"]]] if said["wording"] in _WORDING else []
    lines += [f"核对发现：{fault}" for fault in said["faults"]]
    lines += [f"提示词：{p['name']} 第{p['version']}版（{p['sha256'][:12]}）" for p in said["prompts"]]
    return lines


def finding_to_text(finding: Finding | Mapping[str, Any]) -> str:
    """Write a finding on one line."""
    said = finding_to_dict(finding) if isinstance(finding, Finding) else finding
    return f"［{_SEVERITIES.get(said['severity'], said['severity'])}］{said['message']}"


def document_to_text(document: Mapping[str, Any]) -> str:
    """Write a document that is held as `document_to_dict` returns it."""
    cells = document["cells"]
    pages = f"，{document['pages']}页" if document["pages"] else ""
    if document["ocr_pages"]:
        pages += f"（其中{len(document['ocr_pages'])}页为OCR识读）"
    lines = [
        f"{document['title'] or document['name']}",
        f"  编号 {document['id']}，{document['entity']}，{document['year']}年，{document['kind']}{pages}",
        f"  表格{document['tables']}张，数字{document['facts']}个；单元格已验证{cells['proven']}、"
        f"未验证{cells['unproven']}、有矛盾{cells['contradicted']}",
    ]
    lines += [f"  {finding_to_text(each)}" for each in document["findings"]]
    return "\n".join(lines)


def table_to_text(table: Table) -> str:
    """Write a table as aligned-by-tab rows, with a mark behind figures that contradict others."""
    about = [
        f"第{table.page}页" if table.page else "",
        f"单位：{table.unit.symbol}" if table.unit else "",
        "OCR识读" if table.by_ocr else "",
    ]
    lines = [f"{table.id} {table.title}" + (f"（{'，'.join(filter(None, about))}）" if any(about) else "")]
    if any(cell.proof for row in table.rows for cell in row.cells):
        lines.append(proof_share([table]))
    # A page is long enough to find a row in; a text file is not.
    paged = any(row.page for row in table.rows)
    lines.append("\t".join(("页" if paged else "行", *table.columns)))
    for row in table.rows:
        cells = (f"{c.raw}（有矛盾）" if c.proof is Proof.CONTRADICTED else c.raw for c in row.cells)
        place = row.page if paged else row.lines[0] if row.lines else ""
        lines.append("\t".join((str(place), *cells)))
    lines += [f"注：{note}" for note in table.notes]
    lines += [f"读表时的修补：{repair}" for repair in table.repairs]
    return "\n".join(lines)


def proof_share(tables: Sequence[Table]) -> str:
    """Say how many of the figures of *tables* an identity vouches for."""
    proofs = Counter(cell.proof for table in tables for row in table.rows for cell in row.cells if cell.proof)
    proven, unproven, contradicted = (proofs[each] for each in (Proof.PROVEN, Proof.UNPROVEN, Proof.CONTRADICTED))
    whole = proven + unproven + contradicted
    if not whole:
        return "没有数字单元格。"
    return f"数字单元格{whole}个：已验证{proven}（{100 * proven // whole}%）、未验证{unproven}、有矛盾{contradicted}。"


def _explained(number: int, result: Mapping[str, Any]) -> str:
    marks = f"（{'，'.join(result['marks'])}）" if result["marks"] else ""
    head = f"{number}. " if number else ""
    lines = [f"{head}{result['label']}：{result['value']}{result['unit']}{marks}"]
    lines.append(f"   算式：{result['formula']}")
    if result["working"]:
        lines.append(f"   计算：{result['working']}")
    if result["exact"] != result["value"]:
        lines.append(f"   未取整：{result['exact']}")
    for each in result["operands"]:
        lines.append(f"   取数：{each['label']} = {each['value'] or '空白'}{each['unit']}（{each['proof']}）")
        lines.append(f"         {place_to_text(each)}")
    return "\n".join(lines)


def _section(title: str, lines: Iterable[str]) -> list[str]:
    body = "\n".join(f"  {line}" for line in lines)
    return [f"{title}\n{body}"] if body else []


def _numbered(title: str, lines: Iterable[str]) -> list[str]:
    return _section(title, (f"[{number}] {line}" for number, line in enumerate(lines, 1)))


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def _cited(place: Mapping[str, Any]) -> str:
    title = f"《{place['document_title']}》" if place["document_title"] else place["document"]
    quote = f"：{_shortened(place['quote'])}" if place["quote"] else ""
    return f"{title}{place_to_text(place)}{quote}"


def place_to_text(place: Mapping[str, Any]) -> str:
    """Say where a place as `source_to_dict` returns it is: page, table, row, column or line."""
    # A text file has lines; where there are pages, the number of a row within its page's grid helps nobody.
    line = place["line"] if not place["page"] else None
    steps = [
        f"第{place['page']}页" if place["page"] else "",
        _table_name(place),
        f"“{place['row']}”行" if place["row"] and place["table"] else "",
        f"“{place['column']}”列" if place["column"] else "",
        f"第{line}行" if line else "",
    ]
    return "，".join(filter(None, steps)) + ("（OCR识读）" if place.get("by_ocr") else "")


def _table_name(place: Mapping[str, Any]) -> str:
    """Name a table by its number in documents of pages, where many tables have no title or share one."""
    number = re.fullmatch(r"T0*(\d+)", place["table"] or "")
    if not place["page"] or not number:
        return str(place["table_title"])
    return f"表{number[1]}{'《' + place['table_title'] + '》' if place['table_title'] else ''}"


def _shortened(quote: str, most: int = 160) -> str:
    flat = " ".join(quote.split())
    return flat if len(flat) <= most else flat[:most] + "……"
