"""Questions answered in the document's words: definitions, duties, organisation, and what the text says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from service.asking.answer import Citation, Result, Status
from service.asking.desk import Desk, Reply
from service.domain.document import Document, GlossaryEntry, Passage, PassageKind, RowKind
from service.domain.fact import Source
from service.numerals import render_number
from service.vocabulary.names import fold, strip_ordinal

_EXPLAINS = re.compile(r"(?:是指|指的是|是?指|反映|包括)")


def define(desk: Desk) -> Reply | None:
    """Quote the document's explanation of a term."""
    terms = _terms(desk)
    if re.search(r"区别|不同|差别|有什么不一样", desk.question.text):
        entries = [e for m in desk.question.members if (e := _glossary(desk.documents, [m.text]))]
        if len(entries) >= 2:
            text = "；".join(f"{e.term}：{e.text.rstrip('。')}" for e in entries)
            return Reply(f"{text}。（名词解释）", citations=[desk.quote(e.source) for e in entries], plan=["名词解释"])
    entry = _glossary(desk.documents, terms)
    if entry is not None:
        document = next(d for d in desk.documents if d.id == entry.source.document)
        return Reply(
            f"{entry.term}：{entry.text}（{document.title}，名词解释）",
            citations=[desk.quote(entry.source)],
            plan=["名词解释"],
        )
    found = _explained(desk, terms)
    if found is not None:
        passage, sentence = found
        return Reply(
            f"{sentence}（{passage.section.split('/')[-1]}）", citations=[desk.quote(passage.source)], plan=["正文释义"]
        )
    return None


def undefined(desk: Desk) -> Reply:
    """Refuse to explain what the document does not explain."""
    term = next(iter(_terms(desk)), "这个词")
    return no_answer(desk, f"文件没有解释“{term}”。")


def _terms(desk: Desk) -> list[str]:
    text = desk.question.text
    names = [m.text for m in desk.question.mentions]
    if not names and desk.inherited:
        names = [m for s in desk.inherited for _, m in s.members] + [s.measure for s in desk.inherited if s.measure]
    core = re.sub(
        "|".join(desk.vocabulary.questions["signs"]["definition"]) + r"|[？?，。“”\"]|请问|文件|里|中|的|呢|啊|吗",
        "",
        text,
    )
    ids = [t[1] for m in desk.question.mentions for t in m.targets]
    return [t for t in dict.fromkeys([*desk.question.quoted, core, *names, *ids]) if len(t) >= 2]


def _glossary(documents: Sequence[Document], terms: Sequence[str]) -> GlossaryEntry | None:
    entries = [e for d in documents for e in d.glossary]
    for term in terms:
        wanted = fold(term)
        for entry in entries:
            if fold(entry.term) == wanted:
                return entry
    best: tuple[int, int, GlossaryEntry] | None = None
    for term in terms:
        wanted = fold(term)
        for entry in entries:
            known = fold(entry.term)
            if wanted in known or known in wanted:
                score = min(len(wanted), len(known))
                if score >= 2 and (best is None or (score, -len(known)) > best[:2]):
                    best = (score, -len(known), entry)
    return best[2] if best else None


def _explained(desk: Desk, terms: Sequence[str]) -> tuple[Passage, str] | None:
    """Find a sentence that explains a term: 「因公出国（境）费反映…」."""
    for term in terms:
        wanted = fold(term)
        for passage in (p for d in desk.documents for p in d.passages if p.kind is not PassageKind.TABLE_ROW):
            for sentence in re.split(r"[。；;]", passage.text):
                at = fold(sentence).find(wanted)
                if 0 <= at < 14 and _EXPLAINS.search(sentence[at : at + len(term) + 12]):
                    return passage, f"{strip_ordinal(sentence.split('：')[-1].strip('其中，, '))}。"
    return None


def judge(desk: Desk) -> Reply | None:
    """Judge a piece of wording that the question quotes: the document's sentences with it, and what was found on reading."""
    pieces = [q for q in desk.question.quoted if len(q) >= 2] or [m.text for m in desk.question.mentions]
    if not pieces:
        return None
    hits: list[Passage] = []
    for piece in pieces:
        hits += [
            p for d in desk.documents for p in d.passages if p.kind is not PassageKind.TABLE_ROW and piece in p.text
        ]
    findings = [
        f for d in desk.documents for f in d.findings
        if any(piece in f.message or piece in s.quote for piece in pieces for s in f.sources)
    ]  # fmt: skip
    if not hits and not findings:
        return None
    unique = list({p.text: p for p in hits}.values())[:4]
    quotes = "；".join(f"“{_around(p.text, pieces)}”" for p in unique)
    verdict = "".join(f.message for f in findings) or "检查没有发现问题。"
    sources = [s for f in findings for s in f.sources]
    sentences = "；".join(
        f"“{_around(s.quote, pieces)}”" for s in sources if not any(s.quote == p.text for p in unique)
    )
    text = f"{verdict}原文：{quotes}{'；' + sentences if sentences else ''}。"
    return Reply(
        text,
        citations=[desk.quote(p.source) for p in unique] + [desk.quote(s) for s in sources],
        findings=findings,
        plan=["文字检查"],
    )


