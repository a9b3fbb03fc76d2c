"""Tables as a whole: which are there, which are empty and say so, how their rows are labelled."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from service.checking.cells import Cells, figures_of, has_figures
from service.checking.material import Material
from service.checking.rulebook import Rule, rule_of
from service.domain.document import Document, RowKind, Table
from service.domain.finding import Finding, Severity
from service.domain.paragraph import Paragraph
from service.vocabulary.names import fold, squeeze, strip_ordinal
from service.vocabulary.vocabulary import Vocabulary

_YEAR = re.compile(r"^(?:\d{4}|[〇零一二三四五六七八九]{4})年?度?")
_PAGE = re.compile(r"[.…·\s\-—]*\d{0,3}$")
_NUMBER = re.compile(r"^(?:表[一二三四五六七八九十\d]+|附表\d*|附件\d*)[：:、.．]?")
_BRACKETS = re.compile(r"\([^()]*\)")
_LISTED = re.compile(r"表(?:[（(][^（）()]*[)）])?$")
_FEWEST_LISTED = 3
_FEWEST_ROWS = 3
_FUNDS = {"B7": "三公", "B8": "政府性基金", "B9": "国有资本"}


def sheet_findings(material: Material) -> Iterator[Finding]:
    """Yield what is odd about the tables of a text as tables."""
    text, vocabulary = material.text, material.vocabulary
    if not text.tables:
        return
    cells = Cells(text)
    yield from _empty(text, cells, vocabulary)
    yield from _missing(text, cells, vocabulary)
    yield from _contents(text, cells, vocabulary)
    yield from _unit_codes(text, cells, vocabulary)
    yield from _total_labels(text, cells, vocabulary)
    yield from _numbers(text, cells, vocabulary)


# Empty tables -------------------------------------------------------------------------------------------------------


def _empty(text: Document, cells: Cells, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Tell of empty tables without a word on it, and of full ones said to be empty (A38)."""
    silent, said, fund = (rule_of(vocabulary, name) for name in ("empty-table", "empty-said", "note-fund"))
    for table in text.tables:
        notes = fold("".join(table.notes))
        if said is not None and has_figures(table) and (word := _word_in(notes, said)):
            place = next((r, c) for r, row in enumerate(table.rows) for c, q in figures_of(row, table) if q.number)
            yield Finding(
                "note-contradicts-table", said.severity,
                f"{table.title}下注“{_shortened(table.notes, word)}”，表里却有数。请改说明或核对表。",
                (cells.at(table, *place),), stated=word,
            )  # fmt: skip
        if silent is not None and table.kind in silent.words("kinds") and not _prints(table):
            yield from _unexplained(table, text, cells, silent)
        if fund is not None and table.notes:
            yield from _other_fund(table, notes, cells, fund)


def _prints(table: Table) -> bool:
    return any(True for row in table.rows for _ in figures_of(row, table))


def _word_in(text: str, rule: Rule) -> str:
    return next((w for w in rule.words("saying") if fold(w) in text), "")


def _shortened(notes: Sequence[str], word: str) -> str:
    note = next((n for n in notes if word in squeeze(n)), notes[0] if notes else word)
    return note if len(note) <= 60 else f"{note[:60]}…"


def _unexplained(table: Table, text: Document, cells: Cells, rule: Rule) -> Iterator[Finding]:
    notes = fold("".join(table.notes))
    if _word_in(notes, rule):
        return
    name = _FUNDS.get(table.kind, "")
    told = next(
        (p for p in text.paragraphs if not p.in_contents and name in p.text and _word_in(fold(p.text), rule)), None
    )
    where = "情况说明里写了，表下没有" if told else "表下和情况说明里都没有写明"
    alone = not any(p.text.endswith("。") and not p.in_contents for p in text.paragraphs)
    if alone:
        where = "表下没有写明，情况说明不在这份文件里"
    yield Finding(
        "empty-table-without-note", Severity.NOTE if told or alone else rule.severity,
        f"{table.title}是空表，{where}。没有数据的表应保留空表，并在表下注明。",
        (cells.whole(table), *((told.whole(text.id),) if told else ())),
        expected="注：本部门没有此项支出，故本表为空表。",
    )  # fmt: skip


def _other_fund(table: Table, notes: str, cells: Cells, rule: Rule) -> Iterator[Finding]:
    for entry in rule.words("funds"):
        kind, right, wrong = entry.split()
        if table.kind == kind and wrong in notes and right not in notes:
            yield Finding(
                "note-contradicts-table", rule.severity,
                f"{table.title}下的说明写的是{wrong}，不是{right}：“{_shortened(table.notes, wrong)}”。疑为从别的表复制。",
                (cells.whole(table),), stated=wrong, expected=right,
            )  # fmt: skip


# Missing tables -----------------------------------------------------------------------------------------------------


