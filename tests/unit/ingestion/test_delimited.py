"""Delimited text is a table, whatever its delimiter, encoding and quoting."""

from __future__ import annotations

import pytest

from service.adapters.readers.delimited import read_delimited
from service.domain.errors import EmptyDocumentError, OversizedDocumentError, UnreadableDocumentError
from service.ingestion.blocks import Grid, TextLine

ROWS = [("项目", "本年", "上年"), ("基本支出", "1,234.50", ""), ("项目支出", "20", "0080")]


def rows_of(data: bytes) -> list[tuple[str, ...]]:
    [grid] = [b for b in read_delimited(data, "表.csv").blocks if isinstance(b, Grid)]
    assert grid.spans is None
    return [r.cells for r in grid.rows]


def written(delimiter: str, end: str = "\n") -> str:
    return end.join(delimiter.join(f'"{c}"' if "," in c else c for c in row) for row in ROWS) + end


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_delimiters_and_encodings(delimiter: str, encoding: str) -> None:
    """Quoted figures keep their commas."""
    assert rows_of(written(delimiter).encode(encoding)) == ROWS


def test_line_ends_ragged_rows_and_breaks_in_cells() -> None:
    """Short rows are blank at the end; a quoted cell may hold a line break and quotes."""
    data = '项目,本年,上年\r\n"基本""支出""\n（一）",1\r\n其他,2,3,4\r\n'.encode()

    assert rows_of(data) == [("项目", "本年", "上年", ""), ('基本"支出"\n（一）', "1", "", ""), ("其他", "2", "3", "4")]


def test_captions_stand_apart_from_the_table() -> None:
    """A title, a department and a unit above, a remark below."""
    text = "云溪市示例局2025年收入总表,,\n部门：云溪市示例局,,单位：万元\n项目,本年,上年\n合计,1,2\n注：无,,\n"

    blocks = read_delimited(text.encode(), "表.csv").blocks

    assert [b.text for b in blocks if isinstance(b, TextLine)] == [
        "云溪市示例局2025年收入总表", "部门：云溪市示例局", "单位：万元", "注：无",
    ]  # fmt: skip


def test_a_line_that_names_the_delimiter_is_no_row() -> None:
    """Spreadsheets write it for one another."""
    assert rows_of("sep=;\n项目;金额\n办公费;1,5\n".encode()) == [("项目", "金额"), ("办公费", "1,5")]


def test_cells_that_look_like_formulas_are_text() -> None:
    """Nothing is run."""
    assert rows_of(b"a,b\n=cmd|' /C calc'!A0,@SUM(1)\n")[1] == ("=cmd|' /C calc'!A0", "@SUM(1)")


def test_what_cannot_be_read() -> None:
    """Blank, binary, and too many cells."""
    with pytest.raises(EmptyDocumentError, match="选错"):
        read_delimited(b",,\n,,\n", "表.csv")
    with pytest.raises(UnreadableDocumentError, match="UTF-8"):
        read_delimited(b"a,b\x00\x01\x02\n", "表.csv")
    with pytest.raises(OversizedDocumentError, match="上限"):
        read_delimited(b"1,2,3,4,5,6,7,8\n" * 60_000, "表.csv")
    with pytest.raises(UnreadableDocumentError, match="引号"):
        read_delimited(b'a,b\n"' + b"x" * 1_100_000, "表.csv")
