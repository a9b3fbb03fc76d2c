"""PDF: ruled tables by their lines, everything else as paragraphs."""

from __future__ import annotations

import hashlib
import io

from service.adapters.readers.limits import check_pages
from service.adapters.readers.pdf_content import page_content
from service.ingestion.blocks import Reading
from service.ingestion.lattice import ruled_tables
from service.ingestion.pages import PageLayout, compose


def read_pdf(data: bytes, name: str) -> Reading:
    """Read a PDF."""
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfinterp import PDFResourceManager
    from pdfminer.pdfpage import PDFPage
    from pdfminer.pdfparser import PDFParser

    document = PDFDocument(PDFParser(io.BytesIO(data)))
    found = list(PDFPage.create_pages(document))
    check_pages(len(found), name)
    resources = PDFResourceManager()
    pages: list[PageLayout] = []
    for number, page in enumerate(found, 1):
        content = page_content(page, resources)
        grids, rest = ruled_tables(content.words, content.rules, page=number)
        pages.append(PageLayout(number, content.width, content.height, rest, grids))
    made = compose(pages)
    return Reading(name, hashlib.sha256(data).hexdigest(), made.text, made.blocks, len(pages), made.page_starts)
