"""Write the drafts of the seed and of the real documents, and hold them against what was published.

The real documents stand outside the project, in the folder that ``YOUJU_REAL_CORPUS`` names. The report holds names,
counts and figures of them, no text.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evals import seed
from evals.drafting_mutations import Caught, try_all
from evals.drafting_pairs import Pair, draft_clauses, pairs, published_clauses, unbound, word_difference
from evals.reading import read_document
from evals.runner import percentile
from service.adapters.gongwen.document import draft_to_docx
from service.adapters.readers.files import read_file
from service.adapters.vocabulary_files import read_vocabulary
from service.checking.checker import check
from service.checking.material import material_of
from service.composer import Composer
from service.domain.check import CheckReport
from service.domain.document import Document, DocumentSummary
from service.domain.errors import MissingDocumentError, YoujuError
from service.domain.finding import Finding, Severity
from service.drafting.brief import Brief
from service.drafting.draft import Draft, GapKind
from service.ingestion.pipeline import Assumed, ingest

ROUNDS = 3
_MB_20 = 20_000_000
#: Drafts by key: the files that they are written over, and the budget year.
DRAFTS: dict[str, tuple[tuple[str, ...], int]] = {
    "万里街道2024": (("wanli/*2023*.pdf", "wanli/*2024*.pdf"), 2024),
    "万里街道2025": (("wanli/*2024*.pdf", "wanli/*2025*.pdf"), 2025),
    "江苏省人大2018": (("jiangsu-renda/*2017*.pdf", "jiangsu-renda/*2018*.pdf"), 2018),
    "江苏省人大2019": (("jiangsu-renda/*2018*.pdf", "jiangsu-renda/*2019*.pdf"), 2019),
    "长春市信访局2026": (("changchun-xinfang/*.pdf",), 2026),
    "普陀区财政局2024决算": (("putuo-caizheng-2024/上海*.pdf",), 2024),
    "西安市信访局2026": (("xian-xinfang/*.pdf",), 2026),
    "重庆市委宣传部2026": (("chongqing-xuanchuan/*.pdf",), 2026),
    "昆明市审计局2026": (("kunming-shenji/*.html",), 2026),
    "无锡市统计局2026": (("wuxi-tongji/*.pdf",), 2026),
    "广州市信访局2026": (("guangzhou-xinfang/*.pdf",), 2026),
    "太原市发改委2016决算": (("taiyuan-fagai/*.docx",), 2016),
}  # fmt: skip
#: Whose figures are damaged one at a time.
_DAMAGED = ("种子", "万里街道2024", "江苏省人大2019", "长春市信访局2026")
#: Sections of a published text that are no explanation of figures.
_OTHER_SECTIONS = ("职责", "职能", "构成", "名词解释", "机构设置", "概况")
#: One damage in so many is checked again as a text; the others are compared only.
_CHECKED_EVERY = 23


class Shelf:
    """Documents at hand, as `service.ports.Library` gives them.

    Args:
        documents: In any order.
    """

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = {d.id: d for d in documents}

    def summaries(self) -> tuple[DocumentSummary, ...]:
        """Describe every document."""
        found = [
            DocumentSummary(
                id=d.id, name=d.name, title=d.title, entity=d.entity, entity_names=d.entity_names, year=d.year,
                stage=d.stage, kind=d.kind, region=d.region, units=d.units, tables=len(d.tables), facts=len(d.facts),
                cells_proven=0, cells_unproven=0, cells_contradicted=0, findings=d.findings,
            )
            for d in self._documents.values()
        ]  # fmt: skip
        return tuple(sorted(found, key=lambda s: (s.entity, s.year, s.id)))

    def get(self, document_id: str) -> Document:
        """Return a document; raises MissingDocumentError."""
        try:
            return self._documents[document_id]
        except KeyError:
            raise MissingDocumentError(f"没有编号为“{document_id}”的文件。") from None


@dataclass(slots=True)
class Written:
    """A draft and what is to be told of it.

    Attributes:
        key: Its name in the report.
        draft: None where it was refused.
        refused: Why, "" where it was written.
        pairs: Each published clause with the one of the draft.
        back: Errors and warnings of the check of its Word document.
        seconds: Times of writing it.
        word_seconds: Time of writing the Word document.
        caught: What became of damaged figures: compared only, and checked as well.
    """

    key: str
    draft: Draft | None = None
    refused: str = ""
    pairs: list[Pair] = field(default_factory=list)
    back: list[Finding] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    word_seconds: float = 0.0
    caught: tuple[Caught, Caught] | None = None

    def count(self, part: str) -> int:
        """Return how many published figures are ``same``, ``open``, ``other`` or ``missing``."""
        return sum(len(getattr(p, part)) for p in self.pairs)

    @property
    def published(self) -> int:
        """How many figures the published text states."""
        return sum(len(p.published.figures) for p in self.pairs)

    def errors(self) -> list[Finding]:
        """Return the errors that the draft tells of itself."""
        return [f for f in self.draft.findings if f.severity is Severity.ERROR] if self.draft else []


def _belongs(pair: Pair) -> bool:
    """Whether a published clause is of the explanation, not of duties or terms."""
    return not any(word in pair.published.section for word in _OTHER_SECTIONS)


def write(key: str, documents: Sequence[Document], year: int, *, quote: bool = False, rounds: int = 1) -> Written:
    """Write a draft over documents and hold it against the text of its year's own.

    Args:
        key: Its name in the report.
        documents: All that it may be written over.
        year: Budget year.
        quote: Whether the year's own text is quoted for reasons and for what only the department knows.
        rounds: How often, for the time.
    """
    own = next(d for d in documents if d.year == year)
    out = Written(key)
    composer = Composer(Shelf(documents), read_vocabulary(), read_file)  # type: ignore[arg-type]
    brief = Brief(own.entity, year, quote=(own.id,) if quote else ())
    try:
        for _ in range(rounds):
            begun = time.perf_counter()
            out.draft = composer.compose(brief)
            out.seconds.append(time.perf_counter() - begun)
    except YoujuError as error:
        out.refused = error.message
        return out
    if out.draft is None:
        return out
    out.pairs = [p for p in pairs(published_clauses(own), draft_clauses(out.draft)) if _belongs(p)]
    begun = time.perf_counter()
    data = draft_to_docx(out.draft)
    out.word_seconds = time.perf_counter() - begun
    out.back = [f for f in check_again(data, f"{key}.docx", documents, own).findings if f.severity is not Severity.NOTE]
    return out


def check_again(data: bytes, name: str, documents: Sequence[Document], own: Document) -> CheckReport:
    """Check a text as a person who hands it in beside its tables would have it checked."""
    vocabulary = read_vocabulary()
    text = ingest(read_file(data, name, max_bytes=_MB_20), vocabulary, Assumed(own.entity, own.entity_names, own.year))
    others = [d for d in documents if d.year != own.year]
    return check(material_of(text, [d for d in documents if d.year == own.year], others, vocabulary))


def written_seed(*, quote: bool = False, rounds: int = 1) -> Written:
    """Write the seed's draft."""
    document = seed.seed_document()
    return write("种子（引用本文）" if quote else "种子", [document], document.year, quote=quote, rounds=rounds)


