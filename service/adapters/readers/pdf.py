"""PDF: ruled and aligned tables, paragraphs, and pages that are images recognised where a recogniser is installed."""

from __future__ import annotations

import hashlib
import io
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from service.adapters.readers.limits import MAX_CHARACTERS, MAX_PAGES, check_cells, check_pages
from service.domain.errors import OversizedDocumentError, SourceDocumentError, UnreadableDocumentError
from service.ingestion.alignment import aligned_tables
from service.ingestion.blocks import Reading, Remark
from service.ingestion.lattice import ruled_tables
from service.ingestion.pages import PageLayout, Word, compose, runs_of

if TYPE_CHECKING:
    from pdfminer.pdfpage import PDFPage

    from service.adapters.readers.pdf_content import PageContent

#: Bytes of drawing instructions of one document at most.
_MAX_INSTRUCTIONS = 512 * 1024 * 1024
#: A page with fewer characters than this on a picture that covers it is a picture.
_FEW = 40


@dataclass(slots=True)
class _Pages:
    """The pages of a document as far as they have been read."""

    name: str
    layouts: list[PageLayout] = field(default_factory=list)
    images: list[int] = field(default_factory=list)
    recognised: list[int] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    cells: int = 0
    characters: int = 0
    instructions: int = 0


def read_pdf(data: bytes, name: str) -> Reading:
    """Read a PDF.

    Args:
        data: The bytes of the file.
        name: Its name without folders, for messages.

    Raises:
        OversizedDocumentError: It has more pages, cells, characters or drawing than the bounds allow.
        UnreadableDocumentError: It is encrypted or damaged, or all its pages are images and no recogniser is installed.
    """
    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # it quotes the document
    pages = _Pages(name)
    try:
        _read_pages(_open(data, pages), pages)
    except SourceDocumentError:
        raise
    except RecursionError as error:
        raise UnreadableDocumentError(_damaged(name, "内部结构嵌套过深")) from error
    except Exception as error:
        raise UnreadableDocumentError(_damaged(name, "文件已损坏或没有传完")) from error
    _recognise(data, pages)
    _judge(pages)
    made = compose(pages.layouts)
    return Reading(
        name, hashlib.sha256(data).hexdigest(), made.text, made.blocks, len(pages.layouts), made.page_starts,
        frozenset(pages.recognised), tuple(sorted(pages.remarks, key=lambda r: r.page)),
    )  # fmt: skip


def _open(data: bytes, pages: _Pages) -> list[PDFPage]:
    """Return the pages, of a mended copy where the file itself cannot be opened."""
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect

    name = pages.name
    found: list[PDFPage] = []
    cause: Exception | None = None
    for number, copy in enumerate(COPIES):
        candidate = copy(data)
        try:
            found = _pages_of(candidate, name) if candidate else []
        except (PDFPasswordIncorrect, PDFEncryptionError) as error:
            raise UnreadableDocumentError(
                f"“{name}”设有打开密码或使用了不支持的加密，不能读。请用密码打开后另存（或打印）为不加密的PDF，再上传。"
            ) from error
        except (SourceDocumentError, RecursionError):
            raise
        except Exception as error:  # whatever it is, the next copy may do
            cause = cause or error
        if found:
            if number:
                text = f"文件不完整，从中找回了{len(found)}页，可能还缺页。请换用完整的文件。"
                pages.remarks.append(Remark("mended-file", text, "warning"))
            return found
    raise UnreadableDocumentError(_damaged(name, "文件已损坏或没有传完" if cause else "文件里一页也没有")) from cause


def _pages_of(data: bytes, name: str) -> list[PDFPage]:
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfpage import PDFPage
    from pdfminer.pdfparser import PDFParser
    from pdfminer.pdftypes import resolve1

    document = PDFDocument(PDFParser(io.BytesIO(data)))
    pages = list(islice(PDFPage.create_pages(document), MAX_PAGES + 1))
    if len(pages) > MAX_PAGES:
        declared = resolve1(resolve1(document.catalog.get("Pages")).get("Count"))
        check_pages(max(declared, len(pages)) if isinstance(declared, int) else len(pages), name)
    return pages


def _saved_by_pdfium(data: bytes) -> bytes | None:
    """Return the file as pdfium saves it, which rebuilds damaged tables of contents; None where it cannot."""
    import pypdfium2

    from service.adapters.readers.ocr import PDFIUM

    with PDFIUM:
        try:
            document = pypdfium2.PdfDocument(data)
            out = io.BytesIO()
            document.save(out)
            document.close()
        except Exception:  # whatever it is, the file stays unreadable
            return None
    return out.getvalue()


def _with_trailer(data: bytes) -> bytes | None:
    """Return the file with an end of its own where the end is missing but its catalogue is not."""
    found = re.search(rb"/Type\s*/Catalog\b", data)
    heads = [m.groups() for m in re.finditer(rb"\b(\d{1,8}) (\d{1,5}) obj\b", data[: found.start()])] if found else []
    if not heads:
        return None
    number, generation = heads[-1]
    return data + b"\nendobj\ntrailer << /Root %s %s R >>\nstartxref\n0\n%%%%EOF\n" % (number, generation)


#: What is tried, in this order, to open a file: itself, then mended copies of it; None where it cannot be mended so.
COPIES: tuple[Callable[[bytes], bytes | None], ...] = (bytes, _saved_by_pdfium, _with_trailer)


