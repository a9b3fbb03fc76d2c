"""What is visible on a PDF page: characters, rulings and images with their boxes, in tenths of a point.

pdfminer interprets the page; this device keeps track of clipping, which pdfminer does not, so that a tall cell
cut by a page end is read once, and it places all characters of a line by their baseline, so that digits in
another font than the ideographs stay on their line.
"""

from __future__ import annotations

import math
import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pdfminer import pdftypes
from pdfminer.pdfdevice import PDFTextDevice
from pdfminer.pdffont import PDFFont, PDFUnicodeNotDefined
from pdfminer.pdfinterp import LITERAL_FORM, PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.psparser import literal_name
from pdfminer.utils import apply_matrix_pt, mult_matrix

from service.ingestion.lattice import Rule
from service.ingestion.pages import Word

#: Characters, rulings and embedded drawings of one page at most; beyond that it is no page for readers.
MAX_CHARACTERS = 100_000
MAX_RULES = 20_000
MAX_FORMS = 2_000
#: Bytes of drawing instructions of one page at most, embedded drawings counted as often as they are used.
MAX_INSTRUCTIONS = 32 * 1024 * 1024
#: Bytes that one stream unpacks to at most.
MAX_STREAM = 128 * 1024 * 1024

Matrix = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]

#: A character that its font does not name.
UNKNOWN = "\ufffd"
_PAGE_NUMBER = re.compile(r"^[-—–－\s]*(?:第\s*)?\d{1,4}(?:\s*页)?[-—–－\s]*$")
#: How much of the height of the type stands above the baseline.
_ASCENT = 0.86
#: Rulings at most this thick, in points.
_THICKEST = 3.0
#: Radicals that some fonts name instead of the simplified ideographs that look the same.
_RADICALS = str.maketrans(
    "⺠⺟⺫⺬⺭⺮⺶⺷⺻⺼⻁⻄⻅⻆⻉⻋⻓⻔⻖⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳⻒⻏",
    "民母目示礻竹羊羊聿月虎西见角贝车长门阝青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟镸阝",
)


class OverfullPageError(Exception):
    """A page holds more drawing than any page made for readers."""


@dataclass(slots=True)
class PageContent:
    """What is visible on a page.

    Attributes:
        width: In tenths of a point, as the reader sees the page.
        height: In tenths of a point.
        words: Its characters; text that runs sideways beside upright text is one word per run.
        rules: Thin horizontal and vertical marks.
        hidden: Characters that are drawn invisibly, as programs do that lay recognised text behind a scan.
        image_share: Part of the page that its images cover, in hundredths.
        shapes: How many shapes are drawn on it.
        unknown: Characters that their fonts do not name.
        instructions: Bytes of its drawing instructions.
        overfull: Whether rulings were left out because there were too many.
    """

    width: int = 0
    height: int = 0
    words: list[Word] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    hidden: list[Word] = field(default_factory=list)
    image_share: int = 0
    shapes: int = 0
    unknown: int = 0
    instructions: int = 0
    overfull: bool = False


@dataclass(slots=True)
class _Glyph:
    text: str
    box: Box
    turn: int


def page_content(page: PDFPage, resources: PDFResourceManager) -> PageContent:
    """Interpret a page.

    Raises:
        OverfullPageError: It holds more characters or drawings than the bounds allow.
    """
    device = _Device(resources)
    for stream in page.contents:
        device.spend(stream)
    _Interpreter(resources, device).process_page(page)
    return device.content()


class _Interpreter(PDFPageInterpreter):
    """Interprets a page and keeps the box of the clipping path in the device."""

    def __init__(self, rsrcmgr: PDFResourceManager, device: _Device) -> None:
        super().__init__(rsrcmgr, device)
        self._device = device
        self._clips: list[Box] = []

    def do_q(self) -> None:
        super().do_q()
        self._clips.append(self._device.clip)

    def do_Q(self) -> None:  # noqa: N802 - the operator's name
        super().do_Q()
        if self._clips:
            self._device.clip = self._clips.pop()

    def do_W(self) -> None:  # noqa: N802 - the operator's name
        points = [apply_matrix_pt(self.ctm, p[-2:]) for p in self.curpath if len(p) > 2]
        if points:
            self._device.narrow(points)

    def do_Do(self, xobjid_arg: Any) -> None:  # noqa: N802 - the operator's name
        drawing = pdftypes.resolve1(self.xobjmap.get(literal_name(xobjid_arg)))
        if isinstance(drawing, pdftypes.PDFStream) and drawing.get("Subtype") is LITERAL_FORM:
            self._device.spend(drawing)
        super().do_Do(xobjid_arg)

    def do_W_a(self) -> None:  # noqa: N802 - the operator's name
        self.do_W()