def written_corpus(folder: Path) -> Iterator[tuple[Written, list[Document]]]:
    """Write the drafts of the real documents."""
    for key, (patterns, year) in DRAFTS.items():
        files = [file for pattern in patterns for file in sorted(folder.glob(pattern))]
        documents = [read_document(file)[1] for file in files]
        yield write(key, documents, year), documents


def damage(written: Written, documents: Sequence[Document]) -> None:
    """Damage every figure of a draft; some of the damaged texts are checked as well."""
    draft = written.draft
    if draft is None:
        return
    own = next(d for d in documents if d.year == draft.year)

    def checked(text: str) -> CheckReport:
        return check_again(text.encode(), "草稿.txt", documents, own)

    written.caught = try_all(draft), try_all(draft, checked, every=_CHECKED_EVERY)


def measure(folder: Path | None) -> tuple[str, dict[str, int], bool]:
    """Write all drafts and return the report, the counts to compare, and whether nothing is unsupported.

    Args:
        folder: Of the real documents; None for the seed alone.
    """
    plain, quoting = written_seed(rounds=ROUNDS), written_seed(quote=True)
    damage(plain, [seed.seed_document()])
    real: list[Written] = []
    for written, documents in written_corpus(folder) if folder else ():
        if written.key in _DAMAGED:
            damage(written, documents)
        real.append(written)
    every = [plain, quoting, *real]
    lines = [
        *_head(every), *_seed_lines(plain, quoting), *_corpus_lines(real), *_difference_lines(real), *_damage_lines(every),
    ]  # fmt: skip
    counts = {"seed_same": plain.count("same"), "seed_same_quoting": quoting.count("same")}
    counts |= {f"{w.key}_same": w.count("same") for w in real}
    caught = [c for w in every if w.caught for c in w.caught]
    counts |= {f"{w.key}_noticed": sum(c.noticed.total() for c in w.caught) for w in every if w.caught}
    is_good = all(not unbound(w.draft) and not w.errors() and not _back_errors(w) for w in every if w.draft)
    return "\n".join(lines) + "\n", counts, is_good and not any(c.missed for c in caught)