def _read_pages(found: Sequence[PDFPage], pages: _Pages) -> None:
    from pdfminer.pdfinterp import PDFResourceManager

    from service.adapters.readers.pdf_content import OverfullPageError, page_content

    resources = PDFResourceManager()
    for number, page in enumerate(found, 1):
        try:
            content = page_content(page, resources)
        except OverfullPageError:
            pages.remarks.append(
                Remark("overfull-page", f"第{number}页的内容多得不正常，已跳过，没有读。", "warning", number)
            )
            pages.layouts.append(PageLayout(number, 0, 0, ()))
            continue
        except Exception:  # one damaged page does not take the others with it
            pages.broken.append(number)
            pages.layouts.append(PageLayout(number, 0, 0, ()))
            continue
        pages.instructions += content.instructions
        if pages.instructions > _MAX_INSTRUCTIONS:
            raise OversizedDocumentError(
                f"“{pages.name}”读到第{number}页时绘图内容已超过上限，没有读完。请只保留预算公开的部分，或另存为较小的PDF再上传。"
            )
        pages.layouts.append(_layout(content, number, pages))


def _layout(content: PageContent, number: int, pages: _Pages) -> PageLayout:
    """Return what stands on a page; a page that is an image is noted for later."""
    words: Sequence[Word] = content.words
    seen = sum(1 for w in words if w.text.strip())
    by_ocr = False
    if seen < _FEW and content.hidden and content.image_share > 50:
        words, by_ocr = content.hidden, True  # a scan that a program has already recognised
        pages.recognised.append(number)
    elif 3 * content.unknown > seen + 3 or (seen < _FEW and _is_picture(content, seen)):
        pages.images.append(number)
    if content.overfull:
        pages.remarks.append(
            Remark("overfull-page", f"第{number}页的线条多得不正常，表格线没有用，该页只按文字读。", "warning", number)
        )
    rules = [] if content.overfull else content.rules
    ruled, rest = ruled_tables(words, rules, page=number, by_ocr=by_ocr)
    aligned, rest = aligned_tables(rest, rules, page=number, by_ocr=by_ocr)
    grids = (*ruled, *aligned)
    pages.cells += sum(g.grid.width * len(g.grid.rows) for g in grids)
    check_cells(pages.cells, pages.name)
    pages.characters += seen
    if pages.characters > MAX_CHARACTERS:
        raise OversizedDocumentError(
            f"“{pages.name}”有{pages.characters}个字以上，超过上限{MAX_CHARACTERS}个字。请拆成几个文件再上传。"
        )
    return PageLayout(number, content.width, content.height, runs_of(rest), grids)


def _is_picture(content: PageContent, seen: int) -> bool:
    """Whether what the page says is drawn: an image over most of it, or outlines of characters."""
    return content.image_share > 50 or (not seen and (content.image_share >= 10 or content.shapes >= 200))


def _recognise(data: bytes, pages: _Pages) -> None:
    """Recognise the pages that are images, where a recogniser is installed."""
    from service.adapters.readers.ocr import is_installed, recognise_pages

    if not pages.images or not is_installed():
        return
    for number, layout in recognise_pages(data, pages.images).items():
        pages.layouts[number - 1] = layout
        pages.images.remove(number)
        pages.recognised.append(number)


def _judge(pages: _Pages) -> None:
    """Say which pages could not be read, and refuse a document of which nothing could."""
    from service.adapters.readers.ocr import MAX_PAGES as MAX_OCR_PAGES
    from service.adapters.readers.ocr import is_installed

    readable = any(p.words or p.grids for p in pages.layouts if p.number not in pages.images)
    shown = _numbers(pages.images)
    help_ = (
        f"这些页没有识别出可靠的文字，或识别超时（一份文件最多识别{MAX_OCR_PAGES}页）。请换用更清晰的文件，或有文字层的PDF。"
        if is_installed()
        else "请安装文字识别程序及简体中文数据（Debian、Ubuntu：apt install tesseract-ocr tesseract-ocr-chi-sim）后再读，或换用有文字层的PDF。"
    )
    if pages.images and not readable:
        raise UnreadableDocumentError(f"“{pages.name}”的{shown}是图片，没有可读的文字。{help_}")
    if not readable and pages.broken:
        raise UnreadableDocumentError(_damaged(pages.name, f"{_numbers(pages.broken)}读不出来"))
    if not readable:
        raise UnreadableDocumentError(f"“{pages.name}”共{len(pages.layouts)}页，没有文字。请检查是否选错了文件。")
    if pages.images:
        pages.remarks.append(
            Remark("image-pages", f"{shown}是图片，没有读，其中的数字不会出现在回答里。{help_}", "warning", pages.images[0])
        )
    if pages.broken:
        pages.remarks.append(
            Remark("unreadable-page", f"{_numbers(pages.broken)}已损坏，没有读。请换用完整的文件。", "error", pages.broken[0])
        )
    if pages.recognised:
        pages.recognised.sort()
        pages.remarks.append(
            Remark(
                "ocr-pages",
                f"{_numbers(pages.recognised)}是图片，文字由程序识别而来，可能有错；其中的数字未经勾稽相符的，不作为已验证的数字。",
                "warning",
                pages.recognised[0],
            )
        )


def _numbers(pages: Iterable[int]) -> str:
    """Return page numbers as ranges.

    Example:
        >>> _numbers([1, 2, 3, 7])
        '第1—3、7页'

    """
    runs: list[list[int]] = []
    for page in sorted(pages):
        if runs and runs[-1][-1] == page - 1:
            runs[-1][1:] = [page]
        else:
            runs.append([page])
    return "第" + "、".join("—".join(str(p) for p in r) for r in runs) + "页"


def _damaged(name: str, what: str) -> str:
    return f"“{name}”打不开：{what}。请重新下载，或用PDF阅读器打开后另存（或打印）为PDF再上传。"
