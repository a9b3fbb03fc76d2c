"""Figures stated in the prose of real documents, against the tables next to them.

``python -m tests.integration.test_narrative_corpus FOLDER`` lists, per document, how many figures of the prose are
bound, how many agree with a cell of the same coordinate, and every one that does not.
"""

from __future__ import annotations

import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from service.adapters.readers.files import read_file
from service.adapters.vocabulary_files import read_vocabulary
from service.domain.coordinate import Aspect
from service.domain.document import Document, PassageKind
from service.domain.errors import SourceDocumentError
from service.domain.fact import Authority, Fact
from service.ingestion.pipeline import ingest
from service.vocabulary.vocabulary import Vocabulary

CORPUS = os.environ.get("YOUJU_REAL_CORPUS", "")

#: folder, piece of the name → figures that agree at least, figures that the document itself states wrongly.
EXPECTED = {
    ("changchun-xinfang", ".pdf"): (8, {"1682.76元"}),
    ("chongqing-xuanchuan", ".pdf"): (21, set()),
    ("guangzhou-xinfang", ".pdf"): (2, set()),
    ("hongqi", ".txt"): (17, set()),
    ("jiangsu-jianchayuan", "2018"): (22, set()),
    ("jiangsu-jianchayuan", "2019"): (22, set()),
    ("jiangsu-renda", "2017年度"): (14, set()),
    ("jiangsu-renda", "2018"): (22, set()),
    ("putuo-caizheng-2024", "24年"): (22, {"0万元"}),
    ("putuo-caizheng-2024", "上海市"): (24, {"0.3万元"}),
    ("putuo-sifa", "dept_budget.pdf"): (36, {"201.50万元"}),
    ("putuo-sifa", "unit_budget.pdf"): (35, {"57.8万元", "170.03万元"}),
    ("taiyuan-fagai", ".docx"): (18, {"4154.28万元", "7.32万元"}),
    ("wanli", "2023"): (64, {"441.25万元"}),
    ("wanli", "2024"): (63, {"352.67万元"}),
    ("wanli", "2025"): (36, set()),
    ("wuxi-tongji", ".pdf"): (40, set()),
    ("xian-xinfang", ".pdf"): (26, set()),
    ("yantai-tuiyi", ".html"): (12, set()),
}


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return read_vocabulary()


def compare(document: Document) -> Iterator[tuple[Fact, list[Fact], bool | None]]:
    """Yield each amount of the prose with the cells of its coordinate, and whether one of them agrees.

    Amounts agree when they differ by no more than one in the last place stated; None where no cell has the coordinate.
    """
    cells: dict[object, list[Fact]] = defaultdict(list)
    for fact in document.facts:
        if fact.authority is Authority.CELL and fact.quantity is not None:
            cells[fact.coordinate].append(fact)
    for fact in document.facts:
        if fact.authority is not Authority.SENTENCE or fact.coordinate.aspect is not Aspect.LEVEL or fact.quantity is None:
            continue
        near = cells.get(fact.coordinate, [])
        yield fact, near, any(_agree(fact, cell) for cell in near) if near else None


def _agree(stated: Fact, cell: Fact) -> bool:
    assert stated.quantity is not None
    assert cell.quantity is not None
    if stated.quantity.unit.kind is not cell.quantity.unit.kind:
        return False
    last = Decimal(1).scaleb(int(stated.quantity.number.as_tuple().exponent))
    return abs(cell.quantity.to(stated.quantity.unit).number - stated.quantity.number) <= last


def _read(path: Path, vocabulary: Vocabulary) -> Document:
    return ingest(read_file(path.read_bytes(), path.name, max_bytes=10**9), vocabulary)


@pytest.mark.skipif(not CORPUS, reason="no real corpus")
@pytest.mark.parametrize("place", EXPECTED, ids="-".join)
def test_prose_agrees_with_the_tables(place: tuple[str, str], vocabulary: Vocabulary) -> None:
    folder, piece = place
    path = next(p for p in sorted((Path(CORPUS) / folder).iterdir()) if piece in p.name)
    document = _read(path, vocabulary)
    judged = list(compare(document))
    agreeing, wrong = EXPECTED[place]

    assert {f.source.row_label for f, _, agrees in judged if agrees is False} <= wrong
    assert sum(agrees is True for _, _, agrees in judged) >= agreeing
    places_are_right(document)


def places_are_right(document: Document) -> None:
    """Check that every quote stands where its source says."""
    for fact in document.facts:
        if fact.authority is Authority.SENTENCE:
            source = fact.source
            assert _plain(document.text[source.start : source.end]) == _plain(source.row_label)
            assert (source.line == 0) == (source.page > 0)
    for passage in document.passages:
        if passage.kind is PassageKind.NARRATIVE:
            source = passage.source
            assert _plain(document.text[source.start : source.end]) == _plain(source.quote)
            assert (source.line == 0) == (source.page > 0)


def _plain(text: str) -> str:
    return "".join(text.split())


def main(folder: str) -> None:
    """List agreement per document."""
    vocabulary = read_vocabulary()
    total: Counter[str] = Counter()
    for path in sorted(p for p in Path(folder).rglob("*") if p.suffix in {".pdf", ".txt", ".docx", ".doc", ".html"}):
        try:
            document = _read(path, vocabulary)
        except SourceDocumentError as error:
            print(f"{path.name}: {error}")
            continue
        judged = list(compare(document))
        counts = Counter({True: "agree", False: "disagree", None: "alone"}[agrees] for _, _, agrees in judged)
        counts["bound"] = sum(f.authority is Authority.SENTENCE for f in document.facts)
        total += counts
        print(path.name, dict(counts))
        for fact, near, agrees in judged:
            if agrees is False:
                cells = "、".join(f"{c.source.quote}（{c.source.table}）" for c in near[:3])
                print(f"    {fact.source.row_label} ≠ {cells}｜{fact.source.quote[:100]}")
    print("all", dict(total))


if __name__ == "__main__":
    main(sys.argv[1])
