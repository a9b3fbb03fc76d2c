"""What the tools take: shapes and bounds, told to the assistant as JSON Schema and checked on arrival."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from service.domain.errors import InvalidInputError
from service.drafting.brief import LONGEST_ITEM, MOST_ITEMS
from service.rendering import to_json

Shape = TypeVar("Shape", bound="Arguments")

#: Most passages and most documents of one reply.
MOST_PASSAGES, MOST_DOCUMENTS = 20, 200

#: What was wrong with an argument, by the type pydantic gives its errors.
_WRONG = {
    "missing": "缺少必填的{name}。",
    "string_type": "{name}应为文字。",
    "string_too_short": "{name}是空的。",
    "string_too_long": "{name}超过{max_length}字的上限。",
    "int_type": "{name}应为整数。",
    "int_parsing": "{name}应为整数。",
    "int_parsing_size": "{name}应为整数，不能这么大。",
    "int_from_float": "{name}应为整数。",
    "finite_number": "{name}应为整数。",
    "greater_than_equal": "{name}不能小于{ge}；不限定就不要给。",
    "less_than_equal": "{name}不能大于{le}；不限定就不要给。",
    "list_type": '{name}应为一组文字，如 ["……"]。',
    "dict_type": '{name}应为一组“项目: 内容”，如 {{"公务接待费": "压减接待批次"}}。',
    "too_long": "{name}超过{max_length}项的上限。",
}


class Arguments(BaseModel):
    """What a tool takes."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _as_assistants_write(cls, given: Any) -> Any:
        """Take null for what was left out, and JSON text for a list or mapping: some assistants send these."""
        if not isinstance(given, Mapping):
            return given
        return {name: _unwrapped(value) for name, value in given.items() if value is not None}

    @classmethod
    def read(cls: type[Shape], given: Mapping[str, Any]) -> Shape:
        """Return what was sent in the shape expected of it.

        Raises:
            InvalidInputError: It has another shape; the message names every argument that is wrong.
        """
        try:
            to_json(given).encode()
        except UnicodeEncodeError:
            raise InvalidInputError("参数里有不成字的编码（如\\ud800）。请改成文字。") from None
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            told = dict.fromkeys(cls._told(each["type"], each["loc"], each.get("ctx") or {}) for each in error.errors())
            raise InvalidInputError("".join(told)) from None

    @classmethod
    def _told(cls, kind: str, loc: tuple[int | str, ...], limits: dict[str, Any]) -> str:
        """Say what is wrong with one argument. Texts that were sent are repeated only in part."""
        first, *inner = loc or ("参数",)
        name = f"“{_short(first)}”"
        if kind == "extra_forbidden" and not inner:
            return f"没有参数{name}。可用的有：{'、'.join(cls.model_fields)}。"
        inside = [each for each in inner if each != "[key]"]
        name += "".join(f"第{each + 1}项" if isinstance(each, int) else f"的“{_short(each)}”" for each in inside)
        return _WRONG.get(kind, "{name}的值不对。").format(name=name, **limits)


def _unwrapped(value: Any) -> Any:
    if not isinstance(value, str) or not value.lstrip().startswith(('["', '{"', "[]", "{}")):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _short(text: int | str) -> str:
    return str(text)[:40]


Entity = Annotated[
    str,
    Field(max_length=200, description="部门或单位的名称，可用简称，例如：新乡市红旗区委员会办公室。不限定就不要给。"),
]
Year = Annotated[int, Field(ge=1949, le=2999, description="预算（决算）年度，例如：2024。不限定就不要给。")]


class AskArguments(Arguments):
    """A question."""

    question: Annotated[
        str,
        Field(min_length=1, description="完整的问题，用用户的原话，例如：为什么2024年支出下降了23%？一次只问一件事。"),
    ]
    history: Annotated[
        list[Annotated[str, Field(max_length=20_000)]],
        Field(
            max_length=100, description="同一对话里用户先前问过的问题（不含回答），由早到晚；追问（“那上年呢”）时要给。"
        ),
    ] = []
    entity: Entity = ""
    year: Year = 0