class _Device(PDFTextDevice):
    def __init__(self, rsrcmgr: PDFResourceManager) -> None:
        super().__init__(rsrcmgr)
        self.clip: Box = (0, 0, 0, 0)
        self._page: Box = (0, 0, 0, 0)
        self._outer: list[Box] = []
        self._forms = 0
        self._mode = 0
        self._glyphs: list[_Glyph] = []
        self._hidden: list[_Glyph] = []
        self._marks: list[Box] = []
        self._image = 0.0
        self._shapes = 0
        self._instructions = 0
        self._unknown = 0
        self._overfull = False

    # what pdfminer calls

    def begin_page(self, page: PDFPage, ctm: Matrix) -> None:
        x0, y0, x1, y1 = _bounds([apply_matrix_pt(ctm, p) for p in _corners(page.mediabox)])
        self._page = self.clip = (x0, y0, x1, y1)
        crop = _bounds([apply_matrix_pt(ctm, p) for p in _corners(page.cropbox)])
        if min(crop[2], x1) > max(crop[0], x0) and min(crop[3], y1) > max(crop[1], y0):
            self.clip = (max(crop[0], x0), max(crop[1], y0), min(crop[2], x1), min(crop[3], y1))

    def begin_figure(self, name: str, bbox: Any, matrix: Any) -> None:  # noqa: ARG002 - pdfminer's signature
        self._forms += 1
        if self._forms > MAX_FORMS:
            raise OverfullPageError
        self._outer.append(self.clip)
        if self.ctm is not None and tuple(bbox) != (0, 0, 1, 1):
            placed = mult_matrix(tuple(matrix), self.ctm)
            self.narrow([apply_matrix_pt(placed, p) for p in _corners(tuple(pdftypes.resolve1(v) for v in bbox))])

    def end_figure(self, name: str) -> None:  # noqa: ARG002 - pdfminer's signature
        self.clip = self._outer.pop()

    def render_image(self, name: str, stream: Any) -> None:  # noqa: ARG002 - pdfminer's signature
        if self.ctm is None:
            return
        x0, y0, x1, y1 = self._visible(_bounds([apply_matrix_pt(self.ctm, p) for p in _corners((0, 0, 1, 1))]))
        self._image += max(x1 - x0, 0) * max(y1 - y0, 0)
        if min(x1 - x0, y1 - y0) <= _THICKEST:  # some converters draw rulings as images
            self._mark((x0, y0, x1, y1))

    def render_string(self, textstate: Any, seq: Any, ncs: Any, graphicstate: Any) -> None:
        self._mode = textstate.render
        super().render_string(textstate, seq, ncs, graphicstate)

    def render_char(
        self,
        matrix: Matrix,
        font: PDFFont,
        fontsize: float,
        scaling: float,
        rise: float,
        cid: int,
        ncs: Any,  # noqa: ARG002 - pdfminer's signature
        graphicstate: Any,  # noqa: ARG002
    ) -> float:
        advance = float(font.char_width(cid) * fontsize * scaling)
        if len(self._glyphs) + len(self._hidden) > MAX_CHARACTERS:
            raise OverfullPageError
        try:
            text = font.to_unichr(cid)
        except PDFUnicodeNotDefined:
            text = UNKNOWN
        text = _plain(text)
        if not text:
            return advance
        if font.is_vertical():
            box = (-fontsize / 2, advance, fontsize / 2, 0.0)
        else:
            box = (0.0, rise - (1 - _ASCENT) * fontsize, advance, rise + _ASCENT * fontsize)
        placed = _bounds([apply_matrix_pt(matrix, p) for p in _corners(box)])
        if not all(math.isfinite(v) for v in placed):
            return advance
        turn = _turn(matrix)
        middle = ((placed[0] + placed[2]) / 2, (placed[1] + placed[3]) / 2)
        clip = self.clip
        if turn < 0 or not (clip[0] - 1 <= middle[0] <= clip[2] + 1 and clip[1] - 1 <= middle[1] <= clip[3] + 1):
            return advance
        self._unknown += text == UNKNOWN
        (self._hidden if self._mode in (3, 7) else self._glyphs).append(_Glyph(text, placed, turn))
        return advance

    def paint_path(self, graphicstate: Any, stroke: bool, fill: bool, evenodd: bool, path: Sequence[Any]) -> None:  # noqa: ARG002 - pdfminer's signature
        if self.ctm is None or not (stroke or fill):
            return
        self._shapes += 1
        if len(self._marks) > MAX_RULES:
            self._overfull = True
            return
        width = float(graphicstate.linewidth or 0) * math.sqrt(abs(self.ctm[0] * self.ctm[3] - self.ctm[1] * self.ctm[2]))
        points: list[tuple[float, float]] = []
        for part in path:
            if part[0] == "m" and points:
                self._paint(points, stroke and width <= 2 * _THICKEST)
                points = []
            if part[0] == "h":
                points.append(points[0] if points else (0.0, 0.0))
            elif len(part) > 2:
                points.append(apply_matrix_pt(self.ctm, (float(part[-2]), float(part[-1]))))
        self._paint(points, stroke and width <= 2 * _THICKEST)

    # what is kept

    def spend(self, stream: Any) -> None:
        """Count a stream's instructions.

        Raises:
            OverfullPageError: The page has more than the bounds allow.
        """
        drawing = pdftypes.resolve1(stream)
        if isinstance(drawing, pdftypes.PDFStream):
            self._instructions += len(drawing.get_data())
        if self._instructions > MAX_INSTRUCTIONS:
            raise OverfullPageError

    def narrow(self, points: Sequence[tuple[float, float]]) -> None:
        """Narrow the clipping box to the box of *points*."""
        self.clip = self._visible(_bounds(points))

    def content(self) -> PageContent:
        """Return what the page shows, upright."""
        x0, y0, x1, y1 = self._page
        turn = _main_turn(self._glyphs or self._hidden)
        frame = _Frame(x0, y0, x1 - x0, y1 - y0, turn)
        share = min(int(100 * self._image / max((x1 - x0) * (y1 - y0), 1)), 100)
        return PageContent(
            *frame.size, _words(self._glyphs, frame), [_rule(frame.box(m)) for m in self._marks],
            _words(self._hidden, frame), share, self._shapes, self._unknown, self._instructions, self._overfull,
        )  # fmt: skip

    def _visible(self, box: Box) -> Box:
        clip = self.clip
        return (max(box[0], clip[0]), max(box[1], clip[1]), min(box[2], clip[2]), min(box[3], clip[3]))

    def _paint(self, points: Sequence[tuple[float, float]], stroke: bool) -> None:
        """Keep the horizontal and vertical sides of a stroked path, and any filled shape that is thin."""
        if len(points) < 2 or not all(math.isfinite(v) for p in points for v in p):
            return
        box = _bounds(points)
        if min(box[2] - box[0], box[3] - box[1]) <= _THICKEST:
            self._mark(box)
        elif stroke and len(points) <= 64:
            for a, b in pairwise(points):
                if min(abs(a[0] - b[0]), abs(a[1] - b[1])) <= 0.5:
                    self._mark(_bounds([a, b]))

    def _mark(self, box: Box) -> None:
        x0, y0, x1, y1 = self._visible(box)
        if x1 >= x0 and y1 >= y0:
            self._marks.append((x0, y0, x1, y1))