def _around(text: str, pieces: Sequence[str]) -> str:
    for piece in pieces:
        at = text.find(piece)
        if at >= 0:
            begin = max((text.rfind(c, 0, at) for c in "。；;"), default=-1) + 1
            ends = [e for c in "。；;" if (e := text.find(c, at)) >= 0]
            return text[begin : min(ends) if ends else len(text)].strip()
    return text[:80]


def arithmetic(desk: Desk) -> Reply | None:
    """Report the identities tried on a table, or on the whole document: 「文表一致吗」, 「明细加起来等于合计吗」."""
    text = desk.question.text
    tables = [t for mention in desk.question.tables for t in mention.tables]
    document = desk.document
    names = [m.text for m in desk.question.members]
    if not tables and names and re.search(r"明细", text):
        tables = [
            i.key.split("/")[0] for i in document.identities if i.rule == "class-sum" and names[0] in i.description
        ][:1]
    if tables and re.search(r"明细|各项|各行|逐项|加起来|相加|之和|加总", text):
        own = [
            i
            for i in document.identities
            if i.key.startswith(f"{tables[0]}/") and i.rule in {"column-sum", "class-sum", "total-repeats"}
        ]
        title = next(t.title for t in document.tables if t.id == tables[0])
    elif re.search(r"文表|表文|表间|勾稽|正文和表|表和正文|文字和表|数字.*矛盾|全文|整份|对得上", text):
        own, title = list(document.identities), document.title
    else:
        return None
    if not own:
        return None
    unit = next((t.unit.symbol for t in document.tables if t.id in tables and t.unit), "")
    failed = [i for i in own if i.verdict == "failed"]
    rounding = [i for i in own if i.verdict == "rounding"]
    numbers = [("核对的关系", len(own)), ("差额在四舍五入内", len(rounding)), ("不成立", len(failed))]
    verdict = "不一致" if failed else "基本一致（有四舍五入差额）" if rounding else "一致"
    out = Reply(
        f"{verdict}。{desk.head()}《{title}》核对了{len(own)}条数字关系（合计与明细、同一口径两处），不成立的{len(failed)}条，"
        f"差额在四舍五入允许范围内的{len(rounding)}条，其余完全相等。", plan=["勾稽校验"],
    )  # fmt: skip
    out.results = [Result(label, str(n), "条", str(n), "个数(勾稽关系)", f"共{n}条", ()) for label, n in numbers]
    for identity in (failed or rounding or [i for i in own if i.rule == "column-sum"])[:3]:
        gap = render_number(abs(Decimal(identity.left_value) - Decimal(identity.right_value)))
        out.text += f"{identity.description}：{identity.left_value}对{identity.right_value}，相差{gap}。"
        out.citations += _operands_of(desk, (*identity.left, *identity.right))
        for label, value in (("相差", gap), ("左边", identity.left_value), ("右边", identity.right_value)):
            out.results.append(Result(f"{identity.description}·{label}", value, unit, value, "", "", ()))
    out.findings = [f for f in document.findings if f.severity.value == "error"][:5]
    return out


def _operands_of(desk: Desk, keys: Sequence[str]) -> list[Citation]:
    """Return the places of an identity's operands."""
    cells = {f"{f.source.table}.{f.source.row}.{f.source.column}": f for f in desk.document.facts if f.source.table}
    facts = {f.id: f for f in desk.document.facts}
    found = [cells.get(k) or facts.get(k) for k in keys]
    return [desk.quote(f.source, "source") for f in found if f is not None]


def form_rows(desk: Desk) -> Reply | None:
    """List what a performance form says under a heading: 「年度主要任务有哪些」."""
    for table in desk.document.tables:
        rows = [
            r
            for r in table.rows
            if r.kind in {RowKind.TASK, RowKind.TEXT}
            and r.cells[0].raw
            and _named_in(r.cells[0].raw, desk.question.text)
        ]
        if rows:
            lines = [f"{r.cells[1].raw}：{r.cells[3].raw}" if r.cells[1].raw else r.cells[3].raw for r in rows]
            sources = [
                Source(
                    desk.document.id,
                    table.id,
                    table.title,
                    table.rows.index(r),
                    3,
                    r.label,
                    table.columns[3],
                    r.lines[0],
                    quote=" ".join(c.raw for c in r.cells if c.raw),
                )
                for r in rows
            ]
            return Reply(
                f"{desk.head()}{rows[0].cells[0].raw}：{'；'.join(lines)}",
                citations=[desk.quote(s) for s in sources],
                plan=[table.title],
            )
    return None