def _missing(text: Document, cells: Cells, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Tell of standard tables that are not there, where most others are."""
    kinds = {t.kind for t in text.tables if t.kind}
    rule = rule_of(vocabulary, "tables")
    if rule is not None and text.year >= rule.number("since", "0") and len(kinds) >= rule.number("at_least", "1"):
        same = [set(group.split()) for group in rule.words("same")]
        have = kinds.union(*(group for group in same if group & kinds))
        absent = [w.split(maxsplit=1)[1] for w in rule.words("wanted") if w.split()[0] not in have]
        unknown = sum(1 for t in text.tables if not t.kind and has_figures(t))
        if len(absent) > unknown:
            yield Finding(
                "table-missing", rule.severity,
                f"没有找到{'、'.join(absent)}。认出的表有{len(text.tables)}张，其余应公开的表都在；请补上，没有数据的列空表并说明。",
                (cells.whole(text.tables[-1]),), expected="、".join(absent),
            )  # fmt: skip
    rule = rule_of(vocabulary, "capital-table")
    if rule is None or "B9" in kinds or text.year < rule.number("since", "0") or len(kinds) < _FEWEST_LISTED:
        return
    has = next(
        (t for t in text.tables if any("国有资本经营" in fold(c) for c in t.columns)
         or any("国有资本经营" in r.label for r in t.rows)), None
    )  # fmt: skip
    if has is not None:
        yield Finding(
            "table-missing", rule.severity,
            f"没有国有资本经营预算支出表，而{has.title}列有国有资本经营预算。{rule.basis}；没有数据的列空表并说明。",
            (cells.whole(has),), expected="国有资本经营预算支出表",
        )  # fmt: skip


# Contents -----------------------------------------------------------------------------------------------------------


def _contents(text: Document, cells: Cells, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Compare the tables that the contents list with those that follow (B27), in one finding."""
    rule = rule_of(vocabulary, "contents")
    parts = rule.words("parts") if rule is not None else ()
    listed = [
        p for p in text.paragraphs
        if p.in_contents and _LISTED.search(_plain(p.text)) and not any(fold(w) in _name(p.text) for w in parts)
    ]  # fmt: skip
    titled = [t for t in text.tables if t.title]
    if rule is None or len(listed) < _FEWEST_LISTED or len(titled) < _FEWEST_LISTED:
        return
    names = {_name(t.title) for t in titled}
    kinds = {t.kind for t in titled if t.kind}
    missing: list[Paragraph] = []
    different: list[str] = []
    for paragraph in listed:
        name = _name(paragraph.text)
        standard = vocabulary.catalogue.recognise(name)
        if name in names:
            continue
        near = next((t.title for t in titled if _bare(_name(t.title)) == _bare(name)), "")
        if near:
            different.append(f"目录“{_shown(paragraph.text)}”、表名“{near}”")
        elif not (standard and standard.key in kinds) and not any(name in n or n in name for n in names):
            missing.append(paragraph)
    if missing:
        said = "、".join(f"“{_shown(p.text)}”" for p in missing)
        yield Finding(
            "contents-differ", Severity.WARNING, f"目录列了{said}，正文没有找到这张表。",
            tuple(p.whole(text.id) for p in missing), stated=said,
        )  # fmt: skip
    if different:
        yield Finding(
            "contents-differ",
            rule.severity,
            f"目录与正文的表名写法不同：{'；'.join(different)}。",
            (cells.whole(titled[0]),),
        )


def _plain(text: str) -> str:
    return _PAGE.sub("", squeeze(text))


def _name(title: str) -> str:
    return _YEAR.sub("", _NUMBER.sub("", fold(strip_ordinal(_plain(title)))))


def _bare(name: str) -> str:
    return _BRACKETS.sub("", name)


def _shown(text: str) -> str:
    return strip_ordinal(_plain(text))


# Rows ---------------------------------------------------------------------------------------------------------------


def _unit_codes(text: Document, cells: Cells, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Tell of rows of units without a code where the others have one (A11)."""
    rule = rule_of(vocabulary, "unit-code")
    if rule is None:
        return
    catalogue = vocabulary.catalogue
    for table in text.tables:
        roles = [catalogue.role(c.split("/")[-1]) for c in table.columns]
        if "unit_code" not in roles or table.kind not in rule.words("kinds"):
            continue
        column = roles.index("unit_code")
        rows = [
            (r, row)
            for r, row in enumerate(table.rows)
            if row.kind is not RowKind.TOTAL and any(figures_of(row, table))
        ]
        without = [(r, row) for r, row in rows if not row.cells[column].raw]
        if not without or len(rows) - len(without) < 2:
            continue
        for r, row in without:
            first = next(figures_of(row, table))
            yield Finding(
                "unit-without-code", rule.severity,
                f"{table.title}第{r + 1}行“{row.label}”（{row.cells[first[0]].raw}）没有单位代码，按代码汇总会漏掉这一行。",
                (cells.at(table, r, column), cells.at(table, r, first[0])), stated=row.label,
            )  # fmt: skip


def _total_labels(text: Document, cells: Cells, vocabulary: Vocabulary) -> Iterator[Finding]:
    rule = rule_of(vocabulary, "total-label")
    if rule is None:
        return
    for table in text.tables:
        words = [c for c in range(len(table.columns)) if c not in table.figure_columns]
        for r, row in enumerate(table.rows if len(table.rows) >= _FEWEST_ROWS and words else ()):
            if row.kind is RowKind.TOTAL and not any(row.cells[c].raw for c in words) and any(figures_of(row, table)):
                yield Finding(
                    "total-unlabelled", rule.severity, f"{table.title}第{r + 1}行是合计行，没有写“合计”。",
                    (cells.at(table, r, next(figures_of(row, table))[0]),), expected="合计",
                )  # fmt: skip


def _numbers(text: Document, cells: Cells, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Tell of form numbers that only a few tables bear."""
    rule = rule_of(vocabulary, "form-numbers")
    numbered = [t for t in text.tables if t.number]
    if (
        rule is not None
        and 0 < len(numbered) <= rule.number("most", "1")
        and len(text.tables) >= rule.number("fewest", "1")
    ):
        said = "、".join(f"{t.title}印了“{t.number}”" for t in numbered)
        yield Finding(
            "form-number-missing", rule.severity,
            f"表号不全：{len(text.tables)}张表只有{len(numbered)}张有表号，{said}。",
            tuple(cells.whole(t) for t in numbered), stated=numbered[0].number,
        )  # fmt: skip
