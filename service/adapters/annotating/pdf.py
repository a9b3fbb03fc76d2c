"""Highlights and notes at the wrong figures of a PDF; what was in the file stays as it is, byte for byte."""

from __future__ import annotations

import io
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from service.adapters.annotating.marks import AUTHOR, ENOUGH, Mark
from service.adapters.pdf_letters import Box, Letter, Line, around, as_seen, letters_of, on_one_line, turn
from service.domain.errors import InvalidInputError, UnreadableDocumentError
from service.domain.finding import Severity
from service.locating import squeeze

if TYPE_CHECKING:
    from pypdf import PdfWriter
    from pypdf.generic import PdfObject

_COLOURS = {
    Severity.ERROR: (1.0, 0.55, 0.55), Severity.WARNING: (1.0, 0.82, 0.4), Severity.NOTE: (0.68, 0.85, 1.0),
}  # fmt: skip
_ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTE)
#: Size of a note's sign, and how far it stands from the corner, in points.
_SIGN, _MARGIN = 20, 8
_PRINT = 4
_UNPLACED = "以下各条说的是整份文件或这一页，没有在页面的文字里找到对应的位置："


@dataclass(slots=True)
class _Page:
    """A page: its letters in several orders, its visible box, how it is turned.

    Attributes:
        orders: The order of the file, the order in which the page is looked at, then the others as they are needed.
        crop: The visible box.
        turned: Degrees by which the page is turned clockwise.
    """

    orders: list[Line]
    crop: Box
    turned: int

    def find(self, mark: Mark) -> tuple[Line, int, int, int] | None:
        """Return the order in which a mark is found best, begin and end in it, and the likeness."""
        best = self._best(mark, self.orders)
        if (best is None or best[3] < ENOUGH) and len(self.orders) < 5:
            # The text may be drawn in another direction than the page is turned.
            self.orders += [as_seen(self.orders[0].letters, (self.turned + more) % 360) for more in (90, 180, 270)]
            best = self._best(mark, self.orders)
        return best

    @staticmethod
    def _best(mark: Mark, orders: Iterable[Line]) -> tuple[Line, int, int, int] | None:
        found = [(order, *f) for order in orders if (f := mark.find(order.characters))]
        return max(found, key=lambda each: each[3], default=None)


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where on which page (0-based) a mark goes."""

    page: int
    boxes: tuple[Box, ...]


def highlight(data: bytes, name: str, marks: Sequence[Mark]) -> bytes:
    """Return a PDF with a highlight for every mark, whose note says what is wrong.

    What is added is appended to the file. Marks whose place is not found (a scanned page, a drawing of characters)
    share a note in the upper right corner of their page.

    Args:
        data: The bytes of the document.
        name: Its name, for messages.
        marks: What to say, and where.

    Raises:
        InvalidInputError: The document is protected against changes.
        UnreadableDocumentError: It is too damaged to be written again.
    """
    from service.adapters.readers.pdf import COPIES

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it quotes the document
    cause: Exception | None = None
    for copy in COPIES:
        file = copy(data)
        try:
            if file:
                return _written(file, name, marks)
        except InvalidInputError:
            raise
        except Exception as error:  # whatever it is, the next copy may do
            cause = cause or error
    raise UnreadableDocumentError(
        f"“{name}”内部有损坏，能读但不能写批注。请用PDF阅读器打开后另存，再核对；或改用 html、docx 格式的报告。"
    ) from cause


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a mark is seen on its page.

    Attributes:
        page: The page, from 1.
        boxes: Left, top, right, bottom of each line of it, as parts of the page's width and height from its upper
            left corner, as the page is turned.
    """

    page: int
    boxes: tuple[Box, ...]


def seen_at(data: bytes, marks: Sequence[Mark]) -> tuple[Seen | None, ...]:
    """Return where marks are seen on the pages of a PDF; None for those whose place is not found, or in a damaged file."""
    from service.adapters.readers.pdf import COPIES

    for copy in COPIES:
        file = copy(data)
        if not file:
            continue
        try:
            pages = _Pages(file)
        except Exception:  # noqa: S112 - whatever it is, the next copy may do
            continue
        try:
            return tuple(pages.seen(spot) if (spot := pages.find(mark)) else None for mark in marks)
        finally:
            pages.close()
    return (None,) * len(marks)


