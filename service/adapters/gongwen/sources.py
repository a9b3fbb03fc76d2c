"""What the page 数据来源 says: every figure of a draft with what it rests on, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from service.calculation.evidence import Operand, Place
from service.drafting.draft import Draft, DraftFigure, DraftReason, GapKind, Section, Sentence
from service.drafting.standing import OpenFigure, open_figures

#: Proof of an operand that needs no mention.
_PROVEN = "已验证"
_BY_PERSON = "填报人提供"
_KINDS = {
    GapKind.FIGURE: "本年的表里没有这个数",
    GapKind.PRIOR: "没有上年数",
    GapKind.REASON: "没有提供增减的原因",
    GapKind.KNOWN: "只有填报单位掌握",
}
#: What a figure is that nothing was calculated for.
_HOW = {"printed": "照录", "stated": "照录", "blank": "表中为空白", "person": "—"}
_LONGEST_QUOTE = 60


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that belong to one section.

    Attributes:
        heading: Of the section.
        rows: Their cells, without the running number.
    """

    heading: str
    rows: tuple[tuple[str, ...], ...]


class Sources:
    """Every figure, reason and gap of a draft in words.

    Args:
        draft: The draft.
    """

    figure_columns = ("序号", "所在句子", "数字", "口径", "算法", "来源")
    reason_columns = ("序号", "所在句子", "事项", "原因", "由谁提供、引自何处")
    gap_columns = ("序号", "所在句子", "待补充的内容", "缺少什么")

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._titles = _documents(draft)
        self._numbers = {document: number for number, document in enumerate(self._titles, 1)}

    def documents(self) -> tuple[str, ...]:
        """Return a line per document that the draft rests on."""
        return tuple(f"文件{self._numbers[key]}　{said}" for key, said in self._titles.items())

    def figures(self) -> tuple[Group, ...]:
        """Return 所在句子、数字、口径、算法、来源 of every figure."""
        still = open_figures(self._draft)
        return self._groups(lambda s: [*map(self._figure, s.figures), *map(self._open_figure, still.get(s.id, ()))])

    def reasons(self) -> tuple[Group, ...]:
        """Return 所在句子、事项、原因、由谁提供 of every reason."""
        return self._groups(lambda s: [(r.item, r.text, self._giver(r)) for r in s.reasons])

    def gaps(self) -> tuple[Group, ...]:
        """Return 所在句子、待补充的内容、缺少什么 of every gap."""
        return self._groups(lambda s: [(g.what, _KINDS[g.kind]) for g in s.gaps])

    def _groups(self, rows_of: Callable[[Sentence], Iterable[tuple[str, ...]]]) -> tuple[Group, ...]:
        found = []
        for section in self._draft.sections:
            rows = [(where, *row) for where, sentence in _placed(section) for row in rows_of(sentence)]
            if rows:
                found.append(Group(section.heading, tuple(rows)))
        return tuple(found)

    def _figure(self, figure: DraftFigure) -> tuple[str, ...]:
        marks = list(figure.marks)
        if figure.how == "person" and _BY_PERSON not in marks:
            marks.insert(0, _BY_PERSON)
        alone = len(figure.operands) == 1
        lines = [self._operand(each, alone=alone) for each in figure.operands]
        if marks:
            lines.append(f"【{'、'.join(marks)}】")
        return figure.text, figure.label, figure.working or _HOW.get(figure.how, figure.formula), "\n".join(lines)

    def _open_figure(self, figure: OpenFigure) -> tuple[str, ...]:
        return figure.text, "【未解决】", figure.why, "\n".join(dict.fromkeys(map(self._place, figure.places)))

    def _operand(self, operand: Operand, *, alone: bool) -> str:
        value = f"{operand.value}{operand.unit}" if operand.value else "空白"
        proof = "" if operand.proof in ("", _PROVEN) else f"（{operand.proof}）"
        return f"{'' if alone else f'{value}：'}{self._place(operand.place)}{proof}"

    def _place(self, place: Place) -> str:
        where = f"文件{self._numbers[place.document]}"
        if place.table:
            where += f"《{place.table_title}》" if place.table_title else f"表{place.table}"
            names = [f"“{name}”{kind}" for name, kind in ((place.row, "行"), (place.column, "栏")) if name]
            where += "×".join(names)
        else:
            where += f"正文“{place.table_title}”" if place.table_title else "正文"
        spot = f"第{place.page}页" if place.page else f"第{place.line}行" if place.line else ""
        quote = f"：“{_short(place.quote)}”" if place.quote and not place.table else ""
        return f"{where}{f'，{spot}' if spot else ''}{'，OCR识读' if place.by_ocr else ''}{quote}"

    def _giver(self, reason: DraftReason) -> str:
        if reason.quoted is not None:
            return f"引自{self._place(reason.quoted)}"
        return f"{_BY_PERSON}{f'（{reason.given}）' if reason.given else ''}"


def _documents(draft: Draft) -> Mapping[str, str]:
    """Return the documents of a draft in order, those that only a place names after the others."""
    titles = {s.document: f"{s.title or s.document}（{s.year}年，{s.role}）" for s in draft.sources}
    for sentence in draft.sentences():
        places = [o.place for f in sentence.figures for o in f.operands]
        places += [r.quoted for r in sentence.reasons if r.quoted is not None]
        for place in places:
            titles.setdefault(place.document, place.document_title or place.document)
    return titles


def _placed(section: Section) -> Iterator[tuple[str, Sentence]]:
    """Yield the sentences of a section, each with its place as a reader counts it."""
    paragraphs = tables = 0
    for paragraph in section.paragraphs:
        if paragraph.table is not None:
            tables += 1
            for number, row in enumerate(paragraph.table.cells, 1):
                yield from ((f"第{tables}张表\n第{number}行", each) for each in row)
        elif paragraph.is_heading:
            yield from ((f"“{_short(paragraph.text, 10)}”", each) for each in paragraph.sentences)
        else:
            paragraphs += 1
            yield from ((f"第{paragraphs}段\n第{n}句", each) for n, each in enumerate(paragraph.sentences, 1))


def _short(text: str, longest: int = _LONGEST_QUOTE) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"
