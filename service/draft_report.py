"""What a person or a program gets of a draft: one dictionary and back, text, Markdown. No decisions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from service.calculation.evidence import Operand, Place
from service.domain.coordinate import Stage
from service.domain.fact import Source
from service.domain.finding import Finding, Severity
from service.drafting.brief import Brief, Given, Style
from service.drafting.draft import (
    Draft,
    DraftFigure,
    DraftPlan,
    DraftReason,
    DraftSource,
    DraftTable,
    Gap,
    GapKind,
    Paragraph,
    Section,
    Sentence,
)
from service.drafting.editing.model import ChangeKind, FigureState, Revision
from service.drafting.outline import Outline
from service.drafting.standing import OpenFigure, Standing, approval_line, open_figures, standing_lines
from service.ports import DraftSummary, DraftVersion
from service.rendering import (
    Json,
    assistance_from_dict,
    assistance_to_dict,
    finding_to_dict,
    finding_to_text,
    operand_to_dict,
    place_to_dict,
    place_to_text,
)  # fmt: skip

#: Heading of the list of sources. What stands below it in a file that comes back is not the draft's text.
SOURCES = "数据来源"
GAPS = "待补充"
FINDINGS = "提示"
#: Kinds of gaps, as people call them.
GAP_NAMES = {"figure": "本年数", "prior": "上年数", "reason": "增减原因", "known": "单位掌握的情况"}
#: How figures came about, as people call it.
WAYS = {
    "printed": "表中印出", "blank": "表中为空白", "dash": "表中为横线", "sum": "表中各项之和", "stated": "正文写明",
    "derived": "推算", "computed": "计算", "person": "填报人提供",
}  # fmt: skip
#: What became of a sentence, of a run of its words, of a figure in it.
_CHANGES = {
    ChangeKind.UNCHANGED.value: "未改", ChangeKind.CHANGED.value: "改动", ChangeKind.ADDED.value: "新增",
    ChangeKind.REMOVED.value: "删去", ChangeKind.MOVED.value: "移动",
}  # fmt: skip
_MARKS = {"same": "{}", "removed": "［删：{}］", "added": "［增：{}］"}
_STATES = {
    FigureState.LOCKED.value: "与原稿相同", FigureState.CHECKED.value: "与表格相符", FigureState.PERSON.value: "填报人给了依据",
    FigureState.OPEN.value: "没有依据", FigureState.CONTRADICTED.value: "与表格不符", FigureState.REMOVED.value: "删去",
}  # fmt: skip
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|#~&])")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]<>|#~&])")
#: A figure that rests on many cells names the first ones; the dictionary names all.
_MOST_PLACES = 4


# ------------------------------------------------------------------------------------- a dictionary


def draft_to_dict(draft: Draft, *, id: str = "", version: int = 0, sha256: str = "") -> Json:  # noqa: A002 - the name of the field
    """Return a draft for programs; `draft_from_dict` gives back an equal draft.

    Args:
        draft: The draft.
        id: Under which it is stored, "" where it is not.
        version: Number of the version, 0 where it is not stored.
        sha256: Of the version as stored, "" where it is not.

    Returns:
        ``sections`` → ``paragraphs`` → ``sentences`` (or a ``table`` whose cells are sentences) → ``figures`` with the
        printed figures they rest on; ``gaps`` and ``findings`` of the whole; ``counts``; ``text``.
    """
    return {
        "id": id,
        "version": version,
        "title": draft.title,
        "entity": draft.entity,
        "year": draft.year,
        "stage": draft.stage.value,
        "outline": draft.outline,
        "base": draft.base,
        "sources": [_source(each) for each in draft.sources],
        "sections": [_section(each) for each in draft.sections],
        "gaps": [
            {"section": section.heading, "sentence": sentence.id, "kind": gap.kind.value, "what": gap.what}
            | {"item": gap.item, "takes": gap.takes}
            for section, sentence in _placed(draft)
            for gap in sentence.gaps
        ],
        "findings": [finding_to_dict(each) | {"working": each.working} for each in draft.findings],
        "counts": counts_of(draft),
        "model": assistance_to_dict(draft.assistance) if draft.assistance else None,
        "text": draft.text,
        "sha256": sha256,
    }


def counts_of(draft: Draft) -> Json:
    """Count figures, those that a person gave, gaps by kind, and figures that rest on nothing."""
    figures = [figure for sentence in draft.sentences() for figure in sentence.figures]
    gaps = Counter(gap.kind for gap in draft.gaps)
    return {
        "figures": len(figures),
        "by_person": sum(each.how == "person" for each in figures),
        "gaps": {kind.value: gaps[kind] for kind in GapKind},
        "unsupported": sum(not _is_supported(each) for each in figures),
    }


def _is_supported(figure: DraftFigure) -> bool:
    return bool(figure.operands) or figure.how == "person"


def _placed(draft: Draft) -> Iterator[tuple[Section, Sentence]]:
    return ((section, sentence) for section in draft.sections for sentence in section.sentences())


def _source(source: DraftSource) -> Json:
    return {"document": source.document, "title": source.title, "year": source.year, "role": source.role}


def _section(section: Section) -> Json:
    return {
        "number": section.number,
        "title": section.title,
        "heading": section.heading,
        "level": section.level,
        "paragraphs": [_paragraph(each) for each in section.paragraphs],
    }


def _paragraph(paragraph: Paragraph) -> Json:
    return {
        "is_heading": paragraph.is_heading,
        "text": paragraph.text,
        "sentences": [_sentence(each) for each in paragraph.sentences],
        "table": _table(paragraph.table) if paragraph.table else None,
    }


def _table(table: DraftTable) -> Json:
    return {
        "title": table.title,
        "unit": table.unit,
        "columns": list(table.columns),
        "cells": [[_sentence(cell) for cell in row] for row in table.cells],
    }


def _sentence(sentence: Sentence) -> Json:
    return {
        "id": sentence.id,
        "text": sentence.text,
        "figures": [_figure(each) for each in sentence.figures],
        "reasons": [_reason(each) for each in sentence.reasons],
        "gaps": [
            {"kind": g.kind.value, "what": g.what, "start": g.start, "end": g.end, "item": g.item, "takes": g.takes}
            for g in sentence.gaps
        ],
        "path": sentence.path,
    }


def _figure(figure: DraftFigure) -> Json:
    return {
        "start": figure.start,
        "end": figure.end,
        "text": figure.text,
        "label": figure.label,
        "value": figure.value,
        "unit": figure.unit,
        "exact": figure.exact,
        "formula": figure.formula,
        "working": figure.working,
        "how": figure.how,
        "marks": list(figure.marks),
        "operands": [operand_to_dict(each) for each in figure.operands],
    }


def _reason(reason: DraftReason) -> Json:
    return {
        "start": reason.start,
        "end": reason.end,
        "item": reason.item,
        "text": reason.text,
        "given": reason.given,
        "quoted": place_to_dict(reason.quoted) if reason.quoted else None,
    }


# ------------------------------------------------------------------------------------------ and back


def draft_from_dict(said: Mapping[str, Any]) -> Draft:
    """Return the draft that `draft_to_dict` wrote.

    Raises:
        KeyError: A field is missing: the dictionary is none of ours.
    """
    return Draft(
        title=said["title"],
        entity=said["entity"],
        year=said["year"],
        stage=Stage(said["stage"]),
        outline=said["outline"],
        base=said["base"],
        sections=tuple(
            Section(each["number"], each["title"], each["level"], tuple(map(_paragraph_from, each["paragraphs"])))
            for each in said["sections"]
        ),
        findings=tuple(map(finding_from_dict, said["findings"])),
        sources=tuple(DraftSource(s["document"], s["title"], s["year"], s["role"]) for s in said["sources"]),
        assistance=assistance_from_dict(said["model"]) if said.get("model") else None,
    )


def _paragraph_from(said: Mapping[str, Any]) -> Paragraph:
    table = said["table"]
    return Paragraph(
        tuple(map(_sentence_from, said["sentences"])),
        DraftTable(
            table["title"], table["unit"], tuple(table["columns"]),
            tuple(tuple(map(_sentence_from, row)) for row in table["cells"]),
        ) if table else None,
        said["is_heading"],
    )  # fmt: skip


def _sentence_from(said: Mapping[str, Any]) -> Sentence:
    return Sentence(
        said["id"],
        said["text"],
        tuple(map(_figure_from, said["figures"])),
        tuple(
            DraftReason(
                r["start"], r["end"], r["item"], r["text"], r["given"], place_from_dict(r["quoted"]) if r["quoted"] else None
            )
            for r in said["reasons"]
        ),
        tuple(
            Gap(GapKind(g["kind"]), g["what"], g["start"], g["end"], g.get("item", ""), g.get("takes", ""))
            for g in said["gaps"]
        ),
        said.get("path", "rules"),  # a draft of an older version
    )


def _figure_from(said: Mapping[str, Any]) -> DraftFigure:
    return DraftFigure(
        start=said["start"], end=said["end"], text=said["text"], label=said["label"], value=said["value"],
        unit=said["unit"], exact=said["exact"], formula=said["formula"], working=said["working"], how=said["how"],
        marks=tuple(said["marks"]),
        operands=tuple(
            Operand(o["label"], o["value"], o["unit"], o["how"], o["proof"], place_from_dict(o)) for o in said["operands"]
        ),
    )  # fmt: skip


def place_from_dict(said: Mapping[str, Any]) -> Place:
    """Return the place that `place_to_dict` wrote."""
    return Place(
        document=said["document"], document_title=said["document_title"], table=said["table"],
        table_title=said["table_title"], row=said["row"], column=said["column"], row_index=_index(said["row_index"]),
        column_index=_index(said["column_index"]), line=said["line"] or 0, page=said["page"] or 0,
        start=_index(said["start"]), end=_index(said["end"]), quote=said["quote"], by_ocr=said["by_ocr"],
    )  # fmt: skip


def finding_from_dict(said: Mapping[str, Any]) -> Finding:
    """Return the finding that `finding_to_dict` wrote."""
    return Finding(
        said["code"], Severity(said["severity"]), said["message"], tuple(map(_source_from, said["places"])),
        said["stated"], said["expected"], said.get("working", ""),
    )  # fmt: skip


def _source_from(said: Mapping[str, Any]) -> Source:
    return Source(
        document=said["document"], table=said["table"], table_title=said["table_title"], row=_index(said["row_index"]),
        column=_index(said["column_index"]), row_label=said["row"], column_label=said["column"], line=said["line"] or 0,
        page=said["page"] or 0, start=_index(said["start"]), end=_index(said["end"]), quote=said["quote"],
        by_ocr=said["by_ocr"],
    )  # fmt: skip


def _index(number: int | None) -> int:
    return -1 if number is None else number


# ------------------------------------------------------------------------------- what it was asked to be


def brief_to_dict(brief: Brief) -> Json:
    """Return what a draft was asked to be; `brief_from_dict` gives back an equal one, but for the outline of its own."""
    return {
        "entity": brief.entity,
        "year": brief.year,
        "sections": list(brief.sections),
        "outline": brief.outline,
        "outline_toml": brief.custom_text,
        "is_own_outline": brief.custom is not None,
        "reasons": [{"item": g.item, "text": g.text, "place": g.place} for g in brief.reasons],
        "facts": [{"item": g.item, "text": g.text, "place": g.place} for g in brief.known],
        "base": brief.base,
        "decimals": brief.style.decimals,
        "fall": brief.style.fall,
        "quote": list(brief.quote),
    }


def brief_from_dict(said: Mapping[str, Any]) -> Brief:
    """Return the brief that `brief_to_dict` wrote, its own outline as text only.

    Raises:
        KeyError: A field is missing: the dictionary is none of ours.
    """
    return Brief(
        said["entity"], said["year"], tuple(said["sections"]), said["outline"], _given_from(said["reasons"]),
        _given_from(said["facts"]), said["base"], Style(said["decimals"], said["fall"]), tuple(said["quote"]),
        custom_text=said["outline_toml"],
    )  # fmt: skip


def _given_from(said: Sequence[Mapping[str, str]]) -> tuple[Given, ...]:
    return tuple(Given(each["item"], each["text"], each["place"]) for each in said)


# --------------------------------------------------------------------------------- what can be drafted


def plan_to_dict(plan: DraftPlan) -> Json:
    """Return what can be drafted, for programs.

    Returns:
        ``outline`` and ``others``; ``sections`` in order, each with what it ``needs`` (tables it rests on, and what is
        not there) and the ``gaps`` it would have; ``documents``; ``prior``: last year's documents.
    """
    draft = plan.draft
    prior = [each for each in draft.sources if each.year == draft.year - 1]
    return {
        "entity": draft.entity,
        "year": draft.year,
        "stage": draft.stage.value,
        "title": draft.title,
        "outline": _outline(plan.outline),
        "others": [_outline(each) for each in plan.others],
        "sections": [_planned(each) for each in draft.sections],
        "documents": [_source(each) for each in draft.sources],
        "prior": {"year": draft.year - 1, "there": bool(prior), "documents": [each.document for each in prior]},
    }


def _outline(outline: Outline) -> Json:
    return {"key": outline.key, "name": outline.name, "base": outline.base}


def _planned(section: Section) -> Json:
    figures = [figure for sentence in section.sentences() for figure in sentence.figures]
    gaps = [gap for sentence in section.sentences() for gap in sentence.gaps]
    places = {
        (o.place.document, o.place.table): o.place for figure in figures for o in figure.operands
    }  # fmt: skip
    needs = [
        {
            "what": place.table_title or "正文", "table": place.table, "document": place.document,
            "document_title": place.document_title, "there": True,
        }
        for place in places.values()
    ]  # fmt: skip
    needs += [
        {"what": what, "table": "", "document": "", "document_title": "", "there": False}
        for what in dict.fromkeys(gap.what for gap in gaps if gap.kind in (GapKind.FIGURE, GapKind.PRIOR))
    ]
    return {
        "number": section.number,
        "title": section.title,
        "heading": section.heading,
        "level": section.level,
        "figures": len(figures),
        "needs": needs,
        "gaps": [{"kind": g.kind.value, "what": g.what, "item": g.item, "takes": g.takes} for g in gaps],
    }


# ---------------------------------------------------------------------------------- an edited version


def revision_to_dict(revision: Revision) -> Json:
    """Return what changed in a text that a person edited: sentences, figures, gaps filled. Its draft is not in it."""
    return {
        "unchanged": revision.is_unchanged,
        "changes": [
            {
                "kind": change.kind.value,
                "section": change.section,
                "before": change.before,
                "after": change.after,
                "before_ids": list(change.before_ids),
                "after_id": change.after_id,
                "segments": [{"kind": each.kind, "text": each.text} for each in change.segments],
                "figures": [
                    {"before": each.before, "after": each.after, "state": each.state.value} for each in change.figures
                ],
            }
            for change in revision.changes
            if change.kind is not ChangeKind.UNCHANGED
        ],
        "resolved": [
            {"kind": each.gap.kind.value, "what": each.gap.what, "sentence": each.sentence, "filling": each.filling}
            for each in revision.resolved
        ],
    }


def states_to_dict(revision: Revision) -> list[Json]:
    """Return every figure of an edited text with its state."""
    judged = {(f.sentence, n) for f in revision.judged for n in range(f.start, f.end)}
    found = [(f.sentence, f.start, f.end, f.state) for f in revision.judged]
    numbers: dict[str, int] = {}
    texts: dict[str, str] = {}
    for number, sentence in enumerate(revision.sentences):
        numbers[sentence.id], texts[sentence.id] = number, sentence.text
        found += [
            (sentence.id, f.start, f.end, FigureState.LOCKED) for f in sentence.figures
            if not any((sentence.id, n) in judged for n in range(f.start, f.end))
        ]  # fmt: skip
    return [
        {"sentence": id_, "start": start, "end": end, "text": texts[id_][start:end], "state": state.value}
        for id_, start, end, state in sorted(found, key=lambda it: (numbers[it[0]], it[1]))
    ]


def revision_to_text(said: Mapping[str, Any]) -> str:
    """Write what changed, as `revision_to_dict` returns it, for a terminal."""
    if said["unchanged"]:
        return "没有改动。"
    lines = [f"改动（{len(said['changes'])}）"]
    for number, change in enumerate(said["changes"], 1):
        lines.append(f"{number:>3}. {_CHANGES[change['kind']]}　{change['section']}")
        if change["kind"] == ChangeKind.CHANGED.value and change["segments"]:
            lines.append("     " + "".join(_MARKS[each["kind"]].format(each["text"]) for each in change["segments"]))
        else:
            lines += [f"     {text}" for text in dict.fromkeys((change["before"], change["after"])) if text]
        lines += [
            f"     数字：{each['before'] or '（无）'} → {each['after'] or '（删去）'}，{_STATES[each['state']]}"
            for each in change["figures"]
        ]
    if said["resolved"]:
        lines.append(f"补上的（{len(said['resolved'])}）")
        lines += [f"  {each['what']}：{each['filling'] or '（删去）'}" for each in said["resolved"]]
    return "\n".join(lines)


# ------------------------------------------------------------------------------------------- people


def draft_to_markdown(draft: Draft, *, sources: bool = True, standing: Standing | None = None) -> str:
    """Write a draft as Markdown: what it says, where every figure comes from (unless left out), gaps, findings.

    With its *standing*, what is open stands at the head until it is approved, and who approved it with the sources.
    """
    still = standing_lines(draft, standing) if standing else ()
    lines = [*([f"> {'，'.join(still)}。", ""] if still else []), f"# {_md(draft.title)}", ""]
    for section in draft.sections:
        lines += [f"{'#' * (section.level + 1)} {_md(section.heading)}", ""]
        for paragraph in section.paragraphs:
            if paragraph.table is not None:
                lines += [*_table_to_markdown(paragraph.table), ""]
            elif paragraph.is_heading:
                lines += [f"{'#' * (section.level + 2)} {_md(paragraph.text)}", ""]
            else:
                lines += [_md(paragraph.text), ""]
    approved = approval_line(standing) if standing and sources else ""
    return "\n".join([*lines, *_appendix_to_markdown(draft, sources=sources, approved=approved)]).rstrip() + "\n"


def unescape(text: str) -> str:
    r"""Return what `draft_to_markdown` wrote a line of text for: ``\*`` becomes ``*``."""
    return _ESCAPED.sub(r"\1", text)


def _table_to_markdown(table: DraftTable) -> list[str]:
    head = [f"{_md(table.title)}（单位：{_md(table.unit)}）" if table.unit else _md(table.title), ""] if table.title else []
    return [
        *head,
        f"| {' | '.join(map(_md, table.columns))} |",
        "|" + "---|" * len(table.columns),
        *(f"| {' | '.join(_md(cell.text) for cell in row)} |" for row in table.cells),
    ]


def _appendix_to_markdown(draft: Draft, *, sources: bool, approved: str = "") -> list[str]:
    rows = sources_of(draft) if sources else []
    lines = [f"## {SOURCES}", "", *([approved, ""] if approved else [])] if sources else []
    if rows:
        lines += ["| 序号 | 句 | 数字 | 说的是 | 计算 | 出处 | 注 |", "|---|---|---|---|---|---|---|"]
        lines += [f"| {n} | {' | '.join(map(_md, row))} |" for n, row in enumerate(rows, 1)]
    elif sources:
        lines.append("没有数字。")
    lines += ["", f"## {GAPS}（{len(draft.gaps)}）", ""]
    lines += [f"- {_md(line)}" for line in gap_lines(draft)] or ["没有。"]
    if draft.findings:
        lines += ["", f"## {FINDINGS}（{len(draft.findings)}）", ""]
        lines += [f"- {_md(finding_to_text(each))}" for each in draft.findings]
    return lines


def sources_of(draft: Draft) -> list[tuple[str, str, str, str, str, str]]:
    """Return, for every figure in order: sentence, as written, what it is of, working, where it is printed, marks.

    Figures that nothing vouches for come last of their sentence, with why in the place of the working.
    """
    still = open_figures(draft)
    return [row for sentence in draft.sentences() for row in _sources_in(sentence, still.get(sentence.id, ()))]


def _sources_in(sentence: Sentence, still: Sequence[OpenFigure]) -> Iterator[tuple[str, str, str, str, str, str]]:
    for figure in sentence.figures:
        marks = "、".join(figure.marks or (WAYS.get(figure.how, figure.how),))
        yield sentence.id, figure.text, figure.label, figure.working or figure.formula, where_of(figure), marks
    for each in still:
        where = "；".join(dict.fromkeys(f"{_document(place)}{_where(place)}" for place in each.places[:_MOST_PLACES]))
        yield sentence.id, each.text, "", each.why, where, "未解决"


def where_of(figure: DraftFigure) -> str:
    """Say where the figures are printed that a figure rests on."""
    if not figure.operands:
        return WAYS["person"] if figure.how == "person" else "没有出处"
    places = list(dict.fromkeys((_document(each.place), _where(each.place)) for each in figure.operands))
    shown: dict[str, list[str]] = {}
    for title, where in places[:_MOST_PLACES]:
        shown.setdefault(title, []).append(where)
    more = [f"另有{len(places) - _MOST_PLACES}处"] if len(places) > _MOST_PLACES else []
    return "；".join([*(f"{title}{'；'.join(wheres)}" for title, wheres in shown.items()), *more])


def _document(place: Place) -> str:
    return f"《{place.document_title}》" if place.document_title else place.document


def _where(place: Place) -> str:
    return place_to_text(place_to_dict(place))


def gap_lines(draft: Draft) -> list[str]:
    """Return what is missing, one line each, with its section, equal ones once."""
    found = [
        f"{section.heading}：{gap.what}（{GAP_NAMES[gap.kind.value]}）"
        for section, sentence in _placed(draft)
        for gap in sentence.gaps
    ]
    return [f"{line}，{count}处" if count > 1 else line for line, count in Counter(found).items()]


def draft_to_text(draft: Draft, *, sources: bool = True) -> str:
    """Write a draft as plain text, tables with tabs; then as `draft_to_markdown` does."""
    lines = [draft.title]
    for section in draft.sections:
        lines += ["", section.heading]
        for paragraph in section.paragraphs:
            lines += _table_to_text(paragraph.table) if paragraph.table is not None else [paragraph.text]
    if sources:
        lines += ["", SOURCES]
        lines += [
            f"[{number}] {sentence} {text}：{label}"
            + "".join(f"；{part}" for part in (working, where) if part)
            + (f"（{marks}）" if marks != where else "")
            for number, (sentence, text, label, working, where, marks) in enumerate(sources_of(draft), 1)
        ]
    lines += ["", f"{GAPS}（{len(draft.gaps)}）", *gap_lines(draft)]
    if draft.findings:
        lines += ["", f"{FINDINGS}（{len(draft.findings)}）", *map(finding_to_text, draft.findings)]
    return "\n".join(lines) + "\n"


def _table_to_text(table: DraftTable) -> Sequence[str]:
    head = f"{table.title}（单位：{table.unit}）" if table.unit else table.title
    rows = ("\t".join(cell.text for cell in row) for row in table.cells)
    return [*([head] if head else []), "\t".join(table.columns), *rows]


def findings_to_text(findings: Sequence[Finding]) -> str:
    """Write findings for a terminal, gravest first, each with its place and the sentence it is about."""
    rank = list(Severity)
    lines: list[str] = []
    for each in sorted(findings, key=lambda it: rank.index(it.severity)):
        said = finding_to_dict(each)
        lines.append(finding_to_text(said))
        if each.severity is not Severity.NOTE:
            lines += [f"     {name}：{value}" for name, value in (("位置", said["where"]), ("原文", said["quote"])) if value]
    return "\n".join(lines)


def _origins(counts: Json) -> str:
    """Say what the figures rest on: printed places, a person, or nothing."""
    printed = counts["figures"] - counts["by_person"] - counts["unsupported"]
    kinds = (("表中印出或算出", printed), ("填报人提供", counts["by_person"]), ("没有出处", counts["unsupported"]))
    return "、".join(f"{name}{count}" for name, count in kinds if count)


def summary_of(draft: Draft) -> str:
    """Say in one line what a draft holds."""
    counts = counts_of(draft)
    gaps = sum(counts["gaps"].values())
    missing = "、".join(f"{GAP_NAMES[kind]}{count}" for kind, count in counts["gaps"].items() if count)
    severities = Counter(each.severity for each in draft.findings)
    return (
        f"数字{counts['figures']}个"
        + (f"（{_origins(counts)}）" if counts["figures"] else "")
        + f"；待补充{gaps}处" + (f"（{missing}）" if missing else "")
        + f"；错误{severities[Severity.ERROR]}、警告{severities[Severity.WARNING]}、提示{severities[Severity.NOTE]}。"
    )  # fmt: skip


# ------------------------------------------------------------------------------------------ the store


def version_to_dict(made: DraftVersion) -> Json:
    """Return what is known of a version without its text."""
    return {
        "version": made.version,
        "created_at": made.created_at,
        "origin": made.origin,
        "sha256": made.sha256,
        "approval": {"at": made.approved_at, "by": made.approved_by} if made.approved_at else None,
    }


def summary_to_dict(draft: DraftSummary) -> Json:
    """Return what is known of a draft without its text."""
    return {
        "id": draft.id,
        "entity": draft.entity,
        "year": draft.year,
        "outline": draft.outline,
        "created_at": draft.created_at,
        "versions": [version_to_dict(each) for each in draft.versions],
        "open": draft.open,
    }


def version_to_text(made: DraftVersion) -> str:
    """Say which version it is, how it came about, and who approved it."""
    approved = f"，{made.approved_by}于{made.approved_at}批准" if made.approved_at else ""
    return f"第{made.version}版，{made.created_at}{'起草' if made.origin == 'drafted' else '修改'}{approved}"


def summaries_to_text(drafts: Sequence[DraftSummary]) -> str:
    """List drafts for a terminal, each with its versions."""
    if not drafts:
        return "还没有草稿。请运行：youju draft --entity 部门 --year 年度"
    lines = []
    for each in drafts:
        lines.append(f"{each.id}　{each.entity}{each.year}年（提纲：{each.outline}）")
        lines += [f"  {version_to_text(made)}" for made in each.versions]
    return "\n".join(lines)


def _md(text: str) -> str:
    """Return *text* so that Markdown shows it as it is, on one line."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