def _written(data: bytes, name: str, marks: Sequence[Mark]) -> bytes:
    from pypdf import PdfReader, PdfWriter

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        raise InvalidInputError(f"“{name}”设有保护，不许改动，不能写批注。请取消保护后再核对，或改用 html、docx 格式的报告。")
    pages = _Pages(data)
    try:
        spots = [(mark, pages.find(mark)) for mark in marks]
        corners = pages.corners({mark.page for mark, spot in spots if spot is None})
    finally:
        pages.close()
    writer = PdfWriter(reader, incremental=True)
    unplaced: defaultdict[int, list[Mark]] = defaultdict(list)
    for mark, spot in spots:
        if spot is None:
            unplaced[mark.page if mark.page in corners else 0].append(mark)
        else:
            _add_highlight(writer, spot, mark)
    for number, told in unplaced.items():
        _add_note(writer, max(number - 1, 0), corners[number], told)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


# ------------------------------------------------------------------------------------------ finding


class _Pages:
    """The pages of a PDF, each looked at once, when it is needed."""

    def __init__(self, data: bytes) -> None:
        import pypdfium2

        from service.adapters.readers.ocr import PDFIUM

        PDFIUM.acquire()  # given back by close(): pdfium is not safe to use from two threads at once
        try:
            self._document = pypdfium2.PdfDocument(data)
        except BaseException:
            PDFIUM.release()
            raise
        self._pages: dict[int, _Page] = {}

    def close(self) -> None:
        """Let others use pdfium."""
        from service.adapters.readers.ocr import PDFIUM

        try:
            self._document.close()
        finally:
            PDFIUM.release()

    def find(self, mark: Mark) -> _Spot | None:
        """Return where a mark goes: on its page, or on one next to it where there is no mistaking it."""
        for sought in (mark, mark.number_only()):
            spot = self._find(sought) if sought is not None else None
            if spot is not None:
                return spot
        return None

    def _find(self, mark: Mark) -> _Spot | None:
        for number in (mark.page, mark.page + 1, mark.page - 1):
            if not 1 <= number <= len(self._document):
                continue
            found = self._page(number).find(mark)
            if found is None:
                continue
            order, begin, end, alike = found
            if number == mark.page or alike >= ENOUGH:
                return _Spot(number - 1, _boxes(order.letters, order.characters.places[begin:end]))
        return None

    def seen(self, spot: _Spot) -> Seen:
        """Return where a spot is seen on its page."""
        page = self._page(spot.page + 1)
        left, bottom, right, top = turn(page.crop, page.turned)
        across, down = max(right - left, 1), max(top - bottom, 1)

        def part(box: Box) -> Box:
            low, base, high, roof = turn(box, page.turned)
            parts = ((low - left) / across, (top - roof) / down, (high - left) / across, (top - base) / down)
            one, two, three, four = (round(min(max(each, 0), 1), 4) for each in parts)
            return one, two, three, four

        return Seen(spot.page + 1, tuple(map(part, spot.boxes)))

    def corners(self, numbers: Iterable[int]) -> dict[int, Box]:
        """Return the boxes of notes in the upper right corners of pages; 0 is the document's, on its first page."""
        return {n: self._corner(max(n, 1)) for n in {0, *numbers} if n <= len(self._document)}

    def _corner(self, number: int) -> Box:
        page = self._page(number)
        _, _, right, top = turn(page.crop, page.turned)
        seen = (right - _MARGIN - _SIGN, top - _MARGIN - _SIGN, right - _MARGIN, top - _MARGIN)
        return turn(seen, (360 - page.turned) % 360)

    def _page(self, number: int) -> _Page:
        if number not in self._pages:
            self._pages[number] = self._looked_at(number)
        return self._pages[number]

    def _looked_at(self, number: int) -> _Page:
        page = self._document[number - 1]
        turned = page.get_rotation()
        try:
            letters, pieces = letters_of(page, turned)
        except Exception:  # a damaged page has no spots, and takes no others with it
            letters, pieces = [], []
        crop = page.get_cropbox()
        page.close()
        return _Page([Line(letters, squeeze(pieces)), as_seen(letters, turned)], crop, turned)