@dataclass(frozen=True, slots=True)
class _Frame:
    """Turns places of the page into tenths of a point from the upper left, as one reads it."""

    left: float
    bottom: float
    width: float
    height: float
    turn: int

    @property
    def size(self) -> tuple[int, int]:
        size = round(self.width * 10), round(self.height * 10)
        return size if self.turn in (0, 180) else (size[1], size[0])

    def box(self, box: Box) -> tuple[int, int, int, int]:
        left, right = box[0] - self.left, box[2] - self.left
        top, bottom = self.height - (box[3] - self.bottom), self.height - (box[1] - self.bottom)
        if self.turn == 90:  # the text runs upwards
            left, top, right, bottom = self.height - bottom, left, self.height - top, right
        elif self.turn == 270:
            left, top, right, bottom = top, self.width - right, bottom, self.width - left
        elif self.turn == 180:
            left, top, right, bottom = self.width - right, self.height - bottom, self.width - left, self.height - top
        return round(left * 10), round(top * 10), round(right * 10), round(bottom * 10)


def _words(glyphs: Sequence[_Glyph], frame: _Frame) -> list[Word]:
    out: list[Word] = []
    aside: list[_Glyph] = []
    for glyph in glyphs:
        if glyph.turn == frame.turn:
            out.append(Word(glyph.text, *frame.box(glyph.box)))
        else:
            aside.append(glyph)
    return out + _sideways(aside, frame)