def _named_in(heading: str, text: str) -> bool:
    return heading in text or heading.removeprefix("年度") in text


def section_text(desk: Desk) -> Reply | None:
    """Return the paragraphs under the heading that a question is about: 「主要职责有哪些」."""
    wanted = _content(desk)
    topic = next(
        (h for h, words in desk.vocabulary.catalogue.topics if any(w in desk.question.text for w in words)), ""
    )
    if len(wanted) < 2 and not topic:
        return None
    best: tuple[float, str] | None = None
    for document in desk.documents:
        for passage in document.passages:
            if passage.kind is not PassageKind.NARRATIVE or not passage.section:
                continue
            leaf = strip_ordinal(passage.section.split("/")[-1])
            score = max(_overlap(wanted, leaf.replace(document.entity, "")), 0.95 if topic and topic in leaf else 0.0)
            if score >= 0.6 and (best is None or score > best[0]):
                best = (score, passage.section)
    if best is None:
        return None
    chosen = [p for d in desk.documents for p in d.passages if p.section == best[1] and p.kind is PassageKind.NARRATIVE]
    text = "\n".join(p.text for p in chosen[:14])
    title = best[1].split("/")[-1]
    return Reply(
        f"{desk.document.entity}“{strip_ordinal(title)}”：\n{text}",
        citations=[desk.quote(p.source) for p in chosen[:14]],
        plan=[title],
    )


def _content(desk: Desk) -> str:
    text = re.sub(r"[？?，。、“”\"！!]", "", desk.question.text)
    for name in (desk.document.entity, *desk.document.entity_names):
        text = text.replace(name, "")
    pattern = "|".join(sorted(map(re.escape, desk.vocabulary.questions["filler"]["words"]), key=len, reverse=True))
    return re.sub(f"{pattern}|有哪些|哪些|20\\d\\d年?度?|的|是|(?<!国)有|在|和|与", "", text)


def _overlap(wanted: str, title: str) -> float:
    """Share of the question's character pairs that a heading has."""
    pairs = {wanted[i : i + 2] for i in range(len(wanted) - 1)}
    have = {title[i : i + 2] for i in range(len(title) - 1)}
    return len(pairs & have) / len(pairs) if pairs else 0.0


def search_text(desk: Desk) -> Reply | None:
    """Quote the sentences that bear on a question; None where none covers enough of it."""
    wanted = _content(desk)
    if len(wanted) < 2:
        return None
    kinds = (PassageKind.NARRATIVE, PassageKind.GLOSSARY, PassageKind.INDICATOR)
    scored = []
    for passage in desk.search(desk.question.text, kinds, 8):
        sentences = [s.strip() for s in re.split(r"(?<=[。；])", passage.text) if s.strip()]
        scored += [(_overlap(wanted, s), passage, s) for s in sentences]
    scored.sort(key=lambda s: -s[0])
    scored = [s for s in scored if all(_says(s[2], r) for r in desk.question.residue)]
    if not scored or scored[0][0] < 0.5:
        return None
    best = [s for s in scored if s[0] >= max(0.5, scored[0][0] - 0.1)][:2]
    text = "；".join(f"“{s[2].rstrip('；。')}”" for s in best)
    return Reply(f"文件中的表述：{text}。", citations=[desk.quote(s[1].source) for s in best], plan=["正文检索"])


def _says(sentence: str, run: str) -> bool:
    """Whether a sentence says what the question's unread words say, piece by piece."""
    pieces = [p for p in re.split(r"[的了是和在用谁]|什么|哪些|多少", run) if len(p) >= 2]
    for piece in pieces:
        pairs = [piece[i : i + 2] for i in range(len(piece) - 1)]
        if sum(p in sentence for p in pairs) * 3 < len(pairs) * 2:
            return False
    return True


def no_answer(desk: Desk, reason: str) -> Reply:
    """Refuse: what is missing, and what there is instead."""
    document = desk.document
    about = "、".join(dict.fromkeys(t.title for t in document.tables[:4]))
    has = (
        f"现有《{document.title}》的{len(document.tables)}张表（{about}等）和情况说明。"
        if document.tables
        else f"现有《{document.title}》的正文。"
    )
    return Reply(f"回答不了：{reason}{has}", status=Status.REFUSED, missing=reason)