def _boxes(letters: Sequence[Letter], places: Sequence[int]) -> tuple[Box, ...]:
    """Return a box around the letters of each line."""
    lines: list[list[Letter]] = []
    for letter in (letters[place] for place in places):
        if lines and on_one_line(lines[-1][0], letter) and letter.seen[0] > lines[-1][-1].seen[0] - 1:
            lines[-1].append(letter)
        else:
            lines.append([letter])
    return tuple(around([letter.box for letter in line]) for line in lines)


# ------------------------------------------------------------------------------------------ writing


def _add_highlight(writer: PdfWriter, spot: _Spot, mark: Mark) -> None:
    quads = [number for left, bottom, right, top in spot.boxes for number in (left, top, right, top, left, bottom, right, bottom)]
    drawn = "".join(
        f"{_n(left)} {_n(bottom)} {_n(right - left)} {_n(top - bottom)} re " for left, bottom, right, top in spot.boxes
    )
    content = f"/G gs {_colour(mark.severity)} rg {drawn}f"
    _add(writer, spot.page, "/Highlight", around(spot.boxes), mark.note, mark.severity, content, {"/QuadPoints": quads})


def _add_note(writer: PdfWriter, page: int, box: Box, marks: Sequence[Mark]) -> None:
    worst = min((mark.severity for mark in marks), key=_ORDER.index)
    said = [f"{n}. {mark.note}{f'（{mark.where}）' if mark.where else ''}" for n, mark in enumerate(marks, 1)]
    left, bottom, right, top = box
    third = (top - bottom) / 4
    lines = "".join(
        f"{_n(left + 4)} {_n(bottom + n * third)} m {_n(right - 4)} {_n(bottom + n * third)} l " for n in (1, 2, 3)
    )
    frame = f"{_n(left + 1)} {_n(bottom + 1)} {_n(right - left - 2)} {_n(top - bottom - 2)} re B"
    content = f"{_colour(worst)} rg 0.3 0.3 0.3 RG 1 w {frame} {lines}S"
    _add(writer, page, "/Text", box, "\n".join([_UNPLACED, *said]), worst, content, {"/Name": "/Comment", "/Open": False})


def _add(
    writer: PdfWriter, page: int, kind: str, box: Box, note: str, severity: Severity, content: str,
    more: Mapping[str, Any],
) -> None:  # fmt: skip
    """Add an annotation that looks alike in every viewer: how it is drawn is part of it."""
    from pypdf.generic import (
        ArrayObject,
        BooleanObject,
        DecodedStreamObject,
        DictionaryObject,
        FloatObject,
        NameObject,
        NumberObject,
        TextStringObject,
    )

    def numbers(values: Iterable[float]) -> ArrayObject:
        return ArrayObject(FloatObject(_n(each)) for each in values)

    def entries(**values: PdfObject) -> DictionaryObject:
        return DictionaryObject({NameObject(f"/{key}"): value for key, value in values.items()})

    look = DecodedStreamObject()
    look.set_data(content.encode())
    state = entries(G=entries(Type=NameObject("/ExtGState"), BM=NameObject("/Multiply" if kind == "/Highlight" else "/Normal")))
    look.update(
        entries(
            Type=NameObject("/XObject"), Subtype=NameObject("/Form"), BBox=numbers(box), Resources=entries(ExtGState=state),
        )
    )  # fmt: skip
    drawn = writer._add_object(look)  # noqa: SLF001 - pypdf has no public way to add a stream
    annotation = entries(
        Type=NameObject("/Annot"), Subtype=NameObject(kind), Rect=numbers(box), Contents=TextStringObject(note),
        T=TextStringObject(AUTHOR), Subj=TextStringObject("核对"), C=numbers(_COLOURS[severity]), F=NumberObject(_PRINT),
        AP=entries(N=drawn),
    )  # fmt: skip
    for key, value in more.items():
        said: PdfObject
        if isinstance(value, bool):
            said = BooleanObject(value)
        else:
            said = NameObject(value) if isinstance(value, str) else numbers(value)
        annotation[NameObject(key)] = said
    writer.add_annotation(page, annotation)


def _colour(severity: Severity) -> str:
    return " ".join(_n(each) for each in _COLOURS[severity])


def _n(number: float) -> str:
    return f"{number:.2f}"