def _back_errors(written: Written) -> list[Finding]:
    return [f for f in written.back if f.severity is Severity.ERROR]


# ------------------------------------------------------------------------------------------------ reporting


def _head(every: Sequence[Written]) -> Iterator[str]:
    drafts = [w.draft for w in every if w.draft]
    times = [1000 * s for w in every for s in w.seconds]
    words = [1000 * w.word_seconds for w in every if w.draft]
    yield "# 评测报告：drafting"
    yield ""
    yield "| 项目 | 结果 |"
    yield "|---|---:|"
    yield f"| 草稿 | {len(drafts)} 份，不能起草 {len(every) - len(drafts)} 份 |"
    yield f"| 草稿中的数 | {sum(len(s.figures) for d in drafts for s in d.sentences())} |"
    yield f"| 没有依据的数 | {sum(len(unbound(d)) for d in drafts)} |"
    yield f"| 草稿自查的错误 | {sum(len(w.errors()) for w in every)} |"
    yield f"| 写成Word再核对的错误 | {sum(len(_back_errors(w)) for w in every)} |"
    yield f"| 一份草稿用时（毫秒） | p50 {percentile(times, 0.5):.0f}，p95 {percentile(times, 0.95):.0f} |"
    yield f"| 写成Word用时（毫秒） | p50 {percentile(words, 0.5):.0f}，p95 {percentile(words, 0.95):.0f} |"
    yield ""


def _seed_lines(plain: Written, quoting: Written) -> Iterator[str]:
    yield "## 种子：公开的九节与草稿"
    yield ""
    yield (
        f"公开的九节写了 {plain.published} 个数（“持平”算一个）。草稿由表格和写明的增减写出 {plain.count('same')} 个，"
        f"{plain.count('open')} 个留空待补；引用本文后写出 {quoting.count('same')} 个，留空 {quoting.count('open')} 个。"
        f"与公开的数不同的 {plain.count('other')} 个，草稿没有的 {plain.count('missing')} 个。"
    )
    yield ""
    yield f"留空：{_gaps(plain.draft)}；引用本文后：{_gaps(quoting.draft)}。"
    yield ""
    yield "| 节 | 公开的句子 | 数 | 写出 | 留空 | 不同 | 没有 | 引用后写出 | 措辞不同 |"
    yield "|---|---|---:|---:|---:|---:|---:|---:|---|"
    for pair, other in zip(plain.pairs, quoting.pairs, strict=True):
        text = pair.published.text
        words = "；".join(word_difference(text, other.drafted.text)) if other.drafted else "草稿无此句"
        yield (
            f"| {pair.published.section.split('、')[0]} | {_short(text)} | {len(pair.published.figures)} | {len(pair.same)} | "
            f"{len(pair.open)} | {len(pair.other)} | {len(pair.missing)} | {len(other.same)} | {words or '无'} |"
        )
    yield ""


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:24]}……{text[-14:]}"


