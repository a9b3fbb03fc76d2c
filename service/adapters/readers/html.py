"""Web pages: paragraphs and tables of the article, or pages whose every word is placed."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from urllib.parse import unquote

from service.adapters.readers.limits import check_pages
from service.adapters.readers.markup import Element, parse
from service.adapters.readers.placed_html import PlacedPages
from service.adapters.readers.styles import StyleSheet
from service.adapters.readers.web_content import NOT_TEXT, is_furniture, strip_surroundings, title_of
from service.adapters.readers.web_tables import BLOCKS, clean, grid_of, is_hidden
from service.domain.errors import EmptyDocumentError
from service.ingestion.blocks import Block, Grid, Reading, Remark, TextLine
from service.ingestion.pages import PageLayout, compose

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LINKED_FILE = re.compile(r"[^/\\?#]+\.(?:pdf|docx?|xlsx?|zip|rar|et|wps)$", re.IGNORECASE)
_MOST_NAMED = 5


def read_html(data: bytes, name: str) -> Reading:
    """Read a web page, saved as HTML or as a web archive (MHT).

    What stands around the article is left out; the article's title comes first, for the entity and the year often
    stand only there. Nothing is fetched.

    Raises:
        EmptyDocumentError: It shows no text.
        OversizedDocumentError: It has too many pages or cells.
        UnreadableDocumentError: It is in an unknown encoding, or nests too deep.
    """
    article = _Article(name)
    layouts: list[PageLayout] = []
    for number, root in enumerate(parse(data, name)):
        placed = PlacedPages(StyleSheet([s.text or "" for s in root.iter("style")]))
        if number == 0:
            article.add_title(title_of(root))
        content = strip_surroundings(root)
        if placed.is_placed(content):
            pages = placed.layouts(content)
            layouts += [replace(p, number=p.number + len(layouts)) for p in pages]
            check_pages(len(layouts), name)
        else:
            article.add(content)
    return article.reading(data, layouts)


class _Article:
    """Writes down what a page shows, in order."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._title = ""
        self._blocks: list[Block] = []
        self._parts: list[str] = []
        self._offset = 0
        self._number = 0
        self._line: list[str] = []
        self._heading = 0
        self._linked: dict[str, None] = {}

    def add_title(self, title: str) -> None:
        """Write the title as the first line; the article's own copy of it is then passed over."""
        self._title = title
        if title:
            self._write(title, whole=True, heading=1)

    def add(self, root: Element) -> None:
        """Write the text and the tables below an element."""
        stack: list[Element | str | tuple[str, int]] = [root]
        while stack:
            item = stack.pop()
            if isinstance(item, str):
                self._line.append(item)
            elif isinstance(item, tuple):
                self._end_line(whole=True)
                self._heading = item[1]
            elif item.tag not in NOT_TEXT and not is_hidden(item):
                stack += reversed(self._open(item))
        self._end_line(whole=True)

    def _open(self, element: Element) -> list[Element | str | tuple[str, int]]:
        """Begin an element, and return what is to be written after its beginning."""
        if element.tag == "br":
            self._end_line(whole=False)
            return []
        if element.tag == "a":
            self._note_link(element)
        if element.tag == "table":
            self._end_line(whole=True)
            grid = grid_of(element, self._name)
            if grid is not None:
                captions = [c for c in element if c.tag == "caption"]
                for caption in captions:
                    self._write(" ".join(clean(caption.text_content()).split()), whole=True)
                self._blocks.append(grid)
                return []
        inner: list[Element | str | tuple[str, int]] = []
        before = self._heading
        if element.tag in BLOCKS:
            self._end_line(whole=True)
            self._heading = _HEADINGS.get(element.tag, before)
        inner.append(_lines_kept(element.text) if element.tag == "pre" else element.text or "")
        for child in element:
            inner += [child, child.tail or ""]
        if element.tag in BLOCKS:
            inner.append(("end", before))
        return inner

    def _note_link(self, element: Element) -> None:
        found = _LINKED_FILE.search((element.get("href") or "").strip()[:2000])
        if found:
            shown = " ".join(clean(element.text_content()).split()) or unquote(found.group())
            self._linked.setdefault(shown[:60])

    def _end_line(self, *, whole: bool) -> None:
        text = clean("".join(self._line)).strip()
        self._line.clear()
        if not text or is_furniture(text):
            return
        if text == self._title and self._number == 1:
            return
        for index, line in enumerate(lines := text.split(_PRE_LINE)):
            if line.strip():
                self._write(line.strip(), whole=whole and index == len(lines) - 1, heading=self._heading)

    def _write(self, text: str, *, whole: bool, heading: int = 0) -> None:
        if not text:
            return
        self._number += 1
        self._blocks.append(TextLine(text, self._number, self._offset, whole=whole, heading=heading))
        self._parts.append(text + "\n")
        self._offset += len(text) + 1

    def reading(self, data: bytes, layouts: list[PageLayout]) -> Reading:
        """Return all that was written, with the drawn pages after it."""
        composition = compose(layouts)
        blocks = [*self._blocks]
        for block in composition.blocks:
            if isinstance(block, TextLine):
                blocks.append(replace(block, number=block.number + self._number, start=block.start + self._offset))
            else:
                blocks.append(block)
        starts = tuple(0 if n == 0 else s + self._offset for n, s in enumerate(composition.page_starts))
        text = "".join(self._parts) + composition.text
        if not text.strip() and not any(isinstance(b, Grid) for b in blocks):
            raise EmptyDocumentError(f"“{self._name}”里没有可见文字。请在浏览器里打开后打印成PDF，再上传。")
        return Reading(
            self._name, hashlib.sha256(data).hexdigest(), text, tuple(blocks), len(layouts), starts,
            remarks=self._remarks(),
        )  # fmt: skip

    def _remarks(self) -> tuple[Remark, ...]:
        if not self._linked:
            return ()
        names = "、".join(f"“{n}”" for n in list(self._linked)[:_MOST_NAMED])
        more = f"等{len(self._linked)}个" if len(self._linked) > _MOST_NAMED else ""
        return (Remark("linked-files", f"网页里链接了附件{names}{more}，没有读取。表格若在附件里，请下载后另行上传。"),)


#: Stands for a line end that is shown.
_PRE_LINE = "\x1e"


def _lines_kept(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").replace("\n", _PRE_LINE)
