"""What the store holds: its tables, and how values are packed into them.

Amounts are integers with a decimal exponent, never floating point. Parts of a document that are only ever
read whole (tables, passages, text …) are packed: one compressed row each.
"""

from __future__ import annotations

import json
import zlib
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import MISSING, dataclass, fields, is_dataclass
from decimal import Decimal
from enum import Enum
from functools import cache
from itertools import repeat
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
)

from service.domain.errors import StoreError

METADATA = MetaData()

schema_version = Table(
    "schema_version",
    METADATA,
    Column("version", Integer, primary_key=True),
    Column("name", Text, nullable=False),
)

counters = Table(
    "counters",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

documents = Table(
    "documents",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("entity_names", Text, nullable=False),
    Column("entity_code", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("stage", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("units", Text, nullable=False),
    Column("tables", Integer, nullable=False),
    Column("facts", Integer, nullable=False),
    Column("cells_proven", Integer, nullable=False),
    Column("cells_unproven", Integer, nullable=False),
    Column("cells_contradicted", Integer, nullable=False),
    Column("findings", Text, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("ocr_pages", Text, nullable=False),
    Index("documents_sha256", "sha256"),
    Index("documents_entity_year", "entity", "year"),
)

contents = Table(
    "contents",
    METADATA,
    Column("document", Text, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("part", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

facts = Table(
    "facts",
    METADATA,
    Column("document", Text, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("id", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("stage", Text, nullable=False),
    Column("measure", Text, nullable=False),
    Column("aspect", Text, nullable=False),
    Column("members", Text, nullable=False),
    Column("member_pairs", Text),
    Column("base_year", Integer),
    Column("whole", Text, nullable=False),
    Column("coefficient", BigInteger),
    Column("exponent", SmallInteger),
    Column("number_text", Text),
    Column("unit", Text),
    Column("unit_kind", Text),
    Column("unit_scale", Text),
    Column("state", Text, nullable=False),
    Column("authority", Text, nullable=False),
    Column("proof", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("source_document", Text),
    Column("table_id", Text, nullable=False),
    Column("table_title", Text, nullable=False),
    Column("row_index", Integer, nullable=False),
    Column("column_index", Integer, nullable=False),
    Column("row_label", Text, nullable=False),
    Column("column_label", Text, nullable=False),
    Column("line", Integer, nullable=False),
    Column("page", Integer, nullable=False),
    Column("start_offset", Integer, nullable=False),
    Column("end_offset", Integer, nullable=False),
    Column("quote", Text, nullable=False),
    Column("derived_from", Text),
    Column("formula", Text, nullable=False),
    Column("more", Text),
    Index("facts_entity_year_measure", "entity", "year", "measure"),
)

answers = Table(
    "answers",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("asked_at", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("body", Text, nullable=False),
)

drafts = Table(
    "drafts",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("entity", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("outline", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Index("drafts_entity_year", "entity", "year"),
)

draft_versions = Table(
    "draft_versions",
    METADATA,
    Column("draft", Text, ForeignKey("drafts.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("created_at", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("approved_at", Text),
    Column("approved_by", Text),
)

conversations = Table(
    "conversations",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("used", BigInteger, nullable=False),
    Index("conversations_used", "used"),
)

conversation_turns = Table(
    "conversation_turns",
    METADATA,
    Column("conversation", Text, ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("question", Text, nullable=False),
    Column("answer_id", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("asked_at", Text, nullable=False),
)

checks = Table(
    "checks",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("head", Text, nullable=False),
    Index("checks_number", "number"),
)

check_parts = Table(
    "check_parts",
    METADATA,
    Column("check_id", Text, ForeignKey("checks.id", ondelete="CASCADE"), primary_key=True),
    Column("part", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

check_marks = Table(
    "check_marks",
    METADATA,
    Column("check_id", Text, ForeignKey("checks.id", ondelete="CASCADE"), primary_key=True),
    Column("finding", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("accepted_by", Text, nullable=False),
    Column("accepted_at", Text, nullable=False),
)


#: Distinct records met while writing, per class: their fields as JSON → their number.
_Pools = dict[type, dict[tuple[Any, ...], int]]
#: Records rebuilt while reading, per class, by number.
_Values = dict[type, list[Any]]


@dataclass(frozen=True, slots=True)
class _Coder:
    """How values of one type become JSON and come back.

    Attributes:
        write: Turns a value into JSON, numbering the records in it.
        reader: Given the records, what turns JSON into a value; None where JSON is the value.
        records: Classes it meets, inner ones first.
    """

    write: Callable[[Any, _Pools], Any]
    reader: Callable[[_Values], Callable[[Any], Any] | None]
    records: tuple[type, ...] = ()


def pack(value: object, kind: Any) -> bytes:
    """Return *value*, of the type *kind*, compressed; `unpack` gives back an equal value."""
    return zlib.compress(pack_text(value, kind).encode("utf-8", "surrogatepass"), 1)


def unpack(body: bytes, kind: Any) -> Any:
    """Return the value that was packed as *kind*.

    Raises:
        StoreError: It was written by a version of the program whose documents are made differently.
    """
    return unpack_text(zlib.decompress(body).decode("utf-8", "surrogatepass"), kind)


def pack_text(value: object, kind: Any) -> str:
    """Return *value*, of the type *kind*, as JSON.

    Equal records are written once and numbered: a budget repeats its blank cells thousands of times. They are
    written by column, with the names of their fields, so that a later version can tell what it reads.
    """
    coder = _coder(kind)
    pools: _Pools = {}
    root = coder.write(value, pools)
    records = {
        cls.__name__: {
            item.name: _column(column) for item, column in zip(fields(cls), zip(*pool, strict=True), strict=True)
        }
        for cls, pool in pools.items()
    }
    return json.dumps({"records": records, "value": root}, ensure_ascii=False, separators=(",", ":"))


def unpack_text(text: str, kind: Any) -> Any:
    """Return the value that `pack_text` wrote as *kind*.

    Raises:
        StoreError: As `unpack`.
    """
    coder = _coder(kind)
    try:
        body = json.loads(text)
        values: _Values = {}
        for cls in coder.records:
            columns = body["records"].get(cls.__name__)
            values[cls] = _rebuilt(cls, columns, values) if columns else []
        read = coder.reader(values)
        return read(body["value"]) if read else body["value"]
    except (KeyError, IndexError, TypeError, ValueError, ArithmeticError) as error:
        raise StoreError("库中有一份文档是另一个版本的程序写入的，现在读不出来。请重新导入这份文档。") from error


#: A column as written: its values, or its distinct values and which of them stands where.
_Column = list[Any] | dict[str, list[Any]]


def _column(values: tuple[Any, ...]) -> _Column:
    numbers: dict[Any, int] = {}
    places = [numbers.setdefault(value, len(numbers)) for value in values]
    return {"distinct": list(numbers), "places": places} if 2 * len(numbers) < len(values) else list(values)


def _rebuilt(cls: type, columns: dict[str, _Column], values: _Values) -> list[Any]:
    size = max(len(column["places"] if isinstance(column, dict) else column) for column in columns.values())
    arguments: list[Iterable[Any]] = []
    for item in fields(cls):
        if item.name in columns:
            read = _coder(_hints(cls)[item.name]).reader(values)
            column = columns[item.name]
            if isinstance(column, dict):
                distinct = list(map(read, column["distinct"])) if read else column["distinct"]
                arguments.append(map(distinct.__getitem__, column["places"]))
            else:
                arguments.append(map(read, column) if read else column)
        elif item.default is not MISSING:
            arguments.append(repeat(item.default, size))
        else:
            raise KeyError(item.name)
    if hasattr(cls, "__post_init__") or not hasattr(cls, "__slots__"):
        return list(map(cls, *arguments))
    # Filling the slots a column at a time takes a third of the time of calling a frozen class per record.
    made: list[Any] = [object.__new__(cls) for _ in range(size)]
    for item, argument in zip(fields(cls), arguments, strict=True):
        deque(map(getattr(cls, item.name).__set__, made, argument), maxlen=0)
    return made


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


@cache
def _coder(kind: Any) -> _Coder:
    if kind in {str, int, bool}:
        return _Coder(lambda value, _: value, lambda _: None)
    if kind is Decimal:
        return _Coder(lambda value, _: str(value), lambda _: Decimal)
    if isinstance(kind, type) and issubclass(kind, Enum):
        members = {member.value: member for member in kind}
        return _Coder(lambda value, _: value.value, lambda _: members.__getitem__)
    if is_dataclass(kind) and isinstance(kind, type):
        return _record_coder(kind)
    if get_origin(kind) is tuple:
        return _tuple_coder(get_args(kind))
    if get_origin(kind) is frozenset:
        return _set_coder(get_args(kind)[0])
    if get_origin(kind) in {UnionType, Union}:
        return _optional_coder(next(item for item in get_args(kind) if item is not NoneType))
    message = f"no way to store {kind!r}"
    raise TypeError(message)


def _record_coder(cls: type) -> _Coder:
    items = [(item.name, _coder(_hints(cls)[item.name]).write) for item in fields(cls)]
    inner = dict.fromkeys(record for item in fields(cls) for record in _coder(_hints(cls)[item.name]).records)

    def write(value: Any, pools: _Pools) -> int:
        # Numbered by what is written, not by equality: 12.30 and 12.3 are equal and print differently.
        written = tuple([write_item(getattr(value, name), pools) for name, write_item in items])
        pool = pools.setdefault(cls, {})
        return pool.setdefault(written, len(pool))

    return _Coder(write, lambda values: values[cls].__getitem__, (*inner, cls))


def _tuple_coder(kinds: tuple[Any, ...]) -> _Coder:
    coders = [_coder(kind) for kind in kinds if kind is not Ellipsis]
    records = tuple(dict.fromkeys(record for coder in coders for record in coder.records))
    if kinds[-1] is Ellipsis:
        (coder,) = coders

        def reader(values: _Values) -> Callable[[Any], Any]:
            read = coder.reader(values)
            return (lambda items: tuple(map(read, items))) if read else tuple

        return _Coder(lambda value, pools: tuple([coder.write(item, pools) for item in value]), reader, records)
    if any(coder.reader({}) for coder in coders if not coder.records) or records:
        message = f"no way to store {kinds!r}"
        raise TypeError(message)
    return _Coder(lambda value, _: value, lambda _: tuple)


def _set_coder(kind: Any) -> _Coder:
    if kind not in {str, int}:
        message = f"no way to store sets of {kind!r}"
        raise TypeError(message)
    return _Coder(lambda value, _: tuple(sorted(value)), lambda _: frozenset)


def _optional_coder(kind: Any) -> _Coder:
    coder = _coder(kind)

    def reader(values: _Values) -> Callable[[Any], Any] | None:
        read = coder.reader(values)
        return (lambda value: None if value is None else read(value)) if read else None

    return _Coder(lambda value, pools: None if value is None else coder.write(value, pools), reader, coder.records)