def _gaps(draft: Draft | None) -> str:
    kinds = Counter(g.kind for g in draft.gaps) if draft else Counter()
    names = {GapKind.FIGURE: "本年数", GapKind.PRIOR: "上年数", GapKind.REASON: "原因", GapKind.KNOWN: "单位自知"}
    return "、".join(f"{names[k]} {kinds[k]}" for k in GapKind if kinds[k]) or "无"


def _corpus_lines(real: Sequence[Written]) -> Iterator[str]:
    if not real:
        yield "真实文件：跳过（没有设 YOUJU_REAL_CORPUS）。"
        yield ""
        return
    yield "## 真实文件"
    yield ""
    yield (
        "“公开的数”是公开文本中说明部分的数。“写出”是草稿里说同一件事的分句写了同一数；"
        "“不同”是那里写了别的数；“没有”是草稿没有那样的分句，多是提纲以外的内容。"
    )
    yield ""
    yield "| 草稿 | 提纲 | 数 | 没有依据 | 留空 | 错误 | 警告 | 公开的数 | 写出 | 留空 | 不同 | 没有 | Word再核对错误 | 毫秒 |"
    yield "|---|---|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    for w in real:
        if w.draft is None:
            yield f"| {w.key} | 不能起草：{w.refused} | | | | | | | | | | | | |"
            continue
        figures = sum(len(s.figures) for s in w.draft.sentences())
        warnings = sum(f.severity is Severity.WARNING for f in w.draft.findings)
        share = f"{w.count('same')}（{100 * w.count('same') / max(w.published, 1):.0f}%）"
        yield (
            f"| {w.key} | {w.draft.outline} | {figures} | {len(unbound(w.draft))} | {_gaps(w.draft)} | {len(w.errors())} | "
            f"{warnings} | {w.published} | {share} | {w.count('open')} | {w.count('other')} | {w.count('missing')} | "
            f"{len(_back_errors(w))} | {1000 * w.seconds[0]:.0f} |"
        )
    yield ""
    for w in real:
        codes = Counter(f.code for f in [*w.errors(), *_back_errors(w)])
        if codes:
            yield f"- {w.key} 的错误：{'、'.join(f'{c} {n}' for c, n in codes.items())}"
    yield ""


def _difference_lines(real: Sequence[Written]) -> Iterator[str]:
    if not real:
        return
    yield "## 与公开的数不同"
    yield ""
    yield "同一件事，公开的数与草稿的数。公开文本自己的错（见 corpus 的说明）应在此列，且不应被草稿照写。"
    yield ""
    yield "| 草稿 | 说的是 | 公开 | 草稿 |"
    yield "|---|---|---|---|"
    for w in real:
        for pair in w.pairs:
            for published, drafted in pair.other:
                yield f"| {w.key} | {_label(pair, drafted.text)} | {published.text} | {drafted.text} |"
    yield ""


def _label(pair: Pair, text: str) -> str:
    bound = pair.drafted.bound if pair.drafted else ()
    return next((f.label for f in bound if f.text == text), bound[0].label if bound else "")


def _damage_lines(every: Sequence[Written]) -> Iterator[str]:
    yield "## 改坏草稿的数"
    yield ""
    yield (
        "每个数改坏一次：改一位数字、换两位、方向词、单位、删去。与存下的草稿逐句对照（不核对），应全部发现；"
        f"其中每{_CHECKED_EVERY}处取一处连同核对再对照。"
    )
    yield ""
    yield "| 草稿 | 改坏 | 发现 | 数字 | 换位 | 方向 | 单位 | 删去 | 连同核对 | 没有发现 |"
    yield "|---|---:|---:|---|---|---|---|---|---|---|"
    for w in every:
        if w.caught is None:
            continue
        alone, checked = w.caught
        kinds = " | ".join(f"{alone.noticed[k]}/{alone.tried[k]}" for k in ("digit", "swap", "sign", "unit", "delete"))
        missed = "、".join(dict.fromkeys([*alone.missed, *checked.missed])) or "无"
        yield (
            f"| {w.key} | {alone.tried.total()} | {alone.noticed.total()} | {kinds} | "
            f"{checked.noticed.total()}/{checked.tried.total()} | {missed} |"
        )
