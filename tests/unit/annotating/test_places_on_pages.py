"""Where findings are seen on the pages of a PDF, as parts of the page as it is turned."""

from __future__ import annotations

import pytest

from service.adapters.annotating.files import page_places
from service.vocabulary.vocabulary import Vocabulary
from tests.pdfs import PdfPage, pdf_of
from tests.unit.annotating.texts import checked, finding_at, read, word_of

SENTENCE = "二零二四年收入5万元，支出6万元。"


def a_pdf(rotate: int = 0) -> bytes:
    """Return a page of 595 by 842 points with a sentence at (50, 100)."""
    page = PdfPage(rotate=rotate)
    page.text(50, 100, SENTENCE)
    return pdf_of(page)


def seen(data: bytes, vocabulary: Vocabulary, name: str = "预算.pdf") -> list[dict[str, object]]:
    document = read(data, name, vocabulary)
    return page_places(checked(document, data, finding_at(document, "6万元"), finding_at(document, "5万元")))


def box_of(found: dict[str, object]) -> tuple[float, float, float, float]:
    """Return what is around the boxes of a finding: words that are seen upright have one for each letter."""
    boxes = found["boxes"]
    assert isinstance(boxes, list)
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def test_a_finding_is_seen_where_its_words_stand(vocabulary: Vocabulary) -> None:
    second, first = seen(a_pdf(), vocabulary)
    left, top, right, bottom = box_of(second)

    assert (second["finding"], second["page"], first["finding"]) == ("F1", 1, "F2")
    assert 50 / 595 < box_of(first)[0] < box_of(first)[2] < left < right < 1
    assert top < 96 / 842 < bottom
    assert bottom - top < 0.03


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_it_is_seen_as_the_page_is_turned(vocabulary: Vocabulary, rotate: int) -> None:
    left, top, right, bottom = box_of(seen(a_pdf(), vocabulary)[0])
    turned = {
        90: (1 - bottom, left, 1 - top, right), 180: (1 - right, 1 - bottom, 1 - left, 1 - top),
        270: (top, 1 - right, bottom, 1 - left),
    }  # fmt: skip

    assert box_of(seen(a_pdf(rotate), vocabulary)[0]) == pytest.approx(turned[rotate], abs=0.002)


def test_what_is_no_pdf_has_no_pages(vocabulary: Vocabulary) -> None:
    assert seen(word_of(SENTENCE), vocabulary, "预算.docx") == []


def test_a_finding_about_the_whole_file_is_left_out(vocabulary: Vocabulary) -> None:
    data = a_pdf()
    document = read(data, "预算.pdf", vocabulary)
    whole = finding_at(document, "6万元")
    found = page_places(checked(document, data, type(whole)(whole.code, whole.severity, whole.message), whole))

    assert [each["finding"] for each in found] == ["F2"]
