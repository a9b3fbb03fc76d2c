"""Outlines (写作提纲): which sections a disclosure has, and how each sentence is worded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from service.domain.coordinate import Stage
from service.domain.errors import InvalidInputError
from service.drafting.template import WORDS, Line, Part, Slot, SlotKind, parse_line, parse_parts, slots_of
from service.vocabulary.names import fold

#: What last year's figures may be (比较口径).
BASES = ("预算数", "执行数", "决算数")
#: The cases of a change (变动的几种情形), by the keys an outline words them under.
CASES = ("增加", "减少", "持平", "上年为0", "本年为0", "都为0", "上年为负")
#: The cases of final accounts beside the year's own budget (决算与年初预算比较), and what their wordings may hold.
COMPLETIONS = ("大于", "小于", "等于", "预算为0", "都为0", "没有预算")
#: A case that may be left unworded: last year's tables do not list the item at hand.
NEW_ITEM = "上年未列"
#: Slots that a wording of a change may hold, those of a size or a rate only where there is one.
_CASE_SLOTS = {
    case: frozenset({"今", "上", "降", *("额" * (case not in ("持平", "都为0"))), *("率" * (case in ("增加", "减少", "本年为0")))})
    for case in CASES
} | {NEW_ITEM: frozenset()}
_COMPLETION_SLOTS = frozenset({"决", "预", "率", "因"})
#: Most slots of an outline: the longest disclosures have some hundreds.
_MOST_SLOTS = 5000
_SLOT_NAME = re.compile(r"\{([^{}]*)\}")
_FIRST_LEVEL = "一二三四五六七八九十"
#: Keys a section may have, for messages.
_SECTION_KEYS = ("title", "names", "level", "numbered", "text", "table")


@dataclass(frozen=True, slots=True)
class CaseWords:
    """Wording of a change by case; a case's text holds {额} {率} {今} {上} {降} and the words of `template.WORDS`."""

    by_case: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TablePlan:
    """A table of an outline.

    Attributes:
        title: Of the table.
        columns: Column names.
        rows: Lines of cells; the first cell's line carries the conditions and the repetition of the row.
    """

    title: tuple[Part, ...]
    columns: tuple[tuple[Part, ...], ...]
    rows: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True, slots=True)
