"""The sentences of an answer, each with its figures and the places it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from service.domain.quantity import NUMBER, Quantity, round_half_up, unit_of
from service.numerals import Measured, read_quantities
from service.presenting.evidence import tag_to_dict, tags_of
from service.rendering import Json, place_to_text

_ENDS = frozenset("。！？!?")
_OPENING = frozenset("“‘（(《【")
_CLOSING = frozenset("”’）)》】")
#: How many characters before a figure tell which of several results of one value it is.
_REACH = 60


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of an answer.

    Attributes:
        index: Its number, from 0.
        text: Its characters with the blanks and line ends behind it: all sentences together are the text of the answer.
        figures: Its figures in order, as the event ``figure`` holds them.
        citations: The places that it is the first to rest on, as the event ``citation`` holds them.
    """

    index: int
    text: str
    figures: tuple[Json, ...]
    citations: tuple[Json, ...]


def split_sentences(text: str) -> tuple[str, ...]:
    """Cut a text after each full stop and each line end, never inside quotation marks or brackets."""
    cuts = [0]
    depth, ended = 0, False
    for at, character in enumerate(text):
        if ended and not (character.isspace() or character in _CLOSING or character in _ENDS):
            cuts.append(at)
            depth, ended = 0, False
        if character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth = max(0, depth - 1)
            # 。” ends a sentence as 。 does, once nothing is open any more.
            ended = ended or (not depth and at > 0 and text[at - 1] in _ENDS)
        elif character == "\n" or (character in _ENDS and not depth):
            ended = True
    return tuple(text[start:end] for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True) if start < end)


def sentences(answer: Mapping[str, object]) -> tuple[Said, ...]:
    """Return the sentences of an answer that is held as `answer_to_dict` returns it.

    Every figure of a result, and of what it rests on, is found by its value and unit. Every place with the role ``source`` or ``quote`` stands
    at the first sentence that rests on it, or at the last where none shows it; those with the role ``also`` are left
    to the whole answer.
    """
    text, results, citations = str(answer["text"]), _dicts(answer["results"]), _dicts(answer["citations"])
    parts = split_sentences(text)
    waiting = {n: each for n, each in enumerate(citations) if each["role"] != "also"}
    said: list[Said] = []
    for index, part in enumerate(parts):
        figures = tuple({"sentence": index, **each} for each in _figures(part, results))
        is_last = index == len(parts) - 1
        cited = [n for n, each in waiting.items() if is_last or _rests_on(part, figures, results, each)]
        said.append(Said(index, part, figures, tuple(_cited(index, n, waiting.pop(n)) for n in cited)))
    return tuple(said)


def sources_of(said: Said, answer: Mapping[str, object]) -> tuple[int, ...]:
    """Return the numbers of all citations that a sentence rests on, also of those that one before it has named."""
    results = _dicts(answer["results"])
    named = {each["index"] for each in said.citations}
    return tuple(
        n for n, each in enumerate(_dicts(answer["citations"]))
        if n in named or (each["role"] != "also" and _rests_on(said.text, said.figures, results, each))
    )  # fmt: skip