def _sideways(glyphs: Sequence[_Glyph], frame: _Frame) -> list[Word]:
    """Return one word per run of characters that are turned against the page's text."""
    out: list[Word] = []
    last: _Glyph | None = None
    for glyph in glyphs:
        box = frame.box(glyph.box)
        if last is not None and out and last.turn == glyph.turn and _touch(last.box, glyph.box):
            run = out[-1]
            out[-1] = Word(
                run.text + glyph.text, min(run.x0, box[0]), min(run.top, box[1]), max(run.x1, box[2]), max(run.bottom, box[3])
            )
        else:
            out.append(Word(glyph.text, *box))
        last = glyph
    width, height = frame.size
    return [w for w in out if not _is_page_number(w, width, height)]


def _is_page_number(word: Word, width: int, height: int) -> bool:
    """Whether a word turned against the page's text is the number of a page that was bound or turned."""
    edge = min(word.x0, word.top, width - word.x1, height - word.bottom)
    return bool(_PAGE_NUMBER.match(word.text)) and 8 * edge < min(width, height)


def _touch(a: Box, b: Box) -> bool:
    size = max(b[2] - b[0], b[3] - b[1])
    return (
        max(a[0], b[0]) - min(a[2], b[2]) < size / 2 and max(a[1], b[1]) - min(a[3], b[3]) < size / 2
    )


def _rule(box: tuple[int, int, int, int]) -> Rule:
    return Rule(*box)


def _main_turn(glyphs: Sequence[_Glyph]) -> int:
    """Return how most of the text is turned: 0, 90, 180 or 270 degrees against the clock."""
    counts = [0] * 4
    for glyph in glyphs:
        if glyph.text.strip():
            counts[glyph.turn // 90] += 1
    return 90 * counts.index(max(counts)) if any(counts) else 0


def _turn(matrix: Matrix) -> int:
    """Return how text is turned against the clock in degrees, -1 when it is neither level nor upright."""
    a, b, c, d = matrix[:4]
    size = max(abs(a), abs(b), abs(c), abs(d))
    if abs(b) < size * 0.05:
        return 180 if a < 0 and d < 0 else 0
    if abs(a) < size * 0.05:
        return 90 if b > 0 else 270
    return -1


def _plain(text: str) -> str:
    """Return what a character says: radicals and compatibility forms as the ideographs they stand for."""
    if not isinstance(text, str):
        return UNKNOWN
    if (len(text) == 1 and "\u3000" < text < "\uf900") or " " <= text < "\x7f":
        return text
    out = "".join(
        unicodedata.normalize("NFKC", c) if "\u2f00" <= c <= "\u2fd5" or "\uf900" <= c <= "\ufaff" else c for c in text
    ).translate(_RADICALS)
    return "".join(" " if c in "\u00a0\t" else c for c in out if c == "\t" or unicodedata.category(c) not in {"Cc", "Cf"})


def _corners(box: Any) -> list[tuple[float, float]]:
    x0, y0, x1, y1 = box
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def _bounds(points: Sequence[tuple[float, float]]) -> Box:
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return (min(xs), min(ys), max(xs), max(ys))


class _BoundedZlib:
    """Stands for zlib inside pdfminer, which would unpack a bomb whole and mends damaged streams byte by byte."""

    error = zlib.error
    decompressobj = staticmethod(zlib.decompressobj)

    @staticmethod
    def decompress(data: bytes) -> bytes:
        """Return what *data* unpacks to, or as much of it as is sound.

        Raises:
            OverfullPageError: It unpacks to more than MAX_STREAM bytes.
        """
        unpacker = zlib.decompressobj()
        out: list[bytes] = []
        size = 0
        for start in range(0, len(data), 1 << 16):
            piece = data[start : start + (1 << 16)]
            while piece:
                try:
                    unpacked = unpacker.decompress(piece, 1 << 22)
                except zlib.error:
                    return b"".join(out)
                size += len(unpacked)
                if size > MAX_STREAM:
                    raise OverfullPageError
                out.append(unpacked)
                piece = unpacker.unconsumed_tail
        return b"".join(out)


setattr(pdftypes, "zlib", _BoundedZlib)  # noqa: B010 - the module does not export what it imports
