"""Tables cut by page ends become whole: the one page-join step for every format."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from service.ingestion.blocks import Anchor, Block, Grid, GridRow, Span, TextLine
from service.ingestion.captions import is_title, take_captions
from service.vocabulary.names import squeeze

#: Lines that may stand between the parts of one table: 续表, a repeated unit or form number, a page number.
_BETWEEN = re.compile(
    r"^(?:[（(]?续表?\s*\d*[)）]?|接上[表页]|[-—－]*\d{1,4}[-—－]*|第\d+页(?:共\d+页)?|(?:金额)?单位[:：].{1,6}|(?:公开|预算|附)*表?\d{1,2}表?)$"
)
#: How many lines above a grid may be its captions.
_CAPTIONS = 5
#: Columns are the same when their edges lie this close, as parts of a thousand of the table's width.
_CLOSE = 20


def join_pages(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Join a grid to the one on the page before where it goes on with it.

    It goes on when nothing but page furniture stands between, it brings no title of its own, and it either
    repeats the header or has the same columns. A repeated header is dropped.
    """
    out: list[Block] = []
    open_at: int | None = None
    above: list[str] = []
    since: list[str] = []
    for block in blocks:
        if isinstance(block, TextLine):
            text = squeeze(block.text)
            if text and not _BETWEEN.match(text):
                since.append(text)
            out.append(block)
            continue
        before = out[open_at] if open_at is not None else None
        if isinstance(before, Grid) and (not since or _same_captions(since, above)):
            joined = _joined(before, block, named=bool(since))
            if joined is not None and open_at is not None:
                del out[open_at + 1 :]
                out[open_at] = joined
                since = []
                continue
        out.append(block)
        if block.rows:
            open_at, above, since = len(out) - 1, since[-_CAPTIONS:], []
    return tuple(out)


def _same_captions(since: Sequence[str], above: Sequence[str]) -> bool:
    """Whether the lines between two grids are the captions of the first once more."""
    return len(since) <= _CAPTIONS and all(text in above for text in since)


def _joined(before: Grid, after: Grid, *, named: bool) -> Grid | None:
    if not before.rows or not after.rows:
        return before if before.rows and not _has_text(after) and _follows(before, after) else None
    if not _follows(before, after):
        return None
    if not _has_text(after) and after.width == before.width:
        return before
    rest, said = take_captions(after)
    if any(squeeze(s) not in {squeeze(c) for r in before.rows[:8] for c in r.cells} for s in said):
        return None  # it has a caption of its own
    plain, _ = take_captions(before)
    fitted = rest if rest.width == before.width else _fitted(rest, before)
    if fitted is None:
        return None
    repeated = _repeated(plain, fitted)
    if repeated:
        return _appended(before, fitted, repeated)
    if named or any(is_title(s) for s in said) or _opens(rest) or not _same_columns(before, fitted):
        return None
    return _appended(before, fitted, 0)


def _fitted(grid: Grid, model: Grid) -> Grid | None:
    """Lay a grid over the columns of another whose edges include its own, or None.

    The last page of a table may hold only a total row, whose merged label hides the columns below it.
    """
    if len(grid.edges) < 2 or len(grid.edges) > len(model.edges) or grid.spans is None:
        return None
    size = max(model.edges[-1] - model.edges[0], 1)
    shift = grid.edges[0] - model.edges[0]
    at = [min(range(len(model.edges)), key=lambda i: abs(model.edges[i] + shift - e)) for e in grid.edges]
    near = all(abs(model.edges[i] + shift - e) * 1000 <= _CLOSE * size for i, e in zip(at, grid.edges, strict=True))
    if not near or len(set(at)) != len(at) or at[-1] != len(model.edges) - 1:
        return None
    rows = []
    spans: dict[Anchor, Span] = {}
    for r, row in enumerate(grid.rows):
        cells = [""] * model.width
        for c, text in enumerate(row.cells):
            down, across = grid.spans.get((r, c), (1, 1))
            cells[at[c]] = text
            reach = at[min(c + across, len(at) - 1)] - at[c]
            if (down, reach) != (1, 1):
                spans[r, at[c]] = (down, reach)
        rows.append(replace(row, cells=tuple(cells)))
    return replace(grid, rows=tuple(rows), spans=spans, edges=tuple(e + shift for e in model.edges))


def _follows(before: Grid, after: Grid) -> bool:
    last = next((r.page for r in reversed(before.rows) if r.page), 0)
    first = next((r.page for r in after.rows if r.page), 0)
    return bool(last and first == last + 1) or (not after.rows and bool(last))


def _has_text(grid: Grid) -> bool:
    return any(c.strip() for r in grid.rows for c in r.cells)


def _repeated(before: Grid, after: Grid) -> int:
    """Count the rows at the top of *after* that repeat the top of *before*."""
    count = 0
    for old, new in zip(before.rows, after.rows, strict=False):
        if [squeeze(c) for c in old.cells] != [squeeze(c) for c in new.cells]:
            break
        count += 1
    while count and not any(c.strip() for c in after.rows[count - 1].cells):
        count -= 1
    words = {squeeze(c) for r in after.rows[:count] for c in r.cells if c.strip()}
    return count if len(words) > 1 and not any(re.search(r"\d{3}", w) for w in words if not re.match(r"20\d\d年", w)) else 0


def _same_columns(before: Grid, after: Grid) -> bool:
    if not before.edges or not after.edges or len(before.edges) != len(after.edges):
        return len(before.edges) == len(after.edges)
    size = max(before.edges[-1] - before.edges[0], 1)
    shift = after.edges[0] - before.edges[0]
    return all(
        abs(a - shift - b) * 1000 <= _CLOSE * size for a, b in zip(after.edges, before.edges, strict=True)
    )  # fmt: skip


_HEADERS = re.compile(r"^(?:项目|收入|支出|科目编码|科目名称|功能分类科目.*|序号|部门.?单位.?(?:代码|名称)|单位(?:编码|代码|名称)|合计|预算数|金额)$")


def _opens(grid: Grid) -> bool:
    """Whether a grid begins with a header of its own."""
    first = [squeeze(c) for c in grid.rows[0].cells if c.strip()]
    known = [c for c in first if _HEADERS.match(c) and c != "合计"]
    return len(known) >= 2 or (len(first) > 1 and len(known) == len(first))


def _appended(before: Grid, after: Grid, repeated: int) -> Grid:
    start = len(before.rows)
    fresh = after.rows[repeated:]
    rows: list[GridRow] = list(before.rows)
    rows += [replace(r, after_break=n == 0) for n, r in enumerate(fresh)]
    spans: dict[Anchor, Span] | None = None
    if before.spans is not None and after.spans is not None:
        spans = dict(before.spans)
        spans |= {(r - repeated + start, c): s for (r, c), s in after.spans.items() if r >= repeated}
    return replace(before, rows=tuple(rows), spans=spans, by_ocr=before.by_ocr or after.by_ocr)