def _dicts(found: object) -> Sequence[Json]:
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _figures(sentence: str, results: Sequence[Json]) -> Iterator[Json]:
    known = [*_known(results)]
    used: set[int] = set()
    for measured in read_quantities(sentence):
        fitting = [n for n, each in enumerate(known) if _is_same(measured.quantity, each.quantity)]
        if not fitting and _is_bare_zero(measured):
            said = sentence[: measured.start]
            fitting = [n for n, each in enumerate(known) if not each.quantity.number and each.label and each.label in said]
        if not fitting:
            said = sentence[max(0, measured.start - _REACH) : measured.start]
            fitting = [n for n, each in enumerate(known) if _is_rounded(measured.quantity, each.quantity) and _shared(each.label, said)]
        if not fitting or not any(map(str.isdigit, measured.text)):  # 两项 is a word
            continue
        before = sentence[max(0, measured.start - _REACH) : measured.start]
        best = max(fitting, key=lambda n: (known[n].operand is None, _shared(known[n].label, before), n not in used, -n))
        used.add(best)
        found = known[best]
        result = results[found.result]
        yield {
            "start": measured.start, "end": measured.end, "text": sentence[measured.start : measured.end],
            "value": found.value, "unit": found.quantity.unit.symbol, "label": found.label,
            "formula": result["formula"] if found.operand is None else "", "marks": result["marks"] if found.operand is None else [],
            "result": found.result, "operand": found.operand,
            "rounded_from": f"{found.value}{found.quantity.unit.symbol}" if _is_rounded(measured.quantity, found.quantity) else "",
            "tags": [tag_to_dict(each) for each in tags_of(result, found.operand)],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Known:
    """A figure that a sentence may say: a result, or an operand of one.

    Attributes:
        quantity: Its number and unit.
        value: The number as shown.
        label: What it is.
        result: Number of the result.
        operand: Number of the operand in it, None for the result itself.
    """

    quantity: Quantity
    value: str
    label: str
    result: int
    operand: int | None = None


def _known(results: Sequence[Json]) -> Iterator[_Known]:
    for number, result in enumerate(results):
        for operand, each in ((None, result), *enumerate(result["operands"])):
            if quantity := _quantity(each):
                yield _Known(quantity, each["value"], each["label"], number, operand)


def _quantity(result: Json) -> Quantity | None:
    try:
        return Quantity(Decimal(result["value"]), unit_of(result["unit"]))
    except InvalidOperation:  # a result in words
        return None


def _is_same(printed: Quantity, known: Quantity) -> bool:
    """Whether a figure of a text is one that is known, in the same unit; 减少 may stand for its sign."""
    return printed.unit.symbol == known.unit.symbol and abs(printed.number) == abs(known.number)


def _is_rounded(printed: Quantity, known: Quantity) -> bool:
    """Whether a text says a known figure with fewer decimals, as drafts do."""
    if printed.unit != known.unit or printed.decimals >= known.decimals or abs(printed.number) == abs(known.number):
        return False
    return abs(printed.number) == round_half_up(abs(known.number), printed.decimals)


def _is_bare_zero(measured: Measured) -> bool:
    """Whether a text says 均为0 of amounts, without their unit."""
    return measured.quantity.unit == NUMBER and not measured.quantity.number


def _shared(label: str, before: str) -> int:
    """Return how many pairs of characters of a label stand before a figure."""
    return sum(label[at : at + 2] in before for at in range(len(label) - 1))


def _rests_on(sentence: str, figures: Sequence[Json], results: Sequence[Json], citation: Json) -> bool:
    if citation["role"] == "quote":
        return any(quoted in citation["quote"] for quoted in _quoted(sentence))
    places = [_place(each) for figure in figures for each in results[figure["result"]]["operands"]]
    return _place(citation) in places


def _quoted(sentence: str) -> Iterator[str]:
    """Yield what stands between outer quotation marks; the end of the sentence closes what is open."""
    return (sentence[start:end] for start, end in quoted_in(sentence))


def quoted_in(sentence: str) -> Iterator[tuple[int, int]]:
    """Yield where quoted words begin and end, as `_quoted` takes them."""
    depth, start = 0, 0
    for at, character in enumerate(f"{sentence}”"):
        if character == "“":
            depth += 1
            start = at + 1 if depth == 1 else start
        elif character == "”" and depth:
            depth -= 1
            if not depth and at > start:
                yield start, at


def _place(place: Json) -> tuple[object, ...]:
    return tuple(place[name] for name in ("document", "table", "row_index", "column_index", "page", "line", "start", "end"))


def _cited(sentence: int, number: int, citation: Json) -> Json:
    return {"sentence": sentence, "index": number, "where": place_to_text(citation), **citation}
