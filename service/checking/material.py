"""What a check works on: the text, and the documents whose tables it is judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.calculation.scope import CODED
from service.domain.document import Document
from service.domain.finding import Finding, Severity
from service.vocabulary.members import Member
from service.vocabulary.spotting import Spotter
from service.vocabulary.vocabulary import Vocabulary

#: Kind of a document of a department's own office alone: a unit of the department, under the same name.
OWN_OFFICE = "本级"

_SHORTEST_NAME = 4


@dataclass(frozen=True, slots=True)
class Material:
    """The text and its documents.

    Attributes:
        text: What is checked, with its paragraphs; it may have tables of its own.
        sources: Documents of the same entity, year and stage with tables, the text itself first where it has any.
        others: Documents of the same entity of other years or stages, and of the units it sums up.
        foreign: Documents handed in that belong to another entity or year; nothing is judged by them.
        vocabulary: Names and rules.
        spotter: Finds printed names, the entity's own units included.
        handed_in: Ids of the documents that came along with the text; the others are of the store.
    """

    text: Document
    sources: tuple[Document, ...]
    others: tuple[Document, ...]
    foreign: tuple[Document, ...]
    vocabulary: Vocabulary
    spotter: Spotter
    handed_in: frozenset[str] = frozenset()

    @property
    def has_tables(self) -> bool:
        """Whether there is any table to judge by."""
        return any(t.figure_columns for d in self.sources for t in d.tables)


def material_of(
    text: Document, handed_in: Sequence[Document], stored: Sequence[Document], vocabulary: Vocabulary
) -> Material:
    """Sort the documents at hand by what they can say of the text.

    Args:
        text: What is checked.
        handed_in: Documents given along with it for their tables.
        stored: Documents of the store that may bear on it.
        vocabulary: Names and rules.
    """
    own = [text] if text.tables else []
    others: list[Document] = []
    foreign: list[Document] = []
    for document in handed_in:
        if not _same_entity(text, document):
            foreign.append(document)
        elif (document.year, document.stage) == (text.year, text.stage):
            own.append(document)
        else:
            others.append(document)
            foreign.append(document)
    for document in stored:
        if document.id in {text.id, *(d.id for d in (*own, *others))} or not _related(text, document):
            continue
        same = _same_entity(text, document) and (document.year, document.stage) == (text.year, text.stage)
        same = same and (document.kind == OWN_OFFICE) == (text.kind == OWN_OFFICE)
        if same and _says_more(document, own, text):
            own.append(document)
        elif not same:
            others.append(document)
    units = {u.code: u for d in (text, *own) for u in d.units}
    known = [Member("unit", u.code, u.name) for u in units.values()]
    spotter = Spotter(vocabulary, [*known, *_printed_names(own, vocabulary)], colloquial=False)
    names = tuple(dict.fromkeys(n for d in (text, *own) for n in d.entity_names))
    return Material(
        replace(text, entity_names=names), tuple(own), tuple(others), tuple(foreign), vocabulary, spotter,
        frozenset(d.id for d in handed_in),
    )  # fmt: skip


def _says_more(document: Document, own: Sequence[Document], text: Document) -> bool:
    """Whether a document of the store has tables that are missing beside a text: it has none, or only some of its own."""
    if not own:
        return bool(document.tables)
    return own == [text] and len(_kinds(text)) * 2 < len(_kinds(document))


def _kinds(document: Document) -> set[str]:
    return {t.kind for t in document.tables if t.kind and t.figure_columns}


def _printed_names(documents: Sequence[Document], vocabulary: Vocabulary) -> list[Member]:
    """Return the names by which the tables themselves call a code where the vocabulary has another: names change over the years.

    A name of few characters is any word (图书馆); of a function it is told by the mark of its level in prose: 图书馆（项）.
    """
    out: dict[tuple[str, str, str], Member] = {}
    for document in documents:
        for fact in document.facts:
            for dimension, code in fact.coordinate.members if fact.source.table else ():
                if dimension not in CODED or not fact.source.row_label.startswith(code):
                    continue
                name = fact.source.row_label.removeprefix(code).strip()
                member = vocabulary.member(dimension, code)
                if (len(name) >= _SHORTEST_NAME or dimension == "function") and (member is None or name not in {member.name, *member.names}):
                    out[dimension, code, name] = Member(dimension, code, name)
    return list(out.values())


def _same_entity(one: Document, other: Document) -> bool:
    return not one.entity or one.entity == other.entity or bool({*one.entity_names} & {*other.entity_names})


def _related(text: Document, other: Document) -> bool:
    if not text.entity:
        return False
    return _same_entity(text, other) or other.entity in {u.name for u in text.units}


def about_sources(material: Material) -> tuple[Finding, ...]:
    """Say, before anything else, where the documents handed in are not those the text needs."""
    out: list[Finding] = []
    text = material.text
    for document in material.foreign:
        whose = f"{document.entity}{document.year}年{document.stage.value}"
        if document.entity != text.entity and not {*text.entity_names} & {*document.entity_names}:
            said = f"给出的表“{document.name}”属于{whose}，不是{text.entity}的，没有用它核对。请换成本部门的表。"
        else:
            said = (
                f"给出的表“{document.name}”是{document.year}年{document.stage.value}，文字是{text.year}年{text.stage.value}，"
                "只用它核对比较基数，本年数没有核对。请换成同一年度的表。"
            )
        out.append(Finding("other-tables", Severity.ERROR, said, stated=whose, expected=f"{text.entity}{text.year}年{text.stage.value}"))
    if not material.has_tables:
        untold = "".join(w for w, known in (("部门", text.entity), ("年度", text.year)) if not known)
        advice = f"文字没有写明{untold}，请另外写明，或" if untold else "请"
        out.append(
            Finding(
                "no-tables-to-check-by", Severity.WARNING,
                "没有可对照的表格：只核对了文字内部的算术，其余数字记为“无法核对”，不等于有错。"
                f"{advice}一并给出本部门本年度的表（命令行用 --tables、--entity、--year）。",
            )
        )  # fmt: skip
    return tuple(out)
