"""Every figure of real documents is found again in the file it was read from, at a place of its own."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import docx
import pypdfium2
import pytest
from pypdf import PdfReader

from service.adapters.annotating.files import FileAnnotator
from service.adapters.readers.files import read_file
from service.application import Checked
from service.checking.checker import check
from service.checking.material import material_of
from service.domain.document import Document
from service.domain.finding import Finding, Severity
from service.ingestion.pipeline import ingest
from service.locating import squeeze
from service.vocabulary.vocabulary import Vocabulary
from tests.unit.annotating.texts import checked, finding_in

CORPUS = os.environ.get("YOUJU_REAL_CORPUS", "")
FOLDERS = (
    "chongqing-xuanchuan", "xian-xinfang", "changchun-xinfang", "wuxi-tongji", "guangzhou-xinfang", "beijing-shenji",
    "putuo-caizheng-2024", "wanli", "jiangsu-jianchayuan", "putuo-sifa",
)  # fmt: skip

pytestmark = pytest.mark.skipif(not CORPUS, reason="no real corpus")


def every_figure(path: Path, vocabulary: Vocabulary) -> Checked:
    """Return a finding for every figure of a file: those of its text, then those of its tables."""
    data = path.read_bytes()
    document = ingest(read_file(data, path.name, max_bytes=10**9), vocabulary)
    report = check(material_of(document, (), (), vocabulary))
    said = [Finding("figure-differs-from-table", Severity.ERROR, f.text, (f.source,), f.text) for f in report.figures]
    return checked(document, data, *said, *_cells(document))


def _cells(document: Document) -> Iterator[Finding]:
    for number, table in enumerate(document.tables):
        for row, each in enumerate(table.rows):
            for column, cell in enumerate(each.cells):
                if cell.quantity is not None:
                    yield finding_in(document, row, column, table=number)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_figure_of_a_pdf_is_highlighted_at_its_own_place(folder: str, vocabulary: Vocabulary) -> None:
    for path in sorted(Path(CORPUS, folder).glob("*.pdf")):
        made = every_figure(path, vocabulary)
        got = FileAnnotator().pdf(made)
        boxes: list[tuple[object, ...]] = []
        with pypdfium2.PdfDocument(got) as seen:
            for number, page in enumerate(PdfReader(io.BytesIO(got)).pages):
                words = seen[number].get_textpage()
                for each in (a.get_object() for a in page.annotations or ()):
                    if each.get("/T") != "有据" or each["/Subtype"] != "/Highlight":
                        continue
                    left, bottom, right, top = (float(side) for side in each["/Rect"])
                    boxes.append((number, round(left), round(bottom), round(right), round(top)))
                    said = squeeze(str(each["/Contents"]).splitlines()[0].removeprefix("【错误】")).text
                    under = squeeze(words.get_text_bounded(left, bottom, right, top)).text
                    assert said.startswith("T") or set(under) & set(said), (path.name, number + 1, said)
        assert got.startswith(made.data)
        assert len(boxes) >= 0.98 * len(made.report.findings), path.name
        assert len(set(boxes)) >= 0.99 * len(boxes), path.name


def test_every_figure_of_a_word_document_is_commented(vocabulary: Vocabulary) -> None:
    """Cells of the workbooks that are set into it cannot be: Word has no text there to comment on."""
    (path,) = Path(CORPUS, "taiyuan-fagai").glob("*.docx")
    made = every_figure(path, vocabulary)
    got = FileAnnotator().word(made)
    again = ingest(read_file(got, path.name, max_bytes=10**9), vocabulary)

    comments = list(docx.Document(io.BytesIO(got)).comments)
    assert len(comments) >= 0.9 * len(made.report.findings)
    assert (again.text, again.tables) == (made.document.text, made.document.tables)