class FormulaArguments(Arguments):
    """A formula."""

    formula: Annotated[
        str,
        Field(
            min_length=1, max_length=2000,
            description="算式。名称用表里印的：支出、收入、支出[基本支出]、支出[项目=*]（全部项目）；别的年度写 支出@2023。"
            "可用 + - × ÷ 和 占比(甲, 乙)、增减率(本期, 基期)、增减额(本期, 基期)、倍数、差、合计、平均、个数、最大(集合, 几个)、最小、"
            "筛选(集合, > 10万元)、换算(支出, 元)。例如：占比(支出[基本支出], 支出)；增减率(支出, 支出@2023)。",
        ),
    ]  # fmt: skip
    entity: Entity = ""
    year: Year = 0


class CheckArguments(Arguments):
    """A text."""

    text: Annotated[
        str, Field(min_length=1, max_length=5_000_000, description="要核对的全文，一段一行，保留原来的数字和单位。")
    ]
    entity: Annotated[
        str, Field(max_length=200, description="文字里没有写明部门时，当作这个部门的；写全称，见 list_documents。")
    ] = ""
    year: Annotated[int, Field(ge=1949, le=2999, description="文字里没有写明年度时，当作这一年的。")] = 0


class DraftArguments(Arguments):
    """A section to be drafted."""

    entity: Annotated[str, Field(min_length=1, max_length=200, description="部门或单位的名称，可用简称。")]
    year: Annotated[int, Field(ge=1949, le=2999, description="预算（决算）年度，例如：2024。")]
    section: Annotated[
        str,
        Field(
            min_length=1, max_length=200, description="节名，例如：收入支出预算总体情况说明、“三公”经费支出情况说明。"
        ),
    ]
    reasons: Annotated[
        dict[Annotated[str, Field(min_length=1, max_length=LONGEST_ITEM)], Annotated[str, Field(max_length=20_000)]],
        Field(
            max_length=MOST_ITEMS,
            description="增减的原因：项目 → 用户说的原因，例如 {\"公务接待费\": \"压减接待批次\"}。"
            "只放用户给的话，不要自己编；没有就不要给，草稿里会写【待补充：…】。",
        ),
    ] = {}  # fmt: skip


class SearchArguments(Arguments):
    """Words to look for."""

    query: Annotated[str, Field(min_length=1, description="要找的词或一句话，例如：部门职责、绩效目标、政府采购。")]
    entity: Annotated[str, Field(max_length=200, description="只找名称里有这几个字的部门的文档。不限定就不要给。")] = ""
    year: Year = 0
    limit: Annotated[int, Field(ge=1, le=MOST_PASSAGES, description="最多返回几段。")] = 5


class ListArguments(Arguments):
    """Which documents to list."""

    entity: Annotated[str, Field(max_length=200, description="只列名称里有这几个字的部门。不限定就不要给。")] = ""
    year: Year = 0
    limit: Annotated[int, Field(ge=1, le=MOST_DOCUMENTS, description="最多列几份。")] = 50


def schema_of(shape: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of a shape as an assistant is told it, without what only documentation needs."""
    found: dict[str, Any] = lean(shape.model_json_schema())
    return found


def lean(schema: Any) -> Any:
    """Return a JSON Schema without generated titles and examples; assistants pay for every character of it."""
    if isinstance(schema, list):
        return [lean(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {k: v for k, v in schema.items() if k not in ("title", "example", "default") or not isinstance(v, str | int)}
    out = {k: lean(v) for k, v in kept.items() if k not in ("example", "default", "properties", "$defs")}
    for named in ("properties", "$defs"):
        if named in kept:
            out[named] = {name: lean(each) for name, each in kept[named].items()}
    return out
