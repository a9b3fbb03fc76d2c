"""What a figure of an answer is, in words: how it came about, its 口径, its working, how it was rounded, where it is printed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from service.calculation.evidence import BY_OCR
from service.calculation.steps import cut
from service.domain.quantity import Kind, Quantity, unit_of
from service.presenting.formulas import backwards, in_words, is_listed, reference_of

Json: TypeAlias = dict[str, Any]
#: Says where a place is.
Where: TypeAlias = Callable[[Mapping[str, Any]], str]

#: Decimals that an unrounded number is shown with.
_EXACT_PLACES = 12
_YEAR = "年度"
_OF_YEAR = re.compile(r"(\d{4})年")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Tag:
    """What must be known of a figure, in words.

    Attributes:
        code: Stable name.
        text: Two to five characters for readers.
        tone: ``plain``, ``info``, ``warn`` or ``bad``.
        meaning: One sentence that explains it.
    """

    code: str
    text: str
    tone: str
    meaning: str


_TAGS = {
    tag.code: tag
    for tag in (
        Tag("contradicted", "有矛盾", "bad", "这个数所在的合计或另一处与它对不上，引用前请看原文。"),
        Tag("ocr", "OCR识读", "warn", "这个数是从图片上识读的，可能认错，引用前请对照原件。"),
        Tag("derived", "推算", "warn", "文件没有直接印出这个数，是用文件写明的数倒推出来的。"),
        Tag("stated", "仅见正文", "warn", "这个数只在文字说明里写着，表格里没有。"),
        Tag("blank", "表中空白", "warn", "表里这一格是空的，计算时按0算。"),
        Tag("dash", "表中横线", "warn", "表里这一格印的是横线，没有数。"),
        Tag("unproven", "未验证", "info", "表里印着这个数，但没有合计、分项或另一处可以印证它。"),
        Tag("printed", "表中印着", "plain", "这个数照原样印在表里。"),
        Tag("sum", "分项相加", "plain", "这个数由表里印着的几个分项相加得出。"),
        Tag("computed", "计算得出", "plain", "这个数由表里或文字里的数算出，算式和每一步见下。"),
        Tag("counted", "点数得出", "plain", "这个数是数出来的项数。"),
        Tag("told", "见出处", "plain", "这个数出自整个回答所列的出处。"),
    )
}
#: What the same is called of a figure that was worked out of such figures.
_WITHIN = {
    tag.code: tag
    for tag in (
        Tag("contradicted", "有矛盾", "bad", "算它用到的数里，有与合计或另一处对不上的，引用前请看原文。"),
        Tag("ocr", "OCR识读", "warn", "算它用到的数里，有从图片上识读的，可能认错，引用前请对照原件。"),
        Tag("derived", "推算", "warn", "算它用到的数里，有文件没有直接印出、倒推出来的。"),
        Tag("stated", "含正文数", "warn", "算它用到的数里，有只在文字说明里写着、表格里没有的。"),
        Tag("blank", "含空白格", "warn", "算它用到的格子里有空的，按0算。"),
        Tag("unproven", "含未验证数", "info", "算它用到的数里，有没有合计、分项或另一处可以印证的。"),
    )
}
_OF_MARK = {"推算": "derived", "仅见正文": "stated", "表中为空白": "blank", BY_OCR: "ocr"}
_OF_HOW = {"printed": "printed", "stated": "stated", "blank": "blank", "dash": "dash", "derived": "derived", "sum": "sum"}
_OF_PROOF = {"有矛盾": "contradicted", "未验证": "unproven"}


def tag_to_dict(tag: Tag) -> Json:
    """Return a tag for programs."""
    return {"code": tag.code, "text": tag.text, "tone": tag.tone, "meaning": tag.meaning}


def tags_of(result: Mapping[str, Any], operand: int | None = None) -> tuple[Tag, ...]:
    """Return what must be known of a result, or of one of its operands; what asks for care comes first.

    Args:
        result: As `result_to_dict` writes it.
        operand: Number of the operand, None for the result itself.
    """
    codes = _of_operand(result["operands"][operand]) if operand is not None else _of_result(result)
    is_worked_out = bool({"computed", "sum"} & codes)
    return tuple(_WITHIN.get(code, tag) if is_worked_out else tag for code, tag in _TAGS.items() if code in codes)


def _of_operand(operand: Mapping[str, Any]) -> set[str]:
    codes = {_OF_HOW.get(operand["how"], "printed")}
    if operand["how"] == "printed" and operand["proof"] in _OF_PROOF:
        codes.add(_OF_PROOF[operand["proof"]])
    elif operand["proof"] == "有矛盾":
        codes.add("contradicted")
    if operand.get("by_ocr"):
        codes.add("ocr")
    return codes


def _of_result(result: Mapping[str, Any]) -> set[str]:
    operands: Sequence[Mapping[str, Any]] = result["operands"]
    codes = {_OF_MARK[mark] for mark in result["marks"] if mark in _OF_MARK}
    of_operands = {code for each in operands for code in _of_operand(each)}
    codes |= of_operands & {"contradicted", "unproven", "ocr"}
    if not operands:
        return codes | {_without_operands(result)}
    is_single = not result["formula"] or _is_stated(result) or reference_of(result["formula"]) is not None or is_listed(result["formula"])
    if "derived" in codes and is_single:
        return codes - {"unproven"}
    if is_single and len(operands) == 1:
        return codes | of_operands
    return codes | {"sum" if is_single else "computed"}


def _is_stated(result: Mapping[str, Any]) -> bool:
    """Whether the text itself states a result, though it has a formula by which it could be worked out."""
    operands = result["operands"]
    return len(operands) == 1 and operands[0]["how"] == "stated" and "仅见正文" in result["marks"] and _is_value(result, operands[0])


def _is_value(result: Mapping[str, Any], operand: Mapping[str, Any]) -> bool:
    shown, said = quantity_of(result), quantity_of(operand)
    return shown is not None and said is not None and shown.unit.kind is said.unit.kind and abs(said.base) == abs(shown.base)


def _derived_year(result: Mapping[str, Any]) -> str:
    """Return the year of a figure that was derived from a later one and its stated change, "" for any other figure."""
    operands = result["operands"]
    is_derived = "推算" in result["marks"] and reference_of(result["formula"]) is not None and len(operands) == 2
    found = _OF_YEAR.match(result["label"])
    if not is_derived or found is None or any(_YEAR not in (each.get("about") or {}) for each in operands):
        return ""
    return found[1] if operands[0]["about"][_YEAR] != f"{found[1]}年" else ""


def _without_operands(result: Mapping[str, Any]) -> str:
    if result["formula"].startswith("个数(") or (not result["formula"] and unit_of(result["unit"]).kind is Kind.COUNT):
        return "counted"
    return "computed" if result["formula"] or result["label"].endswith(("差额", "相差")) or result["label"].startswith("未能拆分的") else "told"


def evidence_of(answer: Mapping[str, Any], number: int, where: Where) -> Json:
    """Return what a result rests on, in words.

    Args:
        answer: As `answer_to_dict` writes it.
        number: Number of the result.
        where: Says where a place is.

    Returns:
        tags; about (口径, shared by all it rests on); words (the formula in words); steps; unrounded ("" where nothing was rounded);
        rounding (the rule that was applied, in words); operands, each with tags, about (what is its own), where, and ``also``: numbers of
        the citations where the same figure is printed again; findings: numbers of the findings that bear on it.
    """
    result: Mapping[str, Any] = answer["results"][number]
    operands: Sequence[Mapping[str, Any]] = result["operands"]
    shared = _shared([each.get("about") or {} for each in operands])
    about, words = shared, "" if _is_stated(result) else in_words(result["formula"])
    if year := _derived_year(result):
        shared = {k: v for k, v in shared.items() if k != _YEAR}
        about = {k: f"{year}年" if k == _YEAR else v for k, v in _shared([{**each.get("about", {}), _YEAR: ""} for each in operands]).items()}
        words = backwards(result["formula"], operands[0]["about"][_YEAR], operands[1]["value"])
    return {
        "tags": [tag_to_dict(each) for each in tags_of(result)],
        "about": _pairs(about),
        "words": words,
        "steps": _steps(result),
        "unrounded": _unrounded(result),
        "rounding": rounding_of(result),
        "operands": [
            {
                "tags": [tag_to_dict(tag) for tag in tags_of(result, n)],
                "about": _pairs({k: v for k, v in (each.get("about") or {}).items() if k not in shared}),
                "where": where(each),
                "also": _also(answer["citations"], each),
            }
            for n, each in enumerate(operands)
        ],
        "findings": _bearing(answer["findings"], operands),
    }


def _steps(result: Mapping[str, Any]) -> list[Json]:
    steps = result.get("steps") or []
    if steps:
        return list(steps)
    # Answers that were kept before steps were, and figures of a list, have their line alone.
    working = result["working"]
    return [{"operation": "", "text": working, "exact": "", "note": "", "operands": []}] if working else []


def _shared(abouts: Sequence[Mapping[str, str]]) -> Json:
    if not abouts:
        return {}
    return {k: v for k, v in abouts[0].items() if all(each.get(k) == v for each in abouts)}


def _pairs(about: Mapping[str, str]) -> list[Json]:
    return [{"name": name, "value": value} for name, value in about.items()]


def quantity_of(said: Mapping[str, Any], key: str = "value") -> Quantity | None:
    """Return the figure of a result or operand as a quantity, None where it is in words or not there."""
    try:
        number = Decimal(said[key])
    except InvalidOperation:
        return None
    return Quantity(number, unit_of(said["unit"])) if number.is_finite() else None


def _unrounded(result: Mapping[str, Any]) -> str:
    shown, exact = quantity_of(result), quantity_of(result, "exact")
    if shown is None or exact is None or shown.number == exact.number:
        return ""
    return cut(exact, _EXACT_PLACES)


def rounding_of(result: Mapping[str, Any]) -> str:
    """Say how a result was rounded, "" where it is no number."""
    shown, exact = quantity_of(result), quantity_of(result, "exact")
    if shown is None or exact is None:
        return ""
    if shown.number == exact.number:
        codes = _of_result(result)
        if codes & {"blank", "dash"} and not codes & {"computed", "sum"}:
            return "表里没有印数，按0算，没有取整。"
        if "推算" in result["marks"] and _derived_year(result):
            return "由印出的数加减得出，没有取整。"
        is_taken = not {"computed", "counted"} & codes
        return "照印出的数，没有取整。" if is_taken else "正好除尽或相加减，没有取整。"
    places = shown.decimals
    rule = {
        Kind.MONEY: "金额的小数位与所用各数中印得最细的相同，至少2位",
        Kind.RATIO: "百分数一律保留2位小数", Kind.POINT: "百分点一律保留2位小数", Kind.MULTIPLE: "倍数一律保留2位小数",
    }.get(shown.unit.kind, "除不尽的数保留有限的小数位")  # fmt: skip
    return f"四舍五入保留{places}位小数（{rule}）；中间各步都不取整。"


def _also(citations: Sequence[Mapping[str, Any]], operand: Mapping[str, Any]) -> list[int]:
    """Return the citations of other places that print the same number."""
    numbers = _numbers(str(operand["value"]))
    return [
        n for n, each in enumerate(citations)
        if each["role"] == "also" and numbers & _numbers(str(each["quote"])) and not _is_same_place(each, operand)
    ]  # fmt: skip


def _numbers(text: str) -> set[Decimal]:
    """Return the sizes of the numbers in a text, however they are written: 5.50 and 5.5 are one."""
    return {Decimal(each.replace(",", "")) for each in _NUMBER.findall(text)}


def _is_same_place(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one[k] == other[k] for k in ("document", "table", "row_index", "column_index", "start", "line"))


def _bearing(findings: Sequence[Mapping[str, Any]], operands: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the findings that name a place of an operand, or the figure of one."""
    return [
        n for n, finding in enumerate(findings)
        if any(_touches(place, each) for place in finding["places"] for each in operands)
    ]  # fmt: skip


def _touches(place: Mapping[str, Any], operand: Mapping[str, Any]) -> bool:
    if place["document"] != operand["document"] or place["table"] != operand["table"]:
        return False
    if place["table"]:
        return bool(place["row_index"] == operand["row_index"] and place["column_index"] == operand["column_index"])
    return bool(place["line"] == operand["line"] and place["page"] == operand["page"])