class SectionPlan:
    """A section of an outline.

    Attributes:
        title: Without its number.
        names: Other names by which it may be asked for.
        level: 1 or 2.
        numbered: Whether its heading bears a number.
        paragraphs: Lines that stand together.
        tables: Tables below the text.
    """

    title: str
    names: tuple[str, ...]
    level: int
    numbered: bool
    paragraphs: tuple[tuple[Line, ...], ...]
    tables: tuple[TablePlan, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """An outline.

    Attributes:
        key: Short name, that of its file: ``henan``.
        name: Printed name.
        stage: Of the documents it is for.
        base: What last year's figures are, one of `BASES`.
        title: Of the document.
        cases: Wordings of change by name.
        reason: How a reason is joined on, with {文} for it.
        sections: In order.
        default: Whether it is taken where no document shows which one to follow.
        places: Parts of entities' names that it is for, where no text shows which outline they follow; ``*`` for any.
        completion: Wordings of final accounts beside the budget, with {预} {决} {率} {因}; empty where it has none.
    """

    key: str
    name: str
    stage: Stage
    base: str
    title: tuple[Part, ...]
    cases: Mapping[str, CaseWords]
    reason: str
    sections: tuple[SectionPlan, ...]
    default: bool = False
    completion: Mapping[str, str] = field(default_factory=dict)
    places: tuple[str, ...] = ()


def read_outline(data: Mapping[str, Any], key: str) -> Outline:
    """Read an outline from parsed TOML.

    Args:
        data: The parsed file.
        key: Its file name without ending.

    Raises:
        InvalidInputError: Something is missing or cannot be read; the message names section and line.
    """
    where = f"提纲“{key}”"
    name = _text(data, "name", where)
    stages = {stage.value: stage for stage in (Stage.BUDGET, Stage.FINAL)}
    stage = data.get("stage", Stage.BUDGET.value)
    if not isinstance(stage, str) or stage not in stages:
        raise InvalidInputError(f"{where}的stage是“{stage}”，应为{'或'.join(stages)}。")
    base = data.get("base", BASES[0])
    if base not in BASES:
        raise InvalidInputError(f"{where}的base是“{base}”，应为{'、'.join(BASES)}之一。")
    cases = _cases(data.get("cases"), where)
    names = frozenset(cases)
    sections = data.get("section")
    if not isinstance(sections, list) or not sections:
        raise InvalidInputError(f"{where}没有一节。每一节以 [[section]] 开头，写title和text。")
    reason = data.get("reason", "，主要原因：{文}")
    if not isinstance(reason, str) or _SLOT_NAME.findall(reason) != ["文"]:
        raise InvalidInputError(f"{where}的reason应有一处{{文}}，例如：，主要原因：{{文}}")
    read = Outline(
        key, name, stages[stage], base, _of_words(_text(data, "title", where), names, f"{where}的title"), cases, reason,
        tuple(_section(each, n, names, where) for n, each in enumerate(sections, 1)), bool(data.get("default", False)),
        _completion(data.get("completion"), sections, where), _texts(data, "places", where),
    )  # fmt: skip
    if (count := sum(1 for _ in _slots_in(read))) > _MOST_SLOTS:
        raise InvalidInputError(f"{where}有{count}处要填，超过{_MOST_SLOTS}处。请拆成几份提纲。")
    return read


def _slots_in(outline: Outline) -> Iterator[Slot]:
    for section in outline.sections:
        for lines in (*section.paragraphs, *(row for table in section.tables for row in table.rows)):
            for line in lines:
                yield from slots_of(line.parts)


def _of_words(text: str, cases: frozenset[str], where: str) -> tuple[Part, ...]:
    """Read a title or a column name: a figure in it would have nowhere to bear its source."""
    parts = parse_parts(text, cases, where)
    if any(slot.kind is not SlotKind.WORD for slot in slots_of(parts)):
        raise InvalidInputError(f"{where}“{text[:40]}”里只能填{'、'.join(sorted(WORDS))}，不能填数字或情况。")
    return parts


def _text(data: Mapping[str, Any], key: str, where: str) -> str:
    found = data.get(key)
    if not isinstance(found, str) or not found.strip():
        raise InvalidInputError(f"{where}缺少{key}，应是一段文字。")
    return found


def _texts(data: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    found = data.get(key, [])
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise InvalidInputError(f'{where}的{key}应是一组文字，如 {key} = ["甲", "乙"]。')
    return tuple(found)


def _refuse_strange_slots(words: str, known: frozenset[str], where: str) -> None:
    """Raise InvalidInputError for a slot that would be left empty."""
    for slot in _SLOT_NAME.findall(words):
        if slot not in known and slot not in WORDS:
            raise InvalidInputError(f"{where}里不能写“{{{slot}}}”。可以写：{'、'.join(sorted({*known, *WORDS}))}。")


def _cases(found: object, where: str) -> dict[str, CaseWords]:
    if not isinstance(found, dict) or not found:
        raise InvalidInputError(f"{where}没有变动的写法。请写 [cases.变动]，下面写{'、'.join(CASES)}各自的说法。")
    out = {}
    for name, words in found.items():
        if not isinstance(words, dict):
            raise InvalidInputError(f"{where}的cases.{name}应是几种情形的说法。")
        lacking = [case for case in CASES if not isinstance(words.get(case), str)]
        if lacking:
            raise InvalidInputError(f"{where}的cases.{name}缺少“{'”“'.join(lacking)}”的说法。")
        out[name] = CaseWords({case: words[case] for case in (*CASES, NEW_ITEM) if isinstance(words.get(case), str)})
        for case, said in out[name].by_case.items():
            _refuse_strange_slots(said, _CASE_SLOTS[case], f"{where}的cases.{name}“{case}”")
    return out


def _completion(found: object, sections: object, where: str) -> dict[str, str]:
    if found is None:
        if "{完成:" in str(sections):
            raise InvalidInputError(f"{where}用了{{完成:…}}，应有 [completion]，下面写{'、'.join(COMPLETIONS)}各自的说法。")
        return {}
    if not isinstance(found, dict):
        raise InvalidInputError(f"{where}的completion应是几种情形的说法。")
    lacking = [case for case in COMPLETIONS if not isinstance(found.get(case), str)]
    if lacking:
        raise InvalidInputError(f"{where}的completion缺少“{'”“'.join(lacking)}”的说法。")
    for case in COMPLETIONS:
        _refuse_strange_slots(found[case], _COMPLETION_SLOTS, f"{where}的completion“{case}”")
    return {case: found[case] for case in COMPLETIONS}


def _section(data: object, number: int, cases: frozenset[str], where: str) -> SectionPlan:
    if not isinstance(data, dict):
        raise InvalidInputError(f"{where}第{number}节不是一节。应以 [[section]] 开头。")
    here = f"{where}第{number}节"
    title = _text(data, "title", here)
    here = f"{where}第{number}节“{title}”"
    strange = [key for key in data if key not in _SECTION_KEYS]
    if strange:
        raise InvalidInputError(f"{here}里的“{strange[0]}”不认识。可以写：{'、'.join(_SECTION_KEYS)}。")
    level = data.get("level", 1)
    if level not in (1, 2):
        raise InvalidInputError(f"{here}的level是{level}，应为1或2。")
    text = data.get("text", "")
    if not isinstance(text, str):
        raise InvalidInputError(f"{here}的text应是文字，一行一句。")
    tables = data.get("table", [])
    if not isinstance(tables, list):
        raise InvalidInputError(f"{here}的表应以 [[section.table]] 开头。")
    return SectionPlan(
        title, _texts(data, "names", here), level, bool(data.get("numbered", True)),
        tuple(_paragraphs(text, cases, here)), tuple(_table(t, cases, here) for t in tables),
    )  # fmt: skip


def _paragraphs(text: str, cases: frozenset[str], where: str) -> list[tuple[Line, ...]]:
    """Split a text into paragraphs (by blank lines) of lines; a heading stands alone, a repeated one with what is below."""
    out: list[list[Line]] = [[]]
    for number, raw in enumerate(text.splitlines(), 1):
        if not raw.strip():
            out.append([])
            continue
        line = parse_line(raw, cases, f"{where}第{number}行")
        if line.is_heading:
            out += [[line], *([] if line.each else [[]])]
        else:
            out[-1].append(line)
    return [tuple(lines) for lines in out if lines]


def _table(data: object, cases: frozenset[str], where: str) -> TablePlan:
    if not isinstance(data, dict) or not isinstance(data.get("columns"), list) or not isinstance(data.get("rows"), list):
        raise InvalidInputError(f"{where}的表应有title、columns和rows。")
    columns, rows = data["columns"], data["rows"]
    here = f"{where}的表“{_text(data, 'title', where)}”"
    for number, row in enumerate(rows, 1):
        if not isinstance(row, list) or len(row) != len(columns) or not all(isinstance(c, str) for c in row):
            raise InvalidInputError(f"{here}第{number}行应有{len(columns)}格文字，与columns相同。")
    return TablePlan(
        _of_words(data["title"], cases, here), tuple(_of_words(str(c), cases, here) for c in columns),
        tuple(tuple(parse_line(c, cases, f"{here}第{n}行") for c in row) for n, row in enumerate(rows, 1)),
    )  # fmt: skip


def read_outlines(raw: Mapping[str, Mapping[str, Any]]) -> tuple[Outline, ...]:
    """Read the outlines that come with the program, in the order of their keys."""
    return tuple(read_outline(data, key) for key, data in sorted(raw.items()))


def find_outline(outlines: Sequence[Outline], wanted: str) -> Outline:
    """Return the outline of a name or key.

    Raises:
        InvalidInputError: There is none; the message lists those there are.
    """
    for outline in outlines:
        if wanted in (outline.key, outline.name):
            return outline
    fit = [o for o in outlines if wanted and fold(wanted) in fold(o.name)]
    if len(fit) == 1:
        return fit[0]
    known = "、".join(f"{o.key}（{o.name}）" for o in outlines)
    raise InvalidInputError(f"没有提纲“{wanted}”。现有：{known}。也可以给出自己的提纲文件（.toml）。")


def find_section(outline: Outline, wanted: str) -> SectionPlan | None:
    """Return the section that a wording names; the longest name contained in it wins."""
    best: tuple[tuple[int, int], SectionPlan] | None = None
    text = fold(wanted)
    for section in outline.sections:
        for name in (section.title, *section.names):
            at = text.find(fold(name))
            rank = (len(fold(name)), -at)
            if at >= 0 and (best is None or rank > best[0]):
                best = (rank, section)
    return best[1] if best else None


def section_named(outline: Outline, wanted: str) -> tuple[SectionPlan, ...]:
    """Return the section that a person asks for by name or number, with its parts.

    Raises:
        InvalidInputError: There is none; the message suggests one.
    """
    numbers = number_sections(outline.sections)
    bare = fold(wanted)
    at = next((i for i, s in enumerate(outline.sections) if bare in {fold(s.title), fold(f"{numbers[i]}{s.title}")}), None)
    if at is None:
        at = next((i for i, n in enumerate(numbers) if n and wanted.strip() in {n, n.strip("、（）")}), None)
    if at is None:
        found = find_section(outline, wanted)
        within = [s for s in outline.sections if bare and bare in fold(s.title)]
        begun = [s for s in within if fold(s.title).startswith(bare)]
        found = found or next((fit[0] for fit in (begun, within) if len(fit) == 1), None)
        at = next((i for i, s in enumerate(outline.sections) if s is found), None)
    if at is None:
        titles = [s.title for s in outline.sections]
        near = get_close_matches(wanted, [*titles, *(n for s in outline.sections for n in s.names)], n=1)
        hint = f"是不是“{near[0]}”？" if near else ""
        raise InvalidInputError(f"提纲“{outline.name}”里没有“{wanted}”这一节。{hint}有：{'、'.join(titles)}。")
    chosen = [outline.sections[at]]
    for section in outline.sections[at + 1 :]:
        if section.level <= chosen[0].level:
            break
        chosen.append(section)
    return tuple(chosen)


def number_sections(sections: Sequence[SectionPlan]) -> list[str]:
    """Return the number of each section: 一、 on the first level, （一） on the second; "" where it bears none."""
    out = []
    first = second = 0
    for section in sections:
        if not section.numbered:
            out.append("")
        elif section.level == 1:
            first, second = first + 1, 0
            out.append(f"{chinese_ordinal(first)}、")
        else:
            second += 1
            out.append(f"（{chinese_ordinal(second)}）")
    return out


def chinese_ordinal(number: int) -> str:
    """Write 1 … 99 as headings do: 一, 十, 十一, 二十三."""
    tens, ones = divmod(number, 10)
    digits = f"零{_FIRST_LEVEL}"
    head = "" if not tens else "十" if tens == 1 else f"{digits[tens]}十"
    return head + (digits[ones] if ones or not tens else "")
